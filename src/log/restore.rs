//! Taking in what is on the disk.

use super::forest::{Home, Refusal};
use super::take::Batch;
use super::{Ingest, Ingested, Log, Reason};
use crate::operation::Operation;

impl Log {
    /// Takes in operations from our own disk, each with the number of the lane it is kept in, lanes in their order
    /// and parents before children. Nothing is parked (it was accepted before, and a clock that has been set back
    /// since must not change that) and nothing floats: what can't be placed where it is kept was removed before, and is
    /// not told. `floating` is empty.
    pub fn restore(&mut self, stored: Vec<(u64, Operation)>) -> Ingested {
        let mut batch = Batch::default();
        for (lane, operation) in stored {
            let outcome = self.put_back(lane, &operation, &mut batch);
            if !matches!(outcome, Ingest::Inserted) {
                // The disk holds something there that isn't part of the lane: nothing may be put on top of it.
                self.forest.close(operation.header().chain, lane);
            }
            batch.outcomes.push(outcome);
        }
        self.settle(batch)
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
