//! The queue of events to the frontend, bounded, which never holds up the network.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;
use tokio::sync::mpsc::{self, error::TrySendError};

use crate::event::{Event, Warning};

/// Events that may wait for the frontend. Beyond it they are dropped, counted, and the frontend gets a warning with their number.
const QUEUE: usize = 8192;

/// The wait for the first address that the node listens on, in milliseconds, and for more after it.
const LISTEN_MS: u64 = 1_000;
const SETTLE_MS: u64 = 30;
/// Events that may wait for that.
const MAX_EARLY: usize = 1024;

/// Lines that may wait for the frontend before sync brings more.
const LINES: usize = 16_384;

/// The number of lines that wait for the frontend. Sync waits while there are too many, so that the frontend gets
/// all of them in bounded memory.
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

    /// The frontend has taken an event.
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

/// The node's end of the queue. Until the node listens, events wait here, so that the frontend gets [`Event::Ready`] first.
#[derive(Debug)]
pub(super) struct Frontend {
    events: mpsc::Sender<Event>,
    backlog: Backlog,
    /// Events dropped since the last warning of that.
    dropped: u64,
    opening: Option<Opening>,
}

/// The time until the node listens.
#[derive(Debug)]
struct Opening {
    early: Vec<Event>,
    ends_at: u64,
}

impl Frontend {
    /// Returns both ends of an empty queue. The node's clock is at 0.
    pub(super) fn new() -> (Self, mpsc::Receiver<Event>) {
        let (events, receiver) = mpsc::channel(QUEUE);
        let opening = Some(Opening { early: Vec::new(), ends_at: LISTEN_MS });
        (Frontend { events, backlog: Backlog::default(), dropped: 0, opening }, receiver)
    }

    /// The count of the lines that wait.
    pub(super) fn backlog(&self) -> &Backlog {
        &self.backlog
    }

    /// Takes note that the node listens on one more address; others may follow in the next moments.
    pub(super) fn listening(&mut self, now: u64) {
        if let Some(opening) = &mut self.opening {
            opening.ends_at = opening.ends_at.min(now + SETTLE_MS);
        }
    }

    /// Returns when the frontend is to hear that the node listens: [`Frontend::open`].
    pub(super) fn opens_at(&self) -> Option<u64> {
        let opening = self.opening.as_ref()?;
        Some(if opening.early.len() < MAX_EARLY { opening.ends_at } else { 0 })
    }

    /// Sends the frontend that the node listens, and everything that has waited for that.
    pub(super) fn open(&mut self, ready: Event) {
        let early = self.opening.take().map(|opening| opening.early);
        for event in std::iter::once(ready).chain(early.into_iter().flatten()) {
            self.emit(event);
        }
    }

    /// Sends the frontend an event. When the queue is full it is dropped.
    pub(super) fn emit(&mut self, event: Event) {
        if let Some(opening) = &mut self.opening {
            return opening.early.push(event);
        }
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

    /// Sends the frontend a warning, and logs it.
    pub(super) fn warn(&mut self, warning: Warning) {
        tracing::warn!(code = warning.code(), "{}", warning.message());
        self.emit(Event::Warning(warning));
    }

    /// Returns whether anybody still listens.
    pub(super) fn is_gone(&self) -> bool {
        self.events.is_closed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const READY: Event = Event::Ready { peer: crate::identity::Author([0; 32]), addresses: Vec::new() };

    /// A frontend that has heard that the node listens.
    fn open() -> (Frontend, mpsc::Receiver<Event>) {
        let (mut frontend, mut events) = Frontend::new();
        frontend.open(READY);
        assert!(events.try_recv().is_ok());
        (frontend, events)
    }

    #[test]
    fn that_the_node_listens_is_told_first() {
        let (mut frontend, mut events) = Frontend::new();
        assert_eq!(frontend.opens_at(), Some(LISTEN_MS));
        frontend.listening(10);
        frontend.emit(Event::Warning(Warning::StorageRecovered));
        assert_eq!(frontend.opens_at(), Some(10 + SETTLE_MS));
        assert!(events.try_recv().is_err());
        frontend.open(READY);
        assert_eq!(frontend.opens_at(), None);
        assert!(matches!(events.try_recv(), Ok(Event::Ready { .. })));
        assert!(matches!(events.try_recv(), Ok(Event::Warning(_))));
    }

    #[tokio::test]
    async fn sync_waits_for_a_slow_frontend() {
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
        let (mut frontend, mut events) = open();
        let backlog = frontend.backlog().clone();
        let entries = vec![entry; LINES + 1];
        backlog.wait().await;
        frontend.emit(Event::Entries { room: crate::name::RoomName::lobby(), entries });
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
    fn a_slow_frontend_is_told_what_it_missed() {
        let (mut frontend, mut events) = open();
        for _ in 0..QUEUE + 5 {
            frontend.emit(Event::Warning(Warning::StorageRecovered));
        }
        for _ in 0..QUEUE {
            assert!(matches!(events.try_recv(), Ok(Event::Warning(Warning::StorageRecovered))));
        }
        assert!(events.try_recv().is_err());
        frontend.emit(Event::Warning(Warning::StorageRecovered));
        assert!(matches!(events.try_recv(), Ok(Event::Warning(Warning::Lagged { events: 5 }))));
        assert!(matches!(events.try_recv(), Ok(Event::Warning(Warning::StorageRecovered))));
    }
}
