//! Entries of a history, in words.

use std::collections::{BTreeMap, BTreeSet};

use inkmesh::event::{Entry, EntryBody};
use inkmesh::identity::Author;
use inkmesh::visible::visible;

use crate::settings::Language;
use crate::text::{self, t, t_args};

/// The names of the people of a room.
#[derive(Debug, Default)]
pub struct Names {
    names: BTreeMap<Author, String>,
    /// The [visible] characters of the names that several people have.
    shared: BTreeSet<String>,
}

impl Names {
    /// Collects the names.
    pub fn new(names: impl Iterator<Item = (Author, String)>) -> Self {
        let names: BTreeMap<Author, String> = names.collect();
        let mut seen = BTreeSet::new();
        let shared = names.values().map(|name| visible(name)).filter(|name| !seen.insert(name.clone())).collect();
        Names { names, shared }
    }

    /// Returns a person's name, with the fingerprint if several have it; or the fingerprint alone if no name is known.
    pub fn label(&self, author: Author) -> String {
        match self.names.get(&author).filter(|name| !name.is_empty()) {
            Some(name) if self.shared.contains(&visible(name)) => format!("{name} ({})", author.fingerprint()),
            Some(name) => name.clone(),
            None => author.fingerprint(),
        }
    }
}

/// An entry in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryText {
    /// A chat line.
    Line {
        /// The name of its author.
        name: String,
        /// A remark, if it is a guess or a whisper.
        aside: Option<String>,
        text: String,
    },
    /// An event.
    Notice(String),
    /// A drawing step by the person of this name.
    Drew(String),
    /// An entry that is not shown.
    Nothing,
}

/// Describes an entry in words.
pub fn entry_text(language: Language, names: &Names, entry: &Entry) -> EntryText {
    let name = names.label(entry.author);
    let line = |aside: Option<&str>, text: &str| EntryText::Line {
        name: name.clone(),
        aside: aside.map(|key| t(language, key)),
        text: text.to_owned(),
    };
    match &entry.body {
        EntryBody::Chat(text) => line(None, text),
        EntryBody::Guess(text) => line(Some("archive-guess"), text),
        EntryBody::Whisper(Some(text)) => line(Some("archive-whisper"), text),
        EntryBody::Whisper(None) => line(Some("archive-whisper"), &t(language, "archive-sealed")),
        EntryBody::Drawing => EntryText::Drew(name),
        EntryBody::Named(called) => {
            EntryText::Notice(t_args(language, "entry-named", [("name", called.as_str().into())]))
        }
        EntryBody::Unknown => EntryText::Notice(t(language, "entry-unknown")),
        EntryBody::Game(notice) => {
            let words = text::game::notice(language, notice, &name, false, |author| names.label(author));
            if words.is_empty() { EntryText::Nothing } else { EntryText::Notice(words) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_of_one_name_are_told_apart() {
        let [one, two, three, none] = [1, 2, 3, 4].map(|n| Author([n; 32]));
        let named = [(one, "Ana"), (two, "Ana"), (three, "보라")];
        let names = Names::new(named.into_iter().map(|(author, name)| (author, name.to_owned())));
        assert_eq!(names.label(one), format!("Ana ({})", one.fingerprint()));
        assert_ne!(names.label(one), names.label(two));
        assert_eq!((names.label(three), names.label(none)), ("보라".to_owned(), none.fingerprint()));
    }
}
