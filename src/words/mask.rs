//! Masks: a word with hidden letters, as guessers see it.

use std::fmt;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use super::MAX_WORD_CHARS;
use super::normalise::is_letter;

/// The cell of a hidden letter. No word contains this character ([`super::Word::new`]).
const HIDDEN: char = '_';

/// The reason why a text is not a mask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadMask {
    /// The text has no cell.
    #[error("a mask has at least one cell")]
    Empty,
    /// The text has more cells than a word has characters.
    #[error("a mask has at most {MAX_WORD_CHARS} cells")]
    TooLong,
    /// The text has a control or invisible character.
    #[error("a mask has no control characters")]
    Control,
}

/// A word with hidden letters: one cell for each character of the word in NFC. A hidden cell is `_`, any other one shows
/// its character; spaces and punctuation are never hidden. Cells are characters rather than grapheme clusters; in NFC
/// these are the same in every Hangul and Latin word.
///
/// The text form, also in the log, is the sequence of cells: `___ _____` for `ice cream`. It is displayed with a space
/// between cells: `_ 과`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Mask(Vec<char>);

impl Mask {
    /// Returns the mask of a word with all letters hidden.
    #[must_use]
    pub fn of(word: &str) -> Self {
        Mask(word.nfc().map(|c| if is_guessed(c) { HIDDEN } else { c }).collect())
    }

    /// Shows a letter. Returns false, and changes nothing, unless there is a hidden cell at this index.
    pub fn reveal(&mut self, index: usize, letter: char) -> bool {
        match self.0.get_mut(index) {
            Some(cell) if *cell == HIDDEN && is_guessed(letter) => {
                *cell = letter;
                true
            }
            _ => false,
        }
    }

    /// Returns the indices of the hidden cells.
    #[must_use]
    pub fn hidden(&self) -> Vec<usize> {
        self.0.iter().enumerate().filter(|(_, cell)| **cell == HIDDEN).map(|(index, _)| index).collect()
    }

    /// Returns whether this is a mask of the word: of the same length, letters at all hidden cells, and the same characters at
    /// all others.
    #[must_use]
    pub fn agrees(&self, word: &str) -> bool {
        let agrees = |(cell, c): (&char, char)| if *cell == HIDDEN { is_guessed(c) } else { *cell == c };
        word.nfc().count() == self.0.len() && self.0.iter().zip(word.nfc()).all(agrees)
    }
}

/// Returns the letter at an index of a word in NFC, for a hint; `None` for a character that is never hidden.
#[must_use]
pub fn letter(word: &str, index: usize) -> Option<char> {
    word.nfc().nth(index).filter(|c| is_guessed(*c))
}

/// Returns whether a character of a word counts in a guess and so is hidden.
fn is_guessed(c: char) -> bool {
    std::iter::once(c).nfkc().any(is_letter)
}

impl TryFrom<String> for Mask {
    type Error = BadMask;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let cells: Vec<char> = text.chars().take(MAX_WORD_CHARS + 1).collect();
        match cells.len() {
            0 => Err(BadMask::Empty),
            n if n > MAX_WORD_CHARS => Err(BadMask::TooLong),
            _ if cells.iter().any(|cell| crate::name::is_hidden(*cell)) => Err(BadMask::Control),
            _ => Ok(Mask(cells)),
        }
    }
}

impl From<Mask> for String {
    fn from(mask: Mask) -> Self {
        mask.0.into_iter().collect()
    }
}

impl fmt::Display for Mask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, cell) in self.0.iter().enumerate() {
            write!(f, "{}{cell}", if index == 0 { "" } else { " " })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Level, Word};
    use super::*;

    fn text(mask: &Mask) -> String {
        mask.clone().into()
    }

    #[test]
    fn letters_are_hidden_and_the_rest_is_shown() {
        for (word, mask) in [
            ("사과", "__"),
            ("ice cream", "___ _____"),
            ("x-ray", "_-___"),
            ("7-Up", "_-__"),
            ("d'Artagnan", "_'________"),
            ("ＵＦＯ", "___"),
        ] {
            assert_eq!(text(&Mask::of(word)), mask, "{word}");
        }
        assert_eq!(
            Mask::of("\u{1109}\u{1161}\u{1100}\u{116a}"),
            Mask::of("사과"),
            "decomposed Hangul is two cells too"
        );
    }

    #[test]
    fn a_hint_shows_a_letter_of_a_hidden_cell_once() {
        let mut mask = Mask::of("사과 맛");
        assert_eq!(mask.hidden(), [0, 1, 3]);
        assert_eq!(letter("사과 맛", 1), Some('과'));
        assert!(mask.reveal(1, '과'));
        assert_eq!(mask.to_string(), "_ 과   _");
        assert_eq!(mask.hidden(), [0, 3]);
        assert!(!mask.reveal(1, '사') && !mask.reveal(2, '사') && !mask.reveal(9, '사'), "no hidden cell there");
        assert!(!mask.reveal(0, '_') && !mask.reveal(0, ' '), "not a letter");
        assert_eq!((letter("사과 맛", 2), letter("사과 맛", 9)), (None, None));
    }

    #[test]
    fn a_false_mask_does_not_agree_with_the_word() {
        for (mask, word, agrees) in [
            ("___ _____", "ice cream", true),
            ("__e _r___", "ice cream", true),
            ("ice cream", "ice cream", true),
            ("__e _x___", "ice cream", false),
            ("_________", "ice cream", false),
            ("________", "ice cream", false),
            ("___ ______", "ice cream", false),
            ("__ ", "사과", false),
            ("_과", "사과", true),
            ("_관", "사과", false),
        ] {
            assert_eq!(Mask::try_from(mask.to_owned()).unwrap().agrees(word), agrees, "{mask} {word}");
        }
    }

    #[test]
    fn a_mask_from_others_is_bounded() {
        for (text, fault) in [
            (String::new(), BadMask::Empty),
            ("_".repeat(33), BadMask::TooLong),
            ("_".repeat(1 << 20), BadMask::TooLong),
            ("_\n".into(), BadMask::Control),
            ("_\u{202e}".into(), BadMask::Control),
        ] {
            assert_eq!(Mask::try_from(text), Err(fault));
        }
        assert_eq!(serde_json::to_string(&Mask::of("a b")).unwrap(), "\"_ _\"");
        assert_eq!(serde_json::from_str::<Mask>("\"_ _\"").unwrap(), Mask::of("a b"));
        assert!(serde_json::from_str::<Mask>("\"\"").is_err());
    }

    proptest! {
        #[test]
        fn hints_lead_from_the_mask_to_the_word(line in "[가-힣a-zé \\-'🍎Ａ]{1,12}") {
            let Ok(word) = Word::new(&line, Level::Easy) else { return Ok(()) };
            let mut mask = Mask::of(&word.text);
            prop_assert!(!mask.hidden().is_empty());
            for index in mask.hidden() {
                prop_assert!(mask.agrees(&word.text));
                prop_assert_eq!(Mask::try_from(text(&mask)), Ok(mask.clone()));
                prop_assert!(mask.reveal(index, letter(&word.text, index).unwrap()));
            }
            prop_assert!(mask.agrees(&word.text) && mask.hidden().is_empty());
            prop_assert_eq!(text(&mask), word.text);
        }
    }
}
