//! What an operation can say.
//!
//! A payload is one *kind* byte followed by the CBOR of that kind's fields (a map with text keys, so that fields can
//! be added; of a stroke, arrays). A kind that this program doesn't know is kept, ordered and passed on like any other,
//! and folds to nothing: an older program never stands in a newer one's way.

use serde::{Deserialize, Serialize};

use crate::canvas::{CanvasStep, Ink};
use crate::codec::{self, CodecError};
use crate::game::GameStep;
use crate::name::PersonName;
use crate::operation_id::OperationId;

pub use crate::limits::{MAX_PAYLOAD, MAX_TEXT};

/// What an operation says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Payload {
    /// The author's name in this room from here on.
    Profile(Profile),
    /// A line of talk.
    Chat(Chat),
    /// A step on one of the room's sheets.
    Canvas {
        /// The sheet.
        sheet: SheetId,
        /// The step.
        step: CanvasStep,
    },
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

/// The form of [`kind::STROKE`]: game and turn, or nothing for the free sheet, and the ink. An array in arrays, as there are
/// more strokes than anything else.
type StrokeBody<I> = (Option<(OperationId, u32)>, I);

/// The form of [`kind::CANVAS`].
#[derive(Serialize, Deserialize)]
struct CanvasBody<S> {
    #[serde(rename = "board")]
    sheet: SheetId,
    step: S,
}

/// The kind byte of each payload: its first.
pub mod kind {
    /// [`super::Payload::Profile`].
    pub const PROFILE: u8 = 1;
    /// [`super::Payload::Chat`].
    pub const CHAT: u8 = 2;
    /// [`super::Payload::Canvas`] with ink, written when the pen leaves the sheet.
    pub const STROKE: u8 = 3;
    /// [`super::Payload::Game`].
    pub const GAME: u8 = 4;
    /// [`super::Payload::Canvas`] with any other step.
    pub const CANVAS: u8 = 5;
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
            Payload::Canvas { sheet, step } => encode_canvas(*sheet, step),
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
            kind::STROKE => codec::decode(body).map(from_stroke),
            kind::GAME => codec::decode(body).map(Payload::Game),
            kind::CANVAS => codec::decode(body).map(from_canvas),
            _ => return Payload::Unknown,
        };
        payload.ok().filter(Payload::is_sound).unwrap_or(Payload::Unknown)
    }

    /// Whether the contents keep their own bounds.
    fn is_sound(&self) -> bool {
        match self {
            Payload::Chat(chat) => !chat.text.is_empty() && chat.text.len() <= MAX_TEXT,
            Payload::Canvas { step, .. } => step.is_sound(),
            Payload::Profile(_) | Payload::Game(_) | Payload::Unknown => true,
        }
    }
}

fn encode_canvas(sheet: SheetId, step: &CanvasStep) -> Result<Vec<u8>, CodecError> {
    match step {
        CanvasStep::Ink(ink) => {
            let turn = match sheet {
                SheetId::Free => None,
                SheetId::Turn { game, turn } => Some((game, turn)),
            };
            let body: StrokeBody<&Ink> = (turn, ink);
            codec::encode_tagged(kind::STROKE, &body, MAX_PAYLOAD)
        }
        step => codec::encode_tagged(kind::CANVAS, &CanvasBody { sheet, step }, MAX_PAYLOAD),
    }
}

fn from_stroke((turn, ink): StrokeBody<Ink>) -> Payload {
    let sheet = turn.map_or(SheetId::Free, |(game, turn)| SheetId::Turn { game, turn });
    Payload::Canvas { sheet, step: CanvasStep::Ink(ink) }
}

/// Ink has a kind of its own: in this one it would be a second form of the same thing.
fn from_canvas(CanvasBody { sheet, step }: CanvasBody<CanvasStep>) -> Payload {
    if matches!(step, CanvasStep::Ink(_)) { Payload::Unknown } else { Payload::Canvas { sheet, step } }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canvas::{Color, Point, Points, Tool};

    fn ink() -> Ink {
        let points = Points::new(vec![Point::new(1, 2), Point::new(3, 4)]);
        Ink { stroke: 9, tool: Tool::Ellipse, color: Color([1, 2, 3]), width: 4, points }
    }

    #[test]
    fn every_step_on_a_sheet_reads_back_from_its_kind() {
        let at = Point::new(17, 4);
        let steps = [
            (kind::STROKE, CanvasStep::Ink(ink())),
            (kind::CANVAS, CanvasStep::Fill { stroke: 1, at, color: Color([9; 3]) }),
            (kind::CANVAS, CanvasStep::Clear { stroke: 2 }),
            (kind::CANVAS, CanvasStep::Undo { stroke: 3 }),
            (kind::CANVAS, CanvasStep::Redo { stroke: u64::MAX }),
        ];
        for (kind, step) in steps {
            for sheet in [SheetId::Free, SheetId::Turn { game: OperationId([7; 32]), turn: 3 }] {
                let payload = Payload::Canvas { sheet, step: step.clone() };
                let bytes = payload.encode().unwrap();
                assert_eq!((bytes[0], Payload::decode(&bytes)), (kind, payload));
            }
        }
    }

    #[test]
    fn ink_has_one_form_and_a_shape_two_points() {
        let body = CanvasBody { sheet: SheetId::Free, step: CanvasStep::Ink(ink()) };
        let bytes = codec::encode_tagged(kind::CANVAS, &body, MAX_PAYLOAD).unwrap();
        assert_eq!(Payload::decode(&bytes), Payload::Unknown);
        let points = Points::new(vec![Point::new(1, 2)]);
        let body: StrokeBody<Ink> = (None, Ink { points, ..ink() });
        let bytes = codec::encode_tagged(kind::STROKE, &body, MAX_PAYLOAD).unwrap();
        assert_eq!(Payload::decode(&bytes), Payload::Unknown);
    }

    #[test]
    fn a_fill_beside_the_sheet_is_moved_onto_it() {
        #[derive(Serialize)]
        #[serde(rename_all = "snake_case")]
        enum Raw {
            Fill { stroke: u64, at: (i32, i32), color: Color },
        }
        let raw = |at| {
            let step = Raw::Fill { stroke: 1, at, color: Color([0; 3]) };
            Payload::decode(
                &codec::encode_tagged(kind::CANVAS, &CanvasBody { sheet: SheetId::Free, step }, 999).unwrap(),
            )
        };
        let fill = |x, y| {
            let step = CanvasStep::Fill { stroke: 1, at: Point::new(x, y), color: Color([0; 3]) };
            Payload::Canvas { sheet: SheetId::Free, step }
        };
        assert_eq!(raw((-5, 10_000)), fill(0, 4800));
        assert_eq!(raw((i32::MAX, i32::MIN)), fill(6400, 0));
    }
}
