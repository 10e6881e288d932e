//! The number of branches of each author, and the author with the most.

use std::collections::{BTreeMap, BTreeSet};

use crate::identity::Author;

/// The numbers of branches of all authors.
#[derive(Debug, Clone, Default)]
pub(super) struct Shares {
    of: BTreeMap<Author, usize>,
    /// The same, sorted by number.
    sorted: BTreeSet<(usize, Author)>,
    all: usize,
}

impl Shares {
    /// Returns the number of branches of an author.
    pub(super) fn of(&self, author: Author) -> usize {
        self.of.get(&author).copied().unwrap_or(0)
    }

    /// Returns the number of all branches.
    pub(super) fn all(&self) -> usize {
        self.all
    }

    /// Returns the largest number of branches of an author, and who has it: of several authors the one with the highest key.
    pub(super) fn largest(&self) -> Option<(usize, Author)> {
        self.sorted.last().copied()
    }

    /// Counts one branch more of an author.
    pub(super) fn add(&mut self, author: Author) {
        self.all += 1;
        self.set(author, self.of(author) + 1);
    }

    /// Counts one branch less of an author, who has one.
    pub(super) fn remove(&mut self, author: Author) {
        self.all -= 1;
        self.set(author, self.of(author) - 1);
    }

    fn set(&mut self, author: Author, count: usize) {
        self.sorted.remove(&(self.of(author), author));
        if count == 0 {
            self.of.remove(&author);
        } else {
            self.of.insert(author, count);
            self.sorted.insert((count, author));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_share_is_known_and_of_equal_ones_that_of_the_highest_key() {
        let [a, b] = [1, 2].map(|n| Author([n; 32]));
        let mut shares = Shares::default();
        [a, b, a].iter().for_each(|author| shares.add(*author));
        assert_eq!((shares.largest(), shares.of(b), shares.all()), (Some((2, a)), 1, 3));
        shares.remove(a);
        assert_eq!(shares.largest(), Some((1, b)));
        [a, b].iter().for_each(|author| shares.remove(*author));
        assert_eq!((shares.largest(), shares.all()), (None, 0));
    }
}
