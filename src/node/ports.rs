//! Claims TCP ports to listen on.
//!
//! libp2p sets `SO_REUSEPORT` (on Windows `SO_REUSEADDR`) on its listeners, so a second program of the same user can listen
//! on a port that is taken, and calls then reach either of the two. Therefore a port is claimed first: a UDP socket is bound
//! to the port of the same number without any such option, which the system gives to one program only, and is held for
//! as long as we listen. Claims decide between programs of ours, also between two that start at the same instant; whether a
//! program of another kind listens there is found out by binding the TCP port exclusively for a moment.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::ops::RangeInclusive;

use socket2::{Domain, Protocol, Socket, Type};

use super::config::DEFAULT_PORT;

/// The ports that are tried in this order when the person gave none.
pub(super) const USUAL_PORTS: RangeInclusive<u16> = DEFAULT_PORT..=DEFAULT_PORT + 9;

/// A TCP port that no other program of this machine listens on while this is held.
pub(super) struct Claim {
    guard: UdpSocket,
    address: SocketAddr,
}

impl Claim {
    /// Claims the port of an address, which may be unspecified (every interface of its family), but not port 0.
    ///
    /// # Errors
    /// [`io::ErrorKind::AddrInUse`] when another program has it; other errors of the system.
    pub(super) fn new(address: SocketAddr) -> io::Result<Self> {
        let guard = UdpSocket::bind(guard_address(address))?;
        bind_exclusively(address)?;
        Ok(Claim { guard, address })
    }

    /// Returns the port, if other programs of this machine reach it at `127.0.0.1`.
    pub(super) fn loopback_port(&self) -> Option<u16> {
        let reaches =
            self.address.ip() == IpAddr::V4(Ipv4Addr::UNSPECIFIED) || self.address.ip() == Ipv4Addr::LOCALHOST;
        reaches.then(|| self.address.port())
    }

    /// Returns a second handle of the UDP socket that is held; the claim stands until both are closed.
    pub(super) fn guard(&self) -> io::Result<UdpSocket> {
        self.guard.try_clone()
    }
}

/// Returns the address of a claim's UDP socket: the address itself, or loopback for an unspecified one, where nobody
/// outside of this machine reaches it.
fn guard_address(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

/// Binds a TCP port without sharing it, and releases it.
fn bind_exclusively(address: SocketAddr) -> io::Result<()> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    // On Unix this allows only what is left of closed connections; on Windows it would take the port from its owner.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn any() -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, 0))
    }

    /// A socket as libp2p listens with.
    fn shared_listener(address: SocketAddr) -> Socket {
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP)).unwrap();
        socket.set_reuse_address(true).unwrap();
        #[cfg(unix)]
        socket.set_reuse_port(true).unwrap();
        socket.bind(&address.into()).unwrap();
        socket.listen(1).unwrap();
        socket
    }

    fn bound_to(socket: &Socket) -> SocketAddr {
        socket.local_addr().unwrap().as_socket().unwrap()
    }

    #[test]
    fn a_port_that_is_listened_on_with_sharing_options_is_taken() {
        let listener = shared_listener(any());
        let taken = bound_to(&listener);
        assert!(Claim::new(taken).is_err());
        assert!(Claim::new(SocketAddr::from((Ipv4Addr::UNSPECIFIED, taken.port()))).is_err());
        drop(listener);
        assert!(Claim::new(taken).is_ok());
    }

    #[test]
    fn a_claimed_port_is_taken_before_anybody_listens_and_free_when_the_claim_is_gone() {
        let free = bound_to(&shared_listener(any()));
        let claim = Claim::new(free).unwrap();
        assert_eq!(claim.loopback_port(), Some(free.port()));
        assert!(Claim::new(free).is_err(), "two programs of ours, both before they listen");
        let listener = shared_listener(free);
        assert_eq!(bound_to(&listener), free, "the claim is not in the way of its owner");
        drop(listener);
        let guard = claim.guard().unwrap();
        drop(claim);
        assert!(Claim::new(free).is_err(), "the guard stands for it");
        drop(guard);
        assert!(Claim::new(free).is_ok());
    }
}
