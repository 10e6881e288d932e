//! The drawer's program as the oracle of its word (the server of RFC 9497): it answers guesses without knowing what they
//! are or whether they are right, holds every guesser to the rate, and saves the signed requests of the turn.

use std::collections::BTreeMap;

use crate::clock::Now;
use crate::game::protocol::guess::{GuessAnswer, GuessRequest, Receipt, Refusal};
use crate::game::secret::TurnKey;
use crate::game::state::WordTurn;
use crate::identity::{Author, Identity};
use crate::limits::{MAX_CANDIDATES, MAX_CANDIDATES_OF_TURN};
use crate::rate::{Limit, Rate};

/// Requests of a guesser that may come.
pub(super) const REQUESTS: Limit = Limit { burst: 3, each_us: 1_000_000 };
/// Candidates by which a guesser's count may be behind ours: a program that was killed between our answer and its line
/// doesn't know of that one request.
const FORGOTTEN: u32 = MAX_CANDIDATES as u32;
/// Candidates that are answered beyond those whose lines we have: lines and requests come by different ways.
const UNSAID: u32 = 2 * MAX_CANDIDATES as u32;

/// The oracle of one turn: the accounts of its guessers.
#[derive(Debug, Clone, Default)]
pub(super) struct WordOracle(BTreeMap<Author, Account>);

#[derive(Debug, Clone)]
struct Account {
    /// Candidates that were answered.
    asked: u32,
    rate: Rate,
    /// Lines that were compared with the word, to report whether they were close.
    compared: u32,
    comparing: Rate,
    /// All requests that were answered.
    requests: Vec<GuessRequest>,
    /// The last answer: if it was lost, it is given again.
    last: Option<GuessAnswer>,
}

impl WordOracle {
    /// Answers a request of the present turn, `elapsed_ms` after the turn began. The caller has checked that the request
    /// is signed by a guesser of this turn and is about this game and turn.
    pub(super) fn answer(
        &mut self,
        request: GuessRequest,
        turn: &WordTurn,
        key: &TurnKey,
        identity: &Identity,
        elapsed_ms: u32,
        now: Now,
    ) -> Result<GuessAnswer, Refusal> {
        let said = turn.said_candidates(request.guesser);
        let account = self.account(request.guesser, said);
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

    /// Returns whether a guesser's line may be compared with the word: as fast and as often as guesses are answered,
    /// because a report that a line was close tells as much as an answer.
    pub(super) fn may_compare(&mut self, guesser: Author, turn: &WordTurn, now: Now) -> bool {
        let account = self.account(guesser, turn.said_candidates(guesser));
        let may = account.compared < MAX_CANDIDATES_OF_TURN && account.comparing.admits(REQUESTS, now.mono_ms);
        account.compared += u32::from(may);
        may
    }

    /// Returns a guesser's account. A new one begins with what the guesser's lines asked for: this program may have been
    /// started again within the turn.
    fn account(&mut self, guesser: Author, said: u32) -> &mut Account {
        self.0.entry(guesser).or_insert_with(|| Account::new(said))
    }

    /// Returns, for each guesser who asked for more than its lines in the log say, the request that shows most of it.
    pub(super) fn evidence(&self, turn: &WordTurn) -> Vec<GuessRequest> {
        let worst = |account: &Account| {
            let silent = account.requests.iter().filter(|request| turn.unsaid(request) > 0);
            silent.max_by_key(|request| turn.unsaid(request)).cloned()
        };
        self.0.values().filter_map(worst).collect()
    }
}

impl Account {
    fn new(asked: u32) -> Self {
        let (rate, comparing) = (Rate::default(), Rate::default());
        Account { asked, rate, compared: 0, comparing, requests: Vec::new(), last: None }
    }

    /// Returns the last answer, if this is the last request again.
    fn repeated(&self, request: &GuessRequest) -> Option<GuessAnswer> {
        let same = self.requests.last().is_some_and(|last| last.blinded == request.blinded);
        self.last.clone().filter(|_| same)
    }

    fn admit(&mut self, request: &GuessRequest, said: u32, now: Now) -> Result<(), Refusal> {
        let count = request.blinded.len() as u32;
        if request.asked_before.saturating_add(FORGOTTEN).min(said.saturating_add(UNSAID)) < self.asked {
            return Err(Refusal::Unsaid);
        }
        if self.asked.max(request.asked_before).saturating_add(count) > MAX_CANDIDATES_OF_TURN {
            return Err(Refusal::NoneLeft);
        }
        if self.rate.admits(REQUESTS, now.mono_ms) { Ok(()) } else { Err(Refusal::TooFast) }
    }
}
