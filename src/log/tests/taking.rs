//! The outcomes of single operations.

use std::collections::BTreeSet;

use super::*;
use crate::clock::MAX_AHEAD_MS;

#[test]
fn an_early_operation_floats_until_the_gap_is_filled() {
    let operations = chain(1, 0, 4, 10);
    let mut peer = Peer::new();
    let early = peer.take(&operations[2..3]);
    assert_eq!((early.outcomes, early.floating), (vec![Ingest::Floating], operations[2..3].to_vec()));
    assert_eq!(peer.take(&operations[1..2]).outcomes, [Ingest::Floating]);
    assert_eq!(peer.take(&operations[1..3]).outcomes, [Ingest::Duplicate; 2]);
    assert_eq!((peer.log.len(), peer.log.floating()), (0, 2));
    let whole = peer.take(&operations[..1]);
    let inserted: Vec<_> = whole.inserted.into_iter().map(|(_, operation)| operation).collect();
    assert_eq!((inserted, whole.outcomes), (operations[..3].to_vec(), vec![Ingest::Inserted]));
    assert_eq!((whole.floating, whole.removed, whole.dropped), (vec![], vec![], vec![]));
    assert_eq!((peer.log.len(), peer.log.floating(), peer.log.floating.bytes()), (3, 0, 0));
    assert_eq!(peer.take(&operations[1..2]).outcomes, [Ingest::Duplicate]);
}

#[test]
fn an_operation_connected_within_its_batch_never_floats() {
    let operations: Vec<_> = chain(1, 0, 4, 10).into_iter().rev().collect();
    let ingested = Peer::new().take(&operations);
    assert_eq!(ingested.outcomes, [Ingest::Inserted; 4]);
    assert_eq!((ingested.inserted.len(), ingested.floating), (4, vec![]));
}

#[test]
fn both_operations_of_a_fork_are_kept_and_the_author_is_known() {
    let (first, other) = (one(&ana(), 0, 0, None, 10, "yes"), one(&ana(), 0, 0, None, 10, "no"));
    let after_other = after(&ana(), &other, "well");
    let mut peer = Peer::new();
    peer.take(&[first, chain(2, 0, 1, 10).remove(0)]);
    assert_eq!(peer.log.forked().count(), 0);
    let ingested = peer.take(&[other, after_other]);
    assert_eq!((ingested.outcomes, ingested.forks), (vec![Ingest::Inserted; 2], vec![ana().author()]));
    assert_eq!(peer.log.len(), 4);
    assert_eq!(peer.log.forked().collect::<Vec<_>>(), [ana().author()]);
    assert_eq!(peer.take(&[one(&ana(), 0, 0, None, 10, "perhaps")]).forks, [], "a fork is told once");
}

#[test]
fn a_branch_that_is_pushed_out_is_reported_and_stays_out() {
    let mut roots: Vec<_> = (0..5).map(|n: u32| one(&ana(), 0, 0, None, 10, &n.to_string())).collect();
    roots.sort_by_key(Operation::id);
    let (lowest, highest) = (roots.remove(0), roots.remove(3));
    let (added, late) = (after(&ana(), &highest, "a"), after(&ana(), &highest, "b"));
    let mut peer = Peer::new();
    peer.take(&[roots.clone(), vec![highest.clone(), added.clone()]].concat());
    assert_eq!(peer.log.len(), 5);
    let ingested = peer.take(std::slice::from_ref(&lowest));
    assert_eq!(BTreeSet::from_iter(ingested.removed), BTreeSet::from([highest.key(), added.key()]));
    assert_eq!(peer.kept(), oracle_order(&[roots, vec![lowest]].concat()));
    let again = peer.take(&[highest, added, late]).outcomes;
    assert_eq!(again, [Ingest::Rejected(Reason::TooManyBranches), Ingest::Floating, Ingest::Floating]);
}

fn oracle_order(operations: &[Operation]) -> Vec<Operation> {
    let mut sorted = operations.to_vec();
    sorted.sort_by_key(Operation::key);
    sorted
}

#[test]
fn an_operation_pushed_out_by_its_own_batch_is_neither_inserted_nor_removed() {
    let mut roots: Vec<_> = (0..5).map(|n: u32| one(&ana(), 0, 0, None, 10, &n.to_string())).collect();
    roots.sort_by_key(Operation::id);
    roots.reverse();
    let ingested = Peer::new().take(&roots);
    assert_eq!((ingested.inserted.len(), ingested.removed), (4, vec![]));
    assert_eq!(ingested.outcomes[0], Ingest::Rejected(Reason::TooManyBranches));
    assert_eq!(ingested.outcomes[1..], [Ingest::Inserted; 4]);
}

#[test]
fn time_runs_forward_along_a_chain_and_its_branches() {
    let operations = chain(1, 0, 3, 10);
    let same_time = |parent: &Operation| {
        let header = parent.header();
        one(&ana(), 0, header.seq + 1, Some(parent.id()), header.time.ms(), "x")
    };
    let mut log = log();
    log.ingest_all(operations[..2].to_vec(), WALL);
    assert_eq!(ingest(&mut log, &same_time(&operations[1])), Ingest::Rejected(Reason::Time));
    assert_eq!(ingest(&mut log, &same_time(&operations[0])), Ingest::Rejected(Reason::Time));
    // An operation that floated is reported as dropped.
    let early = same_time(&operations[2]);
    assert_eq!(ingest(&mut log, &early), Ingest::Floating);
    let ingested = log.ingest(operations[2].clone(), WALL);
    assert_eq!((ingested.outcomes, ingested.dropped), (vec![Ingest::Inserted], vec![early.key()]));
}

#[test]
fn an_operation_of_another_room_is_refused() {
    let mut other = Log::new("elsewhere".parse::<RoomName>().unwrap().id());
    assert_eq!(ingest(&mut other, &chain(1, 0, 1, 10)[0]), Ingest::Rejected(Reason::OtherRoom));
    assert_eq!(other.restore(vec![(0, chain(1, 0, 1, 10).remove(0))]).outcomes, [Ingest::Rejected(Reason::OtherRoom)]);
}

#[test]
fn the_future_is_parked_and_released() {
    let operations = chain(1, 0, 2, WALL + MAX_AHEAD_MS + 50);
    let mut log = log();
    assert_eq!(ingest(&mut log, &operations[0]), Ingest::Parked);
    assert_eq!(ingest(&mut log, &operations[1]), Ingest::Parked);
    assert!(!log.is_news(operations[0].header(), operations[0].id()));
    assert_eq!((log.len(), log.parked(), log.next_release()), (0, 2, Some(WALL + 50)));
    assert_eq!(log.release(WALL + 49), Vec::new());
    assert_eq!(log.release(WALL + 50), operations[..1].to_vec());
    assert_eq!(log.ingest(operations[0].clone(), WALL + 50).outcomes, [Ingest::Inserted]);
    assert_eq!(log.parked(), 1);
}

#[test]
fn chains_that_can_be_continued_have_no_fork() {
    let [old, new, forked] = [chain(1, 7, 3, 10), chain(1, 8, 2, 20), chain(1, 9, 2, 30)];
    let mut log = log();
    log.ingest_all([old.clone(), new.clone(), forked.clone()].concat(), WALL);
    log.ingest(after(&ana(), &forked[0], "fork"), WALL);
    let end = |log, last: &Operation| ChainEnd {
        log,
        next: last.header().seq + 1,
        last: last.id(),
        time: last.header().time,
    };
    assert_eq!(log.open_ends(ana().author()).collect::<Vec<_>>(), [end(7, &old[2]), end(8, &new[1])]);
    assert_eq!(log.last_chain(ana().author()), Some(9));
}

#[test]
fn a_page_ends_before_an_operation_floating_or_not() {
    let operations = chain(1, 0, 10, 10);
    let mut log = log();
    log.ingest_all([&operations[..6], &operations[8..]].concat(), WALL);
    let kept = |index| Line::Stored(Position { author: ana().author(), lane: 0, index });
    let floating = |n: usize| Line::Floating(operations[n].clone());
    assert_eq!(log.page(3, Some(operations[5].id())), Some(vec![kept(2), kept(3), kept(4)]));
    assert_eq!(log.page(3, None), Some(vec![kept(5), floating(8), floating(9)]));
    assert_eq!(log.page(2, Some(operations[9].id())), Some(vec![kept(5), floating(8)]));
    assert_eq!(log.page(3, Some(OperationId([0; 32]))), None);
}

#[test]
fn operations_after_a_key_are_counted_by_author_and_kind() {
    let (mine, others) = (chain(1, 0, 5, 10), chain(2, 0, 6, 12));
    let mut log = log();
    log.ingest_all([&mine[..], &others[..3], &others[5..]].concat(), WALL);
    let mark = log.key_of(mine[2].id()).unwrap();
    assert_eq!(mark, mine[2].key());
    // After it come two of mine and two of the others', or three, as their first has the same millisecond; one more floats.
    let tied = u64::from(others[0].key() > mark);
    assert_eq!(log.count_after(mark, |_, _| true), 4 + tied);
    assert_eq!(log.count_after(mark, |author, kind| author == mine[0].author() && kind == mine[0].kind()), 2);
    assert_eq!(log.count_after(mark, |_, kind| kind == 1), 0);
    assert_eq!(log.count_after(others[5].key(), |_, _| true), 0);
}
