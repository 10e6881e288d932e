//! Catching up over streams of their own, off the loop. Both sides do what the state machines of [`crate::sync`] say.

mod error;
mod message;
mod pull;
mod serve;
mod stored;
mod wire;

pub(super) use error::SyncError;
pub(super) use message::{Message, Pulled, Served};
pub(super) use pull::Pull;
pub(super) use serve::Serve;
pub(super) use stored::Stored;
pub(super) use wire::PROTOCOL;
