//! A rate limit: some events at once, and one more after each interval (the generic cell rate algorithm, ITU-T I.371).

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

#[cfg(test)]
mod tests {
    use super::*;

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
