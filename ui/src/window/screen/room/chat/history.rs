//! The history of a room, as far as it is loaded.

use std::collections::BTreeSet;

use inkmesh::event::{Entry, EntryBody, Late, ReadStateView};
use inkmesh::identity::Author;
use inkmesh::operation::OperationId;

use super::line::{Position, is_shown, position, seen_at};
use super::read_marks::{ReadMarks, Seek, position_of};
use crate::window::bridge::PAGE;
use crate::window::widget::anchored_list::ScrollTarget;

/// The most lines that are loaded. Older or newer ones are read again.
const MAX_LINES: usize = 2000;
/// The number of lines that are dropped at once when there are too many.
const SURPLUS: usize = 500;
/// The number of lines below which older ones are read without scrolling.
const SCREENFUL: usize = 40;
/// The number of loaded lines from which history that comes in above them is left to scrolling. It is more than fits on
/// any screen, and few enough that a long history coming in costs the window nothing.
const FILL: usize = 200;
/// The most pages of history that are searched for a line.
const SEEK_PAGES: usize = 100;

/// The loaded lines of one room.
#[derive(Debug, Default)]
pub struct History {
    lines: Vec<Entry>,
    known: BTreeSet<OperationId>,
    pub read_marks: ReadMarks,
    /// The first entry of the history that was requested, shown or not.
    oldest: Option<Position>,
    older: Older,
    /// True if newer lines were dropped, so that the last loaded line is not the newest.
    pub detached: bool,
    at_top: bool,
    /// True if the end is in view.
    pub at_end: bool,
    /// The number of lines that came below the view.
    pub unseen: usize,
    /// The newest entry of the room, shown or not, but not those of ours that are held back.
    newest: Option<Position>,
    seek: Option<Seek>,
    /// The lines that were held back and said again.
    said_again: BTreeSet<OperationId>,
    /// The long lines that are shown whole.
    unfolded: BTreeSet<OperationId>,
    /// The line to scroll into view, and a number that changes with each request.
    reveal: Option<(u64, usize)>,
    reveals: u64,
    /// A number that changes with the lines.
    pub revision: u64,
    epoch: u64,
}

/// True if there are lines before those that are loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Older {
    #[default]
    Unknown,
    Requested,
    None,
}

/// The result of a search for a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sought {
    /// The line is in view.
    Found,
    /// The line is not on this page: read the page before this line.
    Further(OperationId),
    /// The line is not where it should be, or too far back.
    Lost,
}

impl History {
    /// Replaces the lines by the last page of the history, and scrolls to the first unread line if it is on it.
    pub fn show(&mut self, page: Vec<Entry>, reading: ReadStateView) {
        *self = History {
            said_again: std::mem::take(&mut self.said_again),
            unfolded: std::mem::take(&mut self.unfolded),
            read_marks: ReadMarks::opened(reading),
            at_end: true,
            reveals: self.reveals,
            revision: self.revision,
            epoch: self.epoch + 1,
            ..History::default()
        };
        self.put_first(page);
        if let Some(line) = self.lines.iter().position(|entry| self.is_unread(entry)) {
            self.scroll_to(line.saturating_sub(1));
        }
    }

    /// Adds a page of older lines, if it is the one that was requested.
    pub fn put_before(&mut self, before: OperationId, page: Vec<Entry>) {
        if self.older == Older::Requested && self.oldest.is_some_and(|(_, oldest)| oldest == before) {
            self.put_first(page);
        }
    }

    fn put_first(&mut self, page: Vec<Entry>) {
        self.older = if page.len() < PAGE { Older::None } else { Older::Unknown };
        self.take_page(page);
        self.drop_newest();
    }

    fn drop_newest(&mut self) {
        if self.lines.len() > MAX_LINES + SURPLUS {
            self.forget(MAX_LINES..self.lines.len());
            (self.detached, self.at_end) = (true, false);
        }
    }

    fn take_page(&mut self, page: Vec<Entry>) {
        self.oldest = page.first().map(position).or(self.oldest);
        self.newest = self.newest.max(page.iter().filter(|entry| !entry.held_back).map(position).max());
        self.read_marks.loaded(&page);
        let new: Vec<Entry> = page.into_iter().filter(|entry| is_shown(entry) && self.known.insert(entry.id)).collect();
        // The view reports again when the top is in view.
        self.at_top &= new.is_empty();
        self.merge(new);
    }

    fn merge(&mut self, new: Vec<Entry>) {
        self.lines.extend(new);
        self.lines.sort_by_key(position);
        self.revision += 1;
    }

    /// Notes that the lines before this one could not be loaded.
    pub fn older_failed(&mut self, before: OperationId) {
        if self.seek.take_if(|seek| seek.before == before).is_none() {
            self.older = Older::None;
        }
    }

    /// Returns the entry before which history is to be read, if it is: with less than a screenful, or when the top
    /// is in view.
    pub fn wants_older(&mut self) -> Option<OperationId> {
        let wants = self.older == Older::Unknown && (self.at_top || self.lines.len() < SCREENFUL);
        let (_, before) = self.oldest.filter(|_| wants)?;
        self.older = Older::Requested;
        Some(before)
    }

    /// Returns whether older lines are being read.
    pub fn is_reading_older(&self) -> bool {
        self.older == Older::Requested
    }

    /// Returns whether the first line of the history is loaded.
    pub fn is_whole(&self) -> bool {
        self.older == Older::None
    }

    /// Adds new lines, in whatever order they come; `me` is our key.
    pub fn add(&mut self, mut entries: Vec<Entry>, me: Author) {
        self.read_marks.loaded(&entries);
        self.replace(&entries);
        entries.sort_by_key(position);
        let (end, newest) = (self.lines.last().map(position), self.newest);
        let mut new = Vec::new();
        for entry in entries.into_iter().rev() {
            let at = position(&entry);
            let is_newest = !entry.held_back && newest < Some(at);
            if is_newest {
                self.newest = self.newest.max(Some(at));
            }
            if !is_shown(&entry) || self.known.contains(&entry.id) || !self.takes(at, &new) {
                continue;
            }
            if self.detached && end < Some(at) {
                self.unseen += 1;
                continue;
            }
            self.unseen += usize::from(is_newest && !self.at_end && entry.author != me);
            self.known.insert(entry.id);
            new.push(entry);
        }
        self.merge(new);
        let surplus = self.lines.len().saturating_sub(MAX_LINES);
        if self.at_end && surplus > SURPLUS {
            self.forget(0..surplus);
            self.older = Older::Unknown;
            self.oldest = self.lines.first().map(position);
        }
    }

    /// Replaces lines that are reported again: whispers that can be read now, votes with another result.
    fn replace(&mut self, entries: &[Entry]) {
        let again = |entry: &&Entry| matches!(entry.body, EntryBody::Whisper(Some(_)) | EntryBody::Game(_));
        for entry in entries.iter().filter(again) {
            if !self.known.contains(&entry.id) {
                continue;
            }
            let Some(line) = self.lines.iter().position(|line| line.id == entry.id) else { continue };
            if is_shown(entry) {
                self.lines[line].body.clone_from(&entry.body);
            } else {
                self.forget(line..line + 1);
            }
        }
    }

    /// Returns whether a new line is added, given the new ones below it. One above the loaded lines is added with its
    /// page instead, unless the whole history is loaded.
    fn takes(&mut self, at: Position, new: &[Entry]) -> bool {
        if self.older != Older::None {
            return self.oldest <= Some(at);
        }
        let top = self.lines.first().into_iter().chain(new.last()).map(position).min();
        let fills = top.is_some_and(|top| at < top) && self.lines.len() + new.len() >= FILL;
        if fills {
            (self.older, self.oldest) = (Older::Unknown, top);
        }
        !fills
    }

    fn forget(&mut self, range: std::ops::Range<usize>) {
        for entry in self.lines.drain(range) {
            self.known.remove(&entry.id);
            self.unfolded.remove(&entry.id);
        }
        self.revision += 1;
    }

    /// Notes whether the top and the end of the loaded lines are in view.
    pub fn scrolled(&mut self, at_top: bool, at_end: bool) {
        self.at_top = at_top;
        self.at_end = at_end && !self.detached;
        if self.at_end {
            self.unseen = 0;
        }
    }

    /// Scrolls to the end. Returns whether the end has to be loaded first.
    pub fn go_to_end(&mut self) -> bool {
        self.unseen = 0;
        self.at_end = !self.detached;
        self.epoch += 1;
        self.detached
    }

    fn scroll_to(&mut self, line: usize) {
        self.reveals += 1;
        self.reveal = Some((self.reveals, line));
    }

    // ---- read marks ----

    /// Updates the read marks. `being_read` is whether the person reads along.
    pub fn update_read_marks(&mut self, view: ReadStateView, being_read: bool) {
        let changed = self.read_marks.update(view, being_read);
        self.read_marks.loaded(&self.lines);
        self.revision += u64::from(changed);
    }

    /// Removes the announcements of late lines.
    pub fn dismiss_late(&mut self) {
        self.read_marks.dismiss_late();
    }

    /// Returns whether there is a newest line that the node doesn't know to be read.
    pub fn has_news(&self) -> bool {
        self.newest.is_some_and(|newest| self.read_marks.is_news(newest))
    }

    /// Marks everything as read. Returns the last line, if the node does not know it to be read.
    pub fn read(&mut self) -> Option<OperationId> {
        self.newest.filter(|newest| self.read_marks.mark(*newest)).map(|(_, id)| id)
    }

    /// Returns whether a line stands below the divider of the unread ones.
    fn is_unread(&self, entry: &Entry) -> bool {
        self.read_marks.divider().is_some_and(|divider| divider < position(entry))
    }

    /// Returns the first unread line, which has a divider above it.
    pub fn first_unread(&self, me: Author) -> Option<OperationId> {
        self.lines.iter().find(|entry| self.is_unread(entry) && entry.author != me).map(|entry| entry.id)
    }

    // ---- late lines ----

    /// Scrolls to somebody's late lines. When they are not loaded, returns the line before which history is to be read.
    pub fn show_late(&mut self, late: &Late) -> Option<OperationId> {
        self.seek = None;
        if let Some(line) = self.line_of(late.first, position_of(late)) {
            self.scroll_to(line);
            return None;
        }
        let let_go = self.detached && self.lines.last().map(position) < Some(position_of(late));
        let (_, before) = if let_go { self.newest? } else { self.oldest? };
        self.seek = Some(Seek::new(late, before, SEEK_PAGES));
        Some(before)
    }

    /// Returns the index of a line, or of the first one below it if it is not shown.
    fn line_of(&self, id: OperationId, at: Position) -> Option<usize> {
        if let Some(line) = self.lines.iter().position(|entry| entry.id == id) {
            return Some(line);
        }
        let held = self.is_whole() || self.oldest <= Some(at);
        let below = self.lines.partition_point(|entry| position(entry) < at);
        (held && below < self.lines.len()).then_some(below)
    }

    /// Returns whether late lines are being searched for.
    pub fn is_seeking(&self) -> bool {
        self.seek.is_some()
    }

    /// Searches a page for late lines; `None` when it is not the page that was requested.
    pub fn sought(&mut self, before: OperationId, page: &mut Vec<Entry>) -> Option<Sought> {
        let mut seek = self.seek.take_if(|seek| seek.before == before)?;
        let Some(first) = page.first().map(|entry| entry.id) else { return Some(Sought::Lost) };
        if !seek.is_on(page) {
            if seek.pages == 0 {
                return Some(Sought::Lost);
            }
            (seek.before, seek.pages, seek.below) = (first, seek.pages - 1, std::mem::take(page));
            self.seek = Some(seek);
            return Some(Sought::Further(first));
        }
        let adjoins = self.oldest.is_some_and(|(_, oldest)| oldest == before);
        if !adjoins {
            // There are more lines between this page and the loaded ones than may be loaded.
            self.forget(0..self.lines.len());
            (self.oldest, self.detached, self.at_end) = (None, true, false);
        }
        let below = std::mem::take(&mut seek.below);
        self.take_page(below);
        self.take_page(std::mem::take(page));
        self.older = Older::Unknown;
        self.drop_newest();
        match self.line_of(seek.first, seek.position) {
            Some(line) => self.scroll_to(line),
            None => return Some(Sought::Lost),
        }
        Some(Sought::Found)
    }

    // ---- lines that are held back ----

    /// Sets which of our lines are held back.
    pub fn held_back(&mut self, entries: Vec<OperationId>) {
        let held: BTreeSet<OperationId> = entries.into_iter().collect();
        for line in &mut self.lines {
            line.held_back = held.contains(&line.id);
        }
        if self.newest.is_some_and(|(_, id)| held.contains(&id)) {
            self.newest = self.lines.iter().rfind(|line| !line.held_back).map(position);
        }
        self.revision += 1;
    }

    /// Releases the lines that were held back until this time by the others' clocks, in milliseconds since 1970.
    pub fn time_is(&mut self, now: u64) {
        for line in self.lines.iter_mut().filter(|line| line.held_back && seen_at(line) <= now) {
            line.held_back = false;
            self.revision += 1;
        }
    }

    /// Returns whether lines are held back.
    pub fn holds_back(&self) -> bool {
        self.lines.iter().any(|line| line.held_back)
    }

    /// Returns the text of a line that is held back, to be said again; `None` when that was done.
    pub fn say_again(&mut self, id: OperationId) -> Option<String> {
        let line = self.lines.iter().find(|entry| entry.id == id)?;
        let EntryBody::Chat(text) = &line.body else { return None };
        let text = text.clone();
        self.revision += 1;
        self.said_again.insert(id).then_some(text)
    }

    /// Returns whether a line that is held back was said again.
    pub fn was_said_again(&self, id: OperationId) -> bool {
        self.said_again.contains(&id)
    }

    // ---- the view ----

    /// Returns the lines, the oldest first.
    pub fn lines(&self) -> &[Entry] {
        &self.lines
    }

    /// Shows all of a long line, or folds it again.
    pub fn unfold(&mut self, id: OperationId) {
        if !self.unfolded.remove(&id) {
            self.unfolded.insert(id);
        }
    }

    /// Returns whether a long line is shown whole.
    pub fn is_unfolded(&self, id: OperationId) -> bool {
        self.unfolded.contains(&id)
    }

    /// Returns the long lines that are shown whole.
    pub fn unfolded(&self) -> Vec<OperationId> {
        self.unfolded.iter().copied().collect()
    }

    /// Returns where the list is to scroll to.
    pub fn scroll_target(&self) -> ScrollTarget {
        ScrollTarget { end: self.epoch, line: self.reveal }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
#[path = "history_tests.rs"]
mod tests;
