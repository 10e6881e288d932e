//! A bounded buffer of operations whose parent is missing.

use std::collections::{BTreeMap, BTreeSet};

use super::lane::ShortId;
use super::{MAX_FLOATING, MAX_FLOATING_BYTES, MAX_FLOATING_BYTES_OF_AUTHOR, MAX_FLOATING_OF_AUTHOR};
use crate::identity::Author;
use crate::operation::{ChainId, Header, MAX_OPERATION, MAX_SEQ, Operation, OperationId, OrderKey};

/// Chain, sequence number, id of the parent, id of the operation.
type Key = (ChainId, u64, OperationId, OperationId);

const LOWEST: OperationId = OperationId([0; 32]);
const HIGHEST: OperationId = OperationId([255; 32]);

#[derive(Debug, Clone, Copy, Default)]
struct Share {
    operations: usize,
    bytes: usize,
}

/// The floating operations of a room.
#[derive(Debug, Clone, Default)]
pub(super) struct Floating {
    held: BTreeMap<Key, Operation>,
    /// Those of them that are on our own disk, behind a gap. They count against no bound.
    torn: BTreeSet<Key>,
    shares: BTreeMap<Author, Share>,
    bytes: usize,
}

fn key(header: &Header, id: OperationId) -> Key {
    (header.chain, header.seq, header.backlink.unwrap_or(LOWEST), id)
}

fn author_keys(author: Author) -> std::ops::RangeInclusive<Key> {
    let (from, to) = (ChainId { author, log: 0 }, ChainId { author, log: u64::MAX });
    (from, 0, LOWEST, LOWEST)..=(to, u64::MAX, HIGHEST, HIGHEST)
}

impl Floating {
    pub(super) fn len(&self) -> usize {
        self.held.len()
    }

    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Operation> {
        self.held.values()
    }

    pub(super) fn contains(&self, header: &Header, id: OperationId) -> bool {
        self.held.contains_key(&key(header, id))
    }

    /// Adds an operation; when there is no room, in place of earlier ones of its author, because people read the last
    /// lines first. Returns the removed ones, or `None`, and changes nothing, when it doesn't fit.
    pub(super) fn keep(&mut self, operation: Operation) -> Option<Vec<Operation>> {
        let author = operation.author();
        let overtaken = self.overtaken_by(&operation)?;
        let overtaken = overtaken.into_iter().filter_map(|key| self.remove(&key)).collect();
        let (bytes, share) = (operation.bytes().len(), self.shares.entry(author).or_default());
        share.operations += 1;
        share.bytes += bytes;
        self.bytes += bytes;
        self.held.insert(key(operation.header(), operation.id()), operation);
        Some(overtaken)
    }

    /// Adds an operation that is on our own disk.
    pub(super) fn keep_torn(&mut self, operation: Operation) {
        let key = key(operation.header(), operation.id());
        if self.held.insert(key, operation).is_none() {
            self.torn.insert(key);
        }
    }

    /// Returns the operations of its author that must go so that this one fits.
    fn overtaken_by(&self, operation: &Operation) -> Option<Vec<Key>> {
        let author = operation.author();
        let share = self.shares.get(&author).copied().unwrap_or_default();
        let of_author = self.held.range(author_keys(author)).filter(|(key, _)| !self.torn.contains(key));
        let mut count = share.operations + 1;
        let mut bytes = share.bytes + operation.bytes().len();
        let fits = |count: usize, bytes: usize| self.fits(share, count, bytes);
        if fits(count, bytes) {
            return Some(Vec::new());
        }
        let earlier = of_author.filter(|(_, held)| held.key() < operation.key());
        let mut earlier: Vec<_> = earlier.map(|(key, held)| (held.key(), *key, held.bytes().len())).collect();
        earlier.sort_unstable();
        let mut out = Vec::new();
        for (_, key, len) in earlier {
            (count, bytes) = (count - 1, bytes - len);
            out.push(key);
            if fits(count, bytes) {
                return Some(out);
            }
        }
        None
    }

    /// Returns whether an author with this share may have so many floating operations of so many bytes in all.
    fn fits(&self, share: Share, count: usize, bytes: usize) -> bool {
        let counted = self.held.len() - self.torn.len();
        let (others, other_bytes) = (counted - share.operations, self.bytes - share.bytes);
        count <= MAX_FLOATING_OF_AUTHOR.min(MAX_FLOATING.saturating_sub(others))
            && bytes <= MAX_FLOATING_BYTES_OF_AUTHOR.min(MAX_FLOATING_BYTES.saturating_sub(other_bytes))
    }

    /// Returns whether any further operation of an author can float, without another having to go.
    pub(super) fn has_space(&self, author: Author) -> bool {
        let share = self.shares.get(&author).copied().unwrap_or_default();
        self.fits(share, share.operations + 1, share.bytes + MAX_OPERATION)
    }

    fn remove(&mut self, key: &Key) -> Option<Operation> {
        let operation = self.held.remove(key)?;
        if self.torn.remove(key) {
            return Some(operation);
        }
        let bytes = operation.bytes().len();
        self.bytes -= bytes;
        if let Some(share) = self.shares.get_mut(&operation.author()) {
            share.operations -= 1;
            share.bytes -= bytes;
            if share.operations == 0 {
                self.shares.remove(&operation.author());
            }
        }
        Some(operation)
    }

    /// Removes the operations of an author.
    pub(super) fn remove_of(&mut self, author: Author) {
        let keys: Vec<Key> = self.held.range(author_keys(author)).map(|(key, _)| *key).collect();
        keys.iter().for_each(|key| drop(self.remove(key)));
    }

    /// Removes and returns the operations that follow this one.
    pub(super) fn take_children(&mut self, chain: ChainId, seq: u64, id: OperationId) -> Vec<Operation> {
        if self.held.is_empty() {
            return Vec::new();
        }
        let waiting = (chain, seq + 1, id, LOWEST)..=(chain, seq + 1, id, HIGHEST);
        let keys: Vec<Key> = self.held.range(waiting).map(|(key, _)| *key).collect();
        keys.iter().filter_map(|key| self.remove(key)).collect()
    }

    /// Removes and returns all operations of a chain.
    pub(super) fn take_chain(&mut self, chain: ChainId) -> Vec<Operation> {
        let all = (chain, 0, LOWEST, LOWEST)..=(chain, u64::MAX, HIGHEST, HIGHEST);
        let keys: Vec<Key> = self.held.range(all).map(|(key, _)| *key).collect();
        keys.iter().filter_map(|key| self.remove(key)).collect()
    }

    /// Returns whether an operation of the chain with this sequence number or a lower one floats.
    pub(super) fn any_up_to(&self, chain: ChainId, seq: u64) -> bool {
        self.held.range((chain, 0, LOWEST, LOWEST)..=(chain, seq, HIGHEST, HIGHEST)).next().is_some()
    }

    /// Returns the first sequence number of the unbroken run of floating operations that ends before `next` with the
    /// operation `last`; `next` itself when that one doesn't float.
    pub(super) fn run_before(&self, chain: ChainId, next: u64, last: ShortId) -> u64 {
        let (mut begins, mut wanted) = (next.min(MAX_SEQ), last);
        while let Some(seq) = begins.checked_sub(1) {
            let slot = (chain, seq, LOWEST, LOWEST)..=(chain, seq, HIGHEST, HIGHEST);
            let found = self.held.range(slot).find(|((_, _, _, id), _)| ShortId::from(*id) == wanted);
            let Some(((_, _, parent, _), _)) = found else { break };
            (begins, wanted) = (seq, (*parent).into());
        }
        begins
    }

    /// Returns the key of a floating operation.
    pub(super) fn key_of(&self, id: OperationId) -> Option<OrderKey> {
        self.iter().find(|operation| operation.id() == id).map(Operation::key)
    }
}
