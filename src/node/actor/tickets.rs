//! Rooms that are made, and tickets to rooms.

use super::NodeActor;
use crate::command::{CommandError, Reply};
use crate::name::RoomName;
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
            self.enter_private(PrivateRoom { title: name, secret: RoomSecret::new(rand::random()) }, answer);
        } else {
            self.on_join(name.clone(), entered(name, answer));
        }
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
        let private = self.disk.private_rooms().get(room.id());
        let addresses = listening::shown(self.network.listeners(), &listening::outward());
        let until = wall_ms().saturating_add(LIFETIME_MS);
        Ok(RoomTicket::new(room, private, self.identity.author(), addresses, until))
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

/// Returns where a room's joining is answered, for a command that is answered with the room.
fn entered(room: RoomName, answer: ReplySender) -> ReplySender {
    let (joined, is_joined) = tokio::sync::oneshot::channel::<Result<Reply, CommandError>>();
    tokio::spawn(async move {
        let joined = is_joined.await.unwrap_or(Err(CommandError::Closed));
        let _ = answer.send(joined.map(|_| Reply::Entered { room }));
    });
    joined
}
