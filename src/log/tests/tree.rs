//! Random chains with and without forks, and a simple model of which operations are kept.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::sample::Index;

use super::super::MAX_BRANCHES_OF_CHAIN;
use super::one;
use crate::identity::Identity;
use crate::operation::{ChainId, Operation, OperationId};

/// Makes operations of two authors in two chains each; `forks` is the share that doesn't follow the last of its chain.
pub(super) fn operations(count: usize, forks: f64) -> impl Strategy<Value = Vec<Operation>> {
    let piece = (0..2_u8, 0..2_u64, prop::bool::weighted(forks), any::<Index>(), 1..4_u64);
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
    let out: BTreeSet<OperationId> =
        openers.values().flat_map(|all| all.iter().skip(MAX_BRANCHES_OF_CHAIN - 1)).map(|(_, id)| *id).collect();
    let is_kept = |op: &&Operation| {
        let mut at = Some(op.id());
        while let Some(id) = at {
            if out.contains(&id) {
                return false;
            }
            at = by_id[&id].header().backlink;
        }
        true
    };
    let mut kept: Vec<Operation> = by_id.values().copied().filter(is_kept).cloned().collect();
    kept.sort_by_key(Operation::key);
    kept
}
