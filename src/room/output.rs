//! The outputs of the room machine.

use super::own_chain::Write;
use crate::command::{CommandError, CommandTicket, Reply};
use crate::event::{CanvasChange, Entry, Event, Person, ReadStateView};
use crate::game::GuessTicket;
use crate::identity::Author;
use crate::log::{Ingest, Position, Reason};
use crate::name::RoomName;
use crate::operation::Operation;

/// Something to do, in the order given by [`Room::handle`](super::Room::handle).
#[derive(Debug)]
pub enum Output {
    /// The verdict on the gossiped message that was the input. It is the first output.
    Verdict(Verdict),
    /// Store these received operations, each at its position.
    Persist(Vec<(Position, Operation)>),
    /// Store these operations of our own, then hand them back as [`Input::Saved`](super::Input::Saved).
    Write(Write),
    /// Publish this frame in the room.
    Publish(Vec<u8>),
    /// Send this request to a peer directly and hand in its reply as [`Input::Replied`](super::Input::Replied). With a
    /// ticket of 0 no reply is needed.
    Ask {
        /// The peer.
        to: Author,
        /// The ticket of the reply.
        ticket: GuessTicket,
        /// The encoded [`PeerRequest`](crate::game::guess::PeerRequest).
        ask: Vec<u8>,
    },
    /// Give the frontend this reply to its command.
    Reply {
        /// The ticket of the command.
        ticket: CommandTicket,
        /// The reply.
        result: Result<Reply, CommandError>,
    },
    /// Reply to this command that it is done, once everything from earlier [`Output::Persist`] and [`Output::StoreLocal`] is
    /// durable.
    ReplyWhenSaved(CommandTicket),
    /// Begin a sync round with this peer: it has operations that are missing here.
    SyncWith(Author),
    /// Send the frontend this event.
    Emit(Event),
    /// Store this local state of the room, which is not in its log. [`Room::recall`](super::Room::recall) takes them back.
    StoreLocal(Vec<u8>),
    /// Send the frontend an [`Event::HeldBack`] with the operations at these positions.
    HeldBack(Vec<Position>),
    /// Read the operations of [`Room::steps`](super::Room::steps), fold their steps beside the loop, and hand that in as
    /// [`Input::Refolded`](super::Input::Refolded).
    Refold,
    /// Hand in [`Input::Tick`](super::Input::Tick) at this moment of `mono_ms`, unless another input comes before.
    Wake(u64),
}

/// What gossip does with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Pass it on.
    Accept,
    /// Don't pass it on, and blame nobody.
    Ignore,
    /// Don't pass it on, and blame the peer that sent it: an honest program doesn't.
    Reject,
}

impl From<Ingest> for Verdict {
    fn from(outcome: Ingest) -> Self {
        match outcome {
            Ingest::Inserted | Ingest::Floating => Verdict::Accept,
            // A peer that lacks the operations before it can't know better than to pass it on.
            Ingest::Dropped | Ingest::Parked | Ingest::Duplicate => Verdict::Ignore,
            Ingest::Rejected(Reason::OtherRoom) => Verdict::Reject,
            Ingest::Rejected(_) => Verdict::Ignore,
        }
    }
}

/// The outputs of one input, in order.
#[derive(Debug)]
pub(super) struct Outbox {
    room: RoomName,
    outputs: Vec<Output>,
}

impl Outbox {
    /// Makes an empty outbox of this room.
    pub(super) fn new(room: &RoomName) -> Self {
        Outbox { room: room.clone(), outputs: Vec::new() }
    }

    /// Returns the outputs.
    pub(super) fn into_outputs(self) -> Vec<Output> {
        self.outputs
    }

    pub(super) fn push(&mut self, output: Output) {
        self.outputs.push(output);
    }

    /// Appends the outputs of another outbox.
    pub(super) fn append(&mut self, later: Outbox) {
        self.outputs.extend(later.outputs);
    }

    pub(super) fn emit(&mut self, event: impl FnOnce(RoomName) -> Event) {
        self.push(Output::Emit(event(self.room.clone())));
    }

    /// Emits lines of the history, if there are any.
    pub(super) fn emit_lines(&mut self, entries: Vec<Entry>) {
        if !entries.is_empty() {
            self.emit(|room| Event::Entries { room, entries });
        }
    }

    pub(super) fn emit_person(&mut self, person: Person) {
        self.emit(|room| Event::Peer { room, person });
    }

    pub(super) fn emit_canvas(&mut self, change: CanvasChange) {
        self.emit(|room| Event::Canvas { room, change });
    }

    pub(super) fn emit_reading(&mut self, reading: ReadStateView) {
        self.emit(|room| Event::Reading { room, reading });
    }
}

impl Extend<Output> for Outbox {
    fn extend<T: IntoIterator<Item = Output>>(&mut self, outputs: T) {
        self.outputs.extend(outputs);
    }
}
