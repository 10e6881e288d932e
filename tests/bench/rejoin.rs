//! Catching up: how long it takes a host that was away to get all it missed, beside the time that checking as many
//! signatures takes on one core.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a benchmark may panic")]

#[path = "../support/mod.rs"]
mod support;

use std::hint::black_box;
use std::io::{BufWriter, Write as _};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use inkmesh::identity::Identity;
use serde_json::Value;
use support::host::{Host, agree, say};
use support::lan::Lan;
use support::stats::{asked_for, ratio};
use support::{DEADLINE, resident_kib};
use tempfile::TempDir;

/// How many operations are missed.
const MISSED: [usize; 2] = [10_000, 100_000];

/// The length of each line.
const LENGTH: usize = 200;

/// The length of what is signed of an operation with such a line, roughly.
const SIGNED: usize = 400;

/// Lines that wait to be looked at.
const QUEUE: usize = 1024;

/// How long filling or catching up may take at most.
const LIMIT: Duration = Duration::from_secs(900);

struct Measured {
    missed: usize,
    saying: Duration,
    from_start: Duration,
    from_meeting: Duration,
    verifying: Duration,
    resident_kib: u64,
}

fn main() {
    if !asked_for() {
        return;
    }
    let Some(lan) = Lan::new(2) else { return };
    println!("### Rejoining after operations of {LENGTH} bytes were missed\n");
    println!(
        "| missed | saying them took | caught up after process start | after meeting | operations/s | one core checks \
         as many signatures in | ratio from start | ratio from meeting | memory then |"
    );
    println!("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    for missed in MISSED {
        let measured = rejoin(&lan, missed);
        println!("{}", row(&measured));
    }
}

fn row(m: &Measured) -> String {
    let seconds = |time: Duration| format!("{:.2} s", time.as_secs_f64());
    let per_second = m.missed as f64 / m.from_meeting.as_secs_f64();
    format!(
        "| {} | {} | {} | {} | {per_second:.0} | {} | {} | {} | {} MiB |",
        m.missed,
        seconds(m.saying),
        seconds(m.from_start),
        seconds(m.from_meeting),
        seconds(m.verifying),
        ratio(m.from_start, m.verifying),
        ratio(m.from_meeting, m.verifying),
        m.resident_kib / 1024,
    )
}

fn rejoin(lan: &Lan, missed: usize) -> Measured {
    let (here, away) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    // It was here before, so that it comes back and doesn't come new.
    let mut back = lan.start(2, away.path(), &[]);
    let (mut host, replies) = start_talker(lan, &here);
    host.await_ready();
    back.await_online(&host.peer, 0);
    agree(&mut [&mut host, &mut back], DEADLINE);
    back.quit();

    let saying = fill(&mut host, &replies, missed);
    let mut host = {
        // Its input was used up; its history is on its disk.
        host.await_end();
        drop(host);
        lan.start(1, here.path(), &[])
    };
    let held = host.state();

    let (sender, lines) = sync_channel(QUEUE);
    let command = lan.inkmesh(2, away.path(), &[]);
    let start = Instant::now();
    let mut back = Host::launch_tapped("h2".to_owned(), command, move |at, line| {
        if line.starts_with(r#"{"event":"synced""#) || line.starts_with(r#"{"event":"peer""#) {
            // Nobody listens any more when all has come.
            let _ = sender.send((at, line.to_owned()));
        }
        !line.starts_with(r#"{"event":"entry""#)
    });
    let (met, caught_up) = await_missed(&lines, &host.peer, missed);
    let state = back.state();
    assert_eq!((state.operations, state.digest), (held.operations, held.digest), "caught up with something else");
    let resident_kib = resident_kib(back.pid());
    back.quit();
    host.quit();
    Measured {
        missed,
        saying,
        from_start: caught_up - start,
        from_meeting: caught_up - met,
        verifying: verify(missed),
        resident_kib,
    }
}

fn start_talker(lan: &Lan, dir: &TempDir) -> (Host, Receiver<bool>) {
    let (sender, replies) = sync_channel(QUEUE);
    let command = lan.inkmesh(1, dir.path(), &[]);
    let host = Host::launch_tapped("h1".to_owned(), command, move |_, line| {
        if line.starts_with(r#"{"reply":"said"#) {
            // Nobody listens any more when all is said.
            let _ = sender.send(line.contains(r#""ok":"#));
            return false;
        }
        !line.starts_with(r#"{"event":"entry""#)
    });
    (host, replies)
}

/// Says so many lines as fast as they are taken, and ends the input.
fn fill(host: &mut Host, replies: &Receiver<bool>, lines: usize) -> Duration {
    let start = Instant::now();
    let mut input = BufWriter::new(host.take_input());
    let writer = thread::spawn(move || {
        for n in 0..lines {
            let mut command = say(&format!("{n:08} {}", "x".repeat(LENGTH - 9)));
            command["id"] = "said".into();
            writeln!(input, "{command}").unwrap();
        }
    });
    for n in 0..lines {
        assert!(replies.recv_timeout(LIMIT).expect("a reply"), "line {n} was refused");
    }
    writer.join().unwrap();
    start.elapsed()
}

/// When the other was met, and when all that was missed had come.
fn await_missed(lines: &Receiver<(Instant, String)>, peer: &str, missed: usize) -> (Instant, Instant) {
    let mut met = None;
    let mut received = 0;
    loop {
        let (at, line) = lines.recv_timeout(LIMIT).expect("to catch up");
        let event: Value = serde_json::from_str(&line).unwrap();
        if event["event"] == "peer" && event["peer"] == peer && event["state"] == "online" {
            met.get_or_insert(at);
        }
        received += event["received"].as_u64().unwrap_or(0);
        if received >= missed as u64 {
            return (met.unwrap_or(at), at);
        }
    }
}

/// How long one core takes to check so many signatures.
fn verify(count: usize) -> Duration {
    let identity = Identity::from_secret([7; 32]);
    let author = identity.author();
    let signed: Vec<_> = (0..count)
        .map(|n| {
            let mut message = [0x5a; SIGNED];
            message[..8].copy_from_slice(&(n as u64).to_be_bytes());
            (message, identity.sign(&message))
        })
        .collect();
    let start = Instant::now();
    for (message, signature) in &signed {
        assert!(black_box(author).verify(black_box(message), black_box(signature)));
    }
    start.elapsed()
}
