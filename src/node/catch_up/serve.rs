//! The side that is asked.

use inkmesh_store::Store;
use libp2p::{PeerId, Stream};
use serde_bytes::ByteBuf;
use tokio::sync::{OwnedSemaphorePermit, mpsc};

use super::merge::Merge;
use super::{SyncError, Wire, ask};
use crate::log::Head;
use crate::name::RoomId;
use crate::node::run::Note;
use crate::sync::{Neighbour, Request, Response};

/// Peers that are served at once at most; others are told to come back.
pub(in crate::node) const MAX_SERVED: usize = 8;

/// What the loop knows of a room.
#[derive(Debug)]
pub(in crate::node) struct Offer {
    pub digest: [u8; 32],
    pub heads: Vec<Head>,
    pub neighbours: Vec<Neighbour>,
}

/// Everything needed to serve one stream.
pub(in crate::node) struct Serve {
    pub peer: PeerId,
    pub store: Store,
    pub notes: mpsc::Sender<Note>,
    /// A place among [`MAX_SERVED`]; `None` when they are all taken.
    pub permit: Option<OwnedSemaphorePermit>,
}

impl Serve {
    /// Runs to its end and tells the loop.
    pub(in crate::node) async fn run(self, stream: Stream) {
        let result = self.serve(Wire::new(stream)).await;
        let _ = self.notes.send(Note::Served { peer: self.peer, result }).await;
    }

    /// Returns the room and how many operations went out.
    async fn serve(&self, mut wire: Wire) -> Result<Option<(RoomId, u64)>, SyncError> {
        let Request::Hello { room, digest } = wire.request().await? else { return Err(SyncError::Unexpected) };
        if self.permit.is_none() {
            wire.send(Response::Busy.encode()?).await?;
            return Ok(None);
        }
        let peer = self.peer;
        let Some(Offer { digest: ours, heads, neighbours }) =
            ask(&self.notes, |answer| Note::Asked { room, peer, answer }).await?
        else {
            wire.send(Response::NotHere.encode()?).await?;
            return Ok(None);
        };
        if ours == digest {
            wire.send(Response::Same { neighbours }.encode()?).await?;
            return Ok(None);
        }
        wire.send(Response::Frontier { heads, neighbours }.encode()?).await?;
        let wants = match wire.request().await {
            Ok(Request::Want { wants }) => wants,
            Ok(Request::Hello { .. }) => return Err(SyncError::Unexpected),
            // Nothing of ours is wanted.
            Err(SyncError::Ended | SyncError::Io(_)) => return Ok(None),
            Err(error) => return Err(error),
        };
        let sent = self.stream(&mut wire, Merge::new(self.store.clone(), room, &wants)).await?;
        wire.send(Response::End.encode()?).await?;
        Ok(Some((room, sent)))
    }

    /// Reads ahead by one chunk while the last one is on its way.
    async fn stream(&self, wire: &mut Wire, mut merge: Merge) -> Result<u64, SyncError> {
        let (chunks, mut read) = mpsc::channel(1);
        let reading = tokio::task::spawn_blocking(move || {
            while let Some(chunk) = merge.next_chunk().transpose() {
                let failed = chunk.is_err();
                if chunks.blocking_send(chunk).is_err() || failed {
                    break;
                }
            }
        });
        let mut sent = 0;
        while let Some(chunk) = read.recv().await {
            let operations: Vec<ByteBuf> = chunk?;
            sent += operations.len() as u64;
            wire.send(Response::Operations { operations }.encode()?).await?;
        }
        reading.await.map_err(|_| SyncError::Closing)?;
        Ok(sent)
    }
}
