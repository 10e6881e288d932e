//! The trait between the rules of the store and the medium that holds its bytes: ordered keys and values.

use std::ops::{ControlFlow, Range};

use crate::archive::Block;
use crate::error::StoreError;
use crate::keys::Hash32;
use crate::opening::Quarantine;
use crate::queue::Sound;

/// A change of one key: its new value, or `None` to remove it.
pub(crate) type Write = (Vec<u8>, Option<Vec<u8>>);

/// The callback of a scan, called with a key and its value; `Break` ends the scan.
pub(crate) type Visit<'a> = dyn FnMut(&[u8], Vec<u8>) -> ControlFlow<()> + 'a;

/// Ordered keys and values. Only the storage thread writes; any thread may read at the same time.
pub(crate) trait Backend: Send + Sync + 'static {
    /// Makes all changes, or none of them, durable. After an error it is unknown which of the two happened.
    fn commit(&self, writes: Vec<Write>) -> Result<(), StoreError>;

    /// Appends records to a chain, durably. For a store that is being built: after a failure, records that were written
    /// already stay.
    fn import(&self, records: Block) -> Result<(), StoreError>;

    /// Returns the value at `key`.
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;

    /// Visits the keys in `range`, in order; a range of records must lie within one chain. `visit` must not use the
    /// backend.
    fn scan(&self, range: Range<Vec<u8>>, visit: &mut Visit<'_>) -> Result<(), StoreError>;

    /// Returns the last key in `range`; a range of records must cover all records of a chain.
    fn last(&self, range: Range<Vec<u8>>) -> Result<Option<Vec<u8>>, StoreError>;

    /// Fails with `DiskFull` when `bytes` more can't be written safely, so that a full disk is noticed before it breaks
    /// sled.
    fn check_room(&self, bytes: u64) -> Result<(), StoreError>;

    /// Opens the medium again after a failed commit.
    fn reopen(&self) -> Result<(), StoreError>;

    /// Moves everything aside and continues with a copy of what can be read of it and is sound, under the same short ids.
    fn repair(&self, reason: String, sound: &Sound) -> Result<Quarantine, StoreError>;

    /// Stores a value that was computed from a room's records. It is dropped together with the records.
    fn put_snapshot(&self, room: &Hash32, bytes: &[u8]) -> Result<(), StoreError>;

    /// Returns the last value stored by `put_snapshot`, unless it is damaged.
    fn snapshot(&self, room: &Hash32) -> Result<Option<Vec<u8>>, StoreError>;

    /// Releases everything; idempotent. Every later call returns `Closed`.
    fn close(&self);

    /// Returns the error for stored data that is wrong in this way.
    fn damaged(&self, detail: String) -> StoreError;

    /// Returns the error for stored data of a newer format.
    fn newer(&self, found: u32) -> StoreError;
}
