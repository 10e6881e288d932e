//! The outcome of taking operations in.

use super::Position;
use crate::identity::Author;
use crate::operation::{Operation, OrderKey};

/// The outcome of taking in one operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ingest {
    /// The operation is in the log now.
    Inserted,
    /// The operation before it is missing; it floats until that comes.
    Floating,
    /// The operation before it is missing, and too many float already. Sync brings it again.
    Dropped,
    /// The operation is dated too far ahead; it is parked until its time.
    Parked,
    /// The operation was in the log or floating already.
    Duplicate,
    /// The operation can't be part of this log.
    Rejected(Reason),
}

/// The reason why an operation can't be part of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// The operation was written in another room.
    #[error("it belongs to another room")]
    OtherRoom,
    /// The operation is not later than the one before it.
    #[error("it is not later than the one before it")]
    Time,
    /// The chain forks, and other branches of it, of its author or of the room are kept: see
    /// [`super::MAX_BRANCHES_OF_CHAIN`], [`super::MAX_BRANCHES_OF_AUTHOR`], [`super::MAX_BRANCHES`].
    #[error("its chain has too many branches")]
    TooManyBranches,
    /// The author has [`super::MAX_BRANCHES_OF_AUTHOR`] in chains with lower numbers, or the room has
    /// [`super::MAX_BRANCHES`] and nobody more than this author.
    #[error("the room or its author has too many chains")]
    TooManyChains,
}

/// The outcome of taking in several operations together.
#[derive(Debug, Default)]
pub struct Ingested {
    /// The operations that are in the log now and were not before, with their positions on the disk, parents before
    /// children. Some may have been floating before.
    pub inserted: Vec<(Position, Operation)>,
    /// The operations that began to float.
    pub floating: Vec<Operation>,
    /// The operations that were in the log before and are no longer: pushed out by another branch or chain. Each is named
    /// once, in no particular order.
    pub removed: Vec<OrderKey>,
    /// The operations that floated before and neither float now nor are in the log: a newer one took their place, or what came
    /// can't be followed by them. Nothing depended on them but their lines. Each is named once.
    pub dropped: Vec<OrderKey>,
    /// The authors of chains that became forked.
    pub forks: Vec<Author>,
    /// The outcome of each given operation, in the given order.
    pub outcomes: Vec<Ingest>,
}
