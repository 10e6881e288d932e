//! Reads the saved history of a data folder on which no node runs. Nothing in the folder is changed.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::path::Path;

use inkmesh_store::{ChainKey, Store};

use super::storage::StorageError;
use super::sync::{Stored, SyncError, read_record};
use super::{contacts, private_rooms, rooms};
use crate::contacts::Contact;
use crate::event::Entry;
use crate::fold::{Fold, Step};
use crate::gallery::Gallery;
use crate::identity::Author;
use crate::log::{Log, StoredRange};
use crate::name::{RoomId, RoomName};
use crate::operation::Operation;
use crate::payload::Payload;
use crate::people::People;
use crate::private_room::RoomKeys;
use crate::timeline;

/// A reason why the saved history can't be read.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The folder: in use, damaged, unreadable, or without a history.
    #[error(transparent)]
    Store(#[from] StorageError),
    /// An entry that no program wrote.
    #[error("an entry of the saved history can't be read: {reason}")]
    Unreadable {
        /// The reason.
        reason: String,
    },
}

impl ArchiveError {
    /// Returns whether a program runs on the folder.
    #[must_use]
    pub fn is_in_use(&self) -> bool {
        matches!(self, ArchiveError::Store(StorageError::InUse { .. }))
    }

    fn of(error: SyncError) -> Self {
        match error {
            SyncError::Store(error) => ArchiveError::Store(error),
            other => ArchiveError::Unreadable { reason: other.to_string() },
        }
    }
}

/// Records that are read at once to find those that are no operations.
const PIECE: usize = 4096;
const PIECE_BYTES: usize = 4 << 20;

/// A saved history. While it is open, no node can start on its folder.
pub struct Archive {
    store: Store,
}

/// A room with at least one saved operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchivedRoom {
    /// The room.
    pub id: RoomId,
    /// Its name, if it is one of the rooms that we are in or left; others are known by their hash alone.
    pub name: Option<RoomName>,
    /// What people call a private room.
    pub title: Option<RoomName>,
    /// The number of operations.
    pub operations: u64,
    /// The number of people who wrote them.
    pub authors: usize,
    /// The time of the first operation, in milliseconds since 1970.
    pub first_ms: u64,
    /// The time of the last one.
    pub last_ms: u64,
}

impl Archive {
    /// Opens the history in a data folder.
    ///
    /// # Errors
    /// [`ArchiveError::Store`].
    pub fn open(data_dir: &Path) -> Result<Self, ArchiveError> {
        Ok(Archive { store: Store::open_to_read(data_dir)? })
    }

    /// Returns all rooms, also those that were left.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub fn rooms(&self) -> Result<Vec<ArchivedRoom>, ArchiveError> {
        let lists = ["rooms", rooms::LEFT].map(|list| self.store.get_meta(list));
        let mut names = BTreeMap::from([(RoomName::lobby().id(), RoomName::lobby())]);
        for list in lists {
            let list = list?.and_then(|list| rooms::recall(&list)).unwrap_or_default();
            names.extend(list.into_iter().map(|name| (name.id(), name)));
        }
        let private = private_rooms::load(&self.store)?;
        names.extend(private.all().map(|room| (room.secret.room(), room.name())));
        let rooms = self.store.rooms()?.into_iter().map(RoomId);
        rooms
            .map(|room| {
                let summary = self.summary(room, names.get(&room).cloned())?;
                Ok(ArchivedRoom { title: private.get(room).map(|private| private.title.clone()), ..summary })
            })
            .collect()
    }

    /// Returns the contacts: everybody who was met or marked.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub fn people(&self) -> Result<Vec<Contact>, ArchiveError> {
        Ok(contacts::load(&self.store)?.all(0))
    }

    /// Reads only the ends of the chains: within a chain, times only grow.
    fn summary(&self, id: RoomId, name: Option<RoomName>) -> Result<ArchivedRoom, ArchiveError> {
        let (mut first_ms, mut last_ms) = (u64::MAX, 0);
        let chains = self.store.chains(&id.0)?;
        for (chain, next) in &chains {
            first_ms = first_ms.min(self.written_at(chain, 0)?.unwrap_or(u64::MAX));
            last_ms = last_ms.max(self.written_at(chain, next.saturating_sub(1))?.unwrap_or(0));
        }
        let authors: BTreeSet<[u8; 32]> = chains.iter().map(|(chain, _)| chain.author).collect();
        let operations = chains.iter().map(|(_, next)| next).sum();
        Ok(ArchivedRoom {
            id,
            name,
            title: None,
            operations,
            authors: authors.len(),
            first_ms: first_ms.min(last_ms),
            last_ms,
        })
    }

    /// Returns the time of a record; `None` when there is none, or it is no operation.
    fn written_at(&self, chain: &ChainKey, seq: u64) -> Result<Option<u64>, ArchiveError> {
        let operation = self.store.get(chain, seq)?.and_then(|bytes| read_record(&bytes).ok());
        Ok(operation.map(|operation| operation.header().time.ms()))
    }

    /// Reads a room. A room without saved operations is empty. Records that are no operations are left out; what follows them
    /// in their chain is shown as what follows a gap.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub fn room(&self, room: RoomId) -> Result<History, ArchiveError> {
        let whole = |(chain, next): (ChainKey, u64)| StoredRange {
            author: Author(chain.author),
            lane: chain.log,
            from: 0,
            to: next,
        };
        let stretches = self.store.chains(&room.0)?.into_iter().map(whole).collect();
        let torn = self.store.torn(&room.0)?.into_iter().map(|chain| chain.log).collect();
        let (store, gaps) = (self.store.clone(), BTreeMap::new());
        let (log, fold, people) = (Log::new(room), Fold::default(), People::default());
        let keys = private_rooms::load(&self.store)?.keys(room);
        let mut history = History { store, room, keys, stretches, torn, gaps, log, fold, people };
        match history.read() {
            Err(ArchiveError::Unreadable { reason }) => {
                tracing::warn!("{reason}: it is left out");
                (history.log, history.fold, history.people) = (Log::new(room), Fold::default(), People::default());
                history.leave_out_unreadable()?;
                history.read()?;
            }
            read => read?,
        }
        Ok(history)
    }
}

/// The history of a room.
pub struct History {
    store: Store,
    room: RoomId,
    /// The keys of a private room.
    keys: Option<RoomKeys>,
    stretches: Vec<StoredRange>,
    /// The numbers of torn chains: their operations follow a gap, so the log can't hold them.
    torn: BTreeSet<u64>,
    /// For each lane with a record that is no operation: the number of the first operation after it.
    gaps: BTreeMap<(Author, u64), u64>,
    log: Log,
    fold: Fold,
    people: People,
}

impl History {
    fn read(&mut self) -> Result<(), ArchiveError> {
        let mut steps = Vec::new();
        let mut merge = self.stored();
        while let Some(chunk) = self.next_chunk(&mut merge)? {
            let (torn, whole): (Vec<_>, Vec<_>) =
                chunk.into_iter().partition(|(lane, operation)| self.is_torn(*lane, operation));
            let inserted = self.log.restore(whole).inserted;
            let inserted = inserted.into_iter().map(|(_, operation)| operation);
            for operation in inserted.chain(torn.into_iter().map(|(_, operation)| operation)) {
                let (key, payload) = (operation.key(), operation.payload());
                if let Payload::Profile(profile) = &payload {
                    self.people.set_profile(key, profile.clone());
                }
                steps.extend(Step::new(key, operation.id(), &payload));
            }
        }
        self.fold.insert(steps);
        Ok(())
    }

    fn stored(&self) -> Stored {
        Stored::new(self.store.clone(), self.room, &self.stretches)
    }

    /// Returns the next operations, each with its lane's number; `None` at the end. What can't be opened has nothing to show.
    fn next_chunk(&self, stored: &mut Stored) -> Result<Option<Vec<(u64, Operation)>>, ArchiveError> {
        let mut chunk = stored.next_chunk().map_err(ArchiveError::of)?;
        for (_, operation) in chunk.iter_mut().flatten() {
            let _ = operation.open(self.keys.as_ref());
        }
        Ok(chunk)
    }

    /// Gives all lines to `take`, in the log's order, as a node that had just started would return them.
    ///
    /// # Errors
    /// Those of `take`, and [`ArchiveError`].
    pub fn entries<E: From<ArchiveError>>(
        &self,
        mut take: impl FnMut(Entry) -> Result<ControlFlow<()>, E>,
    ) -> Result<(), E> {
        let mut merge = self.stored();
        while let Some(chunk) = self.next_chunk(&mut merge)? {
            for (_, operation) in chunk.iter().filter(|(lane, operation)| self.shows(*lane, operation)) {
                if take(self.entry(operation))?.is_break() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Returns whether a stored operation is part of the log, or follows a gap. Any other was removed from the log once, or is
    /// stored a second time because the gap before it was filled.
    fn shows(&self, lane: u64, operation: &Operation) -> bool {
        self.is_torn(lane, operation) == self.log.is_news(operation.header(), operation.id())
    }

    /// Returns whether a stored operation follows a gap in its lane.
    fn is_torn(&self, lane: u64, operation: &Operation) -> bool {
        let gap = self.gaps.get(&(operation.author(), lane));
        self.torn.contains(&lane) || gap.is_some_and(|first| operation.header().seq >= *first)
    }

    /// Splits the stretches where records are no operations.
    fn leave_out_unreadable(&mut self) -> Result<(), ArchiveError> {
        for stretch in std::mem::take(&mut self.stretches) {
            let StoredRange { author, lane, mut from, to } = stretch;
            let chain = ChainKey { room: self.room.0, author: author.0, log: lane };
            let (mut at, mut cut) = (from, false);
            while at < to {
                let records = self.store.read(&chain, at, PIECE, PIECE_BYTES)?;
                if records.is_empty() {
                    break;
                }
                for bytes in records {
                    match read_record(&bytes) {
                        Ok(operation) if cut => {
                            self.gaps.entry((author, lane)).or_insert(operation.header().seq);
                            cut = false;
                        }
                        Ok(_) => {}
                        Err(_) => {
                            self.stretches.push(StoredRange { from, to: at, ..stretch });
                            (from, cut) = (at + 1, true);
                        }
                    }
                    at += 1;
                }
            }
            self.stretches.push(StoredRange { from, to: at, ..stretch });
        }
        self.stretches.retain(|stretch| stretch.from < stretch.to);
        Ok(())
    }

    fn entry(&self, operation: &Operation) -> Entry {
        let (author, payload) = (operation.author(), operation.payload());
        let open = |game, turn, sealed: &[u8]| self.fold.revealed_key(game, turn)?.open(author, sealed);
        timeline::entry(operation, payload, self.people.name(author), &self.fold, false, open)
    }

    /// Returns all drawings that the room has ever seen.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub fn gallery(&self) -> Result<Gallery, ArchiveError> {
        let (mut merge, mut steps) = (self.stored(), Vec::new());
        while let Some(chunk) = self.next_chunk(&mut merge)? {
            let shown = chunk.iter().filter(|(lane, operation)| self.shows(*lane, operation));
            steps.extend(shown.filter_map(|(_, shown)| Step::new(shown.key(), shown.id(), &shown.payload())));
        }
        Ok(Gallery::new(steps))
    }

    /// Returns the last names of the people who gave one.
    pub fn names(&self) -> impl Iterator<Item = (Author, String)> {
        self.people.known().filter_map(|(author, profile, _)| Some((author, profile?.1.name.to_string())))
    }
}
