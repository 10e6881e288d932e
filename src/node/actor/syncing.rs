//! Streams with peers: guesses, and the sync of what is missing.

use super::{NodeActor, Source};
use crate::event::{Event, Warning};
use crate::game::guess::{PeerReply, PeerRequest, Refusal};
use crate::identity::Author;
use crate::name::{RoomId, RoomName};
use crate::node::clock::wall_ms;
use crate::node::guess_streams;
use crate::node::sync::{self, RoundEnd, SyncError};
use crate::room::Input;
use crate::sync::fetching::Fetch;
use crate::sync::server::Holdings;

impl NodeActor {
    pub(super) fn on_guesses_message(&mut self, message: guess_streams::Message) {
        match message {
            guess_streams::Message::Request { from, request, answer } => {
                let _ = answer.send(self.reply_to_guess(from, *request));
            }
            guess_streams::Message::Sent(sent) => {
                if let Some(guess_streams::Sent { room, ticket, reply }) = self.guesses.sent(sent) {
                    self.feed(&room, Input::Replied { ticket, reply });
                }
            }
        }
    }

    fn reply_to_guess(&mut self, from: Author, request: PeerRequest) -> PeerReply {
        let now = self.now();
        let Some(room) = self.rooms.by_id(request.room()) else { return PeerReply::Refused(Refusal::NotNow) };
        let (name, (reply, outputs)) = (room.name().clone(), room.asked(from, request, now));
        self.carry_out(&name, outputs, Source::default());
        reply
    }

    /// Begins the rounds that are due, while more can be taken in.
    pub(super) fn begin_rounds(&mut self) {
        if self.disk.takes_more() {
            self.sync.begin_due(&self.rooms, self.now().mono_ms);
        }
    }

    pub(super) fn on_sync_message(&mut self, message: sync::Message) {
        let now = self.now().mono_ms;
        match message {
            sync::Message::LookUp { room, peer, digest, clock, sealed, answer } => {
                self.on_clock_heard(peer, clock);
                let _ = answer.send(self.look_up(room, peer, digest, sealed));
            }
            sync::Message::Keys { tag, answer } => {
                let keys = self.rooms.keys(tag);
                let _ = answer.send(keys.cloned());
            }
            sync::Message::Locate { room, heads, wants, answer } => {
                let open = self.rooms.by_id(room);
                let found = open.map(|room| room.locate(&heads, &wants)).unwrap_or_default();
                // The frontier offers what came a moment ago, too.
                let effects = self.disk.send_when_stored(room, found, answer, self.now());
                self.carry_out_effects(effects);
            }
            sync::Message::Newest { room, peer, limit, after, answer } => {
                let open = self.rooms.by_id(room).filter(|_| self.sync.sends_newest(peer, now));
                let lines = open.map(|room| room.log().newest(limit as usize, after));
                self.disk.read_for_peer(room, lines.unwrap_or_default(), answer);
            }
            sync::Message::ServeEnded(end) => {
                self.sync.serve_ended(&end);
                end.result.err().into_iter().for_each(|error| self.on_sync_failed(end.peer, &error));
            }
            sync::Message::Met { room, peer, neighbours, clock } => {
                self.on_clock_heard(peer, clock);
                self.on_proven(&room, peer);
                self.peers.met(peer, neighbours, self.now().mono_ms);
                self.remember_peers();
            }
            sync::Message::Offered { room, from, heads, done } => {
                self.feed(&room, Input::Offered { from, heads });
                let _ = done.send(());
            }
            sync::Message::NextFetch { room, from, unit, answer } => {
                let room = self.rooms.get_mut(&room).filter(|_| self.disk.trouble().is_none());
                let next = room.map(|room| self.sync.next_fetch(room, from, unit, now));
                let _ = answer.send(next.unwrap_or(Fetch::Nothing));
            }
            sync::Message::Batch { room, operations, from, done } => {
                // In trouble `done` is dropped: the round ends, and begins anew when the disk takes writes again.
                if self.disk.trouble().is_none() {
                    let source = Source { message: None, done: Some(done) };
                    self.feed_from(&room, Input::Synced { operations, from }, source);
                }
            }
            sync::Message::FetchEnded { room, from, done } => {
                self.sync.fetched(&room, from, now);
                self.feed(&room, Input::FetchEnded { from });
                let _ = done.send(());
            }
            sync::Message::RoundEnded(end) => self.on_round_ended(end),
        }
    }

    /// Returns what a peer that began a round with us may know of a room. `sealed`: it has the keys of a private room. Of a private
    /// room nobody else learns that we are in it.
    fn look_up(&mut self, room: RoomId, peer: Author, digest: [u8; 32], sealed: bool) -> Option<Holdings> {
        let is_private = self.rooms.by_id(room).is_some_and(|room| room.keys().is_some());
        if is_private != sealed {
            return None;
        }
        if is_private {
            self.on_proven(&RoomName::private(room), peer);
        }
        self.holdings(room, peer, digest).or_else(|| self.introduction(room, peer, digest))
    }

    /// Returns what we hold of a room, for a peer that began a round with us and holds what has the digest `theirs`; `None` when
    /// we are not in it.
    fn holdings(&mut self, room: RoomId, peer: Author, theirs: [u8; 32]) -> Option<Holdings> {
        let name = self.rooms.by_id(room)?.name().clone();
        // The connection may have ended meanwhile: nothing is noted of a peer that doesn't leave any more.
        let unheard = self.network.is_connected(peer) && self.sync.requested(&name, peer, self.now().mono_ms);
        if unheard && self.network.disconnect(peer) {
            tracing::warn!(%peer, room = %name, "nothing comes through from this peer by gossip: closed the connection");
        }
        let (room, me) = (self.rooms.get(&name).ok()?, self.identity.author());
        let others = room.online_now().filter(|other| *other != me && *other != peer);
        let neighbours = self.peers.neighbours(others);
        let digest = room.log().digest();
        let heads = if digest == theirs { Vec::new() } else { room.log().frontier() };
        Some(Holdings { digest, heads, neighbours, clock: wall_ms() })
    }

    /// Returns others who are in a room in which we are not, for a peer that is in it too: they may not know each other.
    fn introduction(&self, room: RoomId, peer: Author, digest: [u8; 32]) -> Option<Holdings> {
        let members = self.network.members(room).into_iter().filter(|member| *member != peer);
        let neighbours = self.peers.neighbours(members);
        (!neighbours.is_empty()).then(|| Holdings { digest, heads: Vec::new(), neighbours, clock: wall_ms() })
    }

    fn on_round_ended(&mut self, end: RoundEnd) {
        let (room, from) = (end.room.clone(), end.peer);
        let held = self.rooms.get(&room).ok();
        let more = held.is_some_and(|room| room.could_bring_more(from));
        let missing = more || held.is_some_and(|room| room.log().floating() > 0);
        self.feed(&room, Input::FetchStopped { from });
        let round = self.sync.round_ended(&end, more, missing, self.now().mono_ms);
        if self.peers.runs_twice(from) {
            // A round reaches one of the two, and gossip too.
            self.sync.gap(&room, from, self.now().mono_ms);
        }
        let Some(round) = round else { return };
        match end.result {
            Ok(received) if round.first || received > 0 || round.sent > 0 => {
                self.frontend.emit(Event::Synced { room, peer: from, received, sent: round.sent, ms: round.ms });
            }
            Ok(_) => {}
            Err(error) => self.on_sync_failed(from, &error),
        }
        self.begin_rounds();
    }

    fn on_sync_failed(&mut self, peer: Author, error: &SyncError) {
        tracing::info!(%peer, %error, "a sync round was broken off");
        if let SyncError::Store(_) | SyncError::Record(_) = error {
            self.reading_failed(error);
        }
        if error.is_fault() {
            self.blame(peer, "a sync message that no honest program sends");
        }
    }

    /// Takes note of what a peer's clock says.
    fn on_clock_heard(&mut self, peer: Author, clock: u64) {
        let changed = self.clock.heard(peer, clock);
        self.on_clock_changed(changed);
    }

    /// Tells every room that the time to go by has changed.
    pub(super) fn on_clock_changed(&mut self, warning: Option<Warning>) {
        let Some(warning) = warning else { return };
        self.frontend.warn(warning);
        for name in self.rooms.names() {
            self.feed(&name, Input::ClockSet);
        }
    }
}
