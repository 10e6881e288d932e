//! Benchmark of the store beside SQLite: rate of writes, size on the disk, time to open.
//!
//! `cargo bench -p inkmesh-store` measures with 100,000 records of 400 bytes; `-- 1000000` with that many. SQLite runs
//! with WAL and synchronous=FULL, one table of (chain, seq, record) with the first two as the primary key. Rates are
//! measured in turns, so that a slow moment of the disk affects both; the ratio of the medians counts.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a benchmark may fail by panicking

use std::path::Path;
use std::process::Command;
use std::sync::mpsc::sync_channel;
use std::time::Instant;

use inkmesh_store::{ChainKey, Cursor, Record, Store};

const SIZE: usize = 400;
const CHAINS: u64 = 100;
const ROUNDS: usize = 7;
/// Records saved in a round, one by one.
const SAYS: u64 = 200;
/// Records saved in a round, with [`IN_FLIGHT`] in the queue at once.
const FLYING: u64 = 6400;
const IN_FLIGHT: u64 = 64;

fn chain(n: u64) -> ChainKey {
    ChainKey { room: [7; 32], author: [n as u8; 32], log: n }
}

/// Returns a record that can't be compressed.
fn record(n: u64, seq: u64) -> Record {
    let mut state = (n << 40 | seq) + 1;
    let bytes = (0..SIZE).map(|_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    });
    Record { chain: chain(n), seq, bytes: bytes.collect() }
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    if let [_, job, dir, count] = &args[..] {
        return in_a_process_of_its_own(job, Path::new(dir), count.parse().unwrap());
    }
    // cargo bench adds an argument of its own.
    let count = args.iter().find_map(|arg| arg.parse().ok()).unwrap_or(100_000);
    rates();
    sizes(count);
}

/// Records per second.
fn rate(records: u64, save: impl FnOnce()) -> f64 {
    let start = Instant::now();
    save();
    records as f64 / start.elapsed().as_secs_f64()
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}

fn rates() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&dir.path().join("store")).unwrap().0;
    let sqlite = rusqlite::Connection::open(dir.path().join("sqlite")).unwrap();
    sqlite.pragma_update(None, "journal_mode", "WAL").unwrap();
    sqlite.pragma_update(None, "synchronous", "FULL").unwrap();
    let table =
        "CREATE TABLE records (chain INTEGER, seq INTEGER, record BLOB, PRIMARY KEY (chain, seq)) WITHOUT ROWID";
    sqlite.execute(table, []).unwrap();
    let mut measured = [const { Vec::new() }; 4];
    for round in 0..ROUNDS as u64 {
        let (says, flying) = (round * SAYS..(round + 1) * SAYS, round * FLYING..(round + 1) * FLYING);
        measured[0].push(rate(SAYS, || says.clone().for_each(|seq| store.append_wait(vec![record(0, seq)]).unwrap())));
        measured[1].push(rate(SAYS, || says.for_each(|seq| insert(&sqlite, 0, seq..seq + 1))));
        measured[2].push(rate(FLYING, || fly(&store, flying.clone())));
        let groups = flying.step_by(IN_FLIGHT as usize);
        measured[3].push(rate(FLYING, || groups.for_each(|seq| insert(&sqlite, 1, seq..seq + IN_FLIGHT))));
    }
    let [one, sqlite_one, many, sqlite_many] = measured.map(median);
    println!("durable saves of {SIZE} bytes, median of {ROUNDS} rounds in turns:");
    compare("one by one", one, "SQLite, a transaction each", sqlite_one);
    compare(&format!("{IN_FLIGHT} in flight"), many, &format!("SQLite, {IN_FLIGHT} in a transaction"), sqlite_many);
}

fn compare(what: &str, ours: f64, with: &str, theirs: f64) {
    println!("  {what}: {ours:.0}/s; {with}: {theirs:.0}/s; ratio {:.2}", ours / theirs);
}

fn insert(sqlite: &rusqlite::Connection, chain: u64, seqs: std::ops::Range<u64>) {
    let transaction = sqlite.unchecked_transaction().unwrap();
    let mut insert = transaction.prepare_cached("INSERT INTO records VALUES (?, ?, ?)").unwrap();
    for seq in seqs {
        insert.execute((chain as i64, seq as i64, record(chain, seq).bytes)).unwrap();
    }
    drop(insert);
    transaction.commit().unwrap();
}

/// Saves records, always with some in the queue.
fn fly(store: &Store, seqs: std::ops::Range<u64>) {
    let (sender, saved) = sync_channel(seqs.clone().count());
    for seq in seqs.clone() {
        let sender = sender.clone();
        store.append(vec![record(1, seq)], move |outcome| sender.send(outcome).unwrap()).unwrap();
        if seq >= seqs.start + IN_FLIGHT {
            saved.recv().unwrap().unwrap();
        }
    }
    drop(sender);
    saved.iter().for_each(|outcome| outcome.unwrap());
}

fn sizes(count: u64) {
    for how in ["groups", "single"] {
        let dir = tempfile::tempdir().unwrap();
        let run = |job: &str| {
            let mut command = Command::new(std::env::current_exe().unwrap());
            let output = command.args([job, dir.path().to_str().unwrap(), &count.to_string()]).output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            print!("{}", String::from_utf8_lossy(&output.stdout));
        };
        println!("{count} records of {SIZE} bytes in {CHAINS} chains, saved in turns ({how}):");
        run(how);
        let raw = count as f64 * SIZE as f64;
        let size = Store::stats(dir.path()).unwrap().log_bytes;
        println!("  size over raw: {:.2}", size as f64 / raw);
        run("open");
        if how == "groups" {
            let start = Instant::now();
            let done = Store::compact(dir.path()).unwrap();
            let ratio = done.after as f64 / raw;
            println!("  compaction: {:.1} s, size over raw {ratio:.2}", start.elapsed().as_secs_f64());
        }
    }
}

/// Runs a job in a process of its own, so that the memory is that of the job alone.
fn in_a_process_of_its_own(job: &str, dir: &Path, count: u64) {
    let start = Instant::now();
    let store = Store::open(dir).unwrap().0;
    match job {
        "groups" => save(&store, count, 10),
        "single" => save(&store, count, 1),
        _ => {
            println!("  opened in {:.0} ms, memory {}", start.elapsed().as_secs_f64() * 1e3, memory());
            let start = Instant::now();
            let mut cursor = Some(Cursor::default());
            while let Some(from) = cursor {
                cursor = store.look(from, 1 << 20).unwrap();
            }
            println!("  everything read in {:.2} s, most memory {}", start.elapsed().as_secs_f64(), memory());
            return;
        }
    }
    store.close();
    println!("  saved in {:.1} s, most memory {}", start.elapsed().as_secs_f64(), memory());
}

/// Saves records of all chains in turns: in groups of a thousand, `in_turn` of each chain; or one by one, some of them in
/// the queue at once.
fn save(store: &Store, count: u64, in_turn: u64) {
    let per_chain = count / CHAINS;
    // More than are ever in the queue: the storage thread must not wait for the benchmark.
    let (sender, saved) = sync_channel(4 * IN_FLIGHT as usize);
    let mut flying = 0;
    for first in (0..per_chain).step_by(in_turn as usize) {
        let all = (0..CHAINS).flat_map(|n| (first..per_chain.min(first + in_turn)).map(move |seq| record(n, seq)));
        if in_turn > 1 {
            store.append_wait(all.collect()).unwrap();
            continue;
        }
        for record in all {
            let sender = sender.clone();
            store.append(vec![record], move |outcome| sender.send(outcome).unwrap()).unwrap();
            flying += 1;
            if flying > IN_FLIGHT {
                saved.recv().unwrap().unwrap();
            }
        }
    }
}

/// Returns the peak memory of this process, where the system reports it.
fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let most =
        status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix("kB")?.trim().parse().ok());
    most.map_or("unknown".to_owned(), |kib: u64| format!("{} MB", kib / 1000))
}
