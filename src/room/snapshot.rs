//! A room as it is kept beside the log, so that opening it need not read and fold all of it. Derived: without it, or when
//! it doesn't agree with the log, everything is read anew.

use serde::{Deserialize, Serialize};

use super::Room;
use crate::clock::Now;
use crate::codec::{self, CodecError};
use crate::fold::{Fold, FoldSnapshot};
use crate::identity::{Author, Identity};
use crate::log::{Log, LogSnapshot};
use crate::name::{PersonName, RoomName};
use crate::operation::OrderKey;

/// The form described here. Another form is as good as no snapshot.
const VERSION: u32 = 5;
/// Largest snapshot in bytes: a few million operations.
const MAX_BYTES: usize = 256 << 20;

/// A room at some moment; what comes after it is read from the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomSnapshot {
    version: u32,
    log: LogSnapshot,
    fold: FoldSnapshot,
    people: Vec<Written>,
}

/// What the log tells of one person: the last name with its place, and when they last wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Written(Author, Option<(OrderKey, PersonName)>, Option<u64>);

/// Bytes that are no snapshot of this room.
#[derive(Debug, Clone, thiserror::Error)]
pub enum BadSnapshot {
    /// They can't be read.
    #[error("unreadable: {0}")]
    Codec(#[from] CodecError),
    /// Another form.
    #[error("of version {0}")]
    Version(u32),
    /// The log in it contradicts itself.
    #[error(transparent)]
    Log(#[from] crate::log::BadSnapshot),
}

impl RoomSnapshot {
    /// The bytes.
    ///
    /// # Errors
    /// [`CodecError::TooLarge`].
    pub fn encode(&self) -> Result<Vec<u8>, CodecError> {
        codec::encode(self, MAX_BYTES)
    }

    /// Reads a snapshot.
    ///
    /// # Errors
    /// [`BadSnapshot`].
    pub fn decode(bytes: &[u8]) -> Result<Self, BadSnapshot> {
        codec::within(bytes.len(), MAX_BYTES)?;
        let snapshot: RoomSnapshot = codec::decode(bytes)?;
        if snapshot.version == VERSION { Ok(snapshot) } else { Err(BadSnapshot::Version(snapshot.version)) }
    }
}

impl Room {
    /// The room as it is now; `None` while games and ink have to be folded anew. Cheap beside writing it down.
    pub fn snapshot(&mut self) -> Option<RoomSnapshot> {
        if self.fold.is_stale() || self.refolding {
            return None;
        }
        let people = self.people.known().map(|(author, name, seen)| Written(author, name, seen));
        Some(RoomSnapshot {
            version: VERSION,
            log: self.log.snapshot(),
            people: people.collect(),
            fold: self.fold.snapshot(),
        })
    }

    /// The room from its snapshot. What the disk holds beyond it is to be given by [`Room::restore`]: see
    /// [`Log::lanes`](crate::log::Log::lanes). Then comes [`Room::open`].
    ///
    /// # Errors
    /// [`BadSnapshot::Log`].
    pub fn from_snapshot(
        name: RoomName,
        identity: Identity,
        fresh_log: u64,
        snapshot: RoomSnapshot,
        now: Now,
    ) -> Result<Self, BadSnapshot> {
        let mut room = Room::new(name, identity, fresh_log);
        room.log = Log::from_snapshot(room.name.id(), &snapshot.log)?;
        room.fold = Fold::from_snapshot(snapshot.fold);
        for Written(author, name, seen) in snapshot.people {
            if let Some((key, name)) = name {
                room.people.set_name(key, name);
            }
            seen.into_iter().for_each(|ms| room.people.note_activity(author, ms));
        }
        if let Some(last) = room.log.last_before(crate::clock::Timestamp::from_ms(now.wall_ms)) {
            room.clock.observe(last.time, now.wall_ms);
        }
        Ok(room)
    }

    /// How many operations of each lane the room holds: (author, lane, how many).
    pub fn lanes(&self) -> impl Iterator<Item = (Author, u64, u64)> {
        self.log.lanes()
    }
}
