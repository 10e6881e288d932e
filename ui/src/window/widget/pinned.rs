//! A column of three parts: a head and a foot that are always whole, and a middle that gets the height that is left.
//!
//! iced's column gives height to its children from the first to the last, so a long list takes the height of the
//! buttons below it.

use iced::advanced::layout::{Layout, Limits, Node};
use iced::advanced::widget::{Operation, Tree, Widget};
use iced::advanced::{Clipboard, Shell, mouse, overlay, renderer};
use iced::widget::Space;
use iced::{Element, Event, Length, Point, Rectangle, Renderer, Size, Theme, Vector};

/// The three parts, from top to bottom. The foot gets its height first, then the head, then the middle.
pub struct Pinned<'a, Message> {
    parts: [Element<'a, Message>; 3],
    spacing: f32,
    height: Length,
}

impl<'a, Message: 'a> Pinned<'a, Message> {
    /// Creates a column that fills the width and is as high as its parts. The middle should scroll.
    pub fn new(
        head: impl Into<Element<'a, Message>>,
        middle: impl Into<Element<'a, Message>>,
        foot: impl Into<Element<'a, Message>>,
    ) -> Self {
        Pinned { parts: [head.into(), middle.into(), foot.into()], spacing: 0.0, height: Length::Shrink }
    }

    /// Creates a column of a head and a middle without a foot.
    pub fn headed(head: impl Into<Element<'a, Message>>, middle: impl Into<Element<'a, Message>>) -> Self {
        Self::new(head, middle, Space::new())
    }

    /// Sets the pixels between parts that are not empty.
    pub fn spacing(self, spacing: f32) -> Self {
        Pinned { spacing, ..self }
    }

    /// Sets the height of the whole.
    pub fn height(self, height: Length) -> Self {
        Pinned { height, ..self }
    }
}

impl<Message> Widget<Message, Theme, Renderer> for Pinned<'_, Message> {
    fn children(&self) -> Vec<Tree> {
        self.parts.iter().map(Tree::new).collect()
    }

    fn diff(&self, tree: &mut Tree) {
        tree.diff_children(&self.parts);
    }

    fn size(&self) -> Size<Length> {
        Size { width: Length::Fill, height: self.height }
    }

    fn layout(&mut self, tree: &mut Tree, renderer: &Renderer, limits: &Limits) -> Node {
        let limits = limits.width(Length::Fill).height(self.height);
        let (most, compression) = (limits.max(), limits.compression());
        let mut rest = most.height;
        let mut nodes = [Node::default(), Node::default(), Node::default()];
        for index in [2, 0, 1] {
            let (Some(part), Some(tree)) = (self.parts.get_mut(index), tree.children.get_mut(index)) else { continue };
            let fills = index == 1 && self.height == Length::Fill && part.as_widget().size().height.is_fill();
            let least = if fills && rest.is_finite() { rest } else { 0.0 };
            let limits =
                Limits::with_compression(Size::new(0.0, least), Size::new(most.width, rest.max(0.0)), compression);
            let node = part.as_widget_mut().layout(tree, renderer, &limits);
            let height = node.size().height;
            let spacing = if height > 0.0 && index != 1 { self.spacing } else { 0.0 };
            rest = (rest - height - spacing).max(0.0);
            nodes[index] = node;
        }
        let mut y = 0.0;
        let mut children = Vec::with_capacity(nodes.len());
        for node in nodes {
            let height = node.size().height;
            if height > 0.0 && y > 0.0 {
                y += self.spacing;
            }
            children.push(node.move_to(Point::new(0.0, y)));
            y += height;
        }
        let size = limits.resolve(Length::Fill, self.height, Size::new(0.0, y));
        Node::with_children(size, children)
    }

    fn operate(&mut self, tree: &mut Tree, layout: Layout<'_>, renderer: &Renderer, operation: &mut dyn Operation) {
        operation.container(None, layout.bounds());
        operation.traverse(&mut |operation| {
            let children = self.parts.iter_mut().zip(&mut tree.children).zip(layout.children());
            children.for_each(|((part, tree), layout)| {
                part.as_widget_mut().operate(tree, layout, renderer, operation);
            });
        });
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
        for ((part, tree), layout) in self.parts.iter_mut().zip(&mut tree.children).zip(layout.children()) {
            let part = part.as_widget_mut();
            part.update(tree, event, layout, cursor, renderer, clipboard, shell, viewport);
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
        let parts = self.parts.iter().zip(&tree.children).zip(layout.children());
        let interactions = parts
            .map(|((part, tree), layout)| part.as_widget().mouse_interaction(tree, layout, cursor, viewport, renderer));
        interactions.max().unwrap_or_default()
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
        for ((part, tree), layout) in self.parts.iter().zip(&tree.children).zip(layout.children()) {
            if layout.bounds().intersects(viewport) {
                part.as_widget().draw(tree, renderer, theme, style, layout, cursor, viewport);
            }
        }
    }

    fn overlay<'b>(
        &'b mut self,
        tree: &'b mut Tree,
        layout: Layout<'b>,
        renderer: &Renderer,
        viewport: &Rectangle,
        translation: Vector,
    ) -> Option<overlay::Element<'b, Message, Theme, Renderer>> {
        overlay::from_children(&mut self.parts, tree, layout, renderer, viewport, translation)
    }
}

impl<'a, Message: 'a> From<Pinned<'a, Message>> for Element<'a, Message> {
    fn from(pinned: Pinned<'a, Message>) -> Self {
        Element::new(pinned)
    }
}
