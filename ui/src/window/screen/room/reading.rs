//! What of the room that is looked at was read: where the unread lines begin, what arrived late, what is being looked
//! for among older lines.

use inkmesh::clock::Timestamp;
use inkmesh::event::{Entry, Late, ReadingView};
use inkmesh::operation::{ChainId, OperationId, OrderKey};

use super::chat::{Place, place};

/// Most stretches of late lines that stay marked while a room is looked at; the oldest goes first.
const MAX_MARKED: usize = 64;

/// What was read.
#[derive(Debug, Default)]
pub struct Reading {
    view: ReadingView,
    /// The last line that had been read when the first unread one came: the unread ones begin below it.
    divider: Option<Divider>,
    /// Late lines that were announced since the room was opened: they stay marked when the announcement goes.
    marked: Vec<Late>,
    /// The line up to which the node was last told that everything was read.
    told: Option<Place>,
}

/// Where the unread lines begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Divider {
    /// Below this line, which has not been among the loaded ones yet.
    Wanted(OperationId),
    /// Below this place.
    At(Place),
}

impl Reading {
    /// The room is opened with this view of it.
    pub fn opened(view: ReadingView) -> Self {
        let mut reading = Reading::default();
        reading.update(view, false);
        reading
    }

    /// It changed. What comes while somebody reads along is not set off from the rest. Returns whether lines have to
    /// be shown in another way.
    pub fn update(&mut self, view: ReadingView, being_read: bool) -> bool {
        let before = (self.divider, self.marked.len());
        if self.view.unread == 0 && view.unread > 0 && !being_read {
            self.divider = view.mark.map(|mark| match self.told {
                Some(place) if place.1 == mark => Divider::At(place),
                _ => Divider::Wanted(mark),
            });
        }
        for late in &view.late {
            // The count and the end of a stretch grow while it comes in.
            self.marked.retain(|marked| (marked.author, marked.first) != (late.author, late.first));
            self.marked.push(late.clone());
        }
        let surplus = self.marked.len().saturating_sub(MAX_MARKED);
        self.marked.drain(..surplus);
        let changed = self.view.late != view.late;
        self.view = view;
        changed || before != (self.divider, self.marked.len())
    }

    /// These lines have been loaded: the place below which the unread ones begin may be among them.
    pub fn loaded(&mut self, entries: &[Entry]) {
        if let Some(Divider::Wanted(id)) = self.divider
            && let Some(entry) = entries.iter().find(|entry| entry.id == id)
        {
            self.divider = Some(Divider::At(place(entry)));
        }
    }

    /// The place below which the unread lines begin, when it is known.
    pub fn divider(&self) -> Option<Place> {
        match self.divider {
            Some(Divider::At(place)) => Some(place),
            Some(Divider::Wanted(_)) | None => None,
        }
    }

    /// What arrived above what had been read, by author.
    pub fn late(&self) -> &[Late] {
        &self.view.late
    }

    /// Takes the announcements away.
    pub fn dismiss_late(&mut self) {
        self.view.late.clear();
    }

    /// Whether a line arrived late.
    pub fn is_late(&self, entry: &Entry) -> bool {
        let holds = |late: &Late| late.author == entry.author && (late.from_ms..=late.to_ms).contains(&entry.time);
        self.marked.iter().any(holds)
    }

    /// Everything up to this line was read; returns whether the node has to be told.
    pub fn tell(&mut self, upto: Place) -> bool {
        let news = self.is_news(upto);
        self.told = Some(upto);
        news
    }

    /// Whether the node doesn't know yet that this line was read.
    pub fn is_news(&self, upto: Place) -> bool {
        self.view.mark != Some(upto.1) && self.told != Some(upto)
    }
}

/// The announcements that there is room for, the largest first, and what the others hold: their lines and authors.
pub fn announced(late: &[Late], room: usize) -> (Vec<&Late>, Option<(u64, usize)>) {
    let mut late: Vec<&Late> = late.iter().collect();
    late.sort_by_key(|late| (std::cmp::Reverse(late.count), late.author));
    let others = late.split_off(late.len().min(room));
    let rest = (!others.is_empty()).then(|| (others.iter().map(|late| late.count).sum(), others.len()));
    (late, rest)
}

/// Somebody's late lines that are being looked for.
#[derive(Debug)]
pub struct Seek {
    /// The first of them.
    pub first: OperationId,
    /// About where it stands.
    pub place: Place,
    /// The line before which history was asked for.
    pub before: OperationId,
    /// So many pages more are looked through.
    pub pages: usize,
    /// The page that came last: it stands below the one that is awaited.
    pub below: Vec<Entry>,
}

impl Seek {
    /// Looks for somebody's late lines, above `before`.
    pub fn new(late: &Late, before: OperationId, pages: usize) -> Self {
        Seek { first: late.first, place: place_of(late), before, pages, below: Vec::new() }
    }

    /// Whether it is on a page, or would have to be.
    pub fn is_on(&self, page: &[Entry]) -> bool {
        page.iter().any(|entry| entry.id == self.first) || page.first().is_none_or(|entry| place(entry) < self.place)
    }
}

/// About where somebody's late lines begin: none of them stands above it.
pub fn place_of(late: &Late) -> Place {
    let (time, chain) = (Timestamp::from_ms(late.from_ms), ChainId { author: late.author, log: 0 });
    (OrderKey { time, chain, seq: 0, id: 0 }, late.first)
}
