//! Where the sender is, as it tells the receiver by way of the process that started both.

use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;

use iroh::PublicKey;

/// The key and the socket of an endpoint.
#[derive(Clone, Copy, Debug)]
pub struct Address {
    pub key: PublicKey,
    pub socket: SocketAddr,
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.key, self.socket)
    }
}

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (key, socket) = text.split_once('@').ok_or("no @")?;
        Ok(Self {
            key: key.parse().map_err(|error| format!("{error}"))?,
            socket: socket.parse().map_err(|error| format!("{error}"))?,
        })
    }
}
