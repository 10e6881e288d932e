//! Benchmark of catching up with a history, and of opening one: duration and cost, beside the time in which one core checks
//! as many signatures. `-- million` measures a million operations instead of fewer.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a benchmark may panic")]

mod history;
mod usage;
mod wire;

#[path = "../tests/support/mod.rs"]
mod support;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::process::Command;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::time::{Duration, Instant};

use inkmesh::identity::{Author, SIGNATURE_LEN};
use inkmesh::name::RoomName;
use serde_json::{Value, json};
use support::host::{Host, agree, local_command};
use support::stats::{Times, asked_for, ms, ratio};
use support::{DEADLINE, resident_kib};
use tempfile::TempDir;

use history::History;
use wire::Wire;

/// Most signatures that are checked to measure the time of one.
const SAMPLE: usize = 100_000;
/// Lines of the last screen.
const SCREEN: usize = 50;
/// Number of times that a history is opened.
const STARTS: usize = 5;
/// Time after which a wait fails.
const LIMIT: Duration = Duration::from_secs(900);

fn main() {
    if !asked_for() {
        return;
    }
    let million = std::env::args().any(|arg| arg == "million");
    let sizes: &[usize] = if million { &[1_000_000] } else { &[10_000, 100_000] };
    let histories: Vec<History> = sizes.iter().map(|size| History::of(*size)).collect();
    let folders: Vec<TempDir> = histories.iter().map(with_snapshot).collect();
    let measured: Vec<Measured> =
        histories.iter().zip(&folders).map(|(made, dir)| catch_up(made, dir.path())).collect();
    print_caught_up(&measured);
    print_threads(measured.last().unwrap());
    print_opened(&histories, &folders);
}

/// Returns a copy of a history's folder that a program has opened and closed, so that it holds the room's snapshot.
fn with_snapshot(history: &History) -> TempDir {
    let dir = history.copy();
    let mut host = Host::launch("first".to_owned(), local_command(dir.path(), &[]));
    await_state(&mut host);
    host.quit();
    dir
}

/// Waits until it has opened its rooms.
fn await_state(host: &mut Host) {
    let id = host.send(json!({"do": "state", "room": "lobby"}));
    host.reply_within(id, LIMIT).expect("a state").unwrap();
    host.await_ready();
}

// --- catching up ---------------------------------------------------------------------------------------------------

struct Measured {
    operations: usize,
    /// Times since the newcomer met the giver.
    caught_up: Duration,
    screen: Duration,
    /// The same since the newcomer's start.
    screen_from_start: Duration,
    /// Times of one core for as many signatures, before and after.
    floor: [Floor; 2],
    giver: Used,
    newcomer: Used,
    wire: Wire,
    on_disk: u64,
}

/// The time of one core for the signatures: elapsed time and processor time.
#[derive(Clone, Copy)]
struct Floor {
    time: Duration,
    processor: Duration,
}

struct Used {
    processor: Duration,
    threads: BTreeMap<String, Duration>,
    peak_mib: f64,
}

/// The times at which the newcomer met the giver, had the last screen, and had everything.
struct Moments {
    met: Instant,
    screen: Instant,
    all: Instant,
}

fn catch_up(history: &History, folders: &Path) -> Measured {
    let before = floor(history);
    let mut giver = Host::launch("giver".to_owned(), local_command(folders, &[]));
    await_state(&mut giver);
    let (held, screen) = (giver.state(), last_screen(&mut giver));
    let spent = usage::processor_time(giver.pid());
    let threads = usage::by_thread(giver.pid());

    let empty = TempDir::new().unwrap();
    let (sender, moments) = sync_channel(1);
    // It gets an entry for each operation of the giver, and for the one with its own name.
    let mut watch = Watch::new(giver.peer.clone(), screen, held.operations + 1, sender);
    let command = dialing(empty.path(), &giver);
    let start = Instant::now();
    let mut newcomer = Host::launch_tapped("newcomer".to_owned(), command, move |at, line| watch.hear(at, line));
    let Moments { met, screen, all } = moments.recv_timeout(LIMIT).expect("to catch up");
    let mut used = [&giver, &newcomer].map(|host| Used {
        processor: usage::processor_time(host.pid()),
        threads: usage::by_thread(host.pid()),
        peak_mib: usage::peak_mib(host.pid()),
    });
    used[0].processor -= spent;
    for (name, time) in threads {
        used[0].threads.entry(name).and_modify(|used| *used -= time);
    }
    newcomer.await_ready();
    assert_eq!(agree(&mut [&mut giver, &mut newcomer], DEADLINE).operations, held.operations + 1);
    newcomer.quit();
    giver.quit();
    let [giver, newcomer] = used;
    Measured {
        operations: history.operations,
        caught_up: all - met,
        screen: screen - met,
        screen_from_start: screen - start,
        floor: [before, floor(history)],
        giver,
        newcomer,
        wire: wire::wire(history),
        on_disk: history.size_on_disk(),
    }
}

/// Returns the ids of the last lines of a host's history.
fn last_screen(host: &mut Host) -> HashSet<String> {
    let page = host.ok(json!({"do": "history", "room": "lobby", "limit": SCREEN}));
    page["entries"].as_array().unwrap().iter().map(|entry| entry["id"].as_str().unwrap().to_owned()).collect()
}

fn dialing(dir: &Path, host: &Host) -> Command {
    let ready = host.await_event("ready", 0, |event| event["event"] == "ready");
    local_command(dir, &["--dial", ready["addresses"][0].as_str().unwrap()])
}

/// Watches the events of a newcomer.
struct Watch {
    giver: String,
    screen: HashSet<String>,
    missing: u64,
    met: Option<Instant>,
    seen: Option<Instant>,
    sender: SyncSender<Moments>,
}

impl Watch {
    fn new(giver: String, screen: HashSet<String>, missing: u64, sender: SyncSender<Moments>) -> Self {
        Watch { giver, screen, missing, met: None, seen: None, sender }
    }

    /// Records a line; returns whether the host should store it.
    fn hear(&mut self, at: Instant, line: &str) -> bool {
        if line.starts_with(r#"{"event":"entry""#) {
            self.entry(at, line);
            return false;
        }
        if self.met.is_none() && line.starts_with(r#"{"event":"peer""#) {
            let event: Value = serde_json::from_str(line).unwrap();
            let met = event["peer"] == self.giver.as_str() && event["state"] == "online";
            self.met = met.then_some(at);
        }
        true
    }

    fn entry(&mut self, at: Instant, line: &str) {
        if self.seen.is_none() {
            let id = line.split_once(r#""id":""#).and_then(|(_, rest)| rest.split_once('"')).unwrap().0;
            self.screen.remove(id);
            self.seen = self.screen.is_empty().then_some(at);
        }
        self.missing = self.missing.saturating_sub(1);
        if let (0, Some(met), Some(screen)) = (self.missing, self.met, self.seen) {
            // The receiver is gone when everything has come.
            let _ = self.sender.try_send(Moments { met, screen, all: at });
        }
    }
}

/// Returns the time of one core to check the signatures of this many operations, measured with at most [`SAMPLE`].
fn floor(history: &History) -> Floor {
    let store = history.store();
    let chains = store.chains(&RoomName::lobby().id().0).unwrap();
    let each = history.operations.min(SAMPLE) / chains.len();
    let read = |chain| store.read(chain, 0, each, usize::MAX).unwrap();
    let sample: Vec<(Author, Vec<u8>)> = chains
        .iter()
        .flat_map(|(chain, _)| read(chain).into_iter().map(|bytes| (Author(chain.author), bytes)))
        .collect();
    store.close();
    let (start, spent) = (Instant::now(), usage::own_time());
    for (author, bytes) in &sample {
        let (body, signature) = bytes.split_at(bytes.len() - SIGNATURE_LEN);
        assert!(black_box(author).verify(black_box(body), signature.try_into().unwrap()));
    }
    let scale = history.operations as f64 / sample.len() as f64;
    let (time, processor) = (start.elapsed().mul_f64(scale), (usage::own_time() - spent).mul_f64(scale));
    Floor { time, processor }
}

fn print_caught_up(measured: &[Measured]) {
    println!("### Catching up: a newcomer and one who holds all, two processes on one machine\n");
    let table = Table { measured };
    table.head();
    table.row("all there after", |m| seconds(m.caught_up));
    table.row("last screen there after", |m| ms(m.screen));
    table.row("… after process start", |m| ms(m.screen_from_start));
    table.row("operations/s", |m| format!("{:.0}", m.operations as f64 / m.caught_up.as_secs_f64()));
    table.row("one core checks the signatures in", |m| seconds(m.floor().time));
    table.row("… before, after", |m| m.floor.map(|floor| seconds(floor.time)).join(", "));
    table.row("ratio of the times", |m| ratio(m.caught_up, m.floor().time));
    table.row("processor: giver", |m| seconds(m.giver.processor));
    table.row("processor: newcomer", |m| seconds(m.newcomer.processor));
    table.row("processor: one core checking", |m| seconds(m.floor().processor));
    table.row("ratio of the processor times", |m| ratio(m.giver.processor + m.newcomer.processor, m.floor().processor));
    table.row("most memory: giver", |m| format!("{:.0} MiB", m.giver.peak_mib));
    table.row("most memory: newcomer", |m| format!("{:.0} MiB", m.newcomer.peak_mib));
    table.row("negotiation before the first operation", |m| format!("{} bytes", m.wire.negotiation));
    table.row("requests and ends after that", |m| format!("{} bytes", m.wire.further));
    table.row("operations as sent", |m| mb(m.wire.operations as u64));
    table.row("operations alone", |m| mb(m.wire.raw as u64));
    table.row("their store over that", |m| format!("{:.2} ×", m.on_disk as f64 / m.wire.raw as f64));
}

/// One column for each history.
struct Table<'a> {
    measured: &'a [Measured],
}

impl Table<'_> {
    fn head(&self) {
        let columns: String = self.measured.iter().map(|m| format!(" {} |", m.operations)).collect();
        println!("| operations by {} authors |{columns}", history::AUTHORS);
        println!("| --- |{}", " ---: |".repeat(self.measured.len()));
    }

    fn row(&self, what: &str, figure: impl Fn(&Measured) -> String) {
        let columns: String = self.measured.iter().map(|m| format!(" {} |", figure(m))).collect();
        println!("| {what} |{columns}");
    }
}

impl Measured {
    fn floor(&self) -> Floor {
        let [before, after] = self.floor;
        Floor { time: (before.time + after.time) / 2, processor: (before.processor + after.processor) / 2 }
    }
}

fn print_threads(m: &Measured) {
    println!("\n### Processor time of {} operations by threads\n", m.operations);
    println!("| thread | giver | newcomer |\n| --- | ---: | ---: |");
    let names: BTreeSet<&String> = m.giver.threads.keys().chain(m.newcomer.threads.keys()).collect();
    for name in names {
        let of = |used: &Used| used.threads.get(name).map_or_else(String::new, |time| seconds(*time));
        println!("| {name} | {} | {} |", of(&m.giver), of(&m.newcomer));
    }
}

fn seconds(time: Duration) -> String {
    format!("{:.2} s", time.as_secs_f64())
}

fn mb(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

// --- opening -------------------------------------------------------------------------------------------------------

fn print_opened(histories: &[History], folders: &[TempDir]) {
    println!("\n### From process start to the first page of {SCREEN} lines, {STARTS} starts\n");
    println!("| operations | snapshot | median | worst | memory then |\n| ---: | --- | ---: | ---: | ---: |");
    for (history, dir) in histories.iter().zip(folders) {
        for snapshot in [true, false] {
            let starts: Vec<(Duration, u64)> = (0..STARTS).map(|_| open(dir.path(), snapshot)).collect();
            let times = Times::new(starts.iter().map(|(time, _)| *time).collect());
            let memory = starts.iter().map(|(_, kib)| kib / 1024).max().unwrap();
            let snapshot = if snapshot { "there" } else { "missing" };
            let (median, worst) = (ms(times.median()), ms(times.worst()));
            println!("| {} | {snapshot} | {median} | {worst} | {memory} MiB |", history.operations);
        }
    }
}

/// Returns the time until the first page is there, and the memory then, in KiB.
fn open(dir: &Path, snapshot: bool) -> (Duration, u64) {
    if !snapshot {
        // Written by the program that quit before.
        fs::remove_dir_all(dir.join("log").join("checkpoints")).unwrap();
    }
    let start = Instant::now();
    let mut host = Host::launch("opened".to_owned(), local_command(dir, &[]));
    let id = host.send(json!({"do": "history", "room": "lobby", "limit": SCREEN}));
    let page = host.reply_within(id, LIMIT).expect("a page").unwrap();
    let time = start.elapsed();
    assert_eq!(page["entries"].as_array().unwrap().len(), SCREEN);
    let memory = resident_kib(host.pid());
    host.quit();
    (time, memory)
}
