//! Received operations that are in their room's log and on their way to the disk, and the few bytes that are kept beside
//! each log. Until the operations are there, they are read from here.

use std::collections::BTreeMap;

use inkmesh_store::{ChainKey, Record};

use crate::log::Position;
use crate::name::RoomId;
use crate::operation::Operation;

/// Operations that may wait for the disk. While there are more, gossip is left to catching up.
const MAX_OPERATIONS: usize = 8_192;
/// Their bytes, likewise.
const MAX_BYTES: usize = 12 << 20;
/// How long they are gathered before they are written together, in milliseconds.
const GATHER_MS: u64 = 20;
/// How many are gathered at most.
const MAX_GROUP: usize = 1024;

/// Where a record stands in the store.
pub(super) type Key = (ChainKey, u64);

/// Where the store keeps an operation of a room.
pub(super) fn key_of(room: RoomId, place: Position) -> Key {
    (ChainKey { room: room.0, author: place.author.0, log: place.lane }, place.index)
}

/// What waits for the disk.
#[derive(Debug, Default)]
pub(super) struct Unsaved {
    operations: BTreeMap<Key, Operation>,
    bytes: usize,
    /// Those that are gathered, and when they are to be written.
    gathered: Vec<Record>,
    /// The last value of each name, to be written with them.
    values: BTreeMap<String, Vec<u8>>,
    write_at: Option<u64>,
}

impl Unsaved {
    /// Whether there is room for more.
    pub(super) fn has_room(&self) -> bool {
        self.operations.len() < MAX_OPERATIONS && self.bytes < MAX_BYTES
    }

    /// Takes operations in. Returns whether enough are gathered to be written at once.
    pub(super) fn gather(&mut self, room: RoomId, operations: Vec<(Position, Operation)>, now: u64) -> bool {
        for (place, operation) in operations {
            let (chain, seq) = key_of(room, place);
            self.gathered.push(Record { chain, seq, bytes: operation.bytes().to_vec() });
            self.bytes += operation.bytes().len();
            if let Some(before) = self.operations.insert((chain, seq), operation) {
                self.bytes -= before.bytes().len();
            }
        }
        self.write_at.get_or_insert(now + GATHER_MS);
        self.gathered.len() >= MAX_GROUP
    }

    /// Takes a named value, in the place of the one before. It is written with the operations that are gathered, or come
    /// next, never after them.
    pub(super) fn note(&mut self, name: String, value: Vec<u8>, now: u64) {
        self.values.insert(name, value);
        self.write_at.get_or_insert(now + GATHER_MS);
    }

    /// When what was gathered is to be written.
    pub(super) fn write_at(&self) -> Option<u64> {
        self.write_at
    }

    /// What was gathered, to be written now.
    pub(super) fn take_gathered(&mut self) -> (Vec<Record>, Vec<(String, Vec<u8>)>) {
        self.write_at = None;
        (std::mem::take(&mut self.gathered), std::mem::take(&mut self.values).into_iter().collect())
    }

    /// These are on the disk now, or never will be.
    pub(super) fn settled(&mut self, keys: &[Key]) {
        for key in keys {
            self.bytes -= self.operations.remove(key).map_or(0, |operation| operation.bytes().len());
        }
    }

    /// An operation that waits.
    pub(super) fn get(&self, key: &Key) -> Option<&Operation> {
        self.operations.get(key)
    }

    /// All that wait of a room.
    pub(super) fn of_room(&self, room: RoomId) -> impl Iterator<Item = &Operation> {
        self.operations.iter().filter(move |((chain, _), _)| chain.room == room.0).map(|(_, operation)| operation)
    }

    /// Forgets everything: what was not written comes again by catching up.
    pub(super) fn clear(&mut self) {
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
        let (room, (place, operation)) = (RoomName::lobby().id(), operation());
        let key = key_of(room, place);
        let mut unsaved = Unsaved::default();
        assert!(!unsaved.gather(room, vec![(place, operation.clone())], 100));
        assert!(!unsaved.gather(room, vec![(place, operation.clone())], 110), "the same once more");
        assert_eq!((unsaved.bytes, unsaved.write_at()), (operation.bytes().len(), Some(120)));
        assert_eq!((unsaved.get(&key), unsaved.of_room(room).count()), (Some(&operation), 1));
        assert_eq!((unsaved.take_gathered().0.len(), unsaved.write_at()), (2, None));
        unsaved.settled(&[key, key]);
        assert_eq!((unsaved.bytes, unsaved.get(&key)), (0, None));
    }

    #[test]
    fn the_last_value_of_a_name_is_written_with_what_is_gathered() {
        let (room, operation) = (RoomName::lobby().id(), operation());
        let mut unsaved = Unsaved::default();
        unsaved.note("a".to_owned(), vec![1], 100);
        assert_eq!(unsaved.write_at(), Some(120));
        unsaved.gather(room, vec![operation], 110);
        unsaved.note("a".to_owned(), vec![2], 115);
        let (records, values) = unsaved.take_gathered();
        assert_eq!((records.len(), values), (1, vec![("a".to_owned(), vec![2])]));
        assert_eq!((unsaved.write_at(), unsaved.take_gathered().1.len()), (None, 0));
    }

    #[test]
    fn it_is_bounded() {
        let (room, (place, operation)) = (RoomName::lobby().id(), operation());
        let mut unsaved = Unsaved::default();
        let mut full = false;
        for index in 0..MAX_OPERATIONS as u64 {
            assert!(unsaved.has_room());
            full |= unsaved.gather(room, vec![(Position { index, ..place }, operation.clone())], 0);
        }
        assert!(full && !unsaved.has_room());
        unsaved.clear();
        assert!(unsaved.has_room());
    }
}
