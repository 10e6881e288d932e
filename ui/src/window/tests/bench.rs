//! A room on the bench: messages come from simulated hands, and what it wants done is noted down.

use std::sync::Arc;
use std::time::{Duration, Instant};

use iced::widget::text_editor;
use iced::{Element, Pixels, Settings as IcedSettings, Size};
use iced_test::Simulator;
use inkmesh::canvas::SheetId;
use inkmesh::clock::Timestamp;
use inkmesh::event::{CanvasView, Entry, EntryBody, Event, Late, Person, ReadingView, RoomSummary};
use inkmesh::game::{GameView, PlayerView};
use inkmesh::identity::Author;
use inkmesh::name::RoomName;
use inkmesh::operation::{ChainId, OperationId, OrderKey};

use crate::settings::{Appearance, GameChoice, Language, Settings};
use crate::window::link::{Answer, Command, Loaded};
use crate::window::screen::gallery;
use crate::window::screen::room::{Action, Message, RoomScreen, Start, Timer, chat, view};
use crate::window::theme::{self, Look};

/// Ourselves.
pub const ME: Author = Author([1; 32]);
/// Somebody else.
pub const ANA: Author = Author([2; 32]);
/// And another.
pub const BORA: Author = Author([3; 32]);

/// A moment in time, in milliseconds since 1970: 18 November 2025.
pub const TIME: u64 = 1_763_434_800_000;

/// A room and the time it lives in.
pub struct Bench {
    pub room: RoomScreen,
    pub now: Instant,
    pub size: Size,
    pub look: Look,
    pub settings: Settings,
}

/// The look of a test.
pub fn look(language: Language) -> Look {
    Look::new(language, Appearance::Light, false)
}

/// A view in a simulated window.
pub fn simulate<'a, M>(view: Element<'a, M>, size: Size) -> Simulator<'a, M> {
    let settings = IcedSettings {
        fonts: theme::FONT_FILES.map(Into::into).to_vec(),
        default_font: theme::REGULAR,
        default_text_size: Pixels(theme::BODY),
        ..IcedSettings::default()
    };
    Simulator::with_size(settings, size, view)
}

/// Whether a text is anywhere in a view.
pub fn shows<M>(ui: &mut Simulator<'_, M>, text: &str) -> bool {
    ui.find(text).is_ok()
}

/// The room of every test.
pub fn lobby() -> RoomName {
    RoomName::lobby()
}

/// Somebody in the room.
pub fn person(peer: Author, name: &str, online: bool) -> Person {
    let addresses = vec![format!("/ip4/10.0.0.{}/tcp/47770", peer.0[0])];
    Person { peer, name: name.to_owned(), online, addresses, last_seen: Some(TIME), forked: false }
}

/// A line of talk.
pub fn said(number: u64, author: Author, name: &str, text: &str) -> Entry {
    let mut id = [author.0[0]; 32];
    id[..8].copy_from_slice(&number.to_be_bytes());
    id[24..].copy_from_slice(&number.to_be_bytes());
    let body = EntryBody::Chat(text.to_owned());
    let (id, name, time) = (OperationId(id), name.to_owned(), TIME + number * 1000);
    let place = OrderKey { time: Timestamp::from_ms(time), chain: ChainId { author, log: 1 }, seq: number, id: 0 };
    Entry { id, author, name, time, place, body, late: false, held_back: false }
}

/// A line that says something else.
pub fn entry(number: u64, author: Author, name: &str, body: EntryBody) -> Entry {
    Entry { body, ..said(number, author, name, "") }
}

/// A player with so many points, of them these in the turn that is looked at.
pub fn player(player: Author, score: u32, points: u32) -> PlayerView {
    PlayerView { player, name: String::new(), online: true, playing: true, score, points, solved: points > 0 }
}

/// The game of the room is like this now; returns what is asked of the node.
pub fn play(bench: &mut Bench, game: GameView) -> Vec<Command> {
    commands(&bench.happen(vec![Event::Game { room: lobby(), game: Box::new(game) }]))
}

/// A line that was said at another time.
pub fn at(time: u64, entry: Entry) -> Entry {
    Entry { time, place: OrderKey { time: Timestamp::from_ms(time), ..entry.place }, ..entry }
}

/// Lines of somebody that arrived late, the first of which is this, over so many seconds.
pub fn late(first: &Entry, count: u64, seconds: u64) -> Late {
    let Entry { id, author, time, ref name, .. } = *first;
    Late { author, name: name.clone(), count, first: id, from_ms: time, to_ms: time + seconds * 1000 }
}

/// A sheet that everybody may draw on, or not.
pub fn sheet(may_draw: bool) -> CanvasView {
    CanvasView { sheet: SheetId::Free, marks: Vec::new(), may_draw }
}

impl Bench {
    /// A room that is open, with these people in it beside us.
    pub fn open(language: Language, size: Size, people: &[Person]) -> Self {
        Self::with(language, size, people, Vec::new(), ReadingView::default())
    }

    /// A room that is open, with these people in it beside us and these last lines, of which this was read.
    pub fn with(language: Language, size: Size, people: &[Person], entries: Vec<Entry>, reading: ReadingView) -> Self {
        let mut bench = Self::closed(language, size);
        let summary = RoomSummary { room: lobby(), people: 1, last_activity: 0, unread: reading.unread };
        let actions = bench.give(Message::Answered(Answer::Rooms(Ok(vec![summary]))));
        assert!(commands(&actions).contains(&Command::Load(lobby())), "{actions:?}");
        let mut all = vec![person(ME, "Me", true)];
        all.extend(people.iter().cloned());
        let (canvas, game) = (sheet(true), GameView::default());
        let loaded = Loaded { entries, people: all, canvas, game, reading };
        bench.give(Message::Answered(Answer::Loaded(lobby(), Ok(Box::new(loaded)))));
        bench.layout();
        bench
    }

    /// A room before the node has answered anything.
    pub fn closed(language: Language, size: Size) -> Self {
        let now = Instant::now();
        let start = Start {
            me: ME,
            name: "Me".to_owned(),
            wanted: vec![lobby()],
            discovers: true,
            size,
            scale_factor: 1.0,
            focused: true,
            last_setup: GameChoice::first(language),
        };
        let (room, first) = RoomScreen::new(start, now);
        assert_eq!(commands(&first), [Command::Rooms]);
        Bench { room, now, size, look: look(language), settings: Settings::default() }
    }

    /// Gives the room a message.
    pub fn give(&mut self, message: Message) -> Vec<Action> {
        let actions = self.room.update(message, self.now);
        self.off_thread(actions)
    }

    /// Does at once what is done beside the window's thread; returns what is left to do.
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

    /// Writes this into the field for talk, in place of what is there.
    pub fn write(&mut self, text: &str) {
        let paste = text_editor::Edit::Paste(Arc::new(text.to_owned()));
        self.give(Message::Chat(chat::Message::Edit(text_editor::Action::SelectAll)));
        self.give(Message::Chat(chat::Message::Edit(text_editor::Action::Edit(paste))));
    }

    /// Lets things happen.
    pub fn happen(&mut self, events: Vec<Event>) -> Vec<Action> {
        self.give(Message::Happened(events))
    }

    /// Lets time go by.
    pub fn wait(&mut self, time: Duration) {
        self.now += time;
        self.give(Message::Timer(Timer::Refresh));
    }

    /// Lets hands do something in the window; returns what the room wants done.
    pub fn hands(&mut self, act: impl FnOnce(&mut Simulator<'_, Message>)) -> Vec<Action> {
        let mut ui = simulate(view(&self.room, self.look, &self.settings), self.size);
        act(&mut ui);
        let messages: Vec<Message> = ui.into_messages().collect();
        messages.into_iter().flat_map(|message| self.give(message)).collect()
    }

    /// Clicks on a text.
    pub fn click(&mut self, text: &str) -> Vec<Action> {
        self.hands(|ui| {
            ui.click(text).unwrap_or_else(|error| panic!("no {text:?} to click on: {error}"));
        })
    }

    /// Draws the window once, so that its parts learn their sizes.
    pub fn layout(&mut self) {
        self.hands(|ui| {
            let redraw = iced::window::Event::RedrawRequested(Instant::now());
            ui.simulate([iced::Event::Window(redraw)]);
        });
    }

    /// Returns the view.
    pub fn view(&self) -> Element<'_, Message> {
        view(&self.room, self.look, &self.settings)
    }

    /// Whether a text is in the window.
    pub fn shows(&mut self, text: &str) -> bool {
        shows(&mut simulate(view(&self.room, self.look, &self.settings), self.size), text)
    }

    /// Fails unless a text is in the window.
    pub fn must_show(&mut self, text: &str) {
        assert!(self.shows(text), "{text:?} is not in the window");
    }
}

/// What is asked of the node.
pub fn commands(actions: &[Action]) -> Vec<Command> {
    let asked = |action: &Action| match action {
        Action::Ask(command) => Some(command.clone()),
        _ => None,
    };
    actions.iter().filter_map(asked).collect()
}

/// A window of the usual size.
pub const WIDE: Size = Size::new(1280.0, 800.0);
/// A window as narrow as a telephone held upright.
pub const NARROW: Size = Size::new(640.0, 800.0);
