//! Ink, and what becomes of it on a sheet.

mod ink;
mod points;
mod step;

pub use ink::{Color, Ink, MAX_WIDTH, ParseColorError, StrokeId, Tool};
pub use points::{BadPath, HEIGHT, MAX_POINTS, Point, Points, QUARTERS, WIDTH};
pub use step::{CanvasStep, Drawn};
