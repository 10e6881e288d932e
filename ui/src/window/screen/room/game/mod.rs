//! The game of a room.
//!
//! | module | what it is |
//! | --- | --- |
//! | `message` | the messages and outcomes |
//! | `state` | the state and its updates |
//! | `call` | what a game waits for from us |
//! | `ranking` | the players by their points |
//! | `setup`, `setup_view` | the setup of a new game |
//! | `context` | what the views are shown with |
//! | `bar`, `cards`, `podium`, `words` | the views |

mod bar;
pub mod call;
mod cards;
mod context;
mod message;
mod podium;
mod ranking;
pub mod setup;
mod setup_view;
mod state;
mod words;

pub use self::bar::view as bar;
pub use self::cards::{is_waiting_for_us, view as card};
pub use self::context::{Context, SHORT_BELOW, TINY_BELOW};
pub use self::message::{Message, Outcome};
pub use self::setup_view::{ROUNDS_FIELD, content as setup_content, foot as setup_foot};
pub use self::state::{Change, Game};
pub use self::words::skipped_words;
