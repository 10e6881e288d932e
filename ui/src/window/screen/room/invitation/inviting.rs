//! The content of the dialog with which people are invited into a room.

use std::collections::BTreeSet;

use iced::widget::text::Wrapping;
use iced::widget::{Column, button, column, container, qr_code, row};
use iced::{Alignment, Color, Element, Length};
use inkmesh::command::{Command, CommandError};
use inkmesh::identity::Author;
use inkmesh::invitation::MAX_INVITED;
use inkmesh::name::RoomName;

use crate::text::command_error;
use crate::window::portrait;
use crate::window::screen::room::people::People;
use crate::window::theme::{self, Look, style};
use crate::window::widget::focusable;
use crate::window::widget::parts::{primary, small_button};

/// People who are listed at most: those who are here, and the last who were.
const LISTED: usize = 50;
/// The width of the QR code with its margin, in pixels.
const CODE: f32 = 264.0;
/// The margin of a QR code, as wide as four of its modules (ISO/IEC 18004) of those with few.
const MARGIN: f32 = 16.0;

/// An event of the dialog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Message {
    /// Choose a person, or no longer.
    Choose(Author),
    /// Copy the ticket.
    Copy,
    /// Invite those who are chosen.
    Send,
}

/// A consequence of a message.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    Copy(String),
    Command(Command),
}

/// The state of the dialog.
#[derive(Debug)]
pub struct Inviting {
    room: RoomName,
    chosen: BTreeSet<Author>,
    ticket: Option<Ticket>,
    error: Option<CommandError>,
}

/// The ticket of the room.
#[derive(Debug)]
struct Ticket {
    text: String,
    /// `None`: it is too long for one.
    code: Option<qr_code::Data>,
}

impl Inviting {
    /// Opens the dialog. The ticket is to be asked for.
    pub fn new(room: RoomName) -> Self {
        Inviting { room, chosen: BTreeSet::new(), ticket: None, error: None }
    }

    /// Returns the room.
    pub fn room(&self) -> &RoomName {
        &self.room
    }

    /// Takes the ticket of the room.
    pub fn ticket(&mut self, text: String) {
        // In capital letters a QR code needs fewer modules.
        let code = qr_code::Data::with_error_correction(text.to_uppercase(), qr_code::ErrorCorrection::Low).ok();
        self.ticket = Some(Ticket { text, code });
    }

    /// Takes the reason why nobody was invited.
    pub fn refused(&mut self, error: CommandError) {
        self.error = Some(error);
    }

    pub fn update(&mut self, message: Message) -> Option<Outcome> {
        match message {
            Message::Choose(peer) => {
                self.error = None;
                if !self.chosen.remove(&peer) && self.chosen.len() < MAX_INVITED {
                    self.chosen.insert(peer);
                }
                None
            }
            Message::Copy => Some(Outcome::Copy(self.ticket.as_ref()?.text.clone())),
            Message::Send if self.chosen.is_empty() => None,
            Message::Send => {
                let peers = self.chosen.iter().copied().collect();
                Some(Outcome::Command(Command::Invite { room: self.room.clone(), peers }))
            }
        }
    }

    /// Returns the people to choose from, and the ticket.
    pub fn view<'a>(&'a self, look: Look, people: &'a People) -> Element<'a, Message> {
        let small = |key: &str| theme::small(look.t(key), look.colors.muted).wrapping(Wrapping::WordOrGlyph);
        let candidates =
            people.search("").into_iter().filter(|contact| !contact.blocked && !people.is_here(contact.peer));
        let rows: Vec<Element<'_, Message>> =
            candidates.take(LISTED).map(|contact| self.candidate(look, people, contact.peer, contact.online)).collect();
        let nobody = rows.is_empty().then(|| theme::body(look.t("invite-nobody")).wrapping(Wrapping::WordOrGlyph));
        let error = self.error.as_ref().map(|error| {
            theme::small(command_error(look.language, error), look.colors.accent).wrapping(Wrapping::WordOrGlyph)
        });
        column![small("invite-whom"), Column::with_children(rows).spacing(4)]
            .push(nobody)
            .push(error)
            .push(
                column![theme::strong(look.t("invite-ticket")), small(self.means())]
                    .push(self.ticket_view(look))
                    .spacing(8),
            )
            .spacing(12)
            .into()
    }

    /// Returns the key of what a ticket means.
    fn means(&self) -> &'static str {
        if self.room.is_private() { "invite-ticket-private" } else { "invite-ticket-public" }
    }

    fn candidate<'a>(&self, look: Look, people: &'a People, peer: Author, online: bool) -> Element<'a, Message> {
        let (name, chosen) = (people.label(peer, ""), self.chosen.contains(&peer));
        let state = look.t(if online { "person-online" } else { "person-away" });
        let words = column![theme::body(name).wrapping(Wrapping::WordOrGlyph), theme::small(state, look.colors.muted)];
        let tick = chosen.then(|| theme::sign("✔").color(look.colors.success));
        let portrait = people.portrait(look, peer, online, portrait::LISTED);
        let line = row![portrait, words.width(Length::Fill)].push(tick);
        let message = Message::Choose(peer);
        let line = button(line.spacing(8).align_y(Alignment::Center)).on_press(message).padding([4, 8]);
        focusable(line.width(Length::Fill).style(style::choice(look.colors, chosen)), message, look.colors.accent)
    }

    fn ticket_view(&self, look: Look) -> Option<Element<'_, Message>> {
        let ticket = self.ticket.as_ref()?;
        let copy = small_button(look, look.t("connect-copy"), Message::Copy);
        let copy = focusable(copy, Message::Copy, look.colors.accent);
        // The beginning is enough to see that it is there.
        let text = theme::small(&ticket.text, look.colors.text).wrapping(Wrapping::None);
        let text = container(text).width(Length::Fill).clip(true);
        let code = ticket.code.as_ref().map(|code| {
            // Dark on light in either appearance, as readers expect it.
            let code = qr_code(code).total_size(CODE - 2.0 * MARGIN);
            let code = code.style(|_| qr_code::Style { cell: Color::BLACK, background: Color::WHITE });
            let code = container(code).padding(MARGIN);
            let code = code.style(|_| container::Style { background: Some(Color::WHITE.into()), ..Default::default() });
            container(code).center_x(Length::Fill)
        });
        Some(column![row![text, copy].spacing(8).align_y(Alignment::Center)].push(code).spacing(8).into())
    }

    /// Returns the button that invites.
    pub fn foot(&self, look: Look) -> Element<'_, Message> {
        let words = look.t_args("invite-send", [("count", self.chosen.len().into())]);
        let send = (!self.chosen.is_empty()).then_some(Message::Send);
        let send = primary(look, theme::body(words), send).padding([8, 16]);
        container(focusable(send, Message::Send, look.colors.text)).align_right(Length::Fill).into()
    }
}
