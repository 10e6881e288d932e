//! The backend in a folder: a log that can be opened whatever state it is in, closed, opened again and repaired while the
//! store runs. Nothing that was saved is deleted: a log that can't be read is moved aside.

use std::fs;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError, RwLock};

use crate::archive::{Archive, Block};
use crate::backend::{Backend, Visit, Write};
use crate::error::StoreError;
use crate::files;
use crate::folder::{self, Folder, Found, Lock};
use crate::index::{FORMAT, Index};
use crate::keys::{self, Hash32};
use crate::log::Log;
use crate::opening::{Opening, Quarantine};
use crate::queue::Sound;
use crate::salvage::{self, Copied};
use crate::snapshots;
use crate::witness::{self, Witness};

/// The most bytes written for one byte of a record: the record itself, its page again as it fills and as it splits, and once
/// more in the archive.
const AMPLIFICATION: u64 = 5;

/// A log in a store's folder.
pub(crate) struct Disk {
    folder: Folder,
    path: PathBuf,
    /// The log, or the reason why there is none.
    log: RwLock<Result<Log, StoreError>>,
    /// Held while a snapshot is written.
    writing_snapshot: Mutex<()>,
    /// The exclusive lock on the folder; released after the log is closed.
    lock: Mutex<Option<Lock>>,
}

impl Disk {
    /// Opens or creates the log in `path`, a subfolder of the store's folder.
    pub(crate) fn open(folder: &Folder, path: PathBuf) -> Result<Disk, StoreError> {
        Disk::open_with(Log::open, folder, path)
    }

    /// Opens a log that may be damaged, to read what is left of it.
    fn open_damaged(folder: &Folder, path: PathBuf) -> Result<Disk, StoreError> {
        Disk::open_with(Log::open_damaged, folder, path)
    }

    fn open_with(
        open: impl FnOnce(&Folder, &Path) -> Result<Log, StoreError>,
        folder: &Folder,
        path: PathBuf,
    ) -> Result<Disk, StoreError> {
        let closed = RwLock::new(Err(StoreError::Closed));
        let (writing_snapshot, lock) = (Mutex::default(), Mutex::default());
        let disk = Disk { folder: folder.clone(), path, log: closed, writing_snapshot, lock };
        // The caller may move or remove a log that can't be opened.
        disk.replace(|| open(&disk.folder, &disk.path)).inspect_err(|_| files::wait_until_closed(&disk.path))?;
        Ok(disk)
    }

    /// Holds the lock until the log is closed.
    fn hold(&self, lock: Lock) {
        *self.lock.lock().unwrap_or_else(PoisonError::into_inner) = Some(lock);
    }

    /// Closes the log and replaces it with another one, or none. Readers wait meanwhile.
    fn replace(&self, with: impl FnOnce() -> Result<Log, StoreError>) -> Result<(), StoreError> {
        let mut log = self.log.write().unwrap_or_else(PoisonError::into_inner);
        if let Ok(before) = std::mem::replace(&mut *log, Err(StoreError::Closed)) {
            // sled writes once more when it is dropped, and panics if it can't.
            if catch_unwind(AssertUnwindSafe(|| drop(before))).is_err() {
                tracing::warn!("closing the data in {} failed", self.folder.dir().display());
            }
            files::wait_until_closed(&self.path);
        }
        *log = with();
        log.as_ref().map(|_| ()).map_err(StoreError::clone)
    }

    /// Runs `action` on the log, if there is one.
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

    fn repair(&self, reason: String, sound: &Sound) -> Result<Quarantine, StoreError> {
        let mut quarantined = Err(StoreError::Closed);
        self.replace(|| {
            quarantined = set_aside(&self.folder, reason, sound);
            quarantined.as_ref().map_err(StoreError::clone)?;
            Log::open(&self.folder, &self.path)
        })?;
        quarantined
    }

    fn put_snapshot(&self, room: &Hash32, bytes: &[u8]) -> Result<(), StoreError> {
        self.with(|_| {
            let _one = self.writing_snapshot.lock().unwrap_or_else(PoisonError::into_inner);
            self.check_room(bytes.len() as u64)?;
            self.folder.ok("saving a snapshot in", snapshots::put(&self.path, room, bytes))
        })
    }

    fn snapshot(&self, room: &Hash32) -> Result<Option<Vec<u8>>, StoreError> {
        self.with(|_| self.folder.ok("reading a snapshot in", snapshots::get(&self.path, room)))
    }

    fn close(&self) {
        // There is no log to open, so there is no failure to report.
        let _closed = self.replace(|| Err(StoreError::Closed));
        drop(self.lock.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    fn damaged(&self, detail: String) -> StoreError {
        self.folder.damaged(detail)
    }

    fn newer(&self, found: u32) -> StoreError {
        StoreError::Newer { dir: self.folder.dir().to_path_buf(), found }
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        self.close();
    }
}

/// A store's folder, open.
pub(crate) struct Opened {
    pub(crate) disk: Disk,
    pub(crate) index: Index,
    pub(crate) witness: Witness,
    pub(crate) opening: Opening,
}

/// Opens or creates a store. A log that can't be read is moved aside, and a new one is made of what can be read of it.
///
/// # Errors
/// `InUse`, `DiskFull`, `Io`: then nothing was moved, as the log may be sound.
pub(crate) fn open(folder: &Folder) -> Result<Opened, StoreError> {
    folder.ok("making the folder", fs::create_dir_all(folder.dir()))?;
    let lock = folder.lock()?;
    let before = folder.ok("opening", witness::read(&folder.witness()))?;
    let (disk, index, quarantined) = open_log(folder)?;
    disk.hold(lock);
    stamp(&disk)?;
    folder.keep_ballast();
    folder.keep_private();
    let witness = folder.ok("opening", Witness::open(&folder.witness()))?;
    let lost = quarantined.is_some() || before.is_some_and(|before| index.count().lacks(before));
    if lost {
        tracing::warn!("saved data in {} is gone: {:?} of {before:?} are left", folder.dir().display(), index.count());
    }
    Ok(Opened { disk, index, witness, opening: Opening { quarantined, lost } })
}

/// Writes the format's number into a log that has none, unless the disk is full.
fn stamp(disk: &Disk) -> Result<(), StoreError> {
    if disk.get(&keys::FORMAT)?.is_some() || disk.check_room(0).is_err() {
        return Ok(());
    }
    disk.commit(vec![(keys::FORMAT.to_vec(), Some(FORMAT.to_be_bytes().to_vec()))])
}

fn open_log(folder: &Folder) -> Result<(Disk, Index, Option<Quarantine>), StoreError> {
    let every: Sound = Box::new(|_| true);
    let quarantined = match folder.settle()? {
        Found::Log => match load(folder) {
            Err(StoreError::Damaged { detail, .. }) => Some(set_aside(folder, detail, &every)?),
            outcome => return outcome.map(|(disk, index)| (disk, index, None)),
        },
        Found::Aside(aside) => {
            Some(begin_again(folder, &aside, "setting it aside was interrupted".to_owned(), &every)?)
        }
        Found::Nothing => {
            Disk::open(folder, folder.new_log())?.close();
            folder.install()?;
            None
        }
    };
    let (disk, index) = load(folder)?;
    Ok((disk, index, quarantined))
}

/// Opens the log. sled writes a little as it opens: on a full disk the ballast is removed to make room for that.
fn load(folder: &Folder) -> Result<(Disk, Index), StoreError> {
    match try_load(folder) {
        Err(StoreError::DiskFull { .. }) if folder.drop_ballast() => try_load(folder),
        outcome => outcome,
    }
}

fn try_load(folder: &Folder) -> Result<(Disk, Index), StoreError> {
    let disk = Disk::open(folder, folder.log())?;
    let index = Index::load(&disk)?;
    Ok((disk, index))
}

/// Moves the log, which must be closed, aside, and makes a new one of what can be read of it.
fn set_aside(folder: &Folder, reason: String, sound: &Sound) -> Result<Quarantine, StoreError> {
    let aside = match folder.settle()? {
        Found::Log => {
            folder.check_room(room_for(folder, &folder.log())?)?;
            folder.set_aside()?
        }
        Found::Aside(aside) => aside,
        Found::Nothing => return Err(folder.damaged("the log is gone".to_owned())),
    };
    begin_again(folder, &aside, reason, sound)
}

/// Returns the bytes needed for a copy to read from and a new log.
fn room_for(folder: &Folder, log: &Path) -> Result<u64, StoreError> {
    Ok(folder.ok("looking at", folder::size(log))?.saturating_mul(2))
}

/// Makes a new log of what can be read of the one that was moved aside.
fn begin_again(folder: &Folder, aside: &Path, reason: String, sound: &Sound) -> Result<Quarantine, StoreError> {
    tracing::error!("the data can't be read ({reason}); it is kept as it is in {}", aside.display());
    folder.check_room(room_for(folder, aside)?)?;
    // Without its snapshot sled scans its whole file, and may find more.
    let (mut copied, mut whole) = salvage(folder, aside, true, sound)?;
    if !whole {
        let first = copied;
        (copied, whole) = salvage(folder, aside, false, sound)?;
        if !whole && copied.records < first.records {
            (copied, _) = salvage(folder, aside, true, sound)?;
        }
    }
    folder.install()?;
    tracing::info!("{} records could be read and are kept", copied.records);
    Ok(Quarantine { moved_to: aside.to_path_buf(), reason, kept: copied.records, lost_chains: copied.cut_chains })
}

/// Copies what can be read into `log.new`, which is complete and durable on return. Returns also whether sled's files could
/// be read.
fn salvage(
    folder: &Folder,
    aside: &Path,
    with_sled_snapshot: bool,
    sound: &Sound,
) -> Result<(Copied, bool), StoreError> {
    let (copy, new) = (folder.copy(), folder.new_log());
    for leftover in [&copy, &new] {
        folder.ok("setting aside what is broken in", folder::remove(leftover))?;
    }
    let wanted = |name: &str| matches!(name, "db" | "archive") || (with_sled_snapshot && name.starts_with("snap."));
    folder.ok("reading what is broken in", files::copy(aside, &copy, wanted))?;
    let target = Disk::open(folder, new)?;
    let source = match Disk::open_damaged(folder, copy.clone()) {
        Ok(source) => Some(source),
        Err(StoreError::Damaged { detail, .. }) => {
            tracing::warn!("sled's files can't be read (with its snapshot: {with_sled_snapshot}): {detail}");
            None
        }
        Err(error) => return Err(error),
    };
    let archive = folder.ok("reading what is broken in", Archive::open(&copy))?;
    let from = source.as_ref().map(|source| source as &dyn Backend);
    let copied = salvage::copy_damaged(folder, (from, &archive), &target, sound)?;
    let whole = source.is_some();
    // Windows doesn't remove a folder with an open file in it.
    drop((archive, source));
    target.close();
    folder.ok("saving", files::sync_all(folder.dir(), &folder.new_log()))?;
    folder.ok("removing a copy in", folder::remove(&copy))?;
    Ok((copied, whole))
}
