//! Ink that still grows: under our own pen, under somebody else's, and what waits to be part of the picture.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use iced::widget::canvas::{Frame, Path};
use iced::{Color, Vector};
use inkmesh::canvas::{Ink, Point, StrokeId, Tool};
use inkmesh::identity::Author;
use tiny_skia::PathSegment;

use super::path::outline;

/// How long ink that grows no more stays without the operation that should follow it.
pub const SILENCE: Duration = Duration::from_secs(5);
/// Most lines of others at once: as many as the most players of a game have.
const MAX_LINES: usize = 96;
/// Most lines of one of them that grow at once: a hand draws one, and a few may be on their way to the log.
const MAX_LINES_EACH: usize = 4;
/// Most points of one of them.
const MAX_POINTS: usize = 16_384;
/// How many finished strokes are remembered, so that a frame that was late does not bring one back.
const REMEMBERED: usize = 256;

/// The ink under the pens of others.
#[derive(Debug, Default)]
pub struct LiveInk {
    lines: BTreeMap<Key, Growing>,
    finished: VecDeque<Key>,
}

/// Whose line, and which.
pub type Key = (Author, StrokeId);

/// A line that grows.
#[derive(Debug)]
struct Growing {
    line: Line,
    /// The index in the stroke that follows the last point that came.
    next: usize,
    seen: Instant,
    /// With which change of the picture it comes to stand there.
    landed: Option<u64>,
}

/// A line of any length with its mark, or a shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What makes it.
    pub tool: Tool,
    /// Its colour.
    pub color: inkmesh::canvas::Color,
    /// Its width in logical units.
    pub width: u16,
    /// Its points.
    pub points: Vec<Point>,
}

impl LiveInk {
    /// Takes in the points of a stroke from index `from` on. A frame that was lost leaves a straight line; one that
    /// comes twice, nothing. A shape comes whole each time.
    pub fn feed(&mut self, author: Author, ink: &Ink, from: u32, now: Instant) {
        let key = (author, ink.stroke);
        if self.finished.contains(&key) || !(self.lines.contains_key(&key) || self.has_room_for(author)) {
            return;
        }
        let growing = self.lines.entry(key).or_insert_with(|| Growing {
            line: Line { tool: ink.tool, color: ink.color, width: ink.width, points: Vec::new() },
            next: 0,
            seen: now,
            landed: None,
        });
        growing.seen = now;
        if growing.line.tool.is_shape() {
            growing.line.points = ink.points.iter().take(2).collect();
            return;
        }
        let from = from as usize;
        let known = growing.next.saturating_sub(from);
        let room = MAX_POINTS.saturating_sub(growing.line.points.len());
        growing.line.points.extend(ink.points.iter().skip(known).take(room));
        growing.next = growing.next.max(from + ink.points.len());
    }

    /// Whether another line may grow. Nobody takes the room of the others.
    fn has_room_for(&self, author: Author) -> bool {
        let grows = |(key, growing): &(&Key, &Growing)| key.0 == author && growing.landed.is_none();
        self.lines.len() < MAX_LINES && self.lines.iter().filter(grows).count() < MAX_LINES_EACH
    }

    /// The stroke's operation is there: its growing ink goes when the picture has this change.
    pub fn land(&mut self, author: Author, stroke: StrokeId, change: u64) {
        let key = (author, stroke);
        if let Some(growing) = self.lines.get_mut(&key) {
            growing.landed = Some(change);
        }
        if self.finished.len() == REMEMBERED {
            self.finished.pop_front();
        }
        self.finished.push_back(key);
    }

    /// The picture has all changes up to this.
    pub fn painted(&mut self, change: u64) {
        self.lines.retain(|_, growing| growing.landed.is_none_or(|landed| landed > change));
    }

    /// Forgets lines that have not grown for [`SILENCE`], unless they are about to be in the picture.
    pub fn expire(&mut self, now: Instant) {
        let grows = |growing: &Growing| now.saturating_duration_since(growing.seen) < SILENCE;
        self.lines.retain(|_, growing| growing.landed.is_some() || grows(growing));
    }

    /// Forgets all lines.
    pub fn clear(&mut self) {
        self.lines.clear();
    }

    /// Whether nothing grows.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The lines.
    pub fn lines(&self) -> impl Iterator<Item = (Key, &Line)> {
        self.lines.iter().map(|(key, growing)| (*key, &growing.line))
    }
}

/// Draws a mark through these points at `scale` pixels per logical unit on a frame, `origin` away from the frame's corner.
///
/// Its outline is filled: the renderer takes the bounds of a *stroked* path without its width, and would leave its edges
/// on the screen.
pub fn draw(frame: &mut Frame, line: &Line, points: &[Point], origin: Vector, scale: f32) {
    let color = match line.tool {
        Tool::Eraser => Color::WHITE,
        Tool::Pen | Tool::Line | Tool::Rectangle | Tool::Ellipse => {
            let [red, green, blue] = line.color.0;
            Color::from_rgb8(red, green, blue)
        }
    };
    let Some(outline) = outline(line.tool, points, line.width, scale) else { return };
    let at = |point: tiny_skia::Point| iced::Point::new(point.x, point.y) + origin;
    let path = Path::new(|builder| {
        for segment in outline.segments() {
            match segment {
                PathSegment::MoveTo(to) => builder.move_to(at(to)),
                PathSegment::LineTo(to) => builder.line_to(at(to)),
                PathSegment::QuadTo(control, to) => builder.quadratic_curve_to(at(control), at(to)),
                PathSegment::CubicTo(first, second, to) => builder.bezier_curve_to(at(first), at(second), at(to)),
                PathSegment::Close => builder.close(),
            }
        }
    });
    frame.fill(&path, color);
}

#[cfg(test)]
mod tests {
    use inkmesh::canvas::{Color, Points};

    use super::*;

    const ANA: Author = Author([1; 32]);

    fn part(stroke: StrokeId, from: i32, count: i32) -> Ink {
        let points = Points::new((from..from + count).map(|i| Point::new(i, i)).collect());
        Ink { stroke, tool: Tool::Pen, color: Color([0; 3]), width: 4, points }
    }

    fn lengths(live: &LiveInk) -> Vec<usize> {
        live.lines().map(|(_, line)| line.points.len()).collect()
    }

    #[test]
    fn a_line_grows_whatever_happens_to_its_frames() {
        let (mut live, now) = (LiveInk::default(), Instant::now());
        live.feed(ANA, &part(7, 0, 3), 0, now);
        live.feed(ANA, &part(7, 0, 3), 0, now);
        assert_eq!(lengths(&live), [3], "a frame twice");
        live.feed(ANA, &part(7, 2, 3), 2, now);
        assert_eq!(lengths(&live), [5], "a frame that overlaps");
        live.feed(ANA, &part(7, 9, 2), 9, now);
        assert_eq!(lengths(&live), [7], "after a frame that was lost");
        live.feed(ANA, &part(7, 5, 2), 5, now);
        assert_eq!(lengths(&live), [7], "a frame that was late");
    }

    #[test]
    fn a_finished_stroke_goes_when_it_is_painted_and_does_not_come_back() {
        let (mut live, now) = (LiveInk::default(), Instant::now());
        live.feed(ANA, &part(7, 0, 3), 0, now);
        live.land(ANA, 7, 5);
        live.painted(4);
        live.expire(now + SILENCE);
        assert_eq!(lengths(&live), [3], "not in the picture yet");
        live.painted(5);
        assert!(live.is_empty());
        live.feed(ANA, &part(7, 3, 3), 3, now);
        assert!(live.is_empty());
    }

    #[test]
    fn a_shape_is_as_it_was_last() {
        let (mut live, now) = (LiveInk::default(), Instant::now());
        for end in [4, 9, 7] {
            let points = Points::new(vec![Point::new(0, 0), Point::new(end, end)]);
            live.feed(ANA, &Ink { tool: Tool::Ellipse, points, ..part(7, 0, 1) }, 0, now);
        }
        let shapes: Vec<_> = live.lines().map(|(_, line)| line.points.clone()).collect();
        assert_eq!(shapes, [[Point::new(0, 0), Point::new(7, 7)]]);
    }

    #[test]
    fn silent_and_too_many_lines_go() {
        let (mut live, now) = (LiveInk::default(), Instant::now());
        for stroke in 0..1000 {
            live.feed(ANA, &part(stroke, 0, 2), 0, now);
        }
        assert_eq!(live.lines().count(), MAX_LINES_EACH, "the others have room");
        live.land(ANA, 0, 5);
        live.feed(ANA, &part(1000, 0, 2), 0, now);
        assert_eq!(live.lines().count(), MAX_LINES_EACH + 1, "what is finished does not count");
        for author in 2..=255 {
            live.feed(Author([author; 32]), &part(0, 0, 2), 0, now);
        }
        assert_eq!(live.lines().count(), MAX_LINES);
        live.painted(5);
        live.feed(ANA, &part(3, 2, 1), 2, now + SILENCE);
        live.expire(now + SILENCE);
        assert_eq!(lengths(&live), [3]);
    }
}
