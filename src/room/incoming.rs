//! What comes in from others, and our own as it becomes durable.

use std::collections::BTreeSet;

use super::{Output, Room, Verdict, Write};
use crate::clock::Now;
use crate::event::{CanvasChange, Event, Warning};
use crate::frame::Frame;
use crate::identity::Author;
use crate::live::LiveInk;
use crate::log::{Ingest, Ingested, Position, Reason};
use crate::operation::Operation;

impl Room {
    pub(super) fn gossiped(&mut self, operation: Operation, from: Author, now: Now, outputs: &mut Vec<Output>) {
        if self.is_in_flight(&operation) {
            outputs.push(Output::Verdict(Verdict::Ignore));
            return;
        }
        let author = operation.author();
        let mut taken = self.log.ingest_all(vec![operation], now.wall_ms);
        let outcome = taken.outcomes.pop().unwrap_or(Ingest::Duplicate);
        outputs.push(Output::Verdict(verdict(outcome)));
        if matches!(outcome, Ingest::Floating | Ingest::Dropped) {
            outputs.push(Output::CatchUp(from));
        }
        self.warn_of_parked(outcome, author, outputs);
        self.took(taken, now, outputs);
    }

    pub(super) fn synced(&mut self, mut operations: Vec<Operation>, from: Author, now: Now, outputs: &mut Vec<Output>) {
        let count = operations.len() as u64;
        operations.retain(|operation| !self.is_in_flight(operation));
        let authors: Vec<Author> = operations.iter().map(Operation::author).collect();
        let taken = self.log.ingest_all(operations, now.wall_ms);
        let news = (taken.inserted.len() + taken.floating.len()) as u64;
        self.fetching.received(from, count, news);
        for (outcome, author) in taken.outcomes.iter().zip(authors) {
            self.warn_of_parked(*outcome, author, outputs);
        }
        self.took(taken, now, outputs);
        self.tell_progress(now, outputs);
    }

    /// Received operations were put where they belong: keep those that are in the log, and show what is new.
    fn took(&mut self, taken: Ingested, now: Now, outputs: &mut Vec<Output>) {
        let Ingested { inserted, floating, removed, forks, .. } = taken;
        let me = self.identity.author();
        // Others know more of our own chains than we did: this folder was put back from a copy, or lost something.
        let ours = inserted.iter().filter(|(_, operation)| operation.author() == me);
        let known_elsewhere: BTreeSet<u64> = ours.map(|(_, operation)| operation.header().chain.log).collect();
        self.retire(known_elsewhere, outputs);
        for author in forks {
            self.forked(author, &inserted, now, outputs);
        }
        let less = !removed.is_empty();
        if less {
            self.fold.remove(&removed.into_iter().collect());
            outputs.push(self.tell_canvas(CanvasChange::Reset));
        }
        if !inserted.is_empty() {
            outputs.push(Output::Persist(inserted.clone()));
        }
        let inserted: Vec<Operation> = inserted.into_iter().map(|(_, operation)| operation).collect();
        self.show(&inserted, &floating, now, outputs);
        if less {
            // Only now: what came with it is in the log already, and must not be counted twice.
            self.kept.reading.count(&self.log, me);
            self.tell_reading(outputs);
        }
    }

    /// Somebody signed two operations for one place. They are in the log, both; everybody in reach is to have them.
    fn forked(&mut self, author: Author, inserted: &[(Position, Operation)], now: Now, outputs: &mut Vec<Output>) {
        let branches =
            inserted.iter().filter(|(place, operation)| operation.author() == author && place.begins_branch(operation));
        outputs.extend(branches.map(|(_, operation)| Output::Publish(Frame::operation(operation))));
        outputs.push(self.tell_person(author, now));
        if author == self.identity.author() {
            self.retire(BTreeSet::from([self.writer.log()]), outputs);
            self.warn_once(Warning::OwnFork, author, outputs);
        } else {
            self.warn_once(Warning::Fork { author }, author, outputs);
        }
    }

    /// Never continues these chains of our own again; goes on in another if we are writing one of them.
    fn retire(&mut self, chains: BTreeSet<u64>, outputs: &mut Vec<Output>) {
        if chains.contains(&self.writer.log()) {
            self.writer.renew();
        }
        let news = chains.into_iter().filter(|log| self.kept.retire(*log)).count();
        if news > 0 {
            outputs.push(Output::Keep(self.kept.encode()));
        }
    }

    /// Whether an operation claims a place of our own chain for which we may have signed something that is not durable
    /// yet. It isn't taken in now; when ours is on the disk, catching up brings it as what it is, a fork.
    fn is_in_flight(&self, operation: &Operation) -> bool {
        self.writer.is_waiting() && operation.header().chain == self.writer.chain()
    }

    pub(super) fn saved(&mut self, write: Write, now: Now, outputs: &mut Vec<Output>) {
        self.writer.saved(write.ticket);
        self.unsaved_steps.retain(|(ticket, ..)| *ticket != write.ticket);
        // Our own, signed by the one writer of the chain: they always follow, and are never from the future. They may
        // have been written before this room was read from the disk, and be in it already.
        let taken = self.log.ingest_all(write.operations, u64::MAX);
        let inserted: Vec<Operation> = taken.inserted.into_iter().map(|(_, operation)| operation).collect();
        outputs.extend(inserted.iter().map(|operation| Output::Publish(Frame::operation(operation))));
        self.show(&inserted, &[], now, outputs);
        outputs.extend(write.reply.map(|(ticket, reply)| Output::Reply { ticket, result: Ok(reply) }));
    }

    pub(super) fn live(&mut self, live: LiveInk, now: Now, outputs: &mut Vec<Output>) {
        let sheet = self.fold.game().visible_sheet();
        let welcome = live.sheet == sheet.into()
            && self.fold.game().may_draw(live.author, sheet)
            && self.live.admits(live.author, now.mono_ms);
        outputs.push(Output::Verdict(if welcome { Verdict::Accept } else { Verdict::Ignore }));
        if welcome {
            let LiveInk { author, from, ink, .. } = live;
            self.driver.saw_drawing(self.fold.game(), sheet, now);
            outputs.push(Output::Tell(Event::Live { room: self.name.clone(), author, sheet, ink, from }));
        }
    }

    pub(super) fn online(&mut self, peer: Author, addresses: Vec<String>, now: Now, outputs: &mut Vec<Output>) {
        if self.people.set_online(peer, addresses) {
            outputs.push(self.tell_person(peer, now));
        }
    }

    pub(super) fn offline(&mut self, peer: Author, now: Now, outputs: &mut Vec<Output>) {
        if self.people.set_offline(peer, now.wall_ms) {
            outputs.push(self.tell_person(peer, now));
        }
    }

    /// Takes in what was parked and whose time has come.
    pub(super) fn release(&mut self, now: Now, outputs: &mut Vec<Output>) {
        let released = self.log.release(now.wall_ms);
        if !released.is_empty() {
            let taken = self.log.ingest_all(released, now.wall_ms);
            self.took(taken, now, outputs);
        }
    }

    fn warn_of_parked(&mut self, outcome: Ingest, author: Author, outputs: &mut Vec<Output>) {
        if outcome == Ingest::Parked {
            self.warn_once(Warning::Parked { author }, author, outputs);
        }
    }

    /// Tells the face, once for each author and reason.
    fn warn_once(&mut self, warning: Warning, author: Author, outputs: &mut Vec<Output>) {
        // Bounded like the log: an author without a chain here is warned of too, but not for ever more.
        if self.warned.len() < crate::log::MAX_CHAINS && self.warned.insert((author, warning.code()), ()).is_none() {
            outputs.push(Output::Tell(Event::Warning(warning)));
        }
    }
}

fn verdict(outcome: Ingest) -> Verdict {
    match outcome {
        Ingest::Inserted | Ingest::Floating => Verdict::Accept,
        // A peer that lacks what stands before it can't know better than to pass it on.
        Ingest::Dropped | Ingest::Parked | Ingest::Duplicate => Verdict::Ignore,
        Ingest::Rejected(Reason::OtherRoom) => Verdict::Reject,
        Ingest::Rejected(_) => Verdict::Ignore,
    }
}
