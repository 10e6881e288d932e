//! How long two other libraries take to catch up with a history as long as that which `catch_up.rs` measures Inkmesh
//! with: lines of 100 authors, from one process to another over QUIC on the loopback interface, from a file into a file.
//!
//! `inkmesh-compare [OPERATIONS [RUNS [WAY...]]]`, in release mode; see README.md beside this package.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a benchmark may panic")]

mod address;
mod cost;
mod docs;
mod floor;
mod lines;
mod logs;
mod loopback;
mod way;

use std::env;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::address::Address;
use crate::cost::Measured;
use crate::floor::Floor;
use crate::way::Way;

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["send", way, database] => send(Way::from_word(way), Path::new(database)),
        ["receive", way, operations, database, address] => {
            let (way, operations) = (Way::from_word(way), operations.parse().unwrap());
            println!("{}", receive(way, operations, Path::new(database), address.parse().unwrap()));
        }
        ref asked => compare(asked),
    }
}

fn write(way: Way, operations: u64, database: &Path) {
    if way.is_docs() {
        runtime().block_on(docs::write(way, operations, database));
    } else {
        runtime().block_on(logs::history::write(way, operations, database));
    }
}

fn send(way: Way, database: &Path) {
    if way.is_docs() {
        runtime().block_on(docs::serve(database));
    } else {
        runtime().block_on(logs::sender::serve(database));
    }
}

fn receive(way: Way, operations: u64, database: &Path, sender: Address) -> Measured {
    if way.is_docs() {
        runtime().block_on(docs::catch_up(operations, database, sender))
    } else {
        runtime().block_on(logs::receiver::catch_up(way, operations, database, sender))
    }
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap()
}

/// Measures all ways in turn, each in processes of their own, and prints a table.
fn compare(asked: &[&str]) {
    if loopback::enter() {
        return;
    }
    let operations: u64 = asked.first().map_or(100_000, |number| number.parse().unwrap());
    let runs: usize = asked.get(1).map_or(3, |number| number.parse().unwrap());
    let ways: Vec<Way> = match asked.get(2..) {
        Some(words) if !words.is_empty() => words.iter().map(|word| Way::from_word(word)).collect(),
        _ => Way::ALL.to_vec(),
    };
    let dir = TempDir::new().unwrap();
    println!(
        "| way | run | caught up in | operations/s | ratio to floor | receiver's CPU | ratio to floor's CPU | \
         receiver's memory at most | floor | floor's CPU |"
    );
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    for way in ways {
        let history = dir.path().join(way.word());
        write(way, operations, &history);
        for run in 1..=runs {
            let measured = catch_up(way, operations, &history, &dir.path().join(format!("{}-{run}", way.word())));
            let floor = floor::verify(operations);
            println!("| {} | {run} {}", way.word(), row(operations, measured, floor));
        }
    }
}

fn row(operations: u64, measured: Measured, floor: Floor) -> String {
    let Measured { seconds, cost } = measured;
    format!(
        "| {seconds:.2} s | {:.0} | {:.2} | {:.2} s | {:.2} | {} MiB | {:.2} s | {:.2} s |",
        operations as f64 / seconds,
        seconds / floor.seconds,
        cost.cpu_seconds,
        cost.cpu_seconds / floor.cpu_seconds,
        cost.most_kib / 1024,
        floor.seconds,
        floor.cpu_seconds,
    )
}

fn catch_up(way: Way, operations: u64, history: &Path, copy: &Path) -> Measured {
    let mut sender = start(&["send", way.word(), history.to_str().unwrap()]);
    let address = first_line(&mut sender);
    let mut receiver = start(&["receive", way.word(), &operations.to_string(), copy.to_str().unwrap(), &address]);
    let measured = first_line(&mut receiver).parse().expect("the receiver's figures");
    assert!(receiver.wait().unwrap().success(), "the receiver failed");
    sender.kill().unwrap();
    sender.wait().unwrap();
    measured
}

fn start(arguments: &[&str]) -> Child {
    Command::new(env::current_exe().unwrap()).args(arguments).stdout(Stdio::piped()).spawn().unwrap()
}

fn first_line(child: &mut Child) -> String {
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    line.trim().to_owned()
}
