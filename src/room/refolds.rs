//! When games and sheets are folded anew from the disk: that reads all of their steps, and whoever dates steps back can make
//! it necessary again and again.

/// The pause after one, in milliseconds. It doubles with each one more that follows soon.
const PAUSE_MS: u64 = 2_000;
/// The longest pause.
const LONGEST_MS: u64 = 32_000;

/// The refolds of a room. While one is put off, games and sheets stay as they are without the steps that came late.
#[derive(Debug, Default)]
pub(super) struct Refolds {
    under_way: bool,
    pause_ms: u64,
    /// When the next may begin.
    at: u64,
}

impl Refolds {
    /// Begins one that is necessary, unless one is under way or the pause is not over. Returns whether it begins.
    pub(super) fn begin(&mut self, now: u64) -> bool {
        if self.under_way || now < self.at {
            return false;
        }
        let is_soon = self.pause_ms > 0 && now < self.at + 4 * self.pause_ms;
        self.pause_ms = if is_soon { (2 * self.pause_ms).min(LONGEST_MS) } else { PAUSE_MS };
        self.under_way = true;
        true
    }

    /// Takes note that one ended.
    pub(super) fn end(&mut self, now: u64) {
        self.under_way = false;
        self.at = now + self.pause_ms;
    }

    /// Returns whether one is under way.
    pub(super) fn is_under_way(&self) -> bool {
        self.under_way
    }

    /// Returns when one that is necessary may begin; `None` while one is under way.
    pub(super) fn next(&self) -> Option<u64> {
        (!self.under_way).then_some(self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Refolds that are always necessary and take a second. Returns when each began.
    fn begun(refolds: &mut Refolds, from: u64, to: u64) -> Vec<u64> {
        let mut begun = Vec::new();
        for now in (from..to).step_by(1_000) {
            if refolds.is_under_way() {
                refolds.end(now);
            }
            if refolds.begin(now) {
                begun.push(now);
            }
        }
        refolds.end(to);
        begun
    }

    #[test]
    fn the_first_is_at_once_and_others_after_pauses_that_double() {
        let mut refolds = Refolds::default();
        assert_eq!(refolds.next(), Some(0));
        let seconds: Vec<u64> = begun(&mut refolds, 0, 140_000).into_iter().map(|at| at / 1_000).collect();
        assert_eq!(seconds, [0, 3, 8, 17, 34, 67, 100, 133]);
        assert_eq!(refolds.next(), Some(172_000));
        assert!(!refolds.begin(171_999));
    }

    #[test]
    fn after_a_time_without_any_the_pause_is_short_again() {
        let mut refolds = Refolds::default();
        begun(&mut refolds, 0, 60_000);
        let seconds: Vec<u64> = begun(&mut refolds, 600_000, 610_000).into_iter().map(|at| at / 1_000).collect();
        assert_eq!(seconds, [600, 603, 608]);
    }
}
