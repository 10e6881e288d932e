//! A log on the disk: the newest records and everything small in sled's tree, the other records in the archive.
//!
//! Readers see both as one: the records of a chain are those in its blocks, followed by those in the tree. Records move
//! after a commit, when enough have accumulated. First the blocks become durable; then one commit of the tree stores
//! their positions and removes the records. So after any interruption a record counts in exactly one place; a block that
//! the tree doesn't know is overwritten.

use std::ops::{ControlFlow, Range};
use std::path::Path;
use std::sync::{Mutex, PoisonError, RwLock};

use crate::archive::{Archive, BLOCK, Block, Pointer};
use crate::backend::{Visit, Write};
use crate::error::StoreError;
use crate::files;
use crate::folder::Folder;
use crate::keys::{self, ChainKey};
use crate::tree::Tree;

/// Bytes of records that accumulate in the tree before they move.
const MOVE_AT: u64 = 2 << 20;
/// Bytes of records that move at once: more than a commit brings, and few enough for memory.
const MOVE: usize = 8 << 20;
/// The part of sled's file that is assumed to be records when it is opened, as a divisor.
const SLED_SHARE: u64 = 4;

/// An open log.
pub(crate) struct Log {
    folder: Folder,
    tree: Tree,
    archive: Archive,
    state: Mutex<State>,
    /// Held for writing while records move, so that a reader finds each of them once.
    moving: RwLock<()>,
}

struct State {
    /// The position of the next block.
    end: u64,
    /// The bytes of records in the tree, approximately.
    in_tree: u64,
    /// The error of the tree while records moved. The state of the disk is unknown until the log has been reopened.
    failed: Option<StoreError>,
}

impl Log {
    /// Opens or creates the log in `path`.
    ///
    /// # Errors
    /// `Damaged` when it can't be read, also when the archive is shorter than it was.
    pub(crate) fn open(folder: &Folder, path: &Path) -> Result<Log, StoreError> {
        Log::open_damaged(folder, path)?.whole()
    }

    /// Opens the log in `path` for reading, with sled's files from `copy`, because sled writes while it opens.
    ///
    /// # Errors
    /// Those of [`Log::open`].
    pub(crate) fn open_to_read(folder: &Folder, path: &Path, copy: &Path) -> Result<Log, StoreError> {
        let tree = Tree::open(folder, copy)?;
        let archive = folder.ok("opening", Archive::open_to_read(path))?;
        Log::of(folder, tree, archive, copy)?.whole()
    }

    /// Opens a log that may be damaged, to read what is left of it.
    pub(crate) fn open_damaged(folder: &Folder, path: &Path) -> Result<Log, StoreError> {
        let tree = Tree::open(folder, path)?;
        let archive = folder.ok("opening", Archive::open(path))?;
        folder.ok("opening", files::sync_all(folder.dir(), path))?;
        Log::of(folder, tree, archive, path)
    }

    /// Builds the log from its parts; sled's files lie in `sled`.
    fn of(folder: &Folder, tree: Tree, archive: Archive, sled: &Path) -> Result<Log, StoreError> {
        let end = end_of_blocks(folder, &tree)?;
        let sled_file = folder.ok("opening", std::fs::metadata(files::data(sled)))?.len();
        let state = Mutex::new(State { end, in_tree: sled_file / SLED_SHARE, failed: None });
        Ok(Log { folder: folder.clone(), tree, archive, state, moving: RwLock::default() })
    }

    /// Returns the log, or `Damaged` when its archive is shorter than it was.
    fn whole(self) -> Result<Log, StoreError> {
        let end = self.state.lock().unwrap_or_else(PoisonError::into_inner).end;
        if self.folder.ok("opening", self.archive.len())? < end {
            return Err(self.folder.damaged("the archive has lost its end".to_owned()));
        }
        Ok(self)
    }

    /// Makes all changes, or none of them, durable. Records in the archive can't be changed.
    pub(crate) fn commit(&self, writes: Vec<Write>) -> Result<(), StoreError> {
        let records = writes.iter().filter(|(key, _)| key.first() == Some(&keys::RECORD));
        let bytes: u64 = records.filter_map(|(_, value)| value.as_ref()).map(|value| value.len() as u64).sum();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.failed.clone().map_or(Ok(()), Err)?;
        self.tree.apply(writes)?;
        self.tree.sync()?;
        state.in_tree = state.in_tree.saturating_add(bytes);
        // The changes are durable: a failure from here on is not an error of this commit.
        if state.in_tree >= MOVE_AT
            && let Err(error) = self.archive_some(&mut state)
        {
            tracing::warn!("records could not be moved to the archive: {error}");
            state.in_tree = 0;
        }
        Ok(())
    }

    /// Appends records to a chain directly in the archive; the chain must have none in the tree.
    pub(crate) fn import(&self, records: Block) -> Result<(), StoreError> {
        let Block { chain, id, first, records } = records;
        let mut packer = Packer::default();
        (first..).zip(records).for_each(|(seq, record)| packer.take(id, seq, record));
        packer.blocks.iter_mut().for_each(|block| block.chain = chain);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let mut writes = self.add_blocks(&mut state, &packer.blocks)?;
        writes.push((keys::chain(id).to_vec(), Some(chain.to_value())));
        self.tree.apply(writes)?;
        self.tree.sync()
    }

    /// Makes blocks durable; returns the writes that tell the tree their positions.
    fn add_blocks(&self, state: &mut State, blocks: &[Block]) -> Result<Vec<Write>, StoreError> {
        let pointers = self.folder.ok("writing to", self.archive.append(state.end, blocks))?;
        // Moved also if the tree then fails to take the writes: they may have reached the disk, so the blocks must stay.
        state.end = pointers.last().map_or(state.end, |last| last.end());
        let writes = blocks
            .iter()
            .zip(pointers)
            .map(|(block, pointer)| (keys::block(block.id, block.first).to_vec(), Some(pointer.to_value())));
        Ok(writes.collect())
    }

    /// Moves records to the archive.
    fn archive_some(&self, state: &mut State) -> Result<(), StoreError> {
        let (blocks, all) = self.next_blocks()?;
        let mut writes = self.add_blocks(state, &blocks)?;
        let mut moved = 0;
        for block in &blocks {
            for (seq, record) in (block.first..).zip(&block.records) {
                writes.push((keys::record(block.id, seq).to_vec(), None));
                moved += record.len() as u64;
            }
        }
        if !writes.is_empty() {
            self.move_records(writes).inspect_err(|failed| state.failed = Some(failed.clone()))?;
        }
        state.in_tree = if all { 0 } else { state.in_tree.saturating_sub(moved) };
        Ok(())
    }

    fn move_records(&self, writes: Vec<Write>) -> Result<(), StoreError> {
        let moving = self.moving.write().unwrap_or_else(PoisonError::into_inner);
        self.tree.apply(writes)?;
        drop(moving);
        self.tree.sync()
    }

    /// Packs records of the tree into blocks; returns them and whether they hold all records of the tree.
    fn next_blocks(&self) -> Result<(Vec<Block>, bool), StoreError> {
        let mut packer = Packer::default();
        let mut all = true;
        self.tree.scan(keys::all_records(), &mut |key, value| {
            if packer.bytes >= MOVE {
                all = false;
                return ControlFlow::Break(());
            }
            if let Some((id, seq)) = keys::chain_and_seq(key) {
                packer.take(id, seq, value);
            }
            ControlFlow::Continue(())
        })?;
        let mut blocks = Vec::with_capacity(packer.blocks.len());
        for mut block in packer.blocks {
            // Records of an unknown chain belong to a failed commit; a recovery removes them.
            let chain = self.tree.get(&keys::chain(block.id))?;
            if let Some(chain) = chain.and_then(|value| ChainKey::from_value(&value)) {
                block.chain = chain;
                blocks.push(block);
            }
        }
        Ok((blocks, all))
    }

    /// Returns the value at `key`.
    pub(crate) fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let mut found = None;
        let mut end = key.to_vec();
        end.extend([u8::MAX; 3]); // after each of its parts
        self.scan(key.to_vec()..end, &mut |_, value| {
            found = Some(value);
            ControlFlow::Break(())
        })?;
        Ok(found)
    }

    /// Visits the keys in `range`, in order. A range of records must lie within one chain.
    pub(crate) fn scan(&self, range: Range<Vec<u8>>, visit: &mut Visit<'_>) -> Result<(), StoreError> {
        let _moving = self.moving.read().unwrap_or_else(PoisonError::into_inner);
        if range.start.first() == Some(&keys::RECORD) && self.scan_blocks(&range, visit)?.is_break() {
            return Ok(());
        }
        self.tree.scan(range, visit)
    }

    /// Visits the records in `range` that are in blocks.
    fn scan_blocks(&self, range: &Range<Vec<u8>>, visit: &mut Visit<'_>) -> Result<ControlFlow<()>, StoreError> {
        let Some((id, from)) = keys::chain_and_seq(&range.start) else { return Ok(ControlFlow::Continue(())) };
        // The range may begin inside a block.
        let first = self.tree.last(keys::blocks(id, 0..from.saturating_add(1)))?;
        let first = first.unwrap_or_else(|| keys::block(id, from).to_vec());
        let mut outcome = Ok(ControlFlow::Continue(()));
        self.tree.scan(first..keys::block(id, u64::MAX).to_vec(), &mut |key, value| {
            outcome = self.visit_block(key, &value, range, visit);
            if matches!(outcome, Ok(ControlFlow::Continue(()))) {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        })?;
        outcome
    }

    fn visit_block(
        &self,
        key: &[u8],
        value: &[u8],
        range: &Range<Vec<u8>>,
        visit: &mut Visit<'_>,
    ) -> Result<ControlFlow<()>, StoreError> {
        let position = keys::chain_and_seq(key).zip(Pointer::from_value(value));
        let Some(((id, first), pointer)) = position else {
            return Err(self.folder.damaged(format!("{key:02x?} is not a block")));
        };
        if keys::record(id, first)[..] >= range.end[..] {
            return Ok(ControlFlow::Break(()));
        }
        // A block that ends before the range need not be read.
        if keys::record(id, first.saturating_add(u64::from(pointer.count)))[..] <= range.start[..] {
            return Ok(ControlFlow::Continue(()));
        }
        let block = self.folder.ok("reading", self.archive.read(pointer))?;
        let Some(block) = block.filter(|block| (block.id, block.first) == (id, first)) else {
            return Err(self.folder.damaged(format!("the block of chain {id} from record {first} on is damaged")));
        };
        for (seq, record) in (first..).zip(block.records) {
            let key = keys::record(id, seq);
            if key[..] >= range.end[..] {
                return Ok(ControlFlow::Break(()));
            }
            if key[..] >= range.start[..] && visit(&key, record).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Returns the last key in `range`. A range of records must cover all records of a chain.
    pub(crate) fn last(&self, range: Range<Vec<u8>>) -> Result<Option<Vec<u8>>, StoreError> {
        let _moving = self.moving.read().unwrap_or_else(PoisonError::into_inner);
        let chain = keys::chain_and_seq(&range.start).filter(|_| range.start.first() == Some(&keys::RECORD));
        let last = self.tree.last(range)?;
        let (None, Some((id, _))) = (&last, chain) else { return Ok(last) };
        let Some(block) = self.tree.last(keys::blocks(id, 0..u64::MAX))? else { return Ok(None) };
        let pointer = self.tree.get(&block)?.and_then(|value| Pointer::from_value(&value));
        let seq = keys::chain_and_seq(&block)
            .zip(pointer)
            .and_then(|((_, first), pointer)| first.checked_add(u64::from(pointer.count))?.checked_sub(1));
        let seq = seq.ok_or_else(|| self.folder.damaged(format!("{block:02x?} is not a block")))?;
        Ok(Some(keys::record(id, seq).to_vec()))
    }
}

/// Returns the position after the last block that the tree knows.
fn end_of_blocks(folder: &Folder, tree: &Tree) -> Result<u64, StoreError> {
    let mut end = Some(0);
    tree.scan(keys::all_blocks(), &mut |_, value| {
        end = end.zip(Pointer::from_value(&value)).map(|(end, pointer)| pointer.end().max(end));
        ControlFlow::Continue(())
    })?;
    end.ok_or_else(|| folder.damaged("the position of a block can't be read".to_owned()))
}

/// Packs records into blocks.
#[derive(Default)]
struct Packer {
    blocks: Vec<Block>,
    bytes: usize,
    /// The bytes of records in the last block.
    in_block: usize,
}

impl Packer {
    fn take(&mut self, id: u32, seq: u64, record: Vec<u8>) {
        let follows = |block: &&mut Block| block.id == id && block.first + block.records.len() as u64 == seq;
        self.bytes += record.len();
        match self.blocks.last_mut().filter(follows) {
            Some(block) if self.in_block + record.len() <= BLOCK => {
                self.in_block += record.len();
                block.records.push(record);
            }
            _ => {
                self.in_block = record.len();
                let chain = ChainKey { room: [0; 32], author: [0; 32], log: 0 }; // looked up later
                self.blocks.push(Block { chain, id, first: seq, records: vec![record] });
            }
        }
    }
}
