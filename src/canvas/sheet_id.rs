//! The name of a sheet.

use serde::{Deserialize, Serialize};

use crate::operation_id::OperationId;

/// Names a sheet of a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub enum SheetId {
    /// The room's own sheet, on which everybody may draw.
    #[default]
    #[serde(rename = "free")]
    Free,
    /// The sheet of one turn of a game, on which only its drawer's strokes count.
    #[serde(rename = "turn")]
    Turn {
        /// The game: the id of the operation that proposed it.
        game: OperationId,
        /// The turn, counted from 0 over the whole game.
        turn: u32,
    },
}
