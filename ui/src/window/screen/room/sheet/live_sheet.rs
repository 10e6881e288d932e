//! The visible sheet: its picture, the strokes that are not part of it yet, and our own pen.

use std::collections::BTreeSet;
use std::time::Instant;

use iced::Size;
use inkmesh::canvas::SheetId;
use inkmesh::canvas::{CanvasStep, Color, Drawn, Point, Points, Stroke, StrokeId, Tool};
use inkmesh::event::{CanvasView, PenLine};
use inkmesh::identity::Author;
use inkmesh::operation::OperationId;

use super::tools::Brush;
use crate::window::render::live_strokes::{self, LiveStrokes, SILENCE};
use crate::window::render::painter::{Job, Painted};
use crate::window::render::picture::Picture;
use crate::window::render::smoothing;
use crate::window::render::viewport::Viewport;

/// Width of the dot that stands for a fill until it is painted, in logical units.
const FILL_DOT: u16 = 14;

/// The visible sheet of a room.
#[derive(Debug)]
pub struct LiveSheet {
    sheet: SheetId,
    /// True if we may draw on it now.
    pub may_draw: bool,
    pub picture: Picture,
    pub viewport: Viewport,
    known: BTreeSet<OperationId>,
    pen: Option<Pen>,
    /// Our own finished strokes and fills that are not part of the picture yet.
    waiting: Vec<Waiting>,
    live: LiveStrokes,
    /// The steps that came while the sheet was being loaded; `None`: it is not.
    since_load: Option<Vec<Drawn>>,
    /// True if the sheet is loaded again after that.
    load_again: bool,
}

#[derive(Debug)]
struct Pen {
    stroke: PenLine,
    /// The number of its points that were sent; for a shape, its two or none.
    sent: usize,
}

/// A stroke or fill of ours that is not part of the picture yet.
#[derive(Debug)]
struct Waiting {
    own: Own,
    /// The stroke that is shown for it.
    stroke: PenLine,
    /// When the node reported it as saved.
    saved: Option<Instant>,
    /// The change of the picture that contains it.
    finished: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Own {
    /// A stroke with this id, and the number of its operations that have not come back.
    Stroke(StrokeId, usize),
    Fill(Point, Color),
}

/// The author of a stroke (`None`: ourselves) and its id.
pub type Key = (Option<Author>, StrokeId);

impl LiveSheet {
    /// Creates an empty sheet that nobody may draw on yet, for a screen with this scale factor.
    pub fn new(scale_factor: f32) -> Self {
        LiveSheet {
            sheet: SheetId::Free,
            may_draw: false,
            picture: Picture::new(),
            viewport: Viewport::new(scale_factor),
            known: BTreeSet::new(),
            pen: None,
            waiting: Vec::new(),
            live: LiveStrokes::default(),
            since_load: None,
            load_again: false,
        }
    }

    /// Creates the empty sheet of another room, in the same place of the window.
    pub fn of_another_room(&self, scale_factor: f32) -> Self {
        let mut sheet = LiveSheet::new(scale_factor);
        sheet.resize(self.viewport.area, scale_factor);
        sheet
    }

    /// Returns whether it is the sheet of a turn, on which only its drawer draws.
    pub fn is_of_a_turn(&self) -> bool {
        matches!(self.sheet, SheetId::Turn { .. })
    }

    /// Returns whether our pen is down.
    pub fn pen_is_down(&self) -> bool {
        self.pen.is_some()
    }

    /// Returns whether there are strokes that disappear after a time.
    pub fn is_waiting(&self) -> bool {
        !self.live.is_empty() || self.waiting.iter().any(|waiting| waiting.saved.is_some())
    }

    /// Returns the strokes that are not part of the picture, the lowest first.
    pub fn growing(&self) -> impl Iterator<Item = (Key, &PenLine)> {
        let waiting = self.waiting.iter().map(|waiting| ((None, waiting.stroke.stroke), &waiting.stroke));
        let of_others = |((author, id), stroke): (live_strokes::Key, _)| ((Some(author), id), stroke);
        let ours = self.pen.as_ref().map(|pen| ((None, pen.stroke.stroke), &pen.stroke));
        waiting.chain(self.live.strokes().map(of_others)).chain(ours)
    }

    // ---- the screen ----

    /// Sets the size of its space and the scale factor of the screen.
    pub fn resize(&mut self, area: Size, scale_factor: f32) {
        self.look(|viewport| viewport.resize(area, scale_factor));
    }

    pub fn look(&mut self, change: impl FnOnce(&mut Viewport)) {
        change(&mut self.viewport);
        self.picture.want(self.viewport.wanted());
    }

    /// Returns the next job for the painter.
    pub fn work(&mut self) -> Option<Job> {
        self.picture.work()
    }

    /// Returns whether something was painted for it.
    pub fn is_of(&self, painted: &Painted) -> bool {
        self.picture.is_of(painted)
    }

    /// Takes what was painted, and removes the strokes that are part of it. Returns the change of the picture; `None`: it
    /// was for another sheet.
    pub fn painted(&mut self, painted: Painted) -> Option<u64> {
        let change = self.picture.painted(painted)?;
        self.live.painted(change);
        self.waiting.retain(|waiting| waiting.finished.is_none_or(|finished| finished > change));
        Some(change)
    }

    // ---- what the node reports ----

    /// Notes that the sheet is to be loaded. Returns whether to request it now: not while that is under way.
    pub fn load(&mut self) -> bool {
        if self.since_load.is_some() {
            self.load_again = true;
            return false;
        }
        self.since_load = Some(Vec::new());
        true
    }

    /// Notes that the sheet could not be loaded. Returns whether to request it again.
    pub fn not_shown(&mut self) -> bool {
        self.since_load = None;
        std::mem::take(&mut self.load_again) && self.load()
    }

    /// Shows the loaded sheet, with the steps that came while it was being loaded. Returns whether to request it again.
    pub fn show(&mut self, view: CanvasView, me: Author) -> bool {
        let since = self.since_load.take().unwrap_or_default();
        if view.sheet != self.sheet {
            self.live.clear();
            self.waiting.clear();
            self.pen = None;
            self.viewport.show_whole();
            self.picture.want(self.viewport.wanted());
        }
        self.sheet = view.sheet;
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
        std::mem::take(&mut self.load_again) && self.load()
    }

    /// Adds a step after all others.
    pub fn added(&mut self, drawn: Drawn, me: Author) {
        if let Some(since) = &mut self.since_load {
            since.push(drawn.clone());
        }
        if self.known.insert(drawn.id) {
            let change = self.picture.next_change();
            self.came_back(&drawn, me, change);
            self.picture.add(drawn);
        }
    }

    /// Notes that a step has come: what stands for it disappears with this change of the picture.
    fn came_back(&mut self, drawn: &Drawn, me: Author, change: u64) {
        let stroke = drawn.step.number();
        if drawn.author != me {
            if drawn.step.stroke().is_some() {
                self.live.finish(drawn.author, stroke, change);
            }
            return;
        }
        let same = |waiting: &&mut Waiting| match (&drawn.step, waiting.own) {
            (CanvasStep::Stroke(_), Own::Stroke(id, _)) => id == stroke,
            (CanvasStep::Fill { at, color, .. }, own) => own == Own::Fill(*at, *color) && waiting.finished.is_none(),
            _ => false,
        };
        let Some(waiting) = self.waiting.iter_mut().find(same) else { return };
        if let Own::Stroke(_, parts) = &mut waiting.own {
            *parts = parts.saturating_sub(1);
        }
        if matches!(waiting.own, Own::Stroke(_, 0) | Own::Fill(..)) {
            waiting.finished = Some(change);
        }
    }

    /// Adds the points of somebody's pen.
    pub fn moved(&mut self, author: Author, sheet: SheetId, stroke: &Stroke, from: u32, now: Instant) {
        if sheet == self.sheet {
            self.live.add_points(author, stroke, from, now);
        }
    }

    // ---- our own pen ----

    /// Starts a stroke.
    pub fn pen_down(&mut self, id: StrokeId, brush: Brush, point: Point) {
        if self.may_draw {
            let Brush { tool, color, width } = brush;
            self.pen = Some(Pen { stroke: PenLine { stroke: id, tool, color, width, points: vec![point] }, sent: 0 });
        }
    }

    /// Moves the pen.
    pub fn pen_to(&mut self, point: Point) {
        let Some(pen) = &mut self.pen else { return };
        if !pen.stroke.tool.is_shape() {
            return smoothing::push(&mut pen.stroke.points, point);
        }
        if pen.stroke.points.last() != Some(&point) {
            pen.stroke.points.truncate(1);
            pen.stroke.points.push(point);
            pen.sent = 0;
        }
    }

    /// Returns the points that others have not been sent, and the index of the first.
    pub fn unsent(&mut self) -> Option<(PenLine, u32)> {
        let Pen { stroke, sent } = self.pen.as_mut()?;
        let (points, from) = if stroke.tool.is_shape() {
            // A shape is sent whole each time.
            ((*sent == 0 && stroke.points.len() == 2).then_some(&stroke.points[..])?, 0)
        } else {
            let settled = smoothing::settled(&stroke.points);
            (settled.get(*sent..).filter(|points| !points.is_empty())?, *sent)
        };
        *sent = from + points.len();
        let points = points.to_vec();
        Some((PenLine { points, ..*stroke }, u32::try_from(from).ok()?))
    }

    /// Ends the stroke and returns it. A shape without an extent is dropped.
    pub fn pen_up(&mut self) -> Option<PenLine> {
        let Pen { stroke, .. } = self.pen.take()?;
        if stroke.tool.is_shape() && (stroke.points.len() < 2 || stroke.points[0] == stroke.points[1]) {
            return None;
        }
        let own = Own::Stroke(stroke.stroke, Points::split(&stroke.points).len());
        self.waiting.push(Waiting { own, stroke: stroke.clone(), saved: None, finished: None });
        Some(stroke)
    }

    /// Shows a dot of a fill's colour until the fill is painted.
    pub fn fill(&mut self, at: Point, color: Color) {
        let stroke = PenLine { stroke: 0, tool: Tool::Pen, color, width: FILL_DOT, points: vec![at] };
        self.waiting.push(Waiting { own: Own::Fill(at, color), stroke, saved: None, finished: None });
    }

    pub fn stroke_saved(&mut self, stroke: StrokeId, now: Instant) {
        self.saved(|own| matches!(own, Own::Stroke(id, _) if id == stroke), now);
    }

    /// Removes a stroke of ours that could not be saved.
    pub fn stroke_failed(&mut self, stroke: StrokeId) {
        self.waiting.retain(|waiting| !matches!(waiting.own, Own::Stroke(id, _) if id == stroke));
    }

    /// Notes that a fill of ours was saved, or removes it.
    pub fn fill_answered(&mut self, at: Point, color: Color, saved: bool, now: Instant) {
        if saved {
            self.saved(|own| own == Own::Fill(at, color), now);
        } else {
            self.waiting.retain(|waiting| waiting.own != Own::Fill(at, color));
        }
    }

    fn saved(&mut self, is_it: impl Fn(Own) -> bool, now: Instant) {
        let waiting = self.waiting.iter_mut().find(|waiting| waiting.saved.is_none() && is_it(waiting.own));
        if let Some(waiting) = waiting {
            waiting.saved = Some(now);
        }
    }

    /// Drops the stroke under our pen.
    pub fn lift(&mut self) {
        self.pen = None;
    }

    /// Removes strokes whose operation is overdue.
    pub fn expire(&mut self, now: Instant) {
        self.live.expire(now);
        // Saved, but not on the sheet: the turn was over.
        let late = |saved| now.saturating_duration_since(saved) >= SILENCE;
        self.waiting.retain(|waiting| waiting.finished.is_some() || !waiting.saved.is_some_and(late));
    }
}

#[cfg(test)]
#[path = "live_sheet_tests.rs"]
mod tests;
