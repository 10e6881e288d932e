//! The size of a sheet in logical units, in points and in pixels.

/// Logical width of a sheet.
pub const WIDTH: i32 = 1600;
/// Logical height of a sheet.
pub const HEIGHT: i32 = 1200;
/// Points are integers in units of `1 / QUARTERS` logical unit.
pub const QUARTERS: i32 = 4;
/// Columns of a raster: one per logical unit.
pub const COLUMNS: usize = WIDTH as usize;
/// Rows of a raster: one per logical unit.
pub const ROWS: usize = HEIGHT as usize;
