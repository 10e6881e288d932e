//! Projection: all drawings of a room, from all its steps.
//!
//! The sheet of a turn is one drawing, as it was at the end, or before the last clear if that came at the end. The free
//! sheet is a sequence of drawings: each ends with a clear that was not undone.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use crate::canvas::{CanvasStep, Drawn, SheetId, UndoHistory};
use crate::fold::{State, Step, StepBody};
use crate::game::{Game, GameStep};
use crate::identity::Author;
use crate::operation::OperationId;
use crate::words::Word;

/// The id of a drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DrawingKey {
    /// The sheet that it is on.
    pub sheet: SheetId,
    /// Its first mark.
    pub first: OperationId,
}

/// A drawing, which has at least one visible mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawing {
    /// Its id.
    pub key: DrawingKey,
    /// Its authors, in the order of their first marks; for a turn the drawer.
    pub authors: Vec<Author>,
    /// The time of the first mark, in milliseconds since 1970 by the log's clock.
    pub from_ms: u64,
    /// The time of the last mark.
    pub to_ms: u64,
    /// The number of operations with visible marks.
    pub marks: usize,
    /// The word, if it is a drawing of a turn whose drawer revealed it truly.
    pub revealed: Option<RevealedWord>,
}

/// The word of a turn of a quiz, revealed at the end as it had been locked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevealedWord {
    /// The word.
    pub word: Word,
    /// The guessers who solved it, in the order of their receipts.
    pub solved: Vec<Author>,
}

/// All drawings of a room at one moment. Clones are cheap.
#[derive(Debug, Clone, Default)]
pub struct Gallery(Arc<Vec<(Drawing, Vec<Drawn>)>>);

impl Gallery {
    /// Makes the gallery from all steps of a room in the log's order, each once.
    #[must_use]
    pub fn new(steps: Vec<Step>) -> Self {
        let mut all = Vec::new();
        let mut revealed = sweep(steps, |sheet, marks| {
            let drawing = drawing(sheet, &marks);
            all.extend(drawing.map(|drawing| (drawing, marks.into_iter().map(|step| step.drawn).collect())));
        });
        all.iter_mut().for_each(|(drawing, _)| drawing.revealed = revealed.remove(&drawing.key.sheet));
        all.sort_by_key(|(drawing, _): &(Drawing, Vec<Drawn>)| drawing.from_ms);
        Gallery(Arc::new(all))
    }

    /// Returns whether there are no drawings.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the drawings, by the time of their first marks.
    pub fn drawings(&self) -> impl ExactSizeIterator<Item = &Drawing> {
        self.0.iter().map(|(drawing, _)| drawing)
    }

    /// Returns the visible marks of a drawing, in order; none for an unknown one.
    #[must_use]
    pub fn marks(&self, key: DrawingKey) -> &[Drawn] {
        self.0.iter().find(|(drawing, _)| drawing.key == key).map_or(&[], |(_, marks)| marks)
    }
}

fn drawing(sheet: SheetId, marks: &[SheetStep]) -> Option<Drawing> {
    let (first, last) = marks.first().zip(marks.last())?;
    let mut authors: Vec<Author> = Vec::new();
    for mark in marks {
        if !authors.contains(&mark.drawn.author) {
            authors.push(mark.drawn.author);
        }
    }
    let key = DrawingKey { sheet, first: first.drawn.id };
    Some(Drawing { key, authors, from_ms: first.ms, to_ms: last.ms, marks: marks.len(), revealed: None })
}

/// A step on a sheet that counts.
struct SheetStep {
    ms: u64,
    drawn: Drawn,
    /// True if it is a mark that is not undone.
    done: bool,
}

impl SheetStep {
    fn clears(&self) -> bool {
        self.done && matches!(self.drawn.step, CanvasStep::Clear { .. })
    }
}

/// A sheet whose drawing may still change.
struct Open {
    sheet: SheetId,
    undo: UndoHistory,
    steps: VecDeque<SheetStep>,
    /// The number of earlier steps of the sheet, which are settled.
    settled: usize,
}

impl Open {
    fn new(sheet: SheetId) -> Self {
        Open { sheet, undo: UndoHistory::default(), steps: VecDeque::new(), settled: 0 }
    }

    fn push(&mut self, ms: u64, drawn: Drawn) {
        let changed = self.undo.push(drawn.author, &drawn.step);
        self.steps.push_back(SheetStep { ms, done: drawn.step.is_mark(), drawn });
        for at in changed {
            if let Some(step) = at.checked_sub(self.settled).and_then(|at| self.steps.get_mut(at)) {
                step.done = !step.done;
            }
        }
    }

    /// Removes and returns the steps up to the last clear that can't be undone any more.
    fn take_settled(&mut self) -> Vec<SheetStep> {
        let count = self.undo.settled_clear().map_or(0, |clear| (clear + 1).saturating_sub(self.settled));
        self.settled += count;
        self.steps.drain(..count).collect()
    }
}

/// Calls `finished` with the visible marks of each drawing, which may be none. Returns the revealed words of all turns.
fn sweep(
    steps: impl IntoIterator<Item = Step>,
    mut finished: impl FnMut(SheetId, Vec<SheetStep>),
) -> BTreeMap<SheetId, RevealedWord> {
    let (mut state, mut revealed) = (State::default(), BTreeMap::new());
    let (mut free, mut turn) = (Open::new(SheetId::Free), None::<Open>);
    for step in steps {
        if matches!(step.body, StepBody::Game(GameStep::Proposed { .. })) {
            revealed.extend(revealed_words(&state.game)); // the new game may replace the one before
        }
        let effect = state.take(&step);
        let (ms, id, author) = (step.key.time.ms(), step.id, step.author());
        let StepBody::Canvas(sheet, done) = step.body else { continue };
        if !effect.counts() {
            continue;
        }
        let drawn = Drawn { id, author, step: done };
        if sheet == SheetId::Free {
            free.push(ms, drawn);
            cut(free.take_settled(), |marks| finished(SheetId::Free, marks));
            continue;
        }
        // Steps count only on the sheet of the running turn, so the one before is finished.
        if let Some(last) = turn.take_if(|open| open.sheet != sheet) {
            finish_turn(last, &mut finished);
        }
        turn.get_or_insert_with(|| Open::new(sheet)).push(ms, drawn);
    }
    turn.into_iter().for_each(|last| finish_turn(last, &mut finished));
    cut(free.steps.into(), |marks| finished(SheetId::Free, marks));
    revealed.extend(revealed_words(&state.game));
    revealed
}

fn revealed_words(game: &Game) -> impl Iterator<Item = (SheetId, RevealedWord)> {
    let id = game.id().unwrap_or(OperationId([0; 32])); // without a game there are no words
    game.revealed_words().map(move |(turn, word, solved)| {
        (SheetId::Turn { game: id, turn }, RevealedWord { word: word.clone(), solved })
    })
}

fn finish_turn(turn: Open, finished: &mut impl FnMut(SheetId, Vec<SheetStep>)) {
    let mut last = Vec::new();
    cut(turn.steps.into(), |marks| {
        if !marks.is_empty() {
            last = marks;
        }
    });
    finished(turn.sheet, last);
}

/// Calls `drawn` with the visible marks before the first clear, between clears, and after the last.
fn cut(steps: Vec<SheetStep>, mut drawn: impl FnMut(Vec<SheetStep>)) {
    let mut marks = Vec::new();
    for step in steps {
        if step.clears() {
            drawn(std::mem::take(&mut marks));
        } else if step.done {
            marks.push(step);
        }
    }
    drawn(marks);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canvas::{Color, Point, Points, Stroke, Tool, UNDO_REACH};
    use crate::clock::Timestamp;
    use crate::operation::{ChainId, OrderKey};

    const ANA: Author = Author([1; 32]);
    const BEN: Author = Author([2; 32]);

    fn stroke(stroke: u64) -> CanvasStep {
        let points = Points::new(vec![Point::new(1, 2)]);
        CanvasStep::Stroke(Stroke { id: stroke, tool: Tool::Pen, color: Color::default(), width: 4, points })
    }

    fn id(n: u64) -> OperationId {
        OperationId(blake3::hash(&n.to_be_bytes()).into())
    }

    /// Makes a step a second on the free sheet.
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
            (BEN, stroke(1)),
            (ANA, stroke(2)),
            (BEN, stroke(1)),
            (ANA, clear(3)),
            (BEN, stroke(4)),
            (BEN, CanvasStep::Undo { stroke: 4 }),
            (BEN, clear(5)),
            (ANA, stroke(6)),
        ];
        let gallery = Gallery::new(log(steps.clone()));
        let all: Vec<_> = gallery.drawings().cloned().collect();
        let key = |first| DrawingKey { sheet: SheetId::Free, first: id(first) };
        let first =
            Drawing { key: key(1), authors: vec![BEN, ANA], from_ms: 1_000, to_ms: 3_000, marks: 3, revealed: None };
        let second =
            Drawing { key: key(8), authors: vec![ANA], from_ms: 8_000, to_ms: 8_000, marks: 1, revealed: None };
        assert_eq!(all, [first, second]);
        let ids = |key| gallery.marks(key).iter().map(|drawn| drawn.id).collect::<Vec<_>>();
        assert_eq!(ids(key(1)), [1, 2, 3].map(id));
        assert_eq!(ids(key(2)), []);
        steps.push((ANA, CanvasStep::Undo { stroke: 3 }));
        assert_eq!(Gallery::new(log(steps)).drawings().map(|drawing| drawing.marks).collect::<Vec<_>>(), [3, 1]);
    }

    #[test]
    fn a_drawing_cleared_at_the_end_is_as_it_was_before() {
        let sheet = SheetId::Turn { game: id(0), turn: 0 };
        let drawing = |steps: &[CanvasStep]| {
            let mut open = Open::new(sheet);
            for (n, step) in (1..).zip(steps) {
                open.push(n, Drawn { id: id(n), author: ANA, step: step.clone() });
            }
            let mut found = Vec::new();
            finish_turn(open, &mut |of, marks| {
                assert_eq!(of, sheet);
                found.extend(marks.into_iter().map(|mark| mark.drawn.id));
            });
            found
        };
        let clear = |stroke| CanvasStep::Clear { stroke };
        let steps = [stroke(1), clear(2), stroke(3), stroke(4), clear(5), clear(6), CanvasStep::Undo { stroke: 6 }];
        assert_eq!(drawing(&steps), [3, 4].map(id));
        assert_eq!(drawing(&steps[..3]), [3].map(id), "marks before an earlier clear are not part of it");
        assert_eq!(drawing(&[clear(1)]), []);
    }

    #[test]
    fn settling_steps_early_changes_no_drawing() {
        let clear_every = 700;
        let step = |n: u64| match n {
            _ if n.is_multiple_of(clear_every) => CanvasStep::Clear { stroke: n },
            _ if n % clear_every == 5 => CanvasStep::Undo { stroke: n - 5 - n / clear_every % 3 },
            _ => stroke(n),
        };
        let steps: Vec<_> = (0..4 * UNDO_REACH as u64).map(|n| (ANA, step(n))).collect();
        // All at once, without settling any.
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
