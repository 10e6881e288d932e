//! Small parts that several screens use: tooltips, scrollables, buttons, fields, dots.

use std::time::Duration;

use iced::widget::scrollable::{Direction, Scrollable, Scrollbar};
use iced::widget::text::Wrapping;
use iced::widget::{Button, Space, Text, TextInput, button, container, scrollable, text_input, tooltip};
use iced::{Color, Element, Padding};

use super::focusable::focusable;
use crate::window::theme::{self, Look, style};

/// The widest tooltip, in pixels.
const WIDEST_HINT: f32 = 420.0;
/// The time that the pointer rests before a tooltip appears.
const HINT_DELAY: Duration = Duration::from_millis(500);

/// Adds a tooltip above a widget.
pub fn hint<'a, M: 'a>(look: Look, content: impl Into<Element<'a, M>>, words: String) -> Element<'a, M> {
    hint_at(look, content, words, tooltip::Position::Top)
}

/// Adds a tooltip below a widget.
pub fn hint_below<'a, M: 'a>(look: Look, content: impl Into<Element<'a, M>>, words: String) -> Element<'a, M> {
    hint_at(look, content, words, tooltip::Position::Bottom)
}

fn hint_at<'a, M: 'a>(
    look: Look,
    content: impl Into<Element<'a, M>>,
    words: String,
    position: tooltip::Position,
) -> Element<'a, M> {
    let words = theme::small(words, look.colors.text).wrapping(Wrapping::WordOrGlyph);
    let words = container(words).max_width(WIDEST_HINT).padding([4, 8]).style(style::dialog(look.colors));
    tooltip(content, words, position).gap(4).delay(HINT_DELAY).into()
}

/// Returns a vertical scrollable with a thin bar.
pub fn scroll<'a, M: 'a>(look: Look, content: impl Into<Element<'a, M>>) -> Scrollable<'a, M> {
    let bar = Scrollbar::new().width(6).scroller_width(6).margin(2);
    scrollable(content).direction(Direction::Vertical(bar)).style(style::scroll(look.colors))
}

/// Returns words that scroll when they are higher than this, in pixels.
pub fn few_lines<'a, M: 'a>(look: Look, words: Text<'a>, height: f32) -> Element<'a, M> {
    let bar = Scrollbar::new().width(4).scroller_width(4).margin(1);
    let words = scrollable(words).direction(Direction::Vertical(bar)).style(style::scroll(look.colors));
    container(words).width(iced::Length::Fill).max_height(height).into()
}

/// Returns the main button of a view. Like the others it is disabled without a message.
pub fn primary<'a, M: Clone + 'a>(
    look: Look,
    content: impl Into<Element<'a, M>>,
    message: impl Into<Option<M>>,
) -> Button<'a, M> {
    button(content).on_press_maybe(message.into()).style(style::primary(look.colors))
}

/// Returns any other button.
pub fn secondary<'a, M: Clone + 'a>(
    look: Look,
    content: impl Into<Element<'a, M>>,
    message: impl Into<Option<M>>,
) -> Button<'a, M> {
    button(content).on_press_maybe(message.into()).style(style::secondary(look.colors))
}

/// Returns a button without a border.
pub fn quiet<'a, M: Clone + 'a>(
    look: Look,
    content: impl Into<Element<'a, M>>,
    message: impl Into<Option<M>>,
) -> Button<'a, M> {
    button(content).on_press_maybe(message.into()).style(style::quiet(look.colors))
}

/// Returns a button with small words.
pub fn small_button<'a, M: Clone + 'a>(look: Look, words: String, message: impl Into<Option<M>>) -> Button<'a, M> {
    secondary(look, theme::small(words, look.colors.text), message).padding([4, 8])
}

/// Returns a button with a symbol.
pub fn sign_button<'a, M: Clone + 'a>(look: Look, sign: Text<'a>, message: impl Into<Option<M>>) -> Button<'a, M> {
    quiet(look, sign.size(18).center(), message).width(36).height(32).padding(4)
}

/// Returns a text field of one line with this value.
pub fn field<'a, M: Clone + 'a>(look: Look, placeholder: &str, value: &str) -> TextInput<'a, M> {
    text_input(placeholder, value).size(theme::BODY).style(style::input(look.colors))
}

/// Returns a button with a cross of this size, which closes something.
pub fn close_button<'a, M: Clone + 'a>(look: Look, size: f32, message: M) -> Element<'a, M> {
    let cross = quiet(look, theme::sign("✕").size(size), message.clone()).padding([4, 8]);
    focusable(cross, message, look.colors.accent)
}

/// Returns a button for one of several choices.
pub fn choice<'a, M: Clone + 'a>(
    look: Look,
    words: String,
    chosen: bool,
    padding: impl Into<Padding>,
    message: M,
) -> Element<'a, M> {
    let button = button(theme::body(words)).on_press(message.clone()).padding(padding);
    focusable(button.style(style::choice(look.colors, chosen)), message, look.colors.accent)
}

/// Returns a faded button.
pub fn quiet_button<'a, M: Clone + 'a>(look: Look, words: String, message: M) -> Element<'a, M> {
    let button = quiet(look, theme::body(words).color(look.colors.muted), message.clone()).padding([4, 8]);
    focusable(button, message, look.colors.accent)
}

/// Returns a disc of this diameter and colour.
pub fn dot<'a, M: 'a>(size: f32, color: Color) -> Element<'a, M> {
    container(Space::new().width(size).height(size)).style(style::pill(color, color)).into()
}
