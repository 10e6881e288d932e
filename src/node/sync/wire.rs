//! A sync stream cut into messages: each travels after its length in 4 bytes, big-endian. On a stream about a private room each
//! message is sealed, after a byte with which no message in the clear begins.

use std::sync::Arc;
use std::time::Duration;

use futures::stream::{SplitSink, SplitStream};
use futures::{SinkExt, StreamExt};
use libp2p::bytes::{Bytes, BytesMut};
use libp2p::{Stream, StreamProtocol};
use tokio_util::codec::{Framed, LengthDelimitedCodec};
use tokio_util::compat::{Compat, FuturesAsyncReadCompatExt};

use super::error::SyncError;
use crate::codec::CodecError;
use crate::identity::Author;
use crate::node::arrivals::{Arrivals, Counted};
use crate::private_room::{KEY_TAG_LEN, KeyTag, OpenError, RoomKeys, SEAL_LEN, padded_len, tag_of};
use crate::sync::{MAX_MESSAGE, Request, Response, RoundError};

/// Largest message in bytes, sealed.
const MAX_SEALED_MESSAGE: usize = 1 + KEY_TAG_LEN + SEAL_LEN + padded_len(MAX_MESSAGE);

/// The protocol's name.
pub(in crate::node) const PROTOCOL: StreamProtocol = StreamProtocol::new("/inkmesh/sync/2");

/// The time that a request may take to go out.
const PATIENCE: Duration = Duration::from_secs(5);
/// The time that somebody whom we serve may be busy with what it got, before it asks for more.
const LONG_PATIENCE: Duration = Duration::from_secs(60);

/// The time that somebody whom we serve may take to read one message, which is made for half a second of its link.
const READING: Duration = Duration::from_secs(20);

type Messages = Framed<Compat<Counted<Stream>>, LengthDelimitedCodec>;

/// The first byte of a sealed message. CBOR has an unsigned integer for it, and every message is a map or a text.
const SEALED: u8 = 2;

/// The keys that seal the messages of a stream, and who its two sides are.
#[derive(Debug, Clone)]
pub(super) struct Seal {
    pub(super) keys: RoomKeys,
    pub(super) us: Author,
    pub(super) them: Author,
}

impl Seal {
    fn seal(&self, message: &[u8]) -> Vec<u8> {
        let sealed = self.keys.seal_message(self.us, self.them, message);
        [&[SEALED], &sealed[..]].concat()
    }

    /// Opens a message, which proves that the other side is a member of the room.
    fn open(&self, message: &[u8]) -> Result<Vec<u8>, OpenError> {
        let sealed = message.strip_prefix(&[SEALED]).ok_or(OpenError::UnknownKey)?;
        self.keys.open_message(self.them, self.us, sealed)
    }
}

fn sealed_if(seal: Option<&Seal>, message: Vec<u8>) -> Bytes {
    Bytes::from(seal.map(|seal| seal.seal(&message)).unwrap_or(message))
}

/// A stream cut into messages.
pub(super) struct Wire {
    messages: Messages,
    seal: Option<Seal>,
}

/// Its two halves, for the side that sends requests while responses come.
pub(super) struct Sender(SplitSink<Messages, Bytes>, Option<Seal>);
pub(super) struct Receiver(SplitStream<Messages>, Option<Seal>);

/// The first request on a stream.
pub(super) enum First {
    /// A request in the clear.
    Clear(Request),
    /// A sealed one, and the tag of its keys.
    Sealed(BytesMut, KeyTag),
}

impl Wire {
    /// `seal`: seals what is sent, and opens what comes.
    pub(super) fn new(stream: Stream, seal: Option<Seal>) -> Self {
        let codec = LengthDelimitedCodec::builder().max_frame_length(MAX_SEALED_MESSAGE).new_codec();
        Wire { messages: Framed::new(Counted::new(stream).compat(), codec), seal }
    }

    /// The count of the bytes that arrive on the stream.
    pub(super) fn arrivals(&self) -> Arc<Arrivals> {
        self.messages.get_ref().get_ref().arrivals()
    }

    pub(super) fn split(self) -> (Sender, Receiver) {
        let (sender, receiver) = self.messages.split();
        (Sender(sender, self.seal.clone()), Receiver(receiver, self.seal))
    }

    pub(super) async fn send(&mut self, message: Vec<u8>) -> Result<(), SyncError> {
        let message = sealed_if(self.seal.as_ref(), message);
        let sent = tokio::time::timeout(READING, self.messages.send(message)).await;
        Ok(sent.map_err(|_| RoundError::Silent)??)
    }

    /// Returns the first request of a peer that we serve.
    pub(super) async fn first(&mut self) -> Result<First, SyncError> {
        let message = self.next().await?;
        let tag = message.strip_prefix(&[SEALED]).map(|sealed| tag_of(sealed).ok_or(CodecError::Malformed));
        match tag {
            None => Ok(First::Clear(Request::decode(&message)?)),
            Some(tag) => Ok(First::Sealed(message, tag?)),
        }
    }

    /// Opens the first request, and seals this stream from here on.
    pub(super) fn unseal(&mut self, first: &[u8], seal: Seal) -> Result<Request, SyncError> {
        let request = Request::decode(&seal.open(first)?)?;
        self.seal = Some(seal);
        Ok(request)
    }

    pub(super) async fn request(&mut self) -> Result<Request, SyncError> {
        let message = self.next().await?;
        match &self.seal {
            None => Ok(Request::decode(&message)?),
            Some(seal) => Ok(Request::decode(&seal.open(&message)?)?),
        }
    }

    async fn next(&mut self) -> Result<BytesMut, SyncError> {
        let received = tokio::time::timeout(LONG_PATIENCE, self.messages.next()).await;
        Ok(received.map_err(|_| RoundError::Silent)?.ok_or(SyncError::Ended)??)
    }
}

impl Sender {
    pub(super) async fn send(&mut self, message: Vec<u8>) -> Result<(), SyncError> {
        let message = sealed_if(self.1.as_ref(), message);
        let sent = tokio::time::timeout(PATIENCE, self.0.send(message)).await;
        Ok(sent.map_err(|_| RoundError::Silent)??)
    }
}

impl Receiver {
    /// The next message. How long to wait is up to the caller. On a sealed stream, somebody who is not a member can only say
    /// that they are not in the room, or busy.
    pub(super) async fn response(&mut self) -> Result<Response, SyncError> {
        let message = self.0.next().await.ok_or(SyncError::Ended)??;
        match &self.1 {
            Some(seal) if message.first() == Some(&SEALED) => Ok(Response::decode(&seal.open(&message)?)?),
            Some(_) => match Response::decode(&message)? {
                response @ (Response::NotHere | Response::Busy) => Ok(response),
                _ => Err(OpenError::UnknownKey.into()),
            },
            None => Ok(Response::decode(&message)?),
        }
    }
}
