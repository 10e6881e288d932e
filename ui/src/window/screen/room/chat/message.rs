//! The messages of the chat and their outcomes.

use iced::widget::text_editor;
use inkmesh::command::RoomCommand;
use inkmesh::operation::OperationId;

use super::links::Link;
use crate::window::screen::room::status::Notice;
use crate::window::widget::anchored_list::LineClick;

/// An event of the chat.
#[derive(Debug, Clone)]
pub enum Message {
    /// Focus the field.
    Focus,
    /// The text in the field was edited.
    Edit(text_editor::Action),
    /// Send the text.
    Say,
    /// The history was scrolled.
    Scrolled {
        /// True if its top is in view.
        at_top: bool,
        /// True if its end is in view.
        at_end: bool,
    },
    /// Scroll to the end.
    ToEnd,
    /// Show the late lines whose first is this.
    ShowLate(OperationId),
    /// Dismiss the announcements of late lines.
    DismissLate,
    /// A line was clicked.
    LineClicked(LineClick),
    /// Close the menu of a line.
    CloseMenu,
    /// Copy the selected lines.
    Copy,
    /// Show all of a long line, or fold it again.
    Unfold(OperationId),
    /// Ask whether to open a link.
    AskLink(Link),
    /// Say a line that is held back again.
    SayAgain(OperationId),
}

/// A consequence of a message, outside of the chat.
#[derive(Debug)]
pub enum Outcome {
    /// Send a command in this room.
    Command(RoomCommand),
    /// Read so many lines of this room before this one.
    History(OperationId, usize),
    /// Focus the field with this id.
    Focus(&'static str),
    /// Copy a text to the clipboard.
    Copy(String),
    /// Ask whether to open a link.
    ConfirmLink(Link),
    /// Load the room again.
    Reload,
    /// Show a notice.
    Notify(Notice),
}

/// What a line will be that is written now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineMode {
    /// A line for everybody.
    Chat,
    /// A guess.
    Guess,
    /// A line for those who know the word.
    Whisper,
}
