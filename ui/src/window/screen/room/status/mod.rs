//! The state of the connection, notices and banners.
//!
//! | module | what it is |
//! | --- | --- |
//! | `connection` | the state of the connection, in words |
//! | `notices` | lines that disappear by themselves |
//! | `banners` | lines that stay |
//! | `message`, `state` | the messages, the state and its updates |

mod banners;
mod connection;
mod message;
mod notices;
mod state;

pub use self::connection::{ConnectionStatus, Missing, SHOW_AFTER};
pub use self::message::Message;
pub use self::notices::Notice;
pub use self::state::Status;
