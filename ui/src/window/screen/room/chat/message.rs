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
    Focus,
    Edit(text_editor::Action),
    Say,
    Scrolled {
        at_top: bool,
        at_end: bool,
    },
    ToEnd,
    /// Show the late lines whose first is this.
    ShowLate(OperationId),
    /// Dismiss the announcements of late lines.
    DismissLate,
    LineClicked(LineClick),
    CloseMenu,
    Copy,
    /// Show all of a long line, or fold it again.
    Unfold(OperationId),
    AskLink(Link),
    /// Say a line that is held back again.
    SayAgain(OperationId),
}

/// A consequence of a message, outside of the chat.
#[derive(Debug)]
pub enum Outcome {
    Command(RoomCommand),
    /// Read so many lines of this room before this one.
    History(OperationId, usize),
    /// Focus the field with this id.
    Focus(&'static str),
    Copy(String),
    ConfirmLink(Link),
    Reload,
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
