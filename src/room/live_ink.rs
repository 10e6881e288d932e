//! Live ink: cut to size on the way out, held to a rate on the way in.

use std::collections::BTreeMap;

use crate::canvas::{Ink, MAX_WIDTH, Points};
use crate::command::CommandError;
use crate::event::PenLine;
use crate::identity::Author;

/// Live frames a second that are taken from one author; a pen sends 30.
const RATE: u64 = 90;
/// Frames that may come at once.
const BURST: u64 = 180;
/// Authors that are kept account of at most. More than a room has people; beyond it the oldest accounts are dropped.
const MAX_AUTHORS: usize = 256;

/// Cuts a line into strokes of bounded length; with each, the index of its first point.
pub(super) fn split(line: &PenLine) -> Result<Vec<(u32, Ink)>, CommandError> {
    if !line.tool.takes(line.points.len()) || !(1..=MAX_WIDTH).contains(&line.width) {
        return Err(CommandError::Stroke);
    }
    let mut index = 0;
    let cut = |points: Points| {
        let from = index;
        index += points.len() as u32 - 1; // parts share a point
        (from, Ink { stroke: line.stroke, tool: line.tool, color: line.color, width: line.width, points })
    };
    Ok(Points::split(&line.points).into_iter().map(cut).collect())
}

/// A token bucket for each author.
#[derive(Debug, Default)]
pub(super) struct LiveGate {
    /// Tokens in thousandths, and when they were counted.
    accounts: BTreeMap<Author, (u64, u64)>,
}

impl LiveGate {
    pub(super) fn admits(&mut self, author: Author, mono_ms: u64) -> bool {
        if self.accounts.len() >= MAX_AUTHORS && !self.accounts.contains_key(&author) {
            let oldest = self.accounts.iter().min_by_key(|(_, (_, at))| *at).map(|(author, _)| *author);
            oldest.map(|author| self.accounts.remove(&author));
        }
        let (tokens, at) = self.accounts.entry(author).or_insert((BURST * 1000, mono_ms));
        *tokens = (*tokens + mono_ms.saturating_sub(*at) * RATE).min(BURST * 1000);
        *at = mono_ms;
        let admitted = *tokens >= 1000;
        if admitted {
            *tokens -= 1000;
        }
        admitted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_held_to_the_rate() {
        let mut gate = LiveGate::default();
        let author = Author([1; 32]);
        let admitted = (0..10_000).filter(|_| gate.admits(author, 0)).count();
        assert_eq!(admitted as u64, BURST);
        let admitted = (0..10_000).filter(|n| gate.admits(author, n / 10)).count(); // one second
        assert!((RATE - 1..=RATE).contains(&(admitted as u64)), "{admitted}");
        assert!(gate.admits(Author([2; 32]), 0), "others are not held back by it");
    }

    #[test]
    fn accounts_are_bounded() {
        let mut gate = LiveGate::default();
        for n in 0..1000_u16 {
            let mut key = [0; 32];
            key[..2].copy_from_slice(&n.to_be_bytes());
            gate.admits(Author(key), u64::from(n));
        }
        assert_eq!(gate.accounts.len(), MAX_AUTHORS);
    }
}
