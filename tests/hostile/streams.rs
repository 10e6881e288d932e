//! Tests of gossip streams: the largest messages, and a stream that breaks.

use inkmesh::event::{EntryBody, Event};
use inkmesh::frame::MAX_FRAME;
use inkmesh::operation::{MAX_OPERATION, Operation};
use libp2p::StreamProtocol;

use super::attacker::Attacker;
use super::{PATIENCE, lobby, now_ms, victim};

const GOSSIP: StreamProtocol = StreamProtocol::new("/meshsub/1.1.0");

/// Returns an operation of nearly the largest size.
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
    // So many that the reader lags behind and holds more than one RPC at a time.
    for log in 0..40 {
        let operation = large(&attacker, log, "a");
        missing.push(operation.id());
        attacker.say(&operation);
    }
    // Only gossip brings them: this peer serves no sync streams.
    let all = victim.until(|event| {
        if let Event::Entries { entries, .. } = event {
            missing.retain(|id| entries.iter().all(|entry| entry.id != *id || entry.body != EntryBody::Unknown));
        }
        missing.is_empty().then_some(())
    });
    attacker.during(all).await;
}

/// Checks that a gossip stream that is opened again ends the connection, as messages of the first one may be lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gossip_stream_that_is_opened_again_takes_the_connection_with_it() {
    let mut victim = victim().await;
    let mut attacker = Attacker::connect(73, victim.address.clone()).await;
    // The victim knows this peer's rooms: the first stream works.
    let peer = attacker.identity.author();
    let online = victim.until(|event| {
        matches!(event, Event::Peer { person, .. } if person.peer == peer && person.online).then_some(())
    });
    attacker.during(online).await;
    let (mut control, to) = (attacker.control.clone(), attacker.victim);
    // The victim may close the connection before it has answered this opening; then it fails here.
    let second = attacker.during(control.open_stream(to, GOSSIP)).await;
    tokio::time::timeout(PATIENCE, attacker.until_disconnected()).await.expect("it hangs up");
    drop((second, attacker));

    // The peer is not blamed: it may connect again at once.
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
