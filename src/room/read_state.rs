//! What our person has read of a room: a mark that only moves forward, and the lines that arrived above it since.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::event::{Late, ReadStateView};
use crate::identity::Author;
use crate::log::Log;
use crate::operation::{Operation, OperationId, OrderKey};
use crate::payload::kind;
use crate::people::People;

/// Largest number of authors of late lines that are told apart. Lines of more authors are counted with the last of these.
const MAX_LATE: usize = 64;

/// The last line that was read, and the late lines by author.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ReadState {
    mark: Option<(OrderKey, OperationId)>,
    late: BTreeMap<Author, Span>,
    /// The number of lines of others after the mark, counted anew when the mark moves.
    #[serde(skip)]
    unread: u64,
}

/// The late lines of one author.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Span {
    count: u64,
    first: (OrderKey, OperationId),
    last: OrderKey,
}

/// Returns whether operations of this kind are lines for people to read: talk and drawings.
fn is_line(kind: u8) -> bool {
    matches!(kind, kind::CHAT | kind::STROKE | kind::CANVAS)
}

impl ReadState {
    /// Marks everything up to this line as read; `counts`: whether an author's lines are counted. Returns whether the mark moved.
    pub(super) fn mark(&mut self, key: OrderKey, id: OperationId, log: &Log, counts: impl Fn(Author) -> bool) -> bool {
        let news = self.mark.is_none_or(|(mark, _)| mark < key);
        if news {
            self.mark = Some((key, id));
            self.count(log, counts);
        }
        news
    }

    /// Counts the unread lines anew, of authors whose lines count.
    pub(super) fn count(&mut self, log: &Log, counts: impl Fn(Author) -> bool) {
        let counted = |author, kind| is_line(kind) && counts(author);
        self.unread = self.mark.map_or(0, |(mark, _)| log.count_after(mark, counted));
    }

    /// Forgets the late lines. Returns whether there were any.
    pub(super) fn dismiss(&mut self) -> bool {
        !std::mem::take(&mut self.late).is_empty()
    }

    /// Forgets the late lines of these authors.
    pub(super) fn forget_late_of(&mut self, authors: &BTreeSet<Author>) {
        self.late.retain(|author, _| !authors.contains(author));
    }

    /// Counts operations that arrived. Returns whether there are lines among them of authors whose lines count.
    pub(super) fn arrived<'a>(
        &mut self,
        operations: impl Iterator<Item = &'a Operation>,
        counts: impl Fn(Author) -> bool,
    ) -> bool {
        let Some((mark, _)) = self.mark else { return false };
        let mut news = false;
        for operation in operations.filter(|operation| is_line(operation.kind()) && counts(operation.author())) {
            news = true;
            if operation.key() > mark {
                self.unread += 1;
            } else {
                self.came_late(operation.author(), operation.key(), operation.id());
            }
        }
        news
    }

    fn came_late(&mut self, author: Author, key: OrderKey, id: OperationId) {
        let full = self.late.len() >= MAX_LATE && !self.late.contains_key(&author);
        let whose = if full { self.late.keys().next_back().copied().unwrap_or(author) } else { author };
        let span = self.late.entry(whose).or_insert(Span { count: 0, first: (key, id), last: key });
        span.count += 1;
        span.first = span.first.min((key, id));
        span.last = span.last.max(key);
    }

    /// Returns the number of lines of others after the mark.
    pub(super) fn unread(&self) -> u64 {
        self.unread
    }

    /// Returns the state as a frontend is shown it.
    pub(super) fn view(&self, people: &People) -> ReadStateView {
        let late = self.late.iter().map(|(author, span)| Late {
            author: *author,
            name: people.name(*author),
            count: span.count,
            first: span.first.1,
            from_ms: span.first.0.time.ms(),
            to_ms: span.last.time.ms(),
        });
        ReadStateView { mark: self.mark.map(|(_, id)| id), unread: self.unread, late: late.collect() }
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

    fn said(who: u8, ms: u64) -> Operation {
        let identity = Identity::from_secret([who; 32]);
        let chain = ChainId { author: identity.author(), log: ms };
        let time = Timestamp::from_ms(ms);
        let header = Header { room: RoomName::lobby().id(), chain, seq: 0, backlink: None, time };
        Operation::sign(&identity, header, &Payload::Chat(Chat { text: "x".to_owned() })).unwrap()
    }

    #[test]
    fn late_lines_are_told_by_author_and_newer_ones_are_unread() {
        let me = Identity::from_secret([9; 32]).author();
        let counts = |author| author != me;
        let log = Log::new(RoomName::lobby().id());
        let mut state = ReadState::default();
        assert!(!state.arrived([said(1, 5)].iter(), counts), "nothing was read yet");
        let mark = said(1, 50);
        assert!(state.mark(mark.key(), mark.id(), &log, counts));
        assert!(!state.mark(said(1, 40).key(), said(1, 40).id(), &log, counts), "the mark only moves forward");
        let arrived = [said(1, 10), said(1, 20), said(2, 30), said(9, 35), said(2, 60), said(9, 70)];
        assert!(state.arrived(arrived.iter(), counts));
        let view = state.view(&People::default());
        assert_eq!((view.mark, view.unread), (Some(mark.id()), 1));
        let of_first = view.late.iter().find(|late| late.author == said(1, 0).author()).unwrap();
        assert_eq!((of_first.count, of_first.first, of_first.from_ms, of_first.to_ms), (2, said(1, 10).id(), 10, 20));
        assert_eq!(view.late.iter().map(|late| late.count).sum::<u64>(), 3);
        assert!(state.dismiss() && !state.dismiss());
    }

    #[test]
    fn late_lines_of_a_crowd_stay_bounded_and_none_is_forgotten() {
        let me = Identity::from_secret([255; 32]).author();
        let mut state = ReadState::default();
        let mark = said(1, 5_000);
        state.mark(mark.key(), mark.id(), &Log::new(RoomName::lobby().id()), |author| author != me);
        let crowd: Vec<Operation> = (0..200).map(|who| said(who, 10)).collect();
        state.arrived(crowd.iter(), |author| author != me);
        assert_eq!(state.late.len(), MAX_LATE);
        assert_eq!(state.late.values().map(|span| span.count).sum::<u64>(), 200);
    }
}
