//! Rooms from the disk and back: read from their image and what came after it, or wholly; imaged now and then; games and
//! ink read anew; and the slow look over everything that is stored.

use std::collections::BTreeMap;
use std::time::Duration;

use inkmesh_store::{ChainKey, Cursor, Opening, Store, StoreError};

use super::StartError;
use super::catch_up::{Stored, SyncError};
use super::gallery::read_all;
use super::run::{Note, Runner};
use super::saving::{quarantined, retire_own_chains, room_key};
use crate::clock::Now;
use crate::event::Warning;
use crate::identity::Author;
use crate::log::StoredRange;
use crate::name::{RoomId, RoomName};
use crate::operation::Operation;
use crate::room::{Input, Room, RoomSnapshot};

/// A room is imaged when it has grown by this many operations, or by a part of itself if that is more.
const GROWTH: usize = 20_000;
const GROWTH_PART: usize = 8;
/// Rooms smaller than this are read whole: that is as quick.
const SMALL: usize = 5_000;
/// How long after the start the look over the disk begins, and how long it rests after each piece.
const LOOK_AFTER: Duration = Duration::from_secs(10);
const LOOK_REST: Duration = Duration::from_millis(50);
/// Bytes of a piece.
const LOOK_PIECE: usize = 1 << 20;

impl Runner {
    /// Tells what was found when the store was opened. If anything had been lost, no chain of ours is continued.
    pub(super) fn found_on_opening(&mut self, opening: &Opening) -> Result<(), StartError> {
        if opening.lost {
            retire_own_chains(&self.store, self.identity.author())?;
        }
        match &opening.quarantined {
            Some(quarantine) => self.warn(quarantined(quarantine)),
            None if opening.lost => self.warn(Warning::TailLost),
            None => {}
        }
        Ok(())
    }

    /// Reads a room from the disk; returns also how many operations its image there holds.
    pub(super) fn load(&self, name: RoomName) -> Result<(Room, usize), StartError> {
        let (id, now) = (name.id(), self.now());
        let chains = self.store.chains(&id.0)?;
        let mut room = self.imaged(&name, &chains, now).unwrap_or_else(|| self.empty(name));
        let imaged = room.len();
        let held: BTreeMap<(Author, u64), u64> =
            room.lanes().map(|(author, lane, len)| ((author, lane), len)).collect();
        let rest = |(chain, next): &(ChainKey, u64)| {
            let author = Author(chain.author);
            let from = held.get(&(author, chain.log)).copied().unwrap_or(0);
            (from < *next).then_some(StoredRange { author, lane: chain.log, from, to: *next })
        };
        let rest: Vec<StoredRange> = chains.iter().filter_map(rest).collect();
        let mut stored = Stored::new(self.store.clone(), id, &rest);
        let damaged = |error| match error {
            SyncError::Store(error) => StartError::Store(error),
            other => StartError::HistoryDamaged { reason: other.to_string() },
        };
        while let Some(chunk) = stored.next_chunk().map_err(damaged)? {
            room.restore(chunk, now);
        }
        room.recall(self.store.get_meta(&room_key(id))?.as_deref());
        Ok((room, imaged))
    }

    fn empty(&self, name: RoomName) -> Room {
        Room::new(name, self.identity.clone(), rand::random())
    }

    /// The room as it was imaged last, unless the log doesn't hold all that is in it.
    fn imaged(&self, name: &RoomName, chains: &[(ChainKey, u64)], now: Now) -> Option<Room> {
        let bytes =
            self.store.checkpoint(&name.id().0).inspect_err(|error| tracing::warn!(%error, "no image")).ok()??;
        let image = RoomSnapshot::decode(&bytes);
        let identity = self.identity.clone();
        let room = image.and_then(|image| Room::from_snapshot(name.clone(), identity, rand::random(), image, now));
        let room = room.inspect_err(|error| tracing::warn!(%error, room = %name, "the room's image is no use")).ok()?;
        let stored: BTreeMap<(Author, u64), u64> =
            chains.iter().map(|(chain, next)| ((Author(chain.author), chain.log), *next)).collect();
        let agrees =
            room.lanes().all(|(author, lane, len)| stored.get(&(author, lane)).is_some_and(|next| *next >= len));
        if !agrees {
            tracing::warn!(room = %name, "the room's image holds what the log doesn't: everything is read");
        }
        agrees.then_some(room)
    }

    /// Images a room if it has grown much.
    pub(super) fn image_if_grown(&mut self, name: &RoomName) {
        let Some(member) = self.rooms.get_mut(name) else { return };
        let len = member.room.len();
        if len < SMALL || len < member.imaged + GROWTH.max(member.imaged / GROWTH_PART) || !self.saving.is_empty() {
            return;
        }
        let Some(image) = member.room.snapshot() else { return };
        member.imaged = len;
        self.keep_now(None); // what is in the image is on its way to the disk before it
        let (store, room) = (self.store.clone(), name.id());
        tokio::task::spawn_blocking(move || write(&store, room, &image));
    }

    /// Images of all rooms that have changed and are large enough.
    pub(super) fn images_at_the_end(&mut self) -> Vec<(RoomId, RoomSnapshot)> {
        let changed = self.rooms.iter_mut().filter(|(_, member)| {
            let len = member.room.len();
            len >= SMALL && len != member.imaged
        });
        changed.filter_map(|(name, member)| Some((name.id(), member.room.snapshot()?))).collect()
    }

    /// Reads all games and ink of a room, for it to fold them anew.
    pub(super) fn refold(&self, name: &RoomName) {
        let Some(member) = self.rooms.get(name) else { return };
        let (room, places) = (name.id(), member.room.steps());
        let unsaved: Vec<Operation> = self.unsaved.of_room(room).cloned().collect();
        let (name, store, notes) = (name.clone(), self.store.clone(), self.notes.clone());
        tokio::task::spawn_blocking(move || {
            let result = read_all(&store, room, &places).map(|read| read.into_iter().chain(unsaved).collect());
            let _ = notes.blocking_send(Note::Refolded { room: name, result });
        });
    }

    pub(super) fn on_refolded(&mut self, name: &RoomName, result: Result<Vec<Operation>, SyncError>) {
        match result {
            Ok(operations) => self.feed(name, Input::Refolded(operations)),
            Err(error) => self.reading_failed(&error),
        }
    }

    /// Reads everything that is stored once, slowly: damage that nobody happens to read is found too.
    pub(super) fn look_over_the_disk(&self) {
        let (store, notes) = (self.store.clone(), self.notes.clone());
        tokio::spawn(async move {
            tokio::time::sleep(LOOK_AFTER).await;
            let mut cursor = Cursor::default();
            loop {
                let store = store.clone();
                let looked = tokio::task::spawn_blocking(move || store.look(cursor, LOOK_PIECE)).await;
                match looked {
                    Ok(Ok(Some(next))) => cursor = next,
                    Ok(Err(error @ StoreError::Damaged { .. })) => {
                        let _ = notes.send(Note::Damaged(error.into())).await;
                        return;
                    }
                    Ok(Ok(None) | Err(_)) | Err(_) => return,
                }
                tokio::time::sleep(LOOK_REST).await;
            }
        });
    }
}

/// Writes an image down, after everything that was given to the disk before.
pub(super) fn write(store: &Store, room: RoomId, image: &RoomSnapshot) {
    let written = store.append_wait(Vec::new()).map_err(|error| error.to_string()).and_then(|()| {
        let bytes = image.encode().map_err(|error| error.to_string())?;
        store.put_checkpoint(&room.0, &bytes).map_err(|error| error.to_string())
    });
    if let Err(reason) = written {
        tracing::warn!(%reason, "the image of a room was not written; the next start reads all of it");
    }
}
