//! The people of a room.

use std::collections::{BTreeMap, BTreeSet};

use iced::widget::{Column, column, container, row, text};
use iced::{Alignment, Element, Length};
use inkmesh::event::Person;
use inkmesh::identity::Author;
use inkmesh::visible::visible;

use crate::text::{grouped, short_address};
use crate::window::calendar::Calendar;
use crate::window::theme::{self, Look, palette, style};
use crate::window::widget::parts::{hint, quiet, small_button};

/// Columns for a name in a list. Hangul takes two of them; a name may have so many characters.
const MOST: usize = 2 * inkmesh::name::MAX_NAME_CHARS;
/// Columns for a name in a line that must not grow.
const FEW: usize = 18;
/// The mark of a person who signed two different histories.
pub const FORKED: &str = "⚑";

/// An event of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Message {
    /// Select a person, or nobody if that person is selected.
    Select(Author),
    Remove(Author),
}

/// A consequence of a message, outside of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Remove(Author),
}

/// A person's part in the game.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InGame {
    /// True if a turn of a quiz is running or revealed.
    pub is_quiz_turn: bool,
    /// True if the person draws.
    pub draws: bool,
    /// True if the person has solved the word.
    pub solved: bool,
    /// The points, in a quiz.
    pub score: Option<u32>,
    /// True if we may vote to remove the person now.
    pub may_remove: bool,
    /// True if we have voted so.
    pub voted_to_remove: bool,
}

/// The people of a room, ourselves included.
#[derive(Debug)]
pub struct People {
    /// Our own key.
    pub me: Author,
    people: BTreeMap<Author, Person>,
    /// The [visible] characters of the names that several of them use.
    shared: BTreeSet<String>,
    /// A number that changes with what lines show of their authors.
    pub revision: u64,
    /// The person who is selected in the list.
    selected: Option<Author>,
}

impl People {
    /// Creates an empty list; `me` is our own key.
    pub fn new(me: Author) -> Self {
        People { me, people: BTreeMap::new(), shared: BTreeSet::new(), revision: 0, selected: None }
    }

    pub fn replace(&mut self, people: Vec<Person>) {
        self.people = people.into_iter().map(|person| (person.peer, person)).collect();
        self.names_changed();
    }

    /// Adds a person, or replaces what is known.
    pub fn insert(&mut self, person: Person) {
        let known = self.people.get(&person.peer);
        let changed = known.is_none_or(|known| known.name != person.name || known.forked != person.forked);
        self.people.insert(person.peer, person);
        if changed {
            self.names_changed();
        }
    }

    fn names_changed(&mut self) {
        let mut seen = BTreeSet::new();
        self.shared.clear();
        for person in self.people.values() {
            if !seen.insert(visible(&person.name)) {
                self.shared.insert(visible(&person.name));
            }
        }
        self.revision += 1;
    }

    /// Returns a person's name, with the fingerprint where two use the same. It is `fallback` for a person who is not
    /// known, and the fingerprint alone without either.
    pub fn label(&self, author: Author, fallback: &str) -> String {
        self.label_of(author, fallback, MOST)
    }

    /// Returns the same with a long name cut, for a line that must not grow.
    pub fn short_label(&self, author: Author, fallback: &str) -> String {
        self.label_of(author, fallback, FEW)
    }

    fn label_of(&self, author: Author, fallback: &str, most: usize) -> String {
        let name = self.people.get(&author).map_or(fallback, |person| person.name.as_str());
        let shown = cut(name, most);
        if name.is_empty() {
            author.fingerprint()
        } else if self.shared.contains(&visible(name)) {
            format!("{shown} ({})", author.fingerprint())
        } else {
            shown
        }
    }

    /// Returns whether a person signed two different histories.
    pub fn is_forked(&self, author: Author) -> bool {
        self.people.get(&author).is_some_and(|person| person.forked)
    }

    /// Returns how many others are online.
    pub fn others_online(&self) -> usize {
        self.people.values().filter(|person| person.online && person.peer != self.me).count()
    }

    /// Returns ourselves, then those online, then the others, each by name.
    pub fn in_order(&self) -> Vec<&Person> {
        let mut people: Vec<&Person> = self.people.values().collect();
        people.sort_by_key(|person| (person.peer != self.me, !person.online, &person.name, person.peer));
        people
    }

    pub fn update(&mut self, message: Message) -> Option<Outcome> {
        match message {
            Message::Select(author) => {
                self.selected = Some(author).filter(|_| self.selected != Some(author));
                None
            }
            Message::Remove(author) => Some(Outcome::Remove(author)),
        }
    }

    /// Returns the list, with each person's part in the game.
    pub fn view(&self, look: Look, calendar: &Calendar, game: impl Fn(Author) -> InGame) -> Element<'_, Message> {
        let rows = self.in_order().into_iter().map(|person| self.person(look, calendar, person, game(person.peer)));
        Column::with_children(rows).spacing(8).width(Length::Fill).into()
    }

    fn person<'a>(&'a self, look: Look, calendar: &Calendar, person: &'a Person, game: InGame) -> Element<'a, Message> {
        let colors = look.colors;
        let name = self.label(person.peer, "");
        let color = if person.online { colors.text } else { colors.muted };
        let words = column![
            theme::body(name.clone()).color(color).wrapping(text::Wrapping::WordOrGlyph),
            theme::small(self.state(look, calendar, person, game), colors.muted).wrapping(text::Wrapping::WordOrGlyph),
        ]
        .push(person.forked.then(|| theme::small(look.t("person-forked"), colors.accent)));
        let heading = row![avatar(look, person, &name), words.width(Length::Fill)]
            .push(person.forked.then(|| theme::sign(FORKED).color(colors.accent)))
            .push(mark(look, game))
            .push(score(game))
            .spacing(8)
            .align_y(Alignment::Center);
        if !game.may_remove {
            return heading.into();
        }
        let heading = quiet(look, heading, Message::Select(person.peer)).padding(0).width(Length::Fill);
        column![heading].push((self.selected == Some(person.peer)).then(|| removal(look, game, person.peer))).into()
    }

    fn state(&self, look: Look, calendar: &Calendar, person: &Person, game: InGame) -> String {
        if person.peer == self.me {
            look.t("person-you")
        } else if person.online && game.is_quiz_turn {
            // There is no room for an address beside the points.
            look.t("person-online")
        } else if person.online {
            person.addresses.first().map_or_else(|| look.t("person-online"), |address| short_address(address))
        } else {
            match person.last_seen {
                Some(ms) => look.t_args("person-away-since", [("when", calendar.moment(look, ms).into())]),
                None => look.t("person-away"),
            }
        }
    }

    /// Returns the people as letters, one below the other.
    pub fn narrow_view(&self, look: Look, game: impl Fn(Author) -> InGame) -> Element<'_, Message> {
        let letters = self.in_order().into_iter().map(|person| {
            let letter = avatar(look, person, &self.label(person.peer, ""));
            let game = game(person.peer);
            let score = score(game).map(|score| score.size(theme::SMALL));
            let letter = column![letter].push(mark(look, game)).push(score);
            let letter = letter.align_x(Alignment::Center);
            if !person.forked {
                return letter.into();
            }
            let forked = theme::sign(FORKED).size(theme::SMALL).color(look.colors.accent);
            hint(look, letter.push(forked), look.t("person-forked"))
        });
        Column::with_children(letters).spacing(8).align_x(Alignment::Center).into()
    }
}

/// Cuts a name to so many columns, with an ellipsis.
fn cut(name: &str, columns: usize) -> String {
    let mut used = 0;
    for (at, letter) in name.char_indices() {
        used += if letter < '\u{1100}' { 1 } else { 2 };
        if used > columns {
            return format!("{}…", name.get(..at).unwrap_or(name).trim_end());
        }
    }
    name.to_owned()
}

/// Returns a sign for a person who draws, or has solved the word.
fn mark<'a>(look: Look, game: InGame) -> Option<Element<'a, Message>> {
    if game.draws {
        return Some(theme::sign("✎").color(look.colors.accent).into());
    }
    game.solved.then(|| theme::sign("✔").color(look.colors.success).into())
}

fn score<'a>(game: InGame) -> Option<text::Text<'a, iced::Theme>> {
    game.score.map(|score| theme::strong(grouped(score.into())))
}

/// Returns a button to vote for a person's removal.
fn removal<'a>(look: Look, game: InGame, author: Author) -> Element<'a, Message> {
    let (words, message) = match game.voted_to_remove {
        true => (look.t("game-voted-remove"), None),
        false => (look.t("game-remove"), Some(Message::Remove(author))),
    };
    let remove = small_button(look, words, message);
    container(remove).padding(iced::padding::left(36).top(4)).into()
}

/// Returns a disc of the person's colour with the first letter of the name; hollow for a person who is away.
fn avatar<'a>(look: Look, person: &Person, name: &str) -> Element<'a, Message> {
    let letter: String = name.chars().next().into_iter().flat_map(char::to_uppercase).collect();
    let letter = text(letter).size(theme::SMALL).font(theme::BOLD);
    let disc = container(letter).center(28);
    if person.online {
        disc.style(style::pill(palette::person(&person.peer), palette::ON_PERSON)).into()
    } else {
        disc.style(style::ring(look.colors, palette::person_mark(&person.peer, look.colors))).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(key: u8, name: &str, online: bool) -> Person {
        Person {
            peer: Author([key; 32]),
            name: name.to_owned(),
            online,
            addresses: Vec::new(),
            last_seen: None,
            forked: false,
        }
    }

    #[test]
    fn only_people_who_share_a_name_show_a_fingerprint() {
        let mut people = People::new(Author([1; 32]));
        people.replace(vec![person(1, "Ana", true), person(2, "Ben", true), person(3, "", true)]);
        assert_eq!(people.label(Author([1; 32]), ""), "Ana");
        let revision = people.revision;
        people.insert(person(2, "Ana", true));
        assert_ne!(people.revision, revision);
        assert_eq!(people.label(Author([1; 32]), ""), format!("Ana ({})", Author([1; 32]).fingerprint()));
        assert_eq!(people.label(Author([2; 32]), ""), format!("Ana ({})", Author([2; 32]).fingerprint()));
        assert_eq!(people.label(Author([3; 32]), ""), Author([3; 32]).fingerprint());
        assert_eq!(people.label(Author([9; 32]), "Zoe"), "Zoe");
        people.insert(person(2, "A\u{ad}na\u{3164}", true));
        assert_eq!(people.label(Author([1; 32]), ""), format!("Ana ({})", Author([1; 32]).fingerprint()));
    }

    #[test]
    fn long_names_are_cut() {
        let mut people = People::new(Author([1; 32]));
        people.replace(vec![person(1, &"가".repeat(300), true), person(2, "Ana", true)]);
        assert_eq!(people.label(Author([1; 32]), ""), format!("{}…", "가".repeat(40)));
        assert_eq!(people.short_label(Author([1; 32]), ""), format!("{}…", "가".repeat(9)));
        assert_eq!(people.short_label(Author([2; 32]), ""), "Ana");
    }

    #[test]
    fn lines_are_shown_anew_when_their_author_turns_out_to_have_forked() {
        let mut people = People::new(Author([1; 32]));
        people.replace(vec![person(2, "Ben", true)]);
        let revision = people.revision;
        people.insert(person(2, "Ben", false));
        assert_eq!((people.revision, people.is_forked(Author([2; 32]))), (revision, false));
        people.insert(Person { forked: true, ..person(2, "Ben", false) });
        assert!(people.revision != revision && people.is_forked(Author([2; 32])));
    }

    #[test]
    fn we_come_first_and_the_absent_last() {
        let mut people = People::new(Author([1; 32]));
        people.replace(vec![person(2, "Abe", false), person(3, "Zoe", true), person(1, "Me", true)]);
        let names: Vec<&str> = people.in_order().into_iter().map(|person| person.name.as_str()).collect();
        assert_eq!(names, ["Me", "Zoe", "Abe"]);
        assert_eq!(people.others_online(), 1);
    }
}
