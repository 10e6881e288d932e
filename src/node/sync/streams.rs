//! Sync in all rooms: begins the rounds that are due, and bounds how many streams are served.

use std::collections::BTreeMap;

use inkmesh_store::Store;
use libp2p::Stream;
use tokio::sync::mpsc;

use super::error::SyncError;
use super::message::{Message, RoundEnd, ServeEnd};
use super::pull::PullTask;
use super::serve::ServeTask;
use crate::identity::Author;
use crate::name::RoomName;
use crate::node::clock::wall_ms;
use crate::node::frontend::Backlog;
use crate::node::rooms::Rooms;
use crate::node::slots::SharedSlots;
use crate::rate::PeerRate;
use crate::room::Room;
use crate::sync::RoundError;
use crate::sync::fetching::Fetch;
use crate::sync::schedule::{Outcome, Round, Schedule};
use crate::sync::server;
use crate::sync::transfers::{Transfers, is_fast};

/// The time between two searches for others in rooms in which we are alone, in milliseconds.
const SEARCH_MS: u64 = 10_000;
/// Rooms of a search, and peers that are asked in each.
const MAX_SEARCHED: usize = 4;
const MAX_ASKED: usize = 16;
/// Messages of the tasks that wait for the actor; beyond it the tasks wait.
const QUEUE: usize = if cfg!(test) { 16 } else { 1024 };

/// The schedules of the open rooms, and the streams that are served.
pub(in crate::node) struct SyncStreams {
    us: Author,
    control: libp2p_stream::Control,
    backlog: Backlog,
    messages: mpsc::Sender<Message>,
    schedules: BTreeMap<RoomName, Schedule>,
    /// The transfers of each room.
    transfers: BTreeMap<RoomName, Transfers<Author>>,
    /// Those of all rooms, as far as they are slow.
    slow: Transfers<RoomName>,
    next_search: u64,
    /// Streams that each peer has open to us.
    open: SharedSlots,
    /// Streams that are served.
    served: SharedSlots,
    /// How often streams are served.
    served_rate: PeerRate,
    /// How often peers are sent the last operations of a room.
    newest_rate: PeerRate,
}

impl SyncStreams {
    /// No rooms. Rounds wait while too many lines wait for the frontend. Returns also the messages of the tasks to come.
    pub(in crate::node) fn new(
        us: Author,
        control: libp2p_stream::Control,
        backlog: Backlog,
    ) -> (Self, mpsc::Receiver<Message>) {
        let (messages, receiver) = mpsc::channel(QUEUE);
        let streams = SyncStreams {
            us,
            control,
            backlog,
            messages,
            schedules: BTreeMap::new(),
            transfers: BTreeMap::new(),
            slow: Transfers::of_rooms(),
            next_search: 0,
            open: SharedSlots::new(server::open_slots()),
            served: SharedSlots::new(server::slots()),
            served_rate: server::served_rate(),
            newest_rate: server::newest_rate(),
        };
        (streams, receiver)
    }

    /// Takes note that a room was opened, or read anew: nobody is in it yet.
    pub(in crate::node) fn opened(&mut self, room: RoomName) {
        self.schedules.insert(room, Schedule::new(rand::random()));
    }

    /// Takes note that a room was closed.
    pub(in crate::node) fn closed(&mut self, room: &RoomName) {
        self.schedules.remove(room);
        self.transfers.remove(room);
        self.slow.ended(room);
    }

    /// Takes note that a peer entered a room: a round with it is due.
    pub(in crate::node) fn entered(&mut self, room: &RoomName, peer: Author, now: u64) {
        self.change(room, |schedule| schedule.came(peer, now));
    }

    /// Takes note that a peer left a room.
    pub(in crate::node) fn left(&mut self, room: &RoomName, peer: Author) {
        self.change(room, |schedule| schedule.went(&peer));
    }

    /// Takes note that a peer has operations of a room that we lack: a round with it is due soon.
    pub(in crate::node) fn gap(&mut self, room: &RoomName, peer: Author, now: u64) {
        self.change(room, |schedule| schedule.gap(peer, now));
    }

    fn change(&mut self, room: &RoomName, change: impl FnOnce(&mut Schedule)) {
        self.schedules.get_mut(room).map(change);
    }

    /// Returns when the next round is due.
    pub(in crate::node) fn next_round(&self) -> Option<u64> {
        self.schedules.values().filter_map(Schedule::next).min()
    }

    /// Begins the rounds that are due. What they need and bring comes as [`Message`]s, at last [`Message::RoundEnded`].
    pub(in crate::node) fn begin_due(&mut self, rooms: &Rooms, now: u64) {
        let mut due = Vec::new();
        for (name, schedule) in &mut self.schedules {
            let Ok(room) = rooms.get(name) else { continue };
            due.extend(std::iter::from_fn(|| schedule.begin(now)).map(|peer| (room, peer)));
        }
        due.into_iter().for_each(|(room, peer)| self.pull(room, peer));
    }

    /// Returns when [`SyncStreams::search`] is due.
    pub(in crate::node) fn next_search(&self) -> u64 {
        self.next_search
    }

    /// Asks connected peers whether they know others in rooms in which we are alone, although they are not in these
    /// themselves: they may be all that we have in common. A few peers and rooms are taken in turn.
    pub(in crate::node) fn search(&mut self, rooms: &Rooms, peers: &[Author], now: u64) {
        self.next_search = now + SEARCH_MS;
        let turn = usize::try_from(now / SEARCH_MS).unwrap_or(0);
        let alone = self.schedules.iter().filter(|(_, schedule)| schedule.is_alone()).map(|(name, _)| name);
        let alone: Vec<&RoomName> = alone.collect();
        for name in in_turn(&alone, turn, MAX_SEARCHED) {
            let Ok(room) = rooms.get(name) else { continue };
            in_turn(peers, turn, MAX_ASKED).for_each(|peer| self.pull(room, *peer));
        }
    }

    fn pull(&self, room: &Room, peer: Author) {
        let pull = PullTask {
            control: self.control.clone(),
            us: self.us,
            peer,
            room: room.name().clone(),
            keys: room.keys().cloned(),
            digest: room.log().digest(),
            last: room.last_of_others(),
            clock: wall_ms(),
            messages: self.messages.clone(),
            backlog: self.backlog.clone(),
        };
        tokio::spawn(pull.run());
    }

    /// Returns what is requested next in a round, of about `unit` operations.
    pub(in crate::node) fn next_fetch(&mut self, room: &mut Room, from: Author, unit: u64, now: u64) -> Fetch {
        if !room.could_bring_more(from) {
            return Fetch::Nothing;
        }
        let name = room.name().clone();
        let transfers = self.transfers.entry(name.clone()).or_insert_with(Transfers::of_members);
        let slow = &mut self.slow;
        transfers.next(from, now, || {
            if is_fast(unit) {
                slow.ended(&name);
                return room.next_fetch(from, unit);
            }
            slow.next(name, now, || room.next_fetch(from, unit))
        })
    }

    /// Returns whether history is coming over a slow link: other connections may have to wait for it.
    pub(in crate::node) fn is_slow(&self) -> bool {
        !self.slow.is_idle()
    }

    /// Takes note that what was requested in a round has come.
    pub(in crate::node) fn fetched(&mut self, room: &RoomName, from: Author, now: u64) {
        if let Some(transfers) = self.transfers.get_mut(room) {
            transfers.unit_ended(&from, now);
            self.slow.unit_ended(room, now);
        }
    }

    /// Takes note that a round ended; `more`: whether the peer has more of what is missing, `missing`: whether anything is
    /// known to be missing. Returns the round, if it was under way.
    pub(in crate::node) fn round_ended(
        &mut self,
        end: &RoundEnd,
        more: bool,
        missing: bool,
        now: u64,
    ) -> Option<Round> {
        let outcome = match end.result {
            Err(SyncError::Round(RoundError::Busy)) => Outcome::Busy,
            Err(_) => Outcome::Failed { missing },
            Ok(_) if more => Outcome::Unfinished,
            Ok(_) => Outcome::Finished,
        };
        if let Some(transfers) = self.transfers.get_mut(&end.room) {
            transfers.ended(&end.peer);
            if transfers.is_idle() {
                self.slow.ended(&end.room);
            }
        }
        self.schedules.get_mut(&end.room)?.end(end.peer, outcome, now)
    }

    /// Takes note that a connected peer asked about a room. Returns whether gossip should have said long ago that it is in
    /// the room: then nothing comes through from this peer, and the connection is worth nothing.
    pub(in crate::node) fn requested(&mut self, room: &RoomName, peer: Author, now: u64) -> bool {
        self.schedules.get_mut(room).is_some_and(|schedule| schedule.requested(peer, now))
    }

    /// Serves a stream that a peer opened, or drops it when the peer has too many. When too many are served, or too often, the
    /// peer is told to come back. What that needs comes as [`Message`]s, at last [`Message::ServeEnded`].
    pub(in crate::node) fn serve(&mut self, peer: Author, stream: Stream, store: Store, now: u64) {
        let Some(open) = self.open.take(peer) else { return };
        let admitted = self.served_rate.admits(peer, now);
        let serve = ServeTask {
            us: self.us,
            peer,
            store,
            messages: self.messages.clone(),
            admitted,
            slots: self.served.clone(),
        };
        tokio::spawn(serve.run(stream, open));
    }

    /// Returns whether a peer is sent the last operations of a room now, and counts it.
    pub(in crate::node) fn sends_newest(&mut self, peer: Author, now: u64) -> bool {
        self.newest_rate.admits(peer, now)
    }

    /// Takes note that a peer is no longer connected.
    pub(in crate::node) fn disconnected(&mut self, now: u64) {
        self.served_rate.disconnected(now);
        self.newest_rate.disconnected(now);
    }

    /// Takes note that a stream is served no more.
    pub(in crate::node) fn serve_ended(&mut self, end: &ServeEnd) {
        if let Ok(Some((room, count))) = end.result {
            let schedule = self.schedules.iter_mut().find(|(name, _)| name.id() == room);
            schedule.into_iter().for_each(|(_, schedule)| schedule.served(end.peer, count));
        }
    }
}

/// Returns some of all things, others at each turn.
fn in_turn<T>(all: &[T], turn: usize, some: usize) -> impl Iterator<Item = &T> {
    let from = turn.wrapping_mul(some).checked_rem(all.len()).unwrap_or(0);
    all.iter().cycle().skip(from).take(some.min(all.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Now;
    use crate::identity::Identity;
    use crate::node::disk::Loaded;

    #[tokio::test]
    async fn a_round_begins_with_who_entered_an_open_room_and_counts_what_it_was_sent() {
        let (room, peer) = (RoomName::lobby(), Identity::from_secret([2; 32]).author());
        let mut rooms = Rooms::default();
        let loaded = Loaded { room: Room::new(room.clone(), Identity::from_secret([1; 32]), 7), snapshot_len: 0 };
        rooms.open(loaded, true, Now { wall_ms: 1_800_000_000_000, mono_ms: 0 });
        let backlog = crate::node::frontend::Frontend::new().0.backlog().clone();
        let (mut sync, mut messages) =
            SyncStreams::new(Author([1; 32]), libp2p_stream::Behaviour::new().new_control(), backlog);
        sync.entered(&room, peer, 5);
        assert_eq!(sync.next_round(), None, "the room is not open");
        sync.opened(room.clone());
        sync.entered(&room, peer, 5);
        assert_eq!(sync.next_round(), Some(5));
        sync.begin_due(&rooms, 5);
        assert!(sync.next_round().is_none());
        sync.serve_ended(&ServeEnd { peer, result: Ok(Some((room.id(), 3))) });
        let Some(Message::RoundEnded(end)) = messages.recv().await else { panic!("no end") };
        assert!(end.result.is_err(), "there is no network");
        let round = sync.round_ended(&end, false, false, 9).unwrap();
        assert_eq!((round.ms, round.sent, round.first), (4, 3, false));
        assert_eq!(sync.round_ended(&end, false, false, 9), None, "it had ended");
        sync.closed(&room);
        assert_eq!(sync.next_round(), None);
    }
}
