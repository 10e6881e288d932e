//! Reads addresses as people write them.

use std::net::{IpAddr, SocketAddr};

use libp2p::Multiaddr;
use libp2p::multiaddr::Protocol;

use super::config::DEFAULT_PORT;
use crate::peering::{Address, HostPort};

/// Longest text that is looked at.
const MAX_LEN: usize = 300;

/// An address or host name that a person wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ParsedAddress {
    /// An address to call.
    Address(Address),
    /// A host to look up by name, and a port.
    Host(HostPort),
}

/// Reads a multiaddress, `IP`, `IP:PORT`, `HOST` or `HOST:PORT`; the port is [`DEFAULT_PORT`] when left out.
pub(super) fn parse(text: &str) -> Option<ParsedAddress> {
    let text = text.trim();
    if text.is_empty() || text.len() > MAX_LEN {
        return None;
    }
    if text.starts_with('/') {
        let address: Multiaddr = text.parse().ok()?;
        let is_tcp = address.iter().any(|part| matches!(part, Protocol::Tcp(_)));
        return is_tcp.then(|| ParsedAddress::Address(Address::of_multiaddr(&address.to_string())));
    }
    // A zone is written for a link-local address, which is refused in words later.
    let without_zone = text.split_once('%').map(|(ip, zone)| format!("{ip}{}", zone.trim_start_matches(is_name)));
    let text = without_zone.as_deref().unwrap_or(text);
    if let Ok(address) = text.parse::<SocketAddr>() {
        return Some(ParsedAddress::Address(Address::tcp(address)));
    }
    if let Ok(ip) = text.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>() {
        return Some(ParsedAddress::Address(Address::tcp(SocketAddr::new(ip, DEFAULT_PORT))));
    }
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) => (host, port.parse().ok()?),
        None => (text, DEFAULT_PORT),
    };
    let is_host = !host.is_empty() && without_zone.is_none() && host.chars().all(is_name);
    is_host.then(|| ParsedAddress::Host(HostPort { host: host.to_owned(), port }))
}

/// Returns whether a name of a host or interface may have this character.
fn is_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '.' | '-' | '_')
}

/// Returns the multiaddress of a TCP port.
pub(super) fn tcp(address: SocketAddr) -> Multiaddr {
    Multiaddr::from(address.ip()).with(Protocol::Tcp(address.port()))
}

/// Returns the socket address of a TCP port; `None` for an address of another form.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_as_people_write_them() {
        let multi = |text: &str| Some(ParsedAddress::Address(Address::of_multiaddr(text)));
        assert_eq!(parse(" 192.168.0.7 "), multi("/ip4/192.168.0.7/tcp/47770"));
        assert_eq!(parse("192.168.0.7:9"), multi("/ip4/192.168.0.7/tcp/9"));
        assert_eq!(parse("[fe80::1]:9"), multi("/ip6/fe80::1/tcp/9"));
        assert_eq!(parse("fe80::1"), multi("/ip6/fe80::1/tcp/47770"));
        assert_eq!(parse("fe80::1%eth0"), multi("/ip6/fe80::1/tcp/47770"));
        assert_eq!(parse("[fe80::1%eth0]:9"), multi("/ip6/fe80::1/tcp/9"));
        assert_eq!(parse("/ip4/10.0.0.1/tcp/1"), multi("/ip4/10.0.0.1/tcp/1"));
        assert_eq!(
            parse("ana.local"),
            Some(ParsedAddress::Host(HostPort { host: "ana.local".to_owned(), port: 47770 }))
        );
        assert_eq!(parse("ana:80"), Some(ParsedAddress::Host(HostPort { host: "ana".to_owned(), port: 80 })));
        for text in ["", "/ip4/10.0.0.1", "/nonsense", "a b", "ana:port", "ana:99999", ":80", "ana%b", &"x".repeat(400)]
        {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_multiaddress_of_a_tcp_port_is_a_socket_address() {
        for text in ["127.0.0.1:1", "10.0.0.7:47770", "[::1]:9"] {
            let address = text.parse().unwrap();
            assert_eq!(socket(&tcp(address)), Some(address));
            assert_eq!(tcp(address).to_string(), Address::tcp(address).as_str());
        }
        for text in ["/dns4/x.org/tcp/1", "/ip4/10.0.0.7/udp/1", "/ip4/10.0.0.7"] {
            assert_eq!(socket(&text.parse().unwrap()), None, "{text}");
        }
    }
}
