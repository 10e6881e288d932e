//! The storage thread: it commits the queued calls as one group, then runs their callbacks.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use crate::backend::{Backend, Write};
use crate::error::StoreError;
use crate::index::Index;
use crate::keys;
use crate::opening::Quarantine;
use crate::queue::{Done, Job, Queue, Sound, Work};
use crate::stage::{Stage, Staging};
use crate::witness::Witness;

/// The state shared by the storage thread and the callers.
pub(crate) struct Shared {
    pub(crate) queue: Queue,
    pub(crate) backend: Box<dyn Backend>,
    index: RwLock<Index>,
}

impl Shared {
    pub(crate) fn new(backend: Box<dyn Backend>, index: Index) -> Shared {
        Shared { queue: Queue::default(), backend, index: RwLock::new(index) }
    }

    /// Returns the index. Only the storage thread changes it.
    pub(crate) fn index(&self) -> RwLockReadGuard<'_, Index> {
        self.index.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn change_index(&self, change: impl FnOnce(&mut Index)) {
        change(&mut self.index.write().unwrap_or_else(PoisonError::into_inner));
    }
}

/// Runs until the queue is closed and empty; then closes the backend.
pub(crate) fn run(shared: Arc<Shared>, witness: Option<Witness>) {
    let mut writer = Writer { shared, failed: None, witness };
    loop {
        let group = writer.shared.queue.take_group();
        if group.is_empty() {
            return;
        }
        writer.handle(group);
    }
}

struct Writer {
    shared: Arc<Shared>,
    /// The error of the last commit, if it failed. The state of the disk is then unknown until a recovery.
    failed: Option<StoreError>,
    /// The file with the number of durable records.
    witness: Option<Witness>,
}

impl Drop for Writer {
    /// Runs also when the thread panics: callers must not wait for it, and the folder must be free.
    fn drop(&mut self) {
        self.shared.queue.close();
        while !self.shared.queue.take_group().is_empty() {}
        if let Some(Err(error)) = self.witness.as_ref().map(Witness::sync) {
            tracing::warn!("how much is saved could not be noted durably: {error}");
        }
        self.shared.backend.close();
    }
}

impl Writer {
    fn handle(&mut self, mut group: Vec<Job>) {
        if let Some(job) = group.pop_if(|job| matches!(job.work, Work::Repair(..))) {
            return self.answer_repair(job);
        }
        let mut answers = Vec::with_capacity(group.len());
        let shared = Arc::clone(&self.shared);
        let index = shared.index();
        let mut stage = Stage::new(&index, &*shared.backend);
        for Job { work, done, .. } in group {
            let verdict = match work {
                Work::Recover => self.recover(&index),
                Work::Repair(..) => Ok(()), // comes alone, handled above
                _ if self.failed.is_some() => Ok(()),
                Work::Append(records, values) => stage
                    .append(records)
                    .map(|()| values.into_iter().for_each(|(name, value)| stage.put_meta(name, value))),
            };
            answers.push((done, verdict));
        }
        let (writes, staging) = stage.finish();
        drop(index);
        let outcome = self.write(writes, staging);
        for (done, verdict) in answers {
            answer(done, verdict.and_then(|()| outcome.clone()));
        }
    }

    /// Commits the writes of the group. Lack of space leaves everything as it was; any other failure stops all writing
    /// until a recovery.
    fn write(&mut self, writes: Vec<Write>, staging: Staging) -> Result<(), StoreError> {
        if let Some(failed) = &self.failed {
            return Err(failed.clone());
        }
        if writes.is_empty() {
            return Ok(());
        }
        self.shared.backend.check_room(size_of(&writes))?;
        self.commit(writes)?;
        self.shared.change_index(|index| staging.apply(index));
        self.note();
        Ok(())
    }

    /// Writes the witness. A failure is only logged: without the witness a loss would go unnoticed, but the commit holds.
    fn note(&mut self) {
        let count = self.shared.index().count();
        if let Some(Err(error)) = self.witness.as_mut().map(|witness| witness.note(count)) {
            tracing::warn!("how much is saved could not be noted: {error}");
        }
    }

    fn commit(&mut self, writes: Vec<Write>) -> Result<(), StoreError> {
        self.shared.backend.commit(writes).inspect_err(|failed| {
            tracing::error!("writing failed, no more is written until it recovers: {failed}");
            self.failed = Some(failed.clone());
        })
    }

    /// Proves with a durable write that the backend works. If it doesn't, or had failed, reopens it and removes the remains
    /// of the failed commit.
    fn recover(&mut self, index: &Index) -> Result<(), StoreError> {
        let shared = Arc::clone(&self.shared);
        let backend = &*shared.backend;
        backend.check_room(0)?;
        if self.failed.is_none() && probe(backend).and_then(|probe| self.commit(vec![probe])).is_ok() {
            return Ok(());
        }
        backend.reopen()?;
        let mut writes = index.repairs(backend)?;
        writes.push(probe(backend)?);
        backend.check_room(size_of(&writes))?;
        self.commit(writes)?;
        if let Some(failed) = self.failed.take() {
            tracing::info!("writing works again after: {failed}");
        }
        Ok(())
    }

    fn answer_repair(&mut self, job: Job) {
        let Work::Repair(outcome_to, sound) = job.work else { return };
        let outcome = self.repair(&sound).map(|quarantine| drop(outcome_to.send(quarantine)));
        answer(job.done, outcome);
    }

    /// Moves everything aside and continues with what can be read of it. The index is locked meanwhile.
    fn repair(&mut self, sound: &Sound) -> Result<Quarantine, StoreError> {
        let reason = self.failed.as_ref().map_or("a record could not be read".to_owned(), ToString::to_string);
        let shared = Arc::clone(&self.shared);
        let mut outcome = Err(StoreError::Closed);
        shared.change_index(|index| {
            outcome = shared.backend.repair(reason, sound).and_then(|quarantine| {
                *index = Index::load(&*shared.backend)?;
                Ok(quarantine)
            });
        });
        self.failed = outcome.as_ref().err().cloned();
        outcome
    }
}

/// Returns a small write that changes a value: sled would not write the same value again.
fn probe(backend: &dyn Backend) -> Result<Write, StoreError> {
    let before = backend.get(&keys::PROBE)?.and_then(|value| value.first().copied());
    Ok((keys::PROBE.to_vec(), Some(vec![before.unwrap_or(0).wrapping_add(1)])))
}

fn size_of(writes: &[Write]) -> u64 {
    writes.iter().map(|(key, value)| (key.len() + value.as_ref().map_or(0, Vec::len)) as u64).sum()
}

/// Runs a callback; a panic in it doesn't end the storage thread.
fn answer(done: Done, outcome: Result<(), StoreError>) {
    if catch_unwind(AssertUnwindSafe(|| done(outcome))).is_err() {
        tracing::error!("a callback of the store panicked");
    }
}
