//! Writes backups of a running node, and restores one into a data folder that has no identity yet.

use std::path::{Path, PathBuf};

use inkmesh_store::{Store, StoreError};

use super::{StartError, contacts, key_file, private_rooms, profile, rooms};
use crate::backup::{Backup, BackupError, MAX_BACKUP, RANDOM_LEN};
use crate::command::CommandError;
use crate::identity::{Author, Identity};

/// The named values of the store that are part of a backup, besides contacts and private rooms.
const VALUES: [&str; 4] = [profile::NAME, profile::PICTURE, "rooms", rooms::LEFT];

/// The reason why a backup could not be restored.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// The file can't be read.
    #[error("can't read {path}")]
    File {
        /// The file.
        path: PathBuf,
        /// The error of the system.
        #[source]
        source: std::io::Error,
    },
    /// The file is no backup, or is damaged, or the passphrase is wrong.
    #[error(transparent)]
    Backup(#[from] BackupError),
    /// Somebody lives in the data folder.
    #[error("there is an identity in {0} already: name another folder with --data-dir DIR")]
    Used(PathBuf),
    /// The data folder can't be written.
    #[error(transparent)]
    Start(#[from] StartError),
}

impl From<StoreError> for RestoreError {
    fn from(error: StoreError) -> Self {
        RestoreError::Start(error.into())
    }
}

/// Writes a backup to a file, which is complete or missing. A file that is there is replaced only if it is a backup. Waits for the
/// disk, and for the derivation of the key.
pub(super) fn write(store: &Store, identity: &Identity, to: &Path, passphrase: &str) -> Result<(), CommandError> {
    let failed = |error: &dyn std::fmt::Display| CommandError::NotSaved(format!("{}: {error}", to.display()));
    let values = values(store).map_err(|error| failed(&error))?;
    let bytes = Backup::new(identity, values).seal(passphrase, random())?;
    if to.exists() && !begins_as_backup(to) {
        return Err(CommandError::FileExists(to.display().to_string()));
    }
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    key_file::write_secret(folder, to, &bytes).map_err(|error| failed(&error))
}

/// Restores a backup into a data folder in which nobody lives. The key comes last: a folder in which this was interrupted can be
/// restored into again. Returns whose backup it was.
///
/// # Errors
/// [`RestoreError`].
pub fn restore(file: &Path, passphrase: &str, data_dir: &Path) -> Result<Author, RestoreError> {
    let unread = |source| RestoreError::File { path: file.to_owned(), source };
    if std::fs::metadata(file).map_err(unread)?.len() > MAX_BACKUP as u64 {
        return Err(BackupError::NotABackup.into());
    }
    let backup = Backup::open(&std::fs::read(file).map_err(unread)?, passphrase)?;
    let (store, _) = Store::open(data_dir)?;
    if key_file::exists(data_dir) || !store.rooms()?.is_empty() {
        return Err(RestoreError::Used(data_dir.to_owned()));
    }
    for (name, value) in backup.values().filter(|(name, _)| is_kept(name)) {
        store.put_meta(name, value.to_vec())?;
    }
    store.close();
    let identity = backup.identity();
    key_file::put(data_dir, &identity)?;
    Ok(identity.author())
}

fn is_kept(name: &str) -> bool {
    VALUES.contains(&name) || name.starts_with(contacts::PREFIX) || name.starts_with(private_rooms::PREFIX)
}

fn values(store: &Store) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
    let mut values = Vec::new();
    for name in VALUES {
        values.extend(store.get_meta(name)?.map(|value| (name.to_owned(), value)));
    }
    for prefix in [contacts::PREFIX, private_rooms::PREFIX] {
        values.extend(store.metas(prefix)?.into_iter().map(|(rest, value)| (format!("{prefix}{rest}"), value)));
    }
    Ok(values)
}

fn begins_as_backup(file: &Path) -> bool {
    use std::io::Read as _;
    let mut start = [0; 14];
    let read = std::fs::File::open(file).and_then(|mut file| file.read_exact(&mut start));
    read.is_ok() && Backup::open(&start, "") != Err(BackupError::NotABackup)
}

/// Random bytes from the system.
fn random() -> [u8; RANDOM_LEN] {
    rand::random()
}
