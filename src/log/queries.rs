//! Smaller queries of the log.

use super::{Line, Log, Position};
use crate::clock::Timestamp;
use crate::identity::Author;
use crate::operation::{Header, Operation, OperationId, OrderKey};

impl Position {
    /// Returns whether a branch of its chain begins here.
    #[must_use]
    pub fn begins_branch(&self, operation: &Operation) -> bool {
        self.index == 0 && self.lane != operation.header().chain.log
    }
}

impl Log {
    /// Returns whether the operation with this key and id is in the log.
    #[must_use]
    pub fn holds(&self, key: OrderKey, id: OperationId) -> bool {
        self.forest.find(key.chain, key.seq, id.into()).is_some()
    }

    /// Returns whether an operation floats.
    #[must_use]
    pub fn is_floating(&self, header: &Header, id: OperationId) -> bool {
        self.floating.contains(header, id)
    }

    /// Returns whether an author signed two different continuations of one chain.
    #[must_use]
    pub fn is_forked(&self, author: Author) -> bool {
        self.forest.chains_of(author).any(|(_, chain)| !chain.openers.is_empty())
    }

    /// Returns the last `limit` lines that are later than `after`.
    #[must_use]
    pub fn newest(&self, limit: usize, after: Timestamp) -> Vec<Line> {
        let ops = self.order.ops();
        let later = ops.len() - ops.partition_point(|op| op.key(&self.forest).time <= after);
        let floating = self.floating.iter().filter(|operation| operation.header().time > after).count();
        self.page(limit.min(later + floating), None).unwrap_or_default()
    }

    /// Returns the time of the last operation of any author but this one.
    #[must_use]
    pub fn last_of_others(&self, author: Author) -> Timestamp {
        let mut from_end = self.order.ops().iter().rev().map(|op| op.key(&self.forest));
        from_end.find(|key| key.chain.author != author).map(|key| key.time).unwrap_or_default()
    }

    /// Returns the last key that is not later than `limit`.
    #[must_use]
    pub fn last_before(&self, limit: Timestamp) -> Option<OrderKey> {
        let ops = self.order.ops();
        let end = ops.partition_point(|op| op.key(&self.forest).time <= limit);
        ops[..end].last().map(|op| op.key(&self.forest))
    }

    /// Returns the positions of the last `limit` operations of `author` from `from` on, in order.
    #[must_use]
    pub fn positions_from(&self, from: Timestamp, author: Author, limit: usize) -> Vec<Position> {
        let later = self.order.ops().iter().rev().take_while(|op| op.key(&self.forest).time >= from);
        let theirs = later.map(|op| self.position_of(op.unpack())).filter(|position| position.author == author);
        let mut positions: Vec<Position> = theirs.take(limit).collect();
        positions.reverse();
        positions
    }

    /// Returns the positions of all operations whose kind passes `of`, in order.
    pub fn positions_of(&self, of: impl Fn(u8) -> bool) -> Vec<Position> {
        self.order.ops().iter().filter(|op| of(op.kind())).map(|op| self.position_of(op.unpack())).collect()
    }
}
