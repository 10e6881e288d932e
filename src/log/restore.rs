//! Taking in operations from the disk.

use super::forest::{Home, Refusal};
use super::take::Batch;
use super::{Ingest, Ingested, Log, Reason};
use crate::operation::Operation;

impl Log {
    /// Takes in operations from our own disk, each with the number of its lane, lanes in their order and parents before
    /// children. None is parked: each was accepted before, and a clock that was set back must not change that. None
    /// floats: an operation that doesn't fit its position was removed from the log before, and is skipped. `floating` is
    /// empty.
    pub fn restore(&mut self, stored: Vec<(u64, Operation)>) -> Ingested {
        let mut batch = Batch::default();
        for (lane, operation) in stored {
            let outcome = self.put_back(lane, &operation, &mut batch);
            if !matches!(outcome, Ingest::Inserted) {
                // The disk holds an operation there that isn't part of the lane: nothing may be stored after it.
                self.forest.close(operation.header().chain, lane);
            }
            batch.outcomes.push(outcome);
        }
        self.settle(batch)
    }

    /// Lets operations float that are on our own disk behind a gap in their chain, each once. Returns those that do. Left
    /// out are those that the log holds, and those whose parent it holds: they come again by sync.
    pub fn restore_torn(&mut self, stored: Vec<Operation>) -> Vec<Operation> {
        let news = |log: &Log, operation: &Operation| {
            let header = operation.header();
            header.room == log.room
                && log.is_news(header, operation.id())
                && matches!(log.forest.parent(header), Err(Refusal::NoParent))
                && log.forest.admits(header.chain)
        };
        let floating: Vec<Operation> = stored.into_iter().filter(|operation| news(self, operation)).collect();
        floating.iter().for_each(|operation| self.floating.keep_torn(operation.clone()));
        floating
    }

    fn put_back(&mut self, lane: u64, operation: &Operation, batch: &mut Batch) -> Ingest {
        let header = operation.header();
        if header.room != self.room {
            return Ingest::Rejected(Reason::OtherRoom);
        }
        if self.is_held(header, operation.id()) {
            return Ingest::Duplicate;
        }
        match self.add(operation, Home::Lane(lane), Some(batch.outcomes.len()), batch) {
            Ok(()) => Ingest::Inserted,
            Err(Refusal::Never(reason)) => Ingest::Rejected(reason),
            Err(Refusal::NoParent | Refusal::Misplaced) => Ingest::Dropped,
        }
    }
}
