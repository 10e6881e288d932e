//! The side of the window: rooms and people.

use std::collections::{BTreeMap, BTreeSet};

use iced::widget::scrollable::{Direction, Scrollbar};
use iced::widget::{Column, Space, button, column, container, row, scrollable, text, text_input};
use iced::{Alignment, Element, Length};
use inkmesh::identity::Author;
use inkmesh::name::{NameError, RoomName};

use super::Message;
use super::calls::Bell;
use super::dialog::Topic;
use super::game_bar::GameBar;
use super::people::People;
use crate::text::name_error;
use crate::window::theme::{self, Look, style};
use crate::window::when::Calendar;
use crate::window::widget::parts::{hint, scroll};
use crate::window::widget::{Pinned, focusable};

/// The id of the mark of a room whose game waits for us.
const CALL_MARK: &str = "mark-of-a-call";
/// The field for a room's name.
pub const ROOM_FIELD: &str = "room-name-field";

/// A room that we are in.
#[derive(Debug, Default)]
pub struct RoomInfo {
    /// The others who are online in it.
    pub online: BTreeSet<Author>,
    /// How many lines of others were not read yet.
    pub unread: u64,
    /// What its game waits for from us.
    pub bell: Bell,
}

/// The rooms that we are in.
#[derive(Debug, Default)]
pub struct Rooms {
    /// By name.
    pub rooms: BTreeMap<RoomName, RoomInfo>,
    /// The one that is looked at.
    pub here: Option<RoomName>,
    /// The name of a room to enter, while it is being written.
    pub entering: Option<Entering>,
}

/// The name of a room to enter.
#[derive(Debug, Default)]
pub struct Entering {
    /// What is written.
    pub name: String,
    /// Why it is no name.
    pub error: Option<NameError>,
}

impl Rooms {
    /// The others who are online in any room.
    pub fn others(&self) -> usize {
        self.rooms.values().flat_map(|room| &room.online).collect::<BTreeSet<_>>().len()
    }

    /// How many lines wait in other rooms.
    pub fn unread_elsewhere(&self) -> u64 {
        self.rooms.iter().filter(|(name, _)| Some(*name) != self.here.as_ref()).map(|(_, room)| room.unread).sum()
    }

    fn list(&self, look: Look) -> Element<'_, Message> {
        let rows = self.rooms.iter().map(|(name, info)| self.line(look, name, info));
        Column::with_children(rows).spacing(4).into()
    }

    fn line<'a>(&'a self, look: Look, name: &'a RoomName, info: &'a RoomInfo) -> Element<'a, Message> {
        let tones = look.tones;
        let here = self.here.as_ref() == Some(name);
        let label = theme::body(format!("# {name}")).wrapping(text::Wrapping::WordOrGlyph).width(Length::Fill);
        let mut line = row![if here { label.font(theme::BOLD) } else { label }].spacing(8).align_y(Alignment::Center);
        if info.bell.call().is_some() {
            line = line.push(call_mark(look));
        }
        if info.unread > 0 {
            line = line.push(badge(look, info.unread));
        } else if !info.online.is_empty() {
            line = line.push(theme::small((info.online.len() + 1).to_string(), tones.faded));
        }
        let open = button(line)
            .on_press(Message::Open(name.clone()))
            .padding([4, 8])
            .width(Length::Fill)
            .style(style::choice(tones, here));
        let open = focusable(open, Message::Open(name.clone()), tones.seal);
        if !here || self.rooms.len() < 2 {
            return open;
        }
        let leave = button(theme::sign("✕").size(theme::SMALL))
            .on_press(Message::Leave(name.clone()))
            .padding([4, 8])
            .style(style::quiet(tones));
        let leave = focusable(leave, Message::Leave(name.clone()), tones.seal);
        row![open, hint(look, leave, look.t("room-leave"))].spacing(4).align_y(Alignment::Center).into()
    }

    fn letters(&self, look: Look) -> Element<'_, Message> {
        let rows = self.rooms.iter().map(|(name, info)| {
            let letter: String = name.as_str().chars().take(1).flat_map(char::to_uppercase).collect();
            let chosen = self.here.as_ref() == Some(name);
            let letter = button(theme::strong(letter).center())
                .on_press(Message::Open(name.clone()))
                .width(36)
                .padding(4)
                .style(style::choice(look.tones, chosen));
            let mut cell = column![letter].align_x(Alignment::Center);
            let call = info.bell.call();
            if call.is_some() {
                cell = cell.push(call_mark(look));
            }
            if info.unread > 0 {
                cell = cell.push(badge(look, info.unread));
            }
            hint(look, cell, call.map_or_else(|| format!("# {name}"), |call| call.words(look, name)))
        });
        Column::with_children(rows).spacing(4).into()
    }
}

/// Rooms and people in full, and below them what stays in view however many they are. `status`: what is to be said
/// of the connection, if no other place says it.
pub fn view<'a>(
    rooms: &'a Rooms,
    people: &'a People,
    look: Look,
    calendar: &'a Calendar,
    game: &GameBar,
    status: Option<String>,
) -> Element<'a, Message> {
    let heading = |key| theme::small(look.t(key), look.tones.faded);
    let short = status.is_some();
    let status = status.map(|words| theme::small(words, look.tones.faded).wrapping(text::Wrapping::WordOrGlyph));
    let lists = column![]
        .push(status)
        .push(column![heading("room-rooms"), rooms.list(look)].spacing(8))
        .push(column![heading("room-people"), people.view(look, calendar, game)].spacing(8))
        .spacing(if short { 12 } else { 24 })
        .padding(iced::padding::right(12))
        .width(Length::Fill);
    let lists = scroll(look, lists).height(Length::Fill);
    let enter = match &rooms.entering {
        Some(entering) => entering_field(look, entering),
        None => quiet(look, look.t("room-add"), Message::AskRoom),
    };
    let gallery = quiet(look, look.t("gallery-open"), Message::ToGallery);
    let by_address = quiet(look, look.t("room-by-address"), Message::Show(Topic::Connect));
    let foot: Element<'_, Message> = if short && rooms.entering.is_none() {
        row![enter, gallery, by_address].spacing(4).wrap().into()
    } else {
        column![enter, gallery, by_address].spacing(4).into()
    };
    let title = (!short).then(|| container(theme::title("Inkmesh")).padding(iced::padding::bottom(8)));
    let all = Pinned::new(column![].push(title), lists, foot).spacing(8.0).height(Length::Fill);
    let padding = if short { [4, 8] } else { [16, 16] };
    container(all).padding(padding).width(Length::Fill).height(Length::Fill).style(style::card(look.tones)).into()
}

/// Rooms and people as letters, between a way to the full list and one to the gallery.
pub fn narrow_view<'a>(rooms: &'a Rooms, people: &'a People, look: Look, game: &GameBar) -> Element<'a, Message> {
    let menu = button(theme::sign("☰").center())
        .on_press(Message::Drawer(true))
        .width(36)
        .padding(4)
        .style(style::quiet(look.tones));
    let gallery = button(theme::sign("🖼").center())
        .on_press(Message::ToGallery)
        .width(36)
        .padding(4)
        .style(style::quiet(look.tones));
    let content = column![rooms.letters(look), Space::new().height(8), people.narrow_view(look, game)]
        .spacing(8)
        .align_x(Alignment::Center);
    let bar = Scrollbar::hidden();
    let list =
        scrollable(container(content).center_x(Length::Fill)).direction(Direction::Vertical(bar)).height(Length::Fill);
    let menu = container(hint(look, menu, look.t("room-menu"))).center_x(Length::Fill);
    let gallery = container(hint(look, gallery, look.t("gallery-open"))).center_x(Length::Fill);
    let all = Pinned::new(menu, list, gallery).spacing(8.0).height(Length::Fill);
    container(all).padding([8, 0]).width(Length::Fill).height(Length::Fill).style(style::card(look.tones)).into()
}

fn entering_field(look: Look, entering: &Entering) -> Element<'_, Message> {
    let field = text_input(&look.t("room-add-placeholder"), &entering.name)
        .id(ROOM_FIELD)
        .on_input(Message::RoomTyped)
        .on_submit(Message::EnterRoom)
        .padding(8)
        .size(theme::BODY)
        .style(style::input(look.tones));
    let error = entering.error.map(|error| theme::small(name_error(look.language, error), look.tones.seal));
    column![field].push(error).spacing(4).into()
}

/// A number that asks for a look.
pub fn badge<'a>(look: Look, number: u64) -> Element<'a, Message> {
    let words = if number > 99 { "99+".to_owned() } else { number.to_string() };
    let words = theme::small(words, look.tones.on_seal);
    container(words).padding([0, 8]).style(style::pill(look.tones.seal, look.tones.on_seal)).into()
}

/// The mark of a room whose game waits for us.
pub fn call_mark<'a>(look: Look) -> Element<'a, Message> {
    let sign = theme::sign("✎").size(theme::SMALL).color(look.tones.on_seal);
    container(sign).id(CALL_MARK).padding([1, 6]).style(style::pill(look.tones.seal, look.tones.on_seal)).into()
}

fn quiet<'a>(look: Look, words: String, message: Message) -> Element<'a, Message> {
    let button = button(theme::body(words).color(look.tones.faded))
        .on_press(message.clone())
        .padding([4, 8])
        .style(style::quiet(look.tones));
    focusable(button, message, look.tones.seal)
}
