//! Tests of catching up after an absence, from any member that has the lines.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests may panic")]

mod support;

use std::collections::HashMap;
use std::thread;
use std::time::{Duration, Instant};

use support::host::{Host, Line, agree};
use support::lan::Lan;
use support::{DEADLINE, turn};
use tempfile::TempDir;

const LINES: usize = 200;

/// Time for which the cable is out.
const OUT: Duration = Duration::from_secs(30);

/// Time after the cable's return within which all must hold the same.
const BACK: Duration = Duration::from_secs(10);

fn folders(n: usize) -> Vec<TempDir> {
    (0..n).map(|_| TempDir::new().unwrap()).collect()
}

fn line(n: usize) -> String {
    format!("line {n} of {LINES}")
}

/// Checks that every line is there exactly once, under its author's name.
fn complete(talk: &[Line], author: impl Fn(usize) -> &'static str) {
    let mut names: HashMap<&str, Vec<&str>> = HashMap::new();
    for line in talk {
        names.entry(&line.text).or_default().push(&line.name);
    }
    for n in 0..LINES {
        assert_eq!(names.get(line(n).as_str()), Some(&vec![author(n)]), "line {n}");
    }
}

#[test]
fn killed_while_others_talk() {
    let _turn = turn();
    let Some(lan) = Lan::new(3) else { return };
    let folders = folders(3);
    let mut ana = lan.start(1, folders[0].path(), &[]);
    let mut ben = lan.start(2, folders[1].path(), &[]);
    let mut cleo = Some(lan.start(3, folders[2].path(), &[]));
    for other in [&ana.peer, &ben.peer] {
        cleo.as_ref().unwrap().await_online(other, 0);
    }
    for n in 0..LINES {
        [&mut ana, &mut ben][n % 2].say(&line(n));
        if n == LINES / 4 {
            cleo.take().unwrap().kill();
        }
    }
    let mut cleo = lan.start(3, folders[2].path(), &[]);
    agree(&mut [&mut ana, &mut ben, &mut cleo], DEADLINE);
    let talk = cleo.talk();
    complete(&talk, |n| ["h1", "h2"][n % 2]);
    assert_eq!(talk, ana.talk());
}

#[test]
fn the_author_has_left_meanwhile() {
    let _turn = turn();
    let Some(lan) = Lan::new(3) else { return };
    let folders = folders(3);
    let mut ana = lan.start(1, folders[0].path(), &[]);
    let mut ben = lan.start(2, folders[1].path(), &[]);
    let cleo = lan.start(3, folders[2].path(), &[]);
    cleo.await_online(&ana.peer, 0);
    cleo.await_online(&ben.peer, 0);
    let mark = ana.mark();
    let away = cleo.peer.clone();
    cleo.kill();
    ana.await_offline(&away, mark);
    for n in 0..LINES {
        ana.say(&line(n));
    }
    agree(&mut [&mut ana, &mut ben], DEADLINE);
    ana.kill();

    // All of it comes from the third host, which wrote none of it.
    let mut cleo = lan.start(3, folders[2].path(), &[]);
    agree(&mut [&mut ben, &mut cleo], DEADLINE);
    complete(&cleo.talk(), |_| "h1");

    // With the cable out, the whole history can be read.
    let talk = cleo.talk();
    cleo.quit();
    lan.link_down(3);
    let mut alone = lan.start(3, folders[2].path(), &[]);
    assert_eq!(alone.talk(), talk);
    let mine = alone.say("said to nobody yet");
    assert_eq!(alone.talk().last().map(|line| line.id.clone()), Some(mine));
}

#[test]
fn the_cable_is_pulled_for_thirty_seconds_while_both_sides_talk() {
    let _turn = turn();
    let Some(lan) = Lan::new(3) else { return };
    let folders = folders(3);
    let mut hosts: Vec<Host> = (1..=3).zip(&folders).map(|(n, dir)| lan.start(n, dir.path(), &[])).collect();
    for host in &hosts {
        for other in hosts.iter().filter(|other| other.peer != host.peer) {
            host.await_online(&other.peer, 0);
        }
    }
    lan.link_down(3);
    let pulled = Instant::now();
    let mut said = 0;
    while pulled.elapsed() < OUT {
        for host in &mut hosts {
            host.say(&line(said));
            said += 1;
        }
        // Time must pass here, so that the dead link is noticed and not only survived.
        thread::sleep(Duration::from_millis(400));
    }
    assert_ne!(hosts[0].state().digest, hosts[2].state().digest, "the cable was not pulled");

    lan.link_up(3);
    agree(&mut hosts.iter_mut().collect::<Vec<_>>(), BACK);
    let talk = hosts[2].talk();
    assert_eq!(talk.len(), said);
    for host in &mut hosts {
        assert_eq!(host.talk(), talk, "{}", host.label);
        assert!(!host.warned("fork"));
    }
}
