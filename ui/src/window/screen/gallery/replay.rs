//! One drawing, and its replay stroke by stroke.

use std::ops::Range;
use std::time::{Duration, Instant};

use iced::Size;
use inkmesh::canvas::{CanvasStep, Drawn};
use inkmesh::event::PenLine;
use inkmesh::gallery::DrawingKey;

use crate::window::render::painter::{Job, Painted};
use crate::window::render::picture::Picture;
use crate::window::render::viewport::Viewport;

/// The slowest and the highest speed, as powers of two.
pub const SPEEDS: std::ops::RangeInclusive<f32> = -2.0..=3.0;
/// The time that a point of a pen stroke takes, in seconds.
const POINT: f32 = 0.012;
/// The shortest and the longest duration of a pen stroke, in seconds.
const STROKE: (f32, f32) = (0.2, 2.5);
/// The time that a shape or a fill takes, in seconds.
const SHAPE: f32 = 0.4;
/// The longest step of time that is replayed at once: the window may have been hidden.
const LONGEST: Duration = Duration::from_millis(250);

/// The open drawing.
#[derive(Debug)]
pub struct Replay {
    pub key: DrawingKey,
    /// All strokes and fills of the drawing.
    marks: Vec<Drawn>,
    /// The range in `marks` of each stroke: a long stroke is stored in several parts.
    strokes: Vec<Range<usize>>,
    pub picture: Picture,
    /// The part of the picture that is in view.
    pub viewport: Viewport,
    /// The number of strokes that are drawn.
    done: usize,
    /// The part of the next stroke that is drawn, from 0 to 1.
    part: f32,
    /// The number of marks that were sent to the painter.
    sent: usize,
    /// The changes of the picture that are not painted, the newest last, each with its number of strokes.
    unpainted: Vec<(u64, usize)>,
    /// The number of strokes in the picture.
    painted: usize,
    /// The time of the last frame, while it plays.
    playing: Option<Instant>,
    /// The speed, as a power of two.
    pub speed: f32,
}

/// A control of the replay.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Control {
    /// Play, or pause.
    Play,
    /// Show the first so many strokes.
    Seek(usize),
    /// Go so many strokes forward, or back.
    Step(isize),
    /// Play at this speed, a power of two.
    Speed(f32),
}

impl Replay {
    /// Opens a drawing with all of its strokes.
    pub fn new(key: DrawingKey, marks: Vec<Drawn>, scale_factor: f32) -> Self {
        let strokes = strokes(&marks);
        let mut replay = Replay {
            key,
            done: strokes.len(),
            strokes,
            marks,
            picture: Picture::new(),
            viewport: Viewport::new(scale_factor),
            part: 0.0,
            sent: 0,
            unpainted: Vec::new(),
            painted: 0,
            playing: None,
            speed: 0.0,
        };
        replay.send();
        replay
    }

    /// Returns the number of strokes that are drawn, and of all strokes.
    pub fn progress(&self) -> (usize, usize) {
        (self.done, self.strokes.len())
    }

    /// Returns whether the drawing is being replayed.
    pub fn plays(&self) -> bool {
        self.playing.is_some()
    }

    /// Sets the size of the space for the drawing.
    pub fn resize(&mut self, area: Size) {
        let factor = self.viewport.scale_factor;
        self.viewport.resize(area, factor);
        self.picture.want(self.viewport.wanted());
    }

    pub fn control(&mut self, control: Control, now: Instant) {
        match control {
            Control::Play if self.plays() => self.playing = None,
            Control::Play => self.play(now),
            Control::Seek(stroke) => self.seek(stroke),
            Control::Step(by) => {
                self.playing = None;
                // A stroke that is drawn in part is completed, or removed.
                let by = if by < 0 && self.part > 0.0 { by + 1 } else { by };
                self.seek(self.done.saturating_add_signed(by));
            }
            Control::Speed(speed) => self.speed = speed.clamp(*SPEEDS.start(), *SPEEDS.end()),
        }
    }

    fn play(&mut self, now: Instant) {
        if self.done == self.strokes.len() {
            self.seek(0);
        }
        self.playing = Some(now);
    }

    fn seek(&mut self, stroke: usize) {
        (self.done, self.part) = (stroke.min(self.strokes.len()), 0.0);
        self.send();
    }

    /// Replays the time since the last frame.
    pub fn frame(&mut self, now: Instant) {
        let Some(last) = self.playing.replace(now) else {
            self.playing = None;
            return;
        };
        let mut time = now.saturating_duration_since(last).min(LONGEST).as_secs_f32() * self.speed.exp2();
        let before = self.done;
        while let Some(stroke) = self.strokes.get(self.done) {
            let length = self.seconds(stroke.clone());
            let left = (1.0 - self.part) * length;
            if time < left {
                self.part += time / length;
                break;
            }
            time -= left;
            (self.done, self.part) = (self.done + 1, 0.0);
        }
        if self.done != before {
            self.send();
        }
        if self.done == self.strokes.len() {
            self.playing = None;
        }
    }

    /// Returns the duration of a stroke, in seconds.
    fn seconds(&self, stroke: Range<usize>) -> f32 {
        let points: Option<usize> = self.marks[stroke].iter().map(|drawn| pen_points(&drawn.step)).sum();
        points.map_or(SHAPE, |points| (points as f32 * POINT).clamp(STROKE.0, STROKE.1))
    }

    /// Sends the painter the new strokes, or all that are left when some were removed.
    fn send(&mut self) {
        let marks = self.strokes[..self.done].last().map_or(0, |stroke| stroke.end);
        match self.marks.get(self.sent..marks) {
            Some([]) => return,
            Some(new) => new.iter().for_each(|drawn| self.picture.add(drawn.clone())),
            None => self.picture.show(self.marks[..marks].to_vec()),
        }
        self.sent = marks;
        self.unpainted.push((self.picture.changes(), self.done));
    }

    /// Returns what is to be painted now.
    pub fn work(&mut self) -> Option<Job> {
        self.picture.work()
    }

    /// Takes what a painter made. It may be for another picture.
    pub fn painted(&mut self, painted: Painted) {
        let Some(change) = self.picture.painted(painted) else { return };
        let (known, new): (Vec<_>, Vec<_>) = self.unpainted.drain(..).partition(|(since, _)| *since <= change);
        self.unpainted = new;
        self.painted = known.last().map_or(self.painted, |(_, done)| *done);
    }

    /// Returns the strokes to draw over the picture: those that are not painted yet, and the one that is being drawn.
    pub fn growing(&self) -> impl Iterator<Item = PenLine> {
        let done = self.strokes.get(self.painted..self.done).unwrap_or_default();
        let whole = done.iter().filter_map(|stroke| self.line(stroke.clone(), 1.0));
        let next = self.strokes.get(self.done).filter(|_| self.part > 0.0);
        whole.chain(next.and_then(|stroke| self.line(stroke.clone(), self.part)))
    }

    fn line(&self, stroke: Range<usize>, part: f32) -> Option<PenLine> {
        let marks = &self.marks[stroke];
        let first = marks.first()?.step.stroke()?;
        let mut points: Vec<_> =
            marks.iter().filter_map(|drawn| drawn.step.stroke()).flat_map(|stroke| stroke.points.iter()).collect();
        if !first.tool.is_shape() {
            points.truncate((points.len() as f32 * part).ceil() as usize);
        } else if part < 1.0 {
            return None;
        }
        Some(PenLine { stroke: first.id, tool: first.tool, color: first.color, width: first.width, points })
    }
}

/// Returns the number of points of a pen stroke; `None` for anything else.
fn pen_points(step: &CanvasStep) -> Option<usize> {
    step.stroke().filter(|stroke| !stroke.tool.is_shape()).map(|stroke| stroke.points.len())
}

/// Returns the range of each stroke. Consecutive parts of one stroke are one range.
fn strokes(marks: &[Drawn]) -> Vec<Range<usize>> {
    let mut strokes: Vec<Range<usize>> = Vec::new();
    for (at, drawn) in marks.iter().enumerate() {
        let same = |stroke: &Range<usize>| {
            let last = &marks[stroke.end - 1];
            let lines = pen_points(&last.step).is_some() && pen_points(&drawn.step).is_some();
            lines && drawn.continues(last)
        };
        match strokes.last_mut().filter(|stroke| same(stroke)) {
            Some(stroke) => stroke.end = at + 1,
            None => strokes.push(at..at + 1),
        }
    }
    strokes
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use inkmesh::canvas::{Color, Point, Points, SheetId, Stroke, Tool};
    use inkmesh::identity::Author;
    use inkmesh::operation::OperationId;

    use super::*;
    use crate::window::render::painter::Steps;

    fn drawn(id: u8, step: CanvasStep) -> Drawn {
        Drawn { id: OperationId([id; 32]), author: Author([1; 32]), step }
    }

    fn line(id: u8, stroke: u64, points: i32) -> Drawn {
        let points = Points::new((0..points).map(|x| Point::new(x * 40, 40)).collect());
        drawn(id, CanvasStep::Stroke(Stroke { id: stroke, tool: Tool::Pen, color: Color([0; 3]), width: 8, points }))
    }

    /// Returns a replay of a stroke in two parts, a fill, and a stroke of a second.
    fn replay() -> Replay {
        let fill = CanvasStep::Fill { stroke: 8, at: Point::new(9, 900), color: Color([9; 3]) };
        let marks = vec![line(1, 7, 10), line(2, 7, 10), drawn(3, fill), line(4, 9, 83)];
        let key = DrawingKey { sheet: SheetId::Free, first: OperationId([1; 32]) };
        let mut replay = Replay::new(key, marks, 1.0);
        replay.resize(Size::new(400.0, 300.0));
        paint(&mut replay);
        replay
    }

    fn paint(replay: &mut Replay) {
        while let Some(job) = replay.work() {
            replay.painted(job.run());
        }
    }

    fn painted_marks(replay: &Replay) -> usize {
        replay.picture.sheet().unwrap().steps().len()
    }

    #[test]
    fn the_parts_of_a_stroke_come_together() {
        let (mut replay, now) = (replay(), Instant::now());
        assert_eq!((replay.progress(), painted_marks(&replay)), ((3, 3), 4));
        let mut seen = Vec::new();
        for _ in 0..4 {
            replay.control(Control::Step(-1), now);
            paint(&mut replay);
            seen.push((replay.progress().0, painted_marks(&replay)));
        }
        assert_eq!(seen, [(2, 3), (1, 2), (0, 0), (0, 0)]);
        replay.control(Control::Seek(99), now);
        paint(&mut replay);
        assert_eq!((replay.progress().0, painted_marks(&replay)), (3, 4));
    }

    #[test]
    fn the_painter_is_sent_only_new_strokes() {
        let (mut replay, now) = (replay(), Instant::now());
        let mut sent = |control| {
            replay.control(control, now);
            let steps = replay.work().map(|job| {
                let steps = match &job.steps {
                    Steps::More(steps) => (false, steps.len()),
                    Steps::All(steps) => (true, steps.len()),
                };
                replay.painted(job.run());
                steps
            });
            (steps, painted_marks(&replay))
        };
        assert_eq!(sent(Control::Seek(0)), (Some((true, 0)), 0));
        assert_eq!(sent(Control::Step(1)), (Some((false, 2)), 2));
        assert_eq!(sent(Control::Seek(3)), (Some((false, 2)), 4));
        assert_eq!(sent(Control::Seek(3)), (None, 4));
        assert_eq!(sent(Control::Step(-1)), (Some((true, 3)), 3));
    }

    #[test]
    fn it_plays_from_the_beginning_to_the_end() {
        let (mut replay, start) = (replay(), Instant::now());
        replay.control(Control::Play, start);
        assert!(replay.plays());
        let mut frames = 0;
        let mut grew = Vec::new();
        while replay.plays() {
            frames += 1;
            replay.frame(start + Duration::from_millis(frames * 50));
            grew.extend(replay.growing().filter(|line| line.points.len() == 83).map(|_| frames));
            paint(&mut replay);
            assert!(frames < 1000);
        }
        // A stroke of 0.24 s, a fill of 0.4 s, a line of 1 s.
        assert!((32..=35).contains(&frames), "{frames}");
        assert_eq!((replay.progress().0, painted_marks(&replay)), (3, 4));
        assert_eq!(grew.len(), 1, "done, but not painted: {grew:?}");
        assert_eq!(replay.growing().count(), 0);
    }

    #[test]
    fn it_has_speeds_and_pauses() {
        for (speed, frames) in [(3.0, 4..=6), (-2.0, 128..=136), (-9.0, 128..=136)] {
            let (mut replay, start) = (replay(), Instant::now());
            replay.control(Control::Speed(speed), start);
            replay.control(Control::Play, start);
            let mut count = 0;
            while replay.plays() && count < 1000 {
                count += 1;
                replay.frame(start + Duration::from_millis(count * 50));
            }
            assert!(frames.contains(&count), "{speed}: {count}");
        }
        let (mut replay, start) = (replay(), Instant::now());
        replay.control(Control::Play, start);
        replay.frame(start + Duration::from_millis(100));
        let lines = |replay: &Replay| replay.growing().map(|line| line.points.len()).collect::<Vec<_>>();
        assert_eq!(lines(&replay), [9], "of twenty points in 0.24 s");
        replay.control(Control::Play, start);
        replay.frame(start + Duration::from_secs(9));
        assert!(!replay.plays() && lines(&replay) == [9], "it pauses");
        replay.control(Control::Step(-1), start);
        assert_eq!((replay.progress().0, lines(&replay)), (0, vec![]), "a part of a stroke is removed");
    }
}
