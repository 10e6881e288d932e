//! A simulated world: people's machines around the real room machine, one queue of occurrences ordered by time. It runs
//! from a [`Plan`] alone, and always in the same way. A machine does for its room what the node does (`src/node`).

mod acts;
mod attacker;
mod calls;
mod chance;
mod checks;
mod devices;
mod disk;
mod ends;
mod given;
mod history;
mod lies;
mod network;
mod oracle;
mod outputs;
mod plan;
mod quiz;
mod rounds;
mod serving;
mod shrink;
mod story;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use inkmesh::clock::Now;
use inkmesh::fold::Step;
use inkmesh::game::GuessTicket;
use inkmesh::identity::Author;
use inkmesh::operation::{ChainId, Operation, OperationError, OperationId, Unverified};
use inkmesh::peering::Call;
use inkmesh::room::Write;

use attacker::Attacker;
use chance::Chance;
use devices::Device;
pub use plan::{Action, Kind, Plan, Seat};
use rounds::Round;
pub use shrink::shrink;
pub use story::tell;

/// Milliseconds since 1970 at the start of a simulation.
const EPOCH: u64 = 1_790_000_000_000;
/// The most occurrences of one run: a simulation that doesn't come to rest is a failure.
const MAX_HAPPENINGS: u64 = 400_000;

/// A broken rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The rule.
    pub rule: &'static str,
    /// A description.
    pub reason: String,
}

#[derive(Debug)]
enum Happening {
    Act(Action),
    Frame {
        to: Seat,
        from: Seat,
        bytes: Vec<u8>,
    },
    Disk {
        seat: Seat,
        process: u32,
    },
    Flush {
        seat: Seat,
        process: u32,
    },
    Saved {
        seat: Seat,
        process: u32,
        write: Write,
    },
    Wake {
        seat: Seat,
        life: u32,
        at: u64,
    },
    Start {
        seat: Seat,
        process: u32,
    },
    /// A machine looks whether it reaches another.
    Meet {
        seat: Seat,
        other: Seat,
    },
    /// There may be somebody to be called.
    CallsDue {
        seat: Seat,
        process: u32,
    },
    /// A call ends, in a connection or not.
    Called {
        seat: Seat,
        process: u32,
        call: Call,
    },
    Sync {
        seat: Seat,
        process: u32,
    },
    Request {
        round: u64,
        bytes: Vec<u8>,
    },
    /// A message, of which so many bytes have not been counted yet.
    Response {
        round: u64,
        bytes: Vec<u8>,
        uncounted: u64,
    },
    /// A part of a message.
    Bytes {
        round: u64,
        count: u64,
    },
    /// The stream of a round has ended at the other side.
    Hangup {
        round: u64,
    },
    Patience {
        round: u64,
    },
    /// There may be something to fetch for the side that pulls.
    Resume {
        round: u64,
    },
    /// The disk is tried again after it refused a write.
    Recover {
        seat: Seat,
        process: u32,
    },
    /// A person who may play a quiz looks at the screen.
    Look {
        seat: Seat,
        process: u32,
    },
    /// A message to one machine, outside of the room.
    Straight {
        from: Seat,
        process: u32,
        to: Seat,
        ticket: GuessTicket,
        bytes: Vec<u8>,
    },
    Replied {
        seat: Seat,
        process: u32,
        ticket: GuessTicket,
        reply: Option<Vec<u8>>,
    },
    Refolded {
        seat: Seat,
        life: u32,
        steps: Vec<Step>,
    },
}

/// The knowledge of the world, for the checks.
#[derive(Debug, Default)]
struct Ledger {
    /// Acknowledged operations.
    acknowledged: BTreeMap<OperationId, Seat>,
    /// Operations that may be missing: they were only on a disk that was restored, broke or was discarded.
    excused: BTreeSet<OperationId>,
    /// People whose folder was restored or ran twice.
    may_fork: BTreeSet<Author>,
    /// The operations that became durable, by their position in the people's chains.
    signed: BTreeMap<(ChainId, u64), OperationId>,
}

#[derive(Debug)]
pub struct World {
    plan: Plan,
    chance: Chance,
    now: u64,
    /// The latest time of an operation, without those that are never to be seen.
    horizon: u64,
    /// The time added at the end, so that no operation is dated in the future any more.
    skipped: u64,
    happened: u64,
    number: u64,
    commands: u64,
    queue: BTreeMap<(u64, u64), Happening>,
    devices: BTreeMap<Seat, Device>,
    attacker: Option<Attacker>,
    cut: BTreeSet<(Seat, Seat)>,
    delay: u64,
    loss: u64,
    twice: u64,
    rounds: BTreeMap<u64, Round>,
    verified: HashMap<Vec<u8>, Result<Operation, OperationError>>,
    ledger: Ledger,
    failure: Option<Failure>,
    story: Vec<(u64, String)>,
}

impl World {
    pub fn new(plan: &Plan) -> Self {
        let mut world = World {
            plan: plan.clone(),
            chance: Chance::new(plan.seed),
            now: 0,
            horizon: 0,
            skipped: 0,
            happened: 0,
            number: 0,
            commands: 0,
            queue: BTreeMap::new(),
            devices: BTreeMap::new(),
            attacker: plan.attacker.then(|| Attacker::new(plan.seed)),
            cut: BTreeSet::new(),
            delay: 30,
            loss: 0,
            twice: 0,
            rounds: BTreeMap::new(),
            verified: HashMap::new(),
            ledger: Ledger::default(),
            failure: None,
            story: Vec::new(),
        };
        for seat in plan.people.clone() {
            world.found(seat);
        }
        for (at, action) in &plan.actions {
            world.schedule(*at, Happening::Act(action.clone()));
        }
        world
    }

    /// Runs a plan to its end and checks everything. Returns the story, and the first failure.
    pub fn run(plan: &Plan) -> (Vec<(u64, String)>, Option<Failure>) {
        let mut world = World::new(plan);
        let result = world.run_to_end();
        let failure = world.failure.take().or(result.err());
        (world.story, failure)
    }

    fn schedule(&mut self, at: u64, happening: Happening) {
        self.number += 1;
        self.queue.insert((at, self.number), happening);
    }

    fn later(&mut self, ms: u64, happening: Happening) {
        self.schedule(self.now + ms, happening);
    }

    /// Carries out the occurrences of the next milliseconds.
    fn run_for(&mut self, ms: u64) -> Result<(), Failure> {
        let end = self.now + ms;
        while let Some(entry) = self.queue.first_entry().filter(|entry| entry.key().0 <= end) {
            let ((at, _), happening) = entry.remove_entry();
            self.now = self.now.max(at);
            self.happened += 1;
            if self.happened > MAX_HAPPENINGS {
                self.fail("rest", "the simulation doesn't come to rest".to_owned());
            }
            self.happen(happening);
            if let Some(failure) = &self.failure {
                return Err(failure.clone());
            }
        }
        self.now = end;
        Ok(())
    }

    fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::Act(action) => self.act(action),
            Happening::Frame { to, from, bytes } => self.frame(to, from, bytes),
            Happening::Disk { seat, process } if self.runs(seat, process) => self.disk_done(seat),
            Happening::Flush { seat, process } if self.runs(seat, process) => self.flush_where_due(seat),
            Happening::Saved { seat, process, write } if self.runs(seat, process) => self.saved(seat, write),
            Happening::Wake { seat, life, at } => self.woken(seat, life, at),
            Happening::Start { seat, process } => self.power_is_back(seat, process),
            Happening::Meet { seat, other } => self.meet(seat, other),
            Happening::CallsDue { seat, process } if self.runs(seat, process) => self.calls_due(seat),
            Happening::Called { seat, process, call } if self.runs(seat, process) => self.called(seat, &call),
            Happening::Sync { seat, process } if self.runs(seat, process) => self.round_is_due(seat),
            Happening::Request { round, bytes } => self.requested(round, &bytes),
            Happening::Response { round, bytes, uncounted } => self.responded(round, bytes, uncounted),
            Happening::Bytes { round, count } => drop(self.bytes_came(round, count)),
            Happening::Hangup { round } => self.hung_up(round),
            Happening::Patience { round } => self.patience(round),
            Happening::Resume { round } => self.resume(round),
            Happening::Refolded { seat, life, steps } => self.refolded(seat, life, steps),
            Happening::Look { seat, process } if self.runs(seat, process) => self.look(seat),
            Happening::Recover { seat, process } if self.runs(seat, process) => self.recover(seat),
            Happening::Straight { from, process, to, ticket, bytes } => {
                self.asked_straight(from, process, to, ticket, &bytes);
            }
            Happening::Replied { seat, process, ticket, reply } if self.runs(seat, process) => {
                self.replied(seat, ticket, reply);
            }
            Happening::Disk { .. }
            | Happening::Flush { .. }
            | Happening::Saved { .. }
            | Happening::Sync { .. }
            | Happening::CallsDue { .. }
            | Happening::Called { .. }
            | Happening::Look { .. }
            | Happening::Recover { .. }
            | Happening::Replied { .. } => {} // of a program that has ended
        }
    }

    /// Returns the true time, in milliseconds since 1970.
    fn true_ms(&self) -> u64 {
        EPOCH + self.now + self.skipped
    }

    /// Returns the time of a machine's clock, uncorrected.
    fn wall(&self, seat: Seat) -> u64 {
        let wrong = match self.devices.get(&seat) {
            Some(device) => device.wrong,
            None => self.attacker.as_ref().map_or(0, Attacker::wrong),
        };
        self.true_ms().saturating_add_signed(wrong)
    }

    /// Returns the time by which the program on a machine goes.
    fn clock(&self, seat: Seat) -> Now {
        let correction = self.devices.get(&seat).map_or(0, |device| device.clocks.correction());
        Now { wall_ms: self.wall(seat).saturating_add_signed(correction), mono_ms: self.now }
    }

    /// Notes the time of an operation that is to be seen by the end.
    fn wrote(&mut self, operations: &[Operation]) {
        let times = operations.iter().map(|operation| operation.header().time.ms());
        self.horizon = times.filter(|ms| !Attacker::is_never(*ms)).fold(self.horizon, u64::max);
    }

    /// Verifies an operation; each is verified once in a world.
    fn verify(&mut self, bytes: &[u8]) -> Result<Operation, OperationError> {
        if let Some(known) = self.verified.get(bytes) {
            return known.clone();
        }
        let result = Unverified::decode(bytes).and_then(Unverified::verify);
        self.verified.insert(bytes.to_vec(), result.clone());
        result
    }

    /// Notes a failure; the first one stays.
    fn fail(&mut self, rule: &'static str, reason: String) {
        self.failure.get_or_insert(Failure { rule, reason });
    }

    fn note(&mut self, sentence: String) {
        self.story.push((self.now, sentence));
    }
}
