//! Durable storage of Inkmesh operations: bytes in, bytes out.
//!
//! A record is what a caller hands in, under a chain and a sequence number. This crate knows nothing of what the bytes
//! mean. Its promises:
//!
//! - **Durable on return.** A record is reported as written, and can be read, only once the disk holds it.
//! - **No gap, no reuse.** A chain takes record 0, then 1, then 2 …: a sequence number can be neither skipped nor given
//!   to other bytes, whatever failed before.
//! - **All or nothing.** The records of one call are written together or not at all.
//! - **One writer.** A folder belongs to one running store; a second one is told so.
//! - **Nothing lost in silence.** What can't be read any more is set aside, never deleted, and said.
//!
//! ```text
//! store.rs    Store: what callers see            error.rs       everything that can go wrong, in words
//! queue.rs    bounded queue to the one thread    writer.rs      that thread: group commit, recovery, repair
//! stage.rs    the rules for one group of calls   index.rs       what is durable, in memory
//! backend.rs  ordered keys and values: the seam  keys.rs        their layout
//! memory.rs   backend without a disk             disk.rs        backend in a folder
//! log.rs      what was written: tree and archive tree.rs        the newest, in sled
//! archive.rs  older records, in blocks           parts.rs       long values in parts, for tree.rs
//! folder.rs   the names in a store's folder      quarantine.rs  opening it, whatever state it is in
//! files.rs    sync and lock                      witness.rs     how much was durable, beside the log
//! salvage.rs  copying what can be read           checkpoints.rs values computed from a room's records
//! look.rs     reading everything, bit by bit     opening.rs     what an opener is told
//! tools.rs    check, compact, stats         reading.rs     opening to read, changing nothing
//! ```

mod archive;
mod backend;
mod checkpoints;
mod disk;
mod error;
mod files;
mod folder;
mod index;
mod keys;
mod log;
mod look;
mod memory;
mod opening;
mod parts;
mod quarantine;
mod queue;
mod reading;
mod salvage;
mod stage;
mod store;
mod tools;
mod tree;
mod witness;
mod writer;

pub use error::StoreError;
pub use keys::{ChainKey, Hash32, Record};
pub use look::Cursor;
pub use opening::{Opening, Quarantine};
pub use store::Store;
pub use tools::{Compacted, Report, RoomStats, Stats};

#[cfg(test)]
mod failure_tests;
