//! Invitations of our person and of others.

use super::NodeActor;
use crate::command::{CommandError, Reply};
use crate::contacts::Tag;
use crate::event::{Event, InvitationView};
use crate::identity::Author;
use crate::invitation::{Invitation, InvitationId, MessageReply, Taken};
use crate::name::RoomName;
use crate::node::clock::wall_ms;
use crate::node::handle::ReplySender;
use crate::node::invitation_streams;
use crate::room_ticket::RoomTicket;

/// The name under which the store has the invitations.
pub(in crate::node) const INVITATIONS: &str = "invitations";

impl NodeActor {
    pub(super) fn on_invite(&mut self, room: &RoomName, peers: &[Author], answer: ReplySender) {
        self.invitations.expire(wall_ms());
        let ticket = match self.room_ticket(room) {
            Ok(_) if peers.contains(&self.identity.author()) => Err(CommandError::Oneself),
            Ok(_) if !self.invitations.has_room_for(peers.len()) => Err(CommandError::TooManyInvitations),
            ticket => ticket,
        };
        match ticket {
            Ok(ticket) => self.send_ticket(&ticket, peers, Some(answer)),
            Err(error) => drop(answer.send(Err(error))),
        }
    }

    /// Invites people with a ticket, and answers when that is durable.
    pub(super) fn send_ticket(&mut self, ticket: &RoomTicket, peers: &[Author], answer: Option<ReplySender>) {
        for peer in peers {
            self.invitations.invite(InvitationId(rand::random()), *peer, ticket);
        }
        self.store_invitations(answer);
        peers.iter().for_each(|peer| self.send_invitations(*peer));
    }

    /// Our person accepts an invitation: the answer goes back when the room was entered.
    pub(super) fn on_accept(&mut self, id: InvitationId, answer: ReplySender) {
        self.invitations.expire(wall_ms());
        let Some(invitation) = self.invitations.get(id) else {
            return drop(answer.send(Err(CommandError::UnknownInvitation)));
        };
        let (entered, is_entered) = tokio::sync::oneshot::channel();
        self.enter_by(&invitation.ticket, entered);
        let accepted = self.invitation_streams.accepted();
        tokio::spawn(async move {
            let entered = is_entered.await.unwrap_or(Err(CommandError::Closed));
            if entered.is_ok() {
                let _ = accepted.send(invitation_streams::Message::Entered { id }).await;
            }
            let _ = answer.send(entered);
        });
    }

    pub(super) fn on_decline(&mut self, id: InvitationId, answer: ReplySender) {
        match self.invitations.get(id) {
            Some(_) => self.answer_invitation(id, false, Some(answer)),
            None => drop(answer.send(Err(CommandError::UnknownInvitation))),
        }
    }

    fn answer_invitation(&mut self, id: InvitationId, accepted: bool, answer: Option<ReplySender>) {
        let from = self.invitations.get(id).map(|invitation| invitation.from);
        self.invitations.answer(id, accepted);
        self.store_invitations(answer);
        from.into_iter().for_each(|from| self.send_invitations(from));
    }

    /// Returns the invitations that wait for our person's answer.
    pub(super) fn open_invitations(&mut self) -> Reply {
        self.invitations.expire(wall_ms());
        Reply::Invitations(self.invitations.open().map(|invitation| self.invitation_view(&invitation)).collect())
    }

    fn invitation_view(&self, invitation: &Invitation) -> InvitationView {
        let Invitation { id, from, ticket } = invitation;
        let title = ticket.private().map(|private| private.title);
        let name = self.contacts.get(*from, wall_ms()).name;
        InvitationView { invitation: *id, room: ticket.room(), title, from: *from, name }
    }

    pub(super) fn on_invitation_message(&mut self, message: invitation_streams::Message) {
        match message {
            invitation_streams::Message::Request { from, message, answer } => {
                if self.contacts.has(&from, Tag::Blocked) {
                    // They are not told.
                    let _ = answer.send(MessageReply::Noted);
                    return;
                }
                let (event, reply) = match self.invitations.take(from, &message, wall_ms()) {
                    Taken::Invited(invitation) => {
                        (Some(Event::Invitation(self.invitation_view(&invitation))), MessageReply::Noted)
                    }
                    Taken::Answered(peer, room, accepted) => {
                        (Some(Event::InvitationAnswer { room, peer, accepted }), MessageReply::Noted)
                    }
                    Taken::Nothing => (None, MessageReply::Noted),
                    Taken::Full => (None, MessageReply::Later),
                };
                let Some(event) = event else {
                    let _ = answer.send(reply);
                    return;
                };
                let (kept, is_kept) = tokio::sync::oneshot::channel();
                self.store_invitations(Some(kept));
                tokio::spawn(async move {
                    // What is not on the disk comes again.
                    let kept = is_kept.await.is_ok_and(|kept| kept.is_ok());
                    let _ = answer.send(if kept { reply } else { MessageReply::Later });
                });
                self.frontend.emit(event);
            }
            invitation_streams::Message::Sent { to, message, reply } => {
                if self.invitations.sent(to, &message, reply, self.now().mono_ms) {
                    self.store_invitations(None);
                }
            }
            invitation_streams::Message::Entered { id } => self.answer_invitation(id, true, None),
        }
    }

    /// Sends what waits for somebody, if they are connected.
    pub(super) fn send_invitations(&mut self, to: Author) {
        if self.network.is_connected(to) {
            for message in self.invitations.due(to, self.now().mono_ms) {
                self.invitation_streams.send(to, message);
            }
        }
    }

    /// Tries those again who were not reached.
    pub(super) fn retry_invitations(&mut self) {
        for peer in self.invitations.take_due(self.now().mono_ms) {
            self.send_invitations(peer);
        }
    }

    fn store_invitations(&self, answer: Option<ReplySender>) {
        match self.invitations.encode() {
            Ok(list) => self.disk.remember(INVITATIONS, list, answer),
            Err(error) => {
                let refused = Err(CommandError::NotSaved(error.to_string()));
                answer.into_iter().for_each(|answer| drop(answer.send(refused.clone())));
            }
        }
    }
}
