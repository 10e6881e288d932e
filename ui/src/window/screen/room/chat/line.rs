//! One line of the history.

use inkmesh::clock::MAX_AHEAD_MS;
use inkmesh::event::{Entry, EntryBody};
use inkmesh::game::GameNotice;
use inkmesh::operation::{OperationId, OrderKey};

/// The position of a line in the history.
pub type Position = (OrderKey, OperationId);

pub fn position(entry: &Entry) -> Position {
    (entry.place, entry.id)
}

/// Returns the key of a line on the screen: its id is a hash, and eight bytes of it are enough.
pub fn key(id: OperationId) -> u64 {
    let [.., a, b, c, d, e, f, g, h] = id.0;
    u64::from_be_bytes([a, b, c, d, e, f, g, h])
}

/// Returns when others see a line that is dated in the future, in milliseconds since 1970.
pub fn seen_at(entry: &Entry) -> u64 {
    entry.time.saturating_sub(MAX_AHEAD_MS)
}

/// Returns whether an entry is shown in the chat: strokes and internal steps of a game are not, and letters are shown in
/// the word itself.
pub fn is_shown(entry: &Entry) -> bool {
    !matches!(entry.body, EntryBody::Drawing | EntryBody::Game(GameNotice::Quiet | GameNotice::Hint))
}

/// Returns whether an entry is a line that somebody wrote and that we may read.
pub fn is_talk(entry: &Entry) -> bool {
    words(entry).is_some()
}

/// Returns the text of a line, if we may read it.
pub fn words(entry: &Entry) -> Option<&str> {
    match &entry.body {
        EntryBody::Chat(words) | EntryBody::Guess(words) | EntryBody::Whisper(Some(words)) => Some(words),
        _ => None,
    }
}

/// Returns whether a line is for those who know the word.
pub fn is_whisper(entry: &Entry) -> bool {
    matches!(entry.body, EntryBody::Whisper(_))
}
