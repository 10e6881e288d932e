//! The rooms that we are in.

use std::collections::{BTreeMap, BTreeSet};

use iced::widget::{Column, button, column, container, row, text};
use iced::{Alignment, Element, Length};
use inkmesh::event::RoomSummary;
use inkmesh::identity::Author;
use inkmesh::name::{NameError, RoomName};
use inkmesh::room_ticket::SCHEME;

use super::game::call::{Call, PendingCall};
use crate::text::name_error;
use crate::window::theme::{self, Look, style};
use crate::window::widget::focusable;
use crate::window::widget::parts::{self, close_button, hint, quiet_button};

/// The id of the mark of a room whose game waits for us.
const CALL_MARK: &str = "mark-of-a-call";
/// The id of the field for a room's name.
pub const ROOM_FIELD: &str = "room-name-field";

/// An event of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    Open(RoomName),
    /// Enter a room that we are not in.
    Enter(RoomName),
    /// Show the field for the name of a room to join.
    Add,
    Typed(String),
    Join,
    /// Make a private room of this title and enter it.
    JoinPrivately,
    Leave(RoomName),
}

/// A consequence of a message, outside of the list.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    Open(RoomName),
    /// Focus the field for the name.
    FocusField,
    Join(RoomName),
    /// Enter the room of a ticket.
    OpenTicket(String),
    /// Make a private room of this title and enter it.
    CreatePrivate(RoomName),
    Leave(RoomName),
}

/// A room that we are in.
#[derive(Debug, Default)]
pub struct RoomInfo {
    pub online: BTreeSet<Author>,
    /// The number of unread lines.
    pub unread: u64,
    /// When something happened last, as was known when the rooms were listed; 0 if never.
    pub last_activity: u64,
    /// What its game waits for from us.
    pub call: PendingCall,
    /// The title, if the room is private.
    title: Option<RoomName>,
}

/// The rooms that we are in.
#[derive(Debug)]
pub struct Rooms {
    pub rooms: BTreeMap<RoomName, RoomInfo>,
    /// The open room.
    pub here: Option<RoomName>,
    /// The name of a room to join, while it is being written.
    pub adding: Option<Adding>,
    /// The rooms to open at the start: the first of them that we are in.
    wanted: Vec<RoomName>,
    /// The drafts of the rooms that are not open.
    drafts: BTreeMap<RoomName, String>,
}

/// The name of a room to join.
#[derive(Debug, Default)]
pub struct Adding {
    /// The text in the field.
    name: String,
    /// The reason why it is no name.
    error: Option<NameError>,
}

impl Rooms {
    /// Creates an empty list. `wanted` are the rooms to open at the start.
    pub fn new(wanted: Vec<RoomName>) -> Self {
        Rooms { rooms: BTreeMap::new(), here: None, adding: None, wanted, drafts: BTreeMap::new() }
    }

    pub fn update(&mut self, message: Message) -> Option<Outcome> {
        match message {
            Message::Open(room) => return Some(Outcome::Open(room)),
            Message::Enter(room) => return Some(Outcome::Join(room)),
            Message::Add => {
                self.adding = Some(Adding::default());
                return Some(Outcome::FocusField);
            }
            Message::Typed(name) => self.adding = Some(Adding { name, error: None }),
            Message::Join => return self.join(false),
            Message::JoinPrivately => return self.join(true),
            Message::Leave(room) => return Some(Outcome::Leave(room)),
        }
        None
    }

    /// Enters the room in the field: `privately` a new private one of that title.
    fn join(&mut self, privately: bool) -> Option<Outcome> {
        let adding = self.adding.as_mut()?;
        let text = adding.name.trim();
        if text.get(..SCHEME.len()).is_some_and(|start| start.eq_ignore_ascii_case(SCHEME)) {
            let ticket = text.to_owned();
            self.adding = None;
            return Some(Outcome::OpenTicket(ticket));
        }
        match adding.name.parse::<RoomName>() {
            Ok(room) => {
                self.adding = None;
                return Some(if privately { Outcome::CreatePrivate(room) } else { Outcome::Join(room) });
            }
            Err(error) => adding.error = Some(error),
        }
        None
    }

    /// Replaces the rooms by these; what is known of a room stays. Returns the room to open at the start.
    pub fn replace(&mut self, rooms: Vec<RoomSummary>) -> Option<RoomName> {
        let mut known = std::mem::take(&mut self.rooms);
        for summary in rooms {
            let mut info = known.remove(&summary.room).unwrap_or_default();
            (info.unread, info.title) = (summary.unread, summary.title);
            info.last_activity = summary.last_activity;
            self.rooms.insert(summary.room, info);
        }
        self.here.take_if(|here| !self.rooms.contains_key(here));
        let wanted = std::mem::take(&mut self.wanted).into_iter().find(|room| self.rooms.contains_key(room));
        wanted.filter(|_| self.here.is_none())
    }

    /// Opens a room, and keeps the draft of the one that was open. Returns the draft of the room.
    pub fn open(&mut self, room: RoomName, draft: String) -> String {
        // A room that is opened again while it is being read is both.
        if let Some(left) = self.here.replace(room.clone()) {
            self.drafts.insert(left, draft);
        }
        self.drafts.remove(&room).unwrap_or_default()
    }

    /// Removes a room that we left.
    pub fn remove(&mut self, room: &RoomName) {
        self.rooms.remove(room);
        self.here.take_if(|here| here == room);
    }

    /// Puts a text that was not sent before the draft of a room that is not open.
    pub fn restore_draft(&mut self, room: &RoomName, text: String) {
        let draft = self.drafts.entry(room.clone()).or_default();
        *draft = if draft.is_empty() { text } else { format!("{text} {draft}") };
    }

    /// Returns how a room is called on the screen.
    pub fn label(&self, room: &RoomName) -> String {
        label(room, self.rooms.get(room).and_then(|info| info.title.as_ref()))
    }

    pub fn info(&mut self, room: &RoomName) -> &mut RoomInfo {
        self.rooms.entry(room.clone()).or_default()
    }

    /// Returns the calls with their rooms.
    pub fn calls(&self) -> impl Iterator<Item = (Call, &RoomName)> {
        self.rooms.iter().filter_map(|(name, info)| Some((info.call.get()?, name)))
    }

    /// Returns how many others are online in any room.
    pub fn others(&self) -> usize {
        self.rooms.values().flat_map(|room| &room.online).collect::<BTreeSet<_>>().len()
    }

    /// Returns the number of unread lines in other rooms.
    pub fn unread_elsewhere(&self) -> u64 {
        self.rooms.iter().filter(|(name, _)| Some(*name) != self.here.as_ref()).map(|(_, room)| room.unread).sum()
    }

    pub fn list(&self, look: Look) -> Element<'_, Message> {
        let rows = self.rooms.iter().map(|(name, info)| self.line(look, name, info));
        Column::with_children(rows).spacing(4).into()
    }

    /// Returns the field for the name of a room to join, or a button that shows it.
    pub fn add_view(&self, look: Look) -> Element<'_, Message> {
        match &self.adding {
            Some(adding) => field(look, adding),
            None => quiet_button(look, look.t("room-add"), Message::Add),
        }
    }

    /// Returns the field for the name of a room to join, with its button.
    pub fn new_room_view(&self, look: Look) -> Element<'_, Message> {
        let (name, error) = self.adding.as_ref().map_or(("", None), |adding| (adding.name.as_str(), adding.error));
        let field = parts::field(look, &look.t("waiting-new-placeholder"), name).id(ROOM_FIELD).padding([6, 10]);
        let field = field.on_input(Message::Typed).on_submit(Message::Join);
        let may_open = (!name.trim().is_empty()).then_some(Message::Join);
        let open = parts::secondary(look, theme::body(look.t("waiting-new-open")), may_open).padding([6, 12]);
        let open = focusable(open, Message::Join, look.colors.accent);
        let error = error.map(|error| theme::small(name_error(look.language, error), look.colors.accent));
        let private = format!("🔒 {}", look.t("waiting-new-private"));
        let may_open = (!name.trim().is_empty()).then_some(Message::JoinPrivately);
        let private = parts::secondary(look, theme::body(private), may_open).padding([6, 12]);
        let private = focusable(private, Message::JoinPrivately, look.colors.accent);
        column![row![field, open].spacing(8), private].push(error).spacing(6).into()
    }

    fn line<'a>(&'a self, look: Look, name: &'a RoomName, info: &'a RoomInfo) -> Element<'a, Message> {
        let colors = look.colors;
        let here = self.here.as_ref() == Some(name);
        let label = theme::body(self.label(name)).wrapping(text::Wrapping::WordOrGlyph).width(Length::Fill);
        let mut line = row![if here { label.font(theme::BOLD) } else { label }].spacing(8).align_y(Alignment::Center);
        if info.call.get().is_some() {
            line = line.push(call_mark(look));
        }
        if info.unread > 0 {
            line = line.push(badge(look, info.unread));
        } else if !info.online.is_empty() {
            line = line.push(theme::small((info.online.len() + 1).to_string(), colors.muted));
        }
        let open = button(line)
            .on_press(Message::Open(name.clone()))
            .padding([4, 8])
            .width(Length::Fill)
            .style(style::choice(colors, here));
        let open = focusable(open, Message::Open(name.clone()), colors.accent);
        if !here || self.rooms.len() < 2 {
            return open;
        }
        let leave = close_button(look, theme::SMALL, Message::Leave(name.clone()));
        row![open, hint(look, leave, look.t("room-leave"))].spacing(4).align_y(Alignment::Center).into()
    }

    pub fn letters(&self, look: Look) -> Element<'_, Message> {
        let rows = self.rooms.iter().map(|(name, info)| {
            let shown = info.title.as_ref().unwrap_or(name);
            let letter: String = shown.as_str().chars().take(1).flat_map(char::to_uppercase).collect();
            let chosen = self.here.as_ref() == Some(name);
            let letter = button(theme::strong(letter).center())
                .on_press(Message::Open(name.clone()))
                .width(36)
                .padding(4)
                .style(style::choice(look.colors, chosen));
            let mut cell = column![letter].align_x(Alignment::Center);
            let call = info.call.get();
            if call.is_some() {
                cell = cell.push(call_mark(look));
            }
            if info.unread > 0 {
                cell = cell.push(badge(look, info.unread));
            }
            hint(look, cell, call.map_or_else(|| self.label(name), |call| call.words(look, &self.label(name))))
        });
        Column::with_children(rows).spacing(4).into()
    }
}

/// Returns how a room is called on the screen: a private one by its title behind a lock, as others may have the same name.
pub fn label(room: &RoomName, title: Option<&RoomName>) -> String {
    match title {
        Some(title) => format!("🔒 {title}"),
        None if room.is_private() => format!("🔒 {}", &room.as_str()[..8]),
        None => format!("# {room}"),
    }
}

/// Returns the field for the name of a room to join.
fn field(look: Look, adding: &Adding) -> Element<'_, Message> {
    let field = parts::field(look, &look.t("room-add-placeholder"), &adding.name).id(ROOM_FIELD).padding(8);
    let field = field.on_input(Message::Typed).on_submit(Message::Join);
    let error = adding.error.map(|error| theme::small(name_error(look.language, error), look.colors.accent));
    column![field].push(error).spacing(4).into()
}

/// Returns a number of unread lines.
pub fn badge<'a, M: 'a>(look: Look, number: u64) -> Element<'a, M> {
    let words = if number > 99 { "99+".to_owned() } else { number.to_string() };
    let words = theme::small(words, look.colors.on_accent);
    container(words).padding([0, 8]).style(style::pill(look.colors.accent, look.colors.on_accent)).into()
}

/// Returns the mark of a room whose game waits for us.
pub fn call_mark<'a, M: 'a>(look: Look) -> Element<'a, M> {
    let sign = theme::sign("✎").size(theme::SMALL).color(look.colors.on_accent);
    container(sign).id(CALL_MARK).padding([1, 6]).style(style::pill(look.colors.accent, look.colors.on_accent)).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_stays_with_its_room_also_when_the_room_is_opened_again() {
        let (lobby, other) = (RoomName::lobby(), "other".parse::<RoomName>().unwrap());
        let mut rooms = Rooms::new(Vec::new());
        assert_eq!(rooms.open(lobby.clone(), String::new()), "");
        assert_eq!(rooms.open(lobby.clone(), "half a li".to_owned()), "half a li");
        assert_eq!(rooms.open(other.clone(), "half a li".to_owned()), "");
        assert_eq!(rooms.open(lobby, "elsewhere".to_owned()), "half a li");
        assert_eq!(rooms.open(other, String::new()), "elsewhere");
    }
}
