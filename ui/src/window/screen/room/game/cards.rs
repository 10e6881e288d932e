//! The cards over the sheet between the turns of a game: players, words to choose from, points, winners.

use iced::widget::{Column, Row, column, container, row, space, text};
use iced::{Alignment, Element, Length};
use inkmesh::command::RoomCommand;
use inkmesh::event::Person;
use inkmesh::game::Phase;
use inkmesh::identity::Author;
use inkmesh::words::{Level, Word};

use super::bar::{clock, step_button};
use super::context::Context;
use super::message::Message;
use super::podium;
use super::ranking::{self, list};
use super::state::Game;
use super::words::turn_note;
use crate::window::theme::{self, style};
use crate::window::widget::parts::secondary;
use crate::window::widget::{Pinned, opaque, word_cells};

/// Width of a card with its edge.
const WIDTH: f32 = 488.0;
/// Width of that edge.
const EDGE: f32 = 4.0;
/// The number of letters above which a word is written smaller.
const LONG: usize = 20;
/// Returns whether the open card waits for us to do something.
pub fn is_waiting_for_us(game: &Game) -> bool {
    match game.view.phase {
        Phase::Gathering => true,
        Phase::Choosing => game.may_choose(),
        Phase::Over => game.results().is_some(),
        Phase::Idle | Phase::Drawing | Phase::Revealed => false,
    }
}

/// Returns the card that is open, if there is one. It fills the space; its buttons are always in view.
pub fn view<'a>(game: &'a Game, context: Context<'a>) -> Option<Element<'a, Message>> {
    let quiz = game.is_quiz_turn();
    let content: Element<'_, Message> = match game.view.phase {
        Phase::Gathering => gathering(game, context).into(),
        Phase::Choosing if game.may_choose() => offers(game, context).into(),
        Phase::Choosing if quiz && game.drawer() != Some(context.me) => return Some(choosing(game, context)),
        Phase::Revealed if quiz => scoreboard(game, context).into(),
        Phase::Over => podium::view(game, context, game.results()?).into(),
        Phase::Idle | Phase::Choosing | Phase::Drawing | Phase::Revealed => return None,
    };
    let padding = if context.short() { 8 } else { 20 };
    let card = container(content).padding(padding).style(style::dialog(context.look.colors));
    let card = container(card).padding(EDGE).max_width(WIDTH).style(style::inset);
    let card = container(opaque(card)).padding(4).center_x(Length::Fill).height(Length::Fill);
    let down = game.view.phase == Phase::Revealed;
    Some(card.align_y(if down { Alignment::End } else { Alignment::Center }).into())
}

/// Returns the heading of a card, with the clock.
fn head<'a>(words: String, context: Context<'_>, game: &Game) -> Row<'a, Message> {
    let (diameter, size) = if context.short() { (28.0, theme::BODY) } else { (52.0, theme::TITLE) };
    let words = theme::title(words).size(size).wrapping(text::Wrapping::WordOrGlyph).width(Length::Fill);
    row![words].push(clock(game, context, diameter)).spacing(12).align_y(Alignment::Center)
}

/// Returns the space between the parts of a card.
fn gap(context: Context<'_>) -> f32 {
    if context.short() { 4.0 } else { 12.0 }
}

// ---- gathering ----

fn gathering<'a>(game: &'a Game, context: Context<'a>) -> Pinned<'a, Message> {
    let look = context.look;
    let ready = |author: Author| game.view.players.iter().any(|player| player.player == author);
    let here = context.people.in_order().into_iter().filter(|person| person.online || ready(person.peer));
    let people = here.map(|person| guest(context, person, ready(person.peer)));
    let people = Column::with_children(people).spacing(8);
    let mut buttons = Row::new().spacing(8);
    if game.view.may_join {
        buttons = buttons.push(step_button(look, look.t("game-ready"), Message::Command(RoomCommand::Ready), true));
    }
    if game.view.proposer == Some(context.me) {
        let enough = game.may_begin(context.me).then_some(Message::Command(RoomCommand::Begin));
        buttons = buttons.push(step_button(look, look.t("game-begin"), enough, true));
    }
    if game.view.joined {
        let leave = Message::Command(RoomCommand::LeaveGame);
        buttons = buttons.push(step_button(look, look.t("game-leave"), leave, false));
    }
    let hint = match (game.view.joined, game.view.may_join) {
        (true, _) => "game-waiting",
        (false, true) => "game-asked",
        (false, false) => "game-full",
    };
    let hint = (!context.short() || !game.view.may_join)
        .then(|| theme::small(look.t(hint), look.colors.muted).wrapping(text::Wrapping::WordOrGlyph));
    let foot = column![].push(hint).push(buttons.wrap().vertical_spacing(8)).spacing(gap(context));
    Pinned::new(head(look.t("game-who"), context, game), list(look, people), foot).spacing(gap(context))
}

fn guest<'a>(context: Context<'a>, person: &Person, ready: bool) -> Element<'a, Message> {
    let look = context.look;
    let color = if ready { look.colors.text } else { look.colors.muted };
    let name = theme::body(context.people.label(person.peer, "")).color(color).wrapping(text::Wrapping::WordOrGlyph);
    let state = if ready { "game-is-ready" } else { "game-is-asked" };
    let state = theme::small(look.t(state), if ready { look.colors.success } else { look.colors.muted });
    let mark = ready.then(|| theme::sign("✔").size(theme::SMALL).color(look.colors.success));
    row![ranking::portrait(context, person.peer), name.width(Length::Fill), state]
        .push(mark)
        .spacing(8)
        .align_y(Alignment::Center)
        .into()
}

// ---- choosing ----

fn offers<'a>(game: &'a Game, context: Context<'a>) -> Pinned<'a, Message> {
    let look = context.look;
    let words = game.view.offers.iter().enumerate().map(|(index, word)| offer(context, index, word));
    let words = Column::with_children(words).spacing(if context.short() { 3 } else { 8 });
    let hint = theme::small(look.t("game-choose-how"), look.colors.muted).wrapping(text::Wrapping::WordOrGlyph);
    let pass = step_button(look, look.t("game-pass-turn"), Message::Command(RoomCommand::Pass), false);
    let (beside, foot): (_, Element<'_, Message>) = if context.short() {
        (Some(pass), space::vertical().height(0).into())
    } else {
        (None, row![hint.width(Length::Fill), pass].spacing(12).align_y(Alignment::Center).into())
    };
    let head = head(look.t("game-choose"), context, game).push(beside);
    Pinned::new(head, list(look, words), foot).spacing(gap(context))
}

fn offer<'a>(context: Context<'_>, index: usize, word: &'a Word) -> Element<'a, Message> {
    let look = context.look;
    let key = container(theme::small((index + 1).to_string(), look.colors.muted))
        .center_x(24)
        .padding([2, 0])
        .style(style::notice(look.colors, look.colors.border));
    let level = match word.level {
        Level::Easy => "level-easy",
        Level::Medium => "level-medium",
        Level::Hard => "level-hard",
    };
    let how_hard = (!context.short()).then(|| theme::small(look.t(level), look.colors.muted));
    let how_hard =
        row![].push(how_hard).push(word_cells::level(look, word.level)).spacing(8).align_y(Alignment::Center);
    let small = context.short() || word.text.chars().count() > LONG;
    let text = if small { theme::strong(word.text.as_str()) } else { theme::title(word.text.as_str()) };
    let text = text.wrapping(text::Wrapping::WordOrGlyph).width(Length::Fill);
    let line = row![key, text, how_hard].spacing(12).align_y(Alignment::Center);
    let button = secondary(look, line, Message::Command(RoomCommand::Choose { index }));
    button.padding(if context.short() { [1, 8] } else { [10, 12] }).width(Length::Fill).into()
}

/// Returns a card that says in large letters that somebody else chooses.
fn choosing<'a>(game: &'a Game, context: Context<'a>) -> Element<'a, Message> {
    let look = context.look;
    let name = context.name(game.drawer());
    let words = look.t_args("game-choosing-word", [("name", name.into())]);
    let words = theme::title(words).wrapping(text::Wrapping::WordOrGlyph);
    let mark = theme::sign("✎").size(theme::TITLE).color(look.colors.accent);
    let card = container(row![mark, words].spacing(12).align_y(Alignment::Center)).padding([16, 24]);
    let card = container(card.style(style::dialog(look.colors))).padding(EDGE).max_width(WIDTH).style(style::inset);
    container(card).center(Length::Fill).padding(4).into()
}

// ---- points ----

fn scoreboard<'a>(game: &'a Game, context: Context<'a>) -> Pinned<'a, Message> {
    let look = context.look;
    let words = match &game.view.word {
        Some(word) => look.t_args("game-word-was", [("word", word.text.as_str().into())]),
        None => look.t("game-no-word"),
    };
    let level = game.view.word.as_ref().map(|word| word_cells::level(look, word.level));
    let over = container(ranking::heading(look, "game-this-turn")).padding(iced::padding::right(12));
    let rows = ranking::of(&game.view.players).into_iter().map(|ranked| ranking::row(context, ranked, game.drawer()));
    let rows = Column::with_children(rows).spacing(8);
    let head =
        column![head(words, context, game).push(level)].push(turn_note(game, context)).push(over).spacing(gap(context));
    Pinned::headed(head, list(look, rows)).spacing(gap(context))
}
