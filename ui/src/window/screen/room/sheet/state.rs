//! The state of the sheet and its updates.

use iced::Element;
use inkmesh::canvas::{COLUMNS, Color, Point, QUARTERS, ROWS, Sheet as Record};
use inkmesh::command::RoomCommand;

use super::live_sheet::LiveSheet;
use super::message::{Message, Outcome};
use super::tools::{Popup, Tools};
use super::{surface, tool_bar};
use crate::window::render::painter::Painted;
use crate::window::render::viewport::Viewport;
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

    pub fn update(&mut self, message: Message) -> Option<Outcome> {
        match message {
            Message::Resized(area) => self.view(|viewport| viewport.resize(area, viewport.scale_factor)),
            Message::PenDown(point) => return self.pen_down(point),
            Message::PenTo(point) => self.live.pen_to(point),
            Message::PenUp => return self.live.pen_up().map(RoomCommand::stroke).map(Outcome::Command),
            Message::Flush => return self.flush(),
            Message::Choose(choice) => self.tools.choose(choice),
            Message::Fill(at) => return self.fill(at),
            Message::Pick(at) => return self.with_picture(Pending::Pick(at)),
            Message::Undo => return self.change(RoomCommand::Undo),
            Message::Redo => return self.change(RoomCommand::Redo),
            Message::Clear => return self.clear(),
            Message::ReallyClear => {
                self.tools.popup = None;
                return self.change(RoomCommand::Clear);
            }
            Message::Save => return self.with_picture(Pending::Save),
            Message::OpenColors => return self.open_colors(),
            Message::Colors(message) => self.pick_color(message),
            Message::Unfold => {
                let unfolded = matches!(self.tools.popup, Some(Popup::Tools));
                self.tools.popup = (!unfolded).then_some(Popup::Tools);
            }
            Message::ClosePopup => self.tools.popup = None,
            Message::ZoomAt(at, steps) => self.view(|viewport| viewport.zoom_at(at, steps)),
            Message::Zoom(steps) => self.view(|viewport| viewport.zoom_by(steps)),
            Message::Whole => self.view(Viewport::show_whole),
            Message::Pan(by) => self.view(|viewport| viewport.pan(by)),
        }
        None
    }

    fn view(&mut self, change: impl FnOnce(&mut Viewport)) {
        self.live.look(change);
    }

    pub fn rescale(&mut self, scale_factor: f32) {
        self.live.resize(self.live.viewport.area, scale_factor);
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

    fn pen_down(&mut self, point: Point) -> Option<Outcome> {
        let brush = self.tools.brush()?;
        self.tools.popup = None;
        self.live.pen_down(rand::random(), brush, point);
        self.flush()
    }

    /// Sends the points that others have not seen.
    fn flush(&mut self) -> Option<Outcome> {
        let (line, from) = self.live.unsent()?;
        Some(Outcome::Command(RoomCommand::pen(line, from)))
    }

    // ---- tools ----

    fn fill(&mut self, at: Point) -> Option<Outcome> {
        if !self.live.may_draw {
            return None;
        }
        let color = self.tools.color;
        self.tools.popup = None;
        self.live.fill(at, color);
        Some(Outcome::Command(RoomCommand::Fill { x: at.x, y: at.y, color }))
    }

    /// Changes the whole sheet. Not while the pen is down: its stroke comes first.
    fn change(&self, command: RoomCommand) -> Option<Outcome> {
        (self.live.may_draw && !self.live.pen_is_down()).then_some(Outcome::Command(command))
    }

    /// Clears the sheet of a turn, which has strokes of its drawer only. On the free sheet there are strokes of others.
    fn clear(&mut self) -> Option<Outcome> {
        if !self.live.may_draw || self.live.is_of_a_turn() {
            return self.change(RoomCommand::Clear);
        }
        self.tools.popup = Some(Popup::Clear);
        None
    }

    fn open_colors(&mut self) -> Option<Outcome> {
        if self.picks_color() {
            self.tools.popup = None;
            return None;
        }
        let color = self.tools.free.unwrap_or(self.tools.color);
        self.tools.use_color(color);
        self.tools.popup = Some(Popup::Colors(Box::new(ColorPicker::new(color))));
        Some(Outcome::Focus(COLOR_FIELD))
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
    pub fn painted(&mut self, painted: Painted) -> Vec<Outcome> {
        let Some(change) = self.live.painted(painted) else { return Vec::new() };
        let (ready, waiting): (Vec<_>, Vec<_>) = self.pending.drain(..).partition(|(_, since)| *since <= change);
        self.pending = waiting;
        ready.into_iter().filter_map(|(pending, _)| self.finish(pending)).collect()
    }

    /// Does something with the picture as it is now: at once, or when the painter has finished it.
    fn with_picture(&mut self, pending: Pending) -> Option<Outcome> {
        if self.live.picture.is_painted() {
            return self.finish(pending);
        }
        self.pending.push((pending, self.live.picture.changes()));
        None
    }

    fn finish(&mut self, pending: Pending) -> Option<Outcome> {
        let sheet = self.live.picture.sheet()?;
        match pending {
            Pending::Pick(at) => {
                let color = color_at(sheet, at);
                self.tools.picked(color);
                None
            }
            Pending::Save => Some(Outcome::Save(sheet.steps().to_vec())),
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
        tool_bar::zoom(self.live.viewport, look)
    }

    fn context(&self, look: Look, folded: bool) -> tool_bar::Context {
        let (may_draw, is_of_a_turn) = (self.live.may_draw, self.live.is_of_a_turn());
        tool_bar::Context { look, may_draw, is_of_a_turn, folded }
    }
}

/// Returns the colour of a point in the exact picture.
fn color_at(sheet: &Record, at: Point) -> Color {
    let (column, row) = ((at.x / QUARTERS) as usize, (at.y / QUARTERS) as usize);
    let pixel = sheet.raster().pixels()[row.min(ROWS - 1) * COLUMNS + column.min(COLUMNS - 1)];
    let [_, red, green, blue] = pixel.to_be_bytes();
    Color([red, green, blue])
}
