//! Read marks, late lines, and the loading of history.

use std::time::Duration;

use iced::Size;
use inkmesh::command::{Command, Reply, RoomCommand};
use inkmesh::event::{Entry, Event, ReadStateView};
use inkmesh::operation::OperationId;

use super::bench::{ANA, BORA, Bench, NARROW, WIDE, commands, here, late, lobby, person, reply, said};
use crate::settings::Language;
use crate::window::bridge::{PAGE, SEEK_PAGE};
use crate::window::screen::room::dialog::Topic;
use crate::window::screen::room::{Action, Message, Shortcut, Timer, chat};

fn with_ana() -> Bench {
    Bench::open(Language::En, WIDE, &[person(ANA, "Ana", true), person(BORA, "Ben", true)])
}

fn lines(numbers: std::ops::Range<u64>) -> Vec<Entry> {
    numbers.map(|number| said(number, ANA, "Ana", &format!("line {number}"))).collect()
}

fn read_up_to(mark: &Entry, unread: u64) -> ReadStateView {
    ReadStateView { mark: Some(mark.id), unread, late: Vec::new() }
}

fn entries(bench: &mut Bench, entries: Vec<Entry>) -> Vec<Action> {
    bench.happen(vec![Event::Entries { room: lobby(), entries }])
}

fn reading(bench: &mut Bench, reading: ReadStateView) -> Vec<Action> {
    bench.happen(vec![Event::Reading { room: lobby(), reading }])
}

fn syncing(bench: &mut Bench, received: u64, remaining: u64) -> Vec<Action> {
    bench.happen(vec![Event::Syncing { room: lobby(), peers: vec![ANA, BORA], received, remaining }])
}

/// Returns whether the timer of read marks was started.
fn will_notice(actions: &[Action]) -> bool {
    actions.iter().any(|action| matches!(action, Action::Wait(_, Timer::MarkRead)))
}

/// Returns the command that reads so many lines before a line.
fn history(before: OperationId, limit: usize) -> Command {
    Command::History { room: lobby(), limit: Some(limit), before: Some(before) }
}

#[test]
fn catching_up_has_a_bar_with_words_that_does_not_flicker() {
    let mut bench = with_ana();
    let actions = syncing(&mut bench, 0, 10_000);
    assert!(matches!(actions[..], [Action::Wait(_, Timer::Refresh)]), "it looks again in time: {actions:?}");
    bench.must_show("2 people connected");
    assert!(syncing(&mut bench, 1_234, 8_766).is_empty());
    bench.must_show("2 people connected");
    bench.wait(Duration::from_millis(300));
    bench.must_show("1,234 of 10,000 older messages, from Ana and Ben");
    bench.look.language = Language::Ko;
    bench.must_show("지난 메시지 10,000개 중 1,234개 받음 · 보내는 사람: Ana, Ben");
    bench.look.language = Language::En;
    syncing(&mut bench, 10_000, 0);
    bench.must_show("2 people connected");
    syncing(&mut bench, 0, 5);
    syncing(&mut bench, 5, 0);
    bench.wait(Duration::from_secs(1));
    bench.must_show("2 people connected");
}

#[test]
fn those_who_leave_are_not_waited_for() {
    let mut bench = with_ana();
    syncing(&mut bench, 1, 9);
    bench.wait(Duration::from_secs(1));
    bench.happen(vec![Event::Peer { room: lobby(), person: person(ANA, "Ana", false) }]);
    bench.must_show("1 of 10 older messages, from Ben");
    bench.happen(vec![Event::Peer { room: lobby(), person: person(BORA, "Ben", false) }]);
    assert!(!bench.shows("1 of 10 older messages, from Ben"));
}

#[test]
fn another_room_that_catches_up_is_named() {
    let mut bench = with_ana();
    let room = "family".parse().unwrap();
    bench.happen(vec![Event::Syncing { room, peers: vec![ANA], received: 1, remaining: 3 }]);
    bench.wait(Duration::from_secs(1));
    bench.must_show("# family: 1 of 4 older messages, from Ana");
}

#[test]
fn rooms_come_with_their_unread_counts() {
    let mut bench = Bench::closed(Language::En, WIDE);
    let summary = |room: &str, unread| inkmesh::event::RoomSummary {
        room: room.parse().unwrap(),
        title: None,
        people: 1,
        last_activity: 0,
        unread,
    };
    bench.give(reply(Command::Rooms, Ok(Reply::Rooms(vec![summary("lobby", 3), summary("family", 250)]))));
    bench.must_show("3");
    bench.must_show("99+");
    reading(&mut bench, ReadStateView::default());
    assert!(!bench.shows("3"));
}

#[test]
fn the_unread_lines_are_set_off_when_a_room_is_opened() {
    let page = lines(0..PAGE as u64);
    let mut bench = Bench::with(Language::En, WIDE, &[], page.clone(), read_up_to(&page[90], 9));
    bench.must_show("New");
    bench.must_show("9");
    bench.look.language = Language::Ko;
    bench.must_show("여기부터 새 메시지");
    let mut bench = Bench::with(Language::En, WIDE, &[], page.clone(), read_up_to(&page[99], 0));
    assert!(!bench.shows("New"));
}

#[test]
fn what_has_been_in_view_for_a_while_is_marked_as_read() {
    let mut bench = with_ana();
    let new = lines(1..3);
    assert!(will_notice(&entries(&mut bench, new.clone())));
    assert!(!will_notice(&entries(&mut bench, lines(3..4))), "one look at a time");
    let upto = said(3, ANA, "Ana", "").id;
    assert_eq!(commands(&bench.give(Message::Timer(Timer::MarkRead))), [here(RoomCommand::Read { upto })]);
    assert!(!will_notice(&bench.give(Message::Timer(Timer::Refresh))), "nothing new");
    assert!(will_notice(&entries(&mut bench, lines(4..5))));
}

#[test]
fn what_nobody_sees_is_not_marked_as_read() {
    let upto = said(1, ANA, "Ana", "").id;
    let unseen: [(&str, Message, Message); 3] = [
        ("another window has the keyboard", Message::Focused(false), Message::Focused(true)),
        (
            "the end is out of view",
            Message::Chat(chat::Message::Scrolled { at_top: false, at_end: false }),
            Message::Chat(chat::Message::Scrolled { at_top: false, at_end: true }),
        ),
        ("a dialog is over it", Message::Show(Topic::Help), Message::Key(Shortcut::Escape)),
    ];
    for (why, hide, show) in unseen {
        let mut bench = with_ana();
        bench.give(hide.clone());
        assert!(!will_notice(&entries(&mut bench, lines(1..2))), "{why}");
        assert!(will_notice(&bench.give(show.clone())), "not any more: {why}");
        bench.give(hide);
        assert!(commands(&bench.give(Message::Timer(Timer::MarkRead))).is_empty(), "again: {why}");
        bench.give(show);
        assert_eq!(commands(&bench.give(Message::Timer(Timer::MarkRead))), [here(RoomCommand::Read { upto })], "{why}");
    }
    let mut bench = Bench::open(Language::En, NARROW, &[]);
    assert!(!will_notice(&entries(&mut bench, lines(1..2))), "another tab is in view");
    assert!(will_notice(&bench.click("Chat")));
}

#[test]
fn what_comes_while_the_window_is_away_is_set_off() {
    let mut bench = with_ana();
    entries(&mut bench, lines(1..2));
    bench.give(Message::Timer(Timer::MarkRead));
    let first = said(1, ANA, "Ana", "");
    reading(&mut bench, read_up_to(&first, 0));
    bench.give(Message::Focused(false));
    entries(&mut bench, lines(2..3));
    reading(&mut bench, read_up_to(&first, 1));
    bench.must_show("New");
    bench.must_show("1");
}

#[test]
fn late_history_is_announced_shown_and_dismissed() {
    let page = lines(0..PAGE as u64);
    let view = ReadStateView { late: vec![late(&page[20], 12, 11)], ..read_up_to(&page[99], 0) };
    let mut bench = Bench::with(Language::En, WIDE, &[person(ANA, "Ana", true)], page.clone(), view.clone());
    bench.must_show("12 messages from Ana, written on 18 November 2025, arrived now");
    bench.must_show("arrived late");
    assert!(commands(&bench.click("Show")).is_empty(), "they are there");
    bench.look.language = Language::Ko;
    bench.must_show("Ana 님이 2025년 11월 18일에 쓴 메시지 12개가 지금 도착했습니다");
    bench.look.language = Language::En;
    assert_eq!(commands(&bench.click("Dismiss")), [here(RoomCommand::DismissLate)]);
    assert!(!bench.shows("Dismiss"));
    bench.must_show("arrived late");
}

#[test]
fn late_history_of_many_leaves_room_for_the_talk() {
    let page = lines(0..PAGE as u64);
    let one = |key: u8, count| inkmesh::event::Late {
        author: inkmesh::identity::Author([key; 32]),
        name: format!("P{key}"),
        ..late(&page[20], count, 1)
    };
    let view = ReadStateView { late: vec![one(11, 1), one(12, 30), one(13, 4), one(14, 2000)], ..Default::default() };
    let mut bench = Bench::with(Language::En, Size::new(900.0, 600.0), &[], page, view);
    bench.must_show("2,000 messages from P14, written on 18 November 2025, arrived now");
    bench.must_show("30 messages from P12, written on 18 November 2025, arrived now");
    bench.must_show("5 more from 2 others");
    assert!(!bench.shows("4 messages from P13, written on 18 November 2025, arrived now"));
}

/// Returns the lines before a line, for a search.
fn answer(before: OperationId, entries: Vec<Entry>) -> Message {
    reply(history(before, SEEK_PAGE), Ok(Reply::History { room: lobby(), entries }))
}

#[test]
fn late_history_that_is_not_loaded_is_looked_for() {
    let page = lines(5000..5000 + PAGE as u64);
    let wanted = said(2500, ANA, "Ana", "line 2500");
    let view = ReadStateView { late: vec![late(&wanted, 3, 2)], ..read_up_to(&page[99], 0) };
    let mut bench = Bench::with(Language::En, WIDE, &[], page.clone(), view);
    let asked = |before: OperationId| [history(before, SEEK_PAGE)];
    assert_eq!(commands(&bench.click("Show")), asked(page[0].id));
    bench.must_show("Looking for them…");
    assert!(commands(&bench.click("Show")).is_empty(), "once at a time");
    let further = bench.give(answer(page[0].id, lines(4000..5000)));
    assert_eq!(commands(&further), asked(lines(4000..4001)[0].id));
    bench.must_show("line 5000");
    let further = bench.give(answer(lines(4000..4001)[0].id, lines(3000..4000)));
    assert_eq!(commands(&further), asked(lines(3000..3001)[0].id));
    bench.give(answer(lines(3000..3001)[0].id, lines(2000..3000)));
    assert!(!bench.shows("Looking for them…"));
    bench.must_show("line 2500");
    bench.must_show("arrived late");
    bench.must_show("To the newest");
    bench.click("Show");
    let lost = bench.give(answer(page[0].id, Vec::new()));
    assert!(commands(&lost).is_empty(), "they are there already");
}

#[test]
fn late_history_that_is_nowhere_is_said_to_be() {
    let page = lines(5000..5000 + PAGE as u64);
    let view = ReadStateView { late: vec![late(&said(1, ANA, "Ana", ""), 3, 2)], ..read_up_to(&page[99], 0) };
    let mut bench = Bench::with(Language::En, WIDE, &[], page.clone(), view);
    bench.click("Show");
    bench.give(answer(page[0].id, Vec::new()));
    bench.must_show("Those messages stand too far back: scroll up to them.");
}

#[test]
fn a_long_history_that_comes_in_newest_first_is_not_held_whole() {
    let mut bench = with_ana();
    for part in (0..100).rev() {
        entries(&mut bench, lines(part * 100..part * 100 + 100));
    }
    bench.must_show("line 9999");
    assert!(!bench.shows("line 9000"));
    let actions = bench.give(Message::Chat(chat::Message::Scrolled { at_top: true, at_end: false }));
    assert_eq!(commands(&actions), [history(lines(9800..9801)[0].id, PAGE)]);
}
