//! Tests of the waiting room between programs: the rooms that others have open, who is in them, their games.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests may panic")]

mod support;

use std::collections::BTreeMap;

use serde_json::{Value, json};
use support::host::{Host, local};
use support::{turn, until};
use tempfile::TempDir;

/// Starts a program that is in these rooms and connects to these addresses.
fn start(name: &str, rooms: &[&str], dial: &[String]) -> (TempDir, Host) {
    let dir = TempDir::new().unwrap();
    let rooms = rooms.iter().flat_map(|room| ["--room", room]);
    let dial = dial.iter().flat_map(|address| ["--dial", address]);
    let options: Vec<&str> = ["--name", name].into_iter().chain(rooms).chain(dial).collect();
    let host = local(name, dir.path(), &options);
    (dir, host)
}

fn nearby(host: &mut Host) -> Vec<Value> {
    host.ok(json!({"do": "rooms_nearby"})).as_array().unwrap().clone()
}

/// Returns the number of people in each room of a list, and whether a game runs in it.
fn counts(rooms: &[Value]) -> BTreeMap<String, (u64, bool)> {
    let count = |room: &Value| {
        assert_eq!(room["who"].as_array().unwrap().len() as u64, room["people"].as_u64().unwrap(), "{room}");
        let name = room["name"].as_str().unwrap().to_owned();
        assert_eq!(room["room"], json!(name));
        (name, (room["people"].as_u64().unwrap(), room["game"].as_bool().unwrap()))
    };
    rooms.iter().map(count).collect()
}

/// Waits until the rooms of others are these.
#[track_caller]
fn await_rooms(host: &mut Host, wanted: &[(&str, u64, bool)]) {
    let wanted: BTreeMap<String, (u64, bool)> =
        wanted.iter().map(|(name, people, game)| ((*name).to_owned(), (*people, *game))).collect();
    let mut rooms = Vec::new();
    let happens = support::happens_within(support::DEADLINE, || {
        rooms = nearby(host);
        counts(&rooms) == wanted
    });
    assert!(happens, "{rooms:?} instead of {wanted:?}");
}

#[test]
fn the_rooms_of_others_are_listed_with_their_people_and_games() {
    let _turn = turn();
    let (_a, mut ana) = start("Ana", &["lobby", "tea"], &[]);
    let first = ana.address();
    let (_b, mut ben) = start("Ben", &["tea", "art"], std::slice::from_ref(&first));
    let (_c, mut cho) = start("Cho", &["garden"], &[first, ben.address()]);
    await_rooms(&mut cho, &[("lobby", 1, false), ("tea", 2, false), ("art", 1, false)]);
    await_rooms(&mut ana, &[("tea", 1, false), ("art", 1, false), ("garden", 1, false)]);
    assert_eq!(nearby(&mut cho)[0]["name"], "tea", "the fullest first");
    let tea = nearby(&mut cho)[0].clone();
    let names: Vec<&str> = tea["who"].as_array().unwrap().iter().map(|who| who["name"].as_str().unwrap()).collect();
    assert!(names.contains(&"Ana") && names.contains(&"Ben"), "{tea}");
    let told = cho.await_event("the rooms of others", 0, |event| event["event"] == "nearby");
    assert!(told["rooms"].as_array().is_some_and(|rooms| !rooms.is_empty()), "{told}");

    // A game begins to gather, and is played.
    ana.ok(json!({"do": "start", "room": "tea", "rounds": 3, "seconds": 60}));
    await_rooms(&mut cho, &[("lobby", 1, false), ("tea", 2, true), ("art", 1, false)]);
    until("ben sees the game", || ben.ok(json!({"do": "game", "room": "tea"}))["phase"] == "gathering");
    ben.ok(json!({"do": "ready", "room": "tea"}));
    until("the first round", || {
        nearby(&mut cho).iter().any(|room| room["name"] == "tea" && room["round"] == 1 && room["rounds"] == 3)
    });

    // A private room is told to nobody; the lists below are exact.
    ana.ok(json!({"do": "room_create", "name": "secret", "private": true}));

    // Cho looks in: one command enters. The room is then one of Cho's for the others.
    let room = tea["room"].clone();
    cho.ok(json!({"do": "join", "room": room}));
    until("ana sees cho in the room", || counts(&nearby(&mut ana)).get("tea").is_some_and(|(people, _)| *people == 2));

    // Somebody ends, somebody leaves a room.
    let mark = cho.mark();
    ben.quit();
    cho.await_event("the room of who ended is gone", mark, |event| {
        event["event"] == "nearby" && !event["rooms"].as_array().unwrap().iter().any(|room| room["name"] == "art")
    });
    ana.ok(json!({"do": "leave", "room": "lobby"}));
    assert_eq!(ana.ok(json!({"do": "past_rooms"})), json!([{"room": "lobby"}]));
    until("the room is gone", || counts(&nearby(&mut cho)).keys().eq(["tea"]));
    ana.ok(json!({"do": "join", "room": "lobby"}));
    assert_eq!(ana.ok(json!({"do": "past_rooms"})), json!([]));
    until("it is open again", || counts(&nearby(&mut cho)).keys().eq(["lobby", "tea"]));
    for host in [ana, cho] {
        host.quit();
    }
}

#[test]
fn a_new_name_is_told_and_whoever_is_blocked_is_not_listed() {
    let _turn = turn();
    let (_a, mut ana) = start("Ana", &["tea"], &[]);
    let (_b, mut ben) = start("Ben", &["art"], &[ana.address()]);
    await_rooms(&mut ana, &[("art", 1, false)]);
    ben.ok(json!({"do": "rename", "name": "Benjamin"}));
    until("the new name is listed", || nearby(&mut ana)[0]["who"][0]["name"] == "Benjamin");
    let contact = ana.ok(json!({"do": "people"}))[0].clone();
    assert_eq!(contact["name"], "Benjamin", "also of somebody who is in none of our rooms");

    ana.ok(json!({"do": "block", "peer": ben.peer, "on": true}));
    assert!(nearby(&mut ana).is_empty());
    // What is announced from here on is not taken either.
    ben.ok(json!({"do": "join", "room": "chess"}));
    await_rooms(&mut ben, &[("tea", 1, false)]);
    ana.ok(json!({"do": "join", "room": "lobby"}));
    await_rooms(&mut ben, &[("lobby", 1, false), ("tea", 1, false)]);
    assert!(nearby(&mut ana).is_empty());
    for host in [ana, ben] {
        host.quit();
    }
}
