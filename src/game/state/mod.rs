//! The state of a game: a fold of its steps in the log's order, the same on every peer.

mod effect;
mod game;
mod gathering;
mod quiz;
mod score;
mod turns;

pub use effect::{Effect, Phase};
pub use game::{Game, StepAt};
pub(super) use game::{Stage, Table};
pub(super) use gathering::Gathering;
pub(super) use quiz::{Quiz, WordTurn};
#[cfg(test)]
pub(super) use score::UNOPENED;
pub use score::{drawer_points, guesser_points};
pub use turns::SkippedBy;
pub(super) use turns::{Begun, Turns};
