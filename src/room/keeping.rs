//! The few things about a room that are kept beside its log: what was read, and which chains of our own are not to be
//! continued.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::reading::Reading;
use super::{Output, Room};
use crate::codec;
use crate::command::CommandError;
use crate::event::{Event, ReadingView};
use crate::operation::OperationId;

/// Largest form on the disk in bytes.
const MAX_BYTES: usize = 64 << 10;
/// Retired chains remembered at most: more than an author may have in a room.
const MAX_RETIRED: usize = 1024;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Kept {
    pub(super) reading: Reading,
    /// Chains of our own that others may know more of than we do.
    pub(super) retired: BTreeSet<u64>,
}

impl Kept {
    /// Never to continue this chain again. Returns whether that is news.
    pub(super) fn retire(&mut self, log: u64) -> bool {
        if self.retired.len() >= MAX_RETIRED && !self.retired.contains(&log) {
            self.retired.pop_first();
        }
        self.retired.insert(log)
    }

    /// Bytes that can't be read are as good as none.
    fn decode(bytes: Option<&[u8]>) -> Self {
        let kept = bytes.filter(|bytes| bytes.len() <= MAX_BYTES).and_then(|bytes| codec::decode(bytes).ok());
        kept.unwrap_or_default()
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        // Bounded by MAX_RETIRED and by what a reading holds: it always fits.
        codec::encode(self, MAX_BYTES).unwrap_or_default()
    }
}

/// What [`Output::Keep`] gave last, and that these chains of our own are not to be continued: the disk may have lost their
/// ends.
#[must_use]
pub fn retire(bytes: Option<&[u8]>, chains: impl IntoIterator<Item = u64>) -> Vec<u8> {
    let mut kept = Kept::decode(bytes);
    for log in chains {
        kept.retire(log);
    }
    kept.encode()
}

impl Room {
    /// Takes back what [`Output::Keep`] gave.
    pub fn recall(&mut self, bytes: Option<&[u8]>) {
        self.kept = Kept::decode(bytes);
    }

    /// Marks everything up to this line as read.
    pub(super) fn mark_read(&mut self, upto: OperationId, outputs: &mut Vec<Output>) -> Result<(), CommandError> {
        let key = self.log.key_of(upto).ok_or(CommandError::UnknownEntry)?;
        if self.kept.reading.read(key, upto, &self.log, self.identity.author()) {
            self.tell_reading(outputs);
        }
        Ok(())
    }

    /// Takes away the announcements of late lines.
    pub(super) fn dismiss_late(&mut self, outputs: &mut Vec<Output>) {
        if self.kept.reading.dismiss() {
            self.tell_reading(outputs);
        }
    }

    /// What was read.
    #[must_use]
    pub fn reading(&self) -> ReadingView {
        self.kept.reading.view(&self.people)
    }

    /// Tells the face what was read, at the start.
    pub(super) fn tell_reading_now(&self, outputs: &mut Vec<Output>) {
        if self.kept.reading != Reading::default() {
            outputs.push(Output::Tell(Event::Reading { room: self.name.clone(), reading: self.reading() }));
        }
    }
}
