//! The state of the connection, notices and banners.
//!
//! | module | what it is |
//! | --- | --- |
//! | `connection` | the state of the connection, in words |
//! | `notices` | lines that disappear by themselves |
//! | `banners` | lines that stay |
//! | `message` | the messages |

mod banners;
mod connection;
mod message;
mod notices;

pub use self::banners::Banners;
pub use self::connection::{Connection, Missing, SHOW_AFTER, Status};
pub use self::message::Message;
pub use self::notices::{Notice, Notices};
