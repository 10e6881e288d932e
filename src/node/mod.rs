//! The only asynchronous part: an actor that routes between the frontend, the network, the disk and the pure
//! [`crate::room::Room`] machines. Nothing that comes from the network ends it.

mod actor;
mod address;
mod announcements;
pub mod archive;
mod arrivals;
pub mod backup;
mod clock;
mod config;
mod contacts;
mod discovery;
mod disk;
mod exchange;
mod frontend;
mod gossip;
mod guess_streams;
mod handle;
mod heartbeat;
mod inbound;
mod invitation_streams;
mod key_file;
mod listening;
mod liveness;
mod nearby;
mod network;
mod peers;
mod ports;
mod private_rooms;
mod profile;
mod replies;
mod rooms;
mod shares;
mod slots;
mod start;
pub mod storage;
mod sync;
mod twins;
mod waiting_room;

use std::path::PathBuf;
use std::sync::Arc;

pub use crate::command::{CommandError, MAX_ROOMS, SayOutcome};
pub use config::{Config, DEFAULT_PORT};
pub use handle::{Events, Node};

/// A reason why a node could not be started.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StartError {
    /// The storage: the folder is in use, unreadable or full.
    #[error(transparent)]
    Store(#[from] inkmesh_store::StoreError),
    /// The key file can't be read or written.
    #[error("can't use the key file {path}: {source}")]
    KeyFile {
        /// The file.
        path: PathBuf,
        /// The error of the system.
        source: Arc<std::io::Error>,
    },
    /// The key file does not hold a key.
    #[error(
        "the key file {path} is damaged: it should hold 64 hexadecimal digits. Put a copy back, or move it away to start as somebody new"
    )]
    KeyDamaged {
        /// The file.
        path: PathBuf,
    },
    /// An operation on our own disk can't be read.
    #[error(
        "the history on the disk is damaged: {reason}. Move the data folder away to start afresh; the others still have what they got"
    )]
    HistoryDamaged {
        /// The reason.
        reason: String,
    },
    /// A private room of which we don't have the secret.
    #[error("the secret of a private room is missing")]
    NotAMember,
    /// The network could not be set up.
    #[error("can't set up the network: {0}")]
    Network(String),
    /// An address that the person gave can't be listened on: another program listens there, or this machine doesn't have it.
    #[error("can't listen on {address}: {reason}. Name another port, or leave it out, and a free one is taken")]
    Listen {
        /// The address.
        address: String,
        /// The error of the system.
        reason: String,
    },
    /// A text that is no address to listen on or to connect to.
    #[error("not an address: {0}")]
    Address(String),
    /// An address that can't be connected to.
    #[error(transparent)]
    Dial(#[from] CommandError),
}

impl StartError {
    /// The error of a part of the network that could not be set up.
    fn network(error: impl std::fmt::Display) -> Self {
        StartError::Network(error.to_string())
    }
}
