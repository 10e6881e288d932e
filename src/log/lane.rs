//! A lane: a run of consecutive operations of one chain, with their short ids and times.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::operation::{ChainId, OperationId, OrderKey};

/// The first twelve bytes of an operation's id; for most operations the log holds no more. To make two operations with
/// the same short id costs an author 2^48 hashes and harms only that author's chain.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ShortId(#[serde(with = "serde_bytes")] pub [u8; 12]);

impl ShortId {
    /// Returns the first eight bytes, the last part of an [`OrderKey`].
    #[must_use]
    pub fn prefix(self) -> u64 {
        let [a, b, c, d, e, f, g, h, ..] = self.0;
        u64::from_be_bytes([a, b, c, d, e, f, g, h])
    }
}

impl From<OperationId> for ShortId {
    fn from(id: OperationId) -> Self {
        let mut short = [0; 12];
        short.copy_from_slice(&id.0[..12]);
        ShortId(short)
    }
}

impl std::fmt::Debug for ShortId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ShortId({})", data_encoding::HEXLOWER.encode(&self.0[..4]))
    }
}

/// A reference to an operation in the forest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct OpRef {
    /// The index of its lane in the forest.
    pub(super) lane: u32,
    /// Its sequence number in the chain.
    pub(super) seq: u64,
}

/// A run of consecutive operations of one chain, each linked to the one before. Stored operations of a lane are never
/// overwritten, so a lane grows until it is closed.
#[derive(Debug, Clone)]
pub(super) struct Lane {
    pub(super) chain: ChainId,
    /// The number under which its operations are stored: see [`Position::lane`](super::Position::lane).
    pub(super) number: u64,
    /// The sequence number of its first operation.
    pub(super) from: u64,
    /// The lane with the operation before its first; `None` at sequence number 0.
    pub(super) parent: Option<u32>,
    /// True if the disk may hold operations after its end that aren't part of the log; then nothing is appended.
    pub(super) closed: bool,
    /// The whole id of its last operation; of no use after a cut.
    pub(super) head: OperationId,
    /// The number of operations. `ids` and `times` have the ones that were cut off after them until
    /// [`Lane::forget_cut`], for the order to find.
    len: usize,
    ids: Vec<ShortId>,
    times: Vec<Timestamp>,
}

impl Lane {
    pub(super) fn new(chain: ChainId, number: u64, from: u64, parent: Option<u32>) -> Self {
        let head = OperationId([0; 32]);
        Lane { chain, number, from, parent, closed: false, head, len: 0, ids: Vec::new(), times: Vec::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Returns the sequence number after its last.
    pub(super) fn next(&self) -> u64 {
        self.from + self.len as u64
    }

    pub(super) fn holds(&self, seq: u64) -> bool {
        self.from <= seq && seq < self.next()
    }

    /// Returns the index of `seq` in the lane.
    pub(super) fn index(&self, seq: u64) -> Option<usize> {
        usize::try_from(seq.checked_sub(self.from)?).ok()
    }

    pub(super) fn id(&self, seq: u64) -> Option<ShortId> {
        self.ids().get(self.index(seq)?).copied()
    }

    pub(super) fn time(&self, seq: u64) -> Option<Timestamp> {
        self.times().get(self.index(seq)?).copied()
    }

    pub(super) fn key(&self, seq: u64) -> Option<OrderKey> {
        self.holds(seq).then(|| self.key_in_order(seq))
    }

    /// Returns the time of an operation that is there, or was until this batch.
    pub(super) fn time_in_order(&self, seq: u64) -> Timestamp {
        self.index(seq).and_then(|index| self.times.get(index)).copied().unwrap_or_default()
    }

    /// Returns the key of an operation that is there, or was until this batch.
    pub(super) fn key_in_order(&self, seq: u64) -> OrderKey {
        let id = self.index(seq).and_then(|index| self.ids.get(index)).map_or(0, |id| id.prefix());
        OrderKey { time: self.time_in_order(seq), chain: self.chain, seq, id }
    }

    pub(super) fn seq_of(&self, id: ShortId) -> Option<u64> {
        self.ids().iter().rposition(|held| *held == id).map(|index| self.from + index as u64)
    }

    pub(super) fn ids(&self) -> &[ShortId] {
        &self.ids[..self.len]
    }

    pub(super) fn times(&self) -> &[Timestamp] {
        &self.times[..self.len]
    }

    pub(super) fn push(&mut self, id: OperationId, time: Timestamp) {
        push(&mut self.ids, id.into());
        push(&mut self.times, time);
        self.len += 1;
        self.head = id;
    }

    /// Sets the ids and times that were read back, as many of each.
    pub(super) fn fill(&mut self, ids: Vec<ShortId>, times: Vec<Timestamp>, head: OperationId) {
        (self.len, self.ids, self.times, self.head) = (ids.len(), ids, times, head);
    }

    /// Cuts off `seq` and everything after it; returns the keys.
    pub(super) fn cut(&mut self, seq: u64) -> Vec<OrderKey> {
        let keys = (seq..self.next()).filter_map(|seq| self.key(seq)).collect();
        self.len = self.index(seq).unwrap_or(0);
        self.closed = true;
        keys
    }

    /// Forgets the operations that were cut off, as the order no longer refers to them.
    pub(super) fn forget_cut(&mut self) {
        self.ids.truncate(self.len);
        self.times.truncate(self.len);
    }
}

/// Appends to a vector that grows by an eighth at a time, because doubling would cost a room of a million operations
/// twice its size.
pub(super) fn push<T>(list: &mut Vec<T>, item: T) {
    if list.len() == list.capacity() {
        list.reserve_exact((list.len() / 8).max(4));
    }
    list.push(item);
}
