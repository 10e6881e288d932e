//! What becomes of what we say as guesses: still asked, not answered, or close.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use inkmesh::node::CommandError;
use inkmesh::operation::OperationId;

/// A guess that is answered within this time needs no word about it.
const SOON: Duration = Duration::from_millis(800);
/// Most close guesses that are remembered; the first go first.
const MAX_CLOSE: usize = 500;

/// Our guesses in one room.
#[derive(Debug, Default)]
pub struct Guesses {
    asked: Vec<(String, Instant)>,
    trouble: Option<(CommandError, String)>,
    close: VecDeque<OperationId>,
    changes: u64,
}

impl Guesses {
    /// A text is asked for as a guess.
    pub fn asks(&mut self, text: String, now: Instant) {
        self.trouble = None;
        self.asked.push((text, now));
    }

    /// A text was answered, whatever the answer.
    pub fn answered(&mut self, text: &str) {
        if let Some(index) = self.asked.iter().position(|(asked, _)| asked == text) {
            self.asked.remove(index);
        }
    }

    /// The first text that nobody answered for a while.
    pub fn waiting(&self, now: Instant) -> Option<&str> {
        let late = |(_, since): &&(String, Instant)| now.saturating_duration_since(*since) >= SOON;
        self.asked.iter().find(late).map(|(text, _)| text.as_str())
    }

    /// Whether an error is told above the field and not in a notice.
    pub fn is_trouble(error: &CommandError) -> bool {
        matches!(error, CommandError::Guess(_) | CommandError::Sealed)
    }

    /// What stands in the field came back, for this reason.
    pub fn came_back(&mut self, error: CommandError, draft: &str) {
        self.trouble = Some((error, draft.to_owned()));
    }

    /// Why what stands in the field came back; nothing as soon as something else stands there.
    pub fn trouble(&self, draft: &str) -> Option<&CommandError> {
        self.trouble.as_ref().filter(|(_, back)| back == draft).map(|(error, _)| error)
    }

    /// A line of ours was a close guess.
    pub fn was_close(&mut self, line: OperationId) {
        if self.close.len() == MAX_CLOSE {
            self.close.pop_front();
        }
        self.close.push_back(line);
        self.changes += 1;
    }

    /// Counts changes of what lines say of themselves.
    pub fn changes(&self) -> u64 {
        self.changes
    }

    /// Whether a line of ours was a close guess.
    pub fn is_close(&self, line: OperationId) -> bool {
        self.close.contains(&line)
    }
}

#[cfg(test)]
mod tests {
    use inkmesh::game::GuessError;

    use super::*;

    #[test]
    fn only_a_guess_that_takes_long_is_spoken_of() {
        let (mut guesses, now) = (Guesses::default(), Instant::now());
        guesses.asks("사과".to_owned(), now);
        guesses.asks("moon".to_owned(), now);
        assert_eq!(guesses.waiting(now), None);
        let later = now + SOON;
        assert_eq!(guesses.waiting(later), Some("사과"));
        guesses.answered("사과");
        assert_eq!(guesses.waiting(later), Some("moon"));
        guesses.answered("moon");
        guesses.answered("moon");
        assert_eq!(guesses.waiting(later), None);
    }

    #[test]
    fn a_reason_stands_as_long_as_the_text_does() {
        let mut guesses = Guesses::default();
        let error = CommandError::Guess(GuessError::Unreachable);
        guesses.came_back(error.clone(), "moon");
        assert_eq!(guesses.trouble("moon"), Some(&error));
        assert_eq!(guesses.trouble("moo"), None);
        guesses.asks("moon".to_owned(), Instant::now());
        assert_eq!(guesses.trouble("moon"), None, "it is tried again");
    }

    #[test]
    fn close_lines_are_not_remembered_without_end() {
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
