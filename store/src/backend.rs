//! The seam between the rules of the store and what holds its bytes: ordered keys and values.

use std::ops::{ControlFlow, Range};

use crate::archive::Block;
use crate::error::StoreError;
use crate::keys::Hash32;
use crate::opening::Quarantine;

/// A change of one key: its new value, or `None` to remove it.
pub(crate) type Write = (Vec<u8>, Option<Vec<u8>>);

/// What a scan does with a key and its value; `Break` ends the scan.
pub(crate) type Visit<'a> = dyn FnMut(&[u8], Vec<u8>) -> ControlFlow<()> + 'a;

/// Ordered keys and values. Only the storage thread writes; anyone may read at the same time.
pub(crate) trait Backend: Send + Sync + 'static {
    /// Makes all changes, or none of them, durable. After an error nobody knows which of the two it was.
    fn commit(&self, writes: Vec<Write>) -> Result<(), StoreError>;

    /// Adds records behind those that a chain has, many at once and durably. Meant for a store that is being made: when
    /// it fails, nobody takes away what it left.
    fn import(&self, records: Block) -> Result<(), StoreError>;

    /// The value at `key`.
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;

    /// Visits the keys in `range`, in order; a range of records is within one chain. `visit` may not use the backend.
    fn scan(&self, range: Range<Vec<u8>>, visit: &mut Visit<'_>) -> Result<(), StoreError>;

    /// The last key in `range`; a range of records is one of all records of a chain.
    fn last(&self, range: Range<Vec<u8>>) -> Result<Option<Vec<u8>>, StoreError>;

    /// Refuses when there is no room to write `bytes` more, so that a full disk is met before it does harm.
    fn check_room(&self, bytes: u64) -> Result<(), StoreError>;

    /// Starts again from what the disk holds, after a failed commit.
    fn reopen(&self) -> Result<(), StoreError>;

    /// Sets everything aside and goes on with what can be read of it, under the same short ids.
    fn repair(&self, reason: String) -> Result<Quarantine, StoreError>;

    /// Keeps a value that was computed from a room's records, as long as the records are kept.
    fn put_checkpoint(&self, room: &Hash32, bytes: &[u8]) -> Result<(), StoreError>;

    /// The last value that was kept so and is whole.
    fn checkpoint(&self, room: &Hash32) -> Result<Option<Vec<u8>>, StoreError>;

    /// Lets go of everything; idempotent. Every later call answers `Closed`.
    fn close(&self);

    /// An error that says what is wrong with the stored data.
    fn damaged(&self, detail: String) -> StoreError;
}
