//! Names that look alike, by the confusable characters of Unicode (UTS #39, section 4).

use unicode_normalization::UnicodeNormalization;
use unicode_security::skeleton;

use crate::visible::visible;

/// Symbols that can be taken for a star, with which frontends mark friends, and what may stand between them.
const STARS: &[char] = &[
    '★', '☆', '⭐', '🌟', '✦', '✧', '✩', '✪', '✫', '✬', '✭', '✮', '✯', '✰', '✱', '✲', '✳', '✴', '✵', '✶', '✷', '✸',
    '✹', '✺', '✻', '✡', '⋆', '⍟', '⚝', '⛤', '⛥', '⛦', '⛧', '🔯', '🟆', '🟉', '🟊', '🟌', '🟍', '٭', '＊', '*', '\u{fe0e}',
    '\u{fe0f}', '\u{200d}', ' ',
];

/// Returns a name without the stars at its beginning.
#[must_use]
pub fn without_star(name: &str) -> &str {
    name.trim_start_matches(STARS)
}

/// The form that texts which look alike have in common (UTS #39): texts with the same skeleton can be taken for each other. Spaces,
/// invisible characters, stars at the beginning, the case of letters and the alphabet that a letter is of don't count.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Skeleton(String);

impl Skeleton {
    /// Returns the skeleton of a text.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let text: String = visible(without_star(text)).nfkc().collect();
        // Before: the small letter of Cyrillic В looks like no b. After: a capital I is an l there.
        let lower = skeleton(&text).collect::<String>().to_lowercase();
        Skeleton(skeleton(&lower).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_look_the_same_have_the_same_skeleton() {
        for (one, other) in [
            ("Ana", "Аnа"),                       // Cyrillic
            ("Ana", "ana"),                       // case
            ("Ana", "A\u{200b}n\u{ad}a\u{3164}"), // invisible characters
            ("Ana", "An a"),
            ("Ana", "★ ⭐\u{fe0f}Ana"),
            ("paypal", "pаypаl"),
            ("Ilya", "llya"), // a capital I and a small L
            ("Bob", "Воb"),
            ("보라", "\u{1107}\u{1169}\u{1105}\u{1161}"), // decomposed
            ("보라", "보 라"),
            ("Ｗｉｄｅ", "Wide"),
            ("0ll1e", "Ollle"),
        ] {
            assert_eq!(Skeleton::of(one), Skeleton::of(other), "{one} {other}");
        }
    }

    #[test]
    fn other_texts_have_another() {
        for (one, other) in [("Ana", "Anna"), ("보라", "보리"), ("Ben", "Bem"), ("민수", "민주")] {
            assert_ne!(Skeleton::of(one), Skeleton::of(other), "{one} {other}");
        }
    }
}
