//! The plan of a world, drawn from a seed before it begins: a list of actions, each at its time. A world runs from this list
//! alone, so that a shorter list is a smaller world of the same kind.

use rand::rngs::SmallRng;
use rand::seq::{IndexedRandom, SliceRandom};
use rand::{RngExt, SeedableRng};

use super::attacker::{Attack, Lie, Probe};

/// A machine: 0 to 5 belong to people, `COPY + n` holds a copy of the folder of person n, `ATTACKER` is nobody's friend.
pub type Seat = usize;
pub const COPY: Seat = 10;
pub const ATTACKER: Seat = 20;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const YEAR: i64 = 365 * 24 * HOUR;

/// The kind of a world: its faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A bad network, crashes, comings and goings.
    Talk,
    /// Games of turns on a bad network.
    Game,
    /// Quizzes on a bad network.
    Quiz,
    /// Clocks that are wrong and jump.
    Clocks,
    /// Disks that are torn, lose their end, go back to a backup, or run twice.
    Disks,
    /// An attacker.
    Attack,
    /// All of these.
    All,
    /// Some people have a long history, and others nothing of it.
    Newcomer,
    /// The history is so long that rooms forget old steps.
    Long,
}

/// An action. Every action is possible at any time; one that makes no sense then does nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    Say(Seat),
    Draw(Seat),
    Rename(Seat),
    StartGame(Seat, u32, u32),
    StartQuiz(Seat, u32),
    Ready(Seat),
    Begin(Seat),
    Pass(Seat),
    Skip(Seat),
    MarkRead(Seat),
    DismissLate(Seat),
    /// Frames of gossip take up to so many milliseconds; so many of a hundred are lost, or come twice.
    Weather {
        delay: u64,
        loss: u64,
        twice: u64,
    },
    /// These are cut off from all others.
    Split(Vec<Seat>),
    /// Messages of the first don't reach the second.
    OneWay(Seat, Seat),
    /// All can reach each other.
    Heal,
    /// Messages to this machine take longer by this time.
    Slow(Seat, u64),
    /// Its disk takes longer by this time.
    SlowDisk(Seat, u64),
    /// The power fails, and comes back after so many milliseconds. Of each hundred records on their way to the disk, so
    /// many are there.
    Crash(Seat, u64, u64),
    /// The program ends, and everything is written.
    Leave(Seat),
    Join(Seat),
    /// The rooms are read anew from the disk, as after the disk refused a write.
    Reload(Seat),
    /// The room's snapshot is written beside the log.
    Snapshot(Seat),
    Backup(Seat),
    /// The folder is put back as it was at the last backup.
    Restore(Seat),
    /// The disk forgets its last records, and says so.
    LoseTail(Seat, usize),
    /// A copy of the folder begins to run on another machine.
    Copy(Seat),
    /// The copy ends, and is thrown away.
    EndCopy(Seat),
    /// The clock is wrong by so many milliseconds from now on.
    Clock(Seat, i64),
    Attack(Attack),
    Lie(Lie),
    Probe(Seat, Probe),
    /// No stream can be opened to this machine for so many milliseconds.
    RefuseStreams(Seat, u64),
    /// Streams from and to this machine carry so many bytes a second.
    SlowStreams(Seat, u64),
    /// All places for streams that are served are taken for so many milliseconds.
    Crowd(Seat, u64),
    /// The disk refuses writes for so many milliseconds.
    RefuseWrites(Seat, u64),
    /// The queue of writes is full when the next one is given to it.
    FullQueue(Seat),
}

/// A plan.
#[derive(Debug, Clone)]
pub struct Plan {
    pub seed: u64,
    pub kind: Kind,
    /// People.
    pub people: Vec<Seat>,
    pub attacker: bool,
    /// The number of operations of an old history, and the people who have them.
    pub history: usize,
    pub holders: Vec<Seat>,
    /// The actions, each with its time in milliseconds.
    pub actions: Vec<(u64, Action)>,
    /// The time of the end, in milliseconds.
    pub length: u64,
}

impl Plan {
    pub fn draw(seed: u64) -> Plan {
        let mut rng = SmallRng::seed_from_u64(seed);
        let kind = match seed % 64 {
            63 => Kind::Long,
            n if n % 8 == 7 => Kind::Newcomer,
            n if n % 16 == 13 => Kind::Quiz,
            n => [Kind::Talk, Kind::Clocks, Kind::Disks, Kind::Attack, Kind::All, Kind::Disks, Kind::Game]
                [n as usize % 8],
        };
        let count = match kind {
            Kind::Long => 3,
            _ => rng.random_range(2..=5),
        };
        let people: Vec<Seat> = (0..count).collect();
        let history = match kind {
            Kind::Long => 8_800,
            Kind::Newcomer => rng.random_range(300..1_200),
            _ => 0,
        };
        let holders = people.iter().copied().filter(|seat| *seat == 0 || rng.random_range(0..3) == 0).collect();
        let attacker = matches!(kind, Kind::Attack | Kind::All) || (kind == Kind::Newcomer && rng.random());
        let length = rng.random_range(15_000..40_000);
        let mut plan = Plan { seed, kind, people, attacker, history, holders, actions: Vec::new(), length };
        plan.fill(&mut rng);
        plan.add_stream_faults();
        plan
    }

    /// Returns a game among `count` people without faults.
    pub fn calm_game(seed: u64, count: usize) -> Plan {
        let mut actions = vec![(3_000, Action::StartGame(0, 2, 2))];
        actions.extend((1..count).map(|seat| (4_500, Action::Ready(seat))));
        let (people, holders) = ((0..count).collect(), Vec::new());
        Plan { seed, kind: Kind::Game, people, attacker: false, history: 0, holders, actions, length: 6_000 }
    }

    /// Returns a quiz among `count` people without faults.
    pub fn calm_quiz(seed: u64, count: usize) -> Plan {
        let mut plan = Plan { kind: Kind::Quiz, ..Plan::calm_game(seed, count) };
        plan.actions[0].1 = Action::StartQuiz(0, 1);
        plan
    }

    /// Returns talk among `count` people without faults, of whom the first has a copy of the folder that runs too after a while.
    pub fn with_copy(seed: u64, count: usize) -> Plan {
        let mut actions: Vec<_> = (0..count).map(|seat| (1_000, Action::Say(seat))).collect();
        actions.push((4_000, Action::Copy(0)));
        let speakers = [0, COPY, 1].into_iter().cycle();
        actions.extend((4_000..9_000).step_by(250).zip(speakers).map(|(at, seat)| (at, Action::Say(seat))));
        Plan { kind: Kind::Disks, actions, length: 100_000, ..Plan::calm_game(seed, count) }
    }

    fn fill(&mut self, rng: &mut SmallRng) {
        let whims = rng.random_range(8..40);
        let faults = rng.random_range(3..16);
        for _ in 0..whims {
            let at = rng.random_range(0..self.length);
            let action = self.whim(rng);
            self.actions.push((at, action));
        }
        for _ in 0..faults {
            let at = rng.random_range(0..self.length);
            let action = self.fault(rng);
            if let Action::Crash(seat, ..) | Action::Reload(seat) | Action::LoseTail(seat, _) | Action::Restore(seat) =
                action
                && rng.random()
            {
                // Something is on its way to the disk then.
                self.actions.push((at.saturating_sub(rng.random_range(1..15)), Action::Say(seat)));
                self.actions.push((at + rng.random_range(1..3_000), Action::Say(seat)));
            }
            self.actions.push((at, action));
        }
        if self.attacker {
            for _ in 0..rng.random_range(2..12) {
                let at = rng.random_range(1_000..self.length);
                let action = self.evil(rng);
                self.actions.push((at, action));
            }
        }
        if self.kind == Kind::Game {
            self.actions.push((500, Action::StartGame(0, rng.random_range(1..=2), rng.random_range(1..=4))));
            self.actions.extend((1..self.people.len()).map(|seat| (2_000, Action::Ready(seat))));
        }
        if self.kind == Kind::Quiz {
            self.actions.push((500, Action::StartQuiz(0, rng.random_range(1..=2))));
            self.actions.extend((1..self.people.len()).map(|seat| (2_000, Action::Ready(seat))));
        }
        self.actions.sort_by_key(|(at, _)| *at);
    }

    /// Adds faults of streams and of the queue of writes, drawn apart from all others.
    fn add_stream_faults(&mut self) {
        let mut rng = SmallRng::seed_from_u64(self.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) + 1);
        for _ in 0..rng.random_range(0..5) {
            let (at, seat) = (rng.random_range(0..self.length), self.somebody(&mut rng));
            let action = match rng.random_range(0..6) {
                0 => Action::RefuseStreams(seat, rng.random_range(100..20_000)),
                1 | 2 => Action::SlowStreams(seat, rng.random_range(500..20_000)),
                3 => Action::Crowd(seat, rng.random_range(100..20_000)),
                4 => Action::RefuseWrites(seat, rng.random_range(1..8_000)),
                _ => Action::FullQueue(seat),
            };
            self.actions.push((at, action));
        }
        self.actions.sort_by_key(|(at, _)| *at);
    }

    fn anybody(&self, rng: &mut SmallRng) -> Seat {
        self.people.choose(rng).copied().unwrap_or(0)
    }

    /// Draws a person, or sometimes the copy.
    fn somebody(&self, rng: &mut SmallRng) -> Seat {
        let seat = self.anybody(rng);
        let may_copy = matches!(self.kind, Kind::Disks | Kind::All);
        if may_copy && rng.random_range(0..5) == 0 { COPY + seat } else { seat }
    }

    fn whim(&self, rng: &mut SmallRng) -> Action {
        let seat = self.somebody(rng);
        let games = matches!(self.kind, Kind::Game | Kind::Quiz | Kind::All);
        match rng.random_range(0..if games { 30 } else { 20 }) {
            0..9 => Action::Say(seat),
            9..14 => Action::Draw(seat),
            14..16 => Action::Rename(seat),
            16..19 => Action::MarkRead(seat),
            19 => Action::DismissLate(seat),
            20 if self.kind != Kind::Game => Action::StartQuiz(seat, 1),
            20..22 => Action::StartGame(seat, rng.random_range(1..=2), rng.random_range(1..=4)),
            22..26 => Action::Ready(seat),
            26 => Action::Begin(seat),
            27 => Action::Pass(seat),
            _ => Action::Skip(seat),
        }
    }

    fn fault(&self, rng: &mut SmallRng) -> Action {
        let seat = self.somebody(rng);
        let of_kind = rng.random_range(0..3) > 0;
        match self.kind {
            Kind::Clocks if of_kind => Action::Clock(seat, wrong(rng)),
            Kind::Long if of_kind && rng.random() => Action::Clock(seat, -rng.random_range(YEAR / 12..YEAR)),
            Kind::Disks if of_kind => self.disk_fault(seat, rng),
            Kind::All => match rng.random_range(0..4) {
                0 => Action::Clock(seat, wrong(rng)),
                1 => self.disk_fault(seat, rng),
                _ => self.network_fault(seat, rng),
            },
            _ => self.network_fault(seat, rng),
        }
    }

    fn network_fault(&self, seat: Seat, rng: &mut SmallRng) -> Action {
        match rng.random_range(0..17) {
            0..3 => {
                let (delay, loss, twice) = (rng.random_range(5..600), rng.random_range(0..40), rng.random_range(0..30));
                Action::Weather { delay, loss, twice }
            }
            3..6 => {
                let mut all = self.people.clone();
                all.shuffle(rng);
                all.truncate(rng.random_range(1..=all.len().max(2) - 1));
                all.sort_unstable();
                Action::Split(all)
            }
            6 => Action::OneWay(seat, self.anybody(rng)),
            7..10 => Action::Heal,
            10 => Action::Slow(seat, rng.random_range(50..3_000)),
            11 => Action::SlowDisk(seat, rng.random_range(50..3_000)),
            12..14 => Action::Crash(seat, rng.random_range(0..4_000), rng.random_range(0..=100)),
            14 => Action::Leave(seat),
            15 => Action::Join(seat),
            _ => {
                if rng.random() {
                    Action::Reload(seat)
                } else {
                    Action::Snapshot(seat)
                }
            }
        }
    }

    fn disk_fault(&self, seat: Seat, rng: &mut SmallRng) -> Action {
        match rng.random_range(0..14) {
            0..3 => Action::Crash(seat, rng.random_range(0..3_000), rng.random_range(0..=100)),
            3..5 => Action::Snapshot(seat),
            5..7 => Action::Backup(seat),
            7 | 8 => Action::Restore(seat),
            9 | 10 => Action::LoseTail(seat, rng.random_range(1..12)),
            11 => Action::Copy(seat % COPY),
            12 => Action::EndCopy(seat % COPY),
            _ => Action::Reload(seat),
        }
    }

    fn evil(&self, rng: &mut SmallRng) -> Action {
        match rng.random_range(0..10) {
            0..6 => Action::Attack(Attack::draw(self.anybody(rng), rng)),
            6..9 => Action::Lie(Lie::draw(rng)),
            _ => Action::Probe(self.anybody(rng), Probe::draw(rng)),
        }
    }
}

/// Draws an error of a clock: none, seconds, minutes, hours or years.
fn wrong(rng: &mut SmallRng) -> i64 {
    let most = match rng.random_range(0..6) {
        0 => return 0,
        1 => MINUTE,
        2 => 3 * MINUTE,
        3 => 20 * MINUTE,
        4 => 30 * HOUR,
        _ => 20 * YEAR,
    };
    rng.random_range(-most..=most)
}
