//! Tools for a folder that no running program has open: check it, describe it, compact it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::backend::Backend;
use crate::disk::Disk;
use crate::error::StoreError;
use crate::files;
use crate::folder::{self, Folder, Found, Lock};
use crate::index::Index;
use crate::keys::{ChainKey, Hash32};
use crate::salvage;
use crate::store::Store;
use crate::witness;

/// The result of a check.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Report {
    /// Chains with at least one record.
    pub chains: u64,
    /// Readable records.
    pub records: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Chains that have a hole or can't be read to their end, each with the number of records before it.
    pub holes: Vec<(ChainKey, u64)>,
    /// The reason why the log can't be opened at all: the next start moves it aside.
    pub unreadable: Option<String>,
    /// True if something that was durable is gone (see [`Opening::lost`](crate::Opening::lost)).
    pub lost: bool,
}

impl Report {
    /// Returns whether nothing is wrong.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.holes.is_empty() && self.unreadable.is_none() && !self.lost
    }
}

/// The result of a compaction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Compacted {
    /// The bytes of the log's files before.
    pub before: u64,
    /// The bytes of the log's files after.
    pub after: u64,
}

/// The contents of a store in numbers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stats {
    /// The rooms, in order.
    pub rooms: Vec<RoomStats>,
    /// The bytes of the log's files, snapshots included.
    pub log_bytes: u64,
    /// The bytes of the snapshots among them.
    pub snapshot_bytes: u64,
    /// The logs that were moved aside, the oldest first, with the bytes of their files. They may be deleted by hand.
    pub quarantined: Vec<(PathBuf, u64)>,
}

/// The contents of a room in numbers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RoomStats {
    /// The room.
    pub room: Hash32,
    /// Its chains with at least one record.
    pub chains: u64,
    /// Its records.
    pub records: u64,
    /// The bytes of its records.
    pub bytes: u64,
}

impl Store {
    /// Reads everything in `dir`, which no running program may have open, and reports what is there and what is wrong.
    /// Repairs nothing.
    ///
    /// # Errors
    /// `InUse`, `Io` (also when there is no store), `DiskFull`.
    pub fn check(dir: &Path) -> Result<Report, StoreError> {
        let offline = Offline::take(dir)?;
        let (disk, index) = match offline.load() {
            Ok(loaded) => loaded,
            Err(StoreError::Damaged { detail, .. }) => {
                return Ok(Report { unreadable: Some(detail), lost: true, ..Report::default() });
            }
            Err(error) => return Err(error),
        };
        let before = offline.folder.ok("reading", witness::read(&offline.folder.witness()))?;
        let mut report = Report { lost: before.is_some_and(|before| index.count().lacks(before)), ..Report::default() };
        for (key, chain) in index.chains.iter().filter(|(_, chain)| chain.next > 0) {
            let (records, bytes) = salvage::measure(&disk, chain.id)?;
            report.chains += 1;
            report.records += records;
            report.bytes += bytes;
            if records < chain.next {
                report.holes.push((*key, records));
            }
        }
        Ok(report)
    }

    /// Compacts the log in `dir`, which no running program may have open: copies everything into a new log, makes it
    /// durable, reads and compares it, and only then replaces the old one.
    ///
    /// # Errors
    /// `Damaged` when not everything can be read: then nothing was changed. `InUse`, `DiskFull`, `Io`.
    pub fn compact(dir: &Path) -> Result<Compacted, StoreError> {
        let offline = Offline::take(dir)?;
        let folder = &offline.folder;
        let before = folder.ok("looking at", folder::size(&folder.log()))?;
        folder.check_room(before)?;
        let (old, index) = offline.load()?;
        let new = Disk::open(folder, folder.new_log())?;
        let copied = salvage::copy(&old, &new, &|_| true)?;
        new.close();
        old.close();
        let new = Disk::open(folder, folder.new_log())?;
        let again = Index::load(&new)?;
        if copied.cut_chains > 0
            || again.count() != index.count()
            || again.chains != index.chains
            || again.torn != index.torn
        {
            return Err(folder.damaged("not everything can be read".to_owned()));
        }
        let old = Disk::open(folder, folder.log())?;
        salvage::compare(&old, &new, &index)?;
        for (room, _) in rooms(&index) {
            if let Some(snapshot) = old.snapshot(&room)? {
                new.put_snapshot(&room, &snapshot)?;
            }
        }
        old.close();
        new.close();
        folder.ok("saving", files::sync_all(folder.dir(), &folder.new_log()))?;
        folder.exchange()?;
        Ok(Compacted { before, after: folder.ok("looking at", folder::size(&folder.log()))? })
    }

    /// Returns the contents of `dir`, which no running program may have open, in numbers.
    ///
    /// # Errors
    /// `Damaged` when not everything can be read; `InUse`, `Io` (also when there is no store), `DiskFull`.
    pub fn stats(dir: &Path) -> Result<Stats, StoreError> {
        let offline = Offline::take(dir)?;
        let folder = &offline.folder;
        let (disk, index) = offline.load()?;
        let mut stats = rooms(&index);
        for (key, chain) in index.chains.iter().filter(|(_, chain)| chain.next > 0) {
            let (records, bytes) = salvage::measure(&disk, chain.id)?;
            if let Some(room) = stats.get_mut(&key.room) {
                room.chains += 1;
                room.records += records;
                room.bytes += bytes;
            }
        }
        disk.close();
        let size = |path: PathBuf| folder.ok("looking at", folder::size(&path));
        let quarantined = folder.broken()?.into_iter().map(|path| Ok((path.clone(), size(path)?)));
        let quarantined = quarantined.collect::<Result<_, StoreError>>()?;
        let snapshots = crate::snapshots::folder(&folder.log());
        let snapshot_bytes = if snapshots.is_dir() { size(snapshots)? } else { 0 };
        Ok(Stats { rooms: stats.into_values().collect(), log_bytes: size(folder.log())?, snapshot_bytes, quarantined })
    }
}

/// Returns the rooms that have a record, with all numbers zero.
fn rooms(index: &Index) -> BTreeMap<Hash32, RoomStats> {
    let empty = |room| (room, RoomStats { room, chains: 0, records: 0, bytes: 0 });
    index.rooms().into_iter().map(empty).collect()
}

/// A folder that is locked for a tool.
struct Offline {
    folder: Folder,
    _lock: Lock,
}

impl Offline {
    fn take(dir: &Path) -> Result<Offline, StoreError> {
        let folder = Folder::new(dir, |dir| fs4::available_space(dir));
        // Fails if the folder is missing, instead of creating an empty store.
        folder.ok("opening", std::fs::read_dir(dir).map(drop))?;
        let lock = folder.lock()?;
        match folder.settle()? {
            Found::Log => Ok(Offline { folder, _lock: lock }),
            Found::Aside(_) | Found::Nothing => {
                Err(folder.io("looking for a store in", std::io::ErrorKind::NotFound.into()))
            }
        }
    }

    fn load(&self) -> Result<(Disk, Index), StoreError> {
        let disk = Disk::open(&self.folder, self.folder.log())?;
        let index = Index::load(&disk)?;
        Ok((disk, index))
    }
}
