//! The backend on sled 0.34: one tree, and the recipe that makes a commit survive a power cut.
//!
//! sled's own `flush` is not enough: it asks the kernel to write, but makes neither the drive nor the file's length
//! follow. So after it comes `fdatasync` of the one file that sled appends to.
//!
//! sled may panic where its files are damaged, so nothing of it is called without catching that.

use std::fs::{File, OpenOptions};
use std::io;
use std::ops::{ControlFlow, Range};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError, RwLock};

use sled::IVec;

use crate::backend::{Backend, Visit, Write};
use crate::checkpoints;
use crate::error::StoreError;
use crate::files;
use crate::folder::Folder;
use crate::keys::{self, Hash32};
use crate::opening::Quarantine;
use crate::parts::{self, Joiner};
use crate::quarantine;

/// What sled may keep in memory, in bytes.
const CACHE: u64 = 16 << 20;
/// How much sled may write for a byte of ours: the record itself, its page again as it fills, and again as it splits.
const AMPLIFICATION: u64 = 4;

/// A sled database in a store's folder.
pub(crate) struct Disk {
    folder: Folder,
    log: PathBuf,
    /// The database, or why there is none.
    open: RwLock<Result<Open, StoreError>>,
    /// Whoever writes a checkpoint.
    checkpointing: Mutex<()>,
    /// Keeps the folder for this store alone; closed with it.
    lock: Mutex<Option<File>>,
}

struct Open {
    db: sled::Db,
    /// The file that sled appends to. It stays open, so that a failure to write it back can't go unnoticed.
    file: File,
}

impl Disk {
    /// Opens or makes the database in `log`, a folder in the store's folder.
    pub(crate) fn open(folder: &Folder, log: PathBuf) -> Result<Disk, StoreError> {
        let closed = RwLock::new(Err(StoreError::Closed));
        let (checkpointing, lock) = (Mutex::default(), Mutex::default());
        let disk = Disk { folder: folder.clone(), log, open: closed, checkpointing, lock };
        disk.replace(|| disk.start())?;
        Ok(disk)
    }

    /// Closes the lock on the folder together with the database.
    pub(crate) fn hold(&self, lock: File) {
        *self.lock.lock().unwrap_or_else(PoisonError::into_inner) = Some(lock);
    }

    fn start(&self) -> Result<Open, StoreError> {
        self.ok("opening", files::remove_unfinished_snapshots(&self.log))?;
        let config = sled::Config::new().path(&self.log).cache_capacity(CACHE).flush_every_ms(None);
        let db = self.sled("opening", || config.open())?;
        let file = self.ok("opening", OpenOptions::new().write(true).open(files::data(&self.log)))?;
        self.ok("opening", files::sync_all(self.folder.dir(), &self.log))?;
        Ok(Open { db, file })
    }

    /// Closes the database and puts another one, or none, in its place. Readers wait meanwhile.
    fn replace(&self, with: impl FnOnce() -> Result<Open, StoreError>) -> Result<(), StoreError> {
        let mut open = self.open.write().unwrap_or_else(PoisonError::into_inner);
        if let Ok(before) = std::mem::replace(&mut *open, Err(StoreError::Closed)) {
            // sled writes once more as it goes, and panics if it can't.
            if catch_unwind(AssertUnwindSafe(|| drop(before))).is_err() {
                tracing::warn!("closing the data in {} failed", self.folder.dir().display());
            }
            files::wait_until_unlocked(&self.log);
        }
        *open = with();
        open.as_ref().map(|_| ()).map_err(StoreError::clone)
    }

    /// Uses the database if there is one.
    fn with<T>(&self, action: impl FnOnce(&Open) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let open = self.open.read().unwrap_or_else(PoisonError::into_inner);
        open.as_ref().map_err(StoreError::clone).and_then(action)
    }

    /// Calls sled.
    fn sled<T>(&self, doing: &'static str, call: impl FnOnce() -> sled::Result<T>) -> Result<T, StoreError> {
        match catch_unwind(AssertUnwindSafe(call)) {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(sled::Error::Io(source))) => Err(self.sled_io(doing, source)),
            Ok(Err(error)) => Err(self.damaged(error.to_string())),
            Err(panic) => {
                let text = panic.downcast_ref::<String>().map(String::as_str);
                let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("sled panicked");
                Err(match system_error(text) {
                    Some(source) => self.folder.io(doing, source),
                    None => self.damaged(text.to_owned()),
                })
            }
        }
    }

    /// An error of the operating system is told as such. sled also makes some itself, where its files are too short.
    fn sled_io(&self, doing: &'static str, source: io::Error) -> StoreError {
        let text = source.to_string();
        if text.contains("could not acquire lock") {
            return StoreError::InUse { dir: self.folder.dir().to_path_buf() };
        }
        if source.raw_os_error().is_none() && system_error(&text).is_none() {
            return self.damaged(text);
        }
        self.folder.io(doing, source)
    }

    fn ok<T>(&self, doing: &'static str, outcome: io::Result<T>) -> Result<T, StoreError> {
        self.folder.ok(doing, outcome)
    }
}

/// The error of the operating system that made sled panic, if it was one.
fn system_error(panic: &str) -> Option<io::Error> {
    let (_, code) = panic.split_once("Os { code: ")?;
    let code = code.split(',').next()?.parse().ok()?;
    Some(io::Error::from_raw_os_error(code))
}

impl Backend for Disk {
    fn commit(&self, writes: Vec<Write>) -> Result<(), StoreError> {
        self.with(|open| {
            self.sled("writing to", || {
                let changes = changes(&open.db, writes)?;
                let keys: Vec<IVec> = changes.iter().map(|(key, _)| key.clone()).collect();
                apply(&open.db, changes)?;
                // Whoever next comes by a page that has grown too big splits it, and that writes. Come by right now, or
                // readers would do it, and fail on a full disk.
                keys.iter().try_for_each(|key| open.db.contains_key(key).map(drop))?;
                open.db.flush()
            })?;
            self.ok("writing to", open.file.sync_data())
        })
    }

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let mut found = None;
        let mut end = key.to_vec();
        end.extend([u8::MAX; 3]); // behind every part of it
        self.scan(key.to_vec()..end, &mut |_, value| {
            found = Some(value);
            ControlFlow::Break(())
        })?;
        Ok(found)
    }

    fn scan(&self, range: Range<Vec<u8>>, visit: &mut Visit<'_>) -> Result<(), StoreError> {
        let mut joiner = Joiner::default();
        let scanned = self.with(|open| {
            self.sled("reading", || {
                for stored in open.db.range(range) {
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
            })
        })?;
        scanned.map_err(|detail| self.damaged(detail))
    }

    fn last(&self, range: Range<Vec<u8>>) -> Result<Option<Vec<u8>>, StoreError> {
        let last = self.with(|open| self.sled("reading", || open.db.range(range).next_back().transpose()))?;
        Ok(last.map(|(key, _)| {
            let len = keys::base_len(&key).unwrap_or(key.len());
            key[..len].to_vec()
        }))
    }

    fn check_room(&self, bytes: u64) -> Result<(), StoreError> {
        self.folder.check_room(AMPLIFICATION.saturating_mul(bytes))
    }

    fn reopen(&self) -> Result<(), StoreError> {
        self.replace(|| self.ok("saving", files::write_again(&self.log)).and_then(|()| self.start()))
    }

    fn repair(&self, reason: String) -> Result<Quarantine, StoreError> {
        let mut quarantined = Err(StoreError::Closed);
        self.replace(|| {
            quarantined = quarantine::set_aside(&self.folder, reason);
            quarantined.as_ref().map_err(StoreError::clone)?;
            self.start()
        })?;
        quarantined
    }

    fn put_checkpoint(&self, room: &Hash32, bytes: &[u8]) -> Result<(), StoreError> {
        self.with(|_| {
            let _one = self.checkpointing.lock().unwrap_or_else(PoisonError::into_inner);
            self.check_room(bytes.len() as u64)?;
            self.ok("saving a checkpoint in", checkpoints::put(&self.log, room, bytes))
        })
    }

    fn checkpoint(&self, room: &Hash32) -> Result<Option<Vec<u8>>, StoreError> {
        self.with(|_| self.ok("reading a checkpoint in", checkpoints::get(&self.log, room)))
    }

    fn close(&self) {
        // Nothing is put in its place, so nothing can go wrong that would have to be said.
        let _closed = self.replace(|| Err(StoreError::Closed));
        drop(self.lock.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    fn damaged(&self, detail: String) -> StoreError {
        self.folder.damaged(detail)
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        self.close();
    }
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
