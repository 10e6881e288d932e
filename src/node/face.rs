//! The way to the face: a bounded queue that never holds up the network.

use tokio::sync::mpsc::{self, error::TrySendError};

use crate::event::{Event, Warning};

/// Events that wait for the face at most. Beyond it they are dropped, counted, and the face is told how many.
const QUEUE: usize = 8192;

/// The node's end of the queue.
#[derive(Debug)]
pub(super) struct Face {
    events: mpsc::Sender<Event>,
    dropped: u64,
}

impl Face {
    pub(super) fn new() -> (Self, mpsc::Receiver<Event>) {
        let (events, receiver) = mpsc::channel(QUEUE);
        (Face { events, dropped: 0 }, receiver)
    }

    pub(super) fn tell(&mut self, event: Event) {
        if self.dropped > 0 && self.events.try_send(Event::Warning(Warning::Lagged { events: self.dropped })).is_ok() {
            self.dropped = 0;
        }
        if self.dropped > 0 || matches!(self.events.try_send(event), Err(TrySendError::Full(_))) {
            self.dropped += 1;
        }
    }

    /// Whether anybody still listens.
    pub(super) fn is_gone(&self) -> bool {
        self.events.is_closed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_face_is_told_what_it_missed() {
        let (mut face, mut events) = Face::new();
        for _ in 0..QUEUE + 5 {
            face.tell(Event::Warning(Warning::StorageRecovered));
        }
        for _ in 0..QUEUE {
            assert!(matches!(events.try_recv(), Ok(Event::Warning(Warning::StorageRecovered))));
        }
        assert!(events.try_recv().is_err());
        face.tell(Event::Warning(Warning::StorageRecovered));
        assert!(matches!(events.try_recv(), Ok(Event::Warning(Warning::Lagged { events: 5 }))));
        assert!(matches!(events.try_recv(), Ok(Event::Warning(Warning::StorageRecovered))));
    }
}
