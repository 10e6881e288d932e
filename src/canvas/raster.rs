//! The picture of record: the same pixels on every peer, whatever the machine and the build.
//!
//! Nothing here knows a fraction: places are integers in eighths of a pixel, and a pixel is covered or it is not. What a
//! window shows may be smoother; what a fill fills, and what digests compare, is this.

use super::brush::Brush;
use super::size::{COLUMNS, QUARTERS, ROWS};
use super::{Area, CanvasStep, Color, Ink, Point, Tool, flood};

/// White, the colour of a sheet.
const SHEET: u32 = 0x00ff_ffff;

/// A sheet as pixels, 7.7 MB of them.
#[derive(Clone)]
pub struct Raster {
    /// Row by row, as `0xRRGGBB`.
    pixels: Vec<u32>,
    spent: u64,
}

impl Default for Raster {
    fn default() -> Self {
        Raster::blank(0)
    }
}

impl std::fmt::Debug for Raster {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Raster").field("spent", &self.spent).finish_non_exhaustive()
    }
}

impl Raster {
    /// All pixels, row by row, each as `0xRRGGBB`.
    #[must_use]
    pub fn pixels(&self) -> &[u32] {
        &self.pixels
    }

    /// All pixels, row by row, red, green and blue of each.
    #[must_use]
    pub fn rgb(&self) -> Vec<u8> {
        self.pixels.iter().flat_map(|pixel| rgb(*pixel)).collect()
    }

    /// The colour under a point.
    #[must_use]
    pub fn color_at(&self, at: Point) -> Color {
        let (column, row) = place(at);
        Color(rgb(self.pixels[row * COLUMNS + column]))
    }

    /// A hash of the picture.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new_derive_key("inkmesh 2026 digest of a raster");
        hasher.update(&self.rgb());
        *hasher.finalize().as_bytes()
    }

    /// A blank sheet, with so much drawing counted already.
    pub(super) fn blank(spent: u64) -> Self {
        Raster { pixels: vec![SHEET; COLUMNS * ROWS], spent }
    }

    /// How much drawing went into it, in rough units of ten nanoseconds.
    pub(super) fn spent(&self) -> u64 {
        self.spent
    }

    /// Puts a mark on top; undo and redo are none. Returns where the picture may have changed.
    pub fn draw(&mut self, step: &CanvasStep) -> Area {
        match step {
            CanvasStep::Ink(ink) => self.ink(ink),
            CanvasStep::Fill { at, color, .. } => self.fill(*at, *color, |_| {}),
            CanvasStep::Clear { .. } => self.clear(),
            CanvasStep::Undo { .. } | CanvasStep::Redo { .. } => Area::default(),
        }
    }

    /// Puts a stroke or a shape on top. A pixel is covered when its centre is no farther from the line than half the
    /// width, and never fewer pixels than the one around a point: so the parts of a stroke cover what the whole does.
    pub fn ink(&mut self, ink: &Ink) -> Area {
        let color = match ink.tool {
            Tool::Eraser => SHEET,
            Tool::Pen | Tool::Line | Tool::Rectangle | Tool::Ellipse => packed(ink.color),
        };
        let brush = Brush::new(ink.width);
        let mut area = Area::default();
        brush.cover(ink, |row, left, right| {
            self.run(row, left, right).fill(color);
            area = area.join(Area::of_run(row, left, right));
        });
        area
    }

    /// Gives the pixel under a point, and all of exactly its colour that hang together with it by their sides, another
    /// colour. `filled` is told each run of pixels.
    pub(super) fn fill(&mut self, at: Point, color: Color, mut filled: impl FnMut(Area)) -> Area {
        let mut area = Area::default();
        let (mut spent, color) = (0, packed(color));
        flood::fill(&mut self.pixels, place(at), color, |row, left, right| {
            let run = Area::of_run(row, left, right);
            spent += cost(left, right);
            area = area.join(run);
            filled(run);
        });
        self.spent += spent;
        area
    }

    /// Takes everything off.
    pub fn clear(&mut self) -> Area {
        self.pixels.fill(SHEET);
        Area { left: 0, top: 0, right: COLUMNS, bottom: ROWS }
    }

    /// Where this picture and another differ.
    #[must_use]
    pub fn difference(&self, other: &Raster) -> Area {
        let rows = self.pixels.chunks_exact(COLUMNS).zip(other.pixels.chunks_exact(COLUMNS)).enumerate();
        let changed = rows.filter(|(_, (mine, theirs))| mine != theirs).map(|(row, (mine, theirs))| {
            let differs = |column: &usize| mine[*column] != theirs[*column];
            let left = (0..COLUMNS).find(differs).unwrap_or(0);
            let right = (0..COLUMNS).rfind(differs).unwrap_or(0);
            Area::of_run(row, left, right + 1)
        });
        changed.fold(Area::default(), Area::join)
    }

    /// Gives a rectangle of pixels one colour.
    #[cfg(test)]
    pub(super) fn block(&mut self, area: Area, color: Color) {
        (area.top..area.bottom).for_each(|row| self.run(row, area.left, area.right).fill(packed(color)));
    }

    fn run(&mut self, row: usize, left: usize, right: usize) -> &mut [u32] {
        self.spent += cost(left, right);
        &mut self.pixels[row * COLUMNS + left..row * COLUMNS + right]
    }
}

/// Column and row of the pixel under a point: on the far edges the last ones.
fn place(at: Point) -> (usize, usize) {
    let at = Point::new(at.x, at.y);
    (((at.x / QUARTERS) as usize).min(COLUMNS - 1), ((at.y / QUARTERS) as usize).min(ROWS - 1))
}

/// Of colouring a run of pixels.
fn cost(left: usize, right: usize) -> u64 {
    2 + (right - left) as u64 / 32
}

fn packed(color: Color) -> u32 {
    let [red, green, blue] = color.0;
    u32::from_be_bytes([0, red, green, blue])
}

fn rgb(pixel: u32) -> [u8; 3] {
    let [_, red, green, blue] = pixel.to_be_bytes();
    [red, green, blue]
}
