//! The room screen: chat, people, rooms, the state of the connection, languages, sizes.

use std::time::Duration;

use iced::Size;
use iced::keyboard::key::Named;
use inkmesh::command::{Command, CommandError, Reply};
use inkmesh::event::{Event, ReadStateView, Warning};
use inkmesh::name::{PersonName, RoomName};
use inkmesh::operation::OperationId;

use super::bench::{ANA, BORA, Bench, ME, NARROW, WIDE, commands, here, loads, lobby, person, reply, said, say};
use crate::settings::Language;
use crate::window::screen::room::dialog::{self, Topic};
use crate::window::screen::room::{Action, Message, Shortcut, layout, layout::Pane, rooms};

const CHAT_FIELD: &str = "chat-field";

fn with_ana() -> Bench {
    Bench::open(Language::En, WIDE, &[person(ANA, "Ana", true)])
}

/// Types into the chat's field.
fn write(bench: &mut Bench, text: &str, enter: bool) -> Vec<Action> {
    bench.write(text);
    bench.interact(|ui| {
        ui.click(iced_test::selector::id(CHAT_FIELD)).unwrap();
        if enter {
            ui.tap_key(Named::Enter);
        }
    })
}

#[test]
fn enter_says_the_line() {
    let mut bench = with_ana();
    let typed = bench.interact(|ui| {
        ui.click(iced_test::selector::id(CHAT_FIELD)).unwrap();
        ui.typewrite("h");
    });
    assert!(commands(&typed).is_empty());
    let actions = write(&mut bench, "hello 안녕", true);
    assert_eq!(commands(&actions), [here(say("hello 안녕"))]);
    assert_eq!(bench.room.draft(), "", "the field is empty again");
    assert!(commands(&write(&mut bench, "  ", true)).is_empty(), "nothing is not said");
}

#[test]
fn a_line_that_could_not_be_said_stays_and_the_reason_is_told() {
    let mut bench = with_ana();
    write(&mut bench, "hello", true);
    let error = CommandError::NotSaved("disk full".to_owned());
    bench.reply(say("hello"), Err(error));
    assert_eq!(bench.room.draft(), "hello");
    bench.must_show("Not saved and not sent, the disk refused it: disk full");
    bench.wait(Duration::from_secs(60));
    assert!(!bench.shows("Not saved and not sent, the disk refused it: disk full"), "a notice goes by itself");
}

#[test]
fn lines_appear_under_their_names() {
    let mut bench = with_ana();
    let events = vec![Event::Entries {
        room: lobby(),
        entries: vec![said(10, ANA, "Ana", "first"), said(30, ANA, "Ana", "third")],
    }];
    bench.happen(events);
    bench.must_show("first");
    bench.happen(vec![Event::Entries { room: lobby(), entries: vec![said(20, BORA, "보라", "second")] }]);
    bench.must_show("second");
    bench.must_show("보라");
}

#[test]
fn two_people_of_one_name_show_fingerprints() {
    let mut bench = Bench::open(Language::En, WIDE, &[person(ANA, "Ana", true)]);
    bench.must_show("Ana");
    bench.must_show("10.0.0.2:47770");
    bench.happen(vec![Event::Peer { room: lobby(), person: person(BORA, "Ana", true) }]);
    bench.must_show(&format!("Ana ({})", ANA.fingerprint()));
    bench.must_show(&format!("Ana ({})", BORA.fingerprint()));
}

#[test]
fn the_state_of_the_connection_is_always_said() {
    let mut bench = Bench::open(Language::En, WIDE, &[]);
    bench.must_show("Nobody here yet: looking on this network…");
    bench.wait(Duration::from_secs(11));
    bench.must_show("Nobody yet. Is Inkmesh open on another computer here?");
    bench.reply(say("hi"), Ok(Reply::Written { id: OperationId([9; 32]) }));
    bench.must_show("Saved. It will be delivered when somebody connects.");
    bench.happen(vec![Event::Peer { room: lobby(), person: person(ANA, "Ana", true) }]);
    bench.must_show("1 person connected");
    bench.happen(vec![Event::Peer { room: lobby(), person: person(BORA, "보라", true) }]);
    bench.must_show("2 people connected");
    bench.happen(vec![Event::Warning(Warning::StorageFailed { reason: "disk full".to_owned() })]);
    bench.must_show(
        "Can't write to the disk: disk full. Nothing can be said until there is room; Inkmesh tries again by itself.",
    );
    bench.happen(vec![Event::Warning(Warning::StorageRecovered)]);
    bench.must_show("2 people connected");
    bench.must_show("The disk takes writes again.");
    bench.happen(vec![
        Event::Peer { room: lobby(), person: person(ANA, "Ana", false) },
        Event::Peer { room: lobby(), person: person(BORA, "보라", false) },
        Event::Warning(Warning::DiscoveryFailed { reason: "no multicast".to_owned() }),
    ]);
    bench.must_show("Can't look for people on this network (no multicast): connect by address.");
}

#[test]
fn a_language_is_chosen_at_any_time() {
    let mut bench = with_ana();
    bench.give(Message::Show(Topic::Settings));
    let actions = bench.click("한국어");
    assert!(matches!(actions[..], [Action::Language(Language::Ko)]), "{actions:?}");
    bench.must_show("People");
    bench.look.language = Language::Ko;
    bench.give(Message::Key(Shortcut::Escape));
    for text in ["사람들", "1명 연결됨", "누구나 이 종이에 그릴 수 있어요", "보내기"] {
        bench.must_show(text);
    }
    assert!(!bench.shows("People"));
}

#[test]
fn a_room_is_entered_by_its_name() {
    let mut bench = with_ana();
    bench.click("+ Enter a room");
    bench.give(Message::Rooms(rooms::Message::Typed("  ".to_owned())));
    assert!(bench.give(Message::Rooms(rooms::Message::Join)).is_empty());
    bench.must_show("A name can't be empty.");
    bench.give(Message::Rooms(rooms::Message::Typed("#Family".to_owned())));
    let family: RoomName = "family".parse().unwrap();
    let join = Command::Join { room: family.clone() };
    assert_eq!(commands(&bench.give(Message::Rooms(rooms::Message::Join))), std::slice::from_ref(&join));
    bench.write("unfinished");
    let actions = bench.give(reply(join, Ok(Reply::Done {})));
    assert_eq!(loads(&actions), std::slice::from_ref(&family));
    assert_eq!(bench.room.draft(), "", "what was being written stays in its room");
    // Talk in the room that is not looked at is counted.
    let entries = vec![said(1, ANA, "Ana", "where are you?"), said(2, ME, "Me", "coming")];
    bench.happen(vec![Event::Entries { room: lobby(), entries }]);
    let reading = ReadStateView { mark: Some(OperationId([9; 32])), unread: 7, late: Vec::new() };
    bench.happen(vec![Event::Reading { room: lobby(), reading }]);
    bench.must_show("7");
    bench.click("# lobby");
    assert_eq!(bench.room.draft(), "unfinished");
    let actions = bench.give(Message::Rooms(rooms::Message::Leave(family.clone())));
    assert_eq!(commands(&actions), [Command::Leave { room: family }]);
}

#[test]
fn connecting_by_address_says_what_is_wrong_and_how_others_reach_us() {
    let mut bench = with_ana();
    bench.happen(vec![Event::Ready {
        peer: ME,
        addresses: vec!["/ip4/127.0.0.1/tcp/47770".to_owned(), "/ip4/192.168.0.9/tcp/47770".to_owned()],
    }]);
    bench.click("Connect by address…");
    bench.must_show("192.168.0.9:47770");
    assert!(!bench.shows("127.0.0.1:47770"), "nobody else can use that");
    let dial = |address: &str| Command::Dial { address: address.to_owned() };
    let actions = bench.click("Copy");
    assert!(matches!(&actions[..], [Action::Copy(text)] if text == "192.168.0.9:47770"), "{actions:?}");
    bench.give(Message::Dialog(dialog::Message::Address(" nowhere ".to_owned())));
    assert_eq!(commands(&bench.click("Connect")), [dial("nowhere")]);
    let error = CommandError::Address("nowhere".to_owned());
    bench.give(reply(dial("nowhere"), Err(error)));
    bench.must_show("“nowhere” is no address. One looks like 192.168.0.7 or 192.168.0.7:47770.");
    bench.give(reply(dial("10.0.0.2"), Ok(Reply::Done {})));
    assert!(!bench.shows("Connect"), "the dialog is closed");
    bench.must_show("Trying 10.0.0.2. Inkmesh keeps trying until it answers.");
}

#[test]
fn a_name_is_changed_in_the_settings() {
    let mut bench = with_ana();
    bench.give(Message::Show(Topic::Settings));
    bench.must_show("Me");
    bench.give(Message::Dialog(dialog::Message::Name("\u{202e}".to_owned())));
    bench.click("Rename");
    bench.must_show("A name can't be empty.");
    bench.give(Message::Dialog(dialog::Message::Name("Mia".to_owned())));
    let name: PersonName = "Mia".parse().unwrap();
    let rename = Command::Rename { name: name.clone() };
    assert_eq!(commands(&bench.click("Rename")), std::slice::from_ref(&rename));
    let actions = bench.give(reply(rename, Ok(Reply::Done {})));
    assert!(matches!(&actions[..], [Action::RememberName(named)] if *named == name));
}

#[test]
fn escape_closes_what_is_open_and_f1_helps() {
    let mut bench = with_ana();
    bench.give(Message::Key(Shortcut::Help));
    bench.must_show("this help");
    for text in [
        "undo, redo (also Ctrl+Shift+Z)",
        "width of the pen, the wheel for any other; with words to choose from: that word",
        "in the gallery: draw it again, rest",
        "in the gallery: one stroke back, one on; Home and End: the blank sheet, the finished drawing",
    ] {
        bench.must_show(text);
    }
    bench.give(Message::Key(Shortcut::Escape));
    assert!(!bench.shows("this help"));
    let actions = bench.give(Message::Key(Shortcut::Write));
    assert!(matches!(actions[..], [Action::Focus(CHAT_FIELD)]));
}

#[test]
fn a_narrow_window_has_tabs_with_badges() {
    let mut bench = Bench::open(Language::En, NARROW, &[person(ANA, "Ana", true)]);
    for tab in ["Sheet", "Chat", "Rooms"] {
        bench.must_show(tab);
    }
    assert!(!bench.shows("Send"), "the talk is behind its tab");
    bench.happen(vec![Event::Entries {
        room: lobby(),
        entries: vec![said(1, ANA, "Ana", "a"), said(2, ANA, "Ana", "b")],
    }]);
    bench.must_show("2");
    bench.click("Chat");
    bench.must_show("Send");
    assert!(!bench.shows("2"), "what was seen is not counted");
    bench.give(Message::Layout(layout::Message::Pane(Pane::People)));
    bench.must_show("Connect by address…");
}

#[test]
fn a_folded_column_unfolds() {
    let mut bench = Bench::open(Language::En, Size::new(900.0, 700.0), &[person(ANA, "Ana", true)]);
    assert!(!bench.shows("People"));
    bench.must_show("Send");
    bench.click("☰");
    bench.must_show("People");
    bench.give(Message::Key(Shortcut::Escape));
    assert!(!bench.shows("People"));
}

#[test]
fn after_lost_events_everything_is_asked_for_again() {
    let mut bench = with_ana();
    let actions = bench.happen(vec![Event::Warning(Warning::Lagged { events: 7 })]);
    assert_eq!((commands(&actions), loads(&actions)), (vec![Command::People, Command::Rooms], vec![lobby()]));
}
