//! The room's time: this machine's clock, corrected by those of connected peers.
//!
//! The right time is the lower median of our own clock and theirs. If our clock is within [`AGREED_MS`] of it, it is used as
//! it is. If not, the person is warned, and the time is corrected for everything that Inkmesh writes and judges. Of two clocks
//! that disagree the earlier one counts, so the warning appears on the machine that is ahead.

use std::collections::BTreeMap;

use crate::event::Warning;
use crate::identity::Author;

/// The largest difference between clocks that needs no correction, in milliseconds.
pub const AGREED_MS: i64 = 2 * 60 * 1000;
/// The least change of a correction, in milliseconds: it includes the time that messages travel.
pub const STEADY_MS: i64 = 5_000;

/// The beginning of 2026, in milliseconds since 1970. A clock that shows an earlier time is wrong, because there was no
/// Inkmesh then.
pub const BEGINNING_MS: u64 = 1_767_225_600_000;

/// The clocks of peers, and the correction of ours.
#[derive(Debug, Default)]
pub struct Clocks {
    /// The difference of each clock to ours, in milliseconds; positive if it is ahead. The last peer stays after it left,
    /// because no better clock is known.
    ahead: BTreeMap<Author, i64>,
    /// True if our own clock shows a possible time.
    credible: bool,
    correction: i64,
}

impl Clocks {
    /// Returns the milliseconds to be added to our clock.
    #[must_use]
    pub fn correction(&self) -> i64 {
        self.correction
    }

    /// Takes the time of a peer's clock, received when our own clock (uncorrected) showed `ours`. Returns a warning for the
    /// person if the correction changed.
    pub fn heard(&mut self, peer: Author, theirs: u64, ours: u64) -> Option<Warning> {
        if theirs < BEGINNING_MS {
            // An earlier difference of this peer is of no use any more either.
            return self.lost(&peer);
        }
        self.credible = ours >= BEGINNING_MS;
        let ahead = i64::try_from(theirs).unwrap_or(i64::MAX).saturating_sub(i64::try_from(ours).unwrap_or(i64::MAX));
        self.ahead.insert(peer, ahead);
        self.settle()
    }

    /// Removes a peer that is not connected any more. Returns a warning for the person if the correction changed.
    pub fn lost(&mut self, peer: &Author) -> Option<Warning> {
        if self.ahead.len() > 1 {
            self.ahead.remove(peer);
        }
        self.settle()
    }

    fn settle(&mut self) -> Option<Warning> {
        let mut all: Vec<i64> = self.ahead.values().copied().chain(self.credible.then_some(0)).collect();
        all.sort_unstable();
        let median = all.get(all.len().saturating_sub(1) / 2).copied().unwrap_or(0);
        let wanted = if median.abs() <= AGREED_MS { 0 } else { median };
        let agreed = wanted == 0;
        if wanted == self.correction
            || (!agreed && wanted.saturating_sub(self.correction).saturating_abs() <= STEADY_MS)
        {
            return None;
        }
        self.correction = wanted;
        let ms = wanted.unsigned_abs();
        Some(match wanted {
            0 => Warning::ClockAgrees,
            ..0 => Warning::ClockAhead { ms },
            1.. => Warning::ClockBehind { ms },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: u64 = 60 * 60 * 1000;
    const NOON: u64 = 1_790_000_000_000;
    const ANA: Author = Author([1; 32]);
    const BEN: Author = Author([2; 32]);

    #[test]
    fn of_two_the_one_ahead_is_warned() {
        let (mut early, mut late) = (Clocks::default(), Clocks::default());
        assert_eq!(early.heard(ANA, NOON + HOUR, NOON), None);
        assert_eq!(late.heard(ANA, NOON, NOON + HOUR), Some(Warning::ClockAhead { ms: HOUR }));
        assert_eq!((early.correction(), late.correction()), (0, -(HOUR as i64)));
    }

    #[test]
    fn of_three_the_one_that_is_alone_is_warned() {
        let mut behind = Clocks::default();
        behind.heard(ANA, NOON + HOUR, NOON);
        let told = behind.heard(BEN, NOON + HOUR + 70, NOON);
        assert_eq!(told, Some(Warning::ClockBehind { ms: HOUR }));
        let mut right = Clocks::default();
        assert_eq!(right.heard(ANA, NOON + HOUR, NOON), None);
        assert_eq!(right.heard(BEN, NOON, NOON), None);
    }

    #[test]
    fn a_clock_that_was_set_right_is_told_once() {
        let (mut clocks, peer) = (Clocks::default(), ANA);
        assert!(clocks.heard(peer, NOON, NOON + HOUR).is_some());
        assert_eq!(clocks.heard(peer, NOON + 900, NOON + HOUR), None, "a second more or less changes nothing");
        assert_eq!(clocks.heard(peer, NOON, NOON + 20), Some(Warning::ClockAgrees));
        assert_eq!(clocks.heard(peer, NOON, NOON + 30), None);
    }

    #[test]
    fn alone_again_the_last_comparison_stands() {
        let (mut clocks, peer) = (Clocks::default(), ANA);
        clocks.heard(peer, NOON, NOON + HOUR);
        assert_eq!((clocks.lost(&peer), clocks.correction()), (None, -(HOUR as i64)));
    }

    #[test]
    fn a_clock_of_before_the_beginning_counts_for_nothing() {
        let (mut right, mut wrong) = (Clocks::default(), Clocks::default());
        assert_eq!(right.heard(ANA, 5_000, NOON), None);
        assert_eq!(wrong.heard(ANA, NOON, 5_000), Some(Warning::ClockBehind { ms: NOON - 5_000 }));
    }

    #[test]
    fn what_a_clock_said_before_it_lost_all_credit_is_forgotten() {
        let mut clocks = Clocks::default();
        clocks.heard(ANA, NOON, NOON);
        clocks.heard(BEN, NOON, NOON);
        clocks.heard(BEN, 5_000, NOON + HOUR); // ours has been set wrong, and Ben's too
        assert_eq!(clocks.heard(ANA, NOON, NOON + HOUR), Some(Warning::ClockAhead { ms: HOUR }));
    }

    #[test]
    fn a_liar_does_not_overflow() {
        let mut clocks = Clocks::default();
        clocks.heard(ANA, u64::MAX, 0);
        clocks.heard(BEN, u64::MAX, 0);
        clocks.heard(Author([3; 32]), 0, u64::MAX);
    }
}
