//! The messages of the room screen.

use std::path::PathBuf;

use iced::Size;
use inkmesh::event::Event;

use super::action::Timer;
use super::dialog::Topic;
use super::shortcut::Shortcut;
use super::{chat, dialog, game, layout, people, rooms, sheet, status};
use crate::window::bridge::Answer;
use crate::window::render::painter::Painted;
use crate::window::screen::gallery;

/// An event of the room screen.
#[derive(Debug, Clone)]
pub enum Message {
    /// The node reported events.
    Happened(Vec<Event>),
    /// The node answered a request.
    Answered(Answer),
    /// A timer has expired.
    Timer(Timer),
    /// The next frame of an animation is due.
    Frame,
    /// The window has this size and scale factor.
    Resized(Size, f32),
    /// The window got the keyboard focus, or lost it.
    Focused(bool),
    /// A key was pressed.
    Key(Shortcut),
    /// An event of the chat.
    Chat(chat::Message),
    /// An event of the sheet.
    Sheet(sheet::Message),
    /// An event of the game.
    Game(game::Message),
    /// An event of the list of people.
    People(people::Message),
    /// An event of the list of rooms.
    Rooms(rooms::Message),
    /// An event of notices and banners.
    Status(status::Message),
    /// An event of the layout.
    Layout(layout::Message),
    /// Open a dialog.
    Show(Topic),
    /// An event of the open dialog.
    Dialog(dialog::Message),
    /// Open the gallery.
    ToGallery,
    /// An event of the gallery.
    Gallery(gallery::Message),
    /// A picture was painted; `None`: the painter failed.
    Painted(Option<Box<Painted>>),
    /// A drawing was saved as this file, or the reason why not.
    DrawingSaved(Result<PathBuf, String>),
    /// A file was dropped on the window.
    Dropped(PathBuf),
    /// A file was read, or the reason why not.
    FileRead(PathBuf, Result<Vec<u8>, String>),
    /// A link was opened, or the reason why not.
    LinkOpened(Result<(), String>),
}
