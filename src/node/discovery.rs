//! mDNS with IPv4 and with IPv6. libp2p's own uses one of both, and tells nobody when it can't have the UDP port of mDNS, so
//! that is tried first; and it leaves out what is announced in our own name.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use libp2p::core::transport::ListenerId;
use libp2p::swarm::behaviour::NewListenAddr;
use libp2p::swarm::{FromSwarm, NetworkBehaviour};
use libp2p::{Multiaddr, PeerId, mdns};
use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::UdpSocket;

use super::announcements::Announcements;

/// The UDP port of mDNS.
const PORT: u16 = 5353;
/// The group of mDNS.
const GROUP: Ipv4Addr = Ipv4Addr::new(224, 0, 0, 251);
/// The largest packet that is read.
const MAX_PACKET: usize = 4096;
/// What precedes an address in a TXT record.
const KEY: &[u8] = b"dnsaddr=";

/// The behaviour that finds peers on this network.
#[derive(NetworkBehaviour)]
#[behaviour(to_swarm = "mdns::Event")]
pub(super) struct Discovery {
    v4: mdns::tokio::Behaviour,
    v6: mdns::tokio::Behaviour,
    others: Announcements,
}

impl Discovery {
    /// mDNS that announces us at these addresses.
    ///
    /// # Errors
    /// The reason for the person: another program may hold the port for itself alone.
    pub(super) fn start<'a>(me: PeerId, listeners: impl Iterator<Item = &'a Multiaddr>) -> Result<Self, String> {
        let others = bind(PORT).and_then(|socket| Announcements::new(me, socket));
        let others = others.map_err(|error| format!("UDP port {PORT}: {error}"))?;
        let with = |enable_ipv6| {
            let config = mdns::Config { enable_ipv6, ..mdns::Config::default() };
            mdns::tokio::Behaviour::new(config, me).map_err(|error| error.to_string())
        };
        let mut discovery = Discovery { v4: with(false)?, v6: with(true)?, others };
        for addr in listeners {
            let listening = NewListenAddr { listener_id: ListenerId::next(), addr };
            discovery.on_swarm_event(FromSwarm::NewListenAddr(listening));
        }
        Ok(discovery)
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

/// Hears where our own key is announced: by ourselves, and by a program that runs from a copy of our data folder.
pub(super) struct OwnName {
    socket: UdpSocket,
    /// What follows an address of our key.
    name: String,
    buffer: Vec<u8>,
}

impl OwnName {
    /// Begins to hear. Networks are to be joined.
    pub(super) fn listen(me: PeerId) -> io::Result<Self> {
        let socket = bind(PORT)?;
        socket.set_nonblocking(true)?;
        let socket = UdpSocket::from_std(socket.into())?;
        Ok(OwnName { socket, name: format!("/p2p/{me}"), buffer: vec![0; MAX_PACKET] })
    }

    /// Hears also what is announced on the network of this address of ours.
    pub(super) fn join(&self, ours: IpAddr) {
        if let IpAddr::V4(ours) = ours
            && let Err(error) = self.socket.join_multicast_v4(GROUP, ours)
        {
            tracing::debug!(%error, %ours, "our own name is not heard there");
        }
    }

    /// Returns addresses at which our key is announced.
    pub(super) async fn next(&mut self) -> io::Result<Vec<Multiaddr>> {
        loop {
            let len = self.socket.recv(&mut self.buffer).await?;
            let addresses = announced(&self.buffer[..len], self.name.as_bytes());
            if !addresses.is_empty() {
                return Ok(addresses);
            }
        }
    }
}

/// Returns the addresses that a packet of mDNS announces for a name. They stand in it as text.
fn announced(packet: &[u8], name: &[u8]) -> Vec<Multiaddr> {
    let (mut rest, mut addresses) = (packet, Vec::new());
    while let Some(at) = find(rest, KEY) {
        rest = &rest[at + KEY.len()..];
        let text = find(rest, name).and_then(|end| std::str::from_utf8(&rest[..end]).ok());
        addresses.extend(text.and_then(|text| text.parse::<Multiaddr>().ok()));
    }
    addresses
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_one_name_are_read_and_those_of_others_are_left() {
        let packet = b"\0\x01x\x30dnsaddr=/ip4/10.0.0.2/tcp/1/p2p/me\x09dnsaddr=/ip4/10.0.0.3/tcp/1/p2p/other\x05dnsaddr=nothing\
            dnsaddr=/ip6/::1/tcp/2/p2p/me dnsaddr=";
        let addresses = announced(packet, b"/p2p/me");
        assert_eq!(
            addresses.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["/ip4/10.0.0.2/tcp/1", "/ip6/::1/tcp/2"]
        );
    }

    #[test]
    fn a_port_that_another_program_holds_alone_is_noticed() {
        let other = std::net::UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).unwrap();
        let port = other.local_addr().unwrap().port();
        assert_eq!(bind(port).unwrap_err().kind(), io::ErrorKind::AddrInUse);
        drop(other);
        drop(bind(port).unwrap());
    }
}
