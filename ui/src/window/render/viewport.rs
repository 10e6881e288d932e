//! The part of a sheet in view, and its size. It does not change the drawing.

use iced::{Point, Rectangle, Size, Vector};
use inkmesh::canvas::{self, HEIGHT, WIDTH};

use super::painter::WantedTiles;
use super::tiles::Grid;

/// The largest zoom.
pub const MAX_ZOOM: f32 = 4.0;
/// The factor of one step of a wheel.
const STEP: f32 = 1.25;
/// A smaller zoom than this becomes 1.
const NEARLY_WHOLE: f32 = 1.05;

/// The viewport of a sheet, in an area of the window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Viewport {
    /// The size of the area.
    pub area: Size,
    /// The scale factor of the screen.
    pub scale_factor: f32,
    /// The size relative to that of the whole sheet in the area.
    pub zoom: f32,
    /// The point of the sheet in the middle of the area, as fractions of its sides.
    middle: (f32, f32),
}

impl Viewport {
    /// Shows the whole sheet, in an empty area, on a screen with this scale factor.
    pub fn new(scale_factor: f32) -> Self {
        Viewport { area: Size::ZERO, scale_factor, zoom: 1.0, middle: (0.5, 0.5) }
    }

    pub fn resize(&mut self, area: Size, scale_factor: f32) {
        (self.area, self.scale_factor) = (area, scale_factor);
        self.keep_in_view();
    }

    /// Returns whether the sheet is enlarged.
    pub fn is_enlarged(&self) -> bool {
        self.zoom > 1.0
    }

    /// Shows the whole sheet.
    pub fn show_whole(&mut self) {
        (self.zoom, self.middle) = (1.0, (0.5, 0.5));
    }

    /// Zooms in by so many steps. What is at this point of the area stays there.
    pub fn zoom_at(&mut self, at: Point, steps: f32) {
        let before = self.sheet_rect(Point::ORIGIN);
        if before.width < 1.0 {
            return;
        }
        let share = ((at.x - before.x) / before.width, (at.y - before.y) / before.height);
        self.zoom = (self.zoom * STEP.powf(steps)).clamp(1.0, MAX_ZOOM);
        if self.zoom < NEARLY_WHOLE {
            return self.show_whole();
        }
        let size = self.size(self.grid());
        self.middle = (
            share.0 + (self.area.width / 2.0 - at.x) / size.width,
            share.1 + (self.area.height / 2.0 - at.y) / size.height,
        );
        self.keep_in_view();
    }

    /// Zooms in by so many steps, around the middle of the area.
    pub fn zoom_by(&mut self, steps: f32) {
        self.zoom_at(Point::new(self.area.width / 2.0, self.area.height / 2.0), steps);
    }

    /// Moves the sheet.
    pub fn pan(&mut self, by: Vector) {
        let size = self.size(self.grid());
        if size.width >= 1.0 {
            self.middle = (self.middle.0 - by.x / size.width, self.middle.1 - by.y / size.height);
            self.keep_in_view();
        }
    }

    /// Moves the sheet so that it covers as much of the area as it can.
    fn keep_in_view(&mut self) {
        let size = self.size(self.grid());
        let keep = |middle: f32, area: f32, length: f32| {
            let half = if length > 0.0 { (area / 2.0 / length).min(0.5) } else { 0.5 };
            middle.clamp(half, 1.0 - half)
        };
        self.middle =
            (keep(self.middle.0, self.area.width, size.width), keep(self.middle.1, self.area.height, size.height));
    }

    /// Returns the grid of the sheet at its size on the screen.
    pub fn grid(&self) -> Grid {
        if !self.is_enlarged() {
            return Grid::new(self.fitting_width());
        }
        let width = (self.fitting_width() as f32 * self.zoom) as u32;
        Grid::new(width - width % 4)
    }

    /// Returns the width of the whole sheet, in pixels of the screen. It is a multiple of four, so that the height is whole too.
    fn fitting_width(&self) -> u32 {
        let height = self.area.height.max(0.0) * WIDTH as f32 / HEIGHT as f32;
        // Two pixels on each side are left for the edge.
        let width = (self.area.width.min(height) * self.scale_factor - 4.0).max(0.0) as u32; // saturates
        width - width % 4
    }

    fn size(&self, grid: Grid) -> Size {
        if self.fitting_width() == 0 {
            return Size::ZERO;
        }
        Size::new(grid.width() as f32 / self.scale_factor, grid.height() as f32 / self.scale_factor)
    }

    /// Returns the rectangle of the sheet in the area, in logical pixels from the corner of the area, which is at `corner` of
    /// the window. It is 4 : 3, and begins on a whole pixel of the screen.
    pub fn sheet_rect(&self, corner: Point) -> Rectangle {
        let Size { width, height } = self.size(self.grid());
        let start = |corner: f32, space: f32, length: f32, middle: f32| {
            let start = corner + if length > space { space / 2.0 - middle * length } else { (space - length) / 2.0 };
            (start * self.scale_factor).round() / self.scale_factor - corner
        };
        let x = start(corner.x, self.area.width, width, self.middle.0);
        Rectangle { x, y: start(corner.y, self.area.height, height, self.middle.1), width, height }
    }

    /// Returns the point of the sheet under a point of the area; beside the sheet, the nearest one.
    pub fn on_sheet(&self, corner: Point, at: Point) -> canvas::Point {
        let rect = self.sheet_rect(corner);
        let scale = f64::from(WIDTH) / f64::from(rect.width.max(1.0));
        let at = at - Vector::new(rect.x, rect.y);
        canvas::Point::from_logical(f64::from(at.x) * scale, f64::from(at.y) * scale)
    }

    /// Returns the tiles that are needed.
    pub fn wanted(&self) -> WantedTiles {
        let fitting = self.fitting_width();
        let whole = (fitting > 0).then(|| Grid::new(fitting));
        let enlarged = (whole.is_some() && self.is_enlarged()).then(|| {
            let (grid, rect) = (self.grid(), self.sheet_rect(Point::ORIGIN));
            let seen = Rectangle { x: -rect.x, y: -rect.y, width: self.area.width, height: self.area.height };
            (grid, grid.under(seen * self.scale_factor))
        });
        WantedTiles { whole, enlarged }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn viewport(width: f32, height: f32, factor: f32) -> Viewport {
        let mut viewport = Viewport::new(factor);
        viewport.resize(Size::new(width, height), factor);
        viewport
    }

    #[test]
    fn the_sheet_is_whole_and_four_by_three() {
        for (width, height, factor) in [(800.0, 700.0, 1.0), (1000.0, 300.0, 1.5), (333.3, 1000.0, 2.0)] {
            let viewport = viewport(width, height, factor);
            let rect = viewport.sheet_rect(Point::new(10.3, 20.7));
            assert!(rect.x >= 0.0 && rect.x + rect.width <= width, "{rect:?}");
            assert!(rect.y >= 0.0 && rect.y + rect.height <= height, "{rect:?}");
            assert!((rect.width * 3.0 - rect.height * 4.0).abs() < 0.01, "{rect:?}");
            let wanted = viewport.wanted();
            assert_eq!(wanted.whole.map(Grid::width), Some((rect.width * factor).round() as u32));
            assert_eq!(wanted.enlarged, None);
        }
        assert_eq!(Viewport::new(1.0).wanted(), WantedTiles::default());
    }

    #[test]
    fn what_is_under_the_pointer_stays_there() {
        let corner = Point::new(240.0, 100.0);
        let mut viewport = viewport(700.0, 520.0, 1.25);
        // Near its edge, the sheet is moved so that it covers the area.
        for at in [(350.0, 260.0), (100.0, 80.0), (640.0, 470.0)].map(|(x, y)| Point::new(x, y)) {
            viewport.show_whole();
            let before = viewport.on_sheet(corner, at);
            for steps in [3.0, 1.0, -2.0, 9.0] {
                viewport.zoom_at(at, steps);
                let now = viewport.on_sheet(corner, at);
                // Half a pixel of the screen is a quarter unit or two.
                assert!((now.x - before.x).abs() <= 5 && (now.y - before.y).abs() <= 5, "{at:?}: {before:?} {now:?}");
            }
            assert!((viewport.zoom - MAX_ZOOM).abs() < 0.001);
            viewport.zoom_at(at, -99.0);
            assert_eq!((viewport.zoom, viewport.on_sheet(corner, at)), (1.0, before));
        }
    }

    #[test]
    fn an_enlarged_sheet_covers_the_area() {
        let mut viewport = viewport(700.0, 520.0, 1.0);
        viewport.zoom_by(4.0);
        for by in [(9e6, 9e6), (-9e6, 20.0), (3.0, -9e6)] {
            viewport.pan(Vector::new(by.0, by.1));
            let rect = viewport.sheet_rect(Point::ORIGIN);
            assert!(rect.x <= 0.5 && rect.y <= 0.5, "{rect:?}");
            assert!(rect.x + rect.width >= 699.5 && rect.y + rect.height >= 519.5, "{rect:?}");
        }
        let before = viewport.sheet_rect(Point::ORIGIN);
        viewport.pan(Vector::new(30.0, 12.0));
        let now = viewport.sheet_rect(Point::ORIGIN);
        assert_eq!((now.x - before.x, now.y - before.y), (30.0, 12.0));
    }
}
