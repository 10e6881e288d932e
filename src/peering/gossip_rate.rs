//! The rate limit of gossip messages that are verified. A signature takes about as long to check as a short message takes to
//! be received, and it is checked where everything else waits. Who signed a message is known only afterwards, so that
//! messages are counted for the neighbour that passes them on.

use std::collections::BTreeMap;

use crate::identity::Author;
use crate::rate::{Limit, Rate};

/// Messages of one neighbour that are verified whatever others send: 60 a second, twice what a pen sends.
const SHARE: Limit = Limit { burst: 240, each_us: 1_000_000 / 60 };
/// Further messages, of all neighbours together: 2,000 a second. So many people don't draw at once.
const ALL: Limit = Limit { burst: 2_000, each_us: 1_000_000 / 2_000 };
/// Messages that one neighbour sends at all: no honest program has more than 1,000 a second to pass on.
const MOST: Limit = Limit { burst: 4_000, each_us: 1_000_000 / 1_000 };

/// What is done with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// It is verified.
    Verify,
    /// There is no time for it. If it is an operation, it comes by sync.
    Skip,
    /// And no honest program sends so many.
    Flood,
}

/// The messages of each neighbour a short time ago.
#[derive(Debug, Default)]
pub struct GossipRate {
    each: BTreeMap<Author, Neighbour>,
    all: Rate,
}

#[derive(Debug, Default)]
struct Neighbour {
    share: Rate,
    most: Rate,
}

impl GossipRate {
    /// Counts a message that a neighbour passes on.
    pub fn admit(&mut self, neighbour: Author, mono_ms: u64) -> Admission {
        let counted = self.each.entry(neighbour).or_default();
        if !counted.most.admits(MOST, mono_ms) {
            Admission::Flood
        } else if counted.share.admits(SHARE, mono_ms) || self.all.admits(ALL, mono_ms) {
            Admission::Verify
        } else {
            Admission::Skip
        }
    }

    /// A neighbour is no longer connected. A new connection begins with what was used up, if that was a short time ago.
    pub fn disconnected(&mut self, mono_ms: u64) {
        self.each.retain(|_, counted| !counted.share.is_rested(mono_ms) || !counted.most.is_rested(mono_ms));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns how many of some messages at one moment are verified, and how many are a flood.
    fn send(rate: &mut GossipRate, neighbour: u8, messages: usize, ms: u64) -> (u64, u64) {
        let admitted: Vec<_> = (0..messages).map(|_| rate.admit(Author([neighbour; 32]), ms)).collect();
        let count = |which| admitted.iter().filter(|admission| **admission == which).count() as u64;
        (count(Admission::Verify), count(Admission::Flood))
    }

    #[test]
    fn whoever_floods_leaves_each_neighbour_its_share() {
        let mut rate = GossipRate::default();
        assert_eq!(send(&mut rate, 1, 9_000, 0), (SHARE.burst + ALL.burst, 9_000 - MOST.burst));
        assert_eq!(send(&mut rate, 2, 300, 0), (SHARE.burst, 0));
        // In the next second, 60 for each, and 2,000 for who comes first.
        assert_eq!(send(&mut rate, 1, 9_000, 1_000), (1_000, 8_000));
        assert_eq!(send(&mut rate, 3, 9_000, 1_000).0, SHARE.burst + 1_060);
        assert!((0..60).all(|n| send(&mut rate, 2, 1, 1_000 + n * 17) == (1, 0)));
    }

    #[test]
    fn a_new_connection_brings_no_new_burst_and_nothing_is_kept_for_good() {
        let mut rate = GossipRate::default();
        send(&mut rate, 1, 9_000, 0);
        rate.disconnected(1);
        assert_eq!(send(&mut rate, 1, 1, 1).0, 1, "the time of one more");
        assert_eq!(send(&mut rate, 1, 9, 1), (0, 9));
        rate.disconnected(60_000);
        assert!(rate.each.is_empty());
    }
}
