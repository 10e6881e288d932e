//! Packs of words to draw: built in, and people's own.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use super::normalise;
use crate::name::is_hidden;

/// Longest word in characters, as written and as normalised.
pub const MAX_WORD_CHARS: usize = 32;
/// Fewest words of a quiz, and of an own pack.
pub const MIN_WORDS: usize = 10;
/// Most words of an own pack.
pub const MAX_PACK_WORDS: usize = 500;
/// Largest file of an own pack, in bytes.
pub const MAX_PACK_BYTES: usize = 64 * 1024;

/// The difficulty of a word; in the log 1, 2 and 3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum Level {
    /// A thing that everybody draws.
    Easy,
    /// A thing that takes some thought; also every word of an own pack without levels.
    Medium,
    /// A scene, an idea, or a thing that few people know.
    Hard,
}

/// A number that is not a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a level is 1, 2 or 3, not {0}")]
pub struct BadLevel(u8);

impl TryFrom<u8> for Level {
    type Error = BadLevel;

    fn try_from(number: u8) -> Result<Self, Self::Error> {
        match number {
            1 => Ok(Level::Easy),
            2 => Ok(Level::Medium),
            3 => Ok(Level::Hard),
            _ => Err(BadLevel(number)),
        }
    }
}

impl From<Level> for u8 {
    fn from(level: Level) -> Self {
        match level {
            Level::Easy => 1,
            Level::Medium => 2,
            Level::Hard => 3,
        }
    }
}

/// A word of a pack. Words from other peers may have any content: see [`normalised`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Word {
    /// The text as it is shown: NFC, trimmed, white space single.
    pub text: String,
    /// The difficulty.
    pub level: Level,
}

/// The reason why a text is not a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadWord {
    /// The text has no letter or digit, so nobody could guess it.
    #[error("a word has letters or digits")]
    Empty,
    /// The text has more than [`MAX_WORD_CHARS`] characters.
    #[error("a word has at most {MAX_WORD_CHARS} characters")]
    TooLong,
    /// The text has a control or invisible character.
    #[error("a word has no control characters")]
    Control,
}

impl Word {
    /// Makes a word from a person's text. Underscores become spaces, because they mean hidden letters in a mask.
    ///
    /// # Errors
    /// [`BadWord`].
    pub fn new(typed: &str, level: Level) -> Result<Self, BadWord> {
        let typed = typed.trim();
        if typed.chars().any(is_hidden) {
            return Err(BadWord::Control);
        }
        // In Hangul up to three characters of NFD are one of NFC; a much longer text is not normalised at all.
        if typed.chars().nth(MAX_WORD_CHARS * 4).is_some() {
            return Err(BadWord::TooLong);
        }
        let spaced: String = typed.nfc().map(|c| if c == '_' { ' ' } else { c }).collect();
        let text = spaced.split_whitespace().collect::<Vec<_>>().join(" ");
        let letters = normalise(&text).chars().count();
        match text.chars().count().max(letters) {
            _ if letters == 0 => Err(BadWord::Empty),
            n if n > MAX_WORD_CHARS => Err(BadWord::TooLong),
            _ => Ok(Word { text, level }),
        }
    }
}

/// Normalises words for comparing them with guesses. Returns `None` for words that can't be of a pack: one that
/// [`Word::new`] would change, or two with the same normalised text.
#[must_use]
pub fn normalised(words: &[Word]) -> Option<BTreeSet<String>> {
    let sound = |word: &Word| Word::new(&word.text, word.level).as_ref() == Ok(word);
    let mut normalised = BTreeSet::new();
    words.iter().all(|word| sound(word) && normalised.insert(normalise(&word.text))).then_some(normalised)
}

/// The reason why a file is not a pack. Lines are counted from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PackError {
    /// The file is larger than [`MAX_PACK_BYTES`].
    #[error("the file has {bytes} bytes, at most {MAX_PACK_BYTES} are allowed")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// The file is not text, or in another encoding.
    #[error("line {line}: the text is not UTF-8")]
    NotUtf8 {
        /// The first line that is not UTF-8.
        line: usize,
    },
    /// A line is not a word.
    #[error("line {line}: {fault}")]
    Word {
        /// The line.
        line: usize,
        /// The reason.
        #[source]
        fault: BadWord,
    },
    /// A word is there already, or one with the same normalised text.
    #[error("line {line}: the word is already on line {first}")]
    Twice {
        /// The line of the second one.
        line: usize,
        /// The line of the first one.
        first: usize,
    },
    /// There are fewer than [`MIN_WORDS`].
    #[error("a pack has at least {MIN_WORDS} words, here are {words}")]
    TooFew {
        /// The number of words.
        words: usize,
    },
    /// There are more than [`MAX_PACK_WORDS`].
    #[error("a pack has at most {MAX_PACK_WORDS} words, here are {words}")]
    TooMany {
        /// The number of words.
        words: usize,
    },
}

/// Reads a person's own pack, with one word a line. The lines `# easy`, `# medium` and `# hard` (`# 쉬움`, `# 보통`,
/// `# 어려움`) set the level of the words after them; words before the first are medium. Other lines that begin with `#`
/// and empty lines are skipped. A byte order mark and Windows line ends are accepted.
///
/// # Errors
/// The first [`PackError`].
pub fn parse(text: &str) -> Result<Vec<Word>, PackError> {
    bounded(text.len())?;
    let words = read(text)?;
    match words.len() {
        words if words < MIN_WORDS => Err(PackError::TooFew { words }),
        words if words > MAX_PACK_WORDS => Err(PackError::TooMany { words }),
        _ => Ok(words),
    }
}

/// Reads a person's own pack from the bytes of a file: see [`parse`].
///
/// # Errors
/// The first [`PackError`].
pub fn parse_bytes(bytes: &[u8]) -> Result<Vec<Word>, PackError> {
    bounded(bytes.len())?;
    parse(std::str::from_utf8(bytes).map_err(|error| {
        let good = bytes.iter().take(error.valid_up_to());
        PackError::NotUtf8 { line: 1 + good.filter(|byte| **byte == b'\n').count() }
    })?)
}

fn bounded(bytes: usize) -> Result<(), PackError> {
    if bytes > MAX_PACK_BYTES { Err(PackError::TooLarge { bytes }) } else { Ok(()) }
}

/// Reads the words of a text, whatever their number.
fn read(text: &str) -> Result<Vec<Word>, PackError> {
    let (mut words, mut level, mut lines) = (Vec::new(), Level::Medium, BTreeMap::new());
    for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let (number, line) = (index + 1, line.trim());
        if let Some(comment) = line.strip_prefix('#') {
            level = heading(comment).unwrap_or(level);
        } else if !line.is_empty() {
            let word = Word::new(line, level).map_err(|fault| PackError::Word { line: number, fault })?;
            if let Some(first) = lines.insert(normalise(&word.text), number) {
                return Err(PackError::Twice { line: number, first });
            }
            words.push(word);
        }
    }
    Ok(words)
}

/// Returns the level that a comment names.
fn heading(comment: &str) -> Option<Level> {
    match normalise(comment).as_str() {
        "easy" | "쉬움" => Some(Level::Easy),
        "medium" | "보통" => Some(Level::Medium),
        "hard" | "어려움" => Some(Level::Hard),
        _ => None,
    }
}

/// A built-in pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BuiltIn {
    /// English words.
    En,
    /// Korean words.
    Ko,
}

impl BuiltIn {
    /// All built-in packs.
    pub const ALL: [BuiltIn; 2] = [BuiltIn::En, BuiltIn::Ko];

    /// Returns the id: the ISO 639-1 code of the language.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            BuiltIn::En => "en",
            BuiltIn::Ko => "ko",
        }
    }

    /// Returns the pack with this id.
    #[must_use]
    pub fn of(id: &str) -> Option<BuiltIn> {
        BuiltIn::ALL.into_iter().find(|pack| pack.id() == id)
    }

    /// Returns the words, which are parsed once. A test makes sure that they can be.
    #[must_use]
    pub fn words(self) -> &'static [Word] {
        static EN: LazyLock<Vec<Word>> = LazyLock::new(|| read(include_str!("packs/en.txt")).unwrap_or_default());
        static KO: LazyLock<Vec<Word>> = LazyLock::new(|| read(include_str!("packs/ko.txt")).unwrap_or_default());
        match self {
            BuiltIn::En => &EN,
            BuiltIn::Ko => &KO,
        }
    }
}

#[cfg(test)]
mod tests;
