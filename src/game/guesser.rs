//! Our own guesses: asked of the drawer one after another, said to the room once they are answered and wrong.

use std::collections::VecDeque;

use super::fold::Table;
use super::guess::{GuessAnswer, GuessRequest, Refusal, Reply};
use super::keeper::{MAX_ASKED, Rate};
use super::quiz::WordTurn;
use super::secret::{Blinding, VoprfPublic, WordKey};
use super::step::GameStep;
use super::word_list::WordList;
use crate::clock::Now;
use crate::identity::{Author, Identity};
use crate::name::RoomId;
use crate::operation_id::OperationId;
use crate::words::Word;

/// Guesses that wait for the one under way at most.
const MAX_WAITING: usize = 3;

/// Names a guess, so that its end can be told.
pub type GuessTicket = u64;

/// Why a guess was not answered. Its text was not shown to anybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GuessError {
    /// The drawer can't be reached.
    #[error("the drawer can't be reached: your guess was held back")]
    Unreachable,
    /// Faster than a guess a second.
    #[error("not so fast: one guess a second")]
    TooFast,
    /// As many guesses as may wait (`MAX_WAITING`) wait already for the drawer's answer to the one under way.
    #[error("wait: {MAX_WAITING} guesses wait already for the drawer's answer")]
    Waiting,
    /// The drawer's program has not received our earlier wrong guesses, so it doesn't answer more.
    #[error("the drawer's program doesn't have your last guesses yet: try again in a moment")]
    Unsaid,
    /// A guess before this one was the word.
    #[error("you know the word already")]
    AlreadySolved,
    /// All guesses of this turn are spent.
    #[error("no guesses left in this turn")]
    NoneLeft,
    /// The turn was over before it was answered, or its time is over for the drawer.
    #[error("too late: no more guesses are taken in this turn")]
    TooLate,
    /// The drawer's program doesn't take guesses from us.
    #[error("the drawer's program refused your guess")]
    Refused,
    /// The drawer's program gave an answer that is none.
    #[error("the drawer's program answered falsely")]
    FalseAnswer,
}

impl GuessError {
    /// A stable code for programs.
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

/// A guess to be sent to the drawer.
#[derive(Debug)]
pub struct Ask {
    /// The drawer.
    pub to: Author,
    /// Names it: the reply is to come with it.
    pub ticket: GuessTicket,
    /// What to ask.
    pub request: GuessRequest,
}

/// What came of a guess.
#[derive(Debug)]
pub enum Guessed {
    /// It was the word: this step shows it.
    Solved(GameStep),
    /// It was not: this step says it.
    Wrong(GameStep),
    /// It was not answered.
    Failed(GuessError),
}

/// Our guesses in one turn.
#[derive(Debug, Clone)]
pub(super) struct Guesser {
    pub(super) game: OperationId,
    pub(super) turn: u32,
    /// The key that the turn was locked with.
    pub(super) voprf: VoprfPublic,
    rate: Rate,
    /// How often we are told that a line was close.
    close: Rate,
    /// Candidates that we asked for and that were, or may have been, answered.
    asked: u32,
    under_way: Option<UnderWay>,
    waiting: VecDeque<(GuessTicket, String)>,
    /// A guess of which we don't know whether it was answered: it is asked again before any other, for what was asked has
    /// to be said.
    unresolved: Option<(GuessTicket, String)>,
    /// The last guess that was answered, until its line is written.
    answered: Option<UnderWay>,
    /// The word and its key, once we know it.
    pub(super) known: Option<(Word, WordKey)>,
}

#[derive(Debug, Clone)]
struct UnderWay {
    ticket: GuessTicket,
    text: String,
    blinding: Blinding,
    request: GuessRequest,
}

/// Whose guesses, about what.
pub(super) struct Asking<'a> {
    pub(super) room: RoomId,
    pub(super) identity: &'a Identity,
    pub(super) turn: &'a WordTurn,
    pub(super) words: &'a WordList,
}

impl Guesser {
    pub(super) fn new(table: &Table, turn: &WordTurn, me: Author, now: Now) -> Self {
        Guesser {
            game: table.id,
            turn: turn.turn,
            voprf: turn.voprf,
            rate: Rate::new(now),
            close: Rate::new(now),
            asked: turn.asked_aloud(me),
            under_way: None,
            waiting: VecDeque::new(),
            unresolved: None,
            answered: None,
            known: None,
        }
    }

    /// Takes a guess; returns what to ask now, if none is under way.
    pub(super) fn guess(
        &mut self,
        asking: &Asking,
        ticket: GuessTicket,
        text: String,
        now: Now,
    ) -> Result<Option<Ask>, GuessError> {
        if self.asked + asking.words.candidates(&text).len() as u32 > MAX_ASKED {
            return Err(GuessError::NoneLeft);
        }
        if self.waiting.len() >= MAX_WAITING {
            return Err(GuessError::Waiting);
        }
        if !self.rate.admits(now) {
            return Err(GuessError::TooFast);
        }
        self.waiting.extend(self.unresolved.take().filter(|(_, lost)| *lost != text));
        self.waiting.push_back((ticket, text));
        Ok(self.next(asking))
    }

    /// What to ask now: nothing while a guess is under way, or its line is not in the log yet.
    pub(super) fn next(&mut self, asking: &Asking) -> Option<Ask> {
        let me = asking.identity.author();
        if self.under_way.is_some() || self.known.is_some() || asking.turn.asked_aloud(me) < self.asked {
            return None;
        }
        let (ticket, text) = self.waiting.pop_front()?;
        let blinding = Blinding::new(asking.identity, self.game, self.turn, &asking.words.candidates(&text))?;
        let said = asking.turn.said(me).map(|(line, _)| line);
        let blinded = blinding.blinded();
        let turn = (self.game, self.turn, self.voprf);
        let request = GuessRequest::new(asking.identity, asking.room, turn, self.asked, said, blinded);
        self.under_way = Some(UnderWay { ticket, text, blinding, request: request.clone() });
        Some(Ask { to: asking.turn.drawer, ticket, request })
    }

    /// The reply to the guess under way; `None`: the drawer was not reached.
    pub(super) fn replied(&mut self, asking: &Asking, ticket: GuessTicket, reply: Option<Reply>) -> Option<Guessed> {
        let guess = self.under_way.take_if(|guess| guess.ticket == ticket)?;
        let outcome = match reply {
            Some(Reply::Answer(answer)) => self.answered(asking, guess, &answer),
            Some(Reply::Refused(refusal)) => Err(refused(refusal)),
            Some(Reply::Noted) => Err(GuessError::FalseAnswer),
            None => {
                self.unresolved = Some((guess.ticket, guess.text));
                Err(GuessError::Unreachable)
            }
        };
        Some(outcome.unwrap_or_else(Guessed::Failed))
    }

    /// The key of the word, once we know it.
    pub(super) fn word_key(&self) -> Option<WordKey> {
        self.known.as_ref().map(|(_, key)| key.clone())
    }

    /// Those who wait in vain, when the guess before theirs failed.
    pub(super) fn give_up(&mut self) -> Vec<GuessTicket> {
        self.waiting.drain(..).map(|(ticket, _)| ticket).collect()
    }

    /// Whether to believe that a line of ours was close: the drawer tells it no more often than we may guess.
    pub(super) fn hears_close(&mut self, now: Now) -> bool {
        self.close.admits(now)
    }

    /// Whether a reply is still waited for.
    pub(super) fn is_asking(&self) -> bool {
        self.under_way.is_some()
    }

    /// What the last answer came to could not be written: it is as if the answer had not come.
    pub(super) fn take_back(&mut self) {
        let Some(guess) = self.answered.take() else { return };
        self.asked -= guess.request.blinded.len() as u32;
        self.known = None;
        self.unresolved = Some((guess.ticket, guess.text));
    }

    fn answered(&mut self, asking: &Asking, guess: UnderWay, answer: &GuessAnswer) -> Result<Guessed, GuessError> {
        let turn = asking.turn;
        let fits = answer.receipt.is_for(&guess.request, turn.drawer) && turn.is_in_time(&answer.receipt);
        let keys = guess.blinding.finish(&answer.answer, &turn.voprf).ok().filter(|_| fits);
        let keys = keys.ok_or(GuessError::FalseAnswer)?;
        self.asked += guess.request.blinded.len() as u32;
        let (game, number, text) = (self.game, self.turn, guess.text.clone());
        self.answered = Some(guess);
        let Some((candidate, key)) = keys.into_iter().enumerate().find(|(_, key)| key.public() == turn.key) else {
            return Ok(Guessed::Wrong(GameStep::Guessed { game, turn: number, text }));
        };
        let step = GameStep::Solved {
            game,
            turn: number,
            receipt: Box::new(answer.receipt.clone()),
            candidate: candidate as u32,
            word: turn.key,
            signature: key.sign_solved(asking.identity.author()),
        };
        let word = asking.words.candidates(&text).into_iter().nth(candidate);
        self.known = word.and_then(|word| asking.words.named(&word).cloned()).map(|word| (word, key));
        Ok(Guessed::Solved(step))
    }
}

fn refused(refusal: Refusal) -> GuessError {
    match refusal {
        Refusal::TooFast => GuessError::TooFast,
        Refusal::Unsaid => GuessError::Unsaid,
        Refusal::NoneLeft => GuessError::NoneLeft,
        Refusal::NotNow => GuessError::TooLate,
        Refusal::NotGuessing | Refusal::Malformed | Refusal::Unknown => GuessError::Refused,
    }
}
