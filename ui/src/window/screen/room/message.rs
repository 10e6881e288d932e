//! The messages of the room screen.

use std::path::PathBuf;

use iced::Size;
use inkmesh::event::Event;

use super::action::Timer;
use super::dialog::Topic;
use super::shortcut::Shortcut;
use super::{chat, dialog, game, invitation, layout, people, rooms, sheet, status};
use crate::window::bridge::Answer;
use crate::window::render::painter::Painted;
use crate::window::screen::{contacts, gallery};

/// An event of the room screen.
#[derive(Debug, Clone)]
pub enum Message {
    /// The node reported events.
    Happened(Vec<Event>),
    /// The node answered a request.
    Answered(Answer),
    Timer(Timer),
    /// The next frame of an animation is due.
    Frame,
    Resized(Size, f32),
    /// The window got the keyboard focus, or lost it.
    Focused(bool),
    Key(Shortcut),
    Chat(chat::Message),
    Sheet(sheet::Message),
    Game(game::Message),
    People(people::Message),
    Rooms(rooms::Message),
    Status(status::Message),
    Layout(layout::Message),
    Invitation(invitation::Message),
    Show(Topic),
    Dialog(dialog::Message),
    ToWaitingRoom,
    ToGallery,
    Gallery(gallery::Message),
    /// Open the contacts.
    ToContacts,
    Contacts(contacts::Message),
    /// A picture was painted; `None`: the painter failed.
    Painted(Option<Box<Painted>>),
    /// A drawing was saved as this file, or the reason why not.
    DrawingSaved(Result<PathBuf, String>),
    Dropped(PathBuf),
    /// A file was read, or the reason why not.
    FileRead(PathBuf, Result<Vec<u8>, String>),
    /// A link was opened, or the reason why not.
    LinkOpened(Result<(), String>),
}
