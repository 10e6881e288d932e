//! The index, in memory: the durable chains with their lengths, and the named values.
//!
//! Readers use the index, so a record can be seen only once it is durable. A recovery makes the disk agree with the
//! index, so nothing of a failed write remains.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ops::ControlFlow;

use crate::backend::{Backend, Write};
use crate::error::StoreError;
use crate::keys::{self, ChainKey, Hash32};
use crate::witness::Count;

/// The number of the format of everything stored, records included: a program that finds a higher one can't read it.
pub(crate) const FORMAT: u32 = 1;

/// A stored chain.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Chain {
    /// The short id in the keys of its records.
    pub(crate) id: u32,
    /// The number of its records, which is the sequence number of the next one.
    pub(crate) next: u64,
}

/// The durable state except the records themselves.
#[derive(Default)]
pub(crate) struct Index {
    pub(crate) chains: BTreeMap<ChainKey, Chain>,
    /// The short ids of torn chains.
    pub(crate) torn: BTreeSet<u32>,
    pub(crate) meta: BTreeMap<String, Vec<u8>>,
    /// The number of times that a named value was set.
    pub(crate) changes: u64,
    /// The short id of the next new chain.
    pub(crate) next_id: u32,
}

impl Index {
    /// Reads the index from the backend.
    ///
    /// # Errors
    /// `Newer` when a newer program wrote it, `Damaged`, `Io`.
    pub(crate) fn load(backend: &dyn Backend) -> Result<Index, StoreError> {
        if let Some(found) = stored_format(backend)?.filter(|found| *found > FORMAT) {
            return Err(backend.newer(found));
        }
        let (meta, changes, torn) = (stored_meta(backend)?, stored_changes(backend)?, stored_torn(backend)?);
        let mut index = Index { meta, changes, torn, ..Index::default() };
        for (id, key) in stored_chains(backend)? {
            let next = stored_len(backend, id)?;
            if next > 0 && backend.get(&keys::record(id, 0))?.is_none() {
                return Err(backend.damaged(format!("chain {id} has lost its beginning")));
            }
            if index.chains.insert(key, Chain { id, next }).is_some() {
                return Err(backend.damaged(format!("chain {id} is there twice")));
            }
            index.next_id = index.next_id.max(id.saturating_add(1));
        }
        Ok(index)
    }

    /// Returns the number of records and of changes.
    pub(crate) fn count(&self) -> Count {
        Count { records: self.chains.values().map(|chain| chain.next).sum(), values: self.changes }
    }

    /// Returns the first chain at or after `key`.
    pub(crate) fn chain_from(&self, key: &ChainKey) -> Option<(ChainKey, Chain)> {
        self.chains.range(key..).next().map(|(key, chain)| (*key, *chain))
    }

    /// Returns the rooms that have a record, in order.
    pub(crate) fn rooms(&self) -> Vec<Hash32> {
        let mut rooms: Vec<Hash32> = self.filled().map(|(key, _)| key.room).collect();
        rooms.dedup();
        rooms
    }

    /// Returns the chains of a room with their next sequence numbers, in order.
    pub(crate) fn chains_of(&self, room: &Hash32) -> Vec<(ChainKey, u64)> {
        let first = ChainKey { room: *room, author: [0; 32], log: 0 };
        let last = ChainKey { room: *room, author: [u8::MAX; 32], log: u64::MAX };
        let chains = self.chains.range(first..=last).filter(|(_, chain)| chain.next > 0);
        chains.map(|(key, chain)| (*key, chain.next)).collect()
    }

    /// Returns the torn chains of a room, in order.
    pub(crate) fn torn_of(&self, room: &Hash32) -> Vec<ChainKey> {
        if self.torn.is_empty() {
            return Vec::new();
        }
        let torn = self.filled().filter(|(key, chain)| key.room == *room && self.torn.contains(&chain.id));
        torn.map(|(key, _)| *key).collect()
    }

    /// Returns the writes after which the disk agrees with this index: they remove the records and values of a failed
    /// commit, which was never acknowledged.
    ///
    /// # Errors
    /// `Damaged` when something that was durable is missing.
    pub(crate) fn repairs(&self, backend: &dyn Backend) -> Result<Vec<Write>, StoreError> {
        let stored: HashMap<u32, ChainKey> = stored_chains(backend)?.into_iter().collect();
        let known: HashSet<u32> = self.chains.values().map(|chain| chain.id).collect();
        let mut writes = Vec::new();
        for (key, chain) in &self.chains {
            let len = stored_len(backend, chain.id)?;
            if stored.get(&chain.id) != Some(key) || len < chain.next {
                let detail = format!("chain {} has {len} records of {}", chain.id, chain.next);
                return Err(backend.damaged(detail));
            }
            writes.extend((chain.next..len).map(|seq| (keys::record(chain.id, seq).to_vec(), None)));
        }
        for id in stored.keys().filter(|id| !known.contains(id)) {
            writes.push((keys::chain(*id).to_vec(), None));
            writes.extend((0..stored_len(backend, *id)?).map(|seq| (keys::record(*id, seq).to_vec(), None)));
        }
        let meta = stored_meta(backend)?;
        let gone = meta.keys().filter(|name| !self.meta.contains_key(*name));
        writes.extend(gone.map(|name| (keys::meta(name), None)));
        let changed = self.meta.iter().filter(|(name, value)| meta.get(*name) != Some(value));
        writes.extend(changed.map(|(name, value)| (keys::meta(name), Some(value.clone()))));
        if stored_changes(backend)? != self.changes {
            writes.push(changes_write(self.changes));
        }
        Ok(writes)
    }

    fn filled(&self) -> impl Iterator<Item = (&ChainKey, &Chain)> {
        self.chains.iter().filter(|(_, chain)| chain.next > 0)
    }
}

/// Returns the chains on the disk with their short ids.
fn stored_chains(backend: &dyn Backend) -> Result<Vec<(u32, ChainKey)>, StoreError> {
    let mut chains = Vec::new();
    let mut broken = None;
    backend.scan(keys::all_chains(), &mut |key, value| match (keys::chain_id(key), ChainKey::from_value(&value)) {
        (Some(id), Some(chain)) => {
            chains.push((id, chain));
            ControlFlow::Continue(())
        }
        _ => {
            broken = Some(format!("{key:02x?} is not a chain"));
            ControlFlow::Break(())
        }
    })?;
    broken.map_or(Ok(chains), |detail| Err(backend.damaged(detail)))
}

/// Returns the short ids of the torn chains on the disk.
fn stored_torn(backend: &dyn Backend) -> Result<BTreeSet<u32>, StoreError> {
    let mut torn = BTreeSet::new();
    backend.scan(keys::all_torn(), &mut |key, _| {
        torn.extend(keys::chain_id(key));
        ControlFlow::Continue(())
    })?;
    Ok(torn)
}

/// Returns the length of a chain on the disk. Records are written in order and commits are atomic, so the last record
/// gives it.
pub(crate) fn stored_len(backend: &dyn Backend, id: u32) -> Result<u64, StoreError> {
    let Some(last) = backend.last(keys::records_from(id, 0))? else { return Ok(0) };
    match keys::record_seq(&last) {
        Some(seq) => Ok(seq.saturating_add(1)),
        None => Err(backend.damaged(format!("{last:02x?} is not a record"))),
    }
}

/// Returns the named values on the disk.
fn stored_meta(backend: &dyn Backend) -> Result<BTreeMap<String, Vec<u8>>, StoreError> {
    let mut meta = BTreeMap::new();
    let mut broken = None;
    backend.scan(keys::all_meta(), &mut |key, value| match keys::meta_name(key) {
        Some(name) => {
            meta.insert(name, value);
            ControlFlow::Continue(())
        }
        None => {
            broken = Some(format!("{key:02x?} is not a name"));
            ControlFlow::Break(())
        }
    })?;
    broken.map_or(Ok(meta), |detail| Err(backend.damaged(detail)))
}

/// Returns the number of the stored format; `None` where nothing was written since formats have numbers.
fn stored_format(backend: &dyn Backend) -> Result<Option<u32>, StoreError> {
    let Some(value) = backend.get(&keys::FORMAT)? else { return Ok(None) };
    let number = value[..].try_into().map(u32::from_be_bytes);
    number.map(Some).map_err(|_| backend.damaged(format!("{value:02x?} is not the number of a format")))
}

/// Returns the stored number of times that a named value was set.
fn stored_changes(backend: &dyn Backend) -> Result<u64, StoreError> {
    let Some(value) = backend.get(&keys::CHANGES)? else { return Ok(0) };
    match value[..].try_into() {
        Ok(count) => Ok(u64::from_be_bytes(count)),
        Err(_) => Err(backend.damaged(format!("{value:02x?} is not a number of changes"))),
    }
}

/// Returns the write that stores the number of times that a named value was set.
pub(crate) fn changes_write(changes: u64) -> Write {
    (keys::CHANGES.to_vec(), Some(changes.to_be_bytes().to_vec()))
}
