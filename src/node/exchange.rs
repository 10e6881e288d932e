//! Exchanges: a stream of its own for one message there and one back, each after its length in 4 bytes, big-endian.

use futures::{SinkExt, StreamExt};
use libp2p::bytes::Bytes;
use libp2p::{PeerId, Stream, StreamProtocol};
use tokio_util::codec::{Framed, LengthDelimitedCodec};
use tokio_util::compat::{Compat, FuturesAsyncReadCompatExt};

/// A stream cut into messages.
pub(super) type Wire = Framed<Compat<Stream>, LengthDelimitedCodec>;

/// Cuts a stream into messages of at most `most` bytes.
pub(super) fn framed(stream: Stream, most: usize) -> Wire {
    let codec = LengthDelimitedCodec::builder().max_frame_length(most).new_codec();
    Framed::new(stream.compat(), codec)
}

/// Sends one message and returns the one that comes back; `None` when the peer is not reached. It is sent once more when the
/// stream ends without a reply: other programs drop streams that arrive at the same instant.
pub(super) async fn exchange(
    control: &mut libp2p_stream::Control,
    protocol: StreamProtocol,
    peer: PeerId,
    message: Vec<u8>,
    most: usize,
) -> Option<Vec<u8>> {
    let message = Bytes::from(message);
    match exchange_once(control, protocol.clone(), peer, message.clone(), most).await {
        None => exchange_once(control, protocol, peer, message, most).await,
        reply => reply,
    }
}

async fn exchange_once(
    control: &mut libp2p_stream::Control,
    protocol: StreamProtocol,
    peer: PeerId,
    message: Bytes,
    most: usize,
) -> Option<Vec<u8>> {
    let stream = control.open_stream(peer, protocol).await.ok()?;
    let mut wire = framed(stream, most);
    wire.send(message).await.ok()?;
    Some(wire.next().await?.ok()?.to_vec())
}

/// Sends the last message of an exchange that a peer began.
pub(super) async fn finish(mut wire: Wire, reply: Vec<u8>) -> Option<()> {
    wire.send(Bytes::from(reply)).await.ok()?;
    SinkExt::<Bytes>::close(&mut wire).await.ok()
}
