//! Reads commands from their lines.
//!
//! A line is read twice: once for `id` and `do`, so that even a command with wrong fields is replied to by its id, then
//! for the fields of the command that `do` names.

use std::borrow::Cow;

use inkmesh::command::{Command, CommandError, RoomCommand};
use inkmesh::name::{NameError, RoomName};
use serde::Deserialize;
use serde::de::value::{EnumAccessDeserializer, StrDeserializer};
use serde::de::{DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, VariantAccess, Visitor};
use serde_json::value::RawValue;

use super::problem::Problem;

/// A command's `id` exactly as it was given, whatever JSON it is; none is `null`.
pub type Id = Option<Box<RawValue>>;

/// Longest `id` in bytes.
const MAX_ID: usize = 1024;

/// Reads one line: the id to reply to and the command, or what is wrong with it.
pub fn parse(line: &str) -> (Id, Result<Command, Problem>) {
    match envelope(line) {
        Ok(envelope) => {
            let id = envelope.id.map(RawValue::to_owned);
            (id, name(envelope.name).and_then(|name| command(&name, line)))
        }
        Err(problem) => (None, Err(problem)),
    }
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    #[serde(borrow, rename = "do")]
    name: Option<&'a RawValue>,
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

fn name(raw: Option<&RawValue>) -> Result<Cow<'_, str>, Problem> {
    let raw = raw.ok_or_else(|| Problem::bad_field("missing field `do`: it names the command"))?;
    serde_json::from_str(raw.get()).map_err(|_| Problem::bad_field("`do` is the name of a command, in quotes"))
}

fn command(name: &str, line: &str) -> Result<Command, Problem> {
    #[derive(Deserialize)]
    struct InRoom {
        room: RoomName,
    }
    let fields = || EnumAccessDeserializer::new(Tagged { name, line });
    match Command::deserialize(fields()) {
        Err(problem) if problem.is_unknown_command() => {
            let command = RoomCommand::deserialize(fields())?;
            let InRoom { room } = serde_json::from_str(line).map_err(|error| wrong_field(&error))?;
            Ok(Command::In(room, command))
        }
        command => command,
    }
}

/// Returns the problem behind an error of serde, which carries text only.
///
/// Our own texts begin with a field's name or are those of a [`NameError`]. The position that serde adds to them is left
/// out; serde's own texts need it to say which field they are about.
fn wrong_field(error: &serde_json::Error) -> Problem {
    let text = error.to_string();
    let position = format!(" at line {} column {}", error.line(), error.column());
    let words = text.strip_suffix(&position).unwrap_or(&text);
    match [NameError::Empty, NameError::Invisible, NameError::TooLong]
        .into_iter()
        .find(|name| name.to_string() == words)
    {
        Some(name) => Problem::from(&CommandError::Name(name)),
        None => Problem::bad_field(if words.starts_with('`') { words } else { &text }),
    }
}

/// A command as an enum of serde: its name is the variant, the object on the line its fields. An internally tagged enum
/// would be buffered, and its errors would have no position.
struct Tagged<'a> {
    name: &'a str,
    line: &'a str,
}

impl<'de> EnumAccess<'de> for Tagged<'de> {
    type Error = Problem;
    type Variant = Fields<'de>;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Fields<'de>), Problem> {
        let name: StrDeserializer<'_, Problem> = self.name.into_deserializer();
        Ok((seed.deserialize(name)?, Fields(self.line)))
    }
}

/// The fields of a command. Unknown ones are ignored.
struct Fields<'a>(&'a str);

impl<'de> VariantAccess<'de> for Fields<'de> {
    type Error = Problem;

    fn unit_variant(self) -> Result<(), Problem> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Problem> {
        let mut object = serde_json::Deserializer::from_str(self.0);
        seed.deserialize(&mut object).map_err(|error| wrong_field(&error))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Problem> {
        self.struct_variant(&[], visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value, Problem> {
        let mut object = serde_json::Deserializer::from_str(self.0);
        object.deserialize_map(visitor).map_err(|error| wrong_field(&error))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use inkmesh::canvas::{Color, Point, Tool};
    use inkmesh::game::{QuizRules, Rules, WordList};
    use inkmesh::identity::Identity;
    use inkmesh::invitation::InvitationId;
    use inkmesh::operation::OperationId;
    use inkmesh::picture::{Picture, Sketch};

    use super::*;

    fn read(line: &str) -> Command {
        match parse(line) {
            (_, Ok(command)) => command,
            other => panic!("{line}: {other:?}"),
        }
    }

    /// The command in the lobby.
    fn in_lobby(line: &str) -> RoomCommand {
        match read(line) {
            Command::In(room, command) if room == RoomName::lobby() => command,
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
            ("join", Command::Join { room: lobby() }),
            ("leave", Command::Leave { room: lobby() }),
            ("drawings", Command::Drawings { room: lobby() }),
            ("rooms", Command::Rooms),
            ("rooms_nearby", Command::RoomsNearby),
            ("past_rooms", Command::PastRooms),
            ("quit", Command::Quit),
            ("history", Command::History { room: lobby(), limit: None, before: None }),
            ("peers", Command::In(lobby(), RoomCommand::Peers)),
            ("state", Command::In(lobby(), RoomCommand::State)),
            ("ready", Command::In(lobby(), RoomCommand::Ready)),
            ("begin", Command::In(lobby(), RoomCommand::Begin)),
            ("pass", Command::In(lobby(), RoomCommand::Pass)),
            ("skip", Command::In(lobby(), RoomCommand::Skip)),
            ("rematch", Command::In(lobby(), RoomCommand::Rematch)),
            ("leave_game", Command::In(lobby(), RoomCommand::LeaveGame)),
            ("end_game", Command::In(lobby(), RoomCommand::EndGame)),
            ("undo", Command::In(lobby(), RoomCommand::Undo)),
            ("redo", Command::In(lobby(), RoomCommand::Redo)),
            ("clear", Command::In(lobby(), RoomCommand::Clear)),
            ("game", Command::In(lobby(), RoomCommand::Game)),
            ("reading", Command::In(lobby(), RoomCommand::Reading)),
            ("dismiss_late", Command::In(lobby(), RoomCommand::DismissLate)),
        ] {
            assert_eq!(read(&format!(r#"{{"id":1,"do":"{name}","room":" Lobby"}}"#)), command);
        }
        assert_eq!(
            in_lobby(r#"{"do":"say","room":"lobby","text":"안녕\n\"you\""}"#),
            RoomCommand::Say { text: "안녕\n\"you\"".to_owned() }
        );
        assert_eq!(read(r#"{"do":"rename","name":" Ana "}"#), Command::Rename { name: "Ana".parse().unwrap() });
        let tea = || "tea".parse::<RoomName>().unwrap();
        assert_eq!(
            read(r#"{"do":"room_create","name":"Tea","private":true}"#),
            Command::RoomCreate { name: tea(), private: true }
        );
        assert_eq!(read(r#"{"do":"room_create","name":"tea"}"#), Command::RoomCreate { name: tea(), private: false });
        assert_eq!(read(r#"{"do":"ticket","room":"lobby"}"#), Command::Ticket { room: lobby() });
        let person = Identity::from_secret([1; 32]).author();
        assert_eq!(read(&format!(r#"{{"do":"talk","peer":"{person}"}}"#)), Command::Talk { peer: person });
        assert_eq!(
            read(&format!(r#"{{"do":"invite","room":"lobby","peers":["{person}"]}}"#)),
            Command::Invite { room: lobby(), peers: vec![person] }
        );
        assert_eq!(refused(r#"{"do":"invite","room":"lobby","peers":[]}"#).1, "bad_field");
        let invitation = InvitationId([0xab; 16]);
        assert_eq!(read(&format!(r#"{{"do":"accept","invitation":"{invitation}"}}"#)), Command::Accept { invitation });
        assert_eq!(refused(r#"{"do":"decline","invitation":"ab"}"#).1, "bad_field");
        let ticket = "inkmesh:AAAA".to_owned();
        assert_eq!(read(r#"{"do":"open_ticket","ticket":"inkmesh:AAAA"}"#), Command::OpenTicket { ticket });
        let private = "a7".repeat(32);
        assert_eq!(
            read(&format!(r#"{{"do":"leave","room":"{private}"}}"#)),
            Command::Leave { room: private.parse().unwrap() }
        );
        assert_eq!(read(r#"{"do":"picture"}"#), Command::Picture { picture: None });
        assert_eq!(read(r#"{"do":"picture","ours":3}"#), Command::Picture { picture: Some(Picture::Ours(3)) });
        let sketch = Sketch::new(&[vec![Point::new(4, 8)]]).unwrap();
        assert_eq!(
            read(r#"{"id":1,"do":"picture","strokes":[[[1,2]]]}"#),
            Command::Picture { picture: Some(Picture::Drawn(sketch)) }
        );
        assert_eq!(read(r#"{"do":"dial","address":"10.0.0.1"}"#), Command::Dial { address: "10.0.0.1".to_owned() });
        assert_eq!(in_lobby(r#"{"do":"choose","room":"lobby","index":2}"#), RoomCommand::Choose { index: 2 });
        let peer = Identity::from_secret([1; 32]).author();
        assert_eq!(in_lobby(&format!(r#"{{"do":"kick","room":"lobby","peer":"{peer}"}}"#)), RoomCommand::Kick { peer });
        let id = OperationId([0xab; 32]);
        assert_eq!(
            in_lobby(&format!(r#"{{"id":1,"do":"read","room":"lobby","upto":"{id}"}}"#)),
            RoomCommand::Read { upto: id }
        );
        assert_eq!(
            read(&format!(r#"{{"do":"history","room":"lobby","limit":5,"before":"{id}"}}"#)),
            Command::History { room: lobby(), limit: Some(5), before: Some(id) }
        );
    }

    #[test]
    fn strokes_are_given_in_logical_units() {
        let fields = r##""room":"lobby","stroke":7,"points":[[1.25,2],[1e9,-3]],"color":"#B83822","width":6"##;
        let (color, points) = ("#b83822".parse().unwrap(), vec![Point::new(5, 8), Point::new(4 * 1600, 0)]);
        assert_eq!(
            in_lobby(&format!(r#"{{"do":"stroke",{fields},"tool":"eraser"}}"#)),
            RoomCommand::Stroke { stroke: Some(7), tool: Tool::Eraser, color, width: 6, points: points.clone() }
        );
        assert_eq!(
            in_lobby(&format!(r#"{{"do":"pen",{fields},"from":12}}"#)),
            RoomCommand::Pen { stroke: 7, from: 12, tool: Tool::Pen, color, width: 6, points }
        );
    }

    #[test]
    fn every_tool_has_its_name_and_a_fill_its_point() {
        let tools = [Tool::Pen, Tool::Eraser, Tool::Line, Tool::Rectangle, Tool::Ellipse];
        for (name, expected) in ["pen", "eraser", "line", "rectangle", "ellipse"].into_iter().zip(tools) {
            let fields = r##""room":"lobby","points":[[1,2],[3,4]],"color":"#000000","width":6"##;
            match in_lobby(&format!(r#"{{"do":"stroke",{fields},"tool":"{name}"}}"#)) {
                RoomCommand::Stroke { stroke: None, tool, .. } => assert_eq!(tool, expected),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(
            in_lobby(r##"{"do":"fill","room":"lobby","x":12.5,"y":-3,"color":"#102030"}"##),
            RoomCommand::Fill { x: 50, y: -12, color: Color([16, 32, 48]) }
        );
    }

    fn game(fields: &str) -> (Rules, WordList) {
        match in_lobby(&format!(r#"{{"do":"start","room":"lobby",{fields}}}"#)) {
            RoomCommand::Start { rules, words } => (rules, words),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_game_without_words_is_turns() {
        let rules = Rules { rounds: 2, seconds: 9, ..Rules::default() };
        assert_eq!(game(r#""rounds":2,"seconds":9"#), (rules, WordList::default()));
    }

    #[test]
    fn a_quiz_takes_packs_and_words() {
        let fields = r#""rounds":1,"seconds":60,"pack":["en","ko"],"words":["탈춤","Apple!"],"hints":0,"players":4"#;
        let (rules, words) = game(fields);
        let quiz = QuizRules { hints: 0, ..QuizRules::default() };
        assert_eq!(rules, Rules { rounds: 1, seconds: 60, players: 4, quiz: Some(quiz), ..Rules::default() });
        assert!(words.find("사과").is_some() && words.find("탈춤").is_some() && words.is_sound());
        assert!(words.find("Apple!").is_some() && words.find("apple").is_none(), "our own way of writing it");
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
    fn what_is_wrong_is_said_in_words() {
        for (line, message) in [
            (r#"{"do":"fly"}"#, r#"there is no command "fly""#),
            (r#"{"do":"canvas","room":"lobby"}"#, r#"there is no command "canvas""#),
            (r#"{"do":"say","text":"x"}"#, "missing field `room` at line 1 column 23"),
            (r#"{"do":"say","room":"lobby"}"#, "missing field `text` at line 1 column 27"),
            (
                r#"{"do":"say","room":"lobby","text":5}"#,
                "invalid type: integer `5`, expected a string at line 1 column 35",
            ),
            (r#"{"do":"join","room":""}"#, "a name can't be empty"),
            (r#"{"do":"rename","name":" "}"#, "a name can't be empty"),
            (r#"{"do":"read","room":"lobby","upto":"7"}"#, "`upto` is an entry's id: 64 hexadecimal digits"),
            (r#"{"do":"history","room":"lobby","before":"7"}"#, "`before` is an entry's id: 64 hexadecimal digits"),
            (r#"{"do":"fill","room":"lobby","x":1,"y":2,"color":"red"}"#, "`color`: a colour is written #rrggbb"),
            (
                r#"{"do":"start","room":"lobby","rounds":1,"seconds":20,"pack":"fr"}"#,
                "`pack` is `en` or `ko`, or a list of them",
            ),
        ] {
            assert_eq!(parse(line).1.unwrap_err().to_string(), message, "{line}");
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
