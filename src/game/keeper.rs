//! The drawer's program as keeper of the word: it answers guesses without knowing what they are or whether they are right,
//! holds everybody to the rate, and keeps the signed requests of this turn.

use std::collections::BTreeMap;

use super::guess::{GuessAnswer, GuessRequest, Receipt, Refusal};
use super::quiz::WordTurn;
use super::secret::TurnKey;
use crate::clock::Now;
use crate::identity::{Author, Identity};

/// Candidates that one guesser may ask for in a turn.
pub(super) const MAX_ASKED: u32 = 60;
/// Requests that may come at once.
pub(super) const BURST: u64 = 3;
/// One more in so many milliseconds.
pub(super) const REFILL_MS: u64 = 1_000;
/// By how many candidates a guesser's count may be behind ours: a program that was killed between our answer and the line
/// that says what was asked does not know of that one request.
const FORGOTTEN: u32 = super::secret::MAX_CANDIDATES as u32;
/// How many candidates may be answered beyond those whose lines we have: lines come by other ways than requests.
const UNSAID: u32 = 2 * super::secret::MAX_CANDIDATES as u32;

/// What the guessers of one turn asked.
#[derive(Debug, Clone, Default)]
pub(super) struct Keeper(BTreeMap<Author, Account>);

#[derive(Debug, Clone)]
struct Account {
    asked: u32,
    rate: Rate,
    /// Lines that were weighed against the word, to tell whether they were close.
    weighed: u32,
    weighing: Rate,
    /// All that was answered, the last one with its answer: if that was lost, it is given again.
    requests: Vec<GuessRequest>,
    last: Option<GuessAnswer>,
}

/// At most [`BURST`] at once and one more every [`REFILL_MS`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Rate {
    tokens_ms: u64,
    at_ms: u64,
}

impl Rate {
    pub(super) fn new(now: Now) -> Self {
        Rate { tokens_ms: BURST * REFILL_MS, at_ms: now.mono_ms }
    }

    pub(super) fn admits(&mut self, now: Now) -> bool {
        let since = now.mono_ms.saturating_sub(self.at_ms);
        self.tokens_ms = self.tokens_ms.saturating_add(since).min(BURST * REFILL_MS);
        self.at_ms = now.mono_ms;
        let admitted = self.tokens_ms >= REFILL_MS;
        self.tokens_ms -= if admitted { REFILL_MS } else { 0 };
        admitted
    }
}

impl Keeper {
    /// Answers a request of the present turn, `elapsed_ms` after it began. The caller has checked that it is signed, of
    /// somebody who guesses, and about this game and turn.
    pub(super) fn answer(
        &mut self,
        request: GuessRequest,
        turn: &WordTurn,
        key: &TurnKey,
        identity: &Identity,
        elapsed_ms: u32,
        now: Now,
    ) -> Result<GuessAnswer, Refusal> {
        let said = turn.asked_aloud(request.guesser);
        let account = self.account(request.guesser, said, now);
        if let Some(answer) = account.repeated(&request) {
            return Ok(answer);
        }
        account.admit(&request, said, now)?;
        let answer = key.answer(&request.blinded).ok_or(Refusal::Malformed)?;
        let answer = GuessAnswer { answer, receipt: Receipt::new(identity, &request, elapsed_ms) };
        account.asked += request.blinded.len() as u32;
        account.requests.push(request);
        account.last = Some(answer.clone());
        Ok(answer)
    }

    /// Whether a line that somebody said may be weighed against the word: as fast and as often as guesses are answered, for
    /// to hear that a line was close is to hear much.
    pub(super) fn weighs(&mut self, guesser: Author, turn: &WordTurn, now: Now) -> bool {
        let account = self.account(guesser, turn.asked_aloud(guesser), now);
        let weighs = account.weighed < MAX_ASKED && account.weighing.admits(now);
        account.weighed += u32::from(weighs);
        weighs
    }

    /// What was said was asked: by somebody else's reckoning, if this program has been started again.
    fn account(&mut self, guesser: Author, said: u32, now: Now) -> &mut Account {
        self.0.entry(guesser).or_insert_with(|| Account::new(said, now))
    }

    /// For each guesser who asked for more than was said, by what is in the log, the request that shows most of it.
    pub(super) fn evidence(&self, turn: &WordTurn) -> Vec<GuessRequest> {
        let worst = |account: &Account| {
            let silent = account.requests.iter().filter(|request| turn.unsaid(request) > 0);
            silent.max_by_key(|request| turn.unsaid(request)).cloned()
        };
        self.0.values().filter_map(worst).collect()
    }
}

impl Account {
    fn new(asked: u32, now: Now) -> Self {
        let (rate, weighing) = (Rate::new(now), Rate::new(now));
        Account { asked, rate, weighed: 0, weighing, requests: Vec::new(), last: None }
    }

    fn repeated(&self, request: &GuessRequest) -> Option<GuessAnswer> {
        let same = self.requests.last().is_some_and(|last| last.blinded == request.blinded);
        self.last.clone().filter(|_| same)
    }

    fn admit(&mut self, request: &GuessRequest, said: u32, now: Now) -> Result<(), Refusal> {
        let count = request.blinded.len() as u32;
        if request.asked_before.saturating_add(FORGOTTEN).min(said.saturating_add(UNSAID)) < self.asked {
            return Err(Refusal::Unsaid);
        }
        if self.asked.max(request.asked_before).saturating_add(count) > MAX_ASKED {
            return Err(Refusal::NoneLeft);
        }
        if self.rate.admits(now) { Ok(()) } else { Err(Refusal::TooFast) }
    }
}
