//! The room's time: this machine's clock, compared with those of the peers we are connected with. Bookkeeping only.
//!
//! The clock to go by is the lower median of our own and theirs. If ours is within [`AGREED_MS`] of it, ours is right. If
//! not, the person is told, and the time is corrected for everything that Inkmesh writes and judges. With two peers that
//! disagree, the earlier clock is taken for right: so the warning comes up on the machine that is ahead.

use std::collections::BTreeMap;

use libp2p::PeerId;

use crate::event::Warning;

/// How far apart clocks may be, in milliseconds, without anybody having to know.
const AGREED_MS: i64 = 2 * 60 * 1000;
/// A correction changes only by more than this: the time that messages travel is in it.
const STEADY_MS: i64 = 5_000;

/// What the clocks of others say.
#[derive(Debug, Default)]
pub(super) struct Clocks {
    /// How far each is ahead of ours, in milliseconds. The last one to leave stays: it is still the best we know.
    ahead: BTreeMap<PeerId, i64>,
    correction: i64,
}

impl Clocks {
    /// What to add to our clock, in milliseconds.
    pub(super) fn correction(&self) -> i64 {
        self.correction
    }

    /// Somebody told the time, when our own clock (uncorrected) said `ours`. Returns what to tell the person if the
    /// time to go by is another now.
    pub(super) fn heard(&mut self, peer: PeerId, theirs: u64, ours: u64) -> Option<Warning> {
        let ahead = i64::try_from(theirs).unwrap_or(i64::MAX).saturating_sub(i64::try_from(ours).unwrap_or(i64::MAX));
        self.ahead.insert(peer, ahead);
        self.settle()
    }

    /// Somebody is not connected any more.
    pub(super) fn lost(&mut self, peer: &PeerId) -> Option<Warning> {
        if self.ahead.len() > 1 {
            self.ahead.remove(peer);
        }
        self.settle()
    }

    fn settle(&mut self) -> Option<Warning> {
        let mut all: Vec<i64> = self.ahead.values().copied().chain([0]).collect();
        all.sort_unstable();
        let median = all[(all.len() - 1) / 2];
        let wanted = if median.abs() <= AGREED_MS { 0 } else { median };
        let agreed = wanted == 0;
        if wanted == self.correction || (!agreed && (wanted - self.correction).abs() <= STEADY_MS) {
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

    #[test]
    fn of_two_the_one_ahead_is_warned() {
        let (mut early, mut late) = (Clocks::default(), Clocks::default());
        assert_eq!(early.heard(PeerId::random(), NOON + HOUR, NOON), None);
        assert_eq!(late.heard(PeerId::random(), NOON, NOON + HOUR), Some(Warning::ClockAhead { ms: HOUR }));
        assert_eq!((early.correction(), late.correction()), (0, -(HOUR as i64)));
    }

    #[test]
    fn of_three_the_one_that_is_alone_is_warned() {
        let mut behind = Clocks::default();
        behind.heard(PeerId::random(), NOON + HOUR, NOON);
        let told = behind.heard(PeerId::random(), NOON + HOUR + 70, NOON);
        assert_eq!(told, Some(Warning::ClockBehind { ms: HOUR }));
        let mut right = Clocks::default();
        assert_eq!(right.heard(PeerId::random(), NOON + HOUR, NOON), None);
        assert_eq!(right.heard(PeerId::random(), NOON, NOON), None);
    }

    #[test]
    fn a_clock_that_was_set_right_is_told_once() {
        let (mut clocks, peer) = (Clocks::default(), PeerId::random());
        assert!(clocks.heard(peer, NOON, NOON + HOUR).is_some());
        assert_eq!(clocks.heard(peer, NOON + 900, NOON + HOUR), None, "a second more or less changes nothing");
        assert_eq!(clocks.heard(peer, NOON, NOON + 20), Some(Warning::ClockAgrees));
        assert_eq!(clocks.heard(peer, NOON, NOON + 30), None);
    }

    #[test]
    fn alone_again_the_last_comparison_stands() {
        let (mut clocks, peer) = (Clocks::default(), PeerId::random());
        clocks.heard(peer, NOON, NOON + HOUR);
        assert_eq!((clocks.lost(&peer), clocks.correction()), (None, -(HOUR as i64)));
    }

    #[test]
    fn a_liar_does_not_overflow() {
        let mut clocks = Clocks::default();
        clocks.heard(PeerId::random(), u64::MAX, 0);
        clocks.heard(PeerId::random(), u64::MAX, 0);
        clocks.heard(PeerId::random(), 0, u64::MAX);
    }
}
