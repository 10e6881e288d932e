//! What the room screen does for the waiting room.

use inkmesh::command::Command;
use inkmesh::identity::Author;

use crate::window::screen::room::action::Action;
use crate::window::screen::room::state::RoomScreen;
use crate::window::screen::room::status::ConnectionStatus;

impl RoomScreen {
    pub(in crate::window::screen::room) fn go_to_waiting_room(&mut self) {
        self.show_waiting_room();
        self.act(Action::Command(Command::Rooms));
    }

    pub(in crate::window::screen::room) fn show_waiting_room(&mut self) {
        self.layout.drawer = false;
        self.chat.menu = None;
        self.rooms.adding = None;
        self.close_page();
        self.waiting.is_up = true;
    }

    /// Opens the first room of the waiting room.
    pub(in crate::window::screen::room) fn open_first(&mut self) {
        if let Some(room) = self.waiting.own(&self.rooms).first().copied().cloned() {
            self.open_and_write(room);
        }
    }

    /// Returns whether the waiting room is in view.
    pub(in crate::window::screen::room) fn waiting_room_is_up(&self) -> bool {
        self.waiting.is_up && self.contacts.is_none()
    }

    /// Returns the state of the connection for the waiting room, which is that of all rooms.
    pub(super) fn waiting_status(&self) -> ConnectionStatus {
        let people = self.rooms.others().max(self.people.contacts_online());
        let name = |author| self.people.label(author, "");
        self.status.connection.status(self.now, None, people, 0, name)
    }

    /// Returns how the waiting room calls somebody. Nothing proves the name of a person whom we have never met, so the
    /// fingerprint stands beside it.
    pub(super) fn waiting_label(&self, peer: Author) -> String {
        if self.people.contact(peer).is_some() {
            return self.people.short_label(peer, "");
        }
        match self.waiting.name_of(peer) {
            Some(name) => format!("{} ({})", self.people.short_label(peer, name), peer.fingerprint()),
            None => peer.fingerprint(),
        }
    }
}
