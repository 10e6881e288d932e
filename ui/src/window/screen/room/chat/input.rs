//! The text field below the history, and the button that sends.

use iced::keyboard::Key;
use iced::keyboard::key::Named;
use iced::widget::text::Wrapping;
use iced::widget::text_editor::{self, Binding, KeyPress};
use iced::widget::{mouse_area, row};
use iced::{Alignment, Element};

use super::draft::Draft;
use super::message::Message;
use crate::window::theme::{self, Look, style};
use crate::window::widget::focusable;
use crate::window::widget::parts::secondary;

/// The id of the text field.
pub const CHAT_FIELD: &str = "chat-field";
/// The greatest height of the field, in pixels: six lines, or two in a short window.
const MOST: f32 = 136.0;
const MOST_SHORT: f32 = 56.0;

/// Returns the field with this text, and the button beside it. `send` is the key of the button's label, `short` whether
/// the window is.
pub fn view<'a>(draft: &'a Draft, look: Look, placeholder: String, send: &str, short: bool) -> Element<'a, Message> {
    let field = text_editor::TextEditor::new(&draft.content)
        .id(CHAT_FIELD)
        .placeholder(placeholder)
        .on_action(Message::Edit)
        .key_binding(binding)
        .wrapping(Wrapping::WordOrGlyph)
        .max_height(if short { MOST_SHORT } else { MOST })
        .padding([8, 12])
        .size(theme::BODY)
        .style(style::editor(look.colors));
    // The field itself does not handle fingers.
    let field = mouse_area(field).on_press(Message::Focus);
    let may_say = (!draft.trim().is_empty()).then_some(Message::Say);
    let send = secondary(look, theme::body(look.t(send)), may_say).padding([8, 12]);
    let send = focusable(send, Message::Say, look.colors.accent);
    row![field, send].spacing(8).align_y(Alignment::End).into()
}

/// Binds Enter to sending, and Shift+Enter to a new line.
fn binding(press: KeyPress) -> Option<Binding<Message>> {
    let focused = matches!(press.status, text_editor::Status::Focused { .. });
    let enter = press.key == Key::Named(Named::Enter);
    if focused && enter && !press.modifiers.shift() {
        return Some(Binding::Custom(Message::Say));
    }
    Binding::from_key_press(press)
}
