//! A machine's disk: what is durable, and what is on its way there. As the store does it: records of a lane one after
//! another, none ever written over, groups in the order given.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::convert::Infallible;

use inkmesh::identity::Author;
use inkmesh::log::{Position, StoredRange};
use inkmesh::operation::{ChainId, Operation, OperationId};
use inkmesh::room::Write;

/// What is durable.
#[derive(Debug, Clone, Default)]
pub struct Folder {
    pub records: BTreeMap<Position, Operation>,
    /// In the order in which they became durable.
    pub written: Vec<Position>,
    pub kept: Option<Vec<u8>>,
    pub snapshot: Option<Vec<u8>>,
    /// Chains of which others brought something. It stands here for the checks, no program reads it.
    pub brought: BTreeSet<ChainId>,
}

/// What is done when a group is durable.
#[derive(Debug)]
pub enum Then {
    Nothing,
    /// Our own operations: the room is told.
    Saved(Write),
    /// A round of catching up waits for this.
    Handed(u64),
}

impl Then {
    /// The round that waits.
    pub fn round(&self) -> Option<u64> {
        match self {
            Then::Handed(round) => Some(*round),
            Then::Nothing | Then::Saved(_) => None,
        }
    }
}

/// What is given to the disk at once.
#[derive(Debug, Default)]
pub struct Group {
    /// Durable no later than the records.
    pub kept: Option<Vec<u8>>,
    pub records: Vec<(Position, Operation)>,
    pub snapshot: Option<Vec<u8>>,
}

#[derive(Debug)]
pub struct Job {
    pub at: u64,
    pub group: Group,
    pub then: Then,
}

#[derive(Debug, Default)]
pub struct Disk {
    pub folder: Folder,
    pub jobs: VecDeque<Job>,
    /// What is on its way.
    staged: BTreeMap<Position, OperationId>,
    /// The end of every lane, with what is on its way.
    ends: BTreeMap<(Author, u64), u64>,
}

impl Folder {
    /// The number of operations of every lane.
    pub fn lanes(&self) -> BTreeMap<(Author, u64), u64> {
        let mut lanes = BTreeMap::new();
        for place in self.records.keys() {
            *lanes.entry((place.author, place.lane)).or_default() = place.index + 1;
        }
        lanes
    }

    /// Returns the first operations of a stretch, about so many bytes at most, as the store does.
    pub fn read(&self, stretch: StoredRange, bytes: usize) -> Result<Vec<Operation>, Infallible> {
        let StoredRange { author, lane, from, to } = stretch;
        let place = |index| Position { author, lane, index };
        let (mut read, mut size) = (Vec::new(), 0);
        for (at, operation) in self.records.range(place(from)..place(to)) {
            if at.index != from + read.len() as u64 || size >= bytes {
                break;
            }
            size += operation.bytes().len();
            read.push(operation.clone());
        }
        Ok(read)
    }

    fn write(&mut self, place: Position, operation: Operation, then: &Then) {
        if !matches!(then, Then::Saved(_)) {
            self.brought.insert(operation.header().chain);
        }
        if self.records.insert(place, operation).is_none() {
            self.written.push(place);
        }
    }

    fn keep(&mut self, bytes: Option<Vec<u8>>) {
        if bytes.is_some() {
            self.kept = bytes;
        }
    }

    /// Forgets its last records.
    pub fn lose(&mut self, count: usize) {
        for _ in 0..count {
            if let Some(place) = self.written.pop() {
                self.records.remove(&place);
            }
        }
    }
}

impl Group {
    pub fn is_empty(&self) -> bool {
        self.pieces() == 0 && self.snapshot.is_none()
    }

    /// Those that may be there after a power failure and those that may not.
    fn pieces(&self) -> usize {
        self.records.len() + usize::from(self.kept.is_some())
    }
}

impl Disk {
    pub fn new(folder: Folder) -> Self {
        Disk { ends: folder.lanes(), folder, jobs: VecDeque::new(), staged: BTreeMap::new() }
    }

    /// Gives a group to the disk. Refuses, as the store does, what doesn't follow in its lane, and what would be written
    /// over something else.
    pub fn give(&mut self, job: Job) -> Result<(), String> {
        for (place, operation) in &job.group.records {
            let durable = self.folder.records.get(place).map(Operation::id);
            let there = durable.or(self.staged.get(place).copied());
            if there.is_some_and(|other| other != operation.id()) {
                return Err(format!("{place:?} would be written over"));
            }
            let next = self.ends.entry((place.author, place.lane)).or_default();
            if place.index > *next {
                return Err(format!("{place:?} leaves a gap behind {next}"));
            }
            *next = (*next).max(place.index + 1);
            self.staged.insert(*place, operation.id());
        }
        self.jobs.push_back(job);
        Ok(())
    }

    /// The first group, if it is durable at this time.
    pub fn finish(&mut self, now: u64) -> Option<(Vec<(Position, Operation)>, Then)> {
        if self.jobs.front().is_none_or(|job| job.at > now) {
            return None;
        }
        let Job { group, then, .. } = self.jobs.pop_front()?;
        self.folder.keep(group.kept);
        for (place, operation) in &group.records {
            self.staged.remove(place);
            self.folder.write(*place, operation.clone(), &then);
        }
        if group.snapshot.is_some() {
            self.folder.snapshot = group.snapshot;
        }
        Some((group.records, then))
    }

    /// The disk refuses: nothing of what was on its way is written.
    pub fn refuse(&mut self) -> Vec<Job> {
        let Disk { folder, jobs, .. } = std::mem::take(self);
        *self = Disk::new(folder);
        jobs.into()
    }

    /// The power fails: of what was on its way, so many of a hundred pieces are there.
    pub fn tear(mut self, percent: u64) -> Folder {
        let count: usize = self.jobs.iter().map(|job| job.group.pieces()).sum();
        let mut left = count * usize::try_from(percent).unwrap_or(100) / 100;
        for Job { group, then, .. } in std::mem::take(&mut self.jobs) {
            let (whole, many) = (left >= group.pieces(), left.min(group.pieces()));
            left -= many;
            let beside = usize::from(group.kept.is_some());
            self.folder.keep(group.kept.filter(|_| many > 0));
            for (place, operation) in group.records.into_iter().take(many.saturating_sub(beside)) {
                self.folder.write(place, operation, &then);
            }
            if !whole || (group.snapshot.is_some() && percent < 100) {
                break;
            }
            if group.snapshot.is_some() {
                self.folder.snapshot = group.snapshot;
            }
        }
        self.folder
    }
}
