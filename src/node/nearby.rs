//! Finds other programs of this machine, which multicast does not reach: mDNS leaves out the loopback interface.
//!
//! Each says hello once, in a UDP datagram from the claimed port of its own (see [`super::ports`]) to the usual ports on
//! 127.0.0.1, and whoever is there answers with its own hello. What follows is the same as for a peer found by mDNS.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use tokio::net::UdpSocket;
use tokio::sync::mpsc;

use super::peers::Message;
use super::ports::{Claim, USUAL_PORTS};
use crate::codec;
use crate::identity::Author;
use crate::peering::Address;

/// The largest datagram that is read, in bytes.
const MAX_HELLO: usize = 128;
/// The first field of a hello: the name and version of the format.
const HELLO: &str = "inkmesh hello 1";
/// Errors in a row after which no program is looked for any more.
const MAX_ERRORS: u32 = 64;

/// The encoded fields of a hello: [`HELLO`], the author, its TCP port at 127.0.0.1, and whether an answer is wanted.
type Form = (String, Author, u16, bool);

/// Says hello to the programs of this machine and sends the actor a [`Message::Nearby`] for each that says hello to us, until
/// the actor has ended. Nothing happens when no program of this machine can reach what was claimed.
pub(super) fn look_around(claims: &[Claim], me: Author, messages: mpsc::Sender<Message>) {
    let reachable = claims.iter().find_map(|claim| Some((claim.loopback_port()?, claim.guard())));
    let Some((port, guard)) = reachable else { return };
    match guard.and_then(into_async) {
        Ok(socket) => drop(tokio::spawn(async move {
            greet(&socket, me, port).await;
            answer(socket, me, port, messages).await;
        })),
        Err(error) => tracing::warn!(%error, "programs of this machine can't be looked for"),
    }
}

fn into_async(socket: std::net::UdpSocket) -> io::Result<UdpSocket> {
    socket.set_nonblocking(true)?;
    UdpSocket::from_std(socket)
}

async fn greet(socket: &UdpSocket, me: Author, port: u16) {
    for other in USUAL_PORTS.filter(|other| *other != port) {
        say_hello(socket, SocketAddr::from((Ipv4Addr::LOCALHOST, other)), me, port, true).await;
    }
}

/// Answers hellos and passes them on, until the actor has ended.
async fn answer(socket: UdpSocket, me: Author, port: u16, messages: mpsc::Sender<Message>) {
    let mut errors = 0;
    while errors < MAX_ERRORS {
        let mut bytes = [0; MAX_HELLO];
        let received = tokio::select! {
            () = messages.closed() => return,
            received = socket.recv_from(&mut bytes) => received,
        };
        let (len, from) = match received {
            Ok(received) => received,
            // Windows tells here that nobody was at a port that something was sent to.
            Err(error) => {
                tracing::debug!(%error, "looking for programs of this machine");
                errors += 1;
                continue;
            }
        };
        errors = 0;
        let Some((peer, at, asks)) = read(&bytes[..len]).filter(|_| from.ip().is_loopback()) else { continue };
        let address = Address::tcp(SocketAddr::from((Ipv4Addr::LOCALHOST, at)));
        if asks {
            say_hello(&socket, from, me, port, false).await;
        }
        let message = if peer == me { Message::Twin { address } } else { Message::Nearby { peer, address } };
        if messages.send(message).await.is_err() {
            return;
        }
    }
    tracing::warn!("programs of this machine are no longer looked for");
}

async fn say_hello(socket: &UdpSocket, to: SocketAddr, me: Author, port: u16, asks: bool) {
    let sent = match write(me, port, asks) {
        Ok(hello) => socket.send_to(&hello, to).await,
        Err(error) => Err(io::Error::other(error)),
    };
    if let Err(error) = sent {
        tracing::debug!(%error, %to, "no hello");
    }
}

fn write(me: Author, port: u16, asks: bool) -> Result<Vec<u8>, codec::CodecError> {
    let form: Form = (HELLO.to_owned(), me, port, asks);
    codec::encode(&form, MAX_HELLO)
}

fn read(bytes: &[u8]) -> Option<(Author, u16, bool)> {
    let (what, peer, port, asks): Form = codec::decode(bytes).ok()?;
    (what == HELLO && port != 0).then_some((peer, port, asks))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::Identity;

    #[test]
    fn a_hello_reads_back_and_other_datagrams_are_left_alone() {
        let me = Identity::from_secret([1; 32]).author();
        let hello = write(me, 47_771, true).unwrap();
        assert_eq!(read(&hello), Some((me, 47_771, true)));
        assert_eq!(read(&write(me, 0, true).unwrap()), None);
        for len in 0..hello.len() {
            assert_eq!(read(&hello[..len]), None);
        }
        assert_eq!(read(&[&hello[..], &[0]].concat()), None);
        assert_eq!(read(&[0x84; MAX_HELLO]), None);
    }

    async fn next(messages: &mut mpsc::Receiver<Message>) -> (Author, Address) {
        match tokio::time::timeout(std::time::Duration::from_secs(30), messages.recv()).await {
            Ok(Some(Message::Nearby { peer, address })) => (peer, address),
            _ => panic!("no hello"),
        }
    }

    #[tokio::test]
    async fn who_says_hello_is_answered_and_told_and_who_answers_is_only_told() {
        let (me, other) = (Identity::from_secret([1; 32]).author(), Identity::from_secret([2; 32]).author());
        let ours = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let to = ours.local_addr().unwrap();
        let (messages, mut told) = mpsc::channel(1);
        let task = tokio::spawn(answer(ours, me, 50_000, messages));

        let theirs = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        theirs.send_to(&[7; 500], to).await.unwrap();
        theirs.send_to(&write(me, 9, true).unwrap(), to).await.unwrap();
        let twin = Address::of_multiaddr("/ip4/127.0.0.1/tcp/9");
        assert!(matches!(told.recv().await, Some(Message::Twin { address }) if address == twin));
        theirs.recv_from(&mut [0; MAX_HELLO]).await.unwrap();
        theirs.send_to(&write(other, 50_001, true).unwrap(), to).await.unwrap();
        assert_eq!(next(&mut told).await, (other, Address::of_multiaddr("/ip4/127.0.0.1/tcp/50001")));
        let mut bytes = [0; MAX_HELLO];
        let (len, _) = theirs.recv_from(&mut bytes).await.unwrap();
        assert_eq!(read(&bytes[..len]), Some((me, 50_000, false)));

        theirs.send_to(&write(other, 50_002, false).unwrap(), to).await.unwrap();
        assert_eq!(next(&mut told).await.1, Address::of_multiaddr("/ip4/127.0.0.1/tcp/50002"));
        assert!(theirs.try_recv_from(&mut bytes).is_err(), "an answer is not answered");
        drop(told);
        task.await.unwrap();
    }
}
