//! The log of a room: hash chains, one per (author, log number), merged into one total order.
//!
//! Two peers that have received the same operations hold the same log, whatever order they came in, even when an author
//! signed two different continuations of one chain (see [`MAX_BRANCHES_OF_CHAIN`]). The log holds ids and times, 28 bytes
//! an operation; the contents are on the disk.
//!
//! | module | content |
//! | --- | --- |
//! | `forest`, `lane`, `shares` | the chains as trees of operations, stored in lanes; how many branches each author may have |
//! | `order` | the total order |
//! | `floating` | operations whose predecessor is missing |
//! | `take`, `restore` | operations from the network and from the disk |
//! | `frontier` | the heads that are held, the operations that another peer lacks |
//! | `history`, `queries` | pages of lines, counts, smaller questions |
//! | `snapshot` | the log as bytes |

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::clock::Timestamp;
use crate::identity::Author;
use crate::name::RoomId;
use crate::operation::{ChainId, Header, Operation, OperationId, OrderKey};

mod floating;
mod forest;
mod frontier;
mod history;
mod lane;
mod order;
mod outcome;
mod queries;
mod restore;
mod shares;
mod snapshot;
mod take;
#[cfg(test)]
mod tests;

pub use frontier::{Head, StoredRange, Want};
pub use history::Line;
pub use lane::ShortId;
pub use outcome::{Ingest, Ingested, Reason};
pub use snapshot::{BadSnapshot, LogSnapshot};

use floating::Floating;
use forest::Forest;
use order::Order;

/// Most floating operations of a room.
pub const MAX_FLOATING: usize = 2048;
/// Most bytes of floating operations of a room.
pub const MAX_FLOATING_BYTES: usize = 8 << 20;
/// Most floating operations of one author.
pub const MAX_FLOATING_OF_AUTHOR: usize = MAX_FLOATING / 4;
/// Most bytes of floating operations of one author.
pub const MAX_FLOATING_BYTES_OF_AUTHOR: usize = MAX_FLOATING_BYTES / 4;
/// Most operations from the future that are held until their time.
pub const MAX_PARKED: usize = 256;
/// Most branches of one author in a room. Each of its chains counts as one, and each further branch of a chain. Kept are
/// those of the chains with the lowest numbers.
pub const MAX_BRANCHES_OF_AUTHOR: usize = 256;
/// Most branches of one chain. Where several operations follow one, the one with the lowest id doesn't count; of all
/// others in the chain, the first three by (sequence number, id) are kept, with everything that follows them.
pub const MAX_BRANCHES_OF_CHAIN: usize = 4;
/// Most branches of all chains of a room, and so most heads of a frontier. Who has most branches loses the last of them
/// first, and of several the author with the highest key.
pub const MAX_BRANCHES: usize = 20_000;
/// Most samples in a [`Want`].
pub const MAX_KNOWN: usize = MAX_BRANCHES_OF_CHAIN * MAX_KNOWN_OF_TIP;

/// Most samples on the path to one tip: with the first and the last operation they reach back 2^21 operations.
const MAX_KNOWN_OF_TIP: usize = 24;
/// Most samples in one answer; the remaining chains wait for the next sync round.
const MAX_KNOWN_OF_WANTS: usize = 32 << 10;
/// Most lanes of one chain. Four are enough for its branches; each time that a branch pushes out another, one more is
/// made.
const MAX_LANES_OF_CHAIN: usize = 4096;
/// Most lanes of a room: [`order::PackedOp`] has 24 bits for them.
const MAX_LANES: usize = 1 << 24;

/// The position of an operation on the disk. A lane is a run of consecutive operations of one chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The author.
    pub author: Author,
    /// The lane's number: the chain's log number for its first lane; for a branch the first eight bytes of
    /// `H("inkmesh 2026 branch of a chain", log number as 8 bytes big-endian ‖ id of its first operation)`, or, if another
    /// chain or lane of the author has that number, with an attempt number (4 bytes big-endian, from 1) after the id.
    pub lane: u64,
    /// The index in the lane, from 0.
    pub index: u64,
}

/// The end of a chain without a fork.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChainEnd {
    /// The chain's log number.
    pub log: u64,
    /// The number of its operations.
    pub next: u64,
    /// The last operation.
    pub last: OperationId,
    /// The last operation's time.
    pub time: Timestamp,
}

/// The log of one room.
#[derive(Debug, Clone)]
pub struct Log {
    room: RoomId,
    forest: Forest,
    order: Order,
    floating: Floating,
    parked: BTreeMap<OrderKey, Operation>,
    /// The digest, computed when it is asked for, until the log changes.
    digest: OnceLock<[u8; 32]>,
}

impl Log {
    /// Creates the empty log of a room.
    #[must_use]
    pub fn new(room: RoomId) -> Self {
        let (forest, order, floating) = (Forest::default(), Order::default(), Floating::default());
        Log { room, forest, order, floating, parked: BTreeMap::new(), digest: OnceLock::new() }
    }

    #[cfg(test)]
    fn with_bounds(room: RoomId, bounds: forest::Bounds) -> Self {
        Log { forest: Forest::with_bounds(bounds), ..Log::new(room) }
    }

    /// Returns the number of operations in the log, without floating and parked ones.
    #[must_use]
    pub fn len(&self) -> usize {
        self.order.ops().len()
    }

    /// Returns whether the log has no operations.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the number of floating operations.
    #[must_use]
    pub fn floating(&self) -> usize {
        self.floating.len()
    }

    /// Returns the number of parked operations.
    #[must_use]
    pub fn parked(&self) -> usize {
        self.parked.len()
    }

    /// Returns whether an operation is new and so worth verifying: not in the log, floating or parked.
    #[must_use]
    pub fn is_news(&self, header: &Header, id: OperationId) -> bool {
        let waits = self.floating.contains(header, id) || self.parked.contains_key(&header.key(id));
        !waits && !self.is_held(header, id)
    }

    fn is_held(&self, header: &Header, id: OperationId) -> bool {
        self.forest.find(header.chain, header.seq, id.into()).is_some()
    }

    /// Removes the parked operations whose time has come and returns them. The caller ingests them again.
    pub fn release(&mut self, wall_ms: u64) -> Vec<Operation> {
        let later = self.parked.iter().find(|(key, _)| key.time.is_future(wall_ms)).map(|(key, _)| *key);
        let kept = later.map(|key| self.parked.split_off(&key)).unwrap_or_default();
        std::mem::replace(&mut self.parked, kept).into_values().collect()
    }

    /// Returns the moment at which the first parked operation is to be released, in milliseconds since 1970.
    #[must_use]
    pub fn next_release(&self) -> Option<u64> {
        self.parked.keys().next().map(|key| key.time.ms().saturating_sub(crate::clock::MAX_AHEAD_MS))
    }

    /// Returns the ends of the chains of `author` that can be continued: those without a fork, whose lane on the disk ends
    /// with them.
    pub fn open_ends(&self, author: Author) -> impl Iterator<Item = ChainEnd> {
        self.forest.chains_of(author).filter_map(|(id, chain)| {
            let [lane] = chain.lanes[..] else { return None };
            let lane = self.forest.lane(lane);
            let time = lane.time(lane.next().checked_sub(1)?)?;
            (!lane.closed).then(|| ChainEnd { log: id.log, next: lane.next(), last: lane.head, time })
        })
    }

    /// Returns the highest number of a chain of `author`.
    #[must_use]
    pub fn last_chain(&self, author: Author) -> Option<u64> {
        self.forest.chains_of(author).next_back().map(|(id, _)| id.log)
    }

    /// Returns the number of chains of `author`.
    #[must_use]
    pub fn chains_of(&self, author: Author) -> usize {
        self.forest.chains_of(author).count()
    }

    /// Returns whether operations of a new chain can be part of the log without another branch of its author having to go, as
    /// far as the numbers of branches decide that.
    #[must_use]
    pub fn admits_another(&self, chain: ChainId) -> bool {
        self.forest.pushed_out_by((chain, None)).is_none_or(|(other, _)| other.author != chain.author)
    }

    /// Returns the authors who signed two different continuations of one chain, in the order of their keys.
    pub fn forked(&self) -> impl Iterator<Item = Author> {
        let mut last = None;
        let forked = self.forest.chains().iter().filter(|(_, chain)| !chain.openers.is_empty());
        forked.map(|(id, _)| id.author).filter(move |author| last.replace(*author) != Some(*author))
    }

    /// Returns all lanes: author, number and number of operations.
    pub fn lanes(&self) -> impl Iterator<Item = (Author, u64, u64)> {
        self.forest.lanes().map(|(_, lane)| (lane.chain.author, lane.number, lane.len() as u64))
    }
}
