//! Work on the database's files that sled leaves to its user: syncing, copying, waiting for locks.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use fs4::FileExt;

use crate::archive;

/// Returns the path of the file that sled appends to.
pub(crate) fn data(log: &Path) -> PathBuf {
    log.join("db")
}

/// Removes the unfinished file that sled leaves when it is stopped while writing a snapshot. sled would otherwise read it
/// as a snapshot at the next start and report damage.
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

/// Creates the folder `copy` and copies the files of a log for whose names `wanted` returns true. sled's settings need
/// not be among them: sled writes them again, always the same.
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

/// Syncs everything that sled created or renamed while opening `log` in `dir`: the files and the folders above them.
pub(crate) fn sync_all(dir: &Path, log: &Path) -> io::Result<()> {
    for file in [data(log), log.join("conf"), archive::path(log)] {
        OpenOptions::new().write(true).open(file)?.sync_all()?;
    }
    sync_folder(log)?;
    sync_folder(dir)?;
    match fs::canonicalize(dir)?.parent().map_or(Ok(()), sync_folder) {
        // The folder above belongs to another user, so this program didn't create `dir` in it.
        Err(error) if error.kind() == ErrorKind::PermissionDenied => Ok(()),
        outcome => outcome,
    }
}

/// Syncs the names in a folder, so that a file that was created or renamed there is found after a power cut.
///
/// # Errors
/// The error of the system. On other systems than Unix it does nothing: a folder can't be synced there, and needn't be.
#[cfg(unix)]
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
#[allow(missing_docs, reason = "see above")]
pub fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

/// Takes a folder, and everything in it whose name passes `ours`, from all users but its owner. A folder for all, such as
/// that for temporary files, is left as it is.
#[cfg(unix)]
pub(crate) fn make_private(folder: &Path, ours: &dyn Fn(&str) -> bool) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;

    const STICKY: u32 = 0o1000;
    let restrict = |path: &Path| {
        let mode = fs::symlink_metadata(path)?.permissions().mode();
        if mode & 0o077 == 0 || mode & STICKY != 0 {
            return Ok(());
        }
        fs::set_permissions(path, fs::Permissions::from_mode(mode & 0o700))
    };
    restrict(folder)?;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if !ours(&entry.file_name().to_string_lossy()) || kind.is_symlink() {
            continue;
        }
        if kind.is_dir() {
            make_private(&entry.path(), &|_| true)?;
        } else {
            restrict(&entry.path())?;
        }
    }
    Ok(())
}

#[cfg(not(unix))]
pub(crate) fn make_private(_folder: &Path, _ours: &dyn Fn(&str) -> bool) -> io::Result<()> {
    Ok(())
}

/// Waits until sled has closed the database, at most one second: its threads may keep the file open and locked a little
/// longer than the `Db`. Until then it can't be opened again, and Windows neither renames nor removes the folder.
pub(crate) fn wait_until_closed(log: &Path) {
    for _ in 0..1000 {
        match OpenOptions::new().write(true).open(data(log)) {
            Err(error) if error.kind() == ErrorKind::NotFound => return,
            // Unlocked before the file is closed, as a child process that is just starting may have inherited it.
            Ok(file) if FileExt::try_lock(&file).is_ok() && FileExt::unlock(&file).is_ok() => return,
            _ => thread::sleep(Duration::from_millis(1)),
        }
    }
    tracing::warn!("{} stays locked", log.display());
}

/// Rewrites the data file in place and syncs it. After a failed sync the kernel regards pages as clean that never reached
/// the disk; this makes them dirty again.
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
