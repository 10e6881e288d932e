//! Guess streams: messages that go straight to the drawer, each over a stream of its own with one message there and one back.
//! See [`crate::game::guess`].

use std::time::Duration;

use futures::StreamExt;
use libp2p::{Stream, StreamProtocol};
use tokio::sync::{mpsc, oneshot};

use super::exchange::{exchange, finish, framed};
use super::network::peer_of;
use super::slots::SharedSlots;
use crate::game::GuessTicket;
use crate::game::guess::{MAX_MESSAGE, PeerReply, PeerRequest, Refusal};
use crate::identity::Author;
use crate::name::RoomName;
use crate::sync::slots::Slots;

/// The protocol's name. Each message travels after its length in 4 bytes, big-endian.
pub(super) const PROTOCOL: StreamProtocol = StreamProtocol::new("/inkmesh/guess/1");

/// The time that a whole exchange may take.
const EXCHANGE: Duration = Duration::from_secs(4);
/// Exchanges of peers that are served at once, in all and of one peer; the streams of more are dropped.
const MAX_SERVED: usize = 64;
const MAX_SERVED_EACH: usize = 4;
/// Streams that one peer may have open, whether a message has come or not; more are dropped.
const MAX_OPEN_EACH: usize = 8;
/// Exchanges of our own that are under way at once: guesses in each room, and messages to those who were close.
const MAX_SENT: usize = 64;
/// Messages of the tasks that wait for the actor; beyond it the tasks wait.
const QUEUE: usize = if cfg!(test) { 16 } else { 256 };

/// A message of a task of [`GuessStreams`] to the actor.
#[derive(Debug)]
pub(super) enum Message {
    /// A peer sent a message about a game and waits for the reply.
    Request {
        /// The sender.
        from: Author,
        /// Its message.
        request: Box<PeerRequest>,
        /// Takes the reply.
        answer: oneshot::Sender<PeerReply>,
    },
    /// The exchange that we began is over: [`GuessStreams::sent`].
    Sent(Sent),
}

/// The outcome of an exchange that we began.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Sent {
    /// The room of the game.
    pub(super) room: RoomName,
    /// The number that the room gave the exchange; 0 when it waits for no reply.
    pub(super) ticket: GuessTicket,
    /// The bytes of the reply; `None` when the peer was not reached.
    pub(super) reply: Option<Vec<u8>>,
}

/// The exchanges that are under way. Each runs in a task of its own.
pub(super) struct GuessStreams {
    control: libp2p_stream::Control,
    messages: mpsc::Sender<Message>,
    /// Exchanges of our own.
    under_way: usize,
    /// Streams that each peer has open to us.
    open: SharedSlots,
    /// Exchanges that are served.
    served: SharedSlots,
}

impl GuessStreams {
    /// No exchanges. Returns also the messages of the tasks to come.
    pub(super) fn new(control: libp2p_stream::Control) -> (Self, mpsc::Receiver<Message>) {
        let (messages, receiver) = mpsc::channel(QUEUE);
        let open = SharedSlots::new(Slots::new(usize::MAX, MAX_OPEN_EACH));
        let served = SharedSlots::new(Slots::new(MAX_SERVED, MAX_SERVED_EACH));
        (GuessStreams { control, messages, under_way: 0, open, served }, receiver)
    }

    /// Sends a message to a peer. The outcome comes as [`Message::Sent`]; without a free slot the peer counts as not
    /// reached.
    pub(super) fn send(&mut self, room: &RoomName, to: Author, ticket: GuessTicket, ask: Vec<u8>) {
        let peer = peer_of(to).filter(|_| self.under_way < MAX_SENT);
        self.under_way += 1;
        let (mut control, messages, room) = (self.control.clone(), self.messages.clone(), room.clone());
        tokio::spawn(async move {
            let reply = match peer {
                Some(peer) => {
                    let exchange = exchange(&mut control, PROTOCOL, peer, ask, MAX_MESSAGE);
                    tokio::time::timeout(EXCHANGE, exchange).await.ok().flatten()
                }
                None => None,
            };
            let _ = messages.send(Message::Sent(Sent { room, ticket, reply })).await;
        });
    }

    /// Takes note that an exchange of our own is over. Returns what the room is to be told of it, if anything.
    pub(super) fn sent(&mut self, sent: Sent) -> Option<Sent> {
        self.under_way -= 1;
        (sent.ticket != 0 || sent.reply.is_none()).then_some(sent)
    }

    /// Serves a stream that a peer opened, or drops it when too many are open or served.
    pub(super) fn serve(&mut self, from: Author, stream: Stream) {
        let Some(open) = self.open.take(from) else { return };
        let (messages, served) = (self.messages.clone(), self.served.clone());
        tokio::spawn(async move {
            let _ = tokio::time::timeout(EXCHANGE, answer(from, stream, &messages, &served)).await;
            drop(open);
        });
    }
}

/// Reads one message, has the actor reply to it, and sends the reply. A slot is taken when the message has come: streams
/// on which nothing is said keep nobody from being served.
async fn answer(from: Author, stream: Stream, messages: &mpsc::Sender<Message>, served: &SharedSlots) -> Option<()> {
    let mut wire = framed(stream, MAX_MESSAGE);
    let bytes = wire.next().await?.ok()?;
    let _slot = served.take(from)?;
    let reply = match PeerRequest::decode(&bytes) {
        Ok(request) => {
            let request = Box::new(request);
            let (answer, reply) = oneshot::channel();
            messages.send(Message::Request { from, request, answer }).await.ok()?;
            reply.await.ok()?
        }
        Err(_) => PeerReply::Refused(Refusal::Malformed),
    };
    finish(wire, reply.encode().ok()?).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::Identity;

    #[tokio::test]
    async fn beyond_the_bound_a_peer_counts_as_not_reached() {
        let to = Identity::from_secret([1; 32]).author();
        let (mut guesses, mut messages) = GuessStreams::new(libp2p_stream::Behaviour::new().new_control());
        guesses.under_way = MAX_SENT;
        guesses.send(&RoomName::lobby(), to, 7, vec![1]);
        assert_eq!(guesses.under_way, MAX_SENT + 1);
        let Some(Message::Sent(sent)) = messages.recv().await else { panic!("no outcome") };
        assert_eq!(sent, Sent { room: RoomName::lobby(), ticket: 7, reply: None });
        assert!(guesses.sent(sent).is_some());
        assert_eq!(guesses.under_way, MAX_SENT);
    }

    #[tokio::test]
    async fn a_reply_that_nobody_waits_for_is_not_passed_on() {
        let (mut guesses, _messages) = GuessStreams::new(libp2p_stream::Behaviour::new().new_control());
        guesses.under_way = 2;
        let sent = |reply| Sent { room: RoomName::lobby(), ticket: 0, reply };
        assert_eq!(guesses.sent(sent(Some(vec![1]))), None);
        assert_eq!(guesses.sent(sent(None)), Some(sent(None)));
        assert_eq!(guesses.under_way, 0);
    }
}
