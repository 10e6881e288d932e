//! Projection: the lines that people read, made from operations one by one.

use crate::event::{Entry, EntryBody};
use crate::fold::Fold;
use crate::game::{GameNotice, GameStep};
use crate::operation::{Operation, OperationId};
use crate::payload::Payload;

/// The line that an operation makes. Of a game, a step that the fold found to be a no-op says nothing, and a word that it
/// didn't find to be true is not told. `open` reads a sealed line of a turn, if its word is known here.
#[must_use]
pub fn entry(
    operation: &Operation,
    payload: Payload,
    name: String,
    fold: &Fold,
    late: bool,
    open: impl Fn(OperationId, u32, &[u8]) -> Option<String>,
) -> Entry {
    Entry {
        id: operation.id(),
        author: operation.author(),
        name,
        time: operation.header().time.ms(),
        place: operation.key(),
        body: match payload {
            Payload::Chat(chat) => EntryBody::Chat(chat.text),
            Payload::Profile(profile) => EntryBody::Named(profile.name.to_string()),
            Payload::Canvas { .. } => EntryBody::Drawing,
            Payload::Game(step) if fold.counts(operation.key()) => of_game(step, fold, open),
            Payload::Game(_) => EntryBody::Game(GameNotice::Quiet),
            Payload::Unknown => EntryBody::Unknown,
        },
        late,
        held_back: false,
    }
}

/// What a step that counts says.
fn of_game(step: GameStep, fold: &Fold, open: impl Fn(OperationId, u32, &[u8]) -> Option<String>) -> EntryBody {
    match step {
        GameStep::Guessed { text, .. } => EntryBody::Guess(text),
        GameStep::Whispered { game, turn, sealed } => EntryBody::Whisper(open(game, turn, &sealed)),
        step => EntryBody::Game(notice(step, fold)),
    }
}

fn notice(step: GameStep, fold: &Fold) -> GameNotice {
    match step {
        GameStep::Proposed { rules, .. } => GameNotice::Proposed(rules),
        GameStep::Ready { .. } => GameNotice::Ready,
        GameStep::Started { .. } => GameNotice::Started,
        GameStep::Cancelled { reason, .. } => GameNotice::Cancelled(reason),
        GameStep::TurnBegan { .. } | GameStep::WordLocked { .. } => GameNotice::TurnBegan,
        GameStep::Hint { .. } => GameNotice::Hint,
        GameStep::Solved { .. } => GameNotice::Solved,
        GameStep::TurnEnded { game, turn, reason, reveal, .. } => {
            let told = reveal.filter(|_| fold.has_told(game, turn));
            GameNotice::TurnEnded(reason, told.map(|reveal| reveal.word))
        }
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
