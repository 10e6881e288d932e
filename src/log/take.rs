//! Taking operations in, in batches.

use std::collections::{BTreeMap, BTreeSet};

use super::forest::{Added, Home, Refusal};
use super::lane::OpRef;
use super::order::PackedOp;
use super::{Ingest, Ingested, Log, MAX_PARKED, Reason};
use crate::identity::Author;
use crate::operation::{ChainId, Operation, OperationId, OrderKey};

/// An operation that the batch added to the forest.
struct New {
    op: OpRef,
    /// Its index among the given operations; `None` for one that had been floating.
    given: Option<usize>,
    operation: Operation,
}

/// A batch that is being taken in. The order changes only when all of the batch is in the forest.
#[derive(Default)]
pub(super) struct Batch {
    inserted: Vec<New>,
    /// The operations of the batch that float or floated for a while, with their indices among the given ones.
    floated: BTreeMap<OperationId, usize>,
    /// The operations that were removed from the forest.
    cut: Vec<OrderKey>,
    /// The operations that floated before the batch and are now neither floating nor in the forest.
    dropped: Vec<OrderKey>,
    forks: Vec<Author>,
    pub(super) outcomes: Vec<Ingest>,
}

impl Log {
    /// Takes one operation in. Several together cost less: see [`Log::ingest_all`].
    pub fn ingest(&mut self, operation: Operation, wall_ms: u64) -> Ingested {
        self.ingest_all(vec![operation], wall_ms)
    }

    /// Takes operations in. Their signatures must have been checked. An operation that is too far ahead of `wall_ms`,
    /// in milliseconds since 1970, is parked.
    pub fn ingest_all(&mut self, operations: Vec<Operation>, wall_ms: u64) -> Ingested {
        let mut batch = Batch { inserted: Vec::with_capacity(operations.len()), ..Batch::default() };
        for operation in operations {
            let outcome = self.take(operation, wall_ms, &mut batch);
            batch.outcomes.push(outcome);
        }
        self.settle(batch)
    }

    fn take(&mut self, operation: Operation, wall_ms: u64, batch: &mut Batch) -> Ingest {
        let header = operation.header();
        if header.room != self.room {
            return Ingest::Rejected(Reason::OtherRoom);
        }
        if self.is_held(header, operation.id()) || self.floating.contains(header, operation.id()) {
            return Ingest::Duplicate;
        }
        if header.time.is_future(wall_ms) {
            return self.park(operation);
        }
        match self.add(&operation, Home::Any, Some(batch.outcomes.len()), batch) {
            Ok(()) => {
                self.connect(operation, batch);
                Ingest::Inserted
            }
            Err(Refusal::NoParent) => self.float(operation, batch),
            Err(Refusal::Never(reason)) => Ingest::Rejected(reason),
            // Only an operation with a stored position can be misplaced.
            Err(Refusal::Misplaced) => Ingest::Rejected(Reason::TooManyBranches),
        }
    }

    /// Adds an operation to the forest, if the operation before it is there.
    pub(super) fn add(
        &mut self,
        operation: &Operation,
        home: Home,
        given: Option<usize>,
        batch: &mut Batch,
    ) -> Result<(), Refusal> {
        let added = self.forest.add(operation.header(), operation.id(), home, &mut batch.cut)?;
        let Added { op, forked, pushed_out } = added;
        batch.inserted.push(New { op, given, operation: operation.clone() });
        if forked {
            batch.forks.push(operation.author());
        }
        if let Some(chain) = pushed_out {
            for lost in self.floating.take_chain(chain) {
                batch.lose(&lost, Ingest::Rejected(Reason::TooManyChains));
            }
        }
        Ok(())
    }

    /// Adds the floating operations that follow this one to the forest, and those that follow them.
    fn connect(&mut self, operation: Operation, batch: &mut Batch) {
        let mut parents = vec![operation];
        while let Some(parent) = parents.pop() {
            let header = parent.header();
            for child in self.floating.take_children(header.chain, header.seq, parent.id()) {
                let given = batch.floated.get(&child.id()).copied();
                match self.add(&child, Home::Any, given, batch) {
                    Ok(()) => {
                        if let Some(outcome) = given.and_then(|given| batch.outcomes.get_mut(given)) {
                            *outcome = Ingest::Inserted;
                        }
                        parents.push(child);
                    }
                    Err(Refusal::Never(reason)) => batch.lose(&child, Ingest::Rejected(reason)),
                    // Its parent may have been cut off again meanwhile.
                    Err(Refusal::NoParent | Refusal::Misplaced) => {
                        batch.lose(&child, Ingest::Rejected(Reason::TooManyBranches));
                    }
                }
            }
        }
    }

    fn float(&mut self, operation: Operation, batch: &mut Batch) -> Ingest {
        if !self.forest.admits(operation.header().chain) {
            return Ingest::Rejected(Reason::TooManyChains);
        }
        let id = operation.id();
        let Some(overtaken) = self.floating.keep(operation) else { return Ingest::Dropped };
        batch.floated.insert(id, batch.outcomes.len());
        for lost in overtaken {
            batch.lose(&lost, Ingest::Dropped);
        }
        Ingest::Floating
    }

    fn park(&mut self, operation: Operation) -> Ingest {
        if self.parked.len() < MAX_PARKED {
            self.parked.insert(operation.key(), operation);
        }
        Ingest::Parked
    }

    /// Brings the order up to date with the forest; returns the outcome of the batch.
    pub(super) fn settle(&mut self, batch: Batch) -> Ingested {
        let Batch { mut inserted, floated, cut, mut dropped, forks, mut outcomes } = batch;
        let mut removed = cut;
        if !removed.is_empty() {
            let dead = self.drop_dead(&mut inserted, &mut outcomes, &mut dropped);
            self.order.remove(&removed, &self.forest);
            removed.retain(|key| !dead.contains(key));
        }
        if !(inserted.is_empty() && removed.is_empty()) {
            self.digest.take();
        }
        let ops = inserted.iter().map(|new| PackedOp::new(new.op, new.operation.kind())).collect();
        self.order.insert(ops, &self.forest);
        self.forest.recycle();
        let inserted = inserted.into_iter().map(|new| (self.position_of(new.op), new.operation)).collect();
        let floating = self.floating.iter().filter(|operation| floated.contains_key(&operation.id()));
        Ingested { inserted, floating: floating.cloned().collect(), removed, dropped, forks, outcomes }
    }

    /// Takes out everything of an author, also what floats or is parked, and returns the keys of what was in the log. It comes
    /// back when it is ingested again.
    pub fn exclude(&mut self, author: Author) -> Vec<OrderKey> {
        let chains: Vec<ChainId> = self.forest.chains_of(author).map(|(id, _)| *id).collect();
        let mut removed = Vec::new();
        chains.into_iter().for_each(|id| self.forest.remove_chain(id, &mut removed));
        if !removed.is_empty() {
            self.digest.take();
            self.order.remove(&removed, &self.forest);
            self.forest.recycle();
        }
        self.floating.remove_of(author);
        self.parked.retain(|key, _| key.chain.author != author);
        removed
    }

    /// Drops the new operations that were pushed out by the batch that brought them, and returns their keys. Those that had
    /// floated before are added to `dropped`.
    fn drop_dead(
        &self,
        inserted: &mut Vec<New>,
        outcomes: &mut [Ingest],
        dropped: &mut Vec<OrderKey>,
    ) -> BTreeSet<OrderKey> {
        let mut dead = BTreeSet::new();
        inserted.retain(|New { op, given, operation }| {
            if self.forest.is_alive(*op) {
                return true;
            }
            let chain_gone = self.forest.chain(operation.header().chain).is_none();
            let reason = if chain_gone { Reason::TooManyChains } else { Reason::TooManyBranches };
            match given.and_then(|given| outcomes.get_mut(given)) {
                Some(outcome) => *outcome = Ingest::Rejected(reason),
                None => dropped.push(operation.key()),
            }
            dead.insert(operation.key());
            false
        });
        dead
    }
}

impl Batch {
    /// Notes that an operation that floated is neither floating nor in the forest any more.
    fn lose(&mut self, operation: &Operation, outcome: Ingest) {
        match self.floated.remove(&operation.id()).and_then(|given| self.outcomes.get_mut(given)) {
            Some(given) => *given = outcome,
            None => self.dropped.push(operation.key()),
        }
    }
}
