//! Slots for the tasks that serve streams of peers ([`Slots`]), shared between them. A slot is free again when it is
//! dropped, however its task ends.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::identity::Author;
use crate::sync::slots::Slots;

/// Slots that several tasks share.
#[derive(Debug, Clone)]
pub(super) struct SharedSlots(Arc<Mutex<Slots>>);

/// A slot that a peer holds until this is dropped.
#[derive(Debug)]
pub(super) struct Slot {
    slots: SharedSlots,
    peer: Author,
}

impl SharedSlots {
    pub(super) fn new(slots: Slots) -> Self {
        SharedSlots(Arc::new(Mutex::new(slots)))
    }

    /// Returns a slot for a peer, if there is one.
    pub(super) fn take(&self, peer: Author) -> Option<Slot> {
        self.lock().take(peer).then(|| Slot { slots: self.clone(), peer })
    }

    fn lock(&self) -> MutexGuard<'_, Slots> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.slots.lock().free(self.peer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_that_is_dropped_is_free_again() {
        let slots = SharedSlots::new(Slots::new(2, 1));
        let peer = Author([1; 32]);
        let first = slots.take(peer);
        assert!(first.is_some() && slots.take(peer).is_none());
        drop(first);
        assert!(slots.take(peer).is_some());
    }
}
