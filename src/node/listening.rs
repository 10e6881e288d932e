//! Listens on the addresses that the person gave, or on every interface at the first of the usual ports that is free.

use std::error::Error;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use libp2p::Multiaddr;

use super::StartError;
use super::address;
use super::network::Network;
use super::ports::{Claim, USUAL_PORTS};

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

/// Every interface, for IPv4 and for IPv6.
fn everywhere(port: u16) -> [SocketAddr; 2] {
    [SocketAddr::from((Ipv4Addr::UNSPECIFIED, port)), SocketAddr::from((Ipv6Addr::UNSPECIFIED, port))]
}
