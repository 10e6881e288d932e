//! Between the rooms and the disk: what waits for it, and what happens when it refuses.
//!
//! When the disk refuses a write, the memory holds more than the disk. Then nothing is taken in or said any more until
//! the disk takes a write again; the rooms are then read anew from it, and what others sent meanwhile comes again by
//! catching up. **Invariant:** a room in memory is never ahead of its disk by anything that was acknowledged.

use inkmesh_store::{ChainKey, Record, StoreError};
use tokio::sync::oneshot;

use super::catch_up::SyncError;
use super::run::{Note, Runner};
use crate::event::Warning;
use crate::log::Place;
use crate::name::{RoomId, RoomName};
use crate::operation::{Header, Operation, Unverified};
use crate::room::{Input, Write};

/// Received operations that may wait for the disk. While there are more, gossip is left to catching up.
const MAX_KEEPING: usize = 8_192;
/// Their bytes, likewise.
const MAX_KEEPING_BYTES: usize = 12 << 20;
/// How long received operations are gathered before they are written together, in milliseconds.
const GATHER_MS: u64 = 20;
/// How many are gathered at most.
const MAX_GROUP: usize = 1024;

impl Runner {
    /// Whether more can be taken in from the network now.
    pub(super) fn takes_more(&self) -> bool {
        self.trouble.is_none() && self.unsaved.len() < MAX_KEEPING && self.unsaved_bytes < MAX_KEEPING_BYTES
    }

    /// Has received operations written: at once when somebody waits for that (`done` is told then), else together with
    /// those that come in the next moments. Nobody was told that they are kept; what a crash takes comes again.
    pub(super) fn keep(&mut self, operations: Vec<Operation>, done: Option<oneshot::Sender<()>>) {
        for operation in &operations {
            let header = operation.header();
            self.unsaved_bytes += operation.bytes().len();
            self.unsaved.insert((chain_key(header), header.seq), operation.clone());
        }
        self.to_keep.extend(operations);
        if done.is_some() || self.to_keep.len() >= MAX_GROUP {
            self.keep_now(done);
        } else if self.keep_at.is_none() {
            self.keep_at = Some(self.now().mono_ms + GATHER_MS);
        }
    }

    /// Writes what was gathered.
    pub(super) fn keep_now(&mut self, done: Option<oneshot::Sender<()>>) {
        self.keep_at = None;
        let records = records(&std::mem::take(&mut self.to_keep));
        let places: Vec<_> = records.iter().map(|record| (record.chain, record.seq)).collect();
        let notes = self.notes.clone();
        let told = move |result| {
            let _ = notes.blocking_send(Note::Kept { places, done, result });
        };
        if let Err(error) = self.store.append(records, told) {
            self.disk_refused(&error);
        }
    }

    pub(super) fn on_kept(
        &mut self,
        places: &[(ChainKey, u64)],
        done: Option<oneshot::Sender<()>>,
        result: Result<(), StoreError>,
    ) {
        for place in places {
            let bytes = self.unsaved.remove(place).map_or(0, |operation| operation.bytes().len());
            self.unsaved_bytes = self.unsaved_bytes.saturating_sub(bytes);
        }
        match result {
            Ok(()) => {
                done.map(|done| done.send(()));
            }
            Err(error) => self.disk_refused(&error),
        }
    }

    /// An operation of a room, from the disk or on its way there.
    pub(super) fn operation(&self, room: RoomId, place: Place) -> Result<Option<Operation>, SyncError> {
        let chain = ChainKey { room: room.0, author: place.chain.author.0, log: place.chain.log };
        if let Some(operation) = self.unsaved.get(&(chain, place.seq)) {
            return Ok(Some(operation.clone()));
        }
        let Some(bytes) = self.store.get(&chain, place.seq)? else { return Ok(None) };
        Ok(Some(Unverified::decode(&bytes)?.trust()))
    }

    /// Writes our own operations.
    pub(super) fn save(&mut self, room: &RoomName, write: Write) {
        if let Some(reason) = self.trouble.clone() {
            // What it was signed on may not be on the disk. The room is read anew when the disk takes writes again.
            if let Some(asker) = self.answers.remove(&(room.clone(), write.ticket)) {
                asker.fail(reason);
            }
            return;
        }
        *self.saving.entry(room.clone()).or_default() += 1;
        let (name, saved, notes) = (room.clone(), write.clone(), self.notes.clone());
        let told = move |result| {
            let _ = notes.blocking_send(Note::Saved { room: name, write: saved, result });
        };
        if let Err(error) = self.store.append(records(&write.operations), told) {
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
        let asker = self.answers.remove(&(room.clone(), write.ticket));
        match result {
            Ok(()) => {
                self.feed(room, Input::Saved(write));
                if let Some(asker) = asker {
                    asker.succeed();
                }
            }
            Err(error) => {
                if let Some(asker) = asker {
                    asker.fail(error.to_string());
                }
                self.disk_refused(&error);
            }
        }
    }

    fn disk_refused(&mut self, error: &StoreError) {
        if self.trouble.is_none() {
            let reason = error.to_string();
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
        let trouble = self.trouble.take(); // the rooms write when they are read anew
        // What was not kept comes again by catching up.
        self.unsaved.clear();
        self.unsaved_bytes = 0;
        self.to_keep.clear();
        let reloaded = result.map_err(|error| error.to_string()).and_then(|()| self.reload_rooms());
        match reloaded {
            Ok(()) => self.warn(Warning::StorageRecovered),
            Err(reason) => {
                tracing::warn!(%reason, "the disk still refuses");
                self.trouble = trouble;
                self.recover_later();
            }
        }
    }
}

fn chain_key(header: &Header) -> ChainKey {
    ChainKey { room: header.room.0, author: header.chain.author.0, log: header.chain.log }
}

fn records(operations: &[Operation]) -> Vec<Record> {
    let record = |operation: &Operation| {
        let header = operation.header();
        Record { chain: chain_key(header), seq: header.seq, bytes: operation.bytes().to_vec() }
    };
    operations.iter().map(record).collect()
}
