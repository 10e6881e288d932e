//! Projection: the lines of a room's history, each made from one operation.

use crate::event::{Entry, EntryBody};
use crate::fold::{Fold, Step};
use crate::game::{GameNotice, GameStep};
use crate::identity::Author;
use crate::operation::{Operation, OperationId};
use crate::payload::{Payload, kind};

/// Returns the line of an operation. A game step that doesn't count has no text, and the word of a turn is left out unless
/// it was revealed truly. `open` decrypts a sealed line of a turn, if its word is known here.
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
            Payload::Game(step) if fold.counts(operation.key()) => {
                of_game(step, fold, fold.decided(operation.key()), open)
            }
            Payload::Game(_) => EntryBody::Game(GameNotice::Quiet),
            // A newer program's games may have many steps that this one doesn't know: they change nothing that is shown here.
            Payload::Unknown => match operation.kind() {
                kind::GAME => EntryBody::Game(GameNotice::Quiet),
                kind::STROKE | kind::CANVAS => EntryBody::Drawing,
                _ => EntryBody::Unknown,
            },
        },
        late,
        held_back: false,
    }
}

/// Returns the line of a vote by the present state of the fold, which may have changed since it was shown first.
#[must_use]
pub fn vote(step: &Step, vote: &GameStep, name: String, fold: &Fold) -> Entry {
    let counts = fold.counts(step.key);
    let said = if counts { notice(vote.clone(), fold, fold.decided(step.key)) } else { GameNotice::Quiet };
    Entry {
        id: step.id,
        author: step.author(),
        name,
        time: step.key.time.ms(),
        place: step.key,
        body: EntryBody::Game(said),
        late: false,
        held_back: false,
    }
}

/// Returns the line of a step that counts; `decided` is the player about whom its vote decided, if it did.
fn of_game(
    step: GameStep,
    fold: &Fold,
    decided: Option<Author>,
    open: impl Fn(OperationId, u32, &[u8]) -> Option<String>,
) -> EntryBody {
    match step {
        GameStep::Guessed { text, .. } => EntryBody::Guess(text),
        GameStep::Whispered { game, turn, sealed } => EntryBody::Whisper(open(game, turn, &sealed)),
        step => EntryBody::Game(notice(step, fold, decided)),
    }
}

fn notice(step: GameStep, fold: &Fold, decided: Option<Author>) -> GameNotice {
    match step {
        GameStep::Proposed { rules, .. } => GameNotice::Proposed(rules),
        GameStep::Ready { .. } => GameNotice::Ready,
        GameStep::Started { .. } => GameNotice::Started,
        GameStep::Cancelled { reason, .. } => GameNotice::Cancelled(reason),
        GameStep::TurnBegan { .. } | GameStep::WordLocked { .. } => GameNotice::TurnBegan,
        GameStep::Hint { .. } => GameNotice::Hint,
        GameStep::Solved { .. } => GameNotice::Solved,
        GameStep::TurnEnded { game, turn, reason, reveal, .. } => {
            let revealed = reveal.filter(|_| fold.has_revealed(game, turn));
            GameNotice::TurnEnded(reason, revealed.map(|reveal| reveal.word))
        }
        GameStep::Skip { reason: None, .. } => GameNotice::Skip,
        // Votes of programs are shown only once they have decided something.
        GameStep::Skip { reason: Some(_), .. } => decided.map_or(GameNotice::Quiet, GameNotice::NoAnswer),
        GameStep::Absent { .. } => decided.map_or(GameNotice::Quiet, GameNotice::Absent),
        GameStep::Kick { player, .. } => GameNotice::Kick(player),
        GameStep::Left { .. } => GameNotice::Left,
        GameStep::End { .. } if decided.is_some() => GameNotice::Ended,
        GameStep::End { .. } => GameNotice::End,
        GameStep::MoreWords { .. }
        | GameStep::RosterClosed { .. }
        | GameStep::Opened { .. }
        | GameStep::Guessed { .. }
        | GameStep::Here { .. }
        | GameStep::Whispered { .. }
        | GameStep::Unblinded { .. } => GameNotice::Quiet,
    }
}

#[cfg(test)]
mod tests {
    use serde_bytes::ByteBuf;

    use super::*;
    use crate::clock::Timestamp;
    use crate::codec;
    use crate::identity::Identity;
    use crate::name::RoomName;

    /// Returns the line of an operation with a payload that can't be read.
    fn unread(payload: &[u8]) -> EntryBody {
        let identity = Identity::from_secret([1; 32]);
        let backlink = None::<OperationId>;
        let (room, time) = (RoomName::lobby().id(), Timestamp::from_ms(1));
        let body = (1, room, identity.author(), 7, 0, backlink, time, 0, ByteBuf::from(payload));
        let mut bytes = codec::encode(&body, 999).unwrap();
        bytes.extend_from_slice(&identity.sign(&bytes));
        let operation = Operation::verify(&bytes).unwrap();
        assert_eq!(operation.payload(), Payload::Unknown);
        entry(&operation, operation.payload(), String::new(), &Fold::default(), false, |_, _, _| None).body
    }

    #[test]
    fn unreadable_talk_and_kinds_are_shown_but_not_unreadable_steps() {
        for payload in [&b""[..], b"\x01\xa0", b"\x02\xa0", b"\x09\xa0"] {
            assert_eq!(unread(payload), EntryBody::Unknown, "{payload:?}");
        }
        assert_eq!(unread(b"\x04\xa1\x65newer\xa0"), EntryBody::Game(GameNotice::Quiet));
        for payload in [&b"\x03\xf6"[..], b"\x05\xa0"] {
            assert_eq!(unread(payload), EntryBody::Drawing, "{payload:?}");
        }
    }
}
