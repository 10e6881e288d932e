//! The rate limit of gossip messages that are verified. A signature takes about as long to check as a short message takes to
//! be received, and it is checked where everything else waits. Who signed a message is known only afterwards, so that
//! messages are counted for the neighbour that passes them on.

use std::collections::BTreeMap;

use crate::identity::Author;
use crate::rate::{Limit, Rate};

/// Messages of one neighbour that are verified whatever others send: 60 a second, twice what a pen sends.
const SHARE: Limit = Limit { burst: 240, each_us: 1_000_000 / 60 };
/// Further messages, of all neighbours together: 5,000 a second, which takes about a fifth of a core. It is more than a
/// program sends that says thousands of lines at once.
const ALL: Limit = Limit { burst: 10_000, each_us: 1_000_000 / 5_000 };

/// The messages of each neighbour a short time ago.
#[derive(Debug, Default)]
pub struct GossipRate {
    each: BTreeMap<Author, Rate>,
    all: Rate,
}

impl GossipRate {
    /// Counts a message that a neighbour passes on. Returns whether there is time to verify it.
    pub fn admits(&mut self, neighbour: Author, mono_ms: u64) -> bool {
        self.each.entry(neighbour).or_default().admits(SHARE, mono_ms) || self.all.admits(ALL, mono_ms)
    }

    /// A neighbour is no longer connected. A new connection begins with what was used up, if that was a short time ago.
    pub fn disconnected(&mut self, mono_ms: u64) {
        self.each.retain(|_, share| !share.is_rested(mono_ms));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns how many of some messages at one moment are verified.
    fn send(rate: &mut GossipRate, neighbour: u8, messages: usize, ms: u64) -> u64 {
        (0..messages).filter(|_| rate.admits(Author([neighbour; 32]), ms)).count() as u64
    }

    #[test]
    fn whoever_floods_leaves_each_neighbour_its_share() {
        let mut rate = GossipRate::default();
        assert_eq!(send(&mut rate, 1, 20_000, 0), SHARE.burst + ALL.burst);
        assert_eq!(send(&mut rate, 2, 300, 0), SHARE.burst);
        // In the next second, 60 for each, and 5,000 for who comes first.
        assert_eq!(send(&mut rate, 1, 20_000, 1_000), 5_060);
        assert_eq!(send(&mut rate, 3, 20_000, 1_000), SHARE.burst);
        assert!((0..60).all(|n| send(&mut rate, 2, 1, 1_000 + n * 17) == 1));
    }

    #[test]
    fn a_new_connection_brings_no_new_burst_and_nothing_is_kept_for_good() {
        let mut rate = GossipRate::default();
        send(&mut rate, 1, 20_000, 0);
        rate.disconnected(0);
        assert_eq!(send(&mut rate, 1, 9, 0), 0);
        rate.disconnected(60_000);
        assert!(rate.each.is_empty());
    }
}
