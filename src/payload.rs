//! Payloads: the content of operations.
//!
//! A payload is a *kind* byte and the CBOR of that kind's fields: a map with text keys, so that fields can be added; arrays
//! for a stroke. An operation of an unknown kind is stored, ordered and passed on like any other, and ignored by the fold,
//! so that older programs don't hinder newer ones.

use serde::{Deserialize, Serialize};

use crate::canvas::{CanvasStep, SheetId, Stroke};
use crate::codec::{self, CodecError};
use crate::game::GameStep;
use crate::name::PersonName;
use crate::operation_id::OperationId;
use crate::picture::{self, Picture};

pub use crate::limits::{MAX_PAYLOAD, MAX_TEXT};

/// The content of an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Payload {
    /// The author's name and picture in this room from here on.
    Profile(Profile),
    /// A chat line.
    Chat(Chat),
    /// A step on a sheet.
    Canvas {
        /// The sheet.
        sheet: SheetId,
        /// The step.
        step: CanvasStep,
    },
    /// A step of a game.
    Game(GameStep),
    /// A payload that this program can't read.
    Unknown,
}

/// The name and picture of an author.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// The name, which need not be unique.
    pub name: PersonName,
    /// The picture; none for a person who chose nothing, and then nothing is encoded.
    #[serde(default, deserialize_with = "picture::lenient", skip_serializing_if = "Option::is_none")]
    pub picture: Option<Picture>,
}

/// A chat line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chat {
    /// The text, of 1 to [`MAX_TEXT`] bytes of UTF-8.
    pub text: String,
}

/// The body of [`kind::STROKE`]: game and turn, or `None` for the free sheet, and the stroke. Arrays save bytes, as strokes
/// are the most frequent payload.
type StrokeBody<I> = (Option<(OperationId, u32)>, I);

/// The body of [`kind::CANVAS`].
#[derive(Serialize, Deserialize)]
struct CanvasBody<S> {
    #[serde(rename = "board")]
    sheet: SheetId,
    step: S,
}

/// The kind bytes.
pub mod kind {
    /// [`super::Payload::Profile`].
    pub const PROFILE: u8 = 1;
    /// [`super::Payload::Chat`].
    pub const CHAT: u8 = 2;
    /// [`super::Payload::Canvas`] with a stroke.
    pub const STROKE: u8 = 3;
    /// [`super::Payload::Game`].
    pub const GAME: u8 = 4;
    /// [`super::Payload::Canvas`] with any other step.
    pub const CANVAS: u8 = 5;
}

impl Payload {
    /// Encodes the payload.
    ///
    /// # Errors
    /// [`CodecError::TooLarge`] above [`MAX_PAYLOAD`]; [`CodecError::Malformed`] for [`Payload::Unknown`].
    pub fn encode(&self) -> Result<Vec<u8>, CodecError> {
        match self {
            Payload::Profile(body) => codec::encode_tagged(kind::PROFILE, body, MAX_PAYLOAD),
            Payload::Chat(body) => codec::encode_tagged(kind::CHAT, body, MAX_PAYLOAD),
            Payload::Canvas { sheet, step } => encode_canvas(*sheet, step),
            Payload::Game(body) => codec::encode_tagged(kind::GAME, body, MAX_PAYLOAD),
            Payload::Unknown => Err(CodecError::Malformed),
        }
    }

    /// Reads a payload. An unreadable one is [`Payload::Unknown`]: whether an operation is *valid* must not depend on the kinds
    /// that a program knows.
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

    /// Returns whether the content is within its bounds.
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
        CanvasStep::Stroke(stroke) => {
            let turn = match sheet {
                SheetId::Free => None,
                SheetId::Turn { game, turn } => Some((game, turn)),
            };
            let body: StrokeBody<&Stroke> = (turn, stroke);
            codec::encode_tagged(kind::STROKE, &body, MAX_PAYLOAD)
        }
        step => codec::encode_tagged(kind::CANVAS, &CanvasBody { sheet, step }, MAX_PAYLOAD),
    }
}

fn from_stroke((turn, stroke): StrokeBody<Stroke>) -> Payload {
    let sheet = turn.map_or(SheetId::Free, |(game, turn)| SheetId::Turn { game, turn });
    Payload::Canvas { sheet, step: CanvasStep::Stroke(stroke) }
}

/// Makes a canvas payload. A stroke has a kind of its own, so in this one it is refused: each payload has one encoding.
fn from_canvas(CanvasBody { sheet, step }: CanvasBody<CanvasStep>) -> Payload {
    if matches!(step, CanvasStep::Stroke(_)) { Payload::Unknown } else { Payload::Canvas { sheet, step } }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canvas::{Color, Point, Points, Tool};

    fn stroke() -> Stroke {
        let points = Points::new(vec![Point::new(1, 2), Point::new(3, 4)]);
        Stroke { id: 9, tool: Tool::Ellipse, color: Color([1, 2, 3]), width: 4, points }
    }

    #[test]
    fn every_step_on_a_sheet_reads_back_from_its_kind() {
        let at = Point::new(17, 4);
        let steps = [
            (kind::STROKE, CanvasStep::Stroke(stroke())),
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
    fn a_profile_of_whose_name_nothing_can_be_seen_has_no_effect() {
        #[derive(Serialize)]
        struct Raw<'a> {
            name: &'a str,
        }
        let raw = |name| Payload::decode(&codec::encode_tagged(kind::PROFILE, &Raw { name }, MAX_PAYLOAD).unwrap());
        for name in ["", " ", "\u{3164}", "\u{2800}", "\u{ad}\u{e0061}"] {
            assert_eq!(raw(name), Payload::Unknown, "{name:?}");
        }
        let seen = "❤\u{fe0f}";
        assert_eq!(raw(seen), Payload::Profile(Profile { name: seen.parse().unwrap(), picture: None }));
    }

    #[test]
    fn ink_has_one_encoding_and_a_shape_two_points() {
        let body = CanvasBody { sheet: SheetId::Free, step: CanvasStep::Stroke(stroke()) };
        let bytes = codec::encode_tagged(kind::CANVAS, &body, MAX_PAYLOAD).unwrap();
        assert_eq!(Payload::decode(&bytes), Payload::Unknown);
        let points = Points::new(vec![Point::new(1, 2)]);
        let body: StrokeBody<Stroke> = (None, Stroke { points, ..stroke() });
        let bytes = codec::encode_tagged(kind::STROKE, &body, MAX_PAYLOAD).unwrap();
        assert_eq!(Payload::decode(&bytes), Payload::Unknown);
    }

    #[test]
    fn a_fill_outside_of_the_sheet_is_moved_onto_it() {
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
