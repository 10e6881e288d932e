//! The side of a sync stream that pulls: one round with one member of a room, message by message. The driver carries the
//! messages, checks signatures, asks the room and waits for the disk. All times are in milliseconds on a clock that only goes
//! forward.

use std::collections::VecDeque;

use super::fetching::{Fetch, SCREEN};
use super::message::{Neighbour, Request, Response, RoundError};
use super::pace::{Pace, ResponseWait};
use crate::clock::Timestamp;
use crate::log::{Head, Want};
use crate::operation::Operation;

/// The time that one round may go on sending requests. What came until then stays; others get their turn, and the next round
/// brings the rest.
const ROUND_MS: u64 = 300_000;
/// The time that a round may last in all, waits for the disk and for the frontend included.
pub const LONGEST_MS: u64 = 500_000;
/// The wait for a share while others bring all that is missing, and the pause between requests for one. Shorter than the
/// other side waits for us.
const SHARE_MS: u64 = 45_000;
const SHARE_EVERY_MS: u64 = 100;

/// What the driver does next.
#[derive(Debug, PartialEq, Eq)]
pub enum Step {
    /// Sends this request.
    Send(Request),
    /// Takes note of who else is in the room, and of the peer's clock in milliseconds since 1970.
    Met {
        /// Others in the room.
        neighbours: Vec<Neighbour>,
        /// What the peer's clock says.
        clock: u64,
    },
    /// Tells the room what the peer holds: [`crate::room::Input::Offered`].
    Offer(Vec<Head>),
    /// Asks the room what to fetch from this peer, about `unit` operations, and passes that to [`Puller::fetch`].
    Choose {
        /// How much to ask for.
        unit: u64,
    },
    /// Waits until this time.
    Pause {
        /// When to go on.
        until: u64,
    },
    /// Gives operations to the room, and calls [`Puller::taken`] when they are durable.
    Take(Vec<Operation>),
    /// Tells the room that a unit has ended: [`crate::room::Input::FetchEnded`].
    UnitEnded,
    /// Waits for the next message, and passes it to [`Puller::response`] or, its operations verified, to
    /// [`Puller::operations`]. When it has not come by this time, calls [`Puller::silence`].
    Wait {
        /// When the peer's patience ends unless more bytes come.
        until: u64,
    },
    /// The round is over. This many operations came in.
    Finished(u64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Waits for the answer to the greeting.
    Greeted,
    /// Requests units until this time.
    Fetching {
        until: u64,
    },
    Over,
}

/// A round after [`Request::Hello`] was sent.
#[derive(Debug)]
pub struct Puller {
    state: State,
    /// The last moment at which others wrote something that we held at the start.
    last: Timestamp,
    /// What the driver has to do first.
    steps: VecDeque<Step>,
    /// Requests that were not answered whole.
    under_way: u32,
    /// Operations that came, and that may have come by now.
    received: u64,
    allowed: u64,
    /// Operations that came of the first unit under way.
    brought: u64,
    /// The room had nothing to request when it was asked last, and no message came since.
    settled: bool,
    /// Until when to wait for a share of what others are bringing.
    share_until: Option<u64>,
    taking_since: u64,
    pace: Pace,
    waiting: ResponseWait,
}

impl Puller {
    /// The greeting was sent. `last`: the last moment at which others wrote something that we hold.
    #[must_use]
    pub fn new(last: Timestamp, now: u64) -> Self {
        Puller {
            state: State::Greeted,
            last,
            steps: VecDeque::new(),
            under_way: 0,
            received: 0,
            allowed: 0,
            brought: 0,
            settled: false,
            share_until: None,
            taking_since: now,
            pace: Pace::default(),
            waiting: ResponseWait::since(now),
        }
    }

    /// Returns what to do next. It is done before this is called again.
    pub fn next(&mut self, now: u64) -> Step {
        if let Some(step) = self.steps.pop_front() {
            if let Step::Take(_) = step {
                self.taking_since = now;
            }
            return step;
        }
        match self.state {
            State::Over => Step::Finished(self.received),
            State::Fetching { until } if now < until && !self.settled && self.may_request() => {
                Step::Choose { unit: self.pace.unit() }
            }
            State::Fetching { .. } if self.under_way == 0 => Step::Finished(self.received),
            State::Greeted | State::Fetching { .. } => Step::Wait { until: self.waiting.until() },
        }
    }

    /// Returns whether the next unit may be requested: until one has come, only one is under way.
    fn may_request(&self) -> bool {
        self.under_way == 0 || self.pace.is_measured()
    }

    /// This is what the room wants from the peer now.
    pub fn fetch(&mut self, fetch: Fetch, now: u64) {
        let idle = self.under_way == 0;
        let (request, count) = match fetch {
            // While nothing is under way, a share of what others are bringing is worth waiting for.
            Fetch::Later if idle && now < *self.share_until.get_or_insert(now + SHARE_MS) => {
                return self.steps.push_back(Step::Pause { until: now + SHARE_EVERY_MS });
            }
            Fetch::Later | Fetch::Nothing => {
                self.settled = true;
                return;
            }
            Fetch::Newest => (Request::Newest { limit: SCREEN, after: self.last }, u64::from(SCREEN)),
            Fetch::Unit(wants) => {
                let count = wants.iter().map(Want::count).sum();
                (Request::Fetch { wants }, count)
            }
        };
        if idle {
            self.waiting = ResponseWait::since(now);
        }
        self.share_until = None;
        self.under_way += 1;
        self.allowed += count;
        self.steps.push_back(Step::Send(request));
    }

    /// A message came that holds no operations.
    ///
    /// # Errors
    /// [`RoundError::Busy`], [`RoundError::Unexpected`].
    pub fn response(&mut self, response: Response, now: u64) -> Result<(), RoundError> {
        match (self.state, response) {
            (State::Greeted, Response::Same { neighbours, clock }) => {
                self.steps.push_back(Step::Met { neighbours, clock });
                self.state = State::Over;
            }
            (State::Greeted, Response::Frontier { heads, neighbours, clock }) => {
                self.steps.push_back(Step::Met { neighbours, clock });
                if heads.is_empty() {
                    self.state = State::Over;
                } else {
                    self.steps.push_back(Step::Offer(heads));
                    self.state = State::Fetching { until: now + ROUND_MS };
                }
            }
            (State::Greeted, Response::NotHere) => self.state = State::Over,
            (State::Greeted, Response::Busy) => return Err(RoundError::Busy),
            (State::Fetching { .. }, Response::End) if self.under_way > 0 => {
                self.pace.brought(std::mem::take(&mut self.brought), self.waiting.ms(now));
                self.waiting = ResponseWait::since(now);
                self.under_way -= 1;
                self.settled = false;
                self.steps.push_back(Step::UnitEnded);
            }
            _ => return Err(RoundError::Unexpected),
        }
        Ok(())
    }

    /// Returns whether so many more operations may come now, beside those that were passed to [`Puller::operations`]. Asked
    /// before signatures are checked, which costs time.
    #[must_use]
    pub fn expects(&self, count: u64) -> bool {
        matches!(self.state, State::Fetching { .. }) && self.received.saturating_add(count) <= self.allowed
    }

    /// A message with operations came, all of them verified.
    ///
    /// # Errors
    /// [`RoundError::Unexpected`], also when more came than was requested.
    pub fn operations(&mut self, operations: Vec<Operation>) -> Result<(), RoundError> {
        let count = operations.len() as u64;
        if operations.is_empty() || !self.expects(count) {
            return Err(RoundError::Unexpected);
        }
        self.received += count;
        self.brought += count;
        self.settled = false;
        self.steps.push_back(Step::Take(operations));
        Ok(())
    }

    /// So many operations came that this program can't read, because a newer one wrote them. They count as sent.
    pub fn skipped(&mut self, count: u64) {
        self.allowed = self.allowed.saturating_sub(count);
        self.brought += count;
        self.settled = false;
    }

    /// The operations of [`Step::Take`] are durable. That time was not the peer's doing.
    pub fn taken(&mut self, now: u64) {
        self.waiting.excuse(now.saturating_sub(self.taking_since));
    }

    /// So many more bytes came on the stream, the last of them at `at`.
    pub fn heard(&mut self, bytes: u64, at: u64) {
        self.waiting.heard(bytes, at);
    }

    /// No whole message came until the time of [`Step::Wait`].
    ///
    /// # Errors
    /// [`RoundError::Silent`] when too few bytes came for too long.
    pub fn silence(&self, now: u64) -> Result<(), RoundError> {
        if self.waiting.until() <= now { Err(RoundError::Silent) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::{Author, Identity};
    use crate::log::ShortId;
    use crate::name::RoomName;
    use crate::operation::{ChainId, Header};
    use crate::payload::{Chat, Payload};

    fn frontier() -> Response {
        Response::Frontier { heads: heads(), neighbours: Vec::new(), clock: 7 }
    }

    fn heads() -> Vec<Head> {
        vec![Head { author: Author([2; 32]), log: 3, next: 4, id: ShortId([5; 12]) }]
    }

    fn met() -> Step {
        Step::Met { neighbours: Vec::new(), clock: 7 }
    }

    fn unit(count: u64) -> Fetch {
        Fetch::Unit(vec![Want { head: 0, from: 0, to: count, known: Vec::new() }])
    }

    fn operations(count: usize) -> Vec<Operation> {
        let identity = Identity::from_secret([1; 32]);
        let chain = ChainId { author: identity.author(), log: 3 };
        let (room, time) = (RoomName::lobby().id(), Timestamp::from_ms(1));
        let chat = Payload::Chat(Chat { text: "x".to_owned() });
        vec![Operation::sign(&identity, Header { room, chain, seq: 0, backlink: None, time }, &chat).unwrap(); count]
    }

    /// A round that is asked what to fetch for the first time, at 100.
    fn greeted() -> Puller {
        let mut puller = Puller::new(Timestamp::default(), 0);
        assert_eq!(puller.next(50), Step::Wait { until: 5_000 });
        puller.response(frontier(), 100).unwrap();
        assert_eq!((puller.next(100), puller.next(100)), (met(), Step::Offer(heads())));
        puller
    }

    fn choose(puller: &mut Puller, fetch: Fetch, now: u64) {
        assert!(matches!(puller.next(now), Step::Choose { .. }));
        puller.fetch(fetch, now);
    }

    /// Requests a unit that is answered whole in 100 ms.
    fn measure(puller: &mut Puller) {
        choose(puller, unit(64), 100);
        assert!(matches!(puller.next(100), Step::Send(Request::Fetch { .. })));
        assert!(matches!(puller.next(100), Step::Wait { .. }), "one unit until the rate is known");
        puller.operations(operations(64)).unwrap();
        assert!(matches!(puller.next(180), Step::Take(taken) if taken.len() == 64));
        puller.taken(180);
        puller.response(Response::End, 200).unwrap();
        assert_eq!(puller.next(200), Step::UnitEnded);
    }

    #[test]
    fn a_round_ends_where_there_is_nothing_to_fetch() {
        for (response, steps) in [
            (Response::Same { neighbours: Vec::new(), clock: 7 }, vec![met()]),
            (Response::Frontier { heads: Vec::new(), neighbours: Vec::new(), clock: 7 }, vec![met()]),
            (Response::NotHere, Vec::new()),
        ] {
            let mut puller = Puller::new(Timestamp::default(), 0);
            puller.response(response, 10).unwrap();
            steps.into_iter().for_each(|step| assert_eq!(puller.next(10), step));
            assert_eq!(puller.next(10), Step::Finished(0));
        }
        let mut puller = greeted();
        choose(&mut puller, Fetch::Nothing, 100);
        assert_eq!(puller.next(100), Step::Finished(0));
        assert_eq!(Puller::new(Timestamp::default(), 0).response(Response::Busy, 10), Err(RoundError::Busy));
    }

    #[test]
    fn two_units_are_under_way_when_the_rate_is_known() {
        let mut puller = greeted();
        measure(&mut puller);
        for _ in 0..2 {
            assert_eq!(puller.next(200), Step::Choose { unit: 256 }, "four times as much");
            puller.fetch(unit(256), 200);
            assert!(matches!(puller.next(200), Step::Send(_)));
        }
        choose(&mut puller, Fetch::Later, 200);
        assert_eq!(puller.next(200), Step::Wait { until: 5_200 });
        // A message is another occasion to ask for more.
        puller.operations(operations(10)).unwrap();
        assert!(matches!(puller.next(300), Step::Take(_)));
        puller.taken(300);
        choose(&mut puller, Fetch::Later, 300);
        for _ in 0..2 {
            puller.response(Response::End, 400).unwrap();
            assert_eq!(puller.next(400), Step::UnitEnded);
            choose(&mut puller, Fetch::Nothing, 400);
        }
        assert_eq!(puller.next(400), Step::Finished(74));
    }

    #[test]
    fn the_last_screen_is_asked_for_after_what_is_held() {
        let mut puller = Puller::new(Timestamp::from_ms(9), 0);
        puller.response(frontier(), 100).unwrap();
        assert_eq!((puller.next(100), puller.next(100)), (met(), Step::Offer(heads())));
        choose(&mut puller, Fetch::Newest, 100);
        let after = Timestamp::from_ms(9);
        assert_eq!(puller.next(100), Step::Send(Request::Newest { limit: SCREEN, after }));
    }

    #[test]
    fn a_share_of_what_others_bring_is_waited_for_while_nothing_is_under_way() {
        let mut puller = greeted();
        let mut now = 100;
        while now < 100 + SHARE_MS {
            choose(&mut puller, Fetch::Later, now);
            now += SHARE_EVERY_MS;
            assert_eq!(puller.next(now), Step::Pause { until: now });
        }
        choose(&mut puller, Fetch::Later, now);
        assert_eq!(puller.next(now), Step::Finished(0));
    }

    #[test]
    fn a_peer_that_sends_nothing_is_given_up_and_our_disk_is_no_fault_of_it() {
        let mut puller = greeted();
        choose(&mut puller, unit(64), 100);
        puller.next(100);
        assert_eq!(puller.next(100), Step::Wait { until: 5_100 });
        puller.heard(400, 4_000);
        assert_eq!((puller.silence(5_100), puller.next(5_100)), (Ok(()), Step::Wait { until: 5_490 }));
        puller.operations(operations(64)).unwrap();
        assert!(matches!(puller.next(5_200), Step::Take(_)));
        puller.taken(15_200);
        assert_eq!(puller.next(15_200), Step::Wait { until: 15_490 });
        assert_eq!(puller.silence(15_489), Ok(()));
        assert_eq!(puller.silence(15_490), Err(RoundError::Silent));
    }

    #[test]
    fn a_round_asks_for_nothing_more_after_a_while() {
        let mut puller = greeted();
        choose(&mut puller, unit(64), ROUND_MS);
        puller.next(ROUND_MS);
        puller.operations(operations(64)).unwrap();
        assert!(matches!(puller.next(ROUND_MS + 100), Step::Take(_)));
        puller.response(Response::End, ROUND_MS + 100).unwrap();
        assert_eq!((puller.next(ROUND_MS + 100), puller.next(ROUND_MS + 100)), (Step::UnitEnded, Step::Finished(64)));
    }

    #[test]
    fn what_no_honest_program_sends_is_a_fault() {
        let unexpected = Err(RoundError::Unexpected);
        let new = || Puller::new(Timestamp::default(), 0);
        assert_eq!((new().response(Response::End, 1), new().operations(operations(1))), (unexpected, unexpected));
        assert_eq!(greeted().response(frontier(), 100), unexpected, "a second greeting");
        assert_eq!(greeted().response(Response::End, 100), unexpected, "nothing was asked for");
        assert_eq!(greeted().operations(operations(1)), unexpected, "nothing was asked for");
        let mut puller = greeted();
        choose(&mut puller, unit(2), 100);
        assert_eq!(puller.operations(Vec::new()), unexpected);
        assert_eq!(puller.operations(operations(2)), Ok(()));
        assert_eq!(puller.operations(operations(1)), unexpected, "more than was asked for");
        let mut puller = greeted();
        choose(&mut puller, unit(2), 100);
        puller.skipped(1);
        assert_eq!(
            puller.operations(operations(2)),
            unexpected,
            "more than was asked for, with one that can't be read"
        );
    }
}
