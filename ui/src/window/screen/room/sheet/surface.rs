//! The view of the sheet: its picture, the strokes over it, and pointer input.

use std::cell::RefCell;
use std::collections::BTreeMap;

use iced::keyboard;
use iced::mouse::{self, Interaction, ScrollDelta};
use iced::widget::canvas::{self, Canvas, Event, Frame, Geometry, Path, Stroke};
use iced::widget::{Sensor, Space, stack};
use iced::{Color, Element, Length, Point, Rectangle, Renderer, Size, Theme, Vector, touch};
use inkmesh::canvas as sheet;
use inkmesh::event::PenLine;

use super::live_sheet::{Key, LiveSheet};
use super::message::Message;
use super::tools::{Active, Choice, Tools};
use crate::window::render::live_strokes;
use crate::window::render::picture_view;
use crate::window::theme::{Look, palette};
use crate::window::widget::redraw::redraw_around;

/// The colour of the ring around the pen.
const RING: Color = Color::from_rgba(0.0, 0.0, 0.0, 0.5);
/// The number of points of a stroke whose geometry is cached: a frame draws only the newer ones.
const CHUNK: usize = 64;
/// The pixels of a wheel's movement that are one step.
const WHEEL_STEP: f32 = 40.0;

/// Returns the sheet, filling its space.
pub fn view<'a>(sheet: &'a LiveSheet, tools: &'a Tools, look: Look) -> Element<'a, Message> {
    let strokes = Canvas::new(Surface { sheet, tools }).width(Length::Fill).height(Length::Fill);
    // The layers above the first are cut off at its edge.
    let ground = Space::new().width(Length::Fill).height(Length::Fill);
    let layers = stack![ground, picture_view::view(&sheet.picture, sheet.viewport, look), strokes].clip(true);
    Sensor::new(layers).on_show(Message::Resized).on_resize(Message::Resized).into()
}

/// The strokes over the picture, and pointer input.
struct Surface<'a> {
    sheet: &'a LiveSheet,
    tools: &'a Tools,
}

/// The state of the pointers.
#[derive(Default)]
struct Input {
    doing: Option<Doing>,
    /// True if the mouse was over the sheet when it last moved.
    over: bool,
    space: bool,
    modifiers: keyboard::Modifiers,
    /// The fraction of a wheel's step that is left.
    wheel: f32,
    chunks: RefCell<Chunks>,
}

/// The cached geometry of strokes.
#[derive(Default)]
struct Chunks {
    rect: Rectangle,
    drawn: BTreeMap<(Key, usize), canvas::Cache>,
}

#[derive(Debug, Clone, Copy)]
enum Doing {
    /// The pen is down, by this pointer, since the point `from` of the sheet, and is now at `at` in the window.
    Drawing { by: Pointer, from: sheet::Point, at: Point },
    /// The sheet is moved; the mouse was here.
    Panning(Point),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pointer {
    Mouse,
    Finger(touch::Finger),
}

type Action = Option<canvas::Action<Message>>;

impl Surface<'_> {
    /// Returns the point of the sheet under a point of the window.
    fn on_sheet(&self, bounds: Rectangle, at: Point) -> sheet::Point {
        self.sheet.viewport.on_sheet(bounds.position(), at - Vector::new(bounds.x, bounds.y))
    }

    fn is_over(&self, bounds: Rectangle, at: Point) -> bool {
        let rect = self.sheet.viewport.sheet_rect(bounds.position());
        bounds.contains(at) && rect.contains(at - Vector::new(bounds.x, bounds.y))
    }

    fn down(&self, input: &mut Input, by: Pointer, bounds: Rectangle, at: Point) -> Action {
        if input.doing.is_some() || !bounds.contains(at) {
            return None;
        }
        if input.space && by == Pointer::Mouse {
            return input.pan(at);
        }
        if !self.is_over(bounds, at) {
            return None;
        }
        let from = self.on_sheet(bounds, at);
        let message = match self.tools.active {
            Active::Dropper => Message::Pick(from),
            _ if !self.sheet.may_draw => return None,
            Active::Fill => Message::Fill(from),
            Active::Brush(_) => {
                input.doing = Some(Doing::Drawing { by, from, at });
                Message::PenDown(from)
            }
        };
        Some(canvas::Action::publish(message))
    }

    fn moved(&self, input: &mut Input, by: Pointer, bounds: Rectangle, to: Point) -> Action {
        match &mut input.doing {
            Some(Doing::Drawing { by: pointer, at, .. }) if *pointer == by => {
                *at = to;
                self.pen_to(input, bounds)
            }
            Some(Doing::Panning(from)) if by == Pointer::Mouse => {
                let by = to - *from;
                *from = to;
                Some(canvas::Action::publish(Message::Pan(by)).and_capture())
            }
            _ => {
                let over = self.is_over(bounds, to);
                let was_over = std::mem::replace(&mut input.over, over);
                // The ring around the pen follows.
                (over || was_over).then(canvas::Action::request_redraw)
            }
        }
    }

    /// Publishes where the pen is; with Shift, where it makes a regular shape.
    fn pen_to(&self, input: &Input, bounds: Rectangle) -> Action {
        let Some(Doing::Drawing { from, at, .. }) = input.doing else { return None };
        let to = self.on_sheet(bounds, at);
        let to = match self.tools.active {
            Active::Brush(tool) if input.modifiers.shift() => constrained(tool, from, to),
            _ => to,
        };
        Some(canvas::Action::publish(Message::PenTo(to)).and_capture())
    }

    fn wheel(&self, input: &mut Input, delta: ScrollDelta, bounds: Rectangle, at: Point) -> Action {
        if !bounds.contains(at) {
            return None;
        }
        input.wheel += match delta {
            ScrollDelta::Lines { y, .. } => y,
            ScrollDelta::Pixels { y, .. } => y / WHEEL_STEP,
        };
        let steps = input.wheel.trunc();
        if steps == 0.0 {
            return None;
        }
        input.wheel -= steps;
        let message = if input.modifiers.command() {
            Message::ZoomAt(at - Vector::new(bounds.x, bounds.y), steps)
        } else {
            Message::Choose(Choice::Wider(steps as i16)) // saturates
        };
        Some(canvas::Action::publish(message).and_capture())
    }

    fn key(&self, input: &mut Input, event: &keyboard::Event, bounds: Rectangle) -> Action {
        let is_space = |key: &keyboard::Key| *key == keyboard::Key::Named(keyboard::key::Named::Space);
        match event {
            keyboard::Event::ModifiersChanged(modifiers) => {
                input.modifiers = *modifiers;
                return self.pen_to(input, bounds);
            }
            keyboard::Event::KeyPressed { key, .. } if is_space(key) => input.space = true,
            keyboard::Event::KeyReleased { key, .. } if is_space(key) => input.space = false,
            keyboard::Event::KeyPressed { .. } | keyboard::Event::KeyReleased { .. } => {}
        }
        None
    }
}

impl Input {
    fn pan(&mut self, at: Point) -> Action {
        self.doing = Some(Doing::Panning(at));
        Some(canvas::Action::capture())
    }

    fn up(&mut self, by: Pointer) -> Action {
        let done = self.doing.take_if(|doing| match doing {
            Doing::Drawing { by: pointer, .. } => *pointer == by,
            Doing::Panning(_) => by == Pointer::Mouse,
        })?;
        matches!(done, Doing::Drawing { .. }).then(|| canvas::Action::publish(Message::PenUp))
    }
}

impl canvas::Program<Message> for Surface<'_> {
    type State = Input;

    fn update(&self, input: &mut Input, event: &Event, bounds: Rectangle, cursor: mouse::Cursor) -> Action {
        use mouse::Button;
        match event {
            Event::Mouse(mouse::Event::ButtonPressed(Button::Left)) => {
                self.down(input, Pointer::Mouse, bounds, cursor.position()?)
            }
            Event::Mouse(mouse::Event::ButtonPressed(Button::Middle)) if input.doing.is_none() => {
                input.pan(cursor.position_over(bounds)?)
            }
            Event::Mouse(mouse::Event::CursorMoved { position }) => {
                self.moved(input, Pointer::Mouse, bounds, *position)
            }
            Event::Mouse(mouse::Event::ButtonReleased(Button::Left | Button::Middle)) => input.up(Pointer::Mouse),
            Event::Mouse(mouse::Event::WheelScrolled { delta }) => {
                self.wheel(input, *delta, bounds, cursor.position()?)
            }
            Event::Touch(touch::Event::FingerPressed { id, position }) => {
                self.down(input, Pointer::Finger(*id), bounds, *position)
            }
            Event::Touch(touch::Event::FingerMoved { id, position }) => {
                self.moved(input, Pointer::Finger(*id), bounds, *position)
            }
            Event::Touch(touch::Event::FingerLifted { id, .. } | touch::Event::FingerLost { id, .. }) => {
                input.up(Pointer::Finger(*id))
            }
            Event::Keyboard(event) => self.key(input, event, bounds),
            _ => None,
        }
    }

    fn draw(
        &self,
        input: &Input,
        renderer: &Renderer,
        _theme: &Theme,
        bounds: Rectangle,
        cursor: mouse::Cursor,
    ) -> Vec<Geometry> {
        let rect = self.sheet.viewport.sheet_rect(bounds.position());
        let Some(view) = rect.intersection(&Rectangle::with_size(bounds.size())) else { return Vec::new() };
        if rect.width < 1.0 {
            return Vec::new();
        }
        let draw = Draw { renderer, rect, view, scale: rect.width / sheet::WIDTH as f32 };
        let mut chunks = input.chunks.borrow_mut();
        if chunks.rect != rect {
            *chunks = Chunks { rect, drawn: BTreeMap::new() };
        }
        let mut geometries = Vec::new();
        for (key, stroke) in self.sheet.growing() {
            draw.stroke(&mut chunks.drawn, key, stroke, &mut geometries);
        }
        let keys: Vec<Key> = self.sheet.growing().map(|(key, _)| key).collect();
        chunks.drawn.retain(|(key, _), _| keys.contains(key));
        if let Some(at) = cursor.position_in(bounds).filter(|at| view.contains(*at))
            && (self.sheet.may_draw || self.tools.active == Active::Dropper)
        {
            geometries.push(draw.ring(at, self.tools));
        }
        geometries
    }

    fn mouse_interaction(&self, input: &Input, bounds: Rectangle, cursor: mouse::Cursor) -> Interaction {
        let over = cursor.position().filter(|at| bounds.contains(*at));
        match input.doing {
            Some(Doing::Drawing { .. }) => Interaction::Crosshair,
            Some(Doing::Panning(_)) => Interaction::Grabbing,
            None if input.space && over.is_some() => Interaction::Grab,
            None if !over.is_some_and(|at| self.is_over(bounds, at)) => Interaction::default(),
            None if self.sheet.may_draw || self.tools.active == Active::Dropper => Interaction::Crosshair,
            None => Interaction::NotAllowed,
        }
    }
}

/// Draws strokes.
struct Draw<'a> {
    renderer: &'a Renderer,
    /// The rectangle of the whole sheet.
    rect: Rectangle,
    /// Its part in view.
    view: Rectangle,
    /// The pixels of a logical unit.
    scale: f32,
}

impl Draw<'_> {
    /// Draws a stroke: its full chunks once, the rest anew.
    fn stroke(
        &self,
        drawn: &mut BTreeMap<(Key, usize), canvas::Cache>,
        key: Key,
        stroke: &PenLine,
        geometries: &mut Vec<Geometry>,
    ) {
        let origin = Vector::new(self.rect.x, self.rect.y);
        // The last point is the position of the pen.
        let full = if stroke.tool.is_shape() { 0 } else { stroke.points.len().saturating_sub(2) / CHUNK };
        for chunk in 0..full {
            let cache = drawn.entry((key, chunk)).or_default();
            let points = &stroke.points[chunk * CHUNK..=(chunk + 1) * CHUNK];
            let draw = |frame: &mut Frame| live_strokes::draw(frame, stroke, points, origin, self.scale);
            geometries.push(cache.draw_with_bounds(self.renderer, self.view, draw));
        }
        let mut frame = Frame::with_bounds(self.renderer, self.view);
        live_strokes::draw(&mut frame, stroke, &stroke.points[full * CHUNK..], origin, self.scale);
        geometries.push(frame.into_geometry());
    }

    /// Draws the ring around the pen, as wide as its stroke. Other tools have a small one.
    fn ring(&self, at: Point, tools: &Tools) -> Geometry {
        let mut frame = Frame::with_bounds(self.renderer, self.view);
        // The sheet is white in every theme, so the ring is dark.
        let ring = Stroke::default().with_width(1.0).with_color(RING);
        let radius = match tools.active {
            Active::Brush(_) => (f32::from(tools.width) * self.scale / 2.0).max(2.0),
            Active::Fill | Active::Dropper => 5.0,
        };
        redraw_around(&mut frame, Rectangle::new(at - Vector::new(radius, radius), Size::new(radius, radius) * 2.0));
        if tools.active == Active::Fill {
            frame.fill(&Path::circle(at, radius), palette::shown(tools.color));
        }
        frame.stroke(&Path::circle(at, radius), ring);
        frame.into_geometry()
    }
}

/// Returns the end of a regular shape: a line in one of eight directions, a square, a circle.
fn constrained(tool: sheet::Tool, from: sheet::Point, to: sheet::Point) -> sheet::Point {
    let (x, y) = (f64::from(to.x - from.x), f64::from(to.y - from.y));
    let (x, y) = match tool {
        sheet::Tool::Line => {
            let eighth = std::f64::consts::FRAC_PI_4;
            let angle = (y.atan2(x) / eighth).round() * eighth;
            let length = x * angle.cos() + y * angle.sin();
            (length * angle.cos(), length * angle.sin())
        }
        sheet::Tool::Rectangle | sheet::Tool::Ellipse => {
            let side = x.abs().max(y.abs());
            (side.copysign(x), side.copysign(y))
        }
        sheet::Tool::Pen | sheet::Tool::Eraser => (x, y),
    };
    sheet::Point::new(from.x + x.round() as i32, from.y + y.round() as i32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn with_shift_a_shape_is_regular() {
        let from = sheet::Point::new(400, 400);
        let end = |tool, x, y| {
            let to = constrained(tool, from, sheet::Point::new(x, y));
            (to.x, to.y)
        };
        assert_eq!(end(sheet::Tool::Line, 800, 430), (800, 400));
        assert_eq!(end(sheet::Tool::Line, 410, 100), (400, 100));
        assert_eq!(end(sheet::Tool::Line, 700, 660), (680, 680));
        assert_eq!(end(sheet::Tool::Rectangle, 500, 300), (500, 300));
        assert_eq!(end(sheet::Tool::Rectangle, 300, 420), (300, 500));
        assert_eq!(end(sheet::Tool::Ellipse, 700, 350), (700, 100));
        assert_eq!(end(sheet::Tool::Pen, 123, 456), (123, 456));
    }
}
