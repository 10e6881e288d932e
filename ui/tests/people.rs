//! Tests of the contacts of a program: whom it met, the marks on them, and the list on the command line.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests may panic")]

mod support;

use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};
use support::host::{Host, agree, local, say};
use support::{DEADLINE, INKMESH, turn, until};
use tempfile::TempDir;

/// Two people in the lobby who are connected.
fn two(names: [&str; 2]) -> ([TempDir; 2], Host, Host) {
    let dirs = [TempDir::new().unwrap(), TempDir::new().unwrap()];
    let mut ana = local("ana", dirs[0].path(), &["--name", names[0]]);
    let address = ana.address();
    let mut ben = local("ben", dirs[1].path(), &["--name", names[1], "--dial", &address]);
    ana.await_online(&ben.peer, 0);
    agree(&mut [&mut ana, &mut ben], DEADLINE);
    (dirs, ana, ben)
}

fn people(host: &mut Host) -> Vec<Value> {
    host.ok(json!({"do": "people"})).as_array().unwrap().clone()
}

/// Returns what a program knows of the only other person.
fn contact(host: &mut Host) -> Value {
    let people = people(host);
    assert_eq!(people.len(), 1, "{people:?}");
    people[0].clone()
}

fn number(host: &mut Host) -> String {
    host.ok(json!({"do": "whoami"}))["number"].as_str().unwrap().to_owned()
}

/// Runs `inkmesh people` on a folder.
fn listed(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(INKMESH);
    command.arg("people").args(args).arg("--data-dir").arg(folder).args(["--lang", "en"]).env("TZ", "UTC");
    command.output().unwrap()
}

#[test]
fn whoever_was_met_is_listed_and_marks_survive_a_restart() {
    let _turn = turn();
    let (dirs, mut ana, mut ben) = two(["Ana", "Ben"]);
    until("ana knows ben's name and address", || {
        let known = contact(&mut ana);
        known["name"] == "Ben" && !known["addresses"].as_array().unwrap().is_empty()
    });
    let met = contact(&mut ana);
    assert_eq!((&met["peer"], &met["online"]), (&json!(ben.peer), &json!(true)));
    let (first, last) = (met["first_seen"].as_u64().unwrap(), met["last_seen"].as_u64().unwrap());
    assert!(1_500_000_000_000 < first && first <= last, "{met}");
    let address = met["addresses"][0].as_str().unwrap();
    assert!(address.starts_with("/ip4/127.0.0.1/tcp/"), "{met}");
    for unset in ["friend", "blocked", "muted", "verified"] {
        assert_eq!(met[unset], false, "{met}");
    }
    assert_eq!((&met["nickname"], &met["picture"]), (&Value::Null, &Value::Null));

    let mark = ana.mark();
    let peer = ben.peer.clone();
    ana.ok(json!({"do": "nickname", "peer": peer, "name": "the tall one"}));
    ana.ok(json!({"do": "friend", "peer": peer, "on": true}));
    let (mine, theirs) = (number(&mut ana), number(&mut ben));
    assert_eq!((mine.len(), mine == theirs), (19, false));
    assert_eq!(ana.refused(json!({"do": "verify", "peer": peer, "number": mine})), "not_verified");
    assert_eq!(contact(&mut ana)["verified"], false);
    ana.ok(json!({"do": "verify", "peer": peer, "number": theirs.replace(' ', "")}));
    let event = ana
        .await_event("a person who is verified", mark, |event| event["event"] == "person" && event["verified"] == true);
    assert_eq!(
        (&event["peer"], &event["nickname"], &event["friend"]),
        (&json!(peer), &json!("the tall one"), &json!(true))
    );

    let myself = ana.peer.clone();
    for (command, code) in [
        (json!({"do": "friend", "peer": myself, "on": true}), "oneself"),
        (json!({"do": "verify", "peer": peer, "number": "1234"}), "bad_field"),
        (json!({"do": "verify", "peer": peer}), "bad_field"),
        (json!({"do": "mute", "peer": peer}), "bad_field"),
        (json!({"do": "nickname", "peer": peer, "name": "x".repeat(41)}), "bad_name"),
        (json!({"do": "nickname", "peer": peer, "name": "\u{200d}"}), "bad_name"),
    ] {
        let told = command.to_string();
        assert_eq!(ana.refused(command), code, "{told}");
    }

    let open = listed(dirs[0].path(), &[]);
    assert_eq!(open.status.code(), Some(2), "{}", String::from_utf8_lossy(&open.stderr));
    let mark = ana.mark();
    ben.quit();
    let gone = ana.await_event("ben leaves", mark, |event| event["event"] == "person" && event["online"] == false);
    assert!(gone["last_seen"].as_u64().unwrap() >= last);
    ana.quit();

    let listing = listed(dirs[0].path(), &[]);
    let text = String::from_utf8(listing.stdout).unwrap();
    assert!(listing.status.success() && text.lines().count() == 1, "{text}");
    assert!(text.starts_with("★ Ben “the tall one” (") && text.contains("): friend, verified, last seen 20"), "{text}");
    assert!(text.trim_end().contains(", 127.0.0.1:"), "{text}");
    let shaped = String::from_utf8(listed(dirs[0].path(), &["--json"]).stdout).unwrap();
    let shaped: Value = serde_json::from_str(&shaped).unwrap();
    assert_eq!((&shaped["peer"], &shaped["verified"], &shaped["online"]), (&json!(peer), &json!(true), &json!(false)));

    let mut ana = local("ana", dirs[0].path(), &[]);
    let again = contact(&mut ana);
    for (field, value) in [
        ("name", json!("Ben")),
        ("nickname", json!("the tall one")),
        ("friend", json!(true)),
        ("verified", json!(true)),
        ("muted", json!(false)),
        ("online", json!(false)),
        ("first_seen", json!(first)),
        ("last_seen", gone["last_seen"].clone()),
        ("addresses", gone["addresses"].clone()),
    ] {
        assert_eq!(again[field], value, "{field}");
    }
    ana.ok(json!({"do": "nickname", "peer": peer, "name": null}));
    ana.ok(json!({"do": "friend", "peer": peer, "on": false}));
    let plain = contact(&mut ana);
    assert_eq!((&plain["nickname"], &plain["friend"]), (&Value::Null, &json!(false)));
    ana.quit();
}

#[test]
fn a_picture_arrives_and_survives_restarts_and_a_new_name() {
    let _turn = turn();
    let (dirs, mut ana, mut ben) = two(["Ana", "Ben"]);
    until("ana knows ben", || contact(&mut ana)["name"] == "Ben");
    assert_eq!(ben.ok(json!({"do": "whoami"}))["picture"], Value::Null);
    let drawn = json!({"strokes": [[[10.0, 20.0], [30.5, 40.25], [256.0, 0.0]], [[128.0, 128.0]]]});
    let take = |host: &mut Host, picture: &Value| {
        let mut command = json!({"do": "picture"});
        command.as_object_mut().unwrap().extend(picture.as_object().unwrap().clone());
        host.ok(command);
    };
    for picture in [json!({"ours": 3}), drawn.clone()] {
        let mark = ana.mark();
        take(&mut ben, &picture);
        ana.await_event("ben's picture", mark, |event| event["event"] == "person" && event["picture"] == picture);
        assert_eq!(ben.ok(json!({"do": "whoami"}))["picture"], picture);
    }
    for (refused, code) in [
        (json!({"do": "picture", "ours": 24}), "bad_field"),
        (json!({"do": "picture", "strokes": vec![vec![[1, 1]; 500]; 3]}), "bad_field"),
        (json!({"do": "picture", "strokes": [[[300, 1]]]}), "bad_field"),
    ] {
        assert_eq!(ben.refused(refused), code);
    }
    let mark = ana.mark();
    ben.ok(json!({"do": "rename", "name": "Benno"}));
    let renamed = ana.await_event("ben's name", mark, |event| event["event"] == "person" && event["name"] == "Benno");
    assert_eq!(renamed["picture"], drawn);
    agree(&mut [&mut ana, &mut ben], DEADLINE);

    // Both sides remember it.
    ben.quit();
    ana.quit();
    let mut ana = local("ana", dirs[0].path(), &[]);
    assert_eq!(contact(&mut ana)["picture"], drawn);
    let address = ana.address();
    let mut ben = local("ben", dirs[1].path(), &["--dial", &address]);
    let own = ben.ok(json!({"do": "whoami"}));
    assert_eq!((&own["name"], &own["picture"]), (&json!("Benno"), &drawn));
    // It is taken to a room that is entered later, and gone from everywhere when it is taken away.
    agree(&mut [&mut ana, &mut ben], DEADLINE);
    ana.ok(json!({"do": "join", "room": "tea"}));
    ben.ok(json!({"do": "join", "room": "tea"}));
    let mut cleo = local("cleo", dirs[1].path().join("cleo").as_path(), &["--room", "tea", "--dial", &address]);
    until("cleo knows ben's picture from the room", || {
        people(&mut cleo).iter().any(|known| known["peer"] == ben.peer.as_str() && known["picture"] == drawn)
    });
    let mark = ana.mark();
    ben.ok(json!({"do": "picture"}));
    ana.await_event("no picture", mark, |event| event["event"] == "person" && event["picture"] == Value::Null);
    assert_eq!(ben.ok(json!({"do": "whoami"}))["picture"], Value::Null);
    [ana, ben, cleo].into_iter().for_each(Host::quit);
}

#[test]
fn a_friend_is_called_at_the_next_start() {
    let _turn = turn();
    let dirs = [TempDir::new().unwrap(), TempDir::new().unwrap()];
    let mut ben = local("ben", dirs[1].path(), &["--name", "Ben"]);
    let address = ben.address();
    let mut ana = local("ana", dirs[0].path(), &["--name", "Ana", "--dial", &address]);
    let peer = ben.peer.clone();
    ana.await_online(&peer, 0);
    ana.ok(json!({"do": "friend", "peer": peer, "on": true}));
    until("ben's address is known", || contact(&mut ana)["addresses"][0] == address.as_str());
    ana.quit();
    // Nobody names an address this time.
    let ana = local("ana", dirs[0].path(), &[]);
    ana.await_online(&peer, 0);
    ana.quit();
    ben.say("bye");
    ben.quit();
}

#[test]
fn the_muted_are_not_heard_until_they_are_unmuted() {
    let _turn = turn();
    let (_dirs, mut ana, mut ben) = two(["Ana", "Ben"]);
    let read = ana.say("before");
    ana.ok(json!({"do": "read", "room": "lobby", "upto": read}));
    agree(&mut [&mut ana, &mut ben], DEADLINE);
    ben.say("heard");
    ana.await_line("heard", 0);
    let unread = |host: &mut Host| host.ok(json!({"do": "reading", "room": "lobby"}))["unread"].as_u64().unwrap();
    assert_eq!(unread(&mut ana), 1);
    let peer = ben.peer.clone();
    let mark = ana.mark();
    ana.ok(json!({"do": "mute", "peer": peer, "on": true}));
    assert_eq!((unread(&mut ana), contact(&mut ana)["muted"].as_bool()), (0, Some(true)));
    for n in 0..5 {
        ben.say(&format!("unheard {n}"));
    }
    ana.say("to you");
    agree(&mut [&mut ana, &mut ben], DEADLINE);
    let texts = |host: &mut Host| host.talk().into_iter().map(|line| line.text).collect::<Vec<_>>();
    assert_eq!(texts(&mut ana), ["before", "to you"]);
    let heard = |event: &Value| event["event"] == "entry" && event["text"].as_str().unwrap().starts_with("unheard");
    assert!(!ana.events(mark).iter().any(heard));
    // A page with none of the lines that are shown is not the beginning of the history.
    let last = ana.ok(json!({"do": "history", "room": "lobby", "limit": 1}))["entries"][0].clone();
    assert_eq!(last["text"], "to you");
    let page = ana.ok(json!({"do": "history", "room": "lobby", "limit": 1, "before": last["id"]}));
    assert_eq!(page["entries"][0]["text"], "before");
    assert_eq!(texts(&mut ben).len(), 8, "they notice nothing");
    ana.ok(json!({"do": "mute", "peer": peer, "on": false}));
    assert_eq!((texts(&mut ana).len(), unread(&mut ana)), (8, 6));
    ana.ask(say("again")).unwrap();
    ana.quit();
    ben.quit();
}

#[test]
fn names_that_look_alike_are_told_of_both() {
    let _turn = turn();
    // The second one has two Cyrillic letters.
    let (dirs, ana, mut other) = two(["Ana", "\u{410}n\u{430}"]);
    let address = ana.address();
    let mut cleo = local("cleo", dirs[1].path().join("cleo").as_path(), &["--name", "Cleo", "--dial", &address]);
    until("cleo has met both", || people(&mut cleo).iter().filter(|known| known["name"] != "").count() == 2);
    let known = people(&mut cleo);
    let of = |peer: &str| known.iter().find(|known| known["peer"] == peer).unwrap()["look_alikes"].clone();
    assert_eq!((of(&ana.peer), of(&other.peer)), (json!([other.peer]), json!([ana.peer])));
    let mark = cleo.mark();
    other.ok(json!({"do": "rename", "name": "Dora"}));
    cleo.await_event("ana looks like nobody else", mark, |event| {
        event["event"] == "person" && event["peer"] == ana.peer && event["look_alikes"] == json!([])
    });
    cleo.quit();
    other.quit();
    ana.quit();
}

#[test]
fn whoever_is_blocked_is_not_heard_and_the_room_goes_on() {
    let _turn = turn();
    let dirs: [TempDir; 4] = std::array::from_fn(|_| TempDir::new().unwrap());
    let mut ana = local("ana", dirs[0].path(), &["--name", "Ana"]);
    let address = ana.address();
    let [mut ben, mut cho, mut dora] = ["Ben", "Cho", "Dora"].map(|name| {
        let at = ["Ana", "Ben", "Cho", "Dora"].iter().position(|other| *other == name).unwrap();
        local(name, dirs[at].path(), &["--name", name, "--dial", &address])
    });
    agree(&mut [&mut ana, &mut ben, &mut cho, &mut dora], DEADLINE);
    ben.say("before");
    agree(&mut [&mut ana, &mut ben, &mut cho, &mut dora], DEADLINE);

    let peer = ben.peer.clone();
    let own = ana.peer.clone();
    assert_eq!(ana.refused(json!({"do": "block", "peer": own, "on": true})), "oneself");
    for host in [&mut ana, &mut dora] {
        host.ok(json!({"do": "block", "peer": peer, "on": true}));
    }
    let marks = [ana.mark(), dora.mark()];
    ben.say("rude");
    cho.await_line("rude", 0);
    cho.say("hello all");
    for (host, mark) in [&mut ana, &mut dora].into_iter().zip(marks) {
        host.await_line("hello all", mark);
        let is_rude = |event: &Value| event["text"] == "rude";
        assert!(!host.events(mark).iter().any(is_rude), "{}", host.label);
        assert!(!host.history().iter().any(|entry| entry["author"] == peer), "{}", host.label);
    }
    let without = agree(&mut [&mut ana, &mut dora], DEADLINE);
    let with = agree(&mut [&mut ben, &mut cho], DEADLINE);
    assert_ne!(without.digest, with.digest);

    // Over a restart it stays, and what was not taken comes when the mark is taken away.
    ana.quit();
    let address = cho.address();
    let mut ana = local("ana", dirs[0].path(), &["--dial", &address]);
    assert_eq!(agree(&mut [&mut ana, &mut dora], DEADLINE).digest, without.digest);
    ana.ok(json!({"do": "block", "peer": peer, "on": false}));
    ana.await_line("rude", 0);
    assert_eq!(agree(&mut [&mut ana, &mut cho], DEADLINE).digest, with.digest);
}
