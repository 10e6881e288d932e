//! Read marks of the open room: where the unread lines begin, which lines arrived late, and the search for these.

use inkmesh::clock::Timestamp;
use inkmesh::event::{Entry, Late, ReadStateView};
use inkmesh::operation::{ChainId, OperationId, OrderKey};

use super::line::{Position, position};

/// The most runs of late lines that stay marked while a room is open. The oldest goes first.
const MAX_MARKED: usize = 64;

/// The read marks of a room.
#[derive(Debug, Default)]
pub struct ReadMarks {
    view: ReadStateView,
    /// The last line that had been read when the first unread one came. The unread ones begin below it.
    divider: Option<Divider>,
    /// The late lines that were announced since the room was opened. They stay marked when the announcement goes.
    marked: Vec<Late>,
    /// The line up to which everything was marked as read.
    read: Option<Position>,
}

/// The divider above the unread lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Divider {
    /// Below this line, which has not been loaded yet.
    Unloaded(OperationId),
    /// Below this position.
    At(Position),
}

impl ReadMarks {
    pub fn opened(view: ReadStateView) -> Self {
        let mut marks = ReadMarks::default();
        marks.update(view, false);
        marks
    }

    /// Updates the marks. Lines that come while the person reads along get no divider. Returns whether lines look
    /// different now.
    pub fn update(&mut self, view: ReadStateView, being_read: bool) -> bool {
        let before = (self.divider, self.marked.len());
        if self.view.unread == 0 && view.unread > 0 && !being_read {
            self.divider = view.mark.map(|mark| match self.read {
                Some(position) if position.1 == mark => Divider::At(position),
                _ => Divider::Unloaded(mark),
            });
        }
        for late in &view.late {
            // The count and the end of a run grow while it comes in.
            self.marked.retain(|marked| (marked.author, marked.first) != (late.author, late.first));
            self.marked.push(late.clone());
        }
        let surplus = self.marked.len().saturating_sub(MAX_MARKED);
        self.marked.drain(..surplus);
        let changed = self.view.late != view.late;
        self.view = view;
        changed || before != (self.divider, self.marked.len())
    }

    /// Looks for the position of the divider among lines that were loaded.
    pub fn loaded(&mut self, entries: &[Entry]) {
        if let Some(Divider::Unloaded(id)) = self.divider
            && let Some(entry) = entries.iter().find(|entry| entry.id == id)
        {
            self.divider = Some(Divider::At(position(entry)));
        }
    }

    /// Returns the position below which the unread lines begin, when it is known.
    pub fn divider(&self) -> Option<Position> {
        match self.divider {
            Some(Divider::At(position)) => Some(position),
            Some(Divider::Unloaded(_)) | None => None,
        }
    }

    /// Returns the lines that arrived above those that had been read, by author.
    pub fn late(&self) -> &[Late] {
        &self.view.late
    }

    /// Removes the announcements.
    pub fn dismiss_late(&mut self) {
        self.view.late.clear();
    }

    /// Returns whether a line arrived late.
    pub fn is_late(&self, entry: &Entry) -> bool {
        let holds = |late: &Late| late.author == entry.author && (late.from_ms..=late.to_ms).contains(&entry.time);
        self.marked.iter().any(holds)
    }

    /// Marks everything up to this line as read. Returns whether the node does not know that.
    pub fn mark(&mut self, upto: Position) -> bool {
        let news = self.is_news(upto);
        self.read = Some(upto);
        news
    }

    /// Returns whether the node doesn't know that this line was read.
    pub fn is_news(&self, upto: Position) -> bool {
        self.view.mark != Some(upto.1) && self.read != Some(upto)
    }
}

/// Returns the `room` largest announcements, the largest first, and the number of lines and of authors of the others.
pub fn announced(late: &[Late], room: usize) -> (Vec<&Late>, Option<(u64, usize)>) {
    let mut late: Vec<&Late> = late.iter().collect();
    late.sort_by_key(|late| (std::cmp::Reverse(late.count), late.author));
    let others = late.split_off(late.len().min(room));
    let rest = (!others.is_empty()).then(|| (others.iter().map(|late| late.count).sum(), others.len()));
    (late, rest)
}

/// A search for somebody's late lines.
#[derive(Debug)]
pub struct Seek {
    /// The first of the lines.
    pub first: OperationId,
    /// Its approximate position.
    pub position: Position,
    /// The line before which history was requested.
    pub before: OperationId,
    /// The number of pages that may still be searched.
    pub pages: usize,
    /// The last page, which stands below the one that was requested.
    pub below: Vec<Entry>,
}

impl Seek {
    /// Searches for somebody's late lines, above `before`.
    pub fn new(late: &Late, before: OperationId, pages: usize) -> Self {
        Seek { first: late.first, position: position_of(late), before, pages, below: Vec::new() }
    }

    /// Returns whether the first line is on a page, or would have to be.
    pub fn is_on(&self, page: &[Entry]) -> bool {
        page.iter().any(|entry| entry.id == self.first)
            || page.first().is_none_or(|entry| position(entry) < self.position)
    }
}

/// Returns the approximate position where somebody's late lines begin: none of them stands above it.
pub fn position_of(late: &Late) -> Position {
    let (time, chain) = (Timestamp::from_ms(late.from_ms), ChainId { author: late.author, log: 0 });
    (OrderKey { time, chain, seq: 0, id: 0 }, late.first)
}
