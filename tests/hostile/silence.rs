//! Tests of peers that open streams and say nothing on them, of one who asks again and again, and of many who speak at once:
//! nobody loses a word to them.

use futures::future::join_all;
use futures::{AsyncReadExt, AsyncWriteExt};
use inkmesh::clock::Timestamp;
use inkmesh::game::guess::{PeerReply, Refusal};
use inkmesh::sync::{Request, Response};
use libp2p::StreamProtocol;

use super::attacker::{Attacker, GUESS, Running, SYNC, framed};
use super::{Victim, lobby, victim};

/// Peers that connect, and streams that each of them opens: more than are served at once.
const PEERS: u8 = 20;
const STREAMS: usize = 4;

async fn connect(victim: &Victim, peers: u8) -> Vec<Running> {
    let mut connected = Vec::new();
    for n in 0..peers {
        connected.push(Attacker::connect(100 + n, victim.address.clone()).await.run());
    }
    connected
}

async fn silent_streams(peers: &[Running], protocol: StreamProtocol) -> Vec<libp2p::Stream> {
    let opened = peers.iter().flat_map(|peer| (0..STREAMS).map(|_| peer.open(protocol.clone())));
    join_all(opened).await
}

fn hello() -> Vec<u8> {
    Request::Hello { room: lobby().id(), digest: [0; 32], clock: 0 }.encode().unwrap()
}

/// Returns a framed reply to something that is no guess.
fn refused() -> Vec<u8> {
    framed(&PeerReply::Refused(Refusal::Malformed).encode().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn silent_streams_keep_nobody_from_sync_and_guesses() {
    let victim = victim().await;
    let silent = connect(&victim, PEERS).await;
    let _streams = [silent_streams(&silent, SYNC).await, silent_streams(&silent, GUESS).await];
    let mut honest = Attacker::connect(90, victim.address.clone()).await;
    let answer = honest.sync(framed(&hello())).await;
    assert!(matches!(Response::decode(&answer[4..]), Ok(Response::Frontier { .. })));
    assert_eq!(honest.run().ask(GUESS, framed(b"no guess")).await, refused());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_silent_after_the_hello_loses_the_place_to_others() {
    let victim = victim().await;
    let silent = connect(&victim, 4).await;
    let mut streams = silent_streams(&silent, SYNC).await;
    for stream in &mut streams {
        assert!(greet(stream).await);
    }
    let honest = Attacker::connect(90, victim.address.clone()).await.run();
    let served = async {
        loop {
            let answer = honest.ask(SYNC, framed(&hello())).await;
            match Response::decode(&answer[4..]) {
                Ok(Response::Busy) => tokio::task::yield_now().await,
                other => return other,
            }
        }
    };
    let served = tokio::time::timeout(std::time::Duration::from_secs(20), served).await.expect("a place is free");
    assert!(matches!(served, Ok(Response::Frontier { .. })));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_requests_the_last_screen_again_and_again_gets_nothing_and_others_do() {
    let victim = victim().await;
    victim.node.say(lobby(), "hello".to_owned()).await.unwrap();
    let newest = Request::Newest { limit: 160, after: Timestamp::default() };
    let requests = [framed(&hello()), framed(&newest.encode().unwrap())].concat();
    let operations = |peer: &Running| {
        let answer = peer.ask(SYNC, requests.clone());
        async move {
            let answer = answer.await;
            let (len, rest) = answer.split_first_chunk().unwrap();
            let newest = rest.split_at(u32::from_be_bytes(*len) as usize).1;
            matches!(
                Response::decode(&newest[4..newest.len().min(4 + len_of(newest))]),
                Ok(Response::Operations { .. })
            )
        }
    };
    let peers = connect(&victim, 2).await;
    assert!(operations(&peers[0]).await);
    let mut requested = 0;
    while operations(&peers[0]).await {
        requested += 1;
        assert!(requested < 2_000, "always served");
    }
    assert!(operations(&peers[1]).await);
}

/// Returns the length of the message that begins here.
fn len_of(framed: &[u8]) -> usize {
    framed.first_chunk().map_or(0, |len| u32::from_be_bytes(*len) as usize)
}

/// Says hello on a stream. Returns whether the answer came.
async fn greet(stream: &mut libp2p::Stream) -> bool {
    stream.write_all(&framed(&hello())).await.unwrap();
    stream.flush().await.unwrap();
    let mut len = [0; 4];
    stream.read_exact(&mut len).await.is_ok()
}

/// One thread runs everything, so that nothing is taken between two streams that arrive together.
#[tokio::test]
async fn guesses_at_the_same_instant_are_all_answered() {
    let victim = victim().await;
    let peers = connect(&victim, PEERS).await;
    for _ in 0..5 {
        let answers = join_all(peers.iter().map(|peer| peer.ask(GUESS, framed(b"no guess")))).await;
        assert_eq!(answers.iter().filter(|answer| **answer == refused()).count(), answers.len());
    }
}
