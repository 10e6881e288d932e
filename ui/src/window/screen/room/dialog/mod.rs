//! The dialogs over the room: connecting by address, settings, our picture, help, a link, the setup of a game.
//!
//! | module | what it is |
//! | --- | --- |
//! | `message` | the messages and outcomes |
//! | `state` | the open dialog and its updates |
//! | `view` | the view |
//! | `picture` | the choice of our picture |

mod message;
pub mod picture;
mod state;
mod view;

pub use self::message::{Message, Outcome, Topic};
pub use self::state::Dialogs;
pub use self::view::{Context, view};
