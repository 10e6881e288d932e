//! The rate limit of received live strokes.

use std::collections::BTreeMap;

use crate::identity::Author;

/// Live frames a second that are taken from one author. A pen sends 30.
const RATE: u64 = 90;
/// Live frames that are taken from one author at once.
const BURST: u64 = 180;
/// Largest number of authors with an account: more than a room has people. The oldest account gives way to a new one.
const MAX_AUTHORS: usize = 256;

/// A token bucket for each author.
#[derive(Debug, Default)]
pub(super) struct LiveRate {
    /// The tokens in thousandths, and the moment of their count in `mono_ms`.
    accounts: BTreeMap<Author, (u64, u64)>,
}

impl LiveRate {
    /// Returns whether a frame of this author is taken now.
    pub(super) fn admits(&mut self, author: Author, mono_ms: u64) -> bool {
        if self.accounts.len() >= MAX_AUTHORS && !self.accounts.contains_key(&author) {
            let oldest = self.accounts.iter().min_by_key(|(_, (_, at))| *at).map(|(author, _)| *author);
            oldest.map(|author| self.accounts.remove(&author));
        }
        let (tokens, at) = self.accounts.entry(author).or_insert((BURST * 1000, mono_ms));
        *tokens = (*tokens + mono_ms.saturating_sub(*at) * RATE).min(BURST * 1000);
        *at = mono_ms;
        let admitted = *tokens >= 1000;
        if admitted {
            *tokens -= 1000;
        }
        admitted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_held_to_the_rate() {
        let mut rate = LiveRate::default();
        let author = Author([1; 32]);
        let admitted = (0..10_000).filter(|_| rate.admits(author, 0)).count();
        assert_eq!(admitted as u64, BURST);
        let admitted = (0..10_000).filter(|n| rate.admits(author, n / 10)).count(); // one second
        assert!((RATE - 1..=RATE).contains(&(admitted as u64)), "{admitted}");
        assert!(rate.admits(Author([2; 32]), 0), "others are not held back by it");
    }

    #[test]
    fn accounts_are_bounded() {
        let mut rate = LiveRate::default();
        for n in 0..1000_u16 {
            let mut key = [0; 32];
            key[..2].copy_from_slice(&n.to_be_bytes());
            rate.admits(Author(key), u64::from(n));
        }
        assert_eq!(rate.accounts.len(), MAX_AUTHORS);
    }
}
