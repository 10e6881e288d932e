//! Names of rooms and of people: validation and normalisation.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use crate::visible::is_visible;

/// Longest name of a room or a person, in characters.
pub const MAX_NAME_CHARS: usize = 40;

/// The id of a room, 32 bytes. A public room's id is a hash of its name, a private room's a hash of its secret.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RoomId(#[serde(with = "serde_bytes")] pub [u8; 32]);

impl RoomId {
    /// Returns the text form: 64 hexadecimal digits.
    #[must_use]
    pub fn hex(&self) -> String {
        data_encoding::HEXLOWER.encode(&self.0)
    }

    /// Returns the name of the room's gossipsub topic.
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

/// The reason why a text is not a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// The text is empty after trimming.
    #[error("a name can't be empty")]
    Empty,
    /// The text has only characters that can't be seen.
    #[error("a name needs a character that can be seen")]
    Invisible,
    /// The text has more than [`MAX_NAME_CHARS`] characters.
    #[error("a name has at most {MAX_NAME_CHARS} characters")]
    TooLong,
}

/// The name of a room. Of a public room that is a text in normalised form: NFC, lower case, without leading `#` and white
/// space, inner white space single, no control or direction characters. `Lobby`, `# lobby ` and a decomposed `로비` typed on
/// a Mac are the same rooms as `lobby` and `로비`. Of a private room it is the text form of its id, 64 hexadecimal digits, which
/// is too long for the name of a public one. The text of a name parses to the same name.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct RoomName(String);

impl RoomName {
    /// Returns the room that every installation starts in.
    #[must_use]
    pub fn lobby() -> Self {
        RoomName("lobby".to_owned())
    }

    /// Returns the name of the private room with this id.
    #[must_use]
    pub fn private(id: RoomId) -> Self {
        RoomName(id.hex())
    }

    /// Returns whether this is the name of a private room.
    #[must_use]
    pub fn is_private(&self) -> bool {
        private_id(&self.0).is_some()
    }

    /// The normalised text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the room's id: of a public room BLAKE3 of the name in derive-key mode.
    #[must_use]
    pub fn id(&self) -> RoomId {
        let public = || RoomId(blake3::derive_key("inkmesh 2026 public room", self.0.as_bytes()));
        private_id(&self.0).unwrap_or_else(public)
    }

    /// Reads the stored name of a room that this installation was in before. Older programs normalised some names differently
    /// from [`str::parse`] (`# foo` for `  #  Foo`), and took names of which nothing can be seen; such rooms keep their names
    /// and ids.
    ///
    /// # Errors
    /// [`NameError`] for an empty text or one that is too long.
    pub fn remembered(text: &str) -> Result<Self, NameError> {
        normalised(text).and_then(|name| if name.0 == text { Ok(name) } else { checked(text).map(RoomName) })
    }

    /// Checks that a room of this name may be joined.
    ///
    /// # Errors
    /// [`NameError::Invisible`] for the name of a room that an older program joined, and of which nothing can be seen.
    pub fn check_joinable(&self) -> Result<(), NameError> {
        if is_visible(&self.0) { Ok(()) } else { Err(NameError::Invisible) }
    }

    /// Returns whether this name was normalised by an older program and [`str::parse`] makes `name` of it.
    #[must_use]
    pub fn is_old_form_of(&self, name: &RoomName) -> bool {
        self != name && self.0.parse().as_ref() == Ok(name)
    }
}

impl FromStr for RoomName {
    type Err = NameError;

    /// Reads the name of a room to join.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let name = normalised(text)?;
        name.check_joinable()?;
        Ok(name)
    }
}

impl TryFrom<String> for RoomName {
    type Error = NameError;

    /// Reads the name of a room that may be open already: see [`RoomName::check_joinable`].
    fn try_from(text: String) -> Result<Self, Self::Error> {
        normalised(&text)
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

/// A person's name: NFC, trimmed, inner white space single, no control or direction characters, something to see.
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
        let name = checked(&clean(text)?)?;
        if is_visible(&name) { Ok(PersonName(name)) } else { Err(NameError::Invisible) }
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

/// Reads the text form of a room's id.
fn private_id(text: &str) -> Option<RoomId> {
    let id = data_encoding::HEXLOWER.decode(text.as_bytes()).ok()?;
    id.try_into().ok().map(RoomId)
}

fn normalised(text: &str) -> Result<RoomName, NameError> {
    if private_id(text).is_some() {
        return Ok(RoomName(text.to_owned()));
    }
    // Lower case may reorder marks and leave characters that compose.
    let name: String = clean(text)?.to_lowercase().nfc().collect();
    Ok(RoomName(checked(name.trim_start_matches(['#', ' ']))?))
}

/// Normalises a text: NFC, white space trimmed and single, without control and direction characters, with which a name could
/// change how its line is shown. Refuses a text that is far too long.
fn clean(text: &str) -> Result<String, NameError> {
    if text.len() > MAX_NAME_CHARS * 64 {
        return Err(NameError::TooLong);
    }
    let spaced = text.chars().map(|c| if c.is_whitespace() { ' ' } else { c });
    // The characters on both sides of a hidden one may compose.
    let kept: String = spaced.filter(|c| !is_hidden(*c)).nfc().collect();
    Ok(kept.split(' ').filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" "))
}

fn checked(text: &str) -> Result<String, NameError> {
    match text.chars().count() {
        0 => Err(NameError::Empty),
        n if n > MAX_NAME_CHARS => Err(NameError::TooLong),
        _ => Ok(text.to_owned()),
    }
}

/// Returns whether a character is a control, zero-width, or a bidirectional mark, embedding, override or isolate (UAX #9).
pub(crate) fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200c}' | '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{061c}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spellings_of_a_name_are_one_room() {
        let lobby = RoomName::lobby();
        for text in ["lobby", " Lobby ", "#lobby", "LOB\u{200b}BY"] {
            assert_eq!(text.parse(), Ok(lobby.clone()), "{text:?}");
        }
        // Decomposed Hangul, as macOS enters it.
        assert_eq!(
            "\u{1105}\u{1169}\u{1107}\u{1175}".parse::<RoomName>().map(|name| name.id()),
            "로비".parse::<RoomName>().map(|name| name.id())
        );
        assert_ne!(lobby.id(), "로비".parse::<RoomName>().map(|name| name.id()).unwrap_or(lobby.id()));
    }

    #[test]
    fn the_name_of_a_private_room_is_its_id() {
        let id = RoomId([0xa7; 32]);
        let name = RoomName::private(id);
        assert_eq!((name.id(), name.as_str().parse()), (id, Ok(name.clone())));
        assert_eq!(RoomName::remembered(name.as_str()), Ok(name.clone()));
        assert!(name.is_private() && !RoomName::lobby().is_private());
        for other in ["a7".repeat(31), "A7".repeat(32), "a7".repeat(33), format!("#{name}")] {
            assert_eq!(other.parse::<RoomName>(), Err(NameError::TooLong), "{other}");
        }
    }

    #[test]
    fn a_room_is_found_by_its_printed_name() {
        for text in ["  #  Foo", "## #foo", "\u{200b}#Foo", "#\u{202e}\t# foo"] {
            let name: RoomName = text.parse().unwrap();
            assert_eq!((name.as_str(), name.to_string().parse()), ("foo", Ok(name.clone())), "{text:?}");
        }
        assert_eq!(" # # ".parse::<RoomName>(), Err(NameError::Empty));
    }

    #[test]
    fn a_remembered_room_keeps_its_name_and_id() {
        let old = RoomName::remembered("# foo").unwrap();
        let new: RoomName = "# foo".parse().unwrap();
        assert_eq!((old.as_str(), new.as_str()), ("# foo", "foo"));
        assert_ne!(old.id(), new.id());
        assert!(old.is_old_form_of(&new) && !new.is_old_form_of(&new) && !new.is_old_form_of(&old));
        assert_eq!(RoomName::remembered("foo"), Ok(new));
        assert_eq!(RoomName::remembered(""), Err(NameError::Empty));
        assert_eq!(RoomName::remembered(&"x".repeat(41)), Err(NameError::TooLong));
    }

    #[test]
    fn normalising_every_character_with_a_mark_twice_changes_nothing() {
        for c in '\0'..=char::MAX {
            for text in [format!("{c}"), format!("a{c}\u{301}"), format!("{c}\u{200b}\u{323}\u{307}#")] {
                check_idempotent(&text);
            }
        }
    }

    fn check_idempotent(text: &str) {
        if let Ok(name) = text.parse::<RoomName>() {
            assert_eq!(name.as_str().parse(), Ok(name.clone()), "{text:?}");
            assert_eq!(RoomName::remembered(name.as_str()), Ok(name));
        }
        if let Ok(name) = text.parse::<PersonName>() {
            assert_eq!(name.as_str().parse(), Ok(name), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn twice_is_once(text in any::<String>()) {
            check_idempotent(&text);
        }

        #[test]
        fn twice_is_once_among_what_is_trimmed_composed_and_hidden(
            text in "[# \t\u{a0}\u{3000}\u{200b}\u{200d}\u{202e}\u{feff}aAIİıΣσςǅÅK\u{2126}가-힣ᄀ-ᇿ\u{300}-\u{36f}\u{1f80}-\u{1faf}]{0,14}",
        ) {
            check_idempotent(&text);
        }
    }

    #[test]
    fn names_have_bounds() {
        assert_eq!("  \u{202e} ".parse::<PersonName>(), Err(NameError::Empty));
        assert_eq!("가".repeat(40).parse::<PersonName>().map(|name| name.as_str().chars().count()), Ok(40));
        assert_eq!("가".repeat(41).parse::<PersonName>(), Err(NameError::TooLong));
        assert_eq!("x".repeat(1 << 20).parse::<RoomName>(), Err(NameError::TooLong));
    }

    #[test]
    fn a_name_has_something_to_see() {
        for text in ["\u{3164}", "\u{2800} \u{ad}", "\u{fe0f}", "\u{e0061}\u{e007f}"] {
            assert_eq!(text.parse::<PersonName>(), Err(NameError::Invisible), "{text:?}");
            assert_eq!(text.parse::<RoomName>(), Err(NameError::Invisible), "{text:?}");
            // A room that an older program joined.
            let room = RoomName::remembered(text).unwrap();
            assert_eq!((room.as_str(), room.check_joinable()), (text, Err(NameError::Invisible)));
            assert_eq!(RoomName::try_from(text.to_owned()), Ok(room));
        }
        for text in ["❤\u{fe0f}", "👩\u{200d}👧", "ㅤ가"] {
            assert_eq!(text.parse::<PersonName>().map(|name| name.to_string()), Ok(text.to_owned()));
            assert_eq!(text.parse::<RoomName>().map(|name| name.check_joinable()), Ok(Ok(())));
        }
    }

    #[test]
    fn a_name_has_no_direction_characters() {
        assert_eq!("Ana\u{202e}nimda".parse::<PersonName>().map(|name| name.to_string()), Ok("Ananimda".to_owned()));
    }
}
