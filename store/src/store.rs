//! The public interface of the store.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle, ThreadId};

use crate::backend::Backend;
use crate::disk::{self, Opened};
use crate::error::StoreError;
use crate::folder::Folder;
use crate::index::{Chain, Index};
use crate::keys::{self, ChainKey, Hash32, MAX_NAME, Record};
use crate::opening::{Opening, Quarantine};
use crate::parts::MAX_VALUE;
use crate::queue::{Done, Job, Work};
use crate::snapshots::MAX_SNAPSHOT;
use crate::witness::Witness;
use crate::writer::{self, Shared};

/// A running store. Clones are cheap and share it; it is closed by [`Store::close`] or when the last clone is dropped.
///
/// Any thread may read. All writes go through one storage thread, in the order of the calls.
#[derive(Clone)]
pub struct Store {
    running: Arc<Running>,
}

/// The store with its thread.
struct Running {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
    thread_id: ThreadId,
}

impl Store {
    /// Opens the store in `dir`, creating the folder if it is missing. The data lies in its subfolder `log`. If that can't
    /// be read, it is moved aside and a new one is made, as the [`Opening`] reports.
    ///
    /// # Errors
    /// `InUse` when another store has it open; `Newer` when a newer program wrote it; `DiskFull`, `Io`: then nothing was moved.
    pub fn open(dir: &Path) -> Result<(Store, Opening), StoreError> {
        let Opened { disk, index, witness, opening } = disk::open(&Folder::new(dir, |dir| fs4::available_space(dir)))?;
        Ok((Store::start(Box::new(disk), index, Some(witness))?, opening))
    }

    /// Starts the storage thread.
    pub(crate) fn start(
        backend: Box<dyn Backend>,
        index: Index,
        witness: Option<Witness>,
    ) -> Result<Store, StoreError> {
        let shared = Arc::new(Shared::new(backend, index));
        let theirs = Arc::clone(&shared);
        let thread = thread::Builder::new().name("store".to_owned()).spawn(move || writer::run(theirs, witness));
        let thread = thread.map_err(|source| StoreError::Thread { source: Arc::new(source) })?;
        let thread_id = thread.thread().id();
        Ok(Store { running: Arc::new(Running { shared, thread: Mutex::new(Some(thread)), thread_id }) })
    }

    /// Queues records for writing. `done` is called exactly once, on the storage thread, when they are durable or were
    /// refused; callbacks run in the order of the calls. The records of a call are written all or none. A record that is
    /// stored already, with the same bytes, counts as written.
    ///
    /// `done` must be quick, as all writing waits for it; it must not wait for a thread that may wait for the store, and must
    /// not call a method that waits for the storage thread ([`append_wait`](Store::append_wait), [`put_meta`](Store::put_meta),
    /// [`recover`](Store::recover)).
    ///
    /// # Errors
    /// `Busy` when the queue is full, `TooLarge` when it could never hold the records, `Closed`: then `done` is not called.
    /// `done` receives `Gap`, `Conflict`, `DiskFull`, `Io` or `Damaged`.
    pub fn append(
        &self,
        records: Vec<Record>,
        done: impl FnOnce(Result<(), StoreError>) + Send + 'static,
    ) -> Result<(), StoreError> {
        self.append_with(records, Vec::new(), done)
    }

    /// Like [`Store::append`], and sets named values in the same commit: after a crash all records and values are there, or
    /// none.
    ///
    /// # Errors
    /// Those of [`Store::append`]; `TooLarge` also for a name of more than 255 bytes.
    pub fn append_with(
        &self,
        records: Vec<Record>,
        values: Vec<(String, Vec<u8>)>,
        done: impl FnOnce(Result<(), StoreError>) + Send + 'static,
    ) -> Result<(), StoreError> {
        check_sizes(&records)?;
        values.iter().try_for_each(|(name, _)| check_size(name.len(), MAX_NAME))?;
        self.shared().queue.push(Job::new(Work::Append(records, values), Box::new(done))?)
    }

    /// Writes records and waits until they are durable; also waits while the queue is full.
    ///
    /// # Errors
    /// Those of [`Store::append`] and its callback, except `Busy`.
    pub fn append_wait(&self, records: Vec<Record>) -> Result<(), StoreError> {
        check_sizes(&records)?;
        self.wait_for(Work::Append(records, Vec::new()))
    }

    /// Returns the rooms that have at least one record, in order.
    ///
    /// # Errors
    /// `Closed`.
    pub fn rooms(&self) -> Result<Vec<Hash32>, StoreError> {
        self.check_open()?;
        Ok(self.shared().index().rooms())
    }

    /// Returns the chains of a room, in order, each with its next sequence number.
    ///
    /// # Errors
    /// `Closed`.
    pub fn chains(&self, room: &Hash32) -> Result<Vec<(ChainKey, u64)>, StoreError> {
        self.check_open()?;
        Ok(self.shared().index().chains_of(room))
    }

    /// Returns those chains of a room that are torn, in order: each holds what followed a gap in another chain when damaged
    /// files were repaired, under a number that no caller chose.
    ///
    /// # Errors
    /// `Closed`.
    pub fn torn(&self, room: &Hash32) -> Result<Vec<ChainKey>, StoreError> {
        self.check_open()?;
        Ok(self.shared().index().torn_of(room))
    }

    /// Returns the records of a chain from `from` on, in order: at most `max_records` and at most `max_bytes` in all, but at
    /// least one if there is one.
    ///
    /// # Errors
    /// `Closed`, `Io`; `Damaged` when a record is missing.
    pub fn read(
        &self,
        chain: &ChainKey,
        from: u64,
        max_records: usize,
        max_bytes: usize,
    ) -> Result<Vec<Vec<u8>>, StoreError> {
        loop {
            self.check_open()?;
            let Some(durable) = self.durable(chain) else { return Ok(Vec::new()) };
            match self.read_durable(durable, from, max_records, max_bytes) {
                // A repair has shortened the chain meanwhile.
                Err(StoreError::Damaged { .. }) if self.durable(chain) != Some(durable) => {}
                outcome => return outcome,
            }
        }
    }

    fn read_durable(
        &self,
        chain: Chain,
        from: u64,
        max_records: usize,
        max_bytes: usize,
    ) -> Result<Vec<Vec<u8>>, StoreError> {
        if from >= chain.next {
            return Ok(Vec::new());
        }
        let backend = &self.shared().backend;
        let mut records: Vec<Vec<u8>> = Vec::new();
        let (mut next, mut bytes, mut full) = (from, 0_usize, false);
        backend.scan(keys::records(chain.id, from..chain.next), &mut |key, value| {
            let room = records.len() < max_records && bytes.saturating_add(value.len()) <= max_bytes;
            full = !records.is_empty() && !room;
            if full || keys::record_seq(key) != Some(next) {
                return ControlFlow::Break(());
            }
            bytes = bytes.saturating_add(value.len());
            records.push(value);
            next += 1;
            ControlFlow::Continue(())
        })?;
        if full || next == chain.next {
            return Ok(records);
        }
        Err(backend.damaged(format!("record {next} of chain {} is missing", chain.id)))
    }

    /// Returns one record, or `None` if the chain is shorter.
    ///
    /// # Errors
    /// `Closed`, `Io`; `Damaged` when it is missing inside the chain.
    pub fn get(&self, chain: &ChainKey, seq: u64) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.read(chain, seq, 1, 0)?.pop())
    }

    /// Sets a named value, durable on return; an empty one removes the name. For small values: all of them are in memory too.
    ///
    /// # Errors
    /// `TooLarge` for a name of more than 255 bytes or a value the queue can't hold; `DiskFull`, `Io`, `Closed`.
    pub fn put_meta(&self, key: &str, value: Vec<u8>) -> Result<(), StoreError> {
        check_size(key.len(), MAX_NAME)?;
        self.wait_for(Work::Append(Vec::new(), vec![(key.to_owned(), value)]))
    }

    /// Returns a named value.
    ///
    /// # Errors
    /// `Closed`.
    pub fn get_meta(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.check_open()?;
        Ok(self.shared().index().meta.get(key).cloned())
    }

    /// Returns the named values whose names begin with `prefix`, each with the rest of its name.
    ///
    /// # Errors
    /// `Closed`.
    pub fn metas(&self, prefix: &str) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        self.check_open()?;
        let (shared, from) = (self.shared(), prefix.to_owned());
        let index = shared.index();
        let values = index.meta.range(from..).map_while(|(name, value)| Some((name.strip_prefix(prefix)?, value)));
        Ok(values.map(|(rest, value)| (rest.to_owned(), value.clone())).collect())
    }

    /// Makes the store work again after a failed write, and proves it with a small durable write. Durable data is there
    /// afterwards, and nothing of failed calls. Harmless when nothing had failed.
    ///
    /// # Errors
    /// The reason why it still can't write; call it again later.
    pub fn recover(&self) -> Result<(), StoreError> {
        self.wait_for(Work::Recover)
    }

    /// Moves a damaged log aside, unchanged, and continues with a new one that holds what can be read of it. Each chain ends
    /// before its first missing record; what follows that is in a torn chain ([`Store::torn`]). To be called after a read returned `Damaged`. All calls wait meanwhile, reads too.
    /// Chains may be shorter afterwards: lengths known from before are invalid.
    ///
    /// # Errors
    /// `DiskFull` when there is no space for the copy, `Io`, `Closed`; it may be called again.
    pub fn repair(&self) -> Result<Quarantine, StoreError> {
        self.repair_keeping(|_| true)
    }

    /// As [`Store::repair`]; records that are not `sound` count as unreadable.
    ///
    /// # Errors
    /// Those of [`Store::repair`].
    pub fn repair_keeping(&self, sound: impl Fn(&[u8]) -> bool + Send + 'static) -> Result<Quarantine, StoreError> {
        let (sender, receiver) = sync_channel(1);
        self.wait_for(Work::Repair(sender, Box::new(sound)))?;
        receiver.recv().map_err(|_| StoreError::Closed)
    }

    /// Stores a value that was computed from a room's records (a snapshot), replacing the previous one. It is dropped
    /// when these records are moved aside. Written on the calling thread.
    ///
    /// # Errors
    /// `TooLarge` for more than 256 MiB; `DiskFull`, `Io`, `Closed`.
    pub fn put_snapshot(&self, room: &Hash32, bytes: &[u8]) -> Result<(), StoreError> {
        self.check_open()?;
        check_size(bytes.len(), MAX_SNAPSHOT)?;
        self.shared().backend.put_snapshot(room, bytes)
    }

    /// Returns the snapshot of a room, unless it is missing or damaged.
    ///
    /// # Errors
    /// `Io`, `Closed`.
    pub fn snapshot(&self, room: &Hash32) -> Result<Option<Vec<u8>>, StoreError> {
        self.check_open()?;
        self.shared().backend.snapshot(room)
    }

    /// Refuses further calls, finishes those in the queue, ends the storage thread and unlocks the folder. Idempotent.
    /// Called inside a callback it returns at once, and the rest follows.
    pub fn close(&self) {
        self.running.close();
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.running.shared
    }

    pub(crate) fn check_open(&self) -> Result<(), StoreError> {
        if self.shared().queue.is_closed() { Err(StoreError::Closed) } else { Ok(()) }
    }

    fn durable(&self, chain: &ChainKey) -> Option<Chain> {
        self.shared().index().chains.get(chain).copied()
    }

    /// Queues work and waits until it is done.
    fn wait_for(&self, work: Work) -> Result<(), StoreError> {
        if thread::current().id() == self.running.thread_id {
            return Err(StoreError::OnStorageThread);
        }
        let (sender, receiver) = sync_channel(1);
        // The receiver waits below, so sending can't fail.
        let done: Done = Box::new(move |outcome| drop(sender.send(outcome)));
        self.shared().queue.push_wait(Job::new(work, done)?)?;
        receiver.recv().unwrap_or(Err(StoreError::Closed))
    }
}

impl Running {
    fn close(&self) {
        self.shared.queue.close();
        if thread::current().id() == self.thread_id {
            return;
        }
        // A second caller waits here for the first.
        let mut thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(thread) = thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the storage thread panicked");
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.close();
    }
}

fn check_sizes(records: &[Record]) -> Result<(), StoreError> {
    records.iter().try_for_each(|record| check_size(record.bytes.len(), MAX_VALUE))
}

fn check_size(size: usize, limit: usize) -> Result<(), StoreError> {
    if size > limit { Err(StoreError::TooLarge { size, limit }) } else { Ok(()) }
}
