//! Writes on their way to the store.

use std::sync::{Arc, Mutex, PoisonError};

use inkmesh_store::{Record, Store, StoreError};
use tokio::sync::mpsc;

use super::{Message, chain_of, room_key};
use crate::log::Position;
use crate::name::RoomName;
use crate::node::handle::ReplySender;
use crate::operation::Operation;
use crate::room::Write;
use crate::sync::unsaved::Group;

/// Something to be written.
pub(super) enum Job {
    /// Received operations, with the local state of rooms. `done` is sent when they are durable.
    Received { group: Group, done: Option<ReplySender> },
    /// Operations of our own.
    Own { room: RoomName, write: Write },
}

impl Job {
    /// Gives the job to the store; the outcome comes as a message. Without a free slot for that, the store counts as busy.
    /// Returns the job and the reason when the store doesn't take it.
    pub(super) fn queue(self, store: &Store, messages: &mpsc::Sender<Message>) -> Option<(Job, StoreError)> {
        let Ok(slot) = messages.clone().try_reserve_owned() else { return Some((self, StoreError::Busy)) };
        let (records, values) = (self.records(), self.values());
        // Shared with the callback, which is dropped when the store doesn't take it.
        let job = Arc::new(Mutex::new(Some(self)));
        let theirs = Arc::clone(&job);
        let outcome = move |result| {
            if let Some(job) = take(&theirs) {
                slot.send(job.message(result));
            }
        };
        let error = store.append_with(records, values, outcome).err()?;
        Some((take(&job)?, error))
    }

    /// Writes and waits for that; returns the message with the outcome.
    pub(super) fn write(self, store: &Store) -> Message {
        let values = self.values().into_iter().try_for_each(|(name, value)| store.put_meta(&name, value));
        let result = values.and_then(|()| store.append_wait(self.records()));
        self.message(result)
    }

    /// Returns the message with the outcome.
    pub(super) fn message(self, result: Result<(), StoreError>) -> Message {
        match self {
            Job::Received { group, done } => {
                Message::Stored { keys: group.operations.iter().map(|(key, _)| *key).collect(), done, result }
            }
            Job::Own { room, write } => Message::Written { room, write, result },
        }
    }

    fn records(&self) -> Vec<Record> {
        match self {
            Job::Received { group, .. } => {
                let records = group.operations.iter().map(|((room, position), operation)| Record {
                    chain: chain_of(*room, *position),
                    seq: position.index,
                    bytes: operation.bytes().to_vec(),
                });
                records.collect()
            }
            Job::Own { write, .. } => own_records(&write.operations),
        }
    }

    fn values(&self) -> Vec<(String, Vec<u8>)> {
        match self {
            Job::Received { group, .. } => {
                group.local.iter().map(|(room, bytes)| (room_key(*room), bytes.clone())).collect()
            }
            Job::Own { .. } => Vec::new(),
        }
    }
}

fn take(job: &Mutex<Option<Job>>) -> Option<Job> {
    job.lock().unwrap_or_else(PoisonError::into_inner).take()
}

/// Our own operations, where they belong: we only ever write at the end of a chain's first lane.
pub(super) fn own_records(operations: &[Operation]) -> Vec<Record> {
    let record = |operation: &Operation| {
        let header = operation.header();
        let (author, lane) = (header.chain.author, header.chain.log);
        let position = Position { author, lane, index: header.seq };
        Record { chain: chain_of(header.room, position), seq: header.seq, bytes: operation.bytes().to_vec() }
    };
    operations.iter().map(record).collect()
}
