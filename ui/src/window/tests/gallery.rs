//! The gallery: its list, replays, and saved files.

use std::time::Duration;

use iced::Event;
use iced::event::Status;
use iced::keyboard::key::{Code, Named, Physical};
use iced::keyboard::{self, Key};
use inkmesh::canvas::SheetId;
use inkmesh::canvas::{CanvasStep, Color, Point, Points, Stroke, Tool};
use inkmesh::clock::Timestamp;
use inkmesh::command::{Command, CommandError, Reply};
use inkmesh::fold::Step;
use inkmesh::gallery::{DrawingKey, Gallery};
use inkmesh::identity::Author;
use inkmesh::operation::{ChainId, OperationId, OrderKey};
use inkmesh::payload::Payload;

use super::bench::{ANA, BORA, Bench, ME, NARROW, TIME, WIDE, commands, lobby, person, reply};
use crate::export::picture::Format;
use crate::settings::Language;
use crate::window::screen::gallery::{Message as In, replay};
use crate::window::screen::room::{Action, Message, Shortcut};

pub fn stroke(stroke: u64) -> CanvasStep {
    let points = Points::new((0..50).map(|at| Point::new(100 + at * 40, 100 + stroke as i32 * 60)).collect());
    CanvasStep::Stroke(Stroke { id: stroke, tool: Tool::Pen, color: Color([0; 3]), width: 16, points })
}

/// Returns a gallery with one step a minute on the free sheet.
pub fn gallery(steps: Vec<(Author, CanvasStep)>) -> Gallery {
    let at = |(n, (author, step)): (u64, (Author, CanvasStep))| {
        let time = Timestamp::from_ms(TIME + n * 60_000);
        let key = OrderKey { time, chain: ChainId { author, log: 0 }, seq: n, id: 0 };
        Step::new(key, id(n), &Payload::Canvas { sheet: SheetId::Free, step }).unwrap()
    };
    Gallery::new((0..).zip(steps).map(at).collect())
}

fn id(n: u64) -> OperationId {
    let mut id = [7; 32];
    id[..8].copy_from_slice(&n.to_be_bytes());
    OperationId(id)
}

pub fn key(first: u64) -> DrawingKey {
    DrawingKey { sheet: SheetId::Free, first: id(first) }
}

/// Returns a gallery with a drawing of three strokes by Ana and Bora, and one stroke of ours.
fn two() -> Gallery {
    let clear = CanvasStep::Clear { stroke: 9 };
    gallery(vec![(ANA, stroke(1)), (BORA, stroke(2)), (ANA, stroke(3)), (ANA, clear), (ME, stroke(4))])
}

fn open(language: Language, size: iced::Size, gallery: Gallery) -> Bench {
    let mut bench = Bench::open(language, size, &[person(ANA, "Ana", true), person(BORA, "보라", false)]);
    let actions = bench.give(Message::ToGallery);
    assert_eq!(commands(&actions), [Command::Drawings { room: lobby() }]);
    bench.give(reply(Command::Drawings { room: lobby() }, Ok(Reply::Drawings { drawings: gallery })));
    bench.layout();
    bench
}

#[test]
fn it_is_reached_from_the_left_column_and_left_again() {
    for (language, open, back) in
        [(Language::En, "Gallery", "← Back to the sheet"), (Language::Ko, "갤러리", "← 종이로 돌아가기")]
    {
        let mut bench = Bench::open(language, WIDE, &[]);
        assert_eq!(commands(&bench.click(open)), [Command::Drawings { room: lobby() }]);
        assert!(!bench.shows("✎"), "the sheet is not in view");
        bench.click(back);
        assert!(bench.shows("✎"));
        bench.give(Message::ToGallery);
        bench.give(Message::Key(Shortcut::Escape));
        assert!(bench.shows("✎"));
    }
}

#[test]
fn while_it_is_read_and_where_there_is_nothing_it_says_so() {
    let mut bench = Bench::open(Language::En, WIDE, &[]);
    bench.give(Message::ToGallery);
    bench.must_show("Looking for the drawings…");
    bench.give(reply(Command::Drawings { room: lobby() }, Ok(Reply::Drawings { drawings: Gallery::default() })));
    bench.must_show("No drawings yet. Everything that is drawn in this room, freely or in a game, will hang here.");
    bench.give(Message::ToGallery);
    let error = CommandError::Unreadable("bad disk".to_owned());
    bench.give(reply(Command::Drawings { room: lobby() }, Err(error)));
    bench.must_show("The history on the disk can't be read: bad disk");
    assert_eq!(commands(&bench.click("Try again")), [Command::Drawings { room: lobby() }]);
}

#[test]
fn all_drawings_are_listed_with_who_drew_them() {
    let mut bench = open(Language::En, WIDE, two());
    bench.must_show("Gallery of # lobby");
    for language in Language::ALL {
        bench.look = super::bench::look(language);
        assert!(bench.shows(if language == Language::En { "Drawn together" } else { "함께 그린 그림" }));
    }
    let many = (0..200).map(|n| (ANA, if n % 2 == 0 { stroke(n) } else { CanvasStep::Clear { stroke: n } })).collect();
    let mut bench = open(Language::En, NARROW, gallery(many));
    bench.must_show("40 older drawings…");
    bench.give(Message::Gallery(In::Older));
    assert!(!bench.shows("40 older drawings…"));
}

#[test]
fn small_pictures_are_made_when_they_are_seen() {
    let mut bench = Bench::open(Language::En, WIDE, &[]);
    bench.give(Message::ToGallery);
    bench.give(reply(Command::Drawings { room: lobby() }, Ok(Reply::Drawings { drawings: two() })));
    assert!(bench.shows("…"));
    bench.layout();
    assert!(!bench.shows("…"), "all of them are in view");
}

#[test]
fn a_drawing_is_drawn_again_stroke_by_stroke() {
    let mut bench = open(Language::En, WIDE, two());
    bench.give(Message::Gallery(In::Open(key(0))));
    bench.layout();
    bench.must_show("3 of 3");
    bench.click("⏮");
    bench.must_show("0 of 3");
    bench.click("⏩");
    bench.must_show("1 of 3");
    bench.click("⏵");
    assert!(bench.room.replays());
    let mut seen = Vec::new();
    for _ in 0..200 {
        bench.now += Duration::from_millis(25);
        bench.give(Message::Gallery(In::Frame));
        seen.extend([2, 3].into_iter().filter(|done| bench.shows(&format!("{done} of 3"))));
        if !bench.room.replays() {
            break;
        }
    }
    seen.dedup();
    assert_eq!(seen, [2, 3]);
    assert!(!bench.room.replays(), "at the end it rests");
    bench.give(Message::Gallery(In::Replay(replay::Control::Speed(1.5))));
    bench.must_show("2.8×");
    bench.give(Message::Key(Shortcut::Escape));
    bench.must_show("Gallery of # lobby");
    assert!(!bench.shows("3 of 3"));
}

#[test]
fn keys_are_for_the_drawing_unless_a_dialog_is_open() {
    let mut bench = open(Language::En, WIDE, two());
    let press = |press| Message::Key(Shortcut::Replay(press));
    bench.give(press(replay::Control::Play));
    assert!(!bench.room.replays(), "no drawing is looked at");
    bench.give(Message::Gallery(In::Open(key(0))));
    bench.give(press(replay::Control::Seek(0)));
    bench.must_show("0 of 3");
    bench.give(press(replay::Control::Step(1)));
    bench.must_show("1 of 3");
    bench.give(press(replay::Control::Seek(usize::MAX)));
    bench.must_show("3 of 3");
    bench.give(Message::Key(Shortcut::Help));
    bench.give(press(replay::Control::Seek(0)));
    bench.give(press(replay::Control::Play));
    bench.must_show("3 of 3");
    assert!(!bench.room.replays());
    let space = Event::Keyboard(keyboard::Event::KeyPressed {
        key: Key::Named(Named::Space),
        modified_key: Key::Named(Named::Space),
        physical_key: Physical::Code(Code::Space),
        location: keyboard::Location::Standard,
        modifiers: keyboard::Modifiers::empty(),
        text: Some(" ".into()),
        repeat: false,
    });
    bench.interact(|ui| assert_eq!(ui.simulate([space]), [Status::Ignored], "the window is asked what it is for"));
    assert!(!bench.room.replays());
}

#[test]
fn a_drawing_is_kept_in_each_form() {
    let mut bench = open(Language::En, WIDE, two());
    bench.give(Message::Gallery(In::Open(key(0))));
    for (name, format) in [("PNG", Format::Png), ("SVG", Format::Svg), ("GIF", Format::Gif)] {
        let actions = bench.click(name);
        let [Action::Save(file)] = &actions[..] else { panic!("{actions:?}") };
        assert_eq!((file.format, file.steps.len()), (format, 3));
        assert!(file.name.ends_with("_sheet_Ana"), "{}", file.name);
    }
    bench.give(Message::DrawingSaved(Ok("/pictures/a.gif".into())));
    bench.must_show("Saved: /pictures/a.gif");
}
