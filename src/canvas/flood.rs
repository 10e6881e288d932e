//! Flood fill.

use super::size::{COLUMNS, ROWS};

/// A run of filled pixels, and the direction of the neighbouring row that is still to be filled. It is small, because there
/// are up to three of them for each run: less than 24 MB for a sheet full of the shortest runs, a few KB for a maze that
/// people draw.
#[derive(Clone, Copy)]
struct Pending {
    row: u16,
    /// The first and the last column.
    left: u16,
    right: u16,
    down: bool,
}

/// Fills the pixel at (column, row) and all pixels of exactly its colour that are connected with it by their sides. Calls
/// `filled` for each run, with row, first column and column after the last.
pub(super) fn fill(pixels: &mut [u32], at: (usize, usize), color: u32, mut filled: impl FnMut(usize, usize, usize)) {
    let old = pixels[at.1 * COLUMNS + at.0];
    if old == color {
        return;
    }
    let mut pending: Vec<Pending> = Vec::new();
    let mut paint = |pixels: &mut [u32], row: usize, column: usize| {
        let line = &mut pixels[row * COLUMNS..(row + 1) * COLUMNS];
        let left = line[..column].iter().rposition(|pixel| *pixel != old).map_or(0, |before| before + 1);
        let right = line[column..].iter().position(|pixel| *pixel != old).map_or(COLUMNS, |length| column + length);
        line[left..right].fill(color);
        filled(row, left, right);
        (left, right)
    };
    let (left, right) = paint(pixels, at.1, at.0);
    for down in [false, true] {
        pending.push(run(at.1, left, right, down));
    }
    while let Some(Pending { row, left, right, down }) = pending.pop() {
        let Some(row) = beside(row, down) else { continue };
        let (left, end) = (usize::from(left), usize::from(right) + 1);
        let mut column = left;
        while let Some(skip) = pixels[row * COLUMNS + column..row * COLUMNS + end].iter().position(|p| *p == old) {
            let (from, to) = paint(pixels, row, column + skip);
            pending.push(run(row, from, to, down));
            // The parts beyond the run that it was found from may have neighbours on that run's side too.
            if from < left {
                pending.push(run(row, from, left, !down));
            }
            if to > end {
                pending.push(run(row, end, to, !down));
            }
            column = to + 1;
            if column >= end {
                break;
            }
        }
    }
}

/// Columns and rows of a sheet fit 16 bits.
fn run(row: usize, left: usize, right: usize, down: bool) -> Pending {
    Pending { row: row as u16, left: left as u16, right: (right - 1) as u16, down }
}

fn beside(row: u16, down: bool) -> Option<usize> {
    let row = usize::from(row);
    if down { Some(row + 1).filter(|row| *row < ROWS) } else { row.checked_sub(1) }
}
