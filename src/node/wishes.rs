//! What the person wants and what is remembered over a restart: where to listen, whom to call, the name, the rooms,
//! the peers that were reached.

use std::error::Error;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use inkmesh_store::{Store, StoreError};
use libp2p::Multiaddr;
use tokio::sync::oneshot;

use super::address::{self, Address};
use super::handle::Answer;
use super::network::without_peer;
use super::ports::{Claim, USUAL_PORTS};
use super::run::{Note, Runner};
use super::wanted::HostPort;
use super::{CommandError, StartError};
use crate::codec;
use crate::command::Reply;
use crate::event::Warning;
use crate::name::RoomName;

/// Cap on each remembered list, in bytes.
const MAX_LIST: usize = 1 << 20;

impl Runner {
    /// Listens where the person said, or everywhere on the first of the usual ports that is free.
    ///
    /// # Errors
    /// [`StartError::Listen`] when an address that the person gave can't be listened on: another program may have it.
    pub(super) fn listen(&mut self, addresses: &[String]) -> Result<(), StartError> {
        if addresses.is_empty() {
            return self.listen_everywhere();
        }
        for text in addresses {
            let address: Multiaddr = text.parse().map_err(|_| StartError::Address(text.clone()))?;
            let failed = |reason: String| StartError::Listen { address: text.clone(), reason };
            // A port that the system chooses is shared with nobody.
            if let Some(socket) = address::socket(&address).filter(|socket| socket.port() != 0) {
                self.claims.push(Claim::new(socket).map_err(|error| failed(error.to_string()))?);
            }
            self.swarm.listen_on(address).map_err(|error| failed(error.to_string()))?;
        }
        Ok(())
    }

    fn listen_everywhere(&mut self) -> Result<(), StartError> {
        for port in USUAL_PORTS {
            match self.listen_on_usual(port) {
                Ok(()) => return Ok(()),
                Err(error) => tracing::info!(%error, "port {port} is taken; trying another"),
            }
        }
        let [v4, v6] = everywhere(0).map(address::tcp);
        self.swarm.listen_on(v4).map_err(|error| StartError::Network(error.to_string()))?;
        if let Err(error) = self.swarm.listen_on(v6) {
            tracing::info!(%error, "no IPv6 here");
        }
        Ok(())
    }

    /// Listens on every interface at a port, if it is free for IPv4 and for IPv6.
    fn listen_on_usual(&mut self, port: u16) -> Result<(), Box<dyn Error>> {
        let [v4, v6] = everywhere(port);
        let mut claims = vec![Claim::new(v4)?];
        match Claim::new(v6) {
            Ok(claim) => claims.push(claim),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => return Err(error.into()),
            Err(error) => tracing::info!(%error, "no IPv6 here"),
        }
        self.swarm.listen_on(address::tcp(v4))?;
        if claims.len() > 1
            && let Err(error) = self.swarm.listen_on(address::tcp(v6))
        {
            tracing::info!(%error, "no IPv6 here");
        }
        self.claims = claims;
        Ok(())
    }

    /// Calls the addresses given at the start, and the peers that were reached before.
    pub(super) fn remember_dials(&mut self, addresses: &[String]) -> Result<(), StartError> {
        for text in addresses {
            self.want(text).map_err(|_| StartError::Address(text.clone()))?;
        }
        let now = self.now().mono_ms;
        let stored = self.store.get_meta("peers")?;
        let peers: Vec<(String, Vec<String>)> = stored.and_then(|bytes| codec::decode(&bytes).ok()).unwrap_or_default();
        for (peer, addresses) in peers {
            let Ok(peer) = peer.parse() else { continue };
            for address in addresses.iter().filter_map(|text| text.parse().ok()) {
                let random = self.random();
                self.peers.found(peer, address, now, random);
            }
        }
        Ok(())
    }

    /// Connects to an address as a person writes it, and stays with it.
    pub(super) fn want(&mut self, text: &str) -> Result<(), CommandError> {
        let refused = || CommandError::Address(text.chars().take(100).collect());
        let now = self.now().mono_ms;
        let taken = match address::parse(text).ok_or_else(refused)? {
            Address::Multiaddr(address) => self.peers.wanted.want(without_peer(address), now),
            Address::Host(host, port) => self.peers.wanted.want_host(HostPort { host, port }, now),
        };
        if !taken {
            return Err(CommandError::Busy);
        }
        self.call_who_is_due();
        Ok(())
    }

    /// Looks a host up with the system's resolver, which knows `.local` names too where the system does.
    pub(super) fn look_up(&self, name: HostPort) {
        let notes = self.notes.clone();
        tokio::spawn(async move {
            let found = tokio::net::lookup_host((name.host.as_str(), name.port)).await;
            let result = found.map(|addresses| addresses.map(address::tcp).collect());
            let _ = notes.send(Note::Resolved { name, result }).await;
        });
    }

    pub(super) fn on_resolved(&mut self, name: &HostPort, result: io::Result<Vec<Multiaddr>>) {
        let (addresses, reason) = match result {
            Ok(addresses) => (addresses, "the name leads nowhere".to_owned()),
            Err(error) => (Vec::new(), error.to_string()),
        };
        let (now, random) = (self.now().mono_ms, self.random());
        if self.peers.wanted.looked_up(name, addresses, now, random) {
            self.warn(Warning::DialFailed { address: name.host.clone(), reason });
        }
        self.call_who_is_due();
    }

    /// Writes down name and rooms before the node runs.
    pub(super) fn remember_now(&self) -> Result<(), StartError> {
        let full = |error: codec::CodecError| StartError::Network(error.to_string());
        self.store.put_meta("name", self.name.as_str().as_bytes().to_vec())?;
        self.store.put_meta("rooms", self.room_list().map_err(full)?)?;
        Ok(())
    }

    fn room_list(&self) -> Result<Vec<u8>, codec::CodecError> {
        let names = self.rooms.keys().chain(&self.left_out);
        codec::encode(&names.map(RoomName::as_str).collect::<Vec<_>>(), MAX_LIST)
    }

    pub(super) fn remember_rooms(&self, answer: Option<Answer>) {
        match self.room_list() {
            Ok(list) => self.remember("rooms", list, answer),
            Err(error) => {
                answer.map(|answer| answer.send(Err(CommandError::NotSaved(error.to_string()))));
            }
        }
    }

    pub(super) fn remember_name(&self, answer: Answer) {
        self.remember("name", self.name.as_str().as_bytes().to_vec(), Some(answer));
    }

    pub(super) fn remember_peers(&self) {
        let text = |(peer, addresses): (libp2p::PeerId, Vec<Multiaddr>)| {
            (peer.to_string(), addresses.iter().map(ToString::to_string).collect::<Vec<_>>())
        };
        let peers: Vec<_> = self.peers.to_remember().into_iter().map(text).collect();
        if let Ok(list) = codec::encode(&peers, MAX_LIST) {
            self.remember("peers", list, None);
        }
    }

    /// Writes something down beside the log, after what was written before, and answers when it is durable.
    fn remember(&self, key: &'static str, value: Vec<u8>, answer: Option<Answer>) {
        let (told, outcome) = oneshot::channel();
        let values = vec![(key.to_owned(), value)];
        let queued = self.store.append_with(Vec::new(), values, move |result| drop(told.send(result)));
        tokio::spawn(async move {
            let result = match queued {
                Ok(()) => outcome.await.unwrap_or(Err(StoreError::Closed)),
                Err(error) => Err(error),
            };
            if let Err(error) = &result {
                tracing::warn!(%error, key, "not remembered");
            }
            let result = result.map_err(|error| CommandError::NotSaved(error.to_string()));
            answer.map(|answer| answer.send(result.map(|()| Reply::Done {})));
        });
    }
}

/// Every interface, for IPv4 and for IPv6.
fn everywhere(port: u16) -> [SocketAddr; 2] {
    [SocketAddr::from((Ipv4Addr::UNSPECIFIED, port)), SocketAddr::from((Ipv6Addr::UNSPECIFIED, port))]
}

/// The rooms that are written down in a store: those that its owner is in.
pub(super) fn rooms_in(store: &Store) -> Result<Vec<RoomName>, StoreError> {
    let bytes = store.get_meta("rooms")?;
    let names: Vec<String> = bytes.and_then(|bytes| codec::decode(&bytes).ok()).unwrap_or_default();
    Ok(names.iter().filter_map(|name| RoomName::remembered(name).ok()).collect())
}
