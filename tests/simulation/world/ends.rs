//! The end of a world: faults end, everybody catches up in a bounded number of rounds, and everything is checked. Then all
//! programs begin again from their disks, and everything is checked once more.

use std::collections::{BTreeMap, BTreeSet};

use inkmesh::clock::Now;
use inkmesh::event::Phase;
use inkmesh::identity::Author;
use inkmesh::operation::{Operation, OperationId};
use inkmesh::payload::kind;
use inkmesh::room::Input;

use super::attacker::Attacker;
use super::devices::Device;
use super::plan::COPY;
use super::story::{name_of, short};
use super::{Failure, Plan, Seat, World, oracle};

/// The drawers of each turn of each game.
pub type Drawers = BTreeMap<(OperationId, u32), Author>;

/// The most passes, in which everybody catches up with everybody, until all hold the same. A forked chain can take a pass for
/// each of its branches, a copy of a folder is met in every second one, and the last operation has to reach everybody.
const PASSES: usize = 12;
/// The longest that a pass may take, in milliseconds.
const PASS_MS: u64 = 60_000;
/// The longest that a game may take to end, in milliseconds.
const GAME_MS: u64 = 240_000;

impl World {
    pub(super) fn run_to_end(&mut self) -> Result<(), Failure> {
        self.run_for(self.plan.length)?;
        self.end_faults();
        self.run_for(8_000)?;
        self.check_connected()?;
        self.let_games_end()?;
        self.check_guesses()?;
        self.wait_for_the_future()?;
        let held = self.held();
        self.come_together()?;
        let log = self.check(&held)?;
        self.check_told(&log)?;
        let with_snapshots = self.plan.seed.is_multiple_of(2);
        self.restart_everybody(with_snapshots);
        self.note("everybody begins again from the disk".to_owned());
        self.run_for(4_000)?;
        self.check_connected()?;
        self.come_together()?;
        let log = self.check(&log)?;
        // A copy that didn't know of the other begins with a fork, and goes on in another chain then.
        let log = self.last_words(&log, true)?;
        self.last_words(&log, false)?;
        Ok(())
    }

    /// Runs a plan and leaves its faults as they are. Checks that all hold and were shown the same at its end.
    pub fn as_it_is(plan: &Plan) -> Result<(), Failure> {
        let mut world = World::new(plan);
        world.run_for(plan.length)?;
        let log = world.check_equal(&[])?;
        world.check_told(&log)?;
        match log.iter().filter(|operation| operation.kind() == kind::CHAT).count() {
            0 => Err(Failure { rule: "talk", reason: "nobody said anything".to_owned() }),
            _ => Ok(()),
        }
    }

    /// Runs a plan in which copies of folders run, and leaves them. Checks that all hold the same at its end, that all copies of
    /// which a chain forks were told, and that nobody goes on in such a chain. Returns whether one forks.
    pub fn with_copies(plan: &Plan) -> Result<bool, Failure> {
        let mut world = World::new(plan);
        world.run_for(plan.length)?;
        let log = world.check_equal(&[])?;
        world.check_nothing_lost(&log)?;
        let forked = oracle::forked(&log);
        let unaware = world.devices.iter().find(|(_, one)| forked.contains(&one.author()) && !one.knows_of_copy);
        if let Some((seat, _)) = unaware {
            return Err(Failure { rule: "copies", reason: format!("{} doesn't know of the copy", name_of(*seat)) });
        }
        world.last_words(&log, false).map(|_| !forked.is_empty())
    }

    /// Returns all operations that count: those that anybody holds, or received since its last start and had space for. Without
    /// those that are never to be seen, and without those in the name of people who run twice, which a room puts off while it
    /// writes in the same position itself.
    fn held(&self) -> Vec<Operation> {
        let given = self.devices.values().flat_map(|device| device.given.values());
        let given = given.filter(|operation| {
            !Attacker::is_never(operation.header().time.ms()) && !self.ledger.may_fork.contains(&operation.author())
        });
        self.union().into_iter().chain(given.cloned()).collect()
    }

    /// Runs a plan to its end; returns the drawers of each turn of its game, as each person's frontend was told.
    pub fn drawers(plan: &Plan) -> Result<Vec<Drawers>, Failure> {
        let mut world = World::new(plan);
        world.run_to_end()?;
        Ok(world.devices.into_values().map(|device| device.drawers).collect())
    }

    fn check(&self, held: &[Operation]) -> Result<Vec<Operation>, Failure> {
        let log = self.check_equal(held)?;
        self.check_fold(&log)?;
        self.check_nothing_lost(&log)?;
        self.check_unread()?;
        Ok(log)
    }

    /// Lets a game that runs come to its end. One that nobody can end is left to itself.
    fn let_games_end(&mut self) -> Result<(), Failure> {
        let end = self.now + GAME_MS;
        while self.now < end && self.devices.keys().any(|seat| self.plays(*seat)) {
            self.run_for(2_000)?;
        }
        Ok(())
    }

    pub(super) fn plays(&self, seat: Seat) -> bool {
        let now: Now = self.clock(seat);
        let room = self.devices.get(&seat).and_then(|device| device.room.as_ref());
        room.is_some_and(|room| !matches!(room.game(now).phase, Phase::Idle | Phase::Over))
    }

    /// Waits until what was written with a clock that was ahead is not in the future any more.
    fn wait_for_the_future(&mut self) -> Result<(), Failure> {
        if self.horizon > self.true_ms() {
            self.skipped += self.horizon + 1_000 - self.true_ms();
            self.note("everybody waits until what was dated in the future is past".to_owned());
        }
        for seat in self.seats() {
            self.feed(seat, Input::Tick);
        }
        self.run_for(2_000)
    }

    /// Lets everybody catch up with everybody, again and again, until all hold the same.
    fn come_together(&mut self) -> Result<(), Failure> {
        for _ in 0..PASSES {
            self.pass()?;
            if self.is_one() && self.rests() {
                return Ok(());
            }
        }
        let lengths = self.seats().into_iter().map(|seat| format!("{} {}", name_of(seat), self.log_at(seat).len()));
        let lengths: Vec<String> = lengths.collect();
        let held = self.union();
        let missing = self.check_equal(&held).err().map(|failure| failure.reason).unwrap_or_default();
        let reason = format!("not one after {PASSES} passes ({}): {missing}", lengths.join(", "));
        Err(Failure { rule: "convergence", reason })
    }

    /// Lets everybody catch up with everybody once.
    fn pass(&mut self) -> Result<(), Failure> {
        for seat in self.seats() {
            let online: Vec<Seat> = self.devices[&seat].online.keys().copied().collect();
            for peer in online.into_iter().filter_map(|other| self.author_of(other)).collect::<BTreeSet<_>>() {
                self.sync_soon(seat, peer);
            }
        }
        let end = self.now + PASS_MS;
        // The rate of rounds may put one off.
        self.run_for(3_500)?;
        while !self.rests() && self.now < end {
            self.run_for(200)?;
        }
        Ok(())
    }

    /// Returns whether nothing is under way.
    fn rests(&self) -> bool {
        let is_folded = |device: &Device| device.room.as_ref().is_none_or(|room| !room.is_stale());
        let rests = |device: &Device| {
            device.disk.jobs.is_empty() && device.unsaved.write_at().is_none() && !device.trouble && is_folded(device)
        };
        self.rounds.is_empty() && self.devices.values().all(rests)
    }

    /// Lets everybody say one more line, in a chain that doesn't fork, and checks that all others get it.
    fn last_words(&mut self, before: &[Operation], may_fork: bool) -> Result<Vec<Operation>, Failure> {
        let mut said = Vec::new();
        for seat in self.seats() {
            match self.say(seat) {
                Some(Ok(id)) => said.push((seat, id)),
                Some(Err(error)) => self.fail("speech", format!("{} can't speak: {error}", name_of(seat))),
                None => self.fail("speech", format!("{} is not there", name_of(seat))),
            }
        }
        self.run_for(3_000)?;
        self.come_together()?;
        let log = self.check_equal(before)?;
        self.check_nothing_lost(&log)?;
        self.check_told(&log)?;
        let forked = oracle::forked_chains(&log);
        for (seat, id) in said {
            let Some(operation) = log.iter().find(|operation| operation.id() == id) else {
                let reason = format!("nobody heard the last words of {}, {}", name_of(seat), short(id));
                return Err(Failure { rule: "speech", reason });
            };
            let of_copy = may_fork && self.devices.contains_key(&(COPY + seat % COPY));
            if forked.contains(&operation.header().chain) && !of_copy {
                let reason = format!("{} goes on in a chain that forks", name_of(seat));
                return Err(Failure { rule: "self-fork", reason });
            }
        }
        Ok(log)
    }
}
