//! The disk of the node: what waits for it, what is read from it, and what happens when it refuses.
//!
//! Nothing here waits for the disk: writes are queued for the storage thread, reads run on blocking workers, and the
//! results come back as [`Message`]s.
//!
//! When the disk refuses a write, the memory holds more than the disk. Then nothing is taken in or said any more until
//! the disk takes a write again; the rooms are then read anew from it, and what others sent meanwhile comes again by
//! sync. **Invariant:** a room in memory is never ahead of its disk by anything that was acknowledged.

mod job;
mod loading;
mod reading;

use std::collections::{BTreeMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::time::Duration;

use inkmesh_store::{Cursor, Quarantine, Store, StoreError};
use tokio::sync::{mpsc, oneshot};

use self::job::Job;
pub(super) use self::loading::{Credentials, Loaded, is_damage, load_at_start, retire_own_chains};
use self::loading::{load, load_all, load_repaired, room_key, write_snapshot};
use self::reading::{chain_of, read_all, read_lines, steps};
use super::handle::ReplySender;
use super::sync::SyncError;
use super::{StartError, backup, private_rooms};
use crate::clock::Now;
use crate::command::{CommandError, CommandTicket, Reply};
use crate::event::Warning;
use crate::fold::Fold;
use crate::gallery::Gallery;
use crate::log::{Line, Position};
use crate::name::{RoomId, RoomName};
use crate::operation::{Operation, OperationId};
use crate::private_room::{PrivateRoom, PrivateRooms};
use crate::room::{RoomSnapshot, Write};
use crate::sync::unsaved::{Key, Unsaved};

/// Messages that wait for the actor. Each write reserves a slot for its outcome, so that the storage thread never waits;
/// without a free slot the store counts as busy. As many as wait in the store's queue.
const QUEUE: usize = 16_384;
/// The time until a write is tried again for which the store's queue had no room, in milliseconds, unless one is done before.
const BUSY_MS: u64 = 50;
/// The time between two tries of a disk that refuses, in milliseconds.
const RETRY_MS: u64 = 1_000;
/// The time from the start to the look over the disk, and its rest after each piece.
const LOOK_AFTER: Duration = Duration::from_secs(10);
const LOOK_REST: Duration = Duration::from_millis(50);
/// Bytes of a piece.
const LOOK_PIECE: usize = 1 << 20;

/// A message of the storage thread or of a worker to the actor.
pub(super) enum Message {
    /// Received operations are durable, or not.
    Stored { keys: Vec<Key>, done: Option<ReplySender>, result: Result<(), StoreError> },
    /// Our own operations are durable, or not.
    Written { room: RoomName, write: Write, result: Result<(), StoreError> },
    /// A room was read, to be entered.
    Loaded { repairs: u64, result: Result<Box<Loaded>, StartError> },
    /// A page of history was read: these of `lines` lines.
    Page { room: RoomName, operations: Vec<Operation>, lines: usize, answer: ReplySender },
    /// Lines of our own that are dated in the future were read: [`Disk::is_last_held_back`].
    HeldBack { room: RoomName, number: u64, entries: Vec<OperationId> },
    /// The games and strokes of a room were read and folded.
    Refolded { room: RoomName, result: Result<Box<Fold>, SyncError> },
    /// Something could not be read.
    Unreadable(SyncError),
    /// Damaged files were moved aside, or not; then the open rooms were read.
    Repaired(Result<(Option<Quarantine>, Vec<Loaded>), String>),
    /// The disk was tried again; it takes writes, and the open rooms were read, or not. If files were damaged, they were moved
    /// aside.
    Recovered(Result<(Option<Quarantine>, Vec<Loaded>), String>),
    /// Everything is on the disk and the store is closed.
    Closed,
    /// A worker ended in a panic. What it was to send never comes, so the node has to end.
    Failed,
}

/// An effect of the disk, for the actor to carry out.
#[derive(Debug)]
pub(super) enum Effect {
    /// Tell the person.
    Warn(Warning),
    /// Our own operations of a room are durable.
    Saved { room: RoomName, write: Write },
    /// What a command had to write is not durable.
    NotSaved { command: CommandTicket, reason: String },
    /// Send this reply.
    Reply { to: ReplySender, result: Result<Reply, CommandError> },
}

/// True if the disk works.
#[derive(Debug)]
enum State {
    Works,
    /// It refused a write, and is tried again at `retry_at`; `None` while it is being tried.
    Refuses {
        reason: String,
        retry_at: Option<u64>,
    },
    /// Damaged files are being moved aside. Reads would wait for that.
    Repairs {
        reason: String,
    },
}

/// The store, and what waits for it.
pub(super) struct Disk {
    store: Store,
    credentials: Credentials,
    unsaved: Unsaved,
    /// Writes for which the store's queue has no room, in their order, and when they are tried again.
    waiting: VecDeque<Job>,
    queue_at: u64,
    /// The number of own writes of each room that are on their way.
    writing: BTreeMap<RoomName, usize>,
    state: State,
    /// True if our own chains have yet to be retired, before a room is read again.
    retire: bool,
    /// The number of repairs so far: what was read before one may be more than is there now.
    repairs: u64,
    /// The number of the last read of each room's lines that are dated in the future.
    held_back: BTreeMap<RoomName, u64>,
    messages: mpsc::Sender<Message>,
}

impl Disk {
    /// A disk that works. Returns also the messages to come.
    pub(super) fn new(store: Store, credentials: Credentials) -> (Self, mpsc::Receiver<Message>) {
        let (messages, receiver) = mpsc::channel(QUEUE);
        let (unsaved, waiting, queue_at, writing) = (Unsaved::default(), VecDeque::new(), 0, BTreeMap::new());
        let (state, repairs, held_back) = (State::Works, 0, BTreeMap::new());
        let retire = false;
        (
            Disk {
                store,
                credentials,
                unsaved,
                waiting,
                queue_at,
                writing,
                state,
                retire,
                repairs,
                held_back,
                messages,
            },
            receiver,
        )
    }

    /// Returns the private rooms that we are a member of.
    pub(super) fn private_rooms(&self) -> &PrivateRooms {
        &self.credentials.private
    }

    /// Adds a private room, and answers when that is durable.
    pub(super) fn add_private(&mut self, room: PrivateRoom, answer: ReplySender) {
        match private_rooms::value(&room) {
            Ok(value) => {
                self.credentials.private.add(room);
                self.remember_all("private room", vec![value], Some(answer));
            }
            Err(error) => drop(answer.send(Err(error))),
        }
    }

    /// The store, for tasks that read from it.
    pub(super) fn store(&self) -> Store {
        self.store.clone()
    }

    /// The reason why nothing can be written now, if so.
    pub(super) fn trouble(&self) -> Option<&str> {
        match &self.state {
            State::Works => None,
            State::Refuses { reason, .. } | State::Repairs { reason } => Some(reason),
        }
    }

    /// Returns whether damaged files are being moved aside: a room can't be read now.
    pub(super) fn is_repairing(&self) -> bool {
        matches!(self.state, State::Repairs { .. })
    }

    /// Returns whether more can be taken in from the network now.
    pub(super) fn takes_more(&self) -> bool {
        matches!(self.state, State::Works) && self.unsaved.has_room() && self.waiting.is_empty()
    }

    /// Returns when [`Disk::tick`] has something to do.
    pub(super) fn next_wake(&self) -> Option<u64> {
        let retry_at = if let State::Refuses { retry_at, .. } = &self.state { *retry_at } else { None };
        let queue_at = (!self.waiting.is_empty()).then_some(self.queue_at);
        [self.unsaved.write_at(), retry_at, queue_at].into_iter().flatten().min()
    }

    /// Does what is due. `rooms` are the open rooms, read anew when the disk takes writes again.
    pub(super) fn tick(&mut self, rooms: impl FnOnce() -> Vec<RoomName>, now: Now) -> Vec<Effect> {
        if let State::Refuses { retry_at, .. } = &mut self.state
            && retry_at.take_if(|at| *at <= now.mono_ms).is_some()
        {
            self.recover(rooms(), now);
        }
        let mut effects = if self.queue_at <= now.mono_ms { self.queue_waiting(now) } else { Vec::new() };
        if self.unsaved.write_at().is_some_and(|at| at <= now.mono_ms) {
            effects.extend(self.flush(None, now));
        }
        effects
    }

    // --- writes ----------------------------------------------------------------------------------------------------

    /// Writes received operations: at once when somebody waits for that (`done` is sent then), else together with those
    /// that come in the next moments. Nobody was told that they are kept; what a crash takes comes again.
    pub(super) fn store_received(
        &mut self,
        room: RoomId,
        operations: Vec<(Position, Operation)>,
        done: Option<ReplySender>,
        now: Now,
    ) -> Vec<Effect> {
        let full = self.unsaved.gather(room, operations, now.mono_ms);
        if full || done.is_some() { self.flush(done, now) } else { Vec::new() }
    }

    /// Writes the local state of a room, with the operations that come after it at the latest: of our own chains it
    /// says which of them others know more of, and that has to be on the disk no later than what others know.
    pub(super) fn store_local(&mut self, room: RoomId, bytes: Vec<u8>, now: Now) {
        self.unsaved.put_local(room, bytes, now.mono_ms);
    }

    /// Writes what was gathered. While the disk refuses, nothing: the rooms will be read anew.
    pub(super) fn flush(&mut self, done: Option<ReplySender>, now: Now) -> Vec<Effect> {
        let group = self.unsaved.take_gathered();
        if let Some(reason) = self.trouble() {
            done.map(|done| done.send(Err(CommandError::NotSaved(reason.to_owned()))));
            return Vec::new();
        }
        self.queue(Job::Received { group, done }, now)
    }

    /// Sends `value` when all of a room that was taken in before is on the disk: for somebody who reads that from the store. While
    /// the disk refuses, it is sent at once.
    pub(super) fn send_when_stored<T: Send + 'static>(
        &mut self,
        room: RoomId,
        value: T,
        to: oneshot::Sender<T>,
        now: Now,
    ) -> Vec<Effect> {
        if !self.is_writing() && self.unsaved.of_room(room).next().is_none() {
            let _ = to.send(value);
            return Vec::new();
        }
        let (done, stored) = oneshot::channel();
        tokio::spawn(async move {
            let _ = stored.await;
            let _ = to.send(value);
        });
        self.flush(Some(done), now)
    }

    /// Gives a job to the store, behind those for which its queue had no room.
    fn queue(&mut self, job: Job, now: Now) -> Vec<Effect> {
        self.waiting.push_back(job);
        if self.waiting.len() == 1 { self.queue_waiting(now) } else { Vec::new() }
    }

    /// Gives the store what waits for room in its queue. That it is full is no refusal of the disk: it is at work.
    fn queue_waiting(&mut self, now: Now) -> Vec<Effect> {
        while let Some(job) = self.waiting.pop_front() {
            match job.queue(&self.store, &self.messages) {
                None => {}
                Some((job, StoreError::Busy)) => {
                    self.waiting.push_front(job);
                    self.queue_at = now.mono_ms + BUSY_MS;
                    break;
                }
                Some((job, error)) => return self.failed(job, error, now),
            }
        }
        Vec::new()
    }

    fn failed(&mut self, job: Job, error: StoreError, now: Now) -> Vec<Effect> {
        match job.message(Err(error)) {
            Message::Stored { keys, done, result } => self.stored(&keys, done, result, now),
            Message::Written { room, write, result } => self.written(room, write, result, now),
            _ => Vec::new(),
        }
    }

    /// Takes note that received operations are durable, or not.
    pub(super) fn stored(
        &mut self,
        keys: &[Key],
        done: Option<ReplySender>,
        result: Result<(), StoreError>,
        now: Now,
    ) -> Vec<Effect> {
        self.unsaved.settled(keys);
        let mut effects = match &result {
            Ok(()) => self.queue_waiting(now),
            Err(error) => self.refused(error.to_string(), now),
        };
        effects.extend(done.map(|to| Effect::Reply { to, result: done_or_not(result) }));
        effects
    }

    /// Writes our own operations; the outcome comes as [`Message::Written`].
    pub(super) fn write(&mut self, room: &RoomName, write: Write, now: Now) -> Vec<Effect> {
        if let Some(reason) = self.trouble() {
            // What it was signed on may not be on the disk. The room is read anew when the disk takes writes again.
            return not_saved(&write, reason.to_owned()).into_iter().collect();
        }
        *self.writing.entry(room.clone()).or_default() += 1;
        self.queue(Job::Own { room: room.clone(), write }, now)
    }

    /// Takes note that our own operations are durable, or not.
    pub(super) fn written(
        &mut self,
        room: RoomName,
        write: Write,
        result: Result<(), StoreError>,
        now: Now,
    ) -> Vec<Effect> {
        self.write_ended(&room);
        match result {
            Ok(()) => {
                let mut effects = vec![Effect::Saved { room, write }];
                effects.extend(self.queue_waiting(now));
                effects
            }
            Err(error) => {
                let mut effects = self.refused(error.to_string(), now);
                effects.extend(not_saved(&write, error.to_string()));
                effects
            }
        }
    }

    fn write_ended(&mut self, room: &RoomName) {
        if let Some(count) = self.writing.get_mut(room) {
            *count -= 1;
            if *count == 0 {
                self.writing.remove(room);
            }
        }
    }

    /// Writes a named value, after what was written before, and answers when it is durable.
    pub(super) fn remember(&self, name: &'static str, value: Vec<u8>, answer: Option<ReplySender>) {
        self.remember_all(name, vec![(name.to_owned(), value)], answer);
    }

    /// As [`Disk::remember`], several values in one commit; `what` they are is for the log of the program.
    pub(super) fn remember_all(&self, what: &'static str, values: Vec<(String, Vec<u8>)>, answer: Option<ReplySender>) {
        let (sender, outcome) = oneshot::channel();
        let queued = self.store.append_with(Vec::new(), values, move |result| drop(sender.send(result)));
        tokio::spawn(async move {
            let result = match queued {
                Ok(()) => outcome.await.unwrap_or(Err(StoreError::Closed)),
                Err(error) => Err(error),
            };
            if let Err(error) = &result {
                tracing::warn!(%error, what, "not remembered");
            }
            answer.map(|answer| answer.send(done_or_not(result)));
        });
    }

    /// Returns whether own writes of any room are on their way.
    pub(super) fn is_writing(&self) -> bool {
        !self.writing.is_empty()
    }

    /// Returns whether no own writes of a room are on their way.
    pub(super) fn is_clean(&self, room: &RoomName) -> bool {
        !self.writing.contains_key(room)
    }

    /// Writes a room's snapshot, after everything that is in it.
    pub(super) fn write_snapshot(&mut self, room: RoomId, snapshot: RoomSnapshot, now: Now) -> Vec<Effect> {
        let effects = self.flush(None, now);
        let store = self.store.clone();
        tokio::task::spawn_blocking(move || write_snapshot(&store, room, &snapshot));
        effects
    }

    /// Writes everything and the snapshots of some rooms, and closes the store: [`Message::Closed`].
    pub(super) fn close(&mut self, snapshots: Vec<(RoomId, RoomSnapshot)>, now: Now) -> Vec<Effect> {
        let effects = self.flush(None, now);
        let (waiting, messages) = (std::mem::take(&mut self.waiting), self.messages.clone());
        self.spawn(move |store| {
            for job in waiting {
                let _ = messages.blocking_send(job.write(store));
            }
            for (room, snapshot) in snapshots {
                write_snapshot(store, room, &snapshot);
            }
            store.close();
            Some(Message::Closed)
        });
        effects
    }

    // --- reads -----------------------------------------------------------------------------------------------------

    /// Reads a room in which no own writes are on their way, to be entered: [`Message::Loaded`].
    pub(super) fn load(&self, room: RoomName, now: Now) {
        let (credentials, repairs) = (self.credentials.clone(), self.repairs);
        self.spawn(move |store| {
            let result = load(store, &credentials, &room, now).map(Box::new);
            Some(Message::Loaded { repairs, result })
        });
    }

    /// Returns whether no files were moved aside since there were so many repairs: what was read then still counts.
    pub(super) fn is_current(&self, repairs: u64) -> bool {
        self.repairs == repairs
    }

    /// Reads a page of history: [`Message::Page`].
    pub(super) fn read_page(&self, room: RoomName, lines: Vec<Line>, answer: ReplySender) {
        let count = lines.len();
        self.read(room.id(), lines, move |operations| Some(Message::Page { room, operations, lines: count, answer }));
    }

    /// Reads lines of our own that are dated in the future: [`Message::HeldBack`].
    pub(super) fn read_held_back(&mut self, room: RoomName, positions: Vec<Position>) {
        let last = self.held_back.entry(room.clone()).or_default();
        *last += 1;
        let number = *last;
        let lines = positions.into_iter().map(Line::Stored).collect();
        self.read(room.id(), lines, move |operations| {
            Some(Message::HeldBack { room, number, entries: operations.iter().map(Operation::id).collect() })
        });
    }

    /// Returns whether no later read of a room's held back lines was begun: each result replaces the one before, and reads
    /// may overtake one another.
    pub(super) fn is_last_held_back(&self, room: &RoomName, number: u64) -> bool {
        self.held_back.get(room) == Some(&number)
    }

    /// Reads some lines for a peer.
    pub(super) fn read_for_peer(&self, room: RoomId, lines: Vec<Line>, answer: oneshot::Sender<Vec<Operation>>) {
        self.read(room, lines, move |operations| {
            let _ = answer.send(operations);
            None
        });
    }

    /// Reads the operations of some lines, in order; those that can't be read are left out. While files are being moved
    /// aside, none are read.
    fn read(
        &self,
        room: RoomId,
        lines: Vec<Line>,
        then: impl FnOnce(Vec<Operation>) -> Option<Message> + Send + 'static,
    ) {
        if self.is_repairing() {
            let messages = self.messages.clone();
            tokio::spawn(async move {
                if let Some(message) = then(Vec::new()) {
                    let _ = messages.send(message).await;
                }
            });
            return;
        }
        let waiting = |line| match line {
            Line::Floating(operation) => Ok(operation),
            Line::Stored(position) => self.unsaved.get(&(room, position)).cloned().ok_or(position),
        };
        let lines: Vec<Result<Operation, Position>> = lines.into_iter().map(waiting).collect();
        let messages = self.messages.clone();
        self.spawn(move |store| {
            let (operations, errors) = read_lines(store, room, lines);
            errors.into_iter().for_each(|error| drop(messages.blocking_send(Message::Unreadable(error))));
            then(operations)
        });
    }

    /// Reads all drawings of a room, of which `positions` are the steps, and answers with them.
    pub(super) fn read_drawings(&self, room: RoomId, positions: Vec<Position>, answer: ReplySender) {
        self.read_steps(room, positions, |result| match result {
            Ok(read) => {
                let drawings = Gallery::new(steps(read.into_iter()));
                let _ = answer.send(Ok(Reply::Drawings { drawings }));
                None
            }
            Err(error) => {
                let _ = answer.send(Err(CommandError::Unreadable(error.to_string())));
                Some(Message::Unreadable(error))
            }
        });
    }

    /// Reads and folds all games and strokes of a room, of which `positions` are the steps: [`Message::Refolded`].
    pub(super) fn refold(&self, room: RoomName, positions: Vec<Position>) {
        self.read_steps(room.id(), positions, |result| {
            let fold = |read: Vec<Operation>| Box::new(Fold::of(steps(read.into_iter())));
            Some(Message::Refolded { room, result: result.map(fold) })
        });
    }

    fn read_steps(
        &self,
        room: RoomId,
        positions: Vec<Position>,
        then: impl FnOnce(Result<Vec<Operation>, SyncError>) -> Option<Message> + Send + 'static,
    ) {
        let unsaved: Vec<Operation> = self.unsaved.of_room(room).cloned().collect();
        let keys = self.credentials.private.keys(room);
        self.spawn(move |store| {
            then(read_all(store, room, positions).map(|read| {
                let mut read: Vec<Operation> = read.into_values().chain(unsaved).collect();
                // What can't be opened has no step.
                for operation in &mut read {
                    let _ = operation.open(keys.as_ref());
                }
                read
            }))
        });
    }

    /// Writes a backup, and answers when it is durable.
    pub(super) fn write_backup(&self, to: PathBuf, passphrase: String, answer: ReplySender) {
        let identity = self.credentials.identity.clone();
        self.spawn(move |store| {
            let written = backup::write(store, &identity, &to, &passphrase);
            let _ = answer.send(written.map(|()| Reply::Done {}));
            None
        });
    }

    /// Reads everything that is stored once, slowly: damage that nobody happens to read is found too.
    pub(super) fn look_over(&self) {
        let (store, messages) = (self.store.clone(), self.messages.clone());
        tokio::spawn(async move {
            tokio::time::sleep(LOOK_AFTER).await;
            let mut cursor = Cursor::default();
            loop {
                let store = store.clone();
                let looked = tokio::task::spawn_blocking(move || store.look(cursor, LOOK_PIECE)).await;
                match looked {
                    Ok(Ok(Some(next))) => cursor = next,
                    Ok(Err(error @ StoreError::Damaged { .. })) => {
                        let _ = messages.send(Message::Unreadable(error.into())).await;
                        return;
                    }
                    Ok(Ok(None) | Err(_)) | Err(_) => return,
                }
                tokio::time::sleep(LOOK_REST).await;
            }
        });
    }

    // --- trouble ---------------------------------------------------------------------------------------------------

    /// Takes note that the disk refuses from the start. `retire`: our own chains could not be retired, which comes first when
    /// it takes writes. Returns the warnings.
    pub(super) fn begin_refusing(&mut self, reason: String, retire: bool, now: Now) -> Vec<Warning> {
        self.retire |= retire;
        let effects = self.refused(reason, now).into_iter();
        effects.filter_map(|effect| if let Effect::Warn(warning) = effect { Some(warning) } else { None }).collect()
    }

    fn refused(&mut self, reason: String, now: Now) -> Vec<Effect> {
        if self.trouble().is_some() {
            return Vec::new();
        }
        self.state = State::Refuses { reason: reason.clone(), retry_at: Some(now.mono_ms + RETRY_MS) };
        let mut effects = vec![Effect::Warn(Warning::StorageFailed { reason: reason.clone() })];
        effects.extend(self.give_up_waiting(&reason));
        effects
    }

    /// Gives up the writes that wait for room in the store's queue: the rooms will be read anew.
    fn give_up_waiting(&mut self, reason: &str) -> Vec<Effect> {
        let mut effects = Vec::new();
        for job in std::mem::take(&mut self.waiting) {
            match job {
                Job::Received { done, .. } => {
                    let result = || Err(CommandError::NotSaved(reason.to_owned()));
                    effects.extend(done.map(|to| Effect::Reply { to, result: result() }));
                }
                Job::Own { room, write } => {
                    self.write_ended(&room);
                    effects.extend(not_saved(&write, reason.to_owned()));
                }
            }
        }
        effects
    }

    /// Tries the disk again, and reads the rooms when it takes writes: [`Message::Recovered`].
    pub(super) fn recover(&self, rooms: Vec<RoomName>, now: Now) {
        let (credentials, retire) = (self.credentials.clone(), self.retire);
        self.spawn(move |store| {
            let retired = || if retire { retire_own_chains(store, credentials.identity.author()) } else { Ok(()) };
            let recovered = store.recover().and_then(|()| retired()).map_err(StartError::Store);
            let loaded = match recovered.and_then(|()| load_all(store, &credentials, &rooms, now)) {
                Err(error) if is_damage(&error) => load_repaired(store, &credentials, &rooms, now),
                loaded => loaded.map(|rooms| (None, rooms)),
            };
            Some(Message::Recovered(loaded.map_err(|error| error.to_string())))
        });
    }

    /// Takes note that files were moved aside while the disk was tried.
    pub(super) fn was_repaired(&mut self) {
        self.repairs += 1;
    }

    /// Takes note that the disk still refuses.
    pub(super) fn still_refuses(&mut self, error: &str, now: Now) {
        tracing::warn!(error, "the disk still refuses");
        if let State::Refuses { retry_at, .. } = &mut self.state {
            *retry_at = Some(now.mono_ms + RETRY_MS);
        }
    }

    /// Takes note that something can't be read. If the files are damaged, they are moved aside with what is whole saved
    /// from them, once ([`Message::Repaired`]), and the rest comes back from others. `rooms` are the open rooms.
    pub(super) fn reading_failed(
        &mut self,
        error: &SyncError,
        rooms: impl FnOnce() -> Vec<RoomName>,
        now: Now,
    ) -> Vec<Effect> {
        tracing::error!(%error, "the history can't be read");
        let damaged = matches!(error, SyncError::Store(StoreError::Damaged { .. }) | SyncError::Record(_));
        if damaged { self.repair(error.to_string(), rooms(), now) } else { Vec::new() }
    }

    /// Has damaged files moved aside: [`Message::Repaired`]. Does nothing while the disk refuses or is being repaired.
    pub(super) fn repair(&mut self, reason: String, rooms: Vec<RoomName>, now: Now) -> Vec<Effect> {
        if self.trouble().is_some() {
            return Vec::new();
        }
        let effects = self.give_up_waiting(&reason);
        self.state = State::Repairs { reason };
        self.repairs += 1;
        let credentials = self.credentials.clone();
        self.spawn(move |store| {
            let repaired = load_repaired(store, &credentials, &rooms, now);
            Some(Message::Repaired(repaired.map_err(|error| error.to_string())))
        });
        effects
    }

    /// Takes note that damaged files could not be moved aside: the disk refuses.
    pub(super) fn repair_failed(&mut self, reason: String, now: Now) -> Vec<Effect> {
        self.state = State::Works;
        self.refused(reason, now)
    }

    /// Takes note that the disk works again: the open rooms are now those that were read from it. What had not been written
    /// comes again by sync.
    pub(super) fn works_again(&mut self) {
        (self.state, self.retire) = (State::Works, false);
        self.unsaved.clear();
    }

    /// Runs work that waits for the disk on a blocking worker, and sends its message.
    fn spawn(&self, work: impl FnOnce(&Store) -> Option<Message> + Send + 'static) {
        let (store, messages) = (self.store.clone(), self.messages.clone());
        tokio::task::spawn_blocking(move || {
            let message = catch_unwind(AssertUnwindSafe(|| work(&store))).unwrap_or(Some(Message::Failed));
            if let Some(message) = message {
                let _ = messages.blocking_send(message);
            }
        });
    }
}

fn done_or_not(result: Result<(), StoreError>) -> Result<Reply, CommandError> {
    result.map(|()| Reply::Done {}).map_err(|error| CommandError::NotSaved(error.to_string()))
}

fn not_saved(write: &Write, reason: String) -> Option<Effect> {
    let (command, _) = write.reply.as_ref()?;
    Some(Effect::NotSaved { command: *command, reason })
}

/// Returns the warning about files that were moved aside.
pub(super) fn quarantined(quarantine: &Quarantine) -> Warning {
    let Quarantine { moved_to, reason, .. } = quarantine;
    Warning::Quarantined { moved_to: moved_to.display().to_string(), reason: reason.clone() }
}

#[cfg(test)]
mod tests;
