//! The pixels that a line of some width covers, computed exactly in integers.
//!
//! Coordinates are in eighths of a pixel: twice the quarters of [`Point`], so that the middle of a shape is an integer too.
//! Centres of pixels lie at 4 eighths. All products fit 32 bits: a sheet is 12,800 × 9,600 eighths.

use super::size::{COLUMNS, QUARTERS, ROWS};
use super::{Point, Stroke, Tool};

/// Eighths of a pixel.
const UNIT: i32 = 2 * QUARTERS;
/// The centre of a pixel, from its corner.
const MIDDLE: i32 = UNIT / 2;
/// Corners of a quarter of an ellipse, less one: the largest ellipse stays within a tenth of a pixel of its true line.
const QUARTER_TURN: i32 = 128;

/// A coordinate beyond all others, small enough to be added to one.
const FAR: i32 = 1 << 24;

/// A round brush.
pub(super) struct Brush {
    /// The radius squared. The radius is at least half the diagonal of a pixel, so that every point covers a pixel.
    radius_squared: i32,
    /// Half the width of the brush at each vertical distance from its centre.
    half_widths: Vec<i32>,
}

/// The coordinates of a row from the first to the last.
#[derive(Clone, Copy)]
struct Span {
    first: i32,
    last: i32,
}

impl Span {
    const NOTHING: Span = Span { first: FAR, last: -FAR };
    const EVERYTHING: Span = Span { first: -FAR, last: FAR };

    /// Returns the smallest span with both in it.
    fn join(self, other: Span) -> Span {
        Span { first: self.first.min(other.first), last: self.last.max(other.last) }
    }

    /// Returns the intersection.
    fn meet(self, other: Span) -> Span {
        let both = Span { first: self.first.max(other.first), last: self.last.min(other.last) };
        if both.first <= both.last { both } else { Span::NOTHING }
    }
}

impl Brush {
    /// Makes a brush of this width in pixels.
    pub(super) fn new(width: u16) -> Self {
        let radius = i32::from(width) * UNIT / 2;
        let radius_squared = (radius * radius).max(2 * MIDDLE * MIDDLE);
        let half_width = |height: i32| (radius_squared - height * height).isqrt();
        Brush { radius_squared, half_widths: (0..=radius_squared.isqrt()).map(half_width).collect() }
    }

    /// Calls `covered` for the runs of pixels that a stroke covers, with row, first column and column after the last. Some runs
    /// come more than once.
    pub(super) fn cover(&self, stroke: &Stroke, mut covered: impl FnMut(usize, usize, usize)) {
        let mut points = stroke.points.iter().map(eighths);
        match stroke.tool {
            Tool::Pen | Tool::Eraser | Tool::Line => self.along(points, &mut covered),
            Tool::Rectangle | Tool::Ellipse => {
                let Some((first, last)) = points.next().zip(points.last()) else { return };
                let corners = if stroke.tool == Tool::Ellipse { ellipse(first, last) } else { rectangle(first, last) };
                self.along(corners.into_iter(), &mut covered);
            }
        }
    }

    fn along(&self, mut line: impl Iterator<Item = (i32, i32)>, covered: &mut impl FnMut(usize, usize, usize)) {
        let Some(mut from) = line.next() else { return };
        let mut line = line.peekable();
        if line.peek().is_none() {
            self.segment(from, from, covered); // a dot
        }
        for to in line {
            self.segment(from, to, covered);
            from = to;
        }
    }

    /// Covers the pixels whose centres are no farther than the radius from the line between two points.
    fn segment(&self, from: (i32, i32), to: (i32, i32), covered: &mut impl FnMut(usize, usize, usize)) {
        let radius = self.half_widths.len() as i32 - 1;
        let rows = pixels(Span { first: from.1.min(to.1) - radius, last: from.1.max(to.1) + radius }, ROWS);
        let band = Band::new(from, to, self.radius_squared);
        for row in rows {
            let y = row as i32 * UNIT + MIDDLE;
            let ends = self.disc(from, y).join(self.disc(to, y));
            // A line with round ends is convex: it has one span in each row.
            let columns = pixels(band.as_ref().map_or(ends, |band| ends.join(band.at(y))), COLUMNS);
            if !columns.is_empty() {
                covered(row, columns.start, columns.end);
            }
        }
    }

    /// Returns the span that the brush covers at height `y` with its centre at `center`.
    fn disc(&self, center: (i32, i32), y: i32) -> Span {
        match self.half_widths.get((y - center.1).unsigned_abs() as usize) {
            Some(half) => Span { first: center.0 - half, last: center.0 + half },
            None => Span::NOTHING,
        }
    }
}

/// The rectangle along a line between two different points, as far as the radius to either side.
struct Band {
    from: (i32, i32),
    /// From the first point to the second.
    dx: i32,
    dy: i32,
    length_squared: i32,
    /// The radius times the length, rounded down, as it is compared with integers.
    breadth: i32,
}

impl Band {
    fn new(from: (i32, i32), to: (i32, i32), radius_squared: i32) -> Option<Self> {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let length_squared = dx * dx + dy * dy;
        let breadth = (i64::from(radius_squared) * i64::from(length_squared)).isqrt() as i32;
        (length_squared > 0).then_some(Band { from, dx, dy, length_squared, breadth })
    }

    fn at(&self, y: i32) -> Span {
        let down = y - self.from.1;
        let (along, across) = (down * self.dy, down * self.dx);
        let between_ends = between(-along, self.length_squared - along, self.dx);
        let near_line = between(across - self.breadth, across + self.breadth, self.dy);
        let span = between_ends.meet(near_line);
        Span { first: self.from.0 + span.first, last: self.from.0 + span.last }
    }
}

/// Returns the integers `t` for which `low <= t * factor <= high`.
fn between(low: i32, high: i32, factor: i32) -> Span {
    match factor {
        0 if low <= 0 && 0 <= high => Span::EVERYTHING,
        0 => Span::NOTHING,
        1.. => Span { first: -(-low).div_euclid(factor), last: high.div_euclid(factor) },
        _ => Span { first: -high.div_euclid(-factor), last: (-low).div_euclid(-factor) },
    }
}

/// Returns the pixels, of `count`, whose centres lie in a span.
fn pixels(span: Span, count: usize) -> std::ops::Range<usize> {
    let first = (span.first + UNIT - 1 - MIDDLE).div_euclid(UNIT).max(0) as usize;
    let end = ((span.last - MIDDLE).div_euclid(UNIT) + 1).max(0) as usize;
    first..end.min(count)
}

fn eighths(point: Point) -> (i32, i32) {
    (point.x * 2, point.y * 2)
}

/// Returns the corners of a rectangle, and the first again.
fn rectangle(one: (i32, i32), other: (i32, i32)) -> Vec<(i32, i32)> {
    vec![one, (other.0, one.1), other, (one.0, other.1), one]
}

/// Returns corners of the ellipse in the rectangle between two points, and the first again.
///
/// `(n² − t²) / (n² + t²)` and `2nt / (n² + t²)` for `t` from 0 to `n` are the cosine and sine of a quarter turn, in
/// fractions of integers.
fn ellipse(one: (i32, i32), other: (i32, i32)) -> Vec<(i32, i32)> {
    let middle = (i32::midpoint(one.0, other.0), i32::midpoint(one.1, other.1));
    let (half_width, half_height) = ((one.0 - other.0).abs() / 2, (one.1 - other.1).abs() / 2);
    let quarter = (0..=QUARTER_TURN).map(|t| {
        let (n, tt) = (QUARTER_TURN * QUARTER_TURN, t * t);
        let part = |length: i32, of: i32| (2 * length * of + n + tt) / (2 * (n + tt));
        (part(half_width, n - tt), part(half_height, 2 * QUARTER_TURN * t))
    });
    let quarter: Vec<(i32, i32)> = quarter.collect();
    let there = quarter.iter().copied();
    let back = || quarter.iter().rev().copied();
    let around = there
        .clone()
        .chain(back().map(|(x, y)| (-x, y)))
        .chain(there.map(|(x, y)| (-x, -y)))
        .chain(back().map(|(x, y)| (x, -y)));
    let mut corners: Vec<(i32, i32)> = around.map(|(x, y)| (middle.0 + x, middle.1 + y)).collect();
    corners.dedup();
    corners
}
