//! Benchmark of the window: time from the start of the process to the first frame on a virtual display, and memory in an
//! empty room and after an hour's worth of talk (a line and a stroke a second). Needs Xvfb, xdotool and xwd.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a benchmark may panic")]

#[path = "../tests/support/mod.rs"]
mod support;

use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::display::Display;
use support::host::{Host, local};
use support::stats::asked_for;
use support::{DEADLINE, resident_kib};

/// Number of timed starts.
const STARTS: usize = 10;

/// Lines, and strokes, of an hour's worth of talk.
const SECONDS: usize = 3_600;

/// Commands under way at a time.
const AT_ONCE: usize = 100;

fn main() {
    if !asked_for() {
        return;
    }
    let Some(display) = Display::start().filter(|display| display.shows_something() == Some(false)) else {
        println!("no Xvfb or no xwd here");
        return;
    };
    let mut times: Vec<Duration> = (0..STARTS).map(|_| first_frame(&display)).collect();
    times.sort();
    println!("| the window | |\n| --- | ---: |");
    println!("| start to first frame, median of {STARTS} | {} ms |", times[STARTS / 2].as_millis());
    println!("| start to first frame, worst | {} ms |", times[STARTS - 1].as_millis());
    memory(&display);
}

/// Returns the time until the window shows something. A few milliseconds of it are those of the check.
fn first_frame(display: &Display) -> Duration {
    let folder = tempfile::tempdir().unwrap();
    let start = Instant::now();
    let window = display.launch(folder.path(), &["--name", "Mia"]);
    await_picture(display, true);
    let time = start.elapsed();
    drop(window);
    await_picture(display, false);
    time
}

fn await_picture(display: &Display, there: bool) {
    let start = Instant::now();
    while display.shows_something() != Some(there) {
        assert!(start.elapsed() < DEADLINE, "the picture doesn't change");
        thread::sleep(Duration::from_millis(2));
    }
}

fn memory(display: &Display) {
    let folders = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let mut other = local("Other", folders[0].path(), &["--name", "Other"]);
    let ready = other.await_event("ready", 0, |event| event["event"] == "ready");
    let address = ready["addresses"][0].as_str().unwrap();
    let window = display.open(folders[1].path(), &["--name", "Mia", "--room", "lobby", "--dial", address]);
    let online = |event: &Value| event["event"] == "peer" && event["name"] == "Mia" && event["state"] == "online";
    other.await_event("Mia", 0, online);
    println!("| memory in an empty room | {} MiB |", resident_kib(window.pid()) / 1024);
    talk(&mut other);
    // The window has everything when the other host gets its next line.
    display.xdotool(&["mousemove", "1080", "755", "click", "1", "type", "--delay", "20", "seen"]).unwrap();
    display.xdotool(&["key", "Return"]).unwrap();
    other.await_line("seen", 0);
    println!("| memory after {SECONDS} lines and {SECONDS} strokes | {} MiB |", resident_kib(window.pid()) / 1024);
}

fn talk(host: &mut Host) {
    for start in (0..SECONDS).step_by(AT_ONCE) {
        let ids: Vec<u64> = (start..start + AT_ONCE).flat_map(|n| [line(host, n), stroke(host, n)]).collect();
        for id in ids {
            host.reply(id).unwrap();
        }
    }
}

fn line(host: &mut Host, n: usize) -> u64 {
    host.send(
        json!({"do": "say", "room": "lobby", "text": format!("line {n} of an hour of talk, and some more words")}),
    )
}

fn stroke(host: &mut Host, n: usize) -> u64 {
    let (x, y) = (n * 37 % 1400, n * 53 % 1000);
    let points: Vec<[usize; 2]> = (0..60).map(|i| [x + i * 3, y + i * i % 90]).collect();
    host.send(json!({"do": "stroke", "room": "lobby", "points": points, "color": "#1e1b18", "width": 6, "tool": "pen"}))
}
