//! Reads whole rooms from the disk: a room's snapshot and the operations after it, or all operations. These functions wait
//! for the disk: they run on blocking workers.

use std::collections::{BTreeMap, VecDeque};

use inkmesh_store::{ChainKey, Quarantine, Store, StoreError};

use crate::clock::Now;
use crate::identity::{Author, Identity};
use crate::log::StoredRange;
use crate::name::{RoomId, RoomName};
use crate::node::StartError;
use crate::node::sync::{Stored, SyncError};
use crate::operation::{Operation, Unverified};
use crate::private_room::PrivateRooms;
use crate::room::{Room, RoomSnapshot};

/// Operations behind gaps, and their bytes, that are shown: the last ones. The archive has all.
const MAX_TORN: usize = 16_384;
const MAX_TORN_BYTES: usize = 16 << 20;

/// Who we are: our identity, and the private rooms that we are a member of.
#[derive(Debug, Clone)]
pub(in crate::node) struct Credentials {
    pub(in crate::node) identity: Identity,
    pub(in crate::node) private: PrivateRooms,
}

/// A room as it was read from the disk.
#[derive(Debug)]
pub(in crate::node) struct Loaded {
    /// The room; [`Room::open`] has yet to be called.
    pub(in crate::node) room: Room,
    /// The number of its operations that its snapshot on the disk holds.
    pub(in crate::node) snapshot_len: usize,
}

/// Reads rooms before the node runs. When the files are damaged, they are repaired once.
pub(in crate::node) fn load_at_start(
    store: &Store,
    credentials: &Credentials,
    names: &[RoomName],
    now: Now,
) -> Result<(Option<Quarantine>, Vec<Loaded>), StartError> {
    match load_all(store, credentials, names, now) {
        Err(error) if is_damage(&error) => load_repaired(store, credentials, names, now),
        loaded => Ok((None, loaded?)),
    }
}

/// Has damaged files moved aside and reads rooms. Returns also where the files are now.
pub(super) fn load_repaired(
    store: &Store,
    credentials: &Credentials,
    names: &[RoomName],
    now: Now,
) -> Result<(Option<Quarantine>, Vec<Loaded>), StartError> {
    let quarantine = repair(store, credentials.identity.author())?;
    Ok((Some(quarantine), load_all(store, credentials, names, now)?))
}

/// Returns whether [`repair`] may help.
pub(in crate::node) fn is_damage(error: &StartError) -> bool {
    matches!(error, StartError::Store(StoreError::Damaged { .. }) | StartError::HistoryDamaged { .. })
}

/// Reads rooms.
pub(super) fn load_all(
    store: &Store,
    credentials: &Credentials,
    names: &[RoomName],
    now: Now,
) -> Result<Vec<Loaded>, StartError> {
    names.iter().map(|name| load(store, credentials, name, now)).collect()
}

/// Reads a room.
pub(super) fn load(store: &Store, credentials: &Credentials, name: &RoomName, now: Now) -> Result<Loaded, StartError> {
    let (id, Credentials { identity, private }) = (name.id(), credentials);
    let private = private.get(id);
    if name.is_private() && private.is_none() {
        return Err(StartError::NotAMember);
    }
    let chains = store.chains(&id.0)?;
    let room = from_snapshot(store, identity, name, &chains, now);
    let mut room = room.unwrap_or_else(|| Room::new(name.clone(), identity.clone(), rand::random()));
    if let Some(private) = private {
        room = room.private(private);
    }
    let snapshot_len = room.log().len();
    let held: BTreeMap<(Author, u64), u64> =
        room.log().lanes().map(|(author, lane, len)| ((author, lane), len)).collect();
    let torn = store.torn(&id.0)?;
    let stretch = |(chain, next): &(ChainKey, u64), from| {
        let stretch = StoredRange { author: Author(chain.author), lane: chain.log, from, to: *next };
        (from < *next).then_some(stretch)
    };
    let rest = |stored: &(ChainKey, u64)| {
        let (chain, _) = stored;
        let author = Author(chain.author);
        let from = held.get(&(author, chain.log)).copied().unwrap_or(0);
        stretch(stored, from)
    };
    let (torn, whole): (Vec<_>, Vec<_>) = chains.iter().partition(|(chain, _)| torn.contains(chain));
    let rest: Vec<StoredRange> = whole.into_iter().filter_map(rest).collect();
    let mut stored = Stored::new(store.clone(), id, &rest);
    let damaged = |error| match error {
        SyncError::Store(error) => StartError::Store(error),
        other => StartError::HistoryDamaged { reason: other.to_string() },
    };
    while let Some(chunk) = stored.next_chunk().map_err(damaged)? {
        room.restore(chunk, now);
    }
    let torn: Vec<StoredRange> = torn.into_iter().filter_map(|stored| stretch(stored, 0)).collect();
    room.restore_torn(last_of(store, id, &torn).map_err(damaged)?);
    room.recall(store.get_meta(&room_key(id))?.as_deref());
    Ok(Loaded { room, snapshot_len })
}

/// Reads the last operations of stretches, at most [`MAX_TORN`] and about [`MAX_TORN_BYTES`].
fn last_of(store: &Store, room: RoomId, stretches: &[StoredRange]) -> Result<Vec<Operation>, SyncError> {
    let (mut last, mut bytes) = (VecDeque::new(), 0);
    let mut stored = Stored::new(store.clone(), room, stretches);
    while let Some(chunk) = stored.next_chunk()? {
        bytes += chunk.iter().map(|(_, operation)| operation.bytes().len()).sum::<usize>();
        last.extend(chunk.into_iter().map(|(_, operation)| operation));
        while last.len() > MAX_TORN || bytes > MAX_TORN_BYTES {
            bytes -= last.pop_front().map_or(bytes, |first: Operation| first.bytes().len());
        }
    }
    Ok(last.into())
}

/// Reads a room's snapshot; `None` if there is none, or the log doesn't hold all that is in it.
fn from_snapshot(
    store: &Store,
    identity: &Identity,
    name: &RoomName,
    chains: &[(ChainKey, u64)],
    now: Now,
) -> Option<Room> {
    let bytes = store.snapshot(&name.id().0).inspect_err(|error| tracing::warn!(%error, "no snapshot")).ok()??;
    let snapshot = RoomSnapshot::decode(&bytes);
    let room = snapshot
        .and_then(|snapshot| Room::from_snapshot(name.clone(), identity.clone(), rand::random(), snapshot, now));
    let room = room.inspect_err(|error| tracing::warn!(%error, room = %name, "the snapshot is no use")).ok()?;
    let stored: BTreeMap<(Author, u64), u64> =
        chains.iter().map(|(chain, next)| ((Author(chain.author), chain.log), *next)).collect();
    let agrees =
        room.log().lanes().all(|(author, lane, len)| stored.get(&(author, lane)).is_some_and(|next| *next >= len));
    if !agrees {
        tracing::warn!(room = %name, "the snapshot holds what the log doesn't: everything is read");
    }
    agrees.then_some(room)
}

/// Writes a room's snapshot, after everything that was given to the disk before.
pub(super) fn write_snapshot(store: &Store, room: RoomId, snapshot: &RoomSnapshot) {
    let written = store.append_wait(Vec::new()).map_err(|error| error.to_string()).and_then(|()| {
        let bytes = snapshot.encode().map_err(|error| error.to_string())?;
        store.put_snapshot(&room.0, &bytes).map_err(|error| error.to_string())
    });
    if let Err(reason) = written {
        tracing::warn!(%reason, "the snapshot of a room was not written; the next start reads all of it");
    }
}

/// Moves damaged files aside and continues with what can be read of them, without records that are no operations. No
/// chain of ours is continued.
fn repair(store: &Store, me: Author) -> Result<Quarantine, StoreError> {
    let quarantine = store.repair_keeping(|record| Unverified::decode(record).is_ok())?;
    retire_own_chains(store, me)?;
    Ok(quarantine)
}

/// Retires our own chains in every room: they may have been longer than what the disk has, so none of them is continued.
pub(in crate::node) fn retire_own_chains(store: &Store, me: Author) -> Result<(), StoreError> {
    for room in store.rooms()? {
        let chains = store.chains(&room)?;
        let ours = chains.iter().filter(|(chain, _)| chain.author == me.0).map(|(chain, _)| chain.log);
        let key = room_key(RoomId(room));
        let before = store.get_meta(&key)?;
        store.put_meta(&key, crate::room::retire(before.as_deref(), ours))?;
    }
    Ok(())
}

/// Returns the name under which the store has the local state of a room.
pub(super) fn room_key(room: RoomId) -> String {
    format!("room/{}", data_encoding::HEXLOWER.encode(&room.0))
}
