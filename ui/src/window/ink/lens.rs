//! Which part of a sheet is looked at, and how large. The drawing does not change by it.

use iced::{Point, Rectangle, Size, Vector};
use inkmesh::canvas::{self, HEIGHT, WIDTH};

use super::grid::Grid;
use super::painter::Wanted;

/// How many times as large as when it is whole a sheet is shown at most.
pub const MOST: f32 = 4.0;
/// By how much one step of a wheel makes it larger.
const STEP: f32 = 1.25;
/// Nearer to the whole sheet than this, it is the whole sheet.
const NEARLY_WHOLE: f32 = 1.05;

/// A look at a sheet in an area of the window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lens {
    area: Size,
    scale_factor: f32,
    /// How many times as large as when it is whole.
    zoom: f32,
    /// What of the sheet is in the middle, in shares of its sides.
    middle: (f32, f32),
}

impl Lens {
    /// The whole sheet in no area yet, on a screen with this scale factor.
    pub fn new(scale_factor: f32) -> Self {
        Lens { area: Size::ZERO, scale_factor, zoom: 1.0, middle: (0.5, 0.5) }
    }

    /// How much room there is for the sheet.
    pub fn area(&self) -> Size {
        self.area
    }

    /// How many pixels of the screen a logical one has.
    pub fn scale_factor(&self) -> f32 {
        self.scale_factor
    }

    /// There is this much room for the sheet.
    pub fn resize(&mut self, area: Size, scale_factor: f32) {
        (self.area, self.scale_factor) = (area, scale_factor);
        self.keep_in_view();
    }

    /// How many times as large as when it is whole.
    pub fn zoom(&self) -> f32 {
        self.zoom
    }

    /// Whether only a part may be in view.
    pub fn is_close(&self) -> bool {
        self.zoom > 1.0
    }

    /// The whole sheet.
    pub fn whole(&mut self) {
        (self.zoom, self.middle) = (1.0, (0.5, 0.5));
    }

    /// Makes the sheet larger, or smaller, by so many steps; what is at this place of the area stays there.
    pub fn zoom_at(&mut self, at: Point, steps: f32) {
        let before = self.place(Point::ORIGIN);
        if before.width < 1.0 {
            return;
        }
        let share = ((at.x - before.x) / before.width, (at.y - before.y) / before.height);
        self.zoom = (self.zoom * STEP.powf(steps)).clamp(1.0, MOST);
        if self.zoom < NEARLY_WHOLE {
            return self.whole();
        }
        let size = self.size(self.grid());
        self.middle = (
            share.0 + (self.area.width / 2.0 - at.x) / size.width,
            share.1 + (self.area.height / 2.0 - at.y) / size.height,
        );
        self.keep_in_view();
    }

    /// Makes the sheet larger or smaller around the middle of the area.
    pub fn zoom_by(&mut self, steps: f32) {
        self.zoom_at(Point::new(self.area.width / 2.0, self.area.height / 2.0), steps);
    }

    /// Moves the sheet under the lens.
    pub fn pan(&mut self, by: Vector) {
        let size = self.size(self.grid());
        if size.width >= 1.0 {
            self.middle = (self.middle.0 - by.x / size.width, self.middle.1 - by.y / size.height);
            self.keep_in_view();
        }
    }

    /// No desk is shown where there could be sheet.
    fn keep_in_view(&mut self) {
        let size = self.size(self.grid());
        let keep = |middle: f32, area: f32, length: f32| {
            let half = if length > 0.0 { (area / 2.0 / length).min(0.5) } else { 0.5 };
            middle.clamp(half, 1.0 - half)
        };
        self.middle =
            (keep(self.middle.0, self.area.width, size.width), keep(self.middle.1, self.area.height, size.height));
    }

    /// The sheet's pixels of the screen.
    pub fn grid(&self) -> Grid {
        if !self.is_close() {
            return Grid::new(self.fitting_width());
        }
        let width = (self.fitting_width() as f32 * self.zoom) as u32;
        Grid::new(width - width % 4)
    }

    /// The width of the largest whole sheet, in pixels of the screen: a multiple of four, so that its height is whole too.
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

    /// Where the sheet lies in the area, whose corner is at `corner` of the window, in logical pixels from that corner:
    /// 4 : 3, on whole pixels of the screen.
    pub fn place(&self, corner: Point) -> Rectangle {
        let Size { width, height } = self.size(self.grid());
        let start = |corner: f32, space: f32, length: f32, middle: f32| {
            let start = corner + if length > space { space / 2.0 - middle * length } else { (space - length) / 2.0 };
            (start * self.scale_factor).round() / self.scale_factor - corner
        };
        let x = start(corner.x, self.area.width, width, self.middle.0);
        Rectangle { x, y: start(corner.y, self.area.height, height, self.middle.1), width, height }
    }

    /// What of the sheet lies under a place of the area. Beside the sheet it is what is nearest.
    pub fn on_sheet(&self, corner: Point, at: Point) -> canvas::Point {
        let place = self.place(corner);
        let scale = f64::from(WIDTH) / f64::from(place.width.max(1.0));
        let at = at - Vector::new(place.x, place.y);
        canvas::Point::from_logical(f64::from(at.x) * scale, f64::from(at.y) * scale)
    }

    /// The tiles that are needed.
    pub fn wanted(&self) -> Wanted {
        let fitting = self.fitting_width();
        let whole = (fitting > 0).then(|| Grid::new(fitting));
        let close = (whole.is_some() && self.is_close()).then(|| {
            let (grid, place) = (self.grid(), self.place(Point::ORIGIN));
            let seen = Rectangle { x: -place.x, y: -place.y, width: self.area.width, height: self.area.height };
            (grid, grid.under(seen * self.scale_factor))
        });
        Wanted { whole, close }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lens(width: f32, height: f32, factor: f32) -> Lens {
        let mut lens = Lens::new(factor);
        lens.resize(Size::new(width, height), factor);
        lens
    }

    #[test]
    fn the_sheet_is_whole_and_four_by_three() {
        for (width, height, factor) in [(800.0, 700.0, 1.0), (1000.0, 300.0, 1.5), (333.3, 1000.0, 2.0)] {
            let lens = lens(width, height, factor);
            let place = lens.place(Point::new(10.3, 20.7));
            assert!(place.x >= 0.0 && place.x + place.width <= width, "{place:?}");
            assert!(place.y >= 0.0 && place.y + place.height <= height, "{place:?}");
            assert!((place.width * 3.0 - place.height * 4.0).abs() < 0.01, "{place:?}");
            let wanted = lens.wanted();
            assert_eq!(wanted.whole.map(Grid::width), Some((place.width * factor).round() as u32));
            assert_eq!(wanted.close, None);
        }
        assert_eq!(Lens::new(1.0).wanted(), Wanted::default());
    }

    #[test]
    fn what_is_under_the_pointer_stays_there() {
        let corner = Point::new(240.0, 100.0);
        let mut lens = lens(700.0, 520.0, 1.25);
        // Nearer to its edge, the sheet is moved so that no desk is shown.
        for at in [(350.0, 260.0), (100.0, 80.0), (640.0, 470.0)].map(|(x, y)| Point::new(x, y)) {
            lens.whole();
            let before = lens.on_sheet(corner, at);
            for steps in [3.0, 1.0, -2.0, 9.0] {
                lens.zoom_at(at, steps);
                let now = lens.on_sheet(corner, at);
                // Half a pixel of the screen is a quarter unit or two.
                assert!((now.x - before.x).abs() <= 5 && (now.y - before.y).abs() <= 5, "{at:?}: {before:?} {now:?}");
            }
            assert!((lens.zoom() - MOST).abs() < 0.001);
            lens.zoom_at(at, -99.0);
            assert_eq!((lens.zoom(), lens.on_sheet(corner, at)), (1.0, before));
        }
    }

    #[test]
    fn no_desk_is_shown_where_there_could_be_sheet() {
        let mut lens = lens(700.0, 520.0, 1.0);
        lens.zoom_by(4.0);
        for by in [(9e6, 9e6), (-9e6, 20.0), (3.0, -9e6)] {
            lens.pan(Vector::new(by.0, by.1));
            let place = lens.place(Point::ORIGIN);
            assert!(place.x <= 0.5 && place.y <= 0.5, "{place:?}");
            assert!(place.x + place.width >= 699.5 && place.y + place.height >= 519.5, "{place:?}");
        }
        let before = lens.place(Point::ORIGIN);
        lens.pan(Vector::new(30.0, 12.0));
        let now = lens.place(Point::ORIGIN);
        assert_eq!((now.x - before.x, now.y - before.y), (30.0, 12.0));
    }
}
