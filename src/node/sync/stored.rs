//! Stretches of a room's lanes as one sequence in the log's order, read from the store in bounded pieces.

use inkmesh_store::{ChainKey, Store};

use super::error::SyncError;
use crate::log::StoredRange;
use crate::name::RoomId;
use crate::operation::{Operation, Unverified};
use crate::sync::CHUNK_BYTES;
use crate::sync::merge::Merge;

/// Reads an operation from our own disk.
///
/// # Errors
/// [`SyncError::Record`].
pub(in crate::node) fn read_record(bytes: &[u8]) -> Result<Operation, SyncError> {
    Unverified::decode(bytes).map(Unverified::trust).map_err(SyncError::Record)
}

/// The sequence, as far as it was not returned yet.
pub(in crate::node) struct Stored {
    store: Store,
    room: RoomId,
    merge: Merge,
}

impl Stored {
    pub(in crate::node) fn new(store: Store, room: RoomId, stretches: &[StoredRange]) -> Self {
        Stored { store, room, merge: Merge::new(stretches) }
    }

    /// Returns the next operations, about [`CHUNK_BYTES`], each with its lane's number; `None` at the end.
    pub(in crate::node) fn next_chunk(&mut self) -> Result<Option<Vec<(u64, Operation)>>, SyncError> {
        self.next_bytes(CHUNK_BYTES)
    }

    /// As [`Stored::next_chunk`], about so many bytes.
    pub(super) fn next_bytes(&mut self, most: usize) -> Result<Option<Vec<(u64, Operation)>>, SyncError> {
        let Stored { store, room, merge } = self;
        merge.next(most, |StoredRange { author, lane, from, to }, bytes| {
            let chain = ChainKey { room: room.0, author: author.0, log: lane };
            let records = store.read(&chain, from, usize::try_from(to - from).unwrap_or(usize::MAX), bytes)?;
            records.iter().map(|bytes| read_record(bytes)).collect()
        })
    }
}
