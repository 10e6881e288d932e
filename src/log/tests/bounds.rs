//! The bounds of a log hold for any input.

use super::super::forest::Bounds;
use super::tree::oracle;
use super::*;

/// Signs an operation with an unknown parent.
fn lost(identity: &Identity, seq: u64, ms: u64) -> Operation {
    one(identity, 0, seq, Some(OperationId([9; 32])), ms, "x")
}

#[test]
fn one_author_cannot_use_up_the_floating_room_and_the_newest_stay() {
    let ana = ana();
    let flood: Vec<_> = (1..=MAX_FLOATING_OF_AUTHOR as u64 + 10).map(|seq| lost(&ana, seq, 10 + seq)).collect();
    let mut peer = Peer::new();
    let ingested = peer.take(&flood);
    assert_eq!(peer.log.floating(), MAX_FLOATING_OF_AUTHOR);
    assert_eq!(ingested.outcomes[..10], [Ingest::Dropped; 10]);
    assert_eq!((ingested.floating, ingested.dropped), (flood[10..].to_vec(), vec![]));
    // An operation earlier than all floating ones is dropped; a later one replaces the earliest.
    assert_eq!(peer.take(&[lost(&ana, 1, 5)]).outcomes, [Ingest::Dropped]);
    let later = lost(&ana, 9999, 99_999);
    let ingested = peer.take(std::slice::from_ref(&later));
    assert_eq!((ingested.outcomes, ingested.dropped), (vec![Ingest::Floating], vec![flood[10].key()]));
    assert_eq!(ingested.removed, []);
    assert_eq!(peer.log.floating(), MAX_FLOATING_OF_AUTHOR);
    assert_eq!(peer.take(&[lost(&Identity::from_secret([2; 32]), 1, 5)]).outcomes, [Ingest::Floating]);
}

#[test]
fn floating_operations_are_bounded_in_number() {
    let authors: Vec<_> = (1..=5).map(|secret| Identity::from_secret([secret; 32])).collect();
    let mut log = log();
    for seq in 1..=MAX_FLOATING_OF_AUTHOR as u64 {
        authors[..4].iter().for_each(|author| assert_eq!(ingest(&mut log, &lost(author, seq, seq)), Ingest::Floating));
    }
    assert_eq!(ingest(&mut log, &lost(&authors[4], 1, 9999)), Ingest::Dropped);
    assert_eq!(log.floating(), MAX_FLOATING);
    // When one of them catches up, there is room for others.
    let freed: Vec<_> = log.floating.take_chain(lost(&authors[0], 1, 1).header().chain);
    assert_eq!(freed.len(), MAX_FLOATING_OF_AUTHOR);
    assert_eq!(ingest(&mut log, &lost(&authors[4], 1, 9999)), Ingest::Floating);
}

#[test]
fn floating_operations_are_bounded_in_bytes() {
    let (ana, text) = (ana(), "x".repeat(crate::payload::MAX_TEXT));
    let large = |n: u64| one(&ana, 0, n, Some(OperationId([9; 32])), n, &text);
    let mut log = log();
    (1..300).for_each(|n| assert_eq!(ingest(&mut log, &large(n)), Ingest::Floating));
    let held: usize = log.floating.iter().map(|operation| operation.bytes().len()).sum();
    assert_eq!(log.floating.bytes(), held);
    assert!(held <= MAX_FLOATING_BYTES_OF_AUTHOR && held + large(1).bytes().len() > MAX_FLOATING_BYTES_OF_AUTHOR);
    assert!(log.floating() < 299);
}

#[test]
fn parked_operations_are_bounded() {
    let mut log = log();
    for n in 0..=(MAX_PARKED as u64) {
        assert_eq!(ingest(&mut log, &one(&ana(), n, 0, None, WALL * 10_000, "x")), Ingest::Parked);
    }
    assert_eq!(log.parked(), MAX_PARKED);
}

#[test]
fn the_chains_with_the_lowest_numbers_are_kept_in_any_order_of_arrival() {
    let ana = ana();
    let count = MAX_BRANCHES_OF_AUTHOR as u64 + 4;
    let roots: Vec<_> = (0..count).map(|log| one(&ana, log, 0, None, 10 + log, "x")).collect();
    let (mut up, mut down) = (Peer::new(), Peer::new());
    let outcomes = up.take(&roots).outcomes;
    assert_eq!(outcomes[MAX_BRANCHES_OF_AUTHOR..], [Ingest::Rejected(Reason::TooManyChains); 4]);
    let lost = after(&ana, &after(&ana, &roots[count as usize - 1], "a"), "b");
    assert_eq!(up.take(std::slice::from_ref(&lost)).outcomes, [Ingest::Rejected(Reason::TooManyChains)]);
    let mut removed = Vec::new();
    down.take(&[roots[count as usize - 1].clone(), lost.clone()]);
    for root in roots.iter().rev().skip(1) {
        let ingested = down.take(std::slice::from_ref(root));
        removed.extend(ingested.removed.into_iter().chain(ingested.dropped));
    }
    removed.sort();
    let gone = roots[MAX_BRANCHES_OF_AUTHOR..].iter().chain([&lost]).map(Operation::key);
    let mut gone: Vec<_> = gone.collect();
    gone.sort();
    assert_eq!(removed, gone);
    assert_eq!((down.log.digest(), down.kept()), (up.log.digest(), up.kept()));
    assert_eq!(down.log.floating(), 0);
    assert_eq!(up.log.missing(&[Head { author: ana.author(), log: 999, next: 1, id: lost.id().into() }]), []);
}

/// Strangers hold all branches of a room; whoever comes still finds space, and who has most of them loses one.
#[test]
fn a_newcomer_finds_space_in_a_full_room() {
    let bounds = Bounds { room: 32, author: 8 };
    let mut peer = Peer { log: Log::with_bounds(RoomName::lobby().id(), bounds), disk: BTreeMap::new() };
    let strangers: Vec<_> = (10..14).map(|n| Identity::from_secret([n; 32])).collect();
    for stranger in &strangers {
        let chains: Vec<_> = (0..8).map(|log| one(stranger, log, 0, None, 10 + log, "x")).collect();
        assert_eq!(peer.take(&chains).outcomes, [Ingest::Inserted; 8]);
    }
    let highest = strangers.iter().map(Identity::author).max().unwrap();
    for (n, log) in (1..=4).zip([7, 7, 7, 7]) {
        let newcomer = Identity::from_secret([n; 32]);
        assert!(peer.log.admits_another(ChainId { author: newcomer.author(), log: 99 }));
        let ingested = peer.take(&[one(&newcomer, 99, 0, None, 5, "hello")]);
        assert_eq!(ingested.outcomes, [Ingest::Inserted]);
        let [gone] = ingested.removed[..] else { panic!("{:?}", ingested.removed) };
        assert!(gone.chain.log == log && (n > 1 || gone.chain.author == highest));
    }
    // Nobody takes the last place of somebody who has few.
    let chain = ChainId { author: highest, log: 7 };
    assert!(!peer.log.admits_another(chain) && peer.log.frontier().len() == bounds.room);
}

#[test]
fn a_chain_with_the_number_of_a_branch_takes_nothing_from_it() {
    let ana = ana();
    let trunk = chain(1, 7, 3, 10);
    let branch = [after(&ana, &trunk[0], "b")];
    let mut peer = Peer::new();
    let ingested = peer.take(&[&trunk[..], &branch].concat());
    let number = ingested.inserted[3].0.lane;
    assert_ne!(number, 7);
    let namesake = chain(1, number, 3, 10);
    let (mut one, mut other) = (peer.clone(), Peer::new());
    one.take(&namesake);
    other.take(&[&namesake[..], &trunk, &branch].concat());
    assert_eq!((one.log.digest(), one.kept()), (other.log.digest(), other.kept()));
    for peer in [one, other] {
        let mut again = Peer { log: log(), disk: peer.disk.clone() };
        let mut stored: Vec<_> = peer.disk.into_iter().map(|(position, op)| (position.lane, op)).collect();
        stored.sort_by_key(|(_, op)| op.key());
        again.log.restore(stored);
        assert_eq!((again.log.digest(), kept(&again.log)), (peer.log.digest(), kept(&peer.log)));
    }
}

#[test]
fn branches_that_push_each_other_out_end_in_a_bounded_number_of_lanes() {
    let ana = ana();
    let mut peer = Peer::new();
    peer.take(&(0..4).map(|n: u32| one(&ana, 0, 0, None, 10, &n.to_string())).collect::<Vec<_>>());
    let mut at = peer.kept().into_iter().min_by_key(Operation::id).unwrap();
    for _ in 0..200 {
        let mut next = [after(&ana, &at, "a"), after(&ana, &at, "b")];
        next.sort_by_key(|operation| std::cmp::Reverse(operation.id()));
        next.iter().for_each(|operation| drop(peer.log.ingest(operation.clone(), WALL)));
        at = next[1].clone();
    }
    peer.log.ingest(after(&ana, &at, "end"), WALL);
    assert_eq!((peer.log.len(), peer.log.frontier().len()), (205, 4));
    assert_eq!(peer.log.lanes().count(), 204);
    // Branches that were pushed out as a whole leave nothing behind.
    let mut roots: Vec<_> = (10..300).map(|n: u32| one(&ana, 1, 0, None, 10, &n.to_string())).collect();
    roots.sort_by_key(|operation| std::cmp::Reverse(operation.id()));
    roots.iter().for_each(|root| drop(peer.log.ingest(root.clone(), WALL)));
    assert_eq!(peer.log.lanes().count(), 208);
    assert!(peer.log.forest.size() <= 210);
}

#[test]
fn operations_cut_from_a_long_order_are_found() {
    let ana = ana();
    let mut peer = Peer::new();
    peer.take(&[chain(2, 0, 200, 1), chain(3, 0, 200, 1)].concat());
    let mut given = peer.kept();
    for n in 0..8_u32 {
        let root = one(&ana, 0, 0, None, 10 + u64::from(n) * 9, &n.to_string());
        let next = after(&ana, &root, "next");
        peer.take(&[root.clone(), next.clone()]);
        given.extend([root, next]);
        assert_eq!(peer.kept(), oracle(&given));
    }
    assert_eq!(peer.log.len(), 408);
}
