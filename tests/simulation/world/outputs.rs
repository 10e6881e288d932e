//! What a machine does with what its room wants: the part of the node.

use inkmesh::clock::{MAX_AHEAD_MS, Now, Timestamp};
use inkmesh::command::{CommandError, CommandTicket};
use inkmesh::event::{EntryBody, Event, Phase, Warning};
use inkmesh::fold::{Fold, Step};
use inkmesh::game::GameNotice;
use inkmesh::identity::Author;
use inkmesh::log::{MAX_FLOATING, MAX_PARKED, Position};
use inkmesh::name::RoomName;
use inkmesh::operation::Operation;
use inkmesh::room::{Input, Output, Verdict, Write};
use inkmesh::room_time::{AGREED_MS, BEGINNING_MS, MAX_CORRECTION_MS, STEADY_MS};

use super::disk::{Group, Job, Then};
use super::given::given_by;
use super::story::{name_of, short};
use super::{Happening, Seat, World};

/// Returns whether an entry may be a vote, which is told again when a late one changes what it came to.
fn is_vote(body: &EntryBody) -> bool {
    use GameNotice::{Absent, End, Ended, NoAnswer, Quiet};
    matches!(body, EntryBody::Game(Absent(_) | End | Ended | NoAnswer(_) | Quiet))
}

/// How often the disk is tried again after it refused, in milliseconds, as in `src/node`.
const RECOVER_MS: u64 = 1_000;
/// The longest that a frame or an answer of this world is on its way, in milliseconds, and so its clock.
const TRAVEL_MS: i64 = 10_000;

impl World {
    /// Feeds a room, and does what it wants. Returns the verdict, if there is one.
    pub(super) fn feed(&mut self, seat: Seat, input: Input) -> Option<Verdict> {
        self.feed_from(seat, input, None).0
    }

    /// Feeds a room with what a round of catching up brought. Returns also whether the round has to wait for the disk.
    pub(super) fn feed_from(&mut self, seat: Seat, input: Input, round: Option<u64>) -> (Option<Verdict>, bool) {
        let now = self.clock(seat);
        let Some(device) = self.devices.get_mut(&seat) else { return (None, false) };
        device.wake = None; // the outputs say when, if ever
        let Some(room) = device.room.as_mut() else { return (None, false) };
        let given = given_by(&input);
        let outputs = room.handle(input, now);
        let waiting = room.pending();
        if waiting.floating > MAX_FLOATING || waiting.parked > MAX_PARKED || waiting.shown > 4 * MAX_FLOATING {
            self.fail("caps", format!("{} holds too much: {waiting:?}", name_of(seat)));
        }
        self.was_given(seat, given, &outputs, now);
        self.carry_out(seat, outputs, round)
    }

    pub(super) fn carry_out(
        &mut self,
        seat: Seat,
        outputs: Vec<Output>,
        round: Option<u64>,
    ) -> (Option<Verdict>, bool) {
        let (mut verdict, mut waits) = (None, false);
        for output in outputs {
            match output {
                Output::Verdict(given) => verdict = Some(given),
                Output::Persist(operations) => {
                    self.persist(seat, operations, round);
                    waits |= round.is_some();
                }
                Output::Write(write) => self.write(seat, write),
                Output::Reply { ticket, result } => self.replied_to(seat, ticket, result.err()),
                Output::ReplyWhenSaved(ticket) => self.replied_to(seat, ticket, None),
                Output::Publish(bytes) => self.gossip(seat, &bytes, None),
                Output::SyncWith(author) => self.sync_soon(seat, author),
                Output::Emit(event) => self.told(seat, event),
                Output::StoreLocal(bytes) => self.keep(seat, bytes),
                Output::HeldBack(places) => self.held_back(seat, &places),
                Output::Ask { to, ticket, ask } => self.ask_straight(seat, to, ticket, ask),
                Output::Refold => self.refold(seat),
                Output::Wake(at) => self.wake_at(seat, at),
            }
        }
        (verdict, waits)
    }

    /// The person has the reply to a command, and waits for it no more.
    fn replied_to(&mut self, seat: Seat, ticket: CommandTicket, refused: Option<CommandError>) {
        let Some(device) = self.devices.get_mut(&seat) else { return };
        device.waits.remove(&ticket);
        let again = !device.replied.insert(ticket);
        if let Some(error) = refused {
            device.outcomes.insert(ticket, Err(error));
        }
        if again {
            self.fail("reply", format!("{} has a second reply to command {}", name_of(seat), ticket.0));
        }
    }

    fn persist(&mut self, seat: Seat, operations: Vec<(Position, Operation)>, round: Option<u64>) {
        let now = self.now;
        let Some(device) = self.devices.get_mut(&seat) else { return };
        if device.unsaved.gather(RoomName::lobby().id(), operations, now) || round.is_some() {
            self.flush(seat, round);
        } else {
            self.flush_later(seat);
        }
    }

    /// Written with what is gathered, or comes next.
    fn keep(&mut self, seat: Seat, bytes: Vec<u8>) {
        let now = self.now;
        let Some(device) = self.devices.get_mut(&seat) else { return };
        device.unsaved.put_local(RoomName::lobby().id(), bytes, now);
        self.flush_later(seat);
    }

    fn flush_later(&mut self, seat: Seat) {
        let Some(device) = self.devices.get(&seat) else { return };
        if let Some(at) = device.unsaved.write_at() {
            let process = device.process;
            self.schedule(at, Happening::Flush { seat, process });
        }
    }

    pub(super) fn flush_where_due(&mut self, seat: Seat) {
        let due = self.devices.get(&seat).and_then(|device| device.unsaved.write_at());
        if due.is_some_and(|at| at <= self.now) {
            self.flush(seat, None);
        }
    }

    /// Gives what was gathered to the disk.
    pub(super) fn flush(&mut self, seat: Seat, round: Option<u64>) {
        let Some(device) = self.devices.get_mut(&seat) else { return };
        let mut gathered = device.unsaved.take_gathered();
        let kept = gathered.local.remove(&RoomName::lobby().id());
        let records = gathered.operations.into_iter().map(|((_, place), operation)| (place, operation)).collect();
        let group = Group { kept, records, snapshot: None };
        if device.trouble {
            round.into_iter().for_each(|round| self.later(1, Happening::Hangup { round }));
        } else if !group.is_empty() {
            self.give(seat, group, round.map_or(Then::Nothing, Then::Handed));
        }
    }

    fn write(&mut self, seat: Seat, write: Write) {
        if self.devices.get(&seat).is_some_and(|device| device.trouble) {
            return self.not_saved(seat, &write);
        }
        self.check_time(seat, &write);
        self.check_order(seat, &write);
        self.check_chain(seat, &write);
        self.wrote(&write.operations);
        let Some(device) = self.devices.get_mut(&seat) else { return };
        if let Some((ticket, _)) = write.reply
            && let Some(last) = write.last_id()
        {
            device.outcomes.insert(ticket, Ok(last));
        }
        device.promised.insert(write.ticket, write.operations.iter().map(Operation::id).collect());
        let place = |operation: &Operation| {
            let header = operation.header();
            Position { author: header.chain.author, lane: header.chain.log, index: header.seq }
        };
        let records = write.operations.iter().map(|operation| (place(operation), operation.clone())).collect();
        self.give(seat, Group { records, ..Group::default() }, Then::Saved(write));
    }

    /// Gives a group to the disk, which takes a while.
    pub(super) fn give(&mut self, seat: Seat, group: Group, then: Then) {
        let took = self.chance.between(2, 25, "disk", seat, 0);
        let now = self.now;
        let Some(device) = self.devices.get_mut(&seat) else { return };
        if std::mem::take(&mut device.faults.queue_is_full) {
            let at = now;
            return self.refused(seat, vec![Job { at, group, then }]);
        }
        let before = device.disk.jobs.back().map_or(0, |job| job.at);
        let at = before.max(now + took + device.slow_disk);
        let process = device.process;
        if let Err(reason) = device.disk.give(Job { at, group, then }) {
            return self.fail("disk", format!("the disk of {} refuses: {reason}", name_of(seat)));
        }
        self.schedule(at, Happening::Disk { seat, process });
    }

    /// The first groups on their way are durable.
    pub(super) fn disk_done(&mut self, seat: Seat) {
        let now = self.now;
        if let Some(device) = self.devices.get_mut(&seat).filter(|device| now < device.faults.refuses_writes_until) {
            let jobs = device.disk.refuse();
            return self.refused(seat, jobs);
        }
        while let Some(device) = self.devices.get_mut(&seat) {
            let Some((records, then)) = device.disk.finish(now) else { return };
            device.settled(&records);
            let process = device.process;
            match then {
                Then::Nothing => {}
                Then::Saved(write) => {
                    self.is_signed(seat, &write);
                    // A crash may still come between the disk and the room.
                    self.later(1, Happening::Saved { seat, process, write });
                }
                Then::Handed(round) => self.handed(round),
            }
        }
    }

    /// The disk refused these: nothing is written any more until it was tried again.
    fn refused(&mut self, seat: Seat, jobs: Vec<Job>) {
        for Job { group, then, .. } in jobs {
            if let Some(device) = self.devices.get_mut(&seat) {
                device.settled(&group.records);
            }
            match then {
                Then::Nothing => {}
                Then::Saved(write) => self.not_saved(seat, &write),
                Then::Handed(round) => self.later(1, Happening::Hangup { round }),
            }
        }
        let Some(device) = self.devices.get_mut(&seat) else { return };
        if !std::mem::replace(&mut device.trouble, true) {
            let process = device.process;
            self.note(format!("the disk of {} refuses a write", name_of(seat)));
            self.later(RECOVER_MS, Happening::Recover { seat, process });
        }
    }

    fn not_saved(&mut self, seat: Seat, write: &Write) {
        let Some(device) = self.devices.get_mut(&seat) else { return };
        device.promised.remove(&write.ticket);
        if let Some((ticket, _)) = &write.reply {
            self.replied_to(seat, *ticket, Some(CommandError::NotSaved("the disk refuses".to_owned())));
        }
    }

    /// The disk is tried again. If it takes writes, the rooms are read anew.
    pub(super) fn recover(&mut self, seat: Seat) {
        let now = self.now;
        let Some(device) = self.devices.get_mut(&seat) else { return };
        device.trouble = now < device.faults.refuses_writes_until;
        if device.trouble {
            let process = device.process;
            return self.later(RECOVER_MS, Happening::Recover { seat, process });
        }
        self.reload(seat);
    }

    /// Own operations are durable: from here on nothing else may stand in their place.
    pub(super) fn is_signed(&mut self, seat: Seat, write: &Write) {
        for operation in &write.operations {
            let header = operation.header();
            let before = self.ledger.signed.insert((header.chain, header.seq), operation.id());
            let author = operation.author();
            if before.is_some_and(|id| id != operation.id()) && !self.ledger.may_fork.contains(&author) {
                self.fail("self-fork", format!("{} signed two operations for one place", name_of(seat)));
            }
        }
    }

    pub(super) fn saved(&mut self, seat: Seat, write: Write) {
        let Some(device) = self.devices.get_mut(&seat) else { return };
        for id in device.promised.remove(&write.ticket).unwrap_or_default() {
            self.ledger.acknowledged.insert(id, seat);
        }
        self.feed(seat, Input::Saved(write));
    }

    fn held_back(&mut self, seat: Seat, places: &[Position]) {
        let Some(device) = self.devices.get(&seat) else { return };
        let unknown =
            |place: &&Position| !device.disk.folder.records.contains_key(place) && device.unsaved_at(**place).is_none();
        let strange = places.iter().find(|place| place.author != device.author()).or(places.iter().find(unknown));
        if let Some(place) = strange {
            self.fail("held back", format!("{} is told of {place:?}", name_of(seat)));
        }
    }

    fn refold(&mut self, seat: Seat) {
        let took = self.chance.between(1, 500, "refold", seat, 0);
        let Some(device) = self.devices.get(&seat) else { return };
        let Some(room) = &device.room else { return };
        let read = room.steps().into_iter().filter_map(|place| device.disk.folder.records.get(&place));
        let all = read.chain(device.unsaved.of_room(RoomName::lobby().id()));
        let steps = all.filter_map(|op| Step::new(op.key(), op.id(), &op.payload())).collect();
        let life = device.life;
        self.note(format!("{}'s program folds its games and stroke anew", name_of(seat)));
        self.later(took, Happening::Refolded { seat, life, steps });
    }

    pub(super) fn refolded(&mut self, seat: Seat, life: u32, steps: Vec<Step>) {
        if self.devices.get(&seat).is_some_and(|device| device.life == life) {
            self.feed(seat, Input::Refolded(Box::new(Fold::of(steps))));
        }
    }

    fn wake_at(&mut self, seat: Seat, at: u64) {
        let Some(device) = self.devices.get_mut(&seat) else { return };
        device.wake = Some(at);
        let life = device.life;
        self.schedule(at.max(self.now + 1), Happening::Wake { seat, life, at });
    }

    pub(super) fn woken(&mut self, seat: Seat, life: u32, at: u64) {
        if self.devices.get(&seat).is_some_and(|device| device.life == life && device.wake == Some(at)) {
            self.feed(seat, Input::Tick);
        }
    }

    // --- what people are told ------------------------------------------------------------------------------------

    fn told(&mut self, seat: Seat, event: Event) {
        match event {
            Event::Entries { entries, .. } => {
                for entry in entries {
                    let Some(device) = self.devices.get_mut(&seat) else { return };
                    let read_now = matches!(entry.body, EntryBody::Whisper(Some(_)));
                    let again = !device.told.insert(entry.id) && !read_now || device.had.contains(&entry.id);
                    if again && !is_vote(&entry.body) {
                        self.fail("told once", format!("{} is told {} again", name_of(seat), short(entry.id)));
                    }
                }
            }
            Event::Warning(Warning::Fork { author }) => self.warned_of_fork(seat, author),
            Event::Warning(Warning::OwnFork) => {
                let Some(device) = self.devices.get_mut(&seat) else { return };
                device.knows_of_copy = true;
                let author = device.author();
                self.warned_of_fork(seat, author);
            }
            Event::Game { game, .. } => {
                if let (Some(id), Some(drawer), Phase::Drawing) = (game.game, game.drawer, game.phase)
                    && let Some(device) = self.devices.get_mut(&seat)
                {
                    device.drawers.insert((id, game.turn), drawer);
                }
            }
            _ => {}
        }
    }

    fn warned_of_fork(&mut self, seat: Seat, author: Author) {
        let honest = self.devices.values().any(|device| device.author() == author);
        if honest && !self.ledger.may_fork.contains(&author) {
            self.fail("self-fork", format!("{} is told that {} forked", name_of(seat), author.fingerprint()));
        }
    }

    /// Nobody goes on with a chain of which others brought something: they may know more of it still.
    fn check_chain(&mut self, seat: Seat, write: &Write) {
        let Some(device) = self.devices.get(&seat) else { return };
        let chains = write.operations.iter().map(|operation| operation.header().chain);
        if chains.into_iter().any(|chain| device.disk.folder.brought.contains(&chain)) {
            let reason = format!("{} goes on in a chain of which others brought something", name_of(seat));
            self.fail("self-fork", reason);
        }
    }

    // --- clocks --------------------------------------------------------------------------------------------------

    /// One machine hears what the clock of another says.
    pub(super) fn hear_clock(&mut self, seat: Seat, other: Seat, theirs: u64) {
        let ours = self.wall(seat);
        let Some(author) = self.author_of(other) else { return };
        let error = i64::try_from(theirs).unwrap_or(i64::MAX).saturating_sub_unsigned(self.true_ms());
        let Some(device) = self.devices.get_mut(&seat) else { return };
        if theirs >= BEGINNING_MS {
            device.heard_clocks.insert(author, (error, device.wrong));
        } else {
            device.heard_clocks.remove(&author);
        }
        let told = device.clocks.heard(author, theirs, ours);
        self.clock_told(seat, told.is_some());
    }

    pub(super) fn clock_told(&mut self, seat: Seat, news: bool) {
        if news {
            self.feed(seat, Input::ClockSet);
        }
    }

    /// After clocks were compared, and if more than half of them are right, nothing is written that others have to wait for (but
    /// for the two minutes that clocks may disagree without anybody having to know).
    fn check_time(&mut self, seat: Seat, write: &Write) {
        let Some(device) = self.devices.get(&seat) else { return };
        let compared = !device.heard_clocks.is_empty()
            && device.heard_clocks.values().all(|(_, own_then)| *own_then == device.wrong);
        let is_possible = self.wall(seat) >= BEGINNING_MS;
        let own = is_possible.then_some(device.wrong);
        let mut errors: Vec<i64> = device.heard_clocks.values().map(|(error, _)| *error).chain(own).collect();
        errors.sort_unstable();
        let slack = AGREED_MS + STEADY_MS + 2 * TRAVEL_MS;
        let is_far = is_possible && device.wrong.abs() > MAX_CORRECTION_MS - slack;
        if !compared || is_far {
            return;
        }
        let (low, high) = (errors[(errors.len() - 1) / 2], errors[errors.len() / 2]);
        if low < -TRAVEL_MS || high > TRAVEL_MS {
            return;
        }
        let limit = self.true_ms() + MAX_AHEAD_MS + slack.unsigned_abs();
        if let Some(ahead) = write.operations.iter().find(|operation| operation.header().time.ms() > limit) {
            let by = ahead.header().time.ms() - self.true_ms();
            self.fail("clock", format!("{} writes {by} ms ahead of the true time", name_of(seat)));
        }
    }

    /// Nobody's answer stands above what it answers: what is written is later than all that its author was shown. What is too far
    /// ahead of the time by which its author goes has to wait.
    fn check_order(&mut self, seat: Seat, write: &Write) {
        let now = self.clock(seat);
        let Some(room) = self.devices.get(&seat).and_then(|device| device.room.as_ref()) else { return };
        let limit = Timestamp::last_of_ms(now.wall_ms + MAX_AHEAD_MS);
        let shown = room.log().last_before(limit).filter(|_| now.wall_ms >= BEGINNING_MS);
        let written = write.operations.first().map(|operation| operation.header().time);
        if shown.is_some_and(|shown| written <= Some(shown.time)) {
            self.fail("order", format!("{} writes above what it was shown: {written:?}, {shown:?}", name_of(seat)));
        }
    }

    /// The time that a checker goes by.
    pub(super) fn true_now(&self) -> Now {
        Now { wall_ms: self.true_ms(), mono_ms: self.now }
    }
}
