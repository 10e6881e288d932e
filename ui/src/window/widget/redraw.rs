//! Redrawing of canvas frames.

use iced::widget::canvas::Frame;
use iced::{Color, Rectangle};

/// Makes the renderer redraw an area and a margin around it. It takes the bounds of stroked paths without their width,
/// and would leave their edges on the screen.
pub fn redraw_around(frame: &mut Frame, area: Rectangle) {
    let area = area.expand(4.0);
    frame.fill_rectangle(area.position(), area.size(), Color::TRANSPARENT);
}
