//! A stroke's path: integer points, delta-coded.

use serde::{Deserialize, Serialize};

/// Logical width of a sheet.
pub const WIDTH: i32 = 1600;
/// Logical height of a sheet.
pub const HEIGHT: i32 = 1200;
/// Points are integers in units of `1 / QUARTERS` logical unit.
pub const QUARTERS: i32 = 4;
/// Most points of one stroke operation; a longer stroke is split, the parts sharing a point.
pub const MAX_POINTS: usize = 512;

/// A place on a sheet in quarter units: x from 0 to 6400, y from 0 to 4800, from the top left corner.
///
/// As CBOR: the array `[x, y]`. A point beside the sheet is moved onto it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(from = "(i32, i32)", into = "(i32, i32)")]
pub struct Point {
    /// To the right, in quarter units.
    pub x: i32,
    /// Down, in quarter units.
    pub y: i32,
}

impl Point {
    /// The point at these quarter units, moved onto the sheet if it lies beside it.
    #[must_use]
    pub fn new(x: i32, y: i32) -> Self {
        Point { x: x.clamp(0, WIDTH * QUARTERS), y: y.clamp(0, HEIGHT * QUARTERS) }
    }

    /// The nearest point to a place given in logical units, which may be fractions.
    #[must_use]
    pub fn from_logical(x: f64, y: f64) -> Self {
        let quarters = |value: f64| (value * f64::from(QUARTERS)).round() as i32; // `as` saturates; NaN is 0
        Point::new(quarters(x), quarters(y))
    }
}

impl From<(i32, i32)> for Point {
    fn from((x, y): (i32, i32)) -> Self {
        Point::new(x, y)
    }
}

impl From<Point> for (i32, i32) {
    fn from(point: Point) -> Self {
        (point.x, point.y)
    }
}

/// A path of 1 to [`MAX_POINTS`] points.
///
/// Bytes: for each point the difference to the one before (the first: to the origin), x then y, each zigzag-coded
/// (0, -1, 1, -2 … become 0, 1, 2, 3 …) as an LEB128 varint. A pen at 60 Hz needs about 2 bytes a point.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "serde_bytes::ByteBuf", into = "serde_bytes::ByteBuf")]
pub struct Points(Vec<Point>);

/// Bytes that are no path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a path: truncated, not minimal, or more than {MAX_POINTS} points")]
pub struct BadPath;

impl Points {
    /// The path through these points. Those beyond [`MAX_POINTS`] are left out: see [`Points::split`].
    #[must_use]
    pub fn new(mut points: Vec<Point>) -> Self {
        points.truncate(MAX_POINTS);
        Points(points)
    }

    /// Cuts a line of any length into paths of at most [`MAX_POINTS`]; each begins where the one before ended.
    #[must_use]
    pub fn split(points: &[Point]) -> Vec<Self> {
        let mut parts = Vec::new();
        let mut rest = points;
        while rest.len() > MAX_POINTS {
            parts.push(Points(rest[..MAX_POINTS].to_vec()));
            rest = &rest[MAX_POINTS - 1..];
        }
        if !rest.is_empty() {
            parts.push(Points(rest.to_vec()));
        }
        parts
    }

    /// The points.
    #[must_use]
    pub fn as_slice(&self) -> &[Point] {
        &self.0
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The points, one after the other.
    pub fn iter(&self) -> impl Iterator<Item = Point> {
        self.0.iter().copied()
    }

    /// The points.
    #[must_use]
    pub fn to_vec(&self) -> Vec<Point> {
        self.iter().collect()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The bytes of the path.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.0.len() * 2 + 4);
        let mut last = Point::default();
        for point in &self.0 {
            put_varint(&mut bytes, zigzag(point.x - last.x));
            put_varint(&mut bytes, zigzag(point.y - last.y));
            last = *point;
        }
        bytes
    }

    /// Reads a path. Points beside the sheet are moved onto it.
    ///
    /// # Errors
    /// [`BadPath`] when bytes are missing or left over, or there are more than [`MAX_POINTS`].
    pub fn decode(mut bytes: &[u8]) -> Result<Self, BadPath> {
        let mut points = Vec::new();
        let mut last = Point::default();
        while !bytes.is_empty() {
            if points.len() == MAX_POINTS {
                return Err(BadPath);
            }
            let dx = unzigzag(take_varint(&mut bytes)?);
            let dy = unzigzag(take_varint(&mut bytes)?);
            last = Point::new(last.x.saturating_add(dx), last.y.saturating_add(dy));
            points.push(last);
        }
        Ok(Points(points))
    }
}

impl TryFrom<serde_bytes::ByteBuf> for Points {
    type Error = BadPath;

    fn try_from(bytes: serde_bytes::ByteBuf) -> Result<Self, Self::Error> {
        Points::decode(&bytes)
    }
}

impl From<Points> for serde_bytes::ByteBuf {
    fn from(points: Points) -> Self {
        serde_bytes::ByteBuf::from(points.encode())
    }
}

fn zigzag(value: i32) -> u32 {
    ((value << 1) ^ (value >> 31)).cast_unsigned()
}

fn unzigzag(value: u32) -> i32 {
    (value >> 1).cast_signed() ^ -((value & 1).cast_signed())
}

fn put_varint(bytes: &mut Vec<u8>, mut value: u32) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80); // the low seven bits, with the mark that more follow
        value >>= 7;
    }
    bytes.push(value as u8);
}

fn take_varint(bytes: &mut &[u8]) -> Result<u32, BadPath> {
    let mut value = 0_u32;
    for shift in [0, 7, 14, 21] {
        let (&byte, rest) = bytes.split_first().ok_or(BadPath)?;
        *bytes = rest;
        value |= u32::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            // A last byte of zero means a longer form than needed: two byte strings would be one path.
            return if byte == 0 && shift > 0 { Err(BadPath) } else { Ok(value) };
        }
    }
    Err(BadPath) // 28 bits hold every difference on a sheet
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_path_reads_back(raw in prop::collection::vec((0..=6400_i32, 0..=4800_i32), 0..MAX_POINTS)) {
            let points = Points::new(raw.into_iter().map(|(x, y)| Point::new(x, y)).collect());
            prop_assert_eq!(Points::decode(&points.encode()), Ok(points));
        }

        #[test]
        fn any_bytes_are_a_path_on_the_sheet_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..3000)) {
            if let Ok(points) = Points::decode(&bytes) {
                prop_assert!(points.as_slice().len() <= MAX_POINTS);
                prop_assert!(points.as_slice().iter().all(|p| *p == Point::new(p.x, p.y)));
            }
        }

        #[test]
        fn splitting_loses_nothing(n in 0..3000_usize) {
            let line: Vec<Point> = (0..n).map(|i| Point::new(i32::try_from(i).unwrap_or(0), 7)).collect();
            let mut joined: Vec<Point> = Vec::new();
            for part in Points::split(&line) {
                let skip = usize::from(!joined.is_empty());
                prop_assert!(skip == 0 || joined.last() == part.as_slice().first());
                joined.extend(&part.as_slice()[skip..]);
            }
            prop_assert_eq!(joined, line);
        }
    }

    #[test]
    fn a_slow_pen_costs_two_bytes_a_point() {
        let points = Points::new((0..500).map(|i| Point::new(1000 + i * 9, 2000 + (i % 40) * 3)).collect());
        assert!(points.encode().len() <= 500 * 2 + 60, "{}", points.encode().len());
    }

    #[test]
    fn points_in_logical_units_land_on_the_sheet() {
        assert_eq!(Point::from_logical(1.25, 2.0), Point { x: 5, y: 8 });
        assert_eq!(Point::from_logical(-5.0, 1e300), Point { x: 0, y: 4800 });
        assert_eq!(Point::from_logical(f64::NAN, f64::NEG_INFINITY), Point { x: 0, y: 0 });
    }
}
