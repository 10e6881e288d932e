//! Lets one transfer of history run at a time: of a room from one of the members that have what is missing, and over a slow
//! link of one room. Several at once would have to share the link, which may be so slow that none of them keeps its pace, and
//! that what is said now waits behind all of them. All times are in milliseconds on a clock that only goes forward.

use std::collections::VecDeque;

use super::fetching::Fetch;

/// The time after which another member's transfer that waits has its turn.
const MEMBER_MS: u64 = 5_000;
/// The time after which another room's transfer has its turn: a small room is not to wait for a large one.
const ROOM_MS: u64 = 2_000;
/// Operations of a unit from which on a link counts as fast: 2,000 a second are about 3 Mbit/s.
const FAST: u64 = 1_024;
/// The time without the end of a unit after which a transfer no longer keeps others waiting: its member stalls.
const STALL_MS: u64 = 5_000;
/// The time after which a transfer that asked is no longer regarded as waiting: it asks more often than that.
const WAITING_MS: u64 = 1_000;
/// Transfers that wait in their order; those beyond it have to ask when there is room.
const MAX_WAITING: usize = 64;

/// The transfers of one room, of which `T` names the member, or those of all rooms over a slow link.
#[derive(Debug)]
pub struct Transfers<T> {
    /// The time after which another one has its turn.
    slice_ms: u64,
    running: Option<Running<T>>,
    /// With the moment at which each asked last.
    waiting: VecDeque<(T, u64)>,
}

#[derive(Debug)]
struct Running<T> {
    who: T,
    since: u64,
    /// The last moment at which a unit was requested or ended.
    moved: u64,
    /// Units under way.
    units: usize,
}

/// Returns whether a link counts as fast, by the size of the units that fit it: then rooms need not wait for each other.
#[must_use]
pub fn is_fast(unit: u64) -> bool {
    unit >= FAST
}

impl<T: PartialEq> Transfers<T> {
    /// The transfers of one room, each from another member.
    #[must_use]
    pub fn of_members() -> Self {
        Transfers::new(MEMBER_MS)
    }

    /// The transfers over a slow link, each of another room.
    #[must_use]
    pub fn of_rooms() -> Self {
        Transfers::new(ROOM_MS)
    }

    fn new(slice_ms: u64) -> Self {
        Transfers { slice_ms, running: None, waiting: VecDeque::new() }
    }

    /// Returns whether none runs.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.running.is_none()
    }

    /// Returns what a transfer requests next, as `fetch` says; [`Fetch::Later`] while another one runs.
    pub fn next(&mut self, who: T, now: u64, fetch: impl FnOnce() -> Fetch) -> Fetch {
        if !self.admits(&who, now) {
            self.wait(who, now);
            return Fetch::Later;
        }
        let running = self.running.get_or_insert(Running { who, since: now, moved: now, units: 0 });
        let fetch = fetch();
        match fetch {
            Fetch::Newest | Fetch::Unit(_) => (running.units, running.moved) = (running.units + 1, now),
            Fetch::Later | Fetch::Nothing if running.units == 0 => self.running = None,
            Fetch::Later | Fetch::Nothing => {}
        }
        fetch
    }

    /// A unit of a transfer ended.
    pub fn unit_ended(&mut self, who: &T, now: u64) {
        if let Some(running) = self.running.as_mut().filter(|running| running.who == *who) {
            (running.units, running.moved) = (running.units.saturating_sub(1), now);
        }
    }

    /// A transfer ended.
    pub fn ended(&mut self, who: &T) {
        self.running.take_if(|running| running.who == *who);
        self.waiting.retain(|(other, _)| other != who);
    }

    /// Returns whether a transfer may go on, or begin. Then [`Transfers::running`] is it, or nothing.
    fn admits(&mut self, who: &T, now: u64) -> bool {
        self.waiting.retain(|(_, asked)| asked + WAITING_MS > now);
        if let Some(running) = &self.running {
            if running.who == *who {
                let over = now >= running.since + self.slice_ms && !self.waiting.is_empty();
                if over && running.units == 0 {
                    self.running = None;
                }
                return !over;
            }
            if now < running.moved + STALL_MS {
                return false;
            }
            self.running = None;
        }
        let first = self.waiting.front().is_none_or(|(first, _)| first == who);
        if first {
            self.waiting.pop_front();
        }
        first
    }

    fn wait(&mut self, who: T, now: u64) {
        let is_full = self.waiting.len() >= MAX_WAITING;
        match self.waiting.iter_mut().find(|(other, _)| *other == who) {
            Some((_, asked)) => *asked = now,
            None if is_full => {}
            None => self.waiting.push_back((who, now)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Asks for a unit. Returns whether it may be requested.
    fn ask(transfers: &mut Transfers<u8>, who: u8, now: u64) -> bool {
        transfers.next(who, now, || Fetch::Newest) == Fetch::Newest
    }

    #[test]
    fn one_runs_at_a_time_and_those_that_wait_follow_in_their_order() {
        let mut transfers = Transfers::of_members();
        let mut turns = Vec::new();
        for now in (0..4 * MEMBER_MS).step_by(100) {
            for who in [1, 2, 3] {
                if ask(&mut transfers, who, now) {
                    turns.push(who);
                    transfers.unit_ended(&who, now);
                }
            }
        }
        turns.dedup();
        assert_eq!(turns, [1, 2, 3, 1], "each for a slice");
        transfers.ended(&1);
        transfers.ended(&2);
        assert!(ask(&mut transfers, 3, 4 * MEMBER_MS));
        assert!(ask(&mut transfers, 3, 9 * MEMBER_MS), "nobody waits");
    }

    #[test]
    fn a_member_that_stalls_keeps_the_others_waiting_for_a_short_time_only() {
        let mut transfers = Transfers::of_members();
        assert!(ask(&mut transfers, 1, 0));
        assert!((0..STALL_MS).step_by(100).all(|now| !ask(&mut transfers, 2, now)));
        assert!(ask(&mut transfers, 2, STALL_MS));
        transfers.unit_ended(&1, STALL_MS + 1);
        assert!(!ask(&mut transfers, 1, STALL_MS + 1));
    }

    #[test]
    fn who_requests_nothing_leaves_the_turn_to_others() {
        let mut transfers = Transfers::of_members();
        assert_eq!(transfers.next(1, 0, || Fetch::Later), Fetch::Later);
        assert!(ask(&mut transfers, 2, 0));
        assert_eq!(transfers.next(2, 0, || Fetch::Nothing), Fetch::Nothing);
        assert!(!ask(&mut transfers, 1, 0), "a unit is under way");
        assert!((3..=u8::MAX).all(|who| !ask(&mut transfers, who, 1)));
        assert!(transfers.waiting.len() <= MAX_WAITING);
    }

    #[test]
    fn over_a_slow_link_a_small_room_waits_for_a_slice_of_a_large_one() {
        let mut rooms = Transfers::of_rooms();
        assert!(!is_fast(64) && is_fast(8_192));
        assert!(ask(&mut rooms, 1, 0));
        assert!(!ask(&mut rooms, 2, 500));
        rooms.unit_ended(&1, 900);
        assert!(ask(&mut rooms, 1, 900) && !ask(&mut rooms, 2, 1_400));
        rooms.unit_ended(&1, 1_800);
        assert!(ask(&mut rooms, 1, 1_800) && !ask(&mut rooms, 2, ROOM_MS + 50));
        rooms.unit_ended(&1, ROOM_MS + 100);
        assert!(!ask(&mut rooms, 1, ROOM_MS + 100) && ask(&mut rooms, 2, ROOM_MS + 100));
        assert!(!rooms.is_idle());
        rooms.ended(&2);
        assert!(rooms.is_idle() && ask(&mut rooms, 1, ROOM_MS + 300));
    }
}
