//! What the views of the gallery are shown with, and a drawing in words.

use inkmesh::canvas::SheetId;
use inkmesh::gallery::Drawing;
use inkmesh::identity::Author;

use crate::window::calendar::Calendar;
use crate::window::theme::Look;

/// What the gallery is shown with.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    pub look: Look,
    /// The calendar of this computer.
    pub calendar: &'a Calendar,
    /// Returns the name of a person.
    pub name_of: &'a dyn Fn(Author) -> String,
    /// What the room is called.
    pub room: &'a str,
    /// True if the window is low, so that everything takes as little room as it can.
    pub short: bool,
}

/// Returns the key of the text that names the kind of a drawing without a word.
pub fn kind(drawing: &Drawing) -> &'static str {
    match drawing.key.sheet {
        SheetId::Free => "gallery-free",
        SheetId::Turn { .. } => "gallery-turn",
    }
}

/// Returns the names of those who drew a drawing.
pub fn names(drawing: &Drawing, context: Context<'_>) -> String {
    /// The most names.
    const MOST: usize = 3;
    let names: Vec<String> = drawing.authors.iter().take(MOST).map(|author| (context.name_of)(*author)).collect();
    let names = names.join(", ");
    match drawing.authors.len().saturating_sub(MOST) {
        0 => names,
        more => context.look.t_args("gallery-and-more", [("names", names.into()), ("count", more.into())]),
    }
}
