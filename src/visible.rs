//! The characters of a text that can be seen.

use icu_properties::CodePointMapData;
use icu_properties::props::{
    BinaryProperty, DefaultIgnorableCodePoint, GeneralCategory, PrependedConcatenationMark, WhiteSpace,
};

/// Symbols that are drawn as an empty space: braille without dots, and the null note head.
const BLANK: [char; 2] = ['\u{2800}', '\u{1d159}'];

/// Returns whether a text shows anything: more than white space and invisible characters.
#[must_use]
pub fn is_visible(text: &str) -> bool {
    text.chars().any(is_seen)
}

/// Returns the characters of a text that can be seen. Texts that look the same but for invisible characters and spaces come
/// to the same.
#[must_use]
pub fn visible(text: &str) -> String {
    text.chars().filter(|c| is_seen(*c)).collect()
}

/// Returns whether a character alone can be seen, by the properties of Unicode. Those that change how others are drawn, such
/// as variation selectors and joiners, can't.
fn is_seen(c: char) -> bool {
    let category = CodePointMapData::<GeneralCategory>::new().get(c);
    let is_format = category == GeneralCategory::Format && !PrependedConcatenationMark::for_char(c);
    !(is_format
        || category == GeneralCategory::Control
        || WhiteSpace::for_char(c)
        || DefaultIgnorableCodePoint::for_char(c)
        || BLANK.contains(&c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spaces_fillers_selectors_and_tags_show_nothing() {
        for unseen in [
            "",
            " \t\n",
            "\u{3000}\u{a0}",
            "\u{3164}",
            "\u{115f}\u{1160}",
            "\u{ffa0}",
            "\u{2800}\u{2800}",
            "\u{ad}",
            "\u{34f}",
            "\u{180b}\u{180e}",
            "\u{200b}\u{200d}\u{feff}",
            "\u{fe0e}\u{fe0f}\u{e0100}",
            "\u{e0001}\u{e0067}\u{e007f}",
            "\u{fff9}\u{fffb}",
            "\u{13430}",
            "\u{1d159}\u{1d173}",
        ] {
            assert!(!is_visible(unseen), "{unseen:?}");
        }
    }

    #[test]
    fn letters_marks_and_emoji_are_seen() {
        for seen in
            ["a", "ㅋ", "한글", "नमस्ते", "❤\u{fe0f}", "👩\u{200d}👩\u{200d}👧", "0\u{fe0f}\u{20e3}", "⠁", "\u{600}", "_"]
        {
            assert!(is_visible(seen), "{seen:?}");
        }
        assert_eq!(visible("A\u{ad}n\u{3164} a\u{fe0f}"), visible("Ana"));
    }
}
