//! Inkmesh: chat, draw together and play on one network, with no server and no host.
//!
//! A program starts a node, gives it commands, and reads events. This one says a line in a room of its own:
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use inkmesh::event::Event;
//! use inkmesh::node::{Config, Node};
//!
//! let folder = tempfile::tempdir()?;
//! let (node, mut events) = Node::start(Config {
//!     data_dir: folder.path().to_owned(),
//!     name: Some("Ana".parse()?),
//!     rooms: Vec::new(),
//!     listen: vec!["/ip4/127.0.0.1/tcp/0".to_owned()], // empty: every interface
//!     dial: Vec::new(),
//!     mdns: false, // true: find others on this network
//! })
//! .await?;
//! node.join("tea".parse()?).await?;
//! node.say("tea".parse()?, "Hello!".to_owned()).await?;
//! while let Some(event) = events.next().await {
//!     if let Event::Entries { entries, .. } = event
//!         && entries.iter().any(|entry| entry.body.text() == "Hello!")
//!     {
//!         break; // the line is saved, and was sent to everybody in the room
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! The crate has two halves. Everything but [`node`] is *pure*: it does no IO, reads no clock and draws no random
//! numbers, so the same inputs give the same outputs on every machine, in any test, at any speed. Time and
//! randomness come in as arguments. [`node`] (feature `node`) is the only asynchronous part: it owns the
//! network, the storage and the clock, and feeds the pure [`room::Room`] machine.
//!
//! | module | content |
//! | --- | --- |
//! | [`identity`] | keys, authors, their text forms |
//! | [`invitation`] | invitations to rooms, until the other side has them |
//! | [`name`] | names of rooms and people |
//! | [`private_room`] | secrets of private rooms, and the keys that seal what is said in them |
//! | [`visible`] | the characters of a text that can be seen |
//! | [`clock`] | the hybrid logical clock |
//! | [`codec`] | the only place where CBOR is read or written |
//! | [`operation`] | the signed log entry |
//! | [`payload`] | the contents of operations |
//! | [`limits`] | bounds that more than one file needs |
//! | [`live`] | short-lived signed frames that are never stored |
//! | [`frame`] | the messages on a room's gossip topic |
//! | [`log`] | chains, ingest, total order, frontier |
//! | [`peering`] | the calls to peers: where, when, and how often |
//! | [`sync`] | sync with other peers: messages, both sides of a round, the schedule of rounds |
//! | [`timeline`] | projection: chat and notices |
//! | [`backup`] | one encrypted file with what can't come back from others |
//! | [`canvas`] | projection: marks on the sheets, and the picture that they make |
//! | [`gallery`] | projection: the drawings that a room has ever seen |
//! | [`game`] | projection: turns and the election of the drawer |
//! | [`words`] | the words of the quiz: packs, masks, candidates of a line, close guesses |
//! | [`fold`] | the games and sheets of a room, folded in the order of the log |
//! | [`rate`] | a rate limit |
//! | [`room`] | the machine that holds one room together |
//! | [`room_ticket`] | texts with which somebody enters a room |
//! | [`room_time`] | this machine's clock, corrected by those of others |
//! | [`picture`] | the pictures of people |
//! | [`people`] | projection: names and presence |
//! | [`waiting_room`] | the public rooms that others have open |
//! | [`command`] | commands of a frontend, their replies, the reasons of a refusal |
//! | [`event`] | events for a frontend, and the views that it asks for |
//! | [`json`] | the JSON of commands, replies and events |

pub mod backup;
pub mod canvas;
pub mod clock;
pub mod codec;
pub mod command;
pub mod contacts;
pub mod event;
pub mod fold;
pub mod frame;
pub mod gallery;
pub mod game;
pub mod identity;
pub mod invitation;
pub mod json;
pub mod limits;
pub mod live;
pub mod log;
pub mod lookalike;
pub mod name;
#[cfg(feature = "node")]
pub mod node;
pub mod operation;
mod operation_id;
pub mod payload;
pub mod peering;
pub mod people;
pub mod picture;
pub mod private_room;
pub mod rate;
pub mod room;
pub mod room_ticket;
pub mod room_time;
pub mod sync;
pub mod timeline;
pub mod verification;
pub mod visible;
pub mod waiting_room;
pub mod words;
