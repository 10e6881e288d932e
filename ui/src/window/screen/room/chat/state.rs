//! The state of the chat and its updates.

use std::time::Instant;

use inkmesh::command::{CommandError, RoomCommand};
use inkmesh::event::Entry;
use inkmesh::operation::OperationId;

use super::draft::{Draft, TooMuch};
use super::guesses::Guesses;
use super::history::{History, Sought};
use super::input::CHAT_FIELD;
use super::line::{is_talk, key, position};
use super::message::{Message, Outcome};
use super::selection::{LineMenu, Selection};
use crate::window::bridge::{PAGE, SEEK_PAGE};
use crate::window::screen::room::people::People;
use crate::window::screen::room::status::Notice;
use crate::window::widget::anchored_list::LineClick;

/// The chat of one room.
#[derive(Debug, Default)]
pub struct Chat {
    pub history: History,
    pub draft: Draft,
    pub guesses: Guesses,
    pub selection: Selection,
    /// The menu of a line, if it is open.
    pub menu: Option<LineMenu>,
    /// True if a timer runs that marks lines as read.
    pub marking: bool,
    /// The number of lines that came while the chat was behind another tab.
    pub behind_tab: usize,
}

impl Chat {
    /// Creates an empty chat with this text in its field.
    pub fn with_draft(draft: String) -> Self {
        Chat { draft: Draft::from(draft), ..Chat::default() }
    }

    /// Handles a message; `names` are those of the room's people.
    pub fn update(&mut self, message: Message, names: &People) -> Vec<Outcome> {
        match message {
            Message::Focus => vec![Outcome::Focus(CHAT_FIELD)],
            Message::Edit(action) => match self.draft.perform(action) {
                Ok(()) => Vec::new(),
                Err(TooMuch(len)) => vec![Outcome::Notify(Notice::Refused(CommandError::Text { len }))],
            },
            Message::Say => self.say(),
            Message::Scrolled { at_top, at_end } => {
                self.history.scrolled(at_top, at_end);
                self.read_older()
            }
            Message::ToEnd => self.scroll_to_end(),
            Message::ShowLate(first) => self.show_late_of(first),
            Message::DismissLate => {
                self.history.dismiss_late();
                vec![Outcome::Command(RoomCommand::DismissLate)]
            }
            Message::LineClicked(click) => self.click_line(click),
            Message::CloseMenu => {
                self.menu = None;
                Vec::new()
            }
            Message::Copy => self.copy(names),
            Message::Unfold(id) => {
                self.history.unfold(id);
                Vec::new()
            }
            Message::AskLink(link) => {
                self.menu = None;
                vec![Outcome::ConfirmLink(link)]
            }
            Message::SayAgain(id) => {
                let text = self.history.say_again(id);
                text.map(|text| Outcome::Command(RoomCommand::Say { text })).into_iter().collect()
            }
        }
    }

    fn say(&mut self) -> Vec<Outcome> {
        let Some(text) = self.take_draft() else { return Vec::new() };
        let mut outcomes = self.scroll_to_end();
        outcomes.push(Outcome::Command(RoomCommand::Say { text }));
        outcomes
    }

    /// Takes the text out of the field; `None` when there is only white space.
    fn take_draft(&mut self) -> Option<String> {
        (!self.draft.trim().is_empty()).then(|| self.draft.take())
    }

    /// Notes that the text in the field is about to be sent as a guess.
    pub fn guess(&mut self, now: Instant) {
        if !self.draft.trim().is_empty() {
            self.guesses.sent(self.draft.to_string(), now);
        }
    }

    /// Handles the answer to a line that was sent.
    pub fn said(&mut self, text: &str, error: Option<CommandError>) -> Vec<Outcome> {
        self.guesses.replied(text);
        let Some(error) = error else { return Vec::new() };
        self.draft.put_before(text);
        if Guesses::is_trouble(&error) {
            // It is shown above the field.
            self.guesses.refused(error, &self.draft);
            return Vec::new();
        }
        vec![Outcome::Notify(Notice::Refused(error))]
    }

    /// Adds new lines, in whatever order they come. `in_view` is whether the chat is in view.
    pub fn entries(&mut self, entries: Vec<Entry>, names: &People, in_view: bool) {
        let me = names.me;
        if !in_view {
            let counts = |entry: &&Entry| is_talk(entry) && entry.author != me && !entry.late;
            self.behind_tab += entries.iter().filter(counts).count();
        }
        self.history.add(entries, me);
    }

    // ---- the history ----

    /// Reads older lines if they are wanted.
    pub fn read_older(&mut self) -> Vec<Outcome> {
        self.history.wants_older().map(|before| Outcome::History(before, PAGE)).into_iter().collect()
    }

    /// Handles the lines before `before`, or why they could not be read.
    pub fn older(&mut self, before: OperationId, result: Result<Vec<Entry>, CommandError>) -> Vec<Outcome> {
        let mut page = match result {
            Ok(page) => page,
            Err(error) => {
                self.history.older_failed(before);
                return vec![Outcome::Notify(Notice::Refused(error))];
            }
        };
        let mut outcomes = Vec::new();
        match self.history.sought(before, &mut page) {
            Some(Sought::Further(before)) => return vec![Outcome::History(before, SEEK_PAGE)],
            Some(Sought::Lost) => outcomes.push(Outcome::Notify(Notice::LateLost)),
            Some(Sought::Found) => {}
            None => self.history.put_before(before, page),
        }
        outcomes.extend(self.read_older());
        outcomes
    }

    fn scroll_to_end(&mut self) -> Vec<Outcome> {
        if self.history.go_to_end() { vec![Outcome::Reload] } else { Vec::new() }
    }

    fn show_late_of(&mut self, first: OperationId) -> Vec<Outcome> {
        let late = self.history.read_marks.late().iter().find(|late| late.first == first).cloned();
        let before = late.and_then(|late| self.history.show_late(&late));
        before.map(|before| Outcome::History(before, SEEK_PAGE)).into_iter().collect()
    }

    // ---- lines ----

    fn click_line(&mut self, click: LineClick) -> Vec<Outcome> {
        let is_clicked = |entry: &&Entry| key(entry.id) == click.key && is_talk(entry);
        let Some(entry) = self.history.lines().iter().find(is_clicked) else {
            self.selection.clear();
            return Vec::new();
        };
        let (line, selected) = (position(entry), self.selection.holds(entry));
        self.menu = click.menu.then(|| LineMenu::of(entry, click.at));
        // The menu of one of several selected lines is for all of them.
        if !(click.menu && selected) {
            self.selection.select(line, click.extend);
        }
        Vec::new()
    }

    fn copy(&mut self, names: &People) -> Vec<Outcome> {
        self.menu = None;
        let name = |entry: &Entry| names.label(entry.author, &entry.name);
        self.selection.text(self.history.lines(), name).map(Outcome::Copy).into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_was_not_sent_returns_before_what_was_written_since() {
        let mut chat = Chat::with_draft(" \t".to_owned());
        assert_eq!(chat.take_draft(), None);
        chat.draft = "hello".into();
        let text = chat.take_draft().unwrap_or_default();
        assert!(chat.draft.is_empty());
        chat.draft = "more".into();
        chat.said(&text, Some(CommandError::Busy));
        assert_eq!(&*chat.draft, "hello more");
    }
}
