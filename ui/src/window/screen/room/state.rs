//! The state of the room screen. It routes messages to the features, and what concerns several of them is here.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use iced::Size;
use inkmesh::command::{Command, CommandError, RoomCommand};
use inkmesh::event::Event;
use inkmesh::identity::Author;
use inkmesh::name::RoomName;
use inkmesh::operation::OperationId;

use super::action::{Action, Timer};
use super::chat::{self, CHAT_FIELD, Chat, LineMode};
use super::dialog::{self, Dialogs, Topic};
use super::game::call::Call;
use super::game::{self, Game};
use super::invitation::Received;
use super::layout::{self, Layout, Pane};
use super::message::Message;
use super::people::{self, People};
use super::rooms::{self, ROOM_FIELD, Rooms};
use super::sheet::{self, Choice, Sheet};
use super::shortcut::{GameKey, Shortcut};
use super::status::{ConnectionStatus, Notice, Status};
use super::waiting::Waiting;
use crate::export::dates::LocalTime;
use crate::export::drawing::{DrawingFile, file_name};
use crate::export::files;
use crate::export::picture::Format;
use crate::settings::GameChoice;
use crate::window::calendar::Calendar;
use crate::window::render::painter::Painted;
use crate::window::screen::contacts::{self, ContactsScreen};
use crate::window::screen::gallery::{self, GalleryScreen};
use crate::window::theme::Look;

/// The time that the newest line has to be in view to count as read.
const READ_AFTER: Duration = Duration::from_millis(500);

/// The state of the room screen.
#[derive(Debug)]
pub struct RoomScreen {
    pub(super) me: Author,
    pub(super) rooms: Rooms,
    pub(super) waiting: Waiting,
    pub(super) people: People,
    pub(super) chat: Chat,
    pub(super) sheet: Sheet,
    pub(super) game: Game,
    /// The gallery, if it is open.
    pub(super) gallery: Option<GalleryScreen>,
    /// The contacts, if they are open.
    pub(super) contacts: Option<ContactsScreen>,
    pub(super) status: Status,
    pub(super) dialogs: Dialogs,
    /// Invitations of others that wait for an answer.
    pub(super) received: Received,
    pub(super) layout: Layout,
    /// The events of the open room while it is being loaded; `None` when it is not.
    pub(super) while_loading: Option<Vec<Event>>,
    scale_factor: f32,
    /// True if the window has the keyboard focus. Without it, lines in view are not read.
    pub(super) focused: bool,
    /// True if the window requests attention, because a game waits for us.
    pub(super) requests_attention: bool,
    pub(super) now: Instant,
    pub(super) calendar: Calendar,
    /// The actions of the message that is being handled.
    actions: Vec<Action>,
}

/// What the room screen is started with.
#[derive(Debug, Clone)]
pub struct Start {
    pub me: Author,
    pub name: String,
    /// The rooms to open, in this order of preference; without any, the waiting room.
    pub wanted: Vec<RoomName>,
    /// The room that was open when the program ended last.
    pub last: Option<RoomName>,
    /// True if people are discovered on this network.
    pub discovers: bool,
    /// The window's size.
    pub size: Size,
    pub scale_factor: f32,
    /// True if it has the keyboard focus.
    pub focused: bool,
    pub last_setup: GameChoice,
}

impl RoomScreen {
    /// Creates the screen before anything is known; returns it with the first actions.
    pub fn new(start: Start, now: Instant) -> (Self, Vec<Action>) {
        let screen = RoomScreen {
            me: start.me,
            waiting: Waiting::new(start.wanted.is_empty(), start.last),
            rooms: Rooms::new(start.wanted),
            people: People::new(start.me),
            chat: Chat::default(),
            sheet: Sheet::new(start.scale_factor),
            game: Game::new(now),
            gallery: None,
            contacts: None,
            status: Status::new(start.discovers, now),
            dialogs: Dialogs::new(start.name, start.last_setup),
            received: Received::default(),
            layout: Layout::new(start.size),
            while_loading: None,
            scale_factor: start.scale_factor,
            focused: start.focused,
            requests_attention: false,
            now,
            calendar: Calendar::now(),
            actions: Vec::new(),
        };
        let first = [Command::Whoami, Command::People, Command::Rooms, Command::Invitations];
        (screen, first.map(Action::Command).to_vec())
    }

    /// Handles a message at a moment; returns its actions.
    pub fn update(&mut self, message: Message, now: Instant) -> Vec<Action> {
        self.now = now;
        self.route(message);
        self.see_call();
        self.wait_to_mark_read();
        self.actions.extend(self.sheet.live.work().map(|job| Action::Paint(Box::new(job))));
        std::mem::take(&mut self.actions)
    }

    fn route(&mut self, message: Message) {
        match message {
            Message::Happened(events) => self.happened(events),
            Message::Answered(answer) => self.answered(answer),
            Message::Timer(Timer::Refresh) => self.refresh(),
            Message::Timer(Timer::MarkRead) => self.mark_read(),
            Message::Frame | Message::LinkOpened(Ok(())) => {}
            Message::Resized(size, factor) => self.resized(size, factor),
            Message::Focused(focused) => self.focus_changed(focused),
            Message::Key(shortcut) => self.key(shortcut),
            Message::Chat(message) => self.chat(message),
            Message::Sheet(message) => {
                let outcome = self.sheet.update(message);
                self.sheet_outcomes(outcome)
            }
            Message::Game(message) => self.game(message),
            Message::People(message) => match self.people.update(message) {
                Some(people::Outcome::Remove(peer)) => self.game_command(RoomCommand::Kick { peer }),
                Some(people::Outcome::Details(peer)) if peer == self.me => self.show(Topic::Picture),
                Some(people::Outcome::Details(peer)) => self.open_contacts(Some(peer)),
                None => {}
            },
            Message::Rooms(message) => self.rooms(message),
            Message::Status(message) => self.status.update(message),
            Message::Layout(message) => self.layout(message),
            Message::Show(topic) => self.show(topic),
            Message::Dialog(message) => self.dialog(message),
            Message::ToWaitingRoom => self.go_to_waiting_room(),
            Message::ToGallery => self.open_gallery(),
            Message::Gallery(message) => self.gallery(message),
            Message::ToContacts => self.open_contacts(None),
            Message::Contacts(message) => self.contacts(message),
            Message::Painted(painted) => self.painted(painted),
            Message::DrawingSaved(saved) => self.notify(saved.map_or_else(Notice::NotSaved, Notice::Saved)),
            Message::Dropped(path) => self.dropped(path),
            Message::Invitation(message) => self.act(Action::Command(self.received.update(message))),
            Message::FileRead(path, bytes) => self.dialogs.file(path, bytes),
            Message::LinkOpened(Err(reason)) => self.notify(Notice::LinkNotOpened(reason)),
        }
    }

    pub fn notify(&mut self, notice: Notice) {
        self.status.notices.show(notice, self.now);
    }

    pub(super) fn refused(&mut self, error: CommandError) {
        self.notify(Notice::Refused(error));
    }

    /// Adds an action to those of this message.
    pub(super) fn act(&mut self, action: Action) {
        self.actions.push(action);
    }

    /// Sends a command in the open room.
    pub(super) fn command(&mut self, command: RoomCommand) {
        self.actions.extend(self.rooms.here.clone().map(|room| Action::Command(Command::In(room, command))));
    }

    // ---- queries of the program ----

    /// Returns whether the screen changes with time, second by second.
    pub fn ticks(&self) -> bool {
        self.game.is_timed(self.now)
            || self.status.connection.is_waiting(self.now)
            || self.sheet.live.is_waiting()
            || !self.status.notices.is_empty()
            || self.chat.history.holds_back()
    }

    /// Returns whether our pen is down, so that its points are to be sent every few milliseconds.
    pub fn pen_is_down(&self) -> bool {
        self.sheet.live.pen_is_down()
    }

    /// Returns whether something is animated, frame by frame.
    pub fn is_animated(&self) -> bool {
        self.game.moves(self.now)
    }

    /// Returns whether a countdown runs.
    pub fn counts_down(&self) -> bool {
        self.game.remaining(self.now).is_some_and(|left| !left.is_zero())
    }

    /// Returns whether the gallery replays a drawing.
    pub fn replays(&self) -> bool {
        self.gallery.as_ref().is_some_and(GalleryScreen::plays)
    }

    /// Returns the window's title: what waits for us, the room, the program.
    pub fn title(&self, look: Look) -> String {
        match (self.rooms.calls().min(), &self.rooms.here) {
            (Some((call, room)), _) => format!("● {} – {} – Inkmesh", call.title(look), self.rooms.label(room)),
            (None, Some(room)) if !self.waiting.is_up => format!("{} – Inkmesh", self.rooms.label(room)),
            (None, _) => "Inkmesh".to_owned(),
        }
    }

    /// Returns the text in the chat's field.
    #[cfg(test)]
    pub fn draft(&self) -> &str {
        &self.chat.draft
    }

    // ---- queries of the view ----

    pub(super) fn is_here(&self, room: &RoomName) -> bool {
        self.rooms.here.as_ref() == Some(room)
    }

    /// Returns whether the open room is being loaded.
    pub(super) fn is_loading(&self) -> bool {
        self.while_loading.is_some()
    }

    /// Returns whether the chat stands below the sheet: a guesser needs both where there is no room side by side.
    pub(super) fn chat_is_below_sheet(&self) -> bool {
        self.layout.has_room_below_sheet() && self.game.is_quiz_turn()
    }

    pub(super) fn chat_in_view(&self) -> bool {
        self.layout.shows(Pane::Chat) || self.chat_is_below_sheet()
    }

    /// Returns whether nothing lies over the room, so that keys are for it.
    fn room_is_up(&self) -> bool {
        !self.dialogs.is_open() && self.chat.menu.is_none() && !self.page_is_up() && !self.layout.drawer_is_up()
    }

    /// Returns whether the gallery, the contacts or the waiting room stand in place of the sheet.
    fn page_is_up(&self) -> bool {
        self.gallery.is_some() || self.contacts.is_some() || self.waiting.is_up
    }

    /// Returns whether the sheet is in view and keys are for it.
    fn sheet_is_up(&self) -> bool {
        self.room_is_up() && self.layout.shows(Pane::Sheet)
    }

    /// Returns what a line will be that is written now.
    pub(super) fn line_mode(&self) -> LineMode {
        if self.game.view.guessing {
            LineMode::Guess
        } else if self.game.whispers(self.me) {
            LineMode::Whisper
        } else {
            LineMode::Chat
        }
    }

    pub(super) fn connection_status(&self) -> ConnectionStatus {
        let (here, anywhere) = (self.people.others_online(), self.rooms.others());
        let name = |author| self.people.label(author, "");
        self.status.connection.status(self.now, self.rooms.here.as_ref(), here, anywhere.saturating_sub(here), name)
    }

    // ---- the window ----

    fn refresh(&mut self) {
        self.status.notices.expire(self.now);
        self.sheet.live.expire(self.now);
        self.read_clock();
    }

    /// Reads the clock, and releases the lines that were held back until now.
    pub(super) fn read_clock(&mut self) {
        self.calendar = Calendar::now();
        self.chat.history.time_is(self.calendar.now_ms.saturating_sub(self.status.banners.ahead()));
    }

    fn resized(&mut self, size: Size, scale_factor: f32) {
        self.layout.size = size;
        if self.scale_factor != scale_factor {
            self.scale_factor = scale_factor;
            self.sheet.rescale(scale_factor);
            self.gallery.as_mut().into_iter().for_each(|gallery| gallery.rescale(scale_factor));
        }
    }

    fn focus_changed(&mut self, focused: bool) {
        self.focused = focused;
        if focused && std::mem::take(&mut self.requests_attention) {
            self.act(Action::Attention(false));
        }
    }

    fn layout(&mut self, message: layout::Message) {
        match message {
            layout::Message::Pane(pane) => {
                self.layout.pane = pane;
                if self.chat_in_view() {
                    self.chat.behind_tab = 0;
                }
            }
            layout::Message::Drawer(open) => self.layout.drawer = open,
        }
    }

    // ---- keys ----

    fn key(&mut self, shortcut: Shortcut) {
        let (room, sheet, no_dialog) = (self.room_is_up(), self.sheet_is_up(), !self.dialogs.is_open());
        match shortcut {
            Shortcut::Write if self.dialogs.shows_setup() => {
                self.dialog(dialog::Message::Setup(game::setup::Message::Start))
            }
            Shortcut::Write if no_dialog && self.waiting_room_is_up() => self.open_first(),
            Shortcut::Write if room && self.game.may_take_part() => self.game_command(RoomCommand::Ready),
            Shortcut::Write if room => self.chat(chat::Message::Focus),
            Shortcut::Escape => self.close(),
            Shortcut::Copy if room => self.chat(chat::Message::Copy),
            Shortcut::Sheet(sheet::Message::Choose(Choice::Width(index))) if self.offers_word(index) => {
                self.game_command(RoomCommand::Choose { index })
            }
            Shortcut::Sheet(message) if sheet => self.route(Message::Sheet(message)),
            Shortcut::Replay(control) if no_dialog => self.gallery(gallery::Message::Replay(control)),
            Shortcut::Game(key) if room => self.game_key(key),
            Shortcut::ToCall if no_dialog => {
                if let Some(room) = self.call_elsewhere().map(|(_, room)| room.clone()) {
                    self.open(room);
                }
            }
            Shortcut::Help if no_dialog => self.show(Topic::Help),
            Shortcut::Help if self.dialogs.shows_help() => self.close(),
            // Another dialog stays, with the text in its fields.
            _ => {}
        }
    }

    fn game_key(&mut self, key: GameKey) {
        let message = match key {
            GameKey::GoOn => self.game.go_on(self.me).map(game::Message::Command),
            GameKey::Results => self.game.has_results().then(|| game::Message::Results(self.game.results().is_none())),
            GameKey::Again => self.game.may_repeat().then_some(game::Message::Command(RoomCommand::Rematch)),
            GameKey::Setup => (!self.game.runs()).then_some(game::Message::Setup),
        };
        if let Some(message) = message {
            self.game(message);
        }
    }

    /// Returns whether the word with this index can be chosen on the card over the sheet.
    fn offers_word(&self, index: usize) -> bool {
        self.sheet_is_up() && self.game.may_choose() && index < self.game.view.offers.len()
    }

    /// Closes the topmost thing that can be closed.
    fn close(&mut self) {
        if self.chat.menu.take().is_some() || self.dialogs.close() || self.sheet.close_popup() {
            return;
        }
        if let Some(gallery) = &mut self.gallery {
            let outcomes = gallery.back();
            return self.gallery_outcomes(outcomes);
        }
        if let Some(contacts) = &mut self.contacts {
            let is_list = !self.layout.is_narrow() || !contacts.back();
            if is_list {
                self.contacts = None;
            }
            return;
        }
        if self.sheet_is_up() && self.game.results().is_some() {
            return self.game(game::Message::Results(false));
        }
        let closed = std::mem::take(&mut self.layout.drawer)
            || self.rooms.adding.take().is_some()
            || self.chat.selection.clear()
            || (self.rooms.here.is_some() && std::mem::take(&mut self.waiting.is_up));
        if !closed {
            self.status.notices.dismiss_newest();
        }
    }

    // ---- rooms ----

    fn rooms(&mut self, message: rooms::Message) {
        match self.rooms.update(message) {
            Some(rooms::Outcome::Open(room)) if self.waiting.is_up => self.open_and_write(room),
            Some(rooms::Outcome::Open(room)) => self.open(room),
            Some(rooms::Outcome::FocusField) => self.act(Action::Focus(ROOM_FIELD)),
            Some(rooms::Outcome::CreatePrivate(name)) => {
                self.act(Action::Command(Command::RoomCreate { name, private: true }));
            }
            Some(rooms::Outcome::Join(room)) => self.act(Action::Command(Command::Join { room })),
            Some(rooms::Outcome::OpenTicket(ticket)) => self.act(Action::Command(Command::OpenTicket { ticket })),
            Some(rooms::Outcome::Leave(room)) => self.act(Action::Command(Command::Leave { room })),
            None => {}
        }
    }

    fn open(&mut self, room: RoomName) {
        self.layout.drawer = false;
        self.waiting.is_up = false;
        self.chat.menu = None;
        self.close_page();
        if self.layout.pane == Pane::People {
            self.layout(layout::Message::Pane(Pane::Chat));
        }
        if self.is_here(&room) && !self.is_loading() {
            return;
        }
        let draft = self.rooms.open(room.clone(), self.chat.draft.take());
        let marking = self.chat.marking;
        self.chat = Chat::with_draft(draft);
        self.chat.marking = marking;
        self.people.leave_room();
        self.sheet.reset(self.scale_factor);
        self.game = Game::new(self.now);
        self.load(room.clone());
        self.act(Action::RememberRoom(room));
    }

    pub(super) fn open_and_write(&mut self, room: RoomName) {
        self.open(room);
        self.act(Action::Focus(CHAT_FIELD));
    }

    /// Asks for everything that is shown of a room.
    fn load(&mut self, room: RoomName) {
        self.while_loading = Some(Vec::new());
        self.act(Action::Load(room));
    }

    pub(super) fn reload(&mut self) {
        if let Some(room) = self.rooms.here.clone() {
            self.load(room);
        }
    }

    // ---- calls of games ----

    pub(super) fn is_in_view(&self, room: &RoomName) -> bool {
        self.is_here(room) && !self.page_is_up()
    }

    /// Marks the call of the open room as seen, if it is in view.
    fn see_call(&mut self) {
        if self.focused
            && !self.page_is_up()
            && let Some(here) = &self.rooms.here
            && let Some(info) = self.rooms.rooms.get_mut(here)
        {
            info.call.see();
        }
    }

    /// Returns the most urgent call of a room that is not in view.
    pub(super) fn call_elsewhere(&self) -> Option<(Call, &RoomName)> {
        self.rooms.calls().filter(|(_, room)| !self.is_in_view(room)).min()
    }

    // ---- the chat ----

    fn chat(&mut self, message: chat::Message) {
        if let chat::Message::Say = message {
            if self.rooms.here.is_none() {
                return;
            }
            // Enter in an empty field takes part in a game.
            if self.chat.draft.trim().is_empty() && self.game.may_take_part() {
                return self.game_command(RoomCommand::Ready);
            }
            if self.game.view.guessing {
                self.chat.guess(self.now);
            }
        }
        let outcomes = self.chat.update(message, &self.people);
        self.chat_outcomes(outcomes);
    }

    pub(super) fn chat_outcomes(&mut self, outcomes: Vec<chat::Outcome>) {
        for outcome in outcomes {
            match outcome {
                chat::Outcome::Command(command) => self.command(command),
                chat::Outcome::History(before, limit) => self.history(before, limit),
                chat::Outcome::Focus(field) => self.act(Action::Focus(field)),
                chat::Outcome::Copy(text) => self.act(Action::Copy(text)),
                chat::Outcome::ConfirmLink(link) => self.dialogs.open_link(link),
                chat::Outcome::Reload => self.reload(),
                chat::Outcome::Notify(notice) => self.notify(notice),
            }
        }
    }

    /// Reads lines of the open room's history.
    fn history(&mut self, before: OperationId, limit: usize) {
        if let Some(room) = self.rooms.here.clone() {
            self.act(Action::Command(Command::History { room, limit: Some(limit), before: Some(before) }));
        }
    }

    /// Returns whether the person reads along: the end of the chat is in view, in a window that has the focus.
    pub(super) fn is_being_read(&self) -> bool {
        let is_in_view = self.chat_in_view() && !self.page_is_up() && !self.dialogs.is_open();
        self.focused && is_in_view && self.chat.history.at_end && !self.is_loading()
    }

    /// Starts the timer that marks the lines in view as read, if there are any to be marked.
    fn wait_to_mark_read(&mut self) {
        if !self.chat.marking && self.is_being_read() && self.chat.history.has_news() {
            self.chat.marking = true;
            self.act(Action::Wait(READ_AFTER, Timer::MarkRead));
        }
    }

    fn mark_read(&mut self) {
        self.chat.marking = false;
        if self.is_being_read()
            && let Some(upto) = self.chat.history.read()
        {
            self.command(RoomCommand::Read { upto });
        }
    }

    // ---- the sheet ----

    /// Asks for the sheet, unless it is being loaded.
    pub(super) fn load_sheet(&mut self) {
        if self.rooms.here.is_some() && self.sheet.live.load() {
            self.command(RoomCommand::Canvas);
        }
    }

    /// Takes what a painter made. After one that failed, another one needs the whole sheet.
    fn painted(&mut self, painted: Option<Box<Painted>>) {
        let Some(painted) = painted else {
            self.sheet.live = self.sheet.live.of_another_room(self.scale_factor);
            return self.load_sheet();
        };
        if self.sheet.live.is_of(&painted) {
            let outcomes = self.sheet.painted(*painted);
            return self.sheet_outcomes(outcomes);
        }
        let outcomes = self.gallery.as_mut().map(|gallery| gallery.painted(*painted)).unwrap_or_default();
        self.gallery_outcomes(outcomes);
    }

    fn sheet_outcomes(&mut self, outcomes: impl IntoIterator<Item = sheet::Outcome>) {
        for outcome in outcomes {
            match outcome {
                sheet::Outcome::Command(command) => self.command(command),
                sheet::Outcome::Focus(field) => self.act(Action::Focus(field)),
                sheet::Outcome::Save(steps) => {
                    let room = self.rooms.here.as_ref().map(RoomName::as_str).unwrap_or_default();
                    let stamp = LocalTime::here().stamp(self.calendar.now_ms);
                    let name = format!("{stamp}_{}", files::name(["sheet", room]));
                    self.act(Action::Save(Box::new(DrawingFile { steps, format: Format::Png, name })));
                }
            }
        }
    }

    // ---- the game ----

    fn game(&mut self, message: game::Message) {
        match self.game.update(message, self.now) {
            Some(game::Outcome::Command(command)) => self.command(command),
            Some(game::Outcome::Setup) => self.open_setup(),
            None => {}
        }
    }

    fn game_command(&mut self, command: RoomCommand) {
        self.game(game::Message::Command(command));
    }

    // ---- dialogs ----

    fn show(&mut self, topic: Topic) {
        self.layout.drawer = false;
        self.chat.menu = None;
        self.actions.extend(self.dialogs.open(topic, self.rooms.here.as_ref()));
    }

    fn dialog(&mut self, message: dialog::Message) {
        match self.dialogs.update(message) {
            Some(dialog::Outcome::Act(action)) => self.act(action),
            Some(dialog::Outcome::Start(rules, words)) if !self.game.runs() => {
                self.command(RoomCommand::Start { rules, words });
            }
            Some(dialog::Outcome::Start(..)) | None => {}
        }
    }

    /// Opens the setup of a game.
    fn open_setup(&mut self) {
        self.layout.drawer = false;
        let focus = self.dialogs.open_setup();
        self.act(focus);
    }

    /// Reads a file that was dropped on the window: words for a game, if one can be set up.
    fn dropped(&mut self, path: PathBuf) {
        if !self.dialogs.shows_setup() {
            if self.dialogs.is_open() || self.game.runs() || self.waiting.is_up {
                return;
            }
            self.open_setup();
        }
        self.act(Action::ReadFile(path));
    }

    // ---- the gallery ----

    fn open_gallery(&mut self) {
        let Some(room) = self.rooms.here.clone() else { return };
        self.layout.drawer = false;
        self.close_page();
        let (gallery, outcomes) = GalleryScreen::new(room, self.scale_factor);
        self.gallery = Some(gallery);
        self.gallery_outcomes(outcomes);
    }

    fn gallery(&mut self, message: gallery::Message) {
        let outcomes = self.gallery.as_mut().map(|gallery| gallery.update(message, self.now));
        self.gallery_outcomes(outcomes.unwrap_or_default());
    }

    fn gallery_outcomes(&mut self, outcomes: Vec<gallery::Outcome>) {
        for outcome in outcomes {
            let action = self.gallery_outcome(outcome);
            self.actions.extend(action);
        }
    }

    fn gallery_outcome(&mut self, outcome: gallery::Outcome) -> Option<Action> {
        match outcome {
            gallery::Outcome::Read(room) => Some(Action::Command(Command::Drawings { room })),
            gallery::Outcome::Thumb(job) => Some(Action::Thumb(job)),
            gallery::Outcome::Paint(job) => Some(Action::Paint(job)),
            gallery::Outcome::Save(key, format) => {
                let (drawing, all) = self.gallery.as_ref()?.drawing(key)?;
                // Nicknames are not for others, who may get the file.
                let name_of = |author: Author| self.people.name(author, &author.fingerprint()).to_owned();
                let name = file_name(&LocalTime::here(), drawing, name_of);
                let steps = all.marks(key).to_vec();
                Some(Action::Save(Box::new(DrawingFile { steps, format, name })))
            }
            gallery::Outcome::Leave => {
                self.gallery = None;
                None
            }
        }
    }

    /// Closes the gallery or the contacts.
    pub(super) fn close_page(&mut self) {
        self.gallery = None;
        self.contacts = None;
    }

    // ---- the contacts ----

    fn open_contacts(&mut self, selected: Option<Author>) {
        self.layout.drawer = false;
        self.chat.menu = None;
        self.close_page();
        let (contacts, outcomes) = ContactsScreen::new(&self.people, selected);
        self.contacts = Some(contacts);
        outcomes.into_iter().for_each(|outcome| self.contacts_outcome(outcome));
    }

    fn contacts(&mut self, message: contacts::Message) {
        if let Some(outcome) = self.contacts.as_mut().and_then(|contacts| contacts.update(message, &self.people)) {
            self.contacts_outcome(outcome);
        }
    }

    fn contacts_outcome(&mut self, outcome: contacts::Outcome) {
        match outcome {
            contacts::Outcome::Command(command) => self.act(Action::Command(command)),
            contacts::Outcome::Focus(field) => self.act(Action::Focus(field)),
            contacts::Outcome::Copy(text) => self.act(Action::Copy(text)),
            contacts::Outcome::Leave => self.contacts = None,
        }
    }
}
