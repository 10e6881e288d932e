//! The test vectors of PROTOCOL.md are what this program does. `cargo test --test vectors -- --nocapture` prints them.
#![allow(clippy::unwrap_used)] // a test fails by panicking

use inkmesh::canvas::{CanvasStep, Color, Point, Points, Raster, SheetId, Stroke, Tool};
use inkmesh::clock::Timestamp;
use inkmesh::codec;
use inkmesh::frame::{Frame, message_id};
use inkmesh::game::guess::{GuessAnswer, GuessRequest, PeerReply, PeerRequest, Receipt, Refusal};
use inkmesh::game::secret::{Blinding, TurnKey};
use inkmesh::game::{
    CancelReason, EndReason, GameStep, Reveal, Rules, SkipReason, WordList, commitment, drawing_order, guesser_points,
    seed,
};
use inkmesh::identity::Identity;
use inkmesh::live::LiveFrame;
use inkmesh::log::{Ingest, Log};
use inkmesh::name::{RoomId, RoomName};
use inkmesh::operation::{ChainId, Header, Operation, OperationId};
use inkmesh::payload::{Chat, Payload, Profile};
use inkmesh::picture::{Picture, Sketch};
use inkmesh::private_room::{PrivateRoom, RoomKeys, RoomSecret};
use inkmesh::room_ticket::RoomTicket;
use inkmesh::sync::{Neighbour, Request, Response};
use inkmesh::waiting_room::{self, AnnouncedRoom, Announcement, GameProgress};
use inkmesh::words::{Level, Mask, Word, candidates, is_close, normalise};
use serde_bytes::ByteBuf;

/// Names in PROTOCOL.md with their values.
type Vectors = Vec<(&'static str, String)>;

const CLOCK: u64 = 1_790_000_000_000;
const RED: Color = Color([0xb8, 0x38, 0x22]);
/// The chat payload as a later version may write it: the key `re` before `text`.
const LATER_CHAT: &[u8] = b"\x02\xa2\x62re\x01\x64text\x66\xec\x95\x88\xeb\x85\x95";
/// The turn that Ana draws.
const TURN: u32 = 2;

fn hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(bytes)
}

fn payload(payload: &Payload) -> String {
    hex(&payload.encode().unwrap())
}

fn ana() -> Identity {
    Identity::from_secret([1; 32])
}

fn ben() -> Identity {
    Identity::from_secret([2; 32])
}

fn room() -> RoomId {
    RoomName::lobby().id()
}

fn profile() -> Payload {
    Payload::Profile(Profile { name: "Ana".parse().unwrap(), picture: None })
}

fn pictured(picture: Picture) -> Payload {
    Payload::Profile(Profile { name: "Ana".parse().unwrap(), picture: Some(picture) })
}

fn drawn() -> Picture {
    let strokes = [vec![Point::new(100, 200), Point::new(400, 300), Point::new(1024, 0)], vec![Point::new(512, 512)]];
    Picture::Drawn(Sketch::new(&strokes).unwrap())
}

fn chat() -> Payload {
    Payload::Chat(Chat { text: "안녕".to_owned() })
}

/// Returns the two operations that Ana wrote in chain 7.
fn operations() -> [Operation; 2] {
    let chain = ChainId { author: ana().author(), log: 7 };
    let header = Header { room: room(), chain, seq: 0, backlink: None, time: Timestamp::from_ms(CLOCK) };
    let first = Operation::sign(&ana(), header, &profile()).unwrap();
    let header = Header { seq: 1, backlink: Some(first.id()), time: Timestamp(header.time.0 + 1), ..header };
    let second = Operation::sign(&ana(), header, &chat()).unwrap();
    [first, second]
}

/// Returns another operation that Ana wrote after her first one: it forks chain 7.
fn fork(first: &Operation) -> Operation {
    let chain = ChainId { author: ana().author(), log: 7 };
    let time = Timestamp(first.header().time.0 + 2);
    let header = Header { room: room(), chain, seq: 1, backlink: Some(first.id()), time };
    Operation::sign(&ana(), header, &Payload::Chat(Chat { text: "다른 말".to_owned() })).unwrap()
}

/// Returns a log with these operations.
fn log(operations: &[&Operation]) -> Log {
    let mut log = Log::new(room());
    for operation in operations {
        assert_eq!(log.ingest((*operation).clone(), u64::MAX).outcomes, [Ingest::Inserted]);
    }
    log
}

/// Returns the text that is in a vector's name, as JSON between backticks.
fn quoted(name: &str) -> String {
    serde_json::from_str(name.split('`').nth(1).unwrap()).unwrap()
}

/// Returns the name of the game: the id of the first operation.
fn game() -> OperationId {
    operations()[0].id()
}

fn log_vectors() -> Vectors {
    let (author, [first, second]) = (ana().author(), operations());
    vec![
        ("secret", hex(&ana().secret())),
        ("author", hex(&author.0)),
        ("peer id", author.to_string()),
        ("fingerprint", author.fingerprint()),
        ("room id of lobby", room().hex()),
        ("topic", room().topic()),
        ("profile payload", payload(&profile())),
        ("profile payload with a picture of ours", payload(&pictured(Picture::Ours(3)))),
        ("profile payload with a drawn picture", payload(&pictured(drawn()))),
        ("picture of the key of Ana", Picture::of_key(author).to_string()),
        ("picture of the key of Ben", Picture::of_key(ben().author()).to_string()),
        ("profile operation", hex(first.bytes())),
        ("profile id", first.id().to_string()),
        ("chat payload", payload(&chat())),
        ("chat operation", hex(second.bytes())),
        ("chat id", second.id().to_string()),
        ("gossip message id", hex(&message_id(&Frame::operation(&second)))),
        ("chat payload of a later version", hex(LATER_CHAT)),
    ]
}

fn stroke(tool: Tool, width: u16, points: &[(i32, i32)]) -> Stroke {
    let points = Points::new(points.iter().map(|(x, y)| Point::new(*x, *y)).collect());
    Stroke { id: 9, tool, color: RED, width, points }
}

fn sheet_vectors() -> Vectors {
    let pen = stroke(Tool::Pen, 6, &[(400, 800), (404, 798), (400, 4000)]);
    let ellipse = stroke(Tool::Ellipse, 1, &[(1001, 1003), (3000, 2000)]);
    let rectangle = stroke(Tool::Rectangle, 9, &[(200, 3000), (2500, 1500)]);
    let eraser = stroke(Tool::Eraser, 30, &[(0, 0), (6400, 4800)]);
    let fill = |x, y| CanvasStep::Fill { stroke: 10, at: Point::new(x, y), color: RED };
    let on = |sheet, step: &CanvasStep| payload(&Payload::Canvas { sheet, step: step.clone() });
    let on_free = |step: &CanvasStep| on(SheetId::Free, step);
    let turn = SheetId::Turn { game: game(), turn: TURN };
    let live = |sheet: SheetId| {
        let live = LiveFrame { author: ana().author(), sheet: sheet.into(), from: 0, stroke: pen.clone() };
        hex(&Frame::live(&live.sign(&ana(), room()).unwrap()))
    };
    let [stroke_step, ellipse, rectangle, eraser] = [pen.clone(), ellipse, rectangle, eraser].map(CanvasStep::Stroke);
    let odd = [
        stroke(Tool::Pen, 1, &[(3, 5)]),
        stroke(Tool::Pen, 128, &[(0, 4800), (1, 4799)]),
        stroke(Tool::Line, 2, &[(6400, 0), (0, 4799)]),
        stroke(Tool::Ellipse, 3, &[(3000, 2001), (100, 2001)]),
        stroke(Tool::Rectangle, 4, &[(4001, 4001), (4003, 4001)]),
    ];
    let [point, corner, line, flat_ellipse, flat_rectangle] = odd.map(CanvasStep::Stroke);
    let digest = |steps: &[&CanvasStep]| {
        let mut picture = Raster::default();
        for step in steps {
            picture.draw(step);
        }
        hex(&picture.digest())
    };
    vec![
        ("path", hex(pen.points.bytes())),
        ("stroke payload", on_free(&stroke_step)),
        ("stroke payload on a turn", on(turn, &stroke_step)),
        ("ellipse payload", on_free(&ellipse)),
        ("rectangle payload", on_free(&rectangle)),
        ("eraser payload", on_free(&eraser)),
        ("fill payload", on_free(&fill(401, 805))),
        ("fill payload in the ellipse", on_free(&fill(2400, 1500))),
        ("clear payload", on_free(&CanvasStep::Clear { stroke: 11 })),
        ("undo payload", on_free(&CanvasStep::Undo { stroke: 9 })),
        ("redo payload on a turn", on(turn, &CanvasStep::Redo { stroke: 9 })),
        ("digest of the picture", digest(&[&stroke_step, &ellipse, &rectangle, &eraser, &fill(2400, 1500)])),
        ("point payload", on_free(&point)),
        ("corner payload", on_free(&corner)),
        ("line payload", on_free(&line)),
        ("flat ellipse payload", on_free(&flat_ellipse)),
        ("flat rectangle payload", on_free(&flat_rectangle)),
        ("fill payload at the corner", on_free(&fill(6400, 4800))),
        (
            "digest of the odd picture",
            digest(&[&point, &corner, &line, &flat_ellipse, &flat_rectangle, &fill(6400, 4800)]),
        ),
        ("live frame", live(SheetId::Free)),
        ("live frame on a turn", live(turn)),
    ]
}

fn waiting_room_vectors() -> Vectors {
    let room = |name: &str, game| AnnouncedRoom { room: name.parse().unwrap(), game };
    let rooms = vec![room("lobby", None), room("차 한잔", Some(GameProgress { round: 2, rounds: 3 }))];
    let name = Some("Ana".parse().unwrap());
    let announcement = Announcement { author: ana().author(), time: CLOCK, name, rooms };
    vec![
        ("topic of the waiting room", waiting_room::topic()),
        ("announcement", hex(&announcement.sign(&ana()).unwrap())),
    ]
}

fn sync_vectors() -> Vectors {
    let empty = log(&[]).digest();
    let [first, second] = operations();
    let last = second.header().time;
    let other = fork(&first);
    let (log, forked) = (log(&[&first, &second]), log(&[&first, &second, &other]));
    let neighbour = Neighbour { peer: ben().author(), addresses: vec!["/ip4/192.168.0.7/tcp/47770".to_owned()] };
    let request = |request: Request| hex(&request.encode().unwrap());
    let response = |response: Response| hex(&response.encode().unwrap());
    let operations = vec![ByteBuf::from(first.bytes()), ByteBuf::from(second.bytes())];
    let wants = Log::new(room()).missing(&log.frontier());
    vec![
        ("digest of the empty log", hex(&empty)),
        ("digest of the two operations", hex(&log.digest())),
        ("hello", request(Request::Hello { room: room(), digest: log.digest(), clock: CLOCK })),
        ("newest", request(Request::Newest { limit: 160, after: last })),
        ("fetch", request(Request::Fetch { wants })),
        ("same", response(Response::Same { neighbours: vec![neighbour], clock: CLOCK })),
        ("not here", response(Response::NotHere)),
        ("busy", response(Response::Busy)),
        ("frontier", response(Response::Frontier { heads: log.frontier(), neighbours: Vec::new(), clock: CLOCK })),
        ("operations", response(Response::Operations { operations })),
        ("end", response(Response::End)),
        ("fork operation", hex(other.bytes())),
        ("fork id", other.id().to_string()),
        ("digest of the fork", hex(&forked.digest())),
        (
            "frontier of the fork",
            response(Response::Frontier { heads: forked.frontier(), neighbours: Vec::new(), clock: CLOCK }),
        ),
        ("fetch of the fork", request(Request::Fetch { wants: log.missing(&forked.frontier()) })),
        (
            "hello on loopback",
            hex(&codec::encode(&("inkmesh hello 1", ana().author(), 47_771_u16, true), 128).unwrap()),
        ),
    ]
}

/// A private room with the secret `05…05`, in which Ana says the chat line as the first operation of chain 7; what Ana sends to Ben.
fn private_room_vectors() -> Vectors {
    let secret = RoomSecret::new([5; 32]);
    let (room, keys) = (secret.room(), RoomKeys::of(&secret));
    let chain = ChainId { author: ana().author(), log: 7 };
    let header = Header { room, chain, seq: 0, backlink: None, time: Timestamp::from_ms(CLOCK) };
    let operation = Operation::seal(&ana(), header, &chat(), &keys).unwrap();
    let frame = Frame::seal(&Frame::operation(&operation), &keys);
    let hello = Request::Hello { room, digest: Log::new(room).digest(), clock: CLOCK }.encode().unwrap();
    let message = [&[2], &keys.seal_message(ana().author(), ben().author(), &hello)[..]].concat();
    let private = PrivateRoom { title: "tea".parse().unwrap(), secret, with: None };
    let ticket = |name: &RoomName, private| {
        let addresses = vec!["/ip4/192.168.0.7/tcp/47770".to_owned()];
        RoomTicket::new(name, private, ana().author(), addresses, CLOCK).text()
    };
    vec![
        ("secret of a private room", hex(&[5; 32])),
        ("private room id", room.hex()),
        ("private room tag", hex(&keys.tag().0)),
        ("private chat operation", hex(operation.bytes())),
        ("sealed frame", hex(&frame)),
        ("message id of the sealed frame", hex(&message_id(&frame))),
        ("sealed hello", hex(&message)),
        ("ticket", ticket(&RoomName::lobby(), None)),
        ("ticket to the private room `\"tea\"`", ticket(&private.name(), Some(&private))),
    ]
}

/// Steps of a game, in the order of PROTOCOL.md, but for those with the cryptography of a word.
fn step_vectors() -> Vectors {
    let step = |step: GameStep| payload(&Payload::Game(step));
    let word = |text: &str, level| Word { text: text.to_owned(), level };
    let words =
        WordList::new(vec![word("사과", Level::Easy), word("ice cream", Level::Easy), word("탈춤", Level::Hard)]);
    let (game, player, [first, second]) = (game(), ben().author(), operations().map(|operation| operation.id()));
    let commit = commitment(game, ana().author(), &[3; 32]);
    // In the order of the keys: Ben's nonce comes first.
    assert!(player < ana().author());
    let seed = seed([[4; 32], [3; 32]]);
    let order = drawing_order(&seed, 0, [ana().author(), player]);
    vec![
        ("proposal payload", step(GameStep::Proposed { rules: Rules::skribbl(), words: words.clone(), more: 0 })),
        (
            "proposal payload without words",
            step(GameStep::Proposed { rules: Rules::default(), words: WordList::default(), more: 0 }),
        ),
        ("more words payload", step(GameStep::MoreWords { game, part: 1, words })),
        ("commitment", hex(&commit)),
        ("ready payload", step(GameStep::Ready { game, commit })),
        ("roster closed payload", step(GameStep::RosterClosed { game, ready: vec![first, second] })),
        ("opened payload", step(GameStep::Opened { game, nonce: [3; 32] })),
        ("started payload", step(GameStep::Started { game, opened: vec![first, second] })),
        ("cancelled payload", step(GameStep::Cancelled { game, reason: CancelReason::Abandoned })),
        ("seed", hex(&seed)),
        ("drawing order", order.iter().map(|player| hex(&player.0)).collect::<Vec<_>>().join(" ")),
        ("turn began payload", step(GameStep::TurnBegan { game, turn: TURN })),
        ("hint payload", step(GameStep::Hint { game, turn: TURN, cell: 4, letter: 'c' })),
        ("guessed payload", step(GameStep::Guessed { game, turn: TURN, text: "안녕".to_owned() })),
        ("skip payload", step(GameStep::Skip { game, turn: TURN, reason: None })),
        ("skip payload of a program", step(GameStep::Skip { game, turn: TURN, reason: Some(SkipReason::Silent) })),
        ("kick payload", step(GameStep::Kick { game, player })),
        ("absent payload", step(GameStep::Absent { game, player })),
        ("here payload", step(GameStep::Here { game })),
        ("left payload", step(GameStep::Left { game })),
        ("end payload", step(GameStep::End { game })),
    ]
}

/// Ana draws turn 2, `ice cream`; Ben requests it, is right, and unblinds it afterwards. What is chosen freely (the turn's
/// key, blinds, nonces) is what this program derives.
fn word_vectors() -> Vectors {
    let (game, room, turn) = (game(), room(), TURN);
    let word = normalise("Ice Cream!");
    let key = TurnKey::new(&ana(), &[5; 32], game, turn);
    let word_key = key.word_key(&word);
    let blinding = Blinding::new(&ben(), game, turn, std::slice::from_ref(&word)).unwrap();
    let (blinded, opening) = (blinding.blinded()[0], blinding.opening(0).unwrap());
    let request = GuessRequest::new(&ben(), room, (game, turn, key.public()), 0, None, blinding.blinded());
    let receipt = Receipt::new(&ana(), &request, 1_500);
    let signature = word_key.sign_solved(ben().author());
    let (voprf, locked) = (key.public(), word_key.public());
    let lock = GameStep::WordLocked { game, turn, voprf, word: locked, mask: Mask::of("ice cream") };
    let answer = key.answer(&request.blinded).unwrap();
    let answer = PeerReply::Answer(Box::new(GuessAnswer { answer, receipt: receipt.clone() }));
    let solved = GameStep::Solved { game, turn, receipt: Box::new(receipt), candidate: 0, word: locked, signature };
    let whispered = GameStep::Whispered { game, turn, sealed: word_key.seal(ben().author(), 0, "안녕").unwrap() };
    let reveal = Reveal { word: "ice cream".to_owned(), secret: key.reveal(), voprf, key: locked };
    let ended = GameStep::TurnEnded {
        game,
        turn,
        reason: EndReason::AllSolved,
        reveal: Some(Box::new(reveal)),
        evidence: Vec::new(),
    };
    let passed = GameStep::TurnEnded { game, turn, reason: EndReason::Passed, reveal: None, evidence: Vec::new() };
    let accused =
        GameStep::TurnEnded { game, turn, reason: EndReason::Time, reveal: None, evidence: vec![request.clone()] };
    let unblinded = GameStep::Unblinded { game, turn, blinded, opening, word: "ice cream".to_owned() };
    let step = |step: GameStep| payload(&Payload::Game(step));
    let reply = |reply: PeerReply| hex(&reply.encode().unwrap());
    let close = PeerRequest::Close { room, game, turn, line: operations()[1].id() };
    vec![
        ("normalised word", word),
        ("mask", Mask::of("ice cream").into()),
        ("turn's key, public", hex(&voprf.0)),
        ("turn's key, secret", hex(&key.reveal().0)),
        ("word's key, public", hex(&locked.0)),
        ("word locked payload", step(lock)),
        ("blind", hex(&opening.0)),
        ("guess", hex(&PeerRequest::Guess(request).encode().unwrap())),
        ("answer", reply(answer)),
        ("refused", reply(PeerReply::Refused(Refusal::TooFast))),
        ("close", hex(&close.encode().unwrap())),
        ("noted", reply(PeerReply::Noted)),
        ("signature by the word's key", hex(&signature)),
        ("solved payload", step(solved)),
        ("whispered payload", step(whispered)),
        ("turn ended payload", step(ended)),
        ("turn ended payload when passed", step(passed)),
        ("turn ended payload with evidence", step(accused)),
        ("unblinded payload", step(unblinded)),
    ]
}

/// The words of a game for the vectors of candidates.
const WORDS: [&str; 10] = ["ice cream", "고양이", "cream", "사과", "먹", "Straße", "banana", "apple", "tree", "moon"];

fn text_vectors() -> Vectors {
    let words = WORDS.map(normalise);
    let asked = |line: &str| candidates(line, |text| words.iter().any(|word| word == text)).join(" ");
    let close = |pairs: &[(&str, &str)]| {
        let close = pairs.iter().filter(|(guess, word)| is_close(guess, word));
        close.map(|(guess, word)| format!("{guess}/{word}")).collect::<Vec<_>>().join(" ")
    };
    let points = [guesser_points(Level::Easy, 1_500, 80_000, 0), guesser_points(Level::Hard, 40_000, 80_000, 3)];
    let rooms = [
        r###"room name of `"## Tea  ROOM"`"###,
        r###"room name of `"  #  Foo"`"###,
        r###"room name of `"#\u202e\t# foo"`"###,
        r###"room name of `"a\u200bb\u00a0C#"`"###,
        r###"room name of `"\u1105\u1169\u1107\u1175"`"###,
        r###"room name of `"\u212bngström"`"###,
        r###"room name of `"ΟΔΟΣ ΣΑΣ"`"###,
        r###"room name of `"İzmir"`"###,
    ];
    let normalised = [
        r#"normalised `"Straße"`"#,
        r#"normalised `"ΟΔΟΣ"`"#,
        r#"normalised `"ＩＣＥ　cream!"`"#,
        r#"normalised `"cafe-\u0301"`"#,
        r#"normalised `"½ ㎏"`"#,
        r#"normalised `"사과ㅋㅋ"`"#,
        r#"normalised `"İ"`"#,
        r#"normalised `"हिन्दी"`"#,
    ];
    let masks = [r#"mask of `"Ice-cream ½!"`"#, r#"mask of `"cafe\u0301"`"#];
    let lines = [
        r#"candidates of `"Is it ice-cream or 고양이야?"`"#,
        r#"candidates of `"사과먹고싶다"`"#,
        r#"candidates of `"moon tree apples banana icecream"`"#,
        r#"candidates of `"사 과"`"#,
        r#"candidates of `"itsabanana!"`"#,
        r#"candidates of `"STRASSES"`"#,
    ];
    let room_name = |name| (name, quoted(name).parse::<RoomName>().unwrap().to_string());
    let mut vectors: Vectors = rooms.map(room_name).into();
    vectors.extend(normalised.map(|name| (name, normalise(&quoted(name)))));
    vectors.extend(masks.map(|name| (name, Mask::of(&quoted(name)).into())));
    vectors.extend(lines.map(|name| (name, asked(&quoted(name)))));
    vectors.extend([
        (
            "close guesses",
            close(&[("bannaa", "banana"), ("떡보끼", "떡볶이"), ("딸", "달"), ("o", "ox"), ("bnaaan", "banana")]),
        ),
        ("points", points.map(|points| points.to_string()).join(" ")),
    ]);
    vectors
}

/// PROTOCOL.md, "Reading".
#[test]
fn cbor_is_read_as_leniently_as_the_page_says() {
    assert_eq!(Payload::decode(LATER_CHAT), chat());
    let (id, length) = ([7; 32], b"\x58\x20");
    let reads =
        |parts: &[&[u8]]| matches!(Payload::decode(&[&[4], parts.concat().as_slice()].concat()), Payload::Game(_));
    let game = [b"\x64game", &length[..], &id].concat();
    for (read, what, parts) in [
        (true, "plain", [b"\xa1\x64here\xa1", &game[..], b""]),
        (true, "a longer length", [b"\xa1\x78\x04here\xa1", &game, b""]),
        (true, "a map of indefinite length", [b"\xa1\x64here\xbf", &game, b"\xff"]),
        (true, "bytes for a key", [b"\xa1\x44here\xa1", &game, b""]),
        (true, "an unknown key", [b"\xa1\x64here\xa2\x61x\x01", &game, b""]),
        (true, "an array for a map", [b"\xa1\x64here\x81", length, &id]),
        (true, "an array for bytes", [b"\xa1\x64here\xa1\x64game", b"\x98\x20", &id]),
        (false, "a key in pieces", [b"\xa1\x7f\x64here\xff\xa1", &game, b""]),
        (false, "bytes in pieces", [b"\xa1\x64here\xa1\x64game\x5f\x58\x20", &id, b"\xff"]),
        (false, "a key twice", [b"\xa1\x64here\xa2", &game, &game]),
        (false, "a key missing", [b"\xa1\x64here\xa0", b"", b""]),
        (false, "bytes left over", [b"\xa1\x64here\xa1", &game, b"\0"]),
    ] {
        assert_eq!(reads(&parts), read, "{what}");
    }
    let began = |turn| reads(&[b"\xa1\x6aturn_began\xa2", &game, b"\x64turn", turn]);
    assert!(began(b"\x01") && began(b"\x18\x01") && began(b"\xc2\x41\x01"), "1, also in a longer form");
    assert!(!began(b"\xf9\x3c\x00") && !began(b"\xf6"), "a float, null");
}

#[test]
fn the_protocol_page_says_what_the_program_does() {
    let page = include_str!("../PROTOCOL.md");
    let all = [
        log_vectors(),
        sheet_vectors(),
        waiting_room_vectors(),
        sync_vectors(),
        private_room_vectors(),
        step_vectors(),
        word_vectors(),
        text_vectors(),
    ];
    let rows: Vec<String> = all.concat().iter().map(|(name, value)| format!("| {name} | `{value}` |")).collect();
    println!("{}", rows.join("\n"));
    let missing: Vec<&String> = rows.iter().filter(|row| !page.contains(*row)).collect();
    assert!(missing.is_empty(), "PROTOCOL.md has no or other values for {missing:#?}");
}
