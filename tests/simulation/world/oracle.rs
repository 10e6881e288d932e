//! An oracle that is too simple to be wrong: it computes a room's log from the set of all operations in the most naive way.

use std::collections::{BTreeMap, BTreeSet};

use inkmesh::identity::Author;
use inkmesh::log::{Line, MAX_BRANCHES, MAX_BRANCHES_OF_AUTHOR, MAX_BRANCHES_OF_CHAIN};
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
    let trees: Vec<Vec<Operation>> = chains.values().map(grown).collect();
    let kept = branches_kept(&trees);
    let is_out = |branch: &Branch| !kept.contains(branch);
    let mut log: Vec<Operation> = trees.into_iter().flat_map(|tree| without(tree, is_out)).collect();
    log.sort_by_key(Operation::key);
    log
}

/// A chain, or one of its openers.
type Branch = (ChainId, Option<(u64, OperationId)>);

/// Returns the branches that are kept of these chains: of each chain the first openers, of each author the first branches, and of
/// the room those with the lowest place among their author's.
fn branches_kept(trees: &[Vec<Operation>]) -> BTreeSet<Branch> {
    let mut branches: BTreeSet<Branch> = BTreeSet::new();
    for tree in trees {
        let Some(chain) = tree.first().map(|operation| operation.header().chain) else { continue };
        branches.insert((chain, None));
        branches.extend(openers(tree).into_iter().take(MAX_BRANCHES_OF_CHAIN - 1).map(|opener| (chain, Some(opener))));
    }
    let (mut of_author, mut ranks) = (BTreeMap::new(), BTreeMap::new());
    for branch in branches {
        let author = branch.0.author;
        let place: &mut usize = of_author.entry(author).or_default();
        ranks.insert((*place, author), branch);
        *place += 1;
    }
    let kept = ranks.into_iter().filter(|((place, _), _)| *place < MAX_BRANCHES_OF_AUTHOR).take(MAX_BRANCHES);
    kept.map(|(_, branch)| branch).collect()
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

/// Returns the openers of a chain, sorted: of several successors of an operation the lowest continues freely, each other is one.
fn openers(tree: &[Operation]) -> BTreeSet<(u64, OperationId)> {
    let mut families: BTreeMap<Option<OperationId>, BTreeSet<(u64, OperationId)>> = BTreeMap::new();
    for operation in tree {
        let header = operation.header();
        families.entry(header.backlink).or_default().insert((header.seq, operation.id()));
    }
    families.into_values().flat_map(|children| children.into_iter().skip(1)).collect()
}

/// Returns the operations of a chain without those branches that are out, each with its successors.
fn without(tree: Vec<Operation>, is_out: impl Fn(&Branch) -> bool) -> Vec<Operation> {
    let Some(chain) = tree.first().map(|operation| operation.header().chain) else { return tree };
    if is_out(&(chain, None)) {
        return Vec::new();
    }
    let opened = openers(&tree).into_iter().filter(|opener| is_out(&(chain, Some(*opener))));
    let mut out: BTreeSet<OperationId> = opened.map(|(_, id)| id).collect();
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
