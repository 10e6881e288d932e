//! The folder of a store: the names in it, and how an interrupted change of them is completed or undone.
//!
//! ```text
//! ballast           space that is freed to open the log on a full disk
//! lock              held while a program has the folder open
//! log/              the database, with the snapshots made from it in log/checkpoints/
//! witness           how much was durable, see witness.rs
//! log.broken-<n>/   a log that could not be read, unchanged
//! log.new/          a log being built; renamed to `log` once it is complete and durable
//! log.old/          the log before a compaction, until the new one has its name
//! log.copy/         a copy of a broken log, read instead of it because sled writes while it reads
//! ```

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use fs4::{FileExt, TryLockError};

use crate::error::StoreError;
use crate::files;

/// Bytes that must stay free on the disk: a disk that is full to the last byte would interrupt sled in the middle of a
/// write.
const RESERVE: u64 = 16 << 20;

/// Size of the ballast in bytes: more than sled writes while it opens.
const BALLAST: usize = 2 << 20;

/// Returns the bytes that are free for this user in a folder.
type FreeSpace = Arc<dyn Fn(&Path) -> io::Result<u64> + Send + Sync>;

/// The paths of a store's parts, and the errors that name its folder.
#[derive(Clone)]
pub(crate) struct Folder {
    dir: PathBuf,
    free: FreeSpace,
}

/// A lock on a folder.
pub(crate) struct Lock(File);

impl Lock {
    /// Releases the lock while the file is still open. Closing the file is not enough: a child process that is just
    /// starting may have inherited it.
    ///
    /// `File::unlock` is not used: on Windows it releases twice, because a handle may hold a shared lock beside an
    /// exclusive one. This handle holds one, and under Wine the second release fails with an error that std doesn't expect.
    fn release(&self) -> io::Result<()> {
        FileExt::unlock(&self.0)
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        if let Err(error) = self.release() {
            tracing::warn!("the lock on a folder could not be given back: {error}");
        }
    }
}

/// The state of a folder after [`Folder::settle`].
pub(crate) enum Found {
    /// There is a log that was complete once.
    Log,
    /// There is no log, because moving this one aside was interrupted: what can be read of it must still be copied.
    Aside(PathBuf),
    /// There is nothing: the first start.
    Nothing,
}

impl Folder {
    pub(crate) fn new(dir: &Path, free: impl Fn(&Path) -> io::Result<u64> + Send + Sync + 'static) -> Folder {
        Folder { dir: dir.to_path_buf(), free: Arc::new(free) }
    }

    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.dir.join("log")
    }

    pub(crate) fn new_log(&self) -> PathBuf {
        self.dir.join("log.new")
    }

    pub(crate) fn old_log(&self) -> PathBuf {
        self.dir.join("log.old")
    }

    pub(crate) fn copy(&self) -> PathBuf {
        self.dir.join("log.copy")
    }

    pub(crate) fn witness(&self) -> PathBuf {
        self.dir.join("witness")
    }

    /// Locks the folder exclusively until the lock is dropped.
    ///
    /// # Errors
    /// `InUse` when another store has it.
    pub(crate) fn lock(&self) -> Result<Lock, StoreError> {
        let path = self.dir.join("lock");
        let file = self.ok("opening", OpenOptions::new().create(true).truncate(false).write(true).open(path))?;
        match FileExt::try_lock(&file) {
            Ok(()) => Ok(Lock(file)),
            Err(TryLockError::WouldBlock) => Err(StoreError::InUse { dir: self.dir.clone() }),
            Err(TryLockError::Error(error)) => Err(self.io("locking", error)),
        }
    }

    /// Locks the folder for reading until the lock is dropped; several readers may hold such a lock. Creates nothing:
    /// returns `None` when the folder has no lock file, as no program ever used it.
    ///
    /// # Errors
    /// `InUse` when a store has it.
    pub(crate) fn lock_to_read(&self) -> Result<Option<Lock>, StoreError> {
        let file = match File::open(self.dir.join("lock")) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            file => self.ok("opening", file)?,
        };
        match FileExt::try_lock_shared(&file) {
            Ok(()) => Ok(Some(Lock(file))),
            Err(TryLockError::WouldBlock) => Err(StoreError::InUse { dir: self.dir.clone() }),
            Err(TryLockError::Error(error)) => Err(self.io("locking", error)),
        }
    }

    /// Returns the log to read: the one that [`Folder::settle`] would choose.
    ///
    /// # Errors
    /// `Damaged` when that one has to be built first; `Io`, also when there is none.
    pub(crate) fn log_to_read(&self) -> Result<PathBuf, StoreError> {
        for log in [self.log(), self.old_log()] {
            if self.ok("opening", log.try_exists())? {
                return Ok(log);
            }
        }
        if self.broken()?.is_empty() {
            return Err(self.io("looking for a history in", ErrorKind::NotFound.into()));
        }
        Err(self.damaged("setting it aside was interrupted".to_owned()))
    }

    /// Completes or undoes a change that was interrupted: returns to the log that was there, or takes the one that was
    /// finished. Removes only copies.
    pub(crate) fn settle(&self) -> Result<Found, StoreError> {
        self.ok("opening", self.try_settle())
    }

    fn try_settle(&self) -> io::Result<Found> {
        remove(&self.copy())?;
        if self.log().try_exists()? {
            remove(&self.new_log())?;
            remove(&self.old_log())?;
            return Ok(Found::Log);
        }
        if self.old_log().try_exists()? {
            self.rename(&self.old_log(), &self.log())?;
            remove(&self.new_log())?;
            return Ok(Found::Log);
        }
        remove(&self.new_log())?;
        Ok(self.numbered()?.pop().map_or(Found::Nothing, Found::Aside))
    }

    /// Returns the logs that were moved aside, the oldest first.
    pub(crate) fn broken(&self) -> Result<Vec<PathBuf>, StoreError> {
        self.ok("reading", self.numbered())
    }

    fn numbered(&self) -> io::Result<Vec<PathBuf>> {
        let mut numbered = Vec::new();
        for entry in fs::read_dir(&self.dir)? {
            let path = entry?.path();
            let name = path.file_name().and_then(|name| name.to_str());
            if let Some(n) = name.and_then(|name| name.strip_prefix("log.broken-")?.parse::<u64>().ok()) {
                numbered.push((n, path));
            }
        }
        numbered.sort();
        Ok(numbered.into_iter().map(|(_, path)| path).collect())
    }

    /// Moves the log aside, unchanged; returns its new path.
    pub(crate) fn set_aside(&self) -> Result<PathBuf, StoreError> {
        let taken = self.broken()?;
        let free = (1..).map(|n: u64| self.dir.join(format!("log.broken-{n}"))).find(|path| !taken.contains(path));
        let aside = free.unwrap_or_else(|| self.dir.join("log.broken"));
        self.ok("setting aside what is broken in", self.rename(&self.log(), &aside))?;
        Ok(aside)
    }

    /// Renames the new log, which must be complete and durable, to `log`.
    pub(crate) fn install(&self) -> Result<(), StoreError> {
        self.ok("opening", self.rename(&self.new_log(), &self.log()))
    }

    /// Replaces the log by the new one, which must be complete and durable, and removes the old one.
    pub(crate) fn exchange(&self) -> Result<(), StoreError> {
        self.ok("compacting", self.rename(&self.log(), &self.old_log()))?;
        self.install()?;
        self.ok("compacting", remove(&self.old_log()))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)?;
        files::sync_folder(&self.dir)
    }

    /// Fails with `DiskFull` when `bytes` more can't be written safely.
    pub(crate) fn check_room(&self, bytes: u64) -> Result<(), StoreError> {
        let free = self.ok("looking for free space in", (self.free)(&self.dir))?;
        let needed = RESERVE.saturating_add(bytes);
        if free < needed { Err(StoreError::DiskFull { dir: self.dir.clone(), free, needed }) } else { Ok(()) }
    }

    /// Removes the ballast; returns whether there was one.
    pub(crate) fn drop_ballast(&self) -> bool {
        fs::remove_file(self.dir.join("ballast")).is_ok()
    }

    /// Creates the ballast if there is enough space. A failure is ignored.
    pub(crate) fn keep_ballast(&self) {
        let path = self.dir.join("ballast");
        if fs::metadata(&path).is_ok_and(|file| file.len() == BALLAST as u64)
            || self.check_room(BALLAST as u64).is_err()
        {
            return;
        }
        if let Err(error) = fs::write(&path, vec![0; BALLAST]) {
            tracing::debug!("no room could be kept in {}: {error}", self.dir.display());
        }
    }

    /// Takes the folder, and what the store has in it, from all users but its owner. A failure is ignored: some file systems
    /// don't know users. On other systems than Unix, a folder has the rights of the one above it.
    pub(crate) fn keep_private(&self) {
        if let Err(error) = files::make_private(&self.dir, &|name| {
            name.starts_with("log") || matches!(name, "ballast" | "lock" | "witness")
        }) {
            tracing::debug!("others may be able to read {}: {error}", self.dir.display());
        }
    }

    pub(crate) fn ok<T>(&self, doing: &'static str, outcome: io::Result<T>) -> Result<T, StoreError> {
        outcome.map_err(|source| self.io(doing, source))
    }

    pub(crate) fn io(&self, doing: &'static str, source: io::Error) -> StoreError {
        let dir = self.dir.clone();
        if matches!(source.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded) {
            return StoreError::DiskFull { free: (self.free)(&dir).unwrap_or(0), dir, needed: RESERVE };
        }
        StoreError::Io { dir, doing, source: Arc::new(source) }
    }

    pub(crate) fn damaged(&self, detail: String) -> StoreError {
        StoreError::Damaged { dir: self.dir.clone(), detail }
    }
}

/// Removes a folder with everything in it, if it exists.
pub(crate) fn remove(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        outcome => outcome,
    }
}

/// Returns the bytes of all files in a folder and its subfolders.
pub(crate) fn size(folder: &Path) -> io::Result<u64> {
    let mut sum = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        sum += if kind.is_dir() { size(&entry.path())? } else { entry.metadata()?.len() };
    }
    Ok(sum)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a panic is how a test fails
mod tests {
    use super::*;

    fn folder(dir: &Path) -> Folder {
        Folder::new(dir, |dir| fs4::available_space(dir))
    }

    #[test]
    fn a_lock_is_released_without_an_error_while_its_file_is_open() {
        let dir = tempfile::tempdir().unwrap();
        let folder = folder(dir.path());
        let alone = folder.lock().unwrap();
        assert!(matches!(folder.lock(), Err(StoreError::InUse { .. })));
        assert!(matches!(folder.lock_to_read(), Err(StoreError::InUse { .. })));
        alone.release().unwrap();
        let reader = folder.lock_to_read().unwrap().unwrap();
        let another = folder.lock_to_read().unwrap().unwrap();
        assert!(matches!(folder.lock(), Err(StoreError::InUse { .. })));
        reader.release().unwrap();
        another.release().unwrap();
        folder.lock().unwrap();
    }
}
