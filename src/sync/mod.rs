//! Sync with other peers, and what is received on its way to the disk: state machines and bookkeeping without IO, clock or
//! randomness. The node carries bytes for them, runs their timers and checks signatures; the simulator drives the same types.
//!
//! | file | what it decides |
//! | --- | --- |
//! | [`message`] | the form of requests and responses |
//! | [`puller`] | the side of a round that sends requests |
//! | [`server`] | the side that answers them; who is served |
//! | [`merge`] | in which order stretches of several chains are read from the disk |
//! | [`schedule`] | with whom to begin a round in a room, and when |
//! | [`fetching`] | which member is asked for which part, when several are asked at once |
//! | [`pace`] | how much to ask a member for at once, and how long to wait for it |
//! | [`slots`] | how many streams are served at once, in all and of each peer |
//! | [`transfers`] | which transfer of a room's history runs |
//! | [`unsaved`] | received operations that are not on the disk yet |

pub mod fetching;
pub mod merge;
pub mod message;
pub mod pace;
pub mod puller;
pub mod schedule;
pub mod server;
pub mod slots;
pub mod transfers;
pub mod unsaved;

pub use message::{
    CHUNK_BYTES, CHUNK_OPERATIONS, MAX_ADDRESSES, MAX_MESSAGE, MAX_NEIGHBOURS, MAX_NEWEST, Neighbour, Request,
    Response, RoundError,
};
