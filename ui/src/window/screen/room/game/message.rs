//! The messages of the game and their outcomes.

use inkmesh::command::RoomCommand;

/// An event of the game's bar and cards.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    /// Send a command of the game.
    Command(RoomCommand),
    /// Show the results, or hide them.
    Results(bool),
    /// Show the buttons to leave or end the game, or hide them.
    Exits(bool),
    /// Open the setup dialog.
    Setup,
}

/// A consequence of a message, outside of the game.
#[derive(Debug, PartialEq)]
pub enum Outcome {
    /// Nothing.
    None,
    /// Send a command of the game.
    Command(RoomCommand),
    /// Open the setup dialog.
    Setup,
}
