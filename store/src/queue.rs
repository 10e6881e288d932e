//! The bounded queue to the storage thread.

use std::collections::VecDeque;
use std::sync::mpsc::SyncSender;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::error::StoreError;
use crate::keys::Record;
use crate::opening::Quarantine;

/// Most records in the queue.
pub(crate) const MAX_RECORDS: usize = 16_384;
/// Most bytes in the queue.
pub(crate) const MAX_BYTES: usize = 32 << 20;
/// Most records of one commit, unless one call has more.
const GROUP_RECORDS: usize = 4096;
/// Most bytes of one commit, unless one call has more.
const GROUP_BYTES: usize = 4 << 20;
/// Bytes counted for each record beside its content, about what it costs in memory.
const OVERHEAD: usize = 128;

/// The callback of a call, run on the storage thread with the outcome.
pub(crate) type Done = Box<dyn FnOnce(Result<(), StoreError>) + Send>;

/// Returns whether a record can be used.
pub(crate) type Sound = Box<dyn Fn(&[u8]) -> bool + Send>;

/// Work for the storage thread.
pub(crate) enum Work {
    /// Appends records and sets named values, all or none.
    Append(Vec<Record>, Vec<(String, Vec<u8>)>),
    Recover,
    /// Moves the log aside and keeps the sound records; the report is sent before the callback runs.
    Repair(SyncSender<Quarantine>, Sound),
}

/// A piece of work with its callback.
pub(crate) struct Job {
    pub(crate) work: Work,
    pub(crate) done: Done,
    size: Size,
}

/// The space that something takes in the queue.
#[derive(Clone, Copy, Default)]
struct Size {
    records: usize,
    bytes: usize,
}

impl Size {
    fn plus(self, other: Size) -> Size {
        Size { records: self.records + other.records, bytes: self.bytes.saturating_add(other.bytes) }
    }

    fn fits(self, records: usize, bytes: usize) -> bool {
        self.records <= records && self.bytes <= bytes
    }
}

impl Job {
    /// Builds a job.
    ///
    /// # Errors
    /// `TooLarge` when it could never fit into the queue.
    pub(crate) fn new(work: Work, done: Done) -> Result<Job, StoreError> {
        let (records, content) = match &work {
            Work::Append(records, values) => {
                let of_records: usize = records.iter().map(|record| record.bytes.len()).sum();
                let of_values: usize = values.iter().map(|(name, value)| name.len() + value.len()).sum();
                ((records.len() + values.len()).max(1), of_records + of_values)
            }
            Work::Recover | Work::Repair(..) => (1, 0),
        };
        let size = Size { records, bytes: records.saturating_mul(OVERHEAD).saturating_add(content) };
        if size.records > MAX_RECORDS {
            return Err(StoreError::TooLarge { size: size.records, limit: MAX_RECORDS });
        }
        if size.bytes > MAX_BYTES {
            return Err(StoreError::TooLarge { size: size.bytes, limit: MAX_BYTES });
        }
        Ok(Job { work, done, size })
    }
}

/// A first-in, first-out queue with a bound.
#[derive(Default)]
pub(crate) struct Queue {
    state: Mutex<State>,
    /// Signalled when there is work, and at the end.
    work: Condvar,
    /// Signalled when there is space again, and at the end.
    room: Condvar,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    size: Size,
    closed: bool,
}

impl Queue {
    /// Queues a job; returns `Busy` at once when the queue is full.
    pub(crate) fn push(&self, job: Job) -> Result<(), StoreError> {
        self.admit(self.state(), job)
    }

    /// Queues a job, waiting for space.
    pub(crate) fn push_wait(&self, job: Job) -> Result<(), StoreError> {
        let mut state = self.state();
        while !state.closed && !state.size.plus(job.size).fits(MAX_RECORDS, MAX_BYTES) {
            state = self.room.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        self.admit(state, job)
    }

    fn admit(&self, mut state: MutexGuard<'_, State>, job: Job) -> Result<(), StoreError> {
        if state.closed {
            return Err(StoreError::Closed);
        }
        let size = state.size.plus(job.size);
        if !size.fits(MAX_RECORDS, MAX_BYTES) {
            return Err(StoreError::Busy);
        }
        state.size = size;
        state.jobs.push_back(job);
        self.work.notify_one();
        Ok(())
    }

    /// Waits for work and takes as many jobs as may be committed together; a recovery or a repair comes alone. Returns
    /// none once the queue is closed and empty.
    pub(crate) fn take_group(&self) -> Vec<Job> {
        let mut state = self.state();
        while state.jobs.is_empty() && !state.closed {
            state = self.work.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let mut group = Vec::new();
        let mut size = Size::default();
        while state.jobs.front().is_some_and(|job| joins(&group, size, job)) {
            let Some(job) = state.jobs.pop_front() else { break };
            size = size.plus(job.size);
            group.push(job);
        }
        state.size = Size { records: state.size.records - size.records, bytes: state.size.bytes - size.bytes };
        self.room.notify_all();
        group
    }

    /// Refuses further jobs; those in the queue are still done.
    pub(crate) fn close(&self) {
        self.state().closed = true;
        self.work.notify_all();
        self.room.notify_all();
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.state().closed
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns whether a job may join the group.
fn joins(group: &[Job], size: Size, job: &Job) -> bool {
    let alone = |job: &Job| matches!(job.work, Work::Recover | Work::Repair(..));
    match group.last() {
        None => true,
        Some(last) => !alone(last) && !alone(job) && size.plus(job.size).fits(GROUP_RECORDS, GROUP_BYTES),
    }
}
