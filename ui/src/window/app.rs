//! The root of the window: routes messages to the screen, and carries out its actions.

use std::io::Read as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use iced::advanced::widget::{operate, operation::focusable};
use iced::futures::{StreamExt as _, stream};
use iced::keyboard::{self, Key, key::Named};
use iced::widget::operation;
use iced::{Element, Event, Point, Size, Subscription, Task, Theme, clipboard, event, system, theme, window};
use inkmesh::command::Command;
use tokio::runtime::Handle;
use tokio::sync::mpsc;

use super::Options;
use super::bridge::{self, REQUEST_QUEUE, Request, Update};
use super::geometry::SIZE;
use super::keys;
use super::screen::failed::{self, Failed};
use super::screen::gallery;
use super::screen::room::{self, Action, RoomScreen, Shortcut};
use super::screen::welcome::{self, Welcome};
use super::theme::Look;
use super::widget::{compose, tab};
use crate::ending::asked_to_end;
use crate::export::drawing::{self, DrawingFile};
use crate::settings::{GameChoice, Geometry, Language, Settings};

/// The time between two live frames with the points under our pen.
const FLUSH: Duration = Duration::from_millis(33);
/// The time between two frames of a replay.
const REPLAY: Duration = Duration::from_millis(25);
/// The time between two frames of a countdown.
const COUNTDOWN: Duration = Duration::from_millis(250);

/// The state of the window.
pub struct App {
    options: Options,
    runtime: Handle,
    settings: Settings,
    system: theme::Mode,
    size: Size,
    scale_factor: f32,
    geometry: Geometry,
    /// The position of the window, as the system reported it last.
    at: Option<Point>,
    /// The size of the screen that the window is on, where the system reports it.
    monitor: Option<Size>,
    focused: bool,
    screen: Screen,
    requests: Option<mpsc::Sender<Request>>,
    closing: bool,
}

enum Screen {
    Welcome(Welcome),
    Starting,
    Failed(Failed),
    Room(Box<RoomScreen>),
}

/// An event of the window.
#[derive(Debug)]
pub enum Message {
    Welcome(welcome::Message),
    Failed(failed::Message),
    Room(room::Message),
    Update(Update),
    System(theme::Mode),
    Opened(Size, f32),
    Monitor(Option<Size>),
    Resized(Size),
    Sized(Size, bool),
    Moved(Point),
    Rescaled(f32),
    Focused(bool),
    Key(Key, keyboard::key::Physical, keyboard::Modifiers, event::Status),
    Dropped(PathBuf),
    Close,
    /// Ends the program. Holds whether the window is maximized, where the system could say that.
    Exit(Option<bool>),
}

impl App {
    /// Creates the window. With a known name the node is started at once, else the welcome screen is shown.
    pub fn new(options: Options, settings: Settings, runtime: Handle) -> (Self, Task<Message>) {
        let known = options.name_given || settings.name.is_some();
        let mut app = App {
            options,
            runtime,
            geometry: settings.window.unwrap_or_default(),
            at: None,
            monitor: None,
            settings,
            system: theme::Mode::None,
            size: SIZE,
            scale_factor: 1.0,
            focused: true,
            screen: Screen::Welcome(Welcome::default()),
            requests: None,
            closing: false,
        };
        let first = if known { app.start() } else { operation::focus(welcome::NAME_FIELD) };
        let measured = window::latest().and_then(|id| {
            window::size(id).then(move |size| window::scale_factor(id).map(move |factor| Message::Opened(size, factor)))
        });
        let monitor = window::latest().and_then(window::monitor_size).map(Message::Monitor);
        (app, Task::batch([first, measured, monitor, system::theme().map(Message::System)]))
    }

    pub fn title(&self) -> String {
        match &self.screen {
            Screen::Room(room) => room.title(self.look()),
            Screen::Welcome(_) | Screen::Starting | Screen::Failed(_) => "Inkmesh".to_owned(),
        }
    }

    /// Returns the theme for widgets without a style of ours.
    pub fn theme(&self) -> Theme {
        self.look().theme()
    }

    fn look(&self) -> Look {
        let language = self.settings.language.unwrap_or_else(Language::of_system);
        let look = Look::new(language, self.settings.appearance, self.system == theme::Mode::Dark);
        Look { calm: self.settings.reduce_motion, ..look }
    }

    pub fn update(&mut self, message: Message) -> Task<Message> {
        match message {
            Message::Welcome(message) => self.welcome(message),
            Message::Failed(failed::Message::Retry) => self.start(),
            Message::Failed(failed::Message::Quit) | Message::Close => self.close(),
            Message::Room(message) => self.room(message),
            Message::Update(update) => self.handle(update),
            Message::System(mode) => {
                self.system = mode;
                Task::none()
            }
            Message::Opened(size, factor) => self.resized(size, factor),
            Message::Monitor(size) => self.fit(size),
            Message::Resized(size) => Task::batch([self.resized(size, self.scale_factor), ask_whether_maximized(size)]),
            Message::Sized(size, maximized) => {
                self.geometry.resize(size, maximized);
                Task::none()
            }
            Message::Exit(maximized) => {
                if let Some(maximized) = maximized {
                    self.geometry.resize(self.size, maximized);
                }
                self.remember_geometry();
                iced::exit()
            }
            Message::Moved(at) => {
                self.at = Some(at).filter(|_| !self.geometry.maximized).or(self.at);
                Task::none()
            }
            Message::Rescaled(factor) => self.resized(self.size, factor),
            Message::Focused(focused) => self.focused(focused),
            Message::Dropped(path) => self.room(room::Message::Dropped(path)),
            Message::Key(key, physical, modifiers, status) => self.key(&key, physical, modifiers, status),
        }
    }

    pub fn view(&self) -> Element<'_, Message> {
        let look = self.look();
        let screen = match &self.screen {
            Screen::Welcome(welcome) => welcome.view(look, self.size.height).map(Message::Welcome),
            Screen::Starting => iced::widget::center(super::theme::body(look.t("starting"))).into(),
            Screen::Failed(failed) => failed.view(look, self.size.height).map(Message::Failed),
            Screen::Room(screen) => room::view(screen, look, &self.settings).map(Message::Room),
        };
        compose(screen)
    }

    pub fn subscription(&self) -> Subscription<Message> {
        let asked = Subscription::run(|| stream::repeat(()).then(|()| asked_to_end()).map(|()| Message::Close));
        let mut listened = vec![event::listen_with(listen), system::theme_changes().map(Message::System), asked];
        if let Screen::Room(room) = &self.screen {
            if room.ticks() {
                listened.push(
                    iced::time::every(Duration::from_secs(1))
                        .map(|_| Message::Room(room::Message::Timer(room::Timer::Refresh))),
                );
            }
            if !self.settings.reduce_motion && room.is_animated() {
                listened.push(window::frames().map(|_| Message::Room(room::Message::Frame)));
            } else if !self.settings.reduce_motion && room.counts_down() {
                listened.push(iced::time::every(COUNTDOWN).map(|_| Message::Room(room::Message::Frame)));
            }
            if room.replays() {
                let frames = iced::time::every(REPLAY);
                listened.push(frames.map(|_| Message::Room(room::Message::Gallery(gallery::Message::Frame))));
            }
            if room.pen_is_down() {
                listened.push(
                    iced::time::every(FLUSH).map(|_| Message::Room(room::Message::Sheet(room::sheet::Message::Flush))),
                );
            }
        }
        Subscription::batch(listened)
    }

    /// Sends requests there instead of to a node.
    #[cfg(test)]
    pub fn requests_to(&mut self, requests: mpsc::Sender<Request>) {
        self.requests = Some(requests);
    }

    /// The window's size.
    #[cfg(test)]
    pub fn size(&self) -> Size {
        self.size
    }

    /// What is written in the field for talk.
    #[cfg(test)]
    pub fn draft(&self) -> &str {
        match &self.screen {
            Screen::Room(room) => room.draft(),
            _ => "",
        }
    }

    // ---- the node ----

    fn start(&mut self) -> Task<Message> {
        let (requests, queue) = mpsc::channel(REQUEST_QUEUE);
        self.requests = Some(requests);
        self.screen = Screen::Starting;
        let mut config = self.options.config.clone();
        // The node knows the name from its log, but a log can get lost.
        config.name = config.name.or_else(|| self.settings.name.clone());
        Task::stream(bridge::run(self.runtime.clone(), config, queue)).map(Message::Update)
    }

    fn handle(&mut self, update: Update) -> Task<Message> {
        match update {
            Update::Started(me) => self.started(me),
            Update::Events(events) => self.room(room::Message::Happened(events)),
            Update::Answer(answer) => self.room(room::Message::Answered(answer)),
            Update::NotStarted(error) => {
                self.screen = Screen::Failed(Failed::NotStarted(error));
                Task::none()
            }
            Update::Ended if self.closing => self.exit(),
            Update::Ended => {
                self.screen = Screen::Failed(Failed::Ended);
                Task::none()
            }
        }
    }

    fn started(&mut self, me: inkmesh::identity::Author) -> Task<Message> {
        let config = &mut self.options.config;
        // From here on the name is in the settings: a restart must not undo a later change of it.
        let given = config.name.take();
        let name = given.as_ref().or(self.settings.name.as_ref()).map(ToString::to_string).unwrap_or_default();
        let start = room::Start {
            me,
            name,
            wanted: if self.options.room_given { config.rooms.clone() } else { Vec::new() },
            last: self.settings.room.as_deref().and_then(|room| room.parse().ok()),
            discovers: config.mdns,
            size: self.size,
            scale_factor: self.scale_factor,
            focused: self.focused,
            last_setup: self.settings.game.clone().unwrap_or_else(|| GameChoice::first(self.look().language)),
        };
        let (room, actions) = RoomScreen::new(start, Instant::now());
        self.screen = Screen::Room(Box::new(room));
        let remembered = given.map_or_else(Task::none, |name| self.remember(|settings| settings.name = Some(name)));
        Task::batch([remembered, self.carry_out(actions)])
    }

    // ---- the screens ----

    fn welcome(&mut self, message: welcome::Message) -> Task<Message> {
        let Screen::Welcome(screen) = &mut self.screen else { return Task::none() };
        match screen.update(message) {
            None => Task::none(),
            Some(welcome::Outcome::Language(language)) => self.remember(|settings| settings.language = Some(language)),
            Some(welcome::Outcome::Named(name)) => {
                self.options.config.name = Some(name);
                self.start()
            }
        }
    }

    fn room(&mut self, message: room::Message) -> Task<Message> {
        let Screen::Room(room) = &mut self.screen else { return Task::none() };
        let actions = room.update(message, Instant::now());
        self.carry_out(actions)
    }

    fn carry_out(&mut self, actions: Vec<Action>) -> Task<Message> {
        Task::batch(actions.into_iter().map(|action| self.act(action)).collect::<Vec<_>>())
    }

    fn act(&mut self, action: Action) -> Task<Message> {
        match action {
            Action::Command(command) => self.send(Request::Command(command)),
            Action::Load(room) => self.send(Request::Load(room)),
            Action::Focus(field) => operation::focus(field),
            Action::Copy(text) => clipboard::write(text),
            Action::Browse(url) => {
                Task::perform(browse(url), |opened| Message::Room(room::Message::LinkOpened(opened)))
            }
            Action::Language(language) => self.remember(|settings| settings.language = Some(language)),
            Action::Appearance(appearance) => self.remember(|settings| settings.appearance = appearance),
            Action::ReduceMotion(reduce) => self.remember(|settings| settings.reduce_motion = reduce),
            Action::RememberGame(choice) => self.remember(|settings| settings.game = Some(choice)),
            Action::ReadFile(path) => Task::perform(read(path.clone()), move |bytes| {
                Message::Room(room::Message::FileRead(path.clone(), bytes))
            }),
            Action::Paint(job) => make(|| job.run(), room::Message::Painted),
            Action::Thumb(job) => make(|| job.run(), |thumb| room::Message::Gallery(gallery::Message::Made(thumb))),
            Action::Save(drawing) => self.save(drawing),
            Action::Attention(wanted) => {
                let attention = wanted.then_some(window::UserAttention::Informational);
                window::latest().and_then(move |id| window::request_user_attention(id, attention))
            }
            Action::RememberRoom(room) => self.remember(|settings| settings.room = Some(room.to_string())),
            Action::RememberName(name) => self.remember(|settings| settings.name = Some(name)),
            Action::Wait(time, timer) => {
                Task::perform(tokio::time::sleep(time), move |()| Message::Room(room::Message::Timer(timer)))
            }
        }
    }

    fn send(&mut self, request: Request) -> Task<Message> {
        let Some(requests) = &self.requests else { return Task::none() };
        match requests.try_send(request) {
            Ok(()) => Task::none(),
            // The queue holds a thousand requests: the node has ended, or hangs.
            Err(error) => self.room(room::Message::Answered(bridge::refuse(error))),
        }
    }

    fn save(&self, drawing: Box<DrawingFile>) -> Task<Message> {
        let folder = drawing::folder(&self.options.config.data_dir);
        let saving = async move {
            match tokio::task::spawn_blocking(move || drawing.save(&folder)).await {
                Ok(Ok(saved)) => Ok(saved.path().to_owned()),
                Ok(Err(error)) => Err(crate::text::with_causes(&error)),
                Err(panic) => Err(panic.to_string()),
            }
        };
        Task::perform(saving, |saved| Message::Room(room::Message::DrawingSaved(saved)))
    }

    /// Changes the settings and saves them.
    fn remember(&mut self, change: impl FnOnce(&mut Settings)) -> Task<Message> {
        change(&mut self.settings);
        if let Err(error) = self.settings.save(&self.options.config.data_dir) {
            let reason = crate::text::with_causes(&error);
            tracing::warn!("{reason}");
            if let Screen::Room(room) = &mut self.screen {
                room.notify(room::status::Notice::SettingsNotSaved(reason));
            }
        }
        Task::none()
    }

    // ---- the window ----

    fn resized(&mut self, size: Size, scale_factor: f32) -> Task<Message> {
        (self.size, self.scale_factor) = (size, scale_factor);
        self.room(room::Message::Resized(size, scale_factor))
    }

    fn focused(&mut self, focused: bool) -> Task<Message> {
        self.focused = focused;
        if !focused {
            self.remember_geometry();
        }
        self.room(room::Message::Focused(focused))
    }

    /// Moves and shrinks the window, so that it is on a screen of this size.
    fn fit(&mut self, monitor: Option<Size>) -> Task<Message> {
        self.monitor = monitor;
        let Some(monitor) = monitor else { return Task::none() };
        let (size, at) = self.geometry.fit(monitor);
        let resize = size.map(|size| window::latest().and_then(move |id| window::resize(id, size)));
        let move_to = at.map(|at| window::latest().and_then(move |id| window::move_to(id, at)));
        Task::batch(resize.into_iter().chain(move_to))
    }

    /// Saves the geometry for the next start.
    fn remember_geometry(&mut self) {
        if let (Some(at), Some(screen)) = (self.at, self.monitor) {
            self.geometry.move_to(at, screen);
        }
        if self.settings.window != Some(self.geometry) {
            let geometry = self.geometry;
            drop(self.remember(|settings| settings.window = Some(geometry)));
        }
    }

    /// Ends the node first, so that everything is on the disk. Then closes the window.
    fn close(&mut self) -> Task<Message> {
        self.remember_geometry();
        if std::mem::replace(&mut self.closing, true) {
            return iced::exit(); // the second request: nothing is waited for, not even the window's answer
        }
        match &self.requests {
            Some(requests) if requests.try_send(Request::Command(Command::Quit)).is_ok() => Task::none(),
            _ => self.exit(),
        }
    }

    /// Saves the size and the position of the window, then ends the program. Asks the system whether the window is maximized,
    /// because the answer to the last resizing may not have come yet.
    fn exit(&self) -> Task<Message> {
        window::latest().then(|window| match window {
            Some(window) => window::is_maximized(window).map(|maximized| Message::Exit(Some(maximized))),
            None => Task::done(Message::Exit(None)),
        })
    }

    fn key(
        &mut self,
        key: &Key,
        physical: keyboard::key::Physical,
        modifiers: keyboard::Modifiers,
        status: event::Status,
    ) -> Task<Message> {
        if *key == Key::Named(Named::Tab) {
            return operate(tab(modifiers.shift()));
        }
        let free = status == event::Status::Ignored;
        let Some(shortcut) = keys::shortcut(key, physical, modifiers, free) else { return Task::none() };
        if keys::is_for_text(&shortcut) {
            return unless_in_field(shortcut);
        }
        self.room(room::Message::Key(shortcut))
    }
}

/// Asks the system whether the window is maximized: the size of a maximized window is not saved.
fn ask_whether_maximized(size: Size) -> Task<Message> {
    window::latest().and_then(window::is_maximized).map(move |maximized| Message::Sized(size, maximized))
}

/// Sends a shortcut unless a field has the focus, which only the widgets know.
fn unless_in_field(shortcut: Shortcut) -> Task<Message> {
    operate(focusable::count()).then(move |fields| match fields.focused {
        None => Task::done(Message::Room(room::Message::Key(shortcut.clone()))),
        Some(_) => Task::none(),
    })
}

/// Makes a picture outside of the window's thread; `None`: that failed.
fn make<T: Send + 'static>(
    job: impl FnOnce() -> T + Send + 'static,
    made: impl FnOnce(Option<Box<T>>) -> room::Message + Send + 'static,
) -> Task<Message> {
    let making = async {
        let made = tokio::task::spawn_blocking(|| Box::new(job())).await;
        made.map_err(|panic| tracing::error!("a picture could not be made: {panic}")).ok()
    };
    Task::perform(making, |picture| Message::Room(made(picture)))
}

/// Opens a web address with the system.
async fn browse(url: String) -> Result<(), String> {
    match tokio::task::spawn_blocking(|| open::that_detached(url)).await {
        Ok(opened) => opened.map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    }
}

/// Reads a file with words, at most one byte more than a pack may have, so that a longer one is noticed.
async fn read(path: PathBuf) -> Result<Vec<u8>, String> {
    let read = move || -> std::io::Result<Vec<u8>> {
        // Anything else, such as a pipe, could block for ever.
        if !std::fs::metadata(&path)?.is_file() {
            return Err(std::io::Error::other("not a file"));
        }
        let mut bytes = Vec::new();
        let most = inkmesh::words::MAX_PACK_BYTES as u64 + 1;
        std::fs::File::open(&path)?.take(most).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    match tokio::task::spawn_blocking(read).await {
        Ok(read) => read.map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    }
}

pub(super) fn listen(event: Event, status: event::Status, _window: window::Id) -> Option<Message> {
    match event {
        Event::Window(window::Event::Resized(size)) => Some(Message::Resized(size)),
        Event::Window(window::Event::Moved(at)) => Some(Message::Moved(at)),
        Event::Window(window::Event::Rescaled(factor)) => Some(Message::Rescaled(factor)),
        Event::Window(window::Event::Focused) => Some(Message::Focused(true)),
        Event::Window(window::Event::Unfocused) => Some(Message::Focused(false)),
        Event::Window(window::Event::FileDropped(path)) => Some(Message::Dropped(path)),
        Event::Window(window::Event::CloseRequested) => Some(Message::Close),
        // A key that is held down would also send the next command of a game.
        Event::Keyboard(keyboard::Event::KeyPressed { key: Key::Named(named), repeat: true, .. })
            if !matches!(named, Named::Tab | Named::ArrowLeft | Named::ArrowRight) =>
        {
            None
        }
        Event::Keyboard(keyboard::Event::KeyPressed { key, physical_key, modifiers, .. }) => {
            Some(Message::Key(key, physical_key, modifiers, status))
        }
        _ => None,
    }
}
