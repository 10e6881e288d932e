//! Test of a newcomer that catches up in two rooms, from two members: the small room doesn't wait for the big one, the
//! newest lines come first, and nothing comes twice.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests may panic")]

mod support;

use std::collections::HashSet;
use std::thread;

use serde_json::{Value, json};
use support::host::{Host, local};
use support::{DEADLINE, turn};
use tempfile::TempDir;

/// Lines of each of two people in the big room, and of one in the small.
const MANY: usize = 15_000;
const FEW: usize = 10;

/// Operations that may come twice: the last screen, from both members.
const TWICE: u64 = 400;

const ROOMS: [&str; 4] = ["--room", "big", "--room", "small"];

fn start(name: &str, folder: &TempDir, dial: &[&Host]) -> Host {
    let addresses: Vec<String> = dial.iter().map(|host| host.address()).collect();
    let dials = addresses.iter().flat_map(|address| ["--dial", address]);
    let options: Vec<&str> = ["--name", name].into_iter().chain(ROOMS).chain(dials).collect();
    local(name, folder.path(), &options)
}

#[test]
fn a_newcomer_in_a_big_and_a_small_room() {
    let _turn = turn();
    let folders: Vec<TempDir> = (0..3).map(|_| TempDir::new().unwrap()).collect();
    let mut ana = start("Ana", &folders[0], &[]);
    let mut ben = start("Ben", &folders[1], &[&ana]);
    let few = ana.say_all("small", (0..FEW).map(|n| format!("few {n}")));
    let many = thread::scope(|scope| {
        let talks = [&mut ana, &mut ben].map(|host| {
            scope.spawn(move || {
                let texts: Vec<String> = (0..MANY).map(|n| format!("{} {n}", host.label)).collect();
                host.say_all("big", texts.into_iter())
            })
        });
        talks.map(|talk| talk.join().unwrap())
    });
    agree_in("big", &mut [&mut ana, &mut ben]);
    agree_in("small", &mut [&mut ana, &mut ben]);

    let mut cleo = start("Cleo", &folders[2], &[&ana, &ben]);
    for room in ["small", "big"] {
        cleo.await_event("caught up", 0, |event| is_synced(event, room));
    }
    let total = agree_in("big", &mut [&mut cleo, &mut ana, &mut ben]);
    agree_in("small", &mut [&mut cleo, &mut ana]);
    for member in [&ana.peer, &ben.peer] {
        cleo.await_event("caught up with each", 0, |event| is_synced(event, "big") && event["peer"] == **member);
    }
    let told = cleo.events(0);
    the_small_one_does_not_wait(&told);
    each_line_once(&told, "small", &few);
    each_line_once(&told, "big", &many.concat());
    the_last_come_first(&told, &many);
    progress_counts_down(&told, &[&ana.peer, &ben.peer]);
    all_came_once(&told, &[&ana.peer, &ben.peer], total);
}

/// Waits until all hold the same operations of a room; returns their number.
#[track_caller]
fn agree_in(room: &str, hosts: &mut [&mut Host]) -> u64 {
    let deadline = std::time::Instant::now() + DEADLINE;
    loop {
        let states: Vec<Value> = hosts.iter_mut().map(|host| host.ok(json!({"do": "state", "room": room}))).collect();
        if states.iter().all(|state| state["digest"] == states[0]["digest"]) {
            return states[0]["operations"].as_u64().unwrap();
        }
        assert!(std::time::Instant::now() < deadline, "{room}: {states:?}");
        thread::sleep(std::time::Duration::from_millis(50));
    }
}

fn is_synced(event: &Value, room: &str) -> bool {
    event["event"] == "synced" && event["room"] == room
}

fn lines<'a>(told: &'a [Value], room: &'a str) -> impl Iterator<Item = &'a str> {
    let lines = told.iter().filter(move |event| event["event"] == "entry" && event["room"] == room);
    lines.filter(|event| event["kind"] == "chat").map(|event| event["id"].as_str().unwrap())
}

fn the_small_one_does_not_wait(told: &[Value]) {
    let first = |room| told.iter().position(|event| is_synced(event, room)).unwrap();
    assert!(first("small") < first("big"));
    let last_of_big = told.iter().rposition(|event| event["event"] == "entry" && event["room"] == "big").unwrap();
    assert!(first("small") < last_of_big, "the big room was there already");
}

fn each_line_once(told: &[Value], room: &str, said: &[String]) {
    let ids: Vec<&str> = lines(told, room).collect();
    let distinct: HashSet<&str> = ids.iter().copied().collect();
    assert_eq!((ids.len(), distinct.len()), (said.len(), said.len()), "{room}");
    assert!(said.iter().all(|id| distinct.contains(id.as_str())));
}

/// Checks that the newest lines came long before the older ones. They needn't be the very first: while one member brings the
/// last screen, another may bring small units from the beginning. In the log's order they would come near the end.
fn the_last_come_first(told: &[Value], many: &[Vec<String>]) {
    let ids: Vec<&str> = lines(told, "big").collect();
    let at = |id: &String| ids.iter().position(|told| told == id).unwrap();
    // Both talked at the same time, but one finished first: the last screen holds lines of the other.
    let last = many.iter().map(|ids| at(&ids[MANY - 1])).min().unwrap();
    assert!(last < MANY / 2, "the last line came as number {last}");
}

fn progress_counts_down(told: &[Value], members: &[&String]) {
    let progress = told.iter().filter(|event| event["event"] == "syncing" && event["room"] == "big");
    let progress: Vec<&Value> = progress.collect();
    let remaining: Vec<u64> = progress.iter().map(|event| event["remaining"].as_u64().unwrap()).collect();
    assert!(remaining.is_sorted_by(|before, after| before >= after), "{remaining:?}");
    assert!(remaining.len() > 3 && remaining[0] > 0, "{remaining:?}");
    assert_eq!(remaining.last(), Some(&0));
    let named: HashSet<&str> = progress
        .iter()
        .flat_map(|event| event["peers"].as_array().unwrap())
        .map(|peer| peer.as_str().unwrap())
        .collect();
    assert!(named.is_subset(&members.iter().map(|peer| peer.as_str()).collect()), "{named:?}");
}

/// Checks what was received: one transfer runs at a time, so that one member may bring all of it.
fn all_came_once(told: &[Value], members: &[&String], total: u64) {
    let from = |peer: &&String| {
        let synced = told.iter().filter(|event| is_synced(event, "big") && event["peer"] == ***peer);
        synced.map(|event| event["received"].as_u64().unwrap()).sum::<u64>()
    };
    let brought: Vec<u64> = members.iter().map(from).collect();
    let sum: u64 = brought.iter().sum();
    // Cleo's own operations came from nobody.
    assert!(sum + 1 >= total && sum <= total + TWICE, "{brought:?} of {total}");
}
