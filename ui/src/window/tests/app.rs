//! The root: from the first start to the room, and what goes wrong on the way.

use std::path::Path;

use inkmesh::name::RoomName;
use inkmesh::node::{Config, StartError};
use tokio::runtime::Runtime;

use super::bench::{ME, WIDE, shows, simulate};
use crate::settings::{Language, Settings};
use crate::window::Options;
use crate::window::app::{App, Message};
use crate::window::link::{Answer, Update};
use crate::window::screen::{failed, room, welcome};

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
    App::new(Options { config, name_given: name.is_some() }, runtime.handle().clone()).0
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
    drop(first.update(Message::Link(Update::Started(ME))));
    must_show(&first, "Rooms");
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
    drop(app.update(Message::Link(Update::NotStarted(error))));
    must_show(&app, "Inkmesh could not start");
    drop(app.update(Message::Failed(failed::Message::Retry)));
    must_show(&app, "Opening your ink…");
    drop(app.update(Message::Link(Update::Started(ME))));
    drop(app.update(Message::Link(Update::Ended)));
    must_show(&app, "Inkmesh has stopped");
}

#[test]
fn a_chosen_language_is_kept() {
    let (folder, runtime) = (tempfile::tempdir().unwrap(), Runtime::new().unwrap());
    english(folder.path());
    let mut app = app(&runtime, folder.path(), Some("Ana"));
    drop(app.update(Message::Link(Update::Started(ME))));
    let korean = room::dialog::Press::Language(Language::Ko);
    drop(app.update(Message::Room(room::Message::Dialog(korean))));
    must_show(&app, "사람들");
    assert_eq!(Settings::load(folder.path()).language, Some(Language::Ko));
}

#[test]
fn a_new_name_is_kept() {
    let (folder, runtime) = (tempfile::tempdir().unwrap(), Runtime::new().unwrap());
    let mut app = app(&runtime, folder.path(), Some("Ana"));
    drop(app.update(Message::Link(Update::Started(ME))));
    let renamed = Answer::Renamed("Bora".parse().unwrap(), Ok(()));
    drop(app.update(Message::Link(Update::Answer(renamed))));
    assert_eq!(Settings::load(folder.path()).name, Some("Bora".parse().unwrap()));
}
