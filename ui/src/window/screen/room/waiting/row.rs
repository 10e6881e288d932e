//! The row of a room in the waiting room: its name, who is in it, its game, its last line. One click enters.

use iced::widget::text::Wrapping;
use iced::widget::{Row, button, column, container, row};
use iced::{Alignment, Element, Length};
use inkmesh::identity::Author;
use inkmesh::waiting_room::GameProgress;

use crate::window::portrait::SMALL;
use crate::window::screen::room::message::Message;
use crate::window::screen::room::people::People;
use crate::window::screen::room::rooms::{badge, call_mark};
use crate::window::theme::{self, Look, style};
use crate::window::widget::focusable;

/// People who are shown with their picture. The others are counted.
const DISCS: usize = 4;
/// People who are named.
const NAMES: usize = 2;
/// The size of the tile with a room's letter, in pixels.
const TILE: f32 = 40.0;

/// What a row shows.
pub struct RoomRow {
    /// How the room is called.
    pub label: String,
    /// The others who are in it, with their names.
    pub people: Vec<(Author, String)>,
    pub game: Option<GameProgress>,
    /// True if its game waits for us.
    pub calls: bool,
    pub unread: u64,
    /// The last line, and when it was written.
    pub line: Option<(String, String)>,
    /// True if Enter opens it.
    pub is_first: bool,
    /// True if the row takes as little room as it can.
    pub is_small: bool,
    /// Opens it.
    pub message: Message,
}

impl RoomRow {
    pub fn view<'a>(self, look: Look, all: &People) -> Element<'a, Message> {
        let colors = look.colors;
        // Behind the sign of its kind.
        let first = self.label.split(' ').nth(1).and_then(|name| name.chars().next());
        let letter: String = first.into_iter().flat_map(char::to_uppercase).collect();
        let name = theme::strong(self.label).wrapping(Wrapping::None);
        let mut head = row![container(name).clip(true)].spacing(8).align_y(Alignment::Center);
        if let Some(game) = self.game {
            let words = theme::small(game_words(look, game), colors.on_accent).wrapping(Wrapping::None);
            head = head.push(container(words).padding([1, 8]).style(style::pill(colors.success, colors.on_accent)));
        }
        if self.calls {
            head = head.push(call_mark(look));
        }
        if self.unread > 0 {
            head = head.push(badge(look, self.unread));
        }
        let who = people_line(look, all, &self.people);
        let line = self.line.map(|(words, when)| {
            let words = theme::small(words, colors.muted).wrapping(Wrapping::None);
            let when = theme::small(when, colors.muted).wrapping(Wrapping::None);
            row![container(words).width(Length::Fill).clip(true), when].spacing(8)
        });
        let words = column![head, who].push(line).spacing(4).width(Length::Fill);
        let tile = container(theme::title(letter).color(colors.muted)).center(TILE).style(style::tile(colors));
        let content = row![].push((!self.is_small).then_some(tile)).push(words).spacing(12).align_y(Alignment::Center);
        let padding = if self.is_small { [6, 10] } else { [10, 12] };
        let button = button(content).on_press(self.message.clone()).padding(padding).width(Length::Fill);
        focusable(button.style(style::room(colors, self.is_first)), self.message, colors.accent)
    }
}

/// Returns how far a game has come.
fn game_words(look: Look, game: GameProgress) -> String {
    match game {
        GameProgress { round: 0, .. } => look.t("waiting-game-gathers"),
        GameProgress { round, rounds } => {
            look.t_args("waiting-game", [("round", round.into()), ("rounds", rounds.into())])
        }
    }
}

/// Returns who is in a room: a few pictures, then names.
fn people_line<'a>(look: Look, all: &People, people: &[(Author, String)]) -> Element<'a, Message> {
    let discs = people.iter().take(DISCS).map(|(peer, _)| all.portrait(look, *peer, true, SMALL));
    let discs = (!people.is_empty()).then(|| Row::with_children(discs).spacing(2));
    let color = if people.is_empty() { look.colors.muted } else { look.colors.text };
    let words = theme::small(names(look, people), color).wrapping(Wrapping::None);
    row![].push(discs).push(container(words).clip(true)).spacing(8).align_y(Alignment::Center).into()
}

/// Returns the names of people: the first ones, and how many others there are.
pub fn names(look: Look, people: &[(Author, String)]) -> String {
    match people {
        [] => look.t("waiting-nobody-in"),
        [(_, one)] => one.clone(),
        [(_, one), (_, two)] => {
            look.t_args("names-two", [("first", one.as_str().into()), ("second", two.as_str().into())])
        }
        [(_, one), (_, two), ..] => {
            let others = people.len() - NAMES;
            let (one, two) = (one.as_str().into(), two.as_str().into());
            look.t_args("names-more", [("first", one), ("second", two), ("count", others.into())])
        }
    }
}
