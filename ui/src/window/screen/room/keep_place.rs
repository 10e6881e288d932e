//! A list that keeps its place: at the end it follows what is added there; elsewhere nothing moves under the eyes,
//! also when older lines are put on top.
//!
//! iced's scrollable knows its offset only from one edge. This widget around it compares each layout with the one
//! before and corrects the offset before anything is drawn.

use iced::advanced::layout::{Layout, Limits, Node};
use iced::advanced::widget::operation::scrollable::{AbsoluteOffset, RelativeOffset, Scrollable};
use iced::advanced::widget::{Id, Operation, Tree, Widget, tree};
use iced::advanced::{Clipboard, Shell, mouse, overlay, renderer};
use iced::{Element, Event, Length, Rectangle, Renderer, Size, Theme, Vector};

/// How far from the end still counts as being there, in pixels.
pub const NEAR: f32 = 24.0;

/// A scrollable that keeps its place.
pub struct KeepPlace<'a, Message> {
    list: Element<'a, Message>,
    /// When this changes, the list goes to its end.
    epoch: u64,
    /// When this changes, lines were put on top.
    tops: u64,
    /// The line to bring into view, whenever the number before it changes.
    reveal: Option<(u64, usize)>,
}

impl<'a, Message> KeepPlace<'a, Message> {
    /// Around a scrollable whose content is a column of lines.
    pub fn new(list: impl Into<Element<'a, Message>>, place: (u64, u64, Option<(u64, usize)>)) -> Self {
        let (epoch, tops, reveal) = place;
        KeepPlace { list: list.into(), epoch, tops, reveal }
    }
}

/// What was laid out last.
#[derive(Default)]
struct Before {
    epoch: Option<u64>,
    tops: u64,
    revealed: Option<u64>,
    list: f32,
    content: f32,
}

/// Corrects the offset of the scrollable it is applied to.
struct Correct<'a> {
    before: &'a Before,
    to_end: bool,
    on_top: bool,
    reveal: Option<f32>,
    after: (f32, f32),
}

impl Operation for Correct<'_> {
    // The scrollable itself is all that matters: its contents are not visited.
    fn traverse(&mut self, _operate: &mut dyn FnMut(&mut dyn Operation)) {}

    fn scrollable(
        &mut self,
        _id: Option<&Id>,
        bounds: Rectangle,
        content: Rectangle,
        translation: Vector,
        state: &mut dyn Scrollable,
    ) {
        let (before, list, content) = (self.before, bounds.height, content.height);
        self.after = (list, content);
        let was_at_end = translation.y >= (before.content - before.list).max(0.0) - NEAR;
        let changed = (list - before.list).abs() > 0.5 || (content - before.content).abs() > 0.5;
        if let Some(y) = self.reveal {
            state.scroll_to(AbsoluteOffset { x: None, y: Some(y) });
        } else if self.to_end || (changed && was_at_end) {
            state.snap_to(RelativeOffset { x: None, y: Some(1.0) });
        } else if self.on_top {
            state.scroll_to(AbsoluteOffset { x: None, y: Some((translation.y + content - before.content).max(0.0)) });
        }
    }
}

impl<Message> Widget<Message, Theme, Renderer> for KeepPlace<'_, Message> {
    fn tag(&self) -> tree::Tag {
        tree::Tag::of::<Before>()
    }

    fn state(&self) -> tree::State {
        tree::State::new(Before::default())
    }

    fn children(&self) -> Vec<Tree> {
        vec![Tree::new(&self.list)]
    }

    fn diff(&self, tree: &mut Tree) {
        tree.diff_children(std::slice::from_ref(&self.list));
    }

    fn size(&self) -> Size<Length> {
        self.list.as_widget().size()
    }

    fn layout(&mut self, tree: &mut Tree, renderer: &Renderer, limits: &Limits) -> Node {
        let Tree { state, children, .. } = tree;
        let Some(child) = children.first_mut() else { return Node::new(Size::ZERO) };
        let node = self.list.as_widget_mut().layout(child, renderer, limits);
        let before = state.downcast_mut::<Before>();
        let reveal = self.reveal.filter(|(number, _)| before.revealed != Some(*number)).map(|(_, line)| line);
        let mut correct = Correct {
            to_end: before.epoch != Some(self.epoch),
            on_top: before.tops != self.tops,
            reveal: reveal.and_then(|line| line_top(&node, line)),
            after: (before.list, before.content),
            before,
        };
        self.list.as_widget_mut().operate(child, Layout::new(&node), renderer, &mut correct);
        let (list, content) = correct.after;
        *before = Before {
            epoch: Some(self.epoch),
            tops: self.tops,
            revealed: self.reveal.map(|(number, _)| number),
            list,
            content,
        };
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
            self.list.as_widget().draw(child, renderer, theme, style, layout, cursor, viewport);
        }
    }

    fn operate(&mut self, tree: &mut Tree, layout: Layout<'_>, renderer: &Renderer, operation: &mut dyn Operation) {
        if let Some(child) = tree.children.first_mut() {
            self.list.as_widget_mut().operate(child, layout, renderer, operation);
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
            let list = self.list.as_widget_mut();
            list.update(child, event, layout, cursor, renderer, clipboard, shell, viewport);
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
            self.list.as_widget().mouse_interaction(child, layout, cursor, viewport, renderer)
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
        self.list.as_widget_mut().overlay(child, layout, renderer, viewport, translation)
    }
}

impl<'a, Message: 'a> From<KeepPlace<'a, Message>> for Element<'a, Message> {
    fn from(list: KeepPlace<'a, Message>) -> Self {
        Element::new(list)
    }
}

/// Where a line begins in the scrolled content: the content may be wrapped in widgets of one child each.
fn line_top(node: &Node, line: usize) -> Option<f32> {
    let (mut node, mut top) = (node.children().first()?, 0.0);
    while let [only] = node.children() {
        node = only;
        top += node.bounds().y;
    }
    node.children().get(line).map(|child| top + child.bounds().y)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use std::ops::Range;

    use iced::advanced::renderer::Headless;
    use iced::advanced::widget::operation::{Outcome, black_box, scrollable::scroll_to};
    use iced::widget::{Column, scrollable, text};
    use iced::{Font, Pixels};
    use iced_test::Selector;
    use iced_test::runtime::user_interface::{Cache, UserInterface};
    use iced_test::selector::Text;

    use super::*;

    const LIST: &str = "list";

    /// A window that keeps its state from one view to the next.
    struct Window {
        renderer: Renderer,
        cache: Cache,
    }

    impl Window {
        fn new() -> Self {
            let renderer = <Renderer as Headless>::new(Font::DEFAULT, Pixels(16.0), None);
            let renderer = iced_test::futures::futures::executor::block_on(renderer).unwrap();
            Window { renderer, cache: Cache::default() }
        }

        /// Shows lines with these numbers; applies an operation; tells where some of them are in view.
        fn show<const N: usize>(
            &mut self,
            lines: Range<i32>,
            place: (u64, u64, Option<(u64, usize)>),
            operation: Option<&mut dyn Operation>,
            wanted: [i32; N],
        ) -> [Option<f32>; N] {
            let rows = lines.map(|number| text(format!("line {number}")).height(20).into());
            let list = scrollable(Column::<(), Theme, Renderer>::with_children(rows)).id(LIST).height(Length::Fill);
            let view: Element<'_, ()> = KeepPlace::new(list, place).into();
            let size = Size::new(200.0, 400.0);
            let mut ui = UserInterface::build(view, size, std::mem::take(&mut self.cache), &mut self.renderer);
            if let Some(operation) = operation {
                ui.operate(&self.renderer, operation);
            }
            let found = wanted.map(|number| {
                let mut find = format!("line {number}").find();
                ui.operate(&self.renderer, &mut black_box(&mut find));
                let Outcome::Some(found) = find.finish() else { return None };
                found.and_then(|text: Text| text.visible_bounds()).map(|bounds| bounds.y)
            });
            self.cache = ui.into_cache();
            found
        }
    }

    #[test]
    fn at_the_end_it_follows() {
        let mut window = Window::new();
        assert_eq!(window.show(0..100, (1, 0, None), None, [99, 0]), [Some(380.0), None]);
        assert_eq!(window.show(0..105, (1, 0, None), None, [104, 99]), [Some(380.0), Some(280.0)]);
        assert_eq!(window.show(-50..105, (1, 1, None), None, [104]), [Some(380.0)], "with more on top, too");
    }

    #[test]
    fn elsewhere_nothing_moves() {
        let mut window = Window::new();
        window.show(0..100, (1, 0, None), None, []);
        let mut scroll = scroll_to::<()>(LIST.into(), AbsoluteOffset { x: None, y: Some(900.0) });
        assert_eq!(window.show(0..100, (1, 0, None), Some(&mut scroll), [50]), [Some(100.0)]);
        assert_eq!(window.show(0..120, (1, 0, None), None, [50]), [Some(100.0)], "more at the end");
        assert_eq!(window.show(-70..120, (1, 1, None), None, [50]), [Some(100.0)], "more on top");
        assert_eq!(window.show(-70..120, (2, 1, None), None, [119]), [Some(380.0)], "sent to the end");
    }

    #[test]
    fn a_line_is_brought_into_view_once() {
        let mut window = Window::new();
        window.show(0..100, (1, 0, None), None, []);
        assert_eq!(window.show(0..100, (1, 0, Some((1, 30))), None, [30]), [Some(0.0)]);
        let mut scroll = scroll_to::<()>(LIST.into(), AbsoluteOffset { x: None, y: Some(0.0) });
        window.show(0..100, (1, 0, Some((1, 30))), Some(&mut scroll), []);
        assert_eq!(window.show(0..100, (1, 0, Some((1, 30))), None, [0]), [Some(0.0)]);
    }
}
