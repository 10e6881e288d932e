//! The window on the screen: how it looks there to the system, and where it was when the program last ran.

use std::io::Cursor;

use iced::window::{self, Icon, Position};
use iced::{Point, Size};

use crate::settings::Place;

/// The size of the window at first.
pub const SIZE: Size = Size::new(1280.0, 800.0);
/// The least size of the window, at which all actions are still in view: that of a screen of 640 × 480 at 200 %.
pub const LEAST: Size = Size::new(320.0, 240.0);
/// What the system calls the program: the window's class on X11, its app id on Wayland.
pub const APP_ID: &str = "inkmesh";
/// So much of a window's head has to be on the screen to take hold of it, in pixels.
const HOLD: f32 = 64.0;

/// What the window is opened with, where it was like this before.
pub fn settings(before: Option<Place>) -> window::Settings {
    let place = before.unwrap_or_default();
    window::Settings {
        size: place.size(),
        maximized: place.maximized,
        position: place.point().map_or(Position::Default, Position::Specific),
        min_size: Some(LEAST),
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

/// The icon of the program; without one the system shows its own.
fn icon() -> Option<Icon> {
    let bytes = include_bytes!("../../assets/icon.png");
    let mut reader = png::Decoder::new(Cursor::new(&bytes[..])).read_info().ok()?;
    let mut pixels = vec![0; reader.output_buffer_size()?];
    let frame = reader.next_frame(&mut pixels).ok()?;
    window::icon::from_rgba(pixels, frame.width, frame.height).ok()
}

impl Default for Place {
    fn default() -> Self {
        Place { width: SIZE.width as u32, height: SIZE.height as u32, position: None, maximized: false }
    }
}

impl Place {
    /// The size of the window, when it is not maximized.
    fn size(self) -> Size {
        Size::new(self.width as f32, self.height as f32).max(LEAST)
    }

    fn point(self) -> Option<Point> {
        self.position.map(|(x, y)| Point::new(x as f32, y as f32))
    }

    /// The window has this size now.
    pub fn resize(&mut self, size: Size, maximized: bool) {
        self.maximized = maximized;
        if !maximized {
            (self.width, self.height) = (size.width.round() as u32, size.height.round() as u32);
        }
    }

    /// The window is here now. A place on another screen than the first is not kept: that screen may be gone when the
    /// program starts again, and a window that nobody sees is worse than one that the system places.
    pub fn move_to(&mut self, at: Point, screen: Size) {
        let on = at.x >= 0.0 && at.y >= 0.0 && at.x + HOLD <= screen.width && at.y + HOLD <= screen.height;
        self.position = on.then_some((at.x.round() as i32, at.y.round() as i32));
    }

    /// What has to change for the window to be on a screen of this size: its size, its place.
    pub fn fit(self, screen: Size) -> (Option<Size>, Option<Point>) {
        if self.maximized || screen.width < LEAST.width || screen.height < LEAST.height {
            return (None, None);
        }
        let size = self.size();
        let fitting = size.min(screen);
        let away = |at: Point| at.x + HOLD > screen.width || at.y + HOLD > screen.height;
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
        let mut place = Place::default();
        assert_eq!(settings(None).size, SIZE);
        place.resize(Size::new(900.4, 700.0), false);
        place.move_to(Point::new(40.0, 30.0), SCREEN);
        place.resize(SCREEN, true);
        let opened = settings(Some(place));
        assert_eq!((opened.size, opened.maximized), (Size::new(900.0, 700.0), true));
        assert!(matches!(opened.position, Position::Specific(Point { x: 40.0, y: 30.0 })));
        assert_eq!(place.fit(SCREEN), (None, None));
        assert_eq!(settings(Some(Place { width: 3, height: 0, ..place })).size, LEAST, "too small to be true");
    }

    #[test]
    fn a_window_fits_a_screen_that_got_smaller() {
        let place = Place { width: 1600, height: 1000, position: Some((1500, 20)), maximized: false };
        assert_eq!(place.fit(SCREEN), (None, None));
        let small = Size::new(1024.0, 768.0);
        assert_eq!(place.fit(small), (Some(small), Some(Point::ORIGIN)));
        let beyond = Place { width: 800, height: 600, ..place };
        assert_eq!(beyond.fit(small), (None, Some(Point::new(112.0, 84.0))));
        let anywhere = Place { position: None, ..place };
        assert_eq!(anywhere.fit(small), (Some(small), None), "the system placed it");
    }

    #[test]
    fn a_place_on_a_second_screen_is_not_kept() {
        let mut place = Place { position: Some((1, 2)), ..Place::default() };
        place.move_to(Point::new(2400.0, 100.0), SCREEN);
        assert_eq!(place.position, None);
        place.move_to(Point::new(-800.0, 100.0), SCREEN);
        assert_eq!(place.position, None);
    }
}
