//! The backend on sled 0.34: one tree, and the recipe that makes a commit survive a power cut.
//!
//! sled's own `flush` is not enough: it asks the kernel to write, but makes neither the drive nor the file's length
//! follow. So after it comes `fdatasync` of the one file that sled appends to.
//!
//! sled may panic where its files are damaged, so nothing of it is called without catching that.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::ops::{ControlFlow, Range};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use sled::IVec;

use crate::backend::{Backend, Visit, Write};
use crate::error::StoreError;
use crate::files;
use crate::keys;
use crate::parts::{self, Joiner};

/// What sled may keep in memory, in bytes.
const CACHE: u64 = 64 << 20;
/// What must stay free on the disk, in bytes: a disk that is full to the last byte would break sled in mid-write.
const RESERVE: u64 = 16 << 20;
/// How much sled may write for a byte of ours: the record itself, its page again as it fills, and again as it splits.
const AMPLIFICATION: u64 = 4;

/// How many bytes are free for this user in a folder.
type FreeSpace = Box<dyn Fn(&Path) -> io::Result<u64> + Send + Sync>;

/// A folder with a sled database in it.
pub(crate) struct Disk {
    dir: PathBuf,
    free: FreeSpace,
    /// The database, or why there is none.
    open: RwLock<Result<Open, StoreError>>,
}

struct Open {
    db: sled::Db,
    /// The file that sled appends to. It stays open, so that a failure to write it back can't go unnoticed.
    file: File,
}

impl Disk {
    /// Opens or makes the database in `dir/log`.
    pub(crate) fn open(
        dir: &Path,
        free: impl Fn(&Path) -> io::Result<u64> + Send + Sync + 'static,
    ) -> Result<Disk, StoreError> {
        let closed = RwLock::new(Err(StoreError::Closed));
        let disk = Disk { dir: dir.to_path_buf(), free: Box::new(free), open: closed };
        disk.ok("making the folder", fs::create_dir_all(disk.log()))?;
        let open = disk.start()?;
        disk.replace(Ok(open));
        Ok(disk)
    }

    fn log(&self) -> PathBuf {
        self.dir.join("log")
    }

    fn start(&self) -> Result<Open, StoreError> {
        let config = sled::Config::new().path(self.log()).cache_capacity(CACHE).flush_every_ms(None);
        let db = self.sled("opening", || config.open())?;
        let file = self.ok("opening", OpenOptions::new().write(true).open(files::data(&self.log())))?;
        self.ok("opening", files::sync_all(&self.dir, &self.log()))?;
        Ok(Open { db, file })
    }

    /// Puts another database, or none, in the place of the one before, which is closed.
    fn replace(&self, with: Result<Open, StoreError>) {
        let mut open = self.open.write().unwrap_or_else(PoisonError::into_inner);
        let Ok(before) = std::mem::replace(&mut *open, with) else { return };
        // sled writes once more as it goes, and panics if it can't.
        if catch_unwind(AssertUnwindSafe(|| drop(before))).is_err() {
            tracing::warn!("closing the data in {} failed", self.dir.display());
        }
        files::wait_until_unlocked(&self.log());
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
            Ok(Err(sled::Error::Io(source))) => Err(self.io(doing, source)),
            Ok(Err(error)) => Err(self.damaged(error.to_string())),
            Err(panic) => {
                let text = panic.downcast_ref::<String>().map(String::as_str);
                let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
                Err(self.damaged(text.unwrap_or("sled panicked").to_owned()))
            }
        }
    }

    fn ok<T>(&self, doing: &'static str, outcome: io::Result<T>) -> Result<T, StoreError> {
        outcome.map_err(|source| self.io(doing, source))
    }

    fn io(&self, doing: &'static str, source: io::Error) -> StoreError {
        let dir = self.dir.clone();
        if source.to_string().contains("could not acquire lock") {
            return StoreError::InUse { dir };
        }
        if matches!(source.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded) {
            return StoreError::DiskFull { free: (self.free)(&dir).unwrap_or(0), dir, needed: RESERVE };
        }
        StoreError::Io { dir, doing, source: Arc::new(source) }
    }
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
        let free = self.ok("looking for free space in", (self.free)(&self.dir))?;
        let needed = RESERVE + AMPLIFICATION.saturating_mul(bytes);
        if free < needed { Err(StoreError::DiskFull { dir: self.dir.clone(), free, needed }) } else { Ok(()) }
    }

    fn reopen(&self) -> Result<(), StoreError> {
        self.replace(Err(StoreError::Closed));
        let open = self.ok("saving", files::write_again(&self.log())).and_then(|()| self.start());
        let outcome = open.as_ref().map(|_| ()).map_err(StoreError::clone);
        self.replace(open);
        outcome
    }

    fn close(&self) {
        self.replace(Err(StoreError::Closed));
    }

    fn damaged(&self, detail: String) -> StoreError {
        StoreError::Damaged { dir: self.dir.clone(), detail }
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
