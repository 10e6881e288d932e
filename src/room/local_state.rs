//! The local state of a room: stored beside its log and never sent.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::read_state::ReadState;
use crate::codec;

/// Largest encoded form in bytes.
const MAX_BYTES: usize = 64 << 10;
/// Largest number of retired chains that are remembered: more than an author may have in a room.
const MAX_RETIRED: usize = 1024;

/// What our person has read of a room, and the chains of ours that are not to be continued.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct LocalState {
    #[serde(rename = "reading")]
    pub(super) read: ReadState,
    /// Chains of ours that are never continued, because others may know more of them than we do.
    pub(super) retired: BTreeSet<u64>,
    /// Chains of ours that a copy of our folder has not, once there was one: only these are continued.
    #[serde(default)]
    pub(super) unshared: Option<BTreeSet<u64>>,
}

impl LocalState {
    /// Decodes the stored bytes. The state is empty if there are none or they can't be read.
    pub(super) fn decode(bytes: Option<&[u8]>) -> Self {
        let state = bytes.filter(|bytes| bytes.len() <= MAX_BYTES).and_then(|bytes| codec::decode(bytes).ok());
        state.unwrap_or_default()
    }

    /// Returns the bytes to store.
    pub(super) fn encode(&self) -> Vec<u8> {
        // It always fits: both parts are bounded.
        codec::encode(self, MAX_BYTES).unwrap_or_default()
    }
}

/// Returns the stored local state of a room with these chains of ours marked as never to be continued, because the disk
/// may have lost their ends.
#[must_use]
pub fn retire(bytes: Option<&[u8]>, chains: impl IntoIterator<Item = u64>) -> Vec<u8> {
    let mut state = LocalState::decode(bytes);
    for log in chains {
        add_retired(&mut state.retired, log);
    }
    state.encode()
}

/// Adds a chain to the retired ones. At most [`MAX_RETIRED`] are remembered: those with the lowest numbers, as a log keeps
/// the chains of an author with the lowest. Returns whether it is new.
pub(super) fn add_retired(retired: &mut BTreeSet<u64>, log: u64) -> bool {
    let is_new = retired.insert(log);
    if retired.len() > MAX_RETIRED {
        retired.pop_last();
    }
    is_new && retired.contains(&log)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retired_chains_are_stored_and_bounded() {
        let bytes = retire(None, [7, 9]);
        let state = LocalState::decode(Some(&retire(Some(&bytes), [9, 3])));
        assert_eq!(state.retired, BTreeSet::from([3, 7, 9]));
        assert_eq!(LocalState::decode(Some(b"not it")), LocalState::default());
        let many = LocalState::decode(Some(&retire(None, 0..5_000)));
        assert_eq!((many.retired.len(), many.retired.last()), (MAX_RETIRED, Some(&(MAX_RETIRED as u64 - 1))));
    }

    #[test]
    fn the_stored_form_has_the_names_that_it_always_had() {
        let text = String::from_utf8_lossy(&LocalState::default().encode()).into_owned();
        assert!(text.contains("reading") && text.contains("retired") && text.contains("mark") && text.contains("late"));
    }
}
