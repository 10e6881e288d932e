//! The peers of the node: calls, look-ups of names, and connections on which nothing arrives any more. The decisions are
//! made in [`crate::peering`] and [`super::liveness`]; here they meet libp2p, the resolver and the clock.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;
use std::net::SocketAddr;
use std::time::Instant;

use libp2p::Multiaddr;
use libp2p::swarm::ConnectionId;
use libp2p::swarm::dial_opts::{DialOpts, PeerCondition};
use tokio::sync::mpsc;

use super::address::{self, ParsedAddress};
use super::liveness::{Fresh, Liveness};
use super::network::{DialFailure, peer_of};
use super::twins::{OtherEnd, Twins};
use crate::codec;
use crate::command::CommandError;
use crate::event::Warning;
use crate::identity::Author;
use crate::peering::{Address, AddressBook, Call, HostPort, Subnet, gossip_rate};
use crate::rate::PeerRate;
use crate::sync::{MAX_ADDRESSES, MAX_NEIGHBOURS, Neighbour};

/// Messages of the tasks that wait for the actor; beyond it the tasks wait.
const QUEUE: usize = if cfg!(test) { 16 } else { 256 };
/// Largest list of peers that is remembered, in bytes.
const MAX_REMEMBERED: usize = 1 << 20;
/// Characters of a wrong address that are given back to the person.
const MAX_SHOWN: usize = 100;

/// A message of a task of [`Peers`] to the actor.
#[derive(Debug)]
pub(super) enum Message {
    /// A program of this machine says where it listens.
    Nearby { peer: Author, address: Address },
    /// A program of this machine with our own key says where it listens.
    Twin { address: Address },
    /// A host name was looked up.
    LookedUp { name: HostPort, result: io::Result<Vec<SocketAddr>> },
}

/// The peers that we know, and the connections with them.
pub(super) struct Peers {
    book: AddressBook<ConnectionId>,
    liveness: Liveness,
    gossip: PeerRate,
    /// The number of the program at the other end of each connection, which is another at each start.
    programs: BTreeMap<Author, HashMap<ConnectionId, u64>>,
    twins: Twins,
    messages: mpsc::Sender<Message>,
}

impl Peers {
    /// No peers; `me` are we ourselves. Returns also the messages of the tasks to come.
    pub(super) fn new(me: Author, fresh: Fresh) -> (Self, mpsc::Receiver<Message>) {
        let (messages, receiver) = mpsc::channel(QUEUE);
        let (book, liveness) = (AddressBook::new(me), Liveness::new(fresh, Instant::now()));
        let (gossip, programs, twins) = (gossip_rate(), BTreeMap::new(), Twins::default());
        (Peers { book, liveness, gossip, programs, twins, messages }, receiver)
    }

    /// A way to send messages to the actor.
    pub(super) fn messages(&self) -> mpsc::Sender<Message> {
        self.messages.clone()
    }

    // --- addresses -------------------------------------------------------------------------------------------------

    /// Calls an address as a person writes it until somebody answers, and stays connected.
    ///
    /// # Errors
    /// [`CommandError::Address`]; [`CommandError::LinkLocal`]; [`CommandError::Busy`] when there are too many already.
    pub(super) fn want(&mut self, text: &str, now: u64) -> Result<(), CommandError> {
        let taken = match address::parse(text) {
            Some(ParsedAddress::Address(address)) if !address.is_callable() => return Err(CommandError::LinkLocal),
            Some(ParsedAddress::Address(address)) => self.book.want(address, now),
            Some(ParsedAddress::Host(name)) => self.book.want_host(name, now),
            None => return Err(CommandError::Address(text.chars().take(MAX_SHOWN).collect())),
        };
        if taken { Ok(()) } else { Err(CommandError::Busy) }
    }

    /// Takes note where a host name leads. Returns a warning when it leads nowhere, the first time.
    pub(super) fn looked_up(
        &mut self,
        name: &HostPort,
        result: io::Result<Vec<SocketAddr>>,
        now: u64,
    ) -> Option<Warning> {
        let (addresses, reason) = match result {
            Ok(addresses) => (addresses, "the name leads nowhere".to_owned()),
            Err(error) => (Vec::new(), error.to_string()),
        };
        let addresses = addresses.into_iter().map(Address::tcp).collect();
        let failed = self.book.looked_up(name, addresses, now, rand::random());
        failed.then(|| Warning::DialFailed { address: name.host.clone(), reason })
    }

    /// Takes note of an address at which a peer may be reached.
    pub(super) fn found(&mut self, peer: Author, address: Address, now: u64) {
        self.book.found(peer, address, now, rand::random());
    }

    /// Takes note of an address at which mDNS found a peer.
    pub(super) fn discovered(&mut self, peer: Author, address: &Multiaddr, now: u64) {
        self.found(peer, plain(address), now);
    }

    /// Takes note of what a connected peer says of itself: the number of its program, and its addresses.
    pub(super) fn identified(
        &mut self,
        peer: Author,
        (connection, program): (ConnectionId, Option<u64>),
        addresses: &[Multiaddr],
        now: u64,
    ) {
        if let Some(program) = program {
            self.programs.entry(peer).or_default().insert(connection, program);
        }
        self.reported(peer, peer, addresses.iter().map(plain), now);
    }

    /// Takes note of the neighbours that a connected peer named: people who met by address meet each other too.
    pub(super) fn met(&mut self, reporter: Author, neighbours: Vec<Neighbour>, now: u64) {
        for Neighbour { peer, addresses } in neighbours {
            let addresses = addresses.iter().filter_map(|text| text.parse().ok()).map(|address| plain(&address));
            self.reported(reporter, peer, addresses, now);
        }
    }

    fn reported(&mut self, reporter: Author, peer: Author, addresses: impl Iterator<Item = Address>, now: u64) {
        let addresses = addresses.filter(|address| self.book.believes(&reporter, address));
        for address in addresses.collect::<Vec<_>>() {
            self.found(peer, address, now);
        }
    }

    /// Takes note of a network that this machine is on from now on (`up`), or no longer.
    pub(super) fn interface(&mut self, subnet: Subnet, up: bool, now: u64) {
        if up {
            self.book.joined(subnet, now, rand::random());
        } else {
            self.book.left(&subnet);
        }
    }

    /// Takes note of an address that we listen on.
    pub(super) fn listening(&mut self, address: &Multiaddr) {
        self.book.listening_on(plain(address));
    }

    /// Takes note of an address that we no longer listen on.
    pub(super) fn not_listening(&mut self, address: &Multiaddr) {
        self.book.not_listening_on(&plain(address));
    }

    /// Returns the addresses of a peer as text, those that it can be called at first.
    pub(super) fn addresses(&self, peer: Author) -> Vec<String> {
        self.book.addresses(&peer)
    }

    /// Returns those of some peers of which we know where they listen, for another peer to meet them.
    pub(super) fn neighbours(&self, peers: impl Iterator<Item = Author>) -> Vec<Neighbour> {
        let listed = peers.map(|peer| {
            let addresses = self.book.listening(&peer);
            Neighbour { peer, addresses: addresses.iter().take(MAX_ADDRESSES).map(ToString::to_string).collect() }
        });
        listed.filter(|neighbour| !neighbour.addresses.is_empty()).take(MAX_NEIGHBOURS).collect()
    }

    /// Returns the list of peers that is kept over a restart; `None` when it has not changed, or is too large.
    pub(super) fn remembered(&mut self) -> Option<Vec<u8>> {
        let text = |(peer, addresses): (Author, Vec<Address>)| {
            (peer.to_string(), addresses.iter().map(ToString::to_string).collect::<Vec<_>>())
        };
        codec::encode(&self.book.to_remember()?.into_iter().map(text).collect::<Vec<_>>(), MAX_REMEMBERED).ok()
    }

    /// Takes note which peers are friends, and no others.
    pub(super) fn befriend(&mut self, friends: BTreeSet<Author>) {
        self.book.befriend(friends);
    }

    /// Takes note of the peers in such a list.
    pub(super) fn recall(&mut self, list: &[u8], now: u64) {
        let peers: Vec<(String, Vec<String>)> = codec::decode(list).unwrap_or_default();
        for (peer, addresses) in peers {
            let Ok(peer) = peer.parse() else { continue };
            let addresses = addresses.iter().filter_map(|text| text.parse().ok()).map(|address| plain(&address));
            self.book.recall(peer, addresses.collect(), now, rand::random());
        }
    }

    /// Takes note where a friend may be reached who is not in such a list.
    pub(super) fn recall_friend(&mut self, friend: Author, addresses: &[String], now: u64) {
        if self.book.listening(&friend).is_empty() {
            let addresses = addresses.iter().filter_map(|text| text.parse().ok()).map(|address| plain(&address));
            self.book.recall(friend, addresses.collect(), now, rand::random());
        }
    }

    /// Takes note where somebody may be reached who invited us.
    pub(super) fn invited(&mut self, inviter: Author, addresses: &[String], now: u64) {
        for address in addresses.iter().filter_map(|text| text.parse().ok()) {
            self.found(inviter, plain(&address), now);
        }
    }

    // --- connections -----------------------------------------------------------------------------------------------

    /// Takes note of a new connection. Returns whether the peer is welcome; if not, the connection is to be closed.
    pub(super) fn connected(
        &mut self,
        peer: Author,
        connection: ConnectionId,
        address: &Multiaddr,
        dialled: bool,
        now: u64,
    ) -> bool {
        self.liveness.connected(connection, address);
        self.book.connected(peer, connection, plain(address), dialled, now)
    }

    /// Returns whether we are connected with two programs that have the key of this peer, from copies of one data folder. Gossip
    /// takes them for one, so each gets only a part of it.
    pub(super) fn runs_twice(&self, peer: Author) -> bool {
        let mut programs = self.programs.get(&peer).into_iter().flat_map(HashMap::values);
        let first = programs.next();
        programs.any(|other| Some(other) != first)
    }

    /// Returns a call to an address where our own key is said to answer, once: whoever answers proves it.
    pub(super) fn call_twin(&mut self, address: Address) -> Option<DialOpts> {
        let call = Call { peer: None, addresses: vec![address.clone()] };
        let options = options(&call).filter(|_| self.twins.announced(address))?;
        self.twins.calling(options.connection_id());
        Some(options)
    }

    /// Takes note that a call to us failed; `own_key`: because it came from our own key.
    pub(super) fn call_failed(&mut self, own_key: bool, now: u64) {
        self.twins.called(own_key, now);
    }

    /// Returns warnings for the person about calls between programs with our own key.
    pub(super) fn judge_own_calls(&mut self, now: u64) -> Vec<Warning> {
        match self.twins.judge(now) {
            None => Vec::new(),
            Some(OtherEnd::Ourselves(calls)) => {
                let addresses = calls.into_iter().filter_map(|call| self.book.ourselves(call));
                addresses.map(|address| Warning::OwnAddress { address: address.to_string() }).collect()
            }
            Some(OtherEnd::Twin(calls)) => {
                calls.into_iter().for_each(|call| drop(self.book.ourselves(call)));
                vec![Warning::OwnFork]
            }
        }
    }

    /// Takes note of the end of a connection. Returns whether it was the last with this peer.
    pub(super) fn disconnected(&mut self, peer: Author, connection: ConnectionId, now: u64) -> bool {
        if let Some(programs) = self.programs.get_mut(&peer) {
            programs.remove(&connection);
            if programs.is_empty() {
                self.programs.remove(&peer);
            }
        }
        self.liveness.closed(connection);
        self.gossip.disconnected(now);
        self.book.disconnected(peer, connection, now, rand::random())
    }

    /// Takes note of a call that failed. Returns a warning when the person gave the address, the first time.
    pub(super) fn dial_failed(
        &mut self,
        connection: ConnectionId,
        peer: Option<Author>,
        failure: DialFailure,
        now: u64,
    ) -> Option<Warning> {
        match (peer, failure) {
            (Some(expected), DialFailure::AnotherAnswered { other, address }) => {
                self.book.another_answered(&plain(&address), expected, other, now, rand::random());
                None
            }
            (_, DialFailure::AnotherAnswered { .. }) => None,
            (_, DialFailure::Ourselves) => {
                let address = self.book.ourselves(connection)?;
                Some(Warning::OwnAddress { address: address.to_string() })
            }
            (_, DialFailure::OwnKey) => {
                self.twins.answered(connection, now);
                None
            }
            (peer, DialFailure::Failed(reason)) => {
                let given = self.book.dial_failed(peer, connection, now, rand::random());
                let in_vain = peer.is_some_and(|peer| self.book.is_unreachable(&peer));
                match given {
                    Some(address) => Some(Warning::DialFailed { address: address.to_string(), reason }),
                    None => in_vain.then_some(Warning::Unreachable { reason }),
                }
            }
        }
    }

    /// Takes note that the first ping on a connection was answered.
    pub(super) fn answered(&mut self, connection: ConnectionId) {
        self.liveness.answered(connection);
    }

    /// Returns the connections on which nothing arrives any more, each once: they are to be closed. `is_slow`: history is coming
    /// over a slow link.
    pub(super) fn dead(&mut self, is_slow: bool) -> Vec<ConnectionId> {
        self.liveness.dead(is_slow, Instant::now())
    }

    /// Returns when to ask for dead connections again.
    pub(super) fn next_look(&self) -> Option<Instant> {
        self.liveness.next_look()
    }

    /// Counts a gossip message that a neighbour passes on. Returns whether there is time to verify it.
    pub(super) fn admits(&mut self, neighbour: Author, now: u64) -> bool {
        self.gossip.admits(neighbour, now)
    }

    /// Counts a message that no honest program sends. Returns whether the peer is to be disconnected for it.
    pub(super) fn fault(&mut self, peer: Author, now: u64) -> bool {
        self.book.fault(peer, now)
    }

    /// Returns the calls that are due, and begins the look-ups that are: [`Message::LookedUp`].
    pub(super) fn calls(&mut self, now: u64) -> Vec<DialOpts> {
        for name in self.book.names_due(now) {
            self.look_up(name);
        }
        let mut calls = Vec::new();
        for call in self.book.due(now) {
            if let Some(options) = options(&call) {
                self.book.calling(&call, options.connection_id());
                calls.push(options);
            }
        }
        calls
    }

    /// Returns when the next call or look-up is due.
    pub(super) fn next_call(&self) -> Option<u64> {
        self.book.next_call().into_iter().chain(self.twins.next()).min()
    }

    /// Looks a host up with the system's resolver, which knows `.local` names too where the system does.
    fn look_up(&self, name: HostPort) {
        let messages = self.messages.clone();
        tokio::spawn(async move {
            let found = tokio::net::lookup_host((name.host.as_str(), name.port)).await;
            let result = found.map(Iterator::collect);
            let _ = messages.send(Message::LookedUp { name, result }).await;
        });
    }
}

pub(super) fn plain(address: &Multiaddr) -> Address {
    Address::of_multiaddr(&address.to_string())
}

/// Returns the call in libp2p's terms; `None` when its address is none.
fn options(call: &Call) -> Option<DialOpts> {
    let mut addresses = call.addresses.iter().filter_map(|address| address.as_str().parse::<Multiaddr>().ok());
    // A port of its own: with a reused one, two calls at the same instant become one broken connection.
    Some(match call.peer {
        Some(peer) => DialOpts::peer_id(peer_of(peer)?)
            .condition(PeerCondition::DisconnectedAndNotDialing)
            .addresses(addresses.collect())
            .allocate_new_port()
            .build(),
        None => DialOpts::unknown_peer_id().address(addresses.next()?).allocate_new_port().build(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::Identity;

    fn author(n: u8) -> Author {
        Identity::from_secret([n; 32]).author()
    }

    fn peers() -> (Peers, mpsc::Receiver<Message>) {
        Peers::new(author(1), Fresh::default())
    }

    #[test]
    fn an_address_that_the_person_gave_is_called_and_its_first_failure_is_told() {
        let (mut peers, _messages) = peers();
        assert_eq!(peers.want("not an address", 0), Err(CommandError::Address("not an address".to_owned())));
        peers.want("10.0.0.9", 0).unwrap();
        let call = peers.calls(0).remove(0);
        let (connection, failure) = (call.connection_id(), || DialFailure::Failed("no".to_owned()));
        let warning = peers.dial_failed(connection, None, failure(), 0);
        let address = "/ip4/10.0.0.9/tcp/47770".to_owned();
        assert_eq!(warning, Some(Warning::DialFailed { address, reason: "no".to_owned() }));
        assert_eq!(peers.dial_failed(connection, None, failure(), 0), None);
    }

    #[test]
    fn an_address_that_is_our_own_is_told_and_called_no_more_and_a_link_local_one_never() {
        let (mut peers, _messages) = peers();
        peers.want("10.0.0.9", 0).unwrap();
        let connection = peers.calls(0).remove(0).connection_id();
        let address = "/ip4/10.0.0.9/tcp/47770".to_owned();
        assert_eq!(
            peers.dial_failed(connection, None, DialFailure::Ourselves, 0),
            Some(Warning::OwnAddress { address })
        );
        assert_eq!(peers.next_call(), None);
        peers.want("10.0.0.9", 5).unwrap();
        assert_eq!(peers.calls(5).len(), 1, "somebody else may have it now");
        for text in ["fe80::1", "[fe80::1]:47770", "fe80::1%eth0", "[fe80::1%eth0]:9", "/ip6/fe80::1/tcp/47770"] {
            assert_eq!(peers.want(text, 0), Err(CommandError::LinkLocal), "{text}");
        }
    }

    #[test]
    fn peers_are_remembered_with_their_addresses() {
        let (mut before, _messages) = peers();
        let called_from = "/ip4/10.0.0.2/tcp/50001".parse().unwrap();
        before.connected(author(2), ConnectionId::new_unchecked(1), &called_from, false, 0);
        before.found(author(2), Address::of_multiaddr("/ip4/10.0.0.2/tcp/1"), 0);
        let (mut after, _messages) = peers();
        after.recall(&before.remembered().unwrap(), 0);
        assert_eq!(after.addresses(author(2)), ["/ip4/10.0.0.2/tcp/1"]);
        after.recall(b"no list", 0);
    }

    #[test]
    fn addresses_outside_of_the_local_network_are_not_taken_on_a_peers_word() {
        let (mut peers, _messages) = peers();
        let addresses = vec!["/ip4/8.8.8.8/tcp/1".to_owned(), "/ip4/10.0.0.3/tcp/1".to_owned(), "no".to_owned()];
        peers.met(author(2), vec![Neighbour { peer: author(3), addresses }], 0);
        assert_eq!(peers.addresses(author(3)), ["/ip4/10.0.0.3/tcp/1"]);
        let listed = peers.neighbours([author(2), author(3)].into_iter());
        assert_eq!(listed.iter().map(|neighbour| neighbour.peer).collect::<Vec<_>>(), [author(3)]);
    }

    #[tokio::test]
    async fn a_name_is_looked_up_off_the_loop() {
        let (mut peers, mut messages) = peers();
        peers.want("localhost:9", 0).unwrap();
        assert!(peers.calls(0).is_empty());
        let Some(Message::LookedUp { name, .. }) = messages.recv().await else { panic!("not looked up") };
        assert_eq!(name, HostPort { host: "localhost".to_owned(), port: 9 });
        let warning = peers.looked_up(&name, Ok(Vec::new()), 0);
        assert!(matches!(warning, Some(Warning::DialFailed { address, .. }) if address == "localhost"));
    }
}
