//! Projection: who is in a room, what they are called, and who of them is here now.

use std::collections::{BTreeMap, BTreeSet};

use crate::event::Person;
use crate::identity::Author;
use crate::name::PersonName;
use crate::operation::OrderKey;

#[derive(Debug, Clone, Default)]
struct Known {
    /// The name that stands last in the log.
    name: Option<(OrderKey, PersonName)>,
    /// Milliseconds since 1970.
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
    /// What is known of everybody from the log: the last name and its place, and when they last wrote.
    pub fn written(&self) -> impl Iterator<Item = (Author, Option<(OrderKey, PersonName)>, Option<u64>)> {
        self.known.iter().map(|(author, known)| (*author, known.name.clone(), known.last_seen))
    }

    /// Takes note of a name. Returns whether the person is called differently now.
    pub fn named(&mut self, key: OrderKey, name: PersonName) -> bool {
        let known = self.known.entry(key.chain.author).or_default();
        if known.name.as_ref().is_some_and(|(last, _)| *last >= key) {
            return false;
        }
        let changed = known.name.as_ref().is_none_or(|(_, last)| *last != name);
        known.name = Some((key, name));
        changed
    }

    /// Takes note that somebody wrote something at this time.
    pub fn seen(&mut self, author: Author, ms: u64) {
        let known = self.known.entry(author).or_default();
        known.last_seen = known.last_seen.max(Some(ms));
    }

    /// Somebody is here. Returns whether that is news.
    pub fn came(&mut self, author: Author, addresses: Vec<String>) -> bool {
        let known = self.known.entry(author).or_default();
        let moved = !addresses.is_empty() && known.addresses != addresses;
        if moved {
            known.addresses = addresses;
        }
        self.online.insert(author) || moved
    }

    /// Somebody is gone. Returns whether that is news.
    pub fn went(&mut self, author: Author, ms: u64) -> bool {
        // Somebody who was never here stays unknown.
        let was_here = self.online.remove(&author);
        if was_here {
            self.seen(author, ms);
        }
        was_here
    }

    /// Those who are here.
    #[must_use]
    pub fn online(&self) -> &BTreeSet<Author> {
        &self.online
    }

    /// What somebody is called; empty when nothing is known.
    #[must_use]
    pub fn name(&self, author: Author) -> String {
        self.known
            .get(&author)
            .and_then(|known| known.name.as_ref())
            .map(|(_, name)| name.to_string())
            .unwrap_or_default()
    }

    /// Everything about one person.
    #[must_use]
    pub fn person(&self, peer: Author, now_ms: u64) -> Person {
        let known = self.known.get(&peer).cloned().unwrap_or_default();
        let online = self.online.contains(&peer);
        let last_seen = if online { Some(now_ms) } else { known.last_seen };
        Person { peer, name: self.name(peer), online, addresses: known.addresses, last_seen, forked: false }
    }

    /// Everybody, those who are away too, by key.
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
    fn the_last_name_in_the_log_counts_whenever_it_arrives() {
        let author = Author([1; 32]);
        let key = |ms| OrderKey { time: Timestamp::from_ms(ms), chain: ChainId { author, log: 0 }, seq: ms, id: 0 };
        let mut people = People::default();
        assert!(people.named(key(20), "Ana".parse().unwrap()));
        assert!(!people.named(key(10), "Anna".parse().unwrap()), "an older name arrived late");
        assert_eq!(people.name(author), "Ana");
        assert!(!people.named(key(30), "Ana".parse().unwrap()), "the same name again");
        assert!(people.named(key(40), "아나".parse().unwrap()));
    }

    #[test]
    fn coming_and_going() {
        let author = Author([1; 32]);
        let mut people = People::default();
        assert!(people.came(author, vec!["/ip4/10.0.0.1".to_owned()]));
        assert!(!people.came(author, Vec::new()));
        assert_eq!(people.person(author, 70).last_seen, Some(70));
        assert!(people.went(author, 80));
        assert!(!people.went(author, 80));
        assert_eq!((people.person(author, 90).last_seen, people.all(90).len()), (Some(80), 1));
    }
}
