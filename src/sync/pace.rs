//! How much is requested from a member at once in a sync round, and how long to wait for it. All times are in milliseconds
//! on a clock that only goes forward.
//!
//! A *unit* is as much as a member sends in about half a second, by the rate of the unit before. So at most a second's worth
//! of bulk data is under way on a slow link: live lines and pings get through, and a broken connection costs little. A round
//! waits as long as bytes come, not until a whole unit is there.

/// Operations of the first unit, and of a unit at least.
const FIRST: u64 = 64;
const LEAST: u64 = 8;
/// Operations of a unit at most.
pub const MOST: u64 = 8_192;
/// The time that a unit is to take.
const UNIT_MS: u64 = 500;
/// By how much the next unit may be larger than the one before.
const GROWTH: u64 = 4;

/// The time that a member may send nothing.
const SILENCE_MS: u64 = 5_000;
/// Bytes a second that have to come on the average, after the first [`SILENCE_MS`]. A member that sends less is stalling.
const LEAST_RATE: u64 = 1024;
/// How long a unit may take. Operations that came until then stay in the log.
const LONGEST_MS: u64 = 60_000;

/// The size of the next unit of one member.
#[derive(Debug)]
pub struct Pace {
    unit: u64,
    measured: bool,
}

impl Default for Pace {
    fn default() -> Self {
        Pace { unit: FIRST, measured: false }
    }
}

impl Pace {
    /// Returns how many operations to request now.
    #[must_use]
    pub fn unit(&self) -> u64 {
        self.unit
    }

    /// Returns whether a unit has come in: before that, only one is requested.
    #[must_use]
    pub fn is_measured(&self) -> bool {
        self.measured
    }

    /// Fits the next unit to one of so many operations that took `ms`.
    pub fn brought(&mut self, operations: u64, ms: u64) {
        self.measured = true;
        let fits = operations.saturating_mul(UNIT_MS) / ms.max(1);
        self.unit = if ms > UNIT_MS {
            fits.clamp(LEAST, self.unit)
        } else {
            fits.clamp(self.unit, self.unit * GROWTH).min(MOST)
        };
    }
}

/// The wait for what was requested.
#[derive(Debug, Clone, Copy)]
pub struct ResponseWait {
    since: u64,
    heard: u64,
    bytes: u64,
}

impl ResponseWait {
    /// Begins to wait.
    #[must_use]
    pub fn since(now: u64) -> Self {
        ResponseWait { since: now, heard: now, bytes: 0 }
    }

    /// Counts bytes, the last of which came at `now`.
    pub fn heard(&mut self, bytes: u64, now: u64) {
        if bytes > 0 {
            self.bytes = self.bytes.saturating_add(bytes);
            self.heard = self.heard.max(now);
        }
    }

    /// Leaves out a time that the other side is not to blame for.
    pub fn excuse(&mut self, ms: u64) {
        self.since += ms;
        self.heard += ms;
    }

    /// Returns how long the wait has lasted.
    #[must_use]
    pub fn ms(&self, now: u64) -> u64 {
        now.saturating_sub(self.since)
    }

    /// Returns when the round gives the member up, unless more bytes come before.
    #[must_use]
    pub fn until(&self) -> u64 {
        let at_least_rate = self.since + SILENCE_MS + self.bytes.saturating_mul(1000) / LEAST_RATE;
        (self.heard + SILENCE_MS).min(at_least_rate).min(self.since + LONGEST_MS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a unit costs on a link of so many operations a second with a round trip of so long.
    fn took(operations: u64, per_second: u64, round_trip: u64) -> u64 {
        round_trip + operations * 1000 / per_second
    }

    #[test]
    fn units_come_to_fit_the_rate_of_the_link() {
        for (per_second, round_trip, unit) in [(32, 5, 16), (130, 5, 65), (4_000, 1, 2_000), (100_000, 1, MOST)] {
            let mut pace = Pace::default();
            for _ in 0..8 {
                pace.brought(pace.unit(), took(pace.unit(), per_second, round_trip));
            }
            let off = pace.unit().abs_diff(unit);
            assert!(off <= unit / 4, "{per_second}: {} instead of {unit}", pace.unit());
        }
    }

    #[test]
    fn a_fast_member_is_asked_for_the_most_after_four_units_and_a_slow_one_for_little_after_one() {
        let mut pace = Pace::default();
        assert!(!pace.is_measured());
        for _ in 0..4 {
            pace.brought(pace.unit(), took(pace.unit(), 100_000, 1));
        }
        assert_eq!(pace.unit(), MOST);
        pace.brought(MOST, 256_000);
        assert_eq!(pace.unit(), 16);
        // The last piece of a history says nothing about the rate.
        pace.brought(1, 4);
        assert!((16..=64).contains(&pace.unit()));
        pace.brought(0, 5_000);
        assert_eq!((pace.unit(), pace.is_measured()), (LEAST, true));
    }

    #[test]
    fn a_member_is_waited_for_while_enough_comes() {
        let mut waiting = ResponseWait::since(1_000);
        assert_eq!(waiting.until(), 1_000 + SILENCE_MS);
        waiting.heard(0, 3_000);
        assert_eq!(waiting.until(), 1_000 + SILENCE_MS, "nothing came");
        // 64 kbit/s: all the time that a unit may take.
        let mut now = 1_000;
        while now < 1_000 + LONGEST_MS {
            assert!(now < waiting.until(), "given up at {now}");
            now += 100;
            waiting.heard(800, now);
        }
        assert!(now >= waiting.until());
    }

    #[test]
    fn who_drips_is_given_up_soon() {
        let mut waiting = ResponseWait::since(0);
        let mut now = 0;
        while now < waiting.until() {
            now += 1_000;
            waiting.heard(250, now);
        }
        assert!(now < 2 * SILENCE_MS, "{now}");
        waiting.excuse(10_000);
        assert!(now < waiting.until(), "that was our own disk");
    }
}
