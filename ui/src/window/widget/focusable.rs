//! A button that the keyboard reaches as well: Tab moves to it, the space bar and Enter press it. iced's buttons handle
//! the mouse only.

use iced::advanced::layout::Layout;
use iced::advanced::widget::Operation;
use iced::advanced::widget::operation::focusable::Focusable;
use iced::advanced::{Renderer as _, mouse, renderer};
use iced::keyboard::{self, Key, key::Named};
use iced::{Color, Element, Event, Rectangle, Renderer, border, touch};

use super::wrap::{Behavior, Content, Dispatch, wrap};
use crate::window::theme::CONTROL_RADIUS;

/// Makes a button focusable. `message` is published when a key presses it; `ring` is the colour of the ring that shows
/// the focus.
pub fn focusable<'a, Message: Clone + 'a>(
    button: impl Into<Element<'a, Message>>,
    message: Message,
    ring: Color,
) -> Element<'a, Message> {
    wrap(button, Keys { message, ring })
}

struct Keys<Message> {
    message: Message,
    ring: Color,
}

/// True if the button has the focus.
#[derive(Default)]
struct Focus(bool);

impl Focusable for Focus {
    fn is_focused(&self) -> bool {
        self.0
    }

    fn focus(&mut self) {
        self.0 = true;
    }

    fn unfocus(&mut self) {
        self.0 = false;
    }
}

impl<Message: Clone> Behavior<Message> for Keys<Message> {
    type State = Focus;

    fn operate(
        &mut self,
        focus: &mut Focus,
        content: &mut Content<'_, '_, Message>,
        layout: Layout<'_>,
        operation: &mut dyn Operation,
    ) {
        operation.focusable(None, layout.bounds(), focus);
        content.operate(layout, operation);
    }

    fn update(&mut self, focus: &mut Focus, dispatch: &mut Dispatch<'_, '_, '_, Message>, event: &Event) {
        dispatch.send(event);
        match event {
            Event::Mouse(mouse::Event::ButtonPressed(_)) | Event::Touch(touch::Event::FingerPressed { .. }) => {
                focus.0 = false;
            }
            Event::Keyboard(keyboard::Event::KeyPressed { key: Key::Named(Named::Space | Named::Enter), .. })
                if focus.0 && !dispatch.shell.is_event_captured() =>
            {
                dispatch.shell.publish(self.message.clone());
                dispatch.shell.capture_event();
            }
            _ => {}
        }
    }

    fn draw_over(&self, focus: &Focus, renderer: &mut Renderer, bounds: Rectangle) {
        if focus.0 {
            let ring = border::rounded(CONTROL_RADIUS).width(2).color(self.ring);
            renderer
                .fill_quad(renderer::Quad { bounds, border: ring, ..renderer::Quad::default() }, Color::TRANSPARENT);
        }
    }
}
