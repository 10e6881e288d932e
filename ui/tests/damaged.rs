//! Tests of damaged files in a data folder: the program starts, reports the loss, and gets the data back.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests may panic")]

mod support;

use std::collections::HashSet;
use std::path::Path;

use rand::SeedableRng;
use rand::rngs::SmallRng;
use serde_json::{Value, json};
use support::host::{Host, agree, local};
use support::{DEADLINE, folder, turn};
use tempfile::TempDir;

const CASES: u64 = 8;
const LINES: usize = 200;

/// Returns the folders of two people who hold the same lines, and the ids of these.
struct Sound {
    hers: TempDir,
    his: TempDir,
    lines: HashSet<String>,
}

fn sound() -> Sound {
    let (hers, his) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let mut ben = local("ben", his.path(), &["--name", "Ben"]);
    // Two sessions.
    for life in 0..2 {
        let mut ana = local("ana", hers.path(), &["--name", "Ana", "--dial", &ben.address()]);
        ana.await_online(&ben.peer, 0);
        for host in [&mut ana, &mut ben] {
            host.say_all("lobby", (0..LINES / 2).map(|n| format!("life {life}, line {n}")));
        }
        agree(&mut [&mut ana, &mut ben], DEADLINE);
        ana.quit();
    }
    let lines = ben.history().iter().map(|entry| entry["id"].as_str().unwrap().to_owned()).collect();
    ben.quit();
    Sound { hers, his, lines }
}

#[test]
fn flipped_bits() {
    each_case(folder::flip_a_bit);
}

#[test]
fn files_cut_off() {
    each_case(folder::truncate);
}

fn each_case(damage: impl Fn(&Path, &mut SmallRng) -> String) {
    let _turn = turn();
    let sound = sound();
    let mut announced = 0;
    for seed in 0..CASES {
        let (hers, his) = (folder::copy(sound.hers.path()), folder::copy(sound.his.path()));
        let damage = damage(&hers.path().join("log"), &mut SmallRng::seed_from_u64(seed));
        eprintln!("case {seed}: {damage}");
        announced += u64::from(check(hers.path(), his.path(), &sound.lines, seed));
    }
    assert!(announced > 0, "nothing was damaged");
}

/// Returns whether any loss was reported.
fn check(hers: &Path, his: &Path, lines: &HashSet<String>, seed: u64) -> bool {
    // Ben is away: his address is another one each time.
    let mut ana = local(&format!("ana, case {seed}"), hers, &["--name", "Ana"]);
    let held = read_all(&mut ana);
    if !lines.is_subset(&held) {
        ana.await_event("an announcement", 0, is_announcement);
    }
    // Alone, before anybody can bring back what she has lost.
    let alone = say_when_possible(&mut ana, "said alone");

    let mut ben = local(&format!("ben, case {seed}"), his, &["--name", "Ben"]);
    ana.ok(json!({"do": "dial", "address": ben.address()}));
    ana.await_online(&ben.peer, 0);
    agree(&mut [&mut ana, &mut ben], DEADLINE);
    let connected = say_when_possible(&mut ana, "said together");
    agree(&mut [&mut ana, &mut ben], DEADLINE);
    for host in [&mut ana, &mut ben] {
        let held = read_all(host);
        let lost = lines.iter().chain([&alone, &connected]).filter(|id| !held.contains(*id)).count();
        assert_eq!(lost, 0, "{}: so many are lost", host.label);
        assert!(!host.warned("fork") && !host.warned("own_fork"), "{}", host.label);
    }
    let announced = ana.events(0).iter().any(is_announcement);
    ana.quit();
    ben.quit();
    announced
}

fn is_announcement(event: &Value) -> bool {
    event["event"] == "warning" && (event["code"] == "quarantined" || event["code"] == "tail_lost")
}

/// Returns the ids of the whole history; if reading it finds damage, those after the repair.
fn read_all(host: &mut Host) -> HashSet<String> {
    let (mut ids, mut before) = (HashSet::new(), Value::Null);
    loop {
        let mark = host.mark();
        match host.ask(json!({"do": "history", "room": "lobby", "limit": 1000, "before": before})) {
            Ok(page) => {
                let entries = page["entries"].as_array().unwrap();
                let Some(first) = entries.first() else { return ids };
                before = first["id"].clone();
                ids.extend(entries.iter().map(|entry| entry["id"].as_str().unwrap().to_owned()));
            }
            Err(error) => {
                assert!(["unreadable", "unknown_entry"].contains(&error["code"].as_str().unwrap()), "{error}");
                if error["code"] == "unreadable" {
                    host.await_event("the repair", mark, is_announcement);
                }
                (ids, before) = (HashSet::new(), Value::Null);
            }
        }
    }
}

/// Says a line, again if it is refused because the folder is being repaired.
fn say_when_possible(host: &mut Host, text: &str) -> String {
    let mark = host.mark();
    match host.ask(support::host::say(text)) {
        Ok(ok) => ok["id"].as_str().unwrap().to_owned(),
        Err(error) => {
            assert_eq!(error["code"], "not_saved", "{error}");
            host.await_event("the repair", mark, is_announcement);
            host.say(text)
        }
    }
}
