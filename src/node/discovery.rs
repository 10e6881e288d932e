//! Starts mDNS. libp2p tells nobody when it can't have the UDP port of mDNS, so that is tried first.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use libp2p::core::transport::ListenerId;
use libp2p::swarm::behaviour::NewListenAddr;
use libp2p::swarm::{FromSwarm, NetworkBehaviour};
use libp2p::{Multiaddr, PeerId, mdns};
use socket2::{Domain, Protocol, Socket, Type};

/// The UDP port of mDNS.
const PORT: u16 = 5353;

/// Returns mDNS that announces us at these addresses.
///
/// # Errors
/// The reason for the person: another program may hold the port for itself alone.
pub(super) fn start<'a>(
    me: PeerId,
    listeners: impl Iterator<Item = &'a Multiaddr>,
) -> Result<mdns::tokio::Behaviour, String> {
    bind(PORT).map_err(|error| format!("UDP port {PORT}: {error}"))?;
    let mut mdns = mdns::tokio::Behaviour::new(mdns::Config::default(), me).map_err(|error| error.to_string())?;
    for addr in listeners {
        mdns.on_swarm_event(FromSwarm::NewListenAddr(NewListenAddr { listener_id: ListenerId::next(), addr }));
    }
    Ok(mdns)
}

/// Binds a port as libp2p does, and releases it.
fn bind(port: u16) -> io::Result<()> {
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_reuse_address(true)?;
    #[cfg(unix)]
    socket.set_reuse_port(true)?;
    socket.bind(&SocketAddr::from((Ipv4Addr::UNSPECIFIED, port)).into())
}

#[cfg(test)]
mod tests {
    use std::net::UdpSocket;

    use super::*;

    #[test]
    fn a_port_that_another_program_holds_alone_is_noticed() {
        let other = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).unwrap();
        let port = other.local_addr().unwrap().port();
        assert_eq!(bind(port).unwrap_err().kind(), io::ErrorKind::AddrInUse);
        drop(other);
        bind(port).unwrap();
    }
}
