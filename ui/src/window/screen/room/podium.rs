//! The end of a quiz: the best three on a podium that draws itself, everybody below, and a way to play again.

use std::time::{Duration, Instant};

use iced::widget::{Column, Row, column, container, row, text};
use iced::{Alignment, Color, Element, Length};

use super::Message;
use super::cards::{line, list, over_points, told};
use super::game_bar::{GameBar, Press, Scene, plan_button, press_button};
use super::standing::{Standing, standings};
use crate::text::grouped;
use crate::window::link::Step;
use crate::window::theme::{self, Look, style};
use crate::window::widget::Pinned;

/// How long one pillar grows.
const GROW: f32 = 0.45;
/// When the pillar of each place begins to, in seconds: the winner comes last.
const BEGIN: [f32; 3] = [0.8, 0.4, 0.0];
/// When all is drawn.
const WHOLE: Duration = Duration::from_millis(1_400);
/// Height of the pillar of each place, in a window that is [`HIGH`].
const HEIGHT: [f32; 3] = [104.0, 76.0, 54.0];
/// Height of a window with room for pillars of that height, in pixels; in a lower one they are lower.
const HIGH: f32 = 760.0;
/// Height of a window with room for the lowest pillars, and their share of [`HEIGHT`].
const LOW: (f32, f32) = (240.0, 0.3);
/// Places from left to right.
const ORDER: [usize; 3] = [2, 1, 3];
/// Most names on one pillar; all are in the list.
const NAMES: usize = 3;
/// Space between the parts.
const GAP: f32 = 16.0;
/// Space between the parts in a low window.
const SHORT_GAP: f32 = 4.0;

/// Whether the podium still draws itself after so long.
pub fn draws_itself(age: Duration) -> bool {
    age < WHOLE
}

/// How high pillars are, as a share of [`HEIGHT`].
fn share(window: f32) -> f32 {
    let (low, least) = LOW;
    (least + (1.0 - least) * (window - low) / (HIGH - low)).clamp(least, 1.0)
}

/// The results, shown since then: winners and podium above, buttons below, and between them everybody's points.
pub fn view<'a>(game: &'a GameBar, scene: Scene<'a>, since: Instant) -> Pinned<'a, Message> {
    let look = scene.look;
    let age = if look.calm { WHOLE } else { scene.now.saturating_duration_since(since) };
    let all = standings(&game.game.players);
    let gap = if scene.short() { SHORT_GAP } else { GAP };
    let size = if scene.short() { theme::BODY } else { theme::TITLE };
    let head = row![
        theme::sign("🏆").size(size).color(look.tones.amber),
        theme::title(winner_words(game, scene)).size(size).wrapping(text::Wrapping::WordOrGlyph)
    ]
    .spacing(12)
    .align_y(Alignment::Center);
    let stands = |one: &Standing<'_>| one.place <= 3 && one.player.score > 0;
    let podium = all.iter().any(stands).then(|| {
        let pillars = ORDER.map(|place| pillar(scene, &all, place, age));
        let pillars = Row::with_children(pillars).spacing(8).align_y(Alignment::End).width(Length::Fill);
        // Every moment of the drawing is another one, so that the renderer draws all of it anew.
        container(pillars).style(style::under(look.tones, &age.min(WHOLE).as_millis().to_string()))
    });
    // Nobody saw a board after the last turn: what it gave stands here.
    let over = container(over_points(look, "game-last-turn")).padding(iced::padding::right(12));
    let points = Column::with_children(all.iter().map(|one| line(scene, *one, None))).spacing(8);
    let again = press_button(look, look.t("game-rematch"), Some(Press::Step(Step::Rematch)), true);
    let close = press_button(look, look.t("game-close"), Some(Press::Results(false)), false);
    let last = game.game.word.as_ref().map(|word| {
        theme::small(look.t_args("game-word-was", [("word", word.text.as_str().into())]), look.tones.faded)
    });
    // Why it ended before its last turn.
    let early = game.game.cancelled.map(|_| theme::small(game.headline(scene), look.tones.faded));
    let words = match scene.tiny() {
        true => column![container(head).height(20).clip(true)],
        false => column![head].push(early).push(last).push(told(game, scene)).spacing(4),
    };
    let head = column![words].push(podium).push((!scene.short()).then_some(over)).spacing(gap);
    let buttons = row![again, close, plan_button(look)].spacing(if scene.tiny() { 2 } else { 8 });
    let buttons = buttons.wrap().vertical_spacing(4);
    Pinned::new(head, list(look, points), buttons).spacing(gap)
}

fn winner_words(game: &GameBar, scene: Scene<'_>) -> String {
    let look = scene.look;
    let winners = game.game.winners();
    let name = |place: usize| scene.name(winners.get(place).copied());
    match winners.len() {
        0 => look.t("game-nobody-won"),
        1 if winners.contains(&scene.me) => look.t("game-you-won"),
        1 => look.t_args("game-won", [("name", name(0).into())]),
        2 => look.t_args("game-two-won", [("first", name(0).into()), ("second", name(1).into())]),
        count => look.t_args("game-many-won", [("count", count.into())]),
    }
}

/// The pillar of a place with those who stand on it; nothing but its room when nobody does.
fn pillar<'a>(scene: Scene<'a>, all: &[Standing<'a>], place: usize, age: Duration) -> Element<'a, Message> {
    let look = scene.look;
    let here: Vec<&Standing<'_>> = all.iter().filter(|one| one.place == place && one.player.score > 0).collect();
    let Some(first) = here.first() else { return container(column![]).width(Length::Fill).into() };
    let grown = ((age.as_secs_f32() - BEGIN[place - 1]) / GROW).clamp(0.0, 1.0);
    // Names come when their pillar is nearly there.
    let ink = |color: Color| color.scale_alpha(((grown - 0.6) / 0.4).clamp(0.0, 1.0));
    let most = if scene.short() { 1 } else { NAMES };
    let names = here.iter().take(most).map(|one| {
        let name = scene.people.short_label(one.player.player, &one.player.name);
        let name = theme::strong(name).color(ink(look.tones.ink)).wrapping(text::Wrapping::None);
        container(name).clip(true).into()
    });
    let others = here.len().saturating_sub(most);
    let others = (others > 0).then(|| {
        let words = look.t_args("game-and-others", [("count", others.into())]);
        theme::small(words, ink(look.tones.faded)).center()
    });
    let score = theme::small(grouped(first.player.score.into()), ink(look.tones.faded));
    let above = Column::with_children(names).push(others).push(score).align_x(Alignment::Center).width(Length::Fill);
    let height = HEIGHT[place - 1] * share(scene.height);
    // The ease of a hand: fast at first.
    let high = height * (1.0 - (1.0 - grown).powi(3));
    let size = theme::TITLE.min(height * 0.75);
    let number = theme::title(place.to_string()).size(size).color(ink(number_color(look, place)));
    let body = container(number)
        .center_x(Length::Fill)
        .padding(iced::padding::top((height * 0.08).min(8.0)))
        .height(high)
        .clip(true)
        .style(style::pillar(pillar_color(look, place)));
    column![above, container(body).height(height).align_bottom(height).width(Length::Fill)]
        .spacing(if scene.short() { 2 } else { 8 })
        .width(Length::Fill)
        .into()
}

/// The winner's in the seal's red, the others in fading ink.
fn pillar_color(look: Look, place: usize) -> Color {
    match place {
        1 => look.tones.seal,
        2 => look.tones.faded,
        _ => look.tones.line,
    }
}

fn number_color(look: Look, place: usize) -> Color {
    match place {
        1 => look.tones.on_seal,
        2 => look.tones.paper,
        _ => look.tones.ink,
    }
}
