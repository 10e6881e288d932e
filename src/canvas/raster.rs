//! The picture of record: the same pixels on every machine and in every build.
//!
//! Coordinates are integers in eighths of a pixel, and a pixel is covered or not. A window may show smoother lines; fills
//! and digests use these pixels.

use super::brush::Brush;
use super::size::{COLUMNS, QUARTERS, ROWS};
use super::{Area, CanvasStep, Color, Point, Stroke, Tool, flood};

/// The colour of an empty sheet.
const WHITE: u32 = 0x00ff_ffff;

/// A sheet as pixels, 7.7 MB of them.
#[derive(Clone)]
pub struct Raster {
    /// Row by row, as `0xRRGGBB`.
    pixels: Vec<u32>,
    /// The cost of drawing so far, in units of about ten nanoseconds.
    cost: u64,
}

impl Default for Raster {
    fn default() -> Self {
        Raster::blank(0)
    }
}

impl std::fmt::Debug for Raster {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Raster").field("cost", &self.cost).finish_non_exhaustive()
    }
}

impl Raster {
    /// Returns all pixels, row by row, each as `0xRRGGBB`.
    #[must_use]
    pub fn pixels(&self) -> &[u32] {
        &self.pixels
    }

    /// Returns all pixels, row by row, each as red, green and blue.
    #[must_use]
    pub fn rgb(&self) -> Vec<u8> {
        self.pixels.iter().flat_map(|pixel| rgb(*pixel)).collect()
    }

    /// Returns the colour of the pixel at a point.
    #[must_use]
    pub fn color_at(&self, at: Point) -> Color {
        let (column, row) = place(at);
        Color(rgb(self.pixels[row * COLUMNS + column]))
    }

    /// Returns a hash of the picture.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new_derive_key("inkmesh 2026 digest of a raster");
        hasher.update(&self.rgb());
        *hasher.finalize().as_bytes()
    }

    /// Returns an empty sheet that has had this cost already.
    pub(super) fn blank(cost: u64) -> Self {
        Raster { pixels: vec![WHITE; COLUMNS * ROWS], cost }
    }

    /// Returns the cost of drawing so far, in units of about ten nanoseconds.
    pub(super) fn cost(&self) -> u64 {
        self.cost
    }

    /// Draws a mark; undo and redo draw nothing. Returns the area in which the picture may have changed.
    pub fn draw(&mut self, step: &CanvasStep) -> Area {
        match step {
            CanvasStep::Stroke(stroke) => self.stroke(stroke),
            CanvasStep::Fill { at, color, .. } => self.fill(*at, *color, |_| {}),
            CanvasStep::Clear { .. } => self.clear(),
            CanvasStep::Undo { .. } | CanvasStep::Redo { .. } => Area::default(),
        }
    }

    /// Draws a stroke or a shape. A pixel is covered when its centre is no farther from the line than half the width; each
    /// point covers at least its own pixel. The parts of a stroke cover the same pixels as the whole.
    pub fn stroke(&mut self, stroke: &Stroke) -> Area {
        let color = match stroke.tool {
            Tool::Eraser => WHITE,
            Tool::Pen | Tool::Line | Tool::Rectangle | Tool::Ellipse => packed(stroke.color),
        };
        let brush = Brush::new(stroke.width);
        let mut area = Area::default();
        brush.cover(stroke, |row, left, right| {
            self.run(row, left, right).fill(color);
            area = area.join(Area::of_run(row, left, right));
        });
        area
    }

    /// Fills the area of one colour around a point: the pixels of exactly its colour that are connected by their sides.
    /// Calls `filled` for each run of pixels.
    pub(super) fn fill(&mut self, at: Point, color: Color, mut filled: impl FnMut(Area)) -> Area {
        let mut area = Area::default();
        let (mut total, color) = (0, packed(color));
        flood::fill(&mut self.pixels, place(at), color, |row, left, right| {
            let run = Area::of_run(row, left, right);
            total += cost(left, right);
            area = area.join(run);
            filled(run);
        });
        self.cost += total;
        area
    }

    /// Clears the sheet.
    pub fn clear(&mut self) -> Area {
        self.pixels.fill(WHITE);
        Area { left: 0, top: 0, right: COLUMNS, bottom: ROWS }
    }

    /// Returns the area in which this picture and another differ.
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

    /// Fills a rectangle of pixels.
    #[cfg(test)]
    pub(super) fn block(&mut self, area: Area, color: Color) {
        (area.top..area.bottom).for_each(|row| self.run(row, area.left, area.right).fill(packed(color)));
    }

    fn run(&mut self, row: usize, left: usize, right: usize) -> &mut [u32] {
        self.cost += cost(left, right);
        &mut self.pixels[row * COLUMNS + left..row * COLUMNS + right]
    }
}

/// Returns column and row of the pixel at a point; on the right and lower edge the last ones.
fn place(at: Point) -> (usize, usize) {
    let at = Point::new(at.x, at.y);
    (((at.x / QUARTERS) as usize).min(COLUMNS - 1), ((at.y / QUARTERS) as usize).min(ROWS - 1))
}

/// Returns the cost of colouring a run of pixels.
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
