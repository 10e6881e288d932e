//! Sealed lines that can't be read yet: the talk of players who know the word of a turn.

use std::collections::BTreeMap;

use crate::event::{Entry, EntryBody};
use crate::game::GameStep;
use crate::game::secret::WordKey;
use crate::operation::OperationId;
use crate::payload::Payload;

/// Largest number of lines that wait for their word.
const MAX_LINES: usize = 512;
/// Largest number of them by one author, so that nobody's talk takes the room of others'.
const MAX_LINES_OF_AUTHOR: usize = 64;

/// The sealed lines of a room, in the order of their arrival.
#[derive(Debug, Default)]
pub(super) struct SealedLines(Vec<SealedLine>);

#[derive(Debug)]
struct SealedLine {
    game: OperationId,
    turn: u32,
    sealed: Vec<u8>,
    entry: Entry,
}

impl SealedLines {
    /// Remembers the line of a payload, if it is sealed and could not be opened.
    pub(super) fn remember(&mut self, entry: &Entry, payload: &Payload) {
        let by_author = || self.0.iter().filter(|line| line.entry.author == entry.author).count();
        if let (Payload::Game(GameStep::Whispered { game, turn, sealed }), EntryBody::Whisper(None)) =
            (payload, &entry.body)
            && self.0.len() < MAX_LINES
            && by_author() < MAX_LINES_OF_AUTHOR
        {
            self.0.push(SealedLine { game: *game, turn: *turn, sealed: sealed.clone(), entry: entry.clone() });
        }
    }

    /// Returns the lines that can be read now, to be emitted again. `word_key` gives the key of the word of a turn, if it is
    /// known. A line that the word of its turn doesn't open is dropped: it can never be read.
    pub(super) fn open(&mut self, word_key: impl Fn(OperationId, u32) -> Option<WordKey>) -> Vec<Entry> {
        // A key is expensive to derive, and serves for all lines of its turn.
        let mut keys = BTreeMap::new();
        let mut readable = Vec::new();
        self.0.retain_mut(|line| {
            let key = keys.entry((line.game, line.turn)).or_insert_with(|| word_key(line.game, line.turn));
            let Some(key) = key else { return true };
            if let Some(text) = key.open(line.entry.author, &line.sealed) {
                readable.push(Entry { body: EntryBody::Whisper(Some(text)), ..line.entry.clone() });
            }
            false
        });
        readable
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;
    use crate::game::secret::TurnKey;
    use crate::identity::{Author, Identity};
    use crate::operation::{ChainId, OrderKey};

    const GAME: OperationId = OperationId([9; 32]);

    fn key(word: &str) -> WordKey {
        TurnKey::new(&Identity::from_secret([1; 32]), &[0; 32], GAME, 0).word_key(word)
    }

    /// A line that somebody sealed, as it stands in the history of those who can't read it.
    fn line(who: u8, number: u64, sealed: Vec<u8>) -> (Entry, Payload) {
        let author = Author([who; 32]);
        let id = OperationId(blake3::hash(&[&[who][..], &number.to_be_bytes()].concat()).into());
        let place = OrderKey { time: Timestamp::default(), chain: ChainId { author, log: 0 }, seq: number, id: 0 };
        let body = EntryBody::Whisper(None);
        let entry = Entry { id, author, name: String::new(), time: 0, place, body, late: false, held_back: false };
        (entry, Payload::Game(GameStep::Whispered { game: GAME, turn: 0, sealed }))
    }

    fn sealed(who: u8, text: &str) -> Vec<u8> {
        key("banana").seal(Author([who; 32]), 0, text).unwrap()
    }

    fn texts(entries: &[Entry]) -> Vec<&EntryBody> {
        entries.iter().map(|entry| &entry.body).collect()
    }

    #[test]
    fn a_line_waits_for_its_word_and_is_read_once() {
        let mut lines = SealedLines::default();
        for (entry, payload) in
            [line(2, 0, sealed(2, "well done")), line(3, 0, sealed(2, "copied")), line(4, 0, vec![7])]
        {
            lines.remember(&entry, &payload);
        }
        assert_eq!(lines.open(|_, _| None), []);
        let derived = std::cell::Cell::new(0);
        let readable = lines.open(|game, turn| {
            derived.set(derived.get() + 1);
            (game == GAME && turn == 0).then(|| key("banana"))
        });
        assert_eq!(texts(&readable), [&EntryBody::Whisper(Some("well done".to_owned()))]);
        assert_eq!(derived.get(), 1, "one key for all lines of a turn");
        assert_eq!(lines.open(|_, _| panic!("lines that no word opens are dropped")), []);
    }

    #[test]
    fn only_sealed_lines_that_could_not_be_opened_are_remembered() {
        let mut lines = SealedLines::default();
        let (entry, payload) = line(2, 0, sealed(2, "x"));
        let read = Entry { body: EntryBody::Whisper(Some("x".to_owned())), ..entry.clone() };
        lines.remember(&read, &payload);
        lines.remember(&entry, &Payload::Chat(crate::payload::Chat { text: "x".to_owned() }));
        assert!(lines.0.is_empty());
        lines.remember(&entry, &payload);
        assert_eq!(lines.0.len(), 1);
    }

    #[test]
    fn nobody_takes_the_room_of_others() {
        let mut lines = SealedLines::default();
        for who in 0..20 {
            for number in 0..100 {
                let (entry, payload) = line(who, number, vec![7]);
                lines.remember(&entry, &payload);
            }
            let of_author = lines.0.iter().filter(|line| line.entry.author == Author([who; 32])).count();
            assert_eq!(of_author, if who < 8 { MAX_LINES_OF_AUTHOR } else { 0 });
        }
        assert_eq!(lines.0.len(), MAX_LINES);
    }
}
