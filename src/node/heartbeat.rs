//! Pings (`/ipfs/ping/1.0.0`): 32 bytes that the other side sends back.
//!
//! Who made a connection sends one every 2 s, whether the one before was answered or not; the other side answers, and sends its
//! own only after 2.5 s without one, which saves half of them. So something arrives from a peer that lives about as often as
//! that. libp2p's own ping waits for each answer, tells nothing of the first that fails, and then waits for another stream.

use std::convert::Infallible;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures::future::{BoxFuture, FutureExt};
use futures::io::{ReadHalf, WriteHalf};
use futures::{AsyncReadExt, AsyncWriteExt};
use libp2p::core::Endpoint;
use libp2p::core::transport::PortUse;
use libp2p::core::upgrade::ReadyUpgrade;
use libp2p::swarm::handler::{
    ConnectionEvent, ConnectionHandler, ConnectionHandlerEvent, DialUpgradeError, FullyNegotiatedInbound,
    FullyNegotiatedOutbound, StreamUpgradeError, SubstreamProtocol,
};
use libp2p::swarm::{
    ConnectionDenied, ConnectionId, FromSwarm, NetworkBehaviour, THandler, THandlerInEvent, THandlerOutEvent, ToSwarm,
};
use libp2p::{Multiaddr, PeerId, Stream, StreamProtocol};
use tokio::time::Instant;

const PROTOCOL: StreamProtocol = StreamProtocol::new("/ipfs/ping/1.0.0");
/// The time between two pings. The silence after which a connection is closed is more than twice as long.
const INTERVAL: Duration = Duration::from_secs(2);
/// The time without a ping of who made the connection after which the other side sends one.
const LATE: Duration = Duration::from_millis(2_500);
const LEN: usize = 32;

/// The behaviour that pings all peers. Its events are the connections on which the first ping was answered.
#[derive(Default)]
pub(super) struct Heartbeat {
    answered: Vec<ConnectionId>,
}

impl NetworkBehaviour for Heartbeat {
    type ConnectionHandler = Handler;
    type ToSwarm = ConnectionId;

    fn handle_established_inbound_connection(
        &mut self,
        _: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(Handler::new(Some(Heard::default())))
    }

    fn handle_established_outbound_connection(
        &mut self,
        _: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: Endpoint,
        _: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(Handler::new(None))
    }

    fn on_swarm_event(&mut self, _: FromSwarm<'_>) {}

    fn on_connection_handler_event(&mut self, _: PeerId, connection: ConnectionId, (): THandlerOutEvent<Self>) {
        self.answered.push(connection);
    }

    fn poll(&mut self, _: &mut Context<'_>) -> Poll<ToSwarm<Self::ToSwarm, THandlerInEvent<Self>>> {
        // The swarm polls again after each event of a handler.
        self.answered.pop().map_or(Poll::Pending, |connection| Poll::Ready(ToSwarm::GenerateEvent(connection)))
    }
}

/// The part of [`Heartbeat`] on one connection.
pub(super) struct Handler {
    pinging: Pinging,
    /// When the peer pinged last, if it made the connection: no pings of our own are needed then.
    heard: Option<Heard>,
    /// Sends back what the peer sends.
    answering: Option<BoxFuture<'static, io::Result<Infallible>>>,
}

/// The state of our own pings.
enum Pinging {
    /// A stream is opened after a pause.
    Pause(BoxFuture<'static, ()>),
    Opening,
    /// The first ping is under way.
    First(BoxFuture<'static, io::Result<Stream>>),
    Running(BoxFuture<'static, io::Result<Infallible>>),
    /// The peer does not know the protocol.
    Unsupported,
}

/// The last ping of a peer that was answered.
#[derive(Debug, Clone, Default)]
struct Heard(Arc<Mutex<Option<Instant>>>);

impl Heard {
    fn now(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    fn last(&self) -> Option<Instant> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Handler {
    fn new(heard: Option<Heard>) -> Self {
        Handler { pinging: Pinging::Pause(futures::future::ready(()).boxed()), heard, answering: None }
    }

    fn pause(&mut self) {
        self.pinging = Pinging::Pause(tokio::time::sleep(INTERVAL).boxed());
    }
}

impl ConnectionHandler for Handler {
    type FromBehaviour = Infallible;
    type ToBehaviour = ();
    type InboundProtocol = ReadyUpgrade<StreamProtocol>;
    type OutboundProtocol = ReadyUpgrade<StreamProtocol>;
    type InboundOpenInfo = ();
    type OutboundOpenInfo = ();

    fn listen_protocol(&self) -> SubstreamProtocol<Self::InboundProtocol> {
        SubstreamProtocol::new(ReadyUpgrade::new(PROTOCOL), ())
    }

    fn poll(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<ConnectionHandlerEvent<ReadyUpgrade<StreamProtocol>, (), Self::ToBehaviour>> {
        if self.answering.as_mut().is_some_and(|answering| answering.poll_unpin(cx).is_ready()) {
            self.answering = None;
        }
        loop {
            match &mut self.pinging {
                Pinging::Pause(pause) => {
                    ready!(pause.poll_unpin(cx));
                    self.pinging = Pinging::Opening;
                    let protocol = SubstreamProtocol::new(ReadyUpgrade::new(PROTOCOL), ());
                    return Poll::Ready(ConnectionHandlerEvent::OutboundSubstreamRequest { protocol });
                }
                Pinging::First(first) => match ready!(first.poll_unpin(cx)) {
                    Ok(stream) => {
                        self.pinging = Pinging::Running(ping(stream, self.heard.clone()).boxed());
                        return Poll::Ready(ConnectionHandlerEvent::NotifyBehaviour(()));
                    }
                    Err(_) => self.pause(),
                },
                Pinging::Running(pings) => {
                    let _ = ready!(pings.poll_unpin(cx));
                    self.pause();
                }
                Pinging::Opening | Pinging::Unsupported => return Poll::Pending,
            }
        }
    }

    fn on_behaviour_event(&mut self, event: Infallible) {
        match event {}
    }

    fn on_connection_event(&mut self, event: ConnectionEvent<Self::InboundProtocol, Self::OutboundProtocol>) {
        match event {
            ConnectionEvent::FullyNegotiatedInbound(FullyNegotiatedInbound { protocol: stream, .. }) => {
                self.answering = Some(answer(stream, self.heard.clone()).boxed());
            }
            ConnectionEvent::FullyNegotiatedOutbound(FullyNegotiatedOutbound { protocol: stream, .. }) => {
                self.pinging = Pinging::First(first(stream).boxed());
            }
            ConnectionEvent::DialUpgradeError(DialUpgradeError { error, .. }) => match error {
                StreamUpgradeError::NegotiationFailed => self.pinging = Pinging::Unsupported,
                _ => self.pause(),
            },
            _ => {}
        }
    }
}

/// Sends a ping and waits for its answer.
async fn first(mut stream: Stream) -> io::Result<Stream> {
    stream.write_all(&[0; LEN]).await?;
    stream.flush().await?;
    stream.read_exact(&mut [0; LEN]).await?;
    Ok(stream)
}

/// Sends pings until the stream breaks. Whether anything arrives is watched on the whole connection.
async fn ping(stream: Stream, heard: Option<Heard>) -> io::Result<Infallible> {
    let (answers, pings) = stream.split();
    tokio::select! {
        broken = send(pings, heard) => broken,
        broken = receive(answers) => broken,
    }
}

/// Sends a ping after each interval, or when the other side is late with its own.
async fn send(mut pings: WriteHalf<Stream>, heard: Option<Heard>) -> io::Result<Infallible> {
    loop {
        tokio::time::sleep(INTERVAL).await;
        while let Some(late) = heard.as_ref().and_then(Heard::last).map(|last| last + LATE)
            && late > Instant::now()
        {
            tokio::time::sleep_until(late).await;
        }
        pings.write_all(&[0; LEN]).await?;
        pings.flush().await?;
    }
}

async fn receive(mut answers: ReadHalf<Stream>) -> io::Result<Infallible> {
    loop {
        answers.read_exact(&mut [0; LEN]).await?;
    }
}

/// Sends back what the peer sends.
async fn answer(mut stream: Stream, heard: Option<Heard>) -> io::Result<Infallible> {
    let mut bytes = [0; LEN];
    loop {
        stream.read_exact(&mut bytes).await?;
        heard.iter().for_each(Heard::now);
        stream.write_all(&bytes).await?;
        stream.flush().await?;
    }
}
