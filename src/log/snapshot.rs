//! The log as bytes, so that a room of a million operations opens at once.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use super::forest::Forest;
use super::lane::{Lane, OpRef, ShortId};
use super::order::{Order, PackedOp};
use super::{Log, MAX_BRANCHES_OF_CHAIN, MAX_LANES};
use crate::clock::Timestamp;
use crate::identity::Author;
use crate::name::RoomId;
use crate::operation::{ChainId, MAX_SEQ, OperationId};

/// A log without its floating and parked operations: about 20 bytes an operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogSnapshot {
    room: RoomId,
    /// The lanes, those of a chain together, parents before their branches.
    lanes: Vec<LaneSnapshot>,
    /// For each operation in order the index of its lane in `lanes`, as LEB128.
    order: ByteBuf,
    /// The kind of each operation, in the same order.
    kinds: ByteBuf,
}

/// A lane: author, log number, lane number, first sequence number, index of the parent lane, whether it is closed, the
/// last id, all short ids, and all times as LEB128, each as the difference to the one before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct LaneSnapshot(Author, u64, u64, u64, Option<u32>, bool, OperationId, ByteBuf, ByteBuf);

/// A snapshot that is damaged, or of another room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the snapshot of the log is damaged")]
pub struct BadSnapshot;

impl Log {
    /// Returns the log as it is now. To find the stored operations that are not in it, compare the disk with
    /// [`Log::lanes`] of the log that is read back.
    #[must_use]
    pub fn snapshot(&self) -> LogSnapshot {
        let lanes: Vec<(u32, &Lane)> = in_snapshot_order(&self.forest);
        let numbers: BTreeMap<u32, u32> = lanes.iter().zip(0..).map(|((index, _), number)| (*index, number)).collect();
        let number_of = |index: u32| numbers.get(&index).copied().unwrap_or(0);
        // A table, because it is read once for each operation.
        let size = numbers.keys().next_back().map_or(0, |last| *last as usize + 1);
        let table: Vec<u32> = (0..size).map(|index| number_of(index as u32)).collect();
        let ops = self.order.ops();
        let mut order = Vec::with_capacity(ops.len() * 2);
        ops.iter().for_each(|op| put_varint(&mut order, u64::from(table[op.unpack().lane as usize])));
        let kinds: Vec<u8> = ops.iter().map(|op| op.kind()).collect();
        let lanes = lanes.into_iter().map(|(_, lane)| lane_snapshot(lane, lane.parent.map(number_of))).collect();
        LogSnapshot { room: self.room, lanes, order: ByteBuf::from(order), kinds: ByteBuf::from(kinds) }
    }

    /// Reads the log from a snapshot.
    ///
    /// # Errors
    /// [`BadSnapshot`].
    pub fn from_snapshot(room: RoomId, snapshot: &LogSnapshot) -> Result<Self, BadSnapshot> {
        if snapshot.room != room || snapshot.lanes.len() > MAX_LANES {
            return Err(BadSnapshot);
        }
        let mut log = Log::new(room);
        for lane in &snapshot.lanes {
            let lane = read_lane(lane, &log.forest)?;
            log.forest.adopt_read(lane).map_err(|_| BadSnapshot)?;
        }
        check_chains(&mut log.forest)?;
        log.order = read_order(snapshot, &log.forest)?;
        Ok(log)
    }
}

#[cfg(test)]
impl LogSnapshot {
    pub(super) fn with_first_two_swapped(mut self) -> Self {
        self.order.swap(0, 1);
        self
    }
}

/// Returns the lanes, those of a chain together, parents first: a lane begins after its parent does.
fn in_snapshot_order(forest: &Forest) -> Vec<(u32, &Lane)> {
    let mut lanes: Vec<(u32, &Lane)> = forest.lanes().collect();
    lanes.sort_by_key(|(_, lane)| (lane.chain, lane.from, lane.number));
    lanes
}

fn lane_snapshot(lane: &Lane, parent: Option<u32>) -> LaneSnapshot {
    let ids: Vec<u8> = lane.ids().iter().flat_map(|id| id.0).collect();
    let mut times = Vec::with_capacity(lane.len() * 4);
    let mut last = 0;
    for time in lane.times() {
        put_varint(&mut times, time.0 - last);
        last = time.0;
    }
    let ChainId { author, log } = lane.chain;
    let (ids, times) = (ByteBuf::from(ids), ByteBuf::from(times));
    LaneSnapshot(author, log, lane.number, lane.from, parent, lane.closed, lane.head, ids, times)
}

/// Reads a lane. Its parent must have been read before.
fn read_lane(snapshot: &LaneSnapshot, forest: &Forest) -> Result<Lane, BadSnapshot> {
    let LaneSnapshot(author, log, number, from, parent, closed, head, ids, times) = snapshot;
    let chain = ChainId { author: *author, log: *log };
    let mut last = 0;
    if let Some(parent) = parent {
        let before = from.checked_sub(1).ok_or(BadSnapshot)?;
        let parent = forest.get(*parent).filter(|parent| parent.chain == chain).ok_or(BadSnapshot)?;
        last = parent.time(before).ok_or(BadSnapshot)?.0;
    } else if *from > 0 {
        return Err(BadSnapshot);
    }
    let (ids, rest) = ids.as_chunks::<12>();
    let times = read_times(times, ids.len(), last, *from == 0)?;
    let whole = rest.is_empty() && !ids.is_empty() && *from < MAX_SEQ && ids.len() as u64 <= MAX_SEQ - from;
    let ids: Vec<ShortId> = ids.iter().map(|id| ShortId(*id)).collect();
    if !whole || (!closed && ids.last() != Some(&(*head).into())) {
        return Err(BadSnapshot);
    }
    let mut lane = Lane::new(chain, *number, *from, *parent);
    lane.closed = *closed;
    lane.fill(ids, times, *head);
    Ok(lane)
}

/// Reads `count` times, each later than the one before. The first must be later than `last`, unless it is the first of
/// the chain.
fn read_times(mut bytes: &[u8], count: usize, last: u64, is_first: bool) -> Result<Vec<Timestamp>, BadSnapshot> {
    // Every time takes at least a byte, so no more is reserved than was read.
    if bytes.len() < count {
        return Err(BadSnapshot);
    }
    let mut times = Vec::with_capacity(count);
    let mut time = 0_u64;
    for _ in 0..count {
        let step = take_varint(&mut bytes).ok_or(BadSnapshot)?;
        let first = times.is_empty();
        time = time.checked_add(step).ok_or(BadSnapshot)?;
        if if first { !is_first && time <= last } else { step == 0 } {
            return Err(BadSnapshot);
        }
        times.push(Timestamp(time));
    }
    if bytes.is_empty() { Ok(times) } else { Err(BadSnapshot) }
}

/// Computes the openers of all chains. Refuses too many branches, and ends whose whole id is missing.
fn check_chains(forest: &mut Forest) -> Result<(), BadSnapshot> {
    let mut openers = Vec::new();
    for (id, chain) in forest.chains() {
        let of_chain = forest.openers(chain);
        let ends = forest.tips(chain).into_iter().all(|tip| {
            let lane = forest.lane(tip.lane);
            lane.id(tip.seq) == Some(lane.head.into())
        });
        if !ends || of_chain.len() >= MAX_BRANCHES_OF_CHAIN {
            return Err(BadSnapshot);
        }
        openers.push((*id, of_chain));
    }
    openers.into_iter().for_each(|(id, openers)| forest.set_openers(id, openers));
    forest.is_within_bounds().then_some(()).ok_or(BadSnapshot)
}

/// Reads the order. It must have every operation of every lane once, and be sorted.
fn read_order(snapshot: &LogSnapshot, forest: &Forest) -> Result<Order, BadSnapshot> {
    let total: usize = forest.lanes().map(|(_, lane)| lane.len()).sum();
    if snapshot.kinds.len() != total {
        return Err(BadSnapshot);
    }
    let mut next: Vec<u64> = snapshot.lanes.iter().map(|lane| lane.3).collect();
    let mut ops: Vec<PackedOp> = Vec::with_capacity(total);
    let mut bytes = &snapshot.order[..];
    for kind in snapshot.kinds.iter() {
        let lane = take_varint(&mut bytes).and_then(|lane| u32::try_from(lane).ok()).ok_or(BadSnapshot)?;
        let seq = next.get_mut(lane as usize).ok_or(BadSnapshot)?;
        if !forest.lane(lane).holds(*seq) {
            return Err(BadSnapshot);
        }
        let op = PackedOp::new(OpRef { lane, seq: *seq }, *kind);
        *seq += 1;
        if ops.last().is_some_and(|last| last.compare(op, forest).is_ge()) {
            return Err(BadSnapshot);
        }
        ops.push(op);
    }
    if bytes.is_empty() { Ok(Order::read(ops)) } else { Err(BadSnapshot) }
}

fn put_varint(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

/// Reads a LEB128 number of at most 64 bits from the front.
fn take_varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        let bits = u64::from(byte & 0x7f);
        if shift == 63 && bits > 1 {
            return None;
        }
        value |= bits << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}
