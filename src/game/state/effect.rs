//! The effect of a step, and the phases of a game.

use crate::identity::Author;

/// The effect of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// The step did nothing, on every peer alike. (A further lock of a drawer is noted nevertheless.)
    None,
    /// The step counts.
    Counted,
    /// The step counts, and its vote decided about this player: the one who was skipped, removed or found absent, who
    /// ended the game, or who left.
    Decided(Author),
}

impl Effect {
    /// Returns whether the step had an effect.
    #[must_use]
    pub fn counts(self) -> bool {
        self != Effect::None
    }
}

impl From<bool> for Effect {
    fn from(counts: bool) -> Self {
        if counts { Effect::Counted } else { Effect::None }
    }
}

/// The phase of a game.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Phase {
    /// There is no game.
    #[default]
    Idle,
    /// Players get ready, and the seed is drawn.
    Gathering,
    /// A drawer is elected and about to begin.
    Choosing,
    /// The drawer draws.
    Drawing,
    /// A turn is over and its drawing is shown.
    Revealed,
    /// All turns are over, or the game was called off.
    Over,
}

impl Phase {
    /// Returns the name of the phase in the headless interface.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Phase::Idle => "idle",
            Phase::Gathering => "gathering",
            Phase::Choosing => "choosing",
            Phase::Drawing => "drawing",
            Phase::Revealed => "revealed",
            Phase::Over => "over",
        }
    }
}
