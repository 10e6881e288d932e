//! The people of a room.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use iced::widget::{Column, column, container, row, text};
use iced::{Alignment, Element, Length};
use inkmesh::contacts::Contact;
use inkmesh::event::Person;
use inkmesh::identity::Author;
use inkmesh::lookalike::{Skeleton, without_star};
use inkmesh::name::PersonName;
use inkmesh::picture::Picture;

use crate::text::{grouped, short_address};
use crate::window::calendar::Calendar;
use crate::window::portrait::{LISTED, portrait};
use crate::window::theme::{self, Look};
use crate::window::widget::focusable;
use crate::window::widget::parts::{hint, hint_below, quiet, small_button};

/// Columns for a name in a list. Hangul takes two of them; a name may have so many characters.
const MOST: usize = 2 * inkmesh::name::MAX_NAME_CHARS;
/// Columns for a name in a line that must not grow.
const FEW: usize = 18;
/// The mark of a person who signed two different histories.
pub const FORKED: &str = "⚑";

/// The mark of a friend. No name of others is shown with a star before it.
pub const FRIEND: &str = "★";
/// An event of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Message {
    /// Select a person, or nobody if that person is selected.
    Select(Author),
    Remove(Author),
    /// Show what is known of a person.
    Details(Author),
}

/// A consequence of a message, outside of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Remove(Author),
    Details(Author),
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

/// The people of a room, ourselves included, and the contacts.
#[derive(Debug)]
pub struct People {
    /// Our own key.
    pub me: Author,
    people: BTreeMap<Author, Person>,
    contacts: BTreeMap<Author, Contact>,
    /// What the name of each person of the room looks like.
    skeletons: BTreeMap<Author, Skeleton>,
    /// How many people of the room have a name that looks so.
    alike: BTreeMap<Skeleton, usize>,
    /// A number that changes with what lines show of their authors.
    pub revision: u64,
    /// The person who is selected in the list.
    selected: Option<Author>,
}

impl People {
    /// Creates an empty list; `me` is our own key.
    pub fn new(me: Author) -> Self {
        let (people, contacts, skeletons, alike) = Default::default();
        People { me, people, contacts, skeletons, alike, revision: 0, selected: None }
    }

    /// Forgets the people of the room: another one is opened.
    pub fn leave_room(&mut self) {
        *self = People { contacts: std::mem::take(&mut self.contacts), ..People::new(self.me) };
    }

    pub fn replace(&mut self, people: Vec<Person>) {
        (self.people, self.skeletons, self.alike) = Default::default();
        for person in people {
            self.list(person.peer, &person.name);
            self.people.insert(person.peer, person);
        }
        self.revision += 1;
    }

    /// Adds a person, or replaces what is known.
    pub fn insert(&mut self, person: Person) {
        let known = self.people.get(&person.peer);
        if known.is_none_or(|known| {
            (&known.name, &known.picture, known.forked) != (&person.name, &person.picture, person.forked)
        }) {
            self.list(person.peer, &person.name);
            self.revision += 1;
        }
        self.people.insert(person.peer, person);
    }

    /// Lists what the name of a person of the room looks like.
    fn list(&mut self, peer: Author, name: &str) {
        let skeleton = Skeleton::of(name);
        *self.alike.entry(skeleton.clone()).or_default() += 1;
        if let Some(before) = self.skeletons.insert(peer, skeleton)
            && let Some(count) = self.alike.get_mut(&before)
        {
            *count -= 1;
            if *count == 0 {
                self.alike.remove(&before);
            }
        }
    }

    // ---- contacts ----

    /// Replaces all contacts.
    pub fn replace_contacts(&mut self, contacts: Vec<Contact>) {
        self.contacts = contacts.into_iter().map(|contact| (contact.peer, contact)).collect();
        self.revision += 1;
    }

    /// Adds a contact, or replaces what is known. Returns whether it is to be heard again, or no longer.
    pub fn insert_contact(&mut self, contact: Contact) -> bool {
        let is_heard = |contact: &Contact| (contact.muted, contact.blocked);
        let heard = is_heard(&contact);
        let known = self.contacts.get(&contact.peer);
        let shown = |contact: &Contact| {
            let names = (contact.name.clone(), contact.nickname.clone(), contact.look_alikes.is_empty());
            (names, contact.picture.clone(), contact.friend)
        };
        if known.map(shown) != Some(shown(&contact)) {
            self.revision += 1;
        }
        self.contacts.insert(contact.peer, contact).map_or((false, false), |before| is_heard(&before)) != heard
    }

    pub fn contact(&self, peer: Author) -> Option<&Contact> {
        self.contacts.get(&peer)
    }

    /// Returns the contacts that a search finds, by name, nickname or fingerprint: those who are online first, then by the
    /// time when they were met last.
    pub fn search(&self, text: &str) -> Vec<&Contact> {
        let wanted = text.trim().to_lowercase();
        let fits = |text: &str| text.to_lowercase().contains(&wanted);
        let found = self.contacts.values().filter(|contact| {
            let nickname = contact.nickname.as_ref().is_some_and(|nickname| fits(nickname.as_str()));
            nickname || fits(&contact.name) || fits(&contact.peer.fingerprint())
        });
        let mut found: Vec<&Contact> = found.collect();
        // While they are online, their last sight is only as new as the last event.
        found.sort_by_cached_key(|contact| {
            let away = (!contact.online).then_some(Reverse(contact.last_seen));
            let name = contact.nickname.as_ref().map_or(contact.name.as_str(), |nickname| nickname.as_str());
            (away, !contact.friend, name.to_lowercase(), contact.peer)
        });
        found
    }

    /// Returns others whose names look like one of this person's, friends first.
    pub fn look_alikes(&self, author: Author) -> Vec<Author> {
        let met = self.contacts.get(&author).map_or(&[][..], |contact| &contact.look_alikes);
        let skeleton =
            self.skeletons.get(&author).filter(|skeleton| self.alike.get(skeleton).is_some_and(|count| *count > 1));
        let here = self.skeletons.iter().filter(|(_, other)| Some(*other) == skeleton).map(|(other, _)| *other);
        let all: BTreeSet<Author> = met.iter().copied().chain(here).filter(|other| *other != author).collect();
        let mut all: Vec<Author> = all.into_iter().collect();
        all.sort_by_key(|other| !self.contacts.get(other).is_some_and(|contact| contact.friend));
        all
    }

    // ---- names ----

    /// Returns how a person is called: by our nickname for them, else by their name, with the mark of a friend, and with the
    /// fingerprint where another one's name looks the same. It is `fallback` for a person who is not known, and the fingerprint
    /// alone without either.
    pub fn label(&self, author: Author, fallback: &str) -> String {
        self.label_of(author, fallback, MOST)
    }

    /// Returns the same with a long name cut, for a line that must not grow.
    pub fn short_label(&self, author: Author, fallback: &str) -> String {
        self.label_of(author, fallback, FEW)
    }

    /// Returns how a person is called in a line where they give themselves this name, which may not be their last.
    pub fn label_as(&self, author: Author, called: &str) -> String {
        if called == self.name(author, "") {
            self.label(author, called)
        } else {
            self.marked(author, called, None, MOST)
        }
    }

    fn label_of(&self, author: Author, fallback: &str, most: usize) -> String {
        let nickname = self.contacts.get(&author).and_then(|contact| contact.nickname.as_ref());
        self.marked(author, self.name(author, fallback), nickname.map(PersonName::as_str), most)
    }

    /// Returns a person's nickname or name, cut and with the marks that tell people apart.
    fn marked(&self, author: Author, own: &str, nickname: Option<&str>, most: usize) -> String {
        let is_friend = self.contacts.get(&author).is_some_and(|contact| contact.friend);
        let friend = if is_friend { format!("{FRIEND} ") } else { String::new() };
        let name = nickname.unwrap_or_else(|| without_star(own));
        let is_mistakable = |name| self.is_mistakable(author, name);
        if name.is_empty() {
            format!("{friend}{}", author.fingerprint())
        } else if is_mistakable(own) || nickname.is_some_and(is_mistakable) || name.ends_with([')', '）']) {
            // A name could also end with the fingerprint of somebody else.
            format!("{friend}{} ({})", cut(name, most), author.fingerprint())
        } else {
            format!("{friend}{}", cut(name, most))
        }
    }

    /// Returns the name that a person gave themselves.
    pub fn name<'a>(&'a self, author: Author, fallback: &'a str) -> &'a str {
        let here = self.people.get(&author).map(|person| person.name.as_str());
        let met = self.contacts.get(&author).map(|contact| contact.name.as_str());
        [here, met].into_iter().flatten().find(|name| !name.is_empty()).unwrap_or(fallback)
    }

    /// Returns a person's picture, if they chose one.
    pub fn picture(&self, author: Author) -> Option<&Picture> {
        let here = self.people.get(&author).filter(|person| !person.name.is_empty());
        match here {
            Some(person) => person.picture.as_ref(),
            None => self.contacts.get(&author).and_then(|contact| contact.picture.as_ref()),
        }
    }

    /// Returns the portrait of a person, with this side in pixels; hollow for a person who is away.
    pub fn portrait<'a, M: 'a>(&self, look: Look, author: Author, online: bool, side: f32) -> Element<'a, M> {
        portrait(look, author, self.picture(author), online, side)
    }

    /// Returns whether somebody else has a name that looks like this one of a person.
    fn is_mistakable(&self, author: Author, name: &str) -> bool {
        if self.contacts.get(&author).is_some_and(|contact| !contact.look_alikes.is_empty()) {
            return true;
        }
        let count = |skeleton| self.alike.get(skeleton).copied().unwrap_or_default();
        match self.skeletons.get(&author) {
            Some(skeleton) if self.people.get(&author).is_some_and(|person| person.name == name) => count(skeleton) > 1,
            listed => {
                let skeleton = Skeleton::of(name);
                count(&skeleton) > usize::from(listed == Some(&skeleton))
            }
        }
    }

    /// Returns whether a person is in the room now.
    pub fn is_here(&self, author: Author) -> bool {
        self.people.get(&author).is_some_and(|person| person.online)
    }

    /// Returns whether a person signed two different histories.
    pub fn is_forked(&self, author: Author) -> bool {
        self.people.get(&author).is_some_and(|person| person.forked)
    }

    /// Returns how many others are online.
    pub fn others_online(&self) -> usize {
        self.people.values().filter(|person| person.online && person.peer != self.me).count()
    }

    /// Returns how many contacts are online.
    pub fn contacts_online(&self) -> usize {
        self.contacts.values().filter(|contact| contact.online).count()
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
            Message::Details(author) => Some(Outcome::Details(author)),
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
            theme::body(name).color(color).wrapping(text::Wrapping::WordOrGlyph),
            theme::small(self.state(look, calendar, person, game), colors.muted).wrapping(text::Wrapping::WordOrGlyph),
        ]
        .push(person.forked.then(|| theme::small(look.t("person-forked"), colors.accent)));
        let heading = row![self.portrait(look, person.peer, person.online, LISTED), words.width(Length::Fill)]
            .push(person.forked.then(|| theme::sign(FORKED).color(colors.accent)))
            .push(mark(look, game))
            .push(score(game))
            .spacing(8)
            .align_y(Alignment::Center);
        let message = if game.may_remove { Message::Select } else { Message::Details }(person.peer);
        let heading = quiet(look, heading, message).padding(0).width(Length::Fill);
        let heading = focusable(heading, message, look.colors.accent);
        if person.peer == self.me {
            return hint_below(look, heading, look.t("picture-change"));
        }
        let selected = game.may_remove && self.selected == Some(person.peer);
        column![heading].push(selected.then(|| removal(look, game, person.peer))).into()
    }

    fn state(&self, look: Look, calendar: &Calendar, person: &Person, game: InGame) -> String {
        if person.peer == self.me {
            look.t("person-you")
        } else if self.contacts.get(&person.peer).is_some_and(|contact| contact.blocked) {
            look.t("person-blocked")
        } else if self.contacts.get(&person.peer).is_some_and(|contact| contact.muted) {
            look.t("person-muted")
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

    /// Returns the people as portraits, one below the other.
    pub fn narrow_view(&self, look: Look, game: impl Fn(Author) -> InGame) -> Element<'_, Message> {
        let portraits = self.in_order().into_iter().map(|person| {
            let label = self.label(person.peer, "");
            let shown = self.portrait(look, person.peer, person.online, LISTED);
            let game = game(person.peer);
            let score = score(game).map(|score| score.size(theme::SMALL));
            let shown = column![shown].push(mark(look, game)).push(score);
            let shown = shown.align_x(Alignment::Center);
            let forked = person.forked.then(|| theme::sign(FORKED).size(theme::SMALL).color(look.colors.accent));
            let friend = self.contacts.get(&person.peer).is_some_and(|contact| contact.friend);
            let friend = friend.then(|| theme::small(FRIEND, look.colors.text));
            let words = if person.forked { format!("{label}: {}", look.t("person-forked")) } else { label };
            let shown = shown.push(forked).push(friend);
            hint(look, quiet(look, shown, Message::Details(person.peer)).padding(0), words)
        });
        Column::with_children(portraits).spacing(8).align_x(Alignment::Center).into()
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
    let details = small_button(look, look.t("person-details"), Message::Details(author));
    container(row![remove, details].spacing(4).wrap()).padding(iced::padding::left(LISTED + 8.0).top(4)).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(key: u8, name: &str, online: bool) -> Person {
        Person {
            peer: Author([key; 32]),
            name: name.to_owned(),
            picture: None,
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
        for alike in ["A\u{ad}na\u{3164}", "\u{410}n\u{430}", "ANA"] {
            people.insert(person(2, alike, true));
            assert_eq!(people.label(Author([1; 32]), ""), format!("Ana ({})", Author([1; 32]).fingerprint()));
        }
        people.insert(person(2, "Ben", true));
        assert_eq!(people.label(Author([1; 32]), ""), "Ana");
        assert_eq!(people.label(Author([9; 32]), "ana"), format!("ana ({})", Author([9; 32]).fingerprint()));
    }

    fn contact(key: u8, name: &str) -> Contact {
        let peer = Author([key; 32]);
        Contact { name: name.to_owned(), ..inkmesh::contacts::Contacts::default().get(peer, 0) }
    }

    #[test]
    fn a_friend_has_a_mark_and_a_nickname_that_nobody_can_give_themselves() {
        let (ana, ben) = (Author([2; 32]), Author([3; 32]));
        let mut people = People::new(Author([1; 32]));
        people.replace(vec![person(2, "Ana", true), person(3, "★ Ana", true), person(4, "Zoe (abc123)", true)]);
        let revision = people.revision;
        people.insert_contact(Contact { friend: true, ..contact(2, "Ana") });
        assert_ne!(people.revision, revision);
        assert_eq!(people.label(ana, ""), format!("★ Ana ({})", ana.fingerprint()));
        assert_eq!(people.label(ben, ""), format!("Ana ({})", ben.fingerprint()));
        people.insert(person(3, "⭐\u{fe0f} ★", true));
        assert_eq!(people.label(ana, ""), "★ Ana");
        assert_eq!(people.label(ben, ""), ben.fingerprint());
        let zoe = Author([4; 32]);
        assert_eq!(people.label(zoe, ""), format!("Zoe (abc123) ({})", zoe.fingerprint()), "the last one is true");
        let sis = Some("sis".parse().unwrap());
        people.insert_contact(Contact { friend: true, nickname: sis, look_alikes: vec![ben], ..contact(2, "Ana") });
        assert_eq!(people.label(ana, ""), format!("★ sis ({})", ana.fingerprint()));
        assert_eq!(people.label_as(ana, "Ana"), people.label(ana, ""));
        assert_eq!(people.label_as(ana, "★ Zoe"), format!("★ Zoe ({})", ana.fingerprint()));
        assert_eq!(people.label_as(Author([1; 32]), "Me before"), "Me before");
        people.leave_room();
        assert_eq!(people.label(ana, "Ana"), format!("★ sis ({})", ana.fingerprint()), "in every room");
        assert!(!people.insert_contact(contact(2, "Ana")));
        assert!(people.insert_contact(Contact { muted: true, ..contact(2, "Ana") }), "the chat is to be read again");
    }

    #[test]
    fn contacts_are_found_and_those_who_are_here_come_first() {
        let mut people = People::new(Author([1; 32]));
        let seen = |key, name, last_seen| Contact { last_seen: Some(last_seen), ..contact(key, name) };
        people.replace_contacts(vec![
            seen(2, "Ana", 50),
            seen(3, "Ben", 70),
            Contact { online: true, ..seen(4, "보라", 10) },
            Contact { nickname: Some("Anton".parse().unwrap()), ..contact(5, "Tony") },
        ]);
        let found = |text: &str| people.search(text).iter().map(|one| one.name.clone()).collect::<Vec<_>>();
        assert_eq!(found(""), ["보라", "Ben", "Ana", "Tony"]);
        assert_eq!(found(" an"), ["Ana", "Tony"]);
        assert_eq!(found("보"), ["보라"]);
        assert!(found(&Author([3; 32]).fingerprint()).contains(&"Ben".to_owned()));
        assert!(found("nobody").is_empty());
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
