//! Our own pen: the steps that we make on the visible sheet.

use super::contents::Contents;
use super::own_chain::{OwnChain, Ticket, Write};
use crate::canvas::{CanvasStep, Color, MAX_WIDTH, Point, Points, SheetId, Stroke, UndoHistory};
use crate::clock::Now;
use crate::command::CommandError;
use crate::event::PenLine;
use crate::fold::Fold;
use crate::frame::Frame;
use crate::game::PlayError;
use crate::identity::Author;
use crate::live::LiveFrame;
use crate::payload::Payload;

/// A step of our person on the visible sheet.
#[derive(Debug)]
pub(super) enum PenStep {
    /// A finished stroke or a shape.
    Stroke(PenLine),
    /// Colours the area around a point.
    Fill(Point, Color),
    /// Takes everything off the sheet.
    Clear,
    /// Takes off our last step.
    Undo,
    /// Puts back the step that we undid last, unless we have made another since.
    Redo,
}

/// The state of our pen.
#[derive(Debug, Default)]
pub(super) struct Pen {
    /// Our steps on their way to the disk. Undo and redo have to know of them already.
    unsaved: Vec<(Ticket, SheetId, CanvasStep)>,
}

impl Pen {
    /// Writes a step on the visible sheet.
    ///
    /// # Errors
    /// [`CommandError`] when we may not draw now, the step is out of bounds, there is nothing to undo or redo, the sheet
    /// is full, or too much waits for the disk.
    pub(super) fn write(
        &mut self,
        step: PenStep,
        Contents { log, fold, .. }: &Contents,
        chain: &mut OwnChain,
        now: Now,
    ) -> Result<Write, CommandError> {
        let sheet = own_sheet(fold, chain.author())?;
        let steps = match step {
            PenStep::Stroke(line) => cut(&line)?.into_iter().map(|(_, stroke)| CanvasStep::Stroke(stroke)).collect(),
            PenStep::Fill(at, color) => vec![CanvasStep::Fill { stroke: chain.stroke_number(), at, color }],
            PenStep::Clear => vec![CanvasStep::Clear { stroke: chain.stroke_number() }],
            PenStep::Undo => {
                let last = self.undo_history(sheet, fold, chain.author()).last_done(chain.author());
                vec![CanvasStep::Undo { stroke: last.ok_or(CommandError::NothingToUndo)? }]
            }
            PenStep::Redo => {
                let last = self.undo_history(sheet, fold, chain.author()).last_undone(chain.author());
                vec![CanvasStep::Redo { stroke: last.ok_or(CommandError::NothingToRedo)? }]
            }
        };
        if !fold.has_room_for(sheet, &steps) {
            return Err(CommandError::SheetFull);
        }
        let payloads = steps.iter().map(|step| Payload::Canvas { sheet, step: step.clone() }).collect();
        let write = chain.write(payloads, log, now)?;
        self.unsaved.extend(steps.into_iter().map(|step| (write.ticket, sheet, step)));
        Ok(write)
    }

    /// Takes note that a write is durable.
    pub(super) fn saved(&mut self, ticket: Ticket) {
        self.unsaved.retain(|(write, ..)| *write != ticket);
    }

    /// Returns the steps that stand on a sheet, with our unsaved ones.
    fn undo_history(&self, sheet: SheetId, fold: &Fold, me: Author) -> UndoHistory {
        let mut history = fold.undo_history(sheet);
        for (_, _, step) in self.unsaved.iter().filter(|(_, on, _)| *on == sheet) {
            history.push(me, step);
        }
        history
    }
}

/// Returns the visible sheet.
///
/// # Errors
/// [`PlayError::NotTheDrawer`] when this author may not draw on it now.
pub(super) fn own_sheet(fold: &Fold, author: Author) -> Result<SheetId, CommandError> {
    let sheet = fold.game().visible_sheet();
    let may_draw = fold.game().may_draw(author, sheet);
    if may_draw { Ok(sheet) } else { Err(CommandError::Play(PlayError::NotTheDrawer)) }
}

/// Returns the frames that show others the new points of a stroke under way, the first of which has index `from` in it.
///
/// # Errors
/// [`CommandError`] when we may not draw now or the stroke is out of bounds.
pub(super) fn live_frames(
    line: &PenLine,
    from: u32,
    fold: &Fold,
    chain: &OwnChain,
) -> Result<Vec<Vec<u8>>, CommandError> {
    let (sheet, author) = (own_sheet(fold, chain.author())?, chain.author());
    let frames = cut(line)?.into_iter().map(|(index, stroke)| {
        let live = LiveFrame { author, sheet: sheet.into(), from: from.saturating_add(index), stroke };
        live.sign(chain.identity(), chain.room()).map(|signed| Frame::live(&signed))
    });
    frames.collect::<Result<_, _>>().map_err(|_| CommandError::Stroke)
}

/// Cuts a stroke into parts of bounded length. Each comes with the index of its first point.
fn cut(line: &PenLine) -> Result<Vec<(u32, Stroke)>, CommandError> {
    if !line.tool.takes(line.points.len()) || !(1..=MAX_WIDTH).contains(&line.width) {
        return Err(CommandError::Stroke);
    }
    let mut index = 0;
    let part = |points: Points| {
        let from = index;
        index += points.len() as u32 - 1; // parts share a point
        (from, Stroke { id: line.stroke, tool: line.tool, color: line.color, width: line.width, points })
    };
    Ok(Points::split(&line.points).into_iter().map(part).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canvas::{MAX_POINTS, Tool};
    use crate::identity::Identity;
    use crate::name::RoomName;

    const NOW: Now = Now { wall_ms: 1_790_000_000_000, mono_ms: 5 };

    fn line(tool: Tool, points: usize) -> PenLine {
        let points = (0..points as i32).map(|x| Point::new(x, 9)).collect();
        PenLine { stroke: 1, tool, color: Color([1, 2, 3]), width: 4, points }
    }

    fn contents() -> Contents {
        Contents::new(RoomName::lobby().id())
    }

    fn chain() -> OwnChain {
        OwnChain::new(Identity::from_secret([1; 32]), RoomName::lobby().id(), 1)
    }

    #[test]
    fn a_long_stroke_is_cut_into_parts_that_share_a_point() {
        let parts = cut(&line(Tool::Pen, MAX_POINTS + 9)).unwrap();
        assert_eq!(parts.iter().map(|(from, _)| *from as usize).collect::<Vec<_>>(), [0, MAX_POINTS - 1]);
        assert_eq!(parts.iter().map(|(_, stroke)| stroke.points.len()).collect::<Vec<_>>(), [MAX_POINTS, 10]);
    }

    #[test]
    fn a_shape_has_two_points() {
        let (mut pen, room, mut chain) = (Pen::default(), contents(), chain());
        for n in [0, 1, 3, 600] {
            let shape = line(Tool::Ellipse, n);
            assert_eq!(live_frames(&shape, 0, &room.fold, &chain).unwrap_err(), CommandError::Stroke, "{n}");
            let written = pen.write(PenStep::Stroke(shape), &room, &mut chain, NOW);
            assert_eq!(written.unwrap_err(), CommandError::Stroke, "{n}");
        }
        assert_eq!(live_frames(&line(Tool::Ellipse, 2), 0, &room.fold, &chain).unwrap().len(), 1);
        let written = pen.write(PenStep::Stroke(line(Tool::Ellipse, 2)), &room, &mut chain, NOW);
        assert_eq!(written.unwrap().operations.len(), 1);
    }

    #[test]
    fn undo_knows_the_steps_on_their_way_to_the_disk() {
        let (mut pen, room, mut chain) = (Pen::default(), contents(), chain());
        let mut write = |pen: &mut Pen, step| pen.write(step, &room, &mut chain, NOW);
        assert_eq!(write(&mut pen, PenStep::Undo).unwrap_err(), CommandError::NothingToUndo);
        let drawn = write(&mut pen, PenStep::Stroke(line(Tool::Pen, 2))).unwrap();
        let undone = write(&mut pen, PenStep::Undo).unwrap();
        assert_eq!(write(&mut pen, PenStep::Undo).unwrap_err(), CommandError::NothingToUndo);
        let redone = write(&mut pen, PenStep::Redo).unwrap();
        for written in [drawn, undone, redone] {
            pen.saved(written.ticket);
        }
        assert!(pen.unsaved.is_empty());
    }
}
