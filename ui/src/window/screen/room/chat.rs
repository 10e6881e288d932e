//! The room's talk: what is shown of its history, and what is being written.

use std::collections::BTreeSet;

use inkmesh::clock::MAX_AHEAD_MS;
use inkmesh::event::{Entry, EntryBody, Late, ReadingView};
use inkmesh::game::GameNotice;
use inkmesh::identity::Author;
use inkmesh::operation::{OperationId, OrderKey};

use super::draft::Draft;
use super::guesses::Guesses;
use super::picked::Picked;
use super::reading::{Reading, Seek, place_of};
use crate::window::link::PAGE;
use crate::window::widget::anchored_list::ScrollTarget;

/// Most lines that are held; older or newer ones are asked for again.
const MAX_LINES: usize = 2000;
/// How many lines go at once when there are too many.
const SURPLUS: usize = 500;
/// With fewer lines than this, older ones are asked for without scrolling.
const SCREENFUL: usize = 40;
/// History that comes in from others fills in behind the newest lines; with so many held, the rest of it is left to
/// scrolling. More than fits on any screen, and few enough that a long history coming in costs the window nothing.
const FILL: usize = 200;
/// So many pages of history are looked through for a line.
const SEEK_PAGES: usize = 100;

/// A line and where it stands.
pub type Place = (OrderKey, OperationId);

/// The talk of one room.
#[derive(Debug, Default)]
pub struct Chat {
    lines: Vec<Entry>,
    known: BTreeSet<OperationId>,
    /// What is being written.
    pub draft: Draft,
    /// What becomes of our guesses.
    pub guesses: Guesses,
    reading: Reading,
    /// The first entry of the history that was asked for.
    oldest: Option<Place>,
    older: Older,
    /// Whether newer lines were let go, so that the end of what is held is not the end of the talk.
    detached: bool,
    at_top: bool,
    /// Whether the end is in view.
    at_end: bool,
    unseen: usize,
    /// The last line of the room, shown or not, but not those of ours that others don't see yet.
    newest: Option<Place>,
    seek: Option<Seek>,
    /// Lines that were held back and said again.
    said_again: BTreeSet<OperationId>,
    /// The lines that are picked.
    pub picked: Picked,
    /// Long lines of which all is shown.
    unfolded: BTreeSet<OperationId>,
    /// The line that is to be brought into view, and a number that makes each wish a new one.
    reveal: Option<(u64, usize)>,
    reveals: u64,
    revision: u64,
    epoch: u64,
}

/// Whether there are lines before those that are held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Older {
    #[default]
    Unknown,
    Asked,
    None,
}

/// What came of looking for a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sought {
    /// It is in view.
    Found,
    /// It is not on this page: the one before this line is to be asked for.
    Further(OperationId),
    /// It is not where it should be, or too far back.
    Lost,
}

impl Chat {
    /// Nothing yet but what was being written.
    pub fn with_draft(draft: String) -> Self {
        Chat { draft: Draft::from(draft), ..Chat::default() }
    }

    /// Shows the end of a history of which this was read: from the first unread line on, if it is there. What is being
    /// written stays.
    pub fn show(&mut self, page: Vec<Entry>, reading: ReadingView) {
        *self = Chat {
            draft: std::mem::take(&mut self.draft),
            said_again: std::mem::take(&mut self.said_again),
            unfolded: std::mem::take(&mut self.unfolded),
            guesses: std::mem::take(&mut self.guesses),
            reading: Reading::opened(reading),
            at_end: true,
            reveals: self.reveals,
            revision: self.revision,
            epoch: self.epoch + 1,
            ..Chat::default()
        };
        self.put_first(page);
        if let Some(line) = self.lines.iter().position(|entry| self.is_unread(entry)) {
            self.bring_into_view(line.saturating_sub(1));
        }
    }

    /// Puts a page of older lines before the others, if it is the one that was asked for.
    pub fn put_before(&mut self, before: OperationId, page: Vec<Entry>) {
        if self.older == Older::Asked && self.oldest.is_some_and(|(_, oldest)| oldest == before) {
            self.put_first(page);
        }
    }

    fn put_first(&mut self, page: Vec<Entry>) {
        self.older = if page.len() < PAGE { Older::None } else { Older::Unknown };
        self.take_page(page);
        self.let_newer_go();
    }

    fn let_newer_go(&mut self) {
        if self.lines.len() > MAX_LINES + SURPLUS {
            self.forget(MAX_LINES..self.lines.len());
            (self.detached, self.at_end) = (true, false);
        }
    }

    fn take_page(&mut self, page: Vec<Entry>) {
        self.oldest = page.first().map(place).or(self.oldest);
        self.newest = self.newest.max(page.iter().filter(|entry| !entry.held_back).map(place).max());
        self.reading.loaded(&page);
        let new: Vec<Entry> = page.into_iter().filter(|entry| is_shown(entry) && self.known.insert(entry.id)).collect();
        // What was at the top of the view has moved away from it, and the view tells when it is there again.
        self.at_top &= new.is_empty();
        self.merge(new);
    }

    fn merge(&mut self, new: Vec<Entry>) {
        self.lines.extend(new);
        self.lines.sort_by_key(place);
        self.revision += 1;
    }

    /// The lines before this one could not be had.
    pub fn older_failed(&mut self, before: OperationId) {
        if self.seek.take_if(|seek| seek.before == before).is_none() {
            self.older = Older::None;
        }
    }

    /// The entry before which history should be asked for, if it should: when there is less than a screenful, or
    /// when the top is in view.
    pub fn wants_older(&mut self) -> Option<OperationId> {
        let wants = self.older == Older::Unknown && (self.at_top || self.lines.len() < SCREENFUL);
        let (_, before) = self.oldest.filter(|_| wants)?;
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

    /// Takes in new lines, in whatever order they come, seen by `me`.
    pub fn add(&mut self, mut entries: Vec<Entry>, me: Author) {
        self.reading.loaded(&entries);
        self.told_again(&entries);
        entries.sort_by_key(place);
        let (end, newest) = (self.lines.last().map(place), self.newest);
        let mut new = Vec::new();
        for entry in entries.into_iter().rev() {
            let at = place(&entry);
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
            self.oldest = self.lines.first().map(place);
        }
    }

    /// Takes in what is told again: whispers that can be read now, votes that came to another end.
    fn told_again(&mut self, entries: &[Entry]) {
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

    /// Whether a line is taken in, after these, which stand below it: one that belongs to history which is not shown
    /// comes with it.
    fn takes(&mut self, at: Place, new: &[Entry]) -> bool {
        if self.older != Older::None {
            return self.oldest <= Some(at);
        }
        let top = self.lines.first().into_iter().chain(new.last()).map(place).min();
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

    /// The view was scrolled. `at_end`: the end of what is held is in view.
    pub fn scrolled(&mut self, at_top: bool, at_end: bool) {
        self.at_top = at_top;
        self.at_end = at_end && !self.detached;
        if self.at_end {
            self.unseen = 0;
        }
    }

    /// Goes to the end. Returns whether the end has to be asked for first.
    pub fn go_to_end(&mut self) -> bool {
        self.unseen = 0;
        self.at_end = !self.detached;
        self.epoch += 1;
        self.detached
    }

    fn bring_into_view(&mut self, line: usize) {
        self.reveals += 1;
        self.reveal = Some((self.reveals, line));
    }

    // ---- what was read ----

    /// What was read changed; `being_read`: somebody reads along.
    pub fn reading_is(&mut self, view: ReadingView, being_read: bool) {
        let changed = self.reading.update(view, being_read);
        self.reading.loaded(&self.lines);
        self.revision += u64::from(changed);
    }

    /// What was read.
    pub fn reading(&self) -> &Reading {
        &self.reading
    }

    /// Takes the announcements of late lines away.
    pub fn dismiss_late(&mut self) {
        self.reading.dismiss_late();
    }

    /// Whether the end is in view.
    pub fn is_at_end(&self) -> bool {
        self.at_end
    }

    /// Whether there is a newest line that the node doesn't know to be read.
    pub fn has_news(&self) -> bool {
        self.newest.is_some_and(|newest| self.reading.is_news(newest))
    }

    /// Everything was read; returns up to where, if the node has to be told.
    pub fn read(&mut self) -> Option<OperationId> {
        self.newest.filter(|newest| self.reading.tell(*newest)).map(|(_, id)| id)
    }

    /// Whether a line stands below the place where the unread ones began, and is none of our own.
    fn is_unread(&self, entry: &Entry) -> bool {
        self.reading.divider().is_some_and(|divider| divider < place(entry))
    }

    /// The first of the unread lines: it has a line above it that says so.
    pub fn first_unread(&self, me: Author) -> Option<OperationId> {
        self.lines.iter().find(|entry| self.is_unread(entry) && entry.author != me).map(|entry| entry.id)
    }

    // ---- late lines ----

    /// Brings somebody's late lines into view. When they are not held, returns the line before which history is to be
    /// asked for.
    pub fn show_late(&mut self, late: &Late) -> Option<OperationId> {
        self.seek = None;
        if let Some(line) = self.line_of(late.first, place_of(late)) {
            self.bring_into_view(line);
            return None;
        }
        let let_go = self.detached && self.lines.last().map(place) < Some(place_of(late));
        let (_, before) = if let_go { self.newest? } else { self.oldest? };
        self.seek = Some(Seek::new(late, before, SEEK_PAGES));
        Some(before)
    }

    /// Where a line is among those that are held, or the first one below it if it is none that is shown.
    fn line_of(&self, id: OperationId, at: Place) -> Option<usize> {
        if let Some(line) = self.lines.iter().position(|entry| entry.id == id) {
            return Some(line);
        }
        let held = self.is_whole() || self.oldest <= Some(at);
        let below = self.lines.partition_point(|entry| place(entry) < at);
        (held && below < self.lines.len()).then_some(below)
    }

    /// Whether late lines are being looked for.
    pub fn is_seeking(&self) -> bool {
        self.seek.is_some()
    }

    /// Takes a page on which late lines were looked for; `None` when it is not the one that was asked for.
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
            // Between what is held and this there is more than there is room for.
            self.forget(0..self.lines.len());
            (self.oldest, self.detached, self.at_end) = (None, true, false);
        }
        let below = std::mem::take(&mut seek.below);
        self.take_page(below);
        self.take_page(std::mem::take(page));
        self.older = Older::Unknown;
        self.let_newer_go();
        match self.line_of(seek.first, seek.place) {
            Some(line) => self.bring_into_view(line),
            None => return Some(Sought::Lost),
        }
        Some(Sought::Found)
    }

    // ---- lines that others don't see yet ----

    /// These lines of ours, and no others, are held back.
    pub fn held_back(&mut self, entries: Vec<OperationId>) {
        let held: BTreeSet<OperationId> = entries.into_iter().collect();
        for line in &mut self.lines {
            line.held_back = held.contains(&line.id);
        }
        if self.newest.is_some_and(|(_, id)| held.contains(&id)) {
            self.newest = self.lines.iter().rfind(|line| !line.held_back).map(place);
        }
        self.revision += 1;
    }

    /// By the others' clocks it is now this time, in milliseconds since 1970: what was held back until then is not any
    /// more.
    pub fn time_is(&mut self, now: u64) {
        for line in self.lines.iter_mut().filter(|line| line.held_back && seen_at(line) <= now) {
            line.held_back = false;
            self.revision += 1;
        }
    }

    /// Whether there are lines that others don't see yet.
    pub fn holds_back(&self) -> bool {
        self.lines.iter().any(|line| line.held_back)
    }

    /// The text of a line that is held back, to be said again; `None` when that was done.
    pub fn say_again(&mut self, id: OperationId) -> Option<String> {
        let line = self.lines.iter().find(|entry| entry.id == id)?;
        let EntryBody::Chat(text) = &line.body else { return None };
        let text = text.clone();
        self.revision += 1;
        self.said_again.insert(id).then_some(text)
    }

    /// Whether a line that is held back was said again.
    pub fn was_said_again(&self, id: OperationId) -> bool {
        self.said_again.contains(&id)
    }

    // ---- what is being written ----

    /// Takes what is written, to be said; `None` when there is nothing but white space.
    pub fn take_draft(&mut self) -> Option<String> {
        (!self.draft.trim().is_empty()).then(|| self.draft.take())
    }

    /// Puts a text that could not be said back, before what has been written since.
    pub fn give_back(&mut self, text: &str) {
        self.draft.put_before(text);
    }

    // ---- what is shown ----

    /// The lines, the oldest first.
    pub fn lines(&self) -> &[Entry] {
        &self.lines
    }

    /// Shows all of a long line, or folds it again.
    pub fn unfold(&mut self, id: OperationId) {
        if !self.unfolded.remove(&id) {
            self.unfolded.insert(id);
        }
    }

    /// Whether all of a line is shown, however long it is.
    pub fn is_whole_line(&self, id: OperationId) -> bool {
        self.unfolded.contains(&id)
    }

    /// The long lines of which all is shown.
    pub fn unfolded(&self) -> Vec<OperationId> {
        self.unfolded.iter().copied().collect()
    }

    /// How many lines came below the view.
    pub fn unseen(&self) -> usize {
        self.unseen
    }

    /// Whether newer lines were let go.
    pub fn is_detached(&self) -> bool {
        self.detached
    }

    /// Counts changes of the lines.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Returns where the list is to scroll to.
    pub fn scroll_target(&self) -> ScrollTarget {
        ScrollTarget { end: self.epoch, line: self.reveal }
    }
}

/// An entry and where it stands.
pub fn place(entry: &Entry) -> Place {
    (entry.place, entry.id)
}

/// When others see a line that is dated in the future.
pub fn seen_at(entry: &Entry) -> u64 {
    entry.time.saturating_sub(MAX_AHEAD_MS)
}

/// Whether an entry is a line of the talk: strokes and steps behind the scenes are not, and letters are shown in the
/// word itself.
pub fn is_shown(entry: &Entry) -> bool {
    !matches!(entry.body, EntryBody::Drawing | EntryBody::Game(GameNotice::Quiet | GameNotice::Hint))
}

/// Whether an entry is something that somebody said, and that we may read.
pub fn is_talk(entry: &Entry) -> bool {
    matches!(entry.body, EntryBody::Chat(_) | EntryBody::Guess(_) | EntryBody::Whisper(Some(_)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
#[path = "chat_tests.rs"]
mod tests;
