//! A sync stream cut into messages: each travels after its length in 4 bytes, big-endian.

use std::sync::Arc;
use std::time::Duration;

use futures::stream::{SplitSink, SplitStream};
use futures::{SinkExt, StreamExt};
use libp2p::bytes::Bytes;
use libp2p::{Stream, StreamProtocol};
use tokio_util::codec::{Framed, LengthDelimitedCodec};
use tokio_util::compat::{Compat, FuturesAsyncReadCompatExt};

use super::error::SyncError;
use crate::node::arrivals::{Arrivals, Counted};
use crate::sync::{MAX_MESSAGE, Request, Response, RoundError};

/// The protocol's name.
pub(in crate::node) const PROTOCOL: StreamProtocol = StreamProtocol::new("/inkmesh/sync/2");

/// The time that a request may take to go out.
const PATIENCE: Duration = Duration::from_secs(5);
/// The time that somebody whom we serve may be busy with what it got, before it asks for more.
const LONG_PATIENCE: Duration = Duration::from_secs(60);

/// The time that somebody whom we serve may take to read one message, which is made for half a second of its link.
const READING: Duration = Duration::from_secs(20);

type Messages = Framed<Compat<Counted<Stream>>, LengthDelimitedCodec>;

/// A stream cut into messages.
pub(super) struct Wire(Messages);

/// Its two halves, for the side that sends requests while responses come.
pub(super) struct Sender(SplitSink<Messages, Bytes>);
pub(super) struct Receiver(SplitStream<Messages>);

impl Wire {
    pub(super) fn new(stream: Stream) -> Self {
        let codec = LengthDelimitedCodec::builder().max_frame_length(MAX_MESSAGE).new_codec();
        Wire(Framed::new(Counted::new(stream).compat(), codec))
    }

    /// The count of the bytes that arrive on the stream.
    pub(super) fn arrivals(&self) -> Arc<Arrivals> {
        self.0.get_ref().get_ref().arrivals()
    }

    pub(super) fn split(self) -> (Sender, Receiver) {
        let (sender, receiver) = self.0.split();
        (Sender(sender), Receiver(receiver))
    }

    pub(super) async fn send(&mut self, message: Vec<u8>) -> Result<(), SyncError> {
        let sent = tokio::time::timeout(READING, self.0.send(Bytes::from(message))).await;
        Ok(sent.map_err(|_| RoundError::Silent)??)
    }

    pub(super) async fn request(&mut self) -> Result<Request, SyncError> {
        let received = tokio::time::timeout(LONG_PATIENCE, self.0.next()).await.map_err(|_| RoundError::Silent)?;
        Ok(Request::decode(&received.ok_or(SyncError::Ended)??)?)
    }
}

impl Sender {
    pub(super) async fn send(&mut self, message: Vec<u8>) -> Result<(), SyncError> {
        let sent = tokio::time::timeout(PATIENCE, self.0.send(Bytes::from(message))).await;
        Ok(sent.map_err(|_| RoundError::Silent)??)
    }
}

impl Receiver {
    /// The next message. How long to wait is up to the caller.
    pub(super) async fn response(&mut self) -> Result<Response, SyncError> {
        Ok(Response::decode(&self.0.next().await.ok_or(SyncError::Ended)??)?)
    }
}
