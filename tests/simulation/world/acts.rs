//! Carries out the actions of a plan.

use inkmesh::canvas::{Color, Point, Tool};
use inkmesh::command::{CommandError, CommandTicket, RoomCommand};
use inkmesh::event::PenLine;
use inkmesh::game::{Rules, WordList};
use inkmesh::operation::{Operation, OperationId};
use inkmesh::payload::Profile;
use inkmesh::picture::Picture;
use inkmesh::room::{Input, Output};

use super::devices::Faults;
use super::disk::{Disk, Group, Then};
use super::plan::COPY;
use super::story::{name_of, sentence};
use super::{Action, Happening, Seat, World, quiz};

impl World {
    pub(super) fn act(&mut self, action: Action) {
        let what = sentence(&action);
        match self.carry_action(action) {
            Some(Ok(id)) => self.note(format!("{what} (operation {})", super::story::short(id))),
            Some(Err(error)) => self.note(format!("{what}: refused, {error}")),
            None => self.note(what),
        }
    }

    /// Carries out an action. Returns the outcome, if a person writes something.
    fn carry_action(&mut self, action: Action) -> Option<Result<OperationId, CommandError>> {
        match action {
            Action::Say(seat) => return self.say(seat),
            Action::Draw(seat) => return self.draw(seat),
            Action::Rename(seat) => return self.rename(seat),
            Action::StartGame(seat, rounds, seconds) => {
                let rules = Rules { rounds, seconds, ..Rules::default() };
                return self.command(seat, RoomCommand::Start { rules, words: WordList::default() });
            }
            Action::StartQuiz(seat, rounds) => {
                return self.command(seat, RoomCommand::Start { rules: quiz::rules(rounds), words: quiz::words() });
            }
            Action::Ready(seat) => return self.command(seat, RoomCommand::Ready),
            Action::Pass(seat) => return self.command(seat, RoomCommand::Pass),
            Action::Skip(seat) => return self.command(seat, RoomCommand::Skip),
            // It may not be our game.
            Action::Begin(seat) => drop(self.command(seat, RoomCommand::Begin)),
            Action::MarkRead(seat) => self.mark_read(seat),
            Action::DismissLate(seat) => drop(self.command(seat, RoomCommand::DismissLate)),
            Action::Weather { delay, loss, twice } => (self.delay, self.loss, self.twice) = (delay, loss, twice),
            Action::Split(seats) => self.split(&seats),
            Action::OneWay(from, to) => self.cut_one_way(from, to),
            Action::Heal => self.heal(),
            Action::Slow(seat, ms) => self.with_device(seat, |device| device.slow = ms),
            Action::SlowDisk(seat, ms) => self.with_device(seat, |device| device.slow_disk = ms),
            Action::Crash(seat, ms, percent) => self.power_fails(seat, ms, percent),
            Action::Leave(seat) => self.leave(seat),
            Action::Join(seat) => self.start(seat),
            Action::Reload(seat) => self.reload(seat),
            Action::Snapshot(seat) => self.snapshot(seat),
            Action::Backup(seat) => {
                self.with_device(seat, |device| device.backup = Some(device.disk.folder.clone()));
            }
            Action::Restore(seat) => self.restore(seat),
            Action::LoseTail(seat, count) => self.lose_tail_and_restart(seat, count),
            Action::Copy(seat) => self.copy(seat),
            Action::EndCopy(seat) => self.end_copy(seat),
            Action::Clock(seat, ms) => self.with_device(seat, |device| device.wrong = ms),
            Action::Attack(attack) => self.attack(&attack),
            Action::Lie(lie) => {
                if let Some(attacker) = &mut self.attacker {
                    attacker.lie = lie;
                }
            }
            Action::Probe(seat, probe) => self.probe(seat, probe),
            Action::RefuseStreams(seat, ms) => {
                let until = self.now + ms;
                self.with_device(seat, |device| device.faults.refuses_streams_until = until);
            }
            Action::SlowStreams(seat, rate) => {
                self.with_device(seat, |device| device.faults.bytes_per_second = Some(rate));
            }
            Action::Crowd(seat, ms) => {
                let until = self.now + ms;
                self.with_device(seat, |device| device.faults.crowded_until = until);
            }
            Action::RefuseWrites(seat, ms) => {
                let until = self.now + ms;
                self.with_device(seat, |device| device.faults.refuses_writes_until = until);
            }
            Action::FullQueue(seat) => self.with_device(seat, |device| device.faults.queue_is_full = true),
        }
        None
    }

    fn with_device(&mut self, seat: Seat, change: impl FnOnce(&mut super::devices::Device)) {
        if let Some(device) = self.devices.get_mut(&seat) {
            change(device);
        }
    }

    // --- people --------------------------------------------------------------------------------------------------

    /// Gives a command to a person's room. Returns the last operation that is to be written for it, or the reason of a refusal;
    /// `None` when there is nothing to write, or not yet.
    pub(super) fn command(&mut self, seat: Seat, command: RoomCommand) -> Option<Result<OperationId, CommandError>> {
        let device = self.devices.get_mut(&seat).filter(|device| device.room.is_some())?;
        self.commands += 1;
        let ticket = CommandTicket(self.commands);
        device.waits.insert(ticket);
        device.outcomes.clear();
        self.feed(seat, Input::Command { ticket, command });
        self.devices.get_mut(&seat)?.outcomes.remove(&ticket)
    }

    pub(super) fn say(&mut self, seat: Seat) -> Option<Result<OperationId, CommandError>> {
        let text = format!("line {}", self.chance.number("text", seat, 0) % 1_000);
        self.speak(seat, text)
    }

    pub(super) fn draw(&mut self, seat: Seat) -> Option<Result<OperationId, CommandError>> {
        let stroke = self.chance.number("stroke", seat, 0);
        let points = (0..20).map(|n| Point::new(100 + n * 13, 200 + n * 7)).collect();
        let line = PenLine { stroke, tool: Tool::Pen, color: Color([1, 2, 3]), width: 5, points };
        if stroke.is_multiple_of(3) {
            self.command(seat, RoomCommand::pen(line.clone(), 0));
        }
        let (at, color) = (Point::new(160 + (stroke % 500) as i32, 230), Color([stroke as u8, 4, 5]));
        match stroke % 16 {
            1 => self.command(seat, RoomCommand::Fill { x: at.x, y: at.y, color }),
            2 | 4 => self.command(seat, RoomCommand::Undo),
            5 => self.command(seat, RoomCommand::Redo),
            7 => self.command(seat, RoomCommand::Clear),
            _ => self.command(seat, RoomCommand::stroke(line)),
        }
    }

    fn rename(&mut self, seat: Seat) -> Option<Result<OperationId, CommandError>> {
        let number = self.chance.number("name", seat, 0) % 100;
        let name = format!("{} {number}", name_of(seat % COPY)).parse().unwrap();
        let profile = Profile { name, picture: Some(Picture::Ours(number as u16)) };
        let now = self.clock(seat);
        let write = self.devices.get_mut(&seat)?.room.as_mut()?.introduce(profile, now).transpose()?;
        Some(write.map(|write| {
            let id = write.last_id().unwrap();
            self.carry_out(seat, vec![Output::Write(write)], None);
            id
        }))
    }

    fn mark_read(&mut self, seat: Seat) {
        let pick = self.chance.number("mark", seat, 0);
        let Some(room) = self.devices.get(&seat).and_then(|device| device.room.as_ref()) else { return };
        let lines = self.operations_of(seat, room.log().page(12, None).unwrap_or_default());
        let Some(line) = lines.get(pick as usize % lines.len().max(1)).map(Operation::id) else { return };
        if let Some(Err(error)) = self.command(seat, RoomCommand::Read { upto: line }) {
            self.fail("page", format!("{} can't mark a line of its own page: {error}", name_of(seat)));
        }
    }

    // --- the network ---------------------------------------------------------------------------------------------

    fn split(&mut self, apart: &[Seat]) {
        self.cut.clear();
        for a in self.seats() {
            for b in self.seats() {
                if apart.contains(&a) != apart.contains(&b) {
                    self.cut.insert((a, b));
                }
            }
        }
        self.everybody_looks();
    }

    fn cut_one_way(&mut self, from: Seat, to: Seat) {
        if from != to {
            self.cut.insert((from, to));
            self.everybody_looks();
        }
    }

    pub(super) fn heal(&mut self) {
        self.cut.clear();
        self.everybody_looks();
    }

    // --- machines ------------------------------------------------------------------------------------------------

    fn power_fails(&mut self, seat: Seat, ms: u64, percent: u64) {
        self.crash(seat, percent);
        if let Some(device) = self.devices.get(&seat) {
            let process = device.process;
            self.later(ms, Happening::Start { seat, process });
        }
    }

    /// Writes the room's snapshot, after all that is on its way to the disk. As the node, not while own writes are.
    fn snapshot(&mut self, seat: Seat) {
        let Some(device) = self.devices.get_mut(&seat).filter(|device| !device.trouble) else { return };
        let own_under_way = device.disk.jobs.iter().any(|job| matches!(job.then, Then::Saved(_)));
        let Some(room) = device.room.as_mut().filter(|_| !own_under_way) else { return };
        let Some(bytes) = room.snapshot().map(|snapshot| snapshot.encode().unwrap()) else { return };
        self.flush(seat, None);
        self.give(seat, Group { snapshot: Some(bytes), ..Group::default() }, Then::Nothing);
    }

    fn restore(&mut self, seat: Seat) {
        let Some(device) = self.devices.get(&seat) else { return };
        let (author, Some(folder)) = (device.author(), device.backup.clone()) else { return };
        self.ledger.may_fork.insert(author);
        self.crash(seat, 100);
        self.put_folder(seat, folder);
        self.start(seat);
    }

    fn lose_tail_and_restart(&mut self, seat: Seat, count: usize) {
        self.crash(seat, 0);
        self.lose_tail(seat, count);
        self.start(seat);
    }

    /// Ends all faults: the network is whole, clocks are right, everybody is there, and the attacker is gone.
    pub(super) fn end_faults(&mut self) {
        (self.delay, self.loss, self.twice) = (30, 0, 0);
        self.queue.retain(|_, happening| !matches!(happening, Happening::Act(_)));
        for device in self.devices.values_mut() {
            (device.wrong, device.slow, device.slow_disk) = (0, 0, 0);
            device.faults = Faults::default();
        }
        if self.attacker.is_some() {
            self.attacker_ends();
        }
        for seat in self.devices.keys().copied().collect::<Vec<_>>() {
            self.start(seat);
        }
        self.heal();
        self.note("all faults end".to_owned());
    }

    /// Ends every program as by a power cut after everything was written, and begins it again, from its snapshot or from the
    /// whole log.
    pub(super) fn restart_everybody(&mut self, with_snapshots: bool) {
        for seat in self.devices.keys().copied().collect::<Vec<_>>() {
            if with_snapshots {
                self.snapshot(seat);
            }
            self.leave(seat);
            self.with_device(seat, |device| {
                let mut folder = std::mem::take(&mut device.disk).folder;
                if !with_snapshots {
                    folder.snapshot = None;
                }
                device.disk = Disk::new(folder);
            });
            self.start(seat);
        }
    }
}
