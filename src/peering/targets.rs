//! Addresses and host names that the person gave: when to call whoever answers there, and when to look the names up.
//!
//! A name may lead nowhere now and somewhere later, or somewhere else tomorrow. So it is looked up again, with growing
//! pauses, as long as we are connected with nobody whom it led to.

use super::address::Address;
use super::backoff::{LATE_MS, wait};
use crate::identity::Author;

/// Addresses at most, and names at most.
const MAX_TARGETS: usize = 64;
/// Addresses of a name at most.
const MAX_OF_HOST: usize = 4;
/// The pause before a name that led to an address is looked up again, if nobody answered there, in milliseconds.
const LOOK_AGAIN_MS: u64 = 10_000;

/// An address to be connected with.
#[derive(Debug)]
struct Target<C> {
    address: Address,
    /// True if the person gave the address itself, not only a name that leads to it.
    given: bool,
    lives_there: Option<Author>,
    /// True if we answered there ourselves.
    ours: bool,
    dialling: Option<C>,
    tries: u32,
    next_try: u64,
}

/// A host and a port, as the person gave them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostPort {
    /// The host's name.
    pub host: String,
    /// The TCP port.
    pub port: u16,
}

#[derive(Debug)]
struct TargetHost {
    name: HostPort,
    /// The addresses to which it led when it was last looked up.
    addresses: Vec<Address>,
    looking: bool,
    /// The number of lookups without an address since the last one that led to any.
    failures: u32,
    next_look: u64,
}

/// The addresses and names that the person gave.
#[derive(Debug)]
pub(super) struct Targets<C> {
    targets: Vec<Target<C>>,
    hosts: Vec<TargetHost>,
}

impl<C> Default for Targets<C> {
    fn default() -> Self {
        Targets { targets: Vec::new(), hosts: Vec::new() }
    }
}

impl<C: Copy + PartialEq> Targets<C> {
    /// Adds an address. Returns whether there was room for it.
    pub(super) fn want(&mut self, address: Address, now: u64) -> bool {
        self.target(address, now).is_some_and(|target| {
            (target.given, target.ours, target.tries, target.next_try) = (true, false, 0, now);
            true
        })
    }

    fn target(&mut self, address: Address, now: u64) -> Option<&mut Target<C>> {
        let at = match self.targets.iter().position(|target| target.address == address) {
            Some(at) => at,
            None if self.targets.len() >= MAX_TARGETS => return None,
            None => {
                self.targets.push(Target {
                    address,
                    given: false,
                    lives_there: None,
                    ours: false,
                    dialling: None,
                    tries: 0,
                    next_try: now,
                });
                self.targets.len() - 1
            }
        };
        self.targets.get_mut(at)
    }

    /// Adds a name. Returns whether there was room for it.
    pub(super) fn want_host(&mut self, name: HostPort, now: u64) -> bool {
        if let Some(host) = self.hosts.iter_mut().find(|host| host.name == name) {
            (host.failures, host.next_look) = (0, now);
            return true;
        }
        if self.hosts.len() >= MAX_TARGETS {
            return false;
        }
        self.hosts.push(TargetHost { name, addresses: Vec::new(), looking: false, failures: 0, next_look: now });
        true
    }

    /// Notes where a name leads; no addresses: nowhere now. Returns whether the person is to be warned: the first time.
    pub(super) fn looked_up(&mut self, name: &HostPort, mut found: Vec<Address>, now: u64, random: u64) -> bool {
        let Some(at) = self.hosts.iter().position(|host| host.name == *name) else { return false };
        let host = &mut self.hosts[at];
        host.looking = false;
        if found.is_empty() {
            host.failures += 1;
            host.next_look = now + wait(host.failures, random);
            return host.failures == 1;
        }
        found.truncate(MAX_OF_HOST);
        (host.failures, host.next_look) = (0, now + LOOK_AGAIN_MS);
        host.addresses.clone_from(&found);
        let hosts = &self.hosts;
        self.targets.retain(|target| {
            target.given
                || target.dialling.is_some()
                || hosts.iter().any(|host| host.addresses.contains(&target.address))
        });
        for address in found {
            self.target(address, now);
        }
        false
    }

    /// Notes who answered a call.
    pub(super) fn connected(&mut self, connection: C, peer: Author) {
        for target in self.targets.iter_mut().filter(|target| target.dialling == Some(connection)) {
            (target.lives_there, target.dialling, target.tries) = (Some(peer), None, 0);
        }
    }

    /// Notes the end of a connection with a peer, who is called again at `at`.
    pub(super) fn disconnected(&mut self, peer: Author, at: u64) {
        for target in self.targets.iter_mut().filter(|target| target.lives_there == Some(peer)) {
            target.next_try = at;
        }
    }

    /// Notes a call that failed. Returns the address that it was for, if this was the first try.
    pub(super) fn dial_failed(&mut self, connection: C, now: u64, random: u64) -> Option<Address> {
        let mut first = None;
        for target in self.targets.iter_mut().filter(|target| target.dialling == Some(connection)) {
            if target.tries == 0 {
                first = Some(target.address.clone());
            }
            target.dialling = None;
            target.tries += 1;
            target.next_try = now + wait(target.tries, random);
        }
        first
    }

    /// Notes a call that we answered ourselves. Returns the address that it was for.
    pub(super) fn ourselves(&mut self, connection: C) -> Option<Address> {
        let target = self.targets.iter_mut().find(|target| target.dialling == Some(connection))?;
        (target.ours, target.dialling) = (true, None);
        Some(target.address.clone())
    }

    /// Returns the addresses to be called now; [`Targets::calling`] takes the connections.
    pub(super) fn due(&mut self, now: u64, is_connected: impl Fn(&Author) -> bool) -> Vec<Address> {
        let due = self.targets.iter_mut().filter(|target| target.is_open(&is_connected) && target.next_try <= now);
        let call = |target: &mut Target<C>| {
            // If the call ends without a word, there is another after a while.
            target.next_try = now + LATE_MS;
            target.address.clone()
        };
        due.map(call).collect()
    }

    /// Notes the connection that a call to an address is going to be.
    pub(super) fn calling(&mut self, address: &Address, connection: C) {
        if let Some(target) = self.targets.iter_mut().find(|target| target.address == *address) {
            target.dialling = Some(connection);
        }
    }

    /// Returns the names to be looked up now.
    pub(super) fn names_due(&mut self, now: u64, is_connected: impl Fn(&Author) -> bool) -> Vec<HostPort> {
        let targets = &self.targets;
        let due = self.hosts.iter_mut().filter(|host| host.is_open(targets, &is_connected) && host.next_look <= now);
        let look = |host: &mut TargetHost| {
            host.looking = true;
            host.name.clone()
        };
        due.map(look).collect()
    }

    /// Returns when something is due next.
    pub(super) fn next(&self, is_connected: impl Fn(&Author) -> bool) -> Option<u64> {
        let targets = self.targets.iter().filter(|target| target.is_open(&is_connected)).map(|target| target.next_try);
        let hosts = self.hosts.iter().filter(|host| host.is_open(&self.targets, &is_connected));
        targets.chain(hosts.map(|host| host.next_look)).min()
    }
}

impl<C> Target<C> {
    /// Returns whether it is to be called some time: it is not our own, and whoever answered there is not connected.
    fn is_open(&self, is_connected: impl Fn(&Author) -> bool) -> bool {
        !self.ours && !self.lives_there.as_ref().is_some_and(is_connected)
    }
}

impl TargetHost {
    /// Returns whether it is to be looked up some time: it isn't just now, and nobody whom it led to is connected.
    fn is_open<C>(&self, targets: &[Target<C>], is_connected: impl Fn(&Author) -> bool) -> bool {
        let mut led_to = targets.iter().filter(|target| self.addresses.contains(&target.address));
        !self.looking && led_to.all(|target| target.is_open(&is_connected))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(n: u8) -> Address {
        Address::of_multiaddr(&format!("/ip4/10.0.0.{n}/tcp/47770"))
    }

    fn ana() -> HostPort {
        HostPort { host: "ana".to_owned(), port: 47_770 }
    }

    fn nobody(_: &Author) -> bool {
        false
    }

    #[test]
    fn a_name_that_leads_nowhere_is_looked_up_until_it_leads_somewhere() {
        let mut targets = Targets::<u32>::default();
        assert!(targets.want_host(ana(), 0));
        let mut now = 0;
        for n in 0..50 {
            assert_eq!(targets.names_due(now, nobody), [ana()]);
            assert_eq!(targets.names_due(now, nobody), [], "one at a time");
            assert_eq!(targets.next(nobody), None, "waits for the answer");
            assert_eq!(targets.looked_up(&ana(), Vec::new(), now, u64::MAX / 3), n == 0, "one warning");
            let next = targets.next(nobody).unwrap();
            assert!(now < next && next < now + 10_000, "{now} {next}");
            now = next;
        }
        targets.names_due(now, nobody);
        assert!(!targets.looked_up(&ana(), vec![address(1)], now, 0));
        assert_eq!(targets.due(now, nobody).len(), 1);
    }

    #[test]
    fn a_name_is_followed_to_its_new_address_and_left_alone_while_somebody_answers() {
        let mut targets = Targets::<u32>::default();
        targets.want(address(9), 0);
        targets.want_host(ana(), 0);
        targets.names_due(0, nobody);
        targets.looked_up(&ana(), vec![address(1)], 0, 0);
        for (address, connection) in targets.due(0, nobody).iter().zip(1..) {
            targets.calling(address, connection);
            targets.dial_failed(connection, 0, 0);
        }
        // Nobody is there: it may have moved.
        assert_eq!(targets.names_due(LOOK_AGAIN_MS, nobody), [ana()]);
        targets.looked_up(&ana(), vec![address(2)], LOOK_AGAIN_MS, 0);
        let left: Vec<_> = targets.targets.iter().map(|target| &target.address).collect();
        assert_eq!(left, [&address(9), &address(2)], "what the person gave stays");
        assert_eq!(targets.due(LOOK_AGAIN_MS, nobody), [address(9), address(2)]);
        targets.calling(&address(2), 7);
        let peer = Author([1; 32]);
        targets.connected(7, peer);
        let connected = |other: &Author| *other == peer;
        assert_eq!(targets.names_due(100_000, connected), []);
        // It goes, and comes back elsewhere.
        targets.disconnected(peer, 100_200);
        assert_eq!(targets.names_due(100_000, nobody), [ana()]);
        assert!(!targets.looked_up(&ana(), Vec::new(), 100_000, 0) || targets.targets.len() == 2);
    }

    #[test]
    fn targets_are_bounded() {
        let mut targets = Targets::<u32>::default();
        let taken = (0..200).filter(|n| targets.want(address(*n), 0)).count();
        assert_eq!((taken, targets.targets.len()), (MAX_TARGETS, MAX_TARGETS));
        let name = |n: u16| HostPort { host: "x".to_owned(), port: n };
        assert_eq!((0..200).filter(|n| targets.want_host(name(*n), 0)).count(), MAX_TARGETS);
        targets.names_due(0, nobody);
        targets.looked_up(&name(1), (0..250).map(address).collect(), 0, 0);
        assert_eq!(targets.targets.len(), MAX_TARGETS);
    }
}
