//! Random chains with and without forks, and a simple model of which operations are kept.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::sample::Index;

use super::super::MAX_BRANCHES_OF_CHAIN;
use super::super::forest::Bounds;
use super::one;
use crate::identity::{Author, Identity};
use crate::operation::{ChainId, Operation, OperationId};

/// Makes operations of two authors in two chains each; `forks` is the share that doesn't follow the last of its chain.
pub(super) fn operations(count: usize, forks: f64) -> impl Strategy<Value = Vec<Operation>> {
    operations_of((2, 2), count, forks)
}

/// As [`operations`], of so many authors in so many chains each.
pub(super) fn operations_of(
    (authors, chains): (u8, u64),
    count: usize,
    forks: f64,
) -> impl Strategy<Value = Vec<Operation>> {
    let piece = (0..authors, 0..chains, prop::bool::weighted(forks), any::<Index>(), 1..4_u64);
    prop::collection::vec(piece, 1..count).prop_map(|pieces| {
        let mut chains: BTreeMap<(u8, u64), Vec<Operation>> = BTreeMap::new();
        for (n, (secret, log, fork, index, later)) in pieces.into_iter().enumerate() {
            let held = chains.entry((secret, log)).or_default();
            // A fork may be at the beginning of the chain too.
            let parent = if fork { index.index(held.len() + 1).checked_sub(1) } else { held.len().checked_sub(1) };
            let parent = parent.map(|parent| &held[parent]);
            let (seq, ms) = parent.map_or((0, 10), |op| (op.header().seq + 1, op.header().time.ms()));
            let identity = Identity::from_secret([secret + 1; 32]);
            held.push(one(&identity, log, seq, parent.map(Operation::id), ms + later, &n.to_string()));
        }
        chains.into_values().flatten().collect()
    })
}

pub(super) fn shuffled(operations: Vec<Operation>) -> impl Strategy<Value = Vec<Operation>> {
    Just(operations).prop_shuffle()
}

/// Returns the operations that are kept of these, in order.
pub(super) fn oracle(operations: &[Operation]) -> Vec<Operation> {
    oracle_within(operations, Bounds::default())
}

/// Returns the operations that a log with these bounds keeps of these, in order.
pub(super) fn oracle_within(operations: &[Operation], bounds: Bounds) -> Vec<Operation> {
    let mut children: BTreeMap<(ChainId, Option<OperationId>), BTreeSet<OperationId>> = BTreeMap::new();
    let by_id: BTreeMap<OperationId, &Operation> = operations.iter().map(|op| (op.id(), op)).collect();
    for op in by_id.values() {
        children.entry((op.header().chain, op.header().backlink)).or_default().insert(op.id());
    }
    let mut openers: BTreeMap<ChainId, BTreeSet<(u64, OperationId)>> = BTreeMap::new();
    for ((chain, _), siblings) in &children {
        let others = siblings.iter().skip(1).map(|id| (by_id[id].header().seq, *id));
        openers.entry(*chain).or_default().extend(others);
    }
    // The branches of each author in their order, with their ranks.
    let mut of_author: BTreeMap<Author, usize> = BTreeMap::new();
    let mut ranks: BTreeSet<(usize, Author, ChainId, Option<OperationId>)> = BTreeSet::new();
    for (chain, openers) in &openers {
        let first = openers.iter().take(MAX_BRANCHES_OF_CHAIN - 1).map(|(_, id)| Some(*id));
        for branch in std::iter::once(None).chain(first) {
            let place = of_author.entry(chain.author).or_default();
            ranks.insert((*place, chain.author, *chain, branch));
            *place += 1;
        }
    }
    let kept = ranks.into_iter().filter(|(place, ..)| *place < bounds.author).take(bounds.room);
    let kept: BTreeSet<(ChainId, Option<OperationId>)> = kept.map(|(_, _, chain, branch)| (chain, branch)).collect();
    let opens = |op: &Operation| openers[&op.header().chain].contains(&(op.header().seq, op.id()));
    let is_kept = |op: &&Operation| {
        let chain = op.header().chain;
        let mut at = Some(op.id());
        while let Some(id) = at {
            if opens(by_id[&id]) && !kept.contains(&(chain, Some(id))) {
                return false;
            }
            at = by_id[&id].header().backlink;
        }
        kept.contains(&(chain, None))
    };
    let mut kept: Vec<Operation> = by_id.values().copied().filter(is_kept).cloned().collect();
    kept.sort_by_key(Operation::key);
    kept
}
