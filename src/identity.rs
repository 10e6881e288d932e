//! Keys: an installation has one Ed25519 key, which is also its libp2p identity.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Length of a signature in bytes (RFC 8032).
pub const SIGNATURE_LEN: usize = 64;

/// The prefix of a libp2p peer id of an Ed25519 key: an identity multihash (0x00) of 36 bytes (0x24) with the protobuf
/// `{type: Ed25519, data: 32 bytes}` (libp2p peer id specification).
const PEER_ID_PREFIX: [u8; 6] = [0x00, 0x24, 0x08, 0x01, 0x12, 0x20];

/// The public key of an installation, which signs its operations. Its libp2p `PeerId` contains the same key.
///
/// The text form ([`fmt::Display`], [`FromStr`]) is that of the `PeerId`: base58btc, `12D3KooW…`. In CBOR an author is the
/// key's bytes, in JSON the text form.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Author(pub [u8; 32]);

impl Serialize for Author {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(self)
        } else {
            serde_bytes::serialize(&self.0, serializer)
        }
    }
}

impl<'de> Deserialize<'de> for Author {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
        } else {
            serde_bytes::deserialize(deserializer).map(Author)
        }
    }
}

impl Author {
    /// Returns whether `signature` over `message` is this author's.
    ///
    /// Uses `verify_strict`: small-order keys and non-canonical signatures are refused, so that all peers decide alike, where
    /// RFC 8032 lets verifiers disagree.
    #[must_use]
    pub fn verify(&self, message: &[u8], signature: &[u8; SIGNATURE_LEN]) -> bool {
        self.key().is_some_and(|key| is_signed(&key, message, signature))
    }

    fn key(&self) -> Option<VerifyingKey> {
        VerifyingKey::from_bytes(&self.0).ok()
    }

    /// Returns the author of a libp2p peer id in binary form; `None` when it is not of an Ed25519 key.
    #[must_use]
    pub fn from_peer_id(bytes: &[u8]) -> Option<Self> {
        let key = bytes.strip_prefix(&PEER_ID_PREFIX)?;
        Some(Author(key.try_into().ok()?))
    }

    /// Returns the libp2p peer id in binary form.
    #[must_use]
    pub fn to_peer_id(&self) -> [u8; 38] {
        let mut bytes = [0; 38];
        bytes[..6].copy_from_slice(&PEER_ID_PREFIX);
        bytes[6..].copy_from_slice(&self.0);
        bytes
    }

    /// Returns six characters that distinguish two people of the same name, such as `k3f-9qa`.
    ///
    /// They are 30 bits: enough for the people of one network, too few to prove an identity.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let hash = blake3::derive_key("inkmesh 2026 fingerprint of an author", &self.0);
        let text = data_encoding::BASE32_NOPAD.encode(&hash[..5]).to_lowercase();
        format!("{}-{}", &text[..3], &text[3..6])
    }
}

impl fmt::Display for Author {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&bs58::encode(self.to_peer_id()).into_string())
    }
}

impl fmt::Debug for Author {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Author({})", self.fingerprint())
    }
}

/// A text that is not a peer id of an Ed25519 key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a peer id: {0:?} (it looks like 12D3KooW…)")]
pub struct ParseAuthorError(String);

impl FromStr for Author {
    type Err = ParseAuthorError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || ParseAuthorError(text.chars().take(80).collect());
        // 38 bytes are at most 52 characters of base58, so a longer text need not be decoded.
        if text.len() > 64 {
            return Err(error());
        }
        let bytes = bs58::decode(text).into_vec().map_err(|_| error())?;
        Author::from_peer_id(&bytes).ok_or_else(error)
    }
}

fn is_signed(key: &VerifyingKey, message: &[u8], signature: &[u8; SIGNATURE_LEN]) -> bool {
    key.verify_strict(message, &Signature::from_bytes(signature)).is_ok()
}

/// Decompressed keys of some authors, to check many signatures: decompressing takes a tenth of a check.
#[derive(Debug, Default)]
pub struct Keys(BTreeMap<Author, Option<VerifyingKey>>);

impl Keys {
    /// Decompresses the keys of these authors.
    pub fn of(authors: impl IntoIterator<Item = Author>) -> Self {
        let mut keys = BTreeMap::new();
        for author in authors {
            keys.entry(author).or_insert_with(|| author.key());
        }
        Keys(keys)
    }

    /// As [`Author::verify`]; refuses signatures of other authors.
    #[must_use]
    pub fn verify(&self, author: &Author, message: &[u8], signature: &[u8; SIGNATURE_LEN]) -> bool {
        self.0.get(author).and_then(Option::as_ref).is_some_and(|key| is_signed(key, message, signature))
    }
}

/// The secret key of an installation. It is wiped from memory when dropped, and never printed.
#[derive(Clone)]
pub struct Identity(SigningKey);

impl Identity {
    /// Makes the identity with this secret: 32 bytes from a cryptographic random source.
    #[must_use]
    pub fn from_secret(secret: [u8; 32]) -> Self {
        Identity(SigningKey::from_bytes(&secret))
    }

    /// Returns the 32 secret bytes, for a file that only its owner can read.
    #[must_use]
    pub fn secret(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// Returns the public key.
    #[must_use]
    pub fn author(&self) -> Author {
        Author(self.0.verifying_key().to_bytes())
    }

    /// Signs `message` (Ed25519, RFC 8032: deterministic).
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> [u8; SIGNATURE_LEN] {
        self.0.sign(message).to_bytes()
    }

    /// Derives a secret of this identity for one purpose and context. It is always the same, so nothing has to be stored between
    /// a commitment and its opening.
    #[must_use]
    pub fn derive_secret(&self, purpose: &str, context: &[u8]) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new_derive_key(purpose);
        hasher.update(&self.0.to_bytes());
        hasher.update(context);
        *hasher.finalize().as_bytes()
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity({})", self.author().fingerprint())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_author_reads_back_from_its_text() {
        let author = Identity::from_secret([7; 32]).author();
        let text = author.to_string();
        assert!(text.starts_with("12D3KooW"), "{text}");
        assert_eq!(text.parse(), Ok(author));
    }

    #[test]
    fn texts_that_are_not_an_author_are_refused() {
        for text in ["", "12D3KooW", "QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N", &"1".repeat(10_000)] {
            assert!(text.parse::<Author>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_signature_is_valid_for_its_author_and_message_only() {
        let (ana, ben) = (Identity::from_secret([1; 32]), Identity::from_secret([2; 32]));
        let mut signature = ana.sign(b"hello");
        assert!(ana.author().verify(b"hello", &signature));
        assert!(!ana.author().verify(b"hallo", &signature));
        assert!(!ben.author().verify(b"hello", &signature));
        signature[0] ^= 1;
        assert!(!ana.author().verify(b"hello", &signature));
    }

    #[test]
    fn a_small_order_key_signs_nothing() {
        // The identity point: with lax verification one signature would be valid for every message.
        let mut key = [0; 32];
        key[0] = 1;
        let mut signature = [0; 64];
        signature[0] = 1;
        assert!(!Author(key).verify(b"anything", &signature));
        assert!(!Keys::of([Author(key)]).verify(&Author(key), b"anything", &signature));
    }

    #[test]
    fn decompressed_keys_check_as_their_authors_do() {
        let people = [1, 2, 3].map(|n| Identity::from_secret([n; 32]));
        let [ana, ben, eva] = people.each_ref().map(Identity::author);
        let no_point = Author([2; 32]);
        assert!(no_point.key().is_none());
        let keys = Keys::of([ana, ben, ana, no_point]);
        let signature = people[0].sign(b"hello");
        assert!(keys.verify(&ana, b"hello", &signature));
        assert!(!keys.verify(&ana, b"hallo", &signature));
        assert!(!keys.verify(&ben, b"hello", &signature));
        assert!(!keys.verify(&no_point, b"hello", &signature));
        assert!(!keys.verify(&eva, b"hello", &people[2].sign(b"hello")), "it is none of these");
    }
}
