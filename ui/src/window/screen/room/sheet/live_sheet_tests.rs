#![allow(clippy::unwrap_used, reason = "a test may panic")]

use inkmesh::canvas::MAX_POINTS;

use super::*;

const ME: Author = Author([1; 32]);
const ANA: Author = Author([2; 32]);
const RED: Color = Color([200, 0, 0]);

fn step(id: u8, author: Author, step: CanvasStep) -> Drawn {
    Drawn { id: OperationId([id; 32]), author, step }
}

fn stroke(id: StrokeId) -> Stroke {
    let points = Points::new(vec![Point::new(0, 0), Point::new(400, 400)]);
    Stroke { id, tool: Tool::Pen, color: Color([0; 3]), width: 8, points }
}

fn drawn(id: u8, author: Author, number: StrokeId) -> Drawn {
    step(id, author, CanvasStep::Stroke(stroke(number)))
}

fn view(marks: Vec<Drawn>, may_draw: bool) -> CanvasView {
    CanvasView { sheet: SheetId::Free, marks, may_draw }
}

fn brush(tool: Tool) -> Brush {
    Brush { tool, color: RED, width: 8 }
}

fn sheet() -> LiveSheet {
    let mut sheet = LiveSheet::new(1.0);
    sheet.resize(Size::new(800.0, 700.0), 1.0);
    sheet.show(view(Vec::new(), true), ME);
    paint(&mut sheet);
    sheet
}

fn paint(sheet: &mut LiveSheet) {
    while let Some(job) = sheet.work() {
        sheet.painted(job.run()).unwrap();
    }
}

fn steps(sheet: &LiveSheet) -> Vec<u8> {
    sheet.picture.sheet().unwrap().steps().iter().map(|drawn| drawn.id.0[0]).collect()
}

#[test]
fn our_own_stroke_stays_until_all_of_it_is_painted() {
    let mut sheet = sheet();
    sheet.pen_down(7, brush(Tool::Pen), Point::new(0, 0));
    for x in 1..MAX_POINTS as i32 + 10 {
        sheet.pen_to(Point::new(x * 2, 0));
    }
    let line = sheet.pen_up().map(|line| line.points.len());
    assert_eq!(line, Some(MAX_POINTS + 10));
    sheet.added(drawn(1, ME, 7), ME);
    paint(&mut sheet);
    assert_eq!(sheet.growing().count(), 1, "the first of two parts came back");
    sheet.added(drawn(1, ME, 7), ME);
    paint(&mut sheet);
    assert_eq!(sheet.growing().count(), 1, "the same part again");
    sheet.added(drawn(2, ME, 7), ME);
    assert_eq!(sheet.growing().count(), 1, "it is not painted yet");
    paint(&mut sheet);
    assert_eq!(sheet.growing().count(), 0);
}

#[test]
fn points_are_sent_once_each() {
    let mut sheet = sheet();
    assert_eq!(sheet.unsent(), None);
    let sent = |part: Option<(PenLine, u32)>| part.map(|(line, from)| (line.points.len(), from));
    sheet.pen_down(7, brush(Tool::Pen), Point::new(0, 0));
    assert_eq!(sent(sheet.unsent()), Some((1, 0)));
    sheet.pen_to(Point::new(4, 4));
    sheet.pen_to(Point::new(4, 4));
    assert_eq!(sent(sheet.unsent()), None, "the pen may still go on elsewhere");
    sheet.pen_to(Point::new(8, 8));
    sheet.pen_to(Point::new(12, 12));
    assert_eq!(sent(sheet.unsent()), Some((2, 1)));
    assert_eq!(sent(sheet.unsent()), None);
}

#[test]
fn a_shape_is_sent_again_when_it_changed() {
    let mut sheet = sheet();
    sheet.pen_down(7, brush(Tool::Ellipse), Point::new(0, 0));
    assert_eq!(sheet.unsent(), None, "one point is no shape");
    for end in [40, 80] {
        sheet.pen_to(Point::new(end, end));
        let (line, from) = sheet.unsent().unwrap();
        assert_eq!((line.points, from), (vec![Point::new(0, 0), Point::new(end, end)], 0));
        assert_eq!(sheet.unsent(), None);
    }
    assert_eq!(sheet.pen_up().map(|line| line.points.len()), Some(2));
    sheet.pen_down(8, brush(Tool::Line), Point::new(9, 9));
    assert_eq!(sheet.pen_up(), None);
}

#[test]
fn a_dot_is_shown_until_the_fill_is_painted() {
    let mut sheet = sheet();
    let at = Point::new(90, 90);
    sheet.fill(at, RED);
    assert_eq!(sheet.growing().count(), 1);
    let fill = |id, at| step(id, ME, CanvasStep::Fill { stroke: 5, at, color: RED });
    sheet.added(fill(1, Point::new(9, 9)), ME);
    paint(&mut sheet);
    assert_eq!(sheet.growing().count(), 1, "that was another");
    sheet.added(fill(2, at), ME);
    paint(&mut sheet);
    assert_eq!(sheet.growing().count(), 0);
    sheet.fill(at, RED);
    sheet.fill_answered(at, RED, false, Instant::now());
    assert_eq!(sheet.growing().count(), 0, "it was refused");
}

#[test]
fn without_permission_to_draw_there_is_no_stroke() {
    let mut sheet = sheet();
    sheet.pen_down(7, brush(Tool::Pen), Point::new(0, 0));
    sheet.show(view(Vec::new(), false), ME);
    assert!(!sheet.pen_is_down());
    sheet.pen_down(8, brush(Tool::Pen), Point::new(0, 0));
    assert!(!sheet.pen_is_down());
    assert_eq!(sheet.pen_up(), None);
}

#[test]
fn a_stroke_that_comes_while_the_sheet_is_loaded_is_not_lost() {
    let mut sheet = sheet();
    assert!(sheet.load());
    assert!(!sheet.load(), "one request at a time");
    sheet.added(drawn(2, ANA, 2), ME);
    assert!(sheet.show(view(vec![drawn(1, ANA, 1)], true), ME), "the second request");
    paint(&mut sheet);
    assert_eq!(steps(&sheet), [1, 2]);
    assert!(!sheet.show(view(vec![drawn(1, ANA, 1), drawn(2, ANA, 2)], true), ME));
    paint(&mut sheet);
    assert_eq!(steps(&sheet), [1, 2]);
}

#[test]
fn a_stroke_without_an_operation_is_removed() {
    let (mut sheet, now) = (sheet(), Instant::now());
    sheet.moved(ANA, SheetId::Free, &stroke(3), 0, now);
    sheet.moved(ANA, SheetId::Turn { game: OperationId([0; 32]), turn: 1 }, &stroke(4), 0, now);
    assert_eq!(sheet.growing().count(), 1, "a stroke on another sheet is not shown");
    sheet.pen_down(7, brush(Tool::Pen), Point::new(0, 0));
    sheet.pen_up();
    sheet.expire(now + SILENCE);
    assert_eq!(sheet.growing().count(), 1, "a stroke that is not saved yet stays");
    sheet.stroke_saved(7, now);
    sheet.expire(now + SILENCE);
    assert_eq!(sheet.growing().count(), 0);
}
