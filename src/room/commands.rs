//! What a person can do in a room. Each command is checked at once; what it writes then has to become durable.

use super::{Room, Write};
use crate::clock::Now;
use crate::command::CommandError;
use crate::game::{Rules, WordList};
use crate::identity::Author;
use crate::name::PersonName;
use crate::payload::{Payload, Profile};

impl Room {
    /// Takes a name in this room, unless we have it already.
    ///
    /// # Errors
    /// [`CommandError::Busy`].
    pub fn rename(&mut self, name: PersonName, now: Now) -> Result<Option<Write>, CommandError> {
        if self.people.name(self.identity.author()) == name.as_str() {
            return Ok(None);
        }
        self.write(vec![Payload::Profile(Profile { name })], now).map(Some)
    }

    /// Proposes a game: a quiz with these words, or turns without words.
    ///
    /// # Errors
    /// [`CommandError::Rules`], [`CommandError::Words`], [`CommandError::GameRunning`], [`CommandError::Busy`].
    pub fn start_game(&mut self, rules: Rules, words: &WordList, now: Now) -> Result<Write, CommandError> {
        let step = self.player.start(self.fold.game(), rules, words, now)?;
        self.write_step(step, now)
    }

    /// Proposes the last game again, with its rules and words.
    ///
    /// # Errors
    /// [`CommandError::WrongPhase`] when there was none; else as [`Room::start_game`].
    pub fn rematch(&mut self, now: Now) -> Result<Write, CommandError> {
        let (rules, words) = self.fold.game().setup().ok_or(CommandError::WrongPhase)?;
        self.start_game(rules, &words, now)
    }

    /// Chooses one of the words on offer, counted from 0.
    ///
    /// # Errors
    /// [`CommandError::NotTheDrawer`], [`CommandError::WrongPhase`], [`CommandError::NoSuchWord`], [`CommandError::Busy`].
    pub fn choose(&mut self, index: usize, now: Now) -> Result<Write, CommandError> {
        let step = self.player.choose(self.fold.game(), index, now)?;
        self.write_step(step, now)
    }

    /// Says that we want to play.
    ///
    /// # Errors
    /// [`CommandError::WrongPhase`], [`CommandError::Busy`].
    pub fn ready(&mut self, now: Now) -> Result<Write, CommandError> {
        let step = self.player.ready(self.fold.game(), &self.identity)?;
        self.write_step(step, now)
    }

    /// Closes the gathering of our own game at once.
    ///
    /// # Errors
    /// [`CommandError::WrongPhase`].
    pub fn begin(&mut self) -> Result<(), CommandError> {
        Ok(self.player.request_begin(self.fold.game())?)
    }

    /// Ends our own turn.
    ///
    /// # Errors
    /// [`CommandError::NotTheDrawer`], [`CommandError::WrongPhase`], [`CommandError::Busy`].
    pub fn pass(&mut self, now: Now) -> Result<Write, CommandError> {
        let step = self.player.pass(self.fold.game())?;
        self.write_step(step, now)
    }

    /// Votes to skip the drawer.
    ///
    /// # Errors
    /// [`CommandError::NotAPlayer`], [`CommandError::WrongPhase`], [`CommandError::Busy`].
    pub fn skip(&mut self, now: Now) -> Result<Write, CommandError> {
        let step = self.player.skip(self.fold.game())?;
        self.write_step(step, now)
    }

    /// Votes to remove a player.
    ///
    /// # Errors
    /// As [`Room::skip`].
    pub fn kick(&mut self, player: Author, now: Now) -> Result<Write, CommandError> {
        let step = self.player.kick(self.fold.game(), player)?;
        self.write_step(step, now)
    }
}
