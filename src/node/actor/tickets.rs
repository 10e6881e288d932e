//! Rooms that are made, and tickets to rooms.

use super::NodeActor;
use crate::command::{CommandError, Reply};
use crate::identity::Author;
use crate::name::{MAX_NAME_CHARS, RoomName};
use crate::node::clock::wall_ms;
use crate::node::handle::ReplySender;
use crate::node::listening;
use crate::private_room::{PrivateRoom, RoomSecret};
use crate::room_ticket::{LIFETIME_MS, RoomTicket};

impl NodeActor {
    pub(super) fn on_room_create(&mut self, name: RoomName, private: bool, answer: ReplySender) {
        if name.is_private() {
            // It is the name of a room that was made already.
            return drop(answer.send(Err(CommandError::Name(crate::name::NameError::TooLong))));
        }
        if private {
            self.enter_private(
                PrivateRoom { title: name, secret: RoomSecret::new(rand::random()), with: None },
                answer,
            );
        } else {
            self.on_join(name.clone(), entered(name, answer));
        }
    }

    pub(super) fn on_talk(&mut self, peer: Author, answer: ReplySender) {
        if peer == self.identity.author() {
            return drop(answer.send(Err(CommandError::Oneself)));
        }
        if let Some(known) = self.disk.private_rooms().with(peer) {
            let name = known.name();
            return self.on_join(name.clone(), entered(name, answer));
        }
        self.invitations.expire(wall_ms());
        if !self.invitations.has_room_for(1) {
            return drop(answer.send(Err(CommandError::TooManyInvitations)));
        }
        let theirs = self.contacts.get(peer, wall_ms()).name;
        let room = PrivateRoom {
            title: title_of_two([self.profile.name.as_str(), &theirs], [self.identity.author(), peer]),
            secret: RoomSecret::new(rand::random()),
            with: Some(peer),
        };
        let ticket = self.ticket_to(&room.name(), Some(&room));
        self.enter_private(room, answer);
        self.send_ticket(&ticket, &[peer], None);
    }

    /// Enters a private room, and answers when that and its secret are durable.
    fn enter_private(&mut self, room: PrivateRoom, answer: ReplySender) {
        let name = room.name();
        let (kept, is_kept) = tokio::sync::oneshot::channel();
        let (joined, is_joined) = tokio::sync::oneshot::channel();
        self.disk.add_private(room, kept);
        self.on_join(name.clone(), joined);
        let answer = entered(name, answer);
        tokio::spawn(async move {
            let closed = || Err(CommandError::Closed);
            let kept = is_kept.await.unwrap_or_else(|_| closed());
            let joined = is_joined.await.unwrap_or_else(|_| closed());
            let _ = answer.send(kept.and(joined));
        });
    }

    pub(super) fn ticket(&self, name: &RoomName) -> Result<Reply, CommandError> {
        self.room_ticket(name).map(|ticket| Reply::Ticket { ticket: ticket.text() })
    }

    /// Returns a ticket to an open room.
    pub(super) fn room_ticket(&self, name: &RoomName) -> Result<RoomTicket, CommandError> {
        let room = self.rooms.get(name)?.name();
        Ok(self.ticket_to(room, self.disk.private_rooms().get(room.id())))
    }

    fn ticket_to(&self, room: &RoomName, private: Option<&PrivateRoom>) -> RoomTicket {
        let addresses = listening::shown(self.network.listeners(), &listening::outward());
        let until = wall_ms().saturating_add(LIFETIME_MS);
        RoomTicket::new(room, private, self.identity.author(), addresses, until)
    }

    pub(super) fn on_open_ticket(&mut self, text: &str, answer: ReplySender) {
        let ticket: Result<RoomTicket, _> = text.parse();
        let ticket = ticket.and_then(|ticket| ticket.check_time(wall_ms()).map(|()| ticket));
        match ticket {
            Ok(ticket) => self.enter_by(&ticket, answer),
            Err(error) => drop(answer.send(Err(error.into()))),
        }
    }

    /// Enters the room of a ticket, and answers when that is durable.
    pub(super) fn enter_by(&mut self, ticket: &RoomTicket, answer: ReplySender) {
        if ticket.inviter() != self.identity.author() {
            self.peers.invited(ticket.inviter(), ticket.addresses(), self.now().mono_ms);
            self.make_calls();
        }
        match ticket.private() {
            Some(private) => self.enter_private(private, answer),
            None => self.on_join(ticket.room(), entered(ticket.room(), answer)),
        }
    }
}

/// Returns the title of a conversation of two: both names, or their fingerprints where those are no title.
fn title_of_two(names: [&str; 2], keys: [Author; 2]) -> RoomName {
    let halves = [0, 1].map(|n| {
        let name: String = names[n].chars().take(MAX_NAME_CHARS / 2 - 2).collect();
        if name.trim().is_empty() { keys[n].fingerprint() } else { name }
    });
    let title = |halves: &[String; 2]| halves.join(", ").parse();
    // A fingerprint is always short and visible.
    title(&halves).or_else(|_| title(&keys.map(|key| key.fingerprint()))).unwrap_or_else(|_| RoomName::lobby())
}

/// Returns where a room's joining is answered, for a command that is answered with the room.
fn entered(room: RoomName, answer: ReplySender) -> ReplySender {
    let (joined, is_joined) = tokio::sync::oneshot::channel::<Result<Reply, CommandError>>();
    tokio::spawn(async move {
        let joined = is_joined.await.unwrap_or(Err(CommandError::Closed));
        let _ = answer.send(joined.map(|_| Reply::Entered { room }));
    });
    joined
}
