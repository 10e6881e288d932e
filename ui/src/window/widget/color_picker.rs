//! A color picker: a field of tones, a strip of hues, and a text field.

use iced::advanced::image::{FilterMethod, Handle};
use iced::mouse::{self, Interaction};
use iced::widget::canvas::{self, Canvas, Event, Frame, Geometry, Path, Stroke};
use iced::widget::{column, container, image, row, stack};
use iced::{Alignment, Color, ContentFit, Element, Point, Rectangle, Renderer, Size, Theme, Vector, touch};
use inkmesh::canvas as sheet;

use super::parts;
use super::redraw::redraw_around;
use crate::window::theme::{self, Look, palette, style};

/// The id of the text field.
pub const COLOR_FIELD: &str = "color-field";
/// Size of the field of tones, in pixels.
const TONES: Size = Size::new(208.0, 128.0);
/// Size of the strip of hues, in pixels.
const HUES: Size = Size::new(208.0, 16.0);

/// The state of a color picker.
#[derive(Debug)]
pub struct ColorPicker {
    /// The hue in degrees.
    hue: f32,
    /// From 0 (grey) to 1 (the hue).
    saturation: f32,
    /// From 0 (black) to 1 (the lightest).
    value: f32,
    text: String,
    tones: Handle,
    hues: Handle,
}

/// An event of the color picker.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    /// A hue was picked, in degrees.
    Hue(f32),
    /// A saturation and value were picked, from 0 to 1.
    Tone(f32, f32),
    /// The colour was edited as text.
    Text(String),
    /// The picker was closed.
    Done,
}

impl ColorPicker {
    /// Creates a picker that starts at a colour.
    pub fn new(color: sheet::Color) -> Self {
        let (hue, saturation, value) = hsv(color);
        let hues = (0..360).flat_map(|hue| rgba(rgb(hue as f32, 1.0, 1.0))).collect::<Vec<u8>>();
        let hues = Handle::from_rgba(360, 1, hues);
        ColorPicker { hue, saturation, value, text: color.to_string(), tones: tones(hue), hues }
    }

    /// Handles a message; returns the colour that is picked now, if it changed.
    pub fn update(&mut self, message: Message) -> Option<sheet::Color> {
        match message {
            Message::Hue(hue) => {
                self.hue = hue;
                self.tones = tones(hue);
            }
            Message::Tone(saturation, value) => (self.saturation, self.value) = (saturation, value),
            Message::Text(text) => return self.written(text),
            Message::Done => return None,
        }
        let color = rgb(self.hue, self.saturation, self.value);
        self.text = color.to_string();
        Some(color)
    }

    fn written(&mut self, text: String) -> Option<sheet::Color> {
        let with_sign = if text.starts_with('#') { text.clone() } else { format!("#{text}") };
        self.text = text;
        let color = with_sign.parse().ok()?;
        let (hue, saturation, value) = hsv(color);
        // A grey has no hue: the last one stays.
        if saturation > 0.0 && value > 0.0 {
            self.hue = hue;
            self.tones = tones(hue);
        }
        (self.saturation, self.value) = (saturation, value);
        Some(color)
    }

    /// Returns the view; `color` is the colour in use.
    pub fn view(&self, look: Look, color: sheet::Color) -> Element<'_, Message> {
        let field = parts::field(look, "#rrggbb", &self.text).id(COLOR_FIELD).padding([4, 8]);
        let field = field.on_input(Message::Text).on_submit(Message::Done);
        let well = parts::dot(32.0, palette::shown(color));
        let close = parts::secondary(look, theme::body(look.t("tool-mixed")), Message::Done).padding([4, 12]);
        let foot = row![well, field, close].spacing(8).align_y(Alignment::Center);
        let tones = Field { at: (self.saturation, 1.0 - self.value), kind: Kind::Tones };
        let hues = Field { at: (self.hue / 360.0, 0.5), kind: Kind::Hues };
        let content = column![
            field_of(&self.tones, tones, TONES),
            field_of(&self.hues, hues, HUES),
            container(foot).width(TONES.width)
        ];
        container(content.spacing(8)).padding(12).style(style::dialog(look.colors)).into()
    }
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Tones,
    Hues,
}

/// Returns colours to point at, with the mark of the current one.
fn field_of<'a>(colors: &Handle, field: Field, size: Size) -> Element<'a, Message> {
    let colors = image(colors.clone()).width(size.width).height(size.height).content_fit(ContentFit::Fill);
    let field = Canvas::new(field).width(size.width).height(size.height);
    stack![colors.filter_method(FilterMethod::Nearest), field].into()
}

/// The mark on a field of colours, and the pointer input.
struct Field {
    /// The position of the mark, in fractions of the sides.
    at: (f32, f32),
    kind: Kind,
}

impl Field {
    fn pick(&self, bounds: Rectangle, at: Point) -> canvas::Action<Message> {
        let share = |at: f32, start: f32, length: f32| ((at - start) / length.max(1.0)).clamp(0.0, 1.0);
        let (x, y) = (share(at.x, bounds.x, bounds.width), share(at.y, bounds.y, bounds.height));
        let message = match self.kind {
            Kind::Tones => Message::Tone(x, 1.0 - y),
            Kind::Hues => Message::Hue(x * 359.9),
        };
        canvas::Action::publish(message).and_capture()
    }
}

impl canvas::Program<Message> for Field {
    /// True if the button is down.
    type State = bool;

    fn update(
        &self,
        down: &mut bool,
        event: &Event,
        bounds: Rectangle,
        cursor: mouse::Cursor,
    ) -> Option<canvas::Action<Message>> {
        match event {
            Event::Mouse(mouse::Event::ButtonPressed(mouse::Button::Left))
            | Event::Touch(touch::Event::FingerPressed { .. }) => {
                let at = cursor.position_over(bounds)?;
                *down = true;
                Some(self.pick(bounds, at))
            }
            Event::Mouse(mouse::Event::CursorMoved { position })
            | Event::Touch(touch::Event::FingerMoved { position, .. }) => down.then(|| self.pick(bounds, *position)),
            Event::Mouse(mouse::Event::ButtonReleased(mouse::Button::Left))
            | Event::Touch(touch::Event::FingerLifted { .. } | touch::Event::FingerLost { .. }) => {
                *down = false;
                None
            }
            _ => None,
        }
    }

    fn draw(
        &self,
        _down: &bool,
        renderer: &Renderer,
        _theme: &Theme,
        bounds: Rectangle,
        _cursor: mouse::Cursor,
    ) -> Vec<Geometry> {
        const RADIUS: f32 = 6.0;
        let mut frame = Frame::new(renderer, bounds.size());
        let at = Point::new(self.at.0 * bounds.width, self.at.1 * bounds.height);
        let size = Size::new(RADIUS, RADIUS) * 2.0;
        redraw_around(&mut frame, Rectangle::new(at - Vector::new(RADIUS, RADIUS), size));
        for (radius, color) in [(RADIUS, Color::BLACK), (RADIUS - 1.5, Color::WHITE)] {
            frame.stroke(&Path::circle(at, radius), Stroke::default().with_width(1.5).with_color(color));
        }
        vec![frame.into_geometry()]
    }

    fn mouse_interaction(&self, _down: &bool, bounds: Rectangle, cursor: mouse::Cursor) -> Interaction {
        if cursor.is_over(bounds) { Interaction::Crosshair } else { Interaction::default() }
    }
}

/// Returns an image of all tones of a hue: from grey to the hue on the right, from black to the lightest upwards.
fn tones(hue: f32) -> Handle {
    let (width, height) = (TONES.width as u32, TONES.height as u32);
    let share = |at: u32, length: u32| at as f32 / (length - 1) as f32;
    let pixels =
        (0..height).flat_map(|y| (0..width).flat_map(move |x| rgba(rgb(hue, share(x, width), 1.0 - share(y, height)))));
    Handle::from_rgba(width, height, pixels.collect::<Vec<u8>>())
}

fn rgba(color: sheet::Color) -> [u8; 4] {
    let [red, green, blue] = color.0;
    [red, green, blue, 255]
}

fn rgb(hue: f32, saturation: f32, value: f32) -> sheet::Color {
    let channel = |shift: f32| {
        let k = (shift + hue / 60.0) % 6.0;
        let level = value - value * saturation * k.min(4.0 - k).clamp(0.0, 1.0);
        (level * 255.0).round() as u8
    };
    sheet::Color([channel(5.0), channel(3.0), channel(1.0)])
}

/// Returns hue in degrees, saturation and value.
fn hsv(color: sheet::Color) -> (f32, f32, f32) {
    let [red, green, blue] = color.0.map(|channel| f32::from(channel) / 255.0);
    let (most, least) = (red.max(green).max(blue), red.min(green).min(blue));
    let range = most - least;
    let sextant = match range {
        0.0 => 0.0,
        _ if most == red => (green - blue) / range,
        _ if most == green => 2.0 + (blue - red) / range,
        _ => 4.0 + (red - green) / range,
    };
    (sextant.rem_euclid(6.0) * 60.0, if most > 0.0 { range / most } else { 0.0 }, most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hsv_and_rgb_are_inverse() {
        for color in (0..4096_u32).map(|n| [n >> 8, n >> 4 & 15, n & 15].map(|part| (part * 17) as u8)) {
            let (hue, saturation, value) = hsv(sheet::Color(color));
            assert_eq!(rgb(hue, saturation, value).0, color);
        }
    }

    #[test]
    fn text_is_accepted_as_soon_as_it_is_a_colour() {
        let mut picker = ColorPicker::new(sheet::Color([10, 20, 30]));
        for (text, color) in
            [("#", None), ("#B838", None), ("#B83822", Some([0xb8, 0x38, 0x22])), ("00ff7f", Some([0, 255, 127]))]
        {
            assert_eq!(picker.update(Message::Text(text.to_owned())).map(|color| color.0), color, "{text}");
            assert_eq!(picker.text, text);
        }
        let hue = picker.hue;
        picker.update(Message::Text("#808080".to_owned()));
        assert_eq!(picker.hue, hue, "a grey keeps the hue");
        let mixed = picker.update(Message::Tone(1.0, 1.0));
        assert_eq!((mixed.map(|color| color.0), picker.text.as_str()), (Some([0, 255, 127]), "#00ff7f"));
    }
}
