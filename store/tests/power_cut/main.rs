//! Tests of power cuts: all acknowledged records are there.
//!
//! The system calls of a real writing program are recorded with strace. Then its folder is built again as a disk may
//! hold it after a power cut at a random moment, and opened. CI sets `INKMESH_REQUIRE_STRACE=1`, so that the test
//! fails there, rather than being skipped, when there is no strace.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used)] // a panic is how a test fails

mod disk;
mod trace;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use inkmesh_store::{ChainKey, Cursor, Opening, Record, Store};

use crate::disk::History;

const FOLDER: &str = "INKMESH_STORE_TEST_POWER_CUT";
const CALLS: &str = "trace=openat,lseek,write,writev,pwrite64,pwritev,fsync,fdatasync,sync_file_range,ftruncate,\
    fallocate,rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,rmdir,copy_file_range,sendfile";
const CHAINS: u64 = 4;
const CUTS: u64 = 450;

/// SplitMix64, so that a cut can be repeated by its number.
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
    ChainKey { room: [7; 32], author: [n as u8; 32], log: n }
}

/// Returns a record: chain 0 has small records, the other chains bigger ones.
fn record(n: u64, seq: u64) -> Record {
    let len = if n == 0 { 60 } else { 200 + seq as usize * 37 % 5000 };
    Record { chain: chain(n), seq, bytes: vec![(n * 50 + seq) as u8; len] }
}

/// Prints what is acknowledged, so that it is in the trace.
fn acknowledge(what: impl std::fmt::Display, number: u64) {
    println!("ack {what} {number}");
}

/// Runs a session of a writing program: small calls, and some with a whole batch.
fn write_session(dir: &Path, nexts: &mut [u64; CHAINS as usize], session: u64, batch: u64) -> Store {
    let (store, opening) = Store::open(dir).unwrap();
    assert_eq!(opening, Opening::default());
    for round in 0..60_u64 {
        let n = if round % 3 == 0 { round / 3 % CHAINS } else { 0 };
        let next = &mut nexts[n as usize];
        let seqs = *next..*next + if n == 0 { 1 } else { batch };
        *next = seqs.end;
        store.append_wait(seqs.map(|seq| record(n, seq)).collect()).unwrap();
        acknowledge(n, *next);
        if round % 20 == 19 {
            store.put_meta("round", (session * 60 + round).to_be_bytes().to_vec()).unwrap();
            acknowledge("value", session * 60 + round);
            store.put_snapshot(&chain(0).room, &[round as u8; 3000]).unwrap();
        }
    }
    store
}

/// Records the system calls of a writing program.
fn record_calls(test: &str, dir: &Path, trace: &Path) -> Option<Vec<trace::Call>> {
    let mut command = Command::new("strace");
    command.args(["-f", "-y", "-xx", "-s", "100000000", "-e", CALLS, "-o"]).arg(trace);
    command.arg(std::env::current_exe().unwrap()).args(["--exact", test, "--nocapture"]);
    match command.env(FOLDER, dir).stdout(Stdio::null()).status() {
        Ok(status) => assert!(status.success(), "the writing program failed: {status}"),
        Err(error) => {
            assert!(std::env::var_os("INKMESH_REQUIRE_STRACE").is_none(), "strace can't be run: {error}");
            println!("SKIPPED: strace can't be run: {error}");
            return None;
        }
    }
    Some(trace::parse(&fs::read_to_string(trace).unwrap()))
}

/// Returns what was acknowledged and when: the last number by its name.
fn acknowledged(calls: &[trace::Call]) -> Vec<(usize, String, u64)> {
    let lines = calls.iter().filter(|call| call.name == "write" && call.file(0).is_some_and(|(fd, _)| fd == 1));
    let acks = lines.filter_map(|call| {
        let line = String::from_utf8(call.bytes(1)).ok()?;
        let (name, number) = line.trim().strip_prefix("ack ")?.split_once(' ')?;
        Some((call.start, name.to_owned(), number.parse().ok()?))
    });
    acks.collect()
}

fn check(dir: &Path, acks: &BTreeMap<&str, u64>, case: &str) {
    let (store, opening) = Store::open(dir).unwrap_or_else(|error| panic!("{case}: {error}"));
    // Only an interrupted repair may be reported.
    assert!(opening == Opening::default() || acks.contains_key("repairing"), "{case}: a false alarm: {opening:?}");
    let nexts: BTreeMap<ChainKey, u64> = store.chains(&chain(0).room).unwrap().into_iter().collect();
    for n in 0..CHAINS {
        let next = nexts.get(&chain(n)).copied().unwrap_or(0);
        let acked = acks.get(n.to_string().as_str()).copied().unwrap_or(0);
        assert!(next >= acked, "{case}: chain {n} has {next} records, but {acked} were acknowledged");
        let read = store.read(&chain(n), 0, usize::MAX, usize::MAX).unwrap_or_else(|error| panic!("{case}: {error}"));
        assert!(read.into_iter().eq((0..next).map(|seq| record(n, seq).bytes)), "{case}: chain {n} is wrong");
    }
    let value = store.get_meta("round").unwrap().map_or(0, |value| u64::from_be_bytes(value.try_into().unwrap()));
    assert!(value >= acks.get("value").copied().unwrap_or(0), "{case}: the named value is older than acknowledged");
    let snapshot = store.snapshot(&chain(0).room).unwrap();
    assert!(snapshot.is_none_or(|bytes| bytes.len() == 3000 && bytes.iter().all(|byte| *byte == bytes[0])));
    assert!(store.look(Cursor::default(), usize::MAX).unwrap().is_none(), "{case}");
    // Writing continues.
    store.append_wait(vec![record(0, nexts.get(&chain(0)).copied().unwrap_or(0))]).unwrap();
}

/// Returns a folder on a file system in memory, if there is one.
fn fast_folder() -> PathBuf {
    let memory = PathBuf::from("/dev/shm");
    if memory.is_dir() { memory } else { std::env::temp_dir() }
}

/// The recording of a program.
struct Recorded {
    temp: tempfile::TempDir,
    history: History,
    acks: Vec<(usize, String, u64)>,
    /// The times at which the archive was written.
    moves: Vec<usize>,
    end: usize,
}

/// Records what `program` does to a folder. In the recorded process, runs it.
fn recorded(test: &str, program: fn(&Path)) -> Option<Recorded> {
    if let Some(dir) = std::env::var_os(FOLDER) {
        program(Path::new(&dir));
        return None;
    }
    let temp = tempfile::tempdir_in(fast_folder()).unwrap();
    let root = fs::canonicalize(temp.path()).unwrap().join("root");
    fs::create_dir(&root).unwrap();
    let calls = record_calls(test, &root.join("store"), &temp.path().join("trace"))?;
    let (history, acks) = (History::new(&root, &calls), acknowledged(&calls));
    let end = calls.iter().map(|call| call.end).max().unwrap();
    let to_archive =
        |call: &&trace::Call| call.name == "write" && call.file(0).is_some_and(|(_, path)| path.ends_with("archive"));
    let moves = calls.iter().filter(to_archive).map(|call| call.start).collect();
    Some(Recorded { temp, history, acks, moves, end })
}

impl Recorded {
    fn cut(&self, number: u64, at: usize) {
        let known = self.acks.iter().filter(|ack| ack.0 <= at).map(|(_, name, number)| (name.as_str(), *number));
        let rebuilt = self.temp.path().join("rebuilt");
        self.history.rebuild(at, &mut Random(number), &rebuilt);
        check(&rebuilt.join("store"), &known.collect(), &format!("cut {number} at {at} of {}", self.end));
        fs::remove_dir_all(&rebuilt).unwrap();
    }

    /// Returns every moment between two acknowledgements, three times each.
    fn cut_everywhere_between(&self, from: &str, to: &str) {
        let time = |what: &str| self.acks.iter().find(|(_, name, _)| name == what).unwrap().0;
        assert!(time(to) > time(from) + 20, "nothing happened between");
        (time(from)..=time(to)).for_each(|at| (0..3).for_each(|n| self.cut(at as u64 * 3 + n, at)));
    }
}

#[test]
fn what_was_acknowledged_survives_power_cuts() {
    let program = |dir: &Path| {
        let mut nexts = [0; CHAINS as usize];
        (0..3).for_each(|session| write_session(dir, &mut nexts, session, 30).close());
    };
    let Some(recorded) = recorded("what_was_acknowledged_survives_power_cuts", program) else { return };
    let acks = &recorded.acks;
    assert!(recorded.history.len() > 500 && acks.len() == 189, "{} acknowledgements", acks.len());
    for number in 0..CUTS {
        let mut random = Random(!number);
        // Right after an acknowledgement, while records move, or anywhere.
        let at = match number % 3 {
            0 => acks[random.below(acks.len() as u64) as usize].0,
            1 => recorded.moves[random.below(recorded.moves.len() as u64) as usize] + random.below(50) as usize,
            _ => random.below(recorded.end as u64 + 1) as usize,
        };
        recorded.cut(number, at);
    }
    let archive = recorded.temp.path().join("root/store/log/archive");
    assert!(fs::metadata(archive).unwrap().len() > 2 << 20, "nothing was moved to the archive");
}

#[test]
fn a_compaction_may_be_cut_at_any_moment() {
    let program = |dir: &Path| {
        let mut nexts = [0; CHAINS as usize];
        write_session(dir, &mut nexts, 0, 8).close();
        acknowledge("compacting", 0);
        Store::compact(dir).unwrap();
        acknowledge("compacted", 0);
        write_session(dir, &mut nexts, 1, 8).close();
        acknowledge("closed", 0);
    };
    let Some(recorded) = recorded("a_compaction_may_be_cut_at_any_moment", program) else { return };
    recorded.cut_everywhere_between("compacting", "compacted");
    recorded.cut_everywhere_between("compacted", "closed");
}

#[test]
fn a_repair_may_be_cut_at_any_moment() {
    let program = |dir: &Path| {
        let mut nexts = [0; CHAINS as usize];
        let store = write_session(dir, &mut nexts, 0, 8);
        acknowledge("repairing", 0);
        let quarantine = store.repair().unwrap();
        assert_eq!((quarantine.kept, quarantine.lost_chains), (nexts.iter().sum(), 0));
        acknowledge("repaired", 0);
        store.close();
        write_session(dir, &mut nexts, 1, 8).close();
        acknowledge("closed", 0);
    };
    let Some(recorded) = recorded("a_repair_may_be_cut_at_any_moment", program) else { return };
    recorded.cut_everywhere_between("repairing", "repaired");
}
