//! The view of the waiting room: its head, the rooms, and beside them what makes a room, and the people.

use std::collections::BTreeSet;

use iced::widget::text::Wrapping;
use iced::widget::{Column, column, container, row, stack};
use iced::{Alignment, Element, Length};
use inkmesh::contacts::Contact;
use inkmesh::identity::Author;
use inkmesh::name::RoomName;
use inkmesh::waiting_room::NearbyRoom;

use super::row::RoomRow;
use crate::window::portrait::LISTED;
use crate::window::screen::room::dialog::Topic;
use crate::window::screen::room::message::Message;
use crate::window::screen::room::people;
use crate::window::screen::room::rooms;
use crate::window::screen::room::state::RoomScreen;
use crate::window::screen::room::view::{banners, call_banner, head_buttons, notices};
use crate::window::theme::{self, Look, style};
use crate::window::widget::parts::{dot, quiet, quiet_button, scroll, secondary};
use crate::window::widget::{Pinned, focusable};

/// The widest that everything is together, in pixels.
const WIDEST: f32 = 1080.0;
/// Width of what stands beside the rooms.
const BESIDE: f32 = 320.0;
/// The same in a window with folded columns.
const NARROW_BESIDE: f32 = 248.0;
/// Width of the window from which `BESIDE` is used.
const WIDE_FROM: f32 = 1000.0;
/// People who are listed. The contacts have all.
const MOST_PEOPLE: usize = 60;
/// Rooms that are listed of those that we left.
const MOST_PAST: usize = 60;

/// Returns the view of the waiting room.
pub fn view(screen: &RoomScreen, look: Look) -> Element<'_, Message> {
    let (layout, (_, gap)) = (&screen.layout, screen.layout.gaps());
    let width = layout.size.width;
    let content: Element<'_, Message> = if layout.is_narrow() {
        let lists = column![rooms_list(screen, look), people_list(screen, look)].spacing(16);
        let lists = scroll(look, lists.padding(iced::padding::right(12))).width(Length::Fill).height(Length::Fill);
        Pinned::new(head(screen, look), lists, make(screen, look)).spacing(gap).height(Length::Fill).into()
    } else {
        let lists = scroll(look, container(rooms_list(screen, look)).padding(iced::padding::right(12)));
        let lists = lists.width(Length::Fill).height(Length::Fill);
        let beside = if width < WIDE_FROM { NARROW_BESIDE } else { BESIDE };
        let body = row![lists, container(beside_rooms(screen, look)).width(beside)].spacing(12);
        Pinned::headed(head(screen, look), body.height(Length::Fill))
            .spacing(2.0 * gap.max(6.0))
            .height(Length::Fill)
            .into()
    };
    let edge = if layout.is_narrow() || layout.is_short() { 8.0 } else { 16.0 };
    let content = container(content).max_width(WIDEST).padding(edge);
    stack![container(content).center_x(Length::Fill).height(Length::Fill)].push(notices(screen, look)).into()
}

/// Returns the name of the program, the state of the connection, and the buttons to settings and help.
fn head(screen: &RoomScreen, look: Look) -> Element<'_, Message> {
    let low = screen.layout.is_short() || screen.layout.is_narrow();
    let title = theme::title("Inkmesh").size(if low { theme::TITLE } else { theme::HUGE }).wrapping(Wrapping::None);
    let status = screen.waiting_status();
    let words = theme::small(status.words(look), look.colors.text).line_height(1.2).wrapping(Wrapping::WordOrGlyph);
    let words = container(words).max_height(34).clip(true);
    let status = row![dot(10.0, status.color(look)), words].spacing(8).align_y(Alignment::Center);
    // Nobody is invited without a room.
    let buttons = row(head_buttons(look).into_iter().skip(1)).spacing(4);
    let first: Element<'_, Message> = if low {
        let first = row![title, container(status).width(Length::Fill), buttons];
        first.spacing(12).align_y(Alignment::Center).into()
    } else {
        let words = column![title, status].spacing(4).width(Length::Fill);
        row![words, buttons].spacing(12).align_y(Alignment::Center).into()
    };
    let banners = banners(screen, look, screen.layout.is_short());
    column![first].push(call_banner(screen, look)).push(banners).spacing(8).into()
}

// ---- rooms ----

fn rooms_list(screen: &RoomScreen, look: Look) -> Element<'_, Message> {
    let waiting = &screen.waiting;
    if !waiting.is_loaded {
        return theme::body(look.t("waiting-loading")).color(look.colors.muted).into();
    }
    let own = waiting.own(&screen.rooms);
    let own = own.into_iter().enumerate().map(|(at, room)| own_row(screen, look, room, at == 0));
    let others = waiting.others(&screen.rooms);
    let others: Element<'_, Message> = match others.is_empty() {
        true => no_others(screen, look),
        false => rows(others.into_iter().map(|nearby| other_row(screen, look, nearby))),
    };
    let past = waiting.past(&screen.rooms);
    let past = (!past.is_empty()).then(|| {
        let past = past.into_iter().take(MOST_PAST).map(|past| {
            let label = rooms::label(&past.room, past.title.as_ref());
            let words = theme::body(label).color(look.colors.muted).wrapping(Wrapping::None);
            let message = Message::Rooms(rooms::Message::Enter(past.room.clone()));
            focusable(quiet(look, words, message.clone()).padding([4, 8]), message, look.colors.accent)
        });
        part(look, "waiting-past", iced::widget::Row::with_children(past).spacing(4).wrap())
    });
    let own = (!screen.rooms.rooms.is_empty()).then(|| part(look, "waiting-own", rows(own)));
    column![].push(own).push(part(look, "waiting-nearby", others)).push(past).spacing(20).width(Length::Fill).into()
}

fn rows<'a>(rows: impl Iterator<Item = Element<'a, Message>>) -> Element<'a, Message> {
    Column::with_children(rows).spacing(8).width(Length::Fill).into()
}

/// Returns a part with its heading.
fn part<'a>(look: Look, heading: &str, content: impl Into<Element<'a, Message>>) -> Element<'a, Message> {
    column![theme::small(look.t(heading), look.colors.muted), content.into()].spacing(8).into()
}

/// Returns the row of a room that we are in.
fn own_row<'a>(screen: &'a RoomScreen, look: Look, room: &'a RoomName, is_first: bool) -> Element<'a, Message> {
    let nearby = screen.waiting.nearby(room);
    let info = screen.rooms.rooms.get(room);
    let online = info.map(|info| &info.online);
    let announced = nearby.into_iter().flat_map(|nearby| nearby.who.iter().map(|who| who.peer));
    let all: BTreeSet<Author> = online.into_iter().flatten().copied().chain(announced).collect();
    let name = |peer: &Author| screen.waiting_label(*peer);
    let line = screen.waiting.line(room).map(|line| {
        let name = match line.author == screen.me {
            true => look.t("person-you"),
            false => screen.people.short_label(line.author, &line.name),
        };
        let words = match &line.words {
            Some(words) => format!("{name}: {words}"),
            None => look.t_args("waiting-drew", [("name", name.into())]),
        };
        (words, screen.calendar.moment(look, line.time))
    });
    let row = RoomRow {
        label: screen.rooms.label(room),
        people: all.iter().map(|peer| (*peer, name(peer))).collect(),
        game: nearby.and_then(|nearby| nearby.game),
        calls: info.is_some_and(|info| info.call.get().is_some()),
        unread: info.map_or(0, |info| info.unread),
        line,
        is_first,
        is_small: screen.layout.is_narrow() || screen.layout.is_short(),
        message: Message::Rooms(rooms::Message::Open(room.clone())),
    };
    row.view(look, &screen.people)
}

/// Returns the row of a room that only others have open.
fn other_row<'a>(screen: &'a RoomScreen, look: Look, nearby: &'a NearbyRoom) -> Element<'a, Message> {
    let row = RoomRow {
        label: rooms::label(&nearby.room, None),
        people: nearby.who.iter().map(|who| (who.peer, screen.waiting_label(who.peer))).collect(),
        game: nearby.game,
        calls: false,
        unread: 0,
        line: None,
        is_first: false,
        is_small: screen.layout.is_narrow() || screen.layout.is_short(),
        message: Message::Rooms(rooms::Message::Enter(nearby.room.clone())),
    };
    row.view(look, &screen.people)
}

/// Returns what to do while nobody has another room open.
fn no_others(screen: &RoomScreen, look: Look) -> Element<'_, Message> {
    let alone = screen.waiting_status().is_alone();
    let (title, words) = match alone {
        true => ("waiting-alone-title", "waiting-alone"),
        false => ("waiting-no-rooms-title", "waiting-no-rooms"),
    };
    let words = column![
        theme::strong(look.t(title)).wrapping(Wrapping::WordOrGlyph),
        theme::small(look.t(words), look.colors.muted).wrapping(Wrapping::WordOrGlyph),
    ];
    container(words.spacing(4)).padding([12, 16]).width(Length::Fill).style(style::card(look.colors)).into()
}

// ---- beside the rooms ----

fn beside_rooms(screen: &RoomScreen, look: Look) -> Element<'_, Message> {
    let list = scroll(look, container(people_list(screen, look)).padding(iced::padding::right(12)));
    let list = list.width(Length::Fill).height(Length::Fill);
    let all = quiet_button(look, look.t("contacts-open"), Message::ToContacts);
    let card = Pinned::new(make(screen, look), list, all).spacing(16.0).height(Length::Fill);
    let padding = if screen.layout.is_short() { [8, 8] } else { [16, 16] };
    container(card).padding(padding).width(Length::Fill).height(Length::Fill).style(style::card(look.colors)).into()
}

/// Returns the field for the name of a new room, and the other ways to one.
fn make(screen: &RoomScreen, look: Look) -> Element<'_, Message> {
    let field = screen.rooms.new_room_view(look).map(Message::Rooms);
    let message = Message::Show(Topic::Connect);
    let address = secondary(look, theme::body(look.t("status-connect")).center(), message.clone()).padding([6, 12]);
    let address = focusable(address, message, look.colors.accent);
    if screen.layout.is_narrow() || screen.layout.is_short() {
        let all = quiet_button(look, look.t("contacts-open"), Message::ToContacts);
        let all = screen.layout.is_narrow().then_some(all);
        return column![field, row![address].push(all).spacing(8)].spacing(6).into();
    }
    let new = part(look, "waiting-new", field);
    let hint = theme::small(look.t("waiting-new-hint"), look.colors.muted).wrapping(Wrapping::WordOrGlyph);
    column![new, hint, address].spacing(8).into()
}

// ---- people ----

fn people_list(screen: &RoomScreen, look: Look) -> Element<'_, Message> {
    let known = screen.people.search("").into_iter().filter(|contact| !contact.blocked);
    let known: Vec<&Contact> = known.take(MOST_PEOPLE).collect();
    let content: Element<'_, Message> = if known.is_empty() {
        theme::small(look.t("waiting-no-people"), look.colors.muted).wrapping(Wrapping::WordOrGlyph).into()
    } else {
        let rows = known.into_iter().map(|contact| person(screen, look, contact));
        Column::with_children(rows).spacing(4).width(Length::Fill).into()
    };
    part(look, "waiting-people", content)
}

/// Returns a person, with the rooms that they have open, or when they were here.
fn person<'a>(screen: &'a RoomScreen, look: Look, contact: &'a Contact) -> Element<'a, Message> {
    let name = screen.people.label(contact.peer, "");
    let rooms: Vec<String> = screen.waiting.rooms_of(contact.peer).map(|room| format!("# {room}")).collect();
    let facts = match (contact.online, contact.last_seen) {
        (true, _) if rooms.is_empty() => look.t("person-online"),
        (true, _) => rooms.join("  "),
        (false, Some(ms)) => look.t_args("person-away-since", [("when", screen.calendar.moment(look, ms).into())]),
        (false, None) => look.t("person-away"),
    };
    let color = if contact.online { look.colors.text } else { look.colors.muted };
    let line = |words: iced::widget::Text<'a>| container(words.wrapping(Wrapping::None)).clip(true);
    let words = column![line(theme::body(name).color(color)), line(theme::small(facts, look.colors.muted)),];
    let row = row![screen.people.portrait(look, contact.peer, contact.online, LISTED), words.width(Length::Fill)];
    let message = Message::People(people::Message::Details(contact.peer));
    let button = quiet(look, row.spacing(8).align_y(Alignment::Center), message.clone()).padding([4, 4]);
    focusable(button.width(Length::Fill), message, look.colors.accent)
}
