//! Opening a store's folder whatever state it is in, without deleting anything that was saved.

use std::fs;
use std::path::Path;

use crate::archive::Archive;
use crate::backend::Backend;
use crate::disk::Disk;
use crate::error::StoreError;
use crate::files;
use crate::folder::{self, Folder, Found};
use crate::index::Index;
use crate::opening::{Opening, Quarantine};
use crate::salvage::{self, Copied};
use crate::witness::{self, Witness};

/// A folder that is open.
pub(crate) struct Opened {
    pub(crate) disk: Disk,
    pub(crate) index: Index,
    pub(crate) witness: Witness,
    pub(crate) opening: Opening,
}

/// Opens or makes a store. A log that can't be read is set aside and a new one begun with what can be read of it; but
/// not when the folder is in use, the disk full, or the operating system refuses: the log may be sound then.
pub(crate) fn open(folder: &Folder) -> Result<Opened, StoreError> {
    folder.ok("making the folder", fs::create_dir_all(folder.dir()))?;
    let lock = folder.lock()?;
    let before = folder.ok("opening", witness::read(&folder.witness()))?;
    let (disk, index, quarantined) = open_log(folder)?;
    disk.hold(lock);
    folder.keep_ballast();
    let witness = folder.ok("opening", Witness::open(&folder.witness()))?;
    let lost = quarantined.is_some() || before.is_some_and(|before| index.count().lacks(before));
    if lost {
        tracing::warn!("saved data in {} is gone: {:?} of {before:?} are left", folder.dir().display(), index.count());
    }
    Ok(Opened { disk, index, witness, opening: Opening { quarantined, lost } })
}

fn open_log(folder: &Folder) -> Result<(Disk, Index, Option<Quarantine>), StoreError> {
    let quarantined = match folder.settle()? {
        Found::Log => match load(folder) {
            Err(StoreError::Damaged { detail, .. }) => Some(set_aside(folder, detail)?),
            outcome => return outcome.map(|(disk, index)| (disk, index, None)),
        },
        Found::Aside(aside) => Some(begin_again(folder, &aside, "setting it aside was interrupted".to_owned())?),
        Found::Nothing => {
            Disk::open(folder, folder.new_log())?.close();
            folder.install()?;
            None
        }
    };
    let (disk, index) = load(folder)?;
    Ok((disk, index, quarantined))
}

/// sled writes a little as it opens. On a full disk the ballast makes room for that, so that one can still read.
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

/// Moves the log aside, which nobody has open, and begins a new one with what can be read of it.
pub(crate) fn set_aside(folder: &Folder, reason: String) -> Result<Quarantine, StoreError> {
    let aside = match folder.settle()? {
        Found::Log => {
            folder.check_room(room_for(folder, &folder.log())?)?;
            folder.set_aside()?
        }
        Found::Aside(aside) => aside,
        Found::Nothing => return Err(folder.damaged("the log is gone".to_owned())),
    };
    begin_again(folder, &aside, reason)
}

/// The bytes that a copy to read from and a new log take.
fn room_for(folder: &Folder, log: &Path) -> Result<u64, StoreError> {
    Ok(folder.ok("looking at", folder::size(log))?.saturating_mul(2))
}

/// Makes a new log with what can be read of the one that was set aside.
fn begin_again(folder: &Folder, aside: &Path, reason: String) -> Result<Quarantine, StoreError> {
    tracing::error!("the data can't be read ({reason}); it is kept as it is in {}", aside.display());
    folder.check_room(room_for(folder, aside)?)?;
    // If sled can't go by its snapshot, it goes through its whole file instead.
    let mut copied = salvage(folder, aside, true)?;
    if copied.records == 0 {
        copied = salvage(folder, aside, false)?;
    }
    folder.install()?;
    tracing::info!("{} records could be read and are kept", copied.records);
    Ok(Quarantine { moved_to: aside.to_path_buf(), reason, kept: copied.records, lost_chains: copied.cut_chains })
}

/// Makes the new log. It is whole and durable on return.
fn salvage(folder: &Folder, aside: &Path, with_snapshot: bool) -> Result<Copied, StoreError> {
    let (copy, new) = (folder.copy(), folder.new_log());
    for leftover in [&copy, &new] {
        folder.ok("setting aside what is broken in", folder::remove(leftover))?;
    }
    let wanted = |name: &str| matches!(name, "db" | "archive") || (with_snapshot && name.starts_with("snap."));
    folder.ok("reading what is broken in", files::copy(aside, &copy, wanted))?;
    let target = Disk::open(folder, new)?;
    let mut copied = match Disk::open_damaged(folder, copy.clone()) {
        Ok(source) => salvage::copy(&source, &target)?,
        Err(StoreError::Damaged { detail, .. }) => {
            tracing::warn!("nothing could be read (with its snapshot: {with_snapshot}): {detail}");
            Copied::default()
        }
        Err(error) => return Err(error),
    };
    let archive = folder.ok("reading what is broken in", Archive::open(&copy))?;
    copied.records += salvage::add_blocks(folder, &archive, &target)?;
    // Windows removes no folder with an open file in it.
    drop(archive);
    target.close();
    folder.ok("saving", files::sync_all(folder.dir(), &folder.new_log()))?;
    folder.ok("removing a copy in", folder::remove(&copy))?;
    Ok(copied)
}
