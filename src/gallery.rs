//! Projection: the drawings that a room has ever seen, from all its steps.
//!
//! The sheet of a turn is one drawing, as it was at the end; if it was cleared last, as it was before. The room's own
//! sheet is one drawing after another: each ends with a clear that was not undone.

mod told;

use std::collections::VecDeque;
use std::sync::Arc;

pub use told::Told;

use crate::canvas::{CanvasStep, Drawn, SheetId, UndoHistory};
use crate::fold::{State, Step, StepBody};
use crate::identity::Author;
use crate::operation::OperationId;

/// Names a drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DrawingKey {
    /// The sheet it is on.
    pub sheet: SheetId,
    /// Its first mark.
    pub first: OperationId,
}

/// A drawing: at least one mark that can be seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawing {
    /// Its name.
    pub key: DrawingKey,
    /// Who drew it, in the order of their first marks. Of a turn: the drawer.
    pub authors: Vec<Author>,
    /// When the first mark was made, in milliseconds since 1970 by the log's clock.
    pub from_ms: u64,
    /// When the last one was made.
    pub to_ms: u64,
    /// How many operations with marks can be seen: those that were not undone.
    pub marks: usize,
    /// The word that was drawn, if it was told.
    pub told: Option<Told>,
}

/// All drawings of a room at some moment. Clones are cheap.
#[derive(Debug, Clone, Default)]
pub struct Gallery(Arc<Vec<(Drawing, Vec<Drawn>)>>);

impl Gallery {
    /// From all steps of a room in the log's order, each once.
    #[must_use]
    pub fn new(steps: Vec<Step>) -> Self {
        let mut told = told::told_words(&steps);
        let mut all = Vec::new();
        sweep(steps, |sheet, marks| {
            if let Some(mut drawing) = drawing(sheet, &marks) {
                drawing.told = told.remove(&sheet);
                all.push((drawing, marks.into_iter().map(|taken| taken.drawn).collect()));
            }
        });
        all.sort_by_key(|(drawing, _): &(Drawing, Vec<Drawn>)| drawing.from_ms);
        Gallery(Arc::new(all))
    }

    /// Whether nothing was ever drawn.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The drawings, by the time of their first marks.
    pub fn drawings(&self) -> impl ExactSizeIterator<Item = &Drawing> {
        self.0.iter().map(|(drawing, _)| drawing)
    }

    /// The marks of a drawing that can be seen, in order; none of one that isn't here.
    #[must_use]
    pub fn marks(&self, key: DrawingKey) -> &[Drawn] {
        self.0.iter().find(|(drawing, _)| drawing.key == key).map_or(&[], |(_, marks)| marks)
    }
}

fn drawing(sheet: SheetId, marks: &[Taken]) -> Option<Drawing> {
    let (first, last) = marks.first().zip(marks.last())?;
    let mut authors: Vec<Author> = Vec::new();
    for taken in marks {
        if !authors.contains(&taken.drawn.author) {
            authors.push(taken.drawn.author);
        }
    }
    let key = DrawingKey { sheet, first: first.drawn.id };
    Some(Drawing { key, authors, from_ms: first.ms, to_ms: last.ms, marks: marks.len(), told: None })
}

/// A step on a sheet that counted.
struct Taken {
    ms: u64,
    drawn: Drawn,
    /// Whether it is a mark that done.
    done: bool,
}

impl Taken {
    fn clears(&self) -> bool {
        self.done && matches!(self.drawn.step, CanvasStep::Clear { .. })
    }
}

/// A sheet whose drawing may still change.
struct Open {
    sheet: SheetId,
    undo: UndoHistory,
    steps: VecDeque<Taken>,
    /// How many steps of the sheet were finished and are gone.
    gone: usize,
}

impl Open {
    fn new(sheet: SheetId) -> Self {
        Open { sheet, undo: UndoHistory::default(), steps: VecDeque::new(), gone: 0 }
    }

    fn take(&mut self, ms: u64, drawn: Drawn) {
        let changed = self.undo.push(drawn.author, &drawn.step);
        self.steps.push_back(Taken { ms, done: drawn.step.is_mark(), drawn });
        for at in changed {
            // What is gone is settled, and doesn't change.
            if let Some(taken) = at.checked_sub(self.gone).and_then(|at| self.steps.get_mut(at)) {
                taken.done = !taken.done;
            }
        }
    }

    /// Takes out the steps up to the last clear that can't be undone any more.
    fn settled(&mut self) -> Vec<Taken> {
        let count = self.undo.settled_clear().map_or(0, |clear| (clear + 1).saturating_sub(self.gone));
        self.gone += count;
        self.steps.drain(..count).collect()
    }
}

/// Tells `finished` the marks of each drawing that can be seen in it; there may be none.
fn sweep(steps: impl IntoIterator<Item = Step>, mut finished: impl FnMut(SheetId, Vec<Taken>)) {
    let mut state = State::default();
    let (mut free, mut turn) = (Open::new(SheetId::Free), None::<Open>);
    for step in steps {
        let effect = state.take(&step);
        let (ms, id, author) = (step.key.time.ms(), step.id, step.author());
        let StepBody::Canvas(sheet, done) = step.body else { continue };
        if !effect.counts() {
            continue;
        }
        let drawn = Drawn { id, author, step: done };
        if sheet == SheetId::Free {
            free.take(ms, drawn);
            cut(free.settled(), |marks| finished(SheetId::Free, marks));
            continue;
        }
        // Ink counts only on the sheet of the turn that runs: the one before is finished.
        if let Some(last) = turn.take_if(|open| open.sheet != sheet) {
            finish_turn(last, &mut finished);
        }
        turn.get_or_insert_with(|| Open::new(sheet)).take(ms, drawn);
    }
    turn.into_iter().for_each(|last| finish_turn(last, &mut finished));
    cut(free.steps.into(), |marks| finished(SheetId::Free, marks));
}

fn finish_turn(turn: Open, finished: &mut impl FnMut(SheetId, Vec<Taken>)) {
    let mut last = Vec::new();
    cut(turn.steps.into(), |marks| {
        if !marks.is_empty() {
            last = marks;
        }
    });
    finished(turn.sheet, last);
}

/// Tells `drawn` the marks between clears.
fn cut(steps: Vec<Taken>, mut drawn: impl FnMut(Vec<Taken>)) {
    let mut marks = Vec::new();
    for taken in steps {
        if taken.clears() {
            drawn(std::mem::take(&mut marks));
        } else if taken.done {
            marks.push(taken);
        }
    }
    drawn(marks);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canvas::{Color, Ink, Point, Points, Tool, UNDO_REACH};
    use crate::clock::Timestamp;
    use crate::operation::{ChainId, OrderKey};

    const ANA: Author = Author([1; 32]);
    const BEN: Author = Author([2; 32]);

    fn ink(stroke: u64) -> CanvasStep {
        let points = Points::new(vec![Point::new(1, 2)]);
        CanvasStep::Ink(Ink { stroke, tool: Tool::Pen, color: Color::default(), width: 4, points })
    }

    fn id(n: u64) -> OperationId {
        OperationId(blake3::hash(&n.to_be_bytes()).into())
    }

    /// One step a second on the room's own sheet.
    fn log(steps: Vec<(Author, CanvasStep)>) -> Vec<Step> {
        let at = |(n, (author, step)): (u64, (Author, CanvasStep))| {
            let chain = ChainId { author, log: 0 };
            let key = OrderKey { time: Timestamp::from_ms(n * 1_000), chain, seq: n, id: 0 };
            Step { key, id: id(n), body: StepBody::Canvas(SheetId::Free, step), proven: true }
        };
        (0..).zip(steps).map(at).collect()
    }

    #[test]
    fn a_clear_ends_a_drawing_unless_it_is_undone() {
        let clear = |stroke| CanvasStep::Clear { stroke };
        let mut steps = vec![
            (ANA, clear(0)),
            (BEN, ink(1)),
            (ANA, ink(2)),
            (BEN, ink(1)),
            (ANA, clear(3)),
            (BEN, ink(4)),
            (BEN, CanvasStep::Undo { stroke: 4 }),
            (BEN, clear(5)),
            (ANA, ink(6)),
        ];
        let gallery = Gallery::new(log(steps.clone()));
        let all: Vec<_> = gallery.drawings().cloned().collect();
        let key = |first| DrawingKey { sheet: SheetId::Free, first: id(first) };
        let first =
            Drawing { key: key(1), authors: vec![BEN, ANA], from_ms: 1_000, to_ms: 3_000, marks: 3, told: None };
        let second = Drawing { key: key(8), authors: vec![ANA], from_ms: 8_000, to_ms: 8_000, marks: 1, told: None };
        assert_eq!(all, [first, second]);
        let ids = |key| gallery.marks(key).iter().map(|drawn| drawn.id).collect::<Vec<_>>();
        assert_eq!(ids(key(1)), [1, 2, 3].map(id));
        assert_eq!(ids(key(2)), []);
        steps.push((ANA, CanvasStep::Undo { stroke: 3 }));
        assert_eq!(Gallery::new(log(steps)).drawings().map(|drawing| drawing.marks).collect::<Vec<_>>(), [3, 1]);
    }

    #[test]
    fn a_drawer_who_clears_at_the_end_leaves_what_was_there_before() {
        let sheet = SheetId::Turn { game: id(0), turn: 0 };
        let drawing = |steps: &[CanvasStep]| {
            let mut open = Open::new(sheet);
            for (n, step) in (1..).zip(steps) {
                open.take(n, Drawn { id: id(n), author: ANA, step: step.clone() });
            }
            let mut found = Vec::new();
            finish_turn(open, &mut |of, marks| {
                assert_eq!(of, sheet);
                found.extend(marks.into_iter().map(|taken| taken.drawn.id));
            });
            found
        };
        let clear = |stroke| CanvasStep::Clear { stroke };
        let steps = [ink(1), clear(2), ink(3), ink(4), clear(5), clear(6), CanvasStep::Undo { stroke: 6 }];
        assert_eq!(drawing(&steps), [3, 4].map(id));
        assert_eq!(drawing(&steps[..3]), [3].map(id), "what was cleared before is not part of it");
        assert_eq!(drawing(&[clear(1)]), []);
    }

    #[test]
    fn what_settles_on_the_way_is_what_there_is_at_the_end() {
        let clear_every = 700;
        let step = |n: u64| match n {
            _ if n.is_multiple_of(clear_every) => CanvasStep::Clear { stroke: n },
            _ if n % clear_every == 5 => CanvasStep::Undo { stroke: n - 5 - n / clear_every % 3 },
            _ => ink(n),
        };
        let steps: Vec<_> = (0..4 * UNDO_REACH as u64).map(|n| (ANA, step(n))).collect();
        // All at once, as if nothing ever settled.
        let mut undo = UndoHistory::default();
        let mut done: Vec<bool> = Vec::new();
        for (author, step) in &steps {
            let changed = undo.push(*author, step);
            done.push(step.is_mark());
            changed.into_iter().for_each(|at| done[at] = !done[at]);
        }
        let (mut counts, mut count) = (Vec::new(), 0);
        for ((_, step), done) in steps.iter().zip(done) {
            match step {
                CanvasStep::Clear { .. } if done => counts.push(std::mem::take(&mut count)),
                _ => count += usize::from(done && step.is_mark()),
            }
        }
        counts.push(count);
        counts.retain(|count| *count > 0);
        assert!(counts.len() > 10 && counts.iter().any(|count| *count > clear_every as usize), "{counts:?}");
        let found = Gallery::new(log(steps));
        assert_eq!(found.drawings().map(|drawing| drawing.marks).collect::<Vec<_>>(), counts);
    }
}
