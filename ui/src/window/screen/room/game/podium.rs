//! The results of a quiz: an animated podium of the best three, the ranking, and buttons.

use inkmesh::command::RoomCommand;

use std::time::{Duration, Instant};

use iced::widget::{Column, Row, column, container, row, text};
use iced::{Alignment, Color, Element, Length};

use super::bar::{setup_button, step_button};
use super::context::Context;
use super::message::Message;
use super::ranking::{self, Ranked, list};
use super::state::{Game, RESULTS_ANIMATION};
use super::words::{headline, turn_note};
use crate::text::grouped;
use crate::window::theme::{self, Look, style};
use crate::window::widget::Pinned;

/// The time that one pillar grows, in seconds.
const GROW: f32 = 0.45;
/// When the pillar of each rank begins to grow, in seconds: the winner's is the last.
const BEGIN: [f32; 3] = [0.8, 0.4, 0.0];
/// Height of the pillar of each rank, in a window that is [`HIGH`].
const HEIGHT: [f32; 3] = [104.0, 76.0, 54.0];
/// Height of a window with room for pillars of that height, in pixels; in a lower one they are lower.
const HIGH: f32 = 760.0;
/// Height of a window with room for the lowest pillars, and their fraction of [`HEIGHT`].
const LOW: (f32, f32) = (240.0, 0.3);
/// Ranks from left to right.
const ORDER: [usize; 3] = [2, 1, 3];
/// The most names on one pillar. All are in the list.
const NAMES: usize = 3;
/// Side of a portrait on a pillar.
const FACE: f32 = 44.0;
/// Space between the parts.
const GAP: f32 = 16.0;
/// Space between the parts in a low window.
const SHORT_GAP: f32 = 4.0;

/// Returns how high pillars are, as a fraction of [`HEIGHT`].
fn share(window: f32) -> f32 {
    let (low, least) = LOW;
    (least + (1.0 - least) * (window - low) / (HIGH - low)).clamp(least, 1.0)
}

/// Returns the results, opened at this time: winners and podium above, buttons below, and between them the ranking.
pub fn view<'a>(game: &'a Game, context: Context<'a>, since: Instant) -> Pinned<'a, Message> {
    let look = context.look;
    let age = if look.calm { RESULTS_ANIMATION } else { context.now.saturating_duration_since(since) };
    let all = ranking::of(&game.view.players);
    let gap = if context.short() { SHORT_GAP } else { GAP };
    let size = if context.short() { theme::BODY } else { theme::TITLE };
    let head = row![
        theme::sign("🏆").size(size).color(look.colors.warning),
        theme::title(winner_words(game, context)).size(size).wrapping(text::Wrapping::WordOrGlyph)
    ]
    .spacing(12)
    .align_y(Alignment::Center);
    let stands = |one: &Ranked<'_>| one.rank <= 3 && one.player.score > 0;
    let podium = all.iter().any(stands).then(|| {
        let pillars = ORDER.map(|rank| pillar(context, &all, rank, age));
        let pillars = Row::with_children(pillars).spacing(8).align_y(Alignment::End).width(Length::Fill);
        // Changes with each frame, so that the renderer draws all of it anew.
        container(pillars).style(style::under(look.colors, &age.min(RESULTS_ANIMATION).as_millis().to_string()))
    });
    // There is no scoreboard after the last turn: its points stand here.
    let over = container(ranking::heading(look, "game-last-turn")).padding(iced::padding::right(12));
    let points = Column::with_children(all.iter().map(|one| ranking::row(context, *one, None))).spacing(8);
    let again = step_button(look, look.t("game-rematch"), Message::Command(RoomCommand::Rematch), true);
    let close = step_button(look, look.t("game-close"), Message::Results(false), false);
    let last = game.view.word.as_ref().map(|word| {
        theme::small(look.t_args("game-word-was", [("word", word.text.as_str().into())]), look.colors.muted)
    });
    // The reason, if it ended before its last turn.
    let early = game.view.cancelled.map(|_| theme::small(headline(game, context), look.colors.muted));
    let words = match context.tiny() {
        true => column![container(head).height(20).clip(true)],
        false => column![head].push(early).push(last).push(turn_note(game, context)).spacing(4),
    };
    let head = column![words].push(podium).push((!context.short()).then_some(over)).spacing(gap);
    let buttons = row![again, close, setup_button(look)].spacing(if context.tiny() { 2 } else { 8 });
    let buttons = buttons.wrap().vertical_spacing(4);
    Pinned::new(head, list(look, points), buttons).spacing(gap)
}

fn winner_words(game: &Game, context: Context<'_>) -> String {
    let look = context.look;
    let winners = game.view.winners();
    let name = |rank: usize| context.name(winners.get(rank).copied());
    match winners.len() {
        0 => look.t("game-nobody-won"),
        1 if winners.contains(&context.me) => look.t("game-you-won"),
        1 => look.t_args("game-won", [("name", name(0).into())]),
        2 => look.t_args("game-two-won", [("first", name(0).into()), ("second", name(1).into())]),
        count => look.t_args("game-many-won", [("count", count.into())]),
    }
}

/// Returns the pillar of a rank with the names on it; only its space without any.
fn pillar<'a>(context: Context<'a>, all: &[Ranked<'a>], rank: usize, age: Duration) -> Element<'a, Message> {
    let look = context.look;
    let here: Vec<&Ranked<'_>> = all.iter().filter(|one| one.rank == rank && one.player.score > 0).collect();
    let Some(first) = here.first() else { return container(column![]).width(Length::Fill).into() };
    let grown = ((age.as_secs_f32() - BEGIN[rank - 1]) / GROW).clamp(0.0, 1.0);
    // Names appear when their pillar is nearly finished.
    let ink = |color: Color| color.scale_alpha(((grown - 0.6) / 0.4).clamp(0.0, 1.0));
    let most = if context.short() { 1 } else { NAMES };
    let names = here.iter().take(most).map(|one| {
        let name = context.people.short_label(one.player.player, &one.player.name);
        let name = theme::strong(name).color(ink(look.colors.text)).wrapping(text::Wrapping::None);
        container(name).clip(true).into()
    });
    // Portraits appear with the names, where there is room for them.
    let faces = (!context.short() && grown > 0.6).then(|| {
        let face = |one: &&Ranked<'_>| context.people.portrait(look, one.player.player, true, FACE);
        Row::with_children(here.iter().take(NAMES).map(face)).spacing(4)
    });
    let faces = (!context.short()).then(|| container(column![].push(faces)).height(FACE));
    let others = here.len().saturating_sub(most);
    let others = (others > 0).then(|| {
        let words = look.t_args("game-and-others", [("count", others.into())]);
        theme::small(words, ink(look.colors.muted)).center()
    });
    let score = theme::small(grouped(first.player.score.into()), ink(look.colors.muted));
    let names = Column::with_children(names).align_x(Alignment::Center);
    let above =
        column![].push(faces).push(names).push(others).push(score).align_x(Alignment::Center).width(Length::Fill);
    let height = HEIGHT[rank - 1] * share(context.height);
    let high = height * (1.0 - (1.0 - grown).powi(3));
    let size = theme::TITLE.min(height * 0.75);
    let number = theme::title(rank.to_string()).size(size).color(ink(number_color(look, rank)));
    let body = container(number)
        .center_x(Length::Fill)
        .padding(iced::padding::top((height * 0.08).min(8.0)))
        .height(high)
        .clip(true)
        .style(style::pillar(pillar_color(look, rank)));
    column![above, container(body).height(height).align_bottom(height).width(Length::Fill)]
        .spacing(if context.short() { 2 } else { 8 })
        .width(Length::Fill)
        .into()
}

fn pillar_color(look: Look, rank: usize) -> Color {
    match rank {
        1 => look.colors.accent,
        2 => look.colors.muted,
        _ => look.colors.border,
    }
}

fn number_color(look: Look, rank: usize) -> Color {
    match rank {
        1 => look.colors.on_accent,
        2 => look.colors.surface,
        _ => look.colors.text,
    }
}
