//! Layers over the room take all input of keyboard, input method, mouse and fingers. Esc closes them.

use iced::keyboard::Modifiers;
use iced::keyboard::key::Named;
use iced::{Point, Size};
use inkmesh::command::{Command, RoomCommand};
use inkmesh::event::{Event, Warning};

use super::bench::{ANA, person};
use super::live::Live;
use crate::window::screen::room::dialog::{self, Topic};
use crate::window::screen::room::{Message, Shortcut, game, sheet};

const CHAT_FIELD: &str = "chat-field";
/// A point at the edge of the sheet, which no card or dialog covers.
const SHEET: Point = Point::new(270.0, 160.0);

/// The text of the confirmation to clear the sheet.
const CLEAR: &str = "Take everything off this sheet, also what others drew? You can undo it.";

fn live() -> Live {
    let mut live = Live::open(&[person(ANA, "Ana", true)], Vec::new());
    live.click_field(CHAT_FIELD);
    live.letters("hi");
    assert_eq!(live.draft(), "hi");
    live
}

fn draws(commands: &[Command]) -> bool {
    use RoomCommand::{Clear, Fill, Pen, Redo, Stroke, Undo};
    let draws = |command: &Command| {
        matches!(command, Command::In(_, Stroke { .. } | Pen { .. } | Fill { .. } | Undo | Redo | Clear))
    };
    commands.iter().any(draws)
}

fn says(commands: &[Command]) -> bool {
    commands.iter().any(|command| matches!(command, Command::In(_, RoomCommand::Say { .. })))
}

/// Returns the messages that open the layers, each with a text of the layer.
fn modal() -> Vec<(&'static str, Message)> {
    vec![
        ("Help", Message::Key(Shortcut::Help)),
        ("Settings", Message::Show(Topic::Settings)),
        ("Your picture", Message::Show(Topic::Picture)),
        ("Connect by address", Message::Show(Topic::Connect)),
        ("Start a game", Message::Game(game::Message::Setup)),
    ]
}

#[test]
fn what_is_typed_before_a_dialog_does_not_reach_the_room() {
    for (title, open) in modal() {
        let mut live = live();
        live.room(open);
        live.frame();
        assert!(live.shows(title), "{title}");
        live.letters("x");
        live.compose("ㅈ");
        live.commit("자");
        live.key(Named::Enter);
        let commands = live.commands();
        assert_eq!(live.draft(), "hi", "{title}: the talk takes nothing");
        assert!(!says(&commands), "{title}: Enter sends nothing: {commands:?}");
    }
}

#[test]
fn a_click_beside_a_dialog_closes_it_and_draws_nothing() {
    for (title, open) in modal() {
        let touches: [fn(&mut Live); 2] = [|live| live.click_at(SHEET), |live| live.touch(SHEET)];
        for touch in touches {
            let mut live = live();
            live.room(open.clone());
            live.frame();
            touch(&mut live);
            assert!(!live.shows(title), "{title} is closed");
            assert!(!draws(&live.commands()), "{title}");
            touch(&mut live);
            assert!(draws(&live.commands()), "the sheet is there again");
        }
    }
}

#[test]
fn esc_closes_a_dialog_and_the_cursor_is_back_where_it_was() {
    for (title, open) in modal() {
        let mut live = live();
        live.room(open);
        live.frame();
        live.key(Named::Escape);
        assert!(!live.shows(title), "{title}");
        live.letters("x");
        assert_eq!(live.draft(), "hix", "{title}");
    }
}

#[test]
fn tab_stays_inside_a_dialog() {
    for (title, open) in modal() {
        let mut live = live();
        live.room(open);
        live.frame();
        let card = live.place(title).unwrap();
        let middle = live.app.size().width / 2.0;
        let mut seen = Vec::new();
        for _ in 0..60 {
            live.key(Named::Tab);
            let focus = live.focus().unwrap_or_else(|| panic!("{title}: Tab comes to something"));
            // A dialog is 520 pixels wide, in the middle.
            assert!((focus.center().x - middle).abs() < 260.0 && focus.y >= card.y - 20.0, "{title}: {focus:?}");
            if !seen.contains(&focus) {
                seen.push(focus);
            }
        }
        live.with(Modifiers::SHIFT, |live| live.key(Named::Tab));
        assert!(seen.contains(&live.focus().unwrap()), "{title}: back again");
        assert_eq!(live.draft(), "hi");
        assert!(!says(&live.commands()));
    }
}

#[test]
fn tab_walks_through_the_room() {
    let mut live = live();
    let mut seen = Vec::new();
    let send = live.place("Send").unwrap().center();
    let settings = live.place("⚙").unwrap().center();
    let enter = live.place("+ Enter a room").unwrap().center();
    for _ in 0..30 {
        live.key(Named::Tab);
        seen.extend(live.focus());
    }
    for place in [send, settings, enter] {
        assert!(seen.iter().any(|focus| focus.contains(place)), "Tab comes to {place:?}: {seen:?}");
    }
    while !live.focus().unwrap().contains(settings) {
        live.key(Named::Tab);
    }
    live.key(Named::Enter);
    assert!(live.shows("Settings"), "Enter presses it");
}

#[test]
fn a_click_on_a_notice_draws_nothing() {
    let touches: [fn(&mut Live, Point); 2] = [|live, at| live.click_at(at), |live, at| live.touch(at)];
    for touch in touches {
        let mut live = live();
        live.happen(Event::Warning(Warning::StorageRecovered));
        let words = "The disk takes writes again.";
        let at = live.place(words).expect("a notice").center();
        live.commands();
        touch(&mut live, at);
        assert!(!draws(&live.commands()), "a click on the notice");
        live.key(Named::Escape);
        assert!(!live.shows(words), "Esc takes it away");
        touch(&mut live, at);
        assert!(draws(&live.commands()), "the sheet is there");
    }
}

#[test]
fn a_click_on_what_lies_on_the_sheet_draws_nothing() {
    for (words, open) in [(CLEAR, sheet::Message::Clear), ("Done", sheet::Message::OpenColors)] {
        let mut live = live();
        live.room(Message::Sheet(open));
        live.frame();
        let Some(place) = live.place(words) else { panic!("{words:?} is not shown") };
        let beside = Point::new(place.x + 2.0, place.y - 6.0);
        live.click_at(beside);
        live.touch(beside);
        assert!(!draws(&live.commands()), "{words}");
        live.key(Named::Escape);
        assert!(!live.shows(words), "{words}: Esc closes it");
    }
}

#[test]
fn the_unfolded_column_keeps_keys_and_clicks() {
    let mut live = Live::sized(Size::new(900.0, 700.0), &[person(ANA, "Ana", true)], Vec::new());
    live.click_field(CHAT_FIELD);
    live.click("☰");
    assert!(live.shows("People"));
    live.letters("x");
    live.key(Named::Enter);
    assert_eq!(live.draft(), "");
    live.click_at(Point::new(500.0, 300.0));
    assert!(!live.shows("People"), "a click beside it folds it");
    assert!(!draws(&live.commands()));
    live.click("☰");
    live.key(Named::Escape);
    assert!(!live.shows("People"));
}

#[test]
fn the_gallery_keeps_keys() {
    let mut live = live();
    live.room(Message::ToGallery);
    live.frame();
    live.letters("x");
    live.key(Named::Enter);
    assert!(!says(&live.commands()));
    live.key(Named::Escape);
    live.frame();
    assert_eq!(live.draft(), "hi");
    assert!(live.shows("Send"));
}

#[test]
fn help_does_not_take_the_place_of_another_dialog() {
    let mut live = live();
    live.room(Message::Show(Topic::Connect));
    live.room(Message::Dialog(dialog::Message::Address("10.0.0.7".to_owned())));
    live.key(Named::F1);
    assert!(live.shows("10.0.0.7"), "what was written stays");
    live.key(Named::Escape);
    live.key(Named::F1);
    assert!(live.shows("Help"));
    live.key(Named::F1);
    assert!(!live.shows("Help"), "F1 closes it again");
}
