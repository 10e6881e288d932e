//! The same operations make the same log in any order of arrival, with and without forks.

use proptest::prelude::*;

use super::super::forest::Bounds;
use super::tree::{operations, operations_of, oracle, oracle_within, shuffled};
use super::*;

/// Ingests operations in batches of `size`.
fn batched(arrival: &[Operation], size: usize) -> Peer {
    batched_within(arrival, size, Bounds::default())
}

/// Ingests operations in batches of `size` into a log with these bounds.
fn batched_within(arrival: &[Operation], size: usize, bounds: Bounds) -> Peer {
    let mut peer = Peer { log: Log::with_bounds(RoomName::lobby().id(), bounds), disk: BTreeMap::new() };
    let mut told: BTreeMap<_, u32> = BTreeMap::new();
    for batch in arrival.chunks(size) {
        let ingested = peer.take(batch);
        // The reported changes must add up to the content of the log.
        ingested.floating.iter().for_each(|op| *told.entry(op.key()).or_default() |= 1);
        ingested.inserted.iter().for_each(|(_, op)| *told.entry(op.key()).or_default() |= 2);
        for key in ingested.removed.iter().chain(&ingested.dropped) {
            assert!(told.remove(key).is_some(), "removed what was never there");
        }
    }
    let page = peer.log.page(usize::MAX, None).unwrap();
    let shown = page.into_iter().map(|line| match line {
        Line::Stored(position) => peer.disk[&position].key(),
        Line::Floating(operation) => operation.key(),
    });
    assert_eq!(shown.collect::<Vec<_>>(), told.into_keys().collect::<Vec<_>>());
    peer
}

fn same(one: &Peer, other: &Peer) {
    assert_eq!(one.kept(), other.kept());
    assert_eq!(one.log.frontier(), other.log.frontier());
    assert_eq!(one.log.digest(), other.log.digest());
    assert!(one.log.forked().eq(other.log.forked()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn honest_chains_in_any_order((all, arrival) in operations(40, 0.0).prop_flat_map(|all| (Just(all.clone()), shuffled(all))), size in 1..40_usize) {
        let (single, many) = (batched(&arrival, 1), batched(&arrival, size));
        prop_assert_eq!(single.kept(), oracle(&all));
        prop_assert_eq!((single.log.floating(), single.log.floating.bytes()), (0, 0));
        prop_assert_eq!(single.log.forked().count(), 0);
        same(&single, &many);
    }

    #[test]
    fn forked_chains_in_any_order(
        (all, first, second) in operations(40, 0.5)
            .prop_flat_map(|all| (Just(all.clone()), shuffled(all.clone()), shuffled(all))),
        size in 1..40_usize,
    ) {
        let (one, other) = (batched(&first, size), batched(&second, 1));
        prop_assert_eq!(one.kept(), oracle(&all));
        same(&one, &other);
    }

    /// Few operations have many children, most of which are pushed out.
    #[test]
    fn wide_trees_in_any_order(
        (all, first, second) in operations(14, 0.95)
            .prop_flat_map(|all| (Just(all.clone()), shuffled(all.clone()), shuffled(all))),
        size in 1..14_usize,
    ) {
        let (one, other) = (batched(&first, 1), batched(&second, size));
        prop_assert_eq!(one.kept(), oracle(&all));
        same(&one, &other);
    }

    /// More branches than the room or an author may have, with forks and without. At most one operation floats at the end for
    /// each that was refused, so the logs are compared without those.
    #[test]
    fn full_rooms_in_any_order(
        (all, first, second) in prop_oneof![operations_of((5, 4), 40, 0.1), operations_of((3, 3), 30, 0.6)]
            .prop_flat_map(|all| (Just(all.clone()), shuffled(all.clone()), shuffled(all))),
        size in 1..40_usize,
        room in 1..14_usize,
        author in 1..8_usize,
    ) {
        let bounds = Bounds { room, author };
        let (one, other) = (batched_within(&first, size, bounds), batched_within(&second, 1, bounds));
        prop_assert_eq!(one.kept(), oracle_within(&all, bounds));
        prop_assert!(one.log.frontier().len() <= room);
        same(&one, &other);
    }
}
