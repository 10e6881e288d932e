//! A countdown: the seconds that are left, in a ring that shrinks.

use std::time::Duration;

use iced::widget::canvas::{self, Canvas, Frame, Geometry, Path, Stroke};
use iced::widget::container;
use iced::{Color, Element, Radians, Rectangle, Renderer, Theme, mouse};

use super::redraw::redraw_around;
use crate::window::theme::{self, Look};

/// The number of seconds before the end at which the ring turns amber.
const SOON: u64 = 20;
/// The number of seconds before the end at which it turns red.
const LAST: u64 = 10;

/// Returns a ring of `size` pixels for the time that remains of the `whole`.
pub fn view<'a, M: 'a>(look: Look, remaining: Duration, whole: Duration, size: f32) -> Element<'a, M> {
    // Rounded up, so that the last second reads 1 and not 0.
    let seconds = u64::try_from(remaining.as_millis().div_ceil(1000)).unwrap_or(u64::MAX);
    let color = color(look, seconds, whole);
    let left = (remaining.as_secs_f64() / whole.as_secs_f64().max(0.001)).clamp(0.0, 1.0) as f32;
    let share = if look.calm { 1.0 } else { left };
    let ring = Canvas::new(Ring { share, line: look.colors.border, color }).width(size).height(size);
    // All digits of the font have one width.
    let number = theme::strong(seconds.to_string()).size(theme::BODY.min(size * 0.36)).color(color);
    let number = container(number).center(size);
    iced::widget::stack![ring, number].into()
}

/// Returns ink, then amber, then red. A countdown that is short as a whole skips the colours it would begin with.
fn color(look: Look, seconds: u64, whole: Duration) -> Color {
    match seconds {
        ..=LAST if whole.as_secs() > LAST => look.colors.accent,
        ..=SOON if whole.as_secs() > SOON => look.colors.warning,
        ..=3 => look.colors.accent,
        _ => look.colors.text,
    }
}

struct Ring {
    /// The fraction of time that is left, 0 to 1.
    share: f32,
    line: Color,
    color: Color,
}

impl<M> canvas::Program<M> for Ring {
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
        let (center, radius) = (frame.center(), bounds.width / 2.0 - 3.0);
        frame.stroke(&Path::circle(center, radius), Stroke::default().with_width(1.0).with_color(self.line));
        if self.share > 0.0 {
            let top = -std::f32::consts::FRAC_PI_2;
            let arc = canvas::path::Arc {
                center,
                radius,
                start_angle: Radians(top),
                end_angle: Radians(top + std::f32::consts::TAU * self.share),
            };
            let path = Path::new(|builder| builder.arc(arc));
            frame.stroke(&path, Stroke::default().with_width((bounds.width / 11.0).min(4.0)).with_color(self.color));
        }
        vec![frame.into_geometry()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{Appearance, Language};

    #[test]
    fn the_ring_turns_amber_and_then_red() {
        let look = Look::new(Language::En, Appearance::Light, false);
        let colors = look.colors;
        for (seconds, whole, wanted) in [
            (80, 80, colors.text),
            (21, 80, colors.text),
            (20, 80, colors.warning),
            (11, 80, colors.warning),
            (10, 80, colors.accent),
            (1, 80, colors.accent),
            (20, 20, colors.text),
            (10, 20, colors.accent),
            (5, 5, colors.text),
            (3, 5, colors.accent),
        ] {
            assert_eq!(color(look, seconds, Duration::from_secs(whole)), wanted, "{seconds} of {whole}");
        }
    }
}
