//! The exact picture of a sheet and its tiles. Undoing a stroke can mean painting thousands of others again, and another
//! size all tiles. So a painter works outside of the window's thread and is sent back with the result.

use std::collections::BTreeSet;

use iced::advanced::image::Handle;
use inkmesh::canvas::{Area, Drawn, Sheet};

use super::resample;
use super::tiles::{Grid, SIDE, Tile, TileRange};

/// Paints a sheet, and knows which tiles are up to date.
#[derive(Debug, Clone, Default)]
pub struct Painter {
    sheet: Sheet,
    whole: TileSet,
    enlarged: TileSet,
    blank: Option<Handle>,
}

/// The tiles of one size that are up to date.
#[derive(Debug, Clone, Default)]
struct TileSet {
    grid: Option<Grid>,
    tiles: BTreeSet<Tile>,
}

/// The tiles that the window needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WantedTiles {
    /// Those of the whole sheet at this size.
    pub whole: Option<Grid>,
    /// Those of a part of the sheet at a larger size.
    pub enlarged: Option<(Grid, TileRange)>,
}

/// Changes of a sheet.
#[derive(Debug, Clone)]
pub enum Steps {
    /// These steps follow all others.
    More(Vec<Drawn>),
    /// These steps replace all others.
    All(Vec<Drawn>),
}

/// A job for a painter.
#[derive(Debug, Clone)]
pub struct Job {
    /// The number of the picture that it is for.
    pub picture: u64,
    /// The last change of the picture that it contains.
    pub change: u64,
    pub painter: Painter,
    /// The changes of the sheet.
    pub steps: Steps,
    /// The tiles that are needed.
    pub wanted: WantedTiles,
}

/// The result of a job.
#[derive(Debug, Clone)]
pub struct Painted {
    /// The number of the picture that it is for.
    pub picture: u64,
    /// The last change of the picture that it contains.
    pub change: u64,
    pub painter: Painter,
    /// The changed tiles of the whole sheet.
    pub whole: Option<Tiles>,
    /// The changed tiles of a part of the sheet at a larger size.
    pub enlarged: Option<Tiles>,
}

/// Tiles of a sheet.
#[derive(Debug, Clone)]
pub struct Tiles {
    /// The grid of the sheet.
    pub grid: Grid,
    pub tiles: Vec<(Tile, Handle)>,
}

impl Job {
    /// Runs the job. Can take a while.
    pub fn run(self) -> Painted {
        let Job { picture, change, mut painter, steps, wanted } = self;
        let changed = match steps {
            Steps::More(steps) => painter.sheet.push_all(steps),
            Steps::All(steps) => painter.sheet.show(steps),
        };
        let blank = painter.blank.get_or_insert_with(blank).clone();
        let pixels = painter.sheet.raster().pixels();
        let whole = wanted.whole.map(|grid| painter.whole.make(pixels, grid, grid.all(), changed, &blank));
        let enlarged = match wanted.enlarged {
            Some((grid, part)) => Some(painter.enlarged.make(pixels, grid, part, changed, &blank)),
            None => {
                painter.enlarged = TileSet::default();
                None
            }
        };
        Painted { picture, change, painter, whole, enlarged }
    }
}

impl Painter {
    /// Returns the sheet as of the last job.
    pub fn sheet(&self) -> &Sheet {
        &self.sheet
    }
}

impl TileSet {
    /// Makes those of these tiles that are not up to date.
    fn make(&mut self, pixels: &[u32], grid: Grid, part: TileRange, changed: Area, blank: &Handle) -> Tiles {
        if self.grid != Some(grid) {
            *self = TileSet { grid: Some(grid), tiles: BTreeSet::new() };
        }
        let affected = grid.affected(changed);
        self.tiles.retain(|tile| part.contains(*tile) && !affected.contains(*tile));
        let missing: Vec<Tile> = part.tiles().filter(|tile| self.tiles.insert(*tile)).collect();
        let tiles = missing.into_iter().map(|tile| (tile, tile_image(pixels, grid, tile, blank))).collect();
        Tiles { grid, tiles }
    }
}

fn tile_image(exact: &[u32], grid: Grid, tile: Tile, blank: &Handle) -> Handle {
    let rect = grid.rect(tile);
    let pixels = resample::pixels(exact, grid, rect);
    if (rect.width, rect.height) == (SIDE, SIDE) && pixels.iter().all(|channel| *channel == u8::MAX) {
        // The renderer keeps one image for all blank tiles.
        return blank.clone();
    }
    Handle::from_rgba(rect.width, rect.height, pixels)
}

fn blank() -> Handle {
    Handle::from_rgba(SIDE, SIDE, vec![u8::MAX; (SIDE * SIDE * 4) as usize])
}
