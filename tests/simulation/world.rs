//! The simulated world: peers around the real room machine, one queue of events ordered by time.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use inkmesh::canvas::{Color, Point, Tool};
use inkmesh::clock::Now;
use inkmesh::event::{Event, PenLine, Phase, Warning};
use inkmesh::frame::Frame;
use inkmesh::game::Rules;
use inkmesh::identity::{Author, Identity};
use inkmesh::log::Place;
use inkmesh::name::RoomName;
use inkmesh::operation::{Operation, OperationId};
use inkmesh::room::{Input, Output, Room, Ticket, Write};
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};

/// Milliseconds since 1970 at the start of a simulation.
const EPOCH: u64 = 1_790_000_000_000;
/// How often a peer compares itself with another, in milliseconds.
const SYNC_MS: u64 = 700;
/// Operations of one batch when catching up.
const BATCH: usize = 7;
/// Events of one run at most: a simulation that doesn't come to rest is a failure.
const MAX_EVENTS: u64 = 400_000;

/// What goes wrong.
#[derive(Debug, Clone, Copy)]
pub struct Faults {
    /// Per cent of gossiped frames that are lost, and as many that come twice.
    loss: u32,
    /// Whether peers crash and the network splits.
    breaks: bool,
    /// Clocks are wrong by up to this many milliseconds either way.
    skew: u64,
}

impl Faults {
    pub fn all() -> Self {
        Faults { loss: 15, breaks: true, skew: 4 * 60_000 }
    }

    pub fn none() -> Self {
        Faults { loss: 0, breaks: false, skew: 0 }
    }
}

#[derive(Debug)]
enum Happening {
    Frame {
        to: usize,
        from: usize,
        bytes: Vec<u8>,
    },
    Synced {
        to: usize,
        operations: Vec<Operation>,
    },
    /// Operations reach the disk; our own come back into the room after that.
    Durable {
        peer: usize,
        life: u32,
        operations: Vec<Operation>,
        write: Option<Write>,
    },
    Saved {
        peer: usize,
        life: u32,
        write: Write,
    },
    Wake {
        peer: usize,
        life: u32,
        at: u64,
    },
    Sync {
        peer: usize,
    },
    /// Somebody does something.
    Whim {
        peer: usize,
    },
    /// Something breaks.
    Break,
}

struct Peer {
    identity: Identity,
    room: Room,
    disk: BTreeMap<Place, Operation>,
    /// Counts restarts: what was under way in an earlier life doesn't happen.
    life: u32,
    skew: i64,
    /// Ids of own operations that the person was told are saved.
    acknowledged: BTreeSet<OperationId>,
    promised: BTreeMap<(u32, Ticket), OperationId>,
    /// The drawer that this peer named for each turn.
    drawers: BTreeMap<(OperationId, u32), Author>,
    group: u32,
}

pub struct World {
    rng: SmallRng,
    faults: Faults,
    now: u64,
    events: u64,
    queue: BinaryHeap<Reverse<(u64, u64)>>,
    happenings: BTreeMap<u64, Happening>,
    peers: Vec<Peer>,
    forks: u32,
    /// Whether people still have whims.
    lively: bool,
}

impl World {
    pub fn new(seed: u64, faults: Faults) -> Self {
        let mut rng = SmallRng::seed_from_u64(seed);
        let count = rng.random_range(2..=6);
        let peers = (0..count).map(|n| Peer::new(n, &mut rng, faults.skew)).collect();
        let mut world = World {
            rng,
            faults,
            now: 0,
            events: 0,
            queue: BinaryHeap::new(),
            happenings: BTreeMap::new(),
            peers,
            forks: 0,
            lively: true,
        };
        for peer in 0..world.peers.len() {
            world.start(peer);
            let (sync, whim) = (world.rng.random_range(0..SYNC_MS), world.rng.random_range(0..1000));
            world.later(sync, Happening::Sync { peer });
            world.later(whim, Happening::Whim { peer });
        }
        if faults.breaks {
            world.later(1_000, Happening::Break);
        }
        world.meet();
        world
    }

    // --- running ---------------------------------------------------------------------------------------------------

    pub fn run_for(&mut self, ms: u64) {
        let end = self.now + ms;
        while self.step(end) {}
        self.now = end;
    }

    /// Runs one event that is due before `end`.
    fn step(&mut self, end: u64) -> bool {
        let Some(Reverse((at, number))) = self.queue.peek().copied() else { return false };
        if at > end {
            return false;
        }
        self.queue.pop();
        self.events += 1;
        assert!(self.events < MAX_EVENTS, "the simulation doesn't come to rest");
        self.now = at;
        let happening = self.happenings.remove(&number).unwrap();
        self.happen(happening);
        true
    }

    fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::Frame { to, from, bytes } => self.deliver(to, from, &bytes),
            Happening::Synced { to, operations } => self.feed(to, Input::Synced(operations)),
            Happening::Durable { peer, life, operations, write } => self.durable(peer, life, operations, write),
            Happening::Saved { peer, life, write } if self.peers[peer].life == life => self.saved(peer, write),
            Happening::Wake { peer, life, at } if self.peers[peer].life == life && at <= self.now => {
                self.feed(peer, Input::Tick);
            }
            Happening::Sync { peer } => self.sync(peer),
            Happening::Whim { peer } => self.whim(peer),
            Happening::Break => self.break_something(),
            Happening::Saved { .. } | Happening::Wake { .. } => {}
        }
    }

    fn later(&mut self, ms: u64, happening: Happening) {
        let number = self.happenings.last_key_value().map_or(0, |(number, _)| number + 1).max(self.events << 20);
        self.queue.push(Reverse((self.now + ms, number)));
        self.happenings.insert(number, happening);
    }

    fn clock(&self, peer: usize) -> Now {
        let wall = (EPOCH + self.now).saturating_add_signed(self.peers[peer].skew);
        Now { wall_ms: wall, mono_ms: self.now }
    }

    // --- peers -----------------------------------------------------------------------------------------------------

    /// A peer begins to live, from what is on its disk.
    fn start(&mut self, index: usize) {
        let (now, fresh) = (self.clock(index), self.rng.random());
        let peer = &mut self.peers[index];
        peer.life += 1;
        peer.promised.clear();
        peer.room = Room::new(RoomName::lobby(), peer.identity.clone(), fresh);
        let mut stored: Vec<Operation> = peer.disk.values().cloned().collect();
        stored.sort_by_key(|operation| operation.header().key());
        peer.room.restore(stored, now);
        let outputs = peer.room.open(true, now);
        self.carry_out(index, outputs);
        let name = format!("Peer {index}").parse().unwrap();
        if let Ok(Some(write)) = self.peers[index].room.rename(name, now) {
            self.carry_out(index, vec![Output::Write(write)]);
        }
    }

    fn connected(&self, a: usize, b: usize) -> bool {
        self.peers[a].group == self.peers[b].group
    }

    /// Everybody learns who is within reach.
    fn meet(&mut self) {
        for a in 0..self.peers.len() {
            for b in 0..self.peers.len() {
                let peer = self.peers[b].identity.author();
                if a != b {
                    let near = self.connected(a, b);
                    let online = Input::Online { peer, addresses: Vec::new() };
                    self.feed(a, if near { online } else { Input::Offline { peer } });
                }
            }
        }
    }

    fn feed(&mut self, index: usize, input: Input) {
        let now = self.clock(index);
        let outputs = self.peers[index].room.handle(input, now);
        self.carry_out(index, outputs);
    }

    fn carry_out(&mut self, index: usize, outputs: Vec<Output>) {
        let life = self.peers[index].life;
        for output in outputs {
            match output {
                Output::Persist(operations) => {
                    self.later(5, Happening::Durable { peer: index, life, operations, write: None });
                }
                Output::Write(write) => {
                    let id = write.last_id().unwrap();
                    self.peers[index].promised.insert((life, write.ticket), id);
                    let operations = write.operations.clone();
                    self.later(5, Happening::Durable { peer: index, life, operations, write: Some(write) });
                }
                Output::Publish(bytes) => self.gossip(index, &bytes),
                Output::Tell(event) => self.told(index, &event),
                Output::Wake(at) => {
                    self.later(at.saturating_sub(self.now).max(1), Happening::Wake { peer: index, life, at });
                }
                Output::Verdict(_) | Output::CatchUp(_) => {}
            }
        }
    }

    fn told(&mut self, index: usize, event: &Event) {
        match event {
            Event::Warning(Warning::Fork { .. }) => self.forks += 1,
            Event::Game { game, .. } => {
                if let (Some(id), Some(drawer), Phase::Drawing) = (game.game, game.drawer, game.phase) {
                    self.peers[index].drawers.insert((id, game.turn), drawer);
                }
            }
            _ => {}
        }
    }

    fn gossip(&mut self, from: usize, bytes: &[u8]) {
        for to in 0..self.peers.len() {
            if to == from || !self.connected(from, to) || self.rng.random_range(0..100) < self.faults.loss {
                continue;
            }
            let copies = if self.rng.random_range(0..100) < self.faults.loss { 2 } else { 1 };
            for _ in 0..copies {
                let delay = self.rng.random_range(1..=if self.faults.loss > 0 { 300 } else { 5 });
                self.later(delay, Happening::Frame { to, from, bytes: bytes.to_vec() });
            }
        }
    }

    fn deliver(&mut self, to: usize, from: usize, bytes: &[u8]) {
        let from = self.peers[from].identity.author();
        match Frame::decode(bytes).unwrap() {
            Frame::Operation(operation) => {
                let operation = operation.verify().unwrap();
                self.feed(to, Input::Gossiped { operation, from });
            }
            Frame::Live(live) => self.feed(to, Input::Live(live)),
        }
    }

    fn durable(&mut self, index: usize, life: u32, operations: Vec<Operation>, write: Option<Write>) {
        // A crash between the order and the disk: nothing was written.
        if self.peers[index].life != life {
            return;
        }
        for operation in operations {
            let place = Place { chain: operation.header().chain, seq: operation.header().seq };
            self.peers[index].disk.insert(place, operation);
        }
        if let Some(write) = write {
            // A crash may still come between the disk and the room.
            self.later(1, Happening::Saved { peer: index, life, write });
        }
    }

    fn saved(&mut self, index: usize, write: Write) {
        let peer = &mut self.peers[index];
        let id = peer.promised.remove(&(peer.life, write.ticket)).unwrap();
        peer.acknowledged.insert(id);
        self.feed(index, Input::Saved(write));
    }

    /// Compares with a random peer and takes a few of the operations that are missing.
    fn sync(&mut self, index: usize) {
        self.later(SYNC_MS, Happening::Sync { peer: index });
        let other = self.rng.random_range(0..self.peers.len());
        if other != index && self.connected(index, other) {
            self.pull(index, other, BATCH);
        }
    }

    /// Returns whether anything was missing.
    fn pull(&mut self, to: usize, from: usize, limit: usize) -> bool {
        let frontier = self.peers[from].room.frontier();
        let wants = self.peers[to].room.missing(&frontier);
        let disk = &self.peers[from].disk;
        let mut operations: Vec<Operation> = disk
            .iter()
            .filter(|(place, _)| {
                let on = |want: &&inkmesh::log::Want| (want.author, want.log) == (place.chain.author, place.chain.log);
                wants.iter().find(on).is_some_and(|want| (want.from..want.to).contains(&place.seq))
            })
            .map(|(_, operation)| operation.clone())
            .collect();
        operations.sort_by_key(|operation| operation.header().key());
        operations.truncate(limit);
        if !operations.is_empty() {
            let delay = self.rng.random_range(1..100);
            self.later(delay, Happening::Synced { to, operations });
        }
        !wants.is_empty()
    }

    // --- people ----------------------------------------------------------------------------------------------------

    fn whim(&mut self, peer: usize) {
        if !self.lively {
            return;
        }
        let again = self.rng.random_range(100..1500);
        self.later(again, Happening::Whim { peer });
        let now = self.clock(peer);
        let room = &mut self.peers[peer].room;
        let written = match self.rng.random_range(0..10) {
            0..5 => room.say(format!("line {}", self.events), now),
            5..8 => room.draw(&line(self.rng.random()), now),
            8 => room.ready(now),
            _ => room.start_game(Rules { rounds: 1, seconds: 3 }, now),
        };
        if let Ok(write) = written {
            self.carry_out(peer, vec![Output::Write(write)]);
        }
    }

    fn break_something(&mut self) {
        let again = self.rng.random_range(500..4000);
        self.later(again, Happening::Break);
        if self.rng.random() {
            let peer = self.rng.random_range(0..self.peers.len());
            self.start(peer);
        } else {
            for peer in 0..self.peers.len() {
                self.peers[peer].group = self.rng.random_range(0..2);
            }
        }
        self.meet();
    }

    pub fn start_game(&mut self, rounds: u32, seconds: u32) {
        self.lively = false;
        let now = self.clock(0);
        let write = self.peers[0].room.start_game(Rules { rounds, seconds }, now).unwrap();
        self.carry_out(0, vec![Output::Write(write)]);
        self.run_for(1_500);
        for peer in 1..self.peers.len() {
            let now = self.clock(peer);
            if let Ok(write) = self.peers[peer].room.ready(now) {
                self.carry_out(peer, vec![Output::Write(write)]);
            }
        }
    }

    // --- ends ------------------------------------------------------------------------------------------------------

    pub fn end_faults(&mut self) {
        self.faults = Faults { skew: self.faults.skew, ..Faults::none() };
        self.happenings.retain(|_, happening| !matches!(happening, Happening::Break));
        let kept = self.queue.drain().filter(|Reverse((_, number))| self.happenings.contains_key(number)).collect();
        self.queue = kept;
        self.lively = false;
        self.peers.iter_mut().for_each(|peer| peer.group = 0);
        self.meet();
    }

    /// Lets everybody compare with everybody until nothing is missing, in a bounded number of rounds.
    pub fn settle(&mut self) {
        self.run_for(2_000);
        for _ in 0..20 {
            let mut missing = false;
            for to in 0..self.peers.len() {
                for from in 0..self.peers.len() {
                    missing |= to != from && self.pull(to, from, usize::MAX);
                }
            }
            self.run_for(500);
            if !missing {
                return;
            }
        }
        panic!("no convergence in 20 rounds");
    }

    pub fn run_until_game_over(&mut self, ms: u64) {
        let end = self.now + ms;
        let running = |world: &World| {
            (0..world.peers.len()).any(|peer| {
                let phase = world.peers[peer].room.game(world.clock(peer)).phase;
                !matches!(phase, Phase::Idle | Phase::Over)
            })
        };
        while running(self) {
            assert!(self.now < end, "the game doesn't end");
            self.run_for(1_000);
        }
    }

    pub fn assert_all_equal(&self) {
        let seen = |peer: &Peer| {
            let game = peer.room.game(self.clock(0));
            // How long a finished drawing is still looked at is each peer's own affair.
            let between = matches!(game.phase, Phase::Revealed | Phase::Choosing);
            let turn = if between { None } else { Some((game.phase, game.round, game.turn)) };
            (peer.room.state(), game.game, game.players, game.cancelled, between, turn)
        };
        let first = seen(&self.peers[0]);
        for peer in &self.peers {
            assert_eq!(seen(peer), first);
        }
        // The oracle that is too simple to be wrong: the union of all disks, sorted.
        let union: BTreeMap<_, _> =
            self.peers.iter().flat_map(|peer| peer.disk.values()).map(|op| (op.header().key(), op.id())).collect();
        let places = self.peers[0].room.places(usize::MAX, None).unwrap();
        let expected: Vec<Place> = union.keys().map(|key| Place { chain: key.chain, seq: key.seq }).collect();
        assert_eq!(places, expected);
    }

    pub fn assert_nothing_acknowledged_is_lost(&self) {
        let held: BTreeSet<OperationId> = self.peers[0].disk.values().map(Operation::id).collect();
        for peer in &self.peers {
            assert!(peer.acknowledged.is_subset(&held));
        }
        assert!(self.peers.iter().any(|peer| !peer.acknowledged.is_empty()));
    }

    pub fn assert_no_forks(&self) {
        assert_eq!(self.forks, 0);
    }

    pub fn assert_same_drawers(&self) {
        for peer in &self.peers {
            assert_eq!(peer.drawers, self.peers[0].drawers);
        }
    }

    pub fn assert_everybody_drew(&self, rounds: usize) {
        let drew: Vec<Author> = self.peers[0].drawers.values().copied().collect();
        for peer in &self.peers {
            assert_eq!(drew.iter().filter(|author| **author == peer.identity.author()).count(), rounds);
        }
    }
}

impl Peer {
    fn new(n: u8, rng: &mut SmallRng, skew: u64) -> Self {
        let identity = Identity::from_secret([n + 1; 32]);
        let skew = i64::try_from(skew).unwrap();
        Peer {
            room: Room::new(RoomName::lobby(), identity.clone(), 0),
            identity,
            disk: BTreeMap::new(),
            life: 0,
            skew: if skew == 0 { 0 } else { rng.random_range(-skew..=skew) },
            acknowledged: BTreeSet::new(),
            promised: BTreeMap::new(),
            drawers: BTreeMap::new(),
            group: 0,
        }
    }
}

fn line(stroke: u64) -> PenLine {
    let points = (0..20).map(|n| Point::new(100 + n * 13, 200 + n * 7)).collect();
    PenLine { stroke, tool: Tool::Pen, color: Color([1, 2, 3]), width: 5, points }
}
