//! The waiting room: what it shows, how rooms are entered from it, and the way back to it.

use std::collections::BTreeMap;
use std::time::Duration;

use iced::Size;
use inkmesh::command::{Command, Reply};
use inkmesh::contacts::{Contact, Contacts};
use inkmesh::event::{Event, PastRoom, ReadStateView, RoomSummary};
use inkmesh::identity::Author;
use inkmesh::name::RoomName;
use inkmesh::operation::OperationId;
use inkmesh::waiting_room::nearby::Announcer;
use inkmesh::waiting_room::{GameProgress, NearbyRoom};

use super::bench::{ANA, BORA, Bench, ME, NARROW, TIME, WIDE, commands, loads, lobby, person, reply, said};
use super::in_view::{Glass, actions_stay_in_view, resize, sizes};
use crate::settings::Language;
use crate::window::screen::contacts;
use crate::window::screen::room::{Action, Message, Shortcut, rooms};

/// The smallest window that anybody is asked to use, and the usual one.
const SIZES: [Size; 2] = [Size::new(800.0, 600.0), WIDE];

fn room(name: &str) -> RoomName {
    name.parse().unwrap()
}

fn nearby(name: &str, who: &[(Author, &str)], game: Option<GameProgress>) -> NearbyRoom {
    let who = who.iter().map(|(peer, name)| Announcer { peer: *peer, name: name.parse().ok() });
    NearbyRoom { room: room(name), who: who.collect(), game }
}

fn contact(peer: Author, name: &str, online: bool) -> Contact {
    let unknown = Contacts::default().get(peer, 0);
    Contact { name: name.to_owned(), online, first_seen: Some(TIME), last_seen: Some(TIME), ..unknown }
}

fn summary(name: &str, last_activity: u64, unread: u64) -> RoomSummary {
    RoomSummary { room: room(name), title: None, people: 1, last_activity, unread }
}

/// Starts in the waiting room with nothing known.
fn started(language: Language, size: Size) -> Bench {
    Bench::waiting(language, size, Some(lobby()))
}

/// Starts in the waiting room of somebody who is in two rooms and left one, on a network with other people.
fn bench(language: Language, size: Size) -> Bench {
    let mut bench = started(language, size);
    bench
        .give(reply(Command::People, Ok(Reply::People(vec![contact(BORA, "보라", false), contact(ANA, "Ana", true)]))));
    let actions = bench.give(rooms_are());
    let asked = |name: &str| Command::History { room: room(name), limit: Some(16), before: None };
    assert_eq!(
        commands(&actions),
        [Command::RoomsNearby, Command::PastRooms, asked("lobby"), asked("family")],
        "an empty room has no last line"
    );
    let game = Some(GameProgress { round: 2, rounds: 3 });
    let stranger = Author([77; 32]);
    let others = vec![nearby("lobby", &[(ANA, "Ana")], None), nearby("tea", &[(ANA, "Ana"), (stranger, "Ana")], game)];
    bench.give(reply(Command::RoomsNearby, Ok(Reply::RoomsNearby(others))));
    bench.give(reply(Command::PastRooms, Ok(Reply::PastRooms(vec![past("old"), past("tea")]))));
    let entries = vec![said(1, ANA, "Ana", "see you"), said(2, ME, "Me", "bye")];
    bench.give(reply(asked("family"), Ok(Reply::History { room: room("family"), entries })));
    bench.happen(vec![Event::Peer { room: lobby(), person: person(ANA, "Ana", true) }]);
    bench
}

fn past(name: &str) -> PastRoom {
    PastRoom { room: room(name), title: None }
}

fn rooms_are() -> Message {
    let rooms = vec![summary("family", 5, 3), summary("lobby", 9, 0), summary("quiet", 0, 0)];
    reply(Command::Rooms, Ok(Reply::Rooms(rooms)))
}

#[test]
fn the_program_opens_with_the_rooms_and_people_of_the_network() {
    for size in SIZES {
        let mut bench = bench(Language::En, size);
        let label = format!("Ana ({})", Author([77; 32]).fingerprint());
        for text in ["Your rooms", "# lobby", "# family", "3", "Other rooms on this network", "# tea", "Round 2 of 3"] {
            bench.must_show(text);
        }
        bench.must_show("you: bye");
        bench.must_show(&format!("Ana and {label}"));
        for text in
            ["Rooms that you left", "# old", "보라", "# lobby  # tea", "1 person connected", "New room, or ticket"]
        {
            bench.must_show(text);
        }
        assert!(!bench.shows("Send"), "no room is open");
    }
    let mut bench = bench(Language::Ko, WIDE);
    for text in ["내 방", "이 네트워크의 다른 방", "3라운드 중 2라운드", "나온 방", "주소로 연결"]
    {
        bench.must_show(text);
    }
}

#[test]
fn one_click_enters_a_room() {
    let mut bench = bench(Language::En, WIDE);
    // One's own room is opened at once.
    let actions = bench.click("# family");
    assert_eq!(loads(&actions), [room("family")]);
    assert!(
        matches!(actions.last(), Some(Action::Focus("chat-field")))
            || actions.iter().any(|action| matches!(action, Action::Focus("chat-field")))
    );
    bench.must_show("Send");
    // And the way back.
    assert_eq!(commands(&bench.click("← Waiting room")), [Command::Rooms]);
    bench.must_show("Your rooms");
    // A room of others is joined first.
    let join = Command::Join { room: room("tea") };
    assert_eq!(commands(&bench.click("# tea")), std::slice::from_ref(&join));
    let actions = bench.give(reply(join, Ok(Reply::Done {})));
    assert_eq!(loads(&actions), [room("tea")]);
    assert!(!bench.shows("Your rooms"));
    // One that was left, likewise.
    bench.give(Message::ToWaitingRoom);
    assert_eq!(commands(&bench.click("# old")), [Command::Join { room: room("old") }]);
}

#[test]
fn enter_opens_the_room_that_was_open_last_and_escape_goes_back_to_an_open_one() {
    let mut bench = bench(Language::En, WIDE);
    bench.give(Message::Key(Shortcut::Escape));
    bench.must_show("Your rooms");
    let actions = bench.give(Message::Key(Shortcut::Write));
    assert_eq!(loads(&actions), [lobby()]);
    assert!(bench.room.title(bench.look).starts_with("# lobby"));
    bench.give(Message::ToWaitingRoom);
    assert_eq!(bench.room.title(bench.look), "Inkmesh");
    let actions = bench.give(Message::Key(Shortcut::Escape));
    assert!(loads(&actions).is_empty(), "it is open still");
    bench.must_show("Send");
}

#[test]
fn a_new_room_needs_only_a_name() {
    for size in [WIDE, NARROW] {
        let mut bench = bench(Language::En, size);
        bench.give(Message::Rooms(rooms::Message::Typed("\u{202e}".to_owned())));
        assert!(commands(&bench.click("Open")).is_empty());
        bench.must_show("A name can't be empty.");
        bench.give(Message::Rooms(rooms::Message::Typed("#Tea House".to_owned())));
        assert_eq!(commands(&bench.click("Open")), [Command::Join { room: room("tea house") }]);
    }
}

#[test]
fn a_ticket_opens_its_room() {
    let mut bench = bench(Language::En, WIDE);
    bench.give(Message::Rooms(rooms::Message::Typed("  Inkmesh:ABC ".to_owned())));
    let open = Command::OpenTicket { ticket: "Inkmesh:ABC".to_owned() };
    assert_eq!(commands(&bench.click("Open")), std::slice::from_ref(&open));
    let actions = bench.give(reply(open, Ok(Reply::Entered { room: room("tea") })));
    assert_eq!(loads(&actions), [room("tea")]);
}

#[test]
fn whoever_is_alone_reads_what_to_do() {
    let mut bench = started(Language::En, WIDE);
    bench.must_show("Looking for rooms…");
    bench.give(reply(Command::Rooms, Ok(Reply::Rooms(vec![summary("lobby", 0, 0)]))));
    for text in ["# lobby", "Nobody else is in it now", "Nobody else is here yet", "Nobody has been here yet."] {
        bench.must_show(text);
    }
    bench.must_show("Nobody here yet: looking on this network…");
    bench.click("Connect by address");
    bench.must_show("Connect");
    bench.give(Message::Key(Shortcut::Escape));
    // Somebody comes who has no other room open.
    let come =
        vec![Event::Person(contact(ANA, "Ana", true)), Event::Nearby(vec![nearby("lobby", &[(ANA, "Ana")], None)])];
    bench.happen(come);
    for text in ["No other rooms are open", "1 person connected", "Ana"] {
        bench.must_show(text);
    }
    assert!(!bench.shows("Nobody else is here yet"));
    bench.wait(Duration::from_secs(60));
    bench.must_show("1 person connected");
}

#[test]
fn what_happens_in_a_room_is_seen_in_the_waiting_room() {
    let mut bench = bench(Language::En, WIDE);
    bench.happen(vec![Event::Entries { room: lobby(), entries: vec![said(9, ANA, "Ana", "anybody here?")] }]);
    let reading = ReadStateView { mark: Some(OperationId([9; 32])), unread: 4, late: Vec::new() };
    bench.happen(vec![Event::Reading { room: lobby(), reading }]);
    bench.must_show("Ana: anybody here?");
    bench.must_show("4");
    bench.happen(vec![Event::Nearby(vec![nearby("chess", &[(ANA, "Ana")], None)])]);
    bench.must_show("# chess");
    assert!(!bench.shows("# tea") || bench.shows("Rooms that you left"));
}

#[test]
fn lines_behind_the_waiting_room_are_not_read() {
    let mut bench = Bench::open(Language::En, WIDE, &[person(ANA, "Ana", true)]);
    let waits = |actions: &[Action]| actions.iter().any(|action| matches!(action, Action::Wait(..)));
    bench.give(Message::ToWaitingRoom);
    let actions = bench.happen(vec![Event::Entries { room: lobby(), entries: vec![said(1, ANA, "Ana", "hello")] }]);
    assert!(!waits(&actions));
    assert!(waits(&bench.click("# lobby")));
}

#[test]
fn a_person_is_shown_and_the_way_leads_back() {
    let mut bench = bench(Language::En, WIDE);
    bench.click("# lobby  # tea");
    bench.must_show("Fingerprint");
    bench.click("← Back to the waiting room");
    bench.must_show("Your rooms");
    bench.give(Message::ToContacts);
    bench.give(Message::Contacts(contacts::Message::Leave));
    bench.must_show("Your rooms");
}

#[test]
fn leaving_the_open_room_leads_to_the_waiting_room() {
    let mut bench = Bench::open(Language::En, WIDE, &[]);
    bench.give(reply(Command::Leave { room: lobby() }, Ok(Reply::Done {})));
    bench.give(reply(Command::Rooms, Ok(Reply::Rooms(vec![summary("family", 1, 0)]))));
    bench.must_show("Your rooms");
    assert!(!bench.shows("# lobby"));
}

#[test]
fn a_room_of_the_command_line_is_opened_at_once() {
    let mut bench = Bench::open(Language::En, WIDE, &[]);
    bench.must_show("Send");
    // The list comes again: nothing else is opened.
    let actions = bench.give(rooms_are());
    assert!(loads(&actions).is_empty() && commands(&actions).is_empty());
}

#[test]
fn long_names_and_many_rooms_keep_the_actions_in_view() {
    let long = "W".repeat(40);
    let mut bench = bench(Language::En, WIDE);
    let rooms: Vec<RoomSummary> = (0..40).map(|n| summary(&format!("{n} {}", &long[3..]), n, 100)).collect();
    bench.give(reply(Command::Rooms, Ok(Reply::Rooms(rooms))));
    let who: Vec<(Author, &str)> = (0..30).map(|n| (Author([n; 32]), long.as_str())).collect();
    let game = Some(GameProgress { round: 10, rounds: 10 });
    bench.happen(vec![Event::Nearby((0..40).map(|n| nearby(&format!("near {n}"), &who, game)).collect())]);
    let is_action = |message: &str| ["Show(", "ToContacts", "Rooms(Join"].iter().any(|of| message.starts_with(of));
    bench.give(Message::Rooms(rooms::Message::Typed("tea".to_owned())));
    let found = actions_stay_in_view("the waiting room", &mut bench, is_action);
    assert_eq!(found.len(), 6, "{found:?}: open, open privately, address, contacts, settings, help");
}

#[test]
fn the_first_room_is_in_view_at_every_size() {
    for language in Language::ALL {
        let mut bench = bench(language, WIDE);
        let mut hidden = BTreeMap::new();
        for (size, scale) in sizes().into_iter().filter(|(size, _)| size.height >= 300.0 && size.width >= 400.0) {
            resize(&mut bench, size, scale);
            if let Some(why) = Glass::new(bench.view(), size).hidden("# lobby") {
                hidden.insert(format!("{size:?}"), why);
            }
        }
        assert!(hidden.is_empty(), "{hidden:#?}");
    }
}
