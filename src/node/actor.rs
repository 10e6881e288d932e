//! The actor: one loop that takes what comes from the frontend, the network, the disk and the clock, one after another, and
//! routes it between the parts that it owns. It never waits for any of them.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use libp2p::swarm::dial_opts::DialOpts;
use tokio::sync::mpsc;

use super::clock::{NodeClock, wall_ms};
use super::disk::{self, Disk, Effect, Loaded, is_damage, quarantined};
use super::frontend::Frontend;
use super::guess_streams::{self, GuessStreams};
use super::handle::ReplySender;
use super::network::{self, DialFailure, Gossiped, Network};
use super::peers::{self, Peers};
use super::ports::Claim;
use super::replies::Replies;
use super::rooms::{LEFT, Rooms};
use super::sync::{self, RoundEnd, SyncError, SyncStreams};
use super::{StartError, listening};
use crate::clock::Now;
use crate::command::{Command, CommandError, CommandTicket, Reply, RoomCommand};
use crate::event::{CanvasChange, Event, Warning};
use crate::frame::{Frame, FrameError};
use crate::game::guess::{PeerReply, PeerRequest, Refusal};
use crate::identity::{Author, Identity};
use crate::name::{PersonName, RoomId, RoomName};
use crate::operation::OperationId;
use crate::peering::Address;
use crate::room::{Input, Output, Verdict};
use crate::sync::fetching::Fetch;
use crate::sync::server::Holdings;

/// Lines of one page of history: when no number is given, and at most.
const HISTORY: usize = 100;
const MAX_HISTORY: usize = 1000;
/// Rooms that may wait to be read from the disk.
const MAX_JOINING: usize = 64;
/// The longest wait for the clock, in milliseconds, whatever was computed.
const LONGEST_WAIT_MS: u64 = 60_000;
/// The time that the network still runs after everything is on the disk.
const LAST_WORDS: Duration = Duration::from_millis(100);

/// The parts of a node.
pub(super) struct NodeActor {
    pub(super) identity: Identity,
    /// Our name.
    pub(super) name: PersonName,
    pub(super) clock: NodeClock,
    pub(super) network: Network,
    pub(super) peers: Peers,
    pub(super) guesses: GuessStreams,
    pub(super) sync: SyncStreams,
    pub(super) disk: Disk,
    pub(super) rooms: Rooms,
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
    pub(super) peers: mpsc::Receiver<peers::Message>,
}

/// A room that is to be entered.
pub(super) struct Joining {
    name: RoomName,
    answer: ReplySender,
    state: JoinState,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum JoinState {
    Waits,
    /// It is being read.
    Reads,
    /// It waits until damaged files were moved aside. Then it is read once more.
    WaitsForRepair,
    /// It is being read once more.
    ReadsAgain,
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

    // --- commands --------------------------------------------------------------------------------------------------

    fn on_command(&mut self, command: Command, answer: ReplySender) {
        let reply = match command {
            Command::In(room, command) => return self.on_room_command(&room, command, answer),
            Command::Join { room } => return self.on_join(room, answer),
            Command::Leave { room } => return self.on_leave(&room, answer),
            Command::Rename { name } => return self.on_rename(name, answer),
            Command::History { room, limit, before } => {
                return self.on_history(room, limit.unwrap_or(HISTORY), before, answer);
            }
            Command::Drawings { room } => return self.on_drawings(&room, answer),
            Command::Quit => return self.quit(Some(answer)),
            Command::Dial { address } => self.on_dial(&address),
            Command::Whoami => Ok(self.whoami()),
            Command::Rooms => Ok(Reply::Rooms(self.rooms.summaries())),
        };
        let _ = answer.send(reply);
    }

    /// Hands a command to its room. What has to be written is refused while the disk refuses.
    fn on_room_command(&mut self, name: &RoomName, command: RoomCommand, answer: ReplySender) {
        let refused = match self.disk.trouble() {
            Some(reason) if command.writes() => Err(CommandError::NotSaved(reason.to_owned())),
            _ => self.rooms.get(name).map(drop),
        };
        if let Err(error) = refused {
            return drop(answer.send(Err(error)));
        }
        let ticket = self.replies.expect(answer);
        self.feed(name, Input::Command { ticket, command });
    }

    fn on_join(&mut self, name: RoomName, answer: ReplySender) {
        let refused = if let Err(error) = name.check_joinable() {
            CommandError::Name(error)
        } else if self.rooms.is_full_for(&name) {
            CommandError::TooManyRooms
        } else if self.joining.len() >= MAX_JOINING {
            CommandError::Busy
        } else {
            self.joining.push_back(Joining { name, answer, state: JoinState::Waits });
            return self.join_next();
        };
        let _ = answer.send(Err(refused));
    }

    fn on_leave(&mut self, name: &RoomName, answer: ReplySender) {
        // A room that an older program remembered under another form of the name is left by its printed name too.
        let old = self.rooms.old_form_of(name);
        if self.leave(name) || old.is_some_and(|old| self.leave(&old)) {
            self.remember_rooms(answer);
        } else {
            let _ = answer.send(Err(CommandError::NotInRoom(name.clone())));
        }
    }

    fn on_rename(&mut self, name: PersonName, answer: ReplySender) {
        self.name = name;
        let mut refused = None;
        for room in self.rooms.names() {
            refused = self.introduce(&room).err().or(refused);
        }
        let value = self.name.as_str().as_bytes().to_vec();
        match refused {
            None => self.disk.remember("name", value, Some(answer)),
            // It is ours all the same, and taken in the other rooms. Here it is tried again when the room is opened.
            Some(error) => {
                self.disk.remember("name", value, None);
                let _ = answer.send(Err(error));
            }
        }
    }

    fn on_history(&mut self, name: RoomName, limit: usize, before: Option<OperationId>, answer: ReplySender) {
        let lines = self
            .rooms
            .get(&name)
            .and_then(|room| room.log().page(limit.min(MAX_HISTORY), before).ok_or(CommandError::UnknownEntry));
        match lines {
            Ok(lines) => self.disk.read_page(name, lines, answer),
            Err(error) => drop(answer.send(Err(error))),
        }
    }

    fn on_drawings(&mut self, name: &RoomName, answer: ReplySender) {
        match self.rooms.get(name) {
            Ok(room) => self.disk.read_drawings(name.id(), room.steps(), answer),
            Err(error) => drop(answer.send(Err(error))),
        }
    }

    fn on_dial(&mut self, address: &str) -> Result<Reply, CommandError> {
        self.peers.want(address, self.now().mono_ms)?;
        self.make_calls();
        Ok(Reply::Done {})
    }

    fn whoami(&self) -> Reply {
        let (peer, version) = (self.identity.author(), env!("CARGO_PKG_VERSION"));
        Reply::Whoami { peer, name: self.name.clone(), fingerprint: peer.fingerprint(), version }
    }

    /// Begins to end the node: the store writes what it was given, then the actor stops.
    fn quit(&mut self, answer: Option<ReplySender>) {
        self.quitting.get_or_insert_default().extend(answer);
        let effects = self.disk.close(self.rooms.snapshots(), self.now());
        self.carry_out_effects(effects);
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
                Output::Publish(frame) => self.network.publish(name, frame),
                Output::Ask { to, ticket, ask } => self.guesses.send(name, to, ticket, ask),
                Output::Reply { ticket, result } => self.replies.reply(ticket, result),
                Output::ReplyWhenSaved(ticket) => self.reply_when_saved(ticket),
                Output::SyncWith(author) => self.sync.gap(name, author, now.mono_ms),
                Output::Emit(event) => self.frontend.emit(event),
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

    /// Takes our name in an open room, unless we have it there.
    ///
    /// # Errors
    /// Those of [`Room::rename`](crate::room::Room::rename).
    fn introduce(&mut self, name: &RoomName) -> Result<(), CommandError> {
        let now = self.now();
        let Some(room) = self.rooms.get_mut(name) else { return Ok(()) };
        if let Some(write) = room.rename(self.name.clone(), now)? {
            let effects = self.disk.write(name, write, now);
            self.carry_out_effects(effects);
        }
        Ok(())
    }

    /// Reads the next room that is to be entered, if none is being read. One that was left waits until what was written in it
    /// before is on the disk: it would not be part of what is read, and our chains in it could not be continued.
    fn join_next(&mut self) {
        while !self.disk.is_repairing() {
            let Some(Joining { name, state, .. }) = self.joining.front_mut() else { return };
            let refused = match state {
                JoinState::Reads | JoinState::ReadsAgain => return,
                _ if self.rooms.is_full_for(name) => Some(CommandError::TooManyRooms),
                _ if self.rooms.contains(name) => None,
                _ if !self.disk.is_clean(name) => return,
                _ => {
                    *state = if *state == JoinState::Waits { JoinState::Reads } else { JoinState::ReadsAgain };
                    return self.disk.load(name.clone(), self.clock.now());
                }
            };
            self.joined(refused);
        }
    }

    /// Ends the entering of the first room that is to be entered.
    fn joined(&mut self, refused: Option<CommandError>) {
        let Some(Joining { answer, .. }) = self.joining.pop_front() else { return };
        match refused {
            None => self.remember_rooms(answer),
            Some(error) => drop(answer.send(Err(error))),
        }
    }

    /// Enters the first room that is to be entered, if it could be read. When it was read while files were damaged, it is
    /// read once more after these were moved aside.
    fn on_loaded(&mut self, repairs: u64, result: Result<Box<Loaded>, StartError>) {
        let Some(joining) = self.joining.front_mut() else { return };
        let again = joining.state == JoinState::ReadsAgain;
        joining.state = JoinState::WaitsForRepair;
        if self.disk.is_current(repairs) {
            let failed = result.and_then(|loaded| self.enter(*loaded)).err();
            if let Some(error) = failed.as_ref().filter(|error| is_damage(error) && !again) {
                let effects = self.disk.repair(error.to_string(), self.rooms.names(), self.clock.now());
                self.carry_out_effects(effects);
            }
            if !self.disk.is_repairing() || again {
                self.joined(failed.map(|error| CommandError::NotSaved(error.to_string())));
            }
        }
    }

    /// Enters a room that was read: its topic on the network, our name in it.
    pub(super) fn enter(&mut self, loaded: Loaded) -> Result<(), StartError> {
        self.network.subscribe(loaded.room.name())?;
        self.open(loaded, true);
        Ok(())
    }

    /// Puts a room that was read to work: announces who is there, and introduces ourselves if that was not done.
    fn open(&mut self, loaded: Loaded, clean: bool) {
        let name = loaded.room.name().clone();
        let outputs = self.rooms.open(loaded, clean, self.now());
        self.sync.opened(name.clone());
        self.carry_out(&name, outputs, Source::default());
        if let Err(error) = self.introduce(&name) {
            tracing::warn!(room = %name, %error, "our name could not be told");
        }
        for peer in self.network.members(name.id()) {
            self.on_entered(&name, peer);
        }
    }

    /// Puts rooms that were read anew in place of the open ones.
    fn reopen(&mut self, rooms: Vec<Loaded>) {
        self.disk.works_again();
        for loaded in rooms {
            let name = loaded.room.name().clone();
            if self.rooms.contains(&name) {
                self.give_up_guesses(&name);
                let clean = self.disk.is_clean(&name);
                self.open(loaded, clean);
                self.frontend.emit(Event::Canvas { room: name, change: CanvasChange::Reset });
            }
        }
    }

    /// Leaves a room; its history stays.
    fn leave(&mut self, name: &RoomName) -> bool {
        self.give_up_guesses(name);
        self.network.unsubscribe(name);
        self.sync.closed(name);
        self.rooms.close(name)
    }

    /// Gives up the commands whose guesses a room was waiting for: it is going to be closed.
    fn give_up_guesses(&mut self, name: &RoomName) {
        for ticket in self.rooms.get(name).into_iter().flat_map(|room| room.unanswered()) {
            drop(self.replies.take(ticket));
        }
    }

    fn remember_rooms(&self, answer: ReplySender) {
        if let Ok(left) = self.rooms.left() {
            self.disk.remember(LEFT, left, None);
        }
        match self.rooms.remembered() {
            Ok(list) => self.disk.remember("rooms", list, Some(answer)),
            Err(error) => drop(answer.send(Err(error))),
        }
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
                let _ = answer.send(match self.rooms.get(&room) {
                    Ok(_) if missing => Err(CommandError::Unreadable("it is being put right".to_owned())),
                    Ok(open) => {
                        let entries = operations.iter().map(|operation| open.entry(operation, false, now)).collect();
                        Ok(Reply::History { room, entries })
                    }
                    Err(error) => Err(error),
                });
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

    // --- network, peers and guesses --------------------------------------------------------------------------------

    fn on_network_event(&mut self, event: network::Event) {
        let now = self.now().mono_ms;
        match event {
            network::Event::Connected { peer, connection, address, dialled } => {
                if !self.peers.connected(peer, connection, &address, dialled, now) {
                    self.network.close(connection);
                }
                self.remember_peers();
            }
            network::Event::Disconnected { peer, connection } => {
                if self.peers.disconnected(peer, connection, now) {
                    let changed = self.clock.lost(&peer);
                    self.on_clock_changed(changed);
                    self.rooms.names().iter().for_each(|name| self.on_left(name, peer));
                }
            }
            network::Event::DialFailed { connection, peer, failure } => {
                let elsewhere = matches!(failure, DialFailure::AnotherAnswered { .. });
                let warning = self.peers.dial_failed(connection, peer, failure, now);
                warning.into_iter().for_each(|warning| self.frontend.warn(warning));
                if elsewhere {
                    self.make_calls();
                }
            }
            network::Event::Listening(address) => {
                self.peers.listening(&address);
                self.frontend.listening(now);
            }
            network::Event::NotListening(address) => self.peers.not_listening(&address),
            network::Event::ListenFailed { addresses, reason } => {
                addresses.iter().for_each(|address| self.peers.not_listening(address));
                let address = addresses.first().map_or_else(|| "a port".to_owned(), ToString::to_string);
                self.frontend.warn(Warning::ListenFailed { address, reason });
            }
            network::Event::Interface { subnet, up } => {
                self.peers.interface(subnet, up, now);
                self.make_calls();
            }
            network::Event::Discovers => self.frontend.warn(Warning::DiscoveryRecovered),
            network::Event::Discovered(found) => {
                for (peer, address) in found {
                    if peer == self.identity.author() {
                        self.call_twin(peers::plain(&address));
                    } else {
                        self.peers.discovered(peer, &address, now);
                    }
                }
                self.make_calls();
            }
            network::Event::CallFailed { own_key } => self.peers.call_failed(own_key, now),
            network::Event::Identified { peer, connection, program, addresses } => {
                self.peers.identified(peer, (connection, program), &addresses, now);
                self.remember_peers();
                for name in self.rooms.with_peer(peer) {
                    self.feed(&name, Input::Online { peer, addresses: self.peers.addresses(peer) });
                }
            }
            network::Event::Answered(connection) => self.peers.answered(connection),
            network::Event::Entered { room, peer } => self.on_entered(&room, peer),
            network::Event::Left { room, peer } => self.on_left(&room, peer),
            network::Event::Gossip { room, message, data } => self.on_gossip(&room, message, &data),
            network::Event::SyncStream { peer, stream } => self.sync.serve(peer, stream, self.disk.store()),
            network::Event::GuessStream { peer, stream } => self.guesses.serve(peer, stream),
        }
    }

    fn on_entered(&mut self, name: &RoomName, peer: Author) {
        self.sync.entered(name, peer, self.now().mono_ms);
        self.feed(name, Input::Online { peer, addresses: self.peers.addresses(peer) });
        self.begin_rounds();
    }

    fn on_left(&mut self, name: &RoomName, peer: Author) {
        self.sync.left(name, peer);
        self.feed(name, Input::Offline { peer });
    }

    fn on_gossip(&mut self, room: &RoomName, message: Gossiped, data: &[u8]) {
        let now = self.now().mono_ms;
        if !self.peers.admits(message.author, now) {
            // If it is an operation, a round brings it.
            self.sync.gap(room, message.author, now);
            return self.report(&message, Verdict::Ignore);
        }
        match self.read(room, data, message.author) {
            Ok(Some(input)) => self.feed_from(room, input, Source { message: Some(message), done: None }),
            Ok(None) => self.report(&message, Verdict::Ignore),
            Err(error) if error.may_be_newer() => {
                tracing::debug!(from = %message.author, %room, %error, "a message was ignored");
                self.report(&message, Verdict::Ignore);
            }
            Err(error) => {
                tracing::warn!(from = %message.author, %room, %error, "a bad message was rejected");
                self.report(&message, Verdict::Reject);
            }
        }
    }

    /// Reads and verifies a message; `None` when there is nothing new in it, or no room for it now.
    fn read(&self, name: &RoomName, data: &[u8], from: Author) -> Result<Option<Input>, FrameError> {
        let frame = Frame::decode(data, name.id())?;
        let Ok(room) = self.rooms.get(name) else { return Ok(None) };
        match frame {
            Frame::Live(live) => Ok(Some(Input::Live(live))),
            Frame::Operation(operation) => {
                if !self.disk.takes_more() || !room.log().is_news(operation.header(), operation.id()) {
                    return Ok(None);
                }
                Ok(Some(Input::Gossiped { operation: operation.verify()?, from }))
            }
        }
    }

    fn report(&mut self, message: &Gossiped, verdict: Verdict) {
        self.network.report(message, verdict);
        if verdict == Verdict::Reject {
            self.blame(message.author, "a message that no honest program sends");
        }
    }

    /// Counts a message that no honest program sends.
    fn blame(&mut self, peer: Author, reason: &str) {
        if self.peers.fault(peer, self.now().mono_ms) {
            tracing::warn!(%peer, reason, "too often: disconnected for a while");
            self.network.disconnect(peer);
        }
    }

    fn on_peers_message(&mut self, message: peers::Message) {
        let now = self.now().mono_ms;
        match message {
            peers::Message::Nearby { peer, address } => self.peers.found(peer, address, now),
            peers::Message::Twin { address } => self.call_twin(address),
            peers::Message::LookedUp { name, result } => {
                let warning = self.peers.looked_up(&name, result, now);
                warning.into_iter().for_each(|warning| self.frontend.warn(warning));
            }
        }
        self.make_calls();
    }

    /// Stores the peers that are to be called after a restart, if they have changed.
    fn remember_peers(&mut self) {
        let list = self.peers.remembered();
        list.into_iter().for_each(|list| self.disk.remember("peers", list, None));
    }

    /// Makes the calls that are due, and tells what became of those to our own key.
    fn make_calls(&mut self) {
        let now = self.now().mono_ms;
        self.peers.judge_own_calls(now).into_iter().for_each(|warning| self.frontend.warn(warning));
        self.peers.calls(now).into_iter().for_each(|call| self.call(call));
    }

    fn call(&mut self, call: DialOpts) {
        let failed = self.network.dial(call);
        failed.into_iter().for_each(|event| self.on_network_event(event));
    }

    /// Calls an address where our own key is said to answer.
    fn call_twin(&mut self, address: Address) {
        let call = self.peers.call_twin(address);
        call.into_iter().for_each(|call| self.call(call));
    }

    /// Closes the connections on which nothing arrives any more.
    fn close_dead(&mut self) {
        for connection in self.peers.dead() {
            tracing::info!(%connection, "no answer: closing the connection");
            self.network.close(connection);
        }
    }

    fn on_guesses_message(&mut self, message: guess_streams::Message) {
        match message {
            guess_streams::Message::Request { from, request, answer } => {
                let _ = answer.send(self.reply_to_guess(from, *request));
            }
            guess_streams::Message::Sent(sent) => {
                if let Some(guess_streams::Sent { room, ticket, reply }) = self.guesses.sent(sent) {
                    self.feed(&room, Input::Replied { ticket, reply });
                }
            }
        }
    }

    fn reply_to_guess(&mut self, from: Author, request: PeerRequest) -> PeerReply {
        let now = self.now();
        let Some(room) = self.rooms.by_id(request.room()) else { return PeerReply::Refused(Refusal::NotNow) };
        let (name, (reply, outputs)) = (room.name().clone(), room.asked(from, request, now));
        self.carry_out(&name, outputs, Source::default());
        reply
    }

    // --- sync ------------------------------------------------------------------------------------------------------

    /// Begins the rounds that are due, while more can be taken in.
    fn begin_rounds(&mut self) {
        if self.disk.takes_more() {
            self.sync.begin_due(&self.rooms, self.now().mono_ms);
        }
    }

    fn on_sync_message(&mut self, message: sync::Message) {
        let now = self.now().mono_ms;
        match message {
            sync::Message::LookUp { room, peer, digest, clock, answer } => {
                self.on_clock_heard(peer, clock);
                let holdings = self.holdings(room, peer, digest).or_else(|| self.introduction(room, peer, digest));
                let _ = answer.send(holdings);
            }
            sync::Message::Locate { room, heads, wants, answer } => {
                let room = self.rooms.by_id(room);
                let _ = answer.send(room.map(|room| room.locate(&heads, &wants)).unwrap_or_default());
            }
            sync::Message::Newest { room, limit, after, answer } => {
                let lines = self.rooms.by_id(room).map(|room| room.log().newest(limit as usize, after));
                self.disk.read_for_peer(room, lines.unwrap_or_default(), answer);
            }
            sync::Message::ServeEnded(end) => {
                self.sync.serve_ended(&end);
                end.result.err().into_iter().for_each(|error| self.on_sync_failed(end.peer, &error));
            }
            sync::Message::Met { peer, neighbours, clock } => {
                self.on_clock_heard(peer, clock);
                self.peers.met(peer, neighbours, self.now().mono_ms);
                self.remember_peers();
            }
            sync::Message::Offered { room, from, heads, done } => {
                self.feed(&room, Input::Offered { from, heads });
                let _ = done.send(());
            }
            sync::Message::NextFetch { room, from, unit, answer } => {
                let room = self.rooms.get_mut(&room).filter(|_| self.disk.trouble().is_none());
                let next = room.map(|room| self.sync.next_fetch(room, from, unit, now));
                let _ = answer.send(next.unwrap_or(Fetch::Nothing));
            }
            sync::Message::Batch { room, operations, from, done } => {
                // In trouble `done` is dropped: the round ends, and begins anew when the disk takes writes again.
                if self.disk.trouble().is_none() {
                    let source = Source { message: None, done: Some(done) };
                    self.feed_from(&room, Input::Synced { operations, from }, source);
                }
            }
            sync::Message::FetchEnded { room, from, done } => {
                self.sync.fetched(&room, from, now);
                self.feed(&room, Input::FetchEnded { from });
                let _ = done.send(());
            }
            sync::Message::RoundEnded(end) => self.on_round_ended(end),
        }
    }

    /// Returns what we hold of a room, for a peer that began a round with us and holds what has the digest `theirs`; `None` when
    /// we are not in it.
    fn holdings(&mut self, room: RoomId, peer: Author, theirs: [u8; 32]) -> Option<Holdings> {
        let name = self.rooms.by_id(room)?.name().clone();
        // The connection may have ended meanwhile: nothing is noted of a peer that doesn't leave any more.
        let unheard = self.network.is_connected(peer) && self.sync.requested(&name, peer, self.now().mono_ms);
        if unheard && self.network.disconnect(peer) {
            tracing::warn!(%peer, room = %name, "nothing comes through from this peer by gossip: closed the connection");
        }
        let (room, me) = (self.rooms.get(&name).ok()?, self.identity.author());
        let others = room.online_now().filter(|other| *other != me && *other != peer);
        let neighbours = self.peers.neighbours(others);
        let digest = room.log().digest();
        let heads = if digest == theirs { Vec::new() } else { room.log().frontier() };
        Some(Holdings { digest, heads, neighbours, clock: wall_ms() })
    }

    /// Returns others who are in a room in which we are not, for a peer that is in it too: they may not know each other.
    fn introduction(&self, room: RoomId, peer: Author, digest: [u8; 32]) -> Option<Holdings> {
        let members = self.network.members(room).into_iter().filter(|member| *member != peer);
        let neighbours = self.peers.neighbours(members);
        (!neighbours.is_empty()).then(|| Holdings { digest, heads: Vec::new(), neighbours, clock: wall_ms() })
    }

    fn on_round_ended(&mut self, end: RoundEnd) {
        let (room, from) = (end.room.clone(), end.peer);
        let held = self.rooms.get(&room).ok();
        let more = held.is_some_and(|room| room.could_bring_more(from));
        let missing = more || held.is_some_and(|room| room.log().floating() > 0);
        self.feed(&room, Input::FetchStopped { from });
        let round = self.sync.round_ended(&end, more, missing, self.now().mono_ms);
        if self.peers.runs_twice(from) {
            // A round reaches one of the two, and gossip too.
            self.sync.gap(&room, from, self.now().mono_ms);
        }
        let Some(round) = round else { return };
        match end.result {
            Ok(received) if round.first || received > 0 || round.sent > 0 => {
                self.frontend.emit(Event::Synced { room, peer: from, received, sent: round.sent, ms: round.ms });
            }
            Ok(_) => {}
            Err(error) => self.on_sync_failed(from, &error),
        }
        self.begin_rounds();
    }

    fn on_sync_failed(&mut self, peer: Author, error: &SyncError) {
        tracing::info!(%peer, %error, "a sync round was broken off");
        if let SyncError::Store(_) | SyncError::Record(_) = error {
            self.reading_failed(error);
        }
        if error.is_fault() {
            self.blame(peer, "a sync message that no honest program sends");
        }
    }

    /// Takes note of what a peer's clock says.
    fn on_clock_heard(&mut self, peer: Author, clock: u64) {
        let changed = self.clock.heard(peer, clock);
        self.on_clock_changed(changed);
    }

    /// Tells every room that the time to go by has changed.
    fn on_clock_changed(&mut self, warning: Option<Warning>) {
        let Some(warning) = warning else { return };
        self.frontend.warn(warning);
        for name in self.rooms.names() {
            self.feed(&name, Input::ClockSet);
        }
    }
}

#[cfg(test)]
mod tests;
