//! A scrollable list that keeps its place: at its end it follows what is added there; elsewhere the lines in view do not
//! move, also when older lines are added above them.
//!
//! iced's scrollable knows its offset only from one edge. This widget compares each layout with the one before and
//! corrects the offset before anything is drawn.

use iced::advanced::layout::{Layout, Node};
use iced::advanced::mouse;
use iced::advanced::widget::operation::scrollable::{AbsoluteOffset, RelativeOffset, Scrollable};
use iced::advanced::widget::{Id, Operation};
use iced::keyboard::{self, Modifiers};
use iced::{Element, Event, Point, Rectangle, Vector};

use super::wrap::{Behavior, Content, Dispatch, wrap};

/// The distance from the end that still counts as being there, in pixels.
pub const NEAR: f32 = 24.0;
/// The number of lines that are searched for one that is still there. No more are in view.
const SCREENFUL: usize = 100;

/// A click on a line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LineClick {
    pub key: u64,
    /// The position in the window.
    pub at: Point,
    /// True if the line's menu is wanted.
    pub menu: bool,
    /// True if the selection is to be extended up to this line.
    pub extend: bool,
}

/// Where a list is to scroll to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ScrollTarget {
    /// When this number changes, the list scrolls to its end.
    pub end: u64,
    /// When this number changes, the line with this index is scrolled into view.
    pub line: Option<(u64, usize)>,
}

/// Makes a scrollable keep its place. Its content is a column of lines with these keys. `on_click` is published when a
/// line is clicked, with the left or the right button, where nothing in the line handles it.
pub fn anchored_list<'a, Message: 'a>(
    list: impl Into<Element<'a, Message>>,
    keys: Vec<u64>,
    target: ScrollTarget,
    on_click: fn(LineClick) -> Message,
) -> Element<'a, Message> {
    wrap(list, Anchor { keys, target, on_click })
}

struct Anchor<Message> {
    keys: Vec<u64>,
    target: ScrollTarget,
    on_click: fn(LineClick) -> Message,
}

/// The last layout.
#[derive(Default)]
struct Last {
    /// The target that was scrolled to.
    end: Option<u64>,
    line: Option<u64>,
    /// The heights of the list and of its content.
    list: f32,
    content: f32,
    /// The offset. When the content is shorter now, the scrollable has forgotten it.
    scrolled: f32,
    /// The key of each line, and where it ends.
    ends: Vec<(u64, f32)>,
    modifiers: Modifiers,
}

impl Last {
    /// Returns the offset that keeps the line at offset `y` in place, given where the lines end now: the first line
    /// that ends below it and is still there. By the ends, because a line loses the day above it when one of the same
    /// day comes before it.
    fn moved(&self, y: f32, ends: &[(u64, f32)]) -> Option<f32> {
        let first = self.ends.partition_point(|(_, end)| *end <= y);
        self.ends[first..].iter().take(SCREENFUL).find_map(|(key, was)| {
            let (_, is) = ends.iter().find(|(other, _)| other == key)?;
            Some((y + is - was).max(0.0))
        })
    }

    /// Returns the click on a line by a button at this position of the window.
    fn click(&self, button: mouse::Button, at: Point, list: Rectangle) -> Option<LineClick> {
        let menu = match button {
            mouse::Button::Left => false,
            mouse::Button::Right => true,
            _ => return None,
        };
        let y = at.y - list.y + self.scrolled;
        let (key, _) = *self.ends.get(self.ends.partition_point(|(_, end)| *end <= y))?;
        Some(LineClick { key, at, menu, extend: self.modifiers.shift() })
    }
}

/// Corrects the offset of the scrollable it is applied to.
struct Correct<'a> {
    last: &'a Last,
    to_end: bool,
    line: Option<f32>,
    ends: &'a [(u64, f32)],
    sizes: (f32, f32),
}

impl Operation for Correct<'_> {
    // Only the scrollable itself matters: its contents are not visited.
    fn traverse(&mut self, _operate: &mut dyn FnMut(&mut dyn Operation)) {}

    fn scrollable(
        &mut self,
        _id: Option<&Id>,
        bounds: Rectangle,
        content: Rectangle,
        _translation: Vector,
        state: &mut dyn Scrollable,
    ) {
        let (last, list, content) = (self.last, bounds.height, content.height);
        self.sizes = (list, content);
        let was_at_end = last.scrolled >= (last.content - last.list).max(0.0) - NEAR;
        let resized = (list - last.list).abs() > 0.5 || (content - last.content).abs() > 0.5;
        if let Some(y) = self.line {
            state.scroll_to(AbsoluteOffset { x: None, y: Some(y) });
        } else if self.to_end || (resized && was_at_end) {
            state.snap_to(RelativeOffset { x: None, y: Some(1.0) });
        } else if self.ends != last.ends
            && let Some(y) = last.moved(last.scrolled, self.ends)
        {
            state.scroll_to(AbsoluteOffset { x: None, y: Some(y) });
        }
    }
}

/// Reads the offset of the scrollable it is applied to.
#[derive(Default)]
struct Offset(f32);

impl Operation for Offset {
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

fn offset<Message>(content: &mut Content<'_, '_, Message>, layout: Layout<'_>) -> f32 {
    let mut offset = Offset::default();
    content.operate(layout, &mut offset);
    offset.0
}

impl<Message> Behavior<Message> for Anchor<Message> {
    type State = Last;

    fn laid_out(&mut self, last: &mut Last, content: &mut Content<'_, '_, Message>, node: &Node) {
        let line = self.target.line.filter(|(number, _)| last.line != Some(*number)).map(|(_, line)| line);
        let lines: Vec<(f32, f32)> = lines(node);
        let ends: Vec<(u64, f32)> = self.keys.iter().zip(&lines).map(|(key, (_, end))| (*key, *end)).collect();
        let mut correct = Correct {
            to_end: last.end != Some(self.target.end),
            line: line.and_then(|line| Some(lines.get(line)?.0)),
            ends: &ends,
            sizes: (last.list, last.content),
            last,
        };
        content.operate(Layout::new(node), &mut correct);
        let (list, height) = correct.sizes;
        let scrolled = offset(content, Layout::new(node));
        let (end, line) = (Some(self.target.end), self.target.line.map(|(number, _)| number));
        *last = Last { end, line, list, content: height, scrolled, ends, modifiers: last.modifiers };
    }

    fn operate(
        &mut self,
        last: &mut Last,
        content: &mut Content<'_, '_, Message>,
        layout: Layout<'_>,
        operation: &mut dyn Operation,
    ) {
        content.operate(layout, operation);
        last.scrolled = offset(content, layout);
    }

    fn update(&mut self, last: &mut Last, dispatch: &mut Dispatch<'_, '_, '_, Message>, event: &Event) {
        dispatch.send(event);
        let layout = dispatch.layout;
        last.scrolled = offset(&mut dispatch.content, layout);
        match event {
            Event::Keyboard(keyboard::Event::ModifiersChanged(modifiers)) => last.modifiers = *modifiers,
            Event::Mouse(mouse::Event::ButtonPressed(button)) if !dispatch.shell.is_event_captured() => {
                let bounds = layout.bounds();
                let at = dispatch.cursor.position_over(bounds);
                if let Some(click) = at.and_then(|at| last.click(*button, at, bounds)) {
                    dispatch.shell.publish((self.on_click)(click));
                    dispatch.shell.capture_event();
                }
            }
            _ => {}
        }
    }
}

/// Returns where each line begins and ends in the scrolled content, which may be wrapped in widgets of one child each.
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
    use iced::{Font, Length, Pixels, Renderer, Size, Theme};
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

        /// Shows lines with these numbers, applies an operation, and returns where some of them are in view.
        fn show<const N: usize>(
            &mut self,
            lines: impl Iterator<Item = i32>,
            (end, line): (u64, Option<(u64, usize)>),
            operation: Option<&mut dyn Operation>,
            wanted: [i32; N],
        ) -> [Option<f32>; N] {
            let lines: Vec<i32> = lines.collect();
            let keys = lines.iter().map(|number| *number as u64).collect();
            let rows = lines.into_iter().map(|number| text(format!("line {number}")).height(20).into());
            let list =
                scrollable(Column::<LineClick, Theme, Renderer>::with_children(rows)).id(LIST).height(Length::Fill);
            let view = anchored_list(list, keys, ScrollTarget { end, line }, |click| click);
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
