//! What a person can do in a room. Each command is checked at once; what it writes then has to become durable.

use super::{Room, Write};
use crate::clock::Now;
use crate::command::CommandError;
use crate::game::Rules;
use crate::identity::Author;
use crate::name::PersonName;
use crate::payload::{Chat, MAX_TEXT, Payload, Profile};

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

    /// Says a line.
    ///
    /// # Errors
    /// [`CommandError::Text`], [`CommandError::Busy`].
    pub fn say(&mut self, text: String, now: Now) -> Result<Write, CommandError> {
        if text.trim().is_empty() || text.len() > MAX_TEXT {
            return Err(CommandError::Text { len: text.len() });
        }
        self.write(vec![Payload::Chat(Chat { text })], now)
    }

    /// Proposes a game of turns.
    ///
    /// # Errors
    /// [`CommandError::Rules`], [`CommandError::GameRunning`], [`CommandError::Busy`].
    pub fn start_game(&mut self, rules: Rules, now: Now) -> Result<Write, CommandError> {
        let step = self.player.start(self.fold.game(), rules, now)?;
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
