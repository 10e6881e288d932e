//! The dialog in which we choose our picture: one of ours, or one drawn on a small sheet.

use iced::mouse::{self, Interaction};
use iced::widget::canvas::{self, Canvas, Event, Frame, Geometry, LineCap, LineJoin, Path, Stroke};
use iced::widget::text::Wrapping;
use iced::widget::{Row, button, column, container, row, space};
use iced::{Alignment, Color, Element, Length, Rectangle, Renderer, Size, Theme, touch};
use inkmesh::canvas::{MAX_POINTS, Point, QUARTERS};
use inkmesh::command::Command;
use inkmesh::identity::Author;
use inkmesh::picture::{MAX_PICTURE_POINTS, MAX_STROKES, PEN, Picture, SIDE, Sketch};

use crate::window::portrait::art::ART;
use crate::window::portrait::{LARGE, LISTED, SMALL, portrait};
use crate::window::theme::{self, Look, style};
use crate::window::widget::focusable;
use crate::window::widget::parts::{hint, primary, secondary};
use crate::window::widget::redraw::redraw_around;

/// The id of the place of the sheet.
pub const PAD: &str = "own-picture-pad";
/// Side of the sheet to draw on, in pixels.
const SHEET: f32 = 208.0;
/// Side of a picture to choose, in pixels.
const CHOICE: f32 = 44.0;
/// The least distance of two points of a stroke, in quarter units: what is less can't be seen.
const STEP: i32 = 8;
/// How far a point may lie beside a line to be left out of it, in quarter units.
const STRAIGHT: f32 = 3.0;

/// An event of the dialog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// Take one of ours.
    Choose(u16),
    /// Put the pen down here on the sheet, in quarter units.
    Down(Point),
    /// Move the pen.
    To(Point),
    Up,
    /// Take the last stroke back.
    Undo,
    Clear,
    /// Take what is drawn.
    Use,
}

/// The sheet to draw on.
#[derive(Debug, Default)]
pub struct Pad {
    strokes: Vec<Vec<Point>>,
    /// True if the pen is down.
    drawing: bool,
    /// True if the last stroke did not fit.
    full: bool,
}

impl Pad {
    /// Creates a sheet with our picture on it, if it is a drawn one.
    pub fn new(picture: Option<&Picture>) -> Self {
        match picture {
            Some(Picture::Drawn(sketch)) => {
                let strokes = sketch.strokes().iter().map(|stroke| stroke.to_vec()).collect();
                Pad { strokes, ..Pad::default() }
            }
            _ => Pad::default(),
        }
    }

    /// Handles a message; returns the command that follows.
    pub fn update(&mut self, message: Message) -> Option<Command> {
        match message {
            Message::Choose(number) => return Some(Command::Picture { picture: Some(Picture::Ours(number)) }),
            Message::Down(at) if self.strokes.len() < MAX_STROKES && self.left() > 0 => {
                self.strokes.push(vec![at]);
                (self.drawing, self.full) = (true, false);
            }
            Message::Down(_) => self.full = true,
            Message::To(at) if self.drawing => self.pen_to(at),
            Message::To(_) => {}
            Message::Up => self.lift(),
            Message::Undo => {
                self.strokes.pop();
                (self.drawing, self.full) = (false, false);
            }
            Message::Clear => *self = Pad::default(),
            Message::Use => {
                self.lift();
                return Some(Command::Picture { picture: Some(Picture::Drawn(self.sketch()?)) });
            }
        }
        None
    }

    fn pen_to(&mut self, at: Point) {
        let left = self.left();
        let Some(stroke) = self.strokes.last_mut() else { return };
        if stroke.last().is_some_and(|last| (at.x - last.x).abs().max((at.y - last.y).abs()) < STEP) {
            return;
        }
        let most = MAX_POINTS.min(stroke.len() + left);
        if stroke.len() >= most {
            *stroke = without_needless(stroke);
        }
        if stroke.len() < most {
            stroke.push(at);
        } else {
            self.full = true;
        }
    }

    /// Lifts the pen. A stroke with which the picture would have too many bytes is left out.
    fn lift(&mut self) {
        if let Some(stroke) = self.strokes.last_mut().filter(|_| self.drawing) {
            *stroke = without_needless(stroke);
        }
        self.drawing = false;
        if !self.strokes.is_empty() && self.sketch().is_none() {
            self.strokes.pop();
            self.full = true;
        }
    }

    /// Returns how many more points fit.
    fn left(&self) -> usize {
        MAX_PICTURE_POINTS.saturating_sub(self.strokes.iter().map(Vec::len).sum())
    }

    fn sketch(&self) -> Option<Sketch> {
        Sketch::new(&self.strokes).ok()
    }
}

/// Returns a line without the points that lie as good as straight between others (Douglas and Peucker).
fn without_needless(line: &[Point]) -> Vec<Point> {
    let mut needed = vec![false; line.len()];
    let mut parts = vec![(0, line.len().saturating_sub(1))];
    while let Some((first, last)) = parts.pop() {
        let ends = line.get(first).zip(line.get(last));
        let Some((from, to)) = ends else { continue };
        (needed[first], needed[last]) = (true, true);
        let (dx, dy) = ((to.x - from.x) as f32, (to.y - from.y) as f32);
        let off = |point: &Point| {
            let (x, y) = ((point.x - from.x) as f32, (point.y - from.y) as f32);
            let share = ((x * dx + y * dy) / (dx * dx + dy * dy).max(1.0)).clamp(0.0, 1.0);
            (x - share * dx).hypot(y - share * dy)
        };
        let inner = (first + 1..last).max_by(|one, other| off(&line[*one]).total_cmp(&off(&line[*other])));
        if let Some(farthest) = inner.filter(|index| off(&line[*index]) > STRAIGHT) {
            parts.extend([(first, farthest), (farthest, last)]);
        }
    }
    line.iter().zip(needed).filter_map(|(point, needed)| needed.then_some(*point)).collect()
}

/// Returns the view; `current` is our picture.
pub fn view<'a>(pad: &'a Pad, me: Author, current: Option<&Picture>, look: Look) -> Element<'a, Message> {
    let current = match current {
        Some(Picture::Ours(number)) => Some(*number),
        Some(Picture::Drawn(_)) => None,
        None => Some(Picture::of_key(me)),
    };
    let ours = (0..).zip(&ART).map(|(number, art)| {
        let shown = portrait(look, me, Some(&Picture::Ours(number)), true, CHOICE);
        let message = Message::Choose(number);
        let choice = button(shown).on_press(message.clone()).padding(4);
        let choice = choice.style(style::choice(look.colors, current == Some(number)));
        hint(look, focusable(choice, message, look.colors.accent), look.t(art.name))
    });
    let small = |key: &str| theme::small(look.t(key), look.colors.muted).wrapping(Wrapping::WordOrGlyph);
    column![
        column![small("picture-ours"), Row::with_children(ours).spacing(4).wrap().vertical_spacing(4)].spacing(8),
        column![small("picture-own"), row![sheet(pad), beside(pad, me, look)].spacing(16)].spacing(8),
    ]
    .spacing(16)
    .into()
}

fn sheet(pad: &Pad) -> Element<'_, Message> {
    container(Canvas::new(Sheet(pad)).width(SHEET).height(SHEET)).id(PAD).into()
}

/// Returns the sizes in which others will see what is drawn, and the buttons.
fn beside<'a>(pad: &'a Pad, me: Author, look: Look) -> Element<'a, Message> {
    let edit = |key: &str, message: Message, enabled: bool| {
        let words = theme::body(look.t(key));
        let button = secondary(look, words, enabled.then(|| message.clone())).padding([4, 12]);
        if enabled { focusable(button, message, look.colors.accent) } else { button.into() }
    };
    let drawn = !pad.strokes.is_empty();
    let picture = pad.sketch().map(Picture::Drawn);
    let shown = picture.as_ref().map(|picture| {
        let sizes = [LARGE, LISTED, SMALL].map(|side| portrait(look, me, Some(picture), true, side));
        Row::with_children(sizes).spacing(8).align_y(Alignment::End)
    });
    let shown = container(column![].push(shown)).height(LARGE);
    let full =
        pad.full.then(|| theme::small(look.t("picture-full"), look.colors.warning).wrapping(Wrapping::WordOrGlyph));
    let edits = row![edit("picture-undo", Message::Undo, drawn), edit("picture-clear", Message::Clear, drawn)];
    column![shown, edits.spacing(8).wrap().vertical_spacing(4)].push(full).spacing(12).width(Length::Fill).into()
}

/// Returns the button that takes what is drawn.
pub fn foot<'a>(pad: &Pad, look: Look) -> Element<'a, Message> {
    let drawn = !pad.strokes.is_empty();
    let take = primary(look, theme::body(look.t("picture-use")), drawn.then_some(Message::Use)).padding([8, 16]);
    let take = if drawn { focusable(take, Message::Use, look.colors.text) } else { take.into() };
    row![space::horizontal(), take].into()
}

/// The sheet with what is drawn on it, and pointer input.
struct Sheet<'a>(&'a Pad);

/// True if the pen is down.
type Down = bool;

impl Sheet<'_> {
    /// Returns the point of the sheet under a point of the window. A pen that leaves the sheet draws along its edge.
    fn on_sheet(bounds: Rectangle, at: iced::Point) -> Point {
        let units = f64::from(SIDE) / f64::from(bounds.width.max(1.0));
        let unit = |at: f32, start: f32| (f64::from(at - start) * units).clamp(0.0, f64::from(SIDE));
        Point::from_logical(unit(at.x, bounds.x), unit(at.y, bounds.y))
    }
}

impl canvas::Program<Message> for Sheet<'_> {
    type State = Down;

    fn update(
        &self,
        down: &mut Down,
        event: &Event,
        bounds: Rectangle,
        cursor: mouse::Cursor,
    ) -> Option<canvas::Action<Message>> {
        let publish = |message| Some(canvas::Action::publish(message).and_capture());
        match event {
            Event::Mouse(mouse::Event::ButtonPressed(mouse::Button::Left))
            | Event::Touch(touch::Event::FingerPressed { .. }) => {
                let at = cursor.position_over(bounds)?;
                *down = true;
                publish(Message::Down(Self::on_sheet(bounds, at)))
            }
            Event::Mouse(mouse::Event::CursorMoved { position })
            | Event::Touch(touch::Event::FingerMoved { position, .. })
                if *down =>
            {
                publish(Message::To(Self::on_sheet(bounds, *position)))
            }
            Event::Mouse(mouse::Event::ButtonReleased(mouse::Button::Left))
            | Event::Touch(touch::Event::FingerLifted { .. } | touch::Event::FingerLost { .. })
                if *down =>
            {
                *down = false;
                publish(Message::Up)
            }
            _ => None,
        }
    }

    fn draw(
        &self,
        _down: &Down,
        renderer: &Renderer,
        _theme: &Theme,
        bounds: Rectangle,
        _cursor: mouse::Cursor,
    ) -> Vec<Geometry> {
        let mut frame = Frame::new(renderer, bounds.size());
        redraw_around(&mut frame, Rectangle::with_size(bounds.size()));
        let paper = Path::rounded_rectangle(iced::Point::ORIGIN, Size::new(SHEET, SHEET), 6.0.into());
        frame.fill(&paper, Color::WHITE);
        frame.stroke(&paper, Stroke::default().with_width(1.0).with_color(Color::from_rgba(0.0, 0.0, 0.0, 0.25)));
        let pixels = bounds.width / (SIDE * QUARTERS) as f32;
        let place = |point: &Point| iced::Point::new(point.x as f32 * pixels, point.y as f32 * pixels);
        let width = f32::from(PEN) * bounds.width / SIDE as f32;
        let pen = Stroke { line_cap: LineCap::Round, line_join: LineJoin::Round, ..Stroke::default() };
        let pen = pen.with_width(width).with_color(Color::BLACK);
        for stroke in &self.0.strokes {
            match &stroke[..] {
                [] => {}
                [dot] => frame.fill(&Path::circle(place(dot), width / 2.0), Color::BLACK),
                [first, rest @ ..] => {
                    let line = Path::new(|path| {
                        path.move_to(place(first));
                        rest.iter().for_each(|point| path.line_to(place(point)));
                    });
                    frame.stroke(&line, pen);
                }
            }
        }
        vec![frame.into_geometry()]
    }

    fn mouse_interaction(&self, _down: &Down, bounds: Rectangle, cursor: mouse::Cursor) -> Interaction {
        if cursor.is_over(bounds) { Interaction::Crosshair } else { Interaction::default() }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use inkmesh::canvas::Points;

    use super::*;

    fn draw(pad: &mut Pad, points: impl IntoIterator<Item = (i32, i32)>) {
        let mut points = points.into_iter().map(|(x, y)| Point::new(x, y));
        pad.update(Message::Down(points.next().unwrap()));
        points.for_each(|point| assert_eq!(pad.update(Message::To(point)), None));
        pad.update(Message::Up);
    }

    fn used(pad: &mut Pad) -> Sketch {
        match pad.update(Message::Use) {
            Some(Command::Picture { picture: Some(Picture::Drawn(sketch)) }) => sketch,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_is_drawn_becomes_a_picture() {
        let mut pad = Pad::default();
        assert_eq!(pad.update(Message::Use), None, "nothing is drawn");
        draw(&mut pad, [(100, 100), (104, 103), (300, 200)]);
        draw(&mut pad, [(500, 500)]);
        pad.update(Message::To(Point::new(900, 900))); // the pen is up
        let sketch = used(&mut pad);
        let points: Vec<Vec<Point>> = sketch.strokes().iter().map(|stroke| stroke.to_vec()).collect();
        assert_eq!(points, [vec![Point::new(100, 100), Point::new(300, 200)], vec![Point::new(500, 500)]]);
        let again = Pad::new(Some(&Picture::Drawn(sketch.clone())));
        assert_eq!(again.sketch(), Some(sketch));
        pad.update(Message::Undo);
        assert_eq!(used(&mut pad).strokes().len(), 1);
        pad.update(Message::Clear);
        assert_eq!(pad.update(Message::Use), None);
        let chosen = Command::Picture { picture: Some(Picture::Ours(3)) };
        assert_eq!(pad.update(Message::Choose(3)), Some(chosen));
    }

    #[test]
    fn a_sheet_that_is_full_says_so_and_what_is_on_it_fits() {
        let mut pad = Pad::default();
        for y in 0..MAX_STROKES as i32 + 3 {
            draw(&mut pad, [(0, y), (400, y)]);
        }
        assert!(pad.full);
        assert_eq!(used(&mut pad).strokes().len(), MAX_STROKES);
        pad.update(Message::Undo);
        assert!(!pad.full);
        pad.update(Message::Clear);
        // Points on a straight line cost nothing.
        draw(&mut pad, (0..1000).map(|x| (x, x)));
        assert_eq!(used(&mut pad).strokes()[0].to_vec(), [Point::new(0, 0), Point::new(992, 992)]);
        for _ in 0..3 {
            draw(&mut pad, (0..2000).map(|i| (i % 100 * 10, (i % 2) * 1024)));
        }
        assert!(pad.full);
        let lengths: Vec<usize> = used(&mut pad).strokes().iter().map(Points::len).collect();
        assert_eq!(lengths, [2, MAX_POINTS, MAX_PICTURE_POINTS - MAX_POINTS - 2]);
    }
}
