//! A sheet: all steps that were taken on it, and the picture that they make.
//!
//! A mark on top is drawn at once. What changes something below (an undo, a step that came late) is drawn anew from the
//! last snapshot that it left valid; a few are kept, close together near the top and far apart below.

use super::standing::Standing;
use super::{Area, CanvasStep, Drawn, Raster};

/// Fills that are drawn on a sheet since it was last cleared; those beyond do nothing. A fill can cost as much as a
/// hundred strokes: so many take some seconds to draw anew, more would let one person stop everybody's window.
pub const MAX_FILLS: u32 = 4096;

/// Snapshots that are kept, each of 7.7 MB.
const MAX_SNAPSHOTS: usize = 4;
/// One is taken when so much drawing was done since the last: about ten milliseconds, in the units of [`Raster::spent`].
const SNAPSHOT_EVERY: u64 = 1_000_000;

/// The steps of one sheet and their picture.
#[derive(Debug, Clone)]
pub struct Sheet {
    steps: Vec<Drawn>,
    /// Of each step whether it is a mark that stands.
    stands: Vec<bool>,
    standing: Standing,
    raster: Raster,
    /// Fills since the last clear.
    fills: u32,
    snapshots: Vec<Snapshot>,
    snapshot_every: u64,
}

/// The picture after so many steps.
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
            stands: Vec::new(),
            standing: Standing::default(),
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

    /// The picture.
    #[must_use]
    pub fn raster(&self) -> &Raster {
        &self.raster
    }

    /// Which marks stand: what somebody's undo and redo would do next.
    #[must_use]
    pub fn standing(&self) -> &Standing {
        &self.standing
    }

    /// All steps, in order.
    #[must_use]
    pub fn steps(&self) -> &[Drawn] {
        &self.steps
    }

    /// The marks that are to be seen: those that stand, above the last clear that does.
    pub fn marks(&self) -> impl Iterator<Item = &Drawn> {
        let first = self.first();
        let standing = self.steps[first..].iter().zip(&self.stands[first..]).filter(|(_, stands)| **stands);
        let mut fills = 0;
        standing.map(|(drawn, _)| drawn).filter(move |drawn| {
            fills += u32::from(matches!(drawn.step, CanvasStep::Fill { .. }));
            fills <= MAX_FILLS || !matches!(drawn.step, CanvasStep::Fill { .. })
        })
    }

    /// Takes a step that comes after all others. Returns where the picture changed.
    pub fn push(&mut self, drawn: Drawn) -> Area {
        self.push_all([drawn])
    }

    /// Takes steps that come after all others, in order. Returns where the picture changed. Several that change something
    /// below cost little more than one, taken together.
    pub fn push_all(&mut self, steps: impl IntoIterator<Item = Drawn>) -> Area {
        let before = self.steps.len();
        let mut below = before;
        for drawn in steps {
            let changed = self.standing.push(drawn.author, &drawn.step);
            self.stands.push(drawn.step.is_mark());
            self.steps.push(drawn);
            changed.iter().for_each(|at| self.stands[*at] = !self.stands[*at]);
            below = changed.into_iter().fold(below, usize::min);
        }
        if below < before { self.draw_again(below) } else { self.draw_from(before) }
    }

    /// These are the steps, whatever was there before. Returns where the picture changed.
    pub fn show(&mut self, steps: Vec<Drawn>) -> Area {
        let (mut standing, mut stands) = (Standing::default(), Vec::with_capacity(steps.len()));
        for drawn in &steps {
            let changed = standing.push(drawn.author, &drawn.step);
            stands.push(drawn.step.is_mark());
            changed.into_iter().for_each(|at: usize| stands[at] = !stands[at]);
        }
        let before = self.steps.iter().map(|drawn| drawn.id).zip(&self.stands);
        let now = steps.iter().map(|drawn| drawn.id).zip(&stands);
        let same = before.zip(now).take_while(|(before, now)| before == now).count();
        let only_more = same == self.steps.len();
        (self.steps, self.stands, self.standing) = (steps, stands, standing);
        if only_more {
            return self.draw_from(same);
        }
        self.draw_again(same)
    }

    fn draw_from(&mut self, first: usize) -> Area {
        (first..self.steps.len()).fold(Area::default(), |area, at| area.join(self.draw(at)))
    }

    /// The number of the first step above the last clear that stands.
    fn first(&self) -> usize {
        let clears = |at: &usize| self.stands[*at] && matches!(self.steps[*at].step, CanvasStep::Clear { .. });
        (0..self.steps.len()).rev().find(clears).map_or(0, |at| at + 1)
    }

    /// Draws the step of this number on top, if it stands.
    fn draw(&mut self, at: usize) -> Area {
        if !self.stands[at] {
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
        let last = self.snapshots.last().map_or(0, |snapshot| snapshot.raster.spent());
        if self.raster.spent() >= last + self.snapshot_every {
            self.take_snapshot(at + 1);
        }
        area
    }

    /// Draws anew what stands, after the step of this number and perhaps later ones became others, or stand or don't.
    fn draw_again(&mut self, changed: usize) -> Area {
        self.snapshots.retain(|snapshot| snapshot.steps <= changed);
        let first = self.first();
        let spent = self.snapshots.last().map_or(0, |snapshot| snapshot.raster.spent());
        let (raster, fills, from) = match self.snapshots.last() {
            Some(snapshot) if snapshot.steps >= first => (snapshot.raster.clone(), snapshot.fills, snapshot.steps),
            _ => (Raster::blank(spent), 0, first),
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

    /// The snapshot without which the ages of the others (how much was drawn since) are nearest to doubling from each to
    /// the one below: not the newest.
    fn least_missed(&self) -> usize {
        let now = self.raster.spent() + self.snapshot_every;
        let age = |at: usize| u128::from(now - self.snapshots[at].raster.spent());
        let below = |at: usize| if at == 0 { u128::from(now) } else { age(at - 1) };
        // The least ratio of the ages of its neighbours, compared without division.
        let candidates = 0..self.snapshots.len() - 1;
        candidates.min_by(|&a, &b| (below(a) * age(b + 1)).cmp(&(below(b) * age(a + 1)))).unwrap_or(0)
    }
}
