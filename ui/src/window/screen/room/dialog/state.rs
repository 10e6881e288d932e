//! The open dialog and its updates.

use std::path::PathBuf;

use inkmesh::command::{Command, CommandError};
use inkmesh::name::{NameError, RoomName};
use inkmesh::picture::Picture;

use super::message::{Message, Outcome, Topic};
use super::picture::Pad;
use crate::settings::GameChoice;
use crate::window::screen::room::action::Action;
use crate::window::screen::room::chat::Link;
use crate::window::screen::room::game::ROUNDS_FIELD;
use crate::window::screen::room::game::setup::{self, Setup};
use crate::window::screen::room::invitation::{Inviting, InvitingOutcome};

/// The id of the field for an address.
pub const ADDRESS_FIELD: &str = "address-field";

/// The dialogs of the room screen.
#[derive(Debug)]
pub struct Dialogs {
    /// The open dialog.
    pub(super) dialog: Option<Dialog>,
    name: String,
    /// Our picture.
    pub(super) picture: Option<Picture>,
    /// The addresses that others can reach us at.
    pub(super) addresses: Vec<String>,
    last_setup: GameChoice,
}

/// An open dialog.
#[derive(Debug)]
pub enum Dialog {
    /// Connecting by address.
    Connect {
        /// The text in the field.
        address: String,
        /// The reason why it can't be dialled.
        error: Option<CommandError>,
    },
    Settings {
        /// The text in the field for our name.
        name: String,
        /// The reason why it is none.
        error: Option<NameError>,
    },
    /// The choice of our picture.
    Picture(Pad),
    Help,
    /// A confirmation to open a link.
    Link(Link),
    /// The setup of a game.
    Setup(Box<Setup>),
    /// Inviting people into a room.
    Invite(Box<Inviting>),
}

impl Dialogs {
    /// Creates the state without an open dialog.
    pub fn new(name: String, last_setup: GameChoice) -> Self {
        Dialogs { dialog: None, name, picture: None, addresses: Vec::new(), last_setup }
    }

    /// Returns whether a dialog is open.
    pub fn is_open(&self) -> bool {
        self.dialog.is_some()
    }

    /// Returns whether the help is open.
    pub fn shows_help(&self) -> bool {
        matches!(self.dialog, Some(Dialog::Help))
    }

    /// Returns whether the setup of a game is open.
    pub fn shows_setup(&self) -> bool {
        matches!(self.dialog, Some(Dialog::Setup(_)))
    }

    /// Opens a dialog; `room` is the open room. Returns what is to be done first.
    pub fn open(&mut self, topic: Topic, room: Option<&RoomName>) -> Option<Action> {
        let (dialog, first) = match topic {
            Topic::Connect => {
                (Dialog::Connect { address: String::new(), error: None }, Some(Action::Focus(ADDRESS_FIELD)))
            }
            Topic::Settings => (Dialog::Settings { name: self.name.clone(), error: None }, None),
            Topic::Picture => (Dialog::Picture(Pad::new(self.picture.as_ref())), None),
            Topic::Help => (Dialog::Help, None),
            Topic::Invite => {
                let room = room?.clone();
                let ticket = Action::Command(Command::Ticket { room: room.clone() });
                (Dialog::Invite(Box::new(Inviting::new(room))), Some(ticket))
            }
        };
        self.dialog = Some(dialog);
        first
    }

    /// Opens the confirmation to open a link.
    pub fn open_link(&mut self, link: Link) {
        self.dialog = Some(Dialog::Link(link));
    }

    /// Opens the setup of a game with the last choice. Returns the field to focus.
    pub fn open_setup(&mut self) -> Action {
        self.dialog = Some(Dialog::Setup(Box::new(Setup::new(self.last_setup.clone()))));
        Action::Focus(ROUNDS_FIELD)
    }

    /// Closes the open dialog. Returns whether one was open.
    pub fn close(&mut self) -> bool {
        self.dialog.take().is_some()
    }

    pub fn update(&mut self, message: Message) -> Option<Outcome> {
        let act = |action| Some(Outcome::Act(action));
        match (message, &mut self.dialog) {
            (Message::Close, _) => self.dialog = None,
            (Message::Address(text), Some(Dialog::Connect { address, error })) => (*address, *error) = (text, None),
            (Message::Dial, Some(Dialog::Connect { address, .. })) if !address.trim().is_empty() => {
                return act(Action::Command(Command::Dial { address: address.trim().to_owned() }));
            }
            (Message::Name(text), Some(Dialog::Settings { name, error })) => (*name, *error) = (text, None),
            (Message::Rename, Some(Dialog::Settings { name, error })) => match name.parse() {
                Ok(name) => return act(Action::Command(Command::Rename { name })),
                Err(reason) => *error = Some(reason),
            },
            (Message::ToPicture, Some(_)) => return self.open(Topic::Picture, None).map(Outcome::Act),
            (Message::Picture(message), Some(Dialog::Picture(pad))) => {
                return pad.update(message).map(|command| Outcome::Act(Action::Command(command)));
            }
            (Message::Copy(text), Some(_)) => return act(Action::Copy(text)),
            (Message::Language(language), Some(_)) => return act(Action::Language(language)),
            (Message::Appearance(appearance), Some(_)) => return act(Action::Appearance(appearance)),
            (Message::ReduceMotion(reduce), Some(_)) => return act(Action::ReduceMotion(reduce)),
            (Message::OpenLink(link), Some(_)) => {
                self.dialog = None;
                return act(Action::Browse(link.url));
            }
            (Message::Setup(message), Some(Dialog::Setup(setup))) => match setup.update(message)? {
                setup::Outcome::Read(path) => return act(Action::ReadFile(path)),
                setup::Outcome::Start(rules, words) => return Some(Outcome::Start(rules, words)),
            },
            (Message::Invite(message), Some(Dialog::Invite(inviting))) => match inviting.update(message)? {
                InvitingOutcome::Copy(text) => return act(Action::Copy(text)),
                InvitingOutcome::Command(command) => return act(Action::Command(command)),
            },
            // A message of another dialog, which was closed in the meantime.
            _ => {}
        }
        None
    }

    // ---- what the node reports ----

    pub fn set_name(&mut self, name: &str) {
        name.clone_into(&mut self.name);
    }

    /// Sets our picture.
    pub fn set_picture(&mut self, picture: Option<Picture>) {
        self.picture = picture;
    }

    /// Sets the addresses that others can reach us at.
    pub fn set_addresses(&mut self, addresses: Vec<String>) {
        self.addresses = addresses;
    }

    /// Closes the settings, because our name was changed.
    pub fn renamed(&mut self) {
        self.dialog.take_if(|dialog| matches!(dialog, Dialog::Settings { .. }));
    }

    /// Handles the reply to a command that connects to an address. Returns an error that the dialog does not show.
    pub fn dialed(&mut self, error: Option<CommandError>) -> Option<CommandError> {
        let Some(Dialog::Connect { error: shown, .. }) = &mut self.dialog else { return error };
        match error {
            Some(error) => *shown = Some(error),
            None => self.dialog = None,
        }
        None
    }

    /// Takes the ticket of a room.
    pub fn ticket(&mut self, room: &RoomName, ticket: String) {
        if let Some(Dialog::Invite(inviting)) = &mut self.dialog
            && inviting.room() == room
        {
            inviting.ticket(ticket);
        }
    }

    /// Handles the reply to an invitation of ours. Returns an error that the dialog does not show.
    pub fn invited(&mut self, error: Option<CommandError>) -> Option<CommandError> {
        let Some(Dialog::Invite(inviting)) = &mut self.dialog else { return error };
        match error {
            Some(error) => inviting.refused(error),
            None => self.dialog = None,
        }
        None
    }

    /// Handles the reply to the proposal of a game. Returns the choice to remember, or an error that the dialog does not
    /// show.
    pub fn proposed(&mut self, error: Option<CommandError>) -> Result<Option<GameChoice>, CommandError> {
        match (error, &mut self.dialog) {
            (None, Some(Dialog::Setup(setup))) => {
                self.last_setup = setup.choice.clone();
                self.dialog = None;
                Ok(Some(self.last_setup.clone()))
            }
            (Some(error), Some(Dialog::Setup(setup))) => {
                setup.error = Some(error);
                Ok(None)
            }
            (None, _) => Ok(None),
            (Some(error), _) => Err(error),
        }
    }

    /// Takes the content of a file with words, or the reason why it could not be read.
    pub fn file(&mut self, path: PathBuf, bytes: Result<Vec<u8>, String>) {
        if let Some(Dialog::Setup(setup)) = &mut self.dialog {
            setup.file(path, bytes);
        }
    }
}
