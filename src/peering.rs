//! Whom to call and when: the peers that we know, the addresses at which they may be reached, and those that the person
//! gave. Calls are repeated until they are answered, as mDNS doesn't announce again whom it still knows.
//!
//! Of two peers the one with the lower key calls at once and the other a little later: two that call each other at the same
//! instant may both fail.

mod address;
mod backoff;
mod targets;

use std::collections::{BTreeMap, BTreeSet};

pub use address::Address;
use backoff::{LATE_MS, wait};
pub use targets::HostPort;
use targets::Targets;

use crate::identity::Author;

/// Peers remembered at most.
const MAX_KNOWN: usize = 512;
/// Addresses remembered of each at most.
const MAX_ADDRESSES: usize = 8;
/// Malformed or forged messages that are taken from one peer before it is disconnected.
const MAX_FAULTS: u32 = 64;
/// The time for which it is refused then, in milliseconds.
const BAN_MS: u64 = 10 * 60 * 1000;

/// A peer that we know.
#[derive(Debug)]
struct Known<C> {
    /// Where it may be reached; the address that worked last comes first.
    addresses: Vec<Address>,
    /// The address at the other end of each connection, and whether we called it.
    connections: BTreeMap<C, (Address, bool)>,
    /// Calls that failed since the last connection.
    tries: u32,
    /// When to call next, if there is no connection.
    next_try: u64,
    /// Messages that no honest program sends.
    faults: u32,
    banned_until: u64,
}

impl<C> Default for Known<C> {
    fn default() -> Self {
        let (addresses, connections) = (Vec::new(), BTreeMap::new());
        Known { addresses, connections, tries: 0, next_try: 0, faults: 0, banned_until: 0 }
    }
}

/// A call that is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Who is called; `None`: whoever answers at the one address.
    pub peer: Option<Author>,
    /// Where, in the order in which to try.
    pub addresses: Vec<Address>,
}

/// All peers that we know and all addresses that the person gave. `C` names a connection, from the call that begins it
/// to its end. All times are in milliseconds of [`crate::clock::Now::mono_ms`]; `random` spreads calls in time.
#[derive(Debug)]
pub struct AddressBook<C> {
    me: Author,
    /// Where we listen ourselves.
    mine: BTreeSet<Address>,
    known: BTreeMap<Author, Known<C>>,
    targets: Targets<C>,
}

impl<C: Copy + Ord> AddressBook<C> {
    /// No peers; `me` are we ourselves.
    #[must_use]
    pub fn new(me: Author) -> Self {
        AddressBook { me, mine: BTreeSet::new(), known: BTreeMap::new(), targets: Targets::default() }
    }

    /// Returns the addresses of a peer as text, at most 8: those that it can be called at, on the host that it is
    /// connected from first. The other end of a call that we took is a port that nobody can call; it is given only while
    /// nothing else is known.
    #[must_use]
    pub fn addresses(&self, peer: &Author) -> Vec<String> {
        let Some(known) = self.known.get(peer) else { return Vec::new() };
        let called = known.connections.values().filter(|(_, dialled)| *dialled).map(|(address, _)| address);
        let hosts: Vec<_> = known.connections.values().map(|(address, _)| address.host()).collect();
        let (near, far): (Vec<_>, Vec<_>) = known.addresses.iter().partition(|address| hosts.contains(&address.host()));
        let mut seen = BTreeSet::new();
        let callable = called.chain(near).chain(far).filter(|address| seen.insert(*address));
        let callable: Vec<String> = callable.take(MAX_ADDRESSES).map(ToString::to_string).collect();
        if callable.is_empty() {
            return known.connections.values().map(|(address, _)| address.to_string()).collect();
        }
        callable
    }

    /// Returns the addresses at which a peer listens, as far as we know.
    #[must_use]
    pub fn listening(&self, peer: &Author) -> Vec<Address> {
        self.known.get(peer).map(|known| known.addresses.clone()).unwrap_or_default()
    }

    /// Notes an address that we listen on: nobody else does.
    pub fn listening_on(&mut self, address: Address) {
        for known in self.known.values_mut() {
            known.addresses.retain(|other| *other != address);
        }
        self.mine.insert(address);
    }

    /// Notes an address that we no longer listen on.
    pub fn not_listening_on(&mut self, address: &Address) {
        self.mine.remove(&address.clone());
    }

    /// Returns whether an address that a peer gave us leads from here to where it leads from there. A loopback address
    /// does only on one machine; and an address of this machine, given by a peer on another, is one that both machines
    /// have (those of container bridges are alike everywhere).
    #[must_use]
    pub fn leads_to_the_same(&self, reporter: &Author, address: &Address) -> bool {
        self.is_on_this_machine(reporter) || !self.is_ours(address)
    }

    /// Returns whether a connected peer is a program of this machine.
    fn is_on_this_machine(&self, peer: &Author) -> bool {
        let Some(known) = self.known.get(peer) else { return false };
        known.connections.values().any(|(address, _)| self.is_ours(address))
    }

    /// Returns whether an address is one of this machine's, at any port.
    fn is_ours(&self, address: &Address) -> bool {
        let host = address.host();
        address.is_loopback() || self.mine.iter().any(|mine| mine.host() == host)
    }

    /// Returns whether we listen at an address ourselves, or somebody else answers there now: whom we called there and
    /// are connected with.
    fn is_taken(&self, address: &Address, by_another_than: &Author) -> bool {
        let others = self.known.iter().filter(|(peer, _)| *peer != by_another_than);
        let answers = |known: &Known<C>| known.connections.values().any(|(at, dialled)| *dialled && at == address);
        self.mine.contains(address) || others.map(|(_, known)| known).any(answers)
    }

    /// Notes an address at which a peer may be reached, and calls it there soon.
    pub fn found(&mut self, peer: Author, address: Address, now: u64, random: u64) {
        if peer == self.me || self.is_taken(&address, &peer) || (!self.known.contains_key(&peer) && !self.make_room()) {
            return;
        }
        let patient = self.me > peer;
        let known = self.known.entry(peer).or_default();
        if known.addresses.contains(&address) {
            return;
        }
        known.addresses.insert(0, address);
        known.addresses.truncate(MAX_ADDRESSES);
        known.tries = 0;
        known.next_try = now + if patient { 1_000 + random % 1_500 } else { 0 };
    }

    /// Forgets one peer that is neither connected nor has been reached for long.
    fn make_room(&mut self) -> bool {
        if self.known.len() < MAX_KNOWN {
            return true;
        }
        let idle = self.known.iter().filter(|(_, known)| known.connections.is_empty() && known.banned_until == 0);
        let Some(victim) = idle.max_by_key(|(_, known)| known.tries).map(|(peer, _)| *peer) else { return false };
        self.known.remove(&victim);
        true
    }

    /// Notes a new connection. Returns whether the peer is welcome; if not, the connection is to be closed.
    pub fn connected(&mut self, peer: Author, connection: C, address: Address, dialled: bool, now: u64) -> bool {
        self.targets.connected(connection, peer);
        self.make_room();
        let known = self.known.entry(peer).or_default();
        if known.banned_until > now {
            return false;
        }
        if dialled {
            let address = address.clone();
            known.addresses.retain(|other| *other != address);
            known.addresses.insert(0, address);
            known.addresses.truncate(MAX_ADDRESSES);
        }
        known.tries = 0;
        known.connections.insert(connection, (address, dialled));
        true
    }

    /// Notes the end of a connection. Returns whether it was the last with this peer.
    pub fn disconnected(&mut self, peer: Author, connection: C, now: u64, random: u64) -> bool {
        let patient = self.me > peer;
        let Some(known) = self.known.get_mut(&peer) else { return true };
        known.connections.remove(&connection);
        known.next_try = now + if patient { 1_000 + random % 1_000 } else { 200 + random % 600 };
        self.targets.disconnected(peer, known.next_try);
        known.connections.is_empty()
    }

    /// Notes a call that failed. Returns the address when the person gave it and this was the first try: to be told.
    pub fn dial_failed(&mut self, peer: Option<Author>, connection: C, now: u64, random: u64) -> Option<Address> {
        let first = self.targets.dial_failed(connection, now, random);
        if let Some(known) = peer.and_then(|peer| self.known.get_mut(&peer)) {
            known.tries += 1;
            known.next_try = now + wait(known.tries, random);
        }
        first
    }

    /// Notes a call to `expected` that `other` answered: `expected` did not fail and is called at once at its remaining
    /// addresses, if there are any; `other` may be reached at this one.
    pub fn another_answered(&mut self, address: &Address, expected: Author, other: Author, now: u64, random: u64) {
        let address = address.clone();
        if let Some(known) = self.known.get_mut(&expected) {
            known.addresses.retain(|at| *at != address);
            known.next_try = now;
        }
        self.found(other, address, now, random);
    }

    /// Returns the calls to be made now. Each is made once, and [`AddressBook::calling`] says so.
    pub fn due(&mut self, now: u64) -> Vec<Call> {
        let mut calls = Vec::new();
        for (peer, known) in &mut self.known {
            if known.is_callable() && known.next_try <= now {
                // If the call ends without a word, there is another after a while.
                known.next_try = now + LATE_MS;
                calls.push(Call { peer: Some(*peer), addresses: known.addresses.clone() });
            }
        }
        let known = &self.known;
        let targets = self.targets.due(now, |peer| is_connected(known, peer));
        calls.extend(targets.into_iter().map(|address| Call { peer: None, addresses: vec![address] }));
        calls
    }

    /// Notes the connection that a call is going to be.
    pub fn calling(&mut self, call: &Call, connection: C) {
        if let (None, [address]) = (call.peer, &call.addresses[..]) {
            self.targets.calling(address, connection);
        }
    }

    /// Connects to whoever answers at an address, and stays connected. Returns whether there was room for it.
    pub fn want(&mut self, address: Address, now: u64) -> bool {
        self.targets.want(address, now)
    }

    /// Connects to whoever answers where a name leads, and stays connected. Returns whether there was room for it.
    pub fn want_host(&mut self, name: HostPort, now: u64) -> bool {
        self.targets.want_host(name, now)
    }

    /// Notes where a name leads; no addresses: nowhere now. Returns whether that is to be told: the first time.
    pub fn looked_up(&mut self, name: &HostPort, found: Vec<Address>, now: u64, random: u64) -> bool {
        self.targets.looked_up(name, found, now, random)
    }

    /// Returns when [`AddressBook::due`] or [`AddressBook::names_due`] has something next.
    #[must_use]
    pub fn next_call(&self) -> Option<u64> {
        let known = self.known.values().filter(|known| known.is_callable()).map(|known| known.next_try);
        known.chain(self.targets.next(|peer| is_connected(&self.known, peer))).min()
    }

    /// Returns the names to be looked up now, each once: [`AddressBook::looked_up`] takes the result.
    pub fn names_due(&mut self, now: u64) -> Vec<HostPort> {
        let known = &self.known;
        self.targets.names_due(now, |peer| is_connected(known, peer))
    }

    /// Counts a message that no honest program sends. Returns whether that was once too often: the peer is to be
    /// disconnected, and is refused for a while.
    pub fn fault(&mut self, peer: Author, now: u64) -> bool {
        let Some(known) = self.known.get_mut(&peer) else { return false };
        known.faults += 1;
        if known.faults < MAX_FAULTS {
            return false;
        }
        (known.faults, known.banned_until) = (0, now + BAN_MS);
        known.next_try = known.banned_until;
        true
    }

    /// Returns the peers to be remembered over a restart, with their addresses.
    #[must_use]
    pub fn to_remember(&self) -> Vec<(Author, Vec<Address>)> {
        let reached = self.known.iter().filter(|(_, known)| !known.addresses.is_empty() && known.banned_until == 0);
        reached.map(|(peer, known)| (*peer, known.addresses.clone())).collect()
    }
}

impl<C> Known<C> {
    fn is_callable(&self) -> bool {
        self.connections.is_empty() && !self.addresses.is_empty()
    }
}

fn is_connected<C>(known: &BTreeMap<Author, Known<C>>, peer: &Author) -> bool {
    known.get(peer).is_some_and(|known| !known.connections.is_empty())
}

#[cfg(test)]
mod tests {
    use super::backoff::SOON_MS;
    use super::*;

    fn peer(n: u8) -> Author {
        Author([n; 32])
    }

    fn address(n: u8) -> Address {
        Address::of_multiaddr(&format!("/ip4/10.0.0.{n}/tcp/47770"))
    }

    fn lower_and_higher() -> (Author, Author) {
        (peer(1), peer(2))
    }

    fn book(me: Author) -> AddressBook<u32> {
        AddressBook::new(me)
    }

    #[test]
    fn the_lower_calls_at_once_and_the_other_waits() {
        let (low, high) = lower_and_higher();
        let (mut lower, mut higher) = (book(low), book(high));
        lower.found(high, address(2), 100, 7);
        higher.found(low, address(1), 100, 7);
        assert_eq!((lower.due(100).len(), higher.due(100).len()), (1, 0));
        assert!(higher.next_call().unwrap() >= 1_100);
        assert_eq!(lower.due(100).len(), 0, "not twice");
    }

    #[test]
    fn a_lost_peer_is_called_again_and_again() {
        let (low, high) = lower_and_higher();
        let mut peers = book(low);
        peers.found(high, address(2), 0, 0);
        assert_eq!(peers.due(0).len(), 1);
        let connection = 1;
        assert!(peers.connected(high, connection, address(2), true, 0));
        assert_eq!(peers.next_call(), None);
        assert!(peers.disconnected(high, connection, 1_000, 0));
        let mut now = 1_000;
        for _ in 0..50 {
            let next = peers.next_call().unwrap();
            assert!(next <= now + 2 * SOON_MS, "{next} {now}");
            now = next;
            assert_eq!(peers.due(now).len(), 1);
            assert_eq!(peers.dial_failed(Some(high), 2, now, u64::MAX / 3), None);
        }
    }

    #[test]
    fn an_address_that_the_person_gave_is_kept_until_somebody_answers() {
        let (low, high) = lower_and_higher();
        let mut peers = book(low);
        assert!(peers.want(address(9), 0));
        let call = peers.due(0).remove(0);
        assert_eq!(call, Call { peer: None, addresses: vec![address(9)] });
        peers.calling(&call, 1);
        assert_eq!(peers.dial_failed(None, 1, 0, 5), Some(address(9)));
        let call = peers.due(10_000).remove(0);
        peers.calling(&call, 2);
        assert_eq!(peers.dial_failed(None, 2, 10_000, 5), None, "told once");
        let call = peers.due(20_000).remove(0);
        let second = 3;
        peers.calling(&call, second);
        peers.connected(high, second, address(9), true, 20_000);
        assert_eq!(peers.next_call(), None);
    }

    #[test]
    fn an_address_that_can_be_called_is_told_first() {
        let (low, high) = lower_and_higher();
        let mut peers = book(low);
        let (port, listens): (Address, Address) =
            (Address::of_multiaddr("/ip4/10.0.0.2/tcp/50001"), Address::of_multiaddr("/ip4/10.0.0.2/tcp/47770"));
        peers.connected(high, 1, port.clone(), false, 0);
        assert_eq!(peers.addresses(&high), [port.to_string()]);
        peers.found(high, listens.clone(), 0, 0);
        peers.found(high, address(9), 0, 0);
        assert_eq!(peers.addresses(&high), [listens.to_string(), address(9).to_string()]);
    }

    #[test]
    fn an_address_where_another_answers_is_dropped_and_the_rest_is_called_at_once() {
        let (low, high) = lower_and_higher();
        let mut peers = book(low);
        peers.found(high, address(2), 0, 0);
        peers.found(high, address(3), 0, 0);
        assert_eq!(peers.due(0).len(), 1);
        peers.another_answered(&address(3), high, peer(9), 5, 0);
        assert_eq!(peers.listening(&high), [address(2)]);
        assert_eq!(peers.listening(&peer(9)), [address(3)]);
        let called: Vec<_> = peers.due(5).iter().map(|call| call.peer.unwrap()).collect();
        assert!(called.contains(&high), "it did not fail");

        // The last one: nothing to call until it is found somewhere.
        peers.another_answered(&address(2), high, low, 6, 0);
        assert_eq!(peers.listening(&high), []);
        assert!(peers.due(100_000).iter().all(|call| call.peer != Some(high)));
        peers.found(high, address(4), 100_000, 0);
        assert_eq!(peers.due(100_000).iter().filter(|call| call.peer == Some(high)).count(), 1);
    }

    #[test]
    fn nobody_is_looked_for_where_we_listen_or_another_answers() {
        let (low, high) = lower_and_higher();
        let mut peers = book(low);
        peers.found(high, address(1), 0, 0);
        peers.listening_on(address(1));
        assert_eq!(peers.listening(&high), [], "it was our address");
        peers.found(high, address(1), 0, 0);
        peers.connected(peer(9), 1, address(2), true, 0);
        peers.found(high, address(2), 0, 0);
        assert_eq!(peers.listening(&high), []);
        peers.found(peer(9), address(2), 0, 0);
        assert_eq!(peers.listening(&peer(9)), [address(2)]);
        // Either may change.
        peers.not_listening_on(&address(1));
        peers.disconnected(peer(9), 1, 0, 0);
        peers.found(high, address(1), 0, 0);
        peers.found(high, address(2), 0, 0);
        assert_eq!(peers.listening(&high), [address(2), address(1)]);
    }

    #[test]
    fn what_a_peer_tells_of_loopback_and_of_our_own_hosts_counts_on_this_machine_only() {
        let (low, high) = lower_and_higher();
        let near_by: Address = Address::of_multiaddr("/ip4/127.0.0.1/tcp/47771");
        let same_host: Address = Address::of_multiaddr("/ip4/10.0.0.1/tcp/47771");
        let from = |n: u8| {
            let mut peers = book(low);
            peers.listening_on(address(1));
            peers.connected(high, 1, address(n), false, 0);
            peers
        };
        let (here, elsewhere) = (from(1), from(2));
        for told in [&near_by, &same_host] {
            assert!(here.leads_to_the_same(&high, told));
            assert!(!elsewhere.leads_to_the_same(&high, told));
        }
        assert!(elsewhere.leads_to_the_same(&high, &address(7)));
        assert!(!elsewhere.leads_to_the_same(&peer(9), &near_by), "a stranger");
    }

    #[test]
    fn who_sends_too_much_nonsense_stays_outside_for_a_while() {
        let (low, high) = lower_and_higher();
        let mut peers = book(low);
        peers.connected(high, 1, address(2), false, 0);
        assert_eq!((0..MAX_FAULTS).filter(|_| peers.fault(high, 0)).count(), 1);
        assert!(!peers.connected(high, 2, address(2), false, 1));
        assert!(peers.connected(high, 3, address(2), false, BAN_MS));
    }

    #[test]
    fn the_book_has_an_end() {
        let mut peers = book(peer(1));
        for n in 2..(MAX_KNOWN as u64 + 12) {
            let mut key = [0; 32];
            key[..8].copy_from_slice(&n.to_le_bytes());
            peers.found(Author(key), address(1), 0, 0);
        }
        assert_eq!(peers.known.len(), MAX_KNOWN);
    }
}
