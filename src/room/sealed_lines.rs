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
