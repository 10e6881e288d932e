//! Rounds of catching up, the side that pulls: a machine does what the program's [`Schedule`] and [`Puller`] say, as
//! `src/node/sync/streams.rs` and `src/node/sync/pull.rs` do.
//!
//! [`Schedule`]: inkmesh::sync::schedule::Schedule

use std::collections::VecDeque;

use inkmesh::clock::Timestamp;
use inkmesh::identity::Author;
use inkmesh::log::Head;
use inkmesh::name::RoomName;
use inkmesh::operation::{Operation, OperationError};
use inkmesh::room::Input;
use inkmesh::sync::fetching::Fetch;
use inkmesh::sync::puller::{Puller, Step};
use inkmesh::sync::schedule::Outcome;
use inkmesh::sync::server::Server;
use inkmesh::sync::{Request, Response, RoundError};

use super::devices::Device;
use super::plan::ATTACKER;
use super::{Happening, Seat, World};

/// Bytes a second with which a peer is waited for, and for how many milliseconds at least.
const FAST_ENOUGH: u64 = 2_048;
const LONG_MS: u64 = 40_000;

/// One stream between two machines.
#[derive(Debug)]
pub struct Round {
    pub puller: Seat,
    puller_process: u32,
    pub server: Seat,
    pub server_process: u32,
    /// Who the server is for the puller.
    peer: Author,
    pulling: Puller,
    pub serving: Server,
    /// True if the stream has one of the server's places.
    pub admitted: bool,
    /// What the attacker says it holds, when it serves.
    pub pretended: Vec<Head>,
    inbox: VecDeque<Vec<u8>>,
    /// The puller waits for its disk, or for a share.
    busy: bool,
    /// The puller's timer while it waits for a message.
    patience: Option<u64>,
    /// A stream keeps its order.
    request_at: u64,
    response_at: u64,
    transfer: Transfer,
}

/// Messages that come on a slow stream one right after another.
#[derive(Debug, Default)]
struct Transfer {
    began: u64,
    bytes_per_second: u64,
    /// When the last bytes came.
    heard: u64,
}

impl Transfer {
    /// Returns whether bytes are coming at this time so fast that nobody may lose patience.
    fn is_fast_enough(&self, now: u64) -> bool {
        (FAST_ENOUGH..u64::MAX).contains(&self.bytes_per_second)
            && now <= self.heard + 1_500
            && (self.began + 3_000..self.began + LONG_MS).contains(&now)
    }
}

/// The reason why a round ended early.
#[derive(Debug)]
pub enum Trouble {
    /// Nobody is to blame.
    Broken,
    /// The other side serves as many as it can.
    Busy,
    /// No honest program does this.
    Fault(String),
}

impl From<RoundError> for Trouble {
    fn from(error: RoundError) -> Self {
        match error {
            RoundError::Busy => Trouble::Busy,
            RoundError::Silent => Trouble::Broken,
            RoundError::Unexpected => Trouble::Fault(error.to_string()),
        }
    }
}

impl World {
    /// Something is missing that somebody has.
    pub(super) fn sync_soon(&mut self, seat: Seat, peer: Author) {
        let now = self.now;
        let Some(device) = self.devices.get_mut(&seat) else { return };
        device.schedule.gap(peer, now);
        self.wait_for_next_round(seat);
    }

    /// The time of a round may have come.
    pub(super) fn round_is_due(&mut self, seat: Seat) {
        if let Some(device) = self.devices.get_mut(&seat) {
            device.next_round = None;
        }
        self.begin_rounds_where_due(seat);
    }

    /// Begins the rounds that are due.
    pub(super) fn begin_rounds_where_due(&mut self, seat: Seat) {
        let now = self.now;
        while let Some(device) = self.devices.get_mut(&seat).filter(|device| device.takes_more()) {
            let Some(peer) = device.schedule.begin(now) else { break };
            if self.begin(seat, peer).is_none() {
                self.end_round(seat, peer, Outcome::Failed { missing: false });
            }
        }
        self.wait_for_next_round(seat);
    }

    /// Sets the timer for the next round that is due.
    fn wait_for_next_round(&mut self, seat: Seat) {
        let now = self.now;
        let Some(device) = self.devices.get_mut(&seat).filter(|device| device.takes_more()) else { return };
        let Some(at) = device.schedule.next() else { return };
        let (at, process) = (at.max(now + 1), device.process);
        if device.next_round.is_none_or(|next| at < next) {
            device.next_round = Some(at);
            self.schedule(at, Happening::Sync { seat, process });
        }
    }

    /// Begins a round; `None` if nobody is there, or no stream can be opened.
    fn begin(&mut self, seat: Seat, peer: Author) -> Option<()> {
        let online: Vec<Seat> = self.devices[&seat].online.keys().copied().collect();
        let theirs: Vec<Seat> = online.into_iter().filter(|other| self.author_of(*other) == Some(peer)).collect();
        if theirs.is_empty() {
            return None;
        }
        let turn = self.chance.number("which", seat, 0) as usize;
        let server = theirs[turn % theirs.len()];
        if self.devices.get(&server).is_some_and(|device| self.now < device.faults.refuses_streams_until) {
            return None;
        }
        let room = self.devices[&seat].room.as_ref()?;
        let (digest, last) = (room.log().digest(), room.last_of_others());
        let hello = Request::Hello { room: RoomName::lobby().id(), digest, clock: self.wall(seat) };
        let round = self.open(seat, server, peer, last)?;
        self.devices.get_mut(&seat)?.rounds.insert(round);
        self.send_request(round, hello.encode().unwrap());
        self.drive(round);
        Some(())
    }

    fn end_round(&mut self, seat: Seat, peer: Author, outcome: Outcome) {
        let now = self.now;
        if let Some(device) = self.devices.get_mut(&seat) {
            device.schedule.end(peer, outcome, now);
        }
    }

    /// Opens a stream.
    pub(super) fn open(&mut self, puller: Seat, server: Seat, peer: Author, last: Timestamp) -> Option<u64> {
        let (puller_process, author) = (self.process_of(puller)?, self.author_of(puller)?);
        let now = self.now;
        let has_place = |device: &mut Device| now >= device.faults.crowded_until && device.slots.take(author);
        let admitted = self.devices.get_mut(&server).is_none_or(has_place);
        let round = Round {
            puller,
            puller_process,
            server,
            server_process: self.process_of(server).unwrap_or(u32::MAX),
            peer,
            pulling: Puller::new(last, now),
            serving: Server::new(admitted),
            admitted,
            pretended: Vec::new(),
            inbox: VecDeque::new(),
            busy: false,
            patience: None,
            request_at: 0,
            response_at: 0,
            transfer: Transfer::default(),
        };
        self.number += 1;
        self.rounds.insert(self.number, round);
        Some(self.number)
    }

    /// A stream is closed, for whatever reason.
    pub(super) fn close(&mut self, number: u64) -> Option<Round> {
        let round = self.rounds.remove(&number)?;
        if let Some(author) = self.author_of(round.puller)
            && self.process_of(round.server) == Some(round.server_process)
            && let Some(device) = self.devices.get_mut(&round.server)
        {
            if round.admitted {
                device.slots.free(author);
            }
            if let Some((_, count)) = round.serving.served() {
                device.schedule.served(author, count);
            }
        }
        Some(round)
    }

    /// Sends a message to the side that serves.
    pub(super) fn send_request(&mut self, number: u64, bytes: Vec<u8>) {
        let Some((puller, server)) = self.rounds.get(&number).map(|round| (round.puller, round.server)) else { return };
        let at = self.now + self.chance.between(1, 60, "ask", puller, server) + self.slowness(puller, server);
        let Some(round) = self.rounds.get_mut(&number) else { return };
        round.request_at = round.request_at.max(at);
        let at = round.request_at;
        self.schedule(at, Happening::Request { round: number, bytes });
    }

    /// Sends a message to the side that pulls.
    pub(super) fn send_response(&mut self, number: u64, bytes: Vec<u8>) {
        let Some((puller, server)) = self.rounds.get(&number).map(|round| (round.puller, round.server)) else { return };
        let soon = self.now + self.chance.between(1, 60, "answer", server, puller) + self.slowness(puller, server);
        let rates = [puller, server].into_iter().filter_map(|seat| self.devices.get(&seat)?.faults.bytes_per_second);
        let rate = rates.min().unwrap_or(u64::MAX);
        let Some(round) = self.rounds.get_mut(&number) else { return };
        if round.response_at < soon {
            round.transfer.began = soon;
        }
        round.transfer.bytes_per_second = rate;
        let (begins, length) = (round.response_at.max(soon), bytes.len() as u64);
        round.response_at = begins + length.saturating_mul(1_000) / rate;
        let at = round.response_at;
        for second in 1..=length / rate {
            self.schedule(begins + second * 1_000, Happening::Bytes { round: number, count: rate });
        }
        self.schedule(at, Happening::Response { round: number, bytes, uncounted: length % rate });
    }

    /// So many bytes of a message have come to the side that pulls. Returns whether it is still there.
    pub(super) fn bytes_came(&mut self, number: u64, count: u64) -> bool {
        let Some(round) = self.rounds.get(&number) else { return false };
        let (puller, server, process) = (round.puller, round.server, round.puller_process);
        if puller == ATTACKER || self.cut.contains(&(server, puller)) || self.process_of(puller) != Some(process) {
            return false;
        }
        if let Some(round) = self.rounds.get_mut(&number) {
            round.transfer.heard = self.now;
            round.pulling.heard(count, self.now);
        }
        true
    }

    /// A message has come to the side that pulls.
    pub(super) fn responded(&mut self, number: u64, bytes: Vec<u8>, uncounted: u64) {
        if !self.bytes_came(number, uncounted) {
            return;
        }
        let Some(round) = self.rounds.get_mut(&number) else { return };
        round.inbox.push_back(bytes);
        if !round.busy {
            self.drive(number);
        }
    }

    /// Does what the puller says, until it has to wait.
    fn drive(&mut self, number: u64) {
        let now = self.now;
        while let Some(round) = self.rounds.get_mut(&number) {
            let (seat, server, from) = (round.puller, round.server, round.peer);
            match round.pulling.next(now) {
                Step::Send(request) => self.send_request(number, request.encode().unwrap()),
                Step::Met { clock, .. } => self.hear_clock(seat, server, clock),
                Step::Offer(heads) => {
                    self.feed(seat, Input::Offered { from, heads });
                }
                Step::Choose { unit } => {
                    let device = self.devices.get_mut(&seat).filter(|device| !device.trouble);
                    let room = device.and_then(|device| Some((device.room.as_mut()?, &mut device.transfers)));
                    let fetch = match room {
                        Some((room, transfers)) if room.could_bring_more(from) => {
                            transfers.next(from, now, || room.next_fetch(from, unit))
                        }
                        _ => Fetch::Nothing,
                    };
                    round.pulling.fetch(fetch, now);
                }
                Step::Pause { until } => {
                    round.busy = true;
                    return self.schedule(until, Happening::Resume { round: number });
                }
                Step::Take(_) if self.devices.get(&seat).is_none_or(|device| device.trouble) => {
                    return self.finish(number, Err(Trouble::Broken));
                }
                Step::Take(operations) => {
                    round.busy = true;
                    let (_, waits) = self.feed_from(seat, Input::Synced { operations, from }, Some(number));
                    if waits {
                        return;
                    }
                    self.taken(number);
                }
                Step::UnitEnded => {
                    if let Some(device) = self.devices.get_mut(&seat) {
                        device.transfers.unit_ended(&from, now);
                    }
                    self.feed(seat, Input::FetchEnded { from });
                }
                Step::Wait { until } => match round.inbox.pop_front() {
                    Some(bytes) => {
                        if let Err(trouble) = self.receive(number, &bytes) {
                            return self.finish(number, Err(trouble));
                        }
                    }
                    None => return self.wait_until(number, until),
                },
                Step::Finished(_) => return self.finish(number, Ok(())),
            }
        }
    }

    /// Gives a message to the puller, as the node does.
    fn receive(&mut self, number: u64, bytes: &[u8]) -> Result<(), Trouble> {
        let response = Response::decode(bytes).map_err(|error| Trouble::Fault(error.to_string()))?;
        let Response::Operations { operations } = response else {
            let now = self.now;
            let Some(round) = self.rounds.get_mut(&number) else { return Ok(()) };
            return Ok(round.pulling.response(response, now)?);
        };
        let verified: Result<Vec<Operation>, OperationError> =
            operations.iter().map(|bytes| self.verify(bytes)).collect();
        let operations = verified.map_err(|error| Trouble::Fault(error.to_string()))?;
        let Some(round) = self.rounds.get_mut(&number) else { return Ok(()) };
        Ok(round.pulling.operations(operations)?)
    }

    fn taken(&mut self, number: u64) {
        let now = self.now;
        if let Some(round) = self.rounds.get_mut(&number) {
            round.busy = false;
            round.pulling.taken(now);
        }
    }

    /// What a round brought is durable.
    pub(super) fn handed(&mut self, number: u64) {
        self.taken(number);
        self.drive(number);
    }

    /// There may be a share of what others are bringing.
    pub(super) fn resume(&mut self, number: u64) {
        if let Some(round) = self.rounds.get_mut(&number) {
            round.busy = false;
            self.drive(number);
        }
    }

    fn wait_until(&mut self, number: u64, until: u64) {
        let at = until.max(self.now + 1);
        if let Some(round) = self.rounds.get_mut(&number).filter(|round| round.patience.is_none()) {
            round.patience = Some(at);
            self.schedule(at, Happening::Patience { round: number });
        }
    }

    /// The patience with the other side may have ended.
    pub(super) fn patience(&mut self, number: u64) {
        let now = self.now;
        let Some(round) = self.rounds.get_mut(&number).filter(|round| round.puller != ATTACKER) else { return };
        round.patience = None;
        if round.busy {
            return;
        }
        match round.pulling.silence(now) {
            Ok(()) => self.drive(number),
            Err(_) if round.transfer.is_fast_enough(now) => {
                let reason = format!("a round is broken off although bytes come: {:?}", round.transfer);
                self.fail("patience", reason);
            }
            Err(error) => self.finish(number, Err(error.into())),
        }
    }

    pub(super) fn hung_up(&mut self, number: u64) {
        self.finish(number, Err(Trouble::Broken));
    }

    /// A round ended, for whatever reason.
    pub(super) fn finish(&mut self, number: u64, result: Result<(), Trouble>) {
        let Some(Round { puller, server, peer, .. }) = self.close(number) else { return };
        let (mut more, mut missing) = (false, false);
        if let Some(device) = self.devices.get_mut(&puller) {
            device.rounds.remove(&number);
            device.transfers.ended(&peer);
            let room = device.room.as_ref();
            more = room.is_some_and(|room| room.could_bring_more(peer));
            missing = more || room.is_some_and(|room| room.log().floating() > 0);
        }
        self.feed(puller, Input::FetchStopped { from: peer });
        let outcome = match result {
            Err(Trouble::Busy) => Outcome::Busy,
            Err(_) => Outcome::Failed { missing },
            Ok(()) if more => Outcome::Unfinished,
            Ok(()) => Outcome::Finished,
        };
        self.end_round(puller, peer, outcome);
        if let Err(Trouble::Fault(what)) = result {
            self.blame(puller, server, &what);
        }
        self.begin_rounds_where_due(puller);
    }
}
