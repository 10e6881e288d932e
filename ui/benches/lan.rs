//! Benchmark of the start: time to the first person online and to the first line delivered, and to the waiting room with everybody in it, of five hosts on a LAN that are
//! started together without configuration.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a benchmark may panic")]

#[path = "../tests/support/mod.rs"]
mod support;

use std::collections::HashSet;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use serde_json::Value;
use support::DEADLINE;
use support::host::{Host, say};
use support::lan::Lan;
use support::stats::{Times, asked_for, ms};
use tempfile::TempDir;

const HOSTS: u8 = 5;
const ROUNDS: usize = 20;
const GREETING: &str = "the first line";

/// Capacity of a channel, more than the awaited lines of a host.
const QUEUE: usize = 1024;

/// The first times of each milestone on a host, since the start of all.
#[derive(Default)]
struct Start {
    ready: Vec<Duration>,
    first_peer: Vec<Duration>,
    all_peers: Vec<Duration>,
    line: Vec<Duration>,
    waiting_room: Vec<Duration>,
}

fn main() {
    if !asked_for() {
        return;
    }
    let Some(lan) = Lan::new(HOSTS) else { return };
    let mut all = Start::default();
    for _ in 0..ROUNDS {
        one_start(&lan, &mut all);
    }
    println!("### From start to talk: {HOSTS} hosts started together, {ROUNDS} times\n");
    println!("| from process start to | median | worst | measured |");
    println!("| --- | ---: | ---: | ---: |");
    row("`ready`", all.ready);
    row("first `peer` online", all.first_peer);
    row("all four others online", all.all_peers);
    row("a line that another said at its start", all.line);
    row("`nearby` with all four others", all.waiting_room);
}

fn row(what: &str, times: Vec<Duration>) {
    let times = Times::new(times);
    println!("| {what} | {} | {} | {} |", ms(times.median()), ms(times.worst()), times.len());
}

enum Seen {
    /// The host listens; its peer id.
    Ready(String),
    /// Somebody is online.
    Peer(String),
    Line,
    /// The list of rooms nearby; the most people in one.
    Nearby(u64),
}

/// A host, its start time, and its milestones.
struct Started {
    at: Instant,
    host: Host,
    seen: Receiver<(Instant, Seen)>,
}

fn one_start(lan: &Lan, all: &mut Start) {
    let folders: Vec<TempDir> = (0..HOSTS).map(|_| TempDir::new().unwrap()).collect();
    let mut hosts: Vec<Started> = (1..=HOSTS)
        .zip(&folders)
        .map(|(n, dir)| {
            let (sender, seen) = sync_channel(QUEUE);
            let command = lan.inkmesh(n, dir.path(), &[]);
            let at = Instant::now();
            let host = Host::launch_tapped(format!("h{n}"), command, move |at, line| watch(at, line, &sender));
            Started { at, host, seen }
        })
        .collect();
    // One of them talks before it has found anybody.
    hosts[0].host.send(say(GREETING));
    for (n, started) in hosts.iter().enumerate() {
        record(started, n > 0, all);
    }
}

/// Sends the milestone in a line of output, if there is one. Returns whether the host should store the line.
fn watch(at: Instant, line: &str, seen: &SyncSender<(Instant, Seen)>) -> bool {
    let event: Value = serde_json::from_str(line).expect("JSON");
    let peer = || event["peer"].as_str().unwrap_or_default().to_owned();
    let what = match event["event"].as_str() {
        Some("ready") => Seen::Ready(peer()),
        Some("peer") if event["state"] == "online" => Seen::Peer(peer()),
        Some("entry") if event["text"] == GREETING => Seen::Line,
        Some("nearby") => {
            let rooms = event["rooms"].as_array().into_iter().flatten();
            Seen::Nearby(rooms.filter_map(|room| room["people"].as_u64()).max().unwrap_or(0))
        }
        _ => return true,
    };
    // The receiver is gone when the round is over.
    let _ = seen.send((at, what));
    true
}

fn record(started: &Started, awaits_line: bool, all: &mut Start) {
    // `peer` events also name the host itself, and come again when a name is known.
    let mut online = HashSet::new();
    let mut line = !awaits_line;
    let mut waiting_room = false;
    while online.len() < usize::from(HOSTS) || !line || !waiting_room {
        let (at, what) = started.seen.recv_timeout(DEADLINE).expect("a host that sees the others");
        let time = at - started.at;
        match what {
            Seen::Ready(peer) => {
                all.ready.push(time);
                online.insert(peer);
            }
            Seen::Nearby(people) => {
                if people == u64::from(HOSTS) - 1 && !waiting_room {
                    waiting_room = true;
                    all.waiting_room.push(time);
                }
            }
            Seen::Line if line => (),
            Seen::Line => {
                line = true;
                all.line.push(time);
            }
            Seen::Peer(peer) => {
                let new = online.insert(peer);
                match online.len() {
                    2 if new => all.first_peer.push(time),
                    n if new && n == usize::from(HOSTS) => all.all_peers.push(time),
                    _ => (),
                }
            }
        }
    }
}
