//! The hybrid logical clock (Kulkarni et al., *Logical Physical Clocks*, 2014): wall time that never runs backwards and is
//! later than every time seen before.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The time that an operation may be ahead of the local clock, in milliseconds: 15 hours, as a clock that is set to another
/// time zone is up to 14 hours off. An operation that is further ahead is parked.
pub const MAX_AHEAD_MS: u64 = 15 * 60 * 60 * 1000;

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

    /// Returns the last timestamp of a millisecond.
    #[must_use]
    pub fn last_of_ms(ms: u64) -> Self {
        Timestamp(Timestamp::from_ms(ms).0 | 0xffff)
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
    /// The monotonic time at which `last` reached its millisecond.
    since_mono_ms: u64,
}

impl Clock {
    /// Returns a timestamp later than every one returned or followed before, and not before `now.wall_ms`.
    pub fn tick(&mut self, now: Now) -> Timestamp {
        self.follow(Timestamp::from_ms(now.wall_ms).max(Timestamp(self.last.0.saturating_add(1))), now);
        self.last
    }

    /// Returns the last timestamp that was returned or followed.
    #[must_use]
    pub fn last(&self) -> Timestamp {
        self.last
    }

    /// Returns the time since 1970 in milliseconds, as if the last timestamp had been right when it was followed.
    #[must_use]
    pub fn running_ms(&self, now: Now) -> u64 {
        self.last.ms().saturating_add(now.mono_ms.saturating_sub(self.since_mono_ms)).max(now.wall_ms)
    }

    /// Takes note of a timestamp: later ones come after it.
    pub fn follow(&mut self, seen: Timestamp, now: Now) {
        if seen.ms() > self.last.ms() {
            self.since_mono_ms = now.mono_ms;
        }
        self.last = self.last.max(seen);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(wall_ms: u64) -> Now {
        Now { wall_ms, mono_ms: 0 }
    }

    #[test]
    fn time_only_moves_forward() {
        let mut clock = Clock::default();
        let first = clock.tick(at(1000));
        let second = clock.tick(at(1000));
        let third = clock.tick(at(500)); // the person set the clock back
        assert!(first < second && second < third);
        assert_eq!(first.ms(), 1000);
        assert_eq!(clock.tick(at(2000)), Timestamp::from_ms(2000));
    }

    #[test]
    fn timestamps_are_later_than_those_seen() {
        let mut clock = Clock::default();
        clock.follow(Timestamp::from_ms(5000), at(1000));
        assert!(clock.tick(at(1000)) > Timestamp::from_ms(5000));
    }

    #[test]
    fn time_goes_on_from_a_timestamp_that_is_ahead() {
        let mut clock = Clock::default();
        clock.follow(Timestamp::from_ms(5000), Now { wall_ms: 1000, mono_ms: 7 });
        clock.tick(Now { wall_ms: 1200, mono_ms: 207 });
        assert_eq!(clock.running_ms(Now { wall_ms: 1300, mono_ms: 307 }), 5300, "lines don't hold it up");
        assert_eq!(clock.running_ms(Now { wall_ms: 9000, mono_ms: 307 }), 9000);
    }
}
