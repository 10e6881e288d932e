//! Snapshots of a room, stored beside its log so that opening it need not read and fold all of the log. A snapshot is
//! derived: without one, or when it contradicts the log, everything is read.

use serde::{Deserialize, Serialize};

use super::contents::Contents;
use crate::codec::{self, CodecError};
use crate::fold::{Fold, FoldSnapshot};
use crate::identity::Author;
use crate::log::{Log, LogSnapshot};
use crate::name::RoomId;
use crate::operation::OrderKey;
use crate::payload::Profile;

/// The version of the encoded form. A snapshot of another version is of no use.
const VERSION: u32 = 6;
/// Largest snapshot in bytes: a few million operations.
const MAX_BYTES: usize = 256 << 20;

/// A room at some moment. Operations after it are read from the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomSnapshot {
    version: u32,
    log: LogSnapshot,
    fold: FoldSnapshot,
    people: Vec<StoredPerson>,
}

/// A person: the last profile with its position in the log, and the time of their last operation in milliseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct StoredPerson(Author, Option<(OrderKey, Profile)>, Option<u64>);

/// The reason why bytes are no snapshot of a room.
#[derive(Debug, Clone, thiserror::Error)]
pub enum BadSnapshot {
    /// They can't be decoded.
    #[error("unreadable: {0}")]
    Codec(#[from] CodecError),
    /// They have another version.
    #[error("of version {0}")]
    Version(u32),
    /// The log in the snapshot contradicts itself.
    #[error(transparent)]
    Log(#[from] crate::log::BadSnapshot),
}

impl RoomSnapshot {
    /// Encodes the snapshot.
    ///
    /// # Errors
    /// [`CodecError::TooLarge`].
    pub fn encode(&self) -> Result<Vec<u8>, CodecError> {
        codec::encode(self, MAX_BYTES)
    }

    /// Decodes a snapshot.
    ///
    /// # Errors
    /// [`BadSnapshot`].
    pub fn decode(bytes: &[u8]) -> Result<Self, BadSnapshot> {
        codec::within(bytes.len(), MAX_BYTES)?;
        let snapshot: RoomSnapshot = codec::decode(bytes)?;
        if snapshot.version == VERSION { Ok(snapshot) } else { Err(BadSnapshot::Version(snapshot.version)) }
    }
}

impl Contents {
    /// Returns a snapshot; `None` while the fold has to be made anew. Encoding it costs much more than making it.
    pub(super) fn snapshot(&mut self) -> Option<RoomSnapshot> {
        if self.fold.is_stale() || self.refolds.is_under_way() {
            return None;
        }
        let people = self.people.known().map(|(author, profile, seen)| StoredPerson(author, profile, seen)).collect();
        Some(RoomSnapshot { version: VERSION, log: self.log.snapshot(), people, fold: self.fold.snapshot() })
    }

    /// Makes the contents of a room from a snapshot.
    pub(super) fn from_snapshot(room: RoomId, snapshot: RoomSnapshot) -> Result<Self, BadSnapshot> {
        let mut contents = Contents::new(room);
        contents.log = Log::from_snapshot(room, &snapshot.log)?;
        contents.fold = Fold::from_snapshot(snapshot.fold);
        for StoredPerson(author, profile, seen) in snapshot.people {
            if let Some((key, profile)) = profile {
                contents.people.set_profile(key, profile);
            }
            seen.into_iter().for_each(|ms| contents.people.note_activity(author, ms));
        }
        Ok(contents)
    }
}
