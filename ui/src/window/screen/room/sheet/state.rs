//! The state of the sheet and its updates.

use std::time::Instant;

use iced::Element;
use inkmesh::canvas::{COLUMNS, Color, Point, QUARTERS, ROWS, Sheet as Record};
use inkmesh::name::RoomName;

use super::live_sheet::LiveSheet;
use super::message::Message;
use super::tools::{Popup, Tools};
use super::{surface, tool_bar};
use crate::export::dates::LocalTime;
use crate::export::drawing::DrawingFile;
use crate::export::files;
use crate::export::picture::Format;
use crate::window::ink::lens::Lens;
use crate::window::ink::painter::Painted;
use crate::window::link::{Command, Touch};
use crate::window::screen::room::action::Action;
use crate::window::theme::Look;
use crate::window::widget::color_picker::{self, COLOR_FIELD, ColorPicker};

/// The sheet of a room with its tools.
#[derive(Debug)]
pub struct Sheet {
    /// The visible sheet.
    pub live: LiveSheet,
    tools: Tools,
    /// What waits until the painter has finished the picture, each with the change of the picture that it needs.
    pending: Vec<(Pending, u64)>,
}

/// Something that needs the finished picture.
#[derive(Debug, Clone, Copy)]
enum Pending {
    /// Pick the colour of a point.
    Pick(Point),
    /// Save the drawing as a file.
    Save,
}

impl Sheet {
    /// Creates an empty sheet for a screen with this scale factor.
    pub fn new(scale_factor: f32) -> Self {
        Sheet { live: LiveSheet::new(scale_factor), tools: Tools::default(), pending: Vec::new() }
    }

    /// Replaces the sheet by the empty one of another room. The tools stay.
    pub fn reset(&mut self, scale_factor: f32) {
        self.live = self.live.of_another_room(scale_factor);
        self.pending.clear();
        self.tools.popup = None;
    }

    /// Handles a message in this room at this time, in milliseconds since 1970.
    pub fn update(&mut self, message: Message, room: Option<&RoomName>, now_ms: u64) -> Vec<Action> {
        match message {
            Message::Resized(area) => self.view(|lens| lens.resize(area, lens.scale_factor())),
            Message::PenDown(point) => return self.pen_down(point, room),
            Message::PenTo(point) => self.live.pen_to(point),
            Message::PenUp => return self.pen_up(room),
            Message::Flush => return self.flush(room),
            Message::Choose(choice) => self.tools.choose(choice),
            Message::Fill(at) => return self.fill(at, room),
            Message::Pick(at) => return self.with_picture(Pending::Pick(at), room, now_ms),
            Message::Undo => return self.touch(Touch::Undo, room),
            Message::Redo => return self.touch(Touch::Redo, room),
            Message::Clear => return self.clear(room),
            Message::ReallyClear => {
                self.tools.popup = None;
                return self.touch(Touch::Clear, room);
            }
            Message::Save => return self.with_picture(Pending::Save, room, now_ms),
            Message::OpenColors => return self.open_colors(),
            Message::Colors(message) => self.pick_color(message),
            Message::Unfold => {
                let unfolded = matches!(self.tools.popup, Some(Popup::Tools));
                self.tools.popup = (!unfolded).then_some(Popup::Tools);
            }
            Message::ClosePopup => self.tools.popup = None,
            Message::ZoomAt(at, steps) => self.view(|lens| lens.zoom_at(at, steps)),
            Message::Zoom(steps) => self.view(|lens| lens.zoom_by(steps)),
            Message::Whole => self.view(Lens::whole),
            Message::Pan(by) => self.view(|lens| lens.pan(by)),
        }
        Vec::new()
    }

    fn view(&mut self, change: impl FnOnce(&mut Lens)) {
        self.live.look(change);
    }

    /// Sets the scale factor of the screen.
    pub fn rescale(&mut self, scale_factor: f32) {
        self.live.resize(self.live.area(), scale_factor);
    }

    /// Closes the popup. Returns whether one was open.
    pub fn close_popup(&mut self) -> bool {
        self.tools.popup.take().is_some()
    }

    /// Returns whether the color picker is open.
    pub fn picks_color(&self) -> bool {
        matches!(self.tools.popup, Some(Popup::Colors(_)))
    }

    // ---- the pen ----

    fn pen_down(&mut self, point: Point, room: Option<&RoomName>) -> Vec<Action> {
        let Some(brush) = self.tools.brush() else { return Vec::new() };
        self.tools.popup = None;
        self.live.pen_down(rand::random(), brush, point);
        self.flush(room)
    }

    /// Sends the points that others have not seen.
    fn flush(&mut self, room: Option<&RoomName>) -> Vec<Action> {
        let (Some(room), Some((line, from))) = (room, self.live.unshown()) else { return Vec::new() };
        vec![Action::Ask(Command::PenMoved(room.clone(), line, from))]
    }

    fn pen_up(&mut self, room: Option<&RoomName>) -> Vec<Action> {
        let (Some(room), Some(line)) = (room, self.live.pen_up()) else { return Vec::new() };
        vec![Action::Ask(Command::Draw(room.clone(), line))]
    }

    // ---- tools ----

    fn fill(&mut self, at: Point, room: Option<&RoomName>) -> Vec<Action> {
        let (Some(room), true) = (room, self.live.may_draw()) else { return Vec::new() };
        let color = self.tools.color;
        self.tools.popup = None;
        self.live.fill(at, color);
        vec![Action::Ask(Command::Touch(room.clone(), Touch::Fill(at, color)))]
    }

    /// Changes the whole sheet. Not while the pen is down: its stroke comes first.
    fn touch(&self, touch: Touch, room: Option<&RoomName>) -> Vec<Action> {
        match room {
            Some(room) if self.live.may_draw() && !self.live.pen_is_down() => {
                vec![Action::Ask(Command::Touch(room.clone(), touch))]
            }
            _ => Vec::new(),
        }
    }

    /// Clears the sheet of a turn, which has strokes of its drawer only. On the free sheet there are strokes of others.
    fn clear(&mut self, room: Option<&RoomName>) -> Vec<Action> {
        if !self.live.may_draw() || self.live.is_of_a_turn() {
            return self.touch(Touch::Clear, room);
        }
        self.tools.popup = Some(Popup::Clear);
        Vec::new()
    }

    fn open_colors(&mut self) -> Vec<Action> {
        if self.picks_color() {
            self.tools.popup = None;
            return Vec::new();
        }
        let color = self.tools.free.unwrap_or(self.tools.color);
        self.tools.use_color(color);
        self.tools.popup = Some(Popup::Colors(Box::new(ColorPicker::new(color))));
        vec![Action::Focus(COLOR_FIELD)]
    }

    fn pick_color(&mut self, message: color_picker::Message) {
        if let color_picker::Message::Done = message {
            self.tools.popup = None;
        } else if let Some(Popup::Colors(picker)) = &mut self.tools.popup
            && let Some(color) = picker.update(message)
        {
            self.tools.use_color(color);
        }
    }

    // ---- the picture ----

    /// Takes what the painter made for this sheet. Returns what was pending for it.
    pub fn painted(&mut self, painted: Painted, room: Option<&RoomName>, now_ms: u64) -> Vec<Action> {
        let Some(change) = self.live.painted(painted) else { return Vec::new() };
        let (ready, waiting): (Vec<_>, Vec<_>) = self.pending.drain(..).partition(|(_, since)| *since <= change);
        self.pending = waiting;
        ready.into_iter().flat_map(|(pending, _)| self.finish(pending, room, now_ms)).collect()
    }

    /// Does something with the picture as it is now: at once, or when the painter has finished it.
    fn with_picture(&mut self, pending: Pending, room: Option<&RoomName>, now_ms: u64) -> Vec<Action> {
        if self.live.picture().is_painted() {
            return self.finish(pending, room, now_ms);
        }
        self.pending.push((pending, self.live.picture().changes()));
        Vec::new()
    }

    fn finish(&mut self, pending: Pending, room: Option<&RoomName>, now_ms: u64) -> Vec<Action> {
        let Some(sheet) = self.live.picture().sheet() else { return Vec::new() };
        match pending {
            Pending::Pick(at) => {
                let color = color_at(sheet, at);
                self.tools.picked(color);
                Vec::new()
            }
            Pending::Save => {
                let (steps, room) = (sheet.steps().to_vec(), room.map(ToString::to_string).unwrap_or_default());
                let name = format!("{}_{}", LocalTime::here().stamp(now_ms), files::name(["sheet", room.as_str()]));
                vec![Action::Save(Box::new(DrawingFile { steps, format: Format::Png, name }))]
            }
        }
    }

    /// Returns the view of the sheet.
    pub fn surface(&self, look: Look) -> Element<'_, Message> {
        surface::view(&self.live, &self.tools, look)
    }

    /// Returns the tool bar; `folded` is whether there is room for one row only.
    pub fn tool_bar(&self, look: Look, folded: bool) -> Element<'_, Message> {
        tool_bar::view(&self.tools, self.context(look, folded))
    }

    /// Returns the popup, if one is open.
    pub fn popup(&self, look: Look, folded: bool) -> Option<Element<'_, Message>> {
        tool_bar::popup(&self.tools, self.context(look, folded))
    }

    /// Returns the zoom and a button to show the whole sheet, if only a part of it is in view.
    pub fn zoom(&self, look: Look) -> Option<Element<'_, Message>> {
        tool_bar::zoom(self.live.lens(), look)
    }

    fn context(&self, look: Look, folded: bool) -> tool_bar::Context {
        let (may_draw, is_of_a_turn) = (self.live.may_draw(), self.live.is_of_a_turn());
        tool_bar::Context { look, may_draw, is_of_a_turn, folded }
    }

    /// Removes strokes whose operation is overdue.
    pub fn expire(&mut self, now: Instant) {
        self.live.expire(now);
    }
}

/// Returns the colour of a point in the exact picture.
fn color_at(sheet: &Record, at: Point) -> Color {
    let (column, row) = ((at.x / QUARTERS) as usize, (at.y / QUARTERS) as usize);
    let pixel = sheet.raster().pixels()[row.min(ROWS - 1) * COLUMNS + column.min(COLUMNS - 1)];
    let [_, red, green, blue] = pixel.to_be_bytes();
    Color([red, green, blue])
}
