//! The chat of a room: its history, and the line that is being written.
//!
//! | module | what it is |
//! | --- | --- |
//! | `message` | the messages and outcomes |
//! | `state` | the state and its updates |
//! | `history` | the lines that are loaded |
//! | `line` | one line: its position, its key |
//! | `read_marks` | what was read, and what arrived late |
//! | `draft`, `guesses` | the text that is being written; our guesses |
//! | `selection`, `links` | selected lines and the menu of a line; links in a text |
//! | `view`, `line_text`, `input` | the view |

mod draft;
mod guesses;
mod history;
mod input;
mod line;
mod line_text;
mod links;
mod message;
mod read_marks;
mod selection;
mod state;
mod view;

pub use self::input::CHAT_FIELD;
pub use self::links::Link;
pub use self::message::{LineMode, Message, Outcome};
pub use self::state::Chat;
pub use self::view::{Context, view};
