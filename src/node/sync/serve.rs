//! Carries the messages of a stream that is served, and reads the disk for [`crate::sync::server`].

use inkmesh_store::Store;
use libp2p::Stream;
use tokio::sync::mpsc;

use super::error::SyncError;
use super::message::{Message, ServeEnd, ask};
use super::stored::Stored;
use super::wire::Wire;
use crate::identity::Author;
use crate::name::RoomId;
use crate::sync::Response;
use crate::sync::server::{Server, Task};

/// A task that serves a stream of a peer.
pub(in crate::node) struct ServeTask {
    pub peer: Author,
    pub store: Store,
    pub messages: mpsc::Sender<Message>,
    /// True if there is a slot for this stream among those that are served at once.
    pub admitted: bool,
}

impl ServeTask {
    /// Serves the stream to its end and reports that to the actor.
    pub(in crate::node) async fn run(self, stream: Stream) {
        let (peer, admitted, messages) = (self.peer, self.admitted, self.messages.clone());
        // Whatever happens in there, the actor has to hear of an end: the slot is free again then.
        let serving = tokio::spawn(async move { self.serve(Wire::new(stream)).await });
        let result = serving.await.unwrap_or(Err(SyncError::Closing));
        let _ = messages.send(Message::ServeEnded(ServeEnd { peer, admitted, result })).await;
    }

    /// Answers one request after another, until the other side hangs up.
    async fn serve(&self, mut wire: Wire) -> Result<Option<(RoomId, u64)>, SyncError> {
        let (mut server, peer) = (Server::new(self.admitted), self.peer);
        while !server.is_over() {
            let request = match wire.request().await {
                // Nothing more is wanted.
                Err(SyncError::Ended | SyncError::Io(_)) if server.served().is_some() => break,
                request => request?,
            };
            match server.request(request)? {
                Task::Send(response) => wire.send(response.encode()?).await?,
                Task::LookUp { room, digest, clock } => {
                    let look_up = |answer| Message::LookUp { room, peer, digest, clock, answer };
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
                    let newest = ask(&self.messages, |answer| Message::Newest { room, limit, after, answer }).await?;
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
