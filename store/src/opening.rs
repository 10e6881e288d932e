//! What a store says about the state in which it was found.

use std::path::PathBuf;

/// What was found when a store was opened.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Opening {
    /// The log could not be read: it was set aside, and a new one begun.
    pub quarantined: Option<Quarantine>,
    /// Something that was durable is gone: the end of the log was lost, or damage was met. One's own chains must not
    /// be continued, as others may know more of them than this store does. It is said again at every opening until
    /// something new is written.
    pub lost: bool,
}

/// A log that could not be read, and what became of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Quarantine {
    /// Where it lies now. Nothing in it was deleted.
    pub moved_to: PathBuf,
    /// What was wrong with it, for the person and a bug report.
    pub reason: String,
    /// How many of its records could be read and are in the new log.
    pub kept: u64,
    /// How many chains end earlier than they did, as far as that can be seen.
    pub lost_chains: u64,
}
