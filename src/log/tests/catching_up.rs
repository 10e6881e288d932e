//! Two peers catch up with each other until they hold the same.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::tree::{operations, oracle};
use super::*;
use crate::operation::MAX_SEQ;

/// Returns the operations that one peer sends to another in a round, in the order of the room.
fn answer(asks: &Peer, answers: &Peer) -> Vec<Operation> {
    let heads = answers.log.frontier();
    let wants = asks.log.missing(&heads);
    assert!(wants.is_sorted_by(|a, b| a.head < b.head), "one want a head");
    let mut operations = Vec::new();
    for want in &wants {
        assert!(want.from < want.to && want.known.len() <= MAX_KNOWN);
        for stretch in answers.log.locate(&heads[want.head as usize], want) {
            let at = |index| Position { author: stretch.author, lane: stretch.lane, index };
            operations.extend((stretch.from..stretch.to).map(|index| answers.disk[&at(index)].clone()));
        }
    }
    operations.sort_by_key(Operation::key);
    operations
}

/// Lets each peer ask the other once a round until both hold the same; returns the numbers of rounds and of operations
/// sent.
fn rounds(one: &mut Peer, other: &mut Peer) -> (usize, usize) {
    let mut travelled = 0;
    for round in 0..60 {
        if one.log.digest() == other.log.digest() {
            return (round, travelled);
        }
        let answers = [answer(one, other), answer(other, one)];
        travelled += answers.iter().map(Vec::len).sum::<usize>();
        one.take(&answers[0]);
        other.take(&answers[1]);
    }
    panic!("they don't come together");
}

fn head(chain: &[Operation]) -> Head {
    let last = chain.last().unwrap();
    let ChainId { author, log } = last.header().chain;
    Head { author, log, next: last.header().seq + 1, id: last.id().into() }
}

#[test]
fn a_frontier_shows_what_is_missing() {
    let (ana, ben) = (chain(1, 5, 4, 10), chain(2, 6, 3, 10));
    let (mut ours, mut theirs) = (log(), log());
    ours.ingest_all(ana[..2].to_vec(), WALL);
    theirs.ingest_all([ana.clone(), ben.clone()].concat(), WALL);
    let heads = theirs.frontier();
    assert_eq!(heads.len(), 2);
    let at = |chain: &[Operation]| heads.iter().position(|other| *other == head(chain)).unwrap() as u32;
    let want = |chain: &[Operation], from, to| Want { head: at(chain), from, to, known: Vec::new() };
    let mut expected = [want(&ana, 2, 4), want(&ben, 0, 3)];
    expected.sort_by_key(|want| want.head);
    assert_eq!(ours.missing(&heads), expected);
    assert_eq!(theirs.missing(&ours.frontier()), []);
    assert_ne!(ours.digest(), theirs.digest());
    ours.ingest_all([ana[2..].to_vec(), ben].concat(), WALL);
    assert_eq!(ours.digest(), theirs.digest());
}

#[test]
fn floating_operations_are_not_requested_again() {
    let ana = chain(1, 0, 10, 10);
    let mut ours = log();
    ours.ingest_all([&ana[..3], &ana[6..]].concat(), WALL);
    let want = |from, to| vec![Want { head: 0, from, to, known: Vec::new() }];
    assert_eq!(ours.missing(&[head(&ana)]), want(3, 6));
    assert_eq!(ours.missing(&[head(&ana[..8])]), want(3, 6));
    assert_eq!(ours.missing(&[head(&ana[..5])]), want(3, 5));
    ours.ingest(ana[4].clone(), WALL);
    assert_eq!(ours.missing(&[head(&ana)]), want(3, 6), "a second hole is asked for at once with the first");
}

#[test]
fn a_longer_branch_beside_ours_is_found_by_samples() {
    let trunk = chain(1, 0, 100, 10);
    let mut branch = trunk[..60].to_vec();
    for n in 60..120_u32 {
        branch.push(after(&ana(), &branch[branch.len() - 1], &n.to_string()));
    }
    let (mut ours, mut theirs) = (Peer::new(), Peer::new());
    ours.take(&trunk);
    theirs.take(&branch);
    // The first answer doesn't say that the chain forks, so the operations float.
    ours.take(&answer(&ours, &theirs));
    assert_eq!((ours.log.len(), ours.log.floating()), (100, 20));
    let want = ours.log.missing(&theirs.log.frontier()).remove(0);
    let seqs: Vec<_> = want.known.iter().map(|(seq, _)| *seq).collect();
    assert_eq!((want.from, want.to, seqs), (0, 100, vec![99, 98, 97, 95, 91, 83, 67, 35, 0]));
    let sent = answer(&ours, &theirs);
    assert_eq!(sent, branch[36..100]);
    ours.take(&sent);
    assert_eq!((ours.log.len(), ours.log.floating()), (160, 0));
}

/// Operations of another branch than ours can't float where their author has as many floating as it may: those would come in
/// every round and be dropped.
#[test]
fn a_branch_that_cannot_float_is_found_by_samples() {
    let trunk = chain(1, 0, 100, 10);
    let mut long = trunk[..60].to_vec();
    for n in 0..MAX_FLOATING_OF_AUTHOR + 100 {
        long.push(after(&ana(), &long[long.len() - 1], &n.to_string()));
    }
    let lost = |seq| one(&ana(), 1, seq, Some(OperationId([9; 32])), 1_000 + seq, "x");
    let flood: Vec<_> = (1..=MAX_FLOATING_OF_AUTHOR as u64).map(lost).collect();
    for (floats, branch) in [(&flood[..], &long[..120]), (&[], &long)] {
        let (mut ours, mut theirs) = (Peer::new(), Peer::new());
        ours.take(&trunk);
        ours.take(floats);
        theirs.take(branch);
        let (rounds, _) = rounds(&mut ours, &mut theirs);
        assert!(rounds <= 3, "{rounds} rounds");
    }
}

/// Each peer holds operations that push out the branch that the other names first. If only one branch of a chain were
/// requested, both would request branches that they don't keep, for ever.
#[test]
fn a_branch_that_is_not_kept_does_not_hide_the_others() {
    let ana = ana();
    let trunk = chain(1, 0, 3, 10);
    let children = |parent: &Operation, count: u32| {
        let mut children: Vec<_> = (0..count).map(|n| after(&ana, parent, &n.to_string())).collect();
        children.sort_by_key(Operation::id);
        children
    };
    let first = children(&trunk[0], 8);
    let (low, high) = (&first[1..4], &first[4..7]);
    let end = |parent: &Operation, text: &str| after(&ana, parent, text);
    // The lowest id doesn't count as an opener; after it the peers differ again.
    let fork = children(&first[0], 12);
    let (mut one, mut other) = (Peer::new(), Peer::new());
    let mut given = Vec::new();
    for (peer, openers, ends) in [(&mut one, low, &fork[6..7]), (&mut other, high, &fork[..1])] {
        let hand = [&trunk[..1], &first[..1], openers, ends].concat();
        // Other tails of the openers, until the head of the one that is not kept comes first.
        peer.take(&hand);
        given.extend(hand);
    }
    let tails: Vec<_> = (0..64_u32).map(|n| end(&fork[6], &n.to_string())).collect();
    let tail = tails.iter().min_by_key(|op| op.id()).unwrap().clone();
    one.take(std::slice::from_ref(&tail));
    given.push(tail.clone());
    let lowest = one.log.frontier()[0];
    assert_eq!(lowest.id, tail.id().into(), "the branch that the other won't keep is told first");
    let (rounds, _) = rounds(&mut one, &mut other);
    assert!(rounds <= 3, "{rounds} rounds");
    assert_eq!(one.kept(), oracle(&given));
}

#[test]
fn a_frontier_with_impossible_numbers_is_cut() {
    let author = ana().author();
    let head = |log| Head { author, log, next: u64::MAX, id: ShortId([7; 12]) };
    let wants = log().missing(&[head(0), head(0), head(1)]);
    assert_eq!(
        wants.iter().map(|want| (want.head, want.to - want.from)).collect::<Vec<_>>(),
        [(0, MAX_SEQ), (2, MAX_SEQ)]
    );
    assert_eq!(log().missing(&[Head { next: 0, ..head(0) }]), []);
}

#[test]
fn missing_operations_are_not_found() {
    let ana = chain(1, 0, 5, 10);
    let mut log = log();
    log.ingest_all(ana.clone(), WALL);
    let want = |from, to, known| Want { head: 0, from, to, known };
    let gone = Head { id: ShortId([7; 12]), ..head(&ana) };
    assert_eq!(log.locate(&gone, &want(0, 5, vec![])), []);
    assert_eq!(log.locate(&Head { next: 0, ..gone }, &want(0, 5, vec![])), []);
    assert_eq!(log.locate(&head(&ana), &want(9, u64::MAX, vec![])), []);
    let stretch = |from, to| vec![StoredRange { author: ana[0].author(), lane: 0, from, to }];
    let lie = (u64::MAX, ShortId([7; 12]));
    assert_eq!(log.locate(&head(&ana), &want(0, u64::MAX, vec![lie, (1, ana[1].id().into())])), stretch(2, 5));
    assert_eq!(log.locate(&head(&ana[..3]), &want(1, 9, vec![])), stretch(1, 3), "an older head");
}

#[test]
fn heads_and_wants_are_small() {
    let last = Head { author: Author([255; 32]), log: u64::MAX, next: 60_000, id: ShortId([255; 12]) };
    let bytes = crate::codec::encode(&last, 60).unwrap();
    assert_eq!(crate::codec::decode::<Head>(&bytes), Ok(last));
    let want = Want { head: 100, from: 1000, to: 60_000, known: vec![(5, ShortId([1; 12]))] };
    let bytes = crate::codec::encode(&want, 26).unwrap();
    assert_eq!(crate::codec::decode::<Want>(&bytes), Ok(want));
}

/// Returns the operations that are linked to the beginning of their chain.
fn connected(operations: &[Operation]) -> Vec<Operation> {
    let mut sorted = operations.to_vec();
    sorted.sort_by_key(Operation::key);
    let mut ids = BTreeSet::new();
    sorted.retain(|op| op.header().backlink.is_none_or(|link| ids.contains(&link)) && ids.insert(op.id()));
    sorted
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Each peer has the beginning of every chain, and a later part of it that floats.
    #[test]
    fn honest_peers_need_few_rounds(
        all in operations(60, 0.0),
        cuts in prop::collection::vec((0..20_u64, 0..20_u64, 0..20_u64), 8),
    ) {
        let mut peers = [Peer::new(), Peer::new()];
        for (n, peer) in peers.iter_mut().enumerate() {
            let ours = all.iter().filter(|op| {
                let ChainId { author, log } = op.header().chain;
                let chain = usize::from(author == ana().author()) * 2 + log as usize;
                let (begins, floats, ends) = cuts[chain * 2 + n];
                op.header().seq < begins || (floats..ends).contains(&op.header().seq)
            });
            peer.take(&ours.cloned().collect::<Vec<_>>());
        }
        let [mut one, mut other] = peers;
        let (rounds, _) = rounds(&mut one, &mut other);
        prop_assert!(rounds <= 4, "{} rounds", rounds);
    }

    /// Operations are given to one peer or the other at random, some to both.
    #[test]
    fn peers_with_forks_hold_the_same_in_the_end(
        all in operations(60, 0.3),
        picks in prop::collection::vec(0..3_u8, 60),
        whole: bool,
    ) {
        let mut dealt = [Vec::new(), Vec::new()];
        for (operation, pick) in all.iter().zip(picks) {
            for (n, hand) in dealt.iter_mut().enumerate() {
                let follows = operation.header().backlink.is_none_or(|link| hand.iter().any(|op: &Operation| op.id() == link));
                if usize::from(pick) != n && (follows || !whole) {
                    hand.push(operation.clone());
                }
            }
        }
        let (mut one, mut other) = (Peer::new(), Peer::new());
        one.take(&dealt[0]);
        other.take(&dealt[1]);
        let (rounds, _) = rounds(&mut one, &mut other);
        // The gaps between floating operations are filled in several rounds.
        prop_assert!(rounds <= 6 || !whole, "{} rounds", rounds);
        let union = connected(&dealt.concat());
        prop_assert_eq!(one.kept(), oracle(&union));
        prop_assert_eq!(other.kept(), oracle(&union));
    }
}
