//! Sheets: the steps that people take on them, and the picture that the steps make.
//!
//! A *mark* is a step that can be seen and undone: a stroke or shape, a fill, or a clear.
//!
//! | module | content |
//! | --- | --- |
//! | `stroke`, `points`, `step` | the steps on a sheet, and the encoding of a path |
//! | `undo` | which marks are undone |
//! | `raster`, `brush`, `flood`, `area` | from marks to pixels, exactly |
//! | `sheet` | the steps of one sheet and their picture, kept up to date |
//! | [`export`] | a picture as SVG, and as a replay mark by mark |

mod area;
mod brush;
pub mod export;
mod flood;
mod points;
mod raster;
mod sheet;
mod sheet_id;
mod size;
mod step;
mod stroke;
#[cfg(test)]
mod tests;
mod undo;

pub use area::Area;
pub use points::{BadPath, MAX_POINTS, Point, Points};
pub use raster::Raster;
pub use sheet::{MAX_FILLS, Sheet};
pub use sheet_id::SheetId;
pub use size::{COLUMNS, HEIGHT, QUARTERS, ROWS, WIDTH};
pub use step::{CanvasStep, Drawn};
pub use stroke::{Color, MAX_WIDTH, ParseColorError, Stroke, StrokeId, Tool};
pub use undo::{UNDO_REACH, UndoHistory};
