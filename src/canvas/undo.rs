//! Undo and redo.
//!
//! The rules, for each step in the log's order:
//!
//! - *Undo* takes the earlier parts of the named mark of the same author off the sheet. The mark need not be the author's
//!   last one: a program names the last, but two programs with one key may do so at the same time. An undo of a mark that
//!   doesn't exist does nothing.
//! - *Redo* puts those parts back, unless its author made a mark after the last undo of them.
//! - Both reach the [`UNDO_REACH`] steps of the sheet before them and no farther. Earlier steps are settled: no later step
//!   changes whether they are undone.

use std::collections::VecDeque;

use super::{CanvasStep, StrokeId};
use crate::identity::Author;

/// The number of steps of its sheet that an undo or redo reaches back.
pub const UNDO_REACH: usize = 4096;

/// The marks of a sheet that undo can reach, and the number of settled steps before them.
#[derive(Debug, Clone, Default)]
pub struct UndoHistory {
    recent: VecDeque<Recent>,
    /// The number of steps before the recent ones.
    settled: usize,
    settled_clear: Option<usize>,
}

#[derive(Debug, Clone, Copy)]
struct Recent {
    author: Author,
    stroke: StrokeId,
    kind: Kind,
}

/// The kind of a step, and for a mark its state.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Mark { done: bool, clears: bool },
    Undo,
    Redo,
}

impl Recent {
    fn is(&self, author: Author, stroke: StrokeId) -> bool {
        self.stroke == stroke && self.author == author
    }
}

impl UndoHistory {
    /// Takes the next step of the sheet. Returns the indices of the earlier marks that it undoes or puts back, in order.
    pub fn push(&mut self, author: Author, step: &CanvasStep) -> Vec<usize> {
        let stroke = step.number();
        let (kind, changed) = match step {
            CanvasStep::Undo { .. } => (Kind::Undo, self.set_done(author, stroke, false)),
            CanvasStep::Redo { .. } if self.may_redo(author, stroke) => {
                (Kind::Redo, self.set_done(author, stroke, true))
            }
            CanvasStep::Redo { .. } => (Kind::Redo, Vec::new()),
            CanvasStep::Clear { .. } => (Kind::Mark { done: true, clears: true }, Vec::new()),
            CanvasStep::Stroke(_) | CanvasStep::Fill { .. } => (Kind::Mark { done: true, clears: false }, Vec::new()),
        };
        self.recent.push_back(Recent { author, stroke, kind });
        if self.recent.len() > UNDO_REACH {
            self.settle();
        }
        changed
    }

    /// Undoes all parts of a mark or puts them back; returns the indices of those that change.
    fn set_done(&mut self, author: Author, stroke: StrokeId, to: bool) -> Vec<usize> {
        let mut changed = Vec::new();
        for (at, recent) in self.recent.iter_mut().enumerate() {
            if recent.is(author, stroke)
                && let Kind::Mark { done, .. } = &mut recent.kind
                && *done != to
            {
                *done = to;
                changed.push(self.settled + at);
            }
        }
        changed
    }

    fn may_redo(&self, author: Author, stroke: StrokeId) -> bool {
        let mut back = self.recent.iter().rev().filter(|recent| recent.author == author);
        let undone = |recent: &Recent| recent.stroke == stroke && matches!(recent.kind, Kind::Undo);
        back.find(|recent| undone(recent) || matches!(recent.kind, Kind::Mark { .. })).is_some_and(undone)
    }

    fn settle(&mut self) {
        if let Some(Recent { kind: Kind::Mark { done: true, clears: true }, .. }) = self.recent.pop_front() {
            self.settled_clear = Some(self.settled);
        }
        self.settled += 1;
    }

    /// Returns the index of the last clear that can't be undone any more. No step before it will be seen again.
    #[must_use]
    pub fn settled_clear(&self) -> Option<usize> {
        self.settled_clear
    }

    /// Returns the author's last mark that is not undone: the one for the next undo.
    #[must_use]
    pub fn last_done(&self, author: Author) -> Option<StrokeId> {
        let mut back = self.recent.iter().rev().filter(|recent| recent.author == author);
        back.find(|recent| matches!(recent.kind, Kind::Mark { done: true, .. })).map(|recent| recent.stroke)
    }

    /// Returns the author's mark that was undone last and can be put back: the one for the next redo.
    #[must_use]
    pub fn last_undone(&self, author: Author) -> Option<StrokeId> {
        let back = self.recent.iter().rev().filter(|recent| recent.author == author);
        let mut undone = back.take_while(|recent| !matches!(recent.kind, Kind::Mark { .. }));
        let is_off = |stroke| {
            let off = |recent: &Recent| matches!(recent.kind, Kind::Mark { done: false, .. });
            self.recent.iter().any(|recent| recent.is(author, stroke) && off(recent))
        };
        undone.find(|recent| matches!(recent.kind, Kind::Undo) && is_off(recent.stroke)).map(|recent| recent.stroke)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canvas::Color;
    use crate::canvas::Point;

    const ANA: Author = Author([1; 32]);
    const BEN: Author = Author([2; 32]);

    fn mark(stroke: StrokeId) -> CanvasStep {
        CanvasStep::Fill { stroke, at: Point::default(), color: Color::default() }
    }

    fn undo(stroke: StrokeId) -> CanvasStep {
        CanvasStep::Undo { stroke }
    }

    fn redo(stroke: StrokeId) -> CanvasStep {
        CanvasStep::Redo { stroke }
    }

    /// Takes all steps. Returns the history and the indices of the marks that are not undone at the end.
    fn replay(steps: &[(Author, CanvasStep)]) -> (UndoHistory, Vec<usize>) {
        let (mut history, mut done) = (UndoHistory::default(), Vec::new());
        for (author, step) in steps {
            let changed = history.push(*author, step);
            done.push(step.is_mark());
            changed.into_iter().for_each(|at| done[at] = !done[at]);
        }
        let all = (0..done.len()).filter(|at| done[*at]).collect();
        (history, all)
    }

    #[test]
    fn an_undo_affects_only_marks_of_its_author() {
        let (history, all) = replay(&[(ANA, mark(1)), (BEN, mark(1)), (BEN, undo(1)), (BEN, undo(7)), (BEN, undo(1))]);
        assert_eq!(all, [0]);
        assert_eq!((history.last_done(ANA), history.last_done(BEN)), (Some(1), None));
        assert_eq!((history.last_undone(ANA), history.last_undone(BEN)), (None, Some(1)));
    }

    #[test]
    fn the_parts_of_a_mark_are_undone_and_redone_together_in_any_order_of_marks() {
        let parts = [(ANA, mark(1)), (ANA, mark(1)), (ANA, mark(2))];
        let undone = [&parts[..], &[(ANA, undo(1))]].concat();
        assert_eq!(replay(&undone).1, [2], "not the last one");
        assert_eq!(replay(&[&undone[..], &[(ANA, redo(1))]].concat()).1, [0, 1, 2]);
    }

    #[test]
    fn the_last_undone_mark_is_redone_first_until_a_new_mark_is_made() {
        let mut steps = vec![(ANA, mark(1)), (ANA, mark(2)), (ANA, undo(2)), (ANA, undo(1))];
        assert_eq!(replay(&steps).0.last_undone(ANA), Some(1));
        steps.push((ANA, redo(1)));
        let (history, all) = replay(&steps);
        assert_eq!((all, history.last_undone(ANA)), (vec![0], Some(2)));
        steps.extend([(BEN, mark(9)), (ANA, redo(2))]);
        assert_eq!(replay(&steps).1, [0, 1, 5], "somebody else's mark is in nobody's way");
        steps.extend([(ANA, undo(2)), (ANA, mark(3)), (ANA, redo(2))]);
        let (history, all) = replay(&steps);
        assert_eq!((all, history.last_undone(ANA)), (vec![0, 5, 8], None));
    }

    #[test]
    fn a_step_out_of_reach_is_settled() {
        let clear = CanvasStep::Clear { stroke: 1 };
        let mut steps = vec![(ANA, mark(0)), (ANA, clear)];
        steps.extend((2..UNDO_REACH as u64 + 1).map(|n| (BEN, mark(n))));
        assert_eq!(replay(&steps).0.settled_clear(), None);
        let undone = [&steps[..], &[(ANA, undo(1))]].concat();
        assert!(!replay(&undone).1.contains(&1), "just within reach");
        steps.push((BEN, mark(0)));
        let (history, _) = replay(&[&steps[..], &[(ANA, undo(1))]].concat());
        assert_eq!((history.settled_clear(), history.recent.len()), (Some(1), UNDO_REACH));
        let too_late = [&steps[..], &[(ANA, undo(1))]].concat();
        assert!(replay(&too_late).1.contains(&1));
    }
}
