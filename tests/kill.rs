//! Killed while writing: whatever was acknowledged is there, and nobody ever sees a fork.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests may panic")]

mod support;

use std::collections::HashSet;
use std::io::Write as _;
use std::thread;

use serde_json::json;
use support::host::{Host, agree};
use support::lan::Lan;
use support::{DEADLINE, turn};
use tempfile::TempDir;

const KILLS: u64 = 50;

/// Lines that are written if nothing stops it: more than there is time for.
const LINES: u64 = 5_000;

#[test]
fn killed_fifty_times_while_writing() {
    let _turn = turn();
    let Some(lan) = Lan::new(2) else { return };
    let (mine, theirs) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let mut witness = lan.start(2, theirs.path(), &[]);
    let mut acknowledged: HashSet<String> = HashSet::new();
    for kill in 0..KILLS {
        let victim = lan.start(1, mine.path(), &[]);
        // Connected, so that what was sent but not acknowledged is known elsewhere: a reused number would be a fork.
        victim.await_online(&witness.peer, 0);
        acknowledged.extend(write_and_die(victim, kill));
        let mut restarted = lan.start(1, mine.path(), &[]);
        all_there(&mut restarted, &acknowledged, kill);
        assert!(!restarted.warned("fork"), "after kill {kill}");
        restarted.kill();
    }
    let mut victim = lan.start(1, mine.path(), &[]);
    agree(&mut [&mut victim, &mut witness], DEADLINE);
    all_there(&mut witness, &acknowledged, KILLS);
    assert!(!witness.warned("fork") && !victim.warned("fork"));
}

/// Talks without a pause and is killed when some lines, more each time, are acknowledged; the answer is their ids.
fn write_and_die(mut victim: Host, kill: u64) -> Vec<String> {
    let mut input = victim.take_input();
    let talker = thread::spawn(move || {
        let command = |n: u64| json!({"id": n, "do": "say", "room": "lobby", "text": format!("kill {kill}, line {n}")});
        // It ends when nobody takes its lines any more.
        (0..LINES).take_while(|n| writeln!(input, "{}", command(*n)).is_ok()).count() as u64
    });
    assert!(victim.reply(kill % 20).is_ok());
    let acknowledged = victim.kill_and_count();
    let said = talker.join().unwrap();
    assert!(said < LINES, "the kill came too late");
    acknowledged
}

fn all_there(host: &mut Host, acknowledged: &HashSet<String>, kill: u64) {
    let held: HashSet<String> = host.talk().into_iter().map(|line| line.id).collect();
    let lost: Vec<&String> = acknowledged.difference(&held).collect();
    assert!(lost.is_empty(), "{}: after kill {kill} these are lost: {lost:?}", host.label);
}
