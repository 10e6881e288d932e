//! Ink: what a stroke is.

mod ink;
mod points;

pub use ink::{Color, Ink, MAX_WIDTH, ParseColorError, StrokeId, Tool};
pub use points::{BadPath, HEIGHT, MAX_POINTS, Point, Points, QUARTERS, WIDTH};
