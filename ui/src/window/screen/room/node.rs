//! What the node reports to the room screen: answers to requests, and events.

use inkmesh::canvas::Point;
use inkmesh::command::{Command, CommandError, Reply, RoomCommand};
use inkmesh::event::{CanvasChange, CanvasView, Entry, Event, GameView, Person, RoomSummary, Warning};
use inkmesh::gallery::Gallery;
use inkmesh::game::{PlayError, SkippedBy};
use inkmesh::identity::Author;
use inkmesh::invitation::InvitationId;
use inkmesh::name::{PersonName, RoomName};
use inkmesh::operation::OperationId;

use super::action::{Action, Timer};
use super::chat::CHAT_FIELD;
use super::game::Change;
use super::people::People;
use super::state::RoomScreen;
use super::status::{Missing, Notice, SHOW_AFTER};
use crate::window::bridge::{Answer, Loaded};

/// The id of no field: focusing it leaves the keys to the game.
const NO_FIELD: &str = "no-field";

impl RoomScreen {
    pub(super) fn answered(&mut self, answer: Answer) {
        match answer {
            Answer::Loaded(room, _) if !self.is_here(&room) => {}
            Answer::Loaded(room, Ok(loaded)) => self.loaded(&room, *loaded),
            Answer::Loaded(_, Err(error)) => {
                self.while_loading = None;
                self.refused(error)
            }
            Answer::Reply(Command::In(room, command), result) => self.room_reply(&room, command, result),
            Answer::Reply(command, result) => self.reply(command, result),
        }
    }

    fn reply(&mut self, command: Command, result: Result<Reply, CommandError>) {
        match (command, result) {
            (Command::History { room, before: None, .. }, Ok(Reply::History { entries, .. })) => {
                self.waiting.lines(&room, &entries)
            }
            // There is only no last line to show.
            (Command::History { before: None, .. }, Err(_)) => {}
            (Command::History { room, .. }, _) if !self.is_here(&room) => {}
            (Command::History { before: Some(before), .. }, Ok(Reply::History { entries, .. })) => {
                self.older(before, Ok(entries))
            }
            (Command::History { before: Some(before), .. }, Err(error)) => self.older(before, Err(error)),
            (Command::Drawings { room }, Ok(Reply::Drawings { drawings })) => self.drawings(&room, Ok(drawings)),
            (Command::Drawings { room }, Err(error)) => self.drawings(&room, Err(error)),
            (Command::Dial { address }, result) => self.dialed(address, result.err()),
            (Command::Ticket { room }, Ok(Reply::Ticket { ticket })) => self.dialogs.ticket(&room, ticket),
            (Command::Invite { peers, .. }, result) => self.invited(peers.len(), result.err()),
            (Command::Accept { invitation }, result) => self.accepted(invitation, result),
            (Command::Decline { invitation }, result) => {
                self.received.answered(invitation);
                result.err().into_iter().for_each(|error| self.refused(error));
            }
            (Command::Invitations, Ok(Reply::Invitations(open))) => self.received.replace(open),
            (Command::Verify { peer, .. }, result) => self.verified(peer, result.map(drop)),
            (_, Err(error)) => self.refused(error),
            (Command::Rooms, Ok(Reply::Rooms(rooms))) => self.rooms_are(rooms),
            (Command::RoomsNearby, Ok(Reply::RoomsNearby(rooms))) => self.waiting.nearby = rooms,
            (Command::PastRooms, Ok(Reply::PastRooms(rooms))) => self.waiting.past = rooms,
            (Command::People, Ok(Reply::People(contacts))) => self.people.replace_contacts(contacts),
            (
                Command::Talk { .. } | Command::OpenTicket { .. } | Command::RoomCreate { .. },
                Ok(Reply::Entered { room }),
            ) => self.entered(room),
            (Command::Join { room }, Ok(_)) => self.open_and_write(room),
            (Command::Leave { room }, Ok(_)) => self.left(&room),
            (Command::Rename { name }, Ok(_)) => self.renamed(name),
            (Command::Picture { picture }, Ok(_)) => self.dialogs.set_picture(picture),
            (Command::Whoami, Ok(Reply::Whoami { picture, .. })) => self.dialogs.set_picture(picture),
            (_, Ok(_)) => {}
        }
    }

    fn room_reply(&mut self, room: &RoomName, command: RoomCommand, result: Result<Reply, CommandError>) {
        let is_here = self.is_here(room);
        match (command, result) {
            (RoomCommand::Canvas, _) if !is_here => {}
            (RoomCommand::Canvas, Ok(Reply::Canvas(canvas))) => self.show_sheet(Ok(canvas)),
            (RoomCommand::Canvas, Err(error)) => self.show_sheet(Err(error)),
            (RoomCommand::Say { text }, result) => self.said(room, text, result.err()),
            (RoomCommand::Stroke { stroke: Some(stroke), .. }, result) => {
                match &result {
                    _ if !is_here => {}
                    Ok(_) => self.sheet.live.stroke_saved(stroke, self.now),
                    Err(_) => self.sheet.live.stroke_failed(stroke),
                }
                self.drawn(result)
            }
            (RoomCommand::Fill { x, y, color }, result) => {
                if is_here {
                    self.sheet.live.fill_answered(Point { x, y }, color, result.is_ok(), self.now);
                }
                self.drawn(result)
            }
            (RoomCommand::Undo | RoomCommand::Redo | RoomCommand::Clear, result) => self.drawn(result),
            (RoomCommand::Pen { .. }, Err(error)) => self.pen_refused(&error),
            (RoomCommand::DismissLate, Err(error)) => self.refused(error),
            (RoomCommand::Pen { .. } | RoomCommand::Read { .. } | RoomCommand::DismissLate, _) => {}
            (command, result) => self.game_reply(room, &command, result),
        }
    }

    // ---- events of the node ----

    /// Handles events in their order.
    pub(super) fn happened(&mut self, events: Vec<Event>) {
        for event in events {
            self.event(event);
        }
        self.read_clock();
    }

    fn event(&mut self, event: Event) {
        if let Some(waiting) = &mut self.while_loading
            && room_of(&event).is_some_and(|room| self.rooms.here.as_ref() == Some(room))
        {
            // It follows the content of the room, which is being loaded.
            waiting.push(event.clone());
        }
        if let Event::Entries { room, entries } = &event {
            self.waiting.lines(room, entries);
        }
        match event {
            Event::Ready { addresses, .. } => self.dialogs.set_addresses(addresses),
            Event::Peer { room, person } => self.person(&room, person),
            Event::Entries { room, entries } if self.is_here(&room) => {
                let in_view = self.chat_in_view();
                self.chat.entries(entries, &self.people, in_view);
            }
            Event::Live { room, author, sheet, stroke, from } if self.is_here(&room) => {
                self.sheet.live.moved(author, sheet, &stroke, from, self.now);
            }
            Event::Canvas { room, change } if self.is_here(&room) => match change {
                CanvasChange::Added(drawn) => self.sheet.live.added(drawn, self.me),
                CanvasChange::Reset => self.load_sheet(),
            },
            Event::Game { room, game } => {
                self.update_call(&room, &game);
                if self.is_here(&room) {
                    self.game_changed(*game);
                }
            }
            Event::Close { room, line } if self.is_here(&room) => self.chat.guesses.was_close(line),
            Event::Syncing { room, peers, received, remaining } => {
                // What takes only a moment is not shown; look again when it begins to be.
                if self.status.connection.syncing(room, Missing { peers, received, remaining }, self.now) {
                    self.act(Action::Wait(SHOW_AFTER, Timer::Refresh));
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
            Event::Nearby(rooms) => self.waiting.nearby = rooms,
            Event::Warning(warning) => self.warned(warning),
            Event::Invitation(invitation) => {
                self.received.came(invitation);
                if !self.focused {
                    self.requests_attention = true;
                    self.act(Action::Attention(true));
                }
            }
            Event::InvitationAnswer { room, peer, accepted } => {
                let (name, room) = (self.people.label(peer, ""), self.rooms.label(&room));
                self.notify(Notice::Answered { name, room, accepted });
            }
            Event::Person(contact) => {
                if self.people.insert_contact(contact) {
                    self.reload();
                }
            }
            Event::Entries { .. }
            | Event::Live { .. }
            | Event::Canvas { .. }
            | Event::Close { .. }
            | Event::HeldBack { .. }
            | Event::Synced { .. } => {}
        }
    }

    /// Handles that somebody is in a room, or away from it.
    fn person(&mut self, room: &RoomName, person: Person) {
        if person.peer != self.me {
            let online = &mut self.rooms.info(room).online;
            if person.online {
                online.insert(person.peer);
            } else {
                online.remove(&person.peer);
                self.status.connection.left(room, person.peer);
            }
            self.status.connection.others(self.rooms.others(), self.now);
        } else if !person.name.is_empty() {
            self.dialogs.set_name(&person.name);
            self.dialogs.set_picture(person.picture.clone());
        }
        if self.is_here(room) {
            self.people.insert(person);
        }
    }

    fn warned(&mut self, warning: Warning) {
        if let Warning::Lagged { .. } = warning {
            self.act(Action::Command(Command::People));
            self.act(Action::Command(Command::Rooms));
            return self.reload();
        }
        let name = match &warning {
            Warning::Fork { author } | Warning::Parked { author } => self.people.label(*author, ""),
            _ => String::new(),
        };
        self.status.warn(warning, name, self.now);
    }

    // ---- one answer or event each ----

    fn rooms_are(&mut self, rooms: Vec<RoomSummary>) {
        self.waiting.is_loaded = true;
        match self.rooms.replace(rooms) {
            Some(room) => self.open_and_write(room),
            None if self.rooms.here.is_none() => self.show_waiting_room(),
            None => {}
        }
        if self.waiting.is_up {
            let asks = self.waiting.asks(&self.rooms);
            asks.into_iter().for_each(|command| self.act(Action::Command(command)));
        }
    }

    fn loaded(&mut self, room: &RoomName, loaded: Loaded) {
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
        self.update_call(room, &game);
        self.game.show(game, self.now);
        self.show_sheet(Ok(canvas));
        // Events that came while the room was being loaded follow it. What the room contained already is known.
        self.happened(events);
        let older = self.chat.read_older();
        self.chat_outcomes(older);
    }

    fn left(&mut self, room: &RoomName) {
        self.rooms.remove(room);
        self.act(Action::Command(Command::Rooms));
    }

    /// Updates the call of a room's game. Requests attention if it waits for us and the window has no focus.
    fn update_call(&mut self, room: &RoomName, game: &GameView) {
        let seen = self.focused && self.is_in_view(room);
        let me = self.me;
        if self.rooms.info(room).call.update(game, me, seen) && !self.focused {
            self.requests_attention = true;
            self.act(Action::Attention(true));
        }
    }

    fn said(&mut self, room: &RoomName, text: String, error: Option<CommandError>) {
        if error.is_none() {
            self.status.connection.saved();
        }
        if self.is_here(room) {
            let outcomes = self.chat.said(&text, error);
            return self.chat_outcomes(outcomes);
        }
        if let Some(error) = error {
            self.rooms.restore_draft(room, text);
            self.refused(error);
        }
    }

    fn show_sheet(&mut self, sheet: Result<CanvasView, CommandError>) {
        let again = match sheet {
            Ok(view) => self.sheet.live.show(view, self.me),
            Err(error) => {
                self.refused(error);
                self.sheet.live.not_shown()
            }
        };
        if again {
            self.command(RoomCommand::Canvas);
        }
    }

    /// Handles the reply to a stroke or another change of a sheet.
    fn drawn<T>(&mut self, result: Result<T, CommandError>) {
        match result {
            Ok(_) => self.status.connection.saved(),
            Err(error) => self.refused(error),
        }
    }

    fn pen_refused(&mut self, error: &CommandError) {
        // The stroke that follows replaces points that got lost. Only a person who may not draw is told.
        if *error == CommandError::Play(PlayError::NotTheDrawer) && self.sheet.live.pen_is_down() {
            self.sheet.live.lift();
            self.refused(CommandError::Play(PlayError::NotTheDrawer));
        }
    }

    fn game_changed(&mut self, game: GameView) {
        let change = self.game.show(game, self.now);
        self.notify_votes(&change);
        // Another drawer may mean another sheet, and that we may draw or not.
        if change.turned {
            self.load_sheet();
        }
        if self.chat_in_view() {
            self.chat.behind_tab = 0;
        }
        if change.to_choose || change.to_guess {
            self.close_page();
        }
        if !self.dialogs.is_open() && self.rooms.adding.is_none() && !self.waiting.is_up {
            if change.to_choose && !self.is_writing() {
                self.act(Action::Focus(NO_FIELD));
            } else if change.to_guess && self.chat_in_view() {
                self.act(Action::Focus(CHAT_FIELD));
            }
        }
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

    fn game_reply(&mut self, room: &RoomName, command: &RoomCommand, result: Result<Reply, CommandError>) {
        if self.is_here(room) {
            match result {
                Ok(_) => self.game.accepted(command),
                Err(_) => self.game.refused(command),
            }
        }
        match (command, result) {
            (RoomCommand::Start { .. }, result) => self.proposed(result.err()),
            (_, Ok(_)) => {}
            (_, Err(error)) => self.refused(error),
        }
    }

    fn drawings(&mut self, room: &RoomName, result: Result<Gallery, CommandError>) {
        if let Some(gallery) = &mut self.gallery {
            gallery.read(room, result);
        }
    }

    fn older(&mut self, before: OperationId, result: Result<Vec<Entry>, CommandError>) {
        let outcomes = self.chat.older(before, result);
        self.chat_outcomes(outcomes)
    }

    fn dialed(&mut self, address: String, error: Option<CommandError>) {
        let succeeded = error.is_none();
        match self.dialogs.dialed(error) {
            Some(error) => self.refused(error),
            None if succeeded => self.notify(Notice::Dialing(address)),
            None => {}
        }
    }

    /// Handles the reply to an invitation of ours of so many people.
    fn invited(&mut self, people: usize, error: Option<CommandError>) {
        let succeeded = error.is_none();
        match self.dialogs.invited(error) {
            Some(error) => self.refused(error),
            None if succeeded => self.notify(Notice::Invited(people)),
            None => {}
        }
    }

    /// Handles the reply to the acceptance of an invitation: the room was entered.
    fn accepted(&mut self, id: InvitationId, result: Result<Reply, CommandError>) {
        match result {
            Ok(Reply::Entered { room }) => {
                self.received.answered(id);
                self.entered(room);
            }
            Ok(_) => {}
            Err(error) => {
                if error == CommandError::UnknownInvitation {
                    self.received.answered(id);
                }
                self.refused(error);
            }
        }
    }

    /// Opens a room that was entered, which may be a private one whose title is not known yet.
    fn entered(&mut self, room: RoomName) {
        self.close_page();
        self.act(Action::Command(Command::Rooms));
        self.open_and_write(room);
    }

    /// Handles the reply to the comparison of a verification number.
    fn verified(&mut self, peer: Author, result: Result<(), CommandError>) {
        let error = match &mut self.contacts {
            Some(contacts) => contacts.verified(peer, result),
            None => result.err(),
        };
        error.into_iter().for_each(|error| self.refused(error));
    }

    fn renamed(&mut self, name: PersonName) {
        self.dialogs.set_name(name.as_str());
        self.dialogs.renamed();
        self.act(Action::RememberName(name));
    }

    /// Handles the reply to the proposal of a game.
    fn proposed(&mut self, error: Option<CommandError>) {
        match self.dialogs.proposed(error) {
            Ok(Some(choice)) => self.act(Action::RememberGame(choice)),
            Ok(None) => {}
            Err(error) => self.refused(error),
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
        Event::Ready { .. }
        | Event::Person(_)
        | Event::Nearby(_)
        | Event::Invitation(_)
        | Event::InvitationAnswer { .. }
        | Event::Warning(_) => None,
    }
}
