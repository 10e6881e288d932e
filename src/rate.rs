//! Rate limits: some events at once, and one more after each interval (the generic cell rate algorithm, ITU-T I.371).

use std::collections::BTreeMap;

use crate::identity::Author;

/// The bounds of a rate.
#[derive(Debug, Clone, Copy)]
pub struct Limit {
    /// Events that may come at once.
    pub burst: u64,
    /// The time after which one more may come, in microseconds.
    pub each_us: u64,
}

/// The part of a limit that is used up: nothing of a new one.
#[derive(Debug, Clone, Copy, Default)]
pub struct Rate {
    /// When nothing is used up any more, in microseconds of `mono_ms`' clock.
    rested_us: u64,
}

impl Rate {
    /// Returns whether one more event is within the limit now, and counts it.
    pub fn admits(&mut self, limit: Limit, mono_ms: u64) -> bool {
        let now = mono_ms.saturating_mul(1_000);
        let rested = self.rested_us.max(now) + limit.each_us;
        let admitted = rested - now <= limit.burst * limit.each_us;
        if admitted {
            self.rested_us = rested;
        }
        admitted
    }

    /// Returns whether nothing is used up, so that this is the same as a new one.
    #[must_use]
    pub fn is_rested(&self, mono_ms: u64) -> bool {
        self.rested_us <= mono_ms.saturating_mul(1_000)
    }
}

/// A rate limit of what peers cause, in which each peer has a share that no other can use up.
#[derive(Debug)]
pub struct PeerRate {
    share: Limit,
    common: Limit,
    shares: BTreeMap<Author, Rate>,
    used: Rate,
}

impl PeerRate {
    /// Each peer may cause `share`, and all together `common` beyond that.
    #[must_use]
    pub fn new(share: Limit, common: Limit) -> Self {
        PeerRate { share, common, shares: BTreeMap::new(), used: Rate::default() }
    }

    /// Returns whether one more event that a peer causes is within the limits now, and counts it.
    pub fn admits(&mut self, peer: Author, mono_ms: u64) -> bool {
        let share = self.shares.entry(peer).or_default();
        share.admits(self.share, mono_ms) || self.used.admits(self.common, mono_ms)
    }

    /// A peer is no longer connected. A new connection begins with what was used up, if that was a short time ago.
    pub fn disconnected(&mut self, mono_ms: u64) {
        self.shares.retain(|_, share| !share.is_rested(mono_ms));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHARE: Limit = Limit { burst: 240, each_us: 1_000_000 / 60 };
    const COMMON: Limit = Limit { burst: 10_000, each_us: 1_000_000 / 5_000 };

    /// Returns how many of some events at one moment are admitted.
    fn cause(rate: &mut PeerRate, peer: u8, events: usize, ms: u64) -> u64 {
        (0..events).filter(|_| rate.admits(Author([peer; 32]), ms)).count() as u64
    }

    #[test]
    fn whoever_floods_leaves_each_peer_its_share() {
        let mut rate = PeerRate::new(SHARE, COMMON);
        assert_eq!(cause(&mut rate, 1, 20_000, 0), SHARE.burst + COMMON.burst);
        assert_eq!(cause(&mut rate, 2, 300, 0), SHARE.burst);
        // In the next second, 60 for each, and 5,000 for who comes first.
        assert_eq!(cause(&mut rate, 1, 20_000, 1_000), 5_060);
        assert_eq!(cause(&mut rate, 3, 20_000, 1_000), SHARE.burst);
        assert!((0..60).all(|n| cause(&mut rate, 2, 1, 1_000 + n * 17) == 1));
    }

    #[test]
    fn a_new_connection_brings_no_new_burst_and_nothing_is_kept_for_good() {
        let mut rate = PeerRate::new(SHARE, COMMON);
        cause(&mut rate, 1, 20_000, 0);
        rate.disconnected(0);
        assert_eq!(cause(&mut rate, 1, 9, 0), 0);
        rate.disconnected(60_000);
        assert!(rate.shares.is_empty());
    }

    #[test]
    fn a_burst_is_admitted_at_once_and_then_one_after_each_interval() {
        let (limit, mut rate) = (Limit { burst: 3, each_us: 1_500 }, Rate::default());
        let mut admitted = |ms| (0..9).filter(|_| rate.admits(limit, ms)).count();
        assert_eq!([7, 7, 8, 9, 10, 13].map(&mut admitted), [3, 0, 0, 1, 1, 2]);
        assert_eq!(admitted(1_000), 3, "no more than a burst is saved up");
        assert!(!rate.is_rested(1_004));
        assert!(rate.is_rested(1_005));
    }
}
