//! Tests of drawing in turns: everybody names the same drawer, everybody draws once a round, and only the drawer's strokes
//! count.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests may panic")]

mod support;

use std::collections::HashSet;

use serde_json::{Value, json};
use support::game::{begin_game, is_game};
use support::host::{Host, agree};
use support::lan::Lan;
use support::{DEADLINE, turn};
use tempfile::TempDir;

const PLAYERS: u8 = 3;

struct Table {
    // Dropped in this order: hosts are killed before their folders are removed.
    hosts: Vec<Host>,
    folders: Vec<TempDir>,
    lan: Lan,
}

/// Starts three people and waits until they see each other.
fn three_people() -> Option<Table> {
    let lan = Lan::new(PLAYERS)?;
    let folders: Vec<TempDir> = (0..PLAYERS).map(|_| TempDir::new().unwrap()).collect();
    let hosts: Vec<Host> = (1..=PLAYERS).zip(&folders).map(|(n, dir)| lan.start(n, dir.path(), &[])).collect();
    for host in &hosts {
        for other in hosts.iter().filter(|other| other.peer != host.peer) {
            host.await_online(&other.peer, 0);
        }
    }
    Some(Table { hosts, folders, lan })
}

/// Starts a game without words of the first `players` hosts; returns its id.
fn begin(hosts: &mut [Host], players: usize, rounds: u32, seconds: u32) -> Value {
    let start = json!({"do": "start", "room": "lobby", "rounds": rounds, "seconds": seconds});
    begin_game(&mut hosts[..players].iter_mut().collect::<Vec<_>>(), &start)
}

/// Lets the drawer end this turn; returns the turn's round and its drawer.
fn pass(hosts: &mut [Host], game: &Value, turn: u64) -> (u64, String) {
    let (round, drawer) = await_turn(hosts, game, turn);
    let host = hosts.iter_mut().find(|host| host.peer == drawer).unwrap();
    host.ok(json!({"do": "pass", "room": "lobby"}));
    (round, drawer)
}

/// Waits until a turn is drawn; returns its round and its drawer, on which all must agree.
fn await_turn(hosts: &[Host], game: &Value, turn: u64) -> (u64, String) {
    let named: Vec<Value> = hosts
        .iter()
        .map(|host| {
            host.await_event(&format!("turn {turn}"), 0, |event| {
                is_game(event, game) && event["phase"] == "drawing" && event["turn"] == turn
            })
        })
        .collect();
    for event in &named {
        assert_eq!(event["drawer"], named[0]["drawer"], "turn {turn}");
        assert_eq!(event["round"], named[0]["round"], "turn {turn}");
    }
    (named[0]["round"].as_u64().unwrap(), named[0]["drawer"].as_str().unwrap().to_owned())
}

fn await_over(hosts: &[Host], game: &Value) {
    for host in hosts {
        let over = host.await_event("over", 0, |event| is_game(event, game) && event["phase"] == "over");
        assert_eq!(over["cancelled"], Value::Null, "{}", host.label);
    }
}

fn stroke(action: &str, points: &Value) -> Value {
    json!({"do": action, "room": "lobby", "points": points, "color": "#b83822", "width": 8, "tool": "pen"})
}

/// Waits until all hold the same operations, and then the same picture; returns its digest.
fn same_picture(hosts: &mut [Host]) -> String {
    let agreed = agree(&mut hosts.iter_mut().collect::<Vec<_>>(), DEADLINE);
    for host in hosts {
        assert_eq!(host.state().canvas, agreed.canvas, "{}", host.label);
    }
    agreed.canvas
}

/// Checks that another player's stroke is refused, and that the drawer's is seen under way and finished.
fn draw_a_turn(hosts: &mut [Host], drawer: &str, turn: u64) {
    let blank = same_picture(hosts);
    for host in hosts.iter_mut().filter(|host| host.peer != drawer) {
        assert_eq!(host.refused(stroke("stroke", &json!([[1, 1], [9, 9]]))), "not_the_drawer");
    }
    assert_eq!(same_picture(hosts), blank, "turn {turn}: a bystander's stroke counted");

    let place = hosts.iter().position(|host| host.peer == drawer).unwrap();
    let mut moving = stroke("pen", &json!([[10, 10], [20.5, 30.25], [40, 50]]));
    (moving["stroke"], moving["from"]) = (json!(turn), json!(0));
    hosts[place].ok(moving.clone());
    (moving["points"], moving["from"]) = (json!([[60, 70]]), json!(3));
    hosts[place].ok(moving);
    for host in hosts.iter().filter(|host| host.peer != drawer) {
        let live = |from: u64| {
            host.await_event("stroke under the pen", 0, |event| {
                event["event"] == "live"
                    && event["author"] == drawer
                    && event["stroke"] == turn
                    && event["from"] == from
            })
        };
        assert_eq!(live(0)["points"], json!([[10.0, 10.0], [20.5, 30.25], [40.0, 50.0]]));
        assert_eq!(live(3)["points"], json!([[60.0, 70.0]]));
    }
    let mut done = stroke("stroke", &json!([[10, 10], [20.5, 30.25], [40, 50], [60, 70]]));
    done["stroke"] = json!(turn);
    let id = hosts[place].ok(done)["id"].clone();
    for host in hosts.iter() {
        host.await_event("the finished stroke", 0, |event| event["event"] == "entry" && event["id"] == id);
    }
    assert_ne!(same_picture(hosts), blank, "turn {turn}: the drawer's stroke does not show");
    assert_eq!(hosts[place].ok(json!({"do": "pass", "room": "lobby"})), json!({}));
}

#[test]
fn everybody_draws_once_a_round_and_nobody_else_meanwhile() {
    let _turn = turn();
    let Some(mut table) = three_people() else { return };
    let hosts = &mut table.hosts;
    // Outside of a game everybody draws on the free sheet.
    for host in hosts.iter_mut() {
        host.ok(stroke("stroke", &json!([[0, 0], [99, 99]])));
    }
    let sheet = same_picture(hosts);

    let game = begin(hosts, 3, 2, 600);
    assert_eq!(hosts[1].refused(json!({"do": "start", "room": "lobby", "rounds": 1, "seconds": 9})), "game_running");
    let mut drawers: Vec<HashSet<String>> = vec![HashSet::new(); 2];
    for turn in 1..=6 {
        let (round, drawer) = await_turn(hosts, &game, turn);
        assert_eq!(round, (turn - 1) / 3 + 1, "turn {turn}");
        for host in hosts.iter_mut().filter(|host| host.peer != drawer) {
            assert_eq!(host.refused(json!({"do": "pass", "room": "lobby"})), "not_the_drawer");
        }
        draw_a_turn(hosts, &drawer, turn);
        drawers[usize::from(turn > 3)].insert(drawer);
        for host in hosts.iter() {
            host.await_event("the turn's end", 0, |event| {
                is_game(event, &game) && (event["turn"] == turn + 1 || event["phase"] == "over")
            });
        }
        // The sheet shown after the turn is the same everywhere, too.
        same_picture_in_the_end(hosts);
    }
    let everybody: HashSet<String> = hosts.iter().map(|host| host.peer.clone()).collect();
    assert_eq!(drawers, [everybody.clone(), everybody]);
    await_over(hosts, &game);
    assert_eq!(same_picture(hosts), sheet, "the room's sheet comes back");
}

/// Like [`same_picture`], but repeated, as the next turn may begin meanwhile on one host before the other.
fn same_picture_in_the_end(hosts: &mut [Host]) {
    let deadline = std::time::Instant::now() + DEADLINE;
    loop {
        let seen: HashSet<String> = hosts.iter_mut().map(|host| host.state().canvas).collect();
        if seen.len() == 1 {
            return;
        }
        assert!(std::time::Instant::now() < deadline, "the pictures differ: {seen:?}");
    }
}

fn drawers(turns: &[(u64, String)]) -> HashSet<&str> {
    turns.iter().map(|(_, drawer)| drawer.as_str()).collect()
}

fn peers(hosts: &[Host]) -> HashSet<&str> {
    hosts.iter().map(|host| host.peer.as_str()).collect()
}

#[test]
fn time_ends_turns_and_newcomers_enter_with_the_next_round() {
    let _turn = turn();
    let Some(mut table) = three_people() else { return };
    let hosts = &mut table.hosts;
    let game = begin(hosts, 2, 1, 1);
    await_over(hosts, &game);
    let turns: Vec<_> = (1..=2).map(|turn| await_turn(hosts, &game, turn)).collect();
    assert_eq!(drawers(&turns), peers(&hosts[..2]));

    // Only the drawers end their turns, so the newcomer comes in the first round however slow the machine is.
    let game = begin(hosts, 2, 2, 600);
    assert_eq!(hosts[1].refused(json!({"do": "begin", "room": "lobby"})), "not_the_proposer");
    await_turn(hosts, &game, 1);
    hosts[2].ok(json!({"do": "ready", "room": "lobby"}));
    for host in hosts.iter() {
        host.await_event("the newcomer", 0, |event| {
            is_game(event, &game) && event["players"].as_array().unwrap().len() == 3
        });
    }
    let turns: Vec<_> = (1..=5).map(|turn| pass(hosts, &game, turn)).collect();
    await_over(hosts, &game);
    assert_eq!(turns.iter().map(|(round, _)| *round).collect::<Vec<_>>(), [1, 1, 2, 2, 2]);
    assert_eq!((drawers(&turns[..2]), drawers(&turns[2..])), (peers(&hosts[..2]), peers(hosts)));
    same_picture(hosts);
}

#[test]
fn a_drawer_who_is_killed_is_skipped() {
    let _turn = turn();
    let Some(mut table) = three_people() else { return };
    // Turns are far longer than the test, so only the absence can end one.
    let game = begin(&mut table.hosts, 3, 1, 600);
    let (_, drawer) = await_turn(&table.hosts, &game, 1);
    let place = table.hosts.iter().position(|host| host.peer == drawer).unwrap();
    table.hosts[place].ok(stroke("stroke", &json!([[5, 5], [50, 50]])));
    table.hosts.remove(place).kill();

    let turns: Vec<_> = (2..=3).map(|turn| pass(&mut table.hosts, &game, turn)).collect();
    assert_eq!(drawers(&turns), peers(&table.hosts));
    await_over(&table.hosts, &game);

    // The killed one, started again, sees how the game ended.
    let n = u8::try_from(place).unwrap() + 1;
    table.hosts.push(table.lan.start(n, table.folders[place].path(), &[]));
    same_picture(&mut table.hosts);
    for host in &mut table.hosts {
        assert_eq!(host.game()["phase"], "over", "{}", host.label);
    }
}
