//! A listener on the topic of a private room: it learns nothing, changes nothing, and loses its connection.

use inkmesh::canvas::{Color, Point, Tool};
use inkmesh::command::{Command, Reply, RoomCommand};
use inkmesh::event::Event;
use inkmesh::frame::Frame;
use inkmesh::game::{Rules, WordList};
use inkmesh::identity::Author;
use inkmesh::name::RoomName;
use inkmesh::sync::{Request, Response};
use inkmesh::words::{Level, Word};

use super::attacker::{Attacker, framed};
use super::{Victim, now_ms, victim};

const TITLE: &str = "the conspiracy";
const TEXT: &str = "meet me at the old harbour";
const WORDS: [&str; 10] =
    ["lighthouse", "anchor", "seagull", "harbour", "compass", "sailor", "octopus", "treasure", "parrot", "hammock"];

/// Three members of a private room who see each other in it.
async fn members() -> (RoomName, Vec<Victim>) {
    let mut members = vec![victim().await, victim().await, victim().await];
    let create = Command::RoomCreate { name: TITLE.parse().unwrap(), private: true };
    let Ok(Reply::Entered { room }) = members[0].node.ask(create).await else { panic!("not made") };
    assert!(room.is_private());
    let Ok(Reply::Ticket { ticket }) = members[0].node.ask(Command::Ticket { room: room.clone() }).await else {
        panic!("no ticket")
    };
    for member in &members[1..] {
        let entered = member.node.ask(Command::OpenTicket { ticket: ticket.clone() }).await;
        assert!(matches!(entered, Ok(Reply::Entered { room: entered }) if entered == room));
    }
    let all: Vec<Author> = members.iter().map(|member| member.node.author()).collect();
    for member in &mut members {
        let mut missing: Vec<Author> = all.iter().copied().filter(|one| *one != member.node.author()).collect();
        let of = room.clone();
        member
            .until(|event| {
                if let Event::Peer { room, person } = event
                    && *room == of
                    && person.name == "Vic"
                {
                    missing.retain(|one| *one != person.peer);
                }
                missing.is_empty().then_some(())
            })
            .await;
    }
    (room, members)
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

async fn digests(room: &RoomName, members: &[Victim]) -> Vec<[u8; 32]> {
    let mut digests = Vec::new();
    for member in members {
        let state = member.node.ask(Command::In(room.clone(), RoomCommand::State)).await;
        let Ok(Reply::State(state)) = state else { panic!("{state:?}") };
        digests.push(state.digest);
    }
    digests
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_listener_learns_and_changes_nothing() {
    let (room, mut members) = members().await;
    let mut listener = Attacker::subscribe(50, members[0].address.clone(), room.id()).await;
    let mut streams = listener.accept_streams();
    // Members ask whoever comes onto the topic.
    let said =
        tokio::time::timeout(super::PATIENCE, listener.during(streams.recv())).await.expect("nobody asks").unwrap();

    // They talk, draw and propose a quiz, and all of that arrives.
    let [first, .., last] = &mut members[..] else { unreachable!() };
    first.node.say(room.clone(), TEXT.to_owned()).await.unwrap();
    let points: Vec<Point> = (0..50).map(|n| Point::new(1000 + 40 * n, 2000)).collect();
    let (tool, color) = (Tool::Pen, Color([1, 2, 3]));
    let stroke = RoomCommand::Stroke { stroke: Some(7), tool, color, width: 8, points };
    first.node.ask(Command::In(room.clone(), stroke)).await.unwrap();
    let word = |text: &str| Word { text: text.to_owned(), level: Level::Easy };
    let words = WordList::new(WORDS.map(word).to_vec());
    let start = RoomCommand::Start { rules: Rules::skribbl(), words };
    first.node.ask(Command::In(room.clone(), start)).await.unwrap();
    let (wanted, spoken) = (room.clone(), TEXT.to_owned());
    let mut text_came = false;
    let arrived = last.until(|event| match event {
        Event::Entries { entries, room } if *room == wanted => {
            text_came |= entries.iter().any(|entry| entry.body.text() == spoken);
            None
        }
        Event::Game { room, .. } if *room == wanted && text_came => Some(()),
        _ => None,
    });
    listener.during(arrived).await;

    // Who is in no mesh is told of messages within some seconds, and asks for them.
    tokio::time::timeout(super::PATIENCE, listener.until_heard(2)).await.expect("a listener on the topic gets frames");
    let mut seen = listener.heard.clone();
    // It asks in the clear, and with what others sent.
    let hello = Request::Hello { room: room.id(), digest: [0; 32], clock: now_ms() }.encode().unwrap();
    let not_here = framed(&Response::NotHere.encode().unwrap());
    assert_eq!(listener.sync(framed(&hello)).await, not_here);
    let answer = listener.sync(said.clone()).await;
    assert!(answer.is_empty() || answer == not_here, "a message of somebody else is no proof: {answer:?}");
    seen.push(said);
    let authors = members.iter().map(|member| member.node.author().0.to_vec());
    let texts = [TITLE, TEXT, "Vic"].into_iter().chain(WORDS).map(|text| text.as_bytes().to_vec());
    for secret in texts.chain(authors) {
        assert!(!seen.iter().any(|bytes| contains(bytes, &secret)), "{:?}", String::from_utf8_lossy(&secret));
    }
    let people = members[0].node.people(room.clone()).await.unwrap();
    assert_eq!(people.len(), 3, "a listener is nobody in the room: {people:?}");

    // It injects what it heard, changed, and its own.
    let before = digests(&room, &members).await;
    let heard = listener.heard.clone();
    for n in 0..1_000_u64 {
        let mut frame = heard[n as usize % heard.len()].clone();
        match n % 4 {
            0 => *frame.last_mut().unwrap() ^= 1 + (n / 4) as u8 % 255,
            1 => frame[9 + n as usize % 24] ^= 0x55,
            2 => frame[1] ^= 1 + (n / 4) as u8 % 255,
            _ => frame = Frame::operation(&listener.operation(room.id(), n, 0, None, now_ms(), "junk")),
        }
        listener.publish(frame);
    }
    tokio::time::timeout(super::PATIENCE, listener.until_disconnected()).await.expect("it stays connected");
    assert_eq!(digests(&room, &members).await, before);
    let lines = members[2].node.history(room.clone(), 100, None).await.unwrap();
    assert!(!lines.iter().any(|line| line.body.text() == "junk"));
}
