//! When our own announcement is sent: soon after something in it changed, soon after somebody came, and now and then.

use super::announcement::AnnouncedRoom;
use crate::name::PersonName;
use crate::rate::{Limit, Rate};

/// The pause between two announcements of the same, in milliseconds.
const EACH_MS: u64 = 60_000;
/// The same for each person in the waiting room, where that is longer: however many they are, one of them announces in 15 s.
const EACH_FOR_PERSON_MS: u64 = 15_000;
/// The longest such pause.
pub const LONGEST_MS: u64 = 600_000;
/// The pause between two looks for what changed.
const LOOK_MS: u64 = 1_000;
/// The pause before the next try when too many were sent.
const RETRY_MS: u64 = 500;
/// Announcements that are sent at most.
const SENT: Limit = Limit { burst: 5, each_us: 2_000_000 };

/// What an announcement says.
type Content = (PersonName, Vec<AnnouncedRoom>);

/// The schedule of our announcements. Times are in milliseconds of the node's clock.
#[derive(Debug, Default)]
pub struct Schedule {
    /// When to look whether something has changed.
    look_at: Option<u64>,
    looked: Option<u64>,
    /// When to send one, changed or not.
    send_at: Option<u64>,
    sent: Option<Content>,
    rate: Rate,
}

impl Schedule {
    /// Something that is announced may have changed. `wait` is a short random time, as others are told of the same change
    /// at the same moment.
    pub fn changed(&mut self, now: u64, wait: u64) {
        let at = self.looked.map_or(0, |looked| looked + LOOK_MS).max(now + wait);
        self.look_at.get_or_insert(at);
    }

    /// Somebody came to the waiting room. `wait` is a short random time: others greet them as well, and others may come.
    pub fn came(&mut self, now: u64, wait: u64) {
        let at = now + wait;
        self.send_at = Some(self.send_at.map_or(at, |before| before.min(at)));
    }

    /// Returns when [`Schedule::decide`] is to be asked.
    #[must_use]
    pub fn next(&self) -> Option<u64> {
        self.look_at.into_iter().chain(self.send_at).min()
    }

    /// Returns whether an announcement of this content is to be sent now, to so many people; counts it as sent.
    pub fn decide(&mut self, name: &PersonName, rooms: &[AnnouncedRoom], people: usize, now: u64) -> bool {
        let is_due = |at: Option<u64>| at.is_some_and(|at| at <= now);
        if is_due(self.look_at) {
            (self.look_at, self.looked) = (None, Some(now));
            let same = self.sent.as_ref().is_some_and(|(sent_name, sent)| sent_name == name && sent == rooms);
            if !same && people > 0 {
                self.send_at = Some(now);
            }
        }
        if !is_due(self.send_at) {
            return false;
        }
        if people == 0 {
            // Who comes is told.
            (self.send_at, self.sent) = (None, None);
            return false;
        }
        if !self.rate.admits(SENT, now) {
            self.send_at = Some(now + RETRY_MS);
            return false;
        }
        self.sent = Some((name.clone(), rooms.to_vec()));
        self.send_at = Some(now + (people as u64 * EACH_FOR_PERSON_MS).clamp(EACH_MS, LONGEST_MS));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room(name: &str) -> AnnouncedRoom {
        AnnouncedRoom { room: name.parse().unwrap(), game: None }
    }

    /// Runs a schedule until `end`. Returns when something was sent to so many people.
    fn run(schedule: &mut Schedule, rooms: &[AnnouncedRoom], people: usize, end: u64) -> Vec<u64> {
        let (name, mut sent) = ("Ana".parse().unwrap(), Vec::new());
        while let Some(at) = schedule.next().filter(|at| *at < end) {
            if schedule.decide(&name, rooms, people, at) {
                sent.push(at);
            }
        }
        sent
    }

    #[test]
    fn who_comes_is_told_soon_and_then_now_and_then() {
        let (mut schedule, rooms) = (Schedule::default(), [room("tea")]);
        assert_eq!(schedule.next(), None, "nobody is there");
        schedule.came(1_000, 200);
        schedule.came(1_100, 300);
        assert_eq!(run(&mut schedule, &rooms, 2, 130_000), [1_200, 61_200, 121_200]);
    }

    #[test]
    fn many_people_announce_less_often() {
        for (people, pause) in [(1, 60_000), (4, 60_000), (10, 150_000), (40, LONGEST_MS), (250, LONGEST_MS)] {
            let mut schedule = Schedule::default();
            schedule.came(0, 0);
            assert_eq!(run(&mut schedule, &[room("tea")], people, pause + 1), [0, pause]);
        }
    }

    #[test]
    fn a_change_is_told_and_what_stayed_the_same_is_not() {
        let (mut schedule, mut rooms) = (Schedule::default(), vec![room("tea")]);
        schedule.came(0, 0);
        assert_eq!(run(&mut schedule, &rooms, 1, 5_000), [0]);
        schedule.changed(5_000, 100);
        assert_eq!(run(&mut schedule, &rooms, 1, 10_000), [0; 0]);
        rooms.push(room("art"));
        schedule.changed(10_000, 100);
        schedule.changed(10_050, 9);
        assert_eq!(run(&mut schedule, &rooms, 1, 20_000), [10_100]);
        assert_eq!(run(&mut schedule, &rooms, 1, 71_000), [70_100], "a change counts as the next of the others");
    }

    #[test]
    fn without_end_changes_and_newcomers_are_told_at_the_rate() {
        let mut schedule = Schedule::default();
        let mut sent = 0;
        for now in (0..60_000).step_by(10) {
            schedule.came(now, 0);
            schedule.changed(now, 0);
            let rooms = [room(&format!("room {now}"))];
            sent += u64::from(schedule.decide(&"Ana".parse().unwrap(), &rooms, 1, now));
        }
        assert!((30..=SENT.burst + 30).contains(&sent), "{sent}");
    }

    #[test]
    fn nothing_is_sent_to_nobody() {
        let (mut schedule, rooms) = (Schedule::default(), [room("tea")]);
        schedule.changed(0, 0);
        assert_eq!(run(&mut schedule, &rooms, 0, 1 << 40), [0; 0]);
        schedule.came(5, 0);
        assert_eq!(run(&mut schedule, &rooms, 1, 100), [5]);
        // The last one leaves; whoever comes next is told at once.
        assert_eq!(run(&mut schedule, &rooms, 0, 1 << 40), [0; 0]);
        assert_eq!(schedule.next(), None);
    }
}
