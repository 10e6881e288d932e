//! A stroke or shape: tool, colour, width and path.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize, Serializer};

use super::Points;

/// Widest pen in logical units.
pub const MAX_WIDTH: u16 = 128;

/// The number of a stroke, shape, fill or clear, chosen by its author, unique among the author's. [Live
/// frames](crate::live), all parts of a long stroke, and undo and redo carry the number of their stroke.
pub type StrokeId = u64;

/// A drawing tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tool {
    /// Draws in its colour.
    #[default]
    Pen,
    /// Draws in the colour of the sheet.
    Eraser,
    /// A straight line between two points.
    Line,
    /// The outline of a rectangle between two opposite corners.
    Rectangle,
    /// The outline of the ellipse that touches the sides of the rectangle between two corners.
    Ellipse,
}

impl Tool {
    /// Returns whether the tool draws a shape given by two points, rather than the path of a pen.
    #[must_use]
    pub fn is_shape(self) -> bool {
        matches!(self, Tool::Line | Tool::Rectangle | Tool::Ellipse)
    }

    /// Returns whether a stroke of this tool may have this number of points.
    #[must_use]
    pub fn takes(self, points: usize) -> bool {
        if self.is_shape() { points == 2 } else { points > 0 }
    }
}

/// An opaque colour, 8 bits of red, green and blue. Text form: `#rrggbb`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Color(#[serde(with = "serde_bytes")] pub [u8; 3]);

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [r, g, b] = self.0;
        write!(f, "#{r:02x}{g:02x}{b:02x}")
    }
}

impl fmt::Debug for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A text that is not a colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a colour is written #rrggbb")]
pub struct ParseColorError;

impl FromStr for Color {
    type Err = ParseColorError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.strip_prefix('#').ok_or(ParseColorError)?;
        let bytes = data_encoding::HEXLOWER_PERMISSIVE.decode(digits.as_bytes()).map_err(|_| ParseColorError)?;
        Ok(Color(bytes.try_into().map_err(|_| ParseColorError)?))
    }
}

/// A stroke, a part of a long stroke, or a shape.
///
/// As CBOR: the array `[stroke, tool, color, width, points]`, because field names would cost more than a short path.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "(StrokeId, Tool, Color, u16, Points)")]
pub struct Stroke {
    /// The number of the stroke.
    pub id: StrokeId,
    /// The tool.
    pub tool: Tool,
    /// The colour; not used by an eraser.
    pub color: Color,
    /// The width in logical units, 1 to [`MAX_WIDTH`].
    pub width: u16,
    /// The path; for a shape its two points.
    pub points: Points,
}

impl From<(StrokeId, Tool, Color, u16, Points)> for Stroke {
    fn from((id, tool, color, width, points): (StrokeId, Tool, Color, u16, Points)) -> Self {
        Stroke { id, tool, color, width, points }
    }
}

impl Serialize for Stroke {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (self.id, self.tool, self.color, self.width, &self.points).serialize(serializer)
    }
}

impl Stroke {
    /// Returns whether width and number of points are within their bounds.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        (1..=MAX_WIDTH).contains(&self.width) && self.tool.takes(self.points.len())
    }
}

#[cfg(test)]
mod tests {
    use super::super::Point;
    use super::*;

    #[test]
    fn a_shape_has_two_points_and_a_path_at_least_one() {
        let stroke = |tool, n: i32| {
            let points = Points::new((0..n).map(|i| Point::new(i, i)).collect());
            Stroke { id: 1, tool, color: Color::default(), width: 4, points }
        };
        for tool in [Tool::Pen, Tool::Eraser] {
            assert_eq!([0, 1, 2, 3].map(|n| stroke(tool, n).is_sound()), [false, true, true, true], "{tool:?}");
        }
        for tool in [Tool::Line, Tool::Rectangle, Tool::Ellipse] {
            assert_eq!([0, 1, 2, 3].map(|n| stroke(tool, n).is_sound()), [false, false, true, false], "{tool:?}");
        }
        let wide = |width| Stroke { width, ..stroke(Tool::Pen, 1) }.is_sound();
        assert_eq!([0, 1, MAX_WIDTH, MAX_WIDTH + 1].map(wide), [false, true, true, false]);
    }

    #[test]
    fn a_colour_reads_back_from_its_text() {
        assert_eq!("#B83822".parse::<Color>().map(|color| color.to_string()), Ok("#b83822".to_owned()));
        for text in ["", "#", "b83822", "#b8382", "#b838222", "#gggggg", "#한"] {
            assert_eq!(text.parse::<Color>(), Err(ParseColorError), "{text}");
        }
    }
}
