//! Copying the readable part of one backend into another: after damage, and for a compaction.
//!
//! Short ids stay the same, so a reader that looked one up earlier still finds the same chain under it. What follows a gap
//! becomes a *torn* chain: a chain of its own with a number that was free, marked as such, because a chain has no gaps.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use crate::archive::{Archive, Block, Pointer};
use crate::backend::Backend;
use crate::error::StoreError;
use crate::folder::Folder;
use crate::index::{self, Index};
use crate::keys::{self, ChainKey};

/// Most records, and most bytes, in memory at once.
const CHUNK_RECORDS: usize = 4096;
const CHUNK_BYTES: usize = 1 << 20;

/// The outcome of a copy.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Copied {
    pub(crate) records: u64,
    /// The number of chains that have a gap now, or could not be read to their end.
    pub(crate) cut_chains: u64,
}

/// Returns whether a record can be used.
type Sound<'a> = &'a dyn Fn(&[u8]) -> bool;

/// Copies the chains, without the records that can't be read or aren't sound, and the named values.
///
/// # Errors
/// Only errors of `to`.
pub(crate) fn copy(from: &dyn Backend, to: &dyn Backend, sound: Sound<'_>) -> Result<Copied, StoreError> {
    copy_all(Some(from), None, to, sound)
}

/// Copies what can be read in the backend, if there is one, and in the blocks of the archive file, which may hold more.
///
/// # Errors
/// Only errors of `to`, and of the system while reading the archive.
pub(crate) fn copy_damaged(
    folder: &Folder,
    (from, archive): (Option<&dyn Backend>, &Archive),
    to: &dyn Backend,
    sound: Sound<'_>,
) -> Result<Copied, StoreError> {
    copy_all(from, Some((folder, archive)), to, sound)
}

fn copy_all(
    from: Option<&dyn Backend>,
    archive: Option<(&Folder, &Archive)>,
    to: &dyn Backend,
    sound: Sound<'_>,
) -> Result<Copied, StoreError> {
    let (chains, whole) = from.map_or((BTreeMap::new(), true), readable_chains);
    let mut copy = Copy::new(to, chains.clone());
    let known = from.map(blocks_of).unwrap_or_default();
    let read = |visit: &mut dyn FnMut(Block) -> ControlFlow<()>| match archive {
        Some((folder, archive)) => folder.ok("reading what is broken in", archive.blocks(&known, visit)),
        None => Ok(()),
    };
    // The numbers of torn chains must be free for what comes later.
    read(&mut |block| {
        copy.reserve(block.id, block.chain);
        ControlFlow::Continue(())
    })?;
    let mut cut = 0;
    if let Some(from) = from {
        for (id, key) in &chains {
            cut += u64::from(copy.chain(from, *id, *key, sound)?);
        }
        copy_values(from, to)?;
    }
    let mut failed = None;
    read(&mut |block| match copy.place(block, sound) {
        Ok(()) => ControlFlow::Continue(()),
        Err(error) => {
            failed = Some(error);
            ControlFlow::Break(())
        }
    })?;
    failed.map_or(Ok(()), Err)?;
    Ok(Copied { records: copy.records, cut_chains: cut + u64::from(!whole) })
}

/// Returns the chains up to the first damage in their list, and whether the list was read to its end.
fn readable_chains(from: &dyn Backend) -> (BTreeMap<u32, ChainKey>, bool) {
    let mut chains = BTreeMap::new();
    let scanned = from.scan(keys::all_chains(), &mut |key, value| {
        chains.extend(keys::chain_id(key).zip(ChainKey::from_value(&value)));
        ControlFlow::Continue(())
    });
    (chains, scanned.is_ok())
}

/// Returns the positions of all blocks that the backend knows, sorted.
fn blocks_of(from: &dyn Backend) -> Vec<u64> {
    let mut blocks = Vec::new();
    let scanned = from.scan(keys::all_blocks(), &mut |_, value| {
        blocks.extend(Pointer::from_value(&value).map(|pointer| pointer.at));
        ControlFlow::Continue(())
    });
    if let Err(damage) = scanned {
        tracing::warn!("the positions of some blocks can't be read: {damage}");
    }
    blocks.sort_unstable();
    blocks
}

/// A copy that is being made.
struct Copy<'a> {
    to: &'a dyn Backend,
    chains: BTreeMap<u32, ChainKey>,
    /// The pieces of each chain, by its short id, in order.
    pieces: BTreeMap<u32, Vec<Piece>>,
    taken: BTreeSet<ChainKey>,
    /// The short id of the next torn chain.
    next_id: u32,
    records: u64,
}

/// Consecutive records of a chain, and the chain in which they are stored now.
struct Piece {
    start: u64,
    end: u64,
    id: u32,
    key: ChainKey,
}

impl Copy<'_> {
    fn new(to: &dyn Backend, chains: BTreeMap<u32, ChainKey>) -> Copy<'_> {
        let (pieces, taken) = (BTreeMap::new(), chains.values().copied().collect());
        let next_id = chains.last_key_value().map_or(0, |(id, _)| id.saturating_add(1));
        Copy { to, chains, pieces, taken, next_id, records: 0 }
    }

    fn reserve(&mut self, id: u32, key: ChainKey) {
        self.next_id = self.next_id.max(id.saturating_add(1));
        self.taken.insert(key);
    }

    /// Copies a chain; returns whether something of it is missing.
    fn chain(&mut self, from: &dyn Backend, id: u32, key: ChainKey, sound: Sound<'_>) -> Result<bool, StoreError> {
        let len = index::stored_len(from, id).ok();
        if from.get(&keys::torn(id)).is_ok_and(|mark| mark.is_some()) {
            self.to.commit(vec![(keys::torn(id).to_vec(), Some(Vec::new()))])?;
        }
        let mut at = 0;
        loop {
            let (first, records, damage) = next_records(from, id, at, sound);
            at = first + records.len() as u64;
            if !records.is_empty() {
                self.place(Block { chain: key, id, first, records }, &|_| true)?;
            } else if damage && len.is_some_and(|len| at < len) {
                at = after_damage(from, id, at);
            } else {
                break;
            }
        }
        let one = matches!(self.pieces.get(&id).map(Vec::as_slice), Some([piece]) if piece.start == 0 && Some(piece.end) == len);
        Ok(!one && len != Some(0))
    }

    /// Stores the sound records of a block that are not there yet.
    fn place(&mut self, block: Block, sound: Sound<'_>) -> Result<(), StoreError> {
        let Block { chain, id, first, records } = block;
        if *self.chains.entry(id).or_insert(chain) != chain {
            return Ok(()); // of a commit that failed, so its short id was given again
        }
        let mut run = Block { chain, id, first, records: Vec::new() };
        for (seq, record) in (first..).zip(records) {
            let held = self.pieces.get(&id).is_some_and(|pieces| pieces.iter().any(|piece| piece.holds(seq)));
            if !held && sound(&record) {
                run.records.push(record);
                continue;
            }
            self.append(run)?;
            run = Block { chain, id, first: seq + 1, records: Vec::new() };
        }
        self.append(run)
    }

    /// Stores records, none of which is there yet, behind the piece that ends before them, or as a new one.
    fn append(&mut self, mut run: Block) -> Result<(), StoreError> {
        if run.records.is_empty() {
            return Ok(());
        }
        let pieces = self.pieces.entry(run.id).or_default();
        let at = pieces.partition_point(|piece| piece.start <= run.first);
        let behind = at.checked_sub(1).filter(|before| pieces[*before].end == run.first);
        let at = match behind {
            Some(before) => before,
            None => {
                let (mut id, mut key) = (run.id, run.chain);
                if run.first > 0 {
                    (id, key) = (self.next_id, free_key(&mut self.taken, run.chain, run.first));
                    self.next_id = self.next_id.saturating_add(1);
                    self.to.commit(vec![(keys::torn(id).to_vec(), Some(Vec::new()))])?;
                }
                pieces.insert(at, Piece { start: run.first, end: run.first, id, key });
                at
            }
        };
        let piece = &mut pieces[at];
        let count = run.records.len() as u64;
        (run.id, run.chain, run.first) = (piece.id, piece.key, piece.end - piece.start);
        self.to.import(run)?;
        piece.end += count;
        self.records += count;
        Ok(())
    }
}

impl Piece {
    fn holds(&self, seq: u64) -> bool {
        self.start <= seq && seq < self.end
    }
}

/// Takes a chain that isn't there, for what follows a gap in another one.
fn free_key(taken: &mut BTreeSet<ChainKey>, chain: ChainKey, first: u64) -> ChainKey {
    let mut key = chain;
    key.log = (chain.log ^ first.rotate_left(32)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    while !taken.insert(key) {
        key.log = key.log.wrapping_add(1);
    }
    key
}

/// Returns the next sound records of a chain at or after `at`, as many as may be in memory, all after one another, with the
/// number of the first; and whether there was damage behind them. Without any, the number is the one to go on from.
fn next_records(from: &dyn Backend, id: u32, at: u64, sound: Sound<'_>) -> (u64, Vec<Vec<u8>>, bool) {
    let mut records: Vec<Vec<u8>> = Vec::new();
    let (mut first, mut bytes) = (at, 0);
    let scanned = from.scan(keys::records_from(id, at), &mut |key, value| {
        let Some(seq) = keys::record_seq(key) else { return ControlFlow::Break(()) };
        if records.is_empty() {
            first = seq;
        }
        if seq != first + records.len() as u64 || records.len() == CHUNK_RECORDS || bytes >= CHUNK_BYTES {
            return ControlFlow::Break(());
        }
        if !sound(&value) {
            first = if records.is_empty() { seq + 1 } else { first };
            return if records.is_empty() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) };
        }
        bytes += value.len();
        records.push(value);
        ControlFlow::Continue(())
    });
    if let Err(damage) = &scanned {
        tracing::debug!("chain {id} can't be read after record {first}: {damage}");
    }
    (first, records, matches!(scanned, Err(StoreError::Damaged { .. })))
}

/// Returns the number of the first record behind the damage at `at`: behind the block that holds it, or the next one.
fn after_damage(from: &dyn Backend, id: u32, at: u64) -> u64 {
    let end = || {
        let block = from.last(keys::blocks(id, 0..at + 1)).ok()??;
        let (_, first) = keys::chain_and_seq(&block)?;
        let count = Pointer::from_value(&from.get(&block).ok()??)?.count;
        first.checked_add(count.into())
    };
    end().filter(|end| *end > at).unwrap_or(at + 1)
}

/// Returns the next records of a chain without a gap, as many as may be in memory; none at the end, a hole or damage.
fn chunk(from: &dyn Backend, id: u32, at: u64) -> Vec<Vec<u8>> {
    let (first, records, _) = next_records(from, id, at, &|_| true);
    if first == at { records } else { Vec::new() }
}

/// Copies the named values up to the first damage, and the count of their changes.
fn copy_values(from: &dyn Backend, to: &dyn Backend) -> Result<(), StoreError> {
    let mut writes = Vec::new();
    let mut take = |key: &[u8], value| {
        writes.push((key.to_vec(), Some(value)));
        ControlFlow::Continue(())
    };
    let values = from.scan(keys::all_meta(), &mut take);
    let changes = from.scan(keys::CHANGES.to_vec()..vec![keys::CHANGES[0] + 1], &mut take);
    if let Err(damage) = values.and(changes) {
        tracing::warn!("not every named value could be read: {damage}");
    }
    if writes.is_empty() { Ok(()) } else { to.commit(writes) }
}

/// Counts the records of a chain, and their bytes, up to the first unreadable one.
///
/// # Errors
/// Errors of the system while reading; damage only ends the count.
pub(crate) fn measure(backend: &dyn Backend, id: u32) -> Result<(u64, u64), StoreError> {
    let (mut records, mut bytes) = (0, 0);
    let scanned = backend.scan(keys::records_from(id, 0), &mut |key, value| {
        if keys::record_seq(key) != Some(records) {
            return ControlFlow::Break(());
        }
        records += 1;
        bytes += value.len() as u64;
        ControlFlow::Continue(())
    });
    match scanned {
        Ok(()) | Err(StoreError::Damaged { .. }) => Ok((records, bytes)),
        Err(error) => Err(error),
    }
}

/// Compares every record and every named value of `old` with `new`.
///
/// # Errors
/// `Damaged` when one differs or can't be read.
pub(crate) fn compare(old: &dyn Backend, new: &dyn Backend, index: &Index) -> Result<(), StoreError> {
    for chain in index.chains.values() {
        let mut next = 0;
        loop {
            let (left, right) = (chunk(old, chain.id, next), chunk(new, chain.id, next));
            if left != right {
                return Err(new.damaged(format!("the copy of chain {} is not the same", chain.id)));
            }
            next += left.len() as u64;
            if left.is_empty() {
                break;
            }
        }
        if next != chain.next {
            return Err(old.damaged(format!("chain {} can be read only up to record {next}", chain.id)));
        }
    }
    let same = Index::load(new)?.meta == index.meta;
    if same { Ok(()) } else { Err(new.damaged("the copy of the named values is not the same".to_owned())) }
}
