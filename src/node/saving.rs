//! Between the rooms and the disk: what waits for it, and what happens when it refuses.
//!
//! When the disk refuses a write, the memory holds more than the disk. Then nothing is taken in or said any more until
//! the disk takes a write again; the rooms are then read anew from it, and what others sent meanwhile comes again by
//! catching up. **Invariant:** a room in memory is never ahead of its disk by anything that was acknowledged.

use inkmesh_store::{ChainKey, Quarantine, Record, Store, StoreError};

use super::catch_up::SyncError;
use super::handle::Answer;
use super::run::{Note, Outcome, Runner};
use super::{CommandError, StartError};
use crate::command::Reply;
use crate::event::Warning;
use crate::identity::Author;
use crate::log::{Line, Position};
use crate::name::{RoomId, RoomName};
use crate::operation::{Header, Operation, Unverified};
use crate::room::{Input, Write};
use crate::sync::unsaved::{Group, Key};

impl Runner {
    /// Whether more can be taken in from the network now.
    pub(super) fn takes_more(&self) -> bool {
        self.trouble.is_none() && self.unsaved.has_room()
    }

    /// Has received operations written: at once when somebody waits for that (`done` is told then), else together with
    /// those that come in the next moments. Nobody was told that they are kept; what a crash takes comes again.
    pub(super) fn keep(&mut self, room: RoomId, operations: Vec<(Position, Operation)>, done: Option<Answer>) {
        let now = self.now().mono_ms;
        if self.unsaved.gather(room, operations, now) || done.is_some() {
            self.keep_now(done);
        }
    }

    /// Has a room's few bytes written, with the operations that come after it at the latest: of our own chains it says
    /// which of them others know more of, and that has to be on the disk no later than what others know.
    pub(super) fn keep_beside(&mut self, room: RoomId, bytes: Vec<u8>) {
        let now = self.now().mono_ms;
        self.unsaved.put_beside(room, bytes, now);
    }

    /// Writes what was gathered. While the disk refuses, nothing: the rooms will be read anew.
    pub(super) fn keep_now(&mut self, done: Option<Answer>) {
        let Group { operations, beside } = self.unsaved.take_gathered();
        if let Some(reason) = &self.trouble {
            done.map(|done| done.send(Err(CommandError::NotSaved(reason.clone()))));
            return;
        }
        let keys: Vec<Key> = operations.iter().map(|(key, _)| *key).collect();
        let records = operations.iter().map(|(key, operation)| record(*key, operation)).collect();
        let values = beside.into_iter().map(|(room, bytes)| (room_key(room), bytes)).collect();
        let queued = self.reserve_outcome().and_then(|place| {
            let told = move |result| drop(place.send(Outcome::Kept { keys, done, result }));
            self.store.append_with(records, values, told)
        });
        if let Err(error) = queued {
            self.disk_refused(&error);
        }
    }

    pub(super) fn on_kept(&mut self, keys: &[Key], done: Option<Answer>, result: Result<(), StoreError>) {
        self.unsaved.settled(keys);
        if let Err(error) = &result {
            self.disk_refused(error);
        }
        let result = result.map_err(|error| CommandError::NotSaved(error.to_string()));
        done.map(|done| done.send(result.map(|()| Reply::Done {})));
    }

    /// An operation of a room, from the disk or on its way there.
    pub(super) fn operation(&self, room: RoomId, place: Position) -> Result<Option<Operation>, SyncError> {
        if let Some(operation) = self.unsaved.get(&(room, place)) {
            return Ok(Some(operation.clone()));
        }
        let Some(bytes) = self.store.get(&chain_key(room, place.author, place.lane), place.index)? else {
            return Ok(None);
        };
        Ok(Some(Unverified::decode(&bytes)?.trust()))
    }

    /// The operations of some lines of a room; those that can't be read are left out, and the disk is looked after.
    pub(super) fn operations(&mut self, room: RoomId, lines: Vec<Line>) -> Vec<Operation> {
        if self.repairing {
            return Vec::new();
        }
        let mut operations = Vec::with_capacity(lines.len());
        for line in lines {
            match line {
                Line::Floating(operation) => operations.push(operation),
                Line::Stored(place) => match self.operation(room, place) {
                    Ok(operation) => operations.extend(operation),
                    Err(error) => self.reading_failed(&error),
                },
            }
        }
        operations
    }

    /// Writes our own operations.
    pub(super) fn save(&mut self, room: &RoomName, write: Write) {
        if let Some(reason) = self.trouble.clone() {
            // What it was signed on may not be on the disk. The room is read anew when the disk takes writes again.
            return self.not_saved(write, reason);
        }
        *self.saving.entry(room.clone()).or_default() += 1;
        let (name, saved) = (room.clone(), write.clone());
        let queued = self.reserve_outcome().and_then(|place| {
            let told = move |result| drop(place.send(Outcome::Saved { room: name, write: saved, result }));
            self.store.append(own_records(&write.operations), told)
        });
        if let Err(error) = queued {
            self.on_saved(room, write, Err(error));
        }
    }

    pub(super) fn on_saved(&mut self, room: &RoomName, write: Write, result: Result<(), StoreError>) {
        if let Some(count) = self.saving.get_mut(room) {
            *count -= 1;
            if *count == 0 {
                self.saving.remove(room);
            }
        }
        match result {
            Ok(()) => {
                let reply = write.reply.clone();
                self.feed(room, Input::Saved(write));
                // The room replies, unless we have left it since.
                reply.into_iter().for_each(|(ticket, reply)| self.reply(ticket, Ok(reply)));
            }
            Err(error) => {
                self.not_saved(write, error.to_string());
                self.disk_refused(&error);
            }
        }
    }

    fn not_saved(&mut self, write: Write, reason: String) {
        if let Some((ticket, _)) = write.reply {
            self.reply(ticket, Err(CommandError::NotSaved(reason)));
        }
    }

    fn disk_refused(&mut self, error: &StoreError) {
        self.disk_refused_because(error.to_string());
    }

    fn disk_refused_because(&mut self, reason: String) {
        if self.trouble.is_none() {
            self.trouble = Some(reason.clone());
            self.warn(Warning::StorageFailed { reason });
            self.recover_later();
        }
    }

    pub(super) fn try_disk(&self) {
        let (store, notes) = (self.store.clone(), self.notes.clone());
        tokio::task::spawn_blocking(move || {
            let result = store.recover();
            let _ = notes.blocking_send(Note::Recovered(result));
        });
    }

    pub(super) fn on_recovered(&mut self, result: Result<(), StoreError>) {
        match result.map_err(|error| error.to_string()).and_then(|()| self.begin_again()) {
            Ok(()) => self.warn(Warning::StorageRecovered),
            Err(reason) => {
                tracing::warn!(%reason, "the disk still refuses");
                self.recover_later();
            }
        }
    }

    /// Reads the rooms anew from the disk, which takes writes again. What was not kept comes again by catching up.
    fn begin_again(&mut self) -> Result<(), String> {
        let trouble = self.trouble.take(); // the rooms write when they are read anew
        self.unsaved.clear();
        self.reload_rooms().inspect_err(|_| self.trouble = trouble)
    }

    /// Something could not be read. If the files are damaged, what is whole is saved from them, once, and the rest comes
    /// back from others.
    pub(super) fn reading_failed(&mut self, error: &SyncError) {
        tracing::error!(%error, "the history can't be read");
        let damaged = matches!(error, SyncError::Store(StoreError::Damaged { .. }) | SyncError::Operation(_));
        if !damaged || self.trouble.is_some() {
            return;
        }
        self.trouble = Some(error.to_string());
        self.repairing = true;
        let (store, notes, me) = (self.store.clone(), self.notes.clone(), self.identity.author());
        tokio::task::spawn_blocking(move || {
            let repaired = store.repair().and_then(|quarantine| {
                retire_own_chains(&store, me)?;
                Ok(quarantine)
            });
            let _ = notes.blocking_send(Note::Repaired(repaired));
        });
    }

    pub(super) fn on_repaired(&mut self, result: Result<Quarantine, StoreError>) {
        self.repairing = false;
        let outcome = result.map_err(|error| error.to_string()).and_then(|quarantine| {
            self.begin_again()?;
            Ok(quarantine)
        });
        match outcome {
            Ok(quarantine) => self.warn(quarantined(&quarantine)),
            Err(reason) => {
                self.trouble = None;
                self.disk_refused_because(reason);
            }
        }
        self.join_those_that_waited();
    }

    /// Puts damaged files right before the loop runs: nothing else can be done then, so this waits for it.
    pub(super) fn repair_at_the_start(&mut self) -> Result<(), StartError> {
        let quarantine = self.store.repair()?;
        retire_own_chains(&self.store, self.identity.author())?;
        self.begin_again().map_err(|reason| StartError::HistoryDamaged { reason })?;
        self.warn(quarantined(&quarantine));
        Ok(())
    }
}

/// Our own chains may have been longer than what the disk has: none of them is continued, in any room. Waits for the disk.
pub(super) fn retire_own_chains(store: &Store, me: Author) -> Result<(), StoreError> {
    for room in store.rooms()? {
        let chains = store.chains(&room)?;
        let ours = chains.iter().filter(|(chain, _)| chain.author == me.0).map(|(chain, _)| chain.log);
        let key = room_key(RoomId(room));
        let kept = store.get_meta(&key)?;
        store.put_meta(&key, crate::room::retire(kept.as_deref(), ours))?;
    }
    Ok(())
}

/// The name under which a room's few kept bytes lie beside the log.
pub(super) fn room_key(room: RoomId) -> String {
    format!("room/{}", data_encoding::HEXLOWER.encode(&room.0))
}

/// What the person is told of a folder that was set aside.
pub(super) fn quarantined(quarantine: &Quarantine) -> Warning {
    let Quarantine { moved_to, reason, .. } = quarantine;
    Warning::Quarantined { moved_to: moved_to.display().to_string(), reason: reason.clone() }
}

/// Our own operations, where they belong: we only ever write at the end of a chain's first lane.
fn own_records(operations: &[Operation]) -> Vec<Record> {
    let own = |operation: &Operation| {
        let Header { room, chain, seq, .. } = *operation.header();
        record((room, Position { author: chain.author, lane: chain.log, index: seq }), operation)
    };
    operations.iter().map(own).collect()
}

fn record((room, place): Key, operation: &Operation) -> Record {
    let chain = chain_key(room, place.author, place.lane);
    Record { chain, seq: place.index, bytes: operation.bytes().to_vec() }
}

/// The name of a lane in the store.
pub(super) fn chain_key(room: RoomId, author: Author, lane: u64) -> ChainKey {
    ChainKey { room: room.0, author: author.0, log: lane }
}
