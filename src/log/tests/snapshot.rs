//! A snapshot gives the same log back, and a damaged one is refused.

use proptest::prelude::*;

use super::tree::{operations, shuffled};
use super::*;
use crate::codec;

const CAP: usize = 1 << 20;

fn read(bytes: &[u8]) -> Option<Log> {
    let snapshot: LogSnapshot = codec::decode(bytes).ok()?;
    Log::from_snapshot(RoomName::lobby().id(), &snapshot).ok()
}

fn bytes(log: &Log) -> Vec<u8> {
    codec::encode(&log.snapshot(), CAP).unwrap()
}

fn forked() -> Log {
    let mut log = log();
    let trunk = chain(1, 5, 20, 10);
    let branch = after(&ana(), &trunk[7], "b");
    log.ingest_all([trunk, vec![branch], chain(2, 6, 10, 15)].concat(), WALL);
    log
}

#[test]
fn a_snapshot_of_another_room_is_refused() {
    let elsewhere = "elsewhere".parse::<RoomName>().unwrap().id();
    assert_eq!(Log::from_snapshot(elsewhere, &log().snapshot()).err(), Some(BadSnapshot));
    assert!(read(&bytes(&log())).is_some_and(|log| log.is_empty()));
}

#[test]
fn a_snapshot_cut_short_is_refused() {
    let bytes = bytes(&forked());
    assert!(read(&bytes).is_some());
    (0..bytes.len()).for_each(|len| assert!(read(&bytes[..len]).is_none(), "{len}"));
}

#[test]
fn a_snapshot_out_of_order_is_refused() {
    let mut log = log();
    log.ingest_all([chain(1, 0, 1, 10), chain(2, 0, 1, 20)].concat(), WALL);
    let snapshot = log.snapshot();
    let swapped = snapshot.clone().with_first_two_swapped();
    assert_ne!(swapped, snapshot);
    assert!(Log::from_snapshot(RoomName::lobby().id(), &snapshot).is_ok());
    assert_eq!(Log::from_snapshot(RoomName::lobby().id(), &swapped).err(), Some(BadSnapshot));
}

/// Calls every method of a log that was read from damaged bytes: it must be consistent.
fn call_everything(log: &mut Log) {
    let frontier = log.frontier();
    let wants = super::log().missing(&frontier);
    wants.iter().for_each(|want| drop(log.locate(&frontier[want.head as usize], want)));
    assert_eq!(log.page(usize::MAX, None).map(|page| page.len()), Some(log.len()));
    assert_eq!(log.snapshot(), log.clone().snapshot());
    log.ingest_all([chain(1, 5, 25, 10), chain(3, 7, 5, 10)].concat(), WALL);
    assert_eq!(log.page(usize::MAX, None).map(|page| page.len()), Some(log.len() + log.floating()));
}

proptest! {
    #[test]
    fn a_snapshot_brings_the_log_back(arrival in operations(50, 0.4).prop_flat_map(shuffled), cut in any::<prop::sample::Index>()) {
        let mut peer = Peer::new();
        let (before, after) = arrival.split_at(cut.index(arrival.len()));
        // One by one, so that branches push each other out and lanes are closed.
        before.iter().for_each(|operation| drop(peer.take(std::slice::from_ref(operation))));
        let mut again = Peer { log: read(&bytes(&peer.log)).unwrap(), disk: peer.disk.clone() };
        again.check();
        prop_assert_eq!(again.log.snapshot(), peer.log.snapshot());
        prop_assert_eq!(again.log.digest(), peer.log.digest());
        let lanes = |log: &Log| log.lanes().collect::<std::collections::BTreeSet<_>>();
        prop_assert_eq!(lanes(&again.log), lanes(&peer.log));
        // Both continue alike; floating operations have to come again.
        again.take(before);
        again.take(after);
        peer.take(after);
        prop_assert_eq!(again.log.digest(), peer.log.digest());
        prop_assert_eq!(again.kept(), peer.kept());
    }

    #[test]
    fn a_damaged_snapshot_does_no_harm(at in any::<prop::sample::Index>(), bit in 0..8_u32, more in any::<prop::sample::Index>(), byte: u8) {
        let mut bytes = bytes(&forked());
        let (at, more) = (at.index(bytes.len()), more.index(bytes.len()));
        bytes[at] ^= 1 << bit;
        if let Some(mut log) = read(&bytes) {
            call_everything(&mut log);
        }
        bytes[more] = byte;
        if let Some(mut log) = read(&bytes) {
            call_everything(&mut log);
        }
    }
}
