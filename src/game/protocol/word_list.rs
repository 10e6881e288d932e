//! The words of a quiz, as they travel in the log.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};

use crate::words::{Level, Word, candidates, normalise, normalised};

/// Most words of a quiz: both packs that come with the program, and the longest list of one's own.
pub const MAX_WORDS: usize = 2_500;
/// Most bytes of the words in one operation, so that it stays within the largest payload.
const MAX_PART: usize = 24 * 1024;
/// Most parts after the first.
pub(crate) const MAX_MORE: u32 = 15;

/// Some words, each with its level. On the wire: one text a level, one word a line.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(from = "Lines", into = "Lines")]
pub struct WordList(Arc<Words>);

#[derive(Debug, Clone, Default)]
struct Words {
    list: Vec<Word>,
    /// The words as guesses are compared with them, if they make a list; worked out when it is first needed.
    compared: OnceLock<Option<BTreeSet<String>>>,
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
    /// These words, the easy ones first. Of words that are the same to a guesser only the first.
    #[must_use]
    pub fn new(mut words: Vec<Word>) -> Self {
        let mut seen = BTreeSet::new();
        words.retain(|word| seen.insert(normalise(&word.text)));
        words.sort_by_key(|word| word.level);
        WordList::from_sorted(words)
    }

    fn from_sorted(list: Vec<Word>) -> Self {
        WordList(Arc::new(Words { list, compared: OnceLock::new() }))
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

    /// Whether these can be words of a game: at most [`MAX_WORDS`], each as [`Word::new`] writes it, no two the same to a
    /// guesser. Else an honest drawer could be made a liar: the mask of a word would not be one, its level not the only
    /// one.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.compared().is_some()
    }

    fn compared(&self) -> Option<&BTreeSet<String>> {
        let few = || self.words().len() <= MAX_WORDS;
        self.0.compared.get_or_init(|| few().then(|| normalised(self.words())).flatten()).as_ref()
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
        parts.into_iter().map(WordList::from_sorted).collect()
    }

    /// Hash of the words in their order, with their levels. A word holds no line end.
    pub(crate) fn digest(&self) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new_derive_key("inkmesh 2026 digest of words");
        for word in self.words() {
            hasher.update(&[u8::from(word.level)]).update(word.text.as_bytes()).update(b"\n");
        }
        *hasher.finalize().as_bytes()
    }

    /// This list and another part, if together they are sound.
    pub(crate) fn with(&self, part: &WordList) -> Option<Self> {
        let (ours, theirs) = self.compared().zip(part.compared())?;
        if ours.len() + theirs.len() > MAX_WORDS || !ours.is_disjoint(theirs) {
            return None;
        }
        let mut list = [self.words(), part.words()].concat();
        list.sort_by_key(|word| word.level);
        let both = ours.union(theirs).cloned().collect();
        Some(WordList(Arc::new(Words { list, compared: Some(both).into() })))
    }

    /// What a line of talk asks for, if it is a guess: see [`candidates`].
    #[must_use]
    pub fn candidates(&self, line: &str) -> Vec<String> {
        let compared = self.compared();
        candidates(line, |word| compared.is_some_and(|compared| compared.contains(word)))
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

    /// Of these an honest drawer could not lock the word, tell it truly, or be told it.
    #[test]
    fn what_is_no_word_is_refused() {
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
    fn no_two_words_are_the_same_to_a_guesser() {
        for twice in [["apple", "apple"], ["apple", "Apple"], ["ice cream", "icecream!"], ["straße", "strasse"]] {
            assert!(!of(&twice).is_sound(), "{twice:?}");
        }
        let word = |text: &str, level| Word { text: text.to_owned(), level };
        let words = [("Apple", Level::Hard), ("pear", Level::Medium), ("apple", Level::Easy)];
        let list = WordList::new(words.map(|(text, level)| word(text, level)).to_vec());
        assert_eq!(list.words(), [word("pear", Level::Medium), word("Apple", Level::Hard)], "the first is kept");
    }
}
