//! An animated stamp with the word that we guessed.

use std::time::{Duration, Instant};

use iced::widget::canvas::{self, Canvas, Frame, Geometry, Path, Stroke, Text};
use iced::widget::container;
use iced::{Color, Element, Length, Point, Radians, Rectangle, Renderer, Size, Theme, Vector, alignment, mouse};

use super::redraw::redraw_around;
use crate::window::theme::{self, Look};

/// The time that the stamp takes to come down.
const FALL: Duration = Duration::from_millis(220);
/// The time that it stays.
pub const STAY: Duration = Duration::from_millis(3_000);
/// The time that it takes to fade at the end of that.
const FADE: Duration = Duration::from_millis(400);
/// How much larger it is at first, as a fraction.
const HIGH: f32 = 0.9;
/// Its angle, in radians.
const SLANT: f32 = -0.09;
/// Size of its letters.
const LETTERS: f32 = 34.0;

/// A stamped word.
#[derive(Debug)]
pub struct Stamp {
    word: String,
    since: Instant,
}

impl Stamp {
    /// Creates a stamp that begins to fall now.
    pub fn new(word: String, now: Instant) -> Self {
        Stamp { word, since: now }
    }

    /// Returns whether it is still visible.
    pub fn is_up(&self, now: Instant) -> bool {
        self.age(now) < STAY
    }

    /// Returns whether it moves or fades.
    pub fn moves(&self, now: Instant) -> bool {
        let age = self.age(now);
        age < FALL || (STAY.saturating_sub(FADE)..STAY).contains(&age)
    }

    fn age(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.since)
    }

    /// Returns the stamp, with words of praise under it.
    pub fn view<'a, M: 'a>(&self, look: Look, now: Instant) -> Element<'a, M> {
        let (age, calm) = (self.age(now), look.calm);
        let left = STAY.saturating_sub(age).as_secs_f32() / FADE.as_secs_f32();
        let fallen = (age.as_secs_f32() / FALL.as_secs_f32()).min(1.0);
        let print = Print {
            word: self.word.clone(),
            joy: look.t("game-you-solved"),
            color: look.colors.accent,
            paper: look.colors.surface,
            alpha: if calm { 1.0 } else { left.min(fallen).clamp(0.0, 1.0) },
            scale: if calm { 1.0 } else { 1.0 + HIGH * (1.0 - fallen).powi(2) },
        };
        container(Canvas::new(print).width(Length::Fill).height(140)).padding(8).into()
    }
}

struct Print {
    word: String,
    joy: String,
    color: Color,
    paper: Color,
    alpha: f32,
    scale: f32,
}

impl<M> canvas::Program<M> for Print {
    type State = ();

    fn draw(
        &self,
        (): &(),
        renderer: &Renderer,
        _theme: &Theme,
        bounds: Rectangle,
        _cursor: mouse::Cursor,
    ) -> Vec<Geometry> {
        let mut frame = Frame::new(renderer, bounds.size());
        redraw_around(&mut frame, Rectangle::with_size(bounds.size()));
        let color = self.color.scale_alpha(self.alpha);
        // A letter of Hangul is about as wide as it is high, one of Latin a little more than half.
        let wide: f32 = self.word.chars().map(|c| if c.is_ascii() { 0.62 } else { 1.0 }).sum();
        let letters = LETTERS.min((bounds.width - 64.0) / wide.max(1.0));
        let size = Size::new((wide * letters + 40.0).max(160.0), LETTERS + 44.0);
        frame.translate(Vector::new(bounds.width / 2.0, bounds.height / 2.0));
        frame.rotate(Radians(SLANT));
        frame.scale(self.scale);
        let corner = Point::new(-size.width / 2.0, -size.height / 2.0);
        let edge = Path::rounded_rectangle(corner, size, 8.0.into());
        frame.fill(&edge, self.paper.scale_alpha(0.97 * self.alpha));
        frame.stroke(&edge, Stroke::default().with_width(3.0).with_color(color));
        let line = |content: &str, y: f32, size: f32, font| Text {
            content: content.to_owned(),
            position: Point::new(0.0, y),
            color,
            size: size.into(),
            font,
            align_x: alignment::Horizontal::Center.into(),
            align_y: alignment::Vertical::Center,
            ..Text::default()
        };
        frame.fill_text(line(&self.word, -11.0, letters, theme::BOLD));
        frame.fill_text(line(&self.joy, 21.0, theme::BODY, theme::REGULAR));
        vec![frame.into_geometry()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_falls_rests_fades_and_goes() {
        let now = Instant::now();
        let stamp = Stamp::new("사과".to_owned(), now);
        let state = |ms| {
            let then = now + Duration::from_millis(ms);
            (stamp.is_up(then), stamp.moves(then))
        };
        assert_eq!(
            [state(0), state(1_000), state(2_700), state(3_000)],
            [(true, true), (true, false), (true, true), (false, false)]
        );
    }
}
