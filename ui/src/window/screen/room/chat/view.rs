//! The view of the chat.

use std::collections::BTreeSet;
use std::time::Instant;

use iced::widget::scrollable::Viewport;
use iced::widget::{Column, Space, column, container, keyed, lazy, row, rule, text};
use iced::{Alignment, Color, Element, Length};
use inkmesh::event::{Entry, EntryBody, Late};
use inkmesh::game::GameNotice;

use super::history::History;
use super::line::{is_talk, is_whisper, key, seen_at};
use super::message::{LineMode, Message};
use super::read_marks::announced;
use super::state::Chat;
use super::{input, line_text};
use crate::text::{command_error, grouped};
use crate::window::calendar::Calendar;
use crate::window::portrait::SMALL;
use crate::window::screen::room::people::{FORKED, People};
use crate::window::theme::{self, Look, palette, style};
use crate::window::widget::Pinned;
use crate::window::widget::anchored_list::{NEAR, anchored_list};
use crate::window::widget::parts::{hint, primary, quiet, scroll, small_button};

/// The time within which lines of one person stand under one name, in milliseconds.
const TOGETHER: u64 = 5 * 60 * 1000;
/// The most people whose late lines are announced one by one. The others are counted, so that the chat has room.
const ANNOUNCED: usize = 2;
/// The distance from the top at which older lines are read, in pixels.
const TOP: f32 = 200.0;

/// What the chat is shown with.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    pub chat: &'a Chat,
    pub people: &'a People,
    /// What a line will be that is written now.
    pub mode: LineMode,
    pub look: Look,
    pub calendar: &'a Calendar,
    pub now: Instant,
    /// True if the room is being opened.
    pub opening: bool,
    /// True if the window is low, so that everything takes as little room as it can.
    pub short: bool,
}

/// Returns the chat of a room and the field to write in.
pub fn view(context: Context<'_>) -> Element<'_, Message> {
    let Context { chat, look, .. } = context;
    let instead = |key| {
        let words = theme::body(look.t(key)).color(look.colors.muted).center();
        container(words).center(Length::Fill).padding(16).into()
    };
    let list: Element<'_, Message> = match chat.history.lines().is_empty() {
        true if context.opening => instead("room-opening"),
        true if chat.history.is_whole() => instead("chat-empty"),
        _ => lines(context),
    };
    let send = if context.mode == LineMode::Guess { "chat-guess" } else { "chat-send" };
    let field = input::view(&chat.draft, look, placeholder(context), send, context.short);
    let below = column![].push(news(&chat.history, look)).push(guess_state(context)).push(field).spacing(8);
    let late = column![].push(late_lines(context));
    let content =
        Pinned::new(late, list, container(below).padding(if context.short { 6 } else { 12 })).height(Length::Fill);
    container(content)
        .padding([4, 1])
        .clip(true)
        .width(Length::Fill)
        .height(Length::Fill)
        .style(style::card(look.colors))
        .into()
}

/// Returns what a line will be that is written now: in a word or two, as the narrowest field has one line for it.
fn placeholder(context: Context<'_>) -> String {
    context.look.t(match context.mode {
        LineMode::Guess => "chat-placeholder-guess",
        LineMode::Whisper => "chat-placeholder-whisper",
        LineMode::Chat => "chat-placeholder",
    })
}

/// Returns why a guess was refused, or that it is not answered yet.
fn guess_state<'a>(context: Context<'_>) -> Option<Element<'a, Message>> {
    let (look, guesses) = (context.look, &context.chat.guesses);
    let (words, color) = match (guesses.trouble(&context.chat.draft), guesses.waiting(context.now)) {
        (Some(error), _) => (command_error(look.language, error), look.colors.accent),
        (None, Some(guess)) => (look.t_args("chat-guess-waits", [("guess", guess.into())]), look.colors.muted),
        (None, None) => return None,
    };
    Some(theme::small(words, color).wrapping(text::Wrapping::WordOrGlyph).into())
}

/// Returns a button to the end, with how many lines came below the view.
fn news<'a>(history: &History, look: Look) -> Option<Element<'a, Message>> {
    let words = match (history.unseen, history.detached) {
        (0, false) => return None,
        (0, true) => look.t("chat-to-end"),
        (new, _) => look.t_args("chat-new", [("count", grouped(new as u64).into())]),
    };
    let words = row![theme::sign("▾").size(theme::SMALL), theme::small(words, look.colors.on_accent)].spacing(8);
    let pill = primary(look, words, Message::ToEnd).padding([4, 12]);
    Some(container(pill).center_x(Length::Fill).into())
}

/// Returns the announcements of late lines: how many from whom, a button to them, and one to dismiss them.
fn late_lines(context: Context<'_>) -> Option<Element<'_, Message>> {
    let Context { chat, people, look, calendar, short, .. } = context;
    let (history, (late, rest)) = (&chat.history, announced(chat.history.read_marks.late(), ANNOUNCED));
    if late.is_empty() {
        return None;
    }
    let wrapping = if short { text::Wrapping::None } else { text::Wrapping::WordOrGlyph };
    let words =
        |words| container(theme::small(words, look.colors.warning).wrapping(wrapping)).width(Length::Fill).clip(true);
    let lines = late.into_iter().map(|late| {
        let may_show = (!history.is_seeking()).then_some(Message::ShowLate(late.first));
        let show = small_button(look, look.t("chat-late-show"), may_show);
        row![words(late_words(late, people, look, calendar)), show].spacing(8).align_y(Alignment::Center).into()
    });
    let below = if history.is_seeking() {
        look.t("chat-late-seeking")
    } else {
        let more = |(count, people): (u64, usize)| {
            look.t_args("chat-late-more", [("count", grouped(count).into()), ("people", people.into())])
        };
        rest.map(more).unwrap_or_default()
    };
    let dismiss = theme::small(look.t("chat-late-dismiss"), look.colors.muted);
    let dismiss = quiet(look, dismiss, Message::DismissLate).padding([4, 8]);
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

fn lines(context: Context<'_>) -> Element<'_, Message> {
    let Context { chat, people, look, calendar, .. } = context;
    let history = &chat.history;
    // The lines are built again only when some of this has changed.
    let made_of = (
        history.revision,
        people.revision,
        look.language,
        look == Look { colors: palette::DARK, ..look },
        calendar.today,
        history.is_reading_older(),
        history.is_whole(),
        chat.guesses.changes,
        chat.selection.range(),
        history.unfolded(),
    );
    let rows = lazy(made_of, move |_| -> Element<'static, Message> {
        let first_unread = history.first_unread(people.me);
        let mut named = BTreeSet::new();
        let rows = history.lines().iter().enumerate().map(|(number, entry)| {
            let before = number.checked_sub(1).and_then(|number| history.lines().get(number));
            let context = LineContext {
                before,
                first_unread: first_unread == Some(entry.id),
                late: history.read_marks.is_late(entry),
                said_again: history.was_said_again(entry.id),
                close: chat.guesses.is_close(entry.id),
                selected: chat.selection.holds(entry),
                whole: history.is_unfolded(entry.id),
                named_again: matches!(&entry.body, EntryBody::Named(name) if !named.insert((entry.author, name))),
                sealed: sealed_from(history.lines(), number),
                people,
                look,
                calendar,
            };
            (key(entry.id), line(entry, context))
        });
        keyed::Column::with_children(rows).padding([8, 12]).width(Length::Fill).into()
    });
    let list = scroll(look, rows)
        .on_scroll(|view| Message::Scrolled { at_top: is_at_top(view), at_end: is_at_end(view) })
        .height(Length::Fill)
        .width(Length::Fill);
    let keys = history.lines().iter().map(|entry| key(entry.id)).collect();
    anchored_list(list, keys, history.scroll_target(), Message::LineClicked)
}

fn is_at_top(view: Viewport) -> bool {
    view.absolute_offset().y < TOP
}

fn is_at_end(view: Viewport) -> bool {
    view.absolute_offset().y + view.bounds().height >= view.content_bounds().height - NEAR
}

/// What a line is shown with.
#[derive(Clone, Copy)]
struct LineContext<'a> {
    /// The line above it.
    before: Option<&'a Entry>,
    /// True if the unread lines begin with it.
    first_unread: bool,
    /// True if it arrived late.
    late: bool,
    /// True if it was held back and said again.
    said_again: bool,
    /// True if it was a close guess of ours.
    close: bool,
    /// True if it is selected.
    selected: bool,
    /// True if a long line is shown whole.
    whole: bool,
    /// True if a line above it gives the same name to its author.
    named_again: bool,
    /// How many sealed whispers begin with it.
    sealed: usize,
    people: &'a People,
    look: Look,
    calendar: &'a Calendar,
}

/// Returns one line, with the day above it if it is the first of that day.
fn line(entry: &Entry, context: LineContext<'_>) -> Element<'static, Message> {
    let LineContext { before, people, look, calendar, .. } = context;
    let day = calendar.day(entry.time);
    let new_day = before.is_none_or(|before| calendar.day(before.time) != day);
    let name = people.label(entry.author, &entry.name);
    let apart = new_day || context.first_unread || before.is_none_or(|before| !belongs_to(entry, before));
    let content = match &entry.body {
        EntryBody::Chat(words) | EntryBody::Guess(words) | EntryBody::Whisper(Some(words)) => {
            said(entry, words, apart.then_some(name), context)
        }
        EntryBody::Whisper(None) => sealed(context),
        EntryBody::Game(notice) => game_line(entry, notice, &name, context),
        EntryBody::Named(called) => {
            // The name of that time, as the person may have another one by now.
            let key = if context.named_again { "entry-pictured" } else { "entry-named" };
            let words = look.t_args(key, [("name", people.label_as(entry.author, called).into())]);
            notice_line(words, "☺", look.colors.muted)
        }
        EntryBody::Drawing | EntryBody::Unknown => notice_line(look.t("entry-unknown"), "☰", look.colors.muted),
    };
    column![]
        .push(new_day.then(|| rule_line(calendar.day_words(look, day), look.colors.muted, look.colors.border)))
        .push(context.first_unread.then(|| rule_line(look.t("chat-unread"), look.colors.accent, look.colors.accent)))
        .push(content)
        .into()
}

/// Returns whether a line stands under the name of the line before it.
fn belongs_to(entry: &Entry, before: &Entry) -> bool {
    is_talk(before)
        && is_whisper(before) == is_whisper(entry)
        && before.author == entry.author
        && entry.time.saturating_sub(before.time) < TOGETHER
}

fn said(entry: &Entry, words: &str, name: Option<String>, context: LineContext<'_>) -> Element<'static, Message> {
    let LineContext { people, look, calendar, .. } = context;
    let colors = look.colors;
    let quiet = entry.held_back || matches!(entry.body, EntryBody::Guess(_));
    let color = if quiet { colors.muted } else { colors.text };
    let words = line_text::view(entry.id, words, context.whole, color, look);
    let late = context.late.then(|| theme::small(look.t("chat-was-late"), colors.warning));
    let held_back = entry.held_back.then(|| held_back(entry, context));
    let close = context.close.then(|| theme::small(look.t("chat-close"), colors.warning).font(theme::BOLD));
    let below =
        container(column![words].push(close).push(late).push(held_back)).padding(iced::padding::left(SMALL + 8.0));
    let shown = |said| selected(context.selected, whispered(entry, said, look), look);
    let Some(name) = name else { return shown(below.into()) };
    let forked = people.is_forked(entry.author).then(|| {
        let mark = theme::sign(FORKED).size(theme::SMALL).color(colors.accent);
        hint(look, mark, look.t("person-forked"))
    });
    let head = row![
        people.portrait(look, entry.author, true, SMALL),
        theme::strong(name).wrapping(text::Wrapping::WordOrGlyph)
    ]
    .push(forked)
    .push(is_whisper(entry).then(|| lock(look)))
    .push(theme::small(calendar.clock(entry.time), colors.muted))
    .spacing(8)
    .align_y(Alignment::Center);
    let said = shown(column![head, below].into());
    container(said).padding(iced::padding::top(8)).into()
}

/// Returns a line with a background, if it is selected.
fn selected<'a>(selected: bool, said: Element<'a, Message>, look: Look) -> Element<'a, Message> {
    if !selected {
        return said;
    }
    container(said).width(Length::Fill).style(style::tint(look.colors.accent.scale_alpha(0.16))).into()
}

/// Returns a line with a background, if it is a whisper.
fn whispered<'a>(entry: &Entry, said: Element<'a, Message>, look: Look) -> Element<'a, Message> {
    if !is_whisper(entry) {
        return said;
    }
    container(said).padding([2, 4]).width(Length::Fill).style(style::tint(look.colors.success.scale_alpha(0.12))).into()
}

/// Returns the mark of a whisper.
fn lock<'a>(look: Look) -> Element<'a, Message> {
    hint(look, theme::sign("🔒").size(theme::SMALL).color(look.colors.success), look.t("chat-whisper"))
}

/// Returns how many sealed whispers begin with this line; 0 when they began before it.
fn sealed_from(lines: &[Entry], number: usize) -> usize {
    let is_sealed = |entry: &Entry| entry.body == EntryBody::Whisper(None);
    if number > 0 && is_sealed(&lines[number - 1]) {
        return 0;
    }
    lines[number..].iter().take_while(|entry| is_sealed(entry)).count()
}

/// Returns a run of sealed whispers, folded into one line.
fn sealed(context: LineContext<'_>) -> Element<'static, Message> {
    let look = context.look;
    if context.sealed == 0 {
        return Space::new().into();
    }
    notice_line(look.t_args("chat-sealed", [("count", context.sealed.into())]), "🔒", look.colors.muted)
}

/// Returns a line for a step of a game.
fn game_line(entry: &Entry, notice: &GameNotice, name: &str, context: LineContext<'_>) -> Element<'static, Message> {
    let look = context.look;
    let is_mine = entry.author == context.people.me;
    let name_of = |author| context.people.label(author, "");
    let words = crate::text::game::notice(look.language, notice, name, is_mine, name_of);
    match notice {
        GameNotice::Solved => notice_line(words, "✔", look.colors.success),
        GameNotice::TurnEnded(_, Some(_)) => notice_line(words, "✎", look.colors.text),
        _ => notice_line(words, "✎", look.colors.muted),
    }
}

/// Returns when others will see a line that is held back, and a button to say it again.
fn held_back(entry: &Entry, context: LineContext<'_>) -> Element<'static, Message> {
    let look = context.look;
    let when = context.calendar.at(look, seen_at(entry));
    let words = look.t_args("chat-held-back", [("when", when.into())]);
    let words = theme::small(words, look.colors.warning).wrapping(text::Wrapping::WordOrGlyph);
    let again: Element<'static, Message> = if context.said_again {
        theme::small(look.t("chat-said-again"), look.colors.success).into()
    } else {
        small_button(look, look.t("chat-say-again"), Message::SayAgain(entry.id)).into()
    };
    column![words, again].spacing(4).padding([4, 0]).into()
}

/// Returns words on a rule across the chat: a day, or the divider of the unread lines.
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
    let sign = theme::sign(sign).size(theme::SMALL).color(color).width(SMALL).center();
    let words = theme::small(words, color).wrapping(text::Wrapping::WordOrGlyph).width(Length::Fill);
    row![sign, words].spacing(8).padding([4, 0]).into()
}
