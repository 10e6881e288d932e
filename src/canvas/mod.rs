//! Sheets: the steps that people take on them, and the picture that the steps make.
//!
//! A *mark* is a step that can be seen and undone: the ink of a stroke or shape, a fill, or a clear.
//!
//! | module | content |
//! | --- | --- |
//! | `ink`, `points`, `step` | the steps on a sheet, and the encoding of a path |
//! | `undo` | which marks are undone |
//! | `raster`, `brush`, `flood`, `area` | from marks to pixels, exactly |
//! | `sheet` | the steps of one sheet and their picture, kept up to date |
//! | [`export`] | a picture as SVG, and as a replay mark by mark |

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
mod step;
#[cfg(test)]
mod tests;
mod undo;

pub use area::Area;
pub use ink::{Color, Ink, MAX_WIDTH, ParseColorError, StrokeId, Tool};
pub use points::{BadPath, MAX_POINTS, Point, Points};
pub use raster::Raster;
pub use sheet::{MAX_FILLS, Sheet};
pub use sheet_id::SheetId;
pub use size::{COLUMNS, HEIGHT, QUARTERS, ROWS, WIDTH};
pub use step::{CanvasStep, Drawn};
pub use undo::{UNDO_REACH, UndoHistory};
