//! The JSON that goes out: events and replies. What others' programs rely on stands in this one file.

use std::collections::BTreeMap;

use inkmesh::canvas::{Point, Points, QUARTERS, Tool};
use inkmesh::event::{Entry, EntryBody, Event, Late, Person, ReadingView, RoomState, RoomSummary, Warning};
use inkmesh::name::RoomName;
use inkmesh::node::{CommandError, Spoken};
use inkmesh::operation::OperationId;
use serde::Serialize;

use super::command::Id;
use super::input::MAX_LINE;

mod drawing;
mod game;

pub use drawing::DrawingShape;
pub use game::GameShape;

/// The line of one event or reply.
pub fn line(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|error| {
        // These shapes hold no map with keys that aren't text and no value that fails.
        tracing::error!(%error, "a line could not be written");
        "{}".to_owned()
    })
}

/// An event as it is told.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Told {
    /// The node listens.
    Ready { peer: String, addresses: Vec<String>, version: &'static str },
    /// Somebody came, went, or is called something else now.
    Peer {
        room: RoomName,
        peer: String,
        name: String,
        state: &'static str,
        address: Option<String>,
        #[serde(skip_serializing_if = "is_not")]
        forked: bool,
    },
    /// A new line of the history.
    Entry(EntryShape),
    /// Ink under somebody's pen.
    Live {
        room: RoomName,
        author: String,
        stroke: u64,
        from: u32,
        points: Vec<[f64; 2]>,
        color: String,
        width: u16,
        tool: Tool,
    },
    /// Missing history comes in.
    Syncing { room: RoomName, peers: Vec<String>, received: u64, remaining: u64 },
    /// What is read and unread changed.
    Reading(ReadingShape),
    /// Lines of our own that others don't see yet.
    HeldBack { room: RoomName, entries: Vec<String> },
    /// Caught up with somebody.
    Synced { room: RoomName, peer: String, received: u64, sent: u64, ms: u64 },
    /// The game moved on.
    Game(Box<GameShape>),
    /// A wrong guess of ours was close.
    Close { room: RoomName, id: String },
    /// Something a person should know.
    Warning { code: &'static str, message: String },
}

/// What is told of an event: one line for most, one for each entry, none for what only a window shows.
pub fn tell(event: Event) -> Vec<Told> {
    match event {
        Event::Ready { peer, addresses } => {
            vec![Told::Ready { peer: peer.to_string(), addresses, version: env!("CARGO_PKG_VERSION") }]
        }
        Event::Peer { room, person } => vec![peer(room, person)],
        Event::Entries { room, entries } => told_entries(&room, entries),
        Event::Live { room, author, board: _, ink, from } => vec![Told::Live {
            room,
            author: author.to_string(),
            stroke: ink.stroke,
            from,
            points: logical(&ink.points),
            color: ink.color.to_string(),
            width: ink.width,
            tool: ink.tool,
        }],
        Event::Canvas { .. } => Vec::new(),
        Event::Game { room, game } => vec![Told::Game(Box::new(GameShape::new(&room, *game)))],
        Event::Syncing { room, peers, received, remaining } => {
            vec![Told::Syncing { room, peers: peers.iter().map(ToString::to_string).collect(), received, remaining }]
        }
        Event::Reading { room, reading } => vec![Told::Reading(ReadingShape::new(&room, reading))],
        Event::HeldBack { room, entries } => {
            vec![Told::HeldBack { room, entries: entries.iter().map(ToString::to_string).collect() }]
        }
        Event::Synced { room, peer, received, sent, ms } => {
            vec![Told::Synced { room, peer: peer.to_string(), received, sent, ms }]
        }
        Event::Close { room, line } => vec![Told::Close { room, id: line.to_string() }],
        Event::Warning(warning) => vec![warn(&warning)],
    }
}

/// Many lines by few authors, whose text form is dear to work out.
fn told_entries(room: &RoomName, entries: Vec<Entry>) -> Vec<Told> {
    let mut authors = BTreeMap::new();
    let shape = |entry: Entry| {
        let author = authors.entry(entry.author).or_insert_with(|| entry.author.to_string());
        Told::Entry(EntryShape::by(author.clone(), room.as_str(), entry))
    };
    entries.into_iter().map(shape).collect()
}

fn peer(room: RoomName, person: Person) -> Told {
    Told::Peer {
        room,
        peer: person.peer.to_string(),
        name: person.name,
        state: if person.online { "online" } else { "offline" },
        address: person.addresses.into_iter().next(),
        forked: person.forked,
    }
}

/// Fields that are said only when there is something to say, so that what was there before them stays as it was.
fn is_not(flag: &bool) -> bool {
    !flag
}

fn warn(warning: &Warning) -> Told {
    Told::Warning { code: warning.code(), message: warning.message() }
}

/// Points in logical units.
fn logical(points: &Points) -> Vec<[f64; 2]> {
    let unit = |quarters: i32| f64::from(quarters) / f64::from(QUARTERS);
    points.iter().map(|Point { x, y }| [unit(x), unit(y)]).collect()
}

/// A reply: the command's id and either what came of it or what went wrong.
#[derive(Debug, Serialize)]
pub struct Reply {
    reply: Id,
    #[serde(flatten)]
    result: Outcome,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    Ok(Done),
    Error(Problem),
}

impl Reply {
    pub fn new(id: Id, result: Result<Done, Problem>) -> Self {
        Reply { reply: id, result: result.map_or_else(Outcome::Error, Outcome::Ok) }
    }
}

/// What came of a command.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Done {
    Nothing {},
    Id { id: String },
    Solved { solved: bool },
    GameId { game: String },
    Rooms(Vec<RoomShape>),
    Peers(Vec<PersonShape>),
    Entries { entries: Vec<EntryShape> },
    State { operations: u64, digest: String, canvas: String },
    Game(Box<GameShape>),
    Reading(ReadingShape),
    Drawings { drawings: Vec<DrawingShape> },
}

impl Done {
    pub fn nothing((): ()) -> Self {
        Done::Nothing {}
    }

    pub fn id(id: OperationId) -> Self {
        Done::Id { id: id.to_string() }
    }

    pub fn spoken(spoken: Spoken) -> Self {
        match spoken {
            Spoken::Line(id) => Done::id(id),
            Spoken::Solved => Done::Solved { solved: true },
        }
    }

    pub fn game_id(game: OperationId) -> Self {
        Done::GameId { game: game.to_string() }
    }

    pub fn state(state: RoomState) -> Self {
        let hex = |hash: &[u8; 32]| data_encoding::HEXLOWER.encode(hash);
        Done::State { operations: state.operations, digest: hex(&state.digest), canvas: hex(&state.canvas) }
    }
}

/// What is wrong with a command: a stable code for programs and words for people.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    code: &'static str,
    message: String,
}

impl Problem {
    fn new(code: &'static str, message: impl ToString) -> Self {
        Problem { code, message: message.to_string() }
    }

    /// The line is no JSON object.
    pub fn bad_json(message: impl ToString) -> Self {
        Problem::new("bad_json", message)
    }

    /// A field is missing or holds something else than it should.
    pub fn bad_field(message: impl ToString) -> Self {
        Problem::new("bad_field", message)
    }

    /// There is no such command.
    pub fn unknown_command(name: &str) -> Self {
        let name: String = name.chars().take(40).collect();
        Problem::new("unknown_command", format!("there is no command {name:?}"))
    }

    /// The line was longer than [`MAX_LINE`].
    pub fn line_too_long() -> Self {
        Problem::bad_json(format!("a line has at most {MAX_LINE} bytes; this one was skipped"))
    }

    /// The line's bytes are no text.
    pub fn not_utf8() -> Self {
        Problem::bad_json("the line is not UTF-8")
    }

    #[cfg(test)]
    pub fn code(&self) -> &'static str {
        self.code
    }
}

impl From<&CommandError> for Problem {
    fn from(error: &CommandError) -> Self {
        Problem::new(error.code(), error)
    }
}

/// A room we are in.
#[derive(Debug, Serialize)]
pub struct RoomShape {
    room: RoomName,
    people: usize,
    last_activity: u64,
    unread: u64,
}

impl From<RoomSummary> for RoomShape {
    fn from(RoomSummary { room, people, last_activity, unread }: RoomSummary) -> Self {
        RoomShape { room, people, last_activity, unread }
    }
}

/// A person of a room.
#[derive(Debug, Serialize)]
pub struct PersonShape {
    peer: String,
    name: String,
    online: bool,
    addresses: Vec<String>,
    last_seen: Option<u64>,
    #[serde(skip_serializing_if = "is_not")]
    forked: bool,
}

impl From<Person> for PersonShape {
    fn from(Person { peer, name, online, addresses, last_seen, forked }: Person) -> Self {
        PersonShape { peer: peer.to_string(), name, online, addresses, last_seen, forked }
    }
}

/// A line of a room's history.
#[derive(Debug, Serialize)]
pub struct EntryShape {
    room: String,
    id: String,
    author: String,
    name: String,
    time: u64,
    kind: &'static str,
    text: String,
    late: bool,
    #[serde(skip_serializing_if = "is_not")]
    held_back: bool,
    /// Talk of those who know the word, which can't be read here yet; it is told again when it can.
    #[serde(skip_serializing_if = "is_not")]
    sealed: bool,
}

impl EntryShape {
    /// `room` is the room's name.
    pub fn new(room: &str, entry: Entry) -> Self {
        EntryShape::by(entry.author.to_string(), room, entry)
    }

    /// `author` is the entry's author as text.
    fn by(author: String, room: &str, entry: Entry) -> Self {
        EntryShape {
            room: room.to_owned(),
            id: entry.id.to_string(),
            author,
            kind: entry.body.kind(),
            text: entry.body.text(),
            sealed: matches!(entry.body, EntryBody::Whisper(None)),
            name: entry.name,
            time: entry.time,
            late: entry.late,
            held_back: entry.held_back,
        }
    }
}

/// What of a room was read.
#[derive(Debug, Serialize)]
pub struct ReadingShape {
    room: RoomName,
    mark: Option<String>,
    unread: u64,
    late: Vec<LateShape>,
}

/// History of one author that arrived above what had been read.
#[derive(Debug, Serialize)]
struct LateShape {
    author: String,
    name: String,
    count: u64,
    first: String,
    from: u64,
    to: u64,
}

impl ReadingShape {
    pub fn new(room: &RoomName, reading: ReadingView) -> Self {
        ReadingShape {
            room: room.clone(),
            mark: reading.mark.map(|id| id.to_string()),
            unread: reading.unread,
            late: reading.late.into_iter().map(LateShape::from).collect(),
        }
    }
}

impl From<Late> for LateShape {
    fn from(Late { author, name, count, first, from_ms, to_ms }: Late) -> Self {
        let (author, first) = (author.to_string(), first.to_string());
        LateShape { author, name, count, first, from: from_ms, to: to_ms }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests;
