//! The inputs of the room machine.

use std::collections::BTreeSet;

use super::own_chain::Write;
use crate::command::{CommandTicket, RoomCommand};
use crate::fold::Fold;
use crate::game::GuessTicket;
use crate::identity::Author;
use crate::live::LiveFrame;
use crate::log::Head;
use crate::operation::Operation;

/// Something that happened, for [`Room::handle`](super::Room::handle).
#[derive(Debug)]
pub enum Input {
    /// An operation arrived by gossip.
    Gossiped {
        /// The operation, verified.
        operation: Operation,
        /// The peer that handed it to us, which need not be its author.
        from: Author,
    },
    /// A live frame arrived by gossip, verified.
    Live(LiveFrame),
    /// Operations arrived by sync, verified, in the order sent.
    Synced {
        /// The operations.
        operations: Vec<Operation>,
        /// The peer that sent them.
        from: Author,
    },
    /// A peer that we pull from said what it holds. [`Room::next_fetch`](super::Room::next_fetch) then says what to
    /// request from it.
    Offered {
        /// The peer.
        from: Author,
        /// The ends of all its chains.
        heads: Vec<Head>,
    },
    /// A peer has sent all of the oldest request that was under way with it.
    FetchEnded {
        /// The peer.
        from: Author,
    },
    /// The round with a peer ended, for whatever reason.
    FetchStopped {
        /// The peer.
        from: Author,
    },
    /// The fold of all steps of games and sheets of the room, as [`Output::Refold`](super::Output::Refold) asked.
    Refolded(Box<Fold>),
    /// Our person does not want to see the talk of these authors, and of no others.
    Muted(BTreeSet<Author>),
    /// Nothing is to be taken of these authors. What comes of others again has to be fetched.
    Blocked(BTreeSet<Author>),
    /// The room's clock was corrected: the time of this input and of later ones is the corrected one.
    ClockSet,
    /// A command of the frontend. [`Output::Reply`](super::Output::Reply) or
    /// [`Output::ReplyWhenSaved`](super::Output::ReplyWhenSaved) names its ticket once.
    Command {
        /// The ticket of the reply.
        ticket: CommandTicket,
        /// The command.
        command: RoomCommand,
    },
    /// The operations of an [`Output::Write`](super::Output::Write) are durable.
    Saved(Write),
    /// A peer is in the room now, or is reachable at other addresses.
    Online {
        /// The peer.
        peer: Author,
        /// Its multiaddresses, the one in use first.
        addresses: Vec<String>,
    },
    /// A peer left the room, or the connection to it ended.
    Offline {
        /// The peer.
        peer: Author,
    },
    /// The drawer replied to an [`Output::Ask`](super::Output::Ask).
    Replied {
        /// The ticket of the request.
        ticket: GuessTicket,
        /// The bytes of the reply; `None` when the drawer was not reached.
        reply: Option<Vec<u8>>,
    },
    /// The moment of the last [`Output::Wake`](super::Output::Wake) has come.
    Tick,
}
