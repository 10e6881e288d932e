//! Something to press that the keyboard reaches as well: Tab comes to it, the space bar and Enter press it.
//!
//! iced's buttons know the mouse only.

use iced::advanced::layout::{Layout, Limits, Node};
use iced::advanced::widget::operation::focusable::Focusable;
use iced::advanced::widget::{Operation, Tree, Widget, tree};
use iced::advanced::{Clipboard, Renderer as _, Shell, mouse, overlay, renderer};
use iced::keyboard::{self, Key, key::Named};
use iced::{Color, Element, Event, Length, Rectangle, Renderer, Size, Theme, Vector, border, touch};

use crate::window::theme::CONTROL_RADIUS;

/// A button, and what is said when a key presses it.
pub struct Reach<'a, Message> {
    button: Element<'a, Message>,
    message: Message,
    /// The colour of the ring that shows where the keyboard is.
    ring: Color,
}

impl<'a, Message> Reach<'a, Message> {
    /// Around a button that says this message.
    pub fn new(button: impl Into<Element<'a, Message>>, message: Message, ring: Color) -> Self {
        Reach { button: button.into(), message, ring }
    }
}

/// Whether the keyboard is on it.
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

impl<Message: Clone> Widget<Message, Theme, Renderer> for Reach<'_, Message> {
    fn tag(&self) -> tree::Tag {
        tree::Tag::of::<Focus>()
    }

    fn state(&self) -> tree::State {
        tree::State::new(Focus::default())
    }

    fn children(&self) -> Vec<Tree> {
        vec![Tree::new(&self.button)]
    }

    fn diff(&self, tree: &mut Tree) {
        tree.diff_children(std::slice::from_ref(&self.button));
    }

    fn size(&self) -> Size<Length> {
        self.button.as_widget().size()
    }

    fn layout(&mut self, tree: &mut Tree, renderer: &Renderer, limits: &Limits) -> Node {
        let Some(child) = tree.children.first_mut() else { return Node::new(Size::ZERO) };
        self.button.as_widget_mut().layout(child, renderer, limits)
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
            self.button.as_widget().draw(child, renderer, theme, style, layout, cursor, viewport);
        }
        if tree.state.downcast_ref::<Focus>().0 {
            let ring = border::rounded(CONTROL_RADIUS).width(2).color(self.ring);
            let quad = renderer::Quad { bounds: layout.bounds(), border: ring, ..renderer::Quad::default() };
            renderer.fill_quad(quad, Color::TRANSPARENT);
        }
    }

    fn operate(&mut self, tree: &mut Tree, layout: Layout<'_>, renderer: &Renderer, operation: &mut dyn Operation) {
        operation.focusable(None, layout.bounds(), tree.state.downcast_mut::<Focus>());
        if let Some(child) = tree.children.first_mut() {
            self.button.as_widget_mut().operate(child, layout, renderer, operation);
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
        if let Some(child) = tree.children.first_mut() {
            let button = self.button.as_widget_mut();
            button.update(child, event, layout, cursor, renderer, clipboard, shell, viewport);
        }
        let focus = tree.state.downcast_mut::<Focus>();
        match event {
            Event::Mouse(mouse::Event::ButtonPressed(_)) | Event::Touch(touch::Event::FingerPressed { .. }) => {
                focus.0 = false;
            }
            Event::Keyboard(keyboard::Event::KeyPressed { key: Key::Named(Named::Space | Named::Enter), .. })
                if focus.0 && !shell.is_event_captured() =>
            {
                shell.publish(self.message.clone());
                shell.capture_event();
            }
            _ => {}
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
            self.button.as_widget().mouse_interaction(child, layout, cursor, viewport, renderer)
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
        self.button.as_widget_mut().overlay(child, layout, renderer, viewport, translation)
    }
}

impl<'a, Message: Clone + 'a> From<Reach<'a, Message>> for Element<'a, Message> {
    fn from(reach: Reach<'a, Message>) -> Self {
        Element::new(reach)
    }
}
