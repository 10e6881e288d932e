//! The room: its people, its sheet, its talk, its game.
//!
//! [`Room::update`] turns messages into state and returns what is to be done; nothing here touches the node or the
//! network, so the whole screen can be tried without either.

mod answers;
mod banners;
pub mod calls;
mod cards;
mod chat;
mod chat_view;
pub mod dialog;
mod draft;
pub mod drawing;
mod entry;
mod events;
mod exhibition;
pub mod game_bar;
mod game_words;
mod guesses;
mod hands;
mod lines;
mod notices;
mod people;
mod picked;
pub mod plan;
mod plan_view;
mod playing;
mod podium;
mod reading;
mod sheet;
mod side;
mod standing;
pub mod status;
mod surface;
pub mod tools;
mod tools_view;
mod view;
mod words;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use iced::Size;
use iced::widget::text_editor;
use inkmesh::canvas::Point;
use inkmesh::event::Event;
use inkmesh::identity::Author;
use inkmesh::name::{PersonName, RoomName};
use inkmesh::operation::OperationId;

use self::banners::Banners;
use self::chat::Chat;
use self::dialog::{Dialog, Topic};
use self::drawing::Wish;
use self::game_bar::GameBar;
use self::notices::{Notice, Notices};
use self::people::People;
use self::picked::Menu;
use self::sheet::Sheet;
use self::side::Rooms;
use self::status::Connection;
use self::tools::{Choice, Tools};
pub use self::words::Link;
use super::super::ink::painter::{Job, Painted};
use super::super::link::{Answer, Command};
use super::super::when::Calendar;
use super::super::widget::anchored_list::LinePress;
use super::super::widget::color_picker;
use super::gallery::{self, Hall, ThumbJob};
use crate::export::drawing::DrawingFile;
use crate::settings::{Appearance, GameChoice, Language};

/// Under this width the left column folds, in pixels.
const FOLD_BELOW: f32 = 1200.0;
/// Under this width the panes become tabs, in pixels.
const TABS_BELOW: f32 = 760.0;
/// How long the newest line has to be in view to count as read.
const DWELL: Duration = Duration::from_millis(500);

/// The screen's state.
#[derive(Debug)]
pub struct Room {
    me: Author,
    /// The rooms that were asked for at start; the first of them that we are in is shown first.
    wanted: Vec<RoomName>,
    name: String,
    rooms: Rooms,
    people: People,
    chat: Chat,
    sheet: Sheet,
    /// What waits for the painter, and for which change of the picture.
    wishes: Vec<(Wish, u64)>,
    /// The gallery, when somebody is in it.
    gallery: Option<Hall>,
    tools: Tools,
    game: GameBar,
    /// What was last chosen for a game.
    choice: GameChoice,
    connection: Connection,
    notices: Notices,
    banners: Banners,
    dialog: Option<Dialog>,
    /// The menu of a line.
    menu: Option<Menu>,
    /// Things that happened in the room while it is being loaded; `None` when it is not.
    meanwhile: Option<Vec<Event>>,
    /// What was being written in rooms that are not looked at.
    drafts: BTreeMap<RoomName, String>,
    addresses: Vec<String>,
    size: Size,
    scale_factor: f32,
    /// Whether the window has the keyboard: else what is in view may be read by nobody.
    focused: bool,
    /// Whether the window asks for attention, because a game waits for us.
    urgent: bool,
    /// Whether a look at what was read is coming up.
    noticing: bool,
    pane: Pane,
    /// Whether the folded column is unfolded for now.
    drawer: bool,
    /// How many lines came while the talk was behind another tab.
    behind: usize,
    now: Instant,
    calendar: Calendar,
}

/// What a narrow window shows of the room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pane {
    /// The sheet.
    Sheet,
    /// The talk.
    Chat,
    /// Rooms and people.
    People,
}

/// How the room is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Arrangement {
    Wide,
    Folded,
    Tabs,
}

/// A key that is not for a field.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Shortcut {
    /// Write.
    Write,
    /// Close what is open.
    Escape,
    /// Copy what is picked.
    Copy,
    /// Another pen.
    Choose(Choice),
    /// Something on the sheet.
    Sheet(drawing::Press),
    /// Something with a drawing in the gallery.
    Replay(gallery::replay::Press),
    /// Something in the game.
    Game(GameKey),
    /// Go to the room whose game waits for us.
    ToCall,
    /// Help.
    Help,
}

/// What a key does in a game. Which step it is depends on where the game stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GameKey {
    /// Begin now; end our own turn; vote to skip the drawer.
    GoOn,
    /// Show the results, or put them away.
    Results,
    /// Propose the last game again.
    Again,
    /// Open the dialog for a game.
    Plan,
}

/// What happens on the screen.
#[derive(Debug, Clone)]
pub enum Message {
    /// The node tells.
    Happened(Vec<Event>),
    /// The node answers.
    Answered(Answer),
    /// A second went by.
    Tick,
    /// Time went by, and something moves.
    Frame,
    /// It is time to show others the new ink.
    Flush,
    /// The window has this size and scale factor.
    Resized(Size, f32),
    /// A key.
    Key(Shortcut),
    /// Look at a room.
    Open(RoomName),
    /// Ask for the name of a room to enter.
    AskRoom,
    /// That name is now this.
    RoomTyped(String),
    /// Enter it.
    EnterRoom,
    /// Leave a room.
    Leave(RoomName),
    /// Something is done in the field for talk.
    Write(text_editor::Action),
    /// Say it.
    Say,
    /// The talk was scrolled.
    Scrolled {
        /// Whether its top is in view.
        at_top: bool,
        /// Whether its end is in view.
        at_end: bool,
    },
    /// Go to the end of the talk.
    ToEnd,
    /// Go to the lines that came in late, the first of which is this.
    ShowLate(OperationId),
    /// Take the announcements of late lines away.
    DismissLate,
    /// What is in view has been there for long enough to be read.
    Noticed,
    /// The window has the keyboard, or not.
    Focused(bool),
    /// A line was pressed.
    PressLine(LinePress),
    /// Put what is picked on the clipboard.
    CopyPicked,
    /// Show all of a long line, or fold it again.
    Unfold(OperationId),
    /// Ask whether this link is to be opened.
    AskLink(Link),
    /// Open it.
    OpenLink(Link),
    /// The system opened it, or why not.
    LinkOpened(Result<(), String>),
    /// Say a line that is held back again.
    SayAgain(OperationId),
    /// There is this much room for the sheet.
    SheetResized(Size),
    /// The pen touches the sheet.
    PenDown(Point),
    /// The pen moves on the sheet.
    PenTo(Point),
    /// The pen leaves the sheet.
    PenUp,
    /// Take another pen.
    Choose(Choice),
    /// Something else on the sheet.
    Sheet(drawing::Press),
    /// Go into the gallery.
    ToGallery,
    /// Something in the gallery.
    Gallery(gallery::Message),
    /// Something where colours are mixed.
    Mix(color_picker::Message),
    /// Something was painted; `None`: it could not be.
    Painted(Option<Box<Painted>>),
    /// A drawing was saved here, or why it was not.
    DrawingSaved(Result<PathBuf, String>),
    /// Something on the game bar.
    Game(game_bar::Press),
    /// Open a dialog.
    Show(Topic),
    /// Something in a dialog.
    Dialog(dialog::Press),
    /// Think of a game.
    PlanGame,
    /// Something in the dialog for that.
    Plan(plan::Press),
    /// A file was dropped on the window.
    Dropped(PathBuf),
    /// A file was read, or why it could not be.
    Read(PathBuf, Result<Vec<u8>, String>),
    /// Somebody in the list of people is looked at, or not any more.
    Person(Author),
    /// Close what is open.
    Close,
    /// Show another tab.
    Pane(Pane),
    /// Unfold the folded column, or fold it again.
    Drawer(bool),
    /// Take a notice away.
    Dismiss(u64),
    /// Take the banner that is up away.
    DismissBanner,
}

/// What is to be done for the screen.
#[derive(Debug, Clone)]
pub enum Action {
    /// Ask the node.
    Ask(Command),
    /// Put the cursor into a field.
    Focus(&'static str),
    /// Put a text on the clipboard.
    Copy(String),
    /// Let the system open a web address.
    Browse(String),
    /// Speak another language.
    Language(Language),
    /// Look different.
    Appearance(Appearance),
    /// Let nothing move by itself, or let it.
    ReduceMotion(bool),
    /// This was chosen for a game.
    Chosen(GameChoice),
    /// Read a file.
    Read(PathBuf),
    /// Make a small picture for the gallery.
    Thumb(Box<ThumbJob>),
    /// Paint this.
    Paint(Box<Job>),
    /// Save a drawing as a file.
    Save(Box<DrawingFile>),
    /// This room is looked at.
    Opened(RoomName),
    /// We are called this now.
    Named(PersonName),
    /// Ask for attention to the window, or not any more.
    Attention(bool),
    /// Send this message after this time.
    Later(Duration, Message),
}

/// What a room is started with.
#[derive(Debug, Clone)]
pub struct Start {
    /// Our own key.
    pub me: Author,
    /// What we are called, if it is known.
    pub name: String,
    /// The rooms that were asked for.
    pub wanted: Vec<RoomName>,
    /// Whether people are looked for on this network.
    pub looks_around: bool,
    /// The window's size.
    pub size: Size,
    /// Its scale factor.
    pub scale_factor: f32,
    /// Whether it has the keyboard.
    pub focused: bool,
    /// What was last chosen for a game.
    pub choice: GameChoice,
}

impl Room {
    /// The screen before anything is known, and what to ask first.
    pub fn new(start: Start, now: Instant) -> (Self, Vec<Action>) {
        let room = Room {
            me: start.me,
            wanted: start.wanted,
            name: start.name,
            rooms: Rooms::default(),
            people: People::new(start.me),
            chat: Chat::default(),
            sheet: Sheet::new(start.scale_factor),
            wishes: Vec::new(),
            gallery: None,
            tools: Tools::default(),
            game: GameBar::new(now),
            choice: start.choice,
            connection: Connection::new(start.looks_around, now),
            notices: Notices::default(),
            banners: Banners::default(),
            dialog: None,
            menu: None,
            meanwhile: None,
            drafts: BTreeMap::new(),
            addresses: Vec::new(),
            size: start.size,
            scale_factor: start.scale_factor,
            focused: start.focused,
            urgent: false,
            noticing: false,
            pane: Pane::Sheet,
            drawer: false,
            behind: 0,
            now,
            calendar: Calendar::now(),
        };
        (room, vec![Action::Ask(Command::Rooms)])
    }

    /// Takes a message in at a moment; returns what is to be done.
    pub fn update(&mut self, message: Message, now: Instant) -> Vec<Action> {
        self.now = now;
        let mut actions = self.take_in(message);
        self.hear();
        actions.extend(self.notice());
        actions.extend(self.sheet.work().map(|job| Action::Paint(Box::new(job))));
        actions
    }

    fn take_in(&mut self, message: Message) -> Vec<Action> {
        match message {
            Message::Happened(events) => self.happened(events),
            Message::Answered(answer) => self.answered(answer),
            Message::Tick => self.tick(),
            Message::Frame => Vec::new(),
            Message::Resized(size, factor) => self.resized(size, factor),
            Message::Key(shortcut) => self.key(shortcut),
            Message::Open(room) => self.open(room),
            Message::AskRoom => self.ask_room(),
            Message::RoomTyped(name) => self.room_typed(name),
            Message::EnterRoom => self.enter_room(),
            Message::Leave(room) => vec![Action::Ask(Command::Leave(room))],
            Message::Write(action) => self.write(action),
            Message::Say => self.say_or_guess(),
            Message::Scrolled { at_top, at_end } => self.scrolled(at_top, at_end),
            Message::ToEnd => self.go_to_end(),
            Message::ShowLate(first) => self.show_late(first),
            Message::DismissLate => self.dismiss_late(),
            Message::Noticed => self.noticed(),
            Message::Focused(focused) => self.focus_changed(focused),
            Message::PressLine(pressed) => self.press_line(pressed),
            Message::CopyPicked => self.copy_picked(),
            Message::Unfold(id) => self.unfold_line(id),
            Message::AskLink(link) => self.ask_link(link),
            Message::OpenLink(link) => self.open_link(link),
            Message::LinkOpened(opened) => self.link_opened(opened),
            Message::SayAgain(id) => self.say_again(id),
            Message::SheetResized(size) => self.sheet_resized(size),
            Message::PenDown(point) => self.pen_down(point),
            Message::PenTo(point) => self.pen_to(point),
            Message::Flush => self.flush(),
            Message::PenUp => self.pen_up(),
            Message::Choose(choice) => self.choose(choice),
            Message::Sheet(press) => self.sheet_press(press),
            Message::ToGallery => self.open_gallery(),
            Message::Gallery(message) => self.in_gallery(message),
            Message::Mix(message) => self.mix(message),
            Message::Painted(painted) => self.painted(painted),
            Message::DrawingSaved(saved) => self.saved(saved),
            Message::Game(press) => self.game_press(press),
            Message::Show(topic) => self.show(topic),
            Message::Dialog(press) => self.dialog_press(press),
            Message::PlanGame => self.plan_game(),
            Message::Plan(press) => self.plan_press(press),
            Message::Dropped(path) => self.dropped(path),
            Message::Read(path, bytes) => self.file_read(path, bytes),
            Message::Person(person) => self.look_at(person),
            Message::Close => self.close(),
            Message::Pane(pane) => self.turn_to(pane),
            Message::Drawer(open) => self.unfold(open),
            Message::Dismiss(number) => self.dismiss(number),
            Message::DismissBanner => self.dismiss_banner(),
        }
    }

    /// Whether the screen changes by itself, second by second.
    pub fn ticks(&self) -> bool {
        self.game.is_timed(self.now)
            || self.connection.is_waiting(self.now)
            || self.sheet.is_waiting()
            || !self.notices.is_empty()
            || self.chat.holds_back()
    }

    /// Whether there is ink to be shown to others, every few milliseconds.
    pub fn pen_is_down(&self) -> bool {
        self.sheet.pen_is_down()
    }

    /// Says something in a notice.
    pub fn notify(&mut self, notice: Notice) {
        self.notices.say(notice, self.now);
    }

    /// The settings could not be kept.
    pub fn settings_not_kept(&mut self, reason: String) {
        self.notify(Notice::NotKept(reason));
    }

    fn here(&self) -> Option<&RoomName> {
        self.rooms.here.as_ref()
    }

    fn is_here(&self, room: &RoomName) -> bool {
        self.rooms.here.as_ref() == Some(room)
    }

    fn arrangement(&self) -> Arrangement {
        match self.size.width {
            width if width < TABS_BELOW => Arrangement::Tabs,
            width if width < FOLD_BELOW => Arrangement::Folded,
            _ => Arrangement::Wide,
        }
    }

    /// Looks at the clock, and lets go what was held back until now.
    fn look_at_the_clock(&mut self) {
        self.calendar = Calendar::now();
        self.chat.time_is(self.calendar.now_ms().saturating_sub(self.banners.ahead()));
    }

    /// Whether somebody reads along: the end of the talk is in view, in a window that has the keyboard.
    fn is_being_read(&self) -> bool {
        self.focused
            && self.chat_in_view()
            && self.chat.is_at_end()
            && self.meanwhile.is_none()
            && self.dialog.is_none()
    }

    fn chat_in_view(&self) -> bool {
        self.arrangement() != Arrangement::Tabs || self.pane == Pane::Chat || self.talks_below()
    }
}
