//! With whom to catch up in a room, and when. Bookkeeping only.

use std::collections::{BTreeMap, BTreeSet};

use libp2p::PeerId;

/// How often everybody is compared with, in milliseconds, even if nothing seems to be missing.
const PERIOD_MS: u64 = 30_000;
/// The shortest time between two rounds with one peer.
const PAUSE_MS: u64 = 300;
/// How long to wait after a round that failed.
const RETRY_MS: u64 = 2_000;

/// One room's plan. At most one round is under way: the next peer then has only the rest to give.
#[derive(Debug, Default)]
pub(super) struct SyncPlan {
    due: BTreeMap<PeerId, u64>,
    running: Option<(PeerId, u64)>,
    /// Operations that went out to a peer since it was last told.
    sent: BTreeMap<PeerId, u64>,
    /// Peers whose first round since they came is still to end.
    new: BTreeSet<PeerId>,
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
    }

    /// Somebody is not.
    pub(super) fn went(&mut self, peer: &PeerId) {
        self.due.remove(peer);
        self.new.remove(peer);
        self.sent.remove(peer);
    }

    /// Something is missing that this peer has.
    pub(super) fn gap(&mut self, peer: PeerId, now: u64) {
        if let Some(due) = self.due.get_mut(&peer) {
            *due = (*due).min(now + PAUSE_MS);
        }
    }

    /// So many operations went out to a peer.
    pub(super) fn served(&mut self, peer: PeerId, count: u64) {
        if self.due.contains_key(&peer) {
            *self.sent.entry(peer).or_default() += count;
        }
    }

    /// When the next round is due; `None` while one is under way.
    pub(super) fn next(&self) -> Option<u64> {
        if self.running.is_some() { None } else { self.due.values().min().copied() }
    }

    /// Begins the round that is due.
    pub(super) fn begin(&mut self, now: u64) -> Option<PeerId> {
        if self.running.is_some() {
            return None;
        }
        let (peer, _) = self.due.iter().filter(|(_, at)| **at <= now).min_by_key(|(_, at)| **at)?;
        let peer = *peer;
        self.due.insert(peer, now + PERIOD_MS);
        self.running = Some((peer, now));
        Some(peer)
    }

    /// The round ended. `None` when none was under way with this peer.
    pub(super) fn end(&mut self, peer: PeerId, failed: bool, now: u64) -> Option<Round> {
        let (_, began) = self.running.take_if(|(running, _)| *running == peer)?;
        if failed && let Some(due) = self.due.get_mut(&peer) {
            *due = now + RETRY_MS;
        }
        let first = !failed && self.new.remove(&peer);
        Some(Round { ms: now - began, sent: self.sent.remove(&peer).unwrap_or(0), first })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_round_at_a_time_and_everybody_again_later() {
        let (a, b) = (PeerId::random(), PeerId::random());
        let mut plan = SyncPlan::default();
        plan.came(a, 10);
        plan.came(b, 20);
        assert_eq!(plan.begin(20), Some(a));
        assert_eq!((plan.begin(20), plan.next()), (None, None));
        plan.served(a, 7);
        assert_eq!(plan.end(a, false, 25), Some(Round { ms: 5, sent: 7, first: true }));
        assert_eq!(plan.begin(25), Some(b));
        assert_eq!(plan.end(b, true, 30), Some(Round { ms: 5, sent: 0, first: false }));
        assert_eq!(plan.next(), Some(30 + RETRY_MS));
        assert_eq!(plan.begin(30 + RETRY_MS), Some(b));
        assert_eq!(plan.end(b, false, 3_000).map(|round| round.first), Some(true));
        assert_eq!(plan.next(), Some(20 + PERIOD_MS));
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
        plan.went(&a);
        assert_eq!(plan.next(), None);
    }
}
