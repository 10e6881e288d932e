//! The geometry of the window on the screen, restored from the last run, and its icon.

use std::io::Cursor;

use iced::window::{self, Icon, Position};
use iced::{Point, Size};

use crate::settings::Geometry;

/// The size of the window at the first start.
pub const SIZE: Size = Size::new(1280.0, 800.0);
/// The smallest size of the window, at which all actions are still in view: that of a screen of 640 × 480 at 200 %.
pub const MIN_SIZE: Size = Size::new(320.0, 240.0);
/// The window's class on X11, and its app id on Wayland.
pub const APP_ID: &str = "inkmesh";
/// The length of the title bar that has to be on the screen, so that the window can be moved, in pixels.
const GRIP: f32 = 64.0;

/// Returns the settings to open the window with, given its last geometry.
pub fn settings(last: Option<Geometry>) -> window::Settings {
    let geometry = last.unwrap_or_default();
    window::Settings {
        size: geometry.size(),
        maximized: geometry.maximized,
        position: geometry.point().map_or(Position::Default, Position::Specific),
        min_size: Some(MIN_SIZE),
        icon: icon(),
        exit_on_close_request: false,
        #[cfg(target_os = "linux")]
        platform_specific: window::settings::PlatformSpecific {
            application_id: APP_ID.to_owned(),
            ..Default::default()
        },
        ..window::Settings::default()
    }
}

/// Returns the icon of the program; without one the system shows its own.
fn icon() -> Option<Icon> {
    let bytes = include_bytes!("../../assets/icon.png");
    let mut reader = png::Decoder::new(Cursor::new(&bytes[..])).read_info().ok()?;
    let mut pixels = vec![0; reader.output_buffer_size()?];
    let frame = reader.next_frame(&mut pixels).ok()?;
    window::icon::from_rgba(pixels, frame.width, frame.height).ok()
}

impl Default for Geometry {
    fn default() -> Self {
        Geometry { width: SIZE.width as u32, height: SIZE.height as u32, position: None, maximized: false }
    }
}

impl Geometry {
    /// Returns the size of the window when it is not maximized.
    fn size(self) -> Size {
        Size::new(self.width as f32, self.height as f32).max(MIN_SIZE)
    }

    fn point(self) -> Option<Point> {
        self.position.map(|(x, y)| Point::new(x as f32, y as f32))
    }

    pub fn resize(&mut self, size: Size, maximized: bool) {
        self.maximized = maximized;
        if !maximized {
            (self.width, self.height) = (size.width.round() as u32, size.height.round() as u32);
        }
    }

    /// Sets the position. One on another screen than the first is not kept: that screen may be gone at the next start, and
    /// the window would be invisible.
    pub fn move_to(&mut self, at: Point, screen: Size) {
        let on = at.x >= 0.0 && at.y >= 0.0 && at.x + GRIP <= screen.width && at.y + GRIP <= screen.height;
        self.position = on.then_some((at.x.round() as i32, at.y.round() as i32));
    }

    /// Returns the size and the position to change the window to, so that it is on a screen of this size.
    pub fn fit(self, screen: Size) -> (Option<Size>, Option<Point>) {
        if self.maximized || screen.width < MIN_SIZE.width || screen.height < MIN_SIZE.height {
            return (None, None);
        }
        let size = self.size();
        let fitting = size.min(screen);
        let away = |at: Point| at.x + GRIP > screen.width || at.y + GRIP > screen.height;
        let middle = Point::new((screen.width - fitting.width) / 2.0, (screen.height - fitting.height) / 2.0);
        ((fitting != size).then_some(fitting), self.point().filter(|at| away(*at) || fitting != size).map(|_| middle))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    const SCREEN: Size = Size::new(1920.0, 1080.0);

    #[test]
    fn there_is_an_icon() {
        let (pixels, size) = icon().unwrap().into_raw();
        assert_eq!((size.width, size.height, pixels.len()), (256, 256, 256 * 256 * 4));
        assert!(pixels.chunks_exact(4).any(|pixel| pixel == [0xB8, 0x38, 0x22, 0xFF]), "with a seal on it");
    }

    #[test]
    fn a_window_comes_back_as_it_was() {
        let mut geometry = Geometry::default();
        assert_eq!(settings(None).size, SIZE);
        geometry.resize(Size::new(900.4, 700.0), false);
        geometry.move_to(Point::new(40.0, 30.0), SCREEN);
        geometry.resize(SCREEN, true);
        let opened = settings(Some(geometry));
        assert_eq!((opened.size, opened.maximized), (Size::new(900.0, 700.0), true));
        assert!(matches!(opened.position, Position::Specific(Point { x: 40.0, y: 30.0 })));
        assert_eq!(geometry.fit(SCREEN), (None, None));
        assert_eq!(settings(Some(Geometry { width: 3, height: 0, ..geometry })).size, MIN_SIZE, "too small to be true");
    }

    #[test]
    fn a_window_fits_a_screen_that_got_smaller() {
        let geometry = Geometry { width: 1600, height: 1000, position: Some((1500, 20)), maximized: false };
        assert_eq!(geometry.fit(SCREEN), (None, None));
        let small = Size::new(1024.0, 768.0);
        assert_eq!(geometry.fit(small), (Some(small), Some(Point::ORIGIN)));
        let beyond = Geometry { width: 800, height: 600, ..geometry };
        assert_eq!(beyond.fit(small), (None, Some(Point::new(112.0, 84.0))));
        let anywhere = Geometry { position: None, ..geometry };
        assert_eq!(anywhere.fit(small), (Some(small), None), "the system placed it");
    }

    #[test]
    fn a_place_on_a_second_screen_is_not_kept() {
        let mut geometry = Geometry { position: Some((1, 2)), ..Geometry::default() };
        geometry.move_to(Point::new(2400.0, 100.0), SCREEN);
        assert_eq!(geometry.position, None);
        geometry.move_to(Point::new(-800.0, 100.0), SCREEN);
        assert_eq!(geometry.position, None);
    }
}
