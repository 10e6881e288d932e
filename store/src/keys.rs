//! The records and the layout of their keys.
//!
//! Everything lies in one ordered key space, so that one batch can change all of it atomically:
//!
//! ```text
//! 'b' id(4) seq(8)     → at(8) length(4) count(4)     position of the archive block that begins with this record
//! 'c' id(4)            → room(32) author(32) log(8)   the chain that the short id stands for
//! 'f'                  → number(4)                    the format of everything stored
//! 'm' length(1) name   → value                        a named value
//! 'p'                  → one byte                     the probe of a recovery
//! 'r' id(4) seq(8)     → record
//! 't' id(4)            → nothing                      the chain is what followed a gap of another one
//! 'w'                  → count(8)                     how often a named value was set
//! ```
//!
//! Numbers are big-endian, so that keys sort by number. No key is the beginning of another one.

use std::ops::Range;

/// A 32-byte name: of a room or an author.
pub type Hash32 = [u8; 32];

/// One hash chain of a room's log.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ChainKey {
    /// Its room.
    pub room: Hash32,
    /// Its author.
    pub author: Hash32,
    /// Its number among the chains of this author in this room.
    pub log: u64,
}

/// One entry of a chain.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Record {
    /// Its chain.
    pub chain: ChainKey,
    /// Its sequence number in the chain, from 0.
    pub seq: u64,
    /// Its content, stored unchanged.
    pub bytes: Vec<u8>,
}

/// The first byte of a record's key.
pub(crate) const RECORD: u8 = b'r';
/// The key of a recovery's probe.
pub(crate) const PROBE: [u8; 1] = [b'p'];
/// The key of the number of times that a named value was set.
pub(crate) const CHANGES: [u8; 1] = [b'w'];
/// The key of the number of the format.
pub(crate) const FORMAT: [u8; 1] = [b'f'];
/// The longest name of a named value, in bytes.
pub(crate) const MAX_NAME: usize = u8::MAX as usize;

const CHAIN_LEN: usize = 5;
const RECORD_LEN: usize = 13;
const CHAIN_VALUE_LEN: usize = 72;

/// Returns the key of chain `id`.
pub(crate) fn chain(id: u32) -> [u8; CHAIN_LEN] {
    let mut key = [b'c'; CHAIN_LEN];
    key[1..].copy_from_slice(&id.to_be_bytes());
    key
}

/// Returns the key of the mark of chain `id` as torn.
pub(crate) fn torn(id: u32) -> [u8; CHAIN_LEN] {
    let mut key = chain(id);
    key[0] = b't';
    key
}

/// Returns the range of all marks of torn chains.
pub(crate) fn all_torn() -> Range<Vec<u8>> {
    vec![b't']..vec![b't' + 1]
}

/// Returns the key of record `seq` of chain `id`.
pub(crate) fn record(id: u32, seq: u64) -> [u8; RECORD_LEN] {
    let mut key = [b'r'; RECORD_LEN];
    key[1..CHAIN_LEN].copy_from_slice(&id.to_be_bytes());
    key[CHAIN_LEN..].copy_from_slice(&seq.to_be_bytes());
    key
}

/// Returns the key of the value named `name`, which has at most [`MAX_NAME`] bytes.
pub(crate) fn meta(name: &str) -> Vec<u8> {
    let mut key = vec![b'm', name.len() as u8];
    key.extend_from_slice(name.as_bytes());
    key
}

/// Returns the range of all chains.
pub(crate) fn all_chains() -> Range<Vec<u8>> {
    vec![b'c']..vec![b'c' + 1]
}

/// Returns the key of the position of the block that begins with record `seq` of chain `id`.
pub(crate) fn block(id: u32, seq: u64) -> [u8; RECORD_LEN] {
    let mut key = record(id, seq);
    key[0] = b'b';
    key
}

/// Returns the range of the blocks of chain `id` that begin with a record in `seqs`.
pub(crate) fn blocks(id: u32, seqs: Range<u64>) -> Range<Vec<u8>> {
    block(id, seqs.start).to_vec()..block(id, seqs.end).to_vec()
}

/// Returns the range of all blocks.
pub(crate) fn all_blocks() -> Range<Vec<u8>> {
    vec![b'b']..vec![b'b' + 1]
}

/// Returns the range of all records that are not in a block.
pub(crate) fn all_records() -> Range<Vec<u8>> {
    vec![RECORD]..vec![RECORD + 1]
}

/// Returns the short id and the sequence number in the key of a record or block.
pub(crate) fn chain_and_seq(key: &[u8]) -> Option<(u32, u64)> {
    let (id, rest) = key.get(1..)?.split_first_chunk()?;
    let (seq, _) = rest.split_first_chunk()?;
    matches!(key[0], b'b' | RECORD).then_some((u32::from_be_bytes(*id), u64::from_be_bytes(*seq)))
}

/// Returns the range of all named values.
pub(crate) fn all_meta() -> Range<Vec<u8>> {
    vec![b'm']..vec![b'm' + 1]
}

/// Returns the range of the records of chain `id` in `seqs`.
pub(crate) fn records(id: u32, seqs: Range<u64>) -> Range<Vec<u8>> {
    record(id, seqs.start).to_vec()..record(id, seqs.end).to_vec()
}

/// Returns the range of the records of chain `id` from `seq` on.
pub(crate) fn records_from(id: u32, seq: u64) -> Range<Vec<u8>> {
    // One byte longer than the last possible record: its parts are in the range, the next chain is not.
    let mut end = record(id, u64::MAX).to_vec();
    end.push(u8::MAX);
    record(id, seq).to_vec()..end
}

/// Returns the short id in the key of a chain or of a mark.
pub(crate) fn chain_id(key: &[u8]) -> Option<u32> {
    let id = key.strip_prefix(b"c").or_else(|| key.strip_prefix(b"t"));
    id.and_then(|id| id.try_into().ok()).map(u32::from_be_bytes)
}

/// Returns the sequence number in a record's key.
pub(crate) fn record_seq(key: &[u8]) -> Option<u64> {
    (key.len() == RECORD_LEN && key[0] == b'r')
        .then(|| key[CHAIN_LEN..].try_into().ok().map(u64::from_be_bytes))
        .flatten()
}

/// Returns the name in the key of a named value.
pub(crate) fn meta_name(key: &[u8]) -> Option<String> {
    key.get(2..).and_then(|name| String::from_utf8(name.to_vec()).ok())
}

/// Returns the length of the base key that `key` starts with; the rest is the number of a part (see [`crate::parts`]).
pub(crate) fn base_len(key: &[u8]) -> Option<usize> {
    let len = match key.first()? {
        b'c' | b't' => CHAIN_LEN,
        b'm' => 2 + usize::from(*key.get(1)?),
        b'f' | b'p' | b'w' => PROBE.len(),
        b'b' | b'r' => RECORD_LEN,
        _ => return None,
    };
    (key.len() >= len).then_some(len)
}

impl ChainKey {
    /// Returns the bytes that are stored under a chain's short id.
    pub(crate) fn to_value(self) -> Vec<u8> {
        let mut value = Vec::with_capacity(CHAIN_VALUE_LEN);
        value.extend_from_slice(&self.room);
        value.extend_from_slice(&self.author);
        value.extend_from_slice(&self.log.to_be_bytes());
        value
    }

    /// Reads the bytes of [`ChainKey::to_value`].
    pub(crate) fn from_value(value: &[u8]) -> Option<ChainKey> {
        let (room, rest) = value.split_first_chunk::<32>()?;
        let (author, log) = rest.split_first_chunk::<32>()?;
        Some(ChainKey { room: *room, author: *author, log: u64::from_be_bytes(log.try_into().ok()?) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_sort_by_chain_then_number() {
        let keys = [record(0, 0), record(0, 1), record(0, 256), record(0, u64::MAX), record(1, 0), record(256, 0)];
        assert!(keys.is_sorted());
        assert!(records_from(0, 0).contains(&record(0, u64::MAX).to_vec()));
        assert!(!records_from(0, 0).contains(&record(1, 0).to_vec()));
    }

    #[test]
    fn keys_can_be_read_back() {
        assert_eq!(chain_id(&chain(0x0102_0304)), Some(0x0102_0304));
        assert_eq!(record_seq(&record(7, 0x0102_0304_0506)), Some(0x0102_0304_0506));
        assert_eq!(meta_name(&meta("이름")).as_deref(), Some("이름"));
        let key = ChainKey { room: [1; 32], author: [2; 32], log: 3 };
        assert_eq!(ChainKey::from_value(&key.to_value()), Some(key));
        assert_eq!(ChainKey::from_value(&key.to_value()[1..]), None);
    }

    #[test]
    fn every_key_knows_its_length() {
        for key in [
            chain(1).to_vec(),
            torn(1).to_vec(),
            record(1, 2).to_vec(),
            meta(""),
            meta("name"),
            PROBE.to_vec(),
            CHANGES.to_vec(),
            FORMAT.to_vec(),
        ] {
            assert_eq!(base_len(&key), Some(key.len()));
            let part = [&key[..], &[0, 1]].concat();
            assert_eq!(base_len(&part), Some(key.len()));
        }
        assert_eq!(base_len(b"r123"), None);
        assert_eq!(base_len(b"x"), None);
    }
}
