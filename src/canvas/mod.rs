//! Ink: what a stroke is, and how a sheet full of them is told apart from another.

mod ink;
mod points;

pub use ink::{Color, Ink, MAX_WIDTH, ParseColorError, StrokeId, Tool};
pub use points::{BadPath, HEIGHT, MAX_POINTS, Point, Points, QUARTERS, WIDTH};

use crate::operation::OperationId;

/// A hash of a sheet: the strokes on it, the lowest first. Equal for two peers exactly when they see the same strokes
/// in the same order, because an operation's id commits to all of its ink.
#[must_use]
pub fn digest(strokes: impl IntoIterator<Item = OperationId>) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key("inkmesh 2026 digest of a sheet");
    for id in strokes {
        hasher.update(&id.0);
    }
    *hasher.finalize().as_bytes()
}
