//! What an operation can say.
//!
//! A payload is one *kind* byte followed by the CBOR of that kind's fields (a map with text keys, so that fields can
//! be added). A kind that this program doesn't know is kept, ordered and passed on like any other, and folds to
//! nothing: an older program never stands in a newer one's way.

use serde::{Deserialize, Serialize};

use crate::canvas::Ink;
use crate::codec::{self, CodecError};
use crate::game::GameStep;
use crate::name::PersonName;
use crate::operation_id::OperationId;

/// Largest payload of an operation in bytes.
pub const MAX_PAYLOAD: usize = 32 * 1024;

/// Largest text of a chat line in bytes of UTF-8.
pub const MAX_TEXT: usize = 8 * 1024;

/// What an operation says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Payload {
    /// The author's name in this room from here on.
    Profile(Profile),
    /// A line of talk.
    Chat(Chat),
    /// A finished stroke on one of the room's boards.
    Stroke(Stroke),
    /// A step of a game.
    Game(GameStep),
    /// A kind or a form that this program doesn't know.
    Unknown,
}

/// How the author wants to be called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// The name; several people may choose the same.
    pub name: PersonName,
}

/// A line of talk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chat {
    /// UTF-8, 1 to [`MAX_TEXT`] bytes.
    pub text: String,
}

/// A stroke, written when the pen leaves the sheet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stroke {
    /// Where it was drawn.
    pub board: Board,
    /// What was drawn.
    pub ink: Ink,
}

/// A sheet of a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub enum Board {
    /// The room's own board, on which everybody may draw.
    #[default]
    #[serde(rename = "free")]
    Free,
    /// The sheet of one turn of a game, on which only its drawer's ink counts.
    #[serde(rename = "turn")]
    Turn {
        /// The game: the id of the operation that proposed it.
        game: OperationId,
        /// The turn, counted from 0 over the whole game.
        turn: u32,
    },
}

/// The kind byte of each payload: its first.
pub mod kind {
    /// [`super::Payload::Profile`].
    pub const PROFILE: u8 = 1;
    /// [`super::Payload::Chat`].
    pub const CHAT: u8 = 2;
    /// [`super::Payload::Stroke`].
    pub const STROKE: u8 = 3;
    /// [`super::Payload::Game`].
    pub const GAME: u8 = 4;
}

impl Payload {
    /// The bytes of this payload.
    ///
    /// # Errors
    /// [`CodecError::TooLarge`] above [`MAX_PAYLOAD`]; [`CodecError::Malformed`] for [`Payload::Unknown`], which
    /// nobody can write.
    pub fn encode(&self) -> Result<Vec<u8>, CodecError> {
        match self {
            Payload::Profile(body) => codec::encode_tagged(kind::PROFILE, body, MAX_PAYLOAD),
            Payload::Chat(body) => codec::encode_tagged(kind::CHAT, body, MAX_PAYLOAD),
            Payload::Stroke(body) => codec::encode_tagged(kind::STROKE, body, MAX_PAYLOAD),
            Payload::Game(body) => codec::encode_tagged(kind::GAME, body, MAX_PAYLOAD),
            Payload::Unknown => Err(CodecError::Malformed),
        }
    }

    /// Reads a payload. What can't be read is [`Payload::Unknown`]: whether an operation is *valid* must not depend
    /// on which kinds a program knows.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Self {
        let Some((&tag, body)) = bytes.split_first() else { return Payload::Unknown };
        let payload = match tag {
            kind::PROFILE => codec::decode(body).map(Payload::Profile),
            kind::CHAT => codec::decode(body).map(Payload::Chat),
            kind::STROKE => codec::decode(body).map(Payload::Stroke),
            kind::GAME => codec::decode(body).map(Payload::Game),
            _ => return Payload::Unknown,
        };
        payload.ok().filter(Payload::is_sound).unwrap_or(Payload::Unknown)
    }

    /// Whether the contents keep their own bounds.
    fn is_sound(&self) -> bool {
        match self {
            Payload::Chat(chat) => !chat.text.is_empty() && chat.text.len() <= MAX_TEXT,
            Payload::Stroke(stroke) => stroke.ink.is_sound(),
            Payload::Profile(_) | Payload::Game(_) | Payload::Unknown => true,
        }
    }
}
