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
    /// Read the drawings again.
    Retry,
    /// Leave the gallery.
    Leave,
    /// List older drawings too.
    Older,
    /// A drawing came into view.
    Shown(DrawingKey),
    /// A drawing went out of view.
    Hidden(DrawingKey),
    /// A thumbnail was made; `None`: that failed.
    Made(Option<Box<Thumb>>),
    /// Open a drawing.
    Open(DrawingKey),
    /// Close the drawing.
    Close,
    /// The space for the drawing has this size.
    Resized(Size),
    /// Control the replay.
    Replay(replay::Control),
    /// The next frame of the replay is due.
    Frame,
    /// Save the drawing as a file.
    Save(Format),
}

/// A consequence of a message, outside of the gallery.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// Read the drawings of this room.
    Read(RoomName),
    /// Make a thumbnail.
    Thumb(Box<ThumbJob>),
    /// Paint the drawing.
    Paint(Box<Job>),
    /// Save this drawing as a file of this format.
    Save(DrawingKey, Format),
    /// Leave the gallery.
    Leave,
}
