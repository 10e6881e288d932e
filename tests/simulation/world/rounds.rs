//! Catching up, the side that asks: rounds message by message, as in `src/node/catch_up/pull.rs` and `sync_plan.rs`.

use std::collections::VecDeque;

use inkmesh::clock::Timestamp;
use inkmesh::fetching::{Fetch, SCREEN};
use inkmesh::identity::Author;
use inkmesh::log::{Head, Want};
use inkmesh::name::RoomName;
use inkmesh::operation::Operation;
use inkmesh::pace::{Pace, Waiting};
use inkmesh::room::Input;
use inkmesh::sync::{Request, Response};

use super::plan::ATTACKER;
use super::{Happening, Seat, World};

/// How often everybody is compared with, and how long to wait before the next round with one peer, in milliseconds.
const PERIOD_MS: u64 = 9_000;
const PAUSE_MS: u64 = 300;
const RETRY_MS: u64 = 2_000;
/// Rounds at a time.
const ROUNDS: usize = 4;
/// How long a round may go on asking.
const ROUND_MS: u64 = 300_000;

/// One round under way.
#[derive(Debug)]
pub struct Round {
    pub asker: Seat,
    pub asker_process: u32,
    pub server: Seat,
    pub server_process: u32,
    peer: Author,
    /// The last moment at which others wrote something that the asker held at the start.
    last: Timestamp,
    /// What the server told it holds.
    pub heads: Vec<Head>,
    greeted: bool,
    under_way: u32,
    received: u64,
    allowed: u64,
    /// Operations that came of the unit that was asked for first.
    brought: u64,
    pace: Pace,
    waiting: Waiting,
    ends_at: u64,
    inbox: VecDeque<Vec<u8>>,
    /// What came last is on its way to the disk since then.
    handing_since: Option<u64>,
    /// A stream keeps its order.
    pub ask_at: u64,
    pub answer_at: u64,
}

/// Why a round ended early.
#[derive(Debug)]
pub enum Trouble {
    /// Nobody is to blame.
    Broken,
    /// No honest program does this.
    Fault(String),
}

impl World {
    /// A round with this person is due in so many milliseconds.
    pub(super) fn plan_round(&mut self, seat: Seat, peer: Author, ms: u64) {
        let at = self.now + ms;
        let Some(device) = self.devices.get_mut(&seat) else { return };
        let process = device.process;
        device.due.insert(peer, at);
        self.schedule(at, Happening::Sync { seat, process });
    }

    /// Something is missing that somebody has.
    pub(super) fn catch_up_soon(&mut self, seat: Seat, peer: Author) {
        let soon = self.now + PAUSE_MS;
        let Some(due) = self.devices.get(&seat).and_then(|device| device.due.get(&peer)) else { return };
        if *due > soon {
            self.plan_round(seat, peer, PAUSE_MS);
        }
    }

    /// Begins the rounds that are due.
    pub(super) fn catch_up_where_due(&mut self, seat: Seat) {
        while let Some(device) = self.devices.get(&seat) {
            let idle = device.due.iter().filter(|(peer, at)| **at <= self.now && !device.running.contains_key(peer));
            let next = idle.min_by_key(|(_, at)| **at).map(|(peer, _)| *peer);
            let Some(peer) = next.filter(|_| device.running.len() < ROUNDS) else { return };
            self.plan_round(seat, peer, PERIOD_MS);
            self.begin(seat, peer);
        }
    }

    fn begin(&mut self, seat: Seat, peer: Author) {
        let device = &self.devices[&seat];
        let online: Vec<Seat> = device.online.keys().copied().collect();
        let theirs: Vec<Seat> = online.into_iter().filter(|other| self.author_of(*other) == Some(peer)).collect();
        if theirs.is_empty() {
            return;
        }
        let turn = self.chance.number("which", seat, 0) as usize;
        let server = theirs[turn % theirs.len()];
        let device = &self.devices[&seat];
        let Some(room) = &device.room else { return };
        let digest = room.state().digest;
        let hello = Request::Hello { room: RoomName::lobby().id(), digest, clock: self.wall(seat) };
        let last = room.last_of_others();
        let Some(round) = self.open(seat, server, peer, last) else { return };
        if let Some(device) = self.devices.get_mut(&seat) {
            device.running.insert(peer, round);
        }
        self.ask(round, hello.encode().unwrap());
        self.watch(round);
    }

    /// Opens a stream.
    pub(super) fn open(&mut self, asker: Seat, server: Seat, peer: Author, last: Timestamp) -> Option<u64> {
        let (asker_process, server_process) = (self.process_of(asker)?, self.process_of(server).unwrap_or(u32::MAX));
        let (now, heads, inbox) = (self.now, Vec::new(), VecDeque::new());
        self.number += 1;
        let round = Round {
            asker,
            asker_process,
            server,
            server_process,
            peer,
            last,
            heads,
            greeted: false,
            under_way: 0,
            received: 0,
            allowed: 0,
            brought: 0,
            pace: Pace::default(),
            waiting: Waiting::since(now),
            ends_at: now + ROUND_MS,
            inbox,
            handing_since: None,
            ask_at: 0,
            answer_at: 0,
        };
        self.rounds.insert(self.number, round);
        Some(self.number)
    }

    /// Sends a message to the side that serves.
    pub(super) fn ask(&mut self, number: u64, bytes: Vec<u8>) {
        let Some((asker, server)) = self.rounds.get(&number).map(|round| (round.asker, round.server)) else { return };
        let took = self.chance.between(1, 60, "ask", asker, server) + self.slowness(asker, server);
        let now = self.now;
        let Some(round) = self.rounds.get_mut(&number) else { return };
        round.ask_at = round.ask_at.max(now + took);
        let at = round.ask_at;
        self.schedule(at, Happening::Ask { round: number, bytes });
    }

    /// A message has come to the side that asks.
    pub(super) fn answered(&mut self, number: u64, bytes: Vec<u8>) {
        let Some(round) = self.rounds.get_mut(&number) else { return };
        let (asker, server, process) = (round.asker, round.server, round.asker_process);
        if asker == ATTACKER || self.cut.contains(&(server, asker)) || self.process_of(asker) != Some(process) {
            return;
        }
        let Some(round) = self.rounds.get_mut(&number) else { return };
        round.waiting.heard(bytes.len() as u64, self.now);
        round.inbox.push_back(bytes);
        self.take_in(number);
    }

    /// Takes in what has come, as long as nothing has to wait for the disk.
    fn take_in(&mut self, number: u64) {
        while let Some(round) = self.rounds.get_mut(&number).filter(|round| round.handing_since.is_none()) {
            let Some(bytes) = round.inbox.pop_front() else { break };
            let greeted = round.greeted;
            let result = Response::decode(&bytes).map_err(|error| Trouble::Fault(error.to_string()));
            let result =
                result.and_then(
                    |response| {
                        if greeted { self.piece(number, response) } else { self.greeting(number, response) }
                    },
                );
            match result {
                Ok(true) => {}
                Ok(false) => return self.finish(number, Ok(())),
                Err(trouble) => return self.finish(number, Err(trouble)),
            }
        }
        self.watch(number);
    }

    /// Returns whether the round goes on.
    fn greeting(&mut self, number: u64, response: Response) -> Result<bool, Trouble> {
        let round = &self.rounds[&number];
        let (asker, server, peer) = (round.asker, round.server, round.peer);
        match response {
            Response::Same { clock, .. } => {
                self.hear_clock(asker, server, clock);
                Ok(false)
            }
            Response::Frontier { heads, clock, .. } => {
                self.hear_clock(asker, server, clock);
                if heads.is_empty() {
                    return Ok(false);
                }
                self.feed(asker, Input::Offered { from: peer, heads });
                if let Some(round) = self.rounds.get_mut(&number) {
                    round.greeted = true;
                }
                Ok(self.ask_more(number))
            }
            Response::NotHere => Ok(false),
            Response::Busy => Err(Trouble::Broken),
            Response::Operations { .. } | Response::End => Err(Trouble::Fault("out of place".to_owned())),
        }
    }

    /// Returns whether the round goes on.
    fn piece(&mut self, number: u64, response: Response) -> Result<bool, Trouble> {
        match response {
            Response::Operations { operations } if !operations.is_empty() => {
                let verified: Result<Vec<Operation>, _> = operations.iter().map(|bytes| self.verify(bytes)).collect();
                let operations = verified.map_err(|error| Trouble::Fault(error.to_string()))?;
                self.hand_over(number, operations)
            }
            Response::End => {
                let Some(round) = self.rounds.get_mut(&number) else { return Ok(true) };
                round.under_way -= 1;
                round.pace.brought(std::mem::take(&mut round.brought), round.waiting.ms(self.now));
                round.waiting = Waiting::since(self.now);
                let (asker, from) = (round.asker, round.peer);
                self.feed(asker, Input::FetchEnded { from });
                Ok(self.ask_more(number))
            }
            _ => Err(Trouble::Fault("out of place".to_owned())),
        }
    }

    fn hand_over(&mut self, number: u64, operations: Vec<Operation>) -> Result<bool, Trouble> {
        let Some(round) = self.rounds.get_mut(&number) else { return Ok(true) };
        round.received += operations.len() as u64;
        round.brought += operations.len() as u64;
        if round.received > round.allowed {
            return Err(Trouble::Fault("more than was asked for".to_owned()));
        }
        let (asker, from) = (round.asker, round.peer);
        let (_, waits) = self.feed_from(asker, Input::Synced { operations, from }, Some(number));
        if waits {
            if let Some(round) = self.rounds.get_mut(&number) {
                round.handing_since = Some(self.now);
            }
            return Ok(true);
        }
        Ok(self.ask_more(number))
    }

    /// What was handed over is durable.
    pub(super) fn handed(&mut self, number: u64) {
        let now = self.now;
        let Some(round) = self.rounds.get_mut(&number) else { return };
        // That was not the other side's doing.
        round.waiting.excuse(now - round.handing_since.take().unwrap_or(now));
        if self.ask_more(number) { self.take_in(number) } else { self.finish(number, Ok(())) }
    }

    /// Asks for one unit after another. Returns whether anything is under way.
    fn ask_more(&mut self, number: u64) -> bool {
        while let Some(round) = self.rounds.get(&number) {
            if self.now >= round.ends_at || (round.under_way > 0 && !round.pace.is_measured()) {
                break;
            }
            let (asker, peer, after, unit) = (round.asker, round.peer, round.last, round.pace.unit());
            let Some(room) = self.devices.get_mut(&asker).and_then(|device| device.room.as_mut()) else { return false };
            let (request, count) = match room.next_fetch(peer, unit) {
                Fetch::Nothing | Fetch::Later => break,
                Fetch::Newest => (Request::Newest { limit: SCREEN, after }, u64::from(SCREEN)),
                Fetch::Unit(wants) => {
                    let count = wants.iter().map(Want::count).sum();
                    (Request::Fetch { wants }, count)
                }
            };
            let now = self.now;
            let Some(round) = self.rounds.get_mut(&number) else { return false };
            if round.under_way == 0 {
                round.waiting = Waiting::since(now);
            }
            round.under_way += 1;
            round.allowed += count;
            self.ask(number, request.encode().unwrap());
        }
        self.rounds.get(&number).is_some_and(|round| round.under_way > 0)
    }

    /// Looks again when the patience with the other side ends.
    fn watch(&mut self, number: u64) {
        let Some(round) = self.rounds.get(&number) else { return };
        let at = round.waiting.until().max(self.now + 1);
        self.schedule(at, Happening::Patience { round: number });
    }

    pub(super) fn patience(&mut self, number: u64) {
        let Some(round) = self.rounds.get(&number).filter(|round| round.asker != ATTACKER) else { return };
        if round.waiting.until() <= self.now && round.handing_since.is_none() {
            self.finish(number, Err(Trouble::Broken));
        }
    }

    pub(super) fn hung_up(&mut self, number: u64) {
        self.finish(number, Err(Trouble::Broken));
    }

    /// A round ended, for whatever reason.
    pub(super) fn finish(&mut self, number: u64, result: Result<(), Trouble>) {
        let Some(round) = self.rounds.remove(&number) else { return };
        let Round { asker, server, peer, .. } = round;
        if let Some(device) = self.devices.get_mut(&asker) {
            device.running.remove(&peer);
        }
        self.feed(asker, Input::FetchStopped { from: peer });
        if let Err(trouble) = result {
            self.others_are_due(asker, peer);
            if let Trouble::Fault(what) = trouble {
                self.blame(asker, server, &what);
            }
        }
        self.catch_up_where_due(asker);
    }

    /// What a round was to bring that failed, others may have.
    fn others_are_due(&mut self, seat: Seat, failed: Author) {
        let Some(device) = self.devices.get(&seat) else { return };
        for peer in device.due.keys().copied().collect::<Vec<_>>() {
            if peer == failed {
                self.plan_round(seat, peer, RETRY_MS);
            } else {
                self.catch_up_soon(seat, peer);
            }
        }
    }
}
