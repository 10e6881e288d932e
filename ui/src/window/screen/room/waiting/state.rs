//! What the waiting room shows beside the rooms and people that the screen knows.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use inkmesh::command::Command;
use inkmesh::event::{Entry, EntryBody, PastRoom};
use inkmesh::identity::Author;
use inkmesh::name::{PersonName, RoomName};
use inkmesh::operation::OrderKey;
use inkmesh::waiting_room::NearbyRoom;

use crate::window::screen::room::rooms::Rooms;

/// Lines of a room that are read to find the last one that says something.
const LINES: usize = 16;
/// Rooms whose last lines are asked for at once: those in which something happened last.
const MOST_ASKED: usize = 32;
/// Characters of a line that are kept.
const MOST_CHARS: usize = 160;

/// The state of the waiting room.
#[derive(Debug, Default)]
pub struct Waiting {
    /// True if it fills the window.
    pub is_up: bool,
    /// True when the rooms that we are in are known.
    pub is_loaded: bool,
    /// The rooms that others have open.
    pub nearby: Vec<NearbyRoom>,
    /// The rooms that we left.
    pub past: Vec<PastRoom>,
    /// The last lines of the rooms that we are in.
    lines: BTreeMap<RoomName, LastLine>,
    /// The room that was open when the program ended last.
    last: Option<RoomName>,
}

/// The last line of a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastLine {
    pub author: Author,
    /// The name of the author when it was written.
    pub name: String,
    /// What was said; `None` if something was drawn.
    pub words: Option<String>,
    /// The time in milliseconds since 1970.
    pub time: u64,
    place: OrderKey,
}

impl Waiting {
    /// Creates the state before anything is known. `last` is the room that was open when the program ended last.
    pub fn new(is_up: bool, last: Option<RoomName>) -> Self {
        Waiting { is_up, last, ..Waiting::default() }
    }

    /// Takes lines of a room.
    pub fn lines(&mut self, room: &RoomName, entries: &[Entry]) {
        let newest = entries.iter().filter_map(last_line).max_by_key(|line| line.place);
        if let Some(line) = newest
            && self.lines.get(room).is_none_or(|known| known.place < line.place)
        {
            self.lines.insert(room.clone(), line);
        }
    }

    /// Returns the last line of a room, if it is known.
    pub fn line(&self, room: &RoomName) -> Option<&LastLine> {
        self.lines.get(room)
    }

    /// Returns the commands that ask for what is shown, when the rooms that we are in are known.
    pub fn asks(&self, rooms: &Rooms) -> Vec<Command> {
        let unknown = self.own(rooms).into_iter().filter(|room| {
            !self.lines.contains_key(*room) && rooms.rooms.get(*room).is_some_and(|info| info.last_activity > 0)
        });
        let ask = |room: &RoomName| Command::History { room: room.clone(), limit: Some(LINES), before: None };
        [Command::RoomsNearby, Command::PastRooms].into_iter().chain(unknown.take(MOST_ASKED).map(ask)).collect()
    }

    /// Returns the rooms that we are in: the one that was open last, then those in which something happened last. The order stays
    /// while the waiting room is looked at, so that no row moves from under the pointer.
    pub fn own<'a>(&self, rooms: &'a Rooms) -> Vec<&'a RoomName> {
        let mut own: Vec<_> = rooms.rooms.iter().collect();
        let last = rooms.here.as_ref().or(self.last.as_ref());
        own.sort_by_key(|(name, info)| (Some(*name) != last, Reverse(info.last_activity), *name));
        own.into_iter().map(|(name, _)| name).collect()
    }

    /// Returns the rooms that others have open and that we are not in.
    pub fn others<'a>(&'a self, rooms: &Rooms) -> Vec<&'a NearbyRoom> {
        self.nearby.iter().filter(|nearby| !rooms.rooms.contains_key(&nearby.room)).collect()
    }

    /// Returns the rooms that we left and that nobody has open.
    pub fn past<'a>(&'a self, rooms: &Rooms) -> Vec<&'a PastRoom> {
        let is_listed = |room: &RoomName| rooms.rooms.contains_key(room) || self.nearby(room).is_some();
        self.past.iter().filter(|past| !is_listed(&past.room)).collect()
    }

    /// Returns what others announced of a room.
    pub fn nearby(&self, room: &RoomName) -> Option<&NearbyRoom> {
        self.nearby.iter().find(|nearby| nearby.room == *room)
    }

    /// Returns the name that somebody announced.
    pub fn name_of(&self, peer: Author) -> Option<&str> {
        let mut announced = self.nearby.iter().flat_map(|nearby| &nearby.who).filter(|who| who.peer == peer);
        announced.next()?.name.as_ref().map(PersonName::as_str)
    }

    /// Returns the rooms that somebody has open, as they announced.
    pub fn rooms_of(&self, peer: Author) -> impl Iterator<Item = &RoomName> {
        let has = move |nearby: &&NearbyRoom| nearby.who.iter().any(|who| who.peer == peer);
        self.nearby.iter().filter(has).map(|nearby| &nearby.room)
    }
}

/// Returns the line of an entry, if it says something: talk or a drawing.
fn last_line(entry: &Entry) -> Option<LastLine> {
    let words = match &entry.body {
        EntryBody::Chat(text) | EntryBody::Guess(text) | EntryBody::Whisper(Some(text)) => Some(one_line(text)),
        EntryBody::Drawing => None,
        EntryBody::Whisper(None) | EntryBody::Game(_) | EntryBody::Named(_) | EntryBody::Unknown => return None,
    };
    let Entry { author, name, time, place, .. } = entry;
    Some(LastLine { author: *author, name: name.clone(), words, time: *time, place: *place })
}

/// Returns the beginning of a text on one line.
fn one_line(text: &str) -> String {
    let spaced = text.chars().take(MOST_CHARS).map(|c| if c.is_whitespace() { ' ' } else { c });
    spaced.collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use inkmesh::event::RoomSummary;

    use super::*;
    use crate::window::tests::bench::{ANA, ME, entry, said};

    fn room(name: &str) -> RoomName {
        name.parse().unwrap()
    }

    #[test]
    fn the_last_line_is_the_last_one_that_says_something() {
        let (mut waiting, tea) = (Waiting::default(), room("tea"));
        waiting.lines(&tea, &[said(1, ANA, "Ana", "first"), entry(2, ANA, "Ana", EntryBody::Named("Ana".to_owned()))]);
        assert_eq!(waiting.line(&tea).and_then(|line| line.words.as_deref()), Some("first"));
        waiting.lines(&tea, &[entry(5, ME, "Me", EntryBody::Drawing)]);
        assert_eq!(waiting.line(&tea).map(|line| (line.author, line.words.clone())), Some((ME, None)));
        // One that was written before comes late.
        waiting.lines(&tea, &[said(3, ANA, "Ana", "late")]);
        assert_eq!(waiting.line(&tea).map(|line| line.author), Some(ME));
        waiting.lines(&tea, &[said(6, ANA, "Ana", &format!("two\nlines {}", "x".repeat(9_000)))]);
        let words = waiting.line(&tea).and_then(|line| line.words.clone()).unwrap();
        assert!(words.starts_with("two lines xxx") && words.chars().count() == MOST_CHARS);
    }

    #[test]
    fn own_rooms_stand_in_the_order_of_their_use_and_each_room_once() {
        let mut rooms = Rooms::new(Vec::new());
        let summary =
            |name, last_activity| RoomSummary { room: room(name), title: None, people: 1, last_activity, unread: 0 };
        rooms.replace(vec![summary("art", 0), summary("lobby", 9), summary("tea", 20)]);
        let mut waiting = Waiting::new(true, Some(room("lobby")));
        assert_eq!(waiting.own(&rooms), [&room("lobby"), &room("tea"), &room("art")]);
        let nearby = |name| NearbyRoom { room: room(name), who: Vec::new(), game: None };
        waiting.nearby = vec![nearby("tea"), nearby("chess")];
        let past = |name| PastRoom { room: room(name), title: None };
        waiting.past = vec![past("art"), past("chess"), past("old")];
        let others: Vec<_> = waiting.others(&rooms).into_iter().map(|nearby| &nearby.room).collect();
        assert_eq!((others, waiting.past(&rooms)), (vec![&room("chess")], vec![&past("old")]));
        let asked = waiting.asks(&rooms);
        let ask = |name| Command::History { room: room(name), limit: Some(LINES), before: None };
        assert_eq!(asked, [Command::RoomsNearby, Command::PastRooms, ask("lobby"), ask("tea")]);
        waiting.lines(&room("tea"), &[said(1, ANA, "Ana", "hello")]);
        assert_eq!(waiting.asks(&rooms).len(), 3, "what is known is not asked for");
    }
}
