//! The gallery: all drawings that a room has seen, in place of the sheet.
//!
//! | module | what it is |
//! | --- | --- |
//! | `message` | the messages and outcomes |
//! | `state` | the state and its updates |
//! | [`replay`] | one drawing, and its replay stroke by stroke |
//! | `thumbs` | thumbnails, made when they come into view, and bounded |
//! | `context`, `view`, `viewer` | the view: all drawings, or one |

mod context;
mod message;
pub mod replay;
mod state;
mod thumbs;
mod view;
mod viewer;

pub use self::context::Context;
pub use self::message::{Message, Outcome};
pub use self::state::GalleryScreen;
pub use self::thumbs::ThumbJob;
pub use self::view::view;
