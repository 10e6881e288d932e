//! Peers: the connections with them, their gossip, and the calls to them.

use libp2p::swarm::dial_opts::DialOpts;

use super::{NodeActor, Source};
use crate::event::Warning;
use crate::frame::{Frame, FrameError};
use crate::identity::Author;
use crate::name::RoomName;
use crate::node::network::{self, DialFailure, Gossiped};
use crate::node::peers;
use crate::peering::Address;
use crate::room::{Input, Verdict};

impl NodeActor {
    pub(super) fn on_network_event(&mut self, event: network::Event) {
        let now = self.now().mono_ms;
        match event {
            network::Event::Connected { peer, connection, address, dialled } => {
                if self.peers.connected(peer, connection, &address, dialled, now) {
                    self.on_met(peer);
                    self.invitations.met(peer);
                    self.send_invitations(peer);
                    self.waiting_room.met(peer);
                } else {
                    self.network.close(connection);
                }
                self.remember_peers();
            }
            network::Event::Disconnected { peer, connection } => {
                if self.peers.disconnected(peer, connection, now) {
                    let changed = self.clock.lost(&peer);
                    self.on_clock_changed(changed);
                    self.sync.disconnected(now);
                    self.on_parted(peer);
                    self.waiting_room.parted(peer, now);
                    self.rooms.names().iter().for_each(|name| self.on_left(name, peer));
                }
            }
            network::Event::DialFailed { connection, peer, failure } => {
                let elsewhere = matches!(failure, DialFailure::AnotherAnswered { .. });
                let warning = self.peers.dial_failed(connection, peer, failure, now);
                warning.into_iter().for_each(|warning| self.frontend.warn(warning));
                if elsewhere {
                    self.make_calls();
                }
            }
            network::Event::Listening(address) => {
                self.peers.listening(&address);
                self.frontend.listening(now);
            }
            network::Event::NotListening(address) => self.peers.not_listening(&address),
            network::Event::ListenFailed { addresses, reason } => {
                addresses.iter().for_each(|address| self.peers.not_listening(address));
                let address = addresses.first().map_or_else(|| "a port".to_owned(), ToString::to_string);
                self.frontend.warn(Warning::ListenFailed { address, reason });
            }
            network::Event::Interface { subnet, up } => {
                self.peers.interface(subnet, up, now);
                self.make_calls();
            }
            network::Event::Discovers => self.frontend.warn(Warning::DiscoveryRecovered),
            network::Event::Discovered(found) => {
                for (peer, address) in found {
                    if peer == self.identity.author() {
                        self.call_twin(peers::plain(&address));
                    } else {
                        self.peers.discovered(peer, &address, now);
                    }
                }
                self.make_calls();
            }
            network::Event::CallFailed { own_key } => self.peers.call_failed(own_key, now),
            network::Event::Identified { peer, connection, program, addresses } => {
                self.peers.identified(peer, (connection, program), &addresses, now);
                self.remember_peers();
                self.on_reached(peer);
                for name in self.rooms.with_peer(peer) {
                    self.feed(&name, Input::Online { peer, addresses: self.peers.addresses(peer) });
                }
            }
            network::Event::Answered(connection) => self.peers.answered(connection),
            network::Event::Entered { room, peer } => self.on_entered(&room, peer),
            network::Event::Left { room, peer } => self.on_left(&room, peer),
            network::Event::Gossip { room, message, data } => self.on_gossip(&room, message, &data),
            network::Event::CameWaiting => self.waiting_room.came(now),
            network::Event::LeftWaiting(peer) => self.waiting_room.left(peer, now),
            network::Event::Announced { message, data } => self.on_announced(&message, &data),
            network::Event::SyncStream { peer, stream } => self.sync.serve(peer, stream, self.disk.store(), now),
            network::Event::GuessStream { peer, stream } => self.guesses.serve(peer, stream),
            network::Event::InvitationStream { peer, stream } => self.invitation_streams.serve(peer, stream),
        }
    }

    /// Takes note that a peer subscribed to a room's topic. In a private room that does not make it a member: a round is begun
    /// with it, in which it may prove that it is one.
    pub(super) fn on_entered(&mut self, name: &RoomName, peer: Author) {
        self.sync.entered(name, peer, self.now().mono_ms);
        if !name.is_private() || self.proven.contains(&(name.id(), peer)) {
            self.feed(name, Input::Online { peer, addresses: self.peers.addresses(peer) });
        }
        self.begin_rounds();
    }

    /// Takes note that a connected peer has the keys of a private room. Does nothing for a public one.
    pub(super) fn on_proven(&mut self, name: &RoomName, peer: Author) {
        let is_new = name.is_private()
            && self.rooms.contains(name)
            && self.network.is_connected(peer)
            && self.proven.insert((name.id(), peer));
        if is_new && self.network.members(name.id()).contains(&peer) {
            self.feed(name, Input::Online { peer, addresses: self.peers.addresses(peer) });
        }
    }

    fn on_left(&mut self, name: &RoomName, peer: Author) {
        self.proven.remove(&(name.id(), peer));
        self.sync.left(name, peer);
        self.feed(name, Input::Offline { peer });
    }

    fn on_gossip(&mut self, room: &RoomName, message: Gossiped, data: &[u8]) {
        let now = self.now().mono_ms;
        if !self.peers.admits(message.author, now) {
            // If it is an operation, a round brings it.
            self.sync.gap(room, message.author, now);
            return self.report(&message, Verdict::Ignore);
        }
        match self.read(room, data, message.author) {
            Ok(Some(input)) => self.feed_from(room, input, Source { message: Some(message), done: None }),
            Ok(None) => self.report(&message, Verdict::Ignore),
            // Who is no member has nothing to say in a private room.
            Err(error)
                if error.may_be_newer()
                    && (!room.is_private() || self.proven.contains(&(room.id(), message.author))) =>
            {
                tracing::debug!(from = %message.author, %room, %error, "a message was ignored");
                self.report(&message, Verdict::Ignore);
            }
            Err(error) => {
                tracing::warn!(from = %message.author, %room, %error, "a bad message was rejected");
                self.report(&message, Verdict::Reject);
            }
        }
    }

    /// Reads and verifies a message; `None` when there is nothing new in it, or no room for it now.
    pub(super) fn read(&self, name: &RoomName, data: &[u8], from: Author) -> Result<Option<Input>, FrameError> {
        let Ok(room) = self.rooms.get(name) else { return Ok(None) };
        match room.read_frame(data)? {
            Frame::Live(live) => Ok(Some(Input::Live(live))),
            Frame::Operation(operation) => {
                if !self.disk.takes_more()
                    || room.blocks(&operation.header().chain.author)
                    || !room.log().is_news(operation.header(), operation.id())
                {
                    return Ok(None);
                }
                Ok(Some(Input::Gossiped { operation: operation.verify()?, from }))
            }
        }
    }

    pub(super) fn report(&mut self, message: &Gossiped, verdict: Verdict) {
        self.network.report(message, verdict);
        if verdict == Verdict::Reject {
            self.blame(message.author, "a message that no honest program sends");
        }
    }

    /// Counts a message that no honest program sends.
    pub(super) fn blame(&mut self, peer: Author, reason: &str) {
        if self.peers.fault(peer, self.now().mono_ms) {
            tracing::warn!(%peer, reason, "too often: disconnected for a while");
            self.network.disconnect(peer);
        }
    }

    pub(super) fn on_peers_message(&mut self, message: peers::Message) {
        let now = self.now().mono_ms;
        match message {
            peers::Message::Nearby { peer, address } => self.peers.found(peer, address, now),
            peers::Message::Twin { address } => self.call_twin(address),
            peers::Message::LookedUp { name, result } => {
                let warning = self.peers.looked_up(&name, result, now);
                warning.into_iter().for_each(|warning| self.frontend.warn(warning));
            }
        }
        self.make_calls();
    }

    /// Stores the peers that are to be called after a restart, if they have changed.
    pub(super) fn remember_peers(&mut self) {
        let list = self.peers.remembered();
        list.into_iter().for_each(|list| self.disk.remember("peers", list, None));
    }

    /// Makes the calls that are due, and tells what became of those to our own key.
    pub(super) fn make_calls(&mut self) {
        let now = self.now().mono_ms;
        self.peers.judge_own_calls(now).into_iter().for_each(|warning| self.frontend.warn(warning));
        self.peers.calls(now).into_iter().for_each(|call| self.call(call));
    }

    fn call(&mut self, call: DialOpts) {
        let failed = self.network.dial(call);
        failed.into_iter().for_each(|event| self.on_network_event(event));
    }

    /// Calls an address where our own key is said to answer.
    fn call_twin(&mut self, address: Address) {
        let call = self.peers.call_twin(address);
        call.into_iter().for_each(|call| self.call(call));
    }

    /// Closes the connections on which nothing arrives any more.
    pub(super) fn close_dead(&mut self) {
        for connection in self.peers.dead(self.sync.is_slow()) {
            tracing::info!(%connection, "no answer: closing the connection");
            self.network.close(connection);
        }
    }
}
