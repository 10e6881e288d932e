//! Reads operations of a room by their positions. These functions wait for the disk: they run on blocking workers.

use std::collections::{BTreeMap, BTreeSet};

use inkmesh_store::{ChainKey, Store};

use crate::fold::Step;
use crate::identity::Author;
use crate::log::Position;
use crate::name::RoomId;
use crate::node::sync::{SyncError, read_record};
use crate::operation::Operation;

/// Operations in a row, at most, that are read although they are not wanted, together with the wanted ones around them:
/// finding a position on the disk costs as much.
const GAP: u64 = 64;
/// Operations, and bytes, of one reading.
const READ: u64 = 4096;
const READ_BYTES: usize = 4 << 20;

/// Returns the steps in operations, in the log's order, each once.
pub(super) fn steps(operations: impl Iterator<Item = Operation>) -> Vec<Step> {
    let mut steps: Vec<Step> =
        operations.filter_map(|operation| Step::new(operation.key(), operation.id(), &operation.payload())).collect();
    steps.sort_by_key(|step| step.key);
    steps.dedup_by_key(|step| step.key);
    steps
}

/// Reads those of the operations at these positions that are on the disk, chain by chain.
pub(super) fn read_all(
    store: &Store,
    room: RoomId,
    positions: impl IntoIterator<Item = Position>,
) -> Result<BTreeMap<Position, Operation>, SyncError> {
    let wanted: BTreeSet<Position> = positions.into_iter().collect();
    let mut operations = BTreeMap::new();
    for (chain, first, last) in runs(room, &wanted) {
        let mut next = first;
        while next <= last {
            let count = (last - next + 1).min(READ);
            let records = store.read(&chain, next, usize::try_from(count).unwrap_or(usize::MAX), READ_BYTES)?;
            if records.is_empty() {
                break; // there is no more: it waits for the disk
            }
            for bytes in records {
                let position = Position { author: Author(chain.author), lane: chain.log, index: next };
                if wanted.contains(&position) {
                    operations.insert(position, read_record(&bytes)?);
                }
                next += 1;
            }
        }
    }
    Ok(operations)
}

/// Reads the lines at these positions, in their order, and returns them with the errors of those that can't be read. Those that
/// are not on the disk are left out.
pub(super) fn read_lines(
    store: &Store,
    room: RoomId,
    lines: Vec<Result<Operation, Position>>,
) -> (Vec<Operation>, Vec<SyncError>) {
    let positions = lines.iter().filter_map(|line| line.as_ref().err().copied());
    // What is damaged takes what lies around it along, unless each is read by itself.
    let read = read_all(store, room, positions).ok();
    let mut errors = Vec::new();
    let mut line_at = |position| match &read {
        Some(read) => read.get(&position).cloned(),
        None => read_one(store, room, position).unwrap_or_else(|error| {
            errors.push(error);
            None
        }),
    };
    let operations = lines.into_iter().filter_map(|line| line.map_or_else(&mut line_at, Some)).collect();
    (operations, errors)
}

/// Reads the operation at a position; `None` when it is not on the disk.
fn read_one(store: &Store, room: RoomId, position: Position) -> Result<Option<Operation>, SyncError> {
    let Some(bytes) = store.get(&chain_of(room, position), position.index)? else { return Ok(None) };
    read_record(&bytes).map(Some)
}

/// Returns the chain of the store that a position in a room's log is in.
pub(super) fn chain_of(room: RoomId, position: Position) -> ChainKey {
    ChainKey { room: room.0, author: position.author.0, log: position.lane }
}

/// Returns stretches of chains that hold all of these positions, and not much else: first and last index.
fn runs(room: RoomId, wanted: &BTreeSet<Position>) -> Vec<(ChainKey, u64, u64)> {
    let mut runs: Vec<(ChainKey, u64, u64)> = Vec::new();
    for position in wanted {
        let (chain, seq) = (chain_of(room, *position), position.index);
        match runs.last_mut().filter(|(last, _, end)| *last == chain && seq - *end <= GAP) {
            Some((_, _, end)) => *end = seq,
            None => runs.push((chain, seq, seq)),
        }
    }
    runs
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

    const LEN: u64 = 10_000;

    /// A chain on the disk; the answer is its operations.
    fn write(store: &Store, who: u8) -> Vec<Operation> {
        let identity = Identity::from_secret([who; 32]);
        let (room, chain) = (RoomName::lobby().id(), ChainId { author: identity.author(), log: 9 });
        let mut backlink = None;
        let chat = Payload::Chat(Chat { text: "x".repeat(100) });
        let sign = |seq| {
            let time = Timestamp::from_ms(seq);
            let operation = Operation::sign(&identity, Header { room, chain, seq, backlink, time }, &chat).unwrap();
            backlink = Some(operation.id());
            operation
        };
        let operations: Vec<Operation> = (0..LEN).map(sign).collect();
        let key = ChainKey { room: room.0, author: chain.author.0, log: chain.log };
        let record =
            |(seq, operation): (u64, &Operation)| Record { chain: key, seq, bytes: operation.bytes().to_vec() };
        for part in (0..).zip(&operations).collect::<Vec<_>>().chunks(1000) {
            store.append_wait(part.iter().copied().map(record).collect()).unwrap();
        }
        operations
    }

    #[test]
    fn what_is_wanted_is_read_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let (store, _) = Store::open(dir.path()).unwrap();
        let chains = [write(&store, 1), write(&store, 2)];
        let position = |author: Author, index: u64| Position { author, lane: 9, index };
        let wants = |n: u64| n.is_multiple_of(7) || n.is_multiple_of(1000) || (4000..9500).contains(&n);
        let mut positions = vec![position(chains[0][0].author(), LEN + 5)]; // not on the disk yet
        let mut expected = BTreeSet::new();
        for chain in &chains {
            let numbered = chain.iter().enumerate().map(|(n, operation)| (n as u64, operation));
            for (n, operation) in numbered.filter(|(n, _)| wants(*n)).rev() {
                positions.push(position(operation.author(), n));
                expected.insert(operation.id());
            }
        }
        let read = read_all(&store, RoomName::lobby().id(), positions.clone()).unwrap();
        assert_eq!(read.len(), expected.len());
        assert_eq!(read.values().map(Operation::id).collect::<BTreeSet<_>>(), expected);
        let lines = positions.iter().copied().map(Err).collect();
        let (lines, errors) = read_lines(&store, RoomName::lobby().id(), lines);
        let at = |operation: &Operation| position(operation.author(), operation.header().seq);
        assert_eq!(lines.iter().map(at).collect::<Vec<_>>(), positions[1..], "in the order that was wanted");
        assert!(errors.is_empty());
    }

    #[test]
    fn places_far_apart_are_read_by_themselves() {
        let author = Author([1; 32]);
        let at = |lane, index| Position { author, lane, index };
        let wanted = BTreeSet::from([at(1, 5), at(1, 5 + GAP), at(1, 6 + 2 * GAP), at(2, 7 + 2 * GAP)]);
        let runs: Vec<_> =
            runs(RoomName::lobby().id(), &wanted).into_iter().map(|run| (run.0.log, run.1, run.2)).collect();
        assert_eq!(runs, [(1, 5, 5 + GAP), (1, 6 + 2 * GAP, 6 + 2 * GAP), (2, 7 + 2 * GAP, 7 + 2 * GAP)]);
    }
}
