//! What the person does on the sheet.

use std::path::PathBuf;

use iced::{Point as Place, Size, Vector};
use inkmesh::canvas::{COLUMNS, Color, Drawn, Point, QUARTERS, ROWS, Sheet, StrokeId, Tool};
use inkmesh::game::PlayError;
use inkmesh::name::RoomName;
use inkmesh::node::CommandError;
use inkmesh::operation::OperationId;

use super::notices::Notice;
use super::tools::{Choice, Popup};
use super::{Action, Room, tools_view};
use crate::export::dates::LocalTime;
use crate::export::drawing::DrawingFile;
use crate::export::files;
use crate::export::picture::Format;
use crate::window::ink::lens::Lens;
use crate::window::ink::painter::Painted;
use crate::window::link::{Command, Touch};
use crate::window::theme::Look;
use crate::window::widget::color_picker::{self, COLOR_FIELD, ColorPicker};

/// What happens on the sheet, beside the pen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Press {
    /// Colour the area around a place.
    Fill(Point),
    /// Take up the colour of a place.
    Pick(Point),
    /// Take our last mark off.
    Undo,
    /// Put it back.
    Redo,
    /// Take everything off, if that is really meant.
    Clear,
    /// It is.
    ReallyClear,
    /// Save the drawing as a file.
    Save,
    /// Mix a colour.
    Mix,
    /// Unfold the tools that a low or narrow window has no room for, or fold them again.
    Unfold,
    /// Close what lies over the sheet.
    ClosePopup,
    /// Make the sheet larger by so many steps, around a place of its area.
    ZoomAt(Place, f32),
    /// Make it larger by so many steps.
    Zoom(f32),
    /// Show the whole sheet.
    Whole,
    /// Move it under the lens.
    Pan(Vector),
}

/// What waits for the painter: the picture is with it.
#[derive(Debug, Clone, Copy)]
pub enum Wish {
    /// The colour of a place.
    Pick(Point),
    /// The drawing as a file.
    Save,
}

impl Room {
    /// Something happened on the sheet.
    pub(super) fn sheet_press(&mut self, press: Press) -> Vec<Action> {
        match press {
            Press::Fill(at) => self.fill(at),
            Press::Pick(at) => self.wish(Wish::Pick(at)),
            Press::Undo => self.touch(Touch::Undo),
            Press::Redo => self.touch(Touch::Redo),
            Press::Clear => self.clear(),
            Press::ReallyClear => self.really_clear(),
            Press::Save => self.wish(Wish::Save),
            Press::Mix => self.pick_color(),
            Press::Unfold => self.unfold_tools(),
            Press::ClosePopup => self.close_popup(),
            Press::ZoomAt(at, steps) => self.look_at_sheet(|lens| lens.zoom_at(at, steps)),
            Press::Zoom(steps) => self.look_at_sheet(|lens| lens.zoom_by(steps)),
            Press::Whole => self.look_at_sheet(Lens::whole),
            Press::Pan(by) => self.look_at_sheet(|lens| lens.pan(by)),
        }
    }

    fn look_at_sheet(&mut self, change: impl FnOnce(&mut Lens)) -> Vec<Action> {
        self.sheet.look(change);
        Vec::new()
    }

    pub(super) fn sheet_resized(&mut self, area: Size) -> Vec<Action> {
        self.sheet.resize(area, self.scale_factor);
        Vec::new()
    }

    // ---- the pen ----

    pub(super) fn pen_down(&mut self, point: Point) -> Vec<Action> {
        let Some(mark) = self.tools.mark() else { return Vec::new() };
        self.tools.popup = None;
        self.sheet.pen_down(rand::random(), mark, point);
        self.flush()
    }

    pub(super) fn pen_to(&mut self, point: Point) -> Vec<Action> {
        self.sheet.pen_to(point);
        Vec::new()
    }

    /// Shows others the new ink.
    pub(super) fn flush(&mut self) -> Vec<Action> {
        let (Some(room), Some((line, from))) = (self.rooms.here.clone(), self.sheet.unshown()) else {
            return Vec::new();
        };
        vec![Action::Ask(Command::PenMoved(room, line, from))]
    }

    pub(super) fn pen_up(&mut self) -> Vec<Action> {
        let (Some(room), Some(line)) = (self.rooms.here.clone(), self.sheet.pen_up()) else { return Vec::new() };
        vec![Action::Ask(Command::Draw(room, line))]
    }

    // ---- tools ----

    pub(super) fn choose(&mut self, choice: Choice) -> Vec<Action> {
        self.tools.choose(choice);
        Vec::new()
    }

    fn fill(&mut self, at: Point) -> Vec<Action> {
        let (Some(room), true) = (self.rooms.here.clone(), self.sheet.may_draw()) else { return Vec::new() };
        let color = self.tools.color;
        self.tools.popup = None;
        self.sheet.fill(at, color);
        vec![Action::Ask(Command::Touch(room, Touch::Fill(at, color)))]
    }

    /// A touch of the whole sheet. Not while the pen is down: what is under it comes first.
    fn touch(&self, touch: Touch) -> Vec<Action> {
        match self.here() {
            Some(room) if self.sheet.may_draw() && !self.sheet.pen_is_down() => {
                vec![Action::Ask(Command::Touch(room.clone(), touch))]
            }
            _ => Vec::new(),
        }
    }

    /// On the sheet of a turn everything is the drawer's own; on the free one there is ink of others.
    fn clear(&mut self) -> Vec<Action> {
        if !self.sheet.may_draw() || self.sheet.is_of_a_turn() {
            return self.touch(Touch::Clear);
        }
        self.tools.popup = Some(Popup::Clear);
        Vec::new()
    }

    fn really_clear(&mut self) -> Vec<Action> {
        self.tools.popup = None;
        self.touch(Touch::Clear)
    }

    fn unfold_tools(&mut self) -> Vec<Action> {
        let unfolded = matches!(self.tools.popup, Some(Popup::Tools));
        self.tools.popup = (!unfolded).then_some(Popup::Tools);
        Vec::new()
    }

    fn pick_color(&mut self) -> Vec<Action> {
        if matches!(self.tools.popup, Some(Popup::Colors(_))) {
            return self.close_popup();
        }
        let color = self.tools.free.unwrap_or(self.tools.color);
        self.tools.dip(color);
        self.tools.popup = Some(Popup::Colors(Box::new(ColorPicker::new(color))));
        vec![Action::Focus(COLOR_FIELD)]
    }

    pub(super) fn mix(&mut self, message: color_picker::Message) -> Vec<Action> {
        if let color_picker::Message::Done = message {
            return self.close_popup();
        }
        if let Some(Popup::Colors(picker)) = &mut self.tools.popup
            && let Some(color) = picker.update(message)
        {
            self.tools.dip(color);
        }
        Vec::new()
    }

    fn close_popup(&mut self) -> Vec<Action> {
        self.tools.popup = None;
        Vec::new()
    }

    // ---- the picture ----

    /// Something was painted. A painter who broke down is followed by another, who has to be told everything.
    pub(super) fn painted(&mut self, painted: Option<Box<Painted>>) -> Vec<Action> {
        let Some(painted) = painted else {
            self.sheet = self.sheet.of_another_room(self.scale_factor);
            return self.ask_sheet();
        };
        if !self.sheet.is_of(&painted) {
            return self.gallery_painted(*painted);
        }
        let Some(change) = self.sheet.painted(*painted) else { return Vec::new() };
        let (ripe, unripe): (Vec<_>, Vec<_>) = self.wishes.drain(..).partition(|(_, since)| *since <= change);
        self.wishes = unripe;
        ripe.into_iter().flat_map(|(wish, _)| self.grant(wish)).collect()
    }

    /// Wants something of the picture as it is now: at once, or when the painter comes back with it.
    fn wish(&mut self, wish: Wish) -> Vec<Action> {
        if self.sheet.picture().is_painted() {
            return self.grant(wish);
        }
        self.wishes.push((wish, self.sheet.picture().changes()));
        Vec::new()
    }

    fn grant(&mut self, wish: Wish) -> Vec<Action> {
        let Some(sheet) = self.sheet.picture().sheet() else { return Vec::new() };
        match wish {
            Wish::Pick(at) => {
                let color = color_at(sheet, at);
                self.tools.picked(color);
                Vec::new()
            }
            Wish::Save => {
                let steps = sheet.steps().to_vec();
                self.save(steps)
            }
        }
    }

    fn save(&self, steps: Vec<Drawn>) -> Vec<Action> {
        let room = self.here().map(ToString::to_string).unwrap_or_default();
        let stamp = LocalTime::here().stamp(self.calendar.now_ms());
        let name = format!("{stamp}_{}", files::name(["sheet", room.as_str()]));
        vec![Action::Save(Box::new(DrawingFile { steps, format: Format::Png, name }))]
    }

    /// Tells whether a drawing was saved.
    pub(super) fn saved(&mut self, saved: Result<PathBuf, String>) -> Vec<Action> {
        self.notify(saved.map_or_else(Notice::NotSaved, Notice::Saved));
        Vec::new()
    }

    // ---- the node's answers ----

    pub(super) fn drawn(
        &mut self,
        room: &RoomName,
        stroke: StrokeId,
        result: Result<OperationId, CommandError>,
    ) -> Vec<Action> {
        match result {
            Ok(_) => {
                self.connection.saved();
                if self.is_here(room) {
                    self.sheet.written(stroke, self.now);
                }
                Vec::new()
            }
            Err(error) => {
                if self.is_here(room) {
                    self.sheet.not_written(stroke);
                }
                self.refused(error)
            }
        }
    }

    pub(super) fn touched(
        &mut self,
        room: &RoomName,
        touch: Touch,
        result: Result<OperationId, CommandError>,
    ) -> Vec<Action> {
        if let Touch::Fill(at, color) = touch
            && self.is_here(room)
        {
            self.sheet.filled(at, color, result.is_ok(), self.now);
        }
        match result {
            Ok(_) => {
                self.connection.saved();
                Vec::new()
            }
            Err(error) => self.refused(error),
        }
    }

    pub(super) fn not_shown(&mut self, error: &CommandError) -> Vec<Action> {
        // Live ink that doesn't arrive is repaired by the stroke that follows; only a pen that may not draw is told.
        if *error == CommandError::Play(PlayError::NotTheDrawer) && self.sheet.pen_is_down() {
            self.sheet.lift();
            return self.refused(CommandError::Play(PlayError::NotTheDrawer));
        }
        Vec::new()
    }

    pub(super) fn tools_scene(&self, look: Look, folded: bool) -> tools_view::Scene {
        tools_view::Scene { look, may_draw: self.sheet.may_draw(), is_of_a_turn: self.sheet.is_of_a_turn(), folded }
    }
}

/// The colour of a place in the picture of record.
fn color_at(sheet: &Sheet, at: Point) -> Color {
    let (column, row) = ((at.x / QUARTERS) as usize, (at.y / QUARTERS) as usize);
    let pixel = sheet.raster().pixels()[row.min(ROWS - 1) * COLUMNS + column.min(COLUMNS - 1)];
    let [_, red, green, blue] = pixel.to_be_bytes();
    Color([red, green, blue])
}

/// The other end of a shape that is even: a line in an eighth of all directions, a square, a circle.
pub fn constrained(tool: Tool, from: Point, to: Point) -> Point {
    let (x, y) = (f64::from(to.x - from.x), f64::from(to.y - from.y));
    let (x, y) = match tool {
        Tool::Line => {
            let eighth = std::f64::consts::FRAC_PI_4;
            let angle = (y.atan2(x) / eighth).round() * eighth;
            let length = x * angle.cos() + y * angle.sin();
            (length * angle.cos(), length * angle.sin())
        }
        Tool::Rectangle | Tool::Ellipse => {
            let side = x.abs().max(y.abs());
            (side.copysign(x), side.copysign(y))
        }
        Tool::Pen | Tool::Eraser => (x, y),
    };
    Point::new(from.x + x.round() as i32, from.y + y.round() as i32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn with_shift_a_shape_is_even() {
        let from = Point::new(400, 400);
        let end = |tool, x, y| {
            let to = constrained(tool, from, Point::new(x, y));
            (to.x, to.y)
        };
        assert_eq!(end(Tool::Line, 800, 430), (800, 400));
        assert_eq!(end(Tool::Line, 410, 100), (400, 100));
        assert_eq!(end(Tool::Line, 700, 660), (680, 680));
        assert_eq!(end(Tool::Rectangle, 500, 300), (500, 300));
        assert_eq!(end(Tool::Rectangle, 300, 420), (300, 500));
        assert_eq!(end(Tool::Ellipse, 700, 350), (700, 100));
        assert_eq!(end(Tool::Pen, 123, 456), (123, 456));
    }
}
