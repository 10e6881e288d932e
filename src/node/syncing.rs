//! The loop's part in catching up: whom to ask and when, what is missing, what came.

use libp2p::PeerId;

use super::address;
use super::catch_up::{Pull, Pulled, Served, SyncError};
use super::handle::Answer;
use super::network::{author_of, peer_of};
use super::rooms::Source;
use super::run::{Runner, wall_ms};
use crate::clock::Timestamp;
use crate::event::{Event, Warning};
use crate::identity::Author;
use crate::log::{Head, StoredRange, Want};
use crate::name::{RoomId, RoomName};
use crate::operation::Operation;
use crate::room::Input;
use crate::sync::fetching::Fetch;
use crate::sync::schedule::{self, Round};
use crate::sync::server::Holdings;
use crate::sync::{MAX_ADDRESSES, MAX_NEIGHBOURS, Neighbour};

impl Runner {
    /// Begins the rounds that are due.
    pub(super) fn catch_up_where_due(&mut self) {
        if !self.takes_more() {
            return;
        }
        let (now, clock) = (self.now().mono_ms, wall_ms());
        for (name, member) in &mut self.rooms {
            while let Some(author) = member.schedule.begin(now) {
                let Some(peer) = peer_of(author) else { continue };
                let pull = Pull {
                    control: self.control.clone(),
                    peer,
                    author,
                    room: name.clone(),
                    digest: member.room.state().digest,
                    last: member.room.last_of_others(),
                    clock,
                    notes: self.notes.clone(),
                    backlog: self.face.backlog().clone(),
                };
                tokio::spawn(pull.run());
            }
        }
    }

    /// Returns what we hold of a room, for a peer that catches up; `None` when we are not in it.
    pub(super) fn holdings(&mut self, room: RoomId, puller: &PeerId, clock: u64) -> Option<Holdings> {
        self.heard_clock(*puller, clock);
        let now = self.now().mono_ms;
        let (name, member) = self.rooms.iter_mut().find(|(name, _)| name.id() == room)?;
        if author_of(puller).is_some_and(|author| member.schedule.requested(author, now))
            && self.swarm.is_connected(puller)
        {
            tracing::warn!(%puller, room = %name, "nothing comes through from this peer by gossip: closing the connection");
            let _ = self.swarm.disconnect_peer_id(*puller);
        }
        let (name, member) = self.rooms.iter().find(|(name, _)| name.id() == room)?;
        let (digest, heads) = (member.room.state().digest, member.room.frontier());
        Some(Holdings { digest, heads, neighbours: self.neighbours(name, puller), clock: wall_ms() })
    }

    /// Where to find what somebody wants.
    pub(super) fn locate(&self, room: RoomId, heads: &[Head], wants: &[Want]) -> Vec<StoredRange> {
        let member = self.rooms.values().find(|member| member.room.name().id() == room);
        member.map(|member| member.room.locate(heads, wants)).unwrap_or_default()
    }

    /// The last operations of a room.
    pub(super) fn newest(&mut self, room: RoomId, limit: u32, after: Timestamp) -> Vec<Operation> {
        let member = self.rooms.values().find(|member| member.room.name().id() == room);
        let lines = member.map(|member| member.room.newest(limit as usize, after)).unwrap_or_default();
        self.operations(room, lines)
    }

    /// Others in a room and where they listen.
    fn neighbours(&self, name: &RoomName, puller: &PeerId) -> Vec<Neighbour> {
        let Some(member) = self.rooms.get(name) else { return Vec::new() };
        let others = member.room.online_now().filter_map(|peer| Some((peer, peer_of(peer)?)));
        let others = others.filter(|(_, peer)| peer != puller && peer != self.swarm.local_peer_id());
        let listed = others.map(|(peer, id)| {
            let addresses = self.peers.listening(&id).iter().take(MAX_ADDRESSES).map(ToString::to_string).collect();
            Neighbour { peer, addresses }
        });
        listed.filter(|neighbour| !neighbour.addresses.is_empty()).take(MAX_NEIGHBOURS).collect()
    }

    /// We caught up with somebody. People who met by address meet each other too.
    pub(super) fn on_met(&mut self, teller: PeerId, neighbours: Vec<Neighbour>, clock: u64) {
        self.heard_clock(teller, clock);
        let now = self.now().mono_ms;
        for Neighbour { peer, addresses } in neighbours {
            let Some(peer) = peer_of(peer) else { continue };
            let addresses = addresses.iter().filter_map(|text| text.parse().ok()).filter(address::is_local);
            let addresses: Vec<_> =
                addresses.filter(|address| self.peers.leads_to_the_same(&teller, address)).collect();
            for address in addresses {
                let random = self.random();
                self.peers.found(peer, address, now, random);
            }
        }
    }

    /// Somebody told the time. If that changes what time the room goes by, everything learns of it.
    pub(super) fn heard_clock(&mut self, peer: PeerId, clock: u64) {
        let Some(author) = author_of(&peer) else { return };
        let told = self.clocks.heard(author, clock, wall_ms());
        self.clock_told(told);
    }

    pub(super) fn clock_told(&mut self, told: Option<Warning>) {
        let Some(warning) = told else { return };
        self.warn(warning);
        let names: Vec<RoomName> = self.rooms.keys().cloned().collect();
        for name in names {
            self.feed(&name, Input::ClockSet);
        }
    }

    /// What to ask somebody for next.
    pub(super) fn next_fetch(&mut self, name: &RoomName, from: Author, unit: u64) -> Fetch {
        if self.trouble.is_some() {
            return Fetch::Nothing;
        }
        self.rooms.get_mut(name).map_or(Fetch::Nothing, |member| member.room.next_fetch(from, unit))
    }

    pub(super) fn on_batch(&mut self, name: &RoomName, operations: Vec<Operation>, from: Author, done: Answer) {
        if self.trouble.is_some() {
            return; // `done` is dropped: the round ends, and begins anew when the disk takes writes again
        }
        self.feed_from(name, Input::Synced { operations, from }, Source { message: None, done: Some(done) });
    }

    pub(super) fn on_pulled(&mut self, pulled: Pulled) {
        let Pulled { room, peer, result } = pulled;
        let Some(from) = author_of(&peer) else { return };
        let now = self.now().mono_ms;
        let more = self.rooms.get(&room).is_some_and(|member| member.room.could_bring_more(from));
        self.feed(&room, Input::FetchStopped { from });
        let outcome = match result {
            Err(_) => schedule::Outcome::Failed,
            Ok(_) if more => schedule::Outcome::Unfinished,
            Ok(_) => schedule::Outcome::Finished,
        };
        let Some(member) = self.rooms.get_mut(&room) else { return };
        let Some(Round { ms, sent, first }) = member.schedule.end(from, outcome, now) else { return };
        match result {
            Ok(received) if first || received > 0 || sent > 0 => {
                self.tell(Event::Synced { room, peer: from, received, sent, ms });
            }
            Ok(_) => {}
            Err(error) => self.sync_failed(peer, &error),
        }
        self.catch_up_where_due();
    }

    pub(super) fn on_served(&mut self, served: Served) {
        let Served { peer, admitted, result } = served;
        if let Some(author) = author_of(&peer).filter(|_| admitted) {
            self.serving.free(author);
        }
        match result {
            Ok(Some((room, count))) => {
                let member = self.rooms.values_mut().find(|member| member.room.name().id() == room);
                if let (Some(member), Some(author)) = (member, author_of(&peer)) {
                    member.schedule.served(author, count);
                }
            }
            Ok(None) => {}
            Err(error) => self.sync_failed(peer, &error),
        }
    }

    fn sync_failed(&mut self, peer: PeerId, error: &SyncError) {
        tracing::info!(%peer, %error, "catching up was broken off");
        if let SyncError::Store(_) = error {
            self.reading_failed(error);
        }
        if error.is_fault() {
            self.blame(peer, "a sync message that no honest program sends");
        }
    }
}
