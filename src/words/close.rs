//! Close guesses.

use unicode_normalization::UnicodeNormalization;

use super::{MAX_WORD_CHARS, normalise};

/// Longest guess that can be close, in characters. A longer one is not even normalised.
const MAX_GUESS_CHARS: usize = 64;

/// Initial and final consonants of Hangul in the order of their code points: `ㄱ` is the same letter in both.
const INITIALS: &str = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ";
const FINALS: &str = "ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ";

/// Returns whether a guess differs from the word by one slip: a letter too many, too few, another one, or two neighbours
/// exchanged (distance 1 of optimal string alignment). The letters of Hangul are the jamo of its syllables, double ones as
/// one, so `떡보끼` is close to `떡볶이`. The word itself is not close. Nothing is close to a word of one syllable or two
/// letters, which one slip turns into too many others.
#[must_use]
pub fn is_close(guess: &str, word: &str) -> bool {
    if [guess, word].iter().any(|text| text.chars().nth(MAX_GUESS_CHARS).is_some()) {
        return false;
    }
    let (guess, word) = (normalise(guess), normalise(word));
    if !(2..=MAX_WORD_CHARS).contains(&word.chars().count()) || guess.chars().count() > MAX_GUESS_CHARS {
        return false;
    }
    let word = letters(&word);
    word.chars().count() > 2 && strsim::osa_distance(&letters(&guess), &word) == 1
}

/// Decomposes a normalised text into letters (Unicode 3.12 for Hangul), with one code point for each consonant.
fn letters(normalised: &str) -> String {
    normalised.nfd().map(consonant).collect()
}

fn consonant(c: char) -> char {
    let (table, first) = match c {
        '\u{1100}'..='\u{1112}' => (INITIALS, 0x1100),
        '\u{11a8}'..='\u{11c2}' => (FINALS, 0x11a8),
        _ => return c,
    };
    table.chars().nth((u32::from(c) - first) as usize).unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_guess_with_one_slip_is_close() {
        for (guess, word) in [
            ("banan", "banana"),
            ("bananna", "banana"),
            ("bamana", "banana"),
            ("bannaa", "banana"),
            ("Ice-Creem!", "ice cream"),
            ("bat", "cat"),
            ("cafe", "café"),
            ("사가", "사과"),
            ("남", "나무"),
            ("떡보끼", "떡볶이"),
            ("닥발", "닭발"),
            ("포크레인", "포클레인"),
            ("김지", "김치"),
        ] {
            assert!(is_close(guess, word), "{guess} {word}");
        }
    }

    #[test]
    fn the_word_itself_and_other_words_are_not_close() {
        for (guess, word) in [
            ("banana", "banana"),
            ("Banana!", "banana"),
            ("사과", "사과"),
            ("사과ㅋㅋ", "사과"),
            ("orange", "banana"),
            ("bnaaan", "banana"),
            ("사자", "사과나무"),
            ("기짐", "김치"),
            ("", "cat"),
            ("🍎", "cat"),
        ] {
            assert!(!is_close(guess, word), "{guess} {word}");
        }
    }

    #[test]
    fn nothing_is_close_to_the_shortest_words() {
        for (guess, word) in
            [("딸", "달"), ("말", "달"), ("다라", "달"), ("ax", "ox"), ("o", "ox"), ("a", "b"), ("", "a")]
        {
            assert!(!is_close(guess, word), "{guess} {word}");
        }
    }

    #[test]
    fn a_long_guess_is_close_to_nothing() {
        assert!(is_close(&"a".repeat(33), &"a".repeat(32)));
        assert!(!is_close(&"a".repeat(34), &"a".repeat(33)), "no word is that long");
        assert!(is_close(&format!("banan{}", "!".repeat(MAX_GUESS_CHARS - 5)), "banana"));
        assert!(!is_close(&format!("banan{}", "!".repeat(MAX_GUESS_CHARS - 4)), "banana"));
        assert!(!is_close(&"\u{fdfa}".repeat(MAX_GUESS_CHARS), "banana"), "64 characters that become 1024");
    }

    #[test]
    fn initial_and_final_consonants_are_the_same_letter() {
        // Each consonant that can be both, first as an initial, then at the end of a syllable.
        for consonant in "ㄱㄲㄴㄷㄹㅁㅂㅅㅆㅇㅈㅊㅋㅌㅍㅎ".chars() {
            let both = |c: &str| c.nfkd().collect::<String>();
            let initial = letters(&both(&consonant.to_string()));
            assert_eq!(initial, consonant.to_string());
            let index = FINALS.chars().position(|c| c == consonant).unwrap() as u32;
            let closed = char::from_u32(u32::from('아') + 1 + index).unwrap();
            assert!(letters(&closed.to_string()).ends_with(consonant), "{closed}");
        }
        assert_eq!((INITIALS.chars().count(), FINALS.chars().count()), (19, 27));
    }

    proptest! {
        #[test]
        fn a_slip_in_a_word_is_close(word in "[a-m]{3,12}", place in 0usize..11) {
            let place = place % (word.len() - 1);
            let (before, after) = word.split_at(place);
            let two: String = after.chars().take(2).collect();
            let swapped: String = two.chars().rev().collect();
            prop_assert!(is_close(&format!("{before}z{after}"), &word), "one too many");
            prop_assert!(is_close(&format!("{before}z{}", &after[1..]), &word), "another one");
            prop_assert!(is_close(&format!("{before}{}", &after[1..]), &word), "one too few");
            prop_assert_eq!(is_close(&format!("{before}{swapped}{}", &after[2..]), &word), swapped != two);
            prop_assert!(!is_close(&format!("y{before}z{after}"), &word), "two");
        }

        #[test]
        fn any_texts_can_be_compared(guess in any::<String>(), word in any::<String>()) {
            prop_assert!(!(is_close(&guess, &word) && normalise(&guess) == normalise(&word)));
        }
    }
}
