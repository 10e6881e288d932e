//! Short-lived signed frames that are never stored: the ink under somebody's pen. A lost one is repaired by the
//! operation that follows at pen-up.

use serde::{Deserialize, Serialize};

use crate::canvas::Ink;
use crate::codec::{self, CodecError};
use crate::identity::{Author, Identity, SIGNATURE_LEN};
use crate::name::RoomId;
use crate::payload::Board;

/// Largest live frame in bytes, with its signature.
pub const MAX_LIVE: usize = 4 * 1024;

/// Set before the body when signing, so that no live frame can pass for an operation: a body of an operation begins
/// with a CBOR array head (0x89), this with an `i`.
const CONTEXT: &[u8] = b"inkmesh live 1";

/// New points of a stroke under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveInk {
    /// The room.
    pub room: RoomId,
    /// Whose pen.
    pub author: Author,
    /// The sheet.
    pub board: Board,
    /// Index in the stroke of the first of these points.
    pub from: u32,
    /// The points, and the stroke's number, tool, colour and width.
    pub ink: Ink,
}

/// Why bytes are no live frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LiveError {
    /// They can't be read.
    #[error("unreadable live frame: {0}")]
    Codec(#[from] CodecError),
    /// A width or a path out of bounds.
    #[error("ink out of bounds")]
    Bounds,
    /// The signature is not the author's.
    #[error("wrong signature")]
    Signature,
}

impl LiveInk {
    /// The signed bytes: CBOR of the fields, then 64 bytes of signature over `"inkmesh live 1"` and that CBOR.
    ///
    /// # Errors
    /// [`CodecError::TooLarge`] above [`MAX_LIVE`].
    pub fn sign(&self, identity: &Identity) -> Result<Vec<u8>, CodecError> {
        let mut bytes = codec::encode(self, MAX_LIVE - SIGNATURE_LEN)?;
        let signature = identity.sign(&[CONTEXT, &bytes].concat());
        bytes.extend_from_slice(&signature);
        Ok(bytes)
    }

    /// Reads and verifies a frame.
    ///
    /// # Errors
    /// [`LiveError`].
    pub fn verify(bytes: &[u8]) -> Result<Self, LiveError> {
        codec::within(bytes.len(), MAX_LIVE)?;
        let (body, signature) = bytes.split_last_chunk::<SIGNATURE_LEN>().ok_or(CodecError::Malformed)?;
        let live: LiveInk = codec::decode(body)?;
        if !live.ink.is_sound() {
            return Err(LiveError::Bounds);
        }
        if !live.author.verify(&[CONTEXT, body].concat(), signature) {
            return Err(LiveError::Signature);
        }
        Ok(live)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canvas::{Color, Point, Points, Tool};
    use crate::name::RoomName;

    #[test]
    fn a_frame_reads_back_and_a_changed_one_does_not() {
        let identity = Identity::from_secret([1; 32]);
        let points = Points::new(vec![Point::new(1, 2), Point::new(3, 4)]);
        let ink = Ink { stroke: 9, tool: Tool::Pen, color: Color([1, 2, 3]), width: 4, points };
        let room = RoomName::lobby().id();
        let live = LiveInk { room, author: identity.author(), board: Board::Free, from: 0, ink };
        let bytes = live.sign(&identity).unwrap();
        assert_eq!(LiveInk::verify(&bytes), Ok(live));
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert!(LiveInk::verify(&changed).is_err(), "{at}");
        }
    }
}
