//! Which marks of a sheet stand, and which were undone.
//!
//! The rules, one step after the other in the log's order:
//!
//! - *Undo* takes the parts of the named mark that stand before it off the sheet, if they are its author's. It need not be
//!   the author's last mark: a program asks for the last, but two programs with one key may cross. One that names nothing
//!   does nothing.
//! - *Redo* puts those parts back, unless its author made a mark after the last undo of them: then there is nothing to
//!   go forward to.
//! - Both reach over the [`REACH`] steps of the sheet before them and no farther. What is farther down is settled: nothing
//!   that is written later changes whether it stands.

use std::collections::VecDeque;

use super::{CanvasStep, StrokeId};
use crate::identity::Author;

/// How many steps of its sheet an undo or redo reaches back.
pub const REACH: usize = 4096;

/// The marks of a sheet within reach, and how far down everything is settled.
#[derive(Debug, Clone, Default)]
pub struct Standing {
    recent: VecDeque<Recent>,
    /// How many steps came before the recent ones.
    settled: usize,
    settled_clear: Option<usize>,
}

#[derive(Debug, Clone, Copy)]
struct Recent {
    author: Author,
    stroke: StrokeId,
    what: What,
}

#[derive(Debug, Clone, Copy)]
enum What {
    Mark { stands: bool, clears: bool },
    Undo,
    Redo,
}

impl Recent {
    fn is(&self, author: Author, stroke: StrokeId) -> bool {
        self.stroke == stroke && self.author == author
    }
}

impl Standing {
    /// Takes the next step of the sheet. Returns the numbers of those earlier steps, in order, of which it is now otherwise
    /// whether they stand. Steps are counted from 0; a mark stands when it comes.
    pub fn push(&mut self, author: Author, step: &CanvasStep) -> Vec<usize> {
        let stroke = step.stroke();
        let (what, changed) = match step {
            CanvasStep::Undo { .. } => (What::Undo, self.turn(author, stroke, false)),
            CanvasStep::Redo { .. } if self.may_redo(author, stroke) => (What::Redo, self.turn(author, stroke, true)),
            CanvasStep::Redo { .. } => (What::Redo, Vec::new()),
            CanvasStep::Clear { .. } => (What::Mark { stands: true, clears: true }, Vec::new()),
            CanvasStep::Ink(_) | CanvasStep::Fill { .. } => (What::Mark { stands: true, clears: false }, Vec::new()),
        };
        self.recent.push_back(Recent { author, stroke, what });
        if self.recent.len() > REACH {
            self.settle();
        }
        changed
    }

    /// Makes all parts of a mark stand or not; returns those for which that is new.
    fn turn(&mut self, author: Author, stroke: StrokeId, stand: bool) -> Vec<usize> {
        let mut changed = Vec::new();
        for (at, recent) in self.recent.iter_mut().enumerate() {
            if recent.is(author, stroke)
                && let What::Mark { stands, .. } = &mut recent.what
                && *stands != stand
            {
                *stands = stand;
                changed.push(self.settled + at);
            }
        }
        changed
    }

    fn may_redo(&self, author: Author, stroke: StrokeId) -> bool {
        let mut back = self.recent.iter().rev().filter(|recent| recent.author == author);
        let undone = |recent: &Recent| recent.stroke == stroke && matches!(recent.what, What::Undo);
        back.find(|recent| undone(recent) || matches!(recent.what, What::Mark { .. })).is_some_and(undone)
    }

    fn settle(&mut self) {
        if let Some(Recent { what: What::Mark { stands: true, clears: true }, .. }) = self.recent.pop_front() {
            self.settled_clear = Some(self.settled);
        }
        self.settled += 1;
    }

    /// The number of the last clear that stands for good: nothing below it will ever be seen again.
    #[must_use]
    pub fn settled_clear(&self) -> Option<usize> {
        self.settled_clear
    }

    /// The author's last mark that stands: what undo takes off next.
    #[must_use]
    pub fn last_done(&self, author: Author) -> Option<StrokeId> {
        let mut back = self.recent.iter().rev().filter(|recent| recent.author == author);
        back.find(|recent| matches!(recent.what, What::Mark { stands: true, .. })).map(|recent| recent.stroke)
    }

    /// The author's mark that was undone last and can be put back: what redo puts back next.
    #[must_use]
    pub fn last_undone(&self, author: Author) -> Option<StrokeId> {
        let back = self.recent.iter().rev().filter(|recent| recent.author == author);
        let mut undone = back.take_while(|recent| !matches!(recent.what, What::Mark { .. }));
        let is_off = |stroke| {
            let off = |recent: &Recent| matches!(recent.what, What::Mark { stands: false, .. });
            self.recent.iter().any(|recent| recent.is(author, stroke) && off(recent))
        };
        undone.find(|recent| matches!(recent.what, What::Undo) && is_off(recent.stroke)).map(|recent| recent.stroke)
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

    /// Which of the steps stand at the end.
    fn stand(steps: &[(Author, CanvasStep)]) -> (Standing, Vec<usize>) {
        let (mut standing, mut stands) = (Standing::default(), Vec::new());
        for (author, step) in steps {
            let changed = standing.push(*author, step);
            stands.push(step.is_mark());
            changed.into_iter().for_each(|at| stands[at] = !stands[at]);
        }
        let all = (0..stands.len()).filter(|at| stands[*at]).collect();
        (standing, all)
    }

    #[test]
    fn each_undoes_only_their_own() {
        let (standing, all) = stand(&[(ANA, mark(1)), (BEN, mark(1)), (BEN, undo(1)), (BEN, undo(7)), (BEN, undo(1))]);
        assert_eq!(all, [0]);
        assert_eq!((standing.last_done(ANA), standing.last_done(BEN)), (Some(1), None));
        assert_eq!((standing.last_undone(ANA), standing.last_undone(BEN)), (None, Some(1)));
    }

    #[test]
    fn the_parts_of_a_mark_go_and_come_together_in_any_order_of_marks() {
        let parts = [(ANA, mark(1)), (ANA, mark(1)), (ANA, mark(2))];
        let undone = [&parts[..], &[(ANA, undo(1))]].concat();
        assert_eq!(stand(&undone).1, [2], "not the last one");
        assert_eq!(stand(&[&undone[..], &[(ANA, redo(1))]].concat()).1, [0, 1, 2]);
    }

    #[test]
    fn undone_last_comes_back_first_until_a_new_mark_is_made() {
        let mut steps = vec![(ANA, mark(1)), (ANA, mark(2)), (ANA, undo(2)), (ANA, undo(1))];
        assert_eq!(stand(&steps).0.last_undone(ANA), Some(1));
        steps.push((ANA, redo(1)));
        let (standing, all) = stand(&steps);
        assert_eq!((all, standing.last_undone(ANA)), (vec![0], Some(2)));
        steps.extend([(BEN, mark(9)), (ANA, redo(2))]);
        assert_eq!(stand(&steps).1, [0, 1, 5], "somebody else's mark is in nobody's way");
        steps.extend([(ANA, undo(2)), (ANA, mark(3)), (ANA, redo(2))]);
        let (standing, all) = stand(&steps);
        assert_eq!((all, standing.last_undone(ANA)), (vec![0, 5, 8], None));
    }

    #[test]
    fn what_is_out_of_reach_is_settled() {
        let clear = CanvasStep::Clear { stroke: 1 };
        let mut steps = vec![(ANA, mark(0)), (ANA, clear)];
        steps.extend((2..REACH as u64 + 1).map(|n| (BEN, mark(n))));
        assert_eq!(stand(&steps).0.settled_clear(), None);
        let undone = [&steps[..], &[(ANA, undo(1))]].concat();
        assert!(!stand(&undone).1.contains(&1), "just within reach");
        steps.push((BEN, mark(0)));
        let (standing, _) = stand(&[&steps[..], &[(ANA, undo(1))]].concat());
        assert_eq!((standing.settled_clear(), standing.recent.len()), (Some(1), REACH));
        let too_late = [&steps[..], &[(ANA, undo(1))]].concat();
        assert!(stand(&too_late).1.contains(&1));
    }
}
