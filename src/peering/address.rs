//! Addresses of peers: multiaddresses in their text form, without a peer id at the end.

use core::net::{IpAddr, SocketAddr};
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
    fn ip(&self) -> Option<IpAddr> {
        match self.host() {
            ("ip4" | "ip6", ip) => ip.parse().ok(),
            _ => None,
        }
    }

    /// Returns whether the address leads to the machine itself, whichever machine reads it.
    pub(super) fn is_loopback(&self) -> bool {
        self.ip().is_some_and(|ip| ip.is_loopback())
    }

    /// Returns whether a peer may be called here because another peer says so: only on the local network, so that
    /// nobody can make a whole room call a stranger.
    #[must_use]
    pub fn is_local(&self) -> bool {
        match self.ip() {
            Some(IpAddr::V4(ip)) => ip.is_private() || ip.is_link_local() || ip.is_loopback(),
            Some(IpAddr::V6(ip)) => ip.is_unique_local() || ip.is_unicast_link_local() || ip.is_loopback(),
            None => false,
        }
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
    fn only_the_local_network_is_called_on_a_peers_word() {
        for (text, local) in
            [("/ip4/10.0.0.1/tcp/1", true), ("/ip4/8.8.8.8/tcp/1", false), ("/dns4/x.org/tcp/1", false)]
        {
            assert_eq!(Address::of_multiaddr(text).is_local(), local, "{text}");
        }
    }
}
