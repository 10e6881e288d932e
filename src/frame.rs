//! Frames of a room's gossip topic: a tag byte, then a signed operation or a signed live frame; in a private room one of these
//! frames, sealed.

use crate::codec::{self, CodecError};
use crate::identity::SIGNATURE_LEN;
use crate::live::{LiveError, LiveFrame, MAX_LIVE};
use crate::name::RoomId;
use crate::operation::{MAX_OPERATION, MAX_SEALED_OPERATION, Operation, OperationError, Unverified};
use crate::private_room::{KEY_TAG_LEN, OpenError, RoomKeys, SEAL_LEN, padded_len};

const OPERATION: u8 = 0;
const LIVE: u8 = 1;
const SEALED: u8 = 3;

/// Largest frame of a public room in bytes. Larger ones are refused before they are decoded.
pub const MAX_FRAME: usize = 1 + if MAX_OPERATION > MAX_LIVE { MAX_OPERATION } else { MAX_LIVE };
/// Largest frame of a private room in bytes, likewise.
pub const MAX_SEALED_FRAME: usize = 1 + KEY_TAG_LEN + SEAL_LEN + padded_len(1 + MAX_SEALED_OPERATION);

/// A received frame.
#[derive(Debug, Clone)]
pub enum Frame {
    /// An operation. Its signature is not checked yet, because it may be known already.
    Operation(Unverified),
    /// A live frame, verified.
    Live(LiveFrame),
}

/// The reason why bytes are not a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// The frame is too large or empty.
    #[error(transparent)]
    Codec(#[from] CodecError),
    /// The tag is unknown: a newer program may know it.
    #[error("a frame of an unknown kind")]
    Unknown,
    /// The operation is invalid.
    #[error(transparent)]
    Operation(#[from] OperationError),
    /// The live frame is invalid.
    #[error(transparent)]
    Live(#[from] LiveError),
    /// The frame can't be opened.
    #[error(transparent)]
    Sealed(#[from] OpenError),
    /// The frame is of a public room, and the room is private.
    #[error("a frame in the clear")]
    InTheClear,
}

impl FrameError {
    /// Returns whether the frame may come from an honest program, of a newer version.
    #[must_use]
    pub fn may_be_newer(&self) -> bool {
        matches!(
            self,
            FrameError::Unknown
                | FrameError::Operation(OperationError::Version)
                | FrameError::Sealed(OpenError::UnknownKey)
        )
    }
}

impl Frame {
    /// Reads a frame from the topic of a room. `keys` are those of a private room.
    ///
    /// # Errors
    /// [`FrameError`].
    pub fn decode(bytes: &[u8], room: RoomId, keys: Option<&RoomKeys>) -> Result<Self, FrameError> {
        let Some(keys) = keys else { return Frame::decode_open(bytes, room, MAX_FRAME) };
        codec::within(bytes.len(), MAX_SEALED_FRAME)?;
        match bytes.split_first() {
            Some((&SEALED, sealed)) => Frame::decode_open(&keys.open_frame(sealed)?, room, MAX_SEALED_FRAME),
            Some((&(OPERATION | LIVE), _)) => Err(FrameError::InTheClear),
            Some(_) => Err(FrameError::Unknown),
            None => Err(CodecError::Malformed.into()),
        }
    }

    fn decode_open(bytes: &[u8], room: RoomId, most: usize) -> Result<Self, FrameError> {
        codec::within(bytes.len(), most)?;
        match bytes.split_first() {
            Some((&OPERATION, rest)) => Ok(Frame::Operation(Unverified::decode(rest)?)),
            Some((&LIVE, rest)) => Ok(Frame::Live(LiveFrame::verify(rest, room)?)),
            Some(_) => Err(FrameError::Unknown),
            None => Err(CodecError::Malformed.into()),
        }
    }

    /// Encodes a frame with an operation.
    #[must_use]
    pub fn operation(operation: &Operation) -> Vec<u8> {
        [&[OPERATION], operation.bytes()].concat()
    }

    /// Encodes a frame with a signed live frame.
    #[must_use]
    pub fn live(signed: &[u8]) -> Vec<u8> {
        [&[LIVE], signed].concat()
    }

    /// Seals an encoded frame of a private room.
    #[must_use]
    pub fn seal(frame: &[u8], keys: &RoomKeys) -> Vec<u8> {
        [&[SEALED], &keys.seal_frame(frame)[..]].concat()
    }
}

/// Returns the gossip message id of a frame: the hash of everything but the signature, so that a malleated signature doesn't
/// make a second message. Of a sealed frame, of which nothing can be changed, it is the hash of all.
#[must_use]
pub fn message_id(frame: &[u8]) -> [u8; 32] {
    let signature = if frame.first() == Some(&SEALED) { 0 } else { SIGNATURE_LEN };
    *blake3::hash(&frame[..frame.len().saturating_sub(signature)]).as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;
    use crate::identity::Identity;
    use crate::name::RoomName;
    use crate::operation::{ChainId, Header};
    use crate::payload::{Chat, Payload};
    use crate::private_room::RoomSecret;

    #[test]
    fn malformed_frames_are_refused() {
        for bytes in [&[][..], &[0], &[1], &[9, 0, 0], &[0x89; 500], &vec![0; MAX_FRAME + 1]] {
            assert!(Frame::decode(bytes, RoomName::lobby().id(), None).is_err());
        }
    }

    #[test]
    fn a_frame_of_a_private_room_is_sealed() {
        let keys = |secret| RoomKeys::of(&RoomSecret::new([secret; 32]));
        let (ours, others) = (keys(1), keys(2));
        let ana = Identity::from_secret([1; 32]);
        let chain = ChainId { author: ana.author(), log: 7 };
        let header = Header { room: ours.room(), chain, seq: 0, backlink: None, time: Timestamp::from_ms(1) };
        let chat = Payload::Chat(Chat { text: "hello".to_owned() });
        let frame = Frame::operation(&Operation::seal(&ana, header, &chat, &ours).unwrap());
        let sealed = Frame::seal(&frame, &ours);
        let read = |bytes: &[u8], keys: Option<&RoomKeys>| Frame::decode(bytes, ours.room(), keys).map(|_| ());
        assert_eq!(read(&sealed, Some(&ours)), Ok(()));
        assert_eq!(read(&sealed, Some(&others)), Err(FrameError::Sealed(OpenError::UnknownKey)));
        assert_eq!(read(&sealed, None), Err(FrameError::Unknown));
        assert_eq!(read(&frame, Some(&ours)), Err(FrameError::InTheClear));
        assert_eq!(read(&Frame::seal(&sealed, &ours), Some(&ours)), Err(FrameError::Unknown), "sealed twice");
        assert!(!sealed.windows(32).any(|bytes| bytes == chain.author.0), "nobody sees who speaks");
        let mut changed = sealed.clone();
        *changed.last_mut().unwrap() ^= 1;
        assert_eq!(read(&changed, Some(&ours)), Err(FrameError::Sealed(OpenError::Forged)));
        assert_ne!(message_id(&changed), message_id(&sealed), "a copy with another end must not take its place");
    }

    #[test]
    fn a_frame_of_a_newer_program_is_told_from_a_malformed_one() {
        let newer =
            |bytes: &[u8]| Frame::decode(bytes, RoomName::lobby().id(), None).err().map(|error| error.may_be_newer());
        assert_eq!((newer(&[9, 0, 0]), newer(&[OPERATION, 0x89, 2])), (Some(true), Some(true)));
        for bytes in [&[][..], &[OPERATION], &[OPERATION, 0x89, 1], &[LIVE, 0]] {
            assert_eq!(newer(bytes), Some(false), "{bytes:?}");
        }
    }
}
