//! The backend in a folder: a log that can be closed, opened again and repaired while the store runs.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError, RwLock};

use crate::archive::Block;
use crate::backend::{Backend, Visit, Write};
use crate::checkpoints;
use crate::error::StoreError;
use crate::files;
use crate::folder::{Folder, Lock};
use crate::keys::Hash32;
use crate::log::Log;
use crate::opening::Quarantine;
use crate::quarantine;

/// How much may be written for a byte of a record: the record itself, its page again as it fills, and again as it
/// splits, and once more in the archive.
const AMPLIFICATION: u64 = 5;

/// A log in a store's folder.
pub(crate) struct Disk {
    folder: Folder,
    path: PathBuf,
    /// The log, or why there is none.
    log: RwLock<Result<Log, StoreError>>,
    /// Whoever writes a checkpoint.
    checkpointing: Mutex<()>,
    /// Keeps the folder for this store alone; given back with the log.
    lock: Mutex<Option<Lock>>,
}

impl Disk {
    /// Opens or makes the log in `path`, a folder in the store's folder.
    pub(crate) fn open(folder: &Folder, path: PathBuf) -> Result<Disk, StoreError> {
        Disk::open_with(Log::open, folder, path)
    }

    /// Opens a log to read what is left of it.
    pub(crate) fn open_damaged(folder: &Folder, path: PathBuf) -> Result<Disk, StoreError> {
        Disk::open_with(Log::open_damaged, folder, path)
    }

    fn open_with(
        open: impl FnOnce(&Folder, &Path) -> Result<Log, StoreError>,
        folder: &Folder,
        path: PathBuf,
    ) -> Result<Disk, StoreError> {
        let closed = RwLock::new(Err(StoreError::Closed));
        let (checkpointing, lock) = (Mutex::default(), Mutex::default());
        let disk = Disk { folder: folder.clone(), path, log: closed, checkpointing, lock };
        // What can't be opened may be moved or removed next.
        disk.replace(|| open(&disk.folder, &disk.path)).inspect_err(|_| files::wait_until_closed(&disk.path))?;
        Ok(disk)
    }

    /// Gives the lock back when the log is closed.
    pub(crate) fn hold(&self, lock: Lock) {
        *self.lock.lock().unwrap_or_else(PoisonError::into_inner) = Some(lock);
    }

    /// Closes the log and puts another one, or none, in its place. Readers wait meanwhile.
    fn replace(&self, with: impl FnOnce() -> Result<Log, StoreError>) -> Result<(), StoreError> {
        let mut log = self.log.write().unwrap_or_else(PoisonError::into_inner);
        if let Ok(before) = std::mem::replace(&mut *log, Err(StoreError::Closed)) {
            // sled writes once more as it goes, and panics if it can't.
            if catch_unwind(AssertUnwindSafe(|| drop(before))).is_err() {
                tracing::warn!("closing the data in {} failed", self.folder.dir().display());
            }
            files::wait_until_closed(&self.path);
        }
        *log = with();
        log.as_ref().map(|_| ()).map_err(StoreError::clone)
    }

    /// Uses the log if there is one.
    fn with<T>(&self, action: impl FnOnce(&Log) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let log = self.log.read().unwrap_or_else(PoisonError::into_inner);
        log.as_ref().map_err(StoreError::clone).and_then(action)
    }
}

impl Backend for Disk {
    fn commit(&self, writes: Vec<Write>) -> Result<(), StoreError> {
        self.with(|log| log.commit(writes))
    }

    fn import(&self, records: Block) -> Result<(), StoreError> {
        self.with(|log| log.import(records))
    }

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.with(|log| log.get(key))
    }

    fn scan(&self, range: Range<Vec<u8>>, visit: &mut Visit<'_>) -> Result<(), StoreError> {
        self.with(|log| log.scan(range, visit))
    }

    fn last(&self, range: Range<Vec<u8>>) -> Result<Option<Vec<u8>>, StoreError> {
        self.with(|log| log.last(range))
    }

    fn check_room(&self, bytes: u64) -> Result<(), StoreError> {
        self.folder.check_room(AMPLIFICATION.saturating_mul(bytes))
    }

    fn reopen(&self) -> Result<(), StoreError> {
        self.replace(|| {
            self.folder.ok("saving", files::write_again(&self.path))?;
            Log::open(&self.folder, &self.path)
        })
    }

    fn repair(&self, reason: String) -> Result<Quarantine, StoreError> {
        let mut quarantined = Err(StoreError::Closed);
        self.replace(|| {
            quarantined = quarantine::set_aside(&self.folder, reason);
            quarantined.as_ref().map_err(StoreError::clone)?;
            Log::open(&self.folder, &self.path)
        })?;
        quarantined
    }

    fn put_checkpoint(&self, room: &Hash32, bytes: &[u8]) -> Result<(), StoreError> {
        self.with(|_| {
            let _one = self.checkpointing.lock().unwrap_or_else(PoisonError::into_inner);
            self.check_room(bytes.len() as u64)?;
            self.folder.ok("saving a checkpoint in", checkpoints::put(&self.path, room, bytes))
        })
    }

    fn checkpoint(&self, room: &Hash32) -> Result<Option<Vec<u8>>, StoreError> {
        self.with(|_| self.folder.ok("reading a checkpoint in", checkpoints::get(&self.path, room)))
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
