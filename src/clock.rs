//! The hybrid logical clock (Kulkarni et al., *Logical Physical Clocks*, 2014): wall time that never runs backwards and is
//! later than every time seen before.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The time that an operation may be ahead of the local clock, in milliseconds. One that is further ahead is parked.
pub const MAX_AHEAD_MS: u64 = 10 * 60 * 1000;

/// A time of the log: 48 bits of milliseconds since 1970, then a 16-bit counter.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub u64);

impl Timestamp {
    /// Returns the first timestamp of a millisecond.
    #[must_use]
    pub fn from_ms(ms: u64) -> Self {
        Timestamp(ms.min((1 << 48) - 1) << 16)
    }

    /// Returns the milliseconds since 1970.
    #[must_use]
    pub fn ms(self) -> u64 {
        self.0 >> 16
    }

    /// Returns whether it is more than [`MAX_AHEAD_MS`] ahead of `wall_ms`.
    #[must_use]
    pub fn is_future(self, wall_ms: u64) -> bool {
        self.ms() > wall_ms.saturating_add(MAX_AHEAD_MS)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}+{}", self.ms(), self.0 & 0xffff)
    }
}

/// The present time: of the wall clock, for the log, and of a monotonic clock, for intervals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Now {
    /// Milliseconds since 1970.
    pub wall_ms: u64,
    /// Milliseconds of a monotonic clock.
    pub mono_ms: u64,
}

/// The hybrid clock of one peer.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    last: Timestamp,
}

impl Clock {
    /// Returns a timestamp later than every one returned or seen before, and not before `wall_ms`.
    pub fn tick(&mut self, wall_ms: u64) -> Timestamp {
        self.last = Timestamp::from_ms(wall_ms).max(Timestamp(self.last.0.saturating_add(1)));
        self.last
    }

    /// Returns whether the next timestamps would be too far ahead for everybody else.
    #[must_use]
    pub fn is_ahead(&self, wall_ms: u64) -> bool {
        self.last.is_future(wall_ms)
    }

    /// Returns whether the last timestamp returned or seen is later than `ms`.
    #[must_use]
    pub fn is_beyond(&self, ms: u64) -> bool {
        self.last.ms() > ms
    }

    /// Returns the last timestamp that was returned or seen.
    #[must_use]
    pub fn last(&self) -> Timestamp {
        self.last
    }

    /// Continues after a timestamp of our own, however far ahead it is.
    pub fn follow(&mut self, own: Timestamp) {
        self.last = self.last.max(own);
    }

    /// Notes another peer's timestamp. One that is too far ahead, and so parked, doesn't move the clock.
    pub fn observe(&mut self, seen: Timestamp, wall_ms: u64) {
        if !seen.is_future(wall_ms) {
            self.last = self.last.max(seen);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_only_moves_forward() {
        let mut clock = Clock::default();
        let first = clock.tick(1000);
        let second = clock.tick(1000);
        let third = clock.tick(500); // the person set the clock back
        assert!(first < second && second < third);
        assert_eq!(first.ms(), 1000);
        assert_eq!(clock.tick(2000), Timestamp::from_ms(2000));
    }

    #[test]
    fn timestamps_are_later_than_those_seen() {
        let mut clock = Clock::default();
        clock.observe(Timestamp::from_ms(5000), 1000);
        assert!(clock.tick(1000) > Timestamp::from_ms(5000));
    }

    #[test]
    fn a_timestamp_too_far_ahead_does_not_move_the_clock() {
        let mut clock = Clock::default();
        clock.observe(Timestamp::from_ms(1000 + MAX_AHEAD_MS + 1), 1000);
        assert_eq!(clock.tick(1000), Timestamp::from_ms(1000));
    }
}
