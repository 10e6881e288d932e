//! Announcements of mDNS that libp2p's own doesn't read: those with the addresses among the answers, as libp2p in JavaScript
//! sends them, instead of among the additional records. Both are fine by RFC 6763 (section 12: additional records may be
//! left out).

use std::collections::BTreeSet;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket as StdSocket};
use std::task::{Context, Poll};

use futures::StreamExt;
use hickory_proto::op::Message;
use hickory_proto::rr::RData;
use if_watch::IfEvent;
use if_watch::tokio::IfWatcher;
use libp2p::core::Endpoint;
use libp2p::core::transport::PortUse;
use libp2p::multiaddr::Protocol;
use libp2p::swarm::{
    ConnectionDenied, ConnectionId, FromSwarm, NetworkBehaviour, THandler, THandlerInEvent, THandlerOutEvent, ToSwarm,
    dummy,
};
use libp2p::{Multiaddr, PeerId, mdns};
use socket2::Socket;
use tokio::io::ReadBuf;
use tokio::net::UdpSocket;

use super::address;

/// The service of all libp2p programs.
const SERVICE: &str = "_p2p._udp.local.";
/// Largest packet that is read, in bytes (RFC 6762, section 17).
const MAX_PACKET: usize = 9_000;
/// Addresses of one packet that are taken; the rest is left out.
const MAX_ADDRESSES: usize = 8;

/// The behaviour that listens for announcements on all IPv4 interfaces. It sends nothing.
pub(super) struct Announcements {
    me: PeerId,
    socket: UdpSocket,
    interfaces: IfWatcher,
}

impl Announcements {
    /// Listens on a socket that is bound to the port of mDNS.
    pub(super) fn new(me: PeerId, socket: Socket) -> io::Result<Self> {
        socket.set_nonblocking(true)?;
        let socket = UdpSocket::from_std(StdSocket::from(socket))?;
        Ok(Announcements { me, socket, interfaces: IfWatcher::new()? })
    }

    /// Hears on this interface from now on, or no longer. When an interface has two addresses it is joined already.
    fn follow(&self, event: &IfEvent) {
        let (net, joins) = match event {
            IfEvent::Up(net) => (net, true),
            IfEvent::Down(net) => (net, false),
        };
        let IpAddr::V4(interface) = net.addr() else { return };
        let group = mdns::IPV4_MDNS_MULTICAST_ADDRESS;
        let result = match joins {
            _ if interface.is_loopback() => return,
            true => self.socket.join_multicast_v4(group, interface),
            false => self.socket.leave_multicast_v4(group, interface),
        };
        if let Err(error) = result {
            tracing::debug!(%interface, %error, "mDNS of other libraries is not heard there");
        }
    }
}

/// Returns who is announced among the answers of a packet and where: at the host that sent the packet, so that nobody can
/// make others call a stranger.
fn announced(packet: &[u8], from: Ipv4Addr) -> BTreeSet<(PeerId, Multiaddr)> {
    let Ok(message) = Message::from_vec(packet) else { return BTreeSet::new() };
    let names: Vec<_> = message.answers.iter().filter(|record| record.name.to_string() == SERVICE).collect();
    let names = names.into_iter().filter_map(|record| match &record.data {
        RData::PTR(name) => Some(&name.0),
        _ => None,
    });
    let names: Vec<_> = names.collect();
    let texts = message.answers.iter().filter(|record| names.contains(&&record.name));
    let texts = texts.filter_map(|record| match &record.data {
        RData::TXT(text) => Some(&text.txt_data),
        _ => None,
    });
    let address = |text: &[u8]| {
        let address: Multiaddr = std::str::from_utf8(text.strip_prefix(b"dnsaddr=")?).ok()?.parse().ok()?;
        let (Some(Protocol::P2p(peer)), 3) = (address.iter().last(), address.iter().count()) else { return None };
        let port = address::socket(&address).filter(SocketAddr::is_ipv4)?.port();
        Some((peer, address::tcp(SocketAddr::from((from, port)))))
    };
    texts.flatten().filter_map(|text| address(text)).take(MAX_ADDRESSES).collect()
}

impl NetworkBehaviour for Announcements {
    type ConnectionHandler = dummy::ConnectionHandler;
    type ToSwarm = mdns::Event;

    fn handle_established_inbound_connection(
        &mut self,
        _: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(dummy::ConnectionHandler)
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

    fn on_swarm_event(&mut self, _: FromSwarm<'_>) {}

    fn on_connection_handler_event(&mut self, _: PeerId, _: ConnectionId, event: THandlerOutEvent<Self>) {
        match event {}
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<ToSwarm<Self::ToSwarm, THandlerInEvent<Self>>> {
        while let Poll::Ready(Some(Ok(event))) = self.interfaces.poll_next_unpin(cx) {
            self.follow(&event);
        }
        let mut bytes = [0; MAX_PACKET];
        let mut buffer = ReadBuf::new(&mut bytes);
        while let Poll::Ready(received) = self.socket.poll_recv_from(cx, &mut buffer) {
            if let Ok(SocketAddr::V4(from)) = received {
                let found = announced(buffer.filled(), *from.ip()).into_iter();
                let found: Vec<_> = found.filter(|(peer, _)| *peer != self.me).collect();
                if !found.is_empty() {
                    return Poll::Ready(ToSwarm::GenerateEvent(mdns::Event::Discovered(found)));
                }
            }
            buffer.clear();
        }
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use hickory_proto::rr::rdata::{PTR, TXT};
    use hickory_proto::rr::{Name, Record};

    use super::*;

    fn name(text: &str) -> Name {
        Name::from_ascii(text).unwrap()
    }

    /// A packet as libp2p in JavaScript sends it, of one peer with these addresses.
    fn packet(service: &str, addresses: &[String]) -> Vec<u8> {
        let mut message = Message::response(0, hickory_proto::op::OpCode::Query);
        let ptr = PTR(name("somebody._p2p._udp.local."));
        message.answers.push(Record::from_rdata(name(service), 120, RData::PTR(ptr)));
        for address in addresses {
            let text = RData::TXT(TXT::new(vec![format!("dnsaddr={address}")]));
            message.answers.push(Record::from_rdata(name("somebody._p2p._udp.local."), 120, text));
        }
        message.to_vec().unwrap()
    }

    #[test]
    fn peers_among_the_answers_are_found_at_the_host_that_sent_them() {
        let (peer, from) = (PeerId::random(), Ipv4Addr::new(10, 0, 0, 7));
        let addresses = [
            format!("/ip4/8.8.8.8/tcp/47770/p2p/{peer}"),
            format!("/ip4/10.0.0.7/tcp/47770/p2p/{peer}"),
            format!("/ip4/10.0.0.7/udp/1/quic-v1/p2p/{peer}"),
            format!("/ip4/10.0.0.7/tcp/2/ws/p2p/{peer}"),
            "/ip4/10.0.0.7/tcp/5".to_owned(),
            "nonsense".to_owned(),
        ];
        let found = announced(&packet(SERVICE, &addresses), from);
        assert_eq!(found, BTreeSet::from([(peer, "/ip4/10.0.0.7/tcp/47770".parse().unwrap())]));
        assert!(announced(&packet("_http._tcp.local.", &addresses), from).is_empty());
        let many: Vec<_> = (1..99).map(|port| format!("/ip4/10.0.0.7/tcp/{port}/p2p/{peer}")).collect();
        assert_eq!(announced(&packet(SERVICE, &many), from).len(), MAX_ADDRESSES);
        let whole = packet(SERVICE, &addresses);
        (0..whole.len()).for_each(|len| drop(announced(&whole[..len], from)));
    }
}
