//! Finds connections on which nothing arrives any more. Any byte that arrives is a sign of life: a ping whose answer waits
//! behind much else on a slow link is no reason to close a connection.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use libp2p::Multiaddr;
use libp2p::swarm::ConnectionId;

use super::arrivals::{Arrivals, Counted};

/// The time after which a connection is closed if nothing arrives and its pings are not answered. Longer than the time between two pings of the
/// other side, one of which may time out.
const SILENCE: Duration = Duration::from_secs(8);

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
}

#[derive(Debug)]
struct Connection {
    /// `None`: not known, so that a failed ping decides.
    arrivals: Option<Arc<Arrivals>>,
    /// True if the last ping failed.
    doubted: bool,
}

impl Connection {
    /// Returns when to close the connection unless something arrives.
    fn closes_at(&self, now: Instant) -> Option<Instant> {
        let last = || self.arrivals.as_ref().map(|arrivals| arrivals.last() + SILENCE);
        self.doubted.then(|| last().unwrap_or(now))
    }
}

impl Liveness {
    /// No connections; `fresh` is shared with the transport.
    pub(super) fn new(fresh: Fresh) -> Self {
        Liveness { fresh, connections: HashMap::new() }
    }

    /// Takes note of a new connection.
    pub(super) fn connected(&mut self, connection: ConnectionId, address: &Multiaddr) {
        let arrivals = self.fresh.take(address);
        self.connections.insert(connection, Connection { arrivals, doubted: false });
    }

    /// Takes note of the end of a connection.
    pub(super) fn closed(&mut self, connection: ConnectionId) {
        self.connections.remove(&connection);
    }

    /// Takes note of a ping that was answered, or not.
    pub(super) fn pinged(&mut self, connection: ConnectionId, answered: bool) {
        if let Some(connection) = self.connections.get_mut(&connection) {
            connection.doubted = !answered;
        }
    }

    /// Returns the connections to be closed now: pings are not answered, and nothing else arrives.
    pub(super) fn dead(&self, now: Instant) -> Vec<ConnectionId> {
        let dead =
            self.connections.iter().filter(|(_, connection)| connection.closes_at(now).is_some_and(|at| at <= now));
        dead.map(|(connection, _)| *connection).collect()
    }

    /// Returns when to ask for dead connections again.
    pub(super) fn next_look(&self, now: Instant) -> Option<Instant> {
        self.connections.values().filter_map(|connection| connection.closes_at(now)).min()
    }
}

#[cfg(test)]
mod tests {
    use futures::AsyncReadExt;
    use futures::io::Cursor;

    use super::*;

    #[tokio::test]
    async fn a_connection_on_which_bytes_arrive_lives_though_pings_are_not_answered() {
        let address: Multiaddr = "/ip4/10.0.0.1/tcp/5".parse().unwrap();
        let other: Multiaddr = "/ip4/10.0.0.2/tcp/5".parse().unwrap();
        let fresh = Fresh::default();
        drop(fresh.count(Cursor::new(vec![0]), &address)); // failed before it stood
        let mut counted = fresh.count(Cursor::new(vec![0]), &address);
        let mut liveness = Liveness::new(fresh);
        let (first, second) = (ConnectionId::new_unchecked(1), ConnectionId::new_unchecked(2));
        liveness.connected(first, &address);
        liveness.connected(second, &other);
        let began = Instant::now();
        assert_eq!((liveness.dead(began + 2 * SILENCE), liveness.next_look(began)), (vec![], None));

        liveness.pinged(second, false);
        assert_eq!(liveness.dead(began), [second], "nothing is known of it");
        liveness.closed(second);

        std::thread::sleep(Duration::from_millis(5));
        counted.read_exact(&mut [0]).await.unwrap();
        liveness.pinged(first, false);
        let look = liveness.next_look(began).unwrap();
        assert!(look >= began + SILENCE + Duration::from_millis(4));
        assert!(liveness.dead(began + SILENCE).is_empty());
        assert_eq!(liveness.dead(look), [first]);
        liveness.pinged(first, true);
        assert!(liveness.dead(look).is_empty());
    }
}
