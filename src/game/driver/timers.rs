//! Elapsed time by the monotonic clock, and the moment to look again.

use crate::clock::Now;

/// The time since something happened.
#[derive(Debug, Clone, Copy)]
pub(super) struct Timer {
    seen_ms: u64,
    age_ms: u64,
}

impl Timer {
    /// Starts a timer for something that happened `age_ms` before we saw it now.
    pub(super) fn started(now: Now, age_ms: u64) -> Self {
        Timer { seen_ms: now.mono_ms, age_ms }
    }

    /// Returns the elapsed time in milliseconds.
    pub(super) fn elapsed(&self, now: Now) -> u64 {
        now.mono_ms.saturating_sub(self.seen_ms).saturating_add(self.age_ms)
    }
}

/// Collects the first of several moments at which something becomes due.
#[derive(Debug)]
pub(super) struct Alarm {
    now: Now,
    wake: Option<u64>,
}

impl Alarm {
    pub(super) fn new(now: Now) -> Self {
        Alarm { now, wake: None }
    }

    /// Returns whether `after_ms` have passed on the timer; otherwise sets the alarm for that moment.
    pub(super) fn is_due(&mut self, timer: Timer, after_ms: u64) -> bool {
        self.wait(after_ms.saturating_sub(timer.elapsed(self.now)))
    }

    /// Returns whether it is `wall_ms` by the wall clock, so that a step written now has this time or a later one;
    /// otherwise sets the alarm for that moment.
    pub(super) fn is_dated(&mut self, wall_ms: u64) -> bool {
        self.wait(wall_ms.saturating_sub(self.now.wall_ms))
    }

    /// Returns the time of the wall clock, in milliseconds since 1970.
    pub(super) fn wall_ms(&self) -> u64 {
        self.now.wall_ms
    }

    /// Returns the moment to look again, by the monotonic clock in milliseconds.
    pub(super) fn wake(&self) -> Option<u64> {
        self.wake
    }

    /// Sets the alarm to `ms` from now, unless it is set to an earlier moment.
    pub(super) fn wake_in(&mut self, ms: u64) {
        let at = self.now.mono_ms.saturating_add(ms);
        self.wake = Some(self.wake.map_or(at, |wake| wake.min(at)));
    }

    fn wait(&mut self, ms: u64) -> bool {
        if ms > 0 {
            self.wake_in(ms);
        }
        ms == 0
    }
}
