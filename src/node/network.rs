//! The network: the libp2p swarm with our settings, the gossip topics of the rooms, and its events in our own terms, with
//! authors in the place of peer ids.

use std::collections::{BTreeSet, HashMap};
use std::error::Error;
use std::time::Duration;

use futures::StreamExt;
use if_watch::tokio::IfWatcher;
use if_watch::{IfEvent, IpNet};
use libp2p::core::muxing::StreamMuxerBox;
use libp2p::core::transport::Boxed;
use libp2p::core::{ConnectedPoint, upgrade};
use libp2p::gossipsub::{self, IdentTopic, MessageAcceptance, MessageId, TopicHash};
use libp2p::identity::Keypair;
use libp2p::swarm::behaviour::toggle::Toggle;
use libp2p::swarm::dial_opts::DialOpts;
use libp2p::swarm::{ConnectionId, DialError, ListenError, NetworkBehaviour, SwarmEvent};
use libp2p::{
    Multiaddr, PeerId, Stream, StreamProtocol, Swarm, SwarmBuilder, Transport, TransportError, connection_limits,
    identify, mdns, noise, tcp, yamux,
};
use tokio::time::Interval;

use super::StartError;
use super::announcements::Announcements;
use super::discovery::Discovery;
use super::gossip::{self, Gossip};
use super::heartbeat::Heartbeat;
use super::inbound::Inbound;
use super::liveness::Fresh;
use super::shares::Shares;
use crate::frame::MAX_SEALED_FRAME;
use crate::identity::{Author, Identity};
use crate::name::{RoomId, RoomName};
use crate::peering::Subnet;
use crate::room::Verdict;
use crate::waiting_room;

/// Setting up a connection may take this long. On a LAN it takes milliseconds; a lost first packet costs a second.
const CONNECTION_TIMEOUT: Duration = Duration::from_secs(4);
/// Connections from one peer at most: two peers that dial each other at once get two.
const MAX_PER_PEER: u32 = 3;
const MAX_CONNECTIONS: u32 = 256;
/// Of these, connections at most that others made: who calls us leaves room for those whom we call.
const MAX_INCOMING: u32 = 192;
const MAX_PENDING: u32 = 64;

/// The time between two tries to start mDNS.
const RETRY_MDNS: Duration = Duration::from_secs(5);
/// Addresses at which a peer says that it listens that are looked at.
const MAX_IDENTIFIED: usize = 16;

/// The protocols that we speak.
#[derive(NetworkBehaviour)]
struct Behaviour {
    limits: connection_limits::Behaviour,
    shares: Shares,
    gossip: Gossip,
    mdns: Toggle<Discovery>,
    identify: identify::Behaviour,
    heartbeat: Heartbeat,
    /// Opens streams to peers.
    stream: libp2p_stream::Behaviour,
    /// Streams that peers open to us.
    sync: Inbound,
    guesses: Inbound,
    invitations: Inbound,
}

/// The names of the protocols of streams that peers open to us.
pub(super) struct Protocols {
    pub(super) sync: StreamProtocol,
    pub(super) guesses: StreamProtocol,
    pub(super) invitations: StreamProtocol,
}

/// An event of the network.
#[derive(Debug)]
pub(super) enum Event {
    /// A connection stands.
    Connected { peer: Author, connection: ConnectionId, address: Multiaddr, dialled: bool },
    /// A connection ended.
    Disconnected { peer: Author, connection: ConnectionId },
    /// A call failed; `peer` is who was called, if that was known.
    DialFailed { connection: ConnectionId, peer: Option<Author>, failure: DialFailure },
    /// We listen on an address.
    Listening(Multiaddr),
    /// We no longer listen on an address.
    NotListening(Multiaddr),
    /// We can no longer listen on these addresses.
    ListenFailed { addresses: Vec<Multiaddr>, reason: String },
    /// This machine is on a network from now on (`up`), or no longer.
    Interface { subnet: Subnet, up: bool },
    /// mDNS, which could not be started before, looks for peers now.
    Discovers,
    /// Peers are announced at these addresses. Our own key is so by us, or by a second program with it.
    Discovered(Vec<(Author, Multiaddr)>),
    /// A call to us failed; `own_key`: because it came from our own key. The caller often ends it before that is known here.
    CallFailed { own_key: bool },
    /// A peer says that it listens at these addresses; `program` is the number of its program, a random one of each start.
    Identified { peer: Author, connection: ConnectionId, program: Option<u64>, addresses: Vec<Multiaddr> },
    /// The first ping on a connection was answered.
    Answered(ConnectionId),
    /// A peer entered a room of ours.
    Entered { room: RoomName, peer: Author },
    /// A peer left a room of ours.
    Left { room: RoomName, peer: Author },
    /// A peer handed us a message of a room. It waits for its verdict: [`Network::report`].
    Gossip { room: RoomName, message: Gossiped, data: Vec<u8> },
    /// A peer entered the waiting room.
    CameWaiting,
    /// A peer left the waiting room.
    LeftWaiting(Author),
    /// A peer handed us a message of the waiting room. It waits for its verdict: [`Network::report`].
    Announced { message: Gossiped, data: Vec<u8> },
    /// A peer opened a sync stream to us.
    SyncStream { peer: Author, stream: Stream },
    /// A peer opened a guess stream to us.
    GuessStream { peer: Author, stream: Stream },
    /// A peer opened an invitation stream to us.
    InvitationStream { peer: Author, stream: Stream },
}

/// The reason why a call failed.
#[derive(Debug)]
pub(super) enum DialFailure {
    /// We listen at the address ourselves.
    Ourselves,
    /// Somebody with our key answered: we ourselves, or a second program with it.
    OwnKey,
    /// Somebody else answered at the address.
    AnotherAnswered { other: Author, address: Multiaddr },
    /// Anything else, as a text for the person.
    Failed(String),
}

/// A gossiped message that waits for its verdict.
#[derive(Debug)]
pub(super) struct Gossiped {
    id: MessageId,
    from: PeerId,
    /// The peer that handed it to us (not its writer).
    pub(super) author: Author,
}

/// The swarm and the rooms whose gossip it takes part in.
pub(super) struct Network {
    swarm: Swarm<Behaviour>,
    /// The topic of the waiting room.
    waiting: TopicHash,
    topics: HashMap<TopicHash, RoomName>,
    /// The changes of this machine's interfaces; `None` where the system doesn't tell them.
    interfaces: Option<IfWatcher>,
    /// The time until mDNS is tried again; `None` when it runs, or is not wanted.
    retry_mdns: Option<Interval>,
    /// The announcements that mDNS leaves out; `None` while it doesn't run.
    announcements: Option<Announcements>,
}

impl Network {
    /// Sets the network up; nothing is listened on or dialled yet. Returns also why mDNS could not be started, if so.
    pub(super) fn new(
        identity: &Identity,
        with_mdns: bool,
        fresh: Fresh,
        protocols: Protocols,
    ) -> Result<(Self, Option<String>), StartError> {
        let keypair = Keypair::ed25519_from_bytes(identity.secret()).map_err(StartError::network)?;
        let me = keypair.public().to_peer_id();
        let (started, failed) = match with_mdns.then(|| Discovery::start(me, [].into_iter())) {
            None => (None, None),
            Some(Ok(started)) => (Some(started), None),
            Some(Err(reason)) => (None, Some(reason)),
        };
        let (mdns, announcements) = started.unzip();
        let behaviour = Behaviour {
            limits: connection_limits::Behaviour::new(limits()),
            shares: Shares::default(),
            gossip: gossip::build()?,
            mdns: mdns.into(),
            identify: identify::Behaviour::new(
                identify::Config::new("/inkmesh/1".to_owned(), keypair.public())
                    // Two programs with one key have different numbers.
                    .with_agent_version(format!("inkmesh/{} {:x}", env!("CARGO_PKG_VERSION"), rand::random::<u64>()))
                    // A new address is told to everybody at once.
                    .with_push_listen_addr_updates(true),
            ),
            heartbeat: Heartbeat::default(),
            stream: libp2p_stream::Behaviour::new(),
            sync: Inbound::new(protocols.sync),
            guesses: Inbound::new(protocols.guesses),
            invitations: Inbound::new(protocols.invitations),
        };
        let swarm = SwarmBuilder::with_existing_identity(keypair)
            .with_tokio()
            .with_other_transport(|keypair| transport(keypair, fresh))
            .map_err(StartError::network)?
            .with_behaviour(|_| behaviour)
            .map_err(StartError::network)?
            // A room is quiet for hours; connections end when nothing arrives, not when nobody talks.
            .with_swarm_config(|config| config.with_idle_connection_timeout(Duration::from_secs(u64::from(u32::MAX))))
            .with_connection_timeout(CONNECTION_TIMEOUT)
            .build();
        let interfaces = IfWatcher::new().inspect_err(|error| tracing::warn!(%error, "interfaces are not watched"));
        let retry_mdns = failed.is_some().then(|| tokio::time::interval(RETRY_MDNS));
        let (waiting, topics) = (IdentTopic::new(waiting_room::topic()), HashMap::new());
        // The watcher tells of all networks that there are at its start.
        let mut network =
            Network { swarm, waiting: waiting.hash(), topics, interfaces: interfaces.ok(), retry_mdns, announcements };
        network.gossipsub().subscribe(&waiting).map_err(StartError::network)?;
        Ok((network, failed))
    }

    /// Returns a handle with which streams to peers are opened.
    pub(super) fn control(&self) -> libp2p_stream::Control {
        self.swarm.behaviour().stream.new_control()
    }

    /// Returns the next event.
    pub(super) async fn next(&mut self) -> Event {
        loop {
            let event = tokio::select! {
                event = self.swarm.select_next_some() => self.translate(event),
                Some((net, up)) = next_change(&mut self.interfaces) => Some(self.changed(net, up)),
                Some(found) = next_announced(&mut self.announcements) => Some(discovered(found)),
                Some(()) = next_try(&mut self.retry_mdns) => self.start_mdns(),
            };
            if let Some(event) = event {
                return event;
            }
        }
    }

    /// Starts mDNS, if that is possible now.
    fn start_mdns(&mut self) -> Option<Event> {
        let started = Discovery::start(*self.swarm.local_peer_id(), self.swarm.listeners());
        let (mdns, announcements) = started.inspect_err(|error| tracing::debug!(%error, "no mDNS yet")).ok()?;
        if let Some(interfaces) = &self.interfaces {
            interfaces.iter().for_each(|net| announcements.follow(net.addr(), true));
        }
        (self.swarm.behaviour_mut().mdns, self.retry_mdns) = (Some(mdns).into(), None);
        self.announcements = Some(announcements);
        Some(Event::Discovers)
    }

    /// Takes note of a network that this machine is on from now on (`up`), or no longer.
    fn changed(&mut self, net: IpNet, up: bool) -> Event {
        if let Some(announcements) = &self.announcements {
            announcements.follow(net.addr(), up);
        }
        Event::Interface { subnet: Subnet::new(net.addr(), net.prefix_len()), up }
    }

    /// Returns the event in our terms; `None` when there is nothing to be done for it.
    fn translate(&mut self, event: SwarmEvent<BehaviourEvent>) -> Option<Event> {
        match event {
            SwarmEvent::Behaviour(event) => self.translate_behaviour(event),
            SwarmEvent::ConnectionEstablished { peer_id, connection_id, endpoint, .. } => {
                let Some(peer) = author_of(&peer_id) else {
                    self.swarm.close_connection(connection_id);
                    return None;
                };
                let (address, dialled) = (endpoint.get_remote_address().clone(), endpoint.is_dialer());
                tracing::debug!(%peer, %address, dialled, "connected");
                Some(Event::Connected { peer, connection: connection_id, address, dialled })
            }
            SwarmEvent::ConnectionClosed { peer_id, connection_id, cause, .. } => {
                tracing::debug!(%peer_id, ?cause, "connection closed");
                Some(Event::Disconnected { peer: author_of(&peer_id)?, connection: connection_id })
            }
            SwarmEvent::OutgoingConnectionError { connection_id, peer_id, error } => {
                Some(dial_failed(connection_id, peer_id, &error))
            }
            SwarmEvent::IncomingConnectionError { error, .. } => {
                Some(Event::CallFailed { own_key: matches!(error, ListenError::LocalPeerId { .. }) })
            }
            SwarmEvent::NewListenAddr { address, .. } => {
                tracing::info!(%address, "listening");
                Some(Event::Listening(address))
            }
            SwarmEvent::ExpiredListenAddr { address, .. } => Some(Event::NotListening(address)),
            SwarmEvent::ListenerError { error, .. } => {
                tracing::warn!(%error, "listener");
                None
            }
            SwarmEvent::ListenerClosed { addresses, reason: Err(error), .. } => {
                Some(Event::ListenFailed { addresses, reason: error.to_string() })
            }
            _ => None,
        }
    }

    fn translate_behaviour(&mut self, event: BehaviourEvent) -> Option<Event> {
        match event {
            BehaviourEvent::Gossip(event) => self.translate_gossip(event),
            BehaviourEvent::Mdns(mdns::Event::Discovered(found)) => Some(discovered(found)),
            BehaviourEvent::Identify(identify::Event::Received { connection_id, peer_id, mut info }) => {
                info.listen_addrs.truncate(MAX_IDENTIFIED);
                let number = info.agent_version.rsplit_once(' ').map(|(_, number)| u64::from_str_radix(number, 16));
                let (peer, program) = (author_of(&peer_id)?, number.and_then(Result::ok));
                Some(Event::Identified { peer, connection: connection_id, program, addresses: info.listen_addrs })
            }
            BehaviourEvent::Heartbeat(connection) => Some(Event::Answered(connection)),
            BehaviourEvent::Sync((peer, stream)) => Some(Event::SyncStream { peer: author_of(&peer)?, stream }),
            BehaviourEvent::Invitations((peer, stream)) => {
                Some(Event::InvitationStream { peer: author_of(&peer)?, stream })
            }
            BehaviourEvent::Guesses((peer, stream)) => Some(Event::GuessStream { peer: author_of(&peer)?, stream }),
            _ => None,
        }
    }

    fn translate_gossip(&mut self, event: gossipsub::Event) -> Option<Event> {
        match event {
            gossipsub::Event::Message { propagation_source: from, message_id: id, message }
                if message.topic == self.waiting =>
            {
                let Some(author) = author_of(&from) else {
                    self.judge(&id, &from, Verdict::Ignore);
                    return None;
                };
                Some(Event::Announced { message: Gossiped { id, from, author }, data: message.data })
            }
            gossipsub::Event::Subscribed { topic, .. } if topic == self.waiting => Some(Event::CameWaiting),
            gossipsub::Event::Unsubscribed { peer_id, topic } if topic == self.waiting => {
                Some(Event::LeftWaiting(author_of(&peer_id)?))
            }
            gossipsub::Event::Message { propagation_source: from, message_id: id, message } => {
                let room = self.topics.get(&message.topic).cloned();
                let Some((room, author)) = room.zip(author_of(&from)) else {
                    self.judge(&id, &from, Verdict::Ignore);
                    return None;
                };
                Some(Event::Gossip { room, message: Gossiped { id, from, author }, data: message.data })
            }
            gossipsub::Event::Subscribed { peer_id, topic } => {
                Some(Event::Entered { room: self.topics.get(&topic)?.clone(), peer: author_of(&peer_id)? })
            }
            gossipsub::Event::Unsubscribed { peer_id, topic } => {
                Some(Event::Left { room: self.topics.get(&topic)?.clone(), peer: author_of(&peer_id)? })
            }
            _ => None,
        }
    }

    // --- connections -----------------------------------------------------------------------------------------------

    /// Listens on an address. Returns the reason for the person if that fails at once.
    pub(super) fn listen_on(&mut self, address: Multiaddr) -> Result<(), String> {
        self.swarm.listen_on(address).map(drop).map_err(|error| match error {
            // Its own text is empty.
            TransportError::Other(error) => error.to_string(),
            unsupported => unsupported.to_string(),
        })
    }

    /// Returns the addresses that we listen on, to be shown.
    pub(super) fn listeners(&self) -> impl Iterator<Item = &Multiaddr> {
        self.swarm.listeners()
    }

    /// Calls a peer. Returns the event of the failure when that is certain at once.
    pub(super) fn dial(&mut self, call: DialOpts) -> Option<Event> {
        let (connection, peer) = (call.connection_id(), call.get_peer_id());
        self.swarm.dial(call).err().map(|error| dial_failed(connection, peer, &error))
    }

    /// Closes a connection.
    pub(super) fn close(&mut self, connection: ConnectionId) {
        self.swarm.close_connection(connection);
    }

    /// Returns whether there is a connection with a peer.
    pub(super) fn is_connected(&self, peer: Author) -> bool {
        peer_of(peer).is_some_and(|peer| self.swarm.is_connected(&peer))
    }

    /// Returns the connected peers.
    pub(super) fn connected(&self) -> Vec<Author> {
        self.swarm.connected_peers().filter_map(author_of).collect()
    }

    /// Closes all connections with a peer. Returns whether there were any.
    pub(super) fn disconnect(&mut self, peer: Author) -> bool {
        peer_of(peer).is_some_and(|peer| self.swarm.disconnect_peer_id(peer).is_ok())
    }

    // --- gossip ----------------------------------------------------------------------------------------------------

    /// Takes part in the gossip of a room.
    pub(super) fn subscribe(&mut self, room: &RoomName) -> Result<(), StartError> {
        let topic = topic(room);
        self.gossipsub().subscribe(&topic).map_err(StartError::network)?;
        self.topics.insert(topic.hash(), room.clone());
        Ok(())
    }

    /// No longer takes part in the gossip of a room.
    pub(super) fn unsubscribe(&mut self, room: &RoomName) {
        let topic = topic(room);
        self.topics.remove(&topic.hash());
        self.gossipsub().unsubscribe(&topic);
    }

    /// Returns the connected peers that are in a room, in which we may not be.
    pub(super) fn members(&self, room: RoomId) -> Vec<Author> {
        self.subscribed(&IdentTopic::new(room.topic()).hash()).filter_map(author_of).collect()
    }

    /// Returns the number of connected peers that are in the waiting room.
    pub(super) fn waiting(&self) -> usize {
        self.subscribed(&self.waiting).count()
    }

    fn subscribed<'a>(&'a self, topic: &'a TopicHash) -> impl Iterator<Item = &'a PeerId> {
        let peers = self.swarm.behaviour().gossip.gossipsub.all_peers();
        peers.filter(move |(_, topics)| topics.contains(&topic)).map(|(peer, _)| peer)
    }

    /// Sends a frame to the waiting room.
    pub(super) fn announce(&mut self, frame: Vec<u8>) {
        let topic = self.waiting.clone();
        if let Err(error) = self.gossipsub().publish(topic, frame) {
            tracing::debug!(%error, "not announced");
        }
    }

    /// Sends a frame to a room.
    pub(super) fn publish(&mut self, room: &RoomName, frame: Vec<u8>) {
        if frame.len() > MAX_SEALED_FRAME {
            return tracing::error!(len = frame.len(), %room, "a frame that nobody would take");
        }
        match self.gossipsub().publish(topic(room).hash(), frame) {
            // Nobody is there: it is on the disk, and others get it by sync.
            Ok(_) | Err(gossipsub::PublishError::NoPeersSubscribedToTopic | gossipsub::PublishError::Duplicate) => {}
            Err(error) => tracing::warn!(%error, %room, "not published; others get it by sync"),
        }
    }

    /// Has a gossiped message passed on, or not.
    pub(super) fn report(&mut self, message: &Gossiped, verdict: Verdict) {
        self.judge(&message.id, &message.from, verdict);
    }

    fn judge(&mut self, id: &MessageId, from: &PeerId, verdict: Verdict) {
        let acceptance = match verdict {
            Verdict::Accept => MessageAcceptance::Accept,
            Verdict::Ignore => MessageAcceptance::Ignore,
            Verdict::Reject => MessageAcceptance::Reject,
        };
        self.gossipsub().report_message_validation_result(id, from, acceptance);
    }

    fn gossipsub(&mut self) -> &mut gossip::Gossipsub {
        &mut self.swarm.behaviour_mut().gossip.gossipsub
    }
}

/// Returns the next change of this machine's interfaces; `None` when there is none that counts.
async fn next_change(interfaces: &mut Option<IfWatcher>) -> Option<(IpNet, bool)> {
    match interfaces.as_mut()?.next().await? {
        Ok(IfEvent::Up(net)) => Some((net, true)),
        Ok(IfEvent::Down(net)) => Some((net, false)),
        Err(error) => {
            tracing::warn!(%error, "interfaces are no longer watched");
            *interfaces = None;
            None
        }
    }
}

/// Returns who is announced and where; `None` when that is not heard.
async fn next_announced(announcements: &mut Option<Announcements>) -> Option<BTreeSet<(PeerId, Multiaddr)>> {
    match announcements.as_mut()?.next().await {
        Ok(found) => Some(found),
        Err(error) => {
            tracing::warn!(%error, "announcements are no longer heard");
            *announcements = None;
            None
        }
    }
}

fn discovered(found: impl IntoIterator<Item = (PeerId, Multiaddr)>) -> Event {
    let found = found.into_iter().filter_map(|(peer, address)| Some((author_of(&peer)?, address)));
    Event::Discovered(found.collect())
}

/// Waits until mDNS is to be tried again; `None` when it is not.
async fn next_try(retry: &mut Option<Interval>) -> Option<()> {
    retry.as_mut()?.tick().await;
    Some(())
}

fn topic(room: &RoomName) -> IdentTopic {
    IdentTopic::new(room.id().topic())
}

fn dial_failed(connection: ConnectionId, peer: Option<PeerId>, error: &DialError) -> Event {
    tracing::debug!(?peer, %error, "dial failed");
    let peer = peer.and_then(|peer| author_of(&peer));
    let failure = match error {
        DialError::LocalPeerId { .. } => Some(DialFailure::OwnKey),
        // The swarm leaves out where we listen.
        DialError::NoAddresses if peer.is_none() => Some(DialFailure::Ourselves),
        DialError::WrongPeerId { obtained, address } if peer.is_some() => {
            author_of(obtained).map(|other| DialFailure::AnotherAnswered { other, address: address.clone() })
        }
        _ => None,
    };
    let failure = failure.unwrap_or_else(|| DialFailure::Failed(reason(error)));
    Event::DialFailed { connection, peer, failure }
}

/// Returns the part of a dial error that a person can use.
fn reason(error: &DialError) -> String {
    match error {
        DialError::Transport(errors) => match errors.first() {
            Some((_, TransportError::Other(error))) => error.to_string(),
            _ => "no way to that address".to_owned(),
        },
        other => other.to_string(),
    }
}

/// Returns a TCP transport that counts the bytes that arrive on each connection.
fn transport(keypair: &Keypair, fresh: Fresh) -> Result<Boxed<(PeerId, StreamMuxerBox)>, Box<dyn Error + Send + Sync>> {
    Ok(tcp::tokio::Transport::new(tcp::Config::default().nodelay(true))
        .map(move |stream, endpoint: ConnectedPoint| fresh.count(stream, endpoint.get_remote_address()))
        .upgrade(upgrade::Version::V1Lazy)
        .authenticate(noise::Config::new(keypair)?)
        .multiplex(yamux::Config::default())
        .boxed())
}

fn limits() -> connection_limits::ConnectionLimits {
    connection_limits::ConnectionLimits::default()
        .with_max_pending_incoming(Some(MAX_PENDING))
        .with_max_pending_outgoing(Some(MAX_PENDING))
        .with_max_established(Some(MAX_CONNECTIONS))
        .with_max_established_incoming(Some(MAX_INCOMING))
        .with_max_established_per_peer(Some(MAX_PER_PEER))
}

/// Returns the author behind a peer id; `None` for a key of another kind than Ed25519, which no honest program has.
pub(super) fn author_of(peer: &PeerId) -> Option<Author> {
    Author::from_peer_id(&peer.to_bytes())
}

/// Returns the peer id of an author.
pub(super) fn peer_of(author: Author) -> Option<PeerId> {
    PeerId::from_bytes(&author.to_peer_id()).ok()
}
