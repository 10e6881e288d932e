//! What the node tells.

use inkmesh::event::{CanvasChange, Entry, Event, Person, ReadingView, Warning};
use inkmesh::name::RoomName;

use super::chat::is_talk;
use super::notices::Notice;
use super::status::{Missing, NOT_WORTH_TELLING};
use super::{Action, Message, Room};
use crate::window::link::Command;

impl Room {
    /// Takes in what happened, in its order.
    pub(super) fn happened(&mut self, events: Vec<Event>) -> Vec<Action> {
        let actions = events.into_iter().flat_map(|event| self.event(event)).collect();
        self.look_at_the_clock();
        actions
    }

    fn event(&mut self, event: Event) -> Vec<Action> {
        if let Some(waiting) = &mut self.meanwhile
            && room_of(&event).is_some_and(|room| self.rooms.here.as_ref() == Some(room))
        {
            // The room's contents are on their way: this comes after them.
            waiting.push(event.clone());
        }
        match event {
            Event::Ready { addresses, .. } => self.addresses = addresses,
            Event::Peer { room, person } => self.peer(&room, person),
            Event::Entries { room, entries } => self.entries(&room, entries),
            Event::Live { room, author, board, ink, from } if self.is_here(&room) => {
                self.sheet.moved(author, board, &ink, from, self.now);
            }
            Event::Canvas { room, change } if self.is_here(&room) => return self.canvas(change),
            Event::Game { room, game } => {
                let mut actions = self.ring(&room, &game);
                if self.is_here(&room) {
                    actions.extend(self.game_moved(*game));
                }
                return actions;
            }
            Event::Close { room, line } if self.is_here(&room) => self.chat.guesses.was_close(line),
            Event::Live { .. } | Event::Canvas { .. } | Event::Close { .. } => {}
            Event::Syncing { room, peers, received, remaining } => {
                return self.syncing(room, Missing { peers, received, remaining });
            }
            Event::Reading { room, reading } => self.reading(room, reading),
            Event::HeldBack { room, entries } if self.is_here(&room) => self.chat.held_back(entries),
            Event::HeldBack { .. } => {}
            Event::Synced { .. } => {}
            Event::Warning(warning) => return self.warned(warning),
        }
        Vec::new()
    }

    /// Somebody is in a room, or away from it.
    pub(super) fn peer(&mut self, room: &RoomName, person: Person) {
        if person.peer != self.me {
            let online = &mut self.rooms.rooms.entry(room.clone()).or_default().online;
            if person.online {
                online.insert(person.peer);
            } else {
                online.remove(&person.peer);
                self.connection.left(room, person.peer);
            }
            self.connection.others(self.rooms.others(), self.now);
        } else if !person.name.is_empty() {
            self.name.clone_from(&person.name);
        }
        if self.is_here(room) {
            self.people.update(person);
        }
    }

    fn entries(&mut self, room: &RoomName, entries: Vec<Entry>) {
        if !self.is_here(room) {
            return;
        }
        if !self.chat_in_view() {
            self.behind +=
                entries.iter().filter(|entry| is_talk(entry) && entry.author != self.me && !entry.late).count();
        }
        self.chat.add(entries, self.me);
    }

    fn syncing(&mut self, room: RoomName, missing: Missing) -> Vec<Action> {
        // What takes only a moment is not worth a bar; for the rest, have a look when it begins to be.
        if self.connection.syncing(room, missing, self.now) {
            vec![Action::Later(NOT_WORTH_TELLING, Message::Tick)]
        } else {
            Vec::new()
        }
    }

    fn reading(&mut self, room: RoomName, reading: ReadingView) {
        let here = self.is_here(&room);
        self.rooms.rooms.entry(room).or_default().unread = reading.unread;
        if here {
            let being_read = self.is_being_read();
            self.chat.reading_is(reading, being_read);
        }
    }

    fn canvas(&mut self, change: CanvasChange) -> Vec<Action> {
        match change {
            CanvasChange::Added(drawn) => {
                self.sheet.added(drawn, self.me);
                Vec::new()
            }
            CanvasChange::Reset => self.ask_sheet(),
        }
    }

    /// Asks for the sheet, unless it is being asked for.
    pub(super) fn ask_sheet(&mut self) -> Vec<Action> {
        match self.rooms.here.clone() {
            Some(room) if self.sheet.ask() => vec![Action::Ask(Command::Canvas(room))],
            _ => Vec::new(),
        }
    }

    fn warned(&mut self, warning: Warning) -> Vec<Action> {
        self.connection.warned(&warning);
        self.banners.warned(&warning);
        if let Warning::Lagged { .. } = warning {
            let mut actions = vec![Action::Ask(Command::Rooms)];
            if let Some(room) = self.rooms.here.clone() {
                actions.extend(self.load(room));
            }
            return actions;
        }
        let name = match &warning {
            Warning::Fork { author } | Warning::Parked { author } => self.people.label(*author, ""),
            _ => String::new(),
        };
        self.notify(Notice::Warning(warning, name));
        Vec::new()
    }
}

/// The room that an event is about.
fn room_of(event: &Event) -> Option<&RoomName> {
    match event {
        Event::Peer { room, .. }
        | Event::Entries { room, .. }
        | Event::Live { room, .. }
        | Event::Canvas { room, .. }
        | Event::Game { room, .. }
        | Event::Close { room, .. }
        | Event::Syncing { room, .. }
        | Event::Reading { room, .. }
        | Event::HeldBack { room, .. }
        | Event::Synced { room, .. } => Some(room),
        Event::Ready { .. } | Event::Warning(_) => None,
    }
}
