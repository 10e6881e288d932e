//! A log read from the disk is the same, with the same positions.

use proptest::prelude::*;

use super::tree::{operations, shuffled};
use super::*;

/// Returns the stored operations that `known` doesn't have, in the order of the log.
fn stored(disk: &BTreeMap<Position, Operation>, known: &Log) -> Vec<(u64, Operation)> {
    let lanes: BTreeMap<_, _> = known.lanes().map(|(author, lane, len)| ((author, lane), len)).collect();
    let beyond = disk
        .iter()
        .filter(|(position, _)| position.index >= lanes.get(&(position.author, position.lane)).copied().unwrap_or(0));
    let mut stored: Vec<_> = beyond.map(|(position, operation)| (position.lane, operation.clone())).collect();
    stored.sort_by_key(|(_, operation)| operation.key());
    stored
}

#[test]
fn a_lane_whose_end_was_pushed_out_is_not_overwritten() {
    // Four roots use up the branches; from then on the lower id wins every fork.
    let mut roots: Vec<_> = (0..4).map(|n: u32| one(&ana(), 0, 0, None, 10, &n.to_string())).collect();
    roots.sort_by_key(Operation::id);
    let mut next: Vec<_> = (0..3).map(|n: u32| after(&ana(), &roots[0], &n.to_string())).collect();
    next.sort_by_key(Operation::id);
    let mut peer = Peer::new();
    peer.take(&roots);
    for operation in next.iter().rev() {
        assert_eq!(peer.take(std::slice::from_ref(operation)).outcomes, [Ingest::Inserted]);
    }
    // Restored without the operations that pushed the first one out, the lane would take it back; but its end is closed.
    let mut again = Peer { log: log(), disk: peer.disk.clone() };
    let lowest_first = |stored: &mut Vec<(u64, Operation)>| stored.sort_by_key(|(_, op)| (op.header().seq, op.id()));
    let mut records = stored(&again.disk, &again.log);
    lowest_first(&mut records);
    again.log.restore(records);
    assert_eq!(again.kept(), peer.kept());
    again.take(&[after(&ana(), &next[0], "goes on")]);
    again.take(&[after(&ana(), &roots[0], "a fork more"), after(&ana(), &roots[1], "and")]);
}

#[test]
fn a_lane_with_a_hole_is_closed() {
    let operations = chain(1, 0, 4, 10);
    let mut log = log();
    let ingested = log.restore([0, 1, 3].map(|n: usize| (0, operations[n].clone())).to_vec());
    assert_eq!(ingested.outcomes, [Ingest::Inserted, Ingest::Inserted, Ingest::Dropped]);
    assert_eq!(log.open_ends(ana().author()).next(), None, "not to be gone on with");
    let position = log.ingest(operations[2].clone(), WALL).inserted[0].0;
    assert_ne!(position.lane, 0);
}

#[test]
fn stored_operations_are_restored_whatever_the_clock_says() {
    let operation = one(&ana(), 0, 0, None, WALL * 1000, "x");
    assert_eq!(log().restore(vec![(0, operation)]).outcomes, [Ingest::Inserted]);
}

proptest! {
    #[test]
    fn restored_logs_are_the_same(
        arrival in operations(40, 0.4).prop_flat_map(shuffled),
        seen in 0..40_usize,
        more in operations(40, 0.4).prop_flat_map(shuffled),
    ) {
        let mut peer = Peer::new();
        let (before, after) = arrival.split_at(seen.min(arrival.len()));
        peer.take(before);
        let snapshot = peer.log.snapshot();
        for operation in after {
            peer.take(std::slice::from_ref(operation));
        }
        // From all operations, or from a snapshot and the operations after it.
        for start in [log(), Log::from_snapshot(RoomName::lobby().id(), &snapshot).unwrap()] {
            let mut again = Peer { log: start, disk: peer.disk.clone() };
            let records = stored(&again.disk, &again.log);
            let halves = records.split_at(records.len() / 2);
            again.log.restore(halves.0.to_vec());
            again.log.restore(halves.1.to_vec());
            again.check();
            prop_assert_eq!(again.log.digest(), peer.log.digest());
            prop_assert_eq!(kept(&again.log), kept(&peer.log));
            // Both store new operations at the same positions, which were empty.
            let mut gone_on = peer.clone();
            gone_on.take(&more);
            again.take(&more);
            again.take(&arrival);
            gone_on.take(&arrival);
            prop_assert_eq!(again.log.digest(), gone_on.log.digest());
        }
    }
}
