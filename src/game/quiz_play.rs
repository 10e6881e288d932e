//! Our own program's conduct in a quiz: choosing, guessing, answering, showing afterwards that a guess was the word.

use super::fold::{Game, Stage, Table};
use super::guess::{Ask as Asked, GuessRequest, Refusal, Reply};
use super::guesser::{Ask, Asking, GuessError, GuessTicket, Guessed, Guesser};
use super::my_turn::MyTurn;
use super::play::{Player, Watched, begin_after_ms};
use super::quiz::{Quiz, WordTurn};
use super::requests::PlayError;
use super::secret::{Blinding, WordKey};
use super::step::GameStep;
use super::timers::Timer;
use super::word_list::WordList;
use crate::clock::Now;
use crate::identity::{Author, Identity};
use crate::name::RoomId;
use crate::operation_id::OperationId;
use crate::payload::Board;
use crate::words::{is_close, normalise};

/// How a line of ours is to be said now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Talk {
    /// To everybody.
    Plain,
    /// As a guess, to the drawer first.
    Guess,
    /// As a guess that can't be the word: to everybody, without asking.
    Miss(GameStep),
    /// To those who know the word.
    Whisper(GameStep),
    /// To those who know the word, but this program was restarted and lost the word's key.
    Sealed,
}

impl Player {
    /// Follows whose turn it is, and makes or drops what belongs to one turn.
    pub(super) fn watch_words(&mut self, table: &Table, identity: &Identity, now: Now) {
        let turns = match (&table.stage, &table.quiz) {
            (Stage::Playing(turns), Some(quiz)) => Some((turns, quiz)),
            _ => None,
        };
        let mine = turns.filter(|(turns, _)| turns.drawer() == Some(self.me));
        let name = mine.map(|(turns, _)| (table.id, turns.turn(), *turns.seed()));
        if self.mine.as_ref().map(|mine| (mine.game, mine.turn, mine.draw)) != name {
            self.mine = mine.map(|(turns, quiz)| MyTurn::new(table, turns, quiz, identity));
        }
        if let Some((mine, quiz)) = self.mine.as_mut().zip(table.quiz.as_ref()) {
            mine.settle(quiz);
        }
        self.watch_guesses(table, now);
    }

    /// A guess under way outlives its turn: it was asked in time, and what was asked has to be said.
    fn watch_guesses(&mut self, table: &Table, now: Now) {
        let running = running_word(table).filter(|turn| may_guess(table, turn, self.me));
        let name = running.map(|turn| (table.id, turn.turn, turn.voprf));
        let Some(guesser) = &mut self.guesser else {
            self.guesser = running.map(|turn| Guesser::new(table, turn, self.me, now));
            return;
        };
        if Some((guesser.game, guesser.turn, guesser.voprf)) != name {
            self.in_vain.extend(guesser.give_up());
            if running.is_some() || !guesser.is_asking() {
                self.guesser = running.map(|turn| Guesser::new(table, turn, self.me, now));
            }
        }
    }

    /// The drawer of this sheet has drawn.
    pub fn saw_ink(&mut self, game: &Game, board: Board, now: Now) {
        let here = game.visible_board() == board;
        if let Some(since) = self.since.filter(|_| here) {
            self.ink = Some(Watched { step: since.step, timer: Timer::started(now, 0) });
        }
    }

    /// Chooses one of the words on offer, counted from 0.
    ///
    /// # Errors
    /// [`PlayError::NotTheDrawer`], [`PlayError::WrongPhase`], [`PlayError::NoSuchWord`].
    pub fn choose(&mut self, game: &Game, index: usize, now: Now) -> Result<GameStep, PlayError> {
        let table = game.table().ok_or(PlayError::WrongPhase)?;
        let turns = game.turns().ok_or(PlayError::WrongPhase)?;
        if turns.drawer() != Some(self.me) {
            return Err(PlayError::NotTheDrawer);
        }
        let since = self.since.map_or(0, |since| since.timer.elapsed(now));
        let mine = self.mine.as_ref().ok_or(PlayError::WrongPhase)?;
        if turns.is_drawing() || since < begin_after_ms(table, turns.turn()) {
            return Err(PlayError::WrongPhase);
        }
        let step = mine.choose(index).ok_or(PlayError::NoSuchWord)?;
        self.written.push(step.clone()); // our program doesn't take another meanwhile
        Ok(step)
    }

    /// How a line that our person wants to say has to be said now.
    #[must_use]
    pub fn talk(&self, game: &Game, text: &str, nonce: u64) -> Talk {
        let Some(table) = game.table() else { return Talk::Plain };
        let Some((turn, words)) = guessing(table) else { return Talk::Plain };
        let knows = turn.has_solved(self.me) || self.guesser.as_ref().is_some_and(|guesser| guesser.known.is_some());
        let key = if turn.drawer == self.me {
            self.mine.as_ref().and_then(MyTurn::word_key)
        } else if !may_guess(table, turn, self.me) && !knows {
            return Talk::Plain;
        } else if !knows {
            if words.candidates(text).is_empty() {
                let (game, text) = (turn.game(), text.to_owned());
                return Talk::Miss(GameStep::Guessed { game, turn: turn.turn, text });
            }
            return Talk::Guess;
        } else {
            self.guesser.as_ref().and_then(Guesser::word_key)
        };
        let Some(key) = key else { return Talk::Sealed };
        match key.seal(self.me, nonce, text) {
            Some(sealed) => Talk::Whisper(GameStep::Whispered { game: table.id, turn: turn.turn, sealed }),
            None => Talk::Plain, // too long to be said at all
        }
    }

    /// The key of the word of a turn, as far as we know it: ours, one that we guessed.
    #[must_use]
    pub fn known_key(&self, game: OperationId, turn: u32) -> Option<WordKey> {
        let mine = self.mine.as_ref().filter(|mine| (mine.game, mine.turn) == (game, turn));
        let guesser = self.guesser.as_ref().filter(|guesser| (guesser.game, guesser.turn) == (game, turn));
        mine.and_then(MyTurn::word_key).or_else(|| guesser.and_then(Guesser::word_key))
    }

    /// Guesses; returns the ticket by which the outcome will be told, and what to ask the drawer now, if no other guess is
    /// under way.
    ///
    /// # Errors
    /// [`GuessError`].
    pub fn guess(
        &mut self,
        game: &Game,
        room: RoomId,
        identity: &Identity,
        text: String,
        now: Now,
    ) -> Result<(GuessTicket, Option<Ask>), GuessError> {
        let (turn, words) = game.table().and_then(guessing).ok_or(GuessError::TooLate)?;
        let guesser = self.guesser.as_mut().ok_or(GuessError::TooLate)?;
        self.tickets += 1;
        let ask = guesser.guess(&Asking { room, identity, turn, words }, self.tickets, text, now)?;
        Ok((self.tickets, ask))
    }

    /// The next guess that waits, if its time has come.
    pub fn next_ask(&mut self, game: &Game, room: RoomId, identity: &Identity) -> Option<Ask> {
        let (turn, words) = game.table().and_then(guessing)?;
        self.guesser.as_mut()?.next(&Asking { room, identity, turn, words })
    }

    /// The drawer replied to a guess; `None`: they were not reached. With what came of it, the tickets of those that waited
    /// behind it in vain.
    pub fn replied(
        &mut self,
        game: &Game,
        room: RoomId,
        identity: &Identity,
        ticket: GuessTicket,
        reply: Option<Reply>,
    ) -> (Option<Guessed>, Vec<GuessTicket>) {
        let Some(guesser) = &mut self.guesser else { return (None, Vec::new()) };
        let quiz = game.table().filter(|table| table.id == guesser.game).and_then(|table| table.quiz.as_ref());
        let turn = quiz.and_then(|quiz| quiz.turn(guesser.turn).map(|turn| (turn, quiz.words())));
        let Some((turn, words)) = turn.filter(|(turn, _)| turn.voprf == guesser.voprf) else {
            return (None, Vec::new());
        };
        let outcome = guesser.replied(&Asking { room, identity, turn, words }, ticket, reply);
        let failed = matches!(outcome, Some(Guessed::Failed(_) | Guessed::Solved(_)));
        (outcome, if failed { guesser.give_up() } else { Vec::new() })
    }

    /// The step that came of the last reply could not be written: its guess is asked again before any other.
    pub fn take_back(&mut self) {
        self.guesser.iter_mut().for_each(Guesser::take_back);
    }

    /// Somebody asks us something about the turn that runs.
    pub fn asked(
        &mut self,
        game: &Game,
        room: RoomId,
        identity: &Identity,
        from: Author,
        asked: Asked,
        now: Now,
    ) -> Reply {
        match asked {
            Asked::Guess(request) => match self.answer(game, room, identity, from, request, now) {
                Ok(answer) => Reply::Answer(Box::new(answer)),
                Err(refusal) => Reply::Refused(refusal),
            },
            Asked::Close { .. } => Reply::Noted,
        }
    }

    fn answer(
        &mut self,
        game: &Game,
        room: RoomId,
        identity: &Identity,
        from: Author,
        request: GuessRequest,
        now: Now,
    ) -> Result<super::guess::GuessAnswer, Refusal> {
        let table = game.table().ok_or(Refusal::NotNow)?;
        let turn = running_word(table).ok_or(Refusal::NotNow)?;
        let elapsed = self.since.map_or(0, |since| since.timer.elapsed(now));
        if request.room != room
            || !turn.is_about(&request)
            || turn.drawer != self.me
            || elapsed > table.rules.seconds_ms()
        {
            return Err(Refusal::NotNow);
        }
        if request.guesser != from || !request.is_valid() {
            return Err(Refusal::Malformed);
        }
        if !may_guess(table, turn, from) {
            return Err(Refusal::NotGuessing);
        }
        let mine = self.mine.as_mut().ok_or(Refusal::NotNow)?;
        mine.answer(request, turn, identity, u32::try_from(elapsed).unwrap_or(u32::MAX), now)
    }

    /// Whether a wrong guess at our word, in a line that counts, was close, and its author is to be told so. That is worth
    /// as much as an answer, and is given no faster and no more often.
    pub fn tells_close(
        &mut self,
        game: &Game,
        author: Author,
        guess_at: (OperationId, u32),
        text: &str,
        now: Now,
    ) -> bool {
        let Some(table) = game.table() else { return false };
        let Some(turn) = running_word(table) else { return false };
        let wanted = table.quiz.as_ref().is_some_and(|quiz| quiz.rules().close);
        let here = (turn.game(), turn.turn) == guess_at && turn.drawer == self.me;
        let guesses = may_guess(table, turn, author) && !turn.has_solved(author);
        let Some(mine) = self.mine.as_mut().filter(|_| wanted && here && guesses) else { return false };
        mine.weighs(author, turn, now) && mine.word().is_some_and(|word| is_close(text, &word.text))
    }

    /// Whether to believe the drawer that a line of ours in this turn was close.
    pub fn hears_close(&mut self, game: &Game, from: Author, line_in: (OperationId, u32), now: Now) -> bool {
        let turn = game.table().and_then(running_word);
        let here = turn.is_some_and(|turn| (turn.game(), turn.turn) == line_in && turn.drawer == from);
        self.guesser.as_mut().is_some_and(|guesser| here && guesser.hears_close(now))
    }

    /// The next part of the words of our own game.
    pub(super) fn next_words(&self, table: &Table) -> Option<GameStep> {
        let part = table.quiz.as_ref()?.next_part()?;
        let index = self.words_to_come.len().checked_sub(table.quiz.as_ref()?.missing() as usize)?;
        let words = self.words_to_come.get(index)?.clone();
        Some(GameStep::MoreWords { game: table.id, part, words })
    }

    /// Shows that what we had asked was the word, in any turn of the game in which we knew it.
    pub(super) fn unblind(&self, table: &Table, identity: &Identity) -> Option<GameStep> {
        let turns = table.quiz.as_ref().into_iter().flat_map(Quiz::turns);
        let mut open = turns.rev().filter_map(|turn| {
            let claim = turn.claim(self.me).filter(|claim| !claim.opened)?;
            Some((turn, claim.blinded, turn.word()?))
        });
        let (turn, blinded, word) = open.find(|(turn, blinded, _)| !self.has_opened(table.id, turn.turn, blinded))?;
        let blinding = Blinding::new(identity, table.id, turn.turn, &[normalise(&word.text)])?;
        let opening = blinding.opening(0)?;
        Some(GameStep::Unblinded { game: table.id, turn: turn.turn, blinded, opening, word: word.text.clone() })
    }

    fn has_opened(&self, game: OperationId, turn: u32, blinded: &super::secret::Blinded) -> bool {
        let is_it = |step: &GameStep| match step {
            GameStep::Unblinded { game: its_game, turn: its_turn, blinded: its, .. } => {
                (*its_game, *its_turn, its) == (game, turn, blinded)
            }
            _ => false,
        };
        self.has_written(is_it)
    }
}

/// Returns whether a person is a guesser of this turn and was neither removed nor has left since it began.
pub(super) fn may_guess(table: &Table, turn: &WordTurn, person: Author) -> bool {
    turn.guessers().contains(&person) && table.is_member(person)
}

/// The turn that runs, if its word is locked, and the words that it can be.
fn guessing(table: &Table) -> Option<(&WordTurn, &WordList)> {
    running_word(table).zip(table.quiz.as_ref().map(Quiz::words))
}

/// The turn that runs, if its word is locked.
pub(super) fn running_word(table: &Table) -> Option<&WordTurn> {
    let Stage::Playing(turns) = &table.stage else { return None };
    table.quiz.as_ref()?.turn(turns.turn()).filter(|turn| turns.is_drawing() && turn.end.is_none())
}
