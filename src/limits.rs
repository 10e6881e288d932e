//! Bounds that more than one file needs, each with its unit.
//!
//! A bound that only one file needs stands in that file. Nothing that comes from outside is decoded, kept or passed on
//! before it has been compared with its bound.

/// Largest payload of an operation, in bytes.
pub const MAX_PAYLOAD: usize = 32 * 1024;

/// Largest text of a chat line or of a guess, in bytes of UTF-8.
pub const MAX_TEXT: usize = 8 * 1024;

/// Fewest players of a game.
pub const MIN_PLAYERS: usize = 2;

/// Most players of a game.
pub const MAX_PLAYERS: usize = 24;

/// Most words that one line of text guesses, and that one guess asks the drawer for.
pub const MAX_CANDIDATES: usize = 4;

/// Most words that one guesser may ask the drawer for in a turn.
pub const MAX_CANDIDATES_OF_TURN: u32 = 60;
