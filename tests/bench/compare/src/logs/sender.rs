//! The host that holds the history.

use std::future::pending;
use std::path::Path;

use iroh::endpoint::Connection;
use iroh::protocol::{AcceptError, ProtocolHandler};
use p2panda_net::codec::{into_codec_sink, into_codec_stream};
use p2panda_net::utils::from_verifying_key;
use p2panda_store::SqliteStore;
use p2panda_store::topics::TopicStore as _;
use p2panda_sync::protocols::LogSyncMessage;
use p2panda_sync::traits::Protocol as _;
use tokio::sync::broadcast;

use crate::address::Address;
use crate::logs::{self, ALPN, LogId, Protocol};

/// The sender says one thing to itself: how much there is to send.
const EVENTS: usize = 16;

/// Prints its key and address and answers whoever comes, until it is killed.
pub async fn serve(database: &Path) {
    let store = logs::open(database).await;
    let (_book, endpoint) = logs::bind().await;
    endpoint.accept(ALPN, Answer { store }).await.unwrap();
    let sockets = endpoint.endpoint().await.unwrap().bound_sockets();
    let socket = *sockets.iter().find(|socket| socket.is_ipv4()).unwrap();
    println!("{}", Address { key: from_verifying_key(endpoint.node_id()), socket });
    pending().await
}

#[derive(Debug)]
struct Answer {
    store: SqliteStore,
}

impl ProtocolHandler for Answer {
    async fn accept(&self, connection: Connection) -> Result<(), AcceptError> {
        let (tx, rx) = connection.accept_bi().await?;
        let mut sink = into_codec_sink::<LogSyncMessage<LogId>, _>(tx);
        let mut stream = into_codec_stream::<LogSyncMessage<LogId>, _>(rx);
        let logs = self.store.resolve(&logs::topic()).await.map_err(AcceptError::from_err)?;
        let (events, _kept_open) = broadcast::channel(EVENTS);
        let protocol = Protocol::new(self.store.clone(), logs, events);
        protocol.run(&mut sink, &mut stream).await.map_err(AcceptError::from_err)?;
        connection.closed().await;
        Ok(())
    }
}
