//! Projection: drawing in turns and the quiz, without a referee.
//!
//! Nobody hosts a game. Its steps are operations of the room's log; [`Game`] folds them in the log's order, the same
//! on every peer, and [`Player`] says what our own program has to write next.

mod election;
mod fold;
mod gathering;
pub mod guess;
mod guesser;
mod keeper;
mod my_turn;
mod play;
mod quiz;
mod quiz_play;
mod requests;
mod score;
pub mod secret;
mod step;
mod timers;
mod turns;
mod view;
mod watching;
mod word_list;

#[cfg(test)]
mod tests;

pub use election::{commitment, drawing_order, nonce, seed};
pub use fold::{Effect, Game, StepAt};
pub use guesser::{Ask, GuessError, GuessTicket, Guessed};
pub use play::{Plan, Player};
pub use quiz_play::Talk;
pub use requests::PlayError;
pub use score::{drawer_points, guesser_points};
pub use step::{CancelReason, EndReason, GameStep, QuizRules, Reveal, Rules, SkipReason};
pub use turns::SkippedBy;
pub use view::{GameNotice, GameView, Phase, PlayerView};
pub use word_list::{MAX_WORDS, WordList};
