//! Finds connections on which nothing arrives any more. Any byte that arrives is a sign of life, and a peer that lives sends
//! some every 2 s ([`super::heartbeat`]).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use libp2p::Multiaddr;
use libp2p::swarm::ConnectionId;

use super::arrivals::{Arrivals, Counted};

/// The time after which a connection is closed if nothing arrives on it: two pings of the other side and their way.
const SILENCE: Duration = Duration::from_secs(5);
/// The same while history comes over a slow link: what others send waits behind it, and may be lost and sent again.
const SLOW_SILENCE: Duration = Duration::from_secs(15);
/// The time between two looks.
const LOOK: Duration = Duration::from_secs(1);

/// The arrivals on connections that the transport has made and the swarm has not reported yet, by the address at the other
/// end. Connections that fail in between are removed with the next one.
#[derive(Debug, Clone, Default)]
pub(super) struct Fresh(Arc<Mutex<Vec<Made>>>);

/// The address of a connection, and the count of its arrivals as long as it exists.
type Made = (Multiaddr, Weak<Arrivals>);

impl Fresh {
    /// Begins to count the bytes that arrive on a new connection.
    pub(super) fn count<S>(&self, connection: S, address: &Multiaddr) -> Counted<S> {
        let counted = Counted::new(connection);
        let mut fresh = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        fresh.retain(|(_, arrivals)| arrivals.strong_count() > 0);
        fresh.push((address.clone(), Arc::downgrade(&counted.arrivals())));
        counted
    }

    /// Returns the arrivals on a connection to this address. Of two that were made at the same time to the same address it
    /// may be the other's, which works and fails with it.
    fn take(&self, address: &Multiaddr) -> Option<Arc<Arrivals>> {
        let mut fresh = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = fresh.iter().position(|(other, arrivals)| other == address && arrivals.strong_count() > 0)?;
        fresh.swap_remove(at).1.upgrade()
    }
}

/// The established connections.
#[derive(Debug)]
pub(super) struct Liveness {
    fresh: Fresh,
    connections: HashMap<ConnectionId, Connection>,
    /// The last look.
    looked: Instant,
    /// From when on this program has looked without a pause: what it did not read meanwhile is not held against peers.
    awake_since: Instant,
    is_slow: bool,
}

#[derive(Debug)]
struct Connection {
    /// `None`: not known.
    arrivals: Option<Arc<Arrivals>>,
    /// True if the peer answers pings, and so sends some.
    answers: bool,
}

impl Liveness {
    /// No connections; `fresh` is shared with the transport.
    pub(super) fn new(fresh: Fresh, now: Instant) -> Self {
        Liveness { fresh, connections: HashMap::new(), looked: now, awake_since: now, is_slow: false }
    }

    /// Takes note of a new connection.
    pub(super) fn connected(&mut self, connection: ConnectionId, address: &Multiaddr) {
        let arrivals = self.fresh.take(address);
        self.connections.insert(connection, Connection { arrivals, answers: false });
    }

    /// Takes note of the end of a connection.
    pub(super) fn closed(&mut self, connection: ConnectionId) {
        self.connections.remove(&connection);
    }

    /// Takes note that the first ping on a connection was answered.
    pub(super) fn answered(&mut self, connection: ConnectionId) {
        if let Some(connection) = self.connections.get_mut(&connection) {
            connection.answers = true;
        }
    }

    /// Returns when to close a connection unless something arrives.
    fn closes_at(&self, connection: &Connection) -> Option<Instant> {
        let last = connection.arrivals.as_ref().filter(|_| connection.answers)?.last();
        let silence = if self.is_slow { SLOW_SILENCE } else { SILENCE };
        Some(last.max(self.awake_since) + silence)
    }

    /// Returns the connections to be closed now, each once: nothing arrives on them. `is_slow`: history is coming over a slow
    /// link.
    pub(super) fn dead(&mut self, is_slow: bool, now: Instant) -> Vec<ConnectionId> {
        if self.is_slow && !is_slow {
            self.awake_since = now; // what waited behind the history comes now
        }
        self.is_slow = is_slow;
        if now.saturating_duration_since(self.looked) > 2 * LOOK {
            self.awake_since = now;
        }
        self.looked = now;
        let dead = self.connections.iter().filter(|(_, one)| self.closes_at(one).is_some_and(|at| at <= now));
        let dead: Vec<ConnectionId> = dead.map(|(connection, _)| *connection).collect();
        dead.iter().for_each(|connection| self.closed(*connection));
        dead
    }

    /// Returns when to ask for dead connections again.
    pub(super) fn next_look(&self) -> Option<Instant> {
        let closes = self.connections.values().filter_map(|connection| self.closes_at(connection)).min()?;
        Some(closes.min(self.looked + LOOK))
    }
}

#[cfg(test)]
mod tests {
    use futures::AsyncReadExt;
    use futures::io::Cursor;

    use super::*;

    const ADDRESS: &str = "/ip4/10.0.0.1/tcp/5";

    /// The connections whose peers answer pings, with what arrives on the first; and when that began.
    fn answering() -> (Liveness, Counted<Cursor<Vec<u8>>>, [ConnectionId; 2]) {
        let (address, other): (Multiaddr, Multiaddr) =
            (ADDRESS.parse().unwrap(), "/ip4/10.0.0.2/tcp/5".parse().unwrap());
        let fresh = Fresh::default();
        drop(fresh.count(Cursor::new(vec![0]), &address)); // failed before it stood
        let counted = fresh.count(Cursor::new(vec![0]), &address);
        let mut liveness = Liveness::new(fresh, Instant::now());
        let connections = [1, 2].map(ConnectionId::new_unchecked);
        liveness.connected(connections[0], &address);
        liveness.connected(connections[1], &other);
        connections.iter().for_each(|connection| liveness.answered(*connection));
        (liveness, counted, connections)
    }

    /// Looks every second until `to`.
    fn look(liveness: &mut Liveness, to: Instant) -> Vec<ConnectionId> {
        let mut dead = Vec::new();
        while dead.is_empty() && liveness.looked < to {
            dead = liveness.dead(false, (liveness.looked + LOOK).min(to));
        }
        dead
    }

    #[tokio::test]
    async fn a_connection_is_dead_when_nothing_arrives_for_the_time_of_silence() {
        let (mut liveness, mut counted, [first, _]) = answering();
        let arrivals = counted.arrivals();
        std::thread::sleep(Duration::from_millis(5));
        let before = arrivals.last();
        counted.read_exact(&mut [0]).await.unwrap();
        assert!(arrivals.last() > before);
        assert_eq!(look(&mut liveness, before + SILENCE), [], "something arrived after that");
        assert!(liveness.next_look().unwrap() <= arrivals.last() + SILENCE);
        assert_eq!(look(&mut liveness, arrivals.last() + SILENCE), [first]);
        assert_eq!(look(&mut liveness, arrivals.last() + 9 * SILENCE), [], "each once; of the other nothing is known");
    }

    #[tokio::test]
    async fn who_does_not_answer_pings_is_not_expected_to_send_any() {
        let (mut liveness, _counted, [first, _]) = answering();
        liveness.connections.get_mut(&first).unwrap().answers = false;
        let later = liveness.looked + 9 * SILENCE;
        assert_eq!((look(&mut liveness, later), liveness.next_look()), (vec![], None));
    }

    #[tokio::test]
    async fn after_a_pause_of_this_program_peers_get_the_time_again() {
        let (mut liveness, _counted, [first, _]) = answering();
        let woken = liveness.looked + 4 * SILENCE;
        assert_eq!(liveness.dead(false, woken), []);
        assert_eq!(look(&mut liveness, woken + SILENCE - LOOK), []);
        assert_eq!(look(&mut liveness, woken + SILENCE), [first]);
    }

    #[tokio::test]
    async fn while_history_comes_over_a_slow_link_others_have_more_time() {
        let (mut liveness, counted, [first, _]) = answering();
        let last = counted.arrivals().last().max(liveness.awake_since);
        for second in 1..15 {
            assert_eq!(liveness.dead(true, last + second * LOOK), []);
        }
        let after = last + 15 * LOOK - Duration::from_millis(1);
        assert_eq!(liveness.dead(false, after), [], "its messages come now");
        assert_eq!(look(&mut liveness, after + SILENCE), [first]);
        let (mut liveness, counted, [first, _]) = answering();
        let last = counted.arrivals().last().max(liveness.awake_since);
        let dead: Vec<_> = (1..=15).flat_map(|second| liveness.dead(true, last + second * LOOK)).collect();
        assert_eq!(dead, [first], "but not for ever");
    }
}
