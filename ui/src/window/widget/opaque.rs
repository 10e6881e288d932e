//! A layer that lets no click, wheel or finger through to what lies below it. iced's `opaque` lets fingers through.

use iced::advanced::mouse;
use iced::{Element, Event, touch};

use super::wrap::{Behavior, Dispatch, wrap};

/// Makes a layer opaque to mouse and fingers.
pub fn opaque<'a, Message: 'a>(content: impl Into<Element<'a, Message>>) -> Element<'a, Message> {
    wrap(content, Opaque)
}

struct Opaque;

impl<Message> Behavior<Message> for Opaque {
    type State = ();

    fn update(&mut self, (): &mut (), dispatch: &mut Dispatch<'_, '_, '_, Message>, event: &Event) {
        dispatch.send(event);
        let bounds = dispatch.layout.bounds();
        let hit = match event {
            Event::Mouse(mouse::Event::ButtonPressed(_) | mouse::Event::WheelScrolled { .. }) => {
                dispatch.cursor.is_over(bounds)
            }
            Event::Touch(touch::Event::FingerPressed { position, .. }) => bounds.contains(*position),
            _ => false,
        };
        if hit {
            dispatch.shell.capture_event();
        }
    }

    fn mouse_interaction(&self, content: mouse::Interaction, is_over: bool) -> mouse::Interaction {
        // Anything but `None` tells a stack that the mouse is over this layer and no other.
        if content == mouse::Interaction::None && is_over { mouse::Interaction::Idle } else { content }
    }
}
