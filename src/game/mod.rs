//! Projection: drawing in turns and the quiz, without a referee.
//!
//! Nobody hosts a game. Its steps are operations of the room's log.
//!
//! | module | content |
//! | --- | --- |
//! | `protocol` | the steps of a game and the messages of a guess, with their validity |
//! | `state` | the fold: the state that the steps come to in the log's order, the same on every peer |
//! | `driver` | our own program's conduct: the steps that it writes by itself, and when |
//! | `view` | the game as a frontend is shown it |
//! | [`secret`] | the cryptography of a word (RFC 9497) |
//!
//! `protocol` uses `secret`, `state` uses `protocol`, `view` uses `state`, and `driver` uses all of them; never the other
//! way.

mod driver;
mod protocol;
pub mod secret;
mod state;
mod view;

#[cfg(test)]
mod tests;

pub use driver::{Delivery, Driver, GuessError, GuessOutcome, GuessTicket, OutgoingGuess, OwnGuesses, Plan, PlayError};
pub use protocol::{
    CancelReason, EndReason, GameStep, MAX_WORDS, QuizRules, Reveal, Rules, SkipReason, WordList, commitment,
    drawing_order, guess, nonce, seed,
};
pub use state::{Effect, Game, Phase, SkippedBy, StepAt, drawer_points, guesser_points};
pub use view::{GameNotice, GameView, PlayerView};
