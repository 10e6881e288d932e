//! The state of the room screen. It routes messages to the features, and what concerns several of them is here.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use iced::Size;
use inkmesh::event::Event;
use inkmesh::identity::Author;
use inkmesh::name::RoomName;
use inkmesh::node::CommandError;

use super::action::{Action, Timer};
use super::chat::{self, CHAT_FIELD, Chat, LineMode};
use super::dialog::{self, Dialog, Topic};
use super::game::call::Call;
use super::game::setup::{self, Setup};
use super::game::{self, Game, ROUNDS_FIELD};
use super::layout::{self, Layout, Pane};
use super::message::Message;
use super::people::{self, People};
use super::rooms::{self, ROOM_FIELD, Rooms};
use super::sheet::{self, Choice, Sheet};
use super::shortcut::{GameKey, Shortcut};
use super::status::{self, Banners, Connection, Notice, Notices, Status};
use crate::export::dates::LocalTime;
use crate::export::drawing::{DrawingFile, file_name};
use crate::settings::GameChoice;
use crate::window::ink::painter::Painted;
use crate::window::link::{Command, Step};
use crate::window::screen::gallery::{self, Hall};
use crate::window::theme::Look;
use crate::window::when::Calendar;

/// How long the newest line has to be in view to count as read.
const READ_AFTER: Duration = Duration::from_millis(500);

/// The state of the room screen.
#[derive(Debug)]
pub struct RoomScreen {
    /// Our own key.
    pub(super) me: Author,
    /// Our name.
    pub(super) name: String,
    /// The addresses that others can reach us at.
    pub(super) addresses: Vec<String>,
    /// The rooms that were asked for at the start. The first of them that we are in is opened first.
    pub(super) wanted: Vec<RoomName>,
    pub(super) rooms: Rooms,
    pub(super) people: People,
    pub(super) chat: Chat,
    pub(super) sheet: Sheet,
    pub(super) game: Game,
    /// The gallery, if it is open.
    pub(super) gallery: Option<Hall>,
    pub(super) connection: Connection,
    pub(super) notices: Notices,
    pub(super) banners: Banners,
    pub(super) dialog: Option<Dialog>,
    pub(super) layout: Layout,
    /// The last setup of a game.
    pub(super) last_setup: GameChoice,
    /// The events of the open room while it is being loaded; `None` when it is not.
    pub(super) while_loading: Option<Vec<Event>>,
    /// The drafts of the other rooms.
    pub(super) drafts: BTreeMap<RoomName, String>,
    scale_factor: f32,
    /// Whether the window has the keyboard focus. Without it, lines in view are not read.
    pub(super) focused: bool,
    /// Whether the window requests attention, because a game waits for us.
    pub(super) requests_attention: bool,
    pub(super) now: Instant,
    pub(super) calendar: Calendar,
}

/// What the room screen is started with.
#[derive(Debug, Clone)]
pub struct Start {
    /// Our own key.
    pub me: Author,
    /// Our name, if it is known.
    pub name: String,
    /// The rooms that were asked for.
    pub wanted: Vec<RoomName>,
    /// Whether people are discovered on this network.
    pub discovers: bool,
    /// The window's size.
    pub size: Size,
    /// The scale factor of its screen.
    pub scale_factor: f32,
    /// Whether it has the keyboard focus.
    pub focused: bool,
    /// The last setup of a game.
    pub last_setup: GameChoice,
}

impl RoomScreen {
    /// Creates the screen before anything is known; returns it with the first actions.
    pub fn new(start: Start, now: Instant) -> (Self, Vec<Action>) {
        let screen = RoomScreen {
            me: start.me,
            name: start.name,
            addresses: Vec::new(),
            wanted: start.wanted,
            rooms: Rooms::default(),
            people: People::new(start.me),
            chat: Chat::default(),
            sheet: Sheet::new(start.scale_factor),
            game: Game::new(now),
            gallery: None,
            connection: Connection::new(start.discovers, now),
            notices: Notices::default(),
            banners: Banners::default(),
            dialog: None,
            layout: Layout::new(start.size),
            last_setup: start.last_setup,
            while_loading: None,
            drafts: BTreeMap::new(),
            scale_factor: start.scale_factor,
            focused: start.focused,
            requests_attention: false,
            now,
            calendar: Calendar::now(),
        };
        (screen, vec![Action::Ask(Command::Rooms)])
    }

    /// Handles a message at a moment; returns its actions.
    pub fn update(&mut self, message: Message, now: Instant) -> Vec<Action> {
        self.now = now;
        let mut actions = self.route(message);
        self.see_call();
        actions.extend(self.wait_to_mark_read());
        actions.extend(self.sheet.live.work().map(|job| Action::Paint(Box::new(job))));
        actions
    }

    fn route(&mut self, message: Message) -> Vec<Action> {
        match message {
            Message::Happened(events) => self.happened(events),
            Message::Answered(answer) => self.answered(answer),
            Message::Timer(Timer::Refresh) => self.refresh(),
            Message::Timer(Timer::MarkRead) => self.mark_read(),
            Message::Frame => Vec::new(),
            Message::Resized(size, factor) => self.resized(size, factor),
            Message::Focused(focused) => self.focus_changed(focused),
            Message::Key(shortcut) => self.key(shortcut),
            Message::Chat(message) => self.chat(message),
            Message::Sheet(message) => self.sheet.update(message, self.rooms.here.as_ref(), self.calendar.now_ms()),
            Message::Game(message) => self.game(message),
            Message::People(people::Message::Select(author)) => {
                self.people.select(author);
                Vec::new()
            }
            Message::People(people::Message::Remove(author)) => self.game(game::Message::Step(Step::Kick(author))),
            Message::Rooms(message) => self.rooms(message),
            Message::Status(message) => self.status_message(message),
            Message::Layout(message) => self.layout(message),
            Message::Show(topic) => self.show(topic),
            Message::Dialog(message) => self.dialog(message),
            Message::ToGallery => self.open_gallery(),
            Message::Gallery(message) => self.gallery(message),
            Message::Painted(painted) => self.painted(painted),
            Message::DrawingSaved(saved) => self.notify(saved.map_or_else(Notice::NotSaved, Notice::Saved)),
            Message::Dropped(path) => self.dropped(path),
            Message::FileRead(path, bytes) => {
                if let Some(Dialog::Setup(setup)) = &mut self.dialog {
                    setup.file(path, bytes);
                }
                Vec::new()
            }
            Message::LinkOpened(Ok(())) => Vec::new(),
            Message::LinkOpened(Err(reason)) => self.notify(Notice::LinkNotOpened(reason)),
        }
    }

    /// Shows a notice.
    pub fn notify(&mut self, notice: Notice) -> Vec<Action> {
        self.notices.show(notice, self.now);
        Vec::new()
    }

    pub(super) fn refused(&mut self, error: CommandError) -> Vec<Action> {
        self.notify(Notice::Refused(error))
    }

    /// Sends a command for the open room.
    pub(super) fn ask(&self, command: impl FnOnce(RoomName) -> Command) -> Vec<Action> {
        self.rooms.here.clone().map(|room| Action::Ask(command(room))).into_iter().collect()
    }

    // ---- what the program asks ----

    /// Returns whether the screen changes with time, second by second.
    pub fn ticks(&self) -> bool {
        self.game.is_timed(self.now)
            || self.connection.is_waiting(self.now)
            || self.sheet.live.is_waiting()
            || !self.notices.is_empty()
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
        self.gallery.as_ref().is_some_and(Hall::plays)
    }

    /// Returns the window's title: what waits for us, the room, the program.
    pub fn title(&self, look: Look) -> String {
        match (self.rooms.calls().min(), &self.rooms.here) {
            (Some((call, room)), _) => format!("● {} – #{room} – Inkmesh", call.title(look)),
            (None, Some(room)) => format!("#{room} – Inkmesh"),
            (None, None) => "Inkmesh".to_owned(),
        }
    }

    /// Returns the text in the chat's field.
    #[cfg(test)]
    pub fn draft(&self) -> &str {
        &self.chat.draft
    }

    // ---- what the view asks ----

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
        self.dialog.is_none() && self.chat.menu.is_none() && self.gallery.is_none() && !self.layout.drawer_is_up()
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

    /// Returns the state of the connection.
    pub(super) fn status(&self) -> Status {
        let (here, anywhere) = (self.people.others_online(), self.rooms.others());
        let name = |author| self.people.label(author, "");
        self.connection.status(self.now, self.rooms.here.as_ref(), here, anywhere.saturating_sub(here), name)
    }

    // ---- the window ----

    fn refresh(&mut self) -> Vec<Action> {
        self.notices.expire(self.now);
        self.sheet.expire(self.now);
        self.read_clock();
        Vec::new()
    }

    /// Reads the clock, and releases the lines that were held back until now.
    pub(super) fn read_clock(&mut self) {
        self.calendar = Calendar::now();
        self.chat.history.time_is(self.calendar.now_ms().saturating_sub(self.banners.ahead()));
    }

    fn resized(&mut self, size: Size, scale_factor: f32) -> Vec<Action> {
        self.layout.size = size;
        if self.scale_factor != scale_factor {
            self.scale_factor = scale_factor;
            self.sheet.rescale(scale_factor);
            self.gallery.as_mut().into_iter().for_each(|gallery| gallery.rescale(scale_factor));
        }
        Vec::new()
    }

    fn focus_changed(&mut self, focused: bool) -> Vec<Action> {
        self.focused = focused;
        let attended = focused && std::mem::take(&mut self.requests_attention);
        if attended { vec![Action::Attention(false)] } else { Vec::new() }
    }

    fn layout(&mut self, message: layout::Message) -> Vec<Action> {
        match message {
            layout::Message::Pane(pane) => {
                self.layout.pane = pane;
                if self.chat_in_view() {
                    self.chat.behind_tab = 0;
                }
            }
            layout::Message::Drawer(open) => self.layout.drawer = open,
        }
        Vec::new()
    }

    fn status_message(&mut self, message: status::Message) -> Vec<Action> {
        match message {
            status::Message::DismissNotice(number) => self.notices.dismiss(number),
            status::Message::DismissBanner => self.banners.dismiss(),
        }
        Vec::new()
    }

    // ---- keys ----

    fn key(&mut self, shortcut: Shortcut) -> Vec<Action> {
        let (room, sheet, no_dialog) = (self.room_is_up(), self.sheet_is_up(), self.dialog.is_none());
        match shortcut {
            Shortcut::Write if matches!(self.dialog, Some(Dialog::Setup(_))) => self.setup(setup::Message::Start),
            Shortcut::Write if room && self.game.may_take_part() => self.game(game::Message::Step(Step::Ready)),
            Shortcut::Write if room => self.chat(chat::Message::Focus),
            Shortcut::Escape => self.close(),
            Shortcut::Copy if room => self.chat(chat::Message::Copy),
            Shortcut::Sheet(sheet::Message::Choose(Choice::Width(index))) if self.offers_word(index) => {
                self.game(game::Message::Step(Step::Choose(index)))
            }
            Shortcut::Sheet(message) if sheet => self.route(Message::Sheet(message)),
            Shortcut::Replay(press) if no_dialog => self.gallery(gallery::Message::Replay(press)),
            Shortcut::Game(key) if room => self.game_key(key),
            Shortcut::ToCall if no_dialog => {
                let room = self.call_elsewhere().map(|(_, room)| room.clone());
                room.map(|room| self.open(room)).unwrap_or_default()
            }
            Shortcut::Help => match self.dialog {
                None => self.show(Topic::Help),
                Some(Dialog::Help) => self.close(),
                // Another dialog stays, with the text in its fields.
                Some(_) => Vec::new(),
            },
            Shortcut::Write
            | Shortcut::Copy
            | Shortcut::Sheet(_)
            | Shortcut::Replay(_)
            | Shortcut::Game(_)
            | Shortcut::ToCall => Vec::new(),
        }
    }

    fn game_key(&mut self, key: GameKey) -> Vec<Action> {
        let message = match key {
            GameKey::GoOn => self.game.go_on(self.me).map(game::Message::Step),
            GameKey::Results => self.game.has_results().then(|| game::Message::Results(self.game.results().is_none())),
            GameKey::Again => self.game.may_repeat().then_some(game::Message::Step(Step::Rematch)),
            GameKey::Setup => (!self.game.runs()).then_some(game::Message::Setup),
        };
        message.map(|message| self.game(message)).unwrap_or_default()
    }

    /// Returns whether the word with this index can be chosen on the card over the sheet.
    fn offers_word(&self, index: usize) -> bool {
        self.sheet_is_up() && self.game.may_choose() && index < self.game.view.offers.len()
    }

    /// Closes the topmost thing that can be closed.
    fn close(&mut self) -> Vec<Action> {
        if self.chat.menu.take().is_some() || self.dialog.take().is_some() || self.sheet.close_popup() {
            return Vec::new();
        }
        if let Some(gallery) = &mut self.gallery {
            let outcomes = gallery.back();
            return self.gallery_outcomes(outcomes);
        }
        if self.sheet_is_up() && self.game.results().is_some() {
            return self.game(game::Message::Results(false));
        }
        let closed = std::mem::take(&mut self.layout.drawer)
            || self.rooms.adding.take().is_some()
            || self.chat.selection.clear();
        if !closed {
            self.notices.dismiss_newest();
        }
        Vec::new()
    }

    // ---- rooms ----

    fn rooms(&mut self, message: rooms::Message) -> Vec<Action> {
        match self.rooms.update(message) {
            rooms::Outcome::None => Vec::new(),
            rooms::Outcome::Open(room) => self.open(room),
            rooms::Outcome::FocusField => vec![Action::Focus(ROOM_FIELD)],
            rooms::Outcome::Join(room) => vec![Action::Ask(Command::Join(room))],
            rooms::Outcome::Leave(room) => vec![Action::Ask(Command::Leave(room))],
        }
    }

    fn open(&mut self, room: RoomName) -> Vec<Action> {
        self.layout.drawer = false;
        self.chat.menu = None;
        self.gallery = None;
        if self.layout.pane == Pane::People {
            self.layout(layout::Message::Pane(Pane::Chat));
        }
        if self.is_here(&room) && !self.is_loading() {
            return Vec::new();
        }
        let draft = self.chat.draft.take();
        if let Some(left) = self.rooms.here.replace(room.clone()) {
            self.drafts.insert(left, draft);
        }
        let marking = self.chat.marking;
        self.chat = Chat::with_draft(self.drafts.remove(&room).unwrap_or_default());
        self.chat.marking = marking;
        self.people = People::new(self.me);
        self.sheet.reset(self.scale_factor);
        self.game = Game::new(self.now);
        let mut actions = self.load(room.clone());
        actions.push(Action::RememberRoom(room));
        actions
    }

    pub(super) fn open_and_write(&mut self, room: RoomName) -> Vec<Action> {
        let mut actions = self.open(room);
        actions.push(Action::Focus(CHAT_FIELD));
        actions
    }

    /// Asks for everything that is shown of a room.
    fn load(&mut self, room: RoomName) -> Vec<Action> {
        self.while_loading = Some(Vec::new());
        vec![Action::Ask(Command::Load(room))]
    }

    pub(super) fn reload(&mut self) -> Vec<Action> {
        self.rooms.here.clone().map(|room| self.load(room)).unwrap_or_default()
    }

    // ---- calls of games ----

    pub(super) fn is_in_view(&self, room: &RoomName) -> bool {
        self.is_here(room) && self.gallery.is_none()
    }

    /// Marks the call of the open room as seen, if it is in view.
    fn see_call(&mut self) {
        if self.focused
            && self.gallery.is_none()
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

    fn chat(&mut self, message: chat::Message) -> Vec<Action> {
        if let chat::Message::Say = message {
            // Enter in an empty field takes part in a game.
            if self.chat.draft.trim().is_empty() && self.game.may_take_part() {
                return self.game(game::Message::Step(Step::Ready));
            }
            if self.game.view.guessing {
                self.chat.guess(self.now);
            }
        }
        let outcomes = self.chat.update(message, self.rooms.here.as_ref(), &self.people);
        self.chat_outcomes(outcomes)
    }

    pub(super) fn chat_outcomes(&mut self, outcomes: Vec<chat::Outcome>) -> Vec<Action> {
        outcomes.into_iter().flat_map(|outcome| self.chat_outcome(outcome)).collect()
    }

    fn chat_outcome(&mut self, outcome: chat::Outcome) -> Vec<Action> {
        match outcome {
            chat::Outcome::Ask(command) => vec![Action::Ask(command)],
            chat::Outcome::Focus(field) => vec![Action::Focus(field)],
            chat::Outcome::Copy(text) => vec![Action::Copy(text)],
            chat::Outcome::ConfirmLink(link) => {
                self.dialog = Some(Dialog::Link(link));
                Vec::new()
            }
            chat::Outcome::Reload => self.reload(),
            chat::Outcome::Notify(notice) => self.notify(notice),
        }
    }

    /// Returns whether the person reads along: the end of the chat is in view, in a window that has the focus.
    pub(super) fn is_being_read(&self) -> bool {
        self.focused
            && self.chat_in_view()
            && self.chat.history.is_at_end()
            && !self.is_loading()
            && self.dialog.is_none()
    }

    /// Starts the timer that marks the lines in view as read, if there are any to be marked.
    fn wait_to_mark_read(&mut self) -> Option<Action> {
        let wanted = !self.chat.marking && self.is_being_read() && self.chat.history.has_news();
        self.chat.marking |= wanted;
        wanted.then_some(Action::Wait(READ_AFTER, Timer::MarkRead))
    }

    fn mark_read(&mut self) -> Vec<Action> {
        self.chat.marking = false;
        if !self.is_being_read() {
            return Vec::new();
        }
        let (Some(room), Some(upto)) = (self.rooms.here.clone(), self.chat.history.read()) else { return Vec::new() };
        vec![Action::Ask(Command::MarkRead(room, upto))]
    }

    // ---- the sheet ----

    /// Asks for the sheet, unless it is being loaded.
    pub(super) fn load_sheet(&mut self) -> Vec<Action> {
        if self.rooms.here.is_some() && self.sheet.live.load() { self.ask(Command::Canvas) } else { Vec::new() }
    }

    /// Takes what a painter made. After one that failed, another one needs the whole sheet.
    fn painted(&mut self, painted: Option<Box<Painted>>) -> Vec<Action> {
        let Some(painted) = painted else {
            self.sheet.live = self.sheet.live.of_another_room(self.scale_factor);
            return self.load_sheet();
        };
        if self.sheet.live.is_of(&painted) {
            return self.sheet.painted(*painted, self.rooms.here.as_ref(), self.calendar.now_ms());
        }
        let outcomes = self.gallery.as_mut().map(|gallery| gallery.painted(*painted)).unwrap_or_default();
        self.gallery_outcomes(outcomes)
    }

    // ---- the game ----

    fn game(&mut self, message: game::Message) -> Vec<Action> {
        match self.game.update(message, self.now) {
            game::Outcome::None => Vec::new(),
            game::Outcome::Step(step) => self.ask(|room| Command::Game(room, step)),
            game::Outcome::Setup => self.open_setup(),
        }
    }

    // ---- dialogs ----

    fn show(&mut self, topic: Topic) -> Vec<Action> {
        self.layout.drawer = false;
        self.chat.menu = None;
        let dialog = Dialog::open(topic, &self.name);
        let focus = dialog.first_field().map(Action::Focus);
        self.dialog = Some(dialog);
        focus.into_iter().collect()
    }

    fn dialog(&mut self, message: dialog::Message) -> Vec<Action> {
        if let dialog::Message::Close = message {
            return self.close();
        }
        let opens_link = matches!(message, dialog::Message::OpenLink(_));
        let Some(dialog) = &mut self.dialog else { return Vec::new() };
        let outcome = dialog.update(message);
        if opens_link {
            self.dialog = None;
        }
        match outcome {
            dialog::Outcome::None => Vec::new(),
            dialog::Outcome::Act(action) => vec![action],
            dialog::Outcome::Dial(address) => vec![Action::Ask(Command::Dial(address))],
            dialog::Outcome::Rename(name) => vec![Action::Ask(Command::Rename(name))],
            dialog::Outcome::Start(..) if self.game.runs() => Vec::new(),
            dialog::Outcome::Start(rules, words) => self.ask(|room| Command::Game(room, Step::Start(rules, words))),
        }
    }

    /// Opens the setup of a game with the last choice.
    fn open_setup(&mut self) -> Vec<Action> {
        self.layout.drawer = false;
        self.dialog = Some(Dialog::Setup(Box::new(Setup::new(self.last_setup.clone()))));
        vec![Action::Focus(ROUNDS_FIELD)]
    }

    fn setup(&mut self, message: setup::Message) -> Vec<Action> {
        self.dialog(dialog::Message::Setup(message))
    }

    /// Reads a file that was dropped on the window: words for a game, if one can be set up.
    fn dropped(&mut self, path: PathBuf) -> Vec<Action> {
        let mut actions = match self.dialog {
            Some(Dialog::Setup(_)) => Vec::new(),
            None if !self.game.runs() => self.open_setup(),
            Some(_) | None => return Vec::new(),
        };
        actions.push(Action::ReadFile(path));
        actions
    }

    // ---- the gallery ----

    fn open_gallery(&mut self) -> Vec<Action> {
        let Some(room) = self.rooms.here.clone() else { return Vec::new() };
        self.layout.drawer = false;
        let (gallery, outcomes) = Hall::new(room, self.scale_factor);
        self.gallery = Some(gallery);
        self.gallery_outcomes(outcomes)
    }

    fn gallery(&mut self, message: gallery::Message) -> Vec<Action> {
        let outcomes = self.gallery.as_mut().map(|gallery| gallery.update(message, self.now));
        self.gallery_outcomes(outcomes.unwrap_or_default())
    }

    fn gallery_outcomes(&mut self, outcomes: Vec<gallery::Outcome>) -> Vec<Action> {
        outcomes.into_iter().flat_map(|outcome| self.gallery_outcome(outcome)).collect()
    }

    fn gallery_outcome(&mut self, outcome: gallery::Outcome) -> Option<Action> {
        match outcome {
            gallery::Outcome::Read(room) => Some(Action::Ask(Command::Gallery(room))),
            gallery::Outcome::Thumb(job) => Some(Action::Thumb(job)),
            gallery::Outcome::Paint(job) => Some(Action::Paint(job)),
            gallery::Outcome::Save(key, format) => {
                let (drawing, all) = self.gallery.as_ref()?.drawing(key)?;
                let name = file_name(&LocalTime::here(), drawing, |author| self.people.label(author, ""));
                let steps = all.marks(key).to_vec();
                Some(Action::Save(Box::new(DrawingFile { steps, format, name })))
            }
            gallery::Outcome::Leave => {
                self.gallery = None;
                None
            }
        }
    }
}
