//! gossipsub with our settings, and a watch over its streams.
//!
//! gossipsub keeps one stream in each direction on a connection. It opens a broken stream again without reporting it, but the
//! content of the broken one is lost, which may be the list of rooms that a peer is in. After five openings it gives the
//! connection up, also without reporting it. Then the peers are connected but no gossip comes through. So when a gossip
//! stream is opened again, the connection is closed ([`Watched`]): the peer is called again, and everything begins anew.
//!
//! An RPC above the limits ends a stream without any report: the receiver drops the stream, and the sender, which is still
//! allowed to send some bytes, waits for ever. No program that keeps the limits below can send such an RPC. A peer that does
//! not is noticed by its requests: see [`crate::sync::schedule::Schedule::requested`].

use std::collections::VecDeque;
use std::task::{Context, Poll};

use libp2p::core::Endpoint;
use libp2p::core::transport::PortUse;
use libp2p::gossipsub::{
    AllowAllSubscriptionFilter, ConfigBuilder, IdentityTransform, MaxCountSubscriptionFilter, MessageAuthenticity,
    MessageId, ValidationMode,
};
use libp2p::swarm::derive_prelude::Either;
use libp2p::swarm::handler::{
    ConnectionEvent, ConnectionHandler, ConnectionHandlerEvent, DialUpgradeError, StreamUpgradeError, SubstreamProtocol,
};
use libp2p::swarm::{
    CloseConnection, ConnectionDenied, ConnectionId, FromSwarm, NetworkBehaviour, THandler, THandlerInEvent,
    THandlerOutEvent, ToSwarm,
};
use libp2p::{Multiaddr, PeerId};

use super::StartError;
use crate::command::MAX_ROOMS;
use crate::frame;

/// The largest RPC in bytes. gossipsub compares all that it has read with this, which may be an RPC and the beginning of the
/// next, so it is far more than the largest message ([`frame::MAX_SEALED_FRAME`]), which is checked on its own.
const MAX_RPC: usize = 1 << 20;
/// The largest part of an RPC that is not messages, in bytes: the rooms that a peer is in (about 84 bytes each), ids of
/// messages that it has or wants (34 each).
const MAX_CONTROL: usize = 256 << 10;
/// Ids of messages that are sent or requested in a second, at most: as much as several people draw in the seconds that gossip
/// remembers. The ids of thousands of lines, and the lines again, would fill a slow link; what is left out comes by sync.
const MAX_IDS: usize = 256;
/// Rooms that are remembered of a peer, at most; further ones are ignored.
const MAX_ROOMS_OF_PEER: usize = MAX_ROOMS + 12;
/// Openings of a gossip stream in one direction after which the connection is given up. gossipsub turns deaf at the fifth.
const MAX_OPENINGS: u32 = 4;

const _: () = assert!(84 * MAX_ROOMS_OF_PEER < MAX_CONTROL && 35 * MAX_IDS < MAX_CONTROL && 2 * MAX_CONTROL < MAX_RPC);

/// gossipsub with a bound on how many topics a peer may make us remember.
pub(super) type Gossipsub =
    libp2p::gossipsub::Behaviour<IdentityTransform, MaxCountSubscriptionFilter<AllowAllSubscriptionFilter>>;

/// Returns gossipsub with our settings.
pub(super) fn build() -> Result<Gossip, StartError> {
    let config = ConfigBuilder::default()
        // Operations and live frames carry their author and signature themselves.
        .validation_mode(ValidationMode::Anonymous)
        .validate_messages()
        .message_id_fn(|message| MessageId::new(&frame::message_id(&message.data)))
        .max_transmit_size(MAX_RPC)
        .max_control_message_size(MAX_CONTROL)
        .max_control_messages_sent(MAX_IDS)
        .flood_publish(false)
        .mesh_n(4)
        .mesh_n_low(3)
        .mesh_n_high(6)
        .mesh_outbound_min(1)
        .build()
        .map_err(StartError::network)?;
    let filter = MaxCountSubscriptionFilter {
        filter: AllowAllSubscriptionFilter {},
        max_subscribed_topics: MAX_ROOMS_OF_PEER,
        max_subscriptions_per_request: 2 * MAX_ROOMS_OF_PEER,
    };
    let gossipsub = Gossipsub::new_with_subscription_filter(MessageAuthenticity::Anonymous, config, filter)
        .map_err(StartError::network)?;
    Ok(Gossip { gossipsub, broken: VecDeque::new() })
}

/// gossipsub that closes the connections of a peer whose gossip stream broke.
pub(super) struct Gossip {
    pub(super) gossipsub: Gossipsub,
    /// Peers to be disconnected.
    broken: VecDeque<PeerId>,
}

impl NetworkBehaviour for Gossip {
    type ConnectionHandler = Watched<THandler<Gossipsub>>;
    type ToSwarm = libp2p::gossipsub::Event;

    fn handle_established_inbound_connection(
        &mut self,
        connection: ConnectionId,
        peer: PeerId,
        local: &Multiaddr,
        remote: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.gossipsub.handle_established_inbound_connection(connection, peer, local, remote).map(Watched::new)
    }

    fn handle_established_outbound_connection(
        &mut self,
        connection: ConnectionId,
        peer: PeerId,
        address: &Multiaddr,
        role: Endpoint,
        port: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.gossipsub.handle_established_outbound_connection(connection, peer, address, role, port).map(Watched::new)
    }

    fn on_swarm_event(&mut self, event: FromSwarm<'_>) {
        self.gossipsub.on_swarm_event(event);
    }

    fn on_connection_handler_event(&mut self, peer: PeerId, connection: ConnectionId, event: THandlerOutEvent<Self>) {
        match event {
            Either::Left(event) => self.gossipsub.on_connection_handler_event(peer, connection, event),
            Either::Right(Reopened::ByUs | Reopened::TooOften) => self.give_up(peer),
            // A stream whose opening the peer didn't wait for looks the same from here; then nothing has come through yet.
            Either::Right(Reopened::ByPeer) if self.is_subscribed(&peer) => self.give_up(peer),
            Either::Right(Reopened::ByPeer) => {}
        }
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<ToSwarm<Self::ToSwarm, THandlerInEvent<Self>>> {
        match self.broken.pop_front() {
            // All its connections: what is lost is not said again as long as one is left.
            Some(peer_id) => Poll::Ready(ToSwarm::CloseConnection { peer_id, connection: CloseConnection::All }),
            None => self.gossipsub.poll(cx),
        }
    }
}

impl Gossip {
    fn is_subscribed(&self, peer: &PeerId) -> bool {
        self.gossipsub.all_peers().any(|(other, topics)| other == peer && !topics.is_empty())
    }

    fn give_up(&mut self, peer: PeerId) {
        tracing::warn!(%peer, "a gossip stream broke: closing the connection");
        self.broken.push_back(peer);
    }
}

/// A gossip stream was opened again on a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reopened {
    /// We opened it, after one that had worked.
    ByUs,
    /// The peer opened it.
    ByPeer,
    /// Either of us opened it too often: gossipsub would give up at the next time.
    TooOften,
}

/// The openings of gossip streams on a connection.
#[derive(Debug, Default)]
struct Openings {
    /// True if a stream that we opened has worked.
    stood: bool,
    /// The number of our openings that failed.
    failed: u32,
    theirs: u32,
}

impl Openings {
    fn opened_by_us(&mut self) -> Option<Reopened> {
        std::mem::replace(&mut self.stood, true).then_some(Reopened::ByUs)
    }

    fn failed_by_us(&mut self) -> Option<Reopened> {
        self.failed += 1;
        (self.failed >= MAX_OPENINGS).then_some(Reopened::TooOften)
    }

    fn opened_by_peer(&mut self) -> Option<Reopened> {
        self.theirs += 1;
        match self.theirs {
            0..=1 => None,
            2..MAX_OPENINGS => Some(Reopened::ByPeer),
            _ => Some(Reopened::TooOften),
        }
    }
}

/// gossipsub's end of a connection, with a watch over the streams.
pub(super) struct Watched<H> {
    inner: H,
    openings: Openings,
    news: Option<Reopened>,
}

impl<H> Watched<H> {
    fn new(inner: H) -> Self {
        Watched { inner, openings: Openings::default(), news: None }
    }
}

impl<H: ConnectionHandler> ConnectionHandler for Watched<H> {
    type FromBehaviour = H::FromBehaviour;
    type ToBehaviour = Either<H::ToBehaviour, Reopened>;
    type InboundProtocol = H::InboundProtocol;
    type OutboundProtocol = H::OutboundProtocol;
    type InboundOpenInfo = H::InboundOpenInfo;
    type OutboundOpenInfo = H::OutboundOpenInfo;

    fn listen_protocol(&self) -> SubstreamProtocol<Self::InboundProtocol, Self::InboundOpenInfo> {
        self.inner.listen_protocol()
    }

    fn connection_keep_alive(&self) -> bool {
        self.inner.connection_keep_alive()
    }

    fn poll(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<ConnectionHandlerEvent<Self::OutboundProtocol, Self::OutboundOpenInfo, Self::ToBehaviour>> {
        match self.news.take() {
            Some(news) => Poll::Ready(ConnectionHandlerEvent::NotifyBehaviour(Either::Right(news))),
            None => self.inner.poll(cx).map(|event| event.map_custom(Either::Left)),
        }
    }

    fn poll_close(&mut self, cx: &mut Context<'_>) -> Poll<Option<Self::ToBehaviour>> {
        self.inner.poll_close(cx).map(|event| event.map(Either::Left))
    }

    fn on_behaviour_event(&mut self, event: Self::FromBehaviour) {
        self.inner.on_behaviour_event(event);
    }

    fn on_connection_event(
        &mut self,
        event: ConnectionEvent<
            Self::InboundProtocol,
            Self::OutboundProtocol,
            Self::InboundOpenInfo,
            Self::OutboundOpenInfo,
        >,
    ) {
        let news = match &event {
            ConnectionEvent::FullyNegotiatedInbound(_) => self.openings.opened_by_peer(),
            ConnectionEvent::FullyNegotiatedOutbound(_) => self.openings.opened_by_us(),
            // Whoever doesn't speak gossip at all is left alone.
            ConnectionEvent::DialUpgradeError(DialUpgradeError {
                error: StreamUpgradeError::NegotiationFailed,
                ..
            }) => None,
            ConnectionEvent::DialUpgradeError(_) => self.openings.failed_by_us(),
            _ => None,
        };
        self.news = self.news.or(news);
        self.inner.on_connection_event(event);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_that_is_opened_again_is_told_and_one_that_took_a_few_tries_is_not() {
        let mut openings = Openings::default();
        let failed: Vec<_> = (1..MAX_OPENINGS).map(|_| openings.failed_by_us()).collect();
        assert_eq!(failed, [None; MAX_OPENINGS as usize - 1], "a slow link");
        assert_eq!(openings.opened_by_us(), None);
        assert_eq!(openings.opened_by_us(), Some(Reopened::ByUs));
        assert_eq!(openings.failed_by_us(), Some(Reopened::TooOften));
        let theirs: Vec<_> = (0..MAX_OPENINGS).map(|_| openings.opened_by_peer()).collect();
        let by_peer = Some(Reopened::ByPeer);
        assert_eq!(theirs, [None, by_peer, by_peer, Some(Reopened::TooOften)]);
    }
}
