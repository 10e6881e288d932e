//! What happened, for a person to read.

use inkmesh::operation::OperationId;

use super::attacker::Attack;
use super::lies::{Lie, Probe};
use super::plan::{ATTACKER, COPY};
use super::{Action, Failure, Plan, Seat};

/// What a machine is called.
pub fn name_of(seat: Seat) -> String {
    const NAMES: [&str; 6] = ["Ana", "Ben", "Cleo", "Dov", "Eva", "Finn"];
    match seat {
        ATTACKER => "the attacker".to_owned(),
        COPY.. => format!("{}'s copy", name_of(seat - COPY)),
        _ => NAMES.get(seat).copied().unwrap_or("somebody").to_owned(),
    }
}

pub fn short(id: OperationId) -> String {
    format!("{}…", &id.to_string()[..8])
}

/// A failure and how it came about.
pub fn tell(plan: &Plan, story: &[(u64, String)], failure: &Failure) -> String {
    let people: Vec<String> = plan.people.iter().map(|seat| name_of(*seat)).collect();
    let mut text = format!("A world of kind {:?} with {}", plan.kind, people.join(", "));
    if plan.attacker {
        text += " and an attacker";
    }
    if plan.history > 0 {
        let holders: Vec<String> = plan.holders.iter().map(|seat| name_of(*seat)).collect();
        text += &format!("; {} old operations with {}", plan.history, holders.join(", "));
    }
    text += ":\n";
    for (ms, sentence) in story {
        text += &format!("{:>5}.{:03} s: {sentence}\n", ms / 1_000, ms % 1_000);
    }
    text + &format!("broken rule: {}. {}\n", failure.rule, failure.reason)
}

pub fn sentence(action: &Action) -> String {
    let of = |seat: &Seat| name_of(*seat);
    match action {
        Action::Say(seat) => format!("{} says a line", of(seat)),
        Action::Draw(seat) => format!("{} draws", of(seat)),
        Action::Rename(seat) => format!("{} takes another name", of(seat)),
        Action::StartGame(seat, rounds, seconds) => {
            format!("{} proposes a game of {rounds} rounds, {seconds} s each", of(seat))
        }
        Action::StartQuiz(seat, rounds) => format!("{} proposes a quiz of {rounds} rounds", of(seat)),
        Action::Ready(seat) => format!("{} is ready to play", of(seat)),
        Action::Begin(seat) => format!("{} closes the gathering", of(seat)),
        Action::Pass(seat) => format!("{} ends the turn", of(seat)),
        Action::Skip(seat) => format!("{} votes to skip", of(seat)),
        Action::MarkRead(seat) => format!("{} has read up to some line", of(seat)),
        Action::DismissLate(seat) => format!("{} has seen what came late", of(seat)),
        Action::Weather { delay, loss, twice } => {
            format!("frames take up to {delay} ms now, {loss} % are lost, {twice} % come twice")
        }
        Action::Split(seats) => {
            let apart: Vec<String> = seats.iter().map(of).collect();
            format!("the network of {} splits from the others'", apart.join(", "))
        }
        Action::OneWay(from, to) => format!("what {} sends doesn't reach {}", of(from), of(to)),
        Action::Heal => "all can reach each other".to_owned(),
        Action::Slow(seat, ms) => format!("the network of {} is slower by {ms} ms", of(seat)),
        Action::SlowDisk(seat, ms) => format!("the disk of {} is slower by {ms} ms", of(seat)),
        Action::Crash(seat, ms, percent) => {
            format!("{}'s power fails for {ms} ms; {percent} % of what was on its way to the disk is there", of(seat))
        }
        Action::Leave(seat) => format!("{} leaves", of(seat)),
        Action::Join(seat) => format!("{} comes back if away", of(seat)),
        Action::Reload(seat) => format!("{}'s disk had refused a write: the room is read anew", of(seat)),
        Action::Snapshot(seat) => format!("{}'s program writes the room's snapshot", of(seat)),
        Action::Backup(seat) => format!("{} makes a backup", of(seat)),
        Action::Restore(seat) => format!("{} puts the backup back, if there is one", of(seat)),
        Action::LoseTail(seat, count) => format!("{}'s disk loses its last {count} records", of(seat)),
        Action::Copy(seat) => format!("a copy of {}'s folder begins to run elsewhere", of(seat)),
        Action::EndCopy(seat) => format!("the copy of {}'s folder is thrown away, if there is one", of(seat)),
        Action::Clock(seat, 0) => format!("{}'s clock is set right", of(seat)),
        Action::Clock(seat, ms) => format!("{}'s clock is {} now", of(seat), error(*ms)),
        Action::Attack(attack) => format!("the attacker sends {}", sent(attack)),
        Action::Lie(lie) => format!("the attacker {}", lied(*lie)),
        Action::RefuseStreams(seat, ms) => format!("no stream can be opened to {} for {ms} ms", of(seat)),
        Action::SlowStreams(seat, rate) => format!("the streams of {} carry {rate} bytes a second", of(seat)),
        Action::Crowd(seat, ms) => format!("{} serves as many as it can for {ms} ms", of(seat)),
        Action::RefuseWrites(seat, ms) => format!("the disk of {} refuses writes for {ms} ms", of(seat)),
        Action::FullQueue(seat) => format!("the queue of writes of {} is full for the next one", of(seat)),
        Action::Probe(seat, probe) => format!("the attacker asks {} {}", of(seat), probed(*probe)),
    }
}

fn error(ms: i64) -> String {
    let side = if ms < 0 { "behind" } else { "ahead" };
    let seconds = ms.unsigned_abs() / 1_000;
    let length = match seconds {
        0..180 => format!("{seconds} s"),
        180..10_800 => format!("{} minutes", seconds / 60),
        10_800..7_776_000 => format!("{} hours", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    };
    format!("{length} {side}")
}

fn sent(attack: &Attack) -> String {
    match attack {
        Attack::Honest(count) => format!("{count} lines"),
        Attack::Forge(seat) => format!("an operation in {}'s name", name_of(*seat)),
        Attack::Mangle => "somebody's operation with another signature".to_owned(),
        Attack::Replay(count) => format!("{count} old frames again"),
        Attack::Rewrap => "somebody's operation in other frames".to_owned(),
        Attack::OtherRoom => "an operation of another room".to_owned(),
        Attack::Fork { branches, places } => format!("a chain with {branches} branches at each of {places} places"),
        Attack::Chains(count) => format!("{count} chains"),
        Attack::Gap(count) => format!("{count} operations behind a gap"),
        Attack::Future(count) => format!("{count} operations of the year 2100"),
        Attack::Soon(count) => format!("{count} operations of half a day from now"),
        Attack::Past(count) => format!("{count} operations of 1970"),
        Attack::Backwards(count) => format!("{count} operations that are not later than the one before"),
        Attack::Garbage => "bytes".to_owned(),
    }
}

fn lied(lie: Lie) -> String {
    match lie {
        Lie::None => "serves what it has".to_owned(),
        Lie::Longer(by) => format!("says that all chains are longer by {by}"),
        Lie::NobodyHas(count) => format!("tells of {count} chains that nobody has"),
        Lie::ForkedHeads => "tells of other ends of everybody's chains".to_owned(),
        Lie::OtherOperations => "answers with other operations than were asked for".to_owned(),
        Lie::Duplicates => "answers everything twice".to_owned(),
        Lie::Stall(after) => format!("falls silent after {after} operations"),
        Lie::Endless => "answers without an end".to_owned(),
        Lie::Garbage => "answers with bytes".to_owned(),
        Lie::Empty => "answers with nothing".to_owned(),
        Lie::Forged => "answers with an operation in somebody's name".to_owned(),
        Lie::Same => "says that it holds the same".to_owned(),
        Lie::Busy => "says that it is busy".to_owned(),
        Lie::Clock(ms) => format!("says that its clock is {}", error(ms)),
    }
}

fn probed(probe: Probe) -> String {
    match probe {
        Probe::Beyond => "for what doesn't exist".to_owned(),
        Probe::Everything => "for everything, twice".to_owned(),
        Probe::Malformed => "for what can't be asked for".to_owned(),
        Probe::OutOfPlace => "without a greeting".to_owned(),
        Probe::Clock(ms) => format!("with a clock that is {}", error(ms)),
    }
}
