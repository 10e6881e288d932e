//! The end of a quiz: the best three on a podium that draws itself, everybody below, and a way to play again.

use std::time::{Duration, Instant};

use iced::widget::{Column, Row, button, column, container, row, text};
use iced::{Alignment, Color, Element, Length};

use super::Message;
use super::cards::{line, list, over_points, told};
use super::game_bar::{GameBar, Press, Scene, press_button};
use super::standing::{Standing, standings};
use crate::text::grouped;
use crate::window::link::Step;
use crate::window::theme::{self, Look, style};

/// How long one pillar grows.
const GROW: f32 = 0.45;
/// When the pillar of each place begins to, in seconds: the winner comes last.
const BEGIN: [f32; 3] = [0.8, 0.4, 0.0];
/// When all is drawn.
const WHOLE: Duration = Duration::from_millis(1_400);
/// Height of the pillar of each place.
const HEIGHT: [f32; 3] = [104.0, 76.0, 54.0];
/// Room for what else there is to say of the last turn.
const TOLD: f32 = 44.0;
/// Places from left to right.
const ORDER: [usize; 3] = [2, 1, 3];
/// Most names on one pillar; all are in the list.
const NAMES: usize = 3;

/// Whether the podium still draws itself after so long.
pub fn draws_itself(age: Duration) -> bool {
    age < WHOLE
}

/// The results, shown since then, with so much height for all of it but head and buttons.
pub fn view<'a>(game: &'a GameBar, scene: Scene<'a>, since: Instant, height: f32) -> Element<'a, Message> {
    let look = scene.look;
    let age = if look.calm { WHOLE } else { scene.now.saturating_duration_since(since) };
    let all = standings(&game.game.players);
    let head = row![
        theme::sign("🏆").size(theme::TITLE).color(look.tones.amber),
        theme::title(winner_words(game, scene)).wrapping(text::Wrapping::WordOrGlyph)
    ]
    .spacing(12)
    .align_y(Alignment::Center);
    let stands = |one: &Standing<'_>| one.place <= 3 && one.player.score > 0;
    let podium = all.iter().any(stands).then(|| {
        let pillars = ORDER.map(|place| pillar(scene, &all, place, age));
        Row::with_children(pillars).spacing(8).align_y(Alignment::End).width(Length::Fill)
    });
    // Nobody saw a board after the last turn: what it gave stands here.
    let points = column![over_points(look, "game-last-turn")].extend(all.iter().map(|one| line(scene, *one, None)));
    let again = press_button(look, look.t("game-rematch"), Some(Press::Step(Step::Rematch)), true);
    let close = button(theme::body(look.t("game-close")))
        .on_press(Message::Game(Press::Results(false)))
        .padding([4, 12])
        .style(style::secondary(look.tones));
    let content = container(column![].push(podium).push(points.spacing(8)).spacing(16));
    // Every moment of the drawing is another one, so that the renderer draws all of it anew.
    let content = content.style(style::under(look.tones, &age.min(WHOLE).as_millis().to_string()));
    let last = game.game.word.as_ref().map(|word| {
        theme::small(look.t_args("game-word-was", [("word", word.text.as_str().into())]), look.tones.faded)
    });
    let told = told(game, scene);
    let height = if told.is_some() { height - TOLD } else { height };
    let head = column![head].push(last).push(told).spacing(4);
    column![head, list(look, column![content], height), row![again, close].spacing(8)].spacing(16).into()
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
    let names = here.iter().take(NAMES).map(|one| {
        let name = scene.people.label(one.player.player, &one.player.name);
        theme::strong(name).color(ink(look.tones.ink)).center().wrapping(text::Wrapping::WordOrGlyph).into()
    });
    let others = here.len().saturating_sub(NAMES);
    let others = (others > 0).then(|| {
        let words = look.t_args("game-and-others", [("count", others.into())]);
        theme::small(words, ink(look.tones.faded)).center()
    });
    let score = theme::small(grouped(first.player.score.into()), ink(look.tones.faded));
    let above = Column::with_children(names).push(others).push(score).align_x(Alignment::Center).width(Length::Fill);
    let height = HEIGHT[place - 1];
    // The ease of a hand: fast at first.
    let high = height * (1.0 - (1.0 - grown).powi(3));
    let number = theme::title(place.to_string()).color(ink(number_color(look, place)));
    let body = container(number)
        .center_x(Length::Fill)
        .padding(iced::padding::top(8))
        .height(high)
        .clip(true)
        .style(style::pillar(pillar_color(look, place)));
    column![above, container(body).height(height).align_bottom(height).width(Length::Fill)]
        .spacing(8)
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
