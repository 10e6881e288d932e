//! The steps of a game and the messages of a guess: their form, and what of their validity shows without the game.

mod election;
pub mod guess;
mod step;
pub(super) mod timing;
mod word_list;

pub use election::{commitment, drawing_order, nonce, seed};
pub use step::{CancelReason, EndReason, GameStep, QuizRules, Reveal, Rules, SkipReason};
pub(super) use word_list::MAX_MORE;
pub use word_list::{MAX_WORDS, WordList};
