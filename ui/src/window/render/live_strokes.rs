//! Strokes that are not in the picture yet: those under a pen, and those that wait to be painted.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use iced::widget::canvas::{Frame, Path};
use iced::{Color, Vector};
use inkmesh::canvas::{Point, Stroke, StrokeId, Tool};
use inkmesh::event::PenLine;
use inkmesh::identity::Author;
use tiny_skia::PathSegment;

use super::outline::outline;
use crate::window::theme::palette;

/// The time that a stroke without new points stays if no operation follows it.
pub const SILENCE: Duration = Duration::from_secs(5);
/// The most strokes of others: as many as the most players of a game have.
const MAX_STROKES: usize = 96;
/// The most unfinished strokes of one person, who draws one while a few may be on their way to the log.
const MAX_STROKES_EACH: usize = 4;
/// The most points of a stroke.
const MAX_POINTS: usize = 16_384;
/// The number of finished strokes that are remembered, so that a late frame does not bring one back.
const MAX_FINISHED: usize = 256;

/// The strokes under the pens of others.
#[derive(Debug, Default)]
pub struct LiveStrokes {
    strokes: BTreeMap<Key, Growing>,
    finished: VecDeque<Key>,
}

/// The author of a stroke and its id.
pub type Key = (Author, StrokeId);

/// A stroke with its progress.
#[derive(Debug)]
struct Growing {
    stroke: PenLine,
    /// The index in the stroke after the last point that was received.
    next: usize,
    /// When points were received last.
    seen: Instant,
    /// The change of the picture that contains it.
    finished: Option<u64>,
}

impl LiveStrokes {
    /// Adds the points of a stroke from index `from` on. A lost frame leaves a straight line, and a repeated one adds
    /// nothing. A shape is sent whole each time.
    pub fn add_points(&mut self, author: Author, stroke: &Stroke, from: u32, now: Instant) {
        let key = (author, stroke.id);
        if self.finished.contains(&key) || !(self.strokes.contains_key(&key) || self.has_room_for(author)) {
            return;
        }
        let growing = self.strokes.entry(key).or_insert_with(|| Growing {
            stroke: PenLine {
                stroke: stroke.id,
                tool: stroke.tool,
                color: stroke.color,
                width: stroke.width,
                points: Vec::new(),
            },
            next: 0,
            seen: now,
            finished: None,
        });
        growing.seen = now;
        if growing.stroke.tool.is_shape() {
            growing.stroke.points = stroke.points.iter().take(2).collect();
            return;
        }
        let from = from as usize;
        let known = growing.next.saturating_sub(from);
        let room = MAX_POINTS.saturating_sub(growing.stroke.points.len());
        growing.stroke.points.extend(stroke.points.iter().skip(known).take(room));
        growing.next = growing.next.max(from + stroke.points.len());
    }

    /// Returns whether there is room for another stroke of this author, without taking that of others.
    fn has_room_for(&self, author: Author) -> bool {
        let grows = |(key, growing): &(&Key, &Growing)| key.0 == author && growing.finished.is_none();
        self.strokes.len() < MAX_STROKES && self.strokes.iter().filter(grows).count() < MAX_STROKES_EACH
    }

    /// Notes that the operation of a stroke was received: the stroke is removed when this change of the picture is painted.
    pub fn finish(&mut self, author: Author, stroke: StrokeId, change: u64) {
        let key = (author, stroke);
        if let Some(growing) = self.strokes.get_mut(&key) {
            growing.finished = Some(change);
        }
        if self.finished.len() == MAX_FINISHED {
            self.finished.pop_front();
        }
        self.finished.push_back(key);
    }

    /// Notes that the picture contains all changes up to this.
    pub fn painted(&mut self, change: u64) {
        self.strokes.retain(|_, growing| growing.finished.is_none_or(|finished| finished > change));
    }

    /// Removes strokes without new points for [`SILENCE`], unless they wait to be painted.
    pub fn expire(&mut self, now: Instant) {
        let grows = |growing: &Growing| now.saturating_duration_since(growing.seen) < SILENCE;
        self.strokes.retain(|_, growing| growing.finished.is_some() || grows(growing));
    }

    /// Removes all strokes.
    pub fn clear(&mut self) {
        self.strokes.clear();
    }

    /// Returns whether there are none.
    pub fn is_empty(&self) -> bool {
        self.strokes.is_empty()
    }

    pub fn strokes(&self) -> impl Iterator<Item = (Key, &PenLine)> {
        self.strokes.iter().map(|(key, growing)| (*key, &growing.stroke))
    }
}

/// Draws a stroke through these points on a frame, at `scale` pixels per logical unit, `origin` away from its corner.
///
/// Its outline is filled: the renderer ignores the width of a *stroked* path in its bounds, and would leave edges on the
/// screen.
pub fn draw(frame: &mut Frame, stroke: &PenLine, points: &[Point], origin: Vector, scale: f32) {
    let color = match stroke.tool {
        Tool::Eraser => Color::WHITE,
        Tool::Pen | Tool::Line | Tool::Rectangle | Tool::Ellipse => palette::shown(stroke.color),
    };
    let Some(outline) = outline(stroke.tool, points, stroke.width, scale) else { return };
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

    fn part(stroke: StrokeId, from: i32, count: i32) -> Stroke {
        let points = Points::new((from..from + count).map(|i| Point::new(i, i)).collect());
        Stroke { id: stroke, tool: Tool::Pen, color: Color([0; 3]), width: 4, points }
    }

    fn lengths(live: &LiveStrokes) -> Vec<usize> {
        live.strokes().map(|(_, stroke)| stroke.points.len()).collect()
    }

    #[test]
    fn a_stroke_grows_whatever_happens_to_its_frames() {
        let (mut live, now) = (LiveStrokes::default(), Instant::now());
        live.add_points(ANA, &part(7, 0, 3), 0, now);
        live.add_points(ANA, &part(7, 0, 3), 0, now);
        assert_eq!(lengths(&live), [3], "a frame twice");
        live.add_points(ANA, &part(7, 2, 3), 2, now);
        assert_eq!(lengths(&live), [5], "a frame that overlaps");
        live.add_points(ANA, &part(7, 9, 2), 9, now);
        assert_eq!(lengths(&live), [7], "after a frame that was lost");
        live.add_points(ANA, &part(7, 5, 2), 5, now);
        assert_eq!(lengths(&live), [7], "a frame that was late");
    }

    #[test]
    fn a_finished_stroke_is_removed_when_it_is_painted_and_does_not_come_back() {
        let (mut live, now) = (LiveStrokes::default(), Instant::now());
        live.add_points(ANA, &part(7, 0, 3), 0, now);
        live.finish(ANA, 7, 5);
        live.painted(4);
        live.expire(now + SILENCE);
        assert_eq!(lengths(&live), [3], "not in the picture yet");
        live.painted(5);
        assert!(live.is_empty());
        live.add_points(ANA, &part(7, 3, 3), 3, now);
        assert!(live.is_empty());
    }

    #[test]
    fn the_last_state_of_a_shape_is_shown() {
        let (mut live, now) = (LiveStrokes::default(), Instant::now());
        for end in [4, 9, 7] {
            let points = Points::new(vec![Point::new(0, 0), Point::new(end, end)]);
            live.add_points(ANA, &Stroke { tool: Tool::Ellipse, points, ..part(7, 0, 1) }, 0, now);
        }
        let shapes: Vec<_> = live.strokes().map(|(_, stroke)| stroke.points.clone()).collect();
        assert_eq!(shapes, [[Point::new(0, 0), Point::new(7, 7)]]);
    }

    #[test]
    fn silent_and_too_many_strokes_are_removed() {
        let (mut live, now) = (LiveStrokes::default(), Instant::now());
        for stroke in 0..1000 {
            live.add_points(ANA, &part(stroke, 0, 2), 0, now);
        }
        assert_eq!(live.strokes().count(), MAX_STROKES_EACH, "the others have room");
        live.finish(ANA, 0, 5);
        live.add_points(ANA, &part(1000, 0, 2), 0, now);
        assert_eq!(live.strokes().count(), MAX_STROKES_EACH + 1, "what is finished does not count");
        for author in 2..=255 {
            live.add_points(Author([author; 32]), &part(0, 0, 2), 0, now);
        }
        assert_eq!(live.strokes().count(), MAX_STROKES);
        live.painted(5);
        live.add_points(ANA, &part(3, 2, 1), 2, now + SILENCE);
        live.expire(now + SILENCE);
        assert_eq!(lengths(&live), [3]);
    }
}
