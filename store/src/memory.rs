//! The backend in memory: the same rules, lost when the program ends.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};

use crate::archive::Block;
use crate::backend::{Backend, Visit, Write};
use crate::error::StoreError;
use crate::keys::{self, Hash32};
use crate::opening::Quarantine;
use crate::salvage::{self, Copied};

/// The name used in errors in place of a path.
const NAME: &str = "(memory)";

/// Keys and values in memory; `None` once closed.
pub(crate) struct Memory {
    content: RwLock<Option<BTreeMap<Vec<u8>, Vec<u8>>>>,
    snapshots: Mutex<BTreeMap<Hash32, Vec<u8>>>,
}

impl Memory {
    pub(crate) fn new() -> Memory {
        Memory { content: RwLock::new(Some(BTreeMap::new())), snapshots: Mutex::default() }
    }

    fn map(&self) -> RwLockReadGuard<'_, Option<BTreeMap<Vec<u8>, Vec<u8>>>> {
        self.content.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn replace(&self, content: Option<BTreeMap<Vec<u8>, Vec<u8>>>) {
        *self.content.write().unwrap_or_else(PoisonError::into_inner) = content;
        self.snapshots().clear();
    }

    fn snapshots(&self) -> MutexGuard<'_, BTreeMap<Hash32, Vec<u8>>> {
        self.snapshots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Backend for Memory {
    fn commit(&self, writes: Vec<Write>) -> Result<(), StoreError> {
        let mut map = self.content.write().unwrap_or_else(PoisonError::into_inner);
        let map = map.as_mut().ok_or(StoreError::Closed)?;
        for (key, value) in writes {
            match value {
                Some(value) => map.insert(key, value),
                None => map.remove(&key),
            };
        }
        Ok(())
    }

    fn import(&self, records: Block) -> Result<(), StoreError> {
        let mut writes = vec![(keys::chain(records.id).to_vec(), Some(records.chain.to_value()))];
        let numbered = (records.first..).zip(records.records);
        writes.extend(numbered.map(|(seq, bytes)| (keys::record(records.id, seq).to_vec(), Some(bytes))));
        self.commit(writes)
    }

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.map().as_ref().ok_or(StoreError::Closed)?.get(key).cloned())
    }

    fn scan(&self, range: Range<Vec<u8>>, visit: &mut Visit<'_>) -> Result<(), StoreError> {
        for (key, value) in self.map().as_ref().ok_or(StoreError::Closed)?.range(range) {
            if visit(key, value.clone()).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn last(&self, range: Range<Vec<u8>>) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.map().as_ref().ok_or(StoreError::Closed)?.range(range).next_back().map(|(key, _)| key.clone()))
    }

    fn check_room(&self, _bytes: u64) -> Result<(), StoreError> {
        Ok(())
    }

    fn reopen(&self) -> Result<(), StoreError> {
        self.map().as_ref().map(|_| ()).ok_or(StoreError::Closed)
    }

    fn repair(&self, reason: String) -> Result<Quarantine, StoreError> {
        let new = Memory::new();
        let Copied { records, cut_chains } = salvage::copy(self, &new)?;
        let content = new.content.into_inner().unwrap_or_else(PoisonError::into_inner);
        self.replace(content);
        Ok(Quarantine { moved_to: PathBuf::from(NAME), reason, kept: records, lost_chains: cut_chains })
    }

    fn put_snapshot(&self, room: &Hash32, bytes: &[u8]) -> Result<(), StoreError> {
        self.snapshots().insert(*room, bytes.to_vec());
        Ok(())
    }

    fn snapshot(&self, room: &Hash32) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.snapshots().get(room).cloned())
    }

    fn close(&self) {
        self.replace(None);
    }

    fn damaged(&self, detail: String) -> StoreError {
        StoreError::Damaged { dir: PathBuf::from(NAME), detail }
    }
}
