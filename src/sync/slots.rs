//! Counts streams that are served at the same time, so that neither one peer nor all of them take too much.

use std::collections::BTreeMap;

use crate::identity::Author;

/// A bounded number of slots, with a bound for each peer.
#[derive(Debug)]
pub struct Slots {
    /// Slots in all.
    all: usize,
    /// Slots that one peer may hold.
    each: usize,
    taken: BTreeMap<Author, usize>,
}

impl Slots {
    /// Slots that are all free: `all` of them, `each` for one peer at most.
    #[must_use]
    pub fn new(all: usize, each: usize) -> Self {
        Slots { all, each, taken: BTreeMap::new() }
    }

    /// Takes a slot for a peer. Returns whether there was one; then it has to be given back by [`Slots::free`].
    pub fn take(&mut self, peer: Author) -> bool {
        let all: usize = self.taken.values().sum();
        let of_peer = self.taken.get(&peer).copied().unwrap_or(0);
        let free = all < self.all && of_peer < self.each;
        if free {
            self.taken.insert(peer, of_peer + 1);
        }
        free
    }

    /// Gives a slot of a peer back.
    pub fn free(&mut self, peer: Author) {
        if let Some(of_peer) = self.taken.get_mut(&peer) {
            *of_peer -= 1;
            if *of_peer == 0 {
                self.taken.remove(&peer);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_bounded_in_all_and_for_each_peer() {
        let [a, b, c] = [1, 2, 3].map(|n| Author([n; 32]));
        let mut slots = Slots::new(3, 2);
        assert_eq!([a, a, a].map(|peer| slots.take(peer)), [true, true, false]);
        assert_eq!([b, c].map(|peer| slots.take(peer)), [true, false]);
        slots.free(a);
        assert!(slots.take(c));
        for peer in [a, b, c, c] {
            slots.free(peer);
        }
        assert!(slots.taken.is_empty());
    }
}
