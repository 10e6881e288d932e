//! The contacts: everybody whom one has met, in place of the sheet. The list and one person stand beside each other, or one
//! after the other in a narrow window.
//!
//! | module | what it is |
//! | --- | --- |
//! | `message` | the messages and outcomes |
//! | `state` | the state and its updates |
//! | `view`, `detail` | the view: the list, and one person |

mod detail;
mod message;
mod state;
mod view;

pub use self::message::{Message, Outcome};
pub use self::state::ContactsScreen;
pub use self::view::{Context, view};
