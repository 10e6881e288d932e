//! Tests of people in hundreds of rooms: they reach each other in all of them, and more rooms than allowed are refused.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a test fails by panicking

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use futures::future::join_all;
use inkmesh::event::{EntryBody, Event, Warning};
use inkmesh::name::RoomName;
use inkmesh::node::{CommandError, Config, Events, MAX_ROOMS, Node};

/// Time after which a wait fails, far more than is needed.
const PATIENCE: Duration = Duration::from_secs(120);

fn room(n: usize) -> RoomName {
    format!("room {n:03}").parse().unwrap()
}

fn rooms(count: usize) -> Vec<RoomName> {
    (0..count).map(room).collect()
}

async fn start(dir: &Path, rooms: Vec<RoomName>, dial: Vec<String>) -> (Node, Events, String) {
    let config = Config {
        data_dir: dir.to_owned(),
        name: Some("Ana".parse().unwrap()),
        rooms,
        listen: vec!["/ip4/127.0.0.1/tcp/0".to_owned()],
        dial,
        mdns: false,
    };
    let (node, mut events) = Node::start(config).await.unwrap();
    let Some(Event::Ready { addresses, .. }) = events.next().await else { panic!("not ready first") };
    (node, events, addresses[0].clone())
}

async fn until(events: &mut Events, what: &str, mut done: impl FnMut(&Event) -> bool) {
    let search = async { while !done(&events.next().await.expect("the node lives")) {} };
    tokio::time::timeout(PATIENCE, search).await.expect(what);
}

/// Waits until somebody is online in every room.
async fn until_met(events: &mut Events, me: &Node, rooms: &[RoomName]) {
    let mut missing: BTreeSet<&RoomName> = rooms.iter().collect();
    until(events, "somebody is in every room", |event| {
        if let Event::Peer { room, person } = event
            && person.online
            && person.peer != me.author()
        {
            missing.remove(room);
        }
        missing.is_empty()
    })
    .await;
}

/// Waits until a line has come in every room.
async fn until_heard(events: &mut Events, text: &str, rooms: &[RoomName]) {
    let mut missing: BTreeSet<&RoomName> = rooms.iter().collect();
    let chat = EntryBody::Chat(text.to_owned());
    until(events, "a line in every room", |event| {
        if let Event::Entries { room, entries } = event
            && entries.iter().any(|entry| entry.body == chat)
        {
            missing.remove(room);
        }
        missing.is_empty()
    })
    .await;
}

async fn say_in_all(node: &Node, text: &str, rooms: &[RoomName]) {
    for said in join_all(rooms.iter().map(|room| node.say(room.clone(), text.to_owned()))).await {
        said.unwrap();
    }
}

async fn meet_and_talk_in(count: usize) {
    let dirs = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let rooms = rooms(count);
    let (ana, mut ana_hears, address) = start(dirs[0].path(), rooms.clone(), Vec::new()).await;
    let (ben, mut ben_hears, _) = start(dirs[1].path(), rooms.clone(), vec![address]).await;
    tokio::join!(until_met(&mut ana_hears, &ana, &rooms), until_met(&mut ben_hears, &ben, &rooms));
    tokio::join!(say_in_all(&ana, "from Ana", &rooms), until_heard(&mut ben_hears, "from Ana", &rooms));
    tokio::join!(say_in_all(&ben, "from Ben", &rooms), until_heard(&mut ana_hears, "from Ben", &rooms));
    ana.quit().await.unwrap();
    ben.quit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_talk_in_210_rooms() {
    meet_and_talk_in(210).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_talk_in_as_many_rooms_as_one_can_be_in() {
    meet_and_talk_in(MAX_ROOMS).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_rooms_are_refused_aloud_and_remembered() {
    let dir = tempfile::tempdir().unwrap();
    let (ana, ana_hears, _) = start(dir.path(), rooms(MAX_ROOMS), Vec::new()).await;
    assert_eq!(ana.join(room(MAX_ROOMS)).await, Err(CommandError::TooManyRooms));
    ana.join(room(7)).await.unwrap();
    ana.leave(room(3)).await.unwrap();
    ana.join(room(MAX_ROOMS)).await.unwrap();
    ana.quit().await.unwrap();
    drop((ana, ana_hears));

    // Started with one room more: the room on the command line is entered, and one of the others is left out.
    let (ana, mut ana_hears, _) = start(dir.path(), vec![room(3)], Vec::new()).await;
    until(&mut ana_hears, "the warning", |event| matches!(event, Event::Warning(Warning::RoomsLeftOut { rooms: 1 })))
        .await;
    let entered: BTreeSet<RoomName> = ana.rooms().await.unwrap().into_iter().map(|summary| summary.room).collect();
    assert_eq!(entered.len(), MAX_ROOMS);
    assert!(entered.contains(&room(3)));
    let left_out: Vec<_> = rooms(MAX_ROOMS + 1).into_iter().filter(|room| !entered.contains(room)).collect();
    assert_eq!(left_out.len(), 1);
    ana.leave(room(4)).await.unwrap();
    ana.quit().await.unwrap();
    drop((ana, ana_hears));

    let (ana, _ana_hears, _) = start(dir.path(), Vec::new(), Vec::new()).await;
    let entered: BTreeSet<RoomName> = ana.rooms().await.unwrap().into_iter().map(|summary| summary.room).collect();
    assert!(entered.contains(&left_out[0]), "it is entered when there is room for it");
}
