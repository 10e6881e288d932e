//! The total order of a room: eight bytes an operation, sorted by order key.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use super::forest::Forest;
use super::lane::OpRef;
use crate::clock::Timestamp;
use crate::operation::{OperationId, OrderKey};

/// An operation in the order: 32 bits of sequence number (`MAX_SEQ`), 24 of its lane (`MAX_LANES`), 8 of its kind.
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

    /// As the keys compare, but without putting them together unless the times are equal.
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

    /// Takes over what was read back, in order.
    pub(super) fn read(ops: Vec<PackedOp>) -> Self {
        Order { ops }
    }

    /// How many stand before a key.
    pub(super) fn position(&self, key: OrderKey, forest: &Forest) -> usize {
        self.ops.partition_point(|op| match op.time(forest).cmp(&key.time) {
            Ordering::Equal => op.key(forest) < key,
            other => other == Ordering::Less,
        })
    }

    /// Takes out what was cut off in the forest: these keys, some of which may not be in the order yet.
    pub(super) fn remove(&mut self, cut: &[OrderKey], forest: &Forest) {
        if cut.len() > self.ops.len() / 64 {
            // So many that looking at every op is cheaper than searching.
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

    /// Brings new ops in, all of them in one pass from the end: free where they belong there, else whole stretches
    /// of old ones are moved up at once.
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

    /// Makes room for `more`, growing by an eighth at least and not by the whole.
    fn reserve(&mut self, more: usize) {
        if self.ops.capacity() - self.ops.len() < more {
            self.ops.reserve_exact(more.max(self.ops.len() / 8));
        }
    }
}

/// How many of these sorted ops stand before a op that probably belongs near their end.
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

/// The op of an operation, by its id alone.
pub(super) fn search(forest: &Forest, id: OperationId) -> Option<OpRef> {
    let short = id.into();
    forest.lanes().find_map(|(index, lane)| Some(OpRef { lane: index, seq: lane.seq_of(short)? }))
}
