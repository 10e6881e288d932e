//! The whole window for tests. Fields, focus and clipboard keep their state from event to event.

use std::time::Instant;

use iced::advanced::clipboard::{Clipboard, Kind};
use iced::advanced::widget::Operation;
use iced::advanced::widget::operation::{Outcome, black_box, focusable};
use iced::advanced::{InputMethod, input_method};
use iced::event::Status;
use iced::keyboard::key::{Code, Named, Physical};
use iced::keyboard::{self, Key, Location, Modifiers};
use iced::mouse::{self, Cursor};
use iced::touch::{self, Finger};
use iced::{Event, Point, Rectangle, Renderer, Size, Task, window};
use iced_test::futures::futures::{FutureExt as _, StreamExt as _};
use iced_test::runtime::user_interface::{Cache, State, UserInterface};
use iced_test::runtime::{Action, clipboard, task};
use iced_test::selector::{self, Bounded, Candidate, Selector};
use inkmesh::command::{Command, Reply};
use inkmesh::event::{Entry, Event as NodeEvent, Person, ReadStateView, RoomSummary};
use inkmesh::game::GameView;
use inkmesh::name::RoomName;
use inkmesh::node::Config;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::sync::mpsc;

use super::bench::{ME, WIDE, lobby, person, sheet};
use crate::settings::{Language, Settings};
use crate::window::Options;
use crate::window::app::{self, App, Message};
use crate::window::bridge::{Answer, Loaded, Request, Update};
use crate::window::screen::room;
use crate::window::theme;

/// The window with its state.
pub struct Live {
    pub app: App,
    runtime: Runtime,
    _folder: TempDir,
    requests: mpsc::Receiver<Request>,
    renderer: Renderer,
    cache: Cache,
    cursor: Cursor,
    size: Size,
    modifiers: Modifiers,
    pub pasteboard: Pasteboard,
}

/// A clipboard that can be read.
#[derive(Default)]
pub struct Pasteboard(pub Option<String>);

impl Clipboard for Pasteboard {
    fn read(&self, _kind: Kind) -> Option<String> {
        self.0.clone()
    }

    fn write(&mut self, _kind: Kind, contents: String) {
        self.0 = Some(contents);
    }
}

impl Live {
    /// Opens a room with these other people and lines.
    pub fn open(people: &[Person], entries: Vec<Entry>) -> Self {
        Self::sized(WIDE, people, entries)
    }

    /// Opens the room in a window of this size.
    pub fn sized(size: Size, people: &[Person], entries: Vec<Entry>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Settings { language: Some(Language::En), ..Settings::default() }.save(folder.path()).unwrap();
        Self::started(folder, size, people, entries)
    }

    /// Opens the room with the settings of this folder.
    pub fn started(folder: TempDir, size: Size, people: &[Person], entries: Vec<Entry>) -> Self {
        let runtime = Runtime::new().unwrap();
        let config = Config {
            data_dir: folder.path().to_owned(),
            name: Some("Me".parse().unwrap()),
            rooms: vec![RoomName::lobby()],
            listen: Vec::new(),
            dial: Vec::new(),
            mdns: false,
        };
        let options = Options { config, name_given: true, room_given: true };
        let (mut app, _) = App::new(options, Settings::load(folder.path()), runtime.handle().clone());
        let (sender, requests) = mpsc::channel(1000);
        app.requests_to(sender);
        let renderer = Renderer::new(theme::REGULAR, theme::BODY.into());
        let (cache, cursor, modifiers) = (Cache::default(), Cursor::Unavailable, Modifiers::empty());
        let pasteboard = Pasteboard::default();
        let mut live =
            Live { app, runtime, _folder: folder, requests, renderer, cache, cursor, size, modifiers, pasteboard };
        live.tell(Message::Opened(size, 1.0));
        live.tell(Message::Update(Update::Started(ME)));
        let summary = RoomSummary { room: lobby(), title: None, people: 1, last_activity: 0, unread: 0 };
        live.answer(Answer::Reply(Command::Rooms, Ok(Reply::Rooms(vec![summary]))));
        let people = [person(ME, "Me", true)].into_iter().chain(people.iter().cloned()).collect();
        let loaded = Loaded {
            entries,
            people,
            canvas: sheet(true),
            game: GameView::default(),
            reading: ReadStateView::default(),
        };
        live.answer(Answer::Loaded(lobby(), Ok(Box::new(loaded))));
        // Twice: the sheet learns its size in the first.
        live.frame();
        live.frame();
        live.commands();
        live
    }

    // ---- what comes from the node ----

    /// Sends an answer of the node.
    pub fn answer(&mut self, answer: Answer) {
        self.tell(Message::Update(Update::Answer(answer)));
    }

    /// Sends an event of the node.
    pub fn happen(&mut self, event: NodeEvent) {
        self.tell(Message::Update(Update::Events(vec![event])));
    }

    /// Sends a message to the room screen.
    pub fn room(&mut self, message: room::Message) {
        self.tell(Message::Room(message));
    }

    /// Sends a message to the window, and carries out its task.
    pub fn tell(&mut self, message: Message) {
        let task = {
            let _entered = self.runtime.enter();
            self.app.update(message)
        };
        self.carry_out(task);
    }

    fn carry_out(&mut self, task: Task<Message>) {
        let Some(mut actions) = task::into_stream(task) else { return };
        loop {
            // What takes its time, such as a picture, is not waited for.
            let next = {
                let _entered = self.runtime.enter();
                actions.next().now_or_never()
            };
            match next {
                Some(Some(Action::Output(message))) => self.tell(message),
                Some(Some(Action::Widget(operation))) => self.operate(operation),
                Some(Some(Action::Clipboard(clipboard::Action::Write { contents, .. }))) => {
                    self.pasteboard.0 = Some(contents);
                }
                Some(Some(_)) => {}
                Some(None) | None => return,
            }
        }
    }

    fn operate(&mut self, operation: Box<dyn Operation>) {
        let mut next = Some(operation);
        while let Some(mut operation) = next.take() {
            self.with_ui(|ui, renderer| ui.operate(renderer, operation.as_mut()));
            if let Outcome::Chain(chained) = operation.finish() {
                next = Some(chained);
            }
        }
    }

    fn with_ui<T>(
        &mut self,
        act: impl FnOnce(&mut UserInterface<'_, Message, iced::Theme, Renderer>, &Renderer) -> T,
    ) -> T {
        let cache = std::mem::take(&mut self.cache);
        let mut ui = UserInterface::build(self.app.view(), self.size, cache, &mut self.renderer);
        let done = act(&mut ui, &self.renderer);
        self.cache = ui.into_cache();
        done
    }

    // ---- input ----

    /// Sends an event of the system; returns the requested state of the input method.
    pub fn event(&mut self, event: Event) -> InputMethod {
        let cache = std::mem::take(&mut self.cache);
        let mut ui = UserInterface::build(self.app.view(), self.size, cache, &mut self.renderer);
        let mut messages = Vec::new();
        let (state, statuses) = ui.update(
            std::slice::from_ref(&event),
            self.cursor,
            &mut self.renderer,
            &mut self.pasteboard,
            &mut messages,
        );
        self.cache = ui.into_cache();
        let heard = app::listen(event, statuses.first().copied().unwrap_or(Status::Ignored), window::Id::unique());
        messages.extend(heard);
        messages.into_iter().for_each(|message| self.tell(message));
        match state {
            State::Updated { input_method, .. } => input_method,
            State::Outdated => InputMethod::Disabled,
        }
    }

    /// Draws a frame.
    pub fn frame(&mut self) -> InputMethod {
        self.event(Event::Window(window::Event::RedrawRequested(Instant::now())))
    }

    /// Presses and releases a key.
    pub fn key(&mut self, named: Named) {
        self.press(Key::Named(named), Physical::Code(Code::F35), None);
    }

    /// Presses and releases a key with modifiers.
    pub fn with(&mut self, modifiers: Modifiers, press: impl FnOnce(&mut Self)) {
        self.modifiers = modifiers;
        self.event(Event::Keyboard(keyboard::Event::ModifiersChanged(modifiers)));
        press(self);
        self.modifiers = Modifiers::empty();
        self.event(Event::Keyboard(keyboard::Event::ModifiersChanged(Modifiers::empty())));
    }

    /// Types letters.
    pub fn letters(&mut self, text: &str) {
        for letter in text.chars() {
            // Only of those that are held with Ctrl the place matters.
            let code = match letter {
                'a' => Code::KeyA,
                'c' => Code::KeyC,
                'v' => Code::KeyV,
                _ => Code::F35,
            };
            let text = (!self.modifiers.command()).then(|| letter.to_string());
            self.press(Key::Character(letter.to_string().into()), Physical::Code(code), text);
        }
    }

    fn press(&mut self, key: Key, physical_key: Physical, text: Option<String>) {
        let (modified_key, location, modifiers) = (key.clone(), Location::Standard, self.modifiers);
        self.event(Event::Keyboard(keyboard::Event::KeyPressed {
            key: key.clone(),
            modified_key: modified_key.clone(),
            physical_key,
            location,
            modifiers,
            text: text.map(Into::into),
            repeat: false,
        }));
        let released = keyboard::Event::KeyReleased { key, modified_key, physical_key, location, modifiers };
        self.event(Event::Keyboard(released));
        self.frame();
    }

    /// Composes a text with the input method.
    pub fn compose(&mut self, text: &str) {
        let end = text.len();
        let selection = (!text.is_empty()).then_some(end..end);
        self.event(Event::InputMethod(input_method::Event::Preedit(text.to_owned(), selection)));
        self.frame();
    }

    /// Commits a text with the input method, in the way of winit.
    pub fn commit(&mut self, text: &str) {
        self.event(Event::InputMethod(input_method::Event::Preedit(String::new(), None)));
        self.event(Event::InputMethod(input_method::Event::Commit(text.to_owned())));
        self.frame();
    }

    /// Clicks at a position with a button of the mouse.
    pub fn click_with(&mut self, button: mouse::Button, at: Point) {
        self.cursor = Cursor::Available(at);
        self.event(Event::Mouse(mouse::Event::CursorMoved { position: at }));
        self.event(Event::Mouse(mouse::Event::ButtonPressed(button)));
        self.event(Event::Mouse(mouse::Event::ButtonReleased(button)));
        self.frame();
    }

    /// Clicks at a position.
    pub fn click_at(&mut self, at: Point) {
        self.click_with(mouse::Button::Left, at);
    }

    /// Taps at a position with a finger.
    pub fn touch(&mut self, position: Point) {
        let id = Finger(1);
        self.event(Event::Touch(touch::Event::FingerPressed { id, position }));
        self.event(Event::Touch(touch::Event::FingerLifted { id, position }));
        self.frame();
    }

    /// Clicks on a text.
    pub fn click(&mut self, text: &str) {
        let place = self.place(text).unwrap_or_else(|| panic!("no {text:?} to click on"));
        self.click_at(place.center());
    }

    /// Clicks into a field.
    pub fn click_field(&mut self, field: &'static str) {
        let place = self.find(selector::id(field)).unwrap_or_else(|| panic!("no {field}"));
        self.click_at(place.center());
    }

    /// Focuses a field without a click.
    pub fn key_focus(&mut self, field: &'static str) {
        self.operate(Box::new(focusable::focus(field.into())));
    }

    // ---- what is seen ----

    fn find<S: Selector + Send>(&mut self, selector: S) -> Option<Rectangle>
    where
        S::Output: Bounded + Clone + Send,
    {
        let mut find = selector.find();
        self.with_ui(|ui, renderer| ui.operate(renderer, &mut black_box(&mut find)));
        let Outcome::Some(found) = find.finish() else { return None };
        found?.visible_bounds()
    }

    /// Returns the bounds of a text, if it is in view.
    pub fn place(&mut self, text: &str) -> Option<Rectangle> {
        self.find(text)
    }

    /// Returns whether a text is in view.
    pub fn shows(&mut self, text: &str) -> bool {
        self.place(text).is_some()
    }

    /// Returns the bounds of the focused widget.
    pub fn focus(&mut self) -> Option<Rectangle> {
        let focused = |candidate: Candidate<'_>| match candidate {
            Candidate::Focusable { state, bounds, .. } if state.is_focused() => {
                Some(selector::Target::Focusable { id: None, bounds, visible_bounds: Some(bounds) })
            }
            _ => None,
        };
        self.find(focused)
    }

    /// Returns the text in the chat's field.
    pub fn draft(&self) -> &str {
        self.app.draft()
    }

    /// Returns the commands that were sent to the node since the last call.
    pub fn commands(&mut self) -> Vec<Command> {
        let command = |request| match request {
            Request::Command(command) => Some(command),
            Request::Load(_) => None,
        };
        std::iter::from_fn(|| self.requests.try_recv().ok()).filter_map(command).collect()
    }
}
