//! How long things last for our own program, measured by the monotonic clock.

use crate::clock::Now;

/// How long a gathering waits for people.
pub(super) const GATHERING_MS: u64 = 20_000;
/// When the openings are so few that the game is called off.
pub(super) const OPENING_MS: u64 = 10_000;
/// How long before the first drawer begins.
pub(super) const FIRST_TURN_MS: u64 = 1_000;
/// How long a finished drawing is looked at before the next drawer begins.
pub(super) const REVEALED_MS: u64 = 3_000;
/// How long the word and the points of a turn are looked at.
pub(super) const QUIZ_REVEALED_MS: u64 = 5_000;
/// How long a drawer may take to choose a word; then the drawer's program takes one.
pub(super) const CHOOSING_MS: u64 = 20_000;
/// How long past the end of the time to begin, or to draw, a drawer's program may be silent before ours votes to skip.
pub(super) const OVERTIME_MS: u64 = 8_000;
/// How long a player may be offline before our program says so. It takes about 5 s to notice that a link is dead, and the
/// game goes on within 10 s.
pub(super) const AWAY_MS: u64 = 4_000;
/// The same when it ends the game, because too few are left.
pub(super) const LAST_AWAY_MS: u64 = 8_000;
/// When to look whether a step that we wrote took effect, or has to be written again.
pub(super) const RETRY_MS: u64 = 1_000;

/// The time since something happened.
#[derive(Debug, Clone, Copy)]
pub(super) struct Timer {
    seen_ms: u64,
    age_ms: u64,
}

impl Timer {
    /// For what had happened `age_ms` before we saw it now.
    pub(super) fn started(now: Now, age_ms: u64) -> Self {
        Timer { seen_ms: now.mono_ms, age_ms }
    }

    /// Milliseconds since it happened.
    pub(super) fn elapsed(&self, now: Now) -> u64 {
        now.mono_ms.saturating_sub(self.seen_ms).saturating_add(self.age_ms)
    }
}

/// Waits for what is not due yet: the first of several moments.
#[derive(Debug)]
pub(super) struct Alarm {
    now: Now,
    wake: Option<u64>,
}

impl Alarm {
    pub(super) fn new(now: Now) -> Self {
        Alarm { now, wake: None }
    }

    /// Whether `after_ms` have passed on the timer; if not, we are woken when they have.
    pub(super) fn is_due(&mut self, timer: Timer, after_ms: u64) -> bool {
        self.wait(after_ms.saturating_sub(timer.elapsed(self.now)))
    }

    /// Whether it is `wall_ms` by the wall clock, so that what we write now is dated so or later; if not, we are woken
    /// when it is.
    pub(super) fn is_dated(&mut self, wall_ms: u64) -> bool {
        self.wait(wall_ms.saturating_sub(self.now.wall_ms))
    }

    /// What the wall clock says.
    pub(super) fn wall_ms(&self) -> u64 {
        self.now.wall_ms
    }

    /// When to look again, by the monotonic clock.
    pub(super) fn wake(&self) -> Option<u64> {
        self.wake
    }

    /// We are woken in so many milliseconds at the latest.
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
