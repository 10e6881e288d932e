//! What keys mean on the room screen.

use crate::window::screen::gallery::replay;
use crate::window::screen::room::sheet;

/// A key that is not for a text field.
#[derive(Debug, Clone, PartialEq)]
pub enum Shortcut {
    Write,
    /// Close what is open.
    Escape,
    Copy,
    Sheet(sheet::Message),
    /// Do something with the drawing that the gallery shows.
    Replay(replay::Control),
    Game(GameKey),
    /// Open the room whose game waits for us.
    ToCall,
    Help,
}

/// A key of the game. Its step depends on the state of the game.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GameKey {
    /// Begin the game, end our own turn, or vote to skip the drawer.
    GoOn,
    /// Show the results, or hide them.
    Results,
    /// Propose the last game again.
    Again,
    /// Open the setup dialog.
    Setup,
}
