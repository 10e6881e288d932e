//! The talk on the screen.

use iced::widget::scrollable::{Direction, Scrollbar, Viewport};
use iced::widget::{Column, Space, button, column, container, lazy, row, rule, scrollable, text, text_input};
use iced::{Alignment, Color, Element, Length};
use inkmesh::event::{Entry, EntryBody};
use inkmesh::game::{CancelReason, EndReason, GameNotice};
use jiff::civil::Date;

use super::Message;
use super::chat::{Chat, Late};
use super::keep_place::{KeepPlace, NEAR};
use super::people::People;
use crate::window::text::grouped;
use crate::window::theme::{self, Look, palette, style};
use crate::window::when::Calendar;

/// The field that a line is written in.
pub const CHAT_FIELD: &str = "chat-field";
/// Lines of one person within this time stand under one name, in milliseconds.
const TOGETHER: u64 = 5 * 60 * 1000;
/// So near to the top, older lines are asked for, in pixels.
const TOP: f32 = 200.0;

/// The talk and the field to write in, with the room's name and whether it is being opened.
pub fn view<'a>(
    chat: &'a Chat,
    people: &'a People,
    look: Look,
    calendar: &'a Calendar,
    (room, opening): (&str, bool),
) -> Element<'a, Message> {
    let instead = |key| {
        let words = theme::body(look.t(key)).color(look.tones.faded).center();
        container(words).center(Length::Fill).padding(16).into()
    };
    let list: Element<'_, Message> = match chat.lines().is_empty() {
        true if opening => instead("room-opening"),
        true if chat.is_whole() => instead("chat-empty"),
        _ => lines(chat, people, look, calendar),
    };
    let field = text_input(&look.t_args("chat-placeholder", [("room", room.into())]), &chat.draft)
        .id(CHAT_FIELD)
        .on_input(Message::Typed)
        .on_submit(Message::Say)
        .padding([8, 12])
        .size(theme::BODY)
        .style(style::input(look.tones));
    let send = button(theme::body(look.t("chat-send")))
        .on_press_maybe((!chat.draft.trim().is_empty()).then_some(Message::Say))
        .padding([8, 12])
        .style(style::secondary(look.tones));
    let below = column![].push(news(chat, look)).push(row![field, send].spacing(8)).spacing(8);
    let content = column![]
        .push(chat.late().map(|late| late_lines(late, people, look, calendar)))
        .push(list)
        .push(container(below).padding(12))
        .height(Length::Fill);
    container(content).padding([4, 1]).width(Length::Fill).height(Length::Fill).style(style::card(look.tones)).into()
}

/// How many lines came below the view, and the way there.
fn news<'a>(chat: &Chat, look: Look) -> Option<Element<'a, Message>> {
    let words = match (chat.unseen(), chat.is_detached()) {
        (0, false) => return None,
        (0, true) => look.t("chat-to-end"),
        (new, _) => look.t_args("chat-new", [("count", grouped(new as u64).into())]),
    };
    let words = row![theme::sign("▾").size(theme::SMALL), theme::small(words, look.tones.on_seal)].spacing(8);
    let pill = button(words).on_press(Message::ToEnd).padding([4, 12]).style(style::primary(look.tones));
    Some(container(pill).center_x(Length::Fill).into())
}

/// What came in above what may have been read.
fn late_lines<'a>(late: &Late, people: &People, look: Look, calendar: &Calendar) -> Element<'a, Message> {
    let key = if late.several { "chat-late-several" } else { "chat-late" };
    let name = people.label(late.author, &late.name);
    let when = calendar.moment(look, late.time);
    let words = look.t_args(key, [("count", late.count.into()), ("name", name.into()), ("when", when.into())]);
    let show = button(theme::small(look.t("chat-late-show"), look.tones.ink))
        .on_press(Message::ShowLate)
        .padding([4, 8])
        .style(style::secondary(look.tones));
    let line = row![theme::small(words, look.tones.amber).width(Length::Fill), show];
    container(line.spacing(8).align_y(Alignment::Center)).padding([8, 12]).into()
}

fn lines<'a>(chat: &'a Chat, people: &'a People, look: Look, calendar: &'a Calendar) -> Element<'a, Message> {
    // Everything that the lines are made of: they are made anew only when some of it has changed.
    let made_of = (
        chat.revision(),
        people.revision(),
        look.language,
        look == Look { tones: palette::DARK, ..look },
        calendar.today(),
        chat.is_asking(),
        chat.is_whole(),
    );
    let rows = lazy(made_of, move |_| -> Element<'static, Message> {
        let rows = chat.lines().iter().enumerate().map(|(number, entry)| {
            let before = number.checked_sub(1).and_then(|number| chat.lines().get(number));
            line(entry, before, people, look, calendar)
        });
        Column::with_children(rows).padding([8, 12]).width(Length::Fill).into()
    });
    let bar = Scrollbar::new().width(6).scroller_width(6).margin(2);
    let list = scrollable(rows)
        .direction(Direction::Vertical(bar))
        .on_scroll(|view| Message::Scrolled { at_top: is_at_top(view), at_end: is_at_end(view) })
        .height(Length::Fill)
        .width(Length::Fill)
        .style(style::scroll(look.tones));
    KeepPlace::new(list, chat.place()).into()
}

fn is_at_top(view: Viewport) -> bool {
    view.absolute_offset().y < TOP
}

fn is_at_end(view: Viewport) -> bool {
    view.absolute_offset().y + view.bounds().height >= view.content_bounds().height - NEAR
}

/// One line, with the day above it if it is the first of that day.
fn line(
    entry: &Entry,
    before: Option<&Entry>,
    people: &People,
    look: Look,
    calendar: &Calendar,
) -> Element<'static, Message> {
    let day = calendar.day(entry.time);
    let new_day = before.is_none_or(|before| calendar.day(before.time) != day);
    let name = people.label(entry.author, &entry.name);
    let content = match &entry.body {
        EntryBody::Chat(words) => {
            let with_name = new_day || before.is_none_or(|before| !belongs_to(entry, before));
            said(entry, words, with_name.then_some(name), look, calendar)
        }
        EntryBody::Game(notice) => notice_line(game_words(notice, &name, people, look), "✎", look),
        EntryBody::Named(called) => {
            // By now people may be called something else again: the line tells what it was then.
            notice_line(look.t_args("entry-named", [("name", called.as_str().into())]), "☺", look)
        }
        EntryBody::Drawing | EntryBody::Unknown => notice_line(look.t("entry-unknown"), "☰", look),
    };
    column![].push(new_day.then(|| day_line(day, look, calendar))).push(content).into()
}

/// Whether a line stands under the name of the line before it.
fn belongs_to(entry: &Entry, before: &Entry) -> bool {
    matches!(before.body, EntryBody::Chat(_))
        && before.author == entry.author
        && entry.time.saturating_sub(before.time) < TOGETHER
}

fn said(
    entry: &Entry,
    words: &str,
    name: Option<String>,
    look: Look,
    calendar: &Calendar,
) -> Element<'static, Message> {
    let tones = look.tones;
    let words = theme::body(words.to_owned()).wrapping(text::Wrapping::WordOrGlyph).width(Length::Fill);
    let late = entry.late.then(|| theme::small(look.t("chat-was-late"), tones.amber));
    let Some(name) = name else {
        return container(column![words].push(late)).padding(iced::padding::left(20)).into();
    };
    let head = row![
        dot(palette::person_mark(&entry.author, tones)),
        theme::strong(name).wrapping(text::Wrapping::WordOrGlyph),
        theme::small(calendar.clock(entry.time), tones.faded),
    ]
    .spacing(8)
    .align_y(Alignment::Center);
    let below = container(column![words].push(late)).padding(iced::padding::left(20));
    column![head, below].padding(iced::padding::top(8)).into()
}

fn dot(color: Color) -> Element<'static, Message> {
    container(Space::new().width(12).height(12)).style(style::pill(color, color)).into()
}

fn day_line(day: Date, look: Look, calendar: &Calendar) -> Element<'static, Message> {
    let line = || {
        rule::horizontal(1).style(move |_| rule::Style {
            color: look.tones.line,
            radius: 0.0.into(),
            fill_mode: rule::FillMode::Full,
            snap: true,
        })
    };
    let words = theme::small(calendar.day_words(look, day), look.tones.faded);
    row![line(), words, line()].spacing(8).padding([8, 0]).align_y(Alignment::Center).into()
}

fn notice_line(words: String, sign: &'static str, look: Look) -> Element<'static, Message> {
    let sign = theme::sign(sign).size(theme::SMALL).color(look.tones.faded).width(12).center();
    let words = theme::small(words, look.tones.faded).wrapping(text::Wrapping::WordOrGlyph).width(Length::Fill);
    row![sign, words].spacing(8).padding([4, 0]).into()
}

/// A step of a game, in words.
pub fn game_words(notice: &GameNotice, name: &str, people: &People, look: Look) -> String {
    let say = |key| look.t_args(key, [("name", name.into())]);
    match notice {
        GameNotice::Proposed(rules) => look.t_args(
            "entry-proposed",
            [("name", name.into()), ("rounds", rules.rounds.into()), ("seconds", rules.seconds.into())],
        ),
        GameNotice::Ready => say("entry-ready"),
        GameNotice::Started => look.t("entry-started"),
        GameNotice::Cancelled(CancelReason::TooFewPlayers) => look.t("entry-cancelled"),
        GameNotice::Cancelled(CancelReason::Abandoned | CancelReason::TwoRosters) => look.t("entry-abandoned"),
        GameNotice::TurnBegan => say("entry-turn-began"),
        GameNotice::TurnEnded(EndReason::Passed) => say("entry-turn-passed"),
        GameNotice::TurnEnded(EndReason::Time) => say("entry-turn-timeout"),
        GameNotice::Skip => say("entry-skip"),
        GameNotice::Kick(player) => {
            let player = people.label(*player, "");
            look.t_args("entry-kick", [("name", name.into()), ("player", player.into())])
        }
        GameNotice::Quiet => String::new(),
    }
}
