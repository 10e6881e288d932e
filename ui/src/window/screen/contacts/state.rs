//! The state of the contacts and its updates.

use inkmesh::command::{Command, CommandError};
use inkmesh::identity::Author;
use inkmesh::name::NameError;
use inkmesh::verification::VerificationNumber;

use super::message::{Message, Outcome};
use crate::window::screen::room::people::People;

/// The id of the field for a search.
pub(super) const SEARCH_FIELD: &str = "contacts-search-field";
/// The number of people who are listed at first, and with each step to more.
const PAGE: usize = 100;

/// The state of the contacts.
#[derive(Debug)]
pub struct ContactsScreen {
    pub(super) search: String,
    /// The number of people who are listed.
    pub(super) listed: usize,
    pub(super) selected: Option<Selected>,
    /// The verification number of our own key.
    pub(super) number: String,
}

/// The selected person, with what is written in the fields.
#[derive(Debug)]
pub(super) struct Selected {
    pub peer: Author,
    pub nickname: String,
    /// The reason why the nickname in the field is none.
    pub error: Option<NameError>,
    pub number: String,
    pub verdict: Option<Verdict>,
}

/// The result of comparing a verification number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is that of the key.
    Right,
    /// It is that of another key.
    Wrong,
    /// It is no number.
    Malformed,
}

impl ContactsScreen {
    /// Opens the contacts, with this person selected; returns them with the first outcomes.
    pub fn new(people: &People, selected: Option<Author>) -> (Self, Vec<Outcome>) {
        let number = VerificationNumber::of(people.me).to_string();
        let mut screen = ContactsScreen { search: String::new(), listed: PAGE, selected: None, number };
        match selected {
            Some(peer) => screen.select(peer, people),
            None => return (screen, vec![Outcome::Focus(SEARCH_FIELD)]),
        }
        (screen, Vec::new())
    }

    pub fn update(&mut self, message: Message, people: &People) -> Option<Outcome> {
        match message {
            Message::Leave => return Some(Outcome::Leave),
            Message::Search(text) => (self.search, self.listed) = (text, PAGE),
            Message::More => self.listed += PAGE,
            Message::Select(peer) => self.select(peer, people),
            Message::Close => self.selected = None,
            Message::Copy(text) => return Some(Outcome::Copy(text)),
            of_selected => return self.selected.as_mut()?.update(of_selected).map(Outcome::Command),
        }
        None
    }

    fn select(&mut self, peer: Author, people: &People) {
        let nickname = people.contact(peer).and_then(|contact| contact.nickname.as_ref());
        let nickname = nickname.map(ToString::to_string).unwrap_or_default();
        self.selected = Some(Selected { peer, nickname, error: None, number: String::new(), verdict: None });
    }

    /// Takes the reply to the comparison of a number. Returns an error that is to be shown elsewhere.
    pub fn verified(&mut self, peer: Author, result: Result<(), CommandError>) -> Option<CommandError> {
        let verdict = match result {
            Ok(()) => Verdict::Right,
            Err(CommandError::NotVerified) => Verdict::Wrong,
            Err(error) => return Some(error),
        };
        if let Some(selected) = self.selected.as_mut().filter(|selected| selected.peer == peer) {
            selected.verdict = Some(verdict);
        }
        None
    }

    /// Closes the selected person. Returns whether there was one.
    pub fn back(&mut self) -> bool {
        self.selected.take().is_some()
    }
}

impl Selected {
    /// Handles a message about the selected person. Returns the command that follows.
    fn update(&mut self, message: Message) -> Option<Command> {
        let peer = self.peer;
        match message {
            Message::Nickname(text) => (self.nickname, self.error) = (text, None),
            Message::SetNickname if self.nickname.trim().is_empty() => {
                self.nickname.clear();
                return Some(Command::Nickname { peer, name: None });
            }
            Message::SetNickname => match self.nickname.parse() {
                Ok(name) => return Some(Command::Nickname { peer, name: Some(name) }),
                Err(error) => self.error = Some(error),
            },
            Message::Talk => return Some(Command::Talk { peer }),
            Message::Friend(on) => return Some(Command::Friend { peer, on }),
            Message::Mute(on) => return Some(Command::Mute { peer, on }),
            Message::Block(on) => return Some(Command::Block { peer, on }),
            Message::Number(text) => (self.number, self.verdict) = (text, None),
            Message::Verify => match self.number.parse() {
                Ok(number) => return Some(Command::Verify { peer, number }),
                Err(_) => self.verdict = Some(Verdict::Malformed),
            },
            _ => {}
        }
        None
    }
}
