//! The words of a quiz in the log.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};

use crate::words::{Level, Word, candidates, normalise, normalised};

/// Most words of a quiz: both built-in packs and the largest own pack.
pub const MAX_WORDS: usize = 2_500;
/// Most bytes of the words in one operation, so that it stays within the largest payload.
const MAX_PART: usize = 24 * 1024;
/// Most parts after the first.
pub(crate) const MAX_MORE: u32 = 15;

/// A list of words with levels. On the wire it is one text for each level, with one word a line.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(from = "Lines", into = "Lines")]
pub struct WordList(Arc<Words>);

#[derive(Debug, Clone, Default)]
struct Words {
    list: Vec<Word>,
    /// The normalised words, if they are sound; computed when first needed.
    normalised: OnceLock<Option<BTreeSet<String>>>,
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
    /// Makes a list of these words, the easy ones first. Of words with the same normalised text the first is taken.
    #[must_use]
    pub fn new(mut words: Vec<Word>) -> Self {
        let mut seen = BTreeSet::new();
        words.retain(|word| seen.insert(normalise(&word.text)));
        words.sort_by_key(|word| word.level);
        WordList::from_sorted(words)
    }

    fn from_sorted(list: Vec<Word>) -> Self {
        WordList(Arc::new(Words { list, normalised: OnceLock::new() }))
    }

    /// Returns the words.
    #[must_use]
    pub fn words(&self) -> &[Word] {
        &self.0.list
    }

    /// Returns the word with this text.
    #[must_use]
    pub fn find(&self, text: &str) -> Option<&Word> {
        self.words().iter().find(|word| word.text == text)
    }

    /// Returns the word with this normalised text.
    #[must_use]
    pub fn named(&self, normalised: &str) -> Option<&Word> {
        self.words().iter().find(|word| normalise(&word.text) == normalised)
    }

    /// Returns whether these can be words of a game: at most [`MAX_WORDS`], each as [`Word::new`] makes it, no two with the same
    /// normalised text. Otherwise an honest drawer's reveal could be judged false, for its mask or its level.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.normalised().is_some()
    }

    fn normalised(&self) -> Option<&BTreeSet<String>> {
        let few = || self.words().len() <= MAX_WORDS;
        self.0.normalised.get_or_init(|| few().then(|| normalised(self.words())).flatten()).as_ref()
    }

    /// Splits the words into parts that fit into an operation each: at least one, which may be empty.
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
        parts.into_iter().map(WordList::from_sorted).collect()
    }

    /// Returns a hash of the words in their order, with their levels. Words have no line ends.
    pub(crate) fn digest(&self) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new_derive_key("inkmesh 2026 digest of words");
        for word in self.words() {
            hasher.update(&[u8::from(word.level)]).update(word.text.as_bytes()).update(b"\n");
        }
        *hasher.finalize().as_bytes()
    }

    /// Returns this list with another part, if that is sound.
    pub(crate) fn with(&self, part: &WordList) -> Option<Self> {
        let (ours, theirs) = self.normalised().zip(part.normalised())?;
        if ours.len() + theirs.len() > MAX_WORDS || !ours.is_disjoint(theirs) {
            return None;
        }
        let mut list = [self.words(), part.words()].concat();
        list.sort_by_key(|word| word.level);
        let both = ours.union(theirs).cloned().collect();
        Some(WordList(Arc::new(Words { list, normalised: Some(both).into() })))
    }

    /// Returns the candidates of a line: see [`candidates`].
    #[must_use]
    pub fn candidates(&self, line: &str) -> Vec<String> {
        let normalised = self.normalised();
        candidates(line, |word| normalised.is_some_and(|normalised| normalised.contains(word)))
    }
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
            joined = joined.with(part).unwrap();
        }
        assert!(joined.is_sound() && joined.words().len() == MAX_WORDS);
        assert_eq!(joined.with(&of(&["one more"])), None);
        assert_eq!(joined.find(&list.words()[77].text), Some(&list.words()[77]));
    }

    fn of(texts: &[&str]) -> WordList {
        WordList::from_sorted(texts.iter().map(|text| Word { text: (*text).to_owned(), level: Level::Easy }).collect())
    }

    #[test]
    fn texts_that_are_not_words_are_refused() {
        let (long, longer) = ("a".repeat(33), "ß".repeat(17));
        for text in
            ["", " ", "...", "a\nb", "a_b", " a", "a  b", "a\u{202e}b", "a\u{7}b", "\u{1109}\u{1161}", &long, &longer]
        {
            assert!(!of(&[text]).is_sound(), "{text:?}");
        }
        for text in ["아이스크림", "a b", "a-b", &long[1..], &longer[2..]] {
            assert!(of(&[text]).is_sound(), "{text:?}");
        }
    }

    #[test]
    fn words_with_the_same_normalised_text_are_refused() {
        for twice in [["apple", "apple"], ["apple", "Apple"], ["ice cream", "icecream!"], ["straße", "strasse"]] {
            assert!(!of(&twice).is_sound(), "{twice:?}");
        }
        let word = |text: &str, level| Word { text: text.to_owned(), level };
        let words = [("Apple", Level::Hard), ("pear", Level::Medium), ("apple", Level::Easy)];
        let list = WordList::new(words.map(|(text, level)| word(text, level)).to_vec());
        assert_eq!(list.words(), [word("pear", Level::Medium), word("Apple", Level::Hard)], "the first is kept");
    }
}
