//! The messages to the actor of the tasks that pull and serve.

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

use super::error::SyncError;
use crate::clock::Timestamp;
use crate::identity::Author;
use crate::log::{Head, StoredRange, Want};
use crate::name::{RoomId, RoomName};
use crate::node::handle::ReplySender;
use crate::operation::Operation;
use crate::private_room::{KeyTag, RoomKeys};
use crate::sync::Neighbour;
use crate::sync::fetching::Fetch;
use crate::sync::server::Holdings;

/// A message of a task to the actor.
pub(in crate::node) enum Message {
    /// A peer began a round with us and wants to know what we hold of a room, of which it holds what has this digest; its clock
    /// says `clock`. `sealed`: it has the keys of the room, which is a private one.
    LookUp {
        room: RoomId,
        peer: Author,
        digest: [u8; 32],
        clock: u64,
        sealed: bool,
        answer: oneshot::Sender<Option<Holdings>>,
    },
    /// A question: the keys with this tag, of a room that we are in.
    Keys { tag: KeyTag, answer: oneshot::Sender<Option<RoomKeys>> },
    /// A peer wants a part of what we said that we hold: where is it stored?
    Locate { room: RoomId, heads: Arc<Vec<Head>>, wants: Vec<Want>, answer: oneshot::Sender<Vec<StoredRange>> },
    /// A peer wants the last operations of a room.
    Newest { room: RoomId, peer: Author, limit: u32, after: Timestamp, answer: oneshot::Sender<Vec<Operation>> },
    /// A stream that was served ended.
    ServeEnded(ServeEnd),
    /// A peer with which we began a round in a room named others who are in it; its clock says `clock`. If the room is a private
    /// one, the peer has its keys.
    Met { room: RoomName, peer: Author, neighbours: Vec<Neighbour>, clock: u64 },
    /// A peer said what it holds.
    Offered { room: RoomName, from: Author, heads: Vec<Head>, done: oneshot::Sender<()> },
    /// A question: what to request from a peer now, about `unit` operations.
    NextFetch { room: RoomName, from: Author, unit: u64, answer: oneshot::Sender<Fetch> },
    /// A peer sent operations that we lacked. `done` is sent once they are durable.
    Batch { room: RoomName, operations: Vec<Operation>, from: Author, done: ReplySender },
    /// A request was answered to its end.
    FetchEnded { room: RoomName, from: Author, done: oneshot::Sender<()> },
    /// A sync round that we began ended.
    RoundEnded(RoundEnd),
}

/// The end of a stream that was served.
#[derive(Debug)]
pub(in crate::node) struct ServeEnd {
    pub peer: Author,
    /// The room, and how many operations went out.
    pub result: Result<Option<(RoomId, u64)>, SyncError>,
}

/// The end of a sync round that we began.
#[derive(Debug)]
pub(in crate::node) struct RoundEnd {
    pub room: RoomName,
    pub peer: Author,
    /// The number of operations that came in.
    pub result: Result<u64, SyncError>,
}

/// Sends the actor a message and returns its answer.
pub(super) async fn ask<T>(
    messages: &mpsc::Sender<Message>,
    message: impl FnOnce(oneshot::Sender<T>) -> Message,
) -> Result<T, SyncError> {
    let (answer, reply) = oneshot::channel();
    messages.send(message(answer)).await.map_err(|_| SyncError::Closing)?;
    reply.await.map_err(|_| SyncError::Closing)
}
