//! Copying the readable part of one backend into another: after damage, and for a compaction.
//!
//! Short ids stay the same, so a reader that looked one up earlier still finds the same chain under it.

use std::ops::ControlFlow;

use crate::archive::{Archive, Block};
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
    /// The number of chains that could not be read to their end.
    pub(crate) cut_chains: u64,
}

/// Copies the chains, each up to its first record that can't be read or isn't sound, and the named values.
///
/// # Errors
/// Only errors of `to`.
pub(crate) fn copy(
    from: &dyn Backend,
    to: &dyn Backend,
    sound: &dyn Fn(&[u8]) -> bool,
) -> Result<Copied, StoreError> {
    let mut copied = Copied::default();
    let (chains, whole) = readable_chains(from);
    copied.cut_chains += u64::from(!whole);
    for (id, key) in chains {
        let records = copy_chain(from, to, (id, key), sound)?;
        copied.records += records;
        copied.cut_chains += u64::from(index::stored_len(from, id).ok() != Some(records));
    }
    copy_values(from, to)?;
    Ok(copied)
}

/// Returns the chains up to the first damage in their list, and whether the list was read to its end.
fn readable_chains(from: &dyn Backend) -> (Vec<(u32, ChainKey)>, bool) {
    let mut chains = Vec::new();
    let scanned = from.scan(keys::all_chains(), &mut |key, value| {
        chains.extend(keys::chain_id(key).zip(ChainKey::from_value(&value)));
        ControlFlow::Continue(())
    });
    (chains, scanned.is_ok())
}

fn copy_chain(
    from: &dyn Backend,
    to: &dyn Backend,
    (id, chain): (u32, ChainKey),
    sound: &dyn Fn(&[u8]) -> bool,
) -> Result<u64, StoreError> {
    let mut first = 0;
    loop {
        let records = chunk(from, id, first, sound);
        if records.is_empty() {
            return Ok(first);
        }
        let next = first + records.len() as u64;
        to.import(Block { chain, id, first, records })?;
        first = next;
    }
}

/// Returns the next records of a chain without a gap, as many as may be in memory; none at the end, a hole or damage.
fn chunk(from: &dyn Backend, id: u32, first: u64, sound: &dyn Fn(&[u8]) -> bool) -> Vec<Vec<u8>> {
    let mut records: Vec<Vec<u8>> = Vec::new();
    let (mut next, mut bytes) = (first, 0);
    let scanned = from.scan(keys::records_from(id, first), &mut |key, value| {
        let full = records.len() == CHUNK_RECORDS || bytes >= CHUNK_BYTES;
        if full || keys::record_seq(key) != Some(next) || !sound(&value) {
            return ControlFlow::Break(());
        }
        next += 1;
        bytes += value.len();
        records.push(value);
        ControlFlow::Continue(())
    });
    if let Err(damage) = scanned {
        tracing::debug!("chain {id} can't be read beyond record {next}: {damage}");
    }
    records
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

/// Copies the blocks found in the archive file that continue a chain of `to`. Returns the number of records.
///
/// # Errors
/// Errors of `to`, and of the system while reading.
pub(crate) fn add_blocks(
    folder: &Folder,
    from: &Archive,
    to: &dyn Backend,
    sound: &dyn Fn(&[u8]) -> bool,
) -> Result<u64, StoreError> {
    let mut added = 0;
    let mut failed = None;
    let read = from.blocks(&mut |block| match add_block(block, to, sound) {
        Ok(records) => {
            added += records;
            ControlFlow::Continue(())
        }
        Err(error) => {
            failed = Some(error);
            ControlFlow::Break(())
        }
    });
    folder.ok("reading what is broken in", read)?;
    failed.map_or(Ok(added), Err)
}

fn add_block(mut block: Block, to: &dyn Backend, sound: &dyn Fn(&[u8]) -> bool) -> Result<u64, StoreError> {
    let usable = block.records.iter().take_while(|record| sound(record)).count();
    block.records.truncate(usable);
    let next = index::stored_len(to, block.id)?;
    let known = next.checked_sub(block.first).and_then(|known| usize::try_from(known).ok());
    let Some(known) = known.filter(|known| *known < block.records.len()) else { return Ok(0) };
    block.records.drain(..known);
    block.first = next;
    let records = block.records.len() as u64;
    to.import(block)?;
    Ok(records)
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
            let (left, right) = (chunk(old, chain.id, next, &|_| true), chunk(new, chain.id, next, &|_| true));
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
