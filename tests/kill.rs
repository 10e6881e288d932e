//! Killed while writing: whatever was acknowledged is there, and nobody ever sees a fork.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests may panic")]

mod support;

use std::collections::HashSet;

use support::host::{Host, agree, say};
use support::lan::Lan;
use support::{DEADLINE, turn};
use tempfile::TempDir;

const KILLS: u32 = 50;

/// Lines under way when the kill strikes.
const BURST: u32 = 60;

#[test]
fn killed_fifty_times_while_writing() {
    let _turn = turn();
    let Some(lan) = Lan::new(2) else { return };
    let (mine, theirs) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let mut witness = lan.start(2, theirs.path(), &[]);
    let mut acknowledged: HashSet<String> = HashSet::new();
    let mut cut_short = 0;
    for kill in 0..KILLS {
        let mut victim = lan.start(1, mine.path(), &[]);
        // Connected, so that what was sent but not acknowledged is known elsewhere: a reused number would be a fork.
        victim.await_online(&witness.peer, 0);
        let before = acknowledged.len();
        write_and_die(&mut victim, kill, &mut acknowledged);
        cut_short += u32::from(acknowledged.len() - before < BURST as usize);
        victim.kill();
        let mut restarted = lan.start(1, mine.path(), &[]);
        all_there(&mut restarted, &acknowledged, kill);
        assert!(!restarted.warned("fork"), "after kill {kill}");
        restarted.kill();
    }
    assert!(cut_short > KILLS / 2, "the kills came too late to prove anything: {cut_short} struck while writing");
    let mut victim = lan.start(1, mine.path(), &[]);
    agree(&mut [&mut victim, &mut witness], DEADLINE);
    all_there(&mut witness, &acknowledged, KILLS);
    assert!(!witness.warned("fork") && !victim.warned("fork"));
}

/// Sends a burst of lines and returns when a few of them, more each time, are acknowledged.
fn write_and_die(victim: &mut Host, kill: u32, acknowledged: &mut HashSet<String>) {
    let ids: Vec<u64> = (0..BURST).map(|n| victim.send(say(&format!("kill {kill}, line {n}")))).collect();
    let enough = ids[(kill % (BURST / 2)) as usize];
    assert!(victim.reply(enough).is_ok());
    for id in ids {
        if let Some(Ok(ok)) = victim.reply_now(id) {
            acknowledged.insert(ok["id"].as_str().unwrap().to_owned());
        }
    }
}

fn all_there(host: &mut Host, acknowledged: &HashSet<String>, kill: u32) {
    let held: HashSet<String> = host.talk().into_iter().map(|line| line.id).collect();
    let lost: Vec<&String> = acknowledged.difference(&held).collect();
    assert!(lost.is_empty(), "{}: after kill {kill} these are lost: {lost:?}", host.label);
}
