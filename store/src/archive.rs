//! The archive: the file that older records move to, out of sled.
//!
//! sled stores a page of a tree several times, and frees a segment of its file only when half of it is garbage: records
//! that stay there take about twice their size. So whenever some megabytes have accumulated, they move from sled to the
//! end of this file, in blocks of consecutive records of one chain, and sled stores only the position of each block.
//! Blocks are never changed. A block describes itself, so it can be read without sled:
//!
//! ```text
//! crc(4) length(4) room(32) author(32) log(8) id(4) first(8) count(4)  then count times: length(4) record
//! ```
//!
//! The CRC-32 covers everything after it; the length is that of the whole block; numbers are big-endian.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::keys::ChainKey;

/// Most bytes of records in a block, unless one record has more.
pub(crate) const BLOCK: usize = 64 << 10;

const CRC_LEN: usize = 4;
const CHAIN_AT: usize = 8;
const ID_AT: usize = CHAIN_AT + 72;
const HEADER: usize = ID_AT + 16;
const POINTER_LEN: usize = 16;

/// Returns the path of a log's archive.
pub(crate) fn path(log: &Path) -> PathBuf {
    log.join("archive")
}

/// The position of a block.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Pointer {
    pub(crate) at: u64,
    pub(crate) len: u32,
    /// The number of its records.
    pub(crate) count: u32,
}

impl Pointer {
    pub(crate) fn to_value(self) -> Vec<u8> {
        [&self.at.to_be_bytes()[..], &self.len.to_be_bytes(), &self.count.to_be_bytes()].concat()
    }

    pub(crate) fn from_value(value: &[u8]) -> Option<Pointer> {
        let value: &[u8; POINTER_LEN] = value.try_into().ok()?;
        let (at, rest) = value.split_first_chunk()?;
        let (len, count) = rest.split_first_chunk()?;
        let count = u32::from_be_bytes(count.try_into().ok()?);
        Some(Pointer { at: u64::from_be_bytes(*at), len: u32::from_be_bytes(*len), count })
    }

    /// Returns the position after the block.
    pub(crate) fn end(self) -> u64 {
        self.at.saturating_add(u64::from(self.len))
    }
}

/// Consecutive records of one chain.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Block {
    pub(crate) chain: ChainKey,
    /// The chain's short id.
    pub(crate) id: u32,
    /// The sequence number of the first record.
    pub(crate) first: u64,
    pub(crate) records: Vec<Vec<u8>>,
}

impl Block {
    fn to_bytes(&self) -> io::Result<Vec<u8>> {
        let content: usize = self.records.iter().map(|record| 4 + record.len()).sum();
        let mut bytes = vec![0; CRC_LEN];
        bytes.reserve(HEADER + content);
        bytes.extend(len32(HEADER + content)?);
        bytes.extend(self.chain.to_value());
        bytes.extend(self.id.to_be_bytes());
        bytes.extend(self.first.to_be_bytes());
        bytes.extend(len32(self.records.len())?);
        for record in &self.records {
            bytes.extend(len32(record.len())?);
            bytes.extend_from_slice(record);
        }
        let crc = crc32fast::hash(&bytes[CRC_LEN..]).to_be_bytes();
        bytes[..CRC_LEN].copy_from_slice(&crc);
        Ok(bytes)
    }

    /// Reads the bytes of [`Block::to_bytes`]; `None` if they are damaged.
    fn from_bytes(bytes: &[u8]) -> Option<Block> {
        let (crc, rest) = bytes.split_first_chunk()?;
        if u32::from_be_bytes(*crc) != crc32fast::hash(rest) || bytes.len() < HEADER {
            return None;
        }
        let chain = ChainKey::from_value(&bytes[CHAIN_AT..ID_AT])?;
        let (id, rest) = bytes[ID_AT..].split_first_chunk()?;
        let (first, rest) = rest.split_first_chunk()?;
        let (count, mut rest) = rest.split_first_chunk()?;
        let mut records = Vec::new();
        for _ in 0..u32::from_be_bytes(*count) {
            let (len, behind) = rest.split_first_chunk()?;
            let (record, behind) = behind.split_at_checked(u32::from_be_bytes(*len) as usize)?;
            records.push(record.to_vec());
            rest = behind;
        }
        let (id, first) = (u32::from_be_bytes(*id), u64::from_be_bytes(*first));
        rest.is_empty().then_some(Block { chain, id, first, records })
    }
}

fn len32(len: usize) -> io::Result<[u8; 4]> {
    u32::try_from(len).map(u32::to_be_bytes).map_err(|_| io::ErrorKind::FileTooLarge.into())
}

/// The archive file, open.
pub(crate) struct Archive {
    file: Mutex<File>,
}

impl Archive {
    /// Opens or creates the archive of a log.
    pub(crate) fn open(log: &Path) -> io::Result<Archive> {
        let file = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(path(log))?;
        Ok(Archive { file: Mutex::new(file) })
    }

    /// Opens the archive of a log for reading only.
    pub(crate) fn open_to_read(log: &Path) -> io::Result<Archive> {
        Ok(Archive { file: Mutex::new(File::open(path(log))?) })
    }

    pub(crate) fn len(&self) -> io::Result<u64> {
        Ok(self.file().metadata()?.len())
    }

    /// Writes blocks one after another from `at` on, and makes them durable.
    pub(crate) fn append(&self, at: u64, blocks: &[Block]) -> io::Result<Vec<Pointer>> {
        let mut pointers = Vec::with_capacity(blocks.len());
        let mut file = self.file();
        let mut next = file.seek(SeekFrom::Start(at))?;
        for block in blocks {
            let bytes = block.to_bytes()?;
            file.write_all(&bytes)?;
            pointers.push(Pointer { at: next, len: bytes.len() as u32, count: block.records.len() as u32 });
            next += bytes.len() as u64;
        }
        // Released first, so that others can read during the sync.
        let written = file.try_clone()?;
        drop(file);
        written.sync_data()?;
        Ok(pointers)
    }

    /// Reads a block; `None` when it is damaged.
    pub(crate) fn read(&self, pointer: Pointer) -> io::Result<Option<Block>> {
        let mut file = self.file();
        // A damaged length must not cause a huge allocation.
        if pointer.end() > file.metadata()?.len() {
            return Ok(None);
        }
        let mut bytes = vec![0; pointer.len as usize];
        file.seek(SeekFrom::Start(pointer.at))?;
        file.read_exact(&mut bytes)?;
        Ok(Block::from_bytes(&bytes))
    }

    /// Visits the blocks in the order of the file, without damaged ones. Behind such a one the next is where its length
    /// says, or at the next of the `known` positions, which are sorted; else there is none.
    ///
    /// The next one is not searched for: a record may hold what looks like a block.
    pub(crate) fn blocks(&self, known: &[u64], visit: &mut dyn FnMut(Block) -> ControlFlow<()>) -> io::Result<()> {
        let len = self.len()?;
        let mut at = 0;
        while at + HEADER as u64 <= len {
            let pointer = self.pointer_at(at)?;
            match self.read(pointer)? {
                Some(block) => {
                    if visit(block).is_break() {
                        return Ok(());
                    }
                    at = pointer.end();
                }
                None if self.begins_block(pointer.end())? => at = pointer.end(),
                None => match known.get(known.partition_point(|known| *known <= at)) {
                    Some(next) => at = *next,
                    None => return Ok(()),
                },
            }
        }
        Ok(())
    }

    fn begins_block(&self, at: u64) -> io::Result<bool> {
        Ok(at.saturating_add(HEADER as u64) <= self.len()? && self.read(self.pointer_at(at)?)?.is_some())
    }

    /// Returns the place of the block that begins here, by the length in its header, which may be damaged.
    fn pointer_at(&self, at: u64) -> io::Result<Pointer> {
        let mut start = [0; CHAIN_AT];
        let mut file = self.file();
        file.seek(SeekFrom::Start(at))?;
        file.read_exact(&mut start)?;
        let len = start.last_chunk().map_or(0, |len| u32::from_be_bytes(*len));
        Ok(Pointer { at, len, count: 0 })
    }

    fn file(&self) -> MutexGuard<'_, File> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a panic is how a test fails
mod tests {
    use super::*;

    fn block(n: u8, first: u64, records: &[&[u8]]) -> Block {
        let chain = ChainKey { room: [n; 32], author: [n; 32], log: 7 };
        Block { chain, id: n.into(), first, records: records.iter().map(|record| record.to_vec()).collect() }
    }

    #[test]
    fn blocks_can_be_read_by_their_place_and_in_order() {
        let dir = tempfile::tempdir().unwrap();
        let archive = Archive::open(dir.path()).unwrap();
        let blocks = [block(1, 0, &[b"a", b"", &[7; 100_000]]), block(2, 5, &[b"b"]), block(1, 3, &[b"c", b"d"])];
        let mut pointers = archive.append(0, &blocks[..2]).unwrap();
        // A block without a pointer is overwritten.
        archive.append(pointers[1].end(), &[block(9, 9, &[b"forgotten"])]).unwrap();
        pointers.extend(archive.append(pointers[1].end(), &blocks[2..]).unwrap());
        for (pointer, block) in pointers.iter().zip(&blocks) {
            assert_eq!(Pointer::from_value(&pointer.to_value()), Some(*pointer));
            assert_eq!(archive.read(*pointer).unwrap().as_ref(), Some(block));
        }
        let mut seen = Vec::new();
        let mut visit = |block| {
            seen.push(block);
            ControlFlow::Continue(())
        };
        archive.blocks(&[], &mut visit).unwrap();
        assert_eq!(seen, blocks);
    }

    #[test]
    fn blocks_behind_a_damaged_one_are_found_by_its_length_or_by_known_positions() {
        let dir = tempfile::tempdir().unwrap();
        let archive = Archive::open(dir.path()).unwrap();
        let all: Vec<Block> = (0..5).map(|n| block(n, 0, &[b"some", b"records"])).collect();
        let pointers = archive.append(0, &all).unwrap();
        let known: Vec<u64> = pointers.iter().map(|pointer| pointer.at).collect();
        let sound = std::fs::read(path(dir.path())).unwrap();
        let found = |at: u64, known: &[u64]| {
            let mut bytes = sound.clone();
            bytes[at as usize] ^= 0x40;
            std::fs::write(path(dir.path()), bytes).unwrap();
            let mut found = Vec::new();
            let mut visit = |block: Block| {
                found.push(block.id);
                ControlFlow::Continue(())
            };
            archive.blocks(known, &mut visit).unwrap();
            found
        };
        let body = pointers[1].end() - 1;
        assert_eq!((found(body, &[]), found(body, &known)), (vec![0, 2, 3, 4], vec![0, 2, 3, 4]));
        for length in pointers[1].at + 4..pointers[1].at + 8 {
            assert_eq!((found(length, &[]), found(length, &known)), (vec![0], vec![0, 2, 3, 4]), "{length}");
        }
    }

    #[test]
    fn a_damaged_block_is_none() {
        let dir = tempfile::tempdir().unwrap();
        let archive = Archive::open(dir.path()).unwrap();
        let pointer = archive.append(0, &[block(1, 0, &[b"some", b"records"])]).unwrap()[0];
        let sound = std::fs::read(path(dir.path())).unwrap();
        for bit in 0..sound.len() * 8 {
            let mut flipped = sound.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            std::fs::write(path(dir.path()), flipped).unwrap();
            assert_eq!(archive.read(pointer).unwrap(), None, "bit {bit}");
            archive.blocks(&[], &mut |block| panic!("{block:?}")).unwrap();
        }
        for wrong in [Pointer { len: u32::MAX, ..pointer }, Pointer { at: u64::MAX, ..pointer }] {
            assert_eq!(archive.read(wrong).unwrap(), None);
        }
    }
}
