//! Finished ink as pixels, in tiles: a new stroke touches few of them, and only those are handed to the renderer anew.

use iced::advanced::image::Handle;
use inkmesh::canvas::{HEIGHT, Ink, Tool, WIDTH};
use tiny_skia::{FillRule, Paint, Pixmap, Transform};

use super::path::{corners, outline};

/// Length of a tile's side in pixels.
const SIDE: u32 = 128;
/// Widest sheet that is kept as pixels; a wider one is stretched.
const MAX_WIDTH: u32 = 6400;

/// A sheet as pixels.
#[derive(Debug)]
pub struct Tiles {
    width: u32,
    tiles: Vec<Tile>,
}

/// A part of a sheet, placed in pixels from the sheet's top left corner.
#[derive(Debug)]
pub struct Tile {
    x: u32,
    y: u32,
    pixels: Pixmap,
    image: Handle,
    dirty: bool,
}

impl Tile {
    /// Where it lies and how large it is, in pixels: left, top, width, height.
    pub fn place(&self) -> [f32; 4] {
        [self.x as f32, self.y as f32, self.pixels.width() as f32, self.pixels.height() as f32]
    }

    /// Its picture, as of the last [`Tiles::publish`].
    pub fn image(&self) -> &Handle {
        &self.image
    }
}

impl Tiles {
    /// An empty sheet, `width` pixels wide.
    pub fn new(width: u32) -> Self {
        let width = width.clamp(1, MAX_WIDTH);
        let height = (width * HEIGHT.unsigned_abs() / WIDTH.unsigned_abs()).max(1);
        let starts = |length: u32| (0..length).step_by(SIDE as usize);
        let tiles = starts(height)
            .flat_map(|y| starts(width).map(move |x| (x, y)))
            .filter_map(|(x, y)| {
                let pixels = Pixmap::new(SIDE.min(width - x), SIDE.min(height - y))?;
                Some(Tile { x, y, image: Handle::from_rgba(0, 0, Vec::new()), pixels, dirty: true })
            })
            .collect();
        let mut sheet = Tiles { width, tiles };
        sheet.clear();
        sheet
    }

    /// Width in pixels.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// The tiles, row by row.
    pub fn iter(&self) -> impl Iterator<Item = &Tile> {
        self.tiles.iter()
    }

    /// Takes everything off the sheet.
    pub fn clear(&mut self) {
        for tile in &mut self.tiles {
            tile.pixels.fill(tiny_skia::Color::WHITE);
            tile.dirty = true;
        }
    }

    /// Puts a stroke on top.
    pub fn draw(&mut self, ink: &Ink) {
        let scale = self.width as f32 / WIDTH as f32;
        let Some(outline) = outline(&corners(ink.tool, &ink.points.to_vec()), ink.width, scale) else { return };
        let mut paint = Paint::default();
        match ink.tool {
            Tool::Eraser => paint.set_color_rgba8(255, 255, 255, 255),
            _ => paint.set_color_rgba8(ink.color.0[0], ink.color.0[1], ink.color.0[2], 255),
        }
        let bounds = outline.bounds();
        for tile in &mut self.tiles {
            let [x, y, width, height] = tile.place();
            let beside = bounds.right() < x - 1.0
                || bounds.left() > x + width + 1.0
                || bounds.bottom() < y - 1.0
                || bounds.top() > y + height + 1.0;
            if !beside {
                tile.pixels.fill_path(&outline, &paint, FillRule::Winding, Transform::from_translate(-x, -y), None);
                tile.dirty = true;
            }
        }
    }

    /// Gives every tile that changed a new picture. To be called once after a batch of changes.
    pub fn publish(&mut self) {
        for tile in self.tiles.iter_mut().filter(|tile| tile.dirty) {
            let (width, height) = (tile.pixels.width(), tile.pixels.height());
            // The sheet is opaque, so premultiplied and plain colours are the same bytes.
            tile.image = Handle::from_rgba(width, height, tile.pixels.data().to_vec());
            tile.dirty = false;
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use inkmesh::canvas::{Color, Point, Points};

    use super::*;

    fn ink(tool: Tool, width: u16, points: &[(f64, f64)]) -> Ink {
        let points = points.iter().map(|&(x, y)| Point::from_logical(x, y)).collect();
        Ink { stroke: 1, tool, color: Color([200, 0, 0]), width, points: Points::new(points) }
    }

    fn pixel(tiles: &Tiles, x: u32, y: u32) -> [u8; 3] {
        let inside = |tile: &&Tile| (tile.x..tile.x + SIDE).contains(&x) && (tile.y..tile.y + SIDE).contains(&y);
        let tile = tiles.iter().find(inside).unwrap();
        let color = tile.pixels.pixel(x - tile.x, y - tile.y).unwrap();
        [color.red(), color.green(), color.blue()]
    }

    #[test]
    fn tiles_cover_the_sheet_exactly() {
        for width in [1, 127, 128, 129, 743, 1600] {
            let tiles = Tiles::new(width);
            let area: f32 = tiles.iter().map(|tile| tile.place()[2] * tile.place()[3]).sum();
            assert_eq!(area as u32, width * (width * 3 / 4).max(1), "{width}");
        }
        assert_eq!(Tiles::new(u32::MAX).width(), MAX_WIDTH);
    }

    #[test]
    fn a_line_runs_through_tiles_without_a_gap() {
        let mut tiles = Tiles::new(800);
        tiles.draw(&ink(Tool::Pen, 16, &[(100.0, 100.0), (1500.0, 100.0)]));
        for x in 52..748 {
            assert_eq!(pixel(&tiles, x, 50), [200, 0, 0], "at {x}");
        }
        assert_eq!(pixel(&tiles, 400, 60), [255, 255, 255]);
        tiles.draw(&ink(Tool::Eraser, 64, &[(800.0, 0.0), (800.0, 200.0)]));
        assert_eq!(pixel(&tiles, 400, 50), [255, 255, 255]);
        assert_eq!(pixel(&tiles, 440, 50), [200, 0, 0]);
    }

    #[test]
    fn a_tap_leaves_a_dot_and_a_thin_pen_a_line() {
        let mut tiles = Tiles::new(400);
        tiles.draw(&ink(Tool::Pen, 32, &[(800.0, 600.0)]));
        assert_eq!(pixel(&tiles, 200, 150), [200, 0, 0]);
        tiles.draw(&ink(Tool::Pen, 1, &[(100.0, 102.0), (400.0, 102.0)]));
        assert_ne!(pixel(&tiles, 60, 25), [255, 255, 255]);
    }

    #[test]
    fn only_tiles_that_changed_get_a_new_picture() {
        let mut tiles = Tiles::new(800);
        tiles.publish();
        let before: Vec<_> = tiles.iter().map(|tile| tile.image().id()).collect();
        tiles.draw(&ink(Tool::Pen, 8, &[(20.0, 20.0), (40.0, 40.0)]));
        tiles.publish();
        let changed = tiles.iter().zip(before).filter(|(tile, id)| tile.image().id() != *id).count();
        assert_eq!(changed, 1);
    }
}
