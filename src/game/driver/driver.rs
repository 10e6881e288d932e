//! The driver of a room's game: the state of our own program beside the log, and its dealings with other programs.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::guesses::{GuessTicket, OwnGuesses};
use super::own_turn::OwnTurn;
use super::timers::Timer;
use crate::canvas::SheetId;
use crate::clock::Now;
use crate::game::protocol::guess::{GuessAnswer, GuessRequest, PeerReply, PeerRequest, Refusal};
use crate::game::protocol::{EndReason, GameStep, WordList, commitment, nonce};
use crate::game::secret::WordKey;
use crate::game::state::{Game, Table};
use crate::game::view::{GameView, Own};
use crate::identity::{Author, Identity};
use crate::name::RoomId;
use crate::operation_id::OperationId;
use crate::words::is_close;

/// The next tasks of our program.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// The steps to write now.
    pub steps: Vec<GameStep>,
    /// The moment to look again if nothing changes before, by the monotonic clock in milliseconds.
    pub wake: Option<u64>,
    /// Guesses that waited until their turn was over and will not be answered.
    pub in_vain: Vec<GuessTicket>,
}

/// The way in which a line of our person has to be said now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// To everybody.
    Plain,
    /// As a guess, to the drawer first.
    Guess,
    /// As a guess that can't be the word: to everybody, without asking the drawer.
    Miss(GameStep),
    /// To the players who know the word.
    Whisper(GameStep),
    /// To the players who know the word; but this program was restarted and lost the word's key.
    Sealed,
}

/// The state of our own program in a room's game, beside the log.
#[derive(Debug, Clone)]
pub struct Driver {
    pub(super) me: Author,
    /// The game whose gathering our person wants to close.
    pub(super) begin: Option<OperationId>,
    /// The step that brought the present stage or turn, and the time since.
    pub(super) since: Option<Seen>,
    /// The last step that counted, and the time for which we have seen no other.
    pub(super) last: Option<Seen>,
    /// Players who are offline, and the time since.
    pub(super) away: BTreeMap<Author, Timer>,
    /// The steps that we wrote in the present stage or turn.
    pub(super) written: Vec<GameStep>,
    /// The turn of ours whose word was locked by our program alone, because our person had not chosen in time.
    pub(super) chosen_by_program: Option<(OperationId, u32)>,
    /// Our own turn in a quiz, while it is ours.
    pub(super) own_turn: Option<OwnTurn>,
    pub(super) guesses: OwnGuesses,
    /// The parts of the word list that still have to follow our own proposal.
    pub(super) more_words: VecDeque<WordList>,
    /// The time since the drawer of the present turn drew, as far as we saw.
    pub(super) drew: Option<Timer>,
}

/// A step of the log, and the time since it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen {
    pub(super) step: OperationId,
    pub(super) timer: Timer,
}

impl Driver {
    /// Makes the driver of `me` in one room.
    #[must_use]
    pub fn new(me: Author) -> Self {
        Driver {
            me,
            begin: None,
            since: None,
            last: None,
            away: BTreeMap::new(),
            written: Vec::new(),
            chosen_by_program: None,
            own_turn: None,
            guesses: OwnGuesses::new(me),
            more_words: VecDeque::new(),
            drew: None,
        }
    }

    /// Forgets the written steps, because writing one failed: they may be written again.
    pub fn forget_written(&mut self) {
        self.written.clear();
    }

    /// Takes note that the drawer of this sheet has drawn.
    pub fn saw_drawing(&mut self, game: &Game, sheet: SheetId, now: Now) {
        if self.since.is_some() && game.visible_sheet() == sheet {
            self.drew = Some(Timer::started(now, 0));
        }
    }

    /// Returns the game as a frontend is shown it.
    pub fn view(
        &self,
        game: &Game,
        online: &BTreeSet<Author>,
        name_of: impl Fn(&Author) -> String,
        now: Now,
    ) -> GameView {
        let Some(table) = game.table() else { return GameView::default() };
        let since = self.since.filter(|since| since.step == table.since.id);
        let own_turn = self.own_turn.as_ref();
        let own = Own {
            me: self.me,
            elapsed_ms: since.map_or(0, |since| since.timer.elapsed(now)),
            drawn: own_turn.and_then(|own| Some((own.turn(), own.word()?))),
            guessed: self.guesses.word(),
            offers: own_turn.map_or(&[], |own| &own.offers),
            chosen_by_program: self.chosen_by_program,
        };
        GameView::new(table, &own, online, name_of)
    }

    /// Returns the way in which a line of our person has to be said now. `nonce` must be another one for each line.
    #[must_use]
    pub fn talk(&self, game: &Game, text: &str, nonce: u64) -> Delivery {
        let Some(table) = game.table() else { return Delivery::Plain };
        let Some((turn, words)) = table.guessing() else { return Delivery::Plain };
        let knows = turn.has_solved(self.me) || self.guesses.word().is_some();
        let key = if turn.drawer == self.me {
            self.own_turn.as_ref().and_then(OwnTurn::word_key)
        } else if knows {
            self.guesses.key()
        } else if !table.may_guess(turn, self.me) {
            return Delivery::Plain;
        } else if words.candidates(text).is_empty() {
            let text = text.to_owned();
            return Delivery::Miss(GameStep::Guessed { game: turn.game(), turn: turn.turn, text });
        } else {
            return Delivery::Guess;
        };
        let Some(key) = key else { return Delivery::Sealed };
        match key.seal(self.me, nonce, text) {
            Some(sealed) => Delivery::Whisper(GameStep::Whispered { game: table.id, turn: turn.turn, sealed }),
            None => Delivery::Plain, // too long to be said at all
        }
    }

    /// Returns the key of the word of a turn, if it is our own turn or we guessed the word.
    #[must_use]
    pub fn known_key(&self, game: OperationId, turn: u32) -> Option<WordKey> {
        let own_turn = self.own_turn.as_ref().filter(|own| (own.game(), own.turn()) == (game, turn));
        own_turn.and_then(OwnTurn::word_key).or_else(|| self.guesses.key_of(game, turn))
    }

    /// Returns our own guesses.
    pub fn guesses(&mut self) -> &mut OwnGuesses {
        &mut self.guesses
    }

    /// Replies to a peer's request about the turn that runs.
    pub fn asked(
        &mut self,
        game: &Game,
        room: RoomId,
        identity: &Identity,
        from: Author,
        request: PeerRequest,
        now: Now,
    ) -> PeerReply {
        match request {
            PeerRequest::Guess(request) => match self.answer(game, room, identity, from, request, now) {
                Ok(answer) => PeerReply::Answer(Box::new(answer)),
                Err(refusal) => PeerReply::Refused(refusal),
            },
            PeerRequest::Close { .. } => PeerReply::Noted,
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
    ) -> Result<GuessAnswer, Refusal> {
        let table = game.table().ok_or(Refusal::NotNow)?;
        let turn = table.running_word().ok_or(Refusal::NotNow)?;
        let elapsed = self.elapsed(now);
        if request.room != room || !turn.is_about(&request) || turn.drawer != self.me || elapsed > table.rules.turn_ms()
        {
            return Err(Refusal::NotNow);
        }
        if request.guesser != from || !request.is_valid() {
            return Err(Refusal::Malformed);
        }
        if !table.may_guess(turn, from) {
            return Err(Refusal::NotGuessing);
        }
        let own_turn = self.own_turn.as_mut().ok_or(Refusal::NotNow)?;
        own_turn.answer(request, turn, identity, u32::try_from(elapsed).unwrap_or(u32::MAX), now)
    }

    /// Returns whether a wrong guess at our word, in a line that counts, was close and its author is to be told so. That
    /// is worth as much as an answer, and is given no faster and no more often.
    pub fn reports_close(
        &mut self,
        game: &Game,
        author: Author,
        guess_at: (OperationId, u32),
        text: &str,
        now: Now,
    ) -> bool {
        let Some(table) = game.table() else { return false };
        let Some(turn) = table.running_word() else { return false };
        let wanted = table.quiz.as_ref().is_some_and(|quiz| quiz.rules().close);
        let here = (turn.game(), turn.turn) == guess_at && turn.drawer == self.me;
        let guesses = table.may_guess(turn, author) && !turn.has_solved(author);
        let Some(own_turn) = self.own_turn.as_mut().filter(|_| wanted && here && guesses) else { return false };
        own_turn.may_compare(author, turn, now) && own_turn.word().is_some_and(|word| is_close(text, &word.text))
    }

    /// Returns whether a drawer's report that a line of ours in this turn was close is believed.
    pub fn hears_close(&mut self, game: &Game, from: Author, line_in: (OperationId, u32), now: Now) -> bool {
        let turn = game.table().and_then(Table::running_word);
        let here = turn.is_some_and(|turn| (turn.game(), turn.turn) == line_in && turn.drawer == from);
        here && self.guesses.believes_close(now)
    }

    /// Returns the milliseconds since the game came to its present stage or turn.
    pub(super) fn elapsed(&self, now: Now) -> u64 {
        self.since.map_or(0, |since| since.timer.elapsed(now))
    }

    /// Returns the step that ends our own turn; in a quiz it reveals the word.
    pub(super) fn end_turn(&self, table: &Table, turn: u32, reason: EndReason) -> GameStep {
        let word_turn = table.quiz.as_ref().and_then(|quiz| quiz.turn(turn));
        match &self.own_turn {
            Some(own_turn) => own_turn.end(word_turn, reason),
            None => GameStep::TurnEnded { game: table.id, turn, reason, reveal: None, evidence: Vec::new() },
        }
    }

    /// Returns whether we wrote such a step already: it may still be on its way to the disk and the log.
    pub(super) fn has_written(&self, is_it: impl Fn(&GameStep) -> bool) -> bool {
        self.written.iter().any(is_it)
    }
}

/// Returns the step that says that we are ready for a game.
pub(super) fn ready_step(game: OperationId, identity: &Identity) -> GameStep {
    GameStep::Ready { game, commit: commitment(game, identity.author(), &nonce(identity, game)) }
}
