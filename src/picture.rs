//! The picture of a person: one of ours, or strokes that they drew on a small sheet. It is a part of their profile.
//!
//! What the pictures of ours show, and in which colours a picture is shown, is for frontends to know: a picture is a number
//! or paths here.

use std::sync::Arc;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::canvas::{MAX_POINTS, Point, Points, QUARTERS};
use crate::codec;
use crate::identity::Author;

/// The number of pictures of ours; their numbers begin at 0.
pub const OURS: u16 = 24;
/// The side of the square sheet of a drawn picture, in logical units.
pub const SIDE: i32 = 256;
/// The width of the pen on this sheet, in logical units.
pub const PEN: u16 = 12;
/// Most strokes of a drawn picture.
pub const MAX_STROKES: usize = 64;
/// Most points of all strokes of a drawn picture together.
pub const MAX_PICTURE_POINTS: usize = 1024;
/// Largest encoded picture in bytes.
pub const MAX_PICTURE: usize = 4096;

/// A picture.
///
/// As CBOR: `{"ours": number}`, or `{"strokes": [points …]}`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Picture {
    /// One of ours. A number from [`OURS`] on is that of a newer program.
    Ours(u16),
    /// A drawn one.
    #[serde(rename = "strokes")]
    Drawn(Sketch),
}

/// The strokes of a drawn picture: 1 to [`MAX_STROKES`] paths with [`MAX_PICTURE_POINTS`] points at most, all on the square
/// sheet, which have [`MAX_PICTURE`] bytes at most when the picture is encoded. A clone shares them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Sketch(Arc<Vec<Points>>);

/// The reason why strokes are no picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// There are none, or one has no points.
    #[error("a picture has at least one stroke, and a stroke at least one point")]
    Empty,
    /// There are too many, or they are too long.
    #[error(
        "a picture has at most {MAX_STROKES} strokes with {MAX_PICTURE_POINTS} points together, {MAX_POINTS} of them in \
         one, and {MAX_PICTURE} bytes when it is encoded"
    )]
    TooLarge,
    /// A point lies beside the sheet.
    #[error("a point lies beside the sheet of {SIDE} × {SIDE}")]
    Outside,
}

impl Picture {
    /// Returns the number of the picture of ours that somebody has who chose none, which is computed from the key.
    #[must_use]
    pub fn of_key(author: Author) -> u16 {
        let hash = blake3::derive_key("inkmesh 2026 picture of an author", &author.0);
        u16::from_be_bytes([hash[0], hash[1]]) % OURS
    }
}

impl Sketch {
    /// Makes a sketch of strokes with points in quarter units.
    ///
    /// # Errors
    /// [`PictureError`].
    pub fn new(strokes: &[Vec<Point>]) -> Result<Self, PictureError> {
        if strokes.iter().any(|stroke| stroke.len() > MAX_POINTS) {
            return Err(PictureError::TooLarge);
        }
        // Bounded before anything is encoded.
        check(strokes.iter().map(Vec::len))?;
        Self::of(strokes.iter().map(|stroke| Points::new(stroke.clone())).collect())
    }

    fn of(strokes: Vec<Points>) -> Result<Self, PictureError> {
        check(strokes.iter().map(Points::len))?;
        // The coordinates are not negative.
        let beside = |point: Point| point.x.max(point.y) > SIDE * QUARTERS;
        if strokes.iter().flat_map(Points::iter).any(beside) {
            return Err(PictureError::Outside);
        }
        let sketch = Sketch(Arc::new(strokes));
        match codec::encode(&Picture::Drawn(sketch.clone()), MAX_PICTURE) {
            Ok(_) => Ok(sketch),
            Err(_) => Err(PictureError::TooLarge),
        }
    }

    /// Returns the strokes.
    #[must_use]
    pub fn strokes(&self) -> &[Points] {
        &self.0
    }
}

/// Checks the numbers of strokes and points.
fn check(lengths: impl ExactSizeIterator<Item = usize> + Clone) -> Result<(), PictureError> {
    let count = lengths.len();
    if count == 0 || lengths.clone().any(|points| points == 0) {
        return Err(PictureError::Empty);
    }
    if count > MAX_STROKES || lengths.sum::<usize>() > MAX_PICTURE_POINTS {
        return Err(PictureError::TooLarge);
    }
    Ok(())
}

impl Serialize for Sketch {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.strokes())
    }
}

impl<'de> Deserialize<'de> for Sketch {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Sketch::of(Vec::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// Reads the picture in a profile or in a stored contact. One that can't be read, as a newer program may have drawn it or
/// it is out of bounds, counts as none: the name beside it is to be read all the same.
pub(crate) fn lenient<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Picture>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Lenient {
        Read(Picture),
        Unread(serde::de::IgnoredAny),
    }
    Ok(match Option::<Lenient>::deserialize(deserializer)? {
        Some(Lenient::Read(picture)) => Some(picture),
        Some(Lenient::Unread(_)) | None => None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::payload::{MAX_PAYLOAD, Payload, Profile, kind};

    fn drawn(strokes: &[Vec<Point>]) -> Picture {
        Picture::Drawn(Sketch::new(strokes).unwrap())
    }

    /// A stroke as a hand draws it.
    fn stroke(points: i32) -> Vec<Point> {
        (0..points).map(|i| Point::new(40 + (i * 7) % 900, 60 + (i * i) % 640)).collect()
    }

    /// A profile with something under `picture`.
    fn profile<T: Serialize>(picture: &T) -> Payload {
        #[derive(Serialize)]
        struct Raw<'a, T> {
            name: &'a str,
            picture: &'a T,
        }
        let raw = Raw { name: "Ana", picture };
        Payload::decode(&codec::encode_tagged(kind::PROFILE, &raw, MAX_PAYLOAD).unwrap())
    }

    fn ana(picture: Option<Picture>) -> Payload {
        Payload::Profile(Profile { name: "Ana".parse().unwrap(), picture })
    }

    #[test]
    fn a_picture_reads_back_from_a_profile() {
        for picture in [Picture::Ours(3), Picture::Ours(u16::MAX), drawn(&[stroke(9), stroke(1)])] {
            let payload = ana(Some(picture));
            assert_eq!(Payload::decode(&payload.encode().unwrap()), payload);
        }
    }

    #[test]
    fn old_programs_read_profiles_with_pictures_and_theirs_are_read() {
        #[derive(Serialize, Deserialize)]
        struct Old {
            name: String,
        }
        let new = ana(Some(drawn(&[stroke(99)]))).encode().unwrap();
        assert_eq!(codec::decode::<Old>(&new[1..]).unwrap().name, "Ana");
        let old = codec::encode_tagged(kind::PROFILE, &Old { name: "Ana".to_owned() }, 99).unwrap();
        assert_eq!((Payload::decode(&old), ana(None).encode().unwrap()), (ana(None), old), "nothing is added");
    }

    #[test]
    fn a_picture_that_cannot_be_read_costs_no_name() {
        #[derive(Serialize)]
        #[serde(rename_all = "snake_case")]
        enum Other {
            Ours(i64),
            Strokes(Vec<serde_bytes::ByteBuf>),
            Woven { threads: Vec<u8> },
        }
        let path = |points: &[Point]| serde_bytes::ByteBuf::from(Points::new(points.to_vec()).bytes());
        let straight: Vec<Point> = (0..512).map(|x| Point::new(x, x)).collect();
        for other in [
            Other::Ours(-1),
            Other::Ours(65_536),
            Other::Strokes(Vec::new()),
            Other::Strokes(vec![serde_bytes::ByteBuf::new()]),
            Other::Strokes(vec![serde_bytes::ByteBuf::from([1, 2, 3])]),
            Other::Strokes(vec![path(&[Point::new(1025, 0)])]),
            Other::Strokes(vec![path(&[Point::new(0, 1025)])]),
            Other::Strokes(vec![path(&[Point::new(1, 1)]); MAX_STROKES + 1]),
            Other::Strokes(vec![path(&straight); 3]),
            Other::Woven { threads: vec![1, 2] },
        ] {
            assert_eq!(profile(&other), ana(None));
        }
        for other in [profile(&7), profile(&"fox"), profile(&Vec::<u8>::new()), profile(&None::<u8>)] {
            assert_eq!(other, ana(None));
        }
        assert_eq!(profile(&Other::Strokes(vec![path(&straight); 2])), ana(Some(drawn(&[straight.clone(), straight]))));
    }

    #[test]
    fn strokes_are_bounded() {
        let refused = |strokes: &[Vec<Point>]| Sketch::new(strokes).unwrap_err();
        assert_eq!(refused(&[]), PictureError::Empty);
        assert_eq!(refused(&[stroke(2), Vec::new()]), PictureError::Empty);
        assert_eq!(refused(&vec![stroke(1); MAX_STROKES + 1]), PictureError::TooLarge);
        assert_eq!(refused(&[stroke(513)]), PictureError::TooLarge);
        assert_eq!(refused(&[stroke(500), stroke(500), stroke(25)]), PictureError::TooLarge);
        assert_eq!(refused(&[vec![Point::new(1024, 1024), Point::new(1025, 0)]]), PictureError::Outside);
        let largest = vec![stroke(16); MAX_STROKES];
        let encoded = codec::encode(&drawn(&largest), MAX_PICTURE).unwrap();
        assert!(encoded.len() > 1000, "{}", encoded.len());
    }

    #[test]
    fn whoever_chose_nothing_has_a_picture_by_the_key() {
        let mut numbers: Vec<u16> = (0..=255).map(|byte| Picture::of_key(Author([byte; 32]))).collect();
        assert_eq!(numbers[7], Picture::of_key(Author([7; 32])));
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!((numbers.first(), numbers.last(), numbers.len()), (Some(&0), Some(&23), 24));
    }

    proptest! {
        #[test]
        fn whatever_comes_is_a_picture_within_its_bounds_or_none(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let mut payload = vec![kind::PROFILE, 0xa2, 0x64];
            payload.extend(b"name\x63Ana\x67picture");
            payload.extend(&bytes);
            if let Payload::Profile(Profile { picture: Some(picture), .. }) = Payload::decode(&payload) {
                prop_assert!(codec::encode(&picture, MAX_PICTURE).is_ok());
            }
        }

        #[test]
        fn any_paths_are_a_picture_within_its_bounds_or_none(
            paths in prop::collection::vec(prop::collection::vec((0..1100_i32, 0..1100_i32), 0..40), 0..70),
        ) {
            let strokes: Vec<Vec<Point>> =
                paths.into_iter().map(|path| path.into_iter().map(|(x, y)| Point::new(x, y)).collect()).collect();
            if let Ok(sketch) = Sketch::new(&strokes) {
                let read: Vec<Vec<Point>> = sketch.strokes().iter().map(Points::to_vec).collect();
                prop_assert_eq!(read, strokes);
                let bytes = codec::encode(&Picture::Drawn(sketch.clone()), MAX_PICTURE).unwrap();
                prop_assert_eq!(codec::decode::<Picture>(&bytes).unwrap(), Picture::Drawn(sketch));
            }
        }
    }
}
