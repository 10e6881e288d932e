//! The bounds of a turn's sheet, so that a drawer can't flood everybody's machine.

use serde::{Deserialize, Serialize};

use crate::canvas::{CanvasStep, SheetId};

/// Most steps that count on the sheet of a turn. Undo [reaches](crate::canvas::UNDO_REACH) all of them.
pub const MAX_TURN_STEPS: u32 = 4096;
/// Most points that count on it: three times those of a pen at 240 Hz that doesn't leave the sheet for 240 seconds.
pub const MAX_TURN_POINTS: u32 = 200_000;
/// Most fills that count on it.
pub const MAX_TURN_FILLS: u32 = 256;

/// The steps so far on the last turn's sheet that was drawn on. Steps on the free sheet are not bounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Budget {
    #[serde(rename = "board")]
    sheet: SheetId,
    steps: u32,
    points: u32,
    fills: u32,
}

impl Budget {
    /// Counts a step. Returns false, and counts nothing, when it is beyond the bounds.
    pub(super) fn spend(&mut self, sheet: SheetId, step: &CanvasStep) -> bool {
        if sheet == SheetId::Free {
            return true;
        }
        let mut spent = if self.sheet == sheet { *self } else { Budget { sheet, ..Budget::default() } };
        spent.steps += 1;
        spent.points += step.stroke().map_or(0, |stroke| stroke.points.len() as u32); // at most 512
        spent.fills += u32::from(matches!(step, CanvasStep::Fill { .. }));
        let within = spent.steps <= MAX_TURN_STEPS && spent.points <= MAX_TURN_POINTS && spent.fills <= MAX_TURN_FILLS;
        if within {
            *self = spent;
        }
        within
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canvas::{Color, Point, Points, Stroke, Tool};
    use crate::operation::OperationId;

    fn turn(turn: u32) -> SheetId {
        SheetId::Turn { game: OperationId([1; 32]), turn }
    }

    fn counted(sheet: SheetId, step: &CanvasStep, times: u32) -> u32 {
        let mut budget = Budget::default();
        (0..times).map(|_| u32::from(budget.spend(sheet, step))).sum()
    }

    #[test]
    fn a_flood_counts_up_to_its_bounds_and_the_next_sheet_is_fresh() {
        let fill = CanvasStep::Fill { stroke: 1, at: Point::default(), color: Color::default() };
        let points = Points::new(vec![Point::default(); 512]);
        let stroke = CanvasStep::Stroke(Stroke { id: 1, tool: Tool::Pen, color: Color::default(), width: 1, points });
        let undo = CanvasStep::Undo { stroke: 1 };
        assert_eq!(counted(turn(0), &fill, 9_999), MAX_TURN_FILLS);
        assert_eq!(counted(turn(0), &stroke, 9_999), MAX_TURN_POINTS / 512);
        assert_eq!(counted(turn(0), &undo, 9_999), MAX_TURN_STEPS);
        assert_eq!([&fill, &stroke, &undo].map(|step| counted(SheetId::Free, step, 9_999)), [9_999; 3]);
        let mut budget = Budget::default();
        assert_eq!((0..9_999).filter(|_| budget.spend(turn(0), &fill)).count() as u32, MAX_TURN_FILLS);
        assert!(budget.spend(turn(0), &undo), "another kind of step still counts");
        assert!(budget.spend(turn(1), &fill));
    }
}
