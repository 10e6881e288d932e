//! Test of programs that are killed while they write: everything acknowledged is there, and nobody ever sees a fork.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests may panic")]

mod support;

use std::collections::HashSet;
use std::io::Write as _;
use std::path::Path;
use std::thread;
use std::time::Duration;

use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use support::host::{Host, agree, local, local_command};
use support::{DEADLINE, turn};
use tempfile::TempDir;

/// Sessions of each person that end with SIGKILL, and number of people, each with a folder.
const LIVES: u64 = 50;
const PEOPLE: u64 = 4;

/// One session in `EARLY` ends before the program is ready, and one in `CONNECTED` writes only once it is connected.
const EARLY: u64 = 10;
const CONNECTED: u64 = 4;

/// Lines to write if nothing stops it: more than there is time for.
const LINES: u64 = 5_000;

/// The number of the first command that says a line; lower ones are for queries.
const FIRST: u64 = 1_000;

/// Codes of warnings that a kill must never cause.
const ALARMS: [&str; 5] = ["fork", "own_fork", "tail_lost", "quarantined", "storage_failed"];

#[test]
fn killed_two_hundred_times_while_writing() {
    let _turn = turn();
    let theirs = TempDir::new().unwrap();
    let mut witness = local("witness", theirs.path(), &["--name", "Wim"]);
    let mut random = SmallRng::seed_from_u64(200);
    let mut acknowledged = Vec::new();
    for person in 0..PEOPLE {
        let mine = TempDir::new().unwrap();
        let kept = many_lives(person, mine.path(), &witness, &mut random);
        let mut last = start(person, mine.path(), &witness);
        last.await_online(&witness.peer, 0);
        agree(&mut [&mut last, &mut witness], DEADLINE);
        holds(&mut last, &kept);
        no_alarm(&last);
        acknowledged.extend(kept);
        last.kill();
    }
    holds(&mut witness, &acknowledged);
    no_alarm(&witness);
}

fn options(witness: &Host) -> Vec<String> {
    ["--name", "Vic", "--dial", &witness.address()].map(str::to_owned).to_vec()
}

fn start(person: u64, folder: &Path, witness: &Host) -> Host {
    let options = options(witness);
    local(&format!("victim {person}"), folder, &options.iter().map(String::as_str).collect::<Vec<_>>())
}

/// Runs sessions in one folder, each ending with a kill; returns the ids of everything acknowledged.
fn many_lives(person: u64, folder: &Path, witness: &Host, random: &mut SmallRng) -> Vec<String> {
    let (mut all, mut last) = (Vec::new(), Vec::new());
    for life in 0..LIVES {
        if random.random_range(0..EARLY) == 0 {
            die_early(folder, witness, random);
            continue;
        }
        let mut victim = start(person, folder, witness);
        newest_are_there(&mut victim, &last, life);
        if random.random_range(0..CONNECTED) == 0 {
            // What was sent but not acknowledged is known elsewhere then: a number that is used again would be a fork.
            victim.await_online(&witness.peer, 0);
        }
        no_alarm(&victim);
        last = write_and_die(victim, life, random.random_range(0..40));
        all.extend_from_slice(&last);
    }
    all
}

/// Kills a program at a random moment of its start.
fn die_early(folder: &Path, witness: &Host, random: &mut SmallRng) {
    let options = options(witness);
    let command = local_command(folder, &options.iter().map(String::as_str).collect::<Vec<_>>());
    let victim = Host::launch("victim, early".to_owned(), command);
    // Not a wait for a condition: any moment may be hit.
    thread::sleep(Duration::from_millis(random.random_range(0..150)));
    victim.kill();
}

/// Says lines without a pause and kills the program when this many are acknowledged; returns the ids of all acknowledged.
fn write_and_die(mut victim: Host, life: u64, lines: u64) -> Vec<String> {
    let mut input = victim.take_input();
    let talker = thread::spawn(move || {
        let command = |n: u64| json!({"id": n, "do": "say", "room": "lobby", "text": format!("life {life}, line {n}")});
        // The thread ends when its lines are no longer read.
        (FIRST..FIRST + LINES).take_while(|n| writeln!(input, "{}", command(*n)).is_ok()).count() as u64
    });
    assert!(victim.reply(FIRST + lines).is_ok());
    let acknowledged = victim.kill_and_count();
    let said = talker.join().unwrap();
    assert!(said < LINES, "the kill came too late");
    acknowledged
}

/// Checks that the last page of the history holds the lines that were acknowledged last.
fn newest_are_there(victim: &mut Host, acknowledged: &[String], life: u64) {
    let page = victim.ok(json!({"do": "history", "room": "lobby", "limit": 1000}));
    let held: HashSet<&str> =
        page["entries"].as_array().unwrap().iter().filter_map(|entry| entry["id"].as_str()).collect();
    let newest = acknowledged.iter().rev().take(500);
    let lost: Vec<&String> = newest.filter(|id| !held.contains(id.as_str())).collect();
    assert!(lost.is_empty(), "{}: before life {life} these were lost: {lost:?}", victim.label);
}

fn holds(host: &mut Host, acknowledged: &[String]) {
    let held: HashSet<String> = host.talk().into_iter().map(|line| line.id).collect();
    let lost = acknowledged.iter().filter(|id| !held.contains(*id)).count();
    assert_eq!(lost, 0, "{}: so many of {} are lost", host.label, acknowledged.len());
}

fn no_alarm(host: &Host) {
    let alarm = |event: &Value| event["event"] == "warning" && ALARMS.contains(&event["code"].as_str().unwrap());
    assert_eq!(host.events(0).into_iter().find(alarm), None, "{}", host.label);
}
