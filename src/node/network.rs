//! The swarm: transports and behaviours, with the settings that were measured to work.

use std::error::Error;
use std::time::Duration;

use libp2p::core::muxing::StreamMuxerBox;
use libp2p::core::transport::Boxed;
use libp2p::core::{ConnectedPoint, upgrade};
use libp2p::identity::Keypair;
use libp2p::swarm::NetworkBehaviour;
use libp2p::swarm::behaviour::toggle::Toggle;
use libp2p::{
    Multiaddr, PeerId, Swarm, SwarmBuilder, Transport, connection_limits, identify, mdns, noise, ping, tcp, yamux,
};

use super::StartError;
use super::gossip::{self, Gossip};
use super::liveness::Fresh;
use crate::identity::{Author, Identity};

/// How often a peer is pinged and how soon it has to answer. When it doesn't, and nothing else arrives either
/// ([`super::liveness`]), the connection is closed: a pulled cable is noticed within about 10 s (TCP alone takes a minute).
const PING_INTERVAL: Duration = Duration::from_secs(2);
const PING_TIMEOUT: Duration = Duration::from_secs(3);
/// Setting up a connection may take this long. On a LAN it takes milliseconds; a lost first packet costs a second.
const CONNECTION_TIMEOUT: Duration = Duration::from_secs(4);
/// Connections from one peer at most: two peers that dial each other at once get two.
const MAX_PER_PEER: u32 = 3;
const MAX_CONNECTIONS: u32 = 256;
const MAX_PENDING: u32 = 64;

/// Everything that we speak.
#[derive(NetworkBehaviour)]
pub(super) struct Behaviour {
    limits: connection_limits::Behaviour,
    pub(super) gossip: Gossip,
    pub(super) mdns: Toggle<mdns::tokio::Behaviour>,
    identify: identify::Behaviour,
    ping: ping::Behaviour,
    pub(super) stream: libp2p_stream::Behaviour,
}

/// Builds the swarm; nothing is listened on or dialled yet. Returns also why mDNS could not be started, if so.
pub(super) fn build(
    identity: &Identity,
    with_mdns: bool,
    fresh: Fresh,
) -> Result<(Swarm<Behaviour>, Option<String>), StartError> {
    let keypair = Keypair::ed25519_from_bytes(identity.secret()).map_err(network_error)?;
    let me = keypair.public().to_peer_id();
    let (mdns, failed) = match with_mdns.then(|| mdns::tokio::Behaviour::new(mdns::Config::default(), me)) {
        None => (None, None),
        Some(Ok(mdns)) => (Some(mdns), None),
        Some(Err(error)) => (None, Some(error.to_string())),
    };
    let behaviour = Behaviour {
        limits: connection_limits::Behaviour::new(limits()),
        gossip: gossip::build()?,
        mdns: mdns.into(),
        identify: identify::Behaviour::new(
            identify::Config::new("/inkmesh/1".to_owned(), keypair.public())
                .with_agent_version(format!("inkmesh/{}", env!("CARGO_PKG_VERSION"))),
        ),
        ping: ping::Behaviour::new(ping::Config::new().with_interval(PING_INTERVAL).with_timeout(PING_TIMEOUT)),
        stream: libp2p_stream::Behaviour::new(),
    };
    let swarm = SwarmBuilder::with_existing_identity(keypair)
        .with_tokio()
        .with_other_transport(|keypair| transport(keypair, fresh))
        .map_err(network_error)?
        .with_behaviour(|_| behaviour)
        .map_err(network_error)?
        // A room is quiet for hours; connections are ended by ping, not by idleness.
        .with_swarm_config(|config| config.with_idle_connection_timeout(Duration::from_secs(u64::from(u32::MAX))))
        .with_connection_timeout(CONNECTION_TIMEOUT)
        .build();
    Ok((swarm, failed))
}

/// TCP, on which all bytes that arrive are counted.
fn transport(keypair: &Keypair, fresh: Fresh) -> Result<Boxed<(PeerId, StreamMuxerBox)>, Box<dyn Error + Send + Sync>> {
    Ok(tcp::tokio::Transport::new(tcp::Config::default().nodelay(true))
        .map(move |stream, endpoint: ConnectedPoint| fresh.count(stream, endpoint.get_remote_address()))
        .upgrade(upgrade::Version::V1Lazy)
        .authenticate(noise::Config::new(keypair)?)
        .multiplex(yamux::Config::default())
        .boxed())
}

pub(super) fn network_error(error: impl std::fmt::Display) -> StartError {
    StartError::Network(error.to_string())
}

fn limits() -> connection_limits::ConnectionLimits {
    connection_limits::ConnectionLimits::default()
        .with_max_pending_incoming(Some(MAX_PENDING))
        .with_max_pending_outgoing(Some(MAX_PENDING))
        .with_max_established(Some(MAX_CONNECTIONS))
        .with_max_established_per_peer(Some(MAX_PER_PEER))
}

/// The author behind a peer id; `None` for a key of another kind, which is nobody's here.
pub(super) fn author_of(peer: &PeerId) -> Option<Author> {
    Author::from_peer_id(&peer.to_bytes())
}

/// The peer id of an author.
pub(super) fn peer_of(author: Author) -> Option<PeerId> {
    PeerId::from_bytes(&author.to_peer_id()).ok()
}

/// The address without a peer id at its end.
pub(super) fn without_peer(mut address: Multiaddr) -> Multiaddr {
    if matches!(address.iter().last(), Some(libp2p::multiaddr::Protocol::P2p(_))) {
        address.pop();
    }
    address
}
