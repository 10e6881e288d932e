//! The state of the chat and its updates.

use std::time::Instant;

use inkmesh::event::Entry;
use inkmesh::name::RoomName;
use inkmesh::node::CommandError;
use inkmesh::operation::OperationId;

use super::draft::{Draft, TooMuch};
use super::guesses::Guesses;
use super::history::{History, Sought};
use super::input::CHAT_FIELD;
use super::line::{is_talk, key, position};
use super::message::{Message, Outcome};
use super::selection::{LineMenu, Selection};
use crate::window::link::{Command, PAGE, SEEK_PAGE};
use crate::window::screen::room::people::People;
use crate::window::screen::room::status::Notice;
use crate::window::widget::anchored_list::LinePress;

/// The chat of one room.
#[derive(Debug, Default)]
pub struct Chat {
    /// The lines that are loaded.
    pub history: History,
    /// The text that is being written.
    pub draft: Draft,
    /// Our guesses.
    pub guesses: Guesses,
    /// The selected lines.
    pub selection: Selection,
    /// The menu of a line, if it is open.
    pub menu: Option<LineMenu>,
    /// Whether a timer runs that marks lines as read.
    pub marking: bool,
    /// The number of lines that came while the chat was behind another tab.
    pub behind_tab: usize,
}

impl Chat {
    /// Creates an empty chat with this text in its field.
    pub fn with_draft(draft: String) -> Self {
        Chat { draft: Draft::from(draft), ..Chat::default() }
    }

    /// Handles a message in this room; `names` are those of its people.
    pub fn update(&mut self, message: Message, room: Option<&RoomName>, names: &People) -> Vec<Outcome> {
        match message {
            Message::Focus => vec![Outcome::Focus(CHAT_FIELD)],
            Message::Edit(action) => match self.draft.perform(action) {
                Ok(()) => Vec::new(),
                Err(TooMuch(len)) => vec![Outcome::Notify(Notice::Refused(CommandError::Text { len }))],
            },
            Message::Say => self.say(room),
            Message::Scrolled { at_top, at_end } => {
                self.history.scrolled(at_top, at_end);
                self.ask_older(room)
            }
            Message::ToEnd => self.scroll_to_end(),
            Message::ShowLate(first) => self.show_late_of(first, room),
            Message::DismissLate => {
                self.history.dismiss_late();
                ask(room, Command::DismissLate)
            }
            Message::PressLine(pressed) => self.press_line(pressed),
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
                text.map(|text| ask(room, |room| Command::Say(room, text))).unwrap_or_default()
            }
        }
    }

    fn say(&mut self, room: Option<&RoomName>) -> Vec<Outcome> {
        let (Some(room), Some(text)) = (room, self.take_draft()) else { return Vec::new() };
        let mut outcomes = self.scroll_to_end();
        outcomes.push(Outcome::Ask(Command::Say(room.clone(), text)));
        outcomes
    }

    /// Takes the text out of the field; `None` when there is only white space.
    fn take_draft(&mut self) -> Option<String> {
        (!self.draft.trim().is_empty()).then(|| self.draft.take())
    }

    /// Notes that the text in the field is about to be sent as a guess.
    pub fn guess(&mut self, now: Instant) {
        if !self.draft.trim().is_empty() {
            self.guesses.asks(self.draft.to_string(), now);
        }
    }

    /// Handles the answer to a line that was sent.
    pub fn said(&mut self, text: &str, error: Option<CommandError>) -> Vec<Outcome> {
        self.guesses.answered(text);
        let Some(error) = error else { return Vec::new() };
        self.draft.put_before(text);
        if Guesses::is_trouble(&error) {
            // It is shown above the field.
            self.guesses.came_back(error, &self.draft);
            return Vec::new();
        }
        vec![Outcome::Notify(Notice::Refused(error))]
    }

    /// Adds new lines, in whatever order they come. `in_view` is whether the chat is in view.
    pub fn entries(&mut self, entries: Vec<Entry>, names: &People, in_view: bool) {
        let me = names.me();
        if !in_view {
            let counts = |entry: &&Entry| is_talk(entry) && entry.author != me && !entry.late;
            self.behind_tab += entries.iter().filter(counts).count();
        }
        self.history.add(entries, me);
    }

    // ---- the history ----

    /// Asks for older lines if they are wanted.
    pub fn ask_older(&mut self, room: Option<&RoomName>) -> Vec<Outcome> {
        let (Some(room), Some(before)) = (room, self.history.wants_older()) else { return Vec::new() };
        vec![Outcome::Ask(Command::Older(room.clone(), before, PAGE))]
    }

    /// Handles the answer to a request for older lines.
    pub fn older(
        &mut self,
        room: &RoomName,
        before: OperationId,
        result: Result<Vec<Entry>, CommandError>,
    ) -> Vec<Outcome> {
        let mut page = match result {
            Ok(page) => page,
            Err(error) => {
                self.history.older_failed(before);
                return vec![Outcome::Notify(Notice::Refused(error))];
            }
        };
        let mut outcomes = Vec::new();
        match self.history.sought(before, &mut page) {
            Some(Sought::Further(before)) => return vec![seek(room, before)],
            Some(Sought::Lost) => outcomes.push(Outcome::Notify(Notice::LateLost)),
            Some(Sought::Found) => {}
            None => self.history.put_before(before, page),
        }
        outcomes.extend(self.ask_older(Some(room)));
        outcomes
    }

    fn scroll_to_end(&mut self) -> Vec<Outcome> {
        if self.history.go_to_end() { vec![Outcome::Reload] } else { Vec::new() }
    }

    fn show_late_of(&mut self, first: OperationId, room: Option<&RoomName>) -> Vec<Outcome> {
        let late = self.history.read_marks().late().iter().find(|late| late.first == first).cloned();
        let (Some(room), Some(late)) = (room, late) else { return Vec::new() };
        self.history.show_late(&late).map(|before| seek(room, before)).into_iter().collect()
    }

    // ---- lines ----

    fn press_line(&mut self, pressed: LinePress) -> Vec<Outcome> {
        let is_pressed = |entry: &&Entry| key(entry.id) == pressed.key && is_talk(entry);
        let Some(entry) = self.history.lines().iter().find(is_pressed) else {
            self.selection.clear();
            return Vec::new();
        };
        let (line, selected) = (position(entry), self.selection.holds(entry));
        self.menu = pressed.menu.then(|| LineMenu::of(entry, pressed.at));
        // The menu of one of several selected lines is for all of them.
        if !(pressed.menu && selected) {
            self.selection.select(line, pressed.extend);
        }
        Vec::new()
    }

    fn copy(&mut self, names: &People) -> Vec<Outcome> {
        self.menu = None;
        let name = |entry: &Entry| names.label(entry.author, &entry.name);
        self.selection.text(self.history.lines(), name).map(Outcome::Copy).into_iter().collect()
    }
}

fn ask(room: Option<&RoomName>, command: impl FnOnce(RoomName) -> Command) -> Vec<Outcome> {
    room.map(|room| Outcome::Ask(command(room.clone()))).into_iter().collect()
}

/// Asks for the lines before this one, to look for late ones among them.
fn seek(room: &RoomName, before: OperationId) -> Outcome {
    Outcome::Ask(Command::Older(room.clone(), before, SEEK_PAGE))
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
