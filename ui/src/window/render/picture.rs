//! The window's side of a picture: the tiles that its painter has made, and what is to be painted next.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use iced::advanced::image::Handle;
use inkmesh::canvas::{Drawn, Sheet};

use super::painter::{Job, Painted, Painter, Steps, Tiles, WantedTiles};
use super::tiles::{Grid, Tile};

/// A picture in the window.
#[derive(Debug)]
pub struct Picture {
    number: u64,
    /// The painter; `None` while it works.
    painter: Option<Painter>,
    /// The changes that the painter was not given yet.
    steps: Option<Steps>,
    /// The number of changes until now.
    changes: u64,
    /// The tiles of the last job.
    requested: WantedTiles,
    wanted: WantedTiles,
    whole: Option<Shown>,
    enlarged: Option<Shown>,
}

/// Tiles on the screen.
#[derive(Debug)]
pub struct Shown {
    pub grid: Grid,
    tiles: BTreeMap<Tile, Handle>,
}

impl Shown {
    /// Returns the tiles, row by row.
    pub fn tiles(&self) -> impl Iterator<Item = (Tile, &Handle)> {
        self.tiles.iter().map(|(tile, image)| (*tile, image))
    }

    /// Returns a tile, if it is made.
    pub fn tile(&self, tile: Tile) -> Option<&Handle> {
        self.tiles.get(&tile)
    }
}

impl Picture {
    /// Creates an empty picture.
    pub fn new() -> Self {
        /// The number of pictures until now.
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Picture {
            number: NEXT.fetch_add(1, Ordering::Relaxed),
            painter: Some(Painter::default()),
            steps: None,
            changes: 0,
            requested: WantedTiles::default(),
            wanted: WantedTiles::default(),
            whole: None,
            enlarged: None,
        }
    }

    /// Returns the tiles of the whole sheet.
    pub fn whole(&self) -> Option<&Shown> {
        self.whole.as_ref()
    }

    /// Returns the tiles of a part of the sheet at a larger size.
    pub fn enlarged(&self) -> Option<&Shown> {
        self.enlarged.as_ref()
    }

    /// Returns the sheet as it was painted last; `None` while more is being painted.
    pub fn sheet(&self) -> Option<&Sheet> {
        self.painter.as_ref().map(Painter::sheet)
    }

    /// Returns whether all changes are painted.
    pub fn is_painted(&self) -> bool {
        self.painter.is_some() && self.steps.is_none()
    }

    /// Returns the number of changes until now.
    pub fn changes(&self) -> u64 {
        self.changes
    }

    /// Returns the number that the next change will have.
    pub fn next_change(&self) -> u64 {
        self.changes + 1
    }

    /// Adds a step after all others.
    pub fn add(&mut self, drawn: Drawn) {
        match &mut self.steps {
            Some(Steps::More(steps) | Steps::All(steps)) => steps.push(drawn),
            None => self.steps = Some(Steps::More(vec![drawn])),
        }
        self.changes += 1;
    }

    /// Replaces all steps.
    pub fn show(&mut self, steps: Vec<Drawn>) {
        self.steps = Some(Steps::All(steps));
        self.changes += 1;
    }

    /// Sets the tiles that the window needs.
    pub fn want(&mut self, wanted: WantedTiles) {
        self.wanted = wanted;
    }

    /// Returns the next job, if there is one. Its result is given to [`Picture::painted`].
    pub fn work(&mut self) -> Option<Job> {
        if self.steps.is_none() && self.wanted == self.requested {
            return None;
        }
        let painter = self.painter.take()?;
        self.requested = self.wanted;
        let steps = self.steps.take().unwrap_or(Steps::More(Vec::new()));
        Some(Job { picture: self.number, change: self.changes, painter, steps, wanted: self.wanted })
    }

    /// Returns whether a result is for this picture.
    pub fn is_of(&self, painted: &Painted) -> bool {
        painted.picture == self.number
    }

    /// Takes a result. Returns the last change that it contains; `None` if it is for another picture.
    pub fn painted(&mut self, painted: Painted) -> Option<u64> {
        if !self.is_of(&painted) {
            return None;
        }
        self.painter = Some(painted.painter);
        replace(&mut self.whole, painted.whole);
        if painted.enlarged.is_none() {
            self.enlarged = None;
        }
        replace(&mut self.enlarged, painted.enlarged);
        if let (Some(enlarged), Some((_, part))) = (&mut self.enlarged, self.requested.enlarged) {
            enlarged.tiles.retain(|tile, _| part.contains(*tile));
        }
        Some(painted.change)
    }
}

fn replace(shown: &mut Option<Shown>, tiles: Option<Tiles>) {
    let Some(Tiles { grid, tiles }) = tiles else { return };
    match shown {
        Some(shown) if shown.grid == grid => shown.tiles.extend(tiles),
        _ => *shown = Some(Shown { grid, tiles: tiles.into_iter().collect() }),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use iced::Rectangle;
    use inkmesh::canvas::{CanvasStep, Color, Point, Points, Stroke, Tool};
    use inkmesh::identity::Author;
    use inkmesh::operation::OperationId;

    use super::*;

    fn drawn(number: u8, step: CanvasStep) -> Drawn {
        Drawn { id: OperationId([number; 32]), author: Author([1; 32]), step }
    }

    fn dot(number: u8, x: f64, y: f64) -> Drawn {
        let points = Points::new(vec![Point::from_logical(x, y)]);
        let stroke = Stroke { id: number.into(), tool: Tool::Pen, color: Color([number; 3]), width: 8, points };
        drawn(number, CanvasStep::Stroke(stroke))
    }

    fn paint(picture: &mut Picture) -> usize {
        let Some(job) = picture.work() else { return 0 };
        let painted = job.run();
        let count = |tiles: &Option<Tiles>| tiles.as_ref().map_or(0, |tiles| tiles.tiles.len());
        let made = count(&painted.whole) + count(&painted.enlarged);
        picture.painted(painted).unwrap();
        made
    }

    /// Returns a pixel of the picture in the window, at its own size.
    fn pixel(picture: &Picture, x: u32, y: u32) -> u8 {
        let tile = Tile { row: y / 128, column: x / 128 };
        let Some(Handle::Rgba { width, pixels, .. }) = picture.whole().unwrap().tile(tile) else { panic!() };
        pixels[((y % 128 * width + x % 128) * 4) as usize]
    }

    #[test]
    fn only_tiles_that_changed_are_made_anew() {
        let mut picture = Picture::new();
        picture.want(WantedTiles { whole: Some(Grid::new(1600)), enlarged: None });
        assert_eq!(paint(&mut picture), 130);
        assert_eq!(paint(&mut picture), 0);
        picture.add(dot(7, 64.0, 64.0));
        picture.add(dot(8, 64.0, 200.0));
        assert_eq!(paint(&mut picture), 2);
        assert_eq!([(64, 64), (64, 200), (65, 100)].map(|(x, y)| pixel(&picture, x, y)), [7, 8, 255]);
        picture.add(drawn(9, CanvasStep::Undo { stroke: 7 }));
        assert_eq!(paint(&mut picture), 1);
        assert_eq!(pixel(&picture, 64, 64), 255);
    }

    #[test]
    fn what_happens_while_it_is_painted_is_painted_next() {
        let mut picture = Picture::new();
        picture.want(WantedTiles { whole: Some(Grid::new(1600)), enlarged: None });
        picture.add(dot(1, 64.0, 64.0));
        let job = picture.work().unwrap();
        picture.add(dot(2, 64.0, 64.0));
        assert!(picture.work().is_none() && picture.sheet().is_none());
        assert_eq!(picture.painted(job.run()), Some(1));
        assert_eq!(pixel(&picture, 64, 64), 1);
        let job = picture.work().unwrap();
        assert_eq!(picture.painted(job.run()), Some(2));
        assert_eq!(pixel(&picture, 64, 64), 2);
        assert_eq!(picture.sheet().unwrap().steps().len(), 2);
        picture.show(vec![dot(3, 64.0, 64.0)]);
        picture.add(dot(4, 300.0, 300.0));
        paint(&mut picture);
        assert_eq!((pixel(&picture, 64, 64), picture.sheet().unwrap().steps().len()), (3, 2));
    }

    #[test]
    fn what_was_painted_for_another_picture_is_not_taken() {
        let (mut one, mut other) = (Picture::new(), Picture::new());
        one.show(Vec::new());
        let painted = one.work().unwrap().run();
        assert_eq!(other.painted(painted), None);
    }

    #[test]
    fn close_up_only_what_is_looked_at_is_made() {
        let mut picture = Picture::new();
        let (whole, grid) = (Some(Grid::new(800)), Grid::new(3200));
        let look = |x: f32| grid.under(Rectangle { x, y: 600.0, width: 500.0, height: 300.0 });
        picture.want(WantedTiles { whole, enlarged: Some((grid, look(1000.0))) });
        let all = paint(&mut picture);
        let kept = picture.enlarged().unwrap().tiles().count();
        assert!(kept < 60 && all > kept, "{kept} of {all}");
        picture.want(WantedTiles { whole, enlarged: Some((grid, look(1128.0))) });
        assert_eq!(paint(&mut picture), kept / 7, "one column more, one less");
        assert_eq!(picture.enlarged().unwrap().tiles().count(), kept);
        picture.add(dot(5, 300.0, 200.0));
        paint(&mut picture);
        picture.want(WantedTiles { whole, enlarged: None });
        paint(&mut picture);
        assert!(picture.enlarged().is_none());
    }
}
