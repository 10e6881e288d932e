//! Smaller questions about what is in the log.

use super::{Line, Log, Position};
use crate::clock::Timestamp;
use crate::identity::Author;
use crate::operation::{Header, Operation, OperationId, OrderKey};

impl Position {
    /// Whether this is where a branch of its chain begins.
    #[must_use]
    pub fn begins_branch(&self, operation: &Operation) -> bool {
        self.index == 0 && self.lane != operation.header().chain.log
    }
}

impl Log {
    /// Whether an operation is known but waits for what it follows.
    #[must_use]
    pub fn is_floating(&self, header: &Header, id: OperationId) -> bool {
        self.floating.contains(header, id)
    }

    /// Whether somebody signed two different continuations of one chain.
    #[must_use]
    pub fn is_forked(&self, author: Author) -> bool {
        self.forest.chains_of(author).any(|(_, chain)| !chain.openers.is_empty())
    }

    /// The last `limit` lines, those of them that are later than `after`.
    #[must_use]
    pub fn newest(&self, limit: usize, after: Timestamp) -> Vec<Line> {
        let ops = self.order.ops();
        let later = ops.len() - ops.partition_point(|op| op.key(&self.forest).time <= after);
        let floating = self.floating.iter().filter(|operation| operation.header().time > after).count();
        self.page(limit.min(later + floating), None).unwrap_or_default()
    }

    /// The last moment at which anybody but `author` wrote something.
    #[must_use]
    pub fn last_of_others(&self, author: Author) -> Timestamp {
        let mut from_end = self.order.ops().iter().rev().map(|op| op.key(&self.forest));
        from_end.find(|key| key.chain.author != author).map(|key| key.time).unwrap_or_default()
    }

    /// The last key that is not later than `limit`.
    #[must_use]
    pub fn last_before(&self, limit: Timestamp) -> Option<OrderKey> {
        let ops = self.order.ops();
        let end = ops.partition_point(|op| op.key(&self.forest).time <= limit);
        ops[..end].last().map(|op| op.key(&self.forest))
    }

    /// Where operations of `author` from `from` on are kept, in order; the last `limit` of them.
    #[must_use]
    pub fn positions_from(&self, from: Timestamp, author: Author, limit: usize) -> Vec<Position> {
        let later = self.order.ops().iter().rev().take_while(|op| op.key(&self.forest).time >= from);
        let places = later.map(|op| self.position_of(op.unpack())).filter(|place| place.author == author);
        let mut places: Vec<Position> = places.take(limit).collect();
        places.reverse();
        places
    }

    /// Where all operations are kept of those kinds for which `of` says so, in order.
    pub fn positions_of(&self, of: impl Fn(u8) -> bool) -> Vec<Position> {
        self.order.ops().iter().filter(|op| of(op.kind())).map(|op| self.position_of(op.unpack())).collect()
    }
}
