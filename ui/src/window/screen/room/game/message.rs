//! The messages of the game and their outcomes.

use inkmesh::command::RoomCommand;

/// An event of the game's bar and cards.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    Command(RoomCommand),
    /// Show the results, or hide them.
    Results(bool),
    /// Show the buttons to leave or end the game, or hide them.
    Exits(bool),
    Setup,
}

/// A consequence of a message, outside of the game.
#[derive(Debug, PartialEq)]
pub enum Outcome {
    Command(RoomCommand),
    Setup,
}
