//! Tests of damaged files: every loss is reported, and nothing false is ever read.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a panic is how a test fails

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use inkmesh_store::{ChainKey, Cursor, Record, Store, StoreError};

const CHAINS: u64 = 5;
const RECORDS: u64 = 700;
const ROOM: [u8; 32] = [7; 32];

/// SplitMix64, so that a case can be repeated by its number.
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % n
    }
}

fn chain(n: u64) -> ChainKey {
    ChainKey { room: ROOM, author: [n as u8; 32], log: n }
}

/// Returns mostly small records, sometimes one longer than a page of the disk.
fn bytes(n: u64, seq: u64) -> Vec<u8> {
    let mut random = Random(n << 32 | seq);
    let len = if random.below(50) == 0 { random.below(20_000) } else { random.below(600) };
    (0..len).map(|_| random.below(256) as u8).collect()
}

fn records(n: u64, seqs: std::ops::Range<u64>) -> Vec<Record> {
    seqs.map(|seq| Record { chain: chain(n), seq, bytes: bytes(n, seq) }).collect()
}

/// Makes a store that was written in several sessions, compacted in between, and closed.
fn sound(dir: &Path) {
    for session in 0..3 {
        let (store, opening) = Store::open(dir).unwrap();
        assert!(!opening.lost && opening.quarantined.is_none());
        let (first, end) = (session * RECORDS / 3, (session + 1) * RECORDS / 3);
        for seq in (first..end).step_by(10) {
            for n in 0..CHAINS {
                store.append_wait(records(n, seq..end.min(seq + 10))).unwrap();
            }
        }
        store.put_meta(&format!("session {session}"), vec![session as u8; 100]).unwrap();
        store.put_snapshot(&ROOM, &[session as u8; 5000]).unwrap();
        store.close();
        // Afterwards about two thirds of the records lie in the archive.
        if session == 1 {
            Store::compact(dir).unwrap();
        }
    }
}

/// Returns all files of a store with their lengths.
fn files(dir: &Path) -> BTreeMap<PathBuf, u64> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(dir).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() {
            found.extend(files(&entry.path()));
        } else {
            found.insert(entry.path(), entry.metadata().unwrap().len());
        }
    }
    found
}

fn copy(from: &Path, to: &Path) {
    for file in files(from).into_keys() {
        let target = to.join(file.strip_prefix(from).unwrap());
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::copy(&file, target).unwrap();
    }
    fs::create_dir_all(to.join("log/blobs")).unwrap();
}

fn look_at_everything(store: &Store) -> Result<(), StoreError> {
    let mut cursor = Cursor::default();
    while let Some(next) = store.look(cursor, 50_000)? {
        cursor = next;
    }
    Ok(())
}

/// The outcome of a case, for the summary.
#[derive(Default, Debug)]
struct Outcome {
    quarantined: u32,
    lost: u32,
    repaired: u32,
    untouched: u32,
    records_kept: u64,
}

/// Opens a damaged store and checks that nothing is false and no loss goes unreported.
fn check(dir: &Path, case: &str, sum: &mut Outcome) {
    let (store, opening) = Store::open(dir).unwrap_or_else(|error| panic!("{case}: {error}"));
    let mut announced = opening.lost;
    sum.quarantined += u32::from(opening.quarantined.is_some());
    sum.lost += u32::from(opening.lost && opening.quarantined.is_none());
    assert!(opening.quarantined.is_none() || opening.lost, "{case}");
    let looked = look_at_everything(&store);
    if let Err(error) = looked {
        assert!(matches!(error, StoreError::Damaged { .. }), "{case}: {error}");
        let quarantine = store.repair().unwrap_or_else(|error| panic!("{case}: {error}"));
        assert!(quarantine.moved_to.join("db").is_file(), "{case}: {quarantine:?}");
        announced = true;
        sum.repaired += 1;
    }
    look_at_everything(&store).unwrap_or_else(|error| panic!("{case}: after the repair: {error}"));
    sum.untouched += u32::from(!announced);
    let nexts: BTreeMap<ChainKey, u64> = store.chains(&ROOM).unwrap().into_iter().collect();
    for n in 0..CHAINS {
        let next = nexts.get(&chain(n)).copied().unwrap_or(0);
        let read = store.read(&chain(n), 0, usize::MAX, usize::MAX).unwrap();
        let right = read.iter().zip(0..).all(|(read, seq)| *read == bytes(n, seq));
        assert!(right && read.len() as u64 == next, "{case}: chain {n} is wrong");
        assert!(next == RECORDS || announced && next < RECORDS, "{case}: chain {n} has {next} records, in silence");
        sum.records_kept += next;
        store.append_wait(records(n, next..next + 5)).unwrap_or_else(|error| panic!("{case}: {error}"));
    }
    let torn = store.torn(&ROOM).unwrap();
    for key in nexts.keys().filter(|key| (0..CHAINS).all(|n| chain(n) != **key)) {
        assert!(announced && torn.contains(key), "{case}: {key:?}");
        let (n, read) = (u64::from(key.author[0]), store.read(key, 0, usize::MAX, usize::MAX).unwrap());
        let first = (0..RECORDS).find(|seq| bytes(n, *seq) == read[0]).unwrap_or_else(|| panic!("{case}: false"));
        assert!(
            read.iter().zip(first..).all(|(read, seq)| *read == bytes(n, seq)),
            "{case}: torn chain of {n} is wrong"
        );
        sum.records_kept += read.len() as u64;
    }
    for session in 0..3_u8 {
        let value = store.get_meta(&format!("session {session}")).unwrap();
        assert!(value.is_none() && announced || value == Some(vec![session; 100]), "{case}: value {session}");
    }
    let snapshot = store.snapshot(&ROOM).unwrap();
    assert!(snapshot.is_none_or(|bytes| bytes == [2; 5000]), "{case}: a wrong snapshot");
    store.close();
    let (store, opening) = Store::open(dir).unwrap_or_else(|error| panic!("{case}: {error}"));
    look_at_everything(&store).unwrap_or_else(|error| panic!("{case}: opened again: {error}"));
    assert!(opening.quarantined.is_none(), "{case}: {opening:?}");
}

/// Runs 100 cases, each on its own copy of the same store.
fn cases(name: &str, damage: fn(&mut Vec<u8>, &mut Random)) {
    let dir = tempfile::tempdir().unwrap();
    let original = dir.path().join("original");
    sound(&original);
    let files = files(&original);
    let total: u64 = files.values().sum();
    let mut sum = Outcome::default();
    for case in 0..100 {
        let mut random = Random(case);
        // Half of the cases damage any byte, the others mostly the small files.
        let file = if case % 2 == 0 {
            let mut at = random.below(total);
            files.iter().find(|(_, len)| at.checked_sub(**len).inspect(|rest| at = *rest).is_none()).unwrap().0
        } else {
            files.keys().nth(random.below(files.len() as u64) as usize).unwrap()
        };
        let damaged = dir.path().join(format!("case-{case}"));
        copy(&original, &damaged);
        let file = damaged.join(file.strip_prefix(&original).unwrap());
        let mut bytes = fs::read(&file).unwrap();
        damage(&mut bytes, &mut random);
        fs::write(&file, bytes).unwrap();
        check(&damaged, &format!("{name} {case} in {}", file.display()), &mut sum);
        fs::remove_dir_all(&damaged).unwrap();
    }
    println!("{name}: {sum:?} of {} records", 100 * CHAINS * RECORDS);
    assert!(sum.quarantined + sum.lost + sum.repaired > 10, "the damage is never met: {sum:?}");
    assert!(sum.records_kept > 100 * CHAINS * RECORDS / 4, "hardly anything is kept: {sum:?}");
}

/// Makes a store of one chain of 3,000 records of 200 bytes, most of them in the archive; returns their records.
fn one_chain(dir: &Path) -> Vec<Vec<u8>> {
    let all: Vec<Vec<u8>> = (0..3000_u64).map(|seq| (0..25).flat_map(|_| seq.to_be_bytes()).collect()).collect();
    for _ in 0..2 {
        let store = Store::open(dir).unwrap().0;
        let first = store.chains(&ROOM).unwrap().first().map_or(0, |(_, next)| *next);
        let record = |seq: u64| Record { chain: chain(0), seq, bytes: all[seq as usize].clone() };
        (first..first + 1500).for_each(|seq| store.append_wait(vec![record(seq)]).unwrap());
        drop(store);
        if first == 0 {
            Store::compact(dir).unwrap();
        }
    }
    all
}

/// Returns all records of the room, of torn chains too.
fn all_records(store: &Store) -> Vec<Vec<u8>> {
    let chains = store.chains(&ROOM).unwrap();
    let mut all: Vec<_> =
        chains.iter().flat_map(|(key, _)| store.read(key, 0, usize::MAX, usize::MAX).unwrap()).collect();
    all.sort();
    all
}

#[test]
fn a_damaged_block_costs_what_is_in_it() {
    let dir = tempfile::tempdir().unwrap();
    let original = dir.path().join("original");
    let all = one_chain(&original);
    let len = fs::metadata(original.join("log/archive")).unwrap().len();
    for percent in [0, 1, 50, 99] {
        let damaged = dir.path().join(percent.to_string());
        copy(&original, &damaged);
        let path = damaged.join("log/archive");
        let mut bytes = fs::read(&path).unwrap();
        let at = (len * percent / 100) as usize;
        bytes[at..(len as usize).min(at + 100)].fill(0x55);
        fs::write(&path, bytes).unwrap();
        let (store, opening) = Store::open(&damaged).unwrap();
        let quarantine = opening.quarantined.unwrap_or_else(|| {
            assert!(look_at_everything(&store).is_err(), "{percent} %");
            store.repair().unwrap()
        });
        let kept = all_records(&store);
        // A block has 64 KiB; these 100 bytes may lie in two.
        let lost = all.len() - kept.len();
        assert!(quarantine.kept == kept.len() as u64 && (1..2 * 330).contains(&lost), "{percent} %: {lost} are lost");
        assert!(kept.iter().all(|record| all.contains(record)), "{percent} %");
        look_at_everything(&store).unwrap();
    }
}

#[test]
fn a_bad_file_of_sled_beside_sound_ones_costs_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let original = dir.path().join("original");
    let all = one_chain(&original);
    let stray = |log: &Path| fs::write(log.join("snap.bak"), b"no snapshot").unwrap();
    let cut = |log: &Path| {
        for snapshot in files(log).keys().filter(|path| path.to_string_lossy().contains("snap.")) {
            let bytes = fs::read(snapshot).unwrap();
            fs::write(snapshot, &bytes[..bytes.len() / 2]).unwrap();
        }
    };
    for (name, damage) in [("stray", &stray as &dyn Fn(&Path)), ("cut", &cut)] {
        let damaged = dir.path().join(name);
        copy(&original, &damaged);
        damage(&damaged.join("log"));
        let (store, opening) = Store::open(&damaged).unwrap();
        assert!(opening.quarantined.is_some_and(|quarantine| quarantine.lost_chains == 0), "{name}");
        assert!(all_records(&store) == all, "{name}: something is lost");
    }
}

#[test]
fn a_flipped_bit_is_announced_or_harmless() {
    cases("flip", |bytes, random| {
        if bytes.is_empty() {
            return;
        }
        let bit = random.below(bytes.len() as u64 * 8);
        bytes[(bit / 8) as usize] ^= 1 << (bit % 8);
    });
}

#[test]
fn a_truncated_file_is_announced_or_harmless() {
    cases("truncation", |bytes, random| bytes.truncate(random.below(bytes.len() as u64 + 1) as usize));
}
