//! Tests of nonsense, forgery and lies: the node refuses them, says why, and goes on.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a test fails by panicking

mod attacker;
mod clocks;
mod private_rooms;
mod silence;
mod stalling;
mod streams;
mod waiting_room;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use attacker::{Attacker, SYNC, framed};
use futures::{AsyncWriteExt, StreamExt};
use inkmesh::event::{EntryBody, Event, Warning};
use inkmesh::log::Head;
use inkmesh::name::RoomName;
use inkmesh::node::{Config, Events, Node};
use inkmesh::operation::OperationId;
use inkmesh::sync::{Request, Response};
use rand::{Rng, RngExt, SeedableRng};

/// Time after which a wait fails, far more than is needed.
const PATIENCE: Duration = Duration::from_secs(60);

struct Victim {
    node: Node,
    events: Events,
    address: libp2p::Multiaddr,
    _dir: tempfile::TempDir,
}

async fn victim() -> Victim {
    let dir = tempfile::tempdir().unwrap();
    let config = Config {
        data_dir: dir.path().to_owned(),
        name: Some("Vic".parse().unwrap()),
        rooms: Vec::new(),
        listen: vec!["/ip4/127.0.0.1/tcp/0".to_owned()],
        dial: Vec::new(),
        mdns: false,
    };
    let (node, mut events) = Node::start(config).await.unwrap();
    let Some(Event::Ready { addresses, .. }) = events.next().await else { panic!("not ready first") };
    Victim { node, events, address: addresses[0].parse().unwrap(), _dir: dir }
}

impl Victim {
    /// Waits for the first event for which `wanted` returns a value.
    async fn until<T>(&mut self, mut wanted: impl FnMut(&Event) -> Option<T>) -> T {
        let search = async {
            loop {
                let event = self.events.next().await.expect("the node lives");
                if let Some(found) = wanted(&event) {
                    return found;
                }
            }
        };
        tokio::time::timeout(PATIENCE, search).await.expect("it happens")
    }

    async fn until_line(&mut self, text: &str) {
        self.until(|event| match event {
            Event::Entries { entries, .. } => {
                entries.iter().any(|entry| entry.body == EntryBody::Chat(text.to_owned())).then_some(())
            }
            _ => None,
        })
        .await;
    }

    /// Checks that the log holds only the listed operations, and that the node still works.
    async fn assert_lines(&self, expected: &[&str]) {
        self.node.say(lobby(), "still here".to_owned()).await.unwrap();
        let history = self.node.history(lobby(), 100, None).await.unwrap();
        let lines: Vec<_> = history
            .iter()
            .filter_map(|entry| match &entry.body {
                EntryBody::Chat(text) if text != "still here" => Some(text.as_str()),
                _ => None,
            })
            .collect();
        assert_eq!(lines, expected);
    }
}

fn lobby() -> RoomName {
    RoomName::lobby()
}

fn now_ms() -> u64 {
    u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_gossip_is_refused_and_good_gossip_still_taken() {
    let mut victim = victim().await;
    let mut attacker = Attacker::connect(66, victim.address.clone()).await;
    let good = attacker.operation(lobby().id(), 1, 0, None, now_ms(), "good");
    let mut forged = attacker.operation(lobby().id(), 2, 0, None, now_ms(), "forged").bytes().to_vec();
    *forged.last_mut().unwrap() ^= 1;
    let elsewhere =
        attacker.operation("elsewhere".parse::<RoomName>().unwrap().id(), 3, 0, None, now_ms(), "elsewhere");
    let gap = attacker.operation(lobby().id(), 4, 5, Some(OperationId([1; 32])), now_ms(), "gap");

    for len in [0, 1, 63, 64, 65, 200, 32_000] {
        let mut bytes = vec![0; len];
        rand::rngs::SmallRng::seed_from_u64(len as u64).fill_bytes(&mut bytes);
        attacker.publish(bytes);
    }
    attacker.publish([&[0], &good.bytes()[..good.bytes().len() / 2]].concat());
    attacker.publish([&[0], &forged[..]].concat());
    attacker.say(&elsewhere);
    attacker.say(&gap);
    attacker.say(&good);
    attacker.during(victim.until_line("good")).await;
    // An operation without its predecessor is shown; it enters the log only when that comes.
    victim.assert_lines(&["good", "gap"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_oversized_message_costs_only_its_sender() {
    let mut victim = victim().await;
    let mut attacker = Attacker::connect(65, victim.address.clone()).await;
    for len in [40_000, 70_000, 900_000] {
        attacker.publish(vec![7; len]);
    }
    let mut other = Attacker::connect(64, victim.address.clone()).await;
    let good = other.operation(lobby().id(), 1, 0, None, now_ms(), "good");
    other.say(&good);
    let told = attacker.during(victim.until_line("good"));
    other.during(told).await;
    victim.assert_lines(&["good"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_future_is_parked_and_the_person_told() {
    let mut victim = victim().await;
    let mut attacker = Attacker::connect(67, victim.address.clone()).await;
    let in_2100 = 4_102_444_800_000;
    let future = attacker.operation(lobby().id(), 1, 0, None, in_2100, "from the future");
    let author = attacker.identity.author();
    attacker.say(&future);
    let told = victim.until(|event| {
        matches!(event, Event::Warning(Warning::Parked { author: who }) if *who == author).then_some(())
    });
    attacker.during(told).await;
    // It doesn't move the clock of the node.
    let said = victim.node.say(lobby(), "today".to_owned()).await.unwrap().line().unwrap();
    let history = victim.node.history(lobby(), 1, None).await.unwrap();
    assert_eq!(history[0].id, said);
    assert!(history[0].time < now_ms() + 60_000);
    victim.assert_lines(&["today"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_operations_for_one_place_are_told_as_a_fork() {
    let mut victim = victim().await;
    let mut attacker = Attacker::connect(68, victim.address.clone()).await;
    let author = attacker.identity.author();
    let (first, second) = ("first", "second");
    let yes = attacker.operation(lobby().id(), 1, 0, None, now_ms(), first);
    let no = attacker.operation(lobby().id(), 1, 0, None, now_ms() + 1, second);
    attacker.say(&yes);
    attacker.during(victim.until_line(first)).await;
    attacker.say(&no);
    let told = victim
        .until(|event| matches!(event, Event::Warning(Warning::Fork { author: who }) if *who == author).then_some(()));
    attacker.during(told).await;
    // Both are kept.
    victim.assert_lines(&[first, second]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_never_stops_is_shown_the_door() {
    let victim = victim().await;
    let mut attacker = Attacker::connect(69, victim.address.clone()).await;
    // Frames with the tag of an operation, without one behind it. Frames of an unknown kind may be those of a newer program.
    for n in 0..200_u32 {
        attacker.publish([&[0; 100][..], &n.to_be_bytes(), &[9; 100]].concat());
    }
    tokio::time::timeout(PATIENCE, attacker.until_disconnected()).await.expect("disconnected");
    victim.assert_lines(&[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_sync_requests_are_refused() {
    let victim = victim().await;
    let mut attacker = Attacker::connect(70, victim.address.clone()).await;
    let elsewhere = "elsewhere".parse::<RoomName>().unwrap().id();
    let hello = |room| Request::Hello { room, digest: [0; 32], clock: 0 }.encode().unwrap();

    let not_here = attacker.sync(framed(&hello(elsewhere))).await;
    assert_eq!(Response::decode(&not_here[4..]), Ok(Response::NotHere));
    let frontier = attacker.sync(framed(&hello(lobby().id()))).await;
    assert!(matches!(Response::decode(&frontier[4..]), Ok(Response::Frontier { .. })));

    let mut rng = rand::rngs::SmallRng::seed_from_u64(1);
    for _ in 0..20 {
        let mut garbage = vec![0; rng.random_range(1..500)];
        rng.fill_bytes(&mut garbage);
        assert_eq!(attacker.sync(framed(&garbage)).await, b"");
    }
    // Announces 4 GiB; announces bytes and closes; sends a request before the hello.
    assert_eq!(attacker.sync(u32::MAX.to_be_bytes().to_vec()).await, b"");
    assert_eq!(attacker.sync(100_u32.to_be_bytes().to_vec()).await, b"");
    assert_eq!(attacker.sync(framed(&Request::Fetch { wants: Vec::new() }.encode().unwrap())).await, b"");
    victim.assert_lines(&[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_peer_that_lies_when_asked_harms_nobody() {
    let mut victim = victim().await;
    let mut attacker = Attacker::connect(71, victim.address.clone()).await;
    let author = attacker.identity.author();
    let mut forged = attacker.operation(lobby().id(), 1, 0, None, now_ms(), "forged").bytes().to_vec();
    *forged.last_mut().unwrap() ^= 1;
    let real = attacker.operation(lobby().id(), 2, 0, None, now_ms(), "real");
    // Offers 2^40 operations of one chain, then sends a forged one.
    let head = Head { author, log: 1, next: 1 << 40, id: OperationId([7; 32]).into() };
    let frontier = Response::Frontier { heads: vec![head], neighbours: Vec::new(), clock: 0 }.encode().unwrap();
    let forged = Response::Operations { operations: vec![forged.into()] }.encode().unwrap();

    let mut asked = attacker.control.accept(SYNC).unwrap();
    let lie = async {
        let (_, mut stream) = asked.next().await.unwrap();
        for message in [&frontier, &forged] {
            stream.write_all(&framed(message)).await.unwrap();
        }
        stream.flush().await.unwrap();
    };
    attacker.during(lie).await;
    attacker.say(&real);
    attacker.during(victim.until_line("real")).await;
    victim.assert_lines(&["real"]).await;
}
