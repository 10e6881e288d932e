//! Shares of the connections for each host that calls us, so that one host can't shut all others out.

use std::collections::HashMap;
use std::convert::Infallible;
use std::net::IpAddr;
use std::task::{Context, Poll};

use libp2p::core::Endpoint;
use libp2p::core::transport::PortUse;
use libp2p::swarm::behaviour::{ConnectionClosed, ListenFailure};
use libp2p::swarm::{
    ConnectionDenied, ConnectionId, FromSwarm, NetworkBehaviour, THandler, THandlerInEvent, THandlerOutEvent, ToSwarm,
    dummy,
};
use libp2p::{Multiaddr, PeerId};

use super::address;

/// Connections from one host: those that are being set up, and those that stand. Many people may come from one address
/// behind a router that translates addresses.
const MAX_PENDING: usize = 16;
const MAX_ESTABLISHED: usize = 48;

/// The behaviour that refuses calls from a host above its share.
#[derive(Default)]
pub(super) struct Shares {
    /// The host at the other end of each connection that was made to us, and whether it stands.
    calls: HashMap<ConnectionId, (IpAddr, bool)>,
}

/// The host has more connections than its share.
#[derive(Debug, thiserror::Error)]
#[error("too many connections from {0}")]
struct TooMany(IpAddr);

impl Shares {
    /// Notes a call at one of its two stages, or refuses it.
    fn admit(&mut self, connection: ConnectionId, from: &Multiaddr, stands: bool) -> Result<(), ConnectionDenied> {
        self.calls.remove(&connection);
        // Programs of this machine are this person's own.
        let Some(host) = host(from).filter(|host| !host.is_loopback()) else { return Ok(()) };
        let count = self.calls.values().filter(|call| **call == (host, stands)).count();
        if count >= if stands { MAX_ESTABLISHED } else { MAX_PENDING } {
            return Err(ConnectionDenied::new(TooMany(host)));
        }
        self.calls.insert(connection, (host, stands));
        Ok(())
    }
}

/// Returns the IP address of a host; of one with IPv6, which has many, that of its network.
fn host(address: &Multiaddr) -> Option<IpAddr> {
    Some(match address::socket(address)?.ip() {
        IpAddr::V6(ip) if !ip.is_loopback() => IpAddr::V6((ip.to_bits() >> 64 << 64).into()),
        ip => ip,
    })
}

impl NetworkBehaviour for Shares {
    type ConnectionHandler = dummy::ConnectionHandler;
    type ToSwarm = Infallible;

    fn handle_pending_inbound_connection(
        &mut self,
        connection: ConnectionId,
        _: &Multiaddr,
        from: &Multiaddr,
    ) -> Result<(), ConnectionDenied> {
        self.admit(connection, from, false)
    }

    fn handle_established_inbound_connection(
        &mut self,
        connection: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        from: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.admit(connection, from, true).map(|()| dummy::ConnectionHandler)
    }

    fn handle_established_outbound_connection(
        &mut self,
        _: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: Endpoint,
        _: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(dummy::ConnectionHandler)
    }

    fn on_swarm_event(&mut self, event: FromSwarm<'_>) {
        if let FromSwarm::ConnectionClosed(ConnectionClosed { connection_id, .. })
        | FromSwarm::ListenFailure(ListenFailure { connection_id, .. }) = event
        {
            self.calls.remove(&connection_id);
        }
    }

    fn on_connection_handler_event(&mut self, _: PeerId, _: ConnectionId, event: THandlerOutEvent<Self>) {
        match event {}
    }

    fn poll(&mut self, _: &mut Context<'_>) -> Poll<ToSwarm<Self::ToSwarm, THandlerInEvent<Self>>> {
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_has_a_share_of_the_connections_and_others_have_theirs() {
        let mut shares = Shares::default();
        let mut id = 0;
        let mut calls = |shares: &mut Shares, from: &str, stands| {
            let from = from.parse().unwrap();
            let call = |_: &usize| {
                id += 1;
                shares.admit(ConnectionId::new_unchecked(id), &from, stands).is_ok()
            };
            (0..300).filter(call).count()
        };
        for from in ["/ip4/10.0.0.1/tcp/1", "/ip4/10.0.0.2/tcp/1", "/ip6/2001:db8::1/tcp/1"] {
            assert_eq!(calls(&mut shares, from, false), MAX_PENDING);
            assert_eq!(calls(&mut shares, from, true), MAX_ESTABLISHED);
        }
        assert_eq!(calls(&mut shares, "/ip6/2001:db8::2/tcp/1", true), 0, "the same network");
        assert_eq!(calls(&mut shares, "/ip4/127.0.0.1/tcp/1", true), 300, "our own");
        let first = ConnectionId::new_unchecked(1);
        assert!(shares.admit(first, &"/ip4/10.0.0.1/tcp/1".parse().unwrap(), false).is_ok(), "the same call");
        shares.calls.remove(&first);
        assert_eq!(calls(&mut shares, "/ip4/10.0.0.1/tcp/9", false), 1);
    }
}
