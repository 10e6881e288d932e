//! The announcement of a person in the waiting room: a signed frame, never stored, with the public rooms that they have open.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::codec::{self, CodecError};
use crate::identity::{Author, Identity, SIGNATURE_LEN};
use crate::name::{PersonName, RoomId, RoomName};

/// Largest frame in bytes, with tag and signature: room for [`MAX_ANNOUNCED`] names of the longest kind.
pub const MAX_ANNOUNCEMENT: usize = 4 * 1024;
/// Rooms in an announcement at most.
pub const MAX_ANNOUNCED: usize = 16;

/// The tag of the frame, as those of [`crate::frame`].
const TAG: u8 = 2;
/// The prefix of what is signed, so that no announcement can pass for something else.
const CONTEXT: &[u8] = b"inkmesh waiting room 1";

/// Returns the name of the gossipsub topic of the waiting room.
#[must_use]
pub fn topic() -> String {
    RoomId(blake3::derive_key("inkmesh 2026 waiting room", &[])).topic()
}

/// How far a game has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct GameProgress {
    /// The round, counted from 1; 0 before the first.
    pub round: u32,
    /// The number of rounds.
    pub rounds: u32,
}

/// A room in an announcement.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct AnnouncedRoom {
    /// The room.
    pub room: RoomName,
    /// Its game, if one runs.
    pub game: Option<GameProgress>,
}

/// What a person tells in the waiting room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announcement {
    /// The person's key.
    pub author: Author,
    /// A number that grows with each announcement of the author: milliseconds since 1970 by their clock, or one more than
    /// the last. It is only compared with others of the same author.
    pub time: u64,
    /// The person's name; `None` if what was received is no name.
    pub name: Option<PersonName>,
    /// The rooms, none twice, at most [`MAX_ANNOUNCED`].
    pub rooms: Vec<AnnouncedRoom>,
}

/// The body of a frame. Names are read as texts: one that is no name spoils nothing else.
#[derive(Serialize, Deserialize)]
struct Form {
    author: Author,
    time: u64,
    name: String,
    rooms: Vec<RoomForm>,
}

#[derive(Serialize, Deserialize)]
struct RoomForm {
    room: String,
    game: Option<GameProgress>,
}

/// The reason why bytes are not an announcement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AnnouncementError {
    /// The bytes can't be read.
    #[error("unreadable announcement: {0}")]
    Codec(#[from] CodecError),
    /// The tag is unknown: a newer program may know it.
    #[error("a frame of an unknown kind")]
    Unknown,
    /// More rooms than [`MAX_ANNOUNCED`].
    #[error("too many rooms in an announcement")]
    TooMany,
    /// The signature is not the author's.
    #[error("wrong signature")]
    Signature,
}

impl AnnouncementError {
    /// Returns whether the frame may come from an honest program, of a newer version.
    #[must_use]
    pub fn may_be_newer(&self) -> bool {
        matches!(self, AnnouncementError::Unknown)
    }
}

/// An announcement whose signature is not checked yet, because it may be known already.
#[derive(Debug, Clone)]
pub struct Unverified<'a> {
    announcement: Announcement,
    body: &'a [u8],
    signature: &'a [u8; SIGNATURE_LEN],
}

impl Announcement {
    /// Returns the frame: the tag, the CBOR of `{"author", "time", "name", "rooms"}`, and 64 bytes of signature over
    /// `"inkmesh waiting room 1"` and that CBOR.
    ///
    /// # Errors
    /// [`CodecError::TooLarge`] above [`MAX_ANNOUNCEMENT`], which more than [`MAX_ANNOUNCED`] rooms may need.
    pub fn sign(&self, identity: &Identity) -> Result<Vec<u8>, CodecError> {
        let room = |room: &AnnouncedRoom| RoomForm { room: room.room.as_str().to_owned(), game: room.game };
        let form = Form {
            author: self.author,
            time: self.time,
            name: self.name.as_ref().map(ToString::to_string).unwrap_or_default(),
            rooms: self.rooms.iter().map(room).collect(),
        };
        let mut bytes = codec::encode_tagged(TAG, &form, MAX_ANNOUNCEMENT - SIGNATURE_LEN)?;
        let signature = identity.sign(&[CONTEXT, &bytes[1..]].concat());
        bytes.extend_from_slice(&signature);
        Ok(bytes)
    }

    /// Reads a frame from the topic of the waiting room. Names are normalised; rooms without a valid name, and private ones,
    /// are left out.
    ///
    /// # Errors
    /// [`AnnouncementError`].
    pub fn decode(bytes: &[u8]) -> Result<Unverified<'_>, AnnouncementError> {
        codec::within(bytes.len(), MAX_ANNOUNCEMENT)?;
        let signed = match bytes.split_first() {
            Some((&TAG, signed)) => signed,
            Some(_) => return Err(AnnouncementError::Unknown),
            None => return Err(CodecError::Malformed.into()),
        };
        let (body, signature) = signed.split_last_chunk::<SIGNATURE_LEN>().ok_or(CodecError::Malformed)?;
        let form: Form = codec::decode(body)?;
        if form.rooms.len() > MAX_ANNOUNCED {
            return Err(AnnouncementError::TooMany);
        }
        let mut seen = BTreeSet::new();
        let rooms = form.rooms.into_iter().filter_map(|RoomForm { room, game }| {
            let room: RoomName = room.parse().ok().filter(|room: &RoomName| !room.is_private())?;
            seen.insert(room.clone()).then_some(AnnouncedRoom { room, game })
        });
        let announcement =
            Announcement { author: form.author, time: form.time, name: form.name.parse().ok(), rooms: rooms.collect() };
        Ok(Unverified { announcement, body, signature })
    }
}

impl Unverified<'_> {
    /// Returns who is said to have written it.
    #[must_use]
    pub fn author(&self) -> Author {
        self.announcement.author
    }

    /// Returns its number: see [`Announcement::time`].
    #[must_use]
    pub fn time(&self) -> u64 {
        self.announcement.time
    }

    /// Checks the signature.
    ///
    /// # Errors
    /// [`AnnouncementError::Signature`].
    pub fn verify(self) -> Result<Announcement, AnnouncementError> {
        let signed = [CONTEXT, self.body].concat();
        match self.announcement.author.verify(&signed, self.signature) {
            true => Ok(self.announcement),
            false => Err(AnnouncementError::Signature),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity() -> Identity {
        Identity::from_secret([1; 32])
    }

    fn room(name: &str, game: Option<GameProgress>) -> AnnouncedRoom {
        AnnouncedRoom { room: name.parse().unwrap(), game }
    }

    fn announcement(rooms: Vec<AnnouncedRoom>) -> Announcement {
        Announcement { author: identity().author(), time: 7, name: Some("Ana".parse().unwrap()), rooms }
    }

    fn read(bytes: &[u8]) -> Result<Announcement, AnnouncementError> {
        Announcement::decode(bytes)?.verify()
    }

    /// Returns a frame with this form, validly signed.
    fn signed(form: &impl Serialize) -> Vec<u8> {
        let mut bytes = codec::encode_tagged(TAG, form, MAX_ANNOUNCEMENT).unwrap();
        let signature = identity().sign(&[CONTEXT, &bytes[1..]].concat());
        bytes.extend_from_slice(&signature);
        bytes
    }

    #[test]
    fn an_announcement_reads_back_and_a_changed_one_does_not() {
        let rooms = vec![room("lobby", None), room("차", Some(GameProgress { round: 2, rounds: 3 }))];
        let told = announcement(rooms);
        let bytes = told.sign(&identity()).unwrap();
        assert_eq!(read(&bytes), Ok(told));
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert!(read(&changed).is_err(), "{at}");
        }
    }

    #[test]
    fn sixteen_rooms_of_the_longest_names_fit() {
        // Characters of four bytes, which stay as they are in lower case.
        let long = |n: usize| {
            room(&format!("{}{n:02}", "\u{20000}".repeat(38)), Some(GameProgress { round: u32::MAX, rounds: u32::MAX }))
        };
        let mut told = announcement((0..MAX_ANNOUNCED).map(long).collect());
        told.name = Some("\u{20000}".repeat(40).parse().unwrap());
        told.time = u64::MAX;
        assert_eq!(read(&told.sign(&identity()).unwrap()), Ok(told));
    }

    #[test]
    fn garbage_is_refused_and_a_newer_frame_told_apart() {
        for bytes in [&[][..], &[TAG], &[TAG, 0xa0], &[TAG; 200], &vec![TAG; MAX_ANNOUNCEMENT + 1]] {
            let error = read(bytes).unwrap_err();
            assert!(!error.may_be_newer(), "{error}");
        }
        assert!(read(&[9, 1, 2]).unwrap_err().may_be_newer());
        let many: Vec<AnnouncedRoom> = (0..=MAX_ANNOUNCED).map(|n| room(&format!("r{n}"), None)).collect();
        assert_eq!(read(&announcement(many).sign(&identity()).unwrap()), Err(AnnouncementError::TooMany));
    }

    #[test]
    fn another_key_can_not_speak_for_an_author() {
        let told = announcement(vec![room("lobby", None)]);
        let bytes = told.sign(&Identity::from_secret([2; 32])).unwrap();
        assert_eq!(read(&bytes), Err(AnnouncementError::Signature));
    }

    #[test]
    fn names_are_normalised_and_what_is_none_is_left_out() {
        let (long, private) = ("x".repeat(41), "ab".repeat(32));
        let names = ["## Tea\u{202e} ROOM", "tea room", "\u{3164}", "", &long, &private, "lobby"];
        let rooms: Vec<RoomForm> = names.iter().map(|name| RoomForm { room: (*name).to_owned(), game: None }).collect();
        let form = Form { author: identity().author(), time: 1, name: "A\u{202e}na\n".to_owned(), rooms };
        let told = read(&signed(&form)).unwrap();
        assert_eq!(told.name.map(|name| name.to_string()).as_deref(), Some("Ana"));
        assert_eq!(told.rooms, [room("tea room", None), room("lobby", None)]);
        let nameless = Form { name: "\u{ad}".to_owned(), rooms: Vec::new(), ..form };
        assert_eq!(read(&signed(&nameless)).unwrap().name, None);
    }

    #[test]
    fn keys_of_a_later_version_are_ignored() {
        #[derive(Serialize)]
        struct Later {
            author: Author,
            mood: &'static str,
            time: u64,
            name: &'static str,
            rooms: [LaterRoom; 1],
        }
        #[derive(Serialize)]
        struct LaterRoom {
            room: &'static str,
            color: u8,
        }
        let rooms = [LaterRoom { room: "lobby", color: 3 }];
        let later = Later { author: identity().author(), mood: "fine", time: 9, name: "Ana", rooms };
        let told = read(&signed(&later)).unwrap();
        assert_eq!((told.time, told.rooms), (9, vec![room("lobby", None)]));
    }
}
