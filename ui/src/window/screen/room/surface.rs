//! The sheet on the screen, in two layers: finished ink as images, growing ink and the pen above them.

use std::cell::Cell;

use iced::advanced::image::FilterMethod;
use iced::mouse::{self, Interaction};
use iced::widget::canvas::{self, Canvas, Event, Frame, Geometry, Image, Path, Stroke};
use iced::widget::{Sensor, stack};
use iced::{Color, Element, Length, Point, Rectangle, Renderer, Size, Theme, Vector, touch};
use inkmesh::canvas as sheet;

use super::Message;
use super::sheet::Sheet;
use super::tools::Tools;
use crate::window::ink::live;
use crate::window::theme::Look;

/// The renderer cuts an image's place down to whole pixels; without this little more, rounding leaves seams.
const NUDGE: f32 = 0.02;

/// The colour of the ring around the pen.
const RING: Color = Color::from_rgba(0.0, 0.0, 0.0, 0.5);

/// Makes the renderer draw an area anew, with what surrounds it: it takes the bounds of stroked paths without their
/// width, and would leave their edges on the screen.
pub fn redraw_around(frame: &mut Frame, area: Rectangle) {
    let area = area.expand(4.0);
    frame.fill_rectangle(area.position(), area.size(), Color::TRANSPARENT);
}

/// The sheet, filling its space.
pub fn view<'a>(sheet: &'a Sheet, tools: Tools, look: Look) -> Element<'a, Message> {
    let layers = stack![
        Canvas::new(Paper { sheet, look }).width(Length::Fill).height(Length::Fill),
        Canvas::new(Hand { sheet, tools }).width(Length::Fill).height(Length::Fill),
    ];
    Sensor::new(layers).on_show(Message::SheetResized).on_resize(Message::SheetResized).into()
}

/// The lower layer.
struct Paper<'a> {
    sheet: &'a Sheet,
    look: Look,
}

/// The edge of the sheet, kept from frame to frame: the renderer draws anew what lies under geometry that is not.
#[derive(Default)]
struct Edge {
    geometry: canvas::Cache,
    drawn_for: Cell<Option<(Rectangle, Color)>>,
}

impl canvas::Program<Message> for Paper<'_> {
    type State = Edge;

    fn draw(
        &self,
        edge: &Edge,
        renderer: &Renderer,
        _theme: &Theme,
        bounds: Rectangle,
        _cursor: mouse::Cursor,
    ) -> Vec<Geometry> {
        let place = self.sheet.place(bounds.position());
        let wanted = Some((place, self.look.tones.line));
        if edge.drawn_for.replace(wanted) != wanted {
            edge.geometry.clear();
        }
        let edge = edge.geometry.draw(renderer, bounds.size(), |frame| {
            let edge = place.expand(1.0);
            frame.fill_rectangle(edge.position(), edge.size(), self.look.tones.line);
            frame.fill_rectangle(place.position(), place.size(), Color::WHITE);
        });
        vec![edge, self.tiles(renderer, bounds.size(), place)]
    }
}

impl Paper<'_> {
    fn tiles(&self, renderer: &Renderer, size: Size, place: Rectangle) -> Geometry {
        let mut frame = Frame::new(renderer, size);
        let Some(tiles) = self.sheet.tiles() else { return frame.into_geometry() };
        let scale = place.width / tiles.width() as f32;
        // One to one, the nearest pixel is the right one, and much cheaper than a mixture.
        let filter = if self.sheet.is_settled() { FilterMethod::Nearest } else { FilterMethod::Linear };
        for tile in tiles.iter() {
            let [x, y, width, height] = tile.place().map(|length| length * scale);
            let part = Rectangle { x: place.x + x + NUDGE, y: place.y + y + NUDGE, width, height };
            frame.draw_image(part, Image::new(tile.image()).filter_method(filter));
        }
        frame.into_geometry()
    }
}

/// The upper layer.
struct Hand<'a> {
    sheet: &'a Sheet,
    tools: Tools,
}

/// What the hand does.
#[derive(Debug, Default)]
struct Grip {
    /// Whether the pen is down: by the mouse, or by this finger.
    down: Option<Pointer>,
    /// Whether the mouse was over the sheet when it last moved.
    over: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pointer {
    Mouse,
    Finger(touch::Finger),
}

impl Hand<'_> {
    /// The place on the sheet that lies under a place of the window.
    fn on_sheet(&self, bounds: Rectangle, at: Point) -> sheet::Point {
        let place = self.sheet.place(bounds.position());
        let scale = f64::from(sheet::WIDTH) / f64::from(place.width.max(1.0));
        let at = at - Vector::new(bounds.x + place.x, bounds.y + place.y);
        sheet::Point::from_logical(f64::from(at.x) * scale, f64::from(at.y) * scale)
    }

    fn is_over(&self, bounds: Rectangle, at: Point) -> bool {
        bounds.contains(at) && self.sheet.place(bounds.position()).contains(at - Vector::new(bounds.x, bounds.y))
    }

    fn down(&self, grip: &mut Grip, pointer: Pointer, bounds: Rectangle, at: Point) -> Option<canvas::Action<Message>> {
        if grip.down.is_some() || !self.sheet.may_draw() || !self.is_over(bounds, at) {
            return None;
        }
        grip.down = Some(pointer);
        Some(canvas::Action::publish(Message::PenDown(self.on_sheet(bounds, at))))
    }

    fn moved(
        &self,
        grip: &mut Grip,
        pointer: Pointer,
        bounds: Rectangle,
        at: Point,
    ) -> Option<canvas::Action<Message>> {
        if grip.down == Some(pointer) {
            return Some(canvas::Action::publish(Message::PenTo(self.on_sheet(bounds, at))).and_capture());
        }
        let over = self.is_over(bounds, at);
        let was_over = std::mem::replace(&mut grip.over, over);
        // The ring around the pen follows.
        (over || was_over).then(canvas::Action::request_redraw)
    }

    fn up(grip: &mut Grip, pointer: Pointer) -> Option<canvas::Action<Message>> {
        grip.down.take_if(|down| *down == pointer).map(|_| canvas::Action::publish(Message::PenUp))
    }
}

impl canvas::Program<Message> for Hand<'_> {
    type State = Grip;

    fn update(
        &self,
        grip: &mut Grip,
        event: &Event,
        bounds: Rectangle,
        cursor: mouse::Cursor,
    ) -> Option<canvas::Action<Message>> {
        match event {
            Event::Mouse(mouse::Event::ButtonPressed(mouse::Button::Left)) => {
                self.down(grip, Pointer::Mouse, bounds, cursor.position()?)
            }
            Event::Mouse(mouse::Event::CursorMoved { position }) => self.moved(grip, Pointer::Mouse, bounds, *position),
            Event::Mouse(mouse::Event::ButtonReleased(mouse::Button::Left)) => Self::up(grip, Pointer::Mouse),
            Event::Touch(touch::Event::FingerPressed { id, position }) => {
                self.down(grip, Pointer::Finger(*id), bounds, *position)
            }
            Event::Touch(touch::Event::FingerMoved { id, position }) => {
                self.moved(grip, Pointer::Finger(*id), bounds, *position)
            }
            Event::Touch(touch::Event::FingerLifted { id, .. } | touch::Event::FingerLost { id, .. }) => {
                Self::up(grip, Pointer::Finger(*id))
            }
            _ => None,
        }
    }

    fn draw(
        &self,
        _grip: &Grip,
        renderer: &Renderer,
        _theme: &Theme,
        bounds: Rectangle,
        cursor: mouse::Cursor,
    ) -> Vec<Geometry> {
        let place = self.sheet.place(bounds.position());
        if place.width < 1.0 {
            return Vec::new();
        }
        let scale = place.width / sheet::WIDTH as f32;
        let mut frame = Frame::with_bounds(renderer, place);
        for line in self.sheet.growing() {
            live::draw(&mut frame, line, Vector::new(place.x, place.y), scale);
        }
        if let Some(at) = cursor.position_in(bounds)
            && place.contains(at)
            && self.sheet.may_draw()
        {
            // The sheet is white by day and by night, so the ring is dark.
            let radius = (f32::from(self.tools.width) * scale / 2.0).max(2.0);
            let ring = Stroke::default().with_width(1.0).with_color(RING);
            redraw_around(
                &mut frame,
                Rectangle::new(at - Vector::new(radius, radius), Size::new(radius, radius) * 2.0),
            );
            frame.stroke(&Path::circle(at, radius), ring);
        }
        vec![frame.into_geometry()]
    }

    fn mouse_interaction(&self, grip: &Grip, bounds: Rectangle, cursor: mouse::Cursor) -> Interaction {
        match cursor.position() {
            _ if grip.down.is_some() => Interaction::Crosshair,
            Some(at) if !self.is_over(bounds, at) => Interaction::default(),
            Some(_) if self.sheet.may_draw() => Interaction::Crosshair,
            Some(_) => Interaction::NotAllowed,
            None => Interaction::default(),
        }
    }
}
