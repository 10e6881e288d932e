//! Benchmark of the memory of a headless host after an hour's worth of talk: a line and a stroke a second.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a benchmark may panic")]

#[path = "../tests/support/mod.rs"]
mod support;

use serde_json::{Value, json};
use support::host::{Host, agree, say};
use support::lan::Lan;
use support::stats::asked_for;
use support::{DEADLINE, resident_kib};
use tempfile::TempDir;

const SECONDS: usize = 3_600;

/// Points of a stroke, as many as a pen gives in a second.
const POINTS: usize = 60;

/// Commands under way at a time.
const AT_ONCE: usize = 100;

fn main() {
    if !asked_for() {
        return;
    }
    let Some(lan) = Lan::new(2) else { return };
    let folders: Vec<TempDir> = (0..2).map(|_| TempDir::new().unwrap()).collect();
    let mut hosts: Vec<Host> = (1..=2)
        .zip(&folders)
        .map(|(n, dir)| {
            // Its output is not stored here.
            let heard = |_, line: &str| !line.starts_with(r#"{"event":"entry""#);
            Host::launch_tapped(format!("h{n}"), lan.inkmesh(n, dir.path(), &[]), heard)
        })
        .collect();
    hosts.iter_mut().for_each(Host::await_ready);
    hosts[0].await_online(&hosts[1].peer, 0);
    let empty = hosts.iter().map(|host| resident_kib(host.pid())).collect::<Vec<_>>();
    talk(&mut hosts[0]);
    let state = agree(&mut hosts.iter_mut().collect::<Vec<_>>(), DEADLINE);
    let full = hosts.iter().map(|host| resident_kib(host.pid())).collect::<Vec<_>>();

    println!("### Memory after an hour of talk: {SECONDS} lines, {SECONDS} strokes of {POINTS} points\n");
    println!("| host | at first | after {} operations |", state.operations);
    println!("| --- | ---: | ---: |");
    for (who, n) in [("who says it all", 0), ("who gets it all", 1)] {
        println!("| {who} | {:.1} MiB | {:.1} MiB |", mib(empty[n]), mib(full[n]));
    }
    hosts.into_iter().for_each(Host::quit);
    let mut again = lan.start(2, folders[1].path(), &[]);
    assert_eq!(again.state().digest, state.digest);
    println!("| the latter, started again | {:.1} MiB | |", mib(resident_kib(again.pid())));
}

fn mib(kib: u64) -> f64 {
    kib as f64 / 1024.0
}

fn talk(host: &mut Host) {
    let mut waiting = Vec::new();
    for n in 0..SECONDS {
        waiting.push(host.send(say(&format!("line {n}: as much as people write in a moment, 조금 더"))));
        waiting.push(host.send(stroke(n)));
        if waiting.len() >= AT_ONCE {
            settle(host, &mut waiting);
        }
    }
    settle(host, &mut waiting);
}

fn settle(host: &Host, waiting: &mut Vec<u64>) {
    for id in waiting.drain(..) {
        host.reply(id).unwrap();
    }
}

fn stroke(n: usize) -> Value {
    let points: Vec<[f64; 2]> = (0..POINTS)
        .map(|point| {
            let angle = point as f64 / 8.0;
            [(n % 1400) as f64 + 60.0 * angle.cos() + 100.0, (n % 1000) as f64 + 60.0 * angle.sin() + 100.0]
        })
        .collect();
    json!({"do": "stroke", "room": "lobby", "points": points, "color": "#b83822", "width": 6, "tool": "pen"})
}
