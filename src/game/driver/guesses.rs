//! Our own guesses: sent to the drawer one after another, and said to the room once they are answered and wrong.

use std::collections::VecDeque;
use std::mem;

use super::oracle::REQUESTS;
use crate::clock::Now;
use crate::game::protocol::guess::{GuessAnswer, GuessRequest, PeerReply, Refusal};
use crate::game::protocol::{GameStep, WordList};
use crate::game::secret::{Blinding, VoprfPublic, WordKey};
use crate::game::state::{Game, Table, WordTurn};
use crate::identity::{Author, Identity};
use crate::limits::MAX_CANDIDATES_OF_TURN;
use crate::name::RoomId;
use crate::operation_id::OperationId;
use crate::rate::Rate;
use crate::words::Word;

/// Most guesses that wait behind the one under way.
const MAX_WAITING: usize = 3;

/// Names a guess, so that its outcome can be matched to it.
pub type GuessTicket = u64;

/// The reason why a guess was not answered. Its text was not shown to anybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GuessError {
    /// The drawer can't be reached.
    #[error("the drawer can't be reached: your guess was held back")]
    Unreachable,
    /// Guesses came faster than one a second.
    #[error("not so fast: one guess a second")]
    TooFast,
    /// As many guesses as may wait (`MAX_WAITING`) wait already for the answer to the one under way.
    #[error("wait: {MAX_WAITING} guesses wait already for the drawer's answer")]
    Waiting,
    /// The drawer's program has not received our earlier wrong guesses, so it answers no more.
    #[error("the drawer's program doesn't have your last guesses yet: try again in a moment")]
    Unsaid,
    /// A guess before this one was the word.
    #[error("you know the word already")]
    AlreadySolved,
    /// All guesses of this turn are spent.
    #[error("no guesses left in this turn")]
    NoneLeft,
    /// The turn was over before the guess was answered, or its time is over for the drawer.
    #[error("too late: no more guesses are taken in this turn")]
    TooLate,
    /// The drawer's program takes no guesses from us.
    #[error("the drawer's program refused your guess")]
    Refused,
    /// The drawer's answer doesn't fit the key of the turn.
    #[error("the drawer's program answered falsely")]
    FalseAnswer,
}

impl GuessError {
    /// Returns a stable code for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            GuessError::Unreachable => "drawer_unreachable",
            GuessError::TooFast => "too_fast",
            GuessError::Waiting => "guesses_waiting",
            GuessError::Unsaid => "unsaid",
            GuessError::AlreadySolved => "already_solved",
            GuessError::NoneLeft => "no_guesses_left",
            GuessError::TooLate => "too_late",
            GuessError::Refused => "guess_refused",
            GuessError::FalseAnswer => "false_answer",
        }
    }
}

impl From<Refusal> for GuessError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::TooFast => GuessError::TooFast,
            Refusal::Unsaid => GuessError::Unsaid,
            Refusal::NoneLeft => GuessError::NoneLeft,
            Refusal::NotNow => GuessError::TooLate,
            Refusal::NotGuessing | Refusal::Malformed | Refusal::Unknown => GuessError::Refused,
        }
    }
}

/// A guess to be sent to the drawer.
#[derive(Debug)]
pub struct OutgoingGuess {
    /// The drawer.
    pub to: Author,
    /// The ticket that the reply has to be handed in with.
    pub ticket: GuessTicket,
    /// The request.
    pub request: GuessRequest,
}

/// The outcome of a guess.
#[derive(Debug)]
pub enum GuessOutcome {
    /// It was the word; this step proves it.
    Solved(GameStep),
    /// It was not the word; this step says the guess to the room.
    Wrong(GameStep),
    /// It was not answered.
    Failed(GuessError),
}

/// Our guesses, turn after turn.
#[derive(Debug, Clone)]
pub struct OwnGuesses {
    me: Author,
    /// Our guesses in the turn that runs, or in an earlier one whose last reply is still to come.
    turn: Option<TurnGuesses>,
    last_ticket: GuessTicket,
    /// Guesses that waited until their turn was over, until that has been reported.
    expired: Vec<GuessTicket>,
}

/// Our guesses in one turn.
#[derive(Debug, Clone)]
struct TurnGuesses {
    game: OperationId,
    turn: u32,
    /// The key that the turn was locked with.
    voprf: VoprfPublic,
    rate: Rate,
    /// The rate at which the drawer may report that a line of ours was close.
    close: Rate,
    /// Candidates that we asked for and that were, or may have been, answered.
    asked: u32,
    under_way: Option<UnderWay>,
    waiting: VecDeque<(GuessTicket, String)>,
    /// A guess whose reply was lost: it may have been answered. It is sent again before any other, because a line has to
    /// say whatever was asked.
    unresolved: Option<(GuessTicket, String)>,
    /// The last guess that was answered, until its line is written.
    answered: Option<UnderWay>,
    /// The word and its key, once we know it.
    known: Option<(Word, WordKey)>,
}

#[derive(Debug, Clone)]
struct UnderWay {
    ticket: GuessTicket,
    text: String,
    blinding: Blinding,
    request: GuessRequest,
}

/// The turn that a guess is about, and the guesser.
struct Context<'a> {
    room: RoomId,
    identity: &'a Identity,
    turn: &'a WordTurn,
    words: &'a WordList,
}

impl OwnGuesses {
    pub(super) fn new(me: Author) -> Self {
        OwnGuesses { me, turn: None, last_ticket: 0, expired: Vec::new() }
    }

    /// Follows the game to its present turn. A guess under way outlives its turn: it was asked in time, and a line has to
    /// say what was asked.
    pub(super) fn follow(&mut self, table: &Table) {
        let running = table.running_word().filter(|turn| table.may_guess(turn, self.me));
        let name = running.map(|turn| (table.id, turn.turn, turn.voprf));
        let present = || running.map(|turn| TurnGuesses::new(table, turn, self.me));
        match &mut self.turn {
            None => self.turn = present(),
            Some(known) if Some((known.game, known.turn, known.voprf)) != name => {
                self.expired.extend(known.drop_waiting());
                if running.is_some() || known.under_way.is_none() {
                    self.turn = present();
                }
            }
            Some(_) => {}
        }
    }

    /// Returns the guesses that expired since the last call.
    pub(super) fn take_expired(&mut self) -> Vec<GuessTicket> {
        mem::take(&mut self.expired)
    }

    /// Takes a guess; returns its ticket, and the request to send now unless another guess is under way.
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
    ) -> Result<(GuessTicket, Option<OutgoingGuess>), GuessError> {
        let (turn, words) = game.table().and_then(Table::guessing).ok_or(GuessError::TooLate)?;
        let guesses = self.turn.as_mut().ok_or(GuessError::TooLate)?;
        self.last_ticket += 1;
        let request = guesses.guess(&Context { room, identity, turn, words }, self.last_ticket, text, now)?;
        Ok((self.last_ticket, request))
    }

    /// Returns the next waiting guess, if it can be sent now.
    pub fn next(&mut self, game: &Game, room: RoomId, identity: &Identity) -> Option<OutgoingGuess> {
        let (turn, words) = game.table().and_then(Table::guessing)?;
        self.turn.as_mut()?.next(&Context { room, identity, turn, words })
    }

    /// Takes the drawer's reply, or `None` when the drawer was not reached. Returns the outcome, and the tickets of the
    /// waiting guesses that it drops.
    pub fn replied(
        &mut self,
        game: &Game,
        room: RoomId,
        identity: &Identity,
        ticket: GuessTicket,
        reply: Option<PeerReply>,
    ) -> (Option<GuessOutcome>, Vec<GuessTicket>) {
        let Some(guesses) = &mut self.turn else { return (None, Vec::new()) };
        let quiz = game.table().filter(|table| table.id == guesses.game).and_then(|table| table.quiz.as_ref());
        let turn = quiz.and_then(|quiz| quiz.turn(guesses.turn).map(|turn| (turn, quiz.words())));
        let Some((turn, words)) = turn.filter(|(turn, _)| turn.voprf == guesses.voprf) else {
            return (None, Vec::new());
        };
        let outcome = guesses.replied(&Context { room, identity, turn, words }, ticket, reply);
        let ends = matches!(outcome, Some(GuessOutcome::Failed(_) | GuessOutcome::Solved(_)));
        (outcome, if ends { guesses.drop_waiting() } else { Vec::new() })
    }

    /// Undoes the last answer, because the step that came of it could not be written: the guess is sent again before any
    /// other.
    pub fn undo_answer(&mut self) {
        self.turn.iter_mut().for_each(TurnGuesses::undo_answer);
    }

    /// Returns whether a drawer's report that one of our lines in this turn was close is believed: no more often than we
    /// may guess.
    pub(super) fn believes_close(&mut self, now: Now) -> bool {
        self.turn.as_mut().is_some_and(|guesses| guesses.close.admits(REQUESTS, now.mono_ms))
    }

    /// Returns the word that we guessed last, with its turn, while we follow that turn.
    pub(super) fn word(&self) -> Option<(u32, &Word)> {
        self.turn.as_ref().and_then(|guesses| Some((guesses.turn, &guesses.known.as_ref()?.0)))
    }

    /// Returns the key of the word that we guessed last.
    pub(super) fn key(&self) -> Option<WordKey> {
        self.turn.as_ref().and_then(TurnGuesses::key)
    }

    /// Returns the key of the word of this turn, if we guessed it.
    pub(super) fn key_of(&self, game: OperationId, turn: u32) -> Option<WordKey> {
        self.turn.as_ref().filter(|guesses| (guesses.game, guesses.turn) == (game, turn)).and_then(TurnGuesses::key)
    }
}

impl TurnGuesses {
    fn new(table: &Table, turn: &WordTurn, me: Author) -> Self {
        TurnGuesses {
            game: table.id,
            turn: turn.turn,
            voprf: turn.voprf,
            rate: Rate::default(),
            close: Rate::default(),
            asked: turn.said_candidates(me),
            under_way: None,
            waiting: VecDeque::new(),
            unresolved: None,
            answered: None,
            known: None,
        }
    }

    fn guess(
        &mut self,
        context: &Context,
        ticket: GuessTicket,
        text: String,
        now: Now,
    ) -> Result<Option<OutgoingGuess>, GuessError> {
        if self.asked + context.words.candidates(&text).len() as u32 > MAX_CANDIDATES_OF_TURN {
            return Err(GuessError::NoneLeft);
        }
        if self.waiting.len() >= MAX_WAITING {
            return Err(GuessError::Waiting);
        }
        if !self.rate.admits(REQUESTS, now.mono_ms) {
            return Err(GuessError::TooFast);
        }
        self.waiting.extend(self.unresolved.take().filter(|(_, lost)| *lost != text));
        self.waiting.push_back((ticket, text));
        Ok(self.next(context))
    }

    /// Returns the request to send now: none while a guess is under way, or while its line is not in the log yet.
    fn next(&mut self, context: &Context) -> Option<OutgoingGuess> {
        let me = context.identity.author();
        if self.under_way.is_some() || self.known.is_some() || context.turn.said_candidates(me) < self.asked {
            return None;
        }
        let (ticket, text) = self.waiting.pop_front()?;
        let blinding = Blinding::new(context.identity, self.game, self.turn, &context.words.candidates(&text))?;
        let last_line = context.turn.last_line(me).map(|(line, _)| line);
        let blinded = blinding.blinded();
        let turn = (self.game, self.turn, self.voprf);
        let request = GuessRequest::new(context.identity, context.room, turn, self.asked, last_line, blinded);
        self.under_way = Some(UnderWay { ticket, text, blinding, request: request.clone() });
        Some(OutgoingGuess { to: context.turn.drawer, ticket, request })
    }

    fn replied(&mut self, context: &Context, ticket: GuessTicket, reply: Option<PeerReply>) -> Option<GuessOutcome> {
        let guess = self.under_way.take_if(|guess| guess.ticket == ticket)?;
        let outcome = match reply {
            Some(PeerReply::Answer(answer)) => self.answered(context, guess, &answer),
            Some(PeerReply::Refused(refusal)) => Err(refusal.into()),
            Some(PeerReply::Noted) => Err(GuessError::FalseAnswer),
            None => {
                self.unresolved = Some((guess.ticket, guess.text));
                Err(GuessError::Unreachable)
            }
        };
        Some(outcome.unwrap_or_else(GuessOutcome::Failed))
    }

    fn answered(
        &mut self,
        context: &Context,
        guess: UnderWay,
        answer: &GuessAnswer,
    ) -> Result<GuessOutcome, GuessError> {
        let turn = context.turn;
        let fits = answer.receipt.is_for(&guess.request, turn.drawer) && turn.is_in_time(&answer.receipt);
        let keys = guess.blinding.finish(&answer.answer, &turn.voprf).ok().filter(|_| fits);
        let keys = keys.ok_or(GuessError::FalseAnswer)?;
        self.asked += guess.request.blinded.len() as u32;
        let (game, number, text) = (self.game, self.turn, guess.text.clone());
        self.answered = Some(guess);
        let Some((candidate, key)) = keys.into_iter().enumerate().find(|(_, key)| key.public() == turn.key) else {
            return Ok(GuessOutcome::Wrong(GameStep::Guessed { game, turn: number, text }));
        };
        let step = GameStep::Solved {
            game,
            turn: number,
            receipt: Box::new(answer.receipt.clone()),
            candidate: candidate as u32,
            word: turn.key,
            signature: key.sign_solved(context.identity.author()),
        };
        let word = context.words.candidates(&text).into_iter().nth(candidate);
        self.known = word.and_then(|word| context.words.named(&word).cloned()).map(|word| (word, key));
        Ok(GuessOutcome::Solved(step))
    }

    fn undo_answer(&mut self) {
        let Some(guess) = self.answered.take() else { return };
        self.asked -= guess.request.blinded.len() as u32;
        self.known = None;
        self.unresolved = Some((guess.ticket, guess.text));
    }

    /// Drops the guesses that wait; returns their tickets.
    fn drop_waiting(&mut self) -> Vec<GuessTicket> {
        self.waiting.drain(..).map(|(ticket, _)| ticket).collect()
    }

    fn key(&self) -> Option<WordKey> {
        self.known.as_ref().map(|(_, key)| key.clone())
    }
}
