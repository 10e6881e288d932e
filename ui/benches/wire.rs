//! What goes over the wire when a newcomer catches up with one who holds a whole history, worked out by the pure library:
//! what noise and yamux add is not counted.

use std::collections::VecDeque;

use inkmesh::clock::Timestamp;
use inkmesh::identity::Author;
use inkmesh::log::{Head, Log, Want};
use inkmesh::name::RoomName;
use inkmesh::operation::{Operation, Unverified};
use inkmesh::sync::fetching::{Fetch, Fetching, SCREEN};
use inkmesh::sync::pace::MOST;
use inkmesh::sync::{CHUNK_BYTES, Request, Response};
use inkmesh_store::{ChainKey, Store};

use crate::history::History;

/// The length of a message stands before it.
const LENGTH: usize = 4;

/// Bytes, by what they say.
#[derive(Default)]
pub struct Wire {
    /// Until the first operations are on their way: hello, frontier, and what is wanted first.
    pub negotiation: usize,
    /// What is asked for later, and the ends of answers.
    pub further: usize,
    /// The operations with what is around them.
    pub operations: usize,
    /// The operations alone.
    pub raw: usize,
}

/// Lets a newcomer catch up, without a network.
pub fn wire(history: &History) -> Wire {
    let (store, room) = (history.store(), RoomName::lobby().id());
    let (mut log, mut fetching) = (Log::new(room), Fetching::default());
    let heads = heads(&store);
    let giver = heads[0].author;
    let hello = Request::Hello { room, digest: log.digest(), clock: 1 << 40 }.encode().unwrap();
    let frontier = Response::Frontier { heads: heads.clone(), neighbours: Vec::new(), clock: 1 << 40 };
    let mut wire = Wire { negotiation: hello.len() + frontier.encode().unwrap().len() + 2 * LENGTH, ..Wire::default() };
    fetching.joined(giver, heads.clone());
    let mut under_way = VecDeque::new();
    loop {
        while let Some((request, wants)) = next(&mut fetching, giver, &log) {
            let bytes = request.encode().unwrap().len() + LENGTH;
            let first = wire.operations == 0;
            *(if first { &mut wire.negotiation } else { &mut wire.further }) += bytes;
            under_way.push_back(wants);
        }
        let Some(wants) = under_way.pop_front() else { break };
        let operations: Vec<Operation> = wants.iter().flat_map(|want| read(&store, &heads, want)).collect();
        wire.send(&operations);
        let count = operations.len() as u64;
        log.ingest_all(operations, u64::MAX);
        fetching.received(giver, count, count);
        fetching.ended(giver);
    }
    assert_eq!(log.len(), history.operations);
    store.close();
    wire
}

/// What is asked for next, and which stretches that is. The last screen is asked for, but comes with the rest: it is sent
/// once either way.
fn next(fetching: &mut Fetching, giver: Author, log: &Log) -> Option<(Request, Vec<Want>)> {
    match fetching.next(giver, log, MOST) {
        Fetch::Later | Fetch::Nothing => None,
        Fetch::Newest => Some((Request::Newest { limit: SCREEN, after: Timestamp::default() }, Vec::new())),
        Fetch::Unit(wants) => Some((Request::Fetch { wants: wants.clone() }, wants)),
    }
}

impl Wire {
    fn send(&mut self, operations: &[Operation]) {
        let (mut chunk, mut bytes) = (Vec::new(), 0);
        for (n, operation) in operations.iter().enumerate() {
            bytes += operation.bytes().len();
            self.raw += operation.bytes().len();
            chunk.push(operation.bytes().to_vec().into());
            if bytes >= CHUNK_BYTES || n + 1 == operations.len() {
                let message = Response::Operations { operations: std::mem::take(&mut chunk) };
                self.operations += message.encode().unwrap().len() + LENGTH;
                bytes = 0;
            }
        }
        self.further += Response::End.encode().unwrap().len() + LENGTH;
    }
}

fn heads(store: &Store) -> Vec<Head> {
    let chains = store.chains(&RoomName::lobby().id().0).unwrap();
    let head = |(chain, next): (ChainKey, u64)| {
        let last = Unverified::decode(&store.get(&chain, next - 1).unwrap().unwrap()).unwrap();
        Head { author: Author(chain.author), log: chain.log, next, id: last.id().into() }
    };
    chains.into_iter().map(head).collect()
}

fn read(store: &Store, heads: &[Head], want: &Want) -> Vec<Operation> {
    let Head { author, log, .. } = heads[want.head as usize];
    let chain = ChainKey { room: RoomName::lobby().id().0, author: author.0, log };
    let records = store.read(&chain, want.from, want.count() as usize, usize::MAX).unwrap();
    records.iter().map(|bytes| Unverified::decode(bytes).unwrap().trust()).collect()
}
