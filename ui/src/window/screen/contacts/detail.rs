//! The view of one person: the marks, what is known, and the verification.

use iced::widget::text::Wrapping;
use iced::widget::{Column, Row, button, column, container, row};
use iced::{Alignment, Element, Length};
use inkmesh::contacts::Contact;
use inkmesh::identity::Author;

use super::message::Message;
use super::state::{Selected, Verdict};
use super::view::{Context, seen};
use crate::text::{name_error, short_address};
use crate::window::portrait::{LARGE, LISTED};
use crate::window::theme::{self, style};
use crate::window::widget::focusable;
use crate::window::widget::parts::{field, scroll, secondary, small_button};

/// Look-alikes that are warned of.
const MOST_ALIKE: usize = 3;

/// Returns the view of the selected person; `own` is the verification number of our own key.
pub fn view<'a>(selected: &'a Selected, own: &'a str, context: Context<'a>) -> Element<'a, Message> {
    let look = context.look;
    let contact = context.people.contact(selected.peer);
    // Parts that come and go stand behind others in a column of their own: a field that gets another place loses the focus.
    let name =
        column![head(selected.peer, contact, context)].push(warnings(selected.peer, contact, context)).spacing(16);
    let known =
        column![known(selected.peer, contact, context)].push(contact.map(|contact| addresses(contact, context)));
    let parts = column![name, marks(contact, context), nickname(selected, context), known.spacing(16)]
        .push(verification(selected, contact, own, context))
        .spacing(if context.short { 12 } else { 20 })
        .padding(if context.short { 8 } else { 16 })
        .max_width(620);
    let card = scroll(look, parts).width(Length::Fill).height(Length::Fill);
    container(card).width(Length::Fill).height(Length::Fill).style(style::card(look.colors)).into()
}

fn head<'a>(peer: Author, contact: Option<&'a Contact>, context: Context<'a>) -> Element<'a, Message> {
    let look = context.look;
    let online = contact.is_some_and(|contact| contact.online);
    let label = context.people.label(peer, "");
    let shown = context.people.portrait(look, peer, online, if context.short { LISTED } else { LARGE });
    let name = theme::title(label).wrapping(Wrapping::WordOrGlyph);
    let state = match contact {
        Some(contact) if contact.online => look.t("person-online"),
        Some(Contact { last_seen: Some(ms), .. }) => {
            look.t_args("person-away-since", [("when", context.calendar.moment(look, *ms).into())])
        }
        _ => look.t("contacts-not-met"),
    };
    let own = context.people.name(peer, "");
    let own = contact.is_some_and(|contact| contact.nickname.is_some()) && !own.is_empty();
    let state = if own { format!("{} · {state}", context.people.name(peer, "")) } else { state };
    let state = theme::small(state, look.colors.muted).wrapping(Wrapping::WordOrGlyph);
    row![shown, column![name, state].spacing(2).width(Length::Fill)].spacing(12).align_y(Alignment::Center).into()
}

/// Returns warnings of others whose names look the same.
fn warnings<'a>(peer: Author, contact: Option<&Contact>, context: Context<'a>) -> Option<Element<'a, Message>> {
    let look = context.look;
    let alike = context.people.look_alikes(peer);
    if alike.is_empty() {
        return None;
    }
    let friend = contact.is_some_and(|contact| contact.friend);
    // A friend is not the one to be warned of.
    let (key, color) =
        if friend { ("contacts-looked-like", look.colors.muted) } else { ("contacts-looks-like", look.colors.warning) };
    let lines = alike.into_iter().take(MOST_ALIKE).map(|other| {
        let name =
            if other == context.people.me { look.t("contacts-yourself") } else { context.people.label(other, "") };
        theme::body(look.t_args(key, [("name", name.into())])).wrapping(Wrapping::WordOrGlyph).into()
    });
    let lines = container(Column::with_children(lines).spacing(4)).padding([8, 12]).width(Length::Fill);
    Some(lines.style(style::notice(look.colors, color)).into())
}

/// Returns buttons to a conversation and for the marks, each with what it means.
fn marks<'a>(contact: Option<&Contact>, context: Context<'a>) -> Element<'a, Message> {
    let look = context.look;
    let is = |mark: fn(&Contact) -> bool| contact.is_some_and(mark);
    let (friend, muted, blocked) = (is(|of| of.friend), is(|of| of.muted), is(|of| of.blocked));
    let mark = |words: String, on: bool, message: Message, meaning: &str| {
        let pressed = button(theme::body(words)).on_press(message.clone()).padding([4, 12]);
        let pressed = match on {
            true => pressed.style(style::choice(look.colors, true)),
            false => pressed.style(style::secondary(look.colors)),
        };
        let meaning = theme::small(look.t(meaning), look.colors.muted).wrapping(Wrapping::WordOrGlyph);
        let pressed = focusable(pressed, message, look.colors.accent);
        row![pressed, meaning.width(Length::Fill)].spacing(12).align_y(Alignment::Center)
    };
    let star = if friend { "★" } else { "☆" };
    let ticked = |on: bool, done: &str, to_do: &str| if on { format!("✓ {}", look.t(done)) } else { look.t(to_do) };
    let mute = ticked(muted, "contacts-muted", "contacts-mute");
    let block = ticked(blocked, "contacts-blocked", "contacts-block");
    let talk = secondary(look, theme::body(look.t("contacts-talk")), Message::Talk).padding([4, 12]);
    let talk = focusable(talk, Message::Talk, look.colors.accent);
    let means = theme::small(look.t("contacts-talk-means"), look.colors.muted).wrapping(Wrapping::WordOrGlyph);
    column![
        row![talk, means.width(Length::Fill)].spacing(12).align_y(Alignment::Center),
        mark(
            format!("{star} {}", look.t("contacts-friend")),
            friend,
            Message::Friend(!friend),
            "contacts-friend-means"
        ),
        mark(mute, muted, Message::Mute(!muted), "contacts-mute-means"),
        mark(block, blocked, Message::Block(!blocked), "contacts-block-means"),
    ]
    .spacing(8)
    .into()
}

fn nickname<'a>(selected: &'a Selected, context: Context<'a>) -> Element<'a, Message> {
    let look = context.look;
    let name = field(look, &look.t("contacts-nickname-none"), &selected.nickname).padding([8, 12]);
    let name = name.on_input(Message::Nickname).on_submit(Message::SetNickname);
    let set = secondary(look, theme::body(look.t("contacts-nickname-set")), Message::SetNickname).padding([8, 16]);
    let set = focusable(set, Message::SetNickname, look.colors.accent);
    let error = selected.error.map(|error| theme::small(name_error(look.language, error), look.colors.accent));
    column![theme::small(look.t("contacts-nickname"), look.colors.muted), row![name, set].spacing(8)]
        .push(error)
        .spacing(6)
        .into()
}

fn known<'a>(peer: Author, contact: Option<&Contact>, context: Context<'a>) -> Element<'a, Message> {
    let look = context.look;
    let (first, last) = match contact {
        Some(contact) if contact.online => (contact.first_seen, look.t("contacts-now")),
        Some(contact) => (contact.first_seen, seen(contact.last_seen, context)),
        None => (None, seen(None, context)),
    };
    let facts = [
        ("contacts-fingerprint", peer.fingerprint()),
        ("contacts-first-seen", seen(first, context)),
        ("contacts-last-seen", last),
    ];
    let facts = facts
        .map(|(key, fact)| column![theme::small(look.t(key), look.colors.muted), theme::body(fact)].spacing(2).into());
    Row::with_children(facts).spacing(24).wrap().vertical_spacing(8).into()
}

fn addresses<'a>(contact: &'a Contact, context: Context<'a>) -> Element<'a, Message> {
    let look = context.look;
    let lines = contact.addresses.iter().map(|address| {
        let short = short_address(address);
        let message = Message::Copy(short.clone());
        let copy = small_button(look, look.t("connect-copy"), message.clone());
        let copy = focusable(copy, message, look.colors.accent);
        let short = theme::body(short).wrapping(Wrapping::WordOrGlyph).width(Length::Fill);
        row![short, copy].spacing(8).align_y(Alignment::Center).into()
    });
    let none = contact.addresses.is_empty().then(|| theme::body(look.t("contacts-no-address")));
    column![theme::small(look.t("contacts-addresses"), look.colors.muted)].extend(lines).push(none).spacing(4).into()
}

/// Returns what two people need to make sure that they have each other's keys.
fn verification<'a>(
    selected: &'a Selected,
    contact: Option<&Contact>,
    own: &'a str,
    context: Context<'a>,
) -> Element<'a, Message> {
    let look = context.look;
    let small = |key: &str| theme::small(look.t(key), look.colors.muted).wrapping(Wrapping::WordOrGlyph);
    let number = field(look, "0000 0000 0000 0000", &selected.number).padding([8, 12]);
    let number = number.on_input(Message::Number).on_submit(Message::Verify);
    let may_verify = (!selected.number.trim().is_empty()).then_some(Message::Verify);
    let verify = secondary(look, theme::body(look.t("contacts-verify")), may_verify).padding([8, 16]);
    let verify = focusable(verify, Message::Verify, look.colors.accent);
    let verified = contact.is_some_and(|contact| contact.verified);
    let answer = match selected.verdict {
        Some(Verdict::Wrong) => Some(("✕", "error-not-verified", look.colors.accent)),
        Some(Verdict::Malformed) => Some(("✕", "contacts-no-number", look.colors.accent)),
        Some(Verdict::Right) => Some(("✔", "contacts-right-number", look.colors.success)),
        None => verified.then_some(("✔", "contacts-verified", look.colors.success)),
    };
    let answer = answer.map(|(sign, key, color)| {
        let words = theme::strong(look.t(key)).color(color).wrapping(Wrapping::WordOrGlyph);
        row![theme::sign(sign).color(color), words.width(Length::Fill)].spacing(8)
    });
    column![theme::strong(look.t("contacts-verification"))]
        .push(small("contacts-verification-how"))
        .push(small("contacts-own-number"))
        .push(theme::title(own).wrapping(Wrapping::WordOrGlyph))
        .push(small("contacts-their-number"))
        .push(row![number, verify].spacing(8))
        .push(answer)
        .spacing(6)
        .into()
}
