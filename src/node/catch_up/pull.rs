//! The side that catches up.

use std::time::Duration;

use futures::{Stream, StreamExt, stream};
use libp2p::PeerId;
use rayon::prelude::*;
use serde_bytes::ByteBuf;
use tokio::sync::mpsc;

use super::{PATIENCE, PROTOCOL, SyncError, Wire, ask};
use crate::identity::Author;
use crate::name::{RoomId, RoomName};
use crate::node::run::Note;
use crate::operation::{Operation, OperationError};
use crate::sync::{Request, Response};

/// Batches whose signatures are checked while the one before is being written.
const AHEAD: usize = 2;
/// How long one round may last. What came until then stays; others get their turn, and the next round brings the rest.
const ROUND: Duration = Duration::from_secs(120);

/// Everything needed to catch up with one peer in one room.
pub(in crate::node) struct Pull {
    pub control: libp2p_stream::Control,
    pub peer: PeerId,
    pub author: Author,
    pub room: RoomName,
    pub digest: [u8; 32],
    pub notes: mpsc::Sender<Note>,
}

/// What came of it.
#[derive(Debug)]
pub(in crate::node) struct Pulled {
    pub room: RoomName,
    pub peer: PeerId,
    pub result: Result<u64, SyncError>,
}

impl Pull {
    /// Runs to its end and tells the loop.
    pub(in crate::node) async fn run(mut self) {
        let (room, peer, notes) = (self.room.clone(), self.peer, self.notes.clone());
        // Whatever happens in there, the loop has to hear of an end, or this room would never catch up again.
        let round = tokio::spawn(async move { tokio::time::timeout(ROUND, self.pull()).await });
        let result = round.await.unwrap_or(Ok(Err(SyncError::Closing))).unwrap_or(Err(SyncError::Silent));
        let _ = notes.send(Note::Pulled(Pulled { room, peer, result })).await;
    }

    /// Returns how many operations came in.
    async fn pull(&mut self) -> Result<u64, SyncError> {
        let opening = self.control.open_stream(self.peer, PROTOCOL);
        let stream = tokio::time::timeout(PATIENCE, opening).await.map_err(|_| SyncError::Silent)??;
        let mut wire = Wire::new(stream);
        let room: RoomId = self.room.id();
        wire.send(Request::Hello { room, digest: self.digest }.encode()?).await?;
        let (heads, neighbours) = match wire.response().await? {
            Response::Same { neighbours } => (Vec::new(), neighbours),
            Response::Frontier { heads, neighbours } => (heads, neighbours),
            Response::NotHere => return Ok(0),
            Response::Busy => return Err(SyncError::Busy),
            Response::Operations { .. } | Response::End => return Err(SyncError::Unexpected),
        };
        self.notes.send(Note::Neighbours(neighbours)).await.map_err(|_| SyncError::Closing)?;
        let (room, from) = (self.room.clone(), self.author);
        let wants = ask(&self.notes, |answer| Note::Missing { room, from, heads, answer }).await?;
        let wanted: u64 = wants.iter().map(|want| want.to - want.from).sum();
        if wanted == 0 {
            return Ok(0);
        }
        wire.send(Request::Want { wants }.encode()?).await?;
        self.take(wire, wanted).await
    }

    /// Checks and hands over what comes: while one batch is being written, the next is checked on all cores.
    async fn take(&self, wire: Wire, wanted: u64) -> Result<u64, SyncError> {
        let verified = batches(wire).map(|batch| async { verify(batch?).await }).buffered(AHEAD);
        let mut verified = std::pin::pin!(verified);
        let mut received = 0;
        while let Some(batch) = verified.next().await {
            let operations = batch?;
            received += operations.len() as u64;
            if received > wanted {
                return Err(SyncError::Unexpected);
            }
            let (room, from, remaining) = (self.room.clone(), self.author, wanted - received);
            ask(&self.notes, |done| Note::Batch { room, operations, from, remaining, done }).await?;
        }
        Ok(received)
    }
}

/// The batches of a stream until its end.
fn batches(wire: Wire) -> impl Stream<Item = Result<Vec<ByteBuf>, SyncError>> {
    stream::unfold(Some(wire), async |wire| {
        let mut wire = wire?;
        match wire.response().await {
            Ok(Response::Operations { operations }) if !operations.is_empty() => Some((Ok(operations), Some(wire))),
            Ok(Response::End) => None,
            Ok(_) => Some((Err(SyncError::Unexpected), None)),
            Err(error) => Some((Err(error), None)),
        }
    })
}

async fn verify(batch: Vec<ByteBuf>) -> Result<Vec<Operation>, SyncError> {
    let check = move || batch.par_iter().map(|bytes| Operation::verify(bytes)).collect::<Result<_, OperationError>>();
    Ok(tokio::task::spawn_blocking(check).await.map_err(|_| SyncError::Closing)??)
}
