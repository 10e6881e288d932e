//! The errors of the store, with messages for the person who has to act on them.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use crate::keys::ChainKey;

/// The reason why the store refused or failed. Cheap to clone: one failed commit is reported to many callers.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Another store, in this process or another one, has the folder open.
    #[error(
        "the folder {} is in use by another running program: close that one first, or choose another folder",
        dir.display()
    )]
    InUse {
        /// The folder that was to be opened.
        dir: PathBuf,
    },

    /// A newer version of the program wrote the data. Nothing was changed.
    #[error(
        "the data in {} was written by a newer version of Inkmesh (format {found}): use that version, or choose another folder",
        dir.display()
    )]
    Newer {
        /// The folder of the store.
        dir: PathBuf,
        /// The number of the format that was found.
        found: u32,
    },

    /// There is too little free space. Nothing of the call was written; earlier records are safe.
    #[error(
        "the disk that holds {} is full ({} free, {} needed): nothing was saved; free some space and try again",
        dir.display(), Size(*free), Size(*needed)
    )]
    DiskFull {
        /// The folder of the store.
        dir: PathBuf,
        /// Bytes free for this user when it was checked.
        free: u64,
        /// Bytes that must be free before the store writes.
        needed: u64,
    },

    /// A record does not follow the last one of its chain. Nothing of the call was written.
    #[error("record {got} of a log cannot be saved: record {expected} is the next one")]
    Gap {
        /// The chain that was to be appended to.
        chain: ChainKey,
        /// The only sequence number the chain takes next.
        expected: u64,
        /// The sequence number that was offered.
        got: u64,
    },

    /// Another record has this sequence number already. Nothing of the call was written.
    #[error("record {seq} of a log is already saved with other content")]
    Conflict {
        /// The chain that was to be appended to.
        chain: ChainKey,
        /// The sequence number that is taken.
        seq: u64,
    },

    /// The call has more than the queue could ever hold, or a name that is too long.
    #[error("{size} bytes or records in one call are more than the store takes ({limit})")]
    TooLarge {
        /// The size of the call: bytes, or records if there are too many of them.
        size: usize,
        /// The largest size allowed.
        limit: usize,
    },

    /// The queue to the storage thread is full: try again after earlier calls have completed.
    #[error("the disk is slower than what is being saved: try again in a moment")]
    Busy,

    /// The store was opened for reading only, see [`Store::open_to_read`](crate::Store::open_to_read).
    #[error("the history was opened to be read only")]
    ReadOnly,

    /// The store has been closed.
    #[error("the store is closed")]
    Closed,

    /// A call that waits for the storage thread was made on that thread, inside a callback.
    #[error("a callback of the store may not wait for the store")]
    OnStorageThread,

    /// The storage thread could not be started.
    #[error("the system has no thread left for the store: {source}")]
    Thread {
        /// The error of the operating system.
        source: Arc<io::Error>,
    },

    /// The operating system failed to read or write. After a failed write the store refuses further ones until
    /// [`Store::recover`](crate::Store::recover) succeeds; until then reading may fail too.
    #[error("{doing} {} failed: {source}", dir.display())]
    Io {
        /// The folder of the store.
        dir: PathBuf,
        /// The operation that failed, as the beginning of a sentence.
        doing: &'static str,
        /// The error of the operating system.
        source: Arc<io::Error>,
    },

    /// The files don't hold what was written to them.
    #[error(
        "the saved data in {} is damaged ({detail}): a repair, or the next start, sets it aside and goes on with what can \
         be read of it",
        dir.display()
    )]
    Damaged {
        /// The folder of the store.
        dir: PathBuf,
        /// Details for a bug report.
        detail: String,
    },
}

/// A number of bytes, displayed for people.
struct Size(u64);

impl std::fmt::Display for Size {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            kib @ 0..1_048_576 => write!(f, "{} KiB", kib.div_ceil(1024)),
            mib => write!(f, "{} MiB", mib.div_ceil(1_048_576)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_say_what_happened_and_what_to_do() {
        let full = StoreError::DiskFull { dir: PathBuf::from("/home/ana/ink"), free: 3 << 20, needed: 17 << 20 };
        assert_eq!(
            full.to_string(),
            "the disk that holds /home/ana/ink is full (3 MiB free, 17 MiB needed): nothing was saved; \
             free some space and try again"
        );
        let used = StoreError::InUse { dir: PathBuf::from("/home/ana/ink") };
        assert!(used.to_string().contains("/home/ana/ink is in use"), "{used}");
    }
}
