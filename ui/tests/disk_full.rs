//! Test of a full disk: lines are refused with an error, nothing acknowledged is lost, and writing continues when there is
//! space again.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests may panic")]

mod support;

use std::collections::HashSet;

use support::host::{Host, agree, say};
use support::lan::Lan;
use support::{DEADLINE, turn};
use tempfile::TempDir;

const DISK_MIB: u32 = 48;

/// Most lines of [`LINE`] bytes until the full disk must be noticed: more than fit on the empty disk.
const LINES: usize = 16_000;
const LINE: usize = 4_000;

#[test]
fn a_full_disk() {
    let _turn = turn();
    let Some(lan) = Lan::new(2) else { return };
    let (disk, theirs) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    lan.mount_disk(disk.path(), DISK_MIB);
    let data = disk.path().join("data");
    let mut ana = lan.start(1, &data, &[]);
    let mut ben = lan.start(2, theirs.path(), &[]);
    ana.await_online(&ben.peer, 0);
    let mut acknowledged: Vec<String> = (0..20).map(|n| ana.say(&format!("before {n}"))).collect();

    let ballast = disk.path().join("ballast");
    lan.run(&format!("dd if=/dev/zero of='{}' bs=16k || true", ballast.display()));
    talk_until_refused(&mut ana, &mut acknowledged);
    for n in 0..5 {
        assert_eq!(ana.refused(say(&format!("refused {n}"))), "not_saved");
    }
    ana.await_event("a warning", 0, |event| event["event"] == "warning" && event["code"] == "storage_failed");
    // The history can still be read, and others continue to talk.
    holds(&mut ana, &acknowledged);
    ben.say("said while her disk was full");

    lan.run(&format!("rm '{}'", ballast.display()));
    ana.await_event("relief", 0, |event| event["event"] == "warning" && event["code"] == "storage_recovered");
    acknowledged.push(ana.say("after"));
    ben.await_line("after", 0);
    agree(&mut [&mut ana, &mut ben], DEADLINE);
    ana.kill();

    let mut ana = lan.start(1, &data, &[]);
    holds(&mut ana, &acknowledged);
    agree(&mut [&mut ana, &mut ben], DEADLINE);
    holds(&mut ben, &acknowledged);
    for host in [&mut ana, &mut ben] {
        let talk = host.talk();
        let refused = talk.iter().find(|line| line.name == "h1" && !acknowledged.contains(&line.id));
        assert_eq!(refused, None, "{}: refused, and yet it was sent", host.label);
        assert!(talk.iter().any(|line| line.text == "said while her disk was full"), "{}", host.label);
        assert!(!host.warned("fork"), "{}", host.label);
    }
}

/// Says lines until one is refused: the store may have reserved some space first.
fn talk_until_refused(host: &mut Host, acknowledged: &mut Vec<String>) {
    for n in 0..LINES {
        match host.ask(say(&format!("{n} {}", "x".repeat(LINE)))) {
            Ok(ok) => acknowledged.push(ok["id"].as_str().unwrap().to_owned()),
            Err(error) => {
                assert_eq!(error["code"], "not_saved", "{error}");
                return;
            }
        }
    }
    panic!("{LINES} lines were saved on a full disk");
}

fn holds(host: &mut Host, acknowledged: &[String]) {
    let held: HashSet<String> = host.talk().into_iter().map(|line| line.id).collect();
    let lost: Vec<&String> = acknowledged.iter().filter(|id| !held.contains(*id)).collect();
    assert!(lost.is_empty(), "{}: {} of {} are lost", host.label, lost.len(), acknowledged.len());
}
