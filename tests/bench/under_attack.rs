//! The time from `say` until the line is durable while strangers do what is cheap for them and dear for the room, beside the
//! time undisturbed: `cargo bench -p inkmesh --bench under_attack`. Attackers and victim share the cores of this machine.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a benchmark fails by panicking

#[path = "../hostile/attacker.rs"]
#[allow(dead_code)] // what tests attack by
mod attacker;
#[path = "../support/stats.rs"]
#[allow(dead_code)] // what others compare by
mod stats;

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use attacker::{Attacker, GUESS, SYNC, framed};
use futures::AsyncWriteExt;
use inkmesh::canvas::{CanvasStep, Color, Point, Points, SheetId, Stroke, Tool};
use inkmesh::clock::Timestamp;
use inkmesh::event::{Event, PenLine};
use inkmesh::frame::Frame;
use inkmesh::identity::Identity;
use inkmesh::live::LiveFrame;
use inkmesh::name::RoomName;
use inkmesh::node::{Config, Node};
use inkmesh::operation::{ChainId, Header, Operation, OperationId};
use inkmesh::payload::Payload;
use inkmesh::sync::Request;
use stats::{Times, asked_for, ms};

/// Lines that are timed, and the pause between two.
const LINES: usize = 400;
const PAUSE: Duration = Duration::from_millis(10);
/// Lines and strokes in the room before.
const BEFORE: usize = 1_000;
/// Messages that an attack has ready.
const MESSAGES: u64 = 20_000;

fn main() {
    if !asked_for() {
        return;
    }
    let runtime = || tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (ours, theirs) = (runtime(), runtime());
    println!("| while strangers | p50 | p99 | p99 undisturbed | ratio |");
    println!("| --- | ---: | ---: | ---: | ---: |");
    for attack in [
        Attack::Hellos,
        Attack::Newest,
        Attack::Silence,
        Attack::Floating,
        Attack::Backdated,
        Attack::Live,
        Attack::Junk,
    ] {
        ours.block_on(measure(attack, &theirs));
    }
}

#[derive(Debug, Clone, Copy)]
enum Attack {
    /// Begin rounds as fast as they can (points 5 and 11).
    Hellos,
    /// Request the last screen again and again (8).
    Newest,
    /// Open streams and say nothing (9).
    Silence,
    /// Send what can't be placed (6).
    Floating,
    /// Date steps back (7).
    Backdated,
    /// Draw with ever new keys (10).
    Live,
    /// Send signatures that are none (10).
    Junk,
}

/// Times lines undisturbed and during an attack.
async fn measure(attack: Attack, theirs: &tokio::runtime::Runtime) {
    let folder = tempfile::tempdir().unwrap();
    let config = Config {
        data_dir: folder.path().to_owned(),
        name: Some("Vic".parse().unwrap()),
        rooms: Vec::new(),
        listen: vec!["/ip4/127.0.0.1/tcp/0".to_owned()],
        dial: Vec::new(),
        mdns: false,
    };
    let (node, mut events) = Node::start(config).await.unwrap();
    let Some(Event::Ready { addresses, .. }) = events.next().await else { panic!("not ready first") };
    tokio::spawn(async move { while events.next().await.is_some() {} });
    for n in 0..BEFORE {
        node.say(RoomName::lobby(), format!("line {n}")).await.unwrap();
        let points = vec![Point { x: 8, y: 8 }, Point { x: 80, y: 90 }];
        let line = PenLine { stroke: n as u64, tool: Tool::Pen, color: Color([0; 3]), width: 8, points };
        node.draw(RoomName::lobby(), line).await.unwrap();
    }
    let undisturbed = time(&node).await;
    let address: libp2p::Multiaddr = addresses[0].parse().unwrap();
    let (begun, begins) = tokio::sync::oneshot::channel();
    let attacking = theirs.spawn(async move { attack.run(address, begun).await });
    begins.await.unwrap();
    let disturbed = time(&node).await;
    attacking.abort();
    node.quit().await.unwrap();
    let of = |times: &Times, percent| times.quantile(percent);
    let (p99, before) = (of(&disturbed, 0.99), of(&undisturbed, 0.99));
    println!(
        "| {attack:?} | {} | {} | {} | {:.2} × |",
        ms(of(&disturbed, 0.5)),
        ms(p99),
        ms(before),
        p99.as_secs_f64() / before.as_secs_f64()
    );
}

/// Says some lines one after another.
async fn time(node: &Node) -> Times {
    let mut times = Vec::with_capacity(LINES);
    for n in 0..LINES {
        let start = Instant::now();
        node.say(RoomName::lobby(), format!("timed {n}")).await.unwrap();
        times.push(start.elapsed());
        tokio::time::sleep(PAUSE).await;
    }
    Times::new(times)
}

impl Attack {
    async fn run(self, address: libp2p::Multiaddr, begun: tokio::sync::oneshot::Sender<()>) {
        let room = RoomName::lobby().id();
        let hello = |n: u64| Request::Hello { room, digest: [n as u8; 32], clock: now_ms() }.encode().unwrap();
        let newest = Request::Newest { limit: 160, after: Timestamp::default() }.encode().unwrap();
        let mut attackers = Vec::new();
        for secret in 1..=4 {
            attackers.push(Attacker::connect(secret, address.clone()).await);
        }
        match self {
            Attack::Hellos | Attack::Newest => {
                let running: Vec<_> = attackers.into_iter().map(Attacker::run).collect();
                let _ = begun.send(());
                for n in 0.. {
                    let mut bytes = framed(&hello(n));
                    if let Attack::Newest = self {
                        bytes.extend(framed(&newest));
                    }
                    let asked = running.iter().map(|attacker| attacker.ask(SYNC, bytes.clone()));
                    futures::future::join_all(asked).await;
                }
            }
            Attack::Silence => {
                let running: Vec<_> = attackers.into_iter().map(Attacker::run).collect();
                let mut streams = Vec::new();
                for attacker in &running {
                    for protocol in [SYNC, GUESS].into_iter().cycle().take(40) {
                        let mut stream = attacker.open(protocol).await;
                        let _ = stream.write_all(&[0]).await;
                        streams.push(stream);
                    }
                }
                let _ = begun.send(());
                std::future::pending::<()>().await;
            }
            Attack::Floating | Attack::Backdated | Attack::Live | Attack::Junk => {
                let attacker = &mut attackers[0];
                let messages: Vec<Vec<u8>> = (0..MESSAGES).map(|n| self.message(attacker, n)).collect();
                let _ = begun.send(());
                for message in messages {
                    attacker.publish(message);
                    attacker.during(tokio::time::sleep(Duration::from_micros(300))).await;
                }
                std::future::pending::<()>().await;
            }
        }
    }

    fn message(self, attacker: &Attacker, n: u64) -> Vec<u8> {
        let room = RoomName::lobby().id();
        let before = OperationId([n as u8; 32]);
        match self {
            Attack::Floating => {
                Frame::operation(&attacker.operation(room, 1, 2 + n, Some(before), now_ms(), "beyond a gap"))
            }
            Attack::Backdated => {
                let identity = &attacker.identity;
                let chain = ChainId { author: identity.author(), log: n };
                let time = Timestamp::from_ms(now_ms() - 3_600_000 - n);
                let step = Payload::Canvas { sheet: SheetId::Free, step: CanvasStep::Clear { stroke: n } };
                let header = Header { room, chain, seq: 0, backlink: None, time };
                Frame::operation(&Operation::sign(identity, header, &step).unwrap())
            }
            Attack::Live => {
                let mut secret = [7; 32];
                secret[..8].copy_from_slice(&n.to_le_bytes());
                let identity = Identity::from_secret(secret);
                let points = Points::new(vec![Point { x: 8, y: 8 }]);
                let stroke = Stroke { id: n, tool: Tool::Pen, color: Color([0; 3]), width: 8, points };
                let live = LiveFrame { author: identity.author(), sheet: SheetId::Free.into(), from: 0, stroke };
                Frame::live(&live.sign(&identity, room).unwrap())
            }
            _ => {
                let mut frame = Frame::operation(&attacker.operation(room, n, 0, None, now_ms(), "junk"));
                frame.last_mut().into_iter().for_each(|last| *last ^= 1);
                frame
            }
        }
    }
}

fn now_ms() -> u64 {
    u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap()
}
