//! Stretches of several chains as one sequence in the log's order, read from the disk in bounded pieces.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use inkmesh_store::{ChainKey, Store};

use super::SyncError;
use crate::log::StoredRange;
use crate::name::RoomId;
use crate::operation::{Operation, OrderKey, Unverified};
use crate::sync::{CHUNK_BYTES, CHUNK_OPERATIONS};

/// Operations that are held in memory over all chains, about; and their bytes.
const READ_AHEAD: usize = 4096;
const READ_AHEAD_BYTES: usize = 4 << 20;

/// One chain's stretch.
struct Cursor {
    chain: ChainKey,
    next: u64,
    to: u64,
    read: VecDeque<Operation>,
}

/// All of them.
pub(in crate::node) struct Merge {
    store: Store,
    cursors: Vec<Cursor>,
    /// The first operation of every cursor that has one; the earliest on top.
    heads: BinaryHeap<Reverse<(OrderKey, usize)>>,
    started: bool,
}

impl Merge {
    pub(in crate::node) fn new(store: Store, room: RoomId, stretches: &[StoredRange]) -> Self {
        let cursor = |stretch: &StoredRange| Cursor {
            chain: ChainKey { room: room.0, author: stretch.author.0, log: stretch.lane },
            next: stretch.from,
            to: stretch.to,
            read: VecDeque::new(),
        };
        Merge { store, cursors: stretches.iter().map(cursor).collect(), heads: BinaryHeap::new(), started: false }
    }

    /// The next operations, about [`CHUNK_BYTES`], each with its lane's number; `None` at the end.
    pub(in crate::node) fn next_chunk(&mut self) -> Result<Option<Vec<(u64, Operation)>>, SyncError> {
        self.next_bytes(CHUNK_BYTES)
    }

    /// As [`Merge::next_chunk`], about so many bytes.
    pub(super) fn next_bytes(&mut self, most: usize) -> Result<Option<Vec<(u64, Operation)>>, SyncError> {
        if !self.started {
            self.started = true;
            for index in 0..self.cursors.len() {
                self.refill(index)?;
            }
        }
        let (mut chunk, mut bytes) = (Vec::new(), 0);
        while chunk.len() < CHUNK_OPERATIONS && bytes < most {
            let Some(Reverse((_, index))) = self.heads.pop() else { break };
            let Some(operation) = self.cursors[index].read.pop_front() else { continue };
            bytes += operation.bytes().len();
            chunk.push((self.cursors[index].chain.log, operation));
            self.refill(index)?;
        }
        Ok((!chunk.is_empty()).then_some(chunk))
    }

    /// Puts the cursor's next operation on the heap, reading more from the disk where needed.
    fn refill(&mut self, index: usize) -> Result<(), SyncError> {
        let share = self.cursors.len().max(1);
        let cursor = &mut self.cursors[index];
        if cursor.read.is_empty() && cursor.next < cursor.to {
            let left = usize::try_from(cursor.to - cursor.next).unwrap_or(usize::MAX);
            let count = (READ_AHEAD / share).clamp(1, left);
            let records = self.store.read(&cursor.chain, cursor.next, count, (READ_AHEAD_BYTES / share).max(1))?;
            if records.is_empty() {
                cursor.to = cursor.next; // there is no more
            }
            cursor.next += records.len() as u64;
            for bytes in records {
                cursor.read.push_back(Unverified::decode(&bytes)?.trust());
            }
        }
        if let Some(operation) = cursor.read.front() {
            self.heads.push(Reverse((operation.key(), index)));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use inkmesh_store::Record;

    use super::*;
    use crate::clock::Timestamp;
    use crate::identity::Identity;
    use crate::name::RoomName;
    use crate::operation::{ChainId, Header};
    use crate::payload::{Chat, Payload};

    #[test]
    fn chains_come_out_as_one_sequence_in_order() {
        let (store, room) = (Store::in_memory(), RoomName::lobby().id());
        let mut stretches = Vec::new();
        for secret in 1..=3 {
            let identity = Identity::from_secret([secret; 32]);
            let mut backlink = None;
            for seq in 0..2000 {
                let chain = ChainId { author: identity.author(), log: 9 };
                let time = Timestamp::from_ms(seq * 10 + u64::from(secret));
                let chat = Payload::Chat(Chat { text: "x".repeat(400) });
                let operation = Operation::sign(&identity, Header { room, chain, seq, backlink, time }, &chat).unwrap();
                backlink = Some(operation.id());
                let chain = ChainKey { room: room.0, author: identity.author().0, log: 9 };
                store.append_wait(vec![Record { chain, seq, bytes: operation.bytes().to_vec() }]).unwrap();
            }
            stretches.push(StoredRange { author: identity.author(), lane: 9, from: 500, to: 5000 });
        }
        let mut merge = Merge::new(store, room, &stretches);
        let mut keys = Vec::new();
        let mut chunks = 0;
        while let Some(chunk) = merge.next_chunk().unwrap() {
            assert!(chunk.len() <= CHUNK_OPERATIONS);
            keys.extend(chunk.iter().map(|(_, operation)| operation.key()));
            chunks += 1;
        }
        assert!(keys.is_sorted());
        assert_eq!(keys.len(), 3 * 1500);
        assert!(chunks > 3, "{chunks}");
    }
}
