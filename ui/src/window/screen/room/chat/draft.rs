//! The text that is being written: several lines with a cursor.

use std::ops::Deref;
use std::sync::Arc;

use iced::widget::text_editor::{Action, Content, Edit, Motion};

/// The most bytes of a draft. More than fits into a line, so that a text that is too long can be cut down.
pub const MAX_DRAFT: usize = 64 * 1024;

/// A text that is being written.
#[derive(Debug, Default)]
pub struct Draft {
    /// The content of the field.
    pub content: Content,
    /// The text of the content.
    text: String,
}

/// The error of an edit that was refused, because the text would have this many bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooMuch(pub usize);

impl Draft {
    /// Carries out an edit.
    ///
    /// # Errors
    /// [`TooMuch`] when the text would be longer than [`MAX_DRAFT`]; it stays as it was.
    pub fn perform(&mut self, action: Action) -> Result<(), TooMuch> {
        let action = match action {
            Action::Edit(Edit::Paste(pasted)) => {
                let pasted = plain(&pasted);
                let long = self.text.len() + pasted.len();
                if long > MAX_DRAFT {
                    return Err(TooMuch(long));
                }
                Action::Edit(Edit::Paste(Arc::new(pasted)))
            }
            Action::Edit(Edit::Insert(_) | Edit::Enter) if self.text.len() >= MAX_DRAFT => {
                return Err(TooMuch(self.text.len() + 1));
            }
            other => other,
        };
        let edits = action.is_edit();
        self.content.perform(action);
        if edits {
            self.text = self.content.text();
        }
        Ok(())
    }

    /// Takes the text out.
    pub fn take(&mut self) -> String {
        self.content = Content::new();
        std::mem::take(&mut self.text)
    }

    /// Puts a text before the draft, with a space between them. The cursor stays at the end.
    pub fn put_before(&mut self, text: &str) {
        *self = if self.text.is_empty() { Draft::from(text) } else { Draft::from(format!("{text} {}", self.text)) };
    }
}

impl<S: Into<String>> From<S> for Draft {
    fn from(text: S) -> Self {
        let text = text.into();
        let mut content = Content::with_text(&text);
        content.perform(Action::Move(Motion::DocumentEnd));
        Draft { content, text }
    }
}

impl Deref for Draft {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

/// Returns a pasted text with one kind of line end and without control characters.
fn plain(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    text.chars().filter(|character| !character.is_control() || matches!(character, '\n' | '\t')).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    fn paste(draft: &mut Draft, text: &str) -> Result<(), TooMuch> {
        draft.perform(Action::Edit(Edit::Paste(Arc::new(text.to_owned()))))
    }

    #[test]
    fn pasted_lines_stay_lines() {
        let mut draft = Draft::default();
        paste(&mut draft, "one\r\ntwo\rthree\nfour\u{7}\u{0}").unwrap();
        draft.perform(Action::Edit(Edit::Enter)).unwrap();
        draft.perform(Action::Edit(Edit::Insert('5'))).unwrap();
        assert_eq!(&*draft, "one\ntwo\nthree\nfour\n5");
        assert_eq!(draft.take(), "one\ntwo\nthree\nfour\n5");
        assert!(draft.is_empty());
    }

    #[test]
    fn a_text_put_before_leaves_the_cursor_at_the_end() {
        let mut draft = Draft::from("more");
        draft.put_before("hello");
        draft.perform(Action::Edit(Edit::Insert('!'))).unwrap();
        assert_eq!(&*draft, "hello more!");
    }

    #[test]
    fn an_edit_beyond_the_limit_is_refused_whole() {
        let mut draft = Draft::default();
        paste(&mut draft, &"x".repeat(MAX_DRAFT)).unwrap();
        assert_eq!(paste(&mut draft, "yy"), Err(TooMuch(MAX_DRAFT + 2)));
        assert_eq!(draft.perform(Action::Edit(Edit::Insert('y'))), Err(TooMuch(MAX_DRAFT + 1)));
        draft.perform(Action::Edit(Edit::Backspace)).unwrap();
        assert_eq!(draft.len(), MAX_DRAFT - 1);
    }
}
