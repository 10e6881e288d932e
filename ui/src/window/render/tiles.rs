//! The division of a sheet on the screen into tiles: a new stroke changes few of them, and only those are uploaded again.

use iced::Rectangle;
use inkmesh::canvas::{Area, COLUMNS, ROWS};

/// The side of a tile, in pixels of the screen.
pub const SIDE: u32 = 128;

/// The tiles of a sheet of some width, in pixels of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grid {
    width: u32,
}

/// A tile, by its position in the grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tile {
    pub row: u32,
    pub column: u32,
}

/// A rectangle of pixels of the screen, from the top left corner of the sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PixelRect {
    /// The first column.
    pub x: u32,
    /// The first row.
    pub y: u32,
    /// The number of columns.
    pub width: u32,
    /// The number of rows.
    pub height: u32,
}

/// The tiles in a rectangle: from `left` and `top` to before `right` and `bottom`. Empty by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TileRange {
    left: u32,
    top: u32,
    right: u32,
    bottom: u32,
}

impl Grid {
    /// Creates the grid of a sheet of this width, at least one pixel.
    pub fn new(width: u32) -> Self {
        Grid { width: width.max(1) }
    }

    /// Returns the width of the sheet, in pixels.
    pub fn width(self) -> u32 {
        self.width
    }

    /// Returns the height of the sheet, in pixels.
    pub fn height(self) -> u32 {
        (self.width * ROWS as u32 / COLUMNS as u32).max(1)
    }

    pub fn all(self) -> TileRange {
        TileRange { left: 0, top: 0, right: self.width.div_ceil(SIDE), bottom: self.height().div_ceil(SIDE) }
    }

    /// Returns the tiles that a change of this area of the exact picture affects.
    pub fn affected(self, area: Area) -> TileRange {
        if area.is_empty() {
            return TileRange::default();
        }
        // A pixel of the screen can be mixed from those beside its position.
        let first = |at: usize, shown: u32, full: usize| at.saturating_sub(1) * shown as usize / full;
        let after = |at: usize, shown: u32, full: usize| ((at + 1) * shown as usize).div_ceil(full).min(shown as usize);
        let side = SIDE as usize;
        TileRange {
            left: (first(area.left, self.width, COLUMNS) / side) as u32,
            top: (first(area.top, self.height(), ROWS) / side) as u32,
            right: after(area.right, self.width, COLUMNS).div_ceil(side) as u32,
            bottom: after(area.bottom, self.height(), ROWS).div_ceil(side) as u32,
        }
    }

    /// Returns the tiles under a rectangle on the sheet, in pixels of the screen, and one more on each side.
    pub fn under(self, place: Rectangle) -> TileRange {
        let all = self.all();
        let tile = |at: f32, end: u32| ((at / SIDE as f32).max(0.0) as u32).min(end); // saturates
        TileRange {
            left: tile(place.x, all.right).saturating_sub(1),
            top: tile(place.y, all.bottom).saturating_sub(1),
            right: (tile(place.x + place.width, all.right) + 2).min(all.right),
            bottom: (tile(place.y + place.height, all.bottom) + 2).min(all.bottom),
        }
    }

    /// Returns the rectangle of a tile. Those at the right and the bottom are smaller.
    pub fn rect(self, tile: Tile) -> PixelRect {
        let (x, y) = (tile.column * SIDE, tile.row * SIDE);
        PixelRect { x, y, width: SIDE.min(self.width - x), height: SIDE.min(self.height() - y) }
    }
}

impl TileRange {
    /// Returns the tiles, row by row.
    pub fn tiles(self) -> impl Iterator<Item = Tile> {
        (self.top..self.bottom).flat_map(move |row| (self.left..self.right).map(move |column| Tile { row, column }))
    }

    /// Returns whether a tile is among them.
    pub fn contains(self, tile: Tile) -> bool {
        (self.left..self.right).contains(&tile.column) && (self.top..self.bottom).contains(&tile.row)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_cover_the_sheet_exactly() {
        for width in [1, 4, 127, 128, 129, 743, 1600, 6400] {
            let grid = Grid::new(width);
            let area: u32 = grid.all().tiles().map(|tile| grid.rect(tile)).map(|tile| tile.width * tile.height).sum();
            assert_eq!(area, grid.width() * grid.height(), "{width}");
        }
    }

    #[test]
    fn a_change_affects_the_tiles_that_show_it() {
        let grid = Grid::new(1600);
        let affected = |area: Area| {
            let part = grid.affected(area);
            (part.left, part.top, part.right, part.bottom)
        };
        let area = |left, top, right, bottom| Area { left, top, right, bottom };
        assert_eq!(affected(area(10, 10, 20, 20)), (0, 0, 1, 1));
        assert_eq!(affected(area(128, 128, 130, 130)), (0, 0, 2, 2), "the pixels beside it too");
        assert_eq!(affected(area(0, 0, 1600, 1200)), (0, 0, 13, 10));
        assert_eq!(grid.affected(Area::default()).tiles().count(), 0);
        assert_eq!(Grid::new(128).affected(area(1599, 1199, 1600, 1200)).tiles().count(), 1);
    }

    #[test]
    fn the_tiles_in_view_are_complete() {
        let grid = Grid::new(6400);
        let part = grid.under(Rectangle { x: 1000.0, y: -50.0, width: 500.0, height: 700.0 });
        assert_eq!((part.left, part.top, part.right, part.bottom), (6, 0, 13, 7));
        let all = grid.under(Rectangle { x: -9e9, y: -9e9, width: 9e18, height: 9e18 });
        assert_eq!(all, grid.all());
    }
}
