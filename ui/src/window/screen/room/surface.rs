//! The sheet on the screen: its picture, and above it growing ink and what the hand does.

use std::cell::RefCell;
use std::collections::BTreeMap;

use iced::keyboard;
use iced::mouse::{self, Interaction, ScrollDelta};
use iced::widget::canvas::{self, Canvas, Event, Frame, Geometry, Path, Stroke};
use iced::widget::{Sensor, Space, stack};
use iced::{Color, Element, Length, Point, Rectangle, Renderer, Size, Theme, Vector, touch};
use inkmesh::canvas as sheet;

use super::Message;
use super::drawing::{Press, constrained};
use super::sheet::{Key, Sheet};
use super::tools::{Choice, Held, Tools};
use crate::window::ink::live::{self, Line};
use crate::window::ink::paper;
use crate::window::theme::Look;
use crate::window::widget::redraw::redraw_around;

/// The colour of the ring around the pen.
const RING: Color = Color::from_rgba(0.0, 0.0, 0.0, 0.5);
/// So many points of a growing line are drawn once and kept: a frame draws only what is new.
const CHUNK: usize = 64;
/// How much of a wheel's way is a step, in pixels.
const WHEEL_STEP: f32 = 40.0;

/// The sheet, filling its space.
pub fn view<'a>(sheet: &'a Sheet, tools: &'a Tools, look: Look) -> Element<'a, Message> {
    let hand = Canvas::new(Hand { sheet, tools }).width(Length::Fill).height(Length::Fill);
    // The layers above the first are cut off at its edge.
    let ground = Space::new().width(Length::Fill).height(Length::Fill);
    let layers = stack![ground, paper::view(sheet.picture(), sheet.lens(), look), hand].clip(true);
    Sensor::new(layers).on_show(Message::SheetResized).on_resize(Message::SheetResized).into()
}

/// What draws, and what is drawn.
struct Hand<'a> {
    sheet: &'a Sheet,
    tools: &'a Tools,
}

/// What the hand does.
#[derive(Default)]
struct Grip {
    doing: Option<Doing>,
    /// Whether the mouse was over the sheet when it last moved.
    over: bool,
    space: bool,
    modifiers: keyboard::Modifiers,
    /// Steps of a wheel that were not whole.
    wheel: f32,
    chunks: RefCell<Chunks>,
}

/// Drawn parts of growing lines.
#[derive(Default)]
struct Chunks {
    place: Rectangle,
    drawn: BTreeMap<(Key, usize), canvas::Cache>,
}

#[derive(Debug, Clone, Copy)]
enum Doing {
    /// The pen is down, by this pointer, since this place; and now it is at that one.
    Drawing { by: Pointer, from: sheet::Point, at: Point },
    /// The sheet is moved under the lens; the mouse was here.
    Panning(Point),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pointer {
    Mouse,
    Finger(touch::Finger),
}

type Action = Option<canvas::Action<Message>>;

impl Hand<'_> {
    /// What of the sheet lies under a place of the window.
    fn on_sheet(&self, bounds: Rectangle, at: Point) -> sheet::Point {
        self.sheet.lens().on_sheet(bounds.position(), at - Vector::new(bounds.x, bounds.y))
    }

    fn is_over(&self, bounds: Rectangle, at: Point) -> bool {
        let place = self.sheet.lens().place(bounds.position());
        bounds.contains(at) && place.contains(at - Vector::new(bounds.x, bounds.y))
    }

    fn down(&self, grip: &mut Grip, by: Pointer, bounds: Rectangle, at: Point) -> Action {
        if grip.doing.is_some() || !bounds.contains(at) {
            return None;
        }
        if grip.space && by == Pointer::Mouse {
            return grip.pan(at);
        }
        if !self.is_over(bounds, at) {
            return None;
        }
        let from = self.on_sheet(bounds, at);
        let message = match self.tools.held {
            Held::Dropper => Message::Sheet(Press::Pick(from)),
            _ if !self.sheet.may_draw() => return None,
            Held::Fill => Message::Sheet(Press::Fill(from)),
            Held::Mark(_) => {
                grip.doing = Some(Doing::Drawing { by, from, at });
                Message::PenDown(from)
            }
        };
        Some(canvas::Action::publish(message))
    }

    fn moved(&self, grip: &mut Grip, by: Pointer, bounds: Rectangle, to: Point) -> Action {
        match &mut grip.doing {
            Some(Doing::Drawing { by: pointer, at, .. }) if *pointer == by => {
                *at = to;
                self.pen_to(grip, bounds)
            }
            Some(Doing::Panning(from)) if by == Pointer::Mouse => {
                let by = to - *from;
                *from = to;
                Some(canvas::Action::publish(Message::Sheet(Press::Pan(by))).and_capture())
            }
            _ => {
                let over = self.is_over(bounds, to);
                let was_over = std::mem::replace(&mut grip.over, over);
                // The ring around the pen follows.
                (over || was_over).then(canvas::Action::request_redraw)
            }
        }
    }

    /// Where the pen is; with Shift, where a shape is even.
    fn pen_to(&self, grip: &Grip, bounds: Rectangle) -> Action {
        let Some(Doing::Drawing { from, at, .. }) = grip.doing else { return None };
        let to = self.on_sheet(bounds, at);
        let to = match self.tools.held {
            Held::Mark(tool) if grip.modifiers.shift() => constrained(tool, from, to),
            _ => to,
        };
        Some(canvas::Action::publish(Message::PenTo(to)).and_capture())
    }

    fn wheel(&self, grip: &mut Grip, delta: ScrollDelta, bounds: Rectangle, at: Point) -> Action {
        if !bounds.contains(at) {
            return None;
        }
        grip.wheel += match delta {
            ScrollDelta::Lines { y, .. } => y,
            ScrollDelta::Pixels { y, .. } => y / WHEEL_STEP,
        };
        let steps = grip.wheel.trunc();
        if steps == 0.0 {
            return None;
        }
        grip.wheel -= steps;
        let message = if grip.modifiers.command() {
            Message::Sheet(Press::ZoomAt(at - Vector::new(bounds.x, bounds.y), steps))
        } else {
            Message::Choose(Choice::Wider(steps as i16)) // saturates
        };
        Some(canvas::Action::publish(message).and_capture())
    }

    fn key(&self, grip: &mut Grip, event: &keyboard::Event, bounds: Rectangle) -> Action {
        let is_space = |key: &keyboard::Key| *key == keyboard::Key::Named(keyboard::key::Named::Space);
        match event {
            keyboard::Event::ModifiersChanged(modifiers) => {
                grip.modifiers = *modifiers;
                return self.pen_to(grip, bounds);
            }
            keyboard::Event::KeyPressed { key, .. } if is_space(key) => grip.space = true,
            keyboard::Event::KeyReleased { key, .. } if is_space(key) => grip.space = false,
            keyboard::Event::KeyPressed { .. } | keyboard::Event::KeyReleased { .. } => {}
        }
        None
    }
}

impl Grip {
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

impl canvas::Program<Message> for Hand<'_> {
    type State = Grip;

    fn update(&self, grip: &mut Grip, event: &Event, bounds: Rectangle, cursor: mouse::Cursor) -> Action {
        use mouse::Button;
        match event {
            Event::Mouse(mouse::Event::ButtonPressed(Button::Left)) => {
                self.down(grip, Pointer::Mouse, bounds, cursor.position()?)
            }
            Event::Mouse(mouse::Event::ButtonPressed(Button::Middle)) if grip.doing.is_none() => {
                grip.pan(cursor.position_over(bounds)?)
            }
            Event::Mouse(mouse::Event::CursorMoved { position }) => self.moved(grip, Pointer::Mouse, bounds, *position),
            Event::Mouse(mouse::Event::ButtonReleased(Button::Left | Button::Middle)) => grip.up(Pointer::Mouse),
            Event::Mouse(mouse::Event::WheelScrolled { delta }) => self.wheel(grip, *delta, bounds, cursor.position()?),
            Event::Touch(touch::Event::FingerPressed { id, position }) => {
                self.down(grip, Pointer::Finger(*id), bounds, *position)
            }
            Event::Touch(touch::Event::FingerMoved { id, position }) => {
                self.moved(grip, Pointer::Finger(*id), bounds, *position)
            }
            Event::Touch(touch::Event::FingerLifted { id, .. } | touch::Event::FingerLost { id, .. }) => {
                grip.up(Pointer::Finger(*id))
            }
            Event::Keyboard(event) => self.key(grip, event, bounds),
            _ => None,
        }
    }

    fn draw(
        &self,
        grip: &Grip,
        renderer: &Renderer,
        _theme: &Theme,
        bounds: Rectangle,
        cursor: mouse::Cursor,
    ) -> Vec<Geometry> {
        let place = self.sheet.lens().place(bounds.position());
        let Some(view) = place.intersection(&Rectangle::with_size(bounds.size())) else { return Vec::new() };
        if place.width < 1.0 {
            return Vec::new();
        }
        let scene = Scene { renderer, place, view, scale: place.width / sheet::WIDTH as f32 };
        let mut chunks = grip.chunks.borrow_mut();
        if chunks.place != place {
            *chunks = Chunks { place, drawn: BTreeMap::new() };
        }
        let mut geometries = Vec::new();
        for (key, line) in self.sheet.growing() {
            scene.line(&mut chunks.drawn, key, line, &mut geometries);
        }
        let keys: Vec<Key> = self.sheet.growing().map(|(key, _)| key).collect();
        chunks.drawn.retain(|(key, _), _| keys.contains(key));
        if let Some(at) = cursor.position_in(bounds).filter(|at| view.contains(*at))
            && (self.sheet.may_draw() || self.tools.held == Held::Dropper)
        {
            geometries.push(scene.ring(at, self.tools));
        }
        geometries
    }

    fn mouse_interaction(&self, grip: &Grip, bounds: Rectangle, cursor: mouse::Cursor) -> Interaction {
        let over = cursor.position().filter(|at| bounds.contains(*at));
        match grip.doing {
            Some(Doing::Drawing { .. }) => Interaction::Crosshair,
            Some(Doing::Panning(_)) => Interaction::Grabbing,
            None if grip.space && over.is_some() => Interaction::Grab,
            None if !over.is_some_and(|at| self.is_over(bounds, at)) => Interaction::default(),
            None if self.sheet.may_draw() || self.tools.held == Held::Dropper => Interaction::Crosshair,
            None => Interaction::NotAllowed,
        }
    }
}

/// Where things are drawn.
struct Scene<'a> {
    renderer: &'a Renderer,
    /// Where the whole sheet lies.
    place: Rectangle,
    /// What of it is in view.
    view: Rectangle,
    /// Pixels of a logical unit.
    scale: f32,
}

impl Scene<'_> {
    /// Draws a growing line: what is full of it is drawn once, the rest anew.
    fn line(
        &self,
        drawn: &mut BTreeMap<(Key, usize), canvas::Cache>,
        key: Key,
        line: &Line,
        geometries: &mut Vec<Geometry>,
    ) {
        let origin = Vector::new(self.place.x, self.place.y);
        // The last point is only where the pen is.
        let full = if line.tool.is_shape() { 0 } else { line.points.len().saturating_sub(2) / CHUNK };
        for chunk in 0..full {
            let cache = drawn.entry((key, chunk)).or_default();
            let points = &line.points[chunk * CHUNK..=(chunk + 1) * CHUNK];
            let draw = |frame: &mut Frame| live::draw(frame, line, points, origin, self.scale);
            geometries.push(cache.draw_with_bounds(self.renderer, self.view, draw));
        }
        let mut frame = Frame::with_bounds(self.renderer, self.view);
        live::draw(&mut frame, line, &line.points[full * CHUNK..], origin, self.scale);
        geometries.push(frame.into_geometry());
    }

    /// The ring around the pen: as wide as its ink. Other tools have a small one, of their colour.
    fn ring(&self, at: Point, tools: &Tools) -> Geometry {
        let mut frame = Frame::with_bounds(self.renderer, self.view);
        // The sheet is white by day and by night, so the ring is dark.
        let ring = Stroke::default().with_width(1.0).with_color(RING);
        let radius = match tools.held {
            Held::Mark(_) => (f32::from(tools.width) * self.scale / 2.0).max(2.0),
            Held::Fill | Held::Dropper => 5.0,
        };
        redraw_around(&mut frame, Rectangle::new(at - Vector::new(radius, radius), Size::new(radius, radius) * 2.0));
        if tools.held == Held::Fill {
            let [red, green, blue] = tools.color.0;
            frame.fill(&Path::circle(at, radius), Color::from_rgb8(red, green, blue));
        }
        frame.stroke(&Path::circle(at, radius), ring);
        frame.into_geometry()
    }
}
