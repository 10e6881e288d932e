//! The key file: one line of 64 hexadecimal digits, readable only by its owner.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Read, Write};
use std::path::Path;
use std::sync::Arc;

use super::StartError;
use crate::event::Warning;
use crate::identity::Identity;

const FILE: &str = "identity.key";

/// Reads the identity of a data folder, or makes a new one. `used`: somebody wrote here before. Returns also what the person
/// has to know.
pub(super) fn load_or_create(dir: &Path, used: bool) -> Result<(Identity, Option<Warning>), StartError> {
    let path = dir.join(FILE);
    let failed = |source| StartError::KeyFile { path: path.clone(), source: Arc::new(source) };
    match OpenOptions::new().read(true).open(&path) {
        Ok(file) => {
            let exposed = take_from_others(&file);
            let mut text = String::new();
            file.take(1024).read_to_string(&mut text).map_err(failed)?;
            let secret = data_encoding::HEXLOWER.decode(text.trim().as_bytes()).ok();
            let secret = secret.and_then(|bytes| bytes.try_into().ok()).ok_or(StartError::KeyDamaged { path })?;
            Ok((Identity::from_secret(secret), exposed.then_some(Warning::KeyExposed)))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let identity = Identity::from_secret(rand::random());
            create(dir, &path, &identity).map_err(failed)?;
            Ok((identity, used.then_some(Warning::NewKey)))
        }
        Err(error) => Err(failed(error)),
    }
}

/// Returns whether a data folder has an identity.
pub(super) fn exists(dir: &Path) -> bool {
    dir.join(FILE).exists()
}

/// Writes the identity of a data folder that has none.
pub(super) fn put(dir: &Path, identity: &Identity) -> Result<(), StartError> {
    let path = dir.join(FILE);
    create(dir, &path, identity).map_err(|source| StartError::KeyFile { path, source: Arc::new(source) })
}

/// Takes the file from all users but its owner. Returns whether others could read or change it until now. Where the file
/// system knows no users, nothing can be done, and it returns false.
#[cfg(unix)]
fn take_from_others(file: &std::fs::File) -> bool {
    use std::os::unix::fs::PermissionsExt;

    let others = || Ok::<_, std::io::Error>(file.metadata()?.permissions().mode() & 0o077 != 0);
    let taken = others().and_then(|exposed| {
        if exposed {
            file.set_permissions(std::fs::Permissions::from_mode(0o600))?;
        }
        Ok(exposed && !others()?)
    });
    taken.inspect_err(|error| tracing::warn!(%error, "others may be able to read the key file")).unwrap_or(false)
}

#[cfg(not(unix))]
fn take_from_others(_file: &std::fs::File) -> bool {
    false
}

/// Writes the file. It is durable on return: what is signed with the key must never outlive it.
fn create(dir: &Path, path: &Path, identity: &Identity) -> std::io::Result<()> {
    write_secret(dir, path, format!("{}\n", data_encoding::HEXLOWER.encode(&identity.secret())).as_bytes())
}

/// Writes a file that only its owner can read, in the folder `dir`: under another name, which is changed then, so that it is complete or
/// missing. It is durable on return.
pub(super) fn write_secret(dir: &Path, path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let beside = path.with_extension("new");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&beside, path)?;
    inkmesh_store::sync_folder(dir)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    fn mode(dir: &Path) -> u32 {
        use std::os::unix::fs::PermissionsExt;
        std::fs::metadata(dir.join(FILE)).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn the_same_key_every_time_and_only_for_its_owner() {
        let dir = tempfile::tempdir().unwrap();
        let (first, None) = load_or_create(dir.path(), false).unwrap() else { panic!("nothing is to be told") };
        let (second, None) = load_or_create(dir.path(), true).unwrap() else { panic!("nothing is to be told") };
        assert_eq!(second.author(), first.author());
        #[cfg(unix)]
        assert_eq!(mode(dir.path()), 0o600);
    }

    #[cfg(unix)]
    #[test]
    fn a_key_that_others_could_read_is_taken_from_them_and_told() {
        use std::os::unix::fs::PermissionsExt;

        let dir = tempfile::tempdir().unwrap();
        let (first, _) = load_or_create(dir.path(), false).unwrap();
        std::fs::set_permissions(dir.path().join(FILE), std::fs::Permissions::from_mode(0o644)).unwrap();
        let (second, warning) = load_or_create(dir.path(), true).unwrap();
        assert_eq!((second.author(), warning), (first.author(), Some(Warning::KeyExposed)));
        assert_eq!(mode(dir.path()), 0o600);
        assert_eq!(load_or_create(dir.path(), true).unwrap().1, None, "once");
    }

    #[test]
    fn a_key_that_is_gone_is_told() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(load_or_create(dir.path(), true).unwrap().1, Some(Warning::NewKey));
    }

    #[test]
    fn a_damaged_key_is_not_replaced() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(FILE), "not a key").unwrap();
        assert!(matches!(load_or_create(dir.path(), true), Err(StartError::KeyDamaged { .. })));
        assert_eq!(std::fs::read_to_string(dir.path().join(FILE)).unwrap(), "not a key");
    }
}
