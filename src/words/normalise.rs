//! Normalising words and guesses, so that they can be compared.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;

/// Normalises a text: NFKC, without case, letters and digits only. `Ice-Cream!`, `ice cream` and full-width
/// `ＩＣＥ　ＣＲＥＡＭ` become the same text; Hangul becomes syllables. The result is NFC too.
///
/// NFKC (Unicode UAX #15) is used instead of NFC because input methods produce full-width Latin, half-width kana and
/// single characters such as `㎏`, which people don't mean as other words.
///
/// Returns an empty text for one without a letter or digit, such as an emoji: it is not a word, and a line of it has no
/// candidates.
#[must_use]
pub fn normalise(text: &str) -> String {
    only_letters(&folded(text).collect::<String>())
}

/// Returns NFKC without case. Lower, upper and lower case again is nearly the full case folding of Unicode, which the
/// standard library lacks: it makes `ẞ`, `ß` and `ss` the same, and all forms of sigma.
pub(super) fn folded(text: &str) -> impl Iterator<Item = char> {
    let lower = text.nfkc().flat_map(char::to_lowercase);
    lower.flat_map(char::to_uppercase).flat_map(char::to_lowercase).nfkc()
}

/// Returns the letters of a folded text, composed again.
pub(super) fn only_letters(folded: &str) -> String {
    folded.chars().filter(|c| is_letter(*c)).nfc().collect()
}

/// Returns whether a character of a folded text belongs to a word: letters, digits, and marks that change a letter. Single
/// Hangul jamo don't: they are laughter, as in `사과ㅋㅋ`, or invisible fillers.
pub(super) fn is_letter(c: char) -> bool {
    (c.is_alphanumeric() || canonical_combining_class(c) != 0) && !is_jamo(c)
}

/// Returns whether a character is a conjoining jamo, extensions included (Unicode 18.6). NFKC turns those of the
/// compatibility block (`ㅋ`) into these.
fn is_jamo(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{11ff}' | '\u{a960}'..='\u{a97f}' | '\u{d7b0}'..='\u{d7ff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spellings_of_a_word_are_one_word() {
        for (word, forms) in [
            ("icecream", ["Ice Cream", "ice-cream!", "ICE_CREAM", "ｉｃｅ　ｃｒｅａｍ", "i.c.e cream\u{1f366}"]),
            (
                "아이스크림",
                ["아이스 크림", "아이스크림ㅋㅋㅋ", "'아이스크림'?", "아이스\u{200b}크림", "아이스\u{3164}크림~"],
            ),
            ("strasse", ["Straße", "STRASSE", "stra\u{df}e", "STRA\u{1e9e}E", "stras-se"]),
        ] {
            for form in forms {
                assert_eq!(normalise(form), word, "{form:?}");
            }
        }
        assert_eq!(normalise("ΟΔΟΣ"), normalise("οδος"));
        assert_eq!(normalise("οδος"), normalise("οδοσ"));
        assert_eq!(normalise("cafe-\u{301}"), "café", "the hyphen between is gone");
    }

    #[test]
    fn other_words_stay_other_words() {
        assert_ne!(normalise("cafe"), normalise("café"));
        assert_ne!(normalise("달"), normalise("딸"));
        assert_ne!(normalise("が"), normalise("か"));
        assert_eq!(normalise("हिन्दी"), "हिन्दी");
    }

    #[test]
    fn a_text_without_letters_is_empty() {
        for text in ["", " \t\n", "?!…", "🍎", "❤\u{fe0f}", "ㅋㅋㅋ ㅠㅠ", "\u{115f}\u{1160}\u{3164}", "-_'."]
        {
            assert_eq!(normalise(text), "", "{text:?}");
        }
    }

    #[test]
    fn normalising_any_character_twice_changes_nothing() {
        for c in '\0'..=char::MAX {
            let once = normalise(&c.to_string());
            assert_eq!(normalise(&once), once, "{c:?}");
        }
    }

    /// With this bound a word of 32 characters is never longer than a line may be: see `candidates`.
    #[test]
    fn a_folded_character_has_at_most_seven_that_are_not_letters() {
        let longest =
            ('\0'..=char::MAX).map(|c| folded(c.encode_utf8(&mut [0; 4])).filter(|c| !is_letter(*c)).count()).max();
        assert!(longest <= Some(7), "{longest:?}");
    }

    proptest! {
        #[test]
        fn normalising_twice_changes_nothing(text in any::<String>()) {
            let once = normalise(&text);
            prop_assert_eq!(normalise(&once), once);
        }

        #[test]
        fn normalising_letters_and_marks_twice_changes_nothing(text in "[a-zA-Zıİßς가-힣ᄀ-ᇿㄱ-ㅣ\u{300}-\u{36f}ﷺ½ -]{0,12}") {
            let once = normalise(&text);
            prop_assert_eq!(normalise(&once), once);
        }

        #[test]
        fn a_composed_and_a_decomposed_text_are_one(text in "[가-힣é-ÿÅ\u{300}-\u{36f}\\PC]{0,12}") {
            let (composed, decomposed): (String, String) = (text.nfc().collect(), text.nfd().collect());
            prop_assert_eq!(normalise(&composed), normalise(&decomposed));
            prop_assert_eq!(normalise(&composed), normalise(&text));
        }
    }
}
