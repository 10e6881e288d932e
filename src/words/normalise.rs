//! The form in which words and guesses are compared.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;

/// A text as it is compared: NFKC, without case, and of that only the letters and digits. `Ice-Cream!`, `ice cream`
/// and full-width `ＩＣＥ　ＣＲＥＡＭ` are one; Hangul stays syllables, however it was typed.
///
/// NFKC (Unicode UAX #15) and not plain NFC, because a guess is typed: input methods leave full-width Latin, half-width
/// kana and single-character `㎏` behind, which nobody means to be another word. What comes out is NFC as well.
///
/// Empty for a text without a letter or digit, such as an emoji: such a text is no word, and as a line it guesses
/// nothing.
#[must_use]
pub fn normalise(text: &str) -> String {
    only_letters(&folded(text).collect::<String>())
}

/// NFKC without case. Lower, upper and lower case again is close to the full case folding of Unicode, which the standard
/// library lacks: it brings together `ẞ`, `ß` and `ss`, and all forms of sigma.
pub(super) fn folded(text: &str) -> impl Iterator<Item = char> {
    let lower = text.nfkc().flat_map(char::to_lowercase);
    lower.flat_map(char::to_uppercase).flat_map(char::to_lowercase).nfkc()
}

/// The letters of a folded text; those that come together by what is left out compose.
pub(super) fn only_letters(folded: &str) -> String {
    folded.chars().filter(|c| is_letter(*c)).nfc().collect()
}

/// Whether a character of a folded text belongs to a word: letters, digits, and marks that change a letter. Hangul
/// jamo that stand alone don't, neither the laughter in `사과ㅋㅋ` nor the invisible fillers.
pub(super) fn is_letter(c: char) -> bool {
    (c.is_alphanumeric() || canonical_combining_class(c) != 0) && !is_jamo(c)
}

/// The conjoining jamo with both extensions (Unicode 18.6). NFKC makes those of the keyboard block (`ㅋ`) of them too.
fn is_jamo(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{11ff}' | '\u{a960}'..='\u{a97f}' | '\u{d7b0}'..='\u{d7ff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_people_mean_to_be_one_word_is_one() {
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
        assert_eq!(normalise("cafe-\u{301}"), "café", "what stood between is gone");
    }

    #[test]
    fn other_words_stay_other_words() {
        assert_ne!(normalise("cafe"), normalise("café"));
        assert_ne!(normalise("달"), normalise("딸"));
        assert_ne!(normalise("が"), normalise("か"));
        assert_eq!(normalise("हिन्दी"), "हिन्दी");
    }

    #[test]
    fn what_has_no_letter_is_nothing() {
        for text in ["", " \t\n", "?!…", "🍎", "❤\u{fe0f}", "ㅋㅋㅋ ㅠㅠ", "\u{115f}\u{1160}\u{3164}", "-_'."]
        {
            assert_eq!(normalise(text), "", "{text:?}");
        }
    }

    #[test]
    fn every_character_alone_is_normalised_once_and_for_all() {
        for c in '\0'..=char::MAX {
            let once = normalise(&c.to_string());
            assert_eq!(normalise(&once), once, "{c:?}");
        }
    }

    /// So a word of 32 letters and other characters is never longer than a line may be: see `candidates`.
    #[test]
    fn no_character_holds_more_than_seven_that_are_no_letters() {
        let longest =
            ('\0'..=char::MAX).map(|c| folded(c.encode_utf8(&mut [0; 4])).filter(|c| !is_letter(*c)).count()).max();
        assert!(longest <= Some(7), "{longest:?}");
    }

    proptest! {
        #[test]
        fn twice_is_once(text in any::<String>()) {
            let once = normalise(&text);
            prop_assert_eq!(normalise(&once), once);
        }

        #[test]
        fn twice_is_once_among_letters_and_marks(text in "[a-zA-Zıİßς가-힣ᄀ-ᇿㄱ-ㅣ\u{300}-\u{36f}ﷺ½ -]{0,12}") {
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
