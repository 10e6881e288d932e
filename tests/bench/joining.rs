//! How long a room keeps the loop of the node from everything else while a large one is joined: by turns on the loop, beside what
//! runs on a worker. Needs neither node nor window: `cargo bench -p inkmesh --no-default-features --bench joining`.
#![allow(clippy::unwrap_used)] // a benchmark fails by panicking

use std::hint::black_box;
use std::time::{Duration, Instant};

use inkmesh::canvas::{CanvasStep, Color, Point, Points, SheetId, Stroke, Tool};
use inkmesh::clock::{Now, Timestamp};
use inkmesh::fold::{Fold, Step};
use inkmesh::identity::Identity;
use inkmesh::log::Head;
use inkmesh::name::RoomName;
use inkmesh::operation::{ChainId, Header, Operation, OperationId};
use inkmesh::payload::{Chat, Payload};
use inkmesh::room::{Input, Room};

#[path = "../support/stats.rs"]
#[allow(dead_code)] // what others compare by
mod stats;

use stats::{asked_for, ms, ratio};

/// Lines, and strokes; and authors.
const EACH: u64 = 20_000;
const AUTHORS: u8 = 10;
/// Operations that come in together, from the disk and by sync.
const CHUNK: usize = 2048;
const NOW: Now = Now { wall_ms: 1_790_000_000_000, mono_ms: 5 };

fn main() {
    if !asked_for() {
        return;
    }
    let chains = history();
    let mut all: Vec<Operation> = chains.iter().flatten().cloned().collect();
    all.sort_by_key(Operation::key);
    let mut room = Room::new(RoomName::lobby(), Identity::from_secret([99; 32]), 7);
    let chunks: Vec<Vec<_>> =
        all.chunks(CHUNK).map(|some| some.iter().map(|op| (op.header().chain.log, op.clone())).collect()).collect();
    let (whole, ()) = timed(|| chunks.into_iter().for_each(|chunk| room.restore(chunk, NOW)));
    println!("{EACH} lines and {EACH} strokes of {AUTHORS} authors are read by a worker: {}", ms(whole));
    let tell = |what: &str, turn: Duration| println!("{what}: {}, {} of that", ms(turn), ratio(turn, whole));
    tell("  turn of the loop that opens the room", timed(|| room.open(true, NOW)).0);
    tell("  the first one after it", timed(|| room.handle(Input::Tick, NOW)).0);
    tell("  a snapshot of it", timed(|| room.snapshot()).0);

    let steps: Vec<Step> = all.iter().filter_map(|op| Step::new(op.key(), op.id(), &op.payload())).collect();
    let (folding, made) = timed(|| Fold::of(steps));
    tell("folded anew by a worker", folding);
    tell("  turn of the loop that takes it", timed(|| room.handle(Input::Refolded(Box::new(made)), NOW)).0);

    let mut room = Room::new(RoomName::lobby(), Identity::from_secret([99; 32]), 7);
    room.open(true, NOW);
    let from = chains[0][0].author();
    let heads = chains.iter().filter_map(|chain| chain.last()).map(|last| {
        let Header { chain, seq, .. } = *last.header();
        Head { author: chain.author, log: chain.log, next: seq + 1, id: last.id().into() }
    });
    room.handle(Input::Offered { from, heads: heads.collect() }, NOW);
    let mut turns = Vec::new();
    for operations in chains.iter().flat_map(|chain| chain.chunks(CHUNK)) {
        room.next_fetch(from, CHUNK as u64);
        let input = Input::Synced { operations: operations.to_vec(), from };
        turns.push(timed(|| room.handle(input, NOW)).0);
    }
    room.handle(Input::FetchEnded { from }, NOW);
    let last = timed(|| room.handle(Input::FetchStopped { from }, NOW)).0;
    tell("all of it by sync", turns.iter().sum::<Duration>() + last);
    tell("  longest turn of the loop that takes some in", turns.into_iter().max().unwrap_or_default());
    tell("  turn of the loop at the end", last);
}

fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let start = Instant::now();
    let result = black_box(work());
    (start.elapsed(), result)
}

/// Returns the chains of a room in which everybody talks and draws in turn.
fn history() -> Vec<Vec<Operation>> {
    let identities: Vec<Identity> = (0..AUTHORS).map(|who| Identity::from_secret([who + 1; 32])).collect();
    let mut chains: Vec<Vec<Operation>> = vec![Vec::new(); identities.len()];
    for n in 0..2 * EACH {
        let who = (n / 2 % u64::from(AUTHORS)) as usize;
        let chain = ChainId { author: identities[who].author(), log: 1 };
        let backlink: Option<OperationId> = chains[who].last().map(Operation::id);
        let time = Timestamp::from_ms(NOW.wall_ms - 2 * EACH + n);
        let header = Header { room: RoomName::lobby().id(), chain, seq: chains[who].len() as u64, backlink, time };
        chains[who].push(Operation::sign(&identities[who], header, &payload(n)).unwrap());
    }
    chains
}

fn payload(n: u64) -> Payload {
    if n.is_multiple_of(2) {
        return Payload::Chat(Chat { text: format!("line {n} of a room in which much is said") });
    }
    let at = |k: u64| Point::new((n * 7 + k * 31) as i32 % 6400, (n * 13 + k * 17) as i32 % 4800);
    let points = Points::new((0..30).map(at).collect());
    let stroke = Stroke { id: n, tool: Tool::Pen, color: Color([1, 2, 3]), width: 4, points };
    Payload::Canvas { sheet: SheetId::Free, step: CanvasStep::Stroke(stroke) }
}
