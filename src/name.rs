//! Names of rooms and of people, and what makes one valid.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

/// Longest name of a room or a person, in characters.
pub const MAX_NAME_CHARS: usize = 40;

/// A room's identity: 32 bytes. A public room's is a hash of its name, so whoever types the name is there.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RoomId(#[serde(with = "serde_bytes")] pub [u8; 32]);

impl RoomId {
    /// The text form: 64 hexadecimal digits.
    #[must_use]
    pub fn hex(&self) -> String {
        data_encoding::HEXLOWER.encode(&self.0)
    }

    /// The name of the room's gossipsub topic.
    #[must_use]
    pub fn topic(&self) -> String {
        format!("inkmesh/1/{}", self.hex())
    }
}

impl fmt::Debug for RoomId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RoomId({})", &self.hex()[..8])
    }
}

/// Why a text is no name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing is left after trimming.
    #[error("a name can't be empty")]
    Empty,
    /// More than [`MAX_NAME_CHARS`].
    #[error("a name has at most {MAX_NAME_CHARS} characters")]
    TooLong,
}

/// A public room's name as everybody writes it: NFC, lower case, trimmed, inner white space single, no control or
/// direction characters. `Lobby`, `lobby ` and a decomposed `로비` typed on a Mac lead to the same rooms as
/// `lobby` and `로비`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct RoomName(String);

impl RoomName {
    /// The room everybody is in at first start.
    #[must_use]
    pub fn lobby() -> Self {
        RoomName("lobby".to_owned())
    }

    /// The normalised text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The room's identity: BLAKE3 of the name under a context of its own.
    #[must_use]
    pub fn id(&self) -> RoomId {
        RoomId(blake3::derive_key("inkmesh 2026 public room", self.0.as_bytes()))
    }
}

impl FromStr for RoomName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(RoomName(checked(&clean(text.trim_start_matches('#'))?.to_lowercase())?))
    }
}

impl fmt::Display for RoomName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for RoomName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

/// A person's name: NFC, trimmed, inner white space single, no control or direction characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct PersonName(String);

impl PersonName {
    /// The normalised text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for PersonName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(PersonName(checked(&clean(text)?)?))
    }
}

impl TryFrom<String> for PersonName {
    type Error = NameError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl fmt::Display for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// NFC without control and direction-changing characters (which would let a name rewrite the line that it stands
/// in), white space trimmed and single. Refuses to normalise a text that is far too long.
fn clean(text: &str) -> Result<String, NameError> {
    if text.len() > MAX_NAME_CHARS * 64 {
        return Err(NameError::TooLong);
    }
    let kept: String = text.nfc().map(|c| if c.is_whitespace() { ' ' } else { c }).filter(|c| !is_hidden(*c)).collect();
    Ok(kept.split(' ').filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" "))
}

fn checked(text: &str) -> Result<String, NameError> {
    match text.chars().count() {
        0 => Err(NameError::Empty),
        n if n > MAX_NAME_CHARS => Err(NameError::TooLong),
        _ => Ok(text.to_owned()),
    }
}

/// Controls, zero-width characters and the bidirectional marks, embeddings, overrides and isolates (UAX #9).
pub(crate) fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200c}' | '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{061c}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_room_however_it_is_typed() {
        let lobby = RoomName::lobby();
        for text in ["lobby", " Lobby ", "#lobby", "LOB\u{200b}BY"] {
            assert_eq!(text.parse(), Ok(lobby.clone()), "{text:?}");
        }
        // Decomposed Hangul, as macOS types it.
        assert_eq!(
            "\u{1105}\u{1169}\u{1107}\u{1175}".parse::<RoomName>().map(|name| name.id()),
            "로비".parse::<RoomName>().map(|name| name.id())
        );
        assert_ne!(lobby.id(), "로비".parse::<RoomName>().map(|name| name.id()).unwrap_or(lobby.id()));
    }

    #[test]
    fn names_have_bounds() {
        assert_eq!("  \u{202e} ".parse::<PersonName>(), Err(NameError::Empty));
        assert_eq!("가".repeat(40).parse::<PersonName>().map(|name| name.as_str().chars().count()), Ok(40));
        assert_eq!("가".repeat(41).parse::<PersonName>(), Err(NameError::TooLong));
        assert_eq!("x".repeat(1 << 20).parse::<RoomName>(), Err(NameError::TooLong));
    }

    #[test]
    fn a_name_cannot_turn_its_line_around() {
        assert_eq!("Ana\u{202e}nimda".parse::<PersonName>().map(|name| name.to_string()), Ok("Ananimda".to_owned()));
    }
}
