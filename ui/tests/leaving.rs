//! Test of real programs that leave in the middle of a game: the others go on, and every game that ends shows its podium.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests may panic")]

mod support;

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::game::{begin_game, choose, is_game, solve};
use support::host::{Host, local};
use support::turn;
use tempfile::TempDir;

/// Longest time that a game may stand still when a player is gone, doubled for a busy machine.
const GOES_ON: Duration = Duration::from_secs(2 * 10);

fn three_people(folders: &[TempDir]) -> Vec<Host> {
    let mut hosts: Vec<Host> = Vec::new();
    for (folder, name) in folders.iter().zip(["ana", "ben", "cho"]) {
        let dials: Vec<String> = hosts.iter().flat_map(|host| ["--dial".to_owned(), host.address()]).collect();
        let mut options = vec!["--name", name];
        options.extend(dials.iter().map(String::as_str));
        hosts.push(local(name, folder.path(), &options));
    }
    for host in &hosts {
        hosts.iter().filter(|other| other.peer != host.peer).for_each(|other| host.await_online(&other.peer, 0));
    }
    hosts
}

fn start() -> Value {
    json!({"do": "start", "room": "lobby", "rounds": 1, "seconds": 120, "pack": "en"})
}

fn room(command: &str) -> Value {
    json!({"do": command, "room": "lobby"})
}

/// Waits until a turn with a number above `turns` begins; returns its number and its drawer.
fn turn_after(host: &Host, game: &Value, turns: u64) -> (u64, String) {
    let choosing = host.await_event("the next turn", 0, |event| {
        is_game(event, game) && event["phase"] == "choosing" && event["turn"].as_u64().unwrap() > turns
    });
    (choosing["turn"].as_u64().unwrap(), choosing["drawer"].as_str().unwrap().to_owned())
}

/// Waits until the game is over on all hosts; returns its last event.
fn end_of(hosts: &[Host], game: &Value) -> Value {
    let over = |host: &Host| {
        host.await_event("over", 0, |event| is_game(event, game) && event["phase"] == "over");
    };
    hosts.iter().for_each(over);
    hosts[0].await_event("over", 0, |event| is_game(event, game) && event["phase"] == "over")
}

#[test]
fn a_game_goes_on_without_who_is_killed_and_one_that_ends_early_says_why() {
    let _turn = turn();
    let folders: Vec<TempDir> = (0..3).map(|_| TempDir::new().unwrap()).collect();
    let mut hosts = three_people(&folders);
    let game = begin_game(&mut hosts.iter_mut().collect::<Vec<_>>(), &start());

    // The drawer chooses no word, and one of the two others is killed: the game of three must not wait for that one.
    // All of them know that the game has begun: its proposer may be the one that is killed.
    let idle = hosts.iter().map(|host| turn_after(host, &game, 0).1).next_back().unwrap();
    let place = hosts.iter().position(|host| host.peer != idle).unwrap();
    let gone = hosts.remove(place);
    let peer = gone.peer.clone();
    gone.kill();
    let killed = Instant::now();
    for host in &hosts {
        let told = |event: &Value| event["kind"] == "game" && event["text"].as_str().unwrap().contains(&peer);
        host.await_event("that it goes on", 0, |event| event["event"] == "entry" && told(event));
    }
    let voter = hosts.iter_mut().find(|host| host.peer != idle).unwrap();
    voter.ok(room("skip"));
    // The turn of the killed player is passed over.
    let (turn, second) = turn_after(&hosts[0], &game, 1);
    assert!(killed.elapsed() < GOES_ON, "{:?}", killed.elapsed());
    assert!(second != idle && second != peer);
    let (drawers, mut guessers): (Vec<&mut Host>, Vec<&mut Host>) =
        hosts.iter_mut().partition(|host| host.peer == second);
    let word = choose(drawers.into_iter().next().unwrap(), &game, turn, 0);
    solve(guessers[0], &word);
    let over = end_of(&hosts, &game);
    assert_eq!(over["cancelled"], Value::Null);
    // Points come with the step that the solver writes after the end.
    hosts[0].await_event("a winner", 0, |event| {
        is_game(event, &game) && event["winners"].as_array().is_some_and(|winners| !winners.is_empty())
    });

    // Most players vote to end it.
    let game = begin_game(&mut hosts.iter_mut().collect::<Vec<_>>(), &start());
    turn_after(&hosts[0], &game, 0);
    hosts[0].ok(room("end_game"));
    assert_eq!(hosts[0].refused(room("end_game")), "already_done");
    assert_eq!(hosts[1].game()["game"], game);
    hosts[1].ok(room("end_game"));
    assert_eq!(end_of(&hosts, &game)["cancelled"], "ended");
    assert_eq!(hosts[1].refused(room("end_game")), "wrong_phase");

    // One player leaves a game of two.
    let game = begin_game(&mut hosts.iter_mut().collect::<Vec<_>>(), &start());
    turn_after(&hosts[1], &game, 0);
    hosts[1].ok(room("leave_game"));
    let over = end_of(&hosts, &game);
    assert_eq!((&over["cancelled"], &over["phase"]), (&json!("too_few_left"), &json!("over")));
}
