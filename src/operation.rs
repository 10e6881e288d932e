//! Operations: the signed entries of a room's log.
//!
//! On the wire and on the disk an operation is its *body*, the CBOR array
//! `[version, room, author, log, seq, backlink, time, epoch, payload]`, followed by the author's 64-byte signature over
//! exactly those bytes. Its id is the BLAKE3 hash of the body. The received bytes are what is stored and passed on.
//!
//! In a private room the payload is sealed, and has to be opened before it can be read: [`Operation::open`].

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use crate::clock::Timestamp;
use crate::codec::{self, CodecError};
use crate::identity::{Author, Identity, Keys, SIGNATURE_LEN};
use crate::name::RoomId;
pub use crate::operation_id::OperationId;
use crate::payload::{MAX_PAYLOAD, Payload};
use crate::private_room::{OpenError, RoomKeys, SEAL_LEN, padded_len};

/// The version of this format.
pub const VERSION: u8 = 1;

/// Largest operation in bytes: the payload, about 200 for the header, and the signature.
pub const MAX_OPERATION: usize = MAX_PAYLOAD + 512;

/// Largest payload of a private room in bytes.
const MAX_SEALED: usize = padded_len(MAX_PAYLOAD) + SEAL_LEN;

/// Largest operation of a private room in bytes.
pub const MAX_SEALED_OPERATION: usize = MAX_SEALED + 512;

/// The bound of sequence numbers, and so of the length of a chain.
pub const MAX_SEQ: u64 = 1 << 32;

/// The id of one of an author's hash chains in a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ChainId {
    /// The author.
    pub author: Author,
    /// The log number: 16 bits in the order in which the author began its chains, and 48 random ones. An author begins another
    /// chain when the end of the last one may have been lost.
    pub log: u64,
}

/// The key by which a room orders its operations: time, then author, log number, sequence number and id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct OrderKey {
    /// The time of the operation.
    pub time: Timestamp,
    /// The chain.
    pub chain: ChainId,
    /// The sequence number in the chain.
    pub seq: u64,
    /// The first eight bytes of the id, big-endian, which order the two operations of a fork.
    pub id: u64,
}

/// An operation without its payload and signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// The room.
    pub room: RoomId,
    /// The chain that it continues.
    pub chain: ChainId,
    /// The sequence number in the chain, from 0.
    pub seq: u64,
    /// The operation before it in the chain; `None` for the first.
    pub backlink: Option<OperationId>,
    /// The time of writing by the author's hybrid clock; later than that of the operation before.
    pub time: Timestamp,
}

impl Header {
    /// Returns the key of the operation with this header and this id.
    #[must_use]
    pub fn key(&self, id: OperationId) -> OrderKey {
        OrderKey { time: self.time, chain: self.chain, seq: self.seq, id: id.prefix() }
    }
}

/// The body as CBOR: version, room, author, log, seq, backlink, time, epoch, payload.
#[derive(Serialize, Deserialize)]
struct Body(u8, RoomId, Author, u64, u64, Option<OperationId>, Timestamp, u32, ByteBuf);

impl Body {
    fn new(header: Header, epoch: u32, payload: Vec<u8>) -> Self {
        let Header { room, chain: ChainId { author, log }, seq, backlink, time } = header;
        Body(VERSION, room, author, log, seq, backlink, time, epoch, ByteBuf::from(payload))
    }
}

/// The epoch of operations that are not sealed. Any other names the keys of a private room: [`RoomKeys::epoch`].
const PUBLIC_EPOCH: u32 = 0;

/// The reason why bytes are not an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OperationError {
    /// The bytes can't be read.
    #[error("unreadable operation: {0}")]
    Codec(#[from] CodecError),
    /// The bytes are readable, but not the one encoding of their content.
    #[error("not in the one form that an operation has")]
    NotCanonical,
    /// The version is unknown.
    #[error("an operation of another version")]
    Version,
    /// The sequence number is out of range, or doesn't agree with the presence of a backlink.
    #[error("sequence number and backlink don't fit")]
    Sequence,
    /// The signature is not the author's.
    #[error("wrong signature")]
    Signature,
}

/// A well-formed operation whose signature has not been checked.
#[derive(Debug, Clone)]
pub struct Unverified(Operation);

impl Unverified {
    /// Reads an operation and checks everything but the signature.
    ///
    /// # Errors
    /// [`OperationError`], all but `Signature`.
    pub fn decode(bytes: &[u8]) -> Result<Self, OperationError> {
        if version_of(bytes).is_some_and(|version| version > VERSION) {
            return Err(OperationError::Version); // whatever else it consists of
        }
        codec::within(bytes.len(), MAX_SEALED_OPERATION)?;
        let split = bytes.len().checked_sub(SIGNATURE_LEN).ok_or(CodecError::Malformed)?;
        let body_bytes = &bytes[..split];
        let body: Body = codec::decode(body_bytes)?;
        if codec::encode(&body, MAX_SEALED_OPERATION)? != body_bytes {
            return Err(OperationError::NotCanonical);
        }
        let Body(version, room, author, log, seq, backlink, time, epoch, payload) = body;
        if version != VERSION {
            return Err(OperationError::Version);
        }
        let (most, most_payload) = bounds(epoch);
        codec::within(bytes.len(), most)?;
        codec::within(payload.len(), most_payload)?;
        if seq >= MAX_SEQ || (seq == 0) != backlink.is_none() {
            return Err(OperationError::Sequence);
        }
        let header = Header { room, chain: ChainId { author, log }, seq, backlink, time };
        let payload_at = split - payload.len();
        let (id, bytes) = (id_of(body_bytes), bytes.into());
        Ok(Unverified(Operation { header, id, epoch, payload_at, bytes, opened: None }))
    }

    /// Returns the claimed header.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.0.header
    }

    /// Returns the id.
    #[must_use]
    pub fn id(&self) -> OperationId {
        self.0.id
    }

    /// Returns the claimed key.
    #[must_use]
    pub fn key(&self) -> OrderKey {
        self.0.key()
    }

    /// Checks the signature.
    ///
    /// # Errors
    /// [`OperationError::Signature`].
    pub fn verify(self) -> Result<Operation, OperationError> {
        let author = self.0.author();
        self.verify_by(|body, signature| author.verify(body, signature))
    }

    /// Checks the signature with precomputed keys, which must include this author's.
    ///
    /// # Errors
    /// [`OperationError::Signature`].
    pub fn verify_with(self, keys: &Keys) -> Result<Operation, OperationError> {
        let author = self.0.author();
        self.verify_by(|body, signature| keys.verify(&author, body, signature))
    }

    fn verify_by(self, is_signed: impl Fn(&[u8], &[u8; SIGNATURE_LEN]) -> bool) -> Result<Operation, OperationError> {
        let Operation { bytes, .. } = &self.0;
        let (body, signature) = bytes.split_at(bytes.len() - SIGNATURE_LEN);
        let signature = signature.try_into().map_err(|_| OperationError::Signature)?;
        if is_signed(body, signature) { Ok(self.0) } else { Err(OperationError::Signature) }
    }

    /// Skips the check of the signature, for operations from our own disk, which were verified before.
    #[must_use]
    pub fn trust(self) -> Operation {
        self.0
    }
}

/// An operation with a valid signature. Clones are cheap.
#[derive(Clone)]
pub struct Operation {
    header: Header,
    id: OperationId,
    epoch: u32,
    payload_at: usize,
    bytes: Arc<[u8]>,
    /// The payload of a private room, if it was opened.
    opened: Option<Arc<[u8]>>,
}

impl PartialEq for Operation {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}

impl Eq for Operation {}

impl Operation {
    /// Writes and signs an operation of a public room.
    ///
    /// # Errors
    /// [`CodecError::TooLarge`] when the payload is larger than [`MAX_PAYLOAD`].
    pub fn sign(identity: &Identity, header: Header, payload: &Payload) -> Result<Self, CodecError> {
        Operation::write(identity, header, PUBLIC_EPOCH, payload.encode()?)
    }

    /// Writes, seals and signs an operation of a private room. It is open.
    ///
    /// # Errors
    /// Those of [`Operation::sign`].
    pub fn seal(identity: &Identity, header: Header, payload: &Payload, keys: &RoomKeys) -> Result<Self, CodecError> {
        let (payload, epoch) = (payload.encode()?, keys.epoch());
        let sealed = keys.seal_payload(&associated(header, epoch)?, &payload);
        let operation = Operation::write(identity, header, epoch, sealed)?;
        Ok(Operation { opened: Some(payload.into()), ..operation })
    }

    fn write(identity: &Identity, header: Header, epoch: u32, payload: Vec<u8>) -> Result<Self, CodecError> {
        let len = payload.len();
        let (most, _) = bounds(epoch);
        let mut bytes = codec::encode(&Body::new(header, epoch, payload), most - SIGNATURE_LEN)?;
        let (id, payload_at) = (id_of(&bytes), bytes.len() - len);
        bytes.extend_from_slice(&identity.sign(&bytes));
        Ok(Operation { header, id, epoch, payload_at, bytes: bytes.into(), opened: None })
    }

    /// Opens the payload with the keys of its room; `None`: the room is public, and there is nothing to open. An operation of
    /// a public room must not be sealed, and one of a private room must be.
    ///
    /// # Errors
    /// [`OpenError`]. The payload is then [`Payload::Unknown`] as long as it is sealed.
    pub fn open(&mut self, keys: Option<&RoomKeys>) -> Result<(), OpenError> {
        let Some(keys) = keys else {
            return if self.epoch == PUBLIC_EPOCH { Ok(()) } else { Err(OpenError::UnknownKey) };
        };
        if self.opened.is_none() {
            let associated = associated(self.header, self.epoch).map_err(|_| OpenError::Forged)?;
            let payload = &self.bytes[self.payload_at..self.bytes.len() - SIGNATURE_LEN];
            self.opened = Some(keys.open_payload(self.epoch, &associated, payload)?.into());
        }
        Ok(())
    }

    /// Reads and verifies an operation.
    ///
    /// # Errors
    /// [`OperationError`].
    pub fn verify(bytes: &[u8]) -> Result<Self, OperationError> {
        Unverified::decode(bytes)?.verify()
    }

    /// Returns the header.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Returns the id.
    #[must_use]
    pub fn id(&self) -> OperationId {
        self.id
    }

    /// Returns the key.
    #[must_use]
    pub fn key(&self) -> OrderKey {
        self.header.key(self.id)
    }

    /// Returns the author.
    #[must_use]
    pub fn author(&self) -> Author {
        self.header.chain.author
    }

    /// Returns the kind byte of the payload, also of an unknown kind; 0 for an empty payload and a sealed one.
    #[must_use]
    pub fn kind(&self) -> u8 {
        self.payload_bytes().first().copied().unwrap_or(0)
    }

    /// Returns the payload; nothing of one that is sealed.
    fn payload_bytes(&self) -> &[u8] {
        match &self.opened {
            Some(opened) => opened,
            None if self.epoch == PUBLIC_EPOCH => &self.bytes[self.payload_at..self.bytes.len() - SIGNATURE_LEN],
            None => &[],
        }
    }

    /// Decodes the payload.
    #[must_use]
    pub fn payload(&self) -> Payload {
        Payload::decode(self.payload_bytes())
    }

    /// Returns the bytes with the signature, as they are stored and sent.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl fmt::Debug for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Operation").field("id", &self.id).field("header", &self.header).finish_non_exhaustive()
    }
}

/// Returns the version in the first bytes of a body: a CBOR array of less than 24 elements that begins with a number below
/// 256.
fn version_of(bytes: &[u8]) -> Option<u8> {
    match bytes {
        [0x80..=0x97, 0x18, version, ..] | [0x80..=0x97, version @ 0..=0x17, ..] => Some(*version),
        _ => None,
    }
}

/// Returns the bounds of operations and payloads of an epoch in bytes.
fn bounds(epoch: u32) -> (usize, usize) {
    if epoch == PUBLIC_EPOCH { (MAX_OPERATION, MAX_PAYLOAD) } else { (MAX_SEALED_OPERATION, MAX_SEALED) }
}

/// Returns what is sealed with a payload but not hidden: the body without it.
fn associated(header: Header, epoch: u32) -> Result<Vec<u8>, CodecError> {
    codec::encode(&Body::new(header, epoch, Vec::new()), MAX_OPERATION)
}

fn id_of(body: &[u8]) -> OperationId {
    OperationId(*blake3::hash(body).as_bytes())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::name::RoomName;
    use crate::payload::Chat;
    use crate::private_room::RoomSecret;

    fn ana() -> Identity {
        Identity::from_secret([1; 32])
    }

    fn said(text: &str) -> Operation {
        let chain = ChainId { author: ana().author(), log: 7 };
        let header =
            Header { room: RoomName::lobby().id(), chain, seq: 0, backlink: None, time: Timestamp::from_ms(1000) };
        Operation::sign(&ana(), header, &Payload::Chat(Chat { text: text.to_owned() })).unwrap()
    }

    #[test]
    fn an_operation_reads_back() {
        let operation = said("안녕");
        let read = Operation::verify(operation.bytes()).unwrap();
        assert_eq!(read, operation);
        assert_eq!(read.payload(), Payload::Chat(Chat { text: "안녕".to_owned() }));
    }

    #[test]
    fn too_many_or_too_few_bytes_are_refused() {
        let operation = said("hello");
        let mut longer = operation.bytes().to_vec();
        longer.push(0);
        assert!(Operation::verify(&longer).is_err());
        for len in 0..operation.bytes().len() {
            assert!(Operation::verify(&operation.bytes()[..len]).is_err(), "{len}");
        }
    }

    #[test]
    fn another_encoding_of_the_same_body_is_refused() {
        let operation = said("hello");
        let split = operation.bytes().len() - SIGNATURE_LEN;
        // The log number 7 in two bytes instead of one, with a valid signature.
        let at = 1 + 1 + 34 + 34;
        assert_eq!(operation.bytes()[at], 7);
        let mut body = operation.bytes()[..split].to_vec();
        body.splice(at..=at, [0x18, 7]);
        let signature = ana().sign(&body);
        body.extend_from_slice(&signature);
        assert_eq!(Operation::verify(&body), Err(OperationError::NotCanonical));
    }

    #[test]
    fn a_first_operation_has_no_backlink_and_a_later_one_has() {
        let mut header = *said("x").header();
        header.backlink = Some(said("y").id());
        let chat = Payload::Chat(Chat { text: "x".to_owned() });
        let operation = Operation::sign(&ana(), header, &chat).unwrap();
        assert_eq!(Operation::verify(operation.bytes()), Err(OperationError::Sequence));
        header.backlink = None;
        header.seq = 1;
        let operation = Operation::sign(&ana(), header, &chat).unwrap();
        assert_eq!(Operation::verify(operation.bytes()), Err(OperationError::Sequence));
    }

    #[test]
    fn a_sealed_operation_is_read_with_the_keys_of_its_room() {
        let keys = |secret| RoomKeys::of(&RoomSecret::new([secret; 32]));
        let (ours, others) = (keys(1), keys(2));
        let header = Header { room: ours.room(), ..*said("x").header() };
        let longest = "가".repeat(crate::payload::MAX_TEXT / 3);
        let chat = Payload::Chat(Chat { text: longest.clone() });
        let sealed = Operation::seal(&ana(), header, &chat, &ours).unwrap();
        assert_eq!((sealed.payload(), sealed.kind()), (chat.clone(), crate::payload::kind::CHAT));
        assert!(!String::from_utf8_lossy(sealed.bytes()).contains('가'));
        let mut read = Operation::verify(sealed.bytes()).unwrap();
        assert_eq!((read.payload(), read.kind()), (Payload::Unknown, 0));
        assert_eq!(read.open(Some(&others)), Err(OpenError::UnknownKey));
        assert_eq!(read.open(None), Err(OpenError::UnknownKey), "in a public room");
        assert_eq!(read.open(Some(&ours)), Ok(()));
        assert_eq!((read.payload(), &read), (chat.clone(), &sealed));
        let mut plain = Operation::sign(&ana(), header, &chat).unwrap();
        assert_eq!(
            plain.open(Some(&ours)),
            Err(OpenError::UnknownKey),
            "nothing in a private room is said in the clear"
        );
        assert_eq!(plain.open(None), Ok(()));
        // The payload of another header.
        let payload = sealed.bytes()[sealed.payload_at..sealed.bytes().len() - SIGNATURE_LEN].to_vec();
        let moved = Header { time: Timestamp::from_ms(9), ..header };
        let mut moved = Operation::write(&ana(), moved, ours.epoch(), payload).unwrap();
        assert_eq!(moved.open(Some(&ours)), Err(OpenError::Forged));
    }

    #[test]
    fn the_largest_payload_can_be_sealed() {
        let keys = RoomKeys::of(&RoomSecret::new([1; 32]));
        let header = Header { room: keys.room(), ..*said("x").header() };
        let sealed = keys.seal_payload(&associated(header, keys.epoch()).unwrap(), &vec![9; MAX_PAYLOAD]);
        let mut operation = Operation::write(&ana(), header, keys.epoch(), sealed).unwrap();
        assert!(Operation::verify(operation.bytes()).is_ok());
        assert_eq!(operation.open(Some(&keys)), Ok(()));
        let larger = vec![0; MAX_SEALED + 1];
        let larger = Operation::write(&ana(), header, keys.epoch(), larger).unwrap();
        assert!(matches!(Operation::verify(larger.bytes()), Err(OperationError::Codec(CodecError::TooLarge { .. }))));
    }

    #[test]
    fn an_operation_of_a_newer_version_is_recognised_whatever_it_consists_of() {
        let body = |version: u8, epoch: u32| {
            let (room, author) = (RoomName::lobby().id(), ana().author());
            let body = Body(version, room, author, 7, 0, None, Timestamp::from_ms(1), epoch, ByteBuf::from([99]));
            let mut bytes = codec::encode(&body, MAX_OPERATION).unwrap();
            bytes.extend_from_slice(&ana().sign(&bytes));
            Unverified::decode(&bytes).map(|_| ())
        };
        assert_eq!((body(VERSION, 0), body(VERSION, 1)), (Ok(()), Ok(())));
        assert_eq!((body(2, 0), body(200, 0)), (Err(OperationError::Version), Err(OperationError::Version)));
        for other in
            [&[0x82, 2, 0x80][..], &[0x80, 0x18, 250], &[[0x95, 3].as_slice(), &[7; 2 * MAX_OPERATION]].concat()]
        {
            assert_eq!(Unverified::decode(other).err(), Some(OperationError::Version));
        }
        for malformed in [&[0x89, VERSION][..], &[0x89], &[0xa2, 2], &[0x89, 0x19, 2, 2]] {
            assert!(matches!(Unverified::decode(malformed), Err(OperationError::Codec(_))));
        }
    }

    proptest! {
        #[test]
        fn one_changed_bit_is_noticed(bit in 0..8_usize, at in any::<prop::sample::Index>()) {
            let operation = said("hello");
            let mut bytes = operation.bytes().to_vec();
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
            prop_assert!(Operation::verify(&bytes).is_err());
        }

        #[test]
        fn garbage_is_refused_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
            prop_assert!(Operation::verify(&bytes).is_err());
        }
    }
}
