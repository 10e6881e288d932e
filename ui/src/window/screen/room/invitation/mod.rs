//! Invitations into rooms: the dialog with which people are invited, and those that came.
//!
//! | module | what it is |
//! | --- | --- |
//! | `inviting` | the content of the dialog: whom to invite, and the ticket of the room |
//! | `received` | the invitations of others, over the screen until they are answered |

mod inviting;
mod received;

pub use self::inviting::{Inviting, Message as InvitingMessage, Outcome as InvitingOutcome};
pub use self::received::{Message, Received};
