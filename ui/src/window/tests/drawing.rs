//! Drawing on the sheet.

use std::time::Duration;

use iced::{Event as IcedEvent, Point, keyboard, mouse};
use inkmesh::canvas::SheetId;
use inkmesh::canvas::{CanvasStep, Color, Point as At, Points, Stroke, Tool};
use inkmesh::command::{Command, CommandError, Reply, RoomCommand};
use inkmesh::event::{CanvasChange, CanvasView, Drawn, Event, PenLine};
use inkmesh::game::PlayError;
use inkmesh::operation::OperationId;

use super::bench::{ANA, Bench, WIDE, commands, here, lobby, person, reply, sheet};
use crate::export::picture::Format;
use crate::settings::Language;
use crate::window::screen::room::sheet::{COLORS, Choice, WIDTHS};
use crate::window::screen::room::{Action, Message, Shortcut, sheet};
use crate::window::widget::color_picker;

fn bench() -> Bench {
    Bench::open(Language::En, WIDE, &[person(ANA, "Ana", true)])
}

fn moved(&(x, y): &(f32, f32)) -> IcedEvent {
    IcedEvent::Mouse(mouse::Event::CursorMoved { position: Point::new(x, y) })
}

fn pressed() -> IcedEvent {
    IcedEvent::Mouse(mouse::Event::ButtonPressed(mouse::Button::Left))
}

fn released() -> IcedEvent {
    IcedEvent::Mouse(mouse::Event::ButtonReleased(mouse::Button::Left))
}

/// Draws with the mouse along a path in the window.
fn draw(bench: &mut Bench, path: &[(f32, f32)]) -> Vec<Action> {
    bench.interact(|ui| {
        ui.point_at(Point::new(path[0].0, path[0].1));
        ui.simulate([moved(&path[0]), pressed()]);
        ui.simulate(path[1..].iter().map(moved));
        ui.simulate([released()]);
    })
}

/// Returns the stroke that the last command writes.
fn last_stroke(commands: &[Command]) -> PenLine {
    match commands.last().cloned() {
        Some(Command::In(_, RoomCommand::Stroke { stroke: Some(stroke), tool, color, width, points })) => {
            PenLine { stroke, tool, color, width, points }
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_stroke_is_shown_while_it_grows_and_written_down_at_its_end() {
    let mut bench = bench();
    // The middle of the window is the middle of the sheet, more or less.
    let actions = commands(&draw(&mut bench, &[(500.0, 400.0), (520.0, 400.0), (540.0, 420.0)]));
    let [Command::In(room, RoomCommand::Pen { stroke, from: 0, points, .. }), _] = &actions[..] else {
        panic!("{actions:?}");
    };
    let finished = last_stroke(&actions);
    assert_eq!(*room, lobby());
    assert_eq!(points.len(), 1, "the first point at once, all of them at the end");
    assert_eq!((*stroke, points[0]), (finished.stroke, finished.points[0]));
    assert_eq!((finished.tool, finished.color, finished.width), (Tool::Pen, COLORS[0][0], WIDTHS[1]));
    // 40 pixels to the right on a sheet about 680 pixels wide are about 380 of its quarter units.
    let (first, last) = (finished.points[0], finished.points[finished.points.len() - 1]);
    assert!((300..460).contains(&(last.x - first.x)), "{first:?} {last:?}");
    assert!((150..230).contains(&(last.y - first.y)), "{first:?} {last:?}");
    assert!(finished.points.len() > 3, "the turn is rounded");
}

#[test]
fn new_points_are_shown_every_few_milliseconds() {
    let mut bench = bench();
    bench.give(Message::Sheet(sheet::Message::PenDown(At::new(0, 0))));
    assert!(bench.room.pen_is_down());
    for place in [4, 8, 12] {
        bench.give(Message::Sheet(sheet::Message::PenTo(At::new(place, place))));
    }
    let actions = commands(&bench.give(Message::Sheet(sheet::Message::Flush)));
    let [Command::In(_, RoomCommand::Pen { from: 1, points, .. })] = &actions[..] else { panic!("{actions:?}") };
    assert_eq!(points.len(), 2);
    assert!(bench.give(Message::Sheet(sheet::Message::Flush)).is_empty(), "nothing new, nothing sent");
}

#[test]
fn every_tool_writes_its_mark() {
    for (choice, tool) in
        [("╱", Tool::Line), ("▭", Tool::Rectangle), ("◯", Tool::Ellipse), ("⌫", Tool::Eraser), ("✎", Tool::Pen)]
    {
        let mut bench = bench();
        bench.click(choice);
        let actions = commands(&draw(&mut bench, &[(400.0, 350.0), (470.0, 360.0), (500.0, 450.0)]));
        let line = last_stroke(&actions);
        assert_eq!(line.tool, tool);
        if tool.is_shape() {
            let (width, height) = (line.points[1].x - line.points[0].x, line.points[1].y - line.points[0].y);
            assert_eq!((line.points.len(), (width - height).abs() < 12), (2, true), "{width} {height}");
        }
    }
    let mut bench = bench();
    bench.click("▨");
    bench.give(Message::Sheet(sheet::Message::Choose(Choice::Color(COLORS[1][4]))));
    let actions = commands(&draw(&mut bench, &[(400.0, 350.0), (470.0, 360.0)]));
    let [Command::In(_, RoomCommand::Fill { x, y, color })] = actions[..] else { panic!("{actions:?}") };
    assert!(color == COLORS[1][4] && (0..6400).contains(&x) && (0..4800).contains(&y));
}

#[test]
fn with_shift_a_shape_is_even() {
    let mut bench = bench();
    bench.give(Message::Sheet(sheet::Message::Choose(Choice::Tool(Tool::Rectangle))));
    let actions = bench.interact(|ui| {
        let shift = keyboard::Event::ModifiersChanged(keyboard::Modifiers::SHIFT);
        ui.point_at(Point::new(400.0, 350.0));
        ui.simulate([
            IcedEvent::Keyboard(shift),
            pressed(),
            moved(&(460.0, 352.0)),
            moved(&(480.0, 370.0)),
            released(),
        ]);
    });
    let line = last_stroke(&commands(&actions));
    let [from, to] = line.points[..] else { panic!("{line:?}") };
    assert_eq!(to.x - from.x, to.y - from.y);
}

#[test]
fn undo_and_redo_are_asked_for_but_not_under_the_pen() {
    let mut bench = bench();
    let key = |press| Message::Key(Shortcut::Sheet(press));
    assert_eq!(commands(&bench.give(key(sheet::Message::Undo))), [here(RoomCommand::Undo)]);
    assert_eq!(commands(&bench.click("↷")), [here(RoomCommand::Redo)]);
    bench.reply(RoomCommand::Redo, Err(CommandError::NothingToRedo));
    bench.must_show("There is nothing to put back.");
    bench.give(Message::Sheet(sheet::Message::PenDown(At::new(0, 0))));
    assert!(bench.give(key(sheet::Message::Undo)).is_empty());
}

#[test]
fn the_free_sheet_is_cleared_when_that_is_meant() {
    let mut bench = bench();
    assert!(bench.click("🗑").is_empty());
    bench.must_show("Take everything off this sheet, also what others drew? You can undo it.");
    bench.click("Keep it");
    assert!(!bench.shows("Keep it"));
    bench.click("🗑");
    bench.give(Message::Key(Shortcut::Escape));
    assert!(!bench.shows("Keep it"));
    bench.click("🗑");
    assert_eq!(commands(&bench.click("Clear")), [here(RoomCommand::Clear)]);
    let turn = SheetId::Turn { game: OperationId([3; 32]), turn: 0 };
    bench.show_sheet(CanvasView { sheet: turn, ..sheet(true) });
    assert_eq!(commands(&bench.click("🗑")), [here(RoomCommand::Clear)], "all of it is the drawer's");
}

/// Returns a sheet whose left half is filled.
fn filled(color: Color) -> CanvasView {
    let stroke = |stroke, points: [(i32, i32); 2]| {
        let points = Points::new(points.map(|(x, y)| At::new(x, y)).to_vec());
        CanvasStep::Stroke(Stroke { id: stroke, tool: Tool::Line, color: Color([0; 3]), width: 8, points })
    };
    let steps = [stroke(1, [(3200, 0), (3200, 4800)]), CanvasStep::Fill { stroke: 2, at: At::new(100, 100), color }];
    let drawn = |(step, id): (CanvasStep, u8)| Drawn { id: OperationId([id; 32]), author: ANA, step };
    CanvasView { marks: steps.into_iter().zip(1..).map(drawn).collect(), ..sheet(true) }
}

#[test]
fn the_dropper_takes_up_the_colour_of_the_pixel() {
    let mut bench = bench();
    let color = Color([12, 200, 77]);
    bench.show_sheet(filled(color));
    bench.give(Message::Key(Shortcut::Sheet(sheet::Message::Choose(Choice::Tool(Tool::Ellipse)))));
    bench.give(Message::Key(Shortcut::Sheet(sheet::Message::Choose(Choice::Dropper))));
    assert!(draw(&mut bench, &[(400.0, 300.0), (401.0, 300.0)]).is_empty(), "it leaves nothing");
    let actions = commands(&draw(&mut bench, &[(500.0, 400.0), (520.0, 430.0)]));
    let line = last_stroke(&actions);
    assert_eq!((line.tool, line.color), (Tool::Ellipse, color), "and what was held before is held again");
    bench.give(Message::Key(Shortcut::Sheet(sheet::Message::Choose(Choice::Dropper))));
    bench.give(Message::Sheet(sheet::Message::Pick(At::new(6000, 100))));
    let actions = commands(&draw(&mut bench, &[(500.0, 400.0), (520.0, 430.0)]));
    let line = last_stroke(&actions);
    assert_eq!(line.color, Color([255; 3]));
}

#[test]
fn what_is_wished_of_a_picture_waits_until_it_is_painted() {
    let mut bench = bench();
    let answer = reply(here(RoomCommand::Canvas), Ok(Reply::Canvas(filled(Color([9, 8, 7])))));
    let actions = bench.room.update(answer, bench.now);
    let [Action::Paint(job)] = &actions[..] else { panic!("{actions:?}") };
    assert!(bench.give(Message::Key(Shortcut::Sheet(sheet::Message::Save))).is_empty());
    bench.give(Message::Sheet(sheet::Message::Pick(At::new(100, 100))));
    let actions = bench.give(Message::Painted(Some(Box::new(job.as_ref().clone().run()))));
    let [Action::Save(file)] = &actions[..] else { panic!("{actions:?}") };
    assert_eq!((file.steps.len(), file.format), (2, Format::Png));
    assert!(file.name.ends_with("_sheet_lobby"), "{}", file.name);
    let actions = commands(&draw(&mut bench, &[(500.0, 400.0), (520.0, 430.0)]));
    let line = last_stroke(&actions);
    assert_eq!(line.color, Color([9, 8, 7]));
    bench.give(Message::DrawingSaved(Ok("/pictures/a.png".into())));
    bench.must_show("Saved: /pictures/a.png");
    bench.give(Message::DrawingSaved(Err("disk full".to_owned())));
    bench.must_show("The drawing could not be saved: disk full");
}

#[test]
fn a_painter_who_breaks_down_is_followed_by_another() {
    let mut bench = bench();
    let actions = bench.give(Message::Painted(None));
    assert_eq!(commands(&actions), [here(RoomCommand::Canvas)]);
    bench.show_sheet(filled(Color([9, 8, 7])));
    bench.give(Message::Sheet(sheet::Message::Pick(At::new(100, 100))));
    let actions = commands(&draw(&mut bench, &[(500.0, 400.0), (520.0, 430.0)]));
    let line = last_stroke(&actions);
    assert_eq!(line.color, Color([9, 8, 7]));
}

#[test]
fn closer_up_the_pen_writes_where_it_points() {
    let mut bench = bench();
    let place = (450.0, 350.0);
    let first = |actions: Vec<Action>| last_stroke(&commands(&actions)).points[0];
    let before = first(draw(&mut bench, &[place, (500.0, 350.0)]));
    bench.interact(|ui| {
        let control = keyboard::Event::ModifiersChanged(keyboard::Modifiers::COMMAND);
        let delta = mouse::ScrollDelta::Lines { x: 0.0, y: 4.0 };
        let wheel = mouse::Event::WheelScrolled { delta };
        ui.point_at(Point::new(place.0, place.1));
        ui.simulate([IcedEvent::Keyboard(control), IcedEvent::Mouse(wheel)]);
    });
    bench.must_show("244% · Show all (0)");
    let now = first(draw(&mut bench, &[place, (500.0, 350.0)]));
    assert!((now.x - before.x).abs() <= 6 && (now.y - before.y).abs() <= 6, "{before:?} {now:?}");
    bench.interact(|ui| {
        let space = keyboard::Event::KeyPressed {
            key: keyboard::Key::Named(keyboard::key::Named::Space),
            modified_key: keyboard::Key::Named(keyboard::key::Named::Space),
            physical_key: keyboard::key::Physical::Code(keyboard::key::Code::Space),
            location: keyboard::Location::Standard,
            modifiers: keyboard::Modifiers::empty(),
            text: None,
            repeat: false,
        };
        ui.point_at(Point::new(place.0, place.1));
        ui.simulate([IcedEvent::Keyboard(space), pressed(), moved(&(500.0, 370.0)), released()]);
    });
    let moved = first(draw(&mut bench, &[(500.0, 370.0), (510.0, 370.0)]));
    assert!((moved.x - now.x).abs() <= 6 && (moved.y - now.y).abs() <= 6, "the sheet came along: {now:?} {moved:?}");
    bench.click("244% · Show all (0)");
    assert_eq!(first(draw(&mut bench, &[place, (500.0, 350.0)])), before);
}

#[test]
fn the_wheel_changes_the_width() {
    let mut bench = bench();
    bench.interact(|ui| {
        let wheel =
            |y| IcedEvent::Mouse(mouse::Event::WheelScrolled { delta: mouse::ScrollDelta::Lines { x: 0.0, y } });
        ui.point_at(Point::new(450.0, 350.0));
        ui.simulate([wheel(1.0), wheel(0.5), wheel(0.5)]);
    });
    bench.must_show("10");
    let actions = commands(&draw(&mut bench, &[(450.0, 350.0), (500.0, 350.0)]));
    let line = last_stroke(&actions);
    assert_eq!(line.width, WIDTHS[1] + 2);
}

#[test]
fn a_colour_of_ones_own_is_mixed() {
    let mut bench = bench();
    bench.click("+");
    bench.must_show("Done");
    bench.give(Message::Sheet(sheet::Message::Colors(color_picker::Message::Text("#4080c0".to_owned()))));
    bench.click("Done");
    let actions = commands(&draw(&mut bench, &[(450.0, 350.0), (500.0, 350.0)]));
    let line = last_stroke(&actions);
    assert_eq!(line.color, Color([0x40, 0x80, 0xc0]));
}

#[test]
fn a_shape_of_another_shows_while_it_is_drawn_out() {
    let mut bench = bench();
    for end in [100, 900] {
        let points = Points::new(vec![At::new(0, 0), At::new(end, end)]);
        let stroke = Stroke { id: 5, tool: Tool::Rectangle, color: Color([9; 3]), width: 8, points };
        bench.happen(vec![Event::Live { room: lobby(), author: ANA, sheet: SheetId::Free, stroke, from: 0 }]);
    }
    assert!(bench.room.ticks());
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
    bench.show_sheet(sheet(false));
    let actions = draw(&mut bench, &[(500.0, 400.0), (520.0, 400.0)]);
    assert!(actions.is_empty(), "{actions:?}");
    bench.must_show("Nobody can draw on this sheet now. You can save it.");
    assert!(bench.click("↶").is_empty() && bench.click("✎").is_empty());
    assert!(matches!(bench.click("💾")[..], [Action::Save(_)]));
    let turn = SheetId::Turn { game: OperationId([3; 32]), turn: 0 };
    bench.show_sheet(CanvasView { sheet: turn, ..sheet(false) });
    bench.must_show("On this sheet only the drawer draws. You can save it, and look closer with Ctrl and the wheel.");
}

#[test]
fn a_stroke_that_could_not_be_written_is_told() {
    let mut bench = bench();
    let actions = commands(&draw(&mut bench, &[(500.0, 400.0), (520.0, 400.0)]));
    let stroke = actions.last().cloned().unwrap();
    bench.give(reply(stroke, Err(CommandError::Play(PlayError::NotTheDrawer))));
    bench.must_show("Only the drawer can do that now.");
}

#[test]
fn keys_choose_the_pen() {
    let mut bench = bench();
    bench.give(Message::Key(Shortcut::Sheet(sheet::Message::Choose(Choice::Tool(Tool::Eraser)))));
    bench.give(Message::Key(Shortcut::Sheet(sheet::Message::Choose(Choice::Width(3)))));
    let actions = commands(&draw(&mut bench, &[(500.0, 400.0), (520.0, 400.0)]));
    let line = last_stroke(&actions);
    assert_eq!((line.tool, line.width), (Tool::Eraser, WIDTHS[3]));
}

#[test]
fn ink_of_others_is_shown_and_goes_when_nothing_follows() {
    let mut bench = bench();
    let points = Points::new(vec![At::new(0, 0), At::new(900, 900)]);
    let stroke = Stroke { id: 5, tool: Tool::Pen, color: Color([9; 3]), width: 8, points };
    let live = Event::Live { room: lobby(), author: ANA, sheet: SheetId::Free, stroke: stroke.clone(), from: 0 };
    bench.happen(vec![live.clone()]);
    assert!(bench.room.ticks(), "it is looked at again");
    bench.wait(Duration::from_secs(6));
    assert!(!bench.room.ticks());
    bench.happen(vec![live]);
    let drawn = Drawn { id: OperationId([1; 32]), author: ANA, step: CanvasStep::Stroke(stroke) };
    bench.happen(vec![Event::Canvas { room: lobby(), change: CanvasChange::Added(drawn) }]);
    assert!(!bench.room.ticks(), "the operation took its place");
}

#[test]
fn a_reset_asks_for_the_sheet_once_at_a_time() {
    let mut bench = bench();
    let reset = || Event::Canvas { room: lobby(), change: CanvasChange::Reset };
    let actions = bench.happen(vec![reset(), reset(), reset()]);
    assert_eq!(commands(&actions), [here(RoomCommand::Canvas)]);
    let actions = bench.show_sheet(sheet(true));
    assert_eq!(commands(&actions), [here(RoomCommand::Canvas)], "what came meanwhile");
    let actions = bench.show_sheet(sheet(true));
    assert!(actions.is_empty());
}
