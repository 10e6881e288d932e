//! The room's talk: what is shown of its history, and what is being written.

use std::collections::BTreeSet;

use inkmesh::event::{Entry, EntryBody};
use inkmesh::game::GameNotice;
use inkmesh::identity::Author;
use inkmesh::operation::OperationId;

use crate::window::link::PAGE;

/// Most lines that are held; older or newer ones are asked for again.
const MAX_LINES: usize = 2000;
/// How many lines go at once when there are too many.
const SURPLUS: usize = 500;
/// A line that comes later than this after it was written is announced, in milliseconds.
const A_WHILE: u64 = 60_000;
/// With fewer lines than this, older ones are asked for without scrolling.
const SCREENFUL: usize = 40;

/// The talk of one room.
#[derive(Debug, Default)]
pub struct Chat {
    lines: Vec<Entry>,
    known: BTreeSet<OperationId>,
    /// What is being written.
    pub draft: String,
    /// The first entry of the history that was asked for.
    oldest: Option<OperationId>,
    older: Older,
    /// Whether newer lines were let go, so that the end of what is held is not the end of the talk.
    detached: bool,
    /// Whether the end is in view.
    at_end: bool,
    unseen: usize,
    late: Option<Late>,
    /// The line that is to be brought into view, and a number that makes each wish a new one.
    reveal: Option<(u64, usize)>,
    revision: u64,
    epoch: u64,
    tops: u64,
}

/// Whether there are lines before those that are held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Older {
    #[default]
    Unknown,
    Asked,
    None,
}

/// Lines that came in above what may have been read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Late {
    /// How many.
    pub count: usize,
    /// Who wrote the first of them.
    pub author: Author,
    /// What they were called.
    pub name: String,
    /// When it was written, in milliseconds since 1970.
    pub time: u64,
    /// Whether others wrote some too.
    pub several: bool,
    first: OperationId,
}

impl Chat {
    /// Nothing yet but what was being written.
    pub fn with_draft(draft: String) -> Self {
        Chat { draft, ..Chat::default() }
    }

    /// Shows the end of another history. What is being written stays.
    pub fn show(&mut self, page: Vec<Entry>) {
        self.lines.clear();
        self.known.clear();
        self.older = Older::Unknown;
        self.detached = false;
        self.at_end = true;
        self.unseen = 0;
        self.late = None;
        self.reveal = None;
        self.epoch += 1;
        self.put_before(page);
    }

    /// Puts a page of older lines before the others.
    pub fn put_before(&mut self, page: Vec<Entry>) {
        self.older = if page.len() < PAGE { Older::None } else { Older::Unknown };
        self.oldest = page.first().map(|entry| entry.id).or(self.oldest);
        let new: Vec<Entry> = page.into_iter().filter(|entry| is_shown(entry) && self.known.insert(entry.id)).collect();
        self.tops += 1;
        self.revision += 1;
        self.lines.splice(0..0, new);
        self.lines.sort_by_key(place);
        if self.lines.len() > MAX_LINES + SURPLUS {
            self.forget(MAX_LINES..self.lines.len());
            self.detached = true;
            self.at_end = false;
        }
    }

    /// Older lines could not be had.
    pub fn older_failed(&mut self) {
        self.older = Older::None;
    }

    /// The entry before which history should be asked for, if it should: when there is less than a screenful, or
    /// when the top came into view.
    pub fn wants_older(&mut self, top_in_view: bool) -> Option<OperationId> {
        let wants = self.older == Older::Unknown && (top_in_view || self.lines.len() < SCREENFUL);
        let before = self.oldest.filter(|_| wants)?;
        self.older = Older::Asked;
        Some(before)
    }

    /// Whether older lines are on their way.
    pub fn is_asking(&self) -> bool {
        self.older == Older::Asked
    }

    /// Whether the history's first line is held.
    pub fn is_whole(&self) -> bool {
        self.older == Older::None
    }

    /// Takes in new lines, seen by `me` at the time `now` in milliseconds since 1970.
    pub fn add(&mut self, entries: Vec<Entry>, me: Author, now: u64) {
        for entry in entries {
            if !is_shown(&entry) || !self.known.insert(entry.id) {
                continue;
            }
            let end = self.lines.last().is_none_or(|last| place(last) < place(&entry));
            if end && self.detached {
                self.known.remove(&entry.id);
                self.unseen += 1;
            } else if end {
                self.unseen += usize::from(!self.at_end && entry.author != me);
                self.lines.push(entry);
            } else {
                self.slip_in(entry, me, now);
            }
        }
        self.revision += 1;
        if self.at_end && self.lines.len() > MAX_LINES + SURPLUS {
            self.forget(0..self.lines.len() - MAX_LINES);
            self.oldest = self.lines.first().map(|entry| entry.id);
            self.older = Older::Unknown;
        }
    }

    /// Puts a line in its place above others.
    fn slip_in(&mut self, mut entry: Entry, me: Author, now: u64) {
        let at = self.lines.partition_point(|line| place(line) < place(&entry));
        if at == 0 && self.older != Older::None {
            // It belongs to history that is not shown, and comes with it.
            self.known.remove(&entry.id);
            return;
        }
        // Two who speak at once cross each other by moments: that is nothing to be told.
        entry.late &= entry.author != me && now.saturating_sub(entry.time) > A_WHILE;
        if entry.late && is_talk(&entry) {
            self.announce(&entry);
        }
        self.tops += u64::from(at == 0);
        self.lines.insert(at, entry);
    }

    fn announce(&mut self, entry: &Entry) {
        let new = || Late {
            count: 0,
            author: entry.author,
            name: entry.name.clone(),
            time: entry.time,
            several: false,
            first: entry.id,
        };
        let late = self.late.get_or_insert_with(new);
        late.count += 1;
        late.several |= late.author != entry.author;
        if entry.time < late.time {
            (late.first, late.time) = (entry.id, entry.time);
        }
    }

    fn forget(&mut self, range: std::ops::Range<usize>) {
        for entry in self.lines.drain(range) {
            self.known.remove(&entry.id);
        }
        self.revision += 1;
    }

    /// The view was scrolled. `at_end`: the end of what is held is in view.
    pub fn scrolled(&mut self, at_end: bool) {
        self.at_end = at_end && !self.detached;
        if self.at_end {
            self.unseen = 0;
        }
    }

    /// Goes to the end. Returns whether the end has to be asked for first.
    pub fn go_to_end(&mut self) -> bool {
        self.unseen = 0;
        self.at_end = true;
        self.epoch += 1;
        self.detached
    }

    /// Brings the first of the late lines into view.
    pub fn show_late(&mut self) {
        let Some(late) = self.late.take() else { return };
        let Some(line) = self.lines.iter().position(|entry| entry.id == late.first) else { return };
        let number = self.reveal.map_or(0, |(number, _)| number) + 1;
        self.reveal = Some((number, line));
    }

    /// Takes what is written, to be said; `None` when there is nothing but white space.
    pub fn take_draft(&mut self) -> Option<String> {
        (!self.draft.trim().is_empty()).then(|| std::mem::take(&mut self.draft))
    }

    /// Puts a text that could not be said back, before what has been written since.
    pub fn give_back(&mut self, text: String) {
        self.draft = if self.draft.is_empty() { text } else { format!("{text} {}", self.draft) };
    }

    /// The lines, the oldest first.
    pub fn lines(&self) -> &[Entry] {
        &self.lines
    }

    /// How many lines came below the view.
    pub fn unseen(&self) -> usize {
        self.unseen
    }

    /// Whether newer lines were let go.
    pub fn is_detached(&self) -> bool {
        self.detached
    }

    /// Lines that came in above what may have been read.
    pub fn late(&self) -> Option<&Late> {
        self.late.as_ref()
    }

    /// Counts changes of the lines.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// What the list has to know to keep its place: a number that changes when it should go to the end, one that
    /// changes when lines were put on top, and the line to bring into view.
    pub fn place(&self) -> (u64, u64, Option<(u64, usize)>) {
        (self.epoch, self.tops, self.reveal)
    }
}

/// The order of the log, as far as entries tell it.
fn place(entry: &Entry) -> (u64, Author, OperationId) {
    (entry.time, entry.author, entry.id)
}

/// Whether an entry is a line of the talk: strokes and steps behind the scenes are not.
pub fn is_shown(entry: &Entry) -> bool {
    !matches!(entry.body, EntryBody::Drawing | EntryBody::Game(GameNotice::Quiet))
}

/// Whether an entry is something that somebody said.
pub fn is_talk(entry: &Entry) -> bool {
    matches!(entry.body, EntryBody::Chat(_))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ME: Author = Author([1; 32]);
    const ANA: Author = Author([2; 32]);
    const NOW: u64 = 10 * A_WHILE;

    fn line(time: u64, author: Author, late: bool) -> Entry {
        let mut id = [0; 32];
        id[..8].copy_from_slice(&time.to_be_bytes());
        id[8] = author.0[0];
        let body = EntryBody::Chat(format!("line {time}"));
        Entry { id: OperationId(id), author, name: "Ana".to_owned(), time, body, late }
    }

    fn times(chat: &Chat) -> Vec<u64> {
        chat.lines().iter().map(|entry| entry.time).collect()
    }

    #[test]
    fn lines_stand_in_order_and_once() {
        let mut chat = Chat::default();
        chat.show(vec![line(10, ANA, false), line(20, ANA, false)]);
        chat.add(vec![line(30, ANA, false), line(20, ANA, false)], ME, NOW);
        chat.add(vec![line(15, ANA, true)], ME, NOW);
        assert_eq!(times(&chat), [10, 15, 20, 30]);
        assert_eq!(chat.late().map(|late| (late.count, late.time)), Some((1, 15)));
        chat.show_late();
        assert_eq!(chat.place().2, Some((1, 1)));
        chat.add(vec![line(16, ANA, true)], ME, A_WHILE);
        assert_eq!(times(&chat), [10, 15, 16, 20, 30]);
        assert_eq!(chat.late(), None, "that was just now");
    }

    #[test]
    fn what_comes_below_the_view_is_counted_until_it_is_seen() {
        let mut chat = Chat::default();
        chat.show(vec![line(10, ANA, false)]);
        chat.add(vec![line(20, ANA, false)], ME, NOW);
        assert_eq!(chat.unseen(), 0);
        chat.scrolled(false);
        chat.add(vec![line(30, ANA, false), line(40, ME, false)], ME, NOW);
        assert_eq!(chat.unseen(), 1);
        chat.scrolled(true);
        assert_eq!(chat.unseen(), 0);
    }

    #[test]
    fn older_pages_come_until_there_are_none() {
        let mut chat = Chat::default();
        let page = |from: u64| (from..from + PAGE as u64).map(|time| line(time, ANA, false)).collect::<Vec<_>>();
        chat.show(page(1000));
        assert_eq!(chat.wants_older(false), None, "a screenful is there");
        assert_eq!(chat.wants_older(true), Some(line(1000, ANA, false).id));
        assert_eq!(chat.wants_older(true), None, "asked already");
        chat.put_before(page(900));
        assert_eq!(times(&chat), (900..1100).collect::<Vec<_>>());
        chat.put_before(vec![line(1, ANA, false)]);
        assert_eq!(chat.wants_older(true), None, "the beginning is there");
        chat.add(vec![line(0, ANA, true)], ME, NOW);
        assert_eq!(times(&chat)[0], 0, "something before the beginning");
    }

    #[test]
    fn a_page_of_nothing_but_strokes_asks_for_the_one_before() {
        let mut chat = Chat::default();
        let stroke = |time| Entry { body: EntryBody::Drawing, ..line(time, ANA, false) };
        chat.show((1000..1000 + PAGE as u64).map(stroke).collect());
        assert!(chat.lines().is_empty());
        assert_eq!(chat.wants_older(false), Some(line(1000, ANA, false).id));
    }

    #[test]
    fn late_lines_before_what_is_shown_wait_for_their_page() {
        let mut chat = Chat::default();
        chat.show((1000..1000 + PAGE as u64).map(|time| line(time, ANA, false)).collect());
        chat.add(vec![line(5, ANA, true)], ME, NOW);
        assert_eq!(chat.lines().len(), PAGE);
        chat.put_before(vec![line(5, ANA, false)]);
        assert_eq!(times(&chat)[0], 5);
    }

    #[test]
    fn memory_is_bounded_at_both_ends() {
        let mut chat = Chat::default();
        chat.show(Vec::new());
        for time in 0..10_000 {
            chat.add(vec![line(time, ANA, false)], ME, NOW);
        }
        assert!(chat.lines().len() <= MAX_LINES + SURPLUS, "{}", chat.lines().len());
        assert_eq!(times(&chat).last(), Some(&9999));
        assert!(!chat.is_whole());
        for page in 0..60_u64 {
            let from = 1_000_000 - page * PAGE as u64;
            chat.put_before((from..from + PAGE as u64).map(|time| line(time, ANA, false)).collect());
        }
        assert!(chat.lines().len() <= MAX_LINES + SURPLUS);
        assert!(chat.is_detached());
        chat.add(vec![line(u64::MAX, ANA, false)], ME, NOW);
        assert_eq!(chat.unseen(), 1);
        assert!(chat.go_to_end());
    }

    #[test]
    fn a_text_that_was_not_said_comes_back() {
        let mut chat = Chat { draft: " \t".to_owned(), ..Chat::default() };
        assert_eq!(chat.take_draft(), None);
        chat.draft = "hello".to_owned();
        let text = chat.take_draft().unwrap_or_default();
        assert!(chat.draft.is_empty());
        chat.draft = "more".to_owned();
        chat.give_back(text);
        assert_eq!(chat.draft, "hello more");
    }
}
