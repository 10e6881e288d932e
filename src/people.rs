//! Projection: the people of a room, their names and their presence.

use std::collections::{BTreeMap, BTreeSet};

use crate::event::Person;
use crate::identity::Author;
use crate::name::PersonName;
use crate::operation::OrderKey;

#[derive(Debug, Clone, Default)]
struct Known {
    /// The last name in the log, with its key.
    name: Option<(OrderKey, PersonName)>,
    /// The last activity, in milliseconds since 1970.
    last_seen: Option<u64>,
    addresses: Vec<String>,
}

/// The people of one room.
#[derive(Debug, Clone, Default)]
pub struct People {
    known: BTreeMap<Author, Known>,
    online: BTreeSet<Author>,
}

impl People {
    /// Returns for everybody the last name with its key, and the time of the last operation.
    pub fn known(&self) -> impl Iterator<Item = (Author, Option<(OrderKey, PersonName)>, Option<u64>)> {
        self.known.iter().map(|(author, known)| (*author, known.name.clone(), known.last_seen))
    }

    /// Notes a name. Returns whether the person's name changed.
    pub fn set_name(&mut self, key: OrderKey, name: PersonName) -> bool {
        let known = self.known.entry(key.chain.author).or_default();
        if known.name.as_ref().is_some_and(|(last, _)| *last >= key) {
            return false;
        }
        let changed = known.name.as_ref().is_none_or(|(_, last)| *last != name);
        known.name = Some((key, name));
        changed
    }

    /// Notes an operation of an author at this time.
    pub fn note_activity(&mut self, author: Author, ms: u64) {
        let known = self.known.entry(author).or_default();
        known.last_seen = known.last_seen.max(Some(ms));
    }

    /// Returns whether the log has a name of this author.
    #[must_use]
    pub fn has_name(&self, author: Author) -> bool {
        self.known.get(&author).is_some_and(|known| known.name.is_some())
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

    /// Returns a person's name; empty when it is unknown.
    #[must_use]
    pub fn name(&self, author: Author) -> String {
        self.known
            .get(&author)
            .and_then(|known| known.name.as_ref())
            .map(|(_, name)| name.to_string())
            .unwrap_or_default()
    }

    /// Returns the view of one person.
    #[must_use]
    pub fn person(&self, peer: Author, now_ms: u64) -> Person {
        let known = self.known.get(&peer).cloned().unwrap_or_default();
        let online = self.online.contains(&peer);
        let last_seen = if online { Some(now_ms) } else { known.last_seen };
        Person { peer, name: self.name(peer), online, addresses: known.addresses, last_seen, forked: false }
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
    use crate::clock::Timestamp;
    use crate::operation::ChainId;

    #[test]
    fn the_last_name_in_the_log_counts_in_any_order_of_arrival() {
        let author = Author([1; 32]);
        let key = |ms| OrderKey { time: Timestamp::from_ms(ms), chain: ChainId { author, log: 0 }, seq: ms, id: 0 };
        let mut people = People::default();
        assert!(people.set_name(key(20), "Ana".parse().unwrap()));
        assert!(!people.set_name(key(10), "Anna".parse().unwrap()), "an older name arrived late");
        assert_eq!(people.name(author), "Ana");
        assert!(!people.set_name(key(30), "Ana".parse().unwrap()), "the same name again");
        assert!(people.set_name(key(40), "아나".parse().unwrap()));
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
