//! The drawing hand of the bot: it draws one line after another at the pace of a person, so that others can guess all the
//! time and the drawer is not skipped as idle.

use std::collections::VecDeque;
use std::time::Duration;

use inkmesh::event::{GameView, PenLine};
use tokio::time::Instant;

/// Longest time between two lines of a sketch.
const PACE: Duration = Duration::from_millis(1_500);
/// Longest time between two scribbled lines after the sketch.
const PAUSE: Duration = Duration::from_secs(8);

/// The lines still to be drawn in a turn, with their times.
pub struct Hand {
    lines: VecDeque<PenLine>,
    pace: Duration,
    pause: Duration,
    next: Instant,
}

impl Hand {
    /// Schedules these lines for the first half of the rest of the turn.
    pub fn new(lines: Vec<PenLine>, game: &GameView, now: Instant) -> Self {
        let count = u32::try_from(lines.len()).unwrap_or(u32::MAX).max(1);
        let pace = PACE.min(Duration::from_millis(game.remaining_ms) / 2 / count);
        // Half of the time after which a drawer is skipped, because a line takes some time to arrive.
        let idle = Duration::from_secs(game.rules.idle.into()) / 2;
        let pause = if idle.is_zero() { PAUSE } else { PAUSE.min(idle) };
        Hand { lines: lines.into(), pace, pause, next: now }
    }

    /// Returns when the next line is due.
    pub fn next_at(&self) -> Instant {
        self.next
    }

    /// Returns the next line; after the sketch, one that `scribble` makes.
    pub fn next_line(&mut self, now: Instant, scribble: impl FnOnce() -> PenLine) -> PenLine {
        let line = self.lines.pop_front();
        self.next = now + if self.lines.is_empty() { self.pause } else { self.pace };
        line.unwrap_or_else(scribble)
    }
}

#[cfg(test)]
mod tests {
    use inkmesh::game::Rules;

    use super::*;
    use crate::sketches;

    /// Returns the times of the lines in milliseconds since the beginning of the turn, and how many lines the sketch has.
    fn drawn(sketch: usize, rules: Rules) -> Vec<u128> {
        let remaining_ms = u64::from(rules.seconds) * 1_000;
        let game = GameView { rules, remaining_ms, ..GameView::default() };
        let (start, end) = (Instant::now(), Duration::from_millis(remaining_ms));
        let mut hand = Hand::new((0..sketch).map(|_| sketches::scribble()).collect(), &game, start);
        let mut times = Vec::new();
        while hand.next_at() < start + end {
            let now = hand.next_at();
            times.push((now - start).as_millis());
            hand.next_line(now, sketches::scribble);
        }
        times
    }

    #[test]
    fn a_sketch_takes_its_time_and_is_done_in_half_of_it() {
        let times = drawn(10, Rules::skribbl());
        assert_eq!(times[..10], (0..10).map(|n| n * 1_500).collect::<Vec<_>>());
        let times = drawn(40, Rules { seconds: 15, ..Rules::skribbl() });
        assert!(times.is_sorted() && times[1] > 0 && times[39] <= 7_500, "{times:?}");
    }

    #[test]
    fn a_drawer_is_never_idle_for_long() {
        for idle in [5, 20, 240, 0] {
            let rules = Rules { idle, ..Rules::catch_mind() };
            let times = drawn(3, rules);
            let most = if idle == 5 { 2_500 } else { 8_000 };
            let gaps = times.iter().zip(&times[1..]).map(|(one, next)| next - one);
            assert!(gaps.clone().all(|gap| gap <= most), "{idle}: {times:?}");
            assert!(times.last().is_some_and(|last| last + most >= 140_000), "{idle}: to the end of the turn");
        }
    }
}
