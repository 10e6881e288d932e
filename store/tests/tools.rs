//! Tests of the tools for a folder that no program has open.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a panic is how a test fails

use std::fs;
use std::path::Path;

use inkmesh_store::{ChainKey, Record, RoomStats, Store, StoreError};

fn chain(n: u8) -> ChainKey {
    ChainKey { room: [n / 10; 32], author: [n; 32], log: 0 }
}

fn records(n: u8, seqs: std::ops::Range<u64>) -> Vec<Record> {
    seqs.map(|seq| Record { chain: chain(n), seq, bytes: vec![n; 300 + (seq % 7) as usize] }).collect()
}

/// Makes a store with three chains in two rooms, and a value that was overwritten often.
fn fill(dir: &Path) {
    let (store, _) = Store::open(dir).unwrap();
    for first in (0..2000).step_by(100) {
        [11, 12, 25].into_iter().for_each(|n| store.append_wait(records(n, first..first + 100)).unwrap());
        store.put_meta("big", vec![first as u8; 100_000]).unwrap();
    }
    store.put_snapshot(&[1; 32], b"of room 1").unwrap();
}

fn everything(dir: &Path) -> Vec<Vec<Vec<u8>>> {
    let (store, opening) = Store::open(dir).unwrap();
    assert!(!opening.lost && opening.quarantined.is_none(), "{opening:?}");
    assert_eq!(store.get_meta("big").unwrap().unwrap(), vec![(1900 % 256) as u8; 100_000]);
    assert_eq!(store.snapshot(&[1; 32]).unwrap().unwrap(), b"of room 1");
    [11, 12, 25].map(|n| store.read(&chain(n), 0, usize::MAX, usize::MAX).unwrap()).to_vec()
}

#[test]
fn a_compaction_keeps_everything_and_takes_less_room() {
    let dir = tempfile::tempdir().unwrap();
    fill(dir.path());
    let before = everything(dir.path());
    let done = Store::compact(dir.path()).unwrap();
    assert!(done.after < done.before, "{done:?}");
    assert_eq!(done.after, Store::stats(dir.path()).unwrap().log_bytes);
    assert!(everything(dir.path()) == before, "something is not the same");
    assert!(Store::check(dir.path()).unwrap().is_sound());
    let names: Vec<_> = fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names.len(), 4, "nothing is left over: {names:?}");
}

#[test]
fn stats_count_what_is_there() {
    let dir = tempfile::tempdir().unwrap();
    fill(dir.path());
    let bytes: u64 = records(0, 0..2000).iter().map(|record| record.bytes.len() as u64).sum();
    let stats = Store::stats(dir.path()).unwrap();
    let one = RoomStats { room: [1; 32], chains: 2, records: 4000, bytes: 2 * bytes };
    let two = RoomStats { room: [2; 32], chains: 1, records: 2000, bytes };
    assert_eq!(stats.rooms, [one, two]);
    assert!(stats.log_bytes > 3 * bytes && stats.quarantined.is_empty());
    assert_eq!(stats.snapshot_bytes, 4 + 9);
    Store::open(dir.path()).unwrap().0.repair().unwrap();
    let stats = Store::stats(dir.path()).unwrap();
    let [(moved_to, size)] = &stats.quarantined[..] else { panic!("{stats:?}") };
    assert!(*moved_to == dir.path().join("log.broken-1") && *size > 3 * bytes);
    assert_eq!(stats.snapshot_bytes, 0);
}

#[test]
fn a_check_finds_what_is_broken_and_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    fill(dir.path());
    let report = Store::check(dir.path()).unwrap();
    assert!(report.is_sound() && report.chains == 3 && report.records == 6000, "{report:?}");

    // After a compaction the records lie in the archive, chain by chain.
    Store::compact(dir.path()).unwrap();
    let path = dir.path().join("log/archive");
    let sound = fs::read(&path).unwrap();
    let mut bytes = sound.clone();
    bytes[sound.len() / 2] ^= 1;
    fs::write(&path, &bytes).unwrap();
    for _ in 0..2 {
        let report = Store::check(dir.path()).unwrap();
        assert!(!report.is_sound(), "{report:?}");
        let [(key, records)] = report.holes[..] else { panic!("{report:?}") };
        assert!(key == chain(12) && (500..1500).contains(&records) && report.records == 4000 + records, "{report:?}");
    }
    let refused = Store::compact(dir.path()).unwrap_err();
    assert!(matches!(refused, StoreError::Damaged { .. }), "{refused}");
    assert!(fs::read(&path).unwrap() == bytes, "a refused compaction changes nothing");
    fs::write(&path, &sound).unwrap();
    assert_eq!(everything(dir.path()).len(), 3);

    fs::write(dir.path().join("log/conf"), b"nothing of sense").unwrap();
    let report = Store::check(dir.path()).unwrap();
    assert!(report.unreadable.is_some() && report.lost && report.records == 0, "{report:?}");
}

#[test]
fn tools_want_a_store_that_is_not_in_use() {
    let dir = tempfile::tempdir().unwrap();
    let nowhere = dir.path().join("nowhere");
    for dir in [dir.path(), &nowhere] {
        assert!(matches!(Store::check(dir), Err(StoreError::Io { .. })));
        assert!(matches!(Store::stats(dir), Err(StoreError::Io { .. })));
        assert!(matches!(Store::compact(dir), Err(StoreError::Io { .. })));
    }
    assert!(!nowhere.exists());
    let (store, _) = Store::open(dir.path()).unwrap();
    for error in [
        Store::check(dir.path()).err(),
        Store::stats(dir.path()).err(),
        Store::compact(dir.path()).err(),
        Store::open(dir.path()).err(),
    ] {
        assert!(matches!(error, Some(StoreError::InUse { .. })), "{error:?}");
    }
    store.close();
    assert!(Store::check(dir.path()).unwrap().is_sound());
}
