//! The root of the window: from the first start to the room, and its errors.

use std::path::Path;

use iced::advanced::widget::operation::{Outcome, focusable};
use iced::event::Status;
use iced::keyboard::key::{Code, Physical};
use iced::keyboard::{Key, Modifiers};
use iced::{Point, Renderer, Size, Task};
use iced_test::futures::futures::StreamExt as _;
use iced_test::runtime::user_interface::{Cache, UserInterface};
use iced_test::runtime::{Action, task};
use inkmesh::command::{Command, Reply};
use inkmesh::event::RoomSummary;
use inkmesh::name::RoomName;
use inkmesh::node::{Config, StartError};
use tokio::runtime::Runtime;

use super::bench::{ME, WIDE, shows, simulate};
use crate::settings::{Geometry, Language, Settings};
use crate::window::Options;
use crate::window::app::{App, Message};
use crate::window::bridge::{Answer, Update};
use crate::window::screen::room::{Shortcut, rooms, sheet};
use crate::window::screen::{failed, room, welcome};
use crate::window::theme;

fn app(runtime: &Runtime, folder: &Path, name: Option<&str>) -> App {
    let config = Config {
        data_dir: folder.to_owned(),
        name: name.map(|name| name.parse().unwrap()),
        rooms: vec![RoomName::lobby()],
        listen: Vec::new(),
        dial: Vec::new(),
        mdns: false,
    };
    // The tasks that come with the state are not run: no node is started here.
    let options = Options { config, name_given: name.is_some(), room_given: false };
    App::new(options, Settings::load(folder), runtime.handle().clone()).0
}

fn must_show(app: &App, text: &str) {
    assert!(shows(&mut simulate(app.view(), WIDE), text), "{text:?} is not in the window");
}

fn english(folder: &Path) {
    Settings { language: Some(Language::En), ..Settings::default() }.save(folder).unwrap();
}

#[test]
fn the_first_start_asks_for_a_name_and_the_second_does_not() {
    let (folder, runtime) = (tempfile::tempdir().unwrap(), Runtime::new().unwrap());
    english(folder.path());
    let mut first = app(&runtime, folder.path(), None);
    must_show(&first, "What should the others call you?");
    drop(first.update(Message::Welcome(welcome::Message::Typed("Mia".to_owned()))));
    drop(first.update(Message::Welcome(welcome::Message::Continue)));
    must_show(&first, "Opening your ink…");
    drop(first.update(Message::Update(Update::Started(ME))));
    must_show(&first, "Looking for rooms…");
    assert_eq!(Settings::load(folder.path()).name, Some("Mia".parse().unwrap()));
    must_show(&app(&runtime, folder.path(), None), "Opening your ink…");
}

#[test]
fn a_name_on_the_command_line_is_not_asked_for() {
    let (folder, runtime) = (tempfile::tempdir().unwrap(), Runtime::new().unwrap());
    english(folder.path());
    must_show(&app(&runtime, folder.path(), Some("Ana")), "Opening your ink…");
}

#[test]
fn a_start_that_fails_can_be_tried_again() {
    let (folder, runtime) = (tempfile::tempdir().unwrap(), Runtime::new().unwrap());
    english(folder.path());
    let mut app = app(&runtime, folder.path(), Some("Ana"));
    let error = StartError::Network("no interface".to_owned());
    drop(app.update(Message::Update(Update::NotStarted(error))));
    must_show(&app, "Inkmesh could not start");
    drop(app.update(Message::Failed(failed::Message::Retry)));
    must_show(&app, "Opening your ink…");
    drop(app.update(Message::Update(Update::Started(ME))));
    drop(app.update(Message::Update(Update::Ended)));
    must_show(&app, "Inkmesh has stopped");
}

#[test]
fn a_chosen_language_is_kept() {
    let (folder, runtime) = (tempfile::tempdir().unwrap(), Runtime::new().unwrap());
    english(folder.path());
    let mut app = app(&runtime, folder.path(), Some("Ana"));
    drop(app.update(Message::Update(Update::Started(ME))));
    let korean = room::dialog::Message::Language(Language::Ko);
    drop(app.update(Message::Room(room::Message::Show(room::dialog::Topic::Settings))));
    drop(app.update(Message::Room(room::Message::Dialog(korean))));
    must_show(&app, "사람들");
    assert_eq!(Settings::load(folder.path()).language, Some(Language::Ko));
}

#[test]
fn a_new_name_is_kept() {
    let (folder, runtime) = (tempfile::tempdir().unwrap(), Runtime::new().unwrap());
    let mut app = app(&runtime, folder.path(), Some("Ana"));
    drop(app.update(Message::Update(Update::Started(ME))));
    let renamed = Answer::Reply(Command::Rename { name: "Bora".parse().unwrap() }, Ok(Reply::Done {}));
    drop(app.update(Message::Update(Update::Answer(renamed))));
    assert_eq!(Settings::load(folder.path()).name, Some("Bora".parse().unwrap()));
}

/// Returns the messages of a task, when this field has the focus, or none.
fn come_of(app: &App, runtime: &Runtime, field: Option<&'static str>, task: Task<Message>) -> Vec<Message> {
    let mut renderer = Renderer::new(theme::REGULAR, theme::BODY.into());
    let mut ui = UserInterface::build(app.view(), WIDE, Cache::default(), &mut renderer);
    if let Some(field) = field {
        ui.operate(&renderer, &mut focusable::focus(field.into()));
    }
    let mut actions = task::into_stream(task).unwrap();
    let mut messages = Vec::new();
    while let Some(action) = runtime.block_on(actions.next()) {
        match action {
            Action::Output(message) => messages.push(message),
            Action::Widget(mut operation) => {
                ui.operate(&renderer, operation.as_mut());
                assert!(matches!(operation.finish(), Outcome::None | Outcome::Some(())));
            }
            _ => panic!("only the widgets are asked"),
        }
    }
    messages
}

#[test]
fn who_writes_takes_back_no_ink() {
    let (folder, runtime) = (tempfile::tempdir().unwrap(), Runtime::new().unwrap());
    english(folder.path());
    let mut app = app(&runtime, folder.path(), Some("Ana"));
    drop(app.update(Message::Update(Update::Started(ME))));
    drop(app.update(Message::Room(room::Message::Rooms(rooms::Message::Open(RoomName::lobby())))));
    for (key, code, press) in [("z", Code::KeyZ, sheet::Message::Undo), ("y", Code::KeyY, sheet::Message::Redo)] {
        for (field, acts) in [(None, true), (Some("chat-field"), false)] {
            // A field leaves these keys alone.
            let key =
                Message::Key(Key::Character(key.into()), Physical::Code(code), Modifiers::COMMAND, Status::Ignored);
            let task = app.update(key);
            let come = come_of(&app, &runtime, field, task);
            let pressed = |message: &Message| matches!(message, Message::Room(room::Message::Key(Shortcut::Sheet(it))) if *it == press);
            assert_eq!(come.iter().filter(|message| pressed(message)).count(), usize::from(acts), "{field:?}");
        }
    }
}

#[test]
fn the_window_and_the_room_come_back() {
    let (folder, runtime) = (tempfile::tempdir().unwrap(), Runtime::new().unwrap());
    english(folder.path());
    let mut app = app(&runtime, folder.path(), Some("Ana"));
    drop(app.update(Message::Update(Update::Started(ME))));
    let family: RoomName = "family".parse().unwrap();
    let rooms = || {
        let summary = |room: RoomName| RoomSummary { room, title: None, people: 1, last_activity: 0, unread: 0 };
        let rooms = vec![summary(family.clone()), summary(RoomName::lobby())];
        Update::Answer(Answer::Reply(Command::Rooms, Ok(Reply::Rooms(rooms))))
    };
    drop(app.update(Message::Update(rooms())));
    must_show(&app, "# lobby");
    drop(app.update(Message::Room(room::Message::Rooms(rooms::Message::Open(family.clone())))));
    drop(app.update(Message::Monitor(Some(Size::new(1920.0, 1080.0)))));
    drop(app.update(Message::Sized(Size::new(900.0, 700.0), false)));
    drop(app.update(Message::Moved(Point::new(40.0, 30.0))));
    drop(app.update(Message::Sized(Size::new(1920.0, 1080.0), true)));
    drop(app.update(Message::Close));
    let settings = Settings::load(folder.path());
    let place = Geometry { width: 900, height: 700, position: Some((40, 30)), maximized: true };
    assert_eq!((settings.window, settings.room.as_deref()), (Some(place), Some("family")));
    // Resized just before the end: the answer to that question comes with the end.
    drop(app.update(Message::Resized(Size::new(901.0, 703.0))));
    drop(app.update(Message::Exit(Some(false))));
    let resized = Geometry { width: 901, height: 703, maximized: false, ..place };
    assert_eq!(Settings::load(folder.path()).window, Some(resized));
    let mut again = self::app(&runtime, folder.path(), None);
    drop(again.update(Message::Update(Update::Started(ME))));
    drop(again.update(Message::Update(rooms())));
    must_show(&again, "Your rooms");
    drop(again.update(Message::Room(room::Message::Key(Shortcut::Write))));
    assert_eq!(again.title(), "# family – Inkmesh", "Enter opens the room that was open last");
    drop(again.update(Message::Room(room::Message::Rooms(rooms::Message::Open(RoomName::lobby())))));
    assert_eq!(Settings::load(folder.path()).room.as_deref(), Some("lobby"));
}
