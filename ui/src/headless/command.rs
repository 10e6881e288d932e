//! Commands as they come in, read from their lines.
//!
//! A line is read twice: once for `id` and `do`, so that even a command with wrong fields is replied to by its id,
//! then for the fields of its kind.

use std::borrow::Cow;

use inkmesh::canvas::{Color, Point, Tool};
use inkmesh::event::PenLine;
use inkmesh::game::{Rules, WordList};
use inkmesh::identity::Author;
use inkmesh::name::{PersonName, RoomName};
use inkmesh::node::CommandError;
use inkmesh::operation::OperationId;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::shape::Problem;

mod start;

/// A command's `id` exactly as it was given, whatever JSON it is; nothing is `null`.
pub type Id = Option<Box<RawValue>>;

/// Longest `id` in bytes.
const MAX_ID: usize = 1024;

/// How many lines `history` gives when it isn't told.
const HISTORY_LIMIT: usize = 100;

/// What a line asks for.
#[derive(Debug, PartialEq)]
pub enum Request {
    /// To end.
    Quit,
    /// Something of the node.
    Ask(Command),
}

/// What is asked of the node.
#[derive(Debug, PartialEq)]
pub enum Command {
    Join(RoomName),
    Leave(RoomName),
    Rename(PersonName),
    Dial(String),
    Rooms,
    Peers(RoomName),
    Say { room: RoomName, text: String },
    History { room: RoomName, limit: usize, before: Option<OperationId> },
    State(RoomName),
    Stroke { room: RoomName, line: PenLine },
    Pen { room: RoomName, line: PenLine, from: u32 },
    Fill { room: RoomName, at: Point, color: Color },
    Undo(RoomName),
    Redo(RoomName),
    Clear(RoomName),
    Start { room: RoomName, rules: Rules, words: WordList },
    Rematch(RoomName),
    Choose { room: RoomName, index: usize },
    Ready(RoomName),
    Begin(RoomName),
    Pass(RoomName),
    Skip(RoomName),
    Kick { room: RoomName, peer: Author },
    LeaveGame(RoomName),
    EndGame(RoomName),
    Game(RoomName),
    Read { room: RoomName, upto: OperationId },
    DismissLate(RoomName),
    Reading(RoomName),
    Drawings(RoomName),
}

/// Reads one line: the id to reply to and what is asked, or what is wrong with it.
pub fn parse(line: &str) -> (Id, Result<Request, Problem>) {
    match envelope(line) {
        Ok(envelope) => {
            let id = envelope.id.map(RawValue::to_owned);
            (id, action(envelope.action).and_then(|action| request(&action, line)))
        }
        Err(problem) => (None, Err(problem)),
    }
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    #[serde(borrow, rename = "do")]
    action: Option<&'a RawValue>,
}

fn envelope(line: &str) -> Result<Envelope<'_>, Problem> {
    // serde would take an array for the fields in their order.
    if !line.trim_start().starts_with('{') {
        return Err(Problem::bad_json("a command is a JSON object like {\"id\":1,\"do\":\"rooms\"}"));
    }
    let envelope: Envelope = serde_json::from_str(line).map_err(Problem::bad_json)?;
    match envelope.id {
        Some(id) if id.get().len() > MAX_ID => Err(Problem::bad_field(format!("`id` has at most {MAX_ID} bytes"))),
        _ => Ok(envelope),
    }
}

fn action(raw: Option<&RawValue>) -> Result<Cow<'_, str>, Problem> {
    let raw = raw.ok_or_else(|| Problem::bad_field("missing field `do`: it names the command"))?;
    serde_json::from_str(raw.get()).map_err(|_| Problem::bad_field("`do` is the name of a command, in quotes"))
}

fn request(action: &str, line: &str) -> Result<Request, Problem> {
    let command = match action {
        "quit" => return Ok(Request::Quit),
        "rooms" => Command::Rooms,
        "join" => Command::Join(room(line)?),
        "leave" => Command::Leave(room(line)?),
        "peers" => Command::Peers(room(line)?),
        "state" => Command::State(room(line)?),
        "ready" => Command::Ready(room(line)?),
        "begin" => Command::Begin(room(line)?),
        "pass" => Command::Pass(room(line)?),
        "skip" => Command::Skip(room(line)?),
        "leave_game" => Command::LeaveGame(room(line)?),
        "end_game" => Command::EndGame(room(line)?),
        "undo" => Command::Undo(room(line)?),
        "redo" => Command::Redo(room(line)?),
        "clear" => Command::Clear(room(line)?),
        "game" => Command::Game(room(line)?),
        "dismiss_late" => Command::DismissLate(room(line)?),
        "reading" => Command::Reading(room(line)?),
        "drawings" => Command::Drawings(room(line)?),
        "read" => read(line)?,
        "rename" => rename(line)?,
        "dial" => dial(line)?,
        "say" => say(line)?,
        "history" => history(line)?,
        "stroke" => stroke(line)?,
        "pen" => pen(line)?,
        "fill" => fill(line)?,
        "start" => start::read(line)?,
        "rematch" => Command::Rematch(room(line)?),
        "choose" => choose(line)?,
        "kick" => kick(line)?,
        other => return Err(Problem::unknown_command(other)),
    };
    Ok(Request::Ask(command))
}

/// The fields of one kind of command; others beside them are nobody's business.
fn fields<'a, T: Deserialize<'a>>(line: &'a str) -> Result<T, Problem> {
    serde_json::from_str(line).map_err(Problem::bad_field)
}

fn room_name(text: &str) -> Result<RoomName, Problem> {
    text.parse().map_err(|error| Problem::from(&CommandError::Name(error)))
}

fn room(line: &str) -> Result<RoomName, Problem> {
    #[derive(Deserialize)]
    struct Fields {
        room: String,
    }
    room_name(&fields::<Fields>(line)?.room)
}

fn rename(line: &str) -> Result<Command, Problem> {
    #[derive(Deserialize)]
    struct Fields {
        name: String,
    }
    let name = fields::<Fields>(line)?.name.parse().map_err(|error| Problem::from(&CommandError::Name(error)))?;
    Ok(Command::Rename(name))
}

fn dial(line: &str) -> Result<Command, Problem> {
    #[derive(Deserialize)]
    struct Fields {
        address: String,
    }
    Ok(Command::Dial(fields::<Fields>(line)?.address))
}

fn say(line: &str) -> Result<Command, Problem> {
    #[derive(Deserialize)]
    struct Fields {
        room: String,
        text: String,
    }
    let Fields { room, text } = fields(line)?;
    Ok(Command::Say { room: room_name(&room)?, text })
}

fn history(line: &str) -> Result<Command, Problem> {
    #[derive(Deserialize)]
    struct Fields {
        room: String,
        limit: Option<usize>,
        before: Option<String>,
    }
    let Fields { room, limit, before } = fields(line)?;
    let before = before.map(|text| entry_id("before", &text)).transpose()?;
    Ok(Command::History { room: room_name(&room)?, limit: limit.unwrap_or(HISTORY_LIMIT), before })
}

fn entry_id(field: &str, text: &str) -> Result<OperationId, Problem> {
    let wrong = || Problem::bad_field(format!("`{field}` is an entry's id: 64 hexadecimal digits"));
    OperationId::from_hex(text).ok_or_else(wrong)
}

/// The line is named by `upto`: `id` is the command's own.
fn read(line: &str) -> Result<Command, Problem> {
    #[derive(Deserialize)]
    struct Fields {
        room: String,
        upto: String,
    }
    let Fields { room, upto } = fields(line)?;
    Ok(Command::Read { room: room_name(&room)?, upto: entry_id("upto", &upto)? })
}

/// The fields of a line of ink, finished or under way.
#[derive(Deserialize)]
struct InkFields {
    room: String,
    stroke: Option<u64>,
    points: Vec<[f64; 2]>,
    color: String,
    width: u16,
    #[serde(default)]
    tool: Tool,
}

impl InkFields {
    fn into_line(self, stroke: u64) -> Result<(RoomName, PenLine), Problem> {
        let color = parse_color(&self.color)?;
        let points = self.points.into_iter().map(|[x, y]| Point::from_logical(x, y)).collect();
        let line = PenLine { stroke, tool: self.tool, color, width: self.width, points };
        Ok((room_name(&self.room)?, line))
    }
}

fn parse_color(text: &str) -> Result<Color, Problem> {
    text.parse().map_err(|error| Problem::bad_field(format!("`color`: {error}")))
}

fn stroke(line: &str) -> Result<Command, Problem> {
    let ink: InkFields = fields(line)?;
    // 53 bits, so that programs whose numbers are floats can name it too.
    let stroke = ink.stroke.unwrap_or_else(|| rand::random::<u64>() >> 11);
    let (room, line) = ink.into_line(stroke)?;
    Ok(Command::Stroke { room, line })
}

fn pen(line: &str) -> Result<Command, Problem> {
    #[derive(Deserialize)]
    struct Fields {
        from: u32,
    }
    let (Fields { from }, ink): (_, InkFields) = (fields(line)?, fields(line)?);
    let stroke = ink.stroke.ok_or_else(|| Problem::bad_field("missing field `stroke`: the number of the stroke"))?;
    let (room, line) = ink.into_line(stroke)?;
    Ok(Command::Pen { room, line, from })
}

fn fill(line: &str) -> Result<Command, Problem> {
    #[derive(Deserialize)]
    struct Fields {
        room: String,
        x: f64,
        y: f64,
        color: String,
    }
    let Fields { room, x, y, color } = fields(line)?;
    let at = Point::from_logical(x, y);
    Ok(Command::Fill { room: room_name(&room)?, at, color: parse_color(&color)? })
}

fn choose(line: &str) -> Result<Command, Problem> {
    #[derive(Deserialize)]
    struct Fields {
        room: String,
        index: usize,
    }
    let Fields { room, index } = fields(line)?;
    Ok(Command::Choose { room: room_name(&room)?, index })
}

fn kick(line: &str) -> Result<Command, Problem> {
    #[derive(Deserialize)]
    struct Fields {
        room: String,
        peer: String,
    }
    let Fields { room, peer } = fields(line)?;
    let peer = peer.parse().map_err(|error| Problem::bad_field(format!("`peer`: {error}")))?;
    Ok(Command::Kick { room: room_name(&room)?, peer })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use inkmesh::identity::Identity;

    use super::*;

    fn asked(line: &str) -> Command {
        match parse(line) {
            (_, Ok(Request::Ask(command))) => command,
            other => panic!("{line}: {other:?}"),
        }
    }

    fn refused(line: &str) -> (Option<String>, &'static str) {
        let (id, result) = parse(line);
        (id.map(|id| id.get().to_owned()), result.unwrap_err().code())
    }

    #[test]
    fn every_command_is_read() {
        let lobby = RoomName::lobby;
        for (name, command) in [
            ("join", Command::Join(lobby())),
            ("leave", Command::Leave(lobby())),
            ("peers", Command::Peers(lobby())),
            ("rooms", Command::Rooms),
            ("state", Command::State(lobby())),
            ("history", Command::History { room: lobby(), limit: 100, before: None }),
            ("ready", Command::Ready(lobby())),
            ("begin", Command::Begin(lobby())),
            ("pass", Command::Pass(lobby())),
            ("skip", Command::Skip(lobby())),
            ("leave_game", Command::LeaveGame(lobby())),
            ("end_game", Command::EndGame(lobby())),
            ("undo", Command::Undo(lobby())),
            ("redo", Command::Redo(lobby())),
            ("clear", Command::Clear(lobby())),
            ("game", Command::Game(lobby())),
            ("reading", Command::Reading(lobby())),
            ("drawings", Command::Drawings(lobby())),
            ("dismiss_late", Command::DismissLate(lobby())),
        ] {
            assert_eq!(asked(&format!(r#"{{"id":1,"do":"{name}","room":" Lobby"}}"#)), command);
        }
        assert_eq!(parse(r#"{"do":"quit"}"#).1, Ok(Request::Quit));
        assert_eq!(
            asked(r#"{"do":"say","room":"lobby","text":"안녕\n\"you\""}"#),
            Command::Say { room: lobby(), text: "안녕\n\"you\"".to_owned() }
        );
        assert_eq!(asked(r#"{"do":"rename","name":" Ana "}"#), Command::Rename("Ana".parse().unwrap()));
        assert_eq!(asked(r#"{"do":"dial","address":"10.0.0.1"}"#), Command::Dial("10.0.0.1".to_owned()));
        assert_eq!(asked(r#"{"do":"choose","room":"lobby","index":2}"#), Command::Choose { room: lobby(), index: 2 });
        let peer = Identity::from_secret([1; 32]).author();
        assert_eq!(
            asked(&format!(r#"{{"do":"kick","room":"lobby","peer":"{peer}"}}"#)),
            Command::Kick { room: lobby(), peer }
        );
        let before = OperationId([0xab; 32]);
        assert_eq!(
            asked(&format!(r#"{{"id":1,"do":"read","room":"lobby","upto":"{before}"}}"#)),
            Command::Read { room: lobby(), upto: before }
        );
        assert_eq!(
            asked(&format!(r#"{{"do":"history","room":"lobby","limit":5,"before":"{before}"}}"#)),
            Command::History { room: lobby(), limit: 5, before: Some(before) }
        );
    }

    #[test]
    fn ink_is_given_in_logical_units() {
        let line = PenLine {
            stroke: 7,
            tool: Tool::Eraser,
            color: "#b83822".parse().unwrap(),
            width: 6,
            points: vec![Point::new(5, 8), Point::new(4 * 1600, 0)],
        };
        let fields = r##""room":"lobby","stroke":7,"points":[[1.25,2],[1e9,-3]],"color":"#B83822","width":6"##;
        assert_eq!(
            asked(&format!(r#"{{"do":"stroke",{fields},"tool":"eraser"}}"#)),
            Command::Stroke { room: RoomName::lobby(), line: line.clone() }
        );
        assert_eq!(
            asked(&format!(r#"{{"do":"pen",{fields},"from":12}}"#)),
            Command::Pen { room: RoomName::lobby(), line: PenLine { tool: Tool::Pen, ..line }, from: 12 }
        );
    }

    #[test]
    fn every_tool_has_its_name_and_a_fill_its_place() {
        let tools = [Tool::Pen, Tool::Eraser, Tool::Line, Tool::Rectangle, Tool::Ellipse];
        for (name, tool) in ["pen", "eraser", "line", "rectangle", "ellipse"].into_iter().zip(tools) {
            let fields = r##""room":"lobby","points":[[1,2],[3,4]],"color":"#000000","width":6"##;
            match asked(&format!(r#"{{"do":"stroke",{fields},"tool":"{name}"}}"#)) {
                Command::Stroke { line, .. } => assert_eq!(line.tool, tool),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(
            asked(r##"{"do":"fill","room":"lobby","x":12.5,"y":-3,"color":"#102030"}"##),
            Command::Fill { room: RoomName::lobby(), at: Point::new(50, 0), color: Color([16, 32, 48]) }
        );
    }

    #[test]
    fn a_stroke_without_a_number_gets_its_own() {
        let line = r##"{"do":"stroke","room":"lobby","points":[[1,2]],"color":"#000000","width":1}"##;
        let number = || match asked(line) {
            Command::Stroke { line, .. } => line.stroke,
            other => panic!("{other:?}"),
        };
        let (first, second) = (number(), number());
        assert!(first != second && first < 1 << 53 && second < 1 << 53);
    }

    #[test]
    fn an_id_comes_back_exactly_as_it_was() {
        for id in ["7", "1.0", "123456789012345678901234567890", r#""a b""#, r#"{"b": [1, 2]}"#, "true"] {
            let (given, _) = parse(&format!(r#"{{"id": {id}, "do": "rooms"}}"#));
            assert_eq!(given.unwrap().get(), id);
        }
        assert!(parse(r#"{"id":null,"do":"rooms"}"#).0.is_none());
        assert!(parse(r#"{"do":"rooms"}"#).0.is_none());
    }

    #[test]
    fn what_is_wrong_is_refused_with_the_id_where_there_is_one() {
        let id = || Some("7".to_owned());
        for (line, problem) in [
            ("hello", (None, "bad_json")),
            (r#"[7,"rooms"]"#, (None, "bad_json")),
            (r#"{"id":7,"do":"rooms""#, (None, "bad_json")),
            (r#"{"id":7,"do":"rooms"} {}"#, (None, "bad_json")),
            (r#"{"id":7}"#, (id(), "bad_field")),
            (r#"{"id":7,"do":5}"#, (id(), "bad_field")),
            (r#"{"id":7,"do":"fly"}"#, (id(), "unknown_command")),
            (r#"{"id":7,"do":"say","room":"lobby"}"#, (id(), "bad_field")),
            (r#"{"id":7,"do":"say","room":"lobby","text":5}"#, (id(), "bad_field")),
            (r#"{"id":7,"do":"say","room":" ","text":"x"}"#, (id(), "bad_name")),
            (r#"{"id":7,"do":"rename","name":""}"#, (id(), "bad_name")),
            (r#"{"id":7,"do":"history","room":"lobby","limit":-1}"#, (id(), "bad_field")),
            (r#"{"id":7,"do":"history","room":"lobby","before":"xy"}"#, (id(), "bad_field")),
            (r#"{"id":7,"do":"read","room":"lobby"}"#, (id(), "bad_field")),
            (r#"{"id":7,"do":"read","room":"lobby","upto":"7"}"#, (id(), "bad_field")),
            (r#"{"id":7,"do":"kick","room":"lobby","peer":"12D3"}"#, (id(), "bad_field")),
            (r#"{"id":7,"do":"fill","room":"lobby","x":1,"y":2,"color":"red"}"#, (id(), "bad_field")),
            (r##"{"id":7,"do":"fill","room":"lobby","x":1,"color":"#000000"}"##, (id(), "bad_field")),
            (r#"{"id":7,"do":"start","room":"lobby","rounds":1,"seconds":20,"pack":"fr"}"#, (id(), "bad_field")),
            (r#"{"id":7,"do":"start","room":"lobby","rounds":1,"seconds":20,"words":["a",1]}"#, (id(), "bad_field")),
            (r#"{"id":7,"do":"choose","room":"lobby","index":-1}"#, (id(), "bad_field")),
            (
                r##"{"id":7,"do":"stroke","room":"lobby","points":[[1]],"color":"#000000","width":1}"##,
                (id(), "bad_field"),
            ),
            (r#"{"id":7,"do":"stroke","room":"lobby","points":[[1,1]],"color":"red","width":1}"#, (id(), "bad_field")),
            (
                r##"{"id":7,"do":"stroke","room":"lobby","points":[[1e999,1]],"color":"#000000","width":1}"##,
                (id(), "bad_field"),
            ),
            (
                r##"{"id":7,"do":"pen","room":"lobby","points":[[1,1]],"color":"#000000","width":1,"from":0}"##,
                (id(), "bad_field"),
            ),
        ] {
            assert_eq!(refused(line), problem, "{line}");
        }
    }

    #[test]
    fn an_id_is_not_a_place_to_keep_things() {
        let line = format!(r#"{{"id":"{}","do":"rooms"}}"#, "x".repeat(MAX_ID));
        assert_eq!(refused(&line), (None, "bad_field"));
    }

    #[test]
    fn deep_nesting_is_refused_and_not_followed() {
        let line = format!(r#"{{"id":7,"do":"say","room":"lobby","text":{}"#, "[".repeat(100_000));
        assert_eq!(refused(&line), (None, "bad_json"));
        let line = format!(r#"{{"id":7,"do":"say","room":{}{},"text":"x"}}"#, "[".repeat(50_000), "]".repeat(50_000));
        assert_eq!(refused(&line), (Some("7".to_owned()), "bad_field"));
    }
}
