//! Effects of the room screen, to be carried out by the program.

use std::path::PathBuf;
use std::time::Duration;

use inkmesh::command::Command;
use inkmesh::name::{PersonName, RoomName};

use crate::export::drawing::DrawingFile;
use crate::settings::{Appearance, GameChoice, Language};
use crate::window::render::painter::Job;
use crate::window::screen::gallery::ThumbJob;

/// An effect that a message of the room screen has outside of it.
#[derive(Debug, Clone)]
pub enum Action {
    Command(Command),
    /// Read everything that is shown of a room.
    Load(RoomName),
    Focus(&'static str),
    Copy(String),
    Browse(String),
    Language(Language),
    Appearance(Appearance),
    ReduceMotion(bool),
    ReadFile(PathBuf),
    Thumb(Box<ThumbJob>),
    Paint(Box<Job>),
    Save(Box<DrawingFile>),
    /// Remember the rules and words of the game.
    RememberGame(GameChoice),
    /// Remember the room that was opened.
    RememberRoom(RoomName),
    RememberName(PersonName),
    /// Request the attention of the person for the window, or stop requesting it.
    Attention(bool),
    /// Send a timer's message after this time.
    Wait(Duration, Timer),
}

/// A timer of the room screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Timer {
    Refresh,
    /// Marks the lines in view as read.
    MarkRead,
}
