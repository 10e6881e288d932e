//! The network between machines: connections and gossip.

use inkmesh::frame::{self, Frame};
use inkmesh::name::RoomName;
use inkmesh::room::{Input, Verdict};

use super::plan::ATTACKER;
use super::{Happening, Seat, World};

/// The most machines to which a frame is passed on.
const MESH: usize = 4;

impl World {
    /// Returns whether bytes sent now arrive.
    pub(super) fn reaches(&self, from: Seat, to: Seat) -> bool {
        self.process_of(from).is_some() && self.process_of(to).is_some() && !self.cut.contains(&(from, to))
    }

    /// Returns the number of the start of the program that runs on a machine, if one does.
    pub(super) fn process_of(&self, seat: Seat) -> Option<u32> {
        if seat == ATTACKER {
            return self.attacker.as_ref().map(|_| 0);
        }
        self.devices.get(&seat).filter(|device| device.room.is_some()).map(|device| device.process)
    }

    /// Returns whether bytes arrive both ways.
    pub(super) fn is_connected(&self, a: Seat, b: Seat) -> bool {
        self.reaches(a, b) && self.reaches(b, a)
    }

    /// Returns all machines.
    pub(super) fn seats(&self) -> Vec<Seat> {
        self.devices.keys().copied().chain(self.attacker.as_ref().map(|_| ATTACKER)).collect()
    }

    /// Lets everybody notice, after a while, a change in who is reachable.
    pub(super) fn everybody_looks(&mut self) {
        for seat in self.seats() {
            for other in self.seats() {
                if seat != other && seat != ATTACKER && !self.is_same_person(seat, other) {
                    let after = self.chance.between(5, 1_500, "meet", seat, other);
                    self.later(after, Happening::Meet { seat, other });
                }
            }
        }
    }

    pub(super) fn is_same_person(&self, a: Seat, b: Seat) -> bool {
        self.author_of(a) == self.author_of(b)
    }

    /// Lets one machine look whether another is within reach: it notices a connection that is gone, and discovers who is
    /// there to be called.
    pub(super) fn meet(&mut self, seat: Seat, other: Seat) {
        let now_there = self.process_of(other).filter(|_| self.is_connected(seat, other));
        let Some(device) = self.devices.get(&seat).filter(|device| device.room.is_some()) else { return };
        if device.online.get(&other).copied() != now_there {
            self.disconnect(seat, other);
        }
        if now_there.is_some() {
            self.discover(seat, other);
            if self.runs_twice(seat) || self.runs_twice(other) {
                self.connect(seat, other);
            }
        }
    }

    pub(super) fn came(&mut self, seat: Seat, other: Seat) {
        let Some(peer) = self.author_of(other) else { return };
        let now = self.now;
        if let Some(device) = self.devices.get_mut(&seat) {
            device.schedule.came(peer, now);
        }
        self.feed(seat, Input::Online { peer, addresses: Vec::new() });
        self.begin_rounds_where_due(seat);
    }

    pub(super) fn went(&mut self, seat: Seat, other: Seat) {
        let Some(peer) = self.author_of(other) else { return };
        let others: Vec<Seat> = self.devices[&seat].online.keys().copied().collect();
        if others.into_iter().any(|left| self.author_of(left) == Some(peer)) {
            return; // the same person's other machine is still there
        }
        let Some(device) = self.devices.get_mut(&seat) else { return };
        device.schedule.went(&peer);
        device.heard_clocks.remove(&peer);
        let told = device.clocks.lost(&peer);
        self.clock_told(seat, told.is_some());
        self.feed(seat, Input::Offline { peer });
    }

    /// Sends a frame to all within reach, or passes one on to a few.
    pub(super) fn gossip(&mut self, from: Seat, bytes: &[u8], passed_on_from: Option<Seat>) {
        let Some(device) = self.devices.get_mut(&from) else { return };
        device.messages.insert(frame::message_id(bytes));
        let mut to: Vec<Seat> = device.online.keys().copied().filter(|seat| Some(*seat) != passed_on_from).collect();
        if passed_on_from.is_some() {
            to.truncate(MESH);
        }
        for to in to {
            self.send_frame(from, to, bytes.to_vec());
        }
    }

    /// Sends a frame, which may be lost or come twice.
    pub(super) fn send_frame(&mut self, from: Seat, to: Seat, bytes: Vec<u8>) {
        if self.chance.between(0, 100, "loss", from, to) < self.loss {
            return;
        }
        let copies = if self.chance.between(0, 100, "twice", from, to) < self.twice { 2 } else { 1 };
        for _ in 0..copies {
            let delay = self.chance.between(1, self.delay + 1, "delay", from, to) + self.slowness(from, to);
            self.later(delay, Happening::Frame { to, from, bytes: bytes.clone() });
        }
    }

    pub(super) fn slowness(&self, from: Seat, to: Seat) -> u64 {
        let slow = |seat| self.devices.get(&seat).map_or(0, |device| device.slow);
        slow(from) + slow(to)
    }

    /// Delivers a frame.
    pub(super) fn frame(&mut self, to: Seat, from: Seat, bytes: Vec<u8>) {
        if self.cut.contains(&(from, to)) {
            return;
        }
        if to == ATTACKER {
            return self.attacker_hears(&bytes);
        }
        let Some(device) = self.devices.get_mut(&to).filter(|device| device.room.is_some()) else { return };
        if !device.messages.insert(frame::message_id(&bytes)) {
            return;
        }
        match self.read(to, from, &bytes) {
            Ok(Some(input)) => match self.feed(to, input) {
                Some(Verdict::Accept) => self.gossip(to, &bytes, Some(from)),
                Some(Verdict::Reject) => self.blame(to, from, "a frame that no honest program sends"),
                Some(Verdict::Ignore) | None => {}
            },
            Ok(None) => {}
            Err(error) => self.blame(to, from, &error),
        }
    }

    /// Reads a frame as the node does. Returns `None` if there is nothing new in it.
    fn read(&mut self, to: Seat, from: Seat, bytes: &[u8]) -> Result<Option<Input>, String> {
        let Some(from) = self.author_of(from) else { return Ok(None) };
        match Frame::decode(bytes, RoomName::lobby().id(), None).map_err(|error| error.to_string())? {
            Frame::Live(live) => Ok(Some(Input::Live(live))),
            Frame::Operation(operation) => {
                let device = self.devices.get(&to).filter(|device| device.takes_more());
                let room = device.and_then(|device| device.room.as_ref());
                if !room.is_some_and(|room| room.log().is_news(operation.header(), operation.id())) {
                    return Ok(None);
                }
                let operation = self.verify(&bytes[1..]).map_err(|error| error.to_string())?;
                Ok(Some(Input::Gossiped { operation, from }))
            }
        }
    }

    /// Lets one machine take another for dishonest.
    pub(super) fn blame(&mut self, by: Seat, whom: Seat, what: &str) {
        if whom != ATTACKER && by != ATTACKER {
            let (by, whom) = (super::story::name_of(by), super::story::name_of(whom));
            self.fail("blame", format!("{by} takes {whom} for dishonest: {what}"));
        }
    }
}
