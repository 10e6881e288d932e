//! What a face (the window, the headless program) is told, and the views it asks for. Plain data: no network type,
//! no storage type.

use crate::canvas::{Color, Ink, Point, StrokeId, Tool};
use crate::game::GameNotice;
use crate::identity::Author;
use crate::name::RoomName;
use crate::operation::OperationId;
use crate::payload::Board;

pub use crate::game::{GameView, Phase, PlayerView};

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
        board: Board,
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
        game: GameView,
    },
    /// Missing history is coming in.
    Syncing {
        /// Where.
        room: RoomName,
        /// From whom.
        peer: Author,
        /// How many operations are still to come.
        remaining: u64,
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
    /// Somebody signed two different operations for one place of a log.
    Fork {
        /// Who.
        author: Author,
    },
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
            Warning::Fork { .. } => "fork",
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
            Warning::Fork { author } => {
                format!("{author} signed two different entries for one place of a log; only the first is kept.")
            }
            Warning::Parked { author } => {
                format!("A message from {author} is dated in the future and waits until its time comes.")
            }
            Warning::Lagged { events } => format!("{events} events were dropped: read the history again."),
        }
    }
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
    /// What it says.
    pub body: EntryBody,
    /// Whether it came after something that stands below it: it slips in above what may have been read.
    pub late: bool,
}

/// What a line of the history says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryBody {
    /// Talk.
    Chat(String),
    /// A stroke was finished.
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
            EntryBody::Chat(_) => "chat",
            EntryBody::Drawing => "drawing",
            EntryBody::Game(_) => "game",
            EntryBody::Named(_) | EntryBody::Unknown => "notice",
        }
    }

    /// The text in English; a face that speaks other languages goes by the variant.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            EntryBody::Chat(text) => text.clone(),
            EntryBody::Drawing => String::new(),
            EntryBody::Game(notice) => notice.text(),
            EntryBody::Named(name) => format!("is called {name}"),
            EntryBody::Unknown => "(written by a newer version of Inkmesh)".to_owned(),
        }
    }
}

/// A person of a room.
#[derive(Debug, Clone, PartialEq, Eq)]
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
}

/// A room we are in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomSummary {
    /// The room.
    pub room: RoomName,
    /// How many people are online in it, ourselves included.
    pub people: usize,
    /// The time of its last entry in milliseconds since 1970; 0 when it is empty.
    pub last_activity: u64,
}

/// The digests of a room: equal digests mean equal contents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoomState {
    /// How many operations the room's log holds.
    pub operations: u64,
    /// Hash of the whole log.
    pub digest: [u8; 32],
    /// Hash of the visible sheet.
    pub canvas: [u8; 32],
}

/// How the visible sheet of a room changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CanvasChange {
    /// A stroke was put on top.
    Added(Drawn),
    /// Anything else: another sheet, a stroke slipped in below others. Ask for the sheet again.
    Reset,
}

/// A finished stroke.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawn {
    /// The operation that it comes from.
    pub id: OperationId,
    /// Who drew it.
    pub author: Author,
    /// What was drawn.
    pub ink: Ink,
}

/// The visible sheet of a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CanvasView {
    /// Which sheet it is.
    pub board: Board,
    /// Its strokes, the lowest first.
    pub strokes: Vec<Drawn>,
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
    /// The points: all of them when finished, the new ones while under way.
    pub points: Vec<Point>,
}
