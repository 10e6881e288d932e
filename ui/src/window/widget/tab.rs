//! Moves the focus with Tab through all focusable widgets: the first comes after the last.
//!
//! iced's own operation leaves nothing focused after the last.

use iced::Rectangle;
use iced::advanced::widget::operation::focusable::{Count, Focusable, count};
use iced::advanced::widget::operation::then;
use iced::advanced::widget::{Id, Operation};

/// Returns an operation that moves the focus to the next widget, or to the one before.
pub fn tab<T: Send + 'static>(back: bool) -> impl Operation<T> {
    let target: fn(Count) -> Focus = if back {
        |Count { focused, total }| Focus::on(focused.unwrap_or(0) + total.saturating_sub(1), total)
    } else {
        |Count { focused, total }| Focus::on(focused.map_or(0, |focused| focused + 1), total)
    };
    then(count(), target)
}

/// Focuses the widget with the index `target`.
struct Focus {
    target: usize,
    current: usize,
}

impl Focus {
    fn on(target: usize, total: usize) -> Self {
        Focus { target: target % total.max(1), current: 0 }
    }
}

impl<T> Operation<T> for Focus {
    fn traverse(&mut self, operate: &mut dyn FnMut(&mut dyn Operation<T>)) {
        operate(self);
    }

    fn focusable(&mut self, _id: Option<&Id>, _bounds: Rectangle, state: &mut dyn Focusable) {
        if self.current == self.target {
            state.focus();
        } else {
            state.unfocus();
        }
        self.current += 1;
    }
}
