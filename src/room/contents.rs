//! The contents of a room: its log, and the games, sheets and people that the log comes to.

use super::refolds::Refolds;
use crate::clock::{MAX_AHEAD_MS, Now, Timestamp};
use crate::event::{CanvasChange, Drawn, Entry, Person};
use crate::fold::{Change, Fold, Step};
use crate::game::GameStep;
use crate::identity::Author;
use crate::log::{Log, Position};
use crate::name::RoomId;
use crate::operation::{Operation, OperationId, OrderKey};
use crate::payload::Payload;
use crate::people::People;
use crate::timeline;

/// Largest number of votes that are emitted again at once when another one came late: those of a turn.
const MAX_VOTES: usize = 64;

/// The log of a room and its projections.
#[derive(Debug)]
pub(super) struct Contents {
    pub(super) log: Log,
    pub(super) fold: Fold,
    pub(super) people: People,
    pub(super) refolds: Refolds,
}

/// What operations changed.
pub(super) struct Projected {
    /// Their payloads.
    pub(super) payloads: Vec<Payload>,
    /// The change of the game and the sheet.
    pub(super) change: Change,
    /// The people who have another name or picture now.
    pub(super) changed: Vec<Author>,
}

impl Contents {
    /// Makes the contents of an empty room.
    pub(super) fn new(room: RoomId) -> Self {
        let (fold, people, refolds) = (Fold::default(), People::default(), Refolds::default());
        Contents { log: Log::new(room), fold, people, refolds }
    }

    /// Projects operations that are in the log now.
    pub(super) fn project(&mut self, operations: &[Operation]) -> Projected {
        let payloads: Vec<Payload> = operations.iter().map(Operation::payload).collect();
        let pairs = || operations.iter().zip(&payloads);
        let changed = pairs().filter_map(|(operation, payload)| self.learn(operation, payload)).collect();
        let steps = pairs().filter_map(|(operation, payload)| Step::new(operation.key(), operation.id(), payload));
        let change = self.fold.insert(steps.collect());
        Projected { payloads, change, changed }
    }

    /// Learns from an operation about its author, whether it is in the log yet or floats. Returns the author if that
    /// changed their name or picture.
    pub(super) fn learn(&mut self, operation: &Operation, payload: &Payload) -> Option<Author> {
        let (key, author) = (operation.key(), operation.author());
        self.people.note_activity(author, key.time.ms());
        let Payload::Profile(profile) = payload else { return None };
        self.people.set_profile(key, profile.clone()).then_some(author)
    }

    /// Returns how the visible sheet changed with operations that were projected.
    pub(super) fn sheet_changes(
        &self,
        operations: &[Operation],
        payloads: &[Payload],
        change: Change,
    ) -> Vec<CanvasChange> {
        if change.reset {
            return vec![CanvasChange::Reset];
        }
        let visible = self.fold.game().visible_sheet();
        let added = operations.iter().zip(payloads).filter_map(|(operation, payload)| match payload {
            Payload::Canvas { sheet, step } if *sheet == visible && self.fold.counts(operation.key()) => {
                let (id, author) = (operation.id(), operation.author());
                Some(CanvasChange::Added(Drawn { id, author, step: step.clone() }))
            }
            _ => None,
        });
        added.collect()
    }

    /// Returns the line of an operation. `open` reads a sealed line of a turn, if its word is known.
    pub(super) fn line(
        &self,
        operation: &Operation,
        payload: Payload,
        late: bool,
        open: impl Fn(OperationId, u32, &[u8]) -> Option<String>,
    ) -> Entry {
        timeline::entry(operation, payload, self.people.name(operation.author()), &self.fold, late, open)
    }

    /// Returns the lines of the votes after a position of the log, to be emitted again: a vote of our own comes into the log
    /// when it is saved, mostly after later ones of others, and then another vote is the deciding one than was emitted.
    pub(super) fn votes_after(&self, position: OrderKey) -> Vec<Entry> {
        let votes = self.fold.votes_after(position, MAX_VOTES);
        let line = |(step, vote): (&Step, &GameStep)| {
            timeline::vote(step, vote, self.people.name(step.key.chain.author), &self.fold)
        };
        let mut lines: Vec<Entry> = votes.map(line).collect();
        lines.reverse();
        lines
    }

    /// Returns a person of the room.
    pub(super) fn person(&self, peer: Author, now: Now) -> Person {
        Person { forked: self.log.is_forked(peer), ..self.people.person(peer, now.wall_ms) }
    }

    /// Returns the last moment of the log that is not so far ahead of our clock that others park it.
    pub(super) fn last_time(&self, now: Now) -> Option<Timestamp> {
        let limit = Timestamp::last_of_ms(now.wall_ms.saturating_add(MAX_AHEAD_MS));
        self.log.last_before(limit).map(|last| last.time)
    }

    /// Returns the positions of an author's last operations that are dated so far ahead that other peers park them.
    pub(super) fn held_back(&self, author: Author, limit: usize, now: Now) -> Vec<Position> {
        let ahead = Timestamp::from_ms(now.wall_ms.saturating_add(MAX_AHEAD_MS + 1));
        self.log.positions_from(ahead, author, limit)
    }

    /// Returns whether all steps of games and sheets are to be read from the disk now, and remembers that they are awaited
    /// from here on: one landed before those that the fold still holds.
    pub(super) fn begin_refold(&mut self, now: Now) -> bool {
        self.fold.is_stale() && self.refolds.begin(now.mono_ms)
    }

    /// Replaces the fold by one of all steps that the disk holds. What was removed since they were read is left out.
    pub(super) fn refold(&mut self, made: Fold, now: Now) {
        self.fold.replace(made, |step| self.log.holds(step.key, step.id));
        self.fold.drop_old_steps();
        self.refolds.end(now.mono_ms);
    }

    /// Returns when all steps are to be read from the disk, if that has been put off.
    pub(super) fn next_refold(&self) -> Option<u64> {
        if self.fold.is_stale() { self.refolds.next() } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canvas::{CanvasStep, SheetId};
    use crate::identity::Identity;
    use crate::name::RoomName;
    use crate::payload::{Chat, Profile};
    use crate::room::own_chain::OwnChain;

    const NOW: Now = Now { wall_ms: 1_790_000_000_000, mono_ms: 5 };

    fn chain(who: u8) -> OwnChain {
        OwnChain::new(Identity::from_secret([who; 32]), RoomName::lobby().id(), 7)
    }

    fn chat() -> Payload {
        Payload::Chat(Chat { text: "x".to_owned() })
    }

    fn clear(stroke: u64) -> Payload {
        Payload::Canvas { sheet: SheetId::Free, step: CanvasStep::Clear { stroke } }
    }

    /// Signs operations and takes them into the log, whatever their time.
    fn take(contents: &mut Contents, chain: &mut OwnChain, payloads: Vec<Payload>, now: Now) -> Vec<Operation> {
        let write = chain.write(payloads, &contents.log, now).unwrap();
        contents.log.ingest_all(write.operations.clone(), u64::MAX);
        write.operations
    }

    #[test]
    fn a_name_counts_from_the_newest_operation_on() {
        let (mut contents, mut chain) = (Contents::new(RoomName::lobby().id()), chain(1));
        let named = |name: &str| Payload::Profile(Profile { name: name.parse().unwrap(), picture: None });
        let taken = take(&mut contents, &mut chain, vec![named("Ana"), named("Anna"), chat()], NOW);
        let projected = contents.project(&taken[1..]);
        assert_eq!(projected.changed, [chain.author()]);
        assert_eq!(contents.project(&taken[..1]).changed, [], "an earlier name comes too late");
        let person = contents.person(chain.author(), NOW);
        assert_eq!((person.name.as_str(), person.forked), ("Anna", false));
        assert_eq!(contents.line(&taken[2], chat(), true, |_, _, _| None).name, "Anna");
    }

    #[test]
    fn the_visible_sheet_changes_by_its_own_steps_only() {
        let (mut contents, mut chain) = (Contents::new(RoomName::lobby().id()), chain(1));
        let game = SheetId::Turn { game: OperationId([1; 32]), turn: 0 };
        let elsewhere = Payload::Canvas { sheet: game, step: CanvasStep::Clear { stroke: 9 } };
        let taken = take(&mut contents, &mut chain, vec![chat(), clear(1), elsewhere], NOW);
        let Projected { payloads, change, .. } = contents.project(&taken);
        let changes = contents.sheet_changes(&taken, &payloads, change);
        let id = taken[1].id();
        assert!(
            matches!(&changes[..], [CanvasChange::Added(drawn)] if drawn.id == id && drawn.author == chain.author())
        );
        // Somebody who has not seen the others writes it.
        let (unaware, before) = (Log::new(RoomName::lobby().id()), Now { wall_ms: NOW.wall_ms - 9, ..NOW });
        let early = self::chain(2).write(vec![clear(2)], &unaware, before).unwrap().operations;
        contents.log.ingest_all(early.clone(), u64::MAX);
        let Projected { payloads, change, .. } = contents.project(&early);
        assert_eq!(contents.sheet_changes(&early, &payloads, change), [CanvasChange::Reset], "below what is there");
    }

    #[test]
    fn own_lines_from_the_future_are_held_back() {
        let mut contents = Contents::new(RoomName::lobby().id());
        let at = |ms| Now { wall_ms: NOW.wall_ms + ms, ..NOW };
        let (mut ours, mut theirs) = (chain(1), chain(2));
        for ms in [0, MAX_AHEAD_MS, MAX_AHEAD_MS + 1, MAX_AHEAD_MS + 2] {
            take(&mut contents, &mut ours, vec![chat()], at(ms));
            take(&mut contents, &mut theirs, vec![chat()], at(ms));
        }
        let held_back = |limit, now| {
            let positions = contents.held_back(ours.author(), limit, now).into_iter();
            positions.map(|position| (position.author, position.index)).collect::<Vec<_>>()
        };
        assert_eq!(held_back(9, NOW), [(ours.author(), 2), (ours.author(), 3)]);
        assert_eq!(held_back(1, NOW), [(ours.author(), 3)], "the last ones");
        assert_eq!(held_back(9, at(2)), []);
        assert_eq!(contents.last_time(NOW).unwrap().ms(), NOW.wall_ms + MAX_AHEAD_MS);
    }
}
