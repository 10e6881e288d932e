//! Our own program's conduct in a game: what it writes by itself and when, and what our person may ask of it.
//!
//! Nothing here is folded. Two programs may judge the time differently; the log decides which steps count.

mod commands;
#[expect(clippy::module_inception, reason = "the module is the conduct, this file the type")]
mod driver;
mod guesses;
mod oracle;
mod own_turn;
mod timers;

pub use commands::PlayError;
pub use driver::{Delivery, Driver, Plan};
pub use guesses::{GuessError, GuessOutcome, GuessTicket, OutgoingGuess};
#[cfg(test)]
pub(super) use own_turn::OwnTurn;
