//! Test of a program that is killed while it writes: all acknowledged records are there.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a panic is how a test fails

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use inkmesh_store::{ChainKey, Record, Store, StoreError};

const FOLDER: &str = "INKMESH_STORE_TEST_KILLED";
const CHAINS: u64 = 5;

fn chain(n: u64) -> ChainKey {
    ChainKey { room: [7; 32], author: [n as u8; 32], log: n }
}

/// Returns a record: chain 0 has small records, the other chains bigger ones.
fn record(n: u64, seq: u64) -> Record {
    let len = if n == 0 { 30 } else { 300 + seq as usize * 37 % 9000 };
    Record { chain: chain(n), seq, bytes: vec![(n + seq) as u8; len] }
}

fn next(store: &Store, n: u64) -> u64 {
    store.chains(&chain(n).room).unwrap().iter().find(|(key, _)| *key == chain(n)).map_or(0, |(_, next)| *next)
}

/// Returns how many records of a chain are written in one call.
fn call_len(n: u64) -> u64 {
    if n == 0 { 1 } else { 20 }
}

/// Appends until it is killed, and prints what is acknowledged.
fn write_forever(dir: &Path) {
    let store = Store::open(dir).unwrap().0;
    let mut nexts: Vec<u64> = (0..CHAINS).map(|n| next(&store, n)).collect();
    for round in 0..u64::MAX {
        let n = if round % 3 == 0 { round / 3 % CHAINS } else { 0 };
        let len = call_len(n);
        let seqs = nexts[n as usize]..nexts[n as usize] + len;
        let end = seqs.end;
        let done = move |outcome: Result<(), StoreError>| {
            outcome.unwrap();
            // The test has ended, so this process ends too.
            writeln!(std::io::stdout(), "acknowledged {n} {end}").unwrap_or_else(|_| std::process::exit(1));
        };
        match store.append(seqs.map(|seq| record(n, seq)).collect(), done) {
            Ok(()) => nexts[n as usize] = end,
            Err(StoreError::Busy) => std::thread::yield_now(),
            Err(error) => panic!("{error}"),
        }
    }
}

#[test]
fn what_was_acknowledged_survives_twenty_kills() {
    if let Some(dir) = std::env::var_os(FOLDER) {
        return write_forever(Path::new(&dir));
    }
    let dir = tempfile::tempdir().unwrap();
    let mut acknowledged = [0_u64; CHAINS as usize];
    for round in 0..20 {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "what_was_acknowledged_survives_twenty_kills", "--nocapture"]);
        let mut child = command.env(FOLDER, dir.path()).stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut seen = 0;
        // Lines still in the pipe after the kill were acknowledged too.
        for line in lines.map_while(Result::ok) {
            let Some((_, words)) = line.split_once("acknowledged ") else { continue };
            // The kill may cut the last line short.
            let Some((n, end)) = words.split_once(' ') else { continue };
            let (Ok(n), Ok(end)) = (n.parse::<usize>(), end.parse::<u64>()) else { continue };
            acknowledged[n] = acknowledged[n].max(end);
            seen += 1;
            if seen == 1 + round * 13 {
                child.kill().unwrap();
            }
        }
        child.wait().unwrap();
        assert!(seen > round * 13, "the child ended by itself in round {round}");

        let store = Store::open(dir.path()).unwrap().0;
        for n in 0..CHAINS {
            let next = next(&store, n);
            assert!(next >= acknowledged[n as usize], "round {round}: chain {n} has {next} of {acknowledged:?}");
            assert_eq!(next % call_len(n), 0, "round {round}: chain {n} has part of a call");
            let records = store.read(&chain(n), 0, usize::MAX, usize::MAX).unwrap();
            assert_eq!(records.len() as u64, next);
            assert!(records.into_iter().zip(0..).all(|(bytes, seq)| bytes == record(n, seq).bytes));
        }
    }
}
