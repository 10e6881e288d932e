//! What a node is started with.

use std::path::PathBuf;

use crate::name::{PersonName, RoomName};

/// The port that a node listens on when nothing else is asked for and it is free.
pub const DEFAULT_PORT: u16 = 47770;

/// What a node is started with.
#[derive(Debug, Clone)]
pub struct Config {
    /// The folder that everything is kept in; made if missing.
    pub data_dir: PathBuf,
    /// The name to take. `None`: the one that was taken before, or a guest's.
    pub name: Option<PersonName>,
    /// Rooms to join beside those joined before.
    pub rooms: Vec<RoomName>,
    /// Multiaddresses to listen on; the node doesn't start when one of them is taken. Empty: every interface, port
    /// [`DEFAULT_PORT`], or another if that is taken.
    pub listen: Vec<String>,
    /// Addresses to connect to and stay connected with: multiaddresses, `HOST` or `HOST:PORT`.
    pub dial: Vec<String>,
    /// Whether to look for people on the local network by multicast DNS, and on this machine by datagrams on loopback.
    pub mdns: bool,
}
