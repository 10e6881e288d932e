//! The dialogs over the room: connecting by address, settings, help, a link, the setup of a game.
//!
//! | module | what it is |
//! | --- | --- |
//! | `message` | the messages and outcomes |
//! | `state` | the open dialog and its updates |
//! | `view` | the view |

mod message;
mod state;
mod view;

pub use self::message::{Message, Outcome, Topic};
pub use self::state::Dialogs;
pub use self::view::{Context, view};
