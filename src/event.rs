//! What a face (the window, the headless program) is told, and the views it asks for. Plain data: no network type,
//! no storage type.

use serde::{Serialize, Serializer};

use crate::canvas::{Color, Ink, Point, SheetId, StrokeId, Tool};
use crate::game::GameNotice;
use crate::identity::Author;
use crate::name::RoomName;
use crate::operation::{OperationId, OrderKey};

pub use crate::canvas::Drawn;
pub use crate::game::{GameView, Phase, PlayerView};

/// Rooms that one can be in at most at once: all of them are sent to every peer at the beginning of a connection.
pub const MAX_ROOMS: usize = 500;

/// Something happened.
#[derive(Debug, Clone)]
pub enum Event {
    /// The node listens. Said once.
    Ready {
        /// Our own key.
        peer: Author,
        /// Multiaddresses that others can dial.
        addresses: Vec<String>,
    },
    /// Somebody came, went, or is called something else now.
    Peer {
        /// Where.
        room: RoomName,
        /// Who, as they are now.
        person: Person,
    },
    /// New lines of a room, in the log's order.
    Entries {
        /// Where.
        room: RoomName,
        /// One or more lines.
        entries: Vec<Entry>,
    },
    /// Ink under somebody's pen; gone again unless an operation follows.
    Live {
        /// Where.
        room: RoomName,
        /// Whose pen.
        author: Author,
        /// The sheet.
        sheet: SheetId,
        /// The points from index `from` of this stroke on, with its tool, colour and width.
        ink: Ink,
        /// Index of the first of these points in the stroke.
        from: u32,
    },
    /// The visible sheet of a room changed.
    Canvas {
        /// Where.
        room: RoomName,
        /// How.
        change: CanvasChange,
    },
    /// The game of a room moved on. Said at every change of its view except the passing of time.
    Game {
        /// Where.
        room: RoomName,
        /// The game as it is now.
        game: Box<GameView>,
    },
    /// A wrong guess of ours was close. Only we are told.
    Close {
        /// Where.
        room: RoomName,
        /// The line of the guess.
        line: OperationId,
    },
    /// Missing history is coming in; `remaining` 0: no more is.
    Syncing {
        /// Where.
        room: RoomName,
        /// From whom; several give different parts at once.
        peers: Vec<Author>,
        /// How many operations have come in since this began.
        received: u64,
        /// How many are still to come.
        remaining: u64,
    },
    /// What is read and unread in a room changed.
    Reading {
        /// Where.
        room: RoomName,
        /// How it is now.
        reading: ReadingView,
    },
    /// Lines of our own are dated in the future, because this machine's clock was ahead when they were written. Others
    /// see them when that time comes; to say it now, say it again.
    HeldBack {
        /// Where.
        room: RoomName,
        /// The lines, in order.
        entries: Vec<OperationId>,
    },
    /// Caught up with somebody.
    Synced {
        /// Where.
        room: RoomName,
        /// With whom.
        peer: Author,
        /// Operations that came in.
        received: u64,
        /// Operations that went out to this peer since the last time.
        sent: u64,
        /// How long it took, in milliseconds.
        ms: u64,
    },
    /// Something a person should know.
    Warning(Warning),
}

/// Something a person should know: what happened and what to do. The text is English; a face that speaks other
/// languages goes by the variant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Warning {
    /// The disk refused a write. Nothing can be said until it takes one again.
    StorageFailed {
        /// What the storage said.
        reason: String,
    },
    /// The disk takes writes again.
    StorageRecovered,
    /// An address could not be listened on.
    ListenFailed {
        /// The address.
        address: String,
        /// What the system said.
        reason: String,
    },
    /// An address could not be connected to; it is tried again.
    DialFailed {
        /// The address.
        address: String,
        /// What the system said.
        reason: String,
    },
    /// Looking for people on this network is not possible.
    DiscoveryFailed {
        /// What the system said.
        reason: String,
    },
    /// So many of the rooms that we were in are left out at the start: they are more than one can be in.
    RoomsLeftOut {
        /// How many.
        rooms: usize,
    },
    /// Somebody signed two different operations for one place of a log. Both are kept.
    Fork {
        /// Who.
        author: Author,
    },
    /// It was we: another copy of this folder writes, or wrote, under our name.
    OwnFork,
    /// This machine's clock is ahead of the others'; what is written goes by theirs.
    ClockAhead {
        /// By so many milliseconds.
        ms: u64,
    },
    /// This machine's clock is behind the others'; what is written goes by theirs.
    ClockBehind {
        /// By so many milliseconds.
        ms: u64,
    },
    /// This machine's clock agrees with the others' again.
    ClockAgrees,
    /// The saved history was damaged. It was moved aside, what could be read of it is kept, and what others have comes back.
    Quarantined {
        /// The folder with everything that was there.
        moved_to: String,
        /// What was found.
        reason: String,
    },
    /// The end of the saved history was lost; what others have comes back.
    TailLost,
    /// An operation from the future waits until its time comes.
    Parked {
        /// Who wrote it.
        author: Author,
    },
    /// This face was too slow: so many events were dropped. Read the history again.
    Lagged {
        /// How many.
        events: u64,
    },
}

impl Warning {
    /// A stable code for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Warning::StorageFailed { .. } => "storage_failed",
            Warning::StorageRecovered => "storage_recovered",
            Warning::ListenFailed { .. } => "listen_failed",
            Warning::DialFailed { .. } => "dial_failed",
            Warning::DiscoveryFailed { .. } => "discovery_failed",
            Warning::RoomsLeftOut { .. } => "rooms_left_out",
            Warning::Fork { .. } => "fork",
            Warning::OwnFork => "own_fork",
            Warning::ClockAhead { .. } => "clock_ahead",
            Warning::ClockBehind { .. } => "clock_behind",
            Warning::ClockAgrees => "clock_agrees",
            Warning::Quarantined { .. } => "quarantined",
            Warning::TailLost => "tail_lost",
            Warning::Parked { .. } => "parked",
            Warning::Lagged { .. } => "lagged",
        }
    }

    /// The text in English.
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
            Warning::DiscoveryFailed { reason } => {
                format!("Can't look for people on this network ({reason}). Connect by address instead.")
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
            Warning::ClockAhead { ms } => format!(
                "This machine's clock is {} ahead of the others'. Inkmesh goes by theirs; set the clock right.",
                duration(*ms)
            ),
            Warning::ClockBehind { ms } => format!(
                "This machine's clock is {} behind the others'. Inkmesh goes by theirs; set the clock right.",
                duration(*ms)
            ),
            Warning::ClockAgrees => "This machine's clock agrees with the others' again.".to_owned(),
            Warning::Quarantined { moved_to, reason } => format!(
                "The saved history was damaged ({reason}). All of it was moved to {moved_to}, what could be read is kept, \
                and what others have comes back from them."
            ),
            Warning::TailLost => {
                "The end of the saved history was lost; what others have comes back from them.".to_owned()
            }
            Warning::Parked { author } => {
                format!("A message from {author} is dated in the future and waits until its time comes.")
            }
            Warning::Lagged { events } => format!("{events} events were dropped: read the history again."),
        }
    }
}

/// About how long, for a person.
fn duration(ms: u64) -> String {
    match ms / 60_000 {
        minutes @ 0..120 => format!("{minutes} minutes"),
        minutes @ 120..2_880 => format!("{} hours", minutes / 60),
        minutes => format!("{} days", minutes / 1_440),
    }
}

/// What of a room was read.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct ReadingView {
    /// The last line that was read; `None` when none was yet, and then nothing counts as unread.
    pub mark: Option<OperationId>,
    /// Lines of others (talk and drawings) after that one.
    pub unread: u64,
    /// What arrived since then above that line, by author; stays until it is dismissed.
    pub late: Vec<Late>,
}

/// History that arrived late: above what had been read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Late {
    /// Who wrote it.
    pub author: Author,
    /// What they are called; empty when nothing is known yet.
    pub name: String,
    /// How many lines.
    pub count: u64,
    /// The first of them in the log's order: where to jump to.
    pub first: OperationId,
    /// When the first was written, in milliseconds since 1970.
    #[serde(rename = "from")]
    pub from_ms: u64,
    /// When the last was written.
    #[serde(rename = "to")]
    pub to_ms: u64,
}

/// One line of a room's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The operation that it comes from.
    pub id: OperationId,
    /// Who wrote it.
    pub author: Author,
    /// What the author was called when this was told; empty when nothing is known yet.
    pub name: String,
    /// When, in milliseconds since 1970, by the log's clock.
    pub time: u64,
    /// Where it stands among the lines of its room.
    pub place: OrderKey,
    /// What it says.
    pub body: EntryBody,
    /// Whether it came after something that stands below it: it slips in above what may have been read.
    pub late: bool,
    /// Whether it is ours and dated in the future: others don't see it yet. See [`Event::HeldBack`].
    pub held_back: bool,
}

/// What a line of the history says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryBody {
    /// Talk.
    Chat(String),
    /// A wrong guess.
    Guess(String),
    /// Talk of those who knew the word of a turn; `None` as long as we may not read it.
    Whisper(Option<String>),
    /// A step was taken on a sheet.
    Drawing,
    /// A game moved on.
    Game(GameNotice),
    /// The author took this name: at first when joining, later when changing it.
    Named(String),
    /// Something this program doesn't know how to show.
    Unknown,
}

impl EntryBody {
    /// The kind, as the headless face calls it: `chat`, `drawing`, `game` or `notice`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            EntryBody::Chat(_) | EntryBody::Guess(_) | EntryBody::Whisper(_) => "chat",
            EntryBody::Drawing => "drawing",
            EntryBody::Game(_) => "game",
            EntryBody::Named(_) | EntryBody::Unknown => "notice",
        }
    }

    /// The text in English; a face that speaks other languages goes by the variant.
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
    /// What they call themselves; empty when nothing is known yet.
    pub name: String,
    /// Whether we are connected to them and they are in the room. Ourselves: always.
    pub online: bool,
    /// The addresses we know, the one in use first.
    pub addresses: Vec<String>,
    /// When we last saw them here, in milliseconds since 1970: now if online, else the time of their last operation
    /// or of the end of the connection; `None` if never.
    pub last_seen: Option<u64>,
    /// Whether they signed two different operations for one place of a log: don't rely on who said what when.
    #[serde(skip_serializing_if = "is_not")]
    pub forked: bool,
}

/// A room we are in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RoomSummary {
    /// The room.
    pub room: RoomName,
    /// How many people are online in it, ourselves included.
    pub people: usize,
    /// The time of its last entry in milliseconds since 1970; 0 when it is empty.
    pub last_activity: u64,
    /// Lines of others that were not read yet.
    pub unread: u64,
}

/// The digests of a room: equal digests mean equal contents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct RoomState {
    /// How many operations the room's log holds.
    pub operations: u64,
    /// Hash of the whole log.
    #[serde(serialize_with = "hex")]
    pub digest: [u8; 32],
    /// Hash of the visible sheet.
    #[serde(serialize_with = "hex")]
    pub canvas: [u8; 32],
}

/// Leaves a flag out of the JSON unless it is set.
pub(crate) fn is_not(flag: &bool) -> bool {
    !flag
}

fn hex<S: Serializer>(hash: &[u8; 32], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&data_encoding::HEXLOWER.encode(hash))
}

/// How the visible sheet of a room changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CanvasChange {
    /// A step was taken after all others: [`Sheet::push`](crate::canvas::Sheet::push) it.
    Added(Drawn),
    /// Anything else: another sheet, a step slipped in before others. Ask for the sheet again.
    Reset,
}

/// The visible sheet of a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CanvasView {
    /// Which sheet it is.
    pub sheet: SheetId,
    /// The steps that count on it, in order, undo and redo among them: [`Sheet::show`](crate::canvas::Sheet::show) them.
    pub marks: Vec<Drawn>,
    /// Whether we may draw on it now.
    pub may_draw: bool,
}

/// One's own pen, its mark and its line of any length: under way (shown to others at once, never stored) or
/// finished (written down).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PenLine {
    /// The stroke's number, chosen at random when the pen touched the sheet.
    pub stroke: StrokeId,
    /// What makes the mark.
    pub tool: Tool,
    /// Its colour.
    pub color: Color,
    /// Its width in logical units.
    pub width: u16,
    /// The points: all of them when finished, the new ones while under way. Of a shape always its two.
    pub points: Vec<Point>,
}
