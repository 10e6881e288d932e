//! p2panda: signed logs in an SQLite file, sent as each side says how long it knows each log to be.

pub mod history;
pub mod receiver;
pub mod sender;

use std::net::{Ipv4Addr, Ipv6Addr};
use std::path::Path;

use p2panda_core::{Operation, Topic};
use p2panda_net::iroh_endpoint::IrohConfig;
use p2panda_net::{AddressBook, Endpoint};
use p2panda_store::{SqliteStore, SqliteStoreBuilder};
use p2panda_sync::protocols::{LogSync, LogSyncEvent};

/// Each author has one log.
pub type LogId = u64;
/// Operations without extensions.
pub type Plain = Operation<()>;
/// p2panda's protocol for logs.
pub type Protocol = LogSync<LogId, (), SqliteStore, LogSyncEvent<()>>;

/// The only log of each author.
pub const LOG: LogId = 1;
/// What the connection is for.
pub const ALPN: &[u8] = b"inkmesh-compare/1";

/// What all operations are about.
pub fn topic() -> Topic {
    [3; 32].into()
}

/// Opens the store in this file, made if there is none.
pub async fn open(database: &Path) -> SqliteStore {
    let url = format!("sqlite://{}", database.display());
    SqliteStoreBuilder::new().database_url(&url).build().await.unwrap()
}

/// Adds the index that p2panda's schema lacks: without it, asking for the end of a log reads the whole table.
pub async fn index(store: &SqliteStore) {
    sqlx::query("CREATE INDEX IF NOT EXISTS by_author ON operations_v1 (verifying_key, log_id, seq_num)")
        .execute(store.pool())
        .await
        .unwrap();
}

/// Binds an endpoint to the loopback: no relay and no discovery is configured.
pub async fn bind() -> (AddressBook, Endpoint) {
    let book = AddressBook::builder().spawn().await.unwrap();
    let config = IrohConfig {
        bind_ip_v4: Ipv4Addr::LOCALHOST,
        bind_port_v4: 0,
        bind_ip_v6: Ipv6Addr::LOCALHOST,
        bind_port_v6: 0,
    };
    let endpoint = Endpoint::builder(book.clone()).config(config).spawn().await.unwrap();
    (book, endpoint)
}
