//! The steps on a sheet.

use serde::{Deserialize, Serialize};

use super::{Color, Point, Stroke, StrokeId};
use crate::identity::Author;
use crate::operation_id::OperationId;

/// A step on a sheet. Strokes, fills and clears are *marks*; undo and redo name a mark of the same author.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CanvasStep {
    /// Draws a stroke, a part of one, or a shape. The parts of a stroke are one mark.
    #[serde(rename = "ink")]
    Stroke(Stroke),
    /// Fills the area of one colour around a point.
    Fill {
        /// The number of the fill.
        stroke: StrokeId,
        /// A point in the area.
        at: Point,
        /// The new colour.
        color: Color,
    },
    /// Takes all earlier marks of all authors off the sheet.
    Clear {
        /// The number of the clear, which can be undone too.
        stroke: StrokeId,
    },
    /// Undoes a mark of the author.
    Undo {
        /// The mark.
        stroke: StrokeId,
    },
    /// Puts back an undone mark of the author.
    Redo {
        /// The mark.
        stroke: StrokeId,
    },
}

impl CanvasStep {
    /// Returns the number of the mark; for undo and redo, of the mark that they name.
    #[must_use]
    pub fn number(&self) -> StrokeId {
        match self {
            CanvasStep::Stroke(stroke) => stroke.id,
            CanvasStep::Fill { stroke, .. }
            | CanvasStep::Clear { stroke }
            | CanvasStep::Undo { stroke }
            | CanvasStep::Redo { stroke } => *stroke,
        }
    }

    /// Returns whether it is a mark or a part of one.
    #[must_use]
    pub fn is_mark(&self) -> bool {
        matches!(self, CanvasStep::Stroke(_) | CanvasStep::Fill { .. } | CanvasStep::Clear { .. })
    }

    /// Returns the stroke or shape, if it is one.
    #[must_use]
    pub fn stroke(&self) -> Option<&Stroke> {
        match self {
            CanvasStep::Stroke(stroke) => Some(stroke),
            _ => None,
        }
    }

    /// Returns whether it is within its bounds.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.stroke().is_none_or(Stroke::is_sound)
    }
}

/// A step with its author and operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawn {
    /// The operation.
    pub id: OperationId,
    /// The author.
    pub author: Author,
    /// The step.
    pub step: CanvasStep,
}

impl Drawn {
    /// Returns whether this is another part of the long stroke of `before`.
    #[must_use]
    pub fn continues(&self, before: &Drawn) -> bool {
        let stroke = matches!((&before.step, &self.step), (CanvasStep::Stroke(_), CanvasStep::Stroke(_)));
        stroke && before.author == self.author && before.step.number() == self.step.number()
    }
}
