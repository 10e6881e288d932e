//! What the views of the game are shown with.

use std::time::Instant;

use inkmesh::identity::Author;

use crate::window::screen::room::people::People;
use crate::window::theme::Look;
use crate::window::widget::word_cells;

/// Width with room for words, the word to guess and buttons in one row, in pixels.
pub const ONE_ROW: f32 = 600.0;
/// Height of a row: of two lines of words and one of small print.
pub const ROW: f32 = 50.0;
/// Height of a row in a window that is tiny.
pub const TINY_ROW: f32 = 36.0;
/// Space above and below the rows of the bar.
pub const EDGE: f32 = 4.0;
/// Height of the window below which parts take as little room as they can, in pixels.
pub const SHORT_BELOW: f32 = 560.0;
/// Height of the window below which everything is left out that can be, in pixels.
pub const TINY_BELOW: f32 = 360.0;

/// What the views are shown with.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    pub look: Look,
    pub now: Instant,
    pub me: Author,
    pub people: &'a People,
    /// True if we may draw now.
    pub may_draw: bool,
    /// Width of the bar, in pixels.
    pub width: f32,
    /// Height of the window, in pixels.
    pub height: f32,
}

impl Context<'_> {
    /// Returns somebody's short name; nothing for nobody.
    pub fn name(&self, author: Option<Author>) -> String {
        author.map(|author| self.people.short_label(author, "")).unwrap_or_default()
    }

    /// Returns whether the window is low, so that everything takes as little room as it can.
    pub fn short(&self) -> bool {
        self.height < SHORT_BELOW
    }

    /// Returns whether the window is so low that there is hardly any room for the sheet.
    pub fn tiny(&self) -> bool {
        self.height < TINY_BELOW
    }

    /// Returns the height of the bar. It depends on the window alone, so that the sheet below it keeps its place.
    pub fn bar(&self) -> f32 {
        let rows = match (self.width >= ONE_ROW, self.tiny()) {
            (true, _) => ROW,
            (false, false) => ROW + word_cells::HEIGHT,
            (false, true) => TINY_ROW + word_cells::HEIGHT,
        };
        2.0 * EDGE + rows
    }
}
