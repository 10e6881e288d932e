//! Benchmark of the time from `say` on one host to `entry` on three others, beside a mosquitto broker on the same namespaces
//! in the same run: plain with QoS 0, and TLS with QoS 1. Both are driven in the same way: a line into a process, a line out
//! of three.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a benchmark may panic")]

#[path = "../tests/support/mod.rs"]
mod support;

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use support::DEADLINE;
use support::host::{Host, say};
use support::lan::{Lan, address};
use support::process::Process;
use support::stats::{Times, asked_for, ms, ratio};
use tempfile::TempDir;

/// Number of hosts: host 1 talks, hosts 2 to 4 listen, and the broker has the last one.
const LISTENERS: [u8; 3] = [2, 3, 4];
const BROKER: u8 = 5;

/// Messages per second, and number of messages.
const LOADS: [(u32, usize); 2] = [(60, 1_200), (1_000, 10_000)];

/// Length of a message, including its number.
const LENGTH: usize = 200;

/// Size of a disk in memory.
const MEMORY_MIB: u32 = 256;

/// Messages with numbers from here on only check that the connection works.
const WARM_UP: usize = 50_000_000;

/// A message read by a listener: its number and the time.
type Read = Arc<Mutex<Vec<(usize, Instant)>>>;

/// A system that carries messages from one talker to three listeners.
struct Way<'a> {
    name: &'static str,
    talk: Box<dyn FnMut(&str) + 'a>,
    reads: Vec<Read>,
}

/// The measurements at one load.
struct Measured {
    name: &'static str,
    times: Times,
    lost: usize,
}

fn main() {
    if !asked_for() {
        return;
    }
    let Some(lan) = Lan::new(BROKER) else { return };
    for (rate, count) in LOADS {
        let ours = [inkmesh(&lan, Disk::Real, rate, count), inkmesh(&lan, Disk::Memory, rate, count)];
        let others = [plain(&lan, rate, count), tls(&lan, rate, count)];
        report(rate, &ours, &others);
    }
}

fn report(rate: u32, ours: &[Measured], others: &[Measured]) {
    println!("### One talker, three listeners, {rate} messages a second of {LENGTH} bytes\n");
    println!("| way | p50 | p99 | worst | read | lost |");
    println!("| --- | ---: | ---: | ---: | ---: | ---: |");
    for Measured { name, times, lost } in ours.iter().chain(others) {
        let (p50, p99, worst) = (ms(times.median()), ms(times.quantile(0.99)), ms(times.worst()));
        println!("| {name} | {p50} | {p99} | {worst} | {} | {lost} |", times.len());
    }
    println!("\n| ratio | p50 | p99 |");
    println!("| --- | ---: | ---: |");
    for (our, other) in ours.iter().flat_map(|our| others.iter().map(move |other| (our, other))) {
        let p50 = ratio(our.times.median(), other.times.median());
        let p99 = ratio(our.times.quantile(0.99), other.times.quantile(0.99));
        println!("| {} to {} | {p50} | {p99} |", our.name, other.name);
    }
    println!();
}

/// The medium of our data folder, to tell the cost of the disk from the rest.
#[derive(Clone, Copy)]
enum Disk {
    Real,
    Memory,
}

/// Our own: signed, verified, and durable before it is sent.
fn inkmesh(lan: &Lan, disk: Disk, rate: u32, count: usize) -> Measured {
    let folders: Vec<TempDir> = (0..4).map(|_| TempDir::new().unwrap()).collect();
    let name = match disk {
        Disk::Real => "inkmesh",
        Disk::Memory => {
            folders.iter().for_each(|folder| lan.mount_disk(folder.path(), MEMORY_MIB));
            "inkmesh, disk in memory"
        }
    };
    let mut talker = lan.start(1, folders[0].path(), &[]);
    let mut reads = Vec::new();
    let mut listeners = Vec::new();
    for (n, dir) in LISTENERS.into_iter().zip(&folders[1..]) {
        let read = Read::default();
        reads.push(Arc::clone(&read));
        let command = lan.inkmesh(n, dir.path(), &[]);
        let mut listener = Host::launch_tapped(format!("h{n}"), command, move |at, line| {
            let entry = line.starts_with(r#"{"event":"entry""#);
            if let Some(start) = line.find(r#""text":""#).filter(|_| entry) {
                note(&read, at, &line[start + 8..]);
            }
            !entry
        });
        listener.await_ready();
        talker.await_online(&listener.peer, 0);
        listener.await_online(&talker.peer, 0);
        listeners.push(listener);
    }
    let talk = Box::new(|text: &str| {
        talker.send(say(text));
    });
    Way { name, talk, reads }.measure(rate, count)
}

/// A plain broker: no encryption, no acknowledgement.
fn plain(lan: &Lan, rate: u32, count: usize) -> Measured {
    mosquitto(lan, "mosquitto, plain, QoS 0", &["-p", "1883", "-q", "0"], rate, count)
}

/// A realistic broker: encrypted, and every message acknowledged.
fn tls(lan: &Lan, rate: u32, count: usize) -> Measured {
    let dir = TempDir::new().unwrap();
    make_certificate(dir.path());
    let certificate = dir.path().join("certificate.pem");
    let options = ["-p", "8883", "-q", "1", "--cafile", certificate.to_str().unwrap()];
    mosquitto_in(lan, dir.path(), "mosquitto, TLS, QoS 1", &options, rate, count)
}

fn mosquitto(lan: &Lan, name: &'static str, options: &[&str], rate: u32, count: usize) -> Measured {
    let dir = TempDir::new().unwrap();
    mosquitto_in(lan, dir.path(), name, options, rate, count)
}

fn mosquitto_in(lan: &Lan, dir: &Path, name: &'static str, options: &[&str], rate: u32, count: usize) -> Measured {
    let _broker = start_broker(lan, dir);
    let host = address(BROKER);
    let client = |n: u8, program: &str| {
        let mut command = lan.command(n, program);
        command.args(["-h", &host, "-t", "talk", "--nodelay"]).args(options);
        command
    };
    let mut reads = Vec::new();
    let mut listeners = Vec::new();
    for n in LISTENERS {
        let read = Read::default();
        reads.push(Arc::clone(&read));
        listeners.push(Process::start(client(n, "mosquitto_sub"), move |at, line| note(&read, at, line)));
    }
    let mut command = client(1, "mosquitto_pub");
    command.arg("-l");
    let mut talker = Process::start(command, |_, _| ());
    let mut input = talker.take_input();
    let talk = Box::new(move |text: &str| input.write_all(format!("{text}\n").as_bytes()).unwrap());
    Way { name, talk, reads }.measure(rate, count)
}

fn start_broker(lan: &Lan, dir: &Path) -> Process {
    let mut config = "user root\nallow_anonymous true\nset_tcp_nodelay true\nlistener 1883\n".to_owned();
    let (certificate, key) = (dir.join("certificate.pem"), dir.join("key.pem"));
    if certificate.exists() {
        let (certificate, key) = (certificate.display(), key.display());
        config += &format!("listener 8883\ncafile {certificate}\ncertfile {certificate}\nkeyfile {key}\n");
    }
    let file = dir.join("mosquitto.conf");
    fs::write(&file, config).unwrap();
    let mut command = lan.command(BROKER, "mosquitto");
    command.arg("-c").arg(file);
    let mut broker = Process::start(command, |_, _| ());
    let deadline = Instant::now() + DEADLINE;
    // It is ready when a connection succeeds.
    while !probe(lan).status.success() {
        assert!(Instant::now() < deadline, "no broker (is mosquitto installed?): {}", broker.stderr());
        assert!(broker.ended(Duration::from_millis(50)).is_none(), "the broker ended: {}", broker.stderr());
    }
    broker
}

fn probe(lan: &Lan) -> std::process::Output {
    let mut command = lan.command(1, "mosquitto_pub");
    command.args(["-h", &address(BROKER), "-p", "1883", "-t", "probe", "-m", "x"]).output().unwrap()
}

fn make_certificate(dir: &Path) {
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"])
        .args(["-subj", &format!("/CN={}", address(BROKER))])
        .args(["-addext", &format!("subjectAltName=IP:{}", address(BROKER))])
        .arg("-keyout")
        .arg(dir.join("key.pem"))
        .arg("-out")
        .arg(dir.join("certificate.pem"))
        .output()
        .expect("openssl makes a certificate");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}

/// Returns a message: its number and padding.
fn message(number: usize) -> String {
    format!("{number:08} {}", "x".repeat(LENGTH - 9))
}

fn note(read: &Read, at: Instant, text: &str) {
    if let Some(number) = text.get(..8).and_then(|digits| digits.parse().ok()) {
        read.lock().unwrap().push((number, at));
    }
}

impl Way<'_> {
    fn measure(mut self, rate: u32, count: usize) -> Measured {
        self.warm_up();
        for read in &self.reads {
            read.lock().unwrap().clear();
        }
        let sent = self.talk_steadily(rate, count);
        self.await_all(count);
        let mut times = Vec::with_capacity(count * self.reads.len());
        for read in &self.reads {
            let read = read.lock().unwrap();
            times.extend(read.iter().filter(|(n, _)| *n < count).map(|(n, at)| *at - sent[*n]));
        }
        let lost = count * self.reads.len() - times.len();
        Measured { name: self.name, times: Times::new(times), lost }
    }

    /// Sends messages until all listeners receive them, and a few more.
    fn warm_up(&mut self) {
        let deadline = Instant::now() + DEADLINE;
        let mut number = WARM_UP;
        while number < WARM_UP + 20 || self.reads.iter().any(|read| read.lock().unwrap().is_empty()) {
            assert!(Instant::now() < deadline, "{}: not everybody hears", self.name);
            (self.talk)(&message(number));
            number += 1;
            thread::sleep(Duration::from_millis(50));
        }
        let last = |read: &Read| read.lock().unwrap().last().is_some_and(|(n, _)| *n == number - 1);
        while !self.reads.iter().all(last) {
            assert!(Instant::now() < deadline, "{}: the way doesn't get clear", self.name);
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Sends messages at even intervals; returns the times at which they were handed over.
    fn talk_steadily(&mut self, rate: u32, count: usize) -> Vec<Instant> {
        let start = Instant::now();
        let distance = Duration::from_secs(1) / rate;
        (0..count)
            .map(|n| {
                let due = start + distance * u32::try_from(n).unwrap();
                thread::sleep(due.saturating_duration_since(Instant::now()));
                let text = message(n);
                let sent = Instant::now();
                (self.talk)(&text);
                sent
            })
            .collect()
    }

    /// Waits until everything is read, or nothing more comes for some seconds.
    fn await_all(&self, count: usize) {
        let read = || self.reads.iter().map(|read| read.lock().unwrap().len()).sum::<usize>();
        let (mut before, mut since) = (read(), Instant::now());
        while before < count * self.reads.len() && since.elapsed() < Duration::from_secs(10) {
            thread::sleep(Duration::from_millis(20));
            let now = read();
            if now > before {
                (before, since) = (now, Instant::now());
            }
        }
    }
}
