//! The key file: one line of 64 hexadecimal digits, readable only by its owner.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Read, Write};
use std::path::Path;
use std::sync::Arc;

use super::StartError;
use crate::identity::Identity;

const FILE: &str = "identity.key";

/// Reads the identity of a data folder, or makes a new one.
pub(super) fn load_or_create(dir: &Path) -> Result<Identity, StartError> {
    let path = dir.join(FILE);
    let failed = |source| StartError::KeyFile { path: path.clone(), source: Arc::new(source) };
    match OpenOptions::new().read(true).open(&path) {
        Ok(file) => {
            let mut text = String::new();
            file.take(1024).read_to_string(&mut text).map_err(failed)?;
            let secret = data_encoding::HEXLOWER.decode(text.trim().as_bytes()).ok();
            let secret = secret.and_then(|bytes| bytes.try_into().ok()).ok_or(StartError::KeyDamaged { path })?;
            Ok(Identity::from_secret(secret))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let identity = Identity::from_secret(rand::random());
            create(dir, &path, &identity).map_err(failed)?;
            Ok(identity)
        }
        Err(error) => Err(failed(error)),
    }
}

/// Writes the file under another name and renames it, so that it is complete or missing. It is durable on return: what is
/// signed with the key must never outlive it.
fn create(dir: &Path, path: &Path, identity: &Identity) -> std::io::Result<()> {
    let beside = path.with_extension("new");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&beside)?;
    writeln!(file, "{}", data_encoding::HEXLOWER.encode(&identity.secret()))?;
    file.sync_all()?;
    std::fs::rename(&beside, path)?;
    inkmesh_store::sync_folder(dir)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_key_every_time_and_only_for_its_owner() {
        let dir = tempfile::tempdir().unwrap();
        let first = load_or_create(dir.path()).unwrap();
        assert_eq!(load_or_create(dir.path()).unwrap().author(), first.author());
        #[cfg(unix)]
        {
            let mode = std::os::unix::fs::PermissionsExt::mode(
                &std::fs::metadata(dir.path().join(FILE)).unwrap().permissions(),
            );
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn a_damaged_key_is_not_replaced() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(FILE), "not a key").unwrap();
        assert!(matches!(load_or_create(dir.path()), Err(StartError::KeyDamaged { .. })));
        assert_eq!(std::fs::read_to_string(dir.path().join(FILE)).unwrap(), "not a key");
    }
}
