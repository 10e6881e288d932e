//! The messages of the sheet.

use iced::{Size, Vector};
use inkmesh::canvas::{Drawn, Point};
use inkmesh::command::RoomCommand;

use super::tools::Choice;
use crate::window::widget::color_picker;

/// An event of the sheet.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    /// The space for the sheet has this size.
    Resized(Size),
    /// The pen touches the sheet.
    PenDown(Point),
    /// The pen moves on the sheet.
    PenTo(Point),
    /// The pen leaves the sheet.
    PenUp,
    /// It is time to send the new points under the pen.
    Flush,
    /// Choose a tool, a colour or a width.
    Choose(Choice),
    /// Fill the area around a point.
    Fill(Point),
    /// Pick the colour of a point.
    Pick(Point),
    /// Undo our last stroke or fill.
    Undo,
    /// Redo it.
    Redo,
    /// Clear the sheet, after a confirmation if there are strokes of others.
    Clear,
    /// Clear the sheet.
    ReallyClear,
    /// Save the drawing as a file.
    Save,
    /// Open the color picker, or close it.
    OpenColors,
    /// An event of the color picker.
    Colors(color_picker::Message),
    /// Unfold the tools that a low or narrow window has no room for, or fold them.
    Unfold,
    /// Close the popup.
    ClosePopup,
    /// Zoom in by so many steps around a point of the space for the sheet.
    ZoomAt(iced::Point, f32),
    /// Zoom in by so many steps.
    Zoom(f32),
    /// Show the whole sheet.
    Whole,
    /// Move the sheet.
    Pan(Vector),
}

/// A consequence of a message, outside of the sheet.
#[derive(Debug)]
pub enum Outcome {
    /// Send a command in this room.
    Command(RoomCommand),
    /// Focus the field with this id.
    Focus(&'static str),
    /// Save a drawing of these steps as a file.
    Save(Vec<Drawn>),
}
