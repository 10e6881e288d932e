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
use crate::operation::{Operation, Unverified};
use crate::room::{Input, Ticket, Write};

/// Received operations that may wait for the disk. While there are more, gossip is left to catching up.
const MAX_KEEPING: usize = 16_384;

impl Runner {
    /// Whether more can be taken in from the network now.
    pub(super) fn takes_more(&self) -> bool {
        self.trouble.is_none() && self.unsaved.len() < MAX_KEEPING
    }

    /// Writes received operations. `done` is told when they are durable.
    pub(super) fn keep(&mut self, operations: &[Operation], done: Option<oneshot::Sender<()>>) {
        let records = records(operations);
        let places: Vec<_> = records.iter().map(|record| (record.chain, record.seq)).collect();
        self.unsaved.extend(places.iter().copied().zip(operations.iter().cloned()));
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
            self.unsaved.remove(place);
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
    pub(super) fn save(&mut self, room: &RoomName, write: &Write) {
        let (room, ticket, notes) = (room.clone(), write.ticket, self.notes.clone());
        let refused = room.clone();
        let told = move |result| {
            let _ = notes.blocking_send(Note::Saved { room, ticket, result });
        };
        if let Err(error) = self.store.append(records(&write.operations), told) {
            self.on_saved(&refused, ticket, Err(error));
        }
    }

    pub(super) fn on_saved(&mut self, room: &RoomName, ticket: Ticket, result: Result<(), StoreError>) {
        let asker = self.answers.remove(&(room.clone(), ticket));
        match result {
            Ok(()) => {
                self.feed(room, Input::Saved(ticket));
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
        let reloaded = result.map_err(|error| error.to_string()).and_then(|()| self.reload_rooms());
        match reloaded {
            Ok(()) => {
                self.trouble = None;
                self.unsaved.clear(); // what was not kept comes again by catching up
                self.warn(Warning::StorageRecovered);
            }
            Err(reason) => {
                tracing::warn!(%reason, "the disk still refuses");
                self.recover_later();
            }
        }
    }
}

fn records(operations: &[Operation]) -> Vec<Record> {
    let record = |operation: &Operation| {
        let header = operation.header();
        let chain = ChainKey { room: header.room.0, author: header.chain.author.0, log: header.chain.log };
        Record { chain, seq: header.seq, bytes: operation.bytes().to_vec() }
    };
    operations.iter().map(record).collect()
}
