//! Test of catching up over a slow link: it takes about as long as the link needs for the bytes, live lines get through
//! meanwhile, and nobody is regarded as offline.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests may panic")]

mod support;

use std::cell::Cell;
use std::time::{Duration, Instant};

use serde_json::Value;
use support::lan::Lan;
use support::turn;
use tempfile::TempDir;

/// Lines of history, and the rate of the link in bits a second, both ways.
const LINES: usize = 2_000;
const RATE: u64 = 256_000;
/// Longest duration, in hundredths of the time that the link needs for the bytes.
const SHARE: u64 = 150;

fn is_line(event: &Value) -> bool {
    event["event"] == "entry" && event["text"].as_str().is_some_and(|text| text.starts_with("line "))
}

#[test]
fn a_newcomer_catches_up_over_a_slow_link() {
    let _turn = turn();
    let Some(lan) = Lan::new(2) else { return };
    let folders = [TempDir::new().unwrap(), TempDir::new().unwrap()];
    let mut giver = lan.start(1, folders[0].path(), &[]);
    giver.say_all("lobby", (0..LINES).map(|n| format!("line {n} of a talk as people have it")));
    lan.slow_down(2, RATE);
    let newcomer = lan.start(2, folders[1].path(), &[]);
    newcomer.await_online(&giver.peer, 0);
    let (start, before) = (Instant::now(), lan.arrived(2));
    newcomer.await_event("the first of the history", 0, |event| {
        event["event"] == "entry" && event["author"] == *giver.peer
    });
    giver.say("and now");
    newcomer.await_line("and now", 0);
    let told = newcomer.events(0).iter().filter(|event| is_line(event)).count();
    assert!(told < LINES, "what is said now doesn't wait for all of the history");
    let told = Cell::new(0);
    newcomer.await_event("all of the history", 0, |event| {
        told.set(told.get() + usize::from(is_line(event)));
        told.get() == LINES
    });
    let (took, bytes) = (start.elapsed(), lan.arrived(2) - before);
    let own = Duration::from_millis(bytes * 8 * 1000 / RATE);
    assert!(
        took * 100 <= own * u32::try_from(SHARE).unwrap(),
        "{took:?}, and the link needs {own:?} for {bytes} bytes"
    );
    for host in [&giver, &newcomer] {
        let gone = host.events(0).into_iter().find(|event| event["event"] == "peer" && event["state"] == "offline");
        assert_eq!(gone, None, "nobody was gone");
    }
    giver.quit();
    newcomer.quit();
}
