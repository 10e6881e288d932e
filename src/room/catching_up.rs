//! The room's part in catching up, and in keeping the room's time.

use super::{Output, Room};
use crate::clock::{Clock, MAX_AHEAD_MS, Now, Timestamp};
use crate::event::{CanvasChange, Event};
use crate::identity::Author;
use crate::log::{Head, Line};
use crate::sync::fetching::{Fetch, Progress};

/// Progress is told at most this often, in milliseconds.
const PROGRESS_MS: u64 = 100;
/// How far from the room's time our clock may have run, in milliseconds, without our beginning anew.
const MAX_APART_MS: u64 = 2 * 60 * 1000;
/// Lines of our own that are told to be held back at most, the last ones.
const MAX_HELD_BACK: usize = 256;

impl Room {
    pub(super) fn offered(&mut self, from: Author, heads: Vec<Head>) {
        self.fetching.joined(from, heads);
    }

    /// What to ask somebody for who told what it holds: about `unit` operations at most.
    pub fn next_fetch(&mut self, from: Author, unit: u64) -> Fetch {
        let fetch = self.fetching.next(from, &self.log, unit);
        self.fold.be_patient(self.fetching.is_long());
        fetch
    }

    /// Whether somebody we catch up with has something that is missing still, which others are bringing now.
    #[must_use]
    pub fn could_bring_more(&self, from: Author) -> bool {
        self.fetching.could_bring_more(from, &self.log)
    }

    pub(super) fn fetch_stopped(&mut self, from: Author, outputs: &mut Vec<Output>) {
        let received = self.fetching.progress(&self.log).received;
        self.fetching.left(from);
        if !self.fetching.is_long() {
            let change = self.fold.be_patient(false);
            if change.reset {
                outputs.push(self.tell_canvas(CanvasChange::Reset));
            }
            self.refold_if_stale(outputs);
            self.fold.drop_old_steps();
        }
        if self.told_progress.is_some() {
            let progress = Progress { received, ..self.fetching.progress(&self.log) };
            self.told_progress = self.told_progress.filter(|_| progress.remaining > 0);
            outputs.push(self.progress_event(progress));
        }
    }

    /// Tells how far catching up is, not too often.
    pub(super) fn tell_progress(&mut self, now: Now, outputs: &mut Vec<Output>) {
        if self.told_progress.is_some_and(|told| now.mono_ms < told + PROGRESS_MS) {
            return;
        }
        self.told_progress = Some(now.mono_ms);
        let progress = self.fetching.progress(&self.log);
        outputs.push(self.progress_event(progress));
    }

    fn progress_event(&self, progress: Progress) -> Output {
        let Progress { peers, received, remaining } = progress;
        Output::Tell(Event::Syncing { room: self.name.clone(), peers, received, remaining })
    }

    /// The last lines of the room that are later than `after`, for somebody who has much to catch up with.
    #[must_use]
    pub fn newest(&self, limit: usize, after: Timestamp) -> Vec<Line> {
        self.log.newest(limit, after)
    }

    /// The room's time was set. If our own clock had run ahead of it, we begin anew: in another chain, from the last moment of
    /// the log that is not ahead.
    pub(super) fn clock_set(&mut self, now: Now, outputs: &mut Vec<Output>) {
        if self.clock.is_beyond(now.wall_ms.saturating_add(MAX_APART_MS)) {
            self.clock = Clock::default();
            let limit = Timestamp::from_ms(now.wall_ms.saturating_add(MAX_APART_MS));
            if let Some(last) = self.log.last_before(limit) {
                self.clock.observe(last.time, now.wall_ms);
            }
            self.writer.renew();
        }
        self.release(now, outputs);
        self.tell_held_back(now, outputs);
    }

    /// Tells which lines of our own are dated so far ahead that others don't show them yet.
    pub(super) fn tell_held_back(&self, now: Now, outputs: &mut Vec<Output>) {
        let ahead = Timestamp::from_ms(now.wall_ms.saturating_add(MAX_AHEAD_MS + 1));
        let places = self.log.positions_from(ahead, self.identity.author(), MAX_HELD_BACK);
        if !places.is_empty() {
            outputs.push(Output::HeldBack(places));
        }
    }
}
