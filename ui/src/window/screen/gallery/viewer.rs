//! The view of one drawing: its facts, its picture, and the controls of its replay.

use iced::mouse;
use iced::widget::canvas::{self, Canvas, Frame, Geometry};
use iced::widget::text::Wrapping;
use iced::widget::{Row, Sensor, Space, column, container, row, slider, stack};
use iced::{Alignment, Element, Length, Rectangle, Renderer, Theme, Vector};
use inkmesh::gallery::Drawing;

use super::context::{Context, kind, names};
use super::message::Message;
use super::replay::{Control, Replay, SPEEDS};
use crate::export::picture::Format;
use crate::window::render::{live_strokes, picture_view};
use crate::window::theme::{self, Look, style};
use crate::window::widget::parts::{hint, sign_button, small_button};

pub fn view<'a>(replay: &'a Replay, drawing: &'a Drawing, context: Context<'_>) -> Element<'a, Message> {
    let look = context.look;
    let growing = Canvas::new(Growing { replay }).width(Length::Fill).height(Length::Fill);
    let ground = Space::new().width(Length::Fill).height(Length::Fill);
    let picture = stack![ground, picture_view::view(&replay.picture, replay.viewport, look), growing].clip(true);
    let picture = Sensor::new(picture).on_show(Message::Resized).on_resize(Message::Resized);
    let (spacing, edge) = if context.short { (4, [2, 8]) } else { (8, [8, 12]) };
    let controls = column![scrub(replay, look), controls(replay, context)].spacing(spacing);
    let controls = container(controls).padding(edge).width(Length::Fill).style(style::card(look.colors));
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
    let facts = theme::small(facts.join(" · "), look.colors.muted).wrapping(Wrapping::WordOrGlyph);
    let exports = [(Format::Png, "PNG"), (Format::Svg, "SVG"), (Format::Gif, "GIF")]
        .map(|(format, name)| small_button(look, name.to_owned(), Message::Save(format)).padding([4, 12]).into());
    let exports = row![theme::small(look.t("gallery-save"), look.colors.muted), Row::with_children(exports).spacing(4)];
    let exports = exports.spacing(8).align_y(Alignment::Center);
    if context.short {
        return exports.into();
    }
    let words = column![theme::strong(what).wrapping(Wrapping::WordOrGlyph), facts].spacing(2);
    row![words, exports].spacing(16).align_y(Alignment::Center).wrap().vertical_spacing(8).into()
}

fn scrub(replay: &Replay, look: Look) -> Element<'_, Message> {
    let (done, all) = replay.progress();
    let last = u32::try_from(all).unwrap_or(u32::MAX);
    let at = u32::try_from(done).unwrap_or(u32::MAX);
    let bar = slider(0..=last, at, |stroke| Message::Replay(Control::Seek(stroke as usize)));
    let progress = look.t_args("gallery-strokes", [("done", done.into()), ("all", all.into())]);
    row![bar.style(style::slider(look.colors)), theme::small(progress, look.colors.muted)]
        .spacing(12)
        .align_y(Alignment::Center)
        .into()
}

fn controls<'a>(replay: &'a Replay, context: Context<'_>) -> Element<'a, Message> {
    let look = context.look;
    let (_, all) = replay.progress();
    let play = if replay.plays() { ("⏸", "gallery-rest") } else { ("⏵", "gallery-play") };
    let buttons = [
        ("⏮", "gallery-start", Control::Seek(0)),
        ("⏪", "gallery-step-back", Control::Step(-1)),
        (play.0, play.1, Control::Play),
        ("⏩", "gallery-step-on", Control::Step(1)),
        ("⏭", "gallery-end", Control::Seek(all)),
    ];
    let buttons = buttons.map(|(sign, words, control)| {
        hint(look, sign_button(look, theme::sign(sign), Message::Replay(control)), look.t(words))
    });
    let width = if context.short { 48 } else { 120 };
    let speed = slider(SPEEDS, replay.speed, |speed| Message::Replay(Control::Speed(speed))).step(0.25).width(width);
    let times = theme::small(times(replay.speed), look.colors.muted).width(44);
    let words = (!context.short).then(|| theme::small(look.t("gallery-speed"), look.colors.muted));
    let speed = row![].push(words).push(speed.style(style::slider(look.colors))).push(times);
    let speed = speed.spacing(8).align_y(Alignment::Center);
    let spacing = if context.short { 4 } else { 16 };
    row![Row::with_children(buttons).spacing(4), speed].spacing(spacing).align_y(Alignment::Center).wrap().into()
}

/// Returns a speed in words: `0.25×`, `1×`, `6.7×`.
fn times(speed: f32) -> String {
    let times = speed.exp2();
    let digits = if times < 1.0 { 2 } else { usize::from(times.fract() > 0.05) };
    format!("{times:.digits$}×")
}

/// The strokes that are not in the picture yet, drawn over it.
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
        let rect = self.replay.viewport.sheet_rect(bounds.position());
        let mut frame = Frame::with_bounds(renderer, rect);
        let scale = rect.width / inkmesh::canvas::WIDTH as f32;
        for line in self.replay.growing() {
            live_strokes::draw(&mut frame, &line, &line.points, Vector::new(rect.x, rect.y), scale);
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
