//! One drawing: how it looks, and how it was drawn, stroke by stroke.

use std::ops::Range;
use std::time::{Duration, Instant};

use iced::Size;
use inkmesh::canvas::{CanvasStep, Drawn};
use inkmesh::gallery::DrawingKey;

use crate::window::ink::lens::Lens;
use crate::window::ink::live::Line;
use crate::window::ink::painter::{Job, Painted};
use crate::window::ink::picture::Picture;

/// Slowest and fastest, as powers of two of the usual speed.
pub const SPEEDS: std::ops::RangeInclusive<f32> = -2.0..=3.0;
/// How long a hand takes for a point of a line, in seconds.
const POINT: f32 = 0.012;
/// How long a stroke takes at least and at most, in seconds.
const STROKE: (f32, f32) = (0.2, 2.5);
/// How long a shape or a fill takes, in seconds.
const SHAPE: f32 = 0.4;
/// Longest step of time that is played at once: the window may have been hidden.
const LONGEST: Duration = Duration::from_millis(250);

/// A drawing that is looked at.
#[derive(Debug)]
pub struct Replay {
    key: DrawingKey,
    marks: Vec<Drawn>,
    /// The marks of each stroke: a long one is several.
    strokes: Vec<Range<usize>>,
    picture: Picture,
    lens: Lens,
    /// How many strokes are done.
    done: usize,
    /// How much of the next one is, from 0 to 1.
    part: f32,
    /// How many marks the painter was told of.
    shown: usize,
    /// How many strokes those were with which change; the last is the newest.
    told: Vec<(u64, usize)>,
    /// How many strokes are in the picture.
    painted: usize,
    /// When time was last looked at, while it plays.
    playing: Option<Instant>,
    /// As a power of two.
    speed: f32,
}

/// What is done with it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Press {
    /// Play, or rest.
    Play,
    /// Show so many strokes.
    Seek(usize),
    /// So many strokes on, or back.
    Step(isize),
    /// Play at this speed, a power of two.
    Speed(f32),
}

impl Replay {
    /// A drawing as it is in the end.
    pub fn new(key: DrawingKey, marks: Vec<Drawn>, scale_factor: f32) -> Self {
        let strokes = strokes(&marks);
        let mut replay = Replay {
            key,
            done: strokes.len(),
            strokes,
            marks,
            picture: Picture::new(),
            lens: Lens::new(scale_factor),
            part: 0.0,
            shown: 0,
            told: Vec::new(),
            painted: 0,
            playing: None,
            speed: 0.0,
        };
        replay.tell();
        replay
    }

    /// Which drawing it is.
    pub fn key(&self) -> DrawingKey {
        self.key
    }

    /// Its picture.
    pub fn picture(&self) -> &Picture {
        &self.picture
    }

    /// How it is looked at.
    pub fn lens(&self) -> Lens {
        self.lens
    }

    /// How many strokes are shown whole, of how many.
    pub fn place(&self) -> (usize, usize) {
        (self.done, self.strokes.len())
    }

    /// The speed, as a power of two.
    pub fn speed(&self) -> f32 {
        self.speed
    }

    /// Whether it is being drawn again.
    pub fn plays(&self) -> bool {
        self.playing.is_some()
    }

    /// There is this much room for it.
    pub fn resize(&mut self, area: Size) {
        let factor = self.lens.scale_factor();
        self.lens.resize(area, factor);
        self.picture.want(self.lens.wanted());
    }

    /// Does something with it.
    pub fn press(&mut self, press: Press, now: Instant) {
        match press {
            Press::Play if self.plays() => self.playing = None,
            Press::Play => self.play(now),
            Press::Seek(stroke) => self.seek(stroke),
            Press::Step(by) => {
                self.playing = None;
                // What is half done is done first, or undone.
                let by = if by < 0 && self.part > 0.0 { by + 1 } else { by };
                self.seek(self.done.saturating_add_signed(by));
            }
            Press::Speed(speed) => self.speed = speed.clamp(*SPEEDS.start(), *SPEEDS.end()),
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
        self.tell();
    }

    /// Time went by.
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
            self.tell();
        }
        if self.done == self.strokes.len() {
            self.playing = None;
        }
    }

    /// How long a stroke takes.
    fn seconds(&self, stroke: Range<usize>) -> f32 {
        let points: Option<usize> = self.marks[stroke].iter().map(|drawn| line_points(&drawn.step)).sum();
        points.map_or(SHAPE, |points| (points as f32 * POINT).clamp(STROKE.0, STROKE.1))
    }

    /// Tells the painter how many strokes are done: the new ones, or when some are undone all that are left.
    fn tell(&mut self) {
        let marks = self.strokes[..self.done].last().map_or(0, |stroke| stroke.end);
        match self.marks.get(self.shown..marks) {
            Some([]) => return,
            Some(new) => new.iter().for_each(|drawn| self.picture.add(drawn.clone())),
            None => self.picture.show(self.marks[..marks].to_vec()),
        }
        self.shown = marks;
        self.told.push((self.picture.changes(), self.done));
    }

    /// What is to be painted now.
    pub fn work(&mut self) -> Option<Job> {
        self.picture.work()
    }

    /// Something was painted; it may be for another picture.
    pub fn painted(&mut self, painted: Painted) {
        let Some(change) = self.picture.painted(painted) else { return };
        let (known, new): (Vec<_>, Vec<_>) = self.told.drain(..).partition(|(told, _)| *told <= change);
        self.told = new;
        self.painted = known.last().map_or(self.painted, |(_, done)| *done);
    }

    /// Lines over the picture: strokes that it has not yet, and the one that is being drawn.
    pub fn growing(&self) -> impl Iterator<Item = Line> {
        let done = self.strokes.get(self.painted..self.done).unwrap_or_default();
        let whole = done.iter().filter_map(|stroke| self.line(stroke.clone(), 1.0));
        let next = self.strokes.get(self.done).filter(|_| self.part > 0.0);
        whole.chain(next.and_then(|stroke| self.line(stroke.clone(), self.part)))
    }

    fn line(&self, stroke: Range<usize>, part: f32) -> Option<Line> {
        let marks = &self.marks[stroke];
        let first = marks.first()?.step.ink()?;
        let mut points: Vec<_> =
            marks.iter().filter_map(|drawn| drawn.step.ink()).flat_map(|ink| ink.points.iter()).collect();
        if !first.tool.is_shape() {
            points.truncate((points.len() as f32 * part).ceil() as usize);
        } else if part < 1.0 {
            return None;
        }
        Some(Line { tool: first.tool, color: first.color, width: first.width, points })
    }
}

/// How many points a line has; `None`: it is none.
fn line_points(step: &CanvasStep) -> Option<usize> {
    step.ink().filter(|ink| !ink.tool.is_shape()).map(|ink| ink.points.len())
}

/// Marks that are parts of one stroke, one after the other.
fn strokes(marks: &[Drawn]) -> Vec<Range<usize>> {
    let mut strokes: Vec<Range<usize>> = Vec::new();
    for (at, drawn) in marks.iter().enumerate() {
        let same = |stroke: &Range<usize>| {
            let last = &marks[stroke.end - 1];
            let lines = line_points(&last.step).is_some() && line_points(&drawn.step).is_some();
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
    use inkmesh::canvas::{Color, Ink, Point, Points, SheetId, Tool};
    use inkmesh::identity::Author;
    use inkmesh::operation::OperationId;

    use super::*;
    use crate::window::ink::painter::Steps;

    fn drawn(id: u8, step: CanvasStep) -> Drawn {
        Drawn { id: OperationId([id; 32]), author: Author([1; 32]), step }
    }

    fn line(id: u8, stroke: u64, points: i32) -> Drawn {
        let points = Points::new((0..points).map(|x| Point::new(x * 40, 40)).collect());
        drawn(id, CanvasStep::Ink(Ink { stroke, tool: Tool::Pen, color: Color([0; 3]), width: 8, points }))
    }

    /// A stroke in two parts, a fill, and a line of a second.
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
        assert_eq!((replay.place(), painted_marks(&replay)), ((3, 3), 4));
        let mut seen = Vec::new();
        for _ in 0..4 {
            replay.press(Press::Step(-1), now);
            paint(&mut replay);
            seen.push((replay.place().0, painted_marks(&replay)));
        }
        assert_eq!(seen, [(2, 3), (1, 2), (0, 0), (0, 0)]);
        replay.press(Press::Seek(99), now);
        paint(&mut replay);
        assert_eq!((replay.place().0, painted_marks(&replay)), (3, 4));
    }

    #[test]
    fn the_painter_is_told_only_what_is_new() {
        let (mut replay, now) = (replay(), Instant::now());
        let mut told = |press| {
            replay.press(press, now);
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
        assert_eq!(told(Press::Seek(0)), (Some((true, 0)), 0));
        assert_eq!(told(Press::Step(1)), (Some((false, 2)), 2));
        assert_eq!(told(Press::Seek(3)), (Some((false, 2)), 4));
        assert_eq!(told(Press::Seek(3)), (None, 4));
        assert_eq!(told(Press::Step(-1)), (Some((true, 3)), 3));
    }

    #[test]
    fn it_plays_from_the_beginning_to_the_end() {
        let (mut replay, start) = (replay(), Instant::now());
        replay.press(Press::Play, start);
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
        assert_eq!((replay.place().0, painted_marks(&replay)), (3, 4));
        assert_eq!(grew.len(), 1, "done, but not painted: {grew:?}");
        assert_eq!(replay.growing().count(), 0);
    }

    #[test]
    fn speed_and_rest() {
        for (speed, frames) in [(3.0, 4..=6), (-2.0, 128..=136), (-9.0, 128..=136)] {
            let (mut replay, start) = (replay(), Instant::now());
            replay.press(Press::Speed(speed), start);
            replay.press(Press::Play, start);
            let mut count = 0;
            while replay.plays() && count < 1000 {
                count += 1;
                replay.frame(start + Duration::from_millis(count * 50));
            }
            assert!(frames.contains(&count), "{speed}: {count}");
        }
        let (mut replay, start) = (replay(), Instant::now());
        replay.press(Press::Play, start);
        replay.frame(start + Duration::from_millis(100));
        let lines = |replay: &Replay| replay.growing().map(|line| line.points.len()).collect::<Vec<_>>();
        assert_eq!(lines(&replay), [9], "of twenty points in 0.24 s");
        replay.press(Press::Play, start);
        replay.frame(start + Duration::from_secs(9));
        assert!(!replay.plays() && lines(&replay) == [9], "it rests");
        replay.press(Press::Step(-1), start);
        assert_eq!((replay.place().0, lines(&replay)), (0, vec![]), "what was half done is undone");
    }
}
