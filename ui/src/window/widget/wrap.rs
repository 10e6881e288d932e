//! A widget around one other widget.
//!
//! iced asks a widget for nine methods, and one that only changes what its content does would pass most of them on.
//! [`Wrap`] passes all of them on, and a [`Behavior`] says what is different.

use iced::advanced::layout::{Layout, Limits, Node};
use iced::advanced::widget::{Operation, Tree, Widget, tree};
use iced::advanced::{Clipboard, Shell, mouse, overlay, renderer};
use iced::{Element, Event, Length, Rectangle, Renderer, Size, Theme, Vector};

/// A change to how a widget is laid out, operated on, updated or drawn.
pub trait Behavior<Message> {
    /// The state that is kept from one view to the next.
    type State: Default + 'static;

    /// Runs after the content was laid out as `node`.
    fn laid_out(&mut self, _state: &mut Self::State, _content: &mut Content<'_, '_, Message>, _node: &Node) {}

    /// Applies an operation.
    fn operate(
        &mut self,
        _state: &mut Self::State,
        content: &mut Content<'_, '_, Message>,
        layout: Layout<'_>,
        operation: &mut dyn Operation,
    ) {
        content.operate(layout, operation);
    }

    /// Handles an event.
    fn update(&mut self, _state: &mut Self::State, dispatch: &mut Dispatch<'_, '_, '_, Message>, event: &Event) {
        dispatch.send(event);
    }

    /// Draws over the content.
    fn draw_over(&self, _state: &Self::State, _renderer: &mut Renderer, _bounds: Rectangle) {}

    /// Returns the mouse interaction, given that of the content and whether the mouse is over it.
    fn mouse_interaction(&self, content: mouse::Interaction, _is_over: bool) -> mouse::Interaction {
        content
    }
}

/// A widget with a behavior around it.
pub struct Wrap<'a, Message, B> {
    content: Element<'a, Message>,
    behavior: B,
}

/// The state of a behavior. A type of its own, as iced takes the state `()` for none at all.
struct State<S>(S);

/// Puts a behavior around a widget.
pub fn wrap<'a, Message: 'a, B: Behavior<Message> + 'a>(
    content: impl Into<Element<'a, Message>>,
    behavior: B,
) -> Element<'a, Message> {
    Element::new(Wrap { content: content.into(), behavior })
}

/// The wrapped widget with its state.
pub struct Content<'a, 'b, Message> {
    element: &'a mut Element<'b, Message>,
    tree: &'a mut Tree,
    renderer: &'a Renderer,
}

impl<Message> Content<'_, '_, Message> {
    /// Applies an operation to the widget, which has this layout.
    pub fn operate(&mut self, layout: Layout<'_>, operation: &mut dyn Operation) {
        self.element.as_widget_mut().operate(self.tree, layout, self.renderer, operation);
    }
}

/// The wrapped widget with everything that it needs to handle an event.
pub struct Dispatch<'a, 'b, 'c, Message> {
    pub content: Content<'a, 'b, Message>,
    pub layout: Layout<'a>,
    pub cursor: mouse::Cursor,
    /// Where messages go.
    pub shell: &'a mut Shell<'c, Message>,
    clipboard: &'a mut dyn Clipboard,
    viewport: &'a Rectangle,
}

impl<Message> Dispatch<'_, '_, '_, Message> {
    /// Passes an event on to the widget.
    pub fn send(&mut self, event: &Event) {
        let Content { element, tree, renderer } = &mut self.content;
        let (layout, cursor, viewport) = (self.layout, self.cursor, self.viewport);
        element.as_widget_mut().update(tree, event, layout, cursor, renderer, self.clipboard, self.shell, viewport);
    }

    /// Passes an event on with a shell of its own, so that the widget handles it even if an event was captured before.
    pub fn send_alone(&mut self, event: &Event) {
        let mut messages = Vec::new();
        let mut shell = Shell::new(&mut messages);
        let Content { element, tree, renderer } = &mut self.content;
        let (layout, cursor, viewport) = (self.layout, self.cursor, self.viewport);
        element.as_widget_mut().update(tree, event, layout, cursor, renderer, self.clipboard, &mut shell, viewport);
        self.shell.merge(shell, |message| message);
    }
}

impl<Message, B: Behavior<Message>> Widget<Message, Theme, Renderer> for Wrap<'_, Message, B> {
    fn tag(&self) -> tree::Tag {
        tree::Tag::of::<State<B::State>>()
    }

    fn state(&self) -> tree::State {
        tree::State::new(State(B::State::default()))
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

    fn size_hint(&self) -> Size<Length> {
        self.content.as_widget().size_hint()
    }

    fn layout(&mut self, tree: &mut Tree, renderer: &Renderer, limits: &Limits) -> Node {
        let Tree { state, children, .. } = tree;
        let Some(tree) = children.first_mut() else { return Node::new(Size::ZERO) };
        let node = self.content.as_widget_mut().layout(tree, renderer, limits);
        let mut content = Content { element: &mut self.content, tree, renderer };
        self.behavior.laid_out(&mut state.downcast_mut::<State<_>>().0, &mut content, &node);
        node
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
        self.behavior.draw_over(&tree.state.downcast_ref::<State<_>>().0, renderer, layout.bounds());
    }

    fn operate(&mut self, tree: &mut Tree, layout: Layout<'_>, renderer: &Renderer, operation: &mut dyn Operation) {
        let Tree { state, children, .. } = tree;
        let Some(tree) = children.first_mut() else { return };
        let mut content = Content { element: &mut self.content, tree, renderer };
        self.behavior.operate(&mut state.downcast_mut::<State<_>>().0, &mut content, layout, operation);
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
        let Some(tree) = children.first_mut() else { return };
        let content = Content { element: &mut self.content, tree, renderer };
        let mut dispatch = Dispatch { content, layout, cursor, shell, clipboard, viewport };
        self.behavior.update(&mut state.downcast_mut::<State<_>>().0, &mut dispatch, event);
    }

    fn mouse_interaction(
        &self,
        tree: &Tree,
        layout: Layout<'_>,
        cursor: mouse::Cursor,
        viewport: &Rectangle,
        renderer: &Renderer,
    ) -> mouse::Interaction {
        let content = tree.children.first().map_or(mouse::Interaction::None, |child| {
            self.content.as_widget().mouse_interaction(child, layout, cursor, viewport, renderer)
        });
        self.behavior.mouse_interaction(content, cursor.is_over(layout.bounds()))
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
