//! Backups: one encrypted file with what can't come back from others: the identity, the contacts, the private rooms and the list
//! of rooms. What was said is not in it; that comes back by sync.
//!
//! ```text
//! "inkmesh backup" ‖ version (1 byte) ‖ salt (16) ‖ nonce (24) ‖ XChaCha20-Poly1305(CBOR of the content) ‖ check (32)
//! ```
//!
//! The key comes from the passphrase by Argon2id (RFC 9106) with fixed costs, so that a file can't ask for more. What stands before the
//! encrypted part is its associated data. The check is a hash of all before it: a torn file is told from a wrong passphrase.

use std::fmt;

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use crate::codec;
use crate::identity::Identity;

const MAGIC: &[u8] = b"inkmesh backup";
const VERSION: u8 = 1;
const SALT_LEN: usize = 16;
const NONCE_LEN: usize = 24;
const CHECK_LEN: usize = 32;
const HEAD_LEN: usize = MAGIC.len() + 1 + SALT_LEN + NONCE_LEN;
/// Random bytes that a backup needs.
pub const RANDOM_LEN: usize = SALT_LEN + NONCE_LEN;
/// Largest backup in bytes.
pub const MAX_BACKUP: usize = 64 << 20;
/// Fewest characters of a passphrase.
pub const MIN_PASSPHRASE: usize = 8;

/// The costs of Argon2id: the second of the two that RFC 9106 recommends, 64 MiB and 3 passes, on one thread.
const MEMORY_KIB: u32 = 64 << 10;
const PASSES: u32 = 3;

/// The reason why there is no backup, or why it can't be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BackupError {
    /// The passphrase is too short.
    #[error("a passphrase has at least {MIN_PASSPHRASE} characters")]
    ShortPassphrase,
    /// There is more to keep than fits.
    #[error("there is too much for a backup")]
    TooLarge,
    /// The file is something else.
    #[error("this is not a backup of Inkmesh")]
    NotABackup,
    /// A newer program made it.
    #[error("this backup is of a newer version of the program: update this one")]
    Newer,
    /// A part of the file is missing or changed.
    #[error("this backup is torn or damaged: use another copy")]
    Damaged,
    /// The passphrase is another one.
    #[error("this is not the passphrase of the backup")]
    WrongPassphrase,
}

/// The content of a backup.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backup {
    #[serde(with = "serde_bytes")]
    secret: [u8; 32],
    /// Named values of the store.
    values: Vec<(String, ByteBuf)>,
}

impl Backup {
    /// Makes a backup of an identity and some named values of the store.
    #[must_use]
    pub fn new(identity: &Identity, values: Vec<(String, Vec<u8>)>) -> Self {
        let values = values.into_iter().map(|(name, value)| (name, ByteBuf::from(value))).collect();
        Backup { secret: identity.secret(), values }
    }

    /// Returns the identity.
    #[must_use]
    pub fn identity(&self) -> Identity {
        Identity::from_secret(self.secret)
    }

    /// Returns the named values.
    pub fn values(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.values.iter().map(|(name, value)| (name.as_str(), value.as_slice()))
    }

    /// Returns the bytes of the file. Takes some tenths of a second and 64 MiB. `random` is from a cryptographic source.
    ///
    /// # Errors
    /// [`BackupError::ShortPassphrase`], [`BackupError::TooLarge`].
    pub fn seal(&self, passphrase: &str, random: [u8; RANDOM_LEN]) -> Result<Vec<u8>, BackupError> {
        if passphrase.chars().count() < MIN_PASSPHRASE {
            return Err(BackupError::ShortPassphrase);
        }
        let text = codec::encode(self, MAX_BACKUP - 1024).map_err(|_| BackupError::TooLarge)?;
        let mut bytes = [MAGIC, &[VERSION], &random].concat();
        let (cipher, nonce) = cipher(passphrase, &bytes);
        let payload = Payload { msg: &text, aad: &bytes };
        let sealed = cipher.encrypt(&nonce, payload).map_err(|_| BackupError::TooLarge)?;
        bytes.extend_from_slice(&sealed);
        let check = check(&bytes);
        bytes.extend_from_slice(&check);
        Ok(bytes)
    }

    /// Reads the bytes of a file. Takes as long as [`Backup::seal`] unless the file is damaged.
    ///
    /// # Errors
    /// [`BackupError`].
    pub fn open(bytes: &[u8], passphrase: &str) -> Result<Self, BackupError> {
        let version = bytes.strip_prefix(MAGIC).ok_or(BackupError::NotABackup)?.first();
        match version {
            Some(&VERSION) => {}
            Some(version) if *version > VERSION => return Err(BackupError::Newer),
            _ => return Err(BackupError::Damaged),
        }
        let (told, found) = bytes.split_at_checked(bytes.len().saturating_sub(CHECK_LEN)).unwrap_or_default();
        if bytes.len() > MAX_BACKUP || told.len() < HEAD_LEN || found != check(told) {
            return Err(BackupError::Damaged);
        }
        let (head, sealed) = told.split_at(HEAD_LEN);
        let (cipher, nonce) = cipher(passphrase, head);
        let text = cipher.decrypt(&nonce, Payload { msg: sealed, aad: head });
        codec::decode(&text.map_err(|_| BackupError::WrongPassphrase)?).map_err(|_| BackupError::Damaged)
    }
}

impl fmt::Debug for Backup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Backup of {:?} with {} values", self.identity(), self.values.len())
    }
}

/// Returns the cipher and the nonce for a head, which ends with salt and nonce.
fn cipher(passphrase: &str, head: &[u8]) -> (XChaCha20Poly1305, XNonce) {
    let (salt, nonce) = head[HEAD_LEN - RANDOM_LEN..].split_at(SALT_LEN);
    let mut key = [0; 32];
    // The costs and lengths are constants within the bounds of Argon2, so neither can fail.
    let params = Params::new(MEMORY_KIB, PASSES, 1, Some(key.len())).unwrap_or_default();
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let derived = argon2.hash_password_into(passphrase.as_bytes(), salt, &mut key);
    assert!(derived.is_ok(), "{derived:?}");
    (XChaCha20Poly1305::new(Key::from_slice(&key)), *XNonce::from_slice(nonce))
}

fn check(bytes: &[u8]) -> [u8; CHECK_LEN] {
    blake3::derive_key("inkmesh 2026 check of a backup", bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSPHRASE: &str = "비밀 문장 여덟 자";

    fn backup() -> Backup {
        Backup::new(&Identity::from_secret([7; 32]), vec![("name".to_owned(), b"Ana".to_vec())])
    }

    #[test]
    fn a_backup_opens_with_its_passphrase_only_and_each_fault_is_told() {
        let file = backup().seal(PASSPHRASE, [3; RANDOM_LEN]).unwrap();
        let read = Backup::open(&file, PASSPHRASE).unwrap();
        assert_eq!(read, backup());
        assert_eq!(read.identity().author(), Identity::from_secret([7; 32]).author());
        assert_eq!(read.values().collect::<Vec<_>>(), [("name", &b"Ana"[..])]);
        assert!(!file.windows(3).any(|bytes| bytes == b"Ana") && !file.windows(32).any(|bytes| bytes == [7; 32]));
        assert_eq!(Backup::open(&file, "another one"), Err(BackupError::WrongPassphrase));
        for at in [MAGIC.len() + 2, HEAD_LEN, file.len() - 1] {
            let mut changed = file.clone();
            changed[at] ^= 1;
            assert_eq!(Backup::open(&changed, PASSPHRASE), Err(BackupError::Damaged), "{at}");
        }
        for len in [MAGIC.len(), MAGIC.len() + 1, HEAD_LEN, HEAD_LEN + CHECK_LEN, file.len() - 1] {
            assert_eq!(Backup::open(&file[..len], PASSPHRASE), Err(BackupError::Damaged), "{len}");
        }
        let mut newer = file.clone();
        newer[MAGIC.len()] = VERSION + 1;
        assert_eq!(Backup::open(&newer, PASSPHRASE), Err(BackupError::Newer));
        for other in [&b""[..], b"inkmesh", b"PK\x03\x04 something else"] {
            assert_eq!(Backup::open(other, PASSPHRASE), Err(BackupError::NotABackup));
        }
        assert_eq!(backup().seal("일곱 글자다", [3; RANDOM_LEN]), Err(BackupError::ShortPassphrase));
        assert!(!format!("{:?}", backup()).contains("7, 7"));
    }
}
