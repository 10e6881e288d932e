//! The rules for one group of calls: each adds records or is refused.
//!
//! The calls of a group are checked one after another, as if each had been written before the next one came. Together they
//! become one commit.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::backend::{Backend, Write};
use crate::error::StoreError;
use crate::index::{self, Chain, Index};
use crate::keys::{self, ChainKey, Record};

/// A group being assembled.
pub(crate) struct Stage<'a> {
    index: &'a Index,
    backend: &'a dyn Backend,
    next_id: u32,
    chains: HashMap<ChainKey, Staged>,
    meta: Vec<(String, Vec<u8>)>,
    writes: Vec<Write>,
}

/// A chain that the group adds to.
struct Staged {
    id: u32,
    /// The next sequence number before the group.
    base: u64,
    /// The indices of its new records in `writes`.
    indices: Vec<usize>,
}

impl Staged {
    fn next(&self) -> u64 {
        self.base.saturating_add(self.indices.len() as u64)
    }
}

/// The change of the index that a durable group brings.
pub(crate) struct Staging {
    next_id: u32,
    changes: u64,
    chains: Vec<(ChainKey, Chain)>,
    meta: Vec<(String, Vec<u8>)>,
}

impl<'a> Stage<'a> {
    pub(crate) fn new(index: &'a Index, backend: &'a dyn Backend) -> Stage<'a> {
        let next_id = index.next_id;
        Stage { index, backend, next_id, chains: HashMap::new(), meta: Vec::new(), writes: Vec::new() }
    }

    /// Adds the records of one call, or none of them when one is refused.
    pub(crate) fn append(&mut self, records: Vec<Record>) -> Result<(), StoreError> {
        let (writes, next_id) = (self.writes.len(), self.next_id);
        let mut undo = Vec::new();
        let outcome = records.into_iter().try_for_each(|record| self.add(record, &mut undo));
        if outcome.is_err() {
            self.writes.truncate(writes);
            self.next_id = next_id;
            self.roll_back(undo);
        }
        outcome
    }

    /// Sets a named value, or removes it when it is empty.
    pub(crate) fn put_meta(&mut self, name: String, value: Vec<u8>) {
        self.writes.push((keys::meta(&name), Some(value.clone()).filter(|value| !value.is_empty())));
        self.meta.push((name, value));
    }

    /// Returns the writes of the group, and the change of the index to apply once they are durable.
    pub(crate) fn finish(mut self) -> (Vec<Write>, Staging) {
        let changes = self.index.changes.saturating_add(self.meta.len() as u64);
        if changes != self.index.changes {
            self.writes.push(index::changes_write(changes));
        }
        let chains = self.chains.into_iter().map(|(key, staged)| {
            let next = staged.next();
            (key, Chain { id: staged.id, next })
        });
        (self.writes, Staging { next_id: self.next_id, changes, chains: chains.collect(), meta: self.meta })
    }

    /// Adds one record. Pushes to `undo` how many new records its chain had before (`None`: the chain was not staged).
    fn add(&mut self, record: Record, undo: &mut Vec<(ChainKey, Option<usize>)>) -> Result<(), StoreError> {
        let Record { chain: key, seq, bytes } = record;
        let next = self.next_of(&key);
        if seq < next {
            return self.compare(key, seq, &bytes);
        }
        if seq > next {
            return Err(StoreError::Gap { chain: key, expected: next, got: seq });
        }
        if undo.last().is_none_or(|(last, _)| *last != key) {
            undo.push((key, self.chains.get(&key).map(|staged| staged.indices.len())));
        }
        let staged = match self.chains.entry(key) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => entry.insert(match self.index.chains.get(&key) {
                Some(chain) => Staged { id: chain.id, base: chain.next, indices: Vec::new() },
                None => new_chain(key, &mut self.next_id, &mut self.writes),
            }),
        };
        staged.indices.push(self.writes.len());
        self.writes.push((keys::record(staged.id, seq).to_vec(), Some(bytes)));
        Ok(())
    }

    fn next_of(&self, key: &ChainKey) -> u64 {
        let durable = || self.index.chains.get(key).map_or(0, |chain| chain.next);
        self.chains.get(key).map_or_else(durable, Staged::next)
    }

    /// Accepts a record with a used sequence number if it is the same as the stored one.
    fn compare(&self, chain: ChainKey, seq: u64, bytes: &[u8]) -> Result<(), StoreError> {
        let same = match self.staged(&chain, seq) {
            Some(staged) => staged == bytes,
            None => self.stored(&chain, seq)? == bytes,
        };
        if same { Ok(()) } else { Err(StoreError::Conflict { chain, seq }) }
    }

    /// Returns the record with this sequence number if this group adds it.
    fn staged(&self, chain: &ChainKey, seq: u64) -> Option<&[u8]> {
        let staged = self.chains.get(chain)?;
        let index = staged.indices.get(usize::try_from(seq.checked_sub(staged.base)?).ok()?)?;
        self.writes.get(*index)?.1.as_deref()
    }

    /// Returns a record that was durable before this group.
    fn stored(&self, chain: &ChainKey, seq: u64) -> Result<Vec<u8>, StoreError> {
        let id = self.index.chains.get(chain).map_or(0, |chain| chain.id);
        let stored = self.backend.get(&keys::record(id, seq))?;
        stored.ok_or_else(|| self.backend.damaged(format!("record {seq} of chain {id} is missing")))
    }

    fn roll_back(&mut self, undo: Vec<(ChainKey, Option<usize>)>) {
        for (key, before) in undo.into_iter().rev() {
            match before {
                None => drop(self.chains.remove(&key)),
                Some(len) => {
                    if let Some(staged) = self.chains.get_mut(&key) {
                        staged.indices.truncate(len);
                    }
                }
            }
        }
    }
}

/// Gives a chain the next short id, stored together with its first record.
fn new_chain(key: ChainKey, next_id: &mut u32, writes: &mut Vec<Write>) -> Staged {
    let id = *next_id;
    *next_id += 1;
    writes.push((keys::chain(id).to_vec(), Some(key.to_value())));
    Staged { id, base: 0, indices: Vec::new() }
}

impl Staging {
    /// Applies the change to the index.
    pub(crate) fn apply(self, index: &mut Index) {
        index.next_id = self.next_id;
        index.changes = self.changes;
        index.chains.extend(self.chains);
        for (name, value) in self.meta {
            if value.is_empty() {
                index.meta.remove(&name);
            } else {
                index.meta.insert(name, value);
            }
        }
    }
}
