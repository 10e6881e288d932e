//! The invitations of others: a card over the screen, one after another, until they are answered.

use iced::widget::text::Wrapping;
use iced::widget::{column, container, row};
use iced::{Alignment, Element, Length};
use inkmesh::command::Command;
use inkmesh::event::InvitationView;
use inkmesh::invitation::InvitationId;

use crate::window::portrait::LISTED;
use crate::window::screen::room::people::People;
use crate::window::screen::room::rooms::label;
use crate::window::theme::{self, Look, style};
use crate::window::widget::parts::{primary, secondary};
use crate::window::widget::{focusable, opaque};

/// An event of the card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Message {
    Accept(InvitationId),
    Decline(InvitationId),
}

/// The invitations that wait for an answer, in the order in which they came.
#[derive(Debug, Default)]
pub struct Received(Vec<InvitationView>);

impl Received {
    /// Replaces all invitations.
    pub fn replace(&mut self, invitations: Vec<InvitationView>) {
        self.0 = invitations;
    }

    /// Adds an invitation that came now, in the place of an earlier one by the same person into the same room.
    pub fn came(&mut self, invitation: InvitationView) {
        self.0.retain(|one| one.from != invitation.from || one.room != invitation.room);
        self.0.push(invitation);
    }

    /// Removes an invitation.
    pub fn answered(&mut self, id: InvitationId) {
        self.0.retain(|invitation| invitation.invitation != id);
    }

    /// Returns the command that a message is.
    pub fn update(&self, message: Message) -> Command {
        match message {
            Message::Accept(invitation) => Command::Accept { invitation },
            Message::Decline(invitation) => Command::Decline { invitation },
        }
    }

    /// Returns the card of the first invitation: who invites, whether it is certain that it is they, and where.
    pub fn view<'a>(&'a self, look: Look, people: &'a People) -> Option<Element<'a, Message>> {
        let InvitationView { invitation, room, title, from, name } = self.0.first()?;
        let who = people.label(*from, name);
        let room = label(room, title.as_ref());
        let verified = people.contact(*from).is_some_and(|contact| contact.verified);
        let (key, color) = match verified {
            true => ("invited-verified", look.colors.success),
            false => ("invited-unverified", look.colors.muted),
        };
        let sign = verified.then(|| theme::sign("✔").color(color));
        let words = look.t_args("invited-words", [("name", who.as_str().into()), ("room", room.into())]);
        let sure = row![].push(sign).push(theme::small(look.t(key), color).wrapping(Wrapping::WordOrGlyph));
        let words = column![theme::strong(words).wrapping(Wrapping::WordOrGlyph), sure.spacing(4)].spacing(2);
        let head = row![people.portrait(look, *from, true, LISTED), words.width(Length::Fill)].spacing(12);
        let accept = Message::Accept(*invitation);
        let decline = Message::Decline(*invitation);
        let enter = primary(look, theme::body(look.t("invited-accept")), accept).padding([8, 16]);
        let no = secondary(look, theme::body(look.t("invited-decline")), decline).padding([8, 16]);
        let more = (self.0.len() > 1).then(|| {
            theme::small(look.t_args("invited-more", [("count", (self.0.len() - 1).into())]), look.colors.muted)
        });
        let buttons = row![
            container(column![].push(more)).width(Length::Fill),
            focusable(no, decline, look.colors.accent),
            focusable(enter, accept, look.colors.text)
        ];
        let buttons = buttons.spacing(8).align_y(Alignment::Center);
        let card = container(column![head.align_y(Alignment::Center), buttons].spacing(12)).padding(16).max_width(440);
        let card = opaque(card.style(style::dialog(look.colors)));
        Some(container(card).center_x(Length::Fill).padding(16).into())
    }
}
