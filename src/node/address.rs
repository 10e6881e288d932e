//! Addresses as people write them.

use std::net::{IpAddr, SocketAddr};

use libp2p::Multiaddr;
use libp2p::multiaddr::Protocol;

use super::config::DEFAULT_PORT;

/// Longest text that is looked at.
const MAX_LEN: usize = 300;

/// What an address text leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Address {
    /// An address to dial.
    Multiaddr(Multiaddr),
    /// A host to look up by name, and a port.
    Host(String, u16),
}

/// Reads a multiaddress, `IP`, `IP:PORT`, `HOST` or `HOST:PORT`; the port is [`DEFAULT_PORT`] when left out.
pub(super) fn parse(text: &str) -> Option<Address> {
    let text = text.trim();
    if text.is_empty() || text.len() > MAX_LEN {
        return None;
    }
    if text.starts_with('/') {
        let address: Multiaddr = text.parse().ok()?;
        return address.iter().any(|part| matches!(part, Protocol::Tcp(_))).then_some(Address::Multiaddr(address));
    }
    if let Ok(address) = text.parse::<SocketAddr>() {
        return Some(Address::Multiaddr(tcp(address)));
    }
    if let Ok(ip) = text.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>() {
        return Some(Address::Multiaddr(tcp(SocketAddr::new(ip, DEFAULT_PORT))));
    }
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) => (host, port.parse().ok()?),
        None => (text, DEFAULT_PORT),
    };
    let is_host = !host.is_empty() && host.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'));
    is_host.then(|| Address::Host(host.to_owned(), port))
}

/// The multiaddress of a TCP port.
pub(super) fn tcp(address: SocketAddr) -> Multiaddr {
    Multiaddr::from(address.ip()).with(Protocol::Tcp(address.port()))
}

/// The socket address of a TCP port; `None` for an address of another form.
pub(super) fn socket(address: &Multiaddr) -> Option<SocketAddr> {
    let mut parts = address.iter();
    let ip = match parts.next()? {
        Protocol::Ip4(ip) => IpAddr::V4(ip),
        Protocol::Ip6(ip) => IpAddr::V6(ip),
        _ => return None,
    };
    match parts.next()? {
        Protocol::Tcp(port) => Some(SocketAddr::new(ip, port)),
        _ => None,
    }
}

/// Whether an address leads to the machine itself, whichever machine reads it.
pub(super) fn is_loopback(address: &Multiaddr) -> bool {
    socket(address).is_some_and(|socket| socket.ip().is_loopback())
}

/// Whether a neighbour's word that somebody lives at this address may be followed: only to the local network, so that
/// nobody can make a whole room knock on a stranger's door.
pub(super) fn is_local(address: &Multiaddr) -> bool {
    match address.iter().next() {
        Some(Protocol::Ip4(ip)) => ip.is_private() || ip.is_link_local() || ip.is_loopback(),
        Some(Protocol::Ip6(ip)) => ip.is_unique_local() || ip.is_unicast_link_local() || ip.is_loopback(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_as_people_write_them() {
        let multi = |text: &str| Some(Address::Multiaddr(text.parse().unwrap()));
        assert_eq!(parse(" 192.168.0.7 "), multi("/ip4/192.168.0.7/tcp/47770"));
        assert_eq!(parse("192.168.0.7:9"), multi("/ip4/192.168.0.7/tcp/9"));
        assert_eq!(parse("[fe80::1]:9"), multi("/ip6/fe80::1/tcp/9"));
        assert_eq!(parse("fe80::1"), multi("/ip6/fe80::1/tcp/47770"));
        assert_eq!(parse("/ip4/10.0.0.1/tcp/1"), multi("/ip4/10.0.0.1/tcp/1"));
        assert_eq!(parse("ana.local"), Some(Address::Host("ana.local".to_owned(), 47770)));
        assert_eq!(parse("ana:80"), Some(Address::Host("ana".to_owned(), 80)));
        for text in ["", "/ip4/10.0.0.1", "/nonsense", "a b", "ana:port", "ana:99999", ":80", &"x".repeat(400)] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_multiaddress_of_a_tcp_port_is_a_socket_address() {
        for text in ["127.0.0.1:1", "10.0.0.7:47770", "[::1]:9"] {
            let address = text.parse().unwrap();
            assert_eq!(socket(&tcp(address)), Some(address));
            assert_eq!(is_loopback(&tcp(address)), address.ip().is_loopback());
        }
        for text in ["/dns4/x.org/tcp/1", "/ip4/10.0.0.7/udp/1", "/ip4/10.0.0.7"] {
            assert_eq!(socket(&text.parse().unwrap()), None, "{text}");
        }
    }

    #[test]
    fn only_the_local_network_is_knocked_on() {
        for (text, local) in
            [("/ip4/10.0.0.1/tcp/1", true), ("/ip4/8.8.8.8/tcp/1", false), ("/dns4/x.org/tcp/1", false)]
        {
            assert_eq!(is_local(&text.parse().unwrap()), local, "{text}");
        }
    }
}
