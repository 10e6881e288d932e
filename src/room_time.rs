//! The room's time: this machine's clock, compared with those of connected peers.
//!
//! If more than half of all clocks, our own counted, are ahead of ours by more than [`AGREED_MS`], or more than half are
//! behind it, ours is wrong: the person is warned, and everything that Inkmesh writes and judges goes by the median
//! instead, unless that is more than [`MAX_CORRECTION_MS`] away. If as many contradict as agree, as always between two, it can't be known
//! who is right: both are told, and each goes by its own clock. Neither is left without the other's lines, because
//! everybody shows what is up to [`MAX_AHEAD_MS`] ahead, and writes what is later than that.

use std::collections::BTreeMap;

use crate::clock::MAX_AHEAD_MS;
use crate::event::Warning;
use crate::identity::Author;

/// The largest difference between clocks that needs no correction, in milliseconds.
pub const AGREED_MS: i64 = 2 * 60 * 1000;
/// The largest correction, in milliseconds: so far those who lie about their clocks can move the time of somebody else.
pub const MAX_CORRECTION_MS: i64 = MAX_AHEAD_MS as i64;
/// The least change of a difference that counts, in milliseconds: it includes the time that messages travel.
pub const STEADY_MS: i64 = 5_000;

/// The beginning of 2026, in milliseconds since 1970. A clock that shows an earlier time is wrong, because there was no
/// Inkmesh then.
pub const BEGINNING_MS: u64 = 1_767_225_600_000;

const AGREED_AHEAD: i64 = AGREED_MS + 1;
const AGREED_BEHIND: i64 = -AGREED_AHEAD;

/// What the clocks of connected peers say about ours. Differences are in milliseconds, positive if others are ahead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Verdict {
    #[default]
    Agrees,
    /// Others contradict our clock, as many as agree with it.
    Differs(i64),
    /// More than half contradict our clock, or it shows no possible time.
    Wrong(i64),
}

/// The clocks of peers, and the correction of ours.
#[derive(Debug, Default)]
pub struct Clocks {
    /// The difference of each connected peer's clock to ours, in milliseconds; positive if it is ahead.
    ahead: BTreeMap<Author, i64>,
    /// True if our own clock shows an impossible time.
    impossible: bool,
    correction: i64,
    told: Verdict,
}

impl Clocks {
    /// Returns the milliseconds to be added to our clock.
    #[must_use]
    pub fn correction(&self) -> i64 {
        self.correction
    }

    /// Takes the time of a peer's clock, received when our own clock (uncorrected) showed `ours`. Returns a warning for the
    /// person if the result of the comparison changed.
    pub fn heard(&mut self, peer: Author, theirs: u64, ours: u64) -> Option<Warning> {
        self.impossible = ours < BEGINNING_MS;
        if theirs < BEGINNING_MS {
            // An earlier difference of this peer is of no use any more either.
            return self.lost(&peer);
        }
        let ahead = i64::try_from(theirs).unwrap_or(i64::MAX).saturating_sub(i64::try_from(ours).unwrap_or(i64::MAX));
        self.ahead.insert(peer, ahead);
        self.settle()
    }

    /// Removes a peer that is not connected any more: its clock counts no longer. Returns a warning for the person if the
    /// result of the comparison changed.
    pub fn lost(&mut self, peer: &Author) -> Option<Warning> {
        self.ahead.remove(peer);
        self.settle()
    }

    fn settle(&mut self) -> Option<Warning> {
        if self.ahead.is_empty() {
            // Nothing to compare with. Where our own clock is of no use, no better one is known than the last.
            self.correction = if self.impossible { self.correction } else { 0 };
            return None;
        }
        let verdict = self.verdict();
        let (Verdict::Wrong(difference) | Verdict::Differs(difference)) = verdict else {
            self.correction = 0;
            let is_news = std::mem::take(&mut self.told) != Verdict::Agrees;
            return is_news.then_some(Warning::ClockAgrees);
        };
        let is_wrong = matches!(verdict, Verdict::Wrong(_));
        let bound = if self.impossible { i64::MAX } else { MAX_CORRECTION_MS };
        let wanted = if is_wrong && difference.saturating_abs() <= bound { difference } else { 0 };
        if wanted == 0 || wanted.saturating_sub(self.correction).saturating_abs() > STEADY_MS {
            self.correction = wanted;
        }
        let is_steady = |told: i64| difference.saturating_sub(told).saturating_abs() <= STEADY_MS;
        match (self.told, verdict) {
            (Verdict::Wrong(told), Verdict::Wrong(_)) | (Verdict::Differs(told), Verdict::Differs(_))
                if is_steady(told) =>
            {
                return None;
            }
            _ => self.told = verdict,
        }
        let (ms, ahead) = (difference.unsigned_abs(), difference < 0);
        Some(match verdict {
            Verdict::Wrong(_) if ahead => Warning::ClockAhead { ms },
            Verdict::Wrong(_) => Warning::ClockBehind { ms },
            _ => Warning::ClockDiffers { ms, ahead },
        })
    }

    /// Returns what more than half of all clocks say, if they say the same.
    fn verdict(&self) -> Verdict {
        let own = (!self.impossible).then_some(0);
        let mut all: Vec<i64> = self.ahead.values().copied().chain(own).collect();
        all.sort_unstable();
        let median = |index: usize| all.get(index).copied().unwrap_or(0);
        let (low, high) = (median(all.len().saturating_sub(1) / 2), median(all.len() / 2));
        match (low, high) {
            _ if self.impossible => Verdict::Wrong(low),
            (AGREED_AHEAD.., _) => Verdict::Wrong(low),
            (_, ..=AGREED_BEHIND) => Verdict::Wrong(high),
            (_, AGREED_AHEAD..) => Verdict::Differs(high),
            (..=AGREED_BEHIND, _) => Verdict::Differs(low),
            _ => Verdict::Agrees,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HOUR: u64 = 60 * 60 * 1000;
    const NOON: u64 = 1_790_000_000_000;
    const ANA: Author = Author([1; 32]);
    const BEN: Author = Author([2; 32]);
    const CLEO: Author = Author([3; 32]);

    #[test]
    fn between_two_nobody_knows_who_is_right_and_both_are_told() {
        let (mut early, mut late) = (Clocks::default(), Clocks::default());
        assert_eq!(early.heard(ANA, NOON + HOUR, NOON), Some(Warning::ClockDiffers { ms: HOUR, ahead: false }));
        assert_eq!(late.heard(ANA, NOON, NOON + HOUR), Some(Warning::ClockDiffers { ms: HOUR, ahead: true }));
        assert_eq!((early.correction(), late.correction()), (0, 0));
        // Two against two neither.
        assert_eq!(early.heard(BEN, NOON, NOON), Some(Warning::ClockAgrees), "two of three");
        early.heard(CLEO, NOON + HOUR, NOON);
        assert_eq!((early.told, early.correction()), (Verdict::Differs(HOUR as i64), 0));
    }

    #[test]
    fn of_three_the_one_that_is_alone_is_warned() {
        let mut behind = Clocks::default();
        behind.heard(ANA, NOON + HOUR, NOON);
        let told = behind.heard(BEN, NOON + HOUR + 70, NOON);
        assert_eq!((told, behind.correction()), (Some(Warning::ClockBehind { ms: HOUR }), HOUR as i64));
        let mut right = Clocks::default();
        right.heard(ANA, NOON + HOUR, NOON);
        assert_eq!((right.heard(BEN, NOON, NOON), right.correction()), (Some(Warning::ClockAgrees), 0));
    }

    #[test]
    fn a_clock_that_was_set_right_is_told_once() {
        let mut clocks = Clocks::default();
        clocks.heard(BEN, NOON, NOON + HOUR);
        assert_eq!(clocks.heard(ANA, NOON, NOON + HOUR), Some(Warning::ClockAhead { ms: HOUR }));
        assert_eq!(clocks.heard(ANA, NOON + 900, NOON + HOUR), None, "a second more or less changes nothing");
        clocks.heard(ANA, NOON, NOON + 20);
        assert_eq!(clocks.heard(BEN, NOON, NOON + 20), None);
        assert_eq!((clocks.told, clocks.correction()), (Verdict::Agrees, 0));
    }

    #[test]
    fn the_clock_of_somebody_who_left_counts_no_longer() {
        let mut clocks = Clocks::default();
        clocks.heard(ANA, NOON, NOON + HOUR);
        clocks.heard(BEN, NOON, NOON + HOUR);
        assert_eq!(clocks.correction(), -(HOUR as i64));
        assert_eq!(clocks.lost(&ANA), Some(Warning::ClockDiffers { ms: HOUR, ahead: true }));
        assert_eq!((clocks.correction(), clocks.lost(&BEN), clocks.correction()), (0, None, 0));
        assert_eq!(clocks.heard(CLEO, NOON, NOON), Some(Warning::ClockAgrees));
    }

    #[test]
    fn a_clock_of_before_the_beginning_counts_for_nothing() {
        let (mut right, mut wrong) = (Clocks::default(), Clocks::default());
        assert_eq!(right.heard(ANA, 5_000, NOON), None);
        assert_eq!(wrong.heard(ANA, NOON, 5_000), Some(Warning::ClockBehind { ms: NOON - 5_000 }));
        assert_eq!(wrong.correction(), (NOON - 5_000) as i64);
        wrong.lost(&ANA);
        assert_eq!(wrong.correction(), (NOON - 5_000) as i64, "no better one is known");
    }

    #[test]
    fn what_a_clock_said_before_it_lost_all_credit_is_forgotten() {
        let mut clocks = Clocks::default();
        clocks.heard(ANA, NOON, NOON);
        clocks.heard(BEN, NOON, NOON);
        clocks.heard(BEN, 5_000, NOON + HOUR); // ours has been set wrong, and Ben's too
        assert_eq!(clocks.heard(ANA, NOON, NOON + HOUR), Some(Warning::ClockDiffers { ms: HOUR, ahead: true }));
    }

    #[test]
    fn a_liar_does_not_overflow() {
        let mut clocks = Clocks::default();
        clocks.heard(ANA, u64::MAX, 0);
        clocks.heard(BEN, u64::MAX, 0);
        clocks.heard(CLEO, 0, u64::MAX);
    }

    proptest! {
        /// Whatever others say, a possible clock is moved by no more than the bound, and by nothing where half of all clocks,
        /// its own counted, agree with it.
        #[test]
        fn lies_move_a_possible_clock_little_and_a_minority_not_at_all(
            lies in prop::collection::vec(any::<u64>(), 0..12),
            near in prop::collection::vec(-AGREED_MS..=AGREED_MS, 0..12),
        ) {
            let mut clocks = Clocks::default();
            let honest = near.iter().map(|off| NOON.saturating_add_signed(*off));
            for (who, clock) in (0..).zip(lies.iter().copied().chain(honest)) {
                clocks.heard(Author([who; 32]), clock, NOON);
                prop_assert!(clocks.correction().abs() <= MAX_CORRECTION_MS);
            }
            if lies.len() <= near.len() + 1 {
                prop_assert_eq!(clocks.correction(), 0);
            }
            for who in 0..24 {
                clocks.lost(&Author([who; 32]));
            }
            prop_assert_eq!(clocks.correction(), 0);
        }
    }
}
