//! Snapshots: values that were computed from a room's records, each in a file of its own beside the database.
//!
//! They lie in the log's own folder, so they are moved or replaced together with the log: a snapshot is never used with
//! another log than the one it was made from. A file is a CRC-32 followed by the bytes. A damaged file counts as missing.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use crate::files;
use crate::keys::Hash32;

/// The largest snapshot, in bytes.
pub(crate) const MAX_SNAPSHOT: usize = 256 << 20;

const CHECK_LEN: usize = 4;

/// Returns the folder of a log's snapshots.
pub(crate) fn folder(log: &Path) -> PathBuf {
    log.join("checkpoints")
}

fn path(log: &Path, room: &Hash32) -> PathBuf {
    folder(log).join(room.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}

/// Replaces a room's snapshot atomically.
pub(crate) fn put(log: &Path, room: &Hash32, bytes: &[u8]) -> io::Result<()> {
    let path = path(log, room);
    let new = path.with_extension("new");
    fs::create_dir_all(folder(log))?;
    let mut file = File::create(&new)?;
    file.write_all(&crc32fast::hash(bytes).to_le_bytes())?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(new, path)?;
    files::sync_folder(&folder(log))
}

/// Returns the snapshot of a room, unless it is missing or damaged.
pub(crate) fn get(log: &Path, room: &Hash32) -> io::Result<Option<Vec<u8>>> {
    let file = match File::open(path(log, room)) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let limit = (CHECK_LEN + MAX_SNAPSHOT) as u64;
    let mut bytes = Vec::new();
    file.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() < CHECK_LEN || bytes.len() as u64 > limit {
        return Ok(None);
    }
    let content = bytes.split_off(CHECK_LEN);
    Ok((crc32fast::hash(&content).to_le_bytes() == bytes[..]).then_some(content))
}
