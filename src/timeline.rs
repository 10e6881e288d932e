//! Projection: the lines that people read, made from operations one by one.

use crate::event::{Entry, EntryBody};
use crate::game::{GameNotice, GameStep};
use crate::operation::Operation;
use crate::payload::Payload;

/// The line that an operation makes. `counts` is whether the fold took the step (see [`crate::fold::Fold::counts`]);
/// one that is a no-op says nothing.
#[must_use]
pub fn entry(operation: &Operation, payload: Payload, name: String, counts: bool, late: bool) -> Entry {
    Entry {
        id: operation.id(),
        author: operation.author(),
        name,
        time: operation.header().time.ms(),
        place: operation.key(),
        body: body(payload, counts),
        late,
        held_back: false,
    }
}

fn body(payload: Payload, counts: bool) -> EntryBody {
    match payload {
        Payload::Chat(chat) => EntryBody::Chat(chat.text),
        Payload::Profile(profile) => EntryBody::Named(profile.name.to_string()),
        Payload::Canvas { .. } => EntryBody::Drawing,
        Payload::Game(step) if counts => EntryBody::Game(notice(&step)),
        Payload::Game(_) => EntryBody::Game(GameNotice::Quiet),
        Payload::Unknown => EntryBody::Unknown,
    }
}

fn notice(step: &GameStep) -> GameNotice {
    match step {
        GameStep::Proposed { rules } => GameNotice::Proposed(*rules),
        GameStep::Ready { .. } => GameNotice::Ready,
        GameStep::Started { .. } => GameNotice::Started,
        GameStep::Cancelled { reason, .. } => GameNotice::Cancelled(*reason),
        GameStep::TurnBegan { .. } => GameNotice::TurnBegan,
        GameStep::TurnEnded { reason, .. } => GameNotice::TurnEnded(*reason),
        GameStep::Skip { .. } => GameNotice::Skip,
        GameStep::Kick { player, .. } => GameNotice::Kick(*player),
        GameStep::RosterClosed { .. } | GameStep::Opened { .. } => GameNotice::Quiet,
    }
}
