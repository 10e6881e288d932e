//! Finds a second program that runs with our key, from a copy of the data folder. libp2p connects nobody with itself, so all
//! that two such programs see of each other is calls that end when the keys are known.

use std::collections::BTreeSet;

use libp2p::swarm::ConnectionId;

use crate::peering::Address;

/// The time in which both ends of a call to ourselves are seen, in milliseconds.
const BOTH_ENDS_MS: u64 = 1_000;
/// Addresses at most that are called because somebody announces our key there.
const MAX_CALLED: usize = 64;

/// The calls between programs with our key.
#[derive(Debug, Default)]
pub(super) struct Twins {
    /// The addresses that were called because our key is announced there, and these calls.
    called: BTreeSet<Address>,
    calls: BTreeSet<ConnectionId>,
    /// True if our key answered one of these: the swarm leaves out where we listen ourselves.
    certain: bool,
    /// Calls of ours that our key answered.
    made: Vec<ConnectionId>,
    /// The number of calls that came with our key.
    came: usize,
    /// The last moment at which a call to us failed: it may have come from our key, and have been ended by the caller before
    /// that was known.
    broken: Option<u64>,
    /// The time at which these calls are judged.
    due: Option<u64>,
}

/// The other end of calls that our key answered.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum OtherEnd {
    /// These calls were answered by ourselves.
    Ourselves(Vec<ConnectionId>),
    /// A second program has our key: it made or answered one call at least. These are ours.
    Twin(Vec<ConnectionId>),
}

impl Twins {
    /// Takes note of an address where our key is said to answer. Returns whether it is to be called.
    pub(super) fn announced(&mut self, address: Address) -> bool {
        self.called.len() < MAX_CALLED && self.called.insert(address)
    }

    /// Takes note of a call to such an address.
    pub(super) fn calling(&mut self, connection: ConnectionId) {
        self.calls.insert(connection);
    }

    /// Takes note that our key answered a call of ours.
    pub(super) fn answered(&mut self, connection: ConnectionId, now: u64) {
        self.certain |= self.calls.remove(&connection);
        self.made.push(connection);
        self.due.get_or_insert(now + BOTH_ENDS_MS);
    }

    /// Takes note that a call to us failed; `own_key`: because it came from our key.
    pub(super) fn called(&mut self, own_key: bool, now: u64) {
        if !own_key {
            self.broken = Some(now);
            return;
        }
        self.came += 1;
        self.due.get_or_insert(now + BOTH_ENDS_MS);
    }

    /// Returns when [`Twins::judge`] has something to say.
    pub(super) fn next(&self) -> Option<u64> {
        self.due
    }

    /// Says who was at the other end of calls. Of a call to ourselves both ends are seen here, of one between us and a twin only
    /// one: the caller's for certain, and at the other end the call may just break off.
    pub(super) fn judge(&mut self, now: u64) -> Option<OtherEnd> {
        self.due.take_if(|due| *due <= now)?;
        let (made, came) = (std::mem::take(&mut self.made), std::mem::take(&mut self.came));
        let may_be_ours = self.broken.is_some_and(|at| at + 2 * BOTH_ENDS_MS >= now) && made.len() > came;
        let is_certain = std::mem::take(&mut self.certain);
        Some(if !is_certain && (made.len() == came || may_be_ours) {
            OtherEnd::Ourselves(made)
        } else {
            OtherEnd::Twin(made)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_call_to_ourselves_both_ends_are_seen_and_of_one_to_a_twin_one() {
        let (mut twins, call) = (Twins::default(), ConnectionId::new_unchecked(1));
        twins.answered(call, 100);
        twins.called(true, 110);
        assert_eq!((twins.next(), twins.judge(500)), (Some(1_100), None));
        assert_eq!(twins.judge(1_100), Some(OtherEnd::Ourselves(vec![call])));
        twins.answered(call, 2_000);
        assert_eq!(twins.judge(3_000), Some(OtherEnd::Twin(vec![call])));
        twins.called(true, 4_000);
        assert_eq!((twins.judge(5_000), twins.next()), (Some(OtherEnd::Twin(vec![])), None));
    }

    #[test]
    fn a_call_that_broke_off_at_our_end_may_be_our_own() {
        let (mut twins, call) = (Twins::default(), ConnectionId::new_unchecked(1));
        twins.called(false, 90);
        assert_eq!(twins.next(), None);
        twins.answered(call, 100);
        assert_eq!(twins.judge(1_100), Some(OtherEnd::Ourselves(vec![call])));
        twins.answered(call, 9_000);
        assert_eq!(twins.judge(10_000), Some(OtherEnd::Twin(vec![call])), "that was long ago");
        // Two twins that hear each other call each other at once.
        twins.calling(call);
        twins.answered(call, 20_000);
        twins.called(false, 20_000);
        assert_eq!(twins.judge(21_000), Some(OtherEnd::Twin(vec![call])));
    }

    #[test]
    fn an_address_is_called_once_and_few_are_called() {
        let mut twins = Twins::default();
        let at = |n: usize| Address::of_multiaddr(&format!("/ip4/10.0.0.{n}/tcp/47770"));
        assert!(twins.announced(at(1)) && !twins.announced(at(1)));
        assert_eq!((2..200).filter(|n| twins.announced(at(*n))).count(), MAX_CALLED - 1);
    }
}
