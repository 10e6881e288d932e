//! All operations of a room: hash chains, one per (author, log), merged into one total order.
//!
//! The log holds places and hashes, not contents: those are on the disk. A million operations cost about 25 MB.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::identity::Author;
use crate::operation::{ChainId, MAX_SEQ, Operation, OperationId, OrderKey};

/// Operations that wait for a gap before them to be filled, at most, over all chains of a room.
pub const MAX_PENDING: usize = 2048;
/// Bytes of those, at most.
pub const MAX_PENDING_BYTES: usize = 8 << 20;
/// Operations from the future that are kept until their time, at most.
pub const MAX_PARKED: usize = 256;
/// Chains of a room, at most.
pub const MAX_CHAINS: usize = 16_384;
/// Chains of one author in a room, at most: nobody can fill the room alone.
pub const MAX_CHAINS_OF_AUTHOR: usize = 256;

/// What became of an operation that came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ingest {
    /// It is in the log now, and so are those that had waited for it, in the order of their chain.
    Inserted(Vec<Operation>),
    /// Operations before it are missing; it waits for them, or will be sent again when they are there.
    Pending,
    /// It is from too far ahead; it waits for its time.
    Parked,
    /// It was there already.
    Duplicate,
    /// Its author signed two different operations for one place, or one that doesn't follow from the one before.
    Fork,
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
    /// The room has [`MAX_CHAINS`] already, or its author [`MAX_CHAINS_OF_AUTHOR`].
    #[error("the room or its author has too many chains")]
    TooManyChains,
}

/// The end of a chain, as a peer tells it to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Head {
    /// The chain's author.
    pub author: Author,
    /// The chain's number.
    pub log: u64,
    /// How many operations are held: 0 to `next` - 1.
    pub next: u64,
    /// The id of the last of them.
    pub id: OperationId,
}

impl Head {
    /// The chain.
    #[must_use]
    pub fn chain(&self) -> ChainId {
        ChainId { author: self.author, log: self.log }
    }
}

/// A stretch of a chain that is wanted: from `from` to before `to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Want {
    /// The chain's author.
    pub author: Author,
    /// The chain's number.
    pub log: u64,
    /// The first sequence number wanted.
    pub from: u64,
    /// The first not wanted any more.
    pub to: u64,
}

/// A place of an operation: its chain and its number there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The chain.
    pub chain: ChainId,
    /// The number.
    pub seq: u64,
}

#[derive(Debug, Clone)]
struct Chain {
    id: ChainId,
    /// The first eight bytes of every operation's id, by sequence number.
    ids: Vec<u64>,
    head: Option<(OperationId, Timestamp)>,
}

impl Chain {
    fn next(&self) -> u64 {
        self.ids.len() as u64
    }
}

/// A place in the order, 16 bytes: sequence numbers are below 2^32 (`MAX_SEQ`) and chains are few.
#[derive(Debug, Clone, Copy)]
struct Slot {
    time: Timestamp,
    chain: u32,
    seq: u32,
}

/// The log of one room.
#[derive(Debug, Clone)]
pub struct Log {
    room: crate::name::RoomId,
    /// In the order of their appearance; slots refer to them by number.
    chains: Vec<Chain>,
    by_id: BTreeMap<ChainId, u32>,
    /// Sorted by order key.
    order: Vec<Slot>,
    pending: BTreeMap<Place, Operation>,
    pending_bytes: usize,
    parked: BTreeMap<OrderKey, Operation>,
}

impl Log {
    /// The empty log of a room.
    #[must_use]
    pub fn new(room: crate::name::RoomId) -> Self {
        Log {
            room,
            chains: Vec::new(),
            by_id: BTreeMap::new(),
            order: Vec::new(),
            pending: BTreeMap::new(),
            pending_bytes: 0,
            parked: BTreeMap::new(),
        }
    }

    /// How many operations are held (without those that wait).
    #[must_use]
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether none are held.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// How many operations wait for a gap to be filled.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.pending.len()
    }

    /// How many operations wait for their time.
    #[must_use]
    pub fn parked(&self) -> usize {
        self.parked.len()
    }

    /// Whether an operation is worth verifying: `false` when it is held already.
    #[must_use]
    pub fn is_news(&self, place: Place, id: OperationId) -> bool {
        self.chain(place.chain).is_none_or(|chain| self.held(chain, place.seq) != Some(id.prefix()))
    }

    /// Takes an operation in. `wall_ms` decides whether it is from the future.
    pub fn ingest(&mut self, operation: Operation, wall_ms: u64) -> Ingest {
        let header = *operation.header();
        let place = Place { chain: header.chain, seq: header.seq };
        if header.room != self.room {
            return Ingest::Rejected(Reason::OtherRoom);
        }
        if let Some(held) = self.chain(header.chain).and_then(|chain| self.held(chain, header.seq)) {
            return if held == operation.id().prefix() { Ingest::Duplicate } else { Ingest::Fork };
        }
        if header.time.is_future(wall_ms) {
            return self.park(operation);
        }
        if header.seq > self.next(header.chain) {
            return self.wait(place, operation);
        }
        match self.append(&operation) {
            Ok(slot) => {
                let mut inserted = vec![operation];
                let mut slots = vec![slot];
                self.take_pending(header.chain, wall_ms, &mut inserted, &mut slots);
                self.merge(slots);
                Ingest::Inserted(inserted)
            }
            Err(refused) => refused,
        }
    }

    /// Takes many in at once: what was inserted, and what became of each of the others.
    pub fn ingest_all(
        &mut self,
        operations: Vec<Operation>,
        wall_ms: u64,
    ) -> (Vec<Operation>, Vec<(Operation, Ingest)>) {
        let mut inserted = Vec::with_capacity(operations.len());
        let mut others = Vec::new();
        let mut slots = Vec::with_capacity(operations.len());
        for operation in operations {
            let header = *operation.header();
            let follows = header.room == self.room
                && header.seq == self.next(header.chain)
                && !header.time.is_future(wall_ms)
                && self.pending.is_empty();
            if !follows {
                // The rare case: settle what is in order so far, then take the long way.
                self.merge(std::mem::take(&mut slots));
                match self.ingest(operation.clone(), wall_ms) {
                    Ingest::Inserted(mut more) => inserted.append(&mut more),
                    other => others.push((operation, other)),
                }
                continue;
            }
            match self.append(&operation) {
                Ok(slot) => {
                    slots.push(slot);
                    inserted.push(operation);
                }
                Err(refused) => others.push((operation, refused)),
            }
        }
        self.merge(slots);
        (inserted, others)
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

    /// The ends of all chains, sorted by chain.
    #[must_use]
    pub fn frontier(&self) -> Vec<Head> {
        self.by_id
            .iter()
            .filter_map(|(id, index)| {
                let chain = self.chains.get(*index as usize)?;
                let (head, _) = chain.head?;
                Some(Head { author: id.author, log: id.log, next: chain.next(), id: head })
            })
            .collect()
    }

    /// A hash of the whole log: equal for two peers exactly when they hold the same operations, because every head
    /// commits to all that stands before it.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new_derive_key("inkmesh 2026 digest of a log");
        for head in self.frontier() {
            hasher.update(&head.author.0).update(&head.log.to_be_bytes());
            hasher.update(&head.next.to_be_bytes()).update(&head.id.0);
        }
        *hasher.finalize().as_bytes()
    }

    /// What somebody with this frontier holds and we don't.
    #[must_use]
    pub fn missing(&self, theirs: &[Head]) -> Vec<Want> {
        theirs
            .iter()
            // More than a chain can have is a lie; it must not overflow what sums these up.
            .map(|head| (head, head.next.min(MAX_SEQ), self.next(head.chain())))
            .filter(|(_, theirs, ours)| theirs > ours)
            .map(|(head, theirs, ours)| Want { author: head.author, log: head.log, from: ours, to: theirs })
            .collect()
    }

    /// The chain of `author` that ends latest: its number, length, last id and time.
    #[must_use]
    pub fn latest_chain(&self, author: Author) -> Option<(u64, u64, OperationId, Timestamp)> {
        let from = ChainId { author, log: 0 };
        let to = ChainId { author, log: u64::MAX };
        self.by_id
            .range(from..=to)
            .filter_map(|(id, index)| {
                let chain = self.chains.get(*index as usize)?;
                let (head, time) = chain.head?;
                Some((id.log, chain.next(), head, time))
            })
            .max_by_key(|(log, _, _, time)| (*time, *log))
    }

    /// The key of the last operation in the order.
    #[must_use]
    pub fn last(&self) -> Option<OrderKey> {
        self.order.last().map(|slot| self.key(slot))
    }

    /// The places of the last `limit` operations before the one called `before` (or of the last of all), in order.
    /// `None` when there is no such operation.
    #[must_use]
    pub fn places(&self, limit: usize, before: Option<OperationId>) -> Option<Vec<Place>> {
        let end = match before {
            None => self.order.len(),
            Some(id) => self.order.iter().rposition(|slot| self.id_prefix(slot) == Some(id.prefix()))?,
        };
        let slots = &self.order[end.saturating_sub(limit)..end];
        Some(slots.iter().map(|slot| Place { chain: self.key(slot).chain, seq: u64::from(slot.seq) }).collect())
    }

    fn chain(&self, id: ChainId) -> Option<&Chain> {
        self.chains.get(*self.by_id.get(&id)? as usize)
    }

    fn next(&self, id: ChainId) -> u64 {
        self.chain(id).map_or(0, Chain::next)
    }

    fn held(&self, chain: &Chain, seq: u64) -> Option<u64> {
        usize::try_from(seq).ok().and_then(|seq| chain.ids.get(seq)).copied()
    }

    fn id_prefix(&self, slot: &Slot) -> Option<u64> {
        self.chains.get(slot.chain as usize)?.ids.get(slot.seq as usize).copied()
    }

    fn key(&self, slot: &Slot) -> OrderKey {
        OrderKey { time: slot.time, chain: self.chains[slot.chain as usize].id, seq: u64::from(slot.seq) }
    }

    fn park(&mut self, operation: Operation) -> Ingest {
        if self.parked.len() < MAX_PARKED {
            self.parked.insert(operation.header().key(), operation);
        }
        Ingest::Parked
    }

    /// Keeps an operation until the gap before it is filled. What doesn't fit comes again by catching up.
    fn wait(&mut self, place: Place, operation: Operation) -> Ingest {
        let bytes = operation.bytes().len();
        if self.pending.len() < MAX_PENDING
            && self.pending_bytes + bytes <= MAX_PENDING_BYTES
            && !self.pending.contains_key(&place)
        {
            self.pending_bytes += bytes;
            self.pending.insert(place, operation);
        }
        Ingest::Pending
    }

    fn take_pending(&mut self, chain: ChainId, wall_ms: u64, inserted: &mut Vec<Operation>, slots: &mut Vec<Slot>) {
        while let Some(operation) = self.pending.remove(&Place { chain, seq: self.next(chain) }) {
            self.pending_bytes -= operation.bytes().len();
            if operation.header().time.is_future(wall_ms) {
                self.park(operation);
                break;
            }
            let Ok(slot) = self.append(&operation) else { break };
            slots.push(slot);
            inserted.push(operation);
        }
        self.drop_overtaken(chain);
    }

    /// Waiting operations whose place has been taken meanwhile will never be needed.
    fn drop_overtaken(&mut self, chain: ChainId) {
        let (from, to) = (Place { chain, seq: 0 }, Place { chain, seq: self.next(chain) });
        let overtaken: Vec<Place> = self.pending.range(from..to).map(|(place, _)| *place).collect();
        for place in overtaken {
            self.pending_bytes -= self.pending.remove(&place).map_or(0, |operation| operation.bytes().len());
        }
    }

    /// Puts an operation at the end of its chain, if it follows from what is there.
    fn append(&mut self, operation: &Operation) -> Result<Slot, Ingest> {
        let header = operation.header();
        let head = self.chain(header.chain).and_then(|chain| chain.head);
        if header.backlink != head.map(|(id, _)| id) {
            return Err(Ingest::Fork);
        }
        if head.is_some_and(|(_, time)| header.time <= time) {
            return Err(Ingest::Rejected(Reason::Time));
        }
        let index = self.chain_index(header.chain).ok_or(Ingest::Rejected(Reason::TooManyChains))?;
        let chain = &mut self.chains[index as usize];
        let slot = Slot { time: header.time, chain: index, seq: chain.ids.len() as u32 }; // seq < MAX_SEQ = 2^32
        chain.ids.push(operation.id().prefix());
        chain.head = Some((operation.id(), header.time));
        Ok(slot)
    }

    fn chain_index(&mut self, id: ChainId) -> Option<u32> {
        if let Some(index) = self.by_id.get(&id) {
            return Some(*index);
        }
        let of_author = ChainId { log: 0, ..id }..=ChainId { log: u64::MAX, ..id };
        if self.chains.len() >= MAX_CHAINS || self.by_id.range(of_author).count() >= MAX_CHAINS_OF_AUTHOR {
            return None;
        }
        let index = self.chains.len() as u32; // MAX_CHAINS fits
        self.chains.push(Chain { id, ids: Vec::new(), head: None });
        self.by_id.insert(id, index);
        Some(index)
    }

    /// Brings new slots into the order: at its end where they belong there, else by one merge for all of them.
    fn merge(&mut self, mut slots: Vec<Slot>) {
        slots.sort_by_key(|slot| self.key(slot));
        let Some(first) = slots.first() else { return };
        let first = self.key(first);
        let at = self.order.partition_point(|slot| self.key(slot) < first);
        let tail = self.order.split_off(at);
        let mut tail = tail.into_iter().peekable();
        for slot in slots {
            let key = self.key(&slot);
            while let Some(old) = tail.next_if(|old| self.key(old) < key) {
                self.order.push(old);
            }
            self.order.push(slot);
        }
        self.order.extend(tail);
    }
}

#[cfg(test)]
#[path = "log_tests.rs"]
mod tests;
