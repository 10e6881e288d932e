//! The bar above the sheet: whose turn it is, the word to guess, the time, and buttons.

use iced::widget::{Row, column, container, row, text};
use iced::{Alignment, Element, Length};
use inkmesh::command::RoomCommand;
use inkmesh::game::Phase;

use super::context::{Context, EDGE, ONE_ROW, ROW, TINY_ROW};
use super::message::Message;
use super::state::{Game, has_points, has_turn};
use super::words::{detail, headline};
use crate::window::theme::{self, Look, style};
use crate::window::widget::word_cells::Viewer;
use crate::window::widget::{countdown, parts, word_cells};

/// Room for two buttons and words beside them, in pixels.
const TWO_BUTTONS: f32 = 360.0;
/// Diameter of the clock.
const CLOCK: f32 = 44.0;

pub fn view<'a>(game: &'a Game, context: Context<'a>) -> Element<'a, Message> {
    let clock = own_clock(game, context);
    let buttons = buttons(game, context);
    // In a narrow bar these buttons take the place of the words, and in the narrowest any three buttons do.
    if game.exits && context.width < ONE_ROW || buttons.len() > 2 && context.width < TWO_BUTTONS {
        let exits = Row::with_children(buttons).spacing(8).wrap().vertical_spacing(4);
        let exits = container(exits).center_y(context.bar() - 2.0 * EDGE);
        return container(exits)
            .padding([EDGE, 12.0])
            .width(Length::Fill)
            .style(style::card(context.look.colors))
            .into();
    }
    let buttons = (!buttons.is_empty()).then(|| Row::with_children(buttons).spacing(8));
    let mask = game.is_quiz_turn() && game.view.mask.is_some();
    let cells = |width: f32| if mask { cells(game, context, width.max(0.0)) } else { None };
    let content: Element<'_, Message> = if context.width >= ONE_ROW {
        let row = row![words(game, context, ROW)].push(cells(context.width * 0.42)).push(buttons).push(clock);
        row.spacing(12).align_y(Alignment::Center).into()
    } else if context.tiny() {
        let first = row![words(game, context, TINY_ROW)].push(buttons).push(clock).spacing(8);
        column![first.align_y(Alignment::Center)].push(cells(context.width)).into()
    } else {
        let first = row![words(game, context, ROW)].push(clock).spacing(12).align_y(Alignment::Center);
        let room = if buttons.is_some() { context.width - 170.0 } else { context.width };
        let second = (mask || buttons.is_some()).then(|| {
            let left = container(column![].push(cells(room))).center_x(Length::Fill);
            row![left].push(buttons).spacing(8).height(word_cells::HEIGHT).align_y(Alignment::Center)
        });
        column![first].push(second).into()
    };
    let content = container(content).center_y(context.bar() - 2.0 * EDGE).clip(true);
    container(content).padding([EDGE, 12.0]).width(Length::Fill).style(style::card(context.look.colors)).into()
}

fn words<'a>(game: &Game, context: Context<'_>, height: f32) -> Element<'a, Message> {
    let (headline, detail) = (headline(game, context), detail(game, context).filter(|_| !context.tiny()));
    let under = style::under(context.look.colors, &format!("{headline}{}", detail.as_deref().unwrap_or_default()));
    let wraps = |words: iced::widget::Text<'a>| words.wrapping(text::Wrapping::WordOrGlyph).line_height(1.15);
    let detail = detail.map(|words| wraps(theme::small(words, context.look.colors.muted)));
    let size = if context.tiny() { theme::SMALL } else { theme::BODY };
    let words = column![wraps(theme::strong(headline).size(size))].push(detail).width(Length::Fill);
    container(words).center_y(height).clip(true).style(under).into()
}

fn own_clock<'a>(game: &Game, context: Context<'_>) -> Option<Element<'a, Message>> {
    let size = if context.tiny() { 32.0 } else { CLOCK };
    if game.has_card_with_clock() { None } else { clock(game, context, size) }
}

fn cells<'a>(game: &'a Game, context: Context<'a>, width: f32) -> Option<Element<'a, Message>> {
    let mask = game.view.mask.as_ref()?;
    let word = game.view.word.as_ref().map(|word| word.text.as_str());
    let viewer = match word {
        Some(_) if game.view.drawer == Some(context.me) && game.view.phase == Phase::Drawing => Viewer::Drawer,
        Some(_) => Viewer::Solver,
        None => Viewer::Guesser,
    };
    Some(word_cells::view(context.look, mask, word, viewer, width))
}

fn buttons<'a>(game: &Game, context: Context<'a>) -> Vec<Element<'a, Message>> {
    let may_exit = game.view.joined && has_turn(&game.view);
    if game.exits && may_exit {
        return exits(game, context.look);
    }
    let more = may_exit.then(|| step_button(context.look, "…".to_owned(), Message::Exits(true), false));
    actions(game, context).into_iter().chain(more).collect()
}

/// Returns the buttons to leave or end a running game.
fn exits<'a>(game: &Game, look: Look) -> Vec<Element<'a, Message>> {
    let button = |key, message| step_button(look, look.t(key), message, false);
    vec![
        button("game-leave", Some(Message::Command(RoomCommand::LeaveGame))),
        match game.view.wants_end {
            true => button("game-voted-end", None),
            false => button("game-end", Some(Message::Command(RoomCommand::EndGame))),
        },
        button("game-close", Some(Message::Exits(false))),
    ]
}

/// Returns the buttons of what can be done now.
fn actions<'a>(game: &Game, context: Context<'a>) -> Vec<Element<'a, Message>> {
    let look = context.look;
    let step = |key, command, first| step_button(look, look.t(key), Message::Command(command), first);
    match game.view.phase {
        Phase::Idle => vec![setup_button(look)],
        Phase::Over => {
            // The podium has these buttons.
            if game.results().is_some() {
                return Vec::new();
            }
            let results = || step_button(look, look.t("game-results"), Message::Results(true), false);
            let again = game.view.cancelled.map(|_| step("game-again", RoomCommand::Rematch, false));
            has_points(&game.view).then(results).into_iter().chain(again).chain([setup_button(look)]).collect()
        }
        // The card over the sheet has these buttons.
        Phase::Gathering => Vec::new(),
        Phase::Drawing if game.view.drawer == Some(context.me) => vec![step("game-pass", RoomCommand::Pass, true)],
        // The card with the words has the button to pass.
        Phase::Choosing if game.may_choose() => Vec::new(),
        Phase::Choosing if game.view.drawer == Some(context.me) => {
            vec![step("game-pass-turn", RoomCommand::Pass, false)]
        }
        Phase::Drawing | Phase::Choosing if game.has_voted() => {
            vec![step_button(look, look.t("game-voted"), None, false)]
        }
        Phase::Drawing | Phase::Choosing if game.view.joined => vec![step("game-skip", RoomCommand::Skip, false)],
        Phase::Drawing | Phase::Choosing | Phase::Revealed if game.view.may_join => {
            vec![step("game-join", RoomCommand::Ready, true)]
        }
        Phase::Drawing | Phase::Choosing | Phase::Revealed => Vec::new(),
    }
}

/// Returns the clock of the phase, if it has an end.
pub fn clock<'a>(game: &Game, context: Context<'_>, size: f32) -> Option<Element<'a, Message>> {
    game.remaining(context.now).map(|remaining| countdown::view(context.look, remaining, game.whole, size))
}

/// Returns the button that opens the setup dialog.
pub fn setup_button<'a>(look: Look) -> Element<'a, Message> {
    step_button(look, look.t("game-plan"), Message::Setup, false)
}

/// Returns a button of the game; it is disabled without a message.
pub fn step_button<'a>(
    look: Look,
    words: String,
    message: impl Into<Option<Message>>,
    first: bool,
) -> Element<'a, Message> {
    let button = if first { parts::primary } else { parts::secondary };
    button(look, theme::body(words), message.into()).padding([4, 12]).into()
}
