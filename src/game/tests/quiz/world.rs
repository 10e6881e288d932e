//! Programs that play a quiz, each on a machine of its own: with its own log, clocks, view of who is there; with messages
//! that are late or lost, splits, and programs that are killed and start again knowing nothing but their log.

use std::collections::{BTreeMap, BTreeSet};

use super::plan::{Chance, Fault, Plan, words};
use crate::clock::{Clock, Now};
use crate::fold::{Fold, Step, StepBody};
use crate::game::guess::{GuessRequest, Reply};
use crate::game::tests::script::{EPOCH_MS, operation, people};
use crate::game::{Game, GameStep, GameView, GuessTicket, Phase, Player};
use crate::identity::{Author, Identity};
use crate::name::{RoomId, RoomName};
use crate::operation::{ChainId, OperationId, OrderKey};

/// How long somebody waits for the reply to a guess.
pub(super) const PATIENCE_MS: u64 = 4_000;
/// When it is seen that somebody isn't there any more, or is there again.
const NOTICE_MS: u64 = 2_000;
/// How often a machine catches up with another.
const SYNC_MS: u64 = 2_500;
/// Happenings of one world at most.
const MAX_HAPPENINGS: u64 = 300_000;

#[derive(Debug)]
pub(super) enum Happening {
    /// What was written is on the disk.
    Saved {
        who: usize,
        life: u32,
        step: Step,
    },
    Deliver {
        to: usize,
        step: usize,
    },
    Wake {
        who: usize,
        life: u32,
        at: u64,
    },
    Asked {
        from: usize,
        to: usize,
        life: u32,
        ticket: GuessTicket,
        request: GuessRequest,
    },
    Replied {
        to: usize,
        life: u32,
        ticket: GuessTicket,
        reply: Option<Reply>,
    },
    Act {
        who: usize,
        life: u32,
        again: bool,
    },
    Sync {
        who: usize,
    },
    Notice,
    Fault(Fault),
    Start {
        who: usize,
    },
    Rejoin {
        away: Vec<usize>,
    },
}

/// What was sent.
#[derive(Debug, Clone)]
pub enum Heard {
    Step(Step),
    Request(GuessRequest),
    Reply(Reply),
}

pub struct Machine {
    pub identity: Identity,
    pub player: Player,
    pub fold: Fold,
    pub running: bool,
    pub life: u32,
    clock: Clock,
    skew: i64,
    pub(super) online: BTreeSet<Author>,
    /// The steps that it holds, by their numbers in the world.
    held: BTreeSet<usize>,
    /// How many steps of each author it holds: a step counts only after those before it.
    ends: BTreeMap<Author, u64>,
    /// Own steps signed so far, on the disk or on their way there.
    signed: u64,
    /// When the last of them is on the disk.
    saved_at: u64,
    pub(super) wake: Option<u64>,
    /// The last turn of its own that its person was woken for.
    pub(super) turn: Option<(OperationId, u32)>,
    /// Guesses whose end was not told yet.
    pub open: BTreeSet<GuessTicket>,
    /// What was told of guesses.
    pub told: Vec<Result<bool, crate::game::GuessError>>,
}

pub struct World {
    pub plan: Plan,
    pub machines: Vec<Machine>,
    /// All steps that ever got onto a disk.
    pub steps: Vec<Step>,
    /// Everything that was sent, in order.
    pub heard: Vec<Heard>,
    /// The word of each turn, as its drawer chose it.
    pub chosen: BTreeMap<(OperationId, u32), Vec<String>>,
    pub now: u64,
    pub(super) chance: Chance,
    queue: BTreeMap<(u64, u64), Happening>,
    number: u64,
    away: BTreeSet<usize>,
    healed: bool,
}

impl Machine {
    fn new(identity: Identity, skew: i64) -> Self {
        let player = Player::new(identity.author());
        Machine {
            identity,
            player,
            fold: Fold::default(),
            running: true,
            life: 0,
            clock: Clock::default(),
            skew,
            online: BTreeSet::new(),
            held: BTreeSet::new(),
            ends: BTreeMap::new(),
            signed: 0,
            saved_at: 0,
            wake: None,
            turn: None,
            open: BTreeSet::new(),
            told: Vec::new(),
        }
    }

    pub fn author(&self) -> Author {
        self.identity.author()
    }

    pub fn game(&self) -> &Game {
        self.fold.game()
    }
}

impl World {
    pub fn new(plan: &Plan) -> Self {
        let people = people(plan.people as u8);
        let machines = people.into_iter().zip(&plan.skews).map(|(person, skew)| Machine::new(person, *skew)).collect();
        let mut world = World {
            plan: plan.clone(),
            machines,
            steps: Vec::new(),
            heard: Vec::new(),
            chosen: BTreeMap::new(),
            now: 0,
            chance: Chance::new(plan.seed ^ 0xabcd),
            queue: BTreeMap::new(),
            number: 0,
            away: BTreeSet::new(),
            healed: false,
        };
        let everybody: BTreeSet<Author> = world.machines.iter().map(Machine::author).collect();
        for who in 0..plan.people {
            world.machines[who].online = everybody.clone();
            let at = world.chance.between(100, 8_000);
            world.later(at, Happening::Act { who, life: 0, again: false });
            world.schedule_act(who);
            let at = world.chance.between(0, SYNC_MS);
            world.later(at, Happening::Sync { who });
        }
        for (at, fault) in &plan.faults {
            world.later(5_000 + at, Happening::Fault(fault.clone()));
        }
        world
    }

    /// The words are proposed and the game is played to its end: with faults, then without.
    pub fn play(plan: &Plan) -> Self {
        let mut world = World::new(plan);
        let game = world.machines[0].fold.game().clone();
        let now = world.clock(0);
        let step = world.machines[0].player.start(&game, plan.rules, &words(), now).unwrap();
        world.write(0, step);
        let last_fault = plan.faults.iter().map(|(at, _)| at + 30_000).max().unwrap_or(0);
        world.run_for(last_fault);
        world.heal();
        let is_over = |world: &World| world.machines.iter().all(|one| one.game().phase() == Phase::Over);
        for _ in 0..200 {
            world.run_for(10_000);
            if is_over(&world) {
                break;
            }
        }
        assert!(is_over(&world), "seed {}: never over", plan.seed);
        world.plan.loss = 0;
        world.run_for(60_000); // the last openings, and catching up
        world
    }

    /// Nothing goes wrong from here on but what the network loses.
    fn heal(&mut self) {
        self.healed = true;
        self.away.clear();
        (0..self.machines.len()).for_each(|who| self.start(who));
        self.later(NOTICE_MS, Happening::Notice);
    }

    pub(super) fn later(&mut self, ms: u64, happening: Happening) {
        self.number += 1;
        self.queue.insert((self.now + ms, self.number), happening);
    }

    pub(super) fn schedule_act(&mut self, who: usize) {
        let pace = self.plan.pace_ms;
        let (at, life) = (self.chance.between(pace / 4, pace), self.machines[who].life);
        self.later(at, Happening::Act { who, life, again: true });
    }

    fn run_for(&mut self, ms: u64) {
        let end = self.now + ms;
        while let Some(entry) = self.queue.first_entry().filter(|entry| entry.key().0 <= end) {
            let ((at, number), happening) = entry.remove_entry();
            self.now = at;
            assert!(number < MAX_HAPPENINGS, "seed {}: it doesn't come to rest", self.plan.seed);
            self.happen(happening);
        }
        self.now = end;
    }

    fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::Saved { who, life, step } if self.lives(who, life) => self.saved(who, step),
            Happening::Deliver { to, step } => self.deliver(to, step),
            Happening::Wake { who, life, at } if self.lives(who, life) && self.machines[who].wake == Some(at) => {
                self.conduct(who, true);
            }
            Happening::Asked { from, to, life, ticket, request } => self.asked(from, to, life, ticket, request),
            Happening::Replied { to, life, ticket, reply } if self.lives(to, life) => self.replied(to, ticket, reply),
            Happening::Act { who, life, again } if self.lives(who, life) => {
                self.act(who);
                if again {
                    self.schedule_act(who);
                }
            }
            Happening::Sync { who } => self.sync(who),
            Happening::Notice => self.notice(),
            Happening::Fault(fault) => self.fault(fault),
            Happening::Start { who } => self.start(who),
            Happening::Rejoin { away } => {
                self.away.retain(|who| !away.contains(who));
                self.later(NOTICE_MS, Happening::Notice);
            }
            Happening::Saved { .. } | Happening::Wake { .. } | Happening::Replied { .. } | Happening::Act { .. } => {}
        }
    }

    fn lives(&self, who: usize, life: u32) -> bool {
        self.machines[who].running && self.machines[who].life == life
    }

    pub(super) fn reaches(&self, one: usize, other: usize) -> bool {
        let runs = self.machines[one].running && self.machines[other].running;
        runs && self.away.contains(&one) == self.away.contains(&other)
    }

    /// The time as this program takes it.
    pub fn clock(&self, who: usize) -> Now {
        let skew = self.machines[who].skew;
        Now { wall_ms: (EPOCH_MS + self.now).saturating_add_signed(skew), mono_ms: self.now + 1_000_000 * who as u64 }
    }

    pub fn room() -> RoomId {
        RoomName::lobby().id()
    }

    /// What its person sees.
    pub fn view(&self, who: usize) -> GameView {
        let machine = &self.machines[who];
        machine.player.view(machine.game(), &machine.online, |_| String::new(), self.clock(who))
    }

    pub fn index(&self, author: Author) -> usize {
        self.machines.iter().position(|machine| machine.author() == author).unwrap()
    }

    // --- the log ---------------------------------------------------------------------------------------------------

    /// Signs a step; in a moment it is on the disk, unless the program is killed before.
    pub fn write(&mut self, who: usize, step: GameStep) {
        let wall_ms = self.clock(who).wall_ms;
        let machine = &mut self.machines[who];
        let (seq, author, time) = (machine.signed, machine.author(), machine.clock.tick(wall_ms));
        machine.signed += 1;
        let id = operation(self.number << 20 | seq << 6 | who as u64);
        let key = OrderKey { time, chain: ChainId { author, log: 0 }, seq, id: id.prefix() };
        let proven = step.is_proven(author);
        machine.saved_at = machine.saved_at.max(self.now) + self.chance.between(1, 8);
        let (life, after) = (machine.life, machine.saved_at - self.now);
        let step = Step { key, id, body: StepBody::Game(step), proven };
        self.later(after, Happening::Saved { who, life, step });
    }

    fn saved(&mut self, who: usize, step: Step) {
        self.heard.push(Heard::Step(step.clone()));
        self.steps.push(step);
        let number = self.steps.len() - 1;
        self.take(who, vec![number], true);
        for to in (0..self.machines.len()).filter(|to| *to != who) {
            if !self.chance.percent(self.plan.loss) {
                let way = self.chance.between(1, self.plan.delay_ms + 1);
                self.later(way, Happening::Deliver { to, step: number });
            }
        }
    }

    fn deliver(&mut self, to: usize, step: usize) {
        let from = self.index(self.steps[step].key.chain.author);
        if self.reaches(from, to) {
            self.take(to, vec![step], true);
        }
    }

    /// Takes those steps in that follow what is there; the others come when it catches up.
    fn take(&mut self, who: usize, mut numbers: Vec<usize>, live: bool) {
        numbers.sort_unstable();
        let now = self.clock(who);
        let machine = &mut self.machines[who];
        let mut new = Vec::new();
        for number in numbers {
            let step = &self.steps[number];
            let end = machine.ends.entry(step.key.chain.author).or_default();
            if step.key.seq == *end {
                *end += 1;
                machine.held.insert(number);
                machine.clock.observe(step.key.time, now.wall_ms);
                new.push(step.clone());
            }
        }
        if !new.is_empty() {
            machine.fold.insert(new);
            self.conduct(who, live);
        }
    }

    fn sync(&mut self, who: usize) {
        let others: Vec<usize> = (0..self.machines.len()).filter(|other| self.reaches(who, *other)).collect();
        if !others.is_empty() {
            let other = others[self.chance.below(others.len())];
            let news = self.machines[other].held.difference(&self.machines[who].held).copied().collect();
            self.take(who, news, false);
        }
        let at = SYNC_MS + self.chance.between(0, 500);
        self.later(at, Happening::Sync { who });
    }

    // --- faults ----------------------------------------------------------------------------------------------------

    fn fault(&mut self, fault: Fault) {
        if self.healed {
            return;
        }
        match fault {
            Fault::Kill { who, for_ms } => self.kill(who, for_ms),
            Fault::KillDrawer { for_ms } => {
                let drawer = self.machines.iter().find_map(|machine| machine.game().drawer());
                let who = drawer.map_or(0, |drawer| self.index(drawer));
                self.kill(who, for_ms);
            }
            Fault::Split { away, for_ms } => {
                self.away.extend(&away);
                self.later(for_ms, Happening::Rejoin { away });
                self.later(NOTICE_MS, Happening::Notice);
            }
        }
    }

    fn kill(&mut self, who: usize, for_ms: u64) {
        self.machines[who].running = false;
        self.later(for_ms, Happening::Start { who });
        self.later(NOTICE_MS, Happening::Notice);
    }

    /// A program starts again: it knows its log and nothing else.
    fn start(&mut self, who: usize) {
        let machine = &mut self.machines[who];
        if machine.running {
            return;
        }
        (machine.running, machine.life) = (true, machine.life + 1);
        machine.player = Player::new(machine.author());
        machine.signed = machine.ends.get(&machine.author()).copied().unwrap_or(0);
        machine.open.clear();
        machine.turn = None;
        machine.online = BTreeSet::from([machine.author()]);
        let mut steps: Vec<Step> = machine.held.iter().map(|number| self.steps[*number].clone()).collect();
        self.chance.shuffle(&mut steps);
        machine.fold = Fold::default();
        machine.fold.insert(steps);
        self.conduct(who, false);
        self.schedule_act(who);
        self.later(NOTICE_MS / 4, Happening::Notice);
    }

    /// Everybody sees who is there.
    fn notice(&mut self) {
        for who in 0..self.machines.len() {
            let there = (0..self.machines.len()).filter(|other| self.reaches(who, *other));
            let online: BTreeSet<Author> = there.map(|other| self.machines[other].author()).collect();
            if self.machines[who].running && self.machines[who].online != online {
                self.machines[who].online = online;
                self.conduct(who, true);
            }
        }
    }
}
