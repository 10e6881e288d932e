//! Text that an input method composes is in the field at once, and once.

use iced::Event as WindowEvent;
use iced::advanced::InputMethod;
use iced::keyboard::key::Named;
use iced::{Point, window};

use inkmesh::command::{Command, RoomCommand};

use super::bench::{ANA, lobby, person};
use super::live::Live;
use crate::window::screen::room::{Message, chat, rooms};

const CHAT_FIELD: &str = "chat-field";
const ROOM_FIELD: &str = "room-name-field";

fn live() -> Live {
    let mut live = Live::open(&[person(ANA, "Ana", true)], Vec::new());
    live.click_field(CHAT_FIELD);
    live
}

/// Types 자동차; the last syllable is still being composed.
fn car(live: &mut Live) {
    for text in ["ㅈ", "자", "잗"] {
        live.compose(text);
    }
    live.commit("자");
    for text in ["도", "동"] {
        live.compose(text);
    }
    live.commit("동");
    for text in ["ㅊ", "차"] {
        live.compose(text);
    }
}

fn says(live: &mut Live) -> Vec<String> {
    let said = |command| match command {
        Command::In(room, RoomCommand::Say { text }) if room == lobby() => Some(text),
        _ => None,
    };
    live.commands().into_iter().filter_map(said).collect()
}

#[test]
fn a_click_on_send_sends_the_syllable_under_composition() {
    let mut live = live();
    car(&mut live);
    assert_eq!(live.draft(), "자동차");
    live.click("Send");
    assert_eq!(says(&mut live), ["자동차"]);
    live.commit("차");
    assert_eq!(live.draft(), "", "an input method that commits it late is not heard");
}

#[test]
fn a_click_anywhere_leaves_it_where_it_was_typed() {
    let mut live = live();
    live.room(Message::Rooms(rooms::Message::Add));
    live.frame();
    for elsewhere in [Some(ROOM_FIELD), None] {
        live.click_field(CHAT_FIELD);
        live.room(Message::Chat(chat::Message::Edit(iced::widget::text_editor::Action::SelectAll)));
        car(&mut live);
        match elsewhere {
            Some(field) => live.click_field(field),
            None => live.click_at(Point::new(500.0, 300.0)), // the sheet
        }
        live.commit("차");
        assert_eq!(live.draft(), "자동차");
        assert!(!live.shows("차"), "and not in another field");
        assert_eq!(says(&mut live), [""; 0]);
    }
}

#[test]
fn the_input_method_is_told_to_forget_what_was_left() {
    let mut live = live();
    live.room(Message::Rooms(rooms::Message::Add));
    live.frame();
    live.click_field(CHAT_FIELD);
    live.compose("차");
    let at = live.focus().unwrap().center();
    // In the same field, and in another one: both have an input method all the time.
    for field in [CHAT_FIELD, ROOM_FIELD] {
        let wants = |method: &InputMethod| matches!(method, InputMethod::Enabled { .. });
        live.event(WindowEvent::Mouse(iced::mouse::Event::CursorMoved { position: at }));
        if field == CHAT_FIELD {
            live.event(WindowEvent::Mouse(iced::mouse::Event::ButtonPressed(iced::mouse::Button::Left)));
        } else {
            live.compose("카");
            live.key_focus(ROOM_FIELD);
        }
        assert!(!wants(&live.frame()), "{field}: one frame without an input method");
        assert!(wants(&live.frame()), "{field}: and then again with one");
        assert!(wants(&live.frame()), "{field}");
    }
}

#[test]
fn a_late_commit_of_something_else_is_heard() {
    let mut live = live();
    live.letters("ab");
    live.compose("차");
    // To the front: another click in the same place would select a word.
    let field = live.focus().unwrap();
    live.click_at(Point::new(field.x + 2.0, field.center_y()));
    live.commit("漢");
    assert_eq!(live.draft(), "漢ab차");
    live.compose("카");
    live.click_at(Point::new(field.x + field.width - 2.0, field.center_y()));
    live.compose("카");
    live.commit("카");
    assert_eq!(live.draft(), "漢카ab차카", "typed again it is another one");
}

#[test]
fn composing_in_the_middle_moves_what_follows() {
    let mut live = live();
    live.letters("ab");
    live.key(Named::ArrowLeft);
    for text in ["ㄱ", "가", "간"] {
        live.compose(text);
        assert_eq!(live.draft(), format!("a{text}b"));
    }
    live.compose("가");
    live.compose("");
    assert_eq!(live.draft(), "ab", "taken back letter by letter");
    live.compose("가");
    live.commit("가");
    live.compose("ㄴ");
    assert_eq!(live.draft(), "a가ㄴb");
}

#[test]
fn a_selection_is_replaced_by_what_is_composed() {
    let mut live = live();
    live.letters("ab");
    live.with(iced::keyboard::Modifiers::SHIFT, |live| live.key(Named::ArrowLeft));
    live.compose("ㄱ");
    live.compose("가");
    live.commit("가");
    assert_eq!(live.draft(), "a가");
}

#[test]
fn a_field_of_one_line_takes_it_as_well() {
    let mut live = live();
    live.room(Message::Rooms(rooms::Message::Add));
    live.frame();
    live.click_field(ROOM_FIELD);
    live.letters("ab");
    live.key(Named::ArrowLeft);
    car(&mut live);
    assert!(live.shows("a자동차b"));
    live.click_field(CHAT_FIELD);
    live.commit("차");
    assert!(live.shows("a자동차b"));
    assert_eq!(live.draft(), "");
}

#[test]
fn another_window_or_a_dialog_leaves_it_where_it_was() {
    let mut live = live();
    live.compose("차");
    live.event(WindowEvent::Window(window::Event::Unfocused));
    live.commit("차");
    live.event(WindowEvent::Window(window::Event::Focused));
    assert_eq!(live.draft(), "차");
    live.compose("카");
    live.room(Message::Show(crate::window::screen::room::dialog::Topic::Connect));
    live.frame();
    live.commit("카");
    assert_eq!(live.draft(), "차카");
    live.compose("타");
    live.commit("타");
    assert!(live.shows("타"), "the field of the dialog takes what is typed now");
    assert_eq!(live.draft(), "차카");
}

#[test]
fn enter_sends_a_syllable_that_the_input_method_keeps() {
    let mut live = live();
    car(&mut live);
    live.key(Named::Enter);
    live.commit("차");
    assert_eq!(says(&mut live), ["자동차"]);
    assert_eq!(live.draft(), "");
}
