//! Frames of a room's gossip topic: a tag byte, then a signed operation or a signed live frame.

use crate::codec::{self, CodecError};
use crate::identity::SIGNATURE_LEN;
use crate::live::{LiveError, LiveFrame, MAX_LIVE};
use crate::name::RoomId;
use crate::operation::{MAX_OPERATION, Operation, OperationError, Unverified};

const OPERATION: u8 = 0;
const LIVE: u8 = 1;

/// Largest frame in bytes. Larger ones are refused before they are decoded.
pub const MAX_FRAME: usize = 1 + if MAX_OPERATION > MAX_LIVE { MAX_OPERATION } else { MAX_LIVE };

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
}

impl FrameError {
    /// Returns whether the frame may come from an honest program, of a newer version.
    #[must_use]
    pub fn may_be_newer(&self) -> bool {
        matches!(self, FrameError::Unknown | FrameError::Operation(OperationError::Version))
    }
}

impl Frame {
    /// Reads a frame from the topic of a room.
    ///
    /// # Errors
    /// [`FrameError`].
    pub fn decode(bytes: &[u8], room: RoomId) -> Result<Self, FrameError> {
        codec::within(bytes.len(), MAX_FRAME)?;
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
}

/// Returns the gossip message id of a frame: the hash of everything but the signature, so that a malleated signature doesn't
/// make a second message.
#[must_use]
pub fn message_id(frame: &[u8]) -> [u8; 32] {
    *blake3::hash(&frame[..frame.len().saturating_sub(SIGNATURE_LEN)]).as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::name::RoomName;

    #[test]
    fn malformed_frames_are_refused() {
        for bytes in [&[][..], &[0], &[1], &[2, 0, 0], &[0x89; 500], &vec![0; MAX_FRAME + 1]] {
            assert!(Frame::decode(bytes, RoomName::lobby().id()).is_err());
        }
    }

    #[test]
    fn a_frame_of_a_newer_program_is_told_from_a_malformed_one() {
        let newer = |bytes: &[u8]| Frame::decode(bytes, RoomName::lobby().id()).err().map(|error| error.may_be_newer());
        assert_eq!((newer(&[2, 0, 0]), newer(&[OPERATION, 0x89, 2])), (Some(true), Some(true)));
        for bytes in [&[][..], &[OPERATION], &[OPERATION, 0x89, 1], &[LIVE, 0]] {
            assert_eq!(newer(bytes), Some(false), "{bytes:?}");
        }
    }
}
