//! The waiting room under attack.

use std::time::Duration;

use inkmesh::identity::{Author, Identity};
use inkmesh::name::PersonName;
use inkmesh::node::{Config, Node};
use inkmesh::waiting_room::nearby::{MAX_ANNOUNCERS, MAX_NEARBY};
use inkmesh::waiting_room::{AnnouncedRoom, Announcement, NearbyRoom};

use super::attacker::Attacker;
use super::{PATIENCE, Victim, victim};

/// Announcements of a flood, each under a key of its own, and how many are sent between two looks at the network.
const FLOOD: u32 = 10_000;
const AT_ONCE: u32 = 100;

impl Victim {
    async fn rooms_nearby(&self) -> Vec<NearbyRoom> {
        self.node.rooms_nearby().await.unwrap()
    }

    /// Waits until a room is listed that this person has open.
    async fn until_listed(&self, room: &str, peer: Author) {
        let search = async {
            loop {
                let rooms = self.rooms_nearby().await;
                let found = rooms.iter().find(|nearby| nearby.room.as_str() == room);
                if found.is_some_and(|nearby| nearby.who.iter().any(|who| who.peer == peer)) {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENCE, search).await.expect("the room is listed");
    }
}

fn announcement(identity: &Identity, time: u64, room: &str) -> Vec<u8> {
    let rooms = vec![AnnouncedRoom { room: room.parse().unwrap(), game: None }];
    let name: Option<PersonName> = Some("Mallory".parse().unwrap());
    Announcement { author: identity.author(), time, name, rooms }.sign(identity).unwrap()
}

/// Returns the identity of one of many keys.
fn key(n: u32) -> Identity {
    let mut secret = [0xa7; 32];
    secret[..4].copy_from_slice(&n.to_be_bytes());
    Identity::from_secret(secret)
}

/// Starts an honest person who has a room open, and who connects to the victim.
async fn neighbour(victim: &Victim) -> (Node, tempfile::TempDir) {
    let dir = tempfile::tempdir().unwrap();
    let config = Config {
        data_dir: dir.path().to_owned(),
        name: Some("Hana".parse().unwrap()),
        rooms: vec!["tea".parse().unwrap()],
        listen: vec!["/ip4/127.0.0.1/tcp/0".to_owned()],
        dial: vec![victim.address.to_string()],
        mdns: false,
    };
    let (node, mut events) = Node::start(config).await.unwrap();
    tokio::spawn(async move { while events.next().await.is_some() {} });
    (node, dir)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_announcements_is_bounded_and_a_neighbour_is_still_listed() {
    let victim = victim().await;
    let mut attacker = Attacker::connect(72, victim.address.clone()).await;
    let last = key(FLOOD).author();
    for n in 0..FLOOD {
        attacker.announce(announcement(&key(n), 1, &format!("flood {n}")));
        if n % AT_ONCE == 0 {
            attacker.during(tokio::time::sleep(Duration::from_millis(1))).await;
        }
    }
    let running = attacker.run();
    // Who comes during the flood is listed, and first.
    let (hana, _dir) = neighbour(&victim).await;
    victim.until_listed("tea", hana.author()).await;
    let rooms = victim.rooms_nearby().await;
    assert_eq!(rooms[0].room.as_str(), "tea");
    assert!(rooms.len() <= MAX_NEARBY.min(MAX_ANNOUNCERS), "{}", rooms.len());
    assert!(rooms.iter().all(|room| room.who.iter().all(|who| who.peer != last)));
    victim.assert_lines(&[]).await;
    hana.quit().await.unwrap();
    drop(running);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forged_and_replayed_announcements_show_nothing_and_cost_the_connection() {
    let victim = victim().await;
    let mut attacker = Attacker::connect(73, victim.address.clone()).await;
    let own = attacker.identity.clone();
    attacker.announce(announcement(&own, 5, "second"));
    attacker.during(victim.until_listed("second", own.author())).await;
    // An older one does not replace it, and what is said in the name of somebody else is nothing.
    attacker.announce(announcement(&own, 4, "first"));
    let mut forged = announcement(&key(1), 9, "forged");
    *forged.last_mut().unwrap() ^= 1;
    attacker.announce(forged);
    attacker.announce(announcement(&key(2), 1, "other"));
    attacker.during(victim.until_listed("other", key(2).author())).await;
    let rooms = victim.rooms_nearby().await;
    let names: Vec<&str> = rooms.iter().map(|room| room.room.as_str()).collect();
    assert_eq!(names, ["second", "other"]);
    // Frames with the right tag, without an announcement behind it.
    for n in 0..200_u32 {
        attacker.announce([&[2; 100][..], &n.to_be_bytes(), &[9; 100]].concat());
    }
    tokio::time::timeout(PATIENCE, attacker.until_disconnected()).await.expect("disconnected");
    let gone = async {
        while victim.rooms_nearby().await.iter().any(|room| room.room.as_str() == "second") {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, gone).await.expect("what is announced goes with the connection");
    victim.assert_lines(&[]).await;
}
