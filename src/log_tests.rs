use proptest::prelude::*;

use super::*;
use crate::clock::MAX_AHEAD_MS;
use crate::identity::Identity;
use crate::name::RoomName;
use crate::operation::Header;
use crate::payload::{Chat, Payload};

const WALL: u64 = 1_000_000;

/// `count` operations of one chain, a millisecond apart.
fn chain(secret: u8, log: u64, count: u64, start_ms: u64) -> Vec<Operation> {
    let identity = Identity::from_secret([secret; 32]);
    let mut backlink = None;
    let mut operations = Vec::new();
    for seq in 0..count {
        let operation = one(&identity, log, seq, backlink, start_ms + seq, "hi");
        backlink = Some(operation.id());
        operations.push(operation);
    }
    operations
}

fn one(identity: &Identity, log: u64, seq: u64, backlink: Option<OperationId>, ms: u64, text: &str) -> Operation {
    let header = Header {
        room: RoomName::lobby().id(),
        chain: ChainId { author: identity.author(), log },
        seq,
        backlink,
        time: Timestamp::from_ms(ms),
    };
    Operation::sign(identity, header, &Payload::Chat(Chat { text: text.to_owned() })).unwrap()
}

fn log() -> Log {
    Log::new(RoomName::lobby().id())
}

fn places(log: &Log) -> Vec<Place> {
    log.places(usize::MAX, None).unwrap()
}

#[test]
fn a_gap_waits_until_it_is_filled() {
    let operations = chain(1, 0, 4, 10);
    let mut log = log();
    assert_eq!(log.ingest(operations[2].clone(), WALL), Ingest::Pending);
    assert_eq!(log.ingest(operations[1].clone(), WALL), Ingest::Pending);
    assert_eq!((log.len(), log.pending()), (0, 2));
    assert_eq!(log.ingest(operations[0].clone(), WALL), Ingest::Inserted(operations[..3].to_vec()));
    assert_eq!((log.len(), log.pending()), (3, 0));
    assert_eq!(log.ingest(operations[1].clone(), WALL), Ingest::Duplicate);
}

#[test]
fn two_operations_for_one_place_are_a_fork() {
    let ana = Identity::from_secret([1; 32]);
    let first = one(&ana, 0, 0, None, 10, "yes");
    let other = one(&ana, 0, 0, None, 10, "no");
    let after_other = one(&ana, 0, 1, Some(other.id()), 11, "well");
    let mut log = log();
    log.ingest(first, WALL);
    assert_eq!(log.ingest(other, WALL), Ingest::Fork);
    assert_eq!(log.ingest(after_other, WALL), Ingest::Fork);
    assert_eq!(log.len(), 1);
}

#[test]
fn time_runs_forward_along_a_chain() {
    let ana = Identity::from_secret([1; 32]);
    let first = one(&ana, 0, 0, None, 10, "a");
    let second = one(&ana, 0, 1, Some(first.id()), 10, "b");
    let mut log = log();
    log.ingest(first, WALL);
    assert_eq!(log.ingest(second, WALL), Ingest::Rejected(Reason::Time));
}

#[test]
fn an_operation_of_another_room_is_refused() {
    let mut other = Log::new("elsewhere".parse::<RoomName>().unwrap().id());
    assert_eq!(other.ingest(chain(1, 0, 1, 10).remove(0), WALL), Ingest::Rejected(Reason::OtherRoom));
}

#[test]
fn the_future_is_parked_and_released() {
    let operations = chain(1, 0, 2, WALL + MAX_AHEAD_MS + 50);
    let mut log = log();
    assert_eq!(log.ingest(operations[0].clone(), WALL), Ingest::Parked);
    assert_eq!(log.ingest(operations[1].clone(), WALL), Ingest::Parked);
    assert_eq!((log.len(), log.parked(), log.next_release()), (0, 2, Some(WALL + 50)));
    assert_eq!(log.release(WALL + 49), Vec::new());
    assert_eq!(log.release(WALL + 50), operations[..1].to_vec());
    assert_eq!(log.ingest(operations[0].clone(), WALL + 50), Ingest::Inserted(operations[..1].to_vec()));
    assert_eq!(log.parked(), 1);
}

#[test]
fn what_waits_is_bounded() {
    let ana = Identity::from_secret([1; 32]);
    let mut log = log();
    for seq in 1..=(MAX_PENDING as u64 + 10) {
        let link = Some(OperationId([9; 32]));
        assert_eq!(log.ingest(one(&ana, 0, seq, link, 10 + seq, "x"), WALL), Ingest::Pending);
    }
    assert_eq!(log.pending(), MAX_PENDING);
    for n in 0..=(MAX_PARKED as u64) {
        log.ingest(one(&ana, n, 0, None, WALL * 10_000, "x"), WALL);
    }
    assert_eq!(log.parked(), MAX_PARKED);
}

#[test]
fn a_frontier_tells_what_is_missing() {
    let (ana, ben) = (chain(1, 5, 4, 10), chain(2, 6, 3, 10));
    let (mut ours, mut theirs) = (log(), log());
    ours.ingest_all(ana[..2].to_vec(), WALL);
    theirs.ingest_all([ana.clone(), ben.clone()].concat(), WALL);
    let mut wants = ours.missing(&theirs.frontier());
    wants.sort_by_key(|want| want.log);
    let want = |author, log, from, to| Want { author, log, from, to };
    assert_eq!(wants, [want(ana[0].author(), 5, 2, 4), want(ben[0].author(), 6, 0, 3)]);
    assert_eq!(theirs.missing(&ours.frontier()), []);
    assert_ne!(ours.digest(), theirs.digest());
    ours.ingest_all([ana[2..].to_vec(), ben].concat(), WALL);
    assert_eq!(ours.digest(), theirs.digest());
}

#[test]
fn a_frontier_that_promises_too_much_is_cut() {
    let author = chain(1, 0, 1, 10)[0].author();
    let head = |log| Head { author, log, next: u64::MAX, id: OperationId([7; 32]) };
    let wants = log().missing(&[head(0), head(1)]);
    assert_eq!(wants.iter().map(|want| want.to - want.from).sum::<u64>(), 2 * MAX_SEQ);
}

#[test]
fn history_counts_back_from_an_operation() {
    let operations = chain(1, 0, 10, 10);
    let mut log = log();
    log.ingest_all(operations.clone(), WALL);
    let page = log.places(3, Some(operations[5].id())).unwrap();
    assert_eq!(page.iter().map(|place| place.seq).collect::<Vec<_>>(), [2, 3, 4]);
    assert_eq!(log.places(3, Some(OperationId([0; 32]))), None);
}

proptest! {
    /// The same operations in any order of arrival, alone or in batches, make the same log.
    #[test]
    fn arrival_does_not_matter(seed in prop::collection::vec(any::<prop::sample::Index>(), 30), cut in 1..30_usize) {
        let all = [chain(1, 0, 10, 10), chain(1, 1, 10, 15), chain(2, 0, 10, 12)].concat();
        let mut sorted = log();
        sorted.ingest_all(all.clone(), WALL);

        let mut shuffled = all.clone();
        for (i, index) in seed.iter().enumerate() {
            let len = shuffled.len();
            shuffled.swap(i, index.index(len));
        }
        let (mut single, mut batched) = (log(), log());
        for operation in shuffled.clone() {
            single.ingest(operation, WALL);
        }
        for batch in shuffled.chunks(cut) {
            batched.ingest_all(batch.to_vec(), WALL);
        }
        prop_assert_eq!(places(&single), places(&sorted));
        prop_assert_eq!(places(&batched), places(&sorted));
        prop_assert_eq!(single.digest(), sorted.digest());
        prop_assert_eq!((single.pending(), single.pending_bytes), (0, 0));
        // The oracle that is too simple to be wrong.
        let mut keys: Vec<_> = all.iter().map(|operation| operation.header().key()).collect();
        keys.sort();
        let expected: Vec<_> = keys.iter().map(|key| Place { chain: key.chain, seq: key.seq }).collect();
        prop_assert_eq!(places(&single), expected);
    }
}
