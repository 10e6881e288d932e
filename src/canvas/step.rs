//! What can be done on a sheet.

use serde::{Deserialize, Serialize};

use super::{Color, Ink, Point, StrokeId};
use crate::identity::Author;
use crate::operation_id::OperationId;

/// One step on a sheet. Ink, fills and clears are *marks*, each with its author's number; undo and redo name a mark of
/// the same author.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CanvasStep {
    /// A stroke, a part of one, or a shape. A stroke that was split into several operations is one mark.
    Ink(Ink),
    /// Colours the area around a point.
    Fill {
        /// The author's number for it.
        stroke: StrokeId,
        /// Where: the pixel under this point, and all of its colour that hang together with it.
        at: Point,
        /// The colour that it gets.
        color: Color,
    },
    /// Takes everything below it off the sheet, whoever drew it.
    Clear {
        /// The author's number for it: a clear can be undone too.
        stroke: StrokeId,
    },
    /// Takes a mark of the author off the sheet.
    Undo {
        /// The mark.
        stroke: StrokeId,
    },
    /// Puts a mark back that its author had taken off.
    Redo {
        /// The mark.
        stroke: StrokeId,
    },
}

impl CanvasStep {
    /// The number of the mark that it is, or is about.
    #[must_use]
    pub fn stroke(&self) -> StrokeId {
        match self {
            CanvasStep::Ink(ink) => ink.stroke,
            CanvasStep::Fill { stroke, .. }
            | CanvasStep::Clear { stroke }
            | CanvasStep::Undo { stroke }
            | CanvasStep::Redo { stroke } => *stroke,
        }
    }

    /// Whether it is a mark, or a part of one, and not about another.
    #[must_use]
    pub fn is_mark(&self) -> bool {
        matches!(self, CanvasStep::Ink(_) | CanvasStep::Fill { .. } | CanvasStep::Clear { .. })
    }

    /// The ink, if it is a stroke or a shape.
    #[must_use]
    pub fn ink(&self) -> Option<&Ink> {
        match self {
            CanvasStep::Ink(ink) => Some(ink),
            _ => None,
        }
    }

    /// Whether it keeps its bounds.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.ink().is_none_or(Ink::is_sound)
    }
}

/// A step that was taken on a sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawn {
    /// The operation that it comes from.
    pub id: OperationId,
    /// Who took it.
    pub author: Author,
    /// What was done.
    pub step: CanvasStep,
}

impl Drawn {
    /// Whether this is ink of the same stroke as `before`: another part of a long one.
    #[must_use]
    pub fn continues(&self, before: &Drawn) -> bool {
        let ink = matches!((&before.step, &self.step), (CanvasStep::Ink(_), CanvasStep::Ink(_)));
        ink && before.author == self.author && before.step.stroke() == self.step.stroke()
    }
}
