//! Addresses and host names that the person gave, whoever lives there: when to call them, and when to look the names up.
//! Bookkeeping only: no IO here.
//!
//! A name may lead nowhere now and somewhere later, or somewhere else tomorrow. So it is looked up again, with growing
//! pauses, as long as we are connected with nobody whom it led to.

use libp2p::swarm::ConnectionId;
use libp2p::swarm::dial_opts::DialOpts;
use libp2p::{Multiaddr, PeerId};

use super::peers::{LATE_MS, wait};

/// Addresses at most, and names at most.
const MAX_WANTED: usize = 64;
/// Addresses of a name at most.
const MAX_OF_HOST: usize = 4;
/// When to look a name up again that led somewhere, if nobody answered there, in milliseconds.
const LOOK_AGAIN_MS: u64 = 10_000;

/// An address to be connected with.
#[derive(Debug)]
struct Place {
    address: Multiaddr,
    /// Whether the person gave the address itself, not only a name that leads to it.
    given: bool,
    lives_there: Option<PeerId>,
    dialling: Option<ConnectionId>,
    tries: u32,
    next_try: u64,
}

/// A host and a port, as the person gave them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct HostPort {
    pub(super) host: String,
    pub(super) port: u16,
}

#[derive(Debug)]
struct Named {
    name: HostPort,
    /// Where it led when it was last looked up.
    addresses: Vec<Multiaddr>,
    looking: bool,
    /// How often it led nowhere since it last led somewhere.
    failures: u32,
    next_look: u64,
}

/// What the person wants to be connected with.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    places: Vec<Place>,
    hosts: Vec<Named>,
}

impl Wanted {
    /// Wants whoever lives at an address. Returns whether there was room for it.
    pub(super) fn want(&mut self, address: Multiaddr, now: u64) -> bool {
        self.place(address, now).is_some_and(|place| {
            (place.given, place.tries, place.next_try) = (true, 0, now);
            true
        })
    }

    fn place(&mut self, address: Multiaddr, now: u64) -> Option<&mut Place> {
        let at = match self.places.iter().position(|place| place.address == address) {
            Some(at) => at,
            None if self.places.len() >= MAX_WANTED => return None,
            None => {
                let place = Place { address, given: false, lives_there: None, dialling: None, tries: 0, next_try: now };
                self.places.push(place);
                self.places.len() - 1
            }
        };
        self.places.get_mut(at)
    }

    /// Wants whoever a name leads to. Returns whether there was room for it.
    pub(super) fn want_host(&mut self, name: HostPort, now: u64) -> bool {
        if let Some(host) = self.hosts.iter_mut().find(|host| host.name == name) {
            (host.failures, host.next_look) = (0, now);
            return true;
        }
        if self.hosts.len() >= MAX_WANTED {
            return false;
        }
        self.hosts.push(Named { name, addresses: Vec::new(), looking: false, failures: 0, next_look: now });
        true
    }

    /// A name was looked up; no addresses: it leads nowhere now. Returns whether that is to be told: the first time.
    pub(super) fn looked_up(&mut self, name: &HostPort, mut found: Vec<Multiaddr>, now: u64, random: u64) -> bool {
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
        self.places.retain(|place| {
            place.given || place.dialling.is_some() || hosts.iter().any(|host| host.addresses.contains(&place.address))
        });
        for address in found {
            self.place(address, now);
        }
        false
    }

    /// A call of ours was answered.
    pub(super) fn connected(&mut self, connection: ConnectionId, peer: PeerId) {
        for place in self.places.iter_mut().filter(|place| place.dialling == Some(connection)) {
            (place.lives_there, place.dialling, place.tries) = (Some(peer), None, 0);
        }
    }

    /// A connection with a peer ended, who is called again at `at`.
    pub(super) fn disconnected(&mut self, peer: PeerId, at: u64) {
        for place in self.places.iter_mut().filter(|place| place.lives_there == Some(peer)) {
            place.next_try = at;
        }
    }

    /// A call failed.
    pub(super) fn dial_failed(&mut self, connection: ConnectionId, now: u64, random: u64) {
        for place in self.places.iter_mut().filter(|place| place.dialling == Some(connection)) {
            place.dialling = None;
            place.tries += 1;
            place.next_try = now + wait(place.tries, random);
        }
    }

    /// The text of the address that this call was for, if it is the first try.
    pub(super) fn first_failure(&self, connection: ConnectionId) -> Option<String> {
        let place = self.places.iter().find(|place| place.dialling == Some(connection))?;
        (place.tries == 0).then(|| place.address.to_string())
    }

    /// Whom to call now.
    pub(super) fn due(&mut self, now: u64, is_connected: impl Fn(&PeerId) -> bool) -> Vec<DialOpts> {
        let due = self.places.iter_mut().filter(|place| place.is_open(&is_connected) && place.next_try <= now);
        let call = |place: &mut Place| {
            // If the call ends without a word, there is another after a while.
            place.next_try = now + LATE_MS;
            let opts = DialOpts::unknown_peer_id().address(place.address.clone()).allocate_new_port().build();
            place.dialling = Some(opts.connection_id());
            opts
        };
        due.map(call).collect()
    }

    /// Which names to look up now.
    pub(super) fn names_due(&mut self, now: u64, is_connected: impl Fn(&PeerId) -> bool) -> Vec<HostPort> {
        let places = &self.places;
        let due = self.hosts.iter_mut().filter(|host| host.is_open(places, &is_connected) && host.next_look <= now);
        let look = |host: &mut Named| {
            host.looking = true;
            host.name.clone()
        };
        due.map(look).collect()
    }

    /// When something is due next.
    pub(super) fn next(&self, is_connected: impl Fn(&PeerId) -> bool) -> Option<u64> {
        let places = self.places.iter().filter(|place| place.is_open(&is_connected)).map(|place| place.next_try);
        let hosts = self.hosts.iter().filter(|host| host.is_open(&self.places, &is_connected));
        places.chain(hosts.map(|host| host.next_look)).min()
    }
}

impl Place {
    /// Whether nobody who lives there is connected.
    fn is_open(&self, is_connected: impl Fn(&PeerId) -> bool) -> bool {
        !self.lives_there.as_ref().is_some_and(is_connected)
    }
}

impl Named {
    /// Whether it is to be looked up some time: it isn't just now, and nobody whom it led to is connected.
    fn is_open(&self, places: &[Place], is_connected: impl Fn(&PeerId) -> bool) -> bool {
        let mut led_to = places.iter().filter(|place| self.addresses.contains(&place.address));
        !self.looking && led_to.all(|place| place.is_open(&is_connected))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(n: u8) -> Multiaddr {
        format!("/ip4/10.0.0.{n}/tcp/47770").parse().unwrap()
    }

    fn ana() -> HostPort {
        HostPort { host: "ana".to_owned(), port: 47_770 }
    }

    fn nobody(_: &PeerId) -> bool {
        false
    }

    #[test]
    fn a_name_that_leads_nowhere_is_looked_up_until_it_leads_somewhere() {
        let mut wanted = Wanted::default();
        assert!(wanted.want_host(ana(), 0));
        let mut now = 0;
        for n in 0..50 {
            assert_eq!(wanted.names_due(now, nobody), [ana()]);
            assert_eq!(wanted.names_due(now, nobody), [], "one at a time");
            assert_eq!(wanted.next(nobody), None, "waits for the answer");
            assert_eq!(wanted.looked_up(&ana(), Vec::new(), now, u64::MAX / 3), n == 0, "told once");
            let next = wanted.next(nobody).unwrap();
            assert!(now < next && next < now + 10_000, "{now} {next}");
            now = next;
        }
        wanted.names_due(now, nobody);
        assert!(!wanted.looked_up(&ana(), vec![address(1)], now, 0));
        assert_eq!(wanted.due(now, nobody).len(), 1);
    }

    #[test]
    fn a_name_is_followed_to_its_new_address_and_left_alone_while_somebody_answers() {
        let mut wanted = Wanted::default();
        wanted.want(address(9), 0);
        wanted.want_host(ana(), 0);
        wanted.names_due(0, nobody);
        wanted.looked_up(&ana(), vec![address(1)], 0, 0);
        let calls: Vec<ConnectionId> = wanted.due(0, nobody).iter().map(DialOpts::connection_id).collect();
        for call in calls {
            wanted.dial_failed(call, 0, 0);
        }
        // Nobody is there: it may have moved.
        assert_eq!(wanted.names_due(LOOK_AGAIN_MS, nobody), [ana()]);
        wanted.looked_up(&ana(), vec![address(2)], LOOK_AGAIN_MS, 0);
        let left: Vec<_> = wanted.places.iter().map(|place| &place.address).collect();
        assert_eq!(left, [&address(9), &address(2)], "what the person gave stays");
        let call = wanted.due(LOOK_AGAIN_MS, nobody).pop().unwrap().connection_id();
        let peer = PeerId::random();
        wanted.connected(call, peer);
        let connected = |other: &PeerId| *other == peer;
        assert_eq!(wanted.names_due(100_000, connected), []);
        // It goes, and comes back elsewhere.
        wanted.disconnected(peer, 100_200);
        assert_eq!(wanted.names_due(100_000, nobody), [ana()]);
        assert!(!wanted.looked_up(&ana(), Vec::new(), 100_000, 0) || wanted.places.len() == 2);
    }

    #[test]
    fn what_is_wanted_has_an_end() {
        let mut wanted = Wanted::default();
        let taken = (0..200).filter(|n| wanted.want(address(*n), 0)).count();
        assert_eq!((taken, wanted.places.len()), (MAX_WANTED, MAX_WANTED));
        let name = |n: u16| HostPort { host: "x".to_owned(), port: n };
        assert_eq!((0..200).filter(|n| wanted.want_host(name(*n), 0)).count(), MAX_WANTED);
        wanted.names_due(0, nobody);
        wanted.looked_up(&name(1), (0..250).map(address).collect(), 0, 0);
        assert_eq!(wanted.places.len(), MAX_WANTED);
    }
}
