//! Our own program's part in a game.
//!
//! | module | content |
//! | --- | --- |
//! | `driver` | the state of the program beside the log, and its answers to other programs |
//! | `conduct` | the steps that it writes by itself, and when |
//! | `commands` | the commands of our person |
//! | `guesses` | our guesses on their way to the drawer |
//! | `own_turn`, `oracle` | our own turn to draw, and the answers to guesses |
//!
//! None of this is folded. Two programs may judge the time differently; the log decides which steps count.

mod commands;
mod conduct;
#[expect(clippy::module_inception, reason = "the module is our program's part in a game, this file the type")]
mod driver;
mod guesses;
mod oracle;
mod own_turn;
mod timers;

pub use commands::PlayError;
pub use driver::{Delivery, Driver, Plan};
pub use guesses::{GuessError, GuessOutcome, GuessTicket, OutgoingGuess, OwnGuesses};
#[cfg(test)]
pub(super) use own_turn::OwnTurn;
