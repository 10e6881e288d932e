//! The candidates of a chat line: the words of the game that it guesses.

use std::ops::Range;

use super::MAX_WORD_CHARS;
use super::normalise::{folded, is_letter, only_letters};
use crate::limits::MAX_CANDIDATES;

/// Longest line with candidates, in characters, as written and as folded.
const MAX_LINE_CHARS: usize = 256;
/// Most words of a line with candidates.
const MAX_LINE_WORDS: usize = 64;

/// Most neighbouring words that are joined. A longer phrase is a candidate only as a whole line.
const MAX_TOGETHER: usize = 6;

/// Longest run of letters inside of which words are searched.
const MAX_AROUND: usize = 16;
/// Shortest words that are searched inside others: two syllables of Hangul, or four letters.
const LEAST_INSIDE: (usize, usize) = (2, 4);

/// Endings of words in sentences: `사과다!`, `사과인가요?`, `사과는?`, `apples`. The word without its ending is a candidate
/// too.
const ENDINGS: &str = "다 이다 야 이야 요 이요 예요 에요 이에요 네 이네 네요 이네요 지 이지 죠 이죠 인가 인가요 인데 \
                       일까 임 입니다 은 는 이 가 을 를 도 랑 s es";

/// Returns the candidates of a line: the words of the game that it is or contains, normalised, distinct, at most
/// [`MAX_CANDIDATES`]. `is_word` tells whether a normalised text is a word of the game; everybody knows these words, so a
/// request for another one would be wasted. A line without candidates can be said without the drawer.
///
/// The order matters only for a line with more than four words of the game: the whole line; its single words from the
/// longest to the shortest, equally long ones in the line's order; neighbouring words joined, from left to right; each
/// first with its ending, then without, the shorter ending first. Only if none of these is a word of the game, parts of the
/// single words, as in languages without spaces (`사과먹고싶다`), word by word in the order above, the longest part first.
#[must_use]
pub fn candidates(line: &str, is_word: impl Fn(&str) -> bool) -> Vec<String> {
    let (parts, singles) = parts(line);
    let found = words_among(parts.iter().flat_map(|part| forms(part)), &is_word);
    if found.is_empty() {
        words_among(parts[singles].iter().flat_map(|single| inside(single)), &is_word)
    } else {
        found
    }
}

/// Returns the first [`MAX_CANDIDATES`] of these texts that are words of the game.
fn words_among<'a>(texts: impl Iterator<Item = &'a str>, is_word: impl Fn(&str) -> bool) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for text in texts {
        if found.len() == MAX_CANDIDATES {
            break;
        }
        let possible = (1..=MAX_WORD_CHARS).contains(&text.chars().count()) && is_word(text);
        if possible && !found.iter().any(|other| other == text) {
            found.push(text.to_owned());
        }
    }
    found
}

/// Returns the whole line, its single words from the longest to the shortest, and its neighbouring words joined; and the
/// range of the single words among them. Returns nothing for a line that is too long, because every program does this for
/// every line.
fn parts(line: &str) -> (Vec<String>, Range<usize>) {
    let is_long = |text: &str| text.chars().nth(MAX_LINE_CHARS).is_some();
    if is_long(line) {
        return Default::default();
    }
    let folded: String = folded(line).take(MAX_LINE_CHARS + 1).collect();
    let words = folded.split(|c| !is_letter(c)).filter(|word| !word.is_empty());
    let words: Vec<String> = words.take(MAX_LINE_WORDS + 1).map(only_letters).collect();
    if is_long(&folded) || words.len() > MAX_LINE_WORDS {
        return Default::default();
    }
    let mut singles = words.clone();
    singles.sort_by_key(|word| std::cmp::Reverse(word.chars().count()));
    let mut parts = vec![only_letters(&folded)];
    parts.append(&mut singles);
    for first in 0..words.len() {
        let most = MAX_TOGETHER.min(words.len() - first);
        parts.extend((2..=most).map(|count| only_letters(&words[first..first + count].concat())));
    }
    (parts, 1..1 + words.len())
}

/// Returns the parts of a word, the longest first, then from left to right.
fn inside(word: &str) -> impl Iterator<Item = &str> {
    let mut bounds: Vec<usize> = word.char_indices().map(|(at, _)| at).chain([word.len()]).collect();
    if bounds.len() > MAX_AROUND + 1 {
        bounds.clear();
    }
    let length = bounds.len().saturating_sub(1);
    let windows = (LEAST_INSIDE.0..length).rev().flat_map(move |count| (0..=length - count).map(move |at| (at, count)));
    let texts = windows.map(move |(at, count)| (&word[bounds[at]..bounds[at + count]], count));
    let is_hangul = |text: &str| text.chars().all(|c| ('가'..='힣').contains(&c));
    texts.filter(move |(text, count)| *count >= LEAST_INSIDE.1 || is_hangul(text)).map(|(text, _)| text)
}

/// Returns the part as it is, then without each ending that it has, the shortest ending first: `고양이야` is `고양이` rather
/// than `고양`.
fn forms(part: &str) -> Vec<&str> {
    let mut stems: Vec<&str> =
        ENDINGS.split(' ').filter_map(|ending| part.strip_suffix(ending)).filter(|stem| !stem.is_empty()).collect();
    stems.sort_by_key(|stem| std::cmp::Reverse(stem.len()));
    stems.insert(0, part);
    stems
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::super::{BuiltIn, Level, Word, normalise};
    use super::*;

    fn asked(line: &str) -> Vec<String> {
        let words: BTreeSet<String> =
            BuiltIn::ALL.iter().flat_map(|pack| pack.words()).map(|word| normalise(&word.text)).collect();
        candidates(line, |word| words.contains(word))
    }

    #[test]
    fn candidates_are_the_words_that_a_line_is_or_contains() {
        for (line, words) in [
            ("사과", vec!["사과"]),
            ("APPLE!!", vec!["apple"]),
            ("is it an apple or a banana?", vec!["banana", "apple"]),
            ("is it ice cream?", vec!["icecream"]),
            ("the Statue of Liberty, surely", vec!["statueofliberty"]),
            ("이거 혹시 사과 아니야?", vec!["사과"]),
            ("자유의여신상 같은데", vec!["자유의여신상"]),
            ("사 과", vec!["사과"]),
            ("x-ray?", vec!["xray"]),
            ("사과ㅋㅋㅋㅋ", vec!["사과"]),
            ("사과🍎바나나", vec!["바나나", "사과"]),
        ] {
            assert_eq!(asked(line), words, "{line}");
        }
    }

    #[test]
    fn an_ending_does_not_hide_a_word() {
        for line in
            ["사과다!", "사과요", "사과인가?", "사과 인가요", "사과야", "사과네ㅋㅋ", "정답은 사과입니다.", "사과는?"]
        {
            assert_eq!(asked(line), ["사과"], "{line}");
        }
        assert_eq!(asked("고양이야?"), ["고양이"]);
        assert_eq!(asked("기린이다"), ["기린"]);
        assert_eq!(asked("two apples"), ["apple"]);
        assert_eq!(asked("바다"), ["바다"], "a word whose end looks like an ending");
    }

    #[test]
    fn a_word_inside_another_is_a_candidate_unless_it_is_short() {
        for (line, words) in [
            ("사과먹고싶다", vec!["사과"]),
            ("정답은사과같은데", vec!["사과"]),
            ("bananaaa", vec!["banana"]),
            ("itsabanana!", vec!["banana"]),
            ("사과바나나요", vec!["바나나", "사과"]),
            ("concatenate", vec![]),
            ("the longest of wordsbananatogether", vec![]),
        ] {
            assert_eq!(asked(line), words, "{line}");
        }
        assert_eq!(candidates("pineapple", |word| ["apple", "pineapple"].contains(&word)), ["pineapple"]);
        assert_eq!(candidates("꽃나무집", |word| ["꽃", "나무"].contains(&word)), ["나무"]);
    }

    #[test]
    fn other_lines_have_no_candidates() {
        for line in ["", "ㅋㅋㅋㅋ", "🍎", "lol what is that", "뭐야 이게", "?!"] {
            assert_eq!(asked(line), Vec::<String>::new(), "{line}");
        }
    }

    #[test]
    fn at_most_four_candidates_the_whole_line_first_then_the_longest() {
        assert_eq!(asked("cat dog banana tree moon apple"), ["banana", "apple", "tree", "moon"]);
        assert_eq!(candidates("one fifteen two", |_| true), ["onefifteentwo", "fifteen", "one", "two"]);
        assert_eq!(candidates("사과다", |_| true), ["사과다", "사과"]);
        assert_eq!(asked("apple apple APPLE"), ["apple"]);
    }

    #[test]
    fn a_part_longer_than_any_word_is_not_a_candidate() {
        let long = "x".repeat(MAX_WORD_CHARS + 1);
        assert_eq!(candidates(&long, |_| true), Vec::<String>::new());
        assert_eq!(candidates(&format!("{long} cat"), |_| true), ["cat"]);
    }

    #[test]
    fn a_long_line_has_no_candidates() {
        let apple = |spaces: usize| candidates(&format!("apple{}", " ".repeat(spaces)), |word| word == "apple");
        assert_eq!(apple(MAX_LINE_CHARS - 5), ["apple"]);
        assert_eq!(apple(MAX_LINE_CHARS - 4), [""; 0]);
        let spread = |line: &str| candidates(line, |word| word == "bananas");
        assert_eq!(spread("b a n a n as now"), ["bananas"]);
        assert_eq!(spread("b a n a n a s now"), [""; 0], "more than six words together");
        assert_eq!(spread("b a n a n a s"), ["bananas"], "but as a whole line");
    }

    /// A character may fold to several, each of which is a word, so the cost of a line is bounded by its folded text.
    #[test]
    fn a_line_that_is_long_when_folded_has_no_candidates() {
        let parens = |count: usize| candidates(&format!("apple{}", "⑴".repeat(count)), |word| word == "apple");
        assert_eq!(parens(63), ["apple"], "64 words");
        assert_eq!(parens(64), [""; 0]);
        let dots = |count: usize| candidates(&format!("apple{}.", "⁗".repeat(count)), |word| word == "apple");
        assert_eq!(dots(62), ["apple"], "254 characters");
        assert_eq!(dots(63), [""; 0]);
        let counted = Cell::new(0);
        let counting = |_: &str| counted.replace(counted.get() + 1) < 0;
        assert_eq!(candidates(&"\u{fdfa}".repeat(MAX_LINE_CHARS), counting), [""; 0]);
        assert_eq!(counted.take(), 0);
        assert_eq!(candidates(&"aes ".repeat(64), counting), [""; 0]);
        assert!((64..=4 * 6 * 64).contains(&counted.get()), "{counted:?}");
    }

    proptest! {
        #[test]
        fn candidates_of_any_line_are_few_distinct_and_normalised(line in "[a-c가-각다요 ㅋ!]{0,40}|\\PC{0,80}") {
            let asked = candidates(&line, |_| true);
            prop_assert!(asked.len() <= MAX_CANDIDATES);
            prop_assert_eq!(asked.iter().collect::<BTreeSet<_>>().len(), asked.len());
            for word in &asked {
                prop_assert!((1..=MAX_WORD_CHARS).contains(&word.chars().count()));
                prop_assert_eq!(&normalise(word), word);
            }
        }

        #[test]
        fn a_word_of_a_pack_is_its_own_candidate(word in "\\PC{1,32}|[a-zßﷺ⑴⁗\u{33c2} '-]{1,32}") {
            if let Ok(word) = Word::new(&word, Level::Easy) {
                let normalised = normalise(&word.text);
                prop_assert_eq!(candidates(&word.text, |form| form == normalised), [normalised.clone()]);
            }
        }

        #[test]
        fn a_word_is_found_between_any_others(before in "([a-z]{1,9} ){0,6}", after in "( [a-z]{1,9}){0,6}") {
            prop_assert_eq!(candidates(&format!("{before}Ice Cream{after}"), |word| word == "icecream"), ["icecream"]);
        }
    }
}
