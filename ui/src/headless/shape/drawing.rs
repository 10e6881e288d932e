//! A drawing as it is told.

use inkmesh::gallery::Drawing;
use inkmesh::payload::Board;
use serde::Serialize;

/// A drawing that a room has seen.
#[derive(Debug, Serialize)]
pub struct DrawingShape {
    /// Its first mark.
    id: String,
    /// The game and the turn that it was drawn in, counted from 1; none on the room's own board.
    game: Option<String>,
    turn: Option<u32>,
    authors: Vec<String>,
    /// When the first and the last mark were made.
    from: u64,
    to: u64,
    marks: usize,
    /// The word, if it was told at the end of the turn, and who knew it.
    word: Option<String>,
    solved: Vec<String>,
}

impl DrawingShape {
    pub fn new(drawing: &Drawing) -> Self {
        let (game, turn) = match drawing.key.board {
            Board::Free => (None, None),
            Board::Turn { game, turn } => (Some(game.to_string()), Some(turn + 1)),
        };
        let solved = drawing.told.iter().flat_map(|told| &told.solved);
        DrawingShape {
            id: drawing.key.first.to_string(),
            game,
            turn,
            authors: drawing.authors.iter().map(ToString::to_string).collect(),
            from: drawing.from_ms,
            to: drawing.to_ms,
            marks: drawing.marks,
            word: drawing.told.as_ref().map(|told| told.word.text.clone()),
            solved: solved.map(ToString::to_string).collect(),
        }
    }
}
