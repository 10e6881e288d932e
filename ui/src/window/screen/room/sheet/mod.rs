//! The sheet of a room: its picture, the tools, and our pen.
//!
//! | module | what it is |
//! | --- | --- |
//! | `message` | the messages |
//! | `state` | the state and its updates |
//! | `live_sheet` | the picture with the strokes that are not part of it yet |
//! | `tools` | the tool, the colour and the width in use |
//! | `surface` | the view of the sheet, and pointer input |
//! | `tool_bar` | the view of the tools |

mod live_sheet;
mod message;
mod state;
mod surface;
mod tool_bar;
mod tools;

pub use self::message::{Message, Outcome};
pub use self::state::Sheet;
pub use self::tool_bar::STRIP_HEIGHT;
pub use self::tools::Choice;
#[cfg(test)]
pub use self::tools::{COLORS, WIDTHS};
