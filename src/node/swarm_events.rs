//! What the network tells.

use std::time::{Duration, Instant};

use libp2p::core::ConnectedPoint;
use libp2p::gossipsub::{self, MessageId};
use libp2p::swarm::dial_opts::DialOpts;
use libp2p::swarm::{ConnectionId, DialError, SwarmEvent};
use libp2p::{Multiaddr, PeerId, identify, mdns, ping};

use super::address;
use super::network::{BehaviourEvent, author_of, peer_of};
use super::rooms::Source;
use super::run::Runner;
use crate::event::Warning;
use crate::frame::Frame;
use crate::identity::Author;
use crate::room::{Input, Verdict};

impl Runner {
    pub(super) fn on_swarm_event(&mut self, event: SwarmEvent<BehaviourEvent>) {
        match event {
            SwarmEvent::Behaviour(event) => self.on_behaviour(event),
            SwarmEvent::ConnectionEstablished { peer_id, connection_id, endpoint, .. } => {
                self.on_connected(peer_id, connection_id, &endpoint);
            }
            SwarmEvent::ConnectionClosed { peer_id, connection_id, cause, .. } => {
                tracing::debug!(%peer_id, ?cause, "connection closed");
                self.on_disconnected(peer_id, connection_id);
            }
            SwarmEvent::OutgoingConnectionError { connection_id, peer_id, error } => {
                self.on_dial_failed(connection_id, peer_id, &error);
            }
            SwarmEvent::NewListenAddr { address, .. } => {
                tracing::info!(%address, "listening");
                self.peers.listening_on(address);
                self.listening();
            }
            SwarmEvent::ExpiredListenAddr { address, .. } => self.peers.not_listening_on(&address),
            SwarmEvent::ListenerError { error, .. } => tracing::warn!(%error, "listener"),
            SwarmEvent::ListenerClosed { addresses, reason: Err(error), .. } => {
                addresses.iter().for_each(|address| self.peers.not_listening_on(address));
                let address = addresses.first().map(ToString::to_string).unwrap_or_default();
                self.warn(Warning::ListenFailed { address, reason: error.to_string() });
            }
            _ => {}
        }
    }

    fn on_behaviour(&mut self, event: BehaviourEvent) {
        match event {
            BehaviourEvent::Gossip(event) => self.on_gossip(event),
            BehaviourEvent::Mdns(mdns::Event::Discovered(found)) => self.on_discovered(found),
            BehaviourEvent::Identify(identify::Event::Received { peer_id, info, .. }) => {
                self.on_identified(peer_id, info)
            }
            BehaviourEvent::Ping(ping::Event { connection, result, .. }) => self.on_pinged(connection, &result),
            _ => {}
        }
    }

    // --- connections -----------------------------------------------------------------------------------------------

    fn on_discovered(&mut self, found: Vec<(PeerId, Multiaddr)>) {
        let now = self.now().mono_ms;
        for (peer, address) in found {
            let random = self.random();
            self.peers.found(peer, address, now, random);
        }
        self.call_who_is_due();
    }

    /// A program of this machine says where it listens.
    pub(super) fn on_nearby(&mut self, author: Author, address: Multiaddr) {
        let Some(peer) = peer_of(author) else { return };
        self.on_discovered(vec![(peer, address)]);
    }

    fn on_identified(&mut self, peer: PeerId, info: identify::Info) {
        let now = self.now().mono_ms;
        for address in info.listen_addrs.into_iter().take(16) {
            if address::is_local(&address) && self.peers.leads_to_the_same(&peer, &address) {
                let random = self.random();
                self.peers.found(peer, address, now, random);
            }
        }
        self.tell_addresses(peer);
    }

    fn on_connected(&mut self, peer: PeerId, connection: ConnectionId, endpoint: &ConnectedPoint) {
        let now = self.now().mono_ms;
        let address = endpoint.get_remote_address().clone();
        self.liveness.connected(connection, &address);
        tracing::debug!(%peer, %address, dialled = endpoint.is_dialer(), "connected");
        let welcome = self.peers.connected_to(peer, connection, address, endpoint.is_dialer(), now);
        if welcome.is_none() || author_of(&peer).is_none() {
            self.swarm.close_connection(connection);
        } else {
            self.remember_peers();
        }
    }

    fn on_disconnected(&mut self, peer: PeerId, connection: ConnectionId) {
        self.liveness.closed(connection);
        let (now, random) = (self.now().mono_ms, self.random());
        if self.peers.disconnected(peer, connection, now, random) {
            self.lost(peer);
        }
    }

    fn on_dial_failed(&mut self, connection: ConnectionId, peer: Option<PeerId>, error: &DialError) {
        tracing::debug!(?peer, %error, "dial failed");
        if let Some(address) = self.peers.wanted.first_failure(connection) {
            self.warn(Warning::DialFailed { address, reason: reason(error) });
        }
        let (now, random) = (self.now().mono_ms, self.random());
        match (peer, error) {
            (Some(expected), DialError::WrongPeerId { obtained, address }) => {
                self.peers.another_lives_at(address, expected, *obtained, now, random);
                self.call_who_is_due();
            }
            _ => self.peers.dial_failed(peer, connection, now, random),
        }
    }

    fn on_pinged(&mut self, connection: ConnectionId, result: &Result<Duration, ping::Failure>) {
        if !matches!(result, Err(ping::Failure::Unsupported)) {
            self.liveness.pinged(connection, result.is_ok());
            self.close_dead();
        }
    }

    /// Closes the connections on which nothing arrives any more.
    pub(super) fn close_dead(&mut self) {
        for connection in self.liveness.dead(Instant::now()) {
            tracing::info!(%connection, "no answer: closing the connection");
            self.swarm.close_connection(connection);
            self.liveness.closed(connection);
        }
    }

    /// Calls somebody.
    pub(super) fn dial(&mut self, opts: DialOpts) {
        let (connection, peer) = (opts.connection_id(), opts.get_peer_id());
        if let Err(error) = self.swarm.dial(opts) {
            self.on_dial_failed(connection, peer, &error);
        }
    }

    pub(super) fn call_who_is_due(&mut self) {
        let now = self.now().mono_ms;
        for call in self.peers.due(now) {
            self.dial(call);
        }
        for name in self.peers.names_due(now) {
            self.look_up(name);
        }
    }

    /// A peer sent what no honest program sends.
    pub(super) fn blame(&mut self, peer: PeerId, what: &str) {
        let now = self.now().mono_ms;
        if self.peers.fault(peer, now) {
            tracing::warn!(%peer, what, "too often: disconnected for a while");
            let _ = self.swarm.disconnect_peer_id(peer);
        }
    }

    // --- gossip ----------------------------------------------------------------------------------------------------

    fn on_gossip(&mut self, event: gossipsub::Event) {
        match event {
            gossipsub::Event::Message { propagation_source, message_id, message } => {
                self.on_message(propagation_source, message_id, &message);
            }
            gossipsub::Event::Subscribed { peer_id, topic } => {
                if let Some(name) = self.topics.get(&topic).cloned() {
                    self.came(&name, peer_id);
                }
            }
            gossipsub::Event::Unsubscribed { peer_id, topic } => {
                if let Some(name) = self.topics.get(&topic).cloned() {
                    self.went(&name, peer_id);
                }
            }
            _ => {}
        }
    }

    fn on_message(&mut self, from: PeerId, id: MessageId, message: &gossipsub::Message) {
        let Some(name) = self.topics.get(&message.topic).cloned() else {
            return self.report(Some((id, from)), Verdict::Ignore);
        };
        match self.read(&name, &message.data, from) {
            Ok(Some(input)) => {
                self.feed_from(&name, input, Source { message: Some((id, from)), done: None });
            }
            Ok(None) => self.report(Some((id, from)), Verdict::Ignore),
            Err(error) => {
                tracing::warn!(%from, room = %name, %error, "a bad message was rejected");
                self.report(Some((id, from)), Verdict::Reject);
            }
        }
    }

    /// Reads and verifies a message; `None` when there is nothing new in it, or no room for it now.
    fn read(
        &self,
        name: &crate::name::RoomName,
        data: &[u8],
        from: PeerId,
    ) -> Result<Option<Input>, crate::frame::FrameError> {
        let frame = Frame::decode(data, name.id())?;
        let (Some(from), Some(member)) = (author_of(&from), self.rooms.get(name)) else { return Ok(None) };
        match frame {
            Frame::Live(live) => Ok(Some(Input::Live(live))),
            Frame::Operation(operation) => {
                if !self.takes_more() || !member.room.is_news(operation.header(), operation.id()) {
                    return Ok(None);
                }
                Ok(Some(Input::Gossiped { operation: operation.verify()?, from }))
            }
        }
    }
}

/// The part of a dial error that a person can use.
fn reason(error: &DialError) -> String {
    match error {
        DialError::Transport(errors) => match errors.first() {
            Some((_, libp2p::TransportError::Other(error))) => error.to_string(),
            _ => "no way to that address".to_owned(),
        },
        DialError::LocalPeerId { .. } => "this program itself listens there".to_owned(),
        other => other.to_string(),
    }
}
