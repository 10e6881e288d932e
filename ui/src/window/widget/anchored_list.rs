//! A list that keeps its place: at the end it follows what is added there; elsewhere nothing moves under the eyes,
//! also when older lines are put on top.
//!
//! iced's scrollable knows its offset only from one edge. This widget around it compares each layout with the one
//! before and corrects the offset before anything is drawn.

use iced::advanced::layout::{Layout, Limits, Node};
use iced::advanced::widget::operation::scrollable::{AbsoluteOffset, RelativeOffset, Scrollable};
use iced::advanced::widget::{Id, Operation, Tree, Widget, tree};
use iced::advanced::{Clipboard, Shell, mouse, overlay, renderer};
use iced::keyboard::{self, Modifiers};
use iced::{Element, Event, Length, Point, Rectangle, Renderer, Size, Theme, Vector};

use super::picked::Pressed;

/// How far from the end still counts as being there, in pixels.
pub const NEAR: f32 = 24.0;
/// So many lines are looked at to find one that is still there: no more are in view.
const SCREENFUL: usize = 100;

/// A scrollable that keeps its place.
pub struct KeepPlace<'a, Message> {
    list: Element<'a, Message>,
    /// What tells the lines apart.
    keys: Vec<u64>,
    /// When this changes, the list goes to its end.
    epoch: u64,
    /// The line to bring into view, whenever the number before it changes.
    reveal: Option<(u64, usize)>,
    on_press: Option<fn(Pressed) -> Message>,
}

impl<'a, Message> KeepPlace<'a, Message> {
    /// Says when a line is pressed, with the left or the right button, where nothing in the line takes it.
    pub fn on_press(self, on_press: fn(Pressed) -> Message) -> Self {
        KeepPlace { on_press: Some(on_press), ..self }
    }

    /// Around a scrollable whose content is a column of lines with these keys.
    pub fn new(
        list: impl Into<Element<'a, Message>>,
        keys: Vec<u64>,
        (epoch, reveal): (u64, Option<(u64, usize)>),
    ) -> Self {
        KeepPlace { list: list.into(), keys, epoch, reveal, on_press: None }
    }
}

/// What was laid out last.
#[derive(Default)]
struct Before {
    epoch: Option<u64>,
    revealed: Option<u64>,
    list: f32,
    content: f32,
    /// How far it was scrolled: when there is less of it now, the scrollable has forgotten that.
    scrolled: f32,
    /// The key of each line, and where it ends.
    ends: Vec<(u64, f32)>,
    modifiers: Modifiers,
}

impl Before {
    /// Where what is `y` pixels from the top must be now that the lines end elsewhere: the first line that ends below
    /// it and is still there stays where it is. By the ends, because a line loses the day above it when one of the
    /// same day comes before it.
    fn moved(&self, y: f32, ends: &[(u64, f32)]) -> Option<f32> {
        let first = self.ends.partition_point(|(_, end)| *end <= y);
        self.ends[first..].iter().take(SCREENFUL).find_map(|(key, was)| {
            let (_, is) = ends.iter().find(|(other, _)| other == key)?;
            Some((y + is - was).max(0.0))
        })
    }
}

impl Before {
    /// The line that is pressed by a button at this place of the window.
    fn pressed(&self, button: mouse::Button, at: Point, list: Rectangle) -> Option<Pressed> {
        let menu = match button {
            mouse::Button::Left => false,
            mouse::Button::Right => true,
            _ => return None,
        };
        let y = at.y - list.y + self.scrolled;
        let (key, _) = *self.ends.get(self.ends.partition_point(|(_, end)| *end <= y))?;
        Some(Pressed { key, at, menu, extend: self.modifiers.shift() })
    }
}

/// Corrects the offset of the scrollable it is applied to.
struct Correct<'a> {
    before: &'a Before,
    to_end: bool,
    reveal: Option<f32>,
    ends: &'a [(u64, f32)],
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
        _translation: Vector,
        state: &mut dyn Scrollable,
    ) {
        let (before, list, content) = (self.before, bounds.height, content.height);
        self.after = (list, content);
        let was_at_end = before.scrolled >= (before.content - before.list).max(0.0) - NEAR;
        let resized = (list - before.list).abs() > 0.5 || (content - before.content).abs() > 0.5;
        if let Some(y) = self.reveal {
            state.scroll_to(AbsoluteOffset { x: None, y: Some(y) });
        } else if self.to_end || (resized && was_at_end) {
            state.snap_to(RelativeOffset { x: None, y: Some(1.0) });
        } else if self.ends != before.ends
            && let Some(y) = before.moved(before.scrolled, self.ends)
        {
            state.scroll_to(AbsoluteOffset { x: None, y: Some(y) });
        }
    }
}

/// Sees how far the scrollable it is applied to is scrolled.
#[derive(Default)]
struct Scrolled(f32);

impl Operation for Scrolled {
    fn traverse(&mut self, _operate: &mut dyn FnMut(&mut dyn Operation)) {}

    fn scrollable(
        &mut self,
        _id: Option<&Id>,
        _bounds: Rectangle,
        _content: Rectangle,
        translation: Vector,
        _state: &mut dyn Scrollable,
    ) {
        self.0 = translation.y;
    }
}

impl<Message> KeepPlace<'_, Message> {
    /// How far the list is scrolled.
    fn scrolled(&mut self, child: &mut Tree, layout: Layout<'_>, renderer: &Renderer) -> f32 {
        let mut scrolled = Scrolled::default();
        self.list.as_widget_mut().operate(child, layout, renderer, &mut scrolled);
        scrolled.0
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
        let lines: Vec<(f32, f32)> = lines(&node);
        let ends: Vec<(u64, f32)> = self.keys.iter().zip(&lines).map(|(key, (_, end))| (*key, *end)).collect();
        let mut correct = Correct {
            to_end: before.epoch != Some(self.epoch),
            reveal: reveal.and_then(|line| Some(lines.get(line)?.0)),
            ends: &ends,
            after: (before.list, before.content),
            before,
        };
        self.list.as_widget_mut().operate(child, Layout::new(&node), renderer, &mut correct);
        let (list, content) = correct.after;
        let (epoch, revealed) = (Some(self.epoch), self.reveal.map(|(number, _)| number));
        let scrolled = self.scrolled(child, Layout::new(&node), renderer);
        *before = Before { epoch, revealed, list, content, scrolled, ends, modifiers: before.modifiers };
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
            tree.state.downcast_mut::<Before>().scrolled = self.scrolled(child, layout, renderer);
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
            let before = tree.state.downcast_mut::<Before>();
            before.scrolled = self.scrolled(child, layout, renderer);
            match event {
                Event::Keyboard(keyboard::Event::ModifiersChanged(modifiers)) => before.modifiers = *modifiers,
                Event::Mouse(mouse::Event::ButtonPressed(button)) if !shell.is_event_captured() => {
                    let pressed = cursor.position_over(layout.bounds());
                    let pressed = pressed.and_then(|at| before.pressed(*button, at, layout.bounds()));
                    if let (Some(pressed), Some(on_press)) = (pressed, self.on_press) {
                        shell.publish(on_press(pressed));
                        shell.capture_event();
                    }
                }
                _ => {}
            }
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

/// Where the lines begin and end in the scrolled content: the content may be wrapped in widgets of one child each.
fn lines(node: &Node) -> Vec<(f32, f32)> {
    let Some(mut node) = node.children().first() else { return Vec::new() };
    let mut top = 0.0;
    while let [only] = node.children() {
        node = only;
        top += node.bounds().y;
    }
    node.children()
        .iter()
        .map(|child| (top + child.bounds().y, top + child.bounds().y + child.bounds().height))
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
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
            lines: impl Iterator<Item = i32>,
            wish: (u64, Option<(u64, usize)>),
            operation: Option<&mut dyn Operation>,
            wanted: [i32; N],
        ) -> [Option<f32>; N] {
            let lines: Vec<i32> = lines.collect();
            let keys = lines.iter().map(|number| *number as u64).collect();
            let rows = lines.into_iter().map(|number| text(format!("line {number}")).height(20).into());
            let list = scrollable(Column::<(), Theme, Renderer>::with_children(rows)).id(LIST).height(Length::Fill);
            let view: Element<'_, ()> = KeepPlace::new(list, keys, wish).into();
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
        assert_eq!(window.show(0..100, (1, None), None, [99, 0]), [Some(380.0), None]);
        assert_eq!(window.show(0..105, (1, None), None, [104, 99]), [Some(380.0), Some(280.0)]);
        assert_eq!(window.show(-50..105, (1, None), None, [104]), [Some(380.0)], "with more on top, too");
    }

    #[test]
    fn elsewhere_nothing_moves() {
        let mut window = Window::new();
        window.show(0..100, (1, None), None, []);
        let mut scroll = scroll_to::<()>(LIST.into(), AbsoluteOffset { x: None, y: Some(900.0) });
        assert_eq!(window.show(0..100, (1, None), Some(&mut scroll), [50]), [Some(100.0)]);
        assert_eq!(window.show(0..120, (1, None), None, [50]), [Some(100.0)], "more at the end");
        assert_eq!(window.show(-70..120, (1, None), None, [50]), [Some(100.0)], "more on top");
        let with_late = (-70..10).chain(1000..1030).chain(10..120);
        assert_eq!(window.show(with_late, (1, None), None, [50]), [Some(100.0)], "more above, among the others");
        assert_eq!(window.show(30..110, (1, None), None, [50]), [Some(100.0)], "fewer at both ends");
        let without_the_first = (30..45).chain(48..110);
        assert_eq!(window.show(without_the_first, (1, None), None, [48]), [Some(60.0)], "the line at the top went");
        assert_eq!(window.show(-70..120, (2, None), None, [119]), [Some(380.0)], "sent to the end");
    }

    #[test]
    fn a_line_is_brought_into_view_once() {
        let mut window = Window::new();
        window.show(0..100, (1, None), None, []);
        assert_eq!(window.show(0..100, (1, Some((1, 30))), None, [30]), [Some(0.0)]);
        let mut scroll = scroll_to::<()>(LIST.into(), AbsoluteOffset { x: None, y: Some(0.0) });
        window.show(0..100, (1, Some((1, 30))), Some(&mut scroll), []);
        assert_eq!(window.show(0..100, (1, Some((1, 30))), None, [0]), [Some(0.0)]);
    }
}
