//! What is read back, in words.

use std::collections::{BTreeMap, BTreeSet};

use inkmesh::event::{Entry, EntryBody};
use inkmesh::identity::Author;
use unicode_normalization::UnicodeNormalization;

use crate::settings::Language;
use crate::text::{self, t, t_args};

/// What the people of a room are called.
#[derive(Debug, Default)]
pub struct Names {
    names: BTreeMap<Author, String>,
    /// Names that more than one has.
    shared: BTreeSet<String>,
}

impl Names {
    pub fn new(names: impl Iterator<Item = (Author, String)>) -> Self {
        let names: BTreeMap<Author, String> = names.collect();
        let mut seen = BTreeSet::new();
        let shared = names.values().filter(|name| !seen.insert(name.as_str())).cloned().collect();
        Names { names, shared }
    }

    /// What to call somebody: by name, with a fingerprint where two have it, and by that alone where none is known.
    pub fn label(&self, author: Author) -> String {
        match self.names.get(&author).filter(|name| !name.is_empty()) {
            Some(name) if self.shared.contains(name) => format!("{name} ({})", author.fingerprint()),
            Some(name) => name.clone(),
            None => author.fingerprint(),
        }
    }
}

/// What an entry says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// Somebody said something.
    Talk {
        /// Who.
        name: String,
        /// To whom, or as what, if not to everybody as talk.
        aside: Option<String>,
        /// What.
        text: String,
    },
    /// Something happened.
    Notice(String),
    /// Somebody drew.
    Drew(String),
    /// Nothing that is worth a line.
    Nothing,
}

/// What an entry says.
pub fn tell(language: Language, names: &Names, entry: &Entry) -> Told {
    let name = names.label(entry.author);
    let talk = |aside: Option<&str>, text: &str| Told::Talk {
        name: name.clone(),
        aside: aside.map(|key| t(language, key)),
        text: text.to_owned(),
    };
    match &entry.body {
        EntryBody::Chat(text) => talk(None, text),
        EntryBody::Guess(text) => talk(Some("archive-guess"), text),
        EntryBody::Whisper(Some(text)) => talk(Some("archive-whisper"), text),
        EntryBody::Whisper(None) => talk(Some("archive-whisper"), &t(language, "archive-sealed")),
        EntryBody::Drawing => Told::Drew(name),
        EntryBody::Named(called) => Told::Notice(t_args(language, "entry-named", [("name", called.as_str().into())])),
        EntryBody::Unknown => Told::Notice(t(language, "entry-unknown")),
        EntryBody::Game(notice) => {
            let words = text::game::notice(language, notice, &name, false, |author| names.label(author));
            if words.is_empty() { Told::Nothing } else { Told::Notice(words) }
        }
    }
}

/// What a search looks through: the talk, and words that were told.
pub fn searched(entry: &Entry) -> Option<&str> {
    match &entry.body {
        EntryBody::Chat(text) | EntryBody::Guess(text) | EntryBody::Whisper(Some(text)) => Some(text),
        EntryBody::Game(inkmesh::game::GameNotice::TurnEnded(_, Some(word))) => Some(word),
        _ => None,
    }
}

/// A text as it is compared in a search: composed, in small letters, white space single.
pub fn comparable(text: &str) -> String {
    let folded: String = text.nfc().flat_map(char::to_lowercase).nfc().collect();
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A text for a terminal: nothing in it moves the cursor, changes colours or turns the line around. Further lines of it are
/// indented.
pub fn plain(text: &str) -> String {
    let visible = |letter: char| match letter {
        '\n' => '\n',
        '\t' => ' ',
        letter if letter.is_control() || turns_around(letter) => '\u{fffd}',
        letter => letter,
    };
    text.trim_end().replace("\r\n", "\n").chars().map(visible).collect::<String>().replace('\n', "\n       ")
}

/// Embeddings, overrides and isolates of bidirectional text.
fn turns_around(letter: char) -> bool {
    matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_of_one_name_are_told_apart() {
        let [one, two, three, none] = [1, 2, 3, 4].map(|n| Author([n; 32]));
        let named = [(one, "Ana"), (two, "Ana"), (three, "보라")];
        let names = Names::new(named.into_iter().map(|(author, name)| (author, name.to_owned())));
        assert_eq!(names.label(one), format!("Ana ({})", one.fingerprint()));
        assert_ne!(names.label(one), names.label(two));
        assert_eq!((names.label(three), names.label(none)), ("보라".to_owned(), none.fingerprint()));
    }

    #[test]
    fn a_search_knows_no_forms_of_letters() {
        let decomposed = "\u{1109}\u{1161}\u{1100}\u{116a}"; // 사과, as macOS may write it
        assert_eq!(comparable(decomposed), comparable("사과"));
        assert_ne!(decomposed, "사과");
        assert_eq!(comparable("  ÉCOLE\t de\n"), comparable("e\u{301}cole DE"));
        assert!(comparable("Das ist eine STRASSE").contains(&comparable("strasse")));
        assert_ne!(comparable("사과"), comparable("사고"));
    }

    #[test]
    fn a_terminal_gets_letters_only() {
        assert_eq!(plain("a\u{1b}[31mb\r\nc\td\u{202e}e\n"), "a\u{fffd}[31mb\n       c d\u{fffd}e");
    }
}
