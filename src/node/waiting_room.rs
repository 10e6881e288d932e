//! The waiting room of a running node: what others announced, when we announce, and when the frontend is told.

use crate::identity::{Author, Identity};
use crate::name::PersonName;
use crate::rate::{Limit, PeerRate, Rate};
use crate::waiting_room::{AnnouncedRoom, Announcement, Nearby, Schedule};

/// The longest random wait before we announce, in milliseconds.
const LONGEST_WAIT_MS: u64 = 300;
/// The time in which changes are gathered before the frontend is told, in milliseconds.
const GATHER_MS: u64 = 50;
/// How often the frontend is told.
const TOLD: Limit = Limit { burst: 4, each_us: 1_000_000 };
/// The pause before the next try when it was told too often, in milliseconds.
const RETRY_MS: u64 = 250;

/// Announcements that are verified of each neighbour which hands over its own, and of all together beyond that.
const OWN: Limit = Limit { burst: 10, each_us: 1_000_000 };
const OWN_COMMON: Limit = Limit { burst: 100, each_us: 100_000 };
/// The same of those that a neighbour passes on. They are counted apart, so that nobody who floods takes the place of those who
/// are here themselves.
const PASSED_ON: Limit = Limit { burst: 128, each_us: 125_000 };
const PASSED_ON_COMMON: Limit = Limit { burst: 256, each_us: 50_000 };

/// The parts of the waiting room.
#[derive(Debug)]
pub(super) struct WaitingRoom {
    pub(super) nearby: Nearby,
    pub(super) schedule: Schedule,
    own: PeerRate,
    passed_on: PeerRate,
    /// When the frontend is to be told.
    tell_at: Option<u64>,
    told: Rate,
    /// The number of our last announcement.
    time: u64,
}

impl Default for WaitingRoom {
    fn default() -> Self {
        WaitingRoom {
            nearby: Nearby::default(),
            schedule: Schedule::default(),
            own: PeerRate::new(OWN, OWN_COMMON),
            passed_on: PeerRate::new(PASSED_ON, PASSED_ON_COMMON),
            tell_at: None,
            told: Rate::default(),
            time: 0,
        }
    }
}

impl WaitingRoom {
    /// Something that we announce may have changed.
    pub(super) fn changed(&mut self, now: u64) {
        self.schedule.changed(now, wait());
    }

    /// A peer came to the waiting room.
    pub(super) fn came(&mut self, now: u64) {
        self.schedule.came(now, wait());
    }

    /// A connection with a peer began.
    pub(super) fn met(&mut self, peer: Author) {
        self.nearby.met(peer);
    }

    /// The last connection with a peer ended.
    pub(super) fn parted(&mut self, peer: Author, now: u64) {
        self.nearby.parted(peer);
        self.own.disconnected(now);
        self.passed_on.disconnected(now);
        self.heard(now);
    }

    /// A peer left the waiting room.
    pub(super) fn left(&mut self, peer: Author, now: u64) {
        self.nearby.left(peer);
        self.heard(now);
    }

    /// Forgets what somebody announced, whom our person blocks.
    pub(super) fn forget(&mut self, peer: Author, now: u64) {
        self.nearby.forget(peer);
        self.heard(now);
    }

    /// Counts an announcement that a neighbour hands over. Returns whether there is time to verify it.
    pub(super) fn admits(&mut self, neighbour: Author, author: Author, now: u64) -> bool {
        let rate = if neighbour == author { &mut self.own } else { &mut self.passed_on };
        rate.admits(neighbour, now)
    }

    /// Plans to tell the frontend, if the list has changed.
    pub(super) fn heard(&mut self, now: u64) {
        if self.nearby.take_changed() {
            self.tell_at.get_or_insert(now + GATHER_MS);
        }
    }

    /// Returns whether the frontend is to be told now, and counts it.
    pub(super) fn tells(&mut self, now: u64) -> bool {
        if self.tell_at.is_none_or(|at| at > now) {
            return false;
        }
        let tells = self.told.admits(TOLD, now);
        self.tell_at = (!tells).then_some(now + RETRY_MS);
        tells
    }

    /// Returns when something is to be done.
    pub(super) fn next_wake(&self) -> Option<u64> {
        [self.schedule.next(), self.tell_at, self.nearby.next_expiry()].into_iter().flatten().min()
    }

    /// Returns the frame of our next announcement; `wall_ms` is this machine's clock.
    pub(super) fn frame(
        &mut self,
        identity: &Identity,
        name: &PersonName,
        rooms: Vec<AnnouncedRoom>,
        wall_ms: u64,
    ) -> Option<Vec<u8>> {
        self.time = wall_ms.max(self.time + 1);
        let (author, name) = (identity.author(), Some(name.clone()));
        let frame = Announcement { author, time: self.time, name, rooms }.sign(identity);
        frame.inspect_err(|error| tracing::error!(%error, "an announcement that can't be written")).ok()
    }
}

/// Returns a short random time in milliseconds.
fn wait() -> u64 {
    rand::random_range(0..=LONGEST_WAIT_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn announcement(n: u8, time: u64) -> Announcement {
        let room = AnnouncedRoom { room: "tea".parse().unwrap(), game: None };
        Announcement { author: Author([n; 32]), time, name: None, rooms: vec![room] }
    }

    #[test]
    fn the_frontend_is_told_soon_and_not_more_often_than_once_a_second() {
        let mut room = WaitingRoom::default();
        let mut told = Vec::new();
        for now in 0..10_000 {
            if now % 7 == 0 {
                // Somebody comes and goes without end.
                let n = u8::try_from(now / 7 % 200).unwrap();
                room.nearby.take(announcement(n, now), true, |_| false, now);
                room.heard(now);
                room.left(Author([n; 32]), now);
            }
            if room.tells(now) {
                told.push(now);
            }
        }
        assert_eq!(told[0], GATHER_MS);
        assert!((10..=14).contains(&told.len()), "{told:?}");
    }

    #[test]
    fn what_a_neighbour_passes_on_takes_nothing_from_its_own() {
        let mut room = WaitingRoom::default();
        let (neighbour, other) = (Author([1; 32]), Author([2; 32]));
        let passed_on = (0..10_000).filter(|_| room.admits(neighbour, Author([9; 32]), 0)).count() as u64;
        assert_eq!(passed_on, PASSED_ON.burst + PASSED_ON_COMMON.burst);
        assert!(room.admits(neighbour, neighbour, 0) && room.admits(other, Author([9; 32]), 0));
    }

    #[test]
    fn each_frame_has_a_higher_number_also_when_the_clock_is_set_back() {
        let (mut room, identity) = (WaitingRoom::default(), Identity::from_secret([1; 32]));
        let mut time = |wall_ms| {
            let frame = room.frame(&identity, &"Ana".parse().unwrap(), Vec::new(), wall_ms).unwrap();
            Announcement::decode(&frame).unwrap().time()
        };
        assert_eq!([5_000, 5_000, 3, 9_000].map(&mut time), [5_000, 5_001, 5_002, 9_000]);
    }
}
