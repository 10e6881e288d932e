//! From operations to what people see.

use super::{Output, Room};
use crate::canvas::SheetId;
use crate::clock::Now;
use crate::event::{CanvasChange, Drawn, Entry, Event};
use crate::fold::{Change, Step};
use crate::game::GameStep;
use crate::identity::Author;
use crate::log::MAX_FLOATING;
use crate::operation::{Operation, OrderKey};
use crate::payload::{Payload, kind};
use crate::timeline;

/// Lines that were told before their operations were in the log, at most: some times as many as can float.
const MAX_SHOWN: usize = 4 * MAX_FLOATING;
/// Votes that are told again at once when another one came late, at most: those of a turn.
const MAX_VOTES: usize = 64;

impl Room {
    /// Folds operations that are in the log now; returns their payloads, how the sheet and the game changed, and who is
    /// called differently.
    pub(super) fn project(&mut self, operations: &[Operation], now: Now) -> (Vec<Payload>, Change, Vec<Author>) {
        let mut renamed = Vec::new();
        let mut steps = Vec::new();
        let mut payloads = Vec::with_capacity(operations.len());
        for operation in operations {
            let (key, payload) = (operation.key(), operation.payload());
            self.learn(operation, &payload, now, &mut renamed);
            steps.extend(Step::new(key, operation.id(), &payload));
            payloads.push(payload);
        }
        (payloads, self.fold.insert(steps), renamed)
    }

    /// What an operation tells of its author, whether it is in the log yet or floats.
    fn learn(&mut self, operation: &Operation, payload: &Payload, now: Now, renamed: &mut Vec<Author>) {
        let (key, author) = (operation.key(), operation.author());
        self.clock.observe(key.time, now.wall_ms);
        self.people.note_activity(author, key.time.ms());
        if let Payload::Profile(profile) = payload
            && self.people.set_name(key, profile.name.clone())
        {
            renamed.push(author);
        }
    }

    /// Projects new operations and tells the face what they changed. Those that float only make lines; what they are
    /// worth in a game or on a sheet shows when the log has caught up with them.
    pub(super) fn show(&mut self, inserted: &[Operation], floating: &[Operation], now: Now, outputs: &mut Vec<Output>) {
        if inserted.is_empty() && floating.is_empty() {
            return;
        }
        let last_new = inserted.iter().map(Operation::key).max();
        let shown_before = self.log.last().filter(|last| Some(*last) != last_new);
        let (payloads, change, mut renamed) = self.project(inserted, now);
        let floated: Vec<(&Operation, Payload)> = floating.iter().map(|op| (op, op.payload())).collect();
        for (operation, payload) in &floated {
            self.learn(operation, payload, now, &mut renamed);
        }
        outputs.extend(renamed.into_iter().map(|author| self.tell_person(author, now)));
        let drawn = self.drawn(inserted, &payloads, change);
        self.watch_ink(&drawn, now);
        let mut heeded = Vec::new();
        for (operation, payload) in inserted.iter().zip(&payloads) {
            self.heed(operation, payload, now, &mut heeded);
        }
        let votes = inserted.iter().zip(&payloads).filter(|(_, payload)| is_vote(payload)).map(|(vote, _)| vote.key());
        let late_vote = votes.min().filter(|_| change.refolded);
        let new = inserted.iter().zip(payloads).chain(floated);
        self.tell_lines(new, shown_before, now, outputs);
        late_vote.into_iter().for_each(|first| self.tell_votes_again(first, outputs));
        outputs.extend(heeded);
        outputs.extend(drawn.into_iter().map(|change| self.tell_canvas(change)));
        self.refold_if_stale(outputs);
        if !self.fetching.is_long() {
            self.fold.drop_old_steps();
        }
    }

    /// Tells the lines of operations, each once.
    fn tell_lines<'a>(
        &mut self,
        new: impl Iterator<Item = (&'a Operation, Payload)>,
        shown_before: Option<OrderKey>,
        now: Now,
        outputs: &mut Vec<Output>,
    ) {
        let (mut lines, mut arrived) = (Vec::new(), Vec::new());
        for (operation, payload) in new {
            if !self.log.is_floating(operation.header(), operation.id()) {
                arrived.push(operation); // what floats may sink again: it isn't unread before it is in the log
            }
            if self.is_first_sight(operation) {
                let late = shown_before.is_some_and(|last| operation.key() < last);
                let sealed = matches!(payload, Payload::Game(GameStep::Whispered { .. })).then(|| payload.clone());
                let entry = self.entry_of(operation, payload, late, now);
                sealed.into_iter().for_each(|payload| self.remember_sealed(&entry, &payload));
                lines.push(entry);
            }
        }
        if !lines.is_empty() {
            outputs.push(Output::Tell(Event::Entries { room: self.name.clone(), entries: lines }));
        }
        if self.kept.reading.arrived(arrived.into_iter(), self.identity.author()) {
            self.tell_reading(outputs);
        }
    }

    /// Tells the votes after this place again: our own come into the log when they are saved, mostly after those of others
    /// with a later date, and then another one decides than was told.
    fn tell_votes_again(&self, first: OrderKey, outputs: &mut Vec<Output>) {
        let votes = self.fold.votes_after(first, MAX_VOTES);
        let line = |(step, vote): (&Step, &GameStep)| {
            timeline::vote(step, vote, self.people.name(step.key.chain.author), &self.fold)
        };
        let mut entries: Vec<Entry> = votes.map(line).collect();
        entries.reverse();
        if !entries.is_empty() {
            outputs.push(Output::Tell(Event::Entries { room: self.name.clone(), entries }));
        }
    }

    /// Whether the line of this operation has not been told yet. One that floats is told at once, unless it is a step of
    /// a game (whether that counts is not known before the log has caught up with it) or its author's chains fork (it may
    /// have been told already and pushed out since, and float for ever).
    fn is_first_sight(&mut self, operation: &Operation) -> bool {
        if self.log.is_floating(operation.header(), operation.id()) {
            while self.shown.len() >= MAX_SHOWN {
                self.shown.pop_first(); // of something that sank again, and may never come back
            }
            let may_be_told = operation.kind() != kind::GAME && !self.log.is_forked(operation.author());
            return may_be_told && self.shown.insert(operation.id());
        }
        !self.shown.remove(&operation.id())
    }

    /// The drawer who draws is not idle.
    fn watch_ink(&mut self, drawn: &[CanvasChange], now: Now) {
        if drawn.iter().any(|change| matches!(change, CanvasChange::Added(_))) {
            let sheet = self.fold.game().visible_sheet();
            self.driver.saw_drawing(self.fold.game(), sheet, now);
        }
    }

    fn drawn(&self, inserted: &[Operation], payloads: &[Payload], change: Change) -> Vec<CanvasChange> {
        if change.reset {
            return vec![CanvasChange::Reset];
        }
        let visible = self.fold.game().visible_sheet();
        let pairs = inserted.iter().zip(payloads);
        pairs.filter_map(|(operation, payload)| self.drawn_on(visible, operation, payload)).collect()
    }

    fn drawn_on(&self, visible: SheetId, operation: &Operation, payload: &Payload) -> Option<CanvasChange> {
        match payload {
            Payload::Canvas { sheet, step } if *sheet == visible && self.fold.counts(operation.key()) => {
                let (id, author) = (operation.id(), operation.author());
                Some(CanvasChange::Added(Drawn { id, author, step: step.clone() }))
            }
            _ => None,
        }
    }

    /// The line that an operation of this room makes.
    #[must_use]
    pub fn entry(&self, operation: &Operation, late: bool, now: Now) -> Entry {
        self.entry_of(operation, operation.payload(), late, now)
    }

    fn entry_of(&self, operation: &Operation, payload: Payload, late: bool, now: Now) -> Entry {
        let author = operation.author();
        let open = |game, turn, sealed: &[u8]| self.open_sealed(author, game, turn, sealed);
        let mut entry = timeline::entry(operation, payload, self.people.name(author), &self.fold, late, open);
        entry.held_back = author == self.identity.author() && operation.header().time.is_future(now.wall_ms);
        entry
    }

    /// Asks for all games and ink, if one landed before what the fold had let go.
    pub(super) fn refold_if_stale(&mut self, outputs: &mut Vec<Output>) {
        if self.fold.is_stale() && !self.refolding && !self.fetching.is_long() {
            self.refolding = true;
            outputs.push(Output::Refold);
        }
    }

    /// All games and ink, read from the disk.
    pub(super) fn refolded(&mut self, operations: Vec<Operation>, outputs: &mut Vec<Output>) {
        // What was pushed out since they were read is not part of the log any more.
        let held = operations.iter().filter(|operation| !self.log.is_news(operation.header(), operation.id()));
        let steps = held.filter_map(|op| Step::new(op.key(), op.id(), &op.payload())).collect();
        self.fold.remake(steps);
        self.fold.drop_old_steps();
        self.refolding = false;
        outputs.push(self.tell_canvas(CanvasChange::Reset));
    }

    pub(super) fn tell_person(&self, peer: Author, now: Now) -> Output {
        let mut person = self.people.person(peer, now.wall_ms);
        person.forked = self.log.is_forked(peer);
        Output::Tell(Event::Peer { room: self.name.clone(), person })
    }

    pub(super) fn tell_canvas(&self, change: CanvasChange) -> Output {
        Output::Tell(Event::Canvas { room: self.name.clone(), change })
    }

    pub(super) fn tell_reading(&self, outputs: &mut Vec<Output>) {
        outputs.push(Output::Keep(self.kept.encode()));
        let reading = self.kept.reading.view(&self.people);
        outputs.push(Output::Tell(Event::Reading { room: self.name.clone(), reading }));
    }
}

fn is_vote(payload: &Payload) -> bool {
    matches!(payload, Payload::Game(step) if step.is_shown_when_decided())
}
