//! Checks, measures and compacts the data folder of a node that is not running.

use std::path::Path;

pub use inkmesh_store::{Compacted, Report, RoomStats, Stats, StoreError as StorageError};

use inkmesh_store::Store;

/// Reads everything in a data folder and reports what is there and what is wrong. Repairs nothing.
///
/// # Errors
/// `InUse` when a node runs on it, `Io` (also when there is no history), `DiskFull`.
pub fn check(data_dir: &Path) -> Result<Report, StorageError> {
    Store::check(data_dir)
}

/// Makes the history in a data folder as small as it can be, without losing any of it.
///
/// # Errors
/// `Damaged` when not everything can be read: then nothing was changed. `InUse`, `DiskFull`, `Io`.
pub fn compact(data_dir: &Path) -> Result<Compacted, StorageError> {
    Store::compact(data_dir)
}

/// Returns the sizes of what a data folder consists of.
///
/// # Errors
/// `Damaged` when not everything can be read; `InUse`, `Io` (also when there is no history), `DiskFull`.
pub fn stats(data_dir: &Path) -> Result<Stats, StorageError> {
    Store::stats(data_dir)
}
