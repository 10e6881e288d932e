//! The sheet: finished ink, ink that grows, and our own pen on it.

use std::collections::BTreeSet;
use std::time::Instant;

use iced::{Rectangle, Size};
use inkmesh::canvas::{self, HEIGHT, Ink, Point, Points, StrokeId, WIDTH};
use inkmesh::event::{CanvasView, Drawn, PenLine};
use inkmesh::identity::Author;
use inkmesh::operation::OperationId;
use inkmesh::payload::Board;

use super::tools::Tools;
use crate::window::ink::live::{Line, LiveInk, SILENCE};
use crate::window::ink::tiles::Tiles;

/// With more points than this on the sheet, it is not drawn anew at every step of a resize.
const HEAVY: usize = 50_000;

/// The visible sheet of a room.
#[derive(Debug)]
pub struct Sheet {
    board: Board,
    may_draw: bool,
    /// All steps on it, and its picture of record.
    record: canvas::Sheet,
    known: BTreeSet<OperationId>,
    tiles: Option<Tiles>,
    area: Size,
    scale_factor: f32,
    pen: Option<Pen>,
    /// Our own finished lines that have not come back from the log yet.
    waiting: Vec<Waiting>,
    live: LiveInk,
    /// Steps that came while the sheet was being asked for; `None`: it is not.
    since_asked: Option<Vec<Drawn>>,
    ask_again: bool,
}

#[derive(Debug)]
struct Pen {
    stroke: StrokeId,
    line: Line,
    /// How many of its points others have been shown.
    shown: usize,
}

#[derive(Debug)]
struct Waiting {
    stroke: StrokeId,
    line: Line,
    /// How many operations it was split into and have not come back.
    parts: usize,
    /// When the node said that it is written down.
    saved: Option<Instant>,
}

impl Sheet {
    /// An empty sheet that nobody may draw on yet, for a screen with this scale factor.
    pub fn new(scale_factor: f32) -> Self {
        Sheet {
            board: Board::Free,
            may_draw: false,
            record: canvas::Sheet::default(),
            known: BTreeSet::new(),
            tiles: None,
            area: Size::ZERO,
            scale_factor,
            pen: None,
            waiting: Vec::new(),
            live: LiveInk::default(),
            since_asked: None,
            ask_again: false,
        }
    }

    /// Whether we may draw on it now.
    pub fn may_draw(&self) -> bool {
        self.may_draw
    }

    /// Whether our pen is down.
    pub fn pen_is_down(&self) -> bool {
        self.pen.is_some()
    }

    /// Whether there is ink that goes by itself when nothing follows it.
    pub fn is_waiting(&self) -> bool {
        !self.live.is_empty() || self.waiting.iter().any(|waiting| waiting.saved.is_some())
    }

    /// Where the sheet lies in an area whose corner is at `corner` of the window, in logical pixels from that corner:
    /// 4 : 3, whole, on whole pixels of the screen.
    pub fn place(&self, corner: iced::Point) -> Rectangle {
        let width = fitting_width(self.area, self.scale_factor);
        let height = width * HEIGHT.unsigned_abs() / WIDTH.unsigned_abs();
        let (width, height) = (width as f32 / self.scale_factor, height as f32 / self.scale_factor);
        let middle = |corner: f32, space: f32, length: f32| {
            let start = corner + (space - length).max(0.0) / 2.0;
            (start * self.scale_factor).round() / self.scale_factor - corner
        };
        let x = middle(corner.x, self.area.width, width);
        Rectangle { x, y: middle(corner.y, self.area.height, height), width, height }
    }

    /// The finished ink.
    pub fn tiles(&self) -> Option<&Tiles> {
        self.tiles.as_ref()
    }

    /// The ink that grows or waits, the lowest first.
    pub fn growing(&self) -> impl Iterator<Item = &Line> {
        let waiting = self.waiting.iter().map(|waiting| &waiting.line);
        waiting.chain(self.live.lines()).chain(self.pen.as_ref().map(|pen| &pen.line))
    }

    // ---- the screen ----

    /// How much room there was for it last.
    pub fn area(&self) -> Size {
        self.area
    }

    /// There is this much room for the sheet. Returns whether it should be settled a little later, because drawing
    /// it anew takes a while.
    pub fn resize(&mut self, area: Size, scale_factor: f32) -> bool {
        (self.area, self.scale_factor) = (area, scale_factor);
        let heavy = self.inks().map(|ink| ink.points.len()).sum::<usize>() > HEAVY;
        if self.tiles.is_some() && heavy {
            return true;
        }
        self.settle();
        false
    }

    /// Whether the finished ink is as large as the sheet.
    pub fn is_settled(&self) -> bool {
        let width = fitting_width(self.area, self.scale_factor);
        self.tiles.as_ref().is_some_and(|tiles| tiles.width() == width)
    }

    /// Draws everything anew if the size has changed.
    pub fn settle(&mut self) {
        let width = fitting_width(self.area, self.scale_factor);
        if width > 0 && !self.is_settled() {
            self.tiles = Some(Tiles::new(width));
            self.draw_all();
        }
    }

    /// The ink that is to be seen, the lowest first.
    fn inks(&self) -> impl Iterator<Item = &Ink> {
        self.record.marks().filter_map(|drawn| drawn.step.ink())
    }

    fn draw_all(&mut self) {
        let Some(mut tiles) = self.tiles.take() else { return };
        tiles.clear();
        self.inks().for_each(|ink| tiles.draw(ink));
        tiles.publish();
        self.tiles = Some(tiles);
    }

    // ---- what the node says ----

    /// The sheet is being asked for. Returns whether the question is to be sent now, or an earlier one is under way.
    pub fn ask(&mut self) -> bool {
        if self.since_asked.is_some() {
            self.ask_again = true;
            return false;
        }
        self.since_asked = Some(Vec::new());
        true
    }

    /// The sheet could not be had. Returns whether to ask again.
    pub fn not_shown(&mut self) -> bool {
        self.since_asked = None;
        std::mem::take(&mut self.ask_again) && self.ask()
    }

    /// This is the sheet. Strokes that came after the question was asked stay. Returns whether to ask again.
    pub fn show(&mut self, view: CanvasView, me: Author) -> bool {
        let since = self.since_asked.take().unwrap_or_default();
        if view.board != self.board {
            self.live.clear();
            self.waiting.clear();
            self.pen = None;
        }
        self.board = view.board;
        self.may_draw = view.may_draw;
        if !view.may_draw {
            self.pen = None;
        }
        let ids = view.marks.iter().map(|drawn| drawn.id).collect();
        let before = std::mem::replace(&mut self.known, ids);
        for drawn in view.marks.iter().filter(|drawn| !before.contains(&drawn.id)) {
            came_back(&mut self.waiting, &mut self.live, drawn, me);
        }
        self.record.show(view.marks);
        self.draw_all();
        for drawn in since {
            self.added(drawn, me);
        }
        std::mem::take(&mut self.ask_again) && self.ask()
    }

    /// A step was taken after all others.
    pub fn added(&mut self, drawn: Drawn, me: Author) {
        if let Some(since) = &mut self.since_asked {
            since.push(drawn.clone());
        }
        if !self.known.insert(drawn.id) {
            return;
        }
        came_back(&mut self.waiting, &mut self.live, &drawn, me);
        match (drawn.step.ink(), &mut self.tiles) {
            (Some(ink), Some(tiles)) => {
                tiles.draw(ink);
                tiles.publish();
                self.record.push(drawn);
            }
            _ => {
                self.record.push(drawn);
                self.draw_all();
            }
        }
    }

    /// Somebody's pen moved.
    pub fn moved(&mut self, author: Author, board: Board, ink: &Ink, from: u32, now: Instant) {
        if board == self.board {
            self.live.feed(author, ink, from, now);
        }
    }

    // ---- our own pen ----

    /// The pen touches the sheet.
    pub fn pen_down(&mut self, stroke: StrokeId, tools: Tools, point: Point) {
        if self.may_draw {
            let line = Line { tool: tools.tool, color: tools.color, width: tools.width, points: vec![point] };
            self.pen = Some(Pen { stroke, line, shown: 0 });
        }
    }

    /// The pen moves on the sheet.
    pub fn pen_to(&mut self, point: Point) {
        if let Some(pen) = &mut self.pen
            && pen.line.points.last() != Some(&point)
        {
            pen.line.points.push(point);
        }
    }

    /// The points that others have not been shown yet, and the index of the first.
    pub fn unshown(&mut self) -> Option<(PenLine, u32)> {
        let pen = self.pen.as_mut()?;
        let from = std::mem::replace(&mut pen.shown, pen.line.points.len());
        let points = pen.line.points.get(from..).filter(|points| !points.is_empty())?.to_vec();
        Some((pen_line(pen.stroke, &pen.line, points), u32::try_from(from).ok()?))
    }

    /// The pen leaves the sheet: the finished line, to be written down.
    pub fn pen_up(&mut self) -> Option<PenLine> {
        let Pen { stroke, line, .. } = self.pen.take()?;
        let finished = pen_line(stroke, &line, line.points.clone());
        let parts = Points::split(&line.points).len();
        self.waiting.push(Waiting { stroke, line, parts, saved: None });
        Some(finished)
    }

    /// A line of ours is written down.
    pub fn written(&mut self, stroke: StrokeId, now: Instant) {
        if let Some(waiting) = self.waiting.iter_mut().find(|waiting| waiting.stroke == stroke) {
            waiting.saved = Some(now);
        }
    }

    /// A line of ours could not be written down: it is gone.
    pub fn not_written(&mut self, stroke: StrokeId) {
        self.waiting.retain(|waiting| waiting.stroke != stroke);
    }

    /// We may not draw: the line under our pen is gone.
    pub fn lift(&mut self) {
        self.pen = None;
    }

    /// Ink that should have been followed by its operation long ago goes.
    pub fn expire(&mut self, now: Instant) {
        self.live.expire(now);
        // Written down, but not on the sheet: the turn was over.
        self.waiting.retain(|waiting| waiting.saved.is_none_or(|saved| now.saturating_duration_since(saved) < SILENCE));
    }
}

/// A finished stroke is there: the ink that stood for it goes.
fn came_back(waiting: &mut Vec<Waiting>, live: &mut LiveInk, drawn: &Drawn, me: Author) {
    let Some(ink) = drawn.step.ink() else { return };
    if drawn.author != me {
        return live.finish(drawn.author, ink.stroke);
    }
    if let Some(line) = waiting.iter_mut().find(|waiting| waiting.stroke == ink.stroke) {
        line.parts = line.parts.saturating_sub(1);
    }
    waiting.retain(|waiting| waiting.parts > 0);
}

fn pen_line(stroke: StrokeId, line: &Line, points: Vec<Point>) -> PenLine {
    PenLine { stroke, tool: line.tool, color: line.color, width: line.width, points }
}

/// The width of the largest whole sheet, in pixels of the screen: a multiple of four, so that its height is whole too.
fn fitting_width(area: Size, scale_factor: f32) -> u32 {
    let height = area.height.max(0.0) * WIDTH as f32 / HEIGHT as f32;
    // Two pixels on each side are left for the edge.
    let width = (area.width.min(height) * scale_factor - 4.0).max(0.0) as u32; // saturates
    width - width % 4
}

#[cfg(test)]
mod tests {
    use inkmesh::canvas::{CanvasStep, Color, MAX_POINTS, Tool};

    use super::*;

    const ME: Author = Author([1; 32]);
    const ANA: Author = Author([2; 32]);

    fn drawn(id: u8, author: Author, stroke: StrokeId) -> Drawn {
        let points = Points::new(vec![Point::new(0, 0), Point::new(400, 400)]);
        let ink = Ink { stroke, tool: Tool::Pen, color: Color([0; 3]), width: 8, points };
        Drawn { id: OperationId([id; 32]), author, step: CanvasStep::Ink(ink) }
    }

    fn view(marks: Vec<Drawn>, may_draw: bool) -> CanvasView {
        CanvasView { board: Board::Free, marks, may_draw }
    }

    fn sheet() -> Sheet {
        let mut sheet = Sheet::new(1.0);
        sheet.resize(Size::new(800.0, 700.0), 1.0);
        sheet.show(view(Vec::new(), true), ME);
        sheet
    }

    #[test]
    fn the_sheet_is_whole_and_four_by_three() {
        for (area, factor) in [((800.0, 700.0), 1.0), ((1000.0, 300.0), 1.5), ((333.3, 1000.0), 2.0)] {
            let mut sheet = Sheet::new(factor);
            sheet.resize(Size::new(area.0, area.1), factor);
            let place = sheet.place(iced::Point::new(10.3, 20.7));
            assert!(place.x >= 0.0 && place.x + place.width <= area.0, "{place:?} in {area:?}");
            assert!(place.y >= 0.0 && place.y + place.height <= area.1, "{place:?} in {area:?}");
            assert!((place.width * 3.0 - place.height * 4.0).abs() < 0.01, "{place:?}");
            assert_eq!(sheet.tiles().map(Tiles::width), Some((place.width * factor).round() as u32));
        }
        assert!(Sheet::new(1.0).tiles().is_none());
    }

    #[test]
    fn our_own_ink_stays_until_all_of_it_has_come_back() {
        let mut sheet = sheet();
        sheet.pen_down(7, Tools::default(), Point::new(0, 0));
        for x in 1..MAX_POINTS as i32 + 10 {
            sheet.pen_to(Point::new(x, 0));
        }
        let line = sheet.pen_up().map(|line| line.points.len());
        assert_eq!(line, Some(MAX_POINTS + 10));
        sheet.added(drawn(1, ME, 7), ME);
        assert_eq!(sheet.growing().count(), 1, "the first of two parts came back");
        sheet.added(drawn(1, ME, 7), ME);
        assert_eq!(sheet.growing().count(), 1, "the same part again");
        sheet.added(drawn(2, ME, 7), ME);
        assert_eq!(sheet.growing().count(), 0);
    }

    #[test]
    fn points_are_shown_once_each() {
        let mut sheet = sheet();
        assert_eq!(sheet.unshown(), None);
        sheet.pen_down(7, Tools::default(), Point::new(0, 0));
        sheet.pen_to(Point::new(4, 4));
        sheet.pen_to(Point::new(4, 4));
        let shown = |part: Option<(PenLine, u32)>| part.map(|(line, from)| (line.points.len(), from));
        assert_eq!(shown(sheet.unshown()), Some((2, 0)));
        assert_eq!(shown(sheet.unshown()), None);
        sheet.pen_to(Point::new(8, 8));
        assert_eq!(shown(sheet.unshown()), Some((1, 2)));
    }

    #[test]
    fn who_may_not_draw_leaves_no_ink() {
        let mut sheet = sheet();
        sheet.pen_down(7, Tools::default(), Point::new(0, 0));
        sheet.show(view(Vec::new(), false), ME);
        assert!(!sheet.pen_is_down());
        sheet.pen_down(8, Tools::default(), Point::new(0, 0));
        assert!(!sheet.pen_is_down());
        assert_eq!(sheet.pen_up(), None);
    }

    #[test]
    fn a_stroke_that_comes_while_the_sheet_is_asked_for_is_not_lost() {
        let mut sheet = sheet();
        assert!(sheet.ask());
        assert!(!sheet.ask(), "one question at a time");
        sheet.added(drawn(2, ANA, 2), ME);
        assert!(sheet.show(view(vec![drawn(1, ANA, 1)], true), ME), "the second question");
        assert_eq!(sheet.record.steps().iter().map(|drawn| drawn.id.0[0]).collect::<Vec<_>>(), [1, 2]);
        assert!(!sheet.show(view(vec![drawn(1, ANA, 1), drawn(2, ANA, 2)], true), ME));
        assert_eq!(sheet.record.steps().len(), 2);
    }

    #[test]
    fn ink_without_an_operation_goes() {
        let (mut sheet, now) = (sheet(), Instant::now());
        sheet.moved(ANA, Board::Free, drawn(1, ANA, 3).step.ink().unwrap(), 0, now);
        sheet.moved(
            ANA,
            Board::Turn { game: OperationId([0; 32]), turn: 1 },
            drawn(1, ANA, 4).step.ink().unwrap(),
            0,
            now,
        );
        assert_eq!(sheet.growing().count(), 1, "ink on another sheet doesn't show");
        sheet.pen_down(7, Tools::default(), Point::new(0, 0));
        sheet.pen_up();
        sheet.expire(now + SILENCE);
        assert_eq!(sheet.growing().count(), 1, "what is not written down yet stays");
        sheet.written(7, now);
        sheet.expire(now + SILENCE);
        assert_eq!(sheet.growing().count(), 0);
    }
}
