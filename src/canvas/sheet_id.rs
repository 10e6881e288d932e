//! The id of a sheet.

use serde::{Deserialize, Serialize};

use crate::operation_id::OperationId;

/// The id of a sheet of a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub enum SheetId {
    /// The free sheet of the room, on which everybody may draw.
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
