//! Tests of opening a room from the disk.
#![allow(clippy::unwrap_used)] // a test fails by panicking

use std::path::Path;

use inkmesh::clock::Timestamp;
use inkmesh::identity::Identity;
use inkmesh::name::RoomName;
use inkmesh::node::{Config, Node};
use inkmesh::operation::{ChainId, Header, Operation};
use inkmesh::payload::{Chat, Payload};
use inkmesh_store::{ChainKey, Record, Store};

/// Operations that are enough for a room to be saved as a snapshot.
const MANY: u64 = 5_000;

/// Writes a history by one author.
fn write_history(dir: &Path) {
    let identity = Identity::from_secret([1; 32]);
    let (room, chain) = (RoomName::lobby().id(), ChainId { author: identity.author(), log: 7 });
    let key = ChainKey { room: room.0, author: chain.author.0, log: chain.log };
    let (mut records, mut backlink) = (Vec::new(), None);
    for seq in 0..MANY {
        let header = Header { room, chain, seq, backlink, time: Timestamp::from_ms(1_000 + seq) };
        let chat = Payload::Chat(Chat { text: format!("line {seq}") });
        let operation = Operation::sign(&identity, header, &chat).unwrap();
        backlink = Some(operation.id());
        records.push(Record { chain: key, seq, bytes: operation.bytes().to_vec() });
    }
    let (store, _) = Store::open(dir).unwrap();
    store.append_wait(records).unwrap();
    store.close();
}

/// Starts and ends a program on this folder; returns how many operations the room has.
async fn visit(dir: &Path) -> u64 {
    let config = Config {
        data_dir: dir.to_owned(),
        name: None,
        rooms: Vec::new(),
        listen: vec!["/ip4/127.0.0.1/tcp/0".to_owned()],
        dial: Vec::new(),
        mdns: false,
    };
    let (node, mut events) = Node::start(config).await.unwrap();
    let reading = tokio::spawn(async move { while events.next().await.is_some() {} });
    let operations = node.state(RoomName::lobby()).await.unwrap().operations;
    node.quit().await.unwrap();
    drop(node);
    reading.await.unwrap();
    operations
}

fn with_store<T>(dir: &Path, look: impl FnOnce(&Store) -> T) -> T {
    let (store, _) = Store::open(dir).unwrap();
    let seen = look(&store);
    store.close();
    seen
}

#[tokio::test]
async fn a_snapshot_that_is_no_use_is_made_anew() {
    let dir = tempfile::tempdir().unwrap();
    let room = RoomName::lobby().id();
    write_history(dir.path());
    visit(dir.path()).await;
    assert!(with_store(dir.path(), |store| store.snapshot(&room.0)).unwrap().is_some());
    with_store(dir.path(), |store| store.put_snapshot(&room.0, b"no snapshot")).unwrap();
    assert_eq!(visit(dir.path()).await, MANY + 1, "all of it, and our own name from the first time");
    let again = with_store(dir.path(), |store| store.snapshot(&room.0)).unwrap().unwrap();
    assert_ne!(again, b"no snapshot");
}
