//! Sync with other peers, in tasks beside the actor: which rounds run, and what carries the bytes for the state machines of
//! [`crate::sync`].

mod error;
mod message;
mod pull;
mod serve;
mod stored;
mod streams;
mod wire;

pub(super) use error::SyncError;
pub(super) use message::{Message, RoundEnd};
pub(super) use stored::{Stored, read_record};
pub(super) use streams::SyncStreams;
pub(super) use wire::PROTOCOL;
