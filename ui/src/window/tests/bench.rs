//! A room screen for tests, with simulated input. Its actions are returned.

use std::sync::Arc;
use std::time::{Duration, Instant};

use iced::widget::text_editor;
use iced::{Element, Pixels, Settings as IcedSettings, Size};
use iced_test::Simulator;
use inkmesh::canvas::SheetId;
use inkmesh::clock::Timestamp;
use inkmesh::command::{Command, CommandError, Reply, RoomCommand};
use inkmesh::event::{CanvasView, Entry, EntryBody, Event, Late, Person, ReadStateView, RoomSummary};
use inkmesh::game::{GameView, PlayerView};
use inkmesh::identity::Author;
use inkmesh::name::RoomName;
use inkmesh::operation::{ChainId, OperationId, OrderKey};

use crate::settings::{Appearance, GameChoice, Language, Settings};
use crate::window::bridge::{Answer, Loaded};
use crate::window::screen::gallery;
use crate::window::screen::room::{Action, Message, RoomScreen, Start, Timer, chat, view};
use crate::window::theme::{self, Look};

/// Our own key.
pub const ME: Author = Author([1; 32]);
/// The key of another person.
pub const ANA: Author = Author([2; 32]);
/// The key of a third person.
pub const BORA: Author = Author([3; 32]);

/// A time, in milliseconds since 1970: 18 November 2025.
pub const TIME: u64 = 1_763_434_800_000;

/// A room screen with its clock, size, look and settings.
pub struct Bench {
    pub room: RoomScreen,
    pub now: Instant,
    pub size: Size,
    pub look: Look,
    pub settings: Settings,
}

/// Returns the light look of a language.
pub fn look(language: Language) -> Look {
    Look::new(language, Appearance::Light, false)
}

/// Returns a view in a simulated window.
pub fn simulate<'a, M>(view: Element<'a, M>, size: Size) -> Simulator<'a, M> {
    let settings = IcedSettings {
        fonts: theme::FONT_FILES.map(Into::into).to_vec(),
        default_font: theme::REGULAR,
        default_text_size: Pixels(theme::BODY),
        ..IcedSettings::default()
    };
    Simulator::with_size(settings, size, view)
}

/// Returns whether a text is in a view.
pub fn shows<M>(ui: &mut Simulator<'_, M>, text: &str) -> bool {
    ui.find(text).is_ok()
}

/// Returns the room of every test.
pub fn lobby() -> RoomName {
    RoomName::lobby()
}

/// Returns a person in the room.
pub fn person(peer: Author, name: &str, online: bool) -> Person {
    let addresses = vec![format!("/ip4/10.0.0.{}/tcp/47770", peer.0[0])];
    Person { peer, name: name.to_owned(), picture: None, online, addresses, last_seen: Some(TIME), forked: false }
}

/// Returns a chat line.
pub fn said(number: u64, author: Author, name: &str, text: &str) -> Entry {
    let mut id = [author.0[0]; 32];
    id[..8].copy_from_slice(&number.to_be_bytes());
    id[24..].copy_from_slice(&number.to_be_bytes());
    let body = EntryBody::Chat(text.to_owned());
    let (id, name, time) = (OperationId(id), name.to_owned(), TIME + number * 1000);
    let place = OrderKey { time: Timestamp::from_ms(time), chain: ChainId { author, log: 1 }, seq: number, id: 0 };
    Entry { id, author, name, time, place, body, late: false, held_back: false }
}

/// Returns an entry with this body.
pub fn entry(number: u64, author: Author, name: &str, body: EntryBody) -> Entry {
    Entry { body, ..said(number, author, name, "") }
}

/// Returns a player with a score, and the points of the turn.
pub fn player(player: Author, score: u32, points: u32) -> PlayerView {
    PlayerView { player, name: String::new(), online: true, playing: true, score, points, solved: points > 0 }
}

/// Sets the game of the room; returns the commands that follow.
pub fn play(bench: &mut Bench, game: GameView) -> Vec<Command> {
    commands(&bench.happen(vec![Event::Game { room: lobby(), game: Box::new(game) }]))
}

/// Returns an entry with another time.
pub fn at(time: u64, entry: Entry) -> Entry {
    Entry { time, place: OrderKey { time: Timestamp::from_ms(time), ..entry.place }, ..entry }
}

/// Returns the announcement of late lines, given the first of them, over so many seconds.
pub fn late(first: &Entry, count: u64, seconds: u64) -> Late {
    let Entry { id, author, time, ref name, .. } = *first;
    Late { author, name: name.clone(), count, first: id, from_ms: time, to_ms: time + seconds * 1000 }
}

/// Returns an empty sheet that everybody may draw on, or nobody.
pub fn sheet(may_draw: bool) -> CanvasView {
    CanvasView { sheet: SheetId::Free, marks: Vec::new(), may_draw }
}

impl Bench {
    /// Opens a room with these other people.
    pub fn open(language: Language, size: Size, people: &[Person]) -> Self {
        Self::with(language, size, people, Vec::new(), ReadStateView::default())
    }

    /// Opens a room with these other people, last lines and read marks.
    pub fn with(
        language: Language,
        size: Size,
        people: &[Person],
        entries: Vec<Entry>,
        reading: ReadStateView,
    ) -> Self {
        let mut bench = Self::closed(language, size);
        let summary = RoomSummary { room: lobby(), title: None, people: 1, last_activity: 0, unread: reading.unread };
        let actions = bench.give(reply(Command::Rooms, Ok(Reply::Rooms(vec![summary]))));
        assert_eq!(loads(&actions), [lobby()]);
        let mut all = vec![person(ME, "Me", true)];
        all.extend(people.iter().cloned());
        let (canvas, game) = (sheet(true), GameView::default());
        let loaded = Loaded { entries, people: all, canvas, game, reading };
        bench.give(Message::Answered(Answer::Loaded(lobby(), Ok(Box::new(loaded)))));
        bench.layout();
        bench
    }

    /// Creates the screen before the first answer of the node.
    pub fn closed(language: Language, size: Size) -> Self {
        Self::started(language, size, vec![lobby()], None)
    }

    /// Creates the screen in the waiting room; `last` is the room that was open last.
    pub fn waiting(language: Language, size: Size, last: Option<RoomName>) -> Self {
        Self::started(language, size, Vec::new(), last)
    }

    fn started(language: Language, size: Size, wanted: Vec<RoomName>, last: Option<RoomName>) -> Self {
        let now = Instant::now();
        let start = Start {
            me: ME,
            name: "Me".to_owned(),
            wanted,
            last,
            discovers: true,
            size,
            scale_factor: 1.0,
            focused: true,
            last_setup: GameChoice::first(language),
        };
        let (room, first) = RoomScreen::new(start, now);
        assert_eq!(commands(&first), [Command::Whoami, Command::People, Command::Rooms, Command::Invitations]);
        Bench { room, now, size, look: look(language), settings: Settings::default() }
    }

    /// Sends a message.
    pub fn give(&mut self, message: Message) -> Vec<Action> {
        let actions = self.room.update(message, self.now);
        self.off_thread(actions)
    }

    /// Sends the reply to a command in the room.
    pub fn reply(&mut self, command: RoomCommand, result: Result<Reply, CommandError>) -> Vec<Action> {
        self.give(reply(here(command), result))
    }

    /// Sends the visible sheet.
    pub fn show_sheet(&mut self, sheet: CanvasView) -> Vec<Action> {
        self.reply(RoomCommand::Canvas, Ok(Reply::Canvas(sheet)))
    }

    /// Carries out the actions of other threads at once; returns the others.
    fn off_thread(&mut self, actions: Vec<Action>) -> Vec<Action> {
        let mut left = Vec::new();
        for action in actions {
            let done = match action {
                Action::Paint(job) => Message::Painted(Some(Box::new(job.run()))),
                Action::Thumb(job) => Message::Gallery(gallery::Message::Made(Some(Box::new(job.run())))),
                other => {
                    left.push(other);
                    continue;
                }
            };
            left.extend(self.give(done));
        }
        left
    }

    /// Replaces the text in the chat's field.
    pub fn write(&mut self, text: &str) {
        let paste = text_editor::Edit::Paste(Arc::new(text.to_owned()));
        self.give(Message::Chat(chat::Message::Edit(text_editor::Action::SelectAll)));
        self.give(Message::Chat(chat::Message::Edit(text_editor::Action::Edit(paste))));
    }

    /// Sends events of the node.
    pub fn happen(&mut self, events: Vec<Event>) -> Vec<Action> {
        self.give(Message::Happened(events))
    }

    /// Advances the clock.
    pub fn wait(&mut self, time: Duration) {
        self.now += time;
        self.give(Message::Timer(Timer::Refresh));
    }

    /// Simulates input in the window; returns the actions.
    pub fn interact(&mut self, act: impl FnOnce(&mut Simulator<'_, Message>)) -> Vec<Action> {
        let mut ui = simulate(view(&self.room, self.look, &self.settings), self.size);
        act(&mut ui);
        let messages: Vec<Message> = ui.into_messages().collect();
        messages.into_iter().flat_map(|message| self.give(message)).collect()
    }

    /// Clicks on a text.
    pub fn click(&mut self, text: &str) -> Vec<Action> {
        self.interact(|ui| {
            ui.click(text).unwrap_or_else(|error| panic!("no {text:?} to click on: {error}"));
        })
    }

    /// Draws the window once, which reports sizes.
    pub fn layout(&mut self) {
        self.interact(|ui| {
            let redraw = iced::window::Event::RedrawRequested(Instant::now());
            ui.simulate([iced::Event::Window(redraw)]);
        });
    }

    /// Returns the view.
    pub fn view(&self) -> Element<'_, Message> {
        view(&self.room, self.look, &self.settings)
    }

    /// Returns whether a text is in the window.
    pub fn shows(&mut self, text: &str) -> bool {
        shows(&mut simulate(view(&self.room, self.look, &self.settings), self.size), text)
    }

    /// Checks that a text is in the window.
    pub fn must_show(&mut self, text: &str) {
        assert!(self.shows(text), "{text:?} is not in the window");
    }
}

/// Returns the commands among actions.
pub fn commands(actions: &[Action]) -> Vec<Command> {
    let command = |action: &Action| match action {
        Action::Command(command) => Some(command.clone()),
        _ => None,
    };
    actions.iter().filter_map(command).collect()
}

/// Returns the rooms that actions load.
pub fn loads(actions: &[Action]) -> Vec<RoomName> {
    let room = |action: &Action| match action {
        Action::Load(room) => Some(room.clone()),
        _ => None,
    };
    actions.iter().filter_map(room).collect()
}

/// Returns a command in the room of every test.
pub fn here(command: RoomCommand) -> Command {
    Command::In(lobby(), command)
}

/// Returns the command to say a line.
pub fn say(text: &str) -> RoomCommand {
    RoomCommand::Say { text: text.to_owned() }
}

/// Returns the message with the reply to a command.
pub fn reply(command: Command, result: Result<Reply, CommandError>) -> Message {
    Message::Answered(Answer::Reply(command, result))
}

/// The size of a usual window.
pub const WIDE: Size = Size::new(1280.0, 800.0);
/// The size of a narrow window.
pub const NARROW: Size = Size::new(640.0, 800.0);
