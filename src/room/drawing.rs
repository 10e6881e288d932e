//! What a person can do on the visible sheet.

use super::{Output, Room, Write, live_ink};
use crate::canvas::{CanvasStep, Color, Point, SheetId, UndoHistory};
use crate::clock::Now;
use crate::command::CommandError;
use crate::event::PenLine;
use crate::frame::Frame;
use crate::game::PlayError;
use crate::live::LiveInk;
use crate::payload::Payload;

impl Room {
    /// Writes a finished line, or a shape.
    pub(super) fn draw(&mut self, line: &PenLine, now: Now) -> Result<Write, CommandError> {
        let sheet = self.my_sheet()?;
        let inks = live_ink::split(line)?;
        self.write_steps(sheet, inks.into_iter().map(|(_, ink)| CanvasStep::Ink(ink)).collect(), now)
    }

    /// Colours the area around a point.
    pub(super) fn fill(&mut self, at: Point, color: Color, now: Now) -> Result<Write, CommandError> {
        let (sheet, stroke) = (self.my_sheet()?, self.writer.mark_number());
        self.write_steps(sheet, vec![CanvasStep::Fill { stroke, at, color }], now)
    }

    /// Takes everything off the sheet.
    pub(super) fn clear(&mut self, now: Now) -> Result<Write, CommandError> {
        let (sheet, stroke) = (self.my_sheet()?, self.writer.mark_number());
        self.write_steps(sheet, vec![CanvasStep::Clear { stroke }], now)
    }

    /// Takes our last mark off the sheet.
    pub(super) fn undo(&mut self, now: Now) -> Result<Write, CommandError> {
        let sheet = self.my_sheet()?;
        let last = self.undo_history(sheet).last_done(self.identity.author());
        let stroke = last.ok_or(CommandError::NothingToUndo)?;
        self.write_steps(sheet, vec![CanvasStep::Undo { stroke }], now)
    }

    /// Puts the mark back that we undid last, unless we have made another since.
    pub(super) fn redo(&mut self, now: Now) -> Result<Write, CommandError> {
        let sheet = self.my_sheet()?;
        let last = self.undo_history(sheet).last_undone(self.identity.author());
        let stroke = last.ok_or(CommandError::NothingToRedo)?;
        self.write_steps(sheet, vec![CanvasStep::Redo { stroke }], now)
    }

    /// Which marks stand, with what we did a moment ago.
    fn undo_history(&self, sheet: SheetId) -> UndoHistory {
        let mut undo = self.fold.undo_history(sheet);
        for (_, _, step) in self.unsaved_steps.iter().filter(|(_, on, _)| *on == sheet) {
            undo.push(self.identity.author(), step);
        }
        undo
    }

    fn write_steps(&mut self, sheet: SheetId, steps: Vec<CanvasStep>, now: Now) -> Result<Write, CommandError> {
        if !self.fold.has_room_for(sheet, &steps) {
            return Err(CommandError::SheetFull);
        }
        let payloads = steps.iter().map(|step| Payload::Canvas { sheet, step: step.clone() }).collect();
        let write = self.write(payloads, now)?;
        self.unsaved_steps.extend(steps.into_iter().map(|step| (write.ticket, sheet, step)));
        Ok(write)
    }

    /// Shows the new points of a line under way, the first of which has index `from` in it.
    pub(super) fn pen_moved(&self, line: &PenLine, from: u32) -> Result<Vec<Output>, CommandError> {
        let (sheet, room, author) = (self.my_sheet()?, self.name.id(), self.identity.author());
        let frames = live_ink::split(line)?.into_iter().map(|(offset, ink)| {
            let live = LiveInk { author, sheet: sheet.into(), from: from.saturating_add(offset), ink };
            live.sign(&self.identity, room).map(|signed| Output::Publish(Frame::live(&signed)))
        });
        frames.collect::<Result<_, _>>().map_err(|_| CommandError::Stroke)
    }

    /// The visible sheet, if we may draw on it now.
    pub(super) fn my_sheet(&self) -> Result<SheetId, CommandError> {
        let sheet = self.fold.game().visible_sheet();
        let mine = self.fold.game().may_draw(self.identity.author(), sheet);
        if mine { Ok(sheet) } else { Err(CommandError::Play(PlayError::NotTheDrawer)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canvas::{Sheet, Tool};
    use crate::event::{CanvasChange, Event};
    use crate::identity::Identity;
    use crate::name::RoomName;
    use crate::room::Input;

    const NOW: Now = Now { wall_ms: 1_790_000_000_000, mono_ms: 5 };

    fn room(who: u8) -> Room {
        let mut room = Room::new(RoomName::lobby(), Identity::from_secret([who; 32]), u64::from(who));
        room.open(true, NOW);
        room
    }

    fn line(stroke: u64, points: Vec<Point>) -> PenLine {
        PenLine { stroke, tool: Tool::Pen, color: Color([1, 2, 3]), width: 4, points }
    }

    /// What the face is told of the sheet when this write is durable.
    fn save(room: &mut Room, write: Write) -> Vec<CanvasChange> {
        let outputs = room.handle(Input::Saved(write), NOW);
        let told = outputs.into_iter().filter_map(|output| match output {
            Output::Tell(Event::Canvas { change, .. }) => Some(change),
            _ => None,
        });
        told.collect()
    }

    /// What the room says undo took off, by the number of the mark.
    fn named(write: &Write) -> CanvasStep {
        match write.operations.last().map(crate::operation::Operation::payload) {
            Some(Payload::Canvas { step, .. }) => step,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn undo_and_redo_go_through_our_marks_before_they_are_saved_too() {
        let mut room = room(1);
        assert_eq!(room.undo(NOW).unwrap_err(), CommandError::NothingToUndo);
        let long = (0..700).map(|x| Point::new(x, 9)).collect();
        let first = room.draw(&line(1, long), NOW).unwrap();
        assert_eq!(first.operations.len(), 2);
        let fill = room.fill(Point::new(9, 9), Color([9; 3]), NOW).unwrap();
        let filled = named(&fill).stroke();
        assert!(filled < 1 << 53);
        save(&mut room, first);
        let undone = [room.undo(NOW).unwrap(), room.undo(NOW).unwrap()];
        assert_eq!(undone.each_ref().map(|write| named(write).stroke()), [filled, 1]);
        assert_eq!(room.undo(NOW).unwrap_err(), CommandError::NothingToUndo);
        save(&mut room, fill);
        let [one, two] = undone;
        save(&mut room, one);
        let redone = room.redo(NOW).unwrap();
        assert_eq!(named(&redone), CanvasStep::Redo { stroke: 1 });
        save(&mut room, two);
        save(&mut room, redone);
        let cleared = room.clear(NOW).unwrap();
        assert_eq!(room.redo(NOW).unwrap_err(), CommandError::NothingToRedo, "a new mark: the fill stays undone");
        save(&mut room, cleared);
        let mut sheet = Sheet::default();
        sheet.show(room.canvas().marks);
        assert_eq!(sheet.marks().count(), 0);
        let undo = room.undo(NOW).unwrap();
        save(&mut room, undo);
        sheet.show(room.canvas().marks);
        assert!(sheet.marks().all(|drawn| drawn.step.stroke() == 1) && sheet.marks().count() == 2, "the long line");
        assert!(room.unsaved_steps.is_empty());
    }

    #[test]
    fn a_sheet_that_is_told_every_step_is_the_sheet() {
        let mut room = room(1);
        let mut sheet = Sheet::default();
        let fill = |room: &mut Room| room.fill(Point::new(9, 9), Color([9; 3]), NOW);
        let draw = |room: &mut Room| room.draw(&line(1, vec![Point::new(4, 4), Point::new(400, 400)]), NOW);
        type Command = fn(&mut Room) -> Result<Write, CommandError>;
        let commands: [Command; 6] =
            [draw, |room| room.undo(NOW), fill, |room| room.clear(NOW), |room| room.undo(NOW), |room| room.redo(NOW)];
        for command in commands {
            let write = command(&mut room).unwrap();
            for change in save(&mut room, write) {
                let CanvasChange::Added(drawn) = change else { panic!("{change:?}") };
                sheet.push(drawn);
            }
            let mut shown = Sheet::default();
            shown.show(room.canvas().marks);
            assert_eq!(sheet.raster().digest(), shown.raster().digest());
        }
        assert_eq!(sheet.steps().len(), 6);
    }

    #[test]
    fn nobody_undoes_the_marks_of_others() {
        let (mut ana, mut ben) = (room(1), room(2));
        let write = ana.draw(&line(1, vec![Point::new(4, 4)]), NOW).unwrap();
        let from = ana.identity.author();
        ben.handle(Input::Gossiped { operation: write.operations[0].clone(), from }, NOW);
        assert_eq!(ben.canvas().marks.len(), 1);
        assert_eq!(ben.undo(NOW).unwrap_err(), CommandError::NothingToUndo);
    }

    #[test]
    fn a_shape_has_two_points() {
        let mut room = room(1);
        let shape = |n: i32| {
            let points = (0..n).map(|x| Point::new(x, 9)).collect();
            PenLine { tool: Tool::Ellipse, ..line(1, points) }
        };
        for n in [0, 1, 3, 600] {
            assert_eq!(room.draw(&shape(n), NOW).unwrap_err(), CommandError::Stroke, "{n}");
            assert_eq!(room.pen_moved(&shape(n), 0).unwrap_err(), CommandError::Stroke, "{n}");
        }
        assert_eq!(room.draw(&shape(2), NOW).unwrap().operations.len(), 1);
        assert_eq!(room.pen_moved(&shape(2), 0).unwrap().len(), 1);
    }
}
