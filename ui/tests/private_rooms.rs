//! Tests of private rooms and tickets with real programs on the loopback interface, which multicast does not reach.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests may panic")]

mod support;

use std::process::Command;

use serde_json::{Value, json};
use support::host::{Host, local};
use support::{INKMESH, turn, until};
use tempfile::TempDir;

const TITLE: &str = "차 마시는 방";

fn state(host: &mut Host, room: &str) -> Value {
    host.ok(json!({"do": "state", "room": room}))
}

fn await_line(host: &Host, room: &str, text: &str, since: usize) {
    host.await_event(text, since, |event| {
        event["event"] == "entry" && event["room"] == room && event["kind"] == "chat" && event["text"] == text
    });
}

fn await_person(host: &Host, room: &str, peer: &str, state: &str, since: usize) {
    host.await_event(&format!("{peer} is {state}"), since, |event| {
        event["event"] == "peer" && event["room"] == room && event["peer"] == peer && event["state"] == state
    });
}

#[test]
fn a_ticket_opens_a_private_room_and_nothing_else_does() {
    let _turn = turn();
    let dirs = [TempDir::new().unwrap(), TempDir::new().unwrap(), TempDir::new().unwrap()];
    let mut ana = local("ana", dirs[0].path(), &["--name", "Ana"]);
    let mut ben = local("ben", dirs[1].path(), &["--name", "Ben"]);
    let address = ana.address();
    let mut eve = local("eve", dirs[2].path(), &["--name", "Eve", "--dial", &address]);
    eve.await_online(&ana.peer, 0);

    let room =
        ana.ok(json!({"do": "room_create", "name": TITLE, "private": true}))["room"].as_str().unwrap().to_owned();
    assert_eq!(room.len(), 64);
    ana.ok(json!({"do": "say", "room": room, "text": "before anybody came"}));
    let ticket = ana.ok(json!({"do": "ticket", "room": room}))["ticket"].as_str().unwrap().to_owned();
    let again = ana.ok(json!({"do": "room_create", "name": TITLE, "private": true}))["room"].clone();
    assert_ne!(again, room.as_str(), "two rooms of one title are two rooms");

    // Ben knows nobody: the ticket leads him there.
    assert_eq!(ben.ok(json!({"do": "open_ticket", "ticket": ticket})), json!({"room": room}));
    await_line(&ben, &room, "before anybody came", 0);
    await_person(&ana, &room, &ben.peer, "online", 0);
    await_person(&ben, &room, &ana.peer, "online", 0);
    ben.ok(json!({"do": "say", "room": room, "text": "안녕"}));
    await_line(&ana, &room, "안녕", 0);
    ben.ok(json!({"do": "stroke", "room": room, "points": [[1, 1], [90, 90]], "color": "#b83822", "width": 12}));
    until("both hold the same", || state(&mut ana, &room) == state(&mut ben, &room));
    let listed = ben.ok(json!({"do": "rooms"}));
    let row = listed.as_array().unwrap().iter().find(|row| row["room"] == room.as_str()).unwrap();
    assert_eq!((&row["title"], &row["people"]), (&json!(TITLE), &json!(2)), "{row}");

    // Eve has the room's name, not its secret.
    assert_eq!(eve.refused(json!({"do": "join", "room": room})), "not_a_member");
    let mut changed = ticket.clone().into_bytes();
    changed[30] = if changed[30] == b'A' { b'B' } else { b'A' };
    let changed = String::from_utf8(changed).unwrap();
    assert_eq!(eve.refused(json!({"do": "open_ticket", "ticket": changed})), "bad_ticket");
    assert_eq!(eve.refused(json!({"do": "open_ticket", "ticket": "hello"})), "bad_ticket");

    // After a restart the room is there, and its history; after leaving it, it can be entered again without a ticket.
    ben.quit();
    let mark = ana.mark();
    ana.ok(json!({"do": "say", "room": room, "text": "while he was away"}));
    let mut ben = local("ben", dirs[1].path(), &[]);
    await_line(&ben, &room, "while he was away", 0);
    await_person(&ana, &room, &ben.peer, "online", mark);
    until("both hold the same again", || state(&mut ana, &room) == state(&mut ben, &room));
    let lines = ben.ok(json!({"do": "history", "room": room}));
    let texts: Vec<&str> =
        lines["entries"].as_array().unwrap().iter().filter_map(|line| line["text"].as_str()).collect();
    for text in ["before anybody came", "안녕", "while he was away"] {
        assert!(texts.contains(&text), "{texts:?}");
    }
    ben.ok(json!({"do": "leave", "room": room}));
    ben.ok(json!({"do": "join", "room": room}));
    assert_eq!(state(&mut ben, &room), state(&mut ana, &room));
    ben.quit();

    // The archive reads it; the files of the history don't show it to others.
    let archived = |args: &[&str]| {
        let mut command = Command::new(INKMESH);
        command.arg("archive").args(args).arg("--data-dir").arg(dirs[1].path()).args(["--lang", "en"]).env("TZ", "UTC");
        String::from_utf8(command.output().unwrap().stdout).unwrap()
    };
    let listed = archived(&["rooms"]);
    assert!(listed.contains(TITLE), "{listed}");
    let shown = archived(&["show", &room]);
    assert!(shown.contains("while he was away"), "{shown}");
    assert!(!eve.events(0).iter().any(|event| event["room"] == room.as_str()), "eve heard of the room");
}

#[test]
fn a_ticket_opens_a_public_room_too() {
    let _turn = turn();
    let dirs = [TempDir::new().unwrap(), TempDir::new().unwrap()];
    let mut ana = local("ana", dirs[0].path(), &["--name", "Ana"]);
    let mut ben = local("ben", dirs[1].path(), &["--name", "Ben"]);
    assert_eq!(ana.ok(json!({"do": "room_create", "name": "Tea"})), json!({"room": "tea"}));
    ana.ok(json!({"do": "say", "room": "tea", "text": "hello"}));
    let ticket = ana.ok(json!({"do": "ticket", "room": "tea"}))["ticket"].as_str().unwrap().to_owned();
    assert_eq!(ben.ok(json!({"do": "open_ticket", "ticket": ticket.to_lowercase()})), json!({"room": "tea"}));
    await_line(&ben, "tea", "hello", 0);
    assert_eq!(ana.refused(json!({"do": "ticket", "room": "nowhere"})), "not_in_room");
}

/// Returns the invitations that wait for an answer.
fn invitations(host: &mut Host) -> Vec<Value> {
    host.ok(json!({"do": "invitations"})).as_array().unwrap().clone()
}

#[test]
fn an_invitation_reaches_somebody_who_was_away_once_and_the_answer_comes_back() {
    let _turn = turn();
    let dirs = [TempDir::new().unwrap(), TempDir::new().unwrap(), TempDir::new().unwrap()];
    let mut ana = local("ana", dirs[0].path(), &["--name", "Ana"]);
    let address = ana.address();
    let mut ben = local("ben", dirs[1].path(), &["--name", "Ben", "--dial", &address]);
    let cleo = local("cleo", dirs[2].path(), &["--name", "Cleo", "--dial", &address]);
    ana.await_online(&ben.peer, 0);
    ana.await_online(&cleo.peer, 0);
    ben.await_event("ana's name", 0, |event| event["event"] == "person" && event["name"] == "Ana");
    let (ben_peer, cleo_peer) = (ben.peer.clone(), cleo.peer.clone());
    cleo.quit();
    ana.await_offline(&cleo_peer, 0);

    let room =
        ana.ok(json!({"do": "room_create", "name": TITLE, "private": true}))["room"].as_str().unwrap().to_owned();
    ana.ok(json!({"do": "invite", "room": room, "peers": [ben_peer, cleo_peer]}));
    let invited = ben.await_event("an invitation", 0, |event| event["event"] == "invitation");
    assert_eq!((&invited["room"], &invited["title"]), (&json!(room), &json!(TITLE)));
    assert_eq!((&invited["from"], &invited["name"]), (&json!(ana.peer), &json!("Ana")));
    assert_eq!(ben.ok(json!({"do": "accept", "invitation": invited["invitation"]})), json!({"room": room}));
    let answered = |event: &Value, peer: &str, accepted: bool| {
        event["event"] == "invitation_answer" && event["peer"] == peer && event["accepted"] == accepted
    };
    let answer = ana.await_event("ben's answer", 0, |event| answered(event, &ben_peer, true));
    assert_eq!(answer["room"], room.as_str());
    await_person(&ana, &room, &ben_peer, "online", 0);
    assert_eq!(ben.refused(json!({"do": "decline", "invitation": invited["invitation"]})), "unknown_invitation");

    // Cleo comes back, after Ana was restarted too.
    ana.quit();
    let mut ana = local("ana", dirs[0].path(), &[]);
    let mut cleo = local("cleo", dirs[2].path(), &["--dial", &ana.address()]);
    let invited = cleo.await_event("an invitation", 0, |event| event["event"] == "invitation");
    assert_eq!(invitations(&mut cleo).len(), 1);
    // It is not sent again, and waits over a restart.
    cleo.quit();
    let mut cleo = local("cleo", dirs[2].path(), &["--dial", &ana.address()]);
    ana.await_online(&cleo_peer, 0);
    assert_eq!(invitations(&mut cleo)[0]["invitation"], invited["invitation"]);
    let mark = ana.mark();
    cleo.ok(json!({"do": "decline", "invitation": invited["invitation"]}));
    ana.await_event("cleo's answer", mark, |event| answered(event, &cleo_peer, false));
    assert!(invitations(&mut cleo).is_empty());
    assert!(!cleo.events(0).iter().any(|event| event["event"] == "invitation"), "it came a second time");
    let rooms = cleo.ok(json!({"do": "rooms"}));
    assert!(!rooms.as_array().unwrap().iter().any(|row| row["room"] == room.as_str()), "{rooms}");

    // Nobody invites themselves, and who is blocked invites nobody.
    let own = ana.peer.clone();
    assert_eq!(ana.refused(json!({"do": "invite", "room": room, "peers": [own]})), "oneself");
    assert_eq!(ana.refused(json!({"do": "invite", "room": room, "peers": []})), "bad_field");
    cleo.ok(json!({"do": "block", "peer": own, "on": true}));
    ana.ok(json!({"do": "invite", "room": room, "peers": [cleo_peer]}));
    let mark = ben.mark();
    ana.ok(json!({"do": "invite", "room": "lobby", "peers": [ben_peer]}));
    ben.await_event("an invitation to the lobby", mark, |event| {
        event["event"] == "invitation" && event["room"] == "lobby"
    });
    assert!(invitations(&mut cleo).is_empty());
}

#[test]
fn two_people_have_one_conversation() {
    let _turn = turn();
    let dirs = [TempDir::new().unwrap(), TempDir::new().unwrap()];
    let mut ana = local("ana", dirs[0].path(), &["--name", "Ana"]);
    let mut ben = local("ben", dirs[1].path(), &["--name", "Ben", "--dial", &ana.address()]);
    ana.await_event("ben's name", 0, |event| event["event"] == "person" && event["name"] == "Ben");
    let (ana_peer, ben_peer) = (ana.peer.clone(), ben.peer.clone());
    let talk = ana.ok(json!({"do": "talk", "peer": ben_peer}));
    let invited = ben.await_event("an invitation", 0, |event| event["event"] == "invitation");
    assert_eq!((&invited["room"], &invited["title"]), (&talk["room"], &json!("ana, ben")));
    assert_eq!(ben.ok(json!({"do": "accept", "invitation": invited["invitation"]})), talk);
    // Both come back to the same room, and nobody is invited again.
    assert_eq!(ana.ok(json!({"do": "talk", "peer": ben_peer})), talk);
    assert_eq!(ben.ok(json!({"do": "talk", "peer": ana_peer})), talk);
    let room = talk["room"].as_str().unwrap();
    await_person(&ana, room, &ben_peer, "online", 0);
    ben.ok(json!({"do": "say", "room": room, "text": "hi"}));
    await_line(&ana, room, "hi", 0);
    assert!(invitations(&mut ben).is_empty() && invitations(&mut ana).is_empty());
    assert_eq!(ana.refused(json!({"do": "talk", "peer": ana_peer})), "oneself");
}
