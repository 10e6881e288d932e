//! Carries the messages of a sync round, checks signatures and waits for the disk for [`crate::sync::puller`].

use std::time::Duration;

use futures::future::BoxFuture;
use futures::stream::{self, FuturesOrdered};
use futures::{FutureExt, Stream, StreamExt};
use rayon::prelude::*;
use serde_bytes::ByteBuf;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::error::SyncError;
use super::message::{Message, RoundEnd, ask};
use super::wire::{PROTOCOL, Receiver, Seal, Wire};
use crate::clock::Timestamp;
use crate::identity::{Author, Keys};
use crate::name::RoomName;
use crate::node::clock::millis;
use crate::node::frontend::Backlog;
use crate::node::network::peer_of;
use crate::operation::{Operation, OperationError, Unverified};
use crate::private_room::RoomKeys;
use crate::sync::puller::{LONGEST_MS, Puller, Step};
use crate::sync::{Request, Response, RoundError};

/// Batches whose signatures are checked while the one before is being written.
const AHEAD: usize = 2;
/// The time that it may take to open a stream: on a slow link, what is under way for other rooms comes first.
const OPENING: Duration = Duration::from_secs(10);

/// A task that pulls: one round with one peer in one room.
pub(in crate::node) struct PullTask {
    pub control: libp2p_stream::Control,
    pub us: Author,
    pub peer: Author,
    pub room: RoomName,
    /// The keys of a private room.
    pub keys: Option<RoomKeys>,
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
    /// And how many more there were, of a newer version.
    Operations(Vec<Operation>, u64),
    Other(Response),
}

/// An event that ends a wait for the peer.
enum Event {
    Arrived(Result<Response, SyncError>),
    Checked(Checked),
    Silence,
}

/// Messages whose signatures are being checked, in the order in which they came.
#[derive(Default)]
struct Checks {
    messages: FuturesOrdered<BoxFuture<'static, Result<Checked, SyncError>>>,
    /// The number of operations in them.
    operations: u64,
}

impl Checks {
    fn has_room(&self) -> bool {
        self.messages.len() < AHEAD
    }

    /// Begins to check a message, or refuses one with operations that were not requested.
    fn begin(&mut self, response: Result<Response, SyncError>, puller: &Puller) -> Result<(), SyncError> {
        if let Ok(Response::Operations { operations }) = &response {
            self.operations += operations.len() as u64;
            if operations.is_empty() || !puller.expects(self.operations) {
                return Err(RoundError::Unexpected.into());
            }
        }
        self.messages.push_back(async { verified(response?).await }.boxed());
        Ok(())
    }

    /// Returns the next checked message; `None` when there is none.
    async fn next(&mut self) -> Option<Result<Checked, SyncError>> {
        let checked = self.messages.next().await?;
        if let Ok(Checked::Operations(operations, newer)) = &checked {
            self.operations -= operations.len() as u64 + newer;
        }
        Some(checked)
    }
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
        let seal = self.keys.take().map(|keys| Seal { keys, us: self.us, them: self.peer });
        let mut wire = Wire::new(stream, seal);
        let hello = Request::Hello { room: self.room.id(), digest: self.digest, clock: self.clock };
        wire.send(hello.encode()?).await?;
        self.fetch(wire).await
    }

    /// Does what the puller says, one step after another.
    async fn fetch(&self, wire: Wire) -> Result<u64, SyncError> {
        let (started, arrivals) = (Instant::now(), wire.arrivals());
        let ms = |at: Instant| millis(at.saturating_duration_since(started));
        let (mut sender, receiver) = wire.split();
        let mut responses = std::pin::pin!(responses(receiver).fuse());
        let mut checks = Checks::default();
        let (mut puller, mut counted) = (Puller::new(self.last, 0), arrivals.bytes());
        loop {
            let (room, from) = (self.room.clone(), self.peer);
            match puller.next(ms(Instant::now())) {
                Step::Send(request) => sender.send(request.encode()?).await?,
                Step::Met { neighbours, clock } => {
                    let met = Message::Met { room, peer: self.peer, neighbours, clock };
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
                    let event = tokio::select! {
                        biased;
                        Some(checked) = checks.next() => Event::Checked(checked?),
                        Some(response) = responses.next(), if checks.has_room() => Event::Arrived(response),
                        () = tokio::time::sleep_until(until) => Event::Silence,
                    };
                    let bytes = arrivals.bytes();
                    puller.heard(bytes - counted, ms(arrivals.last().into()));
                    counted = bytes;
                    match event {
                        Event::Arrived(response) => checks.begin(response, &puller)?,
                        Event::Checked(Checked::Operations(operations, newer)) => {
                            puller.skipped(newer);
                            if !operations.is_empty() {
                                puller.operations(operations)?;
                            }
                        }
                        Event::Checked(Checked::Other(response)) => puller.response(response, ms(Instant::now()))?,
                        Event::Silence => puller.silence(ms(Instant::now()))?,
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

/// Returns what comes, at last the error that ends the stream.
fn responses(receiver: Receiver) -> impl Stream<Item = Result<Response, SyncError>> {
    stream::unfold(Some(receiver), async |receiver| {
        let mut receiver = receiver?;
        match receiver.response().await {
            Ok(response) => Some((Ok(response), Some(receiver))),
            Err(error) => Some((Err(error), None)),
        }
    })
}

/// Checks signatures on all cores, beside the actor. Leaves out operations of a newer version.
async fn verified(response: Response) -> Result<Checked, SyncError> {
    let Response::Operations { operations } = response else { return Ok(Checked::Other(response)) };
    let check = move || {
        let decode = |bytes: &ByteBuf| match Unverified::decode(bytes) {
            Err(OperationError::Version) => None,
            read => Some(read),
        };
        let read = operations.par_iter().filter_map(decode).collect::<Result<Vec<_>, _>>()?;
        let newer = (operations.len() - read.len()) as u64;
        let keys = Keys::of(read.iter().map(|operation| operation.header().chain.author));
        let verified: Result<_, _> = read.into_par_iter().map(|operation| operation.verify_with(&keys)).collect();
        Ok::<_, OperationError>(Checked::Operations(verified?, newer))
    };
    Ok(tokio::task::spawn_blocking(check).await.map_err(|_| SyncError::Closing)??)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::{Head, ShortId, Want};
    use crate::sync::fetching::Fetch;

    /// A puller that has requested this many operations.
    fn puller(requested: u64) -> Puller {
        let mut puller = Puller::new(Timestamp::default(), 0);
        let heads = vec![Head { author: Author([2; 32]), log: 3, next: 4, id: ShortId([5; 12]) }];
        puller.response(Response::Frontier { heads, neighbours: Vec::new(), clock: 7 }, 1).unwrap();
        if requested > 0 {
            puller.fetch(Fetch::Unit(vec![Want { head: 0, from: 0, to: requested, known: Vec::new() }]), 2);
        }
        puller
    }

    #[tokio::test]
    async fn signatures_are_checked_only_of_what_was_requested() {
        let forged = |count| Ok(Response::Operations { operations: vec![ByteBuf::from([7; 9]); count] });
        let unrequested = Checks::default().begin(forged(1), &puller(0));
        assert!(matches!(unrequested, Err(SyncError::Round(RoundError::Unexpected))));
        let (mut checks, puller) = (Checks::default(), puller(3));
        checks.begin(forged(2), &puller).unwrap();
        let more = checks.begin(forged(2), &puller);
        assert!(matches!(more, Err(SyncError::Round(RoundError::Unexpected))), "beside those that are being checked");
        assert!(matches!(checks.next().await, Some(Err(SyncError::Operation(_)))), "a fault that a check finds");
        assert!(checks.next().await.is_none());
    }

    #[tokio::test]
    async fn operations_of_a_newer_version_are_left_out_and_counted() {
        let newer = || Ok(Response::Operations { operations: vec![ByteBuf::from([0x89, 2, 7]); 2] });
        let (mut checks, mut puller) = (Checks::default(), puller(3));
        checks.begin(newer(), &puller).unwrap();
        let Some(Ok(Checked::Operations(read, 2))) = checks.next().await else { panic!("a fault") };
        assert!(read.is_empty());
        puller.skipped(2);
        assert!(checks.begin(newer(), &puller).is_err(), "more than was asked for");
        let none = Ok(Response::Operations { operations: Vec::new() });
        assert!(Checks::default().begin(none, &puller).is_err(), "an empty message");
    }

    #[tokio::test]
    async fn messages_are_checked_in_their_order_and_few_at_once() {
        let (mut checks, puller) = (Checks::default(), puller(1));
        assert!(checks.has_room());
        checks.begin(Ok(Response::End), &puller).unwrap();
        checks.begin(Err(SyncError::Ended), &puller).unwrap();
        assert!(!checks.has_room());
        assert!(matches!(checks.next().await, Some(Ok(Checked::Other(Response::End)))));
        assert!(matches!(checks.next().await, Some(Err(SyncError::Ended))));
    }
}
