//! The messages of the game and their outcomes.

use crate::window::link::Step;

/// An event of the game's bar and cards.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    /// Take a step.
    Step(Step),
    /// Show the results, or hide them.
    Results(bool),
    /// Show the buttons to leave or end the game, or hide them.
    Exits(bool),
    /// Open the setup dialog.
    Setup,
}

/// A consequence of a message, outside of the game.
#[derive(Debug, PartialEq)]
pub enum Outcome {
    /// Nothing.
    None,
    /// Take a step.
    Step(Step),
    /// Open the setup dialog.
    Setup,
}
