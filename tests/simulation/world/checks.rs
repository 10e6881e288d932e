//! The rules that must hold when nothing is under way any more.

use std::collections::{BTreeMap, BTreeSet};

use inkmesh::event::{EntryBody, GameView};
use inkmesh::fold::{Fold, Step};
use inkmesh::operation::{Operation, OperationId};
use inkmesh::payload::kind;
use inkmesh::timeline;

use super::quiz::shared;
use super::story::{name_of, short};
use super::{Failure, Seat, World, oracle};

/// The state that has to be the same for everybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    ids: Vec<OperationId>,
    digest: [u8; 32],
    canvas: [u8; 32],
    game: GameView,
    forked: BTreeSet<inkmesh::identity::Author>,
}

fn failure(rule: &'static str, reason: String) -> Failure {
    Failure { rule, reason }
}

impl World {
    /// The log of a machine's room.
    pub(super) fn log_at(&self, seat: Seat) -> Vec<Operation> {
        let Some(device) = self.devices.get(&seat) else { return Vec::new() };
        let Some(room) = &device.room else { return Vec::new() };
        let lines = room.log().page(usize::MAX, None).unwrap_or_default();
        let kept = lines.into_iter().filter(|line| matches!(line, inkmesh::log::Line::Stored(_)));
        self.operations_of(seat, kept.collect())
    }

    pub(super) fn seen(&self, seat: Seat) -> Option<Seen> {
        let room = self.devices.get(&seat)?.room.as_ref()?;
        let state = room.state();
        let ids: Vec<OperationId> = self.log_at(seat).iter().map(Operation::id).collect();
        let people = room.people(self.true_now());
        let forked = people.into_iter().filter(|person| person.forked).map(|person| person.peer).collect();
        let game = shared(room.game(self.true_now()));
        Some(Seen { ids, digest: state.digest, canvas: state.canvas, game, forked })
    }

    /// Returns whether everybody holds the same log.
    pub(super) fn is_one(&self) -> bool {
        let mut all = self.devices.keys().map(|seat| self.digest(*seat));
        let first = all.next();
        all.all(|digest| Some(digest) == first)
    }

    fn digest(&self, seat: Seat) -> Option<[u8; 32]> {
        Some(self.devices.get(&seat)?.room.as_ref()?.state().digest)
    }

    /// Returns all operations that anybody holds.
    pub(super) fn union(&self) -> Vec<Operation> {
        let mut all: BTreeMap<OperationId, Operation> = BTreeMap::new();
        for seat in self.devices.keys() {
            let Some(device) = self.devices.get(seat) else { continue };
            let Some(room) = &device.room else { continue };
            let lines = room.log().page(usize::MAX, None).unwrap_or_default();
            all.extend(self.operations_of(*seat, lines).into_iter().map(|operation| (operation.id(), operation)));
        }
        all.into_values().collect()
    }

    /// Checks that everybody holds the same: the oracle's log of all operations that were held when faults ended or are now.
    pub(super) fn check_equal(&self, held_before: &[Operation]) -> Result<Vec<Operation>, Failure> {
        let Some(first) = self.devices.keys().next().copied() else { return Ok(Vec::new()) };
        let expected = oracle::log_of(held_before.iter().cloned().chain(self.union()));
        let ids: Vec<OperationId> = expected.iter().map(Operation::id).collect();
        for seat in self.devices.keys().copied() {
            let Some(seen) = self.seen(seat) else { continue };
            if let Some(what) = difference(&ids, &seen.ids, &expected) {
                return Err(failure(
                    "oracle",
                    format!("{}'s log is not what all operations make: {what}", name_of(seat)),
                ));
            }
            let reference = self.seen(first).unwrap_or_else(|| seen.clone());
            if seen != reference {
                let (a, b) = (name_of(first), name_of(seat));
                let what = if seen.digest != reference.digest {
                    "digest".to_owned()
                } else if seen.canvas != reference.canvas {
                    "canvas".to_owned()
                } else if seen.forked != reference.forked {
                    format!("forked: {:?} and {:?}", reference.forked, seen.forked)
                } else {
                    format!("game: {:?} and {:?}", reference.game, seen.game)
                };
                return Err(failure("equal", format!("{a} and {b} hold the same operations, but differ: {what}")));
            }
            if seen.forked != oracle::forked(&expected) {
                let marked = format!("{:?} instead of {:?}", seen.forked, oracle::forked(&expected));
                return Err(failure("forks", format!("{} marks {marked}", name_of(seat))));
            }
        }
        Ok(expected)
    }

    /// Checks that games and sheets are those of a fold of the whole log from its beginning.
    pub(super) fn check_fold(&self, log: &[Operation]) -> Result<(), Failure> {
        let steps = log.iter().filter_map(|op| Step::new(op.key(), op.id(), &op.payload())).collect();
        let mut fold = Fold::default();
        fold.insert(steps);
        for (seat, device) in &self.devices {
            let Some(room) = &device.room else { continue };
            if room.state().canvas != fold.canvas_digest() {
                return Err(failure("fold", format!("{}'s sheet is not what its log makes", name_of(*seat))));
            }
            for operation in log.iter().filter(|operation| operation.kind() == kind::GAME) {
                let told = room.entry(operation, false, self.true_now()).body;
                let open = |game, turn, sealed: &[u8]| fold.revealed_key(game, turn)?.open(operation.author(), sealed);
                let expected = timeline::entry(operation, operation.payload(), String::new(), &fold, false, open).body;
                if matches!((&told, &expected), (EntryBody::Whisper(Some(_)), EntryBody::Whisper(None))) {
                    continue; // who solved a word that was never told reads on, until the program ends
                }
                if told != expected {
                    let id = short(operation.id());
                    return Err(failure("fold", format!("{} is wrong about whether {id} counts", name_of(*seat))));
                }
            }
        }
        Ok(())
    }

    /// Checks that acknowledged operations are there, unless the only disk that held them was restored, broke or was discarded.
    pub(super) fn check_nothing_lost(&self, log: &[Operation]) -> Result<(), Failure> {
        let held: BTreeSet<OperationId> = log.iter().map(Operation::id).collect();
        let lost = |id: &&OperationId| !held.contains(id) && !self.ledger.excused.contains(id);
        match self.ledger.acknowledged.keys().find(lost) {
            Some(id) => {
                let who = name_of(self.ledger.acknowledged[id]);
                Err(failure("lost", format!("{who} was told that {} is saved, and it is gone", short(*id))))
            }
            None => Ok(()),
        }
    }

    /// Checks that every line of the log was sent to the frontend, or was there at the start.
    pub(super) fn check_told(&self, log: &[Operation]) -> Result<(), Failure> {
        for (seat, device) in &self.devices {
            let untold = log.iter().map(Operation::id).find(|id| !device.told.contains(id) && !device.had.contains(id));
            if let Some(id) = untold {
                return Err(failure("told", format!("{} was never told {}", name_of(*seat), short(id))));
            }
        }
        Ok(())
    }

    /// Checks that the unread lines are those after the mark.
    pub(super) fn check_unread(&self) -> Result<(), Failure> {
        for (seat, device) in &self.devices {
            let Some(room) = &device.room else { continue };
            let reading = room.reading();
            let lines = self.log_at(*seat);
            let is_line = |op: &&Operation| {
                matches!(op.kind(), kind::CHAT | kind::STROKE | kind::CANVAS) && op.author() != device.author()
            };
            let Some(mark) = reading.mark else { continue };
            let Some(at) = lines.iter().position(|operation| operation.id() == mark) else { continue };
            let unread = lines[at + 1..].iter().filter(is_line).count() as u64;
            if unread != reading.unread {
                let told = reading.unread;
                return Err(failure("unread", format!("{}: {told} unread instead of {unread}", name_of(*seat))));
            }
        }
        Ok(())
    }
}

/// The first difference between two logs.
fn difference(expected: &[OperationId], got: &[OperationId], all: &[Operation]) -> Option<String> {
    let describe = |id: &OperationId| match all.iter().find(|operation| operation.id() == *id) {
        Some(operation) => {
            let header = operation.header();
            let author = operation.author().fingerprint();
            format!("{} ({} of {author}, chain {:x})", short(*id), header.seq, header.chain.log)
        }
        None => short(*id),
    };
    if expected == got {
        return None;
    }
    let (want, have): (BTreeSet<_>, BTreeSet<_>) = (expected.iter().collect(), got.iter().collect());
    let missing: Vec<String> = want.difference(&have).map(|id| describe(id)).collect();
    let extra: Vec<String> = have.difference(&want).map(|id| describe(id)).collect();
    let first = |list: &[String]| list.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
    Some(match (missing.len(), extra.len()) {
        (0, 0) => "another order".to_owned(),
        (a, b) => format!("{a} missing ({}), {b} too many ({})", first(&missing), first(&extra)),
    })
}
