//! The configuration of a node.

use std::path::PathBuf;

use crate::name::{PersonName, RoomName};

/// The port that a node listens on when nothing else is asked for and it is free.
pub const DEFAULT_PORT: u16 = 47770;

/// The configuration of a node.
#[derive(Debug, Clone)]
pub struct Config {
    /// The data folder; made if missing.
    pub data_dir: PathBuf,
    /// The name of the person. `None`: the last one, or a guest's.
    pub name: Option<PersonName>,
    /// Rooms to enter beside those remembered.
    pub rooms: Vec<RoomName>,
    /// Multiaddresses to listen on; the node doesn't start when one of them is taken. Empty: every interface, port
    /// [`DEFAULT_PORT`], or another if that is taken.
    pub listen: Vec<String>,
    /// Addresses to connect to and stay connected with: multiaddresses, `HOST` or `HOST:PORT`.
    pub dial: Vec<String>,
    /// True if people are looked for on the local network by multicast DNS, and on this machine by datagrams on
    /// loopback.
    pub mdns: bool,
}
