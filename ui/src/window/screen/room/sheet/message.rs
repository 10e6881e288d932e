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
    PenDown(Point),
    PenTo(Point),
    PenUp,
    /// It is time to send the new points under the pen.
    Flush,
    Choose(Choice),
    Fill(Point),
    Pick(Point),
    /// Undo our last stroke or fill.
    Undo,
    Redo,
    /// Clear the sheet, after a confirmation if there are strokes of others.
    Clear,
    /// Clear the sheet.
    ReallyClear,
    Save,
    /// Open the color picker, or close it.
    OpenColors,
    Colors(color_picker::Message),
    /// Unfold the tools that a low or narrow window has no room for, or fold them.
    Unfold,
    ClosePopup,
    /// Zoom in by so many steps around a point of the space for the sheet.
    ZoomAt(iced::Point, f32),
    /// Zoom in by so many steps.
    Zoom(f32),
    Whole,
    Pan(Vector),
}

/// A consequence of a message, outside of the sheet.
#[derive(Debug)]
pub enum Outcome {
    Command(RoomCommand),
    /// Focus the field with this id.
    Focus(&'static str),
    /// Save a drawing of these steps as a file.
    Save(Vec<Drawn>),
}
