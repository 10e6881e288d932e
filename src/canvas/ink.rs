//! A stroke's tool, colour, width and path.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Points;

/// Widest pen in logical units.
pub const MAX_WIDTH: u16 = 128;

/// A number that its author gave a stroke when the pen touched the sheet; it ties the [live](crate::live) ink to the
/// finished stroke. Unique only among one author's strokes.
pub type StrokeId = u64;

/// What makes the mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tool {
    /// Leaves its colour.
    #[default]
    Pen,
    /// Leaves the colour of the sheet.
    Eraser,
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

/// A text that is no colour.
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

/// One stroke.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ink {
    /// The author's number for it.
    pub stroke: StrokeId,
    /// What made it.
    pub tool: Tool,
    /// Its colour; an eraser's doesn't show.
    pub color: Color,
    /// Its width in logical units, 1 to [`MAX_WIDTH`].
    pub width: u16,
    /// Its path.
    pub points: Points,
}

impl Ink {
    /// Whether width and path keep their bounds.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        (1..=MAX_WIDTH).contains(&self.width) && !self.points.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_reads_back_from_its_text() {
        assert_eq!("#B83822".parse::<Color>().map(|color| color.to_string()), Ok("#b83822".to_owned()));
        for text in ["", "#", "b83822", "#b8382", "#b838222", "#gggggg", "#한"] {
            assert_eq!(text.parse::<Color>(), Err(ParseColorError), "{text}");
        }
    }
}
