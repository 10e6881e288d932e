//! Who we know, where they can be reached, whom to call again and when. Bookkeeping only: no IO here.
//!
//! mDNS doesn't announce again whom it still knows, and a broken connection heals by itself only if somebody dials.
//! So everybody that was ever reached is called again, sooner by the one of the lower peer id, later by the other:
//! two peers that dial each other at the same instant may both fail.

use std::collections::{BTreeMap, BTreeSet};

use libp2p::swarm::ConnectionId;
use libp2p::swarm::dial_opts::{DialOpts, PeerCondition};
use libp2p::{Multiaddr, PeerId};

use super::address;
use super::network::without_peer;
use super::wanted::{HostPort, Wanted};

/// Peers remembered at most.
const MAX_KNOWN: usize = 512;
/// Addresses remembered of each at most.
const MAX_ADDRESSES: usize = 8;
/// The longest wait between two calls while somebody may come back any moment, in milliseconds.
const SOON_MS: u64 = 2_500;
/// After this many calls in vain, the longest wait grows to [`LATE_MS`].
const TRIES_SOON: u32 = 120;
pub(super) const LATE_MS: u64 = 30_000;
/// Malformed or forged messages that are taken from one peer before it is shown the door.
const MAX_FAULTS: u32 = 64;
/// How long it stays outside.
const BAN_MS: u64 = 10 * 60 * 1000;

#[derive(Debug, Default)]
struct Known {
    /// The last that worked first.
    addresses: Vec<Multiaddr>,
    /// The address at the other end, and whether it was we who called it.
    connections: BTreeMap<ConnectionId, (Multiaddr, bool)>,
    tries: u32,
    next_try: u64,
    faults: u32,
    banned_until: u64,
}

/// The address book.
#[derive(Debug)]
pub(super) struct Peers {
    me: PeerId,
    /// Where we listen ourselves.
    mine: BTreeSet<Multiaddr>,
    known: BTreeMap<PeerId, Known>,
    pub(super) wanted: Wanted,
}

impl Peers {
    pub(super) fn new(me: PeerId) -> Self {
        Peers { me, mine: BTreeSet::new(), known: BTreeMap::new(), wanted: Wanted::default() }
    }

    /// Whether we are connected.
    pub(super) fn is_connected(&self, peer: &PeerId) -> bool {
        is_connected(&self.known, peer)
    }

    /// The addresses of a peer as text: those that it can be called at, on the host that it is connected from first.
    /// The other end of a call that we took is a port that nobody can call; it is told only while nothing else is known.
    pub(super) fn addresses(&self, peer: &PeerId) -> Vec<String> {
        let Some(known) = self.known.get(peer) else { return Vec::new() };
        let called = known.connections.values().filter(|(_, dialled)| *dialled).map(|(address, _)| address);
        let hosts: Vec<_> = known.connections.values().map(|(address, _)| address.iter().next()).collect();
        let (near, far): (Vec<_>, Vec<_>) =
            known.addresses.iter().partition(|address| hosts.contains(&address.iter().next()));
        let mut seen = BTreeSet::new();
        let callable = called.chain(near).chain(far).filter(|address| seen.insert(*address));
        let callable: Vec<String> = callable.take(MAX_ADDRESSES).map(ToString::to_string).collect();
        if callable.is_empty() {
            return known.connections.values().map(|(address, _)| address.to_string()).collect();
        }
        callable
    }

    /// The addresses at which a peer listens, as far as we know.
    pub(super) fn listening(&self, peer: &PeerId) -> Vec<Multiaddr> {
        self.known.get(peer).map(|known| known.addresses.clone()).unwrap_or_default()
    }

    /// We listen on this address: nobody else does.
    pub(super) fn listening_on(&mut self, address: Multiaddr) {
        let address = without_peer(address);
        for known in self.known.values_mut() {
            known.addresses.retain(|other| *other != address);
        }
        self.mine.insert(address);
    }

    /// We no longer do.
    pub(super) fn not_listening_on(&mut self, address: &Multiaddr) {
        self.mine.remove(&without_peer(address.clone()));
    }

    /// Whether an address that this peer told leads from here to where it leads from there. A loopback address does only on
    /// one machine; and an address of this machine, told by a peer on another, is one that both machines have (those of
    /// container bridges are alike everywhere).
    pub(super) fn leads_to_the_same(&self, teller: &PeerId, address: &Multiaddr) -> bool {
        self.is_on_this_machine(teller) || !self.is_ours(address)
    }

    /// Whether a connected peer is a program of this machine.
    fn is_on_this_machine(&self, peer: &PeerId) -> bool {
        let Some(known) = self.known.get(peer) else { return false };
        known.connections.values().any(|(address, _)| self.is_ours(address))
    }

    /// Whether an address is one of this machine's, at any port.
    fn is_ours(&self, address: &Multiaddr) -> bool {
        let host = address.iter().next();
        address::is_loopback(address) || self.mine.iter().any(|mine| mine.iter().next() == host)
    }

    /// Whether we listen at an address ourselves, or somebody else answers there now: whom we called there and are
    /// connected with.
    fn is_taken(&self, address: &Multiaddr, by_another_than: &PeerId) -> bool {
        let others = self.known.iter().filter(|(peer, _)| *peer != by_another_than);
        let answers = |known: &Known| known.connections.values().any(|(at, dialled)| *dialled && at == address);
        self.mine.contains(address) || others.map(|(_, known)| known).any(answers)
    }

    /// Somebody may be reached at an address. `random` spreads the calls.
    pub(super) fn found(&mut self, peer: PeerId, address: Multiaddr, now: u64, random: u64) {
        let address = without_peer(address);
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

    /// A connection stands. Returns whether it is the first to this peer, or `None` when the peer is banned and the
    /// connection is to be closed.
    pub(super) fn connected_to(
        &mut self,
        peer: PeerId,
        connection: ConnectionId,
        address: Multiaddr,
        dialled: bool,
        now: u64,
    ) -> Option<bool> {
        self.wanted.connected(connection, peer);
        self.make_room();
        let known = self.known.entry(peer).or_default();
        if known.banned_until > now {
            return None;
        }
        if dialled {
            let address = without_peer(address.clone());
            known.addresses.retain(|other| *other != address);
            known.addresses.insert(0, address);
            known.addresses.truncate(MAX_ADDRESSES);
        }
        known.tries = 0;
        let first = known.connections.is_empty();
        known.connections.insert(connection, (without_peer(address), dialled));
        Some(first)
    }

    /// A connection ended. Returns whether it was the last to this peer.
    pub(super) fn disconnected(&mut self, peer: PeerId, connection: ConnectionId, now: u64, random: u64) -> bool {
        let patient = self.me > peer;
        let Some(known) = self.known.get_mut(&peer) else { return true };
        known.connections.remove(&connection);
        known.next_try = now + if patient { 1_000 + random % 1_000 } else { 200 + random % 600 };
        self.wanted.disconnected(peer, known.next_try);
        known.connections.is_empty()
    }

    /// A call failed.
    pub(super) fn dial_failed(&mut self, peer: Option<PeerId>, connection: ConnectionId, now: u64, random: u64) {
        self.wanted.dial_failed(connection, now, random);
        if let Some(known) = peer.and_then(|peer| self.known.get_mut(&peer)) {
            known.tries += 1;
            known.next_try = now + wait(known.tries, random);
        }
    }

    /// A call to `expected` was answered by another: that is no failure of `expected`, who is called at once at the other
    /// addresses, if there are any, and a place where the other may be reached.
    pub(super) fn another_lives_at(
        &mut self,
        address: &Multiaddr,
        expected: PeerId,
        other: PeerId,
        now: u64,
        random: u64,
    ) {
        let address = without_peer(address.clone());
        if let Some(known) = self.known.get_mut(&expected) {
            known.addresses.retain(|at| *at != address);
            known.next_try = now;
        }
        self.found(other, address, now, random);
    }

    /// Whom to call now.
    pub(super) fn due(&mut self, now: u64) -> Vec<DialOpts> {
        let mut calls = Vec::new();
        for (peer, known) in &mut self.known {
            if known.is_callable() && known.next_try <= now {
                // If the call ends without a word, there is another after a while.
                known.next_try = now + LATE_MS;
                calls.push(call(*peer, known.addresses.clone()));
            }
        }
        let known = &self.known;
        calls.extend(self.wanted.due(now, |peer| is_connected(known, peer)));
        calls
    }

    /// When to look again for whom to call.
    pub(super) fn next_call(&self) -> Option<u64> {
        let known = self.known.values().filter(|known| known.is_callable()).map(|known| known.next_try);
        known.chain(self.wanted.next(|peer| self.is_connected(peer))).min()
    }

    /// Which names to look up now.
    pub(super) fn names_due(&mut self, now: u64) -> Vec<HostPort> {
        let known = &self.known;
        self.wanted.names_due(now, |peer| is_connected(known, peer))
    }

    /// A peer sent something that no honest program sends. Returns whether that was once too often: it is to be
    /// disconnected, and stays banned for a while.
    pub(super) fn fault(&mut self, peer: PeerId, now: u64) -> bool {
        let Some(known) = self.known.get_mut(&peer) else { return false };
        known.faults += 1;
        if known.faults < MAX_FAULTS {
            return false;
        }
        (known.faults, known.banned_until) = (0, now + BAN_MS);
        known.next_try = known.banned_until;
        true
    }

    /// What to remember over a restart: peers with addresses that worked.
    pub(super) fn to_remember(&self) -> Vec<(PeerId, Vec<Multiaddr>)> {
        let reached = self.known.iter().filter(|(_, known)| !known.addresses.is_empty() && known.banned_until == 0);
        reached.map(|(peer, known)| (*peer, known.addresses.clone())).collect()
    }
}

impl Known {
    fn is_callable(&self) -> bool {
        self.connections.is_empty() && !self.addresses.is_empty()
    }
}

fn is_connected(known: &BTreeMap<PeerId, Known>, peer: &PeerId) -> bool {
    known.get(peer).is_some_and(|known| !known.connections.is_empty())
}

fn call(peer: PeerId, addresses: Vec<Multiaddr>) -> DialOpts {
    // A port of its own: with a reused one, two calls at the same instant become one broken connection.
    DialOpts::peer_id(peer)
        .condition(PeerCondition::DisconnectedAndNotDialing)
        .addresses(addresses)
        .allocate_new_port()
        .build()
}

/// How long to wait after `tries` calls in vain.
pub(super) fn wait(tries: u32, random: u64) -> u64 {
    let longest = if tries < TRIES_SOON { SOON_MS } else { LATE_MS };
    let base = (250 << tries.min(7)).min(longest);
    base / 2 + random % base
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(n: u8) -> PeerId {
        super::super::network::peer_of(crate::identity::Identity::from_secret([n; 32]).author()).unwrap()
    }

    fn address(n: u8) -> Multiaddr {
        format!("/ip4/10.0.0.{n}/tcp/47770").parse().unwrap()
    }

    fn lower_and_higher() -> (PeerId, PeerId) {
        (peer(1).min(peer(2)), peer(1).max(peer(2)))
    }

    #[test]
    fn the_lower_calls_at_once_and_the_other_waits() {
        let (low, high) = lower_and_higher();
        let (mut lower, mut higher) = (Peers::new(low), Peers::new(high));
        lower.found(high, address(2), 100, 7);
        higher.found(low, address(1), 100, 7);
        assert_eq!((lower.due(100).len(), higher.due(100).len()), (1, 0));
        assert!(higher.next_call().unwrap() >= 1_100);
        assert_eq!(lower.due(100).len(), 0, "not twice");
    }

    #[test]
    fn a_lost_peer_is_called_again_and_again() {
        let (low, high) = lower_and_higher();
        let mut peers = Peers::new(low);
        peers.found(high, address(2), 0, 0);
        let connection = peers.due(0)[0].connection_id();
        assert_eq!(peers.connected_to(high, connection, address(2), true, 0), Some(true));
        assert_eq!(peers.next_call(), None);
        assert!(peers.disconnected(high, connection, 1_000, 0));
        let mut now = 1_000;
        for _ in 0..50 {
            let next = peers.next_call().unwrap();
            assert!(next <= now + 2 * SOON_MS, "{next} {now}");
            now = next;
            let call = peers.due(now).remove(0);
            peers.dial_failed(Some(high), call.connection_id(), now, u64::MAX / 3);
        }
    }

    #[test]
    fn an_address_that_the_person_gave_is_kept_until_somebody_answers() {
        let (low, high) = lower_and_higher();
        let mut peers = Peers::new(low);
        assert!(peers.wanted.want(address(9), 0));
        let first = peers.due(0).remove(0).connection_id();
        assert_eq!(peers.wanted.first_failure(first), Some(address(9).to_string()));
        peers.dial_failed(None, first, 0, 5);
        let second = peers.due(10_000).remove(0).connection_id();
        assert_eq!(peers.wanted.first_failure(second), None, "told once");
        peers.connected_to(high, second, address(9), true, 10_000);
        assert_eq!(peers.next_call(), None);
    }

    #[test]
    fn an_address_that_can_be_called_is_told_first() {
        let (low, high) = lower_and_higher();
        let mut peers = Peers::new(low);
        let (port, listens): (Multiaddr, Multiaddr) =
            ("/ip4/10.0.0.2/tcp/50001".parse().unwrap(), "/ip4/10.0.0.2/tcp/47770".parse().unwrap());
        peers.connected_to(high, ConnectionId::new_unchecked(1), port.clone(), false, 0);
        assert_eq!(peers.addresses(&high), [port.to_string()]);
        peers.found(high, listens.clone(), 0, 0);
        peers.found(high, address(9), 0, 0);
        assert_eq!(peers.addresses(&high), [listens.to_string(), address(9).to_string()]);
    }

    #[test]
    fn an_address_where_another_answers_is_dropped_and_the_rest_is_called_at_once() {
        let (low, high) = lower_and_higher();
        let mut peers = Peers::new(low);
        peers.found(high, address(2), 0, 0);
        peers.found(high, address(3), 0, 0);
        assert_eq!(peers.due(0).len(), 1);
        peers.another_lives_at(&address(3).with_p2p(high).unwrap(), high, peer(9), 5, 0);
        assert_eq!(peers.listening(&high), [address(2)]);
        assert_eq!(peers.listening(&peer(9)), [address(3)]);
        let called: Vec<_> = peers.due(5).iter().map(|call| call.get_peer_id().unwrap()).collect();
        assert!(called.contains(&high), "it did not fail");

        // The last one: nothing to call until it is found somewhere.
        peers.another_lives_at(&address(2), high, low, 6, 0);
        assert_eq!(peers.listening(&high), []);
        assert!(peers.due(100_000).iter().all(|call| call.get_peer_id() != Some(high)));
        peers.found(high, address(4), 100_000, 0);
        assert_eq!(peers.due(100_000).iter().filter(|call| call.get_peer_id() == Some(high)).count(), 1);
    }

    #[test]
    fn nobody_is_looked_for_where_we_listen_or_another_answers() {
        let (low, high) = lower_and_higher();
        let mut peers = Peers::new(low);
        peers.found(high, address(1), 0, 0);
        peers.listening_on(address(1));
        assert_eq!(peers.listening(&high), [], "it was our address");
        peers.found(high, address(1), 0, 0);
        peers.connected_to(peer(9), ConnectionId::new_unchecked(1), address(2), true, 0);
        peers.found(high, address(2), 0, 0);
        assert_eq!(peers.listening(&high), []);
        peers.found(peer(9), address(2), 0, 0);
        assert_eq!(peers.listening(&peer(9)), [address(2)]);
        // Either may change.
        peers.not_listening_on(&address(1));
        peers.disconnected(peer(9), ConnectionId::new_unchecked(1), 0, 0);
        peers.found(high, address(1), 0, 0);
        peers.found(high, address(2), 0, 0);
        assert_eq!(peers.listening(&high), [address(2), address(1)]);
    }

    #[test]
    fn what_a_peer_tells_of_loopback_and_of_our_own_hosts_counts_on_this_machine_only() {
        let (low, high) = lower_and_higher();
        let near_by: Multiaddr = "/ip4/127.0.0.1/tcp/47771".parse().unwrap();
        let same_host: Multiaddr = "/ip4/10.0.0.1/tcp/47771".parse().unwrap();
        let from = |n: u8| {
            let mut peers = Peers::new(low);
            peers.listening_on(address(1));
            peers.connected_to(high, ConnectionId::new_unchecked(1), address(n), false, 0);
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
        let mut peers = Peers::new(low);
        peers.connected_to(high, ConnectionId::new_unchecked(1), address(2), false, 0);
        assert_eq!((0..MAX_FAULTS).filter(|_| peers.fault(high, 0)).count(), 1);
        assert_eq!(peers.connected_to(high, ConnectionId::new_unchecked(2), address(2), false, 1), None);
        assert_eq!(peers.connected_to(high, ConnectionId::new_unchecked(3), address(2), false, BAN_MS), Some(false));
    }

    #[test]
    fn the_book_has_an_end() {
        let mut peers = Peers::new(peer(1));
        for _ in 0..(MAX_KNOWN + 10) {
            peers.found(PeerId::random(), address(1), 0, 0);
        }
        assert_eq!(peers.known.len(), MAX_KNOWN);
    }
}
