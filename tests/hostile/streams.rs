//! What the streams of gossip carry, and what becomes of one that breaks.

use inkmesh::event::{EntryBody, Event};
use inkmesh::frame::MAX_FRAME;
use inkmesh::operation::{MAX_OPERATION, Operation};
use libp2p::StreamProtocol;

use super::attacker::Attacker;
use super::{PATIENCE, lobby, now_ms, victim};

const GOSSIP: StreamProtocol = StreamProtocol::new("/meshsub/1.1.0");

/// An operation of the largest size, or nearly.
fn large(attacker: &Attacker, log: u64, fill: &str) -> Operation {
    let operation = attacker.operation(lobby().id(), log, 0, None, now_ms(), &fill.repeat(32_500));
    assert!(operation.bytes().len() > MAX_OPERATION - 1_000);
    operation
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn operations_of_the_largest_size_that_are_sent_at_once_all_come_through() {
    let mut victim = victim().await;
    let mut attacker = Attacker::connect(72, victim.address.clone()).await;
    let mut missing = Vec::new();
    // So many that the reader lags behind: then it holds more than one RPC at a time.
    for log in 0..40 {
        let operation = large(&attacker, log, "a");
        missing.push(operation.id());
        attacker.say(&operation);
    }
    // Only gossip brings them: this peer doesn't answer when it is asked to catch up with.
    let all = victim.until(|event| {
        if let Event::Entries { entries, .. } = event {
            missing.retain(|id| entries.iter().all(|entry| entry.id != *id || entry.body != EntryBody::Unknown));
        }
        missing.is_empty().then_some(())
    });
    attacker.during(all).await;
}

/// A peer opens its gossip stream again only when the first one broke, and what was in that is lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gossip_stream_that_is_opened_again_takes_the_connection_with_it() {
    let mut victim = victim().await;
    let mut attacker = Attacker::connect(73, victim.address.clone()).await;
    // The victim knows what this peer is in: the first stream works.
    let peer = attacker.identity.author();
    let online = victim.until(|event| {
        matches!(event, Event::Peer { person, .. } if person.peer == peer && person.online).then_some(())
    });
    attacker.during(online).await;
    let (mut control, to) = (attacker.control.clone(), attacker.victim);
    // The victim may hang up before it has answered this opening; then it fails here.
    let second = attacker.during(control.open_stream(to, GOSSIP)).await;
    tokio::time::timeout(PATIENCE, attacker.until_disconnected()).await.expect("it hangs up");
    drop((second, attacker));

    // Nothing is held against the peer: it may come back at once.
    let mut again = Attacker::connect(73, victim.address.clone()).await;
    let good = again.operation(lobby().id(), 1, 0, None, now_ms(), "good");
    again.say(&good);
    again.during(victim.until_line("good")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_above_its_size_is_refused_and_the_stream_goes_on() {
    let mut victim = victim().await;
    let mut attacker = Attacker::connect(74, victim.address.clone()).await;
    attacker.publish(vec![0; MAX_FRAME + 1]);
    attacker.publish(vec![0; 500_000]);
    let good = attacker.operation(lobby().id(), 1, 0, None, now_ms(), "good");
    attacker.say(&good);
    attacker.during(victim.until_line("good")).await;
    assert!(attacker.is_connected());
    victim.assert_lines(&["good"]).await;
}
