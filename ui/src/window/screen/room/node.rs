//! What the node reports to the room screen: the answers to its commands, and events.

use inkmesh::event::{CanvasChange, CanvasView, Event, GameView, Person, RoomSummary, Warning};
use inkmesh::game::{PlayError, SkippedBy};
use inkmesh::identity::Author;
use inkmesh::name::{PersonName, RoomName};
use inkmesh::node::CommandError;

use super::action::{Action, Timer};
use super::chat::CHAT_FIELD;
use super::dialog::Dialog;
use super::game::Change;
use super::people::People;
use super::state::RoomScreen;
use super::status::{Missing, Notice, SHOW_AFTER};
use crate::window::link::{Answer, Command, Loaded, Step, Touch};

/// The id of no field: focusing it leaves the keys to the game.
const NO_FIELD: &str = "no-field";

impl RoomScreen {
    /// Handles an answer.
    pub(super) fn answered(&mut self, answer: Answer) -> Vec<Action> {
        match answer {
            Answer::Rooms(Ok(rooms)) => self.rooms_are(rooms),
            Answer::Loaded(room, _) if !self.is_here(&room) => Vec::new(),
            Answer::Loaded(room, Ok(loaded)) => self.loaded(&room, *loaded),
            Answer::Loaded(_, Err(error)) => {
                self.while_loading = None;
                self.refused(error)
            }
            Answer::Older(room, before, result) if self.is_here(&room) => {
                let outcomes = self.chat.older(&room, before, result);
                self.chat_outcomes(outcomes)
            }
            Answer::Older(..) => Vec::new(),
            Answer::Canvas(room, result) if self.is_here(&room) => self.show_sheet(result),
            Answer::Canvas(..) => Vec::new(),
            Answer::Said(room, text, result) => self.said(&room, text, result.err()),
            Answer::Drawn(room, stroke, result) => {
                match result {
                    _ if !self.is_here(&room) => {}
                    Ok(_) => self.sheet.live.stroke_saved(stroke, self.now),
                    Err(_) => self.sheet.live.stroke_failed(stroke),
                }
                self.drawn(result)
            }
            Answer::NotShown(error) => self.not_shown(&error),
            Answer::Touched(room, touch, result) => {
                if let Touch::Fill(at, color) = touch
                    && self.is_here(&room)
                {
                    self.sheet.live.fill_answered(at, color, result.is_ok(), self.now);
                }
                self.drawn(result)
            }
            Answer::Gallery(room, result) => {
                if let Some(gallery) = &mut self.gallery {
                    gallery.read(&room, result);
                }
                Vec::new()
            }
            Answer::Stepped(room, step, result) => self.stepped(&room, &step, result),
            Answer::Joined(room, Ok(())) => self.open_and_write(room),
            Answer::Left(room, Ok(())) => self.left(&room),
            Answer::Dialled(address, result) => self.dialled(address, result),
            Answer::Renamed(name, Ok(())) => self.renamed(name),
            Answer::LateDismissed(Ok(())) => Vec::new(),
            Answer::LateDismissed(Err(error))
            | Answer::Rooms(Err(error))
            | Answer::Joined(_, Err(error))
            | Answer::Left(_, Err(error))
            | Answer::Renamed(_, Err(error)) => self.refused(error),
        }
    }

    // ---- events of the node ----

    /// Handles events in their order.
    pub(super) fn happened(&mut self, events: Vec<Event>) -> Vec<Action> {
        let actions = events.into_iter().flat_map(|event| self.event(event)).collect();
        self.read_clock();
        actions
    }

    fn event(&mut self, event: Event) -> Vec<Action> {
        if let Some(waiting) = &mut self.while_loading
            && room_of(&event).is_some_and(|room| self.rooms.here.as_ref() == Some(room))
        {
            // It follows the content of the room, which is being loaded.
            waiting.push(event.clone());
        }
        match event {
            Event::Ready { addresses, .. } => self.addresses = addresses,
            Event::Peer { room, person } => self.person(&room, person),
            Event::Entries { room, entries } if self.is_here(&room) => {
                let in_view = self.chat_in_view();
                self.chat.entries(entries, &self.people, in_view);
            }
            Event::Live { room, author, sheet, ink, from } if self.is_here(&room) => {
                self.sheet.live.moved(author, sheet, &ink, from, self.now);
            }
            Event::Canvas { room, change } if self.is_here(&room) => match change {
                CanvasChange::Added(drawn) => self.sheet.live.added(drawn, self.me),
                CanvasChange::Reset => return self.load_sheet(),
            },
            Event::Game { room, game } => {
                let mut actions = self.update_call(&room, &game);
                if self.is_here(&room) {
                    actions.extend(self.game_changed(*game));
                }
                return actions;
            }
            Event::Close { room, line } if self.is_here(&room) => self.chat.guesses.was_close(line),
            Event::Syncing { room, peers, received, remaining } => {
                // What takes only a moment is not shown; look again when it begins to be.
                if self.connection.syncing(room, Missing { peers, received, remaining }, self.now) {
                    return vec![Action::Wait(SHOW_AFTER, Timer::Refresh)];
                }
            }
            Event::Reading { room, reading } => {
                self.rooms.info(&room).unread = reading.unread;
                if self.is_here(&room) {
                    let being_read = self.is_being_read();
                    self.chat.history.update_read_marks(reading, being_read);
                }
            }
            Event::HeldBack { room, entries } if self.is_here(&room) => self.chat.history.held_back(entries),
            Event::Warning(warning) => return self.warned(warning),
            Event::Entries { .. }
            | Event::Live { .. }
            | Event::Canvas { .. }
            | Event::Close { .. }
            | Event::HeldBack { .. }
            | Event::Synced { .. } => {}
        }
        Vec::new()
    }

    /// Handles that somebody is in a room, or away from it.
    fn person(&mut self, room: &RoomName, person: Person) {
        if person.peer != self.me {
            let online = &mut self.rooms.info(room).online;
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

    fn warned(&mut self, warning: Warning) -> Vec<Action> {
        self.connection.warn(&warning);
        self.banners.warn(&warning);
        if let Warning::Lagged { .. } = warning {
            let mut actions = vec![Action::Ask(Command::Rooms)];
            actions.extend(self.reload());
            return actions;
        }
        let name = match &warning {
            Warning::Fork { author } | Warning::Parked { author } => self.people.label(*author, ""),
            _ => String::new(),
        };
        self.notify(Notice::Warning(warning, name))
    }

    // ---- one answer or event each ----

    fn rooms_are(&mut self, rooms: Vec<RoomSummary>) -> Vec<Action> {
        self.rooms.replace(rooms);
        let known = &self.rooms.rooms;
        if self.rooms.here.as_ref().is_some_and(|here| known.contains_key(here)) {
            return Vec::new();
        }
        let wanted = self.wanted.iter().find(|room| known.contains_key(*room)).cloned();
        let first = wanted.or_else(|| known.keys().next().cloned());
        first.map(|room| self.open_and_write(room)).unwrap_or_default()
    }

    fn loaded(&mut self, room: &RoomName, loaded: Loaded) -> Vec<Action> {
        let events = self.while_loading.take().unwrap_or_default();
        let Loaded { entries, people, canvas, game, reading } = loaded;
        self.rooms.info(room).unread = reading.unread;
        if !self.chat_in_view() {
            self.chat.behind_tab = usize::try_from(reading.unread).unwrap_or(usize::MAX);
        }
        self.chat.selection.clear();
        self.chat.history.show(entries, reading);
        for person in &people {
            self.person(room, person.clone());
        }
        self.people.replace(people);
        let called = self.update_call(room, &game);
        self.game.show(game, self.now);
        let mut actions = self.show_sheet(Ok(canvas));
        actions.extend(called);
        // Events that came while the room was being loaded follow it. What the room contained already is known.
        actions.extend(self.happened(events));
        let older = self.chat.ask_older(Some(room));
        actions.extend(self.chat_outcomes(older));
        actions
    }

    fn left(&mut self, room: &RoomName) -> Vec<Action> {
        self.rooms.rooms.remove(room);
        if self.is_here(room) {
            self.rooms.here = None;
        }
        vec![Action::Ask(Command::Rooms)]
    }

    /// Updates the call of a room's game. Requests attention if it waits for us and the window has no focus.
    fn update_call(&mut self, room: &RoomName, game: &GameView) -> Vec<Action> {
        let seen = self.focused && self.is_in_view(room);
        let me = self.me;
        if !self.rooms.info(room).call.update(game, me, seen) || self.focused {
            return Vec::new();
        }
        self.requests_attention = true;
        vec![Action::Attention(true)]
    }

    fn said(&mut self, room: &RoomName, text: String, error: Option<CommandError>) -> Vec<Action> {
        if error.is_none() {
            self.connection.saved();
        }
        if self.is_here(room) {
            let outcomes = self.chat.said(&text, error);
            return self.chat_outcomes(outcomes);
        }
        let Some(error) = error else { return Vec::new() };
        let draft = self.drafts.entry(room.clone()).or_default();
        *draft = if draft.is_empty() { text } else { format!("{text} {draft}") };
        self.refused(error)
    }

    fn show_sheet(&mut self, sheet: Result<CanvasView, CommandError>) -> Vec<Action> {
        let again = match sheet {
            Ok(view) => self.sheet.live.show(view, self.me),
            Err(error) => {
                self.refused(error);
                self.sheet.live.not_shown()
            }
        };
        if again { self.ask(Command::Canvas) } else { Vec::new() }
    }

    /// Handles the answer to a stroke or another change of a sheet.
    fn drawn<T>(&mut self, result: Result<T, CommandError>) -> Vec<Action> {
        match result {
            Ok(_) => {
                self.connection.saved();
                Vec::new()
            }
            Err(error) => self.refused(error),
        }
    }

    fn not_shown(&mut self, error: &CommandError) -> Vec<Action> {
        // The stroke that follows replaces points that got lost. Only a person who may not draw is told.
        if *error == CommandError::Play(PlayError::NotTheDrawer) && self.sheet.live.pen_is_down() {
            self.sheet.live.lift();
            return self.refused(CommandError::Play(PlayError::NotTheDrawer));
        }
        Vec::new()
    }

    fn game_changed(&mut self, game: GameView) -> Vec<Action> {
        let change = self.game.show(game, self.now);
        self.notify_votes(&change);
        // Another drawer may mean another sheet, and that we may draw or not.
        let mut actions = if change.turned { self.load_sheet() } else { Vec::new() };
        if self.chat_in_view() {
            self.chat.behind_tab = 0;
        }
        if change.to_choose || change.to_guess {
            self.gallery = None;
        }
        if self.dialog.is_none() && self.rooms.adding.is_none() {
            if change.to_choose && !self.is_writing() {
                actions.push(Action::Focus(NO_FIELD));
            } else if change.to_guess && self.chat_in_view() {
                actions.push(Action::Focus(CHAT_FIELD));
            }
        }
        actions
    }

    /// Shows notices of votes that ended a turn or removed a player.
    fn notify_votes(&mut self, change: &Change) {
        let name = |author: Author, people: &People| (author != self.me).then(|| people.label(author, ""));
        let skipped = change.skipped.map(|author| {
            let name = name(author, &self.people);
            match self.game.view.skipped_by {
                Some(SkippedBy::People) | None => Notice::Skipped(name),
                Some(by) => Notice::PassedOver(by, name),
            }
        });
        let removed = change.removed.iter().map(|author| Notice::Removed(name(*author, &self.people)));
        let notices: Vec<Notice> = skipped.into_iter().chain(removed).collect();
        for notice in notices {
            self.notify(notice);
        }
    }

    /// Returns whether a field may contain unfinished text. Without the focus, the rest would be keys for the game.
    fn is_writing(&self) -> bool {
        !self.chat.draft.is_empty() || self.sheet.picks_color()
    }

    fn stepped(&mut self, room: &RoomName, step: &Step, result: Result<(), CommandError>) -> Vec<Action> {
        if self.is_here(room) {
            match result {
                Ok(()) => self.game.accepted(step),
                Err(_) => self.game.refused(step),
            }
        }
        match (step, result) {
            (Step::Start(..), result) => self.proposed(result),
            (_, Ok(())) => Vec::new(),
            (_, Err(error)) => self.refused(error),
        }
    }

    fn dialled(&mut self, address: String, result: Result<(), CommandError>) -> Vec<Action> {
        match (result, &mut self.dialog) {
            (Ok(()), dialog) => {
                if matches!(dialog, Some(Dialog::Connect { .. })) {
                    self.dialog = None;
                }
                self.notify(Notice::Dialling(address))
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
        vec![Action::RememberName(name)]
    }

    /// Handles the answer to the proposal of a game.
    fn proposed(&mut self, result: Result<(), CommandError>) -> Vec<Action> {
        match (result, &mut self.dialog) {
            (Ok(()), Some(Dialog::Setup(setup))) => {
                let choice = setup.choice().clone();
                (self.last_setup, self.dialog) = (choice.clone(), None);
                vec![Action::RememberGame(choice)]
            }
            (Ok(()), _) => Vec::new(),
            (Err(error), Some(Dialog::Setup(setup))) => {
                setup.error = Some(error);
                Vec::new()
            }
            (Err(error), _) => self.refused(error),
        }
    }
}

/// Returns the room that an event is about.
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
