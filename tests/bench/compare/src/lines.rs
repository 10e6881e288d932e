//! The chat lines of the history, and who wrote them.

/// How many authors there are; they write in turn.
pub const AUTHORS: u64 = 100;

/// The length of each line, in bytes.
const LENGTH: usize = 150;

/// Line `n`; no two are alike.
pub fn line(n: u64) -> String {
    format!("{n:08} {}", "x".repeat(LENGTH - 9))
}

/// The secret key of author `n`.
pub fn secret(n: u64) -> [u8; 32] {
    let mut secret = [9; 32];
    secret[..8].copy_from_slice(&n.to_be_bytes());
    secret
}
