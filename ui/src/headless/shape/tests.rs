//! What others' programs rely on, line by line.

use inkmesh::canvas::Ink;
use inkmesh::clock::Timestamp;
use inkmesh::event::{EntryBody, GameView, Phase, PlayerView};
use inkmesh::game::{CancelReason, Rules};
use inkmesh::identity::{Author, Identity};
use inkmesh::operation::{ChainId, OrderKey};
use inkmesh::payload::Board;
use inkmesh::words::{Level, Mask, Word};
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
    let name = "Ana".to_owned();
    let chain = ChainId { author: ana(), log: 1 };
    let place = OrderKey { time: Timestamp::from_ms(5), chain, seq: 0, id: 0 };
    Entry { id: OperationId([2; 32]), author: ana(), name, time: 5, place, body, late: true, held_back: false }
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
        forked: false,
    };
    assert_eq!(
        told(Event::Peer { room: RoomName::lobby(), person: person.clone() }),
        json!({"event": "peer", "room": "lobby", "peer": ana().to_string(), "name": "Ana", "state": "online",
               "address": addresses[0]})
    );
    let forked = Person { forked: true, ..person.clone() };
    assert_eq!(told(Event::Peer { room: RoomName::lobby(), person: forked.clone() })["forked"], json!(true));
    assert_eq!(serde_json::to_value(PersonShape::from(forked)).unwrap()["forked"], json!(true));
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
    let shape = EntryShape::new(room.as_str(), entry(EntryBody::Chat("안녕\n".to_owned())));
    assert_eq!(serde_json::to_value(shape).unwrap(), expected);
    let held_back =
        EntryShape::new(room.as_str(), Entry { held_back: true, ..entry(EntryBody::Chat("안녕\n".to_owned())) });
    expected["held_back"] = json!(true);
    assert_eq!(serde_json::to_value(held_back).unwrap(), expected);
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
        told(Event::Syncing { room: room.clone(), peers: vec![peer], received: 4, remaining: 9 }),
        json!({"event": "syncing", "room": "lobby", "peers": [peer.to_string()], "received": 4, "remaining": 9})
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
fn what_is_read_unread_late_and_held_back() {
    let (room, author) = (RoomName::lobby(), ana());
    let nothing = told(Event::Reading { room: room.clone(), reading: ReadingView::default() });
    assert_eq!(nothing, json!({"event": "reading", "room": "lobby", "mark": null, "unread": 0, "late": []}));
    let late = Late { author, name: "Ana".to_owned(), count: 12, first: OperationId([4; 32]), from_ms: 6, to_ms: 8 };
    let reading = ReadingView { mark: Some(OperationId([3; 32])), unread: 7, late: vec![late] };
    let mut expected = json!({"event": "reading", "room": "lobby", "mark": "03".repeat(32), "unread": 7, "late": [
        {"author": author.to_string(), "name": "Ana", "count": 12, "first": "04".repeat(32), "from": 6, "to": 8}]});
    assert_eq!(told(Event::Reading { room: room.clone(), reading: reading.clone() }), expected);
    expected.as_object_mut().unwrap().remove("event");
    let reply = Reply::new(None, Ok(Done::Reading(ReadingShape::new(&room, reading))));
    assert_eq!(serde_json::to_value(reply).unwrap()["ok"], expected);
    assert_eq!(
        told(Event::HeldBack { room, entries: vec![OperationId([1; 32])] }),
        json!({"event": "held_back", "room": "lobby", "entries": ["01".repeat(32)]})
    );
}

#[test]
fn a_game() {
    let player = PlayerView {
        player: ana(),
        name: "Ana".to_owned(),
        online: true,
        playing: false,
        score: 420,
        points: 20,
        solved: true,
    };
    let word = |text: &str| Word { text: text.to_owned(), level: Level::Hard };
    let game = GameView {
        game: Some(OperationId([3; 32])),
        phase: Phase::Drawing,
        rules: Rules { rounds: 2, ..Rules::skribbl() },
        proposer: Some(ana()),
        players: vec![player],
        round: 1,
        turn: 2,
        drawer: Some(ana()),
        remaining_ms: 1500,
        mask: Some(Mask::of("탈춤")),
        hints: 1,
        offers: vec![word("탈춤"), word("한복")],
        word: Some(word("탈춤")),
        solved: vec![ana()],
        guessing: true,
        ..GameView::default()
    };
    let ana = ana().to_string();
    assert_eq!(
        told(Event::Game { room: RoomName::lobby(), game: Box::new(game.clone()) }),
        json!({"event": "game", "room": "lobby", "phase": "drawing",
               "rules": {"rounds": 2, "seconds": 80, "players": 24, "idle": 0, "offered": 3, "hints": 2, "close": true},
               "game": "03".repeat(32), "quiz": true,
               "players": [{"peer": ana, "name": "Ana", "online": true, "playing": false, "score": 420, "points": 20,
                            "solved": true}],
               "round": 1, "rounds": 2, "seconds": 80, "turn": 2, "drawer": ana, "proposer": ana, "remaining_ms": 1500,
               "cancelled": null, "mask": "__", "hints": 1, "candidates": ["탈춤", "한복"], "word": "탈춤", "level": 3,
               "solved": [ana], "scores": {ana.clone(): 420}, "guessing": true})
    );
    let off = GameView { cancelled: Some(CancelReason::TooFewPlayers), ..GameView::default() };
    let off = told(Event::Game { room: RoomName::lobby(), game: Box::new(off) });
    assert_eq!((&off["phase"], &off["cancelled"]), (&json!("idle"), &json!("too_few_players")));
    assert_eq!((&off["rules"], off.get("winners")), (&json!(null), None));
    let over = GameView { phase: Phase::Over, rules: Rules { idle: 20, ..Rules::default() }, ..game };
    let won = told(Event::Game { room: RoomName::lobby(), game: Box::new(over.clone()) });
    assert_eq!(won["winners"], json!([ana]));
    assert_eq!(won["rules"], json!({"rounds": 3, "seconds": 80, "players": 24, "idle": 20}));
    let nobody = told(Event::Game { room: RoomName::lobby(), game: Box::new(GameView { players: vec![], ..over }) });
    assert_eq!(nobody["winners"], json!([]));
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
    let rooms = vec![RoomShape::from(RoomSummary { room: RoomName::lobby(), people: 2, last_activity: 8, unread: 3 })];
    for (done, ok) in [
        (Done::id(OperationId([1; 32])), json!({"id": "01".repeat(32)})),
        (Done::game_id(OperationId([1; 32])), json!({"game": "01".repeat(32)})),
        (Done::state(state), json!({"operations": 4, "digest": "01".repeat(32), "canvas": "ab".repeat(32)})),
        (Done::Rooms(rooms), json!([{"room": "lobby", "people": 2, "last_activity": 8, "unread": 3}])),
        (Done::Peers(Vec::new()), json!([])),
        (Done::Entries { entries: Vec::new() }, json!({"entries": []})),
    ] {
        assert_eq!(serde_json::to_value(Reply::new(None, Ok(done))).unwrap(), json!({"reply": null, "ok": ok}));
    }
}
