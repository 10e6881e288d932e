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
    /// Send a command to the node.
    Command(Command),
    /// Read everything that is shown of a room.
    Load(RoomName),
    /// Focus the field with this id.
    Focus(&'static str),
    /// Copy a text to the clipboard.
    Copy(String),
    /// Open a web address.
    Browse(String),
    /// Change the language.
    Language(Language),
    /// Change the appearance.
    Appearance(Appearance),
    /// Reduce motion, or not.
    ReduceMotion(bool),
    /// Read a file.
    ReadFile(PathBuf),
    /// Make a thumbnail for the gallery.
    Thumb(Box<ThumbJob>),
    /// Paint a picture.
    Paint(Box<Job>),
    /// Save a drawing as a file.
    Save(Box<DrawingFile>),
    /// Remember the rules and words of the game.
    RememberGame(GameChoice),
    /// Remember the room that was opened.
    RememberRoom(RoomName),
    /// Remember our name.
    RememberName(PersonName),
    /// Request the attention of the person for the window, or stop requesting it.
    Attention(bool),
    /// Send a timer's message after this time.
    Wait(Duration, Timer),
}

/// A timer of the room screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Timer {
    /// Refreshes the screen.
    Refresh,
    /// Marks the lines in view as read.
    MarkRead,
}
