//! The layer behind a dialog: seen, but out of reach of keyboard, mouse and fingers.
//!
//! iced's `stack` and `opaque` keep the mouse from a layer below, but not the keyboard, the input method, Tab or a finger.

use iced::advanced::layout::{Layout, Limits, Node};
use iced::advanced::widget::operation::focusable::{self, Focusable};
use iced::advanced::widget::operation::{Outcome, Scrollable, TextInput, black_box};
use iced::advanced::widget::{Id, Operation, Tree, Widget, tree};
use iced::advanced::{Clipboard, Shell, mouse, overlay, renderer};
use iced::{Element, Event, Length, Rectangle, Renderer, Size, Theme, Vector, keyboard, touch};

/// A layer that is out of reach while it is closed.
pub struct Behind<'a, Message> {
    content: Element<'a, Message>,
    closed: bool,
}

impl<'a, Message> Behind<'a, Message> {
    /// Wraps a layer; `closed`: something that takes all input lies before it.
    pub fn new(content: impl Into<Element<'a, Message>>, closed: bool) -> Self {
        Behind { content: content.into(), closed }
    }

    /// Takes the focus away from what is closed, and gives it back to the field that had it when that is over.
    fn hand_over(&mut self, state: &mut State, child: &mut Tree, layout: Layout<'_>, renderer: &Renderer) {
        if state.closed == self.closed {
            return;
        }
        state.closed = self.closed;
        let content = self.content.as_widget_mut();
        if self.closed {
            let mut find = focusable::find_focused();
            content.operate(child, layout, renderer, &mut black_box(&mut find));
            state.focus = match find.finish() {
                Outcome::Some(id) => Some(id),
                _ => None,
            };
            content.operate(child, layout, renderer, &mut focusable::unfocus::<()>());
            return;
        }
        let Some(field) = state.focus.take() else { return };
        let mut count = focusable::count();
        content.operate(child, layout, renderer, &mut black_box(&mut count));
        // Whoever closed the dialog may have put the focus elsewhere.
        if matches!(count.finish(), Outcome::Some(fields) if fields.focused.is_none()) {
            content.operate(child, layout, renderer, &mut focusable::focus::<()>(field));
        }
    }
}

#[derive(Default)]
struct State {
    closed: bool,
    /// The field that had the focus when it was closed.
    focus: Option<Id>,
}

/// Passes an operation on, but shows it nothing that could take the focus.
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

/// Whether an event begins something: what began before, such as a stroke, may still end.
fn begins(event: &Event) -> bool {
    match event {
        Event::Keyboard(keyboard::Event::KeyPressed { .. })
        | Event::InputMethod(_)
        | Event::Mouse(mouse::Event::ButtonPressed(_) | mouse::Event::WheelScrolled { .. })
        | Event::Touch(touch::Event::FingerPressed { .. }) => true,
        Event::Keyboard(_) | Event::Mouse(_) | Event::Touch(_) | Event::Window(_) => false,
    }
}

impl<Message> Widget<Message, Theme, Renderer> for Behind<'_, Message> {
    fn tag(&self) -> tree::Tag {
        tree::Tag::of::<State>()
    }

    fn state(&self) -> tree::State {
        tree::State::new(State::default())
    }

    fn children(&self) -> Vec<Tree> {
        vec![Tree::new(&self.content)]
    }

    fn diff(&self, tree: &mut Tree) {
        tree.diff_children(std::slice::from_ref(&self.content));
    }

    fn size(&self) -> Size<Length> {
        self.content.as_widget().size()
    }

    fn layout(&mut self, tree: &mut Tree, renderer: &Renderer, limits: &Limits) -> Node {
        let Some(child) = tree.children.first_mut() else { return Node::new(Size::ZERO) };
        self.content.as_widget_mut().layout(child, renderer, limits)
    }

    fn draw(
        &self,
        tree: &Tree,
        renderer: &mut Renderer,
        theme: &Theme,
        style: &renderer::Style,
        layout: Layout<'_>,
        cursor: mouse::Cursor,
        viewport: &Rectangle,
    ) {
        if let Some(child) = tree.children.first() {
            self.content.as_widget().draw(child, renderer, theme, style, layout, cursor, viewport);
        }
    }

    fn operate(&mut self, tree: &mut Tree, layout: Layout<'_>, renderer: &Renderer, operation: &mut dyn Operation) {
        let Tree { state, children, .. } = tree;
        let Some(child) = children.first_mut() else { return };
        self.hand_over(state.downcast_mut(), child, layout, renderer);
        let content = self.content.as_widget_mut();
        if self.closed {
            content.operate(child, layout, renderer, &mut Unfocusable(operation));
        } else {
            content.operate(child, layout, renderer, operation);
        }
    }

    fn update(
        &mut self,
        tree: &mut Tree,
        event: &Event,
        layout: Layout<'_>,
        cursor: mouse::Cursor,
        renderer: &Renderer,
        clipboard: &mut dyn Clipboard,
        shell: &mut Shell<'_, Message>,
        viewport: &Rectangle,
    ) {
        let Tree { state, children, .. } = tree;
        let Some(child) = children.first_mut() else { return };
        self.hand_over(state.downcast_mut(), child, layout, renderer);
        if !(self.closed && begins(event)) {
            let content = self.content.as_widget_mut();
            content.update(child, event, layout, cursor, renderer, clipboard, shell, viewport);
        }
    }

    fn mouse_interaction(
        &self,
        tree: &Tree,
        layout: Layout<'_>,
        cursor: mouse::Cursor,
        viewport: &Rectangle,
        renderer: &Renderer,
    ) -> mouse::Interaction {
        tree.children.first().map_or(mouse::Interaction::None, |child| {
            self.content.as_widget().mouse_interaction(child, layout, cursor, viewport, renderer)
        })
    }

    fn overlay<'b>(
        &'b mut self,
        tree: &'b mut Tree,
        layout: Layout<'b>,
        renderer: &Renderer,
        viewport: &Rectangle,
        translation: Vector,
    ) -> Option<overlay::Element<'b, Message, Theme, Renderer>> {
        let child = tree.children.first_mut()?;
        self.content.as_widget_mut().overlay(child, layout, renderer, viewport, translation)
    }
}

impl<'a, Message: 'a> From<Behind<'a, Message>> for Element<'a, Message> {
    fn from(behind: Behind<'a, Message>) -> Self {
        Element::new(behind)
    }
}
