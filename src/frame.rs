//! What travels on a room's gossip topic: a tag byte, then a signed operation or a signed live frame.

use crate::codec::{self, CodecError};
use crate::identity::SIGNATURE_LEN;
use crate::live::{LiveError, LiveInk, MAX_LIVE};
use crate::name::RoomId;
use crate::operation::{MAX_OPERATION, Operation, OperationError, Unverified};

const OPERATION: u8 = 0;
const LIVE: u8 = 1;

/// Largest frame in bytes; larger ones are refused before they are read.
pub const MAX_FRAME: usize = 1 + if MAX_OPERATION > MAX_LIVE { MAX_OPERATION } else { MAX_LIVE };

/// A frame that came in.
#[derive(Debug, Clone)]
pub enum Frame {
    /// An operation, its signature not checked yet: it may be known already.
    Operation(Unverified),
    /// Ink under a pen, verified.
    Live(LiveInk),
}

/// Why bytes are no frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// Too large, empty, or a tag nobody knows.
    #[error(transparent)]
    Codec(#[from] CodecError),
    /// A bad operation.
    #[error(transparent)]
    Operation(#[from] OperationError),
    /// A bad live frame.
    #[error(transparent)]
    Live(#[from] LiveError),
}

impl Frame {
    /// Reads a frame that came on the topic of this room.
    ///
    /// # Errors
    /// [`FrameError`].
    pub fn decode(bytes: &[u8], room: RoomId) -> Result<Self, FrameError> {
        codec::within(bytes.len(), MAX_FRAME)?;
        match bytes.split_first() {
            Some((&OPERATION, rest)) => Ok(Frame::Operation(Unverified::decode(rest)?)),
            Some((&LIVE, rest)) => Ok(Frame::Live(LiveInk::verify(rest, room)?)),
            _ => Err(CodecError::Malformed.into()),
        }
    }

    /// The bytes of a frame with an operation.
    #[must_use]
    pub fn operation(operation: &Operation) -> Vec<u8> {
        [&[OPERATION], operation.bytes()].concat()
    }

    /// The bytes of a frame with signed live ink.
    #[must_use]
    pub fn live(signed: &[u8]) -> Vec<u8> {
        [&[LIVE], signed].concat()
    }
}

/// What makes two frames the same message to gossip: the hash of all but the signature. A second, malleated signature
/// doesn't make a second message, and neither does a second way through the network.
#[must_use]
pub fn message_id(frame: &[u8]) -> [u8; 32] {
    *blake3::hash(&frame[..frame.len().saturating_sub(SIGNATURE_LEN)]).as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::name::RoomName;

    #[test]
    fn frames_that_are_none_are_refused() {
        for bytes in [&[][..], &[0], &[1], &[2, 0, 0], &[0x89; 500], &vec![0; MAX_FRAME + 1]] {
            assert!(Frame::decode(bytes, RoomName::lobby().id()).is_err());
        }
    }
}
