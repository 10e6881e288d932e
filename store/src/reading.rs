//! The backend that reads a folder without changing a byte of it.
//!
//! sled writes as it opens, so its files, which are small, are copied to a temporary folder and opened there; the archive
//! is read in place. No store can open the folder meanwhile.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock};

use tempfile::TempDir;

use crate::archive::Block;
use crate::backend::{Backend, Visit, Write};
use crate::error::StoreError;
use crate::files;
use crate::folder::{Folder, Lock};
use crate::index::Index;
use crate::keys::Hash32;
use crate::log::Log;
use crate::opening::Quarantine;
use crate::queue::Sound;
use crate::snapshots;
use crate::store::Store;

impl Store {
    /// Opens the store in `dir` for reading only, by any number of readers at once. Nothing in the folder is changed,
    /// repaired or created; calls that would write return `ReadOnly`.
    ///
    /// # Errors
    /// `InUse` when a store has the folder open; `Damaged` when it can't be read; `Io`, also when there is no history.
    pub fn open_to_read(dir: &Path) -> Result<Store, StoreError> {
        let folder = Folder::new(dir, |dir| fs4::available_space(dir));
        folder.ok("opening", std::fs::read_dir(dir).map(drop))?;
        let reader = Reader::open(folder)?;
        let index = Index::load(&reader)?;
        Store::start(Box::new(reader), index, None)
    }
}

/// A log that is only read.
struct Reader {
    folder: Folder,
    path: PathBuf,
    log: RwLock<Option<(Log, Copy)>>,
}

/// Dropped after the log is closed: the copy of sled's files, and the lock on the folder.
struct Copy {
    files: TempDir,
    _lock: Option<Lock>,
}

impl Copy {
    fn path(&self) -> PathBuf {
        self.files.path().join("log")
    }
}

impl Reader {
    fn open(folder: Folder) -> Result<Reader, StoreError> {
        let lock = folder.lock_to_read()?;
        let path = folder.log_to_read()?;
        let files = tempfile::Builder::new().prefix("inkmesh-").tempdir();
        let copy = Copy { files: folder.ok("making a copy to read of", files)?, _lock: lock };
        let copied = files::copy(&path, &copy.path(), |name| name == "db" || name.starts_with("snap."));
        folder.ok("making a copy to read of", copied)?;
        let log = Log::open_to_read(&folder, &path, &copy.path());
        let log = log.inspect_err(|_| files::wait_until_closed(&copy.path()))?;
        Ok(Reader { folder, path, log: RwLock::new(Some((log, copy))) })
    }

    fn with<T>(&self, action: impl FnOnce(&Log) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let log = self.log.read().unwrap_or_else(PoisonError::into_inner);
        log.as_ref().ok_or(StoreError::Closed).and_then(|(log, _)| action(log))
    }
}

impl Backend for Reader {
    fn commit(&self, _writes: Vec<Write>) -> Result<(), StoreError> {
        Err(StoreError::ReadOnly)
    }

    fn import(&self, _records: Block) -> Result<(), StoreError> {
        Err(StoreError::ReadOnly)
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

    fn check_room(&self, _bytes: u64) -> Result<(), StoreError> {
        Err(StoreError::ReadOnly)
    }

    fn reopen(&self) -> Result<(), StoreError> {
        Err(StoreError::ReadOnly)
    }

    fn repair(&self, _reason: String, _sound: &Sound) -> Result<Quarantine, StoreError> {
        Err(StoreError::ReadOnly)
    }

    fn put_snapshot(&self, _room: &Hash32, _bytes: &[u8]) -> Result<(), StoreError> {
        Err(StoreError::ReadOnly)
    }

    fn snapshot(&self, room: &Hash32) -> Result<Option<Vec<u8>>, StoreError> {
        self.with(|_| self.folder.ok("reading a snapshot in", snapshots::get(&self.path, room)))
    }

    fn close(&self) {
        let closed = self.log.write().unwrap_or_else(PoisonError::into_inner).take();
        let Some((log, copy)) = closed else { return };
        // sled writes once more when it is dropped, and panics if it can't.
        if catch_unwind(AssertUnwindSafe(|| drop(log))).is_err() {
            tracing::debug!("closing the copy of {} failed", self.path.display());
        }
        files::wait_until_closed(&copy.path());
    }

    fn damaged(&self, detail: String) -> StoreError {
        self.folder.damaged(detail)
    }

    fn newer(&self, found: u32) -> StoreError {
        StoreError::Newer { dir: self.folder.dir().to_path_buf(), found }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.close();
    }
}
