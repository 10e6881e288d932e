//! sled 0.34: one tree, and the recipe that makes a commit survive a power cut.
//!
//! sled's own `flush` is not enough: it asks the kernel to write, but syncs neither the drive nor the file's length. So
//! `fdatasync` of the file that sled appends to follows it.
//!
//! sled may panic when its files are damaged, so every call of it catches panics.

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

/// Size of sled's cache in bytes.
const CACHE: u64 = 16 << 20;

/// An open database of sled.
pub(crate) struct Tree {
    folder: Folder,
    db: sled::Db,
    /// The file that sled appends to. It stays open, so that a write-back error is reported to it.
    file: File,
}

impl Tree {
    /// Opens or creates the database in `log`.
    pub(crate) fn open(folder: &Folder, log: &Path) -> Result<Tree, StoreError> {
        folder.ok("opening", files::remove_unfinished_snapshots(log))?;
        let config = sled::Config::new().path(log).cache_capacity(CACHE).flush_every_ms(None);
        let db = sled(folder, "opening", || config.open())?;
        let file = folder.ok("opening", OpenOptions::new().write(true).open(files::data(log)))?;
        Ok(Tree { folder: folder.clone(), db, file })
    }

    /// Applies all changes or none, not yet durably.
    pub(crate) fn apply(&self, writes: Vec<Write>) -> Result<(), StoreError> {
        sled(&self.folder, "writing to", || {
            let changes = changes(&self.db, writes)?;
            let keys: Vec<IVec> = changes.iter().map(|(key, _)| key.clone()).collect();
            apply(&self.db, changes)?;
            // The next access to a page that has grown too big splits it, which writes. Access each page now, or readers
            // would do it, and fail on a full disk.
            keys.iter().try_for_each(|key| self.db.contains_key(key).map(drop))
        })
    }

    /// Makes the applied changes durable.
    pub(crate) fn sync(&self) -> Result<(), StoreError> {
        sled(&self.folder, "writing to", || self.db.flush())?;
        self.folder.ok("writing to", self.file.sync_data())
    }

    /// Returns the value at `key`.
    pub(crate) fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let mut found = None;
        let mut end = key.to_vec();
        end.extend([u8::MAX; 3]); // after each of its parts
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

    /// Returns the last key in `range`.
    pub(crate) fn last(&self, range: Range<Vec<u8>>) -> Result<Option<Vec<u8>>, StoreError> {
        let last = sled(&self.folder, "reading", || self.db.range(range).next_back().transpose())?;
        Ok(last.map(|(key, _)| {
            let len = keys::base_len(&key).unwrap_or(key.len());
            key[..len].to_vec()
        }))
    }
}

/// Calls sled; panics become errors.
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

/// Converts an IO error of sled. Errors that sled makes itself, for files that are too short, count as damage.
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

/// Returns the error of the operating system in the text of a panic, if there is one.
fn system_error(panic: &str) -> Option<io::Error> {
    let (_, code) = panic.split_once("Os { code: ")?;
    let code = code.split(',').next()?.parse().ok()?;
    Some(io::Error::from_raw_os_error(code))
}

/// Returns the changes of single keys in sled, with long values split into parts.
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

/// Applies all changes or none.
fn apply(db: &sled::Db, mut changes: Vec<(IVec, Option<IVec>)>) -> sled::Result<()> {
    // A single key needs no batch; without it sled writes two messages less.
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
