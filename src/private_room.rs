//! Private rooms: the secret from which a room's id comes, and the keys that seal what is said in it.
//!
//! Who holds the secret is a member. All of a private room is sealed with XChaCha20-Poly1305
//! (draft-irtf-cfrg-xchacha): the payload of each operation, with its header as associated data; each frame on the gossip
//! topic; each message of a sync stream, with the keys of both sides as associated data, so that nobody can pass a message
//! on as their own. A message that opens proves that its sender is a member.
//!
//! Nonces are the first 24 bytes of a keyed hash of what is sealed and its associated data (a synthetic nonce as in RFC 5297): they
//! repeat only where all of that repeats, and need no random numbers. Before sealing, plain text is padded in steps, so that its
//! length shows roughly how much there is and no more.

use std::collections::BTreeMap;
use std::fmt;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use serde::{Deserialize, Serialize};

use crate::codec::{self, CodecError};
use crate::identity::Author;
use crate::name::{RoomId, RoomName};

const NONCE_LEN: usize = 24;
const TAG_LEN: usize = 16;
/// Bytes by which a sealed text is longer than the padded one.
pub const SEAL_LEN: usize = NONCE_LEN + TAG_LEN;
/// Largest stored private room in bytes.
const MAX_STORED: usize = 4096;

/// The reason why bytes were not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// They are sealed with a key that is not known here.
    #[error("sealed with another key")]
    UnknownKey,
    /// They were not sealed with the key that they name, or were changed.
    #[error("sealed by nobody who has the key")]
    Forged,
}

/// The secret of a private room: 32 bytes from a cryptographic random source. It is never printed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomSecret(#[serde(with = "serde_bytes")] [u8; 32]);

impl RoomSecret {
    /// Makes the secret of these random bytes.
    #[must_use]
    pub fn new(random: [u8; 32]) -> Self {
        RoomSecret(random)
    }

    /// Returns the id of the room. The secret can't be found from it.
    #[must_use]
    pub fn room(&self) -> RoomId {
        RoomId(blake3::derive_key("inkmesh 2026 private room", &self.0))
    }
}

impl fmt::Debug for RoomSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RoomSecret of {:?}", self.room())
    }
}

/// A private room that we are a member of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrivateRoom {
    /// What people call the room; others may have rooms of the same title.
    pub title: RoomName,
    /// The secret.
    pub secret: RoomSecret,
    /// The other one in a conversation of two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with: Option<Author>,
}

impl PrivateRoom {
    /// Returns the name by which commands and the disk call the room.
    #[must_use]
    pub fn name(&self) -> RoomName {
        RoomName::private(self.secret.room())
    }

    /// Returns the bytes to be stored.
    ///
    /// # Errors
    /// None occurs: a title is short.
    pub fn encode(&self) -> Result<Vec<u8>, CodecError> {
        codec::encode(self, MAX_STORED)
    }

    /// Reads what was stored.
    ///
    /// # Errors
    /// [`CodecError`].
    pub fn decode(bytes: &[u8]) -> Result<Self, CodecError> {
        codec::within(bytes.len(), MAX_STORED)?;
        codec::decode(bytes)
    }
}

/// The private rooms that we are a member of, whether they are open or not.
#[derive(Debug, Clone, Default)]
pub struct PrivateRooms(BTreeMap<RoomId, PrivateRoom>);

impl PrivateRooms {
    /// Adds a room. One that is there keeps its title.
    pub fn add(&mut self, room: PrivateRoom) {
        self.0.entry(room.secret.room()).or_insert(room);
    }

    /// Returns a room.
    #[must_use]
    pub fn get(&self, room: RoomId) -> Option<&PrivateRoom> {
        self.0.get(&room)
    }

    /// Returns the keys of a room; `None` for a public one, and for a private one that we are no member of.
    #[must_use]
    pub fn keys(&self, room: RoomId) -> Option<RoomKeys> {
        self.get(room).map(|room| RoomKeys::of(&room.secret))
    }

    /// Returns our conversation with somebody, if there is one.
    #[must_use]
    pub fn with(&self, peer: Author) -> Option<&PrivateRoom> {
        self.all().find(|room| room.with == Some(peer))
    }

    /// Returns all rooms.
    pub fn all(&self) -> impl Iterator<Item = &PrivateRoom> {
        self.0.values()
    }
}

/// The name of a key in what it seals: 8 bytes of a hash of it. Of another room or time it looks random.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyTag(pub [u8; 8]);

/// Length of a [`KeyTag`] in bytes.
pub const KEY_TAG_LEN: usize = 8;

/// The keys of a private room.
#[derive(Clone)]
pub struct RoomKeys {
    room: RoomId,
    tag: KeyTag,
    payload: SealingKey,
    frame: SealingKey,
    sync: SealingKey,
}

impl RoomKeys {
    /// Derives the keys.
    #[must_use]
    pub fn of(secret: &RoomSecret) -> Self {
        let tag = blake3::derive_key("inkmesh 2026 private room tag of keys", &secret.0);
        let [a, b, c, d, e, f, g, h, ..] = tag;
        RoomKeys {
            room: secret.room(),
            tag: KeyTag([a, b, c, d, e, f, g, h]),
            payload: SealingKey::new(blake3::derive_key("inkmesh 2026 private room payload key", &secret.0)),
            frame: SealingKey::new(blake3::derive_key("inkmesh 2026 private room frame key", &secret.0)),
            sync: SealingKey::new(blake3::derive_key("inkmesh 2026 private room sync key", &secret.0)),
        }
    }

    /// Returns the room.
    #[must_use]
    pub fn room(&self) -> RoomId {
        self.room
    }

    /// Returns the name of the keys in frames and messages.
    #[must_use]
    pub fn tag(&self) -> KeyTag {
        self.tag
    }

    /// Returns the epoch of operations that are sealed with these keys: the first 4 bytes of the tag, never 0, which is the epoch of
    /// public rooms.
    #[must_use]
    pub fn epoch(&self) -> u32 {
        let KeyTag([a, b, c, d, ..]) = self.tag;
        u32::from_be_bytes([a, b, c, d]).max(1)
    }

    /// Seals the payload of an operation with this header (its body without a payload).
    #[must_use]
    pub fn seal_payload(&self, header: &[u8], payload: &[u8]) -> Vec<u8> {
        self.payload.seal(header, payload)
    }

    /// Opens the payload of an operation.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open_payload(&self, epoch: u32, header: &[u8], sealed: &[u8]) -> Result<Vec<u8>, OpenError> {
        if epoch != self.epoch() {
            return Err(OpenError::UnknownKey);
        }
        self.payload.open(header, sealed)
    }

    /// Seals a frame: tag, then the sealed frame.
    #[must_use]
    pub fn seal_frame(&self, frame: &[u8]) -> Vec<u8> {
        self.tagged(self.frame.seal(&self.room.0, frame))
    }

    /// Opens a frame.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open_frame(&self, sealed: &[u8]) -> Result<Vec<u8>, OpenError> {
        self.frame.open(&self.room.0, self.untagged(sealed)?)
    }

    /// Seals a message of a sync stream: tag, then the sealed message.
    #[must_use]
    pub fn seal_message(&self, from: Author, to: Author, message: &[u8]) -> Vec<u8> {
        self.tagged(self.sync.seal(&[from.0, to.0].concat(), message))
    }

    /// Opens a message of a sync stream, which proves that `from` is a member.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open_message(&self, from: Author, to: Author, sealed: &[u8]) -> Result<Vec<u8>, OpenError> {
        self.sync.open(&[from.0, to.0].concat(), self.untagged(sealed)?)
    }

    fn tagged(&self, sealed: Vec<u8>) -> Vec<u8> {
        [&self.tag.0[..], &sealed].concat()
    }

    fn untagged<'a>(&self, bytes: &'a [u8]) -> Result<&'a [u8], OpenError> {
        if tag_of(bytes) == Some(self.tag) { Ok(&bytes[KEY_TAG_LEN..]) } else { Err(OpenError::UnknownKey) }
    }
}

impl fmt::Debug for RoomKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RoomKeys of {:?}", self.room)
    }
}

/// Returns the tag of the keys with which a frame or message was sealed; `None` when there are too few bytes.
#[must_use]
pub fn tag_of(sealed: &[u8]) -> Option<KeyTag> {
    sealed.first_chunk().map(|tag| KeyTag(*tag))
}

/// A key that seals, and the key of its nonces.
#[derive(Clone)]
struct SealingKey {
    cipher: XChaCha20Poly1305,
    nonces: [u8; 32],
}

impl SealingKey {
    fn new(key: [u8; 32]) -> Self {
        let nonces = blake3::derive_key("inkmesh 2026 private room nonce key", &key);
        SealingKey { cipher: XChaCha20Poly1305::new(Key::from_slice(&key)), nonces }
    }

    /// Returns the nonce and the sealed text.
    fn seal(&self, associated: &[u8], text: &[u8]) -> Vec<u8> {
        let padded = pad(text);
        let mut hasher = blake3::Hasher::new_keyed(&self.nonces);
        hasher.update(&(associated.len() as u64).to_be_bytes()).update(associated).update(&padded);
        let mut sealed = hasher.finalize().as_bytes()[..NONCE_LEN].to_vec();
        let payload = Payload { msg: &padded, aad: associated };
        let body = self.cipher.encrypt(XNonce::from_slice(&sealed), payload);
        // Only a text of more than 256 GiB is refused.
        sealed.extend(body.unwrap_or_else(|_| unreachable!("{} bytes can be sealed", padded.len())));
        sealed
    }

    fn open(&self, associated: &[u8], sealed: &[u8]) -> Result<Vec<u8>, OpenError> {
        let (nonce, body) = sealed.split_at_checked(NONCE_LEN).ok_or(OpenError::Forged)?;
        let payload = Payload { msg: body, aad: associated };
        let padded = self.cipher.decrypt(XNonce::from_slice(nonce), payload).map_err(|_| OpenError::Forged)?;
        unpad(padded).ok_or(OpenError::Forged)
    }
}

/// Returns a text with padding: a byte 0x80, then as many bytes 0 as bring it to a multiple of 32 bytes up to 256, of 256 up to
/// 4,096, of 1,024 beyond (ISO/IEC 7816-4).
fn pad(text: &[u8]) -> Vec<u8> {
    let len = padded_len(text.len());
    let mut padded = Vec::with_capacity(len);
    padded.extend_from_slice(text);
    padded.push(0x80);
    padded.resize(len, 0);
    padded
}

/// Returns the length of a text of `len` bytes with its padding.
#[must_use]
pub const fn padded_len(len: usize) -> usize {
    let least = len + 1;
    let step = match least {
        0..=256 => 32,
        257..=4096 => 256,
        _ => 1024,
    };
    least.next_multiple_of(step)
}

fn unpad(mut padded: Vec<u8>) -> Option<Vec<u8>> {
    let end = padded.iter().rposition(|byte| *byte != 0)?;
    (padded[end] == 0x80).then(|| {
        padded.truncate(end);
        padded
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn keys(secret: u8) -> RoomKeys {
        RoomKeys::of(&RoomSecret::new([secret; 32]))
    }

    #[test]
    fn what_is_sealed_opens_with_the_same_key_and_header_only() {
        let (keys, others) = (keys(1), keys(2));
        let sealed = keys.seal_payload(b"header", b"text");
        assert_eq!(keys.open_payload(keys.epoch(), b"header", &sealed), Ok(b"text".to_vec()));
        assert_eq!(keys.open_payload(keys.epoch(), b"another", &sealed), Err(OpenError::Forged));
        assert_eq!(keys.open_payload(0, b"header", &sealed), Err(OpenError::UnknownKey));
        assert_eq!(others.open_payload(others.epoch(), b"header", &sealed), Err(OpenError::Forged));
        let frame = keys.seal_frame(b"frame");
        assert_eq!(keys.open_frame(&frame), Ok(b"frame".to_vec()));
        assert_eq!(others.open_frame(&frame), Err(OpenError::UnknownKey));
        for (at, _) in frame.iter().enumerate().skip(KEY_TAG_LEN) {
            let mut changed = frame.clone();
            changed[at] ^= 1;
            assert_eq!(keys.open_frame(&changed), Err(OpenError::Forged), "{at}");
        }
    }

    #[test]
    fn a_message_is_of_one_sender_for_one_receiver() {
        let (keys, ana, ben, eve) = (keys(1), Author([1; 32]), Author([2; 32]), Author([3; 32]));
        let message = keys.seal_message(ana, ben, b"hello");
        assert_eq!(keys.open_message(ana, ben, &message), Ok(b"hello".to_vec()));
        for (from, to) in [(ben, ana), (eve, ben), (ana, eve)] {
            assert_eq!(keys.open_message(from, to, &message), Err(OpenError::Forged));
        }
    }

    #[test]
    fn nonces_differ_unless_all_is_the_same() {
        let keys = keys(1);
        let nonce = |header: &[u8], text: &[u8]| keys.seal_payload(header, text)[..NONCE_LEN].to_vec();
        assert_eq!(nonce(b"a", b"b"), nonce(b"a", b"b"));
        assert_ne!(nonce(b"a", b"b"), nonce(b"ab", b""));
        assert_ne!(nonce(b"a", b"b"), nonce(b"a", b"c"));
        assert_ne!(nonce(b"a", b"b"), nonce(b"c", b"b"));
    }

    #[test]
    fn lengths_are_hidden_in_steps() {
        let lens = [0, 31, 32, 255, 256, 4095, 4096, 32_768].map(padded_len);
        assert_eq!(lens, [32, 32, 64, 256, 512, 4096, 5120, 33_792]);
        assert_eq!(keys(1).seal_payload(b"", b"x").len(), keys(1).seal_payload(b"", b"longer").len());
    }

    #[test]
    fn rooms_are_stored_and_a_secret_is_not_printed() {
        let room = PrivateRoom { title: "tea".parse().unwrap(), secret: RoomSecret::new([7; 32]), with: None };
        assert_eq!(PrivateRoom::decode(&room.encode().unwrap()), Ok(room.clone()));
        assert!(!format!("{room:?} {:?}", keys(7)).contains("7, 7"));
        let mut rooms = PrivateRooms::default();
        rooms.add(room.clone());
        rooms.add(PrivateRoom { title: "coffee".parse().unwrap(), ..room.clone() });
        assert_eq!(rooms.get(room.secret.room()), Some(&room));
        let talk = PrivateRoom { secret: RoomSecret::new([8; 32]), with: Some(Author([2; 32])), ..room.clone() };
        assert_eq!(PrivateRoom::decode(&talk.encode().unwrap()), Ok(talk.clone()));
        rooms.add(talk.clone());
        assert_eq!((rooms.with(Author([2; 32])), rooms.with(Author([3; 32]))), (Some(&talk), None));
        assert!(rooms.keys(RoomName::lobby().id()).is_none());
        assert_eq!(rooms.keys(room.name().id()).map(|keys| keys.room()), Some(room.secret.room()));
    }

    proptest! {
        #[test]
        fn padding_is_taken_off(text in proptest::collection::vec(any::<u8>(), 0..600)) {
            let padded = pad(&text);
            prop_assert_eq!(padded.len(), padded_len(text.len()));
            prop_assert_eq!(unpad(padded), Some(text));
        }

        #[test]
        fn junk_does_not_open(junk in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(keys(1).open_frame(&junk).is_err());
            let tagged = keys(1).tagged(junk.clone());
            prop_assert_eq!(keys(1).open_frame(&tagged), Err(OpenError::Forged));
            let _ = unpad(junk);
        }
    }
}
