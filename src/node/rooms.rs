//! The rooms that we are in, and those that are remembered without being open.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::disk::Loaded;
use crate::clock::Now;
use crate::codec;
use crate::command::{CommandError, MAX_ROOMS};
use crate::event::RoomSummary;
use crate::identity::Author;
use crate::name::{RoomId, RoomName};
use crate::private_room::{KeyTag, RoomKeys};
use crate::room::{Input, Output, Room, RoomSnapshot};
use crate::waiting_room::AnnouncedRoom;
use crate::waiting_room::announcement::MAX_ANNOUNCED;

/// A room gets a new snapshot when it has grown by this many operations, or by a part of itself if that is more.
const GROWTH: usize = 20_000;
const GROWTH_PART: usize = 8;
/// Rooms smaller than this have no snapshot: reading all of their operations takes no longer.
const SMALL: usize = 5_000;
/// The name under which the store has the list of rooms that were left.
pub(super) const LEFT: &str = "left rooms";
const HOUR_MS: u64 = 60 * 60 * 1000;
/// Largest list of rooms that is remembered, in bytes.
const MAX_REMEMBERED: usize = 1 << 20;

/// A room that we are in.
#[derive(Debug)]
struct OpenRoom {
    room: Room,
    /// The number of operations that the snapshot on the disk holds.
    snapshot_len: usize,
    /// When the room wants [`Input::Tick`].
    wake_at: Option<u64>,
}

/// The rooms that we are in, at most [`MAX_ROOMS`].
#[derive(Debug, Default)]
pub(super) struct Rooms {
    open: BTreeMap<RoomName, OpenRoom>,
    /// Rooms that we were in and that are beyond the bound: they stay remembered.
    left_out: BTreeSet<RoomName>,
    /// Rooms that we left: their history is still there, and only the name tells whose it is.
    left: BTreeSet<RoomName>,
}

impl Rooms {
    /// Chooses the rooms to open at the start: those that the person asks for and those remembered. Where none was ever
    /// remembered and the person asks for none, that is the lobby. What is beyond the bound is left out. Returns also how
    /// many those are.
    pub(super) fn choose(&mut self, asked: Vec<RoomName>, remembered: Option<Vec<RoomName>>) -> (Vec<RoomName>, usize) {
        let first = remembered.is_none().then(RoomName::lobby).filter(|_| asked.is_empty());
        let mut chosen = Vec::new();
        for name in asked.into_iter().chain(remembered.unwrap_or_default()).chain(first) {
            if chosen.contains(&name) {
                continue;
            }
            if chosen.len() < MAX_ROOMS {
                chosen.push(name);
            } else {
                self.left_out.insert(name);
            }
        }
        (chosen, self.left_out.len())
    }

    /// Returns whether no more rooms can be opened, and this one is not open.
    pub(super) fn is_full_for(&self, name: &RoomName) -> bool {
        self.open.len() >= MAX_ROOMS && !self.contains(name)
    }

    /// Returns whether a room is open.
    pub(super) fn contains(&self, name: &RoomName) -> bool {
        self.open.contains_key(name)
    }

    /// Opens a room that was read from the disk, in the place of what was open under its name. `clean`: see [`Room::open`].
    pub(super) fn open(&mut self, loaded: Loaded, clean: bool, now: Now) -> Vec<Output> {
        let Loaded { mut room, snapshot_len } = loaded;
        let outputs = room.open(clean, now);
        let name = room.name().clone();
        self.left_out.remove(&name);
        self.left.remove(&name);
        self.open.insert(name, OpenRoom { room, snapshot_len, wake_at: None });
        outputs
    }

    /// Closes a room, or forgets one that was left out. Returns whether there was one.
    pub(super) fn close(&mut self, name: &RoomName) -> bool {
        let closed = self.open.remove(name).is_some() | self.left_out.remove(name);
        if closed {
            self.left.insert(name.clone());
        }
        closed
    }

    /// Sets the rooms that were left before this start.
    pub(super) fn recall_left(&mut self, left: Vec<RoomName>) {
        self.left = left.into_iter().collect();
    }

    /// Returns an open room.
    ///
    /// # Errors
    /// [`CommandError::NotInRoom`].
    pub(super) fn get(&self, name: &RoomName) -> Result<&Room, CommandError> {
        self.open.get(name).map(|open| &open.room).ok_or_else(|| CommandError::NotInRoom(name.clone()))
    }

    /// Returns an open room, to be changed.
    pub(super) fn get_mut(&mut self, name: &RoomName) -> Option<&mut Room> {
        self.open.get_mut(name).map(|open| &mut open.room)
    }

    /// Returns the open room of an id.
    pub(super) fn by_id(&mut self, id: RoomId) -> Option<&mut Room> {
        self.open.values_mut().map(|open| &mut open.room).find(|room| room.name().id() == id)
    }

    /// Returns the keys with this tag, of an open private room.
    pub(super) fn keys(&self, tag: KeyTag) -> Option<&RoomKeys> {
        self.open.values().filter_map(|open| open.room.keys()).find(|keys| keys.tag() == tag)
    }

    /// Returns the names of the open rooms.
    pub(super) fn names(&self) -> Vec<RoomName> {
        self.open.keys().cloned().collect()
    }

    /// Returns the open room that an older program remembered under another form of this name.
    pub(super) fn old_form_of(&self, name: &RoomName) -> Option<RoomName> {
        self.open.keys().find(|known| known.is_old_form_of(name)).cloned()
    }

    /// Returns the open rooms that a peer is in.
    pub(super) fn with_peer(&self, peer: Author) -> Vec<RoomName> {
        let present = self.open.iter().filter(|(_, open)| open.room.online_now().any(|one| one == peer));
        present.map(|(name, _)| name.clone()).collect()
    }

    /// Returns the summaries of the open rooms, by name.
    pub(super) fn summaries(&self) -> Vec<RoomSummary> {
        self.open.values().map(|open| open.room.summary()).collect()
    }

    /// Returns the rooms that are told in the waiting room, by name: of more than fit, those with others in them and those in which
    /// something happened last, by the hour, as each change is told.
    pub(super) fn announced(&self, now: Now) -> Vec<AnnouncedRoom> {
        let mut open: Vec<_> = self.open.iter().filter(|(name, _)| is_public(name)).collect();
        if open.len() > MAX_ANNOUNCED {
            open.sort_by_cached_key(|(name, open)| {
                let summary = open.room.summary();
                (summary.people < 2, Reverse(summary.last_activity / HOUR_MS), *name)
            });
            open.truncate(MAX_ANNOUNCED);
            open.sort_by_key(|(name, _)| *name);
        }
        let announced = |(name, open): (&RoomName, &OpenRoom)| AnnouncedRoom {
            room: name.clone(),
            game: open.room.game_progress(now),
        };
        open.into_iter().map(announced).collect()
    }

    /// Returns the rooms that we were in and that are not open, by name.
    pub(super) fn past(&self) -> Vec<RoomName> {
        self.left.union(&self.left_out).cloned().collect()
    }

    /// Feeds an open room. Returns its outputs; `None` when the room is not open.
    pub(super) fn handle(&mut self, name: &RoomName, input: Input, now: Now) -> Option<Vec<Output>> {
        let open = self.open.get_mut(name)?;
        open.wake_at = None; // the outputs say when, if ever
        Some(open.room.handle(input, now))
    }

    /// Sets when a room wants [`Input::Tick`].
    pub(super) fn wake_at(&mut self, name: &RoomName, at: u64) {
        if let Some(open) = self.open.get_mut(name) {
            open.wake_at = Some(at);
        }
    }

    /// Returns the rooms that want [`Input::Tick`] now.
    pub(super) fn due(&self, now: u64) -> Vec<RoomName> {
        let due = self.open.iter().filter(|(_, open)| open.wake_at.is_some_and(|at| at <= now));
        due.map(|(name, _)| name.clone()).collect()
    }

    /// Returns when the next room wants [`Input::Tick`].
    pub(super) fn next_wake(&self) -> Option<u64> {
        self.open.values().filter_map(|open| open.wake_at).min()
    }

    // --- kept on the disk ------------------------------------------------------------------------------------------

    /// Returns the snapshot of a room if it has grown much since the last one.
    pub(super) fn snapshot_if_grown(&mut self, name: &RoomName) -> Option<RoomSnapshot> {
        let open = self.open.get_mut(name)?;
        let len = open.room.log().len();
        if len < SMALL || len < open.snapshot_len + GROWTH.max(open.snapshot_len / GROWTH_PART) {
            return None;
        }
        let snapshot = open.room.snapshot()?;
        open.snapshot_len = len;
        Some(snapshot)
    }

    /// Returns the snapshots of all rooms that have changed and are large enough.
    pub(super) fn snapshots(&mut self) -> Vec<(RoomId, RoomSnapshot)> {
        let changed = self.open.iter_mut().filter(|(_, open)| {
            let len = open.room.log().len();
            len >= SMALL && len != open.snapshot_len
        });
        changed.filter_map(|(name, open)| Some((name.id(), open.room.snapshot()?))).collect()
    }

    /// Returns the list of rooms that is kept over a restart.
    ///
    /// # Errors
    /// [`CommandError::NotSaved`] when it is too large.
    pub(super) fn remembered(&self) -> Result<Vec<u8>, CommandError> {
        list(self.open.keys().chain(&self.left_out))
    }

    /// Returns the list of rooms that were left.
    ///
    /// # Errors
    /// [`CommandError::NotSaved`] when it is too large.
    pub(super) fn left(&self) -> Result<Vec<u8>, CommandError> {
        list(&self.left)
    }
}

/// Returns whether a room may be told to everybody on the network.
fn is_public(room: &RoomName) -> bool {
    !room.is_private()
}

fn list<'a>(names: impl IntoIterator<Item = &'a RoomName>) -> Result<Vec<u8>, CommandError> {
    let names = names.into_iter().map(RoomName::as_str).collect::<Vec<_>>();
    codec::encode(&names, MAX_REMEMBERED).map_err(|error| CommandError::NotSaved(error.to_string()))
}

/// Returns the rooms in such a list; `None` when it can't be read.
pub(super) fn recall(list: &[u8]) -> Option<Vec<RoomName>> {
    let names: Vec<String> = codec::decode(list).ok()?;
    Some(names.iter().filter_map(|name| RoomName::remembered(name).ok()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::Identity;

    const NOW: Now = Now { wall_ms: 1_800_000_000_000, mono_ms: 0 };

    fn name(n: usize) -> RoomName {
        format!("room {n}").parse().unwrap()
    }

    fn open(rooms: &mut Rooms, name: RoomName) {
        let room = Room::new(name, Identity::from_secret([1; 32]), 7);
        rooms.open(Loaded { room, snapshot_len: 0 }, true, NOW);
    }

    #[test]
    fn rooms_beyond_the_bound_are_left_out_and_stay_remembered() {
        let mut rooms = Rooms::default();
        let names: Vec<RoomName> = (0..MAX_ROOMS + 2).map(name).collect();
        let (chosen, left_out) = rooms.choose(names[..9].to_vec(), Some(names.clone()));
        assert_eq!((chosen.len(), left_out), (MAX_ROOMS, 2));
        chosen.into_iter().for_each(|name| open(&mut rooms, name));
        assert!(rooms.is_full_for(&name(MAX_ROOMS)) && !rooms.is_full_for(&name(0)));
        let remembered: BTreeSet<RoomName> = recall(&rooms.remembered().unwrap()).unwrap().into_iter().collect();
        assert_eq!(remembered, names.into_iter().collect());
        assert!(rooms.close(&name(MAX_ROOMS)), "one that was left out");
        assert!(rooms.close(&name(0)));
        assert!(!rooms.close(&name(0)) && !rooms.is_full_for(&name(MAX_ROOMS)));
        // Their names are known on, until they are entered again.
        assert_eq!(recall(&rooms.left().unwrap()).unwrap(), [name(0), name(MAX_ROOMS)]);
        open(&mut rooms, name(0));
        assert_eq!(recall(&rooms.left().unwrap()).unwrap(), [name(MAX_ROOMS)]);
    }

    #[test]
    fn the_rooms_with_others_in_them_are_announced_first_and_no_more_than_fit() {
        let mut rooms = Rooms::default();
        (10..10 + MAX_ANNOUNCED).for_each(|n| open(&mut rooms, name(n)));
        let announced = |rooms: &Rooms| rooms.announced(NOW).into_iter().map(|room| room.room).collect::<Vec<_>>();
        assert_eq!(announced(&rooms), rooms.names());
        open(&mut rooms, name(99));
        let last = name(99);
        assert!(!announced(&rooms).contains(&last), "the last by name");
        rooms.handle(&last, Input::Online { peer: Author([7; 32]), addresses: Vec::new() }, NOW);
        let now = announced(&rooms);
        assert!(now.contains(&last) && now.len() == MAX_ANNOUNCED && now.is_sorted());
        assert!(rooms.close(&last) && rooms.past() == [last]);
    }

    #[test]
    fn the_lobby_is_entered_by_itself_only_the_first_time() {
        let chosen = |asked, remembered| Rooms::default().choose(asked, remembered).0;
        assert_eq!(chosen(Vec::new(), None), [RoomName::lobby()]);
        assert_eq!(chosen(vec![name(1)], None), [name(1)]);
        assert_eq!(chosen(Vec::new(), Some(vec![name(2)])), [name(2)]);
        assert!(chosen(Vec::new(), Some(Vec::new())).is_empty(), "all were left");
    }

    #[test]
    fn a_room_is_due_once_and_only_when_it_is_open() {
        let mut rooms = Rooms::default();
        open(&mut rooms, name(1));
        rooms.wake_at(&name(1), 5);
        rooms.wake_at(&name(2), 3);
        assert_eq!((rooms.next_wake(), rooms.due(4)), (Some(5), vec![]));
        assert_eq!(rooms.due(5), [name(1)]);
        rooms.handle(&name(1), Input::ClockSet, NOW);
        assert!(rooms.due(5).is_empty());
        assert!(rooms.handle(&name(2), Input::Tick, NOW).is_none());
        assert!(matches!(rooms.get(&name(2)), Err(CommandError::NotInRoom(_))));
        assert!(rooms.by_id(name(1).id()).is_some());
    }
}
