//! Puts the text that an input method composes into the focused field from the first key on.
//!
//! iced's fields keep a syllable that is being composed to themselves until the input method commits it, and lose it
//! when a click takes the focus away. This widget stands at the root of the window. It puts the composed text into the
//! focused field, as if it were typed there, and replaces it with each change and with the committed text. So the text
//! of a field is whole at any time, nothing has to be committed before a click is handled, and the cursor stays in view.
//!
//! When the composition is abandoned (a click, another field, another window), the text stays where it is. The input
//! method is then told to forget it, by one frame without an input method. A late commit of it is ignored.

use iced::advanced::layout::Layout;
use iced::advanced::widget::operation::TextInput;
use iced::advanced::widget::operation::focusable::Focusable;
use iced::advanced::widget::{Id, Operation};
use iced::advanced::{InputMethod, input_method, mouse};
use iced::keyboard::{self, Key, Location, Modifiers, key};
use iced::{Element, Event, Rectangle, touch, window};
use unicode_segmentation::UnicodeSegmentation as _;

use super::wrap::{Behavior, Content, Dispatch, wrap};

/// Wraps the window's content.
pub fn compose<'a, Message: 'a>(content: impl Into<Element<'a, Message>>) -> Element<'a, Message> {
    wrap(content, Compose)
}

struct Compose;

#[derive(Default)]
struct State {
    /// The text that is being composed. It stands before the cursor of the field with the number `field`.
    composed: String,
    field: usize,
    /// A text that was abandoned in a field while it was composed, until the next key: a commit of it comes too late.
    left: Option<String>,
    /// True if the input method still has to forget the text that it composes.
    forget: bool,
    modifiers: Modifiers,
}

impl State {
    /// Abandons the composition; its text stays in the field.
    fn leave(&mut self) {
        if !self.composed.is_empty() {
            self.left = Some(std::mem::take(&mut self.composed));
            self.forget = true;
        }
    }
}

/// The field that has the focus.
struct Field {
    /// Its index among all focusable widgets.
    number: usize,
    /// Its text, if it is a field of one line.
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

    // A field of one line reports this before `focusable`; a field of several lines does not.
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

fn focused_field<Message>(content: &mut Content<'_, '_, Message>, layout: Layout<'_>) -> Option<Field> {
    let mut find = Find::default();
    content.operate(layout, &mut find);
    find.found
}

/// Replaces the composed text in the focused field.
fn replace<Message>(dispatch: &mut Dispatch<'_, '_, '_, Message>, state: &mut State, new: &str) {
    let layout = dispatch.layout;
    let Some(field) = focused_field(&mut dispatch.content, layout) else { return state.composed.clear() };
    if field.number != state.field {
        state.composed.clear();
    }
    state.field = field.number;
    let old = std::mem::take(&mut state.composed);
    let backspaces = match field.line {
        Some(line) if line.contains(&old) => old.graphemes(true).count(),
        // The field did not accept it.
        Some(_) => 0,
        None => old.chars().count(),
    };
    let modifiers = std::mem::take(&mut state.modifiers);
    dispatch.send_alone(&Event::Keyboard(keyboard::Event::ModifiersChanged(Modifiers::empty())));
    for _ in 0..backspaces {
        dispatch.send_alone(&backspace());
    }
    if !new.is_empty() {
        dispatch.send_alone(&Event::InputMethod(input_method::Event::Commit(new.to_owned())));
    }
    dispatch.send_alone(&Event::Keyboard(keyboard::Event::ModifiersChanged(modifiers)));
    state.modifiers = modifiers;
    dispatch.shell.capture_event();
}

fn input_method<Message>(dispatch: &mut Dispatch<'_, '_, '_, Message>, state: &mut State, event: &input_method::Event) {
    match event {
        input_method::Event::Preedit(text, _) => {
            if !text.is_empty() {
                state.left = None;
                // The text itself is never logged.
                tracing::trace!(characters = text.chars().count(), "the input method composes");
            }
            if *text != state.composed {
                replace(dispatch, state, text);
                state.composed.clone_from(text);
            }
        }
        input_method::Event::Commit(text) => {
            let late = state.left.take();
            if state.composed.is_empty() && late.as_ref() == Some(text) {
                return;
            }
            replace(dispatch, state, text);
        }
        input_method::Event::Opened | input_method::Event::Closed => {
            tracing::trace!("the input method is {event:?}");
            state.leave();
            dispatch.send_alone(&Event::InputMethod(event.clone()));
        }
    }
}

/// Returns whether a key moves the cursor, or leaves the field. An input method keeps such a key to itself or commits
/// first; with one that does neither, the composition is abandoned.
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

impl<Message> Behavior<Message> for Compose {
    type State = State;

    fn operate(
        &mut self,
        state: &mut State,
        content: &mut Content<'_, '_, Message>,
        layout: Layout<'_>,
        operation: &mut dyn Operation,
    ) {
        content.operate(layout, operation);
        // The operation may have moved the focus.
        if !state.composed.is_empty() && focused_field(content, layout).is_none_or(|field| field.number != state.field)
        {
            state.leave();
        }
    }

    fn update(&mut self, state: &mut State, dispatch: &mut Dispatch<'_, '_, '_, Message>, event: &Event) {
        match event {
            Event::InputMethod(event) => return input_method(dispatch, state, event),
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
        dispatch.send_alone(event);
        if !state.forget {
            return;
        }
        dispatch.shell.request_redraw();
        if matches!(event, Event::Window(window::Event::RedrawRequested(_))) {
            *dispatch.shell.input_method_mut() = InputMethod::Disabled;
            state.forget = false;
        }
    }
}
