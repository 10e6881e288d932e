//! Bounds that several files use, each with its unit. A bound of a single file is in that file.
//!
//! Everything from outside is compared with its bound before it is decoded, stored or passed on.

/// Largest payload of an operation, in bytes.
pub const MAX_PAYLOAD: usize = 32 * 1024;

/// Largest text of a chat line or of a guess, in bytes of UTF-8.
pub const MAX_TEXT: usize = 8 * 1024;

/// Fewest players of a game.
pub const MIN_PLAYERS: usize = 2;

/// Most players of a game.
pub const MAX_PLAYERS: usize = 24;

/// Most candidates of one line of text, and of one request to the drawer.
pub const MAX_CANDIDATES: usize = 4;

/// Most candidates of one guesser in a turn.
pub const MAX_CANDIDATES_OF_TURN: u32 = 60;
