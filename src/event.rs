//! The events of a node for its frontends (the window, the headless program), and the views of a room. Plain data without
//! types of the network or the storage.

use serde::{Serialize, Serializer};

use crate::canvas::{Color, Point, SheetId, Stroke, StrokeId, Tool};
use crate::clock::MAX_AHEAD_MS;
use crate::contacts::Contact;
use crate::game::GameNotice;
use crate::identity::Author;
use crate::invitation::InvitationId;
use crate::name::RoomName;
use crate::operation::{OperationId, OrderKey};
use crate::picture::Picture;
use crate::waiting_room::NearbyRoom;

pub use crate::canvas::Drawn;
pub use crate::game::{GameView, Phase, PlayerView};

/// Largest number of rooms that we can be in at once: all of them are sent to every peer when a connection begins.
pub const MAX_ROOMS: usize = 500;

/// An event.
#[derive(Debug, Clone)]
pub enum Event {
    /// The node listens. The first event, and sent once.
    Ready {
        /// Our public key.
        peer: Author,
        /// The multiaddresses that others can dial.
        addresses: Vec<String>,
    },
    /// A person came or left, or has another name, picture or address now.
    Peer {
        /// The room.
        room: RoomName,
        /// The person as they are now.
        person: Person,
    },
    /// Somebody invites our person into a room.
    Invitation(InvitationView),
    /// Somebody answered an invitation of our person.
    InvitationAnswer {
        /// The room.
        room: RoomName,
        /// The person who answered.
        peer: Author,
        /// True if that person entered the room.
        accepted: bool,
    },
    /// Somebody whom we have met came or left, has another name, picture or address, or was marked.
    Person(Contact),
    /// New lines of a room, in the log's order.
    Entries {
        /// The room.
        room: RoomName,
        /// One or more lines.
        entries: Vec<Entry>,
    },
    /// New points of a stroke under way. They are to vanish again unless an operation follows.
    Live {
        /// The room.
        room: RoomName,
        /// The author of the stroke.
        author: Author,
        /// The sheet.
        sheet: SheetId,
        /// The new points, with the stroke's number, tool, colour and width.
        stroke: Stroke,
        /// The index of the first of these points in the stroke.
        from: u32,
    },
    /// The visible sheet of a room changed.
    Canvas {
        /// The room.
        room: RoomName,
        /// The change.
        change: CanvasChange,
    },
    /// The game of a room changed by more than the remaining time.
    Game {
        /// The room.
        room: RoomName,
        /// The game as it is now.
        game: Box<GameView>,
    },
    /// A wrong guess of ours was close. Nobody else is told.
    Close {
        /// The room.
        room: RoomName,
        /// The line of the guess.
        line: OperationId,
    },
    /// Missing history is arriving. With `remaining` 0 it has all arrived.
    Syncing {
        /// The room.
        room: RoomName,
        /// The peers that are sending it, each another part.
        peers: Vec<Author>,
        /// The number of operations that have arrived since this began.
        received: u64,
        /// The number of operations that are still missing.
        remaining: u64,
    },
    /// The read marks of a room changed.
    Reading {
        /// The room.
        room: RoomName,
        /// The state as it is now.
        reading: ReadStateView,
    },
    /// Lines of our own are dated in the future, because this machine's clock was ahead when they were written. Others
    /// see them when that time comes, so their author may want to say them again.
    HeldBack {
        /// The room.
        room: RoomName,
        /// The lines, in order.
        entries: Vec<OperationId>,
    },
    /// A sync round with a peer ended.
    Synced {
        /// The room.
        room: RoomName,
        /// The peer.
        peer: Author,
        /// The number of operations that arrived.
        received: u64,
        /// The number of operations sent to this peer since the last such event.
        sent: u64,
        /// The duration in milliseconds.
        ms: u64,
    },
    /// The public rooms that others have open changed. These are all of them.
    Nearby(Vec<NearbyRoom>),
    /// A warning for the person.
    Warning(Warning),
}

/// A warning for the person: what happened and what to do. The text is English; a frontend in another language goes by
/// the variant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Warning {
    /// The disk refused a write. Nothing can be written until it accepts one again.
    StorageFailed {
        /// The error of the storage.
        reason: String,
    },
    /// The disk accepts writes again.
    StorageRecovered,
    /// An address could not be listened on.
    ListenFailed {
        /// The address.
        address: String,
        /// The error of the system.
        reason: String,
    },
    /// An address could not be dialled. It is tried again.
    DialFailed {
        /// The address.
        address: String,
        /// The error of the system.
        reason: String,
    },
    /// An address that was to be dialled is this program's own. It is not tried again.
    OwnAddress {
        /// The address.
        address: String,
    },
    /// Somebody was found on this network who can't be called and doesn't call us. It is tried again.
    Unreachable {
        /// The error of the system.
        reason: String,
    },
    /// Discovery on this network is not possible. It is tried again.
    DiscoveryFailed {
        /// The error of the system.
        reason: String,
    },
    /// Discovery on this network is possible now.
    DiscoveryRecovered,
    /// Some of the remembered rooms were not entered at the start, because there are more than [`MAX_ROOMS`].
    RoomsLeftOut {
        /// The number of rooms.
        rooms: usize,
    },
    /// An author signed two different operations for one position of a chain. Both are kept.
    Fork {
        /// The author.
        author: Author,
    },
    /// We are that author: another copy of this folder writes, or wrote, with our key.
    OwnFork,
    /// This machine's clock is ahead of most others'. What we write is dated by theirs, if they are not too far apart.
    ClockAhead {
        /// The difference in milliseconds.
        ms: u64,
    },
    /// This machine's clock is behind most others'. What we write is dated by theirs, if they are not too far apart.
    ClockBehind {
        /// The difference in milliseconds.
        ms: u64,
    },
    /// This machine's clock and those of others differ, and it can't be known which is wrong.
    ClockDiffers {
        /// The difference in milliseconds.
        ms: u64,
        /// True if ours is ahead.
        ahead: bool,
    },
    /// This machine's clock agrees with the others' again.
    ClockAgrees,
    /// The saved history was damaged. It was moved aside. All that could be read of it is kept, and peers send the rest again.
    Quarantined {
        /// The folder with the damaged history.
        moved_to: String,
        /// The damage.
        reason: String,
    },
    /// The end of the saved history was lost. Peers send again what they have of it.
    TailLost,
    /// There is a history but there was no key: a new one was made, so others see somebody new.
    NewKey,
    /// Other users of this computer could read the key. They can't any more, but may have a copy.
    KeyExposed,
    /// An operation is dated in the future and waits until that time comes.
    Parked {
        /// Its author.
        author: Author,
    },
    /// This frontend was too slow, and events were dropped: it has to read the history again.
    Lagged {
        /// The number of events.
        events: u64,
    },
}

impl Warning {
    /// Returns a stable code for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Warning::StorageFailed { .. } => "storage_failed",
            Warning::StorageRecovered => "storage_recovered",
            Warning::ListenFailed { .. } => "listen_failed",
            Warning::DialFailed { .. } => "dial_failed",
            Warning::OwnAddress { .. } => "own_address",
            Warning::Unreachable { .. } => "unreachable",
            Warning::DiscoveryFailed { .. } => "discovery_failed",
            Warning::DiscoveryRecovered => "discovery_recovered",
            Warning::RoomsLeftOut { .. } => "rooms_left_out",
            Warning::Fork { .. } => "fork",
            Warning::OwnFork => "own_fork",
            Warning::ClockAhead { .. } => "clock_ahead",
            Warning::ClockBehind { .. } => "clock_behind",
            Warning::ClockDiffers { .. } => "clock_differs",
            Warning::ClockAgrees => "clock_agrees",
            Warning::Quarantined { .. } => "quarantined",
            Warning::TailLost => "tail_lost",
            Warning::NewKey => "new_key",
            Warning::KeyExposed => "key_exposed",
            Warning::Parked { .. } => "parked",
            Warning::Lagged { .. } => "lagged",
        }
    }

    /// Returns the text in English.
    #[must_use]
    pub fn message(&self) -> String {
        match self {
            Warning::StorageFailed { reason } => {
                format!("Can't write to the disk: {reason}. Make room; Inkmesh tries again by itself.")
            }
            Warning::StorageRecovered => "The disk takes writes again.".to_owned(),
            Warning::ListenFailed { address, reason } => format!("Can't listen on {address}: {reason}"),
            Warning::DialFailed { address, reason } => {
                format!("Can't connect to {address} yet: {reason}. Inkmesh keeps trying.")
            }
            Warning::Unreachable { reason } => format!(
                "Somebody is on this network, but neither of the two computers can connect to the other ({reason}). A \
                firewall may be in the way: allow Inkmesh in it, on one of the two at least. Inkmesh keeps trying."
            ),
            Warning::DiscoveryFailed { reason } => {
                format!(
                    "Can't look for people on this network ({reason}). Connect by address meanwhile, or end the program that \
                    holds the port; Inkmesh tries again by itself."
                )
            }
            Warning::DiscoveryRecovered => "Inkmesh looks for people on this network now.".to_owned(),
            Warning::OwnAddress { address } => {
                format!("{address} is this program itself. Give the address of another computer.")
            }
            Warning::RoomsLeftOut { rooms } => format!(
                "You were in more than {MAX_ROOMS} rooms: {rooms} are left out. They stay remembered; leave others, and they \
                are entered at the next start."
            ),
            Warning::Fork { author } => format!(
                "{author} signed two different entries for one place of a log. Both are kept; don't rely on who said what when."
            ),
            Warning::OwnFork => {
                "Another copy of your data folder writes under your name (a restored backup, a second machine). \
                Nothing is lost; use each folder on one machine only."
                    .to_owned()
            }
            Warning::ClockAhead { ms } => {
                format!("This machine's clock is {} ahead of the others'. {}", duration(*ms), by_theirs(*ms))
            }
            Warning::ClockBehind { ms } => {
                format!("This machine's clock is {} behind the others'. {}", duration(*ms), by_theirs(*ms))
            }
            Warning::ClockDiffers { ms, ahead } => {
                let side = if *ahead { "ahead of" } else { "behind" };
                let effect = if is_far(*ms) { TOO_FAR } else { "Lines stay in the order in which they were said." };
                format!(
                    "This machine's clock is {} {side} another one, and one of them is wrong. {effect} Set the wrong one right.",
                    duration(*ms)
                )
            }
            Warning::ClockAgrees => "This machine's clock agrees with the others' again.".to_owned(),
            Warning::Quarantined { moved_to, reason } => format!(
                "The saved history was damaged ({reason}). All of it was moved to {moved_to}, what could be read is kept, \
                and what others have comes back from them."
            ),
            Warning::TailLost => {
                "The end of the saved history was lost; what others have comes back from them.".to_owned()
            }
            Warning::NewKey => {
                "The file with your key is gone, so others see you as somebody new. To be yourself again, end Inkmesh, put \
                a copy of identity.key back into the data folder, and start anew."
                    .to_owned()
            }
            Warning::KeyExposed => {
                "Other users of this computer could read the file with your key. Now only you can; if somebody may have \
                copied it, move it away and start as somebody new."
                    .to_owned()
            }
            Warning::Parked { author } => {
                format!("A message from {author} is dated in the future and waits until its time comes.")
            }
            Warning::Lagged { events } => format!("{events} events were dropped: read the history again."),
        }
    }
}

const TOO_FAR: &str = "That is too much: lines wait until their time comes.";

/// Returns whether clocks that differ by so many milliseconds make people wait for each other's lines.
#[must_use]
pub fn is_far(ms: u64) -> bool {
    ms > MAX_AHEAD_MS
}

/// Returns the effect of a wrong clock, and the cure.
fn by_theirs(ms: u64) -> String {
    format!("{} Set the clock right.", if is_far(ms) { TOO_FAR } else { "Inkmesh goes by theirs." })
}

/// Returns a duration in words, rounded down.
fn duration(ms: u64) -> String {
    match ms / 60_000 {
        minutes @ 0..120 => format!("{minutes} minutes"),
        minutes @ 120..2_880 => format!("{} hours", minutes / 60),
        minutes => format!("{} days", minutes / 1_440),
    }
}

/// The lines of a room that our person has read.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct ReadStateView {
    /// The last line that was read; `None` if there is none yet, and then nothing counts as unread.
    pub mark: Option<OperationId>,
    /// The number of lines of others (talk and drawings) after it.
    pub unread: u64,
    /// The lines that arrived since then above it, by author. They stay until they are dismissed.
    pub late: Vec<Late>,
}

/// Late lines of one author: they arrived above lines that had been read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Late {
    /// The author.
    pub author: Author,
    /// The author's name; empty when it is unknown.
    pub name: String,
    /// The number of lines.
    pub count: u64,
    /// The first line in the log's order.
    pub first: OperationId,
    /// The time of the first line in milliseconds since 1970.
    #[serde(rename = "from")]
    pub from_ms: u64,
    /// The time of the last line.
    #[serde(rename = "to")]
    pub to_ms: u64,
}

/// One line of a room's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The operation that makes the line.
    pub id: OperationId,
    /// The author.
    pub author: Author,
    /// The author's name when the line was made; empty when it was unknown.
    pub name: String,
    /// The time of the operation in milliseconds since 1970.
    pub time: u64,
    /// The position among the lines of its room.
    pub place: OrderKey,
    /// The content.
    pub body: EntryBody,
    /// True if it arrived after a line that stands below it, which may have been read.
    pub late: bool,
    /// True if it is ours and dated in the future, so that others don't see it yet. See [`Event::HeldBack`].
    pub held_back: bool,
}

/// The content of a line of the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryBody {
    /// Talk.
    Chat(String),
    /// A wrong guess.
    Guess(String),
    /// Talk of players who know the word of a turn; `None` while we can't read it.
    Whisper(Option<String>),
    /// A step on a sheet.
    Drawing,
    /// A step of a game.
    Game(GameNotice),
    /// The author has this name from here on.
    Named(String),
    /// A payload that this program doesn't know.
    Unknown,
}

impl EntryBody {
    /// Returns the kind as in the JSON of an entry: `chat`, `drawing`, `game` or `notice`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            EntryBody::Chat(_) | EntryBody::Guess(_) | EntryBody::Whisper(_) => "chat",
            EntryBody::Drawing => "drawing",
            EntryBody::Game(_) => "game",
            EntryBody::Named(_) | EntryBody::Unknown => "notice",
        }
    }

    /// Returns the text in English. A frontend in another language goes by the variant.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            EntryBody::Chat(text) | EntryBody::Guess(text) => text.clone(),
            EntryBody::Whisper(text) => text.clone().unwrap_or_default(),
            EntryBody::Drawing => String::new(),
            EntryBody::Game(notice) => notice.text(),
            EntryBody::Named(name) => format!("is called {name}"),
            EntryBody::Unknown => "(written by a newer version of Inkmesh)".to_owned(),
        }
    }
}

/// A person of a room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Person {
    /// The person's key.
    pub peer: Author,
    /// Their name; empty when it is unknown.
    pub name: String,
    /// Their picture; none if they chose nothing. Contacts have it in JSON.
    #[serde(skip)]
    pub picture: Option<Picture>,
    /// True if they are in the room and we are connected to them. Always true of ourselves.
    pub online: bool,
    /// Their known multiaddresses, the one in use first.
    pub addresses: Vec<String>,
    /// When they were last in the room, in milliseconds since 1970: now if they are online, else the time of their last
    /// operation or of the end of the connection; `None` if never.
    pub last_seen: Option<u64>,
    /// True if they signed two different operations for one position of a chain: their lines are not to be relied on.
    #[serde(skip_serializing_if = "is_not")]
    pub forked: bool,
}

/// An invitation that waits for our person's answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InvitationView {
    /// Its id.
    pub invitation: InvitationId,
    /// The room.
    pub room: RoomName,
    /// The title of a private room; `None`: the room is public.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<RoomName>,
    /// The person who invites.
    pub from: Author,
    /// The name that they give themselves; empty while it is not known.
    pub name: String,
}

/// A row in the list of the rooms that we are in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RoomSummary {
    /// The room.
    pub room: RoomName,
    /// The title of a private room; `None`: the room is public, and has no other name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<RoomName>,
    /// The number of people online in it, ourselves included.
    pub people: usize,
    /// The time of its last operation in milliseconds since 1970; 0 when it is empty.
    pub last_activity: u64,
    /// The number of unread lines of others.
    pub unread: u64,
}

/// A room that we were in, and that is not open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PastRoom {
    /// The room.
    pub room: RoomName,
    /// What people call it, if it is private.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<RoomName>,
}

/// The digests of a room: equal digests mean equal contents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct RoomState {
    /// The number of operations in the room's log.
    pub operations: u64,
    /// Hash of the whole log.
    #[serde(serialize_with = "hex")]
    pub digest: [u8; 32],
    /// Hash of the visible sheet.
    #[serde(serialize_with = "hex")]
    pub canvas: [u8; 32],
}

/// Returns whether a flag is left out of the JSON: when it is not set.
pub(crate) fn is_not(flag: &bool) -> bool {
    !flag
}

fn hex<S: Serializer>(hash: &[u8; 32], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&data_encoding::HEXLOWER.encode(hash))
}

/// A change of the visible sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CanvasChange {
    /// A step after all others, for [`Sheet::push`](crate::canvas::Sheet::push).
    Added(Drawn),
    /// Another change: another sheet, or a step before others. The sheet has to be requested again.
    Reset,
}

/// The visible sheet of a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CanvasView {
    /// The sheet's name.
    pub sheet: SheetId,
    /// The steps that count, in order, with undo and redo, for [`Sheet::show`](crate::canvas::Sheet::show).
    pub marks: Vec<Drawn>,
    /// True if we may draw on it now.
    pub may_draw: bool,
}

/// A stroke of our own pen, of any length: under way (shown to others at once, never stored) or finished (written).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PenLine {
    /// The stroke's number, chosen at random when the pen touched the sheet.
    pub stroke: StrokeId,
    /// The tool.
    pub tool: Tool,
    /// The colour.
    pub color: Color,
    /// The width in logical units.
    pub width: u16,
    /// The points: all of a finished stroke, the new ones of a stroke under way, always both of a shape.
    pub points: Vec<Point>,
}
