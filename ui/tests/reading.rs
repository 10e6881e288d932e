//! Tests of read marks, unread lines and late lines over restarts.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests may panic")]

mod support;

use std::path::Path;

use serde_json::{Value, json};
use support::host::{Host, agree, local};
use support::{DEADLINE, turn};
use tempfile::TempDir;

fn start(name: &str, folder: &Path, others: &[&Host]) -> Host {
    let addresses: Vec<String> = others.iter().map(|host| host.address()).collect();
    let dials = addresses.iter().flat_map(|address| ["--dial", address]);
    let host = local(name, folder, &["--name", name].into_iter().chain(dials).collect::<Vec<_>>());
    for other in others {
        host.await_online(&other.peer, 0);
    }
    host
}

fn reading(host: &mut Host) -> Value {
    host.ok(json!({"do": "reading", "room": "lobby"}))
}

fn read(host: &mut Host, upto: &str) {
    host.ok(json!({"do": "read", "room": "lobby", "upto": upto}));
}

/// Returns the `reading` event of the program's start.
#[track_caller]
fn told_at_start(host: &Host) -> Value {
    host.await_event("what was read", 0, |event| event["event"] == "reading")
}

#[test]
fn the_mark_and_the_count_survive_a_restart_and_a_kill() {
    let _turn = turn();
    let (hers, his) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let mut ana = start("Ana", hers.path(), &[]);
    let mut ben = start("Ben", his.path(), &[&ana]);
    let lines: Vec<String> = (0..5).map(|n| ben.say(&format!("line {n}"))).collect();
    agree(&mut [&mut ana, &mut ben], DEADLINE);
    assert_eq!(reading(&mut ana)["mark"], Value::Null);

    for (upto, unread) in [(1, 3), (2, 2)] {
        let mark = ana.mark();
        read(&mut ana, &lines[upto]);
        let told = ana.await_event("what is read now", mark, |event| event["event"] == "reading");
        assert_eq!((&told["mark"], &told["unread"]), (&json!(lines[upto]), &json!(unread)));
        assert_eq!((&told["room"], &told["late"]), (&json!("lobby"), &json!([])));
    }
    // Marking an older line as read changes nothing.
    read(&mut ana, &lines[0]);
    assert_eq!(reading(&mut ana)["mark"], lines[2]);
    ana.kill();

    let mut ana = start("Ana", hers.path(), &[]);
    assert_eq!(told_at_start(&ana)["mark"], lines[2]);
    assert_eq!((&reading(&mut ana)["mark"], &reading(&mut ana)["unread"]), (&json!(lines[2]), &json!(2)));
    assert_eq!(ana.ok(json!({"do": "rooms"}))[0]["unread"], 2);
    ana.say("what she says herself is not unread");
    read(&mut ana, &lines[3]);
    ana.quit();

    let mut ana = start("Ana", hers.path(), &[]);
    assert_eq!((&reading(&mut ana)["mark"], &reading(&mut ana)["unread"]), (&json!(lines[3]), &json!(1)));
}

#[test]
fn what_arrives_above_the_mark_is_announced_until_it_is_dismissed() {
    let _turn = turn();
    let (hers, his) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let mut ana = start("Ana", hers.path(), &[]);
    let mut ben = start("Ben", his.path(), &[&ana]);
    ben.say("see you");
    agree(&mut [&mut ana, &mut ben], DEADLINE);
    ana.quit();
    ben.quit();

    // He is offline and writes; then she writes and reads everything.
    let mut ben = start("Ben", his.path(), &[]);
    let away: Vec<String> = (0..4).map(|n| ben.say(&format!("away {n}"))).collect();
    ben.quit();
    let mut ana = start("Ana", hers.path(), &[]);
    let today = ana.say("today");
    read(&mut ana, &today);
    let mark = ana.mark();
    let mut ben = start("Ben", his.path(), &[&ana]);
    ana.await_event("late lines", mark, |event| event["event"] == "reading" && is_late(event, &ben.peer, &away));
    let after = ben.say("here I am");
    agree(&mut [&mut ana, &mut ben], DEADLINE);
    assert_eq!((&reading(&mut ana)["mark"], &reading(&mut ana)["unread"]), (&json!(today), &json!(1)));
    assert!(ana.history().iter().any(|entry| entry["id"] == after));
    let him = ben.peer.clone();
    ana.quit();
    ben.quit();

    let mut ana = start("Ana", hers.path(), &[]);
    assert!(is_late(&told_at_start(&ana), &him, &away), "it stays until it is dismissed");
    let mark = ana.mark();
    ana.ok(json!({"do": "dismiss_late", "room": "lobby"}));
    let told = ana.await_event("dismissed", mark, |event| event["event"] == "reading");
    assert_eq!((&told["late"], &told["mark"]), (&json!([]), &json!(today)));
    ana.kill();

    let mut ana = start("Ana", hers.path(), &[]);
    assert_eq!(reading(&mut ana)["late"], json!([]));
}

/// Returns whether exactly these lines of his are reported as late.
fn is_late(reading: &Value, author: &str, lines: &[String]) -> bool {
    let late = reading["late"].as_array().unwrap();
    let times = |late: &Value| late["from"].as_u64().is_some_and(|from| from > 0 && Some(from) <= late["to"].as_u64());
    late.len() == 1
        && (&late[0]["author"], &late[0]["name"]) == (&json!(author), &json!("Ben"))
        && (&late[0]["count"], &late[0]["first"]) == (&json!(lines.len()), &json!(lines[0]))
        && times(&late[0])
}
