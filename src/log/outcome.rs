//! What became of operations that came in.

use super::Position;
use crate::identity::Author;
use crate::operation::{Operation, OrderKey};

/// What became of an operation that came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ingest {
    /// It is in the log now.
    Inserted,
    /// What it follows is missing; it waits for it.
    Floating,
    /// What it follows is missing, and too much waits already. It comes again by catching up.
    Dropped,
    /// It is from too far ahead; it waits for its time.
    Parked,
    /// It was there already, in the log or waiting.
    Duplicate,
    /// It can't be part of this log.
    Rejected(Reason),
}

/// Why an operation can't be part of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// It was written in another room.
    #[error("it belongs to another room")]
    OtherRoom,
    /// It is not later than the operation before it.
    #[error("it is not later than the one before it")]
    Time,
    /// Its chain forks, and the branches that are kept are others: see [`super::MAX_BRANCHES_OF_CHAIN`].
    #[error("its chain has too many branches")]
    TooManyBranches,
    /// The room has [`super::MAX_CHAINS`] already, or its author [`super::MAX_CHAINS_OF_AUTHOR`] of lower numbers.
    #[error("the room or its author has too many chains")]
    TooManyChains,
}

/// What became of many operations that came in together.
#[derive(Debug, Default)]
pub struct Ingested {
    /// Those that are in the log now and were not before, with where to keep them, parents before children. Among
    /// them may be some that had been floating.
    pub inserted: Vec<(Position, Operation)>,
    /// Those that float since now: known, but not part of the log until what they follow has come.
    pub floating: Vec<Operation>,
    /// What was there before, in the log or floating, and isn't any more: pushed out by another branch or chain of
    /// its author, or by something newer to wait for. Told once each, in no particular order.
    pub removed: Vec<OrderKey>,
    /// Authors of a chain that was not forked before and is now.
    pub forks: Vec<Author>,
    /// What became of each operation given, in the order given.
    pub outcomes: Vec<Ingest>,
}
