//! Our own pen: signs operations one after another, each on the one before, whether that is durable yet or not.

use std::collections::BTreeMap;

use crate::canvas::StrokeId;
use crate::clock::Clock;
use crate::command::{CommandError, CommandTicket, Reply};
use crate::identity::{Author, Identity};
use crate::name::RoomId;
use crate::operation::{ChainId, Header, Operation, OperationId};
use crate::payload::Payload;

/// Own operations that wait for the disk at most.
pub const MAX_UNSAVED: usize = 1024;

/// Names a write, so that its end can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket {
    /// The random number that the room was made with: a room that is read anew doesn't give a name out twice.
    room: u64,
    number: u64,
}

/// Own operations to be kept on the disk. They come back into the room by [`super::Input::Saved`].
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

#[derive(Debug)]
pub(super) struct Writer {
    chain: ChainId,
    next: u64,
    head: Option<OperationId>,
    /// How many operations each write holds that is on its way to the disk.
    unsaved: BTreeMap<Ticket, usize>,
    waiting: usize,
    tickets: u64,
    fresh_log: u64,
    renewals: u64,
}

impl Writer {
    pub(super) fn new(author: Author, fresh_log: u64) -> Self {
        let chain = ChainId { author, log: fresh_log };
        let (unsaved, waiting) = (BTreeMap::new(), 0);
        Writer { chain, next: 0, head: None, unsaved, waiting, tickets: 0, fresh_log, renewals: 0 }
    }

    /// Begins another chain.
    pub(super) fn renew(&mut self) {
        self.renewals += 1;
        self.chain.log = self.fresh_log.wrapping_add(self.renewals);
        (self.next, self.head) = (0, None);
    }

    /// Goes on with a chain of our own that is on the disk.
    pub(super) fn resume(&mut self, log: u64, next: u64, head: OperationId) {
        self.chain.log = log;
        self.next = next;
        self.head = Some(head);
    }

    /// The chain that is written now.
    pub(super) fn chain(&self) -> ChainId {
        self.chain
    }

    /// Its number.
    pub(super) fn log(&self) -> u64 {
        self.chain.log
    }

    /// A number for a mark that we make now, of 53 bits like those of all faces. No other operation of ours gives it.
    pub(super) fn mark_number(&self) -> StrokeId {
        let mut hasher = blake3::Hasher::new_derive_key("inkmesh 2026 number of a mark");
        hasher.update(&self.chain.author.0).update(&self.chain.log.to_be_bytes()).update(&self.next.to_be_bytes());
        let [a, b, c, d, e, f, g, h, ..] = *hasher.finalize().as_bytes();
        u64::from_be_bytes([a, b, c, d, e, f, g, h]) >> 11
    }

    /// Whether anything is on its way to the disk.
    pub(super) fn is_waiting(&self) -> bool {
        self.waiting > 0
    }

    /// Signs operations with these payloads. All of them or none.
    pub(super) fn write(
        &mut self,
        identity: &Identity,
        room: RoomId,
        payloads: Vec<Payload>,
        clock: &mut Clock,
        wall_ms: u64,
    ) -> Result<Write, CommandError> {
        if self.waiting + payloads.len() > MAX_UNSAVED {
            return Err(CommandError::Busy);
        }
        let (mut seq, mut backlink) = (self.next, self.head);
        let mut operations = Vec::with_capacity(payloads.len());
        for payload in payloads {
            let header = Header { room, chain: self.chain, seq, backlink, time: clock.tick(wall_ms) };
            let operation = Operation::sign(identity, header, &payload)
                .map_err(|_| CommandError::Text { len: crate::payload::MAX_PAYLOAD })?;
            backlink = Some(operation.id());
            seq += 1;
            operations.push(operation);
        }
        (self.next, self.head) = (seq, backlink);
        self.waiting += operations.len();
        self.tickets += 1;
        let ticket = Ticket { room: self.fresh_log, number: self.tickets };
        self.unsaved.insert(ticket, operations.len());
        Ok(Write { ticket, operations, reply: None })
    }

    /// A write is durable now. One of before the room was read anew is none of ours.
    pub(super) fn saved(&mut self, ticket: Ticket) {
        self.waiting -= self.unsaved.remove(&ticket).unwrap_or(0);
    }
}
