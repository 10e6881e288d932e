//! The sheet: its picture, ink that grows, and our own pen on it.

use std::collections::BTreeSet;
use std::time::Instant;

use iced::Size;
use inkmesh::canvas::{CanvasStep, Color, Drawn, Ink, Point, Points, StrokeId, Tool};
use inkmesh::event::{CanvasView, PenLine};
use inkmesh::identity::Author;
use inkmesh::operation::OperationId;
use inkmesh::payload::Board;

use super::tools::Mark;
use crate::window::ink::lens::Lens;
use crate::window::ink::live::{self, Line, LiveInk, SILENCE};
use crate::window::ink::painter::{Job, Painted};
use crate::window::ink::picture::Picture;
use crate::window::ink::round;

/// Width of the drop that is seen until the fill is, in logical units.
const DROP: u16 = 14;

/// The visible sheet of a room.
#[derive(Debug)]
pub struct Sheet {
    board: Board,
    may_draw: bool,
    picture: Picture,
    lens: Lens,
    known: BTreeSet<OperationId>,
    pen: Option<Pen>,
    /// Our own finished marks that are not part of the picture yet.
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
    /// How many of its points others have been shown; of a shape, whether.
    shown: usize,
}

/// What stands for a mark of ours until the picture has it.
#[derive(Debug)]
struct Waiting {
    mark: Mine,
    line: Line,
    /// When the node said that it is written down.
    saved: Option<Instant>,
    /// With which change of the picture it comes to stand there.
    landed: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mine {
    /// A line with this number, of which so many operations have not come back.
    Line(StrokeId, usize),
    /// A fill at this place.
    Fill(Point, Color),
}

/// Whose a growing line is (`None`: ours) and its number.
pub type Key = (Option<Author>, StrokeId);

impl Sheet {
    /// An empty sheet that nobody may draw on yet, for a screen with this scale factor.
    pub fn new(scale_factor: f32) -> Self {
        Sheet {
            board: Board::Free,
            may_draw: false,
            picture: Picture::new(),
            lens: Lens::new(scale_factor),
            known: BTreeSet::new(),
            pen: None,
            waiting: Vec::new(),
            live: LiveInk::default(),
            since_asked: None,
            ask_again: false,
        }
    }

    /// An empty sheet of another room, in the same place of the window.
    pub fn of_another_room(&self, scale_factor: f32) -> Self {
        let mut sheet = Sheet::new(scale_factor);
        sheet.resize(self.lens.area(), scale_factor);
        sheet
    }

    /// Whether we may draw on it now.
    pub fn may_draw(&self) -> bool {
        self.may_draw
    }

    /// Whether it is the one of a turn, on which only its drawer draws.
    pub fn is_of_a_turn(&self) -> bool {
        matches!(self.board, Board::Turn { .. })
    }

    /// Whether our pen is down.
    pub fn pen_is_down(&self) -> bool {
        self.pen.is_some()
    }

    /// Whether there is ink that goes by itself when nothing follows it.
    pub fn is_waiting(&self) -> bool {
        !self.live.is_empty() || self.waiting.iter().any(|waiting| waiting.saved.is_some())
    }

    /// Its picture.
    pub fn picture(&self) -> &Picture {
        &self.picture
    }

    /// How it is looked at.
    pub fn lens(&self) -> Lens {
        self.lens
    }

    /// The ink that grows or waits, the lowest first.
    pub fn growing(&self) -> impl Iterator<Item = (Key, &Line)> {
        let waiting = self.waiting.iter().map(|waiting| match waiting.mark {
            Mine::Line(stroke, _) => ((None, stroke), &waiting.line),
            Mine::Fill(..) => ((None, 0), &waiting.line),
        });
        let of_others = |((author, stroke), line): (live::Key, _)| ((Some(author), stroke), line);
        let ours = self.pen.as_ref().map(|pen| ((None, pen.stroke), &pen.line));
        waiting.chain(self.live.lines().map(of_others)).chain(ours)
    }

    // ---- the screen ----

    /// How much room there was for it last.
    pub fn area(&self) -> Size {
        self.lens.area()
    }

    /// There is this much room for the sheet.
    pub fn resize(&mut self, area: Size, scale_factor: f32) {
        self.look(|lens| lens.resize(area, scale_factor));
    }

    /// Looks at it another way.
    pub fn look(&mut self, change: impl FnOnce(&mut Lens)) {
        change(&mut self.lens);
        self.picture.want(self.lens.wanted());
    }

    /// What is to be painted now.
    pub fn work(&mut self) -> Option<Job> {
        self.picture.work()
    }

    /// Whether something was painted for it.
    pub fn is_of(&self, painted: &Painted) -> bool {
        self.picture.is_of(painted)
    }

    /// Something was painted: what grew in its place goes. Returns with which change of the picture; `None`: it was
    /// for another sheet.
    pub fn painted(&mut self, painted: Painted) -> Option<u64> {
        let change = self.picture.painted(painted)?;
        self.live.painted(change);
        self.waiting.retain(|waiting| waiting.landed.is_none_or(|landed| landed > change));
        Some(change)
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

    /// This is the sheet. Steps that came after the question was asked stay. Returns whether to ask again.
    pub fn show(&mut self, view: CanvasView, me: Author) -> bool {
        let since = self.since_asked.take().unwrap_or_default();
        if view.board != self.board {
            self.live.clear();
            self.waiting.clear();
            self.pen = None;
            self.lens.whole();
            self.picture.want(self.lens.wanted());
        }
        self.board = view.board;
        self.may_draw = view.may_draw;
        if !view.may_draw {
            self.pen = None;
        }
        let ids = view.marks.iter().map(|drawn| drawn.id).collect();
        let before = std::mem::replace(&mut self.known, ids);
        let change = self.picture.next_change();
        let new = view.marks.iter().filter(|drawn| !before.contains(&drawn.id));
        new.for_each(|drawn| self.came_back(drawn, me, change));
        self.picture.show(view.marks);
        since.into_iter().for_each(|drawn| self.added(drawn, me));
        std::mem::take(&mut self.ask_again) && self.ask()
    }

    /// A step was taken after all others.
    pub fn added(&mut self, drawn: Drawn, me: Author) {
        if let Some(since) = &mut self.since_asked {
            since.push(drawn.clone());
        }
        if self.known.insert(drawn.id) {
            let change = self.picture.next_change();
            self.came_back(&drawn, me, change);
            self.picture.add(drawn);
        }
    }

    /// A finished mark is there: the ink that stands for it goes with this change of the picture.
    fn came_back(&mut self, drawn: &Drawn, me: Author, change: u64) {
        let stroke = drawn.step.stroke();
        if drawn.author != me {
            if drawn.step.ink().is_some() {
                self.live.land(drawn.author, stroke, change);
            }
            return;
        }
        let same = |waiting: &&mut Waiting| match (&drawn.step, waiting.mark) {
            (CanvasStep::Ink(_), Mine::Line(line, _)) => line == stroke,
            (CanvasStep::Fill { at, color, .. }, mark) => mark == Mine::Fill(*at, *color) && waiting.landed.is_none(),
            _ => false,
        };
        let Some(waiting) = self.waiting.iter_mut().find(same) else { return };
        if let Mine::Line(_, parts) = &mut waiting.mark {
            *parts = parts.saturating_sub(1);
        }
        if matches!(waiting.mark, Mine::Line(_, 0) | Mine::Fill(..)) {
            waiting.landed = Some(change);
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
    pub fn pen_down(&mut self, stroke: StrokeId, mark: Mark, point: Point) {
        if self.may_draw {
            let line = Line { tool: mark.tool, color: mark.color, width: mark.width, points: vec![point] };
            self.pen = Some(Pen { stroke, line, shown: 0 });
        }
    }

    /// The pen moves on the sheet.
    pub fn pen_to(&mut self, point: Point) {
        let Some(pen) = &mut self.pen else { return };
        if !pen.line.tool.is_shape() {
            return round::go(&mut pen.line.points, point);
        }
        if pen.line.points.last() != Some(&point) {
            pen.line.points.truncate(1);
            pen.line.points.push(point);
            pen.shown = 0;
        }
    }

    /// The points that others have not been shown yet, and the index of the first.
    pub fn unshown(&mut self) -> Option<(PenLine, u32)> {
        let Pen { stroke, line, shown } = self.pen.as_mut()?;
        let (points, from) = if line.tool.is_shape() {
            // A shape is shown whole each time.
            ((*shown == 0 && line.points.len() == 2).then_some(&line.points[..])?, 0)
        } else {
            let settled = round::settled(&line.points);
            (settled.get(*shown..).filter(|points| !points.is_empty())?, *shown)
        };
        *shown = from + points.len();
        Some((pen_line(*stroke, line, points.to_vec()), u32::try_from(from).ok()?))
    }

    /// The pen leaves the sheet: the finished line, to be written down. A shape that was not drawn out is none.
    pub fn pen_up(&mut self) -> Option<PenLine> {
        let Pen { stroke, line, .. } = self.pen.take()?;
        if line.tool.is_shape() && (line.points.len() < 2 || line.points[0] == line.points[1]) {
            return None;
        }
        let finished = pen_line(stroke, &line, line.points.clone());
        let mark = Mine::Line(stroke, Points::split(&line.points).len());
        self.waiting.push(Waiting { mark, line, saved: None, landed: None });
        Some(finished)
    }

    /// A fill is on its way: a drop of its colour is seen until it is.
    pub fn fill(&mut self, at: Point, color: Color) {
        let line = Line { tool: Tool::Pen, color, width: DROP, points: vec![at] };
        self.waiting.push(Waiting { mark: Mine::Fill(at, color), line, saved: None, landed: None });
    }

    /// A line of ours is written down.
    pub fn written(&mut self, stroke: StrokeId, now: Instant) {
        self.saved(|mark| matches!(mark, Mine::Line(line, _) if line == stroke), now);
    }

    /// A line of ours could not be written down: it is gone.
    pub fn not_written(&mut self, stroke: StrokeId) {
        self.waiting.retain(|waiting| !matches!(waiting.mark, Mine::Line(line, _) if line == stroke));
    }

    /// A fill of ours is written down, or it could not be: then it is gone.
    pub fn filled(&mut self, at: Point, color: Color, written: bool, now: Instant) {
        if written {
            self.saved(|mark| mark == Mine::Fill(at, color), now);
        } else {
            self.waiting.retain(|waiting| waiting.mark != Mine::Fill(at, color));
        }
    }

    fn saved(&mut self, is_it: impl Fn(Mine) -> bool, now: Instant) {
        let waiting = self.waiting.iter_mut().find(|waiting| waiting.saved.is_none() && is_it(waiting.mark));
        if let Some(waiting) = waiting {
            waiting.saved = Some(now);
        }
    }

    /// We may not draw: the line under our pen is gone.
    pub fn lift(&mut self) {
        self.pen = None;
    }

    /// Ink that should have been followed by its operation long ago goes.
    pub fn expire(&mut self, now: Instant) {
        self.live.expire(now);
        // Written down, but not on the sheet: the turn was over.
        let late = |saved| now.saturating_duration_since(saved) >= SILENCE;
        self.waiting.retain(|waiting| waiting.landed.is_some() || !waiting.saved.is_some_and(late));
    }
}

fn pen_line(stroke: StrokeId, line: &Line, points: Vec<Point>) -> PenLine {
    PenLine { stroke, tool: line.tool, color: line.color, width: line.width, points }
}

#[cfg(test)]
#[path = "sheet_tests.rs"]
mod tests;
