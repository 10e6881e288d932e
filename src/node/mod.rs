//! The only asynchronous part: one loop that owns the network, the storage and the clock, and feeds the pure
//! [`crate::room::Room`] machines. Nothing that comes from the network ends the loop.

mod address;
pub mod archive;
mod arrivals;
mod catch_up;
mod checkpoints;
mod commands;
mod config;
mod face;
mod gallery;
mod gossip;
mod guesses;
mod handle;
mod key_file;
mod liveness;
mod nearby;
mod network;
mod peers;
mod ports;
mod rooms;
mod run;
mod saving;
pub mod storage;
mod swarm_events;
mod syncing;
mod wanted;
mod wishes;

use std::path::PathBuf;
use std::sync::Arc;

pub use crate::command::{CommandError, MAX_ROOMS, Spoken};
pub use config::{Config, DEFAULT_PORT};
pub use handle::{Events, Node};

/// Why a node could not be started.
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
        /// What the system said.
        source: Arc<std::io::Error>,
    },
    /// The key file holds something else than a key.
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
        /// What is wrong.
        reason: String,
    },
    /// The network could not be set up.
    #[error("can't set up the network: {0}")]
    Network(String),
    /// An address that the person named can't be listened on: another program listens there, or this machine doesn't have it.
    #[error("can't listen on {address}: {reason}. Name another port, or leave it out, and a free one is taken")]
    Listen {
        /// The address.
        address: String,
        /// What the system said.
        reason: String,
    },
    /// An address to listen on or to connect to that is none.
    #[error("not an address: {0}")]
    Address(String),
}
