//! With whom to catch up in a room, and when. Bookkeeping only.

use std::collections::{BTreeMap, BTreeSet};

use libp2p::PeerId;

/// How often everybody is compared with, in milliseconds, even if nothing seems to be missing.
const PERIOD_MS: u64 = 30_000;
/// The shortest time between two rounds with one peer.
const PAUSE_MS: u64 = 300;
/// How long to wait after a round that failed.
const RETRY_MS: u64 = 2_000;
/// How long somebody may ask about a room before gossip says that they are in it.
const UNHEARD_MS: u64 = 25_000;
/// Rounds at a time, each with another peer: they bring different parts (see [`crate::fetching`]).
const ROUNDS: usize = 4;

/// One room's plan.
#[derive(Debug, Default)]
pub(super) struct SyncPlan {
    due: BTreeMap<PeerId, u64>,
    /// With whom a round is under way, and when it began.
    running: BTreeMap<PeerId, u64>,
    /// Operations that went out to a peer since it was last told.
    sent: BTreeMap<PeerId, u64>,
    /// Peers whose first round since they came is still to end.
    new: BTreeSet<PeerId>,
    /// Who asks about the room although gossip doesn't say that they are in it, and since when.
    unheard: BTreeMap<PeerId, u64>,
}

/// A round that ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Round {
    /// How long it took.
    pub(super) ms: u64,
    /// What went out meanwhile and before.
    pub(super) sent: u64,
    /// Whether it was the first since the peer came.
    pub(super) first: bool,
}

impl SyncPlan {
    /// Somebody is in the room now.
    pub(super) fn came(&mut self, peer: PeerId, now: u64) {
        self.due.insert(peer, now);
        self.new.insert(peer);
        self.unheard.remove(&peer);
    }

    /// A peer that we are connected with asks about the room, so it is in it. Returns whether gossip should have said so
    /// long ago: then nothing comes through from this peer, and the connection is worth nothing.
    pub(super) fn asked(&mut self, peer: PeerId, now: u64) -> bool {
        !self.due.contains_key(&peer) && *self.unheard.entry(peer).or_insert(now) + UNHEARD_MS <= now
    }

    /// Somebody is not.
    pub(super) fn went(&mut self, peer: &PeerId) {
        self.due.remove(peer);
        self.new.remove(peer);
        self.sent.remove(peer);
        self.unheard.remove(peer);
    }

    /// Something is missing that this peer has.
    pub(super) fn gap(&mut self, peer: PeerId, now: u64) {
        if let Some(due) = self.due.get_mut(&peer) {
            *due = (*due).min(now + PAUSE_MS);
        }
    }

    /// A round ended although the peer has more of what is missing: it is asked again soon, whether others have brought
    /// that or not. `first`: what [`Round::first`] was; it counts as the first again.
    pub(super) fn unfinished(&mut self, peer: PeerId, first: bool, now: u64) {
        self.gap(peer, now);
        if first && self.due.contains_key(&peer) {
            self.new.insert(peer);
        }
    }

    /// So many operations went out to a peer.
    pub(super) fn served(&mut self, peer: PeerId, count: u64) {
        if self.due.contains_key(&peer) {
            *self.sent.entry(peer).or_default() += count;
        }
    }

    /// When the next round is due; `None` while there is no place for one.
    pub(super) fn next(&self) -> Option<u64> {
        if self.running.len() >= ROUNDS { None } else { self.idle().map(|(_, at)| at).min() }
    }

    /// Begins a round that is due.
    pub(super) fn begin(&mut self, now: u64) -> Option<PeerId> {
        if self.running.len() >= ROUNDS {
            return None;
        }
        let (peer, _) = self.idle().filter(|(_, at)| *at <= now).min_by_key(|(_, at)| *at)?;
        self.due.insert(peer, now + PERIOD_MS);
        self.running.insert(peer, now);
        Some(peer)
    }

    /// The round ended. `None` when none was under way with this peer.
    pub(super) fn end(&mut self, peer: PeerId, failed: bool, now: u64) -> Option<Round> {
        let began = self.running.remove(&peer)?;
        if failed {
            // What it was to bring, others may have.
            let hurry = |due: &mut u64| *due = (*due).min(now + PAUSE_MS);
            self.due.values_mut().for_each(hurry);
            self.due.entry(peer).and_modify(|due| *due = now + RETRY_MS);
        }
        let first = !failed && self.new.remove(&peer);
        Some(Round { ms: now - began, sent: self.sent.remove(&peer).unwrap_or(0), first })
    }

    fn idle(&self) -> impl Iterator<Item = (PeerId, u64)> {
        self.due.iter().filter(|(peer, _)| !self.running.contains_key(peer)).map(|(peer, at)| (*peer, *at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_rounds_at_a_time_and_everybody_again_later() {
        let peers: Vec<PeerId> = (0..ROUNDS + 1).map(|_| PeerId::random()).collect();
        let mut plan = SyncPlan::default();
        for (at, peer) in (10..).zip(&peers) {
            plan.came(*peer, at);
        }
        let begun: Vec<_> = std::iter::from_fn(|| plan.begin(20)).collect();
        assert_eq!(begun, peers[..ROUNDS]);
        assert_eq!(plan.next(), None);
        plan.served(peers[0], 7);
        assert_eq!(plan.end(peers[0], false, 25), Some(Round { ms: 5, sent: 7, first: true }));
        assert_eq!(plan.begin(25), Some(peers[ROUNDS]));
        assert_eq!(plan.end(peers[ROUNDS], false, 30), Some(Round { ms: 5, sent: 0, first: true }));
        assert_eq!(plan.next(), Some(20 + PERIOD_MS));
        assert_eq!(plan.end(peers[0], false, 31), None, "it had ended");
    }

    #[test]
    fn who_asks_again_and_again_and_is_not_heard_of_by_gossip_is_noticed() {
        let a = PeerId::random();
        let mut plan = SyncPlan::default();
        assert!(!plan.asked(a, 10), "gossip may say it any moment");
        assert!(!plan.asked(a, 9 + UNHEARD_MS));
        assert!(plan.asked(a, 10 + UNHEARD_MS));
        // Another connection, another chance.
        plan.went(&a);
        assert!(!plan.asked(a, 20 + UNHEARD_MS));
        plan.came(a, 30 + UNHEARD_MS);
        assert!(!plan.asked(a, 100 * UNHEARD_MS));
    }

    #[test]
    fn when_one_fails_others_are_asked_soon_and_it_a_little_later() {
        let (a, b) = (PeerId::random(), PeerId::random());
        let mut plan = SyncPlan::default();
        plan.came(a, 0);
        plan.came(b, 0);
        while plan.begin(0).is_some() {}
        plan.end(b, false, 10);
        assert_eq!(plan.end(a, true, 20), Some(Round { ms: 20, sent: 0, first: false }));
        assert_eq!(plan.begin(20 + PAUSE_MS), Some(b));
        assert_eq!(plan.next(), Some(20 + RETRY_MS));
        assert_eq!(plan.begin(20 + RETRY_MS), Some(a));
        assert_eq!(plan.end(a, false, 3_000).map(|round| round.first), Some(true));
    }

    #[test]
    fn a_gap_is_filled_soon_but_not_in_a_storm() {
        let a = PeerId::random();
        let mut plan = SyncPlan::default();
        plan.gap(a, 0);
        assert_eq!(plan.next(), None, "a stranger is not asked");
        plan.came(a, 0);
        plan.begin(0);
        plan.end(a, false, 1);
        plan.gap(a, 100);
        plan.gap(a, 200);
        assert_eq!(plan.next(), Some(100 + PAUSE_MS));
        assert_eq!(plan.begin(100 + PAUSE_MS), Some(a));
        assert_eq!(plan.end(a, false, 500).map(|round| round.first), Some(false));
        plan.unfinished(a, true, 500);
        assert_eq!(plan.begin(500 + PAUSE_MS), Some(a));
        assert_eq!(plan.end(a, false, 900).map(|round| round.first), Some(true));
        plan.went(&a);
        plan.unfinished(a, true, 900);
        assert_eq!(plan.next(), None);
    }
}
