//! The total order of a room: eight bytes an operation, sorted by order key.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use super::forest::Forest;
use super::lane::Spot;
use crate::clock::Timestamp;
use crate::operation::{OperationId, OrderKey};

/// An operation in the order: 32 bits of sequence number (`MAX_SEQ`), 24 of its lane (`MAX_LANES`), 8 of its kind.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slot {
    seq: u32,
    lane_and_kind: u32,
}

impl Slot {
    pub(super) fn new(spot: Spot, kind: u8) -> Self {
        Slot { seq: spot.seq as u32, lane_and_kind: spot.lane << 8 | u32::from(kind) }
    }

    pub(super) fn spot(self) -> Spot {
        Spot { lane: self.lane_and_kind >> 8, seq: u64::from(self.seq) }
    }

    pub(super) fn kind(self) -> u8 {
        self.lane_and_kind as u8
    }

    fn time(self, forest: &Forest) -> Timestamp {
        let Spot { lane, seq } = self.spot();
        forest.lane(lane).time_in_order(seq)
    }

    pub(super) fn key(self, forest: &Forest) -> OrderKey {
        let Spot { lane, seq } = self.spot();
        forest.lane(lane).key_in_order(seq)
    }

    /// As the keys compare, but without putting them together unless the times are equal.
    pub(super) fn compare(self, other: Slot, forest: &Forest) -> Ordering {
        let times = self.time(forest).cmp(&other.time(forest));
        times.then_with(|| self.key(forest).cmp(&other.key(forest)))
    }
}

/// The operations of a room in order.
#[derive(Debug, Clone, Default)]
pub(super) struct Order {
    slots: Vec<Slot>,
}

impl Order {
    pub(super) fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// Takes over what was read back, in order.
    pub(super) fn read(slots: Vec<Slot>) -> Self {
        Order { slots }
    }

    /// How many stand before a key.
    pub(super) fn position(&self, key: OrderKey, forest: &Forest) -> usize {
        self.slots.partition_point(|slot| match slot.time(forest).cmp(&key.time) {
            Ordering::Equal => slot.key(forest) < key,
            other => other == Ordering::Less,
        })
    }

    /// Takes out what was cut off in the forest: these keys, some of which may not be in the order yet.
    pub(super) fn remove(&mut self, cut: &[OrderKey], forest: &Forest) {
        if cut.len() > self.slots.len() / 64 {
            // So many that looking at every slot is cheaper than searching.
            self.slots.retain(|slot| forest.is_alive(slot.spot()));
            return;
        }
        let is_dead = |at: &usize| self.slots.get(*at).is_some_and(|slot| !forest.is_alive(slot.spot()));
        let dead: BTreeSet<usize> = cut.iter().map(|key| self.position(*key, forest)).filter(is_dead).collect();
        let Some(mut kept) = dead.first().copied() else { return };
        let ends: Vec<usize> = dead.iter().skip(1).copied().chain([self.slots.len()]).collect();
        for (at, end) in dead.iter().zip(ends) {
            self.slots.copy_within(at + 1..end, kept);
            kept += end - at - 1;
        }
        self.slots.truncate(kept);
    }

    /// Brings new slots in, all of them in one pass from the end: free where they belong there, else whole stretches
    /// of old ones are moved up at once.
    pub(super) fn insert(&mut self, mut new: Vec<Slot>, forest: &Forest) {
        let Some(last) = new.last().copied() else { return };
        new.sort_unstable_by(|a, b| a.compare(*b, forest));
        self.reserve(new.len());
        let mut old_end = self.slots.len();
        self.slots.resize(old_end + new.len(), last);
        let mut end = self.slots.len();
        while let Some(slot) = new.pop() {
            let at = before(&self.slots[..old_end], slot, forest);
            self.slots.copy_within(at..old_end, end - (old_end - at));
            end -= old_end - at + 1;
            self.slots[end] = slot;
            old_end = at;
        }
    }

    /// Makes room for `more`, growing by an eighth at least and not by the whole.
    fn reserve(&mut self, more: usize) {
        if self.slots.capacity() - self.slots.len() < more {
            self.slots.reserve_exact(more.max(self.slots.len() / 8));
        }
    }
}

/// How many of these sorted slots stand before a slot that probably belongs near their end.
fn before(slots: &[Slot], slot: Slot, forest: &Forest) -> usize {
    let is_before = |old: &Slot| old.compare(slot, forest) == Ordering::Less;
    let (mut low, mut high, mut step) = (slots.len(), slots.len(), 1);
    while low > 0 && !is_before(&slots[low - 1]) {
        high = low - 1;
        low = high.saturating_sub(step);
        step *= 2;
    }
    low + slots[low..high].partition_point(is_before)
}

/// The spot of an operation, by its id alone.
pub(super) fn search(forest: &Forest, id: OperationId) -> Option<Spot> {
    let short = id.into();
    forest.lanes().find_map(|(index, lane)| Some(Spot { lane: index, seq: lane.seq_of(short)? }))
}
