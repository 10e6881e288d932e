//! The waiting room: our announcements, and those of others.

use super::NodeActor;
use crate::contacts::Tag;
use crate::event::{Event, PastRoom};
use crate::identity::Author;
use crate::name::RoomName;
use crate::node::clock::wall_ms;
use crate::node::network::Gossiped;
use crate::room::Verdict;
use crate::waiting_room::{Announcement, AnnouncementError, NearbyRoom};

impl NodeActor {
    /// Announces our rooms and tells the frontend of those of others, if that is due.
    pub(super) fn announce_if_due(&mut self) {
        let now = self.now();
        if self.waiting_room.schedule.next().is_some_and(|at| at <= now.mono_ms) {
            let (rooms, people) = (self.rooms.announced(now), self.network.waiting());
            if self.waiting_room.schedule.decide(&self.profile.name, &rooms, people, now.mono_ms) {
                let frame = self.waiting_room.frame(&self.identity, &self.profile.name, rooms, wall_ms());
                frame.into_iter().for_each(|frame| self.network.announce(frame));
            }
        }
        self.waiting_room.nearby.expire(now.mono_ms);
        self.waiting_room.heard(now.mono_ms);
        if self.waiting_room.tells(now.mono_ms) {
            let rooms = self.rooms_nearby();
            self.frontend.emit(Event::Nearby(rooms));
        }
    }

    /// Returns the rooms that others have open.
    pub(super) fn rooms_nearby(&self) -> Vec<NearbyRoom> {
        self.waiting_room.nearby.rooms(|peer| self.contacts.has(peer, Tag::Friend))
    }

    /// Returns the rooms that we were in and that are not open, by name.
    pub(super) fn past_rooms(&self) -> Vec<PastRoom> {
        let private = self.disk.private_rooms();
        let title = |room: &RoomName| private.get(room.id()).map(|room| room.title.clone());
        self.rooms.past().into_iter().map(|room| PastRoom { title: title(&room), room }).collect()
    }

    /// Takes an announcement that a neighbour hands over.
    pub(super) fn on_announced(&mut self, message: &Gossiped, data: &[u8]) {
        let verdict = self.take_announcement(message.author, data).unwrap_or_else(|error| {
            let newer = error.may_be_newer();
            tracing::debug!(from = %message.author, %error, newer, "no announcement");
            if newer { Verdict::Ignore } else { Verdict::Reject }
        });
        self.report(message, verdict);
    }

    fn take_announcement(&mut self, from: Author, data: &[u8]) -> Result<Verdict, AnnouncementError> {
        let now = self.now().mono_ms;
        let unverified = Announcement::decode(data)?;
        let (author, direct) = (unverified.author(), unverified.author() == from);
        if author == self.identity.author()
            || self.contacts.has(&author, Tag::Blocked)
            || !self.waiting_room.nearby.is_news(author, unverified.time(), direct)
            || !self.waiting_room.admits(from, author, now)
        {
            return Ok(Verdict::Ignore);
        }
        let announcement = unverified.verify()?;
        let name = announcement.name.clone();
        let contacts = &self.contacts;
        let is_friend = |peer: &Author| contacts.has(peer, Tag::Friend);
        if !self.waiting_room.nearby.take(announcement, direct, is_friend, now) {
            return Ok(Verdict::Ignore);
        }
        name.into_iter().for_each(|name| self.on_named(author, name.as_str()));
        self.waiting_room.heard(now);
        Ok(Verdict::Accept)
    }
}
