//! Carries the messages of a stream that is served, and reads the disk for [`crate::sync::server`].

use std::time::Duration;

use inkmesh_store::Store;
use libp2p::Stream;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::error::SyncError;
use super::message::{Message, ServeEnd, ask};
use super::stored::Stored;
use super::wire::{First, Seal, Wire};
use crate::identity::Author;
use crate::name::RoomId;
use crate::node::slots::{SharedSlots, Slot};
use crate::sync::server::{Server, Task};
use crate::sync::{Response, RoundError};

/// The time after which a peer that sends no request loses its slot to others, and the stream if it has sent none at all.
const IDLE: Duration = Duration::from_secs(5);

/// A task that serves a stream of a peer.
pub(in crate::node) struct ServeTask {
    pub us: Author,
    pub peer: Author,
    pub store: Store,
    pub messages: mpsc::Sender<Message>,
    /// Whether it may be served if there is a slot.
    pub admitted: bool,
    /// Slots of the streams that are served at once.
    pub slots: SharedSlots,
}

impl ServeTask {
    /// Serves the stream to its end and reports that to the actor. `open` is its place among those that the peer may have
    /// open.
    pub(in crate::node) async fn run(self, stream: Stream, open: Slot) {
        let (peer, messages) = (self.peer, self.messages.clone());
        // Whatever happens in there, the actor has to hear of an end.
        let serving = tokio::spawn(async move { self.serve(Wire::new(stream, None)).await });
        let result = serving.await.unwrap_or(Err(SyncError::Closing));
        drop(open);
        let _ = messages.send(Message::ServeEnded(ServeEnd { peer, result })).await;
    }

    /// Answers one request after another, until the other side hangs up. A slot is taken when a request has come: streams
    /// on which nothing is said keep nobody from being served.
    async fn serve(&self, mut wire: Wire) -> Result<Option<(RoomId, u64)>, SyncError> {
        let first = timeout(IDLE, wire.first()).await.map_err(|_| RoundError::Silent)??;
        let (first, sealed) = match first {
            First::Clear(request) => (request, None),
            First::Sealed(message, tag) => {
                let keys = ask(&self.messages, |answer| Message::Keys { tag, answer }).await?;
                let Some(keys) = keys else {
                    wire.send(Response::NotHere.encode()?).await?;
                    return Ok(None);
                };
                let room = keys.room();
                (wire.unseal(&message, Seal { keys, us: self.us, them: self.peer })?, Some(room))
            }
        };
        let mut slot = if self.admitted { self.slots.take(self.peer) } else { None };
        let (mut server, mut next, peer) = (Server::new(slot.is_some()), Some(first), self.peer);
        while !server.is_over() {
            let request = match next.take() {
                Some(request) => Ok(request),
                None => match timeout(IDLE, wire.request()).await {
                    Ok(request) => request,
                    Err(_) => {
                        drop(slot.take());
                        let request = wire.request().await;
                        slot = self.slots.take(peer);
                        if slot.is_none() { Err(SyncError::Ended) } else { request }
                    }
                },
            };
            let request = match request {
                // Nothing more is wanted.
                Err(SyncError::Ended | SyncError::Io(_)) if server.served().is_some() => break,
                request => request?,
            };
            match server.request(request)? {
                Task::Send(response) => wire.send(response.encode()?).await?,
                Task::LookUp { room, digest, clock } => {
                    if sealed.is_some_and(|sealed| sealed != room) {
                        return Err(RoundError::Unexpected.into());
                    }
                    let sealed = sealed.is_some();
                    let look_up = |answer| Message::LookUp { room, peer, digest, clock, sealed, answer };
                    let holdings = ask(&self.messages, look_up).await?;
                    wire.send(server.holdings(holdings).encode()?).await?;
                }
                Task::Read { room, heads, wants, bytes } => {
                    let found = ask(&self.messages, |answer| Message::Locate { room, heads, wants, answer }).await?;
                    let stored = Stored::new(self.store.clone(), room, &found);
                    send_stored(&mut wire, &mut server, stored, bytes).await?;
                    wire.send(Response::End.encode()?).await?;
                }
                Task::ReadNewest { room, limit, after, bytes } => {
                    let newest = |answer| Message::Newest { room, peer, limit, after, answer };
                    let newest = ask(&self.messages, newest).await?;
                    for response in server.operations(newest, bytes) {
                        wire.send(response.encode()?).await?;
                    }
                    wire.send(Response::End.encode()?).await?;
                }
            }
        }
        Ok(server.served())
    }
}

/// Sends what is stored, about `bytes` in a message. Reads ahead by one message while the last one is on its way.
async fn send_stored(wire: &mut Wire, server: &mut Server, mut stored: Stored, bytes: usize) -> Result<(), SyncError> {
    let (chunks, mut read) = mpsc::channel(1);
    let reading = tokio::task::spawn_blocking(move || {
        while let Some(chunk) = stored.next_bytes(bytes).transpose() {
            let failed = chunk.is_err();
            if chunks.blocking_send(chunk).is_err() || failed {
                break;
            }
        }
    });
    while let Some(chunk) = read.recv().await {
        let operations = chunk?.into_iter().map(|(_, operation)| operation).collect();
        for response in server.operations(operations, bytes) {
            wire.send(response.encode()?).await?;
        }
    }
    reading.await.map_err(|_| SyncError::Closing)
}
