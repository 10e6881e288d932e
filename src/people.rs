//! Projection: the people of a room, their names and pictures, and their presence.

use std::collections::{BTreeMap, BTreeSet};

use crate::event::Person;
use crate::identity::Author;
use crate::operation::OrderKey;
use crate::payload::Profile;
use crate::picture::Picture;

/// Drawn pictures that are kept at most in a room.
const MAX_DRAWN: usize = 500;

#[derive(Debug, Clone, Default)]
struct Known {
    /// The last profile in the log, with its key.
    profile: Option<(OrderKey, Profile)>,
    /// The last activity, in milliseconds since 1970.
    last_seen: Option<u64>,
    addresses: Vec<String>,
}

/// The people of one room.
#[derive(Debug, Clone, Default)]
pub struct People {
    known: BTreeMap<Author, Known>,
    online: BTreeSet<Author>,
    /// The people whose drawn pictures are kept.
    drawn: BTreeSet<Author>,
}

impl People {
    /// Returns for everybody the last profile with its key, and the time of the last operation.
    pub fn known(&self) -> impl Iterator<Item = (Author, Option<(OrderKey, Profile)>, Option<u64>)> {
        self.known.iter().map(|(author, known)| (*author, known.profile.clone(), known.last_seen))
    }

    /// Notes a name and picture. Returns whether the person's name or picture changed. A drawn picture counts as none where no
    /// more can be kept.
    pub fn set_profile(&mut self, key: OrderKey, mut profile: Profile) -> bool {
        let author = key.chain.author;
        if self.known.get(&author).and_then(|known| known.profile.as_ref()).is_some_and(|(last, _)| *last >= key) {
            return false;
        }
        self.drawn.remove(&author);
        if let Some(Picture::Drawn(_)) = profile.picture {
            if self.make_space_for_drawn() {
                self.drawn.insert(author);
            } else {
                profile.picture = None;
            }
        }
        let known = self.known.entry(author).or_default();
        let changed = known.profile.as_ref().is_none_or(|(_, last)| *last != profile);
        known.profile = Some((key, profile));
        changed
    }

    /// Returns whether one more drawn picture may be kept. Forgets one of somebody who is away, if need be: of the one seen
    /// longest ago.
    fn make_space_for_drawn(&mut self) -> bool {
        if self.drawn.len() < MAX_DRAWN {
            return true;
        }
        let last_seen = |author: &Author| self.known.get(author).and_then(|known| known.last_seen);
        let away = self.drawn.iter().filter(|author| !self.online.contains(author));
        let Some(victim) = away.min_by_key(|author| last_seen(author)).copied() else { return false };
        self.drawn.remove(&victim);
        if let Some((_, profile)) = self.known.get_mut(&victim).and_then(|known| known.profile.as_mut()) {
            profile.picture = None;
        }
        true
    }

    /// Notes an operation of an author at this time.
    pub fn note_activity(&mut self, author: Author, ms: u64) {
        let known = self.known.entry(author).or_default();
        known.last_seen = known.last_seen.max(Some(ms));
    }

    /// Returns whether the log has a name of this author.
    #[must_use]
    pub fn has_name(&self, author: Author) -> bool {
        self.known.get(&author).is_some_and(|known| known.profile.is_some())
    }

    /// Notes that somebody is online. Returns whether that or the addresses are new.
    pub fn set_online(&mut self, author: Author, addresses: Vec<String>) -> bool {
        let known = self.known.entry(author).or_default();
        let moved = !addresses.is_empty() && known.addresses != addresses;
        if moved {
            known.addresses = addresses;
        }
        self.online.insert(author) || moved
    }

    /// Notes that somebody is offline. Returns whether they were online before.
    pub fn set_offline(&mut self, author: Author, ms: u64) -> bool {
        // A person who was never online stays unknown.
        let was_here = self.online.remove(&author);
        if was_here {
            self.note_activity(author, ms);
        }
        was_here
    }

    /// Returns the people who are online.
    #[must_use]
    pub fn online(&self) -> &BTreeSet<Author> {
        &self.online
    }

    /// Returns a person's name and picture, if they are known.
    #[must_use]
    pub fn profile(&self, author: Author) -> Option<&Profile> {
        self.known.get(&author)?.profile.as_ref().map(|(_, profile)| profile)
    }

    /// Returns a person's name; empty when it is unknown.
    #[must_use]
    pub fn name(&self, author: Author) -> String {
        self.profile(author).map(|profile| profile.name.to_string()).unwrap_or_default()
    }

    /// Returns the view of one person.
    #[must_use]
    pub fn person(&self, peer: Author, now_ms: u64) -> Person {
        let known = self.known.get(&peer).cloned().unwrap_or_default();
        let online = self.online.contains(&peer);
        let last_seen = if online { Some(now_ms) } else { known.last_seen };
        let picture = self.profile(peer).and_then(|profile| profile.picture.clone());
        let addresses = known.addresses;
        Person { peer, name: self.name(peer), picture, online, addresses, last_seen, forked: false }
    }

    /// Returns the views of all people, online and offline, by key.
    #[must_use]
    pub fn all(&self, now_ms: u64) -> Vec<Person> {
        self.known.keys().map(|peer| self.person(*peer, now_ms)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canvas::Point;
    use crate::clock::Timestamp;
    use crate::operation::ChainId;
    use crate::picture::Sketch;

    fn key(author: Author, ms: u64) -> OrderKey {
        OrderKey { time: Timestamp::from_ms(ms), chain: ChainId { author, log: 0 }, seq: ms, id: 0 }
    }

    fn profile(name: &str, picture: Option<Picture>) -> Profile {
        Profile { name: name.parse().unwrap(), picture }
    }

    fn drawn(x: i32) -> Option<Picture> {
        Some(Picture::Drawn(Sketch::new(&[vec![Point::new(x, 5)]]).unwrap()))
    }

    #[test]
    fn the_last_profile_in_the_log_counts_in_any_order_of_arrival() {
        let author = Author([1; 32]);
        let mut people = People::default();
        assert!(people.set_profile(key(author, 20), profile("Ana", None)));
        assert!(!people.set_profile(key(author, 10), profile("Anna", drawn(1))), "an older one arrived late");
        assert_eq!((people.name(author).as_str(), people.person(author, 0).picture), ("Ana", None));
        assert!(!people.set_profile(key(author, 30), profile("Ana", None)), "the same again");
        assert!(people.set_profile(key(author, 40), profile("아나", None)));
        assert!(people.set_profile(key(author, 50), profile("아나", Some(Picture::Ours(3)))));
        assert_eq!(people.person(author, 0).picture, Some(Picture::Ours(3)));
        assert!(people.set_profile(key(author, 60), profile("아나", None)));
    }

    #[test]
    fn so_many_drawn_pictures_are_kept_and_those_of_people_who_are_here() {
        let author = |n: usize| Author(std::array::from_fn(|i| if i < 2 { (n >> (8 * i)) as u8 } else { 7 }));
        let mut people = People::default();
        let draws = |people: &mut People, n: usize| {
            people.note_activity(author(n), n as u64);
            people.set_profile(key(author(n), n as u64), profile("Ana", drawn(n as i32)))
        };
        people.set_online(author(0), Vec::new());
        for n in 0..MAX_DRAWN + 2 {
            assert!(draws(&mut people, n));
        }
        let kept = |people: &People| {
            (0..MAX_DRAWN + 2).filter(|n| people.person(author(*n), 0).picture.is_none()).collect::<Vec<_>>()
        };
        assert_eq!((kept(&people), people.drawn.len()), (vec![1, 2], MAX_DRAWN));
        assert_eq!(people.name(author(1)), "Ana");
        for n in 0..MAX_DRAWN + 2 {
            people.set_online(author(n), Vec::new());
        }
        assert!(draws(&mut people, MAX_DRAWN + 2), "a name");
        assert_eq!(people.person(author(MAX_DRAWN + 2), 0).picture, None, "everybody is here");
        people.set_profile(key(author(5), 9999), profile("Ana", None));
        assert_eq!(people.drawn.len(), MAX_DRAWN - 1);
    }

    #[test]
    fn presence_and_the_last_activity() {
        let author = Author([1; 32]);
        let mut people = People::default();
        assert!(people.set_online(author, vec!["/ip4/10.0.0.1".to_owned()]));
        assert!(!people.set_online(author, Vec::new()));
        assert_eq!(people.person(author, 70).last_seen, Some(70));
        assert!(people.set_offline(author, 80));
        assert!(!people.set_offline(author, 80));
        assert_eq!((people.person(author, 90).last_seen, people.all(90).len()), (Some(80), 1));
    }
}
