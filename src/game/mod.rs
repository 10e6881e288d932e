//! Projection: drawing in turns, without a referee.
//!
//! Nobody hosts a game. Its steps are operations of the room's log; [`Game`] folds them in the log's order, the same
//! on every peer, and [`Player`] says what our own program has to write next.

mod election;
mod fold;
mod gathering;
pub mod guess;
mod play;
mod requests;
pub mod secret;
mod step;
mod timers;
mod turns;
mod view;
mod watching;

#[cfg(test)]
mod tests;

pub use election::{commitment, drawing_order, nonce, seed};
pub use fold::{Effect, Game, StepAt};
pub use play::{Plan, Player};
pub use requests::PlayError;
pub use step::{CancelReason, EndReason, GameStep, Rules};
pub use view::{GameNotice, GameView, Phase, PlayerView};
