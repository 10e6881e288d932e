//! The total order of a room: references to its operations, sorted by order key.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use super::forest::Forest;
use super::lane::OpRef;
use crate::clock::Timestamp;
use crate::operation::{OperationId, OrderKey};

/// An [`OpRef`] and a kind in eight bytes: 32 bits of sequence number (`MAX_SEQ`), 24 of lane (`MAX_LANES`), 8 of kind.
#[derive(Debug, Clone, Copy)]
pub(super) struct PackedOp {
    seq: u32,
    lane_and_kind: u32,
}

impl PackedOp {
    pub(super) fn new(op: OpRef, kind: u8) -> Self {
        PackedOp { seq: op.seq as u32, lane_and_kind: op.lane << 8 | u32::from(kind) }
    }

    pub(super) fn unpack(self) -> OpRef {
        OpRef { lane: self.lane_and_kind >> 8, seq: u64::from(self.seq) }
    }

    pub(super) fn kind(self) -> u8 {
        self.lane_and_kind as u8
    }

    fn time(self, forest: &Forest) -> Timestamp {
        let OpRef { lane, seq } = self.unpack();
        forest.lane(lane).time_in_order(seq)
    }

    pub(super) fn key(self, forest: &Forest) -> OrderKey {
        let OpRef { lane, seq } = self.unpack();
        forest.lane(lane).key_in_order(seq)
    }

    /// Compares as the keys do, but builds those only when the times are equal.
    pub(super) fn compare(self, other: PackedOp, forest: &Forest) -> Ordering {
        let times = self.time(forest).cmp(&other.time(forest));
        times.then_with(|| self.key(forest).cmp(&other.key(forest)))
    }
}

/// The operations of a room in order.
#[derive(Debug, Clone, Default)]
pub(super) struct Order {
    ops: Vec<PackedOp>,
}

impl Order {
    pub(super) fn ops(&self) -> &[PackedOp] {
        &self.ops
    }

    /// Makes the order from operations that are sorted.
    pub(super) fn read(ops: Vec<PackedOp>) -> Self {
        Order { ops }
    }

    /// Returns the number of operations before a key.
    pub(super) fn position(&self, key: OrderKey, forest: &Forest) -> usize {
        self.ops.partition_point(|op| match op.time(forest).cmp(&key.time) {
            Ordering::Equal => op.key(forest) < key,
            other => other == Ordering::Less,
        })
    }

    /// Removes the operations with these keys, which were cut off in the forest. Some may not be in the order yet.
    pub(super) fn remove(&mut self, cut: &[OrderKey], forest: &Forest) {
        if cut.len() > self.ops.len() / 64 {
            // So many that a pass over all operations is cheaper than searching.
            self.ops.retain(|op| forest.is_alive(op.unpack()));
            return;
        }
        let is_dead = |at: &usize| self.ops.get(*at).is_some_and(|op| !forest.is_alive(op.unpack()));
        let dead: BTreeSet<usize> = cut.iter().map(|key| self.position(*key, forest)).filter(is_dead).collect();
        let Some(mut kept) = dead.first().copied() else { return };
        let ends: Vec<usize> = dead.iter().skip(1).copied().chain([self.ops.len()]).collect();
        for (at, end) in dead.iter().zip(ends) {
            self.ops.copy_within(at + 1..end, kept);
            kept += end - at - 1;
        }
        self.ops.truncate(kept);
    }

    /// Inserts operations in one pass from the end. Runs of old ones are moved as a whole; new ones that belong at the end
    /// move nothing.
    pub(super) fn insert(&mut self, mut new: Vec<PackedOp>, forest: &Forest) {
        let Some(last) = new.last().copied() else { return };
        new.sort_unstable_by(|a, b| a.compare(*b, forest));
        self.reserve(new.len());
        let mut old_end = self.ops.len();
        self.ops.resize(old_end + new.len(), last);
        let mut end = self.ops.len();
        while let Some(op) = new.pop() {
            let at = before(&self.ops[..old_end], op, forest);
            self.ops.copy_within(at..old_end, end - (old_end - at));
            end -= old_end - at + 1;
            self.ops[end] = op;
            old_end = at;
        }
    }

    /// Reserves room for `more`, growing by at least an eighth instead of doubling.
    fn reserve(&mut self, more: usize) {
        if self.ops.capacity() - self.ops.len() < more {
            self.ops.reserve_exact(more.max(self.ops.len() / 8));
        }
    }
}

/// Returns the number of these sorted operations that stand before one that probably belongs near their end.
fn before(ops: &[PackedOp], op: PackedOp, forest: &Forest) -> usize {
    let is_before = |old: &PackedOp| old.compare(op, forest) == Ordering::Less;
    let (mut low, mut high, mut step) = (ops.len(), ops.len(), 1);
    while low > 0 && !is_before(&ops[low - 1]) {
        high = low - 1;
        low = high.saturating_sub(step);
        step *= 2;
    }
    low + ops[low..high].partition_point(is_before)
}

/// Finds an operation by its id alone, in all lanes.
pub(super) fn search(forest: &Forest, id: OperationId) -> Option<OpRef> {
    let short = id.into();
    forest.lanes().find_map(|(index, lane)| Some(OpRef { lane: index, seq: lane.seq_of(short)? }))
}
