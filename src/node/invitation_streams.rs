//! Invitation streams: invitations and answers that go straight to the other person's program. See [`crate::invitation`].

use std::time::Duration;

use futures::StreamExt;
use libp2p::{Stream, StreamProtocol};
use tokio::sync::{mpsc, oneshot};

use super::exchange::{exchange, finish, framed};
use super::network::peer_of;
use super::slots::SharedSlots;
use crate::identity::Author;
use crate::invitation::{self, InvitationId, MAX_MESSAGE, MessageReply};
use crate::sync::slots::Slots;

/// The protocol's name.
pub(super) const PROTOCOL: StreamProtocol = StreamProtocol::new("/inkmesh/invitation/1");

/// The time that a whole exchange may take; the receiver writes to its disk meanwhile.
const EXCHANGE: Duration = Duration::from_secs(10);
/// Streams that peers may have open, in all and of one peer; more are dropped.
const MAX_OPEN: usize = 64;
const MAX_OPEN_EACH: usize = 2;
/// Messages of the tasks that wait for the actor; beyond it the tasks wait.
const QUEUE: usize = 64;

/// A message of a task to the actor.
#[derive(Debug)]
pub(super) enum Message {
    /// A peer sent a message and waits for the reply.
    Request { from: Author, message: invitation::Message, answer: oneshot::Sender<MessageReply> },
    /// Our message was replied to; `None`: the peer was not reached.
    Sent { to: Author, message: invitation::Message, reply: Option<MessageReply> },
    /// Our person entered the room of an invitation.
    Entered { id: InvitationId },
}

/// The exchanges that are under way. Each runs in a task of its own.
pub(super) struct InvitationStreams {
    control: libp2p_stream::Control,
    messages: mpsc::Sender<Message>,
    open: SharedSlots,
}

impl InvitationStreams {
    /// No exchanges. Returns also the messages of the tasks to come.
    pub(super) fn new(control: libp2p_stream::Control) -> (Self, mpsc::Receiver<Message>) {
        let (messages, receiver) = mpsc::channel(QUEUE);
        (InvitationStreams { control, messages, open: SharedSlots::new(Slots::new(MAX_OPEN, MAX_OPEN_EACH)) }, receiver)
    }

    /// Returns where [`Message::Entered`] is to be sent.
    pub(super) fn accepted(&self) -> mpsc::Sender<Message> {
        self.messages.clone()
    }

    /// Sends a message to a connected peer. The outcome comes as [`Message::Sent`].
    pub(super) fn send(&self, to: Author, message: invitation::Message) {
        let (mut control, messages) = (self.control.clone(), self.messages.clone());
        tokio::spawn(async move {
            let reply = async {
                let (peer, bytes) = (peer_of(to)?, message.encode().ok()?);
                let reply = exchange(&mut control, PROTOCOL, peer, bytes, MAX_MESSAGE).await?;
                MessageReply::decode(&reply).ok()
            };
            let reply = tokio::time::timeout(EXCHANGE, reply).await.ok().flatten();
            let _ = messages.send(Message::Sent { to, message, reply }).await;
        });
    }

    /// Serves a stream that a peer opened, or drops it when too many are open.
    pub(super) fn serve(&self, from: Author, stream: Stream) {
        let Some(open) = self.open.take(from) else { return };
        let messages = self.messages.clone();
        tokio::spawn(async move {
            let _ = tokio::time::timeout(EXCHANGE, answer(from, stream, &messages)).await;
            drop(open);
        });
    }
}

/// Reads one message, has the actor reply to it, and sends the reply. What can't be read ends the stream.
async fn answer(from: Author, stream: Stream, messages: &mpsc::Sender<Message>) -> Option<()> {
    let mut wire = framed(stream, MAX_MESSAGE);
    let message = invitation::Message::decode(&wire.next().await?.ok()?).ok()?;
    let (answer, reply) = oneshot::channel();
    messages.send(Message::Request { from, message, answer }).await.ok()?;
    finish(wire, reply.await.ok()?.encode().ok()?).await
}
