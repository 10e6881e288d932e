//! The words of a quiz: packs, normalising, the candidates of a line, masks, close guesses.

mod candidates;
mod close;
mod mask;
mod normalise;
mod pack;

pub use candidates::candidates;
pub use close::is_close;
pub use mask::{BadMask, Mask, letter};
pub use normalise::normalise;
pub use pack::{
    BadLevel, BadWord, BuiltIn, Level, MAX_PACK_BYTES, MAX_PACK_WORDS, MAX_WORD_CHARS, MIN_WORDS, PackError, Word,
    normalised, parse, parse_bytes,
};
