//! The test vectors of PROTOCOL.md are what this program does. `cargo test --test vectors -- --nocapture` prints them.
#![allow(clippy::unwrap_used)] // a test fails by panicking

use inkmesh::canvas::{CanvasStep, Color, Ink, Point, Points, Tool};
use inkmesh::clock::Timestamp;
use inkmesh::frame::{Frame, message_id};
use inkmesh::game::guess::{Ask, GuessAnswer, GuessRequest, Receipt, Reply};
use inkmesh::game::secret::{Blinding, TurnKey};
use inkmesh::game::{GameStep, Rules, SkipReason, WordList, commitment, drawing_order, guesser_points, seed};
use inkmesh::identity::Identity;
use inkmesh::live::LiveInk;
use inkmesh::log::{Ingest, Log};
use inkmesh::name::{RoomId, RoomName};
use inkmesh::operation::{ChainId, Header, Operation, OperationId};
use inkmesh::payload::{Board, Chat, Payload, Profile};
use inkmesh::sync::{Request, Response};
use inkmesh::words::{Level, Mask, Word, normalise};

fn hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(bytes)
}

/// Every value that PROTOCOL.md names, with its name there.
fn vectors() -> Vec<(&'static str, String)> {
    let ana = Identity::from_secret([1; 32]);
    let author = ana.author();
    let room = RoomName::lobby();
    let chain = ChainId { author, log: 7 };
    let time = Timestamp::from_ms(1_790_000_000_000);
    let header = Header { room: room.id(), chain, seq: 0, backlink: None, time };
    let profile = Payload::Profile(Profile { name: "Ana".parse().unwrap() });
    let first = Operation::sign(&ana, header, &profile).unwrap();
    let header = Header { seq: 1, backlink: Some(first.id()), time: Timestamp(time.0 + 1), ..header };
    let chat = Payload::Chat(Chat { text: "안녕".to_owned() });
    let second = Operation::sign(&ana, header, &chat).unwrap();
    let points = Points::new(vec![Point::new(400, 800), Point::new(404, 798), Point::new(400, 4000)]);
    let ink = Ink { stroke: 9, tool: Tool::Pen, color: Color([0xb8, 0x38, 0x22]), width: 6, points: points.clone() };
    let on = |board, step| hex(&Payload::Canvas { board, step }.encode().unwrap());
    let drawn = || CanvasStep::Ink(ink.clone());
    let turn = Board::Turn { game: first.id(), turn: 2 };
    let fill = CanvasStep::Fill { stroke: 10, at: Point::new(401, 805), color: Color([0xb8, 0x38, 0x22]) };
    let word = |text: &str, level| Word { text: text.to_owned(), level };
    let words =
        WordList::new(vec![word("사과", Level::Easy), word("ice cream", Level::Easy), word("탈춤", Level::Hard)]);
    let proposed = Payload::Game(GameStep::Proposed { rules: Rules::skribbl(), words, more: 0 });
    let live = LiveInk { author, board: Board::Free.into(), from: 0, ink: ink.clone() };
    let mut log = Log::new(room.id());
    let empty = log.digest();
    for operation in [&first, &second] {
        assert_eq!(log.ingest(operation.clone(), u64::MAX).outcomes, [Ingest::Inserted]);
    }
    let (game, ben) = (first.id(), Identity::from_secret([2; 32]).author());
    let seed = seed([[3; 32], [4; 32]]);
    let order = drawing_order(&seed, 0, [author, ben]);
    let step = |step: GameStep| hex(&Payload::Game(step).encode().unwrap());
    let neighbours = Vec::new();
    let quiz = quiz(&ana, room.id(), game);
    let mut vectors = vec![
        ("secret", hex(&ana.secret())),
        ("author", hex(&author.0)),
        ("peer id", author.to_string()),
        ("fingerprint", author.fingerprint()),
        ("room id of lobby", room.id().hex()),
        ("topic", room.id().topic()),
        ("profile payload", hex(&profile.encode().unwrap())),
        ("profile operation", hex(first.bytes())),
        ("profile id", first.id().to_string()),
        ("chat payload", hex(&chat.encode().unwrap())),
        ("chat operation", hex(second.bytes())),
        ("chat id", second.id().to_string()),
        ("gossip message id", hex(&message_id(&Frame::operation(&second)))),
        ("path", hex(points.bytes())),
        ("stroke payload", on(Board::Free, drawn())),
        ("stroke payload on a turn", on(turn, drawn())),
        ("fill payload", on(Board::Free, fill)),
        ("clear payload", on(Board::Free, CanvasStep::Clear { stroke: 11 })),
        ("undo payload", on(Board::Free, CanvasStep::Undo { stroke: 9 })),
        ("redo payload on a turn", on(turn, CanvasStep::Redo { stroke: 9 })),
        ("proposal payload", hex(&proposed.encode().unwrap())),
        ("skip payload", step(GameStep::Skip { game, turn: 2, reason: None })),
        ("skip payload of a program", step(GameStep::Skip { game, turn: 2, reason: Some(SkipReason::Silent) })),
        ("absent payload", step(GameStep::Absent { game, player: ben })),
        ("here payload", step(GameStep::Here { game })),
        ("left payload", step(GameStep::Left { game })),
        ("end payload", step(GameStep::End { game })),
        ("live frame", hex(&Frame::live(&live.sign(&ana, room.id()).unwrap()))),
        ("digest of the empty log", hex(&empty)),
        ("digest of the two operations", hex(&log.digest())),
        (
            "hello",
            hex(&Request::Hello { room: room.id(), digest: log.digest(), clock: 1_790_000_000_000 }.encode().unwrap()),
        ),
        ("newest", hex(&Request::Newest { limit: 160, after: second.header().time }.encode().unwrap())),
        ("fetch", hex(&Request::Fetch { wants: Log::new(room.id()).missing(&log.frontier()) }.encode().unwrap())),
        (
            "frontier",
            hex(&Response::Frontier { heads: log.frontier(), neighbours, clock: 1_790_000_000_000 }.encode().unwrap()),
        ),
        ("end", hex(&Response::End.encode().unwrap())),
        ("commitment", hex(&commitment(game, author, &[3; 32]))),
        ("seed", hex(&seed)),
        ("drawing order", order.iter().map(|player| hex(&player.0)).collect::<Vec<_>>().join(" ")),
    ];
    vectors.extend(quiz);
    vectors
}

/// Ana draws turn 2, `Ice Cream!`; Ben asks for it, is right, and shows it afterwards. What is chosen freely (the turn's key,
/// blinds) is what this program derives.
fn quiz(ana: &Identity, room: RoomId, game: OperationId) -> Vec<(&'static str, String)> {
    let (ben, turn) = (Identity::from_secret([2; 32]), 2);
    let word = normalise("Ice Cream!");
    let key = TurnKey::new(ana, &[5; 32], game, turn);
    let word_key = key.word_key(&word);
    let blinding = Blinding::new(&ben, game, turn, std::slice::from_ref(&word)).unwrap();
    let request = GuessRequest::new(&ben, room, (game, turn, key.public()), 0, None, blinding.blinded());
    let receipt = Receipt::new(ana, &request, 1_500);
    let signature = word_key.sign_solved(ben.author());
    let (voprf, locked) = (key.public(), word_key.public());
    let lock = GameStep::WordLocked { game, turn, voprf, word: locked, mask: Mask::of("ice cream") };
    let answer = key.answer(&request.blinded).unwrap();
    let reply = Reply::Answer(Box::new(GuessAnswer { answer, receipt: receipt.clone() }));
    vec![
        ("normalised word", word),
        ("mask", Mask::of("ice cream").into()),
        ("turn's key, public", hex(&voprf.0)),
        ("turn's key, secret", hex(&key.reveal().0)),
        ("word's key, public", hex(&locked.0)),
        ("word locked payload", hex(&Payload::Game(lock).encode().unwrap())),
        ("blind", hex(&blinding.opening(0).unwrap().0)),
        ("guess", hex(&Ask::Guess(request).encode().unwrap())),
        ("answer", hex(&reply.encode().unwrap())),
        ("signature by the word's key", hex(&signature)),
        (
            "points",
            format!(
                "{} {}",
                guesser_points(Level::Easy, 1_500, 80_000, 0),
                guesser_points(Level::Hard, 40_000, 80_000, 3)
            ),
        ),
    ]
}

#[test]
fn the_protocol_page_says_what_the_program_does() {
    let page = include_str!("../PROTOCOL.md");
    let mut missing = Vec::new();
    for (name, value) in vectors() {
        let row = format!("| {name} | `{value}` |");
        println!("{row}");
        if !page.contains(&row) {
            missing.push(name);
        }
    }
    assert!(missing.is_empty(), "PROTOCOL.md has other values for {missing:?}");
}
