//! Points, as integers from a table.

use crate::words::Level;

/// Points for the time, by the sixteenth of the turn in which the word was solved.
const BY_TIME: [u32; 16] = [300, 285, 270, 255, 240, 225, 210, 195, 180, 165, 150, 135, 120, 105, 90, 75];
/// Additional points for the first solvers.
const BY_PLACE: [u32; 3] = [50, 30, 15];

/// The points of a solver whose drawer never revealed the word. Without a reveal no receipt can be opened, and one that was
/// obtained early with another word looks like any other; so nobody gets more than for the last moment.
pub(crate) const UNOPENED: u32 = 75;

/// Returns the points of a guesser who solved a word of this level after `elapsed_ms` of a turn of `total_ms`, as number
/// `place` (counted from 0): the points for time and place, times 1.5 for a medium word, times 2 for a hard one.
#[must_use]
pub fn guesser_points(level: Level, elapsed_ms: u64, total_ms: u64, place: usize) -> u32 {
    let sixteenth = (elapsed_ms.saturating_mul(16) / total_ms.max(1)).min(15);
    let time = BY_TIME.get(sixteenth as usize).copied().unwrap_or(0);
    let points = time + BY_PLACE.get(place).copied().unwrap_or(0);
    match level {
        Level::Easy => points,
        Level::Medium => points * 3 / 2,
        Level::Hard => points * 2,
    }
}

/// Returns the points of a drawer: the mean of all guessers, rounded down.
#[must_use]
pub fn drawer_points(guessers_points: u32, guessers: usize) -> u32 {
    guessers_points / u32::try_from(guessers.max(1)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_grow_with_speed_place_and_level() {
        let easy = |elapsed, place| guesser_points(Level::Easy, elapsed, 80_000, place);
        assert_eq!(
            [easy(0, 0), easy(4_999, 1), easy(5_000, 2), easy(79_999, 3), easy(80_000, 9)],
            [350, 330, 300, 75, 75]
        );
        assert_eq!(guesser_points(Level::Medium, 0, 80_000, 3), 450);
        assert_eq!(guesser_points(Level::Hard, u64::MAX, 0, 3), 150);
    }

    #[test]
    fn a_drawer_gets_the_mean() {
        assert_eq!([drawer_points(350 + 330, 3), drawer_points(0, 0)], [226, 0]);
    }
}
