//! The view of the contacts: their head, and the list of those who are found.

use iced::widget::text::Wrapping;
use iced::widget::{Column, button, center, column, container, row};
use iced::{Alignment, Element, Length};
use inkmesh::contacts::Contact;

use super::detail;
use super::message::Message;
use super::state::{ContactsScreen, SEARCH_FIELD};
use crate::text::grouped;
use crate::window::calendar::Calendar;
use crate::window::portrait::LISTED;
use crate::window::screen::room::people::People;
use crate::window::theme::{self, Look, style};
use crate::window::widget::parts::{field, scroll, secondary};
use crate::window::widget::{Pinned, focusable};

/// Width of the list beside a person, in pixels.
const LIST: f32 = 280.0;

/// What the contacts are shown with.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    pub look: Look,
    /// The calendar of this computer.
    pub calendar: &'a Calendar,
    pub people: &'a People,
    /// The text of the way back.
    pub back: &'static str,
    /// True if there is room for the list or for a person only.
    pub narrow: bool,
    /// True if the window is low, so that everything takes as little room as it can.
    pub short: bool,
}

/// Returns the view of the contacts.
pub fn view<'a>(screen: &'a ContactsScreen, context: Context<'a>) -> Element<'a, Message> {
    let look = context.look;
    let gap = if context.short { 4.0 } else { 12.0 };
    let person = screen.selected.as_ref().map(|selected| detail::view(selected, &screen.number, context));
    let (leave, heading) = if context.narrow && person.is_some() {
        (Message::Close, "contacts-all")
    } else {
        (Message::Leave, context.back)
    };
    let back = secondary(look, theme::body(format!("← {}", look.t(heading))), leave.clone()).padding([4, 12]);
    let back = focusable(back, leave, look.colors.accent);
    let title = theme::title(look.t("contacts-title"));
    let title = title.size(if context.short { theme::BODY } else { theme::TITLE }).wrapping(Wrapping::None);
    let title = container(title).width(Length::Fill).clip(true);
    let head = row![title, back].spacing(12).align_y(Alignment::Center);
    let content: Element<'_, Message> = match (person, context.narrow) {
        (Some(person), true) => person,
        (None, true) => list(screen, context),
        (person, false) => {
            let person = person.unwrap_or_else(|| words(look, "contacts-choose"));
            row![container(list(screen, context)).width(LIST), person].spacing(16).into()
        }
    };
    Pinned::headed(head, container(content).width(Length::Fill).height(Length::Fill))
        .spacing(gap)
        .height(Length::Fill)
        .into()
}

fn list<'a>(screen: &'a ContactsScreen, context: Context<'a>) -> Element<'a, Message> {
    let look = context.look;
    let search = field(look, &look.t("contacts-search"), &screen.search).id(SEARCH_FIELD).padding([8, 12]);
    let search = search.on_input(Message::Search);
    let found = context.people.search(&screen.search);
    if found.is_empty() {
        let key = if screen.search.trim().is_empty() { "contacts-nobody" } else { "contacts-not-found" };
        return Pinned::headed(search, words(look, key)).spacing(8.0).height(Length::Fill).into();
    }
    let more = found.len().saturating_sub(screen.listed);
    let rows = found.into_iter().take(screen.listed).map(|contact| one(screen, contact, context));
    let more = (more > 0).then(|| {
        let words = look.t_args("contacts-more", [("count", grouped(more as u64).into())]);
        focusable(
            secondary(look, theme::body(words), Message::More).padding([4, 12]),
            Message::More,
            look.colors.accent,
        )
    });
    let rows = column![Column::with_children(rows).spacing(2)].push(more).spacing(8);
    let rows = rows.padding(iced::padding::right(12)).width(Length::Fill);
    let rows = scroll(look, rows).width(Length::Fill).height(Length::Fill);
    Pinned::headed(search, rows).spacing(8.0).height(Length::Fill).into()
}

/// Returns a person in the list.
fn one<'a>(screen: &'a ContactsScreen, contact: &'a Contact, context: Context<'a>) -> Element<'a, Message> {
    let (look, peer) = (context.look, contact.peer);
    let name = context.people.label(peer, "");
    let color = if contact.online { look.colors.text } else { look.colors.muted };
    let verified = contact.verified.then(|| theme::sign("✔").size(theme::SMALL).color(look.colors.success));
    let words = column![
        theme::body(name).color(color).wrapping(Wrapping::WordOrGlyph),
        theme::small(facts(contact, context), look.colors.muted).wrapping(Wrapping::WordOrGlyph),
    ];
    let person =
        row![context.people.portrait(look, peer, contact.online, LISTED), words.width(Length::Fill)].push(verified);
    let chosen = screen.selected.as_ref().is_some_and(|selected| selected.peer == peer);
    let person = button(person.spacing(8).align_y(Alignment::Center)).on_press(Message::Select(peer)).padding([6, 8]);
    let person = person.width(Length::Fill).style(style::choice(look.colors, chosen));
    focusable(person, Message::Select(peer), look.colors.accent)
}

/// Returns what the list says of a person: the name beside a nickname, when they were met, the marks.
fn facts(contact: &Contact, context: Context<'_>) -> String {
    let look = context.look;
    let name = (contact.nickname.is_some() && !contact.name.is_empty()).then(|| contact.name.clone());
    let met = if contact.online { look.t("person-online") } else { seen(contact.last_seen, context) };
    let muted = (contact.muted && !contact.blocked).then(|| look.t("person-muted"));
    let blocked = contact.blocked.then(|| look.t("person-blocked"));
    name.into_iter().chain([met]).chain(muted).chain(blocked).collect::<Vec<_>>().join(" · ")
}

/// Returns when somebody was met.
pub(super) fn seen(ms: Option<u64>, context: Context<'_>) -> String {
    ms.map_or_else(|| context.look.t("contacts-never"), |ms| context.calendar.moment(context.look, ms))
}

fn words<'a>(look: Look, key: &str) -> Element<'a, Message> {
    let words = theme::body(look.t(key)).color(look.colors.muted).wrapping(Wrapping::WordOrGlyph).center();
    center(container(words).max_width(420)).padding(16).into()
}
