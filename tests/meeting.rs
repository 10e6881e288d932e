//! Test of people who meet by address, without multicast: it is enough that everybody knows one of them.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a test fails by panicking

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use inkmesh::event::{EntryBody, Event};
use inkmesh::identity::Author;
use inkmesh::name::RoomName;
use inkmesh::node::{Config, Events, Node};

/// Time after which a wait fails, far more than is needed.
const PATIENCE: Duration = Duration::from_secs(60);

async fn start(dir: &Path, name: &str, dial: Vec<String>) -> (Node, Events, String) {
    start_in(dir, name, dial, Vec::new()).await
}

async fn start_in(dir: &Path, name: &str, dial: Vec<String>, rooms: Vec<RoomName>) -> (Node, Events, String) {
    let config = Config {
        data_dir: dir.to_owned(),
        name: Some(name.parse().unwrap()),
        rooms,
        listen: vec!["/ip4/127.0.0.1/tcp/0".to_owned()],
        dial,
        mdns: false,
    };
    let (node, mut events) = Node::start(config).await.unwrap();
    let Some(Event::Ready { addresses, .. }) = events.next().await else { panic!("not ready first") };
    (node, events, addresses[0].clone())
}

async fn until(events: &mut Events, mut done: impl FnMut(&Event) -> bool) {
    let search = async { while !done(&events.next().await.expect("the node lives")) {} };
    tokio::time::timeout(PATIENCE, search).await.expect("it happens");
}

async fn until_online(events: &mut Events, others: &[Author]) {
    let mut missing: BTreeSet<Author> = others.iter().copied().collect();
    until(events, |event| {
        if let Event::Peer { person, .. } = event
            && person.online
        {
            missing.remove(&person.peer);
        }
        missing.is_empty()
    })
    .await;
}

async fn until_line(events: &mut Events, text: &str) {
    let chat = EntryBody::Chat(text.to_owned());
    until(
        events,
        |event| matches!(event, Event::Entries { entries, .. } if entries.iter().any(|entry| entry.body == chat)),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_who_know_a_third_meet_each_other_and_find_back_after_a_restart() {
    let dirs = [(); 3].map(|()| tempfile::tempdir().unwrap());
    let (ana, mut ana_hears, address) = start(dirs[0].path(), "Ana", Vec::new()).await;
    let (ben, mut ben_hears, _) = start(dirs[1].path(), "Ben", vec![address.clone()]).await;
    let (cho, mut cho_hears, _) = start(dirs[2].path(), "Cho", vec![address]).await;
    until_online(&mut ben_hears, &[ana.author(), cho.author()]).await;
    until_online(&mut cho_hears, &[ana.author(), ben.author()]).await;
    until_online(&mut ana_hears, &[ben.author(), cho.author()]).await;

    // The peer that everybody knew quits; the others still talk, and it gets the line when it is started again.
    ana.quit().await.unwrap();
    ben.say(RoomName::lobby(), "without Ana".to_owned()).await.unwrap();
    until_line(&mut cho_hears, "without Ana").await;
    let (ana, mut ana_hears, _) = start(dirs[0].path(), "Ana", Vec::new()).await;
    until_line(&mut ana_hears, "without Ana").await;

    let states = [ana.state(RoomName::lobby()).await.unwrap(), cho.state(RoomName::lobby()).await.unwrap()];
    assert_eq!(states[0].digest, states[1].digest);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_in_a_room_meet_through_somebody_who_is_not_in_it() {
    let dirs = [(); 3].map(|()| tempfile::tempdir().unwrap());
    let (_ana, _ana_hears, address) = start(dirs[0].path(), "Ana", Vec::new()).await;
    let art = || vec!["art".parse().unwrap()];
    let (ben, mut ben_hears, _) = start_in(dirs[1].path(), "Ben", vec![address.clone()], art()).await;
    let (cho, mut cho_hears, _) = start_in(dirs[2].path(), "Cho", vec![address], art()).await;
    until_online(&mut ben_hears, &[cho.author()]).await;
    until_online(&mut cho_hears, &[ben.author()]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_name_reaches_everybody() {
    let dirs = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let (ana, _hears, address) = start(dirs[0].path(), "Ana", Vec::new()).await;
    let (_ben, mut ben_hears, _) = start(dirs[1].path(), "Ben", vec![address]).await;
    until_online(&mut ben_hears, &[ana.author()]).await;
    ana.rename("아나".parse().unwrap()).await.unwrap();
    until(&mut ben_hears, |event| matches!(event, Event::Peer { person, .. } if person.name == "아나")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_folder_is_for_one_program() {
    let dir = tempfile::tempdir().unwrap();
    let (_ana, _hears, _) = start(dir.path(), "Ana", Vec::new()).await;
    let config = Config {
        data_dir: dir.path().to_owned(),
        name: None,
        rooms: Vec::new(),
        listen: vec!["/ip4/127.0.0.1/tcp/0".to_owned()],
        dial: Vec::new(),
        mdns: false,
    };
    let error = Node::start(config).await.expect_err("in use");
    assert!(error.to_string().contains(dir.path().to_str().unwrap()), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn leaving_and_entering_in_one_breath_loses_and_doubles_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let lobby = RoomName::lobby;
    let (node, _hears, _) = start(dir.path(), "Ana", Vec::new()).await;
    let (first, left, entered, second) = tokio::join!(
        node.say(lobby(), "one".to_owned()),
        node.leave(lobby()),
        node.join(lobby()),
        node.say(lobby(), "two".to_owned()),
    );
    left.and(entered).unwrap();
    let said = [first, second].map(|said| said.unwrap().line().unwrap());
    node.quit().await.unwrap();
    drop((node, _hears));

    let (node, _hears, _) = start(dir.path(), "Ana", Vec::new()).await;
    let history = node.history(lobby(), 10, None).await.unwrap();
    let lines: Vec<_> =
        history.iter().filter(|entry| matches!(entry.body, EntryBody::Chat(_))).map(|entry| entry.id).collect();
    assert_eq!(lines, said);
}
