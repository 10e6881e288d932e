//! Guesses go straight to the drawer, each over a stream of its own: one message there, one back. See
//! [`crate::game::guess`].

use std::time::Duration;

use futures::{SinkExt, StreamExt};
use libp2p::bytes::Bytes;
use libp2p::{PeerId, Stream, StreamProtocol};
use tokio::sync::{mpsc, oneshot};
use tokio_util::codec::{Framed, LengthDelimitedCodec};
use tokio_util::compat::FuturesAsyncReadCompatExt;

use super::network::{author_of, peer_of};
use super::rooms::Source;
use super::run::{Note, Runner};
use crate::game::GuessTicket;
use crate::game::guess::{MAX_MESSAGE, PeerReply, PeerRequest, Refusal};
use crate::identity::Author;
use crate::name::{RoomId, RoomName};
use crate::room::Input;

/// The protocol's name. Each message travels after its length in 4 bytes, big-endian.
pub(super) const PROTOCOL: StreamProtocol = StreamProtocol::new("/inkmesh/guess/1");

/// How long the whole of it may take.
const PATIENCE: Duration = Duration::from_secs(4);
/// Questions that are answered at once at most, and those of one peer; more are not answered.
const MAX_ANSWERING: usize = 64;
const MAX_ANSWERING_EACH: usize = 4;
/// Questions of ours that are under way at once at most: guesses in each room, and words to those who were close.
const MAX_ASKING: usize = 64;

impl Runner {
    /// Asks somebody something, off the loop; the reply comes as [`Note::Replied`].
    pub(super) fn ask_directly(&mut self, room: &RoomName, to: Author, ticket: GuessTicket, ask: Vec<u8>) {
        let reply = Note::Replied { room: room.clone(), ticket, reply: None };
        let Some(peer) = peer_of(to).filter(|_| self.asking < MAX_ASKING) else {
            let notes = self.notes.clone();
            tokio::spawn(async move { notes.send(reply).await });
            self.asking += 1;
            return;
        };
        self.asking += 1;
        let (mut control, notes, room) = (self.control.clone(), self.notes.clone(), room.clone());
        tokio::spawn(async move {
            let asked = tokio::time::timeout(PATIENCE, exchange(&mut control, peer, ask)).await;
            let reply = asked.ok().flatten();
            let _ = notes.send(Note::Replied { room, ticket, reply }).await;
        });
    }

    /// Somebody opened a stream to ask us something.
    pub(super) fn answer_directly(&mut self, peer: PeerId, stream: Stream) {
        let all: usize = self.answering.values().sum();
        let of_peer = self.answering.entry(peer).or_default();
        if all >= MAX_ANSWERING || *of_peer >= MAX_ANSWERING_EACH {
            return; // the stream ends; whoever asks so much at once can ask again
        }
        *of_peer += 1;
        let notes = self.notes.clone();
        tokio::spawn(async move {
            let _ = tokio::time::timeout(PATIENCE, answer(peer, stream, &notes)).await;
            let _ = notes.send(Note::Answered { peer }).await;
        });
    }

    pub(super) fn on_answered(&mut self, peer: PeerId) {
        if let Some(streams) = self.answering.get_mut(&peer) {
            *streams -= 1;
            if *streams == 0 {
                self.answering.remove(&peer);
            }
        }
    }

    /// What to reply to somebody who asks.
    pub(super) fn on_ask(&mut self, peer: PeerId, ask: PeerRequest) -> PeerReply {
        let now = self.now();
        let room = room_of(&ask);
        let member = self.rooms.iter_mut().find(|(name, _)| name.id() == room);
        let Some(((name, member), from)) = member.zip(author_of(&peer)) else {
            return PeerReply::Refused(Refusal::NotNow);
        };
        let name = name.clone();
        let (reply, outputs) = member.room.asked(from, ask, now);
        self.carry_out(&name, outputs, Source::default());
        reply
    }

    pub(super) fn on_replied(&mut self, room: &RoomName, ticket: GuessTicket, reply: Option<Vec<u8>>) {
        self.asking -= 1;
        if ticket != 0 || reply.is_none() {
            self.feed(room, Input::Replied { ticket, reply });
        }
    }
}

fn room_of(ask: &PeerRequest) -> RoomId {
    match ask {
        PeerRequest::Guess(request) => request.room,
        PeerRequest::Close { room, .. } => *room,
    }
}

/// One message there, one back.
async fn exchange(control: &mut libp2p_stream::Control, peer: PeerId, ask: Vec<u8>) -> Option<Vec<u8>> {
    let stream = control.open_stream(peer, PROTOCOL).await.ok()?;
    let mut wire = framed(stream);
    wire.send(Bytes::from(ask)).await.ok()?;
    Some(wire.next().await?.ok()?.to_vec())
}

async fn answer(peer: PeerId, stream: Stream, notes: &mpsc::Sender<Note>) -> Option<()> {
    let mut wire = framed(stream);
    let bytes = wire.next().await?.ok()?;
    let reply = match PeerRequest::decode(&bytes) {
        Ok(ask) => {
            let (answer, reply) = oneshot::channel();
            notes.send(Note::Ask { peer, ask, answer }).await.ok()?;
            reply.await.ok()?
        }
        Err(_) => PeerReply::Refused(Refusal::Malformed),
    };
    wire.send(Bytes::from(reply.encode().ok()?)).await.ok()?;
    SinkExt::<Bytes>::close(&mut wire).await.ok()
}

fn framed(stream: Stream) -> Framed<tokio_util::compat::Compat<Stream>, LengthDelimitedCodec> {
    let codec = LengthDelimitedCodec::builder().max_frame_length(MAX_MESSAGE).new_codec();
    Framed::new(stream.compat(), codec)
}
