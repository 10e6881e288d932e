//! Benchmark of the network: catching up over slow links from one and from several people, in one room and in several; the
//! processor time of many idle people; meeting again on machines with many bridges. `-- slow`, `-- idle` or `-- again` runs one.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a benchmark may panic")]

#[path = "../tests/support/mod.rs"]
mod support;
#[path = "usage.rs"]
#[allow(dead_code, reason = "other benchmarks use the rest")]
mod usage;

use std::time::{Duration, Instant};

use serde_json::Value;
use support::host::Host;
use support::lan::Lan;
use support::stats::{Times, asked_for, ms};
use tempfile::TempDir;

/// Lines of the history, and the rates of the links in kbit/s.
const LINES: usize = 5_000;
const RATES: [u64; 3] = [64, 256, 1024];
/// Rooms that the lines are in.
const ROOMS: [&str; 3] = ["lobby", "garden", "kitchen"];
/// People who idle together, the time until they have settled, and the time that is measured.
const IDLERS: u8 = 40;
const SETTLING: Duration = Duration::from_secs(60);
const IDLING: Duration = Duration::from_secs(60);
/// Bridges on each machine, and how often two people meet again.
const BRIDGES: u8 = 9;
const MEETINGS: usize = 50;

fn main() {
    if !asked_for() {
        return;
    }
    let wanted: Vec<String> =
        std::env::args().filter(|arg| ["slow", "idle", "again"].contains(&arg.as_str())).collect();
    let is_wanted = |part: &str| wanted.is_empty() || wanted.iter().any(|arg| arg == part);
    if is_wanted("slow") {
        slow();
    }
    if is_wanted("idle") {
        idle();
    }
    if is_wanted("again") {
        again();
    }
}

/// Catches up over links of several rates, from one and from four people, in one room and in several. The history, said once,
/// is in all their folders.
fn slow() {
    println!("### {LINES} lines over a slow link\n");
    println!(
        "| kbit/s | givers, rooms | time | share of the link | bytes, of those on a fast link | last line said meanwhile | lost |"
    );
    println!("| ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    for (givers, rooms) in [(4, 3), (4, 1), (1, 1)] {
        let rooms = &ROOMS[..rooms];
        let options: Vec<&str> = rooms.iter().flat_map(|room| ["--room", room]).collect();
        let mut fast = 0;
        for rate in [None].into_iter().chain(RATES.map(Some)) {
            let Some(lan) = Lan::new(givers + 1) else { return };
            let folders: Vec<_> = (0..=givers).map(|_| TempDir::new().unwrap()).collect();
            let mut hosts: Vec<Host> =
                (1..=givers).map(|n| lan.start(n, folders[usize::from(n)].path(), &options)).collect();
            let first = hosts[0].peer.clone();
            hosts[1..].iter().for_each(|host| host.await_online(&first, 0));
            for room in rooms {
                let last = format!("the last line of {room}");
                let lines = (1..LINES / rooms.len()).map(|n| format!("line {n} of a talk as people have it"));
                hosts[0].say_all(room, lines.chain([last.clone()]));
                hosts[1..].iter().for_each(|host| drop(host.await_line(&last, 0)));
            }
            if let Some(rate) = rate {
                lan.slow_down(givers + 1, rate * 1000);
            }
            let newcomer = lan.start(givers + 1, folders[0].path(), &options);
            let (start, before) = (Instant::now(), lan.arrived(givers + 1));
            newcomer.await_online(&first, 0);
            let (mut said, mut worst) = (0, Duration::ZERO);
            // A line each second or so, while the history comes.
            while count(&newcomer, "line ") < LINES / rooms.len() * rooms.len() {
                let (text, at) = (format!("meanwhile {said}"), Instant::now());
                hosts[0].say(&text);
                newcomer.await_line(&text, 0);
                (said, worst) = (said + 1, worst.max(at.elapsed()));
                std::thread::sleep(Duration::from_millis(900));
                assert!(start.elapsed() < Duration::from_secs(900), "not caught up");
            }
            let (took, bytes) = (start.elapsed(), lan.arrived(givers + 1) - before);
            let lost: usize = hosts
                .iter()
                .chain([&newcomer])
                .map(|host| {
                    let is_loss = |event: &Value| event["event"] == "peer" && event["state"] == "offline";
                    host.events(0).iter().filter(|event| is_loss(event)).count()
                })
                .sum();
            fast = if rate.is_none() { bytes } else { fast };
            let share = rate.map(|rate| bytes as f64 * 800.0 / (rate as f64 * 1000.0 * took.as_secs_f64()));
            println!(
                "| {} | {givers}, {} | {:.1} s | {} | {:.2} × | {} | {lost} |",
                rate.map_or("fast".to_owned(), |rate| rate.to_string()),
                rooms.len(),
                took.as_secs_f64(),
                share.map_or("".to_owned(), |share| format!("{share:.0} %")),
                bytes as f64 / fast as f64,
                ms(worst),
            );
        }
    }
    println!();
}

fn count(host: &Host, text: &str) -> usize {
    let is_line =
        |event: &Value| event["event"] == "entry" && event["text"].as_str().is_some_and(|said| said.contains(text));
    host.events(0).iter().filter(|event| is_line(event)).count()
}

/// The processor time of people in one room who do nothing.
fn idle() {
    // All namespaces share one table of neighbours, of 1,024 entries; so many hosts need more, and nobody else is disturbed.
    for family in ["ipv4", "ipv6"] {
        std::fs::write(format!("/proc/sys/net/{family}/neigh/default/gc_thresh3"), "16384").unwrap();
    }
    let Some(lan) = Lan::new(IDLERS) else { return };
    let folders: Vec<_> = (0..IDLERS).map(|_| TempDir::new().unwrap()).collect();
    let hosts: Vec<Host> = (1..=IDLERS).zip(&folders).map(|(n, dir)| lan.start(n, dir.path(), &[])).collect();
    for host in &hosts {
        hosts.iter().filter(|other| other.peer != host.peer).for_each(|other| host.await_online(&other.peer, 0));
    }
    std::thread::sleep(SETTLING);
    let before: Vec<_> = hosts.iter().map(|host| usage::processor_time(host.pid())).collect();
    std::thread::sleep(IDLING);
    let used = hosts.iter().zip(before).map(|(host, before)| usage::processor_time(host.pid()) - before);
    let mut shares: Vec<f64> = used.map(|used| 100.0 * used.as_secs_f64() / IDLING.as_secs_f64()).collect();
    shares.sort_by(f64::total_cmp);
    let mean = shares.iter().sum::<f64>() / shares.len() as f64;
    println!("### {IDLERS} idle people in one room\n");
    println!("processor of each: mean {mean:.2} %, worst {:.2} % of a core\n", shares[shares.len() - 1]);
}

/// Meeting again after a pulled cable and after a restart, on machines with many bridges.
fn again() {
    let Some(lan) = Lan::new(2) else { return };
    let folders = [TempDir::new().unwrap(), TempDir::new().unwrap()];
    (1..=2).for_each(|n| lan.add_bridges(n, BRIDGES));
    let ana = lan.start(1, folders[0].path(), &["--no-mdns"]);
    let dial = support::lan::address(1);
    let mut ben = lan.start(2, folders[1].path(), &["--no-mdns", "--dial", &dial]);
    ana.await_online(&ben.peer, 0);
    let mut times = Vec::new();
    for n in 0..MEETINGS {
        let (peer, mark) = (ben.peer.clone(), ana.mark());
        let start = if n % 2 == 0 {
            let since = ben.mark();
            lan.link_down(2);
            ana.await_offline(&peer, mark);
            ben.await_offline(&ana.peer, since);
            lan.link_up(2);
            Instant::now()
        } else {
            ben.quit();
            ana.await_offline(&peer, mark);
            let start = Instant::now();
            ben = lan.start(2, folders[1].path(), &["--no-mdns"]);
            start
        };
        ana.await_online(&peer, mark);
        times.push(start.elapsed());
    }
    let late = times.iter().filter(|time| **time > Duration::from_secs(5)).count();
    let times = Times::new(times);
    println!("### Meeting again with {BRIDGES} bridges on each machine, {MEETINGS} times\n");
    println!("median {}, worst {}, later than 5 s: {late}\n", ms(times.median()), ms(times.worst()));
}
