//! The JSON that goes out: events and replies. What others' programs rely on stands in this one file.

use inkmesh::canvas::{Point, Points, QUARTERS, Tool};
use inkmesh::event::{Entry, Event, GameView, Person, PlayerView, RoomState, RoomSummary, Warning};
use inkmesh::game::CancelReason;
use inkmesh::name::RoomName;
use inkmesh::node::CommandError;
use inkmesh::operation::OperationId;
use serde::Serialize;

use super::command::Id;
use super::input::MAX_LINE;

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
    Peer { room: RoomName, peer: String, name: String, state: &'static str, address: Option<String> },
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
    Syncing { room: RoomName, peer: String, remaining: u64 },
    /// Caught up with somebody.
    Synced { room: RoomName, peer: String, received: u64, sent: u64, ms: u64 },
    /// The game moved on.
    Game(GameShape),
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
        Event::Entries { room, entries } => {
            entries.into_iter().map(|entry| Told::Entry(EntryShape::new(&room, entry))).collect()
        }
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
        Event::Game { room, game } => vec![Told::Game(GameShape::new(&room, game))],
        Event::Syncing { room, peer, remaining } => vec![Told::Syncing { room, peer: peer.to_string(), remaining }],
        Event::Synced { room, peer, received, sent, ms } => {
            vec![Told::Synced { room, peer: peer.to_string(), received, sent, ms }]
        }
        Event::Warning(warning) => vec![warn(&warning)],
    }
}

fn peer(room: RoomName, person: Person) -> Told {
    Told::Peer {
        room,
        peer: person.peer.to_string(),
        name: person.name,
        state: if person.online { "online" } else { "offline" },
        address: person.addresses.into_iter().next(),
    }
}

fn warn(warning: &Warning) -> Told {
    Told::Warning { code: warning.code(), message: warning.message() }
}

/// Points in logical units.
fn logical(points: &Points) -> Vec<[f64; 2]> {
    let unit = |quarters: i32| f64::from(quarters) / f64::from(QUARTERS);
    points.as_slice().iter().map(|Point { x, y }| [unit(*x), unit(*y)]).collect()
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
    GameId { game: String },
    Rooms(Vec<RoomShape>),
    Peers(Vec<PersonShape>),
    Entries { entries: Vec<EntryShape> },
    State { operations: u64, digest: String, canvas: String },
    Game(GameShape),
}

impl Done {
    pub fn nothing((): ()) -> Self {
        Done::Nothing {}
    }

    pub fn id(id: OperationId) -> Self {
        Done::Id { id: id.to_string() }
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
}

impl From<RoomSummary> for RoomShape {
    fn from(RoomSummary { room, people, last_activity }: RoomSummary) -> Self {
        RoomShape { room, people, last_activity }
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
}

impl From<Person> for PersonShape {
    fn from(Person { peer, name, online, addresses, last_seen }: Person) -> Self {
        PersonShape { peer: peer.to_string(), name, online, addresses, last_seen }
    }
}

/// A line of a room's history.
#[derive(Debug, Serialize)]
pub struct EntryShape {
    room: RoomName,
    id: String,
    author: String,
    name: String,
    time: u64,
    kind: &'static str,
    text: String,
    late: bool,
}

impl EntryShape {
    pub fn new(room: &RoomName, entry: Entry) -> Self {
        EntryShape {
            room: room.clone(),
            id: entry.id.to_string(),
            author: entry.author.to_string(),
            kind: entry.body.kind(),
            text: entry.body.text(),
            name: entry.name,
            time: entry.time,
            late: entry.late,
        }
    }
}

/// A room's game.
#[derive(Debug, Serialize)]
pub struct GameShape {
    room: RoomName,
    phase: &'static str,
    game: Option<String>,
    players: Vec<PlayerShape>,
    round: u32,
    rounds: u32,
    seconds: u32,
    turn: u32,
    drawer: Option<String>,
    proposer: Option<String>,
    remaining_ms: u64,
    cancelled: Option<CancelReason>,
}

/// A player of a game.
#[derive(Debug, Serialize)]
struct PlayerShape {
    peer: String,
    name: String,
    online: bool,
    playing: bool,
}

impl GameShape {
    pub fn new(room: &RoomName, game: GameView) -> Self {
        GameShape {
            room: room.clone(),
            phase: game.phase.as_str(),
            game: game.game.map(|id| id.to_string()),
            players: game.players.into_iter().map(PlayerShape::from).collect(),
            round: game.round,
            rounds: game.rules.rounds,
            seconds: game.rules.seconds,
            turn: game.turn,
            drawer: game.drawer.map(|author| author.to_string()),
            proposer: game.proposer.map(|author| author.to_string()),
            remaining_ms: game.remaining_ms,
            cancelled: game.cancelled,
        }
    }
}

impl From<PlayerView> for PlayerShape {
    fn from(PlayerView { player, name, online, playing }: PlayerView) -> Self {
        PlayerShape { peer: player.to_string(), name, online, playing }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use inkmesh::canvas::Ink;
    use inkmesh::event::EntryBody;
    use inkmesh::game::{Phase, Rules};
    use inkmesh::identity::{Author, Identity};
    use inkmesh::payload::Board;
    use serde_json::value::RawValue;
    use serde_json::{Value, json};

    use super::*;

    fn ana() -> Author {
        Identity::from_secret([1; 32]).author()
    }

    fn told(event: Event) -> Value {
        let mut lines = tell(event);
        assert_eq!(lines.len(), 1);
        serde_json::from_str(&line(&lines.remove(0))).unwrap()
    }

    fn entry(body: EntryBody) -> Entry {
        Entry { id: OperationId([2; 32]), author: ana(), name: "Ana".to_owned(), time: 5, body, late: true }
    }

    #[test]
    fn people_and_the_node_itself() {
        let addresses = vec!["/ip4/10.0.0.1/tcp/47770".to_owned(), "b".to_owned()];
        assert_eq!(
            told(Event::Ready { peer: ana(), addresses: addresses.clone() }),
            json!({"event": "ready", "peer": ana().to_string(), "addresses": addresses, "version": "0.1.0"})
        );
        let person = Person {
            peer: ana(),
            name: "Ana".to_owned(),
            online: true,
            addresses: addresses.clone(),
            last_seen: Some(9),
        };
        assert_eq!(
            told(Event::Peer { room: RoomName::lobby(), person: person.clone() }),
            json!({"event": "peer", "room": "lobby", "peer": ana().to_string(), "name": "Ana", "state": "online",
                   "address": addresses[0]})
        );
        let gone = Person { online: false, addresses: Vec::new(), ..person.clone() };
        let gone = told(Event::Peer { room: RoomName::lobby(), person: gone });
        assert_eq!((&gone["state"], &gone["address"]), (&json!("offline"), &Value::Null));
        assert_eq!(
            serde_json::to_value(PersonShape::from(person)).unwrap(),
            json!({"peer": ana().to_string(), "name": "Ana", "online": true, "addresses": addresses, "last_seen": 9})
        );
    }

    #[test]
    fn entries_are_told_one_by_one_as_the_history_gives_them() {
        let room = RoomName::lobby();
        let entries = vec![entry(EntryBody::Chat("안녕\n".to_owned())), entry(EntryBody::Drawing)];
        let lines = tell(Event::Entries { room: room.clone(), entries });
        let lines: Vec<Value> = lines.iter().map(|told| serde_json::from_str(&line(told)).unwrap()).collect();
        let mut expected = json!({"event": "entry", "room": "lobby", "id": "02".repeat(32), "author": ana().to_string(),
            "name": "Ana", "time": 5, "kind": "chat", "text": "안녕\n", "late": true});
        assert_eq!(lines[0], expected);
        assert_eq!((&lines[1]["kind"], &lines[1]["text"]), (&json!("drawing"), &json!("")));
        expected.as_object_mut().unwrap().remove("event");
        let shape = EntryShape::new(&room, entry(EntryBody::Chat("안녕\n".to_owned())));
        assert_eq!(serde_json::to_value(shape).unwrap(), expected);
    }

    #[test]
    fn live_ink_is_told_in_logical_units() {
        let points = Points::new(vec![Point::new(5, 8)]);
        let ink = Ink { stroke: 7, tool: Tool::Pen, color: "#b83822".parse().unwrap(), width: 6, points };
        assert_eq!(
            told(Event::Live { room: RoomName::lobby(), author: ana(), board: Board::Free, ink, from: 3 }),
            json!({"event": "live", "room": "lobby", "author": ana().to_string(), "stroke": 7, "from": 3,
                   "points": [[1.25, 2.0]], "color": "#b83822", "width": 6, "tool": "pen"})
        );
    }

    #[test]
    fn catching_up_and_warnings() {
        let (room, peer) = (RoomName::lobby(), ana());
        assert_eq!(
            told(Event::Syncing { room: room.clone(), peer, remaining: 9 }),
            json!({"event": "syncing", "room": "lobby", "peer": peer.to_string(), "remaining": 9})
        );
        assert_eq!(
            told(Event::Synced { room, peer, received: 1, sent: 2, ms: 3 }),
            json!({"event": "synced", "room": "lobby", "peer": peer.to_string(), "received": 1, "sent": 2, "ms": 3})
        );
        let warning = told(Event::Warning(Warning::StorageRecovered));
        assert_eq!((&warning["event"], &warning["code"]), (&json!("warning"), &json!("storage_recovered")));
        assert!(warning["message"].is_string());
    }

    #[test]
    fn a_game() {
        let player = PlayerView { player: ana(), name: "Ana".to_owned(), online: true, playing: false };
        let game = GameView {
            game: Some(OperationId([3; 32])),
            phase: Phase::Drawing,
            rules: Rules { rounds: 2, seconds: 60 },
            proposer: Some(ana()),
            players: vec![player],
            round: 1,
            turn: 2,
            drawer: Some(ana()),
            remaining_ms: 1500,
            cancelled: None,
            joined: true,
        };
        let ana = ana().to_string();
        assert_eq!(
            told(Event::Game { room: RoomName::lobby(), game }),
            json!({"event": "game", "room": "lobby", "phase": "drawing", "game": "03".repeat(32),
                   "players": [{"peer": ana, "name": "Ana", "online": true, "playing": false}], "round": 1, "rounds": 2,
                   "seconds": 60, "turn": 2, "drawer": ana, "proposer": ana, "remaining_ms": 1500, "cancelled": null})
        );
        let off = GameView { cancelled: Some(CancelReason::TooFewPlayers), ..GameView::default() };
        let off = told(Event::Game { room: RoomName::lobby(), game: off });
        assert_eq!((&off["phase"], &off["cancelled"]), (&json!("idle"), &json!("too_few_players")));
    }

    #[test]
    fn replies() {
        let id = || Some(RawValue::from_string("[1.0]".to_owned()).unwrap());
        assert_eq!(line(&Reply::new(id(), Ok(Done::nothing(())))), r#"{"reply":[1.0],"ok":{}}"#);
        assert_eq!(line(&Reply::new(None, Ok(Done::nothing(())))), r#"{"reply":null,"ok":{}}"#);
        assert_eq!(
            line(&Reply::new(id(), Err(Problem::from(&CommandError::Busy)))),
            format!(r#"{{"reply":[1.0],"error":{{"code":"busy","message":"{}"}}}}"#, CommandError::Busy)
        );
        let state = RoomState { operations: 4, digest: [1; 32], canvas: [0xab; 32] };
        let rooms = vec![RoomShape::from(RoomSummary { room: RoomName::lobby(), people: 2, last_activity: 8 })];
        for (done, ok) in [
            (Done::id(OperationId([1; 32])), json!({"id": "01".repeat(32)})),
            (Done::game_id(OperationId([1; 32])), json!({"game": "01".repeat(32)})),
            (Done::state(state), json!({"operations": 4, "digest": "01".repeat(32), "canvas": "ab".repeat(32)})),
            (Done::Rooms(rooms), json!([{"room": "lobby", "people": 2, "last_activity": 8}])),
            (Done::Peers(Vec::new()), json!([])),
            (Done::Entries { entries: Vec::new() }, json!({"entries": []})),
        ] {
            assert_eq!(serde_json::to_value(Reply::new(None, Ok(done))).unwrap(), json!({"reply": null, "ok": ok}));
        }
    }
}
