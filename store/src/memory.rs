//! A backend without a disk: the same rules, gone with the program.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use crate::backend::{Backend, Visit, Write};
use crate::error::StoreError;

/// Keys and values in memory; `None` once closed.
pub(crate) struct Memory(RwLock<Option<BTreeMap<Vec<u8>, Vec<u8>>>>);

impl Memory {
    pub(crate) fn new() -> Memory {
        Memory(RwLock::new(Some(BTreeMap::new())))
    }

    fn map(&self) -> RwLockReadGuard<'_, Option<BTreeMap<Vec<u8>, Vec<u8>>>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Backend for Memory {
    fn commit(&self, writes: Vec<Write>) -> Result<(), StoreError> {
        let mut map = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let map = map.as_mut().ok_or(StoreError::Closed)?;
        for (key, value) in writes {
            match value {
                Some(value) => map.insert(key, value),
                None => map.remove(&key),
            };
        }
        Ok(())
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

    fn close(&self) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn damaged(&self, detail: String) -> StoreError {
        StoreError::Damaged { dir: PathBuf::from("(memory)"), detail }
    }
}
