//! The way to the face: a bounded queue that never holds up the network.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;
use tokio::sync::mpsc::{self, error::TrySendError};

use crate::event::{Event, Warning};

/// Events that wait for the face at most. Beyond it they are dropped, counted, and the face is told how many.
const QUEUE: usize = 8192;

/// Lines that may wait for the face before catching up brings more.
const LINES: usize = 16_384;

/// How many lines wait for the face. Catching up waits while there are too many: the face is told all of them, and the
/// memory stays bounded.
#[derive(Debug, Clone, Default)]
pub(in crate::node) struct Backlog(Arc<(AtomicUsize, Notify)>);

impl Backlog {
    /// Waits until there is room.
    pub(in crate::node) async fn wait(&self) {
        let (lines, room) = &*self.0;
        loop {
            let mut notified = std::pin::pin!(room.notified());
            notified.as_mut().enable();
            if lines.load(Ordering::Acquire) <= LINES {
                return;
            }
            notified.await;
        }
    }

    fn add(&self, event: &Event) {
        self.0.0.fetch_add(weight(event), Ordering::AcqRel);
    }

    /// The face has taken an event.
    pub(in crate::node) fn taken(&self, event: &Event) {
        let weight = weight(event);
        if weight > 0 && self.0.0.fetch_sub(weight, Ordering::AcqRel) - weight <= LINES {
            self.0.1.notify_waiters();
        }
    }
}

fn weight(event: &Event) -> usize {
    if let Event::Entries { entries, .. } = event { entries.len() } else { 0 }
}

/// The node's end of the queue.
#[derive(Debug)]
pub(super) struct Face {
    events: mpsc::Sender<Event>,
    backlog: Backlog,
    dropped: u64,
}

impl Face {
    pub(super) fn new() -> (Self, mpsc::Receiver<Event>) {
        let (events, receiver) = mpsc::channel(QUEUE);
        (Face { events, backlog: Backlog::default(), dropped: 0 }, receiver)
    }

    pub(super) fn backlog(&self) -> &Backlog {
        &self.backlog
    }

    pub(super) fn tell(&mut self, event: Event) {
        if self.dropped > 0 && self.events.try_send(Event::Warning(Warning::Lagged { events: self.dropped })).is_ok() {
            self.dropped = 0;
        }
        self.backlog.add(&event);
        let refused = if self.dropped > 0 { Err(TrySendError::Full(event)) } else { self.events.try_send(event) };
        if let Err(TrySendError::Full(event) | TrySendError::Closed(event)) = refused {
            self.backlog.taken(&event);
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

    #[tokio::test]
    async fn catching_up_waits_for_a_slow_face() {
        let entry = crate::event::Entry {
            id: crate::operation::OperationId([0; 32]),
            author: crate::identity::Author([0; 32]),
            name: String::new(),
            time: 0,
            place: crate::operation::OrderKey {
                time: crate::clock::Timestamp::default(),
                chain: crate::operation::ChainId { author: crate::identity::Author([0; 32]), log: 0 },
                seq: 0,
                id: 0,
            },
            body: crate::event::EntryBody::Drawing,
            late: false,
            held_back: false,
        };
        let (mut face, mut events) = Face::new();
        let backlog = face.backlog().clone();
        let entries = vec![entry; LINES + 1];
        backlog.wait().await;
        face.tell(Event::Entries { room: crate::name::RoomName::lobby(), entries });
        let waiting = tokio::spawn({
            let backlog = backlog.clone();
            async move { backlog.wait().await }
        });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        backlog.taken(&events.recv().await.unwrap());
        waiting.await.unwrap();
    }

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
