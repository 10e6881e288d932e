//! What the node answers.

use std::collections::BTreeMap;

use inkmesh::event::{CanvasView, Entry, RoomSummary};
use inkmesh::name::{PersonName, RoomName};
use inkmesh::node::{CommandError, Spoken};
use inkmesh::operation::OperationId;

use super::chat::Sought;
use super::chat_view::CHAT_FIELD;
use super::dialog::Dialog;
use super::guesses::Guesses;
use super::hands::seek;
use super::notices::Notice;
use super::{Action, Room};
use crate::window::link::{Answer, Command, Loaded, Step};

impl Room {
    /// Takes in an answer.
    pub(super) fn answered(&mut self, answer: Answer) -> Vec<Action> {
        match answer {
            Answer::Rooms(Ok(rooms)) => self.rooms_are(rooms),
            Answer::Loaded(room, result) => self.loaded(&room, result),
            Answer::Older(room, before, result) => self.older(room, before, result),
            Answer::LateDismissed(result) => result.map_or_else(|error| self.refused(error), |()| Vec::new()),
            Answer::Canvas(room, result) => self.sheet_is(&room, result),
            Answer::Said(room, text, result) => self.said(&room, text, result),
            Answer::Drawn(room, stroke, result) => self.drawn(&room, stroke, result),
            Answer::NotShown(error) => self.not_shown(&error),
            Answer::Touched(room, touch, result) => self.touched(&room, touch, result),
            Answer::Gallery(room, result) => self.gallery_read(&room, result),
            Answer::Stepped(room, step, result) => self.stepped(&room, step, result),
            Answer::Joined(room, Ok(())) => self.joined(room),
            Answer::Left(room, Ok(())) => self.left(&room),
            Answer::Dialled(address, result) => self.dialled(address, result),
            Answer::Renamed(name, Ok(())) => self.renamed(name),
            Answer::Rooms(Err(error))
            | Answer::Joined(_, Err(error))
            | Answer::Left(_, Err(error))
            | Answer::Renamed(_, Err(error)) => self.refused(error),
        }
    }

    pub(super) fn refused(&mut self, error: CommandError) -> Vec<Action> {
        self.notify(Notice::Refused(error));
        Vec::new()
    }

    fn rooms_are(&mut self, rooms: Vec<RoomSummary>) -> Vec<Action> {
        let mut known = std::mem::take(&mut self.rooms.rooms);
        self.rooms.rooms = rooms
            .into_iter()
            .map(|summary| {
                let mut info = known.remove(&summary.room).unwrap_or_default();
                info.unread = summary.unread;
                (summary.room, info)
            })
            .collect::<BTreeMap<_, _>>();
        if self.here().is_some_and(|here| self.rooms.rooms.contains_key(here)) {
            return Vec::new();
        }
        let wanted = self.wanted.iter().find(|room| self.rooms.rooms.contains_key(*room)).cloned();
        match wanted.or_else(|| self.rooms.rooms.keys().next().cloned()) {
            Some(room) => {
                let mut actions = self.open(room);
                actions.push(Action::Focus(CHAT_FIELD));
                actions
            }
            None => Vec::new(),
        }
    }

    fn loaded(&mut self, room: &RoomName, result: Result<Box<Loaded>, CommandError>) -> Vec<Action> {
        if !self.is_here(room) {
            return Vec::new();
        }
        let meanwhile = self.meanwhile.take().unwrap_or_default();
        let Loaded { entries, people, canvas, game, reading } = match result {
            Ok(loaded) => *loaded,
            Err(error) => return self.refused(error),
        };
        self.rooms.rooms.entry(room.clone()).or_default().unread = reading.unread;
        if !self.chat_in_view() {
            self.behind = usize::try_from(reading.unread).unwrap_or(usize::MAX);
        }
        self.chat.show(entries, reading);
        for person in &people {
            self.peer(room, person.clone());
        }
        self.people.replace(people);
        let rung = self.ring(room, &game);
        self.game.update(game, self.now);
        let mut actions = if self.sheet.show(canvas, self.me) { self.ask_sheet_anew() } else { Vec::new() };
        actions.extend(rung);
        // What came while the room was being loaded comes after it; strokes and lines that it held already are known.
        actions.extend(self.happened(meanwhile));
        actions.extend(self.ask_older());
        actions
    }

    fn older(&mut self, room: RoomName, before: OperationId, result: Result<Vec<Entry>, CommandError>) -> Vec<Action> {
        if !self.is_here(&room) {
            return Vec::new();
        }
        let mut page = match result {
            Ok(page) => page,
            Err(error) => {
                self.chat.older_failed(before);
                return self.refused(error);
            }
        };
        match self.chat.sought(before, &mut page) {
            Some(Sought::Further(before)) => return vec![seek(room, before)],
            Some(Sought::Lost) => self.notify(Notice::LateLost),
            Some(Sought::Found) => {}
            None => self.chat.put_before(before, page),
        }
        self.ask_older()
    }

    fn sheet_is(&mut self, room: &RoomName, result: Result<CanvasView, CommandError>) -> Vec<Action> {
        if !self.is_here(room) {
            return Vec::new();
        }
        let again = match result {
            Ok(view) => self.sheet.show(view, self.me),
            Err(error) => {
                self.refused(error);
                self.sheet.not_shown()
            }
        };
        if again { self.ask_sheet_anew() } else { Vec::new() }
    }

    /// The sheet has noted down that it is being asked for again.
    fn ask_sheet_anew(&self) -> Vec<Action> {
        self.here().map(|room| Action::Ask(Command::Canvas(room.clone()))).into_iter().collect()
    }

    fn said(&mut self, room: &RoomName, text: String, result: Result<Spoken, CommandError>) -> Vec<Action> {
        if self.is_here(room) {
            self.chat.guesses.answered(&text);
        }
        match result {
            Ok(Spoken::Line(_) | Spoken::Solved) => {
                self.connection.saved();
                Vec::new()
            }
            Err(error) if self.is_here(room) => {
                self.chat.give_back(&text);
                if Guesses::is_trouble(&error) {
                    // Told where the eyes are: above the text, which is to be said again.
                    self.chat.guesses.came_back(error, &self.chat.draft);
                    return Vec::new();
                }
                self.refused(error)
            }
            Err(error) => {
                let draft = self.drafts.entry(room.clone()).or_default();
                *draft = if draft.is_empty() { text } else { format!("{text} {draft}") };
                self.refused(error)
            }
        }
    }

    fn stepped(&mut self, room: &RoomName, step: Step, result: Result<(), CommandError>) -> Vec<Action> {
        if self.is_here(room) {
            match result {
                Ok(()) => self.game.stepped(&step),
                Err(_) => self.game.not_stepped(&step),
            }
        }
        match (step, result) {
            (Step::Start(..), result) => self.proposed(result),
            (_, Ok(())) => Vec::new(),
            (_, Err(error)) => self.refused(error),
        }
    }

    fn joined(&mut self, room: RoomName) -> Vec<Action> {
        let mut actions = self.open(room);
        actions.push(Action::Focus(CHAT_FIELD));
        actions
    }

    fn left(&mut self, room: &RoomName) -> Vec<Action> {
        self.rooms.rooms.remove(room);
        if self.is_here(room) {
            self.rooms.here = None;
        }
        vec![Action::Ask(Command::Rooms)]
    }

    fn dialled(&mut self, address: String, result: Result<(), CommandError>) -> Vec<Action> {
        match (result, &mut self.dialog) {
            (Ok(()), dialog) => {
                if matches!(dialog, Some(Dialog::Connect { .. })) {
                    self.dialog = None;
                }
                self.notify(Notice::Dialling(address));
                Vec::new()
            }
            (Err(reason), Some(Dialog::Connect { error, .. })) => {
                *error = Some(reason);
                Vec::new()
            }
            (Err(reason), _) => self.refused(reason),
        }
    }

    fn renamed(&mut self, name: PersonName) -> Vec<Action> {
        name.as_str().clone_into(&mut self.name);
        if matches!(self.dialog, Some(Dialog::Settings { .. })) {
            self.dialog = None;
        }
        vec![Action::Named(name)]
    }
}
