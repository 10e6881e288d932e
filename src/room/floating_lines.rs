//! The lines of floating operations: each line is emitted once, whether its operation floated before or not.

use std::collections::BTreeSet;

use crate::log::{Log, MAX_FLOATING};
use crate::operation::{Operation, OperationId};
use crate::payload::kind;

/// Largest number of operations that are remembered: a few times as many as can float.
const MAX_EMITTED: usize = 4 * MAX_FLOATING;

/// The floating operations whose lines the frontend has.
#[derive(Debug, Default)]
pub(super) struct FloatingLines {
    emitted: BTreeSet<OperationId>,
}

impl FloatingLines {
    /// Returns whether the line of an operation is to be emitted now, and remembers that it was.
    ///
    /// The line of a floating operation is emitted at once, with two exceptions. A step of a game waits, because whether it
    /// counts is not known before the log has caught up with it. So does an operation of an author whose chains fork: its
    /// line may have been emitted before, the operation then pushed out of the log, and now it may float for ever.
    pub(super) fn is_new(&mut self, operation: &Operation, log: &Log) -> bool {
        if !log.is_floating(operation.header(), operation.id()) {
            return !self.emitted.remove(&operation.id());
        }
        while self.emitted.len() >= MAX_EMITTED {
            self.emitted.pop_first(); // of an operation that was dropped again, and may never come back
        }
        operation.kind() != kind::GAME && !log.is_forked(operation.author()) && self.emitted.insert(operation.id())
    }

    /// Remembers that the frontend reads the lines of these floating operations with the history.
    pub(super) fn told(&mut self, operations: &[Operation]) {
        let last = operations.iter().rev().take(MAX_EMITTED - self.emitted.len().min(MAX_EMITTED));
        self.emitted.extend(last.filter(|operation| operation.kind() != kind::GAME).map(Operation::id));
    }

    /// Returns the number of remembered operations.
    pub(super) fn len(&self) -> usize {
        self.emitted.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;
    use crate::game::GameStep;
    use crate::identity::Identity;
    use crate::name::RoomName;
    use crate::operation::{ChainId, Header};
    use crate::payload::{Chat, Payload};

    /// The first two operations of a chain.
    fn chain(payload: &Payload) -> [Operation; 2] {
        let identity = Identity::from_secret([1; 32]);
        let (room, chain) = (RoomName::lobby().id(), ChainId { author: identity.author(), log: 1 });
        let sign = |seq, backlink| {
            let header = Header { room, chain, seq, backlink, time: Timestamp::from_ms(seq + 1) };
            Operation::sign(&identity, header, payload).unwrap()
        };
        let first = sign(0, None);
        let second = sign(1, Some(first.id()));
        [first, second]
    }

    #[test]
    fn a_line_that_was_told_while_it_floated_is_not_told_again() {
        let [first, second] = chain(&Payload::Chat(Chat { text: "hi".to_owned() }));
        let (mut log, mut lines) = (Log::new(RoomName::lobby().id()), FloatingLines::default());
        log.ingest(second.clone(), u64::MAX);
        assert!(lines.is_new(&second, &log) && !lines.is_new(&second, &log));
        assert_eq!(lines.len(), 1);
        log.ingest(first.clone(), u64::MAX);
        assert!(lines.is_new(&first, &log), "never floated");
        assert!(!lines.is_new(&second, &log) && lines.len() == 0);
    }

    #[test]
    fn a_step_of_a_game_is_told_when_it_is_in_the_log() {
        let [first, second] = chain(&Payload::Game(GameStep::Left { game: OperationId([1; 32]) }));
        let (mut log, mut lines) = (Log::new(RoomName::lobby().id()), FloatingLines::default());
        log.ingest(second.clone(), u64::MAX);
        assert!(!lines.is_new(&second, &log));
        log.ingest(first, u64::MAX);
        assert!(lines.is_new(&second, &log));
    }
}
