//! Live frames: signed, never stored, with the stroke under somebody's pen. The operation at the end of the stroke makes up
//! for a lost frame.

use serde::{Deserialize, Serialize};

use crate::canvas::{SheetId, Stroke};
use crate::codec::{self, CodecError};
use crate::identity::{Author, Identity, SIGNATURE_LEN};
use crate::name::RoomId;

/// Largest live frame in bytes, with the signature.
pub const MAX_LIVE: usize = 4 * 1024;

/// The prefix of a signed body, so that no live frame can pass for an operation: an operation's body begins with a CBOR
/// array head (0x89), this with an `i`.
const CONTEXT: &[u8] = b"inkmesh live 2";

/// A short id of a sheet, enough to distinguish it from the sheets before and after it: empty for the free sheet; for a
/// turn's the first eight bytes of the game's id and the turn in four bytes, big-endian.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SheetTag(#[serde(with = "serde_bytes")] Vec<u8>);

impl From<SheetId> for SheetTag {
    fn from(sheet: SheetId) -> Self {
        match sheet {
            SheetId::Free => SheetTag(Vec::new()),
            SheetId::Turn { game, turn } => SheetTag([&game.0[..8], &turn.to_be_bytes()].concat()),
        }
    }
}

/// New points of an unfinished stroke.
///
/// A pen at 60 Hz makes two points per frame, so the other fields are kept small: the room is known from the topic and only
/// signed, a tag replaces the sheet's id, and there are no field names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveFrame {
    /// The author.
    pub author: Author,
    /// The sheet.
    pub sheet: SheetTag,
    /// The index of the first of these points in the stroke.
    pub from: u32,
    /// The points, with the stroke's number, tool, colour and width.
    pub stroke: Stroke,
}

/// The body of a frame.
type Form<I> = (Author, SheetTag, u32, I);

/// The reason why bytes are not a live frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LiveError {
    /// The bytes can't be read.
    #[error("unreadable live frame: {0}")]
    Codec(#[from] CodecError),
    /// The width or the path is out of bounds.
    #[error("stroke out of bounds")]
    Bounds,
    /// The signature is not the author's, or was made for another room.
    #[error("wrong signature")]
    Signature,
}

impl LiveFrame {
    /// Returns the signed frame: the CBOR of `[author, sheet, from, stroke]`, then 64 bytes of signature over
    /// `"inkmesh live 2"`, the room's id and that CBOR.
    ///
    /// # Errors
    /// [`CodecError::TooLarge`] above [`MAX_LIVE`].
    pub fn sign(&self, identity: &Identity, room: RoomId) -> Result<Vec<u8>, CodecError> {
        let form: Form<&Stroke> = (self.author, self.sheet.clone(), self.from, &self.stroke);
        let mut bytes = codec::encode(&form, MAX_LIVE - SIGNATURE_LEN)?;
        let signature = identity.sign(&[CONTEXT, &room.0, &bytes].concat());
        bytes.extend_from_slice(&signature);
        Ok(bytes)
    }

    /// Reads and verifies a frame from the topic of a room.
    ///
    /// # Errors
    /// [`LiveError`].
    pub fn verify(bytes: &[u8], room: RoomId) -> Result<Self, LiveError> {
        codec::within(bytes.len(), MAX_LIVE)?;
        let (body, signature) = bytes.split_last_chunk::<SIGNATURE_LEN>().ok_or(CodecError::Malformed)?;
        let (author, sheet, from, stroke): Form<Stroke> = codec::decode(body)?;
        if !stroke.is_sound() {
            return Err(LiveError::Bounds);
        }
        if !author.verify(&[CONTEXT, &room.0, body].concat(), signature) {
            return Err(LiveError::Signature);
        }
        Ok(LiveFrame { author, sheet, from, stroke })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canvas::{Color, Point, Points, Tool};
    use crate::name::RoomName;
    use crate::operation_id::OperationId;

    #[test]
    fn a_frame_reads_back_and_a_changed_one_does_not() {
        let identity = Identity::from_secret([1; 32]);
        let points = Points::new(vec![Point::new(1, 2), Point::new(3, 4)]);
        let stroke = Stroke { id: 9, tool: Tool::Pen, color: Color([1, 2, 3]), width: 4, points };
        let room = RoomName::lobby().id();
        let sheet = SheetId::Turn { game: OperationId([7; 32]), turn: 3 };
        let live = LiveFrame { author: identity.author(), sheet: sheet.into(), from: 0, stroke };
        let bytes = live.sign(&identity, room).unwrap();
        assert_eq!(LiveFrame::verify(&bytes, room), Ok(live));
        assert_eq!(LiveFrame::verify(&bytes, RoomId([9; 32])), Err(LiveError::Signature));
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert!(LiveFrame::verify(&changed, room).is_err(), "{at}");
        }
    }

    #[test]
    fn successive_sheets_have_different_tags() {
        let turn = |game, turn| SheetId::Turn { game: OperationId([game; 32]), turn };
        let sheets = [SheetId::Free, turn(0, 0), turn(1, 0), turn(1, 1), turn(1, 256)];
        for (n, sheet) in sheets.into_iter().enumerate() {
            assert!(sheets[..n].iter().all(|other| SheetTag::from(*other) != sheet.into()), "{sheet:?}");
        }
    }
}
