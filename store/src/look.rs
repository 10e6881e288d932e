//! Reading everything in small pieces, so that damage is found while others still have the data.

use crate::error::StoreError;
use crate::keys::ChainKey;
use crate::store::Store;

/// Bytes counted for each record beside its content, so that a piece of many small records is bounded too.
const OVERHEAD: usize = 64;

/// The position of a pass over everything. The default is the beginning.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Cursor(Option<(ChainKey, u64)>);

impl Store {
    /// Reads about `max_bytes`, at least one record, and returns the position to continue from, or `None` at the end.
    /// Records that are added meanwhile may or may not be read.
    ///
    /// # Errors
    /// `Damaged` when something can't be read: call [`Store::repair`]. `Io`, `Closed`.
    pub fn look(&self, from: Cursor, max_bytes: usize) -> Result<Option<Cursor>, StoreError> {
        let first = ChainKey { room: [0; 32], author: [0; 32], log: 0 };
        let (mut key, mut seq) = from.0.unwrap_or((first, 0));
        let mut left = max_bytes;
        loop {
            self.check_open()?;
            let Some((found, chain)) = self.shared().index().chain_from(&key) else { return Ok(None) };
            if found != key {
                (key, seq) = (found, 0);
            }
            let records = self.read(&key, seq, left.div_ceil(OVERHEAD), left)?;
            let bytes: usize = records.iter().map(|record| record.len().saturating_add(OVERHEAD)).sum();
            seq = seq.saturating_add(records.len() as u64);
            left = left.saturating_sub(bytes.max(OVERHEAD));
            if seq >= chain.next {
                let Some(next) = after(&key) else { return Ok(None) };
                (key, seq) = (next, 0);
            }
            if left == 0 {
                return Ok(Some(Cursor(Some((key, seq)))));
            }
        }
    }
}

/// Returns the smallest key after `key`.
fn after(key: &ChainKey) -> Option<ChainKey> {
    if let Some(log) = key.log.checked_add(1) {
        return Some(ChainKey { log, ..*key });
    }
    let mut next = ChainKey { log: 0, ..*key };
    for byte in next.author.iter_mut().rev().chain(next.room.iter_mut().rev()) {
        *byte = byte.wrapping_add(1);
        if *byte != 0 {
            return Some(next);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_lies_between_a_key_and_the_one_after_it() {
        let key = |room, author, log| ChainKey { room, author, log };
        assert_eq!(after(&key([1; 32], [2; 32], 3)), Some(key([1; 32], [2; 32], 4)));
        let mut author = [2; 32];
        author[31] = 3;
        assert_eq!(after(&key([1; 32], [2; 32], u64::MAX)), Some(key([1; 32], author, 0)));
        let mut room = [1; 32];
        room[31] = 2;
        assert_eq!(after(&key([1; 32], [255; 32], u64::MAX)), Some(key(room, [0; 32], 0)));
        assert_eq!(after(&key([255; 32], [255; 32], u64::MAX)), None);
    }
}
