//! A model of a disk after a power cut: everything synced is there, and any part of the rest.

use std::collections::{BTreeMap, HashMap};
use std::ffi::OsString;
use std::fs;
use std::path::Path;

use crate::Random;
use crate::trace::Call;

/// A file or folder, independent of its current name.
type Id = usize;
const ROOT: Id = 0;
const SECTOR: usize = 512;

#[derive(Clone)]
enum Change {
    Write { file: Id, at: usize, bytes: Vec<u8> },
    Truncate { file: Id, len: usize },
    Make { folder: Id, name: OsString, id: Id },
    Move { folder: Id, from: OsString, to: OsString },
    Remove { folder: Id, name: OsString },
}

impl Change {
    /// The file or folder that must be synced to make it durable.
    fn within(&self) -> Id {
        match self {
            Change::Write { file, .. } | Change::Truncate { file, .. } => *file,
            Change::Make { folder, .. } | Change::Move { folder, .. } | Change::Remove { folder, .. } => *folder,
        }
    }
}

struct Event {
    change: Change,
    start: usize,
    end: usize,
    /// The time at which a sync that began after this change was done.
    durable: Option<usize>,
}

/// All changes below a folder.
#[derive(Default)]
pub struct History {
    events: Vec<Event>,
    /// The folders among the nodes.
    folders: Vec<bool>,
    /// The names as the program sees them.
    names: BTreeMap<(Id, OsString), Id>,
    /// The position of each descriptor.
    offsets: HashMap<u64, usize>,
    /// The files as the program sees them.
    contents: HashMap<Id, Vec<u8>>,
}

impl History {
    pub fn new(root: &Path, calls: &[Call]) -> History {
        let mut history = History { folders: vec![true], ..History::default() };
        for call in calls {
            history.take(root, call);
        }
        history
    }

    /// Returns the number of changes.
    pub fn len(&self) -> usize {
        self.events.len()
    }

    fn take(&mut self, root: &Path, call: &Call) {
        match call.name.as_str() {
            "openat" => self.opened(root, call),
            "lseek" => self.moved_in_file(call),
            "write" => self.wrote(root, call),
            "pwrite64" => self.wrote_at(root, call, call.number(3) as usize),
            "copy_file_range" => self.copied(root, call),
            "ftruncate" => self.truncated(root, call),
            "rename" => self.renamed(root, call),
            "mkdir" => self.made(root, &call.path(0), true, call),
            "unlink" | "rmdir" => self.removed(root, &call.path(0), call),
            "unlinkat" => {
                let folder = call.file(0).map_or_else(Default::default, |(_, path)| path);
                self.removed(root, &folder.join(call.path(1)), call);
            }
            "fsync" | "fdatasync" => self.synced(root, call),
            // Only makes the kernel start writing: nothing is durable by that.
            "sync_file_range" => {}
            other => assert!(!concerns(root, call), "{other} is not understood"),
        }
    }

    fn find(&self, root: &Path, path: &Path) -> Option<Id> {
        let inside = path.strip_prefix(root).ok()?;
        inside.iter().try_fold(ROOT, |folder, name| self.names.get(&(folder, name.to_owned())).copied())
    }

    fn place(&self, root: &Path, path: &Path) -> Option<(Id, OsString)> {
        Some((self.find(root, path.parent()?)?, path.file_name()?.to_owned()))
    }

    fn push(&mut self, change: Change, call: &Call) {
        self.events.push(Event { change, start: call.start, end: call.end, durable: None });
    }

    fn made(&mut self, root: &Path, path: &Path, folder: bool, call: &Call) {
        let Some(place) = self.place(root, path) else { return };
        let id = self.folders.len();
        self.folders.push(folder);
        self.names.insert(place.clone(), id);
        self.push(Change::Make { folder: place.0, name: place.1, id }, call);
    }

    fn opened(&mut self, root: &Path, call: &Call) {
        self.offsets.insert(call.result, 0);
        let path = call.path(1);
        match self.find(root, &path) {
            None if call.has_flag(2, "O_CREAT") => self.made(root, &path, false, call),
            Some(file) if call.has_flag(2, "O_TRUNC") => self.push_truncate(file, 0, call),
            _ => {}
        }
    }

    fn moved_in_file(&mut self, call: &Call) {
        if let Some((descriptor, _)) = call.file(0) {
            self.offsets.insert(descriptor, call.result as usize);
        }
    }

    fn wrote(&mut self, root: &Path, call: &Call) {
        let Some((descriptor, _)) = call.file(0) else { return };
        let at = self.offsets.get(&descriptor).copied().unwrap_or(0);
        self.offsets.insert(descriptor, at + call.result as usize);
        self.wrote_at(root, call, at);
    }

    fn wrote_at(&mut self, root: &Path, call: &Call, at: usize) {
        let Some(file) = call.file(0).and_then(|(_, path)| self.find(root, &path)) else { return };
        let mut bytes = call.bytes(1);
        bytes.truncate(call.result as usize);
        self.push_write(file, at, bytes, call);
    }

    fn push_write(&mut self, file: Id, at: usize, bytes: Vec<u8>, call: &Call) {
        write_some(self.contents.entry(file).or_default(), at, &bytes, || true);
        self.push(Change::Write { file, at, bytes }, call);
    }

    /// Copies from one file to another, both at their current positions.
    fn copied(&mut self, root: &Path, call: &Call) {
        let (Some((from, source)), Some((to, target))) = (call.file(0), call.file(2)) else { return };
        let (Some(source), Some(target)) = (self.find(root, &source), self.find(root, &target)) else { return };
        let len = call.result as usize;
        let (read, written) = (self.offsets[&from], self.offsets[&to]);
        let bytes = self.contents[&source][read..read + len].to_vec();
        self.offsets.extend([(from, read + len), (to, written + len)]);
        self.push_write(target, written, bytes, call);
    }

    fn truncated(&mut self, root: &Path, call: &Call) {
        let Some(file) = call.file(0).and_then(|(_, path)| self.find(root, &path)) else { return };
        self.push_truncate(file, call.number(1) as usize, call);
    }

    fn push_truncate(&mut self, file: Id, len: usize, call: &Call) {
        self.contents.entry(file).or_default().resize(len, 0);
        self.push(Change::Truncate { file, len }, call);
    }

    fn renamed(&mut self, root: &Path, call: &Call) {
        let (Some(from), Some(to)) = (self.place(root, &call.path(0)), self.place(root, &call.path(1))) else { return };
        assert_eq!(from.0, to.0, "a rename between folders is not understood");
        let id = self.names.remove(&from).unwrap();
        self.names.insert(to.clone(), id);
        self.push(Change::Move { folder: from.0, from: from.1, to: to.1 }, call);
    }

    fn removed(&mut self, root: &Path, path: &Path, call: &Call) {
        let Some((folder, name)) = self.place(root, path) else { return };
        self.names.remove(&(folder, name.clone()));
        self.push(Change::Remove { folder, name }, call);
    }

    fn synced(&mut self, root: &Path, call: &Call) {
        let Some(what) = call.file(0).and_then(|(_, path)| self.find(root, &path)) else { return };
        let earlier = self.events.iter_mut().filter(|event| event.end < call.start && event.durable.is_none());
        earlier.filter(|event| event.change.within() == what).for_each(|event| event.durable = Some(call.end));
    }

    /// Builds below `root` what a disk may hold after a power cut at `cut`.
    pub fn rebuild(&self, cut: usize, random: &mut Random, root: &Path) {
        let whim = Whim::draw(cut, random);
        let mut state = State { files: vec![Vec::new(); self.folders.len()], names: BTreeMap::new() };
        for event in self.events.iter().filter(|event| event.start <= cut) {
            let durable = event.durable.is_some_and(|at| at <= cut);
            match &event.change {
                Change::Write { file, at, bytes } if !durable => {
                    write_some(&mut state.files[*file], *at, bytes, || whim.keeps(event, random));
                }
                change if durable || whim.keeps(event, random) => state.apply(change),
                _ => {}
            }
        }
        self.put_down(&state, ROOT, root);
    }

    fn put_down(&self, state: &State, folder: Id, path: &Path) {
        fs::create_dir_all(path).unwrap();
        for ((_, name), id) in state.names.range((folder, OsString::new())..(folder + 1, OsString::new())) {
            if self.folders[*id] {
                self.put_down(state, *id, &path.join(name));
            } else {
                fs::write(path.join(name), &state.files[*id]).unwrap();
            }
        }
    }
}

fn concerns(root: &Path, call: &Call) -> bool {
    call.file(0).is_some_and(|(_, path)| path.starts_with(root))
}

/// The fate of the changes that were not synced.
enum Whim {
    DropsAll,
    KeepsAll,
    /// Keeps the changes before a moment.
    KeepsUntil(usize),
    /// Keeps some changes, as a whole: later ones without earlier ones, too.
    KeepsSome,
    /// Keeps some sectors.
    Tears,
}

impl Whim {
    fn draw(cut: usize, random: &mut Random) -> Whim {
        match random.below(5) {
            0 => Whim::DropsAll,
            1 => Whim::KeepsAll,
            2 => Whim::KeepsUntil(cut.saturating_sub(random.below(30) as usize)),
            3 => Whim::KeepsSome,
            _ => Whim::Tears,
        }
    }

    fn keeps(&self, event: &Event, random: &mut Random) -> bool {
        match self {
            Whim::DropsAll => false,
            Whim::KeepsAll => true,
            Whim::KeepsUntil(moment) => event.start <= *moment,
            // Decided by the event, so that all sectors of a write share its fate.
            Whim::KeepsSome => event.start.wrapping_mul(0x9E37_79B9) >> 7 & 1 == 0,
            Whim::Tears => random.below(2) == 0,
        }
    }
}

struct State {
    files: Vec<Vec<u8>>,
    names: BTreeMap<(Id, OsString), Id>,
}

impl State {
    fn apply(&mut self, change: &Change) {
        match change {
            Change::Write { file, at, bytes } => write_some(&mut self.files[*file], *at, bytes, || true),
            Change::Truncate { file, len } => self.files[*file].resize(*len, 0),
            Change::Make { folder, name, id } => drop(self.names.insert((*folder, name.clone()), *id)),
            Change::Move { folder, from, to } => {
                // A file that never reached the disk can't be moved.
                if let Some(id) = self.names.remove(&(*folder, from.clone())) {
                    self.names.insert((*folder, to.clone()), id);
                }
            }
            Change::Remove { folder, name } => drop(self.names.remove(&(*folder, name.clone()))),
        }
    }
}

/// Writes the sectors that `keep` wants.
fn write_some(content: &mut Vec<u8>, at: usize, bytes: &[u8], mut keep: impl FnMut() -> bool) {
    let mut done = 0;
    while done < bytes.len() {
        let from = at + done;
        let to = ((from / SECTOR + 1) * SECTOR).min(at + bytes.len());
        if keep() {
            content.resize(content.len().max(to), 0);
            content[from..to].copy_from_slice(&bytes[done..done + to - from]);
        }
        done += to - from;
    }
}
