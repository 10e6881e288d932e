//! The talk on the screen.

use std::time::Instant;

use iced::widget::scrollable::Viewport;
use iced::widget::{Column, Space, button, column, container, keyed, lazy, row, rule, text};
use iced::{Alignment, Color, Element, Length};
use inkmesh::event::{Entry, EntryBody, Late};
use inkmesh::game::GameNotice;
use inkmesh::operation::OperationId;

use super::chat::{Chat, is_talk, seen_at};
use super::game_bar::GameBar;
use super::people::{FORKED, People};
use super::reading::announced;
use super::{Message, entry, words};
use crate::text::{command_error, grouped};
use crate::window::theme::{self, Look, palette, style};
use crate::window::when::Calendar;
use crate::window::widget::Pinned;
use crate::window::widget::anchored_list::{NEAR, anchored_list};
use crate::window::widget::parts::{dot, hint, scroll};

/// The field that a line is written in.
pub const CHAT_FIELD: &str = "chat-field";
/// Lines of one person within this time stand under one name, in milliseconds.
const TOGETHER: u64 = 5 * 60 * 1000;
/// Most people whose late lines are announced one by one; the others are counted, or the talk would have no room.
const ANNOUNCED: usize = 2;
/// So near to the top, older lines are asked for, in pixels.
const TOP: f32 = 200.0;

/// Everything that the talk is shown with.
#[derive(Clone, Copy)]
pub struct Talk<'a> {
    /// Its lines, and what is being written.
    pub chat: &'a Chat,
    /// The people.
    pub people: &'a People,
    /// The game: it decides what a line that is written now will be.
    pub game: &'a GameBar,
    /// The look.
    pub look: Look,
    /// The calendar.
    pub calendar: &'a Calendar,
    /// The time.
    pub now: Instant,
    /// Whether the room is being opened.
    pub opening: bool,
    /// Whether the window is so low that everything takes as little room as it can.
    pub short: bool,
}

/// The talk of a room and the field to write in.
pub fn view(talk: Talk<'_>) -> Element<'_, Message> {
    let Talk { chat, people, look, calendar, .. } = talk;
    let instead = |key| {
        let words = theme::body(look.t(key)).color(look.tones.faded).center();
        container(words).center(Length::Fill).padding(16).into()
    };
    let list: Element<'_, Message> = match chat.lines().is_empty() {
        true if talk.opening => instead("room-opening"),
        true if chat.is_whole() => instead("chat-empty"),
        _ => lines(chat, people, look, calendar),
    };
    let send = if talk.game.game.guessing { "chat-guess" } else { "chat-send" };
    let field = entry::view(&chat.draft, look, placeholder(talk), send, talk.short);
    let below = column![].push(news(chat, look)).push(word_on_guess(talk)).push(field).spacing(8);
    let late = column![].push(late_lines(talk));
    let content =
        Pinned::new(late, list, container(below).padding(if talk.short { 6 } else { 12 })).height(Length::Fill);
    container(content)
        .padding([4, 1])
        .clip(true)
        .width(Length::Fill)
        .height(Length::Fill)
        .style(style::card(look.tones))
        .into()
}

/// Says what a line that is written now will be: in a word or two, as the narrowest field has one line for it.
fn placeholder(talk: Talk<'_>) -> String {
    if talk.game.game.guessing {
        talk.look.t("chat-placeholder-guess")
    } else if talk.game.whispers(talk.people.me()) {
        talk.look.t("chat-placeholder-whisper")
    } else {
        talk.look.t("chat-placeholder")
    }
}

/// Why a guess came back, or that it is still asked.
fn word_on_guess<'a>(talk: Talk<'_>) -> Option<Element<'a, Message>> {
    let (look, guesses) = (talk.look, &talk.chat.guesses);
    let (words, color) = match (guesses.trouble(&talk.chat.draft), guesses.waiting(talk.now)) {
        (Some(error), _) => (command_error(look.language, error), look.tones.seal),
        (None, Some(guess)) => (look.t_args("chat-guess-waits", [("guess", guess.into())]), look.tones.faded),
        (None, None) => return None,
    };
    Some(theme::small(words, color).wrapping(text::Wrapping::WordOrGlyph).into())
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

/// What arrived above what had been read: how much from whom, the way there, and a way to be rid of it.
fn late_lines(talk: Talk<'_>) -> Option<Element<'_, Message>> {
    let Talk { chat, people, look, calendar, short, .. } = talk;
    let (late, rest) = announced(chat.reading().late(), ANNOUNCED);
    if late.is_empty() {
        return None;
    }
    let wrapping = if short { text::Wrapping::None } else { text::Wrapping::WordOrGlyph };
    let words =
        |words| container(theme::small(words, look.tones.amber).wrapping(wrapping)).width(Length::Fill).clip(true);
    let lines = late.into_iter().map(|late| {
        let show = button(theme::small(look.t("chat-late-show"), look.tones.ink))
            .on_press_maybe((!chat.is_seeking()).then_some(Message::ShowLate(late.first)))
            .padding([4, 8])
            .style(style::secondary(look.tones));
        row![words(late_words(late, people, look, calendar)), show].spacing(8).align_y(Alignment::Center).into()
    });
    let below = if chat.is_seeking() {
        look.t("chat-late-seeking")
    } else {
        let more = |(count, people): (u64, usize)| {
            look.t_args("chat-late-more", [("count", grouped(count).into()), ("people", people.into())])
        };
        rest.map(more).unwrap_or_default()
    };
    let dismiss = button(theme::small(look.t("chat-late-dismiss"), look.tones.faded))
        .on_press(Message::DismissLate)
        .padding([4, 8])
        .style(style::quiet(look.tones));
    let last = row![words(below), dismiss].spacing(8).align_y(Alignment::Center);
    let lines = Column::with_children(lines).spacing(4).push(last);
    Some(container(lines).padding(if short { [0, 12] } else { [8, 12] }).into())
}

fn late_words(late: &Late, people: &People, look: Look, calendar: &Calendar) -> String {
    let name = people.label(late.author, &late.name);
    let when = calendar.written(look, late.from_ms, late.to_ms);
    let args = [
        ("number", late.count.into()),
        ("count", grouped(late.count).into()),
        ("name", name.into()),
        ("when", when.into()),
    ];
    look.t_args("chat-late", args)
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
        chat.guesses.changes(),
        chat.picked.range(),
        chat.unfolded(),
    );
    let rows = lazy(made_of, move |_| -> Element<'static, Message> {
        let first_unread = chat.first_unread(people.me());
        let rows = chat.lines().iter().enumerate().map(|(number, entry)| {
            let before = number.checked_sub(1).and_then(|number| chat.lines().get(number));
            let scene = Scene {
                before,
                first_unread: first_unread == Some(entry.id),
                late: chat.reading().is_late(entry),
                said_again: chat.was_said_again(entry.id),
                close: chat.guesses.is_close(entry.id),
                picked: chat.picked.holds(entry),
                whole: chat.is_whole_line(entry.id),
                sealed: sealed_from(chat.lines(), number),
                people,
                look,
                calendar,
            };
            (key(entry.id), line(entry, scene))
        });
        keyed::Column::with_children(rows).padding([8, 12]).width(Length::Fill).into()
    });
    let list = scroll(look, rows)
        .on_scroll(|view| Message::Scrolled { at_top: is_at_top(view), at_end: is_at_end(view) })
        .height(Length::Fill)
        .width(Length::Fill);
    let keys = chat.lines().iter().map(|entry| key(entry.id)).collect();
    anchored_list(list, keys, chat.scroll_target(), Message::PressLine)
}

fn is_at_top(view: Viewport) -> bool {
    view.absolute_offset().y < TOP
}

fn is_at_end(view: Viewport) -> bool {
    view.absolute_offset().y + view.bounds().height >= view.content_bounds().height - NEAR
}

/// What tells a line from the others on the screen: its id is a hash, and eight bytes of it are enough.
pub fn key(id: OperationId) -> u64 {
    let [.., a, b, c, d, e, f, g, h] = id.0;
    u64::from_be_bytes([a, b, c, d, e, f, g, h])
}

/// What a line is shown with.
#[derive(Clone, Copy)]
struct Scene<'a> {
    /// The line above it.
    before: Option<&'a Entry>,
    /// Whether the unread lines begin with it.
    first_unread: bool,
    /// Whether it arrived above what had been read.
    late: bool,
    /// Whether it was held back and said again.
    said_again: bool,
    /// Whether it was a close guess of ours.
    close: bool,
    /// Whether it is picked.
    picked: bool,
    /// Whether all of it is shown, however long it is.
    whole: bool,
    /// How many whispers that we may not read begin with it.
    sealed: usize,
    people: &'a People,
    look: Look,
    calendar: &'a Calendar,
}

/// One line, with the day above it if it is the first of that day.
fn line(entry: &Entry, scene: Scene<'_>) -> Element<'static, Message> {
    let Scene { before, people, look, calendar, .. } = scene;
    let day = calendar.day(entry.time);
    let new_day = before.is_none_or(|before| calendar.day(before.time) != day);
    let name = people.label(entry.author, &entry.name);
    let apart = new_day || scene.first_unread || before.is_none_or(|before| !belongs_to(entry, before));
    let content = match &entry.body {
        EntryBody::Chat(words) | EntryBody::Guess(words) | EntryBody::Whisper(Some(words)) => {
            said(entry, words, apart.then_some(name), scene)
        }
        EntryBody::Whisper(None) => sealed(scene),
        EntryBody::Game(notice) => game_line(entry, notice, &name, scene),
        EntryBody::Named(called) => {
            // By now people may be called something else again: the line tells what it was then.
            let words = look.t_args("entry-named", [("name", called.as_str().into())]);
            notice_line(words, "☺", look.tones.faded)
        }
        EntryBody::Drawing | EntryBody::Unknown => notice_line(look.t("entry-unknown"), "☰", look.tones.faded),
    };
    column![]
        .push(new_day.then(|| rule_line(calendar.day_words(look, day), look.tones.faded, look.tones.line)))
        .push(scene.first_unread.then(|| rule_line(look.t("chat-unread"), look.tones.seal, look.tones.seal)))
        .push(content)
        .into()
}

/// Whether a line stands under the name of the line before it.
fn belongs_to(entry: &Entry, before: &Entry) -> bool {
    is_talk(before)
        && is_whisper(before) == is_whisper(entry)
        && before.author == entry.author
        && entry.time.saturating_sub(before.time) < TOGETHER
}

fn said(entry: &Entry, words: &str, name: Option<String>, scene: Scene<'_>) -> Element<'static, Message> {
    let Scene { people, look, calendar, .. } = scene;
    let tones = look.tones;
    let quiet = entry.held_back || matches!(entry.body, EntryBody::Guess(_));
    let color = if quiet { tones.faded } else { tones.ink };
    let words = words::view(entry.id, words, scene.whole, color, look);
    let late = scene.late.then(|| theme::small(look.t("chat-was-late"), tones.amber));
    let held_back = entry.held_back.then(|| held_back(entry, scene));
    let close = scene.close.then(|| theme::small(look.t("chat-close"), tones.amber).font(theme::BOLD));
    let below = container(column![words].push(close).push(late).push(held_back)).padding(iced::padding::left(20));
    let shown = |said| picked(scene.picked, whispered(entry, said, look), look);
    let Some(name) = name else { return shown(below.into()) };
    let forked = people.is_forked(entry.author).then(|| {
        let mark = theme::sign(FORKED).size(theme::SMALL).color(tones.seal);
        hint(look, mark, look.t("person-forked"))
    });
    let head = row![
        dot(12.0, palette::person_mark(&entry.author, tones)),
        theme::strong(name).wrapping(text::Wrapping::WordOrGlyph)
    ]
    .push(forked)
    .push(is_whisper(entry).then(|| lock(look)))
    .push(theme::small(calendar.clock(entry.time), tones.faded))
    .spacing(8)
    .align_y(Alignment::Center);
    let said = shown(column![head, below].into());
    container(said).padding(iced::padding::top(8)).into()
}

/// Behind a line that is picked there is another colour.
fn picked<'a>(picked: bool, said: Element<'a, Message>, look: Look) -> Element<'a, Message> {
    if !picked {
        return said;
    }
    container(said).width(Length::Fill).style(style::tint(look.tones.seal.scale_alpha(0.16))).into()
}

fn is_whisper(entry: &Entry) -> bool {
    matches!(entry.body, EntryBody::Whisper(_))
}

/// Behind what only those who know the word can read there is another colour.
fn whispered<'a>(entry: &Entry, said: Element<'a, Message>, look: Look) -> Element<'a, Message> {
    if !is_whisper(entry) {
        return said;
    }
    container(said).padding([2, 4]).width(Length::Fill).style(style::tint(look.tones.pine.scale_alpha(0.12))).into()
}

/// The mark of what not everybody can read.
fn lock<'a>(look: Look) -> Element<'a, Message> {
    hint(look, theme::sign("🔒").size(theme::SMALL).color(look.tones.pine), look.t("chat-whisper"))
}

/// How many whispers that we may not read begin with this line: none when they began before it.
fn sealed_from(lines: &[Entry], number: usize) -> usize {
    let is_sealed = |entry: &Entry| entry.body == EntryBody::Whisper(None);
    if number > 0 && is_sealed(&lines[number - 1]) {
        return 0;
    }
    lines[number..].iter().take_while(|entry| is_sealed(entry)).count()
}

/// Whispers that we may not read, folded into one line.
fn sealed(scene: Scene<'_>) -> Element<'static, Message> {
    let look = scene.look;
    if scene.sealed == 0 {
        return Space::new().into();
    }
    notice_line(look.t_args("chat-sealed", [("count", scene.sealed.into())]), "🔒", look.tones.faded)
}

/// A step of a game; who knows the word is worth more than grey.
fn game_line(entry: &Entry, notice: &GameNotice, name: &str, scene: Scene<'_>) -> Element<'static, Message> {
    let look = scene.look;
    let is_mine = entry.author == scene.people.me();
    let name_of = |author| scene.people.label(author, "");
    let words = crate::text::game::notice(look.language, notice, name, is_mine, name_of);
    match notice {
        GameNotice::Solved => notice_line(words, "✔", look.tones.pine),
        GameNotice::TurnEnded(_, Some(_)) => notice_line(words, "✎", look.tones.ink),
        _ => notice_line(words, "✎", look.tones.faded),
    }
}

/// When others will see a line of ours that is dated in the future, and a way to say it now.
fn held_back(entry: &Entry, scene: Scene<'_>) -> Element<'static, Message> {
    let look = scene.look;
    let when = scene.calendar.at(look, seen_at(entry));
    let words = look.t_args("chat-held-back", [("when", when.into())]);
    let words = theme::small(words, look.tones.amber).wrapping(text::Wrapping::WordOrGlyph);
    let again: Element<'static, Message> = if scene.said_again {
        theme::small(look.t("chat-said-again"), look.tones.pine).into()
    } else {
        button(theme::small(look.t("chat-say-again"), look.tones.ink))
            .on_press(Message::SayAgain(entry.id))
            .padding([4, 8])
            .style(style::secondary(look.tones))
            .into()
    };
    column![words, again].spacing(4).padding([4, 0]).into()
}

/// Words on a line across the talk: a day, or where the unread lines begin.
fn rule_line(words: String, color: Color, line: Color) -> Element<'static, Message> {
    let line = || {
        rule::horizontal(1).style(move |_| rule::Style {
            color: line,
            radius: 0.0.into(),
            fill_mode: rule::FillMode::Full,
            snap: true,
        })
    };
    row![line(), theme::small(words, color), line()].spacing(8).padding([8, 0]).align_y(Alignment::Center).into()
}

fn notice_line(words: String, sign: &'static str, color: Color) -> Element<'static, Message> {
    let sign = theme::sign(sign).size(theme::SMALL).color(color).width(12).center();
    let words = theme::small(words, color).wrapping(text::Wrapping::WordOrGlyph).width(Length::Fill);
    row![sign, words].spacing(8).padding([4, 0]).into()
}
