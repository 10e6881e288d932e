//! Tests of reading a folder without changing it.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a panic is how a test fails

use std::fs;

#[path = "../../tests/support/files.rs"]
mod files;

use files::everything;
use inkmesh_store::{ChainKey, Record, Store, StoreError};

const CHAIN: ChainKey = ChainKey { room: [1; 32], author: [2; 32], log: 3 };

fn records(seqs: std::ops::Range<u64>) -> Vec<Record> {
    seqs.map(|seq| Record { chain: CHAIN, seq, bytes: vec![seq as u8; 1000] }).collect()
}

/// Makes a folder with records in the archive and others in sled's tree.
fn folder() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(dir.path()).unwrap();
    for first in (0..3000).step_by(500) {
        store.append_wait(records(first..first + 500)).unwrap();
    }
    store.put_meta("name", b"Ana".to_vec()).unwrap();
    store.put_snapshot(&CHAIN.room, b"a snapshot").unwrap();
    dir
}

#[test]
fn all_is_read_and_nothing_changed() {
    let dir = folder();
    let before = everything(dir.path());
    for _ in 0..2 {
        let store = Store::open_to_read(dir.path()).unwrap();
        let other = Store::open_to_read(dir.path()).unwrap();
        for reader in [&store, &other] {
            assert_eq!(reader.rooms().unwrap(), [CHAIN.room]);
            assert_eq!(reader.chains(&CHAIN.room).unwrap(), [(CHAIN, 3000)]);
            let read = reader.read(&CHAIN, 0, usize::MAX, usize::MAX).unwrap();
            assert_eq!(read, records(0..3000).into_iter().map(|record| record.bytes).collect::<Vec<_>>());
            assert_eq!(reader.get_meta("name").unwrap(), Some(b"Ana".to_vec()));
            assert_eq!(reader.snapshot(&CHAIN.room).unwrap(), Some(b"a snapshot".to_vec()));
        }
        assert!(matches!(store.append_wait(records(3000..3001)), Err(StoreError::ReadOnly)));
        assert!(matches!(store.put_meta("name", Vec::new()), Err(StoreError::ReadOnly)));
        assert!(matches!(store.put_snapshot(&CHAIN.room, b"x"), Err(StoreError::ReadOnly)));
        assert!(store.recover().is_err() && store.repair().is_err());
    }
    assert!(everything(dir.path()) == before, "something was written");
    // The next writer continues where the last one stopped.
    Store::open(dir.path()).unwrap().0.append_wait(records(3000..3001)).unwrap();
}

#[test]
fn one_who_writes_and_one_who_reads_keep_each_other_out() {
    let dir = folder();
    let (store, _) = Store::open(dir.path()).unwrap();
    let before = everything(dir.path());
    assert!(matches!(Store::open_to_read(dir.path()), Err(StoreError::InUse { dir: named }) if named == dir.path()));
    assert!(everything(dir.path()) == before, "something was written");
    drop(store);
    let reader = Store::open_to_read(dir.path()).unwrap();
    assert!(matches!(Store::open(dir.path()), Err(StoreError::InUse { .. })));
    reader.close();
    Store::open(dir.path()).unwrap();
}

#[test]
fn what_can_t_be_read_is_left_to_who_may_repair_it() {
    let empty = tempfile::tempdir().unwrap();
    assert!(matches!(Store::open_to_read(empty.path()), Err(StoreError::Io { .. })));
    assert_eq!(fs::read_dir(empty.path()).unwrap().count(), 0);

    let dir = folder();
    let archive = dir.path().join("log/archive");
    let bytes = fs::read(&archive).unwrap();
    fs::write(&archive, &bytes[..bytes.len() / 2]).unwrap();
    let before = everything(dir.path());
    assert!(matches!(Store::open_to_read(dir.path()), Err(StoreError::Damaged { .. })));
    assert!(everything(dir.path()) == before, "something was written");
}

#[test]
fn a_compaction_that_was_cut_short_is_read_as_it_lies() {
    let dir = folder();
    fs::rename(dir.path().join("log"), dir.path().join("log.old")).unwrap();
    fs::create_dir(dir.path().join("log.new")).unwrap();
    let before = everything(dir.path());
    let store = Store::open_to_read(dir.path()).unwrap();
    assert_eq!(store.chains(&CHAIN.room).unwrap(), [(CHAIN, 3000)]);
    drop(store);
    assert!(everything(dir.path()) == before, "something was written");
}
