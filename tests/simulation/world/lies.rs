//! The attacker's part in catching up: its answers to others, and its requests to them.

use inkmesh::clock::Timestamp;
use inkmesh::identity::Identity;
use inkmesh::log::{Head, Log, Position, ShortId, Want};
use inkmesh::name::RoomName;
use inkmesh::operation::Operation;
use inkmesh::sync::{Request, Response};
use rand::RngExt;
use rand::rngs::SmallRng;
use serde_bytes::ByteBuf;

use super::plan::ATTACKER;
use super::{Seat, World};

/// Operations of a chunk at most.
const CHUNK: u64 = 7;
/// Chunks of an endless answer.
const ENDLESS: usize = 60;

/// Ways in which it serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lie {
    /// Serves its own operations, to each person others of them.
    None,
    /// Claims longer chains than it has.
    Longer(u64),
    /// Claims chains that nobody has.
    NobodyHas(u64),
    /// Claims other heads of other people's chains.
    ForkedHeads,
    /// Answers with other operations than were requested.
    OtherOperations,
    /// Sends everything twice.
    Duplicates,
    /// Sends nothing any more after this number of messages.
    Stall(u64),
    /// Never ends.
    Endless,
    Garbage,
    /// Sends messages without operations.
    Empty,
    /// Sends operations with wrong signatures.
    Forged,
    /// Claims to hold the same, always.
    Same,
    Busy,
    /// Tells a time that is wrong by this number of milliseconds.
    Clock(i64),
}

impl Lie {
    pub fn draw(rng: &mut SmallRng) -> Self {
        let years = 20 * 365 * 24 * 3_600_000_i64;
        match rng.random_range(0..14) {
            0 => Lie::None,
            1 => Lie::Longer(if rng.random() { u64::MAX / 2 } else { rng.random_range(1..50) }),
            2 => Lie::NobodyHas(rng.random_range(1..400)),
            3 => Lie::ForkedHeads,
            4 => Lie::OtherOperations,
            5 => Lie::Duplicates,
            6 => Lie::Stall(rng.random_range(0..4)),
            7 => Lie::Endless,
            8 => Lie::Garbage,
            9 => Lie::Empty,
            10 => Lie::Forged,
            11 => Lie::Same,
            12 => Lie::Busy,
            _ => Lie::Clock(rng.random_range(-years..years)),
        }
    }
}

/// Its requests to a peer that serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Probe {
    /// Requests heads and sequence numbers that don't exist.
    Beyond,
    /// Requests everything, again and again.
    Everything,
    /// Requests that can't be read.
    Malformed,
    /// Sends its hello twice, or not at all.
    OutOfPlace,
    /// Tells a time that is years off.
    Clock(i64),
}

impl Probe {
    pub fn draw(rng: &mut SmallRng) -> Self {
        let years = 20 * 365 * 24 * 3_600_000_i64;
        match rng.random_range(0..5) {
            0 => Probe::Beyond,
            1 => Probe::Everything,
            2 => Probe::Malformed,
            3 => Probe::OutOfPlace,
            _ => Probe::Clock(rng.random_range(-years..years)),
        }
    }
}

impl World {
    /// Delivers a request to the attacker.
    pub(super) fn attacker_serves(&mut self, number: u64, bytes: &[u8]) {
        let Some(lie) = self.attacker.as_ref().map(|attacker| attacker.lie) else { return };
        match (Request::decode(bytes), lie) {
            (_, Lie::Stall(0)) => {}
            (_, Lie::Garbage) => self.send_response(number, vec![0xff, 1, 2, 3]),
            (Ok(Request::Hello { .. }), Lie::Busy) => self.send_response(number, Response::Busy.encode().unwrap()),
            (Ok(Request::Hello { .. }), _) => self.pretend(number, lie),
            (Ok(Request::Newest { .. }), _) => self.deliver(number, lie, &[]),
            (Ok(Request::Fetch { wants }), _) => self.deliver(number, lie, &wants),
            (Err(_), _) => {}
        }
    }

    /// Returns the operations that the attacker claims to hold for one person.
    fn attackers_log(&self, puller: Seat) -> (Log, Vec<(Position, Operation)>) {
        let mut log = Log::new(RoomName::lobby().id());
        let Some(attacker) = &self.attacker else { return (log, Vec::new()) };
        let other_half = |operation: &&Operation| !operation.id().0[0].wrapping_add(puller as u8).is_multiple_of(3);
        let mine = attacker.made.iter().filter(|operation| operation.header().seq == 0 || other_half(operation));
        let operations: Vec<Operation> = mine.chain(&attacker.heard).cloned().collect();
        let inserted = log.ingest_all(operations, u64::MAX).inserted;
        (log, inserted)
    }

    /// Sends its frontier.
    fn pretend(&mut self, number: u64, lie: Lie) {
        let Some(puller) = self.rounds.get(&number).map(|round| round.puller) else { return };
        let mut heads = self.attackers_log(puller).0.frontier();
        let clock = self.wall(ATTACKER);
        match lie {
            Lie::Same => {
                return self.send_response(number, Response::Same { neighbours: Vec::new(), clock }.encode().unwrap());
            }
            Lie::Longer(by) => heads.iter_mut().for_each(|head| {
                head.next = head.next.saturating_add(by);
                head.id = ShortId([by as u8; 12]);
            }),
            Lie::NobodyHas(count) => heads.extend((0..count).map(|n| {
                let author = Identity::from_secret([201; 32]).author();
                Head { author, log: n, next: 1 + n, id: ShortId([n as u8; 12]) }
            })),
            Lie::ForkedHeads => {
                let honest: Vec<Head> = heads.clone();
                heads.extend(honest.iter().map(|head| Head { id: ShortId([3; 12]), ..*head }));
                heads.extend(honest.iter().map(|head| Head { next: head.next / 2, id: ShortId([4; 12]), ..*head }));
                heads.sort();
            }
            _ => {}
        }
        if let Some(round) = self.rounds.get_mut(&number) {
            round.pretended = heads.clone();
        }
        self.send_response(number, Response::Frontier { heads, neighbours: Vec::new(), clock }.encode().unwrap());
    }

    /// Answers a request.
    fn deliver(&mut self, number: u64, lie: Lie, wants: &[Want]) {
        let Some(round) = self.rounds.get(&number) else { return };
        let (log, held) = self.attackers_log(round.puller);
        let wanted = wants.iter().filter_map(|want| Some((round.pretended.get(want.head as usize)?, want)));
        let stretches: Vec<_> = wanted.flat_map(|(head, want)| log.locate(head, want)).collect();
        let is_wanted = |place: &Position| {
            let here = stretches.iter().filter(|part| (part.author, part.lane) == (place.author, place.lane));
            here.into_iter().any(|part| (part.from..part.to).contains(&place.index))
        };
        let asked = held.iter().filter(|(place, _)| is_wanted(place)).map(|(_, operation)| operation.clone());
        let asked: Vec<Operation> = asked.collect();
        match lie {
            Lie::OtherOperations => {
                let other = held.into_iter().filter(|(place, _)| !is_wanted(place)).map(|(_, operation)| operation);
                self.send_all(number, other.take(asked.len().max(1)).collect());
            }
            Lie::Duplicates => self.send_all(number, asked.iter().flat_map(|one| [one.clone(), one.clone()]).collect()),
            Lie::Stall(after) => {
                for operation in asked.iter().take(after as usize) {
                    self.answer_with(number, std::slice::from_ref(operation));
                }
            }
            Lie::Endless => {
                for _ in 0..ENDLESS {
                    self.answer_with(number, &asked);
                }
            }
            Lie::Empty => self.answer_with(number, &[]),
            Lie::Forged => {
                let forged = self.author_of(0).map(|author| self.forged(author, self.true_ms()));
                self.send_all(number, forged.into_iter().collect());
            }
            _ => self.send_all(number, asked),
        }
    }

    /// Answers with operations in chunks of a few, and says that this is the end.
    fn send_all(&mut self, number: u64, operations: Vec<Operation>) {
        let mut rest = &operations[..];
        while !rest.is_empty() {
            let size = self.chance.between(1, CHUNK + 1, "chunk", ATTACKER, 0) as usize;
            let (chunk, left) = rest.split_at(size.min(rest.len()));
            self.answer_with(number, chunk);
            rest = left;
        }
        self.send_response(number, Response::End.encode().unwrap());
    }

    fn answer_with(&mut self, number: u64, operations: &[Operation]) {
        let operations = operations.iter().map(|operation| ByteBuf::from(operation.bytes().to_vec())).collect();
        self.send_response(number, Response::Operations { operations }.encode().unwrap());
    }

    /// Sends a request of the attacker.
    pub(super) fn probe(&mut self, seat: Seat, probe: Probe) {
        let Some(author) = self.author_of(seat).filter(|_| self.reaches(ATTACKER, seat)) else { return };
        let Some(round) = self.open(ATTACKER, seat, author, Timestamp::default()) else { return };
        let error = if let Probe::Clock(error) = probe { error } else { 0 };
        let clock = self.true_ms().saturating_add_signed(error);
        let hello = Request::Hello { room: RoomName::lobby().id(), digest: [9; 32], clock }.encode().unwrap();
        let known = vec![(u64::MAX, ShortId([1; 12])), (0, ShortId([2; 12]))];
        let want = |head, from, to| Want { head, from, to, known: known.clone() };
        let fetch = |wants| Request::Fetch { wants }.encode().unwrap();
        let asked = match probe {
            Probe::Clock(_) => vec![hello],
            Probe::Beyond => vec![hello, fetch(vec![want(0, 0, u64::MAX), want(900, 5, 6), want(u32::MAX, 1, 2)])],
            Probe::Everything => {
                let newest = Request::Newest { limit: 1_024, after: Timestamp::default() }.encode().unwrap();
                let all = fetch((0..200).map(|head| want(head, 0, 1 << 40)).collect());
                vec![hello, all.clone(), newest, all]
            }
            Probe::Malformed => vec![hello, fetch(vec![want(3, 9, 2), want(1, 0, 1)])],
            Probe::OutOfPlace => vec![fetch(vec![want(0, 0, 9)]), hello.clone(), hello],
        };
        for bytes in asked {
            self.send_request(round, bytes);
        }
    }
}
