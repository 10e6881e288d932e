//! An oracle that is too simple to be wrong: it computes a room's log from the set of all operations in the most naive way.

use std::collections::{BTreeMap, BTreeSet};

use inkmesh::identity::Author;
use inkmesh::log::{Line, MAX_BRANCHES_OF_CHAIN, MAX_CHAINS_OF_AUTHOR};
use inkmesh::operation::{ChainId, Operation, OperationId};
use inkmesh::room::Room;

use super::disk::Folder;

/// Returns all operations in a room's log, in its order, without those that float.
pub fn kept(room: &Room, folder: &Folder) -> Vec<Operation> {
    let lines = room.log().page(usize::MAX, None).unwrap_or_default();
    let places = lines.into_iter().filter_map(|line| match line {
        Line::Stored(place) => folder.records.get(&place).cloned(),
        Line::Floating(_) => None,
    });
    places.collect()
}

/// Returns the log of a room in which somebody holds each of these operations.
pub fn log_of(all: impl IntoIterator<Item = Operation>) -> Vec<Operation> {
    let mut chains: BTreeMap<ChainId, BTreeMap<OperationId, Operation>> = BTreeMap::new();
    for operation in all {
        chains.entry(operation.header().chain).or_default().insert(operation.id(), operation);
    }
    let mut log: Vec<Operation> = Vec::new();
    let mut of_author = BTreeMap::new();
    for (id, chain) in &chains {
        let tree = branches_kept(grown(chain));
        // Chains come by number: the lowest are kept.
        let count: &mut usize = of_author.entry(id.author).or_default();
        *count += usize::from(!tree.is_empty());
        if *count <= MAX_CHAINS_OF_AUTHOR {
            log.extend(tree);
        }
    }
    log.sort_by_key(Operation::key);
    log
}

/// Returns the operations of a chain that are connected with its beginning, each later than the one before.
fn grown(chain: &BTreeMap<OperationId, Operation>) -> Vec<Operation> {
    let mut sorted: Vec<&Operation> = chain.values().collect();
    sorted.sort_by_key(|operation| operation.header().seq);
    let mut grown: BTreeMap<OperationId, &Operation> = BTreeMap::new();
    for operation in sorted {
        let header = operation.header();
        let follows = match header.backlink {
            None => header.seq == 0,
            Some(link) => grown
                .get(&link)
                .is_some_and(|parent| parent.header().seq + 1 == header.seq && parent.header().time < header.time),
        };
        if follows {
            grown.insert(operation.id(), operation);
        }
    }
    grown.into_values().cloned().collect()
}

/// Returns the operations of the kept branches: of several successors of an operation the lowest continues freely; of all
/// others the first three by number and id are kept, each with its successors.
fn branches_kept(tree: Vec<Operation>) -> Vec<Operation> {
    let mut families: BTreeMap<Option<OperationId>, Vec<&Operation>> = BTreeMap::new();
    for operation in &tree {
        families.entry(operation.header().backlink).or_default().push(operation);
    }
    let mut openers: Vec<(u64, OperationId)> = Vec::new();
    for children in families.values_mut() {
        children.sort_by_key(|operation| operation.id());
        openers.extend(children.iter().skip(1).map(|operation| (operation.header().seq, operation.id())));
    }
    openers.sort_unstable();
    let mut out: BTreeSet<OperationId> =
        openers.into_iter().skip(MAX_BRANCHES_OF_CHAIN - 1).map(|(_, id)| id).collect();
    let mut sorted: Vec<&Operation> = tree.iter().collect();
    sorted.sort_by_key(|operation| operation.header().seq);
    for operation in sorted {
        if operation.header().backlink.is_some_and(|link| out.contains(&link)) {
            out.insert(operation.id());
        }
    }
    tree.into_iter().filter(|operation| !out.contains(&operation.id())).collect()
}

/// Returns the chains that fork.
pub fn forked_chains(log: &[Operation]) -> BTreeSet<ChainId> {
    let mut places = BTreeMap::new();
    log.iter()
        .for_each(|operation| *places.entry((operation.header().chain, operation.header().seq)).or_insert(0) += 1);
    places.into_iter().filter(|(_, count)| *count > 1).map(|((chain, _), _)| chain).collect()
}

/// Returns their authors.
pub fn forked(log: &[Operation]) -> BTreeSet<Author> {
    forked_chains(log).into_iter().map(|chain| chain.author).collect()
}
