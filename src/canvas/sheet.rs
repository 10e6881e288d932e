//! A sheet: all steps on it, and the picture that they make.
//!
//! A new mark at the end is drawn onto the picture. After a change farther down (an undo, a step that came late) the
//! picture is drawn anew from the last snapshot before the change. A few snapshots are held, close together near the end
//! and far apart before.

use super::undo::UndoHistory;
use super::{Area, CanvasStep, Drawn, Raster};

/// Most fills that are drawn on a sheet since it was last cleared; further ones do nothing. A fill can cost as much as a
/// hundred strokes: this many take some seconds to draw anew, and more would let one person stop everybody's window.
pub const MAX_FILLS: u32 = 4096;

/// Most snapshots of a sheet, of 7.7 MB each.
const MAX_SNAPSHOTS: usize = 4;
/// The cost of drawing after which a snapshot is taken: about ten milliseconds, in the units of [`Raster::cost`].
const SNAPSHOT_EVERY: u64 = 1_000_000;

/// The steps of one sheet and their picture.
#[derive(Debug, Clone)]
pub struct Sheet {
    steps: Vec<Drawn>,
    /// For each step whether it is a mark that is not undone.
    done: Vec<bool>,
    undo: UndoHistory,
    raster: Raster,
    /// Fills since the last clear.
    fills: u32,
    snapshots: Vec<Snapshot>,
    snapshot_every: u64,
}

/// The picture after the first `steps` steps.
#[derive(Debug, Clone)]
struct Snapshot {
    steps: usize,
    raster: Raster,
    fills: u32,
}

impl Default for Sheet {
    fn default() -> Self {
        Sheet {
            steps: Vec::new(),
            done: Vec::new(),
            undo: UndoHistory::default(),
            raster: Raster::default(),
            fills: 0,
            snapshots: Vec::new(),
            snapshot_every: SNAPSHOT_EVERY,
        }
    }
}

impl Sheet {
    #[cfg(test)]
    pub(super) fn with_snapshots_every(snapshot_every: u64) -> Self {
        Sheet { snapshot_every, ..Sheet::default() }
    }

    /// Returns the picture.
    #[must_use]
    pub fn raster(&self) -> &Raster {
        &self.raster
    }

    /// Returns the undo history, which has everybody's next undo and redo.
    #[must_use]
    pub fn undo_history(&self) -> &UndoHistory {
        &self.undo
    }

    /// Returns all steps, in order.
    #[must_use]
    pub fn steps(&self) -> &[Drawn] {
        &self.steps
    }

    /// Returns the visible marks: those after the last clear, without undone ones and fills beyond [`MAX_FILLS`].
    pub fn marks(&self) -> impl Iterator<Item = &Drawn> {
        let first = self.first();
        let done = self.steps[first..].iter().zip(&self.done[first..]).filter(|(_, done)| **done);
        let mut fills = 0;
        done.map(|(drawn, _)| drawn).filter(move |drawn| {
            fills += u32::from(matches!(drawn.step, CanvasStep::Fill { .. }));
            fills <= MAX_FILLS || !matches!(drawn.step, CanvasStep::Fill { .. })
        })
    }

    /// Adds a step after all others. Returns the area in which the picture changed.
    pub fn push(&mut self, drawn: Drawn) -> Area {
        self.push_all([drawn])
    }

    /// Adds steps after all others, in order. Returns the area in which the picture changed. Several that change the picture
    /// farther down cost little more than one.
    pub fn push_all(&mut self, steps: impl IntoIterator<Item = Drawn>) -> Area {
        let before = self.steps.len();
        let mut below = before;
        for drawn in steps {
            let changed = self.undo.push(drawn.author, &drawn.step);
            self.done.push(drawn.step.is_mark());
            self.steps.push(drawn);
            changed.iter().for_each(|at| self.done[*at] = !self.done[*at]);
            below = changed.into_iter().fold(below, usize::min);
        }
        if below < before { self.draw_again(below) } else { self.draw_from(before) }
    }

    /// Replaces all steps. Returns the area in which the picture changed.
    pub fn show(&mut self, steps: Vec<Drawn>) -> Area {
        let (mut undo, mut done) = (UndoHistory::default(), Vec::with_capacity(steps.len()));
        for drawn in &steps {
            let changed = undo.push(drawn.author, &drawn.step);
            done.push(drawn.step.is_mark());
            changed.into_iter().for_each(|at: usize| done[at] = !done[at]);
        }
        let before = self.steps.iter().map(|drawn| drawn.id).zip(&self.done);
        let now = steps.iter().map(|drawn| drawn.id).zip(&done);
        let same = before.zip(now).take_while(|(before, now)| before == now).count();
        let only_more = same == self.steps.len();
        (self.steps, self.done, self.undo) = (steps, done, undo);
        if only_more {
            return self.draw_from(same);
        }
        self.draw_again(same)
    }

    fn draw_from(&mut self, first: usize) -> Area {
        (first..self.steps.len()).fold(Area::default(), |area, at| area.join(self.draw(at)))
    }

    /// Returns the index of the first step after the last clear that is not undone.
    fn first(&self) -> usize {
        let clears = |at: &usize| self.done[*at] && matches!(self.steps[*at].step, CanvasStep::Clear { .. });
        (0..self.steps.len()).rev().find(clears).map_or(0, |at| at + 1)
    }

    /// Draws the step with this index onto the picture, unless it is undone.
    fn draw(&mut self, at: usize) -> Area {
        if !self.done[at] {
            return Area::default();
        }
        let step = &self.steps[at].step;
        match step {
            CanvasStep::Clear { .. } => self.fills = 0,
            CanvasStep::Fill { .. } if self.fills >= MAX_FILLS => return Area::default(),
            CanvasStep::Fill { .. } => self.fills += 1,
            _ => {}
        }
        let area = self.raster.draw(step);
        let last = self.snapshots.last().map_or(0, |snapshot| snapshot.raster.cost());
        if self.raster.cost() >= last + self.snapshot_every {
            self.take_snapshot(at + 1);
        }
        area
    }

    /// Draws the picture anew, because the step with this index, or whether it is undone, has changed.
    fn draw_again(&mut self, changed: usize) -> Area {
        self.snapshots.retain(|snapshot| snapshot.steps <= changed);
        let first = self.first();
        let cost = self.snapshots.last().map_or(0, |snapshot| snapshot.raster.cost());
        let (raster, fills, from) = match self.snapshots.last() {
            Some(snapshot) if snapshot.steps >= first => (snapshot.raster.clone(), snapshot.fills, snapshot.steps),
            _ => (Raster::blank(cost), 0, first),
        };
        self.fills = fills;
        let before = std::mem::replace(&mut self.raster, raster);
        self.draw_from(from);
        before.difference(&self.raster)
    }

    fn take_snapshot(&mut self, steps: usize) {
        self.snapshots.push(Snapshot { steps, raster: self.raster.clone(), fills: self.fills });
        if self.snapshots.len() > MAX_SNAPSHOTS {
            self.snapshots.remove(self.least_missed());
        }
    }

    /// Returns the index of the snapshot to drop: the one without which the ages of the others (the cost of drawing since)
    /// are nearest to doubling from each to the one before. Never the newest.
    fn least_missed(&self) -> usize {
        let now = self.raster.cost() + self.snapshot_every;
        let age = |at: usize| u128::from(now - self.snapshots[at].raster.cost());
        let below = |at: usize| if at == 0 { u128::from(now) } else { age(at - 1) };
        // The lowest ratio of the ages of its neighbours, compared without division.
        let candidates = 0..self.snapshots.len() - 1;
        candidates.min_by(|&a, &b| (below(a) * age(b + 1)).cmp(&(below(b) * age(a + 1)))).unwrap_or(0)
    }
}
