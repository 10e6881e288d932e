//! Tests of people on one network who start the program without configuration.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests may panic")]

mod support;

use std::fs;

use serde_json::json;
use support::host::{Host, agree, say};
use support::lan::{Lan, address};
use support::{DEADLINE, turn};
use tempfile::TempDir;

const HOSTS: u8 = 4;
const ROUNDS: u32 = 20;

/// Number of starts. Simultaneous dialling and mDNS fail rarely: one good start proves little.
#[test]
fn four_hosts_started_together_find_each_other_and_agree_twenty_times() {
    let _turn = turn();
    let Some(lan) = Lan::new(HOSTS) else { return };
    for round in 0..ROUNDS {
        // In half of the rounds people begin to talk before they have found each other.
        one_start(&lan, round % 2 == 0);
    }
}

fn one_start(lan: &Lan, hasty: bool) {
    let folders: Vec<TempDir> = (0..HOSTS).map(|_| TempDir::new().unwrap()).collect();
    let mut hosts: Vec<Host> = (1..=HOSTS).zip(&folders).map(|(n, dir)| lan.launch(n, dir.path(), &[])).collect();
    hosts.iter_mut().for_each(Host::await_ready);
    if !hasty {
        await_each_other(&hosts);
    }
    let said: Vec<u64> = hosts.iter_mut().map(|host| host.send(say(&greeting(&host.label)))).collect();
    for (host, id) in hosts.iter().zip(said) {
        assert!(host.reply(id).is_ok());
    }
    await_each_other(&hosts);
    let labels: Vec<String> = hosts.iter().map(|host| host.label.clone()).collect();
    for host in &hosts {
        for label in &labels {
            host.await_line(&greeting(label), 0);
        }
    }
    let agreed = agree(&mut hosts.iter_mut().collect::<Vec<_>>(), DEADLINE);
    assert_eq!(agreed.operations, 2 * u64::from(HOSTS), "everybody's name and line");
    each_line_once_in_the_same_order(&mut hosts);
    everyone_sees_everyone(&mut hosts);
    hosts.into_iter().for_each(Host::quit);
}

fn greeting(label: &str) -> String {
    format!("안녕, here is {label}")
}

fn await_each_other(hosts: &[Host]) {
    for host in hosts {
        for other in hosts.iter().filter(|other| other.peer != host.peer) {
            host.await_online(&other.peer, 0);
        }
    }
}

fn each_line_once_in_the_same_order(hosts: &mut [Host]) {
    let order: Vec<_> = hosts[0].history().iter().map(|entry| entry["id"].clone()).collect();
    for host in hosts {
        let history: Vec<_> = host.history().iter().map(|entry| entry["id"].clone()).collect();
        assert_eq!(history, order, "{}", host.label);
        let talk = host.talk();
        assert_eq!(talk.len(), usize::from(HOSTS), "{}: {talk:?}", host.label);
        for line in talk {
            assert_eq!(line.text, greeting(&line.name), "{}", host.label);
            let told =
                host.events(0).iter().filter(|event| event["event"] == "entry" && event["id"] == line.id).count();
            assert_eq!(told, 1, "{} was told {line:?} {told} times", host.label);
        }
    }
}

fn everyone_sees_everyone(hosts: &mut [Host]) {
    for host in hosts {
        let peers = host.ok(json!({"do": "peers", "room": "lobby"})).as_array().unwrap().clone();
        assert_eq!(peers.len(), usize::from(HOSTS), "{}: {peers:?}", host.label);
        for peer in peers {
            assert_eq!(peer["online"], true, "{}: {peer}", host.label);
            let n: u8 = peer["name"].as_str().unwrap().trim_start_matches('h').parse().unwrap();
            if host.label != format!("h{n}") {
                let known = peer["addresses"][0].as_str().unwrap();
                assert!(known.contains(&address(n)), "{}: {peer}", host.label);
            }
        }
    }
}

#[test]
fn where_multicast_is_blocked_people_meet_by_address() {
    let _turn = turn();
    let Some(lan) = Lan::new(3) else { return };
    let folders: Vec<TempDir> = (0..3).map(|_| TempDir::new().unwrap()).collect();
    // The second dials before the first is started, and keeps trying.
    let mut ben = lan.start(2, folders[1].path(), &["--no-mdns", "--dial", &address(1)]);
    let mut ana = lan.start(1, folders[0].path(), &["--no-mdns"]);
    let mut cleo = lan.start(3, folders[2].path(), &["--no-mdns"]);
    ben.await_online(&ana.peer, 0);
    ana.await_online(&ben.peer, 0);
    assert_eq!(cleo.refused(json!({"do": "dial", "address": "no address"})), "bad_address");
    cleo.ok(json!({"do": "dial", "address": address(1)}));
    cleo.await_online(&ana.peer, 0);
    // A peer that knows one of them learns of all.
    cleo.await_online(&ben.peer, 0);
    ben.say("one address is enough");
    cleo.await_line("one address is enough", 0);
    agree(&mut [&mut ana, &mut ben, &mut cleo], DEADLINE);
}

#[test]
fn a_name_that_leads_nowhere_yet_is_followed_once_it_does() {
    let _turn = turn();
    let Some(lan) = Lan::new(2) else { return };
    let folders: Vec<TempDir> = (0..3).map(|_| TempDir::new().unwrap()).collect();
    // This LAN has no name server.
    let (names, servers) = (folders[2].path().join("hosts"), folders[2].path().join("resolv.conf"));
    for (file, over) in [(&names, "/etc/hosts"), (&servers, "/etc/resolv.conf")] {
        fs::write(file, "").unwrap();
        lan.run(&format!("mount --bind '{}' {over}", file.display()));
    }
    let ana = lan.start(1, folders[0].path(), &["--no-mdns"]);
    let ben = lan.start(2, folders[1].path(), &["--no-mdns", "--dial", "ana"]);
    ben.await_warning("dial_failed", 0);
    fs::write(&names, format!("{} ana\n", address(1))).unwrap();
    ben.await_online(&ana.peer, 0);
    ana.await_online(&ben.peer, 0);
}

#[test]
fn people_in_other_rooms_are_not_bothered() {
    let _turn = turn();
    let Some(lan) = Lan::new(2) else { return };
    let folders: Vec<TempDir> = (0..2).map(|_| TempDir::new().unwrap()).collect();
    let mut ana = lan.start(1, folders[0].path(), &["--room", "lobby", "--room", "art"]);
    let mut ben = lan.start(2, folders[1].path(), &[]);
    ana.await_online(&ben.peer, 0);
    ana.ok(json!({"do": "say", "room": "art", "text": "only for painters"}));
    ana.say("for all");
    ben.await_line("for all", 0);
    assert_eq!(ben.refused(json!({"do": "history", "room": "art"})), "not_in_room");
    ben.ok(json!({"do": "join", "room": "Art"}));
    // Earlier lines are there for a newcomer.
    let line = ben.await_line("only for painters", 0);
    assert_eq!(line["room"], "art");
    let told = ben.events(0).iter().filter(|event| event["room"] == "art" && event["event"] == "entry").count();
    ben.ok(json!({"do": "leave", "room": "art"}));
    assert_eq!(ben.refused(json!({"do": "say", "room": "art", "text": "x"})), "not_in_room");
    ana.ok(json!({"do": "say", "room": "art", "text": "after he left"}));
    ana.say("and for all again");
    ben.await_line("and for all again", 0);
    let later = ben.events(0).iter().filter(|event| event["room"] == "art" && event["event"] == "entry").count();
    assert_eq!(told, later, "a room that was left still talks");
}
