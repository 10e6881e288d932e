//! Tests of a full or failing disk: no acknowledged record is lost, no sequence number is reused, and the store continues
//! when the disk works again.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a panic is how a test fails

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex, MutexGuard};

use crate::archive::Block;
use crate::backend::{Backend, Visit, Write};
use crate::disk::{self, Disk, Opened};
use crate::folder::Folder;
use crate::index::Index;
use crate::keys::{self, ChainKey, Hash32, Record};
use crate::opening::{Opening, Quarantine};
use crate::queue::Sound;
use crate::salvage::{self, Copied};
use crate::{Cursor, Store, StoreError};

const WORKS: u8 = 0;
/// Commits fail, and nothing of them reaches the disk.
const LOSES: u8 = 1;
/// Commits fail, and yet the disk has them.
const KEEPS: u8 = 2;

/// Keys and values in memory, which fail on demand. Clones are the same disk, so a test can inspect it and open it again.
#[derive(Clone, Default)]
struct Failing {
    content: Arc<Mutex<BTreeMap<Vec<u8>, Vec<u8>>>>,
    snapshots: Arc<Mutex<BTreeMap<Hash32, Vec<u8>>>>,
    mode: Arc<AtomicU8>,
    reopened: Arc<AtomicU64>,
}

impl Failing {
    fn new() -> Failing {
        Failing::default()
    }

    fn open(&self) -> Store {
        self.start().unwrap()
    }

    fn start(&self) -> Result<Store, StoreError> {
        Store::start(Box::new(self.clone()), Index::load(self)?, None)
    }

    fn content(&self) -> MutexGuard<'_, BTreeMap<Vec<u8>, Vec<u8>>> {
        self.content.lock().unwrap()
    }

    fn set(&self, mode: u8) {
        self.mode.store(mode, Ordering::SeqCst);
    }
}

impl Backend for Failing {
    fn commit(&self, writes: Vec<Write>) -> Result<(), StoreError> {
        let mode = self.mode.load(Ordering::SeqCst);
        if mode != LOSES {
            let mut content = self.content();
            for (key, value) in writes {
                match value {
                    Some(value) => content.insert(key, value),
                    None => content.remove(&key),
                };
            }
        }
        if mode == WORKS { Ok(()) } else { Err(self.damaged("it fails, as the test wants".to_owned())) }
    }

    fn import(&self, records: Block) -> Result<(), StoreError> {
        let numbered = (records.first..).zip(records.records);
        let mut writes: Vec<Write> =
            numbered.map(|(seq, bytes)| (keys::record(records.id, seq).to_vec(), Some(bytes))).collect();
        writes.push((keys::chain(records.id).to_vec(), Some(records.chain.to_value())));
        self.commit(writes)
    }

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.content().get(key).cloned())
    }

    fn scan(&self, range: Range<Vec<u8>>, visit: &mut Visit<'_>) -> Result<(), StoreError> {
        let content = self.content();
        let _end = content.range(range).try_for_each(|(key, value)| visit(key, value.clone()));
        Ok(())
    }

    fn last(&self, range: Range<Vec<u8>>) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.content().range(range).next_back().map(|(key, _)| key.clone()))
    }

    fn check_room(&self, _bytes: u64) -> Result<(), StoreError> {
        Ok(())
    }

    fn reopen(&self) -> Result<(), StoreError> {
        self.reopened.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }

    fn repair(&self, reason: String, sound: &Sound) -> Result<Quarantine, StoreError> {
        let new = Failing::new();
        let Copied { records, cut_chains } = salvage::copy(self, &new, sound)?;
        *self.content() = new.content().clone();
        self.snapshots.lock().unwrap().clear();
        Ok(Quarantine { moved_to: PathBuf::from("aside"), reason, kept: records, lost_chains: cut_chains })
    }

    fn put_snapshot(&self, room: &Hash32, bytes: &[u8]) -> Result<(), StoreError> {
        self.snapshots.lock().unwrap().insert(*room, bytes.to_vec());
        Ok(())
    }

    fn snapshot(&self, room: &Hash32) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.snapshots.lock().unwrap().get(room).cloned())
    }

    /// Does nothing: the disk stays for the next store on it.
    fn close(&self) {}

    fn damaged(&self, detail: String) -> StoreError {
        StoreError::Damaged { dir: PathBuf::from("memory"), detail }
    }

    fn newer(&self, found: u32) -> StoreError {
        StoreError::Newer { dir: PathBuf::from("memory"), found }
    }
}

#[test]
fn a_folder_of_a_newer_format_is_refused_by_all_and_stays_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let folder = Folder::new(dir.path(), |_| Ok(u64::MAX));
    let Opened { disk, .. } = disk::open(&folder).unwrap();
    assert_eq!(disk.get(&keys::FORMAT).unwrap(), Some(1_u32.to_be_bytes().to_vec()), "a new folder has a number");
    disk.commit(vec![(keys::FORMAT.to_vec(), Some(2_u32.to_be_bytes().to_vec()))]).unwrap();
    drop(disk);
    let refused = [
        Store::open(dir.path()).map(|_| ()),
        Store::open_to_read(dir.path()).map(|_| ()),
        Store::check(dir.path()).map(|_| ()),
        Store::compact(dir.path()).map(|_| ()),
    ];
    for outcome in refused {
        assert!(matches!(outcome, Err(StoreError::Newer { found: 2, .. })), "{outcome:?}");
    }
    assert!(folder.broken().unwrap().is_empty());
}

#[test]
fn a_folder_without_a_format_is_read_and_gets_one_when_there_is_room() {
    let dir = tempfile::tempdir().unwrap();
    let format = |free: u64| {
        let folder = Folder::new(dir.path(), move |_| Ok(free));
        let Opened { disk, .. } = disk::open(&folder).unwrap();
        let format = disk.get(&keys::FORMAT).unwrap();
        disk.commit(vec![(keys::FORMAT.to_vec(), None)]).unwrap();
        format
    };
    assert!(format(u64::MAX).is_some());
    assert_eq!(format(0), None, "no room");
    assert!(format(u64::MAX).is_some());
}

#[test]
fn a_repair_leaves_out_records_that_are_not_sound() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(dir.path()).unwrap();
    for n in [1, 2] {
        let record = |seq| Record { chain: chain(n), seq, bytes: vec![n, seq as u8] };
        store.append_wait((0..4).map(record).collect()).unwrap();
    }
    let quarantine = store.repair_keeping(|record| record != [1, 2]).unwrap();
    assert_eq!((quarantine.kept, quarantine.lost_chains), (7, 1));
    let torn = store.torn(&[1; 32]).unwrap()[0];
    assert_eq!(store.read(&torn, 0, 9, 99).unwrap(), [vec![1, 3]]);
    assert!(store.chains(&[1; 32]).unwrap().contains(&(chain(1), 2)));
    assert_eq!(store.chains(&[2; 32]).unwrap(), [(chain(2), 4)]);
}

fn chain(n: u8) -> ChainKey {
    ChainKey { room: [n; 32], author: [n; 32], log: 0 }
}

fn record(n: u8, seq: u64, bytes: &[u8]) -> Record {
    Record { chain: chain(n), seq, bytes: bytes.to_vec() }
}

/// Returns everything that a store holds.
type Content = Vec<(ChainKey, Vec<Vec<u8>>)>;

fn content(store: &Store) -> Content {
    let chains = store.rooms().unwrap().into_iter().flat_map(|room| store.chains(&room).unwrap());
    chains.map(|(key, _)| (key, store.read(&key, 0, usize::MAX, usize::MAX).unwrap())).collect()
}

fn assert_fails(outcome: Result<(), StoreError>) {
    assert!(
        matches!(&outcome, Err(StoreError::Damaged { detail, .. }) if detail.contains("as the test wants")),
        "{outcome:?}"
    );
}

/// Checks that nothing of a failed commit remains, whether it reached the disk or not.
fn recovers_to_what_was_acknowledged(mode: u8) {
    let failing = Failing::new();
    let store = failing.open();
    store.append_wait(vec![record(1, 0, b"a"), record(1, 1, b"b")]).unwrap();
    store.put_meta("name", b"old".to_vec()).unwrap();
    let before = content(&store);

    failing.set(mode);
    let lost = vec![record(1, 2, b"lost"), record(1, 3, b"lost"), record(2, 0, b"lost")];
    assert_fails(store.append_wait(lost));
    failing.set(WORKS);
    // Nothing is written before a recovery, and nothing of the failed commit can be read.
    assert_fails(store.append_wait(vec![record(1, 2, b"too early")]));
    assert_fails(store.append_wait(vec![record(3, 0, b"too early")]));
    assert_fails(store.put_meta("other", b"too early".to_vec()));
    assert_eq!(content(&store), before);
    assert_eq!(store.get(&chain(1), 2).unwrap(), None);

    failing.set(mode);
    assert_fails(store.recover());
    failing.set(WORKS);
    store.recover().unwrap();
    assert_eq!(content(&store), before);
    assert_eq!(content(&failing.open()), before, "the disk agrees");

    // The sequence numbers can be used for other bytes.
    assert!(matches!(store.append_wait(vec![record(1, 3, b"c")]), Err(StoreError::Gap { expected: 2, .. })));
    store.append_wait(vec![record(1, 2, b"c"), record(3, 0, b"d"), record(2, 0, b"e")]).unwrap();
    failing.set(mode);
    assert_fails(store.put_meta("name", b"lost".to_vec()));
    assert_eq!(store.get_meta("name").unwrap().unwrap(), b"old");
    failing.set(WORKS);
    store.recover().unwrap();
    let again = failing.open();
    assert_eq!(again.get_meta("name").unwrap().unwrap(), b"old");
    assert_eq!(again.get_meta("other").unwrap(), None);
    assert_eq!(content(&again), content(&store));
    assert_eq!(store.get(&chain(1), 2).unwrap().unwrap(), b"c");
    assert_eq!(failing.reopened.load(Ordering::SeqCst), 3);
}

#[test]
fn recovers_from_a_commit_that_was_lost() {
    recovers_to_what_was_acknowledged(LOSES);
}

#[test]
fn recovers_from_a_commit_that_was_kept() {
    recovers_to_what_was_acknowledged(KEEPS);
}

#[test]
fn what_was_queued_behind_a_failed_write_leaves_no_gap() {
    let failing = Failing::new();
    let store = failing.open();
    let (sender, outcomes) = sync_channel(2);
    let queue = |store: &Store, seq| {
        let sender = sender.clone();
        store.append(vec![record(1, seq, b"x")], move |outcome| sender.send(outcome).unwrap()).unwrap();
    };
    // The first call fails, the storage thread recovers, and only then the second call comes.
    failing.set(KEEPS);
    let (release, held) = sync_channel::<()>(1);
    store.append(Vec::new(), move |_| held.recv().unwrap()).unwrap();
    queue(&store, 0);
    let recovering = {
        let (store, failing) = (store.clone(), failing.clone());
        store.append(vec![record(9, 0, b"x")], move |_| failing.set(WORKS)).unwrap();
        std::thread::spawn(move || store.recover())
    };
    release.send(()).unwrap();
    recovering.join().unwrap().unwrap();
    queue(&store, 1);
    assert_fails(outcomes.recv().unwrap());
    let second = outcomes.recv().unwrap();
    assert!(matches!(second, Err(StoreError::Gap { expected: 0, got: 1, .. })), "{second:?}");
}

#[test]
fn a_recovery_finds_out_that_the_disk_fails() {
    let failing = Failing::new();
    let store = failing.open();
    store.append_wait(vec![record(1, 0, b"a")]).unwrap();
    failing.set(KEEPS);
    assert_fails(store.recover());
    assert_fails(store.recover());
    failing.set(WORKS);
    assert_fails(store.append_wait(vec![record(1, 1, b"b")]));
    store.recover().unwrap();
    store.append_wait(vec![record(1, 1, b"b")]).unwrap();
}

#[test]
fn a_recovery_notices_what_the_disk_has_lost() {
    let failing = Failing::new();
    let store = failing.open();
    store.append_wait(vec![record(1, 0, b"a"), record(1, 1, b"b")]).unwrap();
    failing.set(LOSES);
    assert_fails(store.append_wait(vec![record(1, 2, b"c")]));
    failing.set(WORKS);
    failing.commit(vec![(keys::record(0, 1).to_vec(), None)]).unwrap();
    for _ in 0..2 {
        let outcome = store.recover();
        assert!(matches!(&outcome, Err(StoreError::Damaged { detail, .. }) if detail.contains("1 records of 2")));
    }
    assert_fails(store.append_wait(vec![record(1, 2, b"c")]));
}

#[test]
fn a_missing_record_is_noticed_when_it_is_read() {
    let failing = Failing::new();
    let store = failing.open();
    store.append_wait((0..5).map(|seq| record(1, seq, b"x")).collect()).unwrap();
    failing.commit(vec![(keys::record(0, 2).to_vec(), None)]).unwrap();
    assert_eq!(store.read(&chain(1), 0, 2, usize::MAX).unwrap().len(), 2);
    for from in 0..3 {
        let outcome = store.read(&chain(1), from, usize::MAX, usize::MAX);
        assert!(matches!(outcome, Err(StoreError::Damaged { .. })), "from {from}: {outcome:?}");
    }
    assert_eq!(store.read(&chain(1), 3, usize::MAX, usize::MAX).unwrap().len(), 2);
    failing.commit(vec![(keys::record(0, 0).to_vec(), None)]).unwrap();
    assert!(matches!(failing.start().err(), Some(StoreError::Damaged { .. })));
}

#[test]
fn a_repair_ends_a_chain_at_its_hole_keeps_what_follows_and_writing_goes_on() {
    let failing = Failing::new();
    let store = failing.open();
    store.append_wait((0..5).map(|seq| record(1, seq, b"x")).collect()).unwrap();
    store.append_wait((0..5).map(|seq| record(2, seq, b"y")).collect()).unwrap();
    store.put_snapshot(&[1; 32], b"of all five").unwrap();
    failing.commit(vec![(keys::record(0, 2).to_vec(), None)]).unwrap();
    assert!(matches!(store.look(Cursor::default(), usize::MAX), Err(StoreError::Damaged { .. })));
    // The same after a failed write.
    failing.set(LOSES);
    assert_fails(store.append_wait(vec![record(2, 5, b"y")]));
    failing.set(WORKS);
    let quarantine = store.repair().unwrap();
    assert_eq!((quarantine.kept, quarantine.lost_chains), (9, 1));
    assert!(quarantine.reason.contains("as the test wants"), "{quarantine:?}");
    let [torn] = store.torn(&[1; 32]).unwrap()[..] else { panic!("one piece was torn off") };
    let two = vec![b"x".to_vec(); 2];
    assert_eq!(content(&store), [(chain(1), two.clone()), (torn, two), (chain(2), vec![b"y".to_vec(); 5])]);
    assert_eq!(store.look(Cursor::default(), usize::MAX).unwrap(), None);
    assert_eq!(store.snapshot(&[1; 32]).unwrap(), None);
    store.append_wait(vec![record(1, 2, b"again"), record(2, 5, b"y")]).unwrap();
    assert_eq!(content(&failing.open()), content(&store));
    // What was torn off stays so.
    let quarantine = store.repair().unwrap();
    assert_eq!((quarantine.kept, quarantine.lost_chains), (11, 0));
    assert_eq!((store.torn(&[1; 32]).unwrap(), store.torn(&[2; 32]).unwrap()), (vec![torn], Vec::new()));
}

#[test]
fn nothing_is_set_aside_where_there_is_no_room_for_it() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = on_a_disk(dir.path(), 1 << 30);
    store.append_wait((0..100).map(|seq| record(1, seq, &[7; 1000])).collect()).unwrap();
    drop(store);
    let path = dir.path().join("log/conf");
    let sound = std::fs::read(&path).unwrap();
    std::fs::write(&path, b"segment_size: many\n....").unwrap();
    let full = Folder::new(dir.path(), |_| Ok(1 << 20));
    for _ in 0..2 {
        let error = disk::open(&full).err().unwrap();
        assert!(matches!(error, StoreError::DiskFull { .. }), "{error}");
    }
    std::fs::write(&path, sound).unwrap();
    let opened = disk::open(&full).unwrap();
    assert_eq!(opened.opening, Opening::default(), "it was sound all the time, but for its settings");
    assert_eq!(opened.index.count().records, 100);
}

/// Opens a store on a real disk with the free space that the test sets.
fn on_a_disk(dir: &std::path::Path, free: u64) -> (Store, Arc<AtomicU64>) {
    let space = Arc::new(AtomicU64::new(free));
    let asked = Arc::clone(&space);
    let folder = Folder::new(dir, move |_| Ok(asked.load(Ordering::SeqCst)));
    let Opened { disk, index, witness, .. } = disk::open(&folder).unwrap();
    (Store::start(Box::new(disk), index, Some(witness)).unwrap(), space)
}

#[test]
fn a_full_disk_is_refused_before_it_does_harm() {
    let dir = tempfile::tempdir().unwrap();
    let (store, free) = on_a_disk(dir.path(), 1 << 30);
    store.append_wait(vec![record(1, 0, b"a")]).unwrap();

    free.store(10 << 20, Ordering::SeqCst);
    for _ in 0..2 {
        let outcome = store.append_wait(vec![record(1, 1, b"b")]);
        let Err(StoreError::DiskFull { dir: named, free, needed }) = outcome else { panic!("{outcome:?}") };
        assert_eq!((named.as_path(), free), (dir.path(), 10 << 20));
        assert!(needed > 16 << 20);
    }
    assert!(matches!(store.put_meta("name", Vec::new()), Err(StoreError::DiskFull { .. })));
    assert!(matches!(store.recover(), Err(StoreError::DiskFull { .. })));
    assert_eq!(content(&store), [(chain(1), vec![b"a".to_vec()])]);
    // A big call needs more space than a small one.
    free.store(20 << 20, Ordering::SeqCst);
    let big = || vec![record(1, 1, &vec![1; 4 << 20])];
    assert!(matches!(store.append_wait(big()), Err(StoreError::DiskFull { .. })));

    // Nothing was broken, so writing continues. Calls queued after the refused one left no gap.
    assert!(matches!(store.append_wait(vec![record(1, 2, b"c")]), Err(StoreError::Gap { expected: 1, .. })));
    store.append_wait(vec![record(1, 1, b"b")]).unwrap();
    for _ in 0..2 {
        let before = std::fs::read(dir.path().join("log/db")).unwrap();
        store.recover().unwrap();
        assert_ne!(std::fs::read(dir.path().join("log/db")).unwrap(), before, "a proof without a write is none");
    }
    drop(store);
    let (store, _) = on_a_disk(dir.path(), 0);
    assert_eq!(content(&store), [(chain(1), vec![b"a".to_vec(), b"b".to_vec()])], "it can be read on a full disk");
}

#[test]
fn the_disk_can_be_opened_again_in_the_same_store() {
    let dir = tempfile::tempdir().unwrap();
    let disk = Disk::open(&Folder::new(dir.path(), |_| Ok(u64::MAX)), dir.path().join("log")).unwrap();
    let big: Vec<u8> = (0..20_000).map(|i| i as u8).collect();
    disk.commit(vec![(keys::record(0, 0).to_vec(), Some(big.clone())), (keys::chain(0).to_vec(), Some(vec![1]))])
        .unwrap();
    for round in 0..5 {
        disk.reopen().unwrap();
        assert_eq!(disk.get(&keys::record(0, 0)).unwrap().unwrap(), big);
        assert_eq!(disk.last(keys::records_from(0, 0)).unwrap().unwrap(), keys::record(0, round));
        disk.commit(vec![(keys::record(0, round + 1).to_vec(), Some(big.clone()))]).unwrap();
    }
    // Removing a value removes all its parts.
    disk.commit((0..6).map(|seq| (keys::record(0, seq).to_vec(), None)).collect()).unwrap();
    assert_eq!(disk.last(keys::records_from(0, 0)).unwrap(), None);
    assert_eq!(disk.get(&keys::chain(0)).unwrap().unwrap(), [1]);
    disk.close();
    disk.close();
    assert!(matches!(disk.get(&keys::chain(0)), Err(StoreError::Closed)));
}
