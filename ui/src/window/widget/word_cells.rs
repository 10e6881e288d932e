//! The word of a turn in cells: each letter above a line.

use iced::widget::{Row, Space, column, container, row, text};
use iced::{Alignment, Color, Element, Length};
use inkmesh::words::{Level, Mask};

use crate::window::theme::{self, Look, style};

/// The placeholder in a mask for a hidden letter.
const HIDDEN: char = '_';
/// Space between two cells.
const GAP: f32 = 5.0;
/// Width of the widest cell.
const WIDEST: f32 = 30.0;
/// Width of the narrowest cell.
const NARROWEST: f32 = 11.0;
/// Space between the cells and the numbers beside them.
const BESIDE: f32 = 12.0;
/// Width of a digit of those.
const DIGIT: f32 = 8.0;
/// Height of the cells. It is fixed, so that nothing moves when the word changes.
pub const HEIGHT: f32 = 46.0;

/// The role of the person who looks at the word. It decides the colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Viewer {
    /// A guesser: sees only the letters that the mask shows.
    Guesser,
    /// A guesser who has solved it.
    Solver,
    /// The drawer: sees the letters that the others see in amber.
    Drawer,
}

/// Returns the cells of a masked word, in `width` pixels. `word` is the whole word, if we know it.
pub fn view<'a, M: 'a>(look: Look, mask: &Mask, word: Option<&str>, viewer: Viewer, width: f32) -> Element<'a, M> {
    let shown: Vec<char> = String::from(mask.clone()).chars().collect();
    let word: Vec<char> = word.map(|word| word.chars().collect()).unwrap_or_default();
    let known = |index: usize| word.get(index).copied().filter(|_| word.len() == shown.len());
    let lengths = lengths(&shown);
    let width = width - lengths.len() as f32 * DIGIT - BESIDE;
    let wide = width / shown.len().max(1) as f32 - GAP;
    let cell_width = wide.clamp(NARROWEST, WIDEST);
    let cells = shown.iter().enumerate().map(|(index, &shown)| {
        let letter = known(index).unwrap_or(shown);
        let color = match (viewer, shown == HIDDEN) {
            (Viewer::Solver, _) => look.colors.success,
            (Viewer::Drawer, false) => look.colors.warning,
            (Viewer::Guesser, _) | (Viewer::Drawer, true) => look.colors.text,
        };
        if letter == ' ' {
            return Space::new().width(cell_width * 0.6).into();
        }
        let hides = shown == HIDDEN || letter.is_alphanumeric();
        cell(look, (letter != HIDDEN).then_some(letter), color, hides, cell_width)
    });
    let cells = container(Row::with_children(cells).spacing(GAP).align_y(Alignment::End).wrap()).max_width(width);
    let lengths = theme::small(lengths, look.colors.muted).wrapping(text::Wrapping::None);
    let line = row![cells, lengths].spacing(BESIDE).align_y(Alignment::Center);
    let under = style::under(look.colors, &format!("{mask}{word:?}"));
    container(line).center_y(HEIGHT).style(under).into()
}

fn cell<'a, M: 'a>(look: Look, letter: Option<char>, color: Color, lined: bool, width: f32) -> Element<'a, M> {
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
    let line =
        lined.then(|| container(Space::new().width(width).height(3)).style(style::pill(look.colors.text, color)));
    column![letter].push(line).spacing(1).into()
}

/// Returns the number of letters of each part of a word, as in `3 5`.
fn lengths(shown: &[char]) -> String {
    let parts = shown.split(|cell| *cell == ' ').filter(|part| !part.is_empty());
    parts.map(|part| part.len().to_string()).collect::<Vec<_>>().join(" ")
}

/// Returns the level of a word as dots.
pub fn level<'a, M: 'a>(look: Look, level: Level) -> Element<'a, M> {
    let dots = (1..=3).map(|number| {
        let full = number <= u8::from(level);
        let color = if full { look.colors.warning } else { look.colors.border };
        container(Space::new().width(8).height(8)).style(style::pill(color, color)).into()
    });
    Row::with_children(dots).spacing(4).height(Length::Shrink).into()
}
