//! The rate limit of received live strokes.

use std::collections::BTreeMap;

use crate::identity::Author;
use crate::rate::{Limit, Rate};

/// Live frames that are taken from one author: 90 a second. A pen sends 30.
const LIMIT: Limit = Limit { burst: 180, each_us: 1_000_000 / 90 };
/// Largest number of authors with an account: more than a room has people who draw at once.
const MAX_AUTHORS: usize = 256;

/// An account for each author. Those who have written no name in the log share one: a new key costs nothing, so it may not
/// bring a new burst.
#[derive(Debug, Default)]
pub(super) struct LiveRate {
    accounts: BTreeMap<Option<Author>, Rate>,
}

impl LiveRate {
    /// Returns whether a frame of this author is taken now; `None`: of somebody who has no name in the log.
    pub(super) fn admits(&mut self, author: Option<Author>, mono_ms: u64) -> bool {
        if self.accounts.len() >= MAX_AUTHORS && !self.accounts.contains_key(&author) {
            self.accounts.retain(|_, rate| !rate.is_rested(mono_ms));
            if self.accounts.len() >= MAX_AUTHORS {
                return false;
            }
        }
        self.accounts.entry(author).or_default().admits(LIMIT, mono_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_makes_room_only_when_nothing_of_it_is_used_up() {
        let mut rate = LiveRate::default();
        let author = |n: u16| {
            let mut key = [0; 32];
            key[..2].copy_from_slice(&n.to_be_bytes());
            Some(Author(key))
        };
        let admitted = (0..1000).filter(|n| rate.admits(author(*n), 0)).count();
        assert_eq!((admitted, rate.accounts.len()), (MAX_AUTHORS, MAX_AUTHORS));
        assert!(rate.admits(author(0), 0));
        assert!(rate.admits(author(999), 50), "the others are rested");
        assert_eq!(rate.accounts.len(), 1);
    }
}
