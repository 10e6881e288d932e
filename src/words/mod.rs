//! The words of the quiz: the packs that they come from, how a guess is compared, what a guesser sees of a word.

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
    compared, parse, parse_bytes,
};
