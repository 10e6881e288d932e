//! Received operations that are in their room's log and on their way to the disk, and the local state that is stored beside
//! each log. Until the operations are durable, they are read from here.

use std::collections::BTreeMap;

use crate::log::Position;
use crate::name::RoomId;
use crate::operation::Operation;

/// Operations that may wait for the disk. While there are more, gossip is left to sync.
const MAX_OPERATIONS: usize = 8_192;
/// Their bytes, likewise.
const MAX_BYTES: usize = 12 << 20;
/// The time that they are gathered before they are written together, in milliseconds.
const GATHER_MS: u64 = 20;
/// How many are gathered at most.
const MAX_GROUP: usize = 1024;

/// Where an operation is stored: its room, and its position in the log.
pub type Key = (RoomId, Position);

/// What waits for the disk.
#[derive(Debug, Default)]
pub struct Unsaved {
    operations: BTreeMap<Key, Operation>,
    bytes: usize,
    gathered: Group,
    write_at: Option<u64>,
}

/// What is to be written together.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Group {
    /// Operations, in the order in which they came.
    pub operations: Vec<(Key, Operation)>,
    /// The local state of these rooms. They have to be durable no later than the operations.
    pub local: BTreeMap<RoomId, Vec<u8>>,
}

impl Unsaved {
    /// Returns whether there is room for more.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.operations.len() < MAX_OPERATIONS && self.bytes < MAX_BYTES
    }

    /// Takes operations in. Returns whether enough are gathered to be written at once.
    pub fn gather(&mut self, room: RoomId, operations: Vec<(Position, Operation)>, now: u64) -> bool {
        for (position, operation) in operations {
            let key = (room, position);
            self.bytes += operation.bytes().len();
            if let Some(before) = self.operations.insert(key, operation.clone()) {
                self.bytes -= before.bytes().len();
            }
            self.gathered.operations.push((key, operation));
        }
        self.write_at.get_or_insert(now + GATHER_MS);
        self.gathered.operations.len() >= MAX_GROUP
    }

    /// Takes the local state of a room, which replaces the one before. It is written with the operations that are
    /// gathered, or come next, never after them.
    pub fn put_local(&mut self, room: RoomId, bytes: Vec<u8>, now: u64) {
        self.gathered.local.insert(room, bytes);
        self.write_at.get_or_insert(now + GATHER_MS);
    }

    /// Returns when what was gathered is to be written.
    #[must_use]
    pub fn write_at(&self) -> Option<u64> {
        self.write_at
    }

    /// Returns what was gathered, to be written now.
    pub fn take_gathered(&mut self) -> Group {
        self.write_at = None;
        std::mem::take(&mut self.gathered)
    }

    /// Forgets operations that are on the disk now, or never will be.
    pub fn settled(&mut self, keys: &[Key]) {
        for key in keys {
            self.bytes -= self.operations.remove(key).map_or(0, |operation| operation.bytes().len());
        }
    }

    /// Returns an operation that waits.
    #[must_use]
    pub fn get(&self, key: &Key) -> Option<&Operation> {
        self.operations.get(key)
    }

    /// Returns all operations of a room that wait.
    pub fn of_room(&self, room: RoomId) -> impl Iterator<Item = &Operation> {
        self.operations.iter().filter(move |((of, _), _)| *of == room).map(|(_, operation)| operation)
    }

    /// Forgets everything: what was not written comes again by sync.
    pub fn clear(&mut self) {
        *self = Unsaved::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;
    use crate::identity::Identity;
    use crate::name::RoomName;
    use crate::operation::{ChainId, Header};
    use crate::payload::{Chat, Payload};

    fn operation() -> (Position, Operation) {
        let identity = Identity::from_secret([1; 32]);
        let chain = ChainId { author: identity.author(), log: 3 };
        let header =
            Header { room: RoomName::lobby().id(), chain, seq: 0, backlink: None, time: Timestamp::from_ms(1) };
        let operation = Operation::sign(&identity, header, &Payload::Chat(Chat { text: "x".to_owned() })).unwrap();
        (Position { author: identity.author(), lane: 3, index: 0 }, operation)
    }

    #[test]
    fn what_waits_is_counted_and_read_until_it_is_settled() {
        let (room, (position, operation)) = (RoomName::lobby().id(), operation());
        let key = (room, position);
        let mut unsaved = Unsaved::default();
        assert!(!unsaved.gather(room, vec![(position, operation.clone())], 100));
        assert!(!unsaved.gather(room, vec![(position, operation.clone())], 110), "the same once more");
        assert_eq!((unsaved.bytes, unsaved.write_at()), (operation.bytes().len(), Some(120)));
        assert_eq!((unsaved.get(&key), unsaved.of_room(room).count()), (Some(&operation), 1));
        assert_eq!((unsaved.take_gathered().operations.len(), unsaved.write_at()), (2, None));
        unsaved.settled(&[key, key]);
        assert_eq!((unsaved.bytes, unsaved.get(&key)), (0, None));
    }

    #[test]
    fn the_last_bytes_beside_a_room_are_written_with_what_is_gathered() {
        let (room, operation) = (RoomName::lobby().id(), operation());
        let mut unsaved = Unsaved::default();
        unsaved.put_local(room, vec![1], 100);
        assert_eq!(unsaved.write_at(), Some(120));
        unsaved.gather(room, vec![operation], 110);
        unsaved.put_local(room, vec![2], 115);
        let group = unsaved.take_gathered();
        assert_eq!((group.operations.len(), group.local), (1, BTreeMap::from([(room, vec![2])])));
        assert_eq!((unsaved.write_at(), unsaved.take_gathered()), (None, Group::default()));
    }

    #[test]
    fn it_is_bounded() {
        let (room, (position, operation)) = (RoomName::lobby().id(), operation());
        let mut unsaved = Unsaved::default();
        let mut full = false;
        for index in 0..MAX_OPERATIONS as u64 {
            assert!(unsaved.has_room());
            full |= unsaved.gather(room, vec![(Position { index, ..position }, operation.clone())], 0);
        }
        assert!(full && !unsaved.has_room());
        unsaved.clear();
        assert!(unsaved.has_room());
    }
}
