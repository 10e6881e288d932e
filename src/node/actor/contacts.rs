//! Contacts: whom we met, and the tags on them.

use std::collections::BTreeSet;

use super::NodeActor;
use crate::command::CommandError;
use crate::contacts::Tag;
use crate::event::{Event, Person};
use crate::identity::Author;
use crate::name::{PersonName, RoomName};
use crate::node::clock::wall_ms;
use crate::node::contacts::values;
use crate::node::handle::ReplySender;
use crate::room::Input;
use crate::verification::VerificationNumber;

/// The time between two writes of contacts that nobody waits for, in milliseconds: many are met at once at a start, and lines
/// are not to wait for them.
const STORE_MS: u64 = 1_000;

impl NodeActor {
    /// Takes note that somebody is connected.
    pub(super) fn on_met(&mut self, peer: Author) {
        if peer != self.identity.author() && self.contacts.came(peer, wall_ms()) {
            self.contact_changed(peer, None);
        }
    }

    /// Takes note that somebody is no longer connected.
    pub(super) fn on_parted(&mut self, peer: Author) {
        if self.contacts.went(peer, wall_ms()) {
            self.contact_changed(peer, None);
        }
    }

    /// Takes note of where somebody may be reached.
    pub(super) fn on_reached(&mut self, peer: Author) {
        if self.contacts.reached(peer, &self.peers.addresses(peer)) {
            self.contact_changed(peer, None);
        }
    }

    /// Takes note of the name and picture that somebody gives themselves.
    pub(super) fn on_introduced(&mut self, person: &Person) {
        let Person { peer, name, picture, .. } = person;
        if name.is_empty() {
            return; // neither is known
        }
        let (named, pictured) = (self.contacts.named(*peer, name), self.contacts.pictured(*peer, picture.as_ref()));
        if named || pictured {
            self.contact_changed(*peer, None);
        }
    }

    /// Takes note of the name that somebody announces.
    pub(super) fn on_named(&mut self, peer: Author, name: &str) {
        if self.contacts.named(peer, name) {
            self.contact_changed(peer, None);
        }
    }

    pub(super) fn on_nickname(&mut self, peer: Author, name: Option<PersonName>, answer: ReplySender) {
        self.change_contact(peer, answer, |actor| actor.contacts.nickname(peer, name));
    }

    pub(super) fn on_tag(&mut self, peer: Author, tag: Tag, on: bool, answer: ReplySender) {
        self.change_contact(peer, answer, |actor| actor.contacts.tag(peer, tag, on));
        match tag {
            Tag::Friend => self.peers.befriend(self.contacts.with(Tag::Friend).collect()),
            Tag::Muted => self.tell_muted(&self.rooms.names()),
            Tag::Blocked => {
                self.tell_blocked(&self.rooms.names());
                if on {
                    self.waiting_room.forget(peer, self.now().mono_ms);
                } else {
                    // Others have what was not taken meanwhile.
                    self.sync_all();
                }
            }
            Tag::Verified => {}
        }
    }

    pub(super) fn on_verify(&mut self, peer: Author, number: VerificationNumber, answer: ReplySender) {
        if number == VerificationNumber::of(peer) {
            self.on_tag(peer, Tag::Verified, true, answer);
        } else {
            let _ = answer.send(Err(CommandError::NotVerified));
        }
    }

    /// Changes what our person thinks of somebody.
    fn change_contact(&mut self, peer: Author, answer: ReplySender, change: impl FnOnce(&mut Self) -> bool) {
        if peer == self.identity.author() {
            drop(answer.send(Err(CommandError::Oneself)));
        } else if change(self) {
            self.contact_changed(peer, Some(answer));
        } else {
            drop(answer.send(Err(CommandError::TooManyPeople)));
        }
    }

    /// Takes note that those who are connected still are.
    pub(super) fn on_still_met(&mut self) {
        self.contacts.still_here(wall_ms());
        let now = self.now().mono_ms;
        if now >= self.contacts_stored + STORE_MS {
            self.contacts_stored = now;
            self.store_contacts(None);
        }
    }

    /// Takes note that all connections end with us.
    pub(super) fn on_all_parted(&mut self) {
        self.contacts.all_went(wall_ms());
        self.store_contacts(None);
    }

    /// Tells the frontend of a contact that has changed and of those who look like it. It is stored now and the reply is due when
    /// it is on the disk, or, if nobody waits for that, with others a little later.
    fn contact_changed(&mut self, peer: Author, answer: Option<ReplySender>) {
        if answer.is_some() {
            self.store_contacts(answer);
        }
        let mut changed = self.contacts.take_untold();
        changed.insert(peer);
        let now_ms = wall_ms();
        changed.into_iter().for_each(|peer| self.frontend.emit(Event::Person(self.contacts.get(peer, now_ms))));
    }

    fn store_contacts(&mut self, answer: Option<ReplySender>) {
        match self.contacts.take_unwritten() {
            Ok(changed) if changed.is_empty() && answer.is_none() => {}
            Ok(changed) => self.disk.remember_all("contacts", values(changed), answer),
            Err(error) => tracing::warn!(%error, "a contact could not be written"),
        }
    }

    /// Tells open rooms of whom nothing is to be taken.
    pub(super) fn tell_blocked(&mut self, rooms: &[RoomName]) {
        let blocked: BTreeSet<Author> = self.contacts.with(Tag::Blocked).collect();
        rooms.iter().for_each(|name| self.feed(name, Input::Blocked(blocked.clone())));
    }

    /// Begins a round with everybody in every room.
    fn sync_all(&mut self) {
        let now = self.now().mono_ms;
        for name in self.rooms.names() {
            for peer in self.network.members(name.id()) {
                self.sync.gap(&name, peer, now);
            }
        }
    }

    /// Tells open rooms whose talk is not to be shown.
    pub(super) fn tell_muted(&mut self, rooms: &[RoomName]) {
        let muted: BTreeSet<Author> = self.contacts.with(Tag::Muted).collect();
        rooms.iter().for_each(|name| self.feed(name, Input::Muted(muted.clone())));
    }
}
