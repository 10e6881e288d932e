//! Durable storage of Inkmesh operations: bytes in, bytes out.
//!
//! A record is a byte string that a caller stores under a chain and a sequence number. This crate doesn't know what the
//! bytes mean. Its promises:
//!
//! - **Durable on return.** A record is reported as written, and can be read, only once the disk holds it.
//! - **No gap, no reuse.** A chain takes record 0, then 1, then 2 …: a sequence number can be neither skipped nor given
//!   to other bytes, whatever failed before.
//! - **All or nothing.** The records of one call are written together or not at all.
//! - **One writer.** A folder belongs to one running store; opening a second one fails with `InUse`.
//! - **No silent loss.** Data that can't be read any more is moved aside, never deleted, and reported.
//!
//! ```text
//! store.rs       Store: the public interface
//! error.rs       StoreError, with messages for people
//! queue.rs       the bounded queue to the storage thread
//! writer.rs      the storage thread: group commit, recovery, repair
//! stage.rs       the rules for one group of calls
//! index.rs       the durable chains and named values, in memory
//! backend.rs     the trait between these rules and the medium: ordered keys and values
//! keys.rs        the layout of the keys
//! disk.rs        the backend in a folder: opening, reopening, repair
//! reading.rs     the backend that only reads
//! log.rs         a log on the disk: tree and archive
//! tree.rs        the newest records, in sled
//! parts.rs       long values in parts, for tree.rs
//! archive.rs     the file of older records, in blocks
//! folder.rs      the names in a store's folder
//! files.rs       syncing and locking files
//! witness.rs     the file that says how much was durable
//! salvage.rs     copying what can be read
//! snapshots.rs   files with values computed from a room's records
//! opening.rs     the report on the state in which a store was found
//! look.rs        reading everything, piece by piece
//! tools.rs       check, compact, stats
//! ```

mod archive;
mod backend;
mod disk;
mod error;
mod files;
mod folder;
mod index;
mod keys;
mod log;
mod look;
mod opening;
mod parts;
mod queue;
mod reading;
mod salvage;
mod snapshots;
mod stage;
mod store;
mod tools;
mod tree;
mod witness;
mod writer;

pub use error::StoreError;
pub use files::sync_folder;
pub use keys::{ChainKey, Hash32, Record};
pub use look::Cursor;
pub use opening::{Opening, Quarantine};
pub use store::Store;
pub use tools::{Compacted, Report, RoomStats, Stats};

#[cfg(test)]
mod failure_tests;
