//! Announcements of mDNS that libp2p's own leaves out: those with the addresses among the answers, as libp2p in JavaScript sends
//! them, instead of among the additional records (both are fine by RFC 6763, section 12: additional records may be left out);
//! and those of our own key, which a program that runs from a copy of our data folder makes too.

use std::collections::BTreeSet;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket as StdSocket};

use hickory_proto::op::Message;
use hickory_proto::rr::{RData, Record};
use libp2p::multiaddr::Protocol;
use libp2p::{Multiaddr, PeerId, mdns};
use socket2::Socket;
use tokio::net::UdpSocket;

use super::address;

/// The service of all libp2p programs.
const SERVICE: &str = "_p2p._udp.local.";
/// Largest packet that is read, in bytes (RFC 6762, section 17).
const MAX_PACKET: usize = 9_000;
/// Addresses of one packet that are taken; the rest is left out.
const MAX_ADDRESSES: usize = 8;

/// A listener for announcements on the IPv4 networks of this machine. It sends nothing.
pub(super) struct Announcements {
    me: PeerId,
    socket: UdpSocket,
    buffer: Vec<u8>,
}

impl Announcements {
    /// Listens on a socket that is bound to the port of mDNS. Networks are to be joined.
    pub(super) fn new(me: PeerId, socket: Socket) -> io::Result<Self> {
        socket.set_nonblocking(true)?;
        let socket = UdpSocket::from_std(StdSocket::from(socket))?;
        Ok(Announcements { me, socket, buffer: vec![0; MAX_PACKET] })
    }

    /// Hears on the network of this address of ours from now on (`up`), or no longer.
    pub(super) fn follow(&self, ours: IpAddr, up: bool) {
        let IpAddr::V4(ours) = ours else { return };
        let group = mdns::IPV4_MDNS_MULTICAST_ADDRESS;
        let result = match up {
            _ if ours.is_loopback() => return,
            true => self.socket.join_multicast_v4(group, ours),
            false => self.socket.leave_multicast_v4(group, ours),
        };
        if let Err(error) = result {
            // An interface with two addresses has joined already.
            tracing::debug!(%ours, %error, "announcements are not heard there");
        }
    }

    /// Returns who is announced, we ourselves included, and where.
    pub(super) async fn next(&mut self) -> io::Result<BTreeSet<(PeerId, Multiaddr)>> {
        loop {
            let (len, from) = self.socket.recv_from(&mut self.buffer).await?;
            let SocketAddr::V4(from) = from else { continue };
            let found = announced(&self.buffer[..len], *from.ip(), self.me);
            if !found.is_empty() {
                return Ok(found);
            }
        }
    }
}

/// Returns who is announced among the answers of a packet, and our own key (`me`) wherever it stands in it. They are at the
/// host that sent the packet, so that nobody can make others call a stranger.
fn announced(packet: &[u8], from: Ipv4Addr, me: PeerId) -> BTreeSet<(PeerId, Multiaddr)> {
    let Ok(message) = Message::from_vec(packet) else { return BTreeSet::new() };
    let services = message.answers.iter().filter(|record| record.name.to_string() == SERVICE);
    let names = services.filter_map(|record| match &record.data {
        RData::PTR(name) => Some(&name.0),
        _ => None,
    });
    let names: Vec<_> = names.collect();
    let address = |text: &[u8]| {
        let address: Multiaddr = std::str::from_utf8(text.strip_prefix(b"dnsaddr=")?).ok()?.parse().ok()?;
        let (Some(Protocol::P2p(peer)), 3) = (address.iter().last(), address.iter().count()) else { return None };
        let port = address::socket(&address).filter(SocketAddr::is_ipv4)?.port();
        Some((peer, address::tcp(SocketAddr::from((from, port)))))
    };
    let peers = |records: &[Record]| -> Vec<(PeerId, Multiaddr)> {
        let texts = records.iter().filter(|record| names.contains(&&record.name));
        let texts = texts.filter_map(|record| match &record.data {
            RData::TXT(text) => Some(&text.txt_data),
            _ => None,
        });
        texts.flatten().filter_map(|text| address(text)).collect()
    };
    let ours = peers(&message.additionals).into_iter().filter(|(peer, _)| *peer == me);
    peers(&message.answers).into_iter().chain(ours).take(MAX_ADDRESSES).collect()
}

#[cfg(test)]
mod tests {
    use hickory_proto::rr::Name;
    use hickory_proto::rr::rdata::{PTR, TXT};

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
        let (me, peer, from) = (PeerId::random(), PeerId::random(), Ipv4Addr::new(10, 0, 0, 7));
        let addresses = [
            format!("/ip4/8.8.8.8/tcp/47770/p2p/{peer}"),
            format!("/ip4/10.0.0.7/tcp/47770/p2p/{peer}"),
            format!("/ip4/10.0.0.7/udp/1/quic-v1/p2p/{peer}"),
            format!("/ip4/10.0.0.7/tcp/2/ws/p2p/{peer}"),
            "/ip4/10.0.0.7/tcp/5".to_owned(),
            "nonsense".to_owned(),
        ];
        let found = announced(&packet(SERVICE, &addresses), from, me);
        assert_eq!(found, BTreeSet::from([(peer, "/ip4/10.0.0.7/tcp/47770".parse().unwrap())]));
        assert!(announced(&packet("_http._tcp.local.", &addresses), from, me).is_empty());
        let many: Vec<_> = (1..99).map(|port| format!("/ip4/10.0.0.7/tcp/{port}/p2p/{peer}")).collect();
        assert_eq!(announced(&packet(SERVICE, &many), from, me).len(), MAX_ADDRESSES);
        let whole = packet(SERVICE, &addresses);
        (0..whole.len()).for_each(|len| drop(announced(&whole[..len], from, me)));
    }

    #[test]
    fn of_the_additional_records_only_our_own_key_is_read() {
        let (me, other, from) = (PeerId::random(), PeerId::random(), Ipv4Addr::new(10, 0, 0, 7));
        let addresses = [me, other].map(|peer| format!("/ip4/10.0.0.7/tcp/47770/p2p/{peer}"));
        let mut message = Message::from_vec(&packet(SERVICE, &addresses)).unwrap();
        message.additionals = message.answers.split_off(1);
        let found = announced(&message.to_vec().unwrap(), from, me);
        assert_eq!(found, BTreeSet::from([(me, "/ip4/10.0.0.7/tcp/47770".parse().unwrap())]));
    }
}
