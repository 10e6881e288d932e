//! Long values in parts, for the backend on sled.
//!
//! sled puts a tree node of more than 128 KiB into a file of its own that it never syncs, so a power cut could take it.
//! A leaf holds at most about 20 keys; with values of at most 4 KiB it stays well below that.
//!
//! The first part lies under the key itself, part n under the key followed by n (two bytes). A part shorter than [`PART`]
//! is the last one, so remaining parts of an earlier, longer value are never read.

use crate::keys;

/// The longest part, in bytes.
pub(crate) const PART: usize = 4096;
/// The longest value, in bytes.
pub(crate) const MAX_VALUE: usize = PART * u16::MAX as usize;

/// Returns the key of part `n` of the value at `key`.
pub(crate) fn part_key(key: &[u8], n: u16) -> Vec<u8> {
    match n {
        0 => key.to_vec(),
        n => [key, &n.to_be_bytes()].concat(),
    }
}

/// Splits a value into numbered parts.
pub(crate) fn split(value: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    // A value whose length is a multiple of PART (also the empty one) ends with an empty part.
    (0..=value.len() / PART).map(|n| (n as u16, &value[n * PART..value.len().min((n + 1) * PART)]))
}

/// A key and its whole value.
type Whole = (Vec<u8>, Vec<u8>);

/// Joins values from their stored parts, in the order of the keys.
#[derive(Default)]
pub(crate) struct Joiner {
    /// The key, the value so far and the number of the next part; `None` between values.
    open: Option<(Vec<u8>, Vec<u8>, u16)>,
}

impl Joiner {
    /// Takes the next stored key and part; returns a key and its whole value when this was its last part.
    ///
    /// # Errors
    /// The missing part, in words.
    pub(crate) fn take(&mut self, stored: &[u8], part: &[u8]) -> Result<Option<Whole>, String> {
        let len = keys::base_len(stored).ok_or_else(|| format!("a key that was never written: {stored:02x?}"))?;
        let (key, number) = stored.split_at(len);
        let (key, mut value, n) = match (self.open.take(), number) {
            (None, []) => (key.to_vec(), Vec::new(), 0),
            (None, _) => return Ok(None),
            (Some((open, value, n)), number) if open == key && number == n.to_be_bytes() => (open, value, n),
            (Some((open, _, n)), _) => return Err(format!("part {n} of {open:02x?} is missing")),
        };
        value.extend_from_slice(part);
        if part.len() < PART {
            return Ok(Some((key, value)));
        }
        self.open = Some((key, value, n.saturating_add(1)));
        Ok(None)
    }

    /// Ends joining.
    ///
    /// # Errors
    /// The missing part of an incomplete value, in words.
    pub(crate) fn finish(self) -> Result<(), String> {
        self.open.map_or(Ok(()), |(key, _, n)| Err(format!("part {n} of {key:02x?} is missing")))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a panic is how a test fails
mod tests {
    use super::*;

    fn stored(key: &[u8], value: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
        split(value).map(|(n, part)| (part_key(key, n), part.to_vec())).collect()
    }

    #[test]
    fn what_was_split_is_joined_again() {
        for len in [0, 1, PART - 1, PART, PART + 1, 3 * PART, 20 * PART + 17] {
            let value: Vec<u8> = (0..len).map(|i| i as u8).collect();
            let mut joiner = Joiner::default();
            let mut joined = Vec::new();
            for (key, part) in stored(&keys::record(1, 2), &value) {
                assert!(part.len() <= PART);
                joined.extend(joiner.take(&key, &part).unwrap());
            }
            joiner.finish().unwrap();
            assert_eq!(joined, vec![(keys::record(1, 2).to_vec(), value)], "length {len}");
        }
    }

    #[test]
    fn old_parts_behind_a_shorter_value_are_not_read() {
        let mut all = stored(&keys::meta("a"), &[7; 2 * PART + 1]);
        all[0].1 = vec![8];
        all.extend(stored(&keys::meta("b"), &[9]));
        let mut joiner = Joiner::default();
        let joined: Vec<_> = all.iter().filter_map(|(key, part)| joiner.take(key, part).unwrap()).collect();
        assert_eq!(joined, vec![(keys::meta("a"), vec![8]), (keys::meta("b"), vec![9])]);
    }

    #[test]
    fn a_missing_part_is_noticed() {
        let mut all = stored(&keys::record(1, 2), &[7; 2 * PART + 1]);
        all.remove(1);
        let mut joiner = Joiner::default();
        joiner.take(&all[0].0, &all[0].1).unwrap();
        assert!(joiner.take(&all[1].0, &all[1].1).unwrap_err().contains("part 1"));

        let mut joiner = Joiner::default();
        joiner.take(&all[0].0, &all[0].1).unwrap();
        assert!(joiner.finish().is_err());
    }
}
