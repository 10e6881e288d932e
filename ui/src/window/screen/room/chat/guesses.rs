//! Our guesses: those without a reply, the one that was refused, those that were close.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use inkmesh::node::CommandError;
use inkmesh::operation::OperationId;

/// The time after which a guess without a reply is shown as waiting.
const SOON: Duration = Duration::from_millis(800);
/// The most close guesses that are remembered. The oldest go first.
const MAX_CLOSE: usize = 500;

/// Our guesses in one room.
#[derive(Debug, Default)]
pub struct Guesses {
    waiting: Vec<(String, Instant)>,
    trouble: Option<(CommandError, String)>,
    close: VecDeque<OperationId>,
    /// A number that changes with the close guesses.
    pub changes: u64,
}

impl Guesses {
    /// Adds a text that is sent as a guess.
    pub fn sent(&mut self, text: String, now: Instant) {
        self.trouble = None;
        self.waiting.push((text, now));
    }

    /// Removes a text whose reply came.
    pub fn replied(&mut self, text: &str) {
        if let Some(index) = self.waiting.iter().position(|(waiting, _)| waiting == text) {
            self.waiting.remove(index);
        }
    }

    /// Returns the first text that has waited for its reply for a while.
    pub fn waiting(&self, now: Instant) -> Option<&str> {
        let late = |(_, since): &&(String, Instant)| now.saturating_duration_since(*since) >= SOON;
        self.waiting.iter().find(late).map(|(text, _)| text.as_str())
    }

    /// Returns whether an error is shown above the field instead of in a notice.
    pub fn is_trouble(error: &CommandError) -> bool {
        matches!(error, CommandError::Guess(_) | CommandError::Sealed)
    }

    /// Notes why the text in the field was refused.
    pub fn refused(&mut self, error: CommandError, draft: &str) {
        self.trouble = Some((error, draft.to_owned()));
    }

    /// Returns why the text in the field was refused; `None` as soon as it is edited.
    pub fn trouble(&self, draft: &str) -> Option<&CommandError> {
        self.trouble.as_ref().filter(|(_, back)| back == draft).map(|(error, _)| error)
    }

    /// Marks a line of ours as a close guess.
    pub fn was_close(&mut self, line: OperationId) {
        if self.close.len() == MAX_CLOSE {
            self.close.pop_front();
        }
        self.close.push_back(line);
        self.changes += 1;
    }

    /// Returns whether a line of ours was a close guess.
    pub fn is_close(&self, line: OperationId) -> bool {
        self.close.contains(&line)
    }
}

#[cfg(test)]
mod tests {
    use inkmesh::game::GuessError;

    use super::*;

    #[test]
    fn only_a_guess_that_takes_long_is_shown_as_waiting() {
        let (mut guesses, now) = (Guesses::default(), Instant::now());
        guesses.sent("사과".to_owned(), now);
        guesses.sent("moon".to_owned(), now);
        assert_eq!(guesses.waiting(now), None);
        let later = now + SOON;
        assert_eq!(guesses.waiting(later), Some("사과"));
        guesses.replied("사과");
        assert_eq!(guesses.waiting(later), Some("moon"));
        guesses.replied("moon");
        guesses.replied("moon");
        assert_eq!(guesses.waiting(later), None);
    }

    #[test]
    fn a_reason_is_shown_as_long_as_the_text_is_unchanged() {
        let mut guesses = Guesses::default();
        let error = CommandError::Guess(GuessError::Unreachable);
        guesses.refused(error.clone(), "moon");
        assert_eq!(guesses.trouble("moon"), Some(&error));
        assert_eq!(guesses.trouble("moo"), None);
        guesses.sent("moon".to_owned(), Instant::now());
        assert_eq!(guesses.trouble("moon"), None, "it is tried again");
    }

    #[test]
    fn the_number_of_close_guesses_is_bounded() {
        let mut guesses = Guesses::default();
        for number in 0..2 * MAX_CLOSE {
            let mut id = [0; 32];
            id[..8].copy_from_slice(&number.to_be_bytes());
            guesses.was_close(OperationId(id));
            assert!(guesses.is_close(OperationId(id)));
        }
        assert_eq!(guesses.close.len(), MAX_CLOSE);
    }
}
