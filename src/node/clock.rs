//! The clock of the node: this machine's clocks, corrected by those of the peers.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::clock::Now;
use crate::event::Warning;
use crate::identity::Author;
use crate::room_time::Clocks;

/// The time that the pure part is given.
#[derive(Debug)]
pub(super) struct NodeClock {
    started: Instant,
    others: Clocks,
}

impl NodeClock {
    /// A clock whose monotonic time begins now.
    pub(super) fn start() -> Self {
        NodeClock { started: Instant::now(), others: Clocks::default() }
    }

    /// The current time: the wall clock with the correction from the peers' clocks, and the monotonic time.
    pub(super) fn now(&self) -> Now {
        let wall_ms = wall_ms().saturating_add_signed(self.others.correction());
        Now { wall_ms, mono_ms: millis(self.started.elapsed()) }
    }

    /// The instant of a monotonic time in milliseconds.
    pub(super) fn instant(&self, mono_ms: u64) -> Instant {
        self.started + Duration::from_millis(mono_ms)
    }

    /// Notes what a peer's wall clock says. Returns a warning when the comparison comes to something else.
    pub(super) fn heard(&mut self, peer: Author, theirs: u64) -> Option<Warning> {
        self.others.heard(peer, theirs, wall_ms())
    }

    /// Forgets the clock of a peer that is not connected any more. Returns a warning when the comparison comes to something else.
    pub(super) fn lost(&mut self, peer: &Author) -> Option<Warning> {
        self.others.lost(peer)
    }
}

/// This machine's wall clock without correction, in milliseconds since 1970.
pub(super) fn wall_ms() -> u64 {
    millis(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default())
}

/// Whole milliseconds of a duration, at most `u64::MAX`.
pub(super) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
