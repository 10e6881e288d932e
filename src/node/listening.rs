//! Listens on the addresses that the person gave, or on every interface at the first of the usual ports that is free.

use std::error::Error;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

use libp2p::Multiaddr;

use super::StartError;
use super::address;
use super::network::Network;
use super::ports::{Claim, USUAL_PORTS};
use crate::peering::Address;

/// Listens on these addresses; without any, everywhere. Returns the claims on the ports, to be held as long as the network.
///
/// # Errors
/// [`StartError::Listen`] when an address that the person gave can't be listened on: another program may have it.
pub(super) fn listen(network: &mut Network, addresses: &[String]) -> Result<Vec<Claim>, StartError> {
    if addresses.is_empty() {
        return listen_everywhere(network);
    }
    let mut claims = Vec::new();
    for text in addresses {
        let address: Multiaddr = text.parse().map_err(|_| StartError::Address(text.clone()))?;
        let failed = |reason: String| StartError::Listen { address: text.clone(), reason };
        // A port that the system chooses is shared with nobody.
        if let Some(socket) = address::socket(&address).filter(|socket| socket.port() != 0) {
            claims.push(Claim::new(socket).map_err(|error| failed(error.to_string()))?);
        }
        network.listen_on(address).map_err(failed)?;
    }
    Ok(claims)
}

fn listen_everywhere(network: &mut Network) -> Result<Vec<Claim>, StartError> {
    for port in USUAL_PORTS {
        match listen_on_usual(network, port) {
            Ok(claims) => return Ok(claims),
            Err(error) => tracing::info!(%error, "port {port} is taken; trying another"),
        }
    }
    let [v4, v6] = everywhere(0).map(address::tcp);
    network.listen_on(v4).map_err(StartError::network)?;
    if let Err(error) = network.listen_on(v6) {
        tracing::info!(%error, "no IPv6 here");
    }
    Ok(Vec::new())
}

/// Listens on every interface at a port, if it is free for IPv4 and for IPv6.
fn listen_on_usual(network: &mut Network, port: u16) -> Result<Vec<Claim>, Box<dyn Error>> {
    let [v4, v6] = everywhere(port);
    let mut claims = vec![Claim::new(v4)?];
    match Claim::new(v6) {
        Ok(claim) => claims.push(claim),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => return Err(error.into()),
        Err(error) => tracing::info!(%error, "no IPv6 here"),
    }
    network.listen_on(address::tcp(v4))?;
    if claims.len() > 1
        && let Err(error) = network.listen_on(address::tcp(v6))
    {
        tracing::info!(%error, "no IPv6 here");
    }
    Ok(claims)
}

/// Returns the addresses that we listen on as a person is to read them: the one that this machine uses towards others first, and
/// those of bridges to containers and virtual machines after it. Those that nobody else can call are left out, unless there is no other.
pub(super) fn shown<'a>(listeners: impl Iterator<Item = &'a Multiaddr>, outward: &[IpAddr]) -> Vec<String> {
    let is_callable = |address: &&Multiaddr| Address::of_multiaddr(&address.to_string()).is_callable();
    let (mut callable, others): (Vec<_>, Vec<_>) = listeners.partition(is_callable);
    let is_outward =
        |address: &Multiaddr| address::socket(address).is_some_and(|socket| outward.contains(&socket.ip()));
    callable.sort_by_key(|address| !is_outward(address));
    let shown = if callable.is_empty() { others } else { callable };
    shown.into_iter().map(ToString::to_string).collect()
}

/// Returns the addresses that this machine uses towards others, by its routes. Nothing is sent.
pub(super) fn outward() -> Vec<IpAddr> {
    // Addresses for documentation, to which no nearer route leads (RFC 5737, RFC 3849).
    let v4 = (Ipv4Addr::UNSPECIFIED.into(), Ipv4Addr::new(192, 0, 2, 1).into());
    let v6 = (Ipv6Addr::UNSPECIFIED.into(), Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1).into());
    let from = |(any, elsewhere): (IpAddr, IpAddr)| {
        let socket = UdpSocket::bind((any, 0))?;
        socket.connect((elsewhere, 9))?;
        Ok::<_, io::Error>(socket.local_addr()?.ip())
    };
    [v4, v6].into_iter().filter_map(|towards| from(towards).ok()).collect()
}

/// Every interface, for IPv4 and for IPv6.
fn everywhere(port: u16) -> [SocketAddr; 2] {
    [SocketAddr::from((Ipv4Addr::UNSPECIFIED, port)), SocketAddr::from((Ipv6Addr::UNSPECIFIED, port))]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_towards_others_is_shown_first_and_link_local_ones_are_not() {
        let all = [
            "/ip4/127.0.0.1/tcp/7",
            "/ip4/172.17.0.1/tcp/7",
            "/ip6/fe80::1/tcp/7",
            "/ip4/192.168.0.7/tcp/7",
            "/ip6/fd00::7/tcp/7",
        ];
        let shown_of = |texts: &[&str]| {
            let listeners: Vec<Multiaddr> = texts.iter().map(|text| text.parse().unwrap()).collect();
            shown(listeners.iter(), &["192.168.0.7".parse().unwrap(), "fd00::7".parse().unwrap()])
        };
        assert_eq!(shown_of(&all), [all[3], all[4], all[0], all[1]]);
        assert_eq!(shown_of(&all[2..3]), [all[2]], "better than none");
    }
}
