//! What the person at the window does with the lines of the talk: picking and copying them, opening their links.

use inkmesh::operation::OperationId;

use super::chat::place;
use super::dialog::Dialog;
use super::notices::Notice;
use super::picked::{Menu, find};
use super::words::Link;
use super::{Action, Room};
use crate::window::widget::anchored_list::LinePress;

impl Room {
    pub(super) fn press_line(&mut self, pressed: LinePress) -> Vec<Action> {
        let Some(entry) = find(self.chat.lines(), pressed.key) else {
            self.chat.picked.clear();
            return Vec::new();
        };
        let (line, holds) = (place(entry), self.chat.picked.holds(entry));
        let menu = pressed.menu.then(|| Menu::of(entry, pressed.at));
        // The menu of one of several lines that are picked is for all of them.
        if !(pressed.menu && holds) {
            self.chat.picked.pick(line, pressed.extend);
        }
        self.menu = menu;
        Vec::new()
    }

    pub(super) fn copy_picked(&mut self) -> Vec<Action> {
        self.menu = None;
        let name = |entry: &inkmesh::event::Entry| self.people.label(entry.author, &entry.name);
        self.chat.picked.text(self.chat.lines(), name).map(Action::Copy).into_iter().collect()
    }

    pub(super) fn unfold_line(&mut self, id: OperationId) -> Vec<Action> {
        self.chat.unfold(id);
        Vec::new()
    }

    pub(super) fn ask_link(&mut self, link: Link) -> Vec<Action> {
        self.menu = None;
        self.dialog = Some(Dialog::Link(link));
        Vec::new()
    }

    pub(super) fn open_link(&mut self, link: Link) -> Vec<Action> {
        self.dialog = None;
        vec![Action::Browse(link.url)]
    }

    pub(super) fn link_opened(&mut self, opened: Result<(), String>) -> Vec<Action> {
        if let Err(reason) = opened {
            self.notify(Notice::LinkNotOpened(reason));
        }
        Vec::new()
    }
}
