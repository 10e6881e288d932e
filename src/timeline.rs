//! Projection: the lines that people read, made from operations one by one.

use crate::event::{Entry, EntryBody};
use crate::game::{GameNotice, GameStep};
use crate::operation::{Operation, OperationId};
use crate::payload::Payload;

/// The line that an operation makes. `counts` is whether the fold took the step (see [`crate::fold::Fold::counts`]);
/// one that is a no-op says nothing. `open` reads a sealed line of a turn, if its word is known here.
#[must_use]
pub fn entry(
    operation: &Operation,
    payload: Payload,
    name: String,
    counts: bool,
    late: bool,
    open: impl Fn(OperationId, u32, &[u8]) -> Option<String>,
) -> Entry {
    Entry {
        id: operation.id(),
        author: operation.author(),
        name,
        time: operation.header().time.ms(),
        place: operation.key(),
        body: body(payload, counts, open),
        late,
        held_back: false,
    }
}

fn body(payload: Payload, counts: bool, open: impl Fn(OperationId, u32, &[u8]) -> Option<String>) -> EntryBody {
    match payload {
        Payload::Chat(chat) => EntryBody::Chat(chat.text),
        Payload::Profile(profile) => EntryBody::Named(profile.name.to_string()),
        Payload::Canvas { .. } => EntryBody::Drawing,
        Payload::Game(GameStep::Guessed { text, .. }) if counts => EntryBody::Guess(text),
        Payload::Game(GameStep::Whispered { game, turn, sealed }) if counts => {
            EntryBody::Whisper(open(game, turn, &sealed))
        }
        Payload::Game(step) if counts => EntryBody::Game(notice(step)),
        Payload::Game(_) => EntryBody::Game(GameNotice::Quiet),
        Payload::Unknown => EntryBody::Unknown,
    }
}

fn notice(step: GameStep) -> GameNotice {
    match step {
        GameStep::Proposed { rules, .. } => GameNotice::Proposed(rules),
        GameStep::Ready { .. } => GameNotice::Ready,
        GameStep::Started { .. } => GameNotice::Started,
        GameStep::Cancelled { reason, .. } => GameNotice::Cancelled(reason),
        GameStep::TurnBegan { .. } | GameStep::WordLocked { .. } => GameNotice::TurnBegan,
        GameStep::Hint { .. } => GameNotice::Hint,
        GameStep::Solved { .. } => GameNotice::Solved,
        GameStep::TurnEnded { reason, reveal, .. } => GameNotice::TurnEnded(reason, reveal.map(|reveal| reveal.word)),
        GameStep::Skip { .. } => GameNotice::Skip,
        GameStep::Kick { player, .. } => GameNotice::Kick(player),
        GameStep::MoreWords { .. }
        | GameStep::RosterClosed { .. }
        | GameStep::Opened { .. }
        | GameStep::Guessed { .. }
        | GameStep::Whispered { .. }
        | GameStep::Unblinded { .. } => GameNotice::Quiet,
    }
}
