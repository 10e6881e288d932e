//! The JSON that other programs rely on, line by line.

use crate::canvas::Stroke;
use crate::clock::Timestamp;
use crate::command::Reply;
use crate::event::{Late, RoomState, RoomSummary};
use crate::gallery::{DrawingKey, RevealedWord};
use crate::identity::Identity;
use crate::operation::{ChainId, OrderKey};
use crate::words::Mask;
use serde_json::{Value, json};

use super::*;

fn ana() -> Author {
    Identity::from_secret([1; 32]).author()
}

fn told(event: Event) -> Value {
    let lines = EventFields::of(event);
    assert_eq!(lines.len(), 1);
    json_of(&lines[0])
}

/// The value of a line of JSON, through its text.
fn json_of(value: &impl Serialize) -> Value {
    serde_json::from_str(&serde_json::to_string(value).unwrap()).unwrap()
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
        picture: None,
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
    assert_eq!(json_of(&forked)["forked"], json!(true));
    let gone = Person { online: false, addresses: Vec::new(), ..person.clone() };
    let gone = told(Event::Peer { room: RoomName::lobby(), person: gone });
    assert_eq!((&gone["state"], &gone["address"]), (&json!("offline"), &Value::Null));
    assert_eq!(
        json_of(&person),
        json!({"peer": ana().to_string(), "name": "Ana", "online": true, "addresses": addresses, "last_seen": 9})
    );
}

#[test]
fn entries_are_lines_of_their_own_as_the_history_gives_them() {
    let room = RoomName::lobby();
    let entries = vec![entry(EntryBody::Chat("안녕\n".to_owned())), entry(EntryBody::Drawing)];
    let lines: Vec<Value> =
        EventFields::of(Event::Entries { room: room.clone(), entries }).iter().map(json_of).collect();
    let mut expected = json!({"event": "entry", "room": "lobby", "id": "02".repeat(32), "author": ana().to_string(),
        "name": "Ana", "time": 5, "kind": "chat", "text": "안녕\n", "late": true});
    assert_eq!(lines[0], expected);
    assert_eq!((&lines[1]["kind"], &lines[1]["text"]), (&json!("drawing"), &json!("")));
    expected.as_object_mut().unwrap().remove("event");
    let line = entry(EntryBody::Chat("안녕\n".to_owned()));
    let held_back = Entry { held_back: true, ..line.clone() };
    let history = json_of(&Reply::History { room, entries: vec![line, held_back, entry(EntryBody::Whisper(None))] });
    assert_eq!(history["entries"][0], expected);
    assert_eq!(history["entries"][2]["sealed"], json!(true));
    expected["held_back"] = json!(true);
    assert_eq!(history["entries"][1], expected);
}

#[test]
fn live_strokes_are_in_logical_units() {
    let points = Points::new(vec![Point::new(5, 8)]);
    let stroke = Stroke { id: 7, tool: Tool::Pen, color: "#b83822".parse().unwrap(), width: 6, points };
    assert_eq!(
        told(Event::Live { room: RoomName::lobby(), author: ana(), sheet: SheetId::Free, stroke, from: 3 }),
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
    let nothing = told(Event::Reading { room: room.clone(), reading: ReadStateView::default() });
    assert_eq!(nothing, json!({"event": "reading", "room": "lobby", "mark": null, "unread": 0, "late": []}));
    let late = Late { author, name: "Ana".to_owned(), count: 12, first: OperationId([4; 32]), from_ms: 6, to_ms: 8 };
    let reading = ReadStateView { mark: Some(OperationId([3; 32])), unread: 7, late: vec![late] };
    let mut expected = json!({"event": "reading", "room": "lobby", "mark": "03".repeat(32), "unread": 7, "late": [
        {"author": author.to_string(), "name": "Ana", "count": 12, "first": "04".repeat(32), "from": 6, "to": 8}]});
    assert_eq!(told(Event::Reading { room: room.clone(), reading: reading.clone() }), expected);
    expected.as_object_mut().unwrap().remove("event");
    assert_eq!(json_of(&Reply::Reading { room: room.clone(), reading }), expected);
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
    let state = RoomState { operations: 4, digest: [1; 32], canvas: [0xab; 32] };
    let rooms = vec![RoomSummary { room: RoomName::lobby(), title: None, people: 2, last_activity: 8, unread: 3 }];
    for (reply, expected) in [
        (Reply::Done {}, json!({})),
        (Reply::Written { id: OperationId([1; 32]) }, json!({"id": "01".repeat(32)})),
        (Reply::Solved, json!({"solved": true})),
        (Reply::Started { game: OperationId([1; 32]) }, json!({"game": "01".repeat(32)})),
        (Reply::State(state), json!({"operations": 4, "digest": "01".repeat(32), "canvas": "ab".repeat(32)})),
        (Reply::Rooms(rooms), json!([{"room": "lobby", "people": 2, "last_activity": 8, "unread": 3}])),
        (Reply::Peers(Vec::new()), json!([])),
        (Reply::History { room: RoomName::lobby(), entries: Vec::new() }, json!({"entries": []})),
        (Reply::Drawings { drawings: Gallery::default() }, json!({"drawings": []})),
    ] {
        assert_eq!(json_of(&reply), expected);
    }
    let game = json_of(&Reply::Game { room: RoomName::lobby(), game: Box::default() });
    assert_eq!((&game["room"], &game["phase"], &game["game"]), (&json!("lobby"), &json!("idle"), &json!(null)));
}

#[test]
fn a_picture_is_written_as_it_is_read() {
    #[derive(Serialize)]
    struct Written(#[serde(serialize_with = "as_picture")] Option<Picture>);
    let drawn = json!({"strokes": [[[0.0, 0.0], [256.0, 255.75]], [[12.5, 3.0]]]});
    for fields in [json!({"ours": 3}), drawn] {
        let picture = picture(&fields).unwrap();
        assert_eq!(json_of(&Written(picture)), fields);
    }
    assert_eq!(json_of(&Written(picture(&json!({"id": 5})).unwrap())), Value::Null);
    let dots = |count: usize| json!({"strokes": vec![json!([[1, 1]]); count]});
    for (fields, reason) in [
        (json!({"ours": 24}), "`ours` is a number of 0 to 23"),
        (json!({"ours": 1, "strokes": [[[1, 1]]]}), "give one of them"),
        (json!({"strokes": []}), "`strokes`: a picture has at least one stroke"),
        (json!({"strokes": [[[1, 1]], []]}), "`strokes`: a picture has at least one stroke"),
        (json!({"strokes": [[[-0.1, 1]]]}), "`strokes`: a point lies beside the sheet of 256 × 256"),
        (json!({"strokes": [[[1, 256.01]]]}), "`strokes`: a point lies beside the sheet of 256 × 256"),
        (dots(65), "`strokes`: a picture has at most 64 strokes with 1024 points"),
    ] {
        let told = picture(&fields).unwrap_err().to_string();
        assert!(told.contains(reason), "{told}");
    }
    assert!(picture(&dots(64)).is_ok());
}

#[test]
fn a_drawing() {
    let (first, game) = (OperationId([7; 32]), OperationId([3; 32]));
    let word = Word { text: "탈춤".to_owned(), level: Level::Hard };
    let drawing = Drawing {
        key: DrawingKey { sheet: SheetId::Turn { game, turn: 0 }, first },
        authors: vec![ana()],
        from_ms: 5,
        to_ms: 9,
        marks: 2,
        revealed: Some(RevealedWord { word, solved: vec![ana()] }),
    };
    let ana = ana().to_string();
    assert_eq!(
        json_of(&drawing),
        json!({"id": "07".repeat(32), "game": "03".repeat(32), "turn": 1, "authors": [ana], "from": 5, "to": 9,
               "marks": 2, "word": "탈춤", "solved": [ana]})
    );
}
