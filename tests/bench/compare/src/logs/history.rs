//! The history that is caught up with.

use std::path::Path;

use p2panda_core::{Body, Hash, Header, SigningKey};
use p2panda_store::Transaction as _;
use p2panda_store::operations::OperationStore as _;
use p2panda_store::topics::TopicStore as _;

use crate::lines::{AUTHORS, line, secret};
use crate::logs::{self, LOG, Plain};
use crate::way::Way;

/// Operations written in one transaction.
const BATCH: usize = 1000;

/// Writes so many lines, by all authors in turn, into a new store.
pub async fn write(way: Way, operations: u64, database: &Path) {
    let store = logs::open(database).await;
    if way != Way::LogsShipped {
        logs::index(&store).await;
    }
    let keys: Vec<SigningKey> = (0..AUTHORS).map(|n| SigningKey::from_bytes(&secret(n))).collect();
    let mut ends: Vec<Option<Hash>> = vec![None; keys.len()];
    let numbers: Vec<u64> = (0..operations).collect();
    for batch in numbers.chunks(BATCH) {
        let permit = store.begin().await.unwrap();
        for &n in batch {
            let author = usize::try_from(n % AUTHORS).unwrap();
            let operation = operation(&keys[author], n, ends[author]);
            ends[author] = Some(operation.hash);
            store.insert_operation(&operation.hash, &operation, &LOG).await.unwrap();
            store.associate(&logs::topic(), &operation.header.verifying_key, &LOG).await.unwrap();
        }
        store.commit(permit).await.unwrap();
    }
    store.pool().close().await;
}

fn operation(key: &SigningKey, n: u64, backlink: Option<Hash>) -> Plain {
    let body = Body::from_bytes(line(n).as_bytes());
    let number = u32::try_from(n / AUTHORS).unwrap();
    let header = Header::builder().seq_num(number).backlink(backlink).body(&body).build(key, ());
    Plain::from_parts(header, Some(body))
}
