//! The lengths of a game's phases, in milliseconds.
//!
//! Each program measures them by its own clock. Only the wait for openings decides whether a step is valid; no other step is
//! void because it came early or late.

use super::step::Rules;

/// Length of a gathering, unless everybody who is online is ready before.
pub(crate) const GATHERING_MS: u64 = 20_000;
/// Shortest time between the roster and a start that leaves out a player, by the log's time. A shorter one is void.
pub(crate) const OPENING_WAIT_MS: u64 = 3_000;
/// Time before the first drawer begins.
const FIRST_TURN_MS: u64 = 1_000;
/// Time for which a finished drawing is shown before the next drawer begins.
const REVEALED_MS: u64 = 3_000;
/// Time for which the word and the points of a turn are shown.
const QUIZ_REVEALED_MS: u64 = 5_000;
/// Time for a drawer to choose a word; after it the drawer's program takes one.
const CHOOSING_MS: u64 = 20_000;

impl Rules {
    /// Returns the time for drawing in a turn.
    pub(crate) fn turn_ms(&self) -> u64 {
        u64::from(self.seconds) * 1000
    }

    /// Returns the time for which a finished drawing is shown; in a quiz with its word and the points.
    pub(crate) fn revealed_ms(&self) -> u64 {
        if self.quiz.is_some() { QUIZ_REVEALED_MS } else { REVEALED_MS }
    }

    /// Returns the time after which the drawer of a turn begins: the pause that shows the turn before.
    pub(crate) fn begin_after_ms(&self, turn: u32) -> u64 {
        if turn == 0 { FIRST_TURN_MS } else { self.revealed_ms() }
    }

    /// Returns the time that a drawer has to begin; in a quiz it starts after the pause that shows the turn before.
    pub(crate) fn choosing_ms(&self, turn: u32) -> u64 {
        if self.quiz.is_some() { self.begin_after_ms(turn) + CHOOSING_MS } else { CHOOSING_MS }
    }
}
