//! Writes every chat line of a room to standard output, from the beginning of its history on.
//!
//! ```sh
//! cargo run --example room_logger -- /tmp/logger lobby > lobby.txt
//! ```
//! Further arguments are addresses to connect to, for networks without multicast; they switch mDNS off.

use std::collections::BTreeSet;
use std::error::Error;

use inkmesh::event::{Entry, EntryBody, Event};
use inkmesh::name::RoomName;
use inkmesh::node::{Config, Node};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(dir), Some(room)) = (arguments.next(), arguments.next()) else {
        return Err("usage: room_logger DATA_DIR ROOM [ADDRESS …]".into());
    };
    let room: RoomName = room.parse()?;
    let dial: Vec<String> = arguments.collect();
    let config = Config {
        data_dir: dir.into(),
        name: Some("logger".parse()?),
        rooms: vec![room.clone()],
        listen: Vec::new(),
        mdns: dial.is_empty(),
        dial,
    };
    let (node, mut events) = Node::start(config).await?;
    let mut written = BTreeSet::new();
    for entry in node.history(room.clone(), 1000, None).await? {
        write(&entry, &mut written);
    }
    while let Some(event) = events.next().await {
        match event {
            Event::Entries { room: of, entries } if of == room => {
                entries.iter().for_each(|entry| write(entry, &mut written));
            }
            Event::Warning(warning) => eprintln!("{}", warning.message()),
            _ => {}
        }
    }
    Ok(())
}

/// Writes a line once: while the program starts, a line may be in the history and come as an event too.
fn write(entry: &Entry, written: &mut BTreeSet<inkmesh::operation::OperationId>) {
    let Entry { id, author, name, time, body, .. } = entry;
    if matches!(body, EntryBody::Drawing) || !written.insert(*id) {
        return;
    }
    println!("{time}\t{name} ({})\t{}\t{}", author.fingerprint(), body.kind(), body.text().replace(['\n', '\r'], " "));
}
