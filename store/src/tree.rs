//! sled 0.34: one tree, and the recipe that makes a commit survive a power cut.
//!
//! sled's own `flush` is not enough: it asks the kernel to write, but makes neither the drive nor the file's length
//! follow. So after it comes `fdatasync` of the one file that sled appends to.
//!
//! sled may panic where its files are damaged, so nothing of it is called without catching that.

use std::fs::{File, OpenOptions};
use std::io;
use std::ops::{ControlFlow, Range};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use sled::IVec;

use crate::backend::{Visit, Write};
use crate::error::StoreError;
use crate::files;
use crate::folder::Folder;
use crate::keys;
use crate::parts::{self, Joiner};

/// What sled may keep in memory, in bytes.
const CACHE: u64 = 16 << 20;

/// An open database of sled.
pub(crate) struct Tree {
    folder: Folder,
    db: sled::Db,
    /// The file that sled appends to. It stays open, so that a failure to write it back can't go unnoticed.
    file: File,
}

impl Tree {
    /// Opens or makes the database in `log`.
    pub(crate) fn open(folder: &Folder, log: &Path) -> Result<Tree, StoreError> {
        folder.ok("opening", files::remove_unfinished_snapshots(log))?;
        let config = sled::Config::new().path(log).cache_capacity(CACHE).flush_every_ms(None);
        let db = sled(folder, "opening", || config.open())?;
        let file = folder.ok("opening", OpenOptions::new().write(true).open(files::data(log)))?;
        Ok(Tree { folder: folder.clone(), db, file })
    }

    /// Makes all changes or none, not yet durably.
    pub(crate) fn apply(&self, writes: Vec<Write>) -> Result<(), StoreError> {
        sled(&self.folder, "writing to", || {
            let changes = changes(&self.db, writes)?;
            let keys: Vec<IVec> = changes.iter().map(|(key, _)| key.clone()).collect();
            apply(&self.db, changes)?;
            // Whoever next comes by a page that has grown too big splits it, and that writes. Come by right now, or
            // readers would do it, and fail on a full disk.
            keys.iter().try_for_each(|key| self.db.contains_key(key).map(drop))
        })
    }

    /// Makes durable what was changed.
    pub(crate) fn sync(&self) -> Result<(), StoreError> {
        sled(&self.folder, "writing to", || self.db.flush())?;
        self.folder.ok("writing to", self.file.sync_data())
    }

    /// The value at `key`.
    pub(crate) fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let mut found = None;
        let mut end = key.to_vec();
        end.extend([u8::MAX; 3]); // behind every part of it
        self.scan(key.to_vec()..end, &mut |_, value| {
            found = Some(value);
            ControlFlow::Break(())
        })?;
        Ok(found)
    }

    /// Visits the keys in `range`, in order.
    pub(crate) fn scan(&self, range: Range<Vec<u8>>, visit: &mut Visit<'_>) -> Result<(), StoreError> {
        let mut joiner = Joiner::default();
        let scanned = sled(&self.folder, "reading", || {
            for stored in self.db.range(range) {
                let (key, part) = stored?;
                let whole = match joiner.take(&key, &part) {
                    Ok(whole) => whole,
                    Err(detail) => return Ok(Err(detail)),
                };
                if whole.is_some_and(|(key, value)| visit(&key, value).is_break()) {
                    return Ok(Ok(()));
                }
            }
            Ok(joiner.finish())
        })?;
        scanned.map_err(|detail| self.folder.damaged(detail))
    }

    /// The last key in `range`.
    pub(crate) fn last(&self, range: Range<Vec<u8>>) -> Result<Option<Vec<u8>>, StoreError> {
        let last = sled(&self.folder, "reading", || self.db.range(range).next_back().transpose())?;
        Ok(last.map(|(key, _)| {
            let len = keys::base_len(&key).unwrap_or(key.len());
            key[..len].to_vec()
        }))
    }
}

/// Calls sled.
fn sled<T>(folder: &Folder, doing: &'static str, call: impl FnOnce() -> sled::Result<T>) -> Result<T, StoreError> {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(sled::Error::Io(source))) => Err(sled_io(folder, doing, source)),
        Ok(Err(error)) => Err(folder.damaged(error.to_string())),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("sled panicked");
            Err(match system_error(text) {
                Some(source) => folder.io(doing, source),
                None => folder.damaged(text.to_owned()),
            })
        }
    }
}

/// An error of the operating system is told as such. sled also makes some itself, where its files are too short.
fn sled_io(folder: &Folder, doing: &'static str, source: io::Error) -> StoreError {
    let text = source.to_string();
    if text.contains("could not acquire lock") {
        return StoreError::InUse { dir: folder.dir().to_path_buf() };
    }
    if source.raw_os_error().is_none() && system_error(&text).is_none() {
        return folder.damaged(text);
    }
    folder.io(doing, source)
}

/// The error of the operating system that made sled panic, if it was one.
fn system_error(panic: &str) -> Option<io::Error> {
    let (_, code) = panic.split_once("Os { code: ")?;
    let code = code.split(',').next()?.parse().ok()?;
    Some(io::Error::from_raw_os_error(code))
}

/// What must change in sled, where long values lie in parts.
fn changes(db: &sled::Db, writes: Vec<Write>) -> sled::Result<Vec<(IVec, Option<IVec>)>> {
    let mut changes = Vec::with_capacity(writes.len());
    for (key, value) in writes {
        match value {
            Some(value) => {
                let parts = parts::split(&value);
                changes.extend(parts.map(|(n, part)| (parts::part_key(&key, n).into(), Some(part.into()))));
            }
            None => db.scan_prefix(key).keys().try_for_each(|key| key.map(|key| changes.push((key, None))))?,
        }
    }
    Ok(changes)
}

/// Makes all changes or none.
fn apply(db: &sled::Db, mut changes: Vec<(IVec, Option<IVec>)>) -> sled::Result<()> {
    // One key needs no batch for that, and without it sled writes two messages less.
    if let [(key, Some(value))] = &mut changes[..] {
        return db.insert(key, std::mem::take(value)).map(drop);
    }
    let mut batch = sled::Batch::default();
    for (key, value) in changes {
        match value {
            Some(value) => batch.insert(key, value),
            None => batch.remove(key),
        }
    }
    db.apply_batch(batch)
}
