//! Tests of the log, and their shared helpers.

use std::collections::BTreeMap;

use super::*;
use crate::identity::Identity;
use crate::name::RoomName;
use crate::operation::ChainId;
use crate::payload::{Chat, Payload};

mod bounds;
mod catching_up;
mod restoring;
mod snapshot;
mod taking;
mod tree;
mod trees;

const WALL: u64 = 1_000_000;

/// Signs `count` operations of one chain, a millisecond apart.
fn chain(secret: u8, log: u64, count: u64, start_ms: u64) -> Vec<Operation> {
    let identity = Identity::from_secret([secret; 32]);
    let mut operations: Vec<Operation> = Vec::new();
    for seq in 0..count {
        let backlink = operations.last().map(Operation::id);
        operations.push(one(&identity, log, seq, backlink, start_ms + seq, "hi"));
    }
    operations
}

fn one(identity: &Identity, log: u64, seq: u64, backlink: Option<OperationId>, ms: u64, text: &str) -> Operation {
    let chain = ChainId { author: identity.author(), log };
    let header = Header { room: RoomName::lobby().id(), chain, seq, backlink, time: Timestamp::from_ms(ms) };
    Operation::sign(identity, header, &Payload::Chat(Chat { text: text.to_owned() })).unwrap()
}

/// Signs the operation after another one of its chain, a millisecond later.
fn after(identity: &Identity, parent: &Operation, text: &str) -> Operation {
    let header = parent.header();
    one(identity, header.chain.log, header.seq + 1, Some(parent.id()), header.time.ms() + 1, text)
}

fn ana() -> Identity {
    Identity::from_secret([1; 32])
}

fn log() -> Log {
    Log::new(RoomName::lobby().id())
}

/// Ingests one operation; returns its outcome.
fn ingest(log: &mut Log, operation: &Operation) -> Ingest {
    log.ingest(operation.clone(), WALL).outcomes[0]
}

/// A log with its disk. Inserted operations are written at the positions that the log gives, each to an empty one.
#[derive(Clone)]
struct Peer {
    log: Log,
    disk: BTreeMap<Position, Operation>,
}

impl Peer {
    fn new() -> Self {
        Peer { log: log(), disk: BTreeMap::new() }
    }

    fn take(&mut self, operations: &[Operation]) -> Ingested {
        let ingested = self.log.ingest_all(operations.to_vec(), WALL);
        assert_eq!(ingested.outcomes.len(), operations.len());
        for (position, operation) in &ingested.inserted {
            let before = self.disk.insert(*position, operation.clone());
            assert_eq!(before, None, "a position was given out twice");
            let behind = position.index.checked_sub(1).map(|index| Position { index, ..*position });
            assert!(behind.is_none_or(|behind| self.disk.contains_key(&behind)), "a hole in a lane");
        }
        self.check();
        ingested
    }

    /// Returns the operations of the log in their order.
    fn kept(&self) -> Vec<Operation> {
        kept(&self.log).into_iter().map(|position| self.disk[&position].clone()).collect()
    }

    /// Checks what must hold at any time.
    fn check(&self) {
        let forest = &self.log.forest;
        let ends: usize = forest.chains().values().map(|chain| forest.tips(chain).len()).sum();
        let openers: usize = forest.chains().values().map(|chain| chain.openers.len()).sum();
        assert_eq!(ends, openers + forest.chains().len());
        assert_eq!(forest.branches(), ends);
        for chain in forest.chains().values() {
            assert_eq!(forest.openers(chain), chain.openers);
        }
        let kept = self.kept();
        assert!(kept.is_sorted_by_key(Operation::key));
        assert_eq!(kept.len() as u64, self.log.lanes().map(|(_, _, len)| len).sum::<u64>());
        for operation in &kept {
            assert!(!self.log.is_news(operation.header(), operation.id()));
            assert_eq!(self.log.key_of(operation.id()), Some(operation.key()));
        }
    }
}

fn kept(log: &Log) -> Vec<Position> {
    let page = log.page(usize::MAX, None).unwrap();
    let kept = page.into_iter().filter_map(|line| match line {
        Line::Stored(position) => Some(position),
        Line::Floating(_) => None,
    });
    kept.collect()
}
