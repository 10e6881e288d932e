//! Addresses of peers: multiaddresses in their text form, without a peer id at the end.

use core::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::fmt;

/// A multiaddress, mostly of a TCP port, such as `/ip4/10.0.0.7/tcp/47770`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Address(String);

impl Address {
    /// The address of a TCP port.
    #[must_use]
    pub fn tcp(socket: SocketAddr) -> Self {
        let family = if socket.is_ipv4() { "ip4" } else { "ip6" };
        Address(format!("/{family}/{}/tcp/{}", socket.ip(), socket.port()))
    }

    /// The address that a multiaddress in its canonical text form has without a peer id at its end.
    #[must_use]
    pub fn of_multiaddr(text: &str) -> Self {
        let parts: Vec<&str> = text.rsplitn(3, '/').collect();
        let address = if let [_, "p2p", address] = parts[..] { address } else { text };
        Address(address.to_owned())
    }

    /// The text form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first component: the host with the kind of its name, such as `("ip4", "10.0.0.7")`.
    pub(super) fn host(&self) -> (&str, &str) {
        let mut parts = self.0.split('/').skip(1);
        (parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
    }

    /// The IP address of the host; `None` when it is given in another way.
    pub(super) fn ip(&self) -> Option<IpAddr> {
        match self.host() {
            ("ip4" | "ip6", ip) => ip.parse().ok(),
            _ => None,
        }
    }

    /// Returns whether the address leads to the machine itself, whichever machine reads it.
    pub(super) fn is_loopback(&self) -> bool {
        self.ip().is_some_and(|ip| ip.is_loopback())
    }

    /// Returns whether a call can lead there: not to the link-local addresses of IPv6, which mean something only together
    /// with an interface of the machine that calls.
    #[must_use]
    pub fn is_callable(&self) -> bool {
        !matches!(self.ip(), Some(IpAddr::V6(ip)) if ip.is_unicast_link_local())
    }

    /// Returns whether the address can only be one of a local network.
    pub(super) fn is_private(&self) -> bool {
        match self.ip() {
            Some(IpAddr::V4(ip)) => ip.is_private() || ip.is_link_local() || ip.is_loopback() || SHARED.has(ip.into()),
            Some(IpAddr::V6(ip)) => ip.is_unique_local() || ip.is_unicast_link_local() || ip.is_loopback(),
            None => false,
        }
    }
}

/// The addresses between a provider and its customers (RFC 6598), which overlay networks use too.
const SHARED: Subnet = Subnet { ip: IpAddr::V4(Ipv4Addr::new(100, 64, 0, 0)), prefix: 10 };

/// A network: the IP addresses whose first `prefix` bits are those of `ip`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subnet {
    ip: IpAddr,
    prefix: u8,
}

impl Subnet {
    /// The network of an address of this machine.
    #[must_use]
    pub fn new(ip: IpAddr, prefix: u8) -> Self {
        Subnet { ip, prefix }
    }

    /// The network that an address is on when networks have their usual size.
    pub(super) fn usual(ip: IpAddr) -> Self {
        Subnet { ip, prefix: if ip.is_ipv4() { 24 } else { 64 } }
    }

    /// Returns whether an address is on the network.
    #[must_use]
    pub fn has(&self, ip: IpAddr) -> bool {
        let (ours, theirs, width) = match (self.ip, ip) {
            (IpAddr::V4(ours), IpAddr::V4(theirs)) => (ours.to_bits().into(), theirs.to_bits().into(), 32),
            (IpAddr::V6(ours), IpAddr::V6(theirs)) => (ours.to_bits(), theirs.to_bits(), 128),
            _ => return false,
        };
        let rest = width - u32::from(self.prefix).min(width);
        (ours ^ theirs).checked_shr(rest).unwrap_or(0_u128) == 0
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_id_at_the_end_is_no_part_of_an_address() {
        let plain = "/ip4/10.0.0.1/tcp/1";
        for text in [plain, "/ip4/10.0.0.1/tcp/1/p2p/12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp"] {
            assert_eq!(Address::of_multiaddr(text).as_str(), plain);
        }
    }

    #[test]
    fn the_address_of_a_port_is_a_multiaddress() {
        for (socket, text) in [("10.0.0.7:47770", "/ip4/10.0.0.7/tcp/47770"), ("[fe80::1]:9", "/ip6/fe80::1/tcp/9")] {
            assert_eq!(Address::tcp(socket.parse().unwrap()).as_str(), text);
        }
        assert!(Address::tcp("127.0.0.1:1".parse().unwrap()).is_loopback());
        assert!(!Address::tcp("10.0.0.7:1".parse().unwrap()).is_loopback());
    }

    #[test]
    fn private_addresses_and_those_that_lead_nowhere() {
        for (text, private, callable) in [
            ("/ip4/10.0.0.1/tcp/1", true, true),
            ("/ip4/100.64.0.1/tcp/1", true, true),
            ("/ip4/100.128.0.1/tcp/1", false, true),
            ("/ip4/8.8.8.8/tcp/1", false, true),
            ("/ip6/fd00::1/tcp/1", true, true),
            ("/ip6/fe80::1/tcp/1", true, false),
            ("/dns4/x.org/tcp/1", false, true),
        ] {
            let address = Address::of_multiaddr(text);
            assert_eq!((address.is_private(), address.is_callable()), (private, callable), "{text}");
        }
    }

    #[test]
    fn a_subnet_has_the_addresses_with_its_first_bits() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        for (subnet, prefix, inside, outside) in [
            ("10.0.0.1", 24, "10.0.0.255", "10.0.1.0"),
            ("10.0.0.1", 32, "10.0.0.1", "10.0.0.2"),
            ("2001:db8::1", 64, "2001:db8::ffff:1", "2001:db8:0:1::1"),
            ("10.0.0.1", 0, "200.0.0.1", "::1"),
            ("::1", 0, "fe80::1", "10.0.0.1"),
        ] {
            let subnet = Subnet::new(ip(subnet), prefix);
            assert_eq!((subnet.has(ip(inside)), subnet.has(ip(outside))), (true, false), "{subnet:?}");
        }
    }
}
