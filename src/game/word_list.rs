//! The words of a quiz, as they travel in the log.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};

use crate::words::{Level, Word, candidates, normalise};

/// Fewest words of a quiz.
pub const MIN_WORDS: usize = 10;
/// Most words of a quiz: both packs that come with the program, and the longest list of one's own.
pub const MAX_WORDS: usize = 2_500;
/// Longest word in characters.
pub const MAX_WORD: usize = 32;
/// Most bytes of the words in one operation, so that it stays within the largest payload.
const MAX_PART: usize = 24 * 1024;
/// Most parts after the first.
pub(super) const MAX_MORE: u32 = 15;

/// Some words, each with its level. On the wire: one text a level, one word a line.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(from = "Lines", into = "Lines")]
pub struct WordList(Arc<Words>);

#[derive(Debug, Clone, Default)]
struct Words {
    list: Vec<Word>,
    /// The words as guesses are compared with them; made when they are first needed.
    normalised: OnceLock<BTreeSet<String>>,
}

impl PartialEq for WordList {
    fn eq(&self, other: &Self) -> bool {
        self.words() == other.words()
    }
}

impl Eq for WordList {}

#[derive(Serialize, Deserialize, Default)]
struct Lines {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    easy: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    medium: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    hard: String,
}

impl From<Lines> for WordList {
    fn from(lines: Lines) -> Self {
        let levels = [(Level::Easy, &lines.easy), (Level::Medium, &lines.medium), (Level::Hard, &lines.hard)];
        let words = levels
            .into_iter()
            .flat_map(|(level, text)| text.lines().map(move |line| Word { text: line.to_owned(), level }));
        WordList::from_sorted(words.collect())
    }
}

impl From<WordList> for Lines {
    fn from(list: WordList) -> Self {
        let mut lines = Lines::default();
        for word in list.words() {
            let text = match word.level {
                Level::Easy => &mut lines.easy,
                Level::Medium => &mut lines.medium,
                Level::Hard => &mut lines.hard,
            };
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(&word.text);
        }
        lines
    }
}

impl WordList {
    /// These words, the easy ones first.
    #[must_use]
    pub fn new(mut words: Vec<Word>) -> Self {
        words.sort_by_key(|word| word.level);
        WordList::from_sorted(words)
    }

    fn from_sorted(list: Vec<Word>) -> Self {
        WordList(Arc::new(Words { list, normalised: OnceLock::new() }))
    }

    /// The words.
    #[must_use]
    pub fn words(&self) -> &[Word] {
        &self.0.list
    }

    /// The word of this text.
    #[must_use]
    pub fn find(&self, text: &str) -> Option<&Word> {
        self.words().iter().find(|word| word.text == text)
    }

    /// The word that is this one when normalised.
    #[must_use]
    pub fn named(&self, normalised: &str) -> Option<&Word> {
        self.words().iter().find(|word| normalise(&word.text) == normalised)
    }

    /// Whether each word can be one: 1 to [`MAX_WORD`] characters, with something to guess in it.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.words().len() <= MAX_WORDS && self.words().iter().all(|word| is_word(&word.text))
    }

    /// The words in parts that each fit into an operation: at least one, perhaps empty.
    #[must_use]
    pub fn parts(&self) -> Vec<Self> {
        let mut parts = vec![Vec::new()];
        let mut size = 0;
        for word in self.words() {
            if size + word.text.len() + 1 > MAX_PART {
                parts.push(Vec::new());
                size = 0;
            }
            size += word.text.len() + 1;
            parts.last_mut().into_iter().for_each(|part| part.push(word.clone()));
        }
        parts.into_iter().map(WordList::new).collect()
    }

    /// Hash of the words in their order, with their levels. A word holds no line end.
    pub(super) fn digest(&self) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new_derive_key("inkmesh 2026 digest of words");
        for word in self.words() {
            hasher.update(&[u8::from(word.level)]).update(word.text.as_bytes()).update(b"\n");
        }
        *hasher.finalize().as_bytes()
    }

    /// This list and another part.
    pub(super) fn extend(&mut self, part: &WordList) {
        *self = WordList::new(self.words().iter().chain(part.words()).cloned().collect());
    }

    /// What a line of talk asks for, if it is a guess: see [`candidates`].
    #[must_use]
    pub fn candidates(&self, line: &str) -> Vec<String> {
        let normalised =
            self.0.normalised.get_or_init(|| self.words().iter().map(|word| normalise(&word.text)).collect());
        candidates(line, |word| normalised.contains(word))
    }
}

fn is_word(text: &str) -> bool {
    (1..=MAX_WORD).contains(&text.chars().count()) && !text.contains(['\n', '\r']) && !normalise(text).is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_list_travels_in_parts() {
        let word =
            |n: usize| Word { text: format!("{n:0>32}"), level: [Level::Hard, Level::Easy, Level::Medium][n % 3] };
        let list = WordList::new((0..MAX_WORDS).map(word).collect());
        let parts = list.parts();
        assert!(parts.len() > 1 && parts.len() <= 1 + MAX_MORE as usize);
        let mut joined = WordList::default();
        for part in &parts {
            let bytes = crate::codec::encode(part, crate::payload::MAX_PAYLOAD - 256).unwrap();
            assert_eq!(crate::codec::decode::<WordList>(&bytes).as_ref(), Ok(part));
            joined.extend(part);
        }
        assert!(joined.is_sound() && joined.words().len() == MAX_WORDS);
        assert_eq!(joined.find(&list.words()[77].text), Some(&list.words()[77]));
    }

    #[test]
    fn what_is_no_word_is_refused() {
        for text in ["", " ", "...", "a\nb", &"a".repeat(33)] {
            assert!(!is_word(text), "{text:?}");
        }
        assert!(is_word("아이스크림") && is_word(&"a".repeat(32)));
    }
}
