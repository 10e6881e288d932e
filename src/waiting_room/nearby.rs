//! The rooms that others have announced.
//!
//! What is kept of each announcer is the newest announcement. It holds as long as there is a connection with them, or for
//! [`AGE_MS`] after it came: the time that a stranger writes into it only tells it from their other ones.

use std::collections::{BTreeMap, BTreeSet};

use serde::ser::{Serialize, SerializeStruct, Serializer};

use super::announcement::{Announcement, GameProgress};
use crate::identity::Author;
use crate::name::{PersonName, RoomName};
use crate::rate::{Limit, Rate};

/// Announcers of whom something is kept, at most.
pub const MAX_ANNOUNCERS: usize = 256;
/// Rooms that are listed at most.
pub const MAX_NEARBY: usize = 256;
/// An announcement of somebody with whom we have no connection holds so long, in milliseconds: two and a half times the
/// longest pause between two of them.
pub const AGE_MS: u64 = 5 * super::schedule::LONGEST_MS / 2;
/// Announcements that are taken from one author: more than an honest program sends.
const OF_AUTHOR: Limit = Limit { burst: 10, each_us: 1_000_000 };

/// Somebody who announced a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announcer {
    /// Their key.
    pub peer: Author,
    /// The name that they give themselves, if they gave a valid one.
    pub name: Option<PersonName>,
}

/// A public room that others have open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NearbyRoom {
    /// The room.
    pub room: RoomName,
    /// Those who announced it, by key.
    pub who: Vec<Announcer>,
    /// The game that runs in it, as most of them say; `None` without one.
    pub game: Option<GameProgress>,
}

impl Serialize for NearbyRoom {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("NearbyRoom", 7)?;
        fields.serialize_field("room", &self.room)?;
        fields.serialize_field("name", self.room.as_str())?;
        fields.serialize_field("people", &self.who.len())?;
        fields.serialize_field("who", &self.who)?;
        fields.serialize_field("game", &self.game.is_some())?;
        fields.serialize_field("round", &self.game.map_or(0, |game| game.round))?;
        fields.serialize_field("rounds", &self.game.map_or(0, |game| game.rounds))?;
        fields.end()
    }
}

impl Serialize for Announcer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Announcer", 2)?;
        fields.serialize_field("peer", &self.peer)?;
        fields.serialize_field("name", self.name.as_ref().map_or("", PersonName::as_str))?;
        fields.end()
    }
}

/// What is kept of an announcer.
#[derive(Debug)]
struct Kept {
    /// The number of the newest announcement: see [`Announcement::time`].
    time: u64,
    /// When it came, in milliseconds of the node's clock.
    came: u64,
    name: Option<PersonName>,
    rooms: BTreeMap<RoomName, Option<GameProgress>>,
    /// False when they have left. The number is kept on for a while, so that an old announcement does not bring them back.
    here: bool,
    rate: Rate,
}

/// The announcements of others.
#[derive(Debug, Default)]
pub struct Nearby {
    kept: BTreeMap<Author, Kept>,
    /// Those with whom we are connected.
    connected: BTreeSet<Author>,
    /// No announcement is too old before this time. Kept, as it is asked for all the time.
    expires_at: Option<u64>,
    changed: bool,
}

impl Nearby {
    /// Returns whether an announcement with this number would be taken; `direct`: its author hands it over. A replayed
    /// older one does not replace a newer one. One that comes from its author is taken all the same when they have left
    /// before: their clock may have been set back since.
    #[must_use]
    pub fn is_news(&self, author: Author, time: u64, direct: bool) -> bool {
        self.kept.get(&author).is_none_or(|kept| time > kept.time || (direct && !kept.here))
    }

    /// Takes an announcement. Returns whether it is to be passed on: it is news, its author keeps to the rate, and there is
    /// space. `is_friend` says whose announcements stay when there is no space for all.
    pub fn take(
        &mut self,
        announcement: Announcement,
        direct: bool,
        is_friend: impl Fn(&Author) -> bool,
        now: u64,
    ) -> bool {
        let Announcement { author, time, name, rooms } = announcement;
        if !self.is_news(author, time, direct) || !self.make_space(author, is_friend) {
            return false;
        }
        let fresh = || Kept { time, came: now, name: None, rooms: BTreeMap::new(), here: false, rate: Rate::default() };
        let kept = self.kept.entry(author).or_insert_with(fresh);
        if !kept.rate.admits(OF_AUTHOR, now) {
            return false;
        }
        let rooms = rooms.into_iter().map(|room| (room.room, room.game)).collect();
        self.changed |= !kept.here || kept.name != name || kept.rooms != rooms;
        *kept = Kept { time, came: now, name, rooms, here: true, rate: kept.rate };
        if !self.connected.contains(&author) {
            self.expires_at.get_or_insert(now + AGE_MS);
        }
        true
    }

    /// Returns whether there is space for an announcer. If need be one is forgotten: those who have left first, then those
    /// who are neither friends nor connected; of them who was heard of longest ago.
    fn make_space(&mut self, author: Author, is_friend: impl Fn(&Author) -> bool) -> bool {
        if self.kept.len() < MAX_ANNOUNCERS || self.kept.contains_key(&author) {
            return true;
        }
        let stays = |peer: &Author| self.connected.contains(peer) || is_friend(peer);
        let others = self.kept.iter().filter(|(peer, kept)| !kept.here || !stays(peer));
        let Some(victim) = others.min_by_key(|(peer, kept)| (kept.here, kept.came, **peer)).map(|(peer, _)| *peer)
        else {
            return false;
        };
        self.forget(victim);
        true
    }

    /// Notes that a connection with somebody began.
    pub fn met(&mut self, peer: Author) {
        self.connected.insert(peer);
    }

    /// Notes that the last connection with somebody ended.
    pub fn parted(&mut self, peer: Author) {
        self.connected.remove(&peer);
        self.left(peer);
    }

    /// Notes that somebody is no longer in the waiting room.
    pub fn left(&mut self, peer: Author) {
        if let Some(kept) = self.kept.get_mut(&peer) {
            self.changed |= kept.here;
            kept.here = false;
            kept.rooms.clear();
        }
    }

    /// Forgets all that somebody announced.
    pub fn forget(&mut self, peer: Author) {
        self.changed |= self.kept.remove(&peer).is_some_and(|kept| kept.here);
    }

    /// Forgets what is too old.
    pub fn expire(&mut self, now: u64) {
        if self.expires_at.is_none_or(|at| at > now) {
            return;
        }
        let ages = self.kept.iter().filter(|(peer, kept)| kept.here && !self.connected.contains(peer));
        let (old, young): (Vec<_>, Vec<_>) =
            ages.map(|(peer, kept)| (*peer, kept.came + AGE_MS)).partition(|(_, at)| *at <= now);
        self.expires_at = young.into_iter().map(|(_, at)| at).min();
        old.into_iter().for_each(|(peer, _)| self.left(peer));
    }

    /// Returns when [`Nearby::expire`] is to be called.
    #[must_use]
    pub fn next_expiry(&self) -> Option<u64> {
        self.expires_at
    }

    /// Returns whether something has changed since the last call.
    pub fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    /// Returns the rooms: first those that most friends and connected people have open, then by the number of announcers, then by
    /// name. At most [`MAX_NEARBY`].
    #[must_use]
    pub fn rooms(&self, is_friend: impl Fn(&Author) -> bool) -> Vec<NearbyRoom> {
        let mut rooms: BTreeMap<&RoomName, Vec<(Author, &Kept)>> = BTreeMap::new();
        for (peer, kept) in self.kept.iter().filter(|(_, kept)| kept.here) {
            kept.rooms.keys().for_each(|room| rooms.entry(room).or_default().push((*peer, kept)));
        }
        let known = |peer: &Author| self.connected.contains(peer) || is_friend(peer);
        let mut rooms: Vec<_> = rooms.into_iter().collect();
        rooms.sort_by_cached_key(|(room, by)| {
            let known = by.iter().filter(|(peer, _)| known(peer)).count();
            (std::cmp::Reverse((known, by.len())), *room)
        });
        let row = |(room, by): (&RoomName, Vec<(Author, &Kept)>)| NearbyRoom {
            game: most_common(by.iter().filter_map(|(_, kept)| kept.rooms.get(room).copied())),
            who: by.into_iter().map(|(peer, kept)| Announcer { peer, name: kept.name.clone() }).collect(),
            room: room.clone(),
        };
        rooms.into_iter().take(MAX_NEARBY).map(row).collect()
    }
}

/// Returns what most say of a game; of several that are said as often, the one that has come furthest.
fn most_common(said: impl Iterator<Item = Option<GameProgress>>) -> Option<GameProgress> {
    let mut counts: BTreeMap<Option<GameProgress>, usize> = BTreeMap::new();
    said.for_each(|game| *counts.entry(game).or_default() += 1);
    counts.into_iter().max_by_key(|(game, count)| (*count, *game)).and_then(|(game, _)| game)
}

#[cfg(test)]
mod tests {
    use super::super::announcement::AnnouncedRoom;
    use super::*;

    fn author(n: u16) -> Author {
        let mut key = [7; 32];
        key[..2].copy_from_slice(&n.to_be_bytes());
        Author(key)
    }

    fn told(n: u16, time: u64, rooms: &[&str]) -> Announcement {
        let room = |name: &&str| AnnouncedRoom { room: name.parse().unwrap(), game: None };
        let name = Some(format!("Person {n}").parse().unwrap());
        Announcement { author: author(n), time, name, rooms: rooms.iter().map(room).collect() }
    }

    fn nobody(_: &Author) -> bool {
        false
    }

    /// Returns the names of the rooms with the number of their people.
    fn listed(nearby: &Nearby) -> Vec<(String, usize)> {
        nearby.rooms(nobody).iter().map(|room| (room.room.to_string(), room.who.len())).collect()
    }

    #[test]
    fn a_room_that_several_announce_is_one_and_the_fuller_comes_first() {
        let mut nearby = Nearby::default();
        assert!(nearby.take(told(1, 5, &["tea", "art"]), false, nobody, 0));
        assert!(nearby.take(told(2, 5, &["tea"]), false, nobody, 0));
        assert_eq!(listed(&nearby), [("tea".to_owned(), 2), ("art".to_owned(), 1)]);
        assert!(nearby.take_changed() && !nearby.take_changed());
        // The room of somebody whom we know comes before a fuller one of strangers.
        nearby.met(author(1));
        nearby.take(told(1, 6, &["art"]), true, nobody, 0);
        assert!(nearby.take(told(3, 5, &["tea"]), false, nobody, 0));
        assert_eq!(listed(&nearby), [("art".to_owned(), 1), ("tea".to_owned(), 2)]);
    }

    #[test]
    fn a_replayed_announcement_replaces_nothing_and_brings_nobody_back() {
        let mut nearby = Nearby::default();
        nearby.met(author(1));
        assert!(nearby.take(told(1, 5, &["tea"]), true, nobody, 0));
        assert!(nearby.take(told(1, 6, &["art"]), true, nobody, 0));
        for time in [5, 6] {
            assert!(!nearby.take(told(1, time, &["tea"]), false, nobody, 1), "{time}");
            assert!(!nearby.take(told(1, time, &["tea"]), true, nobody, 1), "{time}: as when gossip brings it late");
        }
        assert_eq!(listed(&nearby), [("art".to_owned(), 1)]);
        nearby.parted(author(1));
        assert!(nearby.take_changed() && listed(&nearby).is_empty());
        assert!(!nearby.take(told(1, 6, &["art"]), false, nobody, 2));
        assert!(listed(&nearby).is_empty());
        // They come back with a clock that was set back.
        assert!(nearby.take(told(1, 3, &["tea"]), true, nobody, 3));
        assert_eq!(listed(&nearby), [("tea".to_owned(), 1)]);
    }

    #[test]
    fn the_same_again_changes_nothing() {
        let mut nearby = Nearby::default();
        nearby.take(told(1, 5, &["tea"]), false, nobody, 0);
        assert!(nearby.take_changed());
        assert!(nearby.take(told(1, 6, &["tea"]), false, nobody, 60_000), "it is passed on all the same");
        nearby.expire(AGE_MS);
        assert!(!nearby.take_changed());
        assert_eq!(nearby.next_expiry(), Some(60_000 + AGE_MS));
    }

    #[test]
    fn an_announcement_of_a_stranger_ages_from_its_receipt_and_that_of_a_neighbour_does_not() {
        let mut nearby = Nearby::default();
        nearby.met(author(2));
        nearby.take(told(1, u64::MAX, &["tea"]), false, nobody, 1_000);
        nearby.take(told(2, 1, &["art"]), true, nobody, 1_000);
        nearby.expire(1_000 + AGE_MS - 1);
        assert_eq!(listed(&nearby).len(), 2);
        assert_eq!(nearby.next_expiry(), Some(1_000 + AGE_MS));
        nearby.take_changed();
        nearby.expire(1_000 + AGE_MS);
        assert_eq!(listed(&nearby), [("art".to_owned(), 1)]);
        assert!(nearby.take_changed());
        assert_eq!(nearby.next_expiry(), None);
        nearby.left(author(2));
        assert!(nearby.take_changed() && listed(&nearby).is_empty());
    }

    #[test]
    fn a_flood_of_keys_is_bounded_and_pushes_out_neither_friends_nor_neighbours() {
        let mut nearby = Nearby::default();
        let friend = author(60_000);
        let is_friend = |peer: &Author| *peer == friend;
        nearby.take(told(60_000, 1, &["friends"]), false, is_friend, 0);
        nearby.met(author(60_001));
        nearby.take(told(60_001, 1, &["neighbours"]), true, is_friend, 0);
        for n in 0..10_000 {
            assert!(nearby.take(told(n, 1, &[&format!("flood {n}")]), false, is_friend, 1 + u64::from(n)));
            assert!(nearby.kept.len() <= MAX_ANNOUNCERS);
        }
        let rooms = nearby.rooms(is_friend);
        assert_eq!(rooms.len(), MAX_ANNOUNCERS);
        assert_eq!([&rooms[0], &rooms[1]].map(|room| room.room.as_str()), ["friends", "neighbours"]);
        assert!(rooms.iter().any(|room| room.room.as_str() == "flood 9999"), "who was heard of last");
        assert!(!nearby.kept.contains_key(&author(0)), "who was heard of longest ago");
    }

    #[test]
    fn when_all_are_neighbours_nobody_else_is_taken_until_one_leaves() {
        let mut nearby = Nearby::default();
        let most = u16::try_from(MAX_ANNOUNCERS).unwrap();
        for n in 0..most {
            nearby.met(author(n));
            nearby.take(told(n, 1, &["tea"]), true, nobody, 0);
        }
        assert!(!nearby.take(told(most, 1, &["art"]), false, nobody, 1));
        nearby.parted(author(5));
        assert!(nearby.take(told(most, 1, &["art"]), false, nobody, 1));
        assert!(!nearby.kept.contains_key(&author(5)));
    }

    #[test]
    fn rooms_beyond_the_bound_are_not_listed() {
        let mut nearby = Nearby::default();
        for n in 0..40 {
            let names: Vec<String> = (0..16).map(|room| format!("room {n} {room}")).collect();
            nearby.take(told(n, 1, &names.iter().map(String::as_str).collect::<Vec<_>>()), false, nobody, 0);
        }
        assert_eq!(nearby.rooms(nobody).len(), MAX_NEARBY);
    }

    #[test]
    fn who_announces_without_end_is_no_longer_taken() {
        let mut nearby = Nearby::default();
        let taken = (0..1_000).filter(|time| nearby.take(told(1, 1 + *time, &["tea"]), true, nobody, 5)).count();
        assert_eq!(taken as u64, OF_AUTHOR.burst);
        assert!(nearby.take(told(1, 5_000, &["tea"]), true, nobody, 2_000));
    }

    #[test]
    fn who_is_forgotten_is_gone_at_once() {
        let mut nearby = Nearby::default();
        nearby.take(told(1, 1, &["tea"]), false, nobody, 0);
        nearby.take_changed();
        nearby.forget(author(1));
        assert!(nearby.take_changed() && listed(&nearby).is_empty());
    }

    #[test]
    fn of_a_game_that_is_listed_which_most_say() {
        let game = |round| Some(GameProgress { round, rounds: 3 });
        assert_eq!(most_common([game(1), None, game(1)].into_iter()), game(1));
        assert_eq!(most_common([None, None, game(1)].into_iter()), None, "one liar among three");
        assert_eq!(most_common([game(2), game(1), None].into_iter()), game(2), "the furthest");
    }

    #[test]
    fn a_room_has_the_fields_that_programs_rely_on() {
        let mut nearby = Nearby::default();
        let game = Some(GameProgress { round: 2, rounds: 3 });
        let mut announced = told(1, 1, &["tea"]);
        announced.rooms[0].game = game;
        nearby.take(announced, false, nobody, 0);
        let json = serde_json::to_value(nearby.rooms(nobody)).unwrap();
        let who = serde_json::json!([{"peer": author(1).to_string(), "name": "Person 1"}]);
        let room = serde_json::json!({
            "room": "tea", "name": "tea", "people": 1, "who": who, "game": true, "round": 2, "rounds": 3
        });
        assert_eq!(json, serde_json::json!([room]));
    }
}
