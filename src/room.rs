//! The machine that holds one room together: log, fold, people and our own conduct. It does no IO: what it is told
//! comes in as an [`Input`] with the time, what it wants done goes out as [`Output`]s, in order.
//!
//! **Invariant.** One's own operations enter the log only once they are durable ([`Input::Saved`]), and are published
//! only then: a crash can't make a sequence number be used twice.

use std::collections::{BTreeMap, BTreeSet};

use crate::clock::{Clock, Now, Timestamp};
use crate::command::CommandError;
use crate::event::{CanvasChange, Drawn, Entry, Event, GameView, Warning};
use crate::fold::{Change, Fold, Step, StepBody};
use crate::frame::Frame;
use crate::game::{GameStep, Player};
use crate::identity::{Author, Identity};
use crate::live::LiveInk;
use crate::log::{Ingest, Log, Reason, Taken};
use crate::name::RoomName;
use crate::operation::Operation;
use crate::payload::{Board, Payload, Stroke};
use crate::people::People;
use crate::timeline;

mod commands;
mod live_ink;
mod questions;
mod writer;

use live_ink::LiveGate;
use writer::Writer;
pub use writer::{Ticket, Write};

/// What the machine is told.
#[derive(Debug)]
pub enum Input {
    /// An operation came by gossip.
    Gossiped {
        /// The operation, verified.
        operation: Operation,
        /// Who handed it to us (not who wrote it).
        from: Author,
    },
    /// A live frame came by gossip, verified.
    Live(LiveInk),
    /// Operations came by catching up, verified, in the order sent.
    Synced(Vec<Operation>),
    /// What [`Output::Write`] or a command asked to be written is durable.
    Saved(Write),
    /// Somebody is in the room now, reachable at these multiaddresses.
    Online {
        /// Who.
        peer: Author,
        /// Where; the address in use first.
        addresses: Vec<String>,
    },
    /// Somebody left, or the connection to them ended.
    Offline {
        /// Who.
        peer: Author,
    },
    /// Time has passed: the moment of the last [`Output::Wake`] has come.
    Tick,
}

/// What to do with a gossiped message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is good: pass it on.
    Accept,
    /// Not passed on, and nobody to blame.
    Ignore,
    /// It can't have come from an honest program.
    Reject,
}

/// What the machine wants done.
#[derive(Debug)]
pub enum Output {
    /// The verdict on the gossiped message that was the input. First, where there is one.
    Verdict(Verdict),
    /// Keep these on the disk.
    Persist(Vec<Operation>),
    /// Keep these of our own on the disk, then say [`Input::Saved`].
    Write(Write),
    /// Send this frame to the room.
    Publish(Vec<u8>),
    /// Operations are missing that this peer has: catch up with it.
    CatchUp(Author),
    /// Tell the face.
    Tell(Event),
    /// Say [`Input::Tick`] at this moment of [`Now::mono_ms`], unless something else comes first.
    Wake(u64),
}

/// One room.
#[derive(Debug)]
pub struct Room {
    name: RoomName,
    identity: Identity,
    log: Log,
    fold: Fold,
    people: People,
    clock: Clock,
    writer: Writer,
    player: Player,
    live: LiveGate,
    told_game: GameView,
    /// Whom the face was warned of, and of what; each once.
    warned: BTreeMap<(Author, &'static str), ()>,
}

impl Room {
    /// A room of which nothing is known yet. `fresh_log` is a random number for a new chain of our own, used when the
    /// log holds none to go on with. Then comes [`Room::restore`] as often as needed, then [`Room::open`].
    #[must_use]
    pub fn new(name: RoomName, identity: Identity, fresh_log: u64) -> Self {
        let me = identity.author();
        Room {
            log: Log::new(name.id()),
            name,
            identity,
            fold: Fold::default(),
            people: People::default(),
            clock: Clock::default(),
            writer: Writer::new(me, fresh_log),
            player: Player::new(me),
            live: LiveGate::default(),
            told_game: GameView::default(),
            warned: BTreeMap::new(),
        }
    }

    /// Takes in what is on the disk: in the order of the log, or at least with every chain in order.
    pub fn restore(&mut self, stored: Vec<Operation>, now: Now) {
        // It was accepted before; a clock that has been set back since must not park it.
        let inserted = bare(self.log.ingest_all(stored, u64::MAX));
        self.project(&inserted, now);
    }

    /// Begins to live. `whole`: whether nothing of our own is still on its way to the disk. If something is, our last
    /// chain may be longer than what was read, and must not be continued.
    pub fn open(&mut self, whole: bool, now: Now) -> Vec<Output> {
        let me = self.identity.author();
        if let Some((log, next, id, time)) = self.log.latest_chain(me, &BTreeSet::new()).filter(|_| whole) {
            // A chain that ends in the future (our clock was wrong then) can't be continued: see Reason::Time.
            if !time.is_future(now.wall_ms) {
                self.clock.observe(time, now.wall_ms);
                self.writer.resume(log, next, id);
            }
        }
        if !whole {
            // What is on its way was said before anything that we say from here on, perhaps in this very millisecond.
            self.clock.observe(Timestamp::from_ms(now.wall_ms + 1), now.wall_ms);
        }
        self.people.came(me, Vec::new());
        let mut outputs = Vec::new();
        self.conduct(now, false, &mut outputs);
        outputs
    }

    /// Takes an input in. The time never runs backwards in `mono_ms`.
    pub fn handle(&mut self, input: Input, now: Now) -> Vec<Output> {
        let mut outputs = Vec::new();
        let live = !matches!(input, Input::Synced(_));
        match input {
            Input::Gossiped { operation, from } => self.gossiped(operation, from, now, &mut outputs),
            Input::Live(live) => self.live(live, now, &mut outputs),
            Input::Synced(operations) => self.synced(operations, now, &mut outputs),
            Input::Saved(write) => self.saved(write, now, &mut outputs),
            Input::Online { peer, addresses } => self.online(peer, addresses, now, &mut outputs),
            Input::Offline { peer } => self.offline(peer, now, &mut outputs),
            Input::Tick => self.release(now, &mut outputs),
        }
        self.conduct(now, live, &mut outputs);
        outputs
    }

    // --- what comes in -------------------------------------------------------------------------------------------

    fn gossiped(&mut self, operation: Operation, from: Author, now: Now, outputs: &mut Vec<Output>) {
        let author = operation.author();
        let taken = self.log.ingest(operation, now.wall_ms);
        let outcome = taken.outcomes.first().copied().unwrap_or(Ingest::Dropped);
        outputs.push(Output::Verdict(verdict(&outcome)));
        match outcome {
            Ingest::Inserted => self.took(bare(taken), now, outputs),
            Ingest::Floating | Ingest::Dropped => outputs.push(Output::CatchUp(from)),
            other => self.refused(author, &other, outputs),
        }
    }

    fn synced(&mut self, operations: Vec<Operation>, now: Now, outputs: &mut Vec<Output>) {
        let inserted = bare(self.log.ingest_all(operations, now.wall_ms));
        if !inserted.is_empty() {
            self.took(inserted, now, outputs);
        }
    }

    /// Received operations are in the log: keep them, and show what they say.
    fn took(&mut self, operations: Vec<Operation>, now: Now, outputs: &mut Vec<Output>) {
        outputs.push(Output::Persist(operations.clone()));
        self.show(&operations, now, outputs);
    }

    fn saved(&mut self, write: Write, now: Now, outputs: &mut Vec<Output>) {
        self.writer.saved(write.ticket);
        // Our own, signed by the one writer of the chain: they always follow, and are never from the future. They may
        // have been written before this room was read from the disk, and be in it already.
        let inserted = bare(self.log.ingest_all(write.operations, u64::MAX));
        if inserted.is_empty() {
            return;
        }
        outputs.extend(inserted.iter().map(|operation| Output::Publish(Frame::operation(operation))));
        self.show(&inserted, now, outputs);
    }

    fn live(&mut self, live: LiveInk, now: Now, outputs: &mut Vec<Output>) {
        let welcome = live.room == self.name.id()
            && self.fold.game().visible_board() == live.board
            && self.fold.game().takes_ink(live.author, live.board)
            && self.live.admits(live.author, now.mono_ms);
        outputs.push(Output::Verdict(if welcome { Verdict::Accept } else { Verdict::Ignore }));
        if welcome {
            let LiveInk { author, board, from, ink, .. } = live;
            outputs.push(Output::Tell(Event::Live { room: self.name.clone(), author, board, ink, from }));
        }
    }

    fn online(&mut self, peer: Author, addresses: Vec<String>, now: Now, outputs: &mut Vec<Output>) {
        if self.people.came(peer, addresses) {
            outputs.push(self.tell_person(peer, now));
        }
    }

    fn offline(&mut self, peer: Author, now: Now, outputs: &mut Vec<Output>) {
        if self.people.went(peer, now.wall_ms) {
            outputs.push(self.tell_person(peer, now));
        }
    }

    /// Takes in what was parked and whose time has come.
    fn release(&mut self, now: Now, outputs: &mut Vec<Output>) {
        let released = self.log.release(now.wall_ms);
        let inserted = bare(self.log.ingest_all(released, now.wall_ms));
        if !inserted.is_empty() {
            self.took(inserted, now, outputs);
        }
    }

    /// Tells the face, once for each author and reason, that something of theirs was not taken.
    fn refused(&mut self, author: Author, outcome: &Ingest, outputs: &mut Vec<Output>) {
        let warning = match outcome {
            Ingest::Parked => Warning::Parked { author },
            _ => return,
        };
        // Bounded like the log: an author without a chain here is warned of too, but not for ever more.
        if self.warned.len() < crate::log::MAX_CHAINS && self.warned.insert((author, warning.code()), ()).is_none() {
            outputs.push(Output::Tell(Event::Warning(warning)));
        }
    }

    // --- projections ---------------------------------------------------------------------------------------------

    /// Folds operations that are in the log now; returns how the sheet and the game changed, and who is called
    /// differently.
    fn project(&mut self, operations: &[Operation], now: Now) -> (Change, Vec<Author>) {
        let mut renamed = Vec::new();
        let mut steps = Vec::new();
        for operation in operations {
            let (header, author) = (operation.header(), operation.author());
            self.clock.observe(header.time, now.wall_ms);
            self.people.seen(author, header.time.ms());
            let key = operation.key();
            match operation.payload() {
                Payload::Profile(profile) if self.people.named(key, profile.name.clone()) => renamed.push(author),
                Payload::Game(step) => steps.push(Step { key, id: operation.id(), body: StepBody::Game(step) }),
                Payload::Stroke(Stroke { board, ink }) => {
                    steps.push(Step { key, id: operation.id(), body: StepBody::Stroke(board, ink) });
                }
                Payload::Profile(_) | Payload::Chat(_) | Payload::Unknown => {}
            }
        }
        (self.fold.insert(steps), renamed)
    }

    /// Projects new operations and tells the face what they changed.
    fn show(&mut self, operations: &[Operation], now: Now, outputs: &mut Vec<Output>) {
        let last_new = operations.iter().map(|operation| operation.key()).max();
        let shown_before = self.log.last().filter(|last| Some(*last) != last_new);
        let (change, renamed) = self.project(operations, now);
        outputs.extend(renamed.into_iter().map(|author| self.tell_person(author, now)));
        let entries: Vec<Entry> =
            operations.iter().map(|op| self.entry(op, shown_before.is_some_and(|last| op.key() < last))).collect();
        let room = self.name.clone();
        outputs.push(Output::Tell(Event::Entries { room, entries }));
        if change.reset {
            outputs.push(self.tell_canvas(CanvasChange::Reset));
            return;
        }
        let visible = self.fold.game().visible_board();
        for operation in operations {
            if let Some(drawn) = self.drawn_on(visible, operation) {
                outputs.push(self.tell_canvas(CanvasChange::Added(drawn)));
            }
        }
    }

    fn drawn_on(&self, visible: Board, operation: &Operation) -> Option<Drawn> {
        match operation.payload() {
            Payload::Stroke(Stroke { board, ink }) if board == visible && self.fold.counts(operation.key()) => {
                Some(Drawn { id: operation.id(), author: operation.author(), ink })
            }
            _ => None,
        }
    }

    /// The line that an operation of this room makes.
    #[must_use]
    pub fn entry(&self, operation: &Operation, late: bool) -> Entry {
        let counts = self.fold.counts(operation.key());
        timeline::entry(operation, self.people.name(operation.author()), counts, late)
    }

    fn tell_person(&self, peer: Author, now: Now) -> Output {
        let person = self.people.person(peer, now.wall_ms);
        Output::Tell(Event::Peer { room: self.name.clone(), person })
    }

    fn tell_canvas(&self, change: CanvasChange) -> Output {
        Output::Tell(Event::Canvas { room: self.name.clone(), change })
    }

    // --- our own conduct -----------------------------------------------------------------------------------------

    /// What our own program has to do by itself: its steps of the game, telling the face how the game stands, and
    /// when to look again. `live`: whether what changed happened just now.
    fn conduct(&mut self, now: Now, live: bool, outputs: &mut Vec<Output>) {
        let plan = self.player.advance(self.fold.game(), &self.identity, self.people.online(), now, live);
        for step in plan.steps {
            match self.write(vec![Payload::Game(step)], now) {
                Ok(write) => outputs.push(Output::Write(write)),
                Err(_) => self.player.forget_written(),
            }
        }
        let game = self.game(now);
        let untimed = GameView { remaining_ms: 0, ..game.clone() };
        if untimed != self.told_game {
            self.told_game = untimed;
            outputs.push(Output::Tell(Event::Game { room: self.name.clone(), game }));
        }
        let release = self.log.next_release().map(|ms| now.mono_ms + ms.saturating_sub(now.wall_ms));
        outputs.extend(plan.wake.into_iter().chain(release).min().map(Output::Wake));
    }

    fn write(&mut self, payloads: Vec<Payload>, now: Now) -> Result<Write, CommandError> {
        if self.clock.is_ahead(now.wall_ms) {
            // Our clock was far ahead and has been set back: everybody would park what we say. See Reason::Time.
            self.clock = Clock::default();
            self.writer.renew();
        }
        self.writer.write(&self.identity, self.name.id(), payloads, &mut self.clock, now.wall_ms)
    }

    fn write_step(&mut self, step: GameStep, now: Now) -> Result<Write, CommandError> {
        self.write(vec![Payload::Game(step)], now)
    }
}

fn verdict(outcome: &Ingest) -> Verdict {
    match outcome {
        Ingest::Inserted | Ingest::Floating | Ingest::Dropped => Verdict::Accept,
        Ingest::Rejected(Reason::OtherRoom) => Verdict::Reject,
        Ingest::Parked | Ingest::Duplicate | Ingest::Rejected(_) => Verdict::Ignore,
    }
}

fn bare(taken: Taken) -> Vec<Operation> {
    taken.inserted.into_iter().map(|(_, operation)| operation).collect()
}
