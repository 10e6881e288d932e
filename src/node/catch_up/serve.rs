//! The side that is asked.

use std::sync::Arc;

use inkmesh_store::Store;
use libp2p::{PeerId, Stream};
use serde_bytes::ByteBuf;
use tokio::sync::mpsc;

use super::merge::Merge;
use super::{SyncError, Wire, ask};
use crate::log::{Head, Want};
use crate::name::RoomId;
use crate::node::run::Note;
use crate::sync::{CHUNK_BYTES, CHUNK_OPERATIONS, Neighbour, Request, Response};

/// Bytes of a message for each operation that was asked for at once, and of a message at least: some messages make a unit, so
/// that a break costs little, and what is said meanwhile gets in between.
const EACH_BYTES: u64 = 128;
const LEAST_BYTES: usize = 8 << 10;

/// What the loop knows of a room.
#[derive(Debug)]
pub(in crate::node) struct Offer {
    pub digest: [u8; 32],
    pub heads: Vec<Head>,
    pub neighbours: Vec<Neighbour>,
    /// What our clock says, uncorrected.
    pub clock: u64,
}

/// Everything needed to serve one stream.
pub(in crate::node) struct Serve {
    pub peer: PeerId,
    pub store: Store,
    pub notes: mpsc::Sender<Note>,
    /// Whether there is a place for this stream among those that are served at once.
    pub admitted: bool,
}

/// What came of it.
#[derive(Debug)]
pub(in crate::node) struct Served {
    pub peer: PeerId,
    pub admitted: bool,
    /// The room, and how many operations went out.
    pub result: Result<Option<(RoomId, u64)>, SyncError>,
}

impl Serve {
    /// Runs to its end and tells the loop.
    pub(in crate::node) async fn run(self, stream: Stream) {
        let (peer, admitted, notes) = (self.peer, self.admitted, self.notes.clone());
        // Whatever happens in there, the loop has to hear of an end: the place is free again then.
        let serving = tokio::spawn(async move { self.serve(Wire::new(stream)).await });
        let result = serving.await.unwrap_or(Err(SyncError::Closing));
        let _ = notes.send(Note::Served(Served { peer, admitted, result })).await;
    }

    async fn serve(&self, mut wire: Wire) -> Result<Option<(RoomId, u64)>, SyncError> {
        let Request::Hello { room, digest, clock } = wire.request().await? else { return Err(SyncError::Unexpected) };
        if !self.admitted {
            wire.send(Response::Busy.encode()?).await?;
            return Ok(None);
        }
        let peer = self.peer;
        let Some(Offer { digest: ours, heads, neighbours, clock }) =
            ask(&self.notes, |answer| Note::Asked { room, peer, clock, answer }).await?
        else {
            wire.send(Response::NotHere.encode()?).await?;
            return Ok(None);
        };
        if ours == digest {
            wire.send(Response::Same { neighbours, clock }.encode()?).await?;
            return Ok(None);
        }
        wire.send(Response::Frontier { heads: heads.clone(), neighbours, clock }.encode()?).await?;
        let sent = self.answer(&mut wire, room, Arc::new(heads)).await?;
        Ok(Some((room, sent)))
    }

    /// Answers one request after another, until the other side hangs up. Returns how many operations went out.
    async fn answer(&self, wire: &mut Wire, room: RoomId, heads: Arc<Vec<Head>>) -> Result<u64, SyncError> {
        let mut sent = 0;
        loop {
            match wire.request().await {
                Ok(Request::Fetch { wants }) => {
                    let heads = Arc::clone(&heads);
                    let bytes = message_bytes(wants.iter().map(Want::count).fold(0, u64::saturating_add));
                    let found = ask(&self.notes, |answer| Note::Locate { room, heads, wants, answer }).await?;
                    sent += self.stream(wire, Merge::new(self.store.clone(), room, &found), bytes).await?;
                }
                Ok(Request::Newest { limit, after }) => {
                    let newest = ask(&self.notes, |answer| Note::Newest { room, limit, after, answer }).await?;
                    sent += send_all(wire, newest, message_bytes(limit.into())).await?;
                }
                Ok(Request::Hello { .. }) => return Err(SyncError::Unexpected),
                // Nothing more is wanted.
                Err(SyncError::Ended | SyncError::Io(_)) => return Ok(sent),
                Err(error) => return Err(error),
            }
            wire.send(Response::End.encode()?).await?;
        }
    }

    /// Reads ahead by one chunk while the last one is on its way.
    async fn stream(&self, wire: &mut Wire, mut merge: Merge, bytes: usize) -> Result<u64, SyncError> {
        let (chunks, mut read) = mpsc::channel(1);
        let reading = tokio::task::spawn_blocking(move || {
            while let Some(chunk) = merge.next_bytes(bytes).transpose() {
                let failed = chunk.is_err();
                if chunks.blocking_send(chunk).is_err() || failed {
                    break;
                }
            }
        });
        let mut sent = 0;
        while let Some(chunk) = read.recv().await {
            let operations: Vec<ByteBuf> =
                chunk?.iter().map(|(_, operation)| ByteBuf::from(operation.bytes())).collect();
            sent += operations.len() as u64;
            wire.send(Response::Operations { operations }.encode()?).await?;
        }
        reading.await.map_err(|_| SyncError::Closing)?;
        Ok(sent)
    }
}

/// About how large a message is to be of an answer with so many operations.
fn message_bytes(wanted: u64) -> usize {
    usize::try_from(wanted.saturating_mul(EACH_BYTES)).unwrap_or(usize::MAX).clamp(LEAST_BYTES, CHUNK_BYTES)
}

/// Sends operations in messages of bounded size.
async fn send_all(wire: &mut Wire, operations: Vec<Vec<u8>>, most: usize) -> Result<u64, SyncError> {
    let sent = operations.len() as u64;
    let (mut chunk, mut bytes) = (Vec::new(), 0);
    for operation in operations {
        bytes += operation.len();
        chunk.push(ByteBuf::from(operation));
        if chunk.len() == CHUNK_OPERATIONS || bytes >= most {
            bytes = 0;
            wire.send(Response::Operations { operations: std::mem::take(&mut chunk) }.encode()?).await?;
        }
    }
    if !chunk.is_empty() {
        wire.send(Response::Operations { operations: chunk }.encode()?).await?;
    }
    Ok(sent)
}
