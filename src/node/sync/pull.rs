//! Carries the messages of a sync round, checks signatures and waits for the disk for [`crate::sync::puller`].

use std::time::Duration;

use futures::{Stream, StreamExt, stream};
use rayon::prelude::*;
use serde_bytes::ByteBuf;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::error::SyncError;
use super::message::{Message, RoundEnd, ask};
use super::wire::{PROTOCOL, Receiver, Wire};
use crate::clock::Timestamp;
use crate::identity::{Author, Keys};
use crate::name::RoomName;
use crate::node::clock::millis;
use crate::node::frontend::Backlog;
use crate::node::network::peer_of;
use crate::operation::{Operation, OperationError, Unverified};
use crate::sync::puller::{LONGEST_MS, Puller, Step};
use crate::sync::{Request, Response, RoundError};

/// Batches whose signatures are checked while the one before is being written.
const AHEAD: usize = 2;
/// The time that it may take to open a stream: on a slow link, what is under way for other rooms comes first.
const OPENING: Duration = Duration::from_secs(10);

/// A task that pulls: one round with one peer in one room.
pub(in crate::node) struct PullTask {
    pub control: libp2p_stream::Control,
    pub peer: Author,
    pub room: RoomName,
    pub digest: [u8; 32],
    /// The last moment at which others wrote something that we hold.
    pub last: Timestamp,
    /// The time of our clock, uncorrected.
    pub clock: u64,
    pub messages: mpsc::Sender<Message>,
    /// Lines that the frontend has yet to take.
    pub backlog: Backlog,
}

/// A message whose signatures were checked.
enum Checked {
    Operations(Vec<Operation>),
    Other(Response),
}

impl PullTask {
    /// Runs the round to its end and reports that to the actor.
    pub(in crate::node) async fn run(mut self) {
        let (room, peer, messages) = (self.room.clone(), self.peer, self.messages.clone());
        let longest = Duration::from_millis(LONGEST_MS);
        // Whatever happens in there, the actor has to hear of an end, or this room would never sync again.
        let round = tokio::spawn(async move { tokio::time::timeout(longest, self.pull()).await });
        let result = round.await.unwrap_or(Ok(Err(SyncError::Closing)));
        let result = result.unwrap_or(Err(RoundError::Silent.into()));
        let _ = messages.send(Message::RoundEnded(RoundEnd { room, peer, result })).await;
    }

    /// Returns how many operations came in.
    async fn pull(&mut self) -> Result<u64, SyncError> {
        let peer = peer_of(self.peer).ok_or(SyncError::Ended)?;
        let opening = self.control.open_stream(peer, PROTOCOL);
        let stream = tokio::time::timeout(OPENING, opening).await.map_err(|_| RoundError::Silent)??;
        let mut wire = Wire::new(stream);
        let hello = Request::Hello { room: self.room.id(), digest: self.digest, clock: self.clock };
        wire.send(hello.encode()?).await?;
        self.fetch(wire).await
    }

    /// Does what the puller says, one step after another.
    async fn fetch(&self, wire: Wire) -> Result<u64, SyncError> {
        let (started, arrivals) = (Instant::now(), wire.arrivals());
        let ms = |at: Instant| millis(at.saturating_duration_since(started));
        let (mut sender, receiver) = wire.split();
        let messages = responses(receiver).map(|response| async { verified(response?).await }).buffered(AHEAD);
        let mut messages = std::pin::pin!(messages);
        let (mut puller, mut counted) = (Puller::new(self.last, 0), arrivals.bytes());
        loop {
            let (room, from) = (self.room.clone(), self.peer);
            match puller.next(ms(Instant::now())) {
                Step::Send(request) => sender.send(request.encode()?).await?,
                Step::Met { neighbours, clock } => {
                    let met = Message::Met { peer: self.peer, neighbours, clock };
                    self.messages.send(met).await.map_err(|_| SyncError::Closing)?;
                }
                Step::Offer(heads) => ask(&self.messages, |done| Message::Offered { room, from, heads, done }).await?,
                Step::Choose { unit } => {
                    let fetch = ask(&self.messages, |answer| Message::NextFetch { room, from, unit, answer }).await?;
                    puller.fetch(fetch, ms(Instant::now()));
                }
                Step::Pause { until } => tokio::time::sleep_until(started + Duration::from_millis(until)).await,
                Step::Take(operations) => {
                    self.hand_over(operations).await?;
                    puller.taken(ms(Instant::now()));
                }
                Step::UnitEnded => ask(&self.messages, |done| Message::FetchEnded { room, from, done }).await?,
                Step::Wait { until } => {
                    let until = started + Duration::from_millis(until);
                    let came = tokio::time::timeout_at(until, messages.next()).await;
                    let bytes = arrivals.bytes();
                    puller.heard(bytes - counted, ms(arrivals.last().into()));
                    counted = bytes;
                    match came {
                        Err(_) => puller.silence(ms(Instant::now()))?,
                        Ok(message) => match message.ok_or(SyncError::Ended)?? {
                            Checked::Operations(operations) => puller.operations(operations)?,
                            Checked::Other(response) => puller.response(response, ms(Instant::now()))?,
                        },
                    }
                }
                Step::Finished(received) => return Ok(received),
            }
        }
    }

    /// Gives operations to the actor, and waits until they are on the disk and the frontend keeps up.
    async fn hand_over(&self, operations: Vec<Operation>) -> Result<(), SyncError> {
        self.backlog.wait().await;
        let (room, from) = (self.room.clone(), self.peer);
        let written = ask(&self.messages, |done| Message::Batch { room, operations, from, done }).await?;
        written.map(drop).map_err(|_| SyncError::Closing) // the disk refuses, which the actor reports
    }
}

/// Returns what comes, until the stream ends.
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

/// Checks signatures on all cores, beside the actor.
async fn verified(response: Response) -> Result<Checked, SyncError> {
    let Response::Operations { operations } = response else { return Ok(Checked::Other(response)) };
    let check = move || {
        let read =
            operations.par_iter().map(|bytes: &ByteBuf| Unverified::decode(bytes)).collect::<Result<Vec<_>, _>>()?;
        let keys = Keys::of(read.iter().map(|operation| operation.header().chain.author));
        read.into_par_iter().map(|operation| operation.verify_with(&keys)).collect::<Result<_, OperationError>>()
    };
    Ok(Checked::Operations(tokio::task::spawn_blocking(check).await.map_err(|_| SyncError::Closing)??))
}
