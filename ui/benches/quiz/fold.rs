//! A game of 10 rounds and 24 players, everybody solving every turn, folded from the disk.

use std::time::{Duration, Instant};

use inkmesh::clock::Now;
use inkmesh::fold::{Fold, Step};
use inkmesh::identity::Identity;
use inkmesh::name::RoomName;
use inkmesh::operation::{Operation, Unverified};
use inkmesh::room::{Room, RoomSnapshot};
use inkmesh_store::{ChainKey, Record, Store};
use tempfile::TempDir;

use super::game::Played;
use crate::support::stats::ms;

pub fn report() {
    let played = Played::new(24, 10);
    let folder = TempDir::new().unwrap();
    let lanes = store(&folder, &played.operations);
    let (reading, operations) = timed(|| read(&folder, &lanes));
    let (proving, steps) = timed(|| {
        let steps = operations.iter().filter_map(|op| Step::new(op.key(), op.id(), &op.payload()));
        let mut steps: Vec<Step> = steps.collect();
        steps.sort_by_key(|step| step.key);
        steps
    });
    let (folding, _) = timed(|| {
        let mut fold = Fold::default();
        fold.insert(steps);
        fold
    });
    let now = Now { wall_ms: 1_800_000_000_000, mono_ms: 0 };
    let me = || Identity::from_secret([200; 32]);
    let mut room = Room::new(RoomName::lobby(), me(), 1);
    let mut in_order = operations;
    in_order.sort_by_key(Operation::key);
    room.restore(in_order.into_iter().map(|operation| (operation.header().chain.log, operation)).collect(), now);
    let scores = room.game(now).players.iter().map(|player| player.score).collect::<Vec<_>>();
    let snapshot = room.snapshot().unwrap().encode().unwrap();
    let file = folder.path().join("snapshot");
    std::fs::write(&file, &snapshot).unwrap();
    let (opening, again) = timed(|| {
        let snapshot = RoomSnapshot::decode(&std::fs::read(&file).unwrap()).unwrap();
        let mut room = Room::from_snapshot(RoomName::lobby(), me(), 1, snapshot, now).unwrap();
        room.open(true, now);
        room
    });
    assert_eq!(again.game(now).players.iter().map(|player| player.score).collect::<Vec<_>>(), scores);
    println!("### A game of 10 rounds and 24 players: {} operations\n", played.operations.len());
    println!("| what | time |\n| --- | ---: |");
    println!("| the fold alone | {} |", ms(folding));
    println!(
        "| from the disk as the program opens a room: its snapshot ({} kB) read, and folded | {} |",
        snapshot.len() / 1000,
        ms(opening)
    );
    println!("| without the snapshot: reading all operations | {} |", ms(reading));
    println!("| … and checking every proof in them, on one core | {} |", ms(proving));
    println!();
}

fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let start = Instant::now();
    let result = work();
    (start.elapsed(), result)
}

fn chain(operation: &Operation) -> ChainKey {
    let header = operation.header();
    ChainKey { room: header.room.0, author: header.chain.author.0, log: header.chain.log }
}

/// Writes the operations to a store; returns the chains and their lengths.
fn store(folder: &TempDir, operations: &[Operation]) -> Vec<(ChainKey, u64)> {
    let (store, _) = Store::open(folder.path()).unwrap();
    for group in operations.chunks(1_000) {
        store.append_wait(group.iter().map(record).collect()).unwrap();
    }
    let chains = store.chains(&RoomName::lobby().id().0).unwrap();
    store.close();
    chains
}

fn record(operation: &Operation) -> Record {
    Record { chain: chain(operation), seq: operation.header().seq, bytes: operation.bytes().to_vec() }
}

fn read(folder: &TempDir, chains: &[(ChainKey, u64)]) -> Vec<Operation> {
    let (store, _) = Store::open(folder.path()).unwrap();
    let read = |(chain, next): &(ChainKey, u64)| store.read(chain, 0, *next as usize, usize::MAX).unwrap();
    let bytes: Vec<Vec<u8>> = chains.iter().flat_map(read).collect();
    let operations = bytes.iter().map(|bytes| Unverified::decode(bytes).unwrap().trust()).collect();
    store.close();
    operations
}
