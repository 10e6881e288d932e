//! The messages of the dialogs and their outcomes.

use inkmesh::game::{Rules, WordList};

use super::picture;
use crate::settings::{Appearance, Language};
use crate::window::screen::room::action::Action;
use crate::window::screen::room::chat::Link;
use crate::window::screen::room::game::setup;
use crate::window::screen::room::invitation::InvitingMessage;

/// The topic of a dialog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    Connect,
    Settings,
    /// The choice of our picture.
    Picture,
    Help,
    /// Invite people into the open room.
    Invite,
}

/// An event of a dialog.
#[derive(Debug, Clone)]
pub enum Message {
    Close,
    Address(String),
    Dial,
    Copy(String),
    Name(String),
    Rename,
    /// Open the choice of our picture.
    ToPicture,
    Picture(picture::Message),
    Language(Language),
    Appearance(Appearance),
    ReduceMotion(bool),
    OpenLink(Link),
    Setup(setup::Message),
    Invite(InvitingMessage),
}

/// A consequence of a message, outside of the dialog.
#[derive(Debug)]
pub enum Outcome {
    Act(Action),
    Start(Rules, WordList),
}
