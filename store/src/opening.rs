//! The report on the state in which a store was found.

use std::path::PathBuf;

/// The state in which a store was found when it was opened.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Opening {
    /// Set if the log could not be read: it was moved aside, and a new one was made.
    pub quarantined: Option<Quarantine>,
    /// True if something that was durable is gone: the end of the log was lost, or there was damage. Own chains must not
    /// be continued then, as others may know more of them than this store does. Set at every opening until something new
    /// is written.
    pub lost: bool,
}

/// The outcome of moving a damaged log aside.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Quarantine {
    /// Its path now. Nothing in it was deleted.
    pub moved_to: PathBuf,
    /// The damage, for the person and a bug report.
    pub reason: String,
    /// The number of its records that could be read and are in the new log.
    pub kept: u64,
    /// The number of chains that have a gap now or end earlier than before, as far as that can be seen.
    pub lost_chains: u64,
}
