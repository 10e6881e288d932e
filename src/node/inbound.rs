//! Takes the streams of one protocol that peers open to us, and reports each as an event of the swarm.
//!
//! libp2p-stream holds one stream of a protocol until it is taken and drops those that arrive meanwhile, so that of some
//! guesses at the same instant only one came through. Here streams wait for the swarm on their own connection.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::task::{Context, Poll};

use libp2p::core::Endpoint;
use libp2p::core::transport::PortUse;
use libp2p::core::upgrade::{DeniedUpgrade, ReadyUpgrade};
use libp2p::swarm::handler::{
    ConnectionEvent, ConnectionHandler, ConnectionHandlerEvent, FullyNegotiatedInbound, SubstreamProtocol,
};
use libp2p::swarm::{ConnectionDenied, ConnectionId, FromSwarm, NetworkBehaviour, THandlerInEvent, ToSwarm};
use libp2p::{Multiaddr, PeerId, Stream, StreamProtocol};

/// Streams of a connection that wait for the swarm; more are dropped.
const MAX_WAITING: usize = 32;

/// The behaviour that takes the streams of a protocol.
pub(super) struct Inbound {
    protocol: StreamProtocol,
    opened: VecDeque<(PeerId, Stream)>,
}

impl Inbound {
    /// Takes the streams of this protocol.
    pub(super) fn new(protocol: StreamProtocol) -> Self {
        Inbound { protocol, opened: VecDeque::new() }
    }

    fn handler(&self) -> Handler {
        Handler { protocol: self.protocol.clone(), waiting: VecDeque::new() }
    }
}

impl NetworkBehaviour for Inbound {
    type ConnectionHandler = Handler;
    type ToSwarm = (PeerId, Stream);

    fn handle_established_inbound_connection(
        &mut self,
        _: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: &Multiaddr,
    ) -> Result<Handler, ConnectionDenied> {
        Ok(self.handler())
    }

    fn handle_established_outbound_connection(
        &mut self,
        _: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: Endpoint,
        _: PortUse,
    ) -> Result<Handler, ConnectionDenied> {
        Ok(self.handler())
    }

    fn on_swarm_event(&mut self, _: FromSwarm<'_>) {}

    fn on_connection_handler_event(&mut self, peer: PeerId, _: ConnectionId, stream: Stream) {
        self.opened.push_back((peer, stream));
    }

    fn poll(&mut self, _: &mut Context<'_>) -> Poll<ToSwarm<Self::ToSwarm, THandlerInEvent<Self>>> {
        // The swarm polls again after each event of a handler.
        self.opened.pop_front().map_or(Poll::Pending, |opened| Poll::Ready(ToSwarm::GenerateEvent(opened)))
    }
}

/// The part of [`Inbound`] on one connection.
pub(super) struct Handler {
    protocol: StreamProtocol,
    waiting: VecDeque<Stream>,
}

impl ConnectionHandler for Handler {
    type FromBehaviour = Infallible;
    type ToBehaviour = Stream;
    type InboundProtocol = ReadyUpgrade<StreamProtocol>;
    type OutboundProtocol = DeniedUpgrade;
    type InboundOpenInfo = ();
    type OutboundOpenInfo = ();

    fn listen_protocol(&self) -> SubstreamProtocol<Self::InboundProtocol> {
        SubstreamProtocol::new(ReadyUpgrade::new(self.protocol.clone()), ())
    }

    fn poll(&mut self, _: &mut Context<'_>) -> Poll<ConnectionHandlerEvent<DeniedUpgrade, (), Stream>> {
        // The connection polls again after each event.
        self.waiting
            .pop_front()
            .map_or(Poll::Pending, |stream| Poll::Ready(ConnectionHandlerEvent::NotifyBehaviour(stream)))
    }

    fn on_behaviour_event(&mut self, event: Infallible) {
        match event {}
    }

    fn on_connection_event(&mut self, event: ConnectionEvent<Self::InboundProtocol, Self::OutboundProtocol>) {
        if let ConnectionEvent::FullyNegotiatedInbound(FullyNegotiatedInbound { protocol: stream, .. }) = event {
            if self.waiting.len() < MAX_WAITING {
                self.waiting.push_back(stream);
            } else {
                tracing::debug!(protocol = %self.protocol, "too many streams at once: one is dropped");
            }
        }
    }
}
