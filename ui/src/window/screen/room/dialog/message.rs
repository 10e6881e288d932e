//! The messages of the dialogs and their outcomes.

use inkmesh::game::{Rules, WordList};

use crate::settings::{Appearance, Language};
use crate::window::screen::room::action::Action;
use crate::window::screen::room::chat::Link;
use crate::window::screen::room::game::setup;

/// The topic of a dialog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    /// Connecting by address.
    Connect,
    /// Settings.
    Settings,
    /// Help.
    Help,
}

/// An event of a dialog.
#[derive(Debug, Clone)]
pub enum Message {
    /// Close the dialog.
    Close,
    /// The address was typed.
    Address(String),
    /// Connect.
    Dial,
    /// Copy a text to the clipboard.
    Copy(String),
    /// Our name was typed.
    Name(String),
    /// Change our name.
    Rename,
    /// Change the language.
    Language(Language),
    /// Change the appearance.
    Appearance(Appearance),
    /// Reduce motion, or not.
    ReduceMotion(bool),
    /// Open a link.
    OpenLink(Link),
    /// An event of the setup of a game.
    Setup(setup::Message),
}

/// A consequence of a message, outside of the dialog.
#[derive(Debug)]
pub enum Outcome {
    /// Carry out an action.
    Act(Action),
    /// Propose a game.
    Start(Rules, WordList),
}
