//! Why a command of a face was not carried out.

use crate::game::{GuessError, PlayError};
use crate::name::{NameError, RoomName};
use crate::operation::OperationId;

/// What became of a line that was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spoken {
    /// It stands in the history.
    Line(OperationId),
    /// It was the word.
    Solved,
}

impl Spoken {
    /// The line that it makes in the history, if it makes one.
    #[must_use]
    pub fn line(self) -> Option<OperationId> {
        match self {
            Spoken::Line(id) => Some(id),
            Spoken::Solved => None,
        }
    }
}

/// Rooms that one can be in at once at most: all of them are told to every peer at the beginning of a connection.
pub const MAX_ROOMS: usize = 500;

/// Why a command was not carried out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// We are not in that room.
    #[error("not in the room {0}: join it first")]
    NotInRoom(RoomName),
    /// We are in [`MAX_ROOMS`] rooms.
    #[error("you are in {MAX_ROOMS} rooms, and can't be in more: leave one first")]
    TooManyRooms,
    /// A name that is none.
    #[error(transparent)]
    Name(#[from] NameError),
    /// No address that can be dialled.
    #[error("not an address: {0} (it looks like /ip4/192.168.0.7/tcp/47770 or 192.168.0.7)")]
    Address(String),
    /// The text is empty or longer than [`crate::payload::MAX_TEXT`].
    #[error("a message has 1 to {max} bytes, this one has {len}", max = crate::payload::MAX_TEXT)]
    Text {
        /// Its length in bytes.
        len: usize,
    },
    /// A line without points, a shape without exactly two, or a width out of bounds.
    #[error("a stroke has a point, a shape has two, and a width of 1 to {max}", max = crate::canvas::MAX_WIDTH)]
    Stroke,
    /// None of our marks on the visible sheet can be undone.
    #[error("there is nothing to undo")]
    NothingToUndo,
    /// None of our marks on the visible sheet can be put back.
    #[error("there is nothing to redo")]
    NothingToRedo,
    /// No more counts on the sheet of this turn.
    #[error("this sheet is full")]
    SheetFull,
    /// A step of the game can't be written now.
    #[error(transparent)]
    Play(#[from] PlayError),
    /// A guess was not answered; nobody saw it.
    #[error(transparent)]
    Guess(#[from] GuessError),
    /// We know the word of the turn, but this program was restarted since: what we say could not be sealed.
    #[error("you know the word, and this program was restarted since: talk again when the turn is over")]
    Sealed,
    /// The entry to count back from is not in the room's history.
    #[error("there is no such entry in this room")]
    UnknownEntry,
    /// The operation could not be written to the disk, so it was not sent either.
    #[error("not saved and not sent, the disk refused it: {0}")]
    NotSaved(String),
    /// The history on the disk can't be read.
    #[error("the history on the disk can't be read: {0}")]
    Unreadable(String),
    /// More of one's own operations wait for the disk than are allowed.
    #[error("too much at once: wait until what was said is saved")]
    Busy,
    /// The node has ended.
    #[error("the node has ended")]
    Closed,
}

impl CommandError {
    /// A stable code for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            CommandError::NotInRoom(_) => "not_in_room",
            CommandError::TooManyRooms => "too_many_rooms",
            CommandError::Name(_) => "bad_name",
            CommandError::Address(_) => "bad_address",
            CommandError::Text { .. } => "bad_text",
            CommandError::Stroke => "bad_stroke",
            CommandError::NothingToUndo => "nothing_to_undo",
            CommandError::NothingToRedo => "nothing_to_redo",
            CommandError::SheetFull => "sheet_full",
            CommandError::Play(error) => error.code(),
            CommandError::Guess(error) => error.code(),
            CommandError::Sealed => "sealed",
            CommandError::UnknownEntry => "unknown_entry",
            CommandError::NotSaved(_) => "not_saved",
            CommandError::Unreadable(_) => "unreadable",
            CommandError::Busy => "busy",
            CommandError::Closed => "closed",
        }
    }
}
