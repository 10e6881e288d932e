//! The machine that holds one room together. It does no IO: what happens comes in as an [`Input`] with the time, what is
//! to be done goes out as [`Output`]s, in order.
//!
//! [`Room`] routes between parts that own their state and don't know it:
//!
//! | module | part |
//! | --- | --- |
//! | `contents` | the log, and the games, sheets and people that it comes to |
//! | `own_chain` | our key, our clock, the chains that we write, and those that are never continued |
//! | `pen` | our steps on the visible sheet |
//! | `play` | our part in the room's games: the driver, guesses, talk |
//! | `local_state`, `read_state` | what is stored beside the log and never sent: what our person has read, retired chains |
//! | `floating_lines`, `sealed_lines` | which lines the frontend gets at once, and which again |
//! | `live_rate`, `progress`, `warnings` | how often the frontend gets live strokes, progress of sync, warnings |
//! | `refolds` | how often games and sheets are folded anew |
//! | `snapshot` | the contents as stored beside the log |
//!
//! **Invariant.** An operation of our own enters the log only when it is durable ([`Input::Saved`]), and is published only
//! then: a crash can't make a sequence number be used twice.

use std::collections::BTreeSet;

use crate::clock::Now;
use crate::command::{CommandError, RoomCommand};
use crate::event::{CanvasChange, Entry, Event, Warning};
use crate::frame::{Frame, FrameError};
use crate::game::GameStep;
use crate::game::guess::{PeerReply, PeerRequest, Refusal};
use crate::identity::{Author, Identity};
use crate::live::LiveFrame;
use crate::log::{Ingest, Ingested, Position};
use crate::name::RoomName;
use crate::operation::{Operation, OrderKey};
use crate::payload::Payload;
use crate::private_room::{OpenError, PrivateRoom, RoomKeys};
use crate::sync::fetching::{Fetch, Fetching, Progress};

mod commands;
mod contents;
mod floating_lines;
mod input;
mod live_rate;
mod local_state;
mod outcome;
mod output;
mod own_chain;
mod pen;
mod play;
mod progress;
mod queries;
mod read_state;
mod refolds;
mod sealed_lines;
mod snapshot;
mod warnings;

#[cfg(test)]
mod tests;

use contents::{Contents, Projected};
use floating_lines::FloatingLines;
pub use input::Input;
use live_rate::LiveRate;
use local_state::LocalState;
pub use local_state::retire;
use outcome::Outcome;
use output::Outbox;
pub use output::{Output, Verdict};
use own_chain::OwnChain;
pub use own_chain::{Ticket, Write};
use pen::Pen;
use play::Play;
use progress::ProgressReports;
pub use queries::PendingCounts;
use read_state::ReadState;
use sealed_lines::SealedLines;
pub use snapshot::{BadSnapshot, RoomSnapshot};
use warnings::Warnings;

/// The reason why an own operation that is on the disk is not part of the log.
const UNLINKED: &str = "an entry of yours before it is missing";
/// Largest number of own lines that are reported as held back, the last ones.
const MAX_HELD_BACK: usize = 256;

/// Returns whose lines are counted as unread: those of all others whom our person has not muted.
fn counted(me: Author, muted: &BTreeSet<Author>) -> impl Fn(Author) -> bool {
    move |author| author != me && !muted.contains(&author)
}

/// One room.
#[derive(Debug)]
pub struct Room {
    name: RoomName,
    contents: Contents,
    chain: OwnChain,
    pen: Pen,
    play: Play,
    read: ReadState,
    floating: FloatingLines,
    sealed: SealedLines,
    live: LiveRate,
    fetching: Fetching,
    progress: ProgressReports,
    warnings: Warnings,
    /// Authors whose talk our person does not want to see.
    muted: BTreeSet<Author>,
    /// Authors of whom nothing is taken.
    blocked: BTreeSet<Author>,
    /// What makes the room a private one.
    private: Option<Private>,
}

/// What a private room has and a public one has not.
#[derive(Debug)]
struct Private {
    title: RoomName,
    keys: RoomKeys,
}

impl Room {
    /// Makes an empty room. `random` is a random number for new chains of our own. [`Room::restore`] may follow any
    /// number of times, then [`Room::restore_torn`], [`Room::recall`], then [`Room::open`].
    #[must_use]
    pub fn new(name: RoomName, identity: Identity, random: u64) -> Self {
        let contents = Contents::new(name.id());
        Room::with(contents, name, identity, random)
    }

    /// Makes a room from a snapshot. Operations that the disk holds beyond it ([`Log::lanes`](crate::log::Log::lanes)) are
    /// to be given by [`Room::restore`]; then [`Room::recall`] and [`Room::open`] follow.
    ///
    /// # Errors
    /// [`BadSnapshot::Log`].
    pub fn from_snapshot(
        name: RoomName,
        identity: Identity,
        random: u64,
        snapshot: RoomSnapshot,
        now: Now,
    ) -> Result<Self, BadSnapshot> {
        let contents = Contents::from_snapshot(name.id(), snapshot)?;
        let mut room = Room::with(contents, name, identity, random);
        if let Some(time) = room.contents.last_time(now) {
            room.chain.observe(time, now);
        }
        Ok(room)
    }

    fn with(contents: Contents, name: RoomName, identity: Identity, random: u64) -> Self {
        Room {
            contents,
            play: Play::new(identity.author()),
            chain: OwnChain::new(identity, name.id(), random),
            name,
            pen: Pen::default(),
            read: ReadState::default(),
            floating: FloatingLines::default(),
            sealed: SealedLines::default(),
            live: LiveRate::default(),
            fetching: Fetching::default(),
            progress: ProgressReports::default(),
            warnings: Warnings::default(),
            muted: BTreeSet::new(),
            blocked: BTreeSet::new(),
            private: None,
        }
    }

    /// Gives a private room its title and keys, before anything else is done with it.
    #[must_use]
    pub fn private(mut self, room: &PrivateRoom) -> Self {
        let keys = RoomKeys::of(&room.secret);
        self.chain.seal_with(keys.clone());
        self.private = Some(Private { title: room.title.clone(), keys });
        self
    }

    /// Returns the keys of a private room.
    #[must_use]
    pub fn keys(&self) -> Option<&RoomKeys> {
        self.private.as_ref().map(|private| &private.keys)
    }

    /// Returns a frame as it is published in this room.
    #[must_use]
    pub fn sealed(&self, frame: Vec<u8>) -> Vec<u8> {
        self.keys().map(|keys| Frame::seal(&frame, keys)).unwrap_or(frame)
    }

    /// Reads a frame from this room's topic.
    ///
    /// # Errors
    /// [`FrameError`].
    pub fn read_frame(&self, bytes: &[u8]) -> Result<Frame, FrameError> {
        Frame::decode(bytes, self.name.id(), self.keys())
    }

    /// Opens operations that are on the disk. Those that can't be opened stay sealed: they have a place in the log, and nothing to
    /// show.
    fn open_stored<'a>(&self, operations: impl IntoIterator<Item = &'a mut Operation>) {
        for operation in operations {
            let _ = operation.open(self.keys());
        }
    }

    /// Takes in operations from the disk, each with the number of its lane (see [`Position`]), parents before children.
    pub fn restore(&mut self, mut stored: Vec<(u64, Operation)>, now: Now) {
        self.open_stored(stored.iter_mut().map(|(_, operation)| operation));
        let taken = self.contents.log.restore(stored);
        let inserted: Vec<Operation> = taken.inserted.into_iter().map(|(_, operation)| operation).collect();
        self.project(&inserted, now);
    }

    /// Takes in operations that are on the disk behind a gap in their chain, in order. They float.
    pub fn restore_torn(&mut self, mut stored: Vec<Operation>) {
        self.open_stored(&mut stored);
        let floating = self.contents.log.restore_torn(stored);
        for operation in &floating {
            self.contents.learn(operation, &operation.payload());
        }
        self.floating.told(&floating);
    }

    /// Takes back the bytes of the last [`Output::StoreLocal`], if there are any.
    pub fn recall(&mut self, bytes: Option<&[u8]>) {
        let LocalState { read, retired, unshared } = LocalState::decode(bytes);
        self.read = read;
        self.chain.recall(retired, unshared);
    }

    /// Begins to take part in the room. `complete`: no operation of ours is on its way to the disk. If one is, our chains may
    /// be longer than what was read, and another is begun.
    pub fn open(&mut self, complete: bool, now: Now) -> Vec<Output> {
        let me = self.chain.author();
        if !complete {
            self.chain.set_incomplete(now);
        }
        self.contents.people.set_online(me, Vec::new());
        self.count_unread();
        let mut out = Outbox::new(&self.name);
        self.report_held_back(now, &mut out);
        if self.read != ReadState::default() {
            out.emit_reading(self.reading());
        }
        self.refold_if_stale(now, &mut out);
        self.conduct(now, false, &mut out);
        out.into_outputs()
    }

    /// Handles an input. `now.mono_ms` never runs backwards.
    pub fn handle(&mut self, input: Input, now: Now) -> Vec<Output> {
        let mut out = Outbox::new(&self.name);
        let live = !matches!(input, Input::Synced { .. } | Input::FetchStopped { .. } | Input::Refolded(_));
        // A reply comes after the events of what it replies to.
        let mut reply = None;
        match input {
            Input::Gossiped { operation, from } => self.on_gossiped(operation, from, now, &mut out),
            Input::Live(live) => self.on_live(live, now, &mut out),
            Input::Synced { operations, from } => self.on_synced(operations, from, now, &mut out),
            Input::Offered { from, mut heads } => {
                heads.retain(|head| !self.blocked.contains(&head.author));
                self.fetching.joined(from, heads);
            }
            Input::FetchEnded { from } => self.fetching.ended(from),
            Input::FetchStopped { from } => self.on_fetch_stopped(from, now, &mut out),
            Input::Refolded(made) => {
                self.contents.refold(*made, now);
                out.emit_canvas(CanvasChange::Reset);
            }
            Input::Command { ticket, command } => {
                let changes = command.writes() || matches!(command, RoomCommand::Begin);
                let outcome = self.carry_out(ticket, command, now, &mut out);
                let output = Outcome::output(outcome, ticket);
                if !changes {
                    out.extend(output);
                    return out.into_outputs();
                }
                match output {
                    Some(Output::Reply { .. }) => reply = output,
                    output => out.extend(output),
                }
            }
            Input::Saved(write) => reply = self.on_saved(write, now, &mut out),
            Input::Online { peer, addresses } => {
                if self.contents.people.set_online(peer, addresses) {
                    out.emit_person(self.contents.person(peer, now));
                }
            }
            Input::Offline { peer } => {
                if self.contents.people.set_offline(peer, now.wall_ms) {
                    out.emit_person(self.contents.person(peer, now));
                }
            }
            Input::Replied { ticket, reply } => {
                self.play.replied((ticket, reply), &self.contents, &mut self.chain, now, &mut out);
            }
            Input::Muted(muted) => {
                if self.muted != muted {
                    self.read.forget_late_of(&muted);
                    self.muted = muted;
                    self.count_unread();
                    self.store_local_state(&mut out);
                    out.emit_reading(self.reading());
                }
            }
            Input::Blocked(blocked) => self.block(blocked, now, &mut out),
            Input::ClockSet => {
                self.release(now, &mut out);
                self.report_held_back(now, &mut out);
            }
            Input::Tick => {
                self.release(now, &mut out);
                self.refold_if_stale(now, &mut out);
            }
        }
        self.conduct(now, live, &mut out);
        self.store_chains(&mut out);
        out.extend(reply);
        out.into_outputs()
    }

    /// Answers a direct request of a peer: a guess at our word, or the report that a line of ours was close.
    pub fn asked(&mut self, from: Author, request: PeerRequest, now: Now) -> (PeerReply, Vec<Output>) {
        if self.blocks(&from) {
            return (PeerReply::Refused(Refusal::NotNow), Vec::new());
        }
        let mut out = Outbox::new(&self.name);
        let reply = self.play.asked((from, request), &self.contents, &self.chain, now, &mut out);
        (reply, out.into_outputs())
    }

    /// Returns the next request for a peer that said what it holds, of about `unit` operations at most.
    pub fn next_fetch(&mut self, from: Author, unit: u64) -> Fetch {
        let fetch = self.fetching.next(from, &self.contents.log, unit);
        self.contents.fold.be_patient(self.fetching.is_long());
        fetch
    }

    /// Returns a snapshot of the room; `None` while games and sheets have to be folded anew. Encoding it costs much more
    /// than making it.
    pub fn snapshot(&mut self) -> Option<RoomSnapshot> {
        self.contents.snapshot()
    }

    // --- after every input ---------------------------------------------------------------------------------------

    /// Does what our program does by itself: writes its steps of the game, emits the game if it changed, and says when
    /// to look again. `live`: whether what changed happened just now.
    fn conduct(&mut self, now: Now, live: bool, out: &mut Outbox) {
        let Room { contents, chain, play, .. } = self;
        let wake = if self.fetching.is_long() || contents.refolds.is_under_way() {
            None // part of the log is missing: what the game seems to want of us now may be wrong
        } else {
            play.advance(contents, chain, now, live, out)
        };
        play.send_next_guess(contents, chain, out);
        play.emit_game(contents, now, out);
        let release = contents.log.next_release().map(|ms| now.mono_ms + ms.saturating_sub(now.wall_ms));
        let refold = if self.fetching.is_long() { None } else { contents.next_refold() };
        out.extend(wake.into_iter().chain(release).chain(refold).min().map(Output::Wake));
    }

    // --- operations ----------------------------------------------------------------------------------------------

    fn on_gossiped(&mut self, mut operation: Operation, from: Author, now: Now, out: &mut Outbox) {
        if self.blocks(&operation.author()) {
            return out.push(Output::Verdict(Verdict::Ignore));
        }
        match operation.open(self.keys()) {
            Ok(()) => {}
            Err(OpenError::UnknownKey) => return out.push(Output::Verdict(Verdict::Ignore)),
            Err(OpenError::Forged) => return out.push(Output::Verdict(Verdict::Reject)),
        }
        self.retire(std::slice::from_ref(&operation), out);
        if self.chain.is_in_flight(&operation) {
            return out.push(Output::Verdict(Verdict::Ignore));
        }
        let author = operation.author();
        let mut taken = self.contents.log.ingest_all(vec![operation], now.wall_ms);
        let outcome = taken.outcomes.pop().unwrap_or(Ingest::Duplicate);
        // Where one floats in the place of another, its author sends more than anybody holds: it is not passed on.
        let takes_a_place = outcome == Ingest::Floating && !taken.dropped.is_empty();
        out.push(Output::Verdict(if takes_a_place { Verdict::Ignore } else { outcome.into() }));
        if matches!(outcome, Ingest::Floating | Ingest::Dropped) {
            out.push(Output::SyncWith(from));
        }
        self.warn_of_parked(outcome, author, out);
        self.accept(taken, now, out);
    }

    fn on_synced(&mut self, mut operations: Vec<Operation>, from: Author, now: Now, out: &mut Outbox) {
        let count = operations.len() as u64;
        self.retire(&operations, out);
        operations.retain_mut(|operation| {
            !self.chain.is_in_flight(operation)
                && !self.blocks(&operation.author())
                && operation.open(self.keys()).is_ok()
        });
        let authors: Vec<Author> = operations.iter().map(Operation::author).collect();
        let taken = self.contents.log.ingest_all(operations, now.wall_ms);
        let news = (taken.inserted.len() + taken.floating.len()) as u64;
        self.fetching.received(from, count, news);
        for (outcome, author) in taken.outcomes.iter().zip(authors) {
            self.warn_of_parked(*outcome, author, out);
        }
        self.accept(taken, now, out);
        self.progress.report(|| self.fetching.progress(&self.contents.log), now, out);
    }

    fn on_fetch_stopped(&mut self, from: Author, now: Now, out: &mut Outbox) {
        let received = self.fetching.progress(&self.contents.log).received;
        self.fetching.left(from);
        if !self.fetching.is_long() {
            if self.contents.fold.be_patient(false).reset {
                out.emit_canvas(CanvasChange::Reset);
            }
            self.refold_if_stale(now, out);
            self.contents.fold.drop_old_steps();
        }
        let progress = Progress { received, ..self.fetching.progress(&self.contents.log) };
        self.progress.report_stop(progress, out);
    }

    /// Takes operations of ours that are durable into the log. Returns the reply to the command that wrote them.
    fn on_saved(&mut self, write: Write, now: Now, out: &mut Outbox) -> Option<Output> {
        self.chain.saved(write.ticket);
        self.pen.saved(write.ticket);
        // They are never from the future for us. They may be in the log already, if they were written before this room was
        // read from the disk.
        let chains: BTreeSet<u64> = write.operations.iter().map(|operation| operation.header().chain.log).collect();
        let taken = self.contents.log.ingest_all(write.operations, u64::MAX);
        let refused = taken.outcomes.iter().find_map(|outcome| match outcome {
            Ingest::Inserted | Ingest::Duplicate => None,
            Ingest::Rejected(_) => Some(CommandError::RoomFull),
            // What it follows was lost since it was signed, or did not come back from the disk.
            Ingest::Floating | Ingest::Dropped | Ingest::Parked => Some(CommandError::NotSaved(UNLINKED.to_owned())),
        });
        if matches!(refused, Some(CommandError::NotSaved(_))) && self.chain.retire(chains) {
            out.push(Output::StoreLocal(self.local_state()));
        }
        let inserted: Vec<Operation> = taken.inserted.into_iter().map(|(_, operation)| operation).collect();
        out.extend(inserted.iter().map(|operation| Output::Publish(Frame::operation(operation))));
        self.show_changes(&inserted, &[], taken.removed, now, out);
        let (ticket, reply) = write.reply?;
        Some(Output::Reply { ticket, result: refused.map_or(Ok(reply), Err) })
    }

    fn on_live(&mut self, live: LiveFrame, now: Now, out: &mut Outbox) {
        let game = self.contents.fold.game();
        let sheet = game.visible_sheet();
        let account = Some(live.author).filter(|author| self.contents.people.has_name(*author));
        let welcome = !self.blocks(&live.author)
            && live.sheet == sheet.into()
            && game.may_draw(live.author, sheet)
            && self.live.admits(account, now.mono_ms);
        out.push(Output::Verdict(if welcome { Verdict::Accept } else { Verdict::Ignore }));
        if welcome {
            let LiveFrame { author, from, stroke, .. } = live;
            self.play.driver.saw_drawing(game, sheet, now);
            out.emit(|room| Event::Live { room, author, sheet, stroke, from });
        }
    }

    /// Takes in the parked operations whose time has come.
    fn release(&mut self, now: Now, out: &mut Outbox) {
        let released = self.contents.log.release(now.wall_ms);
        if !released.is_empty() {
            let taken = self.contents.log.ingest_all(released, now.wall_ms);
            self.accept(taken, now, out);
        }
    }

    /// Stores and shows the operations of others that the log took in.
    fn accept(&mut self, taken: Ingested, now: Now, out: &mut Outbox) {
        let Ingested { inserted, floating, removed, forks, .. } = taken;
        for author in forks {
            self.accept_fork(author, &inserted, now, out);
        }
        if !inserted.is_empty() {
            out.push(Output::Persist(inserted.clone()));
        }
        let inserted: Vec<Operation> = inserted.into_iter().map(|(_, operation)| operation).collect();
        self.show_changes(&inserted, &floating, removed, now, out);
    }

    /// Shows what is new, and takes away what is no longer part of the log.
    fn show_changes(
        &mut self,
        inserted: &[Operation],
        floating: &[Operation],
        removed: Vec<OrderKey>,
        now: Now,
        out: &mut Outbox,
    ) {
        let has_less = !removed.is_empty();
        if has_less && self.contents.fold.remove(&removed.into_iter().collect()).reset {
            out.emit_canvas(CanvasChange::Reset);
        }
        self.show(inserted, floating, now, out);
        if has_less {
            // Only now: the new operations are in the log already, and must not be counted twice.
            self.count_unread();
            self.store_local_state(out);
        }
    }

    /// Publishes both branches of a fork, so that all peers in reach have them, and warns of its author.
    fn accept_fork(&mut self, author: Author, inserted: &[(Position, Operation)], now: Now, out: &mut Outbox) {
        let branches = inserted
            .iter()
            .filter(|(position, operation)| operation.author() == author && position.begins_branch(operation));
        out.extend(branches.map(|(_, operation)| Output::Publish(Frame::operation(operation))));
        out.emit_person(self.contents.person(author, now));
        if author == self.chain.author() {
            self.warnings.warn(Warning::OwnFork, author, out);
        } else {
            self.warnings.warn(Warning::Fork { author }, author, out);
        }
    }

    /// Never continues the chains of these operations again, if they are our own and new: others know more of them than we
    /// did, so this folder was restored from a copy, lost something, or is used twice. It does not matter whether the
    /// operations can be part of the log already.
    fn retire(&mut self, operations: &[Operation], out: &mut Outbox) {
        let (me, room, log) = (self.chain.author(), self.chain.room(), &self.contents.log);
        let ours = operations.iter().filter(|operation| operation.author() == me && operation.header().room == room);
        let new: BTreeSet<u64> = ours
            .filter(|operation| log.is_news(operation.header(), operation.id()))
            .map(|operation| operation.header().chain.log)
            .collect();
        self.chain.surpassed(new);
        // Before the operations, or after a power cut they could be there and nothing would tell that they came from others.
        self.store_chains(out);
    }

    /// Stores which chains of ours are to be continued, if that has changed.
    fn store_chains(&mut self, out: &mut Outbox) {
        if self.chain.take_unstored() {
            out.push(Output::StoreLocal(self.local_state()));
        }
    }

    fn warn_of_parked(&mut self, outcome: Ingest, author: Author, out: &mut Outbox) {
        if outcome == Ingest::Parked {
            self.warnings.warn(Warning::Parked { author }, author, out);
        }
    }

    // --- events for the frontend -----------------------------------------------------------------------------------

    /// Projects new operations and emits what they changed. Operations that float make only lines; their effect on games
    /// and sheets shows when the log has caught up with them.
    fn show(&mut self, inserted: &[Operation], floating: &[Operation], now: Now, out: &mut Outbox) {
        if inserted.is_empty() && floating.is_empty() {
            return;
        }
        let last_new = inserted.iter().map(Operation::key).max();
        let last_before = self.contents.log.last().filter(|last| Some(*last) != last_new);
        let Projected { payloads, change, mut changed } = self.project(inserted, now);
        let floated: Vec<(&Operation, Payload)> = floating.iter().map(|op| (op, op.payload())).collect();
        for (operation, payload) in &floated {
            self.chain.observe(operation.header().time, now);
            changed.extend(self.contents.learn(operation, payload));
        }
        changed.into_iter().for_each(|author| out.emit_person(self.contents.person(author, now)));
        let changes = self.contents.sheet_changes(inserted, &payloads, change);
        if changes.iter().any(|change| matches!(change, CanvasChange::Added(_))) {
            let game = self.contents.fold.game();
            self.play.driver.saw_drawing(game, game.visible_sheet(), now);
        }
        let mut reactions = Outbox::new(&self.name);
        for (operation, payload) in inserted.iter().zip(&payloads) {
            self.react(operation, payload, now, &mut reactions);
        }
        let votes = inserted.iter().zip(&payloads).filter(|(_, payload)| is_vote(payload)).map(|(vote, _)| vote.key());
        let late_vote = votes.min().filter(|_| change.refolded);
        self.emit_new_lines(inserted.iter().zip(payloads).chain(floated), last_before, now, out);
        if let Some(first) = late_vote {
            out.emit_lines(self.contents.votes_after(first));
        }
        out.append(reactions);
        changes.into_iter().for_each(|change| out.emit_canvas(change));
        self.refold_if_stale(now, out);
        if !self.fetching.is_long() {
            self.contents.fold.drop_old_steps();
        }
    }

    fn project(&mut self, operations: &[Operation], now: Now) -> Projected {
        operations.iter().for_each(|operation| self.chain.observe(operation.header().time, now));
        self.contents.project(operations)
    }

    /// Emits the lines of operations, each once, and counts them as unread.
    fn emit_new_lines<'a>(
        &mut self,
        new: impl Iterator<Item = (&'a Operation, Payload)>,
        last_before: Option<OrderKey>,
        now: Now,
        out: &mut Outbox,
    ) {
        let (mut lines, mut arrived) = (Vec::new(), Vec::new());
        for (operation, payload) in new {
            if !self.contents.log.is_floating(operation.header(), operation.id()) {
                arrived.push(operation); // a floating operation may be dropped: it is unread when it is in the log
            }
            if self.floating.is_new(operation, &self.contents.log) {
                let late = last_before.is_some_and(|last| operation.key() < last);
                let sealed = matches!(payload, Payload::Game(GameStep::Whispered { .. })).then(|| payload.clone());
                let line = self.line(operation, payload, late, now);
                sealed.into_iter().for_each(|payload| self.sealed.remember(&line, &payload));
                lines.push(line);
            }
        }
        lines.retain(|line| !self.hides(line));
        out.emit_lines(lines);
        if self.read.arrived(arrived.into_iter(), counted(self.chain.author(), &self.muted)) {
            self.store_local_state(out);
        }
    }

    /// Counts the unread lines anew.
    fn count_unread(&mut self) {
        self.read.count(&self.contents.log, counted(self.chain.author(), &self.muted));
    }

    /// Returns whether nothing of an author is taken.
    #[must_use]
    pub fn blocks(&self, author: &Author) -> bool {
        self.blocked.contains(author)
    }

    /// Takes nothing any more of these authors, and again of all others. What they wrote leaves the log, so that whoever blocks
    /// the same people holds the same log; what the disk has of it stays there.
    fn block(&mut self, blocked: BTreeSet<Author>, now: Now, out: &mut Outbox) {
        let log = &mut self.contents.log;
        let removed = blocked.difference(&self.blocked).flat_map(|author| log.exclude(*author)).collect();
        self.blocked = blocked;
        self.show_changes(&[], &[], removed, now, out);
        self.refold_if_stale(now, out);
    }

    /// Returns the line of an operation.
    fn line(&self, operation: &Operation, payload: Payload, late: bool, now: Now) -> Entry {
        let author = operation.author();
        let open = |game, turn, sealed: &[u8]| self.play.word_key(&self.contents, game, turn)?.open(author, sealed);
        let held_back = author == self.chain.author() && operation.header().time.is_future(now.wall_ms);
        Entry { held_back, ..self.contents.line(operation, payload, late, open) }
    }

    /// Reacts to a step of a game that counts: reports a close guess at our word, reads sealed lines whose word is known now.
    fn react(&mut self, operation: &Operation, payload: &Payload, now: Now, out: &mut Outbox) {
        let Payload::Game(step) = payload else { return };
        if !self.contents.fold.counts(operation.key()) {
            return;
        }
        match step {
            GameStep::Guessed { game, turn, text } => {
                self.play.report_close(operation, (*game, *turn, text), &self.contents, now, out);
            }
            GameStep::TurnEnded { .. } | GameStep::Solved { .. } => {
                let mut lines = self.sealed.open(|game, turn| self.play.word_key(&self.contents, game, turn));
                lines.retain(|line| !self.hides(line));
                out.emit_lines(lines);
            }
            _ => {}
        }
    }

    /// Reports which lines of our own are dated so far ahead that others don't show them yet.
    fn report_held_back(&self, now: Now, out: &mut Outbox) {
        let positions = self.contents.held_back(self.chain.author(), MAX_HELD_BACK, now);
        if !positions.is_empty() {
            out.push(Output::HeldBack(positions));
        }
    }

    fn local_state(&self) -> Vec<u8> {
        let (read, retired) = (self.read.clone(), self.chain.retired().clone());
        LocalState { read, retired, unshared: self.chain.unshared().cloned() }.encode()
    }

    /// Stores the local state, and emits what is read.
    fn store_local_state(&self, out: &mut Outbox) {
        out.push(Output::StoreLocal(self.local_state()));
        out.emit_reading(self.reading());
    }

    /// Asks for all steps of games and sheets, if one landed before those that the fold still holds. While much is missing
    /// it waits, and where one followed the other, [`Refolds`](refolds::Refolds) makes pauses.
    fn refold_if_stale(&mut self, now: Now, out: &mut Outbox) {
        if !self.fetching.is_long() && self.contents.begin_refold(now) {
            out.push(Output::Refold);
        }
    }
}

fn is_vote(payload: &Payload) -> bool {
    matches!(payload, Payload::Game(step) if step.is_shown_when_decided())
}
