//! Our own chain: signs operations one after another, each on the one before, whether that is durable yet or not.

use std::collections::BTreeMap;

use crate::canvas::StrokeId;
use crate::clock::{Clock, Now, Timestamp};
use crate::command::{CommandError, CommandTicket, Reply};
use crate::identity::{Author, Identity};
use crate::log::Log;
use crate::name::RoomId;
use crate::operation::{ChainId, Header, Operation, OperationId};
use crate::payload::Payload;

/// Largest number of own operations on their way to the disk.
pub const MAX_UNSAVED: usize = 1024;
/// How far our clock may have run ahead of the room's time, in milliseconds, before another chain is begun.
const MAX_APART_MS: u64 = 2 * 60 * 1000;

/// Names a write, so that its end can be matched to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket {
    /// The random number that the room was made with, so that a room that is read anew doesn't use a ticket again.
    room: u64,
    number: u64,
}

/// Own operations to be stored. [`Input::Saved`](super::Input::Saved) hands them back to the room.
#[derive(Debug, Clone)]
pub struct Write {
    /// The name of this write.
    pub ticket: Ticket,
    /// One operation or more, in the order of the chain.
    pub operations: Vec<Operation>,
    /// The command that asked for it, and the reply once it is durable.
    pub reply: Option<(CommandTicket, Reply)>,
}

impl Write {
    /// Returns the id of the last operation.
    #[must_use]
    pub fn last_id(&self) -> Option<OperationId> {
        self.operations.last().map(Operation::id)
    }
}

/// The chain that we write in a room, with our key and our clock.
#[derive(Debug)]
pub(super) struct OwnChain {
    identity: Identity,
    room: RoomId,
    clock: Clock,
    chain: ChainId,
    next: u64,
    head: Option<OperationId>,
    /// The number of operations of each write on its way to the disk.
    unsaved: BTreeMap<Ticket, usize>,
    tickets: u64,
    fresh_log: u64,
    renewals: u64,
}

impl OwnChain {
    /// Makes a new chain. `fresh_log` is its random number.
    pub(super) fn new(identity: Identity, room: RoomId, fresh_log: u64) -> Self {
        let chain = ChainId { author: identity.author(), log: fresh_log };
        let (clock, unsaved) = (Clock::default(), BTreeMap::new());
        OwnChain { identity, room, clock, chain, next: 0, head: None, unsaved, tickets: 0, fresh_log, renewals: 0 }
    }

    /// Continues a chain of ours that is on the disk, given as its number, length, last operation and that one's time.
    /// One that ends in the future is not continued: our clock was wrong then, and others would hold back what follows.
    pub(super) fn resume(&mut self, (log, next, head, time): (u64, u64, OperationId, Timestamp), now: Now) {
        if !time.is_future(now.wall_ms) {
            self.observe(time, now);
            self.chain.log = log;
            (self.next, self.head) = (next, Some(head));
        }
    }

    /// Begins another chain.
    pub(super) fn renew(&mut self) {
        self.renewals += 1;
        self.chain.log = self.fresh_log.wrapping_add(self.renewals);
        (self.next, self.head) = (0, None);
    }

    /// Returns our key pair.
    pub(super) fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Returns our public key.
    pub(super) fn author(&self) -> Author {
        self.chain.author
    }

    /// Returns the room.
    pub(super) fn room(&self) -> RoomId {
        self.room
    }

    /// Returns the number of the chain.
    pub(super) fn log(&self) -> u64 {
        self.chain.log
    }

    /// Returns a number of 53 bits for a stroke that we make now. No other operation of ours has it.
    pub(super) fn stroke_number(&self) -> StrokeId {
        let mut hasher = blake3::Hasher::new_derive_key("inkmesh 2026 number of a mark");
        hasher.update(&self.chain.author.0).update(&self.chain.log.to_be_bytes()).update(&self.next.to_be_bytes());
        let [a, b, c, d, e, f, g, h, ..] = *hasher.finalize().as_bytes();
        u64::from_be_bytes([a, b, c, d, e, f, g, h]) >> 11
    }

    /// Returns whether an operation has a position of the chain for which we may have signed another one that is not
    /// durable yet. It is not taken in now; when ours is on the disk, sync brings it as a fork.
    pub(super) fn is_in_flight(&self, operation: &Operation) -> bool {
        !self.unsaved.is_empty() && operation.header().chain == self.chain
    }

    /// Takes note of the time of an operation: what we write next is later.
    pub(super) fn observe(&mut self, time: Timestamp, now: Now) {
        self.clock.observe(time, now.wall_ms);
    }

    /// Takes note that the room's time was corrected. If our clock had run far ahead of it, begins another chain, which
    /// continues from the last moment of the log that is not ahead.
    pub(super) fn clock_set(&mut self, log: &Log, now: Now) {
        let limit_ms = now.wall_ms.saturating_add(MAX_APART_MS);
        if self.clock.is_beyond(limit_ms) {
            self.clock = Clock::default();
            if let Some(last) = log.last_before(Timestamp::from_ms(limit_ms)) {
                self.observe(last.time, now);
            }
            self.renew();
        }
    }

    /// Signs operations with these payloads: all of them or none.
    ///
    /// # Errors
    /// [`CommandError::Busy`] when too many operations are on their way to the disk, [`CommandError::Text`] when a payload
    /// is too large.
    pub(super) fn write(&mut self, payloads: Vec<Payload>, now: Now) -> Result<Write, CommandError> {
        if self.clock.is_ahead(now.wall_ms) {
            // Our clock was far ahead and has been set back: others would hold back what follows in this chain.
            self.clock = Clock::default();
            self.renew();
        }
        if self.unsaved.values().sum::<usize>() + payloads.len() > MAX_UNSAVED {
            return Err(CommandError::Busy);
        }
        let (mut seq, mut backlink) = (self.next, self.head);
        let mut operations = Vec::with_capacity(payloads.len());
        for payload in payloads {
            let (room, chain, time) = (self.room, self.chain, self.clock.tick(now.wall_ms));
            let operation = Operation::sign(&self.identity, Header { room, chain, seq, backlink, time }, &payload)
                .map_err(|_| CommandError::Text { len: crate::payload::MAX_PAYLOAD })?;
            backlink = Some(operation.id());
            seq += 1;
            operations.push(operation);
        }
        (self.next, self.head) = (seq, backlink);
        self.tickets += 1;
        let ticket = Ticket { room: self.fresh_log, number: self.tickets };
        self.unsaved.insert(ticket, operations.len());
        Ok(Write { ticket, operations, reply: None })
    }

    /// Takes note that a write is durable. One from before the room was read anew is unknown here.
    pub(super) fn saved(&mut self, ticket: Ticket) {
        self.unsaved.remove(&ticket);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::MAX_AHEAD_MS;
    use crate::name::RoomName;
    use crate::payload::Chat;

    const NOW: Now = Now { wall_ms: 1_790_000_000_000, mono_ms: 5 };

    fn chain() -> OwnChain {
        OwnChain::new(Identity::from_secret([1; 32]), RoomName::lobby().id(), 7)
    }

    fn lines(count: usize) -> Vec<Payload> {
        (0..count).map(|n| Payload::Chat(Chat { text: n.to_string() })).collect()
    }

    #[test]
    fn operations_follow_one_another_before_they_are_saved() {
        let mut chain = chain();
        let first = chain.write(lines(2), NOW).unwrap();
        let second = chain.write(lines(1), NOW).unwrap();
        let headers: Vec<&Header> = first.operations.iter().chain(&second.operations).map(Operation::header).collect();
        assert_eq!(headers.iter().map(|header| header.seq).collect::<Vec<_>>(), [0, 1, 2]);
        assert_eq!(headers[2].backlink, first.last_id());
        assert!(headers.is_sorted_by_key(|header| header.time) && first.ticket != second.ticket);
        assert!(chain.is_in_flight(&first.operations[0]));
        chain.saved(first.ticket);
        assert!(chain.is_in_flight(&first.operations[0]), "the second write is still under way in this chain");
        chain.saved(second.ticket);
        assert!(!chain.is_in_flight(&first.operations[0]));
    }

    #[test]
    fn operations_that_wait_for_the_disk_are_bounded() {
        let mut chain = chain();
        let write = chain.write(lines(MAX_UNSAVED), NOW).unwrap();
        assert_eq!(chain.write(lines(1), NOW).unwrap_err(), CommandError::Busy);
        chain.saved(write.ticket);
        assert!(chain.write(lines(1), NOW).is_ok());
    }

    #[test]
    fn a_chain_is_continued_unless_it_ends_in_the_future() {
        let head = OperationId([3; 32]);
        let end = |ms| (5, 9, head, Timestamp::from_ms(NOW.wall_ms + ms));
        let mut chain = chain();
        chain.resume(end(MAX_AHEAD_MS + 1), NOW);
        assert_eq!(chain.log(), 7);
        chain.resume(end(1), NOW);
        let write = chain.write(lines(1), NOW).unwrap();
        let header = write.operations[0].header();
        assert_eq!((header.chain.log, header.seq, header.backlink), (5, 9, Some(head)));
        assert!(header.time > end(1).3);
    }

    #[test]
    fn a_clock_that_was_ahead_begins_another_chain() {
        let mut chain = chain();
        let log = Log::new(RoomName::lobby().id());
        let ahead = |ms| Now { wall_ms: NOW.wall_ms + ms, ..NOW };
        chain.write(lines(1), ahead(MAX_APART_MS)).unwrap();
        chain.clock_set(&log, NOW);
        assert_eq!(chain.log(), 7, "a little ahead");
        chain.write(lines(1), ahead(MAX_APART_MS + 1)).unwrap();
        chain.clock_set(&log, NOW);
        let write = chain.write(lines(1), NOW).unwrap();
        assert_eq!((chain.log(), write.operations[0].header().seq), (8, 0));
        assert_eq!(write.operations[0].header().time.ms(), NOW.wall_ms);
        chain.write(lines(1), ahead(2 * MAX_AHEAD_MS)).unwrap();
        chain.write(lines(1), NOW).unwrap();
        assert_eq!(chain.log(), 9, "the system's clock was set back");
    }

    #[test]
    fn strokes_have_numbers_of_their_own() {
        let mut chain = chain();
        let first = chain.stroke_number();
        chain.write(lines(1), NOW).unwrap();
        assert!(first != chain.stroke_number() && first < 1 << 53);
    }
}
