//! The host that was away.

use std::collections::HashMap;
use std::path::Path;
use std::time::Instant;

use iroh::EndpointAddr;
use p2panda_core::{Header, Topic, VerifyingKey, validate_backlink, validate_operation};
use p2panda_net::addrs::NodeInfo;
use p2panda_net::codec::{into_codec_sink, into_codec_stream};
use p2panda_net::utils::to_verifying_key;
use p2panda_net::{AddressBook, Endpoint};
use p2panda_store::logs::LogStore;
use p2panda_store::operations::OperationStore as _;
use p2panda_store::topics::TopicStore;
use p2panda_store::{SqliteStore, Transaction as _};
use p2panda_stream::ingest::ingest_operation;
use p2panda_sync::protocols::{LogSyncEvent, LogSyncMessage, Logs};
use p2panda_sync::traits::Protocol as _;
use tokio::sync::broadcast::{self, Receiver};

use crate::address::Address;
use crate::cost::{Cost, Measured};
use crate::lines::AUTHORS;
use crate::logs::{self, ALPN, LOG, LogId, Plain, Protocol};
use crate::way::Way;

/// Operations kept in one transaction.
const BATCH: usize = 1000;

/// Catches up from nothing with so many operations.
pub async fn catch_up(way: Way, operations: u64, database: &Path, sender: Address) -> Measured {
    let store = logs::open(database).await;
    if way != Way::LogsShipped {
        logs::index(&store).await;
    }
    let (book, endpoint) = logs::bind().await;
    // The protocol doesn't wait for who listens; what doesn't fit is lost.
    let (events, arriving) = broadcast::channel(usize::try_from(operations).unwrap() + BATCH);

    let start = Instant::now();
    let syncing = tokio::spawn(sync(book, endpoint, sender, Protocol::new(store.clone(), Logs::new(), events)));
    match way {
        Way::LogsBatched => keep_batched(&store, arriving).await,
        _ => ingest(&store, arriving).await,
    }
    let seconds = start.elapsed().as_secs_f64();

    syncing.await.unwrap();
    let cost = Cost::so_far();
    assert_eq!(count(&store).await, operations, "not all was kept");
    Measured { seconds, cost }
}

/// Runs the protocol to its end, which also ends the events.
async fn sync(book: AddressBook, endpoint: Endpoint, sender: Address, protocol: Protocol) {
    let address = EndpointAddr::new(sender.key).with_ip_addr(sender.socket);
    book.insert_node_info(NodeInfo::from(address)).await.unwrap();
    let connection = endpoint.connect(to_verifying_key(sender.key), ALPN).await.unwrap();
    let (tx, rx) = connection.open_bi().await.unwrap();
    let mut sink = into_codec_sink::<LogSyncMessage<LogId>, _>(tx);
    let mut stream = into_codec_stream::<LogSyncMessage<LogId>, _>(rx);
    protocol.run(&mut sink, &mut stream).await.unwrap();
    connection.close(0_u8.into(), b"done");
}

/// The next operation; `None` when all have come. Its signature was checked when it was decoded.
async fn next(arriving: &mut Receiver<LogSyncEvent<()>>) -> Option<Plain> {
    loop {
        match arriving.recv().await {
            Ok(LogSyncEvent::OperationReceived { operation, .. }) => return Some(*operation),
            Ok(LogSyncEvent::MetricsExchanged { .. }) => {}
            Err(broadcast::error::RecvError::Closed) => return None,
            Err(error) => panic!("operations were lost: {error}"),
        }
    }
}

async fn ingest(store: &SqliteStore, mut arriving: Receiver<LogSyncEvent<()>>) {
    while let Some(operation) = next(&mut arriving).await {
        assert!(ingest_operation(store, &operation, &LOG, &logs::topic(), false).await.unwrap());
    }
}

async fn keep_batched(store: &SqliteStore, mut arriving: Receiver<LogSyncEvent<()>>) {
    let mut ends = HashMap::new();
    while let Some(first) = next(&mut arriving).await {
        let permit = store.begin().await.unwrap();
        keep(store, &mut ends, first).await;
        for _ in 1..BATCH {
            let Some(operation) = next(&mut arriving).await else { break };
            keep(store, &mut ends, operation).await;
        }
        store.commit(permit).await.unwrap();
    }
}

/// Checks what `ingest_operation` checks, and keeps the operation.
async fn keep(store: &SqliteStore, ends: &mut HashMap<VerifyingKey, Header<()>>, operation: Plain) {
    validate_operation(&operation).unwrap();
    let author = operation.header.verifying_key;
    match ends.get(&author) {
        Some(end) => validate_backlink(end, &operation.header).unwrap(),
        None => assert_eq!(operation.header.seq_num, 0),
    }
    assert!(store.insert_operation(&operation.hash, &operation, &LOG).await.unwrap());
    if ends.insert(author, operation.header).is_none() {
        store.associate(&logs::topic(), &author, &LOG).await.unwrap();
    }
}

/// How many operations the logs of all authors hold.
async fn count(store: &SqliteStore) -> u64 {
    let logs = TopicStore::<Topic, VerifyingKey, LogId>::resolve(store, &logs::topic()).await.unwrap();
    assert_eq!(logs.len() as u64, AUTHORS);
    let mut count = 0;
    for (author, logs) in &logs {
        let heights = LogStore::<Plain, _, _, _, _>::get_log_heights(store, author, logs).await.unwrap().unwrap();
        count += heights.values().map(|&last| u64::from(last) + 1).sum::<u64>();
    }
    count
}
