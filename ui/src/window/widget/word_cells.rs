//! A word in cells, as it is guessed: each letter above a line, big and clear.

use iced::widget::{Row, Space, column, container, row, text};
use iced::{Alignment, Color, Element, Length};
use inkmesh::words::{Level, Mask};

use super::Message;
use crate::window::theme::{self, Look, style};

/// Stands for a letter that is not shown.
const HIDDEN: char = '_';
/// Space between two cells.
const GAP: f32 = 5.0;
/// The widest cell.
const WIDEST: f32 = 30.0;
/// The narrowest cell.
const NARROWEST: f32 = 11.0;
/// Space between the cells and the numbers beside them.
const BESIDE: f32 = 12.0;
/// Room for a digit of those.
const DIGIT: f32 = 8.0;
/// Height of the cells, so that nothing jumps when a word takes the place of others.
pub const HEIGHT: f32 = 46.0;

/// Who looks at the word, and so in which colour it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Eye {
    /// Somebody who guesses: only what the mask shows is seen.
    Guesser,
    /// Somebody who guessed it.
    Solver,
    /// The drawer: what the others see already stands in amber.
    Drawer,
}

/// A word behind its mask, in `width` pixels: `word` is what we know of it.
pub fn view<'a>(look: Look, mask: &Mask, word: Option<&str>, eye: Eye, width: f32) -> Element<'a, Message> {
    let shown: Vec<char> = String::from(mask.clone()).chars().collect();
    let word: Vec<char> = word.map(|word| word.chars().collect()).unwrap_or_default();
    let known = |index: usize| word.get(index).copied().filter(|_| word.len() == shown.len());
    let lengths = lengths(&shown);
    let width = width - lengths.len() as f32 * DIGIT - BESIDE;
    let wide = width / shown.len().max(1) as f32 - GAP;
    let cell_width = wide.clamp(NARROWEST, WIDEST);
    let cells = shown.iter().enumerate().map(|(index, &cell)| {
        let letter = known(index).unwrap_or(cell);
        let color = match (eye, cell == HIDDEN) {
            (Eye::Solver, _) => look.tones.pine,
            (Eye::Drawer, false) => look.tones.amber,
            (Eye::Guesser, _) | (Eye::Drawer, true) => look.tones.ink,
        };
        if letter == ' ' {
            return Space::new().width(cell_width * 0.6).into();
        }
        let hides = cell == HIDDEN || letter.is_alphanumeric();
        one(look, (letter != HIDDEN).then_some(letter), color, hides, cell_width)
    });
    let cells = container(Row::with_children(cells).spacing(GAP).align_y(Alignment::End).wrap()).max_width(width);
    let lengths = theme::small(lengths, look.tones.faded).wrapping(text::Wrapping::None);
    let line = row![cells, lengths].spacing(BESIDE).align_y(Alignment::Center);
    let under = style::under(look.tones, &format!("{mask}{word:?}"));
    container(line).center_y(HEIGHT).style(under).into()
}

fn one<'a>(look: Look, letter: Option<char>, color: Color, lined: bool, width: f32) -> Element<'a, Message> {
    let size = (width * 0.86).clamp(11.0, 24.0);
    let letter = text(letter.map(String::from).unwrap_or_default())
        .size(size)
        .font(theme::BOLD)
        .color(color)
        .line_height(1.2)
        .height(size * 1.25)
        .width(width)
        .wrapping(text::Wrapping::None)
        .center();
    let line = lined.then(|| container(Space::new().width(width).height(3)).style(style::pill(look.tones.ink, color)));
    column![letter].push(line).spacing(1).into()
}

/// How many letters the parts of a word have, as in `3 5`: nobody likes to count lines.
fn lengths(shown: &[char]) -> String {
    let parts = shown.split(|cell| *cell == ' ').filter(|part| !part.is_empty());
    parts.map(|part| part.len().to_string()).collect::<Vec<_>>().join(" ")
}

/// How hard a word is, in dots.
pub fn level<'a>(look: Look, level: Level) -> Element<'a, Message> {
    let dots = (1..=3).map(|number| {
        let full = number <= u8::from(level);
        let color = if full { look.tones.amber } else { look.tones.line };
        container(Space::new().width(8).height(8)).style(style::pill(color, color)).into()
    });
    Row::with_children(dots).spacing(4).height(Length::Shrink).into()
}
