//! With whom to begin a sync round in a room, and when. All times are in milliseconds on a clock that only goes forward.
//!
//! Whatever peers and streams do, rounds stay few: a peer with which rounds fail, or that is busy, is asked again after a
//! pause that doubles; a failure hurries one other peer at most; and the rounds with a peer have a rate. Random numbers
//! spread what would otherwise happen everywhere at once.

use std::collections::BTreeMap;

use crate::identity::Author;

/// How often a peer is compared with at least, in milliseconds, even if nothing seems to be missing, as long as the room has
/// no more than `FEW_PEERS`. With more it is less often, so that the rounds in all stay as many.
pub const PERIOD_MS: u64 = 30_000;
/// Peers of a room that are each compared with once in [`PERIOD_MS`].
const FEW_PEERS: u64 = 10;
/// The shortest time until a round that is due soon.
pub const PAUSE_MS: u64 = 300;
/// The longest pause after one round that failed. It doubles with each one more, up to [`PERIOD_MS`].
const RETRY_MS: u64 = 2_000;
/// The rounds with one peer have this distance, in milliseconds, on average, and [`BURST`] may come at once.
const EACH_MS: u64 = 3_000;
/// Rounds with one peer that may come at once. In a minute that makes 30 at most.
const BURST: u64 = 10;
/// The time that a peer may send requests about a room before gossip says that it is in the room.
const UNHEARD_MS: u64 = 25_000;
/// Rounds at a time, each with another peer: they bring different parts (see [`super::fetching`]).
const ROUNDS: usize = 4;

/// The schedule of one room.
#[derive(Debug)]
pub struct Schedule {
    peers: BTreeMap<Author, Peer>,
    /// With whom a round is under way, and when it began.
    running: BTreeMap<Author, u64>,
    /// Peers that send requests about the room although gossip doesn't say that they are in it, and since when.
    unheard: BTreeMap<Author, u64>,
    /// A random number, and another after each use.
    random: u64,
}

/// A peer that is in the room, or was until shortly.
#[derive(Debug, Default)]
struct Peer {
    /// When the next round is due; `None` while the peer is not in the room.
    due: Option<u64>,
    /// Rounds in a row that failed, or for which the peer was busy.
    failures: u32,
    /// When the rate of rounds counts as unused again.
    rested: u64,
    /// Operations that went out to the peer since its last round ended.
    sent: u64,
    /// True until the first round since the peer came has finished.
    is_new: bool,
}

impl Peer {
    /// Returns the first moment from `at` on at which the rate of rounds admits another.
    fn admitted(&self, at: u64) -> u64 {
        at.max(self.rested.saturating_sub((BURST - 1) * EACH_MS))
    }

    /// Makes a round due at this time or, if the rate doesn't admit it yet, later. One that is due before stays so.
    fn hurry(&mut self, at: u64) {
        let at = self.admitted(at);
        self.due = self.due.map(|due| due.min(at));
    }
}

/// How a round ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// There is nothing more to fetch from this peer.
    Finished,
    /// The peer has more of what is missing. Others may be bringing that now.
    Unfinished,
    /// The peer serves as many as it can.
    Busy,
    /// It was broken off.
    Failed {
        /// True if operations are known to be missing: another peer may have what this one was to bring.
        missing: bool,
    },
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
    /// Makes the schedule of a room in which nobody is yet. `random` is a random number.
    #[must_use]
    pub fn new(random: u64) -> Self {
        Schedule { peers: BTreeMap::new(), running: BTreeMap::new(), unheard: BTreeMap::new(), random }
    }

    /// A peer is in the room now: a round with it is due at once, unless there were too many just before it left.
    pub fn came(&mut self, peer: Author, now: u64) {
        self.peers.retain(|_, peer| peer.due.is_some() || peer.rested > now);
        let entry = self.peers.entry(peer).or_default();
        (entry.due, entry.failures, entry.is_new) = (Some(entry.admitted(now)), 0, true);
        self.unheard.remove(&peer);
    }

    /// A connected peer sent a request about the room, so it is in the room. Returns whether gossip should have said so long
    /// ago: then nothing comes through from this peer, and the connection is worth nothing.
    pub fn requested(&mut self, peer: Author, now: u64) -> bool {
        !self.is_here(&peer) && *self.unheard.entry(peer).or_insert(now) + UNHEARD_MS <= now
    }

    /// A peer left the room, or the connection with it ended.
    pub fn went(&mut self, peer: &Author) {
        if let Some(peer) = self.peers.get_mut(peer) {
            (peer.due, peer.sent) = (None, 0);
        }
        self.unheard.remove(peer);
    }

    /// Returns whether nobody else is in the room.
    #[must_use]
    pub fn is_alone(&self) -> bool {
        self.peers.values().all(|known| known.due.is_none())
    }

    /// Something is missing that this peer has: a round with it is due soon. If rounds with it have failed, its pause stays,
    /// and another peer is asked.
    pub fn gap(&mut self, peer: Author, now: u64) {
        match self.peers.get_mut(&peer) {
            Some(known) if known.failures == 0 => known.hurry(now + PAUSE_MS),
            Some(known) if known.due.is_some() => self.hurry_another(peer, now),
            _ => {}
        }
    }

    /// So many operations went out to a peer.
    pub fn served(&mut self, peer: Author, count: u64) {
        if let Some(peer) = self.peers.get_mut(&peer).filter(|peer| peer.due.is_some()) {
            peer.sent += count;
        }
    }

    /// Returns when the next round is due; `None` while as many run as may.
    #[must_use]
    pub fn next(&self) -> Option<u64> {
        if self.running.len() >= ROUNDS { None } else { self.idle().map(|(at, _)| at).min() }
    }

    /// Begins a round that is due. Returns with whom.
    pub fn begin(&mut self, now: u64) -> Option<Author> {
        if self.running.len() >= ROUNDS {
            return None;
        }
        let (_, author) = self.idle().filter(|(at, _)| *at <= now).min()?;
        let period = self.period();
        let due = now + period - self.random_below(period / 4);
        let peer = self.peers.get_mut(&author)?;
        (peer.due, peer.rested) = (Some(due), peer.rested.max(now) + EACH_MS);
        self.running.insert(author, now);
        Some(author)
    }

    /// The round with a peer ended. Returns `None` when none was under way. After one that is unfinished, the next comes
    /// soon; after one that failed, or for which the peer was busy, after a pause.
    pub fn end(&mut self, author: Author, outcome: Outcome, now: u64) -> Option<Round> {
        let began = self.running.remove(&author)?;
        let mut round = Round { ms: now - began, sent: 0, first: false };
        let pause = self.random_below(u64::MAX);
        let Some(peer) = self.peers.get_mut(&author).filter(|peer| peer.due.is_some()) else { return Some(round) };
        round.sent = std::mem::take(&mut peer.sent);
        match outcome {
            Outcome::Finished | Outcome::Unfinished => {
                peer.failures = 0;
                if outcome == Outcome::Unfinished {
                    peer.hurry(now + PAUSE_MS);
                } else {
                    round.first = std::mem::take(&mut peer.is_new);
                }
            }
            Outcome::Busy | Outcome::Failed { .. } => {
                let longest = (RETRY_MS << peer.failures.min(16)).min(PERIOD_MS);
                peer.failures += 1;
                peer.due = Some(peer.admitted(now + longest / 2 + pause % (longest / 2)));
            }
        }
        if outcome == (Outcome::Failed { missing: true }) {
            self.hurry_another(author, now);
        }
        Some(round)
    }

    /// Makes a round due soon with one other peer with which none is under way and none has failed.
    fn hurry_another(&mut self, than: Author, now: u64) {
        let is_free = |(author, peer): &(&Author, &Peer)| {
            **author != than && peer.due.is_some() && peer.failures == 0 && !self.running.contains_key(*author)
        };
        let free: Vec<Author> = self.peers.iter().filter(is_free).map(|(author, _)| *author).collect();
        let chosen = self.random_below(free.len() as u64) as usize;
        if let Some(peer) = free.get(chosen).and_then(|author| self.peers.get_mut(author)) {
            peer.hurry(now + PAUSE_MS);
        }
    }

    /// Returns how often each peer is compared with.
    fn period(&self) -> u64 {
        let here = self.peers.values().filter(|peer| peer.due.is_some()).count() as u64;
        PERIOD_MS * here.max(FEW_PEERS) / FEW_PEERS
    }

    fn is_here(&self, peer: &Author) -> bool {
        self.peers.get(peer).is_some_and(|peer| peer.due.is_some())
    }

    /// Returns the peers with which no round is under way, and when the next one is due.
    fn idle(&self) -> impl Iterator<Item = (u64, Author)> {
        let here = self.peers.iter().filter_map(|(author, peer)| Some((peer.due?, *author)));
        here.filter(|(_, author)| !self.running.contains_key(author))
    }

    /// Returns another random number below `bound`, or 0. SplitMix64 (Steele, Lea, Flood, 2014).
    fn random_below(&mut self, bound: u64) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let x = (self.random ^ self.random >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let x = (x ^ x >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        (x ^ x >> 31) % bound.max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(n: usize) -> Author {
        Author([u8::try_from(n).unwrap(); 32])
    }

    /// The schedule of a room with these peers, from 0 on.
    fn schedule(peers: &[Author]) -> Schedule {
        let mut schedule = Schedule::new(7);
        peers.iter().for_each(|peer| schedule.came(*peer, 0));
        schedule
    }

    #[test]
    fn several_rounds_at_a_time_and_everybody_again_later() {
        let peers: Vec<Author> = (0..ROUNDS + 1).map(peer).collect();
        let mut schedule = Schedule::new(7);
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
        let next = schedule.next().unwrap();
        assert!((20 + PERIOD_MS * 3 / 4..=25 + PERIOD_MS).contains(&next), "{next}");
        assert_eq!(schedule.end(peers[0], Outcome::Finished, 31), None, "it had ended");
    }

    #[test]
    fn a_peer_that_sends_requests_and_is_not_heard_of_by_gossip_is_noticed() {
        let a = peer(1);
        let mut schedule = schedule(&[]);
        assert!(!schedule.requested(a, 10), "gossip may say it any moment");
        assert!(!schedule.requested(a, 9 + UNHEARD_MS));
        assert!(schedule.requested(a, 10 + UNHEARD_MS));
        // Another connection, another chance.
        schedule.went(&a);
        assert!(!schedule.requested(a, 20 + UNHEARD_MS));
        assert!(schedule.is_alone());
        schedule.came(a, 30 + UNHEARD_MS);
        assert!(!schedule.is_alone());
        assert!(!schedule.requested(a, 100 * UNHEARD_MS));
    }

    #[test]
    fn after_a_failure_one_other_is_due_soon_if_something_is_missing_and_nobody_if_not() {
        let peers: Vec<Author> = (0..ROUNDS).map(peer).collect();
        for (outcome, hurried) in
            [(Outcome::Failed { missing: true }, 1), (Outcome::Failed { missing: false }, 0), (Outcome::Busy, 0)]
        {
            let mut schedule = schedule(&peers);
            while schedule.begin(0).is_some() {}
            for peer in &peers[1..] {
                schedule.end(*peer, Outcome::Finished, 10);
            }
            assert_eq!(schedule.end(peers[0], outcome, 20), Some(Round { ms: 20, sent: 0, first: false }));
            let soon: Vec<_> = std::iter::from_fn(|| schedule.begin(20 + PAUSE_MS)).collect();
            assert!(soon.len() == hurried && !soon.contains(&peers[0]), "{outcome:?}: {soon:?}");
            let mut at = 20 + RETRY_MS / 2;
            while at < 20 + RETRY_MS && schedule.begin(at).is_none() {
                at += 1;
            }
            assert!(at < 20 + RETRY_MS, "and it a little later");
            assert!(schedule.end(peers[0], Outcome::Finished, at).unwrap().first);
        }
    }

    #[test]
    fn the_pause_after_failures_doubles_and_no_gap_shortens_it() {
        let a = peer(1);
        let mut schedule = schedule(&[a]);
        let mut now = 0;
        for longest in [2, 4, 8, 16, 30, 30].map(|seconds| seconds * 1_000) {
            assert_eq!(schedule.begin(now), Some(a));
            schedule.end(a, Outcome::Failed { missing: true }, now);
            schedule.gap(a, now);
            let next = schedule.next().unwrap();
            assert!((now + longest / 2..now + longest).contains(&next), "{} of {longest}", next - now);
            now = next;
        }
        // One that finishes ends that.
        schedule.begin(now);
        schedule.end(a, Outcome::Finished, now);
        schedule.gap(a, now);
        assert_eq!(schedule.next(), Some(now + PAUSE_MS));
    }

    #[test]
    fn a_gap_is_filled_by_another_where_rounds_fail() {
        let (a, b) = (peer(1), peer(2));
        let mut schedule = schedule(&[a, b]);
        while schedule.begin(0).is_some() {}
        schedule.end(b, Outcome::Finished, 5);
        schedule.end(a, Outcome::Busy, 5);
        schedule.gap(a, 10);
        assert_eq!((schedule.next(), schedule.begin(10 + PAUSE_MS)), (Some(10 + PAUSE_MS), Some(b)));
    }

    #[test]
    fn a_gap_is_filled_soon_but_not_in_a_storm() {
        let a = peer(1);
        let mut schedule = schedule(&[]);
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

    /// Somebody sends operations whose predecessors nobody has, or leaves the room and comes back, again and again.
    #[test]
    fn rounds_with_one_peer_are_bounded_whatever_it_does() {
        let a = peer(1);
        let (mut schedule, mut rounds) = (schedule(&[a]), 0);
        for now in (0..60_000).step_by(10) {
            schedule.gap(a, now);
            if now.is_multiple_of(700) {
                schedule.went(&a);
                schedule.came(a, now);
            }
            if schedule.begin(now).is_some() {
                rounds += 1;
                schedule.end(a, if rounds % 2 == 0 { Outcome::Unfinished } else { Outcome::Finished }, now);
            }
        }
        assert!((20..=30).contains(&rounds), "{rounds}");
    }

    #[test]
    fn in_a_large_room_each_peer_is_compared_with_less_often() {
        let peers: Vec<Author> = (0..40).map(peer).collect();
        let (mut schedule, mut rounds) = (schedule(&peers), 0);
        for now in (0..600_000).step_by(10) {
            while let Some(peer) = schedule.begin(now) {
                rounds += u64::from(now > 300_000);
                schedule.end(peer, Outcome::Finished, now);
            }
        }
        assert!(rounds <= 2 * FEW_PEERS * 300_000 / PERIOD_MS, "{rounds}");
        assert!(rounds >= FEW_PEERS * 300_000 / PERIOD_MS * 9 / 10, "{rounds}");
    }

    /// Forty programs that start together. A stream breaks if the other side is opening or serving one from somebody else,
    /// and something seems to be missing all the time.
    #[test]
    fn a_storm_calms() {
        const COUNT: usize = 40;
        const TAKES_MS: u64 = 50;
        let peers: Vec<Author> = (0..COUNT).map(peer).collect();
        let mut schedules: Vec<Schedule> = (0..COUNT as u64).map(Schedule::new).collect();
        for (schedule, me) in schedules.iter_mut().zip(&peers) {
            peers.iter().filter(|peer| *peer != me).for_each(|peer| schedule.came(*peer, 0));
        }
        let mut serving = [0; COUNT];
        let mut ends: Vec<(u64, usize, usize, Outcome)> = Vec::new();
        let (mut broken, mut whole) = ([0; 6], [0; 6]);
        for now in (0..60_000).step_by(10) {
            let minute_part = (now / 10_000) as usize;
            let (over, still): (Vec<_>, Vec<_>) = ends.into_iter().partition(|(at, ..)| *at <= now);
            ends = still;
            for (_, who, other, outcome) in over {
                let counts = if outcome == Outcome::Finished { &mut whole } else { &mut broken };
                counts[minute_part] += 1;
                let schedule: &mut Schedule = &mut schedules[who];
                schedule.end(peers[other], outcome, now);
            }
            for (who, schedule) in schedules.iter_mut().enumerate() {
                while let Some(peer) = schedule.begin(now) {
                    let other = usize::from(peer.0[0]);
                    let outcome =
                        if serving[other] > now { Outcome::Failed { missing: true } } else { Outcome::Finished };
                    if outcome == Outcome::Finished {
                        serving[other] = now + TAKES_MS;
                    }
                    ends.push((now + TAKES_MS, who, other, outcome));
                }
            }
        }
        let of_all = (COUNT * (COUNT - 1)) as u64;
        assert!(whole.iter().sum::<u64>() > of_all, "everybody was compared with: {whole:?}");
        assert!(broken[5] < COUNT as u64, "less than one round in ten seconds breaks: {broken:?} of {whole:?}");
    }
}
