//! Ink, and what becomes of it on a sheet.
//!
//! | module | what it says |
//! | --- | --- |
//! | `ink`, `points`, `step` | what can be done on a sheet, and the bytes of a path |
//! | `standing` | which marks stand, and which were undone |
//! | `raster`, `brush`, `flood`, `area` | from marks to pixels, exactly |
//! | `sheet` | the steps of one sheet with their picture, kept up to date |
//! | [`export`] | a picture as SVG, and its making step by step |

mod area;
mod brush;
pub mod export;
mod flood;
mod ink;
mod points;
mod raster;
mod sheet;
mod sheet_id;
mod size;
mod standing;
mod step;
#[cfg(test)]
mod tests;

pub use area::Area;
pub use ink::{Color, Ink, MAX_WIDTH, ParseColorError, StrokeId, Tool};
pub use points::{BadPath, MAX_POINTS, Point, Points};
pub use raster::Raster;
pub use sheet::{MAX_FILLS, Sheet};
pub use sheet_id::SheetId;
pub use size::{COLUMNS, HEIGHT, QUARTERS, ROWS, WIDTH};
pub use standing::{REACH, Standing};
pub use step::{CanvasStep, Drawn};
