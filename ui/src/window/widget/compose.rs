//! Puts the text that an input method composes into the field from the first key on.
//!
//! iced's fields keep a syllable that is being composed to themselves until the input method commits it, and lose it
//! when a click takes the focus away. This widget stands at the root of the window. It puts what is composed into the
//! field that has the focus, as if it was typed there, and replaces it with each change and with what is committed. So
//! the text of a field is whole at any time, nothing has to be committed before a click is handled, and what follows
//! the cursor stays in view.
//!
//! When the composition is left (a click, another field, another window), the text stays where it is. The input method
//! is then told to forget it, by one frame without an input method. One that commits it nevertheless is not heard.

use iced::advanced::input_method;
use iced::advanced::layout::{Layout, Limits, Node};
use iced::advanced::widget::operation::TextInput;
use iced::advanced::widget::operation::focusable::Focusable;
use iced::advanced::widget::{Id, Operation, Tree, Widget, tree};
use iced::advanced::{Clipboard, InputMethod, Shell, mouse, overlay, renderer};
use iced::keyboard::{self, Key, Location, Modifiers, key};
use iced::{Element, Event, Length, Rectangle, Renderer, Size, Theme, Vector, touch, window};
use unicode_segmentation::UnicodeSegmentation as _;

/// The window's content, with what is composed in it.
pub struct Compose<'a, Message>(Element<'a, Message>);

impl<'a, Message> Compose<'a, Message> {
    /// Wraps the window's content.
    pub fn new(content: impl Into<Element<'a, Message>>) -> Self {
        Compose(content.into())
    }
}

#[derive(Default)]
struct State {
    /// What is being composed: it stands before the cursor of the field with this number.
    composed: String,
    field: usize,
    /// What was left in a field while it was composed, until the next key: its commit comes too late.
    left: Option<String>,
    /// Whether the input method has to forget what it composes.
    forget: bool,
    modifiers: Modifiers,
}

impl State {
    /// Leaves what is being composed where it stands.
    fn leave(&mut self) {
        if !self.composed.is_empty() {
            self.left = Some(std::mem::take(&mut self.composed));
            self.forget = true;
        }
    }
}

/// The field that has the focus.
struct Field {
    /// Its place among all that can have the focus.
    number: usize,
    /// The text of a field of one line.
    line: Option<String>,
}

/// Finds the field that has the focus.
#[derive(Default)]
struct Find {
    line: Option<String>,
    number: usize,
    found: Option<Field>,
}

impl Operation for Find {
    fn traverse(&mut self, operate: &mut dyn FnMut(&mut dyn Operation)) {
        operate(self);
    }

    // A field of one line says this of itself before that it can have the focus; one of several lines doesn't.
    fn text_input(&mut self, _id: Option<&Id>, _bounds: Rectangle, state: &mut dyn TextInput) {
        self.line = Some(state.text().to_owned());
    }

    fn focusable(&mut self, _id: Option<&Id>, _bounds: Rectangle, state: &mut dyn Focusable) {
        let line = self.line.take();
        if state.is_focused() {
            self.found = Some(Field { number: self.number, line });
        }
        self.number += 1;
    }
}

/// The way to the content: what every event is passed on with.
struct Way<'a, 'b, 'c, Message> {
    content: &'a mut Element<'b, Message>,
    tree: &'a mut Tree,
    layout: Layout<'a>,
    cursor: mouse::Cursor,
    renderer: &'a Renderer,
    clipboard: &'a mut dyn Clipboard,
    shell: &'a mut Shell<'c, Message>,
    viewport: &'a Rectangle,
}

impl<Message> Way<'_, '_, '_, Message> {
    fn send(&mut self, event: &Event) {
        // A shell of its own: some widgets pass nothing on once an event is captured, and several are sent in a row.
        let mut messages = Vec::new();
        let mut shell = Shell::new(&mut messages);
        let content = self.content.as_widget_mut();
        content.update(
            self.tree,
            event,
            self.layout,
            self.cursor,
            self.renderer,
            self.clipboard,
            &mut shell,
            self.viewport,
        );
        self.shell.merge(shell, |message| message);
    }

    fn field(&mut self) -> Option<Field> {
        find(self.content, self.tree, self.layout, self.renderer)
    }

    /// Puts a text in the place of what is being composed.
    fn replace(&mut self, state: &mut State, new: &str) {
        let Some(field) = self.field() else { return state.composed.clear() };
        if field.number != state.field {
            state.composed.clear();
        }
        state.field = field.number;
        let old = std::mem::take(&mut state.composed);
        let backspaces = match field.line {
            Some(line) if line.contains(&old) => old.graphemes(true).count(),
            // The field didn't take it.
            Some(_) => 0,
            None => old.chars().count(),
        };
        let modifiers = std::mem::take(&mut state.modifiers);
        self.send(&Event::Keyboard(keyboard::Event::ModifiersChanged(Modifiers::empty())));
        for _ in 0..backspaces {
            self.send(&backspace());
        }
        if !new.is_empty() {
            self.send(&Event::InputMethod(input_method::Event::Commit(new.to_owned())));
        }
        self.send(&Event::Keyboard(keyboard::Event::ModifiersChanged(modifiers)));
        state.modifiers = modifiers;
        self.shell.capture_event();
    }

    fn input_method(&mut self, state: &mut State, event: &input_method::Event) {
        match event {
            input_method::Event::Preedit(text, _) => {
                if !text.is_empty() {
                    state.left = None;
                    // Never what is written: only how much.
                    tracing::trace!(characters = text.chars().count(), "the input method composes");
                }
                if *text != state.composed {
                    self.replace(state, text);
                    state.composed.clone_from(text);
                }
            }
            input_method::Event::Commit(text) => {
                let late = state.left.take();
                if state.composed.is_empty() && late.as_ref() == Some(text) {
                    return;
                }
                self.replace(state, text);
            }
            input_method::Event::Opened | input_method::Event::Closed => {
                tracing::trace!("the input method is {event:?}");
                state.leave();
                self.send(&Event::InputMethod(event.clone()));
            }
        }
    }
}

fn find<Message>(
    content: &mut Element<'_, Message>,
    tree: &mut Tree,
    layout: Layout<'_>,
    renderer: &Renderer,
) -> Option<Field> {
    let mut find = Find::default();
    content.as_widget_mut().operate(tree, layout, renderer, &mut find);
    find.found
}

/// Whether a key moves the cursor, or away from the field. An input method keeps such a key to itself or commits first;
/// of one that does neither, what is composed stays where it is.
fn ends(key: &Key) -> bool {
    use key::Named::{ArrowDown, ArrowLeft, ArrowRight, ArrowUp, End, Enter, Escape, Home, PageDown, PageUp, Tab};
    let Key::Named(named) = key else { return false };
    let moves = matches!(named, ArrowDown | ArrowLeft | ArrowRight | ArrowUp | End | Home | PageDown | PageUp);
    moves || matches!(named, Enter | Escape | Tab)
}

fn backspace() -> Event {
    let key = Key::Named(key::Named::Backspace);
    Event::Keyboard(keyboard::Event::KeyPressed {
        modified_key: key.clone(),
        key,
        physical_key: key::Physical::Code(key::Code::Backspace),
        location: Location::Standard,
        modifiers: Modifiers::empty(),
        text: None,
        repeat: false,
    })
}

impl<Message> Widget<Message, Theme, Renderer> for Compose<'_, Message> {
    fn tag(&self) -> tree::Tag {
        tree::Tag::of::<State>()
    }

    fn state(&self) -> tree::State {
        tree::State::new(State::default())
    }

    fn children(&self) -> Vec<Tree> {
        vec![Tree::new(&self.0)]
    }

    fn diff(&self, tree: &mut Tree) {
        tree.diff_children(std::slice::from_ref(&self.0));
    }

    fn size(&self) -> Size<Length> {
        self.0.as_widget().size()
    }

    fn layout(&mut self, tree: &mut Tree, renderer: &Renderer, limits: &Limits) -> Node {
        let Some(child) = tree.children.first_mut() else { return Node::new(Size::ZERO) };
        self.0.as_widget_mut().layout(child, renderer, limits)
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
            self.0.as_widget().draw(child, renderer, theme, style, layout, cursor, viewport);
        }
    }

    fn operate(&mut self, tree: &mut Tree, layout: Layout<'_>, renderer: &Renderer, operation: &mut dyn Operation) {
        let Tree { state, children, .. } = tree;
        let Some(child) = children.first_mut() else { return };
        self.0.as_widget_mut().operate(child, layout, renderer, operation);
        let state = state.downcast_mut::<State>();
        // The operation may have put the focus elsewhere.
        if !state.composed.is_empty()
            && find(&mut self.0, child, layout, renderer).is_none_or(|field| field.number != state.field)
        {
            state.leave();
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
        let state = state.downcast_mut::<State>();
        let Some(tree) = children.first_mut() else { return };
        let mut way = Way { content: &mut self.0, tree, layout, cursor, renderer, clipboard, shell, viewport };
        match event {
            Event::InputMethod(event) => return way.input_method(state, event),
            Event::Mouse(mouse::Event::ButtonPressed(_))
            | Event::Touch(touch::Event::FingerPressed { .. })
            | Event::Window(window::Event::Unfocused) => state.leave(),
            Event::Keyboard(keyboard::Event::ModifiersChanged(modifiers)) => state.modifiers = *modifiers,
            Event::Keyboard(keyboard::Event::KeyPressed { key, .. }) => {
                state.left = None;
                if ends(key) {
                    state.leave();
                }
            }
            _ => {}
        }
        way.send(event);
        if !state.forget {
            return;
        }
        way.shell.request_redraw();
        if matches!(event, Event::Window(window::Event::RedrawRequested(_))) {
            *way.shell.input_method_mut() = InputMethod::Disabled;
            state.forget = false;
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
            self.0.as_widget().mouse_interaction(child, layout, cursor, viewport, renderer)
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
        self.0.as_widget_mut().overlay(child, layout, renderer, viewport, translation)
    }
}

impl<'a, Message: 'a> From<Compose<'a, Message>> for Element<'a, Message> {
    fn from(compose: Compose<'a, Message>) -> Self {
        Element::new(compose)
    }
}
