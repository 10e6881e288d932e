//! Reading the log back: pages of lines, and counts.

use super::lane::OpRef;
use super::order::{PackedOp, search};
use super::{Log, Position};
use crate::identity::Author;
use crate::operation::{Operation, OperationId, OrderKey};

/// An operation of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// In the log, and on the disk at this position.
    Stored(Position),
    /// Floating, and not on the disk.
    Floating(Operation),
}

impl Log {
    /// Returns the last `limit` operations before the operation `before`, or the last of all, in order, floating ones
    /// included. `None` when there is no such operation.
    #[must_use]
    pub fn page(&self, limit: usize, before: Option<OperationId>) -> Option<Vec<Line>> {
        self.page_of(limit, before, |_, _| true)
    }

    /// Returns the same, of the operations whose author and kind pass `of`.
    pub fn page_of(
        &self,
        limit: usize,
        before: Option<OperationId>,
        of: impl Fn(Author, u8) -> bool,
    ) -> Option<Vec<Line>> {
        let ops = self.order.ops();
        let (end, before) = match before {
            None => (ops.len(), None),
            Some(id) => {
                let key = self.key_of(id)?;
                (self.order.position(key, &self.forest), Some(key))
            }
        };
        let floating = self.floating.iter().filter(|operation| of(operation.author(), operation.kind()));
        let floating = floating.map(|operation| (operation.key(), operation));
        let mut floating: Vec<_> = floating.filter(|(key, _)| before.is_none_or(|before| *key < before)).collect();
        floating.sort_unstable_by_key(|(key, _)| *key);
        let mut page = Vec::new();
        let author = |op: &PackedOp| self.forest.lane(op.unpack().lane).chain.author;
        let mut kept = ops[..end].iter().rev().filter(|op| of(author(op), op.kind())).peekable();
        while page.len() < limit {
            let last_floating = floating.last().map(|(key, _)| *key);
            let op = kept.next_if(|op| last_floating.is_none_or(|key| op.key(&self.forest) > key));
            match op {
                Some(op) => page.push(Line::Stored(self.position_of(op.unpack()))),
                None => match floating.pop() {
                    Some((_, operation)) => page.push(Line::Floating(operation.clone())),
                    None => break,
                },
            }
        }
        page.reverse();
        Some(page)
    }

    /// Returns the key of an operation that is in the log or floats.
    #[must_use]
    pub fn key_of(&self, id: OperationId) -> Option<OrderKey> {
        let kept = search(&self.forest, id).and_then(|OpRef { lane, seq }| self.forest.lane(lane).key(seq));
        kept.or_else(|| self.floating.key_of(id))
    }

    /// Returns the number of operations after a key whose author and kind pass `of`, without floating ones.
    pub fn count_after(&self, key: OrderKey, of: impl Fn(Author, u8) -> bool) -> u64 {
        let author = |op: &PackedOp| self.forest.lane(op.unpack().lane).chain.author;
        let at = self.order.position(key, &self.forest);
        // The operation with the key itself doesn't count.
        let behind = self.order.ops()[at..].iter().skip_while(|op| op.key(&self.forest) == key);
        behind.filter(|op| of(author(op), op.kind())).count() as u64
    }

    /// Returns the key of the last operation in the log, without floating ones.
    #[must_use]
    pub fn last(&self) -> Option<OrderKey> {
        self.order.ops().last().map(|op| op.key(&self.forest))
    }

    /// Returns the position at which an operation of the forest is stored.
    pub(super) fn position_of(&self, op: OpRef) -> Position {
        let lane = self.forest.lane(op.lane);
        Position { author: lane.chain.author, lane: lane.number, index: op.seq - lane.from }
    }
}
