//! Machines and the programs on them: how they begin, break and begin again.

use std::collections::{BTreeMap, BTreeSet};

use inkmesh::command::{CommandError, CommandTicket};
use inkmesh::identity::{Author, Identity};
use inkmesh::log::{Position, StoredRange};
use inkmesh::name::RoomName;
use inkmesh::operation::{Operation, OperationId};
use inkmesh::payload::Profile;
use inkmesh::peering::AddressBook;
use inkmesh::room::{Output, Room, RoomSnapshot, Ticket, retire};
use inkmesh::room_time::Clocks;
use inkmesh::sync::CHUNK_BYTES;
use inkmesh::sync::merge::Merge;
use inkmesh::sync::schedule::Schedule;
use inkmesh::sync::server;
use inkmesh::sync::slots::Slots;
use inkmesh::sync::transfers::Transfers;
use inkmesh::sync::unsaved::{Key, Unsaved};

use super::calls::{Connection, address_of};
use super::disk::{Disk, Folder, Then};
use super::plan::COPY;
use super::story::name_of;
use super::{EPOCH, Happening, Seat, World, history};

/// A machine with the program on it.
#[derive(Debug)]
pub struct Device {
    pub identity: Identity,
    /// None while the program doesn't run.
    pub room: Option<Room>,
    /// Counts starts of the program: what an earlier one had under way doesn't happen.
    pub process: u32,
    /// Counts rooms: the disk is read anew for each.
    pub life: u32,
    pub disk: Disk,
    pub backup: Option<Folder>,
    pub clocks: Clocks,
    /// By how much the clock is wrong, in milliseconds.
    pub wrong: i64,
    /// What each clock was wrong by when it was heard, and this one's then.
    pub heard_clocks: BTreeMap<Author, (i64, i64)>,
    pub slow: u64,
    pub slow_disk: u64,
    pub faults: Faults,
    /// The disk refused a write: nothing is written or taken in until it was tried again.
    pub trouble: bool,
    pub wake: Option<u64>,
    pub unsaved: Unsaved,
    /// Who this machine is connected with as far as it knows, and which start of theirs it met.
    pub online: BTreeMap<Seat, u32>,
    /// Whom to call, and the timer of that.
    pub book: AddressBook<Connection>,
    pub next_call: Option<u64>,
    pub schedule: Schedule,
    pub transfers: Transfers<Author>,
    /// The timer of the schedule.
    pub next_round: Option<u64>,
    /// Rounds under way.
    pub rounds: BTreeSet<u64>,
    /// The slots for streams that are served.
    pub slots: Slots,
    /// Gossiped messages seen.
    pub messages: BTreeSet<[u8; 32]>,
    /// What the person waits for to be saved.
    pub promised: BTreeMap<Ticket, Vec<OperationId>>,
    /// Commands whose reply the person waits for, those that were replied to, and what the last one came to.
    pub waits: BTreeSet<CommandTicket>,
    pub replied: BTreeSet<CommandTicket>,
    pub outcomes: BTreeMap<CommandTicket, Result<OperationId, CommandError>>,
    /// Everything that this room was given by others and had a place for, and what of it waited after the last input.
    pub given: BTreeMap<OperationId, Operation>,
    pub waiting: BTreeSet<OperationId>,
    /// What this room told, and what it had read from the disk.
    pub told: BTreeSet<OperationId>,
    pub had: BTreeSet<OperationId>,
    /// True if the person was told that another copy of the folder writes.
    pub knows_of_copy: bool,
    /// Who drew in each turn of a game, as told.
    pub drawers: BTreeMap<(OperationId, u32), Author>,
}

/// Faults of a machine's streams and of its queue of writes.
#[derive(Debug, Clone, Copy, Default)]
pub struct Faults {
    pub refuses_streams_until: u64,
    pub crowded_until: u64,
    pub bytes_per_second: Option<u64>,
    pub refuses_writes_until: u64,
    pub queue_is_full: bool,
}

impl Device {
    /// `random` is a random number.
    fn new(identity: Identity, folder: Folder, random: u64) -> Self {
        Device {
            book: AddressBook::new(identity.author()),
            next_call: None,
            identity,
            room: None,
            process: 0,
            life: 0,
            disk: Disk::new(folder),
            backup: None,
            clocks: Clocks::default(),
            wrong: 0,
            heard_clocks: BTreeMap::new(),
            slow: 0,
            slow_disk: 0,
            faults: Faults::default(),
            trouble: false,
            wake: None,
            unsaved: Unsaved::default(),
            online: BTreeMap::new(),
            schedule: Schedule::new(random),
            transfers: Transfers::of_members(),
            next_round: None,
            rounds: BTreeSet::new(),
            slots: server::slots(),
            messages: BTreeSet::new(),
            promised: BTreeMap::new(),
            waits: BTreeSet::new(),
            replied: BTreeSet::new(),
            outcomes: BTreeMap::new(),
            given: BTreeMap::new(),
            waiting: BTreeSet::new(),
            told: BTreeSet::new(),
            had: BTreeSet::new(),
            knows_of_copy: false,
            drawers: BTreeMap::new(),
        }
    }

    pub fn author(&self) -> Author {
        self.identity.author()
    }

    /// Returns whether more can be taken in from the network now.
    pub fn takes_more(&self) -> bool {
        !self.trouble && self.unsaved.has_room()
    }

    /// The operation that is to be stored here, if it waits for the disk.
    pub fn unsaved_at(&self, place: Position) -> Option<&Operation> {
        self.unsaved.get(&(RoomName::lobby().id(), place))
    }

    /// These are on the disk.
    pub fn settled(&mut self, records: &[(Position, Operation)]) {
        let keys: Vec<Key> = records.iter().map(|(place, _)| (RoomName::lobby().id(), *place)).collect();
        self.unsaved.settled(&keys);
    }
}

impl World {
    /// Somebody's machine is there and begins to run.
    pub(super) fn found(&mut self, seat: Seat) {
        let mut folder = Folder::default();
        if self.plan.history > 0 && self.plan.holders.contains(&seat) {
            folder = history::folder(self.plan.history, EPOCH);
        }
        let identity = Identity::from_secret([u8::try_from(seat).unwrap() + 1; 32]);
        let random = self.chance.number("rounds", seat, 0);
        self.devices.insert(seat, Device::new(identity, folder, random));
        self.start(seat);
    }

    pub(super) fn runs(&self, seat: Seat, process: u32) -> bool {
        self.devices.get(&seat).is_some_and(|device| device.room.is_some() && device.process == process)
    }

    /// The program begins.
    pub(super) fn start(&mut self, seat: Seat) {
        let Some(device) = self.devices.get_mut(&seat).filter(|device| device.room.is_none()) else { return };
        device.process += 1;
        device.clocks = Clocks::default();
        device.heard_clocks.clear();
        (device.book, device.next_call) = (AddressBook::new(device.author()), None);
        device.book.listening_on(address_of(seat));
        self.load(seat, true);
        self.begin_looking(seat);
        self.everybody_looks();
    }

    /// Reads the room from the disk and puts it to work.
    pub(super) fn load(&mut self, seat: Seat, whole: bool) {
        let now = self.clock(seat);
        let Some(mut room) = self.read_room(seat) else { return };
        let outputs = room.open(whole, now);
        let named = room.introduce(Profile { name: name_of(seat % COPY).parse().unwrap(), picture: None }, now);
        let Some(device) = self.devices.get_mut(&seat) else { return };
        device.life += 1;
        device.had = super::oracle::kept(&room, &device.disk.folder).iter().map(Operation::id).collect();
        device.told.clear();
        device.given.clear();
        device.waiting.clear();
        device.promised.clear();
        device.waits.clear();
        device.room = Some(room);
        self.carry_out(seat, outputs, None);
        if let Ok(Some(write)) = named {
            self.carry_out(seat, vec![Output::Write(write)], None);
        }
    }

    /// The room as the disk has it: from its snapshot and what came after, or from everything.
    pub(super) fn read_room(&mut self, seat: Seat) -> Option<Room> {
        let now = self.clock(seat);
        let fresh = self.chance.number("log", seat, 0);
        let device = self.devices.get(&seat)?;
        let folder = &device.disk.folder;
        let lanes = folder.lanes();
        let snapshot = folder.snapshot.as_ref().and_then(|bytes| RoomSnapshot::decode(bytes).ok());
        let from_snapshot = snapshot.and_then(|snapshot| {
            Room::from_snapshot(RoomName::lobby(), device.identity.clone(), fresh, snapshot, now).ok()
        });
        let agrees = |room: &Room| {
            room.log().lanes().all(|(author, lane, len)| lanes.get(&(author, lane)).is_some_and(|next| *next >= len))
        };
        let mut room = from_snapshot
            .filter(agrees)
            .unwrap_or_else(|| Room::new(RoomName::lobby(), device.identity.clone(), fresh));
        let held: BTreeMap<_, u64> = room.log().lanes().map(|(author, lane, len)| ((author, lane), len)).collect();
        let rest = lanes.into_iter().map(|((author, lane), to)| {
            let from = held.get(&(author, lane)).copied().unwrap_or(0);
            StoredRange { author, lane, from, to }
        });
        let mut merge = Merge::new(&rest.collect::<Vec<_>>());
        while let Ok(Some(chunk)) = merge.next(CHUNK_BYTES, |stretch, bytes| folder.read(stretch, bytes)) {
            room.restore(chunk, now);
        }
        room.recall(folder.kept.as_deref());
        Some(room)
    }

    /// The power fails. What was on its way to the disk is there in part.
    pub(super) fn crash(&mut self, seat: Seat, percent: u64) {
        let Some(device) = self.devices.get_mut(&seat).filter(|device| device.room.is_some()) else { return };
        device.room = None;
        device.process += 1;
        let disk = std::mem::take(&mut device.disk);
        device.disk = Disk::new(disk.tear(percent));
        self.forget_program(seat);
    }

    /// The program ends as it should: everything is written.
    pub(super) fn leave(&mut self, seat: Seat) {
        if self.devices.get(&seat).is_none_or(|device| device.room.is_none()) {
            return;
        }
        self.flush(seat, None);
        for write in self.write_out(seat, usize::MAX) {
            self.saved(seat, write);
        }
        let Some(device) = self.devices.get_mut(&seat) else { return };
        // What the room wanted to write only now comes too late.
        let disk = std::mem::take(&mut device.disk);
        device.disk = Disk::new(disk.tear(0));
        device.room = None;
        device.process += 1;
        self.forget_program(seat);
    }

    /// Finishes so many groups at once.
    fn write_out(&mut self, seat: Seat, count: usize) -> Vec<inkmesh::room::Write> {
        let mut saved = Vec::new();
        for _ in 0..count {
            let Some(device) = self.devices.get_mut(&seat) else { break };
            let Some((records, then)) = device.disk.finish(u64::MAX) else { break };
            device.settled(&records);
            if let Then::Saved(write) = then {
                self.is_signed(seat, &write);
                saved.push(write);
            }
        }
        saved
    }

    fn forget_program(&mut self, seat: Seat) {
        let random = self.chance.number("rounds", seat, 0);
        let Some(device) = self.devices.get_mut(&seat) else { return };
        device.unsaved.clear();
        device.online.clear();
        device.trouble = false;
        (device.schedule, device.next_round) = (Schedule::new(random), None);
        device.messages.clear();
        device.promised.clear();
        device.slots = server::slots();
        device.transfers = Transfers::of_members();
        let rounds = std::mem::take(&mut device.rounds);
        for round in rounds {
            self.close(round);
        }
        self.everybody_looks();
    }

    /// The disk refused a write, and takes writes again: of what was on its way some is written. The rooms are read anew.
    pub(super) fn reload(&mut self, seat: Seat) {
        let Some(device) = self.devices.get_mut(&seat).filter(|device| device.room.is_some()) else { return };
        let jobs = device.disk.jobs.len();
        let own = device.disk.jobs.iter().rev().take_while(|job| matches!(job.then, Then::Saved(_))).count();
        // What we said last may still be on its way while the disk is read, and be written after.
        let on_its_way = if self.chance.number("reload", seat, 0).is_multiple_of(2) { own } else { 0 };
        let written = if on_its_way > 0 {
            jobs - own
        } else {
            self.chance.between(0, jobs as u64 + 1, "reload", seat, 1) as usize
        };
        let waiting: Vec<u64> = device.disk.jobs.iter().filter_map(|job| job.then.round()).collect();
        let saved = self.write_out(seat, written);
        // Rounds that wait for the disk are broken off; others go on.
        waiting.into_iter().for_each(|round| self.later(1, Happening::Hangup { round }));
        let Some(device) = self.devices.get_mut(&seat) else { return };
        if on_its_way == 0 {
            let disk = std::mem::take(&mut device.disk);
            device.disk = Disk::new(disk.tear(0));
        }
        device.unsaved.clear();
        // Nothing is fed any more: what this room wrote now would follow what the disk has let go.
        device.room = None;
        let process = device.process;
        let random = self.chance.number("rounds", seat, 0);
        if let Some(device) = self.devices.get_mut(&seat) {
            (device.schedule, device.next_round) = (Schedule::new(random), None);
        }
        self.load(seat, saved.is_empty() && on_its_way == 0);
        for (number, write) in (1..).zip(saved) {
            self.later(number, Happening::Saved { seat, process, write });
        }
        let online: Vec<Seat> = self.devices[&seat].online.keys().copied().collect();
        for other in online {
            self.came(seat, other);
        }
    }

    pub(super) fn power_is_back(&mut self, seat: Seat, process: u32) {
        if self.devices.get(&seat).is_some_and(|device| device.process == process) {
            self.start(seat);
        }
    }

    /// The folder is another one from now on. What only the old one held may be missing in the end.
    pub(super) fn put_folder(&mut self, seat: Seat, folder: Folder) {
        let Some(device) = self.devices.get_mut(&seat) else { return };
        let before = std::mem::replace(&mut device.disk, Disk::new(folder)).folder;
        self.mourn(&before);
    }

    /// Notes what of a lost folder is nowhere else.
    fn mourn(&mut self, before: &Folder) {
        let folders = self.devices.values().map(|device| &device.disk.folder);
        let rest: BTreeSet<OperationId> =
            folders.flat_map(|folder| folder.records.values().map(Operation::id)).collect();
        let lost = before.records.values().map(Operation::id).filter(|id| !rest.contains(id));
        self.ledger.excused.extend(lost);
    }

    /// The disk has lost its last records, and says so when it is opened.
    pub(super) fn lose_tail(&mut self, seat: Seat, count: usize) {
        let Some(device) = self.devices.get(&seat) else { return };
        let me = device.author();
        let mut folder = device.disk.folder.clone();
        let chains: Vec<u64> =
            folder.lanes().keys().filter(|(author, _)| *author == me).map(|(_, lane)| *lane).collect();
        folder.lose(count);
        // What is left says which chains there were; one that is gone whole can't be continued anyhow.
        let left: Vec<u64> = folder.lanes().keys().filter(|(author, _)| *author == me).map(|(_, lane)| *lane).collect();
        folder.kept = Some(retire(folder.kept.as_deref(), chains.into_iter().filter(|chain| left.contains(chain))));
        self.put_folder(seat, folder);
    }

    /// A copy of the folder begins to run elsewhere.
    pub(super) fn copy(&mut self, person: Seat) {
        let seat = COPY + person;
        let Some(original) = self.devices.get(&person) else { return };
        if self.devices.contains_key(&seat) {
            return;
        }
        let (identity, folder) = (original.identity.clone(), original.disk.folder.clone());
        self.ledger.may_fork.insert(identity.author());
        let random = self.chance.number("rounds", seat, 0);
        self.devices.insert(seat, Device::new(identity, folder, random));
        self.start(seat);
    }

    pub(super) fn end_copy(&mut self, person: Seat) {
        let seat = COPY + person;
        self.crash(seat, 0);
        if let Some(device) = self.devices.remove(&seat) {
            self.mourn(&device.disk.folder);
            self.everybody_looks();
        }
    }
}
