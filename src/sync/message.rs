//! The messages of sync: requests of the peer that pulls, responses of the peer that serves. Each travels as a frame
//! with a 32-bit length before it.
//!
//! ```text
//! puller                              server
//! Hello{room, digest, clock}      →
//!                                 ←   Same | NotHere | Busy | Frontier{heads}       (+ neighbours, clock)
//! Newest{limit, after}            →                                                 (if much is missing)
//!                                 ←   Operations{…} …, End
//! Fetch{wants}, any number        →
//!                                 ←   Operations{…} …, in the log's order over all chains wanted, End
//! ```

use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use crate::clock::Timestamp;
use crate::codec::{self, CodecError};
use crate::identity::Author;
use crate::log::{Head, MAX_BRANCHES, MAX_KNOWN, Want};
use crate::name::RoomId;

/// Largest message in bytes. A frontier of [`MAX_BRANCHES`] heads fits.
pub const MAX_MESSAGE: usize = 2 << 20;
/// Bytes of operations in one message, about; and how many at most.
pub const CHUNK_BYTES: usize = 512 << 10;
/// Operations in one message at most.
pub const CHUNK_OPERATIONS: usize = 2048;
/// Operations of [`Request::Newest`] at most.
pub const MAX_NEWEST: u32 = 1024;
/// Neighbours in one message at most.
pub const MAX_NEIGHBOURS: usize = 32;
/// Addresses of each at most.
pub const MAX_ADDRESSES: usize = 8;

/// A message of the side that pulls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Request {
    /// The first message: the room, and a hash of all that the puller holds of it.
    Hello {
        /// Which room.
        room: RoomId,
        /// [`crate::log::Log::digest`].
        #[serde(with = "serde_bytes")]
        digest: [u8; 32],
        /// What the sender's clock says, in milliseconds since 1970.
        clock: u64,
    },
    /// Requests the last `limit` operations of the room that are later than `after`: the last screen of chat, before the rest.
    Newest {
        /// At most [`MAX_NEWEST`].
        limit: u32,
        /// The last moment of our log.
        after: Timestamp,
    },
    /// Requests operations of the server's frontier that the puller lacks.
    Fetch {
        /// At most one range for each head.
        wants: Vec<Want>,
    },
}

/// A message of the side that serves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Response {
    /// The server holds exactly the same.
    Same {
        /// Others in the room.
        neighbours: Vec<Neighbour>,
        /// What the sender's clock says, in milliseconds since 1970.
        clock: u64,
    },
    /// The server is not in that room.
    NotHere,
    /// All slots for streams are taken: try again later.
    Busy,
    /// The server holds this.
    Frontier {
        /// The ends of all chains.
        heads: Vec<Head>,
        /// Others in the room.
        neighbours: Vec<Neighbour>,
        /// What the sender's clock says, in milliseconds since 1970.
        clock: u64,
    },
    /// Some of the operations that were requested.
    Operations {
        /// Their signed bytes.
        operations: Vec<ByteBuf>,
    },
    /// The end of the response to one request.
    End,
}

/// The reason why a round ended early.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RoundError {
    /// Too few bytes came for too long.
    #[error("nothing came, or too little, for too long")]
    Silent,
    /// The peer serves as many as it can.
    #[error("the other side is busy")]
    Busy,
    /// The peer sent what no honest program sends at that time.
    #[error("a message out of place")]
    Unexpected,
}

/// Another member of the room, so that people who met by address meet each other too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Neighbour {
    /// Who.
    pub peer: Author,
    /// Multiaddresses in text form.
    pub addresses: Vec<String>,
}

impl Request {
    /// The bytes.
    ///
    /// # Errors
    /// [`CodecError`].
    pub fn encode(&self) -> Result<Vec<u8>, CodecError> {
        codec::encode(self, MAX_MESSAGE)
    }

    /// Reads a request.
    ///
    /// # Errors
    /// [`CodecError`]; also when a list is longer than allowed.
    pub fn decode(bytes: &[u8]) -> Result<Self, CodecError> {
        codec::within(bytes.len(), MAX_MESSAGE)?;
        let request: Request = codec::decode(bytes)?;
        match &request {
            Request::Fetch { wants } => {
                codec::within(wants.len(), MAX_BRANCHES)?;
                check_wants(wants)?;
            }
            Request::Newest { limit, .. } => codec::within(*limit as usize, MAX_NEWEST as usize)?,
            Request::Hello { .. } => {}
        }
        Ok(request)
    }
}

impl Response {
    /// The bytes.
    ///
    /// # Errors
    /// [`CodecError`].
    pub fn encode(&self) -> Result<Vec<u8>, CodecError> {
        codec::encode(self, MAX_MESSAGE)
    }

    /// Reads a response.
    ///
    /// # Errors
    /// [`CodecError`]; also when a list is longer than allowed.
    pub fn decode(bytes: &[u8]) -> Result<Self, CodecError> {
        codec::within(bytes.len(), MAX_MESSAGE)?;
        let response: Response = codec::decode(bytes)?;
        match &response {
            Response::Frontier { heads, neighbours, .. } => {
                codec::within(heads.len(), MAX_BRANCHES)?;
                within_neighbours(neighbours)?;
            }
            Response::Same { neighbours, .. } => within_neighbours(neighbours)?,
            Response::Operations { operations } => codec::within(operations.len(), CHUNK_OPERATIONS)?,
            Response::NotHere | Response::Busy | Response::End => {}
        }
        Ok(response)
    }
}

/// Checks that there is one range for each head, in the order of the heads, and none is empty: so no server is made to read
/// the same operations twice.
fn check_wants(wants: &[Want]) -> Result<(), CodecError> {
    let sorted = wants.is_sorted_by(|a, b| a.head < b.head);
    let whole = wants.iter().all(|want| want.from < want.to && want.known.len() <= MAX_KNOWN);
    if sorted && whole { Ok(()) } else { Err(CodecError::Malformed) }
}

fn within_neighbours(neighbours: &[Neighbour]) -> Result<(), CodecError> {
    codec::within(neighbours.len(), MAX_NEIGHBOURS)?;
    neighbours.iter().try_for_each(|neighbour| codec::within(neighbour.addresses.len(), MAX_ADDRESSES))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::operation::OperationId;

    #[test]
    fn the_largest_frontier_fits() {
        let id = OperationId([255; 32]).into();
        let head = Head { author: Author([255; 32]), log: u64::MAX, next: 1 << 32, id };
        let heads = vec![head; MAX_BRANCHES];
        let response = Response::Frontier { heads, neighbours: Vec::new(), clock: u64::MAX };
        assert_eq!(Response::decode(&response.encode().unwrap()), Ok(response));
    }

    #[test]
    fn a_frontier_of_a_hundred_chains_and_what_is_wanted_of_it_cost_less_than_7_kb() {
        let head = |n: u8| Head {
            author: Author([n; 32]),
            log: u64::MAX - u64::from(n),
            next: 10_000,
            id: OperationId([n; 32]).into(),
        };
        let heads = (0..100).map(head).collect();
        let wants = (0..100).map(|head| Want { head, from: 0, to: 164, known: Vec::new() }).collect();
        let hello = Request::Hello { room: RoomId([1; 32]), digest: [2; 32], clock: 1 << 40 }.encode().unwrap();
        let frontier = Response::Frontier { heads, neighbours: Vec::new(), clock: 1 << 40 }.encode().unwrap();
        let fetch = Request::Fetch { wants }.encode().unwrap();
        let bytes = hello.len() + frontier.len() + fetch.len();
        assert!(bytes <= 7_000, "{bytes}");
    }

    #[test]
    fn lists_have_caps() {
        let want = Want { head: 0, from: 0, to: 1, known: Vec::new() };
        let request = Request::Fetch { wants: vec![want; MAX_BRANCHES + 1] };
        let bytes = codec::encode(&request, usize::MAX).unwrap();
        assert!(matches!(Request::decode(&bytes), Err(CodecError::TooLarge { .. })));
        let request = Request::Newest { limit: MAX_NEWEST + 1, after: Timestamp::default() };
        assert!(matches!(Request::decode(&request.encode().unwrap()), Err(CodecError::TooLarge { .. })));
    }

    #[test]
    fn a_stretch_is_wanted_once_and_is_not_empty() {
        let want = |head, from, to| Want { head, from, to, known: Vec::new() };
        let decoded = |wants: Vec<Want>| Request::decode(&Request::Fetch { wants }.encode().unwrap());
        assert!(decoded(vec![want(1, 0, 5), want(2, 0, 5)]).is_ok());
        for wants in [vec![want(1, 0, 5), want(1, 0, 5)], vec![want(2, 0, 5), want(1, 0, 5)], vec![want(1, 5, 5)]] {
            assert_eq!(decoded(wants), Err(CodecError::Malformed));
        }
        let known = vec![(0, OperationId([0; 32]).into()); MAX_KNOWN + 1];
        assert_eq!(decoded(vec![Want { known, ..want(0, 0, 1) }]), Err(CodecError::Malformed));
    }

    proptest! {
        #[test]
        fn garbage_is_refused_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
            let _ = Request::decode(&bytes);
            let _ = Response::decode(&bytes);
        }
    }
}
