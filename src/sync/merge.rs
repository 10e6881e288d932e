//! Stretches of several lanes as one sequence in the log's order, read in bounded pieces. The caller reads the disk.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use super::message::CHUNK_OPERATIONS;
use crate::log::StoredRange;
use crate::operation::{Operation, OrderKey};

/// Operations that are held in memory over all lanes, about; and their bytes.
const READ_AHEAD: u64 = 4096;
const READ_AHEAD_BYTES: usize = 4 << 20;

/// What is left of one stretch.
#[derive(Debug)]
struct Cursor {
    rest: StoredRange,
    read: VecDeque<Operation>,
}

/// The sequence, as far as it was not returned yet.
#[derive(Debug)]
pub struct Merge {
    cursors: Vec<Cursor>,
    /// The key of the first operation of every cursor that has one; the earliest on top.
    heads: BinaryHeap<Reverse<(OrderKey, usize)>>,
    started: bool,
}

impl Merge {
    /// Begins to read these stretches.
    #[must_use]
    pub fn new(stretches: &[StoredRange]) -> Self {
        let cursors = stretches.iter().map(|stretch| Cursor { rest: *stretch, read: VecDeque::new() }).collect();
        Merge { cursors, heads: BinaryHeap::new(), started: false }
    }

    /// Returns the next operations, each with the number of its lane: about `most` bytes, and at most
    /// [`CHUNK_OPERATIONS`]; `None` at the end. `read` returns the first operations of a stretch, all of them or about so many
    /// bytes; none when the disk holds none of it.
    ///
    /// # Errors
    /// Those of `read`.
    pub fn next<E>(
        &mut self,
        most: usize,
        mut read: impl FnMut(StoredRange, usize) -> Result<Vec<Operation>, E>,
    ) -> Result<Option<Vec<(u64, Operation)>>, E> {
        if !self.started {
            self.started = true;
            for index in 0..self.cursors.len() {
                self.refill(index, &mut read)?;
            }
        }
        let (mut chunk, mut bytes) = (Vec::new(), 0);
        while chunk.len() < CHUNK_OPERATIONS && bytes < most {
            let Some(Reverse((_, index))) = self.heads.pop() else { break };
            let Some(operation) = self.cursors[index].read.pop_front() else { continue };
            bytes += operation.bytes().len();
            chunk.push((self.cursors[index].rest.lane, operation));
            self.refill(index, &mut read)?;
        }
        Ok((!chunk.is_empty()).then_some(chunk))
    }

    /// Puts the cursor's next operation on the heap, after more was read where needed.
    fn refill<E>(
        &mut self,
        index: usize,
        read: &mut impl FnMut(StoredRange, usize) -> Result<Vec<Operation>, E>,
    ) -> Result<(), E> {
        let share = self.cursors.len().max(1);
        let Cursor { rest, read: ahead } = &mut self.cursors[index];
        if ahead.is_empty() && rest.from < rest.to {
            let to = rest.to.min(rest.from + (READ_AHEAD / share as u64).max(1));
            let operations = read(StoredRange { to, ..*rest }, (READ_AHEAD_BYTES / share).max(1))?;
            if operations.is_empty() {
                rest.to = rest.from; // there is no more
            }
            rest.from += operations.len() as u64;
            ahead.extend(operations);
        }
        if let Some(operation) = ahead.front() {
            self.heads.push(Reverse((operation.key(), index)));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;
    use crate::clock::Timestamp;
    use crate::identity::{Author, Identity};
    use crate::name::RoomName;
    use crate::operation::{ChainId, Header};
    use crate::payload::{Chat, Payload};
    use crate::sync::CHUNK_BYTES;

    fn chain(secret: u8, count: u64) -> (Author, Vec<Operation>) {
        let (identity, room) = (Identity::from_secret([secret; 32]), RoomName::lobby().id());
        let chat = Payload::Chat(Chat { text: "x".repeat(400) });
        let mut backlink = None;
        let operation = |seq| {
            let chain = ChainId { author: identity.author(), log: 9 };
            let time = Timestamp::from_ms(seq * 10 + u64::from(secret));
            let operation = Operation::sign(&identity, Header { room, chain, seq, backlink, time }, &chat).unwrap();
            backlink = Some(operation.id());
            operation
        };
        (identity.author(), (0..count).map(operation).collect())
    }

    #[test]
    fn lanes_come_out_as_one_sequence_in_order() {
        let lanes: Vec<(Author, Vec<Operation>)> = (1..=3).map(|secret| chain(secret, 2_000)).collect();
        let stretch = |(author, _): &(Author, _)| StoredRange { author: *author, lane: 9, from: 500, to: 5_000 };
        let mut merge = Merge::new(&lanes.iter().map(stretch).collect::<Vec<_>>());
        let (mut keys, mut chunks, mut largest) = (Vec::new(), 0, 0);
        let mut read = |StoredRange { author, from, to, .. }: StoredRange, _| {
            let lane = &lanes.iter().find(|(other, _)| *other == author).unwrap().1;
            largest = largest.max(to - from);
            Ok::<_, Infallible>(lane.iter().skip(from as usize).take((to - from) as usize).cloned().collect())
        };
        while let Some(chunk) = merge.next(CHUNK_BYTES, &mut read).unwrap() {
            assert!(chunk.len() <= CHUNK_OPERATIONS);
            keys.extend(chunk.iter().map(|(_, operation)| operation.key()));
            chunks += 1;
        }
        assert!(keys.is_sorted());
        assert_eq!((keys.len(), largest), (3 * 1500, READ_AHEAD / 3));
        assert!(chunks > 3, "{chunks}");
    }
}
