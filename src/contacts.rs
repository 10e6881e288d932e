//! Contacts: everybody whom this installation has met or tagged, with what we know and think of them. They are ours alone and
//! are never sent. All times are in milliseconds since 1970 by this machine's clock.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::codec::{self, CodecError};
use crate::identity::Author;
use crate::json;
use crate::lookalike::Skeleton;
use crate::name::PersonName;
use crate::picture::{self, Picture};

/// Contacts at most. Beyond it, untagged ones are forgotten: who was met on the fewest days first.
pub const MAX_CONTACTS: usize = 10_000;
/// Drawn pictures that are kept at most.
const MAX_DRAWN: usize = 500;
/// Addresses kept of a contact.
const MAX_ADDRESSES: usize = 8;
/// Longest address in bytes.
const MAX_ADDRESS: usize = 256;
/// Largest stored contact in bytes.
const MAX_STORED: usize = 8 << 10;
/// Look-alikes that are told of a contact.
const MAX_LOOK_ALIKES: usize = 8;
/// The time between two writes of a contact of whom only the last sight has changed.
const SIGHT_MS: u64 = 10 * 60 * 1000;
const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// A tag that our person puts on a contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tag {
    /// Known and welcome: never forgotten, and called at the start.
    Friend,
    /// Their talk is not shown.
    Muted,
    /// Nothing of theirs is taken.
    Blocked,
    /// The key was compared with the person.
    Verified,
}

/// The stored part of a contact.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
struct Kept {
    name: String,
    #[serde(deserialize_with = "picture::lenient")]
    picture: Option<Picture>,
    nickname: Option<PersonName>,
    friend: bool,
    muted: bool,
    blocked: bool,
    verified: bool,
    first_seen: Option<u64>,
    last_seen: Option<u64>,
    /// Days on which they were met.
    days: u32,
    addresses: Vec<String>,
}

impl Kept {
    fn has(&self, tag: Tag) -> bool {
        match tag {
            Tag::Friend => self.friend,
            Tag::Muted => self.muted,
            Tag::Blocked => self.blocked,
            Tag::Verified => self.verified,
        }
    }

    fn is_tagged(&self) -> bool {
        self.friend || self.muted || self.blocked || self.verified || self.nickname.is_some()
    }

    /// Returns what the names of the contact look like, with the contact as it is listed under them: tagged ones first.
    fn listing(&self, peer: Author) -> (BTreeSet<Skeleton>, (bool, Author)) {
        let nickname = self.nickname.as_ref().map_or("", PersonName::as_str);
        let names = [self.name.as_str(), nickname].into_iter().filter(|name| !name.is_empty());
        (names.map(Skeleton::of).collect(), (!self.is_tagged(), peer))
    }
}

/// A contact, for frontends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Contact {
    /// Their key.
    pub peer: Author,
    /// The name that they gave themselves last; empty when it is unknown.
    pub name: String,
    /// The name that our person gave them.
    pub nickname: Option<PersonName>,
    /// True if they are tagged as a friend.
    pub friend: bool,
    /// True if nothing of theirs is taken.
    pub blocked: bool,
    /// True if their talk is not shown.
    pub muted: bool,
    /// True if our person compared the key with them.
    pub verified: bool,
    /// True if we are connected with them.
    pub online: bool,
    /// The time of the first meeting; `None` if there was none.
    pub first_seen: Option<u64>,
    /// The time of the last meeting: now if they are online.
    pub last_seen: Option<u64>,
    /// The multiaddresses at which they may be reached, the best one first.
    pub addresses: Vec<String>,
    /// The picture that they had last; none if they chose nothing, or it is not remembered.
    #[serde(serialize_with = "json::as_picture")]
    pub picture: Option<Picture>,
    /// Others with a name that looks the same, those who have a tag first; not all if they are many.
    pub look_alikes: Vec<Author>,
}

/// All contacts.
#[derive(Debug, Default)]
pub struct Contacts {
    kept: BTreeMap<Author, Kept>,
    online: BTreeSet<Author>,
    /// The contacts by the looks of their names: see [`Kept::listing`].
    names: BTreeMap<Skeleton, BTreeSet<(bool, Author)>>,
    /// Those to be written, with those that were forgotten.
    unwritten: BTreeSet<Author>,
    /// Those who have other look-alikes than were told.
    untold: BTreeSet<Author>,
    /// The last time at which those who are online were noted.
    noted: u64,
}

impl Contacts {
    /// Takes a contact as it was stored; nothing happens when it can't be read.
    pub fn recall(&mut self, peer: Author, stored: &[u8]) {
        if stored.len() <= MAX_STORED
            && let Ok(kept) = codec::decode::<Kept>(stored)
        {
            self.list(peer, &kept);
            self.kept.insert(peer, kept);
        }
        self.untold.clear();
    }

    /// Returns the contacts that have to be written since the last call: the bytes to store, none to forget it.
    ///
    /// # Errors
    /// [`CodecError`] if one can't be written.
    pub fn take_unwritten(&mut self) -> Result<Vec<(Author, Vec<u8>)>, CodecError> {
        let stored = |peer: Author| match self.kept.get(&peer) {
            Some(kept) => Ok((peer, codec::encode(kept, MAX_STORED)?)),
            None => Ok((peer, Vec::new())),
        };
        std::mem::take(&mut self.unwritten).into_iter().map(stored).collect()
    }

    /// Returns the contacts whose look-alikes may have changed since the last call.
    pub fn take_untold(&mut self) -> BTreeSet<Author> {
        std::mem::take(&mut self.untold)
    }

    /// Returns a contact; one of whom nothing is known if it is none.
    #[must_use]
    pub fn get(&self, peer: Author, now_ms: u64) -> Contact {
        let kept = self.kept.get(&peer).cloned().unwrap_or_default();
        let online = self.online.contains(&peer);
        Contact {
            peer,
            online,
            last_seen: if online { Some(now_ms) } else { kept.last_seen },
            look_alikes: self.look_alikes(peer, &kept),
            name: kept.name,
            nickname: kept.nickname,
            friend: kept.friend,
            blocked: kept.blocked,
            muted: kept.muted,
            verified: kept.verified,
            first_seen: kept.first_seen,
            addresses: kept.addresses,
            picture: kept.picture,
        }
    }

    /// Returns all contacts by key.
    #[must_use]
    pub fn all(&self, now_ms: u64) -> Vec<Contact> {
        self.kept.keys().map(|peer| self.get(*peer, now_ms)).collect()
    }

    /// Returns everybody who has a tag.
    pub fn with(&self, tag: Tag) -> impl Iterator<Item = Author> {
        self.kept.iter().filter(move |(_, kept)| kept.has(tag)).map(|(peer, _)| *peer)
    }

    /// Returns whether somebody has a tag.
    #[must_use]
    pub fn has(&self, peer: &Author, tag: Tag) -> bool {
        self.kept.get(peer).is_some_and(|kept| kept.has(tag))
    }

    fn look_alikes(&self, peer: Author, kept: &Kept) -> Vec<Author> {
        let (skeletons, _) = kept.listing(peer);
        let alike = skeletons.iter().filter_map(|skeleton| self.names.get(skeleton));
        // One more of each, as the person is among them.
        let alike: BTreeSet<(bool, Author)> =
            alike.flat_map(|alike| alike.iter().take(MAX_LOOK_ALIKES + 1)).copied().collect();
        alike.into_iter().map(|(_, other)| other).filter(|other| *other != peer).take(MAX_LOOK_ALIKES).collect()
    }

    /// Notes that a connection with somebody began. Returns whether they were not online before.
    pub fn came(&mut self, peer: Author, now_ms: u64) -> bool {
        let first = self.online.insert(peer);
        self.seen(peer, now_ms);
        first
    }

    /// Notes that the last connection with somebody ended. Returns whether they were online.
    pub fn went(&mut self, peer: Author, now_ms: u64) -> bool {
        let was_here = self.online.remove(&peer);
        if was_here {
            self.seen(peer, now_ms);
            self.unwritten.insert(peer);
        }
        was_here
    }

    /// Notes that nobody is online any more, as we end.
    pub fn all_went(&mut self, now_ms: u64) {
        for peer in self.online.clone() {
            self.went(peer, now_ms);
        }
    }

    /// Notes now and then that those who are online still are, so that a crash does not lose it.
    pub fn still_here(&mut self, now_ms: u64) {
        if now_ms.abs_diff(self.noted) >= SIGHT_MS {
            self.noted = now_ms;
            for peer in self.online.clone() {
                self.seen(peer, now_ms);
            }
        }
    }

    fn seen(&mut self, peer: Author, now_ms: u64) {
        let Some(kept) = self.keep(peer) else { return };
        let last = kept.last_seen.unwrap_or(0);
        if kept.first_seen.is_none() || now_ms / DAY_MS != last / DAY_MS {
            kept.days = kept.days.saturating_add(1);
        }
        let to_write = kept.first_seen.is_none() || now_ms.abs_diff(last) >= SIGHT_MS;
        kept.first_seen.get_or_insert(now_ms);
        kept.last_seen = Some(now_ms);
        if to_write {
            self.unwritten.insert(peer);
        }
    }

    /// Notes the name that somebody whom we have met gives themselves. Returns whether it is another one.
    pub fn named(&mut self, peer: Author, name: &str) -> bool {
        self.change(peer, |kept| name.clone_into(&mut kept.name))
    }

    /// Notes the picture that somebody whom we have met shows of themselves. Returns whether it is another one.
    pub fn pictured(&mut self, peer: Author, picture: Option<&Picture>) -> bool {
        let drawn = |picture: Option<&Picture>| matches!(picture, Some(Picture::Drawn(_)));
        let kept = drawn(self.kept.get(&peer).and_then(|kept| kept.picture.as_ref()));
        let picture = picture.filter(|_| !drawn(picture) || kept || self.make_space_for_drawn());
        self.change(peer, |kept| kept.picture = picture.cloned())
    }

    /// Returns whether one more drawn picture may be kept. Forgets that of an untagged contact who is away, if need be: of the
    /// one met longest ago.
    fn make_space_for_drawn(&mut self) -> bool {
        let drawn = self.kept.iter().filter(|(_, kept)| matches!(kept.picture, Some(Picture::Drawn(_))));
        let drawn: Vec<(&Author, &Kept)> = drawn.collect();
        if drawn.len() < MAX_DRAWN {
            return true;
        }
        let away = drawn.into_iter().filter(|(peer, kept)| !kept.is_tagged() && !self.online.contains(peer));
        let Some(victim) = away.min_by_key(|(_, kept)| kept.last_seen).map(|(peer, _)| *peer) else { return false };
        self.change(victim, |kept| kept.picture = None)
    }

    /// Notes the addresses at which somebody whom we have met may be reached. Returns whether they are others.
    pub fn reached(&mut self, peer: Author, addresses: &[String]) -> bool {
        let addresses = addresses.iter().filter(|address| address.len() <= MAX_ADDRESS).take(MAX_ADDRESSES);
        let addresses: Vec<String> = addresses.cloned().collect();
        !addresses.is_empty() && self.change(peer, |kept| kept.addresses = addresses)
    }

    /// Puts a tag on somebody, or takes it away. Returns whether there was space for one more contact.
    pub fn tag(&mut self, peer: Author, tag: Tag, on: bool) -> bool {
        let kept = self.keep(peer).is_some();
        self.change(peer, |kept| match tag {
            Tag::Friend => kept.friend = on,
            Tag::Muted => kept.muted = on,
            Tag::Blocked => kept.blocked = on,
            Tag::Verified => kept.verified = on,
        });
        kept
    }

    /// Gives somebody a name of our person's own, or takes it away. Returns whether there was space for one more contact.
    pub fn nickname(&mut self, peer: Author, name: Option<PersonName>) -> bool {
        let kept = self.keep(peer).is_some();
        self.change(peer, |kept| kept.nickname = name);
        kept
    }

    /// Returns what is kept of somebody, who becomes a contact if need be; `None` when there is no space.
    fn keep(&mut self, peer: Author) -> Option<&mut Kept> {
        self.make_room(&peer).then(|| self.kept.entry(peer).or_default())
    }

    /// Changes a contact, if it is one. Returns whether it is different then.
    fn change(&mut self, peer: Author, change: impl FnOnce(&mut Kept)) -> bool {
        let Some(before) = self.kept.get(&peer).cloned() else { return false };
        let mut kept = before.clone();
        change(&mut kept);
        if kept == before {
            return false;
        }
        let named = |kept: &Kept| (kept.name.clone(), kept.nickname.clone(), kept.is_tagged());
        if named(&kept) != named(&before) {
            self.unlist(peer, &before);
            self.list(peer, &kept);
        }
        self.kept.insert(peer, kept);
        self.unwritten.insert(peer);
        true
    }

    /// Returns whether there is space for a contact. Forgets an untagged one that is away, if need be: one of those met on the
    /// fewest days, so that keys which come in masses push out each other, and of them the one met longest ago.
    fn make_room(&mut self, peer: &Author) -> bool {
        if self.kept.len() < MAX_CONTACTS || self.kept.contains_key(peer) {
            return true;
        }
        let away = self.kept.iter().filter(|(peer, kept)| !kept.is_tagged() && !self.online.contains(peer));
        let Some(victim) = away.min_by_key(|(_, kept)| (kept.days, kept.last_seen)).map(|(peer, _)| *peer) else {
            return false;
        };
        if let Some(kept) = self.kept.remove(&victim) {
            self.unlist(victim, &kept);
            self.unwritten.insert(victim);
        }
        true
    }

    /// Lists a contact under what its names look like.
    fn list(&mut self, peer: Author, kept: &Kept) {
        let (skeletons, listed) = kept.listing(peer);
        for skeleton in skeletons {
            let alike = self.names.entry(skeleton).or_default();
            alike.insert(listed);
            self.untold.extend(alike.iter().take(MAX_LOOK_ALIKES + 1).map(|(_, other)| *other));
        }
    }

    fn unlist(&mut self, peer: Author, kept: &Kept) {
        let (skeletons, listed) = kept.listing(peer);
        for skeleton in skeletons {
            if let Some(alike) = self.names.get_mut(&skeleton) {
                self.untold.extend(alike.iter().take(MAX_LOOK_ALIKES + 1).map(|(_, other)| *other));
                alike.remove(&listed);
                if alike.is_empty() {
                    self.names.remove(&skeleton);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canvas::Point;
    use crate::picture::Sketch;

    const NOW: u64 = 1_800_000_000_000;

    fn author(n: u16) -> Author {
        let mut key = [7; 32];
        key[..2].copy_from_slice(&n.to_be_bytes());
        Author(key)
    }

    /// Writes what is to be written and reads it in a new list.
    fn restarted(contacts: &mut Contacts) -> Contacts {
        let mut again = Contacts::default();
        for (peer, stored) in contacts.take_unwritten().unwrap() {
            again.recall(peer, &stored);
        }
        again
    }

    #[test]
    fn whoever_is_met_is_kept_over_restarts() {
        let (mut contacts, ana) = (Contacts::default(), author(1));
        assert!(contacts.came(ana, NOW) && !contacts.came(ana, NOW + 1));
        assert!(contacts.named(ana, "Ana") && !contacts.named(ana, "Ana"));
        assert!(contacts.reached(ana, &["/ip4/10.0.0.1/tcp/1".to_owned()]));
        assert!(contacts.get(ana, NOW + 5).online);
        assert_eq!(contacts.get(ana, NOW + 5).last_seen, Some(NOW + 5));
        assert!(contacts.went(ana, NOW + 9) && !contacts.went(ana, NOW + 10));
        let again = restarted(&mut contacts).get(ana, NOW + 99);
        assert_eq!((again.name.as_str(), again.online), ("Ana", false));
        assert_eq!((again.first_seen, again.last_seen), (Some(NOW), Some(NOW + 9)));
        assert_eq!(again.addresses, ["/ip4/10.0.0.1/tcp/1"]);
        assert!(contacts.take_unwritten().unwrap().is_empty(), "written once");
    }

    #[test]
    fn marks_and_nicknames_are_kept_also_of_people_who_were_never_met() {
        let (mut contacts, ben) = (Contacts::default(), author(2));
        for tag in [Tag::Friend, Tag::Muted, Tag::Blocked, Tag::Verified] {
            assert!(contacts.tag(ben, tag, true) && contacts.with(tag).eq([ben]));
        }
        contacts.tag(ben, Tag::Muted, false);
        assert!(contacts.nickname(ben, Some("the tall one".parse().unwrap())));
        let again = restarted(&mut contacts);
        let contact = again.get(ben, NOW);
        assert!(contact.friend && !contact.muted && contact.blocked && contact.verified);
        assert_eq!(contact.nickname.as_ref().map(PersonName::as_str), Some("the tall one"));
        assert_eq!((contact.first_seen, again.with(Tag::Friend).collect::<Vec<_>>()), (None, vec![ben]));
    }

    #[test]
    fn a_long_meeting_is_noted_now_and_then_and_at_its_end() {
        let (mut contacts, ana) = (Contacts::default(), author(1));
        contacts.came(ana, NOW);
        contacts.still_here(NOW);
        contacts.take_unwritten().unwrap();
        contacts.still_here(NOW + SIGHT_MS - 1);
        assert!(contacts.take_unwritten().unwrap().is_empty());
        contacts.still_here(NOW + SIGHT_MS);
        assert_eq!(restarted(&mut contacts).get(ana, 0).last_seen, Some(NOW + SIGHT_MS));
        contacts.all_went(NOW + SIGHT_MS + 5);
        assert_eq!(restarted(&mut contacts).get(ana, 0).last_seen, Some(NOW + SIGHT_MS + 5));
    }

    #[test]
    fn names_that_look_the_same_are_told() {
        let mut contacts = Contacts::default();
        let look_alikes = |contacts: &Contacts, n| contacts.get(author(n), NOW).look_alikes;
        for (n, name) in [(1, "Ana"), (2, "\u{410}n\u{430}"), (3, "Ben"), (4, "ANA")] {
            contacts.came(author(n), NOW);
            contacts.named(author(n), name);
        }
        assert_eq!(look_alikes(&contacts, 1), [author(2), author(4)]);
        assert!(look_alikes(&contacts, 3).is_empty());
        contacts.take_untold();
        contacts.named(author(2), "Dora");
        assert_eq!(look_alikes(&contacts, 1), [author(4)]);
        assert!(contacts.take_untold().is_superset(&[author(1), author(4)].into()));
        contacts.nickname(author(3), Some("ana".parse().unwrap()));
        assert_eq!(look_alikes(&contacts, 1), [author(3), author(4)]);
    }

    #[test]
    fn of_many_look_alikes_those_with_a_tag_are_told() {
        let mut contacts = Contacts::default();
        for n in 0..100 {
            contacts.came(author(n), NOW);
            contacts.named(author(n), "Ana");
        }
        contacts.tag(author(77), Tag::Friend, true);
        let told = contacts.get(author(5), NOW).look_alikes;
        assert_eq!((told.len(), told[0]), (MAX_LOOK_ALIKES, author(77)));
        assert!(contacts.take_untold().len() <= 100);
    }

    #[test]
    fn pictures_are_remembered_drawn_ones_up_to_a_bound() {
        let drawn = Picture::Drawn(Sketch::new(&[vec![Point::new(4, 4)]]).unwrap());
        let mut contacts = Contacts::default();
        assert!(!contacts.pictured(author(1), Some(&drawn)), "nobody whom we have met");
        for n in 0..=MAX_DRAWN as u16 {
            contacts.came(author(n), NOW + u64::from(n));
            assert!(contacts.pictured(author(n), Some(&drawn)) && !contacts.pictured(author(n), Some(&drawn)));
            contacts.went(author(n), NOW + u64::from(n));
            if n == 0 {
                contacts.tag(author(n), Tag::Friend, true);
            }
        }
        assert!(contacts.pictured(author(3), Some(&Picture::Ours(7))));
        let again = restarted(&mut contacts);
        let picture = |n| again.get(author(n), NOW).picture;
        assert_eq!((picture(0), picture(1), picture(2)), (Some(drawn.clone()), None, Some(drawn.clone())));
        assert_eq!(picture(3), Some(Picture::Ours(7)));
        for n in 0..=MAX_DRAWN as u16 {
            contacts.came(author(n), NOW + 9999);
        }
        assert!(contacts.pictured(author(1), Some(&drawn)), "the other one chose one of ours");
        contacts.pictured(author(3), Some(&drawn));
        assert_eq!(contacts.get(author(3), NOW).picture, None, "all the others are here");
    }

    #[test]
    fn masses_of_keys_push_out_each_other_only() {
        let mut contacts = Contacts::default();
        let (friend, often, once) = (author(60_000), author(60_001), author(60_002));
        contacts.tag(friend, Tag::Friend, true);
        for day in 0..3 {
            contacts.came(often, NOW + day * DAY_MS);
            contacts.went(often, NOW + day * DAY_MS + 1);
        }
        contacts.came(once, NOW);
        for n in 0..=u16::try_from(MAX_CONTACTS).unwrap() {
            contacts.came(author(n), NOW + 4 * DAY_MS + u64::from(n));
            contacts.went(author(n), NOW + 4 * DAY_MS + u64::from(n));
        }
        assert_eq!(contacts.all(NOW).len(), MAX_CONTACTS);
        assert!([friend, often, once].iter().all(|peer| contacts.kept.contains_key(peer)), "once: it is online");
        assert!(!contacts.kept.contains_key(&author(0)));
        let forgotten = contacts.take_unwritten().unwrap().into_iter().filter(|(_, stored)| stored.is_empty()).count();
        assert_eq!(forgotten, 4);
    }
}
