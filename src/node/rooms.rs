//! The rooms we are in: entered, fed, and what they want done.

use inkmesh_store::StoreError;
use libp2p::PeerId;
use libp2p::gossipsub::{self, IdentTopic, MessageAcceptance, MessageId};

use super::StartError;
use super::handle::Answer;
use super::network::author_of;
use super::run::Runner;
use super::wishes::rooms_in;
use crate::clock::Now;
use crate::command::{MAX_ROOMS, Reply};
use crate::event::{CanvasChange, Event, Warning};
use crate::frame::MAX_FRAME;
use crate::log::{Line, Position};
use crate::name::RoomName;
use crate::operation::Operation;
use crate::room::{Input, Output, Room, Verdict};
use crate::sync::schedule::Schedule;

/// A room and what the loop keeps beside it.
pub(super) struct Member {
    pub(super) room: Room,
    pub(super) schedule: Schedule,
    /// How many operations its image on the disk holds.
    pub(super) imaged: usize,
    wake: Option<u64>,
}

impl Member {
    /// When something is to be done for this room. `takes_more`: whether catching up is possible now.
    pub(super) fn next_wake(&self, takes_more: bool) -> Option<u64> {
        let sync = if takes_more { self.schedule.next() } else { None };
        [self.wake, sync].into_iter().flatten().min()
    }
}

/// Where the input of a room came from, for what has to be said back.
#[derive(Default)]
pub(super) struct Source {
    /// The gossiped message that waits for its verdict.
    pub(super) message: Option<(MessageId, PeerId)>,
    /// Told when what is to be kept is durable.
    pub(super) done: Option<Answer>,
}

impl Runner {
    /// Enters the rooms that the person asks for, and those that we were in; the lobby, if these are none. Those above
    /// [`MAX_ROOMS`] are left out, stay remembered, and are told.
    pub(super) fn enter_rooms(&mut self, more: &[RoomName]) -> Result<(), StartError> {
        let mut names = more.to_vec();
        names.extend(rooms_in(&self.store)?);
        if names.is_empty() {
            names.push(RoomName::lobby());
        }
        for name in names {
            if self.is_full_for(&name) {
                self.left_out.insert(name);
                continue;
            }
            match self.enter(name.clone()) {
                Err(StartError::Store(StoreError::Damaged { .. })) => {
                    self.repair_at_the_start()?;
                    self.enter(name)?;
                }
                entered => entered?,
            }
        }
        if !self.left_out.is_empty() {
            self.warn(Warning::RoomsLeftOut { rooms: self.left_out.len() });
        }
        self.remember_now()?;
        Ok(())
    }

    /// Whether we are in as many rooms as we can be, and not in this one.
    pub(super) fn is_full_for(&self, name: &RoomName) -> bool {
        self.rooms.len() >= MAX_ROOMS && !self.rooms.contains_key(name)
    }

    /// Enters a room: its history from the disk, its topic on the network, our name in it.
    pub(super) fn enter(&mut self, name: RoomName) -> Result<(), StartError> {
        if self.rooms.contains_key(&name) {
            return Ok(());
        }
        let (room, imaged) = self.load(name.clone())?;
        self.left_out.remove(&name);
        let topic = IdentTopic::new(name.id().topic());
        if let Err(error) = self.swarm.behaviour_mut().gossip.gossipsub.subscribe(&topic) {
            return Err(StartError::Network(error.to_string()));
        }
        self.topics.insert(topic.hash(), name.clone());
        self.install(name, room, imaged);
        Ok(())
    }

    /// Puts a loaded room to work: announces who is there, and introduces ourselves if nobody did.
    fn install(&mut self, name: RoomName, mut room: Room, imaged: usize) {
        let now = self.now();
        let outputs = room.open(!self.saving.contains_key(&name), now);
        let introduction = room.rename(self.name.clone(), now);
        self.rooms.insert(name.clone(), Member { room, schedule: Schedule::default(), imaged, wake: None });
        self.carry_out(&name, outputs, Source::default());
        if let Ok(Some(write)) = introduction {
            self.save(&name, write);
        }
        let topic = IdentTopic::new(name.id().topic()).hash();
        let present =
            self.swarm.behaviour().gossip.gossipsub.all_peers().filter(|(_, topics)| topics.contains(&&topic));
        let present: Vec<PeerId> = present.map(|(peer, _)| *peer).collect();
        for peer in present {
            self.came(&name, peer);
        }
    }

    /// Leaves a room; its history stays.
    pub(super) fn exit(&mut self, name: &RoomName) -> bool {
        let topic = IdentTopic::new(name.id().topic());
        self.topics.remove(&topic.hash());
        self.give_up_guesses(name);
        self.swarm.behaviour_mut().gossip.gossipsub.unsubscribe(&topic);
        self.rooms.remove(name).is_some() | self.left_out.remove(name)
    }

    /// Ends the commands whose guesses a room was waiting for: it is to go.
    fn give_up_guesses(&mut self, name: &RoomName) {
        for ticket in self.rooms.get(name).into_iter().flat_map(|member| member.room.unanswered()) {
            self.replies.remove(&ticket);
        }
    }

    /// Reads all rooms anew from the disk.
    pub(super) fn reload_rooms(&mut self) -> Result<(), String> {
        let names: Vec<RoomName> = self.rooms.keys().cloned().collect();
        for name in names {
            let (room, imaged) = self.load(name.clone()).map_err(|error| error.to_string())?;
            self.give_up_guesses(&name);
            self.install(name.clone(), room, imaged);
            self.tell(Event::Canvas { room: name, change: CanvasChange::Reset });
        }
        Ok(())
    }

    /// Somebody is in a room that we are in.
    pub(super) fn came(&mut self, name: &RoomName, peer: PeerId) {
        let Some(author) = author_of(&peer) else { return };
        let (now, addresses) = (self.now(), self.peers.addresses(&peer));
        if let Some(member) = self.rooms.get_mut(name) {
            member.schedule.came(author, now.mono_ms);
        }
        self.feed(name, Input::Online { peer: author, addresses });
        self.catch_up_where_due();
    }

    /// More is known of where somebody can be called.
    pub(super) fn tell_addresses(&mut self, peer: PeerId) {
        let Some(author) = author_of(&peer) else { return };
        let present = self.rooms.iter().filter(|(_, member)| member.room.online_now().any(|one| one == author));
        let present: Vec<RoomName> = present.map(|(name, _)| name.clone()).collect();
        for name in present {
            let addresses = self.peers.addresses(&peer);
            self.feed(&name, Input::Online { peer: author, addresses });
        }
    }

    /// Somebody left a room.
    pub(super) fn went(&mut self, name: &RoomName, peer: PeerId) {
        let Some(author) = author_of(&peer) else { return };
        if let Some(member) = self.rooms.get_mut(name) {
            member.schedule.went(&author);
        }
        self.feed(name, Input::Offline { peer: author });
    }

    /// Somebody is not connected any more.
    pub(super) fn lost(&mut self, peer: PeerId) {
        let told = author_of(&peer).and_then(|author| self.clocks.lost(&author));
        self.clock_told(told);
        let names: Vec<RoomName> = self.rooms.keys().cloned().collect();
        for name in names {
            self.went(&name, peer);
        }
    }

    /// Feeds a room, and does what it wants.
    pub(super) fn feed(&mut self, name: &RoomName, input: Input) {
        self.feed_from(name, input, Source::default());
    }

    /// Feeds a room with something that has to be answered.
    pub(super) fn feed_from(&mut self, name: &RoomName, input: Input, source: Source) {
        let now = self.now();
        let Some(member) = self.rooms.get_mut(name) else { return };
        let outputs = member.room.handle(input, now);
        member.wake = None; // the outputs say when, if ever
        self.carry_out(name, outputs, source);
        self.image_if_grown(name);
    }

    /// Does what a room wants, in order.
    pub(super) fn carry_out(&mut self, name: &RoomName, outputs: Vec<Output>, mut source: Source) {
        for output in outputs {
            match output {
                Output::Verdict(verdict) => self.report(source.message.take(), verdict),
                Output::Persist(operations) => self.keep(name.id(), operations, source.done.take()),
                Output::Write(write) => self.save(name, write),
                Output::Publish(frame) => self.publish(name, frame),
                Output::Ask { to, ticket, ask } => self.ask_directly(name, to, ticket, ask),
                Output::Reply { ticket, result } => self.reply(ticket, result),
                Output::ReplyWhenSaved(ticket) => self.reply_when_saved(ticket),
                Output::CatchUp(author) => self.catch_up_soon(name, author),
                Output::Tell(event) => self.tell(event),
                Output::Keep(bytes) => self.keep_beside(name.id(), bytes),
                Output::HeldBack(places) => self.tell_held_back(name, places),
                Output::Refold => self.refold(name),
                Output::Wake(at) => self.set_wake(name, at),
            }
        }
        source.done.map(|done| done.send(Ok(Reply::Done {}))); // nothing had to be kept
    }

    fn tell_held_back(&mut self, name: &RoomName, places: Vec<Position>) {
        let lines = places.into_iter().map(Line::Stored).collect();
        let entries = self.operations(name.id(), lines).iter().map(Operation::id).collect();
        self.tell(Event::HeldBack { room: name.clone(), entries });
    }

    fn set_wake(&mut self, name: &RoomName, at: u64) {
        if let Some(member) = self.rooms.get_mut(name) {
            member.wake = Some(at);
        }
    }

    /// Wakes the rooms whose time has come.
    pub(super) fn wake_rooms(&mut self, mono_ms: u64) {
        let due = self.rooms.iter().filter(|(_, member)| member.wake.is_some_and(|at| at <= mono_ms));
        let due: Vec<RoomName> = due.map(|(name, _)| name.clone()).collect();
        for name in due {
            self.feed(&name, Input::Tick);
        }
    }

    fn catch_up_soon(&mut self, name: &RoomName, author: crate::identity::Author) {
        let Now { mono_ms, .. } = self.now();
        if let Some(member) = self.rooms.get_mut(name) {
            member.schedule.gap(author, mono_ms);
        }
    }

    fn publish(&mut self, name: &RoomName, frame: Vec<u8>) {
        if frame.len() > MAX_FRAME {
            return tracing::error!(len = frame.len(), room = %name, "a frame that nobody would take");
        }
        let topic = IdentTopic::new(name.id().topic()).hash();
        match self.swarm.behaviour_mut().gossip.gossipsub.publish(topic, frame) {
            // Nobody is there: it is on the disk, and whoever comes will catch up.
            Ok(_) | Err(gossipsub::PublishError::NoPeersSubscribedToTopic | gossipsub::PublishError::Duplicate) => {}
            Err(error) => tracing::warn!(%error, room = %name, "not published; it will be caught up with"),
        }
    }

    /// Tells gossip whether to pass a message on.
    pub(super) fn report(&mut self, message: Option<(MessageId, PeerId)>, verdict: Verdict) {
        let Some((id, peer)) = message else { return };
        let acceptance = match verdict {
            Verdict::Accept => MessageAcceptance::Accept,
            Verdict::Ignore => MessageAcceptance::Ignore,
            Verdict::Reject => MessageAcceptance::Reject,
        };
        self.swarm.behaviour_mut().gossip.gossipsub.report_message_validation_result(&id, &peer, acceptance);
        if verdict == Verdict::Reject {
            self.blame(peer, "a message that no honest program sends");
        }
    }
}
