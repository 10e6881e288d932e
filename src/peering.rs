//! Whom to call and when: the peers that we know, the addresses at which they may be reached, and those that the person
//! gave. Calls are repeated until they are answered, as mDNS doesn't announce again whom it still knows.
//!
//! Of two peers the one with the lower key calls at once and the other a little later: two that call each other at the same
//! instant may both fail.

mod address;
mod backoff;
mod targets;

use std::collections::{BTreeMap, BTreeSet};

pub use address::{Address, Subnet};
use backoff::{LATE_MS, wait};
pub use targets::HostPort;
use targets::Targets;

use crate::identity::Author;
use crate::rate::{Limit, PeerRate};

/// Gossip messages of one neighbour that are verified whatever others send: 60 a second, twice what a pen sends.
const GOSSIP: Limit = Limit { burst: 240, each_us: 1_000_000 / 60 };
/// Further ones, of all neighbours together: 5,000 a second, which takes about a fifth of a core. It is more than a program
/// sends that says thousands of lines at once.
const ALL_GOSSIP: Limit = Limit { burst: 10_000, each_us: 1_000_000 / 5_000 };
/// Peers remembered at most.
const MAX_KNOWN: usize = 512;
/// Addresses remembered of each at most.
const MAX_ADDRESSES: usize = 8;
/// Of these, addresses at most that are kept because a call to them was answered once.
const MAX_ANSWERED: usize = 6;
/// Malformed or forged messages that are taken from one peer before it is disconnected.
const MAX_FAULTS: u32 = 64;
/// Calls to a peer that was found but never met after which something must be in the way.
const TRIES_IN_VAIN: u32 = 4;
/// The time for which it is refused then, in milliseconds.
const BAN_MS: u64 = 10 * 60 * 1000;

/// A peer that we know.
#[derive(Debug)]
struct Known<C> {
    /// The addresses at which it may be reached, in the order in which to try them.
    addresses: Vec<Place>,
    /// True if we were connected with it once, maybe before a restart.
    met: bool,
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
        Known { addresses, met: false, connections, tries: 0, next_try: 0, faults: 0, banned_until: 0 }
    }
}

/// An address at which a peer may be reached.
#[derive(Debug)]
struct Place {
    address: Address,
    /// True if a call to it was answered once.
    answered: bool,
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
    /// The networks that this machine is on.
    subnets: BTreeSet<Subnet>,
    known: BTreeMap<Author, Known<C>>,
    /// Peers that are not forgotten.
    friends: BTreeSet<Author>,
    targets: Targets<C>,
    /// True if [`AddressBook::to_remember`] has changed since it was last taken.
    changed: bool,
}

impl<C: Copy + Ord> AddressBook<C> {
    /// No peers; `me` are we ourselves.
    #[must_use]
    pub fn new(me: Author) -> Self {
        let (mine, subnets, known, friends) = Default::default();
        AddressBook { me, mine, subnets, known, friends, targets: Targets::default(), changed: false }
    }

    /// Notes which peers are friends, and no others: they are not forgotten for the sake of others.
    pub fn befriend(&mut self, friends: BTreeSet<Author>) {
        self.friends = friends;
    }

    /// Returns the addresses of a peer as text, at most 8: those that it can be called at, on the host that it is
    /// connected from first. The other end of a call that we took is a port that nobody can call; it is given only while
    /// nothing else is known.
    #[must_use]
    pub fn addresses(&self, peer: &Author) -> Vec<String> {
        let Some(known) = self.known.get(peer) else { return Vec::new() };
        let called = known.connections.values().filter(|(_, dialled)| *dialled).map(|(address, _)| address);
        let hosts: Vec<_> = known.connections.values().map(|(address, _)| address.host()).collect();
        let places = known.addresses.iter().map(|place| &place.address);
        let (near, far): (Vec<_>, Vec<_>) = places.partition(|address| hosts.contains(&address.host()));
        let mut seen = BTreeSet::new();
        let callable = called.chain(near).chain(far).filter(|address| seen.insert(*address));
        let callable: Vec<String> = callable.take(MAX_ADDRESSES).map(ToString::to_string).collect();
        if callable.is_empty() {
            return known.connections.values().map(|(address, _)| address.to_string()).collect();
        }
        callable
    }

    /// Returns the addresses at which a peer listens, as far as we know; those where it answered once come first.
    #[must_use]
    pub fn listening(&self, peer: &Author) -> Vec<Address> {
        self.known.get(peer).map(Known::in_order).unwrap_or_default()
    }

    /// Notes an address that we listen on: nobody else does.
    pub fn listening_on(&mut self, address: Address) {
        for known in self.known.values_mut() {
            known.forget(&address);
        }
        self.mine.insert(address);
    }

    /// Notes an address that we no longer listen on.
    pub fn not_listening_on(&mut self, address: &Address) {
        self.mine.remove(&address.clone());
    }

    /// Notes a network that this machine is on from now on: people may be reached who were not before.
    pub fn joined(&mut self, subnet: Subnet, now: u64, random: u64) {
        if self.subnets.insert(subnet) {
            for known in self.known.values_mut().filter(|known| known.banned_until <= now) {
                (known.tries, known.next_try) = (0, known.next_try.min(now + random % 500));
            }
        }
    }

    /// Notes a network that this machine is no longer on.
    pub fn left(&mut self, subnet: &Subnet) {
        self.subnets.remove(subnet);
    }

    /// Returns whether an address that a peer told us is called on its word. It must be on the local network, so that
    /// nobody can make a whole room call a stranger, and lead from here to where it leads from there: a loopback address
    /// does only on one machine, and an address of this machine, told by a peer on another, is one that both machines
    /// have (those of container bridges are alike everywhere).
    #[must_use]
    pub fn believes(&self, reporter: &Author, address: &Address) -> bool {
        let is_same = self.is_on_this_machine(reporter) || !self.is_ours(address);
        let Some(ip) = address.ip() else { return false };
        is_same && (address.is_private() || self.is_near(address) || self.networks_of(reporter).any(|net| net.has(ip)))
    }

    /// Returns whether an address is on a network that this machine is on.
    fn is_near(&self, address: &Address) -> bool {
        address.ip().is_some_and(|ip| self.subnets.iter().any(|subnet| subnet.has(ip)))
    }

    /// Returns the networks on which a connected peer is, of the usual size.
    fn networks_of(&self, peer: &Author) -> impl Iterator<Item = Subnet> {
        let connections = self.known.get(peer).into_iter().flat_map(|known| known.connections.values());
        connections.filter_map(|(address, _)| address.ip().map(Subnet::usual))
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
        let is_useless = peer == self.me || !address.is_callable() || self.is_taken(&address, &peer);
        if is_useless || (!self.known.contains_key(&peer) && !self.make_room()) {
            return;
        }
        let patient = self.me > peer;
        let known = self.known.entry(peer).or_default();
        if known.addresses.iter().any(|place| place.address == address) {
            return;
        }
        known.addresses.insert(0, Place { address, answered: false });
        known.tries = 0;
        known.next_try = now + if patient { 1_000 + random % 1_500 } else { 0 };
        self.sort(peer);
    }

    /// Notes the addresses of a peer that was met before a restart, in the order in which to try them.
    pub fn recall(&mut self, peer: Author, addresses: Vec<Address>, now: u64, random: u64) {
        for address in addresses.into_iter().rev() {
            self.found(peer, address, now, random);
        }
        if let Some(known) = self.known.get_mut(&peer) {
            known.met = true;
            known.addresses.iter_mut().take(MAX_ANSWERED).for_each(|place| place.answered = true);
        }
        self.changed = false;
    }

    /// Puts the addresses of a peer into the order in which to try them, and forgets those beyond the bound: those where
    /// it answered come first, then those on our networks, then newer ones.
    fn sort(&mut self, peer: Author) {
        let Some(mut known) = self.known.remove(&peer) else { return };
        known.addresses.sort_by_key(|place| (!place.answered, !self.is_near(&place.address)));
        known.addresses.iter_mut().skip(MAX_ANSWERED).for_each(|place| place.answered = false);
        known.addresses.truncate(MAX_ADDRESSES);
        self.changed |= known.met;
        self.known.insert(peer, known);
    }

    /// Forgets one peer that is neither connected nor a friend and has not been reached for long, rather one that was never met.
    fn make_room(&mut self) -> bool {
        if self.known.len() < MAX_KNOWN {
            return true;
        }
        let idle = self.known.iter().filter(|(peer, known)| {
            known.connections.is_empty() && known.banned_until == 0 && !self.friends.contains(peer)
        });
        let Some(victim) = idle.max_by_key(|(_, known)| (!known.met, known.tries)).map(|(peer, _)| *peer) else {
            return false;
        };
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
        self.changed |= !known.met;
        known.met = true;
        known.tries = 0;
        known.connections.insert(connection, (address.clone(), dialled));
        if dialled {
            known.forget(&address);
            known.addresses.insert(0, Place { address, answered: true });
            self.sort(peer);
        }
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

    /// Returns whether calls to a peer fail although others, or mDNS, have found it a short time ago: true once. A peer that
    /// was found is there, so that something is in the way, such as a firewall.
    #[must_use]
    pub fn is_unreachable(&self, peer: &Author) -> bool {
        self.known.get(peer).is_some_and(|known| {
            let is_alone = known.connections.is_empty();
            is_alone && !known.met && known.tries == TRIES_IN_VAIN
        })
    }

    /// Notes a call that we answered ourselves: it is not repeated. Returns the address when the person gave it.
    pub fn ourselves(&mut self, connection: C) -> Option<Address> {
        self.targets.ourselves(connection)
    }

    /// Notes a call to `expected` that `other` answered: `expected` did not fail and is called at once at its remaining
    /// addresses, if there are any; `other` may be reached at this one.
    pub fn another_answered(&mut self, address: &Address, expected: Author, other: Author, now: u64, random: u64) {
        if let Some(known) = self.known.get_mut(&expected) {
            known.forget(address);
            known.next_try = now;
        }
        self.found(other, address.clone(), now, random);
    }

    /// Returns the calls to be made now. Each is made once, and [`AddressBook::calling`] says so.
    pub fn due(&mut self, now: u64) -> Vec<Call> {
        let mut calls = Vec::new();
        for (peer, known) in &mut self.known {
            if known.is_callable() && known.next_try <= now {
                // If the call ends without a word, there is another after a while.
                known.next_try = now + LATE_MS;
                calls.push(Call { peer: Some(*peer), addresses: known.in_order() });
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

    /// Returns the peers to be remembered over a restart, with their addresses: those that were met, and where they answered;
    /// where they may be reached, of those that only called us. `None` when nothing has changed since the last time.
    pub fn to_remember(&mut self) -> Option<Vec<(Author, Vec<Address>)>> {
        if !std::mem::take(&mut self.changed) {
            return None;
        }
        let met = self.known.iter().filter(|(_, known)| known.met && known.banned_until == 0);
        let addresses = met.map(|(peer, known)| (*peer, known.to_remember()));
        Some(addresses.filter(|(_, addresses)| !addresses.is_empty()).collect())
    }
}

impl<C> Known<C> {
    fn is_callable(&self) -> bool {
        self.connections.is_empty() && !self.addresses.is_empty()
    }

    fn in_order(&self) -> Vec<Address> {
        self.addresses.iter().map(|place| place.address.clone()).collect()
    }

    fn to_remember(&self) -> Vec<Address> {
        let answered = self.addresses.iter().filter(|place| place.answered).map(|place| place.address.clone());
        let answered: Vec<Address> = answered.collect();
        if answered.is_empty() { self.in_order() } else { answered }
    }

    fn forget(&mut self, address: &Address) {
        self.addresses.retain(|place| place.address != *address);
    }
}

fn is_connected<C>(known: &BTreeMap<Author, Known<C>>, peer: &Author) -> bool {
    known.get(peer).is_some_and(|known| !known.connections.is_empty())
}

/// Returns the rate limit of gossip messages that are verified. A signature takes about as long to check as a short message
/// takes to be received, and it is checked where everything else waits. Who signed a message is known only afterwards, so that
/// messages are counted for the neighbour that passes them on.
#[must_use]
pub fn gossip_rate() -> PeerRate {
    PeerRate::new(GOSSIP, ALL_GOSSIP)
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
            assert!(here.believes(&high, told));
            assert!(!elsewhere.believes(&high, told));
        }
        assert!(elsewhere.believes(&high, &address(7)));
        assert!(!elsewhere.believes(&peer(9), &near_by), "a stranger");
    }

    #[test]
    fn local_is_what_is_private_or_on_our_network_or_on_that_of_the_reporter() {
        let (low, high) = lower_and_higher();
        let at = |ip: &str| Address::of_multiaddr(&format!("/ip4/{ip}/tcp/47770"));
        let mut peers = book(low);
        peers.connected(high, 1, at("143.248.9.1"), true, 0);
        let believes = |peers: &AddressBook<u32>| {
            ["10.1.2.3", "100.64.3.4", "143.248.9.7", "143.248.1.7", "8.8.8.8"].map(|ip| peers.believes(&high, &at(ip)))
        };
        assert_eq!(believes(&peers), [true, true, true, false, false]);
        let campus = Subnet::new("143.248.1.2".parse().unwrap(), 23);
        peers.joined(campus, 0, 0);
        assert_eq!(believes(&peers), [true, true, true, true, false]);
        peers.left(&campus);
        assert_eq!(believes(&peers), [true, true, true, false, false]);
        assert!(!peers.believes(&peer(9), &at("143.248.9.7")), "who is not connected has no network");
    }

    #[test]
    fn an_address_that_was_answered_is_not_forgotten_for_others_and_is_tried_first() {
        let (low, high) = lower_and_higher();
        let mut peers = book(low);
        peers.joined(Subnet::new("172.17.3.1".parse().unwrap(), 24), 0, 0);
        peers.connected(high, 1, address(2), true, 0);
        for n in 0..40 {
            peers.found(high, Address::of_multiaddr(&format!("/ip4/172.17.{n}.9/tcp/47770")), 0, 0);
            peers.found(high, Address::of_multiaddr(&format!("/ip6/fe80::{n}/tcp/47770")), 0, 0);
        }
        let listed = peers.listening(&high);
        assert_eq!((listed.len(), &listed[0]), (MAX_ADDRESSES, &address(2)));
        assert_eq!(listed[1].as_str(), "/ip4/172.17.3.9/tcp/47770", "on our network, though others are newer");
        assert!(listed.iter().all(|address| !address.as_str().contains("fe80")), "no call leads there");
        assert_eq!(listed[2].as_str(), "/ip4/172.17.39.9/tcp/47770", "the newest");
        // However often it moved, a new address has a place.
        for n in 10..30 {
            peers.connected(high, u32::from(n), address(n), true, 0);
        }
        peers.found(high, address(99), 0, 0);
        assert!(peers.listening(&high).contains(&address(99)));
    }

    #[test]
    fn a_network_that_is_joined_has_everybody_called_at_once() {
        let (low, high) = lower_and_higher();
        let mut peers = book(low);
        peers.found(high, address(2), 0, 0);
        for n in 0..300 {
            peers.due(n * 60_000);
            peers.dial_failed(Some(high), 1, n * 60_000, 0);
        }
        let now = 300 * 60_000;
        peers.due(now);
        assert!(peers.next_call().unwrap() > now + 10_000);
        peers.joined(Subnet::new("10.0.0.1".parse().unwrap(), 8), now, 7);
        assert!(peers.next_call().unwrap() < now + 1_000);
    }

    #[test]
    fn who_was_met_is_remembered_where_it_answered_or_else_where_it_listens() {
        let (low, high) = lower_and_higher();
        let mut peers = book(low);
        peers.found(peer(9), address(9), 0, 0);
        assert_eq!(peers.to_remember(), None, "never met");
        peers.connected(high, 1, address(50), false, 0);
        assert_eq!(peers.to_remember(), Some(vec![]));
        peers.found(high, address(3), 0, 0);
        peers.found(high, address(2), 0, 0);
        let remembered = peers.to_remember().unwrap();
        assert_eq!(remembered, [(high, vec![address(2), address(3)])]);
        assert_eq!(peers.to_remember(), None, "nothing new");
        let mut later = book(low);
        later.recall(high, remembered[0].1.clone(), 0, 0);
        assert_eq!((later.listening(&high), later.to_remember()), (vec![address(2), address(3)], None));
        peers.connected(high, 2, address(3), true, 0);
        assert_eq!(peers.to_remember(), Some(vec![(high, vec![address(3)])]));
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

    #[test]
    fn a_friend_is_not_forgotten_for_others() {
        let many = |n: u64| {
            let mut key = [9; 32];
            key[..8].copy_from_slice(&n.to_be_bytes());
            Author(key)
        };
        let (friend, late_friend) = (peer(2), peer(3));
        let mut peers = book(peer(1));
        peers.befriend(BTreeSet::from([friend, late_friend]));
        peers.recall(friend, vec![address(2)], 0, 0);
        for n in 0..2 * MAX_KNOWN as u64 {
            peers.recall(many(n), vec![address(4)], 0, 0);
        }
        for tries in 1..100 {
            peers.dial_failed(Some(friend), tries, 0, 0);
        }
        peers.recall(late_friend, vec![address(3)], 0, 0);
        peers.connected(many(9_999), 1, address(5), true, 0);
        assert_eq!(peers.known.len(), MAX_KNOWN);
        assert_eq!([friend, late_friend].map(|friend| peers.listening(&friend)), [[address(2)], [address(3)]]);
    }
}
