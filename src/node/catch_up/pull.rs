//! The side that catches up.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use futures::{Stream, StreamExt, stream};
use libp2p::PeerId;
use rayon::prelude::*;
use serde_bytes::ByteBuf;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::{PROTOCOL, Receiver, SyncError, Wire, ask};
use crate::clock::Timestamp;
use crate::fetching::{Fetch, SCREEN};
use crate::identity::{Author, Keys};
use crate::log::Want;
use crate::name::{RoomId, RoomName};
use crate::node::arrivals::Arrivals;
use crate::node::face::Backlog;
use crate::node::run::{Note, millis};
use crate::operation::{Operation, OperationError, Unverified};
use crate::pace::{Pace, Waiting};
use crate::sync::{Request, Response};

/// Batches whose signatures are checked while the one before is being written.
const AHEAD: usize = 2;
/// How long one round may go on asking. What came until then stays; others get their turn, and the next round brings the rest.
const ROUND: Duration = Duration::from_secs(300);
/// How long a round may last in all.
const LONGEST: Duration = Duration::from_secs(500);
/// How long it may take to open a stream: on a slow link, what is under way for other rooms comes first.
const OPENING: Duration = Duration::from_secs(10);
/// How long to wait for a share while others bring all that is missing, and how often to ask for one. Shorter than the
/// other side waits for us.
const SHARE: Duration = Duration::from_secs(20);
const SHARE_EVERY: Duration = Duration::from_millis(100);

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
        let round = tokio::spawn(async move { tokio::time::timeout(LONGEST, self.pull()).await });
        let result = round.await.unwrap_or(Ok(Err(SyncError::Closing))).unwrap_or(Err(SyncError::Silent));
        let _ = notes.send(Note::Pulled(Pulled { room, peer, result })).await;
    }

    /// Returns how many operations came in.
    async fn pull(&mut self) -> Result<u64, SyncError> {
        let opening = self.control.open_stream(self.peer, PROTOCOL);
        let stream = tokio::time::timeout(OPENING, opening).await.map_err(|_| SyncError::Silent)??;
        let mut wire = Wire::new(stream);
        let mut incoming = Incoming::new(wire.arrivals());
        let room: RoomId = self.room.id();
        wire.send(Request::Hello { room, digest: self.digest, clock: self.clock }.encode()?).await?;
        incoming.wait_anew();
        let (heads, neighbours, clock) = match incoming.await_next(wire.response()).await?? {
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
        self.fetch(wire, incoming).await
    }

    /// Asks for one unit after another, as long as there is something to ask this peer for. The next is on its way while
    /// one is taken in.
    async fn fetch(&self, wire: Wire, mut incoming: Incoming) -> Result<u64, SyncError> {
        let (mut sender, receiver) = wire.split();
        let pieces = responses(receiver).map(|response| async { piece(response?).await }).buffered(AHEAD);
        let mut pieces = std::pin::pin!(pieces);
        let (mut under_way, mut received, mut allowed) = (0_u32, 0_u64, 0_u64);
        let (mut pace, mut brought) = (Pace::default(), 0);
        let ends = Instant::now() + ROUND;
        loop {
            while Instant::now() < ends && (under_way == 0 || pace.is_measured()) {
                let Some((request, count)) = self.next(under_way == 0, pace.unit()).await? else { break };
                if under_way == 0 {
                    incoming.wait_anew();
                }
                sender.send(request.encode()?).await?;
                (under_way, allowed) = (under_way + 1, allowed + count);
            }
            if under_way == 0 {
                return Ok(received);
            }
            match incoming.await_next(pieces.next()).await?.ok_or(SyncError::Ended)?? {
                Piece::Batch(operations) => {
                    let count = operations.len() as u64;
                    (received, brought) = (received + count, brought + count);
                    if received > allowed {
                        return Err(SyncError::Unexpected);
                    }
                    let handing = Instant::now();
                    self.hand_over(operations).await?;
                    incoming.excuse(handing.elapsed()); // that was not the other side's doing
                }
                Piece::End => {
                    pace.brought(std::mem::take(&mut brought), incoming.waited_ms());
                    incoming.wait_anew();
                    under_way -= 1;
                    let (room, from) = (self.room.clone(), self.author);
                    ask(&self.notes, |done| Note::FetchEnded { room, from, done }).await?;
                }
            }
        }
    }

    /// What to ask for now, about `unit` operations, and how many operations that is at most. `idle`: nothing is under way,
    /// so a share of what others are bringing is worth waiting for.
    async fn next(&self, idle: bool, unit: u64) -> Result<Option<(Request, u64)>, SyncError> {
        let until = Instant::now() + SHARE;
        let mut fetch = self.ask_what_next(unit).await?;
        while idle && fetch == Fetch::Later && Instant::now() < until {
            tokio::time::sleep(SHARE_EVERY).await;
            fetch = self.ask_what_next(unit).await?;
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

    async fn ask_what_next(&self, unit: u64) -> Result<Fetch, SyncError> {
        let (room, from) = (self.room.clone(), self.author);
        ask(&self.notes, |answer| Note::NextFetch { room, from, unit, answer }).await
    }

    /// Gives operations to the loop, and waits until they are on the disk and the face keeps up.
    async fn hand_over(&self, operations: Vec<Operation>) -> Result<(), SyncError> {
        self.backlog.wait().await;
        let (room, from) = (self.room.clone(), self.author);
        let kept = ask(&self.notes, |done| Note::Batch { room, operations, from, done }).await?;
        kept.map(drop).map_err(|_| SyncError::Closing) // the disk refuses, which the loop tells
    }
}

/// Waiting for what comes on a stream, as long as enough of it comes.
struct Incoming {
    arrivals: Arc<Arrivals>,
    started: Instant,
    waiting: Waiting,
    /// Bytes that the waiting knows of.
    counted: u64,
}

impl Incoming {
    fn new(arrivals: Arc<Arrivals>) -> Self {
        let counted = arrivals.bytes();
        Incoming { arrivals, started: Instant::now(), waiting: Waiting::since(0), counted }
    }

    /// Waiting begins anew: for what is asked for now, or what comes next.
    fn wait_anew(&mut self) {
        self.counted = self.arrivals.bytes();
        self.waiting = Waiting::since(self.ms(Instant::now()));
    }

    fn excuse(&mut self, time: Duration) {
        self.waiting.excuse(millis(time));
    }

    fn waited_ms(&self) -> u64 {
        self.waiting.ms(self.ms(Instant::now()))
    }

    /// Waits for something that is read from the stream.
    ///
    /// # Errors
    /// [`SyncError::Silent`] when too little came for too long.
    async fn await_next<T>(&mut self, next: impl Future<Output = T>) -> Result<T, SyncError> {
        let mut next = std::pin::pin!(next);
        loop {
            let until = self.started + Duration::from_millis(self.waiting.until());
            if let Ok(came) = tokio::time::timeout_at(until, next.as_mut()).await {
                return Ok(came);
            }
            let bytes = self.arrivals.bytes();
            let last = self.ms(self.arrivals.last().into());
            self.waiting.heard(bytes - self.counted, last);
            self.counted = bytes;
            if self.waiting.until() <= self.ms(Instant::now()) {
                return Err(SyncError::Silent);
            }
        }
    }

    fn ms(&self, at: Instant) -> u64 {
        millis(at.saturating_duration_since(self.started))
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
