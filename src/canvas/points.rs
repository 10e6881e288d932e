//! The path of a stroke: integer points, and their encoding.

use serde::{Deserialize, Serialize};

use super::size::{HEIGHT, QUARTERS, WIDTH};

/// Most points of one stroke operation; a longer stroke is split into parts that share a point.
pub const MAX_POINTS: usize = 512;

/// A point of a sheet in quarter units: x from 0 to 6400, y from 0 to 4800, from the top left corner.
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
    /// Returns the point at these quarter units, moved onto the sheet if it lies outside.
    #[must_use]
    pub fn new(x: i32, y: i32) -> Self {
        Point { x: x.clamp(0, WIDTH * QUARTERS), y: y.clamp(0, HEIGHT * QUARTERS) }
    }

    /// Returns the point nearest to a place in logical units, which may be fractions.
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

/// A path of 1 to [`MAX_POINTS`] points in encoded form. The default path has none and is not sound.
///
/// **Encoding.** A string of bits, the most significant bit of each byte first, filled up with zero bits to whole bytes:
///
/// - 9 bits: the number of points less one; 13 bits: x of the first point; 13 bits: its y.
/// - For each further point x, then y, as the residual of a prediction. `d` is its difference to the point before, `d1`
///   the difference before that and `d2` the one before `d1`. The prediction is `(d1 + d2) >> 1`, rounded down; where only
///   one difference is known it is that one, and at the second point 0. The residual, `d` less the prediction, is
///   zigzag-coded (0, −1, 1, −2 … become 0, 1, 2, 3 …) to a number `u`.
/// - `u` is written as an adaptive Rice code: with a running mean `m`, 64 at first, and `k` the index of the highest bit of
///   `m >> 3` (0 when there is none), as `u >> k` ones, a zero, and the low `k` bits of `u`; or, when that would be 12 ones
///   or more, as 12 ones and `u` in 15 bits. Then `m` becomes `m − (m >> 3) + u`; there is one `m` for both axes.
///
/// A path has exactly one encoding; any other bytes are refused, and so are points outside of the sheet. A pen costs about
/// 0.5 to 1.3 bytes a point.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "serde_bytes::ByteBuf", into = "serde_bytes::ByteBuf")]
pub struct Points(Box<[u8]>);

/// Bytes that are not a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a path in its one form")]
pub struct BadPath;

impl Points {
    /// Encodes the path through these points. Points beyond [`MAX_POINTS`] are left out: see [`Points::split`].
    #[must_use]
    pub fn new(mut points: Vec<Point>) -> Self {
        points.truncate(MAX_POINTS);
        Points::through(&points)
    }

    fn through(points: &[Point]) -> Self {
        Points(encode(points).into())
    }

    /// Splits a line of any length into paths of at most [`MAX_POINTS`]; each begins with the last point of the one before.
    #[must_use]
    pub fn split(points: &[Point]) -> Vec<Self> {
        let mut parts = Vec::new();
        let mut rest = points;
        while rest.len() > MAX_POINTS {
            parts.push(Points::through(&rest[..MAX_POINTS]));
            rest = &rest[MAX_POINTS - 1..];
        }
        if !rest.is_empty() {
            parts.push(Points::through(rest));
        }
        parts
    }

    /// Returns an iterator over the points.
    pub fn iter(&self) -> impl Iterator<Item = Point> {
        Decoder::new(&self.0)
    }

    /// Returns the points.
    #[must_use]
    pub fn to_vec(&self) -> Vec<Point> {
        self.iter().collect()
    }

    /// Returns the number of points.
    #[must_use]
    pub fn len(&self) -> usize {
        if self.is_empty() { 0 } else { Bits::new(&self.0).take(COUNT_BITS) as usize + 1 }
    }

    /// Returns whether there are no points.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the encoded path.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Checks an encoded path.
    ///
    /// # Errors
    /// [`BadPath`] when these bytes are not the encoding of a path.
    pub fn decode(bytes: &[u8]) -> Result<Self, BadPath> {
        if bytes.is_empty() || bytes.len() > MAX_BYTES {
            return Err(BadPath);
        }
        let points: Vec<Point> = Decoder::new(bytes).collect();
        // Bytes that are too few or too many, longer than needed, or lead outside of the sheet are encoded differently again.
        let encoded = encode(&points);
        if encoded == bytes { Ok(Points(encoded.into())) } else { Err(BadPath) }
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
        serde_bytes::ByteBuf::from(points.0.into_vec())
    }
}

const COUNT_BITS: u32 = 9;
const PLACE_BITS: u32 = 13;
/// The number of ones after which a number follows in [`RAW_BITS`].
const MOST_ONES: u32 = 12;
const RAW_BITS: u32 = 15;
/// Most bytes of a path: every residual at its longest.
const MAX_BYTES: usize =
    (COUNT_BITS + 2 * PLACE_BITS + (MAX_POINTS as u32 - 1) * 2 * (MOST_ONES + RAW_BITS)).div_ceil(8) as usize;

/// Predicts the next difference and adapts the Rice code, in the same way for encoder and decoder.
struct Predictor {
    /// The last two differences of x and of y, the later one first. `None` before the first.
    differences: Option<[[i32; 2]; 2]>,
    /// Eight times the running mean of the residuals.
    mean: u32,
}

impl Predictor {
    fn new() -> Self {
        Predictor { differences: None, mean: 64 }
    }

    fn predict(&self, axis: usize) -> i32 {
        self.differences.map_or(0, |pair| (pair[0][axis] + pair[1][axis]) >> 1)
    }

    /// Returns the parameter of the Rice code: the number of low bits that are written as they are.
    fn low_bits(&self) -> u32 {
        (self.mean >> 3).checked_ilog2().unwrap_or(0)
    }

    fn adapt(&mut self, value: u32) {
        self.mean = self.mean - (self.mean >> 3) + value;
    }

    fn advance(&mut self, difference: [i32; 2]) {
        self.differences = Some([difference, self.differences.map_or(difference, |pair| pair[0])]);
    }
}

fn encode(points: &[Point]) -> Vec<u8> {
    let Some((first, further)) = points.split_first() else { return Vec::new() };
    let mut last = Point::new(first.x, first.y);
    let mut bits = Writer::default();
    bits.put(points.len() as u32 - 1, COUNT_BITS);
    bits.put(last.x.cast_unsigned(), PLACE_BITS);
    bits.put(last.y.cast_unsigned(), PLACE_BITS);
    let mut predictor = Predictor::new();
    for point in further {
        let point = Point::new(point.x, point.y);
        let difference = [point.x - last.x, point.y - last.y];
        for (axis, length) in difference.into_iter().enumerate() {
            let value = zigzag(length - predictor.predict(axis));
            put_rice(&mut bits, value, predictor.low_bits());
            predictor.adapt(value);
        }
        predictor.advance(difference);
        last = point;
    }
    bits.bytes
}

fn put_rice(bits: &mut Writer, value: u32, low_bits: u32) {
    let ones = value >> low_bits;
    if ones < MOST_ONES {
        bits.put((1 << (ones + 1)) - 2, ones + 1);
        bits.put(value & ((1 << low_bits) - 1), low_bits);
    } else {
        bits.put((1 << MOST_ONES) - 1, MOST_ONES);
        bits.put(value, RAW_BITS);
    }
}

/// Decodes points until all are read or one lies outside of the sheet.
struct Decoder<'a> {
    bits: Bits<'a>,
    left: usize,
    last: Option<Point>,
    predictor: Predictor,
}

impl<'a> Decoder<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        let mut bits = Bits::new(bytes);
        let left = if bytes.is_empty() { 0 } else { bits.take(COUNT_BITS) as usize + 1 };
        Decoder { bits, left, last: None, predictor: Predictor::new() }
    }

    fn rice(&mut self) -> u32 {
        let low_bits = self.predictor.low_bits();
        let ones = self.bits.ones();
        if ones < MOST_ONES { ones << low_bits | self.bits.take(low_bits) } else { self.bits.take(RAW_BITS) }
    }

    fn difference(&mut self) -> [i32; 2] {
        let mut difference = [0; 2];
        for (axis, difference) in difference.iter_mut().enumerate() {
            let value = self.rice();
            *difference = self.predictor.predict(axis) + unzigzag(value);
            self.predictor.adapt(value);
        }
        difference
    }
}

impl Iterator for Decoder<'_> {
    type Item = Point;

    fn next(&mut self) -> Option<Point> {
        self.left = self.left.checked_sub(1)?;
        let (x, y) = match self.last {
            None => (self.bits.take(PLACE_BITS).cast_signed(), self.bits.take(PLACE_BITS).cast_signed()),
            Some(last) => {
                let [dx, dy] = self.difference();
                self.predictor.advance([dx, dy]);
                (last.x + dx, last.y + dy)
            }
        };
        let point = Point::new(x, y);
        if (point.x, point.y) != (x, y) {
            self.left = 0;
            return None;
        }
        self.last = Some(point);
        Some(point)
    }
}

#[derive(Default)]
struct Writer {
    bytes: Vec<u8>,
    /// The number of unused bits of the last byte.
    free: u32,
}

impl Writer {
    /// Writes the low `count` bits of `value`.
    fn put(&mut self, value: u32, count: u32) {
        let mut left = count;
        while left > 0 {
            if self.free == 0 {
                self.bytes.push(0);
                self.free = 8;
            }
            let now = left.min(self.free);
            (left, self.free) = (left - now, self.free - now);
            let part = (value >> left & ((1 << now) - 1)) as u8; // at most eight bits
            if let Some(byte) = self.bytes.last_mut() {
                *byte |= part << self.free;
            }
        }
    }
}

/// Reads bits; after the end of the bytes come zeros.
struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Bits<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Bits { bytes, at: 0 }
    }

    /// Returns the next bits, at least 57, from the highest on.
    fn window(&self) -> u64 {
        let rest = self.bytes.get(self.at / 8..).unwrap_or_default();
        let bytes = match rest.first_chunk() {
            Some(eight) => *eight,
            None => {
                let mut eight = [0; 8];
                eight[..rest.len()].copy_from_slice(rest);
                eight
            }
        };
        u64::from_be_bytes(bytes) << (self.at % 8)
    }

    fn take(&mut self, count: u32) -> u32 {
        let value = self.window().checked_shr(64 - count).unwrap_or(0);
        self.at += count as usize;
        value as u32 // at most 15 bits
    }

    /// Counts the ones that come next, at most [`MOST_ONES`], and skips them and the zero after fewer.
    fn ones(&mut self) -> u32 {
        let ones = self.window().leading_ones().min(MOST_ONES);
        self.at += (ones + 1).min(MOST_ONES) as usize;
        ones
    }
}

fn zigzag(value: i32) -> u32 {
    ((value << 1) ^ (value >> 31)).cast_unsigned()
}

fn unzigzag(value: u32) -> i32 {
    (value >> 1).cast_signed() ^ -((value & 1).cast_signed())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn path(raw: &[(i32, i32)]) -> Vec<Point> {
        raw.iter().map(|&(x, y)| Point::new(x, y)).collect()
    }

    proptest! {
        #[test]
        fn a_path_reads_back(raw in prop::collection::vec((0..=6400_i32, 0..=4800_i32), 1..MAX_POINTS)) {
            let points = Points::new(path(&raw));
            prop_assert_eq!(points.to_vec(), path(&raw));
            prop_assert_eq!(points.len(), raw.len());
            prop_assert_eq!(Points::decode(points.bytes()), Ok(points));
        }

        #[test]
        fn a_smooth_path_reads_back(start in (1000..5000_i32, 1000..3000_i32), steps in prop::collection::vec((-9..9_i32, -9..9_i32), 0..400)) {
            let mut at = start;
            let line: Vec<(i32, i32)> = steps.iter().map(|step| { at = (at.0 + step.0, at.1 + step.1); at }).collect();
            prop_assert_eq!(Points::new(path(&line)).to_vec(), path(&line));
        }

        #[test]
        fn any_bytes_are_the_one_encoding_of_a_path_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..3000)) {
            if let Ok(points) = Points::decode(&bytes) {
                prop_assert_eq!(points.bytes(), &bytes[..]);
                prop_assert!((1..=MAX_POINTS).contains(&points.len()));
                prop_assert_eq!(points.iter().count(), points.len());
                prop_assert!(points.iter().all(|p| p == Point::new(p.x, p.y)));
            }
        }

        #[test]
        fn one_changed_bit_is_another_path_or_none(raw in prop::collection::vec((0..=200_i32, 0..=200_i32), 1..40), bit in any::<prop::sample::Index>()) {
            let points = Points::new(path(&raw));
            let mut bytes = points.bytes().to_vec();
            let bit = bit.index(bytes.len() * 8);
            bytes[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(Points::decode(&bytes).is_ok_and(|other| other.to_vec() != path(&raw)) || Points::decode(&bytes).is_err());
            bytes[bit / 8] ^= 1 << (bit % 8);
            bytes.push(0);
            prop_assert_eq!(Points::decode(&bytes), Err(BadPath));
        }

        #[test]
        fn splitting_loses_nothing(n in 0..3000_usize) {
            let line: Vec<Point> = (0..n).map(|i| Point::new(i32::try_from(i).unwrap_or(0), 7)).collect();
            let mut joined: Vec<Point> = Vec::new();
            for part in Points::split(&line) {
                let (points, skip) = (part.to_vec(), usize::from(!joined.is_empty()));
                prop_assert!(skip == 0 || joined.last() == points.first());
                joined.extend(&points[skip..]);
            }
            prop_assert_eq!(joined, line);
        }
    }

    #[test]
    fn the_encoding_is_as_described() {
        // 2 points less one, x 400, y 800; then 4 and -2 after a prediction of 0: 8 is 10|000, 3 is 0|011 with k = 3.
        let bits = "000000001 0000110010000 0001100100000 10000 0011";
        let bits: Vec<char> = bits.chars().filter(|bit| *bit != ' ').collect();
        let byte =
            |bits: &[char]| bits.iter().rev().zip(8 - bits.len()..).map(|(bit, at)| u8::from(*bit == '1') << at).sum();
        let bytes: Vec<u8> = bits.chunks(8).map(byte).collect();
        let points = Points::new(vec![Point::new(400, 800), Point::new(404, 798)]);
        assert_eq!(points.bytes(), bytes);
    }

    #[test]
    fn the_worst_path_is_within_its_bounds() {
        let corners = [Point::new(0, 0), Point::new(6400, 4800)];
        let zigzag: Vec<Point> = (0..MAX_POINTS).map(|i| corners[i % 2]).collect();
        let points = Points::through(&zigzag);
        assert!(points.bytes().len() <= MAX_BYTES, "{} of {MAX_BYTES}", points.bytes().len());
        assert_eq!(Points::decode(points.bytes()).map(|points| points.to_vec()), Ok(zigzag));
        assert_eq!(Points::decode(&[]), Err(BadPath));
        assert_eq!((Points::default().len(), Points::default().iter().count()), (0, 0));
    }

    #[test]
    fn points_outside_of_the_sheet_are_moved_onto_it_and_refused_in_bytes() {
        let points = Points::new(vec![Point { x: -7, y: 9 }, Point { x: 7000, y: i32::MAX }]);
        assert_eq!(points.to_vec(), [Point::new(0, 9), Point::new(6400, 4800)]);
        let mut bits = Writer::default();
        bits.put(0, COUNT_BITS);
        bits.put(6401, PLACE_BITS);
        bits.put(5, PLACE_BITS);
        assert_eq!(Points::decode(&bits.bytes), Err(BadPath));
    }

    #[test]
    fn points_in_logical_units_are_moved_onto_the_sheet() {
        assert_eq!(Point::from_logical(1.25, 2.0), Point { x: 5, y: 8 });
        assert_eq!(Point::from_logical(-5.0, 1e300), Point { x: 0, y: 4800 });
        assert_eq!(Point::from_logical(f64::NAN, f64::NEG_INFINITY), Point { x: 0, y: 0 });
    }
}
