//! With whom to begin a sync round in a room, and when. All times are in milliseconds on a clock that only goes forward.

use std::collections::{BTreeMap, BTreeSet};

use crate::identity::Author;

/// How often everybody is compared with, in milliseconds, even if nothing seems to be missing.
pub const PERIOD_MS: u64 = 30_000;
/// The shortest time between two rounds with one peer.
pub const PAUSE_MS: u64 = 300;
/// The wait after a round that failed.
const RETRY_MS: u64 = 2_000;
/// The time that a peer may send requests about a room before gossip says that it is in the room.
const UNHEARD_MS: u64 = 25_000;
/// Rounds at a time, each with another peer: they bring different parts (see [`super::fetching`]).
const ROUNDS: usize = 4;

/// The schedule of one room.
#[derive(Debug, Default)]
pub struct Schedule {
    due: BTreeMap<Author, u64>,
    /// With whom a round is under way, and when it began.
    running: BTreeMap<Author, u64>,
    /// Operations that went out to a peer since its last round ended.
    sent: BTreeMap<Author, u64>,
    /// Peers whose first round since they came is still to end.
    new: BTreeSet<Author>,
    /// Peers that send requests about the room although gossip doesn't say that they are in it, and since when.
    unheard: BTreeMap<Author, u64>,
}

/// How a round ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// There is nothing more to fetch from this peer.
    Finished,
    /// The peer has more of what is missing. Others may be bringing that now.
    Unfinished,
    /// It was broken off.
    Failed,
}

/// A round that ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Round {
    /// The time that it took, in milliseconds.
    pub ms: u64,
    /// Operations that went out to the peer since the round before.
    pub sent: u64,
    /// True if it was the first finished round since the peer came.
    pub first: bool,
}

impl Schedule {
    /// A peer is in the room now: a round with it is due at once.
    pub fn came(&mut self, peer: Author, now: u64) {
        self.due.insert(peer, now);
        self.new.insert(peer);
        self.unheard.remove(&peer);
    }

    /// A connected peer sent a request about the room, so it is in the room. Returns whether gossip should have said so long
    /// ago: then nothing comes through from this peer, and the connection is worth nothing.
    pub fn requested(&mut self, peer: Author, now: u64) -> bool {
        !self.due.contains_key(&peer) && *self.unheard.entry(peer).or_insert(now) + UNHEARD_MS <= now
    }

    /// A peer left the room, or the connection with it ended.
    pub fn went(&mut self, peer: &Author) {
        self.due.remove(peer);
        self.new.remove(peer);
        self.sent.remove(peer);
        self.unheard.remove(peer);
    }

    /// Something is missing that this peer has.
    pub fn gap(&mut self, peer: Author, now: u64) {
        if let Some(due) = self.due.get_mut(&peer) {
            *due = (*due).min(now + PAUSE_MS);
        }
    }

    /// So many operations went out to a peer.
    pub fn served(&mut self, peer: Author, count: u64) {
        if self.due.contains_key(&peer) {
            *self.sent.entry(peer).or_default() += count;
        }
    }

    /// Returns when the next round is due; `None` while as many run as may.
    #[must_use]
    pub fn next(&self) -> Option<u64> {
        if self.running.len() >= ROUNDS { None } else { self.idle().map(|(_, at)| at).min() }
    }

    /// Begins a round that is due. Returns with whom.
    pub fn begin(&mut self, now: u64) -> Option<Author> {
        if self.running.len() >= ROUNDS {
            return None;
        }
        let (peer, _) = self.idle().filter(|(_, at)| *at <= now).min_by_key(|(_, at)| *at)?;
        self.due.insert(peer, now + PERIOD_MS);
        self.running.insert(peer, now);
        Some(peer)
    }

    /// The round with a peer ended. Returns `None` when none was under way. After one that failed or is unfinished, the next
    /// comes soon.
    pub fn end(&mut self, peer: Author, outcome: Outcome, now: u64) -> Option<Round> {
        let began = self.running.remove(&peer)?;
        match outcome {
            Outcome::Finished => {}
            Outcome::Unfinished => self.gap(peer, now),
            Outcome::Failed => {
                // What it was to bring, others may have.
                self.due.values_mut().for_each(|due| *due = (*due).min(now + PAUSE_MS));
                self.due.entry(peer).and_modify(|due| *due = now + RETRY_MS);
            }
        }
        let first = outcome == Outcome::Finished && self.new.remove(&peer);
        Some(Round { ms: now - began, sent: self.sent.remove(&peer).unwrap_or(0), first })
    }

    fn idle(&self) -> impl Iterator<Item = (Author, u64)> {
        self.due.iter().filter(|(peer, _)| !self.running.contains_key(peer)).map(|(peer, at)| (*peer, *at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(n: usize) -> Author {
        Author([u8::try_from(n).unwrap(); 32])
    }

    #[test]
    fn several_rounds_at_a_time_and_everybody_again_later() {
        let peers: Vec<Author> = (0..ROUNDS + 1).map(peer).collect();
        let mut schedule = Schedule::default();
        for (at, peer) in (10..).zip(&peers) {
            schedule.came(*peer, at);
        }
        let begun: Vec<_> = std::iter::from_fn(|| schedule.begin(20)).collect();
        assert_eq!(begun, peers[..ROUNDS]);
        assert_eq!(schedule.next(), None);
        schedule.served(peers[0], 7);
        assert_eq!(schedule.end(peers[0], Outcome::Finished, 25), Some(Round { ms: 5, sent: 7, first: true }));
        assert_eq!(schedule.begin(25), Some(peers[ROUNDS]));
        assert_eq!(schedule.end(peers[ROUNDS], Outcome::Finished, 30), Some(Round { ms: 5, sent: 0, first: true }));
        assert_eq!(schedule.next(), Some(20 + PERIOD_MS));
        assert_eq!(schedule.end(peers[0], Outcome::Finished, 31), None, "it had ended");
    }

    #[test]
    fn a_peer_that_sends_requests_and_is_not_heard_of_by_gossip_is_noticed() {
        let a = peer(1);
        let mut schedule = Schedule::default();
        assert!(!schedule.requested(a, 10), "gossip may say it any moment");
        assert!(!schedule.requested(a, 9 + UNHEARD_MS));
        assert!(schedule.requested(a, 10 + UNHEARD_MS));
        // Another connection, another chance.
        schedule.went(&a);
        assert!(!schedule.requested(a, 20 + UNHEARD_MS));
        schedule.came(a, 30 + UNHEARD_MS);
        assert!(!schedule.requested(a, 100 * UNHEARD_MS));
    }

    #[test]
    fn when_one_fails_others_are_due_soon_and_it_a_little_later() {
        let (a, b) = (peer(1), peer(2));
        let mut schedule = Schedule::default();
        schedule.came(a, 0);
        schedule.came(b, 0);
        while schedule.begin(0).is_some() {}
        schedule.end(b, Outcome::Finished, 10);
        assert_eq!(schedule.end(a, Outcome::Failed, 20), Some(Round { ms: 20, sent: 0, first: false }));
        assert_eq!(schedule.begin(20 + PAUSE_MS), Some(b));
        assert_eq!(schedule.next(), Some(20 + RETRY_MS));
        assert_eq!(schedule.begin(20 + RETRY_MS), Some(a));
        assert_eq!(schedule.end(a, Outcome::Finished, 3_000).map(|round| round.first), Some(true));
    }

    #[test]
    fn a_gap_is_filled_soon_but_not_in_a_storm() {
        let a = peer(1);
        let mut schedule = Schedule::default();
        schedule.gap(a, 0);
        assert_eq!(schedule.next(), None, "a stranger is not asked");
        schedule.came(a, 0);
        schedule.begin(0);
        assert_eq!(schedule.end(a, Outcome::Unfinished, 1).map(|round| round.first), Some(false));
        assert_eq!(schedule.begin(1 + PAUSE_MS), Some(a));
        assert_eq!(schedule.end(a, Outcome::Finished, 400).map(|round| round.first), Some(true));
        schedule.gap(a, 500);
        schedule.gap(a, 600);
        assert_eq!(schedule.next(), Some(500 + PAUSE_MS));
        assert_eq!(schedule.begin(500 + PAUSE_MS), Some(a));
        schedule.went(&a);
        assert_eq!(schedule.end(a, Outcome::Unfinished, 900).map(|round| round.first), Some(false));
        assert_eq!(schedule.next(), None);
    }
}
