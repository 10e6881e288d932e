//! What a person can do in a room. Each command is checked at once; what it writes then has to become durable.

use super::{Room, Write};
use crate::clock::Now;
use crate::command::CommandError;
use crate::game::{PlayError, Rules, WordList};
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
    /// [`CommandError::Play`], [`CommandError::Busy`].
    pub fn start_game(&mut self, rules: Rules, words: &WordList, now: Now) -> Result<Write, CommandError> {
        let step = self.player.start(self.fold.game(), rules, words, now)?;
        self.write_step(step, now)
    }

    /// Proposes the last game again, with its rules and words.
    ///
    /// # Errors
    /// [`CommandError::Play`] when there was none; else as [`Room::start_game`].
    pub fn rematch(&mut self, now: Now) -> Result<Write, CommandError> {
        let (rules, words) = self.fold.game().setup().ok_or(CommandError::Play(PlayError::WrongPhase))?;
        self.start_game(rules, &words, now)
    }

    /// Chooses one of the words on offer, counted from 0.
    ///
    /// # Errors
    /// [`CommandError::Play`], [`CommandError::Busy`].
    pub fn choose(&mut self, index: usize, now: Now) -> Result<Write, CommandError> {
        let step = self.player.choose(self.fold.game(), index, now)?;
        self.write_step(step, now).inspect_err(|_| self.player.forget_written())
    }

    /// Says that we want to play.
    ///
    /// # Errors
    /// [`CommandError::Play`], [`CommandError::Busy`].
    pub fn ready(&mut self, now: Now) -> Result<Write, CommandError> {
        let step = self.player.ready(self.fold.game(), &self.identity)?;
        self.write_step(step, now)
    }

    /// Closes the gathering of our own game at once.
    ///
    /// # Errors
    /// [`CommandError::Play`].
    pub fn begin(&mut self) -> Result<(), CommandError> {
        Ok(self.player.request_begin(self.fold.game())?)
    }

    /// Ends our own turn.
    ///
    /// # Errors
    /// [`CommandError::Play`], [`CommandError::Busy`].
    pub fn pass(&mut self, now: Now) -> Result<Write, CommandError> {
        let step = self.player.pass(self.fold.game())?;
        self.write_step(step, now)
    }

    /// Votes to skip the drawer.
    ///
    /// # Errors
    /// [`CommandError::Play`], [`CommandError::Busy`].
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

    /// Leaves the game; the room goes on.
    ///
    /// # Errors
    /// [`CommandError::Play`], [`CommandError::Busy`].
    pub fn leave_game(&mut self, now: Now) -> Result<Write, CommandError> {
        let steps = self.player.leave(self.fold.game())?;
        self.write(steps.into_iter().map(Payload::Game).collect(), now)
    }

    /// Votes to end the game for all.
    ///
    /// # Errors
    /// [`CommandError::Play`], [`CommandError::Busy`].
    pub fn end_game(&mut self, now: Now) -> Result<Write, CommandError> {
        let step = self.player.end_game(self.fold.game())?;
        self.write_step(step, now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::game::{GameStep, Phase};
    use crate::identity::Identity;
    use crate::name::RoomName;
    use crate::payload::Payload;
    use crate::room::{Input, Output};
    use crate::words::{Level, Word};

    const NOW: Now = Now { wall_ms: 1_790_000_000_000, mono_ms: 5 };

    fn saved(room: &mut Room, write: Write, now: Now) {
        let mut writes = vec![write];
        while let Some(write) = writes.pop() {
            let outputs = room.handle(Input::Saved(write), now);
            writes.extend(outputs.into_iter().filter_map(|output| match output {
                Output::Write(write) => Some(write),
                _ => None,
            }));
        }
    }

    fn proposed(write: &Write) -> (Rules, WordList) {
        match write.operations[0].payload() {
            Payload::Game(GameStep::Proposed { rules, words, more: 0 }) => (rules, words),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_rematch_has_the_rules_and_words_of_the_game_before() {
        let mut room = Room::new(RoomName::lobby(), Identity::from_secret([1; 32]), 1);
        room.open(true, NOW);
        assert_eq!(room.rematch(NOW).unwrap_err(), CommandError::Play(PlayError::WrongPhase));
        let word = |n| Word { text: format!("word {n}"), level: Level::Hard };
        let (rules, words) = (Rules { rounds: 7, ..Rules::catch_mind() }, WordList::new((0..12).map(word).collect()));
        let write = room.start_game(rules, &words, NOW).unwrap();
        saved(&mut room, write, NOW);
        assert_eq!(room.rematch(NOW).unwrap_err(), CommandError::Play(PlayError::GameRunning));
        // Nobody comes.
        let later = Now { wall_ms: NOW.wall_ms + 21_000, mono_ms: NOW.mono_ms + 21_000 };
        for output in room.handle(Input::Tick, later) {
            if let Output::Write(write) = output {
                saved(&mut room, write, later);
            }
        }
        assert_eq!(room.game(later).phase, Phase::Over);
        let write = room.rematch(later).unwrap();
        assert_eq!(proposed(&write), (rules, words));
    }
}
