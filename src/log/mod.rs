//! All operations of a room: hash chains, one per (author, log), merged into one total order.
//!
//! Whatever arrives in whatever order, two peers that have received the same operations hold the same log: also when
//! an author signs two different continuations of one chain (see [`MAX_BRANCHES_OF_CHAIN`]). The log holds places and
//! hashes, not contents: those are on the disk. An operation costs 28 bytes.

use std::collections::BTreeMap;

use crate::clock::Timestamp;
use crate::identity::Author;
use crate::name::RoomId;
use crate::operation::{Header, Operation, OperationId, OrderKey};

mod float;
mod forest;
mod frontier;
mod history;
mod lane;
mod order;
mod outcome;
mod queries;
mod restore;
mod snapshot;
mod take;
#[cfg(test)]
mod tests;

pub use frontier::{Head, StoredRange, Want};
pub use history::Line;
pub use lane::ShortId;
pub use outcome::{Ingest, Ingested, Reason};
pub use snapshot::{BadSnapshot, LogSnapshot};

use float::Floating;
use forest::Forest;
use order::Order;

/// Operations that wait for what they follow, at most, over all chains of a room.
pub const MAX_FLOATING: usize = 2048;
/// Bytes of those, at most.
pub const MAX_FLOATING_BYTES: usize = 8 << 20;
/// How many of them may be of one author.
pub const MAX_FLOATING_OF_AUTHOR: usize = MAX_FLOATING / 4;
/// How many of their bytes.
pub const MAX_FLOATING_BYTES_OF_AUTHOR: usize = MAX_FLOATING_BYTES / 4;
/// Operations from the future that are kept until their time, at most.
pub const MAX_PARKED: usize = 256;
/// Chains of a room, at most; who comes first is kept.
pub const MAX_CHAINS: usize = 16_384;
/// Chains of one author in a room, at most: nobody can fill the room alone. Those of the lowest numbers are kept.
pub const MAX_CHAINS_OF_AUTHOR: usize = 256;
/// Branches of one chain, at most. Where several operations follow one, that with the lowest id goes on for free;
/// of all others in the chain the first three by (sequence number, id) are kept, each with what grows on it.
pub const MAX_BRANCHES_OF_CHAIN: usize = 4;
/// Branches of all chains of a room, at most: the heads of a frontier. Who comes first is kept.
pub const MAX_BRANCHES: usize = 20_000;
/// Samples in a [`Want`], at most.
pub const MAX_KNOWN: usize = MAX_BRANCHES_OF_CHAIN * MAX_KNOWN_OF_TIP;

/// Samples on the way to one tip, at most: with the first and the last operation they reach back 2^21 operations.
const MAX_KNOWN_OF_TIP: usize = 24;
/// When there are more samples than this in one answer, the rest of the chains have to wait for the next round.
const MAX_KNOWN_OF_WANTS: usize = 32 << 10;
/// Lanes of one chain, at most. Four are enough for its branches; more come into being when branches push each other
/// out, one for each time.
const MAX_LANES_OF_CHAIN: usize = 4096;
/// Lanes of a room: an order op has 24 bits for them.
const MAX_LANES: usize = 1 << 24;

/// Where an operation is kept: lanes are runs of operations of one chain, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The author.
    pub author: Author,
    /// The lane's number: that of the chain for its trunk; the first eight bytes of
    /// `H("inkmesh 2026 branch of a chain", log as 8 bytes big-endian ‖ id of its first operation)` for a branch, or,
    /// if something else of the author has that, with an attempt number (4 bytes big-endian, from 1) behind the id.
    pub lane: u64,
    /// Where in the lane, from 0.
    pub index: u64,
}

/// The log of one room.
#[derive(Debug, Clone)]
pub struct Log {
    room: RoomId,
    forest: Forest,
    order: Order,
    floating: Floating,
    parked: BTreeMap<OrderKey, Operation>,
}

impl Log {
    /// The empty log of a room.
    #[must_use]
    pub fn new(room: RoomId) -> Self {
        let (forest, order, floating) = (Forest::default(), Order::default(), Floating::default());
        Log { room, forest, order, floating, parked: BTreeMap::new() }
    }

    /// How many operations are held (without those that wait).
    #[must_use]
    pub fn len(&self) -> usize {
        self.order.ops().len()
    }

    /// Whether none are held.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many operations wait for what they follow.
    #[must_use]
    pub fn floating(&self) -> usize {
        self.floating.len()
    }

    /// How many operations wait for their time.
    #[must_use]
    pub fn parked(&self) -> usize {
        self.parked.len()
    }

    /// Whether an operation is worth verifying: `false` when it is held already, or waits.
    #[must_use]
    pub fn is_news(&self, header: &Header, id: OperationId) -> bool {
        let waits = self.floating.contains(header, id) || self.parked.contains_key(&header.key(id));
        !waits && !self.is_held(header, id)
    }

    fn is_held(&self, header: &Header, id: OperationId) -> bool {
        self.forest.find(header.chain, header.seq, id.into()).is_some()
    }

    /// The parked operations whose time has come, no longer parked. They are to be taken in again.
    pub fn release(&mut self, wall_ms: u64) -> Vec<Operation> {
        let later = self.parked.iter().find(|(key, _)| key.time.is_future(wall_ms)).map(|(key, _)| *key);
        let kept = later.map(|key| self.parked.split_off(&key)).unwrap_or_default();
        std::mem::replace(&mut self.parked, kept).into_values().collect()
    }

    /// The first moment at which something parked is to be released, in milliseconds since 1970.
    #[must_use]
    pub fn next_release(&self) -> Option<u64> {
        self.parked.keys().next().map(|key| key.time.ms().saturating_sub(crate::clock::MAX_AHEAD_MS))
    }

    /// The chain of `author` that ends latest and can be gone on with: its number, length, last id and time. Not one
    /// that forks, nor one that is `retired`.
    #[must_use]
    pub fn latest_chain(
        &self,
        author: Author,
        retired: &std::collections::BTreeSet<u64>,
    ) -> Option<(u64, u64, OperationId, Timestamp)> {
        let usable = self.forest.chains_of(author).filter(|(id, _)| !retired.contains(&id.log));
        let ends = usable.filter_map(|(id, chain)| {
            let [lane] = chain.lanes[..] else { return None };
            let lane = self.forest.lane(lane);
            let time = lane.time(lane.next().checked_sub(1)?)?;
            (!lane.closed).then(|| (id.log, lane.next(), lane.head, time))
        });
        ends.max_by_key(|(log, _, _, time)| (*time, *log))
    }

    /// Who signed two different continuations of one chain, in the order of their keys.
    pub fn forked(&self) -> impl Iterator<Item = Author> {
        let mut last = None;
        let forked = self.forest.chains().iter().filter(|(_, chain)| !chain.openers.is_empty());
        forked.map(|(id, _)| id.author).filter(move |author| last.replace(*author) != Some(*author))
    }

    /// All lanes: author, number, and how many operations are held of it.
    pub fn lanes(&self) -> impl Iterator<Item = (Author, u64, u64)> {
        self.forest.lanes().map(|(_, lane)| (lane.chain.author, lane.number, lane.len() as u64))
    }
}
