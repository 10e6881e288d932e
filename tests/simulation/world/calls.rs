//! Whom a machine calls, and when: its program's [`AddressBook`] decides, as in `src/node/peers.rs`. Discovery tells it where
//! others are; each call is carried out after the delay of the network.
//!
//! [`AddressBook`]: inkmesh::peering::AddressBook

use std::net::{Ipv4Addr, SocketAddr};

use inkmesh::identity::Author;
use inkmesh::peering::{Address, Call};

use super::plan::{ATTACKER, COPY};
use super::story::name_of;
use super::{Failure, Happening, Seat, World};

/// Names a connection in the address book: the machine at its other end, and which start of the program there.
pub type Connection = (Seat, u32);

/// The address at which a machine listens.
pub fn address_of(seat: Seat) -> Address {
    let last = u8::try_from(seat + 1).unwrap();
    Address::tcp(SocketAddr::from((Ipv4Addr::new(10, 0, 0, last), 47_770)))
}

impl World {
    /// Discovery tells a machine where another is; sometimes also an address that now is a third machine's.
    pub(super) fn discover(&mut self, seat: Seat, other: Seat) {
        let Some(peer) = self.author_of(other) else { return };
        self.find(seat, peer, other);
        let strange = self.chance.number("strange address", seat, other);
        if strange.is_multiple_of(8) {
            let seats = self.seats();
            self.find(seat, peer, seats[(strange >> 8) as usize % seats.len()]);
        }
        self.make_calls(seat);
    }

    fn find(&mut self, seat: Seat, peer: Author, at: Seat) {
        let (now, random) = (self.now, self.chance.number("call", seat, at));
        if let Some(device) = self.devices.get_mut(&seat) {
            device.book.found(peer, address_of(at), now, random);
        }
    }

    /// Makes the calls that are due, and sets the timer for the next.
    pub(super) fn make_calls(&mut self, seat: Seat) {
        let now = self.now;
        let Some(device) = self.devices.get_mut(&seat).filter(|device| device.room.is_some()) else { return };
        let (calls, process) = (device.book.due(now), device.process);
        for call in calls {
            let to = self.seats().into_iter().find(|other| call.addresses.first() == Some(&address_of(*other)));
            let to = to.unwrap_or(seat);
            let delay = self.chance.between(1, self.delay + 1, "call delay", seat, to) + self.slowness(seat, to);
            self.later(delay, Happening::Called { seat, process, call });
        }
        let Some(device) = self.devices.get_mut(&seat) else { return };
        let Some(at) = device.book.next_call().map(|at| at.max(now + 1)) else { return };
        if device.next_call.is_none_or(|next| at < next) {
            device.next_call = Some(at);
            self.schedule(at, Happening::CallsDue { seat, process });
        }
    }

    pub(super) fn calls_due(&mut self, seat: Seat) {
        if let Some(device) = self.devices.get_mut(&seat) {
            device.next_call = None;
        }
        self.make_calls(seat);
    }

    /// A call comes to its end: the first machine within reach at its addresses answers.
    pub(super) fn called(&mut self, seat: Seat, call: &Call) {
        let Some(expected) = call.peer else { return };
        let seats = self.seats();
        let at = |address: &Address| seats.iter().copied().find(|other| address_of(*other) == *address);
        let mut answering = call.addresses.iter().filter_map(at).filter(|other| self.is_connected(seat, *other));
        let there = answering.next().and_then(|other| Some((other, self.author_of(other)?)));
        let (now, random) = (self.now, self.chance.number("call", seat, seat));
        let Some(device) = self.devices.get_mut(&seat) else { return };
        match there {
            Some((other, peer)) if peer == expected => self.connect(seat, other),
            Some((other, peer)) => device.book.another_answered(&address_of(other), expected, peer, now, random),
            None => drop(device.book.dial_failed(Some(expected), (seat, 0), now, random)),
        }
        self.make_calls(seat);
    }

    /// Connects two machines.
    pub(super) fn connect(&mut self, caller: Seat, called: Seat) {
        for (seat, other, dialled) in [(caller, called, true), (called, caller, false)] {
            let (Some(process), Some(peer)) = (self.process_of(other), self.author_of(other)) else { continue };
            let before = self.devices.get(&seat).and_then(|device| device.online.get(&other)).copied();
            if before == Some(process) {
                continue;
            }
            self.disconnect(seat, other);
            let now = self.now;
            let Some(device) = self.devices.get_mut(&seat).filter(|device| device.room.is_some()) else { continue };
            device.book.connected(peer, (other, process), address_of(other), dialled, now);
            device.online.insert(other, process);
            self.came(seat, other);
        }
    }

    /// Lets a machine notice that its connection with another is gone, if it has one.
    pub(super) fn disconnect(&mut self, seat: Seat, other: Seat) {
        let (now, random) = (self.now, self.chance.number("call", seat, other));
        // A copy may be gone already; its key is that of the person.
        let peer = self.author_of(if other == ATTACKER { other } else { other % COPY });
        let Some(device) = self.devices.get_mut(&seat) else { return };
        let Some(process) = device.online.remove(&other) else { return };
        if let Some(peer) = peer {
            device.book.disconnected(peer, (other, process), now, random);
        }
        self.went(seat, other);
        self.make_calls(seat);
    }

    /// Returns whether the person of a machine runs twice. A key is called at one of its machines only; the world makes
    /// the connections with both.
    pub(super) fn runs_twice(&self, seat: Seat) -> bool {
        seat != ATTACKER && self.devices.contains_key(&(COPY + seat % COPY))
    }

    /// Checks that every program is connected with every other person's.
    pub(super) fn check_connected(&self) -> Result<(), Failure> {
        for seat in self.seats() {
            for other in self.seats() {
                let process = self.process_of(other);
                let connected = self.devices[&seat].online.get(&other).copied() == process;
                if seat != other && !self.is_same_person(seat, other) && !connected {
                    let reason = format!("{} is not connected with {}", name_of(seat), name_of(other));
                    return Err(Failure { rule: "connection", reason });
                }
            }
        }
        Ok(())
    }
}
