//! Verification numbers: what two people read to each other to make sure that they have each other's keys.
//!
//! The number of a key depends on nothing else, and each of the two reads their own. A number for both keys together could be
//! as short only if both programs exchanged commitments first: whoever stands between two people chooses two keys, and two
//! numbers of 53 bits that agree are found after 2^27 tries. A key with a given number takes 2^53 tries of a millisecond.

use std::fmt;
use std::str::FromStr;

use crate::identity::Author;

/// Digits of a number: about 53 bits.
const DIGITS: usize = 16;
/// Digits that stand together.
const GROUP: usize = 4;
const MODULUS: u64 = 10_u64.pow(16);
/// Hashes for a number, which make the search for a key with a given number slow.
const HASHES: u32 = 1 << 14;

/// The number of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VerificationNumber(u64);

impl VerificationNumber {
    /// Returns the number of a key. Takes about a millisecond.
    #[must_use]
    pub fn of(author: Author) -> Self {
        let mut hash = blake3::derive_key("inkmesh 2026 verification number", &author.0);
        for _ in 0..HASHES {
            let mut hasher = blake3::Hasher::new_keyed(&hash);
            hasher.update(&author.0);
            hash = *hasher.finalize().as_bytes();
        }
        let bytes: [u8; 16] = std::array::from_fn(|at| hash[at]);
        let number = u128::from_be_bytes(bytes) % u128::from(MODULUS);
        // The remainder is below the modulus, which fits.
        VerificationNumber(u64::try_from(number).unwrap_or_default())
    }
}

/// The digits in groups of four.
impl fmt::Display for VerificationNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = format!("{:0DIGITS$}", self.0);
        for (at, digit) in digits.chars().enumerate() {
            let space = if at > 0 && at % GROUP == 0 { " " } else { "" };
            write!(f, "{space}{digit}")?;
        }
        Ok(())
    }
}

/// A text that is not a verification number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a verification number has {DIGITS} digits")]
pub struct ParseNumberError;

/// Reads the digits; spaces and hyphens between them don't count.
impl FromStr for VerificationNumber {
    type Err = ParseNumberError;

    fn from_str(text: &str) -> Result<Self, ParseNumberError> {
        let digits: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').take(DIGITS + 1).collect();
        let is_number = digits.len() == DIGITS && digits.bytes().all(|digit| digit.is_ascii_digit());
        let number = if is_number { digits.parse().ok() } else { None };
        number.map(VerificationNumber).ok_or(ParseNumberError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_as_it_is_written() {
        let (one, other) = (VerificationNumber::of(Author([1; 32])), VerificationNumber::of(Author([2; 32])));
        assert_ne!(one, other);
        let text = one.to_string();
        assert_eq!((text.len(), text.split(' ').count()), (DIGITS + 3, 4));
        assert_eq!(text.parse(), Ok(one));
        assert_eq!(text.replace(' ', "-").parse(), Ok(one));
        assert_eq!(format!("{:>9}", VerificationNumber(7)), "0000 0000 0000 0007");
    }

    #[test]
    fn the_number_of_a_key_never_changes() {
        assert_eq!(VerificationNumber::of(Author([1; 32])).to_string(), "3440 3954 9363 9472");
    }

    #[test]
    fn other_texts_are_none() {
        for text in ["", "123", "1234 5678 9012 34567", "1234 5678 9012 345x", "１２３４ 5678 9012 3456"] {
            assert_eq!(text.parse::<VerificationNumber>(), Err(ParseNumberError), "{text}");
        }
    }
}
