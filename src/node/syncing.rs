//! The loop's part in catching up: whom to ask and when, what is missing, what came.

use libp2p::PeerId;
use tokio::sync::oneshot;

use super::address;
use super::catch_up::{Offer, Pull, Pulled, SyncError};
use super::network::{author_of, peer_of};
use super::rooms::Source;
use super::run::Runner;
use super::sync_plan::Round;
use crate::event::Event;
use crate::identity::Author;
use crate::log::{Head, Want};
use crate::name::{RoomId, RoomName};
use crate::operation::Operation;
use crate::room::Input;
use crate::sync::{MAX_ADDRESSES, MAX_NEIGHBOURS, Neighbour};

impl Runner {
    /// Begins the rounds that are due.
    pub(super) fn catch_up_where_due(&mut self) {
        if !self.takes_more() {
            return;
        }
        let now = self.now().mono_ms;
        for (name, member) in &mut self.rooms {
            let Some(peer) = member.sync.begin(now) else { continue };
            let Some(author) = author_of(&peer) else { continue };
            let pull = Pull {
                control: self.control.clone(),
                peer,
                author,
                room: name.clone(),
                digest: member.room.state().digest,
                notes: self.notes.clone(),
            };
            tokio::spawn(pull.run());
        }
    }

    /// What we hold of a room, for somebody who asks; `None` when we are not in it.
    pub(super) fn offer(&self, room: RoomId, asker: &PeerId) -> Option<Offer> {
        let (name, member) = self.rooms.iter().find(|(name, _)| name.id() == room)?;
        let heads = member.room.frontier();
        Some(Offer { digest: member.room.state().digest, heads, neighbours: self.neighbours(name, asker) })
    }

    /// Others in a room and where they listen.
    fn neighbours(&self, name: &RoomName, asker: &PeerId) -> Vec<Neighbour> {
        let Some(member) = self.rooms.get(name) else { return Vec::new() };
        let others = member.room.online_now().filter_map(|peer| Some((peer, peer_of(peer)?)));
        let others = others.filter(|(_, peer)| peer != asker && peer != self.swarm.local_peer_id());
        let listed = others.map(|(peer, id)| {
            let addresses = self.peers.listening(&id).iter().take(MAX_ADDRESSES).map(ToString::to_string).collect();
            Neighbour { peer, addresses }
        });
        listed.filter(|neighbour| !neighbour.addresses.is_empty()).take(MAX_NEIGHBOURS).collect()
    }

    /// People who met by address meet each other too.
    pub(super) fn on_neighbours(&mut self, neighbours: Vec<Neighbour>) {
        let now = self.now().mono_ms;
        for Neighbour { peer, addresses } in neighbours {
            let Some(peer) = peer_of(peer) else { continue };
            let addresses = addresses.iter().filter_map(|text| text.parse().ok());
            for address in addresses.filter(address::is_local) {
                let random = self.random();
                self.peers.found(peer, address, now, random);
            }
        }
    }

    /// What we lack of a frontier; the face is told how much that is.
    pub(super) fn missing(&mut self, name: &RoomName, peer: Author, heads: &[Head]) -> Vec<Want> {
        let wants = self.rooms.get(name).map(|member| member.room.missing(heads)).unwrap_or_default();
        let remaining: u64 = wants.iter().map(|want| want.to - want.from).sum();
        if remaining > 0 {
            self.tell(Event::Syncing { room: name.clone(), peers: vec![peer], received: 0, remaining });
        }
        wants
    }

    pub(super) fn on_batch(
        &mut self,
        name: &RoomName,
        operations: Vec<Operation>,
        from: Author,
        remaining: u64,
        done: oneshot::Sender<()>,
    ) {
        if self.trouble.is_some() {
            return; // `done` is dropped: the round ends, and begins anew when the disk takes writes again
        }
        self.feed_from(name, Input::Synced(operations), Source { message: None, done: Some(done) });
        self.tell(Event::Syncing { room: name.clone(), peers: vec![from], received: 0, remaining });
    }

    pub(super) fn on_pulled(&mut self, pulled: Pulled) {
        let Pulled { room, peer, result } = pulled;
        let now = self.now().mono_ms;
        let Some(member) = self.rooms.get_mut(&room) else { return };
        let Some(Round { ms, sent, first }) = member.sync.end(peer, result.is_err(), now) else { return };
        match result {
            Ok(received) => {
                if let Some(author) = author_of(&peer)
                    && (first || received > 0 || sent > 0)
                {
                    self.tell(Event::Synced { room, peer: author, received, sent, ms });
                }
            }
            Err(error) => self.sync_failed(peer, &error),
        }
        self.catch_up_where_due();
    }

    pub(super) fn on_served(&mut self, peer: PeerId, result: Result<Option<(RoomId, u64)>, SyncError>) {
        match result {
            Ok(Some((room, count))) => {
                let member = self.rooms.values_mut().find(|member| member.room.name().id() == room);
                if let Some(member) = member {
                    member.sync.served(peer, count);
                }
            }
            Ok(None) => {}
            Err(error) => self.sync_failed(peer, &error),
        }
    }

    fn sync_failed(&mut self, peer: PeerId, error: &SyncError) {
        tracing::info!(%peer, %error, "catching up was broken off");
        if error.is_fault() {
            self.blame(peer, "a sync message that no honest program sends");
        }
    }
}
