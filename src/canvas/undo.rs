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

use std::collections::{BTreeMap, VecDeque};

use super::{CanvasStep, StrokeId};
use crate::identity::Author;

/// The number of steps of its sheet that an undo or redo reaches back.
pub const UNDO_REACH: usize = 4096;

/// The marks of a sheet that undo can reach, and the number of settled steps before them. Steps are named by their index among
/// all of the sheet.
#[derive(Debug, Clone, Default)]
pub struct UndoHistory {
    recent: VecDeque<Recent>,
    /// The number of steps before the recent ones.
    settled: usize,
    settled_clear: Option<usize>,
    /// The recent steps of each mark, by its author and number.
    marks: BTreeMap<(Author, StrokeId), Mark>,
    /// The last mark of each author, if it is recent.
    last_marks: BTreeMap<Author, usize>,
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

/// The recent steps with one number of one author.
#[derive(Debug, Clone, Default)]
struct Mark {
    /// The number of those steps.
    steps: usize,
    /// The parts of the mark.
    parts: VecDeque<usize>,
    /// The last undo of it.
    undo: Option<usize>,
}

impl UndoHistory {
    /// Takes the next step of the sheet. Returns the indices of the earlier marks that it undoes or puts back, in order.
    pub fn push(&mut self, author: Author, step: &CanvasStep) -> Vec<usize> {
        let (stroke, at) = (step.number(), self.settled + self.recent.len());
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
        let mark = self.marks.entry((author, stroke)).or_default();
        mark.steps += 1;
        match kind {
            Kind::Mark { .. } => {
                mark.parts.push_back(at);
                self.last_marks.insert(author, at);
            }
            Kind::Undo => mark.undo = Some(at),
            Kind::Redo => {}
        }
        if self.recent.len() > UNDO_REACH {
            self.settle();
        }
        changed
    }

    /// Undoes all parts of a mark or puts them back; returns the indices of those that change.
    fn set_done(&mut self, author: Author, stroke: StrokeId, to: bool) -> Vec<usize> {
        let UndoHistory { recent, settled, marks, .. } = self;
        let parts = marks.get(&(author, stroke)).into_iter().flat_map(|mark| mark.parts.iter().copied());
        let changed = parts.filter(|at| match recent.get_mut(at - *settled).map(|recent| &mut recent.kind) {
            Some(Kind::Mark { done, .. }) => std::mem::replace(done, to) != to,
            _ => false,
        });
        changed.collect()
    }

    fn may_redo(&self, author: Author, stroke: StrokeId) -> bool {
        let undo = self.marks.get(&(author, stroke)).and_then(|mark| mark.undo);
        undo.is_some() && undo > self.last_marks.get(&author).copied()
    }

    /// Settles the oldest recent step.
    fn settle(&mut self) {
        let Some(Recent { author, stroke, kind }) = self.recent.pop_front() else { return };
        let at = self.settled;
        self.settled += 1;
        if let Kind::Mark { done: true, clears: true } = kind {
            self.settled_clear = Some(at);
        }
        if self.last_marks.get(&author) == Some(&at) {
            self.last_marks.remove(&author);
        }
        let Some(mark) = self.marks.get_mut(&(author, stroke)) else { return };
        mark.steps -= 1;
        mark.undo = mark.undo.filter(|undo| *undo != at);
        if mark.parts.front() == Some(&at) {
            mark.parts.pop_front();
        }
        if mark.steps == 0 {
            self.marks.remove(&(author, stroke));
        }
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
        undone
            .find(|recent| matches!(recent.kind, Kind::Undo) && self.is_off(author, recent.stroke))
            .map(|recent| recent.stroke)
    }

    /// Returns whether a part of a mark is undone.
    fn is_off(&self, author: Author, stroke: StrokeId) -> bool {
        let mut parts = self.marks.get(&(author, stroke)).into_iter().flat_map(|mark| &mark.parts);
        parts.any(|at| matches!(self.recent[at - self.settled].kind, Kind::Mark { done: false, .. }))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

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

    /// The rules as they are written above, for each step a look at all before it.
    fn naive(steps: &[(Author, CanvasStep)]) -> Vec<bool> {
        let mut done: Vec<bool> = Vec::new();
        for (at, (author, step)) in steps.iter().enumerate() {
            done.push(step.is_mark());
            let reach = at.saturating_sub(UNDO_REACH)..at;
            let own = |earlier: &usize| steps[*earlier].0 == *author;
            let named = |earlier: &usize| own(earlier) && steps[*earlier].1.number() == step.number();
            let to = match step {
                CanvasStep::Undo { .. } => false,
                CanvasStep::Redo { .. } => {
                    let is_undo = |earlier: &usize| matches!(steps[*earlier].1, CanvasStep::Undo { .. });
                    let last_undo = reach.clone().rev().filter(named).find(is_undo);
                    let last_mark = reach.clone().rev().filter(own).find(|earlier| steps[*earlier].1.is_mark());
                    if last_undo.is_none() || last_undo < last_mark {
                        continue;
                    }
                    true
                }
                _ => continue,
            };
            reach.filter(named).filter(|earlier| steps[*earlier].1.is_mark()).for_each(|earlier| done[earlier] = to);
        }
        done
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        #[test]
        fn the_history_follows_the_rules(
            few in prop::collection::vec((0..2_u8, 0..4_u64, 0..4_u8), 1..60),
            between in prop_oneof![Just(0), UNDO_REACH - 30..UNDO_REACH + 30],
        ) {
            let mut steps: Vec<(Author, CanvasStep)> = Vec::new();
            for (n, (author, stroke, what)) in few.iter().enumerate() {
                let step = [mark(*stroke), undo(*stroke), redo(*stroke), CanvasStep::Clear { stroke: *stroke }][*what as usize].clone();
                steps.push((Author([*author; 32]), step));
                if n == few.len() / 2 {
                    steps.extend((0..between as u64).map(|n| (Author([9; 32]), mark(n))));
                }
            }
            let expected = naive(&steps);
            let all: Vec<usize> = (0..steps.len()).filter(|at| expected[*at]).collect();
            let (history, done) = replay(&steps);
            prop_assert_eq!(done, all);
            let recent: std::collections::BTreeSet<_> = history.recent.iter().map(|step| (step.author, step.stroke)).collect();
            prop_assert!(history.marks.keys().eq(recent.iter()), "nothing is remembered of settled steps");
        }
    }
}
