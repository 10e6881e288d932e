//! Catching up over streams of their own, off the loop. Both sides do what the state machines of [`crate::sync`] say; each
//! message travels after its length in 4 bytes, big-endian.

mod pull;
mod serve;
mod stored;

use std::sync::Arc;
use std::time::Duration;

use futures::stream::{SplitSink, SplitStream};
use futures::{SinkExt, StreamExt};
use libp2p::bytes::Bytes;
use libp2p::{Stream, StreamProtocol};
use tokio::sync::mpsc;
use tokio_util::codec::{Framed, LengthDelimitedCodec};
use tokio_util::compat::{Compat, FuturesAsyncReadCompatExt};

use super::arrivals::{Arrivals, Counted};
use super::run::Note;
use crate::codec::CodecError;
use crate::operation::OperationError;
use crate::sync::{MAX_MESSAGE, Request, Response, RoundError};

pub(super) use pull::{Pull, Pulled};
pub(super) use serve::{Serve, Served};
pub(super) use stored::Stored;

/// The protocol's name.
pub(super) const PROTOCOL: StreamProtocol = StreamProtocol::new("/inkmesh/sync/2");

/// How long a request may take to go out.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long somebody whom we serve may be busy with what it got, before it asks for more.
const LONG_PATIENCE: Duration = Duration::from_secs(60);

/// Why catching up, or serving somebody who does, was broken off.
#[derive(Debug, thiserror::Error)]
pub(super) enum SyncError {
    #[error("the stream could not be opened: {0}")]
    Open(#[from] libp2p_stream::OpenStreamError),
    #[error("the stream broke: {0}")]
    Io(#[from] std::io::Error),
    #[error("the stream ended early")]
    Ended,
    #[error("unreadable message: {0}")]
    Codec(#[from] CodecError),
    #[error("a bad operation: {0}")]
    Operation(#[from] OperationError),
    #[error(transparent)]
    Round(#[from] RoundError),
    #[error("the history can't be read: {0}")]
    Store(#[from] inkmesh_store::StoreError),
    #[error("the node is closing")]
    Closing,
}

impl SyncError {
    /// Whether no honest program does this.
    pub(super) fn is_fault(&self) -> bool {
        matches!(self, SyncError::Codec(_) | SyncError::Operation(_) | SyncError::Round(RoundError::Unexpected))
    }
}

type Messages = Framed<Compat<Counted<Stream>>, LengthDelimitedCodec>;

/// A stream cut into messages.
struct Wire(Messages);

/// Its two halves, for the side that sends requests while responses come.
struct Sender(SplitSink<Messages, Bytes>);
struct Receiver(SplitStream<Messages>);

impl Wire {
    fn new(stream: Stream) -> Self {
        let codec = LengthDelimitedCodec::builder().max_frame_length(MAX_MESSAGE).new_codec();
        Wire(Framed::new(Counted::new(stream).compat(), codec))
    }

    /// What has arrived on the stream.
    fn arrivals(&self) -> Arc<Arrivals> {
        self.0.get_ref().get_ref().arrivals()
    }

    fn split(self) -> (Sender, Receiver) {
        let (sender, receiver) = self.0.split();
        (Sender(sender), Receiver(receiver))
    }

    async fn send(&mut self, message: Vec<u8>) -> Result<(), SyncError> {
        let sent = tokio::time::timeout(LONG_PATIENCE, self.0.send(Bytes::from(message))).await;
        Ok(sent.map_err(|_| RoundError::Silent)??)
    }

    async fn request(&mut self) -> Result<Request, SyncError> {
        let received = tokio::time::timeout(LONG_PATIENCE, self.0.next()).await.map_err(|_| RoundError::Silent)?;
        Ok(Request::decode(&received.ok_or(SyncError::Ended)??)?)
    }
}

impl Sender {
    async fn send(&mut self, message: Vec<u8>) -> Result<(), SyncError> {
        let sent = tokio::time::timeout(PATIENCE, self.0.send(Bytes::from(message))).await;
        Ok(sent.map_err(|_| RoundError::Silent)??)
    }
}

impl Receiver {
    /// The next message. How long to wait is up to the caller.
    async fn response(&mut self) -> Result<Response, SyncError> {
        Ok(Response::decode(&self.0.next().await.ok_or(SyncError::Ended)??)?)
    }
}

/// Asks the loop something.
async fn ask<T>(
    notes: &mpsc::Sender<Note>,
    note: impl FnOnce(tokio::sync::oneshot::Sender<T>) -> Note,
) -> Result<T, SyncError> {
    let (answer, reply) = tokio::sync::oneshot::channel();
    notes.send(note(answer)).await.map_err(|_| SyncError::Closing)?;
    reply.await.map_err(|_| SyncError::Closing)
}
