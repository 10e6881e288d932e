//! The messages of the gallery and their outcomes.

use iced::Size;
use inkmesh::gallery::DrawingKey;
use inkmesh::name::RoomName;

use super::replay;
use super::thumbs::{Thumb, ThumbJob};
use crate::export::picture::Format;
use crate::window::render::painter::Job;

/// An event of the gallery.
#[derive(Debug, Clone)]
pub enum Message {
    Retry,
    Leave,
    Older,
    Shown(DrawingKey),
    Hidden(DrawingKey),
    /// A thumbnail was made; `None`: that failed.
    Made(Option<Box<Thumb>>),
    Open(DrawingKey),
    /// Close the drawing.
    Close,
    /// The space for the drawing has this size.
    Resized(Size),
    Replay(replay::Control),
    Frame,
    Save(Format),
}

/// A consequence of a message, outside of the gallery.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// Read the drawings of this room.
    Read(RoomName),
    Thumb(Box<ThumbJob>),
    Paint(Box<Job>),
    /// Save this drawing as a file of this format.
    Save(DrawingKey, Format),
    Leave,
}
