//! A rectangle of a picture.

/// A rectangle of pixels, from `left` and `top` to before `right` and `bottom`. Empty by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Area {
    /// The first column.
    pub left: usize,
    /// The first row.
    pub top: usize,
    /// The column after the last.
    pub right: usize,
    /// The row after the last.
    pub bottom: usize,
}

impl Area {
    /// Returns whether it has no pixel.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.left >= self.right || self.top >= self.bottom
    }

    /// Returns the smallest area with both in it.
    #[must_use]
    pub fn join(self, other: Area) -> Area {
        match (self.is_empty(), other.is_empty()) {
            (true, _) => other,
            (_, true) => self,
            _ => Area {
                left: self.left.min(other.left),
                top: self.top.min(other.top),
                right: self.right.max(other.right),
                bottom: self.bottom.max(other.bottom),
            },
        }
    }

    /// Returns the pixels of one row from `left` to before `right`.
    pub(super) fn of_run(row: usize, left: usize, right: usize) -> Area {
        Area { left, top: row, right, bottom: row + 1 }
    }
}
