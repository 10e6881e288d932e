//! Chat lines: line breaks, selection and copying, links and their confirmation.

use iced::keyboard::Modifiers;
use iced::keyboard::key::Named;
use iced::{Point, mouse};

use inkmesh::command::CommandError;

use super::bench::{ANA, BORA, Bench, WIDE, commands, here, person, said, say};
use super::live::Live;
use crate::settings::Language;
use crate::window::screen::room::{Action, Message, chat, chat::Link};

const CHAT_FIELD: &str = "chat-field";

fn live(texts: &[&str]) -> Live {
    let entries = texts.iter().zip(1..).map(|(text, number)| said(number, ANA, "Ana", text)).collect();
    Live::open(&[person(ANA, "Ana", true), person(BORA, "보라", true)], entries)
}

fn copies(live: &mut Live) -> Option<String> {
    live.pasteboard.0.take()
}

#[test]
fn pasted_lines_and_shift_enter_stay_lines() {
    let mut live = live(&[]);
    live.click_field(CHAT_FIELD);
    live.pasteboard.0 = Some("one\r\n  two\n\u{7}three".to_owned());
    live.with(Modifiers::CTRL, |live| live.letters("v"));
    live.with(Modifiers::SHIFT, |live| live.key(Named::Enter));
    live.letters("4");
    assert!(live.commands().is_empty(), "Shift+Enter sends nothing");
    let height = live.focus().unwrap().height;
    assert!(height > 80.0, "the field has grown: {height}");
    live.key(Named::Enter);
    assert_eq!(live.commands(), [here(say("one\n  two\nthree\n4"))]);
    assert!(live.focus().unwrap().height < 50.0, "and shrunk again");
}

#[test]
fn the_field_grows_only_so_far() {
    let mut live = live(&[]);
    live.click_field(CHAT_FIELD);
    live.pasteboard.0 = Some("line\n".repeat(200));
    live.with(Modifiers::CTRL, |live| live.letters("v"));
    let height = live.focus().unwrap().height;
    assert!(height < 160.0, "{height}");
    assert!(live.shows("Send"));
}

#[test]
fn too_much_to_write_is_refused_with_a_reason() {
    let mut live = live(&[]);
    live.click_field(CHAT_FIELD);
    live.letters("a");
    live.pasteboard.0 = Some("x".repeat(100_000));
    live.with(Modifiers::CTRL, |live| live.letters("v"));
    assert_eq!(live.draft(), "a");
    let reason = crate::text::command_error(Language::En, &CommandError::Text { len: 100_001 });
    assert!(live.shows(&reason), "{reason}");
}

#[test]
fn lines_of_a_message_are_seen_as_lines() {
    let mut live = live(&["alone", "one\ntwo\nthree"]);
    let [one, three] = ["alone", "one\ntwo\nthree"].map(|text| live.place(text).unwrap().height);
    assert!((three - 3.0 * one).abs() < 1.0, "{one} {three}");
}

#[test]
fn a_long_message_is_folded_and_unfolds() {
    let whole = (1..=30).map(|number| format!("line {number}")).collect::<Vec<_>>().join("\n");
    let mut live = live(&[&whole]);
    assert!(!live.shows(&whole));
    live.click("Show all 30 lines");
    assert!(live.shows(&whole));
    live.room(Message::Chat(chat::Message::ToEnd));
    live.frame();
    live.click("Show less");
    assert!(!live.shows(&whole));
}

#[test]
fn a_line_is_copied_by_its_menu() {
    let mut live = live(&["first", "second"]);
    let at = live.place("second").unwrap().center();
    live.click_with(mouse::Button::Right, at);
    live.click("Copy");
    assert_eq!(copies(&mut live).as_deref(), Some("second"));
    assert!(!live.shows("Copy"), "the menu is gone");
}

#[test]
fn picked_lines_are_copied_by_a_key() {
    let mut live = live(&["first", "second", "third"]);
    live.click("second");
    live.with(Modifiers::CTRL, |live| live.letters("c"));
    assert_eq!(copies(&mut live).as_deref(), Some("second"));
    live.with(Modifiers::SHIFT, |live| live.click("third"));
    live.with(Modifiers::CTRL, |live| live.letters("c"));
    assert_eq!(copies(&mut live).as_deref(), Some("Ana: second\nAna: third"));
    // A menu on one of them is for all; on another line for that one.
    for (line, copied) in [("second", "Ana: second\nAna: third"), ("first", "first")] {
        let at = live.place(line).unwrap().center();
        live.click_with(mouse::Button::Right, at);
        live.key(Named::Tab);
        live.key(Named::Enter);
        assert_eq!(copies(&mut live).as_deref(), Some(copied));
    }
    live.key(Named::Escape);
    live.with(Modifiers::CTRL, |live| live.letters("c"));
    assert_eq!(copies(&mut live), None, "Esc: none is picked");
}

#[test]
fn the_menu_of_a_line_keeps_keys_and_clicks_and_esc_closes_it() {
    let mut live = live(&["first", "second"]);
    live.click_field(CHAT_FIELD);
    let at = live.place("second").unwrap().center();
    live.click_with(mouse::Button::Right, at);
    live.letters("x");
    live.click_at(Point::new(500.0, 300.0)); // the sheet
    assert!(!live.shows("Copy"), "a click beside it closes it");
    assert!(live.commands().is_empty());
    assert_eq!(live.draft(), "");
    live.click_with(mouse::Button::Right, at);
    live.key(Named::Escape);
    assert!(!live.shows("Copy"));
}

#[test]
fn text_in_the_field_is_copied_from_the_field() {
    let mut live = live(&["first"]);
    live.click("first");
    live.click_field(CHAT_FIELD);
    live.letters("ab");
    live.with(Modifiers::CTRL, |live| live.letters("a"));
    live.with(Modifiers::CTRL, |live| live.letters("c"));
    assert_eq!(copies(&mut live).as_deref(), Some("ab"));
}

#[test]
fn a_link_is_shown_before_it_is_opened() {
    let mut live = live(&["before", "https://user@xn--pple-43d.com/a", "after"]);
    let [before, after] = ["before", "after"].map(|text| live.place(text).unwrap());
    let link = Point::new(before.x + 20.0, f32::midpoint(before.y + before.height, after.y));
    live.click_at(link);
    assert!(live.shows("Open this link?") && live.shows("xn--pple-43d.com"));
    assert!(live.shows("https://user@xn--pple-43d.com/a"));
    live.key(Named::Escape);
    assert!(!live.shows("Open this link?"));
    live.click_with(mouse::Button::Right, link);
    live.click("Open xn--pple-43d.com…");
    assert!(live.shows("Open this link?"), "from the menu as well");
}

#[test]
fn a_link_is_opened_by_the_system_after_that() {
    let mut bench = Bench::open(Language::En, WIDE, &[]);
    let link = Link::parse("https://example.org/a?b").unwrap();
    assert!(bench.give(Message::Chat(chat::Message::AskLink(link))).is_empty(), "first it is shown");
    let actions = bench.click("Open");
    assert!(matches!(&actions[..], [Action::Browse(url)] if url == "https://example.org/a?b"), "{actions:?}");
    assert!(commands(&actions).is_empty() && !bench.shows("Open this link?"));
    bench.give(Message::LinkOpened(Err("no browser".to_owned())));
    bench.must_show("The link can't be opened: no browser");
    assert!(Link::parse("file:///etc/passwd").is_none());
}
