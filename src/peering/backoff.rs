//! The pauses between calls and look-ups that fail.

/// The longest pause during the first [`TRIES_SOON`] tries, in milliseconds: the peer may come back any moment.
pub(super) const SOON_MS: u64 = 2_500;
/// Failed tries after which the longest pause grows to [`LATE_MS`].
const TRIES_SOON: u32 = 120;
/// The longest pause after that, in milliseconds; also the time after which a call without an outcome is repeated.
pub(super) const LATE_MS: u64 = 30_000;

/// Returns the pause after `tries` failed tries, in milliseconds: doubling, bounded, and spread by `random`.
pub(super) fn wait(tries: u32, random: u64) -> u64 {
    let longest = if tries < TRIES_SOON { SOON_MS } else { LATE_MS };
    let base = (250 << tries.min(7)).min(longest);
    base / 2 + random % base
}
