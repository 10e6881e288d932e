//! A layer that takes no input while a dialog lies over it: it is seen, but keyboard, mouse and fingers don't reach it.
//!
//! iced's `stack` and `opaque` keep the mouse from a layer below, but not the keyboard, the input method, Tab or a finger.

use iced::advanced::layout::Layout;
use iced::advanced::mouse;
use iced::advanced::widget::operation::focusable::{self, Focusable};
use iced::advanced::widget::operation::{Outcome, Scrollable, TextInput, black_box};
use iced::advanced::widget::{Id, Operation};
use iced::{Element, Event, Rectangle, Vector, keyboard, touch};

use super::wrap::{Behavior, Content, Dispatch, wrap};

/// Makes a layer inert while `inert` is true. The field that had the focus gets it back afterwards.
pub fn inert<'a, Message: 'a>(content: impl Into<Element<'a, Message>>, inert: bool) -> Element<'a, Message> {
    wrap(content, Inert(inert))
}

struct Inert(bool);

impl Inert {
    /// Takes the focus away when the layer becomes inert, and gives it back when that is over.
    fn move_focus<Message>(&self, state: &mut State, content: &mut Content<'_, '_, Message>, layout: Layout<'_>) {
        if state.inert == self.0 {
            return;
        }
        state.inert = self.0;
        if self.0 {
            let mut find = focusable::find_focused();
            content.operate(layout, &mut black_box(&mut find));
            state.focus = match find.finish() {
                Outcome::Some(id) => Some(id),
                _ => None,
            };
            content.operate(layout, &mut focusable::unfocus::<()>());
            return;
        }
        let Some(field) = state.focus.take() else { return };
        let mut count = focusable::count();
        content.operate(layout, &mut black_box(&mut count));
        // What closed the dialog may have put the focus elsewhere.
        if matches!(count.finish(), Outcome::Some(fields) if fields.focused.is_none()) {
            content.operate(layout, &mut focusable::focus::<()>(field));
        }
    }
}

#[derive(Default)]
struct State {
    inert: bool,
    /// The field that had the focus when the layer became inert.
    focus: Option<Id>,
}

/// Passes an operation on without what could take the focus.
struct Unfocusable<'a>(&'a mut dyn Operation);

impl Operation for Unfocusable<'_> {
    fn traverse(&mut self, operate: &mut dyn FnMut(&mut dyn Operation)) {
        self.0.traverse(&mut |operation| operate(&mut Unfocusable(operation)));
    }

    fn container(&mut self, id: Option<&Id>, bounds: Rectangle) {
        self.0.container(id, bounds);
    }

    fn scrollable(
        &mut self,
        id: Option<&Id>,
        bounds: Rectangle,
        content: Rectangle,
        translation: Vector,
        state: &mut dyn Scrollable,
    ) {
        self.0.scrollable(id, bounds, content, translation, state);
    }

    fn focusable(&mut self, _id: Option<&Id>, _bounds: Rectangle, _state: &mut dyn Focusable) {}

    fn text_input(&mut self, id: Option<&Id>, bounds: Rectangle, state: &mut dyn TextInput) {
        self.0.text_input(id, bounds, state);
    }

    fn text(&mut self, id: Option<&Id>, bounds: Rectangle, text: &str) {
        self.0.text(id, bounds, text);
    }

    fn custom(&mut self, id: Option<&Id>, bounds: Rectangle, state: &mut dyn std::any::Any) {
        self.0.custom(id, bounds, state);
    }
}

/// Returns whether an event begins an action. One that began before, such as a stroke, may still end.
fn begins(event: &Event) -> bool {
    match event {
        Event::Keyboard(keyboard::Event::KeyPressed { .. })
        | Event::InputMethod(_)
        | Event::Mouse(mouse::Event::ButtonPressed(_) | mouse::Event::WheelScrolled { .. })
        | Event::Touch(touch::Event::FingerPressed { .. }) => true,
        Event::Keyboard(_) | Event::Mouse(_) | Event::Touch(_) | Event::Window(_) => false,
    }
}

impl<Message> Behavior<Message> for Inert {
    type State = State;

    fn operate(
        &mut self,
        state: &mut State,
        content: &mut Content<'_, '_, Message>,
        layout: Layout<'_>,
        operation: &mut dyn Operation,
    ) {
        self.move_focus(state, content, layout);
        if self.0 {
            content.operate(layout, &mut Unfocusable(operation));
        } else {
            content.operate(layout, operation);
        }
    }

    fn update(&mut self, state: &mut State, dispatch: &mut Dispatch<'_, '_, '_, Message>, event: &Event) {
        let layout = dispatch.layout;
        self.move_focus(state, &mut dispatch.content, layout);
        if !(self.0 && begins(event)) {
            dispatch.send(event);
        }
    }
}
