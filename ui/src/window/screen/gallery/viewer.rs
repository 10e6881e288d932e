//! One drawing, large, and how it was drawn.

use iced::mouse;
use iced::widget::canvas::{self, Canvas, Frame, Geometry};
use iced::widget::text::Wrapping;
use iced::widget::{Row, Sensor, Space, button, column, container, row, slider, stack};
use iced::{Alignment, Element, Length, Rectangle, Renderer, Theme, Vector};
use inkmesh::gallery::Drawing;

use super::Message;
use super::replay::{Press, Replay, SPEEDS};
use super::view::{Context, kind, names};
use crate::export::picture::Format;
use crate::window::ink::{live, paper};
use crate::window::theme::{self, Look, style};
use crate::window::widget::parts::hint;

/// A drawing and what can be done with it.
pub fn view<'a>(replay: &'a Replay, drawing: &'a Drawing, context: Context<'_>) -> Element<'a, Message> {
    let look = context.look;
    let growing = Canvas::new(Growing { replay }).width(Length::Fill).height(Length::Fill);
    let ground = Space::new().width(Length::Fill).height(Length::Fill);
    let picture = stack![ground, paper::view(replay.picture(), replay.lens(), look), growing].clip(true);
    let picture = Sensor::new(picture).on_show(Message::Resized).on_resize(Message::Resized);
    let (spacing, edge) = if context.short { (4, [2, 8]) } else { (8, [8, 12]) };
    let controls = column![scrub(replay, look), controls(replay, context)].spacing(spacing);
    let controls = container(controls).padding(edge).width(Length::Fill).style(style::card(look.tones));
    column![facts(drawing, context), picture, controls].spacing(spacing).width(Length::Fill).height(Length::Fill).into()
}

fn facts<'a>(drawing: &Drawing, context: Context<'_>) -> Element<'a, Message> {
    let look = context.look;
    let what = match &drawing.revealed {
        Some(revealed) => look.t_args("gallery-word", [("word", revealed.word.text.as_str().into())]),
        None => look.t(kind(drawing)),
    };
    let mut facts = vec![names(drawing, context), context.calendar.at(look, drawing.to_ms)];
    if let Some(revealed) = &drawing.revealed {
        facts.push(look.t_args("gallery-solved", [("count", revealed.solved.len().into())]));
    }
    let facts = theme::small(facts.join(" · "), look.tones.faded).wrapping(Wrapping::WordOrGlyph);
    let exports = [(Format::Png, "PNG"), (Format::Svg, "SVG"), (Format::Gif, "GIF")].map(|(format, name)| {
        let export = button(theme::small(name, look.tones.ink)).on_press(Message::Save(format)).padding([4, 12]);
        export.style(style::secondary(look.tones)).into()
    });
    let exports = row![theme::small(look.t("gallery-save"), look.tones.faded), Row::with_children(exports).spacing(4)];
    let exports = exports.spacing(8).align_y(Alignment::Center);
    if context.short {
        return exports.into();
    }
    let words = column![theme::strong(what).wrapping(Wrapping::WordOrGlyph), facts].spacing(2);
    row![words, exports].spacing(16).align_y(Alignment::Center).wrap().vertical_spacing(8).into()
}

fn scrub(replay: &Replay, look: Look) -> Element<'_, Message> {
    let (done, all) = replay.place();
    let last = u32::try_from(all).unwrap_or(u32::MAX);
    let at = u32::try_from(done).unwrap_or(u32::MAX);
    let bar = slider(0..=last, at, |stroke| Message::Replay(Press::Seek(stroke as usize)));
    let place = look.t_args("gallery-strokes", [("done", done.into()), ("all", all.into())]);
    row![bar.style(style::slider(look.tones)), theme::small(place, look.tones.faded)]
        .spacing(12)
        .align_y(Alignment::Center)
        .into()
}

fn controls<'a>(replay: &'a Replay, context: Context<'_>) -> Element<'a, Message> {
    let look = context.look;
    let (_, all) = replay.place();
    let play = if replay.plays() { ("⏸", "gallery-rest") } else { ("⏵", "gallery-play") };
    let buttons = [
        ("⏮", "gallery-start", Press::Seek(0)),
        ("⏪", "gallery-step-back", Press::Step(-1)),
        (play.0, play.1, Press::Play),
        ("⏩", "gallery-step-on", Press::Step(1)),
        ("⏭", "gallery-end", Press::Seek(all)),
    ];
    let buttons = buttons.map(|(sign, words, press)| {
        let button = button(theme::sign(sign).size(18).center()).on_press(Message::Replay(press)).width(36).height(32);
        hint(look, button.padding(4).style(style::quiet(look.tones)), look.t(words))
    });
    let width = if context.short { 48 } else { 120 };
    let speed = slider(SPEEDS, replay.speed(), |speed| Message::Replay(Press::Speed(speed))).step(0.25).width(width);
    let times = theme::small(times(replay.speed()), look.tones.faded).width(44);
    let words = (!context.short).then(|| theme::small(look.t("gallery-speed"), look.tones.faded));
    let speed = row![].push(words).push(speed.style(style::slider(look.tones))).push(times);
    let speed = speed.spacing(8).align_y(Alignment::Center);
    let spacing = if context.short { 4 } else { 16 };
    row![Row::with_children(buttons).spacing(4), speed].spacing(spacing).align_y(Alignment::Center).wrap().into()
}

/// A speed as people write it: `0.25×`, `1×`, `6.7×`.
fn times(speed: f32) -> String {
    let times = speed.exp2();
    let digits = if times < 1.0 { 2 } else { usize::from(times.fract() > 0.05) };
    format!("{times:.digits$}×")
}

/// Ink above the picture.
struct Growing<'a> {
    replay: &'a Replay,
}

impl canvas::Program<Message> for Growing<'_> {
    type State = ();

    fn draw(
        &self,
        _state: &(),
        renderer: &Renderer,
        _theme: &Theme,
        bounds: Rectangle,
        _cursor: mouse::Cursor,
    ) -> Vec<Geometry> {
        let place = self.replay.lens().place(bounds.position());
        let mut frame = Frame::with_bounds(renderer, place);
        let scale = place.width / inkmesh::canvas::WIDTH as f32;
        for line in self.replay.growing() {
            live::draw(&mut frame, &line, &line.points, Vector::new(place.x, place.y), scale);
        }
        vec![frame.into_geometry()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speeds_are_written_shortly() {
        let written = [-2.0, -1.0, -0.25, 0.0, 1.0, 2.75, 3.0].map(times);
        assert_eq!(written, ["0.25×", "0.50×", "0.84×", "1×", "2×", "6.7×", "8×"]);
    }
}
