//! The side of a sync stream that serves: what to do for each request. The driver carries the messages and reads the disk.

use std::sync::Arc;

use serde_bytes::ByteBuf;

use super::message::{CHUNK_BYTES, CHUNK_OPERATIONS, Neighbour, Request, Response, RoundError};
use super::slots::Slots;
use crate::clock::Timestamp;
use crate::log::{Head, Want};
use crate::name::RoomId;
use crate::operation::Operation;
use crate::rate::{Limit, PeerRate};

/// Bytes of a message for each operation that was requested at once, and of a message at least: some messages make a unit, so
/// that a break costs little, and what is said meanwhile gets in between.
const EACH_BYTES: u64 = 128;
const LEAST_BYTES: usize = 8 << 10;
/// Streams that are served at once at most; others are told to come back.
const MAX_SERVED: usize = 16;
/// Of one peer: it may sync several rooms.
const MAX_SERVED_EACH: usize = 4;

/// Streams of one peer that are served: 50 in a second, and bursts for as many rooms as people are in.
const SERVED: Limit = Limit { burst: 256, each_us: 20_000 };
/// Further ones, of all peers together.
const ALL_SERVED: Limit = Limit { burst: 2_048, each_us: 5_000 };
/// Times that one peer is sent the last operations of a room: one in 2 s, and bursts for several rooms. They are read from all
/// over the disk.
const NEWEST: Limit = Limit { burst: 8, each_us: 2_000_000 };
/// Further ones, of all peers together.
const ALL_NEWEST: Limit = Limit { burst: 16, each_us: 250_000 };
/// Streams that one peer may have open; more are dropped.
const MAX_OPEN_EACH: usize = 16;

/// What we hold of a room, and who else is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holdings {
    /// [`crate::log::Log::digest`].
    pub digest: [u8; 32],
    /// The ends of all chains; none are needed for a peer that holds the same.
    pub heads: Vec<Head>,
    /// Others in the room.
    pub neighbours: Vec<Neighbour>,
    /// What our clock says, uncorrected, in milliseconds since 1970.
    pub clock: u64,
}

/// What the driver does for a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Task {
    /// Sends this response.
    Send(Response),
    /// Takes note of the peer's clock, looks up the room, and sends what [`Server::holdings`] makes of it.
    LookUp {
        /// Which room.
        room: RoomId,
        /// The digest of what the peer holds of it.
        digest: [u8; 32],
        /// What the peer's clock says, in milliseconds since 1970.
        clock: u64,
    },
    /// Reads the operations that are wanted in the log's order, about `bytes` of them for each message. It sends them with
    /// [`Server::operations`], and [`Response::End`] behind them.
    Read {
        /// The room.
        room: RoomId,
        /// The ends of chains that the wants refer to.
        heads: Arc<Vec<Head>>,
        /// What is wanted of them.
        wants: Vec<Want>,
        /// Bytes of a message, about.
        bytes: usize,
    },
    /// Reads the last operations of the room. It sends them with [`Server::operations`], and [`Response::End`] behind them.
    ReadNewest {
        /// The room.
        room: RoomId,
        /// How many at most.
        limit: u32,
        /// Only those that are later than this.
        after: Timestamp,
        /// Bytes of a message, about.
        bytes: usize,
    },
}

/// One stream that is served.
#[derive(Debug)]
pub struct Server {
    admitted: bool,
    state: State,
    sent: u64,
}

#[derive(Debug)]
enum State {
    New,
    /// The room is looked up for a peer that holds this.
    Greeted {
        room: RoomId,
        digest: [u8; 32],
    },
    Serving {
        room: RoomId,
        heads: Arc<Vec<Head>>,
        /// True if the last operations were sent: they are read one by one, and nobody needs them twice.
        newest_sent: bool,
    },
    /// There is nothing more to serve.
    Over,
}

impl Server {
    /// A stream was opened to us. `admitted`: whether there is a slot for it ([`slots`]).
    #[must_use]
    pub fn new(admitted: bool) -> Self {
        Server { admitted, state: State::New, sent: 0 }
    }

    /// Returns what to do for a request.
    ///
    /// # Errors
    /// [`RoundError::Unexpected`].
    pub fn request(&mut self, request: Request) -> Result<Task, RoundError> {
        match (request, &mut self.state) {
            (Request::Hello { .. }, State::New) if !self.admitted => {
                self.state = State::Over;
                Ok(Task::Send(Response::Busy))
            }
            (Request::Hello { room, digest, clock }, State::New) => {
                self.state = State::Greeted { room, digest };
                Ok(Task::LookUp { room, digest, clock })
            }
            (Request::Fetch { wants }, State::Serving { room, heads, .. }) => {
                let bytes = message_bytes(wants.iter().map(Want::count).fold(0, u64::saturating_add));
                Ok(Task::Read { room: *room, heads: Arc::clone(heads), wants, bytes })
            }
            (Request::Newest { limit, after }, State::Serving { room, newest_sent, .. }) if !*newest_sent => {
                *newest_sent = true;
                Ok(Task::ReadNewest { room: *room, limit, after, bytes: message_bytes(limit.into()) })
            }
            _ => Err(RoundError::Unexpected),
        }
    }

    /// Returns the response of [`Task::LookUp`]; `None`: we are not in that room.
    pub fn holdings(&mut self, holdings: Option<Holdings>) -> Response {
        let State::Greeted { room, digest: theirs } = std::mem::replace(&mut self.state, State::Over) else {
            return Response::NotHere;
        };
        let Some(Holdings { digest, heads, neighbours, clock }) = holdings else { return Response::NotHere };
        if digest == theirs {
            return Response::Same { neighbours, clock };
        }
        self.state = State::Serving { room, heads: Arc::new(heads.clone()), newest_sent: false };
        Response::Frontier { heads, neighbours, clock }
    }

    /// Returns the messages with operations that were read, each of about `most` bytes.
    pub fn operations(&mut self, operations: Vec<Operation>, most: usize) -> Vec<Response> {
        self.sent += operations.len() as u64;
        let (mut messages, mut chunk, mut bytes) = (Vec::new(), Vec::new(), 0);
        for operation in operations {
            bytes += operation.bytes().len();
            chunk.push(ByteBuf::from(operation.bytes()));
            if chunk.len() == CHUNK_OPERATIONS || bytes >= most {
                bytes = 0;
                messages.push(Response::Operations { operations: std::mem::take(&mut chunk) });
            }
        }
        if !chunk.is_empty() {
            messages.push(Response::Operations { operations: chunk });
        }
        messages
    }

    /// Returns whether the stream is to be closed once everything was sent.
    #[must_use]
    pub fn is_over(&self) -> bool {
        matches!(self.state, State::Over)
    }

    /// Returns the room that was served, and how many operations went out; `None` if it did not come to that. The peer ends
    /// the stream when it wants no more.
    #[must_use]
    pub fn served(&self) -> Option<(RoomId, u64)> {
        match &self.state {
            State::Serving { room, .. } => Some((*room, self.sent)),
            _ => None,
        }
    }
}

/// About how large a message is to be of a response with so many operations.
fn message_bytes(wanted: u64) -> usize {
    usize::try_from(wanted.saturating_mul(EACH_BYTES)).unwrap_or(usize::MAX).clamp(LEAST_BYTES, CHUNK_BYTES)
}

/// Returns the slots for the streams that peers have open, served or not: bounded for each peer only.
#[must_use]
pub fn open_slots() -> Slots {
    Slots::new(usize::MAX, MAX_OPEN_EACH)
}

/// Returns the slots for the streams that are served at once. One is taken when the first request has come.
#[must_use]
pub fn slots() -> Slots {
    Slots::new(MAX_SERVED, MAX_SERVED_EACH)
}

/// Returns the rate limit of streams that are served. Beyond it a peer is told to come back: what it holds is compared with
/// what we hold where everything else waits.
#[must_use]
pub fn served_rate() -> PeerRate {
    PeerRate::new(SERVED, ALL_SERVED)
}

/// Returns the rate limit of [`Task::ReadNewest`]. Beyond it the answer is empty, and the operations come with
/// [`Request::Fetch`].
#[must_use]
pub fn newest_rate() -> PeerRate {
    PeerRate::new(NEWEST, ALL_NEWEST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::{Author, Identity};
    use crate::log::ShortId;
    use crate::name::RoomName;
    use crate::operation::{ChainId, Header};
    use crate::payload::{Chat, Payload};

    const DIGEST: [u8; 32] = [1; 32];

    fn hello() -> Request {
        Request::Hello { room: RoomName::lobby().id(), digest: DIGEST, clock: 5 }
    }

    fn holdings(digest: [u8; 32]) -> Option<Holdings> {
        let heads = vec![Head { author: Author([2; 32]), log: 3, next: 4, id: ShortId([5; 12]) }];
        Some(Holdings { digest, heads, neighbours: Vec::new(), clock: 6 })
    }

    fn fetch(count: u64) -> Request {
        Request::Fetch { wants: vec![Want { head: 0, from: 0, to: count, known: Vec::new() }] }
    }

    #[test]
    fn a_stream_without_a_place_is_told_to_come_back() {
        let mut server = Server::new(false);
        assert_eq!(server.request(hello()), Ok(Task::Send(Response::Busy)));
        assert!(server.is_over() && server.served().is_none());
    }

    #[test]
    fn who_holds_the_same_or_asks_about_another_room_is_told_so() {
        let mut server = Server::new(true);
        assert_eq!(
            server.request(hello()),
            Ok(Task::LookUp { room: RoomName::lobby().id(), digest: DIGEST, clock: 5 })
        );
        assert_eq!(server.holdings(holdings(DIGEST)), Response::Same { neighbours: Vec::new(), clock: 6 });
        assert!(server.is_over() && server.served().is_none());
        let mut server = Server::new(true);
        server.request(hello()).unwrap();
        assert_eq!(server.holdings(None), Response::NotHere);
        assert!(server.is_over());
    }

    #[test]
    fn requests_are_served_in_messages_that_fit_them() {
        let mut server = Server::new(true);
        server.request(hello()).unwrap();
        assert!(matches!(server.holdings(holdings([9; 32])), Response::Frontier { heads, .. } if heads.len() == 1));
        let bytes = |task| match task {
            Ok(Task::Read { bytes, .. } | Task::ReadNewest { bytes, .. }) => bytes,
            other => panic!("{other:?}"),
        };
        assert_eq!(bytes(server.request(fetch(8))), LEAST_BYTES);
        assert_eq!(bytes(server.request(fetch(1_000))), 128_000);
        assert_eq!(bytes(server.request(fetch(1 << 40))), CHUNK_BYTES);
        let newest = Request::Newest { limit: 160, after: Timestamp::default() };
        assert_eq!(bytes(server.request(newest.clone())), 20_480);
        assert_eq!(server.request(newest), Err(RoundError::Unexpected), "once in a stream");
        assert!(!server.is_over());
        let chunks = server.operations(vec![operation(); 25], 10 * operation().bytes().len());
        let lengths = chunks.iter().map(|chunk| match chunk {
            Response::Operations { operations } => operations.len(),
            other => panic!("{other:?}"),
        });
        assert_eq!(lengths.collect::<Vec<_>>(), [10, 10, 5]);
        assert_eq!(server.served(), Some((RoomName::lobby().id(), 25)));
    }

    #[test]
    fn who_begins_rounds_as_fast_as_it_can_leaves_others_their_share() {
        let (mut rate, [a, b]) = (served_rate(), [1, 2].map(|n| Author([n; 32])));
        let served = |rate: &mut PeerRate, peer, ms| (0..5_000).filter(|_| rate.admits(peer, ms)).count() as u64;
        assert_eq!(served(&mut rate, a, 0), SERVED.burst + ALL_SERVED.burst);
        assert_eq!(served(&mut rate, b, 0), SERVED.burst, "as many as rooms that people are in");
        assert_eq!(served(&mut rate, a, 1_000), 250);
        assert_eq!(served(&mut rate, b, 1_000), 50);
    }

    fn operation() -> Operation {
        let identity = Identity::from_secret([1; 32]);
        let chain = ChainId { author: identity.author(), log: 3 };
        let (room, time) = (RoomName::lobby().id(), Timestamp::from_ms(1));
        let chat = Payload::Chat(Chat { text: "x".to_owned() });
        Operation::sign(&identity, Header { room, chain, seq: 0, backlink: None, time }, &chat).unwrap()
    }

    #[test]
    fn a_request_out_of_place_is_a_fault() {
        assert_eq!(Server::new(true).request(fetch(1)), Err(RoundError::Unexpected));
        let mut server = Server::new(true);
        server.request(hello()).unwrap();
        assert_eq!(server.request(fetch(1)), Err(RoundError::Unexpected), "before it was told what we hold");
        server.holdings(holdings([9; 32]));
        assert_eq!(server.request(hello()), Err(RoundError::Unexpected));
    }
}
