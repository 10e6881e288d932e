//! The commands of our person in a game, checked before a step is written.

use std::collections::VecDeque;

use super::driver::{Driver, ready_step};
use crate::clock::Now;
use crate::game::protocol::{EndReason, GameStep, MAX_WORDS, Rules, WordList};
use crate::game::state::{Game, Stage, Table, Turns};
use crate::identity::{Author, Identity};
use crate::limits::MIN_PLAYERS;
use crate::words::{MAX_WORD_CHARS, MIN_WORDS};

/// The reason why a step can't be written now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PlayError {
    /// The rules are out of bounds.
    #[error(
        "a game has 1 to 10 rounds, 2 to 24 players, turns of 15 to 240 seconds (1 to 600 without words), 1 to 5 words to \
        choose from, 0 to 5 hints, and is skipped after 5 to 240 idle seconds or never (0)"
    )]
    Rules,
    /// Only the drawer may do that now.
    #[error("only the drawer can do that now")]
    NotTheDrawer,
    /// Only players of the game may do that, and only to other players.
    #[error("only players of the game can do that, and only to other players")]
    NotAPlayer,
    /// Only the proposer of the game may do that.
    #[error("only who proposed the game can do that")]
    NotTheProposer,
    /// The phase of the game doesn't allow it.
    #[error("the game is not at that point now")]
    WrongPhase,
    /// Our person is ready or has voted already.
    #[error("you did that already")]
    AlreadyDone,
    /// A vote to skip is about another player's turn.
    #[error("it is your own turn: end it with `pass`")]
    OwnTurn,
    /// All seats are taken.
    #[error("the game is full")]
    GameFull,
    /// The others removed us from the game.
    #[error("the others removed you from this game")]
    Removed,
    /// Fewer players are ready than a game needs (`MIN_PLAYERS`).
    #[error("a game needs {MIN_PLAYERS} players who are ready")]
    TooFewReady,
    /// The words don't make a quiz.
    #[error("a quiz has {MIN_WORDS} to {MAX_WORDS} words of 1 to {MAX_WORD_CHARS} characters, none twice")]
    Words,
    /// There is no such word on offer.
    #[error("no such word on offer")]
    NoSuchWord,
    /// A game is running already.
    #[error("a game is already running in this room")]
    GameRunning,
}

impl PlayError {
    /// Returns a stable code for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            PlayError::Rules => "bad_rules",
            PlayError::Words => "bad_words",
            PlayError::NoSuchWord => "no_such_word",
            PlayError::GameRunning => "game_running",
            PlayError::NotTheDrawer => "not_the_drawer",
            PlayError::NotAPlayer => "not_a_player",
            PlayError::NotTheProposer => "not_the_proposer",
            PlayError::WrongPhase => "wrong_phase",
            PlayError::AlreadyDone => "already_done",
            PlayError::OwnTurn => "own_turn",
            PlayError::GameFull => "game_full",
            PlayError::Removed => "removed",
            PlayError::TooFewReady => "too_few_ready",
        }
    }
}

impl Driver {
    /// Proposes a game.
    ///
    /// # Errors
    /// [`PlayError::Rules`], [`PlayError::Words`], [`PlayError::GameRunning`].
    pub fn start(&mut self, game: &Game, rules: Rules, words: &WordList, now: Now) -> Result<GameStep, PlayError> {
        if !rules.is_sound() {
            return Err(PlayError::Rules);
        }
        let fitting = if rules.quiz.is_some() { MIN_WORDS..=MAX_WORDS } else { 0..=0 };
        if !words.is_sound() || !fitting.contains(&words.words().len()) {
            return Err(PlayError::Words);
        }
        if game.is_running(now.wall_ms) {
            return Err(PlayError::GameRunning);
        }
        let mut parts: VecDeque<WordList> = words.parts().into();
        let words = parts.pop_front().unwrap_or_default();
        let more = u32::try_from(parts.len()).unwrap_or(u32::MAX);
        self.more_words = parts;
        Ok(GameStep::Proposed { rules, words, more })
    }

    /// Takes part in the game that gathers, or in the running one from its next round on.
    ///
    /// # Errors
    /// [`PlayError::WrongPhase`] when there is none, [`PlayError::AlreadyDone`] when we take part,
    /// [`PlayError::Removed`], [`PlayError::GameFull`].
    pub fn ready(&self, game: &Game, identity: &Identity) -> Result<GameStep, PlayError> {
        let table = game.table().filter(|table| !table.is_over()).ok_or(PlayError::WrongPhase)?;
        if table.is_member(self.me) {
            Err(PlayError::AlreadyDone)
        } else if game.turns().is_some_and(|turns| turns.has_removed(self.me)) {
            Err(PlayError::Removed)
        } else if !table.admits(self.me) {
            Err(PlayError::GameFull)
        } else {
            Ok(ready_step(table.id, identity))
        }
    }

    /// Asks to close the gathering with the players who are ready; [`Driver::advance`] then does it.
    ///
    /// # Errors
    /// [`PlayError::WrongPhase`] when there is no gathering, [`PlayError::NotTheProposer`] when it is not ours,
    /// [`PlayError::TooFewReady`] when fewer than two are ready.
    pub fn request_begin(&mut self, game: &Game) -> Result<(), PlayError> {
        let Some(Table { id, proposer, stage: Stage::Gathering(gathering), .. }) = game.table() else {
            return Err(PlayError::WrongPhase);
        };
        if gathering.closed_ms().is_some() {
            return Err(PlayError::WrongPhase);
        }
        if *proposer != self.me {
            return Err(PlayError::NotTheProposer);
        }
        if gathering.ready().count() < MIN_PLAYERS {
            return Err(PlayError::TooFewReady);
        }
        self.begin = Some(*id);
        Ok(())
    }

    /// Chooses one of the words on offer, counted from 0.
    ///
    /// # Errors
    /// [`PlayError::NotTheDrawer`], [`PlayError::WrongPhase`], [`PlayError::NoSuchWord`].
    pub fn choose(&mut self, game: &Game, index: usize, now: Now) -> Result<GameStep, PlayError> {
        let (table, turns) = playing(game)?;
        if turns.drawer() != Some(self.me) {
            return Err(PlayError::NotTheDrawer);
        }
        let own_turn = self.own_turn.as_ref().ok_or(PlayError::WrongPhase)?;
        if turns.is_drawing() || self.elapsed(now) < table.rules.begin_after_ms(turns.turn()) {
            return Err(PlayError::WrongPhase);
        }
        let step = own_turn.choose(index).ok_or(PlayError::NoSuchWord)?;
        self.written.push(step.clone()); // so that our program doesn't take another one meanwhile
        Ok(step)
    }

    /// Ends our own turn.
    ///
    /// # Errors
    /// [`PlayError::WrongPhase`] when no turn is under way, [`PlayError::NotTheDrawer`] when it is another player's.
    pub fn pass(&self, game: &Game) -> Result<GameStep, PlayError> {
        let (table, turns) = playing(game)?;
        if turns.drawer() != Some(self.me) {
            return Err(PlayError::NotTheDrawer);
        }
        Ok(self.end_turn(table, turns.turn(), EndReason::Passed))
    }

    /// Votes to skip the drawer.
    ///
    /// # Errors
    /// [`PlayError::NotAPlayer`]; [`PlayError::WrongPhase`] when no turn is under way, [`PlayError::OwnTurn`],
    /// [`PlayError::AlreadyDone`].
    pub fn skip(&self, game: &Game) -> Result<GameStep, PlayError> {
        let (table, turns) = self.voting(game)?;
        if turns.drawer() == Some(self.me) {
            return Err(PlayError::OwnTurn);
        }
        if turns.has_voted_to_skip(self.me) {
            return Err(PlayError::AlreadyDone);
        }
        Ok(GameStep::Skip { game: table.id, turn: turns.turn(), reason: None })
    }

    /// Votes to remove another player, or a newcomer who waits for the next round.
    ///
    /// # Errors
    /// [`PlayError::NotAPlayer`] when either of the two is none, or both are we; [`PlayError::WrongPhase`] when no turn
    /// is under way, [`PlayError::AlreadyDone`] when we voted already.
    pub fn kick(&self, game: &Game, player: Author) -> Result<GameStep, PlayError> {
        let (table, turns) = self.voting(game)?;
        if player == self.me || !table.is_member(player) {
            return Err(PlayError::NotAPlayer);
        }
        if turns.has_voted_to_kick(self.me, player) {
            return Err(PlayError::AlreadyDone);
        }
        Ok(GameStep::Kick { game: table.id, player })
    }

    /// Leaves the game: first ends a turn of our own. Before the start we are only no longer ready; a game that we
    /// proposed is called off.
    ///
    /// # Errors
    /// [`PlayError::WrongPhase`] when no game gathers or runs; [`PlayError::NotAPlayer`].
    pub fn leave(&self, game: &Game) -> Result<Vec<GameStep>, PlayError> {
        let table = game.table().filter(|table| !table.is_over()).ok_or(PlayError::WrongPhase)?;
        if !table.is_member(self.me) {
            return Err(PlayError::NotAPlayer);
        }
        let passed = self.pass(game).ok();
        Ok(passed.into_iter().chain([GameStep::Left { game: table.id }]).collect())
    }

    /// Votes to end the game for all.
    ///
    /// # Errors
    /// [`PlayError::WrongPhase`] when no turn is under way, [`PlayError::NotAPlayer`], [`PlayError::AlreadyDone`].
    pub fn end_game(&self, game: &Game) -> Result<GameStep, PlayError> {
        let (table, turns) = self.voting(game)?;
        if turns.has_voted_to_end(self.me) {
            return Err(PlayError::AlreadyDone);
        }
        Ok(GameStep::End { game: table.id })
    }

    /// Returns the running game, if our vote counts in it.
    fn voting<'a>(&self, game: &'a Game) -> Result<(&'a Table, &'a Turns), PlayError> {
        let (table, turns) = playing(game)?;
        if turns.is_present(self.me) {
            Ok((table, turns))
        } else if table.is_playing(self.me) && !turns.has_left(self.me) {
            Err(PlayError::WrongPhase) // absent for the others: our program says in a moment that we are here
        } else {
            Err(PlayError::NotAPlayer)
        }
    }
}

fn playing(game: &Game) -> Result<(&Table, &Turns), PlayError> {
    game.table().zip(game.turns()).ok_or(PlayError::WrongPhase)
}
