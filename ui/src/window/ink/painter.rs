//! The picture of record and its tiles. Drawing an undone mark away can mean drawing thousands of others anew, and another
//! size all tiles: so a painter does its work away from the window's thread, and comes back with it.

use std::collections::BTreeSet;

use iced::advanced::image::Handle;
use inkmesh::canvas::{Area, Drawn, Sheet};

use super::grid::{Grid, Part, SIDE, Tile};
use super::scale;

/// Who paints.
#[derive(Debug, Clone, Default)]
pub struct Painter {
    sheet: Sheet,
    whole: Made,
    close: Made,
    blank: Option<Handle>,
}

/// Tiles that are up to date.
#[derive(Debug, Clone, Default)]
struct Made {
    grid: Option<Grid>,
    tiles: BTreeSet<Tile>,
}

/// What the window needs tiles of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wanted {
    /// The whole sheet at this size.
    pub whole: Option<Grid>,
    /// A part of it at a larger size.
    pub close: Option<(Grid, Part)>,
}

/// What happened on the sheet.
#[derive(Debug, Clone)]
pub enum Steps {
    /// These were taken after all others.
    More(Vec<Drawn>),
    /// These are all, whatever was there before.
    All(Vec<Drawn>),
}

/// Work for a painter.
#[derive(Debug, Clone)]
pub struct Job {
    /// Which picture it is for.
    pub picture: u64,
    /// With which change of the picture it ends.
    pub change: u64,
    /// Who does it.
    pub painter: Painter,
    /// What happened.
    pub steps: Steps,
    /// What is needed.
    pub wanted: Wanted,
}

/// Work that is done.
#[derive(Debug, Clone)]
pub struct Painted {
    /// Which picture it is for.
    pub picture: u64,
    /// With which change of the picture it ends.
    pub change: u64,
    /// Who did it.
    pub painter: Painter,
    /// Tiles of the whole sheet that are others now.
    pub whole: Option<Tiles>,
    /// And those of a part of it at a larger size.
    pub close: Option<Tiles>,
}

/// Tiles of a sheet.
#[derive(Debug, Clone)]
pub struct Tiles {
    /// How the sheet is cut.
    pub grid: Grid,
    /// The tiles.
    pub tiles: Vec<(Tile, Handle)>,
}

impl Job {
    /// Does the work; it can take a while.
    pub fn run(self) -> Painted {
        let Job { picture, change, mut painter, steps, wanted } = self;
        let changed = match steps {
            Steps::More(steps) => painter.sheet.push_all(steps),
            Steps::All(steps) => painter.sheet.show(steps),
        };
        let blank = painter.blank.get_or_insert_with(blank).clone();
        let pixels = painter.sheet.raster().pixels();
        let whole = wanted.whole.map(|grid| painter.whole.make(pixels, grid, grid.all(), changed, &blank));
        let close = match wanted.close {
            Some((grid, part)) => Some(painter.close.make(pixels, grid, part, changed, &blank)),
            None => {
                painter.close = Made::default();
                None
            }
        };
        Painted { picture, change, painter, whole, close }
    }
}

impl Painter {
    /// The sheet as of the last work.
    pub fn sheet(&self) -> &Sheet {
        &self.sheet
    }
}

impl Made {
    /// Makes those of these tiles that are not up to date.
    fn make(&mut self, pixels: &[u32], grid: Grid, part: Part, changed: Area, blank: &Handle) -> Tiles {
        if self.grid != Some(grid) {
            *self = Made { grid: Some(grid), tiles: BTreeSet::new() };
        }
        let touched = grid.touched(changed);
        self.tiles.retain(|tile| part.holds(*tile) && !touched.holds(*tile));
        let missing: Vec<Tile> = part.tiles().filter(|tile| self.tiles.insert(*tile)).collect();
        let tiles = missing.into_iter().map(|tile| (tile, picture(pixels, grid, tile, blank))).collect();
        Tiles { grid, tiles }
    }
}

fn picture(record: &[u32], grid: Grid, tile: Tile, blank: &Handle) -> Handle {
    let place = grid.place(tile);
    let pixels = scale::shown(record, grid, place);
    if (place.width, place.height) == (SIDE, SIDE) && pixels.iter().all(|channel| *channel == u8::MAX) {
        // The renderer keeps one picture for all of them.
        return blank.clone();
    }
    Handle::from_rgba(place.width, place.height, pixels)
}

fn blank() -> Handle {
    Handle::from_rgba(SIDE, SIDE, vec![u8::MAX; (SIDE * SIDE * 4) as usize])
}
