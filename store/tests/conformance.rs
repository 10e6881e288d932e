//! Tests of the store's promises, on every backend.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a panic is how a test fails

use std::collections::BTreeSet;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread;

use inkmesh_store::{ChainKey, Cursor, Record, Store, StoreError};

/// Capacity of a channel, more than any test sends: the storage thread must not wait for a test.
const ENOUGH: usize = 10_000;

fn chain(n: u8) -> ChainKey {
    ChainKey { room: [n / 10; 32], author: [n; 32], log: u64::from(n) }
}

fn record(n: u8, seq: u64, bytes: &[u8]) -> Record {
    Record { chain: chain(n), seq, bytes: bytes.to_vec() }
}

fn numbered(n: u8, seqs: std::ops::Range<u64>) -> Vec<Record> {
    seqs.map(|seq| record(n, seq, format!("{n} {seq}").as_bytes())).collect()
}

fn all(store: &Store, n: u8) -> Vec<Vec<u8>> {
    store.read(&chain(n), 0, usize::MAX, usize::MAX).unwrap()
}

fn next(store: &Store, n: u8) -> u64 {
    let chains = store.chains(&chain(n).room).unwrap();
    chains.iter().find(|(key, _)| *key == chain(n)).map_or(0, |(_, next)| *next)
}

/// Blocks the storage thread until the returned sender is dropped, so that calls queued meanwhile come as one group.
fn hold(store: &Store) -> SyncSender<()> {
    let (release, held) = sync_channel::<()>(1);
    let (reached, here) = sync_channel(ENOUGH);
    let done = move |_| {
        reached.send(()).unwrap();
        let _ = held.recv();
    };
    store.append(Vec::new(), done).unwrap();
    here.recv().unwrap();
    release
}

/// Appends without waiting; the receiver gets the outcome.
fn later(store: &Store, records: Vec<Record>) -> Receiver<Result<(), StoreError>> {
    let (sender, receiver) = sync_channel(ENOUGH);
    store.append(records, move |outcome| sender.send(outcome).unwrap()).unwrap();
    receiver
}

fn keeps_records_in_order(store: &Store) {
    store.append_wait(numbered(1, 0..300)).unwrap();
    store.append_wait(numbered(2, 0..1)).unwrap();
    store.append_wait(numbered(1, 300..301)).unwrap();
    let expected: Vec<Vec<u8>> = (0..301).map(|seq| format!("1 {seq}").into_bytes()).collect();
    assert_eq!(all(store, 1), expected);
    assert_eq!(store.get(&chain(1), 257).unwrap().unwrap(), b"1 257");
    assert_eq!(store.get(&chain(1), 301).unwrap(), None);
    assert_eq!(store.get(&chain(3), 0).unwrap(), None);
}

fn reads_as_much_as_is_asked_for(store: &Store) {
    store.append_wait((0..20).map(|seq| record(1, seq, &[7; 100])).collect()).unwrap();
    let read = |from, records, bytes| store.read(&chain(1), from, records, bytes).unwrap().len();
    assert_eq!(read(0, 5, usize::MAX), 5);
    assert_eq!(read(18, 5, usize::MAX), 2);
    assert_eq!(read(0, usize::MAX, 250), 2);
    assert_eq!(read(0, usize::MAX, 200), 2);
    assert_eq!(read(0, 0, 0), 1, "at least one");
    assert_eq!(read(20, 5, usize::MAX), 0);
    assert_eq!(read(u64::MAX, 5, usize::MAX), 0);
}

fn lists_rooms_and_chains(store: &Store) {
    assert!(store.rooms().unwrap().is_empty());
    for n in [25, 11, 13, 21, 12] {
        store.append_wait(numbered(n, 0..u64::from(n))).unwrap();
    }
    assert_eq!(store.rooms().unwrap(), vec![[1; 32], [2; 32]]);
    assert_eq!(store.chains(&[1; 32]).unwrap(), vec![(chain(11), 11), (chain(12), 12), (chain(13), 13)]);
    assert_eq!(store.chains(&[2; 32]).unwrap(), vec![(chain(21), 21), (chain(25), 25)]);
    assert!(store.chains(&[3; 32]).unwrap().is_empty());
}

fn refuses_gaps(store: &Store) {
    let gap = store.append_wait(vec![record(1, 1, b"x")]).unwrap_err();
    assert!(matches!(gap, StoreError::Gap { expected: 0, got: 1, .. }), "{gap}");
    store.append_wait(numbered(1, 0..3)).unwrap();
    let gap = store.append_wait(vec![record(1, 4, b"x")]).unwrap_err();
    assert!(matches!(gap, StoreError::Gap { expected: 3, got: 4, .. }), "{gap}");

    // With one bad record nothing of the call is written: neither to its chain, nor to an older one, nor to a new one.
    let mut mixed = numbered(1, 3..5);
    mixed.extend(numbered(2, 0..2));
    mixed.push(record(1, 6, b"x"));
    assert!(matches!(store.append_wait(mixed).unwrap_err(), StoreError::Gap { expected: 5, got: 6, .. }));
    assert_eq!(store.chains(&chain(1).room).unwrap(), vec![(chain(1), 3)]);
    store.append_wait(numbered(1, 3..5)).unwrap();
    store.append_wait(numbered(2, 0..2)).unwrap();
    assert_eq!((all(store, 1).len(), all(store, 2).len()), (5, 2));
}

fn takes_the_same_record_twice_but_no_other(store: &Store) {
    store.append_wait(numbered(1, 0..3)).unwrap();
    store.append_wait(numbered(1, 0..3)).unwrap();
    store.append_wait(numbered(1, 1..5)).unwrap();
    let conflict = store.append_wait(vec![record(1, 5, b"new"), record(1, 2, b"other")]).unwrap_err();
    assert!(matches!(conflict, StoreError::Conflict { seq: 2, .. }), "{conflict}");
    assert_eq!(next(store, 1), 5);

    // The same within one call, and within one group.
    store.append_wait(vec![record(1, 5, b"a"), record(1, 5, b"a"), record(1, 6, b"b")]).unwrap();
    let within = store.append_wait(vec![record(1, 7, b"a"), record(1, 7, b"b")]).unwrap_err();
    assert!(matches!(within, StoreError::Conflict { seq: 7, .. }), "{within}");
    let held = hold(store);
    let outcomes = [b"a", b"b", b"a"].map(|bytes| later(store, vec![record(1, 7, bytes)]));
    drop(held);
    let outcomes = outcomes.map(|outcome| outcome.recv().unwrap());
    assert!(matches!(outcomes, [Ok(()), Err(StoreError::Conflict { seq: 7, .. }), Ok(())]), "{outcomes:?}");
    assert_eq!(store.get(&chain(1), 7).unwrap().unwrap(), b"a");
}

fn refuses_what_builds_on_a_refused_call(store: &Store) {
    let held = hold(store);
    let calls = [
        numbered(1, 0..2),
        vec![record(1, 2, b"mine"), record(2, 1, b"gap")],
        vec![record(1, 3, b"on top")],
        vec![record(1, 2, b"instead")],
        vec![record(1, 3, b"on that")],
    ];
    let outcomes = calls.map(|records| later(store, records));
    drop(held);
    let outcomes: Vec<bool> = outcomes.iter().map(|outcome| outcome.recv().unwrap().is_ok()).collect();
    assert_eq!(outcomes, [true, false, false, true, true]);
    assert_eq!(all(store, 1)[2..], [b"instead", b"on that"]);
    assert_eq!(next(store, 2), 0);
}

fn keeps_named_values(store: &Store) {
    assert_eq!(store.get_meta("clock").unwrap(), None);
    store.put_meta("clock", b"1".to_vec()).unwrap();
    store.put_meta("clock 2", vec![2; 10_000]).unwrap();
    store.put_meta("clock", b"3".to_vec()).unwrap();
    store.put_meta("", b"no name".to_vec()).unwrap();
    assert_eq!(store.get_meta("clock").unwrap().unwrap(), b"3");
    assert_eq!(store.get_meta("clock 2").unwrap().unwrap(), vec![2; 10_000]);
    assert_eq!(store.get_meta("").unwrap().unwrap(), b"no name");
    assert_eq!(store.metas("clock").unwrap(), [(String::new(), b"3".to_vec()), (" 2".to_owned(), vec![2; 10_000])]);
    assert_eq!(store.metas("x").unwrap(), []);
    store.put_meta("clock 2", Vec::new()).unwrap();
    assert_eq!(store.get_meta("clock 2").unwrap(), None);
    store.put_meta(&"n".repeat(255), b"long".to_vec()).unwrap();
    assert!(matches!(store.put_meta(&"n".repeat(256), Vec::new()).unwrap_err(), StoreError::TooLarge { .. }));
}

fn sets_values_with_records_or_not_at_all(store: &Store) {
    let (sender, outcomes) = sync_channel(ENOUGH);
    let append = |seq, value: &[u8]| {
        let sender = sender.clone();
        let values = vec![("retired".to_owned(), value.to_vec())];
        store.append_with(numbered(1, seq..seq + 1), values, move |outcome| sender.send(outcome).unwrap()).unwrap();
    };
    let held = hold(store);
    append(0, b"1");
    append(5, b"5");
    drop(held);
    outcomes.recv().unwrap().unwrap();
    assert!(matches!(outcomes.recv().unwrap(), Err(StoreError::Gap { expected: 1, got: 5, .. })));
    assert_eq!((next(store, 1), store.get_meta("retired").unwrap().unwrap()), (1, b"1".to_vec()));
    append(1, b"2");
    outcomes.recv().unwrap().unwrap();
    assert_eq!((next(store, 1), store.get_meta("retired").unwrap().unwrap()), (2, b"2".to_vec()));
    let name = "n".repeat(256);
    let refused = store.append_with(numbered(1, 2..3), vec![(name, Vec::new())], |_| panic!("must not be called"));
    assert!(matches!(refused.unwrap_err(), StoreError::TooLarge { .. }));
    assert_eq!(next(store, 1), 2);
}

fn keeps_any_bytes(store: &Store) {
    let lengths = [0, 1, 4095, 4096, 4097, 8192, 65_536, 1_000_000];
    let bytes = |len: usize| (0..len).map(|i| (i * 7 + len) as u8).collect::<Vec<u8>>();
    for (seq, len) in lengths.into_iter().enumerate() {
        store.append_wait(vec![record(1, seq as u64, &bytes(len))]).unwrap();
    }
    assert_eq!(all(store, 1), lengths.map(bytes));
    assert_eq!(store.get(&chain(1), 3).unwrap().unwrap(), bytes(4096));
    let huge = vec![record(1, 8, &vec![0; 40 << 20])];
    assert!(matches!(store.append_wait(huge).unwrap_err(), StoreError::TooLarge { .. }));
}

fn answers_in_order_on_one_thread(store: &Store) {
    let answers = Arc::new(Mutex::new(Vec::new()));
    let (last, finished) = sync_channel(ENOUGH);
    for call in 0..500_u64 {
        let (answers, last) = (Arc::clone(&answers), last.clone());
        // Every seventh call is refused; its callback must not run before earlier ones.
        let records = if call % 7 == 6 { numbered(2, 5..6) } else { numbered(1, call - call / 7..call - call / 7 + 1) };
        let done = move |outcome: Result<(), StoreError>| {
            answers.lock().unwrap().push((call, outcome.is_ok(), thread::current().id()));
            if call == 499 {
                last.send(()).unwrap();
            }
        };
        store.append(records, done).unwrap();
    }
    drop(last);
    finished.recv().unwrap();
    let answers = answers.lock().unwrap();
    assert!(answers.iter().map(|(call, ok, _)| (*call, *ok)).eq((0..500).map(|call| (call, call % 7 != 6))));
    assert_eq!(answers.iter().map(|(_, _, thread)| *thread).collect::<Vec<_>>(), vec![answers[0].2; 500]);
    assert_ne!(answers[0].2, thread::current().id());
}

fn a_record_can_be_read_when_it_is_answered(store: &Store) {
    let (sender, seen) = sync_channel(ENOUGH);
    for seq in 0..50 {
        let (sender, reader) = (sender.clone(), store.clone());
        store
            .append(numbered(1, seq..seq + 1), move |_| {
                sender.send(reader.get(&chain(1), seq).unwrap().is_some()).unwrap();
            })
            .unwrap();
    }
    drop(sender);
    assert!(seen.iter().eq([true; 50]));
}

fn many_threads_append_at_once(store: &Store) {
    thread::scope(|scope| {
        for n in 0..8 {
            scope.spawn(move || {
                for batch in 0..40 {
                    store.append_wait(numbered(n, batch * 5..batch * 5 + 5)).unwrap();
                    // All threads append to one chain: all but the first are refused.
                    match store.append_wait(vec![record(100, batch, &[n])]) {
                        Ok(()) | Err(StoreError::Conflict { .. } | StoreError::Gap { .. }) => {}
                        Err(error) => panic!("{error}"),
                    }
                }
            });
        }
    });
    for n in 0..8 {
        let expected: Vec<Vec<u8>> = (0..200).map(|seq| format!("{n} {seq}").into_bytes()).collect();
        assert_eq!(all(store, n), expected);
    }
    assert_eq!(all(store, 100).len() as u64, next(store, 100));
    assert!(next(store, 100) > 0);
}

fn is_busy_when_the_queue_is_full(store: &Store) {
    let held = hold(store);
    let (sender, answered) = sync_channel(ENOUGH);
    let mut queued = BTreeSet::new();
    let refused = loop {
        let call = queued.len() as u64;
        let sender = sender.clone();
        match store
            .append(numbered(1, call * 100..call * 100 + 100), move |outcome| sender.send((call, outcome)).unwrap())
        {
            Ok(()) => assert!(queued.insert(call) && call < 10_000, "the queue has no end"),
            Err(error) => break error,
        }
    };
    assert!(matches!(refused, StoreError::Busy), "{refused}");
    assert!(queued.len() > 100, "room for {} calls only", queued.len());
    // A waiting call is queued when there is space.
    let patient = store.clone();
    let waiting = thread::spawn(move || patient.append_wait(numbered(2, 0..200)));
    drop((held, sender));
    let answers: BTreeSet<u64> = answered.iter().map(|(call, outcome)| outcome.map(|()| call).unwrap()).collect();
    assert_eq!(answers, queued);
    waiting.join().unwrap().unwrap();
    assert_eq!(next(store, 1), queued.len() as u64 * 100);
    assert_eq!(next(store, 2), 200);
}

fn is_busy_when_the_queue_is_full_of_bytes(store: &Store) {
    let held = hold(store);
    let mut seqs = 0..;
    let mut outcomes = Vec::new();
    while let Ok(()) = store.append(vec![record(1, seqs.next().unwrap(), &vec![1; 1 << 20])], |_| {}) {
        outcomes.push(());
        assert!(outcomes.len() < 1000, "the queue has no end");
    }
    assert!(outcomes.len() >= 16, "room for {} MiB only", outcomes.len());
    drop(held);
    store.recover().unwrap();
    assert_eq!(next(store, 1), outcomes.len() as u64);
}

fn closing_finishes_what_is_queued(store: &Store) {
    let held = hold(store);
    let queued: Vec<_> = (0..10).map(|seq| later(store, numbered(1, seq..seq + 1))).collect();
    let closer = store.clone();
    let closing = thread::spawn(move || closer.close());
    while store.rooms().is_ok() {
        thread::yield_now();
    }
    drop(held);
    closing.join().unwrap();
    assert!(queued.iter().all(|outcome| outcome.recv().unwrap().is_ok()));
    store.close();
    for error in [
        store.append(numbered(1, 10..11), |_| panic!("must not be called")).unwrap_err(),
        store.append_wait(numbered(1, 10..11)).unwrap_err(),
        store.put_meta("name", Vec::new()).unwrap_err(),
        store.recover().unwrap_err(),
        store.rooms().unwrap_err(),
        store.chains(&[0; 32]).unwrap_err(),
        store.get(&chain(1), 0).unwrap_err(),
        store.get_meta("name").unwrap_err(),
        store.repair().unwrap_err(),
        store.look(Cursor::default(), 1).unwrap_err(),
        store.snapshot(&[0; 32]).unwrap_err(),
        store.put_snapshot(&[0; 32], b"x").unwrap_err(),
    ] {
        assert!(matches!(error, StoreError::Closed), "{error}");
    }
}

fn callbacks_may_do_what_they_like(store: &Store) {
    let (sender, outcomes) = sync_channel(ENOUGH);
    let inner = store.clone();
    let first = move |outcome: Result<(), StoreError>| {
        outcome.unwrap();
        let waited = inner.append_wait(numbered(2, 0..1));
        assert!(matches!(waited, Err(StoreError::OnStorageThread)), "{waited:?}");
        inner.append(numbered(1, 1..2), move |outcome| sender.send(outcome.is_ok()).unwrap()).unwrap();
        panic!("this panic is part of the test");
    };
    store.append(numbered(1, 0..1), first).unwrap();
    assert!(outcomes.recv().unwrap(), "the thread lives on");
    store.append_wait(numbered(1, 2..3)).unwrap();

    let closer = store.clone();
    let (sender, closed) = sync_channel(ENOUGH);
    let last = move |_| {
        closer.close();
        sender.send(closer.rooms().is_err()).unwrap();
    };
    store.append(Vec::new(), last).unwrap();
    assert!(closed.recv().unwrap());
}

fn keeps_snapshots(store: &Store) {
    let (room, other) = ([1; 32], [2; 32]);
    assert_eq!(store.snapshot(&room).unwrap(), None);
    let big: Vec<u8> = (0..3_000_000).map(|i| (i % 251) as u8).collect();
    for bytes in [&b"first"[..], b"", &big, b"last"] {
        store.put_snapshot(&room, bytes).unwrap();
        assert_eq!(store.snapshot(&room).unwrap().unwrap(), bytes);
    }
    assert_eq!(store.snapshot(&other).unwrap(), None);
    store.put_snapshot(&other, b"other").unwrap();
    assert_eq!(store.snapshot(&room).unwrap().unwrap(), b"last");
    assert!(store.rooms().unwrap().is_empty(), "a snapshot is no record");
    // It is dropped together with the records that it was made from.
    store.repair().unwrap();
    assert_eq!(store.snapshot(&room).unwrap(), None);
}

fn looks_at_everything_in_pieces(store: &Store) {
    assert_eq!(store.look(Cursor::default(), usize::MAX).unwrap(), None);
    for n in [1, 2, 15] {
        store.append_wait((0..100).map(|seq| record(n, seq, &[n; 1000])).collect()).unwrap();
    }
    assert_eq!(store.look(Cursor::default(), usize::MAX).unwrap(), None);
    for (max_bytes, least, most) in [(1, 300, 300), (50_000, 5, 8), (290_000, 2, 2)] {
        let (mut cursor, mut pieces) = (Cursor::default(), 1);
        while let Some(next) = store.look(cursor.clone(), max_bytes).unwrap() {
            assert_ne!(next, cursor);
            (cursor, pieces) = (next, pieces + 1);
        }
        // One piece more when the last one ends with the last record.
        assert!((least..=most + 1).contains(&pieces), "{pieces} pieces of {max_bytes} bytes");
    }
}

fn a_repair_keeps_what_can_be_read(store: &Store) {
    store.append_wait(numbered(1, 0..300)).unwrap();
    store.append_wait(vec![record(2, 0, &vec![7; 100_000])]).unwrap();
    store.put_meta("name", b"value".to_vec()).unwrap();
    store.put_meta("gone", vec![1; 10_000]).unwrap();
    store.put_meta("gone", Vec::new()).unwrap();
    for round in 0..3 {
        let quarantine = store.repair().unwrap();
        assert_eq!((quarantine.kept, quarantine.lost_chains), (301 + round, 0));
        assert_eq!(all(store, 1).len() as u64, 300 + round);
        assert_eq!(all(store, 2), [vec![7; 100_000]]);
        assert_eq!(store.metas("").unwrap(), [("name".to_owned(), b"value".to_vec())]);
        store.append_wait(numbered(1, 300 + round..301 + round)).unwrap();
    }
}

fn a_repair_waits_for_its_turn(store: &Store) {
    let held = hold(store);
    let queued = later(store, numbered(1, 0..10));
    let repairing = {
        let store = store.clone();
        thread::spawn(move || store.repair())
    };
    drop(held);
    assert!(queued.recv().unwrap().is_ok());
    assert!(matches!(repairing.join().unwrap().unwrap().kept, 0 | 10));
    assert_eq!(all(store, 1).len(), 10);
    let (sender, outcome) = sync_channel(ENOUGH);
    let inner = store.clone();
    store.append(Vec::new(), move |_| sender.send(inner.repair()).unwrap()).unwrap();
    assert!(matches!(outcome.recv().unwrap(), Err(StoreError::OnStorageThread)));
}

macro_rules! conformance {
    ($($test:ident)*) => {
        mod disk {
            $(#[test] fn $test() {
                let dir = tempfile::tempdir().unwrap();
                super::$test(&inkmesh_store::Store::open(dir.path()).unwrap().0);
            })*
        }
    };
}

conformance! {
    keeps_records_in_order
    reads_as_much_as_is_asked_for
    lists_rooms_and_chains
    refuses_gaps
    takes_the_same_record_twice_but_no_other
    refuses_what_builds_on_a_refused_call
    keeps_named_values
    sets_values_with_records_or_not_at_all
    keeps_any_bytes
    answers_in_order_on_one_thread
    a_record_can_be_read_when_it_is_answered
    many_threads_append_at_once
    is_busy_when_the_queue_is_full
    is_busy_when_the_queue_is_full_of_bytes
    closing_finishes_what_is_queued
    callbacks_may_do_what_they_like
    keeps_snapshots
    looks_at_everything_in_pieces
    a_repair_keeps_what_can_be_read
    a_repair_waits_for_its_turn
}
