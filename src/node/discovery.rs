//! mDNS with IPv4 and with IPv6. libp2p's own uses one of both, and tells nobody when it can't have the UDP port of mDNS, so
//! that is tried first; and it leaves out some announcements, which are read beside it.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use libp2p::core::transport::ListenerId;
use libp2p::swarm::behaviour::NewListenAddr;
use libp2p::swarm::{FromSwarm, NetworkBehaviour};
use libp2p::{Multiaddr, PeerId, mdns};
use socket2::{Domain, Protocol, Socket, Type};

use super::announcements::Announcements;

/// The UDP port of mDNS.
const PORT: u16 = 5353;

/// The behaviour that finds peers on this network.
#[derive(NetworkBehaviour)]
#[behaviour(to_swarm = "mdns::Event")]
pub(super) struct Discovery {
    v4: mdns::tokio::Behaviour,
    v6: mdns::tokio::Behaviour,
}

impl Discovery {
    /// mDNS that announces us at these addresses, and the announcements that libp2p's own leaves out.
    ///
    /// # Errors
    /// The reason for the person: another program may hold the port for itself alone.
    pub(super) fn start<'a>(
        me: PeerId,
        listeners: impl Iterator<Item = &'a Multiaddr>,
    ) -> Result<(Self, Announcements), String> {
        let announcements = bind(PORT).and_then(|socket| Announcements::new(me, socket));
        let announcements = announcements.map_err(|error| format!("UDP port {PORT}: {error}"))?;
        let with = |enable_ipv6| {
            let config = mdns::Config { enable_ipv6, ..mdns::Config::default() };
            mdns::tokio::Behaviour::new(config, me).map_err(|error| error.to_string())
        };
        let mut discovery = Discovery { v4: with(false)?, v6: with(true)? };
        for addr in listeners {
            let listening = NewListenAddr { listener_id: ListenerId::next(), addr };
            discovery.on_swarm_event(FromSwarm::NewListenAddr(listening));
        }
        Ok((discovery, announcements))
    }
}

/// Binds a port as libp2p does.
fn bind(port: u16) -> io::Result<Socket> {
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_reuse_address(true)?;
    #[cfg(unix)]
    socket.set_reuse_port(true)?;
    socket.bind(&SocketAddr::from((Ipv4Addr::UNSPECIFIED, port)).into())?;
    Ok(socket)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_that_another_program_holds_alone_is_noticed() {
        let other = std::net::UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).unwrap();
        let port = other.local_addr().unwrap().port();
        assert_eq!(bind(port).unwrap_err().kind(), io::ErrorKind::AddrInUse);
        drop(other);
        drop(bind(port).unwrap());
    }
}
