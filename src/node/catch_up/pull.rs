//! The side that catches up.

use std::time::Duration;

use futures::{Stream, StreamExt, stream};
use libp2p::PeerId;
use rayon::prelude::*;
use serde_bytes::ByteBuf;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::{PATIENCE, PROTOCOL, Receiver, SyncError, Wire, ask};
use crate::clock::Timestamp;
use crate::fetching::{Fetch, SCREEN};
use crate::identity::{Author, Keys};
use crate::log::Want;
use crate::name::{RoomId, RoomName};
use crate::node::face::Backlog;
use crate::node::run::Note;
use crate::operation::{Operation, OperationError, Unverified};
use crate::sync::{Request, Response};

/// Batches whose signatures are checked while the one before is being written.
const AHEAD: usize = 2;
/// How long one round may last. What came until then stays; others get their turn, and the next round brings the rest.
const ROUND: Duration = Duration::from_secs(300);
/// How long to wait for a share while others bring all that is missing, and how often to ask for one. Shorter than the
/// other side waits for us.
const SHARE: Duration = Duration::from_secs(20);
const SHARE_EVERY: Duration = Duration::from_millis(100);
/// How long an operation may take, on top of [`PATIENCE`] for all that is asked for at once: whoever is slower than that
/// keeps others from bringing it.
const EACH: Duration = Duration::from_millis(2);

/// Everything needed to catch up with one peer in one room.
pub(in crate::node) struct Pull {
    pub control: libp2p_stream::Control,
    pub peer: PeerId,
    pub author: Author,
    pub room: RoomName,
    pub digest: [u8; 32],
    /// The last moment at which others wrote something that we hold.
    pub last: Timestamp,
    /// What our clock says, uncorrected.
    pub clock: u64,
    pub notes: mpsc::Sender<Note>,
    /// Lines that the face has yet to take.
    pub backlog: Backlog,
}

/// What came of it.
#[derive(Debug)]
pub(in crate::node) struct Pulled {
    pub room: RoomName,
    pub peer: PeerId,
    pub result: Result<u64, SyncError>,
}

/// What comes, as it is taken in.
enum Piece {
    Batch(Vec<Operation>),
    End,
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
        wire.send(Request::Hello { room, digest: self.digest, clock: self.clock }.encode()?).await?;
        let (heads, neighbours, clock) = match wire.response().await? {
            Response::Same { neighbours, clock } => (Vec::new(), neighbours, clock),
            Response::Frontier { heads, neighbours, clock } => (heads, neighbours, clock),
            Response::NotHere => return Ok(0),
            Response::Busy => return Err(SyncError::Busy),
            Response::Operations { .. } | Response::End => return Err(SyncError::Unexpected),
        };
        self.notes.send(Note::Met { peer: self.peer, neighbours, clock }).await.map_err(|_| SyncError::Closing)?;
        if heads.is_empty() {
            return Ok(0);
        }
        let (room, from) = (self.room.clone(), self.author);
        ask(&self.notes, |done| Note::Offered { room, from, heads, done }).await?;
        self.fetch(wire).await
    }

    /// Asks for one unit after another, as long as there is something to ask this peer for. The next is on its way while
    /// one is taken in.
    async fn fetch(&self, wire: Wire) -> Result<u64, SyncError> {
        let (mut sender, receiver) = wire.split();
        let pieces = responses(receiver).map(|response| async { piece(response?).await }).buffered(AHEAD);
        let mut pieces = std::pin::pin!(pieces);
        let (mut under_way, mut received, mut allowed) = (0_u32, 0_u64, 0_u64);
        let mut until = Instant::now();
        loop {
            while let Some((request, count)) = self.next(under_way == 0).await? {
                sender.send(request.encode()?).await?;
                (under_way, allowed) = (under_way + 1, allowed + count);
                let each = EACH * u32::try_from(count).unwrap_or(u32::MAX).min(1 << 16);
                until = until.max(Instant::now() + PATIENCE) + each;
            }
            if under_way == 0 {
                return Ok(received);
            }
            let soon = Instant::now() + PATIENCE;
            let piece = tokio::time::timeout_at(until.min(soon), pieces.next()).await.map_err(|_| SyncError::Silent)?;
            match piece.ok_or(SyncError::Ended)?? {
                Piece::Batch(operations) => {
                    received += operations.len() as u64;
                    if received > allowed {
                        return Err(SyncError::Unexpected);
                    }
                    let handing = Instant::now();
                    self.hand_over(operations).await?;
                    until += handing.elapsed(); // that was not the other side's doing
                }
                Piece::End => {
                    under_way -= 1;
                    let (room, from) = (self.room.clone(), self.author);
                    ask(&self.notes, |done| Note::FetchEnded { room, from, done }).await?;
                }
            }
        }
    }

    /// What to ask for now, and how many operations that is at most. `idle`: nothing is under way, so a share of what
    /// others are bringing is worth waiting for.
    async fn next(&self, idle: bool) -> Result<Option<(Request, u64)>, SyncError> {
        let until = Instant::now() + SHARE;
        let mut fetch = self.ask_what_next().await?;
        while idle && fetch == Fetch::Later && Instant::now() < until {
            tokio::time::sleep(SHARE_EVERY).await;
            fetch = self.ask_what_next().await?;
        }
        Ok(match fetch {
            Fetch::Nothing | Fetch::Later => None,
            Fetch::Newest => Some((Request::Newest { limit: SCREEN, after: self.last }, u64::from(SCREEN))),
            Fetch::Unit(wants) => {
                let count = wants.iter().map(Want::count).sum();
                Some((Request::Fetch { wants }, count))
            }
        })
    }

    async fn ask_what_next(&self) -> Result<Fetch, SyncError> {
        let (room, from) = (self.room.clone(), self.author);
        ask(&self.notes, |answer| Note::NextFetch { room, from, answer }).await
    }

    /// Gives operations to the loop, and waits until they are on the disk and the face keeps up.
    async fn hand_over(&self, operations: Vec<Operation>) -> Result<(), SyncError> {
        self.backlog.wait().await;
        let (room, from) = (self.room.clone(), self.author);
        let kept = ask(&self.notes, |done| Note::Batch { room, operations, from, done }).await?;
        kept.map_err(|_| SyncError::Closing) // the disk refuses, which the loop tells
    }
}

/// What comes, until the stream ends.
fn responses(receiver: Receiver) -> impl Stream<Item = Result<Response, SyncError>> {
    stream::unfold(Some(receiver), async |receiver| {
        let mut receiver = receiver?;
        match receiver.response().await {
            Ok(response) => Some((Ok(response), Some(receiver))),
            Err(SyncError::Ended) => None,
            Err(error) => Some((Err(error), None)),
        }
    })
}

async fn piece(response: Response) -> Result<Piece, SyncError> {
    match response {
        Response::Operations { operations } if !operations.is_empty() => Ok(Piece::Batch(verify(operations).await?)),
        Response::End => Ok(Piece::End),
        _ => Err(SyncError::Unexpected),
    }
}

/// Checks signatures on all cores, off the loop.
async fn verify(batch: Vec<ByteBuf>) -> Result<Vec<Operation>, SyncError> {
    let check = move || {
        let read = batch.par_iter().map(|bytes| Unverified::decode(bytes)).collect::<Result<Vec<_>, _>>()?;
        let keys = Keys::of(read.iter().map(|operation| operation.header().chain.author));
        read.into_par_iter().map(|operation| operation.verify_with(&keys)).collect::<Result<_, OperationError>>()
    };
    Ok(tokio::task::spawn_blocking(check).await.map_err(|_| SyncError::Closing)??)
}
