//! The machine that holds one room together: log, fold, people and our own conduct. It does no IO: what it is told
//! comes in as an [`Input`] with the time, what it wants done goes out as [`Output`]s, in order.
//!
//! **Invariant.** One's own operations enter the log only once they are durable ([`Input::Saved`]), and are published
//! only then: a crash can't make a sequence number be used twice.

use std::collections::{BTreeMap, BTreeSet};

use crate::canvas::{CanvasStep, SheetId};
use crate::clock::{Clock, Now, Timestamp};
use crate::command::{CommandError, CommandTicket, Reply, RoomCommand};
use crate::event::{Event, GameView};
use crate::fold::Fold;
use crate::game::{Driver, GameStep, GuessError, GuessTicket};
use crate::identity::{Author, Identity};
use crate::live::LiveInk;
use crate::log::{Head, Log, Position};
use crate::name::RoomName;
use crate::operation::{Operation, OperationId};
use crate::payload::Payload;
use crate::people::People;
use crate::sync::fetching::Fetching;

mod catching_up;
mod commands;
mod drawing;
mod guessing;
mod incoming;
mod keeping;
mod live_ink;
mod questions;
mod reading;
mod showing;
mod snapshot;
mod writer;

use guessing::Sealed;
use keeping::Kept;
pub use keeping::retire;
use live_ink::LiveGate;
pub use questions::Waiting;
pub use snapshot::{BadSnapshot, RoomSnapshot};
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
    Synced {
        /// The operations.
        operations: Vec<Operation>,
        /// Who sent them.
        from: Author,
    },
    /// Somebody we catch up with told what it holds. Then [`Room::next_fetch`] says what to ask for.
    Offered {
        /// Who.
        from: Author,
        /// The ends of all its chains.
        heads: Vec<Head>,
    },
    /// What was asked for first of what is under way has all been sent.
    FetchEnded {
        /// By whom.
        from: Author,
    },
    /// Catching up with somebody ended, for whatever reason.
    FetchStopped {
        /// Who.
        from: Author,
    },
    /// All games and ink of the room, read from the disk, as [`Output::Refold`] asked.
    Refolded(Vec<Operation>),
    /// The room's clock was set: the time comes in corrected from here on.
    ClockSet,
    /// A command of the frontend. [`Output::Reply`] or [`Output::ReplyWhenSaved`] names the ticket, once.
    Command {
        /// The number that the reply is to have.
        ticket: CommandTicket,
        /// The command.
        command: RoomCommand,
    },
    /// The operations of an [`Output::Write`] are durable.
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
    /// The drawer replied to [`Output::Ask`]; `None`: they were not reached.
    Replied {
        /// Which.
        ticket: GuessTicket,
        /// The bytes of the reply.
        reply: Option<Vec<u8>>,
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
    /// Keep these on the disk, each at its place.
    Persist(Vec<(Position, Operation)>),
    /// Keep these of our own on the disk, then say [`Input::Saved`].
    Write(Write),
    /// Send this frame to the room.
    Publish(Vec<u8>),
    /// Ask this peer, straight, and say [`Input::Replied`]. A ticket of zero is nobody's: no reply is waited for.
    Ask {
        /// Whom.
        to: Author,
        /// Names the question.
        ticket: GuessTicket,
        /// The bytes of [`crate::game::guess::PeerRequest`].
        ask: Vec<u8>,
    },
    /// Give the frontend this reply to its command.
    Reply {
        /// The command.
        ticket: CommandTicket,
        /// The reply.
        result: Result<Reply, CommandError>,
    },
    /// Write to the disk what was given before by [`Output::Persist`] and [`Output::Keep`], then reply to this command
    /// that it is done.
    ReplyWhenSaved(CommandTicket),
    /// Operations are missing that this peer has: catch up with it.
    CatchUp(Author),
    /// Tell the face.
    Tell(Event),
    /// Keep these few bytes about the room; they come back by [`Room::recall`].
    Keep(Vec<u8>),
    /// These lines of our own are dated in the future: tell the face, see [`Event::HeldBack`].
    HeldBack(Vec<Position>),
    /// Games and ink have to be folded anew from the disk: read all operations of [`Room::steps`] and say
    /// [`Input::Refolded`].
    Refold,
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
    /// Steps of our own on a sheet that are on their way to the disk: undo has to know of them already.
    unsaved_steps: Vec<(Ticket, SheetId, CanvasStep)>,
    driver: Driver,
    /// The command behind each guess that is not answered yet.
    guesses: BTreeMap<GuessTicket, CommandTicket>,
    live: LiveGate,
    fetching: Fetching,
    kept: Kept,
    /// Floating operations whose lines were shown: they are shown once.
    shown: BTreeSet<OperationId>,
    /// Talk of those who know the word, until we do.
    sealed: Vec<Sealed>,
    refolding: bool,
    /// When progress was last told, in [`Now::mono_ms`].
    told_progress: Option<u64>,
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
            unsaved_steps: Vec::new(),
            driver: Driver::new(me),
            guesses: BTreeMap::new(),
            live: LiveGate::default(),
            fetching: Fetching::default(),
            kept: Kept::default(),
            shown: BTreeSet::new(),
            sealed: Vec::new(),
            refolding: false,
            told_progress: None,
            told_game: GameView::default(),
            warned: BTreeMap::new(),
        }
    }

    /// Takes in what is on the disk, each operation with the number of its lane (see [`Position`]), parents before children.
    pub fn restore(&mut self, stored: Vec<(u64, Operation)>, now: Now) {
        let inserted: Vec<Operation> =
            self.log.restore(stored).inserted.into_iter().map(|(_, operation)| operation).collect();
        self.project(&inserted, now);
    }

    /// Begins to live. `whole`: whether nothing of our own is still on its way to the disk. If something is, our last
    /// chain may be longer than what was read, and must not be continued.
    pub fn open(&mut self, whole: bool, now: Now) -> Vec<Output> {
        let me = self.identity.author();
        if let Some((log, next, id, time)) = self.log.latest_chain(me, &self.kept.retired).filter(|_| whole) {
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
        self.people.set_online(me, Vec::new());
        self.kept.reading.count(&self.log, me);
        let mut outputs = Vec::new();
        self.tell_held_back(now, &mut outputs);
        self.tell_reading_now(&mut outputs);
        self.refold_if_stale(&mut outputs);
        self.conduct(now, false, &mut outputs);
        outputs
    }

    /// Takes an input in. The time never runs backwards in `mono_ms`.
    pub fn handle(&mut self, input: Input, now: Now) -> Vec<Output> {
        let mut outputs = Vec::new();
        let live = !matches!(input, Input::Synced { .. } | Input::FetchStopped { .. } | Input::Refolded(_));
        match input {
            Input::Gossiped { operation, from } => self.gossiped(operation, from, now, &mut outputs),
            Input::Live(live) => self.live(live, now, &mut outputs),
            Input::Synced { operations, from } => self.synced(operations, from, now, &mut outputs),
            Input::Offered { from, heads } => self.offered(from, heads),
            Input::FetchEnded { from } => self.fetching.ended(from),
            Input::FetchStopped { from } => self.fetch_stopped(from, &mut outputs),
            Input::Refolded(operations) => self.refolded(operations, &mut outputs),
            Input::Command { ticket, command } => self.command(ticket, command, now, &mut outputs),
            Input::Saved(write) => self.saved(write, now, &mut outputs),
            Input::Online { peer, addresses } => self.online(peer, addresses, now, &mut outputs),
            Input::Offline { peer } => self.offline(peer, now, &mut outputs),
            Input::Replied { ticket, reply } => self.replied(ticket, reply, now, &mut outputs),
            Input::ClockSet => self.clock_set(now, &mut outputs),
            Input::Tick => self.release(now, &mut outputs),
        }
        self.conduct(now, live, &mut outputs);
        outputs
    }

    // --- our own conduct -----------------------------------------------------------------------------------------

    /// What our own program has to do by itself: its steps of the game, telling the face how the game stands, and
    /// when to look again. `live`: whether what changed happened just now.
    fn conduct(&mut self, now: Now, live: bool, outputs: &mut Vec<Output>) {
        let wake = if self.fetching.is_long() || self.refolding {
            None // the log is only half there: what the game seems to ask of us now, it may not
        } else {
            self.play(now, live, outputs)
        };
        self.ask_next(outputs);
        let game = self.game(now);
        let untimed = GameView { remaining_ms: 0, ..game.clone() };
        if untimed != self.told_game {
            self.told_game = untimed;
            outputs.push(Output::Tell(Event::Game { room: self.name.clone(), game: Box::new(game) }));
        }
        let release = self.log.next_release().map(|ms| now.mono_ms + ms.saturating_sub(now.wall_ms));
        outputs.extend(wake.into_iter().chain(release).min().map(Output::Wake));
    }

    /// Writes the steps that our own program has to write by itself; returns when to look again.
    fn play(&mut self, now: Now, live: bool, outputs: &mut Vec<Output>) -> Option<u64> {
        let plan = self.driver.advance(self.fold.game(), &self.identity, self.people.online(), now, live);
        for step in plan.steps {
            match self.write(vec![Payload::Game(step)], now) {
                Ok(write) => outputs.push(Output::Write(write)),
                Err(_) => self.driver.forget_written(),
            }
        }
        self.give_up_guesses(plan.in_vain, GuessError::TooLate, outputs);
        plan.wake
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
