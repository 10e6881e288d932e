//! Where the store keeps the private rooms that we are a member of: a value for each.

use inkmesh_store::{Store, StoreError};

use crate::command::CommandError;
use crate::private_room::{PrivateRoom, PrivateRooms};

/// What the names of their values begin with; the id in hexadecimal digits follows.
pub(super) const PREFIX: &str = "private room ";

/// Reads all private rooms. Those that can't be read are left out.
pub(super) fn load(store: &Store) -> Result<PrivateRooms, StoreError> {
    let mut rooms = PrivateRooms::default();
    for (_, stored) in store.metas(PREFIX)? {
        match PrivateRoom::decode(&stored) {
            Ok(room) => rooms.add(room),
            Err(error) => tracing::warn!(%error, "the secret of a private room can't be read"),
        }
    }
    Ok(rooms)
}

/// Returns the value to store for a private room, with its name.
pub(super) fn value(room: &PrivateRoom) -> Result<(String, Vec<u8>), CommandError> {
    let stored = room.encode().map_err(|error| CommandError::NotSaved(error.to_string()))?;
    Ok((format!("{PREFIX}{}", room.secret.room().hex()), stored))
}
