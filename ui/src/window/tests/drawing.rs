//! Drawing on the sheet.

use std::time::Duration;

use iced::{Event as IcedEvent, Point, mouse};
use inkmesh::canvas::{CanvasStep, Color, Ink, Points, Tool};
use inkmesh::event::{CanvasChange, Drawn, Event};
use inkmesh::node::CommandError;
use inkmesh::operation::OperationId;
use inkmesh::payload::Board;

use super::bench::{ANA, Bench, WIDE, commands, lobby, person, sheet};
use crate::settings::Language;
use crate::window::link::{Answer, Command};
use crate::window::screen::room::tools::{COLORS, Choice, WIDTHS};
use crate::window::screen::room::{Action, Message, Shortcut};

fn bench() -> Bench {
    Bench::open(Language::En, WIDE, &[person(ANA, "Ana", true)])
}

/// The pen goes down at one place of the window, through others, and up again.
fn draw(bench: &mut Bench, path: &[(f32, f32)]) -> Vec<Action> {
    let moved = |&(x, y): &(f32, f32)| IcedEvent::Mouse(mouse::Event::CursorMoved { position: Point::new(x, y) });
    let pressed = IcedEvent::Mouse(mouse::Event::ButtonPressed(mouse::Button::Left));
    let released = IcedEvent::Mouse(mouse::Event::ButtonReleased(mouse::Button::Left));
    bench.hands(|ui| {
        ui.point_at(Point::new(path[0].0, path[0].1));
        ui.simulate([moved(&path[0]), pressed]);
        ui.simulate(path[1..].iter().map(moved));
        ui.simulate([released]);
    })
}

#[test]
fn a_stroke_is_shown_while_it_grows_and_written_down_at_its_end() {
    let mut bench = bench();
    // The middle of the window is the middle of the sheet, more or less.
    let actions = commands(&draw(&mut bench, &[(500.0, 400.0), (520.0, 400.0), (540.0, 420.0)]));
    let [Command::PenMoved(room, shown, 0), Command::Draw(_, finished)] = &actions[..] else {
        panic!("{actions:?}");
    };
    assert_eq!(*room, lobby());
    assert_eq!((shown.points.len(), finished.points.len()), (1, 3), "the first point at once, all of them at the end");
    assert_eq!(shown.stroke, finished.stroke);
    assert_eq!((finished.tool, finished.color, finished.width), (Tool::Pen, COLORS[0], WIDTHS[1]));
    // 20 pixels to the right on a sheet about 700 pixels wide are about 180 of its quarter units.
    let step = finished.points[1].x - finished.points[0].x;
    assert!((150..230).contains(&step), "{step}");
    assert_eq!(finished.points[1].y, finished.points[0].y);
}

#[test]
fn new_points_are_shown_every_few_milliseconds() {
    let mut bench = bench();
    bench.give(Message::PenDown(inkmesh::canvas::Point::new(0, 0)));
    assert!(bench.room.pen_is_down());
    bench.give(Message::PenTo(inkmesh::canvas::Point::new(4, 4)));
    bench.give(Message::PenTo(inkmesh::canvas::Point::new(8, 8)));
    let actions = commands(&bench.give(Message::Flush));
    let [Command::PenMoved(_, line, 1)] = &actions[..] else { panic!("{actions:?}") };
    assert_eq!(line.points.len(), 2);
    assert!(bench.give(Message::Flush).is_empty(), "nothing new, nothing sent");
}

#[test]
fn beside_the_sheet_there_is_no_ink() {
    let mut bench = bench();
    let actions = draw(&mut bench, &[(100.0, 700.0), (110.0, 710.0)]);
    assert!(commands(&actions).is_empty(), "{actions:?}");
}

#[test]
fn who_may_not_draw_sends_no_ink() {
    let mut bench = bench();
    bench.give(Message::Answered(Answer::Canvas(lobby(), Ok(sheet(false)))));
    let actions = draw(&mut bench, &[(500.0, 400.0), (520.0, 400.0)]);
    assert!(actions.is_empty(), "{actions:?}");
    bench.must_show("Nobody can draw on this sheet now");
}

#[test]
fn a_stroke_that_could_not_be_written_is_told() {
    let mut bench = bench();
    let actions = commands(&draw(&mut bench, &[(500.0, 400.0), (520.0, 400.0)]));
    let Some(Command::Draw(room, line)) = actions.last().cloned() else { panic!("{actions:?}") };
    bench.give(Message::Answered(Answer::Drawn(room, line.stroke, Err(CommandError::NotTheDrawer))));
    bench.must_show("Only the drawer can do that now.");
}

#[test]
fn keys_choose_the_pen() {
    let mut bench = bench();
    bench.give(Message::Key(Shortcut::Choose(Choice::Tool(Tool::Eraser))));
    bench.give(Message::Key(Shortcut::Choose(Choice::Width(3))));
    let actions = commands(&draw(&mut bench, &[(500.0, 400.0), (520.0, 400.0)]));
    let Some(Command::Draw(_, line)) = actions.last() else { panic!("{actions:?}") };
    assert_eq!((line.tool, line.width), (Tool::Eraser, WIDTHS[3]));
}

#[test]
fn ink_of_others_is_shown_and_goes_when_nothing_follows() {
    let mut bench = bench();
    let points = Points::new(vec![inkmesh::canvas::Point::new(0, 0), inkmesh::canvas::Point::new(900, 900)]);
    let ink = Ink { stroke: 5, tool: Tool::Pen, color: Color([9; 3]), width: 8, points };
    let live = Event::Live { room: lobby(), author: ANA, board: Board::Free, ink: ink.clone(), from: 0 };
    bench.happen(vec![live.clone()]);
    assert!(bench.room.ticks(), "it is looked at again");
    bench.wait(Duration::from_secs(6));
    assert!(!bench.room.ticks());
    bench.happen(vec![live]);
    let drawn = Drawn { id: OperationId([1; 32]), author: ANA, step: CanvasStep::Ink(ink) };
    bench.happen(vec![Event::Canvas { room: lobby(), change: CanvasChange::Added(drawn) }]);
    assert!(!bench.room.ticks(), "the operation took its place");
}

#[test]
fn a_reset_asks_for_the_sheet_once_at_a_time() {
    let mut bench = bench();
    let reset = || Event::Canvas { room: lobby(), change: CanvasChange::Reset };
    let actions = bench.happen(vec![reset(), reset(), reset()]);
    assert_eq!(commands(&actions), [Command::Canvas(lobby())]);
    let actions = bench.give(Message::Answered(Answer::Canvas(lobby(), Ok(sheet(true)))));
    assert_eq!(commands(&actions), [Command::Canvas(lobby())], "what came meanwhile");
    let actions = bench.give(Message::Answered(Answer::Canvas(lobby(), Ok(sheet(true)))));
    assert!(actions.is_empty());
}
