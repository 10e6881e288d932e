//! The actor: one loop that takes what comes from the frontend, the network, the disk and the clock, one after another, and
//! routes it between the parts that it owns. It never waits for any of them.

mod commands;
mod contacts;
mod entering;
mod invitations;
mod links;
mod syncing;
mod tickets;
mod waiting_room;

use std::collections::{BTreeSet, VecDeque};
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use self::entering::Joining;
pub(super) use self::invitations::INVITATIONS;
use super::clock::NodeClock;
use super::disk::{self, Disk, Effect, quarantined};
use super::frontend::Frontend;
use super::guess_streams::{self, GuessStreams};
use super::handle::ReplySender;
use super::invitation_streams::{self, InvitationStreams};
use super::listening;
use super::network::{Gossiped, Network};
use super::peers::{self, Peers};
use super::ports::Claim;
use super::replies::Replies;
use super::rooms::Rooms;
use super::sync::{self, SyncError, SyncStreams};
use super::waiting_room::WaitingRoom;
use crate::clock::Now;
use crate::command::{Command, CommandError, CommandTicket, Reply};
use crate::contacts::Contacts;
use crate::event::{Event, Warning};
use crate::identity::{Author, Identity};
use crate::invitation::Invitations;
use crate::name::{RoomId, RoomName};
use crate::payload::Profile;
use crate::room::{Input, Output};

/// The longest wait for the clock, in milliseconds, whatever was computed.
const LONGEST_WAIT_MS: u64 = 60_000;
/// The time that the network still runs after everything is on the disk.
const LAST_WORDS: Duration = Duration::from_millis(100);

/// The parts of a node.
pub(super) struct NodeActor {
    pub(super) identity: Identity,
    /// Our name and picture.
    pub(super) profile: Profile,
    pub(super) clock: NodeClock,
    pub(super) network: Network,
    pub(super) peers: Peers,
    pub(super) contacts: Contacts,
    /// When contacts that nobody waits for were stored last, in milliseconds of the node's clock.
    pub(super) contacts_stored: u64,
    pub(super) guesses: GuessStreams,
    pub(super) invitations: Invitations,
    pub(super) invitation_streams: InvitationStreams,
    pub(super) sync: SyncStreams,
    pub(super) disk: Disk,
    pub(super) rooms: Rooms,
    /// The connected peers that have proven to be members of a private room.
    pub(super) proven: BTreeSet<(RoomId, Author)>,
    pub(super) waiting_room: WaitingRoom,
    pub(super) frontend: Frontend,
    pub(super) replies: Replies,
    /// Rooms that are to be entered, the first of them being read.
    pub(super) joining: VecDeque<Joining>,
    /// The ports that are ours as long as this is held.
    pub(super) claims: Vec<Claim>,
    /// The replies that are due when everything is on the disk; `None` until the node is to end.
    pub(super) quitting: Option<Vec<ReplySender>>,
}

/// The queues through which the parts and the frontend send to the actor.
pub(super) struct Inbox {
    pub(super) commands: mpsc::Receiver<(Command, ReplySender)>,
    pub(super) disk: mpsc::Receiver<disk::Message>,
    pub(super) sync: mpsc::Receiver<sync::Message>,
    pub(super) guesses: mpsc::Receiver<guess_streams::Message>,
    pub(super) invitations: mpsc::Receiver<invitation_streams::Message>,
    pub(super) peers: mpsc::Receiver<peers::Message>,
}

/// The origin of an input of a room, for what has to be said back.
#[derive(Default)]
struct Source {
    /// The gossiped message that waits for its verdict.
    message: Option<Gossiped>,
    /// Sent when what is to be stored is durable.
    done: Option<ReplySender>,
}

impl NodeActor {
    /// Runs until the node is to end and everything is on the disk.
    pub(super) async fn run(mut self, mut inbox: Inbox) {
        loop {
            let wake = self.next_wake();
            tokio::select! {
                event = self.network.next() => self.on_network_event(event),
                Some(message) = inbox.disk.recv() => match message {
                    disk::Message::Closed => break,
                    disk::Message::Failed => {
                        self.quitting = None; // not everything is on the disk
                        break;
                    }
                    message => self.on_disk_message(message),
                },
                Some(message) = inbox.sync.recv() => self.on_sync_message(message),
                Some(message) = inbox.guesses.recv() => self.on_guesses_message(message),
                Some(message) = inbox.invitations.recv() => self.on_invitation_message(message),
                Some(message) = inbox.peers.recv() => self.on_peers_message(message),
                command = inbox.commands.recv(), if self.takes_commands() => match command {
                    Some((command, answer)) => self.on_command(command, answer),
                    None => self.quit(None), // the last handle of the node is gone
                },
                () = tokio::time::sleep_until(wake.into()) => self.on_time(),
            }
        }
        // What was said last is on its way out.
        let last_words = async {
            loop {
                self.network.next().await;
            }
        };
        let _ = tokio::time::timeout(LAST_WORDS, last_words).await;
        for answer in self.quitting.take().unwrap_or_default() {
            let _ = answer.send(Ok(Reply::Done {}));
        }
        drop(self.claims);
    }

    fn now(&self) -> Now {
        self.clock.now()
    }

    /// Returns whether commands are carried out now. While a room is being read to be entered they wait, as they may be
    /// for it; but not as long as damaged files are moved aside.
    fn takes_commands(&self) -> bool {
        self.quitting.is_none() && (self.joining.is_empty() || self.disk.is_repairing())
    }

    fn next_wake(&self) -> Instant {
        let next_round = if self.disk.takes_more() { self.sync.next_round() } else { None };
        let parts = [
            self.rooms.next_wake(),
            next_round,
            self.peers.next_call(),
            self.disk.next_wake(),
            self.frontend.opens_at(),
            Some(self.sync.next_search()),
            self.invitations.next_try(),
            self.waiting_room.next_wake(),
        ];
        let next = parts.into_iter().flatten().min().unwrap_or(u64::MAX);
        let next = self.clock.instant(next.min(self.now().mono_ms + LONGEST_WAIT_MS));
        self.peers.next_look().map_or(next, |look| look.min(next))
    }

    fn on_time(&mut self) {
        let now = self.now();
        if self.frontend.opens_at().is_some_and(|at| at <= now.mono_ms) {
            let addresses = listening::shown(self.network.listeners(), &listening::outward());
            self.frontend.open(Event::Ready { peer: self.identity.author(), addresses });
        }
        let effects = self.disk.tick(|| self.rooms.names(), now);
        self.carry_out_effects(effects);
        self.close_dead();
        self.make_calls();
        self.retry_invitations();
        self.on_still_met();
        self.announce_if_due();
        for name in self.rooms.due(now.mono_ms) {
            self.feed(&name, Input::Tick);
        }
        self.begin_rounds();
        if self.sync.next_search() <= now.mono_ms {
            self.sync.search(&self.rooms, &self.network.connected(), now.mono_ms);
        }
        if self.frontend.is_gone() && self.quitting.is_none() {
            self.quit(None);
        }
    }

    // --- rooms -----------------------------------------------------------------------------------------------------

    fn feed(&mut self, name: &RoomName, input: Input) {
        self.feed_from(name, input, Source::default());
    }

    /// Feeds a room with something that has to be answered.
    fn feed_from(&mut self, name: &RoomName, input: Input, source: Source) {
        let now = self.now();
        let Some(outputs) = self.rooms.handle(name, input, now) else { return };
        self.carry_out(name, outputs, source);
        if !self.disk.is_writing()
            && self.disk.trouble().is_none()
            && let Some(snapshot) = self.rooms.snapshot_if_grown(name)
        {
            let effects = self.disk.write_snapshot(name.id(), snapshot, now);
            self.carry_out_effects(effects);
        }
    }

    /// Carries out the outputs of a room, in order.
    fn carry_out(&mut self, name: &RoomName, outputs: Vec<Output>, mut source: Source) {
        let now = self.now();
        for output in outputs {
            match output {
                Output::Verdict(verdict) => {
                    source.message.take().into_iter().for_each(|message| self.report(&message, verdict));
                }
                Output::Persist(operations) => {
                    let effects = self.disk.store_received(name.id(), operations, source.done.take(), now);
                    self.carry_out_effects(effects);
                }
                Output::Write(write) => {
                    let effects = self.disk.write(name, write, now);
                    self.carry_out_effects(effects);
                }
                Output::Publish(frame) => {
                    if let Ok(room) = self.rooms.get(name) {
                        self.network.publish(name, room.sealed(frame));
                    }
                }
                Output::Ask { to, ticket, ask } => self.guesses.send(name, to, ticket, ask),
                Output::Reply { ticket, result } => self.replies.reply(ticket, result),
                Output::ReplyWhenSaved(ticket) => self.reply_when_saved(ticket),
                Output::SyncWith(author) => self.sync.gap(name, author, now.mono_ms),
                Output::Emit(event) => {
                    match &event {
                        Event::Peer { person, .. } => self.on_introduced(person),
                        Event::Game { .. } => self.waiting_room.changed(now.mono_ms),
                        _ => {}
                    }
                    self.frontend.emit(event);
                }
                Output::StoreLocal(bytes) => self.disk.store_local(name.id(), bytes, now),
                Output::HeldBack(positions) => self.disk.read_held_back(name.clone(), positions),
                Output::Refold => {
                    let room = self.rooms.get(name).ok();
                    room.into_iter().for_each(|room| self.disk.refold(name.clone(), room.steps()));
                }
                Output::Wake(at) => self.rooms.wake_at(name, at),
            }
        }
        source.done.map(|done| done.send(Ok(Reply::Done {}))); // nothing had to be stored
    }

    /// Replies when all that was gathered is durable: a read mark goes there with the lines that it is about.
    fn reply_when_saved(&mut self, ticket: CommandTicket) {
        let answer = self.replies.take(ticket);
        let effects = self.disk.flush(answer, self.now());
        self.carry_out_effects(effects);
    }

    /// Takes our name and picture in an open room, unless we have them there.
    ///
    /// # Errors
    /// Those of [`Room::introduce`](crate::room::Room::introduce).
    fn introduce(&mut self, name: &RoomName) -> Result<(), CommandError> {
        let now = self.now();
        let Some(room) = self.rooms.get_mut(name) else { return Ok(()) };
        if let Some(write) = room.introduce(self.profile.clone(), now)? {
            let effects = self.disk.write(name, write, now);
            self.carry_out_effects(effects);
        }
        Ok(())
    }

    // --- disk ------------------------------------------------------------------------------------------------------

    fn carry_out_effects(&mut self, effects: impl IntoIterator<Item = Effect>) {
        for effect in effects {
            match effect {
                Effect::Warn(warning) => self.frontend.warn(warning),
                Effect::Saved { room, write } => {
                    let reply = write.reply.clone();
                    self.feed(&room, Input::Saved(write));
                    // The room replies, unless we have left it since.
                    reply.into_iter().for_each(|(ticket, reply)| self.replies.reply(ticket, Ok(reply)));
                }
                Effect::NotSaved { command, reason } => {
                    self.replies.reply(command, Err(CommandError::NotSaved(reason)));
                }
                Effect::Reply { to, result } => drop(to.send(result)),
            }
        }
    }

    fn on_disk_message(&mut self, message: disk::Message) {
        let now = self.now();
        match message {
            disk::Message::Stored { keys, done, result } => {
                let effects = self.disk.stored(&keys, done, result, now);
                self.carry_out_effects(effects);
            }
            disk::Message::Written { room, write, result } => {
                let effects = self.disk.written(room, write, result, now);
                self.carry_out_effects(effects);
            }
            disk::Message::Loaded { repairs, result } => self.on_loaded(repairs, result),
            disk::Message::Page { room, operations, lines, answer } => {
                let missing = operations.len() < lines && self.disk.is_repairing();
                let entries = self.rooms.get(&room).map(|open| {
                    let entries = operations.iter().map(|operation| open.entry(operation, false, now));
                    entries.filter(|entry| !open.hides(entry)).collect::<Vec<_>>()
                });
                match (entries, operations.first()) {
                    (Ok(_), _) if missing => {
                        let _ = answer.send(Err(CommandError::Unreadable("it is being put right".to_owned())));
                    }
                    // An empty page would be taken for the beginning of the history.
                    (Ok(entries), Some(first)) if entries.is_empty() => {
                        self.on_history(room, lines, Some(first.id()), answer);
                    }
                    (entries, _) => drop(answer.send(entries.map(|entries| Reply::History { room, entries }))),
                }
            }
            disk::Message::HeldBack { room, number, entries } => {
                if self.rooms.contains(&room) && self.disk.is_last_held_back(&room, number) {
                    self.frontend.emit(Event::HeldBack { room, entries });
                }
            }
            disk::Message::Refolded { room, result } => match result {
                Ok(made) => self.feed(&room, Input::Refolded(made)),
                Err(error) => self.reading_failed(&error),
            },
            disk::Message::Unreadable(error) => self.reading_failed(&error),
            disk::Message::Repaired(Ok((quarantine, rooms))) => {
                self.reopen(rooms);
                quarantine.iter().for_each(|quarantine| self.frontend.warn(quarantined(quarantine)));
            }
            disk::Message::Repaired(Err(reason)) => {
                let effects = self.disk.repair_failed(reason, now);
                self.carry_out_effects(effects);
            }
            disk::Message::Recovered(Ok((quarantine, rooms))) => {
                if let Some(quarantine) = quarantine {
                    self.disk.was_repaired();
                    self.frontend.warn(quarantined(&quarantine));
                }
                let read = |name: &RoomName| rooms.iter().any(|loaded| loaded.room.name() == name);
                if self.rooms.names().iter().all(read) {
                    self.reopen(rooms);
                    self.frontend.warn(Warning::StorageRecovered);
                } else {
                    self.disk.recover(self.rooms.names(), now); // one was entered meanwhile
                }
            }
            disk::Message::Recovered(Err(reason)) => self.disk.still_refuses(&reason, now),
            disk::Message::Closed | disk::Message::Failed => {}
        }
        self.join_next();
    }

    fn reading_failed(&mut self, error: &SyncError) {
        let effects = self.disk.reading_failed(error, || self.rooms.names(), self.clock.now());
        self.carry_out_effects(effects);
    }
}

#[cfg(test)]
mod tests;
