//! The files of the database, where sled leaves something to be done.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use fs4::FileExt;

use crate::archive;

/// The file that sled appends to.
pub(crate) fn data(log: &Path) -> PathBuf {
    log.join("db")
}

/// Removes what sled leaves behind when it is stopped while it writes a snapshot: it would take that for a snapshot
/// itself at the next start, and then for damage.
pub(crate) fn remove_unfinished_snapshots(log: &Path) -> io::Result<()> {
    let entries = match fs::read_dir(log) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "generating") {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

/// Copies those files of a log that are wanted by their names into a folder that it makes. Sled's settings need not be:
/// it writes them anew, and they are always the same.
pub(crate) fn copy(log: &Path, copy: &Path, wanted: impl Fn(&str) -> bool) -> io::Result<()> {
    fs::create_dir(copy)?;
    for entry in fs::read_dir(log)? {
        let entry = entry?;
        let name = entry.file_name();
        if wanted(&name.to_string_lossy()) && entry.file_type()?.is_file() {
            let mut to = File::create(copy.join(&name))?;
            io::copy(&mut File::open(entry.path())?, &mut to)?;
        }
    }
    Ok(())
}

/// Makes durable what sled made or renamed while opening `log` in `dir`: the files, and the folders that name them.
pub(crate) fn sync_all(dir: &Path, log: &Path) -> io::Result<()> {
    for file in [data(log), log.join("conf"), archive::path(log)] {
        OpenOptions::new().write(true).open(file)?.sync_all()?;
    }
    sync_folder(log)?;
    sync_folder(dir)?;
    match fs::canonicalize(dir)?.parent().map_or(Ok(()), sync_folder) {
        // It belongs to someone else, so it was not us who made our folder in it.
        Err(error) if error.kind() == ErrorKind::PermissionDenied => Ok(()),
        outcome => outcome,
    }
}

/// Makes durable which names lie in a folder.
#[cfg(unix)]
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Elsewhere a folder can't be synced, and need not be.
#[cfg(not(unix))]
pub(crate) fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

/// Waits until sled has closed the database, at most a second: its threads may keep the file open, and locked, a moment
/// longer than it. Until then it can't be opened again, and Windows neither renames nor removes the folder.
pub(crate) fn wait_until_closed(log: &Path) {
    for _ in 0..1000 {
        match OpenOptions::new().write(true).open(data(log)) {
            Err(error) if error.kind() == ErrorKind::NotFound => return,
            // Released before the file is closed, which a program that is just being started may have inherited.
            Ok(file) if FileExt::try_lock(&file).is_ok() && FileExt::unlock(&file).is_ok() => return,
            _ => thread::sleep(Duration::from_millis(1)),
        }
    }
    tracing::warn!("{} stays locked", log.display());
}

/// Writes the data file over itself and syncs it. After a failed sync the kernel takes pages for clean that the disk
/// never got; this gives them to it again.
pub(crate) fn write_again(log: &Path) -> io::Result<()> {
    let mut file = OpenOptions::new().read(true).write(true).open(data(log))?;
    let mut chunk = vec![0; 1 << 20];
    let mut at = 0;
    loop {
        file.seek(SeekFrom::Start(at))?;
        let len = file.read(&mut chunk)?;
        if len == 0 {
            return file.sync_all();
        }
        file.seek(SeekFrom::Start(at))?;
        file.write_all(&chunk[..len])?;
        at += len as u64;
    }
}
