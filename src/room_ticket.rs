//! Room tickets: a text with which somebody enters a room. It has the room, the secret of a private one, and where to find
//! somebody who is in it.
//!
//! ```text
//! inkmesh:XXXX…    base32 (RFC 4648, no padding, either case) of: version (1 byte) ‖ CBOR of the fields ‖ check (4 bytes)
//! ```
//!
//! The check is the beginning of a hash of what stands before it, so that a changed character is noticed. The text has only
//! characters that a QR code packs well when it is in capital letters.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::codec;
use crate::identity::Author;
use crate::name::RoomName;
use crate::private_room::{PrivateRoom, RoomSecret};

/// What the text begins with: the scheme of a link.
pub const SCHEME: &str = "inkmesh:";
/// The version of this format.
const VERSION: u8 = 1;
/// Bytes of the check.
const CHECK_LEN: usize = 4;
/// Largest ticket in bytes, and its longest text, white space left out.
const MAX_BYTES: usize = 1024;
const MAX_TEXT: usize = SCHEME.len() + MAX_BYTES * 8 / 5 + 1;
/// Addresses in a ticket at most, and the longest one.
pub const MAX_ADDRESSES: usize = 4;
const MAX_ADDRESS: usize = 128;

/// The time for which a ticket is valid unless its maker says otherwise: a week, in milliseconds.
pub const LIFETIME_MS: u64 = 7 * 24 * 3600 * 1000;

/// What a ticket says.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomTicket {
    /// The room's name, or the title of a private one.
    room: RoomName,
    /// The secret of a private room; `None` for a public one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    secret: Option<RoomSecret>,
    /// Whether the private room is a conversation of two: of the inviter and whoever is given the ticket.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    two: bool,
    /// Who made the ticket.
    inviter: Author,
    /// Where the inviter may be reached: multiaddresses in text form.
    addresses: Vec<String>,
    /// When it expires, in milliseconds since 1970.
    until: u64,
}

/// The reason why a text is not a ticket that can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TicketError {
    /// It does not begin as a ticket does, or has other characters.
    #[error("this is not a ticket: it begins with {SCHEME}")]
    NotATicket,
    /// A part is missing or changed.
    #[error("this ticket is not whole: a character is missing or another one; copy all of it once more")]
    Damaged,
    /// It was made by a newer program.
    #[error("this ticket is of a newer version of the program: update this one")]
    Newer,
    /// Its time is over.
    #[error("this ticket has expired: ask for a new one")]
    Expired,
}

impl RoomTicket {
    /// Makes a ticket to a room. Addresses beyond the bounds are left out.
    #[must_use]
    pub fn new(
        room: &RoomName,
        private: Option<&PrivateRoom>,
        inviter: Author,
        addresses: Vec<String>,
        until: u64,
    ) -> Self {
        let mut addresses = addresses;
        addresses.retain(|address| address.len() <= MAX_ADDRESS);
        addresses.truncate(MAX_ADDRESSES);
        let (room, secret) = match private {
            None => (room.clone(), None),
            Some(private) => (private.title.clone(), Some(private.secret.clone())),
        };
        let two = private.is_some_and(|private| private.with.is_some());
        RoomTicket { room, secret, two, inviter, addresses, until }
    }

    /// Returns the text.
    #[must_use]
    pub fn text(&self) -> String {
        // Within the bounds of its parts it is never too large.
        let mut bytes = codec::encode_tagged(VERSION, self, MAX_BYTES).unwrap_or_default();
        bytes.extend_from_slice(&check(&bytes));
        format!("{SCHEME}{}", data_encoding::BASE32_NOPAD.encode(&bytes))
    }

    /// Returns the name of the room.
    #[must_use]
    pub fn room(&self) -> RoomName {
        self.private().map_or_else(|| self.room.clone(), |private| private.name())
    }

    /// Returns the private room; `None` for a ticket to a public one.
    #[must_use]
    pub fn private(&self) -> Option<PrivateRoom> {
        let with = self.two.then_some(self.inviter);
        self.secret.clone().map(|secret| PrivateRoom { title: self.room.clone(), secret, with })
    }

    /// Returns who made the ticket.
    #[must_use]
    pub fn inviter(&self) -> Author {
        self.inviter
    }

    /// Returns where the inviter may be reached.
    #[must_use]
    pub fn addresses(&self) -> &[String] {
        &self.addresses
    }

    /// Checks that the ticket is still valid by our clock.
    ///
    /// # Errors
    /// [`TicketError::Expired`].
    pub fn check_time(&self, wall_ms: u64) -> Result<(), TicketError> {
        if wall_ms < self.until { Ok(()) } else { Err(TicketError::Expired) }
    }
}

impl std::fmt::Debug for RoomTicket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RoomTicket to {:?}", self.room())
    }
}

impl FromStr for RoomTicket {
    type Err = TicketError;

    /// Reads a ticket. White space, with which a mail program may have broken it, is left out.
    fn from_str(text: &str) -> Result<Self, TicketError> {
        let text: String = text.chars().filter(|c| !c.is_whitespace()).take(MAX_TEXT + 1).collect();
        let encoded = text.get(..SCHEME.len()).filter(|scheme| scheme.eq_ignore_ascii_case(SCHEME));
        let encoded = encoded.map(|_| &text[SCHEME.len()..]).ok_or(TicketError::NotATicket)?;
        // A browser may have put slashes behind the scheme.
        let encoded = encoded.trim_start_matches('/').trim_end_matches('/').to_ascii_uppercase();
        if text.len() > MAX_TEXT {
            return Err(TicketError::Damaged);
        }
        let bytes = data_encoding::BASE32_NOPAD.decode(encoded.as_bytes()).map_err(|_| TicketError::Damaged)?;
        let (told, found) = bytes.split_at_checked(bytes.len().saturating_sub(CHECK_LEN)).unwrap_or_default();
        if found != check(told) {
            return Err(TicketError::Damaged);
        }
        match told.split_first() {
            Some((&VERSION, fields)) => {
                let ticket: RoomTicket = codec::decode(fields).map_err(|_| TicketError::Damaged)?;
                let fits = ticket.addresses.len() <= MAX_ADDRESSES
                    && ticket.addresses.iter().all(|address| address.len() <= MAX_ADDRESS)
                    && ticket.room.check_joinable().is_ok()
                    && !ticket.room.is_private();
                if fits { Ok(ticket) } else { Err(TicketError::Damaged) }
            }
            Some((version, _)) if *version > VERSION => Err(TicketError::Newer),
            _ => Err(TicketError::Damaged),
        }
    }
}

fn check(bytes: &[u8]) -> [u8; CHECK_LEN] {
    let [a, b, c, d, ..] = blake3::derive_key("inkmesh 2026 check of a ticket", bytes);
    [a, b, c, d]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn private() -> PrivateRoom {
        PrivateRoom { title: "차 마시는 방".parse().unwrap(), secret: RoomSecret::new([7; 32]), with: None }
    }

    fn ticket(private: Option<&PrivateRoom>) -> RoomTicket {
        let addresses = (1..9).map(|n| format!("/ip4/192.168.0.{n}/tcp/47770")).collect();
        RoomTicket::new(&RoomName::lobby(), private, Author([3; 32]), addresses, 1_000)
    }

    #[test]
    fn a_ticket_is_read_as_it_was_written() {
        for private in [None, Some(private())] {
            let made = ticket(private.as_ref());
            let text = made.text();
            let read: RoomTicket = text.parse().unwrap();
            assert_eq!((&read, read.private()), (&made, private.clone()));
            let room = private.map_or(RoomName::lobby(), |private| private.name());
            assert_eq!((read.room(), read.inviter(), read.addresses().len()), (room, Author([3; 32]), MAX_ADDRESSES));
            for other in
                [text.to_lowercase(), text.replace(':', "://"), format!(" {}\r\n{} ", &text[..40], &text[40..])]
            {
                assert_eq!(other.parse(), Ok(made.clone()), "{other}");
            }
        }
    }

    #[test]
    fn a_conversation_of_two_is_with_the_inviter() {
        let talk = PrivateRoom { with: Some(Author([9; 32])), ..private() };
        let read: RoomTicket = ticket(Some(&talk)).text().parse().unwrap();
        assert_eq!(read.private().map(|room| room.with), Some(Some(Author([3; 32]))));
    }

    #[test]
    fn the_largest_ticket_fits() {
        let title = "각".repeat(crate::name::MAX_NAME_CHARS).parse().unwrap();
        let private = PrivateRoom { title, secret: RoomSecret::new([255; 32]), with: None };
        let addresses = vec!["x".repeat(MAX_ADDRESS), "x".repeat(MAX_ADDRESS + 1), "y".repeat(MAX_ADDRESS)];
        let made = RoomTicket::new(&private.name(), Some(&private), Author([255; 32]), addresses, u64::MAX);
        assert_eq!(made.addresses().len(), 2);
        assert_eq!(made.text().parse(), Ok(made));
    }

    #[test]
    fn each_fault_is_told_from_the_others() {
        let text = ticket(Some(&private())).text();
        for at in SCHEME.len()..text.len() {
            let mut changed = text.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            assert_eq!(String::from_utf8(changed).unwrap().parse::<RoomTicket>(), Err(TicketError::Damaged), "{at}");
        }
        for damaged in [&text[..text.len() - 1], SCHEME, "inkmesh:!", &format!("{text}AAAAAAAA"), &text.repeat(40)] {
            assert_eq!(damaged.parse::<RoomTicket>(), Err(TicketError::Damaged), "{damaged}");
        }
        for other in ["", "hello", "http://inkmesh", "ínkmesh:AAAA", "차차차차차차"] {
            assert_eq!(other.parse::<RoomTicket>(), Err(TicketError::NotATicket), "{other}");
        }
        let mut newer = vec![2, 9, 9, 9];
        newer.extend_from_slice(&check(&newer));
        let newer = format!("{SCHEME}{}", data_encoding::BASE32_NOPAD.encode(&newer));
        assert_eq!(newer.parse::<RoomTicket>(), Err(TicketError::Newer));
        assert_eq!(ticket(None).check_time(999), Ok(()));
        assert_eq!(ticket(None).check_time(1_000), Err(TicketError::Expired));
    }

    #[test]
    fn a_ticket_does_not_print_its_secret() {
        assert!(!format!("{:?}", ticket(Some(&private()))).contains("7, 7"));
    }

    proptest! {
        #[test]
        fn junk_is_no_ticket(text in any::<String>()) {
            prop_assert!(text.parse::<RoomTicket>().is_err());
            let with_scheme = format!("{SCHEME}{text}");
            prop_assert!(with_scheme.parse::<RoomTicket>().is_err());
        }
    }
}
