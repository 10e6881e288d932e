//! iroh-docs: signed entries in a redb file, found out and sent by reconciling ranges of keys.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::path::Path;
use std::time::Instant;

use iroh::endpoint::{RelayMode, presets};
use iroh::{Endpoint, EndpointAddr};
use iroh_docs::actor::{OpenOpts, SyncHandle};
use iroh_docs::net::{AcceptError, AcceptOutcome, connect_and_sync, handle_connection};
use iroh_docs::store::Query;
use iroh_docs::store::fs::Store;
use iroh_docs::{ALPN, Author, Capability, NamespaceSecret};

use crate::address::Address;
use crate::cost::{Cost, Measured};
use crate::lines::{AUTHORS, line, secret};
use crate::way::Way;

/// The document; who knows its secret may write.
fn document() -> NamespaceSecret {
    NamespaceSecret::from_bytes(&[5; 32])
}

/// Writes so many lines, by all authors in turn, into a new store.
pub async fn write(way: Way, operations: u64, database: &Path) {
    let mut store = Store::persistent(database).unwrap();
    let authors: Vec<Author> = (0..AUTHORS).map(|n| Author::from_bytes(&secret(n))).collect();
    let mut replica = store.new_replica(document()).unwrap();
    for n in 0..operations {
        let author = &authors[usize::try_from(n % AUTHORS).unwrap()];
        let text = line(n);
        let key = if way == Way::DocsText { text.clone() } else { format!("{n:08}") };
        replica.hash_and_insert(key, author, text).await.unwrap();
    }
    drop(replica);
    store.flush().unwrap();
}

/// Prints its key and address and answers whoever comes, until it is killed.
pub async fn serve(database: &Path) {
    let store = open(database, Capability::Write(document())).await;
    let endpoint = bind().await;
    let sockets = endpoint.bound_sockets();
    let socket = *sockets.iter().find(|socket| socket.is_ipv4()).unwrap();
    println!("{}", Address { key: endpoint.id(), socket });
    while let Some(incoming) = endpoint.accept().await {
        let connection = incoming.await.unwrap();
        match handle_connection(store.clone(), connection, async |_, _| AcceptOutcome::Allow, None).await {
            // The receiver, once it has all, may be gone before the sender has closed its half.
            Ok(_) | Err(AcceptError::Close { .. }) => {}
            Err(error) => panic!("{error}"),
        }
    }
}

/// Catches up from nothing with so many entries.
pub async fn catch_up(operations: u64, database: &Path, sender: Address) -> Measured {
    let id = document().id();
    let store = open(database, Capability::Read(id)).await;
    let endpoint = bind().await;
    let address = EndpointAddr::new(sender.key).with_ip_addr(sender.socket);

    let start = Instant::now();
    let finished = connect_and_sync(&endpoint, &store, id, address, None).await.unwrap();
    store.flush_store().await.unwrap();
    let seconds = start.elapsed().as_secs_f64();

    let cost = Cost::so_far();
    assert_eq!(finished.outcome.num_recv as u64, operations);
    let mut store = store.shutdown().await.unwrap();
    assert_eq!(store.get_many(id, Query::all()).unwrap().count() as u64, operations, "not all was kept");
    Measured { seconds, cost }
}

async fn open(database: &Path, capability: Capability) -> SyncHandle {
    let mut store = Store::persistent(database).unwrap();
    let id = capability.id();
    store.import_namespace(capability).unwrap();
    let handle = SyncHandle::spawn(store, None, "inkmesh-compare".to_owned());
    handle.open(id, OpenOpts::default().sync()).await.unwrap();
    handle
}

/// Binds an endpoint to the loopback, with no relay and no way to look up addresses.
async fn bind() -> Endpoint {
    Endpoint::builder(presets::Minimal)
        .relay_mode(RelayMode::Disabled)
        .alpns(vec![ALPN.to_vec()])
        .bind_addr((Ipv4Addr::LOCALHOST, 0))
        .unwrap()
        .bind_addr((Ipv6Addr::LOCALHOST, 0))
        .unwrap()
        .bind()
        .await
        .unwrap()
}
